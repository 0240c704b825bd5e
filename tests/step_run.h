/* step_run.h - one step of a training graph with arrays of its own, by the naive interpreter in double and by a compiled program: what
 * both read and everything that they write, tensor by tensor. Both have the same seed and number of the step. */
#ifndef NNCC_TEST_STEP_RUN_H
#define NNCC_TEST_STEP_RUN_H

#include "../backends/backend.h"
#include "../runtime/weights.h"

/* What a program has written; step_free. */
typedef struct {
    float *output;                      /* [batch][floats] */
    float **value, **gradient;          /* of each tensor, by id */
} Numbers;

/* What the interpreter has written: values and gradients by id, the loss; expected_free. */
typedef struct {
    double *output;
    ReferenceStep step;
} Expected;

float *garbage(int64_t floats);                 /* aligned, for arrays that nobody may rely on */
int64_t output_floats(const Graph *);           /* of a batch of max_batch */
/* A batch of max_batch; target [batch][classes], or NULL where the graph has none. */
Expected expect_step(const Graph *, const Weights *, const float *input, const float *target);
/* The same with rounding errors at some places; what each node computes goes to result[id], where that is not NULL. */
Expected expect_shifted(const Graph *, const Weights *, const float *input, const float *target, const ReferenceShift *, size_t nshift,
                        double *const *result);
void expected_free(const Graph *, Expected *);
Numbers run_step(const Program *, const Model *, const Weights *, const float *input, const float *target, int threads);
void step_free(const Graph *, Numbers *);
/* Expects the same bits of both; who: whose step it is, how: what distinguishes the second. */
void expect_bits(const Graph *, const Numbers *, const Numbers *, const char *who, const char *how);
/* Puts the program's steps into the order in which threads could at most come to them: of those that may begin, always the last. Returns
 * how many are not where they were. */
int last_first(Program *);

#endif
