/* choose_batch.c - where Winograd's algorithm is worth its transforms in a training step (ops/winograd_batch.c): for forward
 * convolutions and for gradients by their operands, from shapes and the batch alone.
 *
 * A forward pass that rounds more moves more values across the kink of a relu, and such a step has another gradient than PyTorch's:
 * F(4 x 4) is for sums over many channels, where it rounds no more than a direct sum of nine times as many products does, and
 * F(2 x 2) for the others. Gradients pass those kinks where the forward pass has put them: they may take either.
 *
 * In L2 norm, a layer's result is off by 7e-7 of its size by F(4 x 4), 2e-7 by F(2 x 2) and 1.6e-7 to 2e-7 by direct sums; PyTorch's
 * (1.13, oneDNN with AVX2) by 2e-7 with 16 channels, 4e-7 with 64, 8e-7 with 256, 1.2e-6 with 512. */
#include "choose.h"

enum {
    MOST_TILES = 64,                    /* of a task: with so many output channels, all frequencies of their sums */
    OUTPUTS = 64,                       /*   fill half the second-level cache */
    DEPTH = 4,                          /* entries whose products are summed apart */
    MANY_CHANNELS = 256,                /* F(4 x 4) in forward passes */
    FEWEST_TASKS = 8,                   /* that pictures are kept apart for */
};

/* A cycle, of registers of 16 lanes. Those of 8 do 15, and would have F(4 x 4) for gradients of as few as 16 channels, where it takes 0.68
 * of the direct algorithm's time; that of the others is 1.16 of it. Transforms wait for the second-level cache on both. */
static const double fma_rate = 25;
static const double worth = 0.9;        /* of the direct algorithm's cycles */

/* Cycles for 8 channels of one tile; for 8 filters. */
typedef struct {
    int unit;
    double input, output, filter;
} Transform;
static const Transform transforms[] = {{4, 280, 200, 60}, {2, 75, 60, 25}};

/* Some pictures, or some rows or columns of tiles of one. */
static void choose_tiles(Tile *t, const int tiles[2], int outputs, int batch)
{
    int all = tiles[0] * tiles[1], groups = ceil_of(outputs, OUTPUTS), panel = t->vectors * LANES;
    int most = panel > OUTPUTS ? MOST_TILES * OUTPUTS / panel : MOST_TILES;
    t->images = 1;
    t->rows = tiles[0];
    t->columns = tiles[1];
    for (int i = 2; i <= batch && i * all <= most; i++)
        if (batch % i == 0 && batch / i * groups >= FEWEST_TASKS)
            t->images = i;
    if (all <= most)
        return;
    t->columns = even_part(tiles[1], most);
    t->rows = t->columns < tiles[1] ? 1 : even_part(tiles[0], most / tiles[1]);
}

/* Of a picture; t has the tiles of a task. */
static double batch_cycles(const Node *n, const Transform *f, const int tiles[2], const Tile *t)
{
    int in = node_result(n->in[0]).channels, blocks = n->in[0]->layout.blocks, vectors = n->layout.blocks;
    double count = (double)tiles[0] * tiles[1], groups = ceil_of(vectors * LANES, OUTPUTS);
    double tasks = (double)ceil_of(tiles[0], t->rows) * ceil_of(tiles[1], t->columns) / t->images;
    double product = count * (f->unit + 2) * (f->unit + 2) * in * vectors * LANES / fma_rate;
    return product + count * (blocks * groups * f->input + vectors * f->output) + tasks * in * vectors * f->filter;
}

bool choose_winograd_batch(const Machine *machine, const Node *n, bool gradient, int batch, Tile *tile)
{
    if (!winograd_fits(n) || n->attr.groups > 1)
        return false;
    double best = worth * (double)n->macs / fma_rate;
    int vectors = tile->vectors, panels = OUTPUTS / LANES / vectors;
    for (size_t i = 0; i < sizeof transforms / sizeof *transforms; i++) {
        const Transform *f = &transforms[i];
        const int tiles[] = {ceil_of(n->shape.height, f->unit), ceil_of(n->shape.width, f->unit)};
        Tile t = {.algorithm = ALGORITHM_winograd, .unit = f->unit, .vectors = vectors, .pixels = tile_pixels(machine, vectors),
                  .depth = DEPTH, .panels = panels < 1 ? 1 : panels};
        choose_tiles(&t, tiles, n->layout.blocks * LANES, batch);
        double cycles = batch_cycles(n, f, tiles, &t);
        if (cycles >= best || (!gradient && f->unit > 2 && node_result(n->in[0]).channels < MANY_CHANNELS))
            continue;
        best = cycles;
        *tile = t;
    }
    return tile->algorithm == ALGORITHM_winograd;
}
