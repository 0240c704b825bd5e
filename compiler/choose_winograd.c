/* choose_winograd.c - where Winograd's algorithm is worth its transforms, from shapes alone: neither the target, nor threads,
 * nor the batch may change which products a result is made of.
 *
 * Costs are cycles of one core with AVX2: sixteen multiply-adds a cycle, transforms as they were measured, and bytes that
 * come from beyond the second-level cache. */
#include "choose.h"

enum {
    SCRATCH_BYTES = 640 << 10,          /* of one task's tiles: they stay in the second-level cache, */
    SPLIT_SCRATCH = 460 << 10,          /*   where only their results do, beside those of a frequency and its filters */
    MOST_SCRATCH = 1 << 20,             /* bytes of a thread's stack */
    FAR_BYTES = 512 << 10,              /* of filters, beyond which they do not stay there beside the tiles */
    NEAR_BYTES = 64 << 10,              /* of filters, that surely stay in it */
    TASK_CYCLES = 30000,                /* of a task where there are few */
    MOST_TASKS = 16,                    /* that a layer is cut into for threads alone, */
    FAR_TASKS = 8,                      /*   and where each of them reads such filters again */
    TOGETHER = 12,                      /* output vectors of a task that reads its filters from far away, at most */
    SPLIT_TASKS = 4,                    /* such tasks, or a multiple of it, so that a few threads have equal shares */
    PANEL = 4,                          /* output vectors of a panel, about */
};

static const double fma_rate = 16 * 0.86, far_rate = 8, filter_rate = 64, tile_rate = 16;      /* multiply-adds, bytes a cycle */
static const double near_rate = 10;     /* bytes a cycle from the second-level cache, beside products */
static const double grouped_share = 0.85;   /* of a direct sum's cycles, which the kernel of grouped ones takes more surely than this */

/* Cycles of the transforms of one tile of 8 channels. */
typedef struct {
    int unit;
    double input, output;
} Transform;
static const Transform transforms[] = {{4, 110, 100}, {2, 45, 40}};

/* A layer as the algorithm sees it; of a grouped one, one of its groups. */
typedef struct {
    const Node *n;
    int groups;
    int in, blocks, vectors;            /* input channels, their blocks, output vectors */
    int rows, columns;                  /* of tiles */
    int frequencies;
    bool average;
} Layer;

/* Is every group of channels whole blocks, which follow each other? */
static bool has_whole_groups(const Layout *l, int channels, int groups)
{
    return groups == 1 || (l->nsegment <= 1 && channels / groups % LANES == 0);
}

bool winograd_fits(const Node *n)
{
    const Attr *a = &n->attr;
    if (n->op != OP_conv || n->in[0]->layout.kind != LAYOUT_blocked)
        return false;
    return a->kernel[0] == 3 && a->kernel[1] == 3 && a->stride[0] == 1 && a->stride[1] == 1 && a->dilation[0] == 1 &&
           a->dilation[1] == 1 && has_whole_groups(&n->in[0]->layout, node_result(n->in[0]).channels, a->groups) &&
           has_whole_groups(&n->layout, a->out, a->groups);
}

static Layer layer_of(const Node *n, int unit)
{
    int groups = n->attr.groups;
    Layer l = {.n = n, .groups = groups, .in = node_result(n->in[0]).channels / groups, .blocks = n->in[0]->layout.blocks / groups,
               .vectors = n->layout.blocks / groups, .rows = ceil_of(n->shape.height, unit),
               .columns = ceil_of(n->shape.width, unit), .frequencies = (unit + 2) * (unit + 2)};
    for (const Node *t = n->tail; t; t = t->tail)
        l.average |= t->op == OP_global_avg_pool;
    return l;
}

/* The tiles of a task: at most `most`, whole rows of them where a row is not too long. */
static void choose_task(const Layer *l, Tile *t, int most)
{
    t->columns = t->split ? l->columns : even_part(l->columns, most);
    t->rows = t->columns < l->columns ? 1 : even_part(l->rows, most / l->columns);
}

/* Output vectors of a task. */
static int together_of(const Layer *l, const Tile *t)
{
    int together = t->together ? t->together : t->vectors;
    return together < l->vectors ? together : l->vectors;
}

/* Multiply-adds, or, where channels are few, what is read and written for them. */
static double product_cycles(const Layer *l, const Tile *t)
{
    int tiles = t->rows * t->columns, tasks = ceil_of(l->rows, t->rows) * ceil_of(l->columns, t->columns);
    double sums = (tiles + 0.5) * l->in * l->vectors * LANES / fma_rate;
    double bytes = 4.0 * LANES * (tiles * (l->blocks + l->vectors) + l->in * l->vectors);
    return tasks * l->frequencies * (sums > bytes / near_rate ? sums : bytes / near_rate);
}

static double filter_bytes(const Layer *l)
{
    return 4.0 * l->frequencies * l->in * l->vectors * LANES;
}

/* Cycles for what does not stay in the second-level cache: filters come from memory once, and from the third level whenever a
 * task reads them again; so do the transformed tiles of the split form, for each group of output vectors. */
static double fetch_cycles(const Layer *l, const Tile *t)
{
    double filters = filter_bytes(l), tiles = 32.0 * l->frequencies * l->blocks * l->rows * l->columns;
    int tasks = ceil_of(l->rows, t->rows) * ceil_of(l->columns, t->columns), groups = t->split ? ceil_of(l->vectors, t->together) : 0;
    double again = filters > FAR_BYTES ? filters * (tasks - 1) : 0, between = groups && tiles > FAR_BYTES ? tiles * (1 + groups) : 0;
    return filters / far_rate + again / filter_rate + between / tile_rate;
}

