/* conv.c - convolution: x[in, h, w] * weight[out, in / groups, kh, kw] -> y[out, h', w'],
 * h' = (h + 2 pad - dilation (kh - 1) - 1) / stride + 1. */
#include "family.h"

static void check_groups(Graph *graph, const Node *node, int channels, const char *what)
{
    if (channels % node->attr.groups)
        fail_at(graph->context, node->loc, "both input and output channels must be multiples of groups",
                "groups=%d does not divide the %d %s channels", node->attr.groups, channels, what);
}

/* Output rows (axis 0) or columns (axis 1). */
static int64_t windows(Graph *graph, const Node *node, Shape in, int axis)
{
    const Attr *attr = &node->attr;
    int64_t size = axis ? in.width : in.height, padded = size + 2 * (int64_t)attr->pad[axis];
    int64_t reach = (int64_t)attr->dilation[axis] * (attr->kernel[axis] - 1) + 1;
    if (reach > padded)
        fail_at(graph->context, node->loc, "a smaller kernel or more padding would fit",
                "kernel %d with dilation %d spans %lld %s, but its input has %lld (%lld with padding)",
                attr->kernel[axis], attr->dilation[axis], (long long)reach, axis ? "columns" : "rows",
                (long long)size, (long long)padded);
    return (padded - reach) / attr->stride[axis] + 1;
}

void infer_conv(Graph *graph, Node *node)
{
    const Attr *attr = &node->attr;
    need_picture(graph, node);
    Shape in = operand_shape(node, 0);
    check_groups(graph, node, in.channels, "input");
    check_groups(graph, node, attr->out, "output");
    int64_t height = windows(graph, node, in, 0), width = windows(graph, node, in, 1);
    set_shape(graph, node, attr->out, height, width);
    int64_t most = INT64_MAX / 2, macs = shape_floats(node->shape);
    macs = checked_mul(graph->context, node->loc, macs, in.channels / attr->groups, most, "the work of a convolution");
    node->macs = checked_mul(graph->context, node->loc, macs, (int64_t)attr->kernel[0] * attr->kernel[1], most,
                             "the work of a convolution");
}

void declare_conv(Graph *graph, Node *node)
{
    const Attr *attr = &node->attr;
    int64_t out = attr->out, in = operand_shape(node, 0).channels / attr->groups;
    declare_weight(graph, node, W_weight, 4, (int64_t[]){out, in, attr->kernel[0], attr->kernel[1]});
    if (attr->bias)
        declare_weight(graph, node, W_bias, 1, &out);
}
