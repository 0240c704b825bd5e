/* elementwise.c - operations whose result[i] depends on operand[i] alone: bn, activations, add, mul.
 *
 * In registers they are what tails are made of; those that found no producer to join get kernels of their own. exp follows
 * Cody and Waite's reduction x = n ln 2 + r with a polynomial for e^r. */
#include "../lower.h"
#include "family.h"
#include "pixels.h"

static void same_shape(Graph *graph, Node *node)
{
    (void)graph;
    node->shape = operand_shape(node, 0);
}

void infer_bn(Graph *graph, Node *node)         { same_shape(graph, node); }
void infer_relu(Graph *graph, Node *node)       { same_shape(graph, node); }
void infer_relu6(Graph *graph, Node *node)      { same_shape(graph, node); }
void infer_leaky_relu(Graph *graph, Node *node) { same_shape(graph, node); }
void infer_sigmoid(Graph *graph, Node *node)    { same_shape(graph, node); }
void infer_tanh(Graph *graph, Node *node)       { same_shape(graph, node); }
void infer_silu(Graph *graph, Node *node)       { same_shape(graph, node); }
void infer_hard_swish(Graph *graph, Node *node) { same_shape(graph, node); }

void declare_bn(Graph *graph, Node *node)
{
    int64_t channels = operand_shape(node, 0).channels;
    for (int which = W_weight; which <= W_var; which++)
        declare_weight(graph, node, which, 1, &channels);
    declare_weight(graph, node, W_batches, 0, NULL);
}

static bool same_pixels(Shape a, Shape b)
{
    return a.height == b.height && a.width == b.width;
}

static _Noreturn void fail_shapes(Graph *graph, const Node *node, int i, const char *hint)
{
    fail_at(graph->context, node->loc, hint, "%s needs tensors of one shape, but '%s' is %s and '%s' is %s",
            op_name(node->op), node->in[0]->name, shape_text(graph->context, operand_shape(node, 0)), node->in[i]->name,
            shape_text(graph->context, operand_shape(node, i)));
}

void infer_add(Graph *graph, Node *node)
{
    Shape first = operand_shape(node, 0);
    for (int i = 1; i < node->nin; i++) {
        Shape other = operand_shape(node, i);
        if (other.channels != first.channels || !same_pixels(other, first) || other.flat != first.flat)
            fail_shapes(graph, node, i, "a projection (1x1 convolution) or pad can change the shape of a shortcut");
    }
    node->shape = first;
}

/* The full-sized operand becomes in[0]; in[1] may be a gate of one pixel, flat or not. */
void infer_mul(Graph *graph, Node *node)
{
    Shape full = operand_shape(node, 0), gate = operand_shape(node, 1);
    bool is_gate = gate.height == 1 && gate.width == 1;
    if (full.channels != gate.channels || !(is_gate || same_pixels(full, gate) || (full.height == 1 && full.width == 1)))
        fail_shapes(graph, node, 1, "or of one pixel each, to scale the channels");
    if (!is_gate && !same_pixels(full, gate)) {
        Node *swapped = node->in[0];
        node->in[0] = node->in[1];
        node->in[1] = swapped;
        full = gate;
    }
    node->shape = full;
}

/* ---- elements of a tensor, and of what a norm makes of it ---------------------------------------------------------------- */

int emit_normalised(Kernel *k, int x, int mean, int scale, int shift)
{
    int y = kernel_register(k);
    k_op(k, V_sub, x, x, mean);
    k_op(k, V_copy, y, shift, 0);
    k_op(k, V_fma, y, x, scale);
    kernel_release(k, x);
    return y;
}

/* One of the numbers that a norm needs of the element's channels, over what the register held. */
static void load_statistic(Kernel *k, const Element *e, int reg, int pixel)
{
    k_load_blocks(k, reg, e->stats->pointer, e->stats_offset + pixel * e->stats->view.pixel, e->stats_block, e->blocks);
}