static double tile_cycles(const Layer *l, const Tile *t, const Transform *f)
{
    double transform = (double)l->rows * l->columns * (l->blocks * f->input + l->vectors * f->output);
    return l->groups * (product_cycles(l, t) + transform + fetch_cycles(l, t));
}

/* Tiles of a task, no more than t has, of which there are enough for a few threads: a power of two, so that their shares are equal. */
static int shared_tiles(const Layer *l, const Tile *t, const Transform *f)
{
    int limit = (filter_bytes(l) > FAR_BYTES ? FAR_TASKS : MOST_TASKS) / l->groups, tasks = 1;
    double wanted = tile_cycles(l, t, f) / TASK_CYCLES;
    while (2 * tasks <= limit && wanted > 1.5 * tasks)
        tasks *= 2;
    int most = t->rows * t->columns, shared = l->rows * l->columns / tasks;
    return shared < most ? shared : most;
}

/* Output vectors of a task of the split form: of all tiles where their results are averaged. */
static int choose_together(const Layer *l, int64_t tile_bytes)
{
    int together = ceil_of(l->vectors, SPLIT_TASKS * ceil_of(l->vectors, SPLIT_TASKS * TOGETHER));
    int64_t most = MOST_SCRATCH / (tile_bytes * l->rows * l->columns);
    together = even_part(l->vectors, together < PANEL ? PANEL : together);
    return !l->average || together < most ? together : most > 1 ? (int)most : 1;
}

/* A tile for this transform, with the whole input transformed first or not, and its cost. */
static double choose_form(const Machine *machine, const Node *n, const Transform *f, bool split, Tile *t)
{
    Layer l = layer_of(n, f->unit);
    *t = (Tile){.algorithm = ALGORITHM_winograd, .unit = f->unit, .split = split};
    int64_t tile_bytes = 32 * l.frequencies;
    if (split)
        t->together = choose_together(&l, tile_bytes);
    int64_t most = split ? SPLIT_SCRATCH / (tile_bytes * t->together) : SCRATCH_BYTES / (tile_bytes * (l.blocks + PANEL));
    choose_task(&l, t, most < 1 ? 1 : (int)most);
    if (!split || t->together == l.vectors)
        choose_task(&l, t, shared_tiles(&l, t, f));
    if (l.average)
        t->rows = l.rows;
    choose_product(machine, t, l.in, l.blocks, split ? t->together : l.vectors, t->rows * t->columns);
    t->ahead = filter_bytes(&l) > NEAR_BYTES;
    return tile_cycles(&l, t, f);
}

int64_t winograd_workspace(const Node *n)
{
    if (n->tile.algorithm != ALGORITHM_winograd || !n->tile.split)
        return 0;
    Layer l = layer_of(n, n->tile.unit);
    return l.frequencies * winograd_plane((int64_t)l.blocks * l.rows * l.columns * LANES);
}

bool winograd_form(const Machine *machine, Node *n, int unit, bool split)
{
    const Transform *f = transforms;
    while (f->unit != unit)
        f++;
    Tile tile;
    if (!winograd_fits(n))
        return false;
    choose_form(machine, n, f, split, &tile);
    if (winograd_refusal(machine, n, &tile))
        return false;
    n->tile = tile;
    n->workspace = winograd_workspace(n);
    return true;
}

const char *winograd_refusal(const Machine *machine, const Node *n, const Tile *t)
{
    if (!winograd_fits(n))
        return "this layer does not take this algorithm";
    if (t->unit != 2 && t->unit != 4)
        return "unit must be 2 or 4";
    Layer l = layer_of(n, t->unit);
    if (t->vectors > l.vectors || t->vectors > MOST_VECTORS || t->pixels > tile_pixels(machine, t->vectors))
        return "vectors times pixels exceed the registers, or vectors those of the result";
    if (t->columns < 1 || t->rows > l.rows || t->columns > l.columns || (t->split && t->columns < l.columns))
        return "rows or columns of a task are more than there are, or split has only some of the columns";
    if (l.average && (!t->split || t->rows < l.rows))
        return "a global average needs split and all rows";
    if (l.groups > 1 && (t->split || t->together))
        return "a grouped layer has neither split nor together";
    if (t->depth >= l.blocks && t->depth)
        return "depth must be less than the number of input blocks";
    int together = together_of(&l, t);
    if (32 * (int64_t)l.frequencies * t->rows * t->columns * (t->split ? together : l.blocks + together) > MOST_SCRATCH)
        return "a task's tiles are more than a thread has room for";
    return t->flat || t->panels_first || t->band ? "a winograd layer has neither band nor order" : NULL;
}

static double direct_cycles(const Node *n)
{
    double filters = 36.0 * node_result(n->in[0]).channels / n->attr.groups * n->layout.blocks * 8;
    return (double)n->macs / fma_rate + (filters > FAR_BYTES ? filters / far_rate : 0);
}

bool choose_winograd(const Machine *machine, Node *n)
{
    if (!winograd_fits(n))
        return false;
    double best = direct_cycles(n) * (n->attr.groups > 1 ? grouped_share : 1);
    Tile chosen = {0}, t;
    for (size_t i = 0; i < 2 * sizeof transforms / sizeof *transforms; i++) {
        const Transform *f = &transforms[i / 2];
        double cycles = choose_form(machine, n, f, i % 2, &t);
        if (cycles >= best || winograd_refusal(machine, n, &t))
            continue;
        best = cycles;
        chosen = t;
    }
    return chosen.unit && winograd_form(machine, n, chosen.unit, chosen.split);
}
