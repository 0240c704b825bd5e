/* choose.c - the algorithm and register tile of every convolution, from its shape and the machine's arithmetic.
 *
 * Needs layouts; gives node->tile; keeps everything else. A register tile holds `vectors` x `pixels` accumulators. Each step of the sum
 * takes vectors * pixels FMAs and vectors + pixels loads, two of each a cycle, and an FMA takes four cycles: the tile that
 * needs the fewest cycles for the whole picture, ragged edges included, wins. */
#include "choose.h"
#include "tuned.h"

enum {
    TASK_CYCLES = 250000,               /* long against the cost of a call, short against a layer */
    FEWEST_TASKS = 16,                  /* of a layer, so that a few threads have equal shares */
    FILTER_CACHE = 16 << 10,            /* bytes of filters that stay in half of a first-level cache */
    FIRST_USE = 4,                      /* cycles that the first load from a line of the input waits */
    STREAM = 10,                        /* bytes a cycle that come from a second-level cache, beside other work */
    NEAR_CACHE = 256 << 10,             /* bytes that surely stay in half of a second-level cache */
    LONG_PANEL = 128 << 10,             /* bytes of filters that are rather streamed once than once for each few rows */
    LONG_TASKS = 4,                     /* of such a layer at least */
    WAITING_SUMS = 64 << 10,            /* bytes of results that passes may walk over again and again */
};

/* Registers for so many vectors. */
static int units_of(const Machine *machine, int vectors)
{
    return ceil_of(vectors, machine->widest);
}

/* Accumulators, the smaller set of operands, and one register for the larger set's current element must fit; so must the
 * accumulators and what a tail's activation computes with. */
int tile_pixels(const Machine *machine, int vectors)
{
    enum { TAIL_REGISTERS = 4 };
    int pixels = 0, units = units_of(machine, vectors);
    for (int p = 1; units * p + (units < p ? units : p) + 1 <= machine->registers && units * p + TAIL_REGISTERS <= machine->registers; p++)
        pixels = p;
    return pixels;
}

/* The sum of a layer, as far as its tile is concerned. */
typedef struct {
    const Machine *machine;
    double steps;                       /* for one result */
    double lines;                       /* cache lines of the input that a pixel's step is the first to need */
    int blocks;                         /* of the input; 0: the sum cannot be split into passes */
    int chunk;                          /* of these, that are summed on their own; 0: all */
} Sum;

static double larger_of(double a, double b)
{
    return a > b ? a : b;
}

static double filter_bytes(const Sum *sum, int vectors)
{
    return sum->steps * vectors * LANES * sizeof(float);
}

/* Input blocks summed in one pass, whole chunks, so that their filters stay in the first-level cache; 0: all. Filters that are needed
 * slowly enough may as well come from the second level. */
static int pass_depth(const Sum *sum, int vectors, int pixels)
{
    double bytes = filter_bytes(sum, vectors), cycles = units_of(sum->machine, vectors) * pixels / 2.0;
    if (bytes <= FILTER_CACHE || !sum->blocks || vectors * LANES * sizeof(float) <= STREAM * cycles)
        return 0;
    int depth = (int)(FILTER_CACHE / (bytes / sum->blocks)), least = sum->chunk ? sum->chunk : 1;
    depth = depth < least ? least : depth / least * least;
    return depth < sum->blocks ? depth : 0;
}

/* Cycles of one step of the sum for a tile: multiply-adds, loads, the filters where they come from the second-level cache,
 * and its share of loading and storing the sums between passes or chunks. */
static double step_cycles(const Sum *sum, int units, int pixels)
{
    double fma = units * pixels / 2.0, loads = (units + pixels) / 2.0, latency = 4, pass = 0;
    int widest = sum->machine->widest, vectors = units * widest, depth = pass_depth(sum, vectors, pixels);
    int part = sum->chunk ? sum->chunk : depth;
    if (part)
        pass = 1.5 * widest * units * pixels * sum->blocks / (part * sum->steps);
    if (filter_bytes(sum, vectors) * (depth ? depth / (double)sum->blocks : 1) > FILTER_CACHE)
        fma = larger_of(fma, vectors * LANES * sizeof(float) / (double)STREAM);
    return larger_of(larger_of(fma, loads), latency) + 0.02 * (units + pixels) + FIRST_USE * sum->lines * pixels + pass;
}

