/* absorb.c - training: norms are left to those who read them, where these can as well read x, and the norm's statistics: a multiply-add
 * and a maximum cost less there than a pass over tensors that come from memory.
 *
 * What `recompute` repeats, relu(norm(x)), is read by the gradient of the filters behind it, which can copy what it multiplies, and
 * for the relu's derivative, which the gradient by the operand has in its tail. Where a block's shortcut has a norm too, the sum of
 * two norms is one pass: the add in the tail of one has the other's statistics as a third operand. */
#include <string.h>

#include "choose.h"
#include "tally.h"

enum { PICTURE_BYTES = 256 << 10 };     /* of a copy, at most: half of a second-level cache */

static bool same_lanes(const Layout *a, const Layout *b)
{
    return a->kind == LAYOUT_blocked && b->kind == LAYOUT_blocked && a->nsegment == b->nsegment &&
           !memcmp(a->segment, b->segment, (size_t)a->nsegment * sizeof *a->segment);
}

/* A norm, of channels that lie in memory as those of the result would. */
static bool is_norm(const Node *n)
{
    return n->op == OP_bn_train && same_lanes(&n->layout, &n->in[0]->layout);
}

/* Likewise the pixels. */
static bool same_pixels(const Node *norm)
{
    return norm->layout.row == norm->in[0]->layout.row && norm->layout.plane == norm->in[0]->layout.plane;
}

/* With a relu behind it, and nothing else. */
static bool is_rectified(const Node *n)
{
    return n->tail && n->tail->op == OP_relu && !n->tail->tail;
}

/* The gradient of filters of one tap, which all output channels share: a band of pixels by all channels can be copied. */
static bool copies_pixels(const Node *dw)
{
    const Attr *a = &dw->of->attr;
    return dw->of->tile.algorithm != ALGORITHM_sliding && a->groups == 1 && a->kernel[0] * a->kernel[1] == 1 && a->pad[0] + a->pad[1] == 0;
}

/* The gradient of grouped filters that slide: the few tasks that read a group copy it, picture by picture, where these are small. */
static bool copies_pictures(const Node *dw)
{
    const Node *of = dw->of;
    int size = of->attr.out / of->attr.groups, blocks = ceil_of(size, LANES);
    return of->tile.algorithm == ALGORITHM_sliding && !is_depthwise(of) &&
           blocks * dw->in[0]->layout.plane * (int64_t)sizeof(float) <= PICTURE_BYTES;
}

/* Can node's kernels make the norm that operand i of node, or of this part of its tail, is? */
static bool can_absorb(const Node *node, const Node *part, int i)
{
    const Node *norm = part->in[i];
    if (!is_norm(norm))
        return false;
    if (node->op == OP_conv_dw)
        return i == 0 && is_rectified(norm) && (copies_pixels(node) || copies_pictures(node));
    if (i != 1 || part->nin != 2)
        return false;
    if (node->op == OP_bn_train)
        return part->op == OP_add && part == node->tail && !norm->tail && same_pixels(norm);
    if (node->op != OP_conv_dx || part->op != OP_derivative || part->attr.of_op != OP_relu)
        return false;
    return is_rectified(norm) && (!node->tile.flat || borderless(norm->in[0])) &&
           pointers_of(node) + 1 + TALLY_POINTERS <= MAX_POINTERS;
}

/* Operand i, a norm, becomes what that reads, and its statistics come last. */
static void absorb_operand(Graph *g, Node *part, int i)
{
    const Node *norm = part->in[i];
    Node **in = arena_alloc(g->context, (size_t)part->nin + 1, sizeof(Node *));
    memcpy(in, part->in, (size_t)part->nin * sizeof(Node *));
    in[i] = norm->in[0];
    in[part->nin++] = norm->in[1];
    part->in = in;
}

/* Needs tiles. In training, norms go of which all readers can do that. */
void absorb(Graph *g)
{
    if (!g->training)
        return;
    int *readers = arena_alloc(g->context, (size_t)g->count, sizeof *readers);    /* by the norm's id: that can do without */
    for (int change = 0; change < 2; change++)
        for (Node *n = g->first; n; n = n->next)
            for (Node *part = n; part; part = part->tail)
                for (int i = part != n; i < part->nin; i++) {
                    const Node *norm = part->in[i];
                    if (!can_absorb(n, part, i))
                        continue;
                    if (!change)
                        readers[norm->id]++;
                    else if (readers[norm->id] == norm->uses)
                        absorb_operand(g, part, i);
                }
    for (Node *n = g->first, *next; n; n = next) {
        next = n->next;
        if (readers[n->id] && readers[n->id] == n->uses)
            graph_remove(g, n);
    }
    graph_number(g);
}
