/* choose.h - what choose.c knows of a convolution, for those who try other choices: tile.c and tune.c. */
#ifndef NNCC_CHOOSE_H
#define NNCC_CHOOSE_H

#include "compiler.h"

enum { MOST_VECTORS = 16 };             /* of a panel of filters (PackPanel) */

/* Can the rows of the picture be walked as one long row, here and in every tensor beside it? */
bool can_be_flat(const Node *);
bool borderless(const Node *);          /* no padding about its picture: rows follow each other without gaps */
/* May its sum be split into passes over its input blocks? They must be alike, and there must be a place for the sums between them. */
bool sum_can_wait(const Node *);
/* The pool in a layer's tail, or NULL. */
const Node *tail_pool(const Node *);
/* Vectors that read the same input channels, so that one tile may hold several of them. */
int vectors_together(const Node *);
/* Blocks of the input, of so many terms each, that a training step sums on their own, before it adds their sum to the others': long sums
 * round less so (Higham, "The accuracy of floating point summation", 1993, section 3), and gradients of deep networks show every
 * rounding. It follows from the shape alone, so that every machine adds in the same order. */
int chunk_blocks(int64_t terms);
/* Sets what remains of a direct tile by the cost model, when algorithm, flat, vectors and pixels are there; images: of a training step,
 * or 0 in inference, where there may be one. */
void choose_blocking(const Machine *, Node *, int images);

/* Gives a convolution a direct tile by the cost model. */
void choose_direct(const Machine *, Node *, int images);
/* Vectors, pixels and depth for a product that sums over `channels` in `blocks` and gives `nvector` vectors for `tiles`. */
void choose_product(const Machine *, Tile *, int channels, int blocks, int nvector, int tiles);

/* choose_winograd.c: gives a convolution its tile and workspace where Winograd's algorithm is cheaper; else false. */
bool choose_winograd(const Machine *, Node *);
/* Likewise, F(unit x unit, 3 x 3) with unit 2 or 4, split or not (Tile), whatever it costs; false where it cannot be. */
bool winograd_form(const Machine *, Node *, int unit, bool split);
/* Is it a convolution for Winograd's algorithm? */
bool winograd_fits(const Node *);
/* choose_batch.c: the tile of such a convolution of a training step where that is cheaper than the tile it has; else false. */
bool choose_winograd_batch(const Machine *, const Node *, bool gradient, int batch, Tile *);
/* Floats of the arena that the node's tile needs between its steps. */
int64_t winograd_workspace(const Node *);
/* Why the layer cannot take the tile, or NULL. */
const char *winograd_refusal(const Machine *, const Node *, const Tile *);

/* Lines of one task, at most `most`, where there are `lines` lines of so many cycles for each of `panels`. */
int task_rows(int lines, int64_t panels, double line_cycles, int64_t most);
/* choose_sliding.c: pixels of a sliding tile, and tiles with code of their own that a band is cut into, at most. */
enum { SLIDING_PIXELS = 12, SLIDING_TAPS = 3, SLIDING_TILES = 6 };
bool can_slide(const Node *);           /* is it a grouped convolution for ops/sliding.c? */
bool can_slide_back(const Node *);      /* may a training step, whose gradients are then those of grouped_dw.c and grouped_dx.c? */
void choose_sliding(const Machine *, Node *);
int sliding_vectors(const Machine *, const Node *);     /* of a tile, at most; of a layer or its gradient */
int band_tiles(int width, int rows, int pixels);        /* that many rows are cut into */
void choose_sliding_gradient(const Machine *, Node *);  /* of its gradient by the operand */

#endif
