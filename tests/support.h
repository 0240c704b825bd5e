/* support.h - short ways to build a graph, run a pass and compare what it prints; and to catch the compiler's refusals. */
#ifndef NNCC_TEST_SUPPORT_H
#define NNCC_TEST_SUPPORT_H

#include "../backends/backend.h"
#include "networks.h"

/* ---- attributes: defaults but for what is named ---- */
Attr window(int kernel, int stride, int pad);
Attr filters(int out, int kernel, int pad);
Attr grouped(int out, int kernel, int pad, int groups);

/* ---- building: b NULL for operations of one operand ---- */
Node *add1(Graph *, Op, Attr, const char *name, Node *in);
Node *add2(Graph *, Op, const char *name, Node *a, Node *b);
Node *add_unary(Graph *, Op, Node *in);

void finish(Graph *, Node *output);                             /* without the output node that expand adds */

/* ---- looking ---- */
const char *dump(Graph *);                                      /* numbered and printed */
void expect_dump(Graph *, const char *expected);                /* fails the test with both texts */
void run_pass(void (*pass)(Graph *), Graph *, const char *name);/* and the verifier after it */
void run_to_choose(Graph *);                                    /* the passes of inference after infer, up to choose */
Program *run_to_end(Graph *);                                   /* plan, lower and the verifier after a chosen graph */
/* The outputs of a batch by the JIT, in an arena that holds no numbers before; owned. target NULL: the best. */
float *run_program_once(const Program *, const Target *, const Weights *, const float *input, int batch, int threads);

/* Runs `work` and returns the compiler's message, or NULL where it had nothing to say. */
const char *refusal(Context *, void (*work)(Graph *), Graph *);
/* The graph of a spec that is `input: [...]` and a list of layers, after infer; NULL where it is refused, with
 * context->message. The layers begin in line 3 of "net.yaml". */
Graph *graph_of(Context *, const char *input, const char *layers);
/* Does `work` die (in a process of its own) with a message that contains `message`? */
bool dies(void (*work)(Graph *), Graph *, const char *message);

#endif
