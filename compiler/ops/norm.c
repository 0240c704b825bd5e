/* norm.c - ln, in, gn: (x - mean) / sqrt(variance + eps) * weight[c] + bias[c], mean and variance of one image over all
 * channels and pixels, over the pixels of each channel, or over groups of channels.
 *
 * The variance is that of the differences from the mean (two passes), so that large means cost no digits. */
#include "../lower.h"
#include "family.h"
#include "lanes.h"

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

/* ---- kernels ----------------------------------------------------------------------------------------------------- */

/* The blocks that are normalised together: first..end - 1; sums run over `lanes` neighbouring lanes. */
typedef struct {
    const Node *n;
    Kernel *k;
    Stream x;
    Output out;
    int first, end, lanes;
    double elements;
    bool affine;
} Norm;

enum { PARTIAL = 4 };

/* acc[j] += x, or (x - mean)^2 when mean >= 0, over one row's pixels. */
static void emit_row_sum(const Norm *m, const int *acc, int pixels, int mean)
{
    Kernel *k = m->k;
    int x = kernel_register(k);
    for (int j = 0; j < pixels; j++) {
        k_load(k, x, m->x.pointer, j * m->x.view.pixel);
        if (mean < 0) {
            k_op(k, V_add, acc[j], acc[j], x);
        } else {
            k_op(k, V_sub, x, x, mean);
            k_op(k, V_fma, acc[j], x, x);
        }
    }
    k_bump(k, m->x.pointer, pixels * m->x.view.pixel);
    kernel_release(k, x);
}

/* total += the sum over the pixels of one block; x moves on to the next block. */
static void emit_block_sum(const Norm *m, int total, int mean, Lanes lanes)
{
    Kernel *k = m->k;
    Shape s = m->n->shape;
    int acc[PARTIAL];
    for (int j = 0; j < PARTIAL; j++)
        k_zero(k, acc[j] = kernel_register(k));
    k_loop(k, s.height);
    if (s.width / PARTIAL) {
        k_loop(k, s.width / PARTIAL);
        emit_row_sum(m, acc, PARTIAL, mean);
        k_end(k);
    }
    if (s.width % PARTIAL)
        emit_row_sum(m, acc, s.width % PARTIAL, mean);
    k_bump(k, m->x.pointer, m->x.view.row - s.width * m->x.view.pixel);
    k_end(k);
    k_bump(k, m->x.pointer, m->x.view.block - s.height * m->x.view.row);
    for (int j = 1; j < PARTIAL; j++) {
        k_op(k, V_add, acc[0], acc[0], acc[j]);
        kernel_release(k, acc[j]);
    }
    apply_mask(k, V_mul, acc[0], lanes, 1, 0);
    k_op(k, V_add, total, total, acc[0]);
    kernel_release(k, acc[0]);
}

/* total, a sum for each lane, becomes the mean over the group, in every lane of the group. */
static void emit_quotient(const Norm *m, int total)
{
    Kernel *k = m->k;
    emit_lane_reduce(k, V_add, m->lanes, total);
    int factor = kernel_register(k);
    k_literal(k, factor, (float)(1.0 / m->elements));
    k_op(k, V_mul, total, total, factor);
    kernel_release(k, factor);
}

/* The mean over the group of x, or of (x - mean)^2, in every lane of a new register. */
static int emit_mean(const Norm *m, int mean)
{
    Kernel *k = m->k;
    int total = kernel_register(k);
    k_zero(k, total);
    BlockRun run;
    for (int b = m->first; b < m->end; b += run.blocks) {
        run = block_run(&m->n->layout, b, m->end);
        k_loop(k, run.blocks);
        emit_block_sum(m, total, mean, (Lanes){0, m->lanes == LANES ? run.channels : LANES});
        k_end(k);
    }
    k_bump(k, m->x.pointer, -(m->end - m->first) * m->x.view.block);
    emit_quotient(m, total);
    return total;
}

/* variance becomes 1 / sqrt(variance + eps). */
static void emit_inverse_root(const Norm *m, int variance)
{
    Kernel *k = m->k;
    int one = kernel_register(k);
    k_literal(k, one, (float)m->n->attr.eps);
    k_op(k, V_add, variance, variance, one);
    k_op(k, V_sqrt, variance, variance, 0);
    k_literal(k, one, 1);
    k_op(k, V_div, variance, one, variance);
    kernel_release(k, one);
}

