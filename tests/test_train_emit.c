/* test_train_emit.c - `nncc SPEC --train -o train.c`: the file compiles without a warning, trains by itself, with the bits of the JIT
 * and for any number of threads, and gives and takes parameters by name. */
#include <criterion/criterion.h>
#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "../compiler/train.h"
#include "process.h"

enum { BATCH = 4, STEPS = 20, SEED = 11 };

static const char spec[] =
    "name: net\ninput: [3, 10, 10]\nlayers:\n"
    "  - conv: {name: conv1, out: 12, kernel: 3, pad: 1, bias: true}\n  - bn: {name: bn1}\n  - relu\n"
    "  - conv: {name: conv2, out: 12, kernel: 3, stride: 2, pad: 1, groups: 12}\n  - bn: {name: bn2}\n  - relu\n"
    "  - conv: {name: conv3, out: 20, kernel: 3, pad: 1, groups: 2}\n  - gn: {name: gn3, groups: 4}\n  - relu\n"
    "  - max_pool: {kernel: 2}\n  - flatten\n  - dropout: {p: 0.25}\n  - linear: {name: fc, out: 5}\n";

/* A program around the file: initial parameters, twenty steps, the parameters at the end, and an evaluation, all as bytes. */
static const char program[] =
    "#include <stdio.h>\n#include <stdlib.h>\n#include \"train.h\"\n"
    "static float input[NET_BATCH * NET_INPUT_FLOATS], output[NET_BATCH * NET_CLASSES], values[1 << 16];\n"
    "static long long floats(int t)\n"
    "{\n    long long n = 1;\n    for (int i = 0; i < net_tensor_rank(t); i++)\n        n *= net_tensor_dim(t, i);\n    return n;\n}\n"
    "static void save(FILE *file, const void *params)\n"
    "{\n    for (int t = 0; t < net_tensors(); t++) {\n        if (net_export(params, t, values))\n            exit(4);\n"
    "        fwrite(values, sizeof *values, (size_t)floats(t), file);\n    }\n}\n"
    "int main(int argc, char **argv)\n"
    "{\n"
    "    int threads = argc > 2 ? atoi(argv[2]) : 1;\n"
    "    FILE *file = fopen(argv[1], \"wb\");\n"
    "    void *params = aligned_alloc(64, (net_params_size() + 63) / 64 * 64), *state = aligned_alloc(64, (net_state_size() + 63) / 64 * 64);\n"
    "    void *arena = aligned_alloc(64, (net_arena_size() + 63) / 64 * 64);\n"
    "    if (!file || net_init(params, state, 11))\n        return 2;\n"
    "    save(file, params);\n"
    "    for (int t = 0; t < net_tensors(); t++)     /* there and back */\n"
    "        if (net_export(params, t, values) || net_import(params, t, values))\n            return 3;\n"
    "    for (int step = 0; step < 20; step++) {\n"
    "        int32_t labels[NET_BATCH];\n        double loss;\n"
    "        for (int i = 0; i < NET_BATCH * NET_INPUT_FLOATS; i++)\n"
    "            input[i] = (float)((i * 7 + step * 13) % 29 - 14) / 8;\n"
    "        for (int n = 0; n < NET_BATCH; n++)\n            labels[n] = (n + step) % NET_CLASSES;\n"
    "        int status = net_step(params, state, arena, input, labels, 0.05, threads, &loss);\n"
    "        if (status) {\n            puts(net_strerror(status));\n            return 1;\n        }\n"
    "        fwrite(&loss, sizeof loss, 1, file);\n"
    "    }\n"
    "    save(file, params);\n"
    "    if (net_forward(params, state, arena, input, threads, output))\n        return 5;\n"
    "    fwrite(output, sizeof output, 1, file);\n"
    "    if (net_step(params, state, arena, input, (int32_t[]){0, 1, 5, 2}, 0.05, threads, NULL) != NET_ERROR_LABEL)\n        return 6;\n"
    "    return fclose(file) || net_export(params, net_tensors(), values) != NET_ERROR_ARGUMENT;\n"
    "}\n";

