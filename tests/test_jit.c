/* Programs compiled in this process: the bits of the system's compiler and of portable C, whatever the threads and the
 * batch; every refusal of the emitted forward(); many models, many threads, no memory left behind.
 * NNCC_TEST_LONG=1 tries more. */
#include <criterion/criterion.h>
#include <malloc.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../backends/backend.h"
#include "../runtime/peak.h"
#include "networks.h"
#include "process.h"
#include "small.h"
#include "spec_random.h"
#include "support.h"

enum { BATCH = 5, GRAPHS = 60, CYCLES = 100, CYCLES_LONG = 1000 };

static const char activations[] =
    "name: activations\n"
    "input: [3, 19, 13]\n"
    "layers:\n"
    "  - conv: {name: a, out: 12, kernel: 3, pad: 1}\n"
    "  - silu\n"
    "  - conv: {name: b, out: 20, kernel: 3, stride: 2, groups: 4}\n"
    "  - hard_swish\n"
    "  - avg_pool: {kernel: 2, stride: 2, ceil_mode: true}\n"
    "  - sigmoid\n"
    "  - conv: {name: c, out: 7, kernel: 1}\n"
    "  - tanh\n"
    "  - flatten\n"
    "  - linear: {name: d, out: 11}\n"
    "  - softmax\n";

/* A compiled network with what it runs on. */
typedef struct {
    Context context;
    Graph *graph;                       /* after infer: for weights and shapes */
    Program *program;
    void *weights;                      /* packed, with their stamp */
    float *input;                       /* BATCH images */
    size_t inputs, outputs;             /* floats of one image */
} Net;

static bool is_long(void)
{
    return getenv("NNCC_TEST_LONG");
}

static void finish_net(Net *net, Weights *weights, float *input)
{
    Failure failure;
    float *payload;
    net->weights = weights_pack(net->program, weights, 2, &payload, &failure);
    cr_assert(net->weights, "%s", failure.text);
    net->input = input;
    net->inputs = (size_t)shape_floats(net->graph->input->shape);
    net->outputs = (size_t)shape_floats(node_result(net->program->graph->output));
    weights_free(weights);
}

/* text NULL: the file `path`. setting NULL: none. */
static void open_net(Net *net, const char *path, const char *text, const Setting *setting)
{
    Options options = {.set = setting, .nset = setting != NULL, .max_batch = BATCH};
    context_init(&net->context);
    if (setjmp(net->context.on_error))
        cr_assert_fail("%s", net->context.message);
    net->graph = compile_graph(&net->context, path, text, &options);
    Weights *weights = network_weights(net->graph, 7);
    float *input = network_input(net->graph, BATCH, 8);
    net->program = compile(&net->context, path, text, &options);
    finish_net(net, weights, input);
}

static void close_net(Net *net)
{
    free(net->weights);
    free(net->input);
    context_free(&net->context);
}

/* Runs `count` images from `first` on; the result is owned. */
static float *run(const Model *model, const Net *net, int first, int count, int threads)
{
    float *output = malloc((size_t)count * net->outputs * sizeof *output);
    void *arena = aligned_alloc(64, model->arena_size + 64 - model->arena_size % 64);
    cr_assert(output && arena);
    memset(arena, 0xff, model->arena_size);     /* what is read before it is written is not a number */
    int status = model->forward(net->weights, arena, net->input + (size_t)first * net->inputs, count, threads, output);
    cr_assert_eq(status, 0, "%s", model->strerror(status));
    free(arena);
    return output;
}

static void expect_slice(const Model *model, const Net *net, const float *want, int first, int count, int threads)
{
    float *got = run(model, net, first, count, threads);
    cr_expect(!memcmp(got, want + (size_t)first * net->outputs, (size_t)count * net->outputs * sizeof *got),
              "%s: images %d..%d differ on %d threads", net->program->graph->name, first, first + count - 1, threads);
    free(got);
}

