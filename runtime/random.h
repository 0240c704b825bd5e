/* random.h - random numbers that depend on what they are for, not on when they are drawn: the seed, the epoch and the sample
 * choose a stream, so that work may be split over threads, replayed and resumed in the middle. */
#ifndef NNCC_RANDOM_H
#define NNCC_RANDOM_H

#include <stdint.h>

/* Philox 4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3, 2011, section 3.3). */
void philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* What a stream is for: no two purposes share numbers. */
typedef enum { RANDOM_shuffle, RANDOM_augment, RANDOM_shape, RANDOM_texture } RandomUse;

typedef struct {
    uint32_t key[2], counter[4];        /* counter[0] counts blocks of four numbers */
    uint32_t block[4];
    int used;                           /* numbers of the block that were drawn */
} Random;

/* index < 2^32 (samples). */
Random random_stream(uint64_t seed, RandomUse, uint32_t epoch, uint32_t index);
uint32_t random_bits(Random *);
double random_uniform(Random *);                            /* [0, 1), 24 bits */
double random_between(Random *, double low, double high);
uint32_t random_below(Random *, uint32_t limit);            /* 0..limit - 1, each equally likely; limit > 0 */

#endif
