/* test_train_kernels.c - the kernels of a training step, except those of convolutions, against the interpreter in double: random
 * shapes, batches, segments and borders; equal bits on every target and for any number of threads. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../backends/backend.h"
#include "../compiler/lower.h"
#include "../runtime/pack.h"
#include "networks.h"

/* A graph whose operands are slices of its input, as `build` makes it. */
typedef struct Case Case;
struct Case {
    Context context;
    Graph *graph;
    unsigned seed;
    int batch, channels, height, width;
    int parts[3], nparts;               /* lengths of the pieces that every operand is made of: its segments */
    bool integers;                      /* operands are small whole numbers: sums are exact, values are equal */
    int taken;                          /* channels of the input that operands have been made of */
    Node *result[4];                    /* what is compared, joined into the network's output */
    int nresult;
    Training training;
};

typedef void Build(Case *);

static int pick(Case *c, int low, int high)
{
    c->seed = c->seed * 1664525u + 1013904223u;
    return low + (int)((c->seed >> 8) % (unsigned)(high - low + 1));
}

/* ---- graphs --------------------------------------------------------------------------------------------------------- */

static Attr slice_attr(int begin, int count)
{
    Attr a = network_attr();
    a.begin = begin;
    a.count = count;
    return a;
}

/* The next channels of the input, cut as the case says. */
static Node *operand(Case *c)
{
    Node *part[3];
    for (int i = 0, begin = c->taken; i < c->nparts; begin += c->parts[i++])
        part[i] = network_add(c->graph, OP_slice, slice_attr(begin, c->parts[i]), NULL, &c->graph->input, 1);
    c->taken += c->channels;
    return c->nparts == 1 ? part[0] : network_add(c->graph, OP_concat, network_attr(), NULL, part, c->nparts);
}

/* A node that `grad` would make, for a forward node. */
static Node *gradient(Case *c, Op op, Attr attr, Node *of, Node *const *in, int nin)
{
    Node *n = graph_add(c->graph, op, (Loc){0}, NULL, in, nin);
    n->attr = attr;
    n->of = of;
    op_info[op].infer(c->graph, n);
    return n;
}

static Node *with_result(Case *c, Op op, Attr attr, Shape result, Node *const *in, int nin)
{
    attr.result = result;
    return gradient(c, op, attr, NULL, in, nin);
}

static void give(Case *c, Node *n)
{
    c->result[c->nresult++] = n;
}

static Node *unary(Case *c, Op op, Node *in)
{
    return network_add(c->graph, op, network_attr(), NULL, &in, 1);
}

/* Some readers want a border around what they read. */
static void add_border(Case *c, Node *n)
{
    Attr a = network_attr();
    a.out = 1;
    a.kernel[0] = a.kernel[1] = 3;
    a.pad[0] = a.pad[1] = 1;
    if (!n->shape.flat && pick(c, 0, 1))
        network_add(c->graph, OP_conv, a, "border", &n, 1);
}

static void open_case(Case *c, int operands)
{
    static const int odd[] = {1, 3, 5, 8, 11, 16, 20, 24, 33};
    c->batch = pick(c, 1, 5);
    c->nparts = c->nparts ? c->nparts : pick(c, 1, 3);
    c->channels = 0;
    for (int i = 0; i < c->nparts; i++)
        c->channels += c->parts[i] = odd[pick(c, 0, 8)];
    c->height = c->height ? c->height : pick(c, 1, 9);
    c->width = c->width ? c->width : pick(c, 2, 9);
    c->graph = network_new(&c->context, (Shape){operands * c->channels, c->height, c->width, false});
    c->graph->max_batch = c->batch;
    c->graph->training = &c->training;
}

static void close_graph(Case *c)
{
    Node *all = c->nresult == 1 ? c->result[0] : network_add(c->graph, OP_concat, network_attr(), NULL, c->result, c->nresult);
    add_border(c, all);
    network_finish(c->graph, all);
    for (Tensor *t = c->graph->tensors; t; t = t->next)
        t->trained = !t->buffer;
}

/* ---- values ----------------------------------------------------------------------------------------------------------- */

/* All numbers of one step, by either way. */
typedef struct {
    float *output;
    float **value, **gradient;          /* of each tensor, by id */
} Numbers;

