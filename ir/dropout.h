/* dropout.h - which values dropout drops: a function of the seed, the step, the layer's stream, the image and the value's
 * position in the image, so that a run can be repeated, resumed and split. Kernels (compiler/ops/train_elementwise.c) compute
 * the same in vectors.
 *
 * The mixing function is Wellons' and TheIronborn's two-round multiply-xorshift hash of 32-bit words ("hash-prospector", 2018);
 * between its rounds the image's key comes in once more, so that images do not see shifted copies of one sequence. */
#ifndef NNCC_DROPOUT_H
#define NNCC_DROPOUT_H

#include <stdbool.h>
#include <stdint.h>

/* As bits of floats, in which kernels carry them, both factors are finite numbers. */
static const uint32_t DROPOUT_FACTOR[2] = {0x21f0aaad, 0xd35a2d97};

static inline uint32_t dropout_mix(uint32_t x, uint32_t key)
{
    x ^= x >> 16;
    x *= DROPOUT_FACTOR[0];
    x += key;
    x ^= x >> 15;
    x *= DROPOUT_FACTOR[1];
    return x ^ x >> 15;
}

/* The key of one image of the batch in one dropout layer. */
static inline uint32_t dropout_key(uint64_t seed, uint32_t step, uint32_t stream, uint32_t image)
{
    uint32_t key = dropout_mix((uint32_t)seed, stream);
    key = dropout_mix(key ^ (uint32_t)(seed >> 32), stream);
    key = dropout_mix(key ^ step, stream);
    return dropout_mix(key ^ image, stream);
}

/* Is the value at `position`, row-major in [channels][height][width], kept? p: probability of dropping it. */
static inline bool dropout_keeps(uint32_t key, uint32_t position, double p)
{
    float limit = (float)(1 - p);       /* of 2^23 equally likely fractions in [0, 1) */
    return (float)(dropout_mix(key ^ position, key) >> 9) * 0x1p-23f < limit;
}

#endif
