/* train.h - from a spec to an engine that trains it: what `nncc train` and the library ask of the compiler. */
#ifndef NNCC_TRAIN_H
#define NNCC_TRAIN_H

#include "../runtime/train_engine.h"
#include "compiler.h"

/* All that decides what one training step computes. The learning rate is the trainer's: it comes with every step. */
typedef struct {
    Training training;                  /* loss, trained parameters, frozen norms, the update: ir/training.h */
    int batch, threads;
    uint64_t seed;                      /* of dropout, with the step */
    const char *backend;                /* "jit", "aot" or "ref" */
    const char *target;                 /* "avx2", "c", ..; NULL: the best of this processor */
    const char *compiler;               /* for aot: "gcc", "clang"; NULL: the system's */
} TrainOptions;

/* Makes an engine for the training step of a spec (path, or text where it is not NULL, as compile_graph takes them) with
 * `weights` as its first parameters; of the options, max_batch and training are the engine's to set. A mistake in the spec
 * goes by fail_at to the context, which must outlive the engine, like the options; all else is NULL and a failure. Close it
 * by engine->close. */
typedef TrainEngine *TrainEngineOpen(Context *, const char *path, const char *text, const Options *options,
                                     const TrainOptions *train, const Weights *weights, Failure *failure);
TrainEngineOpen train_engine_open;      /* train.c: picks one of those below by train->backend */
TrainEngineOpen train_jit_open;         /* train_program.c: kernels, compiled in this process */
TrainEngineOpen train_reference_open;   /* train_reference.c: the naive interpreter, in double */

#endif
