/* test_library_train.c - training through the library: PyTorch's answers, the bits of `nncc grad` and `nncc train`, weights that go in
 * and come out between steps, several networks at once, and every refusal. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <omp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../runtime/weights.h"
#include "handles.h"
#include "process.h"

enum { BATCH = 6, PIXELS = 3 * 12 * 12, CLASSES = 5 };

static const char small[] =
    "name: small\n"
    "input: [3, 12, 12]\n"
    "layers:\n"
    "  - conv: {name: conv1, out: 12, kernel: 3, pad: 1}\n"
    "  - bn: {name: bn1}\n"
    "  - relu\n"
    "  - residual:\n"
    "      body:\n"
    "        - conv: {name: conv2, out: 24, kernel: 3, stride: 2, pad: 1}\n"
    "        - bn: {name: bn2}\n"
    "      shortcut: B\n"
    "  - relu\n"
    "  - dropout: {p: 0.25}\n"
    "  - global_avg_pool\n"
    "  - flatten\n"
    "  - linear: {name: fc, out: 5}\n";

TestSuite(library_train, .timeout = 300);

static nncc *loaded(const char *spec)
{
    return handle_ready(spec, BATCH, NNCC_JIT);
}

static nncc_training options(nncc_optimizer optimizer, nncc_backend backend)
{
    nncc_training training;
    nncc_train_defaults(&training, optimizer);
    training.batch = BATCH;
    training.backend = backend;
    return training;
}

/* ---- PyTorch's answers -------------------------------------------------------------------------------------------------- */

static double number_of(json_t *answer, const char *key)
{
    return json_number_value(json_object_get(answer, key));
}

static bool is(json_t *answer, const char *key, const char *text)
{
    return !strcmp(json_string_value(json_object_get(answer, key)), text);
}

/* The norm and three elements of each tensor. */
static void check_tensors(nncc *net, const char *what, bool gradients, json_t *answers, double tolerance, double floor)
{
    const char *name;
    json_t *brief;
    json_object_foreach(answers, name, brief) {
        size_t count;
        float *values = values_of(net, name, gradients, &count);
        size_t at[] = {0, count / 2, count - 1};
        double squares = 0, norm = json_number_value(json_array_get(brief, 0)), most = tolerance * norm + floor;
        for (size_t i = 0; i < count; i++)
            squares += (double)values[i] * values[i];
        cr_assert_float_eq(sqrt(squares), norm, most, "%s: the norm of %s is %.9g, not %.9g", what, name, sqrt(squares), norm);
        for (size_t i = 0; i < 3; i++)
            cr_assert_float_eq(values[at[i]], json_number_value(json_array_get(brief, i + 1)), most, "%s: %s[%zu]", what, name, at[i]);
        free(values);
    }
}

/* A handle with the network and the weights of an answer. */
static nncc *net_of(json_t *answer)
{
    char text[64], *equals;
    size_t i;
    json_t *setting;
    nncc *net = nncc_new();
    snprintf(text, sizeof text, "specs/%s.yaml", json_string_value(json_object_get(answer, "spec")));
    expect_good(net, nncc_load(net, text));
    json_array_foreach(json_object_get(answer, "set"), i, setting) {
        snprintf(text, sizeof text, "%s", json_string_value(setting));
        *(equals = strchr(text, '=')) = '\0';
        expect_good(net, nncc_set(net, text, equals + 1));
    }
    snprintf(text, sizeof text, "pattern:%d", (int)number_of(answer, "seed"));
    expect_good(net, nncc_load_weights(net, text, 0));
    expect_good(net, nncc_set_threads(net, 2));
    return net;
}

static void check_gradients(json_t *answer, nncc_backend backend, double tolerance)
{
    nncc *net = net_of(answer);
    nncc_training training = options(NNCC_GRADIENTS, backend);
    const char *name = json_string_value(json_object_get(answer, "name"));
    training.batch = (int)number_of(answer, "batch");
    training.loss = is(answer, "kind", "mse") ? NNCC_MSE : NNCC_CROSS_ENTROPY;
    training.label_smoothing = number_of(answer, "smoothing");
    training.freeze_norms = json_is_true(json_object_get(answer, "frozen")) ? NNCC_FREEZE_STATS : NNCC_FREEZE_NONE;
    expect_good(net, nncc_train_begin(net, &training));
    double loss = step(net, training.batch, (uint64_t)number_of(answer, "seed"), 0), want = number_of(answer, "loss");
    cr_assert_float_eq(loss, want, tolerance * want, "%s: the loss is %.9g, not %.9g", name, loss, want);
    check_tensors(net, name, true, json_object_get(answer, "gradients"), tolerance, 1e-3 * tolerance);
    check_tensors(net, name, false, json_object_get(answer, "buffers"), tolerance, 0);
    nncc_free(net);
}

