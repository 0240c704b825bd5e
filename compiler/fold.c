/* fold.c - work that need not be done at run time: nodes that pass values on, and batch norms by running statistics,
 * which scale and shift what a convolution or linear layer has just summed up. */
#include "compiler.h"

/* `node` leaves the graph; its readers read its operand. */
static void bypass(Graph *graph, Node *node)
{
    Node *in = node->in[0];
    in->uses += node->uses - 1;
    graph_remove(graph, node);
    graph_replace_uses(graph, node, in);
}

static bool drops(const Graph *graph, const Node *node)
{
    return graph->training && graph->training->keep_dropout && node->attr.p > 0;
}

/* Is the result the operand, value for value? */
static bool passes_on(const Graph *graph, const Node *node)
{
    const Attr *attr = &node->attr;
    Shape in = node_result(node->in[0]);
    switch (node->op) {
    case OP_identity:                  return true;
    case OP_dropout:                   return !drops(graph, node);
    case OP_flatten:                   return in.flat;
    case OP_concat:                    return node->nin == 1;
    case OP_slice:                     return node->shape.channels == in.channels;
    case OP_pad:                       return shape_floats(node->shape) == shape_floats(in);
    case OP_max_pool: case OP_avg_pool:
        return attr->kernel[0] == 1 && attr->kernel[1] == 1 && attr->stride[0] == 1 && attr->stride[1] == 1;
    default:                           return false;
    }
}

static bool can_fold(const Node *norm)
{
    const Node *producer = norm->in[0];
    return (producer->op == OP_conv || producer->op == OP_linear) && producer->uses == 1 && !producer->folded;
}

/* Needs shapes. Gives a graph without nodes that pass their operand on, where every batch norm that alone
 * reads a convolution or linear layer has become its `folded`; pack() multiplies it into the weights. Keeps the rest, and batch
 * norms of a training graph. */
void fold(Graph *graph)
{
    graph_number(graph);
    for (Node *node = graph->first, *next; node; node = next) {
        next = node->next;
        graph_redirect(node);
        if (node->nin > 0 && passes_on(graph, node)) {
            bypass(graph, node);
        } else if (node->op == OP_bn && !graph->training && can_fold(node)) {
            node->in[0]->folded = node;
            bypass(graph, node);
        }
    }
    graph_number(graph);
}
