/* test_train_tally.c - batch norms in training whose sums the convolutions around them make: statistics by the one before, the sums
 * of its gradients by the gradient of the one behind. Random shapes against the interpreter in double; equal bits on every target and
 * for any number of threads. */
#include <criterion/criterion.h>

#include "../compiler/tally.h"
#include "train_case.h"

static Node *convolution(Case *c, const char *name, Node *x, int out, int kernel, int stride, int groups)
{
    Attr a = network_attr();
    a.out = out;
    a.kernel[0] = a.kernel[1] = kernel;
    a.pad[0] = a.pad[1] = kernel / 2;
    a.stride[0] = a.stride[1] = stride;
    a.groups = groups;
    a.bias = pick(c, 0, 3) == 0;
    return network_add(c->graph, OP_conv, a, name, &x, 1);
}

static Node *norm(Case *c, Node *y, Node **stats)
{
    Node *bn = batch_norm(c, "norm", network_attr(), y);
    *stats = bn->in[1];
    return bn;
}

/* The derivative of a relu whose result is `value`. */
static Node *masked(Case *c, Node *dy, Node *value)
{
    Node *n = graph_add(c->graph, OP_derivative, (Loc){0}, NULL, (Node *[]){dy, value}, 2);
    n->attr.of_op = OP_relu;
    op_info[OP_derivative].infer(c->graph, n);
    return n;
}

/* y = conv(x), a = bn(y), z = conv(a); with z as its own gradient, that by a goes through what a residual network has there, and on
 * through the norm. Masks are of another operand: none hangs on rounding. */
static void build_around(Case *c, int stride, int first, int second, int groups)
{
    Attr a = network_attr();
    Node *stats, *x = operand(c), *other = operand(c);
    Node *y = convolution(c, "before", x, c->channels, first, stride, groups), *bn = norm(c, y, &stats);
    Node *z = convolution(c, "behind", bn, pick(c, 1, 40), second, second == 1 || pick(c, 0, 4) ? 1 : 2, 1);
    a.result = bn->shape;
    Node *dx = gradient(c, OP_conv_dx, a, z, &z, 1);
    if (stride == 1 && pick(c, 0, 1))
        dx = network_add(c->graph, OP_add, network_attr(), NULL, (Node *[]){dx, x}, 2);
    if (stride == 1 && pick(c, 0, 2))
        dx = masked(c, dx, other);
    Node *sums = gradient(c, OP_bn_sums, network_attr(), bn, (Node *[]){dx, y, stats}, 3);
    Node *by_y = gradient(c, OP_bn_dx, network_attr(), bn, (Node *[]){dx, y, stats, sums}, 4);
    give(c, pick(c, 0, 1) ? bn : through(c, OP_relu6, bn));
    give(c, by_y);
    if (stride > 1)
        give(c, through(c, OP_relu6, y));
}

static void build_random(Case *c)
{
    c->width = pick(c, 7, 20);
    c->height = pick(c, 1, 20);
    open_case(c, 2);
    int groups = c->channels % 2 || pick(c, 0, 2) ? 1 : 2;
    build_around(c, 1, 2 * pick(c, 0, 2) + 1, 2 * pick(c, 0, 1) + 1, groups);
}

static void build_strided(Case *c)
{
    c->width = pick(c, 14, 30);
    c->height = pick(c, 2, 30);
    open_case(c, 2);
    build_around(c, 2, 3, 1, 1);
}

/* Wide enough for Winograd's algorithm. */
static void build_wide(Case *c)
{
    open_case(c, 2);
    build_around(c, 1, 3, 3, 1);
}

enum { ROUNDING = 30 };                  /* times that of one operation: two convolutions, a norm and its gradient follow each other */

Test(train_tally, random) { check_cases(build_random, (Case){.rounding = ROUNDING}, 25); }
Test(train_tally, strided) { check_cases(build_strided, (Case){.tallied = true, .rounding = ROUNDING}, 8); }

/* Several parts a task, and several tasks. */
Test(train_tally, large)
{
    check_cases(build_wide, (Case){.tallied = true, .rounding = ROUNDING, .parts = {5, 11, 8}, .nparts = 3, .height = 36, .width = 33}, 2);
}

Test(train_tally, winograd)
{
    const Case wide = {.tallied = true, .rounding = ROUNDING, .nparts = 1, .parts = {64}};
    Case large = wide, small = wide;
    large.height = large.width = 34;    /* tasks of a part of a picture */
    large.batch = 2;
    small.height = small.width = 7;     /* of several pictures */
    small.batch = 8;
    check_cases(build_wide, large, 2);
    check_cases(build_wide, small, 3);
}

/* Parts follow from shapes alone, and hold no more results than a sum takes well. */
Test(train_tally, parts)
{
    for (int rows = 1; rows < 60; rows++)
        for (int width = 1; width < 300; width += 7)
            for (int flat = 0; flat < 2; flat++) {
                Parted p = part_results(flat, rows, width);
                cr_assert_eq((int64_t)p.rows * p.width, (int64_t)rows * width);
                cr_assert_eq(p.rows % p.part, 0);
                cr_assert(p.part * p.width <= 64 || (!flat && p.part == 1));
                cr_assert(flat ? p.part == 1 : p.width == width);
            }
}
