/* spec_random.h - random valid networks: one seed makes a graph, its weights and its input, the same on every run. */
#ifndef NNCC_TEST_SPEC_RANDOM_H
#define NNCC_TEST_SPEC_RANDOM_H

#include "../compiler/compiler.h"
#include "../runtime/weights.h"

typedef enum {
    RANDOM_any,         /* every operation; float results agree with the reference within rounding */
    RANDOM_stem,        /* likewise, and it begins with a convolution and a pool */
    RANDOM_train,       /* likewise, and it answers with one number a class */
    RANDOM_exact,       /* small integers and operations that keep every sum exact in float: results are equal */
} RandomKind;

/* An inferred, numbered graph of up to about forty nodes. */
Graph *random_graph(Context *, uint64_t seed, RandomKind);
Weights *random_weights(const Graph *, uint64_t seed, RandomKind);
float *random_input(const Graph *, int batch, uint64_t seed, RandomKind);      /* to be freed */

#endif