static int64_t elements_of(const Tensor *t)
{
    int64_t elements = 1;
    for (int axis = 0; axis < t->rank; axis++)
        elements *= t->dim[axis];
    return elements;
}

static int64_t output_floats(const Case *c)
{
    return c->batch * shape_floats(node_result(c->graph->output));
}

static float *make_input(Case *c)
{
    int64_t count = c->batch * shape_floats(c->graph->input->shape);
    float *input = network_input(c->graph, c->batch, c->seed);
    for (int64_t i = 0; i < count; i++)
        input[i] = c->integers ? (float)pick(c, -3, 3) : (float)(4 * input[i] + 0.25);
    return input;
}

static float *make_target(Case *c)
{
    int64_t count = c->graph->target ? c->batch * c->graph->target->shape.channels : 0;
    float *target = calloc((size_t)count + 1, sizeof *target);
    for (int64_t i = 0; i < count; i++)
        target[i] = (float)pick(c, 0, 8) / 8;
    return target;
}

/* ---- the interpreter ----------------------------------------------------------------------------------------------------- */

enum { SEED_LOW = 12345, SEED_HIGH = 678, STEP = 9 };

typedef struct {
    double *output;
    ReferenceStep step;
} Expected;

static Expected expect_values(Case *c, const Weights *weights, const float *input, const float *target)
{
    Failure failure;
    Expected e = {.output = malloc((size_t)output_floats(c) * sizeof(double)),
                  .step = {.seed = (uint64_t)SEED_HIGH << 32 | SEED_LOW, .step = STEP}};
    int classes = c->graph->target ? c->graph->target->shape.channels : 0;
    double *wanted = calloc((size_t)(c->batch * classes) + 1, sizeof *wanted);
    double **result = calloc((size_t)c->graph->count, sizeof *result);
    for (int i = 0; i < c->batch * classes; i++)
        wanted[i] = target[i];
    e.step.target = wanted;
    e.step.value = reference_values(c->graph, weights, &failure);
    e.step.gradient = reference_values(c->graph, NULL, &failure);
    result[c->graph->output->id] = e.output;
    cr_assert(reference_step(c->graph, &e.step, input, c->batch, result, &failure), "%s", failure.text);
    free(wanted);
    free(result);
    return e;
}

/* ---- compiled ------------------------------------------------------------------------------------------------------------- */

/* Garbage, so that nothing may rely on what was there. */
static float *array(int64_t floats)
{
    float *a = aligned_alloc(64, (size_t)(floats / 16 + 2) * 64);
    memset(a, 0x7f, (size_t)floats * sizeof *a);
    return a;
}

typedef struct {
    const Graph *graph;
    float **tensor;
} Places;

static float *place(void *tensors, const char *name, int *rank, int64_t dim[4])
{
    const Places *p = tensors;
    const Tensor *t = graph_tensor(p->graph, name);
    *rank = t->rank;
    memcpy(dim, t->dim, sizeof t->dim);
    return p->tensor[t->id];
}

static float **tensor_arrays(const Graph *g)
{
    float **tensor = calloc((size_t)g->ntensors, sizeof *tensor);
    for (const Tensor *t = g->tensors; t; t = t->next)
        tensor[t->id] = calloc((size_t)elements_of(t), sizeof **tensor);
    return tensor;
}

/* One step of the compiled program; everything that it writes. */
static Numbers run_program(const Case *c, const Program *p, const Model *model, const Weights *weights, const float *input,
                           const float *target, int threads)
{
    Failure failure;
    const char *lost;
    Numbers n = {.output = array(output_floats(c)), .value = tensor_arrays(c->graph), .gradient = tensor_arrays(c->graph)};
    StepArrays a = {.arena = array(p->arena_floats * c->batch), .common = array(p->common_floats), .gradient = array(p->trained_floats),
                    .state = array(p->state_floats), .output = n.output, .input = input, .target = target};
    void *block = weights_pack(p, weights, 1, &a.weights, &failure);
    cr_assert(block, "%s", failure.text);
    memset(a.gradient, 0, (size_t)p->trained_floats * sizeof(float));
    memcpy(a.common + COMMON_seed, (uint32_t[]){SEED_LOW, SEED_HIGH}, 2 * sizeof(float));
    memcpy(a.common + COMMON_step, (uint32_t[]){STEP}, sizeof(float));
    model->step(model->handle, &a, threads, NULL);
    cr_assert(unpack(p->pack, p->npack, place, &(Places){c->graph, n.value}, a.weights, 1, &lost));
    for (size_t i = 0; i < p->npack; i++)
        if (p->pack[i].at < p->trained_floats)
            cr_assert(unpack(&p->pack[i], 1, place, &(Places){c->graph, n.gradient}, a.gradient, 1, &lost));
    for (int64_t i = 0; i < p->trained_floats; i++)
        cr_assert(a.gradient[i] == a.gradient[i] && fabsf(a.gradient[i]) < 1e9f, "gradient %d is %g", (int)i, a.gradient[i]);
    free(block);
    free(a.arena);
    free(a.common);
    free(a.gradient);
    free(a.state);
    return n;
}

