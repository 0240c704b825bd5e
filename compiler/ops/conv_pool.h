/* conv_pool.h - what pool.c and conv_pool.c know of each other. */
#ifndef NNCC_CONV_POOL_H
#define NNCC_CONV_POOL_H

#include "pool.h"

/* A kernel for `rows` rows of the pool from `first` on, of `vectors` blocks, from rows of its operand in the scratch memory that
 * begin with row `low`. */
typedef struct {
    Kernel *k;
    Stream x;
    Output out;
} PoolBand;
PoolBand build_pool_band(Lower *, const Node *pool, int64_t vectors_at, int vectors, int first, int rows, int low);
Windows windows_of(const Node *pool);

void lower_conv_pool(Lower *, Node *pool);

#endif
