/* conv_dw.c - gradients of the weights of convolutions and linear layers: dw[o, i, ky, kx] = sum over images and pixels of
 * dy[o, p] * x[i, stride p + dilation k - pad].
 *
 * A matrix product whose inner dimension is all pixels of the batch. Lanes are output channels, as in the packed filters, whose
 * layout the gradient has: a tile of registers holds some units of output channels (one vector, or two where instructions are
 * wide) by some filter taps and input channels, and for each pixel a vector of dy meets broadcasts of x. A tile sums over a band
 * of pixels that stays in the first cache while the taps pass over it, then it is added to the gradient in memory: sums of sums,
 * which round less than one long sum. Tasks are parts of the gradient or, where that is small, of the batch: each sums over the images
 * of a chunk in a room of its own, and another step adds up the chunks in their order. Shapes alone decide. */
#include "conv_dw.h"

enum {
    BAND_PIXELS = 204,                  /* of a band: four vectors of dy and one block of x are then 32 KiB */
    COPY_USES = 16,                     /* of dy by a task, from which on a copy is worth its time */
    FEWEST_TASKS = 8,
    MOST_CHUNKS = 16,                   /* of the batch */
    CHUNK_BYTES = 256 << 10,            /* of a gradient, at most, that is summed in chunks, */
    LEAST_BYTES = 256 << 10,            /*   and of the operands, at least */
    FEWEST_SUMS = 8,                    /* in registers: multiply-adds take four cycles, two of them start in each */
    SLICE_BYTES = 256 << 10,            /* of the gradient that a task may hold: half of a second-level cache, with the filters' use */
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

/* Rows that lie one behind the other are one line: without borders, all of a band. */
static void emit_line(const Build_dw *b, const TileOf *t, const int *acc, int rows)
{
    enum { UNROLL = 4, WHOLE = 8 };
    int width = rows * b->d->width, unroll = width <= WHOLE ? width : UNROLL, rest = width % unroll;
    k_loop(b->k, width / unroll);
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

/* The tile's sums over the band, added to the gradient; pointers end where they began. */
static void emit_tile(const Build_dw *b, const TileOf *t)
{
    Kernel *k = b->k;
    const Gradient *d = b->d;
    int acc[MAX_REGISTERS], sum, width = b->panel->vectors * LANES, line = is_flat(b) ? d->rows : 1;
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
    sum = kernel_register(k);
    for (int u = 0; u < t->units; u++)
        for (int j = 0; j < t->columns; j++) {
            int64_t at = (int64_t)(t->column + j) * width + (t->unit + u) * b->width * LANES;
            k_load_blocks(k, sum, b->g.pointer, at, LANES, unit_vectors(b, t->unit + u));
            k_op(k, V_add, sum, sum, acc[u * t->columns + j]);
            k_store_blocks(k, b->g.pointer, at, LANES, unit_vectors(b, t->unit + u), sum);
            kernel_release(k, acc[u * t->columns + j]);
        }
    kernel_release(k, sum);
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
    int width = vectors < machine->widest ? 1 : machine->widest, units = (vectors + width - 1) / width;
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

/* All tiles of some units; pointers end where they began. */
static void emit_entries(const Build_dw *b, TileOf *t)
{
    const Conv *c = &b->d->c;
    Kernel *k = b->k;
    int rows = b->reach == TILE_filter ? 1 : b->taps[0], columns = b->reach == TILE_tap ? b->taps[1] : 1;
    int together = b->entry->count * (b->reach == TILE_tap ? 1 : b->reach == TILE_row ? b->taps[1] : b->taps[0] * b->taps[1]);
    int64_t x_row = c->dilation[0] * c->x.row, x_column = c->dilation[1] * c->x.pixel;
    int64_t filters = (int64_t)together * b->panel->vectors * LANES;
    k_loop(k, b->entries);
    k_loop(k, rows);
    k_loop(k, columns);
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
    copied.dy = b->copy;
    copied.dy.view = (View){LANES, b->d->width * copied.pixel, copied.pixel};
    copied.dy.image = b->d->rows * copied.dy.view.row;
    copied.first = t->unit;
    return copied;
}

void emit_band(const Build_dw *b)
{
    TileOf t = {0};
    int size, parts, larger;
    split_evenly(b->units, most_units(&b->d->c.l->graph->machine, b->panel->vectors), &size, &parts, &larger);
    for (int i = 0; i < parts; i++, t.unit += t.units) {
        t.units = size + (i < larger);
        if (b->copy.pointer >= 0)
            emit_copy(b, &t);
        Build_dw copied = b->copy.pointer >= 0 ? with_copy(b, &t) : *b;
        emit_entries(&copied, &t);
    }
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

/* Is the filter of that lane and input channel a parameter: does the lane hold a channel, and of the same group? */
static bool is_filter(const Conv *c, int channel, int in)
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

/* ---- kernels and their grid ------------------------------------------------------------------------------------------ */

static void move_panels(const Build_dw *b, int panels)
{
    k_bump(b->k, b->dy.pointer, panels * b->run.vector * b->dy.view.block);
    k_bump(b->k, b->x.pointer, panels * b->run.x);
    k_bump(b->k, b->g.pointer, panels * b->run.filters);
}

static void emit_kernel(const Build_dw *b, const int *channel)
{
    const Gradient *d = b->d;
    int images = d->c.l->graph->max_batch / d->chunks / d->images, bands = d->height / d->rows;
    emit_zeros(b);
    kernel_width(b->k, b->width);
    k_loop(b->k, images);
    k_loop(b->k, bands);
    k_loop(b->k, b->panels);
    emit_band(b);
    move_panels(b, 1);
    k_end(b->k);
    move_panels(b, -b->panels);
    move_pixels(b, d->rows, 0);
    k_end(b->k);
    move_pixels(b, -d->height, 0);
    move_images(b, d->images);
    k_end(b->k);
    kernel_width(b->k, 1);
    emit_masks(b, channel);
}

static Reach choose_reach(const Build_dw *b)
{
    int most = most_units(&b->d->c.l->graph->machine, b->panel->vectors), units = b->units < most ? b->units : most;
    if (units * b->entry->count >= FEWEST_SUMS)
        return TILE_tap;
    return units * b->entry->count * b->taps[1] >= FEWEST_SUMS || b->taps[0] == 1 ? TILE_row : TILE_filter;
}

static Build_dw open_kernel(const Gradient *d, const Slices *s)
{
    const Conv *c = &d->c;
    Lower *l = c->l;
    int widest = l->graph->machine.widest;
    Build_dw b = {.d = d, .k = step_kernel(l), .panel = s->panel, .entry = c->entry + s->first, .run = s->run, .panels = s->panels,
                  .entries = s->entries, .taps = {d->rows_apart ? 1 : c->kernel[0], c->kernel[1]}, .pixel = LANES};
    b.width = s->panel->vectors < widest ? 1 : widest;
    b.units = (s->panel->vectors + b.width - 1) / b.width;
    b.between = s->entries * s->parts > 1 ? b.entry[1].offset - b.entry[0].offset : 0;
    b.reach = choose_reach(&b);
    b.x = stream_open(l, b.k, c->source, "x", false);
    b.dy = stream_open(l, b.k, d->dy, "dy", false);
    b.copy.pointer = -1;
    if (!d->winograd && b.width > 1 && s->entries * b.taps[0] * b.taps[1] >= COPY_USES) {
        b.copy = stream_scratch(l, b.k, "copy", true);
        step_scratch(l, (int64_t)d->images * d->rows * d->width * most_units(&l->graph->machine, s->panel->vectors) * b.width * LANES);
    }
    b.g = d->chunks > 1 ? stream_common(l, b.k, d->room, "g", true) : stream_gradient(l, b.k, c->filters, "g");
    return b;
}

/* Tasks are groups of panels by parts by chunks or rows of the filter; chunks go first, so that neighbouring tasks read the same. */
static void add_gradient_call(const Gradient *d, const Slices *s, const int *channel)
{
    const Conv *c = &d->c;
    Build_dw b = open_kernel(d, s);
    Scratch_dw scratch = {.floats = 0};
    if (d->winograd)
        scratch = emit_winograd_dw(&b);
    else
        emit_kernel(&b, channel);
    int64_t filter = (int64_t)s->panel->vectors * LANES, taps = (int64_t)c->kernel[0] * c->kernel[1];
    int chunk = 0, panels = d->chunks > 1, parts = panels + 1, row = 2, images = c->l->graph->max_batch / d->chunks, grid[MAX_CALL_GRID];
    grid[row] = d->rows_apart ? c->kernel[0] : 1;
    grid[panels] = s->run.panels / s->panels;
    grid[parts] = s->parts;
    if (d->chunks > 1)
        grid[chunk] = d->chunks;
    Call *call = step_call(
        c->l, b.k, grid, "dw",
        "gradient of %d output channels by %d channels and %d x %d taps: sums over %d x %d pixels of %d images",
        s->panels * s->panel->vectors * LANES, s->entries * b.entry->count, b.taps[0], b.taps[1], d->height, d->width,
        images);
    call->images = c->l->graph->max_batch;
    if (d->winograd)
        place_winograd_dw(&scratch, call);
    call_move(call, b.x, b.entry->offset - c->pad[0] * c->x.row - c->pad[1] * c->x.pixel);
    call_move(call, b.dy, s->panel->vector * d->dy->layout.plane);
    call_move(call, b.g, s->panel->at + channels_of(c, s->panel->entry, s->first - s->panel->entry) * taps * filter);
    if (d->rows_apart) {
        call_stride(call, b.x, row, c->dilation[0] * c->x.row);
        call_stride(call, b.g, row, c->kernel[1] * b.entry->count * filter);
    }
    call_stride(call, b.x, panels, s->panels * s->run.x);
    call_stride(call, b.dy, panels, s->panels * s->run.vector * d->dy->layout.plane);
    call_stride(call, b.g, panels, s->panels * s->run.filters);
    call_stride(call, b.x, parts, s->entries * b.between);
    call_stride(call, b.g, parts, s->entries * taps * b.entry->count * filter);
    if (d->chunks > 1) {
        call_stride(call, b.x, chunk, images * b.x.image);
        call_stride(call, b.dy, chunk, images * b.dy.image);
        call_stride(call, b.g, chunk, d->size);
    }
}

/* Are the same filters of two panels parameters, for entries e and f? */
static bool same_mask(const Conv *c, const int *channel, const Panel *a, int e, const Panel *b, int f)
{
    for (int i = 0; i < (c->groups > 1 ? c->entry[e].count : 1); i++)
        for (int lane = 0; lane < a->vectors * LANES; lane++)
            if (is_filter(c, channel[a->vector * LANES + lane], c->entry[e].channel + i) !=
                is_filter(c, channel[b->vector * LANES + lane], c->entry[f].channel + i))
                return false;
    return true;
}

/* Panels from the first on that differ only by places. */
static Run alike_panels(const Conv *c, const int *channel, size_t first)
{
    Run run = panel_run(c, first);
    const Panel *p = c->panel + first;
    for (int i = 1; i < run.panels; i++)
        for (int e = 0; e < (c->groups > 1 ? p->entries : 1) && i < run.panels; e++)
            if (!same_mask(c, channel, p, p->entry + e, p + i, p[i].entry + e))
                run.panels = i;
    return run;
}

/* Entries of the panel from `first` on that hold as many channels, lie equally far apart and are masked alike. */
static int alike_entries(const Conv *c, const int *channel, const Panel *p, int first)
{
    const Entry *e = c->entry;
    int n = 1, end = p->entry + p->entries;
    while (first + n < end && e[first + n].count == e[first].count &&
           e[first + n].offset - e[first + n - 1].offset == e[first + 1].offset - e[first].offset &&
           (c->groups == 1 || same_mask(c, channel, p, first, p, first + n)))
        n++;
    return n;
}

int largest_divisor(int n, int64_t most)
{
    int best = 1;
    for (int i = 1; i <= n && i <= most; i++)
        best = n % i ? best : i;
    return best;
}

/* Panels and entries that one task takes: so many that x and dy are not read too often, about as much of each, so few that there
 * are tasks for some threads and that the gradient stays in the cache. */
static void choose_slice(const Gradient *d, Slices *s, int alike, int *entries)
{
    const Conv *c = &d->c;
    int64_t bytes = (int64_t)c->kernel[0] * c->kernel[1] * LANES * s->panel->vectors * LANES * (int64_t)sizeof(float);
    int64_t most = SLICE_BYTES / bytes > 1 ? SLICE_BYTES / bytes : 1, tasks = d->chunks > 1 ? 1 : FEWEST_TASKS;
    int64_t shared = (int64_t)s->run.panels * alike / tasks;
    most = shared < most ? shared : most;
    s->panels = 1;
    for (int p = 1; p <= s->run.panels && s->run.x == 0 && c->kernel[0] * c->kernel[1] == 1; p++)
        if (s->run.panels % p == 0 && p <= most && p * s->panel->vectors <= alike)
            s->panels = p;
    most /= s->panels;
    if (d->winograd)
        most = shared < winograd_dw_entries(d, s->panel) ? shared : winograd_dw_entries(d, s->panel);
    *entries = most < 1 ? 1 : most < alike ? (int)most : alike;
}

static void add_gradient_calls(const Gradient *d)
{
    const Conv *c = &d->c;
    const int *channel = lane_channels(c->l, &c->n->layout);
    for (size_t i = 0; i < c->npanel;) {
        const Panel *p = c->panel + i;
        Slices s = {.panel = p, .run = alike_panels(c, channel, i)};
        for (int first = p->entry, n; first < p->entry + p->entries; first += n) {
            int most, size, parts, larger;
            n = alike_entries(c, channel, p, first);
            choose_slice(d, &s, n, &most);
            split_evenly(n, most, &size, &parts, &larger);
            for (int kind = larger ? 0 : 1; kind < 2; kind++) {
                s.first = first + kind * larger * (size + 1);
                s.entries = kind ? size : size + 1;
                s.parts = kind ? parts - larger : larger;
                add_gradient_call(d, &s, channel);
            }
        }
        i += (size_t)s.run.panels;
    }
}

static void choose_band(Gradient *d)
{
    int pixels = d->height * d->width, images = d->c.l->graph->max_batch / d->chunks;
    int64_t farthest = MOST_BUMP / (d->c.l->program->arena_floats + 1);
    d->images = 1;
    d->rows = d->height;
    if (pixels > BAND_PIXELS)
        d->rows = largest_divisor(d->height, BAND_PIXELS / d->width);
    else
        d->images = largest_divisor(images, BAND_PIXELS / pixels < farthest ? BAND_PIXELS / pixels : farthest);
}

static int count_tasks(const Conv *c)
{
    int tasks = 0;
    for (size_t i = 0; i < c->npanel; i++)
        tasks += c->panel[i].entries;
    return tasks;
}

/* Chunks where the gradient is small beside what is read for it. */
static void choose_chunks(Gradient *d)
{
    const Conv *c = &d->c;
    const int64_t image = (d->dy->layout.blocks * d->dy->layout.plane + c->source->layout.blocks * c->x.block) * (int64_t)sizeof(float);
    int batch = c->l->graph->max_batch;
    const Panel *last = &c->panel[c->npanel - 1];
    d->size = last->at + (int64_t)last->vectors * LANES * channels_of(c, last->entry, last->entries) * c->kernel[0] * c->kernel[1];
    d->chunks = 1;
    if (d->size * (int64_t)sizeof(float) <= CHUNK_BYTES && image * batch >= LEAST_BYTES)
        d->chunks = largest_divisor(batch, MOST_CHUNKS);
    d->room = d->chunks > 1 ? step_room(c->l, d->chunks * d->size) : 0;
}

/* `tasks` tasks of `vectors` vectors of the gradient, from vector `first` on: the sums of all chunks. */
static void add_joining_call(const Gradient *d, int first, int vectors, int tasks)
{
    Lower *l = d->c.l;
    Kernel *k = step_kernel(l);
    Stream part = stream_common(l, k, d->room, "part", false), g = stream_gradient(l, k, d->c.filters, "g");
    int sum = kernel_register(k), one = kernel_register(k);
    k_loop(k, vectors);
    k_load(k, sum, part.pointer, 0);
    for (int i = 1; i < d->chunks; i++) {
        k_load(k, one, part.pointer, i * d->size);
        k_op(k, V_add, sum, sum, one);
    }
    k_store(k, g.pointer, 0, sum);
    k_bump(k, part.pointer, LANES);
    k_bump(k, g.pointer, LANES);
    k_end(k);
    Call *call = step_call(l, k, (int[]){tasks, 1, 1}, "dw_sum", "%d vectors of a gradient: sums of %d chunks", vectors, d->chunks);
    call->images = l->graph->max_batch;
    call_move(call, part, first * LANES);
    call_move(call, g, first * LANES);
    call_stride(call, part, 0, vectors * LANES);
    call_stride(call, g, 0, vectors * LANES);
}

static void join_chunks(const Gradient *d)
{
    enum { MOST_VECTORS = 256 };
    int size, parts, larger;
    split_evenly((int)(d->size / LANES), MOST_VECTORS, &size, &parts, &larger);
    step_begin(d->c.l);
    if (larger)
        add_joining_call(d, 0, size + 1, larger);
    add_joining_call(d, larger * (size + 1), size, parts - larger);
    step_end(d->c.l, NULL, "dw_sum", "the gradient of the filters of %s, from %d chunks of the batch", d->n->of->name, d->chunks);
}

static void lower_dw(Lower *l, Node *n)
{
    Gradient d = {.c = conv_open(l, n->of, n->in[0]), .n = n, .dy = n->in[1]};
    Shape dy = node_result(d.dy);
    d.height = dy.height;
    d.width = dy.width;
    pack_filters(&d.c);
    choose_chunks(&d);
    d.winograd = n->op == OP_conv_dw && winograd_dw_fits(&d);
    if (d.winograd)
        choose_winograd_band(&d);
    else
        choose_band(&d);
    d.rows_apart = !d.winograd && d.chunks == 1 && d.c.kernel[0] > 1 && count_tasks(&d.c) < FEWEST_TASKS;
    step_begin(l);
    add_gradient_calls(&d);
    step_end(l, n, op_name(n->op),
             "gradient of the weights of a %s, %d x %d, stride %d: sums over %d x %d pixels of the batch, in bands of %d rows of %s%d images",
             op_name(n->of->op), d.c.kernel[0], d.c.kernel[1], d.c.stride[0], d.height, d.width, d.rows,
             d.winograd ? "tiles by Winograd's F(3x3, 4x4) of " : "", d.images);
    if (d.chunks > 1)
        join_chunks(&d);
}

void lower_conv_dw(Lower *l, Node *n)
{
    if (n->of->tile.algorithm == ALGORITHM_sliding)
        lower_depthwise_dw(l, n);
    else
        lower_dw(l, n);
}

void lower_linear_dw(Lower *l, Node *n) { lower_dw(l, n); }
