/* conv_kernel.c - the kernel of a convolution: y[o, p] = tail(bias[o] + sum over blocks, ky, kx, channels of w * x).
 *
 * It computes `vectors` x 8 output channels of some rows, tile after tile of pixels held in registers, each of which holds one
 * vector or, where instructions are wide, two: a unit. The order of the sum is the same for every tile, hence for every output,
 * target and thread count. */
#include "conv.h"

int channels_of(const Conv *c, int entry, int entries)
{
    int sum = 0;
    for (int i = 0; i < entries; i++)
        sum += c->entry[entry + i].count;
    return sum;
}

/* ---- one tile of registers ----------------------------------------------------------------------------------- */

/* Vectors that unit u holds. */
static int unit_vectors(const Build *b, int u)
{
    int left = b->panel->vectors - u * b->width;
    return left < b->width ? left : b->width;
}

/* The place of a result of unit u, which the output's functions see from here on. */
static Place unit_place(Build *b, int u, int pixel)
{
    b->out.single = unit_vectors(b, u) < b->width;
    return (Place){u * b->width, 0, pixel};
}

void build_width(Build *b, int blocks)
{
    b->width = blocks;
    b->units = (b->panel->vectors + blocks - 1) / blocks;
    kernel_width(b->k, blocks);
}

