/* regroup.c - the equivalence at the heart of the ResNeXt paper: C identical branches side by side are one chain of
 * grouped convolutions.
 *
 *          x                             x
 *      /   |   \                         |
 *   conv conv conv   d channels each    conv              C * d channels
 *     |    |    |                        |
 *   conv conv conv                      conv groups=C
 *      \   |   /                         |
 *       concat                           y
 *
 * A join is followed upwards row by row, a row being the C nodes that stand side by side, until the branches meet: in
 * one common source, or in slices that divide one tensor. */
#include <string.h>

#include "compiler.h"

typedef struct {
    Node *join;                         /* concat or add of all branches */
    int branches;                       /* C */
    Node ***row;                        /* row[k]: the C nodes side by side; row[0] stands before the join */
    size_t rows, capacity;
    Node *source;                       /* what the branches divide or share */
    bool sliced;                        /* the last row are slices of the source, one after the other */
} Bundle;

/* ---- are the nodes of a row alike? ---------------------------------------------------------------------- */

static bool same_attributes(const Attr *a, const Attr *b)
{
    return true
#define KEY(name, type, field, ...) && memcmp(&a->field, &b->field, sizeof a->field) == 0
#include "../ir/keys.h"
        ;
}

/* Is b, branch i of its row, the slice of the tensor that comes i slices after branch 0's? */
static bool follows(const Weight *first, const Weight *b, int i)
{
    if (b->tensor != first->tensor || !b->tensor)
        return b->tensor == first->tensor;
    return b->axis == first->axis && b->count == first->count &&
           (b->tensor->rank == 0 || b->begin == first->begin + i * first->count);
}

static bool is_alike(const Node *first, const Node *node, int i)
{
    if (node->op != first->op || node->nin != 1 || node->uses != 1 || !same_attributes(&node->attr, &first->attr))
        return false;
    for (int which = 0; which < NWEIGHT; which++)
        if (!follows(&first->weight[which], &node->weight[which], i))
            return false;
    return true;
}

static bool row_is_alike(const Bundle *bundle, Node *const *row)
{
    for (int i = 0; i < bundle->branches; i++)
        if (!is_alike(row[0], row[i], i))
            return false;
    return true;
}

/* ---- where do the branches meet? ------------------------------------------------------------------------ */

static bool row_is_one(const Bundle *bundle, Node *const *row)
{
    for (int i = 1; i < bundle->branches; i++)
        if (row[i] != row[0])
            return false;
    return true;
}

static bool row_is_slices(const Bundle *bundle, Node *const *row)
{
    for (int i = 0; i < bundle->branches; i++)
        if (row[i]->op != OP_slice || row[i]->uses != 1 || row[i]->in[0] != row[0]->in[0] ||
            row[i]->attr.count != row[0]->attr.count || row[i]->attr.begin != row[0]->attr.begin + i * row[0]->attr.count)
            return false;
    return true;
}

/* Collects the rows above the join; false when its branches are not identical. */
static bool find_rows(Graph *graph, Bundle *bundle)
{
    Node **row = bundle->join->in;
    while (!row_is_one(bundle, row)) {
        bundle->sliced = row_is_slices(bundle, row);
        if (!bundle->sliced && !row_is_alike(bundle, row))
            return false;
        bundle->row = arena_grow(graph->context, bundle->row, bundle->rows, &bundle->capacity, sizeof *bundle->row);
        bundle->row[bundle->rows++] = row;
        Node **above = arena_alloc(graph->context, (size_t)bundle->branches, sizeof *above);
        for (int i = 0; i < bundle->branches; i++)
            above[i] = row[i]->in[0];
        row = above;
    }
    bundle->source = row[0];
    return bundle->rows > 0;
}

/* ---- can the rows be merged? ---------------------------------------------------------------------------- */

typedef enum {
    SHARED,                             /* every branch has the same tensor */
    STACKED,                            /* the branches' tensors are consecutive channels of one */
    SUMMED,                             /* the branches' tensors are terms of a sum: only add may follow */
    IMPOSSIBLE
} State;

static bool has_parameters(const Node *node)
{
    for (int which = 0; which < NWEIGHT; which++)
        if (node->weight[which].tensor)
            return true;
    return false;
}

/* Operations that treat each channel for itself, or in groups that can be multiplied. */
static bool is_per_channel(const Node *node)
{
    switch (node->op) {
    case OP_bn: case OP_relu: case OP_relu6: case OP_leaky_relu: case OP_sigmoid: case OP_tanh: case OP_silu:
    case OP_hard_swish: case OP_in: case OP_gn: case OP_max_pool: case OP_avg_pool: case OP_global_avg_pool:
    case OP_dropout: case OP_flatten: case OP_identity:
        return true;
    case OP_pad:
        return node->attr.channels[0] == 0 && node->attr.channels[1] == 0;
    default:
        return false;
    }
}

