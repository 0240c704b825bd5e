/* command_bench.c - `nncc bench`: how fast a network runs here, and what share of the machine that is.
 *
 * A machine drifts, so the yardstick (a loop of multiply-adds in registers, on the same threads) is measured before,
 * between and after the runs, and its best counts, as the best run does. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "../runtime/peak.h"
#include "command.h"

enum { WARM_UPS = 3, LEAST_RUNS = 5, ENOUGH_RUNS = 20, MOST_RUNS = 5000, PROFILED_RUNS = 10 };
static const double LONG_ENOUGH = 3, PEAK_EVERY = 0.5;      /* seconds */
static const double NOISY = 0.1;        /* variation of an idle machine stays below */

typedef struct {
    double *sample;                     /* seconds of each run, sorted by finish() */
    int count;
    double best, median, p90, variation;        /* variation: (p90 - best) / median: one hiccup among many runs is none */
    double peak;                        /* GFLOP/s of the yardstick: multiply-adds as wide as the target's */
    double avx2_peak;                   /* and of eight lanes */
    int lanes;                          /* of the target's registers */
    double compile, pack;               /* seconds: spec to kernels, packing weights */
    PassTimes times;                    /* the parts of `compile`, but for the checks between passes */
    int threads;
    const Target *target;
    const char *compiler;               /* jit, the name of a C compiler, or NULL for the system's */
    double compiler_seconds;            /* of that: JIT or C compiler; 0 when the object came from the cache */
} Bench;

/* ---- classes of layers ---------------------------------------------------------------------------------- */

typedef enum { CLASS_1x1, CLASS_3x3, CLASS_3x3_s2, CLASS_grouped, CLASS_conv, CLASS_linear, CLASS_rest, NCLASS } Class;
static const char *const class_name[] = {"1x1", "3x3 s1", "3x3 s2", "grouped", "other conv", "linear", "rest"};

static Class class_of(const Node *node)
{
    if (!node || (node->op != OP_conv && node->op != OP_linear))
        return CLASS_rest;
    const Attr *a = &node->attr;
    if (node->op == OP_linear)
        return CLASS_linear;
    if (a->groups > 1)
        return CLASS_grouped;
    if (a->kernel[0] == 1 && a->kernel[1] == 1)
        return CLASS_1x1;
    if (a->kernel[0] == 3 && a->kernel[1] == 3 && a->stride[0] == a->stride[1] && a->stride[0] <= 2)
        return a->stride[0] == 1 ? CLASS_3x3 : CLASS_3x3_s2;
    return CLASS_conv;
}

/* ---- measuring ------------------------------------------------------------------------------------------ */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void finish(Bench *bench)
{
    qsort(bench->sample, (size_t)bench->count, sizeof *bench->sample, ascending);
    bench->best = bench->sample[0];
    bench->median = bench->sample[bench->count / 2];
    bench->p90 = bench->sample[(bench->count - 1) * 9 / 10];
    bench->variation = (bench->p90 - bench->best) / bench->median;
}

static void measure(Session *session, Bench *bench)
{
    bench->sample = arena_alloc(&session->context, MOST_RUNS, sizeof *bench->sample);
    for (int i = 0; i < WARM_UPS; i++)
        session_forward(session, bench->threads, 0, session->batch);
    bench->avx2_peak = fma_peak(bench->threads, LANES);
    bench->peak = fma_peak(bench->threads, bench->lanes);
    double begin = seconds_now(), last_peak = begin;
    while (bench->count < MOST_RUNS && (bench->count < LEAST_RUNS || seconds_now() - begin < LONG_ENOUGH
                                        || (bench->count < ENOUGH_RUNS && seconds_now() - begin < 2 * LONG_ENOUGH))) {
        double start = seconds_now();
        session_forward(session, bench->threads, 0, session->batch);
        bench->sample[bench->count++] = seconds_now() - start;
        if (seconds_now() - last_peak > PEAK_EVERY) {
            bench->peak = fmax(bench->peak, fma_peak(bench->threads, bench->lanes));
            last_peak = seconds_now();
        }
    }
    bench->peak = fmax(bench->peak, fma_peak(bench->threads, bench->lanes));
    bench->avx2_peak = fmax(bench->avx2_peak, fma_peak(bench->threads, LANES));
    finish(bench);
}

