/* winograd_line.h - what the transforms of Winograd's convolution have in common, forward and for gradients: one row or column of
 * a tile at a time, in registers. */
#ifndef NNCC_WINOGRAD_LINE_H
#define NNCC_WINOGRAD_LINE_H

#include "../lower.h"

enum { MOST_CONSTANTS = 7 };

/* Constants that stay in registers. */
typedef struct {
    int reg[MOST_CONSTANTS];
    int count;
} Constants;

Constants constants_load(Kernel *, const float *value, int count);
void constants_release(Kernel *, const Constants *);

/* Where the elements of one row or column lie: element i at i * stride floats; those of a register's blocks `block` floats apart.
 * The first `count` exist, the others are zero or of no use. */
typedef struct {
    int pointer;
    int64_t stride;
    int count;
    int64_t block;
    int blocks;
} Line;

void line_load(Kernel *, Line from, int size, int *reg);
void line_put(Kernel *, Line to, int i, int reg);       /* element i = reg, which is released */
/* Elements i and i + 1: even + factor[0] * odd and even + factor[1] * odd, for constants f and -f; both registers are released. */
void line_put_pair(Kernel *, Line to, int i, int even, int odd, const int factor[2]);

/* to = Bt from, 6 elements of 6: the input's transform of F(4 x 4, 3 x 3) and of F(3 x 3, 4 x 4), with these constants. */
Constants line_input_constants(Kernel *);
void line_input(Kernel *, const Constants *, Line from, Line to);

#endif
