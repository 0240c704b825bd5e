/* chunks.h - gradients of filters whose batch is summed in chunks, which are tasks of their own. */
#ifndef NNCC_CHUNKS_H
#define NNCC_CHUNKS_H

#include "../lower.h"

/* Each chunk's sums are `size` floats, one after the other, at `room` (stream_common). */
typedef struct {
    int chunks;
    int64_t size, room, filters;        /* filters: the place of the gradient */
} Chunks;
void join_chunks(Lower *, const Chunks *, const Node *of);      /* a step of its own: adds them up, in their order */

#endif
