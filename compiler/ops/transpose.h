/* transpose.h - squares of 2 x 2, 4 x 4 or 8 x 8 values within the lanes of as many registers: each group of neighbouring lanes is
 * one column of a square of its own. `size` is that of the squares. */
#ifndef NNCC_TRANSPOSE_H
#define NNCC_TRANSPOSE_H

#include "../lower.h"

enum { SQUARE_MASKS = 3 };

/* A new register of ones in some lanes, bit l for lane l, and zeros in the others. */
int emit_mask(Kernel *, unsigned lanes);
/* Masks for transposing and gathering, in registers: mask[b] selects the lanes l with l >> b & 1. Takes one of them for each power of
 * two below size. */
void masks_open(Kernel *, int size, int mask[SQUARE_MASKS]);
/* Lane l of reg = its lane l ^ distance, 0 < distance < 8: one instruction, or two where `distance` has bit 2 and another. */
void emit_lane_xor(Kernel *, int reg, int distance);
/* Lane l of square[i] = what lane i of square[l] was, of each group of lanes. */
void emit_transpose(Kernel *, int size, int *square, const int mask[SQUARE_MASKS]);
/* Where lane l of square[r] is value (l ^ r, l) of a matrix, lane l of square[i] becomes value (l, i). */
void emit_gather(Kernel *, int size, int *square, const int mask[SQUARE_MASKS]);

#endif
