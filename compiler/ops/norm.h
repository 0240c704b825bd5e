/* norm.h - ln, in, gn: channels that are normalised together, for norm.c and for the gradients in train_norm.c. */
#ifndef NNCC_NORM_H
#define NNCC_NORM_H

#include "lanes.h"
#include "pixels.h"

/* How the channels of a tensor are divided into groups, and blocks into sets: one set is the work of one kernel. */
typedef struct {
    const Node *norm;                   /* ln, in or gn */
    const Node *n;                      /* whose layout counts: the norm, or a node of its gradient */
    int size;                           /* channels of a group */
    int lanes;                          /* neighbouring lanes of one group: fewer than 8 where a block holds several groups */
    int blocks;                         /* of one set */
    bool crossing;                      /* somebody's split runs through groups: each block is a set, and needs others' pixels */
    const int *channel;                 /* of each lane */
} Groups;

/* A kernel that reads one set of blocks. */
typedef struct {
    const Groups *groups;
    Kernel *k;
    Stream x;
    Stream dy, scale;                   /* for gradients: by the norm's result; the norm's scale; pointer -1: none */
    int first;                          /* block of the set */
    int number;                         /* of the group at work, where groups cross */
} NormSet;

/* In registers, for each lane that of its group. */
typedef struct {
    int mean, inverse;                  /* of x; 1 / sqrt(variance + eps) */
    int dy, product;                    /* the means of scale * dy and of scale * dy * (x - mean) */
} Statistics;

Groups norm_groups(Lower *, const Node *n, const Node *norm);
/* How many sets from block b on look alike, so that one kernel serves them. */
int alike_sets(const Groups *, int b);
/* Where x, dy and scale shall stand when the kernel of the set that begins at block b begins. */
void move_set(Call *, const Groups *, Stream, int64_t block, int b);
/* The statistics of the set, dy and product only for gradients. Then the streams stand at the set's first block. */
Statistics emit_statistics(NormSet *, bool gradient);
/* A variance becomes 1 / sqrt(variance + eps), in place. */
void emit_inverse_root(Kernel *, int variance, const Node *norm);
/* Moves x, dy and scale by blocks, and x and dy by rows. */
void set_bump(const NormSet *, int blocks, int rows);

#endif
