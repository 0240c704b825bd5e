/* conv_dw_kernel.c - the kernel of a gradient of weights: a panel by some entries, all alike, over bands of pixels.
 *
 * A tile of registers holds some units of output channels (one vector, or two where instructions are wide) by some filter taps and
 * input channels, and for each pixel a vector of dy meets broadcasts of x. A tile sums over the band, which stays in the first cache
 * while the taps pass over it, then it is added to the gradient in memory. What a task reads often but in pieces, it copies first. */
#include "conv_dw.h"
#include "normed.h"

enum {
    COPY_USES = 8,                      /* of dy by a task, from which on a copy is worth its time */
    X_COPY_USES = 4,                    /* and of x */
    FEWEST_SUMS = 8,                    /* in registers: multiply-adds take four cycles, two of them start in each */
};

/* ---- one tile --------------------------------------------------------------------------------------------------- */

/* A tile: `units` of dy from the first on, by `columns`: input channels of taps, in the order of the gradient. */
typedef struct {
    int unit, units, column, columns;
} TileOf;

/* Vectors that unit u holds. */
static int unit_vectors(const Build_dw *b, int u)
{
    int left = b->panel->vectors - u * b->width;
    return left < b->width ? left : b->width;
}

/* Floats of x from the first tap's first channel to column j. */
static int64_t column_offset(const Build_dw *b, int j)
{
    const Conv *c = &b->d->c;
    int tap = j / b->entry->count, ky = tap / c->kernel[1], kx = tap % c->kernel[1];
    return ky * c->dilation[0] * c->x.row + kx * c->dilation[1] * c->x.pixel + j % b->entry->count * c->step;
}

/* Unit i of the tile's dy, or column i of its x, at the pixel that lies `pixel` further on. */
static void load_operand(const Build_dw *b, const TileOf *t, bool of_x, int reg, int i, int pixel)
{
    const Conv *c = &b->d->c;
    if (of_x)
        k_broadcast(b->k, reg, b->x.pointer, column_offset(b, t->column + i) + pixel * c->stride[1] * c->x.pixel);
    else
        k_load_blocks(b->k, reg, b->dy.pointer, (t->unit + i - b->first) * b->width * b->dy.view.block + pixel * b->pixel, b->dy.view.block,
                      unit_vectors(b, t->unit + i));
}

/* acc[u][j] += dy[u] * x[j]; the smaller side is held in registers, the larger passes through one. */
static void emit_pixel(const Build_dw *b, const TileOf *t, const int *acc, int pixel)
{
    Kernel *k = b->k;
    bool hold_x = t->columns <= t->units;
    int held[MAX_REGISTERS], nheld = hold_x ? t->columns : t->units, npassing = hold_x ? t->units : t->columns;
    for (int i = 0; i < nheld; i++)
        load_operand(b, t, hold_x, held[i] = kernel_register(k), i, pixel);
    int passing = kernel_register(k);
    for (int i = 0; i < npassing; i++) {
        load_operand(b, t, !hold_x, passing, i, pixel);
        for (int j = 0; j < nheld; j++) {
            int u = hold_x ? i : j, column = hold_x ? j : i;
            k_op(k, V_fma, acc[u * t->columns + column], hold_x ? passing : held[j], hold_x ? held[j] : passing);
        }
    }
    kernel_release(k, passing);
    for (int i = 0; i < nheld; i++)
        kernel_release(k, held[i]);
}

/* Moves over rows and columns of dy; x goes along. */
static void move_pixels(const Build_dw *b, int64_t rows, int64_t columns)
{
    const Conv *c = &b->d->c;
    k_bump(b->k, b->dy.pointer, rows * b->dy.view.row + columns * b->pixel);
    k_bump(b->k, b->x.pointer, rows * c->stride[0] * c->x.row + columns * c->stride[1] * c->x.pixel);
}

