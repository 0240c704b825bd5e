/* conv_lower.c - convolution and linear layers as kernels.
 *
 * One generator serves all: y[o, p] = tail(bias[o] + sum over blocks, ky, kx, channels of w * x). A kernel computes `vectors` x 8
 * output channels of some rows, tile after tile of pixels held in registers. The order of the sum is the same for every
 * tile, hence for every output, target and thread count. A linear layer is the convolution whose window is its whole
 * input; grouped convolutions are dense within the groups that an output vector touches, with zeros where they are not. */
#include <string.h>

#include "../lower.h"

/* Input channels of one block that are summed together: `count` of them from `channel` on, at `offset` floats. */
typedef struct {
    int channel, count;
    int64_t offset;
} Entry;

/* Output vectors vector.. that one kernel computes, from the entries entry..; filters at `at` floats of the item. */
typedef struct {
    int vector, vectors, entry, entries;
    int64_t at;
} Panel;

typedef struct {
    Lower *l;
    Node *n;
    const Node *source;
    int kernel[2], stride[2], dilation[2], pad[2];
    int groups, in, out;                /* channels */
    int window[2];                      /* pixels of the convolution for one result: of a fused max pool, or 1 x 1 */
    const Node *average;                /* a fused global average, or NULL */
    int rows, width;                    /* results to compute; flat: 1 x all */
    int64_t step;                       /* floats from one channel of an entry to the next */
    View x;                             /* of the source, for pixels of the convolution's input */
    Entry *entry;
    size_t nentry, entry_capacity;
    Panel *panel;
    size_t npanel, panel_capacity;
    int64_t filters, vectors_at;        /* places in the packed weights */
    bool bias;
} Conv;

/* What a walk over the pixels does: everything in registers, or one of the passes of a sum whose filters would not stay
 * in the cache: start the sums in the result's place, add some input blocks to them, finish them. */
typedef enum { PHASE_whole, PHASE_start, PHASE_add, PHASE_finish } Phase;

/* The kernel being built. */
typedef struct {
    const Conv *c;
    const Panel *panel;
    Phase phase;
    int entry, entries;                 /* that the current walk sums over */
    Kernel *k;
    Stream x, w;
    Output out;
    int64_t pixel;                      /* floats from one pixel of a tile to the next; of images, from one image to the next */
    int most;                           /* results of a tile */
} Build;

/* ---- what is summed: entries and panels ---------------------------------------------------------------------- */

/* Entries for input channels begin..end - 1, block by block. */
static int add_entries(Conv *c, int begin, int end)
{
    const Layout *l = &c->source->layout;
    size_t first = c->nentry;
    int block = 0, channel = 0;
    for (int i = 0; i < l->nsegment; channel += l->segment[i++])
        for (int j = 0; j < l->segment[i]; j += LANES, block++) {
            int low = channel + j, high = j + LANES < l->segment[i] ? low + LANES : channel + l->segment[i];
            int from = low > begin ? low : begin, to = high < end ? high : end;
            if (from >= to)
                continue;
            int64_t offset = l->kind == LAYOUT_planar ? from * l->plane : block * l->plane + (from - low);
            c->entry = arena_grow(c->l->context, c->entry, c->nentry, &c->entry_capacity, sizeof *c->entry);
            c->entry[c->nentry++] = (Entry){from, to - from, offset};
        }
    return (int)first;
}

/* Input channels that the channels of output vector v read: [*begin, *end). */
static void input_range(const Conv *c, const int *channel, int v, int *begin, int *end)
{
    int low = channel[v * LANES], high = low;
    for (int i = 1; i < LANES && channel[v * LANES + i] >= 0; i++)
        high = channel[v * LANES + i];
    int out = c->out / c->groups, in = c->in / c->groups;
    *begin = low / out * in;
    *end = (high / out + 1) * in;
}

static int channels_of(const Conv *c, int entry, int entries)
{
    int sum = 0;
    for (int i = 0; i < entries; i++)
        sum += c->entry[entry + i].count;
    return sum;
}

