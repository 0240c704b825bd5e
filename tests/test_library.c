/* test_library.c - the library as a program meets it: every call in and out of order, failures and their places, the same
 * bits for every backend, batch and number of threads. */
#include <criterion/criterion.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ir/ir.h"
#include "../runtime/weights.h"
#include "handles.h"
#include "process.h"

enum { BATCH = 5, PIXELS = 3 * 12 * 12, CLASSES = 5 };

/* One of everything that a layer's result may go through: fused, viewed, pooled, added. */
static const char small[] =
    "name: small\n"
    "input: [3, 12, 12]\n"
    "params: {width: 12, classes: 5}\n"
    "layers:\n"
    "  - conv: {name: conv1, out: $width, kernel: 3, pad: 1}\n"
    "  - bn: {name: bn1}\n"
    "  - relu\n"
    "  - residual:\n"
    "      body:\n"
    "        - conv: {name: conv2, out: 24, kernel: 3, stride: 2, pad: 1}\n"
    "        - bn: {name: bn2}\n"
    "      shortcut: B\n"
    "  - relu\n"
    "  - max_pool: {kernel: 2, stride: 2}\n"
    "  - flatten\n"
    "  - linear: {name: fc, out: $classes}\n";

/* Layers that are views into others, and branches that become one grouped convolution. */
static const char branched[] =
    "name: branched\n"
    "input: [3, 12, 12]\n"
    "layers:\n"
    "  - conv: {name: stem, out: 16, kernel: 1}\n"
    "  - split:\n"
    "      parts: 4\n"
    "      chain: true\n"
    "      body:\n"
    "        - conv: {name: part.$index, out: 4, kernel: 3, pad: 1}\n"
    "        - relu\n"
    "  - branches:\n"
    "      join: concat\n"
    "      paths:\n"
    "        - []\n"
    "        - - conv: {name: side, out: 5, kernel: 3, pad: 1}\n"
    "          - relu\n"
    "  - branches:\n"
    "      join: add\n"
    "      times: 4\n"
    "      body:\n"
    "        - conv: {name: down, out: 2, kernel: 1, bias: false}\n"
    "        - relu\n"
    "        - conv: {name: up, out: 12, kernel: 1, bias: false}\n"
    "  - global_avg_pool\n"
    "  - flatten\n"
    "  - linear: {name: fc, out: 5}\n";

TestSuite(library, .timeout = 300);

static nncc *compiled(nncc_backend backend)
{
    return handle_ready(small, BATCH, backend);
}

static const float *numbers(void)
{
    static float input[BATCH * PIXELS];
    pattern_input(input, BATCH * PIXELS, 9);
    return input;
}

/* ---- what a handle says --------------------------------------------------------------------------------------------- */

Test(library, versions_and_texts)
{
    char version[32];
    snprintf(version, sizeof version, "%d.%d.%d", NNCC_VERSION_MAJOR, NNCC_VERSION_MINOR, NNCC_VERSION_PATCH);
    cr_expect_str_eq(NNCC_VERSION, version);
    cr_expect_str_eq(nncc_version(), version);
    for (int a = NNCC_OK; a <= NNCC_ERROR_BUG; a++)
        for (int b = NNCC_OK; b < a; b++)
            cr_expect_str_neq(nncc_strerror(a), nncc_strerror(b));
    cr_expect_str_eq(nncc_strerror(-1), "unknown status");
    cr_expect_str_eq(nncc_strerror(NNCC_ERROR_BUG + 1), "unknown status");
}

