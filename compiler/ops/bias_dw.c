/* bias_dw.c - the gradient of a bias: the sum of dy over all pixels of the batch. */
#include "family.h"
#include "lanes.h"

/* Adds a row of dy to `sums`, in turns. */
static void emit_row_sum(Kernel *k, Stream dy, int width, const int *sum, int nsum)
{
    int value = kernel_register(k);
    k_loop(k, width / nsum);
    for (int i = 0; i < nsum; i++) {
        k_load(k, value, dy.pointer, i * LANES);
        k_op(k, V_add, sum[i], sum[i], value);
    }
    k_bump(k, dy.pointer, nsum * LANES);
    k_end(k);
    for (int i = 0; i < width % nsum; i++) {
        k_load(k, value, dy.pointer, i * LANES);
        k_op(k, V_add, sum[i], sum[i], value);
    }
    k_bump(k, dy.pointer, dy.view.row - width / nsum * nsum * LANES);
    kernel_release(k, value);
}

/* The sum over all images, picture by picture. */
static void emit_bias(const Lower *l, Kernel *k, const Node *n, Stream dy, Stream g, Lanes lanes)
{
    enum { SUMS = 4 };
    Shape s = node_result(n->in[0]);
    int sum[SUMS], nsum = s.width < SUMS ? s.width : SUMS, total = kernel_register(k);
    k_zero(k, total);
    for (int i = 0; i < nsum; i++)
        sum[i] = kernel_register(k);
    k_loop(k, l->graph->max_batch);
    for (int i = 0; i < nsum; i++)
        k_zero(k, sum[i]);
    k_loop(k, s.height);
    emit_row_sum(k, dy, s.width, sum, nsum);
    k_end(k);
    for (int i = 1; i < nsum; i++)
        k_op(k, V_add, sum[0], sum[0], sum[i]);
    k_op(k, V_add, total, total, sum[0]);
    k_bump(k, dy.pointer, dy.image - s.height * dy.view.row);
    k_end(k);
    apply_mask(k, V_mul, total, lanes, 1, 0);
    k_store(k, g.pointer, 0, total);
}

void lower_bias_dw(Lower *l, Node *n)
{
    const Layout *layout = &n->of->layout;
    int64_t place = parameter_vector(l, n->of, W_bias, layout);
    BlockRun run;
    step_begin(l);
    for (int b = 0; b < layout->blocks; b += run.blocks) {
        run = block_run(layout, b, layout->blocks);
        Kernel *k = step_kernel(l);
        Stream dy = stream_open(l, k, n->in[0], "dy", false), g = stream_gradient(l, k, place, "g");
        emit_bias(l, k, n, dy, g, (Lanes){0, run.channels});
        Call *call = step_call(l, k, (int[]){run.blocks, 1, 1}, "bias_dw", "gradient of the biases of %d channels", run.channels);
        call->images = l->graph->max_batch;
        call_move(call, dy, b * dy.view.block);
        call_stride(call, dy, 0, dy.view.block);
        call_move(call, g, b * LANES);
        call_stride(call, g, 0, LANES);
    }
    step_end(l, n, "bias_dw", "gradient of a bias: the sum over %d channels of %d x %d pixels of the batch", layout->nsegment,
             node_result(n->in[0]).height, node_result(n->in[0]).width);
}
