/* process.h - runs programs as a user does, and keeps what they print. For tests of the command line. */
#ifndef TESTS_PROCESS_H
#define TESTS_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    int status;                         /* exit status; 128 + signal where one ended it; -1: it never started */
    char *out, *err;                    /* what it printed, NUL-terminated; owned */
    size_t out_size;
} Result;

/* Arguments end with NULL. The first is a program on the PATH, or "nncc" for the one beside the test. */
Result run_program(const char *const *argument);
#define RUN(...) run_program((const char *const[]){__VA_ARGS__, NULL})
void result_free(Result *);
const char *beside_test(char *path, size_t size, const char *name);     /* path: that of a program built beside the test */

char *temporary_directory(void);        /* a fresh one, owned; remove with remove_directory */
void remove_directory(char *path);      /* with what is in it; frees path */
char *join(const char *directory, const char *name);   /* owned */
void write_file(const char *path, const char *text);
char *read_file(const char *path, size_t *size);        /* owned; NULL where there is none; size may be NULL */
bool file_exists(const char *path);

#endif
