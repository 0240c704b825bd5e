/* test_exact.c - `nncc grad --exact` and `nncc train --exact`: other kernels, hence other last bits, and the same gradients and
 * weights within what Winograd's algorithm rounds; refused where nothing is computed. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../runtime/weights.h"
#include "process.h"

enum { CHANNELS = 32, FILTERS = CHANNELS * CHANNELS * 9 };

/* Wide enough for Winograd's algorithm, forward and back. */
static const char wide[] =
    "name: wide\n"
    "input: [3, 16, 16]\n"
    "layers:\n"
    "  - conv: {name: first, out: 32, kernel: 3, pad: 1}\n"
    "  - tanh\n"
    "  - conv: {name: second, out: 32, kernel: 3, pad: 1}\n"
    "  - tanh\n"
    "  - global_avg_pool\n"
    "  - flatten\n"
    "  - linear: {name: fc, out: 5}\n";

static char *directory, *spec;

static void setup(void)
{
    directory = temporary_directory();
    spec = join(directory, "wide.yaml");
    write_file(spec, wide);
}

static void teardown(void)
{
    free(spec);
    remove_directory(directory);
}

TestSuite(exact, .init = setup, .fini = teardown, .timeout = 120);

static void expect(Result result, int status, const char *err)
{
    cr_expect_eq(result.status, status, "exit %d, not %d: %s", result.status, status, result.err);
    cr_expect(!err || strstr(result.err, err), "stderr lacks \"%s\": %.500s", err, result.err);
    result_free(&result);
}

/* What a file in the directory has for the second convolution's filters. */
static void read_filters(const char *name, float filters[FILTERS])
{
    Failure failure = {""};
    char *report = NULL, *path = join(directory, name);
    int rank;
    TensorSpec tensor = {.name = "second.weight", .rank = 4, .dim = {CHANNELS, CHANNELS, 3, 3}};
    Weights *weights = weights_load(path, &tensor, 1, true, &report, &failure);
    cr_assert(weights, "%s", failure.text);
    memcpy(filters, weights_find(weights, tensor.name, &rank, tensor.dim), FILTERS * sizeof *filters);
    weights_free(weights);
    free(report), free(path);
}

/* As a relative L2 norm. */
static double drift(const float *a, const float *b)
{
    double squares = 0, all = 0;
    for (int i = 0; i < FILTERS; i++) {
        squares += pow((double)a[i] - b[i], 2);
        all += pow(b[i], 2);
    }
    return sqrt(squares / all);
}

static void expect_drift(const char *name, const char *exact)
{
    static float a[FILTERS], b[FILTERS];
    read_filters(name, a);
    read_filters(exact, b);
    double far = drift(a, b);
    cr_expect(far > 0, "%s has the bits of %s: --exact changes no kernel", name, exact);
    cr_expect(far < 2e-5, "%s is off by %g of %s", name, far, exact);
}

/* Against the interpreter, too: what is exact is nearer to it. */
Test(exact, gradients)
{
    static float fast[FILTERS], exact[FILTERS], want[FILTERS];
    char *a = join(directory, "fast"), *b = join(directory, "exact"), *c = join(directory, "reference");
    expect(RUN("nncc", "grad", spec, "--batch", "8", "-o", a), 0, NULL);
    expect(RUN("nncc", "grad", spec, "--batch", "8", "--exact", "-o", b), 0, NULL);
    expect(RUN("nncc", "grad", spec, "--batch", "8", "--backend", "ref", "-o", c), 0, NULL);
    expect_drift("fast", "exact");
    read_filters("fast", fast);
    read_filters("exact", exact);
    read_filters("reference", want);
    cr_expect(drift(exact, want) < 2e-6 && drift(exact, want) <= drift(fast, want), "%g, and %g without --exact", drift(exact, want),
              drift(fast, want));
    free(a), free(b), free(c);
}

Test(exact, training)
{
    char *a = join(directory, "fast"), *b = join(directory, "exact");
#define TRAIN(...) RUN("nncc", "train", spec, "--data", "pattern:8", "--batch", "8", "--epochs", "3", "--lr", "0.05", __VA_ARGS__)
    expect(TRAIN("--out", a), 0, NULL);
    expect(TRAIN("--exact", "--out", b), 0, NULL);
    expect_drift("fast/checkpoint-00000003.safetensors", "exact/checkpoint-00000003.safetensors");
    free(a), free(b);
}

Test(exact, where_nothing_is_computed)
{
    char *file = join(directory, "net.onnx");
    expect(RUN("nncc", "graph", spec, "--exact", "-o", file), 2, "--exact is an option of");
    cr_expect(!file_exists(file));
    free(file);
}
