/* Training steps of the engines against PyTorch's answers (tests/training, made by tests/answers_training.py), and against values
 * worked out by hand. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "../compiler/train.h"
#include "networks.h"

enum { MOST_SETTINGS = 8, MOST_BATCH = 16 };

static Context context;

static void setup(void)
{
    context_init(&context);
    omp_set_num_threads(2);
}

static void teardown(void)
{
    context_free(&context);
}

TestSuite(train_engine, .init = setup, .fini = teardown, .timeout = 600);

/* ---- engines ---------------------------------------------------------------------------------------------------- */

/* An engine, and the one batch that every step sees. */
typedef struct {
    TrainEngine *engine;
    float *input;
    int32_t label[MOST_BATCH];
} Trainer;

/* Of a spec file, or of `text`. */
static Trainer trainer_new(const char *path, const char *text, const Options *options, const TrainOptions *train, uint64_t seed)
{
    Failure failure = {""};
    Trainer t;
    int64_t label[MOST_BATCH];
    if (setjmp(context.on_error))
        cr_assert_fail("%s", context.message);
    Graph *graph = compile_graph(&context, path, text, options);
    Weights *weights = network_weights(graph, seed);
    t.engine = train_engine_open(&context, path, text, options, train, weights, &failure);
    cr_assert(t.engine, "%s", failure.text);
    weights_free(weights);
    t.input = network_input(graph, train->batch, seed);
    pattern_labels(label, (size_t)train->batch, seed, t.engine->classes);
    for (int i = 0; i < train->batch; i++)
        t.label[i] = (int32_t)label[i];
    return t;
}

static double step(Trainer *t, double rate, int64_t number)
{
    Failure failure = {""};
    double loss;
    int correct;
    cr_assert(t->engine->step(t->engine, t->input, t->label, rate, number, &loss, &correct, &failure), "%s", failure.text);
    cr_assert(correct >= 0 && correct <= t->engine->batch);
    return loss;
}

static void trainer_free(Trainer *t)
{
    t->engine->close(t->engine);
    free(t->input);
}

/* ---- tensors ------------------------------------------------------------------------------------------------------ */

typedef struct {
    TensorData *tensor;
    size_t count;
} Tensors;

static Tensors read_tensors(Trainer *t)
{
    Failure failure = {""};
    Tensors all;
    cr_assert(t->engine->read(t->engine, &all.tensor, &all.count, &failure), "%s", failure.text);
    return all;
}

static const TensorData *find(const Tensors *all, const char *prefix, const char *name)
{
    const char *whole = arena_printf(&context, "%s%s", prefix, name);
    size_t i = 0;
    while (i < all->count && strcmp(all->tensor[i].name, whole) != 0)
        i++;
    cr_assert_lt(i, all->count, "there is no tensor %s", whole);
    return &all->tensor[i];
}

static int64_t elements_of(const TensorData *t)
{
    int64_t elements = 1;
    for (int i = 0; i < t->rank; i++)
        elements *= t->dim[i];
    return elements;
}

static double value_of(const TensorData *t, int64_t i)
{
    return !strcmp(t->dtype, "F64") ? ((const double *)t->data)[i]
         : !strcmp(t->dtype, "I64") ? (double)((const int64_t *)t->data)[i] : ((const float *)t->data)[i];
}

/* The tensor's norm and three of its elements are those of the answer, within `tolerance` of the norm; `floor`: of what should be 0
 * but for rounding (the gradient of a bias before a batch norm). */
static void check_tensor(const char *what, const TensorData *t, json_t *brief, double tolerance, double floor)
{
    int64_t count = elements_of(t), at[] = {0, count / 2, count - 1};
    double squares = 0, norm = json_number_value(json_array_get(brief, 0));
    for (int64_t i = 0; i < count; i++)
        squares += value_of(t, i) * value_of(t, i);
    cr_assert(fabs(sqrt(squares) - norm) <= tolerance * norm + floor, "%s: the norm of %s is %.12g, not %.12g", what,
              t->name, sqrt(squares), norm);
    for (int i = 0; i < 3; i++) {
        double got = value_of(t, at[i]), want = json_number_value(json_array_get(brief, (size_t)i + 1));
        cr_assert(fabs(got - want) <= tolerance * norm + floor, "%s: %s[%lld] is %.12g, not %.12g", what, t->name,
                  (long long)at[i], got, want);
    }
}