static char *directory;

static void open_all(void)
{
    directory = temporary_directory();
    char *path = join(directory, "net.yaml"), *text = join(directory, "main.c");
    write_file(path, spec);
    write_file(text, program);
    free(path);
    free(text);
}

static void close_all(void)
{
    remove_directory(directory);
}

TestSuite(train_emit, .init = open_all, .fini = close_all, .timeout = 120);

static void expect_quiet(Result result, const char *what)
{
    cr_assert_eq(result.status, 0, "%s: %d: %s%s", what, result.status, result.out, result.err);
    cr_expect_str_empty(result.out, "%s: %s", what, result.out);
    result_free(&result);
}

/* What the program writes; owned. */
static char *run_built(const char *compiler, const char *target, const char *optimizer, const char *threads, size_t *size)
{
    char *yaml = join(directory, "net.yaml"), *train = join(directory, "train.c"), *text = join(directory, "main.c"),
         *built = join(directory, "main"), *bytes = join(directory, "bytes");
    Result printed = RUN("nncc", yaml, "--train", "--batch", "4", "--target", target, "--optimizer", optimizer,
                         "--label-smoothing", "0.1", "-o", train);
    cr_assert_eq(printed.status, 0, "%s", printed.err);
    result_free(&printed);
    Result compiled = RUN(compiler, "-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-ffp-contract=off", "-fopenmp",
                          train, text, "-o", built, "-lm");
    cr_assert_str_empty(compiled.err, "%s", compiled.err);
    expect_quiet(compiled, compiler);
    expect_quiet(RUN(built, bytes, threads), "main");
    char *out = read_file(bytes, size);
    char *names[] = {yaml, train, text, built, bytes};
    for (int i = 0; i < 5; i++) {
        if (i == 1 || i >= 3)
            remove(names[i]);
        free(names[i]);
    }
    cr_assert(out);
    return out;
}

/* ---- the same by the JIT -------------------------------------------------------------------------------------------- */

typedef struct {
    Context context;
    const Graph *graph;
    Weights *weights;
    TrainEngine *engine;
} Run;

static int64_t floats_of(const Tensor *t)
{
    int64_t n = 1;
    for (int i = 0; i < t->rank; i++)
        n *= t->dim[i];
    return n;
}

/* An engine that begins with the parameters in `bytes`; returns how many bytes they are. */
static size_t open_run(Run *r, const TrainOptions *options, const char *bytes)
{
    static const Options none = {.max_batch = 1};
    Failure failure;
    TensorSpec tensor[64];
    volatile size_t count = 0, at = 0;
    context_init(&r->context);
    if (setjmp(r->context.on_error))
        cr_assert_fail("%s", r->context.message);
    r->graph = compile_graph(&r->context, "net.yaml", spec, &none);
    for (const Tensor *t = r->graph->tensors; t; t = t->next, count++) {
        tensor[count] = (TensorSpec){.name = t->name, .rank = t->rank, .integer = t->integer};
        memcpy(tensor[count].dim, t->dim, sizeof t->dim);
    }
    cr_assert(r->weights = weights_pattern(tensor, count, 1, 1, &failure));
    for (const Tensor *t = r->graph->tensors; t; t = t->next) {
        float *values = malloc((size_t)floats_of(t) * sizeof *values);
        memcpy(values, bytes + at, (size_t)floats_of(t) * sizeof *values);
        at += (size_t)floats_of(t) * sizeof *values;
        cr_assert(weights_write(r->weights, t->name, values));
        free(values);
    }
    r->engine = train_engine_open(&r->context, "net.yaml", spec, &none, options, r->weights, &failure);
    cr_assert(r->engine, "%s", failure.text);
    return at;
}

