/* winograd_batch.c - Winograd's convolution in training steps: of a whole batch, with filters that change with every step.
 *
 * Parameters lie as direct convolutions read them, whatever the algorithm, and transformed filters are never written to memory: a
 * task is some panels of output channels for the tiles of some pictures, or of a part of one. It sums over the input channels
 * some entries at a time: it transforms the filters, transforms the tiles, and adds U[f] V[f] to M[f] for each frequency f; then
 * it transforms M back. U, V and M lie in its thread's scratch memory, all of a size for the second-level cache:
 *   U [panel][frequency][channel][output channel of the panel]
 *   V [frequency][block][tile][8]
 *   M [frequency][output vector][tile][8] */
#include "winograd.h"

typedef struct {
    const Conv *c;
    const Tile *t;
    int size;                           /* frequencies are size x size */
    int tiles[2], last[2];              /* rows and columns of tiles in a picture, results of the last */
    int images, panels;                 /* of a task, at most */
    int64_t u_step;                     /* floats of U from one frequency to the next */
    Spectrum v, m;
    int64_t u_at, v_at, m_at;           /* places in the scratch memory, behind the buffer */
} Batch;

/* What some tasks have in common: panels of one kind, `groups` times `panels` of them from `first` on. */
typedef struct {
    Rect r;
    int images;                         /* of a task */
    int grid[MAX_CALL_GRID];            /* groups of images, groups of panels, rows of tasks */
    size_t first;
    int panels;
    int64_t apart;                      /* floats of the filters from one panel to the next */
    int part;                           /* number of the first one's results among the parts of a picture that are summed */
} Tasks;

static int frequencies(const Batch *w)
{
    return w->size * w->size;
}

int task_images(const Lower *l, const Node *n)
{
    int64_t images = n->tile.algorithm == ALGORITHM_winograd ? n->tile.images : 1, farthest = MOST_BUMP / (l->program->arena_floats + 1);
    return largest_divisor(l->graph->max_batch, images < farthest ? images : farthest);
}

static Batch batch_open(const Conv *c)
{
    const Tile *t = &c->n->tile;
    Batch w = {.c = c, .t = t, .size = t->unit + 2, .images = task_images(c->l, c->n), .panels = t->panels};
    cut_into_tiles(c->n, w.tiles, w.last);
    int64_t tiles = (int64_t)w.images * t->rows * t->columns, vectors = 0, lanes = t->vectors * LANES;
    for (size_t i = 0; i < c->npanel; i++)
        vectors = c->panel[i].vectors > vectors ? c->panel[i].vectors : vectors;
    w.u_step = winograd_plane(t->depth * LANES * lanes);
    w.v = (Spectrum){winograd_plane(t->depth * tiles * LANES), tiles * LANES};
    w.m = (Spectrum){winograd_plane(w.panels * vectors * tiles * LANES), tiles * LANES};
    w.u_at = winograd_plane(BUFFER_FLOATS);
    w.v_at = w.u_at + w.panels * frequencies(&w) * w.u_step;
    w.m_at = w.v_at + frequencies(&w) * w.v.frequency;
    return w;
}

/* ---- calls --------------------------------------------------------------------------------------------------- */

/* So many entries from `entry` on. */
typedef struct {
    int entry, entries;
} Chunk;

static Call *add_call(const Batch *w, const Tasks *t, Kernel *k, const char *what, const char *text, const char *sizes)
{
    Lower *l = w->c->l;
    Call *call = step_call(l, k, t->grid, arena_printf(l->context, "winograd%d_%s", w->t->unit, what), "%s.\n%s", text, sizes);
    call->images = l->graph->max_batch;
    call->follows = true;
    return call;
}