static void check_run(json_t *answer, nncc_backend backend, double tolerance)
{
    nncc *net = net_of(answer);
    bool adamw = is(answer, "optimiser", "adamw");
    nncc_training training = options(adamw ? NNCC_ADAMW : NNCC_SGD, backend);
    const char *name = json_string_value(json_object_get(answer, "name"));
    json_t *rates = json_object_get(answer, "rates"), *losses = json_object_get(answer, "losses");
    training.batch = (int)number_of(answer, "batch");
    training.momentum = adamw ? training.momentum : number_of(answer, "momentum");
    training.nesterov = json_is_true(json_object_get(answer, "nesterov"));
    training.weight_decay = number_of(answer, "weight_decay");
    training.decay_vectors = !json_is_false(json_object_get(answer, "decay_vectors"));
    training.clip_norm = number_of(answer, "clip");
    expect_good(net, nncc_train_begin(net, &training));
    for (size_t i = 0; i < json_array_size(rates); i++) {
        double loss = step(net, training.batch, (uint64_t)number_of(answer, "seed"), json_number_value(json_array_get(rates, i)));
        double want = json_number_value(json_array_get(losses, i));
        cr_assert_float_eq(loss, want, tolerance * want, "%s: loss %zu is %.9g, not %.9g", name, i, loss, want);
    }
    expect_good(net, nncc_train_end(net));
    check_tensors(net, name, false, json_object_get(answer, "tensors"), tolerance, 0);
    nncc_free(net);
}

static void each_answer(const char *path, void (*check)(json_t *, nncc_backend, double), nncc_backend backend,
                        double tolerance, size_t most)
{
    json_error_t error;
    json_t *answers = json_load_file(path, 0, &error), *answer;
    cr_assert(answers, "%s", error.text);
    size_t i;
    json_array_foreach(answers, i, answer)
        if (i < most)
            check(answer, backend, tolerance);
    cr_assert_geq(i, 3);
    json_decref(answers);
}

Test(library_train, gradients_that_pytorch_has)
{
    each_answer("tests/training/gradients.json", check_gradients, NNCC_JIT, 2e-5, 100);
    each_answer("tests/training/gradients.json", check_gradients, NNCC_REFERENCE, 1e-7, 3);     /* read as floats */
}

Test(library_train, trains_as_pytorch_does)
{
    each_answer("tests/training/runs.json", check_run, NNCC_JIT, 1e-3, 100);
    each_answer("tests/training/runs.json", check_run, NNCC_REFERENCE, 1e-7, 1);
}

/* ---- the command line's bits ---------------------------------------------------------------------------------------------- */

/* What nncc's own files hold under a name; owned. */
static float *stored(const char *path, nncc_tensor_info info)
{
    Failure failure = {""};
    char *report = NULL;
    int rank;
    TensorSpec spec = {.name = info.name, .rank = info.rank};
    memcpy(spec.dim, info.dim, sizeof spec.dim);
    spec.integer = strstr(info.name, "num_batches_tracked");
    Weights *weights = weights_load(path, &spec, 1, true, &report, &failure);
    cr_assert(weights, "%s", failure.text);
    float *values = malloc((info.floats + 1) * sizeof *values);
    memcpy(values, weights_find(weights, info.name, &rank, spec.dim), info.floats * sizeof *values);
    weights_free(weights);
    free(report);
    return values;
}

static void expect_stored(nncc *net, const char *path, bool gradients)
{
    nncc_tensor_info info;
    size_t floats;
    for (size_t i = 0; i < nncc_tensors(net); i++) {
        expect_good(net, nncc_tensor(net, i, &info));
        float *mine = values_of(net, info.name, gradients && !info.buffer, &floats), *theirs = stored(path, info);
        cr_expect_arr_eq(mine, theirs, floats * sizeof *mine, "%s differs", info.name);
        free(mine), free(theirs);
    }
}

