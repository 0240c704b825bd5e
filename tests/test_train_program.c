/* test_train_program.c - training by compiled kernels against the naive interpreter in double: losses, parameters and optimiser
 * state after some steps; the same bits for any number of threads; tensors written and read; evaluation. */
#include <criterion/criterion.h>
#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "../compiler/train.h"

#define HEAD "  - global_avg_pool\n  - flatten\n  - linear: {name: fc, out: 5}\n"

static const char convolutions[] =
    "name: convolutions\ninput: [3, 12, 12]\nlayers:\n"
    "  - conv: {name: conv1, out: 10, kernel: 3, stride: 2, pad: 1, bias: true}\n  - relu\n"
    "  - conv: {name: conv2, out: 20, kernel: 3, pad: 1, groups: 2}\n  - bn: {name: bn2}\n  - relu\n"
    "  - conv: {name: conv3, out: 20, kernel: 3, pad: 1, groups: 20, bias: true}\n  - leaky_relu\n"
    "  - conv: {name: conv4, out: 13, kernel: 2, stride: 2}\n  - flatten\n  - linear: {name: fc1, out: 17}\n  - tanh\n"
    "  - linear: {name: fc2, out: 5}\n";

static const char residual[] =
    "name: residual\ninput: [5, 8, 8]\nlayers:\n"
    "  - conv: {name: conv1, out: 16, kernel: 3, pad: 1}\n  - bn: {name: bn1}\n  - relu\n"
    "  - residual:\n      body:\n"
    "        - conv: {name: conv2, out: 24, kernel: 3, stride: 2, pad: 1}\n        - bn: {name: bn2}\n        - relu\n"
    "        - conv: {name: conv3, out: 24, kernel: 3, pad: 1}\n        - bn: {name: bn3}\n"
    "      shortcut: {kind: B, name: down}\n  - relu\n" HEAD;

static const char norms[] =
    "name: norms\ninput: [4, 6, 6]\nlayers:\n"
    "  - conv: {name: conv1, out: 12, kernel: 3, pad: 1}\n  - gn: {name: gn1, groups: 3}\n  - silu\n"
    "  - conv: {name: conv2, out: 12, kernel: 1, bias: true}\n  - ln: {name: ln2}\n  - relu\n  - max_pool: {kernel: 2}\n"
    "  - conv: {name: conv3, out: 9, kernel: 3, pad: 1}\n  - in: {name: in3}\n  - sigmoid\n" HEAD;

typedef struct {
    const char *spec;
    Training training;
    double tolerance;                   /* relative L2 of each tensor, after all steps */
    int batch, steps;
} Case;

static const char *const last[] = {"fc.*", "conv3.*", "bn3.*"};
static const Case cases[] = {
    {convolutions, {.optimiser = {.kind = OPTIMISER_sgd}}, 1e-5, 4, 5},
    {convolutions, {.optimiser = {.kind = OPTIMISER_sgd, .momentum = 0.9, .weight_decay = 1e-2, .decay_vectors = true}}, 1e-5, 4, 5},
    {residual, {.optimiser = {.kind = OPTIMISER_sgd, .momentum = 0.9, .nesterov = true, .weight_decay = 1e-2}, .label_smoothing = 0.1}, 1e-4, 6, 4},
    {residual, {.optimiser = {.kind = OPTIMISER_adamw, .beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-3, .weight_decay = 0.1}}, 1e-3, 6, 4},
    {residual, {.optimiser = {.kind = OPTIMISER_sgd, .momentum = 0.5, .clip_norm = 0.5, .weight_decay = 1e-3, .decay_vectors = true},
                .recompute = true}, 1e-4, 6, 4},
    {residual, {.optimiser = {.kind = OPTIMISER_sgd, .momentum = 0.9}, .train = last, .ntrain = 3}, 1e-4, 6, 4},
    {residual, {.optimiser = {.kind = OPTIMISER_sgd, .momentum = 0.9}, .freeze_norm = FREEZE_stats}, 1e-4, 6, 4},
    {residual, {.optimiser = {.kind = OPTIMISER_sgd, .momentum = 0.9}, .freeze_norm = FREEZE_both}, 1e-4, 6, 4},
    {norms, {.optimiser = {.kind = OPTIMISER_adamw, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-3, .clip_norm = 1}}, 1e-3, 3, 4},
    {norms, {.optimiser = {.kind = OPTIMISER_none}, .loss = LOSS_mse}, 1e-5, 3, 1},
};

/* An engine of the case and what it was made of. */
typedef struct {
    Context context;
    Weights *weights;
    TrainEngine *engine;
    TrainOptions options;
} Run;

