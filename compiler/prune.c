/* prune.c - drops what the output does not depend on. */
#include "compiler.h"

/* Is the node wanted for itself? The caller relies on the size of the input and of the target; what works on a whole batch
 * writes more than its result. */
static bool is_root(const Graph *graph, const Node *node)
{
    return node == graph->output || node == graph->input || node == graph->target || node == graph->loss || op_is_batch(node->op);
}

/* Keeps every parameter: a weights file names them all. */
void prune(Graph *graph)
{
    graph_number(graph);
    for (Node *node = graph->first; node; node = node->next)
        node->mark = is_root(graph, node) ? node : NULL;
    for (Node *node = graph->last, *prev; node; node = prev) {  /* users come before their operands */
        prev = node->prev;
        if (!node->mark) {
            graph_remove(graph, node);
            continue;
        }
        for (Node *part = node; part; part = part->tail)
            for (int i = part != node; i < part->nin; i++)
                part->in[i]->mark = part->in[i];
    }
    graph_number(graph);
}
