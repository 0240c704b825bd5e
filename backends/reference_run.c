/* reference_run.c - the naive interpreter: walks over the nodes of a graph and computes each for the whole batch. A missing
 * family of operations does not link, because the dispatch is a projection of ops.h. */
#include "reference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static Reference *const reference[NOP] = {
#define OP(name, least, most, kind, family, ...) [OP_##name] = reference_##family,
#include "../ir/ops.h"
};

/* ---- values and parameters -------------------------------------------------------------------------------- */

static bool out_of_memory(const Run *run, const Node *node)
{
    return failure_set(run->failure, "out of memory at '%s' (batch %d)", node->name, run->batch);
}

static int64_t elements_of(const Tensor *tensor)
{
    int64_t elements = 1;
    for (int axis = 0; axis < tensor->rank; axis++)
        elements *= tensor->dim[axis];
    return elements;
}

/* The node's slice of a tensor that lies at `data`. */
static Rows rows_of(Weight weight, double *data)
{
    int64_t step[4] = {1};              /* step[a]: elements from one index of axis a to the next */
    for (int rank = weight.tensor->rank, axis = rank - 1; axis >= 0; axis--)
        step[axis] = axis == rank - 1 ? 1 : step[axis + 1] * weight.tensor->dim[axis + 1];
    return (Rows){data + weight.begin * step[weight.axis], step[0]};
}

/* A parameter of floats as doubles, in memory that serves one node after the other. */
static double *convert(Run *run, const Tensor *tensor, int which)
{
    int rank;
    int64_t dim[4], count = elements_of(tensor);
    if (run->capacity[which] < (size_t)count) {
        double *grown = realloc(run->converted[which], (size_t)count * sizeof *grown);
        if (!grown)
            return NULL;
        run->converted[which] = grown;
        run->capacity[which] = (size_t)count;
    }
    const float *data = weights_find(run->weights, tensor->name, &rank, dim);
    for (int64_t i = 0; i < count; i++)
        run->converted[which][i] = data[i];
    return run->converted[which];
}

/* Parameters and running statistics of a node, or of the one it works for, as double rows. */
static bool load_parameters(Run *run, const Node *node)
{
    for (int which = W_weight; which <= W_var; which++) {
        Weight weight = node_owner(node)->weight[which];
        run->parameter[which] = (Rows){0};
        if (!weight.tensor)
            continue;
        double *data = run->step ? run->step->value[weight.tensor->id] : convert(run, weight.tensor, which);
        if (!data)
            return out_of_memory(run, node);
        run->parameter[which] = rows_of(weight, data);
    }
    return true;
}

Rows gradient_rows(const Run *run, const Node *node, int which)
{
    Weight weight = node_owner(node)->weight[which];
    if (!weight.tensor || !run->step->gradient[weight.tensor->id])
        return (Rows){0};
    return rows_of(weight, run->step->gradient[weight.tensor->id]);
}

/* Every parameter is there, in the shape that the graph declares. */
static bool check_weights(const Run *run)
{
    for (const Tensor *t = run->graph->tensors; t; t = t->next) {
        int rank;
        int64_t dim[4];
        if (t->integer)
            continue;
        if (!weights_find(run->weights, t->name, &rank, dim) || rank != t->rank || memcmp(dim, t->dim, rank * sizeof *dim))
            return failure_set(run->failure, "the weights hold no tensor '%s' of the network's shape", t->name);
    }
    return true;
}

/* Counts the readers of every node, so that its value can be freed after the last; returns the most operands. */
static int count_readers(Run *run)
{
    int most = 1, position = 0;
    for (const Node *node = run->graph->first; node; node = node->next) {
        if (node->id != position++)
            die("reference_run: node '%s' has a stale number", node->name);
        for (const Node *part = node; part; part = part->tail) {
            most = part->nin > most ? part->nin : most;
            for (int k = part == node ? 0 : 1; k < part->nin; k++)  /* a tail's in[0] is its predecessor */
                run->unread[part->in[k]->id]++;
        }
    }
    run->unread[run->graph->output->id]++;
    if (run->graph->loss)
        run->unread[run->graph->loss->id]++;
    return most;
}

/* Values that a node makes: of each image, or for all of them. */
static int64_t count_of(const Run *run, const Node *node)
{
    return (op_is_batch(node->op) ? 1 : run->batch) * shape_floats(node->shape);
}

static bool value_new(const Run *run, const Node *node, Value *value)
{
    value->shape = node->shape;
    value->data = calloc((size_t)count_of(run, node), sizeof *value->data);
    return value->data || out_of_memory(run, node);
}

/* Operands from `first` on are graph nodes: gather their values. */
static void gather(Run *run, const Node *node, int first)
{
    for (int k = first; k < node->nin; k++)
        run->operand[k] = run->value[node->in[k]->id];
}

/* Frees the values that nobody reads after this operation. */
static void release(Run *run, const Node *node, int first)
{
    for (int k = first; k < node->nin; k++)
        if (--run->unread[node->in[k]->id] == 0) {
            free(run->value[node->in[k]->id].data);
            run->value[node->in[k]->id].data = NULL;
        }
}

