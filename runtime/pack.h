/* pack.h - how packed weights are made from named tensors.
 *
 * The compiler writes one PackItem for each array that its kernels read; pack() fills the arrays from the weights
 * of a file. Batch norms folded into a convolution are applied here, in double, rounded once. */
#ifndef NNCC_PACK_H
#define NNCC_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A named tensor or a slice of one along `axis`; name NULL: absent. */
typedef struct {
    const char *name;
    int axis;
    int64_t begin, count;
} PackSource;

typedef enum {
    PACK_conv,          /* filters, panel by panel */
    PACK_winograd,      /* 3 x 3 filters transformed for F(unit x unit, 3 x 3), panel by panel */
    PACK_grouped,       /* each lane has the filters of its own group's channels: [unit of some
                           vectors][ky][channel of the group][kx][lane of the unit] */
    PACK_vector,        /* one float per output lane */
} PackKind;

/* What a PACK_vector holds in the lane of channel c. s(c) = gamma / sqrt(variance + eps). */
typedef enum {
    VECTOR_bias,        /* bias, or with a folded norm: (bias - mean) * s + beta */
    VECTOR_weight,      /* the weight tensor itself (scale of ln, in, gn) */
    VECTOR_norm_scale,  /* s */
    VECTOR_norm_shift,  /* beta - mean * s */
} VectorKind;

/* Consecutive input channels that lie in one block: channel..channel + count - 1, count <= LANES. */
typedef struct {
    int channel, count;
} PackBlock;

/* Output lanes lane..lane + 8 * vectors - 1 (vectors <= 16), reading the input blocks block..block + nblock - 1. Its filters lie at
 * `at` floats from the item, in the order [block][ky][kx][channel of the block][lane], or [channel][lane] for each of
 * the (unit + 2)^2 frequencies, row by row, of G g Gt (pack.c has G), which lie `frequency` floats apart. A filter value whose input
 * channel is in another group than its output channel, and every value of a lane without channel, is 0. */
typedef struct {
    int lane, vectors;
    int block, nblock;
    int64_t at, frequency;
} PackPanel;

typedef struct PackItem {
    PackKind kind;
    VectorKind vector;
    int64_t at, size;               /* floats: place in the payload, length */
    PackSource weight, bias;        /* convolution's own, or the norm's scale and shift */
    PackSource norm[4];             /* folded or stand-alone batch norm: weight, bias, mean, variance; or name NULL */
    double eps;                     /* of that batch norm */
    int out, in, kh, kw, groups;    /* the filter is [out][in / groups][kh][kw] */
    int unit;                       /* PACK_winograd: 2 or 4 */
    const int *channel;             /* lane -> output channel, -1 for padding lanes */
    int nlane;
    int vectors;                    /* PACK_grouped: of a unit; they divide those of all lanes */
    const PackBlock *block;
    int nblock;
    const PackPanel *panel;
    int npanel;
    bool half;                      /* PACK_conv: filters of half precision, two in the place of a float */
} PackItem;

/* Values of a named tensor as floats, row-major, or NULL. dim gets up to 4 sizes. */
typedef const float *PackLookup(const void *weights, const char *name, int *rank, int64_t dim[4]);

/* Told that nobody will read that tensor any more before the next lookup of it. */
typedef void PackRelease(const void *weights, const char *name);

/* Fills payload[0 .. sum of the items), which must be zeroed, on up to `threads` threads. Returns false and names
 * the missing tensor when the lookup does not find one. release: may be NULL. */
bool pack(const PackItem *item, size_t count, PackLookup *lookup, PackRelease *release, const void *weights, float *payload, int threads,
          const char **missing);

/* What half precision takes from the filters that are stored so: the relative L2 norm of the differences; 0: there are none. The
 * lookup finds every tensor, as it did for pack(). */
double pack_half_error(const PackItem *item, size_t count, PackLookup *lookup, const void *weights);

/* Where the values of a named tensor go, row-major, or NULL where nobody wants them. dim gets up to 4 sizes. */
typedef float *PackPlace(void *tensors, const char *name, int *rank, int64_t dim[4]);

/* The inverse: takes the payload apart into named tensors, on up to `threads` threads. Returns false and names a tensor
 * where an item holds values that a norm was folded into, or that were transformed or rounded: they have no inverse. */
bool unpack(const PackItem *item, size_t count, PackPlace *place, void *tensors, const float *payload, int threads,
            const char **lost);

#endif
