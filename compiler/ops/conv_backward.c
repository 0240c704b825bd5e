/* conv_backward.c - gradients of convolutions and linear layers: by what they read (conv_dx, linear_dx), by their weights and
 * bias (conv_dw, linear_dw, bias_dw). */
#include "../lower.h"

void lower_conv_dx(Lower *l, Node *n)   { no_kernel_yet(l, n); }
void lower_linear_dx(Lower *l, Node *n) { no_kernel_yet(l, n); }
void lower_conv_dw(Lower *l, Node *n)   { no_kernel_yet(l, n); }
void lower_linear_dw(Lower *l, Node *n) { no_kernel_yet(l, n); }
void lower_bias_dw(Lower *l, Node *n)   { no_kernel_yet(l, n); }
