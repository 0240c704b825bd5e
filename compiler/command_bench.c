/* command_bench.c - `nncc bench`: how fast a network runs here, and what share of the machine that is.
 *
 * A machine drifts, so the yardstick (a loop of multiply-adds in registers, on the same threads) is measured before,
 * between and after the runs, and its best counts, as the best run does. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "../runtime/peak.h"
#include "command_bench.h"

enum { WARM_UPS = 3, LEAST_RUNS = 5, ENOUGH_RUNS = 20, MOST_RUNS = 5000, PROFILED_RUNS = 10 };
static const double LONG_ENOUGH = 3, PEAK_EVERY = 0.5;      /* seconds */

/* The same network by the cost model's choices, to be measured beside the tuned one. It takes the session's place for a run. */
typedef struct {
    Program *program;                   /* NULL: nothing was tuned */
    void *packed;
    Model model;
    double best;                        /* seconds of the fastest run */
    double *node;                       /* seconds of each node in the fastest profiled runs, by id; NULL: not measured */
} Rival;

typedef struct {
    Runs runs;
    double peak;                        /* GFLOP/s of the yardstick: multiply-adds as wide as the target's */
    double avx2_peak;                   /* and of eight lanes */
    int lanes;                          /* of the target's registers */
    double compile, pack;               /* seconds: spec to kernels, packing weights */
    PassTimes times;                    /* the parts of `compile`, but for the checks between passes */
    int threads;
    const Target *target;
    const char *compiler;               /* jit, the name of a C compiler, or NULL for the system's */
    double compiler_seconds;            /* of that: JIT or C compiler; 0 when the object came from the cache */
    double memory;                      /* bytes that the process has had at most, without the rival */
    Rival rival;
} Bench;

/* ---- classes of layers ---------------------------------------------------------------------------------- */

typedef enum { CLASS_1x1, CLASS_3x3, CLASS_3x3_s2, CLASS_grouped, CLASS_conv, CLASS_linear, CLASS_rest, NCLASS } Class;
static const char *const class_name[] = {"1x1", "3x3 s1", "3x3 s2", "grouped", "other conv", "linear", "rest"};

static Class class_of(const Node *node)
{
    node = node && node_banded(node) ? node_banded(node) : node;
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

void runs_finish(Runs *runs)
{
    static const double noisy = 0.1;    /* the variation of an idle machine stays below */
    qsort(runs->sample, (size_t)runs->count, sizeof *runs->sample, ascending);
    runs->best = runs->sample[0];
    runs->median = runs->sample[runs->count / 2];
    runs->p90 = runs->sample[(runs->count - 1) * 9 / 10];
    runs->variation = (runs->p90 - runs->best) / runs->median;
    if (runs->variation > noisy)
        fprintf(stderr,
                "nncc: this machine was noisy: times vary by %.0f %%, so trust the minimum more than the median\n",
                100 * runs->variation);
}

/* Bytes that this process has had at most. */
double peak_memory(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) ? 0 : (double)usage.ru_maxrss * 1024;
}

static void change_places(Session *session, Rival *rival)
{
    Program *program = session->program;
    void *packed = session->packed;
    Model model = session->model;
    session->program = rival->program;
    session->packed = rival->packed;
    session->model = rival->model;
    rival->program = program;
    rival->packed = packed;
    rival->model = model;
}

/* Compiles and packs the network without the tuned choices. */
static void make_rival(Session *session, Bench *bench)
{
    Rival *rival = &bench->rival;
    Options options = session->options;
    options.tuned = NULL;
    options.times = NULL;
    options.time = false;
    options.dump = NULL;
    rival->program = compile(&session->context, session->arguments->spec, NULL, &options);
    rival->model = (Model){0};
    change_places(session, rival);
    session_pack(session);
    session_model(session, bench->target, bench->compiler, false);
    change_places(session, rival);
}

