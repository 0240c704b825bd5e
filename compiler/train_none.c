/* train_none.c - stands in for the engine until there is one: it says so. Weak: the real function replaces it. */
#include "train.h"

__attribute__((weak)) TrainEngine *train_engine_open(Context *context, const char *path, const char *text, const Options *options,
                                                     const TrainOptions *train, const Weights *weights, Failure *failure)
{
    (void)context, (void)path, (void)text, (void)options, (void)train, (void)weights;
    failure_set(failure, "this build of nncc cannot compute training steps");
    return NULL;
}
