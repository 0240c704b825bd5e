/* norm.c - ln, in, gn: (x - mean) / sqrt(variance + eps) * weight[c] + bias[c], mean and variance of one image over all
 * channels and pixels, over the pixels of each channel, or over groups of channels.
 *
 * The variance is that of the differences from the mean (two passes), so that large means cost no digits. */
#include "norm.h"

#include "family.h"

void infer_norm(Graph *graph, Node *node)
{
    Shape in = operand_shape(node, 0);
    if (node->op == OP_gn && in.channels % node->attr.groups)
        fail_at(graph->context, node->loc, NULL, "groups=%d does not divide the %d input channels", node->attr.groups,
                in.channels);
    if (node->op == OP_in && (int64_t)in.height * in.width == 1)
        fail_at(graph->context, node->loc, "use ln or gn, which average over channels too",
                "in averages over the pixels of each channel, but its input has one");
    node->shape = in;
}

void declare_norm(Graph *graph, Node *node)
{
    int64_t channels = operand_shape(node, 0).channels;
    if (node->op == OP_in && !node->attr.affine)
        return;
    declare_weight(graph, node, W_weight, 1, &channels);
    declare_weight(graph, node, W_bias, 1, &channels);
}

/* ---- groups ------------------------------------------------------------------------------------------------------- */

/* Layout cuts a tensor at its groups; somebody else may have cut it inside one. */
static bool groups_cross(const Node *n, const Node *norm, int size)
{
    for (int i = 0; norm->op == OP_gn && i < n->layout.nsegment; i++)
        if (n->layout.segment[i] % size)
            return true;
    return false;
}

Groups norm_groups(Lower *l, const Node *n, const Node *norm)
{
    int channels = norm->shape.channels, size = norm->op == OP_in ? 1 : norm->op == OP_gn ? channels / norm->attr.groups : channels;
    bool crossing = groups_cross(n, norm, size), within = norm->op != OP_ln && LANES % size == 0 && !crossing;
    Groups g = {.norm = norm, .n = n, .size = size, .lanes = within ? size : LANES, .crossing = crossing};
    g.blocks = crossing || within ? 1 : norm->op == OP_ln ? n->layout.blocks : ceil_of(size, LANES);
    g.channel = lane_channels(l, &n->layout);
    return g;
}

static bool same_blocks(const Layout *l, int a, int b, int count)
{
    for (int i = 0; i < count; i++)
        if (block_channels(l, a + i) != block_channels(l, b + i))
            return false;
    return true;
}

int alike_sets(const Groups *g, int b)
{
    const Layout *l = &g->n->layout;
    int count = 1;
    while (!g->crossing && b + (count + 1) * g->blocks <= l->blocks &&
           (g->lanes < LANES || same_blocks(l, b, b + count * g->blocks, g->blocks)))
        count++;
    return count;
}

void move_set(Call *call, const Groups *g, Stream s, int64_t block, int b)
{
    if (s.pointer < 0)
        return;
    call_move(call, s, g->crossing ? 0 : b * block);
    call_stride(call, s, 0, g->blocks * block);
}

void set_bump(const NormSet *s, int blocks, int rows)
{
    k_bump(s->k, s->x.pointer, blocks * s->x.view.block + rows * s->x.view.row);
    if (s->dy.pointer >= 0)
        k_bump(s->k, s->dy.pointer, blocks * s->dy.view.block + rows * s->dy.view.row);
    if (s->scale.pointer >= 0)
        k_bump(s->k, s->scale.pointer, blocks * LANES);
}

/* The lanes of block b that hold channels of group g. */
static Lanes group_lanes(const Groups *groups, int g, int b)
{
    Lanes lanes = {LANES, 0};
    for (int i = 0; i < LANES; i++) {
        int c = groups->channel[b * LANES + i];
        if (c < 0 || c / groups->size != g)
            continue;
        lanes.low = i < lanes.low ? i : lanes.low;
        lanes.high = i + 1;
    }
    return lanes;
}

/* ---- means over a group ------------------------------------------------------------------------------------------- */

static int sums_of(SumKind kind)
{
    return kind == SUM_gradient ? 2 : 1;
}

