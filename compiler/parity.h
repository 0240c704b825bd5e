/* parity.h - the gradient of a convolution by its operand, cut into dense convolutions of the gradient dy by its result. */
#ifndef NNCC_PARITY_H
#define NNCC_PARITY_H

#include "compiler.h"

/* One axis of one of them: results first, first + stride, ... of the operand's gradient. */
typedef struct {
    int first, count;                   /* results: there are `count` of them */
    int taps;                           /* of the filter that take part; 0: the results are 0 */
    int tap, step;                      /* in this order: the filter's tap, tap - step, tap - 2 step, ... */
    int dilation;                       /* rows (columns) of dy between two taps */
    int start;                          /* row (column) of dy that result 0 reads with its first tap; may be negative */
} Parity;

/* Results whose place is `first` modulo the stride of convolution `of`, for 0 <= first < stride. */
Parity parity_of(const Node *of, int axis, int first);

#endif