static void expect_success(Result result)
{
    cr_assert_eq(result.status, 0, "%s", result.err);
    result_free(&result);
}

Test(library_train, the_bits_of_the_commands)
{
    char *directory = temporary_directory(), *spec = join(directory, "small.yaml"), *file = join(directory, "grads.safetensors"),
         *run = join(directory, "run"), *last = join(run, "checkpoint-00000005.safetensors");
    write_file(spec, small);
    expect_success(RUN("nncc", "grad", spec, "--weights", "pattern:3", "--input", "pattern:8", "--labels", "pattern:8",
                       "--batch", "6", "-o", file));
    nncc *net = loaded(small);
    nncc_training training = options(NNCC_GRADIENTS, NNCC_JIT);
    expect_good(net, nncc_train_begin(net, &training));
    step(net, BATCH, 8, 0);
    expect_stored(net, file, true);
    nncc_free(net);
    expect_success(RUN("nncc", "train", spec, "--weights", "pattern:3", "--data", "pattern:8", "--batch", "6",
                       "--epochs", "5", "--lr", "0.01", "--schedule", "constant", "--seed", "4", "--out", run));
    net = loaded(small);
    training = options(NNCC_SGD, NNCC_JIT);
    training.seed = 4;
    expect_good(net, nncc_train_begin(net, &training));
    for (int i = 0; i < 5; i++)
        step(net, BATCH, 8, 0.01);
    expect_stored(net, last, false);
    nncc_free(net);
    free(spec), free(file), free(last), free(run);
    remove_directory(directory);
}

/* ---- between steps --------------------------------------------------------------------------------------------------------- */

static nncc *trained(nncc_backend backend, int threads, bool disturb)
{
    nncc *net = loaded(small);
    nncc_training training = options(NNCC_ADAMW, backend);
    expect_good(net, nncc_set_threads(net, threads));
    expect_good(net, nncc_train_begin(net, &training));
    for (int i = 0; i < 4; i++) {
        step(net, BATCH, (uint64_t)i, 0.01);
        for (size_t t = 0; disturb && t < nncc_tensors(net); t++) {
            nncc_tensor_info info;
            size_t floats;
            expect_good(net, nncc_tensor(net, t, &info));
            float *values = values_of(net, info.name, false, &floats);
            expect_good(net, nncc_write_tensor(net, info.name, values, floats));
            free(values);
        }
    }
    expect_good(net, nncc_train_end(net));
    return net;
}

/* Writing what was read changes nothing, the optimiser's memory included; nor do threads and who compiles. */
Test(library_train, the_same_bits)
{
    char *cache = temporary_directory();
    setenv("NNCC_CACHE", cache, 1);
    nncc *first = trained(NNCC_JIT, 1, false), *others[] = {trained(NNCC_JIT, 3, true), trained(NNCC_AOT, 2, true)};
    for (int i = 0; i < 2; i++) {
        expect_same_weights(first, others[i]);
        nncc_free(others[i]);
    }
    nncc *untrained = loaded(small);
    size_t floats;
    float *before = values_of(untrained, "conv1.weight", false, &floats), *after = values_of(first, "conv1.weight", false, &floats);
    cr_expect_arr_neq(before, after, floats * sizeof *before);
    free(before), free(after);
    nncc_free(untrained);
    nncc_free(first);
    remove_directory(cache);
}

/* The interpreter trains in double; what is written between steps arrives there, too, and OpenMP is left as it was. */
Test(library_train, the_reference)
{
    omp_set_num_threads(3);
    nncc *reference = trained(NNCC_REFERENCE, 1, true), *jit = trained(NNCC_JIT, 1, false);
    size_t floats;
    float *x = values_of(reference, "fc.weight", false, &floats), *y = values_of(jit, "fc.weight", false, &floats);
    for (size_t i = 0; i < floats; i++)
        cr_expect_float_eq(x[i], y[i], 1e-4, "%zu: %g, not %g", i, y[i], x[i]);
    cr_expect_eq(omp_get_max_threads(), 3);
    free(x), free(y);
    nncc_free(reference);
    nncc_free(jit);
}