/* All slices of the batch that matter, on one to three threads. */
static void expect_same(const Model *model, const Net *net, const float *want)
{
    static const int slice[][2] = {{0, BATCH}, {0, 1}, {4, 1}, {1, 3}};
    for (int threads = 1; threads <= 3; threads++)
        for (size_t i = 0; i < sizeof slice / sizeof *slice; i++)
            expect_slice(model, net, want, slice[i][0], slice[i][1], threads);
}

static Model load(const Net *net, const Target *target)
{
    Model model;
    Failure failure;
    cr_assert(jit_load(net->program, target, &model, &failure), "%s", failure.text);
    return model;
}

/* ---- the same bits --------------------------------------------------------------------------------------------------- */

static void check_against_aot(Net *net)
{
    Model aot, jit = load(net, NULL);
    Failure failure;
    cr_assert(aot_load(net->program, target_find("avx2"), NULL, false, &aot, &failure), "%s", failure.text);
    float *want = run(&aot, net, 0, BATCH, 1);
    cr_expect_eq(jit.arena_size, aot.arena_size);
    cr_expect_null(jit.notice);
    expect_same(&jit, net, want);
    free(want);
    model_close(&jit);
    cr_expect_null(jit.handle);
    model_close(&aot);
    close_net(net);
}

static void check_spec(const char *path, const char *text, const char *name, const char *value)
{
    Net net;
    if (!processor_has_fma())
        cr_skip_test("this processor lacks AVX2 or FMA");
    open_net(&net, path, text, name ? &(Setting){name, value} : NULL);
    check_against_aot(&net);
}

Test(jit, lenet)
{
    check_spec("specs/lenet.yaml", NULL, NULL, NULL);
}

Test(jit, cifar_resnet_with_batch_norm)
{
    check_spec("specs/cifar_resnet.yaml", NULL, "norm", "bn");
}

Test(jit, cifar_resnet_with_group_norm)
{
    check_spec("specs/cifar_resnet.yaml", NULL, "norm", "gn");
}

Test(jit, resnext_block)
{
    check_spec("specs/resnext_block.yaml", NULL, "form", "c");
}

Test(jit, activations)
{
    check_spec("activations.yaml", activations, NULL, NULL);
}

static void open_random(Net *net, uint64_t seed, Machine machine)
{
    context_init(&net->context);
    net->graph = random_graph(&net->context, seed, RANDOM_any);
    net->graph->max_batch = BATCH;
    net->graph->machine = machine;
    Weights *weights = random_weights(net->graph, seed, RANDOM_any);
    float *input = random_input(net->graph, BATCH, seed, RANDOM_any);
    run_to_choose(net->graph);
    run_pass(plan, net->graph, "plan");
    if (setjmp(net->context.on_error))
        cr_assert_fail("seed %d: %s", (int)seed, net->context.message);
    net->program = lower(net->graph);
    verify_program(net->program);
    finish_net(net, weights, input);
}

static void expect_seed(const Net *net, const Target *target, const float *want, uint64_t seed)
{
    Model model = load(net, target);
    expect_slice(&model, net, want, 0, BATCH, 1 + (int)(seed % 3));
    expect_slice(&model, net, want, (int)(seed % BATCH), 1, 1);
    model_close(&model);
}

/* Both printings of a random network, which share nothing but the kernels; and those of its kernels in wide registers, which
 * share the order of every sum. */
static void check_seed(uint64_t seed)
{
    Net net, wide;
    open_random(&net, seed, target_find("avx2")->machine);
    Model plain = load(&net, target_find("c"));
    float *want = run(&plain, &net, 0, BATCH, 1);
    expect_seed(&net, target_find("avx2"), want, seed);
    model_close(&plain);
    close_net(&net);
    open_random(&wide, seed, target_find("avx512")->machine);
    if (processor_has_avx512())
        expect_seed(&wide, target_find("avx512"), want, seed);
    expect_seed(&wide, target_find("c"), want, seed);
    close_net(&wide);
    free(want);
}

