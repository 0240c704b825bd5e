/* experiments.h - the papers' questions as tables: an experiment is some runs of `nncc train`, listed and drawn
 * together. */
#ifndef EXPERIMENTS_H
#define EXPERIMENTS_H

enum { MOST_SETTINGS = 4, MOST_RUNS = 16, MOST_GROUPS = 3 };

typedef struct {
    int group;                              /* runs of a group are compared: a chart and a table of their own */
    const char *label, *spec;
    const char *set[MOST_SETTINGS];         /* NAME=VALUE, for --set */
} Run;

typedef struct {
    const char *label;                      /* of its table; "" where there is but one */
    int batch;
} Group;

typedef struct {
    const char *name, *title;
    const char *question;                   /* and the paper that asked it */
    const char *data;
    int epochs;
    double rate;                            /* learning rate for batches of 32; in proportion for others */
    double equal_work;                      /* by how much of their mean multiply-adds of a group may differ; 0: any */
    Group group[MOST_GROUPS];               /* up to the first without a batch */
    Run run[MOST_RUNS];                     /* up to the first without a spec */
} Experiment;

extern const Experiment experiments[];      /* up to the first without a name */

#endif
