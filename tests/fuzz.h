/* fuzz.h - a fuzzer's bytes as a file: in memory, under a name that open() understands. */
#ifndef NNCC_FUZZ_H
#define NNCC_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* path gets the name; the caller closes the descriptor. */
static inline int fuzz_file(const uint8_t *bytes, size_t size, char path[64])
{
    int descriptor = memfd_create("fuzz", 0);
    if (descriptor < 0 || write(descriptor, bytes, size) != (ssize_t)size)
        abort();
    snprintf(path, 64, "/proc/self/fd/%d", descriptor);
    return descriptor;
}

#endif
