/* test_expand.c - what specs become: names, order, stacked parameters, preprocessing, speed. What must be refused, and
 * larger networks, are in tests/specs/. */
#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

#include "context.h"
#include "support.h"

TestSuite(expand, .init = open_context, .fini = close_context);

static Graph *graph_from(const char *text)
{
    if (setjmp(context.on_error))
        return NULL;
    return expand(&context, parse(&context, "net.yaml", text), NULL);
}

/* The names of all nodes with their operations, in order: "conv:conv1 relu:relu ...". */
static void expect_nodes(const char *text, const char *expected)
{
    Graph *graph = graph_from(text);
    cr_assert(graph, "%s", context.message);
    Text names = text_new(&context);
    for (const Node *node = graph->first->next; node->op != OP_output; node = node->next)
        text_add(&names, "%s%s:%s", names.size ? " " : "", op_name(node->op), node->name);
    cr_assert_str_eq(names.data, expected, "wanted: %s\ngot:    %s", expected, names.data);
}

#define SPEC "name: net\ninput: [8, 8, 8]\n"

Test(expand, unnamed_layers_are_numbered)
{
    expect_nodes(SPEC "layers: [relu, relu, {max_pool: {kernel: 2, name: relu_3}}, relu, relu]",
                 "relu:relu relu:relu_2 max_pool:relu_3 relu:relu_4 relu:relu_5");
}

Test(expand, blocks_and_repeats_prefix_names)
{
    expect_nodes(SPEC "blocks: {b: {args: {s: 1}, body: [{max_pool: {name: p, kernel: 1, stride: $s}}, relu]}}\n"
                 "layers: [{b: {name: one}}, {repeat: {name: two, block: b, times: 2, first: {s: 2}}}]",
                 "max_pool:one.p relu:one.relu max_pool:two.0.p relu:two.0.relu max_pool:two.1.p relu:two.1.relu");
}

Test(expand, sequential_counts_what_is_there)
{
    expect_nodes(SPEC "params: {bare: true}\nblocks: {b: {body: [relu, {bn: {name: n}}]}}\n"
                 "layers:\n  - sequential:\n      name: f\n      body:\n        - relu\n        - bn: {if: not bare}\n        - b\n"
                 "        - repeat: {times: 2, body: [relu, {norm: {kind: none}}]}\n        - repeat: {times: 2, block: b}\n        - dropout\n",
                 "relu:f.0 relu:f.1.relu bn:f.1.n relu:f.2 relu:f.3 relu:f.4.relu bn:f.4.n relu:f.5.relu bn:f.5.n dropout:f.6");
}

