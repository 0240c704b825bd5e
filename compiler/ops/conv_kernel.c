/* conv_kernel.c - the kernel of a convolution: y[o, p] = tail(bias[o] + sum over blocks, ky, kx, channels of w * x).
 *
 * It computes `vectors` x 8 output channels of some rows, tile after tile of pixels held in registers, each of which holds one
 * vector or, where instructions are wide, two: a unit. The order of the sum is the same for every tile, hence for every output,
 * target and thread count. */
#include "../choose.h"
#include "conv.h"

int channels_of(const Conv *c, int entry, int entries)
{
    int sum = 0;
    for (int i = 0; i < entries; i++)
        sum += c->entry[entry + i].count;
    return sum;
}

int64_t filters_of(const Build *b, int entries)
{
    int64_t taps = (int64_t)b->c->kernel[0] * b->c->kernel[1] * channels_of(b->c, b->entry, entries);
    return filter_floats(b->c, taps * b->panel->vectors * LANES);
}

/* ---- one tile of registers ----------------------------------------------------------------------------------- */

int vectors_of_unit(const Build *b, int u)
{
    int left = b->panel->vectors - u * b->width;
    return left < b->width ? left : b->width;
}

Place unit_place(Build *b, int u, int pixel)
{
    b->out.single = vectors_of_unit(b, u) < b->width;
    return (Place){u * b->width, 0, pixel};
}

