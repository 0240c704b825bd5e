/* layout.c - where every tensor lies: planar or blocked, borders, segments, and whose memory it shares.
 *
 * Needs a fused graph. Gives every node its Layout and inserts `pack` nodes where a reader cannot take what there is.
 * Keeps shapes and execution order. Three decisions, each a sweep over the list:
 *   storage    a concat owns the memory of its operands, a slice borrows that of its source: neither copies
 *   segments   a tensor is cut where somebody joins or splits it, so that every part is whole blocks
 *   border     a storage has as many zero rows and columns around it as its widest reader wants */
#include <stdlib.h>
#include <string.h>

#include "compiler.h"

/* ---- readers that cannot take what there is ---------------------------------------------------------------- */

/* In training, may readers of this flatten read the picture? Then the gradient must be wanted as a picture, too. */
static bool may_bypass(const Graph *g, const Node *flatten)
{
    if (flatten->tail)
        return false;
    for (const Node *dx = g->training ? g->first : NULL; dx; dx = dx->next)
        if (dx->op == OP_linear_dx && dx->of->in[0] == flatten &&
            (dx->uses != 1 || dx->tail || !dx->mark || shape_floats(dx->mark->shape) != shape_floats(node_result(flatten->in[0]))))
            return false;
    return true;
}

/* Gradients by operands become pictures where the operands are. */
static void bypass_reshape(Graph *g)
{
    for (Node *n = g->first, *next; n; n = next) {
        next = n->next;
        graph_redirect(n);
        Node *dx = n->op == OP_reshape ? n->in[0] : NULL;
        if (!dx || dx->op != OP_linear_dx || dx->of->in[0]->shape.flat)
            continue;
        dx->shape = dx->attr.result = n->shape;
        if ((dx->tail = n->tail))
            dx->tail->in[0] = dx;
        graph_move(g, dx, n);           /* what its tail reads is there */
        graph_replace_uses(g, n, dx);
        graph_remove(g, n);
    }
}

/* A linear layer reads a flattened picture where it lies: it is the convolution whose window is the picture. */
static void bypass_flatten(Graph *g)
{
    for (Node *n = g->first; n; n = n->next)
        n->mark = NULL;
    for (Node *n = g->first; n; n = n->next)
        if (n->op == OP_reshape)
            n->in[0]->mark = n;
    for (Node *n = g->first; n; n = n->next)
        if (n->op == OP_flatten)
            n->mark = may_bypass(g, n) ? n : NULL;
    for (Node *n = g->first; n; n = n->next)
        if (n->op == OP_linear || n->op == OP_linear_dw)
            while (n->in[0]->op == OP_flatten && n->in[0]->mark)
                n->in[0] = n->in[0]->in[0];
    bypass_reshape(g);
    graph_number(g);
    for (Node *n = g->last, *prev; n; n = prev) {
        prev = n->prev;
        if (n->op == OP_flatten && !n->uses && n != g->output) {
            n->in[0]->uses--;
            graph_remove(g, n);
        }
    }
}

static bool reads_planar(const Node *n)
{
    return (n->op == OP_conv || n->op == OP_conv_dw) && n->in[0]->shape.channels <= LANES && node_owner(n)->attr.groups == 1;
}

static Node *insert_pack(Graph *g, Node *before, Node *source, LayoutKind kind)
{
    Node *p = graph_insert(g, before, OP_pack, source->loc, arena_printf(g->context, "%s.%s", node_last(source)->name,
                           kind == LAYOUT_planar ? "border" : "copy"), &source, 1);
    p->shape = node_result(source);
    p->layout.kind = kind;
    return p;
}

/* The caller's picture is planar and has no border. Convolutions of few channels read it, or a bordered copy of it, as it
 * is; everybody else reads a blocked copy. */
