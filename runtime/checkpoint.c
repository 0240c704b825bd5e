/* checkpoint.c - see checkpoint.h. The header's "nncc.training" is a JSON object with the position; "nncc.checksum" is XXH3
 * of that text and of every tensor, so that a file that was damaged after it was written is refused. */
#include "checkpoint.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

static const char format[] = "nncc-checkpoint-1";
enum { MAX_EPOCHS = 10000000 };

void progress_free(Progress *progress)
{
    free(progress->run);
    free(progress->epoch);
    *progress = (Progress){ 0 };
}

bool progress_add(Progress *progress, EpochResult result, Failure *failure)
{
    EpochResult *epoch = reallocarray(progress->epoch, (size_t)progress->epochs + 1, sizeof *epoch);
    if (!epoch)
        return failure_set(failure, "out of memory for %" PRId64 " epochs", progress->epochs + 1);
    epoch[progress->epochs++] = result;
    progress->epoch = epoch;
    return true;
}

/* ---- what the values must be ------------------------------------------------------------------------------ */

/* Bytes of a tensor whose size was checked. */
static size_t tensor_bytes(const TensorData *tensor)
{
    size_t bytes = (size_t)dtype_find(tensor->dtype)->bits / 8;
    for (int i = 0; i < tensor->rank; i++)
        bytes *= (size_t)tensor->dim[i];
    return bytes;
}

/* Independent of the tensors' order. */
static uint64_t checksum(const char *position, const TensorData *tensors, size_t count)
{
    uint64_t sum = XXH3_64bits(position, strlen(position));
    for (size_t i = 0; i < count; i++)
        sum += XXH3_64bits_withSeed(tensors[i].data, tensor_bytes(&tensors[i]),
                                    XXH3_64bits(tensors[i].name, strlen(tensors[i].name)));
    return sum;
}

static int compare_tensors(const void *a, const void *b)
{
    return strcmp((*(const TensorData *const *)a)->name, (*(const TensorData *const *)b)->name);
}

static const TensorData **sorted(const TensorData *tensors, size_t count)
{
    const TensorData **list = calloc(count + 1, sizeof *list);
    for (size_t i = 0; list && i < count; i++)
        list[i] = &tensors[i];
    if (list)
        qsort(list, count, sizeof *list, compare_tensors);
    return list;
}

static bool same_kind(const TensorData *a, const TensorData *b)
{
    return a->rank == b->rank && !memcmp(a->dim, b->dim, (size_t)a->rank * sizeof *a->dim) && !strcmp(a->dtype, b->dtype);
}

static bool match_sorted(const TensorData **expected, size_t nexpected, const TensorData **got, size_t ngot, Failure *failure)
{
    Printable shown;
    for (size_t i = 0; i < nexpected && i < ngot; i++) {
        int order = strcmp(expected[i]->name, got[i]->name);
        if (order)
            return failure_set(failure, order < 0 ? "lacks the tensor '%s'" : "has a tensor '%s' that is not wanted",
                               printable(order < 0 ? expected[i]->name : got[i]->name, &shown));
        if (!same_kind(expected[i], got[i]))
            return failure_set(failure, "tensor '%s' has another shape or type", printable(got[i]->name, &shown));
    }
    if (nexpected != ngot)
        return failure_set(failure, nexpected > ngot ? "lacks the tensor '%s'" : "has a tensor '%s' that is not wanted",
                           printable(nexpected > ngot ? expected[ngot]->name : got[nexpected]->name, &shown));
    return true;
}

bool tensors_match(const TensorData *expected, size_t nexpected, const TensorData *got, size_t ngot, Failure *failure)
{
    const TensorData **a = sorted(expected, nexpected), **b = sorted(got, ngot);
    bool good = a && b ? match_sorted(a, nexpected, b, ngot, failure) : failure_set(failure, "out of memory");
    free(a);
    free(b);
    return good;
}

