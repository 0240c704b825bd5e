/* test_train_aot.c - a hundred training steps by the system's compiler and by the JIT: the same losses, parameters, optimiser state and
 * evaluations, bit for bit, for any number of threads. NNCC_TEST_LONG in the environment asks for larger networks, too. */
#include <criterion/criterion.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "../compiler/train.h"
#include "networks.h"
#include "process.h"

enum { STEPS = 100, MOST_BATCH = 8, SEED = 5 };

static const char various[] =
    "name: various\ninput: [3, 9, 11]\nlayers:\n"
    "  - conv: {name: a, out: 12, kernel: 3, stride: 2, pad: 1, bias: true}\n  - bn: {name: na}\n  - silu\n  - dropout: {p: 0.3}\n"
    "  - residual:\n      body:\n        - conv: {name: b, out: 12, kernel: 3, pad: 1, groups: 4}\n        - gn: {name: nb, groups: 3}\n        - relu\n"
    "  - max_pool: {kernel: 3, stride: 2, pad: 1}\n"
    "  - conv: {name: c, out: 12, kernel: 3, pad: 1, groups: 12}\n  - bn: {name: nc}\n  - relu\n"
    "  - flatten\n  - linear: {name: d, out: 7}\n";

typedef struct {
    const char *path, *text;            /* text NULL: the file's */
    const char *target, *compiler;      /* NULL: the best, the system's */
    OptimiserKind optimiser;
    int batch;
    bool recompute;
    Setting set;
} Case;

/* What a hundred steps leave behind. */
typedef struct {
    double loss[STEPS];
    int correct[STEPS];
    TensorData *tensor;
    size_t count;
    float *logits;
    size_t outputs;
} Trace;

static char *directory;
static Context context;

static void open_all(void)
{
    directory = temporary_directory();
    setenv("NNCC_CACHE", directory, 1);
    unsetenv("CC");
    context_init(&context);
}

static void close_all(void)
{
    context_free(&context);
    remove_directory(directory);
}

TestSuite(train_aot, .init = open_all, .fini = close_all, .timeout = 600);

static TrainEngine *open_engine(const Case *c, const char *backend, int threads)
{
    Failure failure = {""};
    Options *options = arena_alloc(&context, 1, sizeof *options);
    *options = (Options){.max_batch = c->batch, .set = &c->set, .nset = c->set.name != NULL};
    TrainOptions train = {.backend = backend,
                          .batch = c->batch,
                          .threads = threads,
                          .seed = SEED,
                          .target = c->target,
                          .compiler = c->compiler};
    train.training = (Training){.keep_dropout = true, .label_smoothing = 0.1, .recompute = c->recompute};
    train.training.optimiser =
        (Optimiser){c->optimiser,    .momentum = 0.9,      .beta1 = 0.9,          .beta2 = 0.999,
                    .epsilon = 1e-8, .weight_decay = 1e-3, .decay_vectors = true, .clip_norm = 2};
    if (setjmp(context.on_error))
        cr_assert_fail("%s", context.message);
    Weights *weights = network_weights(compile_graph(&context, c->path, c->text, options), SEED);
    TrainEngine *engine = train_engine_open(&context, c->path, c->text, options, &train, weights, &failure);
    cr_assert(engine, "%s: %s", backend, failure.text);
    weights_free(weights);
    return engine;
}

static Trace run(const Case *c, const char *backend, int threads)
{
    TrainEngine *e = open_engine(c, backend, threads);
    size_t floats = (size_t)(e->batch * e->input_floats);
    Failure failure = {""};
    Trace trace = {.outputs = (size_t)e->batch * (size_t)e->classes};
    float *input = calloc(floats, sizeof *input);
    trace.logits = calloc(trace.outputs, sizeof *trace.logits);
    for (int s = 0; s < STEPS; s++) {
        int64_t wide[MOST_BATCH];
        int32_t label[MOST_BATCH];
        pattern_input(input, floats, (uint64_t)s + 1);
        pattern_labels(wide, (size_t)e->batch, (uint64_t)s + 1, e->classes);
        for (int i = 0; i < e->batch; i++)
            label[i] = (int32_t)wide[i];
        cr_assert(e->step(e, input, label, 0.02 / (1 + 0.1 * s), s, &trace.loss[s], &trace.correct[s], &failure), "%s", failure.text);
    }
    cr_assert(e->evaluate(e, input, e->batch, trace.logits, &failure), "%s", failure.text);
    cr_assert(e->read(e, &trace.tensor, &trace.count, &failure), "%s", failure.text);
    e->close(e);
    free(input);
    return trace;
}

