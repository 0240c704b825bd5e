/* test_library_checkpoint.c - trainings that are saved and go on in another handle, by the library and by `nncc train`: the bits of one
 * that was never interrupted; and files that are refused, which changes nothing. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handles.h"
#include "process.h"

enum { BATCH = 6, CLASSES = 5 };

/* Statistics that move, and dropout, which depends on the number of the step. */
static const char small[] =
    "name: small\n"
    "input: [3, 12, 12]\n"
    "layers:\n"
    "  - conv: {name: conv1, out: 12, kernel: 3, stride: 2, pad: 1}\n"
    "  - bn: {name: bn1}\n"
    "  - relu\n"
    "  - dropout: {p: 0.25}\n"
    "  - global_avg_pool\n"
    "  - flatten\n"
    "  - linear: {name: fc, out: 5}\n";

static char *directory, *file;

static void setup(void)
{
    directory = temporary_directory();
    file = join(directory, "training.safetensors");
    setenv("NNCC_CACHE", directory, 1);
}

static void teardown(void)
{
    free(file);
    remove_directory(directory);
}

TestSuite(library_checkpoint, .init = setup, .fini = teardown, .timeout = 120);

static nncc *begun(nncc_optimizer optimizer, nncc_backend backend, const char *weights)
{
    nncc *net = handle_of(small);
    nncc_training training;
    nncc_train_defaults(&training, optimizer);
    training.batch = BATCH;
    training.backend = backend;
    training.seed = 4;
    expect_good(net, nncc_load_weights(net, weights, 0));
    expect_good(net, nncc_train_begin(net, &training));
    return net;
}

/* Some steps, each on pictures of its own. */
static double steps(nncc *net, int from, int to)
{
    double loss = 0;
    for (int i = from; i < to; i++)
        loss = step(net, BATCH, (uint64_t)i, 0.05);
    return loss;
}

static void expect_same_training(nncc *a, nncc *b)
{
    expect_same_weights(a, b);
    char *one = join(directory, "a"), *two = join(directory, "b");
    expect_good(a, nncc_train_save(a, one));
    expect_good(b, nncc_train_save(b, two));
    size_t size = 0, other = 1;
    char *bytes = read_file(one, &size), *others = read_file(two, &other);
    cr_assert(bytes && others && size == other);
    cr_expect_arr_eq(bytes, others, size, "what the optimizer keeps, or the number of steps, differs");
    free(bytes), free(others), free(one), free(two);
}

static void check_goes_on(nncc_optimizer optimizer, nncc_backend backend)
{
    nncc *whole = begun(optimizer, backend, "pattern:3"), *first = begun(optimizer, backend, "pattern:3"),
         *second = begun(optimizer, backend, "init:9");
    double want = steps(whole, 0, 6);
    steps(first, 0, 3);
    expect_good(first, nncc_train_save(first, file));
    steps(second, 20, 25);              /* of which nothing remains */
    expect_good(second, nncc_train_load(second, file));
    expect_same_training(first, second);
    double got = steps(second, 3, 6);
    cr_expect_eq(got, want, "the loss is %.17g, not %.17g", got, want);
    expect_same_training(whole, second);
    nncc_free(whole), nncc_free(first), nncc_free(second);
}

Test(library_checkpoint, goes_on)
{
    check_goes_on(NNCC_SGD, NNCC_JIT);
    check_goes_on(NNCC_ADAMW, NNCC_JIT);
    check_goes_on(NNCC_ADAMW, NNCC_REFERENCE);
}

/* What was written between the last step and saving is in the file, and what was written before loading is forgotten; forward passes
 * follow at once; and the file is one of weights. */
Test(library_checkpoint, between_steps)
{
    float bias[CLASSES] = {1, 2, 3, 4, 5}, got[CLASSES], other[CLASSES] = {0};
    nncc *net = begun(NNCC_SGD, NNCC_JIT, "pattern:3"), *plain = handle_of(small);
    steps(net, 0, 1);
    expect_good(net, nncc_write_tensor(net, "fc.bias", bias, CLASSES));
    expect_good(net, nncc_train_save(net, file));
    steps(net, 1, 3);
    expect_good(net, nncc_write_tensor(net, "fc.bias", other, CLASSES));
    expect_good(net, nncc_train_load(net, file));
    expect_good(net, nncc_read_tensor(net, "fc.bias", got, CLASSES));
    cr_expect_arr_eq(got, bias, sizeof bias);
    expect_good(plain, nncc_load_weights(plain, file, 0));
    expect_same_weights(net, plain);
    nncc_free(net), nncc_free(plain);
}

