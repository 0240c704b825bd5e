/* pixels.c - loops over the pixels of a channel block; kernels that are nothing else; sums. */
#include "pixels.h"

enum {
    PIXELS = 4, BAND_CYCLES = 20000,
    FETCHED_AHEAD = 512,                /* floats that a walk passes while a line comes from memory */
    LONG_WALK = 2 * FETCHED_AHEAD,      /* from which on that is worth its instructions */
};

static bool is_line(View v, int width)
{
    return v.row == width * v.pixel;
}

/* Do all tensors lie in memory as one row of all pixels? */
static bool without_borders(const Walk *w, int width)
{
    bool lines = !w->out || is_line(w->out->y.view, width);
    for (int i = 0; i < w->nin; i++)
        lines = lines && is_line(w->in[i].view, width);
    for (int i = 0; w->out && i < w->out->ntail; i++)
        lines = lines && (w->out->tail[i].operand.pointer < 0 || is_line(w->out->tail[i].operand.view, width));
    return lines;
}

static void walk_bump(const Walk *w, int rows, int pixels)
{
    for (int i = 0; i < w->nin; i++)
        k_bump(w->k, w->in[i].pointer, rows * w->in[i].view.row + pixels * w->in[i].view.pixel);
    if (w->out)
        output_bump(w->k, w->out, (Place){0, rows, pixels});
}

static void fetch_stream(const Walk *w, const Stream *s)
{
    enum { LINE = 64 / sizeof(float) };
    for (int i = 0; i < PIXELS * LANES && s->pointer >= 0 && s->view.pixel == LANES; i += LINE)
        k_prefetch(w->k, s->pointer, FETCHED_AHEAD + i);
}

/* Walks of several tensors that come from memory wait for it: what a processor fetches on its own account is too near. */
static void fetch_ahead(const Walk *w)
{
    for (int i = 0; i < w->nin; i++)
        fetch_stream(w, &w->in[i]);
    if (w->out && !w->out->streamed)
        fetch_stream(w, &w->out->y);
    for (int i = 0; w->out && i < w->out->ntail; i++)
        fetch_stream(w, &w->out->tail[i].operand);
}

static void walk_pixels(const Walk *w, int count, bool ahead, WalkBody *body, void *self)
{
    if (count / PIXELS) {
        k_loop(w->k, count / PIXELS);
        if (ahead)
            fetch_ahead(w);
        body(self, PIXELS);
        walk_bump(w, 0, PIXELS);
        k_end(w->k);
    }
    if (count % PIXELS) {
        body(self, count % PIXELS);
        walk_bump(w, 0, count % PIXELS);
    }
}

void walk_rows(const Walk *w, int rows, int width, WalkBody *body, void *self)
{
    bool ahead = rows * width * LANES >= LONG_WALK;
    if (without_borders(w, width)) {
        walk_pixels(w, rows * width, ahead, body, self);
        return;
    }
    k_loop(w->k, rows);
    walk_pixels(w, width, ahead, body, self);
    walk_bump(w, 1, -width);
    k_end(w->k);
}

/* ---- kernels that are one loop ------------------------------------------------------------------------------------ */

int map_load(const Map *m, int i, int pixel)
{
    int reg = kernel_register(m->k);
    k_load(m->k, reg, m->in[i].pointer, pixel * m->in[i].view.pixel);
    return reg;
}

Stream map_side(Map *m, const Node *n, const char *name)
{
    if (m->nside == MAX_SIDES)
        die("lower: a kernel with more than %d vectors of its channels", MAX_SIDES);
    return m->side[m->nside++] = stream_open(m->l, m->k, n, name, false);
}

typedef struct {
    Map map;
    const MapKind *kind;
} Mapping;

static void emit_values(void *self, int pixels)
{
    Mapping *m = self;
    for (int j = 0; j < pixels; j++)
        output_store(m->map.k, &m->map.out, m->kind->value(&m->map, j), (Place){0, 0, j});
}

/* Results of a training step that are read again when other tensors have filled the caches: writing past these saves reading what is
 * written over, a third of a pass's traffic. */
static bool is_far(const Graph *g, const Node *n, View to)
{
    enum { NEAR = 3 << 20 };            /* floats of a batch: a third of a large last-level cache */
    return g->training && to.pixel == LANES && g->max_batch * shape_floats(n->shape) >= NEAR;
}

static void emit_band(Mapping *m, const Node *head, int64_t vectors, int rows)
{
    static const char *const name[MAX_WALKERS] = {"x", "v", "w", "z"};
    Map *map = &m->map;
    for (map->nin = 0; map->nin < m->kind->nin; map->nin++)
        map->in[map->nin] = stream_operand(map->l, map->k, head->in[map->nin], name[map->nin]);
    map->out = output_open(map->l, map->k, head, vectors, m->kind->nown);
    map->out.streamed = is_far(map->l->graph, head, map->out.y.view);
    if (m->kind->open)
        m->kind->open(map);
    walk_rows(&(Walk){map->k, map->in, map->nin, &map->out}, rows, head->shape.width, emit_values, m);
    if (map->out.streamed)
        k_fence(map->k);
}

