/* winograd.c - convolution 3 x 3 with stride 1 by Winograd's minimal filtering F(m x m, 3 x 3): y = At [(G g Gt) * (Bt d B)] A,
 * tile by tile of m x m results, with a product per frequency instead of nine per result.
 *
 * Sums over channels are taken frequency by frequency, so each is a 1 x 1 convolution over tiles: M[f] = U[f] V[f], with
 *   V [frequency][block][tile][8]     transformed pixels
 *   U [group][frequency][panel of the group][channel][output channel of the panel]
 *                                     transformed filters, made when weights are packed
 *   M [frequency][output vector of the group][tile][8]
 * A task transforms some tiles, and for each group of panels of output channels multiplies and transforms back, V and M in the
 * scratch memory of its thread. Where filters are many and tiles few, `split` transforms the whole picture in a step of its
 * own, and a task is one group over some tiles, so that filters are read once, in the order in which they lie (of a batch, once
 * for the tiles of several images), while V of a frequency stays in the first-level cache.
 *
 * A grouped convolution is as many convolutions as it has groups of channels, which are called parts here: a task has one of
 * them. All are alike, and lie at equal distances in the picture, the filters and the result. */
#include "winograd.h"

enum {
    MOST_IMAGES = 8,                    /* whose tiles one task multiplies with the filters that it reads */
    IMAGES_SCRATCH = 640 << 10,         /* bytes of M for that: they stay in the second-level cache */
    FEWEST_TASKS = 8,                  /* of a batch, so that a few threads have equal shares */
};

/* One convolution on its way. */
typedef struct {
    const Conv *c;
    const Tile *t;
    Conv product;                       /* the 1 x 1 convolution from V to M */
    int size;                           /* frequencies are size x size */
    int tiles[2], last[2];              /* rows and columns of tiles in the picture, results of the last */
    int images;                         /* that the task takes: their tiles follow each other in M, image by image */
    Spectrum v, m;
    int64_t v_at, m_at;                 /* places in the scratch memory, behind the buffer */
    int64_t channels;                   /* that are summed */
    int parts, entries;                 /* groups of channels, and entries of each */
} Winograd;

int make_spans(int tiles, int most, int unit, int last, Span span[2])
{
    int count = tiles / most, n = 0;
    if (count * most == tiles && last < unit)
        count--;
    if (count)
        span[n++] = (Span){0, most, count, unit};
    if (count * most < tiles)
        span[n++] = (Span){count * most, tiles - count * most, 1, last};
    return n;
}

/* Frequencies an odd number of cache lines apart do not fall into the same cache sets. */
int64_t winograd_plane(int64_t floats)
{
    return (floats + 2 * LINE - 1) / (2 * LINE) * (2 * LINE) + LINE;
}

/* Panels of a task: `panels` from `first` on, of so many vectors in all; and neighbouring groups like it, `count` with it, from
 * one to the next so many floats of filters. */
typedef struct {
    size_t first;
    int panels, vectors, count;
    int64_t filters;
} Group;

/* Panels of a part: those of the others are like them. */
static size_t part_panels(const Conv *c)
{
    return c->npanel / (size_t)c->groups;
}

static Group group_at(const Conv *c, size_t first)
{
    int size = c->n->tile.unit + 2;
    Group g = {.first = first, .count = 1, .filters = size * size * c->panel[first].frequency};
    for (size_t i = first; i < part_panels(c) && c->panel[i].group == c->panel[first].group; i++, g.panels++)
        g.vectors += c->panel[i].vectors;
    return g;
}

/* Have the groups panels of the same sizes? */
static bool same_group(const Conv *c, const Group *a, const Group *b)
{
    bool same = a->panels == b->panels;
    for (int i = 0; same && i < a->panels; i++)
        same = c->panel[a->first + (size_t)i].vectors == c->panel[b->first + (size_t)i].vectors;
    return same;
}

/* The group that begins with that panel, and those behind it that differ only by places. */
static Group group_run(const Conv *c, size_t first)
{
    Group g = group_at(c, first);
    for (size_t next = first + (size_t)g.panels; next < part_panels(c); next += (size_t)g.panels, g.count++) {
        Group other = group_at(c, next);
        if (!same_group(c, &g, &other))
            break;
    }
    return g;
}

/* M for a task of so many images. */
static Spectrum spectrum_of(const Conv *c, int images)
{
    int64_t block = (int64_t)images * c->n->tile.rows * c->n->tile.columns * LANES;
    int vectors = 0;                    /* of the largest group */
    for (size_t i = 0; i < part_panels(c); i += (size_t)group_at(c, i).panels)
        vectors = group_at(c, i).vectors > vectors ? group_at(c, i).vectors : vectors;
    return (Spectrum){winograd_plane(vectors * block), block};
}

