/* file.c - see file.h. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *file_kind(mode_t mode)
{
    return S_ISDIR(mode) ? "a directory" : S_ISFIFO(mode) ? "a pipe" : S_ISSOCK(mode) ? "a socket" : "a device";
}

bool file_open(const char *path, File *file, Failure *failure)
{
    struct stat status;
    *file = (File){ .path = path, .descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) };    /* a pipe must not block */
    if (file->descriptor < 0)
        return failure_set(failure, "%s: %s", path, strerror(errno));
    if (fstat(file->descriptor, &status) != 0)
        failure_set(failure, "%s: %s", path, strerror(errno));
    else if (!S_ISREG(status.st_mode))
        failure_set(failure, "%s: is %s, not a regular file", path, file_kind(status.st_mode));
    else {
        file->size = (uint64_t)status.st_size;
        file->changed = status.st_mtim;
        return true;
    }
    file_close(file);
    return false;
}

bool file_read(const File *file, uint64_t at, void *out, size_t size, Failure *failure)
{
    char *next = out;
    while (size > 0) {
        ssize_t got = pread(file->descriptor, next, size, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failure_set(failure, "%s: %s", file->path, strerror(errno));
        if (got == 0)
            return failure_set(failure, "%s: ends early: it became shorter while it was read", file->path);
        next += got;
        at += (uint64_t)got;
        size -= (size_t)got;
    }
    return true;
}

bool file_unchanged(const File *file)
{
    struct stat now;
    return fstat(file->descriptor, &now) == 0 && (uint64_t)now.st_size == file->size && now.st_mtim.tv_sec == file->changed.tv_sec
        && now.st_mtim.tv_nsec == file->changed.tv_nsec;
}

void file_close(File *file)
{
    if (file->descriptor >= 0)
        close(file->descriptor);
    file->descriptor = -1;
}

uint8_t *file_contents(const char *path, size_t limit, size_t *size, Failure *failure)
{
    File file;
    uint8_t *contents = NULL;
    if (!file_open(path, &file, failure))
        return NULL;
    if (file.size > limit)
        failure_set(failure, "%s: has %llu bytes, more than the limit of %zu", path, (unsigned long long)file.size, limit);
    else if (!(contents = malloc((size_t)file.size + 1)))
        failure_set(failure, "%s: out of memory for %llu bytes", path, (unsigned long long)file.size);
    else if (!file_read(&file, 0, contents, (size_t)file.size, failure)) {
        free(contents);
        contents = NULL;
    }
    *size = (size_t)file.size;
    file_close(&file);
    return contents;
}
