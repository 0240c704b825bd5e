/* schedule.h - the learning rate of every step, as a function of the step alone. */
#ifndef NNCC_SCHEDULE_H
#define NNCC_SCHEDULE_H

#include "weights.h"

typedef enum { SCHEDULE_constant, SCHEDULE_step, SCHEDULE_milestones, SCHEDULE_cosine, SCHEDULE_polynomial } ScheduleKind;
enum { MAX_MILESTONES = 16 };

/* After `warmup` epochs, in which the rate rises to its full height, the schedule runs over the epochs that are left, as
 * PyTorch's SequentialLR does; its time t counts from the end of the warm-up. */
typedef struct {
    ScheduleKind kind;
    double rate;                        /* the full height */
    int epochs;                         /* of the whole run */
    double every, gamma;                /* step: times gamma every so many epochs (StepLR); milestones: at each of them */
    double milestone[MAX_MILESTONES];   /* epochs, counted from the start of the run */
    int milestones;
    double power;                       /* polynomial: rate * (1 - t / T)^power */
    double warmup;                      /* epochs; 0: none */
    double warmup_factor;               /* of the rate in the first step */
    bool warmup_constant;               /* the factor until the end of the warm-up, instead of a line up to 1 */
    bool per_iteration;                 /* t moves with every step, not once an epoch */
} Schedule;

/* `constant`, `step:EPOCHS[,GAMMA]`, `milestones:E1,E2,..`, `cosine`, `polynomial[:POWER]`: kind, every, milestone, power. */
bool schedule_parse(const char *text, Schedule *, Failure *);
/* `EPOCHS[,FACTOR[,constant]]`; FACTOR is 0.01 unless told. */
bool schedule_parse_warmup(const char *text, Schedule *, Failure *);
double schedule_rate(const Schedule *, int64_t step, int64_t steps_per_epoch);

#endif
