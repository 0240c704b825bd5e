/* run_directory.c - where a run keeps its checkpoints: their names, which are there, and which may go. */
#include "checkpoint.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char prefix[] = "checkpoint-", suffix[] = ".safetensors", best[] = "best.safetensors";

static bool starts_with(const char *text, const char *start)
{
    return !strncmp(text, start, strlen(start));
}

/* The step of a checkpoint's name, or -1; *rest: what follows the name's end. */
static int64_t step_of(const char *name, const char **rest)
{
    char *end;
    if (!starts_with(name, prefix) || name[sizeof prefix - 1] < '0' || name[sizeof prefix - 1] > '9')
        return -1;
    errno = 0;
    long long step = strtoll(name + sizeof prefix - 1, &end, 10);
    if (errno || !starts_with(end, suffix))
        return -1;
    *rest = end + sizeof suffix - 1;
    return step;
}

static bool failed(const RunDirectory *run, Failure *failure)
{
    return failure_set(failure, "%s: %s", run->path, strerror(errno));
}

/* What safetensors_write calls a file that is not yet whole: NAME.tmp.PID.N. The lock says that nobody is at work. */
static bool is_leftover(const char *name)
{
    const char *rest = starts_with(name, best) ? name + sizeof best - 1 : "";
    return (*rest || step_of(name, &rest) >= 0) && starts_with(rest, ".tmp.");
}

static bool remove_leftovers(const RunDirectory *run, Failure *failure)
{
    DIR *directory = opendir(run->path);
    if (!directory)
        return failed(run, failure);
    for (struct dirent *item; (item = readdir(directory));)
        if (is_leftover(item->d_name))
            unlinkat(run->descriptor, item->d_name, 0);
    closedir(directory);
    return true;
}

bool run_directory_open(const char *path, RunDirectory *run, Failure *failure)
{
    *run = (RunDirectory){ .path = strdup(path), .descriptor = -1 };
    if (!run->path)
        return failure_set(failure, "%s: out of memory", path);
    bool good = !mkdir(path, 0777) || errno == EEXIST;
    good = good && (run->descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) >= 0;
    if (!good)
        failed(run, failure);
    else if (flock(run->descriptor, LOCK_EX | LOCK_NB))
        good = errno == EWOULDBLOCK ? failure_set(failure, "%s: another run writes there", path)
                                    : failure_set(failure, "%s: cannot be locked against other runs: %s", path, strerror(errno));
    good = good && remove_leftovers(run, failure);
    if (!good)
        run_directory_close(run);
    return good;
}

void run_directory_close(RunDirectory *run)
{
    if (run->path && run->descriptor >= 0)
        close(run->descriptor);
    free(run->path);
    *run = (RunDirectory){ 0 };
}

char *run_directory_path(const RunDirectory *run, int64_t step)
{
    char *path;
    int length = step < 0 ? asprintf(&path, "%s/%s", run->path, best)
                          : asprintf(&path, "%s/%s%08" PRId64 "%s", run->path, prefix, step, suffix);
    return length < 0 ? NULL : path;
}

static int newest_first(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

bool run_directory_list(const RunDirectory *run, int64_t **steps, size_t *count, Failure *failure)
{
    DIR *directory = opendir(run->path);
    size_t capacity = 0;
    bool good = true;
    *steps = NULL;
    *count = 0;
    if (!directory)
        return failed(run, failure);
    for (struct dirent *item; good && (item = readdir(directory));) {
        const char *rest = "";
        int64_t step = step_of(item->d_name, &rest);
        if (step < 0 || *rest)
            continue;
        if (*count == capacity) {
            int64_t *larger = reallocarray(*steps, capacity = capacity * 2 + 16, sizeof **steps);
            good = larger || failure_set(failure, "%s: out of memory", run->path);
            *steps = larger ? larger : *steps;
        }
        if (good)
            (*steps)[(*count)++] = step;
    }
    closedir(directory);
    if (*count)
        qsort(*steps, *count, sizeof **steps, newest_first);
    return good;
}

bool run_directory_keep(const RunDirectory *run, int newest, Failure *failure)
{
    int64_t *steps;
    size_t count;
    bool good = run_directory_list(run, &steps, &count, failure);
    for (size_t i = (size_t)newest; good && i < count; i++) {
        char *path = run_directory_path(run, steps[i]);
        good = path && (!unlink(path) || errno == ENOENT);
        if (!good)
            failed(run, failure);
        free(path);
    }
    free(steps);
    return good;
}