Test(jit, random_networks, .timeout = 600)
{
    for (uint64_t seed = 0; processor_has_fma() && seed < (is_long() ? 20 * GRAPHS : GRAPHS); seed++)
        check_seed(seed);
}

/* The pointers of the small program's first kernel, y = w * x + b on rows of eight floats. */
enum { X, W, B, Y, SPARE };

/* Eight pointers and nine loops in each other: counters in all three registers and below the stack pointer. */
static void make_deep(Kernel *k)
{
    static const char *const name[] = {"p", "q", "r"};
    int trips[] = {2, 1, 3, 2, 2, 3, 2, 2, 2}, sum = 3, one = 4;
    for (int i = SPARE; i < MAX_POINTERS - 1; i++)
        kernel_pointer(k, name[i - SPARE], false);
    k_zero(k, sum);
    k_literal(k, one, 1.0f);
    for (int i = 0; i < 9; i++)
        k_loop(k, trips[i]);
    for (int i = 0; i < 9; i++)         /* more than a tiny body */
        k_op(k, V_add, sum, sum, one);
    for (int i = 0; i < 9; i++)
        k_end(k);
    for (int p = SPARE; p < MAX_POINTERS - 1; p++) {
        k_load(k, one, p, 0);
        k_op(k, V_add, sum, sum, one);
    }
    k_store(k, Y, 0, sum);
}

/* Bodies of two to seven instructions, each some number of times, forward and back. */
static void make_tiny(Kernel *k)
{
    int sum = 3, x = 4;
    k_zero(k, sum);
    k_zero(k, x);
    for (int body = 1; body <= 6; body++)
        for (int trips = 2; trips <= 40; trips++) {
            k_loop(k, trips);
            for (int i = 0; i < body / 2; i++) {
                k_load1(k, x, X, i);
                k_op(k, V_fma, sum, x, x);
            }
            k_op(k, V_add, sum, sum, x);
            k_bump(k, X, 1);
            k_end(k);
            k_bump(k, X, -trips);
        }
    k_store(k, Y, 0, sum);
}

/* Both printings of the small program with another first kernel. */
static void compare_printings(void (*make)(Kernel *), float least)
{
    static _Alignas(64) float arena[SMALL_BATCH * SMALL_FLOATS * 4], output[2][SMALL_FLOATS];
    float *payload, input[SMALL_BATCH * SMALL_FLOATS];
    Context context;
    Failure failure;
    Model model;
    context_init(&context);
    Program *p = small_program(&context, "other");
    p->kernels->count = 0;
    make(p->kernels);
    for (StepCode *code = p->codes; code; code = code->next)
        for (int c = 0; c < code->ncall; c++)
            for (int i = SPARE; i < p->kernels->npointer && code->call[c].kernel == p->kernels; i++)
                code->call[c].argument[i] = code->call[c].argument[X];
    void *weights = weights_pack(p, NULL, 1, &payload, &failure);
    cr_assert(weights, "%s", failure.text);
    small_fill(payload, SMALL_WEIGHTS, 1);
    small_fill(input, SMALL_BATCH * SMALL_FLOATS, 2);
    for (int i = 0; i < 2; i++) {
        cr_assert(jit_load(p, target_find(i ? "c" : "avx2"), &model, &failure), "%s", failure.text);
        cr_assert(model.arena_size <= sizeof arena);
        cr_assert_eq(model.forward(weights, arena, input, 1, 1, output[i]), 0);
        model_close(&model);
    }
    cr_expect_arr_eq(output[0], output[1], sizeof output[0]);
    cr_expect_gt(fabsf(output[0][0]), least, "%g", (double)output[0][0]);
    free(weights);
    context_free(&context);
}

Test(jit, eight_pointers_and_nine_loops)
{
    compare_printings(make_deep, 1000);
}

Test(jit, tiny_loops)
{
    compare_printings(make_tiny, 0);
}

/* ---- refusals -------------------------------------------------------------------------------------------------------- */

