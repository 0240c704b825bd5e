/* choose_sliding.c - which grouped convolutions the kernel of ops/sliding.c computes, and its tile. */
#include "choose.h"

enum { MOST_CHANNELS = 16 };            /* of a group, in training */

/* Each segment holds whole groups, and input and output are cut alike, so that output lanes face their groups' input lanes. */
static bool blocks_match(const Layout *in, const Layout *out, int size)
{
    bool match = in->nsegment == out->nsegment && in->kind == LAYOUT_blocked;
    for (int i = 0; match && i < in->nsegment; i++)
        match = in->segment[i] == out->segment[i] && in->segment[i] % size == 0;
    return match;
}

/* Groups of 1, 2 or 4 channels in a vector, or of whole vectors. The latter are as good for direct tiles of several vectors
 * unless columns serve several taps. */
bool can_slide(const Node *n)
{
    const Attr *a = &n->attr;
    if (n->op != OP_conv || a->groups == 1)
        return false;
    int in = node_result(n->in[0]).channels / a->groups;
    if (in != a->out / a->groups)
        return false;
    if (in > LANES && a->kernel[1] * a->dilation[1] <= a->stride[1])
        return false;
    return (LANES % in == 0 || in % LANES == 0) && blocks_match(&n->in[0]->layout, &n->layout, in);
}

/* Larger groups are as good for direct tiles. */
bool can_slide_back(const Node *n)
{
    return can_slide(n) && n->attr.out / n->attr.groups <= MOST_CHANNELS;
}

/* Results, and what is read for them: taps, and columns of the source from one result to the next. */
typedef struct {
    int height, width, kernel[2], stride;
} Swath;

/* Cycles of some taps of one channel for so many pixels: two FMAs and two loads a cycle, and each sum waits four cycles for
 * each of its taps. */
static double tile_cycles(const Swath *s, int pixels)
{
    int taps = s->kernel[1] < SLIDING_TAPS ? s->kernel[1] : SLIDING_TAPS, stride = s->stride;
    double fma = taps * pixels / 2.0, loads = (taps + pixels * (stride < taps ? stride : taps) + taps - 1) / 2.0, wait = 4 * taps;
    double bound = fma > loads ? fma : loads;
    return (bound > wait ? bound : wait) + 1;
}

int band_tiles(int width, int rows, int pixels)
{
    return ceil_of(rows * width, pixels);
}

/* Cycles of a row where `rows` rows are cut into tiles as one. */
static double row_cycles(const Swath *s, int rows)
{
    int size, parts, larger;
    split_evenly(rows * s->width, SLIDING_PIXELS, &size, &parts, &larger);
    return (larger * tile_cycles(s, size + 1) + (parts - larger) * tile_cycles(s, size)) / rows;
}

/* Narrow rows are cut together where that makes better tiles. */
static int choose_band(const Swath *s)
{
    int best = 1;
    for (int rows = 2; rows <= s->height && band_tiles(s->width, rows, SLIDING_PIXELS) <= SLIDING_TILES; rows++)
        if (row_cycles(s, rows) < 0.98 * row_cycles(s, best))
            best = rows;
    return best;
}

/* A wide register takes two vectors that read the same channels, or such whose lanes take theirs from their own block; not those of
 * one channel a group, which gradients read as they are (depthwise_dx.c). */
int sliding_vectors(const Machine *machine, const Node *n)
{
    int inputs = node_result(n->in[0]).channels / node_owner(n)->attr.groups;
    int blocks = inputs == 1 || inputs == LANES ? 1 : inputs < LANES ? n->layout.blocks : inputs / LANES;
    return blocks % machine->widest == 0 ? machine->widest : 1;
}

static Tile sliding_tile(const Machine *machine, const Node *n, const Swath *s)
{
    int inputs = node_result(n->in[0]).channels / node_owner(n)->attr.groups, vectors = sliding_vectors(machine, n);
    double line = (double)s->width * s->kernel[0] * s->kernel[1] * inputs / 2;
    int band = choose_band(s), lines = s->height / band;
    return (Tile){.algorithm = ALGORITHM_sliding, .vectors = vectors, .pixels = SLIDING_PIXELS, .band = band,
                  .rows = band * task_rows(lines, n->layout.blocks / vectors, band * line, lines)};
}

void choose_sliding(const Machine *machine, Node *n)
{
    const Attr *a = &n->attr;
    n->tile = sliding_tile(machine, n, &(Swath){n->shape.height, n->shape.width, {a->kernel[0], a->kernel[1]}, a->stride[1]});
}

/* Its parts, one for each place within the strides, have together the taps of the forward filters; they take turns row by row. */
void choose_sliding_gradient(const Machine *machine, Node *n)
{
    const Attr *a = &n->of->attr;
    Swath s = {n->shape.height / a->stride[0], ceil_of(n->shape.width, a->stride[1]), {a->kernel[0], a->kernel[1]}, 1};
    s.height = s.height > 1 ? s.height : 1;
    n->tile = sliding_tile(machine, n, &s);
    if (a->stride[0] * a->stride[1] > 1)
        n->tile.band = 1;
}
