/* lanes.h - which lanes of a block hold channels, so that the others stay out of sums. */
#ifndef NNCC_LANES_H
#define NNCC_LANES_H

#include "../lower.h"

/* Consecutive blocks with equally many channels. */
typedef struct {
    int blocks, channels;
} BlockRun;

/* Channels in block b of a layout. */
int block_channels(const Layout *, int b);
/* The blocks from `first` on that hold as many channels, before `end`. */
BlockRun block_run(const Layout *, int first, int end);

/* Neighbouring lanes of a block: low..high - 1. */
typedef struct {
    int low, high;
} Lanes;

/* Combines reg with a vector that is `inside` in these lanes and `outside` in the others; nothing to do for whole blocks. */
void apply_mask(Kernel *, VOp, int reg, Lanes, float inside, float outside);

#endif