static _Alignas(64) float arena[SMALL_BATCH * SMALL_FLOATS * 4];

/* Every bad call, and how the emitted code answers it: the JIT answers alike. */
Test(jit, refuses_what_emitted_code_refuses)
{
    float *payload, input[SMALL_BATCH * SMALL_FLOATS] = {0}, output[SMALL_BATCH * SMALL_FLOATS];
    Context context;
    Failure failure;
    Model model[2];
    context_init(&context);
    Program *p = small_program(&context, "small");
    Stamp *good = weights_pack(p, NULL, 1, &payload, &failure), bad[5];
    cr_assert(good && jit_load(p, target_find("c"), &model[0], &failure), "%s", failure.text);
    cr_assert(aot_load(p, target_find("c"), NULL, false, &model[1], &failure), "%s", failure.text);
    _Alignas(64) char block[5][64];
    for (int i = 0; i < 5; i++)
        bad[i] = *good;
    bad[0].magic[0]++, bad[1].version++, bad[2].model++, bad[3].layout++, bad[4].bytes++;
    memcpy(block, bad, sizeof block);
    const struct { const void *weights; void *arena; const float *input; int batch, threads; float *output; } call[] = {
        {good, arena, input, SMALL_BATCH, 1, output}, {NULL, arena, input, 1, 1, output}, {good, NULL, input, 1, 1, output},
        {good, arena, NULL, 1, 1, output}, {good, arena, input, 1, 1, NULL}, {good, arena, input, 1, 0, output},
        {good, arena, input, 1, 1025, output}, {good, arena, input, 0, 1, output}, {good, arena, input, SMALL_BATCH + 1, 1, output},
        {good, arena + 1, input, 1, 1, output}, {(char *)good + 4, arena, input, 1, 1, output}, {block[0], arena, input, 1, 1, output},
        {block[1], arena, input, 1, 1, output}, {block[2], arena, input, 1, 1, output}, {block[3], arena, input, 1, 1, output},
        {block[4], arena, input, 1, 1, output},
    };
    for (size_t i = 0; i < sizeof call / sizeof *call; i++) {
        int status[2];
        for (int m = 0; m < 2; m++)
            status[m] = model[m].forward(call[i].weights, call[i].arena, call[i].input, call[i].batch, call[i].threads, call[i].output);
        cr_expect_eq(status[0], status[1], "call %zu", i);
        cr_expect_eq(status[0] != 0, i != 0, "call %zu", i);
    }
    for (int status = -1; status < 13; status++)
        cr_expect_str_eq(model[0].strerror(status), model[1].strerror(status));
    model_close(&model[0]);
    model_close(&model[1]);
    free(good);
    context_free(&context);
}

Test(jit, tells_what_tcc_says)
{
    Context context;
    Failure failure;
    Model model;
    context_init(&context);
    Program *p = small_program(&context, "small");
    p->kernels->name = "no identifier";
    cr_assert_not(jit_load(p, NULL, &model, &failure));
    cr_expect(strstr(failure.text, "TCC refuses the generated code: <string>:"), "%s", failure.text);
    cr_expect_null(model.handle);
    p->kernels->name = "fine";          /* TCC is in order again */
    cr_assert(jit_load(p, NULL, &model, &failure), "%s", failure.text);
    model_close(&model);
    context_free(&context);
}

/* ---- in a process ------------------------------------------------------------------------------------------------------ */

Test(jit, leaves_no_memory_that_is_both_writable_and_executable)
{
    Net net;
    open_net(&net, "specs/lenet.yaml", NULL, NULL);
    Model model = load(&net, NULL);
    FILE *file = fopen("/proc/self/maps", "r");
    char line[512];
    while (fgets(line, sizeof line, file))
        cr_expect_null(strstr(line, " rwx"), "%s", line);
    fclose(file);
    model_close(&model);
    close_net(&net);
}

