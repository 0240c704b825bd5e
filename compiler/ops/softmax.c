/* softmax.c - y[c] = exp(x[c]) / sum over k of exp(x[k]), for each pixel: one after the other, channels in three passes. */
#include <math.h>

#include "../lower.h"
#include "family.h"
#include "lanes.h"

void infer_softmax(Graph *graph, Node *node)
{
    (void)graph;
    node->shape = operand_shape(node, 0);
}

/* A pass over the blocks of one pixel: 0 the largest, 1 exponentials and their sum, 2 the quotient. */
static void emit_pass(Kernel *k, const Layout *layout, Stream x, Stream y, int pass, int result, int other)
{
    BlockRun run;
    for (int b = 0; b < layout->blocks; b += run.blocks) {
        run = block_run(layout, b, layout->blocks);
        k_loop(k, run.blocks);
        int v = kernel_register(k);
        k_load(k, v, pass == 2 ? y.pointer : x.pointer, 0);
        if (pass == 0) {
            apply_mask(k, V_add, v, (Lanes){0, run.channels}, 0, -INFINITY);
            k_op(k, V_max, result, v, result);
        } else if (pass == 1) {
            k_op(k, V_sub, v, v, other);
            v = emit_exp(k, v);
            apply_mask(k, V_mul, v, (Lanes){0, run.channels}, 1, 0);
            k_op(k, V_add, result, result, v);
        } else {
            k_op(k, V_mul, v, v, other);
        }
        if (pass)
            k_store(k, y.pointer, 0, v);
        kernel_release(k, v);
        k_bump(k, x.pointer, x.view.block);
        k_bump(k, y.pointer, y.view.block);
        k_end(k);
    }
    k_bump(k, x.pointer, -layout->blocks * x.view.block);
    k_bump(k, y.pointer, -layout->blocks * y.view.block);
}

static void emit_softmax_pixel(Kernel *k, const Layout *layout, Stream x, Stream y)
{
    int largest = kernel_register(k), sum = kernel_register(k), one = kernel_register(k);
    k_literal(k, largest, -INFINITY);
    emit_pass(k, layout, x, y, 0, largest, 0);
    emit_lane_reduce(k, V_max, LANES, largest);
    k_zero(k, sum);
    emit_pass(k, layout, x, y, 1, sum, largest);
    emit_lane_reduce(k, V_add, LANES, sum);
    k_literal(k, one, 1);
    k_op(k, V_div, sum, one, sum);
    emit_pass(k, layout, x, y, 2, 0, sum);
    kernel_release(k, largest);
    kernel_release(k, sum);
    kernel_release(k, one);
}

void lower_softmax(Lower *l, Node *n)
{
    Shape s = n->shape;
    step_begin(l);
    Kernel *k = step_kernel(l);
    Stream x = stream_open(l, k, n->in[0], "x", false), y = stream_open(l, k, n, "y", true);
    k_loop(k, s.width);
    emit_softmax_pixel(k, &n->layout, x, y);
    k_bump(k, x.pointer, x.view.pixel);
    k_bump(k, y.pointer, y.view.pixel);
    k_end(k);
    Call *call = step_call(l, k, (int[]){s.height, 1, 1}, "softmax", "%d channels of one row of %d pixels",
                           s.channels, s.width);
    call_stride(call, x, 0, x.view.row);
    call_stride(call, y, 0, y.view.row);
    step_end(l, n, "softmax", "softmax: %d x %d x %d", s.channels, s.height, s.width);
}