static void pack_input(Graph *g)
{
    Node *after = g->input->next, *planar = NULL, *blocked = NULL;
    for (Node *n = after; n; n = n->next)
        for (Node *t = n; t; t = t->tail)
            for (int i = t == n ? 0 : 1; i < t->nin; i++) {
                if (t->in[i] != g->input || t->op == OP_output || t->op == OP_pack)
                    continue;
                bool wants_planar = reads_planar(t);
                if (wants_planar && !node_owner(t)->attr.pad[0] && !node_owner(t)->attr.pad[1])
                    continue;
                Node **pack = wants_planar ? &planar : &blocked;
                if (!*pack)
                    *pack = insert_pack(g, after, g->input, wants_planar ? LAYOUT_planar : LAYOUT_blocked);
                t->in[i] = *pack;
            }
}

/* The caller's target is planar too; losses read a blocked copy, whose spare lanes hold zeros. */
static void pack_target(Graph *g)
{
    if (!g->target)
        return;
    Node *pack = insert_pack(g, g->target->next, g->target, LAYOUT_blocked);
    for (Node *n = pack->next; n; n = n->next)
        for (int i = 0; i < n->nin; i++)
            if (n->in[i] == g->target)
                n->in[i] = pack;
}

/* ---- storage ------------------------------------------------------------------------------------------------ */

static Node *root(Node *n)
{
    while (n->layout.storage != n)
        n = n->layout.storage;
    return n;
}

/* A picture of one pixel is flat already. Not a part of a line that others read: it might want a border. */
static bool is_alias(const Node *n)
{
    if (n->op == OP_reshape && n->in[0]->op == OP_slice)
        return false;
    if ((n->op != OP_flatten && n->op != OP_reshape) || n->in[0]->layout.kind == LAYOUT_planar || n->tail)
        return false;
    Shape picture = n->op == OP_reshape ? n->shape : node_result(n->in[0]);
    return picture.height == 1 && picture.width == 1;
}

/* A concat may claim an operand that owns its memory and is not promised to anybody. */
static void claim_operands(Graph *g, Node *concat)
{
    for (int i = 0; i < concat->nin; i++) {
        Node *o = concat->in[i];
        if (o->layout.storage != o || o->layout.kind == LAYOUT_planar) {
            o = concat->in[i] = insert_pack(g, concat, o, LAYOUT_blocked);
            o->layout.storage = o;
        }
        o->layout.storage = concat;
    }
}

/* Memory in the caller's own order. */
static bool is_callers(const Node *n)
{
    return n->op == OP_input || n->op == OP_output || n->op == OP_target;
}

static void share_storage(Graph *g)
{
    for (Node *n = g->first; n; n = n->next) {
        if (n->layout.kind == LAYOUT_none)
            n->layout.kind = is_callers(n) ? LAYOUT_planar : LAYOUT_blocked;
        n->layout.storage = n;
        if (n->op == OP_concat)
            claim_operands(g, n);
        else if (n->op == OP_slice || is_alias(n))
            n->layout.storage = n->in[0];
    }
}

/* ---- segments: the channels at which a tensor must begin a new block ----------------------------------------- */

typedef struct {
    int *at;                            /* ascending, strictly inside the tensor */
    size_t count, capacity;
} Cuts;

typedef struct {
    Graph *graph;
    Cuts *cuts;                         /* by node id */
    bool changed;
} Segmenter;

static void add_cut(Segmenter *s, const Node *n, int at)
{
    Cuts *c = &s->cuts[n->id];
    if (at <= 0 || at >= node_result(n).channels)
        return;
    size_t i = c->count;
    while (i && c->at[i - 1] > at)
        i--;
    if (i && c->at[i - 1] == at)
        return;
    c->at = arena_grow(s->graph->context, c->at, c->count, &c->capacity, sizeof *c->at);
    memmove(c->at + i + 1, c->at + i, (c->count++ - i) * sizeof *c->at);
    c->at[i] = at;
    s->changed = true;
}

/* Channels begin.. of `whole` are channels 0.. of `part`: they must be cut alike, and whole at the part's ends. */
static void tie(Segmenter *s, const Node *whole, const Node *part, int begin)
{
    int channels = node_result(part).channels;
    add_cut(s, whole, begin);
    add_cut(s, whole, begin + channels);
    for (size_t i = 0; i < s->cuts[part->id].count; i++)
        add_cut(s, whole, begin + s->cuts[part->id].at[i]);
    for (size_t i = 0; i < s->cuts[whole->id].count; i++)
        add_cut(s, part, s->cuts[whole->id].at[i] - begin);
}

