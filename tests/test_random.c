/* Random networks: what the passes and the targets make of them computes what the reference computes.
 * NNCC_TEST_SEED=N runs seed N alone; NNCC_TEST_LONG=1 runs many more. */
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../backends/backend.h"
#include "networks.h"
#include "process.h"
#include "spec_random.h"

extern char **environ;

/* Graphs for the passes; for a target: compiled in chunks, each one shared object. */
enum { GRAPHS = 300, CHUNK = 25, CHUNKS = 2, CHUNKS_LONG = 100, STEMS = 10, BATCH = 3 };

static const char *text_of(const Graph *graph)
{
    Text text = text_new(graph->context);
    print_graph(&text, graph);
    return text.data;
}

/* Largest difference, relative to the largest value; INFINITY where one is not finite. */
static double distance(const double *got, const double *want, int64_t count)
{
    double difference = 0, largest = 0;
    for (int64_t i = 0; i < count; i++) {
        if (!isfinite(got[i]) || !isfinite(want[i]))
            return INFINITY;
        difference = fmax(difference, fabs(got[i] - want[i]));
        largest = fmax(largest, fabs(want[i]));
    }
    return difference / fmax(largest, 1e-30);
}

/* A crash, in the compiler or in what it compiled, names its seed. */
static volatile sig_atomic_t seed_now;

static void report_crash(int number)
{
    char text[64];
    int size = snprintf(text, sizeof text, "crash at seed %d\n", (int)seed_now);
    if (write(STDERR_FILENO, text, (size_t)size) < 0)
        _exit(2);
    signal(number, SIG_DFL);
    raise(number);
}

/* ---- passes ------------------------------------------------------------------------------------------------- */

/* Those that make what the reference understands. */
static void (*const pass[])(Graph *) = {regroup, fold, prune, fuse, gather};
static const char *const pass_name[] = {"regroup", "fold", "prune", "fuse", "gather"};
enum { PASSES = sizeof pass / sizeof *pass };

static void check_passes(uint64_t seed)
{
    Context context;
    seed_now = (sig_atomic_t)seed;
    context_init(&context);
    Graph *graph = random_graph(&context, seed, RANDOM_any);
    verify_graph(graph, "infer");
    Weights *weights = random_weights(graph, seed, RANDOM_any);
    float *input = random_input(graph, BATCH, seed, RANDOM_any);
    double *want = network_reference(graph, weights, input, BATCH);
    int64_t count = BATCH * shape_floats(node_result(graph->output));
    for (int i = 0; i < PASSES; i++) {
        if (setjmp(context.on_error))
            cr_assert_fail("seed %d: %s", (int)seed, context.message);
        pass[i](graph);
        verify_graph(graph, pass_name[i]);
        double *got = network_reference(graph, weights, input, BATCH), far = distance(got, want, count);
        cr_assert(far <= 1e-11, "seed %d: %s changes the output by %g\n%s", (int)seed, pass_name[i], far, text_of(graph));
        free(got);
    }
    free(want);
    free(input);
    weights_free(weights);
    context_free(&context);
}

Test(random, passes_change_no_result)
{
    const char *one = getenv("NNCC_TEST_SEED");
    signal(SIGABRT, report_crash);
    for (uint64_t seed = 0; seed < GRAPHS && !one; seed++)
        check_passes(seed);
    if (one)
        check_passes(strtoull(one, NULL, 10));
}

Test(random, one_seed_makes_one_graph)
{
    for (uint64_t seed = 0; seed < GRAPHS; seed++) {
        Context one, other;
        context_init(&one);
        context_init(&other);
        const char *text = text_of(random_graph(&one, seed, RANDOM_any));
        cr_assert_str_eq(text_of(random_graph(&other, seed, RANDOM_any)), text);
        context_free(&one);
        context_free(&other);
    }
}

/* ---- targets ------------------------------------------------------------------------------------------------ */

/* One random network on its way through a target. */
typedef struct {
    Context context;
    uint64_t seed;
    Graph *graph;
    Program *program;
    Weights *weights;
    float *input;                       /* BATCH images */
    double *want;                       /* the reference's output */
    int64_t outputs;                    /* floats of one image's output */
} Case;

/* Memory that faults right behind its last byte (or behind the alignment's slack). */
typedef struct {
    char *map;
    size_t mapped;
    void *data;
} Guarded;

static Guarded guarded(size_t bytes, size_t alignment)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), used = (bytes + page - 1) / page * page;
    Guarded memory = {.mapped = used + page};
    memory.map = mmap(NULL, memory.mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert(memory.map != MAP_FAILED && mprotect(memory.map + used, page, PROT_NONE) == 0);
    memset(memory.map, 0xff, used);     /* NaNs: what is read before it is written shows */
    memory.data = memory.map + (used - bytes) / alignment * alignment;
    return memory;
}

