/* train_elementwise.c - element-wise operations of a training graph: derivatives, dropout, and the gradient of a gate. */
#include <string.h>

#include "../../ir/dropout.h"
#include "lanes.h"
#include "pixels.h"

/* ---- derivatives -------------------------------------------------------------------------------------------------- */

static int literal(Kernel *k, float value)
{
    int reg = kernel_register(k);
    k_literal(k, reg, value);
    return reg;
}

/* A mask of the lanes where a > b, in the register of a; b is released. */
static int greater(Kernel *k, int a, int b)
{
    k_op(k, V_sub, a, b, a);
    k_imm(k, V_sar, a, a, 31);
    kernel_release(k, b);
    return a;
}

/* dy where the mask is set, `other` elsewhere, in other's register; mask is released. */
static int choose_bits(Kernel *k, int mask, int dy, int other)
{
    k_op(k, V_xor, dy, dy, other);
    k_op(k, V_and, dy, dy, mask);
    k_op(k, V_xor, other, other, dy);
    kernel_release(k, mask);
    kernel_release(k, dy);
    return other;
}

static int only_where(Kernel *k, int mask, int dy)
{
    k_op(k, V_and, dy, dy, mask);
    kernel_release(k, mask);
    return dy;
}

static int times(Kernel *k, int dy, int factor)
{
    k_op(k, V_mul, dy, dy, factor);
    kernel_release(k, factor);
    return dy;
}

static int positive(Kernel *k, int v)
{
    int zero = kernel_register(k);
    k_zero(k, zero);
    return greater(k, v, zero);
}

/* y (1 - y) */
static int emit_sigmoid_slope(Kernel *k, int y)
{
    int rest = literal(k, 1);
    k_op(k, V_sub, rest, rest, y);
    return times(k, rest, y);
}

/* 1 - y^2 */
static int emit_tanh_slope(Kernel *k, int y)
{
    int one = literal(k, 1);
    k_op(k, V_mul, y, y, y);
    k_op(k, V_sub, one, one, y);
    kernel_release(k, y);
    return one;
}

/* s (1 + x (1 - s)), s = sigmoid(x); x is loaded twice, because exp needs the registers. */
static int emit_silu_slope(Kernel *k, Element value)
{
    int s = emit_sigmoid(k, element_load(k, value)), slope = literal(k, 1), rest = kernel_register(k);
    k_op(k, V_sub, rest, slope, s);
    int x = element_load(k, value);
    k_op(k, V_fma, slope, x, rest);
    kernel_release(k, x);
    kernel_release(k, rest);
    return times(k, slope, s);
}

/* x / 3 + 1 / 2 between -3 and 3, 0 and 1 outside: there dy is cut off, or stays. */
static int emit_hard_swish_gradient(Kernel *k, int dy, Element value)
{
    int slope = literal(k, 0.5f), x = element_load(k, value), third = literal(k, 1.0f / 3);
    k_op(k, V_fma, slope, x, third);
    k_op(k, V_mul, slope, slope, dy);
    k_literal(k, third, 3);
    slope = choose_bits(k, greater(k, third, x), slope, dy);
    return only_where(k, greater(k, element_load(k, value), literal(k, -3)), slope);
}

int emit_derivative(Kernel *k, const Node *n, int dy, Element value)
{
    int other;
    switch (n->attr.of_op) {
    case OP_relu:
        return only_where(k, positive(k, element_load(k, value)), dy);
    case OP_relu6:
        dy = only_where(k, positive(k, element_load(k, value)), dy);
        return only_where(k, greater(k, literal(k, 6), element_load(k, value)), dy);
    case OP_leaky_relu:
        other = literal(k, (float)n->attr.slope);
        k_op(k, V_mul, other, other, dy);
        return choose_bits(k, positive(k, element_load(k, value)), dy, other);
    case OP_sigmoid:
        return times(k, dy, emit_sigmoid_slope(k, element_load(k, value)));
    case OP_tanh:
        return times(k, dy, emit_tanh_slope(k, element_load(k, value)));
    case OP_silu:
        return times(k, dy, emit_silu_slope(k, value));
    case OP_hard_swish:
        return emit_hard_swish_gradient(k, dy, value);
    default:
        die("lower: no derivative of %s", op_name(n->attr.of_op));
    }
}

