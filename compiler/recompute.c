/* recompute.c - which values of the forward pass are kept for the backward pass, and which are computed again.
 *
 * What follows a kept value by cheap operations (a normalisation by known statistics, an activation, dropout, a sum) is computed
 * again right before the backward pass first needs it: of convolution, batch norm and relu, the convolution's result alone stays.
 * With Training.recompute all that lies inside a block is (Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost",
 * with blocks as segments): a block is what lies between a join (add, concat) and the node that all its paths come from,
 * its immediate dominator (Cooper, Harvey, Kennedy 2001, "A Simple, Fast Dominance Algorithm"). */
#include <stdlib.h>
#include <string.h>

#include "compiler.h"

typedef struct {
    Graph *graph;
    int nforward;                       /* forward nodes have the ids below it */
    Node **node;                        /* forward nodes, by id */
    bool *saved;                        /* the backward pass reads it */
    bool *inside;                       /* it lies inside a block that is computed again */
    bool *again;                        /* it can be computed again from what is kept */
    int *sums;                          /* the most sums in a row that doing so takes */
    Node **copy;                        /* its second computation, NULL: none yet */
    int *pending, npending;             /* ids whose copies are to be made */
} Recompute;

/* ---- blocks ------------------------------------------------------------------------------------------------- */

/* The nearest node that all paths to both a and b pass. */
static int common_dominator(const int *dominator, int a, int b)
{
    while (a != b)
        if (a > b)
            a = dominator[a];
        else
            b = dominator[b];
    return a;
}

/* From the last join to the first, blocks within blocks left out. The joins themselves are kept. */
static void mark_blocks(Recompute *r)
{
    int *dominator = arena_alloc(r->graph->context, (size_t)r->nforward, sizeof *dominator);
    for (int id = 1; id < r->nforward; id++) {
        const Node *n = r->node[id];
        dominator[id] = n->in[0]->id;
        for (int i = 1; i < n->nin; i++)
            dominator[id] = common_dominator(dominator, dominator[id], n->in[i]->id);
    }
    for (int id = r->nforward - 1; id > 0; id--) {
        Op op = r->node[id]->op;
        int from = dominator[id];
        if ((op != OP_add && op != OP_concat) || from == 0)
            continue;
        for (int i = from + 1; i < id; i++)
            r->inside[i] = true;
        id = from + 1;
    }
}

/* ---- what can be computed again ------------------------------------------------------------------------------- */

static bool is_view(Op op)
{
    return op == OP_slice || op == OP_concat || op == OP_flatten;
}

static bool is_cheap(Op op)
{
    return op == OP_bn_train || op == OP_dropout_train || op_is_elementwise(op);
}

/* A value that stays in memory anyway. */
static bool is_kept(const Recompute *r, const Node *n)
{
    return n->op == OP_input || op_is_batch(n->op) || (!r->again[n->id] && r->saved[n->id]);
}

/* Views are computed again with all they consist of, or not at all: they share its memory. The sum at the end of a residual block is
 * made of the one before it, and so on: every other one is kept. */
static bool can_repeat(Recompute *r, const Node *n)
{
    int *sums = &r->sums[n->id], most = r->graph->training->recompute ? 0 : 1;
    *sums = 0;
    for (int i = 0; i < n->nin; i++)
        if (r->again[n->in[i]->id] && r->sums[n->in[i]->id] > *sums)
            *sums = r->sums[n->in[i]->id];
    *sums += n->op == OP_add && !r->inside[n->id];
    if (*sums > most)
        return false;
    if (n->op == OP_input || op_is_batch(n->op) || !(r->inside[n->id] || is_cheap(n->op) || is_view(n->op)))
        return false;
    for (int i = 0; i < n->nin; i++)
        if (!r->again[n->in[i]->id] && (is_view(n->op) || !is_kept(r, n->in[i])))
            return false;
    return true;
}

/* ---- copies ----------------------------------------------------------------------------------------------------- */

/* Notes n, and all that its copy needs copies of. */
static void want(Recompute *r, const Node *n)
{
    if (r->again[n->id] && !r->copy[n->id]) {
        r->copy[n->id] = r->node[n->id];                /* not made yet, but noted */
        r->pending[r->npending++] = n->id;
    }
}

static int compare_ids(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static Node *copy_node(Recompute *r, const Node *n, Node *before)
{
    const char *name = arena_printf(r->graph->context, "%s.again", n->name);
    Node *copy = graph_insert(r->graph, before, n->op, n->loc, name, n->in, n->nin);
    copy->attr = n->attr;
    memcpy(copy->weight, n->weight, sizeof copy->weight);
    copy->shape = n->shape;
    copy->macs = n->macs;
    if (n->of || n->weight[W_weight].tensor)
        copy->of = (Node *)node_owner(n);
    for (int i = 0; i < copy->nin; i++)
        if (r->again[copy->in[i]->id])
            copy->in[i] = r->copy[copy->in[i]->id];
    return copy;
}

/* Makes the copies that stand in for n's value, right before `before`; returns the last. */
static Node *repeat(Recompute *r, const Node *n, Node *before)
{
    r->npending = 0;
    want(r, n);
    for (int next = 0; next < r->npending; next++) {
        const Node *wanted = r->node[r->pending[next]];
        for (int i = 0; i < wanted->nin; i++)
            want(r, wanted->in[i]);
    }
    qsort(r->pending, (size_t)r->npending, sizeof *r->pending, compare_ids);
    for (int i = 0; i < r->npending; i++)
        r->copy[r->pending[i]] = copy_node(r, r->node[r->pending[i]], before);
    return r->copy[n->id];
}

/* ---- the pass ----------------------------------------------------------------------------------------------------- */

static Recompute start(Graph *graph)
{
    Recompute r = {.graph = graph, .nforward = graph->target->id};
    size_t count = (size_t)r.nforward;
    r.node = arena_alloc(graph->context, count, sizeof *r.node);
    r.saved = arena_alloc(graph->context, count, sizeof *r.saved);
    r.inside = arena_alloc(graph->context, count, sizeof *r.inside);
    r.again = arena_alloc(graph->context, count, sizeof *r.again);
    r.sums = arena_alloc(graph->context, count, sizeof *r.sums);
    r.copy = arena_alloc(graph->context, count, sizeof *r.copy);
    r.pending = arena_alloc(graph->context, count, sizeof *r.pending);
    for (Node *n = graph->first; n != graph->target; n = n->next)
        r.node[n->id] = n;
    for (Node *n = graph->loss; n; n = n->next)
        for (int i = 0; i < n->nin; i++)
            if (n->in[i]->id < r.nforward)
                r.saved[n->in[i]->id] = true;
    return r;
}

/* Needs a graph right after `grad`. Gives one of the same values, in which backward nodes read what is kept or copies. */
void recompute(Graph *graph)
{
    Recompute r = start(graph);
    if (graph->training->recompute)
        mark_blocks(&r);
    for (int id = 0; id < r.nforward; id++)
        r.again[id] = can_repeat(&r, r.node[id]);
    for (Node *n = graph->loss->next; n; n = n->next)
        for (int i = 0; i < n->nin; i++) {
            int id = n->in[i]->id;
            if (id >= 0 && id < r.nforward && r.again[id])
                n->in[i] = r.copy[id] ? r.copy[id] : repeat(&r, r.node[id], n);
        }
    graph_number(graph);
}
