/* test_conv_backward.c - gradients of convolutions and linear layers against their definition, bit for bit: with small integers
 * every sum is exact, whatever its order. dy is the result of the layer itself. All targets, the JIT, any threads. With other numbers
 * the rounding of long sums stays small, and is the same on every target. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../backends/backend.h"
#include "../runtime/pack.h"
#include "networks.h"

typedef struct {
    int in, height, width, out, kernel[2], stride[2], pad[2], dilation[2], groups, batch;
    bool bias;
    int cut;                            /* the operand is a concat of its first `cut` channels and the rest; 0: it is not */
    bool linear;                        /* behind a flatten */
    bool summed;                        /* dx + x, joined */
    bool rough;                         /* numbers that are not whole: sums round */
    bool winograd;                      /* allowed */
} Case;

typedef struct {
    const Case *c;
    Context context;
    Graph *graph;
    Program *program;
    Node *x, *y, *dx;
    Weights *weights;
    float *input, *w, *b;               /* plain */
} Net;

static const Training training = {.optimiser.kind = OPTIMISER_none};

static Node *gradient(Graph *g, Op op, Node *of, Shape result, Node *const *in, int nin)
{
    Node *n = graph_add(g, op, (Loc){0}, NULL, in, nin);
    n->of = of;
    n->attr = of->attr;
    n->attr.result = result;
    op_info[op].infer(g, n);
    return n;
}

static Node *cut_operand(Graph *g, const Case *c)
{
    Attr first = network_attr(), rest = first;
    first.count = rest.begin = c->cut;
    rest.count = c->in - c->cut;
    Node *part[] = {network_add(g, OP_slice, first, NULL, &g->input, 1), network_add(g, OP_slice, rest, NULL, &g->input, 1)};
    return network_add(g, OP_concat, network_attr(), NULL, part, 2);
}

static Node *add_layer(Net *n)
{
    const Case *c = n->c;
    Attr a = network_attr();
    a.out = c->out;
    a.bias = c->bias;
    if (c->linear) {
        Node *flat = network_add(n->graph, OP_flatten, network_attr(), NULL, &n->x, 1);
        return network_add(n->graph, OP_linear, a, "layer", &flat, 1);
    }
    memcpy(a.kernel, c->kernel, sizeof a.kernel);
    memcpy(a.stride, c->stride, sizeof a.stride);
    memcpy(a.pad, c->pad, sizeof a.pad);
    memcpy(a.dilation, c->dilation, sizeof a.dilation);
    a.groups = c->groups;
    return network_add(n->graph, OP_conv, a, "layer", &n->x, 1);
}

/* The gradients, and what reads dx. */
static void add_gradients(Net *n)
{
    Graph *g = n->graph;
    bool linear = n->c->linear;
    Node *y = n->y, *x = y->in[0];
    gradient(g, linear ? OP_linear_dw : OP_conv_dw, y, (Shape){0}, (Node *[]){x, y}, 2);
    if (n->c->bias)
        gradient(g, OP_bias_dw, y, (Shape){0}, &y, 1);
    n->dx = gradient(g, linear ? OP_linear_dx : OP_conv_dx, y, x->shape, &y, 1);
    if (linear)
        n->dx = gradient(g, OP_reshape, y, n->x->shape, &n->dx, 1);
    if (n->c->summed)
        n->dx = network_add(g, OP_add, network_attr(), NULL, (Node *[]){n->dx, n->x}, 2);
    network_finish(g, n->dx);
}

static int64_t filter_count(const Case *c)
{
    return c->linear ? (int64_t)c->out * c->in * c->height * c->width : (int64_t)c->out * (c->in / c->groups) * c->kernel[0] * c->kernel[1];
}

/* Whole numbers up to `range`; range 0: any numbers in -1..1. */
static void fill(float *values, int64_t count, int range)
{
    for (int64_t i = 0; i < count; i++)
        values[i] = range ? (float)(rand() % (2 * range + 1) - range) : 2.0f * (float)rand() / (float)RAND_MAX - 1;
}

