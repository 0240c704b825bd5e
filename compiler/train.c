/* train.c - which engine computes the training steps. */
#include "train.h"

#include <string.h>

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
