/* train_case.c - building, running and comparing a case. */
#include "train_case.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "step_run.h"

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

Node *batch_norm(Case *c, const char *name, Attr attr, Node *y)
{
    Node *bn = network_add(c->graph, OP_bn, attr, name, &y, 1);
    Node *stats = graph_insert(c->graph, bn, OP_bn_stats, (Loc){0}, NULL, &y, 1);
    stats->of = bn;
    stats->attr = bn->attr;
    op_info[OP_bn_stats].infer(c->graph, stats);
    bn->op = OP_bn_train;
    bn->in = arena_alloc(&c->context, 2, sizeof *bn->in);
    bn->in[0] = y;
    bn->in[1] = stats;
    bn->nin = 2;
    return bn;
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

/* ---- compiling ----------------------------------------------------------------------------------------------------------- */

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
    void (*const pass[])(Graph *) = {fuse, layout, choose, absorb, tally, plan};
    const char *const name[] = {"fuse", "layout", "choose", "absorb", "tally", "plan"};
    int tallies = 0, norms = 0, left = 0;
    c->graph->machine = machine;
    for (Node *n = c->graph->first; n; n = n->next)
        norms += n->op == OP_bn_train;
    for (int i = 0; i < 6; i++) {
        if (pass[i] == absorb && c->apart)
            continue;
        pass[i](c->graph);
        verify_graph(c->graph, name[i]);
    }
    for (const Node *n = c->graph->first; n; n = n->next) {
        tallies += n->sums != NULL;
        left += n->op == OP_bn_train;
    }
    cr_assert(!c->tallied || tallies, "every batch norm sums up for itself");
    cr_assert(c->apart || norms - left == c->absorbed, "%d of %d batch norms are left to their readers", norms - left, norms);
    Program *p = lower(c->graph);
    verify_program(p);
    depend(p);
    check_pointers(p);
    return p;
}

/* ---- comparing --------------------------------------------------------------------------------------------------------------- */

static void compare(const Case *c, const char *what, const float *got, const double *want, int64_t count)
{
    double largest = 0, rounding = 2e-6 * (c->rounding > 0 ? c->rounding : 1);
    for (int64_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(want[i]));
    for (int64_t i = 0; i < count; i++)
        cr_assert(c->integers ? got[i] == want[i] : fabs(got[i] - want[i]) <= rounding * (largest + fabs(want[i])),
                  "%s %d of %d: %.9g, not %.9g (batch %d, %d x %d x %d)", what, (int)i, (int)count, (double)got[i], want[i], c->batch,
                  c->channels, c->height, c->width);
}

static void compare_distance(const Case *c, const float *got, const double *want, int64_t count)
{
    double error = 0, size = 0;
    for (int64_t i = 0; i < count; i++) {
        error += (got[i] - want[i]) * (got[i] - want[i]);
        size += want[i] * want[i];
    }
    cr_assert(!c->distance || sqrt(error / size) <= c->distance, "results are off by %.3g of their size (%d channels)", sqrt(error / size),
              c->channels);
}

static void compare_all(const Case *c, const Numbers *n, const Expected *e)
{
    compare(c, "result", n->output, e->output, output_floats(c->graph));
    compare_distance(c, n->output, e->output, output_floats(c->graph));
    for (const Tensor *t = c->graph->tensors; t; t = t->next) {
        if (t->integer || !strncmp(t->name, "border", 6))
            continue;
        compare(c, t->name, n->value[t->id], e->step.value[t->id], tensor_elements(t));
        if (t->trained)
            compare(c, arena_printf((Context *)&c->context, "gradient of %s", t->name), n->gradient[t->id], e->step.gradient[t->id],
                    tensor_elements(t));
    }
}

static void same_bits(const Case *c, const Numbers *a, const Numbers *b, const char *how)
{
    cr_assert_eq(memcmp(a->output, b->output, (size_t)output_floats(c->graph) * sizeof(float)), 0, "%s changes results", how);
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

/* The bits do not depend on how many threads there are, nor on the order of steps that need not wait for each other. */
static void check_order(const Ran *r, Program *p, Model *model, const Target *t, const Weights *weights, const float *input,
                        const float *wanted)
{
    Failure failure;
    Model late;
    Numbers other = run_step(p, model, weights, input, wanted, 3);
    same_bits(&r->c, &r->n, &other, "a number of threads");
    step_free(r->c.graph, &other);
    if (!last_first(p))
        return;
    cr_assert(jit_load(p, t, &late, &failure), "%s", failure.text);
    other = run_step(p, &late, weights, input, wanted, 1);
    same_bits(&r->c, &r->n, &other, "an order of steps");
    step_free(r->c.graph, &other);
    model_close(&late);
}

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
    Expected e = expect_step(c->graph, weights, input, wanted);
    Program *p = compile_case(c, t->machine);
    cr_assert(jit_load(p, t, &model, &failure), "%s", failure.text);
    r->n = run_step(p, &model, weights, input, wanted, 1);
    compare_all(c, &r->n, &e);
    check_order(r, p, &model, t, weights, input, wanted);
    expected_free(c->graph, &e);
    free(input);
    free(wanted);
    weights_free(weights);
    model_close(&model);
    return r;
}

static void ran_free(Ran *r)
{
    step_free(r->c.graph, &r->n);
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
            same_bits(&first->c, &first->n, &other->n, others[i]);
            ran_free(other);
        }
        if (shape.absorbed) {
            Case apart = shape;
            apart.apart = true;
            Ran *other = run_target(&apart, build, seed * 7919, "avx2");
            same_bits(&first->c, &first->n, &other->n, "who normalises");
            ran_free(other);
        }
        ran_free(first);
    }
}