static void fill_net(Net *n)
{
    const Case *c = n->c;
    n->input = malloc((size_t)(c->batch * shape_floats(n->graph->input->shape)) * sizeof(float));
    n->w = malloc((size_t)filter_count(c) * sizeof(float));
    n->b = calloc((size_t)c->out, sizeof(float));
    fill(n->input, c->batch * shape_floats(n->graph->input->shape), c->rough ? 0 : 2);
    fill(n->w, filter_count(c), !c->rough);
    n->weights = network_weights(n->graph, 1);
    cr_assert(weights_write(n->weights, "layer.weight", n->w));
    if (c->bias) {
        fill(n->b, c->out, c->rough ? 0 : 3);
        cr_assert(weights_write(n->weights, "layer.bias", n->b));
    }
}

static void build(Net *n, const Case *c, Machine machine)
{
    *n = (Net){.c = c};
    context_init(&n->context);
    if (setjmp(n->context.on_error))
        cr_assert_fail("%s", n->context.message);
    Graph *g = n->graph = network_new(&n->context, (Shape){c->in, c->height, c->width, false});
    g->max_batch = c->batch;
    g->training = &training;
    g->exact = !c->winograd;
    g->machine = machine;
    g->exact = true;                    /* no other algorithm: bits are compared */
    n->x = c->cut ? cut_operand(g, c) : g->input;
    n->y = add_layer(n);
    for (Tensor *t = g->tensors; t; t = t->next)
        t->trained = true;
    add_gradients(n);
    fill_net(n);
    void (*const pass[])(Graph *) = {fuse, gather, layout, choose, plan};
    const char *const name[] = {"fuse", "gather", "layout", "choose", "plan"};
    for (int i = 0; i < 5; i++) {
        pass[i](g);
        verify_graph(g, name[i]);
    }
    n->program = lower(g);
    verify_program(n->program);
}

/* ---- by definition ------------------------------------------------------------------------------------------------- */

typedef struct {
    double *y, *dx, *dw, *db;
} Expected;

/* Index of the filter of output channel o, input channel i (of all) and a tap; -1 across groups. */
static int64_t filter_at(const Case *c, int o, int i, int tap)
{
    int in = c->in / c->groups, out = c->out / c->groups;
    return o / out != i / in ? -1 : ((int64_t)o * in + i % in) * c->kernel[0] * c->kernel[1] + tap;
}

/* Where tap (ky, kx) of result (r, s) lies in channel i of the operand; -1: beside it. */
static int64_t operand_at(const Case *c, int image, int i, int row, int column, int tap)
{
    int y = row * c->stride[0] + tap / c->kernel[1] * c->dilation[0] - c->pad[0];
    int x = column * c->stride[1] + tap % c->kernel[1] * c->dilation[1] - c->pad[1];
    bool inside = y >= 0 && y < c->height && x >= 0 && x < c->width;
    return inside ? (((int64_t)image * c->in + i) * c->height + y) * c->width + x : -1;
}

/* Visits each product of y[p] = sum of w * x; phase 0 makes y, phase 1 the gradients of dy = y. */
static void products(const Net *n, const Case *c, Shape s, Expected *e, int phase)
{
    int64_t p = 0;
    for (int image = 0; image < c->batch; image++)
        for (int o = 0; o < c->out; o++)
            for (int q = 0; q < s.height * s.width; q++, p++) {
                if (!phase)
                    e->y[p] = n->b[o];
                else
                    e->db[o] += e->y[p];
                for (int i = 0; i < c->in; i++)
                    for (int tap = 0; tap < c->kernel[0] * c->kernel[1]; tap++) {
                        int64_t f = filter_at(c, o, i, tap), at = operand_at(c, image, i, q / s.width, q % s.width, tap);
                        if (f < 0 || at < 0)
                            continue;
                        if (!phase) {
                            e->y[p] += (double)n->w[f] * n->input[at];
                        } else {
                            e->dw[f] += e->y[p] * n->input[at];
                            e->dx[at] += e->y[p] * n->w[f];
                        }
                    }
            }
}

static Expected expected(const Net *n)
{
    Case c = *n->c;
    Shape s = n->y->shape;
    if (c.linear) {                     /* the convolution whose window is the picture */
        c.kernel[0] = c.height;
        c.kernel[1] = c.width;
    }
    int64_t inputs = c.batch * shape_floats(n->graph->input->shape);
    Expected e = {calloc((size_t)(c.batch * shape_floats(s)), sizeof(double)), calloc((size_t)inputs, sizeof(double)),
                  calloc((size_t)filter_count(n->c), sizeof(double)), calloc((size_t)c.out, sizeof(double))};
    products(n, &c, s, &e, 0);
    products(n, &c, s, &e, 1);
    for (int64_t i = 0; n->c->summed && i < inputs; i++)
        e.dx[i] += n->input[i];
    return e;
}

