/* grad_rules.c - the derivative of each operation, written in operations: from dy, the gradient of the loss by a node's result,
 * those by its operands and parameters. */
#include "grad.h"
#include "ops/family.h"

static bool is_trained(const Node *n, int which)
{
    return n->weight[which].tensor && n->weight[which].tensor->trained;
}

/* A node made for the gradient by operand i of n: it has the operand's shape and works for n. */
static Node *add_dx(Grad *g, Op op, Node *n, int i, const char *word, Node *const *in, int nin)
{
    Node *dx = grad_add(g, op, n, word, in, nin);
    dx->attr.result = operand_shape(n, i);
    dx->of = n;
    op_info[op].infer(g->graph, dx);
    return dx;
}

/* The usual case: the gradient by the only operand. */
static void give_dx(Grad *g, Op op, Node *n, Node *const *in, int nin)
{
    if (grad_wants(g, n, 0))
        grad_give(g, n, 0, add_dx(g, op, n, 0, "dx", in, nin));
}

/* ---- layers with parameters ------------------------------------------------------------------------------------- */

static void layer(Grad *g, Node *n, Node *dy, Op dw, Op dx)
{
    if (is_trained(n, W_weight))
        add_dx(g, dw, n, 0, "dw", (Node *[]){n->in[0], dy}, 2);
    if (is_trained(n, W_bias))
        add_dx(g, OP_bias_dw, n, 0, "db", &dy, 1);
    give_dx(g, dx, n, &dy, 1);
}

static void rule_conv(Grad *g, Node *n, Node *dy)
{
    layer(g, n, dy, OP_conv_dw, OP_conv_dx);
}

static void rule_linear(Grad *g, Node *n, Node *dy)
{
    layer(g, n, dy, OP_linear_dw, OP_linear_dx);
}

static bool is_affine_trained(const Node *n)
{
    return is_trained(n, W_weight) || is_trained(n, W_bias);
}

static void rule_bn_train(Grad *g, Node *n, Node *dy)
{
    Node *x = n->in[0], *stats = n->in[1];
    if (!grad_wants(g, n, 0) && !is_affine_trained(n))
        return;
    Node *sums = add_dx(g, OP_bn_sums, n, 0, "sums", (Node *[]){dy, x, stats}, 3);
    give_dx(g, OP_bn_dx, n, (Node *[]){dy, x, stats, sums}, 4);
}

/* With running statistics: a scale and a shift. */
static void rule_bn(Grad *g, Node *n, Node *dy)
{
    if (is_affine_trained(n))
        add_dx(g, OP_bn_sums, n, 0, "sums", (Node *[]){dy, n->in[0]}, 2);
    give_dx(g, OP_bn_frozen_dx, n, &dy, 1);
}

static void rule_norm(Grad *g, Node *n, Node *dy)
{
    Node *both[] = {dy, n->in[0]};
    if (is_affine_trained(n))
        add_dx(g, OP_norm_sums, n, 0, "sums", both, 2);
    give_dx(g, OP_norm_dx, n, both, 2);
}

/* ---- element-wise ----------------------------------------------------------------------------------------------- */

static void activation(Grad *g, Node *n, Node *dy, Node *v)
{
    if (!grad_wants(g, n, 0))
        return;
    Node *dx = add_dx(g, OP_derivative, n, 0, "dx", (Node *[]){dy, v}, 2);
    dx->attr.of_op = n->op;
    dx->of = NULL;
    grad_give(g, n, 0, dx);
}

/* The derivative follows from the result. */
static void rule_by_result(Grad *g, Node *n, Node *dy)
{
    activation(g, n, dy, n);
}

static void rule_by_operand(Grad *g, Node *n, Node *dy)
{
    activation(g, n, dy, n->in[0]);
}

/* A result tells the sign of its operand where the slope is not negative. */
static void rule_leaky_relu(Grad *g, Node *n, Node *dy)
{
    activation(g, n, dy, n->attr.slope < 0 ? n->in[0] : n);
}

static void rule_add(Grad *g, Node *n, Node *dy)
{
    for (int i = 0; i < n->nin; i++)
        grad_give(g, n, i, dy);
}

