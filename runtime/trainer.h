/* trainer.h - the training loop: epochs over a data set through an engine, evaluation, checkpoints. It prints nothing;
 * whoever runs it hears of every step and epoch. */
#ifndef NNCC_TRAINER_H
#define NNCC_TRAINER_H

#include <signal.h>

#include "checkpoint.h"
#include "loader.h"
#include "schedule.h"

/* After a step of training, or a batch of evaluation. */
typedef struct {
    bool evaluating;
    int64_t epoch;                      /* from 0 */
    int64_t batch, batches;             /* done of the epoch, or of the evaluation */
    int64_t step;                       /* done in all */
    double rate;                        /* learning rate of this step */
    double loss;                        /* of this step's batch; evaluating: mean so far */
    double mean_loss, accuracy;         /* since the epoch, or the evaluation, began */
} StepReport;

typedef struct {
    int64_t epoch;
    EpochResult result;
    bool best;                          /* the best evaluation so far */
    double seconds, images_per_second;  /* of training, since the epoch began or was resumed */
} EpochReport;

typedef struct {
    double loss, top1, top5;            /* cross-entropy; shares; top5 with more than 5 classes, else 1 */
    int64_t images;
} Evaluation;

/* Who is told. Each may be NULL, and may fail, which ends the run. */
typedef struct {
    void *context;
    bool (*step)(void *context, const StepReport *, Failure *);
    bool (*epoch)(void *context, const EpochReport *, const Progress *, Failure *);
    bool (*note)(void *context, const char *text, Failure *);  /* something that is worth a line */
    bool (*begin)(void *context, Failure *);    /* the directory is this run's: no step is done yet */
} TrainerEvents;

typedef struct {
    TrainEngine *engine;
    const Dataset *dataset;
    Loader *loader;                     /* made with the seed below */
    Schedule schedule;                  /* schedule.epochs is the length of the run */
    uint64_t seed;
    const char *run;                    /* what must not change when a run is resumed; one line */
    const char *directory;              /* for checkpoints; NULL: none are kept */
    int keep;                           /* newest checkpoints to keep, the best one beside them */
    int64_t save_every;                 /* steps between checkpoints within an epoch; 0: at its end only */
    bool resume;                        /* from the newest checkpoint that is whole, if there is any */
    bool overfit; /* the first batch over and over, without augmentation (the loader's affair), and evaluated */
    int64_t most_steps;                 /* stop after so many, and evaluate as many batches, if any; 0: no limit */
    const volatile sig_atomic_t *stop;  /* set: finish the step, save, return; NULL: never */
    TrainerEvents events;
} Trainer;

/* Of one epoch; 0: the pictures do not fill a batch. What is left over waits for the next epoch's order. */
int64_t trainer_steps(const Trainer *);
/* Trains until the last epoch, or until it is stopped: *progress tells which; the caller frees it. On a failure, what was
 * saved remains. */
bool trainer_run(const Trainer *, Progress *progress, Failure *);
/* Evaluates SPLIT_val, or SPLIT_train where that is empty. */
bool trainer_evaluate(const Trainer *, Evaluation *, Failure *);

#endif
