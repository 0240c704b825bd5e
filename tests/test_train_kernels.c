/* test_train_kernels.c - the kernels of a training step, except those of convolutions, against the interpreter in double: random
 * shapes, batches, segments and borders; equal bits on every target and for any number of threads. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../backends/backend.h"
#include "../compiler/lower.h"
#include "step_run.h"
#include "train_case.h"

/* ---- norms ------------------------------------------------------------------------------------------------------------------- */

static Node *norm_node(Case *c, Op op, Attr attr, Node *x)
{
    (void)c;
    return network_add(c->graph, op, attr, "norm", &x, 1);
}

/* Statistics, result with relu behind it, gradients: what `grad` makes of a batch norm. */
static void build_bn(Case *c)
{
    open_case(c, 2);
    Attr attr = network_attr();
    attr.momentum = 0.3;
    attr.eps = pick(c, 0, 3) ? 1e-5 : 0;
    Node *x = operand(c), *dy = operand(c), *y = batch_norm(c, "norm", attr, x), *stats = y->in[1];
    Node *sums = gradient(c, OP_bn_sums, attr, y, (Node *[]){dy, x, stats}, 3);
    Node *dx = gradient(c, OP_bn_dx, attr, y, (Node *[]){dy, x, stats, sums}, 4);
    give(c, pick(c, 0, 1) ? through(c, OP_relu6, y) : y);
    give(c, pick(c, 0, 1) ? network_add(c->graph, OP_add, network_attr(), NULL, (Node *[]){dx, dy}, 2) : dx);
}

Test(train_kernels, batch_norm) { check_cases(build_bn, (Case){0}, 60); }

static void build_frozen(Case *c)
{
    open_case(c, 2);
    Attr attr = network_attr();
    attr.eps = pick(c, 0, 1) * 1e-5;    /* without, lanes that hold no channel must not divide by 0 */
    Node *x = operand(c), *dy = operand(c), *y = norm_node(c, OP_bn, attr, x);
    gradient(c, OP_bn_sums, attr, y, (Node *[]){dy, x}, 2);
    Node *dx = gradient(c, OP_bn_frozen_dx, attr, y, &dy, 1);
    give(c, through(c, OP_softmax, y));   /* reads every lane */
    give(c, through(c, OP_softmax, dx));
    give(c, y);
    give(c, dx);
}

Test(train_kernels, batch_norm_with_running_statistics) { check_cases(build_frozen, (Case){0}, 30); }

static void add_norm(Case *c, Op op, Attr attr)
{
    Node *x = operand(c), *dy = operand(c), *y = norm_node(c, op, attr, x), *both[] = {dy, x};
    if (attr.affine)
        gradient(c, OP_norm_sums, attr, y, both, 2);
    give(c, y);
    give(c, gradient(c, OP_norm_dx, attr, y, both, 2));
}

static void build_ln(Case *c)
{
    open_case(c, 2);
    add_norm(c, OP_ln, network_attr());
}

static void build_in(Case *c)
{
    open_case(c, 2);
    Attr attr = network_attr();
    attr.affine = pick(c, 0, 1);
    add_norm(c, OP_in, attr);
}

/* Any number of groups that divides the channels: groups in lanes, in blocks, across segments. */
static void build_gn(Case *c)
{
    open_case(c, 2);
    Attr attr = network_attr();
    do
        attr.groups = pick(c, 1, c->channels);
    while (c->channels % attr.groups || (c->channels / attr.groups * c->height * c->width == 1));
    add_norm(c, OP_gn, attr);
}

Test(train_kernels, layer_norm)    { check_cases(build_ln, (Case){0}, 30); }
Test(train_kernels, instance_norm) { check_cases(build_in, (Case){0}, 30); }
Test(train_kernels, group_norm)    { check_cases(build_gn, (Case){0}, 60); }

/* ---- element-wise ------------------------------------------------------------------------------------------------------------- */

static const Op activation[] = {OP_relu, OP_relu6, OP_leaky_relu, OP_sigmoid, OP_tanh, OP_silu, OP_hard_swish};

/* The derivative of each, alone and behind a sum. */
static void build_derivative(Case *c)
{
    open_case(c, 3);
    Attr attr = network_attr();
    attr.slope = 0.25;
    attr.of_op = activation[pick(c, 0, c->integers ? 2 : 6)];
    Node *dy = operand(c), *x = operand(c), *more = operand(c), *v = x;
    if (attr.of_op != OP_silu && attr.of_op != OP_hard_swish)
        v = network_add(c->graph, attr.of_op, attr, NULL, &x, 1);
    if (pick(c, 0, 1))
        dy = network_add(c->graph, OP_add, network_attr(), NULL, (Node *[]){dy, more}, 2);
    give(c, gradient(c, OP_derivative, attr, NULL, (Node *[]){dy, v}, 2));
}

Test(train_kernels, derivatives)       { check_cases(build_derivative, (Case){0}, 60); }
Test(train_kernels, exact_derivatives) { check_cases(build_derivative, (Case){.integers = true}, 30); }

