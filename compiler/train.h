/* train.h - from a spec to an engine that trains it: what `nncc train` and the library ask of the compiler. */
#ifndef NNCC_TRAIN_H
#define NNCC_TRAIN_H

#include "../runtime/train_engine.h"
#include "compiler.h"

typedef enum { OPTIMIZER_sgd, OPTIMIZER_adamw } OptimizerKind;
typedef enum { TRAIN_jit, TRAIN_aot, TRAIN_ref } TrainBackend;
/* Batch norms of layers that are not trained: everything moves, the statistics rest (evaluation mode), the scale and shift
 * rest, or both. */
typedef enum { FREEZE_none, FREEZE_stats, FREEZE_affine, FREEZE_both } FreezeNorm;

/* All that decides what one training step computes. The learning rate is the trainer's: it comes with every step. */
typedef struct {
    int batch, threads;
    TrainBackend backend;
    const char *target;                 /* "avx2", "c", ..; NULL: the best of this processor */
    const char *compiler;               /* for TRAIN_aot: "gcc", "clang"; NULL: the system's */
    OptimizerKind optimizer;
    double momentum;                    /* SGD, PyTorch's form: v = momentum * v + g; p -= lr * v */
    bool nesterov;                      /* SGD: p -= lr * (g + momentum * v) */
    double beta1, beta2, epsilon;       /* AdamW */
    double weight_decay;
    bool decay_norm_bias;               /* weight decay applies to norms and biases too, as PyTorch's default */
    double label_smoothing;             /* share of the target that is spread over all classes */
    double clip_grad_norm;              /* largest L2 norm of all gradients together; 0: not clipped */
    uint64_t seed;                      /* of dropout, with the step */
    const char *train;                  /* comma list of globs: the parameters that are trained; NULL: all */
    FreezeNorm freeze_norm;
    bool recompute_block;               /* keep the inputs of blocks alone, compute the rest again */
} TrainOptions;

/* Compiles the training step of a spec (path, or text where it is not NULL, as compile_graph takes them) with `weights` as its
 * first parameters; options->max_batch is ignored, train->batch counts. A mistake in the spec goes by fail_at to the context, which
 * must outlive the engine; everything else is NULL and a failure. Close it by engine->close. */
TrainEngine *train_engine_open(Context *, const char *path, const char *text, const Options *options, const TrainOptions *train,
                               const Weights *weights, Failure *failure);

#endif
