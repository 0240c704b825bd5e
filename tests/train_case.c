/* train_case.c - building, running and comparing a case. */
#include "train_case.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../backends/backend.h"
#include "../runtime/pack.h"

int pick(Case *c, int low, int high)
{
    c->seed = c->seed * 1664525u + 1013904223u;
    return low + (int)((c->seed >> 8) % (unsigned)(high - low + 1));
}

/* ---- graphs --------------------------------------------------------------------------------------------------------- */

Attr slice_attr(int begin, int count)
{
    Attr a = network_attr();
    a.begin = begin;
    a.count = count;
    return a;
}

/* The next channels of the input, cut as the case says. */
Node *operand(Case *c)
{
    Node *part[3];
    for (int i = 0, begin = c->taken; i < c->nparts; begin += c->parts[i++])
        part[i] = network_add(c->graph, OP_slice, slice_attr(begin, c->parts[i]), NULL, &c->graph->input, 1);
    c->taken += c->channels;
    return c->nparts == 1 ? part[0] : network_add(c->graph, OP_concat, network_attr(), NULL, part, c->nparts);
}

/* A node that `grad` would make, for a forward node. */
Node *gradient(Case *c, Op op, Attr attr, Node *of, Node *const *in, int nin)
{
    Node *n = graph_add(c->graph, op, (Loc){0}, NULL, in, nin);
    n->attr = attr;
    n->of = of;
    op_info[op].infer(c->graph, n);
    return n;
}

Node *with_result(Case *c, Op op, Attr attr, Shape result, Node *const *in, int nin)
{
    attr.result = result;
    return gradient(c, op, attr, NULL, in, nin);
}

void give(Case *c, Node *n)
{
    c->result[c->nresult++] = n;
}

Node *through(Case *c, Op op, Node *in)
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

void open_case(Case *c, int operands)
{
    static const int odd[] = {1, 3, 5, 8, 11, 16, 20, 24, 33};
    c->batch = c->batch ? c->batch : pick(c, 1, 5);
    c->nparts = c->nparts ? c->nparts : pick(c, 1, 3);
    c->channels = 0;
    for (int i = 0; i < c->nparts; i++)
        c->channels += c->parts[i] = c->parts[i] ? c->parts[i] : odd[pick(c, 0, 8)];
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

float *garbage(int64_t floats)
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
        tensor[t->id] = calloc((size_t)tensor_elements(t), sizeof **tensor);
    return tensor;
}

/* One step of the compiled program; everything that it writes. */
static Numbers run_program(const Case *c, const Program *p, const Model *model, const Weights *weights, const float *input,
                           const float *target, int threads)
{
    Failure failure;
    const char *lost;
    Numbers n = {.output = garbage(output_floats(c)), .value = tensor_arrays(c->graph), .gradient = tensor_arrays(c->graph)};
    StepArrays a = {.arena = garbage(p->arena_floats * c->batch),
                    .common = garbage(p->common_floats),
                    .gradient = garbage(p->trained_floats),
                    .state = garbage(p->state_floats),
                    .output = n.output,
                    .input = input,
                    .target = target};
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
        compare(c, t->name, n->value[t->id], e->step.value[t->id], tensor_elements(t));
        if (t->trained)
            compare(c, arena_printf((Context *)&c->context, "gradient of %s", t->name), n->gradient[t->id], e->step.gradient[t->id],
                    tensor_elements(t));
    }
}

static void expect_bits(const Case *c, const Numbers *a, const Numbers *b, const char *how)
{
    cr_assert_eq(memcmp(a->output, b->output, (size_t)output_floats(c) * sizeof(float)), 0, "%s changes results", how);
    for (const Tensor *t = c->graph->tensors; t; t = t->next) {
        size_t size = (size_t)tensor_elements(t) * sizeof(float);
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
void check_cases(Build *build, Case shape, int count)
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
