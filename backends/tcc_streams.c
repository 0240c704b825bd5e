/* tcc_streams.c - Debian's libtcc.a reaches for these three variables of libc as only a program may, not a shared object.
 * In libnncc, which contains it, they are variables of its own (see the Makefile). TCC prints nothing there: errors go to
 * the function that backends/jit.c sets. */
#include <stdio.h>
#include <unistd.h>

FILE *tcc_stdout, *tcc_stderr;
char **tcc_environ;

__attribute__((constructor)) static void find_streams(void)
{
    tcc_stdout = stdout;
    tcc_stderr = stderr;
    tcc_environ = environ;
}
