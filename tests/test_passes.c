/* test_passes.c - tiny graph in, pass, printed graph out. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "support.h"

TestSuite(fold, .init = open_context, .fini = close_context);
TestSuite(prune, .init = open_context, .fini = close_context);
TestSuite(fuse, .init = open_context, .fini = close_context);
TestSuite(gather, .init = open_context, .fini = close_context);
TestSuite(lead, .init = open_context, .fini = close_context);
TestSuite(plan, .init = open_context, .fini = close_context);

static Graph *network(int channels, int height, int width)
{
    return network_new(&context, (Shape){channels, height, width, false});
}

/* ---- fold and prune ------------------------------------------------------------------------------------- */

Test(fold, batch_norms_join_their_convolution)
{
    Graph *graph = network(3, 8, 8);
    Node *conv = add1(graph, OP_conv, filters(4, 3, 1), "conv", graph->input);
    Node *drop = add_unary(graph, OP_dropout, conv);
    Node *norm = add1(graph, OP_bn, network_attr(), "bn1", drop);
    Node *second = add1(graph, OP_bn, network_attr(), "bn2", norm);
    add_unary(graph, OP_identity, second);
    finish(graph, graph->last);
    run_pass(fold, graph, "fold");
    expect_dump(graph,
                "%0 = input : 3x8x8\n"
                "%1 = conv %0 conv out=4 kernel=3x3 pad=1x1 : 4x8x8\n"
                "       folded bn bn1\n"
                "%2 = bn %1 bn2 : 4x8x8\n"
                "output %2\n");
}

Test(fold, nodes_that_change_nothing_leave)
{
    Graph *graph = network(3, 8, 8);
    Node *all = add1(graph, OP_slice, (Attr){.begin = 0, .count = 3}, NULL, graph->input);
    Node *alone = add_unary(graph, OP_concat, all);
    Node *edgeless = add1(graph, OP_pad, (Attr){.value = 7}, NULL, alone);
    Node *tiny = add1(graph, OP_max_pool, window(1, 1, 0), NULL, edgeless);
    Node *flat = add_unary(graph, OP_flatten, add_unary(graph, OP_flatten, tiny));
    finish(graph, add_unary(graph, OP_dropout, add_unary(graph, OP_identity, flat)));
    run_pass(fold, graph, "fold");
    expect_dump(graph, "%0 = input : 3x8x8\n%1 = flatten %0 : 192\noutput %1\n");
}

Test(fold, linear_layers_take_norms_too)
{
    Graph *graph = network_new(&context, (Shape){5, 1, 1, true});
    Node *linear = add1(graph, OP_linear, filters(4, 1, 0), "fc", graph->input);
    add1(graph, OP_bn, network_attr(), "bn", linear);
    finish(graph, graph->last);
    run_pass(fold, graph, "fold");
    cr_assert_eq(graph->output, linear);
    cr_assert_str_eq(linear->folded->name, "bn");
}

/* Two readers: one wants the sum before the norm. A norm after something else than a sum has nowhere to go. */
Test(fold, norms_stay_where_they_cannot_join)
{
    Graph *graph = network(4, 8, 8);
    Node *conv = add1(graph, OP_conv, filters(4, 3, 1), "conv", graph->input);
    Node *norm = add1(graph, OP_bn, network_attr(), "bn1", conv);
    Node *sum = add2(graph, OP_add, NULL, norm, conv);
    Node *active = add_unary(graph, OP_relu, sum);
    add1(graph, OP_bn, network_attr(), "bn2", active);
    finish(graph, graph->last);
    const char *before = dump(graph);
    run_pass(fold, graph, "fold");
    expect_dump(graph, before);
}

Test(fold, the_output_keeps_its_value)
{
    Graph *graph = network(3, 8, 8);
    Node *conv = add1(graph, OP_conv, filters(4, 3, 1), "conv", graph->input);
    add1(graph, OP_bn, network_attr(), "bn", conv);
    finish(graph, conv);
    run_pass(fold, graph, "fold");
    cr_assert_null(conv->folded);
}