void move_images(const Build_dw *b, int64_t images)
{
    k_bump(b->k, b->dy.pointer, images * b->dy.image);
    k_bump(b->k, b->x.pointer, images * b->x.image);
}

/* A block of x comes from a cache farther away, one after the other: each tile fetches what the next entry reads in this place. */
static void fetch_entry(const Build_dw *b, int pixels)
{
    const Conv *c = &b->d->c;
    int64_t pixel = c->stride[1] * c->x.pixel, fetched = -LINE;
    if (b->entries == 1 || c->step > 1)
        return;
    for (int i = 0; i < pixels; i++) {
        if (i * pixel - fetched < LINE)
            continue;
        k_prefetch(b->k, b->x.pointer, b->between + i * pixel);
        fetched = i * pixel;
    }
}

/* Rows that lie one behind the other are one line: without borders, all of a band. */
static void emit_line(const Build_dw *b, const TileOf *t, const int *acc, int rows)
{
    enum { UNROLL = 4, WHOLE = 8 };
    int width = rows * b->d->width, unroll = width <= WHOLE ? width : UNROLL, rest = width % unroll;
    k_loop(b->k, width / unroll);
    fetch_entry(b, unroll);
    for (int i = 0; i < unroll; i++)
        emit_pixel(b, t, acc, i);
    move_pixels(b, 0, unroll);
    k_end(b->k);
    for (int i = 0; i < rest; i++)
        emit_pixel(b, t, acc, i);
    move_pixels(b, rows, rest - width);
}

static bool is_flat(const Build_dw *b)
{
    const Gradient *d = b->d;
    const Conv *c = &d->c;
    return b->dy.view.row == d->width * b->pixel && c->stride[0] * c->x.row == d->width * c->stride[1] * c->x.pixel;
}

static int64_t tile_at(const Build_dw *b, const TileOf *t, int unit, int column)
{
    return (int64_t)(t->column + column) * b->panel->vectors * LANES + (t->unit + unit) * b->width * LANES;
}

/* The tile's part of the gradient, which is wanted at its end. */
static void fetch_gradient(const Build_dw *b, const TileOf *t)
{
    for (int j = 0; j < t->columns; j++)
        for (int64_t at = 0; at < t->units * b->width * LANES; at += LINE)
            k_prefetch(b->k, b->g.pointer, tile_at(b, t, 0, j) + at);
}

/* The sums of a tile go to the gradient. */
static void emit_sums(const Build_dw *b, const TileOf *t, const int *acc)
{
    Kernel *k = b->k;
    int before = kernel_register(k);
    for (int u = 0; u < t->units; u++)
        for (int j = 0; j < t->columns; j++) {
            int64_t at = tile_at(b, t, u, j);
            int sum = acc[u * t->columns + j], vectors = unit_vectors(b, t->unit + u);
            if (!b->start) {
                k_load_blocks(k, before, b->g.pointer, at, LANES, vectors);
                k_op(k, V_add, sum, before, sum);
            }
            k_store_blocks(k, b->g.pointer, at, LANES, vectors, sum);
            kernel_release(k, sum);
        }
    kernel_release(k, before);
}

/* The tile's sums over the band; pointers end where they began. */
static void emit_tile(const Build_dw *b, const TileOf *t)
{
    Kernel *k = b->k;
    const Gradient *d = b->d;
    int acc[MAX_REGISTERS], line = is_flat(b) ? d->rows : 1;
    fetch_gradient(b, t);
    for (int i = 0; i < t->units * t->columns; i++)
        k_zero(k, acc[i] = kernel_register(k));
    k_loop(k, d->images);
    k_loop(k, d->rows / line);
    emit_line(b, t, acc, line);
    k_end(k);
    move_pixels(b, -d->rows, 0);
    move_images(b, 1);
    k_end(k);
    move_images(b, -d->images);
    emit_sums(b, t, acc);
}

