/* handles.h - handles of the library, ready to be asked: what its tests begin with, and what they expect of calls. */
#ifndef NNCC_TEST_HANDLES_H
#define NNCC_TEST_HANDLES_H

#include <stdbool.h>

#include "../runtime/nncc.h"

enum { MOST_BATCH = 16 };

void expect_good(nncc *, nncc_status);
/* The status and a piece of the text; afterwards the handle works as before. */
void expect_refusal(nncc *, nncc_status, nncc_status wanted, const char *text);

nncc *handle_of(const char *spec);                              /* loaded as "net.yaml" */
nncc *handle_ready(const char *spec, int batch, nncc_backend);  /* compiled, with the weights pattern:3 */

/* Pictures of the pattern, and their labels; to be freed. */
typedef struct {
    float *input;
    int32_t label[MOST_BATCH];
} Images;
Images images_of(nncc *, int batch, uint64_t seed);
double step(nncc *, int batch, uint64_t seed, double rate);     /* one of a training, on such pictures; returns the loss */

/* A tensor's values, or its gradient's; to be freed. */
float *values_of(nncc *, const char *name, bool gradient, size_t *floats);
void expect_same_weights(nncc *, nncc *);

#endif
