/* checkpoint.h - a training run on disk: one safetensors file that holds parameters, buffers, the optimiser's state and, in
 * the header, where the run stands. Everything random follows from the seed and the position, so nothing else needs
 * keeping. */
#ifndef NNCC_CHECKPOINT_H
#define NNCC_CHECKPOINT_H

#include "safetensors.h"
#include "train_engine.h"

/* One finished epoch. */
typedef struct {
    double rate;                        /* learning rate of its last step */
    double loss, accuracy;              /* of training: means over the epoch, as the parameters went */
    double val_loss, val_accuracy;      /* of evaluation at its end; -1: there was none */
} EpochResult;

/* Where a run stands. */
typedef struct {
    char *run;                          /* what must not change: network, data, batch, seed; one line of text; owned */
    int64_t step;                       /* steps done in all: the next one has this number */
    int64_t batch;                      /* of the current epoch done; all of them: its evaluation is next */
    double loss_sum;                    /* of those batches */
    int64_t correct;
    EpochResult *epoch;                 /* finished epochs; owned */
    int64_t epochs;
    double best_accuracy;               /* of evaluation; -1: none yet */
    int64_t best_epoch;                 /* from 0 */
} Progress;

void progress_free(Progress *);
/* Appends a finished epoch. */
bool progress_add(Progress *, EpochResult, Failure *);

/* Whole or not at all: temporary file, fsync, rename, fsync of the directory. */
bool checkpoint_save(const char *path, const Progress *, const TensorData *, size_t count, Failure *);
/* Checks the format, a checksum of all values, and every number; free what it gives by progress_free and tensors_free. */
bool checkpoint_load(const char *path, Progress *, TensorData **, size_t *count, Failure *);
/* A file from which weights are taken: where it is a checkpoint, do its values have their checksum? */
bool checkpoint_intact(const Safetensors *, Failure *);
/* Are the tensors of `got` those of `expected`, by name, shape and dtype, in any order? Otherwise says which is not. */
bool tensors_match(const TensorData *expected, size_t nexpected, const TensorData *got, size_t ngot, Failure *);

/* Gives a checkpoint to an engine whose tensors it has, all and no others; *progress: where it stands, for progress_free. */
bool checkpoint_restore(const char *path, TrainEngine *, Progress *progress, Failure *);

/* ---- the directory of a run: checkpoint-00000123.safetensors for the step 123, best.safetensors ----------- */
typedef struct {
    char *path;                         /* owned */
    int descriptor;                     /* open and locked: one run at a time */
} RunDirectory;

/* Makes the directory, locks it, and removes temporary files that a killed run has left. */
bool run_directory_open(const char *path, RunDirectory *, Failure *);
void run_directory_close(RunDirectory *);
/* Steps of the checkpoints that are there, newest first; the caller frees the list. */
bool run_directory_list(const RunDirectory *, int64_t **steps, size_t *count, Failure *);
/* "DIR/checkpoint-00000123.safetensors", or DIR/best.safetensors for step -1; owned; NULL: out of memory. */
char *run_directory_path(const RunDirectory *, int64_t step);
bool run_directory_keep(const RunDirectory *, int newest, Failure *);        /* removes all but the newest checkpoints */

#endif