/* ---- running --------------------------------------------------------------------------------------------------------- */

/* Garbage where the program must not rely on anything. */
static float *array(int64_t floats)
{
    float *a = aligned_alloc(64, (size_t)(floats + 16) / 16 * 64 + 64);
    memset(a, 0x7f, (size_t)floats * sizeof *a);
    return a;
}

typedef struct {
    float *dw, *db;
} Unpacked;

static float *place(void *tensors, const char *name, int *rank, int64_t dim[4])
{
    const Net *n = tensors;
    cr_assert(weights_find(n->weights, name, rank, dim));
    return strcmp(name, "layer.bias") ? n->w : n->b;
}

static void run_net(Net *n, const Model *model, int threads, float *output, float *dw, float *db)
{
    const Program *p = n->program;
    Failure failure;
    StepArrays a = {.arena = array(p->arena_floats * n->c->batch), .common = array(p->common_floats), .gradient = array(p->trained_floats),
                    .state = array(p->state_floats), .output = output, .input = n->input};
    const char *lost;
    void *block = weights_pack(p, n->weights, 2, &a.weights, &failure);
    cr_assert(block, "%s", failure.text);
    memset(a.gradient, 0, (size_t)p->trained_floats * sizeof(float));
    for (int i = 0; i < 2; i++)         /* the second does not see the first's gradients */
        model->step(model->handle, &a, threads, NULL);
    Net out = *n;
    out.w = dw;
    out.b = db;
    cr_assert(unpack(p->pack, p->npack, place, &out, a.gradient, 1, &lost));
    for (int64_t i = 0; i < p->trained_floats; i++)
        cr_assert(a.gradient[i] == a.gradient[i] && a.gradient[i] < 1e9f, "gradient %d of no parameter", (int)i);
    free(block);
    free(a.arena);
    free(a.common);
    free(a.gradient);
    free(a.state);
}

static void expect_equal(const char *what, const float *a, const double *b, int64_t count, int number)
{
    for (int64_t i = 0; i < count; i++)
        cr_assert_eq(a[i], (float)b[i], "case %d: %s %d is %g, not %g", number, what, (int)i, a[i], b[i]);
}

static void check_case(const Case *c, int number, const char *target, int threads)
{
    Net n;
    Model model;
    Failure failure;
    const Target *t = target_find(target);
    srand(number + 1);
    build(&n, c, t->machine);
    Expected e = expected(&n);
    float *output = array(c->batch * shape_floats(n.graph->input->shape)), *dw = array(filter_count(c)), *db = array(c->out);
    cr_assert(jit_load(n.program, t, &model, &failure), "%s", failure.text);
    run_net(&n, &model, threads, output, dw, db);
    expect_equal("dx", output, e.dx, c->batch * shape_floats(n.graph->input->shape), number);
    expect_equal("dw", dw, e.dw, filter_count(c), number);
    if (c->bias)
        expect_equal("db", db, e.db, c->out, number);
    model_close(&model);
    context_free(&n.context);
    weights_free(n.weights);
    void *memory[] = {output, dw, db, e.y, e.dx, e.dw, e.db, n.input, n.w, n.b};
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++)
        free(memory[i]);
}