/* Group normalisation whose groups are neither whole blocks nor fit evenly into one wants one segment a group. */
static void cut_groups(Segmenter *s, const Node *n)
{
    int channels = n->shape.channels, size = n->op == OP_gn ? channels / n->attr.groups : channels;
    if (size % LANES && LANES % size)
        for (int at = size; at < channels; at += size)
            add_cut(s, n, at);
}

/* Filters have one place for forward and backward kernels: what the latter read and write is cut like what the former do. */
static void tie_gradient(Segmenter *s, const Node *n)
{
    const Node *of = n->of, *x = n->op == OP_conv_dx || n->op == OP_linear_dx ? n : n->nin == 2 ? n->in[0] : NULL;
    tie(s, of, n->in[n->nin - 1], 0);
    if (x && node_result(x).channels == node_result(of->in[0]).channels) {
        tie(s, of->in[0], x, 0);
        tie(s, x, of->in[0], 0);
    }
    tie(s, n->in[n->nin - 1], of, 0);
}

/* A layer that `recompute` repeats reads the filters and the vectors of the first one. */
static void tie_copy(Segmenter *s, const Node *n)
{
    const Node *of = n->of;
    if (!of || of->op != n->op)
        return;
    tie(s, of, n, 0);
    if (node_result(of->in[0]).channels == node_result(n->in[0]).channels)
        tie(s, of->in[0], n->in[0], 0);
}

static void tie_node(Segmenter *s, const Node *n)
{
    tie_copy(s, n);
    switch (n->op) {
    case OP_conv:
        if (is_depthwise(n))
            tie(s, n, n->in[0], 0);
        break;
    case OP_input: case OP_output: case OP_pack: case OP_linear: case OP_target:
        break;
    case OP_cross_entropy: case OP_mse:
        tie(s, n->in[0], n->in[1], 0);
        tie(s, n->in[1], n->in[0], 0);
        break;
    case OP_conv_dx: case OP_conv_dw: case OP_linear_dx: case OP_linear_dw: case OP_bias_dw:
        tie_gradient(s, n);
        break;
    case OP_crop:
        tie(s, n->in[0], n, n->attr.channels[0]);
        break;
    case OP_embed:
        tie(s, n, n->in[0], n->attr.begin);
        break;
    case OP_flatten: case OP_reshape:
        if (is_alias(n))
            tie(s, n, n->in[0], 0);
        break;
    case OP_slice:
        tie(s, n->in[0], n, n->attr.begin);
        break;
    case OP_pad:
        tie(s, n, n->in[0], n->attr.channels[0]);
        break;
    case OP_concat:
        for (int i = 0, at = 0; i < n->nin; at += node_result(n->in[i++]).channels)
            tie(s, n, n->in[i], at);
        break;
    case OP_gn: case OP_ln:
        cut_groups(s, n);
        tie(s, n, n->in[0], 0);
        break;
    default:
        for (int i = 0; i < n->nin; i++)
            tie(s, n, n->in[i], 0);
    }
    for (const Node *t = n->tail; t; t = t->tail)
        for (int i = 1; i < t->nin; i++)
            tie(s, n, t->in[i], 0);
}

/* Cuts that fall on a block boundary anyway are forgotten; the rest become segment lengths. */
static void set_segments(Graph *g, Node *n, const Cuts *cuts)
{
    Layout *l = &n->layout;
    int channels = node_result(n).channels, begin = 0;
    int *segment = arena_alloc(g->context, cuts->count + 1, sizeof *segment);
    for (size_t i = 0; i <= cuts->count; i++) {
        int end = i < cuts->count ? cuts->at[i] : channels;
        if (end < channels && (end - begin) % LANES == 0)
            continue;
        segment[l->nsegment++] = end - begin;
        l->blocks += ceil_of(end - begin, LANES);
        begin = end;
    }
    l->segment = segment;
    if (l->kind == LAYOUT_planar)
        l->blocks = channels;
}

