/* test_regroup.c - parallel branches that are one grouped convolution, and those that are not. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "../backends/backend.h"
#include "context.h"
#include "support.h"

TestSuite(regroup, .init = open_context, .fini = close_context);

static Graph *network(int channels, int height, int width)
{
    return network_new(&context, (Shape){channels, height, width, false});
}

static Node *norm_and_relu(Graph *graph, const char *name, Stack stack, Node *in)
{
    stack.name = name;
    return add_unary(graph, OP_relu, stack.count ? network_branch(graph, OP_bn, network_attr(), in, stack)
                                             : add1(graph, OP_bn, network_attr(), name, in));
}

static Node *branch_conv(Graph *graph, Attr attr, const char *name, int axis, Stack stack, Node *in)
{
    stack.name = name;
    stack.axis = axis;
    return stack.count ? network_branch(graph, OP_conv, attr, in, stack) : add1(graph, OP_conv, attr, name, in);
}

/* 1x1 to `width` channels, 3x3, both normalised. */
static Node *narrow_branch(Graph *graph, int width, int groups, Stack stack, Node *in)
{
    Node *first = norm_and_relu(graph, "bn1", stack, branch_conv(graph, filters(width, 1, 0), "conv1", 0, stack, in));
    Node *second = branch_conv(graph, grouped(width, 3, 1, groups), "conv2", 0, stack, first);
    return norm_and_relu(graph, "bn2", stack, second);
}

enum { CARDINALITY = 4, WIDTH = 2, OUT = 16 };

static Graph *resnext_block(char form)
{
    Graph *graph = network(OUT, 6, 6);
    Node *branch[CARDINALITY], *body = NULL;
    Stack stack = {.count = CARDINALITY};
    for (int i = 0; form != 'c' && i < CARDINALITY; i++) {
        stack.index = i;
        branch[i] = narrow_branch(graph, WIDTH, 1, stack, graph->input);
        if (form == 'a')
            branch[i] = branch_conv(graph, filters(OUT, 1, 0), "conv3", 1, stack, branch[i]);
    }
    if (form == 'c')
        body = narrow_branch(graph, WIDTH * CARDINALITY, CARDINALITY, (Stack){0}, graph->input);
    if (form == 'b')
        body = network_add(graph, OP_concat, network_attr(), NULL, branch, CARDINALITY);
    body = form == 'a' ? network_add(graph, OP_add, network_attr(), NULL, branch, CARDINALITY)
                       : add1(graph, OP_conv, filters(OUT, 1, 0), "conv3", body);
    body = add1(graph, OP_bn, network_attr(), "bn3", body);
    add_unary(graph, OP_relu, add2(graph, OP_add, NULL, body, graph->input));
    finish(graph, graph->last);
    verify_graph(graph, "building");
    return graph;
}

Test(regroup, three_forms_are_one)
{
    Graph *a = resnext_block('a'), *b = resnext_block('b'), *c = resnext_block('c');
    const char *grouped_form = dump(c);
    cr_assert_str_neq(dump(a), dump(b));
    run_pass(regroup, a, "regroup");
    run_pass(regroup, b, "regroup");
    run_pass(regroup, c, "regroup");
    expect_dump(c, grouped_form);
    expect_dump(a, grouped_form);
    expect_dump(b, grouped_form);
    cr_assert(strstr(grouped_form, "conv2 out=8 kernel=3x3 pad=1x1 groups=4"));
    cr_assert_eq(graph_macs(a), graph_macs(c));
}

/* A split into equal parts, a convolution on each, and a concat: a grouped convolution. */
static Graph *split_and_join(int parts, int permuted)
{
    Graph *graph = network(8, 6, 6);
    Node *branch[8];
    for (int i = 0; i < parts; i++) {
        Attr part = {.begin = 8 / parts * (i ^ permuted), .count = 8 / parts};
        Node *slice = add1(graph, OP_slice, part, NULL, graph->input);
        Stack stack = {"conv", i, parts, 0};
        branch[i] = add_unary(graph, OP_relu, network_branch(graph, OP_conv, grouped(6, 3, 1, 2), slice, stack));
    }
    network_add(graph, OP_concat, network_attr(), NULL, branch, parts);
    finish(graph, graph->last);
    return graph;
}