static void check_tensors(const char *what, Trainer *t, const char *prefix, json_t *answers, double tolerance, double floor)
{
    Tensors all = read_tensors(t);
    const char *name;
    json_t *brief;
    json_object_foreach(answers, name, brief)
        check_tensor(what, find(&all, prefix, name), brief, tolerance, floor);
    tensors_free(all.tensor, all.count);
}

/* ---- answers -------------------------------------------------------------------------------------------------------- */

static const char *text_of(json_t *answer, const char *key)
{
    return json_string_value(json_object_get(answer, key));
}

static double number_of(json_t *answer, const char *key)
{
    return json_number_value(json_object_get(answer, key));
}

/* The network of an answer, on its batch. */
static Trainer trainer_of(json_t *answer, TrainOptions train)
{
    Setting set[MOST_SETTINGS];
    json_t *settings = json_object_get(answer, "set"), *setting;
    size_t i;
    json_array_foreach(settings, i, setting) {
        char *name = arena_strdup(&context, json_string_value(setting)), *equals = strchr(name, '=');
        *equals = '\0';
        set[i] = (Setting){name, equals + 1};
    }
    train.batch = (int)number_of(answer, "batch");
    Options *options = arena_alloc(&context, 1, sizeof *options);
    *options = (Options){.set = memcpy(arena_alloc(&context, MOST_SETTINGS, sizeof *set), set, sizeof set), .max_batch = train.batch};
    options->nset = (int)json_array_size(settings);
    const char *path = arena_printf(&context, "specs/%s.yaml", text_of(answer, "spec"));
    return trainer_new(path, NULL, options, &train, (uint64_t)number_of(answer, "seed"));
}

static void each_answer(const char *path, const char *backend, double tolerance, void (*check)(json_t *, const char *, double))
{
    json_error_t error;
    json_t *answers = json_load_file(path, 0, &error), *answer;
    cr_assert(answers, "%s", error.text);
    size_t i;
    json_array_foreach(answers, i, answer)
        check(answer, backend, tolerance);
    cr_assert_geq(i, 3);
    json_decref(answers);
}

/* One step without an optimiser: loss, gradients, moved statistics. */
static void check_step(json_t *answer, const char *backend, double tolerance, bool recompute)
{
    TrainOptions train = {.backend = backend, .threads = 2, .training.recompute = recompute};
    train.training.loss = strcmp(text_of(answer, "kind"), "mse") ? LOSS_cross_entropy : LOSS_mse;
    train.training.label_smoothing = number_of(answer, "smoothing");
    train.training.freeze_norm = json_is_true(json_object_get(answer, "frozen")) ? FREEZE_stats : FREEZE_none;
    Trainer t = trainer_of(answer, train);
    const char *name = arena_printf(&context, "%s, %s", backend, text_of(answer, "name"));
    double loss = step(&t, 0, 0), want = number_of(answer, "loss");
    cr_assert_float_eq(loss, want, tolerance * want, "%s: the loss is %.12g, not %.12g", name, loss, want);
    check_tensors(name, &t, "gradient.", json_object_get(answer, "gradients"), tolerance, 1e-3 * tolerance);
    check_tensors(name, &t, "", json_object_get(answer, "buffers"), tolerance, 0);
    trainer_free(&t);
}

static void check_gradients(json_t *answer, const char *backend, double tolerance)
{
    check_step(answer, backend, tolerance, false);
    check_step(answer, backend, tolerance, true);
}