Test(library, answers_about_a_network)
{
    int shape[3];
    nncc_tensor_info tensor;
    nncc_layer_info layer;
    nncc *net = handle_of(small);
    cr_expect_str_eq(nncc_name(net), "small");
    expect_good(net, nncc_input_shape(net, shape));
    cr_expect(shape[0] == 3 && shape[1] == 12 && shape[2] == 12);
    expect_good(net, nncc_output_shape(net, shape));
    cr_expect(shape[0] == CLASSES && shape[1] == 1 && shape[2] == 1);
    cr_expect_eq(nncc_input_floats(net), PIXELS);
    cr_expect_eq(nncc_output_floats(net), CLASSES);
    int64_t parameters = 0, macs = 0;
    for (size_t i = 0; i < nncc_tensors(net); i++) {
        expect_good(net, nncc_tensor(net, i, &tensor));
        parameters += tensor.buffer ? 0 : (int64_t)tensor.floats;
    }
    for (size_t i = 0; i < nncc_layers(net); i++) {
        expect_good(net, nncc_layer(net, i, &layer));
        macs += layer.macs;
    }
    cr_expect_eq(parameters, nncc_parameters(net));
    cr_expect_eq(macs, nncc_macs(net));
    expect_good(net, nncc_tensor(net, 0, &tensor));
    cr_expect_str_eq(tensor.name, "conv1.weight");
    cr_expect(tensor.rank == 4 && tensor.dim[0] == 12 && tensor.dim[1] == 3 && tensor.dim[2] == 3 && tensor.floats == 324);
    expect_good(net, nncc_layer(net, 1, &layer));
    cr_expect_str_eq(layer.name, "conv1");
    cr_expect_str_eq(layer.operation, "conv");
    cr_expect(layer.shape[0] == 12 && layer.shape[1] == 12 && layer.floats == 12 * 144 && layer.macs == 324 * 144);
    nncc_free(net);
}

Test(library, parameters_of_a_spec)
{
    nncc *net = nncc_new();
    expect_good(net, nncc_set(net, "width", "20"));
    expect_good(net, nncc_load_text(net, small, "net.yaml"));
    int64_t wide = nncc_parameters(net);
    expect_good(net, nncc_set(net, "width", "4"));
    cr_expect_lt(nncc_parameters(net), wide);
    expect_refusal(net, nncc_set(net, "width", "many"), NNCC_ERROR_SPEC, "many");
    expect_refusal(net, nncc_set(net, "widht", "20"), NNCC_ERROR_SPEC, "widht");
    cr_expect_eq(nncc_error_line(net), 0);
    cr_expect_str_empty(nncc_error_file(net));
    expect_good(net, nncc_set(net, "classes", "7"));
    expect_good(net, nncc_set(net, "width", "20"));
    cr_expect_eq(nncc_output_floats(net), 7);
    expect_good(net, nncc_set(net, "classes", "5"));
    cr_expect_eq(nncc_parameters(net), wide);
    nncc_free(net);
}

/* ---- failures --------------------------------------------------------------------------------------------------------- */

Test(library, mistakes_have_a_place)
{
    static const struct { const char *spec, *text; int line, column; } wrong[] = {
        {"name: a\ninput: [1, 8, 8]\nlayers:\n  - conv: {out: 8, kernal: 3}\n", "did you mean 'kernel'", 4, 20},
        {"name: a\ninput: [1, 8, 8]\nlayers:\n  - max_pool: {kernel: 9}\n", "window", 4, 5},
        {"name: a\ninput: [1, 8, 8\nlayers: []\n", "error: ", 3, 7},
        {"", "error: ", 1, 1},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        nncc *net = nncc_new();
        expect_refusal(net, nncc_load_text(net, wrong[i].spec, "wrong.yaml"), NNCC_ERROR_SPEC, wrong[i].text);
        cr_expect_eq(strncmp(nncc_error(net), "wrong.yaml:", 11), 0, "%s", nncc_error(net));
        cr_expect_str_eq(nncc_error_file(net), "wrong.yaml");
        cr_expect(nncc_error_line(net) == wrong[i].line && nncc_error_column(net) == wrong[i].column, "%s", nncc_error(net));
        expect_good(net, nncc_load_text(net, small, "net.yaml"));
        cr_expect_eq(nncc_error_line(net) + nncc_error_column(net), 0);
        cr_expect_str_empty(nncc_error_file(net));
        nncc_free(net);
    }
}