/* Splits vectors first..first + count - 1, which read the same entries, into panels. */
static void add_panels(Conv *c, int first, int count, int entry, int entries, int64_t *at)
{
    int size, parts, larger;
    split_evenly(count, c->n->tile.vectors, &size, &parts, &larger);
    int64_t taps = (int64_t)c->kernel[0] * c->kernel[1] * channels_of(c, entry, entries) * LANES;
    for (int i = 0; i < parts; i++) {
        Panel p = {first, size + (i < larger), entry, entries, *at};
        c->panel = arena_grow(c->l->context, c->panel, c->npanel, &c->panel_capacity, sizeof *c->panel);
        c->panel[c->npanel++] = p;
        first += p.vectors;
        *at += p.vectors * taps;
    }
}

static void make_panels(Conv *c, const int *channel, int64_t *size)
{
    int nvector = c->n->layout.blocks, begin, end, from, to;
    for (int v = 0, together; v < nvector; v += together) {
        input_range(c, channel, v, &begin, &end);
        for (together = 1; v + together < nvector; together++) {
            input_range(c, channel, v + together, &from, &to);
            if (from != begin || to != end)
                break;
        }
        int entry = add_entries(c, begin, end);
        add_panels(c, v, together, entry, (int)c->nentry - entry, size);
    }
}

static void pack_filters(Conv *c)
{
    Context *context = c->l->context;
    PackItem item = pack_item(c->n);
    item.kind = PACK_conv;
    item.channel = lane_channels(c->l, &c->n->layout);
    item.nlane = c->n->layout.blocks * LANES;
    make_panels(c, item.channel, &item.size);
    PackBlock *block = arena_alloc(context, c->nentry, sizeof *block);
    for (size_t i = 0; i < c->nentry; i++)
        block[i] = (PackBlock){c->entry[i].channel, c->entry[i].count};
    PackPanel *panel = arena_alloc(context, c->npanel, sizeof *panel);
    for (size_t i = 0; i < c->npanel; i++) {
        const Panel *p = &c->panel[i];
        panel[i] = (PackPanel){p->vector * LANES, p->vectors, p->entry, p->entries, p->at};
    }
    item.block = block;
    item.nblock = (int)c->nentry;
    item.panel = panel;
    item.npanel = (int)c->npanel;
    item.out = c->out;
    item.in = c->in;
    item.kh = c->kernel[0];
    item.kw = c->kernel[1];
    item.groups = c->groups;
    item.at = c->filters = pack_reserve(c->l, item.size);
    pack_add(c->l, item);
}

/* ---- one tile of registers ----------------------------------------------------------------------------------- */

/* Steps of the sum in a loop body: enough to hide the loop, few enough for the micro-op cache. Columns of a window are
 * rather looped over than unrolled: compilers would carry the pixels that two columns share in registers they do not have. */
enum { BODY_STEPS = 8 };

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
    int vectors = b->panel->vectors, held[MAX_REGISTERS];
    bool hold_x = pixels <= vectors;
    int nheld = hold_x ? pixels : vectors, npassing = hold_x ? vectors : pixels, passing;
    for (int i = 0; i < nheld; i++) {
        held[i] = kernel_register(k);
        if (hold_x)
            k_broadcast(k, held[i], b->x.pointer, x_at + pixel_offset(b, i));
        else
            k_load(k, held[i], b->w.pointer, w_at + i * LANES);
    }
    passing = kernel_register(k);
    for (int i = 0; i < npassing; i++) {
        if (hold_x)
            k_load(k, passing, b->w.pointer, w_at + i * LANES);
        else
            k_broadcast(k, passing, b->x.pointer, x_at + pixel_offset(b, i));
        for (int j = 0; j < nheld; j++) {
            int v = hold_x ? i : j, p = hold_x ? j : i;
            k_op(k, V_fma, acc[v * pixels + p], hold_x ? passing : held[j], hold_x ? held[j] : passing);
        }
    }
    kernel_release(k, passing);
    for (int i = 0; i < nheld; i++)
        kernel_release(k, held[i]);
}