/* ---- a band: all tiles of all entries ------------------------------------------------------------------------------ */

/* Columns that one tile of so many units can have. */
static int most_columns(const Build_dw *b, int units)
{
    int columns = 1;
    while (units * (columns + 1) + (units < columns + 1 ? units : columns + 1) + 1 <= b->d->c.l->graph->machine.registers)
        columns++;
    return columns;
}

/* Units of a tile: three at a time; of two vectors, which take two instructions to load, two where that leaves no rest. */
static int most_units(const Machine *machine, int vectors)
{
    int width = vectors < machine->widest ? 1 : machine->widest, units = ceil_of(vectors, width);
    return units == 4 && width == 1 ? 4 : units % 3 && width > 1 ? 2 : 3;
}

static void emit_tiles(const Build_dw *b, TileOf *t, int columns)
{
    int size, parts, larger;
    split_evenly(columns, most_columns(b, t->units), &size, &parts, &larger);
    t->column = 0;
    for (int j = 0; j < parts; j++, t->column += t->columns) {
        t->columns = size + (j < larger);
        emit_tile(b, t);
    }
}

/* Lines of each block of dy that are fetched each of so many times, so that the next units' have come when they are to be copied.
 * Of a single entry, whose pixels come from memory meanwhile, the copy itself is the faster one. */
static int64_t lines_ahead(const Build_dw *b, int times)
{
    const Gradient *d = b->d;
    if (b->copied.pointer < 0 || d->images > 1 || b->entries == 1)
        return 0;
    return (d->rows * b->copied.view.row + (int64_t)LINE * times - 1) / ((int64_t)LINE * times);
}

static void fetch_units(const Build_dw *b, const TileOf *t, int64_t lines)
{
    int blocks = t->units * b->width;
    for (int64_t i = 0; i < lines; i++)
        for (int j = 0; j < blocks; j++)
            k_prefetch2(b->k, b->copied.pointer, (blocks + j) * b->copied.view.block + i * LINE);
    if (lines)
        k_bump(b->k, b->copied.pointer, lines * LINE);
}

/* All tiles of some units; pointers end where they began. */
static void emit_entries(const Build_dw *b, TileOf *t)
{
    const Conv *c = &b->d->c;
    Kernel *k = b->k;
    int rows = b->reach == TILE_filter ? 1 : b->taps[0], columns = b->reach == TILE_tap ? b->taps[1] : 1;
    int together = b->entry->count * (b->reach == TILE_tap ? 1 : b->reach == TILE_row ? b->taps[1] : b->taps[0] * b->taps[1]);
    int64_t x_row = c->dilation[0] * c->x.row, x_column = c->dilation[1] * c->x.pixel;
    int64_t filters = (int64_t)together * b->panel->vectors * LANES, lines = lines_ahead(b, b->entries * rows * columns);
    k_loop(k, b->entries);
    k_loop(k, rows);
    k_loop(k, columns);
    fetch_units(b, t, lines);
    emit_tiles(b, t, together);
    k_bump(k, b->g.pointer, filters);
    k_bump(k, b->x.pointer, columns > 1 ? x_column : 0);
    k_end(k);
    k_bump(k, b->x.pointer, (rows > 1 ? x_row : 0) - (columns > 1 ? columns * x_column : 0));
    k_end(k);
    k_bump(k, b->x.pointer, b->between - (rows > 1 ? rows * x_row : 0));
    k_end(k);
    k_bump(k, b->x.pointer, -b->entries * b->between);
    k_bump(k, b->g.pointer, -b->entries * rows * columns * filters);
    if (lines)
        k_bump(k, b->copied.pointer, -b->entries * rows * columns * lines * LINE);
}

