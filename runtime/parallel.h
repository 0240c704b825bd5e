/* parallel.h - runs the layers of a network one after the other, the tasks of each spread over threads. */
#ifndef NNCC_PARALLEL_H
#define NNCC_PARALLEL_H

#include <stddef.h>

/* One forward pass. What a JIT compiles knows these fields, in this order. */
typedef struct {
    const float *weights;               /* the packed payload */
    float *arena;                       /* of image 0; the other images' follow */
    const float *input;
    float *output;
    float *scratch;                     /* of the running thread: run_steps provides it */
    int batch;
    double *seconds;                    /* what each layer took, or NULL */
    size_t scratch_floats;              /* that a thread needs */
    const float *target;                /* for training: what each image should give */
    float *common, *gradient, *state;   /* for training: scalars and results of the batch; as long as the trained weights; the
                                           optimiser's. The weights are written then */
} Run;

enum { RUN_SLOTS = 8, RUN_BESIDE = 8 };

/* Tasks of one layer that follow each other and cost the same. */
typedef struct {
    int images;                         /* that a task computes: those of a group, which come first, or one; 0 ends a list */
    ptrdiff_t tasks;                    /* of each group of so many images */
    double work;                        /* of one task, in any unit */
} RunPart;

/* One layer. Its tasks are independent of each other; a task is one tile of an image, or of a group of images. */
typedef struct {
    void (*run)(const Run *, const ptrdiff_t *slot, ptrdiff_t task);
    const RunPart *part;                /* all of its tasks */
    ptrdiff_t slot[RUN_SLOTS];          /* where its arrays begin: floats from the start of what holds them */
    unsigned beside;                    /* bit d, below RUN_BESIDE: long steps: need not wait for the step d + 1 before it */
} RunStep;

/* The first task of thread `thread` of `threads`, which does those before the first of the next: shares of equal work. */
ptrdiff_t first_task(const RunPart *, int batch, int thread, int threads);
/* On up to `threads` threads, which stay for the next run; their number never changes the result. Through the first `leading` steps,
 * none of which takes several images at once, every thread goes with one image after the other, as far as these can be dealt out evenly. */
void run_steps(const RunStep *step, size_t count, size_t leading, const Run *, int threads);
/* The same for steps that take long beside the taking of a task, as those of a training do: a thread that has done its share helps
 * the others, which may have been held up or run on slower processors, and then goes on to what need not wait for them. Where layers are
 * timed, each waits for the one before. */
void run_long_steps(const RunStep *step, size_t count, const Run *, int threads);

#endif
