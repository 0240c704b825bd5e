/* softmax.c - y[c] = exp(x[c]) / sum over k of exp(x[k]), for each pixel. */
#include "family.h"

void infer_softmax(Graph *graph, Node *node)
{
    (void)graph;
    node->shape = operand_shape(node, 0);
}
