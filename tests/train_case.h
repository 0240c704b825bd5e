/* train_case.h - one random case of a training kernel: a graph whose operands are slices of its input, what the interpreter makes of
 * it in double, and what every target and any number of threads make of it: the same bits, near that. */
#ifndef NNCC_TEST_TRAIN_CASE_H
#define NNCC_TEST_TRAIN_CASE_H

#include "networks.h"

/* A graph whose operands are slices of its input, as `build` makes it. */
typedef struct Case Case;
struct Case {
    Context context;
    Graph *graph;
    unsigned seed;
    int batch, channels, height, width;
    int parts[3], nparts;               /* lengths of the pieces that every operand is made of: its segments */
    bool integers;                      /* operands are small whole numbers: sums are exact, values are equal */
    bool tallied;                       /* some batch norm's sums are made by a convolution */
    int absorbed;                       /* batch norms that are left to their readers: the bits are those without the pass */
    bool apart;                         /* that pass does not run */
    double rounding;                    /* allowed, in that of one operation; 0: 1 */
    double distance;                    /* of all results together from the interpreter's, in L2 norm, allowed; 0: nobody asks */
    int taken;                          /* channels of the input that operands have been made of */
    Node *result[4];                    /* what is compared, joined into the network's output */
    int nresult;
    Training training;
};

typedef void Build(Case *);

int pick(Case *, int low, int high);            /* a random number, from the case's seed */
/* Makes the graph: an input that `operands` operands are made of, of random shape where the case does not say one. */
void open_case(Case *, int operands);
Node *operand(Case *);                          /* the next channels of the input, cut as the case says */
Attr slice_attr(int begin, int count);
/* A node that `grad` would make, for a forward node; or one of a given shape. */
Node *gradient(Case *, Op, Attr, Node *of, Node *const *in, int nin);
/* A batch norm of y as `grad` has it: its statistics are its second operand. */
Node *batch_norm(Case *, const char *name, Attr, Node *y);
Node *with_result(Case *, Op, Attr, Shape result, Node *const *in, int nin);
Node *through(Case *, Op, Node *in);             /* an operation of one operand */
void give(Case *, Node *);                      /* compares the node's result, too */
/* Random cases of one kind: `shape` says what is not random. */
void check_cases(Build *, Case shape, int count);

#endif
