/* train_pool.c - gradients of pools. */
#include "../lower.h"

void lower_pool_dx(Lower *l, Node *n)            { no_kernel_yet(l, n); }
void lower_global_avg_pool_dx(Lower *l, Node *n) { no_kernel_yet(l, n); }
