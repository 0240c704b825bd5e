/* sliding.h - a grouped convolution on its way to the kernels of sliding.c: of a layer, or a part of its gradient by its operand. */
#ifndef NNCC_SLIDING_H
#define NNCC_SLIDING_H

#include "../choose.h"
#include "../lower.h"

typedef struct {
    Node *n;                            /* whose result it writes, and whose tail it applies */
    const Node *source;                 /* what it reads */
    Tile tile;
    int inputs;                         /* channels of a group, here and there */
    int kernel[2], stride[2], dilation[2];      /* rows, columns */
    int start[2];                       /* row and column of the source that result 0 reads first; may be negative */
    int height, width;                  /* results */
    int first[2], apart[2];             /* row and column of result 0, and from one result to the next */
    int64_t filters, vectors;           /* floats: places of the filters and of the output's vectors */
    int64_t vector_floats;              /* from the filters of one vector to those of the next */
    bool in_room;                       /* the filters lie in the room of the step */
    bool bias;                          /* sums start at the first of the vectors */
} Sliding;

/* Floats of the filters of one vector of output channels; they lie as PACK_grouped has them (runtime/pack.h). */
int64_t sliding_floats(const Sliding *);
/* Calls for all results of some parts, to the step that has been begun; no taps: these results are 0. All parts have the same node,
 * source and tile, strides of 1 where there are several, and results between each other's. Their filters lie within those of a vector. */
void add_sliding_calls(Lower *, const Sliding *part, int parts);

#endif
