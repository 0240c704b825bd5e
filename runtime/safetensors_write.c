/* safetensors_write.c - writes safetensors files so that a crash at any moment leaves the old file or the new one:
 * temporary file beside the target, fsync, rename, fsync of the directory. */
#include "safetensors.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A tensor and its place in the data. */
typedef struct {
    const TensorData *tensor;
    int bits;                           /* of one element */
    uint64_t begin, end;
} Placed;

static bool failed(Failure *failure, const char *path)
{
    return failure_set(failure, "%s: %s", path, strerror(errno));
}

/* The format's order: wide elements first, so that every tensor is aligned, then by name. */
static int compare_placed(const void *a, const void *b)
{
    const Placed *x = a, *y = b;
    return x->bits != y->bits ? y->bits - x->bits : strcmp(x->tensor->name, y->tensor->name);
}

static bool place_tensors(const TensorData *tensors, size_t count, Placed *placed, Failure *failure)
{
    uint64_t at = 0;
    if (count > MAX_STORED_TENSORS)
        return failure_set(failure, "%zu tensors are more than the limit of %d", count, MAX_STORED_TENSORS);
    for (size_t i = 0; i < count; i++) {
        const Dtype *dtype = dtype_find(tensors[i].dtype);
        if (!*tensors[i].name)
            return failure_set(failure, "a tensor has an empty name");
        if (!dtype || dtype->bits % 8)
            return failure_set(failure, "tensor '%s': cannot write dtype %s", tensors[i].name, tensors[i].dtype);
        placed[i] = (Placed){ .tensor = &tensors[i], .bits = dtype->bits };
    }
    qsort(placed, count, sizeof *placed, compare_placed);
    for (size_t i = 0; i < count; i++) {
        const TensorData *tensor = placed[i].tensor;
        TensorSpec shape = { .rank = tensor->rank, .dim = { tensor->dim[0], tensor->dim[1], tensor->dim[2], tensor->dim[3] } };
        int64_t elements = tensor_floats(&shape), bytes;
        if (i && strcmp(tensor->name, placed[i - 1].tensor->name) == 0)
            return failure_set(failure, "tensor '%s' is there twice", tensor->name);
        if (elements < 0 || __builtin_mul_overflow(elements, (int64_t)placed[i].bits / 8, &bytes))
            return failure_set(failure, "tensor '%s' is too large", tensor->name);
        placed[i].begin = at;
        placed[i].end = at += (uint64_t)bytes;
    }
    return true;
}

static json_t *describe(const Placed *placed)
{
    json_t *shape = json_array();
    for (int i = 0; i < placed->tensor->rank; i++)
        if (json_array_append_new(shape, json_integer(placed->tensor->dim[i])) != 0) {
            json_decref(shape);
            return NULL;
        }
    return json_pack("{s:s, s:o, s:[I, I]}", "dtype", placed->tensor->dtype, "shape", shape, "data_offsets",
                     (json_int_t)placed->begin, (json_int_t)placed->end);
}

/* The JSON header, padded with spaces to a multiple of 8 bytes; NULL when memory runs out or a name is not UTF-8. */
static char *header_text(const Placed *placed, size_t count, const Metadata *metadata, size_t pairs, uint64_t *size)
{
    json_t *header = json_object(), *strings = pairs ? json_object() : NULL;
    char *text, *padded = NULL;
    bool good = header != NULL;
    for (size_t i = 0; good && i < pairs; i++)
        good = json_object_set_new(strings, metadata[i].key, json_string(metadata[i].value)) == 0;
    if (pairs)
        good = good && json_object_set(header, "__metadata__", strings) == 0;
    json_decref(strings);
    for (size_t i = 0; good && i < count; i++)
        good = json_object_set_new(header, placed[i].tensor->name, describe(&placed[i])) == 0;
    text = good ? json_dumps(header, JSON_COMPACT) : NULL;
    json_decref(header);
    if (text) {
        *size = (strlen(text) + 7) / 8 * 8;
        padded = malloc(*size + 1);
        if (padded)
            sprintf(padded, "%-*s", (int)*size, text);
    }
    free(text);
    return padded;
}

static bool write_all(int descriptor, const void *bytes, uint64_t size)
{
    const char *next = bytes;
    while (size > 0) {
        ssize_t put = write(descriptor, next, size);
        if (put < 0 && errno != EINTR)
            return false;
        next += put > 0 ? put : 0;
        size -= put > 0 ? (uint64_t)put : 0;
    }
    return true;
}

static bool write_contents(int descriptor, const char *header, uint64_t size, const Placed *placed, size_t count)
{
    bool good = write_all(descriptor, &size, sizeof size) && write_all(descriptor, header, size);
    for (size_t i = 0; good && i < count; i++)
        good = write_all(descriptor, placed[i].tensor->data, placed[i].end - placed[i].begin);
    return good && fsync(descriptor) == 0;
}

/* Makes the rename itself durable. File systems that cannot sync a directory say EINVAL: nothing more can be done. */
static bool sync_directory(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *directory = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    int descriptor = directory ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    bool good = descriptor >= 0 && (fsync(descriptor) == 0 || errno == EINVAL);
    free(directory);
    if (descriptor >= 0)
        close(descriptor);
    return good;
}

/* A new file beside `path`; *name, its name, is to be freed by the caller. */
static int open_temporary(const char *path, char **name)
{
    int descriptor = -1;
    for (int attempt = 0; attempt < 100 && descriptor < 0; attempt++) {
        if (asprintf(name, "%s.tmp.%ld.%d", path, (long)getpid(), attempt) < 0) {
            *name = NULL;
            return -1;
        }
        descriptor = open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor < 0) {
            int reason = errno;
            free(*name);
            *name = NULL;
            errno = reason;
            if (reason != EEXIST)
                return -1;
        }
    }
    return descriptor;
}

static bool replace_file(const char *path, const char *header, uint64_t size, const Placed *placed, size_t count, Failure *failure)
{
    struct stat status;
    char *temporary;
    int descriptor;
    bool good;
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        return failure_set(failure, "%s: exists and is not a regular file", path);
    descriptor = open_temporary(path, &temporary);
    if (descriptor < 0)
        return failed(failure, path);
    good = write_contents(descriptor, header, size, placed, count);
    good = close(descriptor) == 0 && good;
    good = good && rename(temporary, path) == 0 && sync_directory(path);
    if (!good) {
        failed(failure, path);
        unlink(temporary);
    }
    free(temporary);
    return good;
}

bool safetensors_write(const char *path, const TensorData *tensors, size_t count, Failure *failure)
{
    return safetensors_write_with(path, tensors, count, NULL, 0, failure);
}

bool safetensors_write_with(const char *path, const TensorData *tensors, size_t count, const Metadata *metadata,
                            size_t pairs, Failure *failure)
{
    Placed *placed = calloc(count + 1, sizeof *placed);
    char *header = NULL;
    uint64_t size = 0;
    bool good = false;
    if (!placed)
        failure_set(failure, "%s: out of memory", path);
    else if (place_tensors(tensors, count, placed, failure)) {
        header = header_text(placed, count, metadata, pairs, &size);
        if (header)
            good = replace_file(path, header, size, placed, count, failure);
        else
            failure_set(failure, "%s: out of memory, or a name that is not UTF-8", path);
    }
    free(header);
    free(placed);
    return good;
}
