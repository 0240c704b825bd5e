/* test_absorb.c - norms that are computed again for the way back, where those who read them do it instead: random shapes against the
 * interpreter in double; bits equal to those with a norm of its own, on every target and for any number of threads. */
#include <criterion/criterion.h>

#include "train_case.h"

static Node *convolution(Case *c, const char *name, Node *x, int kernel, int stride)
{
    Attr a = network_attr();
    a.out = pick(c, 1, 40);
    a.kernel[0] = a.kernel[1] = kernel;
    a.pad[0] = a.pad[1] = kernel / 2;
    a.stride[0] = a.stride[1] = stride;
    return network_add(c->graph, OP_conv, a, name, &x, 1);
}

static Node *normalised(Case *c, const char *name, Node *bn, Node *y, Node *stats)
{
    Node *n = graph_add(c->graph, OP_bn_train, (Loc){0}, name, (Node *[]){y, stats}, 2);
    n->of = bn;
    n->attr = bn->attr;
    n->shape = bn->shape;
    return through(c, OP_relu, n);
}

/* z = conv(relu(bn(y))); with z as its own gradient, that of its filters and, without a stride, of y, with the norm computed again
 * between them. */
static void build_again(Case *c, int kernel, int stride)
{
    Attr a = network_attr();
    Node *x = operand(c), *y = convolution(c, "before", x, 2 * pick(c, 0, 1) + 1, 1);
    Node *bn = network_add(c->graph, OP_bn, network_attr(), "norm", &y, 1);
    Node *stats = graph_insert(c->graph, bn, OP_bn_stats, (Loc){0}, NULL, &y, 1);
    stats->of = bn;
    stats->attr = bn->attr;
    op_info[OP_bn_stats].infer(c->graph, stats);
    bn->op = OP_bn_train;
    bn->in = arena_alloc(&c->context, 2, sizeof *bn->in);
    bn->in[0] = y;
    bn->in[1] = stats;
    bn->nin = 2;
    Node *z = convolution(c, "behind", through(c, OP_relu, bn), kernel, stride);
    Node *again = normalised(c, "norm.again", bn, y, stats);
    a.result = bn->shape;
    gradient(c, OP_conv_dw, a, z, (Node *[]){again, z}, 2);
    if (stride > 1) {
        give(c, z);
        return;
    }
    Node *dx = gradient(c, OP_conv_dx, a, z, &z, 1);
    Node *dy = graph_add(c->graph, OP_derivative, (Loc){0}, NULL, (Node *[]){dx, again}, 2);
    dy->attr.of_op = OP_relu;
    op_info[OP_derivative].infer(c->graph, dy);
    Node *sums = gradient(c, OP_bn_sums, network_attr(), bn, (Node *[]){dy, y, stats}, 3);
    give(c, gradient(c, OP_bn_dx, network_attr(), bn, (Node *[]){dy, y, stats, sums}, 4));
}

static void build_random(Case *c)
{
    c->width = c->width ? c->width : pick(c, 2, 20);
    c->height = c->height ? c->height : pick(c, 1, 20);
    open_case(c, 1);
    build_again(c, 1, 1);
}

static void build_strided(Case *c)
{
    c->width = pick(c, 2, 20);
    c->height = pick(c, 2, 20);
    open_case(c, 1);
    build_again(c, 1, 2);
}

static void build_padded(Case *c)
{
    open_case(c, 1);
    build_again(c, 3, 1);
}

enum { ROUNDING = 60 };                 /* times that of one operation: a norm and its gradient between convolutions */

Test(absorb, random) { check_cases(build_random, (Case){.absorbed = 1, .rounding = ROUNDING}, 20); }
Test(absorb, strided) { check_cases(build_strided, (Case){.absorbed = 1, .rounding = ROUNDING}, 8); }

/* Many channels, of which a task has some; bands of rows, and of pictures. */
Test(absorb, large)
{
    const Case wide = {.absorbed = 1, .rounding = ROUNDING, .nparts = 1, .parts = {200}, .batch = 4};
    Case tall = wide, small = wide;
    tall.height = tall.width = 30;
    small.height = small.width = 4;
    check_cases(build_random, tall, 2);
    check_cases(build_random, small, 2);
}

/* A border that must be zero behind the norm: who reads it does not make it. */
Test(absorb, padded) { check_cases(build_padded, (Case){.rounding = ROUNDING}, 4); }
