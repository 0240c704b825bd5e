/* pixels.c - loops over the pixels of a channel block, and kernels that are nothing else. */
#include "pixels.h"

enum { PIXELS = 4, BAND_CYCLES = 20000 };

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

static void walk_pixels(const Walk *w, int count, WalkBody *body, void *self)
{
    if (count / PIXELS) {
        k_loop(w->k, count / PIXELS);
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
    if (without_borders(w, width)) {
        walk_pixels(w, rows * width, body, self);
        return;
    }
    k_loop(w->k, rows);
    walk_pixels(w, width, body, self);
    walk_bump(w, 1, -width);
    k_end(w->k);
}

int map_load(const Map *m, int i, int pixel)
{
    int reg = kernel_register(m->k);
    k_load(m->k, reg, m->in[i].pointer, pixel * m->in[i].view.pixel);
    return reg;
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

static void emit_band(Mapping *m, const Node *head, int64_t vectors, int rows)
{
    static const char *const name[MAX_WALKERS] = {"x", "v", "w", "z"};
    Map *map = &m->map;
    for (map->nin = 0; map->nin < m->kind->nin; map->nin++)
        map->in[map->nin] = stream_operand(map->l, map->k, head->in[map->nin], name[map->nin]);
    map->out = output_open(map->l, map->k, head, vectors, 0);
    if (m->kind->open)
        m->kind->open(map);
    walk_rows(&(Walk){map->k, map->in, map->nin, &map->out}, rows, head->shape.width, emit_values, m);
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

void lower_map(Lower *l, Node *n, const Node *head, const MapKind *kind, const char *comment)
{
    Shape s = n->shape;
    int size, parts, larger;
    split_evenly(s.height, BAND_CYCLES / s.width + 1, &size, &parts, &larger);
    int64_t vectors = output_pack(l, head, NULL, 0);
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
    step_end(l, n, op_name(n->op), "%s", comment);
}
