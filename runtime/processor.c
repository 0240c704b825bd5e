/* processor.c - the processor's name: by CPUID where there is one, else what the system calls the machine. */
#include "processor.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#ifdef __x86_64__
#include <cpuid.h>

static void read_name(char name[PROCESSOR_NAME])
{
    unsigned word[12] = {0};
    for (unsigned i = 0; i < 3; i++)
        __get_cpuid(0x80000002u + i, &word[4 * i], &word[4 * i + 1], &word[4 * i + 2], &word[4 * i + 3]);
    memcpy(name, word, sizeof word);
    name[sizeof word] = '\0';
}
#else
static void read_name(char name[PROCESSOR_NAME])
{
    *name = '\0';
}
#endif

void processor_name(char name[PROCESSOR_NAME])
{
    struct utsname system;
    read_name(name);
    size_t blanks = strspn(name, " "), length = strlen(name + blanks);
    memmove(name, name + blanks, length + 1);
    while (length && name[length - 1] == ' ')
        name[--length] = '\0';
    if (!length)
        snprintf(name, PROCESSOR_NAME, "%.60s", uname(&system) ? "unknown" : system.machine);
}