void cut_into_tiles(const Node *n, int tiles[2], int last[2])
{
    const int result[] = {n->shape.height, n->shape.width}, unit = n->tile.unit;
    for (int i = 0; i < 2; i++) {
        tiles[i] = ceil_of(result[i], unit);
        last[i] = result[i] - (tiles[i] - 1) * unit;
    }
}

static Winograd winograd_new(Conv *c)
{
    const Tile *t = &c->n->tile;
    Winograd w = {.c = c, .t = t, .product = *c, .size = t->unit + 2, .images = 1, .parts = c->groups};
    cut_into_tiles(c->n, w.tiles, w.last);
    int64_t tiles = (int64_t)t->rows * t->columns, held = t->split ? (int64_t)w.tiles[0] * w.tiles[1] : tiles;
    Conv *p = &w.product;
    p->entry = arena_alloc(c->l->context, c->nentry, sizeof *p->entry);
    w.v.block = held * LANES;
    w.entries = (int)c->nentry / w.parts;
    for (int i = 0; i < w.entries; i++) {
        p->entry[i] = (Entry){c->entry[i].channel, c->entry[i].count, (int64_t)i * w.v.block};
        w.channels += c->entry[i].count;
    }
    for (int i = 0; i < 2; i++) {
        p->kernel[i] = p->stride[i] = p->dilation[i] = p->window[i] = 1;
        p->pad[i] = 0;
    }
    p->average = NULL;
    p->bias = false;
    p->x = (View){w.v.block, c->l->program->arena_floats, LANES};       /* a row: an image */
    p->step = 1;
    w.v.frequency = winograd_plane(w.entries * w.v.block);
    w.m = spectrum_of(c, 1);
    w.v_at = winograd_plane(BUFFER_FLOATS);
    w.m_at = w.v_at + (t->split ? 0 : w.size * w.size * w.v.frequency);
    return w;
}

/* ---- kernels and their calls --------------------------------------------------------------------------------- */

Rect rect_of(Span rows, Span columns)
{
    return (Rect){rows.start, rows.size, columns.start, columns.size, rows.last, columns.last};
}

/* Floats of filters, and vectors of results, from one part to the next, of which the grid's first coordinate is one. */
static int64_t part_filters(const Conv *c)
{
    return c->groups > 1 ? c->panel[part_panels(c)].at - c->panel[0].at : 0;
}

static int part_vectors(const Conv *c)
{
    return c->n->layout.blocks / c->groups;
}

static Call *call_input(const Winograd *w, const int grid[MAX_CALL_GRID], Rect r, int blocks)
{
    const Conv *c = w->c;
    int unit = w->t->unit;
    InputTransform t = build_input_transform(c, r, blocks, w->v, !w->t->split, 1);
    Call *call = step_call(c->l, t.k, grid, arena_printf(c->l->context, "winograd%d_input", unit),
                           "%s.\n%d x %d tiles, %d blocks of 8 channels: V[%d x %d][block][tile][8]", input_transform_text(unit), r.rows,
                           r.columns, blocks, w->size, w->size);
    call_move(call, t.x, (r.row * unit - c->pad[0]) * c->x.row + (r.column * unit - c->pad[1]) * c->x.pixel);
    if (w->t->split) {
        call_stride(call, t.x, 0, c->x.block);
        call_stride(call, t.v, 0, w->v.block);
    } else {
        call_move(call, t.v, w->v_at);
        call_stride(call, t.x, 0, w->entries * c->x.block);
        call_stride(call, t.x, 1, r.rows * unit * c->x.row);
        call_stride(call, t.x, 2, r.columns * unit * c->x.pixel);
    }
    return call;
}

/* A pass, with filters of so many floats, which fetches as many of the next pass, or of the next panel or frequency; afterwards
 * `ahead` points to where they begin. */
static void walk_fetching(Build *b, Phase phase, int images, int tiles, int64_t floats)
{
    int64_t fetched = begin_ahead(b, floats, images, tiles);
    if (fetched)
        k_bump(b->k, b->ahead.pointer, floats);
    emit_walk(b, phase, images, tiles);
    if (fetched)
        k_bump(b->k, b->ahead.pointer, -fetched);
    b->lines = 0;
}