/* ---- saving ----------------------------------------------------------------------------------------------- */

static json_t *position_json(const Progress *progress)
{
    json_t *epochs = json_array();
    for (int64_t i = 0; i < progress->epochs; i++) {
        const EpochResult *e = &progress->epoch[i];
        json_array_append_new(epochs,
                              json_pack("[f, f, f, f, f]", e->rate, e->loss, e->accuracy, e->val_loss, e->val_accuracy));
    }
    return json_pack("{s:s, s:I, s:I, s:f, s:I, s:f, s:I, s:o}", "run", progress->run, "step", (json_int_t)progress->step,
                     "batch", (json_int_t)progress->batch, "loss_sum", progress->loss_sum, "correct",
                     (json_int_t)progress->correct, "best_accuracy", progress->best_accuracy, "best_epoch",
                     (json_int_t)progress->best_epoch, "epochs", epochs);
}

bool checkpoint_save(const char *path, const Progress *progress, const TensorData *tensors, size_t count, Failure *failure)
{
    json_t *json = position_json(progress);
    char *position = json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL, sum[17] = "";
    json_decref(json);
    if (!position)
        return failure_set(failure, "%s: out of memory, or a loss that is no finite number", path);
    snprintf(sum, sizeof sum, "%016" PRIx64, checksum(position, tensors, count));
    const Metadata metadata[] = { { "format", format }, { "nncc.training", position }, { "nncc.checksum", sum } };
    bool good = safetensors_write_with(path, tensors, count, metadata, 3, failure);
    free(position);
    return good;
}

/* ---- loading ---------------------------------------------------------------------------------------------- */

static bool take_integer(const json_t *json, const char *key, int64_t low, int64_t *value)
{
    const json_t *item = json_object_get(json, key);
    *value = json_integer_value(item);
    return json_is_integer(item) && *value >= low && *value <= INT64_MAX / 2;
}

static bool take_real(const json_t *json, double *value)
{
    *value = json_number_value(json);
    return json_is_number(json) && isfinite(*value);
}

static bool take_epochs(const json_t *list, Progress *progress)
{
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count > MAX_EPOCHS)
        return false;
    progress->epoch = calloc(count + 1, sizeof *progress->epoch);
    if (!progress->epoch)
        return false;
    for (size_t i = 0; i < count; i++) {
        EpochResult *e = &progress->epoch[i];
        double *field[] = { &e->rate, &e->loss, &e->accuracy, &e->val_loss, &e->val_accuracy };
        const json_t *row = json_array_get(list, i);
        for (size_t k = 0; k < 5; k++)
            if (json_array_size(row) != 5 || !take_real(json_array_get(row, k), field[k]))
                return false;
    }
    progress->epochs = (int64_t)count;
    return true;
}

static bool read_position(const char *path, const char *text, Progress *progress, Failure *failure)
{
    json_t *json = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
    const char *run = json_string_value(json_object_get(json, "run"));
    bool good = run && (progress->run = strdup(run)) && take_integer(json, "step", 0, &progress->step)
        && take_integer(json, "batch", 0, &progress->batch) && take_integer(json, "correct", 0, &progress->correct)
        && take_integer(json, "best_epoch", -1, &progress->best_epoch)
        && take_real(json_object_get(json, "loss_sum"), &progress->loss_sum)
        && take_real(json_object_get(json, "best_accuracy"), &progress->best_accuracy)
        && take_epochs(json_object_get(json, "epochs"), progress) && progress->best_epoch < progress->epochs
        && progress->batch <= progress->step;
    json_decref(json);
    return good || failure_set(failure, "%s: no checkpoint of a training run: its header does not tell where it stood", path);
}