/* A run of `nncc train` goes on here. */
Test(library_checkpoint, of_the_command)
{
    char *spec = join(directory, "small.yaml"), *run = join(directory, "run"), *last = join(run, "checkpoint-00000003.safetensors");
    write_file(spec, small);
    Result result = RUN("nncc", "train", spec, "--weights", "pattern:3", "--data", "pattern:8", "--batch", "6", "--epochs", "3",
                        "--lr", "0.05", "--schedule", "constant", "--seed", "4", "--out", run);
    cr_assert_eq(result.status, 0, "%s", result.err);
    result_free(&result);
    nncc *whole = begun(NNCC_SGD, NNCC_JIT, "pattern:3"), *rest = begun(NNCC_SGD, NNCC_JIT, "init:2");
    for (int i = 0; i < 5; i++)
        step(whole, BATCH, 8, 0.05);
    expect_good(rest, nncc_train_load(rest, last));
    for (int i = 3; i < 5; i++)
        step(rest, BATCH, 8, 0.05);
    expect_same_training(whole, rest);
    nncc_free(whole), nncc_free(rest);
    free(spec), free(run), free(last);
}

static void refuse_file(nncc *net, const char *path, const char *text)
{
    expect_refusal(net, nncc_train_load(net, path), NNCC_ERROR_WEIGHTS, text);
    expect_refusal(net, nncc_train_load(net, path), NNCC_ERROR_WEIGHTS, path);
}

Test(library_checkpoint, refusals)
{
    char *weights = join(directory, "weights.safetensors"), *nothing = join(directory, "nothing"), *damaged = join(directory, "damaged");
    nncc *net = nncc_new(), *whole = begun(NNCC_SGD, NNCC_JIT, "pattern:3"), *other = begun(NNCC_ADAMW, NNCC_JIT, "pattern:3"),
         *gradients = begun(NNCC_GRADIENTS, NNCC_JIT, "pattern:3");
    expect_refusal(net, nncc_train_save(net, NULL), NNCC_ERROR_ARGUMENT, "nncc_train_save: no path");
    expect_refusal(net, nncc_train_load(net, NULL), NNCC_ERROR_ARGUMENT, "nncc_train_load: no path");
    expect_refusal(net, nncc_train_load(net, file), NNCC_ERROR_ORDER, "no network is loaded");
    nncc_free(net);
    net = handle_of(small);
    expect_refusal(net, nncc_train_save(net, file), NNCC_ERROR_ORDER, "no training has begun");
    nncc_free(net);
    expect_refusal(gradients, nncc_train_save(gradients, file), NNCC_ERROR_ORDER, "keeps nothing but weights");
    nncc_free(gradients);
    net = begun(NNCC_SGD, NNCC_JIT, "pattern:3");
    steps(whole, 0, 4);
    steps(net, 0, 2);
    expect_refusal(net, nncc_train_save(net, "/nowhere/at/all"), NNCC_ERROR_WEIGHTS, "/nowhere/at/all");
    expect_good(other, nncc_save_weights(other, weights));
    expect_good(other, nncc_train_save(other, file));
    refuse_file(net, file, "does not fit this training: has a tensor 'optimizer.exp_avg.");
    refuse_file(net, weights, "no checkpoint of a training run");
    refuse_file(net, nothing, "No such file");
    expect_good(net, nncc_train_save(net, damaged));
    FILE *bytes = fopen(damaged, "r+b");
    cr_assert(bytes && !fseek(bytes, -3, SEEK_END) && fputc('x', bytes) == 'x' && !fclose(bytes));
    refuse_file(net, damaged, "damaged");
    steps(net, 2, 4);                   /* as if nothing had been tried */
    expect_same_training(whole, net);
    nncc_free(net), nncc_free(whole), nncc_free(other);
    free(weights), free(nothing), free(damaged);
}
