/* train_bn.h - what becomes of a batch norm's sums, however they are made: train_bn.c, train_bn_parts.c. */
#ifndef NNCC_TRAIN_BN_H
#define NNCC_TRAIN_BN_H

#include "train_norm.h"

/* The statistics of one channel block, in registers. */
typedef struct {
    Kernel *k;
    Stream x;
    Shape s;
    int mean, squares, count;           /* squares: sum of squared differences from the mean; count: of images so far */
} Batch;

/* What becomes of mean and squares of the whole batch: the result, with the norm's parameters, and the running statistics. */
typedef struct {
    Stream y, scale, shift, mean, variance;
} Statistic;

Statistic open_statistic(Lower *, Kernel *, const Node *n);
void emit_statistic(Batch *, const Statistic *to, const Node *bn, double elements);
void stride_statistic(Call *, const Statistic *);

/* What becomes of the sums of dy and dy (x - mean) over the whole batch. */
typedef struct {
    const Node *n;
    Stream y, deviation;
    Gradient gradient;
} Sums;

Stream open_mean(Lower *, Kernel *, const Node *n);     /* what the differences of x are taken from */
Sums open_sums(Lower *, Kernel *, const Node *n);
void finish_sums(Kernel *, const Sums *to, const int total[2]);
void stride_sums(Call *, const Sums *);

/* train_bn_parts.c: the steps of a norm whose sums a convolution's kernels have left, part by part. */
void lower_tallied_stats(Lower *, const Node *n, double elements);
void lower_tallied_sums(Lower *, const Node *n);

#endif
