/* target.h - what a network should answer: a label as a row of classes. */
#ifndef NNCC_TARGET_H
#define NNCC_TARGET_H

#include <stdbool.h>

/* The target of one class; smoothing is the share of the whole that is spread evenly over all classes, the labelled one too. */
static inline double target_of(bool labelled, int classes, double smoothing)
{
    return (labelled ? 1 - smoothing : 0) + smoothing / classes;
}

#endif
