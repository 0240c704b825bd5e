/* test_grouped.c - grouped and depthwise convolutions: whole numbers make every sum exact, so that all targets must give the
 * reference's numbers to the bit; with others, the bits must not depend on the tile. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../backends/backend.h"
#include "../compiler/choose.h"
#include "support.h"

enum { BATCH = 2 };

typedef struct {
    int in, out, groups, kernel[2], stride[2], dilation[2], pad[2], height, width;
    Op tail;                            /* of an activation, add for a residual, OP_input: none */
    bool slides;
} Case;

/* in, out, groups, kernel, stride, dilation, pad, height x width */
static const Case cases[] = {
    {32, 32, 8, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 9, 56, OP_relu, true},
    {32, 32, 8, {3, 3}, {2, 2}, {1, 1}, {1, 1}, 9, 56, OP_input, true},
    {24, 24, 3, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 28, 28, OP_relu, true},
    {16, 16, 2, {3, 3}, {2, 2}, {1, 1}, {1, 1}, 28, 28, OP_relu, true},
    {32, 32, 2, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 14, 14, OP_add, true},
    {32, 32, 2, {3, 3}, {2, 2}, {1, 1}, {1, 1}, 14, 14, OP_relu, true},
    {64, 64, 2, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 7, 7, OP_relu, true},
    {64, 64, 2, {3, 3}, {2, 1}, {1, 2}, {1, 2}, 15, 7, OP_add, true},
    {48, 48, 2, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 5, 3, OP_relu6, true},
    {12, 12, 6, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 8, 13, OP_relu, true},
    {20, 20, 5, {5, 5}, {1, 1}, {1, 1}, {2, 2}, 7, 11, OP_add, true},
    {8, 8, 2, {2, 7}, {1, 3}, {2, 1}, {0, 3}, 6, 40, OP_relu, true},
    {18, 18, 18, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 10, 56, OP_relu6, true},
    {18, 18, 18, {3, 3}, {2, 2}, {1, 1}, {1, 1}, 14, 14, OP_input, true},
    {9, 9, 9, {7, 7}, {1, 1}, {1, 1}, {3, 3}, 7, 7, OP_add, true},
    {8, 8, 8, {1, 11}, {1, 2}, {1, 1}, {0, 5}, 3, 33, OP_relu, true},
    {16, 16, 4, {1, 1}, {1, 1}, {1, 1}, {0, 0}, 3, 1, OP_relu, true},
    {32, 32, 2, {1, 1}, {1, 1}, {1, 1}, {0, 0}, 6, 6, OP_relu, false},      /* columns serve one tap only */
    {12, 12, 4, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 6, 6, OP_relu, false},      /* three channels a group */
    {8, 16, 8, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 6, 6, OP_relu, false},       /* two outputs a channel */
    {36, 36, 3, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 6, 6, OP_relu, false},      /* a block and a half a group */
};
enum { NCASE = sizeof cases / sizeof *cases };

static Graph *make_graph(Context *context, const Case *c)
{
    Graph *graph = network_new(context, (Shape){c->in, c->height, c->width, false});
    Attr attr = grouped(c->out, 1, 0, c->groups);
    memcpy(attr.kernel, c->kernel, sizeof attr.kernel);
    memcpy(attr.stride, c->stride, sizeof attr.stride);
    memcpy(attr.dilation, c->dilation, sizeof attr.dilation);
    memcpy(attr.pad, c->pad, sizeof attr.pad);
    attr.bias = true;
    Node *node = add1(graph, OP_conv, attr, "conv", graph->input);
    if (c->tail == OP_add)
        node = add2(graph, OP_add, "sum", add1(graph, OP_conv, attr, "other", graph->input), node);
    else if (c->tail != OP_input)
        node = add_unary(graph, c->tail, node);
    network_finish(graph, node);
    graph->max_batch = BATCH;
    return graph;
}

/* Small whole numbers. */
static void round_all(float *values, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        values[i] = rintf(values[i] * 8);
}

static Weights *make_weights(const Graph *graph, bool whole)
{
    Weights *weights = network_weights(graph, 5);
    for (const Tensor *t = graph->tensors; t && whole; t = t->next) {
        int rank;
        int64_t dim[4] = {0}, count = 1;
        const float *data = weights_find(weights, t->name, &rank, dim);
        for (int i = 0; i < rank; i++)
            count *= dim[i];
        float *values = malloc((size_t)count * sizeof *values);
        memcpy(values, data, (size_t)count * sizeof *values);
        round_all(values, count);
        cr_assert(weights_write(weights, t->name, values));
        free(values);
    }
    return weights;
}

