/* grouped_dx.c - gradient by the operand of a grouped convolution that slides: dx = dy convolved with the filters, each group's
 * channels exchanged and taps reversed. A step copies the filters so, by squares of channels within lanes; then the forward kernel
 * (sliding.c) does the work. A strided one is some dense ones (parity.c), which write every stride-th row and column. */
#include "../parity.h"
#include "sliding.h"
#include "transpose.h"

#include <string.h>

/* One part of the gradient: the convolution of dy, and the taps of the forward filters that take part. */
typedef struct {
    Sliding s;
    Parity axis[2];
} Share;

/* ---- the filters ----------------------------------------------------------------------------------------------------- */

/* From x, of registers of `from` vectors, to y, of `to` (PACK_grouped): channels of one block by those of another or the same, or less
 * than a block by themselves. */
typedef struct {
    Kernel *k;
    Stream x, y;
    const Share *share;
    int columns, from, to;              /* columns: of the forward filters */
} Copier;

/* All taps that take part; the pointers end where they began. */
static void emit_squares(const Copier *c, int size, const int *mask)
{
    const Parity *row = &c->share->axis[0], *column = &c->share->axis[1];
    Kernel *k = c->k;
    int inputs = c->share->s.inputs, square[LANES];
    int64_t x_tap = c->from * LANES, y_tap = c->to * LANES;
    int64_t x_step = -column->step * x_tap, x_row = -row->step * inputs * c->columns * x_tap, y_row = inputs * column->taps * y_tap;
    for (int i = 0; i < size; i++)
        square[i] = kernel_register(k);
    k_loop(k, row->taps);
    k_loop(k, column->taps);
    for (int i = 0; i < size; i++)
        k_load(k, square[i], c->x.pointer, i * c->columns * x_tap);
    emit_transpose(k, size, square, mask);
    for (int i = 0; i < size; i++)
        k_store(k, c->y.pointer, i * column->taps * y_tap, square[i]);
    k_bump(k, c->x.pointer, x_step);
    k_bump(k, c->y.pointer, y_tap);
    k_end(k);
    k_bump(k, c->x.pointer, x_row - column->taps * x_step);
    k_bump(k, c->y.pointer, y_row - column->taps * y_tap);
    k_end(k);
    k_bump(k, c->x.pointer, -row->taps * x_row);
    k_bump(k, c->y.pointer, -row->taps * y_row);
    for (int i = 0; i < size; i++)
        kernel_release(k, square[i]);
}

/* The filters between the vectors of one register here and there; of groups within a block, of one vector. */
static void emit_filters(const Copier *c)
{
    Kernel *k = c->k;
    bool large = c->share->s.inputs > LANES;
    int size = large ? LANES : c->share->s.inputs, mask[SQUARE_MASKS], from = large ? c->from : 1, to = large ? c->to : 1;
    int64_t x_rows = (int64_t)LANES * c->columns * c->from * LANES, y_rows = (int64_t)LANES * c->share->axis[1].taps * c->to * LANES;
    masks_open(k, size, mask);
    k_loop(k, from);
    k_loop(k, to);
    emit_squares(c, size, mask);
    k_bump(k, c->x.pointer, to > 1 ? x_rows : 0);
    k_bump(k, c->y.pointer, to > 1 ? LANES : 0);
    k_end(k);
    k_bump(k, c->x.pointer, (from > 1 ? LANES : 0) - (to > 1 ? to * x_rows : 0));
    k_bump(k, c->y.pointer, (from > 1 ? y_rows : 0) - (to > 1 ? to * LANES : 0));
    k_end(k);
}

