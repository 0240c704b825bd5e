/* networks.h - graphs built by hand, without a spec, and weights for them. For tests of what comes after expand. */
#ifndef NNCC_TEST_NETWORKS_H
#define NNCC_TEST_NETWORKS_H

#include "../compiler/compiler.h"
#include "../runtime/weights.h"

/* A graph that holds its input alone; every operation added to it is inferred and declares its parameters. */
Graph *network_new(Context *, Shape input);
Attr network_attr(void);                        /* defaults: stride, dilation, groups 1, no padding, eps 1e-5, ... */
Node *network_add(Graph *, Op, Attr, const char *name, Node *const *in, int nin);
Node *network_then(Graph *, Op, Attr);          /* reads the last node */
/* Gives branch `index` of `count` its slice of stacked parameters called `owner`. */
Node *network_branch(Graph *, Op, Attr, Node *in, Stack);
void network_finish(Graph *, Node *result);     /* the output node behind it, numbers */

/* A spec whose convolution and max-pool become one step by band where the convolution has a direct tile; the model gives it Winograd's. */
extern const char network_pooled[];

/* Weights of the pattern for every tensor of the graph; fails the test where there are none. */
Weights *network_weights(const Graph *, uint64_t seed);
Weights *network_pattern(const Graph *, uint64_t seed, double gain);
float *network_input(const Graph *, int batch, uint64_t seed);      /* of the pattern; to be freed */
/* The reference's output, to be freed; fails the test where there is none. */
double *network_reference(const Graph *, const Weights *, const float *input, int batch);

#endif
