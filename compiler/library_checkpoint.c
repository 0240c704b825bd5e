/* library_checkpoint.c - runtime/nncc.h, its fourth part: a training on disk, in the files that `nncc train` writes. */
#include "library.h"

#include <string.h>

#include "../runtime/checkpoint.h"

static nncc_status save(nncc *net, void *path)
{
    Run *run = &net->run;
    Failure failure = {""};
    TensorData *tensors = NULL;
    size_t count = 0;
    const Progress progress = {.run = "of a program's own, by nncc_train_save", .step = run->step, .best_accuracy = -1, .best_epoch = -1};
    nncc_status status = run->behind ? train_push(net, NULL) : NNCC_OK;
    if (status)
        return status;
    bool read = run->engine->read(run->engine, &tensors, &count, &failure);
    bool saved = read && checkpoint_save(path, &progress, tensors, count, &failure);
    tensors_free(tensors, count);
    return saved ? NNCC_OK : refuse(net, read ? NNCC_ERROR_WEIGHTS : NNCC_ERROR_BACKEND, "%s", failure.text);
}

static nncc_status load(nncc *net, void *path)
{
    Run *run = &net->run;
    Failure failure = {""};
    Progress progress;
    if (!checkpoint_restore(path, run->engine, &progress, &failure))
        return refuse(net, NNCC_ERROR_WEIGHTS, "%s", failure.text);
    run->step = progress.step;
    progress_free(&progress);
    train_forget(run);
    memset(run->written, 0, tensor_count(net) * sizeof *run->written);
    run->behind = run->stepped = false;
    run->ahead = true;
    return NNCC_OK;
}

static nncc_status with_file(nncc *net, const char *path, const char *missing, Work *work)
{
    nncc_status status = begin_with(net, path, missing);
    if (status)
        return status;
    if (!net->run.engine)
        return refuse(net, NNCC_ERROR_ORDER, "no training has begun");
    if (net->run.options.training.optimiser.kind == OPTIMISER_none)
        return refuse(net, NNCC_ERROR_ORDER, "a training with NNCC_GRADIENTS keeps nothing but weights: see nncc_save_weights");
    return attempt(net, &net->run.context, work, (void *)(uintptr_t)path);
}

nncc_status nncc_train_save(nncc *net, const char *path)
{
    return with_file(net, path, "nncc_train_save: no path", save);
}

nncc_status nncc_train_load(nncc *net, const char *path)
{
    return with_file(net, path, "nncc_train_load: no path", load);
}
