/* process.c - runs programs as a user does: posix_spawn with an argument vector, no shell. */
#include "process.h"

#include <fcntl.h>
#include <ftw.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* build/nncc for build/test_cli, build-sanitize/nncc for build-sanitize/test_cli. */
const char *beside_test(char *path, size_t size, const char *name)
{
    ssize_t length = readlink("/proc/self/exe", path, size - 1);
    path[length < 0 ? 0 : length] = '\0';
    char *slash = strrchr(path, '/');
    snprintf(slash ? slash + 1 : path, size - (size_t)(slash ? slash + 1 - path : 0), "%s", name);
    return path;
}

static char *take(int file, size_t *size)
{
    off_t end = lseek(file, 0, SEEK_END);
    char *text = calloc(1, (size_t)end + 1);
    if (pread(file, text, (size_t)end, 0) != (ssize_t)end)
        abort();
    close(file);
    if (size)
        *size = (size_t)end;
    return text;
}

Result run_program(const char *const *argument)
{
    extern char **environ;
    char path[4096];
    pid_t child;
    int status, out = memfd_create("out", MFD_CLOEXEC), err = memfd_create("err", MFD_CLOEXEC);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
    const char *program = strcmp(argument[0], "nncc") ? argument[0] : beside_test(path, sizeof path, "nncc");
    Result result = {.status = -1};
    if (!posix_spawnp(&child, program, &actions, NULL, (char *const *)argument, environ) && waitpid(child, &status, 0) == child)
        result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    posix_spawn_file_actions_destroy(&actions);
    result.out = take(out, &result.out_size);
    result.err = take(err, NULL);
    return result;
}

void result_free(Result *result)
{
    free(result->out);
    free(result->err);
}

char *temporary_directory(void)
{
    char *path = strdup("/tmp/nncc-test-XXXXXX");
    if (!mkdtemp(path))
        abort();
    return path;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status, (void)kind, (void)walk;
    return remove(path);
}

void remove_directory(char *path)
{
    nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(path);
}

char *join(const char *directory, const char *name)
{
    char *path;
    if (asprintf(&path, "%s/%s", directory, name) < 0)
        abort();
    return path;
}

void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    if (!file || fputs(text, file) < 0 || fclose(file))
        abort();
}

char *read_file(const char *path, size_t *size)
{
    int file = open(path, O_RDONLY);
    return file < 0 ? NULL : take(file, size);
}

bool file_exists(const char *path)
{
    return !access(path, F_OK);
}
