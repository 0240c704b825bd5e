/* repack.c - copies packed filters w[out][in][tap] as filters of the gradient by the operand, w'[in][out][tap'], whose lanes are
 * input channels. Parameters change with every step, so each step does it anew, right before it reads the copy.
 *
 * A Rect is what one vector of output channels and one of input channels share: up to 8 x 8 filters for each tap. A pair of a panel
 * of either side is a handful of them; pairs that differ only by places are one call, with a grid over panels. */
#include "repack.h"

#include <string.h>

enum { MOST_RECTS = MAX_REGISTERS * MAX_REGISTERS };

/* Places are floats from the pair's first ones; -1 as source: no filter of this pair, all zeros. */
typedef struct {
    int64_t from, to;                   /* of the first output channel, in lane 0 or where the first lane's would be */
    int64_t from_tap, to_tap;           /* from one tap to the next */
    int64_t from_in;                    /* from one input channel to the next; one output channel to the next are 1 float */
    int64_t to_out;                     /* from one output channel to the next; one input channel to the next are 1 float */
    int64_t outs;                       /* output channels */
    uint64_t copied;                    /* bit out * LANES + lane: a parameter; the others are 0 */
} Rect;

typedef struct {
    int64_t from, to;                   /* of the whole pair */
    int nrect;
    const Rect *rect;                   /* input vectors one after the other */
} Pair;

/* What the entries of a panel hold of a vector of the other side's channels. */
typedef struct {
    int entry;                          /* the one that holds some of them; -1: none */
    int lane;                           /* of the vector, which has the entry's first channel; -1: none has */
    uint64_t lanes;                     /* bit for each lane whose channel the entry holds */
    int64_t at;                         /* where the entry's filters begin, for this panel */
} Held;

/* A side: its convolution, the channel of each lane of its result, and the channels of the entries before each. */
typedef struct {
    const Conv *c;
    const int *channel;
    int64_t *before;
    Held *held;                         /* by vector, where all panels have the same entries; NULL: groups have entries of their own */
} Side;

typedef struct {
    const Repack *r;
    Side from, to;
} Sides;

static Side side_of(const Conv *c)
{
    Side s = {.c = c, .channel = lane_channels(c->l, &c->n->layout)};
    s.before = arena_alloc(c->l->context, c->nentry + 1, sizeof *s.before);
    for (size_t e = 0; e < c->nentry; e++)
        s.before[e + 1] = s.before[e] + c->entry[e].count;
    return s;
}

static bool holds(const Entry *e, int channel)
{
    return channel >= e->channel && channel < e->channel + e->count;
}

/* The entry among the panel's that holds a channel; -1: none. They ascend. */
static int entry_of(const Side *s, const Panel *p, int channel)
{
    int low = p->entry, high = p->entry + p->entries - 1;
    while (channel >= 0 && low <= high) {
        int middle = (low + high) / 2;
        if (holds(&s->c->entry[middle], channel))
            return middle;
        if (channel < s->c->entry[middle].channel)
            high = middle - 1;
        else
            low = middle + 1;
    }
    return -1;
}

/* channel: of the vector's lanes. */
static Held find_held(const Side *s, const Panel *p, const int *channel)
{
    Held held = {.entry = -1, .lane = -1};
    for (int i = 0; i < LANES && held.entry < 0; i++)
        held.entry = entry_of(s, p, channel[i]);
    for (int i = 0; i < LANES && held.entry >= 0; i++) {
        held.lanes |= (uint64_t)holds(&s->c->entry[held.entry], channel[i]) << i;
        if (channel[i] == s->c->entry[held.entry].channel)
            held.lane = i;
    }
    return held;
}

/* Of other's vectors. */
static void hold_vectors(Side *s, const Side *other)
{
    int vectors = other->c->n->layout.blocks;
    if (s->c->groups > 1)
        return;
    s->held = arena_alloc(s->c->l->context, (size_t)vectors, sizeof *s->held);
    for (int i = 0; i < vectors; i++)
        s->held[i] = find_held(s, s->c->panel, other->channel + i * LANES);
}

static Held held_by(const Side *s, const Panel *p, const Side *other, int vector)
{
    Held held = s->held ? s->held[vector] : find_held(s, p, other->channel + vector * LANES);
    if (held.entry >= 0)
        held.at = p->at + (s->before[held.entry] - s->before[p->entry]) * s->c->kernel[0] * s->c->kernel[1] * p->vectors * LANES;
    return held;
}

