/* trainer_evaluate.h - the evaluating half of the trainer, for trainer.c. */
#ifndef NNCC_TRAINER_EVALUATE_H
#define NNCC_TRAINER_EVALUATE_H

#include "trainer.h"

/* Evaluates the data, or with `overfit` the first batch of `order`. *whole: false when the run was stopped meanwhile. */
bool run_evaluation(const Trainer *, const uint32_t *order, int64_t epoch, Evaluation *, bool *whole, Failure *);
/* Hands what the loader had to say of unreadable pictures on. */
bool pass_complaints(const Trainer *, Failure *);

#endif
