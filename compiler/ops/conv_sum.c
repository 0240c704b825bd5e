/* conv_sum.c - the sum of one tile of registers: over input channels in blocks, and the taps of the window. It is the same for every tile,
 * hence for every output, target and thread count. */
#include "conv.h"

static void load_filters(Build *b, int reg, int u, int64_t w_at)
{
    if (b->c->half)
        k_load_half(b->k, reg, b->w.pointer, filter_floats(b->c, w_at + u * b->width * LANES));
    else
        k_load_blocks(b->k, reg, b->w.pointer, w_at + u * b->width * LANES, LANES, vectors_of_unit(b, u));
}

/* Steps of the sum in a loop body: enough to hide the loop, few enough for the micro-op cache. Columns of a window are
 * rather looped over than unrolled: compilers would carry the pixels that two columns share in registers they do not have. */
enum { BODY_STEPS = 4 };

/* Floats from the tile's first input pixel to that of its pixel j (results in a line, a fused pool's window inside each). */
static int64_t pixel_offset(const Build *b, int j)
{
    const Conv *c = b->c;
    int area = c->window[0] * c->window[1], row = j % area / c->window[1], column = j / area * c->window[1] + j % c->window[1];
    return row * c->stride[0] * c->x.row + column * c->stride[1] * b->pixel;
}

/* acc[i][j] += w[i] * x[j] for one filter tap of one channel: x at `x_at`, filters at `w_at`. The smaller side is held in
 * registers, the larger passes through one. */
static void emit_tap(Build *b, int pixels, const int *acc, int64_t x_at, int64_t w_at)
{
    Kernel *k = b->k;
    int held[MAX_REGISTERS];
    bool hold_x = pixels <= b->units;
    int nheld = hold_x ? pixels : b->units, npassing = hold_x ? b->units : pixels, passing;
    for (int i = 0; i < nheld; i++) {
        held[i] = kernel_register(k);
        if (hold_x)
            k_broadcast(k, held[i], b->x.pointer, x_at + pixel_offset(b, i));
        else
            load_filters(b, held[i], i, w_at);
    }
    passing = kernel_register(k);
    for (int i = 0; i < npassing; i++) {
        if (hold_x)
            load_filters(b, passing, i, w_at);
        else
            k_broadcast(k, passing, b->x.pointer, x_at + pixel_offset(b, i));
        for (int j = 0; j < nheld; j++) {
            int u = hold_x ? i : j, p = hold_x ? j : i;
            k_op(k, V_fma, acc[u * pixels + p], hold_x ? passing : held[j], hold_x ? held[j] : passing);
        }
    }
    kernel_release(k, passing);
    for (int i = 0; i < nheld; i++)
        kernel_release(k, held[i]);
}

/* One register of filters meets each pixel but once where output channels are few, and a step has as many loads as multiply-adds. There,
 * sums take the columns of a line of the window before the channels: a pixel is loaded once for all of them. That follows from the
 * shape alone: machines with smaller registers, for which it means nothing, add in the same order. */
static bool takes_lines(const Conv *c)
{
    enum { FEW_VECTORS = 2 };
    return c->n->op != OP_linear && c->groups == 1 && c->n->layout.blocks <= FEW_VECTORS && c->kernel[1] > 1 &&
           c->window[0] * c->window[1] == 1;
}

/* The loop body for so many channels: columns of the window and channels of it, and bodies for all of them. */
typedef struct {
    int columns, channels, bodies;
} Body;

static Body body_of(const Conv *c, int count)
{
    if (takes_lines(c))
        return (Body){c->kernel[1], count % 2 ? 1 : 2, count % 2 ? count : count / 2};
    int columns = c->kernel[1] * count <= BODY_STEPS ? c->kernel[1] : 1;
    int channels = count % BODY_STEPS || columns > 1 ? count : BODY_STEPS;
    return (Body){columns, channels, c->kernel[1] / columns * (count / channels)};
}

int sum_bodies(const Conv *c, int count)
{
    return body_of(c, count).bodies;
}

/* Each loop body fetches a share of the filters that will be needed next: the first-level cache is full of today's. */
static void fetch_ahead(Build *b)
{
    for (int i = 0; i < b->lines; i++)
        k_prefetch2(b->k, b->ahead.pointer, i * LINE);
    k_bump(b->k, b->ahead.pointer, b->lines * LINE);
}

/* A 1 x 1 convolution walks over as many places of the input as it has blocks, which are more than a processor's own
 * prefetcher follows. So each block fetches the lines that the next tile of the row will read of it. */
static bool is_fetching(const Conv *c)
{
    return c->kernel[0] * c->kernel[1] == 1 && c->step == 1 && c->n->op != OP_linear && c->window[0] * c->window[1] == 1;
}

/* The lines of one block with the pixels of a tile, whose first is so many floats away. */
static void fetch_pixels(Build *b, int pixels, int64_t first)
{
    int64_t fetched = -LINE;
    for (int i = 0; i < pixels; i++) {
        int64_t at = pixel_offset(b, i);
        if (at - fetched < LINE && i < pixels - 1)      /* the tile may begin amidst a line: then its last pixel has one more */
            continue;
        k_prefetch(b->k, b->x.pointer, first + at);
        fetched = at;
    }
}

void fetch_first_tile(Build *b, int pixels)
{
    if (!is_fetching(b->c))
        return;
    k_loop(b->k, b->entries);
    fetch_pixels(b, pixels, 0);
    k_bump(b->k, b->x.pointer, b->c->x.block);
    k_end(b->k);
    k_bump(b->k, b->x.pointer, -b->entries * b->c->x.block);
}

