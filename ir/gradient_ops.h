/* gradient_ops.h - the operations that `grad` makes: rows like those of ops.h, which includes them.
 *
 * x, y: operand and result of the forward operation; dy: gradient of the loss by that result. "of": parameters and attributes
 * are those of the forward node, node->of. M = N height width: all values of a channel in a batch of N images. */
OP(target,          0, 0,    INTERNAL, target, none, "", "what the network should answer: one row of classes an image")
OP(cross_entropy,   2, 2,    INTERNAL, loss, none, "", "(logits, target): -sum of target * log softmax(logits)")
OP(mse,             2, 2,    INTERNAL, loss, none, "", "(x, target): mean of (x - target)^2")
OP(cross_entropy_dx, 2, 2,   INTERNAL, loss_dx, none, "", "(logits, target): (softmax(logits) * sum of target - target) / N")
OP(mse_dx,          2, 2,    INTERNAL, loss_dx, none, "", "(x, target): 2 (x - target) / (classes N)")
OP(conv_dx,         1, 1,    INTERNAL, conv_dx, none, "", "(dy): gradient by the operand of convolution `of`")
OP(conv_dw,         2, 3,    BATCH, conv_dw, none, "",
   "(x, dy[, stats]): writes the gradient of the filters of convolution `of`, which reads x, or with stats relu(bn_train(x, stats))")
OP(linear_dx,       1, 1,    INTERNAL, linear_dx, none, "", "(dy): gradient by the operand of linear layer `of`")
OP(linear_dw,       2, 2,    BATCH, linear_dw, none, "", "(x, dy): writes the gradient of the weights of linear layer `of`")
OP(bias_dw,         1, 1,    BATCH, bias_dw, none, "", "(dy): writes the gradient of the bias of `of`")
OP(bn_stats,        1, 1,    BATCH, bn_stats, none, "",
   "(x): pixels mean, inverse = 1 / sqrt(variance + eps) over the batch, `of`'s scale * inverse, its shift; moves `of`'s running statistics")
OP(bn_train,        2, 2,    INTERNAL, bn_train, none, "", "(x, stats): batch normalisation by the batch's statistics")
OP(bn_sums,         2, 3,    BATCH, bn_sums, none, "",
   "(dy, x[, stats]): pixel 0 the sum of dy, pixel 1 of dy * xhat, xhat by stats or the running ones; gradients of `of`'s shift and scale")
OP(bn_dx,           4, 4,    INTERNAL, bn_dx, none, "", "(dy, x, stats, sums): scale * istd * (dy - sums0 / M - xhat * sums1 / M)")
OP(bn_frozen_dx,    1, 1,    JOINING, bn_frozen_dx, none, "", "(dy): dy * scale / sqrt(running variance + eps)")
OP(norm_sums,       2, 2,    BATCH, norm_sums, none, "", "(dy, x): bn_sums of ln, in or gn `of`")
OP(norm_dx,         2, 2,    INTERNAL, norm_dx, none, "", "(dy, x): gradient by the operand of ln, in or gn `of`")
OP(derivative,      2, 3,    JOINING, derivative, none, "",
   "(dy, v[, stats]): dy * f'; v is f's result for relu, relu6, leaky_relu, sigmoid, tanh, its operand for silu, hard_swish; with stats "
   "f is relu, of bn_train(v, stats)")
OP(dropout_train,   1, 1,    INTERNAL, dropout_train, none, "", "(x): x / (1 - p), or 0 with probability p")
OP(max_pool_dx,     2, 2,    INTERNAL, pool_dx, none, "", "(dy, x): dy goes to the first largest value of each window, row by row")
OP(avg_pool_dx,     1, 1,    INTERNAL, pool_dx, none, "", "(dy): dy goes to each value of its window in equal shares")
OP(global_avg_pool_dx, 1, 1, INTERNAL, global_avg_pool_dx, none, "", "(dy): dy / pixels, to every pixel")
OP(softmax_dx,      2, 2,    INTERNAL, softmax_dx, none, "", "(dy, y): y * (dy - sum of dy * y over the channels of each pixel)")
OP(reshape,         1, 1,    INTERNAL, reshape, none, "", "(dy): the same values in another shape; undoes flatten")
OP(crop,            1, 1,    INTERNAL, crop, none, "", "(dy): without rows, columns and channels at the edges; undoes pad")
OP(embed,           1, 1,    INTERNAL, embed, none, "", "(dy): its channels from `begin` on, zeros in the others; undoes slice")
OP(mul_sum,         2, 2,    INTERNAL, mul_sum, none, "", "(dy, x): sum of dy * x over the pixels of each channel; gradient of a gate")
