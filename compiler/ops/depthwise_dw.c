/* depthwise_dw.c - gradient of the filters of a convolution whose channels do not see each other:
 * dw[c, ky, kx] = sum over images and pixels of dy[c, p] * x[c, stride p + dilation k - pad], channels in lanes. */
#include "conv.h"
#include "lanes.h"

enum { MOST_TAPS = 12 };

/* One kernel: some rows of the filters of one channel block. */
typedef struct {
    const Attr *a;
    Kernel *k;
    Stream x, dy, g;
    int rows;                           /* of the filter */
    Shape s;                            /* of dy */
} Build_dw;

static void emit_pixels(const Build_dw *b, const int *acc)
{
    Kernel *k = b->k;
    const Attr *a = b->a;
    int dy = kernel_register(k), x = kernel_register(k);
    k_loop(k, b->s.width);
    k_load(k, dy, b->dy.pointer, 0);
    for (int tap = 0; tap < b->rows * a->kernel[1]; tap++) {
        k_load(k, x, b->x.pointer,
               tap / a->kernel[1] * a->dilation[0] * b->x.view.row +
                   tap % a->kernel[1] * a->dilation[1] * b->x.view.pixel);
        k_op(k, V_fma, acc[tap], dy, x);
    }
    k_bump(k, b->dy.pointer, b->dy.view.pixel);
    k_bump(k, b->x.pointer, a->stride[1] * b->x.view.pixel);
    k_end(k);
    k_bump(k, b->dy.pointer, b->dy.view.row - b->s.width * b->dy.view.pixel);
    k_bump(k, b->x.pointer, a->stride[0] * b->x.view.row - b->s.width * a->stride[1] * b->x.view.pixel);
    kernel_release(k, dy);
    kernel_release(k, x);
}

/* The gradient in memory is the sum of the pictures' sums. */
static void emit_kernel(const Build_dw *b, int images, Lanes lanes)
{
    Kernel *k = b->k;
    int acc[MOST_TAPS], taps = b->rows * b->a->kernel[1], sum = kernel_register(k);
    k_zero(k, sum);
    for (int i = 0; i < taps; i++) {
        k_store(k, b->g.pointer, i * LANES, sum);
        acc[i] = kernel_register(k);
    }
    k_loop(k, images);
    for (int i = 0; i < taps; i++)
        k_zero(k, acc[i]);
    k_loop(k, b->s.height);
    emit_pixels(b, acc);
    k_end(k);
    for (int i = 0; i < taps; i++) {
        k_load(k, sum, b->g.pointer, i * LANES);
        k_op(k, V_add, sum, sum, acc[i]);
        k_store(k, b->g.pointer, i * LANES, sum);
    }
    k_bump(k, b->dy.pointer, b->dy.image - b->s.height * b->dy.view.row);
    k_bump(k, b->x.pointer, b->x.image - b->s.height * b->a->stride[0] * b->x.view.row);
    k_end(k);
    for (int i = 0; i < taps && (lanes.low || lanes.high < LANES); i++) {
        k_load(k, acc[i], b->g.pointer, i * LANES);
        apply_mask(k, V_mul, acc[i], lanes, 1, 0);
        k_store(k, b->g.pointer, i * LANES, acc[i]);
    }
}

static void add_call(Lower *l, const Node *n, int64_t place, int first, BlockRun run)
{
    const Attr *a = &n->of->attr;
    bool whole = a->kernel[0] * a->kernel[1] <= MOST_TAPS;
    Build_dw b = {.a = a, .k = step_kernel(l), .rows = whole ? a->kernel[0] : 1, .s = node_result(n->in[1])};
    b.x = stream_open(l, b.k, n->in[0], "x", false);
    b.dy = stream_open(l, b.k, n->in[1], "dy", false);
    b.g = stream_gradient(l, b.k, place, "g");
    emit_kernel(&b, l->graph->max_batch, (Lanes){0, run.channels});
    int64_t row = (int64_t)a->kernel[1] * LANES;
    Call *call = step_call(l, b.k, (int[]){run.blocks, whole ? 1 : a->kernel[0], 1}, "depthwise_dw",
                           "gradient of %d x %d taps of 8 channels: sums over all pixels", b.rows, a->kernel[1]);
    call->images = l->graph->max_batch;
    call_move(call, b.x, first * b.x.view.block - a->pad[0] * b.x.view.row - a->pad[1] * b.x.view.pixel);
    call_stride(call, b.x, 0, b.x.view.block);
    call_stride(call, b.x, 1, a->dilation[0] * b.x.view.row);
    call_move(call, b.dy, first * b.dy.view.block);
    call_stride(call, b.dy, 0, b.dy.view.block);
    call_move(call, b.g, first * a->kernel[0] * row);
    call_stride(call, b.g, 0, a->kernel[0] * row);
    call_stride(call, b.g, 1, row);
}

void lower_depthwise_dw(Lower *l, Node *n)
{
    const Layout *layout = &n->of->layout;
    int64_t place = sliding_filters(l, n->of);
    BlockRun run;
    if (n->of->attr.kernel[1] > MOST_TAPS)
        fail_at(l->context, n->loc, NULL, "depthwise filters wider than %d cannot be trained", MOST_TAPS);
    step_begin(l);
    for (int b = 0; b < layout->blocks; b += run.blocks) {
        run = block_run(layout, b, layout->blocks);
        add_call(l, n, place, b, run);
    }
    step_end(l, n, "depthwise_dw", "gradient of the filters of a depthwise convolution %d x %d: sums over all pixels of the batch",
             n->of->attr.kernel[0], n->of->attr.kernel[1]);
}
