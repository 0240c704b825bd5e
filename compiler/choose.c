/* choose.c - the algorithm and register tile of every convolution, from its shape and the machine's arithmetic.
 *
 * Needs layouts; gives node->tile; keeps everything else. A register tile holds `vectors` x `pixels` accumulators. Each step of the sum
 * takes vectors * pixels FMAs and vectors + pixels loads, two of each a cycle, and an FMA takes four cycles: the tile that
 * needs the fewest cycles for the whole picture, ragged edges included, wins. */
#include "compiler.h"

enum {
    TASK_CYCLES = 60000,                /* long against the cost of a call, short against a layer */
    NEAR_CACHE = 256 << 10,             /* bytes that surely stay in half of a second-level cache */
};

/* Accumulators, the smaller set of operands, and one register for the larger set's current element must fit. */
int tile_pixels(int vectors)
{
    int pixels = 0;
    for (int p = 1; vectors * p + (vectors < p ? vectors : p) + 1 <= MAX_REGISTERS; p++)
        pixels = p;
    return pixels;
}

/* Cycles of one step of the sum for a tile. */
static double step_cycles(int vectors, int pixels)
{
    double fma = vectors * pixels / 2.0, loads = (vectors + pixels) / 2.0, latency = 4;
    double bound = fma > loads ? fma : loads;
    return (bound > latency ? bound : latency) + 0.02 * (vectors + pixels);
}

/* `total` split into the fewest parts of at most `most`, as evenly as possible: `larger` parts of `size` + 1, the rest of size. */
void split_evenly(int total, int most, int *size, int *parts, int *larger)
{
    *parts = (total + most - 1) / most;
    *size = total / *parts;
    *larger = total % *parts;
}

static double line_cycles(int vectors, int width, int most, int area)
{
    int size, parts, larger;
    split_evenly(width, most, &size, &parts, &larger);
    return larger * step_cycles(vectors, (size + 1) * area) + (parts - larger) * step_cycles(vectors, size * area);
}

/* Cycles of one step of the sum for a line of results and all vectors. */
static double picture_cycles(int nvector, int vectors, int width, int pixels, int area)
{
    int size, parts, larger;
    split_evenly(nvector, vectors, &size, &parts, &larger);
    return (larger ? larger * line_cycles(size + 1, width, pixels, area) : 0) +
           (parts - larger) * line_cycles(size, width, pixels, area);
}

static bool borderless(const Node *n)
{
    return !n->layout.pad[1] && !n->layout.pad[0];
}

/* Can the rows of the picture be walked as one long row, here and in every tensor beside it? */
static bool is_flat(const Node *n)
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

static const Node *tail_pool(const Node *n)
{
    for (const Node *t = n->tail; t; t = t->tail)
        if (t->op == OP_max_pool || t->op == OP_global_avg_pool)
            return t;
    return NULL;
}

/* Vectors that read the same input channels, so that one tile may hold several of them. */
static int vectors_together(const Node *n)
{
    if (n->op == OP_linear || n->attr.groups == 1)
        return n->layout.blocks;
    int out = n->attr.out / n->attr.groups;
    return out % LANES || n->layout.nsegment > 1 ? 1 : out / LANES;
}

static void choose_tile(Node *n)
{
    const Node *pool = tail_pool(n);
    bool average = pool && pool->op == OP_global_avg_pool;
    int area = pool && !average ? pool->attr.kernel[0] * pool->attr.kernel[1] : 1;
    Shape result = average ? n->shape : node_result(n);
    Tile *t = &n->tile;
    t->algorithm = ALGORITHM_direct;
    t->flat = is_flat(n) && !average;
    int width = t->flat ? result.height * result.width : result.width, height = t->flat ? 1 : result.height;
    int together = vectors_together(n);
    double best = 0;
    for (int v = 1; v <= together && v * area < MAX_REGISTERS; v++) {
        int pixels = tile_pixels(v) / area;
        if (!pixels)
            break;
        double cycles = picture_cycles(together, v, width, pixels, area);
        if (t->vectors && cycles >= best)
            continue;
        best = cycles;
        t->vectors = v;
        t->pixels = pixels;
    }
    int64_t steps = n->macs / shape_floats(n->shape);
    double line = best * (double)steps * t->vectors / together * (area > 1 ? pool->attr.kernel[0] : 1);
    int lines = t->flat ? width : height;
    double each = t->flat ? line / width : line;
    int rows = (int)(TASK_CYCLES / each) + 1;
    int bands = average || rows >= lines ? 1 : (lines + rows - 1) / rows;
    t->rows = (lines + bands - 1) / bands;
    if (t->flat && bands > 1)
        t->rows = (t->rows + t->pixels - 1) / t->pixels * t->pixels;
    int64_t weights = steps * n->layout.blocks * LANES * 4, input = n->in[0]->layout.blocks * n->in[0]->layout.plane * 4;
    t->panels_first = weights > NEAR_CACHE && (input <= NEAR_CACHE || weights * bands > input * (n->layout.blocks / t->vectors));
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

static void choose_depthwise(Node *n)
{
    int rows = TASK_CYCLES / (n->shape.width * n->attr.kernel[0] * n->attr.kernel[1]) + 1;
    n->tile = (Tile){.algorithm = ALGORITHM_depthwise, .vectors = 1, .pixels = 12, .rows = rows < n->shape.height ? rows : n->shape.height};
}

void choose(Graph *g)
{
    for (Node *n = g->first; n; n = n->next) {
        if (n->op == OP_linear)
            choose_linear(n);
        else if (is_depthwise(n))
            choose_depthwise(n);
        else if (n->op == OP_conv)
            choose_tile(n);
    }
}