/* The model lives on when everything that it was made of is gone. */
Test(jit, needs_neither_program_nor_context)
{
    Net net;
    open_net(&net, "activations.yaml", activations, NULL);
    Model model = load(&net, NULL);
    float *before = run(&model, &net, 0, BATCH, 1);
    void *own_arena = aligned_alloc(64, model.arena_size + 64 - model.arena_size % 64);
    float *after = malloc(BATCH * net.outputs * sizeof *after);
    context_free(&net.context);
    double seconds[64];
    cr_assert_eq(model.profiled(net.weights, own_arena, net.input, BATCH, 2, after, seconds), 0);
    cr_expect_arr_eq(before, after, BATCH * net.outputs * sizeof *after);
    cr_expect(seconds[0] >= 0 && seconds[0] < 10);
    free(own_arena), free(before), free(after), free(net.weights), free(net.input);
    model_close(&model);
}

/* One network of its own, compiled and run again and again. */
static void *compile_and_run(void *path)
{
    Net net;
    float *want = NULL;
    open_net(&net, path, NULL, NULL);
    for (int i = 0; i < 10; i++) {
        Model model = load(&net, NULL);
        float *got = run(&model, &net, 0, BATCH, 2);
        cr_expect(!want || !memcmp(got, want, BATCH * net.outputs * sizeof *got), "%s", (char *)path);
        free(want);
        want = got;
        model_close(&model);
    }
    free(want);
    close_net(&net);
    return NULL;
}

Test(jit, two_models_in_two_threads)
{
    static char *const path[] = {"specs/lenet.yaml", "specs/resnext_block.yaml"};
    pthread_t thread[2];
    for (int i = 0; i < 2; i++)
        cr_assert_eq(pthread_create(&thread[i], NULL, compile_and_run, path[i]), 0);
    for (int i = 0; i < 2; i++)
        cr_assert_eq(pthread_join(thread[i], NULL), 0);
}

#ifndef __SANITIZE_ADDRESS__            /* it keeps freed memory, and 16 TB of addresses that an emulator would have to find */

/* Bytes of memory that this process holds. */
static long resident(void)
{
    malloc_trim(0);                             /* what is free but kept is no leak */
    long size, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    cr_assert(file && fscanf(file, "%ld %ld", &size, &pages) == 2);
    fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

Test(jit, leaves_no_memory_behind, .timeout = 600)
{
    long after_ten = 0;
    for (int i = 0; i < (is_long() ? CYCLES_LONG : CYCLES); i++) {
        Net net;
        if (i == 10)
            after_ten = resident();
        open_net(&net, "specs/lenet.yaml", NULL, NULL);
        Model model = load(&net, NULL);
        free(run(&model, &net, 0, 1, 1));
        model_close(&model);
        close_net(&net);
    }
    cr_expect_lt(resident() - after_ten, 200000);
}

/* ---- another processor --------------------------------------------------------------------------------------------------- */

/* On a processor of 2008: a notice, the same bits, no SIGILL. */
Test(jit, runs_without_avx2, .timeout = 120)
{
    char nncc[4096];
    ssize_t length = readlink("/proc/self/exe", nncc, sizeof nncc - 8);
    cr_assert(length > 0);
    nncc[length] = '\0';
    strcpy(strrchr(nncc, '/'), "/nncc");
    Result old = RUN("qemu-x86_64", "-cpu", "Nehalem", nncc, "run", "specs/lenet.yaml", "--backend", "jit", "--threads", "2", "--json");
    Result new = RUN("nncc", "run", "specs/lenet.yaml", "--backend", "jit", "--json");
    if (old.status < 0)
        cr_skip_test("there is no qemu-x86_64");
    cr_expect(old.status == 0 && new.status == 0, "%s", old.err);
    cr_expect_str_eq(old.out, new.out);
    cr_expect(strstr(old.err, "this processor lacks AVX2 or FMA: running portable C\n"), "%s", old.err);
    result_free(&old);
    result_free(&new);
}

#endif