Test(prune, drops_what_nobody_reads)
{
    Graph *graph = network(3, 8, 8);
    Node *kept = add_unary(graph, OP_relu, graph->input);
    Node *unread = add1(graph, OP_conv, filters(4, 3, 1), "unread", kept);
    add_unary(graph, OP_tanh, unread);
    finish(graph, kept);
    run_pass(prune, graph, "prune");
    expect_dump(graph, "%0 = input : 3x8x8\n%1 = relu %0 : 3x8x8\noutput %1\n");
    cr_assert_eq(graph->ntensors, 1);       /* a weights file still names it */
}

Test(prune, never_drops_the_input)
{
    Graph *graph = network(3, 8, 8);
    Node *other = add_unary(graph, OP_relu, graph->input);
    finish(graph, other);
    run_pass(prune, graph, "prune");
    cr_assert_eq(graph->count, 2);
    graph->output = graph->input;
    run_pass(prune, graph, "prune");
    expect_dump(graph, "%0 = input : 3x8x8\noutput %0\n");
}

/* ---- fuse ----------------------------------------------------------------------------------------------- */

/* The later of two convolutions takes the sum: its other operand is there by then. */
Test(fuse, residual_with_projection)
{
    Graph *graph = network(4, 8, 8);
    Node *body = add1(graph, OP_conv, filters(8, 3, 1), "body", graph->input);
    Node *projection = add1(graph, OP_conv, filters(8, 1, 0), "projection", graph->input);
    add_unary(graph, OP_relu, add2(graph, OP_add, NULL, body, projection));
    finish(graph, graph->last);
    run_pass(fuse, graph, "fuse");
    expect_dump(graph,
                "%0 = input : 4x8x8\n"
                "%1 = conv %0 body out=8 kernel=3x3 pad=1x1 : 8x8x8\n"
                "%2 = conv %0 projection out=8 kernel=1x1 : 8x8x8\n"
                "       then add %1\n"
                "       then relu\n"
                "output %2\n");
}

/* The shortcut comes after the convolution, but is no place for a tail: the convolution moves behind it. */
Test(fuse, residual_with_padding)
{
    Graph *graph = network(4, 8, 8);
    Node *body = add1(graph, OP_conv, filters(8, 3, 1), "body", graph->input);
    Node *shortcut = add1(graph, OP_pad, (Attr){.channels = {2, 2}}, NULL, graph->input);
    add_unary(graph, OP_relu, add2(graph, OP_add, NULL, body, shortcut));
    finish(graph, graph->last);
    run_pass(fuse, graph, "fuse");
    expect_dump(graph,
                "%0 = input : 4x8x8\n"
                "%1 = pad %0 channels=2x2 : 8x8x8\n"
                "%2 = conv %0 body out=8 kernel=3x3 pad=1x1 : 8x8x8\n"
                "       then add %1\n"
                "       then relu\n"
                "output %2\n");
}

/* A value with two readers stays; the convolution that ends the block takes the sum. */
Test(fuse, residual_with_identity)
{
    Graph *graph = network(4, 8, 8);
    Node *stem = add_unary(graph, OP_relu, add1(graph, OP_conv, filters(4, 3, 1), "stem", graph->input));
    Node *body = add1(graph, OP_conv, filters(4, 3, 1), "body", stem);
    add_unary(graph, OP_relu, add2(graph, OP_add, NULL, stem, body));
    finish(graph, graph->last);
    run_pass(fuse, graph, "fuse");
    expect_dump(graph,
                "%0 = input : 4x8x8\n"
                "%1 = conv %0 stem out=4 kernel=3x3 pad=1x1 : 4x8x8\n"
                "       then relu\n"
                "%2 = conv %1 body out=4 kernel=3x3 pad=1x1 : 4x8x8\n"
                "       then add %1\n"
                "       then relu\n"
                "output %2\n");
}

Test(fuse, elementwise_chains_without_producer)
{
    Graph *graph = network(4, 8, 8);
    Node *joined = network_add(graph, OP_concat, network_attr(), NULL, (Node *[]){graph->input, graph->input}, 2);
    Node *norm = add1(graph, OP_bn, network_attr(), "bn", joined);
    Node *active = add_unary(graph, OP_relu, norm);
    add_unary(graph, OP_global_avg_pool, active);
    finish(graph, graph->last);
    run_pass(fuse, graph, "fuse");
    expect_dump(graph,
                "%0 = input : 4x8x8\n"
                "%1 = concat %0 %0 : 8x8x8\n"
                "%2 = bn %1 bn : 8x8x8\n"
                "       then relu\n"
                "%3 = global_avg_pool %2 : 8x1x1\n"
                "output %3\n");
}

