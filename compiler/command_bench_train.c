/* command_bench_train.c - `nncc bench --train`: how fast training steps are: forward, backward and update of one batch.
 *
 * The learning rate is 0: a step does all its work, and the next one finds the same parameters, so that all are alike. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../runtime/peak.h"
#include "command_bench.h"
#include "command_train.h"

enum { LEAST_STEPS = 10, MOST_STEPS = 5000, PROFILED_STEPS = 5 };
static const double LONG_ENOUGH = 3, PEAK_EVERY = 0.5;      /* seconds */

typedef struct {
    TrainOptions options;
    TrainEngine *engine;
    const Target *target;
    int32_t *label;                     /* [batch] */
    int64_t step;                       /* how many there were */
    Runs runs;
    double peak, avx2_peak;             /* GFLOP/s: multiply-adds as wide as the target's, and of eight lanes */
    double compile;                     /* seconds from the spec to an engine */
    PassTimes times;
    double memory;                      /* bytes that the process has had at most */
    double *seconds;                    /* of each part of a step, in its fastest run; NULL: not measured */
} TrainBench;

static void close_bench(void *memory)
{
    TrainBench *bench = memory;
    if (bench->engine)
        bench->engine->close(bench->engine);
    free(bench);
}

/* Multiply-adds of a step, an image: the forward pass, the weights' gradients, and gradients of the results of layers below,
 * which nobody needs where there is nothing to train below: 3 passes without one of the first layer. */
static int64_t step_macs(Session *session)
{
    const Graph *graph = session->graph;
    bool *trained = arena_alloc(&session->context, (size_t)graph->count + 1, sizeof *trained);
    int64_t macs = 0;
    for (const Node *node = graph->first; node; node = node->next) {
        bool below = false, own = false;
        for (int i = 0; i < node->nin; i++)
            below |= trained[node->in[i]->id];
        for (int w = 0; w < NWEIGHT; w++)
            own |= node->weight[w].tensor && !node->weight[w].tensor->buffer;
        macs += node->macs * (1 + own + below);
        trained[node->id] = below || own;
    }
    return macs;
}

static int check_arguments(const Arguments *a)
{
    if (a->tuned || a->fp16_weights)
        return usage_error(NULL, "--tuned and --fp16-weights are for forward passes, not for --train");
    return 0;
}

static void open_engine(Session *session, TrainBench *bench)
{
    Failure failure = {""};
    int64_t *wide = arena_alloc(&session->context, (size_t)session->batch, sizeof *wide);
    bench->label = arena_alloc(&session->context, (size_t)session->batch, sizeof *bench->label);
    pattern_labels(wide, (size_t)session->batch, 1, shape_floats(session->graph->output->shape));
    for (int i = 0; i < session->batch; i++)
        bench->label[i] = (int32_t)wide[i];
    double start = seconds_now();
    session->options.times = &bench->times;
    bench->engine = train_engine_open(&session->context, session->arguments->spec, NULL, &session->options, &bench->options,
                                      session->weights, &failure);
    check(session, bench->engine, &failure);
    session_drop_weights(session);
    bench->compile = seconds_now() - start;
}

/* Seconds that one step takes. */
static double run_step(Session *session, TrainBench *bench)
{
    Failure failure = {""};
    double loss, start = seconds_now();
    int correct;
    bool done = bench->engine->step(bench->engine, session->input, bench->label, 0, bench->step++, &loss, &correct, &failure);
    check(session, done, &failure);
    return seconds_now() - start;
}

static void measure_peak(TrainBench *bench)
{
    int threads = bench->options.threads;
    bench->avx2_peak = fmax(bench->avx2_peak, fma_peak(threads, LANES));
    bench->peak = fmax(bench->peak, fma_peak(threads, LANES * bench->target->machine.widest));
}

/* As for forward passes: the yardstick before, between and after the steps. */
static void measure(Session *session, TrainBench *bench)
{
    Runs *runs = &bench->runs;
    runs->sample = arena_alloc(&session->context, MOST_STEPS, sizeof *runs->sample);
    run_step(session, bench);           /* to warm up */
    bench->memory = peak_memory();
    measure_peak(bench);
    double begin = seconds_now(), last_peak = begin;
    while (runs->count < MOST_STEPS && (runs->count < LEAST_STEPS || seconds_now() - begin < LONG_ENOUGH)) {
        runs->sample[runs->count++] = run_step(session, bench);
        if (seconds_now() - last_peak > PEAK_EVERY) {
            measure_peak(bench);
            last_peak = seconds_now();
        }
    }
    measure_peak(bench);
    runs_finish(runs);
}