static void build_dropout(Case *c)
{
    static const double p[] = {0.5, 0.1, 0.9, 0, 1, 0.75};
    open_case(c, 2);
    Attr attr = network_attr();
    attr.p = p[pick(c, 0, c->integers ? 0 : 5)];
    attr.stream = pick(c, 1, 4);
    Node *x = operand(c), *dy = operand(c);
    give(c, gradient(c, OP_dropout_train, attr, NULL, &x, 1));
    give(c, gradient(c, OP_dropout_train, attr, NULL, &dy, 1));
}

Test(train_kernels, dropout)       { check_cases(build_dropout, (Case){0}, 40); }
Test(train_kernels, exact_dropout) { check_cases(build_dropout, (Case){.integers = true}, 20); }

static void build_gate(Case *c)
{
    open_case(c, 2);
    Node *dy = operand(c), *x = operand(c);
    give(c, with_result(c, OP_mul_sum, network_attr(), (Shape){c->channels, 1, 1, false}, (Node *[]){dy, x}, 2));
}

Test(train_kernels, gradient_of_a_gate) { check_cases(build_gate, (Case){.integers = true}, 30); }

/* ---- pools ------------------------------------------------------------------------------------------------------------------- */

static Attr random_window(Case *c, bool max)
{
    Attr a = network_attr();
    for (int i = 0; i < 2; i++) {
        int size = i ? c->width : c->height;
        a.kernel[i] = pick(c, 1, size < 6 ? size : 6);
        a.stride[i] = pick(c, 1, 4);
        a.pad[i] = pick(c, 0, a.kernel[i] / 2);
        a.dilation[i] = max && (a.kernel[i] - 1) * 2 < size ? pick(c, 1, 2) : 1;
    }
    a.ceil_mode = pick(c, 0, 1);
    a.count_pad = pick(c, 0, 1);
    return a;
}

/* dy: as many of the second operand's pixels as the pool has results; with whole numbers there are many equal ones in a window. */
static void build_pool(Case *c, Op op, Op dx)
{
    bool max = op == OP_max_pool;
    open_case(c, 1);
    Attr attr = random_window(c, max);
    Node *x = operand(c), *y = network_add(c->graph, op, attr, NULL, &x, 1), *dy = network_add(c->graph, op, attr, NULL, &x, 1);
    attr.result = x->shape;
    Node *sum = gradient(c, dx, attr, y, (Node *[]){dy, x}, max ? 2 : 1);
    give(c, pick(c, 0, 1) ? network_add(c->graph, OP_add, network_attr(), NULL, (Node *[]){sum, x}, 2) : sum);
}

static void build_max_pool(Case *c) { build_pool(c, OP_max_pool, OP_max_pool_dx); }
static void build_avg_pool(Case *c) { build_pool(c, OP_avg_pool, OP_avg_pool_dx); }

Test(train_kernels, max_pool) { check_cases(build_max_pool, (Case){.integers = true}, 120); }
Test(train_kernels, avg_pool) { check_cases(build_avg_pool, (Case){0}, 60); }

/* Windows of more taps than are unrolled. */
static void build_large_pool(Case *c)
{
    open_case(c, 1);
    Attr attr = network_attr();
    bool max = pick(c, 0, 1);
    for (int i = 0; i < 2; i++) {
        attr.kernel[i] = pick(c, 7, 19);
        attr.stride[i] = pick(c, 1, 5);
    }
    Node *x = operand(c), *dy = network_add(c->graph, max ? OP_max_pool : OP_avg_pool, attr, NULL, &x, 1);
    attr.result = x->shape;
    give(c, gradient(c, max ? OP_max_pool_dx : OP_avg_pool_dx, attr, dy, (Node *[]){dy, x}, max ? 2 : 1));
}

Test(train_kernels, large_windows) { check_cases(build_large_pool, (Case){.height = 22, .width = 20, .nparts = 1}, 20); }

static void build_global(Case *c)
{
    open_case(c, 1);
    Node *x = operand(c), *mean = through(c, OP_global_avg_pool, x);
    Node *dx = with_result(c, OP_global_avg_pool_dx, network_attr(), x->shape, &mean, 1);
    give(c, pick(c, 0, 1) ? network_add(c->graph, OP_add, network_attr(), NULL, (Node *[]){dx, x}, 2) : dx);
}

Test(train_kernels, global_average) { check_cases(build_global, (Case){0}, 30); }

/* ---- losses ------------------------------------------------------------------------------------------------------------------- */

static void build_loss(Case *c)
{
    open_case(c, 1);
    bool mse = pick(c, 0, 1);
    Attr attr = network_attr();
    Node *x = through(c, OP_flatten, operand(c));
    attr.result = x->shape;
    c->graph->target = gradient(c, OP_target, attr, NULL, NULL, 0);
    Node *both[] = {x, c->graph->target};
    c->graph->loss = gradient(c, mse ? OP_mse : OP_cross_entropy, attr, NULL, both, 2);
    give(c, gradient(c, mse ? OP_mse_dx : OP_cross_entropy_dx, attr, NULL, both, 2));
    give(c, c->graph->loss);
}

