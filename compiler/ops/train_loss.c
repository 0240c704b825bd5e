/* train_loss.c - the target, losses and their gradients, the gradient of softmax: one image, or pixel, after the other. */
#include <math.h>

#include "family.h"
#include "lanes.h"

/* Nothing is computed: the caller gives it. */
void lower_target(Lower *l, Node *n)
{
    (void)l, (void)n;
}

/* ---- passes over the channels of one pixel ------------------------------------------------------------------------- */

/* The tensors of a pass, all cut alike; pointer -1: not there. */
typedef struct {
    Kernel *k;
    const Layout *layout;
    Stream x, t, y;                     /* logits, or the first operand; target, or the second; result */
} Row;

/* Code for the block at the pointers, of which `channels` lanes hold channels. reg: what the pass works with. */
typedef void Pass(const Row *, const int reg[], int channels);

static void row_bump(const Row *r, int blocks)
{
    const Stream *const stream[] = {&r->x, &r->t, &r->y};
    for (int i = 0; i < 3; i++)
        if (stream[i]->pointer >= 0)
            k_bump(r->k, stream[i]->pointer, blocks * stream[i]->view.block);
}

static void run_pass(const Row *r, Pass *pass, const int reg[])
{
    BlockRun run;
    for (int b = 0; b < r->layout->blocks; b += run.blocks) {
        run = block_run(r->layout, b, r->layout->blocks);
        k_loop(r->k, run.blocks);
        pass(r, reg, run.channels);
        row_bump(r, 1);
        k_end(r->k);
    }
    row_bump(r, -r->layout->blocks);
}

static int load(Kernel *k, Stream s)
{
    int reg = kernel_register(k);
    k_load(k, reg, s.pointer, 0);
    return reg;
}

static void add_and_release(Kernel *k, int sum, int term)
{
    k_op(k, V_add, sum, sum, term);
    kernel_release(k, term);
}

/* ---- softmax of the logits ------------------------------------------------------------------------------------------- */

enum { LARGEST, SUM, TARGET };          /* registers: of the logits; of exp(x - largest); of the target */

static void pass_largest(const Row *r, const int reg[], int channels)
{
    int x = load(r->k, r->x);
    apply_mask(r->k, V_add, x, (Lanes){0, channels}, 0, -INFINITY);
    k_op(r->k, V_max, reg[LARGEST], x, reg[LARGEST]);
    kernel_release(r->k, x);
}

/* Sums exp(x - largest), and keeps it where there is a result. */
static void pass_exponentials(const Row *r, const int reg[], int channels)
{
    int x = load(r->k, r->x);
    k_op(r->k, V_sub, x, x, reg[LARGEST]);
    x = emit_exp(r->k, x);
    apply_mask(r->k, V_mul, x, (Lanes){0, channels}, 1, 0);
    if (r->y.pointer >= 0)
        k_store(r->k, r->y.pointer, 0, x);
    add_and_release(r->k, reg[SUM], x);
}

static void emit_exponentials(const Row *r, int reg[])
{
    k_literal(r->k, reg[LARGEST] = kernel_register(r->k), -INFINITY);
    run_pass(r, pass_largest, reg);
    emit_lane_reduce(r->k, V_max, LANES, reg[LARGEST]);
    k_zero(r->k, reg[SUM] = kernel_register(r->k));
    run_pass(r, pass_exponentials, reg);
    emit_lane_reduce(r->k, V_add, LANES, reg[SUM]);
}

/* ---- losses ------------------------------------------------------------------------------------------------------------ */

/* reg[TARGET] += t (log sum - (x - largest)), reg[SUM] being the logarithm by now. */
static void pass_cross_entropy(const Row *r, const int reg[], int channels)
{
    (void)channels;                     /* the target's spare lanes are 0 */
    int x = load(r->k, r->x), t = load(r->k, r->t);
    k_op(r->k, V_sub, x, reg[LARGEST], x);
    k_op(r->k, V_add, x, x, reg[SUM]);
    k_op(r->k, V_fma, reg[TARGET], x, t);
    kernel_release(r->k, x);
    kernel_release(r->k, t);
}

/* x - t, 0 in spare lanes. */
static int emit_difference(const Row *r, int channels)
{
    int x = load(r->k, r->x), t = load(r->k, r->t);
    k_op(r->k, V_sub, x, x, t);
    kernel_release(r->k, t);
    apply_mask(r->k, V_mul, x, (Lanes){0, channels}, 1, 0);
    return x;
}

static void pass_squares(const Row *r, const int reg[], int channels)
{
    int x = emit_difference(r, channels);
    k_op(r->k, V_fma, reg[0], x, x);
    kernel_release(r->k, x);
}

/* The loss of one image, in every lane of a new register. */
static int emit_cross_entropy(const Row *r)
{
    int reg[3];
    emit_exponentials(r, reg);
    reg[SUM] = emit_log(r->k, reg[SUM]);
    k_zero(r->k, reg[TARGET] = kernel_register(r->k));
    run_pass(r, pass_cross_entropy, reg);
    emit_lane_reduce(r->k, V_add, LANES, reg[TARGET]);
    return reg[TARGET];
}

static int emit_mse(const Row *r, int classes)
{
    int sum = kernel_register(r->k), factor = kernel_register(r->k);
    k_zero(r->k, sum);
    run_pass(r, pass_squares, &sum);
    emit_lane_reduce(r->k, V_add, LANES, sum);
    k_literal(r->k, factor, (float)(1.0 / classes));
    k_op(r->k, V_mul, sum, sum, factor);
    kernel_release(r->k, factor);
    return sum;
}