static const Case cases[] = {
    /* in  h   w  out  kernel  stride  pad     dilation g  N  */
    {8, 6, 6, 8, {1, 1}, {1, 1}, {0, 0}, {1, 1}, 1, .batch = 1, .bias = true},
    {16, 6, 7, 24, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 1, .batch = 3, .bias = true},
    {3, 13, 12, 10, {5, 5}, {1, 1}, {2, 2}, {1, 1}, 1, .batch = 2, .bias = true},
    {1, 12, 12, 6, {5, 5}, {1, 1}, {0, 0}, {1, 1}, 1, .batch = 4, .bias = true},
    {3, 17, 19, 16, {7, 7}, {2, 2}, {3, 3}, {1, 1}, 1, .batch = 2},
    {24, 9, 9, 40, {1, 1}, {2, 2}, {0, 0}, {1, 1}, 1, .batch = 2, .bias = true},
    {40, 8, 10, 20, {3, 3}, {2, 2}, {1, 1}, {1, 1}, 1, .batch = 3},
    {26, 8, 9, 26, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 1, .batch = 2},
    {13, 11, 9, 21, {3, 2}, {3, 2}, {1, 0}, {2, 1}, 1, .batch = 2, .bias = true},
    {16, 20, 20, 16, {3, 3}, {2, 2}, {2, 2}, {2, 2}, 1, .batch = 2},
    {32, 7, 7, 32, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 8, .batch = 2},
    {32, 7, 7, 64, {3, 3}, {2, 2}, {1, 1}, {1, 1}, 2, .batch = 2},
    {24, 6, 6, 36, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 4, .batch = 2, .bias = true},
    {18, 6, 6, 9, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 3, .batch = 2},
    {20, 9, 9, 20, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 20, .batch = 3, .bias = true},
    {16, 9, 10, 16, {3, 3}, {2, 2}, {1, 1}, {1, 1}, 16, .batch = 2},
    {9, 9, 10, 9, {5, 5}, {1, 1}, {2, 2}, {1, 1}, 9, .batch = 2},
    {10, 6, 31, 10, {3, 13}, {1, 1}, {1, 6}, {1, 1}, 10, .batch = 2},
    {9, 30, 41, 9, {2, 29}, {2, 1}, {0, 14}, {1, 1}, 9, .batch = 2, .bias = true},
    {8, 3, 50, 8, {1, 15}, {1, 2}, {0, 3}, {1, 3}, 8, .batch = 2},
    {8, 40, 5, 8, {31, 1}, {1, 1}, {15, 0}, {1, 1}, 8, .batch = 2},
    {30, 6, 6, 28, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 1, .batch = 2, .cut = 11},
    {30, 6, 6, 30, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 6, .batch = 2, .cut = 13},
    {64, 10, 10, 100, {1, 1}, {1, 1}, {0, 0}, {1, 1}, 1, .batch = 5},
    {200, 3, 3, 130, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 1, .batch = 2},
    {16, 40, 40, 16, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 1, .batch = 2},
    {16, 5, 61, 12, {2, 5}, {1, 2}, {0, 3}, {1, 3}, 1, .batch = 2, .bias = true, .summed = true},
    {24, 6, 6, 24, {1, 1}, {1, 1}, {1, 1}, {1, 1}, 1, .batch = 2},
    {154, 5, 5, 130, {1, 1}, {1, 1}, {0, 0}, {1, 1}, 1, .batch = 2, .bias = true},
    {332, 6, 6, 77, {1, 1}, {2, 2}, {0, 0}, {1, 1}, 1, .batch = 2, .bias = true},
    {68, 5, 5, 332, {2, 2}, {1, 1}, {1, 1}, {1, 1}, 1, .batch = 2, .summed = true},
    {12, 8, 8, 16, {3, 3}, {2, 2}, {1, 1}, {1, 1}, 1, .batch = 2, .summed = true},
    {16, 8, 8, 16, {1, 1}, {1, 1}, {0, 0}, {1, 1}, 1, .batch = 2, .summed = true},
    {16, 8, 8, 16, {2, 2}, {3, 3}, {0, 0}, {1, 1}, 1, .batch = 2},
    {3, 41, 39, 16, {7, 7}, {2, 2}, {3, 3}, {1, 1}, 1, .batch = 6},
    {32, 24, 24, 32, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 8, .batch = 4},
    {40, 9, 12, 256, {1, 1}, {2, 2}, {0, 0}, {1, 1}, 1, .batch = 3},
    {40, 9, 12, 240, {1, 1}, {2, 2}, {0, 0}, {1, 1}, 1, .batch = 3},
    {24, 11, 13, 264, {1, 1}, {2, 3}, {0, 0}, {1, 1}, 1, .batch = 2, .bias = true, .summed = true},
    {30, 8, 8, 256, {1, 1}, {2, 2}, {0, 0}, {1, 1}, 1, .batch = 2, .cut = 11},
    /* groups of 2, 4 and 8: blocks odd in number, or not full; parities without taps, unlike in size; columns held and not */
    {24, 9, 11, 24, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 6, .batch = 3},
    {12, 7, 6, 12, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 3, .batch = 2, .bias = true},
    {16, 10, 9, 16, {3, 3}, {2, 2}, {1, 1}, {1, 1}, 2, .batch = 2, .summed = true},
    {16, 9, 10, 16, {3, 3}, {2, 2}, {1, 1}, {1, 1}, 4, .batch = 2, .bias = true},
    {32, 11, 10, 32, {5, 5}, {1, 1}, {2, 2}, {1, 1}, 8, .batch = 2},
    {8, 9, 13, 8, {2, 7}, {1, 3}, {0, 3}, {2, 1}, 4, .batch = 2},
    {16, 9, 9, 16, {1, 1}, {2, 2}, {0, 0}, {1, 1}, 4, .batch = 2, .summed = true},
    {16, 12, 13, 16, {3, 3}, {1, 1}, {2, 2}, {2, 2}, 2, .batch = 2},
    {18, 10, 10, 18, {3, 3}, {2, 1}, {1, 1}, {1, 1}, 9, .batch = 2},
    {128, 18, 20, 128, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 32, .batch = 2},
    {160, 5, 4, 160, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 20, .batch = 3, .bias = true},
    /* groups of whole blocks, odd in number or not */
    {32, 9, 10, 32, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 2, .batch = 2, .bias = true},
    {64, 7, 9, 64, {3, 3}, {2, 2}, {1, 1}, {1, 1}, 2, .batch = 3, .summed = true},
    {48, 10, 8, 48, {3, 5}, {1, 2}, {1, 2}, {1, 1}, 2, .batch = 2},
    {32, 11, 12, 32, {3, 3}, {2, 2}, {2, 2}, {2, 2}, 2, .batch = 2},
    {160, 14, 14, 160, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 10, .batch = 2},
    {128, 3, 3, 256, {1, 1}, {1, 1}, {0, 0}, {1, 1}, 1, .batch = 2},
    /* bands of the gradient's pixels: by rows within chunks, by images, by both; of a gradient with a border; panels that share tasks */
    {72, 20, 14, 192, {1, 1}, {1, 1}, {0, 0}, {1, 1}, 1, .batch = 3},
    {264, 5, 5, 264, {1, 1}, {1, 1}, {0, 0}, {1, 1}, 1, .batch = 12},
    {264, 12, 12, 260, {1, 1}, {1, 1}, {0, 0}, {1, 1}, 1, .batch = 2},
    {72, 14, 14, 72, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 1, .batch = 3},
    {48, 15, 14, 128, {3, 3}, {2, 2}, {1, 1}, {1, 1}, 1, .batch = 2},
    {10, 1, 1, 7, .groups = 1, .batch = 5, .bias = true, .linear = true},
    {100, 1, 1, 50, .groups = 1, .batch = 33, .bias = true, .linear = true},
    {16, 5, 5, 30, .groups = 1, .batch = 9, .bias = true, .linear = true},
    {11, 3, 4, 21, .groups = 1, .batch = 2, .linear = true},
    {76, 2, 3, 300, .groups = 1, .batch = 9, .bias = true, .linear = true},
};