/* The band's dy of some units, pixel by pixel, the registers of one beside each other; pointers end where they began. */
static void emit_copy(const Build_dw *b, const TileOf *t)
{
    Kernel *k = b->k;
    const Gradient *d = b->d;
    int unroll = d->width % 4 ? d->width % 2 ? 1 : 2 : 4, each = b->width * LANES, reg = kernel_register(k);
    int64_t pixel = t->units * each;
    k_loop(k, d->images);
    k_loop(k, d->rows);
    k_loop(k, d->width / unroll);
    for (int i = 0; i < unroll * t->units; i++) {
        int u = i % t->units, from = (t->unit + u) * b->width;
        k_load_blocks(k, reg, b->dy.pointer, from * b->dy.view.block + i / t->units * LANES, b->dy.view.block,
                      unit_vectors(b, t->unit + u));
        k_store(k, b->copy.pointer, i / t->units * pixel + u * each, reg);
    }
    k_bump(k, b->dy.pointer, unroll * LANES);
    k_bump(k, b->copy.pointer, unroll * pixel);
    k_end(k);
    k_bump(k, b->dy.pointer, b->dy.view.row - d->width * LANES);
    k_end(k);
    k_bump(k, b->dy.pointer, b->dy.image - d->rows * b->dy.view.row);
    k_end(k);
    k_bump(k, b->dy.pointer, -d->images * b->dy.image);
    k_bump(k, b->copy.pointer, -d->images * d->rows * d->width * pixel);
    kernel_release(k, reg);
}

/* The build with the copy in the place of dy. */
static Build_dw with_copy(const Build_dw *b, const TileOf *t)
{
    Build_dw copied = *b;
    copied.pixel = t->units * b->width * LANES;
    copied.copied = b->dy;
    copied.dy = b->copy;
    copied.dy.view = (View){LANES, b->d->width * copied.pixel, copied.pixel};
    copied.dy.image = b->d->rows * copied.dy.view.row;
    copied.first = t->unit;
    return copied;
}

static void emit_units(const Build_dw *b, TileOf *t)
{
    if (b->copy.pointer >= 0)
        emit_copy(b, t);
    Build_dw copied = b->copy.pointer >= 0 ? with_copy(b, t) : *b;
    emit_entries(&copied, t);
}

static void move_vectors(const Build_dw *b, int vectors)
{
    k_bump(b->k, b->dy.pointer, vectors * b->dy.view.block);
    k_bump(b->k, b->g.pointer, vectors * LANES);
}

/* Units that are all alike share their code. */
void emit_band(const Build_dw *b)
{
    TileOf t = {0};
    int size, parts, larger, vectors = b->panel->vectors;
    split_evenly(b->units, most_units(&b->d->c.l->graph->machine, vectors), &size, &parts, &larger);
    bool alike = !larger && vectors % b->width == 0;
    for (int i = 0; i < (alike ? 1 : parts); i++, t.unit += t.units) {
        t.units = size + (i < larger);
        k_loop(b->k, alike ? parts : 1);
        emit_units(b, &t);
        move_vectors(b, alike ? vectors / parts : 0);
        k_end(b->k);
    }
    move_vectors(b, alike ? -vectors : 0);
}

/* Filters of the task in one panel: vectors of the panel, one after the other. */
static int64_t task_filters(const Build_dw *b)
{
    return (int64_t)b->entries * b->taps[0] * b->taps[1] * b->entry->count;
}

static void emit_zeros(const Build_dw *b)
{
    Kernel *k = b->k;
    int zero = kernel_register(k);
    int64_t filters = task_filters(b) * b->panel->vectors * LANES;
    k_zero(k, zero);
    k_loop(k, b->panels);
    k_loop(k, task_filters(b));
    for (int v = 0; v < b->panel->vectors; v++)
        k_store(k, b->g.pointer, v * LANES, zero);
    k_bump(k, b->g.pointer, b->panel->vectors * LANES);
    k_end(k);
    k_bump(k, b->g.pointer, b->run.filters - filters);
    k_end(k);
    k_bump(k, b->g.pointer, -b->panels * b->run.filters);
    kernel_release(k, zero);
}

