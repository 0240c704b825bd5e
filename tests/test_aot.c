/* Programs built by the system's compiler: they run, the cache saves the second compilation and is used only where
 * nobody else could have written to it, and every failure says what happened. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../backends/aot.h"
#include "../compiler/compiler.h"
#include "../runtime/pack.h"
#include "process.h"
#include "small.h"

static Context context;
static char *directory;
static Failure failure;

static void open_all(void)
{
    context_init(&context);
    directory = temporary_directory();
    setenv("NNCC_CACHE", directory, 1);
    unsetenv("CC");
}

static void close_all(void)
{
    remove_directory(directory);
    context_free(&context);
}

TestSuite(aot, .init = open_all, .fini = close_all, .timeout = 60);

/* Loads the small program in portable C; returns the seconds of compilation, 0 when it came from the cache. */
static double load(const char *compiler)
{
    Model model;
    cr_assert(aot_load(small_program(&context, "small"), target_find("c"), compiler, false, &model, &failure), "%s", failure.text);
    double seconds = model.compile_seconds;
    model_close(&model);
    cr_assert_null(model.handle);
    return seconds;
}

static void expect_failure(const char *compiler, const char *message)
{
    Model model;
    cr_assert_not(aot_load(small_program(&context, "small"), target_find("c"), compiler, false, &model, &failure));
    cr_expect_not_null(strstr(failure.text, message), "%s", failure.text);
    cr_expect_null(model.handle);
}

/* How many files the cache holds; *name gets the last. */
static int entries(const char **name)
{
    int count = 0;
    DIR *open = opendir(directory);
    for (struct dirent *entry; (entry = readdir(open));)
        if (*entry->d_name != '.') {
            count++;
            *name = arena_printf(&context, "%s/%s", directory, entry->d_name);
        }
    closedir(open);
    return count;
}

/* ---- running ------------------------------------------------------------------------------------------------------ */

static void check_results(const Model *model, const Program *p)
{
    float payload[SMALL_WEIGHTS], input[SMALL_BATCH * SMALL_FLOATS], output[SMALL_BATCH * SMALL_FLOATS], want[SMALL_BATCH * SMALL_FLOATS];
    float *packed;
    void *weights = weights_pack(p, NULL, 1, &packed, &failure), *arena = aligned_alloc(64, model->arena_size);
    small_fill(payload, SMALL_WEIGHTS, 1);
    small_fill(input, SMALL_BATCH * SMALL_FLOATS, 2);
    small_expected(payload, input, SMALL_BATCH, want);
    memcpy(packed, payload, sizeof payload);
    for (int batch = 1; batch <= SMALL_BATCH; batch++)
        for (int threads = 1; threads < 5; threads++) {
            size_t size = (size_t)batch * SMALL_FLOATS * sizeof *output;
            memset(output, 0, sizeof output);
            cr_assert_eq(model->forward(weights, arena, input, batch, threads, output), 0);
            cr_expect_eq(memcmp(output, want, size), 0, "batch %d, %d threads", batch, threads);
        }
    cr_expect_str_eq(model->strerror(model->forward(weights, arena, input, SMALL_BATCH + 1, 1, output)),
                     "the batch is empty or larger than the code was compiled for");
    free(arena);
    free(weights);
}

/* It says so and computes nothing. */
static void check_refusal(const Model *model)
{
    _Alignas(64) float nothing = 0;
    const char *text = model->strerror(model->forward(&nothing, &nothing, &nothing, 1, 1, &nothing));
    cr_expect_eq(strncmp(text, "this processor lacks ", 21), 0, "%s", text);
    cr_expect_eq(nothing, 0);
}

Test(aot, every_target_and_compiler_gives_the_same_bits)
{
    static const char *const compilers[] = {"gcc", "clang"};
    for (const Target *const *target = targets; *target; target++)
        for (int i = 0; i < 2; i++) {
            Model model;
            const Program *p = small_program(&context, "small");
            cr_assert(aot_load(p, *target, compilers[i], false, &model, &failure), "%s", failure.text);
            if (target_runs_here(*target))
                check_results(&model, p);
            else
                check_refusal(&model);
            model_close(&model);
        }
}

