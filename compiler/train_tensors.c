/* train_tensors.c - what the engines of a training step take by name: is it there, and as it must be? */
#include "train.h"

#include <string.h>

const TensorData *train_find(const TensorData *tensors, size_t count, const char *prefix, const char *name)
{
    size_t length = strlen(prefix);
    for (size_t i = 0; i < count; i++)
        if (!strncmp(tensors[i].name, prefix, length) && !strcmp(tensors[i].name + length, name))
            return &tensors[i];
    return NULL;
}

bool train_fits(const Tensor *t, const char *prefix, const char *floats, const TensorData *from, Failure *failure)
{
    const char *dtype = t->integer ? "I64" : floats;
    if (!from)
        return failure_set(failure, "there is no tensor '%s%s'", prefix, t->name);
    if (from->rank != t->rank || memcmp(from->dim, t->dim, (size_t)t->rank * sizeof *t->dim))
        return failure_set(failure, "tensor '%s%s' has another shape", prefix, t->name);
    if (strcmp(from->dtype, dtype))
        return failure_set(failure, "tensor '%s%s' is of type %s, not %s", prefix, t->name, from->dtype, dtype);
    return true;
}
