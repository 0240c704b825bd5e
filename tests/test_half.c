/* test_half.c - half precision: every number there and back, and linear layers whose filters are stored so. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../backends/backend.h"
#include "../runtime/half.h"
#include "../runtime/nncc.h"
#include "support.h"

enum { BATCH = 20 };                    /* so many that images are computed together */

Test(half, every_number_comes_back)
{
    for (uint32_t half = 0; half < 0x10000; half++)
        if (isnan(half_value((uint16_t)half)))
            cr_assert(isnan(half_value(half_nearest(half_value((uint16_t)half)))), "%x", half);
        else
            cr_assert_eq(half_nearest(half_value((uint16_t)half)), half, "%x", half);
}

/* Between two neighbours the nearer is taken, in the middle the even one. */
Test(half, rounds_to_the_nearest)
{
    for (uint32_t half = 0; half < 0x7bff; half++) {
        float low = half_value((uint16_t)half), high = half_value((uint16_t)(half + 1)), middle = (low + high) / 2;
        cr_assert_eq(half_nearest(middle), half + half % 2, "%x", half);
        cr_assert_eq(half_nearest(nextafterf(middle, low)), half, "%x", half);
        cr_assert_eq(half_nearest(-nextafterf(middle, high)), 0x8001 + half, "%x", half);
    }
    cr_expect_eq(half_nearest(nextafterf(65520, 0)), 0x7bff);
    cr_expect_eq(half_nearest(65520), 0x7c00);
    cr_expect_eq(half_nearest(-INFINITY), 0xfc00);
}

/* Two linear layers; the first reads a picture where it lies. Odd numbers of vectors, and fewer channels than a block. */
static Graph *make_graph(Context *context, int out)
{
    Graph *graph = network_new(context, (Shape){5, 3, 4, false});
    Attr attr = network_attr();
    attr.bias = true;
    network_then(graph, OP_relu, network_attr());
    network_then(graph, OP_flatten, network_attr());
    attr.out = 52;
    network_then(graph, OP_linear, attr);
    network_then(graph, OP_relu, network_attr());
    attr.out = out;
    network_finish(graph, network_then(graph, OP_linear, attr));
    graph->max_batch = BATCH;
    graph->half = true;
    return graph;
}

/* Values of the weights as half precision has them, or (whole) small whole numbers, which it has. */
static void change_weights(const Graph *graph, Weights *weights, bool whole)
{
    for (const Tensor *t = graph->tensors; t; t = t->next) {
        int rank;
        int64_t dim[4] = {0}, count = 1;
        const float *data = weights_find(weights, t->name, &rank, dim);
        for (int i = 0; i < rank; i++)
            count *= dim[i];
        float *values = malloc((size_t)count * sizeof *values);
        for (int64_t i = 0; i < count; i++)
            values[i] = whole ? rintf(8 * data[i]) : rank > 1 ? half_value(half_nearest(data[i])) : data[i];
        cr_assert(weights_write(weights, t->name, values));
        free(values);
    }
}

/* The outputs of a batch. kind: 0 weights as they are, 1 rounded to half precision before, 2 whole numbers. half: store them so. */
static float *run(int out, const Target *target, int kind, bool half, int64_t *payload_floats, double *error)
{
    Context context;
    context_init(&context);
    if (setjmp(context.on_error))
        cr_assert_fail("%s", context.message);
    Graph *graph = make_graph(&context, out);
    graph->half = half;
    graph->machine = target->machine;
    Weights *weights = network_weights(graph, 3);
    if (kind)
        change_weights(graph, weights, kind == 2);
    float *input = network_input(graph, BATCH, 4);
    for (int64_t i = 0; i < BATCH * shape_floats(graph->input->shape) && kind == 2; i++)
        input[i] = rintf(8 * input[i]);
    double *want = network_reference(graph, weights, input, BATCH);
    run_to_choose(graph);
    Program *program = run_to_end(graph);
    float *got = run_program_once(program, target, weights, input, BATCH, 2);
    for (int i = 0; i < BATCH * out && kind == 2; i++)
        cr_assert_eq((double)got[i], want[i], "output %d of %d on %s", i, out, target->name);
    *payload_floats = program->weights_floats;
    *error = weights_half_error(program, weights);
    free(want);
    free(input);
    weights_free(weights);
    context_free(&context);
    return got;
}

Test(half, whole_numbers_are_exact)
{
    static const int outs[] = {1, 8, 9, 24, 64, 100};
    int64_t size;
    double error;
    for (size_t i = 0; i < sizeof outs / sizeof *outs; i++)
        for (int t = 0; targets[t]; t++)
            if (target_runs_here(targets[t])) {
                free(run(outs[i], targets[t], 2, true, &size, &error));
                cr_expect_eq(error, 0);
            }
}

/* Storing them so is as good as rounding them before: the same bits, on every target, from half the memory. */
Test(half, filters_are_rounded_and_nothing_else)
{
    int64_t whole_size, half_size;
    double error, rounded;
    float *want = run(104, target_find("c"), 1, false, &whole_size, &error);
    for (int t = 0; targets[t]; t++) {
        if (!target_runs_here(targets[t]))
            continue;
        float *got = run(104, targets[t], 0, true, &half_size, &rounded);
        cr_expect_arr_eq(got, want, BATCH * 104 * sizeof *got, "%s", targets[t]->name);
        cr_expect(rounded > 1e-5 && rounded < 0x1p-11, "%g", rounded);
        cr_expect(half_size < 0.6 * (double)whole_size, "%d of %d", (int)half_size, (int)whole_size);
        free(got);
    }
    cr_expect_eq(error, 0);
    free(want);
}

/* Rounding to 11 bits moves a filter by less than one part in 2^11, and by something. */
Test(half, the_library_tells_the_error)
{
    static const char spec[] = "name: net\ninput: [3, 1, 1]\nlayers:\n  - flatten\n  - linear: {name: fc, out: 40}\n";
    nncc *net = nncc_new();
    double error = -1;
    cr_assert_eq(nncc_load_text(net, spec, "net.yaml"), NNCC_OK);
    cr_expect_eq(nncc_fp16_error(net, &error), NNCC_ERROR_ORDER);
    cr_assert_eq(nncc_compile(net, NNCC_JIT), NNCC_OK, "%s", nncc_error(net));
    cr_assert_eq(nncc_load_weights(net, "pattern:3", 0), NNCC_OK, "%s", nncc_error(net));
    cr_assert_eq(nncc_fp16_error(net, &error), NNCC_OK, "%s", nncc_error(net));
    cr_expect_eq(error, 0);
    cr_assert_eq(nncc_set_fp16_weights(net, 1), NNCC_OK, "%s", nncc_error(net));
    cr_assert_eq(nncc_compile(net, NNCC_JIT), NNCC_OK, "%s", nncc_error(net));
    cr_assert_eq(nncc_fp16_error(net, &error), NNCC_OK, "%s", nncc_error(net));
    cr_expect(error > 1e-5 && error < 0x1p-11, "%g", error);
    cr_expect_eq(nncc_fp16_error(net, NULL), NNCC_ERROR_ARGUMENT);
    nncc_free(net);
}
