/* The emitted file as a product: it compiles without a warning, links beside another, keeps its promises about symbols
 * and memory, and refuses what does not belong to it. */
#include <criterion/criterion.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../backends/backend.h"
#include "../compiler/compiler.h"
#include "process.h"
#include "small.h"

static Context context;
static char *directory;
static float payload[SMALL_WEIGHTS];

static void open_all(void)
{
    context_init(&context);
    directory = temporary_directory();
    small_fill(payload, SMALL_WEIGHTS, 1);
}

static void close_all(void)
{
    remove_directory(directory);
    context_free(&context);
}

TestSuite(emit, .init = open_all, .fini = close_all, .timeout = 120);

/* ---- files and compilers ------------------------------------------------------------------------------------------ */

static const char *in_directory(const char *name)
{
    return arena_printf(&context, "%s/%s", directory, name);
}

/* Writes STEM.c, STEM.h and STEM.weights. */
static void emit_files(const Program *p, EmitOptions options, const char *stem)
{
    Text source = text_new(&context), header = text_new(&context);
    Failure failure = {""};
    options.header_name = arena_printf(&context, "%s.h", stem);
    emit_source(&source, p, &options);
    emit_header(&header, p, &options);
    write_file(in_directory(arena_printf(&context, "%s.c", stem)), source.data);
    write_file(in_directory(arena_printf(&context, "%s.h", stem)), header.data);
    const char *weights = in_directory(arena_printf(&context, "%s.weights", stem));
    cr_assert(weights_file_write(weights, p, payload, &failure), "%s", failure.text);
}

/* Runs a command that must succeed and say nothing. Words are split at blanks; # stands for the directory. */
static void run_quietly(const char *command)
{
    const char *argument[40];
    int n = 0;
    char *rest, *words = arena_strdup(&context, command);
    for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        argument[n++] = *word == '#' ? arena_printf(&context, "%s%s", directory, word + 1) : word;
    argument[n] = NULL;
    Result result = run_program(argument);
    cr_assert(result.status == 0 && !*result.err, "%s: status %d\n%s", command, result.status, result.err);
    result_free(&result);
}

#define WARNINGS "-Wall -Wextra -Werror -Wshadow -Wconversion -Wcast-qual -Wstrict-prototypes"

static const char *output_of(const char *program, const char *argument)
{
    Result result = RUN(program, argument);
    cr_assert_eq(result.status, 0, "%s %s: status %d\n%s%s", program, argument, result.status, result.out, result.err);
    const char *text = arena_strdup(&context, result.out);
    result_free(&result);
    return text;
}

/* ---- compilers have nothing to say -------------------------------------------------------------------------------- */

static void compile_everywhere(const char *first, const char *second)
{
    for (int extras = 0; extras < 2; extras++) {
        EmitOptions options = small_options(first, second);
        options.profile = options.with_main = extras;
        options.embed = extras ? payload : NULL;
        emit_files(small_program(&context, "small"), options, "model");
        for (int variant = 0; variant < 4; variant++)
            run_quietly(arena_printf(&context, "%s -std=c11 -O1 -ffp-contract=off " WARNINGS " %s -c -o #/model.o #/model.c",
                                     variant & 1 ? "clang" : "gcc", variant & 2 ? "-fopenmp" : "-g"));
    }
}

Test(emit, intrinsics_compile_without_a_warning)
{
    compile_everywhere("avx2", NULL);
}

Test(emit, portable_c_compiles_without_a_warning)
{
    compile_everywhere("c", NULL);
}

Test(emit, avx512_and_c_compile_without_a_warning)
{
    compile_everywhere("avx512", "c");
}

Test(emit, both_targets_compile_without_a_warning)
{
    compile_everywhere("avx2", "c");
}

