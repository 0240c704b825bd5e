/* movement.c - operations that compute nothing: input, output, identity, flatten, concat, slice, pad, pack. */
#include "family.h"

/* expand has put the spec's `input` into the shape. */
void infer_input(Graph *graph, Node *node)
{
    if (node->shape.flat)
        set_flat_shape(graph, node, node->shape.channels);
    else
        set_shape(graph, node, node->shape.channels, node->shape.height, node->shape.width);
}

/* identity, dropout */
void infer_identity(Graph *graph, Node *node)
{
    (void)graph;
    node->shape = operand_shape(node, 0);
}

/* pack, output */
void infer_convert(Graph *graph, Node *node)
{
    (void)graph;
    node->shape = operand_shape(node, 0);
}

void infer_flatten(Graph *graph, Node *node)
{
    set_flat_shape(graph, node, shape_floats(operand_shape(node, 0)));
}

void infer_concat(Graph *graph, Node *node)
{
    Shape first = operand_shape(node, 0);
    int64_t channels = first.channels;
    for (int i = 1; i < node->nin; i++) {
        Shape other = operand_shape(node, i);
        if (other.height != first.height || other.width != first.width || other.flat != first.flat)
            fail_at(graph->context, node->loc, "its operands may differ in channels only",
                    "concat needs equal rows and columns, but '%s' is %s and '%s' is %s", node->in[0]->name,
                    shape_text(graph->context, first), node->in[i]->name, shape_text(graph->context, other));
        channels += other.channels;
    }
    if (first.flat)
        set_flat_shape(graph, node, channels);
    else
        set_shape(graph, node, channels, first.height, first.width);
}

void infer_slice(Graph *graph, Node *node)
{
    Shape in = operand_shape(node, 0);
    if ((int64_t)node->attr.begin + node->attr.count > in.channels)
        fail_at(graph->context, node->loc, NULL, "channels %d to %lld are wanted, but '%s' has %d (the first is 0)",
                node->attr.begin, (long long)node->attr.begin + node->attr.count - 1, node->in[0]->name, in.channels);
    node->shape = in;
    node->shape.channels = node->attr.count;
}

void infer_pad(Graph *graph, Node *node)
{
    const Attr *attr = &node->attr;
    Shape in = operand_shape(node, 0);
    int64_t channels = (int64_t)in.channels + attr->channels[0] + attr->channels[1];
    int64_t height = (int64_t)in.height + attr->edges[0] + attr->edges[1];
    int64_t width = (int64_t)in.width + attr->edges[2] + attr->edges[3];
    if (height != in.height || width != in.width)
        need_picture(graph, node);
    if (in.flat)
        set_flat_shape(graph, node, channels);
    else
        set_shape(graph, node, channels, height, width);
}