static void add_filter_call(Lower *l, const Node *n, int64_t filters, const Share *share)
{
    const Attr *a = &n->of->attr;
    const Parity *row = &share->axis[0], *column = &share->axis[1];
    int size = share->s.inputs, from = n->of->tile.vectors, to = n->tile.vectors, unit = from > to ? from : to;
    int group = size > LANES ? size / LANES : 0;        /* blocks */
    int64_t floats = (int64_t)a->kernel[0] * a->kernel[1] * size * LANES, y_floats = share->s.vector_floats;
    Copier c = {.k = step_kernel(l), .share = share, .columns = a->kernel[1], .from = from, .to = to};
    c.x = stream_weights(l, c.k, filters, "x");
    c.y = stream_common(l, c.k, share->s.filters, "y", true);
    emit_filters(&c);
    const int whole[] = {n->layout.blocks / (group ? group : 1), group / from, group / to}, within[] = {n->layout.blocks / unit, unit, 1};
    Call *call = step_call(l, c.k, group ? whole : within, "repack", "%d x %d filters of groups of %d channels, transposed",
                           row->taps, column->taps, size);
    call->images = l->graph->max_batch;
    call_move(call, c.x, ((int64_t)row->tap * size * a->kernel[1] + column->tap) * from * LANES);
    call_stride(call, c.x, 0, (group ? group : unit) * floats);
    call_stride(call, c.y, 0, (group ? group : unit) * y_floats);
    call_stride(call, c.x, 1, group ? from * floats : from > 1 ? LANES : floats);
    call_stride(call, c.y, 1, group ? (int64_t)from * LANES * column->taps * to * LANES : to > 1 ? LANES : y_floats);
    call_stride(call, c.x, 2, group ? (int64_t)to * LANES * a->kernel[1] * from * LANES : 0);
    call_stride(call, c.y, 2, group ? to * y_floats : 0);
}

/* ---- the parts ------------------------------------------------------------------------------------------------------- */

static Share make_share(Node *n, int row, int column)
{
    const Attr *a = &n->of->attr;
    Share share = {.axis = {parity_of(n->of, 0, row), parity_of(n->of, 1, column)}};
    Sliding *s = &share.s;
    *s = (Sliding){.n = n, .source = n->in[0], .tile = n->tile, .inputs = n->shape.channels / a->groups, .stride = {1, 1}, .in_room = true};
    for (int i = 0; i < 2; i++) {
        const Parity *p = &share.axis[i];
        s->kernel[i] = p->taps;
        s->dilation[i] = p->dilation;
        s->start[i] = p->start;
        s->first[i] = p->first;
        s->apart[i] = a->stride[i];
    }
    s->height = share.axis[0].count;
    s->width = share.axis[1].count;
    return share;
}

/* All parts that have results, the filters of each vector one after the other. Returns how many. */
static int make_shares(Lower *l, Node *n, Share *share)
{
    const int *stride = n->of->attr.stride;
    int count = 0;
    int64_t floats = 0, room = step_room(l, 0);
    for (int i = 0; i < stride[0] * stride[1]; i++) {
        share[count] = make_share(n, i / stride[1], i % stride[1]);
        share[count].s.filters = room + n->tile.vectors * floats;
        if (!share[count].s.height || !share[count].s.width)
            continue;
        floats += sliding_floats(&share[count++].s);
    }
    for (int i = 0; i < count; i++)
        share[i].s.vector_floats = floats;
    step_room(l, n->layout.blocks * floats);
    return count;
}

void lower_grouped_dx(Lower *l, Node *n)
{
    const Attr *a = &n->of->attr;
    size_t most = (size_t)a->stride[0] * (size_t)a->stride[1];
    Share *share = arena_alloc(l->context, most, sizeof *share);
    Sliding *part = arena_alloc(l->context, most, sizeof *part);
    int64_t filters = sliding_filters(l, n->of), vectors = output_pack(l, n, NULL, 0);
    int count = make_shares(l, n, share);
    step_begin(l);
    for (int i = 0; i < count; i++) {
        if (share[i].axis[0].taps && share[i].axis[1].taps)
            add_filter_call(l, n, filters, &share[i]);
        part[i] = share[i].s;
        part[i].vectors = vectors;
    }
    step_end(l, NULL, "repack", "the filters of %s, for the gradient by what it reads", n->of->name);
    step_begin(l);
    add_sliding_calls(l, part, count);
    Shape dy = node_result(n->in[0]), dx = n->shape;
    step_end(l, n, "conv_dx",
             "gradient of a convolution %d x %d, stride %d, by its operand: %d x %d x %d -> %d x %d x %d, %d groups; sliding, tiles of %d x %d",
             a->kernel[0], a->kernel[1], a->stride[0], dy.channels, dy.height, dy.width, dx.channels, dx.height, dx.width, a->groups,
             n->tile.vectors * LANES, n->tile.pixels);
}
