/* command_bench.h - what `nncc bench` of a forward pass and that of a training step share. */
#ifndef NNCC_COMMAND_BENCH_H
#define NNCC_COMMAND_BENCH_H

#include "command.h"

/* Seconds that each of some equal runs took. */
typedef struct {
    double *sample;                     /* sorted by runs_finish */
    int count;                          /* above 0 */
    double best, median, p90, variation;        /* variation: (p90 - best) / median: one hiccup among many runs is none */
} Runs;

void runs_finish(Runs *);               /* all but samples and count; warns on stderr where they vary much */
double peak_memory(void);               /* bytes that this process has had at most */
double gflops(double macs, double seconds);     /* a multiply-add counts twice */
json_t *settings_json(const Session *);         /* {name: value}: those of this row */
json_t *passes_json(const PassTimes *);         /* {pass: milliseconds} */

int bench_training(Session *);          /* command_bench_train.c; returns the exit status */

#endif
