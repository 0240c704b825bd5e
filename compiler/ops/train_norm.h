/* train_norm.h - what the gradients of all norms share: train_bn.c, train_norm.c. */
#ifndef NNCC_TRAIN_NORM_H
#define NNCC_TRAIN_NORM_H

#include "norm.h"

/* Where the gradients of scale and shift go; pointer -1: not trained. */
typedef struct {
    Stream scale, shift;
} Gradient;

Gradient open_gradients(Lower *, Kernel *, const Node *n);
/* Tasks take `blocks` blocks each, the first of them from block `first` on. */
void stride_gradients(Call *, const Gradient *, int blocks, int first);

/* The registers of a gradient by a norm's operand: dx = SHIFT + SCALE * dy + PRODUCT * (x - MEAN). */
enum { MEAN, SCALE, SHIFT, PRODUCT, NCOMBINED };
/* That, in a new register; dy and x are released. */
int emit_combined(Kernel *, int dy, int x, const int reg[NCOMBINED]);

#endif
