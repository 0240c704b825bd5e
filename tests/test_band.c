/* test_band.c - convolutions and pools in bands: the bits of the two steps that they replace, close to the reference, for every
 * backend, batch and number of threads; and who is not computed so. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../backends/backend.h"
#include "context.h"
#include "support.h"

enum { BATCH = 3 };

TestSuite(band, .init = open_context, .fini = close_context);

typedef struct {
    int in, height, width, out;
    int kernel, stride, pad;            /* of the convolution */
    Op pool;
    int window, step, edge;             /* of the pool */
    bool ceil_mode, norm, after;        /* after: relu behind the pool */
} Case;

static Graph *network_of(const Case *c)
{
    Graph *g = network_new(&context, (Shape){c->in, c->height, c->width, false});
    Attr conv = filters(c->out, c->kernel, c->pad), pool = window(c->window, c->step, c->edge);
    conv.stride[0] = conv.stride[1] = c->stride;
    conv.bias = !c->norm;
    pool.ceil_mode = c->ceil_mode;
    pool.count_pad = true;
    add1(g, OP_conv, conv, "conv", g->input);
    if (c->norm)
        add1(g, OP_bn, network_attr(), "bn", g->last);
    add_unary(g, OP_relu, g->last);
    add1(g, c->pool, pool, "pool", g->last);
    if (c->after)
        add_unary(g, OP_sigmoid, g->last);
    network_finish(g, g->last);
    g->max_batch = BATCH;
    return g;
}

static const Node *banded_node(const Graph *g)
{
    for (const Node *n = g->first; n; n = n->next)
        if (n->banded)
            return n;
    return NULL;
}

static Program *program_of(const Case *c, bool banded)
{
    Graph *g = network_of(c);
    run_to_choose(g);
    if (banded) {
        run_pass(band, g, "band");
        cr_assert(banded_node(g), "%dx%d is not banded", c->height, c->width);
    }
    run_pass(lead, g, "lead");
    return run_to_end(g);
}

static void check(const Case *c)
{
    Graph *g = network_of(c);
    Weights *weights = network_weights(g, 5);
    float *input = network_input(g, BATCH, 6);
    double *want = network_reference(g, weights, input, BATCH), far = 0, size = 0;
    const size_t floats = (size_t)shape_floats(node_result(g->output)), inputs = (size_t)shape_floats(g->input->shape);
    Program *apart = program_of(c, false), *together = program_of(c, true);
    float *two = run_program_once(apart, target_find("avx2"), weights, input, BATCH, 1);
    for (int threads = 1; threads <= 3; threads++) {
        float *one = run_program_once(together, target_find("avx2"), weights, input, BATCH, threads);
        cr_expect_arr_eq(one, two, BATCH * floats * sizeof *one, "%dx%d, window %d, %d threads", c->height, c->width, c->window, threads);
        free(one);
    }
    float *alone = run_program_once(together, target_find("c"), weights, input + 2 * inputs, 1, 2);
    cr_expect_arr_eq(alone, two + 2 * floats, floats * sizeof *alone, "%dx%d, window %d: portable C", c->height, c->width, c->window);
    for (size_t i = 0; i < BATCH * floats; i++) {
        far += (two[i] - want[i]) * (two[i] - want[i]);
        size += want[i] * want[i];
    }
    cr_expect_leq(sqrt(far / size), 2e-6, "%dx%d, window %d: error %g", c->height, c->width, c->window, sqrt(far / size));
    cr_expect_leq(together->arena_floats, apart->arena_floats);
    weights_free(weights);
    free(input);
    free(want);
    free(two);
    free(alone);
}

Test(band, has_the_bits_of_two_steps)
{
    static const Case cases[] = {
        {3, 150, 17, 64, 7, 2, 3, OP_max_pool, 3, 2, 1, false, true, false},    /* a ResNet's */
        {3, 149, 21, 64, 7, 2, 3, OP_max_pool, 3, 2, 0, true, false, false},    /* GoogLeNet's: the last window hangs over */
        {1, 165, 12, 20, 5, 1, 0, OP_max_pool, 2, 2, 0, false, false, true},    /* an odd height: the last row is not read */
        {8, 301, 9, 40, 3, 2, 1, OP_avg_pool, 3, 2, 1, false, true, true},
        {16, 140, 9, 72, 3, 2, 0, OP_avg_pool, 2, 2, 1, true, true, false},
        {4, 90, 11, 88, 5, 1, 2, OP_max_pool, 3, 3, 1, true, false, false},     /* bands of several heights */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(&cases[i]);
}

/* Small pictures would be computed twice; results that others read, too, must be whole. */
Test(band, is_not_for_all)
{
    static const Case small = {3, 20, 20, 64, 3, 2, 1, OP_max_pool, 3, 2, 1, false, true, false};
    static const Case large = {3, 150, 17, 64, 7, 2, 3, OP_max_pool, 3, 2, 1, false, true, false};
    for (int i = 0; i < 3; i++) {
        Graph *g = network_of(i == 0 ? &small : &large);
        if (i == 1) {
            Node *pool = g->output->in[0], *whole = add_unary(g, OP_sigmoid, pool->in[0]), *both;
            both = add2(g, OP_add, "both", add_unary(g, OP_global_avg_pool, whole), add_unary(g, OP_global_avg_pool, pool));
            network_finish(g, both);
        }
        run_to_choose(g);
        run_pass(band, g, "band");
        cr_expect_eq(!banded_node(g), i < 2, "case %d", i);
    }
}
