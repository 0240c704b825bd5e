/* grad.c - a network becomes a training step: forward nodes in their training form, a loss, and nodes that compute the gradient
 * of the mean loss by every trained parameter.
 *
 * Reverse-mode differentiation over the list: from the last node to the first, the gradients that a node's readers have given
 * are summed up, and the rule of its operation (grad_rules.c) gives gradients to its operands. Nothing is computed for
 * operands that depend on no trained parameter. What is saved and what is computed again is decided by `recompute`. */
#include "grad.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "ops/family.h"

/* ---- adding nodes ------------------------------------------------------------------------------------------------- */

Node *grad_add(Grad *g, Op op, const Node *n, const char *word, Node *const *in, int nin)
{
    Node *node = graph_add(g->graph, op, n->loc, arena_printf(g->context, "%s.%s", n->name, word), in, nin);
    node->attr = n->attr;
    return node;
}

bool grad_wants(const Grad *g, const Node *n, int i)
{
    return g->active[n->in[i]->id];
}

void grad_give(Grad *g, const Node *n, int i, Node *dy)
{
    if (!grad_wants(g, n, i))
        return;
    Share *share = arena_alloc(g->context, 1, sizeof *share), **list = &g->share[n->in[i]->id];
    *share = (Share){dy, n->op == OP_slice ? n : NULL, *list};
    *list = share;
}

/* ---- the sum of what readers have given ----------------------------------------------------------------------------- */

static int compare_slices(const void *a, const void *b)
{
    const Share *left = *(Share *const *)a, *right = *(Share *const *)b;
    return left->slice->attr.begin - right->slice->attr.begin;
}

/* Slices, in order of their channels, that are all of n's channels, each once. */
static bool tile_all(const Node *n, Share *const *share, int count)
{
    int channel = 0;
    for (int i = 0; i < count; i++) {
        if (share[i]->slice->attr.begin != channel)
            return false;
        channel += share[i]->slice->attr.count;
    }
    return channel == n->shape.channels;
}

/* Gradients of slices become gradients of the whole: joined, or each with zeros around it. Returns how many there are. */
static int widen_slices(Grad *g, Node *n, Share **share, int count, Node **term)
{
    qsort(share, (size_t)count, sizeof *share, compare_slices);
    for (int i = 0; i < count; i++)
        term[i] = share[i]->dy;
    if (count > 1 && tile_all(n, share, count)) {
        term[0] = grad_add(g, OP_concat, n, "dy_parts", term, count);
        op_info[OP_concat].infer(g->graph, term[0]);
        return 1;
    }
    for (int i = 0; i < count; i++) {
        term[i] = grad_add(g, OP_embed, share[i]->slice, "dx", &term[i], 1);
        term[i]->attr.result = n->shape;
        op_info[OP_embed].infer(g->graph, term[i]);
    }
    return count;
}

/* The gradient of the loss by n's result, or NULL where nobody has given any. */
static Node *sum_shares(Grad *g, Node *n)
{
    int count = 0, nslice = 0, nterm;
    for (Share *s = g->share[n->id]; s; s = s->next)
        count++;
    if (!count)
        return NULL;
    Share **slice = arena_alloc(g->context, (size_t)count, sizeof *slice);
    Node **term = arena_alloc(g->context, (size_t)count, sizeof *term);
    for (Share *s = g->share[n->id]; s; s = s->next)
        if (s->slice)
            slice[nslice++] = s;
    nterm = nslice ? widen_slices(g, n, slice, nslice, term) : 0;
    for (Share *s = g->share[n->id]; s; s = s->next)
        if (!s->slice)
            term[nterm++] = s->dy;
    if (nterm == 1)
        return term[0];
    Node *sum = grad_add(g, OP_add, n, "dy", term, nterm);
    op_info[OP_add].infer(g->graph, sum);
    return sum;
}

/* ---- what is trained ------------------------------------------------------------------------------------------------ */

static bool matches(const Training *t, const char *name, bool *used)
{
    bool found = !t->ntrain;
    for (int i = 0; i < t->ntrain; i++)
        if (fnmatch(t->train[i], name, 0) == 0)
            found = used[i] = true;
    return found;
}

static bool is_norm(const Node *n)
{
    return n->op == OP_bn || n->op == OP_ln || n->op == OP_in || n->op == OP_gn;
}

/* freeze_norm is about the norms of layers that are not trained; where everything is, about all. */
static bool is_frozen(const Training *t, const Node *norm)
{
    const Tensor *scale = norm->weight[W_weight].tensor;
    return !t->ntrain || !(scale && scale->trained);
}

static void mark_trained(Graph *graph)
{
    const Training *t = graph->training;
    bool *used = arena_alloc(graph->context, (size_t)t->ntrain, sizeof *used);
    for (Tensor *tensor = graph->tensors; tensor; tensor = tensor->next)
        tensor->trained = !tensor->buffer && matches(t, tensor->name, used);
    for (int i = 0; i < t->ntrain; i++)
        if (!used[i])
            fail_at(graph->context, (Loc){0}, "* stands for any characters: layer4.*, fc.*, *.bias",
                    "no parameter of the network is called '%s'", t->train[i]);
    for (Node *n = graph->first; n; n = n->next)
        if (is_norm(n) && !t->ntrain && (t->freeze_norm == FREEZE_affine || t->freeze_norm == FREEZE_both))
            for (int which = W_weight; which <= W_bias; which++)
                if (n->weight[which].tensor)
                    n->weight[which].tensor->trained = false;
}

