/* grad.h - what grad.c (the pass) and grad_rules.c (one rule for each operation) share. */
#ifndef NNCC_GRAD_H
#define NNCC_GRAD_H

#include "compiler.h"

/* A share of the gradient of the loss by a node's result. */
typedef struct Share {
    Node *dy;
    const Node *slice;                  /* dy is only for the channels that this slice has taken; NULL: for all */
    struct Share *next;
} Share;

/* The pass at work. */
typedef struct {
    Graph *graph;
    Context *context;
    bool *active;                       /* by id of a forward node: its result depends on a trained parameter */
    Share **share;                      /* by id of a forward node: of all readers so far */
} Grad;

/* A new node at the end of the graph: "NAME.WORD" after the forward node n, whose attributes it copies. */
Node *grad_add(Grad *, Op, const Node *n, const char *word, Node *const *in, int nin);
/* dy is (a share of) the gradient by operand i of n. */
void grad_give(Grad *, const Node *n, int i, Node *dy);
bool grad_wants(const Grad *, const Node *n, int i);    /* does anybody want the gradient by operand i? */

/* Adds the nodes that make, of the gradient dy by n's result, those by its operands and parameters. */
void grad_rule(Grad *, Node *n, Node *dy);

#endif
