/* depthwise_dw.c - gradient of the filters of a convolution whose channels do not see each other:
 * dw[c, ky, kx] = sum over images and pixels of dy[c, p] * x[c, stride p + dilation k - pad], channels in lanes. */
#include "conv.h"
#include "lanes.h"

enum { MOST_TAPS = 12 };

/* One kernel: some rows of the filters of one channel block, or some columns of one row. */
typedef struct {
    const Attr *a;
    Kernel *k;
    Stream x, dy, g;
    int rows, columns;                  /* of the filter */
    Shape s;                            /* of dy */
} Build_dw;

static void emit_pixels(const Build_dw *b, const int *acc)
{
    Kernel *k = b->k;
    const Attr *a = b->a;
    int dy = kernel_register(k), x = kernel_register(k);
    k_loop(k, b->s.width);
    k_load(k, dy, b->dy.pointer, 0);
    for (int tap = 0; tap < b->rows * b->columns; tap++) {
        k_load(k, x, b->x.pointer,
               tap / b->columns * a->dilation[0] * b->x.view.row + tap % b->columns * a->dilation[1] * b->x.view.pixel);
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
    int acc[MOST_TAPS], taps = b->rows * b->columns, sum = kernel_register(k);
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

/* Taps that one task takes: whole filters, or `columns` of one row, so many `parts` from column `first` on. */
typedef struct {
    int rows, columns, first, parts;
} Taps;

static void add_call(Lower *l, const Node *n, int64_t place, int first, BlockRun run, Taps t)
{
    const Attr *a = &n->of->attr;
    Build_dw b = {.a = a, .k = step_kernel(l), .rows = t.rows, .columns = t.columns, .s = node_result(n->in[1])};
    b.x = stream_open(l, b.k, n->in[0], "x", false);
    b.dy = stream_open(l, b.k, n->in[1], "dy", false);
    b.g = stream_gradient(l, b.k, place, "g");
    emit_kernel(&b, l->graph->max_batch, (Lanes){0, run.channels});
    int64_t row = (int64_t)a->kernel[1] * LANES, column = a->dilation[1] * b.x.view.pixel;
    Call *call = step_call(l, b.k, (int[]){run.blocks, a->kernel[0] / t.rows, t.parts}, "depthwise_dw",
                           "gradient of %d x %d taps of 8 channels: sums over all pixels", t.rows, t.columns);
    call->images = l->graph->max_batch;
    call_move(call, b.x, first * b.x.view.block - a->pad[0] * b.x.view.row - a->pad[1] * b.x.view.pixel + t.first * column);
    call_stride(call, b.x, 0, b.x.view.block);
    call_stride(call, b.x, 1, a->dilation[0] * b.x.view.row);
    call_stride(call, b.x, 2, t.columns * column);
    call_move(call, b.dy, first * b.dy.view.block);
    call_stride(call, b.dy, 0, b.dy.view.block);
    call_move(call, b.g, first * a->kernel[0] * row + t.first * LANES);
    call_stride(call, b.g, 0, a->kernel[0] * row);
    call_stride(call, b.g, 1, row);
    call_stride(call, b.g, 2, t.columns * LANES);
}

/* All taps of some blocks: at once where registers hold their sums, else row by row, wide rows in equal parts. */
static void add_calls_of(Lower *l, const Node *n, int64_t place, int first, BlockRun run)
{
    const int *kernel = n->of->attr.kernel;
    int size, parts, larger;
    if (kernel[0] * kernel[1] <= MOST_TAPS) {
        add_call(l, n, place, first, run, (Taps){kernel[0], kernel[1], 0, 1});
        return;
    }
    split_evenly(kernel[1], MOST_TAPS, &size, &parts, &larger);
    if (larger)
        add_call(l, n, place, first, run, (Taps){1, size + 1, 0, larger});
    add_call(l, n, place, first, run, (Taps){1, size, larger * (size + 1), parts - larger});
}

void lower_depthwise_dw(Lower *l, Node *n)
{
    const Layout *layout = &n->of->layout;
    int64_t place = sliding_filters(l, n->of);
    BlockRun run;
    step_begin(l);
    for (int b = 0; b < layout->blocks; b += run.blocks) {
        run = block_run(layout, b, layout->blocks);
        add_calls_of(l, n, place, b, run);
    }
    step_end(l, n, "depthwise_dw", "gradient of the filters of a depthwise convolution %d x %d: sums over all pixels of the batch",
             n->of->attr.kernel[0], n->of->attr.kernel[1]);
}
