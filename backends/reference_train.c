/* reference_train.c - the naive interpreter: the operations that `grad` adds to a network, from their formulas. */
#include "reference.h"

static _Noreturn void missing(const Node *node)
{
    die("the reference cannot compute %s yet", op_name(node->op));
}

#define MISSING(family)                                                                             \
    void reference_##family(const Run *run, const Node *node, const Value *in, Value out)           \
    {                                                                                               \
        (void)run, (void)in, (void)out;                                                             \
        missing(node);                                                                              \
    }
MISSING(target) MISSING(loss) MISSING(loss_dx) MISSING(conv_dx) MISSING(conv_dw) MISSING(linear_dx) MISSING(linear_dw)
MISSING(bias_dw) MISSING(bn_stats) MISSING(bn_train) MISSING(bn_sums) MISSING(bn_dx) MISSING(bn_frozen_dx) MISSING(norm_sums)
MISSING(norm_dx) MISSING(derivative) MISSING(dropout_train) MISSING(pool_dx) MISSING(global_avg_pool_dx) MISSING(softmax_dx)
MISSING(reshape) MISSING(crop) MISSING(embed) MISSING(mul_sum)