static void trace_free(Trace *trace)
{
    tensors_free(trace->tensor, trace->count);
    free(trace->logits);
}

static size_t bytes_of(const TensorData *t)
{
    size_t elements = strcmp(t->dtype, "F32") ? 8 : 4;
    for (int i = 0; i < t->rank; i++)
        elements *= (size_t)t->dim[i];
    return elements;
}

static void expect_same(const Trace *a, const Trace *b, const char *what)
{
    for (int s = 0; s < STEPS; s++)
        cr_assert(a->loss[s] == b->loss[s] && a->correct[s] == b->correct[s], "%s, step %d: loss %.17g, not %.17g",
                  what, s, b->loss[s], a->loss[s]);
    cr_assert_eq(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        cr_assert_str_eq(a->tensor[i].name, b->tensor[i].name);
        cr_assert(!memcmp(a->tensor[i].data, b->tensor[i].data, bytes_of(&a->tensor[i])), "%s: %s differs", what, a->tensor[i].name);
    }
    cr_assert(!memcmp(a->logits, b->logits, a->outputs * sizeof *a->logits), "%s: another evaluation", what);
}

/* The JIT on one thread is what all others are compared with. */
static void check(const Case *c, int most_threads)
{
    Trace jit = run(c, "jit", 1);
    cr_assert(jit.loss[0] > 0 && jit.loss[STEPS - 1] != jit.loss[0], "nothing was trained");
    for (int threads = 1; threads <= most_threads; threads++) {
        Trace aot = run(c, "aot", threads), other = run(c, "jit", threads);
        expect_same(&jit, &aot, arena_printf(&context, "%s by aot on %d threads", c->path, threads));
        expect_same(&jit, &other, arena_printf(&context, "%s by jit on %d threads", c->path, threads));
        trace_free(&aot);
        trace_free(&other);
    }
    trace_free(&jit);
}

Test(train_aot, sgd)
{
    check(&(Case){.path = "various.yaml", .text = various, .optimiser = OPTIMISER_sgd, .batch = 6}, 4);
}

Test(train_aot, adamw_in_avx2_by_clang)
{
    check(&(Case){.path = "various.yaml", .text = various, .target = "avx2", .compiler = "clang", .optimiser = OPTIMISER_adamw, .batch = 5,
                  .recompute = true}, 2);
}

Test(train_aot, portable)
{
    check(&(Case){.path = "various.yaml", .text = various, .target = "c", .compiler = "gcc", .optimiser = OPTIMISER_sgd, .batch = 3}, 1);
}

Test(train_aot, gradients_alone)
{
    check(&(Case){.path = "various.yaml", .text = various, .optimiser = OPTIMISER_none, .batch = 2}, 2);
}

Test(train_aot, larger_networks, .timeout = 1800)
{
    if (!getenv("NNCC_TEST_LONG"))
        return;
    check(&(Case){.path = "specs/cifar_resnet.yaml", .optimiser = OPTIMISER_sgd, .batch = 8, .set = {"depth", "20"}}, 4);
    check(&(Case){.path = "specs/lenet.yaml", .optimiser = OPTIMISER_adamw, .batch = 8}, 4);
}

Test(train_aot, no_compiler)
{
    static const Case c = {.path = "various.yaml", .text = various, .batch = 2};
    TrainOptions train = {.backend = "aot", .batch = 2, .threads = 1, .compiler = "no-such-compiler"};
    Options options = {.max_batch = 2};
    Failure failure = {""};
    if (setjmp(context.on_error))
        cr_assert_fail("%s", context.message);
    Weights *weights = network_weights(compile_graph(&context, c.path, c.text, &options), SEED);
    cr_assert_null(train_engine_open(&context, c.path, c.text, &options, &train, weights, &failure));
    cr_expect(strstr(failure.text, "no-such-compiler"), "%s", failure.text);
    weights_free(weights);
}