bool is_filter(const Conv *c, int channel, int in)
{
    return channel >= 0 && channel / (c->out / c->groups) == in / (c->in / c->groups);
}

/* What is no parameter has no gradient. */
static void emit_masks(const Build_dw *b, const int *channel)
{
    const Conv *c = &b->d->c;
    Kernel *k = b->k;
    int mask = kernel_register(k), value = kernel_register(k), masked = 0;
    k_loop(k, b->panels);
    k_loop(k, (int64_t)b->entries * b->taps[0] * b->taps[1]);
    for (int i = 0; i < b->entry->count; i++)
        for (int v = 0; v < b->panel->vectors; v++) {
            float inside[LANES];        /* negative where there is a parameter: their sign becomes the mask */
            int all = 0;
            for (int j = 0; j < LANES; j++)
                all += (inside[j] = is_filter(c, channel[(b->panel->vector + v) * LANES + j], b->entry->channel + i) ? -1 : 0) != 0;
            if (all == LANES)
                continue;
            int at = kernel_constants(k, inside, LANES);
            k_load(k, mask, k->constants, at);
            k_imm(k, V_sar, mask, mask, 31);
            k_load(k, value, b->g.pointer, (i * b->panel->vectors + v) * LANES);
            k_op(k, V_and, value, value, mask);
            k_store(k, b->g.pointer, (i * b->panel->vectors + v) * LANES, value);
            masked++;
        }
    k_bump(k, b->g.pointer, masked ? b->entry->count * b->panel->vectors * LANES : 0);
    k_end(k);
    k_bump(k, b->g.pointer, masked ? b->run.filters - task_filters(b) * b->panel->vectors * LANES : 0);
    k_end(k);
}

/* ---- copies of x ------------------------------------------------------------------------------------------------------- */

static int64_t band_floats(const Gradient *d)
{
    return (int64_t)d->images * d->rows * d->width * LANES;
}

/* The band's pixels of x that a filter of one tap reads, of all entries: a strided one leaves the others out. */
static void emit_x_copy(const Build_dw *b)
{
    Kernel *k = b->k;
    const Gradient *d = b->d;
    const Conv *c = &d->c;
    bool normed = b->stats.pointer >= 0;
    Stream x = b->x, copy = b->x_copy;
    x.view = (View){c->x.block, c->stride[0] * c->x.row, c->stride[1] * c->x.pixel};
    copy.view = (View){band_floats(d), d->width * LANES, LANES};
    kernel_width(k, 1);
    k_loop(k, b->entries);
    Normed norm = normed ? normed_open(k, b->stats) : (Normed){0};
    k_loop(k, d->images);
    emit_copied_rows(k, normed ? &norm : NULL, x, copy, d->rows, d->width);
    k_bump(k, x.pointer, x.image - d->rows * x.view.row);
    k_end(k);
    k_bump(k, x.pointer, b->between - d->images * x.image);
    if (normed) {
        k_bump(k, b->stats.pointer, b->stats_between);
        normed_close(k, &norm);
    }
    k_end(k);
    if (normed)
        k_bump(k, b->stats.pointer, -b->entries * b->stats_between);
    k_bump(k, x.pointer, -b->entries * b->between);
    k_bump(k, copy.pointer, -b->entries * band_floats(d));
    kernel_width(k, b->width);
}

/* The build with the copy in the place of x; *dense becomes its gradient. */
static Build_dw with_x_copy(const Build_dw *b, Gradient *dense)
{
    Build_dw copied = *b;
    *dense = *b->d;
    dense->c.stride[0] = dense->c.stride[1] = 1;
    dense->c.x = (View){band_floats(dense), dense->width * LANES, LANES};
    copied.d = dense;
    copied.x = b->x_copy;
    copied.x.image = dense->rows * dense->c.x.row;
    copied.between = band_floats(dense);
    return copied;
}