/* As a compiler for another processor sees it: only the portable half. */
Test(emit, both_targets_compile_for_other_processors)
{
    static const char guard[] = "defined(__x86_64__)";
    EmitOptions options = small_options("avx2", "c");
    options.header_name = NULL;
    options.profile = options.with_main = true;
    Text source = text_new(&context);
    emit_source(&source, small_program(&context, "small"), &options);
    for (char *found = source.data; (found = strstr(found, guard));)
        memcpy(found, "0                  ", strlen(guard));
    write_file(in_directory("other.c"), source.data);
    run_quietly("gcc -std=c11 -O1 -ffp-contract=off " WARNINGS " -o #/other #/other.c -lm");
    run_quietly("clang -std=c11 -O1 -ffp-contract=off -fopenmp " WARNINGS " -o #/other #/other.c -lm");
    cr_assert_eq(chdir(directory), 0);
    emit_files(small_program(&context, "small"), small_options("c", NULL), "model");
    output_of("./other", "-n1");
}

/* What lowering makes of the specs that ship: no variable, parameter or function that nobody needs. */
static void check_spec(const char *path)
{
    EmitOptions options = small_options("avx2", "c");
    options.header_name = NULL;
    options.profile = options.with_main = true;
    if (setjmp(context.on_error))
        cr_assert_fail("%s", context.message);
    Text source = text_new(&context);
    emit_source(&source, compile(&context, path, NULL, &(Options){.max_batch = 3}), &options);
    write_file(in_directory("spec.c"), source.data);
    run_quietly("gcc -std=c11 -fsyntax-only " WARNINGS " #/spec.c");
}

Test(emit, every_spec_compiles_without_a_warning, .timeout = 300)
{
    glob_t found;
    cr_assert_eq(glob("specs/*.yaml", 0, NULL, &found), 0, "run from the repository's root");
    for (size_t i = 0; i < found.gl_pathc; i++)
        check_spec(found.gl_pathv[i]);
    globfree(&found);
}

Test(emit, the_header_is_c99_and_cxx)
{
    EmitOptions options = small_options("avx2", NULL);
    options.profile = true;
    emit_files(small_program(&context, "small"), options, "model");
    write_file(in_directory("use.c"), "#include \"model.h\"\n#include \"model.h\"\nint use(void);\n"
               "int use(void) { return small_forward(NULL, NULL, NULL, 1, 1, NULL) == SMALL_ERROR_ARGUMENT ? SMALL_STEPS : SMALL_OK; }\n");
    run_quietly("gcc -std=c99 -pedantic " WARNINGS " -c -o #/use.o #/use.c");
    run_quietly("g++ -x c++ -std=c++11 -pedantic -Wall -Wextra -Werror -c -o #/use.o #/use.c");
}

/* Without a header's name the source stands alone. */
Test(emit, a_source_without_a_header_compiles)
{
    EmitOptions options = small_options("avx2", NULL);
    options.header_name = NULL;
    options.with_main = true;
    Text source = text_new(&context);
    emit_source(&source, small_program(&context, "small"), &options);
    write_file(in_directory("alone.c"), source.data);
    run_quietly("gcc -std=c11 -O1 -ffp-contract=off " WARNINGS " -o #/alone #/alone.c");
}

/* ---- it computes, in nobody's way --------------------------------------------------------------------------------- */

