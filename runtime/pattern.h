/* pattern.h - what a tensor is, told by its name, and numbers for it from a seed. Used by weights.c alone. */
#ifndef NNCC_PATTERN_H
#define NNCC_PATTERN_H

#include "weights.h"

typedef enum {
    ROLE_counter,                       /* num_batches_tracked */
    ROLE_mean, ROLE_variance,           /* running statistics */
    ROLE_bias,
    ROLE_scale,                         /* a weight of one dimension: of a norm */
    ROLE_filter,                        /* any other weight */
    ROLE_other,
} TensorRole;

/* SEED[,gain=G] of the command line. */
typedef struct {
    uint64_t value;
    double gain;                        /* factor of scales; 1 unless told */
} Seed;

TensorRole tensor_role(const TensorSpec *);
void pattern_fill(const TensorSpec *, float *out, size_t count, Seed);
/* Training initialisation: kaiming normal over fan_out for convolutions, uniform within 1 / sqrt(fan_in) for linear
 * layers, scales and variances 1, the rest 0. weight: the tensor that stands beside a bias, or NULL. */
void init_fill(const TensorSpec *, const TensorSpec *weight, float *out, size_t count, uint64_t seed);

#endif
