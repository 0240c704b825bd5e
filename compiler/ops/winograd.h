/* winograd.h - the transforms of Winograd's convolution: what winograd.c schedules and winograd_kernel.c spells. */
#ifndef NNCC_WINOGRAD_H
#define NNCC_WINOGRAD_H

#include "conv.h"

/* Tiles of a picture: the last row and column of them may be cut off where the picture ends. */
typedef struct {
    int row, rows, column, columns;     /* the first, and how many */
    int last_row, last_column;          /* results of the last row and column of tiles: `unit`, or less */
} Rect;

/* By axis: tiles of `unit` results that the convolution's result is cut into, and results of the last one. */
void cut_into_tiles(const Node *, int tiles[2], int last[2]);

/* Tiles along one axis as tasks have them: `count` times `size`, the last of which has `last` results. */
typedef struct {
    int start, size, count, last;
} Span;

/* All `tiles` in spans of `most`: the one that is smaller, or ends with a tile cut off, stands apart. Returns how many. */
int make_spans(int tiles, int most, int unit, int last, Span span[2]);
Rect rect_of(Span rows, Span columns);

/* Floats from one frequency, one block of 8 channels to the next, of transformed tiles [frequency][block][tile][8]. */
typedef struct {
    int64_t frequency, block;
} Spectrum;

/* V = Bt d B for `blocks` blocks of 8 channels of the picture x and every tile of the rectangle, of `images` images, whose tiles
 * follow each other. */
typedef struct {
    Kernel *k;
    Stream x, buffer, v;
} InputTransform;
InputTransform build_input_transform(const Conv *, Rect, int blocks, Spectrum, bool in_scratch, int images);

/* y = tail(bias + At M A) for the vectors of a panel and `images` images, whose tiles follow each other. */
typedef struct {
    Kernel *k;
    Stream buffer, m;
    Output out;
} OutputTransform;
OutputTransform build_output_transform(const Conv *, const Panel *, Rect, Spectrum, int images);

/* U = G g Gt for filters of `panels` panels of so many vectors, `apart` floats from one to the next, and of some entries: parameters
 * of c, or filters in the room. U goes to the scratch memory, `step` floats from one frequency to the next, panel by panel. */
typedef struct {
    int panels, vectors, entry, entries;
    int64_t apart;
} FilterShape;
typedef struct {
    Kernel *k;
    Stream g, u;
} FilterTransform;
FilterTransform build_filter_transform(const Conv *, FilterShape, int64_t step);

/* What the transforms compute, with their matrices. */
const char *input_transform_text(int unit);
const char *output_transform_text(int unit);
const char *filter_transform_text(int unit);

enum { BUFFER_FLOATS = 2 * 36 * LANES };        /* of two tiles between their two passes */

void lower_winograd(Conv *);
/* winograd_batch.c: the same in training, with panels and filters as of a direct convolution. The step is called `name`. */
void lower_winograd_batch(Conv *, const char *name);

#endif
