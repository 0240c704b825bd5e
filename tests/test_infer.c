/* test_infer.c - shapes by PyTorch's rules, costs, names of parameters, and every refusal. */
#include <criterion/criterion.h>
#include <string.h>

#include "context.h"
#include "support.h"

TestSuite(infer, .init = open_context, .fini = close_context);
TestSuite(declare, .init = open_context, .fini = close_context);

static void expect_shape(const char *input, const char *layers, const char *shape)
{
    Graph *graph = graph_of(&context, input, layers);
    cr_assert(graph, "%s", context.message);
    const char *got = shape_text(&context, graph->output->shape);
    cr_assert_str_eq(got, shape, "%s on %s: %s instead of %s", layers, input, got, shape);
}

/* The message must name the place and contain `message`. */
static void expect_refusal(const char *input, const char *layers, const char *message)
{
    Graph *graph = graph_of(&context, input, layers);
    cr_assert_null(graph, "%s on %s must be refused", layers, input);
    cr_assert(strncmp(context.message, "net.yaml:3:", 11) == 0, "%s", context.message);
    cr_assert(strstr(context.message, message), "wanted: %s\ngot: %s", message, context.message);
}

/* ---- shapes: every one of these is what PyTorch gives ------------------------------------------------ */

Test(infer, convolutions)
{
    expect_shape("[3, 224, 224]", "conv: {out: 64, kernel: 7, stride: 2, pad: 3}", "64x112x112");
    expect_shape("[3, 7, 9]", "conv: {out: 5, kernel: [3, 2], stride: [2, 3]}", "5x3x3");
    expect_shape("[4, 9, 9]", "conv: {out: 6, kernel: 3, dilation: 3, pad: 1, groups: 2}", "6x5x5");
    expect_shape("[3, 5, 5]", "conv: {out: 2, kernel: 5}", "2x1x1");
}

Test(infer, pools)
{
    expect_shape("[64, 112, 112]", "max_pool: {kernel: 3, stride: 2, pad: 1}", "64x56x56");
    expect_shape("[64, 112, 112]", "max_pool: {kernel: 3, stride: 2, ceil_mode: true}", "64x56x56");
    expect_shape("[2, 6, 7]", "max_pool: {kernel: 2}", "2x3x3");
    expect_shape("[2, 6, 7]", "avg_pool: {kernel: 2, ceil_mode: true}", "2x3x4");
    expect_shape("[2, 2, 2]", "max_pool: {kernel: 3, stride: 2, ceil_mode: true}", "2x1x1");
    expect_shape("[2, 9, 9]", "max_pool: {kernel: 3, stride: 2, dilation: 2, pad: 1}", "2x4x4");
}

/* The last window would start in the padding behind the input: PyTorch drops it. */
Test(infer, ceil_mode_drops_windows_that_start_outside)
{
    expect_shape("[1, 3, 4]", "avg_pool: {kernel: 2, stride: 3, pad: 1, ceil_mode: true}", "1x2x2");
    expect_shape("[1, 5, 5]", "max_pool: {kernel: 2, stride: 2, pad: 1, ceil_mode: true}", "1x3x3");
}

Test(infer, the_rest)
{
    expect_shape("[3, 4, 5]", "flatten", "60");
    expect_shape("[3, 4, 5]", "global_avg_pool", "3x1x1");
    expect_shape("[3, 4, 5]", "global_avg_pool, linear: {out: 7}", "7");
    expect_shape("[3, 4, 5]", "pad: {edges: [1, 2, 3, 4], channels: [2, 0]}", "5x7x12");
    expect_shape("[3, 4, 5]", "softmax", "3x4x5");
}

Test(infer, gates_may_come_first)
{
    Graph *graph = network_new(&context, (Shape){4, 3, 3, false});
    Node *gate = add_unary(graph, OP_global_avg_pool, graph->input);
    Node *product = add2(graph, OP_mul, NULL, gate, graph->input);
    cr_assert_eq(product->in[0], graph->input);
    cr_assert_eq(product->shape.height, 3);
}

Test(infer, costs)
{
    Graph *graph = graph_of(&context, "[4, 8, 8]", "conv: {out: 6, kernel: [3, 1], groups: 2}, flatten, linear: {out: 10}");
    cr_assert(graph, "%s", context.message);
    cr_assert_eq(graph_macs(graph), 6 * 6 * 8 * (2 * 3) + 6 * 6 * 8 * 10);
    cr_assert_eq(graph_parameters(graph), 6 * 2 * 3 + 6 * 6 * 8 * 10 + 10);
}

/* ---- refusals ------------------------------------------------------------------------------------------- */