static Stream call_filters(const Batch *w, const Tasks *t, Chunk chunk)
{
    const Conv *c = w->c;
    const Panel *p = &c->panel[t->first];
    FilterTransform f = build_filter_transform(c, (FilterShape){t->panels, p->vectors, chunk.entry, chunk.entries, t->apart}, w->u_step);
    Call *call = add_call(w, t, f.k, "filters", filter_transform_text(w->t->unit),
                          arena_printf(c->l->context, "%d panels of %d output channels, %d input channels", t->panels, p->vectors * LANES,
                                       channels_of(c, chunk.entry, chunk.entries)));
    call_move(call, f.g, p->at + (int64_t)channels_of(c, 0, chunk.entry) * 9 * p->vectors * LANES);
    call_stride(call, f.g, 1, t->panels * t->apart);
    call_move(call, f.u, w->u_at);
    call->follows = chunk.entry > 0;
    return f.g;
}

static Stream call_input(const Batch *w, const Tasks *t, Chunk chunk)
{
    const Conv *c = w->c;
    const Rect *r = &t->r;
    int unit = w->t->unit;
    InputTransform f = build_input_transform(c, *r, chunk.entries, w->v, true, t->images);
    Call *call = add_call(w, t, f.k, "input", input_transform_text(unit),
                          arena_printf(c->l->context, "%d x %d tiles of %d images, %d blocks of 8 channels: V[%d x %d][block][tile][8]",
                                       r->rows, r->columns, t->images, chunk.entries, w->size, w->size));
    call_move(call, f.x, chunk.entry * c->x.block + (r->row * unit - c->pad[0]) * c->x.row + (r->column * unit - c->pad[1]) * c->x.pixel);
    call_stride(call, f.x, 0, t->images * f.x.image);
    call_stride(call, f.x, 2, r->rows * unit * c->x.row);
    call_move(call, f.v, w->v_at);
    return f.x;
}

/* The 1 x 1 convolution from V to M. */
static const Conv *open_product(const Batch *w, Chunk chunk)
{
    Conv *p = arena_alloc(w->c->l->context, 1, sizeof *p);
    *p = *w->c;
    p->entry = arena_alloc(p->l->context, (size_t)chunk.entries, sizeof *p->entry);
    for (int i = 0; i < chunk.entries; i++)
        p->entry[i] = (Entry){i * LANES, w->c->entry[chunk.entry + i].count, i * w->v.block};
    for (int i = 0; i < 2; i++) {
        p->kernel[i] = p->stride[i] = p->dilation[i] = p->window[i] = 1;
        p->pad[i] = 0;
    }
    p->bias = false;
    p->sums = NULL;
    p->x = (View){w->v.block, 0, LANES};
    p->step = 1;
    return p;
}

static void call_product(const Batch *w, const Tasks *t, Chunk chunk)
{
    Lower *l = w->c->l;
    const Panel *p = &(Panel){.vectors = w->c->panel[t->first].vectors, .entries = chunk.entries};
    int tiles = t->images * t->r.rows * t->r.columns, widest = l->graph->machine.widest;
    Kernel *k = step_kernel(l);
    Build b = {.c = open_product(w, chunk), .panel = p, .k = k, .pixel = LANES, .most = w->t->pixels, .entries = chunk.entries,
               .chunk = chunk.entry ? chunk.entries : 0};
    b.x = stream_scratch(l, k, "v", false);
    b.w = stream_scratch(l, k, "u", false);
    b.out = (Output){.y = stream_scratch(l, k, "m", true), .vectors.pointer = -1};
    b.out.y.view = (View){w->m.block, 0, LANES};
    build_width(&b, p->vectors < widest ? 1 : widest);
    k_loop(k, t->panels);
    k_loop(k, frequencies(w));
    emit_walk(&b, chunk.entry ? PHASE_add : PHASE_whole, 1, tiles);
    k_bump(k, b.w.pointer, w->u_step);
    k_bump(k, b.x.pointer, w->v.frequency);
    k_bump(k, b.out.y.pointer, w->m.frequency);
    k_end(k);
    k_bump(k, b.x.pointer, -frequencies(w) * w->v.frequency);
    k_bump(k, b.out.y.pointer, p->vectors * w->m.block - frequencies(w) * w->m.frequency);
    k_end(k);
    Call *call = add_call(w, t, k, arena_printf(l->context, "product_%dx%d", p->vectors * LANES, b.most),
                          chunk.entry ? "M[f] += U[f] V[f] for all frequencies f" : "M[f] = U[f] V[f] for all frequencies f",
                          arena_printf(l->context, "%d panels of %d output channels, %d tiles, %d channels", t->panels, p->vectors * LANES,
                                       tiles, channels_of(w->c, chunk.entry, chunk.entries)));
    call_move(call, b.x, w->v_at);
    call_move(call, b.w, w->u_at);
    call_move(call, b.out.y, w->m_at);
}

