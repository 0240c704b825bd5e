/* checkpoints.c - looks at the directory of a run. */
#include "checkpoints.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "../runtime/checkpoint.h"
#include "process.h"

bool directory_is_sound(const char *run)
{
    RunDirectory open;
    Failure failure;
    int64_t *steps = NULL;
    size_t count = 0, whole = 0;
    if (!file_exists(run))
        return true;
    cr_assert(run_directory_open(run, &open, &failure) && run_directory_list(&open, &steps, &count, &failure), "%s",
              failure.text);
    for (size_t i = 0; i < count; i++) {
        Progress progress;
        TensorData *tensors;
        size_t ntensors;
        char *path = run_directory_path(&open, steps[i]);
        whole += checkpoint_load(path, &progress, &tensors, &ntensors, &failure);
        progress_free(&progress);
        tensors_free(tensors, ntensors);
        free(path);
    }
    free(steps);
    run_directory_close(&open);
    return whole == count;
}