enum { NCASE = sizeof cases / sizeof *cases };

static void complete(Case *c)
{
    for (int i = 0; i < 2; i++) {
        c->kernel[i] += !c->kernel[i];
        c->stride[i] += !c->stride[i];
        c->dilation[i] += !c->dilation[i];
    }
}

static void check_all(const char *target, int threads)
{
    for (int i = 0; i < NCASE; i++) {
        Case c = cases[i];
        complete(&c);
        check_case(&c, i, target, threads);
    }
}

Test(conv_backward, avx2)       { check_all("avx2", 1); }
Test(conv_backward, portable)   { check_all("c", 2); }
Test(conv_backward, threads)    { check_all("avx2", 3); }
Test(conv_backward, avx512)     { check_all("avx512", 1); }

/* ---- rounding --------------------------------------------------------------------------------------------------------- */

/* Sums of 2304 to 4608 terms each way; groups. */
static const Case rough[] = {
    {256, 5, 5, 300, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 1, .batch = 2, .bias = true},
    {260, 7, 7, 256, {3, 3}, {2, 2}, {1, 1}, {1, 1}, 1, .batch = 2},
    {2304, 3, 3, 2304, {1, 1}, {1, 1}, {0, 0}, {1, 1}, 1, .batch = 1},
    {256, 3, 3, 2304, .groups = 1, .batch = 4, .bias = true, .linear = true},
    {32, 30, 31, 32, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 8, .batch = 2},
    {144, 13, 12, 144, {3, 3}, {2, 2}, {1, 1}, {1, 1}, 18, .batch = 4},
    {64, 15, 14, 64, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 2, .batch = 4},
};