Test(library, files)
{
    char *directory = temporary_directory(), *base = join(directory, "base.yaml"), *path = join(directory, "net.yaml");
    nncc *net = nncc_new();
    expect_refusal(net, nncc_load(net, path), NNCC_ERROR_SPEC, "net.yaml");
    write_file(base, small);
    write_file(path, "extends: base.yaml\nparams: {classes: 9}\n");
    expect_good(net, nncc_load(net, path));
    cr_expect_eq(nncc_output_floats(net), 9);
    nncc_free(net);
    net = nncc_new();
    expect_good(net, nncc_load_text(net, "extends: base.yaml\nparams: {classes: 8}\n", path));
    cr_expect_eq(nncc_output_floats(net), 8);
    nncc_free(net);
    free(base), free(path);
    remove_directory(directory);
}

/* Every call on a handle that is not ready for it. */
Test(library, out_of_order)
{
    int shape[3];
    float value = 0;
    nncc_tensor_info tensor;
    nncc_layer_info layer;
    nncc *net = nncc_new();
    expect_refusal(net, nncc_input_shape(net, shape), NNCC_ERROR_ORDER, "no network");
    expect_refusal(net, nncc_output_shape(net, shape), NNCC_ERROR_ORDER, "no network");
    expect_refusal(net, nncc_tensor(net, 0, &tensor), NNCC_ERROR_ORDER, "no network");
    expect_refusal(net, nncc_layer(net, 0, &layer), NNCC_ERROR_ORDER, "no network");
    expect_refusal(net, nncc_compile(net, NNCC_JIT), NNCC_ERROR_ORDER, "no network");
    expect_refusal(net, nncc_load_weights(net, "pattern:1", 0), NNCC_ERROR_ORDER, "load that first");
    expect_refusal(net, nncc_read_tensor(net, "a", &value, 1), NNCC_ERROR_ORDER, "no network");
    expect_refusal(net, nncc_write_tensor(net, "a", &value, 1), NNCC_ERROR_ORDER, "no network");
    expect_refusal(net, nncc_pack(net), NNCC_ERROR_ORDER, "not compiled");
    expect_refusal(net, nncc_forward(net, &value, 1, &value), NNCC_ERROR_ORDER, "not compiled");
    expect_refusal(net, nncc_forward_to(net, "a", &value, 1, &value), NNCC_ERROR_ORDER, "not compiled");
    cr_expect_str_empty(nncc_name(net));
    cr_expect_str_empty(nncc_notice(net));
    cr_expect_eq(nncc_parameters(net) + nncc_macs(net) + (int64_t)(nncc_input_floats(net) + nncc_output_floats(net)), 0);
    cr_expect_eq(nncc_tensors(net) + nncc_layers(net), 0);
    nncc_free(net);

    net = compiled(NNCC_JIT);
    expect_refusal(net, nncc_load(net, "net.yaml"), NNCC_ERROR_ORDER, "small");
    expect_refusal(net, nncc_load_text(net, small, "net.yaml"), NNCC_ERROR_ORDER, "small");
    expect_refusal(net, nncc_set(net, "width", "9"), NNCC_ERROR_ORDER, "before");
    nncc_free(net);
}

