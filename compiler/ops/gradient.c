/* gradient.c - shapes of the operations that a training graph has beside those of a spec (the second part of ir/ops.h). They are
 * made by `grad` alone: a shape that does not work is a bug of ours. */
#include "../lower.h"
#include "family.h"

static void need(const Node *node, bool condition)
{
    if (!condition)
        die("%s '%s' has operands that do not fit together", op_name(node->op), node->name);
}

static bool same_size(Shape a, Shape b)
{
    return a.channels == b.channels && a.height == b.height && a.width == b.width;
}

/* ---- loss --------------------------------------------------------------------------------------------------------- */

/* grad has put the network's output shape into the attribute. */
void infer_target(Graph *graph, Node *node)
{
    set_flat_shape(graph, node, shape_floats(node->attr.result));
}

void infer_loss(Graph *graph, Node *node)
{
    need(node, shape_floats(operand_shape(node, 0)) == operand_shape(node, 1).channels);
    set_flat_shape(graph, node, 1);
}

void infer_loss_dx(Graph *graph, Node *node)
{
    (void)graph;
    need(node, shape_floats(operand_shape(node, 0)) == operand_shape(node, 1).channels);
    node->shape = operand_shape(node, 0);
}

/* ---- convolution and linear: gradients by the operand, and by parameters -------------------------------------------- */

static void infer_dx(Node *node)
{
    need(node, node->of && same_size(operand_shape(node, 0), node->of->shape));
    node->shape = node->attr.result;
    node->macs = node->of->macs;
}

void infer_conv_dx(Graph *graph, Node *node)   { (void)graph; infer_dx(node); }
void infer_linear_dx(Graph *graph, Node *node) { (void)graph; infer_dx(node); }

/* What is written is a gradient; the result is nobody's. */
static void infer_dw(Graph *graph, Node *node)
{
    need(node, node->of && same_size(operand_shape(node, node->nin > 1), node->of->shape));
    set_flat_shape(graph, node, 1);
    node->macs = node->nin > 1 ? node->of->macs : 0;
}

void infer_conv_dw(Graph *graph, Node *node)   { infer_dw(graph, node); }
void infer_linear_dw(Graph *graph, Node *node) { infer_dw(graph, node); }
void infer_bias_dw(Graph *graph, Node *node)   { infer_dw(graph, node); }

/* ---- norms ---------------------------------------------------------------------------------------------------------- */

enum { NSUMS = 2 };

/* So many numbers for each channel: pixels of one row. */
static void infer_numbers(Graph *graph, Node *node, int count)
{
    need(node, node->of);
    set_shape(graph, node, operand_shape(node, 0).channels, 1, count);
}

void infer_bn_stats(Graph *graph, Node *node)  { infer_numbers(graph, node, NSTATS); }
void infer_bn_sums(Graph *graph, Node *node)   { infer_numbers(graph, node, NSUMS); }
void infer_norm_sums(Graph *graph, Node *node) { infer_numbers(graph, node, NSUMS); }

static void infer_like_first(Node *node)
{
    node->shape = operand_shape(node, 0);
}

static void need_numbers(const Node *node, int i, int count)
{
    Shape numbers = operand_shape(node, i);
    need(node, numbers.channels == operand_shape(node, 0).channels && numbers.height == 1 && numbers.width == count);
}

void infer_bn_train(Graph *graph, Node *node)
{
    (void)graph;
    need_numbers(node, 1, NSTATS);
    infer_like_first(node);
}

void infer_bn_dx(Graph *graph, Node *node)
{
    (void)graph;
    need(node, node->of && same_size(operand_shape(node, 0), operand_shape(node, 1)));
    need_numbers(node, 2, NSTATS);
    need_numbers(node, 3, NSUMS);
    infer_like_first(node);
}

void infer_bn_frozen_dx(Graph *graph, Node *node)
{
    (void)graph;
    need(node, node->of);
    infer_like_first(node);
}

void infer_norm_dx(Graph *graph, Node *node)
{
    (void)graph;
    need(node, node->of && same_size(operand_shape(node, 0), operand_shape(node, 1)));
    infer_like_first(node);
}

/* ---- element-wise, pools, movement ---------------------------------------------------------------------------------- */

void infer_derivative(Graph *graph, Node *node)
{
    (void)graph;
    need(node, same_size(operand_shape(node, 0), operand_shape(node, 1)));
    infer_like_first(node);
}

void infer_softmax_dx(Graph *graph, Node *node)
{
    infer_derivative(graph, node);
}

void infer_dropout_train(Graph *graph, Node *node)
{
    (void)graph;
    need(node, node->attr.stream > 0);
    infer_like_first(node);
}

static void infer_result(Node *node)
{
    need(node, shape_floats(node->attr.result) > 0);
    node->shape = node->attr.result;
}

void infer_pool_dx(Graph *graph, Node *node)
{
    (void)graph;
    need(node, node->nin < 2 || same_size(operand_shape(node, 1), node->attr.result));
    infer_result(node);
}

void infer_global_avg_pool_dx(Graph *graph, Node *node)
{
    (void)graph;
    infer_result(node);
}

void infer_reshape(Graph *graph, Node *node)
{
    (void)graph;
    need(node, shape_floats(operand_shape(node, 0)) == shape_floats(node->attr.result));
    infer_result(node);
}

/* The attributes are those of the pad that it undoes. */
void infer_crop(Graph *graph, Node *node)
{
    (void)graph;
    const Attr *a = &node->attr;
    Shape in = operand_shape(node, 0);
    need(node, a->result.channels == in.channels - a->channels[0] - a->channels[1] &&
                   a->result.height == in.height - a->edges[0] - a->edges[1] &&
                   a->result.width == in.width - a->edges[2] - a->edges[3]);
    infer_result(node);
}

void infer_embed(Graph *graph, Node *node)
{
    (void)graph;
    need(node, node->attr.begin + operand_shape(node, 0).channels <= node->attr.result.channels);
    infer_result(node);
}

void infer_mul_sum(Graph *graph, Node *node)
{
    (void)graph;
    need(node, same_size(operand_shape(node, 0), operand_shape(node, 1)));
    infer_result(node);
}
