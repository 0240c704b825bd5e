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

enum { TRAIN_BATCH = 64 };            /* images of a step, where nobody says */
/* What stands for what nobody says of an optimiser. */
Optimiser optimiser_default(OptimiserKind);
/* The globs of a list such as "fc.*,layer4.*"; *count 0: it names none. */
const char *const *train_globs(Context *, const char *list, int *count);
/* Elements of the parameters that a graph trains, after grad. */
int64_t train_count(const Graph *);
/* The layer that decides how many outputs a network has. */
const Node *train_last_layer(const Graph *);
/* Fails by fail_at to the context where the network, after infer, does not answer with one number for each class. */
void train_check_network(Context *, const Graph *);

/* Makes an engine for the training step of a spec with `weights` as its first parameters; of the options, max_batch and
 * training are the engine's to set. A mistake in the spec goes by fail_at to the context, which must outlive the engine, like
 * the options and the tree; all else is NULL and a failure. Close it by engine->close. */
typedef TrainEngine *TrainEngineOpen(Context *, const Tree *, const Options *options, const TrainOptions *train,
                                     const Weights *weights, Failure *failure);
TrainEngineOpen train_engine_open_tree; /* train.c: picks one of those below by train->backend */
TrainEngineOpen train_program_open;     /* train_program.c: kernels, by TCC or the system's compiler */
TrainEngineOpen train_reference_open;   /* train_reference.c: the naive interpreter, in double */
/* For engines: the tensor called PREFIX and NAME, or NULL; and whether `from` is what t wants, of type `floats` where
 * it holds no integer. */
const TensorData *train_find(const TensorData *tensors, size_t count, const char *prefix, const char *name);
bool train_fits(const Tensor *t, const char *prefix, const char *floats, const TensorData *from, Failure *);
/* The same of a spec file, or of `text` under that name where it is not NULL. */
TrainEngine *train_engine_open(Context *, const char *path, const char *text, const Options *options, const TrainOptions *train,
                               const Weights *weights, Failure *failure);

#endif