Test(library, arguments)
{
    float value[CLASSES] = {0};
    nncc_tensor_info tensor;
    nncc_layer_info layer;
    nncc *net = compiled(NNCC_JIT);
    expect_refusal(net, nncc_load(net, NULL), NNCC_ERROR_ARGUMENT, "path");
    expect_refusal(net, nncc_load_text(net, NULL, "x"), NNCC_ERROR_ARGUMENT, "text");
    expect_refusal(net, nncc_load_text(net, small, NULL), NNCC_ERROR_ARGUMENT, "name");
    expect_refusal(net, nncc_set(net, NULL, "1"), NNCC_ERROR_ARGUMENT, "name");
    expect_refusal(net, nncc_set(net, "width", NULL), NNCC_ERROR_ARGUMENT, "value");
    expect_refusal(net, nncc_input_shape(net, NULL), NNCC_ERROR_ARGUMENT, "answer");
    expect_refusal(net, nncc_output_shape(net, NULL), NNCC_ERROR_ARGUMENT, "answer");
    expect_refusal(net, nncc_tensor(net, 0, NULL), NNCC_ERROR_ARGUMENT, "answer");
    expect_refusal(net, nncc_tensor(net, nncc_tensors(net), &tensor), NNCC_ERROR_ARGUMENT, "tensor");
    expect_refusal(net, nncc_layer(net, nncc_layers(net), &layer), NNCC_ERROR_ARGUMENT, "layer");
    expect_refusal(net, nncc_load_weights(net, NULL, 0), NNCC_ERROR_ARGUMENT, "file");
    expect_refusal(net, nncc_read_tensor(net, NULL, value, 1), NNCC_ERROR_ARGUMENT, "name");
    expect_refusal(net, nncc_write_tensor(net, "fc.bias", NULL, CLASSES), NNCC_ERROR_ARGUMENT, "values");
    expect_refusal(net, nncc_compile(net, (nncc_backend)3), NNCC_ERROR_ARGUMENT, "backend");
    expect_refusal(net, nncc_forward(net, NULL, 1, value), NNCC_ERROR_ARGUMENT, "input");
    expect_refusal(net, nncc_forward(net, numbers(), 1, NULL), NNCC_ERROR_ARGUMENT, "output");
    expect_refusal(net, nncc_forward(net, numbers(), 0, value), NNCC_ERROR_ARGUMENT, "1 to 5");
    expect_refusal(net, nncc_forward(net, numbers(), BATCH + 1, value), NNCC_ERROR_ARGUMENT, "1 to 5");
    expect_refusal(net, nncc_forward_to(net, NULL, numbers(), 1, value), NNCC_ERROR_ARGUMENT, "layer");
    expect_refusal(net, nncc_forward_to(net, "conv9", numbers(), 1, value), NNCC_ERROR_NAME, "conv9");
    expect_refusal(net, nncc_set_threads(net, 0), NNCC_ERROR_ARGUMENT, "1024");
    expect_refusal(net, nncc_set_threads(net, NNCC_MAX_THREADS + 1), NNCC_ERROR_ARGUMENT, "1024");
    expect_refusal(net, nncc_set_max_batch(net, 0), NNCC_ERROR_ARGUMENT, "65536");
    expect_refusal(net, nncc_set_max_batch(net, NNCC_MAX_BATCH + 1), NNCC_ERROR_ARGUMENT, "65536");
    expect_good(net, nncc_forward(net, numbers(), 1, value));
    nncc_free(net);
}

Test(library, no_handle)
{
    int shape[3];
    float value;
    double error;
    nncc_tensor_info tensor;
    nncc_layer_info layer;
    nncc_free(NULL);
    const nncc_status status[] = {
        nncc_load(NULL, "x"),
        nncc_load_text(NULL, small, "x"),
        nncc_set(NULL, "a", "1"),
        nncc_set_threads(NULL, 1),
        nncc_set_max_batch(NULL, 1),
        nncc_input_shape(NULL, shape),
        nncc_output_shape(NULL, shape),
        nncc_tensor(NULL, 0, &tensor),
        nncc_layer(NULL, 0, &layer),
        nncc_load_weights(NULL, "pattern:1", 0),
        nncc_read_tensor(NULL, "a", &value, 1),
        nncc_write_tensor(NULL, "a", &value, 1),
        nncc_compile(NULL, NNCC_JIT),
        nncc_pack(NULL),
        nncc_forward(NULL, &value, 1, &value),
        nncc_forward_to(NULL, "a", &value, 1, &value),
        nncc_tuned(NULL, "x"),
        nncc_set_fp16_weights(NULL, 1),
        nncc_fp16_error(NULL, &error),
    };
    for (size_t i = 0; i < sizeof status / sizeof *status; i++)
        cr_expect_eq(status[i], NNCC_ERROR_ARGUMENT, "call %zu", i);
    cr_expect_eq(nncc_parameters(NULL) + nncc_macs(NULL) + nncc_error_line(NULL) + nncc_error_column(NULL), 0);
    cr_expect_eq(nncc_tensors(NULL) + nncc_layers(NULL) + nncc_input_floats(NULL) + nncc_output_floats(NULL), 0);
    cr_expect_str_empty(nncc_error(NULL));
    cr_expect_str_empty(nncc_error_file(NULL));
    cr_expect_str_empty(nncc_notice(NULL));
    cr_expect_str_empty(nncc_name(NULL));
}