/* total += the sums over the pixels of one block; the streams move on to the next block. */
static void emit_block_sums(const NormSet *s, SumKind kind, int mean, Lanes lanes, const int *total)
{
    Kernel *k = s->k;
    Shape shape = s->groups->norm->shape;
    int part[2];
    emit_sums(&(Sum){k, kind, s->x, s->dy, mean}, shape.height, shape.width, part);
    for (int i = 0; i < sums_of(kind); i++) {
        if (kind == SUM_gradient && s->scale.pointer >= 0) {
            int scale = kernel_register(k);
            k_load(k, scale, s->scale.pointer, 0);
            k_op(k, V_mul, part[i], part[i], scale);
            kernel_release(k, scale);
        }
        apply_mask(k, V_mul, part[i], lanes, 1, 0);
        k_op(k, V_add, total[i], total[i], part[i]);
        kernel_release(k, part[i]);
    }
    set_bump(s, 1, 0);
    k_bump(k, s->x.pointer, -shape.height * s->x.view.row);
    if (kind == SUM_gradient)
        k_bump(k, s->dy.pointer, -shape.height * s->dy.view.row);
}

/* Over all blocks of the set, where these are whole groups. */
static void emit_set_sums(const NormSet *s, SumKind kind, int mean, const int *total)
{
    const Groups *g = s->groups;
    BlockRun run;
    for (int b = s->first; b < s->first + g->blocks; b += run.blocks) {
        run = block_run(&g->n->layout, b, s->first + g->blocks);
        k_loop(s->k, run.blocks);
        emit_block_sums(s, kind, mean, (Lanes){0, g->lanes == LANES ? run.channels : LANES}, total);
        k_end(s->k);
    }
    set_bump(s, -g->blocks, 0);
}

/* Over the channels of the group at work, wherever they are; the streams stand at block 0. */
static void emit_crossing_sums(const NormSet *s, SumKind kind, int mean, const int *total)
{
    int at = 0;
    for (int b = 0; b < s->groups->n->layout.blocks; b++) {
        Lanes lanes = group_lanes(s->groups, s->number, b);
        if (lanes.low >= lanes.high)
            continue;
        set_bump(s, b - at, 0);
        emit_block_sums(s, kind, mean, lanes, total);
        at = b + 1;
    }
    set_bump(s, -at, 0);
}

/* Means over the group, in every lane of new registers. */
static void emit_means(const NormSet *s, SumKind kind, int mean, int total[2])
{
    Kernel *k = s->k;
    const Groups *g = s->groups;
    for (int i = 0; i < sums_of(kind); i++)
        k_zero(k, total[i] = kernel_register(k));
    (g->crossing ? emit_crossing_sums : emit_set_sums)(s, kind, mean, total);
    int factor = kernel_register(k);
    k_literal(k, factor, (float)(1.0 / ((double)g->size * g->norm->shape.height * g->norm->shape.width)));
    for (int i = 0; i < sums_of(kind); i++) {
        emit_lane_reduce(k, V_add, g->lanes, total[i]);
        k_op(k, V_mul, total[i], total[i], factor);
    }
    kernel_release(k, factor);
}

void emit_inverse_root(Kernel *k, int variance, const Node *norm)
{
    int one = kernel_register(k);
    k_literal(k, one, epsilon_of(norm));
    k_op(k, V_add, variance, variance, one);
    k_op(k, V_sqrt, variance, variance, 0);
    k_literal(k, one, 1);
    k_op(k, V_div, variance, one, variance);
    kernel_release(k, one);
}

static Statistics emit_group(const NormSet *s, bool gradient)
{
    int mean[2], inverse[2], products[2] = {0};
    emit_means(s, SUM_values, 0, mean);
    emit_means(s, SUM_squares, mean[0], inverse);
    emit_inverse_root(s->k, inverse[0], s->groups->norm);
    if (gradient)
        emit_means(s, SUM_gradient, mean[0], products);
    return (Statistics){mean[0], inverse[0], products[0], products[1]};
}

/* whole += part in these lanes; part is released. */
static void add_lanes(Kernel *k, int whole, int part, Lanes lanes)
{
    apply_mask(k, V_mul, part, lanes, 1, 0);
    k_op(k, V_add, whole, whole, part);
    kernel_release(k, part);
}