static bool same_shape(Shape a, Shape b)
{
    return a.channels == b.channels && a.height == b.height && a.width == b.width && a.flat == b.flat;
}

static void rule_mul(Grad *g, Node *n, Node *dy)
{
    for (int i = 0; i < 2; i++) {
        bool sums = !same_shape(operand_shape(n, i), n->shape);       /* a gate: every pixel contributes */
        if (!grad_wants(g, n, i))
            continue;
        Node *dx = add_dx(g, sums ? OP_mul_sum : OP_mul, n, i, i ? "dx1" : "dx0", (Node *[]){dy, n->in[!i]}, 2);
        dx->of = NULL;
        grad_give(g, n, i, dx);
    }
}

static void rule_dropout_train(Grad *g, Node *n, Node *dy)
{
    give_dx(g, OP_dropout_train, n, &dy, 1);
}

static void rule_identity(Grad *g, Node *n, Node *dy)
{
    grad_give(g, n, 0, dy);
}

/* ---- pools, softmax, movement ------------------------------------------------------------------------------------- */

static void rule_max_pool(Grad *g, Node *n, Node *dy)
{
    give_dx(g, OP_max_pool_dx, n, (Node *[]){dy, n->in[0]}, 2);
}

static void rule_avg_pool(Grad *g, Node *n, Node *dy)
{
    give_dx(g, OP_avg_pool_dx, n, &dy, 1);
}

static void rule_global_avg_pool(Grad *g, Node *n, Node *dy)
{
    give_dx(g, OP_global_avg_pool_dx, n, &dy, 1);
}

static void rule_softmax(Grad *g, Node *n, Node *dy)
{
    give_dx(g, OP_softmax_dx, n, (Node *[]){dy, n}, 2);
}

static void rule_flatten(Grad *g, Node *n, Node *dy)
{
    give_dx(g, OP_reshape, n, &dy, 1);
}

static void rule_pad(Grad *g, Node *n, Node *dy)
{
    give_dx(g, OP_crop, n, &dy, 1);
}

static void rule_concat(Grad *g, Node *n, Node *dy)
{
    for (int i = 0, begin = 0; i < n->nin; begin += operand_shape(n, i++).channels) {
        if (!grad_wants(g, n, i))
            continue;
        Node *slice = grad_add(g, OP_slice, n, arena_printf(g->context, "dx%d", i), &dy, 1);
        slice->attr.begin = begin;
        slice->attr.count = operand_shape(n, i).channels;
        op_info[OP_slice].infer(g->graph, slice);
        grad_give(g, n, i, slice);
    }
}

/* ---- the table ---------------------------------------------------------------------------------------------------- */

void grad_rule(Grad *g, Node *n, Node *dy)
{
    static void (*const rule[NOP])(Grad *, Node *, Node *dy) = {
        [OP_conv] = rule_conv,            [OP_linear] = rule_linear,
        [OP_bn] = rule_bn,                [OP_bn_train] = rule_bn_train,
        [OP_ln] = rule_norm,              [OP_in] = rule_norm,            [OP_gn] = rule_norm,
        [OP_relu] = rule_by_result,       [OP_relu6] = rule_by_result,    [OP_leaky_relu] = rule_leaky_relu,
        [OP_sigmoid] = rule_by_result,    [OP_tanh] = rule_by_result,
        [OP_silu] = rule_by_operand,      [OP_hard_swish] = rule_by_operand,
        [OP_max_pool] = rule_max_pool,    [OP_avg_pool] = rule_avg_pool,  [OP_global_avg_pool] = rule_global_avg_pool,
        [OP_dropout] = rule_identity,     [OP_dropout_train] = rule_dropout_train,
        [OP_flatten] = rule_flatten,      [OP_softmax] = rule_softmax,    [OP_pad] = rule_pad,
        [OP_add] = rule_add,              [OP_mul] = rule_mul,            [OP_concat] = rule_concat,
        [OP_slice] = rule_identity,       [OP_identity] = rule_identity,
    };
    if (!rule[n->op])
        die("grad: %s '%s' has no rule", op_name(n->op), n->name);
    rule[n->op](g, n, dy);
}
