/* pool.h - the windows of a pool, for pool.c and for the gradients in train_pool.c. */
#ifndef NNCC_POOL_H
#define NNCC_POOL_H

#include "pixels.h"

typedef struct {
    const Attr *attr;
    Shape in, out;                      /* of the pool */
    bool dilated;                       /* taps may lie apart: max_pool */
} Windows;

/* Consecutive windows along one axis that are clipped alike. */
typedef struct {
    int first, count;                   /* windows */
    int start;                          /* input position of the first tap inside, of the first window */
    int taps;                           /* inside the input */
    int extent;                         /* taps that an average divides by */
} PoolRun;

/* The windows from `first` on (axis 0: rows of them, 1: columns) that are clipped like it. */
PoolRun window_run(const Windows *, int axis, int first);
int window_step(const Windows *, int axis);     /* from one tap to the next */

#endif
