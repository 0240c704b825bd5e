/* conv_dw.c - gradients of the weights of convolutions and linear layers: dw[o, i, ky, kx] = sum over images and pixels of
 * dy[o, p] * x[i, stride p + dilation k - pad].
 *
 * A matrix product whose inner dimension is all pixels of the batch. Lanes are output channels, as in the packed filters, whose
 * layout the gradient has. A kernel (conv_dw_kernel.c) sums over bands of pixels that stay in the first cache: sums of sums, which round
 * less than one long sum. Tasks are parts of the gradient or, where that is small, of the batch: each sums over the images
 * of a chunk in a room of its own, and another step adds up the chunks in their order. Shapes alone decide. */
#include "conv_dw.h"

enum {
    BAND_PIXELS = 112,                  /* of a band: four vectors of dy, a block of x and the next, that is being fetched, are 22 KiB; */
    TAPS_PIXELS = 90,                   /*   of filters of several taps, which reach beyond it; */
    ALONE_PIXELS = 204,                 /*   where x has no other block: 32 KiB */
    FEWEST_TASKS = 32,                  /* at whose end threads wait for each other */
    WINOGRAD_TASKS = 8,                 /* likewise, where each task transforms anew what it reads */
    FEW_FILTERS = 8,                    /* panels by blocks, fewer than which are cut into the rows of the filter */
    MOST_CHUNKS = 16,                   /* of the batch */
    CHUNK_BYTES = 256 << 10,            /* of a gradient, at most, that is summed in chunks, */
    LEAST_BYTES = 256 << 10,            /*   and of the operands, at least */
    SLICE_BYTES = 256 << 10,            /* of the gradient that a task may hold: half of a second-level cache, with the filters' use */
};

/* ---- kernels and their grid ------------------------------------------------------------------------------------------ */

