/* normed.h - copies of x that gradients of filters read instead: pixel by pixel, or what relu of a norm makes of it (absorb.c). */
#ifndef NNCC_NORMED_H
#define NNCC_NORMED_H

#include "../lower.h"

/* What a norm does to the channels of one block, in registers. */
typedef struct {
    int mean, scale, shift, zero;
} Normed;

Normed normed_open(Kernel *, Stream stats);     /* of the block that the statistics are at */
void normed_close(Kernel *, const Normed *);
/* Copies rows x width pixels of one block; both streams move by these rows. NULL: pixels stay what they are. */
void emit_copied_rows(Kernel *, const Normed *, Stream from, Stream to, int rows, int width);

#endif