static void expect_tensors(const Run *r, const char *bytes)
{
    TensorData *tensors;
    size_t count;
    Failure failure;
    cr_assert(r->engine->read(r->engine, &tensors, &count, &failure));
    for (const Tensor *t = r->graph->tensors; t; bytes += floats_of(t) * (int64_t)sizeof(float), t = t->next)
        for (size_t i = 0; i < count; i++)
            if (!t->integer && !strcmp(tensors[i].name, t->name))
                cr_expect_not(memcmp(tensors[i].data, bytes, (size_t)floats_of(t) * sizeof(float)), "%s", t->name);
    tensors_free(tensors, count);
}

/* Twenty steps of the JIT have given what the program has written. */
static void expect_jit(const char *bytes, size_t size, bool adamw)
{
    Optimiser sgd = {.kind = OPTIMISER_sgd, .momentum = 0.9, .weight_decay = 1e-4, .decay_vectors = true};
    Optimiser other = {.kind = OPTIMISER_adamw, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .weight_decay = 0.01, .decay_vectors = true};
    TrainOptions options = {.training = {.label_smoothing = 0.1, .keep_dropout = true, .optimiser = adamw ? other : sgd}, .batch = BATCH,
                            .threads = 1, .seed = SEED, .backend = "jit", .target = "avx2"};
    Run r;
    Failure failure;
    size_t parameters = open_run(&r, &options, bytes), at = parameters;
    float input[BATCH * 300], mine[BATCH * 5], theirs[BATCH * 5];
    double loss, expected;
    for (int step = 0; step < STEPS; step++, at += sizeof loss) {
        int32_t labels[BATCH];
        int correct;
        for (int i = 0; i < BATCH * 300; i++)
            input[i] = (float)((i * 7 + step * 13) % 29 - 14) / 8;
        for (int n = 0; n < BATCH; n++)
            labels[n] = (n + step) % 5;
        cr_assert(r.engine->step(r.engine, input, labels, 0.05, step, &loss, &correct, &failure), "%s", failure.text);
        memcpy(&expected, bytes + at, sizeof expected);
        cr_assert_eq(loss, expected, "step %d: %.17g, not %.17g", step, loss, expected);
    }
    expect_tensors(&r, bytes + at);
    at += parameters;
    cr_assert_eq(size, at + sizeof theirs);
    memcpy(theirs, bytes + at, sizeof theirs);
    cr_assert(r.engine->evaluate(r.engine, input, BATCH, mine, &failure));
    for (int i = 0; i < BATCH * 5; i++)
        cr_expect_float_eq(mine[i], theirs[i], 1e-3 * (1 + fabs(mine[i])), "output %d: %g, not %g", i, theirs[i], mine[i]);
    r.engine->close(r.engine);
    weights_free(r.weights);
    context_free(&r.context);
}

static void check(const char *compiler, const char *target, const char *optimizer, const char *threads)
{
    size_t size;
    char *bytes = run_built(compiler, target, optimizer, threads, &size);
    expect_jit(bytes, size, !strcmp(optimizer, "adamw"));
    free(bytes);
}

Test(train_emit, gcc)       { check("gcc", "avx2", "sgd", "2"); }
Test(train_emit, clang)     { check("clang", "avx2,c", "adamw", "3"); }
Test(train_emit, portable)  { check("gcc", "c", "sgd", "1"); }

Test(train_emit, refuses)
{
    char *yaml = join(directory, "net.yaml"), *train = join(directory, "train.c");
    Result r = RUN("nncc", yaml, "--train", "--embed", "--weights", "pattern:1", "-o", train);
    cr_expect_eq(r.status, 2);
    cr_expect(strstr(r.err, "training code carries no weights"), "%s", r.err);
    result_free(&r);
    r = RUN("nncc", yaml, "--train", "--main", "-o", train);
    cr_expect_eq(r.status, 2);
    result_free(&r);
    free(yaml);
    free(train);
}
