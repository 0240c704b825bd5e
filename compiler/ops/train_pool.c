/* train_pool.c - gradients of pools.
 *
 * Every window adds to the pixels that it has read, in the order of the windows, so one task takes one channel block of an image.
 * A row of pixels is zeroed right before the first window that reads it, and gets its tail right after the last, while it is in the
 * cache anyway. */
#include "pool.h"

/* The kernel being built. y is what windows add to; x, the pool's operand, is there for max_pool alone. */
typedef struct {
    Kernel *k;
    Windows w;
    Stream dy, x, y;
    Output out;                         /* walks over y once more, row by row, as sums are complete */
    bool max;
    PoolRun rows, columns;                  /* of the windows at work */
    int gradient, largest;              /* registers: dy or what is left of it; the largest value of a window */
} Scatter;

static void bump_picture(const Scatter *s, int rows, int pixels)
{
    k_bump(s->k, s->y.pointer, rows * s->y.view.row + pixels * s->y.view.pixel);
    if (s->max)
        k_bump(s->k, s->x.pointer, rows * s->x.view.row + pixels * s->x.view.pixel);
}

/* ---- one window ------------------------------------------------------------------------------------------------------ */

/* Code for the tap that lies that many rows and pixels from the pointers. */
typedef void Tap(const Scatter *, int row, int pixel);

/* Unrolled as long as that is short. */
static void each_tap(const Scatter *s, Tap *tap)
{
    enum { LONGEST = 32, WIDEST = 16 };
    int down = window_step(&s->w, 0), right = window_step(&s->w, 1), rows = s->rows.taps, columns = s->columns.taps;
    bool all = rows * columns <= LONGEST, wide = columns > WIDEST;
    k_loop(s->k, all ? 1 : rows);
    for (int i = 0; i < (all ? rows : 1); i++) {
        k_loop(s->k, wide ? columns : 1);
        for (int j = 0; j < (wide ? 1 : columns); j++)
            tap(s, i * down, j * right);
        bump_picture(s, 0, wide ? right : 0);
        k_end(s->k);
        bump_picture(s, 0, wide ? -columns * right : 0);
    }
    bump_picture(s, all ? 0 : down, 0);
    k_end(s->k);
    bump_picture(s, all ? 0 : -rows * down, 0);
}

static int64_t distance(View v, int row, int pixel)
{
    return row * v.row + pixel * v.pixel;
}

static void tap_largest(const Scatter *s, int row, int pixel)
{
    int x = kernel_register(s->k);
    k_load(s->k, x, s->x.pointer, distance(s->x.view, row, pixel));
    k_op(s->k, V_max, s->largest, s->largest, x);
    kernel_release(s->k, x);
}

static void add_to_pixel(const Scatter *s, int row, int pixel, int value)
{
    int y = kernel_register(s->k);
    k_load(s->k, y, s->y.pointer, distance(s->y.view, row, pixel));
    k_op(s->k, V_add, y, y, value);
    k_store(s->k, s->y.pointer, distance(s->y.view, row, pixel), y);
    kernel_release(s->k, y);
}

/* What is left of the gradient goes to this pixel in the lanes where it is the largest; in the others it stays. */
static void tap_first_largest(const Scatter *s, int row, int pixel)
{
    int x = kernel_register(s->k);
    k_load(s->k, x, s->x.pointer, distance(s->x.view, row, pixel));
    k_op(s->k, V_sub, x, x, s->largest);
    k_imm(s->k, V_sar, x, x, 31);                   /* a mask of the lanes where it is less */
    k_op(s->k, V_and, x, x, s->gradient);           /* what stays */
    k_op(s->k, V_xor, s->gradient, s->gradient, x); /* what goes: the other bits */
    add_to_pixel(s, row, pixel, s->gradient);
    k_op(s->k, V_copy, s->gradient, x, 0);
    kernel_release(s->k, x);
}

static void tap_share(const Scatter *s, int row, int pixel)
{
    add_to_pixel(s, row, pixel, s->gradient);
}

static void emit_window(const Scatter *s)
{
    Kernel *k = s->k;
    k_load(k, s->gradient, s->dy.pointer, 0);
    if (s->max) {
        k_load(k, s->largest, s->x.pointer, 0);
        each_tap(s, tap_largest);
        each_tap(s, tap_first_largest);
    } else {
        k_literal(k, s->largest, 1.0f / ((float)s->rows.extent * (float)s->columns.extent));
        k_op(k, V_mul, s->gradient, s->gradient, s->largest);
        each_tap(s, tap_share);
    }
}

/* ---- rows of windows ------------------------------------------------------------------------------------------------- */

/* y and x stand at the first row of taps, column 0, and stay there; dy moves to its next row. */
static void emit_window_row(Scatter *s)
{
    int at = 0, stride = s->w.attr->stride[1], width = s->w.out.width;
    for (int o = 0; o < width; o += s->columns.count) {
        s->columns = window_run(&s->w, 1, o);
        bump_picture(s, 0, s->columns.start - at);
        k_loop(s->k, s->columns.count);
        emit_window(s);
        k_bump(s->k, s->dy.pointer, s->dy.view.pixel);
        bump_picture(s, 0, stride);
        k_end(s->k);
        at = s->columns.start + s->columns.count * stride;
    }
    bump_picture(s, 0, -at);
    k_bump(s->k, s->dy.pointer, s->dy.view.row - width * s->dy.view.pixel);
}

