/* training.h - what a training step computes beside the network: loss, trained parameters, frozen norms, the update.
 * compile() makes a training program where Options.training points to one of these. */
#ifndef NNCC_TRAINING_H
#define NNCC_TRAINING_H

#include <stdbool.h>

/* Both are means over the batch of what target and output (rows of K classes) give. */
typedef enum {
    LOSS_cross_entropy,                 /* -sum_k target_k log softmax(output)_k */
    LOSS_mse                            /* mean_k (output_k - target_k)^2 */
} LossKind;

typedef enum { OPTIMISER_none, OPTIMISER_sgd, OPTIMISER_adamw } OptimiserKind;

/* The update, in PyTorch's form. The learning rate comes with every step. */
typedef struct {
    OptimiserKind kind;                 /* none: gradients only */
    double momentum;                    /* sgd: g += weight_decay p; v = momentum v + g (first step v = g); p -= lr v */
    bool nesterov;                      /* sgd: p -= lr (g + momentum v) */
    double beta1, beta2, epsilon;       /* adamw */
    double weight_decay;
    bool decay_vectors;                 /* weight decay on norms and biases (parameters of rank 1) too */
    double clip_norm;                   /* largest L2 norm of all gradients together; 0: not clipped */
} Optimiser;

/* Norms while training: everything moves; statistics rest (batch norms work as in evaluation); scale and shift rest; both. */
typedef enum { FREEZE_none, FREEZE_stats, FREEZE_affine, FREEZE_both } FreezeNorm;

/* Pixels of a bn_stats' result: what batch norm `of` does to x is (x - mean) * scale + shift. */
enum {
    STATS_mean, STATS_inverse,          /* inverse: 1 / sqrt(variance + eps) */
    STATS_scale, STATS_shift,           /* of's scale times inverse, and of's shift */
    NSTATS
};

typedef struct {
    LossKind loss;
    double label_smoothing;             /* share of the target that is spread over all classes: whoever makes targets reads it */
    const char *const *train;           /* globs: parameters with a name that matches one of them are trained */
    int ntrain;                         /* 0: all are */
    FreezeNorm freeze_norm;
    bool keep_dropout;                  /* drop values at random; otherwise dropout passes them on, as gradient checks need */
    bool recompute;                     /* keep the inputs of residual blocks, compute what lies inside again */
    bool evaluation;                    /* the program has steps for evaluation, too: Program.evaluation */
    Optimiser optimiser;
} Training;

#endif