/* emit_normalised in fewer registers. */
static int normalise(Kernel *k, const Element *e, int x)
{
    int y = kernel_register(k), scale = kernel_register(k);
    load_statistic(k, e, y, STATS_mean);
    k_op(k, V_sub, x, x, y);
    load_statistic(k, e, y, STATS_shift);
    load_statistic(k, e, scale, STATS_scale);
    k_op(k, V_fma, y, x, scale);
    kernel_release(k, x);
    kernel_release(k, scale);
    return y;
}

int element_load(Kernel *k, Element e)
{
    int reg = kernel_register(k);
    k_load_blocks(k, reg, e.pointer, e.offset, e.block, e.blocks);
    return e.stats ? normalise(k, &e, reg) : reg;
}

/* ---- functions of a register -------------------------------------------------------------------------------------- */

/* d = a * b + c for literals b and c, into a new register. */
static int multiply_add(Kernel *k, int a, float b, float c)
{
    int factor = kernel_register(k), sum = kernel_register(k);
    k_literal(k, factor, b);
    k_literal(k, sum, c);
    k_op(k, V_fma, sum, a, factor);
    kernel_release(k, factor);
    return sum;
}

/* Bounds reg by a literal; a value that is not a number stays what it is. */
static void bound(Kernel *k, VOp op, int reg, float value)
{
    int limit = kernel_register(k);
    k_literal(k, limit, value);
    k_op(k, op, reg, limit, reg);
    kernel_release(k, limit);
}

static void rectify(Kernel *k, int reg)
{
    int zero = kernel_register(k);
    k_zero(k, zero);
    k_op(k, V_max, reg, zero, reg);
    kernel_release(k, zero);
}

/* p = p * x + c; p may move to another register. */
static int horner(Kernel *k, int p, int x, float c)
{
    int sum = kernel_register(k);
    k_literal(k, sum, c);
    k_op(k, V_fma, sum, p, x);
    kernel_release(k, p);
    return sum;
}

/* e^x = 2^n (1 + r p): register x becomes r, the result is p, and *shifted gets n in the bits of an exponent. */
static int reduce_exp(Kernel *k, int x, int *shifted)
{
    /* Adding 1.5 * 2^23 rounds to an integer, which then stands in the low bits. ln 2 in two parts, the first exact
     * when multiplied by any n. */
    static const float magic = 12582912.0f, ln2_high = 0.693359375f, ln2_low = -2.12194440e-4f;
    static const float taylor[] = {1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 0.5f, 1.0f};
    int n = multiply_add(k, x, 1.44269504f, magic), whole = kernel_register(k), part = kernel_register(k);
    k_literal(k, part, magic);
    k_op(k, V_sub, whole, n, part);
    k_literal(k, part, -ln2_high);
    k_op(k, V_fma, x, whole, part);
    k_literal(k, part, -ln2_low);
    k_op(k, V_fma, x, whole, part);
    kernel_release(k, whole);
    kernel_release(k, part);
    int p = kernel_register(k);
    k_literal(k, p, 1.0f / 5040);
    for (size_t i = 0; i < sizeof taylor / sizeof *taylor; i++)
        p = horner(k, p, x, taylor[i]);
    k_imm(k, V_shl, n, n, 23);
    *shifted = n;
    return p;
}

int emit_exp(Kernel *k, int x)
{
    int n;
    bound(k, V_max, x, -87.3f);
    bound(k, V_min, x, 88.3f);
    int p = horner(k, reduce_exp(k, x, &n), x, 1.0f);
    k_op(k, V_iadd, p, p, n);
    kernel_release(k, n);
    kernel_release(k, x);
    return p;
}