Test(aot, profiles_time_every_step)
{
    Model model;
    const Program *p = small_program(&context, "small");
    double seconds[3] = {-1, -1, -1};
    static float input[SMALL_FLOATS], output[SMALL_FLOATS];
    float *packed;
    cr_assert(aot_load(p, target_find("avx2"), NULL, true, &model, &failure), "%s", failure.text);
    void *weights = weights_pack(p, NULL, 1, &packed, &failure), *arena = aligned_alloc(64, model.arena_size);
    for (int threads = 1; threads < 3; threads++) {
        cr_assert_eq(model.profiled(weights, arena, input, 1, threads, output, seconds), 0);
        for (size_t i = 0; i < p->nstep; i++)
            cr_expect(seconds[i] >= 0 && seconds[i] < 30, "step %zu took %g s", i, seconds[i]);
    }
    free(arena);
    free(weights);
    model_close(&model);
}

/* ---- the cache ---------------------------------------------------------------------------------------------------- */

Test(aot, the_second_time_costs_nothing)
{
    const char *name = "";
    struct stat info;
    cr_expect_gt(load("gcc"), 0);
    cr_expect_eq(load("gcc"), 0);
    cr_expect_eq(entries(&name), 1);
    cr_expect_eq(strlen(strrchr(name, '/')), 36, "%s", name);
    cr_assert_eq(stat(name, &info), 0);
    cr_expect_eq(info.st_mode & 0777, 0700);
    cr_expect_gt(load("clang"), 0);
    cr_expect_eq(entries(&name), 2);
}

Test(aot, objects_that_others_could_write_are_not_loaded)
{
    const char *name = "";
    load("gcc");
    entries(&name);
    chmod(name, 0720);
    cr_expect_gt(load("gcc"), 0);
    chmod(name, 0702);
    cr_expect_gt(load("gcc"), 0);
    cr_expect_eq(load("gcc"), 0);
    const char *moved = arena_printf(&context, "%s.moved", name);
    cr_assert_eq(rename(name, moved), 0);
    cr_assert_eq(symlink(moved, name), 0);
    cr_expect_gt(load("gcc"), 0);
}

Test(aot, a_damaged_object_is_built_again)
{
    const char *name = "";
    load("gcc");
    entries(&name);
    write_file(name, "no object");
    chmod(name, 0700);
    cr_expect_gt(load("gcc"), 0);
    cr_expect_eq(load("gcc"), 0);
}

Test(aot, a_cache_that_others_could_write_to_is_not_used)
{
    const char *name = "";
    chmod(directory, 0777);
    cr_expect_gt(load("gcc"), 0);
    cr_expect_gt(load("gcc"), 0);
    cr_expect_eq(entries(&name), 0);
}

Test(aot, the_cache_is_made_where_the_environment_says)
{
    const char *name = "";
    unsetenv("NNCC_CACHE");
    setenv("XDG_CACHE_HOME", directory, 1);
    cr_expect_str_eq(cache_directory(&context), arena_printf(&context, "%s/nncc", directory));
    cr_expect_eq(entries(&name), 1);
    setenv("XDG_CACHE_HOME", "relative", 1);            /* to be ignored, says its specification */
    setenv("HOME", directory, 1);
    cr_expect_str_eq(cache_directory(&context), arena_printf(&context, "%s/.cache/nncc", directory));
    unsetenv("HOME");
    unsetenv("XDG_CACHE_HOME");
    cr_expect_null(cache_directory(&context));
    cr_expect_gt(load("gcc"), 0);                       /* works without */
    setenv("NNCC_CACHE", "/dev/null/nncc", 1);
    cr_expect_null(cache_directory(&context));
}

