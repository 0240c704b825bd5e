/* train_loss.c - the target, losses and their gradients, the gradient of softmax. */
#include "../lower.h"

void lower_target(Lower *l, Node *n)     { no_kernel_yet(l, n); }
void lower_loss(Lower *l, Node *n)       { no_kernel_yet(l, n); }
void lower_loss_dx(Lower *l, Node *n)    { no_kernel_yet(l, n); }
void lower_softmax_dx(Lower *l, Node *n) { no_kernel_yet(l, n); }