/* `total` split into the fewest parts of at most `most`, as evenly as possible: `larger` parts of `size` + 1, the rest of size. */
void split_evenly(int total, int most, int *size, int *parts, int *larger)
{
    *parts = ceil_of(total, most);
    *size = total / *parts;
    *larger = total % *parts;
}

int even_part(int total, int most)
{
    return ceil_of(total, ceil_of(total, most < 1 ? 1 : most < total ? most : total));
}

int largest_divisor(int n, int64_t most)
{
    int best = 1;
    for (int i = 1; i <= n && i <= most; i++)
        best = n % i ? best : i;
    return best;
}

static double line_cycles(const Sum *sum, int units, int width, int most, int area)
{
    int size, parts, larger;
    split_evenly(width, most, &size, &parts, &larger);
    return larger * step_cycles(sum, units, (size + 1) * area) + (parts - larger) * step_cycles(sum, units, size * area);
}

/* Cycles of one step of the sum for a line of results and all units. */
static double picture_cycles(const Sum *sum, int nunit, int units, int width, int pixels, int area)
{
    int size, parts, larger;
    split_evenly(nunit, units, &size, &parts, &larger);
    return (larger ? larger * line_cycles(sum, size + 1, width, pixels, area) : 0) +
           (parts - larger) * line_cycles(sum, size, width, pixels, area);
}

bool borderless(const Node *n)
{
    return !n->layout.pad[1] && !n->layout.pad[0];
}

bool can_be_flat(const Node *n)
{
    const Attr *a = &n->attr;
    if (n->op != OP_conv || a->kernel[0] * a->kernel[1] > 1 || a->stride[0] * a->stride[1] > 1 || a->pad[0] + a->pad[1])
        return false;
    if (!borderless(n) || !borderless(n->in[0]))
        return false;
    for (const Node *t = n->tail; t; t = t->tail) {
        if (t->op == OP_max_pool)
            return false;
        for (int i = 1; i < t->nin; i++)
            if (!borderless(t->in[i]))
                return false;
    }
    return true;
}

const Node *tail_pool(const Node *n)
{
    for (const Node *t = n->tail; t; t = t->tail)
        if (t->op == OP_max_pool || t->op == OP_global_avg_pool)
            return t;
    return NULL;
}

int vectors_together(const Node *n)
{
    if (n->op == OP_linear || n->attr.groups == 1)
        return n->layout.blocks;
    int out = n->attr.out / n->attr.groups;
    return out % LANES || n->layout.nsegment > 1 ? 1 : out / LANES;
}

/* The tile with the fewest cycles for a line of `width` results. */
static void choose_registers(const Sum *sum, Tile *t, int nvector, int width, int area)
{
    const Machine *machine = sum->machine;
    double best = 0;
    int nunit = units_of(machine, nvector);
    for (int u = 1; u <= nunit && u * machine->widest <= MOST_VECTORS && tile_pixels(machine, u * machine->widest) >= area; u++) {
        int pixels = tile_pixels(machine, u * machine->widest) / area;
        double cycles = picture_cycles(sum, nunit, u, width, pixels, area);
        if (t->vectors && cycles >= best)
            continue;
        best = cycles;
        t->vectors = u < nunit ? u * machine->widest : nvector;
        t->pixels = pixels;
    }
}

void choose_product(const Machine *machine, Tile *t, int channels, int blocks, int nvector, int tiles)
{
    Sum sum = {machine, channels, 1 / 16.0, blocks, 0};
    choose_registers(&sum, t, nvector, tiles, 1);
    t->depth = pass_depth(&sum, t->vectors, t->pixels);
}

/* Bytes of the source that one line of results reads and the line before did not. */
static int64_t line_bytes(const Node *n)
{
    const Layout *in = &n->in[0]->layout;
    int fresh = n->attr.stride[0] < n->attr.kernel[0] ? n->attr.stride[0] : n->attr.kernel[0];
    return in->blocks * (n->tile.flat ? LANES : fresh * in->row) * (int64_t)sizeof(float);
}

/* Lines of one task: about TASK_CYCLES; not more than `most`, and not so many that tasks become few; and a divisor of all
 * lines if one is near. */
int task_rows(int lines, int64_t panels, double line_cycles, int64_t most)
{
    int64_t shared = lines * panels / FEWEST_TASKS;
    int rows = (int)(TASK_CYCLES / line_cycles);
    most = shared < most ? shared : most;
    rows = rows < most ? rows : (int)most;
    rows = rows < 1 ? 1 : rows < lines ? rows : lines;
    for (int r = rows; 2 * r > rows; r--)
        if (lines % r == 0)
            return r;
    return rows;
}

