/* norm.c - ln, in, gn: (x - mean) / sqrt(variance + eps) * weight[c] + bias[c], mean and variance of one image over all
 * channels and pixels, over the pixels of each channel, or over groups of channels. */
#include "family.h"

void infer_norm(Graph *graph, Node *node)
{
    Shape in = operand_shape(node, 0);
    if (node->op == OP_gn && in.channels % node->attr.groups)
        fail_at(graph->context, node->loc, NULL, "groups=%d does not divide the %d input channels", node->attr.groups,
                in.channels);
    if (node->op == OP_in && (int64_t)in.height * in.width == 1)
        fail_at(graph->context, node->loc, "use ln or gn, which average over channels too",
                "in averages over the pixels of each channel, but its input has one");
    node->shape = in;
}

void declare_norm(Graph *graph, Node *node)
{
    int64_t channels = operand_shape(node, 0).channels;
    if (node->op == OP_in && !node->attr.affine)
        return;
    declare_weight(graph, node, W_weight, 1, &channels);
    declare_weight(graph, node, W_bias, 1, &channels);
}