/* The losses of some steps of an optimiser, and all tensors after them. */
static void check_run(json_t *answer, const char *backend, double tolerance)
{
    TrainOptions train = {.backend = backend, .threads = 2};
    bool sgd = !strcmp(text_of(answer, "optimiser"), "sgd");
    train.training.optimiser = (Optimiser){.kind = sgd ? OPTIMISER_sgd : OPTIMISER_adamw, .momentum = number_of(answer, "momentum"),
                                           .nesterov = json_is_true(json_object_get(answer, "nesterov")), .beta1 = 0.9, .beta2 = 0.999,
                                           .epsilon = 1e-8, .weight_decay = number_of(answer, "weight_decay"),
                                           .decay_vectors = !json_is_false(json_object_get(answer, "decay_vectors")),
                                           .clip_norm = number_of(answer, "clip")};
    Trainer t = trainer_of(answer, train);
    const char *name = arena_printf(&context, "%s, %s", backend, text_of(answer, "name"));
    json_t *rates = json_object_get(answer, "rates"), *losses = json_object_get(answer, "losses");
    for (size_t i = 0; i < json_array_size(rates); i++) {
        double loss = step(&t, json_number_value(json_array_get(rates, i)), (int64_t)i),
               want = json_number_value(json_array_get(losses, i));
        cr_assert_float_eq(loss, want, tolerance * want, "%s: loss %zu is %.12g, not %.12g", name, i, loss, want);
    }
    check_tensors(name, &t, "", json_object_get(answer, "tensors"), tolerance, 0);
    trainer_free(&t);
}

Test(train_engine, the_reference_has_the_gradients_that_pytorch_has)
{
    each_answer("tests/training/gradients.json", "ref", 1e-10, check_gradients);
}

Test(train_engine, the_reference_trains_as_pytorch_does)
{
    each_answer("tests/training/runs.json", "ref", 1e-8, check_run);
}

/* Rounding in float: PyTorch's own distance from these answers is up to 4e-6. */
Test(train_engine, kernels_have_the_gradients_that_pytorch_has)
{
    each_answer("tests/training/gradients.json", "jit", 2e-5, check_gradients);
}

Test(train_engine, kernels_train_as_pytorch_does)
{
    each_answer("tests/training/runs.json", "jit", 1e-3, check_run);
}

/* ---- the same bits --------------------------------------------------------------------------------------------------- */

static const char *const various =
    "name: various\ninput: [3, 9, 11]\nlayers:\n"
    "  - conv: {name: a, out: 12, kernel: 3, stride: 2, pad: 1, bias: true}\n  - bn: {name: na}\n  - silu\n  - dropout: {p: 0.3}\n"
    "  - residual:\n      body:\n        - conv: {name: b, out: 12, kernel: 3, pad: 1, groups: 4}\n        - gn: {name: nb, groups: 3}\n        - relu\n"
    "  - max_pool: {kernel: 3, stride: 2, pad: 1}\n"
    "  - branches:\n      join: concat\n      paths:\n        - [{conv: {name: c, out: 5, kernel: 1}}, {bn: {name: nc}}, relu]\n        - [{avg_pool: {kernel: 3, stride: 1, pad: 1}}]\n"
    "  - flatten\n  - linear: {name: d, out: 7}\n";

/* All tensors after some steps, on so many threads. */
static Tensors trained(const char *path, const char *text, const char *backend, int threads, OptimiserKind kind)
{
    TrainOptions train = {.backend = backend,
                          .batch = 5,
                          .threads = threads,
                          .seed = 9,
                          .training = {.keep_dropout = true, .label_smoothing = 0.1}};
    train.training.optimiser = (Optimiser){kind, .momentum = 0.9, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .weight_decay = 1e-3,
                                           .decay_vectors = true, .clip_norm = 2};
    Setting set = {"depth", "8"};
    Options options = {.max_batch = 5, .set = &set, .nset = !text};
    Trainer t = trainer_new(path, text, &options, &train, 4);
    for (int i = 0; i < 4; i++)
        step(&t, 0.01, i);
    Tensors all = read_tensors(&t);
    trainer_free(&t);
    return all;
}