/* Steps of one node together. */
static double *node_seconds(Context *context, const Program *program, const double *step)
{
    double *node = arena_alloc(context, (size_t)program->graph->count + 1, sizeof *node);
    for (size_t i = 0; i < program->nstep; i++)
        if (program->step[i].node)
            node[program->step[i].node->id] += step[i];
    return node;
}

static void run_rival(Session *session, Bench *bench)
{
    Rival *rival = &bench->rival;
    if (!rival->program)
        return;
    change_places(session, rival);
    double start = seconds_now();
    session_forward(session, bench->threads, 0, session->batch);
    double seconds = seconds_now() - start;
    change_places(session, rival);
    rival->best = rival->best > 0 ? fmin(rival->best, seconds) : seconds;
}

static void measure(Session *session, Bench *bench)
{
    bench->runs.sample = arena_alloc(&session->context, MOST_RUNS, sizeof *bench->runs.sample);
    for (int i = 0; i < WARM_UPS; i++)
        session_forward(session, bench->threads, 0, session->batch);
    bench->avx2_peak = fma_peak(bench->threads, LANES);
    bench->peak = fma_peak(bench->threads, bench->lanes);
    double begin = seconds_now(), last_peak = begin;
    while (bench->runs.count < MOST_RUNS && (bench->runs.count < LEAST_RUNS || seconds_now() - begin < LONG_ENOUGH
                                        || (bench->runs.count < ENOUGH_RUNS && seconds_now() - begin < 2 * LONG_ENOUGH))) {
        double start = seconds_now();
        session_forward(session, bench->threads, 0, session->batch);
        bench->runs.sample[bench->runs.count++] = seconds_now() - start;
        run_rival(session, bench);
        if (seconds_now() - last_peak > PEAK_EVERY) {
            bench->peak = fmax(bench->peak, fma_peak(bench->threads, bench->lanes));
            last_peak = seconds_now();
        }
    }
    bench->peak = fmax(bench->peak, fma_peak(bench->threads, bench->lanes));
    bench->avx2_peak = fmax(bench->avx2_peak, fma_peak(bench->threads, LANES));
    runs_finish(&bench->runs);
}

/* One profiled run; best[i]: the fastest time of step i so far, seconds. */
static void profile(Session *session, const Bench *bench, double *best)
{
    const Model *model = &session->model;
    size_t nstep = session->program->nstep;
    double *now = arena_alloc(&session->context, nstep + 1, sizeof *now);
    int status = model->profiled(session->packed, session->arena, session->input, session->batch, bench->threads, session->output, now);
    if (status)
        fail(session, NULL, "%s", model->strerror(status));
    for (size_t i = 0; i < nstep; i++)
        best[i] = best[i] > 0 ? fmin(best[i], now[i]) : now[i];
}

/* The fastest time of each step among some profiled runs, seconds; likewise of each node of the rival. */
static double *measure_steps(Session *session, Bench *bench)
{
    Rival *rival = &bench->rival;
    Context *context = &session->context;
    double *best = arena_alloc(context, session->program->nstep + 1, sizeof *best);
    double *other = rival->program ? arena_alloc(context, rival->program->nstep + 1, sizeof *other) : NULL;
    session_model(session, bench->target, bench->compiler, true);
    if (other) {
        change_places(session, rival);
        session_model(session, bench->target, bench->compiler, true);
        change_places(session, rival);
    }
    for (int run = 0; run < WARM_UPS + PROFILED_RUNS; run++) {
        profile(session, bench, best);
        if (other) {
            change_places(session, rival);
            profile(session, bench, other);
            change_places(session, rival);
        }
        bench->peak = fmax(bench->peak, fma_peak(bench->threads, bench->lanes));
    }
    if (other)
        rival->node = node_seconds(context, rival->program, other);
    return best;
}

/* ---- telling -------------------------------------------------------------------------------------------- */

double gflops(double macs, double seconds)
{
    return seconds > 0 ? 2e-9 * macs / seconds : 0;
}

