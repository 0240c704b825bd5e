/* reference.h - what the files of the naive interpreter share: values, parameters, one run. */
#ifndef NNCC_REFERENCE_H
#define NNCC_REFERENCE_H

#include "backend.h"

/* The result of one node for the whole batch: data[batch][channels][height][width]; of a BATCH node: one for all images. */
typedef struct {
    Shape shape;
    double *data;                       /* owned by the run, NULL when not made yet or no longer needed */
} Value;

/* A parameter as a node sees it, its slice applied: row r of the first axis begins at data[r * stride]. */
typedef struct {
    double *data;                       /* NULL: the node has no such parameter */
    int64_t stride;                     /* elements from one row to the next; 1 for vectors */
} Rows;

/* One reference_run. */
typedef struct {
    const Graph *graph;
    const Weights *weights;             /* NULL: step->value */
    const float *input;                 /* [batch][channels][height][width] */
    int batch;
    double *const *keep;                /* by id: where a node's result is copied to, or NULL; NULL: none */
    double *largest;                    /* by id: |value| of all that a node computes, its tail's operands too; NULL: nobody asks */
    ReferenceStep *step;                /* of a training graph; NULL: inference */
    Value *value;                       /* of each node, by id */
    int *unread;                        /* by id: operands that still refer to the node */
    Value *operand;                     /* operands of the node being computed */
    Rows parameter[NWEIGHT];            /* of the node being computed, or of the one it works for (node->of) */
    double *converted[NWEIGHT];         /* memory for those whose weights are floats */
    size_t capacity[NWEIGHT];           /* of that memory, in elements */
    Failure *failure;
} Run;

typedef void Reference(const Run *, const Node *, const Value *in, Value out);

#define OP(name, least, most, kind, family, ...) Reference reference_##family;
#include "../ir/ops.h"

/* Element r of a parameter vector, or `absent` where the node has none. */
static inline double element(Rows vector, int64_t r, double absent)
{
    return vector.data ? vector.data[r * vector.stride] : absent;
}

static inline int64_t pixels(Shape shape)
{
    return (int64_t)shape.height * shape.width;
}

/* Values of a tensor of each image, over the batch. */
static inline int64_t total(const Run *run, Value value)
{
    return run->batch * shape_floats(value.shape);
}

/* A range of outputs along one axis; reference.c says which. */
typedef struct {
    int begin, end;
} Range;
Range inside(const Attr *, int axis, int tap, int size, int outputs);

/* One window of a pool over one channel: taps at top + i * dilation, left + j * dilation. */
typedef struct {
    const Attr *attr;
    Shape in;
    int64_t top, left;                  /* of the first tap; may lie in the padding */
} Window;
Window window_at(const Attr *, Shape in, int oy, int ox);
/* Where in the channel the first largest value of the window is, row by row; -1: the window lies in the padding. */
int64_t largest_of(Window, const double *x);
/* What an average pool sums up, rows y0..y1 - 1 and columns x0..x1 - 1, and divides by. */
typedef struct {
    int64_t y0, y1, x0, x1, divisor;
} Mean;
Mean mean_of(Window);

/* Where the gradient of a parameter goes, in the rows of the parameter itself; data NULL: nobody wants it. */
Rows gradient_rows(const Run *, const Node *, int which);

#endif