Test(regroup, slices_divide_a_tensor)
{
    Graph *graph = split_and_join(4, 0);
    run_pass(regroup, graph, "regroup");
    expect_dump(graph,
                "%0 = input : 8x6x6\n"
                "%1 = conv %0 conv out=24 kernel=3x3 pad=1x1 groups=8 : 24x6x6\n"
                "%2 = relu %1 : 24x6x6\n"
                "output %2\n");
}

static void expect_unchanged(Graph *graph)
{
    const char *before = dump(graph);
    run_pass(regroup, graph, "regroup");
    expect_dump(graph, before);
}

Test(regroup, slices_out_of_order_stay)
{
    expect_unchanged(split_and_join(4, 1));
}

/* Branches alike but for their parameters, as in an Inception block: nothing tells that they belong together. */
Test(regroup, branches_with_own_parameters_stay)
{
    Graph *graph = network(8, 6, 6);
    Node *a = add1(graph, OP_conv, filters(4, 3, 1), "a", graph->input);
    Node *b = add1(graph, OP_conv, filters(4, 3, 1), "b", graph->input);
    add2(graph, OP_concat, NULL, a, b);
    finish(graph, graph->last);
    expect_unchanged(graph);
}

/* Sums of whole branches with a norm or an activation before the sum cannot be one convolution. */
Test(regroup, sums_after_an_activation_stay)
{
    Graph *graph = network(8, 6, 6);
    Node *branch[2];
    for (int i = 0; i < 2; i++)
        branch[i] = add_unary(graph, OP_relu, network_branch(graph, OP_conv, filters(4, 3, 1), graph->input, (Stack){"conv", i, 2, 0}));
    add2(graph, OP_add, NULL, branch[0], branch[1]);
    finish(graph, graph->last);
    expect_unchanged(graph);
}

/* Somebody else reads one branch. */
Test(regroup, branches_with_other_readers_stay)
{
    Graph *graph = split_and_join(2, 0);
    Node *joined = graph->last, *inner = joined->in[0];
    add2(graph, OP_concat, NULL, joined, inner);
    finish(graph, graph->last);
    expect_unchanged(graph);
}

/* Groups of each branch over one shared source would interleave. */
Test(regroup, grouped_branches_of_one_source_stay)
{
    Graph *graph = network(8, 6, 6);
    Node *branch[2];
    for (int i = 0; i < 2; i++)
        branch[i] = network_branch(graph, OP_conv, grouped(4, 3, 1, 2), graph->input, (Stack){"conv", i, 2, 0});
    add2(graph, OP_concat, NULL, branch[0], branch[1]);
    finish(graph, graph->last);
    expect_unchanged(graph);
}

/* Pools and activations before the first convolution are the same in every branch. */
Test(regroup, common_beginnings_are_computed_once)
{
    Graph *graph = network(8, 6, 6);
    Node *branch[2];
    for (int i = 0; i < 2; i++) {
        Node *pool = add1(graph, OP_avg_pool, window(3, 1, 1), NULL, add_unary(graph, OP_relu, graph->input));
        branch[i] = network_branch(graph, OP_conv, filters(4, 1, 0), pool, (Stack){"conv", i, 2, 0});
    }
    add2(graph, OP_concat, NULL, branch[0], branch[1]);
    finish(graph, graph->last);
    run_pass(regroup, graph, "regroup");
    expect_dump(graph,
                "%0 = input : 8x6x6\n"
                "%1 = relu %0 : 8x6x6\n"
                "%2 = avg_pool %1 kernel=3x3 stride=1x1 pad=1x1 : 8x6x6\n"
                "%3 = conv %2 conv out=8 kernel=1x1 : 8x6x6\n"
                "output %3\n");
}

/* The merged network computes the same: the reference, before and after. */
Test(regroup, keeps_the_result)
{
    Graph *graph = resnext_block('a');
    Weights *weights = network_weights(graph, 3);
    float *input = network_input(graph, 2, 3);
    double *before = network_reference(graph, weights, input, 2);
    run_pass(regroup, graph, "regroup");
    double *after = network_reference(graph, weights, input, 2);
    for (int i = 0; i < 2 * shape_floats(graph->output->shape); i++)
        cr_assert_float_eq(before[i], after[i], 1e-9);
    weights_free(weights);
    free(input);
    free(before);
    free(after);
}
