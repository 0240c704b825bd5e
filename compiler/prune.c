/* prune.c - drops what the output does not depend on. */
#include "compiler.h"

/* Keeps the input, whose size the caller relies on, and every parameter: a weights file names them all. */
void prune(Graph *graph)
{
    graph_number(graph);
    for (Node *node = graph->first; node; node = node->next)
        node->mark = NULL;
    graph->output->mark = graph->output;
    for (Node *node = graph->last, *prev; node; node = prev) {  /* users come before their operands */
        prev = node->prev;
        if (!node->mark && node != graph->input) {
            graph_remove(graph, node);
            continue;
        }
        for (Node *part = node; part; part = part->tail)
            for (int i = part != node; i < part->nin; i++)
                part->in[i]->mark = part->in[i];
    }
    graph_number(graph);
}