/* All taps of `count` channels. */
static void emit_taps(Build *b, int pixels, const int *acc, int count)
{
    const Conv *c = b->c;
    Kernel *k = b->k;
    int vectors = b->panel->vectors;
    bool unrolled = c->kernel[1] * count <= BODY_STEPS;
    int columns = unrolled ? c->kernel[1] : 1;
    int64_t column = c->dilation[1] * c->x.pixel, filter = (int64_t)vectors * LANES;
    k_loop(k, c->kernel[0]);
    k_loop(k, unrolled ? 1 : c->kernel[1]);
    for (int kx = 0; kx < columns; kx++)
        for (int i = 0; i < count; i++)
            emit_tap(b, pixels, acc, kx * column + i * c->step, (kx * count + i) * filter);
    k_bump(k, b->w.pointer, columns * count * filter);
    if (!unrolled)
        k_bump(k, b->x.pointer, column);
    k_end(k);
    k_bump(k, b->x.pointer, c->dilation[0] * c->x.row - (unrolled ? 0 : c->kernel[1] * column));
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
    k_bump(k, b->w.pointer, -taps * b->panel->vectors * LANES);
}

static void start_sums(Build *b, int pixels, int *acc)
{
    Kernel *k = b->k;
    for (int v = 0; v < b->panel->vectors; v++)
        for (int j = 0; j < pixels; j++) {
            int reg = acc[v * pixels + j] = kernel_register(k);
            if (!b->c->bias)
                k_zero(k, reg);
            else if (j)
                k_op(k, V_copy, reg, acc[v * pixels], 0);
            else
                k_load(k, reg, b->out.vectors.pointer, v * LANES);
        }
}

/* y += the sum of the tile's results. */
static void add_to_average(Build *b, int v, int results, int *acc)
{
    Kernel *k = b->k;
    for (int j = 0; j < results; j++)
        acc[j] = output_apply(k, &b->out, acc[j], (Place){v, 0, j});
    int sum = kernel_register(k);
    k_load(k, sum, b->out.y.pointer, v * b->out.y.view.block);
    for (int j = 0; j < results; j++) {
        k_op(k, V_add, sum, sum, acc[j]);
        kernel_release(k, acc[j]);
    }
    k_store(k, b->out.y.pointer, v * b->out.y.view.block, sum);
    kernel_release(k, sum);
}