Test(train_kernels, losses)      { check_cases(build_loss, (Case){.height = 1, .width = 1}, 40); }
Test(train_kernels, wide_losses) { check_cases(build_loss, (Case){.nparts = 1}, 20); }

static void build_softmax(Case *c)
{
    open_case(c, 2);
    Node *x = operand(c), *dy = operand(c), *y = through(c, OP_softmax, x);
    give(c, gradient(c, OP_softmax_dx, network_attr(), NULL, (Node *[]){dy, y}, 2));
}

Test(train_kernels, softmax) { check_cases(build_softmax, (Case){0}, 30); }

/* ---- movement --------------------------------------------------------------------------------------------------------------------- */

static void build_movement(Case *c)
{
    open_case(c, 1);
    Attr pad = network_attr();
    for (int i = 0; i < 4; i++)
        pad.edges[i] = pick(c, 0, 2);
    pad.channels[0] = pick(c, 0, 9);
    pad.channels[1] = pick(c, 0, 9);
    Node *x = operand(c), *wide = network_add(c->graph, OP_pad, pad, NULL, &x, 1), *flat = through(c, OP_flatten, x);
    give(c, with_result(c, OP_crop, pad, x->shape, &wide, 1));
    if (c->nparts == 1)
        give(c, with_result(c, OP_reshape, network_attr(), x->shape, &flat, 1));
    Node *part = network_add(c->graph, OP_slice, slice_attr(c->channels / 3, (c->channels + 1) / 2), NULL, &x, 1);
    give(c, with_result(c, OP_embed, part->attr, x->shape, &part, 1));
}

Test(train_kernels, crop_reshape_embed) { check_cases(build_movement, (Case){.integers = true}, 60); }

/* ---- the logarithm in losses --------------------------------------------------------------------------------------------------------- */

enum { NUMBERS = 4096 };

/* y = log x on one vector of the input. */
static Program *log_program(Context *context, Machine machine)
{
    Graph *g = network_new(context, (Shape){NUMBERS, 1, 1, true});
    g->max_batch = 1;
    g->machine = machine;
    network_finish(g, g->input);
    Program *p = arena_alloc(context, 1, sizeof *p);
    *p = (Program){.context = context, .graph = g, .arena_floats = 16, .stamp = 1, .nkernels = 1, .ncodes = 1, .nstep = 1};
    Kernel *k = kernel_new(context, machine);
    k->name = "log";
    int x = kernel_pointer(k, "x", false), y = kernel_pointer(k, "y", true), reg = kernel_register(k);
    k_load(k, reg, x, 0);
    k_store(k, y, 0, emit_log(k, reg));
    p->kernels = k;
    StepCode *code = p->codes = arena_alloc(context, 1, sizeof *code);
    *code = (StepCode){.name = "log", .ncall = 1, .nslot = 2, .base = {BASE_input, BASE_output}};
    code->call = arena_alloc(context, 1, sizeof *code->call);
    *code->call = (Call){.kernel = k, .images = 1, .grid = {NUMBERS / LANES, 1, 1}, .argument = {{0, 0, {LANES}}, {1, 0, {LANES}}, {-1}}};
    p->step = arena_alloc(context, 1, sizeof *p->step);
    p->step[0] = (Step){.code = code, .slot = {{BASE_input, 0}, {BASE_output, 0}}, .label = "log"};
    return p;
}

/* Near 1, and over all magnitudes. */
static float log_operand(int i)
{
    return i % 2 ? 1 + ldexpf((float)(i - NUMBERS / 2), -11 - i % 7) * 0.9f : ldexpf(1 + (float)i / NUMBERS, i % 250 - 125);
}

static void check_log(const char *target)
{
    Context context;
    Model model;
    Failure failure;
    float *payload, *input = garbage(NUMBERS), *output = garbage(NUMBERS);
    context_init(&context);
    if (!target_runs_here(target_find(target)))
        return;
    Program *p = log_program(&context, target_find(target)->machine);
    cr_assert(jit_load(p, target_find(target), &model, &failure), "%s", failure.text);
    void *weights = weights_pack(p, NULL, 1, &payload, &failure), *arena = garbage(16);
    for (int i = 0; i < NUMBERS; i++)
        input[i] = log_operand(i);
    cr_assert_eq(model.forward(weights, arena, input, 1, 1, output), 0);
    for (int i = 0; i < NUMBERS; i++) {
        double want = log(input[i]), ulp = ldexp(1, ilogb(want == 0 ? 1 : want) - 23);
        cr_assert(fabs(output[i] - want) <= 1.5 * ulp, "log(%a) is %a, not %a", (double)input[i], (double)output[i], want);
    }
    model_close(&model);
    free(weights);
    free(arena);
    free(input);
    free(output);
    context_free(&context);
}

Test(train_kernels, logarithm)
{
    check_log("avx2");
    check_log("c");
    check_log("avx512");
}