/* The fastest time of each step among some profiled runs, seconds. */
static double *measure_steps(Session *session, Bench *bench)
{
    size_t nstep = session->program->nstep;
    double *best = arena_alloc(&session->context, nstep + 1, sizeof *best), *now = arena_alloc(&session->context, nstep + 1, sizeof *now);
    session_model(session, bench->target, bench->compiler, true);
    for (int run = 0; run < WARM_UPS + PROFILED_RUNS; run++) {
        memset(now, 0, nstep * sizeof *now);
        int status = session->model.profiled(session->packed, session->arena, session->input, session->batch, bench->threads, session->output, now);
        if (status)
            fail(session, NULL, "%s", session->model.strerror(status));
        for (size_t i = 0; i < nstep; i++)
            best[i] = run == 0 || now[i] < best[i] ? now[i] : best[i];
        bench->peak = fmax(bench->peak, fma_peak(bench->threads, bench->lanes));
    }
    return best;
}

/* ---- telling -------------------------------------------------------------------------------------------- */

static double gflops(double macs, double seconds)
{
    return seconds > 0 ? 2e-9 * macs / seconds : 0;
}

static double network_macs(const Session *session)
{
    return (double)graph_macs(session->graph) * session->batch;
}

static double peak_memory(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) ? 0 : (double)usage.ru_maxrss * 1024;
}

static json_t *steps_json(const Session *session, const Bench *bench, const double *seconds)
{
    json_t *list = json_array();
    for (size_t i = 0; seconds && i < session->program->nstep; i++) {
        const Step *step = &session->program->step[i];
        double rate = gflops((double)step->code->macs * session->batch, seconds[i]);
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:I, s:f, s:f, s:f}", "name", step->label ? step->label : step->code->name,
                                              "class", class_name[class_of(step->node)], "code", step->code->name,
                                              "macs", (json_int_t)step->code->macs, "ms", 1e3 * seconds[i], "gflops", rate,
                                              "peak_percent", 100 * rate / bench->peak));
    }
    return list;
}

static json_t *bench_json(const Session *session, const Bench *bench, const double *seconds)
{
    double rate = gflops(network_macs(session), bench->best);
    json_t *set = json_object(), *passes = json_object();
    for (int i = 0; i < bench->times.count; i++)
        json_object_set_new(passes, bench->times.pass[i].name, json_real(bench->times.pass[i].milliseconds));
    for (int i = 0; i < session->options.nset; i++)
        json_object_set_new(set, session->options.set[i].name, json_string(session->options.set[i].value));
    return json_pack("{s:s, s:o, s:s, s:s, s:I, s:I, s:i, s:i, s:i, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:o, s:I, s:I, s:I, s:o}",
                     "name", session->graph->name, "set", set, "target", bench->target->name, "backend", bench->compiler == jit ? jit : "aot",
                     "parameters", (json_int_t)graph_parameters(session->graph), "macs", (json_int_t)graph_macs(session->graph),
                     "batch", session->batch, "threads", bench->threads, "runs", bench->count, "min_ms", 1e3 * bench->best, "median_ms", 1e3 * bench->median,
                     "p90_ms", 1e3 * bench->p90, "variation", bench->variation, "gflops", rate, "peak_gflops", bench->peak, "avx2_peak_gflops", bench->avx2_peak,
                     "peak_percent", 100 * rate / bench->peak, "compile_ms", 1e3 * (bench->compile + bench->compiler_seconds),
                     "nncc_ms", 1e3 * bench->compile, "cc_ms", 1e3 * bench->compiler_seconds, "pack_ms", 1e3 * bench->pack, "passes_ms", passes,
                     "arena_bytes", (json_int_t)session->model.arena_size, "weights_bytes", (json_int_t)session->program->weights_floats * 4,
                     "peak_rss_bytes", (json_int_t)peak_memory(), "layers", steps_json(session, bench, seconds));
}

/* Where the time from the spec to a network that can be called went. Passes too quick to show count as the rest, as the
 * checks between passes do. */
static void print_compilation(const Bench *bench)
{
    double rest = 1e3 * bench->compile;
    printf("  spec to kernels %.3g ms: ", 1e3 * bench->compile);
    for (int i = 0; i < bench->times.count; i++)
        if (bench->times.pass[i].milliseconds >= 0.005) {
            printf("%s %.2f, ", bench->times.pass[i].name, bench->times.pass[i].milliseconds);
            rest -= bench->times.pass[i].milliseconds;
        }
    printf("the rest %.2f\n  ", rest);
    if (bench->compiler == jit)
        printf("JIT %.3g ms", 1e3 * bench->compiler_seconds);
    else if (bench->compiler_seconds > 0)
        printf("C compiler %.1f s", bench->compiler_seconds);
    else
        printf("C from the cache");
    printf(", packing weights %.3g ms\n", 1e3 * bench->pack);
}

