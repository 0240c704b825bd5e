/* pool.c - max_pool, avg_pool: one value per window of each channel; global_avg_pool: the whole map is the window.
 *
 * Windows are clipped to the picture when the code is made, not when it runs: rows whose windows are clipped alike share a
 * kernel; within it, columns whose windows are clipped alike share a loop. */
#include "conv_pool.h"

#include "family.h"

/* Output rows (axis 0) or columns (axis 1): PyTorch's rule. With ceil_mode the last window may hang over the end, but
 * must start inside the input or the padding before it. */
static int64_t window_count(Graph *graph, const Node *node, Shape in, int axis)
{
    const Attr *attr = &node->attr;
    int64_t size = axis ? in.width : in.height, pad = attr->pad[axis], stride = attr->stride[axis];
    int64_t dilation = node->op == OP_max_pool ? attr->dilation[axis] : 1;
    int64_t reach = dilation * (attr->kernel[axis] - 1) + 1;
    if (pad > attr->kernel[axis] / 2)
        fail_at(graph->context, node->loc, "a window must not lie in the padding alone",
                "pad %lld is more than half of kernel %d", (long long)pad, attr->kernel[axis]);
    int64_t spare = size + 2 * pad - reach + (attr->ceil_mode ? stride - 1 : 0);
    if (spare < 0)
        fail_at(graph->context, node->loc, "a smaller kernel or more padding would fit",
                "%s window of %lld %s is larger than its input of %lld (%lld with padding)", op_name(node->op),
                (long long)reach, axis ? "columns" : "rows", (long long)size, (long long)(size + 2 * pad));
    int64_t count = spare / stride + 1;
    if (attr->ceil_mode && (count - 1) * stride >= size + pad)
        count--;
    return count;
}

void infer_pool(Graph *graph, Node *node)
{
    need_picture(graph, node);
    Shape in = operand_shape(node, 0);
    int64_t height = window_count(graph, node, in, 0), width = window_count(graph, node, in, 1);
    set_shape(graph, node, in.channels, height, width);
}

void infer_global_avg_pool(Graph *graph, Node *node)
{
    need_picture(graph, node);
    set_shape(graph, node, operand_shape(node, 0).channels, 1, 1);
}

/* ---- windows as kernels ------------------------------------------------------------------------------------------ */

enum { PIXELS = 4, LONGEST_BODY = 400, WIDEST = 16 };

typedef struct {
    const Node *n;
    Kernel *k;
    Stream x;
    Output out;
} Build;

Windows windows_of(const Node *n)
{
    return (Windows){&n->attr, node_result(n->in[0]), n->shape, n->op == OP_max_pool};
}

int window_step(const Windows *w, int axis)
{
    return w->dilated ? w->attr->dilation[axis] : 1;
}

static PoolRun window(const Windows *w, int axis, int o)
{
    const Attr *a = w->attr;
    int size = axis ? w->in.width : w->in.height, d = window_step(w, axis), start = o * a->stride[axis] - a->pad[axis];
    int low = start < 0 ? (-start + d - 1) / d : 0, high = (size - start + d - 1) / d;
    high = high < a->kernel[axis] ? high : a->kernel[axis];
    int end = start + a->kernel[axis] < size + a->pad[axis] ? start + a->kernel[axis] : size + a->pad[axis];
    return (PoolRun){o, 1, start + low * d, high - low, a->count_pad ? end - start : high - low};
}

PoolRun window_run(const Windows *w, int axis, int first)
{
    PoolRun run = window(w, axis, first);
    int total = axis ? w->out.width : w->out.height;
    for (; first + run.count < total; run.count++) {
        PoolRun next = window(w, axis, first + run.count);
        if (next.taps != run.taps || next.extent != run.extent || next.start != run.start + run.count * w->attr->stride[axis])
            break;
    }
    return run;
}