static void measure_parts(Session *session, TrainBench *bench)
{
    size_t parts = (size_t)bench->engine->parts;
    double *now = arena_alloc(&session->context, parts + 1, sizeof *now);
    bench->seconds = arena_alloc(&session->context, parts + 1, sizeof *bench->seconds);
    bench->engine->seconds = now;
    for (int run = 0; run < PROFILED_STEPS; run++) {
        run_step(session, bench);
        measure_peak(bench);
        for (size_t i = 0; i < parts; i++)
            bench->seconds[i] = run ? fmin(bench->seconds[i], now[i]) : now[i];
    }
    bench->engine->seconds = NULL;
}

/* ---- telling -------------------------------------------------------------------------------------------- */

static double step_gflops(Session *session, const TrainBench *bench)
{
    return gflops((double)step_macs(session) * session->batch, bench->runs.best);
}

/* Parts of one operation, or one of them. */
typedef struct {
    const char *operation;
    int count;
    int64_t macs;
    double seconds;
} PartSum;

static int longest_first(const void *a, const void *b)
{
    const PartSum *x = a, *y = b;
    return x->seconds != y->seconds ? (x->seconds < y->seconds) - (x->seconds > y->seconds) : strcmp(x->operation, y->operation);
}

/* The work of each operation of the step, the longest first; *count gets how many there are. */
static PartSum *work_of(Session *session, const TrainBench *bench, size_t *count)
{
    const TrainEngine *engine = bench->engine;
    PartSum *work = arena_alloc(&session->context, (size_t)engine->parts + 1, sizeof *work);
    *count = 0;
    for (int i = 0; i < engine->parts; i++) {
        const TrainPart *part = &engine->part[i];
        size_t w = 0;
        while (w < *count && strcmp(work[w].operation, part->operation))
            w++;
        *count += w == *count;
        work[w] = (PartSum){part->operation, work[w].count + 1, work[w].macs + part->macs, work[w].seconds + bench->seconds[i]};
    }
    qsort(work, *count, sizeof *work, longest_first);
    return work;
}

static json_t *work_json(const TrainBench *bench, const PartSum *work)
{
    double rate = gflops((double)work->macs, work->seconds);
    return json_pack("{s:s, s:i, s:I, s:f, s:f, s:f}", "operation", work->operation, "parts", work->count, "macs", (json_int_t)work->macs,
                     "ms", 1e3 * work->seconds, "gflops", rate, "peak_percent", 100 * rate / bench->peak);
}

static void add_work_json(Session *session, const TrainBench *bench, json_t *json)
{
    size_t count;
    PartSum *work = work_of(session, bench, &count);
    json_t *operations = json_array(), *parts = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(operations, work_json(bench, &work[i]));
    for (int i = 0; i < bench->engine->parts; i++) {
        const TrainPart *part = &bench->engine->part[i];
        json_t *one = work_json(bench, &(PartSum){part->operation, 1, part->macs, bench->seconds[i]});
        json_object_set_new(one, "name", json_string(part->name));
        json_array_append_new(parts, one);
    }
    json_object_set_new(json, "operations", operations);
    json_object_set_new(json, "layers", parts);
}

static void print_work(const TrainBench *bench, const char *name, const char *class, int64_t macs, double seconds, double total)
{
    double rate = gflops((double)macs, seconds);
    printf("%-32s %-15s %10.4f", name, class, 1e3 * seconds);
    if (macs)
        printf(" %10.1f %8.1f", rate, 100 * rate / bench->peak);
    else
        printf(" %10s %8s", "", "");
    printf(" %8.1f\n", 100 * seconds / total);
}

static void print_heads(const char *name, const char *class)
{
    printf("\n%-32s %-15s %10s %10s %8s %8s\n", name, class, "ms", "GFLOP/s", "% peak", "% time");
}

static void print_parts(Session *session, const TrainBench *bench)
{
    Context *context = &session->context;
    size_t count;
    PartSum *work = work_of(session, bench, &count);
    double total = 0;
    for (size_t i = 0; i < count; i++)
        total += work[i].seconds;
    print_heads("Part", "Operation");
    for (int i = 0; i < bench->engine->parts; i++) {
        const TrainPart *part = &bench->engine->part[i];
        print_work(bench, part->name, part->operation, part->macs, bench->seconds[i], total);
    }
    print_heads("Operation", "parts");
    for (size_t i = 0; i < count; i++)
        print_work(bench, work[i].operation, arena_printf(context, "%d", work[i].count), work[i].macs, work[i].seconds, total);
    printf("%-48s %10.4f\n", "all", 1e3 * total);
}