static Guarded guarded_copy(const void *from, size_t bytes, size_t alignment)
{
    Guarded memory = guarded(bytes, alignment);
    memcpy(memory.data, from, bytes);
    return memory;
}

static void unmap(Guarded memory)
{
    munmap(memory.map, memory.mapped);
}

static void prepare(Case *c, uint64_t seed, RandomKind kind, Machine machine)
{
    c->seed = seed;
    seed_now = (sig_atomic_t)seed;
    context_init(&c->context);
    c->graph = random_graph(&c->context, seed, kind);
    c->graph->max_batch = BATCH;
    c->weights = random_weights(c->graph, seed, kind);
    c->input = random_input(c->graph, BATCH, seed, kind);
    c->want = network_reference(c->graph, c->weights, c->input, BATCH);
    c->outputs = shape_floats(node_result(c->graph->output));
    if (setjmp(c->context.on_error))
        cr_assert_fail("seed %d: %s", (int)seed, c->context.message);
    c->program = compile_program(c->graph, &(Options){.machine = machine});
}

static void discard(Case *c)
{
    free(c->want);
    free(c->input);
    weights_free(c->weights);
    context_free(&c->context);
}

static void write_source(Case *c, const char *folder, const Target *target)
{
    char path[300], prefix[32];
    snprintf(prefix, sizeof prefix, "net%d", (int)c->seed);
    snprintf(path, sizeof path, "%s/%s.c", folder, prefix);
    Text text = text_new(&c->context);
    emit_source(&text, c->program, &(EmitOptions){.prefix = prefix, .target = {target}, .ntarget = 1});
    FILE *file = fopen(path, "w");
    cr_assert(file && fwrite(text.data, 1, text.size, file) == text.size && fclose(file) == 0);
}

/* Compiles the sources of all cases into one shared object and loads it. */
static void *build(Case *cases, int count, const char *folder)
{
    char path[CHUNK][300], object[300];
    char *argv[CHUNK + 20] = {"cc", "-std=c11", "-O1", "-ffp-contract=off", "-fopenmp", "-fPIC", "-shared", "-Wall", "-Wextra",
                              "-Werror", "-o", object};
    int n = 12;
    snprintf(object, sizeof object, "%s/all%d.so", folder, (int)cases->seed);
    for (int i = 0; i < count; i++) {
        snprintf(path[i], sizeof path[i], "%s/net%d.c", folder, (int)cases[i].seed);
        argv[n++] = path[i];
    }
    argv[n++] = "-lm";
    pid_t child;
    int status;
    cr_assert_eq(posix_spawnp(&child, "cc", NULL, NULL, argv, environ), 0);
    cr_assert(waitpid(child, &status, 0) == child && status == 0, "cc refuses generated code");
    void *handle = dlopen(object, RTLD_NOW | RTLD_LOCAL);
    cr_assert(handle, "%s", dlerror());
    return handle;
}

typedef int Forward(const void *weights, void *arena, const float *input, int batch, int threads, float *output);

static Forward *forward_of(void *handle, const Case *c)
{
    char name[40];
    snprintf(name, sizeof name, "net%d_forward", (int)c->seed);
    Forward *forward;
    *(void **)&forward = dlsym(handle, name);
    cr_assert(forward, "%s", dlerror());
    return forward;
}

/* Runs `batch` images from image `first` on; all buffers end at pages that must not be touched. */
static void run_images(Forward *forward, const Case *c, Guarded weights, int first, int batch, int threads, float *output)
{
    size_t inputs = (size_t)shape_floats(c->graph->input->shape), outputs = (size_t)(batch * c->outputs);
    Guarded arena = guarded((size_t)c->program->arena_floats * sizeof(float) * (size_t)batch, 64);
    Guarded in = guarded_copy(c->input + (size_t)first * inputs, (size_t)batch * inputs * sizeof(float), sizeof(float));
    Guarded out = guarded(outputs * sizeof(float), sizeof(float));
    seed_now = (sig_atomic_t)c->seed;
    int status = forward(weights.data, arena.data, in.data, batch, threads, out.data);
    cr_assert_eq(status, 0, "seed %d: status %d", (int)c->seed, status);
    memcpy(output, out.data, outputs * sizeof(float));
    unmap(arena);
    unmap(in);
    unmap(out);
}