/* The tile of every sliding layer; one with fields of 0 leaves choose's. */
static void set_tiles(Graph *graph, Tile tile)
{
    for (Node *n = graph->first; n; n = n->next)
        if (n->tile.algorithm == ALGORITHM_sliding && tile.pixels) {
            n->tile.pixels = tile.pixels;
            n->tile.band = tile.band < n->shape.height ? tile.band : n->shape.height;
            n->tile.rows = tile.rows < n->shape.height ? tile.rows : n->shape.height;
        }
}

/* Compiles the case with this tile and runs it; the result is owned. */
static float *run_case(const Case *c, Tile tile, const Target *target, bool whole, double **want)
{
    Context context;
    context_init(&context);
    if (setjmp(context.on_error))
        cr_assert_fail("%s", context.message);
    Graph *graph = make_graph(&context, c);
    graph->machine = target->machine;
    Weights *weights = make_weights(graph, whole);
    float *input = network_input(graph, BATCH, 9);
    size_t outputs = BATCH * (size_t)shape_floats(node_result(graph->output));
    if (whole)
        round_all(input, BATCH * shape_floats(graph->input->shape));
    *want = network_reference(graph, weights, input, BATCH);
    graph->exact = true;                /* no Winograd */
    run_to_choose(graph);
    for (const Node *n = graph->first; n; n = n->next)
        cr_expect(n->op != OP_conv || (n->tile.algorithm == ALGORITHM_sliding) == c->slides);
    set_tiles(graph, tile);
    float *got = run_program_once(run_to_end(graph), target, weights, input, BATCH, 2);
    for (size_t i = 0; i < outputs && whole; i++)
        cr_assert_eq((double)got[i], (*want)[i], "case %d on %s: output %zu is %g, not %g", (int)(c - cases), target->name, i,
                     (double)got[i], (*want)[i]);
    free(input);
    weights_free(weights);
    context_free(&context);
    return got;
}

static size_t outputs_of(const Case *c)
{
    Context context;
    context_init(&context);
    size_t count = BATCH * (size_t)shape_floats(node_result(make_graph(&context, c)->output));
    context_free(&context);
    return count;
}

Test(grouped, whole_numbers_are_exact, .timeout = 120)
{
    for (int i = 0; i < NCASE; i++)
        for (int t = 0; targets[t]; t++) {
            double *want;
            if (!target_runs_here(targets[t]))
                continue;
            free(run_case(&cases[i], (Tile){0}, targets[t], true, &want));
            free(want);
        }
}

static void expect_bits(const Case *c, Tile tile, const Target *target, const float *want)
{
    double *reference;
    float *got = run_case(c, tile, target, false, &reference);
    size_t count = outputs_of(c);
    for (size_t i = 0; i < count; i++)
        cr_assert_float_eq(got[i], reference[i], 1e-4, "case %d, output %zu", (int)(c - cases), i);
    cr_expect_arr_eq(got, want, count * sizeof *got, "case %d on %s, tile of %d", (int)(c - cases), target->name, tile.pixels);
    free(got);
    free(reference);
}

/* Any cut of the picture and any target gives the same bits, close to the reference. */
Test(grouped, bits_do_not_depend_on_the_tile, .timeout = 120)
{
    static const Tile tile[] = {{.pixels = 12, .band = 1, .rows = 99}, {.pixels = 5, .band = 1, .rows = 2},
                                {.pixels = 7, .band = 2, .rows = 5},   {.pixels = 9, .band = 3, .rows = 3},
                                {.pixels = 12, .band = 2, .rows = 1},  {.pixels = 1, .band = 1, .rows = 4}};
    for (int i = 0; i < NCASE; i++) {
        double *reference;
        float *want = run_case(&cases[i], (Tile){0}, target_find("c"), false, &reference);
        for (int t = 0; targets[t]; t++)
            if (target_runs_here(targets[t]))
                expect_bits(&cases[i], (Tile){0}, targets[t], want);
        for (size_t t = 0; t < sizeof tile / sizeof *tile && cases[i].slides; t++)
            expect_bits(&cases[i], tile[t], target_best(), want);
        free(want);
        free(reference);
    }
}