static Weights *pattern_for(Context *context, const char *spec)
{
    Failure failure;
    const Graph *graph = compile_graph(context, "test.yaml", spec, &(Options){.max_batch = 1});
    TensorSpec *tensor = calloc((size_t)graph->ntensors, sizeof *tensor);
    size_t count = 0;
    for (const Tensor *t = graph->tensors; t; t = t->next, count++) {
        tensor[count] = (TensorSpec){.name = t->name, .rank = t->rank, .integer = t->integer};
        memcpy(tensor[count].dim, t->dim, sizeof t->dim);
    }
    Weights *weights = weights_pattern(tensor, count, 3, 1, &failure);
    free(tensor);
    cr_assert(weights, "%s", failure.text);
    return weights;
}

static void open_run(Run *r, const Case *c, const char *backend, const char *target, int threads)
{
    static const Options options = {.max_batch = 1};
    Failure failure = {""};
    *r = (Run){.options = {.training = c->training, .batch = c->batch, .threads = threads,
                            .seed = 9, .backend = backend, .target = target}};
    context_init(&r->context);
    if (setjmp(r->context.on_error))
        cr_assert_fail("%s", r->context.message);
    r->weights = pattern_for(&r->context, c->spec);
    r->engine = train_engine_open(&r->context, "test.yaml", c->spec, &options, &r->options, r->weights, &failure);
    cr_assert(r->engine, "%s", failure.text);
}

static void close_run(Run *r)
{
    r->engine->close(r->engine);
    weights_free(r->weights);
    context_free(&r->context);
}

/* Steps first..first + count - 1, each on a batch of its own; returns the last loss. */
static double train(Run *r, int first, int count)
{
    TrainEngine *e = r->engine;
    Failure failure;
    double loss = 0;
    int correct;
    for (int s = first; s < first + count; s++) {
        float *input = malloc((size_t)(e->batch * e->input_floats) * sizeof *input);
        int64_t wide[16];
        int32_t label[16];
        pattern_input(input, (size_t)(e->batch * e->input_floats), (uint64_t)s + 1);
        pattern_labels(wide, (size_t)e->batch, (uint64_t)s + 1, e->classes);
        for (int i = 0; i < e->batch; i++)
            label[i] = (int32_t)wide[i];
        cr_assert(e->step(e, input, label, 0.05 / (1 + s), s, &loss, &correct, &failure), "%s", failure.text);
        free(input);
    }
    return loss;
}

static double value_at(const TensorData *t, int64_t i)
{
    return !strcmp(t->dtype, "F64") ? ((const double *)t->data)[i] : !strcmp(t->dtype, "F32") ? ((const float *)t->data)[i]
                                                                                                : (double)((const int64_t *)t->data)[i];
}

static int64_t elements_of(const TensorData *t)
{
    int64_t n = 1;
    for (int i = 0; i < t->rank; i++)
        n *= t->dim[i];
    return n;
}

static const TensorData *tensor_of(const TensorData *list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(list[i].name, name))
            return &list[i];
    cr_assert_fail("there is no tensor %s", name);
    return NULL;
}

/* Every tensor of the reference is there, and near. */
static void expect_near(const Run *a, const Run *b, double tolerance, int number)
{
    TensorData *mine, *theirs;
    size_t count, expected;
    Failure failure;
    cr_assert(a->engine->read(a->engine, &mine, &count, &failure), "%s", failure.text);
    cr_assert(b->engine->read(b->engine, &theirs, &expected, &failure), "%s", failure.text);
    for (size_t i = 0; i < expected; i++) {
        if (!strncmp(theirs[i].name, "optimizer.momentum.", 19) && a->options.training.optimiser.momentum == 0)
            continue;                   /* nobody needs it */
        const TensorData *t = tensor_of(mine, count, theirs[i].name);
        double distance = 0, norm = 0;
        cr_assert_eq(elements_of(t), elements_of(&theirs[i]));
        for (int64_t k = 0; k < elements_of(t); k++) {
            distance += pow(value_at(t, k) - value_at(&theirs[i], k), 2);
            norm += pow(value_at(&theirs[i], k), 2);
        }
        cr_expect_leq(sqrt(distance), tolerance * sqrt(norm) + 1e-6, "case %d: %s differs by %g of %g", number, t->name,
                      sqrt(distance), sqrt(norm));
    }
    tensors_free(mine, count);
    tensors_free(theirs, expected);
}

