/* pixels.h - walks over the pixels of one channel block, with several tensors side by side. */
#ifndef NNCC_PIXELS_H
#define NNCC_PIXELS_H

#include "../lower.h"

enum { MAX_WALKERS = 4, MAX_SIDES = 3, MAP_REGISTERS = 6 };

/* What moves from pixel to pixel. */
typedef struct {
    Kernel *k;
    const Stream *in;
    int nin;
    const Output *out;                  /* NULL: nothing is stored */
} Walk;

/* Code for `pixels` pixels (at most 4), from where the pointers are. */
typedef void WalkBody(void *self, int pixels);

/* Code for rows x width pixels, one row where the tensors have no borders; afterwards all have moved by `rows` rows. */
void walk_rows(const Walk *, int rows, int width, WalkBody *, void *self);

/* A kernel in which every pixel of the result depends on the same pixel of the operands and on vectors of its channels. */
typedef struct Map {
    Lower *l;
    Node *n;
    Kernel *k;
    Stream in[MAX_WALKERS];             /* the operands that move from pixel to pixel */
    int nin;
    Stream side[MAX_SIDES];             /* vectors of the channels, which move from block to block */
    int nside;
    Output out;
    int reg[MAP_REGISTERS];             /* what map_open has put into registers for all pixels */
} Map;

typedef struct {
    int nin;                            /* how many of the node's first operands move from pixel to pixel */
    void (*open)(Map *);                /* opens the sides and fills registers before the first pixel; NULL: nothing to do */
    int (*value)(Map *, int pixel);     /* the result of that pixel, in a new register */
    const char *name;                   /* of the kernel */
    const VectorKind *own;              /* what map.out.vectors begins with */
    int nown;
} MapKind;

/* The step of node n, or (as `head`) of n with another tail: bands of rows of each block are tasks. */
void lower_map(Lower *, Node *n, const Node *head, const MapKind *);
/* Operand i of the pixel, in a new register. */
int map_load(const Map *, int i, int pixel);

/* Opens the next side: the vectors that node n made of its channels. */
Stream map_side(Map *, const Node *n, const char *name);

/* ---- sums over pixels ---- */

typedef enum {
    SUM_values,                         /* x */
    SUM_squares,                        /* (x - mean)^2 */
    SUM_moments,                        /* x - mean, and (x - mean)^2 */
    SUM_products,                       /* dy x */
    SUM_gradient,                       /* dy, and dy (x - mean) */
} SumKind;

/* What is summed: x, the other factor dy where the kind has one, the register that holds the mean where it has that. */
typedef struct {
    Kernel *k;
    SumKind kind;
    Stream x, dy;
    int mean;
} Sum;

/* Sums over rows x width pixels from where the streams are, a sum for each lane, into the new register sum[0] and, where the kind
 * is of two, sum[1]. The streams move by `rows` rows. */
void emit_sums(const Sum *, int rows, int width, int sum[2]);

#endif