/* One operation: its operands are gathered, from operand `first` on out of the graph. */
static bool run_operation(Run *run, const Node *node, int first, Value *result)
{
    gather(run, node, first);
    if (!load_parameters(run, node) || !value_new(run, node, result))
        return false;
    reference[node->op](run, node, run->operand, *result);
    release(run, node, first);
    return true;
}

/* A value that the node computes, or that its element-wise operation reads: rounding errors are in proportion to these, even
 * where the result is bounded, like relu6's. */
static void note_largest(const Run *run, const Node *node, Value value)
{
    int64_t count = (op_is_batch(node->op) ? 1 : run->batch) * shape_floats(value.shape);
    for (int64_t i = 0; run->largest && i < count; i++)
        run->largest[node->id] = fmax(run->largest[node->id], fabs(value.data[i]));
}

/* The operation, the batch norm folded into it, then its tail. */
static bool run_node(Run *run, const Node *node)
{
    Value *result = &run->value[node->id];
    for (int k = 0; op_is_elementwise(node->op) && k < node->nin; k++)
        note_largest(run, node, run->value[node->in[k]->id]);
    if (!run_operation(run, node, 0, result))
        return false;
    note_largest(run, node, *result);
    if (node->folded) {
        if (!load_parameters(run, node->folded))
            return false;
        reference_bn(run, node->folded, result, *result);
        note_largest(run, node, *result);
    }
    for (const Node *part = node->tail; part; part = part->tail) {
        Value before = *result;
        run->operand[0] = before;
        bool made = run_operation(run, part, 1, result);
        free(before.data);
        if (!made)
            return false;
        note_largest(run, node, *result);
    }
    return true;
}

static void shift_values(const Run *run, const Node *node)
{
    for (size_t i = 0; run->step && i < run->step->nshift; i++)
        if (run->step->shift[i].node == node->id)
            run->value[node->id].data[run->step->shift[i].at] += run->step->shift[i].by;
}

static bool run_nodes(Run *run, double *output)
{
    for (const Node *node = run->graph->first; node; node = node->next) {
        if (!run_node(run, node))
            return false;
        shift_values(run, node);
        if (run->keep && run->keep[node->id])
            memcpy(run->keep[node->id], run->value[node->id].data, count_of(run, node_last((Node *)node)) * sizeof(double));
        if (run->unread[node->id] == 0) {       /* a dead branch, before prune */
            free(run->value[node->id].data);
            run->value[node->id].data = NULL;
        }
    }
    Value result = run->value[run->graph->output->id];
    if (output)
        memcpy(output, result.data, total(run, result) * sizeof *output);
    return true;
}

static bool interpret(Run *run, double *output)
{
    const Graph *graph = run->graph;
    if (!run->step && !check_weights(run))
        return false;
    run->value = calloc(graph->count, sizeof *run->value);
    run->unread = calloc(graph->count, sizeof *run->unread);
    if (run->value && run->unread)
        run->operand = calloc(count_readers(run), sizeof *run->operand);
    bool done = run->operand ? run_nodes(run, output) : out_of_memory(run, graph->input);
    for (int id = 0; run->value && id < graph->count; id++)
        free(run->value[id].data);
    free(run->value);
    free(run->unread);
    free(run->operand);
    for (int which = 0; which < NWEIGHT; which++)
        free(run->converted[which]);
    return done;
}

bool reference_run(const Graph *graph, const Weights *weights, const float *input, int batch, double *output, Failure *failure)
{
    Run run = {.graph = graph, .weights = weights, .input = input, .batch = batch, .failure = failure};
    return interpret(&run, output);
}

bool reference_layers(const Graph *graph, const Weights *weights, const float *input, int batch, double *const *result, double *largest,
                      Failure *failure)
{
    Run run = {.graph = graph, .weights = weights, .input = input, .batch = batch, .keep = result, .largest = largest, .failure = failure};
    return interpret(&run, NULL);
}

/* ---- training steps --------------------------------------------------------------------------------------- */

double **reference_values(const Graph *graph, const Weights *weights, Failure *failure)
{
    Run run = {.graph = graph, .weights = weights, .failure = failure};
    if (weights && !check_weights(&run))
        return NULL;
    double **value = calloc((size_t)graph->ntensors + 1, sizeof *value);
    bool made = value;
    for (const Tensor *t = graph->tensors; made && t; t = t->next) {
        int rank;
        int64_t dim[4], count = elements_of(t);
        const float *from = weights && !t->integer ? weights_find(weights, t->name, &rank, dim) : NULL;
        value[t->id] = calloc((size_t)count, sizeof **value);
        made = value[t->id];
        for (int64_t i = 0; made && from && i < count; i++)
            value[t->id][i] = from[i];
    }
    if (!made) {
        reference_values_free(graph, value);
        failure_set(failure, "out of memory for the network's parameters");
        return NULL;
    }
    return value;
}

void reference_values_free(const Graph *graph, double **value)
{
    for (int id = 0; value && id < graph->ntensors; id++)
        free(value[id]);
    free(value);
}

bool reference_step(const Graph *graph, ReferenceStep *step, const float *input, int batch, double *const *result, Failure *failure)
{
    Run run = {.graph = graph, .input = input, .batch = batch, .keep = result, .step = step, .failure = failure};
    return interpret(&run, NULL);
}
