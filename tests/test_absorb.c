/* test_absorb.c - norms that those who read them compute instead: random shapes against the interpreter in double; bits equal to those
 * with a norm of its own, on every target and for any number of threads. */
#include <criterion/criterion.h>

#include "train_case.h"

static Node *convolution_to(Case *c, const char *name, Node *x, int out, int kernel, int stride)
{
    Attr a = network_attr();
    a.out = out;
    a.kernel[0] = a.kernel[1] = kernel;
    a.pad[0] = a.pad[1] = kernel / 2;
    a.stride[0] = a.stride[1] = stride;
    return network_add(c->graph, OP_conv, a, name, &x, 1);
}

static Node *convolution(Case *c, const char *name, Node *x, int kernel, int stride)
{
    return convolution_to(c, name, x, pick(c, 1, 40), kernel, stride);
}

static Node *norm(Case *c, const char *name, Node *y)
{
    return batch_norm(c, name, network_attr(), y);
}

static Node *normalised(Case *c, const char *name, Node *bn, Node *y, Node *stats)
{
    Node *n = graph_add(c->graph, OP_bn_train, (Loc){0}, name, (Node *[]){y, stats}, 2);
    n->of = bn;
    n->attr = bn->attr;
    n->shape = bn->shape;
    return through(c, OP_relu, n);
}

/* z = conv(relu(bn(y))), with z as its own gradient: that of its filters and, where wanted, of y, with the norm computed again
 * between them. */
static void add_gradients(Case *c, Node *y, Node *bn, Node *z, bool of_operand)
{
    Attr a = network_attr();
    Node *stats = bn->in[1], *again = normalised(c, "norm.again", bn, y, stats);
    a.result = bn->shape;
    gradient(c, OP_conv_dw, a, z, (Node *[]){again, z}, 2);
    if (!of_operand) {
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

static void open_random(Case *c)
{
    c->width = c->width ? c->width : pick(c, 2, 20);
    c->height = c->height ? c->height : pick(c, 1, 20);
    open_case(c, 1);
}

static void build_again(Case *c, int kernel, int stride)
{
    Node *x = operand(c), *y = convolution(c, "before", x, 2 * pick(c, 0, 1) + 1, 1), *bn = norm(c, "norm", y);
    Node *z = convolution(c, "behind", through(c, OP_relu, bn), kernel, stride);
    add_gradients(c, y, bn, z, stride == 1);
}

/* Filters of groups of `size` channels that slide over a picture with a border of zeros. */
static void build_grouped(Case *c, int size)
{
    Attr a = network_attr();
    open_random(c);
    a.groups = pick(c, 2, size > 8 ? 3 : 11);
    a.out = a.groups * size;
    for (int i = 0; i < 2; i++) {
        a.kernel[i] = 3;
        a.stride[i] = pick(c, 1, 2);
        a.dilation[i] = a.pad[i] = pick(c, 1, 2);
    }
    Node *x = operand(c), *y = convolution_to(c, "before", x, a.out, 1, 1), *bn = norm(c, "norm", y), *in = through(c, OP_relu, bn);
    add_gradients(c, y, bn, network_add(c->graph, OP_conv, a, "behind", &in, 1), true);
}

static void build_grouped_by_2(Case *c)  { build_grouped(c, 2); }
static void build_grouped_by_4(Case *c)  { build_grouped(c, 4); }
static void build_grouped_by_8(Case *c)  { build_grouped(c, 8); }
static void build_grouped_by_16(Case *c) { build_grouped(c, 16); }

static void build_random(Case *c)
{
    open_random(c);
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

/* relu(bn(y) + bn(z)): a block whose shortcut has a norm of its own. The later norm adds the other. */
static void build_sum(Case *c)
{
    open_random(c);
    int out = pick(c, 1, 40);
    Node *x = operand(c), *y = convolution_to(c, "body", x, out, 3, 1), *z = convolution_to(c, "shortcut", x, out, 1, 1);
    Node *in[] = {norm(c, "body.norm", y), norm(c, "shortcut.norm", z)};
    give(c, through(c, OP_relu, network_add(c->graph, OP_add, network_attr(), "sum", in, 2)));
}

/* The norm that is added is pooled as well: who pools it cannot compute it. */
static void build_sum_of_pooled(Case *c)
{
    open_case(c, 1);
    Attr pool = network_attr();
    pool.kernel[0] = pool.kernel[1] = 3;
    pool.pad[0] = pool.pad[1] = 1;
    pool.stride[0] = pool.stride[1] = 1;
    Node *x = operand(c), *y = convolution_to(c, "body", x, 16, 3, 1), *z = convolution_to(c, "shortcut", x, 16, 1, 1);
    Node *first = norm(c, "body.norm", y), *second = norm(c, "shortcut.norm", z);
    Node *pooled = network_add(c->graph, OP_max_pool, pool, "pool", &first, 1);
    Node *sum = network_add(c->graph, OP_add, network_attr(), "sum", (Node *[]){first, second}, 2);
    give(c, network_add(c->graph, OP_add, network_attr(), "all", (Node *[]){sum, pooled}, 2));
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

/* Who copies a picture puts the zeros around it. */
Test(absorb, grouped)
{
    Build *const build[] = {build_grouped_by_2, build_grouped_by_4, build_grouped_by_8, build_grouped_by_16};
    for (int i = 0; i < 4; i++)
        check_cases(build[i], (Case){.absorbed = 1, .rounding = ROUNDING}, 8);
}

/* Bands of rows, and more images than fit in one; a picture too large for a copy is read as the norm has left it. */
Test(absorb, grouped_large)
{
    Case tall = {.absorbed = 1, .rounding = ROUNDING, .height = 41, .width = 30, .batch = 7}, huge = tall;
    huge.height = huge.width = 100;
    huge.batch = 1;
    huge.absorbed = 0;
    check_cases(build_grouped_by_4, tall, 2);
    check_cases(build_grouped_by_16, tall, 2);
    check_cases(build_grouped_by_8, huge, 1);
}

Test(absorb, sum) { check_cases(build_sum, (Case){.absorbed = 1, .rounding = ROUNDING}, 20); }

Test(absorb, sum_of_large)
{
    const Case large = {.absorbed = 1, .rounding = ROUNDING, .height = 40, .width = 37, .nparts = 1, .parts = {30}, .batch = 3};
    check_cases(build_sum, large, 2);
}

Test(absorb, sum_of_pooled) { check_cases(build_sum_of_pooled, (Case){.rounding = ROUNDING}, 3); }