/* Zeroes `rows` rows of y, the first of them `from` rows from where it stands. */
static void emit_zero_rows(const Scatter *s, int from, int rows)
{
    Kernel *k = s->k;
    int width = s->w.in.width;
    if (rows <= 0)
        return;
    int zero = kernel_register(k);
    k_zero(k, zero);
    k_bump(k, s->y.pointer, from * s->y.view.row);
    k_loop(k, rows);
    k_loop(k, width);
    k_store(k, s->y.pointer, 0, zero);
    k_bump(k, s->y.pointer, s->y.view.pixel);
    k_end(k);
    k_bump(k, s->y.pointer, s->y.view.row - width * s->y.view.pixel);
    k_end(k);
    k_bump(k, s->y.pointer, -(from + rows) * s->y.view.row);
    kernel_release(k, zero);
}

static void emit_tail(void *self, int pixels)
{
    const Scatter *s = self;
    for (int j = 0; j < pixels; j++) {
        int y = kernel_register(s->k);
        k_load(s->k, y, s->out.y.pointer, j * s->out.y.view.pixel);
        output_store(s->k, &s->out, y, (Place){0, 0, j});
    }
}

/* The next `rows` rows are complete. */
static void emit_complete(Scatter *s, int rows)
{
    if (s->out.ntail && rows > 0)
        walk_rows(&(Walk){.k = s->k, .out = &s->out}, rows, s->w.in.width, emit_tail, s);
}

static int larger_of(int a, int b)
{
    return a > b ? a : b;
}

/* All windows of one block. Rows before `zeroed` are zero or hold sums already, rows before `complete` are complete. A run of rows of
 * windows moves both on by `stride` rows with each, unless its first has more to catch up with, or less. */
static void emit_scatter(Scatter *s)
{
    int zeroed = 0, complete = 0, at = 0, stride = s->w.attr->stride[0], down = window_step(&s->w, 0);
    for (int o = 0; o < s->w.out.height; o += s->rows.count) {
        s->rows = window_run(&s->w, 0, o);
        int start = s->rows.start, end = start + (s->rows.taps - 1) * down + 1;         /* of the first window */
        if (end - zeroed < stride || start - complete < stride)
            s->rows.count = 1;
        bool alone = s->rows.count == 1;
        int zeros = alone ? end - zeroed : stride, ready = alone ? start - complete : stride;
        bump_picture(s, start - at, 0);
        emit_zero_rows(s, zeroed - start, end - zeros - zeroed);
        emit_complete(s, start - ready - complete);
        k_loop(s->k, s->rows.count);
        emit_zero_rows(s, end - zeros - start, zeros);
        emit_complete(s, ready);
        emit_window_row(s);
        bump_picture(s, stride, 0);
        k_end(s->k);
        at = start + s->rows.count * stride;
        zeroed = larger_of(zeroed, end + (s->rows.count - 1) * stride);
        complete = larger_of(complete, at - stride);
    }
    emit_zero_rows(s, zeroed - at, s->w.in.height - zeroed);
    emit_complete(s, s->w.in.height - complete);
}

void lower_pool_dx(Lower *l, Node *n)
{
    Shape out = node_result(n->in[0]);
    const Attr *a = &n->attr;
    int64_t vectors = output_pack(l, n, NULL, 0);
    step_begin(l);
    Scatter s = {.k = step_kernel(l), .max = n->op == OP_max_pool_dx, .w = {a, n->shape, out, n->op == OP_max_pool_dx}};
    s.dy = stream_open(l, s.k, n->in[0], "dy", false);
    if (s.max)
        s.x = stream_open(l, s.k, n->in[1], "x", false);
    s.y = stream_open(l, s.k, n, "sum", true);
    if (n->tail)
        s.out = output_open(l, s.k, n, vectors, 0);
    s.gradient = kernel_register(s.k);
    s.largest = kernel_register(s.k);
    emit_scatter(&s);
    Call *call = step_call(l, s.k, (int[]){n->layout.blocks, 1, 1}, op_name(n->op), "8 channels: %d x %d windows of %d x %d",
                           out.height, out.width, a->kernel[0], a->kernel[1]);
    call_stride(call, s.dy, 0, s.dy.view.block);
    if (s.max)
        call_stride(call, s.x, 0, s.x.view.block);
    call_stride(call, s.y, 0, s.y.view.block);
    if (n->tail)
        output_stride(call, &s.out, 0, (Place){1, 0, 0});
    step_end(l, n, op_name(n->op), "%s %d x %d, stride %d: %d x %d x %d <- %d x %d", op_name(n->op), a->kernel[0], a->kernel[1],
             a->stride[0], n->shape.channels, n->shape.height, n->shape.width, out.height, out.width);
}

/* ---- the whole picture as one window ----------------------------------------------------------------------------------- */

static void open_average(Map *m)
{
    Stream dy = map_side(m, m->n->in[0], "dy");
    int factor = kernel_register(m->k);
    m->reg[0] = kernel_register(m->k);
    k_load(m->k, m->reg[0], dy.pointer, 0);
    k_literal(m->k, factor, (float)(1.0 / ((double)m->n->shape.height * m->n->shape.width)));
    k_op(m->k, V_mul, m->reg[0], m->reg[0], factor);
    kernel_release(m->k, factor);
}

static int average_value(Map *m, int pixel)
{
    (void)pixel;
    int y = kernel_register(m->k);
    k_op(m->k, V_copy, y, m->reg[0], 0);
    return y;
}

void lower_global_avg_pool_dx(Lower *l, Node *n)
{
    static const MapKind kind = {.open = open_average, .value = average_value, .name = "global_avg_pool_dx"};
    lower_map(l, n, n, &kind);
}