static void finish_sums(Build *b, int results, int *acc)
{
    Kernel *k = b->k;
    int area = b->c->window[0] * b->c->window[1];
    for (int v = 0; v < b->panel->vectors; v++) {
        int *a = acc + v * results * area;
        if (b->c->average) {
            add_to_average(b, v, results, a);
            continue;
        }
        for (int j = 0; j < results; j++) {
            Place place = {v, 0, j};
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

/* Sums that wait in the result's place. */
static void load_sums(Build *b, int pixels, int *acc)
{
    for (int i = 0; i < b->panel->vectors * pixels; i++)
        k_load(b->k, acc[i] = kernel_register(b->k), b->out.y.pointer,
               i / pixels * b->out.y.view.block + i % pixels * b->out.y.view.pixel);
}

static void keep_sums(Build *b, int pixels, const int *acc)
{
    for (int i = 0; i < b->panel->vectors * pixels; i++)
        output_put(b->k, &b->out, acc[i], (Place){i / pixels, 0, i % pixels});
}

static void emit_tile(Build *b, int results)
{
    int acc[MAX_REGISTERS], pixels = results * b->c->window[0] * b->c->window[1];
    if (b->phase == PHASE_whole || b->phase == PHASE_start)
        start_sums(b, pixels, acc);
    else
        load_sums(b, pixels, acc);
    if (b->phase == PHASE_whole || b->phase == PHASE_add)
        emit_sum(b, pixels, acc);
    if (b->phase == PHASE_whole || b->phase == PHASE_finish)
        finish_sums(b, results, acc);
    else
        keep_sums(b, pixels, acc);
}

/* ---- kernels ------------------------------------------------------------------------------------------------- */

/* Walks over rows x width results, tile by tile, and back. */
static void emit_walk(Build *b, Phase phase, int rows, int width)
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
        k_end(k);
    }
    k_bump(k, b->x.pointer, row - width * column);
    output_bump(k, &b->out, (Place){0, 1, -width});
    k_end(k);
    k_bump(k, b->x.pointer, -rows * row);
    output_bump(k, &b->out, (Place){0, -rows, 0});
}

/* `passes` walks over all pixels, each adding the next `entries` entries to the sums. */
static void emit_add_passes(Build *b, int passes, int entries, int rows, int width)
{
    Kernel *k = b->k;
    int64_t taps = (int64_t)b->c->kernel[0] * b->c->kernel[1] * channels_of(b->c, b->entry, entries);
    b->entries = entries;
    k_loop(k, passes);
    emit_walk(b, PHASE_add, rows, width);
    k_bump(k, b->x.pointer, entries * b->c->x.block);
    k_bump(k, b->w.pointer, taps * b->panel->vectors * LANES);
    k_end(k);
    b->entry += passes * entries;
}

/* The sum in passes of at most `depth` entries; a last block that is not full has a pass of its own. */
static void emit_passes(Build *b, int rows, int width)
{
    const Panel *p = b->panel;
    bool partial = b->c->entry[p->entry + p->entries - 1].count < LANES;
    int size, parts, larger;
    split_evenly(p->entries - partial, b->c->n->tile.depth, &size, &parts, &larger);
    b->entry = p->entry;
    emit_walk(b, PHASE_start, rows, width);
    if (larger)
        emit_add_passes(b, larger, size + 1, rows, width);
    emit_add_passes(b, parts - larger, size, rows, width);
    if (partial)
        emit_add_passes(b, 1, 1, rows, width);
    emit_walk(b, PHASE_finish, rows, width);
}

static void emit_average(Build *b, bool before)
{
    Kernel *k = b->k;
    Shape s = b->c->n->shape;
    int factor = kernel_register(k), y = kernel_register(k);
    if (before)
        k_zero(k, factor);
    else
        k_literal(k, factor, 1.0f / (float)(s.height * s.width));
    for (int v = 0; v < b->panel->vectors; v++) {
        int64_t at = v * b->out.y.view.block;
        if (!before) {
            k_load(k, y, b->out.y.pointer, at);
            k_op(k, V_mul, y, y, factor);
        }
        k_store(k, b->out.y.pointer, at, before ? factor : y);
    }
    kernel_release(k, factor);
    kernel_release(k, y);
}

/* What one call computes: lines start.. in `count` bands of `rows`, or the single result of `images` images. */
typedef struct {
    int start, rows, count, images;
} Bands;

/* The tile's pixels are the same pixel of several images. */
static void walk_images(Build *b, int images)
{
    b->most = images;
    b->pixel = b->out.y.view.pixel = b->c->l->program->arena_floats;
    for (int i = 0; i < b->out.ntail; i++)
        b->out.tail[i].operand.view.pixel = b->pixel;
    emit_walk(b, PHASE_whole, 1, images);
}

static Build build_kernel(const Conv *c, const Panel *panel, Bands bands)
{
    bool flat = c->n->tile.flat;
    Build b = {.c = c, .panel = panel, .k = step_kernel(c->l), .pixel = c->x.pixel, .most = c->n->tile.pixels,
               .entry = panel->entry, .entries = panel->entries};
    b.x = stream_open(c->l, b.k, c->source, "x", false);
    b.w = stream_weights(c->l, b.k, c->filters, "w");
    b.out = output_open(c->l, b.k, c->n, c->vectors_at, c->bias);
    if (bands.images > 1) {
        walk_images(&b, bands.images);
        return b;
    }
    if (c->average) {
        b.out.y.view.row = b.out.y.view.pixel = 0;      /* all pixels are added up in one place */
        emit_average(&b, true);
    }
    int rows = flat ? 1 : bands.rows, width = flat ? bands.rows : c->width;
    if (c->n->tile.depth)
        emit_passes(&b, rows, width);
    else
        emit_walk(&b, PHASE_whole, rows, width);
    if (c->average)
        emit_average(&b, false);
    return b;
}

static const char *kernel_comment(const Conv *c, const Panel *p, Bands bands)
{
    bool flat = c->n->tile.flat;
    int rows = flat ? 1 : bands.rows, width = bands.images > 1 ? bands.images : flat ? bands.rows : c->width;
    return arena_printf(c->l->context, "%d output channels of %d x %d %s%s: sums over %d channels and %d x %d taps",
                        p->vectors * LANES, rows, width, bands.images > 1 ? "images" : "pixels",
                        c->window[0] * c->window[1] > 1 ? ", each the largest of its window" : c->average ? ", averaged" : "",
                        channels_of(c, p->entry, p->entries), c->kernel[0], c->kernel[1]);
}

/* ---- the grid: panels that differ only by places share calls --------------------------------------------------- */

typedef struct {
    int panels, vector;                 /* how many, and from one to the next: vectors, */
    int64_t x, filters;                 /*   floats of the source, floats of the filters */
} Run;

static bool same_sum(const Conv *c, const Panel *a, const Panel *b)
{
    const Entry *e = c->entry + a->entry, *f = c->entry + b->entry;
    bool same = a->vectors == b->vectors && a->entries == b->entries;
    for (int i = 0; same && i < a->entries; i++)
        same = e[i].count == f[i].count && e[i].offset - e[0].offset == f[i].offset - f[0].offset;
    return same;
}

static Run panel_run(const Conv *c, size_t first)
{
    Run r = {.panels = 1};
    const Panel *p = c->panel + first;
    for (size_t i = 1; first + i < c->npanel && same_sum(c, p, p + i); i++) {
        const Panel *last = p + i - 1, *next = p + i;
        Run step = {(int)i + 1, next->vector - last->vector, c->entry[next->entry].offset - c->entry[last->entry].offset,
                    next->at - last->at};
        if (i > 1 && (step.vector != r.vector || step.x != r.x || step.filters != r.filters))
            break;
        r = step;
    }
    return r;
}

static void add_call(const Conv *c, const Panel *panel, Run run, Bands bands)
{
    const Tile *t = &c->n->tile;
    Build b = build_kernel(c, panel, bands);
    int band = t->panels_first ? 1 : 0, grid[MAX_CALL_GRID] = {1, 1, 1};
    grid[band] = bands.count;
    grid[1 - band] = run.panels;
    const char *name = arena_printf(c->l->context, "conv%dx%d_%dx%d", c->kernel[0], c->kernel[1], panel->vectors * LANES, b.most);
    Call *call = step_call(c->l, b.k, grid, name, kernel_comment(c, panel, bands));
    call->images = bands.images;
    int64_t line = t->flat ? c->x.pixel : c->window[0] * c->stride[0] * c->x.row;
    call_move(call, b.x, c->entry[panel->entry].offset - c->pad[0] * c->x.row - c->pad[1] * c->x.pixel + bands.start * line);
    call_stride(call, b.x, band, bands.rows * line);
    call_stride(call, b.x, 1 - band, run.x);
    call_move(call, b.w, panel->at);
    call_stride(call, b.w, 1 - band, run.filters);
    output_move(call, &b.out, (Place){panel->vector, t->flat ? 0 : bands.start, t->flat ? bands.start : 0});
    output_stride(call, &b.out, band, (Place){0, t->flat ? 0 : bands.rows, t->flat ? bands.rows : 0});
    output_stride(call, &b.out, 1 - band, (Place){run.vector, 0, 0});
}

static void add_calls(const Conv *c)
{
    const Tile *t = &c->n->tile;
    int lines = t->flat ? c->width : c->rows, rows = t->rows < lines ? t->rows : lines, images = tile_pixels(t->vectors);
    bool many = c->n->op == OP_linear && c->l->graph->max_batch >= images &&
                images * c->l->program->arena_floats < INT32_MAX / (int)sizeof(float);
    for (size_t i = 0; i < c->npanel;) {
        const Panel *p = c->panel + i;
        Run run = panel_run(c, i);
        add_call(c, p, run, (Bands){0, rows, lines / rows, 1});
        if (lines % rows)
            add_call(c, p, run, (Bands){lines / rows * rows, lines % rows, 1, 1});
        if (many)
            add_call(c, p, run, (Bands){0, 1, 1, images});
        i += (size_t)run.panels;
    }
}

/* ---- the step ------------------------------------------------------------------------------------------------ */

static const char *step_comment(const Conv *c)
{
    const Node *n = c->n;
    Shape in = node_result(c->source), out = node_result(n);
    Text t = text_new(c->l->context);
    if (n->op == OP_linear)
        text_add(&t, "linear: %lld -> %d", (long long)shape_floats(in), out.channels);
    else
        text_add(&t, "convolution %d x %d, stride %d: %d x %d x %d -> %d x %d x %d", c->kernel[0], c->kernel[1], c->stride[0],
                 in.channels, in.height, in.width, n->shape.channels, n->shape.height, n->shape.width);
    if (c->groups > 1)
        text_add(&t, ", %d groups", c->groups);
    for (const Node *e = n->tail; e; e = e->tail)
        text_add(&t, ", then %s", op_name(e->op));
    text_add(&t, "; direct, tiles of %d x %d", n->tile.vectors * LANES, n->tile.pixels);
    return t.data;
}

static void lower_direct(Conv *c)
{
    for (const Node *t = c->n->tail; t; t = t->tail) {
        if (t->op == OP_max_pool)
            memcpy(c->window, t->attr.kernel, sizeof c->window);
        if (t->op == OP_global_avg_pool)
            c->average = t;
    }
    Shape result = c->average ? c->n->shape : node_result(c->n);
    bool flat = c->n->tile.flat;
    c->rows = flat ? 1 : result.height;
    c->width = flat ? result.height * result.width : result.width;
    c->in = node_result(c->source).channels;
    c->bias = c->n->weight[W_bias].tensor || c->n->folded;
    c->x = view_of(c->source);
    c->step = c->source->layout.kind == LAYOUT_planar ? c->source->layout.plane : 1;
    pack_filters(c);
    c->vectors_at = output_pack(c->l, c->n, (VectorKind[]){VECTOR_bias}, c->bias);
    step_begin(c->l);
    add_calls(c);
    step_end(c->l, c->n, c->n->op == OP_linear ? "linear" : "conv", step_comment(c));
}

void lower_conv(Lower *l, Node *n)
{
    Conv c = {.l = l, .n = n, .source = n->in[0], .groups = n->attr.groups, .out = n->attr.out, .window = {1, 1}};
    memcpy(c.kernel, n->attr.kernel, sizeof c.kernel);
    memcpy(c.stride, n->attr.stride, sizeof c.stride);
    memcpy(c.dilation, n->attr.dilation, sizeof c.dilation);
    memcpy(c.pad, n->attr.pad, sizeof c.pad);
    if (n->tile.algorithm == ALGORITHM_depthwise)
        lower_depthwise(l, n);
    else
        lower_direct(&c);
}

void lower_linear(Lower *l, Node *n)
{
    Shape in = node_result(n->in[0]);
    Conv c = {.l = l, .n = n, .source = n->in[0], .groups = 1, .out = n->attr.out, .window = {1, 1},
              .kernel = {in.height, in.width}, .stride = {1, 1}, .dilation = {1, 1}};
    lower_direct(&c);
}
