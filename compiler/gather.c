/* gather.c - the pixels that a 1 x 1 convolution with a stride reads are gathered once, not again for each panel of its output channels.
 *
 * Half of each cache line that such a convolution touches is of no use to it, and its rows have gaps, so that no tile reaches from
 * one into the next. Where many channels read the pixels, they are rather copied first: the convolution then walks over a picture
 * without gaps, as one line; so does the gradient of its filters. */
#include "compiler.h"

enum { MANY_VECTORS = 32 };             /* of results for each pixel copied: a twentieth of the convolution's time, at most */

static bool skips_pixels(const Node *n)
{
    const Attr *a = &n->attr;
    return n->op == OP_conv && a->kernel[0] * a->kernel[1] == 1 && a->stride[0] * a->stride[1] > 1 && a->pad[0] + a->pad[1] == 0 &&
           a->groups == 1 && a->out >= MANY_VECTORS * LANES && node_result(n->in[0]).channels > LANES;
}

/* The pixels that n reads of the source, by windows of one pixel; made right after the source, which may then end early. */
static Node *insert_copy(Graph *g, const Node *n, Node *source)
{
    Node *copy = graph_insert(g, source->next, OP_max_pool, n->loc, arena_printf(g->context, "%s.pixels", n->name), &source, 1);
    copy->attr = (Attr){.kernel = {1, 1}, .stride = {n->attr.stride[0], n->attr.stride[1]}, .dilation = {1, 1}};
    copy->shape = n->shape;
    copy->shape.channels = node_result(source).channels;
    return copy;
}

/* In training: the gradient of n's filters reads the pixels side by side, too. That of its operand goes to all of them: it
 * remembers n as it was, before its stride went. Recomputed sources have copies of their own. */
static void gather_gradients(Graph *g, Node *n, Node *copy)
{
    Node *strided = arena_alloc(g->context, 1, sizeof *strided), *source = n->in[0];
    *strided = *n;
    strided->of = n;
    strided->in = arena_alloc(g->context, 1, sizeof(Node *));
    strided->in[0] = source;
    for (Node *m = n->next; m; m = m->next)
        if (m->of == n && m->op == OP_conv_dx)
            m->of = strided;
        else if (m->of == n && m->op == OP_conv_dw)
            m->in[0] = m->in[0] == source ? copy : insert_copy(g, n, m->in[0]);
}

/* Needs a fused graph. Keeps shapes. */
void gather(Graph *g)
{
    for (Node *n = g->first; n; n = n->next)
        if (skips_pixels(n)) {
            Node *copy = insert_copy(g, n, n->in[0]);
            gather_gradients(g, n, copy);
            n->in[0] = copy;
            n->attr.stride[0] = n->attr.stride[1] = 1;
        }
    graph_number(g);
}