void build_width(Build *b, int blocks)
{
    b->width = blocks;
    b->units = ceil_of(b->panel->vectors, blocks);
    kernel_width(b->k, blocks);
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

/* Entries that are summed on their own (chunk_blocks); 0: the sum is short, or its entries do not lie alike. */
static int chunk_of(const Conv *c, const Panel *p)
{
    const Entry *e = c->entry + p->entry;
    int last = p->entries - 1;
    if (!c->l->graph->training || p->entries < 2 || c->average || c->window[0] * c->window[1] > 1)
        return 0;
    for (int i = 1; i <= last; i++)
        if (e[i].offset - e[i - 1].offset != e[1].offset - e[0].offset || (i < last ? e[i].count != e[0].count : e[i].count > e[0].count))
            return 0;
    int chunk = chunk_blocks((int64_t)c->kernel[0] * c->kernel[1] * e[0].count);
    return p->entries > chunk ? chunk : 0;
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

/* The results of unit u, from its sums. */
static void finish_unit(Build *b, int u, int results, int *acc)
{
    Kernel *k = b->k;
    int area = b->c->window[0] * b->c->window[1], *a = acc + u * results * area;
    if (b->c->average) {
        add_to_average(b, u, results, a);
        return;
    }
    if (b->out.sums) {
        tally_results(b, u, results, a);
        return;
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

static void finish_sums(Build *b, int results, int *acc)
{
    for (int u = 0; u < b->units; u++)
        finish_unit(b, u, results, acc);
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

/* The sum of accumulator i waits. */
static void keep_sum(Build *b, int pixels, int i, int reg)
{
    if (!b->pooled && !b->aside) {
        output_put(b->k, &b->out, reg, unit_place(b, i / pixels, i % pixels));
        return;
    }
    k_store(b->k, b->sums.pointer, i * b->width * LANES, reg);
    kernel_release(b->k, reg);
}

static void keep_sums(Build *b, int pixels, const int *acc)
{
    for (int i = 0; i < b->units * pixels; i++)
        keep_sum(b, pixels, i, acc[i]);
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

/* What the tail will read of one tensor arrives while the sum is computed. */
static void fetch_operand(Build *b, const Stream *s, int results)
{
    for (int v = 0; v < b->panel->vectors; v++)
        for (int at = 0; at < results * LANES; at += LINE)
            k_prefetch(b->k, s->pointer, v * s->view.block + at);
}

/* The tensors to be fetched for so many results: not those of which there are more lines than a processor awaits at once. */
static int fetched_operands(const Build *b, int results, const Stream **fetched)
{
    enum { LINES_AWAITED = 12 };
    int count = 0;
    for (int i = 0; i < b->out.ntail; i++) {
        const Stream *s = &b->out.tail[i].operand;
        if (s->pointer >= 0 && s->view.pixel == LANES && b->panel->vectors * ceil_of(results * LANES, LINE) <= LINES_AWAITED)
            fetched[count++] = s;
    }
    return count;
}

/* x and the filters go on by so many entries, or, where sign is -1, back. */
static void move_entries(Build *b, int entries, int sign)
{
    const Entry *e = b->c->entry + b->entry;
    k_bump(b->k, b->x.pointer, sign * (e[entries].offset - e[0].offset));
    k_bump(b->k, b->w.pointer, sign * filters_of(b, entries));
}

/* The sum that the tail follows, in as many parts as there are tensors to be fetched for it, one before each: the lines of all of them
 * at once would keep those of x waiting. */
static void emit_last_sum(Build *b, int results, const int *acc)
{
    const Stream *fetched[MAX_TAIL];
    int entry = b->entry, entries = b->entries, pixels = results * b->c->window[0] * b->c->window[1], moved = 0;
    int count = fetched_operands(b, results, fetched), parts = count ? count : 1;
    for (int i = 0; i < parts; i++, b->entry = entry + moved) {
        if (count)
            fetch_operand(b, fetched[i], results);
        b->entries = (entries - moved) / (parts - i);
        if (b->entries)
            emit_sum(b, pixels, acc);
        if (i + 1 == parts)
            break;
        move_entries(b, b->entries, 1);
        moved += b->entries;
    }
    b->entry = entry;
    b->entries = entries;
    move_entries(b, moved, -1);
}

/* The sum so far, a vector at the beginning or what waits, is added to accumulator i. */
static void add_sum(Build *b, int pixels, int i, int reg, Phase phase)
{
    if (phase & PHASE_first && !b->c->bias)
        return;
    int sum = kernel_register(b->k);
    if (phase & PHASE_first)
        output_vector(b->k, &b->out, sum, 0, unit_place(b, i / pixels, 0));
    else
        load_sum(b, pixels, i, sum);
    k_op(b->k, V_add, reg, reg, sum);
    kernel_release(b->k, sum);
}

/* The sums of a chunk are added to those so far, and wait again or are finished. One by one: a store to every addition costs processors
 * a third of the time that all stores cost after all additions. */
static void end_chunk(Build *b, int pixels, int *acc, Phase phase)
{
    for (int i = 0; i < b->units * pixels; i++) {
        add_sum(b, pixels, i, acc[i], phase);
        if (phase & PHASE_last && (i + 1) % pixels == 0)
            finish_unit(b, i / pixels, pixels, acc);
        if (!(phase & PHASE_last))
            keep_sum(b, pixels, i, acc[i]);
    }
}

/* The sum over the next entries, so many of them, is added to the sums so far. */
static void emit_chunk(Build *b, int pixels, int entries, Phase phase)
{
    Kernel *k = b->k;
    int acc[MAX_REGISTERS];
    for (int i = 0; i < b->units * pixels; i++)
        k_zero(k, acc[i] = kernel_register(k));
    b->entries = entries;
    if (phase & PHASE_last)
        emit_last_sum(b, pixels, acc);
    else
        emit_sum(b, pixels, acc);
    end_chunk(b, pixels, acc, phase);
    k_bump(k, b->x.pointer, entries * entry_distance(b));
    k_bump(k, b->w.pointer, filters_of(b, entries));
}

/* A tile in chunks; x and w end where they began. A chunk that is not whole, and a block that is not full, have their own; so has the first
 * of all, which has no sums to add to, and the last, which finishes the tile. */
static void emit_chunks(Build *b, int pixels)
{
    int first = b->entry, entries = b->entries, partial = is_partial(b, first + entries - 1), done = 0;
    int whole = (entries - partial) / b->chunk, rest = (entries - partial) % b->chunk, all = whole + (rest > 0) + partial;
    const struct { int chunks, entries; } group[] = {{whole, b->chunk}, {rest > 0, rest}, {partial, 1}};
    for (int i = 0; i < 3; i++)
        for (int left = group[i].chunks, n; left; left -= n, done += n, b->entry += n * group[i].entries) {
            bool begins = !done && b->phase & PHASE_first, ends = b->phase & PHASE_last && done + 1 == all;
            n = begins || ends ? 1 : left - (b->phase & PHASE_last && done + left == all);
            k_loop(b->k, n);
            emit_chunk(b, pixels, group[i].entries, (Phase)(begins * PHASE_first | ends * PHASE_last));
            k_end(b->k);
        }
    b->entry = first;
    b->entries = entries;
    k_bump(b->k, b->x.pointer, -entries * entry_distance(b));
    k_bump(b->k, b->w.pointer, -filters_of(b, entries));
}

static void emit_tile(Build *b, int results)
{
    int acc[MAX_REGISTERS], pixels = results * b->c->window[0] * b->c->window[1];
    if (b->chunk) {
        emit_chunks(b, results);
        return;
    }
    if (b->phase & PHASE_first)
        start_sums(b, pixels, acc);
    else
        load_sums(b, pixels, acc);
    if (b->phase & PHASE_last) {
        emit_last_sum(b, results, acc);
        finish_sums(b, results, acc);
    } else {
        emit_sum(b, pixels, acc);
        keep_sums(b, pixels, acc);
    }
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
    bool tallied = b->out.sums && phase & PHASE_last;
    int together = tallied ? c->part : rows;
    k_loop(k, rows / together);
    if (tallied)
        begin_part(b);
    k_loop(k, together);
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
    if (tallied)
        end_part(b, together);
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
        bodies += (int64_t)rows * parts * c->kernel[0] * sum_bodies(c, c->entry[b->entry + i].count);
    b->lines = (int)((filters + LINE * bodies - 1) / (LINE * bodies));
    return b->lines * LINE * bodies;
}

/* `passes` walks over all pixels, each adding the next `entries` entries to the sums. */
static void emit_passes(Build *b, Phase phase, int passes, int entries, int rows, int width)
{
    Kernel *k = b->k;
    int64_t filters = filters_of(b, entries);
    b->entries = entries;
    int64_t fetched = begin_ahead(b, filters, rows, width);
    if (b->lines)
        k_bump(k, b->ahead.pointer, filters);
    k_loop(k, passes);
    fetch_first_tile(b, even_part(width, b->most));
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
    int64_t filters = filters_of(b, b->entries);
    if (begin_ahead(b, filters, rows, width))
        k_bump(b->k, b->ahead.pointer, filters);
    emit_walk(b, PHASE_whole, rows, width);
}

/* The tile's pixels are the same pixel of several images. */
static void walk_images(Build *b, int images)
{
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
    Build b = {.c = c, .panel = panel, .k = step_kernel(c->l), .pixel = c->x.pixel, .entry = panel->entry, .entries = panel->entries,
               .most = bands.images > 1 ? bands.images : c->n->tile.pixels, .chunk = chunk_of(c, panel)};
    build_width(&b, panel->vectors < c->l->graph->machine.widest ? 1 : c->l->graph->machine.widest);
    b.x = stream_open(c->l, b.k, c->source, "x", false);
    b.w = stream_filters(c, b.k, "w");
    if (c->n->tile.ahead)
        b.ahead = stream_filters(c, b.k, "ahead");
    b.out = output_open(c->l, b.k, c->n, c->vectors_at, c->bias);
    open_tally(c, b.k, &b.out);
    if (c->apart[0])
        spread_results(&b.out, c->apart);
    int rows = c->flat ? 1 : bands.rows, width = c->flat ? bands.rows : c->width;
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
