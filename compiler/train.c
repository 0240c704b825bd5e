/* train.c - what is common to all who train: options, checks, and which engine computes the steps. */
#include "train.h"

#include <string.h>

Optimiser optimiser_default(OptimiserKind kind)
{
    bool adamw = kind == OPTIMISER_adamw;
    return (Optimiser){.kind = kind, .momentum = 0.9, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8,
                       .weight_decay = adamw ? 0.01 : 1e-4, .decay_vectors = true};
}

const char *const *train_globs(Context *context, const char *list, int *count)
{
    const char **item = NULL;
    size_t capacity = 0;
    char *rest = arena_strdup(context, list), *next;
    for (*count = 0; (next = strsep(&rest, ",")); )
        if (*next) {
            item = arena_grow(context, item, (size_t)*count, &capacity, sizeof *item);
            item[(*count)++] = next;
        }
    return item;
}

int64_t train_count(const Graph *graph)
{
    int64_t count = 0;
    for (const Tensor *t = graph->tensors; t; t = t->next)
        count += t->trained ? tensor_elements(t) : 0;
    return count;
}

const Node *train_last_layer(const Graph *graph)
{
    const Node *node = graph->output;
    while (node->nin && !node->weight[W_weight].tensor)
        node = node->in[0];
    return node->nin ? node : graph->output;
}

void train_check_network(Context *context, const Graph *graph)
{
    Shape out = graph->output->shape;
    if (out.height != 1 || out.width != 1)
        fail_at(context, train_last_layer(graph)->loc, "end it by global_avg_pool and linear",
                "a network to be trained must answer with one number for each class; this one gives %s", shape_text(context, out));
}

static const struct {
    const char *backend;
    TrainEngineOpen *open;
} engines[] = {
    {"jit", train_program_open},
    {"aot", train_program_open},
    {"ref", train_reference_open},
};

TrainEngine *train_engine_open_tree(Context *context, const Tree *tree, const Options *options, const TrainOptions *train,
                                    const Weights *weights, Failure *failure)
{
    for (size_t i = 0; i < sizeof engines / sizeof *engines; i++)
        if (!strcmp(train->backend, engines[i].backend))
            return engines[i].open(context, tree, options, train, weights, failure);
    failure_set(failure, "nothing trains by --backend %s", train->backend);
    return NULL;
}

TrainEngine *train_engine_open(Context *context, const char *path, const char *text, const Options *options, const TrainOptions *train,
                               const Weights *weights, Failure *failure)
{
    return train_engine_open_tree(context, compile_parse(context, path, text, options), options, train, weights, failure);
}
