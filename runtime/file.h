/* file.h - untrusted files: regular ones only, read(2) instead of mmap (a file that shrinks while it is read is an
 * error here, not a SIGBUS), short reads and interruptions handled. */
#ifndef NNCC_FILE_H
#define NNCC_FILE_H

#include <time.h>

#include "weights.h"

typedef struct {
    const char *path;                   /* the caller's; for messages */
    int descriptor;
    uint64_t size;                      /* bytes when it was opened */
    struct timespec changed;            /* when its contents had changed last, then */
} File;

bool file_open(const char *path, File *, Failure *);
bool file_read(const File *, uint64_t at, void *out, size_t size, Failure *);
/* Has it its size and its time of change still? */
bool file_unchanged(const File *);
void file_close(File *);
/* All of a file of at most `limit` bytes, to be freed by the caller; NULL on failure. */
uint8_t *file_contents(const char *path, size_t limit, size_t *size, Failure *);

#endif