/* Where a panel's filters come from far away, as many rows as share them: all, or as many as have room for their sums
 * between passes. `rows`, where it costs less to fetch all filters for so many rows again than the whole input for each panel. */
static int long_rows(const Node *n, int lines, int width, int panels, double panel_bytes, int rows)
{
    const Tile *t = &n->tile;
    int bands = ceil_of(LONG_TASKS, panels);
    int64_t line = (t->flat ? 1 : width) * (int64_t)t->vectors * LANES * (int64_t)sizeof(float),
            room = t->depth ? WAITING_SUMS / line : lines;
    int64_t input = line_bytes(n) * lines;
    if (panel_bytes < LONG_PANEL || (input > 2 * NEAR_CACHE && (double)input * rows > panel_bytes * lines))
        return rows;
    while (ceil_of(lines, bands) > room && bands < lines)
        bands++;
    return ceil_of(lines, bands);
}

/* Likewise, where what they read must not leave the cache before the next panel reads it. */
static int choose_rows(const Node *n, int lines, int panels, int images, double line_cycles)
{
    int64_t cached = NEAR_CACHE / line_bytes(n);
    return task_rows(lines, (int64_t)panels * images, line_cycles, panels > 1 ? cached : lines);
}

/* Results that are pooled have a place of their own in the scratch: one more pointer of the kernel. */
bool sum_can_wait(const Node *n)
{
    const Layout *in = &n->in[0]->layout;
    int operands = 0;
    for (const Node *t = n->tail; t; t = t->tail)
        operands += t->nin - 1;
    return n->op == OP_conv && n->attr.groups == 1 && in->nsegment <= 1 && in->kind != LAYOUT_planar && (!tail_pool(n) || operands < 2);
}

int chunk_blocks(int64_t terms)
{
    enum { TERMS = 128 };
    return terms < TERMS ? (int)(TERMS / terms) : 1;
}

/* Of one result; images: of a training step, or 0. */
static Sum sum_of(const Machine *machine, const Node *n, int images)
{
    const Attr *a = &n->attr;
    int rows = a->stride[0] < a->kernel[0] ? a->stride[0] : a->kernel[0];
    double lines = rows * a->stride[1] / (2.0 * LANES * a->kernel[0] * a->kernel[1]);      /* a line holds two pixels of a block */
    int64_t steps = n->macs / shape_floats(n->shape);
    int blocks = sum_can_wait(n) ? n->in[0]->layout.blocks : 0, chunk = images && blocks ? chunk_blocks(ceil_of((int)steps, blocks)) : 0;
    return (Sum){machine, (double)steps, lines, blocks, chunk < blocks ? chunk : 0};
}

/* What a direct convolution walks over. */
typedef struct {
    const Node *pool;                   /* fused max or average pool, or NULL */
    bool average;
    int area;                           /* pixels of the convolution for one result */
    int width, lines;                   /* results of a line, and lines: of the picture, or flat: all pixels and tasks' units */
} Walk;

static Walk walk_of(const Node *n)
{
    Walk w = {.pool = tail_pool(n), .area = 1};
    w.average = w.pool && w.pool->op == OP_global_avg_pool;
    if (w.pool && !w.average)
        w.area = w.pool->attr.kernel[0] * w.pool->attr.kernel[1];
    Shape result = w.average ? n->shape : node_result(n);
    w.width = n->tile.flat ? result.height * result.width : result.width;
    w.lines = n->tile.flat ? w.width : result.height;
    return w;
}

/* Given the registers: rows of a task, passes and the order of tasks. */
void choose_blocking(const Machine *machine, Node *n, int images)
{
    Walk w = walk_of(n);
    Tile *t = &n->tile;
    int together = vectors_together(n), panels = ceil_of(n->layout.blocks, t->vectors);
    Sum sum = sum_of(machine, n, images);
    double line = picture_cycles(&sum, units_of(machine, together), units_of(machine, t->vectors), w.width, t->pixels, w.area) *
                  t->vectors / together;
    int64_t steps = n->macs / shape_floats(n->shape);
    line *= (double)steps * (w.area > 1 ? w.pool->attr.kernel[0] : 1) / (t->flat ? w.width : 1);
    t->depth = pass_depth(&sum, t->vectors, t->pixels * w.area);
    int rows = choose_rows(n, w.lines, panels, images ? images : 1, line);
    t->rows = w.average ? w.lines : long_rows(n, w.lines, w.width, panels, filter_bytes(&sum, t->vectors), rows);
    int64_t weights = steps * n->layout.blocks * LANES * 4, input = n->in[0]->layout.blocks * n->in[0]->layout.plane * 4;
    t->ahead = weights > NEAR_CACHE;
    t->panels_first = weights > NEAR_CACHE && (input <= NEAR_CACHE || weights * (w.lines / t->rows) > input * panels);
}

