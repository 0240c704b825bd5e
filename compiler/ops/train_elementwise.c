/* train_elementwise.c - element-wise and moving operations of a training graph: derivatives, dropout, and what undoes flatten, pad,
 * slice and the gates of mul. */
#include "../lower.h"

void lower_derivative(Lower *l, Node *n)    { no_kernel_yet(l, n); }
void lower_dropout_train(Lower *l, Node *n) { no_kernel_yet(l, n); }
void lower_reshape(Lower *l, Node *n)       { no_kernel_yet(l, n); }
void lower_crop(Lower *l, Node *n)          { no_kernel_yet(l, n); }
void lower_embed(Lower *l, Node *n)         { no_kernel_yet(l, n); }
void lower_mul_sum(Lower *l, Node *n)       { no_kernel_yet(l, n); }
