/* tally.h - sums of a convolution's results that its kernels leave for a batch norm: for tally.c and ops/.
 *
 * Results are summed in parts. A part lies within one task whatever the machine and its tiles, because shapes alone say how
 * results are divided; and a kernel sums a part's results in their order. So sums are the same everywhere. */
#ifndef NNCC_TALLY_H
#define NNCC_TALLY_H

#include "compiler.h"

/* What is left of each part, a float for each lane. For bn_stats v = y, w = y - shift; for bn_sums v = dy, w = dy * (x - shift). */
enum {
    TALLY_first,                        /* the sum of v; bn_stats: of v - shift */
    TALLY_second,                       /* the sum of w; bn_stats: of w * w */
    TALLY_shift,                        /* y or x of the part's first pixel: sums of what lies near 0 cost no digits */
    NTALLY
};

/* Results as kernels walk over them: rows of `width`, of which `part` make a part. */
typedef struct {
    int rows, width, part;
} Parted;
/* flat: all results are one line, which is cut into rows. */
Parted part_results(bool flat, int rows, int width);

/* Neighbouring parts of so many results each. */
typedef struct {
    int parts, pixels;
} PartRun;
enum { MOST_PART_RUNS = 4 };
typedef struct {
    PartRun run[MOST_PART_RUNS];        /* in their order */
    int runs, parts;                    /* parts: of all runs */
} Parts;
/* Parts of one picture, or of those that a task of Winograd's algorithm takes together. */
Parts parts_of(const Node *conv);

int64_t part_floats(const Node *bn);    /* from one part's sums to the next one's */
/* Pointers of the kernels of a direct convolution without sums: its operands, its result, the constants of a tail's functions; and those
 * that sums need beside them: where they go; x, or the part's first result. */
int pointers_of(const Node *conv);
enum { TALLY_POINTERS = 2 };

#endif
