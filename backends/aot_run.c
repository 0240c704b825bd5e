/* aot_run.c - finding the system's compiler and running it: an argument vector, no shell, a time limit. */
#include "aot.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* The full path of a program, found as execvp would find it; NULL: there is none. */
static const char *resolve(Context *context, const char *program)
{
    const char *path = getenv("PATH");
    char *full;
    if (strchr(program, '/')) {
        full = realpath(program, NULL);
        const char *copy = full && !access(full, X_OK) ? arena_strdup(context, full) : NULL;
        free(full);
        return copy;
    }
    for (path = path ? path : "/usr/local/bin:/usr/bin:/bin"; *path; path += *path == ':') {
        int size = (int)strcspn(path, ":");
        full = arena_printf(context, "%.*s/%s", size, path, program);
        if (*full == '/' && !access(full, X_OK))
            return full;
        path += size;
    }
    return NULL;
}

bool find_compiler(const char *command, Context *context, Compiler *compiler, Failure *failure)
{
    const char *chosen = getenv("CC");
    int n = 0;
    if (!command)
        command = chosen && *chosen ? chosen : "cc";
    char *rest, *words = arena_strdup(context, command);
    for (char *word = strtok_r(words, " \t", &rest); word && n < MAX_WORDS; word = strtok_r(NULL, " \t", &rest))
        compiler->word[n++] = word;
    compiler->word[n] = NULL;
    if (n && (compiler->word[0] = resolve(context, compiler->word[0])))
        return true;
    snprintf(failure->text, sizeof failure->text, "there is no compiler called \"%s\": install gcc or clang, or set CC", command);
    return false;
}

/* ---- a child process ------------------------------------------------------------------------------------------- */

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Starts it in a process group of its own, with nothing to read and one pipe for all it has to say. */
static int start(const char *const *argument, int pipe_end, pid_t *child)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&actions);
    if (error)
        return error;
    if ((error = posix_spawnattr_init(&attributes)) == 0) {
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions, pipe_end, 1);
        posix_spawn_file_actions_adddup2(&actions, pipe_end, 2);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
        error = posix_spawn(child, argument[0], &actions, &attributes, (char *const *)argument, environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* Reads until every writer is gone or the time is up; false then. What does not fit is read and forgotten. */
static bool listen_to(int pipe_end, int seconds, char *said, size_t room)
{
    const double deadline = seconds_now() + seconds;
    size_t size = 0;
    for (;;) {
        char chunk[4096];
        struct pollfd wait = {.fd = pipe_end, .events = POLLIN};
        double left = deadline - seconds_now();
        int ready = left > 0 ? poll(&wait, 1, (int)(left * 1000) + 1) : 0;
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            return false;
        ssize_t n = read(pipe_end, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return true;
        size_t take = (size_t)n < room - 1 - size ? (size_t)n : room - 1 - size;
        memcpy(said + size, chunk, take);
        said[size += take] = '\0';
    }
}

static int wait_for(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return status;
}

bool run_compiler(const char *const *argument, int seconds, Text *output, Failure *failure)
{
    int ends[2];
    pid_t child;
    char said[sizeof failure->text - 256] = "";
    if (pipe2(ends, O_CLOEXEC)) {
        snprintf(failure->text, sizeof failure->text, "cannot start %s: %s", argument[0], strerror(errno));
        return false;
    }
    int error = start(argument, ends[1], &child);
    close(ends[1]);
    if (error) {
        close(ends[0]);
        snprintf(failure->text, sizeof failure->text, "cannot start %s: %s", argument[0], strerror(error));
        return false;
    }
    bool in_time = listen_to(ends[0], seconds, said, sizeof said);
    close(ends[0]);
    if (!in_time)
        kill(-child, SIGKILL);
    int status = wait_for(child);
    bool good = in_time && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!in_time)
        snprintf(failure->text, sizeof failure->text, "%.100s did not finish within %d seconds", argument[0], seconds);
    else if (!good)
        snprintf(failure->text, sizeof failure->text, "%.100s failed:\n%s", argument[0], said);
    else if (output)
        text_append(output, said, strlen(said));
    return good;
}

char *compiler_version(const Compiler *compiler, Context *context, Failure *failure)
{
    const char *argument[MAX_WORDS + 2];
    int n = 0;
    for (; compiler->word[n]; n++)
        argument[n] = compiler->word[n];
    argument[n++] = "--version";
    argument[n] = NULL;
    Text text = text_new(context);
    return run_compiler(argument, COMPILE_SECONDS, &text, failure) ? text.data : NULL;
}