static Graph *strided(int out, int kernel, int groups)
{
    Graph *graph = network(16, 9, 8);
    Attr attr = grouped(out, kernel, 0, groups);
    attr.stride[0] = 2;
    attr.stride[1] = 3;
    add1(graph, OP_conv, attr, "b", add1(graph, OP_conv, filters(16, 1, 0), "a", graph->input));
    finish(graph, graph->last);
    return graph;
}

/* The pixels are gathered right behind the layer that makes them, by windows of one pixel. */
Test(gather, strided_pixels)
{
    Graph *graph = strided(256, 1, 1);
    Weights *weights = network_weights(graph, 1);
    float *input = network_input(graph, 1, 2);
    double *want = network_reference(graph, weights, input, 1);
    run_pass(gather, graph, "gather");
    double *got = network_reference(graph, weights, input, 1);
    cr_expect_arr_eq(got, want, 256 * 5 * 3 * sizeof *got);
    free(want), free(got), free(input);
    weights_free(weights);
    expect_dump(graph,
                "%0 = input : 16x9x8\n"
                "%1 = conv %0 a out=16 kernel=1x1 : 16x9x8\n"
                "%2 = max_pool %1 kernel=1x1 stride=2x3 : 16x5x3\n"
                "%3 = conv %2 b out=256 kernel=1x1 : 256x5x3\n"
                "output %3\n");
}

/* Not where few channels read them, nor where a window covers what lies between. */
Test(gather, nothing_to_gain)
{
    for (int i = 0; i < 3; i++) {
        Graph *graph = strided(i == 0 ? 248 : 256, i == 1 ? 2 : 1, i == 2 ? 2 : 1);
        int count = graph->count;
        gather(graph);
        cr_expect_eq(graph->count, count, "case %d", i);
        cr_expect_eq(graph->last->attr.stride[1], 3, "case %d", i);
    }
}

static Node *gradient(Graph *graph, Op op, Node *of, Node *const *in, int nin)
{
    Node *n = graph_add(graph, op, (Loc){0}, NULL, in, nin);
    n->of = of;
    return n;
}

/* In training the gradient of the filters reads the same copy, and that of the operand remembers the stride. */
Test(gather, gradients)
{
    static const Training training = {0};
    Graph *graph = strided(256, 1, 1);
    Node *conv = graph->last, *x = conv->in[0];
    graph->training = &training;
    Node *dw = gradient(graph, OP_conv_dw, conv, (Node *[]){x, conv}, 2), *dx = gradient(graph, OP_conv_dx, conv, &conv, 1);
    gather(graph);
    cr_expect_eq(conv->attr.stride[1], 1);
    cr_expect_eq(conv->in[0]->op, OP_max_pool);
    cr_expect_eq(dw->in[0], conv->in[0]);
    cr_expect_eq(dw->of, conv);
    cr_expect_eq(dx->of->attr.stride[1], 3);
    cr_expect_eq(dx->of->in[0], x);
    cr_expect_eq(node_owner(dx->of), conv);
}

/* A gate is computed from the tensor that it scales: the product stands alone, and the residual joins it. */
Test(fuse, squeeze_and_excitation)
{
    Graph *graph = network(8, 8, 8);
    Node *body = add1(graph, OP_conv, filters(8, 3, 1), "body", graph->input);
    Node *squeezed = add_unary(graph, OP_global_avg_pool, body);
    Node *gate = add_unary(graph, OP_sigmoid, add1(graph, OP_conv, filters(8, 1, 0), "gate", squeezed));
    Node *scaled = add2(graph, OP_mul, NULL, gate, body);
    add_unary(graph, OP_relu, add2(graph, OP_add, NULL, scaled, graph->input));
    finish(graph, graph->last);
    run_pass(fuse, graph, "fuse");
    expect_dump(graph,
                "%0 = input : 8x8x8\n"
                "%1 = conv %0 body out=8 kernel=3x3 pad=1x1 : 8x8x8\n"
                "%2 = global_avg_pool %1 : 8x1x1\n"
                "%3 = conv %2 gate out=8 kernel=1x1 : 8x1x1\n"
                "       then sigmoid\n"
                "%4 = mul %1 %3 : 8x8x8\n"
                "       then add %0\n"
                "       then relu\n"
                "output %4\n");
}