static Row open_row(Lower *l, const Node *n)
{
    Row r = {.k = step_kernel(l), .layout = &n->in[0]->layout, .y.pointer = -1};
    r.x = stream_open(l, r.k, n->in[0], "x", false);
    r.t = stream_open(l, r.k, n->in[1], "t", false);
    return r;
}

void lower_loss(Lower *l, Node *n)
{
    int classes = node_result(n->in[0]).channels;
    step_begin(l);
    Row r = open_row(l, n);
    Stream y = stream_open(l, r.k, n, "y", true);
    k_store(r.k, y.pointer, 0, n->op == OP_mse ? emit_mse(&r, classes) : emit_cross_entropy(&r));
    step_call(l, r.k, (int[]){1, 1, 1}, op_name(n->op), "one image: %d classes", classes);
    step_end(l, n, op_name(n->op), "%s: %d classes", op_name(n->op), classes);
}

/* ---- their gradients ------------------------------------------------------------------------------------------------------ */

static void pass_target(const Row *r, const int reg[], int channels)
{
    (void)channels;
    add_and_release(r->k, reg[TARGET], load(r->k, r->t));
}

/* y = (y * reg[SUM] - t) / N, y being exp(x - largest) and reg[SUM] the sum of the target by their sum. */
static void pass_cross_entropy_dx(const Row *r, const int reg[], int channels)
{
    (void)channels;
    int y = load(r->k, r->y), t = load(r->k, r->t);
    k_op(r->k, V_mul, y, y, reg[SUM]);
    k_op(r->k, V_sub, y, y, t);
    k_op(r->k, V_mul, y, y, reg[TARGET]);
    k_store(r->k, r->y.pointer, 0, y);
    kernel_release(r->k, y);
    kernel_release(r->k, t);
}

static void emit_cross_entropy_dx(const Row *r, int images)
{
    int reg[3];
    emit_exponentials(r, reg);
    k_zero(r->k, reg[TARGET] = kernel_register(r->k));
    run_pass(r, pass_target, reg);
    emit_lane_reduce(r->k, V_add, LANES, reg[TARGET]);
    k_op(r->k, V_div, reg[SUM], reg[TARGET], reg[SUM]);
    k_literal(r->k, reg[TARGET], (float)(1.0 / images));
    run_pass(r, pass_cross_entropy_dx, reg);
}

static void pass_mse_dx(const Row *r, const int reg[], int channels)
{
    int x = emit_difference(r, channels);
    k_op(r->k, V_mul, x, x, reg[0]);
    k_store(r->k, r->y.pointer, 0, x);
    kernel_release(r->k, x);
}

void lower_loss_dx(Lower *l, Node *n)
{
    int images = l->graph->max_batch, classes = node_result(n->in[0]).channels;
    step_begin(l);
    Row r = open_row(l, n);
    r.y = stream_open(l, r.k, n, "y", true);
    if (n->op == OP_mse_dx) {
        int factor = kernel_register(r.k);
        k_literal(r.k, factor, (float)(2.0 / ((double)classes * images)));
        run_pass(&r, pass_mse_dx, &factor);
    } else {
        emit_cross_entropy_dx(&r, images);
    }
    step_call(l, r.k, (int[]){1, 1, 1}, op_name(n->op), "one image: %d classes", classes);
    step_end(l, n, op_name(n->op), "%s: %d classes, batch %d", op_name(n->op), classes, images);
}

/* ---- the gradient of softmax ------------------------------------------------------------------------------------------------ */

static void pass_products(const Row *r, const int reg[], int channels)
{
    (void)channels;                     /* softmax has left 0 in spare lanes */
    int dy = load(r->k, r->x), y = load(r->k, r->t);
    k_op(r->k, V_fma, reg[0], dy, y);
    kernel_release(r->k, dy);
    kernel_release(r->k, y);
}

static void pass_softmax_dx(const Row *r, const int reg[], int channels)
{
    (void)channels;
    int dy = load(r->k, r->x), y = load(r->k, r->t);
    k_op(r->k, V_sub, dy, dy, reg[0]);
    k_op(r->k, V_mul, dy, dy, y);
    k_store(r->k, r->y.pointer, 0, dy);
    kernel_release(r->k, dy);
    kernel_release(r->k, y);
}

void lower_softmax_dx(Lower *l, Node *n)
{
    Shape s = n->shape;
    step_begin(l);
    Row r = open_row(l, n);
    r.y = stream_open(l, r.k, n, "y", true);
    const Stream *const stream[] = {&r.x, &r.t, &r.y};
    int sum = kernel_register(r.k);
    k_loop(r.k, s.width);
    k_zero(r.k, sum);
    run_pass(&r, pass_products, &sum);
    emit_lane_reduce(r.k, V_add, LANES, sum);
    run_pass(&r, pass_softmax_dx, &sum);
    for (int i = 0; i < 3; i++)
        k_bump(r.k, stream[i]->pointer, stream[i]->view.pixel);
    k_end(r.k);
    Call *call = step_call(l, r.k, (int[]){s.height, 1, 1}, "softmax_dx", "%d channels of one row of %d pixels", s.channels, s.width);
    for (int i = 0; i < 3; i++)
        call_stride(call, *stream[i], 0, stream[i]->view.row);
    step_end(l, n, "softmax_dx", "gradient of softmax: %d x %d x %d", s.channels, s.height, s.width);
}