void choose_direct(const Machine *machine, Node *n, int images)
{
    n->tile = (Tile){.algorithm = ALGORITHM_direct};
    n->tile.flat = can_be_flat(n);
    Walk w = walk_of(n);
    Sum sum = sum_of(machine, n, images);
    choose_registers(&sum, &n->tile, vectors_together(n), w.width, w.area);
    choose_blocking(machine, n, images);
}

/* Linear layers stream their weights: four vectors side by side, three images at a time where there are as many. */
static void choose_linear(Node *n)
{
    int size, parts, larger;
    split_evenly(n->layout.blocks, 4, &size, &parts, &larger);
    n->tile = (Tile){.algorithm = ALGORITHM_direct, .vectors = larger ? size + 1 : size, .pixels = 1, .rows = 1, .panels_first = true};
}

bool is_depthwise(const Node *n)
{
    return n->op == OP_conv && n->attr.groups > 1 && n->attr.groups == node_result(n->in[0]).channels && n->attr.groups == n->attr.out;
}

/* The tile of the dense convolutions of which a gradient by the operand is made: as forward ones of their size. */
static void choose_gradient(const Graph *g, Node *n)
{
    const Machine *machine = &g->machine;
    const Attr *of = &n->of->attr;
    if (n->of->tile.algorithm == ALGORITHM_sliding) {
        choose_sliding_gradient(machine, n);
        return;
    }
    Node part = *n;
    bool strided = of->stride[0] > 1 || of->stride[1] > 1;
    part.op = OP_conv;
    part.attr = *of;
    part.attr.out = n->shape.channels;
    part.tail = strided ? NULL : n->tail;
    for (int i = 0; i < 2; i++) {
        int *size = i ? &part.shape.width : &part.shape.height;
        *size = (*size + of->stride[i] - 1) / of->stride[i];
        part.attr.kernel[i] = (of->kernel[i] + of->stride[i] - 1) / of->stride[i];
        part.attr.stride[i] = strided && part.attr.kernel[i] == 1 ? 2 : 1;      /* never flat */
    }
    part.macs = shape_floats(part.shape) * part.attr.kernel[0] * part.attr.kernel[1] * (of->out / of->groups);
    choose_direct(machine, &part, g->max_batch);
    if (!g->exact)
        choose_winograd_batch(machine, &part, true, g->max_batch, &part.tile);
    n->tile = part.tile;
}

static int images_of(const Graph *g)
{
    return g->training ? g->max_batch : 0;
}

static void choose_convolution(const Graph *g, Node *n)
{
    if (!g->exact && !g->training && choose_winograd(&g->machine, n))
        return;
    if (g->training ? can_slide_back(n) : can_slide(n)) {
        choose_sliding(&g->machine, n);
        return;
    }
    choose_direct(&g->machine, n, images_of(g));
    if (!g->exact && g->training)
        choose_winograd_batch(&g->machine, n, false, g->max_batch, &n->tile);
}

/* Copies of one convolution read the same filters, so they are packed alike: as the first one wants them. */
static void choose_like_first(Graph *g, Node *n)
{
    Weight *w = &n->weight[W_weight];
    for (Node *first = g->first; g->training && first != n; first = first->next)
        if (first->op == n->op && first->weight[W_weight].tensor == w->tensor && first->weight[W_weight].begin == w->begin) {
            n->tile = first->tile;
            n->tile.flat = n->tile.flat && can_be_flat(n);
            if (n->tile.algorithm == ALGORITHM_direct)
                choose_blocking(&g->machine, n, images_of(g));
            return;
        }
}

void choose(Graph *g)
{
    for (Node *n = g->first; n; n = n->next) {
        if (n->op == OP_linear)
            choose_linear(n);
        else if (n->op == OP_conv)
            choose_convolution(g, n);
        else if (n->op == OP_conv_dx)
            choose_gradient(g, n);
        else if (n->op == OP_linear_dx)
            choose_linear(n);
        if (n->op == OP_conv)
            choose_like_first(g, n);
        if (g->tuned && !g->training && n->tile.algorithm != ALGORITHM_none)
            tuned_apply(g, n);
    }
}
