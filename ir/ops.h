/* ops.h - the operations of a graph, one row each. Everything that lists operations is derived from here: the
 * enum, names, the parser's keys, "did you mean", `nncc --ops`, the JSON schema and the dispatch of the passes.
 *
 *   OP(name, least, most, kind, family, declare, keys, meaning)
 *   least, most   number of operands
 *   kind          ELEMENTWISE: result[i] depends on operand[i] alone, so it can join any producer's tail
 *                 TENSOR: has a kernel of its own;  VIEW: costs nothing where layout allows
 *                 INTERNAL: made by passes, not writable in a spec;  JOINING: likewise, and joins tails like ELEMENTWISE
 *                 BATCH: likewise; reads all images of the batch and has one result for all of them; it may write a gradient or
 *                 running statistics, so it is never pruned
 *   family        the functions infer_F and lower_F (compiler/ops/) and reference_F (backends/reference.c) serve it
 *   declare       declare_D names its parameters; none: it has no parameters
 *   keys          "key!" is required, "key=value" has a default; keys.h gives their types
 *
 * What training adds is in gradient_ops.h; whoever defines FORWARD_ONLY leaves it out.
 * A new operation is a row here, its functions in one compiler/ops file, its naive version in
 * backends/reference.c, and its derivative in compiler/grad_rules.c. */
#ifdef OP
OP(input,           0, 0,    INTERNAL, input, none,   "", "the network's input")
OP(conv,            1, 1,    TENSOR, conv, conv,    "out! kernel! stride=1 pad=0 dilation=1 groups=1 bias=false",
   "convolution; weight [out, in / groups, kh, kw]")
OP(linear,          1, 1,    TENSOR, linear, linear,  "out! bias=true", "fully connected layer; weight [out, in]")
OP(bn,              1, 1,    ELEMENTWISE, bn, bn,      "eps=1e-5 momentum=0.1", "batch normalisation by running statistics")
OP(ln, 1, 1, TENSOR, norm, norm, "eps=1e-5",
   "normalisation of one image over channels, height and width; scale and shift per channel")
OP(in, 1, 1, TENSOR, norm, norm, "eps=1e-5 affine=true",
   "normalisation of each channel of one image over height and width")
OP(gn,              1, 1,    TENSOR, norm, norm,    "groups! eps=1e-5", "normalisation of one image within groups of channels")
OP(relu,            1, 1,    ELEMENTWISE, relu, none,       "", "max(x, 0)")
OP(relu6,           1, 1,    ELEMENTWISE, relu6, none,      "", "min(max(x, 0), 6)")
OP(leaky_relu,      1, 1,    ELEMENTWISE, leaky_relu, none, "slope=0.01", "x where x > 0, slope * x elsewhere")
OP(sigmoid,         1, 1,    ELEMENTWISE, sigmoid, none,    "", "1 / (1 + exp(-x))")
OP(tanh,            1, 1,    ELEMENTWISE, tanh, none,       "", "hyperbolic tangent")
OP(silu,            1, 1,    ELEMENTWISE, silu, none,       "", "x * sigmoid(x)")
OP(hard_swish,      1, 1,    ELEMENTWISE, hard_swish, none, "", "x * min(max(x + 3, 0), 6) / 6")
OP(max_pool, 1, 1, TENSOR, pool, none, "kernel! stride=kernel pad=0 dilation=1 ceil_mode=false",
   "largest value of each window")
OP(avg_pool, 1, 1, TENSOR, pool, none, "kernel! stride=kernel pad=0 ceil_mode=false count_include_pad=true",
   "mean of each window")
OP(global_avg_pool, 1, 1,    TENSOR, global_avg_pool, none, "", "mean of each channel: 1 x 1 pixels remain")
OP(dropout,         1, 1,    VIEW, identity, none, "p=0.5", "drops values at random while training, passes them on otherwise")
OP(flatten,         1, 1,    VIEW, flatten, none, "", "channels, rows and columns in one row, channels slowest")
OP(softmax,         1, 1,    TENSOR, softmax, none, "", "exp(x) / sum of exp over the channels of each pixel")
OP(pad, 1, 1, TENSOR, pad, none, "edges=0 channels=0 value=0",
   "rows, columns and channels of a constant around the tensor")
OP(add,             2, 1024, ELEMENTWISE, add, none,     "", "sum of tensors of one shape")
OP(mul, 2, 2, ELEMENTWISE, mul, none, "",
   "product of two tensors; one may have 1 x 1 pixels, which then serve every pixel")
OP(concat,          1, 1024, VIEW, concat, none,  "", "channels of all operands, one after the other")
OP(slice,           1, 1,    VIEW, slice, none,   "begin! count!", "some of the channels")
OP(identity,        1, 1,    VIEW, identity, none, "", "its operand, unchanged")
OP(pack,            1, 1,    INTERNAL, convert, none, "", "the same tensor in another layout, inserted by the layout pass")
OP(output, 1, 1, INTERNAL, convert, none, "",
   "the network's output, row-major [channels, height, width] as the caller reads it")
#ifndef FORWARD_ONLY
#include "gradient_ops.h"
#endif
#undef OP
#endif
