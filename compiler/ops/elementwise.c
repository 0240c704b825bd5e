/* elementwise.c - operations whose result[i] depends on operand[i] alone: bn, activations, add, mul. */
#include "family.h"

static void same_shape(Graph *graph, Node *node)
{
    (void)graph;
    node->shape = operand_shape(node, 0);
}

void infer_bn(Graph *graph, Node *node)         { same_shape(graph, node); }
void infer_relu(Graph *graph, Node *node)       { same_shape(graph, node); }
void infer_relu6(Graph *graph, Node *node)      { same_shape(graph, node); }
void infer_leaky_relu(Graph *graph, Node *node) { same_shape(graph, node); }
void infer_sigmoid(Graph *graph, Node *node)    { same_shape(graph, node); }
void infer_tanh(Graph *graph, Node *node)       { same_shape(graph, node); }
void infer_silu(Graph *graph, Node *node)       { same_shape(graph, node); }
void infer_hard_swish(Graph *graph, Node *node) { same_shape(graph, node); }

void declare_bn(Graph *graph, Node *node)
{
    int64_t channels = operand_shape(node, 0).channels;
    for (int which = W_weight; which <= W_var; which++)
        declare_weight(graph, node, which, 1, &channels);
    declare_weight(graph, node, W_batches, 0, NULL);
}

static bool same_pixels(Shape a, Shape b)
{
    return a.height == b.height && a.width == b.width;
}

static _Noreturn void fail_shapes(Graph *graph, const Node *node, int i, const char *hint)
{
    fail_at(graph->context, node->loc, hint, "%s needs tensors of one shape, but '%s' is %s and '%s' is %s",
            op_name(node->op), node->in[0]->name, shape_text(graph->context, operand_shape(node, 0)), node->in[i]->name,
            shape_text(graph->context, operand_shape(node, i)));
}

void infer_add(Graph *graph, Node *node)
{
    Shape first = operand_shape(node, 0);
    for (int i = 1; i < node->nin; i++) {
        Shape other = operand_shape(node, i);
        if (other.channels != first.channels || !same_pixels(other, first) || other.flat != first.flat)
            fail_shapes(graph, node, i, "a projection (1x1 convolution) or pad can change the shape of a shortcut");
    }
    node->shape = first;
}

/* The full-sized operand becomes in[0]; in[1] may be a gate of one pixel, flat or not. */
void infer_mul(Graph *graph, Node *node)
{
    Shape full = operand_shape(node, 0), gate = operand_shape(node, 1);
    bool is_gate = gate.height == 1 && gate.width == 1;
    if (full.channels != gate.channels || !(is_gate || same_pixels(full, gate) || (full.height == 1 && full.width == 1)))
        fail_shapes(graph, node, 1, "or of one pixel each, to scale the channels");
    if (!is_gate && !same_pixels(full, gate)) {
        Node *swapped = node->in[0];
        node->in[0] = node->in[1];
        node->in[1] = swapped;
        full = gate;
    }
    node->shape = full;
}