Test(aot, the_oldest_objects_make_room)
{
    const char *name = "", *kept = NULL;
    const struct timespec old[2] = {{1000, 0}, {1000, 0}};
    for (int i = 0; i < 120; i++) {
        kept = arena_printf(&context, "%s/%032x.so", directory, i);
        write_file(kept, "");
        utimensat(AT_FDCWD, kept, i < 119 ? old : NULL, 0);
    }
    load("gcc");
    cr_expect_eq(entries(&name), 100);
    cr_expect(file_exists(kept));
    cr_expect_eq(load("gcc"), 0);
}

/* What an interrupted compilation leaves goes with the next one, unless it may still be at work. */
Test(aot, abandoned_directories_are_removed)
{
    const struct timespec old[2] = {{1000, 0}, {1000, 0}};
    const char *dead = arena_printf(&context, "%s/nncc-dead00", directory), *alive = arena_printf(&context, "%s/nncc-alive0", directory);
    cr_assert(!mkdir(dead, 0700) && !mkdir(alive, 0700));
    write_file(arena_printf(&context, "%s/model.c", dead), "");
    utimensat(AT_FDCWD, dead, old, 0);
    load("gcc");
    cr_expect_not(file_exists(dead));
    cr_expect(file_exists(alive));
}

/* ---- what goes wrong ---------------------------------------------------------------------------------------------- */

Test(aot, a_compiler_that_is_missing_or_fails_is_named)
{
    expect_failure("no-such-compiler", "there is no compiler called \"no-such-compiler\": install gcc or clang, or set CC");
    expect_failure("", "there is no compiler called \"\"");
    expect_failure("/no/such/compiler", "there is no compiler called \"/no/such/compiler\"");
    expect_failure("gcc -fno-such-flag", "gcc failed:\n");
    expect_failure("gcc -fno-such-flag", "-fno-such-flag");
    expect_failure("false", "false failed:\n");
    setenv("CC", "compiler-from-CC", 1);
    expect_failure(NULL, "there is no compiler called \"compiler-from-CC\"");
    setenv("CC", "gcc -O1", 1);
    cr_expect_gt(load(NULL), 0);
}

/* Words of a command stay words: there is no shell that would read them. */
Test(aot, no_shell_is_started)
{
    cr_assert_eq(chdir(directory), 0);
    expect_failure("gcc ;touch evil", "gcc failed");
    expect_failure("gcc $(touch evil)", "gcc failed");
    cr_expect_not(file_exists("evil"));
}

Test(aot, an_object_that_is_no_model_is_refused)
{
    const char *script = arena_printf(&context, "%s/compiler", directory);
    write_file(script, "#!/bin/sh\nfor last; do case $before in -o) out=$last;; esac; before=$last; done\n"
               "case $1 in --version) echo 1;; *) echo 'int x;' | gcc -x c -shared -fPIC -o \"$out\" -;; esac\n");
    chmod(script, 0700);
    expect_failure(script, "the compiled model lacks model_arena_size");
    write_file(script, "#!/bin/sh\nexit 0\n");
    expect_failure(script, "cannot load the compiled model: ");
}

Test(aot, without_a_place_for_files_it_says_so)
{
    setenv("NNCC_CACHE", "/dev/null", 1);
    setenv("TMPDIR", "/dev/null", 1);
    expect_failure("gcc", "cannot make a directory in /dev/null: Not a directory");
}

Test(aot, a_compiler_that_never_ends_is_stopped)
{
    const char *const argument[] = {"/bin/sleep", "60", NULL};
    cr_expect_not(run_compiler(argument, 1, NULL, &failure));
    cr_expect_str_eq(failure.text, "/bin/sleep did not finish within 1 seconds");
    const char *const absent[] = {"/no/such/program", NULL};
    cr_expect_not(run_compiler(absent, 1, NULL, &failure));
    cr_expect_str_eq(failure.text, "cannot start /no/such/program: No such file or directory");
}

