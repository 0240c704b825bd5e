/* depthwise_dx.c - gradient by the operand of a convolution whose channels do not see each other. Channels are the lanes on both
 * sides, so the packed filters serve as they are, read backwards; a strided one is some dense ones (parity.c). */
#include "../lower.h"
#include "../parity.h"

enum { PIXELS = 12 };                   /* of a tile */

typedef struct {
    const Node *n;
    Kernel *k;
    Stream dy, w;
    Output out;
    Parity axis[2];
} Build_dx;

/* acc[j] += filter * dy[j + tap] over the taps that take part. */
static void emit_taps(const Build_dx *b, const int *acc, int pixels)
{
    Kernel *k = b->k;
    const Parity *rows = &b->axis[0], *columns = &b->axis[1];
    int filter = kernel_register(k), dy = kernel_register(k);
    int64_t row = -(int64_t)rows->step * b->n->of->attr.kernel[1] * LANES;
    k_loop(k, rows->taps);
    for (int t = 0; t < columns->taps; t++) {
        k_load(k, filter, b->w.pointer, -(int64_t)t * columns->step * LANES);
        for (int j = 0; j < pixels; j++) {
            k_load(k, dy, b->dy.pointer, (j + t * columns->dilation) * b->dy.view.pixel);
            k_op(k, V_fma, acc[j], filter, dy);
        }
    }
    k_bump(k, b->w.pointer, row);
    k_bump(k, b->dy.pointer, rows->dilation * b->dy.view.row);
    k_end(k);
    k_bump(k, b->w.pointer, -rows->taps * row);
    k_bump(k, b->dy.pointer, -rows->taps * rows->dilation * b->dy.view.row);
    kernel_release(k, filter);
    kernel_release(k, dy);
}

static void emit_tile(const Build_dx *b, int pixels)
{
    int acc[PIXELS];
    for (int j = 0; j < pixels; j++)
        k_zero(b->k, acc[j] = kernel_register(b->k));
    if (b->axis[0].taps && b->axis[1].taps)
        emit_taps(b, acc, pixels);
    for (int j = 0; j < pixels; j++)
        output_store(b->k, &b->out, acc[j], (Place){0, 0, j});
    k_bump(b->k, b->dy.pointer, pixels * b->dy.view.pixel);
    output_bump(b->k, &b->out, (Place){0, 0, pixels});
}

/* All rows of one parity, of one channel block. */
static void emit_rows(const Build_dx *b)
{
    Kernel *k = b->k;
    int width = b->axis[1].count, size, parts, larger;
    split_evenly(width, PIXELS, &size, &parts, &larger);
    k_loop(k, b->axis[0].count);
    for (int i = 0; i < 2; i++) {
        int tiles = i ? parts - larger : larger;
        if (!tiles)
            continue;
        k_loop(k, tiles);
        emit_tile(b, i ? size : size + 1);
        k_end(k);
    }
    k_bump(k, b->dy.pointer, b->dy.view.row - width * b->dy.view.pixel);
    output_bump(k, &b->out, (Place){0, 1, -width});
    k_end(k);
}

static void spread(View *v, const int stride[2])
{
    v->row *= stride[0];
    v->pixel *= stride[1];
}

static void add_share(Lower *l, Node *n, int64_t filters, int64_t vectors, const Parity axis[2])
{
    const Attr *a = &n->of->attr;
    Build_dx b = {.n = n, .k = step_kernel(l), .axis = {axis[0], axis[1]}};
    b.dy = stream_open(l, b.k, n->in[0], "dy", false);
    b.w = stream_weights(l, b.k, filters, "w");
    b.out = output_open(l, b.k, n, vectors, 0);
    Output whole = b.out;
    spread(&b.out.y.view, a->stride);
    for (int i = 0; i < b.out.ntail; i++)
        spread(&b.out.tail[i].operand.view, a->stride);
    emit_rows(&b);
    Call *call = step_call(l, b.k, (int[]){n->layout.blocks, 1, 1}, "depthwise_dx", "8 channels of %d x %d pixels: sums over %d x %d taps",
                           axis[0].count, axis[1].count, axis[0].taps, axis[1].taps);
    call_move(call, b.dy, axis[0].start * b.dy.view.row + axis[1].start * b.dy.view.pixel);
    call_stride(call, b.dy, 0, b.dy.view.block);
    call_move(call, b.w, ((int64_t)axis[0].tap * a->kernel[1] + axis[1].tap) * LANES);
    call_stride(call, b.w, 0, (int64_t)a->kernel[0] * a->kernel[1] * LANES);
    output_move(call, &whole, (Place){0, axis[0].first, axis[1].first});
    output_stride(call, &whole, 0, (Place){1, 0, 0});
}

void lower_depthwise_dx(Lower *l, Node *n)
{
    const Attr *a = &n->of->attr;
    int64_t filters = sliding_filters(l, n->of), vectors = output_pack(l, n, NULL, 0);
    step_begin(l);
    for (int row = 0; row < a->stride[0]; row++)
        for (int column = 0; column < a->stride[1]; column++) {
            Parity axis[2] = {parity_of(n->of, 0, row), parity_of(n->of, 1, column)};
            if (axis[0].count && axis[1].count)
                add_share(l, n, filters, vectors, axis);
        }
    step_end(l, n, "depthwise_dx", "gradient of a depthwise convolution %d x %d, stride %d, by its operand", a->kernel[0], a->kernel[1],
             a->stride[0]);
}