/* ---- the kernel ---------------------------------------------------------------------------------------------------------- */

Reach choose_reach(const Build_dw *b)
{
    int most = most_units(&b->d->c.l->graph->machine, b->panel->vectors), units = b->units < most ? b->units : most;
    if (units * b->entry->count >= FEWEST_SUMS)
        return TILE_tap;
    return units * b->entry->count * b->taps[1] >= FEWEST_SUMS || b->taps[0] == 1 ? TILE_row : TILE_filter;
}

/* Opens the scratch that copies lie in, where there are any. */
void open_copies(Build_dw *b)
{
    const Gradient *d = b->d;
    const Conv *c = &d->c;
    int taps = b->taps[0] * b->taps[1], most = most_units(&c->l->graph->machine, b->panel->vectors);
    bool strided = taps == 1 && c->step == 1 && c->stride[1] > 1 && b->run.x == 0;
    b->copy.pointer = b->copied.pointer = b->x_copy.pointer = b->stats.pointer = -1;
    if (d->winograd)
        return;
    b->x_copy_at = most * b->width * band_floats(d);
    if (b->width > 1 && b->entries * taps >= COPY_USES)
        b->copy = stream_scratch(c->l, b->k, "copy", true);
    if (d->stats) {
        b->stats = stream_open(c->l, b->k, d->stats, "stats", false);
        b->stats_between = b->between / c->x.block * b->stats.view.block;
    }
    if (d->stats || (strided && b->panels * ceil_of(b->units, most) >= X_COPY_USES))
        b->x_copy = stream_scratch(c->l, b->k, "x_copy", true);
    if (b->copy.pointer >= 0 || b->x_copy.pointer >= 0)
        step_scratch(c->l, b->x_copy_at + (b->x_copy.pointer >= 0 ? b->entries * band_floats(d) : 0));
}

static void move_panels(const Build_dw *b, int panels)
{
    k_bump(b->k, b->dy.pointer, panels * b->run.vector * b->dy.view.block);
    k_bump(b->k, b->x.pointer, panels * b->run.x);
    k_bump(b->k, b->g.pointer, panels * b->run.filters);
}

/* A band by all panels. */
static void emit_panels(const Build_dw *b, bool start)
{
    Gradient dense;
    Build_dw band = b->x_copy.pointer >= 0 ? with_x_copy(b, &dense) : *b;
    band.start = start;
    if (b->x_copy.pointer >= 0)
        emit_x_copy(b);
    k_loop(b->k, b->panels);
    emit_band(&band);
    move_panels(b, 1);
    k_end(b->k);
    move_panels(b, -b->panels);
}

/* So many bands, one below the other or of one group of images after the other. */
static void emit_bands(const Build_dw *b, int bands, bool of_rows, bool start)
{
    if (!bands)
        return;
    k_loop(b->k, bands);
    emit_panels(b, start);
    if (of_rows)
        move_pixels(b, b->d->rows, 0);
    else
        move_images(b, b->d->images);
    k_end(b->k);
}

/* Where bands are many in both directions, zeros before them cost less than code for the first one. */
void emit_dw_kernel(const Build_dw *b, const int *channel)
{
    const Gradient *d = b->d;
    int groups = d->c.l->graph->max_batch / d->chunks / d->images, bands = d->height / d->rows;
    bool one_way = groups == 1 || bands == 1;
    if (!one_way)
        emit_zeros(b);
    kernel_width(b->k, b->width);
    if (one_way) {
        emit_bands(b, 1, bands > 1, true);
        emit_bands(b, groups * bands - 1, bands > 1, false);
    } else {
        k_loop(b->k, groups);
        emit_bands(b, bands, true, false);
        move_pixels(b, -d->height, 0);
        move_images(b, d->images);
        k_end(b->k);
    }
    kernel_width(b->k, 1);
    emit_masks(b, channel);
}