Test(expand, residual_shortcuts)
{
    const char *const head = SPEC "layers:\n  - residual:\n      body: [{conv: {name: c, out: %s, kernel: 3, stride: %s, pad: 1}}]\n"
                             "      shortcut: %s\n";
    static const char *const row[][4] = {
        {"8", "1", "none", "conv:c"},
        {"8", "1", "identity", "conv:c add:add"},
        {"8", "1", "A", "conv:c add:add"},
        {"16", "1", "A", "conv:c pad:widen add:add"},
        {"8", "2", "A", "conv:c max_pool:subsample add:add"},
        {"16", "2", "A", "conv:c max_pool:subsample pad:widen add:add"},
        {"8", "1", "B", "conv:c add:add"},
        {"16", "2", "B", "conv:c conv:downsample.0 bn:downsample.1 add:add"},
        {"8", "1", "C", "conv:c conv:downsample.0 bn:downsample.1 add:add"},
        {"8", "1", "{kind: C, norm: none, name: s}", "conv:c conv:s.0 add:add"},
        {"8", "1", "{kind: C, norm: {kind: gn, groups: 2}}", "conv:c conv:downsample.0 gn:downsample.1 add:add"},
        {"8", "[1, 2]", "B", "conv:c conv:downsample.0 bn:downsample.1 add:add"},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        expect_nodes(arena_printf(&context, head, row[i][0], row[i][1], row[i][2]), row[i][3]);
}

Test(expand, shortcut_a_appends_zeros_behind)
{
    Graph *graph = graph_from(SPEC "layers: [{residual: {body: [{conv: {name: c, out: 20, kernel: 1, stride: 2}}], shortcut: A}}]");
    cr_assert(graph, "%s", context.message);
    const Node *pad = graph->last->prev->prev, *pool = pad->prev;
    cr_assert(pad->op == OP_pad && pad->attr.channels[0] == 0 && pad->attr.channels[1] == 12);
    cr_assert(pool->op == OP_max_pool && pool->attr.kernel[0] == 1 && pool->attr.stride[1] == 2);
}

/* Slices of one stacked parameter: over output channels, but over input channels for the convolution before a sum. */
Test(expand, identical_branches_share_parameters)
{
    Graph *graph = graph_from(SPEC "layers:\n  - branches:\n      join: add\n      times: 3\n      body:\n"
                              "        - conv: {name: a, out: 2, kernel: 1, bias: true}\n        - bn: {name: n}\n"
                              "        - conv: {name: b, out: 5, kernel: 3, pad: 1}\n");
    cr_assert(graph, "%s", context.message);
    const Tensor *a = graph_tensor(graph, "a.weight"), *b = graph_tensor(graph,
                                                                         "b.weight"), *bias = graph_tensor(graph, "a.bias");
    cr_assert(a->dim[0] == 6 && a->dim[1] == 8 && bias->dim[0] == 6);
    cr_assert(b->dim[0] == 5 && b->dim[1] == 6 && b->dim[2] == 3);
    cr_assert(graph_tensor(graph, "n.running_var")->dim[0] == 6);
    cr_assert(graph->ntensors == 8);
    int seen = 0;
    for (const Node *node = graph->first; node; node = node->next) {
        if (node->op == OP_conv && strncmp(node->name, "b[", 2) == 0) {
            Weight weight = node->weight[W_weight];
            cr_assert(weight.tensor == b && weight.axis == 1 && weight.begin == 2 * seen && weight.count == 2);
            cr_assert_str_eq(node->name, arena_printf(&context, "b[%d]", seen));
            seen++;
        }
        if (node->op == OP_bn)
            cr_assert(node->weight[W_mean].axis == 0 && node->weight[W_mean].count == 2);
    }
    cr_assert(seen == 3);
    cr_assert(graph->output->in[0]->op == OP_add && graph->output->in[0]->nin == 3);
}

Test(expand, one_branch_is_no_branch)
{
    expect_nodes(SPEC "layers: [{branches: {join: add, times: 1, body: [{conv: {name: a, out: 2, kernel: 1, bias: true}}]}}]", "conv:a");
    expect_nodes(SPEC "layers: [{branches: {join: concat, paths: [[relu]]}}]", "relu:relu");
}

Test(expand, split_chains_its_parts)
{
    expect_nodes(SPEC "layers:\n  - split:\n      parts: 4\n      chain: true\n      body: [{bn: {name: n.$index}}]\n      last: []\n",
                 "slice:part bn:n.0 slice:part_2 add:chain bn:n.1 slice:part_3 add:chain_2 bn:n.2 slice:part_4 concat:join");
    expect_nodes(SPEC "layers: [{split: {parts: 2, join: add, body: [relu]}}]",
                 "slice:part relu:relu slice:part_2 relu:relu_2 add:join");
}

Test(expand, preprocess)
{
    Graph *graph = graph_from(
        "name: net\ninput: [3, 6, 4]\npreprocess: {resize: 8, crop: [6, 4], mean: [0.5, 0.25, 0], std: [1, 2, 4]}\nlayers: [relu]\n");
    cr_assert(graph, "%s", context.message);
    Preprocess pre = graph->preprocess;
    cr_assert(pre.present && pre.resize == 8 && pre.crop[0] == 6 && pre.crop[1] == 4 && pre.nmean == 3 && pre.nstd == 3);
    cr_assert(pre.mean[1] == 0.25f && pre.std[2] == 4.0f);
}

/* The last of several settings counts; values are expressions of constants. */
Test(expand, settings)
{
    const Setting set[] = {{"n", "3"}, {"real", "2"}, {"n", "5"}};
    const Options options = {.set = set, .nset = 3, .max_batch = 7};
    if (setjmp(context.on_error))
        cr_assert(false, "%s", context.message);
    Tree *tree = parse(&context, "net.yaml",
                       SPEC "params: {n: 1, real: 0.5}\nlayers: [{conv: {name: c, out: n * round(real), kernel: 1}}]");
    Graph *graph = expand(&context, tree, &options);
    cr_assert(graph->output->shape.channels == 10 && graph->max_batch == 7);
}

/* Defaults of keys: a number, another key's value. */
Test(expand, attributes)
{
    Graph *graph = graph_from(SPEC "layers: [{max_pool: {kernel: [2, 3]}}, {bn: {eps: 0.001, name: n}}, {pad: {edges: [1, 2, 3, 4]}}]");
    cr_assert(graph, "%s", context.message);
    const Node *pool = graph->first->next, *bn = pool->next, *pad = bn->next;
    cr_assert(pool->attr.stride[0] == 2 && pool->attr.stride[1] == 3 && pool->attr.dilation[0] == 1);
    cr_assert(bn->attr.eps == 0.001 && bn->attr.momentum == 0.1);
    cr_assert(pad->attr.edges[0] == 1 && pad->attr.edges[3] == 4);
    cr_assert(bn->loc.line == 3 && bn->loc.column == 41, "%d:%d", bn->loc.line, bn->loc.column);
}

Test(expand, thousands_of_layers_take_milliseconds)
{
    const Setting set[] = {{"depth", "1202"}};
    const Options options = {.set = set, .nset = 1};
    if (setjmp(context.on_error))
        cr_assert(false, "%s", context.message);
    clock_t start = clock();
    Graph *graph = expand(&context, parse(&context, "specs/cifar_resnet.yaml", NULL), &options);
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    cr_assert(graph->count > 4000, "%d nodes", graph->count);
    cr_assert(seconds < 0.3, "%.3f s", seconds);
}