/* ---- forward nodes in their training form ----------------------------------------------------------------------------- */

/* Statistics of the batch take the place of the running ones. */
static void train_bn(Graph *graph, Node *n)
{
    Shape in = operand_shape(n, 0);
    if ((int64_t)graph->max_batch * in.height * in.width < 2)
        fail_at(graph->context, n->loc, "a larger batch, or ln or gn, which average over channels",
                "batch normalisation of a batch of one image of one pixel: there is nothing to average over");
    Node *stats = graph_insert(graph, n, OP_bn_stats, n->loc, arena_printf(graph->context, "%s.stats", n->name), n->in, 1);
    stats->attr = n->attr;
    stats->of = n;
    op_info[OP_bn_stats].infer(graph, stats);
    Node **in_both = arena_alloc(graph->context, 2, sizeof *in_both);
    in_both[0] = n->in[0];
    in_both[1] = stats;
    n->op = OP_bn_train;
    n->in = in_both;
    n->nin = 2;
}

static void to_training_form(Graph *graph)
{
    const Training *t = graph->training;
    bool stats_rest = t->freeze_norm == FREEZE_stats || t->freeze_norm == FREEZE_both;
    int streams = 0;
    for (Node *n = graph->first; n; n = n->next) {
        if (n->op == OP_bn && !(stats_rest && is_frozen(t, n)))
            train_bn(graph, n);
        if (n->op == OP_dropout) {
            n->op = OP_dropout_train;
            n->attr.stream = ++streams;
        }
    }
    graph_number(graph);
}

/* ---- the loss ----------------------------------------------------------------------------------------------------------- */

/* What the loss reads: cross-entropy holds a softmax, so that a network which ends with one is trained below it. */
static Node *prediction(const Graph *graph)
{
    Node *last = graph->output;
    while (last->op == OP_output || (last->op == OP_softmax && graph->training->loss == LOSS_cross_entropy))
        last = last->in[0];
    return last;
}

static Node *add_loss(Grad *g, Node *last)
{
    Graph *graph = g->graph;
    bool mse = graph->training->loss == LOSS_mse;
    if (last->shape.height != 1 || last->shape.width != 1)
        fail_at(graph->context, last->loc, "end with global_avg_pool or with flatten and linear",
                "the loss compares one row of classes with the target, but the network's result is %s",
                shape_text(graph->context, last->shape));
    graph->target = graph_add(graph, OP_target, last->loc, "target", NULL, 0);
    graph->target->attr.result = last->shape;
    op_info[OP_target].infer(graph, graph->target);
    Node *both[] = {last, graph->target};
    graph->loss = graph_add(graph, mse ? OP_mse : OP_cross_entropy, last->loc, "loss", both, 2);
    op_info[graph->loss->op].infer(graph, graph->loss);
    Node *dx = graph_add(graph, mse ? OP_mse_dx : OP_cross_entropy_dx, last->loc, "loss.dx", both, 2);
    op_info[dx->op].infer(graph, dx);
    return dx;
}

/* ---- the pass ----------------------------------------------------------------------------------------------------------- */

/* Which results depend on a trained parameter. */
static void mark_active(Grad *g)
{
    for (Node *n = g->graph->first; n; n = n->next) {
        bool active = false;
        for (int which = 0; which < NWEIGHT; which++)
            active = active || (n->weight[which].tensor && n->weight[which].tensor->trained);
        for (int i = 0; i < n->nin; i++)
            active = active || g->active[n->in[i]->id];
        g->active[n->id] = active && !op_is_batch(n->op);   /* statistics: the rule of their reader goes through them */
    }
}

/* Needs a graph of whole values: before `fuse`. The order of the list stays an execution order. */
void grad(Graph *graph)
{
    mark_trained(graph);
    to_training_form(graph);
    size_t count = (size_t)graph->count;
    Grad g = {.graph = graph, .context = graph->context};
    g.active = arena_alloc(graph->context, count, sizeof *g.active);
    g.share = arena_alloc(graph->context, count, sizeof *g.share);
    mark_active(&g);
    Node *last = prediction(graph), *end = graph->last;
    if (!g.active[last->id])
        fail_at(graph->context, (Loc){0}, NULL, "the network has no parameter that is trained");
    g.share[last->id] = arena_alloc(graph->context, 1, sizeof **g.share);
    g.share[last->id]->dy = add_loss(&g, last);
    for (Node *n = end; n; n = n->prev) {
        Node *dy = g.active[n->id] ? sum_shares(&g, n) : NULL;
        if (dy)
            grad_rule(&g, n, dy);
    }
    graph_number(graph);
}