/* x = m 2^e with m near 1 becomes m - 1; the result is e. */
static int reduce_log(Kernel *k, int x)
{
    /* Bits of 1 - bits of sqrt(1/2); of the fraction; of sqrt(1/2); of 2^23: as floats, and all of them finite. */
    static const float shift = 0x1.2bec34p-127f, fraction = 0x1.fffffcp-127f, root = 0x1.6a09e6p-1f, whole = 0x1p23f;
    int e = kernel_register(k), part = kernel_register(k);
    k_literal(k, part, shift);
    k_op(k, V_iadd, x, x, part);
    k_imm(k, V_shr, e, x, 23);
    k_literal(k, part, whole);
    k_op(k, V_iadd, e, e, part);
    k_literal(k, part, whole + 127);
    k_op(k, V_sub, e, e, part);
    k_literal(k, part, fraction);
    k_op(k, V_and, x, x, part);
    k_literal(k, part, root);
    k_op(k, V_iadd, x, x, part);
    k_literal(k, part, 1);
    k_op(k, V_sub, x, x, part);
    kernel_release(k, part);
    return e;
}

/* After FreeBSD's e_logf.c (Sun Microsystems, 1993): with f = m - 1, s = f / (2 + f), R the rest of a series in s^2,
 * log = e ln 2 + f - (f^2 / 2 - s (f^2 / 2 + R)). For positive normal numbers. */
int emit_log(Kernel *k, int x)
{
    static const float ln2_high = 6.9313812256e-01f, ln2_low = 9.0580006145e-06f;
    static const float series[] = {0xf89e26p-26f, 0x91e9eep-25f, 0xccce13p-25f, 0xaaaaaap-24f};
    int e = reduce_log(k, x), s = multiply_add(k, x, 1, 2), square = kernel_register(k), rest = kernel_register(k),
        half = kernel_register(k);
    k_op(k, V_div, s, x, s);
    k_op(k, V_mul, square, s, s);
    k_literal(k, rest, series[0]);
    for (int i = 1; i < 4; i++)
        rest = horner(k, rest, square, series[i]);
    k_op(k, V_mul, rest, rest, square);
    k_literal(k, half, 0.5f);
    k_op(k, V_mul, half, half, x);
    k_op(k, V_mul, half, half, x);
    k_op(k, V_add, rest, rest, half);
    k_literal(k, square, ln2_low);
    k_op(k, V_mul, square, square, e);
    k_op(k, V_fma, square, s, rest);
    k_op(k, V_sub, square, square, half);
    k_op(k, V_add, x, x, square);
    k_literal(k, half, ln2_high);
    k_op(k, V_fma, x, e, half);
    for (int i = 0; i < 5; i++)
        kernel_release(k, (int[]){e, s, square, rest, half}[i]);
    return x;
}

int emit_sigmoid(Kernel *k, int x)
{
    int negative = kernel_register(k);
    k_zero(k, negative);
    k_op(k, V_sub, negative, negative, x);
    kernel_release(k, x);
    int e = emit_exp(k, negative), one = kernel_register(k);
    k_literal(k, one, 1.0f);
    k_op(k, V_add, e, e, one);
    k_op(k, V_div, e, one, e);
    kernel_release(k, one);
    return e;
}

/* tanh(x) = m / (m + 2) with m = e^2x - 1 = 2^n r p + (2^n - 1), which keeps its digits near 0. */
static int emit_tanh(Kernel *k, int x)
{
    int n;
    k_op(k, V_add, x, x, x);
    bound(k, V_max, x, -20.0f);                     /* beyond, the result is 1 to the last bit */
    bound(k, V_min, x, 20.0f);
    int p = reduce_exp(k, x, &n);
    k_op(k, V_mul, p, p, x);
    k_literal(k, x, 1.0f);
    k_op(k, V_iadd, n, n, x);                       /* 2^n */
    k_op(k, V_sub, x, n, x);
    k_op(k, V_fma, x, p, n);
    k_literal(k, n, 2.0f);
    k_op(k, V_add, n, x, n);
    k_op(k, V_div, x, x, n);
    kernel_release(k, n);
    kernel_release(k, p);
    return x;
}