static Build_dw open_kernel(const Gradient *d, const Slices *s)
{
    const Conv *c = &d->c;
    Lower *l = c->l;
    int widest = l->graph->machine.widest;
    Build_dw b = {.d = d, .k = step_kernel(l), .panel = s->panel, .entry = c->entry + s->first, .run = s->run, .panels = s->panels,
                  .entries = s->entries, .taps = {d->rows_apart ? 1 : c->kernel[0], c->kernel[1]}, .pixel = LANES};
    b.width = s->panel->vectors < widest ? 1 : widest;
    b.units = ceil_of(s->panel->vectors, b.width);
    b.between = s->entries * s->parts > 1 ? b.entry[1].offset - b.entry[0].offset : 0;
    b.reach = choose_reach(&b);
    b.x = stream_open(l, b.k, c->source, "x", false);
    b.dy = stream_open(l, b.k, d->dy, "dy", false);
    open_copies(&b);
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
        emit_dw_kernel(&b, channel);
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
    if (b.x_copy.pointer >= 0)
        call_move(call, b.x_copy, b.x_copy_at);
    if (b.stats.pointer >= 0) {
        call_move(call, b.stats, b.entry->offset / c->x.block * b.stats.view.block);
        call_stride(call, b.stats, parts, s->entries * b.stats_between);
    }
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

/* Panels by entries, at most `most`, for which all tasks together read the least of x and dy. */
static int panels_of_slice(const Slices *s, int alike, int64_t most)
{
    int best = 1;
    int64_t least = INT64_MAX;
    for (int p = 1; p <= s->run.panels && p <= most; p++) {
        int64_t entries = most / p < alike ? most / p : alike, parts = (alike + entries - 1) / entries;
        int64_t blocks = (int64_t)alike * (s->run.panels / p) + parts * s->run.panels * s->panel->vectors;
        if (s->run.panels % p == 0 && blocks < least) {
            least = blocks;
            best = p;
        }
    }
    return best;
}

/* Panels and entries that one task takes: so many that x and dy are not read too often, so few that there are tasks for some
 * threads and that the gradient stays in the cache. */
static void choose_slice(const Gradient *d, Slices *s, int alike, int *entries)
{
    const Conv *c = &d->c;
    int64_t bytes = (int64_t)c->kernel[0] * c->kernel[1] * LANES * s->panel->vectors * LANES * (int64_t)sizeof(float);
    int64_t most = SLICE_BYTES / bytes > 1 ? SLICE_BYTES / bytes : 1;
    int64_t tasks = d->chunks > 1 ? 1 : d->winograd ? WINOGRAD_TASKS : FEWEST_TASKS;
    int64_t shared = (int64_t)s->run.panels * alike / tasks;
    most = shared < most ? shared : most;
    s->panels = s->run.x == 0 && c->kernel[0] * c->kernel[1] == 1 ? panels_of_slice(s, alike, most) : 1;
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
    int most = d->c.panel->entries == 1 ? ALONE_PIXELS : d->c.kernel[0] * d->c.kernel[1] == 1 ? BAND_PIXELS : TAPS_PIXELS;
    int64_t farthest = MOST_BUMP / (d->c.l->program->arena_floats + 1);
    d->images = 1;
    d->rows = d->height;
    if (pixels > most)
        d->rows = largest_divisor(d->height, most / d->width);
    else
        d->images = largest_divisor(images, most / pixels < farthest ? most / pixels : farthest);
}

static int count_filters(const Conv *c)
{
    int filters = 0;
    for (size_t i = 0; i < c->npanel; i++)
        filters += c->panel[i].entries;
    return filters;
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
static void add_joining_call(Lower *l, const Chunks *c, int first, int vectors, int tasks)
{
    Kernel *k = step_kernel(l);
    Stream part = stream_common(l, k, c->room, "part", false), g = stream_gradient(l, k, c->filters, "g");
    int sum = kernel_register(k), one = kernel_register(k);
    k_loop(k, vectors);
    k_load(k, sum, part.pointer, 0);
    for (int i = 1; i < c->chunks; i++) {
        k_load(k, one, part.pointer, i * c->size);
        k_op(k, V_add, sum, sum, one);
    }
    k_store(k, g.pointer, 0, sum);
    k_bump(k, part.pointer, LANES);
    k_bump(k, g.pointer, LANES);
    k_end(k);
    Call *call = step_call(l, k, (int[]){tasks, 1, 1}, "dw_sum", "%d vectors of a gradient: sums of %d chunks", vectors, c->chunks);
    call->images = l->graph->max_batch;
    call_move(call, part, first * LANES);
    call_move(call, g, first * LANES);
    call_stride(call, part, 0, vectors * LANES);
    call_stride(call, g, 0, vectors * LANES);
}

void join_chunks(Lower *l, const Chunks *c, const Node *of)
{
    enum { MOST_VECTORS = 256 };
    int size, parts, larger;
    split_evenly((int)(c->size / LANES), MOST_VECTORS, &size, &parts, &larger);
    step_begin(l);
    if (larger)
        add_joining_call(l, c, 0, size + 1, larger);
    add_joining_call(l, c, larger * (size + 1), size, parts - larger);
    step_end(l, NULL, "dw_sum", "the gradient of the filters of %s, from %d chunks of the batch", of->name, c->chunks);
}

static void lower_dw(Lower *l, Node *n)
{
    Gradient d = {.c = conv_open(l, n->of, n->in[0]), .n = n, .dy = n->in[1], .stats = n->nin > 2 ? n->in[2] : NULL};
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
    d.rows_apart = !d.winograd && d.chunks == 1 && d.c.kernel[0] > 1 && count_filters(&d.c) < FEW_FILTERS;
    step_begin(l);
    add_gradient_calls(&d);
    step_end(l, n, op_name(n->op),
             "gradient of the weights of a %s, %d x %d, stride %d: sums over %d x %d pixels of the batch, in bands of %d rows of %s%d images",
             op_name(n->of->op), d.c.kernel[0], d.c.kernel[1], d.c.stride[0], d.height, d.width, d.rows,
             d.winograd ? "tiles by Winograd's F(3x3, 4x4) of " : "", d.images);
    if (d.chunks > 1)
        join_chunks(l, &(Chunks){d.chunks, d.size, d.room, d.c.filters}, n->of);
}

void lower_conv_dw(Lower *l, Node *n)
{
    if (n->of->tile.algorithm == ALGORITHM_sliding)
        (is_depthwise(n->of) ? lower_depthwise_dw : lower_grouped_dw)(l, n);
    else
        lower_dw(l, n);
}

void lower_linear_dw(Lower *l, Node *n) { lower_dw(l, n); }
