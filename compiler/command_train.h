/* command_train.h - the parts of `nncc train`: command_train.c sets a run up, command_train_report.c tells of it. */
#ifndef NNCC_COMMAND_TRAIN_H
#define NNCC_COMMAND_TRAIN_H

#include "../runtime/trainer.h"
#include "command.h"
#include "train.h"

/* What is seen of a run while it goes on. */
typedef struct {
    Session *session;
    FILE *log;                          /* --log, or NULL */
    const char *title;                  /* of the curves */
    bool bar;                           /* a line that changes, at the bottom of a terminal */
    int bar_length;                     /* characters of it on the screen now */
    int64_t epochs, first_step;         /* of the run; where this process began, -1: not yet known */
    double start, last_draw;            /* seconds */
    double epoch_start;
    int64_t epoch_first;                /* batches of the epoch that were done before this process */
    int batch;
} Report;

/* Everything that must be closed, by session_close. */
typedef struct {
    TrainOptions options;
    Trainer trainer;
    Dataset *dataset;
    Loader *loader;
    TrainEngine *engine;
    Progress progress;
    Report report;
} TrainWork;

/* command_train_pictures.c: some of the held-out pictures into --pictures, which is made where it is not there. */
void write_pictures(Session *, const Dataset *);

/* command_train.c: everything on the command line that shapes a step. Returns 0 or an exit status. */
int train_options(Session *, TrainOptions *);

/* command_train_report.c */
bool report_open(Report *, Session *, const TrainWork *, Failure *);
void report_close(Report *);
TrainerEvents report_events(Report *);
void report_start(TrainWork *);         /* a line about what will be done */
void report_end(TrainWork *, bool stopped);
void report_evaluation(TrainWork *, const Evaluation *);

#endif
