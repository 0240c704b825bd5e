/* targets.c - every target, one line each. A new one is a file with its table of rows, and a line here. */
#include "backend.h"

#include <string.h>

extern const Target target_avx2, target_portable;

const Target *const targets[] = {
    &target_avx2,
    &target_portable,
    NULL,
};

const Target *target_find(const char *name)
{
    for (const Target *const *target = targets; *target; target++)
        if (!strcmp((*target)->name, name))
            return *target;
    return NULL;
}
