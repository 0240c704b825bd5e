/* conv_tally.c - what a convolution's kernels sum up of their results: a fused global average, and the sums of batch norms while
 * training (tally.h). */
#include "../tally.h"
#include "conv.h"
#include "pixels.h"

/* ---- a fused global average ------------------------------------------------------------------------------------- */

void add_to_average(Build *b, int u, int results, int *acc)
{
    Kernel *k = b->k;
    for (int j = 0; j < results; j++)
        acc[j] = output_apply(k, &b->out, acc[j], unit_place(b, u, j));
    int sum = kernel_register(k);
    output_get(k, &b->out, sum, unit_place(b, u, 0));
    for (int j = 0; j < results; j++) {
        k_op(k, V_add, sum, sum, acc[j]);
        kernel_release(k, acc[j]);
    }
    output_put(k, &b->out, sum, unit_place(b, u, 0));
}

void emit_average(Build *b, bool before)
{
    Kernel *k = b->k;
    Shape s = b->c->n->shape;
    int factor = kernel_register(k), y = kernel_register(k);
    if (before)
        k_zero(k, factor);
    else
        k_literal(k, factor, 1.0f / (float)(s.height * s.width));
    for (int u = 0; u < b->units; u++) {
        Place place = unit_place(b, u, 0);
        if (!before) {
            output_get(k, &b->out, y, place);
            k_op(k, V_mul, y, y, factor);
        }
        output_keep(k, &b->out, before ? factor : y, place);
    }
    kernel_release(k, factor);
    kernel_release(k, y);
}

/* ---- sums of batch norms ---------------------------------------------------------------------------------------- */

void divide_results(Conv *c)
{
    c->sums = c->l->evaluation ? NULL : c->n->sums;
    if (!c->sums || c->n->tile.algorithm == ALGORITHM_winograd)
        return;
    Parted p = part_results(c->flat, c->rows, c->width);
    c->cut = c->flat;
    c->rows = p.rows;
    c->width = p.width;
    c->part = p.part;
    if (c->cut)
        c->x.row = p.width * c->x.pixel;
    c->flat = false;
}

/* The node whose values bn_sums multiplies with the results; NULL: bn_stats needs none. */
static const Node *factor_of(const Node *bn)
{
    return bn->op == OP_bn_sums ? bn->in[1] : NULL;
}

void open_tally(const Conv *c, Kernel *k, Output *o)
{
    Lower *l = c->l;
    if (!c->sums)
        return;
    const Node *factor = factor_of(c->sums);
    o->sums = c->sums;
    o->first.pointer = -1;
    if (o->ntail == MAX_TAIL)
        die("lower: the tail of '%s' has more than %d elements", c->n->name, MAX_TAIL);
    if (factor)
        o->tail[o->ntail++] = (TailElement){.node = c->sums, .operand = stream_open(l, k, factor, "v", false), .stats.pointer = -1,
                                              .vector = o->nvector};
    else
        o->first = stream_open(l, k, c->n, "first", false);
    o->tally = stream_workspace(l, k, c->sums, "tally", true);
    for (int i = -2; c->cut && i < o->ntail; i++) {
        View *v = i == -2 ? &o->first.view : i < 0 ? &o->y.view : &o->tail[i].operand.view;
        v->row = c->width * v->pixel;
    }
}

/* One of the vectors of the part's sums. */
static Element tally_at(const Kernel *k, const Output *o, int vector, Place at)
{
    return (Element){.pointer = o->tally.pointer, .offset = vector * o->lanes + at.block * LANES, .block = LANES,
                     .blocks = o->single ? 1 : k->width};
}

static void put_tally(Kernel *k, const Output *o, int vector, Place at, int reg)
{
    Element e = tally_at(k, o, vector, at);
    k_store_blocks(k, e.pointer, e.offset, e.block, e.blocks, reg);
}

/* The factor of a result, or, for bn_stats, the part's first result. */
static int load_value(Kernel *k, const Output *o, Place at)
{
    const Stream *s = o->first.pointer >= 0 ? &o->first : &o->tail[o->ntail - 1].operand;
    int64_t offset = at.block * s->view.block + at.pixel * s->view.pixel;
    return element_load(k, (Element){.pointer = s->pointer, .offset = offset, .block = s->view.block, .blocks = o->single ? 1 : k->width});
}

void begin_part(Build *b)
{
    Kernel *k = b->k;
    const Output *o = &b->out;
    int zero = kernel_register(k);
    k_zero(k, zero);
    for (int u = 0; u < b->units; u++) {
        Place at = unit_place(b, u, 0);
        put_tally(k, o, TALLY_first, at, zero);
        put_tally(k, o, TALLY_second, at, zero);
        if (!factor_of(o->sums))
            continue;
        int shift = load_value(k, o, at);
        put_tally(k, o, TALLY_shift, at, shift);
        kernel_release(k, shift);
    }
    kernel_release(k, zero);
}

void end_part(Build *b, int rows)
{
    const Output *o = &b->out;
    k_bump(b->k, o->tally.pointer, part_floats(o->sums));
    if (o->first.pointer >= 0)
        k_bump(b->k, o->first.pointer, rows * o->first.view.row);
}