static void free_numbers(const Graph *g, Numbers *n)
{
    for (int i = 0; i < g->ntensors; i++) {
        free(n->value[i]);
        free(n->gradient[i]);
    }
    free(n->value);
    free(n->gradient);
    free(n->output);
}

/* A parameter that a function does not use is a warning of every compiler. */
static void check_pointers(const Program *p)
{
    for (const Kernel *k = p->kernels; k; k = k->next)
        for (int i = 0; i < k->npointer; i++) {
            bool used = false;
            for (size_t j = 0; j < k->count; j++)
                used = used || (k->code[j].pointer == i && strchr(vop_info[k->code[j].op].operands, 'm'));
            cr_assert(used, "kernel %s does not use '%s'", k->name, k->pointer[i]);
        }
}

static Program *compile_case(Case *c, Machine machine)
{
    void (*const pass[])(Graph *) = {fuse, layout, choose, plan};
    const char *const name[] = {"fuse", "layout", "choose", "plan"};
    c->graph->machine = machine;
    for (int i = 0; i < 4; i++) {
        pass[i](c->graph);
        verify_graph(c->graph, name[i]);
    }
    Program *p = lower(c->graph);
    verify_program(p);
    check_pointers(p);
    return p;
}

/* ---- comparing --------------------------------------------------------------------------------------------------------------- */

static void compare(const Case *c, const char *what, const float *got, const double *want, int64_t count)
{
    double largest = 0;
    for (int64_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(want[i]));
    for (int64_t i = 0; i < count; i++)
        cr_assert(c->integers ? got[i] == want[i] : fabs(got[i] - want[i]) <= 2e-6 * largest + 2e-6 * fabs(want[i]),
                  "%s %d of %d: %.9g, not %.9g (batch %d, %d x %d x %d)", what, (int)i, (int)count, (double)got[i], want[i], c->batch,
                  c->channels, c->height, c->width);
}

static void compare_all(const Case *c, const Numbers *n, const Expected *e)
{
    compare(c, "result", n->output, e->output, output_floats(c));
    for (const Tensor *t = c->graph->tensors; t; t = t->next) {
        if (t->integer || !strncmp(t->name, "border", 6))
            continue;
        compare(c, t->name, n->value[t->id], e->step.value[t->id], elements_of(t));
        if (t->trained)
            compare(c, arena_printf((Context *)&c->context, "gradient of %s", t->name), n->gradient[t->id], e->step.gradient[t->id],
                    elements_of(t));
    }
}

static void expect_bits(const Case *c, const Numbers *a, const Numbers *b, const char *how)
{
    cr_assert_eq(memcmp(a->output, b->output, (size_t)output_floats(c) * sizeof(float)), 0, "%s changes results", how);
    for (const Tensor *t = c->graph->tensors; t; t = t->next) {
        size_t size = (size_t)elements_of(t) * sizeof(float);
        cr_assert_eq(memcmp(a->value[t->id], b->value[t->id], size), 0, "%s changes %s", how, t->name);
        cr_assert_eq(memcmp(a->gradient[t->id], b->gradient[t->id], size), 0, "%s changes the gradient of %s", how, t->name);
    }
}

/* A case as one target has computed it. */
typedef struct {
    Case c;
    Numbers n;
} Ran;