/* Which filters of `outs` output channels from `first` on are parameters, of the lanes that the entry holds. */
static uint64_t parameters_of(const Conv *from, const int *in, uint64_t lanes, int first, int outs)
{
    uint64_t copied = 0;
    int group_out = from->out / from->groups, group_in = from->in / from->groups;
    for (int i = 0; from->groups == 1 && i < outs; i++)
        copied |= lanes << (i * LANES);
    for (int lane = 0; lane < LANES && from->groups > 1; lane++)
        for (int i = 0; lanes >> lane & 1 && i < outs; i++)
            if ((first + i) / group_out == in[lane] / group_in)
                copied |= (uint64_t)1 << (i * LANES + lane);
    return copied;
}

/* Output vector o of panel q, of which p holds `to`, and input vector u of panel p, of which q holds `from`. */
static Rect make_rect(const Sides *l, const Panel *p, int u, const Held *from, const Panel *q, int o, const Held *to)
{
    const Entry *summed = &l->to.c->entry[to->entry];
    Rect rect = {.from = -1, .to = to->at + u * LANES, .to_out = p->vectors * LANES, .outs = summed->count, .from_in = q->vectors * LANES};
    rect.to_tap = l->r->tap_floats ? l->r->tap_floats : summed->count * rect.to_out;
    if (from->entry < 0)
        return rect;
    if (to->lane < 0 || from->lane < 0)
        die("repack: blocks of one channel's forward and backward tensors differ");
    rect.from_tap = l->from.c->entry[from->entry].count * rect.from_in;
    rect.from = from->at + o * LANES + to->lane - from->lane * rect.from_in;
    rect.copied = parameters_of(l->from.c, l->to.channel + (p->vector + u) * LANES, from->lanes, summed->channel, (int)rect.outs);
    return rect;
}

/* All of a pair of panels; returns how many. p's sums need not reach all vectors of q. */
static int make_rects(const Sides *l, const Panel *p, const Panel *q, Rect *rect)
{
    Held to[MAX_REGISTERS];
    int count = 0;
    for (int o = 0; o < q->vectors; o++)
        to[o] = held_by(&l->to, p, &l->from, q->vector + o);
    for (int u = 0; u < p->vectors; u++) {
        const Held from = held_by(&l->from, q, &l->to, p->vector + u);
        for (int o = 0; o < q->vectors; o++)
            if (to[o].entry >= 0)
                rect[count++] = make_rect(l, p, u, &from, q, o, &to[o]);
    }
    return count;
}

/* Rects relative to the pair; shared with the pair before where they are the same. */
static bool make_pair(const Sides *l, const Panel *p, const Panel *q, const Pair *last, Pair *pair)
{
    Rect rect[MOST_RECTS];
    *pair = (Pair){.from = -1, .nrect = make_rects(l, p, q, rect)};
    if (!pair->nrect)
        return false;
    pair->to = rect[0].to;
    for (int i = 0; i < pair->nrect; i++)
        if (rect[i].copied && pair->from < 0)
            pair->from = rect[i].from;
    for (int i = 0; i < pair->nrect; i++) {
        rect[i].to -= pair->to;
        rect[i].from -= rect[i].copied ? pair->from : 0;
    }
    size_t size = (size_t)pair->nrect * sizeof *rect;
    if (last && last->nrect == pair->nrect && !memcmp(last->rect, rect, size))
        pair->rect = last->rect;
    else
        pair->rect = memcpy(arena_alloc(l->to.c->l->context, 1, size), rect, size);
    return true;
}

static bool same_pair(const Pair *a, const Pair *b)
{
    return a->nrect == b->nrect && (a->rect == b->rect || !memcmp(a->rect, b->rect, (size_t)a->nrect * sizeof *a->rect));
}

/* ---- the kernel of a pair ------------------------------------------------------------------------------------------ */

typedef struct {
    const Repack *r;
    Kernel *k;
    Stream x, y;
    int64_t x_at, y_at;                 /* where the pointers are */
    int64_t next;                       /* floats to the pair that the next task copies, 0: there is none */
    int zero;
} Copier;