/* A bug ends the call, not the process; without a trap, or in a trap's trap, the one before is back. */
Test(library, bugs_are_trapped)
{
    BugTrap outer, inner;
    volatile int caught = 0;
    cr_assert_null(set_bug_trap(&outer));
    cr_expect_eq(set_bug_trap(&inner), &outer);
    if (!setjmp(inner.jump))
        die("step %d", 7);
    else
        caught = 1;
    cr_expect_str_eq(inner.text, "step 7");
    cr_expect_eq(set_bug_trap(&outer), &inner);
    cr_expect_eq(set_bug_trap(NULL), &outer);
    cr_expect(caught);
}

/* ---- weights ----------------------------------------------------------------------------------------------------------- */

Test(library, weights_by_name)
{
    float values[324], expected[CLASSES], output[CLASSES];
    nncc_tensor_info info;
    nncc *whole = compiled(NNCC_JIT), *piecewise = handle_of(small);
    expect_good(whole, nncc_forward(whole, numbers(), 1, expected));
    expect_good(piecewise, nncc_compile(piecewise, NNCC_JIT));
    expect_refusal(piecewise, nncc_forward(piecewise, numbers(), 1, output), NNCC_ERROR_WEIGHTS, "conv1.weight has no values yet");
    expect_refusal(piecewise, nncc_pack(piecewise), NNCC_ERROR_WEIGHTS, "conv1.weight has no values yet");
    expect_refusal(piecewise, nncc_read_tensor(piecewise, "conv1.weight", values, 324), NNCC_ERROR_ORDER, "no values yet");
    for (size_t i = 0; i < nncc_tensors(whole); i++) {
        expect_good(whole, nncc_tensor(whole, i, &info));
        if (strstr(info.name, "num_batches_tracked"))
            continue;
        float *tensor = malloc(info.floats * sizeof *tensor);
        expect_good(whole, nncc_read_tensor(whole, info.name, tensor, info.floats));
        expect_good(piecewise, nncc_write_tensor(piecewise, info.name, tensor, info.floats));
        if (i == 0)
            expect_refusal(piecewise, nncc_forward(piecewise, numbers(), 1, output), NNCC_ERROR_WEIGHTS, "no values yet");
        free(tensor);
    }
    expect_good(piecewise, nncc_forward(piecewise, numbers(), 1, output));
    cr_expect_arr_eq(output, expected, sizeof output);
    expect_refusal(whole, nncc_read_tensor(whole, "conv1.weight", values, 323), NNCC_ERROR_SIZE, "324");
    expect_refusal(whole, nncc_write_tensor(whole, "conv1.weight", values, 325), NNCC_ERROR_SIZE, "324");
    expect_refusal(whole, nncc_read_tensor(whole, "conv9.weight", values, 1), NNCC_ERROR_NAME, "conv9.weight");
    nncc_free(whole);
    nncc_free(piecewise);
}

