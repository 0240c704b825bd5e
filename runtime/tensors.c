/* tensors.c - lists of named tensors. */
#include "train_engine.h"

#include <stdlib.h>

void tensors_free(TensorData *tensors, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free((void *)tensors[i].name);
        free((void *)tensors[i].data);
    }
    free(tensors);
}
