/* winograd.h - the transforms of Winograd's convolution: what winograd.c schedules and winograd_kernel.c spells. */
#ifndef NNCC_WINOGRAD_H
#define NNCC_WINOGRAD_H

#include "conv.h"

/* Tiles of a picture: the last row and column of them may be cut off where the picture ends. */
typedef struct {
    int row, rows, column, columns;     /* the first, and how many */
    int last_row, last_column;          /* results of the last row and column of tiles: `unit`, or less */
} Rect;

/* Floats from one frequency, one block of 8 channels to the next, of transformed tiles [frequency][block][tile][8]. */
typedef struct {
    int64_t frequency, block;
} Spectrum;

/* V = Bt d B for `blocks` blocks of 8 channels of the picture x and every tile of the rectangle. */
typedef struct {
    Kernel *k;
    Stream x, buffer, v;
} InputTransform;
InputTransform build_input_transform(const Conv *, Rect, int blocks, Spectrum, bool in_scratch);

/* y = tail(bias + At M A) for the vectors of a panel and `images` images, whose tiles follow each other. */
typedef struct {
    Kernel *k;
    Stream buffer, m;
    Output out;
} OutputTransform;
OutputTransform build_output_transform(const Conv *, const Panel *, Rect, Spectrum, int images);

/* What the transforms compute, with their matrices. */
const char *input_transform_text(int unit);
const char *output_transform_text(int unit);

enum { BUFFER_FLOATS = 36 * LANES };    /* of one tile between its two passes */

void lower_winograd(Conv *);

#endif