static Ran *run_target(const Case *shape, Build *build, unsigned seed, const char *target)
{
    Ran *r = calloc(1, sizeof *r);
    Case *c = &r->c;
    Model model;
    Failure failure;
    *c = *shape;
    c->seed = seed;
    context_init(&c->context);
    build(c);
    close_graph(c);
    if (setjmp(c->context.on_error))    /* anew: building has set it too */
        cr_assert_fail("%s", c->context.message);
    const Target *t = target_find(target);
    Weights *weights = network_weights(c->graph, seed + 1);
    float *input = make_input(c), *wanted = make_target(c);
    Expected e = expect_values(c, weights, input, wanted);
    Program *p = compile_case(c, t->machine);
    cr_assert(jit_load(p, t, &model, &failure), "%s", failure.text);
    r->n = run_program(c, p, &model, weights, input, wanted, 1);
    Numbers other = run_program(c, p, &model, weights, input, wanted, 3);
    compare_all(c, &r->n, &e);
    expect_bits(c, &r->n, &other, "a number of threads");
    free_numbers(c->graph, &other);
    reference_values_free(c->graph, e.step.value);
    reference_values_free(c->graph, e.step.gradient);
    free(e.output);
    free(input);
    free(wanted);
    weights_free(weights);
    model_close(&model);
    return r;
}

static void ran_free(Ran *r)
{
    free_numbers(r->c.graph, &r->n);
    context_free(&r->c.context);
    free(r);
}

/* Random cases of one kind. */
static void check(Build *build, Case shape, int count)
{
    for (unsigned seed = 1; seed <= (unsigned)count; seed++) {
        Ran *first = run_target(&shape, build, seed * 7919, "avx2");
        const char *const others[] = {"c", "avx512"};
        for (int i = 0; i < 2; i++) {
            if (!target_runs_here(target_find(others[i])))
                continue;
            Ran *other = run_target(&shape, build, seed * 7919, others[i]);
            expect_bits(&first->c, &first->n, &other->n, others[i]);
            ran_free(other);
        }
        ran_free(first);
    }
}

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
    Node *x = operand(c), *dy = operand(c), *y = norm_node(c, OP_bn, attr, x);
    Node *stats = graph_insert(c->graph, y, OP_bn_stats, (Loc){0}, NULL, &x, 1);
    stats->of = y;
    stats->attr = attr;
    op_info[OP_bn_stats].infer(c->graph, stats);
    y->op = OP_bn_train;
    y->in = arena_alloc(&c->context, 2, sizeof *y->in);
    y->in[0] = x;
    y->in[1] = stats;
    y->nin = 2;
    Node *sums = gradient(c, OP_bn_sums, attr, y, (Node *[]){dy, x, stats}, 3);
    Node *dx = gradient(c, OP_bn_dx, attr, y, (Node *[]){dy, x, stats, sums}, 4);
    give(c, pick(c, 0, 1) ? unary(c, OP_relu6, y) : y);
    give(c, pick(c, 0, 1) ? network_add(c->graph, OP_add, network_attr(), NULL, (Node *[]){dx, dy}, 2) : dx);
}

Test(train_kernels, batch_norm) { check(build_bn, (Case){0}, 60); }

static void build_frozen(Case *c)
{
    open_case(c, 2);
    Attr attr = network_attr();
    attr.eps = pick(c, 0, 1) * 1e-5;    /* without, lanes that hold no channel must not divide by 0 */
    Node *x = operand(c), *dy = operand(c), *y = norm_node(c, OP_bn, attr, x);
    gradient(c, OP_bn_sums, attr, y, (Node *[]){dy, x}, 2);
    Node *dx = gradient(c, OP_bn_frozen_dx, attr, y, &dy, 1);
    give(c, unary(c, OP_softmax, y));   /* reads every lane */
    give(c, unary(c, OP_softmax, dx));
    give(c, y);
    give(c, dx);
}

Test(train_kernels, batch_norm_with_running_statistics) { check(build_frozen, (Case){0}, 30); }

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

Test(train_kernels, layer_norm)    { check(build_ln, (Case){0}, 30); }
Test(train_kernels, instance_norm) { check(build_in, (Case){0}, 30); }
Test(train_kernels, group_norm)    { check(build_gn, (Case){0}, 60); }

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

Test(train_kernels, derivatives)       { check(build_derivative, (Case){0}, 60); }
Test(train_kernels, exact_derivatives) { check(build_derivative, (Case){.integers = true}, 30); }

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