Test(library, written_weights_count)
{
    float before[CLASSES], after[CLASSES], bias[CLASSES];
    nncc *net = compiled(NNCC_JIT);
    expect_good(net, nncc_pack(net));
    expect_good(net, nncc_forward(net, numbers(), 1, before));
    expect_good(net, nncc_read_tensor(net, "fc.bias", bias, CLASSES));
    bias[2] += 4;
    expect_good(net, nncc_write_tensor(net, "fc.bias", bias, CLASSES));
    expect_good(net, nncc_forward(net, numbers(), 1, after));
    for (int i = 0; i < CLASSES; i++)
        cr_expect_float_eq(after[i] - before[i], i == 2 ? 4 : 0, 1e-5);
    expect_good(net, nncc_load_weights(net, "pattern:3", 0));
    expect_good(net, nncc_forward(net, numbers(), 1, after));
    cr_expect_arr_eq(after, before, sizeof after);
    nncc_free(net);
}

Test(library, weights_from_files)
{
    static float filter[324];
    Failure failure = {""};
    char *directory = temporary_directory(), *path = join(directory, "part.safetensors");
    TensorData tensor = {.name = "conv1.weight", .rank = 4, .dim = {12, 3, 3, 3}, .dtype = "F32", .data = filter};
    nncc *net = compiled(NNCC_JIT);
    expect_refusal(net, nncc_load_weights(net, path, 0), NNCC_ERROR_WEIGHTS, "part.safetensors");
    expect_refusal(net, nncc_load_weights(net, "pattern:x", 0), NNCC_ERROR_WEIGHTS, "SEED");
    cr_assert(safetensors_write(path, &tensor, 1, &failure), "%s", failure.text);
    expect_refusal(net, nncc_load_weights(net, path, 0), NNCC_ERROR_WEIGHTS, "missing");
    cr_expect_str_empty(nncc_notice(net));
    expect_good(net, nncc_load_weights(net, path, 1));
    cr_expect(strstr(nncc_notice(net), "missing"), "%s", nncc_notice(net));
    expect_good(net, nncc_load_weights(net, "init:1", 0));
    cr_expect_str_empty(nncc_notice(net));
    nncc_free(net);
    free(path);
    remove_directory(directory);
}

/* ---- passes ------------------------------------------------------------------------------------------------------------- */

Test(library, the_same_bits)
{
    float expected[BATCH][CLASSES], output[BATCH][CLASSES];
    nncc *jit = compiled(NNCC_JIT), *aot = compiled(NNCC_AOT);
    expect_good(jit, nncc_forward(jit, numbers(), BATCH, expected[0]));
    for (int batch = 1; batch <= BATCH; batch++)
        for (int threads = 1; threads <= 4; threads++) {
            nncc *net = threads % 2 ? jit : aot;
            int first = BATCH - batch;
            expect_good(net, nncc_set_threads(net, threads));
            expect_good(net, nncc_forward(net, numbers() + first * PIXELS, batch, output[0]));
            cr_expect_arr_eq(output, expected[first], batch * sizeof *output, "batch %d, threads %d", batch, threads);
        }
    nncc_free(jit);
    nncc_free(aot);
}

static void expect_near(const float *a, const float *b, size_t count, const char *what)
{
    double error = 0, size = 0;
    for (size_t i = 0; i < count; i++) {
        error = fmax(error, fabs((double)a[i] - b[i]));
        size = fmax(size, fabs(b[i]));
    }
    cr_expect(size > 0 && error <= 1e-5 * size, "%s: %g of %g", what, error, size);
}

