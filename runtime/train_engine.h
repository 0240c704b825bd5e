/* train_engine.h - what the trainer asks of the code that computes: one step, one evaluation, tensors by name. The trainer
 * (trainer.h) drives any engine: compiled kernels, the naive interpreter, or a test's own. */
#ifndef NNCC_TRAIN_ENGINE_H
#define NNCC_TRAIN_ENGINE_H

#include "weights.h"

/* What an engine takes; all 0: it does not say. */
typedef struct {
    int64_t arena, parameters, gradient, state;         /* bytes: results of the layers; parameters and buffers; their
                                                         * gradients; what the optimiser keeps */
    double code_seconds, pack_seconds;  /* to make machine code of kernels, and to pack the first parameters */
} TrainCost;

/* One part of a step, in the order in which they run. */
typedef struct {
    const char *name, *operation;       /* the layer's, and that of a node: "conv", "conv_dw"; "update", "repack" where there is none */
    int64_t macs;                       /* multiply-adds of the batch */
} TrainPart;

typedef struct TrainEngine TrainEngine;
struct TrainEngine {
    int batch, classes;                 /* images of one step; outputs of one image */
    int channels, height, width;        /* shape of one image */
    int64_t input_floats;               /* of one image: channels * height * width */
    int64_t trained;                    /* parameters that a step updates, in elements; 0: it does not say */
    TrainCost cost;
    const TrainPart *part;              /* of a step; NULL: the engine does not say */
    int parts;
    double *seconds;                    /* [parts]: where steps write how long each part took; NULL: nobody wants to know */
    /* One training step on `batch` images, input[batch][channels][height][width]: forward, loss, backward, update with this
     * learning rate. labels[batch] in 0..classes-1. step counts from 0 and, with the seed given at creation, fixes dropout.
     * *loss: mean over the batch; *correct: images whose largest output is that of their label. Returns false and sets
     * failure. */
    bool (*step)(TrainEngine *, const float *input, const int32_t *labels, double learning_rate, int64_t step, double *loss,
                 int *correct, Failure *);
    /* logits[count][classes] of count <= batch images in evaluation mode (running statistics, no dropout). */
    bool (*evaluate)(TrainEngine *, const float *input, int count, float *logits, Failure *);
    /* Parameters, buffers (int64 num_batches_tracked too) and optimiser state as named tensors: for checkpoints and export.
     * With OPTIMISER_none the gradients of the last step are there too, as "gradient.NAME" (given only: write does not ask
     * for them). Optimiser tensors are called "optimizer.momentum.NAME", "optimizer.exp_avg.NAME",
     * "optimizer.exp_avg_sq.NAME". The caller frees the array, and each tensor's name and data: tensors_free. */
    bool (*read)(TrainEngine *, TensorData **tensors, size_t *count, Failure *);
    /* The counterpart: every tensor that read gives must be there, with the same shape and dtype. What the network computes
     * afterwards depends on nothing that came before. */
    bool (*write)(TrainEngine *, const TensorData *tensors, size_t count, Failure *);
    void (*close)(TrainEngine *);
};

/* What read of an engine, or checkpoint_load, has given. */
void tensors_free(TensorData *tensors, size_t count);

#endif