void lower_derivative(Lower *l, Node *n)
{
    lower_elementwise(l, n);
}

/* ---- dropout -------------------------------------------------------------------------------------------------------- */

/* A kernel of some blocks of all images, because an image's number must be counted. */
typedef struct {
    Kernel *k;
    Stream x, y, common;
    Shape s;
    uint32_t stream;
    float keep, scale;                  /* share of the values that stay, and what they are multiplied with */
    int step_key, image, key;           /* registers: of dropout_key before the image comes in; number of the image; its key */
    int first, position;                /* positions of lane 0.. of this block and pixel */
} Dropout;

/* An integer as the bits of a float. */
static int word(Kernel *k, uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return literal(k, value);
}

static void xor_shifted(Kernel *k, int x, int bits)
{
    int shifted = kernel_register(k);
    k_imm(k, V_shr, shifted, x, bits);
    k_op(k, V_xor, x, x, shifted);
    kernel_release(k, shifted);
}

static void multiply(Kernel *k, int x, uint32_t factor)
{
    int reg = word(k, factor);
    k_op(k, V_imul, x, x, reg);
    kernel_release(k, reg);
}

/* x = dropout_mix(x, key) */
static void emit_mix(Kernel *k, int x, int key)
{
    xor_shifted(k, x, 16);
    multiply(k, x, DROPOUT_FACTOR[0]);
    k_op(k, V_iadd, x, x, key);
    xor_shifted(k, x, 15);
    multiply(k, x, DROPOUT_FACTOR[1]);
    xor_shifted(k, x, 15);
}

/* The part of dropout_key that all images share. */
static void emit_step_key(Dropout *d)
{
    static const int scalar[] = {COMMON_seed, COMMON_seed + 1, COMMON_step};
    Kernel *k = d->k;
    int stream = word(k, d->stream), part = kernel_register(k);
    k_zero(k, d->step_key = kernel_register(k));
    for (int i = 0; i < 3; i++) {
        k_broadcast(k, part, d->common.pointer, scalar[i]);
        k_op(k, V_xor, d->step_key, d->step_key, part);
        emit_mix(k, d->step_key, stream);
    }
    kernel_release(k, stream);
    kernel_release(k, part);
}

static void add_word(Kernel *k, int reg, uint32_t value)
{
    int number = word(k, value);
    k_op(k, V_iadd, reg, reg, number);
    kernel_release(k, number);
}

static void emit_image_key(Dropout *d)
{
    Kernel *k = d->k;
    int stream = word(k, d->stream);
    k_op(k, V_xor, d->key, d->step_key, d->image);
    emit_mix(k, d->key, stream);
    kernel_release(k, stream);
    add_word(k, d->image, 1);
}

static void emit_dropped(void *self, int pixels)
{
    Dropout *d = self;
    Kernel *k = d->k;
    for (int j = 0; j < pixels; j++) {
        int mask = kernel_register(k), keep = literal(k, d->keep), one = literal(k, 1);
        k_op(k, V_xor, mask, d->position, d->key);
        emit_mix(k, mask, d->key);
        k_imm(k, V_shr, mask, mask, 9);
        k_op(k, V_iadd, mask, mask, one);           /* 1 <= mask < 2 */
        k_op(k, V_sub, mask, mask, one);
        k_op(k, V_sub, mask, mask, keep);
        k_imm(k, V_sar, mask, mask, 31);
        int x = kernel_register(k);
        k_load(k, x, d->x.pointer, j * d->x.view.pixel);
        k_literal(k, keep, d->scale);
        k_op(k, V_mul, x, x, keep);
        k_op(k, V_and, x, x, mask);
        k_store(k, d->y.pointer, j * d->y.view.pixel, x);
        kernel_release(k, x);
        kernel_release(k, one);
        kernel_release(k, keep);
        kernel_release(k, mask);
        add_word(k, d->position, 1);
    }
}