static void move_to(Copier *c, int64_t x, int64_t y)
{
    k_bump(c->k, c->x.pointer, x - c->x_at);
    k_bump(c->k, c->y.pointer, y - c->y_at);
    c->x_at = x;
    c->y_at = y;
}

/* The filters of one tap. Those of the next pair are fetched meanwhile: they come from memory, and pairs do not follow each other there. */
static void emit_filters(const Copier *c, const Rect *rect)
{
    Kernel *k = c->k;
    int reg[LANES];
    for (int lane = 0; lane < LANES && c->next; lane++)
        if (rect->copied >> lane & 1)
            k_prefetch(k, c->x.pointer, c->next + lane * rect->from_in);
    for (int i = 0; i < LANES; i++)
        reg[i] = kernel_register(k);
    for (int out = 0; out < rect->outs; out++) {
        for (int lane = 0; lane < LANES; lane++)
            if (rect->copied >> (out * LANES + lane) & 1)
                k_load1(k, reg[lane], c->x.pointer, out + lane * rect->from_in);
        for (int lane = 0; lane < LANES; lane++)
            k_store1(k, c->y.pointer, out * rect->to_out + lane, rect->copied >> (out * LANES + lane) & 1 ? reg[lane] : c->zero);
    }
    for (int i = 0; i < LANES; i++)
        kernel_release(k, reg[i]);
}

/* All taps; the pointers end where they began. */
static void emit_rect(const Copier *c, const Rect *rect)
{
    const Repack *r = c->r;
    Kernel *k = c->k;
    int64_t x_row = -r->step[0] * (int64_t)r->from->kernel[1] * rect->from_tap, x_column = -r->step[1] * rect->from_tap;
    k_loop(k, r->taps[0]);
    k_loop(k, r->taps[1]);
    emit_filters(c, rect);
    k_bump(k, c->x.pointer, x_column);
    k_bump(k, c->y.pointer, rect->to_tap);
    k_end(k);
    k_bump(k, c->x.pointer, x_row - r->taps[1] * x_column);
    k_end(k);
    k_bump(k, c->x.pointer, -r->taps[0] * x_row);
    k_bump(k, c->y.pointer, -r->taps[0] * r->taps[1] * rect->to_tap);
}

/* Is b at this distance from a, and else the same? */
static bool is_moved(const Rect *a, const Rect *b, int64_t from, int64_t to)
{
    Rect back = *b;
    back.from -= b->copied ? from : 0;
    back.to -= to;
    return !memcmp(a, &back, sizeof back);
}

/* Groups of `size` rects from the first on, each at the same distance from the one before, which is told. */
static int alike_groups(const Rect *rect, int size, int count, int64_t *from, int64_t *to)
{
    int n = 1;
    *from = *to = 0;
    if (2 * size <= count) {
        *from = rect->copied ? rect[size].from - rect->from : 0;
        *to = rect[size].to - rect->to;
    }
    for (; (n + 1) * size <= count; n++)
        for (int i = 0; i < size; i++)
            if (!is_moved(&rect[(n - 1) * size + i], &rect[n * size + i], *from, *to))
                return n;
    return n;
}

static void loop_end(Copier *c, int trips, int64_t from, int64_t to)
{
    k_bump(c->k, c->x.pointer, from);
    k_bump(c->k, c->y.pointer, to);
    k_end(c->k);
    c->x_at += trips * from;
    c->y_at += trips * to;
}

/* Are there filters that are no parameters? */
static bool has_zeros(const Pair *pair)
{
    for (int i = 0; i < pair->nrect; i++)
        if (pair->rect[i].copied != UINT64_MAX >> (LANES * (LANES - pair->rect[i].outs)))
            return true;
    return false;
}

