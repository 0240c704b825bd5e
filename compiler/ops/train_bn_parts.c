/* train_bn_parts.c - batch norm while training, where a convolution's kernels have left sums of their results (tally.h).
 *
 * Parts are joined picture by picture, first those of a picture, then the pictures: short sums round little. Every part's sums
 * are of differences from a shift of its own; with e = shift - mean of the batch,
 *   sum of (y - mean)^2    = second + e (first + (first + pixels e))
 *   sum of dy (x - mean)   = second + e first. */
#include "../tally.h"
#include "train_bn.h"

/* The walk over all parts of a channel block. */
typedef struct {
    Lower *l;
    Kernel *k;
    const Node *n;
    Stream tally;
    Parts parts;
    int images;                         /* whose results one part may have: a task of Winograd's algorithm takes several */
} Join;

static Join open_join(Lower *l, const Node *n)
{
    Join j = {.l = l, .k = step_kernel(l), .n = n, .parts = parts_of(n->in[0]), .images = task_images(l, n->in[0])};
    j.tally = stream_workspace(l, j.k, n, "tally", false);
    return j;
}

static int load_tally(const Join *j, int vector)
{
    int reg = kernel_register(j->k);
    k_load(j->k, reg, j->tally.pointer, (int64_t)vector * j->n->layout.blocks * LANES);
    return reg;
}

/* Adds what one part of so many pixels gives to the sums of its picture. */
typedef void PartBody(const Join *, const int *sum, int pixels, void *self);

/* total += the sums over all parts; the pointer ends where it began. */
static void emit_join(const Join *j, int count, const int *total, PartBody *body, void *self)
{
    Kernel *k = j->k;
    int groups = j->l->graph->max_batch / j->images, sum[2];
    int64_t each = part_floats(j->n);
    k_loop(k, groups);
    for (int i = 0; i < count; i++)
        k_zero(k, sum[i] = kernel_register(k));
    for (int r = 0; r < j->parts.runs; r++) {
        k_loop(k, j->parts.run[r].parts);
        body(j, sum, j->parts.run[r].pixels * j->images, self);
        k_bump(k, j->tally.pointer, each);
        k_end(k);
    }
    for (int i = 0; i < count; i++) {
        k_op(k, V_add, total[i], total[i], sum[i]);
        kernel_release(k, sum[i]);
    }
    k_bump(k, j->tally.pointer, j->images * j->tally.image - j->parts.parts * each);
    k_end(k);
    k_bump(k, j->tally.pointer, -groups * j->images * j->tally.image);
}

/* ---- statistics --------------------------------------------------------------------------------------------------- */

/* The sum of the differences from one shift, the first part's: pixels (shift - that) + first. */
static void add_differences(const Join *j, const int *sum, int pixels, void *self)
{
    Kernel *k = j->k;
    const Batch *b = self;
    int shift = load_tally(j, TALLY_shift), first = load_tally(j, TALLY_first), factor = kernel_register(k);
    k_op(k, V_sub, shift, shift, b->mean);
    k_literal(k, factor, (float)pixels);
    k_op(k, V_fma, first, shift, factor);
    k_op(k, V_add, sum[0], sum[0], first);
    for (int i = 0; i < 3; i++)
        kernel_release(k, (int[]){shift, first, factor}[i]);
}

/* The sum of squared differences from the mean so far, and that of the differences, which is small then. */
static void add_squares(const Join *j, const int *sum, int pixels, void *self)
{
    Kernel *k = j->k;
    const Batch *b = self;
    int e = load_tally(j, TALLY_shift), first = load_tally(j, TALLY_first), second = load_tally(j, TALLY_second);
    int factor = kernel_register(k);
    k_op(k, V_sub, e, e, b->mean);
    k_literal(k, factor, (float)pixels);
    k_op(k, V_mul, factor, factor, e);
    k_op(k, V_add, factor, factor, first);
    k_op(k, V_add, sum[1], sum[1], factor);
    k_op(k, V_add, first, first, factor);
    k_op(k, V_fma, second, e, first);
    k_op(k, V_add, sum[0], sum[0], second);
    for (int i = 0; i < 4; i++)
        kernel_release(k, (int[]){e, first, second, factor}[i]);
}

/* The mean of all parts, as the first one's shift and differences from it. What that rounds is mended with the squares. */
static void emit_moments(const Join *j, Batch *b, double elements)
{
    Kernel *k = j->k;
    int factor = kernel_register(k), total[2];
    b->mean = load_tally(j, TALLY_shift);
    for (int i = 0; i < 2; i++)
        k_zero(k, total[i] = kernel_register(k));
    emit_join(j, 1, &total[1], add_differences, b);
    k_literal(k, factor, (float)(1 / elements));
    k_op(k, V_fma, b->mean, total[1], factor);
    k_zero(k, total[1]);
    emit_join(j, 2, total, add_squares, b);
    k_op(k, V_mul, factor, factor, total[1]);
    k_op(k, V_add, b->mean, b->mean, factor);
    k_op(k, V_mul, total[1], total[1], factor);
    k_op(k, V_sub, total[0], total[0], total[1]);
    b->squares = total[0];
    b->count = total[1];
    kernel_release(k, factor);
}

void lower_tallied_stats(Lower *l, const Node *n, double elements)
{
    Join j = open_join(l, n);
    Batch b = {.k = j.k, .s = node_result(n->in[0])};
    Statistic to = open_statistic(l, j.k, n);
    emit_moments(&j, &b, elements);
    emit_statistic(&b, &to, node_owner(n), elements);
    Call *call = step_call(l, j.k, (int[]){n->layout.blocks, 1, 1}, "bn_stats", "8 channels of %d parts of %d pictures", j.parts.parts,
                           l->graph->max_batch / j.images);
    call->images = l->graph->max_batch;
    call_stride(call, j.tally, 0, LANES);
    stride_statistic(call, &to);
}

/* ---- sums for gradients -------------------------------------------------------------------------------------------- */

static void add_gradients(const Join *j, const int *sum, int pixels, void *self)
{
    Kernel *k = j->k;
    const int *mean = self;
    int e = load_tally(j, TALLY_shift), first = load_tally(j, TALLY_first), second = load_tally(j, TALLY_second);
    (void)pixels;
    k_op(k, V_sub, e, e, *mean);
    k_op(k, V_fma, second, e, first);
    k_op(k, V_add, sum[0], sum[0], first);
    k_op(k, V_add, sum[1], sum[1], second);
    for (int i = 0; i < 3; i++)
        kernel_release(k, (int[]){e, first, second}[i]);
}

void lower_tallied_sums(Lower *l, const Node *n)
{
    Join j = open_join(l, n);
    Kernel *k = j.k;
    Stream mean = open_mean(l, k, n);
    Sums to = open_sums(l, k, n);
    int total[2], middle = kernel_register(k);
    for (int i = 0; i < 2; i++)
        k_zero(k, total[i] = kernel_register(k));
    k_load(k, middle, mean.pointer, 0);
    emit_join(&j, 2, total, add_gradients, &middle);
    finish_sums(k, &to, total);
    Call *call = step_call(l, k, (int[]){n->layout.blocks, 1, 1}, "bn_sums", "8 channels of %d parts of %d pictures", j.parts.parts,
                           l->graph->max_batch / j.images);
    call->images = l->graph->max_batch;
    call_stride(call, j.tally, 0, LANES);
    call_stride(call, mean, 0, mean.view.block);
    stride_sums(call, &to);
}
