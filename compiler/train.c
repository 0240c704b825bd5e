/* train.c - which engine computes the training steps. */
#include "train.h"

#include <string.h>

static const struct {
    const char *backend;
    TrainEngineOpen *open;              /* NULL: not in this build */
} engines[] = {
    {"jit", train_jit_open},
    {"aot", NULL},
    {"ref", train_reference_open},
};

TrainEngine *train_engine_open(Context *context, const char *path, const char *text, const Options *options,
                               const TrainOptions *train, const Weights *weights, Failure *failure)
{
    for (size_t i = 0; i < sizeof engines / sizeof *engines; i++)
        if (engines[i].open && !strcmp(train->backend, engines[i].backend))
            return engines[i].open(context, path, text, options, train, weights, failure);
    failure_set(failure, "this build of nncc has no engine that trains by --backend %s", train->backend);
    return NULL;
}