static void move_streams(Call *call, const Map *m, int start, int rows)
{
    for (int i = 0; i < m->nin; i++) {
        call_move(call, m->in[i], start * m->in[i].view.row);
        call_stride(call, m->in[i], 0, m->in[i].view.block);
        call_stride(call, m->in[i], 1, rows * m->in[i].view.row);
    }
    for (int i = 0; i < m->nside; i++)
        call_stride(call, m->side[i], 0, m->side[i].view.block);
    output_move(call, &m->out, (Place){0, start, 0});
    output_stride(call, &m->out, 0, (Place){1, 0, 0});
    output_stride(call, &m->out, 1, (Place){0, rows, 0});
}

void lower_map(Lower *l, Node *n, const Node *head, const MapKind *kind)
{
    Shape s = n->shape;
    int size, parts, larger;
    split_evenly(s.height, BAND_CYCLES / s.width + 1, &size, &parts, &larger);
    int64_t vectors = output_pack(l, head, kind->own, kind->nown);
    step_begin(l);
    for (int i = 0, start = 0; i < 2; i++) {
        int rows = i ? size : size + 1, bands = i ? parts - larger : larger;
        if (!bands)
            continue;
        Mapping m = {.map = {.l = l, .n = n, .k = step_kernel(l)}, .kind = kind};
        emit_band(&m, head, vectors, rows);
        Call *call = step_call(l, m.map.k, (int[]){n->layout.blocks, bands, 1}, kind->name, "8 channels of %d x %d pixels", rows, s.width);
        move_streams(call, &m.map, start, rows);
        start += rows * bands;
    }
    Text t = text_new(l->context);
    text_add(&t, "%s", op_name(n->op));
    for (const Node *e = n->tail; e; e = e->tail)
        text_add(&t, ", then %s", op_name(e->op));
    step_end(l, n, op_name(n->op), "%s: %d x %d x %d", t.data, s.channels, s.height, s.width);
}

/* ---- sums ----------------------------------------------------------------------------------------------------------- */

/* Several sums side by side, because an addition takes longer than a load. */
typedef struct {
    const Sum *sum;
    int part[2][PIXELS];
    int count;                          /* of each: a power of two */
} Parts;

static bool has_two(SumKind kind)
{
    return kind == SUM_moments || kind == SUM_gradient;
}

static bool has_factor(SumKind kind)
{
    return kind == SUM_products || kind == SUM_gradient;
}

static void emit_term(const Sum *s, int first, int second, int x, int dy)
{
    Kernel *k = s->k;
    if (s->kind != SUM_values && s->kind != SUM_products)
        k_op(k, V_sub, x, x, s->mean);
    switch (s->kind) {
    case SUM_values:
        k_op(k, V_add, first, first, x);
        break;
    case SUM_squares:
        k_op(k, V_fma, first, x, x);
        break;
    case SUM_moments:
        k_op(k, V_add, first, first, x);
        k_op(k, V_fma, second, x, x);
        break;
    case SUM_products:
        k_op(k, V_fma, first, x, dy);
        break;
    case SUM_gradient:
        k_op(k, V_add, first, first, dy);
        k_op(k, V_fma, second, x, dy);
        break;
    }
}

static void emit_terms(void *self, int pixels)
{
    Parts *p = self;
    const Sum *s = p->sum;
    int x = kernel_register(s->k), dy = kernel_register(s->k);
    for (int j = 0; j < pixels; j++) {
        k_load(s->k, x, s->x.pointer, j * s->x.view.pixel);
        if (has_factor(s->kind))
            k_load(s->k, dy, s->dy.pointer, j * s->dy.view.pixel);
        emit_term(s, p->part[0][j % p->count], p->part[1][j % p->count], x, dy);
    }
    kernel_release(s->k, x);
    kernel_release(s->k, dy);
}

/* As many as registers are free for, beside those of a term; of the first 16, so that sums are the same on every machine. */
static int parts_of(const Sum *s)
{
    int spare = __builtin_popcount(s->k->free_registers & 0xffff) - 2, count = PIXELS;
    while (count > 1 && count << has_two(s->kind) > spare)
        count /= 2;
    return count;
}

/* sum += the sums of some rows: parts first, so that small terms do not meet large sums. */
static void emit_chunk(const Sum *s, int rows, int width, const int sum[2])
{
    Parts p = {.sum = s, .count = parts_of(s)};
    for (int i = 0; i <= has_two(s->kind); i++)
        for (int j = 0; j < p.count; j++)
            k_zero(s->k, p.part[i][j] = kernel_register(s->k));
    walk_rows(&(Walk){s->k, (Stream[]){s->x, s->dy}, 1 + has_factor(s->kind), NULL}, rows, width, emit_terms, &p);
    for (int i = 0; i <= has_two(s->kind); i++) {
        for (int left = p.count / 2; left; left /= 2)
            for (int j = 0; j < left; j++)
                k_op(s->k, V_add, p.part[i][j], p.part[i][j], p.part[i][j + left]);
        k_op(s->k, V_add, sum[i], sum[i], p.part[i][0]);
        for (int j = 0; j < p.count; j++)
            kernel_release(s->k, p.part[i][j]);
    }
}

void emit_sums(const Sum *s, int rows, int width, int sum[2])
{
    enum { CHUNK = 256 };               /* pixels that are summed on their own */
    int together = width < CHUNK ? CHUNK / width : 1;
    for (int i = 0; i <= has_two(s->kind); i++)
        k_zero(s->k, sum[i] = kernel_register(s->k));
    if (rows / together) {
        k_loop(s->k, rows / together);
        emit_chunk(s, together, width, sum);
        k_end(s->k);
    }
    if (rows % together)
        emit_chunk(s, rows % together, width, sum);
}