static Statistics emit_crossing(NormSet *s, bool gradient)
{
    const Groups *g = s->groups;
    Kernel *k = s->k;
    int whole[4] = {0}, count = gradient ? 4 : 2;
    for (int i = 0; i < count; i++)
        k_zero(k, whole[i] = kernel_register(k));
    for (int i = 0, done = -1; i < LANES; i++) {
        int c = g->channel[s->first * LANES + i];
        if (c < 0 || c / g->size == done)
            continue;
        s->number = done = c / g->size;
        Statistics part = emit_group(s, gradient);
        const int reg[] = {part.mean, part.inverse, part.dy, part.product};
        for (int j = 0; j < count; j++)
            add_lanes(k, whole[j], reg[j], group_lanes(g, done, s->first));
    }
    set_bump(s, s->first, 0);
    return (Statistics){whole[0], whole[1], whole[2], whole[3]};
}

Statistics emit_statistics(NormSet *s, bool gradient)
{
    return s->groups->crossing ? emit_crossing(s, gradient) : emit_group(s, gradient);
}

/* ---- the norm itself -------------------------------------------------------------------------------------------------- */

typedef struct {
    Kernel *k;
    Stream x;
    const Output *out;
    int scale, shift;
} Scaling;

static void emit_scaled(void *self, int pixels)
{
    const Scaling *s = self;
    for (int j = 0; j < pixels; j++) {
        int x = kernel_register(s->k), y = kernel_register(s->k);
        k_load(s->k, x, s->x.pointer, j * s->x.view.pixel);
        k_op(s->k, V_copy, y, s->shift, 0);
        k_op(s->k, V_fma, y, x, s->scale);
        kernel_release(s->k, x);
        output_store(s->k, s->out, y, (Place){0, 0, j});
    }
}

/* y = x * scale + shift over one block, scale = weight / deviation, shift = bias - mean * scale; moves to the next block. */
static void emit_block(const NormSet *set, const Output *out, Statistics of)
{
    Kernel *k = set->k;
    Shape s = set->groups->norm->shape;
    Scaling scaling = {k, set->x, out, kernel_register(k), kernel_register(k)};
    int offset = kernel_register(k);
    k_op(k, V_copy, scaling.scale, of.inverse, 0);
    k_zero(k, scaling.shift);
    if (set->groups->norm->weight[W_weight].tensor) {
        k_load(k, offset, out->vectors.pointer, 0);
        k_op(k, V_mul, scaling.scale, scaling.scale, offset);
        k_load(k, scaling.shift, out->vectors.pointer, out->lanes);
    }
    k_op(k, V_mul, offset, of.mean, scaling.scale);
    k_op(k, V_sub, scaling.shift, scaling.shift, offset);
    kernel_release(k, offset);
    walk_rows(&(Walk){k, &set->x, 1, out}, s.height, s.width, emit_scaled, &scaling);
    set_bump(set, 1, -s.height);
    output_bump(k, out, (Place){1, -s.height, 0});
    kernel_release(k, scaling.scale);
    kernel_release(k, scaling.shift);
}

static void lower_sets(Lower *l, Node *n, const Groups *g, int64_t vectors, int b, int count)
{
    Shape s = n->shape;
    NormSet set = {.groups = g, .k = step_kernel(l), .first = b, .dy.pointer = -1, .scale.pointer = -1};
    set.x = stream_open(l, set.k, n->in[0], "x", false);
    Output out = output_open(l, set.k, n, vectors, n->weight[W_weight].tensor ? 2 : 0);
    Statistics statistics = emit_statistics(&set, false);
    k_loop(set.k, g->blocks);
    emit_block(&set, &out, statistics);
    k_end(set.k);
    Call *call = step_call(l, set.k, (int[]){count, 1, 1}, op_name(n->op), "%d channel blocks of %d x %d pixels",
                           g->blocks, s.height, s.width);
    move_set(call, g, set.x, set.x.view.block, b);
    output_move(call, &out, (Place){b, 0, 0});
    output_stride(call, &out, 0, (Place){g->blocks, 0, 0});
}

void lower_norm(Lower *l, Node *n)
{
    Shape s = n->shape;
    Groups g = norm_groups(l, n, n);
    int64_t vectors = output_pack(l, n, (VectorKind[]){VECTOR_weight, VECTOR_bias}, n->weight[W_weight].tensor ? 2 : 0);
    step_begin(l);
    for (int b = 0, count; b < n->layout.blocks; b += count * g.blocks) {
        count = alike_sets(&g, b);
        lower_sets(l, n, &g, vectors, b, count);
    }
    step_end(l, n, op_name(n->op), "%s over %d of %d channels: %d x %d pixels", op_name(n->op), g.size, s.channels,
             s.height, s.width);
}