static void expect_every_layer(const char *spec)
{
    static float jit_result[2 * 24 * 144], reference_result[2 * 24 * 144];
    float output[2][CLASSES];
    nncc_layer_info layer;
    nncc *jit = handle_ready(spec, BATCH, NNCC_JIT), *reference = handle_ready(spec, BATCH, NNCC_REFERENCE);
    expect_good(reference, nncc_set_threads(reference, 2));
    expect_good(jit, nncc_forward(jit, numbers(), 2, output[0]));
    for (size_t i = 0; i < nncc_layers(jit); i++) {
        expect_good(jit, nncc_layer(jit, i, &layer));
        expect_good(jit, nncc_forward_to(jit, layer.name, numbers(), 2, jit_result));
        expect_good(reference, nncc_forward_to(reference, layer.name, numbers(), 2, reference_result));
        expect_near(jit_result, reference_result, 2 * layer.floats, layer.name);
    }
    cr_expect_arr_eq(jit_result, output, sizeof output, "the last layer is the output");
    expect_good(jit, nncc_forward_to(jit, "input", numbers(), 2, jit_result));
    cr_expect_arr_eq(jit_result, numbers(), 2 * PIXELS * sizeof(float));
    nncc_free(jit);
    nncc_free(reference);
}

Test(library, every_layer)
{
    expect_every_layer(small);
    expect_every_layer(branched);
}

/* What nncc_forward_to keeps follows the weights and the compilation. */
Test(library, layers_follow)
{
    float before[12 * 144], after[12 * 144], bias[12];
    nncc *net = compiled(NNCC_JIT);
    expect_good(net, nncc_set_max_batch(net, 1));
    expect_good(net, nncc_forward_to(net, "bn1", numbers(), 1, before));
    expect_good(net, nncc_read_tensor(net, "bn1.bias", bias, 12));
    bias[0] += 1;
    expect_good(net, nncc_write_tensor(net, "bn1.bias", bias, 12));
    expect_good(net, nncc_forward_to(net, "bn1", numbers(), 1, after));
    cr_expect_float_eq(after[0] - before[0], 1, 1e-5);
    expect_good(net, nncc_compile(net, NNCC_REFERENCE));
    expect_good(net, nncc_forward_to(net, "bn1", numbers(), 1, before));
    expect_near(after, before, 12 * 144, "bn1");
    expect_refusal(net, nncc_forward_to(net, "bn1", numbers(), 2, before), NNCC_ERROR_ARGUMENT, "1 to 1");
    nncc_free(net);
}

Test(library, compiling_again)
{
    float one[CLASSES], three[3][CLASSES], reference[3][CLASSES];
    nncc *net = handle_of(small);
    expect_good(net, nncc_load_weights(net, "pattern:3", 0));
    expect_good(net, nncc_compile(net, NNCC_JIT));
    expect_good(net, nncc_forward(net, numbers(), 1, one));
    expect_good(net, nncc_set_max_batch(net, 3));
    expect_refusal(net, nncc_forward(net, numbers(), 3, three[0]), NNCC_ERROR_ARGUMENT, "1 to 1");
    expect_good(net, nncc_compile(net, NNCC_JIT));
    expect_good(net, nncc_forward(net, numbers(), 3, three[0]));
    cr_expect_arr_eq(three[0], one, sizeof one);
    expect_good(net, nncc_compile(net, NNCC_REFERENCE));
    expect_good(net, nncc_forward(net, numbers(), 3, reference[0]));
    expect_near(three[0], reference[0], 3 * CLASSES, "output");
    nncc_free(net);
}