/* One tap: acc[j] = max(acc[j], x[j]) or acc[j] += x[j]. */
static void emit_tap(Build *b, const int *acc, int pixels, int64_t at)
{
    Kernel *k = b->k;
    int x = kernel_register(k);
    for (int j = 0; j < pixels; j++) {
        k_load(k, x, b->x.pointer, at + j * b->n->attr.stride[1] * b->x.view.pixel);
        k_op(k, b->n->op == OP_max_pool ? V_max : V_add, acc[j], acc[j], x);
    }
    kernel_release(k, x);
}

static void emit_window(Build *b, const int *acc, int pixels, int rows, int columns)
{
    Kernel *k = b->k;
    Windows w = windows_of(b->n);
    int64_t row = window_step(&w, 0) * b->x.view.row, column = window_step(&w, 1) * b->x.view.pixel;
    bool wide = columns > WIDEST, all = !wide && rows * columns * pixels <= LONGEST_BODY;
    k_loop(k, all ? 1 : rows);
    for (int y = 0; y < (all ? rows : 1); y++) {
        k_loop(k, wide ? columns : 1);
        for (int x = 0; x < (wide ? 1 : columns); x++)
            emit_tap(b, acc, pixels, y * row + x * column);
        k_bump(k, b->x.pointer, wide ? column : 0);
        k_end(k);
        k_bump(k, b->x.pointer, wide ? -columns * column : 0);
    }
    k_bump(k, b->x.pointer, all ? 0 : row);
    k_end(k);
    k_bump(k, b->x.pointer, all ? 0 : -rows * row);
}

static void emit_tile(Build *b, int pixels, PoolRun rows, PoolRun columns)
{
    Kernel *k = b->k;
    int acc[PIXELS];
    for (int j = 0; j < pixels; j++) {
        acc[j] = kernel_register(k);
        if (b->n->op == OP_max_pool)
            k_load(k, acc[j], b->x.pointer, j * b->n->attr.stride[1] * b->x.view.pixel);
        else
            k_zero(k, acc[j]);
    }
    emit_window(b, acc, pixels, rows.taps, columns.taps);
    int factor = kernel_register(k);
    if (b->n->op == OP_avg_pool)
        k_literal(k, factor, 1.0f / ((float)rows.extent * (float)columns.extent));
    for (int j = 0; j < pixels; j++) {
        if (b->n->op == OP_avg_pool)
            k_op(k, V_mul, acc[j], acc[j], factor);
        output_store(k, &b->out, acc[j], (Place){0, 0, j});
    }
    kernel_release(k, factor);
    k_bump(k, b->x.pointer, pixels * b->n->attr.stride[1] * b->x.view.pixel);
    output_bump(k, &b->out, (Place){0, 0, pixels});
}

/* One row of results; x starts at the first tap row, column 0. Returns how many pixels it has moved. */
static int emit_row(Build *b, PoolRun rows)
{
    Kernel *k = b->k;
    int at = 0, stride = b->n->attr.stride[1];
    Windows w = windows_of(b->n);
    for (int o = 0; o < b->n->shape.width;) {
        PoolRun run = window_run(&w, 1, o);
        k_bump(k, b->x.pointer, (run.start - at) * b->x.view.pixel);
        if (run.count / PIXELS) {
            k_loop(k, run.count / PIXELS);
            emit_tile(b, PIXELS, rows, run);
            k_end(k);
        }
        if (run.count % PIXELS)
            emit_tile(b, run.count % PIXELS, rows, run);
        at = run.start + run.count * stride;
        o += run.count;
    }
    return at;
}

