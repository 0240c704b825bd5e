/* pool.c - max_pool, avg_pool: one value per window of each channel; global_avg_pool: the whole map is the window. */
#include "family.h"

/* Output rows (axis 0) or columns (axis 1): PyTorch's rule. With ceil_mode the last window may hang over the end, but
 * must start inside the input or the padding before it. */
static int64_t windows(Graph *graph, const Node *node, Shape in, int axis)
{
    const Attr *attr = &node->attr;
    int64_t size = axis ? in.width : in.height, pad = attr->pad[axis], stride = attr->stride[axis];
    int64_t dilation = node->op == OP_max_pool ? attr->dilation[axis] : 1;
    int64_t reach = dilation * (attr->kernel[axis] - 1) + 1;
    if (pad > attr->kernel[axis] / 2)
        fail_at(graph->context, node->loc, "a window must not lie in the padding alone",
                "pad %lld is more than half of kernel %d", (long long)pad, attr->kernel[axis]);
    int64_t spare = size + 2 * pad - reach + (attr->ceil_mode ? stride - 1 : 0);
    if (spare < 0)
        fail_at(graph->context, node->loc, "a smaller kernel or more padding would fit",
                "%s window of %lld %s is larger than its input of %lld (%lld with padding)", op_name(node->op),
                (long long)reach, axis ? "columns" : "rows", (long long)size, (long long)(size + 2 * pad));
    int64_t count = spare / stride + 1;
    if (attr->ceil_mode && (count - 1) * stride >= size + pad)
        count--;
    return count;
}

void infer_pool(Graph *graph, Node *node)
{
    need_picture(graph, node);
    Shape in = operand_shape(node, 0);
    int64_t height = windows(graph, node, in, 0), width = windows(graph, node, in, 1);
    set_shape(graph, node, in.channels, height, width);
}

void infer_global_avg_pool(Graph *graph, Node *node)
{
    need_picture(graph, node);
    set_shape(graph, node, operand_shape(node, 0).channels, 1, 1);
}