/* What a row makes of branches that are in `state`; node is any of the row. */
static State after_row(const Node *node, State state)
{
    bool is_product = node->op == OP_conv || node->op == OP_linear;
    bool over_inputs = node->weight[W_weight].axis == 1;
    if (state == SHARED && is_product && !over_inputs)      /* groups of each branch would interleave */
        return node->op == OP_linear || node->attr.groups == 1 ? STACKED : IMPOSSIBLE;
    if (state == SHARED)
        return has_parameters(node) ? IMPOSSIBLE : SHARED;
    if (state == STACKED && is_product && over_inputs)      /* W0 x0 + W1 x1 + ... = [W0 W1 ...] [x0; x1; ...] */
        return (node->op == OP_linear || node->attr.groups == 1) && !node->attr.bias ? SUMMED : IMPOSSIBLE;
    if (state == STACKED && (node->op == OP_conv || is_per_channel(node)))
        return STACKED;
    return IMPOSSIBLE;
}

static bool can_merge(const Bundle *bundle)
{
    State state = bundle->sliced ? STACKED : SHARED;
    for (size_t k = bundle->rows - bundle->sliced; k-- > 0;)
        state = after_row(bundle->row[k][0], state);
    return state == (bundle->join->op == OP_concat ? STACKED : SUMMED);
}

/* ---- merging -------------------------------------------------------------------------------------------- */

/* Branch 0's node takes the whole row's parameters and channels. */
static void merge_row(Graph *graph, Node **row, int branches, State state)
{
    Node *node = row[0];
    State after = after_row(node, state);
    bool whole = true;
    for (int which = 0; which < NWEIGHT; which++) {
        Weight *weight = &node->weight[which];
        if (!weight->tensor || weight->tensor->rank == 0)
            continue;
        weight->count *= branches;
        whole = whole && weight->count == weight->tensor->dim[weight->axis];
    }
    if (has_parameters(node) && whole)
        node->name = node->stack.name;
    if (after == STACKED && (node->op == OP_conv || node->op == OP_linear))
        node->attr.out *= branches;
    if (state == STACKED && after == STACKED && (node->op == OP_conv || node->op == OP_gn))
        node->attr.groups *= branches;
    for (int i = 1; i < branches; i++)
        graph_remove(graph, row[i]);
    if (whole)
        node->stack = (Stack){0};
    op_info[node->op].infer(graph, node);
}

/* The slices become one, or none where they are all of the source. */
static void merge_slices(Graph *graph, Bundle *bundle)
{
    Node **row = bundle->row[--bundle->rows], *slice = row[0];
    for (int i = 1; i < bundle->branches; i++)
        graph_remove(graph, row[i]);
    slice->attr.count *= bundle->branches;
    op_info[slice->op].infer(graph, slice);
    if (slice->attr.count == node_result(bundle->source).channels) {
        graph_remove(graph, slice);
        graph_replace_uses(graph, slice, bundle->source);
    }
}

static void merge(Graph *graph, Bundle *bundle)
{
    State state = bundle->sliced ? STACKED : SHARED;
    Node *join = bundle->join, *last = bundle->row[0][0];
    bundle->source->uses -= bundle->branches - 1;
    if (bundle->sliced)
        merge_slices(graph, bundle);
    for (size_t k = bundle->rows; k-- > 0;) {
        State after = after_row(bundle->row[k][0], state);
        graph_redirect(bundle->row[k][0]);
        merge_row(graph, bundle->row[k], bundle->branches, state);
        state = after;
    }
    last->uses = join->uses;
    graph_remove(graph, join);
    graph_replace_uses(graph, join, last);
}

/* Needs shapes. Replaces C identical parallel branches, whose parameters are consecutive slices of the same tensors, by
 * one chain of grouped operations with the whole tensors; keeps everything else, and what the network computes. */
void regroup(Graph *graph)
{
    graph_number(graph);
    for (Node *node = graph->first, *next; node; node = next) {
        next = node->next;
        graph_redirect(node);
        if ((node->op != OP_concat && node->op != OP_add) || node->nin < 2)
            continue;
        Bundle bundle = {.join = node, .branches = node->nin};
        if (find_rows(graph, &bundle) && can_merge(&bundle))
            merge(graph, &bundle);
    }
    graph_number(graph);
}
