/* targets.c - every target, one line each. A new one is a file with its table of rows, and a line here. */
#include "backend.h"

#include <string.h>

extern const Target target_avx512, target_avx2, target_portable;

const Target *const targets[] = {
    &target_avx512,
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

bool target_runs_here(const Target *target)
{
    return !target->runs_here || target->runs_here();
}

const Target *target_best(void)
{
    const Target *const *target = targets;
    while (!target_runs_here(*target))
        target++;
    return *target;
}
