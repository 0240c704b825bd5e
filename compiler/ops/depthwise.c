/* depthwise.c - convolutions whose channels do not see each other: y[c, p] = tail(bias[c] + sum over taps of w[c] * x[c]).
 *
 * Channels are the lanes, so filters and pixels are loaded as vectors; a kernel computes rows of one channel block. */
#include <string.h>

#include "../lower.h"

typedef struct {
    const Node *n;
    Kernel *k;
    Stream x, w;
    Output out;
    bool bias;
} Build;

static void emit_taps(Build *b, const int *acc, int pixels)
{
    const Attr *a = &b->n->attr;
    Kernel *k = b->k;
    int filter = kernel_register(k), x = kernel_register(k);
    k_loop(k, a->kernel[0]);
    for (int kx = 0; kx < a->kernel[1]; kx++) {
        k_load(k, filter, b->w.pointer, kx * LANES);
        for (int j = 0; j < pixels; j++) {
            k_load(k, x, b->x.pointer, (j * a->stride[1] + kx * a->dilation[1]) * b->x.view.pixel);
            k_op(k, V_fma, acc[j], filter, x);
        }
    }
    k_bump(k, b->w.pointer, a->kernel[1] * LANES);
    k_bump(k, b->x.pointer, a->dilation[0] * b->x.view.row);
    k_end(k);
    k_bump(k, b->w.pointer, -a->kernel[0] * a->kernel[1] * LANES);
    k_bump(k, b->x.pointer, -a->kernel[0] * a->dilation[0] * b->x.view.row);
    kernel_release(k, filter);
    kernel_release(k, x);
}

static void emit_tile(Build *b, int pixels)
{
    Kernel *k = b->k;
    int acc[MAX_REGISTERS];
    for (int j = 0; j < pixels; j++) {
        acc[j] = kernel_register(k);
        if (b->bias)
            k_load(k, acc[j], b->out.vectors.pointer, 0);
        else
            k_zero(k, acc[j]);
    }
    emit_taps(b, acc, pixels);
    for (int j = 0; j < pixels; j++)
        output_store(k, &b->out, acc[j], (Place){0, 0, j});
}

static void emit_rows(Build *b, int rows)
{
    Kernel *k = b->k;
    const Attr *a = &b->n->attr;
    int width = b->n->shape.width, size, parts, larger;
    split_evenly(width, b->n->tile.pixels, &size, &parts, &larger);
    int64_t column = a->stride[1] * b->x.view.pixel;
    k_loop(k, rows);
    for (int i = 0; i < 2; i++) {
        int tiles = i ? parts - larger : larger, pixels = i ? size : size + 1;
        if (!tiles)
            continue;
        k_loop(k, tiles);
        emit_tile(b, pixels);
        k_bump(k, b->x.pointer, pixels * column);
        output_bump(k, &b->out, (Place){0, 0, pixels});
        k_end(k);
    }
    k_bump(k, b->x.pointer, a->stride[0] * b->x.view.row - width * column);
    output_bump(k, &b->out, (Place){0, 1, -width});
    k_end(k);
}

static void pack_filters(Lower *l, const Node *n, int64_t *at)
{
    PackItem item = pack_item(n);
    item.kind = PACK_depthwise;
    item.channel = lane_channels(l, &n->layout);
    item.nlane = n->layout.blocks * LANES;
    item.out = item.in = item.groups = n->attr.out;
    item.kh = n->attr.kernel[0];
    item.kw = n->attr.kernel[1];
    item.size = (int64_t)item.nlane * item.kh * item.kw;
    *at = pack_parameter(l, &item, &n->weight[W_weight]);
}

void lower_depthwise(Lower *l, Node *n)
{
    const Attr *a = &n->attr;
    Shape in = node_result(n->in[0]);
    int64_t filters, filter = (int64_t)a->kernel[0] * a->kernel[1] * LANES;
    bool bias = n->weight[W_bias].tensor || n->folded;
    pack_filters(l, n, &filters);
    int64_t vectors = output_pack(l, n, (VectorKind[]){VECTOR_bias}, bias);
    step_begin(l);
    for (int start = 0, rows; start < n->shape.height; start += rows) {
        int left = n->shape.height - start;
        rows = n->tile.rows < left ? n->tile.rows : left;
        int bands = left / rows;
        Build b = {.n = n, .k = step_kernel(l), .bias = bias};
        b.x = stream_open(l, b.k, n->in[0], "x", false);
        b.w = stream_weights(l, b.k, filters, "w");
        b.out = output_open(l, b.k, n, vectors, bias);
        emit_rows(&b, rows);
        Call *call = step_call(l, b.k, (int[]){n->layout.blocks, bands, 1}, "depthwise",
                               "8 channels of %d x %d pixels: sums over %d x %d taps", rows, n->shape.width,
                               a->kernel[0], a->kernel[1]);
        int64_t line = a->stride[0] * b.x.view.row;
        call_move(call, b.x, start * line - a->pad[0] * b.x.view.row - a->pad[1] * b.x.view.pixel);
        call_stride(call, b.x, 0, b.x.view.block);
        call_stride(call, b.x, 1, rows * line);
        call_stride(call, b.w, 0, filter);
        output_move(call, &b.out, (Place){0, start, 0});
        output_stride(call, &b.out, 0, (Place){1, 0, 0});
        output_stride(call, &b.out, 1, (Place){0, rows, 0});
        rows *= bands;
    }
    step_end(l, n, "depthwise", "depthwise convolution %d x %d, stride %d: %d x %d x %d -> %d x %d x %d",
             a->kernel[0], a->kernel[1], a->stride[0], in.channels, in.height, in.width, n->shape.channels,
             n->shape.height, n->shape.width);
}