static void emit_pair(Copier *c, const Pair *pair)
{
    const Repack *r = c->r;
    int64_t tap = (int64_t)r->tap[0] * r->from->kernel[1] + r->tap[1], from, to, row_from, row_to;
    if (has_zeros(pair))
        k_zero(c->k, c->zero = kernel_register(c->k));
    for (int i = 0, n, rows; i < pair->nrect; i += n * rows) {
        const Rect *rect = &pair->rect[i];
        n = alike_groups(rect, 1, pair->nrect - i, &from, &to);
        rows = alike_groups(rect, n, pair->nrect - i, &row_from, &row_to);
        from = n > 1 ? from : 0;
        to = n > 1 ? to : 0;
        row_from = rows > 1 ? row_from - n * from : 0;
        row_to = rows > 1 ? row_to - n * to : 0;
        move_to(c, rect->copied ? rect->from + tap * rect->from_tap : c->x_at, rect->to);
        int64_t x = c->x_at, y = c->y_at;
        k_loop(c->k, rows);
        k_loop(c->k, n);
        emit_rect(c, rect);
        loop_end(c, n, from, to);
        loop_end(c, 1, row_from, row_to);
        c->x_at = x + rows * (n * from + row_from);
        c->y_at = y + rows * (n * to + row_to);
    }
}

/* ---- the grid -------------------------------------------------------------------------------------------------------- */

static int run_of(const Pair *pair, int count, int64_t *x, int64_t *y)
{
    int n = 1;
    *x = count > 1 ? pair[1].from - pair->from : 0;
    *y = count > 1 ? pair[1].to - pair->to : 0;
    while (n < count && same_pair(pair, pair + n) && pair[n].from - pair[n - 1].from == *x && pair[n].to - pair[n - 1].to == *y)
        n++;
    return n;
}

/* The first pairs of a list, as many as one grid can have: runs of runs. Returns how many. */
static int add_pairs(Lower *l, const Repack *r, const Pair *pair, int count)
{
    int64_t x, y, x_next = 0, y_next = 0, x_other, y_other;
    int inner = run_of(pair, count, &x, &y), outer = 1;
    for (; (outer + 1) * inner <= count; outer++) {
        const Pair *next = pair + outer * inner;
        if (!same_pair(pair, next) || run_of(next, inner, &x_other, &y_other) < inner || (inner > 1 && (x_other != x || y_other != y)))
            break;
        if (outer > 1 && (next->from - next[-inner].from != x_next || next->to - next[-inner].to != y_next))
            break;
        x_next = next->from - next[-inner].from;
        y_next = next->to - next[-inner].to;
    }
    Copier c = {.r = r, .k = step_kernel(l), .next = inner > 1 ? x : outer > 1 ? x_next : 0};
    c.x = stream_weights(l, c.k, r->from->filters, "x");
    c.y = stream_common(l, c.k, r->to->filters, "y", true);
    emit_pair(&c, pair);
    Call *call = step_call(l, c.k, (int[]){outer, inner, 1}, "repack",
                           "%d x %d filters, their operand's channels in lanes", r->taps[0], r->taps[1]);
    call->images = l->graph->max_batch;
    call_move(call, c.x, pair->from);
    call_stride(call, c.x, 0, x_next);
    call_stride(call, c.x, 1, x);
    call_move(call, c.y, pair->to);
    call_stride(call, c.y, 0, y_next);
    call_stride(call, c.y, 1, y);
    return outer * inner;
}

/* May channels of the panel's lanes be among those that p sums over? */
static bool may_meet(const Sides *l, const Panel *p, const Panel *q)
{
    const Entry *first = &l->to.c->entry[p->entry], *last = first + p->entries - 1;
    int low = l->from.channel[q->vector * LANES], high = low;
    for (int i = 0; i < q->vectors * LANES; i++)
        high = l->from.channel[q->vector * LANES + i] > high ? l->from.channel[q->vector * LANES + i] : high;
    return low < last->channel + last->count && high >= first->channel;
}

void add_repack(Lower *l, const Repack *r)
{
    const Conv *from = r->from, *to = r->to;
    Sides sides = {r, side_of(from), side_of(to)};
    Pair *pair = arena_alloc(l->context, from->npanel * to->npanel + 1, sizeof *pair);
    int count = 0;
    hold_vectors(&sides.from, &sides.to);
    hold_vectors(&sides.to, &sides.from);
    for (size_t p = 0; p < to->npanel; p++)
        for (size_t q = 0; q < from->npanel; q++)
            if (may_meet(&sides, &to->panel[p], &from->panel[q]))
                count += make_pair(&sides, &to->panel[p], &from->panel[q], count ? &pair[count - 1] : NULL, &pair[count]);
    for (int i = 0; i < count;)
        i += add_pairs(l, r, pair + i, count - i);
}