static void expect_same_bits(Tensors a, Tensors b, const char *what)
{
    cr_assert_eq(a.count, b.count);
    for (size_t i = 0; i < a.count; i++) {
        size_t size = (size_t)elements_of(&a.tensor[i]) * (strcmp(a.tensor[i].dtype, "F32") ? 8 : 4);
        cr_assert_str_eq(a.tensor[i].name, b.tensor[i].name);
        cr_assert(!memcmp(a.tensor[i].data, b.tensor[i].data, size), "%s: %s differs", what, a.tensor[i].name);
    }
    tensors_free(b.tensor, b.count);
}

static void check_threads(const char *path, const char *text, OptimiserKind kind)
{
    Tensors one = trained(path, text, "jit", 1, kind);
    for (int threads = 2; threads <= 4; threads++)
        expect_same_bits(one, trained(path, text, "jit", threads, kind), arena_printf(&context, "%s on %d threads", path, threads));
    tensors_free(one.tensor, one.count);
}

Test(train_engine, any_number_of_threads_trains_to_the_same_bits)
{
    check_threads("various.yaml", various, OPTIMISER_adamw);
    check_threads("specs/cifar_resnet.yaml", NULL, OPTIMISER_sgd);
}

/* Every operation together, with dropout: float against double after four steps. */
Test(train_engine, kernels_and_the_reference_agree_on_dropout)
{
    Tensors got = trained("various.yaml", various, "jit", 2, OPTIMISER_sgd),
            want = trained("various.yaml", various, "ref", 2, OPTIMISER_sgd);
    for (size_t i = 0; i < want.count; i++) {
        const TensorData *w = &want.tensor[i], *g = find(&got, "", w->name);
        double difference = 0, norm = 0;
        for (int64_t j = 0; j < elements_of(w); j++) {
            difference += pow(value_of(g, j) - value_of(w, j), 2);
            norm += pow(value_of(w, j), 2);
        }
        cr_assert(sqrt(difference) <= 1e-4 * sqrt(norm) + 1e-6, "%s is %.3g away from a norm of %.3g", w->name,
                  sqrt(difference), sqrt(norm));
    }
    tensors_free(got.tensor, got.count);
    tensors_free(want.tensor, want.count);
}

/* ---- worked out by hand --------------------------------------------------------------------------------------------- */

static const char *const spec_of_one = "name: one\ninput: [1, 1, 1]\nlayers:\n  - linear: {name: p, out: 1, bias: false}\n";

static double parameter(Trainer *t, const char *name)
{
    Tensors all = read_tensors(t);
    double value = value_of(find(&all, "", name), 0);
    tensors_free(all.tensor, all.count);
    return value;
}

/* One parameter p that begins as 1, and a loss (p x - 1)^2 whose x is chosen so that its gradient 2 (p x - 1) x is 2 in every step: the
 * learning rate moves, which tells PyTorch's momentum from those that have it inside. */
Test(train_engine, momentum_is_pytorchs)
{
    static const double rate[] = {0.1, 0.0904508497, 0.0654508497, 0.0345491503}, want[] = {0.799, 0.45375, 0.0977087, -0.1405707};
    TrainOptions train = {.backend = "ref", .batch = 1, .training = {.loss = LOSS_mse}};
    train.training.optimiser = (Optimiser){.kind = OPTIMISER_sgd, .momentum = 0.9, .weight_decay = 0.01, .decay_vectors = true};
    Trainer t = trainer_new("one.yaml", spec_of_one, &(Options){.max_batch = 1}, &train, 1);
    double one = 1, p = 1;
    TensorData start = {.name = "p.weight", .rank = 2, .dim = {1, 1}, .dtype = "F64", .data = &one};
    TensorData v = {.name = "optimizer.momentum.p.weight", .rank = 2, .dim = {1, 1}, .dtype = "F64", .data = &(double){0}};
    cr_assert(t.engine->write(t.engine, (TensorData[]){start, v}, 2, &(Failure){""}));
    for (int i = 0; i < 4; i++) {
        t.input[0] = (float)((1 + sqrt(1 + 4 * p)) / (2 * p));
        t.label[0] = 0;
        step(&t, rate[i], i);
        p = parameter(&t, "p.weight");
        cr_assert_float_eq(p, want[i], 1e-6, "step %d: p is %.9g, not %.9g", i, p, want[i]);
    }
    trainer_free(&t);
}