Test(train_kernels, dropout)       { check(build_dropout, (Case){0}, 40); }
Test(train_kernels, exact_dropout) { check(build_dropout, (Case){.integers = true}, 20); }

static void build_gate(Case *c)
{
    open_case(c, 2);
    Node *dy = operand(c), *x = operand(c);
    give(c, with_result(c, OP_mul_sum, network_attr(), (Shape){c->channels, 1, 1, false}, (Node *[]){dy, x}, 2));
}

Test(train_kernels, gradient_of_a_gate) { check(build_gate, (Case){.integers = true}, 30); }

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

Test(train_kernels, max_pool) { check(build_max_pool, (Case){.integers = true}, 120); }
Test(train_kernels, avg_pool) { check(build_avg_pool, (Case){0}, 60); }

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

Test(train_kernels, large_windows) { check(build_large_pool, (Case){.height = 22, .width = 20, .nparts = 1}, 20); }

static void build_global(Case *c)
{
    open_case(c, 1);
    Node *x = operand(c), *mean = unary(c, OP_global_avg_pool, x);
    Node *dx = with_result(c, OP_global_avg_pool_dx, network_attr(), x->shape, &mean, 1);
    give(c, pick(c, 0, 1) ? network_add(c->graph, OP_add, network_attr(), NULL, (Node *[]){dx, x}, 2) : dx);
}

Test(train_kernels, global_average) { check(build_global, (Case){0}, 30); }

/* ---- losses ------------------------------------------------------------------------------------------------------------------- */

static void build_loss(Case *c)
{
    open_case(c, 1);
    bool mse = pick(c, 0, 1);
    Attr attr = network_attr();
    Node *x = unary(c, OP_flatten, operand(c));
    attr.result = x->shape;
    c->graph->target = gradient(c, OP_target, attr, NULL, NULL, 0);
    Node *both[] = {x, c->graph->target};
    c->graph->loss = gradient(c, mse ? OP_mse : OP_cross_entropy, attr, NULL, both, 2);
    give(c, gradient(c, mse ? OP_mse_dx : OP_cross_entropy_dx, attr, NULL, both, 2));
    give(c, c->graph->loss);
}

Test(train_kernels, losses)      { check(build_loss, (Case){.height = 1, .width = 1}, 40); }
Test(train_kernels, wide_losses) { check(build_loss, (Case){.nparts = 1}, 20); }

static void build_softmax(Case *c)
{
    open_case(c, 2);
    Node *x = operand(c), *dy = operand(c), *y = unary(c, OP_softmax, x);
    give(c, gradient(c, OP_softmax_dx, network_attr(), NULL, (Node *[]){dy, y}, 2));
}

Test(train_kernels, softmax) { check(build_softmax, (Case){0}, 30); }

/* ---- movement --------------------------------------------------------------------------------------------------------------------- */

static void build_movement(Case *c)
{
    open_case(c, 1);
    Attr pad = network_attr();
    for (int i = 0; i < 4; i++)
        pad.edges[i] = pick(c, 0, 2);
    pad.channels[0] = pick(c, 0, 9);
    pad.channels[1] = pick(c, 0, 9);
    Node *x = operand(c), *wide = network_add(c->graph, OP_pad, pad, NULL, &x, 1), *flat = unary(c, OP_flatten, x);
    give(c, with_result(c, OP_crop, pad, x->shape, &wide, 1));
    if (c->nparts == 1)
        give(c, with_result(c, OP_reshape, network_attr(), x->shape, &flat, 1));
    Node *part = network_add(c->graph, OP_slice, slice_attr(c->channels / 3, (c->channels + 1) / 2), NULL, &x, 1);
    give(c, with_result(c, OP_embed, part->attr, x->shape, &part, 1));
}

Test(train_kernels, crop_reshape_embed) { check(build_movement, (Case){.integers = true}, 60); }

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
    float *payload, *input = array(NUMBERS), *output = array(NUMBERS);
    context_init(&context);
    if (!target_runs_here(target_find(target)))
        return;
    Program *p = log_program(&context, target_find(target)->machine);
    cr_assert(jit_load(p, target_find(target), &model, &failure), "%s", failure.text);
    void *weights = weights_pack(p, NULL, 1, &payload, &failure), *arena = array(16);
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