static void load_filters(Build *b, int reg, int u, int64_t w_at)
{
    if (b->c->half)
        k_load_half(b->k, reg, b->w.pointer, filter_floats(b->c, w_at + u * b->width * LANES));
    else
        k_load_blocks(b->k, reg, b->w.pointer, w_at + u * b->width * LANES, LANES, unit_vectors(b, u));
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

/* Each loop body fetches a share of the filters that will be needed next: the first-level cache is full of today's. */
static void fetch_ahead(Build *b)
{
    for (int i = 0; i < b->lines; i++)
        k_prefetch2(b->k, b->ahead.pointer, i * LINE);
    k_bump(b->k, b->ahead.pointer, b->lines * LINE);
}

/* A 1 x 1 convolution walks over as many places of the input as it has blocks, which are more than a processor's own
 * prefetcher follows. So each block fetches the lines that the next tile of the row will read of it. */
static void fetch_next_pixels(Build *b, int pixels)
{
    const Conv *c = b->c;
    bool many = c->kernel[0] * c->kernel[1] == 1 && c->step == 1 && c->n->op != OP_linear && c->window[0] * c->window[1] == 1;
    int64_t next = pixel_offset(b, pixels), fetched = -LINE;
    for (int i = 0; many && i < pixels; i++) {
        int64_t at = pixel_offset(b, i);
        if (at - fetched < LINE && i < pixels - 1)      /* the tile may begin amidst a line: then its last pixel has one more */
            continue;
        k_prefetch(b->k, b->x.pointer, next + at);
        fetched = at;
    }
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
    fetch_next_pixels(b, pixels);
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

/* Floats of x from one entry to the next, where sums are chunked. */
static int64_t entry_distance(const Build *b)
{
    const Entry *e = b->c->entry + b->panel->entry;
    return b->panel->entries > 1 ? e[1].offset - e[0].offset : 0;
}

/* Does the entry hold fewer channels than the panel's first? */
static bool is_partial(const Build *b, int entry)
{
    return b->c->entry[entry].count < b->c->entry[b->panel->entry].count;
}

/* Entries that a training step sums on their own, before it adds their sum to the others': long sums round less so (Higham,
 * "The accuracy of floating point summation", 1993, section 3), and gradients of deep networks show every rounding. It follows from
 * the shape alone, so that every machine adds in the same order. 0: the sum is short, or its entries do not lie alike. */
static int chunk_of(const Conv *c, const Panel *p)
{
    enum { TERMS = 64 };
    const Entry *e = c->entry + p->entry;
    int last = p->entries - 1;
    if (!c->l->graph->training || p->entries < 2 || c->average || c->window[0] * c->window[1] > 1)
        return 0;
    for (int i = 1; i <= last; i++)
        if (e[i].offset - e[i - 1].offset != e[1].offset - e[0].offset || (i < last ? e[i].count != e[0].count : e[i].count > e[0].count))
            return 0;
    int64_t terms = (int64_t)c->kernel[0] * c->kernel[1] * e[0].count;
    int chunk = terms < 2 * TERMS ? (int)((TERMS + terms / 2) / terms) : 1;
    return p->entries > chunk ? chunk : 0;
}

/* The sum over the entries of the walk; x and w end where they began. */
static void emit_sum(Build *b, int pixels, const int *acc)
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
    int64_t taps = (int64_t)b->c->kernel[0] * b->c->kernel[1] * channels_of(b->c, b->entry, count);
    k_bump(k, b->w.pointer, -filter_floats(b->c, taps * b->panel->vectors * LANES));
}

static void start_sums(Build *b, int pixels, int *acc)
{
    Kernel *k = b->k;
    for (int u = 0; u < b->units; u++)
        for (int j = 0; j < pixels; j++) {
            int reg = acc[u * pixels + j] = kernel_register(k);
            if (!b->c->bias)
                k_zero(k, reg);
            else if (j)
                k_op(k, V_copy, reg, acc[u * pixels], 0);
            else
                output_vector(k, &b->out, reg, 0, unit_place(b, u, 0));
        }
}

void add_to_average(Build *b, int u, int results, int *acc)
{
    Kernel *k = b->k;
    for (int j = 0; j < results; j++)
        acc[j] = output_apply(k, &b->out, acc[j], unit_place(b, u, j));
    int sum = kernel_register(k);
    output_get(k, &b->out, sum, unit_place(b, u, 0));
    for (int j = 0; j < results; j++) {
        k_op(k, V_add, sum, sum, acc[j]);
        kernel_release(k, acc[j]);
    }
    output_put(k, &b->out, sum, unit_place(b, u, 0));
}

static void finish_sums(Build *b, int results, int *acc)
{
    Kernel *k = b->k;
    int area = b->c->window[0] * b->c->window[1];
    for (int u = 0; u < b->units; u++) {
        int *a = acc + u * results * area;
        if (b->c->average) {
            add_to_average(b, u, results, a);
            continue;
        }
        for (int j = 0; j < results; j++) {
            Place place = unit_place(b, u, j);
            int reg = output_apply(k, &b->out, a[j * area], place);
            for (int i = 1; i < area; i++) {        /* the fused max pool */
                int other = output_apply(k, &b->out, a[j * area + i], place);
                k_op(k, V_max, reg, other, reg);
                kernel_release(k, other);
            }
            output_put(k, &b->out, reg, place);
        }
    }
}

/* The sum of accumulator i, that waits. */
static void load_sum(Build *b, int pixels, int i, int reg)
{
    if (b->pooled || b->aside)
        k_load(b->k, reg, b->sums.pointer, i * b->width * LANES);
    else
        output_get(b->k, &b->out, reg, unit_place(b, i / pixels, i % pixels));
}

static void load_sums(Build *b, int pixels, int *acc)
{
    for (int i = 0; i < b->units * pixels; i++)
        load_sum(b, pixels, i, acc[i] = kernel_register(b->k));
}

static void keep_sums(Build *b, int pixels, const int *acc)
{
    for (int i = 0; i < b->units * pixels; i++) {
        if (!b->pooled && !b->aside) {
            output_put(b->k, &b->out, acc[i], unit_place(b, i / pixels, i % pixels));
            continue;
        }
        k_store(b->k, b->sums.pointer, i * b->width * LANES, acc[i]);
        kernel_release(b->k, acc[i]);
    }
}

/* Floats of the sums of so many results. */
static int64_t sum_floats(const Build *b, int64_t results)
{
    return results * b->c->window[0] * b->c->window[1] * b->units * b->width * LANES;
}

static void move_sums(Build *b, int64_t results)
{
    if (b->pooled)
        k_bump(b->k, b->sums.pointer, sum_floats(b, results));
}

/* Pooled results are smaller than the sums; and those of a tile, to which chunks are added, are rather in the scratch where the tail
 * leaves a pointer for them, beside that of constants. */
static void open_sums(Build *b, int64_t results)
{
    int depth = b->c->n->tile.depth;
    b->pooled = depth && (b->c->average || b->c->window[0] * b->c->window[1] > 1);
    b->aside = b->chunk && !depth && b->k->npointer + 2 <= MAX_POINTERS;
    if (!b->pooled && !b->aside)
        return;
    b->sums = stream_scratch(b->c->l, b->k, "sums", true);
    step_scratch(b->c->l, sum_floats(b, b->pooled ? results : b->most));
}

/* What the tail will read of one tensor arrives while the sum is computed, unless that is more than a processor awaits at once. */
static void fetch_operand(Build *b, const Stream *s, int results)
{
    enum { LINES_AWAITED = 12 };
    int each = (results * LANES + LINE - 1) / LINE;
    if (s->pointer < 0 || s->view.pixel != LANES || b->panel->vectors * each > LINES_AWAITED)
        return;
    for (int v = 0; v < b->panel->vectors; v++)
        for (int i = 0; i < each; i++)
            k_prefetch(b->k, s->pointer, v * s->view.block + i * LINE);
}

/* Is the tile whole, in two chunks? */
static bool is_pair(const Build *b)
{
    int last = b->entry + b->entries - 1, partial = is_partial(b, last);
    return b->phase == PHASE_whole && (b->entries - partial + b->chunk - 1) / b->chunk + partial == 2;
}

/* The tile's sums so far are added to those of the chunk: no more than a vector at the beginning, else what waits. */
static void add_sums(Build *b, int pixels, const int *acc, bool first)
{
    int sum = kernel_register(b->k);
    for (int i = 0; i < b->units * pixels && (!first || b->c->bias); i++) {
        if (!first)
            load_sum(b, pixels, i, sum);
        else if (i % pixels == 0)
            output_vector(b->k, &b->out, sum, 0, unit_place(b, i / pixels, 0));
        k_op(b->k, V_add, acc[i], acc[i], sum);
    }
    kernel_release(b->k, sum);
}

/* The sum over the next entries, so many of them, is added to the sums so far, which wait again unless it is the last. */
static void emit_chunk(Build *b, int pixels, int entries, Phase phase)
{
    Kernel *k = b->k;
    int acc[MAX_REGISTERS];
    int64_t taps = (int64_t)b->c->kernel[0] * b->c->kernel[1] * channels_of(b->c, b->entry, entries);
    for (int i = 0; i < b->units * pixels; i++)
        k_zero(k, acc[i] = kernel_register(k));
    b->entries = entries;
    emit_sum(b, pixels, acc);
    add_sums(b, pixels, acc, phase & PHASE_first);
    if (phase & PHASE_last)
        finish_sums(b, pixels, acc);
    else
        keep_sums(b, pixels, acc);
    k_bump(k, b->x.pointer, entries * entry_distance(b));
    k_bump(k, b->w.pointer, filter_floats(b->c, taps * b->panel->vectors * LANES));
}

/* A tile in chunks; x and w end where they began. A chunk that is not whole, and a block that is not full, have their own. Where there
 * are two in all, the first has no sums to add to, and the second finishes the tile. */
static void emit_chunks(Build *b, int pixels)
{
    int first = b->entry, entries = b->entries, partial = is_partial(b, first + entries - 1);
    int whole = (entries - partial) / b->chunk, rest = (entries - partial) % b->chunk;
    const struct { int chunks, entries; } group[] = {{whole, b->chunk}, {rest > 0, rest}, {partial, 1}};
    bool pair = is_pair(b);
    for (int i = 0, done = 0; i < 3; i++)
        for (int left = group[i].chunks, n; left; left -= n, done += n, b->entry += n * group[i].entries) {
            n = pair ? 1 : left;
            k_loop(b->k, n);
            emit_chunk(b, pixels, group[i].entries, !pair ? PHASE_add : done ? PHASE_last : PHASE_first);
            k_end(b->k);
        }
    int64_t taps = (int64_t)b->c->kernel[0] * b->c->kernel[1] * channels_of(b->c, first, entries);
    k_bump(b->k, b->x.pointer, -entries * entry_distance(b));
    k_bump(b->k, b->w.pointer, -filter_floats(b->c, taps * b->panel->vectors * LANES));
    b->entry = first;
    b->entries = entries;
}

static void emit_chunked_tile(Build *b, int results)
{
    int acc[MAX_REGISTERS];
    bool pair = is_pair(b);
    if (b->phase & PHASE_first && !pair) {
        start_sums(b, results, acc);
        keep_sums(b, results, acc);
    }
    emit_chunks(b, results);
    if (b->phase & PHASE_last && !pair) {
        load_sums(b, results, acc);
        finish_sums(b, results, acc);
    }
}

static void emit_tile(Build *b, int results)
{
    int acc[MAX_REGISTERS], pixels = results * b->c->window[0] * b->c->window[1];
    for (int i = 0; b->phase & PHASE_last && i < b->out.ntail; i++)
        fetch_operand(b, &b->out.tail[i].operand, results);
    if (b->chunk) {
        emit_chunked_tile(b, results);
        return;
    }
    if (b->phase & PHASE_first)
        start_sums(b, pixels, acc);
    else
        load_sums(b, pixels, acc);
    if (b->entries)
        emit_sum(b, pixels, acc);
    if (b->phase & PHASE_last)
        finish_sums(b, results, acc);
    else
        keep_sums(b, pixels, acc);
}

/* ---- kernels ------------------------------------------------------------------------------------------------- */

void emit_walk(Build *b, Phase phase, int rows, int width)
{
    const Conv *c = b->c;
    Kernel *k = b->k;
    int size, parts, larger;
    b->phase = phase;
    split_evenly(width, b->most, &size, &parts, &larger);
    int64_t column = c->window[1] * c->stride[1] * b->pixel, row = c->window[0] * c->stride[0] * c->x.row;
    k_loop(k, rows);
    for (int i = 0; i < 2; i++) {
        int tiles = i ? parts - larger : larger, results = i ? size : size + 1;
        if (!tiles)
            continue;
        k_loop(k, tiles);
        emit_tile(b, results);
        k_bump(k, b->x.pointer, results * column);
        output_bump(k, &b->out, (Place){0, 0, results});
        move_sums(b, results);
        k_end(k);
    }
    k_bump(k, b->x.pointer, row - width * column);
    output_bump(k, &b->out, (Place){0, 1, -width});
    k_end(k);
    k_bump(k, b->x.pointer, -rows * row);
    output_bump(k, &b->out, (Place){0, -rows, 0});
    move_sums(b, -(int64_t)rows * width);
}

int64_t begin_ahead(Build *b, int64_t filters, int rows, int width)
{
    const Conv *c = b->c;
    int size, parts, larger;
    int64_t bodies = 0;
    if (!c->n->tile.ahead)
        return 0;
    split_evenly(width, b->most, &size, &parts, &larger);
    for (int i = 0; i < b->entries; i++)
        bodies += (int64_t)rows * parts * c->kernel[0] * body_of(c, c->entry[b->entry + i].count).bodies;
    b->lines = (int)((filters + LINE * bodies - 1) / (LINE * bodies));
    return b->lines * LINE * bodies;
}

/* `passes` walks over all pixels, each adding the next `entries` entries to the sums. */
static void emit_passes(Build *b, Phase phase, int passes, int entries, int rows, int width)
{
    Kernel *k = b->k;
    int64_t taps = (int64_t)b->c->kernel[0] * b->c->kernel[1] * channels_of(b->c, b->entry, entries);
    int64_t filters = taps * b->panel->vectors * LANES;
    b->entries = entries;
    int64_t fetched = begin_ahead(b, filters, rows, width);
    if (b->lines)
        k_bump(k, b->ahead.pointer, filters);
    k_loop(k, passes);
    emit_walk(b, phase, rows, width);
    k_bump(k, b->x.pointer, entries * b->c->x.block);
    k_bump(k, b->w.pointer, filters);
    if (b->lines)
        k_bump(k, b->ahead.pointer, filters - fetched);
    k_end(k);
    if (b->lines)
        k_bump(k, b->ahead.pointer, -filters);
    b->entry += passes * entries;
    b->lines = 0;
}

/* The sum in passes of at most `depth` entries, or one chunk; a last block that is not full has a pass of its own. */
static void emit_deep_sum(Build *b, int rows, int width)
{
    const Panel *p = b->panel;
    bool partial = b->c->entry[p->entry + p->entries - 1].count < LANES;
    int size, parts, larger, done = 0, chunk = b->chunk ? b->chunk : 1, chunks = (p->entries - partial) / chunk;
    int depth = b->c->n->tile.depth / chunk, rest = (p->entries - partial) % chunk;
    split_evenly(chunks, depth ? depth : 1, &size, &parts, &larger);
    const struct {
        int passes, entries;
    } group[] = {{larger, (size + 1) * chunk}, {parts - larger, size * chunk}, {rest > 0, rest}, {partial, 1}};
    int all = parts + (rest > 0) + partial;
    b->entry = p->entry;
    for (int i = 0; i < 4; i++)
        for (int left = group[i].passes, passes; left; left -= passes, done += passes) {
            bool first = !done, last = done + 1 == all, final = done + left == all;
            passes = first || last ? 1 : left - final;          /* what lies between the first and the last pass is a loop */
            emit_passes(b, (Phase)(first * PHASE_first | last * PHASE_last), passes, group[i].entries, rows, width);
        }
}

/* Everything in registers. The filters of the next panel are fetched, which is what the next task works on. */
static void emit_whole_sum(Build *b, int rows, int width)
{
    const Conv *c = b->c;
    int64_t taps = (int64_t)c->kernel[0] * c->kernel[1] * channels_of(c, b->entry, b->entries), filters = taps * b->panel->vectors * LANES;
    if (begin_ahead(b, filters, rows, width))
        k_bump(b->k, b->ahead.pointer, filters);
    emit_walk(b, PHASE_whole, rows, width);
}

void emit_average(Build *b, bool before)
{
    Kernel *k = b->k;
    Shape s = b->c->n->shape;
    int factor = kernel_register(k), y = kernel_register(k);
    if (before)
        k_zero(k, factor);
    else
        k_literal(k, factor, 1.0f / (float)(s.height * s.width));
    for (int u = 0; u < b->units; u++) {
        Stream out = b->out.y;
        int64_t at = u * b->width * out.view.block;
        if (!before) {
            output_get(k, &b->out, y, unit_place(b, u, 0));
            k_op(k, V_mul, y, y, factor);
        }
        k_store_blocks(k, out.pointer, at, out.view.block, unit_vectors(b, u), before ? factor : y);
    }
    kernel_release(k, factor);
    kernel_release(k, y);
}

/* The tile's pixels are the same pixel of several images. */
static void walk_images(Build *b, int images)
{
    b->most = images;
    b->pixel = b->out.y.view.pixel = b->c->l->program->arena_floats;
    for (int i = 0; i < b->out.ntail; i++)
        b->out.tail[i].operand.view.pixel = b->pixel;
    emit_walk(b, PHASE_whole, 1, images);
}

Stream stream_filters(const Conv *c, Kernel *k, const char *name)
{
    return c->in_room ? stream_common(c->l, k, c->filters, name, false) : stream_weights(c->l, k, c->filters, name);
}

/* Only every apart[0]-th row and apart[1]-th column is computed. */
static void spread_results(Output *o, const int apart[2])
{
    for (int i = -1; i < o->ntail; i++) {
        View *v = i < 0 ? &o->y.view : &o->tail[i].operand.view;
        v->row *= apart[0];
        v->pixel *= apart[1];
    }
}

Build build_kernel(const Conv *c, const Panel *panel, Bands bands)
{
    bool flat = c->n->tile.flat;
    Build b = {.c = c, .panel = panel, .k = step_kernel(c->l), .pixel = c->x.pixel, .most = c->n->tile.pixels,
               .entry = panel->entry, .entries = panel->entries, .chunk = chunk_of(c, panel)};
    build_width(&b, panel->vectors < c->l->graph->machine.widest ? 1 : c->l->graph->machine.widest);
    b.x = stream_open(c->l, b.k, c->source, "x", false);
    b.w = stream_filters(c, b.k, "w");
    if (c->n->tile.ahead)
        b.ahead = stream_filters(c, b.k, "ahead");
    b.out = output_open(c->l, b.k, c->n, c->vectors_at, c->bias);
    if (c->apart[0])
        spread_results(&b.out, c->apart);
    int rows = flat ? 1 : bands.rows, width = flat ? bands.rows : c->width;
    open_sums(&b, (int64_t)rows * width);
    if (bands.images > 1) {
        walk_images(&b, bands.images);
        return b;
    }
    if (c->average) {
        b.out.y.view.row = b.out.y.view.pixel = 0;      /* all pixels are added up in one place */
        emit_average(&b, true);
    }
    if (!panel->entries)
        emit_walk(&b, PHASE_whole, rows, width);            /* nothing to sum */
    else if (c->n->tile.depth)
        emit_deep_sum(&b, rows, width);
    else
        emit_whole_sum(&b, rows, width);
    if (c->average)
        emit_average(&b, false);
    return b;
}