Test(infer, refuses_convolutions)
{
    expect_refusal("[64, 8, 8]", "conv: {out: 6, kernel: 3, groups: 3}", "groups=3 does not divide the 64 input channels");
    expect_refusal("[6, 8, 8]", "conv: {out: 8, kernel: 3, groups: 3}", "groups=3 does not divide the 8 output channels");
    expect_refusal("[3, 5, 9]", "conv: {out: 8, kernel: 7}", "kernel 7 with dilation 1 spans 7 rows, but its input has 5 (5 with padding)");
    expect_refusal("[3, 9, 5]", "conv: {out: 8, kernel: 3, dilation: 4, pad: 1}",
                   "kernel 3 with dilation 4 spans 9 columns, but its input has 5 (7 with padding)");
    expect_refusal("[3, 9, 5]", "flatten, conv: {out: 8, kernel: 1}", "conv needs rows and columns, but its input is flat: 135 values");
}

Test(infer, refuses_pools)
{
    expect_refusal("[3, 5, 5]", "max_pool: {kernel: 7}", "max_pool window of 7 rows is larger than its input of 5 (5 with padding)");
    expect_refusal("[3, 5, 5]", "avg_pool: {kernel: 3, pad: 2}", "pad 2 is more than half of kernel 3");
    expect_refusal("[3, 5, 5]", "flatten, max_pool: {kernel: 1}", "max_pool needs rows and columns");
    expect_refusal("[3, 5, 5]", "flatten, global_avg_pool", "global_avg_pool needs rows and columns");
}

Test(infer, refuses_linear_on_pictures)
{
    expect_refusal("[3, 5, 5]", "linear: {out: 8}", "linear needs a flat input or one pixel, but its input is 3x5x5");
    cr_assert(strstr(context.message, "hint: add `flatten`"));
}

Test(infer, refuses_norms)
{
    expect_refusal("[10, 5, 5]", "gn: {groups: 4}", "groups=4 does not divide the 10 input channels");
    expect_refusal("[10, 1, 1]", "in", "in averages over the pixels of each channel, but its input has one");
}

Test(infer, refuses_flat_edges)
{
    expect_refusal("[3, 5, 5]", "flatten, pad: {edges: 1}", "pad needs rows and columns");
}

Test(infer, refuses_what_is_too_large)
{
    expect_refusal("[1024, 512, 512]", "pad: {edges: 8}", "pad makes a tensor of 1024x528x528; the limit is 268435456 elements");
    expect_refusal("[1, 512, 512]", "pad: {channels: 1048576}", "pad makes 2097153 channels; the limit is 1048576");
    expect_refusal("[16384, 100, 100]", "flatten, linear: {out: 1000000}", "linear.weight is too large");
}

/* Refusals of operations with several operands, whose wiring a spec's blocks take care of. */
static Op refused_op;
static Shape refused_left, refused_right;
static Attr refused_attr;

static void build_refused(Graph *graph)
{
    graph->input->shape = refused_left;
    Node *other = graph_add(graph, OP_input, (Loc){0}, "other", NULL, 0);
    other->shape = refused_right;
    Node *node = graph_add(graph, refused_op, (Loc){0}, "node", (Node *[]){graph->input, other}, 2);
    node->attr = refused_attr;
    op_info[refused_op].infer(graph, node);
}

static void expect_refused(Op op, Shape left, Shape right, const char *message)
{
    Graph *graph = network_new(&context, left);
    refused_op = op;
    refused_left = left;
    refused_right = right;
    const char *got = refusal(&context, build_refused, graph);
    cr_assert(got && strstr(got, message), "wanted: %s\ngot: %s", message, got ? got : "no message");
}

Test(infer, refuses_operands_that_differ)
{
    Shape small = {4, 3, 3, false}, wide = {4, 3, 4, false}, deep = {5, 3, 3, false}, flat = {4, 1, 1, true}, pixel = {4, 1, 1, false};
    expect_refused(OP_add, small, wide, "add needs tensors of one shape, but 'input' is 4x3x3 and 'other' is 4x3x4");
    expect_refused(OP_add, small, deep, "'input' is 4x3x3 and 'other' is 5x3x3");
    expect_refused(OP_add, flat, pixel, "'input' is 4 and 'other' is 4x1x1");
    expect_refused(OP_mul, small, wide, "mul needs tensors of one shape");
    expect_refused(OP_mul, small, (Shape){5, 1, 1, false}, "'input' is 4x3x3 and 'other' is 5x1x1");
    expect_refused(OP_concat, small, wide, "concat needs equal rows and columns, but 'input' is 4x3x3 and 'other' is 4x3x4");
    expect_refused(OP_concat, flat, pixel, "concat needs equal rows and columns");
}

Test(infer, refuses_slices_beyond_the_end)
{
    refused_attr = (Attr){.begin = 3, .count = 2};
    expect_refused(OP_slice, (Shape){4, 3, 3, false}, (Shape){1, 1, 1, false},
                   "channels 3 to 4 are wanted, but 'input' has 4 (the first is 0)");
}

static void join_a_thousand(Graph *graph)
{
    Node *part[1000];
    for (int i = 0; i < 1000; i++)
        part[i] = graph->input;
    Node *node = graph_add(graph, OP_concat, (Loc){0}, NULL, part, 1000);
    op_info[OP_concat].infer(graph, node);
}