/* The products of one register of filters, of some columns of the window, and one channel of the pixels that these see. */
static void emit_columns(Build *b, int pixels, const int *acc, int64_t x_at, const int *filter, int columns)
{
    const Conv *c = b->c;
    int stride = c->stride[1], dilation = c->dilation[1], x = kernel_register(b->k);
    for (int at = 0; at <= (pixels - 1) * stride + (columns - 1) * dilation; at++) {
        bool loaded = false;
        for (int i = 0; i < columns; i++) {
            int from = at - i * dilation;
            if (from < 0 || from % stride || from / stride >= pixels)
                continue;
            if (!loaded)
                k_broadcast(b->k, x, b->x.pointer, x_at + at * b->pixel);
            loaded = true;
            k_op(b->k, V_fma, acc[from / stride], filter[i], x);
        }
    }
    kernel_release(b->k, x);
}

/* A line of the window, of one channel; filters of its columns are `apart` floats from each other. */
static void emit_line(Build *b, int pixels, const int *acc, int64_t x_at, int64_t w_at, int64_t apart)
{
    enum { COLUMNS = 3 };
    const Conv *c = b->c;
    int size, parts, larger, filter[COLUMNS], columns = b->units == 1 ? COLUMNS : 1;
    int64_t column = c->dilation[1] * b->pixel;
    split_evenly(c->kernel[1], columns, &size, &parts, &larger);
    for (int i = 0; i < parts; i++, x_at += columns * column, w_at += columns * apart) {
        columns = size + (i < larger);
        if (columns == 1) {
            emit_tap(b, pixels, acc, x_at, w_at);
            continue;
        }
        for (int f = 0; f < columns; f++)
            load_filters(b, filter[f] = kernel_register(b->k), 0, w_at + f * apart);
        emit_columns(b, pixels, acc, x_at, filter, columns);
        for (int f = 0; f < columns; f++)
            kernel_release(b->k, filter[f]);
    }
}

/* All taps of `count` channels. */
static void emit_taps(Build *b, int pixels, const int *acc, int count)
{
    const Conv *c = b->c;
    Kernel *k = b->k;
    int vectors = b->panel->vectors;
    Body body = body_of(c, count);
    int64_t column = c->dilation[1] * c->x.pixel, filter = (int64_t)vectors * LANES;
    int64_t channels = body.channels < count ? body.channels * c->step : 0, line = takes_lines(c) ? count * filter : 0;
    if (is_fetching(c))
        fetch_pixels(b, pixels, pixel_offset(b, pixels));
    k_loop(k, c->kernel[0]);
    k_loop(k, c->kernel[1] / body.columns);
    k_loop(k, count / body.channels);
    fetch_ahead(b);
    for (int i = 0; i < body.channels && line; i++)
        emit_line(b, pixels, acc, i * c->step, i * filter, line);
    for (int kx = 0; kx < body.columns && !line; kx++)
        for (int i = 0; i < body.channels; i++)
            emit_tap(b, pixels, acc, kx * column + i * c->step, (kx * body.channels + i) * filter);
    k_bump(k, b->w.pointer, filter_floats(c, (line ? 1 : body.columns) * body.channels * filter));
    k_bump(k, b->x.pointer, channels);
    k_end(k);
    k_bump(k, b->w.pointer, line ? (body.columns - 1) * line : 0);
    k_bump(k, b->x.pointer, body.columns * column - count / body.channels * channels);
    k_end(k);
    k_bump(k, b->x.pointer, c->dilation[0] * c->x.row - c->kernel[1] * column);
    k_end(k);
    k_bump(k, b->x.pointer, -c->kernel[0] * c->dilation[0] * c->x.row);
}

/* The shortest period with which counts and distances of the panel's entries repeat. */
static int entry_period(const Entry *e, int count)
{
    for (int p = 1; p <= count / 2; p++) {
        bool fits = count % p == 0;
        for (int i = p; fits && i < count; i++)
            fits = e[i].count == e[i - p].count && e[i].offset - e[i - p].offset == e[p].offset - e[0].offset;
        if (fits)
            return p;
    }
    return count;
}

/* Entries that follow entry i of a period of p with the same count at the same distance: i included. */
static int entry_run(const Entry *e, int i, int p)
{
    int n = 1;
    while (i + n < p && e[i + n].count == e[i].count && e[i + n].offset - e[i + n - 1].offset == e[i + 1].offset - e[i].offset)
        n++;
    return n;
}
/* The sum over the entries of the walk; x and w end where they began. */
void emit_sum(Build *b, int pixels, const int *acc)
{
    const Entry *e = b->c->entry + b->entry;
    Kernel *k = b->k;
    int count = b->entries, p = entry_period(e, count);
    int64_t stride = p < count ? e[p].offset - e[0].offset : 0, at = 0;
    k_loop(k, count / p);
    for (int i = 0, n; i < p; i += n) {
        n = entry_run(e, i, p);
        int64_t each = n > 1 ? e[i + 1].offset - e[i].offset : 0;
        k_bump(k, b->x.pointer, e[i].offset - e[0].offset - at);
        k_loop(k, n);
        emit_taps(b, pixels, acc, e[i].count);
        k_bump(k, b->x.pointer, each);
        k_end(k);
        at = e[i].offset - e[0].offset + n * each;
    }
    k_bump(k, b->x.pointer, stride - at);
    k_end(k);
    k_bump(k, b->x.pointer, -(count / p) * stride);
    k_bump(k, b->w.pointer, -filters_of(b, count));
}