/* Choices from a file: taken, refused with their place, told of where they are for another machine, and forgotten. */
Test(library, tuned_choices)
{
    static const char start[] = "tuned: 1\nnetwork: n\nprocessor: z80\ntarget: avx2\nthreads: 1\nbatch: 1\nlayers:\n";
    char *directory = temporary_directory(), *path = join(directory, "net.tuned"), text[512];
    float want[CLASSES], got[CLASSES];
    nncc *net = compiled(NNCC_JIT);
    expect_good(net, nncc_forward(net, numbers(), 1, want));
    expect_refusal(net, nncc_tuned(net, path), NNCC_ERROR_SPEC, "net.tuned");
    snprintf(
        text, sizeof text,
        "%s- {layer: conv 3x3 pad 1 3x12x12 to 12x12x12 relu planar, algorithm: direct, vectors: 1, pixels: 5, rows: 3}\n",
        start);
    write_file(path, text);
    expect_good(net, nncc_tuned(net, path));
    expect_good(net, nncc_compile(net, NNCC_JIT));
    cr_expect(strstr(nncc_notice(net), "net.tuned was measured on another processor, z80"), "%s", nncc_notice(net));
    cr_expect(!strstr(nncc_notice(net), "no choice"), "%s", nncc_notice(net));
    expect_good(net, nncc_forward(net, numbers(), 1, got));
    cr_expect(!memcmp(want, got, sizeof want));
    snprintf(
        text, sizeof text,
        "%s- {layer: conv 3x3 pad 1 3x12x12 to 12x12x12 relu planar, algorithm: direct, vectors: 4, pixels: 5, rows: 3}\n",
        start);
    write_file(path, text);
    expect_good(net, nncc_tuned(net, path));
    expect_refusal(net, nncc_compile(net, NNCC_JIT), NNCC_ERROR_SPEC, "vectors exceed");
    cr_expect(nncc_error_line(net) == 8 && strstr(nncc_error_file(net), "net.tuned"), "%s", nncc_error(net));
    expect_good(net, nncc_tuned(net, NULL));
    expect_good(net, nncc_compile(net, NNCC_JIT));
    cr_expect_str_empty(nncc_notice(net));
    nncc_free(net);
    free(path);
    remove_directory(directory);
}

Test(library, no_compiler)
{
    float output[CLASSES];
    nncc *net = compiled(NNCC_JIT);
    setenv("CC", "no-such-compiler", 1);
    expect_refusal(net, nncc_compile(net, NNCC_AOT), NNCC_ERROR_BACKEND, "no-such-compiler");
    expect_refusal(net, nncc_forward(net, numbers(), 1, output), NNCC_ERROR_ORDER, "not compiled");
    expect_good(net, nncc_compile(net, NNCC_JIT));
    expect_good(net, nncc_forward(net, numbers(), 1, output));
    nncc_free(net);
}

/* ---- threads -------------------------------------------------------------------------------------------------------------- */

typedef struct {
    const char *width;
    float output[CLASSES];
    bool good;
} Life;

/* Compiles, runs, fails and frees, over and over. */
static void *live(void *argument)
{
    Life *life = argument;
    life->good = true;
    for (int round = 0; round < 6; round++) {
        float output[CLASSES] = {0};
        nncc *net = nncc_new();
        life->good = life->good && nncc_load_text(net, "layers: 1", "wrong.yaml") == NNCC_ERROR_SPEC && !nncc_set(net, "width", life->width)
                     && !nncc_load_text(net, small, "net.yaml") && !nncc_compile(net, round % 3 ? NNCC_JIT : NNCC_REFERENCE)
                     && !nncc_load_weights(net, "pattern:3", 0) && !nncc_forward(net, numbers(), 1, output)
                     && !nncc_compile(net, NNCC_JIT) && !nncc_forward(net, numbers(), 1, output);
        life->good = life->good && (!round || !memcmp(output, life->output, sizeof output));
        memcpy(life->output, output, sizeof output);
        nncc_free(net);
    }
    return NULL;
}

Test(library, side_by_side)
{
    pthread_t thread[4];
    Life life[4] = {{.width = "8"}, {.width = "12"}, {.width = "8"}, {.width = "12"}};
    numbers();
    for (int i = 0; i < 4; i++)
        cr_assert_eq(pthread_create(&thread[i], NULL, live, &life[i]), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(thread[i], NULL);
    for (int i = 0; i < 4; i++)
        cr_expect(life[i].good, "thread %d", i);
    cr_expect_arr_eq(life[0].output, life[2].output, sizeof life[0].output);
    cr_expect_arr_eq(life[1].output, life[3].output, sizeof life[0].output);
    cr_expect_arr_neq(life[0].output, life[1].output, sizeof life[0].output);
}