/* Runs two models whose prefixes are A and B and prints the bits of both. Memory is exactly as large as promised. */
static const char driver[] =
    "#include \"one.h\"\n"
    "#include \"two.h\"\n"
    "#include <stdio.h>\n"
    "#include <stdlib.h>\n"
    "#include <string.h>\n"
    "static void show(const float *output, int count)\n"
    "{\n"
    "    for (int i = 0; i < count; i++) {\n"
    "        unsigned bits;\n"
    "        memcpy(&bits, &output[i], 4);\n"
    "        printf(\"%08x\\n\", bits);\n"
    "    }\n"
    "}\n"
    "#define RUN(p, P, file) do { \\\n"
    "    const void *map; \\\n"
    "    int status = p##_weights_map(file, &map); \\\n"
    "    if (status) { puts(p##_strerror(status)); return 1; } \\\n"
    "    void *weights = aligned_alloc(64, p##_weights_size()), *arena = aligned_alloc(64, p##_arena_size()); \\\n"
    "    memcpy(weights, map, p##_weights_size()); \\\n"
    "    p##_weights_unmap(map); \\\n"
    "    for (int batch = 1; batch <= P##_MAX_BATCH; batch++) \\\n"
    "        for (int threads = 1; threads < 4; threads++) { \\\n"
    "            float *input = malloc(sizeof *input * P##_INPUT_FLOATS * batch); \\\n"
    "            float *output = malloc(sizeof *output * P##_OUTPUT_FLOATS * batch); \\\n"
    "            memset(arena, 0xff, p##_arena_size()); \\\n"
    "            for (int i = 0; i < batch * P##_INPUT_FLOATS; i++) input[i] = (float)(i % 97) / 48 - 1; \\\n"
    "            status = p##_forward(weights, arena, input, batch, threads, output); \\\n"
    "            if (status) { puts(p##_strerror(status)); return 1; } \\\n"
    "            show(output, batch * P##_OUTPUT_FLOATS); \\\n"
    "            free(input), free(output); \\\n"
    "        } \\\n"
    "    free(weights), free(arena); \\\n"
    "} while (0)\n"
    "int main(int argc, char **argv)\n"
    "{\n"
    "    (void)argc;\n"
    "    if (*argv[1] == '1') RUN(one, ONE, \"one.weights\"); else RUN(two, TWO, \"two.weights\");\n"
    "}\n";

static const char *expected_bits(void)
{
    Text text = text_new(&context);
    float input[SMALL_BATCH * SMALL_FLOATS], output[SMALL_BATCH * SMALL_FLOATS];
    for (int i = 0; i < SMALL_BATCH * SMALL_FLOATS; i++)
        input[i] = (float)(i % 97) / 48 - 1;
    small_expected(payload, input, SMALL_BATCH, output);
    for (int batch = 1; batch <= SMALL_BATCH; batch++)
        for (int threads = 1; threads < 4; threads++)
            for (int i = 0; i < batch * SMALL_FLOATS; i++) {
                uint32_t bits;
                memcpy(&bits, &output[i], sizeof bits);
                text_add(&text, "%08x\n", bits);
            }
    return text.data;
}

static void link_two(const char *compiler)
{
    EmitOptions options = small_options("avx2", NULL);
    options.prefix = "one";
    emit_files(small_program(&context, "small"), options, "one");
    options = small_options("c", NULL);
    options.prefix = "two";
    emit_files(small_program(&context, "small"), options, "two");
    write_file(in_directory("driver.c"), driver);
    run_quietly(arena_printf(&context, "%s -O2 -c -o #/one.o #/one.c", compiler));
    run_quietly(arena_printf(&context, "%s -O2 -c -o #/two.o #/two.c", compiler));
    run_quietly(arena_printf(&context, "%s -o #/driver #/driver.c #/one.o #/two.o -lm", compiler));
    cr_assert_eq(chdir(directory), 0);
    const char *expected = expected_bits();
    cr_expect_str_eq(output_of("./driver", "1"), expected);
    cr_expect_str_eq(output_of("./driver", "2"), expected);
}

Test(emit, two_models_link_into_one_program)
{
    link_two("gcc -std=c11 -ffp-contract=off -fopenmp -Wall -Wextra -Werror");
}

Test(emit, two_models_link_into_one_program_by_clang)
{
    link_two("clang -std=c11 -ffp-contract=off -fopenmp -Wall -Wextra -Werror");
}

/* libgomp keeps its threads until the end, hence without it. */
Test(emit, sanitizers_find_nothing)
{
    link_two("gcc -std=c11 -ffp-contract=off -g -fsanitize=address,undefined -fno-sanitize-recover=all");
}