/* One of the sums += each result, or its square. */
static void add_all(const Build *b, int vector, Place at, int results, const int *acc, bool squared)
{
    int sum = element_load(b->k, tally_at(b->k, &b->out, vector, at));
    for (int j = 0; j < results; j++)
        k_op(b->k, squared ? V_fma : V_add, sum, squared ? acc[j] : sum, acc[j]);
    put_tally(b->k, &b->out, vector, at, sum);
    kernel_release(b->k, sum);
}

/* acc - shift, and its square. */
static void add_moments(Build *b, int u, int results, const int *acc)
{
    Kernel *k = b->k;
    Place at = unit_place(b, u, 0);
    int shift = load_value(k, &b->out, at);
    put_tally(k, &b->out, TALLY_shift, at, shift);
    for (int j = 0; j < results; j++)
        k_op(k, V_sub, acc[j], acc[j], shift);
    kernel_release(k, shift);
    add_all(b, TALLY_first, at, results, acc, false);
    add_all(b, TALLY_second, at, results, acc, true);
}

/* acc, and acc * (x - shift). */
static void add_products(Build *b, int u, int results, const int *acc)
{
    Kernel *k = b->k;
    Place at = unit_place(b, u, 0);
    add_all(b, TALLY_first, at, results, acc, false);
    int shift = element_load(k, tally_at(k, &b->out, TALLY_shift, at)), sum = element_load(k, tally_at(k, &b->out, TALLY_second, at));
    for (int j = 0; j < results; j++) {
        int x = load_value(k, &b->out, unit_place(b, u, j));
        k_op(k, V_sub, x, x, shift);
        k_op(k, V_fma, sum, acc[j], x);
        kernel_release(k, x);
    }
    put_tally(k, &b->out, TALLY_second, at, sum);
    kernel_release(k, sum);
    kernel_release(k, shift);
}

void tally_results(Build *b, int u, int results, int *acc)
{
    Kernel *k = b->k;
    for (int j = 0; j < results; j++)
        acc[j] = output_apply(k, &b->out, acc[j], unit_place(b, u, j));
    for (int j = 0; j < results; j++)
        output_keep(k, &b->out, acc[j], unit_place(b, u, j));
    if (factor_of(b->out.sums))
        add_products(b, u, results, acc);
    else
        add_moments(b, u, results, acc);
    for (int j = 0; j < results; j++)
        kernel_release(k, acc[j]);
}

void place_tally(Call *call, const Conv *c, Stream tally, int first, int dimension, int parts)
{
    call_move(call, tally, first * part_floats(c->sums));
    call_stride(call, tally, dimension, parts * part_floats(c->sums));
}

/* ---- sums of results that lie in the cache --------------------------------------------------------------------------- */

/* One block; the streams end at its first result. */
static void emit_block_tally(Kernel *k, const Sum *sum, Stream tally, const Node *bn, int rows, int width, int images)
{
    int64_t lanes = part_floats(bn) / NTALLY;
    int total[2], part[2], streams = 1 + (sum->kind == SUM_gradient);
    const Stream *const walking[] = {&sum->x, &sum->dy};
    k_load(k, sum->mean, sum->x.pointer, 0);
    k_store(k, tally.pointer, TALLY_shift * lanes, sum->mean);
    for (int i = 0; i < 2; i++)
        k_zero(k, total[i] = kernel_register(k));
    k_loop(k, images);
    emit_sums(sum, rows, width, part);
    for (int i = 0; i < 2; i++) {
        k_op(k, V_add, total[i], total[i], part[i]);
        kernel_release(k, part[i]);
    }
    for (int i = 0; i < streams; i++)
        k_bump(k, walking[i]->pointer, walking[i]->image - rows * walking[i]->view.row);
    k_end(k);
    for (int i = 0; i < streams; i++)
        k_bump(k, walking[i]->pointer, -images * walking[i]->image);
    for (int i = 0; i < 2; i++) {
        k_store(k, tally.pointer, (i ? TALLY_second : TALLY_first) * lanes, total[i]);
        kernel_release(k, total[i]);
    }
}

TallyKernel build_tally(const Conv *c, int vectors, int rows, int width, int images)
{
    Lower *l = c->l;
    Kernel *k = step_kernel(l);
    const Node *factor = factor_of(c->sums);
    TallyKernel t = {.k = k, .streams = 2 + (factor != NULL)};
    t.stream[0] = stream_workspace(l, k, c->sums, "tally", true);
    t.stream[0].view.block = LANES;
    t.stream[1] = stream_open(l, k, c->n, "y", false);
    if (factor)
        t.stream[2] = stream_open(l, k, factor, "v", false);
    Sum sum = {.k = k, .kind = factor ? SUM_gradient : SUM_moments, .x = t.stream[factor ? 2 : 1], .dy = t.stream[1],
               .mean = kernel_register(k)};
    k_loop(k, vectors);
    emit_block_tally(k, &sum, t.stream[0], c->sums, rows, width, images);
    for (int i = 0; i < t.streams; i++)
        k_bump(k, t.stream[i].pointer, t.stream[i].view.block);
    k_end(k);
    return t;
}
