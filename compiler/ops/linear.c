/* linear.c - fully connected layer: x[in] * weight[out, in] -> y[out]. */
#include "family.h"

void infer_linear(Graph *graph, Node *node)
{
    Shape in = operand_shape(node, 0);
    if (in.height != 1 || in.width != 1)
        fail_at(graph->context, node->loc, "add `flatten` or `global_avg_pool` before it",
                "linear needs a flat input or one pixel, but its input is %dx%dx%d", in.channels, in.height, in.width);
    set_flat_shape(graph, node, node->attr.out);
    node->macs = (int64_t)in.channels * node->attr.out;
}

void declare_linear(Graph *graph, Node *node)
{
    int64_t out = node->attr.out;
    declare_weight(graph, node, W_weight, 2, (int64_t[]){out, operand_shape(node, 0).channels});
    if (node->attr.bias)
        declare_weight(graph, node, W_bias, 1, &out);
}