PoolBand build_pool_band(Lower *l, const Node *n, int64_t vectors_at, int vectors, int first, int rows, int low)
{
    Kernel *k = step_kernel(l);
    Build b = {.n = n, .k = k};
    const Windows w = windows_of(n);
    const int stride = n->attr.stride[0];
    int at = low;                       /* row of x */
    b.x = stream_open(l, k, n->in[0], "x", false);
    b.out = output_open(l, k, n, vectors_at, 0);
    k_loop(k, vectors);
    for (int o = first; o < first + rows;) {
        PoolRun run = window_run(&w, 0, o);
        run.count = run.count < first + rows - o ? run.count : first + rows - o;
        k_bump(k, b.x.pointer, (run.start - at) * b.x.view.row);
        k_loop(k, run.count);
        int moved = emit_row(&b, run);
        k_bump(k, b.x.pointer, stride * b.x.view.row - moved * b.x.view.pixel);
        output_bump(k, &b.out, (Place){0, 1, -n->shape.width});
        k_end(k);
        at = run.start + run.count * stride;
        o += run.count;
    }
    k_bump(k, b.x.pointer, b.x.view.block - (at - low) * b.x.view.row);
    output_bump(k, &b.out, (Place){1, -rows, 0});
    k_end(k);
    return (PoolBand){k, b.x, b.out};
}

void lower_pool(Lower *l, Node *n)
{
    if (node_banded(n)) {
        lower_conv_pool(l, n);
        return;
    }
    Shape in = node_result(n->in[0]), s = n->shape;
    Windows w = windows_of(n);
    int64_t vectors = output_pack(l, n, NULL, 0);
    step_begin(l);
    for (int o = 0; o < s.height;) {
        PoolRun run = window_run(&w, 0, o);
        Build b = {.n = n, .k = step_kernel(l)};
        b.x = stream_open(l, b.k, n->in[0], "x", false);
        b.out = output_open(l, b.k, n, vectors, 0);
        emit_row(&b, run);
        Call *call = step_call(l, b.k, (int[]){n->layout.blocks, run.count, 1}, op_name(n->op),
                               "8 channels of one row of %d pixels, windows of %d rows", s.width, run.taps);
        call_move(call, b.x, run.start * b.x.view.row);
        call_stride(call, b.x, 0, b.x.view.block);
        call_stride(call, b.x, 1, n->attr.stride[0] * b.x.view.row);
        output_move(call, &b.out, (Place){0, o, 0});
        output_stride(call, &b.out, 0, (Place){1, 0, 0});
        output_stride(call, &b.out, 1, (Place){0, 1, 0});
        o += run.count;
    }
    step_end(l, n, op_name(n->op), "%s %d x %d, stride %d: %d x %d x %d -> %d x %d x %d", op_name(n->op),
             n->attr.kernel[0], n->attr.kernel[1], n->attr.stride[0], in.channels, in.height, in.width, s.channels,
             s.height, s.width);
}

/* ---- the whole picture as one window ------------------------------------------------------------------------- */

void lower_global_avg_pool(Lower *l, Node *n)
{
    Shape in = node_result(n->in[0]);
    int acc[2];
    int64_t vectors = output_pack(l, n, NULL, 0);
    step_begin(l);
    Kernel *k = step_kernel(l);
    Stream x = stream_open(l, k, n->in[0], "x", false);
    Output out = output_open(l, k, n, vectors, 0);
    emit_sums(&(Sum){.k = k, .kind = SUM_values, .x = x}, in.height, in.width, acc);
    int factor = kernel_register(k);
    k_literal(k, factor, 1.0f / ((float)in.height * (float)in.width));
    k_op(k, V_mul, acc[0], acc[0], factor);
    kernel_release(k, factor);
    output_store(k, &out, acc[0], (Place){0, 0, 0});
    Call *call = step_call(l, k, (int[]){n->layout.blocks, 1, 1}, "global_avg_pool",
                           "8 channels, averaged over %d x %d pixels", in.height, in.width);
    call_stride(call, x, 0, x.view.block);
    output_stride(call, &out, 0, (Place){1, 0, 0});
    step_end(l, n, "global_avg_pool", "global average: %d x %d x %d -> %d", in.channels, in.height, in.width,
             in.channels);
}
