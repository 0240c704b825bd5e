/* command_file.c - outputs appear whole or not at all: written beside their place, then renamed. What exists and is
 * no regular file (a terminal, a pipe, /dev/null) is written to as it is. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"

bool is_stream(const char *path)
{
    struct stat status;
    return !strcmp(path, "-") || (!stat(path, &status) && !S_ISREG(status.st_mode));
}

/* Returns 0 or an errno; closes the file in any case. */
static int write_and_close(int file, const char *bytes, size_t size)
{
    int problem = 0;
    while (size && !problem) {
        ssize_t written = write(file, bytes, size);
        if (written < 0)
            problem = errno == EINTR ? 0 : errno;
        else
            bytes += written, size -= (size_t)written;
    }
    if (close(file) && !problem)
        problem = errno;
    return problem;
}

static int write_stream(const char *path, const char *bytes, size_t size)
{
    int file = strcmp(path, "-") ? open(path, O_WRONLY | O_CLOEXEC) : dup(STDOUT_FILENO);
    return file < 0 ? errno : write_and_close(file, bytes, size);
}

/* Written beside its place, then renamed. Returns 0 or an errno. */
static int replace_file(const char *path, const char *bytes, size_t size)
{
    char real[PATH_MAX], temporary[PATH_MAX + 8];
    const char *place = realpath(path, real) ? real : path;     /* of a symbolic link, what it points to is replaced */
    if ((size_t)snprintf(temporary, sizeof temporary, "%s.XXXXXX", place) >= sizeof temporary)
        return ENAMETOOLONG;
    int file = mkostemp(temporary, O_CLOEXEC);
    if (file < 0)
        return errno;
    mode_t mask = umask(0);
    umask(mask);
    fchmod(file, 0666 & ~mask);
    int problem = write_and_close(file, bytes, size);
    if (!problem && rename(temporary, place))
        problem = errno;
    if (problem)
        unlink(temporary);
    return problem;
}

bool try_output(const char *path, const char *bytes, size_t size, Failure *failure)
{
    int problem = is_stream(path) ? write_stream(path, bytes, size) : replace_file(path, bytes, size);
    return !problem || failure_set(failure, "cannot write %s: %s", path, strerror(problem));
}

void write_output(Session *session, const char *path, const char *bytes, size_t size)
{
    Failure failure;
    check(session, try_output(path, bytes, size, &failure), &failure);
}

void refuse_overwrite(Session *session, const char *path)
{
    const char *const input[] = {session->arguments->spec, session->arguments->weights};
    struct stat output, other;
    if (stat(path, &output) || !S_ISREG(output.st_mode))
        return;
    for (int i = 0; i < 2; i++)
        if (input[i] && !stat(input[i], &other) && other.st_dev == output.st_dev && other.st_ino == output.st_ino)
            fail(session, "give another name with -o", "%s would overwrite %s, which is read", path, input[i]);
}

const char *replace_extension(Session *session, const char *path, const char *extension)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    bool has_extension = dot && dot > (slash ? slash + 1 : path);
    int stem = (int)(has_extension ? dot - path : (ptrdiff_t)strlen(path));
    return arena_printf(&session->context, "%.*s%s", stem, path, extension);
}

int spawn_and_wait(char *const argv[])
{
    extern char **environ;
    pid_t child;
    int status;
    if (posix_spawnp(&child, argv[0], NULL, NULL, argv, environ))
        return -1;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}