static void expect_same(const Run *a, const Run *b)
{
    TensorData *mine, *theirs;
    size_t count, expected;
    Failure failure;
    cr_assert(a->engine->read(a->engine, &mine, &count, &failure) && b->engine->read(b->engine, &theirs, &expected, &failure));
    cr_assert_eq(count, expected);
    for (size_t i = 0; i < count; i++)
        cr_expect_not(memcmp(mine[i].data, theirs[i].data,
                             (size_t)elements_of(&mine[i]) * (mine[i].dtype[0] == 'I' ? 8 : 4)),
                      "%s", mine[i].name);
    tensors_free(mine, count);
    tensors_free(theirs, expected);
}

enum { NCASE = sizeof cases / sizeof *cases };

static void follow_reference(const char *target)
{
    for (int i = 0; i < NCASE; i++) {
        Run jit, reference;
        open_run(&jit, &cases[i], "jit", target, 2);
        open_run(&reference, &cases[i], "ref", NULL, 1);
        double mine = train(&jit, 0, cases[i].steps), theirs = train(&reference, 0, cases[i].steps);
        cr_expect_float_eq(mine, theirs, cases[i].tolerance * fabs(theirs), "case %d: loss %.9g, not %.9g", i, mine, theirs);
        expect_near(&jit, &reference, cases[i].tolerance, i);
        close_run(&jit);
        close_run(&reference);
    }
}

Test(train_program, reference)          { follow_reference("avx2"); }
Test(train_program, reference_portable) { follow_reference("c"); }
Test(train_program, reference_best)     { follow_reference(NULL); }

Test(train_program, threads)
{
    for (int i = 0; i < NCASE; i++) {
        Run one, many;
        open_run(&one, &cases[i], "jit", "avx2", 1);
        train(&one, 0, cases[i].steps);
        for (int threads = 2; threads <= 4; threads++) {
            open_run(&many, &cases[i], "jit", threads == 3 ? "c" : "avx2", threads);
            train(&many, 0, cases[i].steps);
            expect_same(&one, &many);
            close_run(&many);
        }
        close_run(&one);
    }
}

/* A run goes on from what was read of another. */
Test(train_program, continues)
{
    for (int i = 0; i < NCASE; i++) {
        Run whole, part;
        TensorData *tensors;
        size_t count;
        Failure failure;
        open_run(&whole, &cases[i], "jit", NULL, 2);
        open_run(&part, &cases[i], "jit", NULL, 2);
        train(&whole, 0, 2);
        cr_assert(whole.engine->read(whole.engine, &tensors, &count, &failure), "%s", failure.text);
        train(&part, 5, 2);             /* must not matter */
        cr_assert(part.engine->write(part.engine, tensors, count, &failure), "%s", failure.text);
        train(&whole, 2, 2);
        train(&part, 2, 2);
        expect_same(&whole, &part);
        cr_expect_not(part.engine->write(part.engine, tensors, count - 1, &failure) && cases[i].training.optimiser.kind);
        tensors_free(tensors, count);
        close_run(&whole);
        close_run(&part);
    }
}

Test(train_program, evaluates)
{
    for (int i = 0; i < NCASE; i++) {
        Run jit, reference;
        Failure failure;
        open_run(&jit, &cases[i], "jit", NULL, 2);
        open_run(&reference, &cases[i], "ref", NULL, 1);
        TrainEngine *a = jit.engine, *b = reference.engine;
        float *input = malloc((size_t)(a->batch * a->input_floats) * sizeof *input), mine[64], theirs[64];
        pattern_input(input, (size_t)(a->batch * a->input_floats), 7);
        for (int round = 0; round < 2; round++) {
            cr_assert(a->evaluate(a, input, 2, mine, &failure), "%s", failure.text);
            cr_assert(b->evaluate(b, input, 2, theirs, &failure), "%s", failure.text);
            for (int k = 0; k < 2 * a->classes; k++)
                cr_expect_float_eq(mine[k], theirs[k], 1e-3 * (1 + fabs(theirs[k])), "case %d: output %d is %g, not %g",
                                   i, k, mine[k], theirs[k]);
            train(&jit, 0, 2);
            train(&reference, 0, 2);
        }
        free(input);
        close_run(&jit);
        close_run(&reference);
    }
}

Test(train_program, refuses)
{
    Run r;
    Failure failure;
    double loss;
    int correct;
    open_run(&r, &cases[0], "jit", NULL, 1);
    float input[4 * 3 * 12 * 12] = {0};
    cr_expect_not(r.engine->step(r.engine, input, (int32_t[]){0, 1, 5, 0}, 0.1, 0, &loss, &correct, &failure));
    cr_expect(strstr(failure.text, "label 5 of image 2 is not one of 5 classes"), "%s", failure.text);
    close_run(&r);
}