static double root_mean_square(const double *value, const float *from, int64_t count)
{
    double squares = 0;
    for (int64_t i = 0; i < count; i++) {
        double d = value[i] - (from ? from[i] : 0);
        squares += d * d;
    }
    return sqrt(squares / (double)count);
}

/* dx and dw by one target and so many threads; returns the relative error of one of them. */
static double round_case(const Case *c, int number, const Target *t, int threads, float *output, float *dw)
{
    Net n;
    Model model;
    Failure failure;
    srand(number + 1);
    build(&n, c, t->machine);
    Expected e = expected(&n);
    int64_t count = c->batch * shape_floats(n.graph->input->shape);
    float *db = array(c->out);
    cr_assert(jit_load(n.program, t, &model, &failure), "%s", failure.text);
    run_net(&n, &model, threads, output, dw, db);
    double error = c->winograd ? root_mean_square(e.dw, dw, filter_count(c)) / root_mean_square(e.dw, NULL, filter_count(c))
                               : root_mean_square(e.dx, output, count) / root_mean_square(e.dx, NULL, count);
    model_close(&model);
    context_free(&n.context);
    weights_free(n.weights);
    void *memory[] = {db, e.y, e.dx, e.dw, e.db, n.input, n.w, n.b};
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++)
        free(memory[i]);
    return error;
}

/* On all targets the error is small, and the bits are the same, of dw for any threads too. */
static void check_rough(const Case *c, int number, double most)
{
    int64_t count = (int64_t)c->batch * c->in * c->height * c->width, filters = filter_count(c);
    float *first = array(count), *other = array(count), *first_dw = array(filters), *other_dw = array(filters);
    bool alone = true;
    for (int t = 0; targets[t]; t++) {
        if (!target_runs_here(targets[t]))
            continue;
        double error = round_case(c, number, targets[t], t + 1, alone ? first : other, alone ? first_dw : other_dw);
        cr_expect_lt(error, most, "case %d on %s: a relative error of %g", number, targets[t]->name, error);
        cr_expect(alone || c->winograd || !memcmp(first, other, (size_t)count * sizeof *first),
                  "case %d: dx has other bits on %s", number, targets[t]->name);
        cr_expect(alone || !memcmp(first_dw, other_dw, (size_t)filters * sizeof *first_dw),
                  "case %d: dw has other bits on %s", number, targets[t]->name);
        alone = false;
    }
    free(first);
    free(other);
    free(first_dw);
    free(other_dw);
}

Test(conv_backward, long_sums_round_little_and_alike_everywhere)
{
    for (size_t i = 0; i < sizeof rough / sizeof *rough; i++) {
        Case c = rough[i];
        complete(&c);
        c.rough = true;
        check_rough(&c, (int)i, 4e-7);
    }
}

/* Whole tiles and cut ones, a border or none, bands of rows and of images, chunks, two panels, registers that are half full. */
static const Case transformed[] = {
    {16, 8, 8, 16, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 1, .batch = 2},
    {24, 12, 16, 40, {3, 3}, {1, 1}, {0, 1}, {1, 1}, 1, .batch = 3},
    {64, 7, 7, 72, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 1, .batch = 6},
    {16, 14, 13, 136, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 1, .batch = 4},
    {40, 3, 5, 32, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 1, .batch = 4},
    {16, 56, 20, 16, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 1, .batch = 4},
    {16, 16, 144, 24, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 1, .batch = 1},
};

Test(conv_backward, winograd)
{
    for (size_t i = 0; i < sizeof transformed / sizeof *transformed; i++) {
        Case c = transformed[i];
        complete(&c);
        c.rough = c.winograd = true;
        check_rough(&c, (int)i, 2e-6);
    }
}
