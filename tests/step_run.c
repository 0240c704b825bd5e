#include "step_run.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../runtime/pack.h"

enum { SEED_LOW = 12345, SEED_HIGH = 678, STEP = 9 };

int64_t output_floats(const Graph *graph)
{
    return graph->max_batch * shape_floats(node_result(graph->output));
}

/* ---- the interpreter ----------------------------------------------------------------------------------------------------- */

Expected expect_step(const Graph *graph, const Weights *weights, const float *input, const float *target)
{
    return expect_shifted(graph, weights, input, target, NULL, 0, NULL);
}

Expected expect_shifted(const Graph *graph, const Weights *weights, const float *input, const float *target, const ReferenceShift *shift,
                        size_t nshift, double *const *asked)
{
    Failure failure;
    Expected e = {.output = malloc((size_t)output_floats(graph) * sizeof(double)),
                  .step = {.seed = (uint64_t)SEED_HIGH << 32 | SEED_LOW, .step = STEP, .shift = shift, .nshift = nshift}};
    int batch = graph->max_batch, classes = graph->target ? graph->target->shape.channels : 0;
    double *wanted = calloc((size_t)(batch * classes) + 1, sizeof *wanted);
    double **result = calloc((size_t)graph->count, sizeof *result);
    for (int i = 0; asked && i < graph->count; i++)
        result[i] = asked[i];
    for (int i = 0; i < batch * classes; i++)
        wanted[i] = target[i];
    e.step.target = wanted;
    e.step.value = reference_values(graph, weights, &failure);
    e.step.gradient = reference_values(graph, NULL, &failure);
    if (!result[graph->output->id])
        result[graph->output->id] = e.output;
    cr_assert(reference_step(graph, &e.step, input, batch, result, &failure), "%s", failure.text);
    e.step.target = NULL;
    free(wanted);
    free(result);
    return e;
}

void expected_free(const Graph *graph, Expected *e)
{
    reference_values_free(graph, e->step.value);
    reference_values_free(graph, e->step.gradient);
    free(e->output);
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
Numbers run_step(const Program *p, const Model *model, const Weights *weights, const float *input, const float *target, int threads)
{
    const Graph *graph = p->graph;
    Failure failure;
    const char *lost;
    Numbers n = {.output = garbage(output_floats(graph)), .value = tensor_arrays(graph), .gradient = tensor_arrays(graph)};
    StepArrays a = {.arena = garbage(p->arena_floats * graph->max_batch),
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
    cr_assert(unpack(p->pack, p->npack, place, &(Places){graph, n.value}, a.weights, 1, &lost));
    for (size_t i = 0; i < p->npack; i++)
        if (p->pack[i].at < p->trained_floats)
            cr_assert(unpack(&p->pack[i], 1, place, &(Places){graph, n.gradient}, a.gradient, 1, &lost));
    for (int64_t i = 0; i < p->trained_floats; i++)
        cr_assert(a.gradient[i] == a.gradient[i] && fabsf(a.gradient[i]) < 1e9f, "gradient %d is %g", (int)i, a.gradient[i]);
    free(block);
    free(a.arena);
    free(a.common);
    free(a.gradient);
    free(a.state);
    return n;
}

void step_free(const Graph *g, Numbers *n)
{
    for (int i = 0; i < g->ntensors; i++) {
        free(n->value[i]);
        free(n->gradient[i]);
    }
    free(n->value);
    free(n->gradient);
    free(n->output);
}

void expect_bits(const Graph *g, const Numbers *a, const Numbers *b, const char *who, const char *how)
{
    cr_expect_arr_eq(a->output, b->output, (size_t)output_floats(g) * sizeof(float), "%s: %s changes the output", who, how);
    for (const Tensor *t = g->tensors; t; t = t->next) {
        size_t size = (size_t)tensor_elements(t) * sizeof(float);
        cr_expect_arr_eq(a->gradient[t->id], b->gradient[t->id], size, "%s: %s changes the gradient of %s", who, how, t->name);
        cr_expect_arr_eq(a->value[t->id], b->value[t->id], size, "%s: %s changes %s", who, how, t->name);
    }
}

/* Are all steps over that step i must wait for? */
static bool may_begin(const Program *p, const bool *over, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (!over[j] && (i - j > STEPS_BESIDE || !(p->step[i].beside >> (i - j - 1) & 1)))
            return false;
    return true;
}

int last_first(Program *p)
{
    Step *step = arena_alloc(p->context, p->nstep, sizeof *step);
    bool *over = arena_alloc(p->context, p->nstep, sizeof *over);
    int moved = 0;
    for (size_t n = 0; n < p->nstep; n++) {
        size_t i = p->nstep - 1;
        while (over[i] || !may_begin(p, over, i))
            i--;
        over[i] = true;
        moved += i != n;
        step[n] = p->step[i];
    }
    for (size_t n = 0; n < p->nstep; n++)
        step[n].beside = 0;
    p->step = step;
    return moved;
}