static double network_macs(const Session *session)
{
    return (double)graph_macs(session->graph) * session->batch;
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

json_t *settings_json(const Session *session)
{
    json_t *set = json_object();
    for (int i = 0; i < session->options.nset; i++)
        json_object_set_new(set, session->options.set[i].name, json_string(session->options.set[i].value));
    return set;
}

json_t *passes_json(const PassTimes *times)
{
    json_t *passes = json_object();
    for (int i = 0; i < times->count; i++)
        json_object_set_new(passes, times->pass[i].name, json_real(times->pass[i].milliseconds));
    return passes;
}

static json_t *bench_json(const Session *session, const Bench *bench, const double *seconds)
{
    double rate = gflops(network_macs(session), bench->runs.best);
    json_t *json = json_pack(
        "{s:s, s:o, s:s, s:s, s:I, s:I, s:i, s:i, s:i, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:o, s:I, s:I, s:I, s:o}",
        "name", session->graph->name, "set", settings_json(session), "target", bench->target->name, "backend",
        bench->compiler == jit ? jit : "aot", "parameters", (json_int_t)graph_parameters(session->graph), "macs",
        (json_int_t)graph_macs(session->graph), "batch", session->batch, "threads", bench->threads, "runs",
        bench->runs.count, "min_ms", 1e3 * bench->runs.best, "median_ms", 1e3 * bench->runs.median, "p90_ms",
        1e3 * bench->runs.p90, "variation", bench->runs.variation, "gflops", rate, "peak_gflops", bench->peak,
        "avx2_peak_gflops", bench->avx2_peak, "peak_percent", 100 * rate / bench->peak, "compile_ms",
        1e3 * (bench->compile + bench->compiler_seconds), "nncc_ms", 1e3 * bench->compile, "cc_ms",
        1e3 * bench->compiler_seconds, "pack_ms", 1e3 * bench->pack, "passes_ms", passes_json(&bench->times),
        "arena_bytes", (json_int_t)session->model.arena_size, "weights_bytes",
        (json_int_t)session->program->weights_floats * 4, "peak_rss_bytes", (json_int_t)bench->memory, "layers",
        steps_json(session, bench, seconds));
    if (bench->rival.program)
        json_object_set_new(json, "model_min_ms", json_real(1e3 * bench->rival.best));
    return json;
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
    double rate = gflops(network_macs(session), bench->runs.best);
    printf("%s, %s, %s, batch %d, %d thread%s\n", session->graph->name, bench->target->name, bench->compiler == jit ? "JIT" : "C compiler",
           session->batch, bench->threads, bench->threads == 1 ? "" : "s");
    printf("  min %.4g ms, median %.4g ms, p90 %.4g ms (%d runs, variation %.1f %%)\n", 1e3 * bench->runs.best,
           1e3 * bench->runs.median, 1e3 * bench->runs.p90, bench->runs.count, 100 * bench->runs.variation);
    printf("  %.1f GFLOP/s in the fastest run: %.1f %% of the FMA peak of %.1f GFLOP/s", rate, 100 * rate / bench->peak, bench->peak);
    if (bench->lanes > LANES)
        printf(", %.1f %% of AVX2's %.1f", 100 * rate / bench->avx2_peak, bench->avx2_peak);
    putchar('\n');
    if (bench->rival.program)
        printf("  the cost model's own choices: min %.4g ms, %+.1f %%\n", 1e3 * bench->rival.best,
               100 * (bench->rival.best / bench->runs.best - 1));
    print_compilation(bench);
    printf("  arena %s bytes, weights %s bytes, peak memory of this process %.0f MB\n",
           with_commas(context, (int64_t)session->model.arena_size),
           with_commas(context, session->program->weights_floats * 4), 1e-6 * bench->memory);
}

/* One line of a table: seconds by these choices and, where there is a rival, how much longer the model's take. */
static void print_line(const Bench *bench, const char *name, const char *class, double macs, double seconds, double rival, double total)
{
    double rate = gflops(macs, seconds);
    printf("%-32s %-11s %10.4f %10.1f %8.1f %8.1f", name, class, 1e3 * seconds, rate, 100 * rate / bench->peak, 100 * seconds / total);
    if (rival > 0)
        printf(" %10.4f %+8.1f", 1e3 * rival, 100 * (rival / seconds - 1));
    putchar('\n');
}

static void print_heads(const Bench *bench, const char *name, const char *class)
{
    printf("\n%-32s %-11s %10s %10s %8s %8s", name, class, "ms", "GFLOP/s", "% peak", "% time");
    puts(bench->rival.node ? "   model ms     by %" : "");
}

/* What the rival's node took, in the line of the first step that computes the node. */
static double rival_seconds(const Session *session, const Bench *bench, size_t step)
{
    const Node *node = session->program->step[step].node;
    bool first = node && (!step || session->program->step[step - 1].node != node);
    return bench->rival.node && first ? bench->rival.node[node->id] : 0;
}

static void print_steps(const Session *session, const Bench *bench, const double *seconds)
{
    double total = 0, rivals = 0, class_seconds[NCLASS] = {0}, class_rival[NCLASS] = {0}, class_macs[NCLASS] = {0};
    for (size_t i = 0; i < session->program->nstep; i++)
        total += seconds[i];
    print_heads(bench, "Layer", "Class");
    for (size_t i = 0; i < session->program->nstep; i++) {
        const Step *step = &session->program->step[i];
        Class class = class_of(step->node);
        double macs = (double)step->code->macs * session->batch, rival = rival_seconds(session, bench, i);
        class_seconds[class] += seconds[i];
        class_rival[class] += rival;
        class_macs[class] += macs;
        rivals += rival;
        print_line(bench, step->label ? step->label : step->code->name, class_name[class], macs, seconds[i], rival, total);
    }
    print_heads(bench, "Class of layers", "");
    for (int c = 0; c < NCLASS; c++)
        if (class_seconds[c] > 0)
            print_line(bench, class_name[c], "", class_macs[c], class_seconds[c], class_rival[c], total);
    if (rivals > 0)
        print_line(bench, "all", "", network_macs(session), total, rivals, total);
}

static void print_row(Session *session, const Bench *bench)
{
    Context *context = &session->context;
    const Options *options = &session->options;
    double rate = gflops(network_macs(session), bench->runs.best);
    for (int i = 0; i < options->nset && !session->row; i++)
        printf("%-14s ", options->set[i].name);
    if (!session->row)
        printf("%14s %18s %10s %10s %10s %8s\n", "params", "mult-adds", "min ms", "median ms", "GFLOP/s", "% peak");
    for (int i = 0; i < options->nset; i++)
        printf("%-14s ", options->set[i].value);
    printf("%14s %18s %10.4g %10.4g %10.1f %8.1f\n", with_commas(context, graph_parameters(session->graph)),
           with_commas(context, graph_macs(session->graph)), 1e3 * bench->runs.best, 1e3 * bench->runs.median, rate,
           100 * rate / bench->peak);
    fflush(stdout);
}

int command_bench(Session *session)
{
    const Arguments *arguments = session->arguments;
    if (arguments->train_step)
        return bench_training(session);
    if (arguments->train.optimizer || arguments->recompute)
        return usage_error("add --train", "--optimizer and --recompute are of training steps");
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
    session_forward(session, bench.threads, 0, session->batch);
    bench.memory = peak_memory();
    if (session->options.tuned)
        make_rival(session, &bench);
    measure(session, &bench);
    bool layers = arguments->per_layer || (arguments->json && session->nrow == 1);
    double *seconds = layers ? measure_steps(session, &bench) : NULL;
    if (arguments->json)
        session->json = bench_json(session, &bench, seconds);
    else if (session->nrow > 1)
        print_row(session, &bench);
    else
        print_summary(session, &bench);
    if (arguments->per_layer && !arguments->json)
        print_steps(session, &bench, seconds);
    model_close(&bench.rival.model);
    free(bench.rival.packed);
    return 0;
}