static void print_summary(Session *session, const Bench *bench)
{
    Context *context = &session->context;
    double rate = gflops(network_macs(session), bench->best);
    printf("%s, %s, %s, batch %d, %d thread%s\n", session->graph->name, bench->target->name, bench->compiler == jit ? "JIT" : "C compiler",
           session->batch, bench->threads, bench->threads == 1 ? "" : "s");
    printf("  min %.4g ms, median %.4g ms, p90 %.4g ms (%d runs, variation %.1f %%)\n", 1e3 * bench->best, 1e3 * bench->median, 1e3 * bench->p90,
           bench->count, 100 * bench->variation);
    printf("  %.1f GFLOP/s in the fastest run: %.1f %% of the FMA peak of %.1f GFLOP/s", rate, 100 * rate / bench->peak, bench->peak);
    if (bench->lanes > LANES)
        printf(", %.1f %% of AVX2's %.1f", 100 * rate / bench->avx2_peak, bench->avx2_peak);
    putchar('\n');
    print_compilation(bench);
    printf("  arena %s bytes, weights %s bytes, peak memory of this process %.0f MB\n", with_commas(context, (int64_t)session->model.arena_size),
           with_commas(context, session->program->weights_floats * 4), 1e-6 * peak_memory());
}

static void print_steps(const Session *session, const Bench *bench, const double *seconds)
{
    double total = 0, class_seconds[NCLASS] = {0}, class_macs[NCLASS] = {0};
    for (size_t i = 0; i < session->program->nstep; i++)
        total += seconds[i];
    printf("\n%-32s %-11s %10s %10s %8s %8s\n", "Layer", "Class", "ms", "GFLOP/s", "% peak", "% time");
    for (size_t i = 0; i < session->program->nstep; i++) {
        const Step *step = &session->program->step[i];
        Class class = class_of(step->node);
        double macs = (double)step->code->macs * session->batch, rate = gflops(macs, seconds[i]);
        class_seconds[class] += seconds[i];
        class_macs[class] += macs;
        printf("%-32s %-11s %10.4f %10.1f %8.1f %8.1f\n", step->label ? step->label : step->code->name, class_name[class], 1e3 * seconds[i], rate,
               100 * rate / bench->peak, 100 * seconds[i] / total);
    }
    printf("\n%-32s %-11s %10s %10s %8s %8s\n", "Class of layers", "", "ms", "GFLOP/s", "% peak", "% time");
    for (int c = 0; c < NCLASS; c++) {
        double rate = gflops(class_macs[c], class_seconds[c]);
        if (class_seconds[c] > 0)
            printf("%-32s %-11s %10.4f %10.1f %8.1f %8.1f\n", class_name[c], "", 1e3 * class_seconds[c], rate, 100 * rate / bench->peak,
                   100 * class_seconds[c] / total);
    }
}

static void print_row(Session *session, const Bench *bench)
{
    Context *context = &session->context;
    const Options *options = &session->options;
    double rate = gflops(network_macs(session), bench->best);
    for (int i = 0; i < options->nset && !session->row; i++)
        printf("%-14s ", options->set[i].name);
    if (!session->row)
        printf("%14s %18s %10s %10s %10s %8s\n", "params", "mult-adds", "min ms", "median ms", "GFLOP/s", "% peak");
    for (int i = 0; i < options->nset; i++)
        printf("%-14s ", options->set[i].value);
    printf("%14s %18s %10.4g %10.4g %10.1f %8.1f\n", with_commas(context, graph_parameters(session->graph)),
           with_commas(context, graph_macs(session->graph)), 1e3 * bench->best, 1e3 * bench->median, rate, 100 * rate / bench->peak);
    fflush(stdout);
}

int command_bench(Session *session)
{
    const Arguments *arguments = session->arguments;
    Bench bench = {.threads = arguments->threads ? arguments->threads : processor_count(), .target = session_target(session),
                   .compiler = session_compiler(session, jit)};
    bench.lanes = LANES * bench.target->machine.widest;
    session_graph(session, false);
    session_weights(session);
    session_input(session);
    double start = seconds_now();
    session->options.times = &bench.times;
    session_program(session);
    bench.compile = seconds_now() - start;
    start = seconds_now();
    session_pack(session);
    bench.pack = seconds_now() - start;
    session_model(session, bench.target, bench.compiler, false);
    bench.compiler_seconds = session->model.compile_seconds;
    measure(session, &bench);
    bool layers = arguments->per_layer || (arguments->json && session->nrow == 1);
    double *seconds = layers ? measure_steps(session, &bench) : NULL;
    if (bench.variation > NOISY)
        fprintf(stderr, "nncc: this machine was noisy: times vary by %.0f %%, so trust the minimum more than the median\n", 100 * bench.variation);
    if (arguments->json)
        session->json = bench_json(session, &bench, seconds);
    else if (session->nrow > 1)
        print_row(session, &bench);
    else
        print_summary(session, &bench);
    if (arguments->per_layer && !arguments->json)
        print_steps(session, &bench, seconds);
    return 0;
}
