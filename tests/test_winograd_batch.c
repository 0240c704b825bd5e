/* test_winograd_batch.c - Winograd's convolution in training steps: against the interpreter in double, with equal bits on every
 * target and for any number of threads, and where it is chosen. */
#include <criterion/criterion.h>

#include "train_case.h"

static Attr conv_attr(int out, int pad, bool bias)
{
    Attr a = network_attr();
    a.out = out;
    a.kernel[0] = a.kernel[1] = 3;
    a.pad[0] = a.pad[1] = pad;
    a.bias = bias;
    return a;
}

/* A layer, its filters' gradient and the gradient by its operand, some with something joined to them. */
static void build_layer(Case *c)
{
    open_case(c, 2);
    bool bias = pick(c, 0, 1);
    Attr attr = conv_attr(c->channels, 1, bias);
    Node *x = operand(c), *dy = operand(c), *y = network_add(c->graph, OP_conv, attr, "conv", &x, 1), *both[] = {x, dy};
    gradient(c, OP_conv_dw, attr, y, both, 2);
    if (bias)
        gradient(c, OP_bias_dw, attr, y, &dy, 1);
    attr.result = x->shape;
    Node *dx = gradient(c, OP_conv_dx, attr, y, &dy, 1);
    give(c, pick(c, 0, 1) ? through(c, OP_relu, y) : y);
    give(c, pick(c, 0, 1) ? network_add(c->graph, OP_add, network_attr(), NULL, (Node *[]){dx, x}, 2) : dx);
}

/* Several pictures in a task; one; rows of tiles, and columns, in several tasks. Tiles are cut off at edges, panels are left over. */
Test(winograd_batch, small_pictures)
{
    check_cases(build_layer, (Case){.height = 7, .width = 6, .batch = 16, .nparts = 2, .parts = {40, 33}}, 2);
    check_cases(build_layer, (Case){.height = 3, .width = 4, .batch = 24, .nparts = 1, .parts = {72}}, 2);
}

Test(winograd_batch, odd_pictures)
{
    check_cases(build_layer, (Case){.height = 13, .width = 11, .nparts = 1, .parts = {64}}, 2);
    check_cases(build_layer, (Case){.height = 13, .width = 11}, 10);
}

Test(winograd_batch, rows)
{
    check_cases(build_layer, (Case){.height = 37, .width = 34, .nparts = 3, .parts = {16, 3, 30}}, 2);
}

Test(winograd_batch, columns)
{
    check_cases(build_layer, (Case){.height = 3, .width = 271, .nparts = 2, .parts = {24, 27}}, 2);
}

Test(winograd_batch, many_channels)     /* F(4 x 4) forward */
{
    check_cases(build_layer, (Case){.height = 8, .width = 7, .batch = 2, .nparts = 1, .parts = {256}}, 1);
}

static void build_forward(Case *c)
{
    open_case(c, 1);
    Node *x = operand(c);
    give(c, network_add(c->graph, OP_conv, conv_attr(c->channels, 1, false), "conv", &x, 1));
}

/* Forward passes may not round more than PyTorch's, lest they cross kinks of relus where those do not. Its (1.13, oneDNN with AVX2)
 * are off by 2.2e-7, 4.2e-7, 6.0e-7, 8.3e-7 and 1.2e-6 with so many channels of uniform values. */
Test(winograd_batch, forward_rounding)
{
    check_cases(build_forward, (Case){.height = 16, .width = 16, .batch = 2, .nparts = 1, .parts = {16}, .distance = 2e-7}, 1);
    check_cases(build_forward, (Case){.height = 8, .width = 8, .batch = 2, .nparts = 1, .parts = {64}, .distance = 2.6e-7}, 1);
    check_cases(build_forward, (Case){.height = 8, .width = 8, .batch = 2, .nparts = 1, .parts = {128}, .distance = 2.6e-7}, 1);
    check_cases(build_forward, (Case){.height = 8, .width = 8, .batch = 2, .nparts = 1, .parts = {256}, .distance = 8e-7}, 1);
    check_cases(build_forward, (Case){.height = 7, .width = 7, .batch = 1, .nparts = 1, .parts = {512}, .distance = 8e-7}, 1);
}

/* ---- what is chosen -------------------------------------------------------------------------------------------------------- */

typedef struct {
    int channels, size;
    bool exact;
    int forward, gradient;              /* units: 4, 2, or 0 for a direct convolution */
} Choice;

static void check_choice(const Choice *choice, Machine machine)
{
    static const Training training;
    Context context;
    context_init(&context);
    if (setjmp(context.on_error))
        cr_assert_fail("%s", context.message);
    Graph *g = network_new(&context, (Shape){choice->channels, choice->size, choice->size, false});
    g->training = &training;
    g->max_batch = 8;
    g->machine = machine;
    g->exact = choice->exact;
    Attr attr = conv_attr(choice->channels, 1, false);
    Node *y = network_add(g, OP_conv, attr, "conv", &g->input, 1), *dx = graph_add(g, OP_conv_dx, (Loc){0}, NULL, &y, 1);
    dx->of = y;
    dx->attr = attr;
    dx->attr.result = y->shape;
    op_info[OP_conv_dx].infer(g, dx);
    network_finish(g, dx);
    layout(g);
    choose(g);
    cr_expect_eq(y->tile.unit, choice->forward, "%d channels, %d: forward %d", choice->channels, choice->size, y->tile.unit);
    cr_expect_eq(dx->tile.unit, choice->gradient, "%d channels, %d: gradient %d", choice->channels, choice->size, dx->tile.unit);
    cr_expect_eq(y->tile.algorithm == ALGORITHM_winograd, choice->forward > 0);
    cr_expect_eq(dx->tile.algorithm == ALGORITHM_winograd, choice->gradient > 0);
    context_free(&context);
}

/* The same for every target. */
Test(winograd_batch, choice)
{
    static const Choice choice[] = {
        {64, 56, false, 2, 4}, {128, 28, false, 2, 4}, {256, 14, false, 4, 4}, {512, 7, false, 4, 4}, {64, 8, false, 2, 4},
        {256, 14, true, 0, 0}, {8, 32, false, 0, 0}, {3, 32, false, 0, 0}, {16, 32, false, 0, 0}, {32, 16, false, 2, 4},
    };
    for (size_t i = 0; i < sizeof choice / sizeof *choice; i++) {
        check_choice(&choice[i], (Machine){16, 1});
        check_choice(&choice[i], (Machine){32, 2});
    }
}