/* From one group of images to the next. */
static void stride_images(Call *call, const Output *o, int images)
{
    for (int i = -1; i < o->ntail; i++) {
        const Stream *s = i < 0 ? &o->y : &o->tail[i].operand;
        if (s->pointer >= 0)
            call_stride(call, *s, 0, images * s->image);
    }
}

static void call_output(const Batch *w, const Tasks *t)
{
    const Conv *c = w->c;
    const Rect *r = &t->r;
    int unit = w->t->unit;
    Panel p = c->panel[t->first];
    p.vectors *= t->panels;
    OutputTransform f = build_output_transform(c, &p, *r, w->m, t->images);
    Call *call =
        add_call(w, t, f.k, "output", output_transform_text(unit),
                 arena_printf(c->l->context,
                              "%d output channels of %d x %d tiles of %d images from M[%d x %d][vector][tile][8]%s",
                              p.vectors * LANES, r->rows, r->columns, t->images, w->size, w->size,
                              c->n->tail ? ", then the tail" : ""));
    call_move(call, f.m, w->m_at);
    output_move(call, &f.out, (Place){p.vector, r->row * unit, r->column * unit});
    output_stride(call, &f.out, 1, (Place){p.vectors, 0, 0});
    output_stride(call, &f.out, 2, (Place){0, r->rows * unit, 0});
    stride_images(call, &f.out, t->images);
}

/* The results, which are still in the cache, are summed where a batch norm wants that: those of a task are one part. */
static void call_tally(const Batch *w, const Tasks *t)
{
    const Conv *c = w->c;
    const Rect *r = &t->r;
    int unit = w->t->unit, vectors = c->panel[t->first].vectors * t->panels;
    int rows = (r->rows - 1) * unit + r->last_row, width = (r->columns - 1) * unit + r->last_column;
    if (!c->sums)
        return;
    TallyKernel f = build_tally(c, vectors, rows, width, t->images);
    Call *call = add_call(w, t, f.k, "tally", "Sums of results, and of their squares or products with what the norm read",
                          arena_printf(c->l->context, "%d output channels of %d x %d results of %d images", vectors * LANES, rows, width,
                                       t->images));
    for (int i = 0; i < f.streams; i++) {
        const Stream *s = &f.stream[i];
        call_move(call, *s, c->panel[t->first].vector * s->view.block + r->row * unit * s->view.row + r->column * unit * s->view.pixel);
        call_stride(call, *s, 0, t->images * s->image);
        call_stride(call, *s, 1, vectors * s->view.block);
        call_stride(call, *s, 2, r->rows * unit * s->view.row);
    }
    place_tally(call, c, f.stream[0], t->part, 2, 1);
}

/* ---- the step ------------------------------------------------------------------------------------------------ */

/* The calls of a chunk, the first of which is number `call` of the step. */
typedef struct {
    Chunk chunk;
    int call;
    Stream g, x;                        /* of its first and second */
} ChunkCalls;

static ChunkCalls add_chunk(const Batch *w, const Tasks *t, Chunk chunk)
{
    ChunkCalls calls = {.chunk = chunk, .call = w->c->l->code->ncall};
    calls.g = call_filters(w, t, chunk);
    calls.x = call_input(w, t, chunk);
    call_product(w, t, chunk);
    return calls;
}

