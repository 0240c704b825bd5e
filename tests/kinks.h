/* kinks.h - values of a training step that decide which way gradients go, so narrowly that rounding may decide otherwise: next to
 * the kink of an activation, or the two largest of a max pool's window. A step that differs in one of them has other gradients, as
 * right as these. */
#ifndef NNCC_TEST_KINKS_H
#define NNCC_TEST_KINKS_H

#include "../backends/backend.h"

typedef struct {
    ReferenceShift shift;               /* what takes the value to the other side, as far away */
    double doubt;                       /* how far that is, in rounding errors of its node */
} Kink;

/* The narrowest of the graph, `most` of them at most, that are less than one rounding error wide. value[id], rounding[id]: results of
 * node `id` for the whole batch, and how large an error of one of them may be. Returns their number. */
size_t find_kinks(const Graph *, int batch, double *const *value, const double *rounding, Kink *, size_t most);

#endif
