/* train_norm.c - norms while training: statistics of the batch, and gradients of all norms. */
#include "../lower.h"

void lower_bn_stats(Lower *l, Node *n)     { no_kernel_yet(l, n); }
void lower_bn_train(Lower *l, Node *n)     { no_kernel_yet(l, n); }
void lower_bn_sums(Lower *l, Node *n)      { no_kernel_yet(l, n); }
void lower_bn_dx(Lower *l, Node *n)        { no_kernel_yet(l, n); }
void lower_bn_frozen_dx(Lower *l, Node *n) { no_kernel_yet(l, n); }
void lower_norm_sums(Lower *l, Node *n)    { no_kernel_yet(l, n); }
void lower_norm_dx(Lower *l, Node *n)      { no_kernel_yet(l, n); }
