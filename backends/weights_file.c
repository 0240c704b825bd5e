/* weights_file.c - packed weights in memory and on disk: a stamp that says whose they are, then the payload.
 *
 * Generated code compares the stamp with its own and tells a file of another model from one of another layout. */
#include "backend.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xxhash.h>

#include "../runtime/pack.h"

_Static_assert(sizeof(Stamp) == 64, "the stamp is as long as the payload's alignment");

static void hash_text(XXH3_state_t *state, const char *text)
{
    XXH3_64bits_update(state, text ? text : "", text ? strlen(text) + 1 : 1);
}

static void hash_number(XXH3_state_t *state, int64_t number)
{
    XXH3_64bits_update(state, &number, sizeof number);
}

/* What a network is to its weights: the names and shapes of its tensors, and its input. */
static uint64_t hash_model(const Graph *graph)
{
    XXH3_state_t *state = XXH3_createState();
    if (!state)
        die("hash: out of memory");
    XXH3_64bits_reset(state);
    for (const Tensor *tensor = graph->tensors; tensor; tensor = tensor->next) {
        hash_text(state, tensor->name);
        hash_number(state, tensor->rank);
        for (int i = 0; i < tensor->rank; i++)
            hash_number(state, tensor->dim[i]);
    }
    hash_number(state, graph->input->shape.channels);
    hash_number(state, graph->input->shape.height);
    hash_number(state, graph->input->shape.width);
    uint64_t hash = XXH3_64bits_digest(state);
    XXH3_freeState(state);
    return hash;
}

Stamp program_stamp(const Program *program)
{
    Stamp stamp = {
        .magic = "NNCCW",
        .version = WEIGHTS_VERSION,
        .bytes = (uint64_t)program->weights_floats * sizeof(float),
        .layout = program->stamp,
        .model = hash_model(program->graph),
    };
    snprintf(stamp.name, sizeof stamp.name, "%s", program->graph->name);
    return stamp;
}

static const float *lookup(const void *weights, const char *name, int *rank, int64_t dim[4])
{
    return weights_find(weights, name, rank, dim);
}

double weights_half_error(const Program *program, const Weights *weights)
{
    return pack_half_error(program->pack, program->npack, lookup, weights);
}

void *large_block(size_t size)
{
    enum { LARGE_PAGE = 2 << 20 };
    size_t alignment = size < 2 * LARGE_PAGE ? 64 : LARGE_PAGE;
    void *block = aligned_alloc(alignment, (size + alignment) / alignment * alignment);
    if (block && alignment == LARGE_PAGE)
        madvise(block, size, MADV_HUGEPAGE);        /* a wish: the answer does not matter */
    return block;
}

/* Fresh pages are zero, and need no memory before they are used. */
void *weights_block(size_t size)
{
    char *block = large_block(size);
    size_t page = (size_t)sysconf(_SC_PAGESIZE), fresh = size / page * page;
    if (!block)
        return NULL;
    if ((uintptr_t)block % page || madvise(block, fresh, MADV_DONTNEED))
        fresh = 0;
    memset(block + fresh, 0, size - fresh);
    return block;
}

static void release(const void *weights, const char *name)
{
    weights_release((Weights *)(uintptr_t)weights, name);
}

static void *pack_into_block(const Program *program, const Weights *weights, PackRelease *done, int threads,
                             float **payload, Failure *failure)
{
    const char *missing = NULL;
    Stamp stamp = program_stamp(program);
    size_t size = (sizeof stamp + stamp.bytes + 63) / 64 * 64;
    void *block = weights_block(size);
    if (!block) {
        snprintf(failure->text, sizeof failure->text, "out of memory for %zu bytes of packed weights", size);
        return NULL;
    }
    memcpy(block, &stamp, sizeof stamp);
    *payload = (float *)((char *)block + sizeof stamp);
    if (pack(program->pack, program->npack, lookup, done, weights, *payload, threads, &missing))
        return block;
    snprintf(failure->text, sizeof failure->text, "the weights lack the tensor %s", missing ? missing : "?");
    free(block);
    return NULL;
}

void *weights_pack(const Program *program, const Weights *weights, int threads, float **payload, Failure *failure)
{
    return pack_into_block(program, weights, NULL, threads, payload, failure);
}

void *weights_pack_releasing(const Program *program, Weights *weights, int threads, float **payload, Failure *failure)
{
    return pack_into_block(program, weights, release, threads, payload, failure);
}

static bool write_all(int file, const void *data, size_t size)
{
    for (const char *p = data; size;) {
        ssize_t n = write(file, p, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        p += n;
        size -= (size_t)n;
    }
    return true;
}

/* Under its own name only when complete and on the disk. */
bool weights_file_write(const char *path, const Program *program, const float *payload, Failure *failure)
{
    Stamp stamp = program_stamp(program);
    char *temporary = arena_printf(program->context, "%s.%ld.tmp", path, (long)getpid());
    int file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
    bool good = file >= 0 && write_all(file, &stamp, sizeof stamp) && write_all(file, payload, stamp.bytes) && !fsync(file);
    int error = errno;
    if (file >= 0 && close(file) && good)
        good = false, error = errno;
    if (good && rename(temporary, path))
        good = false, error = errno;
    if (!good) {
        snprintf(failure->text, sizeof failure->text, "%s: %s", path, strerror(error));
        if (file >= 0)
            unlink(temporary);
    }
    return good;
}