/* An update made by the caller: gradients out, parameters in; the loss is that of SGD without momentum. */
Test(library_train, updates_of_ones_own)
{
    nncc *mine = loaded(small), *theirs = loaded(small);
    nncc_training training = options(NNCC_GRADIENTS, NNCC_JIT), sgd = options(NNCC_SGD, NNCC_JIT);
    sgd.momentum = sgd.weight_decay = 0;
    sgd.dropout = 0;
    expect_good(mine, nncc_train_begin(mine, &training));
    expect_good(theirs, nncc_train_begin(theirs, &sgd));
    for (int i = 0; i < 5; i++) {
        double a = step(mine, BATCH, 1, 0.5), b = step(theirs, BATCH, 1, 0.05);
        cr_expect_float_eq(a, b, 1e-5 * b, "step %d: %.9g, not %.9g", i, a, b);
        for (size_t t = 0; t < nncc_tensors(mine); t++) {
            nncc_tensor_info info;
            size_t floats;
            expect_good(mine, nncc_tensor(mine, t, &info));
            if (info.buffer)
                continue;
            float *p = values_of(mine, info.name, false, &floats), *g = values_of(mine, info.name, true, &floats);
            for (size_t k = 0; k < floats; k++)
                p[k] -= 0.05f * g[k];
            expect_good(mine, nncc_write_tensor(mine, info.name, p, floats));
            free(p), free(g);
        }
    }
    nncc_free(mine);
    nncc_free(theirs);
}

/* Forward passes follow the training while it goes on, after its end, and in another handle by way of a file. */
Test(library_train, trained_weights_are_used)
{
    char *directory = temporary_directory(), *file = join(directory, "w.safetensors");
    nncc *net = loaded(small), *other = loaded(small);
    nncc_training training = options(NNCC_SGD, NNCC_JIT);
    float output[4][BATCH][CLASSES], batches;
    Images images = images_of(net, BATCH, 2);
    expect_good(net, nncc_forward(net, images.input, BATCH, output[0][0]));
    expect_good(net, nncc_train_begin(net, &training));
    step(net, BATCH, 2, 0.1);
    expect_good(net, nncc_forward(net, images.input, BATCH, output[1][0]));
    step(net, BATCH, 2, 0.1);
    expect_good(net, nncc_forward(net, images.input, BATCH, output[2][0]));
    expect_good(net, nncc_save_weights(net, file));
    expect_good(net, nncc_train_end(net));
    expect_good(net, nncc_forward(net, images.input, BATCH, output[3][0]));
    cr_expect_arr_neq(output[0], output[1], sizeof *output);
    cr_expect_arr_neq(output[1], output[2], sizeof *output);
    cr_expect_arr_eq(output[2], output[3], sizeof *output);
    expect_good(net, nncc_read_tensor(net, "bn1.num_batches_tracked", &batches, 1));
    cr_expect_eq(batches, 2);
    expect_good(other, nncc_load_weights(other, file, 0));
    expect_good(other, nncc_forward(other, images.input, BATCH, output[0][0]));
    cr_expect_arr_eq(output[0], output[3], sizeof *output);
    expect_same_weights(net, other);
    free(images.input), free(file);
    nncc_free(net);
    nncc_free(other);
    remove_directory(directory);
}

/* New weights in the middle of a training are where it goes on. */
Test(library_train, weights_loaded_between_steps)
{
    nncc *net = loaded(small), *fresh = loaded(small);
    nncc_training training = options(NNCC_SGD, NNCC_JIT);
    training.momentum = 0;
    training.dropout = 0;
    expect_good(net, nncc_train_begin(net, &training));
    expect_good(fresh, nncc_train_begin(fresh, &training));
    step(net, BATCH, 1, 0.1);
    expect_good(net, nncc_load_weights(net, "pattern:3", 0));
    cr_expect_eq(step(net, BATCH, 2, 0.1), step(fresh, BATCH, 2, 0.1));
    expect_same_weights(net, fresh);
    nncc_free(net);
    nncc_free(fresh);
}

Test(library_train, a_part_of_the_network)
{
    nncc *net = loaded(small);
    nncc_training training = options(NNCC_GRADIENTS, NNCC_JIT);
    float values[4096];
    size_t floats;
    training.train = "fc.*,bn2.bias";
    expect_good(net, nncc_train_begin(net, &training));
    step(net, BATCH, 1, 0);
    free(values_of(net, "fc.weight", true, &floats));
    free(values_of(net, "bn2.bias", true, &floats));
    expect_refusal(net, nncc_read_gradient(net, "conv2.weight", values, 24 * 12 * 9), NNCC_ERROR_NAME, "conv2.weight is not trained");
    expect_good(net, nncc_train_end(net));
    training.train = "head.*";
    expect_refusal(net, nncc_train_begin(net, &training), NNCC_ERROR_SPEC, "head.*");
    nncc_free(net);
}