static void emit_scaled(const Norm *m, int scale, int shift, int pixels)
{
    Kernel *k = m->k;
    for (int j = 0; j < pixels; j++) {
        int x = kernel_register(k), y = kernel_register(k);
        k_load(k, x, m->x.pointer, j * m->x.view.pixel);
        k_op(k, V_copy, y, shift, 0);
        k_op(k, V_fma, y, x, scale);
        kernel_release(k, x);
        output_store(k, &m->out, y, (Place){0, 0, j});
    }
    k_bump(k, m->x.pointer, pixels * m->x.view.pixel);
    output_bump(k, &m->out, (Place){0, 0, pixels});
}

/* y = x * scale + shift over one block, scale = weight / deviation, shift = bias - mean * scale; moves to the next block. */
static void emit_block(const Norm *m, int mean, int inverse)
{
    Kernel *k = m->k;
    Shape s = m->n->shape;
    int scale = kernel_register(k), shift = kernel_register(k), offset = kernel_register(k);
    k_op(k, V_copy, scale, inverse, 0);
    k_zero(k, shift);
    if (m->affine) {
        k_load(k, offset, m->out.vectors.pointer, 0);
        k_op(k, V_mul, scale, scale, offset);
        k_load(k, shift, m->out.vectors.pointer, m->out.lanes);
    }
    k_op(k, V_mul, offset, mean, scale);
    k_op(k, V_sub, shift, shift, offset);
    kernel_release(k, offset);
    k_loop(k, s.height);
    if (s.width / PARTIAL) {
        k_loop(k, s.width / PARTIAL);
        emit_scaled(m, scale, shift, PARTIAL);
        k_end(k);
    }
    if (s.width % PARTIAL)
        emit_scaled(m, scale, shift, s.width % PARTIAL);
    k_bump(k, m->x.pointer, m->x.view.row - s.width * m->x.view.pixel);
    output_bump(k, &m->out, (Place){0, 1, -s.width});
    k_end(k);
    k_bump(k, m->x.pointer, m->x.view.block - s.height * m->x.view.row);
    output_bump(k, &m->out, (Place){1, -s.height, 0});
    kernel_release(k, scale);
    kernel_release(k, shift);
}

static Norm norm_open(Lower *l, const Node *n, int64_t vectors, int channels, int lanes)
{
    bool affine = n->weight[W_weight].tensor;
    Norm m = {.n = n, .k = step_kernel(l), .lanes = lanes, .affine = affine,
              .elements = (double)channels * n->shape.height * n->shape.width};
    m.x = stream_open(l, m.k, n->in[0], "x", false);
    m.out = output_open(l, m.k, n, vectors, affine ? 2 : 0);
    return m;
}

static void emit_norm(Norm *m, int first, int end)
{
    m->first = first;
    m->end = end;
    int mean = emit_mean(m, -1), inverse = emit_mean(m, mean);
    emit_inverse_root(m, inverse);
    k_loop(m->k, end - first);
    emit_block(m, mean, inverse);
    k_end(m->k);
}

/* ---- groups that somebody's split runs through: a kernel for each block, which sums all groups that it touches --------- */

/* The lanes of block b that hold channels of group g. */
static Lanes group_lanes(const int *channel, int size, int g, int b)
{
    Lanes lanes = {LANES, 0};
    for (int i = 0; i < LANES; i++) {
        int c = channel[b * LANES + i];
        if (c < 0 || c / size != g)
            continue;
        lanes.low = i < lanes.low ? i : lanes.low;
        lanes.high = i + 1;
    }
    return lanes;
}

/* The mean over group g of x, or of (x - mean)^2, in every lane of a new register; x stands at block 0, before and after. */
static int emit_group_mean(const Norm *m, const int *channel, int size, int g, int mean)
{
    Kernel *k = m->k;
    int total = kernel_register(k), at = 0;
    k_zero(k, total);
    for (int b = 0; b < m->n->layout.blocks; b++) {
        Lanes lanes = group_lanes(channel, size, g, b);
        if (lanes.low >= lanes.high)
            continue;
        k_bump(k, m->x.pointer, (b - at) * m->x.view.block);
        emit_block_sum(m, total, mean, lanes);
        at = b + 1;
    }
    k_bump(k, m->x.pointer, -at * m->x.view.block);
    emit_quotient(m, total);
    return total;
}