/* A gate that is there before the convolution can be applied in its tail. */
Test(fuse, gates_from_elsewhere)
{
    Graph *graph = network(8, 8, 8);
    Node *gate = add_unary(graph, OP_global_avg_pool, graph->input);
    Node *body = add1(graph, OP_conv, filters(8, 3, 1), "body", graph->input);
    add2(graph, OP_mul, NULL, gate, body);
    finish(graph, graph->last);
    run_pass(fuse, graph, "fuse");
    expect_dump(graph,
                "%0 = input : 8x8x8\n"
                "%1 = global_avg_pool %0 : 8x1x1\n"
                "%2 = conv %0 body out=8 kernel=3x3 pad=1x1 : 8x8x8\n"
                "       then mul %1\n"
                "output %2\n");
}

Test(fuse, sums_of_many)
{
    Graph *graph = network(4, 8, 8);
    Node *term[3];
    for (int i = 0; i < 3; i++)
        term[i] = add1(graph, OP_conv, filters(4, 1, 0), arena_printf(&context, "c%d", i), graph->input);
    network_add(graph, OP_add, network_attr(), NULL, term, 3);
    finish(graph, graph->last);
    run_pass(fuse, graph, "fuse");
    expect_dump(graph,
                "%0 = input : 4x8x8\n"
                "%1 = conv %0 c0 out=4 kernel=1x1 : 4x8x8\n"
                "%2 = conv %0 c1 out=4 kernel=1x1 : 4x8x8\n"
                "       then add %1\n"
                "%3 = conv %0 c2 out=4 kernel=1x1 : 4x8x8\n"
                "       then add %2\n"
                "output %3\n");
}

/* A kernel has pointers for so many operands of a tail: the rest of a long sum begins a new node. */
Test(fuse, tails_have_bounds)
{
    Graph *graph = network(4, 8, 8);
    Node *term[7];
    for (int i = 0; i < 7; i++)
        term[i] = graph->input;
    network_add(graph, OP_add, network_attr(), NULL, term, 7);
    finish(graph, graph->last);
    run_pass(fuse, graph, "fuse");
    expect_dump(graph,
                "%0 = input : 4x8x8\n"
                "%1 = add %0 %0 : 4x8x8\n       then add %0\n       then add %0\n"
                "%2 = add %1 %0 : 4x8x8\n       then add %0\n       then add %0\n"
                "output %2\n");
}

Test(fuse, pools_join_where_they_divide_the_map)
{
    Graph *graph = network(4, 8, 8);
    Node *conv = add1(graph, OP_conv, filters(4, 3, 1), "conv", graph->input);
    add_unary(graph, OP_relu, add1(graph, OP_max_pool, window(2, 2, 0), NULL, add_unary(graph, OP_relu, conv)));
    finish(graph, graph->last);
    run_pass(fuse, graph, "fuse");
    expect_dump(graph,
                "%0 = input : 4x8x8\n"
                "%1 = conv %0 conv out=4 kernel=3x3 pad=1x1 : 4x4x4\n"
                "       then relu\n"
                "       then max_pool kernel=2x2\n"
                "%2 = relu %1 : 4x4x4\n"
                "output %2\n");
}

/* The node that makes the output once a pool follows a convolution. */
static Op maker_after_pool(Attr conv, Op op, Attr pool)
{
    Graph *graph = network(4, 8, 8);
    Node *last = add1(graph, op, pool, NULL, add1(graph, OP_conv, conv, "conv", graph->input));
    finish(graph, last);
    run_pass(fuse, graph, "fuse");
    return graph->output->op;
}

Test(fuse, pools_stay_where_they_do_not)
{
    cr_assert_eq(maker_after_pool(filters(4, 3, 1), OP_max_pool, window(2, 2, 0)), OP_conv);
    cr_assert_eq(maker_after_pool(filters(4, 3, 1), OP_global_avg_pool, network_attr()), OP_conv);
    cr_assert_eq(maker_after_pool(filters(4, 3, 1), OP_avg_pool, window(2, 2, 0)), OP_avg_pool);
    cr_assert_eq(maker_after_pool(filters(4, 2, 0), OP_max_pool, window(2, 2, 0)), OP_max_pool, "7 rows");
    cr_assert_eq(maker_after_pool(filters(4, 3, 1), OP_max_pool, window(3, 2, 0)), OP_max_pool, "windows overlap");
    cr_assert_eq(maker_after_pool(filters(4, 3, 1), OP_max_pool, window(2, 2, 1)), OP_max_pool, "padding");
    cr_assert_eq(maker_after_pool(grouped(4, 3, 1, 2), OP_max_pool, window(2, 2, 0)), OP_max_pool, "groups");
}