/* x * sigmoid(x), x * min(max(x + 3, 0), 6) / 6 */
static int times(Kernel *k, int x, int factor)
{
    k_op(k, V_mul, x, x, factor);
    kernel_release(k, factor);
    return x;
}

static int copy_of(Kernel *k, int x)
{
    int copy = kernel_register(k);
    k_op(k, V_copy, copy, x, 0);
    return copy;
}

static int emit_hard_swish(Kernel *k, int x)
{
    int gate = multiply_add(k, x, 1.0f / 6, 0.5f);
    rectify(k, gate);
    bound(k, V_min, gate, 1.0f);
    return times(k, x, gate);
}

static int emit_leaky_relu(Kernel *k, int x, float slope)
{
    int negative = copy_of(k, x), factor = kernel_register(k);
    rectify(k, x);
    k_zero(k, factor);
    k_op(k, V_min, negative, factor, negative);
    k_literal(k, factor, slope);
    k_op(k, V_fma, x, negative, factor);
    kernel_release(k, negative);
    kernel_release(k, factor);
    return x;
}

int emit_unary(Kernel *k, const Node *n, int x)
{
    switch (n->op) {
    case OP_relu:
        rectify(k, x);
        return x;
    case OP_relu6:
        rectify(k, x);
        bound(k, V_min, x, 6.0f);
        return x;
    case OP_leaky_relu:
        return emit_leaky_relu(k, x, (float)n->attr.slope);
    case OP_sigmoid:
        return emit_sigmoid(k, x);
    case OP_tanh:
        return emit_tanh(k, x);
    case OP_silu:
        return times(k, x, emit_sigmoid(k, copy_of(k, x)));
    case OP_hard_swish:
        return emit_hard_swish(k, x);
    default:
        die("lower: '%s' is not a function of one operand", op_name(n->op));
    }
}

void emit_lane_reduce(Kernel *k, VOp op, int lanes, int reg)
{
    int other = kernel_register(k);
    if (lanes > 4) {
        k_op(k, V_swap, other, reg, 0);
        k_op(k, op, reg, reg, other);
    }
    if (lanes > 2) {
        k_imm(k, V_permute, other, reg, 0x4e);      /* lanes 2 3 0 1 */
        k_op(k, op, reg, reg, other);
    }
    if (lanes > 1) {
        k_imm(k, V_permute, other, reg, 0xb1);      /* lanes 1 0 3 2 */
        k_op(k, op, reg, reg, other);
    }
    kernel_release(k, other);
}

/* ---- kernels of their own ------------------------------------------------------------------------------------ */

static int first_operand(Map *m, int pixel)
{
    return map_load(m, 0, pixel);
}

/* The node becomes the first element of the tail of a producer that passes its operand on. */
void lower_elementwise(Lower *l, Node *n)
{
    static const MapKind kind = {.nin = 1, .value = first_operand, .name = "elementwise"};
    Node element = *n, head = *n;
    head.tail = &element;
    lower_map(l, n, &head, &kind);
}

void lower_bn(Lower *l, Node *n)         { lower_elementwise(l, n); }
void lower_relu(Lower *l, Node *n)       { lower_elementwise(l, n); }
void lower_relu6(Lower *l, Node *n)      { lower_elementwise(l, n); }
void lower_leaky_relu(Lower *l, Node *n) { lower_elementwise(l, n); }
void lower_sigmoid(Lower *l, Node *n)    { lower_elementwise(l, n); }
void lower_tanh(Lower *l, Node *n)       { lower_elementwise(l, n); }
void lower_silu(Lower *l, Node *n)       { lower_elementwise(l, n); }
void lower_hard_swish(Lower *l, Node *n) { lower_elementwise(l, n); }
void lower_add(Lower *l, Node *n)        { lower_elementwise(l, n); }
void lower_mul(Lower *l, Node *n)        { lower_elementwise(l, n); }
