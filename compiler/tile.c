/* tile.c - the parts of a Tile, one row each, and which tiles a layer can take. */
#include <string.h>

#include "choose.h"
#include "tuned.h"

const Knob knobs[] = {
    {"vectors", offsetof(Tile, vectors), false},
    {"pixels", offsetof(Tile, pixels), false},
    {"rows", offsetof(Tile, rows), false},
    {"band", offsetof(Tile, band), false},
    {"depth", offsetof(Tile, depth), false},
    {"ahead", offsetof(Tile, ahead), true},
    {"flat", offsetof(Tile, flat), true},
    {"panels_first", offsetof(Tile, panels_first), true},
    {"unit", offsetof(Tile, unit), false},
    {"columns", offsetof(Tile, columns), false},
    {"together", offsetof(Tile, together), false},
    {"split", offsetof(Tile, split), true},
    {.name = NULL},
};

int knob_get(const Knob *knob, const Tile *tile)
{
    const char *field = (const char *)tile + knob->at;
    return knob->truth ? *(const bool *)field : *(const int *)field;
}

void knob_set(const Knob *knob, Tile *tile, int value)
{
    char *field = (char *)tile + knob->at;
    if (knob->truth)
        *(bool *)field = value;
    else
        *(int *)field = value;
}

/* ---- what a layer can take -------------------------------------------------------------------------------------- */

static const char *refuse_passes(const Node *n, const Tile *t)
{
    if (!t->depth)
        return NULL;
    if (!sum_can_wait(n))
        return "depth must be 0: this layer's sums cannot wait";
    return t->depth < n->in[0]->layout.blocks ? NULL : "depth must be less than the number of input blocks";
}

static const char *refuse_direct(const Machine *machine, const Node *n, const Tile *t)
{
    const Node *pool = tail_pool(n);
    bool average = pool && pool->op == OP_global_avg_pool;
    int area = pool && !average ? pool->attr.kernel[0] * pool->attr.kernel[1] : 1;
    Shape result = average ? n->shape : node_result(n);
    int lines = t->flat ? result.height * result.width : result.height;
    if (t->vectors > vectors_together(n) || t->vectors > MOST_VECTORS)
        return "vectors exceed those that read the same channels";
    if (t->pixels * (int64_t)area > tile_pixels(machine, t->vectors))
        return "vectors times pixels exceed the registers";
    if (t->flat && !can_be_flat(n))
        return "flat must be false: this layer's rows do not follow each other";
    if (t->rows > lines || (average && t->rows < lines))
        return average ? "rows must be all: they are averaged" : "rows exceed those of the result";
    return refuse_passes(n, t);
}

static const char *refuse_linear(const Machine *machine, const Node *n, const Tile *t)
{
    if (t->vectors > n->layout.blocks || t->vectors > MOST_VECTORS || !tile_pixels(machine, t->vectors))
        return "vectors exceed those of the result, or the registers";
    return t->pixels == 1 && t->rows == 1 && !t->depth && !t->ahead && !t->flat
             ? NULL
             : "a linear layer has one pixel, one row and one pass";
}

static const char *refuse_sliding(const Machine *machine, const Node *n, const Tile *t)
{
    if (!can_slide(n))
        return "this layer does not take this algorithm";
    if (t->vectors > sliding_vectors(machine, n) || t->pixels > SLIDING_PIXELS || t->rows > n->shape.height)
        return "vectors exceed those of a register, pixels 12, or rows those of the result";
    if (t->band < 1 || t->band > n->shape.height || (t->band > 1 && band_tiles(n->shape.width, t->band, t->pixels) > SLIDING_TILES))
        return "a band has at least one row, and no more than a few tiles";
    return t->depth || t->ahead || t->flat || t->panels_first ? "a sliding layer has neither depth nor order" : NULL;
}

const char *tile_refusal(const Machine *machine, const Node *n, const Tile *t)
{
    if (t->vectors < 1 || t->pixels < 1 || t->rows < 1 || t->depth < 0 || t->together < 0)
        return "vectors, pixels and rows must be at least 1, depth and together at least 0";
    if (t->algorithm == ALGORITHM_winograd)
        return winograd_refusal(machine, n, t);
    if (t->unit || t->columns || t->together || t->split)
        return "unit, columns, together and split belong to winograd";
    if (t->algorithm == ALGORITHM_sliding)
        return refuse_sliding(machine, n, t);
    if (t->algorithm != ALGORITHM_direct || t->band)
        return t->band ? "only a sliding layer has bands" : "this layer does not take this algorithm";
    return n->op == OP_linear ? refuse_linear(machine, n, t) : refuse_direct(machine, n, t);
}