/* Works where the compiler has no OpenMP, and does not keep the object for the day when it has. */
Test(aot, a_compiler_without_openmp_makes_serial_code)
{
    const char *name = "", *script = arena_printf(&context, "%s/compiler", directory);
    write_file(script, "#!/bin/sh\nfor word; do case $word in -fopenmp) echo 'cannot find -lomp'; exit 1;; esac; done\nexec gcc \"$@\"\n");
    chmod(script, 0700);
    cr_expect_gt(load(script), 0);
    cr_expect_gt(load(script), 0);
    cr_expect_eq(entries(&name), 1);
}

/* The kernels of large programs are compiled side by side. This compiler only writes down what it was given. */
Test(aot, a_large_program_is_compiled_in_parts)
{
    Model model;
    const Program *p = compile(&context, "specs/googlenet.yaml", NULL, &(Options){.machine = target_find("avx2")->machine});
    const char *script = arena_printf(&context, "%s/compiler", directory);
    const char *text = "#!/bin/sh\ncase $1 in --version) echo 1; exit;; esac\n"
                       "for last; do case $last in *%s.c) echo not today; exit 1;; *.o) object=$last;; esac; done\n"
                       "case \"$*\" in *' -c -o '*) echo \"$object\" >\"$object\";; *) cat \"${0%%/*}\"/nncc-*/*.o; exit 1;; esac\n";
    write_file(script, arena_printf(&context, text, "none"));
    chmod(script, 0700);
    cr_assert_not(aot_load(p, target_find("avx2"), script, false, &model, &failure));
    for (int i = 0; i < 3; i++)
        cr_expect(strstr(failure.text, (const char *[]){"/model.o\n", "/part_1.o\n", "/part_2.o\n"}[i]), "%s", failure.text);
    write_file(script, arena_printf(&context, text, "part_2"));
    cr_assert_not(aot_load(p, target_find("avx2"), script, false, &model, &failure));
    cr_expect_str_eq(strstr(failure.text, " failed:\n"), " failed:\nnot today\n");
    unlink(script);
    const char *name = "";
    cr_expect_eq(entries(&name), 0, "%s was left", name);
}

/* ---- packed weights ----------------------------------------------------------------------------------------------- */

Test(aot, a_tensor_that_packing_misses_is_named)
{
    Program *p = small_program(&context, "small");
    int channel[8] = {0};
    PackItem item = {.kind = PACK_vector,
                     .vector = VECTOR_weight,
                     .size = 8,
                     .weight = {.name = "layer.weight"},
                     .out = 1,
                     .channel = channel,
                     .nlane = 8};
    float *payload;
    Weights *none = weights_pattern(NULL, 0, 1, 1, &failure);
    p->pack = &item;
    p->npack = 1;
    cr_expect_null(weights_pack(p, none, 1, &payload, &failure));
    cr_expect_str_eq(failure.text, "the weights lack the tensor layer.weight");
    weights_free(none);
}

Test(aot, packed_weights_carry_the_stamp_of_their_program)
{
    Program *p = small_program(&context, "a name that is longer than the thirty-one bytes of a stamp");
    float *payload;
    void *weights = weights_pack(p, NULL, 1, &payload, &failure);
    Stamp stamp = program_stamp(p), other;
    cr_expect_eq(memcmp(weights, &stamp, sizeof stamp), 0);
    cr_expect_eq((char *)payload - (char *)weights, 64);
    cr_expect_eq((uintptr_t)payload % 64, 0);
    cr_expect_str_eq(stamp.magic, "NNCCW");
    cr_expect_eq(stamp.bytes, SMALL_WEIGHTS * 4);
    cr_expect_str_eq(stamp.name, "a name that is longer than the ");
    p->graph->input->shape.height = 16;
    other = program_stamp(p);
    cr_expect_neq(other.model, stamp.model);
    free(weights);
}
