/* loader.h - batches of a data set, made by worker threads ahead of their use. What is in a batch depends on the seed, the
 * epoch and the samples' indices, never on the number of workers. */
#ifndef NNCC_LOADER_H
#define NNCC_LOADER_H

#include "augment.h"
#include "dataset.h"

typedef struct {
    int batch, channels, height, width; /* of the input */
    int workers;
    uint64_t seed;
    Augment augment;                    /* of training; `none` makes it the evaluation's way */
    Transform transform;                /* of evaluation: resize, crop; mean and std of both */
} LoaderOptions;

/* One pass over `count` samples, order[0..count - 1], or 0, 1, .. where order is NULL; it must outlive the pass. */
typedef struct {
    Split split;
    const uint32_t *order;
    int64_t count;
    uint32_t epoch;
    bool augment;                       /* an unreadable sample is then replaced by the next one; else it is marked */
    bool whole;                         /* leave out what would not fill a batch */
    int64_t first;                      /* batch to begin with */
} Pass;

typedef struct {
    const float *input;                 /* [batch][channels][height][width] */
    const int32_t *label;               /* -1: an unreadable sample, its input is 0 */
    int count;
} Batch;

typedef struct Loader Loader;
Loader *loader_open(const Dataset *, const LoaderOptions *, Failure *);     /* the data set must outlive it */
void loader_close(Loader *);            /* also of NULL */
int64_t loader_batches(const Loader *, const Pass *);                       /* of a pass that begins with batch 0 */
void loader_start(Loader *, const Pass *);                                  /* ends the pass before */
/* The next batch, valid until the next call. False at the end of the pass (failure->text "") and on failures. */
bool loader_next(Loader *, Batch *, Failure *);
void loader_stop(Loader *);             /* ends a pass early */
/* What unreadable samples had to say, each sample once: the caller frees it; NULL: nothing (more). After 20 of them only
 * *count grows. */
char *loader_complaint(Loader *, int64_t *count);

/* order[count] becomes a random permutation of 0..count - 1, decided by seed and epoch. */
void loader_shuffle(uint32_t *order, int64_t count, uint64_t seed, uint32_t epoch);

#endif