/* Is a chunk the same, but for its place, and is its sum added like that of this one? */
static bool is_alike(const Conv *c, const ChunkCalls *calls, Chunk chunk)
{
    const Entry *a = c->entry + calls->chunk.entry, *b = c->entry + chunk.entry;
    bool alike = calls->chunk.entry > 0 && calls->chunk.entries == chunk.entries;
    for (int i = 0; alike && i < chunk.entries; i++)
        alike = a[i].count == b[i].count;
    return alike;
}

static void repeat_chunk(const Batch *w, const Tasks *t, const ChunkCalls *calls, Chunk chunk)
{
    const Conv *c = w->c;
    int from = calls->chunk.entry, channels = channels_of(c, from, chunk.entry - from);
    call_move(step_repeat(c->l, calls->call), calls->g, (int64_t)channels * 9 * c->panel[t->first].vectors * LANES);
    call_move(step_repeat(c->l, calls->call + 1), calls->x, (chunk.entry - from) * c->x.block);
    step_repeat(c->l, calls->call + 2);
}

static void add_tasks(const Batch *w, const Tasks *t)
{
    int size, parts, larger;
    ChunkCalls calls = {.call = -1};
    split_evenly((int)w->c->nentry, w->t->depth, &size, &parts, &larger);
    for (int i = 0, entry = 0; i < parts; i++) {
        Chunk chunk = {entry, size + (i < larger)};
        if (is_alike(w->c, &calls, chunk))
            repeat_chunk(w, t, &calls, chunk);
        else
            calls = add_chunk(w, t, chunk);
        entry += chunk.entries;
    }
    call_output(w, t);
    call_tally(w, t);
}

/* Panels of one kind, as many together as a task has, and those that are left. */
static void add_run(const Batch *w, Rect r, int rows, int part, size_t first, Run run)
{
    int images = w->c->l->graph->max_batch / w->images, groups = run.panels / w->panels, rest = run.panels % w->panels;
    if (groups)
        add_tasks(w, &(Tasks){r, w->images, {images, groups, rows}, first, w->panels, run.filters, part});
    if (rest)
        add_tasks(w, &(Tasks){r, w->images, {images, 1, rows}, first + (size_t)groups * (size_t)w->panels, rest, run.filters, part});
}

static void add_part(const Batch *w, Span rows, Span columns, int part)
{
    const Conv *c = w->c;
    for (int i = 0; i < columns.count; i++) {
        bool last = i + 1 == columns.count;
        Rect r = {rows.start, rows.size, columns.start + i * columns.size, columns.size, rows.last, last ? columns.last : w->t->unit};
        for (size_t p = 0; p < c->npanel;) {
            Run run = panel_run(c, p);
            add_run(w, r, rows.count, part + i * rows.count, p, run);
            p += (size_t)run.panels;
        }
    }
}

void lower_winograd_batch(Conv *c, const char *name)
{
    const Tile *t = &c->n->tile;
    Batch w = batch_open(c);
    Span rows[2], columns[2];
    int nrows = make_spans(w.tiles[0], t->rows, t->unit, w.last[0], rows);
    int ncolumns = make_spans(w.tiles[1], t->columns, t->unit, w.last[1], columns);
    step_begin(c->l);
    step_scratch(c->l, w.m_at + frequencies(&w) * w.m.frequency);
    for (int i = 0, part = 0; i < nrows * ncolumns; i++) {
        Span down = rows[i / ncolumns], across = columns[i % ncolumns];
        add_part(&w, down, across, part);
        part += down.count * across.count;
    }
    step_end(c->l, c->n, name, "%s; winograd F(%dx%d,3x3), %d x %d tiles of %d images a task, products of %d channels x %d tiles",
             conv_text(c), t->unit, t->unit, t->rows, t->columns, w.images, t->vectors * LANES, t->pixels);
}
