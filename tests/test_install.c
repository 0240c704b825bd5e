/* test_install.c - libnncc as `make install` leaves it: programs of others build with it and run, it shows its own names alone,
 * and the README's examples are those programs. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process.h"

TestSuite(install, .timeout = 300);

#if defined __SANITIZE_ADDRESS__
static const char checked[] = "-fsanitize=address,undefined";       /* what the library was built with */
static const char sanitize[] = "SANITIZE=1";
#else
static const char checked[] = "-O1";
static const char sanitize[] = "SANITIZE=";
#endif
#if defined __clang__
static const char compiler[] = "clang";                             /* each has an OpenMP of its own */
#else
static const char compiler[] = "gcc";
#endif

/* The directory of this test: where the libraries are, too. */
static void build_directory(char *path, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", path, size - 1);
    path[length < 0 ? 0 : length] = '\0';
    *strrchr(path, '/') = '\0';
}

static void expect_success(Result result, const char *out)
{
    cr_assert_eq(result.status, 0, "exit %d: %s%s", result.status, result.out, result.err);
    cr_expect(!out || !strcmp(result.out, out), "wanted \"%s\", got \"%s\"", out, result.out);
    result_free(&result);
}

/* Compiles a program with the flags that pkg-config names, and runs it. */
static void build_and_run(const char *source, const char *program, const char *question, const char *answer)
{
    const char *words[64] = {compiler, "-Wall", "-Wextra", "-Werror", "-pthread", checked, "-o", program, source};
    int n = 9;
    Result flags = RUN("pkg-config", "--cflags", "--libs", question, "nncc");
    cr_assert_eq(flags.status, 0, "%s", flags.err);
    for (char *rest, *word = strtok_r(flags.out, " \n", &rest); word && n < 60; word = strtok_r(NULL, " \n", &rest))
        words[n++] = word;
    expect_success(run_program(words), "");
    expect_success(RUN(program), answer);
    result_free(&flags);
}

Test(install, installed_for_others)
{
    static const char example[] = "little: 195 parameters, 0.102781 -0.149817 -0.12188\n";
    static const char trained[] = "loss 0.079 after 60 steps\n16 of 16 right\n";
    char build[4096], *root = temporary_directory(), *program = join(root, "program"), *library = join(root, "usr/lib");
    char *packages = join(library, "pkgconfig"), *shared = join(library, "libnncc.so");
    char directory[4200], destination[4200];
    build_directory(build, sizeof build);
    snprintf(directory, sizeof directory, "BUILD=%s", build);
    snprintf(destination, sizeof destination, "DESTDIR=%s", root);
    expect_success(RUN("make", "-s", "--no-print-directory", "install", directory, destination, "PREFIX=/usr", sanitize), NULL);
    setenv("PKG_CONFIG_PATH", packages, 1);
    setenv("PKG_CONFIG_SYSROOT_DIR", root, 1);
    setenv("PKG_CONFIG_ALLOW_SYSTEM_CFLAGS", "1", 1);
    setenv("PKG_CONFIG_ALLOW_SYSTEM_LIBS", "1", 1);
    setenv("LD_LIBRARY_PATH", library, 1);
    build_and_run("tests/library/example.c", program, "--print-errors", example);
    build_and_run("tests/library/train.c", program, "--print-errors", trained);
    build_and_run("tests/library/threads.c", program, "--print-errors", "fine\n");
    if (!strcmp(checked, "-O1"))        /* sanitizers have a malloc of their own */
        build_and_run("tests/library/memory.c", program, "--print-errors", "fine\n");
    unlink(shared);
    build_and_run("tests/library/example.c", program, "--static", example);
    free(program), free(library), free(packages), free(shared);
    remove_directory(root);
}

Test(install, header_is_plain)
{
    expect_success(RUN("gcc", "-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "runtime/nncc.h"), "");
    expect_success(RUN("g++", "-x", "c++", "-std=c++98", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "runtime/nncc.h"), "");
}

static void expect_in_readme(const char *heading, const char *file)
{
    char *readme = read_file("README.md", NULL), *example = read_file(file, NULL);
    char *section = strstr(readme, heading);
    cr_assert(section && example, "%s, %s", heading, file);
    for (char *rest, *line = strtok_r(example, "\n", &rest); section && line; line = strtok_r(NULL, "\n", &rest)) {
        section = strstr(section, line);
        cr_assert(section, "the README's example lacks \"%s\"", line);
    }
    free(readme);
    free(example);
}

/* The examples that the README shows are those that run here. */
Test(install, readme)
{
    expect_in_readme("## The library", "tests/library/example.c");
    expect_in_readme("### Training, in the library", "tests/library/train.c");
}

/* A name that comes or goes is a change of the interface: seen and meant. */
Test(install, shows_only_its_names)
{
    char build[4096], command[4200];
    build_directory(build, sizeof build);
    snprintf(command, sizeof command, "%s/libnncc.so.0", build);
    char *expected = read_file("tests/library/symbols", NULL);
    Result names = RUN("nm", "-D", "--defined-only", "--format=just-symbols", command);
    cr_expect_str_eq(names.out, expected);
    result_free(&names);
    free(expected);
}