/* Bits do not depend on threads or on the batch that an image is in; values are the reference's. */
static double check_case(Forward *forward, const Case *c)
{
    Failure failure;
    float *payload, *output = malloc(2 * BATCH * (size_t)c->outputs * sizeof *output);
    double *wide = malloc(BATCH * (size_t)c->outputs * sizeof *wide);
    void *packed = weights_pack(c->program, c->weights, 1, &payload, &failure);
    cr_assert(packed && output && wide, "seed %d: %s", (int)c->seed, failure.text);
    Guarded weights = guarded_copy(packed, sizeof(Stamp) + (size_t)c->program->weights_floats * sizeof(float), 64);
    float *again = output + BATCH * c->outputs;
    run_images(forward, c, weights, 0, BATCH, 2, output);
    for (int image = 0; image < BATCH; image++)
        run_images(forward, c, weights, image, 1, 1, again + image * c->outputs);
    cr_assert(memcmp(output, again, BATCH * (size_t)c->outputs * sizeof *output) == 0,
              "seed %d: results depend on threads or batch", (int)c->seed);
    for (int64_t i = 0; i < BATCH * c->outputs; i++)
        wide[i] = output[i];
    double far = distance(wide, c->want, BATCH * c->outputs);
    unmap(weights);
    free(packed);
    free(output);
    free(wide);
    return far;
}

/* At most a chunk of seeds. */
static void check_seeds(const Target *target, RandomKind kind, const uint64_t *seed, int count)
{
    static Case cases[CHUNK];
    char *folder = temporary_directory();
    for (int i = 0; i < count; i++) {
        prepare(&cases[i], seed[i], kind, target->machine);
        write_source(&cases[i], folder, target);
    }
    void *handle = build(cases, count, folder);
    for (int i = 0; i < count; i++) {
        double far = check_case(forward_of(handle, &cases[i]), &cases[i]);
        cr_expect(far <= (kind == RANDOM_exact ? 0 : 1e-5), "seed %d is off by %g\n%s", (int)cases[i].seed, far,
                  text_of(cases[i].graph));
        discard(&cases[i]);
    }
    dlclose(handle);
    remove_directory(folder);
}

static void check_target(const char *name, RandomKind kind)
{
    const Target *target = target_find(name);
    const char *one = getenv("NNCC_TEST_SEED");
    if (!target_runs_here(target))
        cr_skip_test("this processor does not run %s", name);
    signal(SIGSEGV, report_crash);
    signal(SIGABRT, report_crash);
    if (one)
        check_seeds(target, kind, &(uint64_t){strtoull(one, NULL, 10)}, 1);
    for (int chunk = 0; chunk < (getenv("NNCC_TEST_LONG") ? CHUNKS_LONG : CHUNKS) && !one; chunk++) {
        uint64_t seed[CHUNK];
        for (int i = 0; i < CHUNK; i++)
            seed[i] = (uint64_t)(chunk * CHUNK + i);
        check_seeds(target, kind, seed, CHUNK);
    }
}

/* Networks that the compiler once got wrong: sums in passes over a single partial block; group norms whose input is split
 * inside a group. */
Test(random, what_once_failed_works)
{
    static const uint64_t seed[] = {375, 407, 422, 427, 429};
    check_seeds(target_find("avx2"), RANDOM_any, seed, sizeof seed / sizeof *seed);
}

Test(random, avx2_computes_what_the_reference_computes)
{
    check_target("avx2", RANDOM_any);
}

/* Of that network: does band join a pool to a convolution? */
static bool is_joined(uint64_t seed)
{
    Context context;
    context_init(&context);
    cr_assert(!setjmp(context.on_error));
    Graph *graph = random_graph(&context, seed, RANDOM_stem);
    compile_program(graph, NULL);
    const Node *n = graph->first;
    while (n && !n->banded)
        n = n->next;
    bool joined = n != NULL;
    context_free(&context);
    return joined;
}

Test(random, avx2_pools_in_bands)
{
    uint64_t seed[STEMS], next = 0;
    int joined = 0;
    for (int i = 0; i < STEMS; i++)
        joined += is_joined(seed[i] = next++);
    cr_expect_geq(joined, STEMS / 2, "only %d of %d", joined, STEMS);
    check_seeds(target_find("avx2"), RANDOM_stem, seed, STEMS);
}

Test(random, avx512_computes_what_the_reference_computes)
{
    check_target("avx512", RANDOM_any);
}

Test(random, portable_c_computes_what_the_reference_computes)
{
    check_target("c", RANDOM_any);
}

Test(random, avx2_is_exact_where_floats_are)
{
    check_target("avx2", RANDOM_exact);
}

Test(random, portable_c_is_exact_where_floats_are)
{
    check_target("c", RANDOM_exact);
}