/* Blocks first..first + blocks - 1, whose channels follow each other. */
static void emit_dropout_blocks(Dropout *d, int channel, int blocks)
{
    Kernel *k = d->k;
    uint32_t pixels = (uint32_t)d->s.height * (uint32_t)d->s.width, start[LANES];
    float bits[LANES];
    for (uint32_t i = 0; i < LANES; i++)
        start[i] = ((uint32_t)channel + i) * pixels;
    memcpy(bits, start, sizeof bits);
    int at = kernel_constants(k, bits, LANES);
    k_load(k, d->first, k->constants, at);
    k_loop(k, blocks);
    k_op(k, V_copy, d->position, d->first, 0);
    walk_rows(&(Walk){k, (Stream[]){d->x, d->y}, 2, NULL}, d->s.height, d->s.width, emit_dropped, d);
    k_bump(k, d->x.pointer, d->x.view.block - d->s.height * d->x.view.row);
    k_bump(k, d->y.pointer, d->y.view.block - d->s.height * d->y.view.row);
    add_word(k, d->first, LANES * pixels);
    k_end(k);
}

/* How many blocks from b on, before `end`, hold channels that follow each other. */
static int following_blocks(const int *channel, int b, int end)
{
    int count = 1;
    while (b + count < end && channel[(b + count) * LANES] == channel[b * LANES] + count * LANES)
        count++;
    return count;
}

static void lower_dropout_band(Lower *l, const Node *n, const int *channel, int b, int end)
{
    int images = l->graph->max_batch;
    float keep = (float)(1 - n->attr.p);
    Dropout d = {.k = step_kernel(l), .s = n->shape, .stream = (uint32_t)n->attr.stream, .keep = keep,
                 .scale = keep > 0 ? (float)(1 / (1 - n->attr.p)) : 0};
    d.x = stream_open(l, d.k, n->in[0], "x", false);
    d.y = stream_open(l, d.k, n, "y", true);
    d.common = stream_common(l, d.k, 0, "common", false);
    emit_step_key(&d);
    d.key = kernel_register(d.k);
    d.first = kernel_register(d.k);
    d.position = kernel_register(d.k);
    k_zero(d.k, d.image = kernel_register(d.k));
    k_loop(d.k, images);
    emit_image_key(&d);
    for (int i = b, count; i < end; i += count) {
        count = following_blocks(channel, i, end);
        emit_dropout_blocks(&d, channel[i * LANES], count);
    }
    k_bump(d.k, d.x.pointer, d.x.image - (end - b) * d.x.view.block);
    k_bump(d.k, d.y.pointer, d.y.image - (end - b) * d.y.view.block);
    k_end(d.k);
    Call *call = step_call(l, d.k, (int[]){1, 1, 1}, "dropout", "%d channel blocks of %d x %d pixels in %d images", end - b,
                           d.s.height, d.s.width, images);
    call->images = images;
    call_move(call, d.x, b * d.x.view.block);
    call_move(call, d.y, b * d.y.view.block);
}

void lower_dropout_train(Lower *l, Node *n)
{
    enum { MOST_BANDS = 8 };            /* kernels that differ in the numbers of their channels */
    const int *channel = lane_channels(l, &n->layout);
    int blocks = n->layout.blocks, band = ceil_of(blocks, MOST_BANDS);
    step_begin(l);
    for (int b = 0; b < blocks; b += band)
        lower_dropout_band(l, n, channel, b, b + band < blocks ? b + band : blocks);
    step_end(l, n, "dropout", "dropout of %g of %d x %d x %d values", n->attr.p, n->shape.channels, n->shape.height, n->shape.width);
}

/* ---- gates ---------------------------------------------------------------------------------------------------------- */

void lower_mul_sum(Lower *l, Node *n)
{
    Shape s = node_result(n->in[0]);
    int sum[2];
    int64_t vectors = output_pack(l, n, NULL, 0);
    step_begin(l);
    Kernel *k = step_kernel(l);
    Stream dy = stream_open(l, k, n->in[0], "dy", false), x = stream_open(l, k, n->in[1], "x", false);
    Output out = output_open(l, k, n, vectors, 0);
    emit_sums(&(Sum){.k = k, .kind = SUM_products, .x = x, .dy = dy}, s.height, s.width, sum);
    output_store(k, &out, sum[0], (Place){0, 0, 0});
    Call *call = step_call(l, k, (int[]){n->layout.blocks, 1, 1}, "mul_sum", "8 channels of %d x %d pixels", s.height, s.width);
    call_stride(call, dy, 0, dy.view.block);
    call_stride(call, x, 0, x.view.block);
    output_stride(call, &out, 0, (Place){1, 0, 0});
    step_end(l, n, "mul_sum", "sums of products: %d channels of %d x %d pixels", s.channels, s.height, s.width);
}