static bool starts_with(const char *text, const char *start)
{
    return !strncmp(text, start, strlen(start));
}

/* The symbols of an object: its own begin with the prefix, what it asks for is in libc (or OpenMP). */
static void check_symbols(const char *object, const char *prefix)
{
    static const char *const libc[] = {"open", "close", "fstat", "pread", "mmap", "munmap", "memcmp", "memcpy", "memmove", "memset", "fmaf",
        "sqrtf", "clock_gettime", NULL};
    Result result = RUN("nm", "-P", object);
    cr_assert_eq(result.status, 0);
    int defined = 0;
    char *rest;
    for (char *line = strtok_r(result.out, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char name[256], kind;
        cr_assert_eq(sscanf(line, "%255s %c", name, &kind), 2);
        bool known = starts_with(name, "GOMP_") || starts_with(name, "omp_") || starts_with(name, "__kmpc_") || *name == '_';
        for (const char *const *word = libc; *word; word++)
            known |= !strcmp(name, *word);
        bool global = kind != 'U' && kind >= 'A' && kind <= 'Z';
        cr_expect(kind != 'U' || known, "it needs %s", name);
        cr_expect(!global || starts_with(name, prefix), "it defines %s", name);
        defined += global;
        cr_expect(!strchr("bBdDC", kind), "%s is static mutable state", name);
    }
    cr_expect_eq(defined, 11);
    result_free(&result);
}

Test(emit, symbols_are_prefixed_and_nothing_is_mutable)
{
    EmitOptions options = small_options("avx2", "c");
    options.prefix = "some";
    options.profile = true;
    emit_files(small_program(&context, "small"), options, "model");
    for (int clang = 0; clang < 2; clang++) {
        run_quietly(arena_printf(&context,
                                 "%s -std=c11 -O2 -ffp-contract=off -fopenmp -fno-pic -c -o #/model.o #/model.c",
                                 clang ? "clang" : "gcc"));
        check_symbols(in_directory("model.o"), "some_");
    }
}

/* ---- it refuses --------------------------------------------------------------------------------------------------- */

static const char refusals[] =
    "#include \"model.h\"\n"
    "#include <stdio.h>\n"
    "#include <stdlib.h>\n"
    "static float input[SMALL_INPUT_FLOATS * SMALL_MAX_BATCH], output[SMALL_OUTPUT_FLOATS * SMALL_MAX_BATCH];\n"
    "static _Alignas(64) char arena[1 << 16], other[1 << 16];\n"
    "int main(int argc, char **argv)\n"
    "{\n"
    "    const void *w = NULL;\n"
    "    int status = small_weights_map(argv[1], &w);\n"
    "    if (argc < 2 || status) { puts(small_strerror(status)); return 0; }\n"
    "    char *a = arena;\n"
    "#define TRY(...) puts(small_strerror(small_forward(__VA_ARGS__)))\n"
    "    TRY(w, a, input, 1, 1, output);\n"
    "    TRY(w, a, input, SMALL_MAX_BATCH, 1024, output);\n"
    "    TRY(NULL, a, input, 1, 1, output);\n"
    "    TRY(w, NULL, input, 1, 1, output);\n"
    "    TRY(w, a, NULL, 1, 1, output);\n"
    "    TRY(w, a, input, 1, 1, NULL);\n"
    "    TRY(w, a, input, 1, 0, output);\n"
    "    TRY(w, a, input, 1, 1025, output);\n"
    "    TRY(w, a, input, 0, 1, output);\n"
    "    TRY(w, a, input, SMALL_MAX_BATCH + 1, 1, output);\n"
    "    TRY(w, a + 32, input, 1, 1, output);\n"
    "    TRY((const char *)w + 4, a, input, 1, 1, output);\n"
    "    TRY(other, a, input, 1, 1, output);\n"
    "    puts(small_strerror(99));\n"
    "    small_weights_unmap(w);\n"
    "    small_weights_unmap(NULL);\n"
    "    puts(small_strerror(small_weights_map(NULL, &w)));\n"
    "    puts(small_strerror(small_weights_map(argv[1], NULL)));\n"
    "}\n";

#define ARGUMENT "a pointer is NULL, or the number of threads is not in 1..1024\n"
#define BATCH "the batch is empty or larger than the code was compiled for\n"
#define ALIGNMENT "arena and weights must begin at a multiple of 64 bytes\n"

static void build_refusals(void)
{
    emit_files(small_program(&context, "small"), small_options("avx2", NULL), "model");
    write_file(in_directory("main.c"), refusals);
    run_quietly("gcc -std=c11 -O1 -ffp-contract=off -o #/main #/main.c #/model.c");
}

Test(emit, forward_refuses_what_it_cannot_do)
{
    build_refusals();
    cr_expect_str_eq(output_of(in_directory("main"), in_directory("model.weights")),
                     "no error\nno error\n" ARGUMENT ARGUMENT ARGUMENT ARGUMENT ARGUMENT ARGUMENT BATCH BATCH ALIGNMENT ALIGNMENT
                     "these are no weights of nncc\nunknown status\n" ARGUMENT ARGUMENT);
}

/* The weights file with some bytes replaced and another length. */
static const char *changed_weights(const char *name, size_t at, const void *bytes, size_t count, size_t size)
{
    size_t whole;
    char *data = read_file(in_directory("model.weights"), &whole);
    const char *path = in_directory(name);
    data = realloc(data, size > whole ? size : whole);
    if (size > whole)
        memset(data + whole, 0, size - whole);
    memcpy(data + at, bytes, count);
    FILE *file = fopen(path, "wb");
    cr_assert_eq(fwrite(data, 1, size, file), size);
    fclose(file);
    free(data);
    return path;
}

Test(emit, foreign_weights_are_refused)
{
    enum { SIZE = sizeof(Stamp) + sizeof payload };
    const uint16_t version = WEIGHTS_VERSION + 1;
    build_refusals();
    const char *program = in_directory("main");
    cr_expect_str_eq(output_of(program, changed_weights("w", 0, "X", 1, SIZE)), "these are no weights of nncc\n");
    cr_expect_str_eq(output_of(program, changed_weights("w", offsetof(Stamp, version), &version, 2, SIZE)),
                     "the weights are in the format of another version of nncc\n");
    cr_expect_str_eq(output_of(program, changed_weights("w", offsetof(Stamp, model), "?", 1, SIZE)),
                     "the weights belong to another model\n");
    cr_expect_str_eq(output_of(program, changed_weights("w", offsetof(Stamp, layout), "?", 1, SIZE)),
                     "the weights were packed for other code of this model\n");
    cr_expect_str_eq(output_of(program, changed_weights("w", offsetof(Stamp, bytes), "?", 1, SIZE)),
                     "the weights were packed for other code of this model\n");
    cr_expect_str_eq(output_of(program, changed_weights("w", 0, "N", 1, SIZE - 1)), "the weights file is not as long as it says\n");
    cr_expect_str_eq(output_of(program, changed_weights("w", 0, "N", 1, SIZE + 1)), "the weights file is not as long as it says\n");
    cr_expect_str_eq(output_of(program, changed_weights("w", 0, "N", 1, sizeof(Stamp))), "the weights file is not as long as it says\n");
    cr_expect_str_eq(output_of(program, changed_weights("w", 0, "N", 1, sizeof(Stamp) - 1)), "these are no weights of nncc\n");
    cr_expect_str_eq(output_of(program, changed_weights("w", 0, "N", 1, 0)), "these are no weights of nncc\n");
    cr_expect_str_eq(output_of(program, in_directory("absent")), "the weights file cannot be opened or mapped\n");
    cr_expect_str_eq(output_of(program, directory), "these are no weights of nncc\n");
    mkfifo(in_directory("pipe"), 0600);
    cr_expect_str_eq(output_of(program, in_directory("pipe")), "these are no weights of nncc\n");
}

Test(emit, weights_cannot_be_written_where_there_is_no_directory)
{
    Failure failure = {""};
    const char *path = in_directory("absent/model.weights");
    cr_expect_not(weights_file_write(path, small_program(&context, "small"), payload, &failure));
    cr_expect_str_eq(failure.text, arena_printf(&context, "%s: No such file or directory", path));
}

/* ---- the program of --main ---------------------------------------------------------------------------------------- */

static void write_npy(const char *name, const char *header, size_t floats)
{
    FILE *file = fopen(in_directory(name), "wb");
    float value = 0.25f;
    fprintf(file, "%cNUMPY%c%c%c%c%s", 0x93, 1, 0, (int)strlen(header) % 256, (int)strlen(header) / 256, header);
    for (size_t i = 0; i < floats; i++)
        fwrite(&value, sizeof value, 1, file);
    fclose(file);
}

static Result run_main(const char *argument)
{
    cr_assert_eq(chdir(directory), 0);
    return RUN("./program", "-n", "1", argument);
}

static void expect_npy(const char *header, size_t floats, bool good)
{
    write_npy("x.npy", header, floats);
    Result result = run_main("x.npy");
    cr_expect_eq(result.status, !good, "%s, %zu floats: %s", header, floats, result.err);
    cr_expect_eq(strstr(result.err, "no .npy file") == NULL, good);
    result_free(&result);
}

Test(emit, main_reads_images)
{
    EmitOptions options = small_options("avx2", NULL);
    options.with_main = true;
    emit_files(small_program(&context, "small"), options, "model");
    run_quietly("gcc -std=c11 -O1 -ffp-contract=off -o #/program #/model.c");
    expect_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1, 8, 8), }", 128, true);
    expect_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 8, 8), }", 64, true);
    expect_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (6, 1, 8, 8), }", 6 * 64, false);
    expect_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (8, 8, 1), }", 64, false);
    expect_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 8, 8), }", 63, false);
    expect_npy("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1, 8, 8), }", 64, false);
    expect_npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1, 8, 8), }", 64, false);
    expect_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 1, 8, 8), }", 0, false);
    Result result = run_main("absent.npy");
    cr_expect_eq(result.status, 1);
    result_free(&result);
    cr_expect_not_null(strstr(output_of("./program", "-n2"), "batch 1, 1 threads, 2 runs: min "));
    result = RUN("./program", "-w", "absent.weights");
    cr_expect_str_eq(result.err, "absent.weights: the weights file cannot be opened or mapped\n");
    result_free(&result);
    result = RUN("./program", "-b", "6");
    cr_expect_eq(result.status, 2);
    cr_expect(strstr(result.err, "usage: ") && strstr(result.err, "--save-input"), "%s", result.err);
    result_free(&result);
}

Test(emit, embedded_weights_and_profile)
{
    EmitOptions options = small_options("c", NULL);
    options.with_main = options.profile = true;
    options.embed = payload;
    emit_files(small_program(&context, "small"), options, "model");
    run_quietly("gcc -std=c11 -O1 -ffp-contract=off -o #/program #/model.c -lm");
    unlink(in_directory("model.weights"));
    const char *text = output_of(in_directory("program"), "-n1");
    float input[SMALL_FLOATS], output[SMALL_FLOATS], best = -1;
    pattern_input(input, SMALL_FLOATS, 1);
    small_expected(payload, input, 1, output);
    for (int i = 0; i < SMALL_FLOATS; i++)
        best = output[i] > best ? output[i] : best;
    cr_expect_not_null(strstr(text, arena_printf(&context, "  %g\n", (double)best)), "%s lacks %g", text, (double)best);
    cr_expect_not_null(strstr(text, "GFLOP/s"));
    cr_expect_not_null(strstr(text, "   small\n"));
}