/* ---- side by side -------------------------------------------------------------------------------------------------------------- */

typedef struct {
    nncc_optimizer optimizer;
    double loss[8];
} Life;

static void *live(void *argument)
{
    Life *life = argument;
    static const int steps = sizeof life->loss / sizeof *life->loss;
    nncc *net = nncc_new();
    nncc_training training;
    nncc_train_defaults(&training, life->optimizer);
    training.batch = BATCH;
    if (!nncc_load_text(net, small, "net.yaml") && !nncc_load_weights(net, "init:1", 0) && !nncc_train_begin(net, &training))
        for (int i = 0; i < steps; i++) {
            Images images = images_of(net, BATCH, (uint64_t)i);
            if (nncc_train_step(net, images.input, images.label, 0.01, &life->loss[i], NULL))
                life->loss[i] = NAN;
            free(images.input);
        }
    nncc_free(net);
    return NULL;
}

Test(library_train, side_by_side)
{
    Life life[] = {{NNCC_SGD, {0}}, {NNCC_ADAMW, {0}}, {NNCC_SGD, {0}}, {NNCC_ADAMW, {0}}};
    pthread_t thread[4];
    for (int i = 0; i < 4; i++)
        cr_assert_eq(pthread_create(&thread[i], NULL, live, &life[i]), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(thread[i], NULL);
    cr_expect_gt(life[0].loss[0], 0.1);
    cr_expect_arr_eq(life[0].loss, life[2].loss, sizeof life->loss);
    cr_expect_arr_eq(life[1].loss, life[3].loss, sizeof life->loss);
    cr_expect_neq(life[0].loss[7], life[1].loss[7]);
}

/* ---- refusals -------------------------------------------------------------------------------------------------------------------- */

Test(library_train, no_handle)
{
    nncc_training training = options(NNCC_SGD, NNCC_JIT);
    float value = 0;
    int32_t label = 0;
    nncc_train_defaults(NULL, NNCC_SGD);
    const nncc_status status[] = {nncc_train_begin(NULL, &training),
                                  nncc_train_step(NULL, &value, &label, 0, NULL, NULL), nncc_train_end(NULL),
                                  nncc_read_gradient(NULL, "a", &value, 1), nncc_save_weights(NULL, "x"),
                                  nncc_train_save(NULL, "x"), nncc_train_load(NULL, "x")};
    for (size_t i = 0; i < sizeof status / sizeof *status; i++)
        cr_expect_eq(status[i], NNCC_ERROR_ARGUMENT, "call %zu", i);
}

Test(library_train, out_of_order)
{
    nncc *net = nncc_new();
    nncc_training training = options(NNCC_SGD, NNCC_JIT);
    float values[60];
    int32_t label[BATCH] = {0};
    expect_refusal(net, nncc_train_begin(net, &training), NNCC_ERROR_ORDER, "no network is loaded");
    expect_refusal(net, nncc_save_weights(net, "x"), NNCC_ERROR_ORDER, "no network is loaded");
    expect_good(net, nncc_train_end(net));
    expect_good(net, nncc_load_text(net, small, "net.yaml"));
    expect_refusal(net, nncc_train_begin(net, &training), NNCC_ERROR_WEIGHTS, "conv1.weight has no values yet");
    expect_refusal(net, nncc_save_weights(net, "x"), NNCC_ERROR_WEIGHTS, "conv1.weight has no values yet");
    expect_good(net, nncc_load_weights(net, "init:1", 0));
    expect_refusal(net, nncc_train_step(net, values, label, 0.1, NULL, NULL), NNCC_ERROR_ORDER, "no training has begun");
    expect_refusal(net, nncc_read_gradient(net, "fc.bias", values, CLASSES), NNCC_ERROR_ORDER, "no step");
    expect_refusal(net, nncc_save_weights(net, "/nowhere/at/all"), NNCC_ERROR_WEIGHTS, "/nowhere/at/all");
    expect_good(net, nncc_train_begin(net, &training));
    expect_refusal(net, nncc_train_begin(net, &training), NNCC_ERROR_ORDER, "a training goes on");
    expect_refusal(net, nncc_set(net, "width", "3"), NNCC_ERROR_ORDER, "before weights");
    step(net, BATCH, 1, 0.1);
    expect_refusal(net, nncc_read_gradient(net, "fc.bias", values, CLASSES), NNCC_ERROR_ORDER, "only a training with NNCC_GRADIENTS");
    expect_good(net, nncc_train_end(net));
    expect_refusal(net, nncc_train_step(net, values, label, 0.1, NULL, NULL), NNCC_ERROR_ORDER, "no training has begun");
    nncc_free(net);
}

Test(library_train, arguments)
{
    nncc *net = loaded(small);
    nncc_training training = options(NNCC_GRADIENTS, NNCC_JIT);
    Images images = images_of(net, BATCH, 1);
    float values[CLASSES];
    expect_refusal(net, nncc_train_begin(net, NULL), NNCC_ERROR_ARGUMENT, "no options");
#define WRONG(field, value, text) \
    do { \
        nncc_training wrong = training; \
        wrong.field = value; \
        expect_refusal(net, nncc_train_begin(net, &wrong), NNCC_ERROR_ARGUMENT, text); \
    } while (0)
    WRONG(batch, 0, "batch is 0, not from 1 to 65536");
    WRONG(backend, (nncc_backend)7, "backend");
    WRONG(loss, (nncc_loss)2, "loss");
    WRONG(optimizer, (nncc_optimizer)-1, "optimizer");
    WRONG(freeze_norms, (nncc_freeze)4, "freeze_norms");
    WRONG(momentum, NAN, "momentum is nan");
    WRONG(beta2, 1, "beta1 and beta2 are to be below 1");
    WRONG(clip_norm, -1, "clip_norm is -1");
    WRONG(train, ",", "names no parameters");
    expect_good(net, nncc_train_begin(net, &training));
    expect_refusal(net, nncc_train_step(net, NULL, images.label, 0.1, NULL, NULL), NNCC_ERROR_ARGUMENT, "no input");
    expect_refusal(net, nncc_train_step(net, images.input, NULL, 0.1, NULL, NULL), NNCC_ERROR_ARGUMENT, "no labels");
    expect_refusal(net, nncc_train_step(net, images.input, images.label, INFINITY, NULL, NULL), NNCC_ERROR_ARGUMENT, "rate of inf");
    images.label[4] = CLASSES;
    expect_refusal(net, nncc_train_step(net, images.input, images.label, 0.1, NULL, NULL), NNCC_ERROR_ARGUMENT, "label 5 of image 4");
    images.label[4] = -1;
    expect_refusal(net, nncc_train_step(net, images.input, images.label, 0.1, NULL, NULL), NNCC_ERROR_ARGUMENT, "label -1 of image 4");
    images.label[4] = 0;
    expect_good(net, nncc_train_step(net, images.input, images.label, 0.1, NULL, NULL));
    expect_refusal(net, nncc_read_gradient(net, "fc.bias", values, 4), NNCC_ERROR_SIZE, "fc.bias has 5 values, not 4");
    expect_refusal(net, nncc_read_gradient(net, "fc.b", values, 5), NNCC_ERROR_NAME, "no tensor is called fc.b");
    free(images.input);
    nncc_free(net);
}

/* Networks that do not answer with classes, and a batch norm that sees one value a channel. */
Test(library_train, specs)
{
    static const char planes[] = "name: planes\ninput: [3, 12, 12]\nlayers:\n  - conv: {name: c, out: 3, kernel: 3}\n";
    static const char single[] =
        "name: single\ninput: [3, 1, 1]\nlayers:\n  - conv: {name: c, out: 3, kernel: 1}\n  - bn: {name: b}\n  - flatten\n";
    nncc_training training = options(NNCC_SGD, NNCC_JIT);
    nncc *net = loaded(planes);
    expect_refusal(net, nncc_train_begin(net, &training), NNCC_ERROR_SPEC,
                   "net.yaml:4:5: error: a network to be trained must answer with one number");
    cr_expect(!strcmp(nncc_error_file(net), "net.yaml") && nncc_error_line(net) == 4);
    nncc_free(net);
    net = loaded(single);
    training.batch = 1;
    expect_refusal(net, nncc_train_begin(net, &training), NNCC_ERROR_SPEC, "net.yaml:5:5");
    training.batch = 2;
    expect_good(net, nncc_train_begin(net, &training));
    nncc_free(net);
}