/* ---- lead ----------------------------------------------------------------------------------------------- */

/* Large pictures and few filters first, the other way round behind them. */
Test(lead, where_filters_outgrow_pictures)
{
    static const struct { int max_batch; bool leading[5]; } expected[] = {
        {1, {false, false, false, false, false}}, {8, {true, true, true, false, false}},
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        Graph *graph = network(8, 64, 64);
        graph->max_batch = expected[i].max_batch;
        Node *node[] = {
            graph->input,
            add1(graph, OP_conv, filters(8, 1, 0), "large", graph->last),
            add1(graph, OP_max_pool, window(32, 32, 0), NULL, graph->last),
            add1(graph, OP_conv, filters(512, 1, 0), "small", graph->last),
            add1(graph, OP_conv, filters(512, 1, 0), "smaller", graph->last),
        };
        finish(graph, graph->last);
        run_pass(layout, graph, "layout");
        run_pass(choose, graph, "choose");
        run_pass(lead, graph, "lead");
        for (int n = 0; n < 5; n++)
            cr_expect_eq(node[n]->leading, expected[i].leading[n], "batch %d, %s", graph->max_batch, node[n]->name);
    }
}

/* ---- plan ----------------------------------------------------------------------------------------------- */

static Graph *planned(Graph *graph)
{
    finish(graph, graph->last);
    run_pass(fuse, graph, "fuse");
    run_pass(layout, graph, "layout");
    run_pass(choose, graph, "choose");
    run_pass(plan, graph, "plan");
    return graph;
}

/* A chain needs two tensors at a time, however long it is. */
Test(plan, chains_take_turns)
{
    Graph *graph = network(16, 8, 8);
    for (int i = 0; i < 50; i++)
        add1(graph, OP_conv, filters(16, 1, 0), arena_printf(&context, "c%d", i), graph->last);
    planned(graph);
    int64_t one = graph->output->layout.size;
    cr_assert_eq(graph->arena_floats, graph->live_floats);
    cr_assert_leq(graph->arena_floats, 2 * (one + 16));
}

/* Random networks of branches and joins: the verifier sees to the overlaps, the bound is the issue's. */
Test(plan, stays_near_the_bound)
{
    uint64_t state = 1;
    for (int trial = 0; trial < 60; trial++) {
        Graph *graph = network(8, 16, 16);
        for (int i = 0; i < 40; i++) {
            Node *in = graph->last;
            state = state * 6364136223846793005u + 1442695040888963407u;
            for (int back = (int)(state >> 60) % 4; back-- && in->prev;)
                in = in->prev;
            int out = 8 + (int)(state >> 40) % 56;
            add1(graph, OP_conv, filters(out, 1, 0), arena_printf(&context, "c%d_%d", trial, i), in);
            if (i % 3 == 2)
                add2(graph, OP_concat, NULL, graph->last, graph->last->prev);
        }
        planned(graph);
        cr_assert_leq((double)graph->arena_floats, 1.15 * (double)graph->live_floats, "trial %d: %lld of %lld", trial,
                      (long long)graph->arena_floats, (long long)graph->live_floats);
    }
}

/* Everything alive at once: beyond what the search takes on, tensors get places of their own. */
Test(plan, wide_networks)
{
    Graph *graph = network(1, 1, 1);
    enum { MANY = 3000, GROUP = 1000 };
    Node *term[MANY], *sum[MANY / GROUP];
    for (int i = 0; i < MANY; i++)
        term[i] = add_unary(graph, OP_relu, graph->input);
    for (int i = 0; i < MANY / GROUP; i++)
        sum[i] = network_add(graph, OP_add, network_attr(), NULL, term + i * GROUP, GROUP);
    network_add(graph, OP_add, network_attr(), NULL, sum, MANY / GROUP);
    finish(graph, graph->last);
    run_pass(layout, graph, "layout");
    run_pass(plan, graph, "plan");
    cr_assert_geq(graph->arena_floats, graph->live_floats);
}