static json_t *training_json(Session *session, const TrainBench *bench)
{
    const Runs *runs = &bench->runs;
    const TrainCost *cost = &bench->engine->cost;
    double rate = step_gflops(session, bench);
    json_t *json = json_pack("{s:s, s:o, s:s, s:s, s:I, s:I, s:I, s:i, s:i, s:i}", "name", session->graph->name, "set",
                             settings_json(session), "target", bench->target->name, "backend", bench->options.backend,
                             "parameters", (json_int_t)graph_parameters(session->graph), "macs",
                             (json_int_t)graph_macs(session->graph), "step_macs", (json_int_t)step_macs(session),
                             "batch", session->batch, "threads", bench->options.threads, "runs", runs->count);
    json_t *times = json_pack("{s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f}", "min_ms", 1e3 * runs->best, "median_ms", 1e3 * runs->median,
                              "p90_ms", 1e3 * runs->p90, "variation", runs->variation, "images_per_second", session->batch / runs->best,
                              "gflops", rate, "peak_gflops", bench->peak, "avx2_peak_gflops", bench->avx2_peak, "peak_percent",
                              100 * rate / bench->peak);
    json_t *costs = json_pack("{s:f, s:f, s:f, s:f, s:o, s:I, s:I, s:I, s:I, s:I}", "compile_ms",
                              1e3 * (bench->compile - cost->pack_seconds), "nncc_ms",
                              1e3 * (bench->compile - cost->pack_seconds - cost->code_seconds), "cc_ms",
                              1e3 * cost->code_seconds, "pack_ms", 1e3 * cost->pack_seconds, "passes_ms",
                              passes_json(&bench->times), "arena_bytes", (json_int_t)cost->arena, "weights_bytes",
                              (json_int_t)cost->parameters, "gradient_bytes", (json_int_t)cost->gradient, "state_bytes",
                              (json_int_t)cost->state, "peak_rss_bytes", (json_int_t)bench->memory);
    json_object_update(json, times);
    json_object_update(json, costs);
    json_decref(times);
    json_decref(costs);
    return json;
}

static void print_training(Session *session, const TrainBench *bench)
{
    Context *context = &session->context;
    const Runs *runs = &bench->runs;
    const TrainCost *cost = &bench->engine->cost;
    double rate = step_gflops(session, bench);
    int threads = bench->options.threads;
    for (int i = 0; i < session->options.nset; i++)
        printf("%s=%s ", session->options.set[i].name, session->options.set[i].value);
    printf("%s, training by %s, %s, %s, batch %d, %d thread%s\n", session->graph->name,
           bench->options.training.optimiser.kind == OPTIMISER_adamw ? "AdamW" : "SGD", bench->target->name, bench->options.backend,
           session->batch, threads, threads == 1 ? "" : "s");
    printf("  min %.4g ms, median %.4g ms, p90 %.4g ms a step (%d steps, variation %.1f %%), %.4g images/s in the fastest\n",
           1e3 * runs->best, 1e3 * runs->median, 1e3 * runs->p90, runs->count, 100 * runs->variation, session->batch / runs->best);
    printf("  %.1f GFLOP/s: %.1f %% of the FMA peak of %.1f GFLOP/s\n", rate, 100 * rate / bench->peak, bench->peak);
    if (!cost->arena)
        return;                         /* the naive interpreter has neither code nor an arena */
    printf("  spec to kernels %.3g ms, %s %.3g ms, packing weights %.3g ms\n",
           1e3 * (bench->compile - cost->pack_seconds - cost->code_seconds), strcmp(bench->options.backend, "aot") ? "JIT" : "C compiler",
           1e3 * cost->code_seconds, 1e3 * cost->pack_seconds);
    printf("  arena %s bytes, parameters %s, gradients %s, optimiser %s, peak memory of this process %.0f MB\n",
           with_commas(context, cost->arena), with_commas(context, cost->parameters), with_commas(context, cost->gradient),
           with_commas(context, cost->state), 1e-6 * bench->memory);
}

int bench_training(Session *session)
{
    TrainBench *bench = calloc(1, sizeof *bench);
    if (!bench)
        fail(session, NULL, "out of memory");
    session->work = bench;
    session->close_work = close_bench;
    int status = check_arguments(session->arguments);
    if (!status)
        status = train_options(session, &bench->options);
    if (status)
        return status;
    bench->target = session_target(session);
    session->batch = bench->options.batch;
    session_graph(session, false);
    session_weights(session);
    session_input(session);
    bench->options.batch = session->batch;      /* an array decides */
    open_engine(session, bench);
    measure(session, bench);
    if (session->arguments->per_layer && bench->engine->part)
        measure_parts(session, bench);
    if (session->arguments->json)
        session->json = training_json(session, bench);
    else
        print_training(session, bench);
    if (bench->seconds && session->arguments->json)
        add_work_json(session, bench, session->json);
    else if (bench->seconds)
        print_parts(session, bench);
    return 0;
}