/* The entries of the walk in passes whose filters stay in the first-level cache; sums wait in M. */
static void emit_product(Build *b, int images, int tiles, int depth)
{
    const Entry *e = b->c->entry;
    int entries = b->panel->entries, size, parts, larger;
    split_evenly(entries, depth ? depth : entries, &size, &parts, &larger);
    b->entry = 0;
    for (int i = 0; i < parts; i++, b->entry += b->entries) {
        b->entries = size + (i < larger);
        int64_t floats = (int64_t)channels_of(b->c, b->entry, b->entries) * b->panel->vectors * LANES;
        walk_fetching(b, i ? PHASE_add : PHASE_whole, images, tiles, floats);
        k_bump(b->k, b->w.pointer, floats);
        k_bump(b->k, b->x.pointer, b->entries * b->c->x.block);
    }
    k_bump(b->k, b->x.pointer, -e[entries - 1].offset - b->c->x.block);
}

static const char *images_text(const Winograd *w)
{
    return w->images > 1 ? arena_printf(w->c->l->context, " of %d images", w->images) : "";
}

/* The products of one frequency for all panels of the group; filters and M end where the next frequency begins. */
static void emit_group(const Winograd *w, Build *b, const Group *g, int tiles)
{
    const Panel *p = w->c->panel + g->first;
    int widest = w->c->l->graph->machine.widest;
    for (int i = 0, n; i < g->panels; i += n) {
        for (n = 1; i + n < g->panels && p[i + n].vectors == p[i].vectors;)
            n++;
        b->panel = &p[i];
        build_width(b, p[i].vectors < widest ? 1 : widest);
        k_loop(b->k, n);
        emit_product(b, w->images, tiles, w->t->depth);
        k_bump(b->k, b->out.y.pointer, p[i].vectors * w->m.block);
        k_end(b->k);
    }
    k_bump(b->k, b->out.y.pointer, w->m.frequency - g->vectors * w->m.block);
}

static Call *call_product(const Winograd *w, const int grid[MAX_CALL_GRID], Rect r, const Group *g)
{
    const Conv *c = w->c;
    const Panel *p = &c->panel[g->first];
    Kernel *k = step_kernel(c->l);
    int tiles = r.rows * r.columns;
    Build b = {.c = &w->product, .panel = p, .k = k, .pixel = LANES, .most = w->t->pixels};
    b.x = w->t->split ? stream_workspace(c->l, k, c->n, "v", false) : stream_scratch(c->l, k, "v", false);
    b.w = stream_weights(c->l, k, c->filters, "w");
    if (w->t->ahead)
        b.ahead = stream_weights(c->l, k, c->filters, "ahead");
    b.out = (Output){.y = stream_scratch(c->l, k, "m", true), .vectors.pointer = -1};
    b.out.y.view = (View){w->m.block, tiles * LANES, LANES};
    k_loop(k, w->size * w->size);
    emit_group(w, &b, g, tiles);
    k_bump(k, b.x.pointer, w->v.frequency);
    k_end(k);
    const char *name = arena_printf(c->l->context, "winograd%d_product_%dx%d", w->t->unit, p->vectors * LANES, b.most);
    Call *call = step_call(c->l, k, grid, name,
                           "M[f] = U[f] V[f] for %d x %d frequencies f: %d output channels of %d tiles%s, sums over %lld channels",
                           w->size, w->size, g->vectors * LANES, tiles, images_text(w), (long long)w->channels);
    call->images = w->images;
    call_move(call, b.x, w->t->split ? ((int64_t)r.row * w->tiles[1] + r.column) * LANES : w->v_at);
    call_move(call, b.out.y, w->m_at);
    for (int i = 0; i < 1 + w->t->ahead; i++) {
        call_move(call, i ? b.ahead : b.w, p->at);
        call_stride(call, i ? b.ahead : b.w, 0, w->t->split ? g->filters : part_filters(c));
    }
    if (w->t->split)
        call_stride(call, b.x, 1, (int64_t)r.rows * w->tiles[1] * LANES);
    return call;
}

static Call *call_output(const Winograd *w, const int grid[MAX_CALL_GRID], Rect r, const Group *g)
{
    const Conv *c = w->c;
    const Panel p = {.vector = c->panel[g->first].vector, .vectors = g->vectors};
    int unit = w->t->unit, step[] = {unit / c->window[0], unit / c->window[1]};
    OutputTransform t = build_output_transform(c, &p, r, w->m, w->images);
    Call *call = step_call(c->l, t.k, grid, arena_printf(c->l->context, "winograd%d_output", unit),
                           "%s%s%s.\n%d output channels of %d x %d tiles%s from M[%d x %d][vector][tile][8]", output_transform_text(unit),
                           c->n->tail ? ", then the tail" : "", c->window[0] > 1 ? " and the largest of each 2 x 2" : "",
                           p.vectors * LANES, r.rows, r.columns, images_text(w), w->size, w->size);
    call->images = w->images;
    call_move(call, t.m, w->m_at);
    output_move(call, &t.out, (Place){p.vector, r.row * step[0], r.column * step[1]});
    output_stride(call, &t.out, 0, (Place){w->t->split ? g->vectors : part_vectors(c), 0, 0});
    output_stride(call, &t.out, 1, (Place){0, r.rows * step[0], 0});
    output_stride(call, &t.out, 2, (Place){0, 0, r.columns * step[1]});
    return call;
}

