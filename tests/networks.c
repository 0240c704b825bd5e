#include "networks.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "../backends/backend.h"

const char network_pooled[] =
    "name: pooled\n"
    "input: [16, 40, 40]\n"
    "layers:\n"
    "  - conv: {name: conv, out: 128, kernel: 3, pad: 1}\n"
    "  - relu\n"
    "  - max_pool: {kernel: 3, stride: 2}\n"
    "  - global_avg_pool\n"
    "  - flatten\n"
    "  - linear: {name: fc, out: 10}\n";

Attr network_attr(void)
{
    return (Attr){.kernel = {1, 1}, .stride = {1, 1}, .dilation = {1, 1}, .groups = 1, .count_pad = true, .eps = 1e-5,
                  .momentum = 0.1, .affine = true, .slope = 0.01, .p = 0.5};
}

Graph *network_new(Context *context, Shape input)
{
    Graph *graph = graph_new(context, "network");
    graph->path = "network.yaml";
    graph->input = graph_add(graph, OP_input, (Loc){0}, "input", NULL, 0);
    graph->input->shape = input;
    op_info[OP_input].infer(graph, graph->input);
    graph->output = graph->input;
    return graph;
}

static Node *declared(Graph *graph, Node *node)
{
    if (setjmp(graph->context->on_error))
        cr_assert_fail("%s", graph->context->message);
    op_info[node->op].infer(graph, node);
    op_info[node->op].declare(graph, node);
    graph->output = node;
    return node;
}

Node *network_add(Graph *graph, Op op, Attr attr, const char *name, Node *const *in, int nin)
{
    Node *node = graph_add(graph, op, (Loc){0}, name, in, nin);
    node->attr = attr;
    return declared(graph, node);
}

Node *network_then(Graph *graph, Op op, Attr attr)
{
    return network_add(graph, op, attr, NULL, &graph->last, 1);
}

Node *network_branch(Graph *graph, Op op, Attr attr, Node *in, Stack stack)
{
    Node *node = graph_add(graph, op, (Loc){0}, NULL, &in, 1);
    node->attr = attr;
    node->stack = stack;
    return declared(graph, node);
}

void network_finish(Graph *graph, Node *output)
{
    graph->output = network_add(graph, OP_output, network_attr(), "output", &output, 1);
    graph_number(graph);
}

Weights *network_pattern(const Graph *graph, uint64_t seed, double gain)
{
    TensorSpec *spec = calloc((size_t)graph->ntensors + 1, sizeof *spec);
    size_t count = 0;
    for (const Tensor *t = graph->tensors; t; t = t->next, count++) {
        spec[count] = (TensorSpec){.name = t->name, .rank = t->rank, .integer = t->integer};
        for (int i = 0; i < t->rank; i++)
            spec[count].dim[i] = t->dim[i];
    }
    Failure failure;
    Weights *weights = weights_pattern(spec, count, seed, gain, &failure);
    free(spec);
    cr_assert(weights, "%s", failure.text);
    return weights;
}

Weights *network_weights(const Graph *graph, uint64_t seed)
{
    return network_pattern(graph, seed, 1);
}

float *network_input(const Graph *graph, int batch, uint64_t seed)
{
    size_t count = (size_t)(batch * shape_floats(graph->input->shape));
    float *input = malloc(count * sizeof *input);
    cr_assert(input);
    pattern_input(input, count, seed);
    return input;
}

double *network_reference(const Graph *graph, const Weights *weights, const float *input, int batch)
{
    Failure failure;
    double *output = malloc((size_t)(batch * shape_floats(node_result(graph->output))) * sizeof *output);
    cr_assert(output);
    cr_assert(reference_run(graph, weights, input, batch, output, &failure), "%s", failure.text);
    return output;
}