Test(infer, refuses_sums_of_sizes)
{
    const char *got = refusal(&context, join_a_thousand, network_new(&context, (Shape){1 << 20, 1, 1, false}));
    cr_assert(got && strstr(got, "concat makes 1048576000 channels; the limit is 1048576"), "%s", got);
    got = refusal(&context, join_a_thousand, network_new(&context, (Shape){1 << 20, 1, 1, true}));
    cr_assert(got && strstr(got, "concat makes a tensor of 1048576000 elements; the limit is 268435456"), "%s", got);
}

static void infer_too_much_work(Graph *graph)
{
    Node *conv = graph_add(graph, OP_conv, (Loc){0}, "conv", &graph->input, 1);
    conv->attr = filters(1 << 14, 63, 31);
    infer(graph);
}

Test(infer, refuses_endless_work)
{
    const char *got = refusal(&context, infer_too_much_work, network_new(&context, (Shape){1 << 14, 128, 128, false}));
    cr_assert(got && strstr(got, "conv 'conv' takes 17455846602571776 multiply-accumulates; the limit is 17592186044416"), "%s", got);
}

/* ---- parameters ----------------------------------------------------------------------------------------- */

static const Tensor *tensor_at(const Graph *graph, int i)
{
    const Tensor *tensor = graph->tensors;
    while (i--)
        tensor = tensor->next;
    return tensor;
}

Test(declare, names_as_in_torchvision)
{
    static const char *const names[] = {"c.weight", "c.bias", "n.weight", "n.bias", "n.running_mean", "n.running_var",
                                        "n.num_batches_tracked", "l.weight", "l.bias"};
    Graph *graph = network_new(&context, (Shape){6, 1, 1, false});
    Attr attr = grouped(4, 1, 0, 2);
    attr.bias = true;
    add1(graph, OP_conv, attr, "c", graph->input);
    add1(graph, OP_bn, network_attr(), "n", graph->last);
    add1(graph, OP_linear, attr, "l", graph->last);
    cr_assert_eq(graph->ntensors, 9);
    for (int i = 0; i < 9; i++)
        cr_assert_str_eq(tensor_at(graph, i)->name, names[i]);
    cr_assert_eq(tensor_at(graph, 0)->dim[1], 3);
    cr_assert(tensor_at(graph, 4)->buffer && !tensor_at(graph, 4)->integer);
    cr_assert(tensor_at(graph, 6)->integer && tensor_at(graph, 6)->rank == 0);
}

Test(declare, norms_without_scale)
{
    Graph *graph = network_new(&context, (Shape){6, 2, 2, false});
    Attr attr = network_attr();
    attr.affine = false;
    add1(graph, OP_in, attr, "norm", graph->input);
    cr_assert_eq(graph->ntensors, 0);
}

Test(declare, identical_branches_share_stacked_tensors)
{
    Graph *graph = network_new(&context, (Shape){6, 4, 4, false});
    Node *branch[3];
    for (int i = 0; i < 3; i++) {
        Node *conv = network_branch(graph, OP_conv, filters(4, 3, 1), graph->input, (Stack){"a", i, 3, 0});
        Node *norm = network_branch(graph, OP_bn, network_attr(), conv, (Stack){"n", i, 3, 0});
        branch[i] = network_branch(graph, OP_conv, filters(8, 1, 0), norm, (Stack){"b", i, 3, 1});
        cr_assert_eq(conv->weight[W_weight].begin, 4 * i);
        cr_assert_eq(norm->weight[W_var].begin, 4 * i);
        cr_assert_eq(branch[i]->weight[W_weight].begin, 4 * i);
        cr_assert_eq(branch[i]->weight[W_weight].axis, 1);
    }
    finish(graph, branch[2]);
    cr_assert_eq(graph_tensor(graph, "a.weight")->dim[0], 12);
    cr_assert_eq(graph_tensor(graph, "b.weight")->dim[0], 8);
    cr_assert_eq(graph_tensor(graph, "b.weight")->dim[1], 12);
    cr_assert_eq(graph->ntensors, 7);
    verify_graph(graph, "building");
}

static void declare_twice(Graph *graph)
{
    for (int i = 0; i < 2; i++) {
        Node *conv = graph_add(graph, OP_conv, (Loc){graph->input->loc.source, 3 + i, 5}, "conv", &graph->input, 1);
        conv->attr = filters(4, 3, 1);
        op_info[OP_conv].infer(graph, conv);
        op_info[OP_conv].declare(graph, conv);
    }
}

Test(declare, refuses_two_of_one_name)
{
    Source source = {"net.yaml", "", 0};
    Graph *graph = network_new(&context, (Shape){6, 4, 4, false});
    graph->input->loc.source = &source;
    const char *got = refusal(&context, declare_twice, graph);
    cr_assert(got && strstr(got, "net.yaml:4:5: error: 'conv.weight' is declared twice; the first is at net.yaml:3:5"), "%s", got);
}