static void cut_segments(Graph *g)
{
    graph_number(g);
    Segmenter s = {.graph = g, .cuts = arena_alloc(g->context, (size_t)g->count, sizeof *s.cuts)};
    do {
        s.changed = false;
        for (Node *n = g->first; n; n = n->next)
            tie_node(&s, n);
        for (Node *n = s.changed ? g->last : NULL; n; n = n->prev)
            tie_node(&s, n);
    } while (s.changed);
    for (Node *n = g->first; n; n = n->next)
        set_segments(g, n, &s.cuts[n->id]);
}

/* ---- borders and addresses ----------------------------------------------------------------------------------- */

static void widen(Node *n, int axis, int pad)
{
    Layout *l = &root(n)->layout;
    l->pad[axis] = l->pad[axis] > pad ? l->pad[axis] : pad;
}

static void widen_borders(Graph *g)
{
    for (Node *n = g->first; n; n = n->next)
        for (int axis = 0; axis < 2; axis++) {
            if (n->op == OP_conv || n->op == OP_conv_dw)
                widen(n->in[0], axis, node_owner(n)->attr.pad[axis]);
            else if (n->op == OP_conv_dx)
                widen(n->in[0], axis, gradient_border(n, axis));
        }
}

/* Distances between blocks that are a multiple of 1 KiB would put many blocks into one cache set. */
static int64_t spread(int64_t floats)
{
    return floats % 256 ? floats : floats + 2 * LANES;
}

static void set_strides(Graph *g, Node *n)
{
    Layout *l = &n->layout;
    Shape s = node_result(n);
    int64_t unit = l->kind == LAYOUT_planar ? 1 : LANES, limit = INT32_MAX;
    l->row = checked_mul(g->context, n->loc, s.width + l->pad[1], unit, limit, "one row of a tensor");
    l->plane = checked_mul(g->context, n->loc, s.height + 2 * l->pad[0], l->row, limit, "one channel block of a tensor") + l->pad[1] * unit;
    if (n->op != OP_input && n->op != OP_output && l->blocks > 1)
        l->plane = spread(l->plane);
    l->origin = l->pad[0] * l->row + l->pad[1] * unit;
    l->size = checked_mul(g->context, n->loc, l->blocks, l->plane, (int64_t)1 << 38, "a tensor");
}

int block_of(const Layout *l, int at)
{
    int block = 0, channel = 0;
    for (int i = 0; i < l->nsegment; channel += l->segment[i++]) {
        if (at < channel + l->segment[i])
            return block + (at - channel) / LANES;
        block += ceil_of(l->segment[i], LANES);
    }
    return block;
}

static void place_view(Node *n, const Node *whole, int channel)
{
    Layout *l = &n->layout;
    const Layout *w = &whole->layout;
    l->pad[0] = w->pad[0];
    l->pad[1] = w->pad[1];
    l->row = w->row;
    l->plane = w->plane;
    l->origin = w->origin + block_of(w, channel) * w->plane;
    l->size = 0;
    l->storage = w->storage;
}

/* Owners first, then what lies in them: a slice comes after its source, an operand before its concat. */
static void place(Graph *g)
{
    for (Node *n = g->first; n; n = n->next)
        if (n->layout.storage == n)
            set_strides(g, n);
    for (Node *n = g->last; n; n = n->prev)
        if (n->op == OP_concat)
            for (int i = 0, at = 0; i < n->nin; at += node_result(n->in[i++]).channels)
                place_view(n->in[i], n, at);
    for (Node *n = g->first; n; n = n->next)
        if (n->op == OP_slice || is_alias(n))
            place_view(n, n->in[0], n->op == OP_slice ? n->attr.begin : 0);
}

void layout(Graph *g)
{
    bypass_flatten(g);
    pack_input(g);
    pack_target(g);
    share_storage(g);
    cut_segments(g);
    widen_borders(g);
    place(g);
    graph_number(g);
}