/* The values 0..7 in one channel of two images: mean 3.5, variance 5.25, unbiased 6. */
Test(train_engine, batch_norm_moves_its_statistics_as_pytorch_does)
{
    const char *text = "name: norm\ninput: [1, 2, 2]\nlayers:\n  - bn: {name: n}\n  - global_avg_pool\n  - linear: {name: p, out: 2}\n";
    TrainOptions train = {.backend = "ref", .batch = 2};
    Trainer t = trainer_new("norm.yaml", text, &(Options){.max_batch = 2}, &train, 1);
    Tensors all = read_tensors(&t);
    double mean = value_of(find(&all, "", "n.running_mean"), 0), variance = value_of(find(&all, "", "n.running_var"), 0);
    tensors_free(all.tensor, all.count);
    for (int i = 0; i < 8; i++)
        t.input[i] = (float)i;
    step(&t, 0.1, 0);
    cr_assert_float_eq(parameter(&t, "n.running_mean"), 0.9 * mean + 0.35, 1e-12);
    cr_assert_float_eq(parameter(&t, "n.running_var"), 0.9 * variance + 0.6, 1e-12);
    cr_assert_eq(parameter(&t, "n.num_batches_tracked"), 1);
    trainer_free(&t);
}

/* ---- tensors out and in -------------------------------------------------------------------------------------------------- */

/* What an engine has written, another reads, and both go on alike. */
Test(train_engine, a_run_goes_on_where_its_tensors_were_read)
{
    TrainOptions train = {.backend = "ref",
                          .batch = 2,
                          .training.optimiser = {OPTIMISER_adamw, .beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-8}};
    Options options = {.max_batch = 2};
    Failure failure = {""};
    Trainer a = trainer_new("specs/lenet.yaml", NULL, &options, &train, 1), b = trainer_new("specs/lenet.yaml", NULL, &options, &train, 2);
    step(&a, 0.01, 0);
    step(&b, 0.01, 0);
    Tensors all = read_tensors(&a);
    cr_assert(b.engine->write(b.engine, all.tensor, all.count, &failure), "%s", failure.text);
    memcpy(b.input, a.input, 2 * (size_t)a.engine->input_floats * sizeof *a.input);
    memcpy(b.label, a.label, sizeof a.label);
    for (int i = 1; i < 3; i++)
        cr_assert_eq(step(&a, 0.01, i), step(&b, 0.01, i));
    all.tensor[0].rank++;
    cr_assert_not(b.engine->write(b.engine, all.tensor, all.count, &failure));
    cr_assert(strstr(failure.text, "another shape"), "%s", failure.text);
    all.tensor[0].rank--;
    cr_assert_not(b.engine->write(b.engine, all.tensor + 1, all.count - 1, &failure));
    cr_assert(strstr(failure.text, "there is no tensor"), "%s", failure.text);
    tensors_free(all.tensor, all.count);
    trainer_free(&a);
    trainer_free(&b);
}

/* Evaluation uses the running statistics, and agrees with the interpreter of the network. */
Test(train_engine, evaluation_is_the_network)
{
    TrainOptions train = {.backend = "ref", .batch = 2};
    Setting set = {"depth", "8"};
    Options options = {.max_batch = 2, .set = &set, .nset = 1};
    Failure failure = {""};
    Trainer t = trainer_new("specs/cifar_resnet.yaml", NULL, &options, &train, 3);
    Graph *graph = compile_graph(&context, "specs/cifar_resnet.yaml", NULL, &options);
    Weights *weights = network_weights(graph, 3);
    double *want = network_reference(graph, weights, t.input, 2);
    float got[20];
    cr_assert(t.engine->evaluate(t.engine, t.input, 2, got, &failure), "%s", failure.text);
    for (int i = 0; i < 20; i++)
        cr_assert_float_eq(got[i], want[i], 1e-6 * fabs(want[i]) + 1e-7);
    free(want);
    weights_free(weights);
    trainer_free(&t);
}