static bool read_tensor(const Safetensors *file, const Stored *stored, TensorData *tensor, Failure *failure)
{
    Printable shown;
    uint64_t size = stored->end - stored->begin;
    if (stored->rank > 4 || !stored->dtype->convert)
        return failure_set(failure, "%s: tensor '%s': no parameter has such a shape or type", file->file.path,
                           printable(stored->name, &shown));
    void *data = malloc(size ? size : 1);
    *tensor = (TensorData){ .name = strdup(stored->name), .rank = stored->rank, .dtype = stored->dtype->name, .data = data };
    memcpy(tensor->dim, stored->dim, (size_t)stored->rank * sizeof *tensor->dim);
    if (!tensor->name || !data)
        return failure_set(failure, "%s: out of memory", file->file.path);
    return file_read(&file->file, file->data_at + stored->begin, data, size, failure);
}

static bool read_tensors(const Safetensors *file, TensorData **tensors, size_t *count, Failure *failure)
{
    *count = 0;
    *tensors = calloc(file->count + 1, sizeof **tensors);
    if (!*tensors)
        return failure_set(failure, "%s: out of memory", file->file.path);
    for (size_t i = 0; i < file->count; i++, (*count)++)
        if (!read_tensor(file, &file->tensor[i], &(*tensors)[i], failure)) {
            *count += 1;                /* what of it is there is freed with the rest */
            return false;
        }
    return true;
}

static bool check_sum(const Safetensors *file, const TensorData *tensors, size_t count, Failure *failure)
{
    const char *stored = safetensors_metadata(file, "nncc.checksum");
    char sum[17];
    snprintf(sum, sizeof sum, "%016" PRIx64, checksum(safetensors_metadata(file, "nncc.training"), tensors, count));
    return (stored && !strcmp(stored, sum))
        || failure_set(failure, "%s: damaged: its values do not have the checksum that it states", file->file.path);
}

bool checkpoint_intact(const Safetensors *file, Failure *failure)
{
    const char *stated = safetensors_metadata(file, "format"), *position = safetensors_metadata(file, "nncc.training");
    TensorData *tensors = NULL;
    size_t count = 0;
    if (!stated || strcmp(stated, format))
        return true;
    bool good = position ? read_tensors(file, &tensors, &count, failure) && check_sum(file, tensors, count, failure)
                         : failure_set(failure, "%s: damaged: it does not say where its training run stood", file->file.path);
    tensors_free(tensors, count);
    return good;
}

bool checkpoint_load(const char *path, Progress *progress, TensorData **tensors, size_t *count, Failure *failure)
{
    Safetensors file;
    *progress = (Progress){ 0 };
    *tensors = NULL;
    *count = 0;
    if (!safetensors_open(path, &file, failure))
        return false;
    const char *stated = safetensors_metadata(&file, "format");
    bool good = stated && !strcmp(stated, format)
        ? read_position(path, safetensors_metadata(&file, "nncc.training"), progress, failure)
        : failure_set(failure, "%s: no checkpoint of a training run (%s)", path, format);
    good = good && read_tensors(&file, tensors, count, failure) && check_sum(&file, *tensors, *count, failure);
    safetensors_close(&file);
    if (good)
        return true;
    progress_free(progress);
    tensors_free(*tensors, *count);
    *tensors = NULL;
    *count = 0;
    return false;
}

bool checkpoint_restore(const char *path, TrainEngine *engine, Progress *progress, Failure *failure)
{
    TensorData *tensors, *expected = NULL;
    size_t count, nexpected = 0;
    Failure reason;
    if (!checkpoint_load(path, progress, &tensors, &count, failure))
        return false;
    bool good = engine->read(engine, &expected, &nexpected, failure);
    if (good && !tensors_match(expected, nexpected, tensors, count, &reason))
        good = failure_set(failure, "%s: does not fit this training: %.1800s", path, reason.text);
    good = good && engine->write(engine, tensors, count, failure);
    tensors_free(expected, nexpected);
    tensors_free(tensors, count);
    if (!good)
        progress_free(progress);
    return good;
}