/* whole += part in the lanes of group g of block b; part is released. */
static void add_lanes(Kernel *k, int whole, int part, Lanes lanes)
{
    apply_mask(k, V_mul, part, lanes, 1, 0);
    k_op(k, V_add, whole, whole, part);
    kernel_release(k, part);
}

static void lower_crossing_block(Lower *l, const Node *n, int64_t vectors, const int *channel, int size, int b)
{
    Norm m = norm_open(l, n, vectors, size, LANES);
    Kernel *k = m.k;
    int means = kernel_register(k), inverses = kernel_register(k);
    k_zero(k, means);
    k_zero(k, inverses);
    for (int i = 0, done = -1; i < LANES; i++) {
        int c = channel[b * LANES + i], g = c / size;
        if (c < 0 || g == done)
            continue;
        int mean = emit_group_mean(&m, channel, size, g, -1), inverse = emit_group_mean(&m, channel, size, g, mean);
        emit_inverse_root(&m, inverse);
        add_lanes(k, means, mean, group_lanes(channel, size, g, b));
        add_lanes(k, inverses, inverse, group_lanes(channel, size, g, b));
        done = g;
    }
    k_bump(k, m.x.pointer, b * m.x.view.block);
    emit_block(&m, means, inverses);
    Call *call = step_call(l, k, (int[]){1, 1, 1}, op_name(n->op), "8 channels, of groups that lie across blocks");
    output_move(call, &m.out, (Place){b, 0, 0});
}

static bool same_blocks(const Layout *l, int a, int b, int count)
{
    for (int i = 0; i < count; i++)
        if (block_channels(l, a + i) != block_channels(l, b + i))
            return false;
    return true;
}

/* Layout cuts a tensor at its groups; somebody else may have cut it inside one. */
static bool groups_cross(const Node *n, int size)
{
    for (int i = 0; n->op == OP_gn && i < n->layout.nsegment; i++)
        if (n->layout.segment[i] % size)
            return true;
    return false;
}

void lower_norm(Lower *l, Node *n)
{
    Shape s = n->shape;
    int size = n->op == OP_in ? 1 : n->op == OP_gn ? s.channels / n->attr.groups : s.channels;
    bool within = n->op != OP_ln && LANES % size == 0, crossing = groups_cross(n, size);      /* within: whole groups in each block */
    int total = n->layout.blocks, lanes = within ? size : LANES;
    int blocks = crossing || within ? 1 : n->op == OP_ln ? total : (size + LANES - 1) / LANES;
    const int *channel = lane_channels(l, &n->layout);
    int64_t vectors = output_pack(l, n, (VectorKind[]){VECTOR_weight, VECTOR_bias}, n->weight[W_weight].tensor ? 2 : 0);
    step_begin(l);
    for (int b = 0; crossing && b < total; b++)
        lower_crossing_block(l, n, vectors, channel, size, b);
    for (int b = 0, count; !crossing && b < total; b += count * blocks) {
        for (count = 1; b + (count + 1) * blocks <= total && (within || same_blocks(&n->layout, b, b + count * blocks, blocks));)
            count++;
        Norm m = norm_open(l, n, vectors, size, lanes);
        emit_norm(&m, b, b + blocks);
        Call *call = step_call(l, m.k, (int[]){count, 1, 1}, op_name(n->op), "%d channel blocks of %d x %d pixels",
                               blocks, s.height, s.width);
        call_move(call, m.x, b * m.x.view.block);
        call_stride(call, m.x, 0, blocks * m.x.view.block);
        output_move(call, &m.out, (Place){b, 0, 0});
        output_stride(call, &m.out, 0, (Place){blocks, 0, 0});
    }
    step_end(l, n, op_name(n->op), "%s over %d of %d channels: %d x %d pixels", op_name(n->op), size, s.channels,
             s.height, s.width);
}