/* ---- steps --------------------------------------------------------------------------------------------------- */

/* One group of panels a task. */
static void add_split_tasks(const Winograd *w, Span rows, Span columns)
{
    const Conv *c = w->c;
    Rect r = rect_of(rows, columns);
    for (size_t i = 0; i < part_panels(c);) {
        Group g = group_run(c, i);
        int grid[] = {g.count, rows.count, columns.count};
        call_product(w, grid, r, &g);
        call_output(w, grid, r, &g)->follows = true;
        i += (size_t)(g.panels * g.count);
    }
}

/* All groups of panels of a part in one task. */
static void add_whole_tasks(const Winograd *w, Span rows, Span columns)
{
    const Conv *c = w->c;
    Rect r = rect_of(rows, columns);
    int grid[] = {w->parts, rows.count, columns.count};
    call_input(w, grid, r, w->entries);
    for (size_t i = 0; i < part_panels(c);) {
        Group g = group_at(c, i);
        call_product(w, grid, r, &g)->follows = true;
        call_output(w, grid, r, &g)->follows = true;
        i += (size_t)g.panels;
    }
}

/* Images whose tiles a task takes together, after which the batch still has tasks enough. */
static int images_together(const Winograd *w)
{
    const Lower *l = w->c->l;
    int most = l->graph->max_batch < MOST_IMAGES ? l->graph->max_batch : MOST_IMAGES, images = 1;
    int64_t tasks = (int64_t)(w->c->panel[w->c->npanel - 1].group + 1) * ceil_of(w->tiles[0], w->t->rows);
    if (!w->t->split || w->c->n->leading || l->graph->training || most * l->program->arena_floats >= INT32_MAX)
        return 1;
    while (2 * images <= most && tasks * (l->graph->max_batch / (2 * images)) >= FEWEST_TASKS &&
           w->size * w->size * spectrum_of(w->c, 2 * images).frequency * (int64_t)sizeof(float) <= IMAGES_SCRATCH)
        images *= 2;
    return images;
}

static void add_tasks(const Winograd *w, const Span rows[2], int nrows, const Span columns[2], int ncolumns)
{
    step_scratch(w->c->l, w->m_at + w->size * w->size * w->m.frequency);
    for (int i = 0; i < nrows * ncolumns; i++)
        (w->t->split ? add_split_tasks : add_whole_tasks)(w, rows[i / ncolumns], columns[i % ncolumns]);
}

static void transform_input(const Winograd *w)
{
    const Conv *c = w->c;
    Rect all = {0, w->tiles[0], 0, w->tiles[1], w->last[0], w->last[1]};
    step_begin(c->l);
    step_scratch(c->l, w->v_at);
    call_input(w, (int[]){(int)c->nentry, 1, 1}, all, 1);
    step_end_part(c->l, c->n, "winograd_input", "%s: its input transformed for F(%d x %d, 3 x 3)", conv_text(c), w->t->unit, w->t->unit);
}

void lower_winograd(Conv *c)
{
    const Tile *t = &c->n->tile;
    read_tail(c);
    pack_filters(c);
    c->vectors_at = output_pack(c->l, c->n, (VectorKind[]){VECTOR_bias}, c->bias);
    Winograd w = winograd_new(c);
    Span rows[2], columns[2];
    int nrows = make_spans(w.tiles[0], t->rows, t->unit, w.last[0], rows);
    int ncolumns = make_spans(w.tiles[1], t->columns, t->unit, w.last[1], columns);
    if (t->split)
        transform_input(&w);
    step_begin(c->l);
    add_tasks(&w, rows, nrows, columns, ncolumns);
    w.images = images_together(&w);
    w.m = spectrum_of(c, w.images);
    if (w.images > 1)
        add_tasks(&w, rows, nrows, columns, ncolumns);
    step_end(c->l, c->n, "winograd", "%s; winograd F(%dx%d,3x3), %d x %d tiles a task, products of %d channels x %d tiles", conv_text(c),
             t->unit, t->unit, t->rows, t->columns, t->vectors * LANES, t->pixels);
}
