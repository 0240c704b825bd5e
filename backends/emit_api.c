/* emit_api.c - what model.h declares, as C: status texts, sizes, checks, forward(), weights files, timers. */
#include "emit.h"

#include <string.h>

static const char *processor_text(const Emit *e)
{
    return arena_printf(e->program->context, "this processor lacks %s or %s", e->fast->feature[0], e->fast->feature[1]);
}

static void emit_strerror(Emit *e)
{
    static const struct { const char *name, *text; } status[] = {
#define STATUS(word, name, text) {name, text},
#include "status.h"
    };
    emit_lines(e,
        "const char *@_strerror(int status)\n"
        "{\n"
        "    switch (status) {\n");
    for (size_t i = 0; i < sizeof status / sizeof *status; i++)
        text_add(e->out, "    case %s_%s:%*s return \"%s\";\n", e->upper, status[i].name, (int)(15 - strlen(status[i].name)), "",
                 e->fast && !strcmp(status[i].name, "ERROR_PROCESSOR") ? processor_text(e) : status[i].text);
    emit_lines(e,
        "    }\n"
        "    return \"unknown status\";\n"
        "}\n\n");
}

static void emit_sizes(Emit *e)
{
    text_add(e->out,
        "size_t %s_arena_size(void)\n{\n    return (size_t)%lld * %s_MAX_BATCH;\n}\n\n"
        "size_t %s_weights_size(void)\n{\n    return sizeof(Stamp) + expected.bytes;\n}\n\n",
        e->prefix, (long long)e->program->arena_floats * 4, e->upper, e->prefix);
}

static void emit_checks(Emit *e)
{
    emit_lines(e,
        "static int check_stamp(const Stamp *stamp)\n"
        "{\n"
        "    if (memcmp(stamp->magic, expected.magic, sizeof stamp->magic))\n"
        "        return $_ERROR_FORMAT;\n"
        "    if (stamp->version != expected.version)\n"
        "        return $_ERROR_VERSION;\n"
        "    if (stamp->model != expected.model)\n"
        "        return $_ERROR_MODEL;\n"
        "    if (stamp->layout != expected.layout || stamp->bytes != expected.bytes)\n"
        "        return $_ERROR_LAYOUT;\n"
        "    return $_OK;\n"
        "}\n\n");
    emit_query(e);
}

void emit_query(Emit *e)
{
    if (!e->fast)
        return;
    text_add(e->out,
        "/* Whether the processor has %s and %s, and the system saves their registers. Asked on each call, in about 2\n"
        " * microseconds, because a file without mutable state remembers nothing. */\n"
        "static int has_%s(void)\n"
        "{\n", e->fast->feature[0], e->fast->feature[1], e->fast->name);
    if (e->options->ntarget > 1)
        text_add(e->out, "#if %s\n", e->fast->guard);
    emit_lines(e,
        "    unsigned a, b, c, d, state, high;\n"
        "    __cpuid(1, a, b, c, d);\n"
        "    if (~c & (1u << 12 | 1u << 27 | 1u << 29))   /* FMA, half precision, and xgetbv is allowed */\n"
        "        return 0;\n"
        "    __asm__ volatile (\"xgetbv\" : \"=a\"(state), \"=d\"(high) : \"c\"(0));\n"
        "    __cpuid_count(7, 0, a, b, c, d);    /* every processor with FMA has this leaf */\n");
    text_add(e->out, "    return %s;\n", e->fast->query);
    if (e->options->ntarget > 1)
        emit_lines(e, "#else\n    return 0;\n#endif\n");
    emit_lines(e, "}\n\n");
}

/* Where a thread's share of a layer's tasks begins: what runtime/parallel.c does for the JIT. */
void emit_share(Emit *e)
{
    emit_lines(e,
        "/* The tasks, and their work, of a group of so many images. */\n"
        "static Part sum_parts(const Part *part, int images)\n"
        "{\n"
        "    Part sum = { images, 0, 0 };\n"
        "    for (; part->images; part++)\n"
        "        if (part->images == images) {\n"
        "            sum.tasks += part->tasks;\n"
        "            sum.work += (double)part->tasks * part->work;\n"
        "        }\n"
        "    return sum;\n"
        "}\n\n"
        "/* Of the tasks of one group of images, those that come before so much work. */\n"
        "static ptrdiff_t tasks_before(const Part *part, int images, double work)\n"
        "{\n"
        "    ptrdiff_t task = 0;\n"
        "    for (; part->images; part++)\n"
        "        if (part->images == images) {\n"
        "            const ptrdiff_t count = (ptrdiff_t)(work / part->work + 0.5);\n"
        "            if (count < part->tasks)\n"
        "                return task + (count > 0 ? count : 0);\n"
        "            task += part->tasks;\n"
        "            work -= (double)part->tasks * part->work;\n"
        "        }\n"
        "    return task;\n"
        "}\n\n"
        "/* The first task of a thread: before it lies the work of the threads before. Groups of images come first, then the images\n"
        " * that are left. */\n"
        "static ptrdiff_t first_task(const Part *part, int batch, int thread, int threads)\n"
        "{\n"
        "    const int group = part->images;\n"
        "    const Part grouped = sum_parts(part, group), single = sum_parts(part, 1);\n"
        "    const ptrdiff_t groups = batch / group, rest = batch % group;\n"
        "    const double first = (double)groups * grouped.work;\n"
        "    double work = (first + (double)rest * single.work) * thread / threads;\n"
        "    if (thread == threads)\n"
        "        return groups * grouped.tasks + rest * single.tasks;\n"
        "    const int among_groups = work < first || thread == 0;\n"
        "    const Part each = among_groups ? grouped : single;\n"
        "    work -= among_groups ? 0 : first;\n"
        "    const ptrdiff_t whole = (ptrdiff_t)(work / each.work);\n"
        "    return (among_groups ? 0 : groups * grouped.tasks) + whole * each.tasks\n"
        "         + tasks_before(part, each.images, work - (double)whole * each.work);\n"
        "}\n\n");
}

/* A thread's share of a layer, and how its time is taken. */
static void emit_layer(Emit *e)
{
    emit_lines(e,
        "/* A thread's share of the tasks that some images, from `first` on, have in one layer. Where they do not begin at 0, no task\n"
        " * takes several. */\n"
        "static void run_share(const Run *run, const Step *step, int first, int images, int thread, int threads)\n"
        "{\n"
        "    const ptrdiff_t before = first ? first * first_task(step->part, 1, 1, 1) : 0;\n"
        "    const ptrdiff_t end = before + first_task(step->part, images, thread + 1, threads);\n"
        "    for (ptrdiff_t task = before + first_task(step->part, images, thread, threads); task < end; task++)\n"
        "        step->run(run, step->slot, task);\n"
        "}\n\n");
    if (e->options->profile)
        emit_lines(e,
            "/* The time since *start is a layer's. */\n"
            "static void stop_clock(const Run *run, int thread, size_t layer, double *start)\n"
            "{\n"
            "    if (!run->seconds)\n"
            "        return;\n"
            "    const double stop = now();\n"
            "    if (thread == 0)\n"
            "        run->seconds[layer] += stop - *start;\n"
            "    *start = stop;\n"
            "}\n\n");
}

static void emit_images_alone(Emit *e)
{
    text_add(e->out,
        "    const size_t leading = %zu;          /* layers that have much to read beside few filters: image by image */\n"
        "    const int each = run->batch / threads;\n"
        "    for (int image = thread * each; image < (thread + 1) * each; image++)\n"
        "        for (size_t i = 0; i < leading; i++) {\n"
        "            run_share(run, &steps[i], image, 1, 0, 1);\n"
        "%s"
        "        }\n",
        e->program->leading, e->options->profile ? "            stop_clock(run, thread, i, &start);\n" : "");
}

/* What runtime/parallel.c does for the JIT; without leading layers all images go through each layer together. */
static void emit_run(Emit *e)
{
    bool profile = e->options->profile, leading = e->program->leading;
    emit_layer(e);
    emit_lines(e,
        "/* Every thread of a team goes through all layers, does its share of each one's tasks, and waits for the others. Without a\n"
        " * team, or without OpenMP, one thread does them all. */\n"
        "static void run_steps(const Run *run)\n"
        "{\n"
        "    int thread = 0, threads = 1;\n"
        "#ifdef _OPENMP\n"
        "    thread = omp_get_thread_num();\n"
        "    threads = omp_get_num_threads();\n"
        "#endif\n");
    if (profile)
        emit_lines(e,
            "    for (size_t i = 0; run->seconds && thread == 0 && i < $_STEPS; i++)\n"
            "        run->seconds[i] = 0;\n"
            "    double start = run->seconds ? now() : 0;\n");
    if (leading)
        emit_images_alone(e);
    text_add(e->out, "    for (size_t i = %s; i < sizeof steps / sizeof *steps; i++) {\n",
             leading ? "each * threads == run->batch ? leading : 0" : "0");
    if (leading)
        emit_lines(e,
            "        const int first = i < leading ? each * threads : 0;\n"
            "#ifdef _OPENMP\n"
            "        if (i == leading && each) {\n"
            "#pragma omp barrier\n"
            "        }\n"
            "#endif\n");
    text_add(e->out, "        run_share(run, &steps[i], %s, thread, threads);\n", leading ? "first, run->batch - first" : "0, run->batch");
    emit_lines(e,
        "#ifdef _OPENMP\n"
        "#pragma omp barrier\n"
        "#endif\n");
    if (profile)
        emit_lines(e, "        stop_clock(run, thread, i, &start);\n");
    emit_lines(e, "    }\n}\n\n");
}

static void emit_forward_body(Emit *e)
{
    emit_lines(e, "{\n");
    if (e->options->embed)
        emit_lines(e, "    if (!weights)\n        weights = &embedded;\n");
    emit_lines(e,
        "    if (!weights || !arena || !input || !output || threads < 1 || threads > 1024)\n"
        "        return $_ERROR_ARGUMENT;\n"
        "    if (batch < 1 || batch > $_MAX_BATCH)\n"
        "        return $_ERROR_BATCH;\n"
        "    if ((uintptr_t)weights % 64 || (uintptr_t)arena % 64)\n"
        "        return $_ERROR_ALIGNMENT;\n");
    if (e->fast && e->options->ntarget == 1)
        text_add(e->out, "    if (!has_%s())\n        return %s_ERROR_PROCESSOR;\n", e->fast->name, e->upper);
    emit_lines(e,
        "    const Stamp *stamp = weights;\n"
        "    const int status = check_stamp(stamp);\n"
        "    if (status != $_OK)\n"
        "        return status;\n"
        "    const Run run = {\n"
        "        .weights = (const float *)(stamp + 1),\n"
        "        .arena = arena,\n"
        "        .input = input,\n"
        "        .output = output,\n"
        "        .batch = batch,\n");
    if (e->options->ntarget > 1)
        text_add(e->out, "        .%s = has_%s(),\n", e->fast->name, e->fast->name);
    if (e->options->profile)
        emit_lines(e, "        .seconds = seconds,\n");
    emit_lines(e,
        "    };\n"
        "#ifdef _OPENMP\n"
        "#pragma omp parallel num_threads(threads) if (threads > 1)\n"
        "#endif\n"
        "    run_steps(&run);\n"
        "    return $_OK;\n"
        "}\n\n");
}

static void emit_forward(Emit *e)
{
    static const char arguments[] = "(const void *weights, void *arena, const float *input, int batch, int threads, float *output";
    if (!e->options->profile) {
        emit_lines(e, "int @_forward");
        text_add(e->out, "%s)\n", arguments);
        emit_forward_body(e);
        return;
    }
    emit_lines(e, "int @_forward_profiled");
    text_add(e->out, "%s,\n    double *seconds)\n", arguments);
    emit_forward_body(e);
    emit_lines(e, "int @_forward");
    text_add(e->out, "%s)\n{\n    return %s_forward_profiled(weights, arena, input, batch, threads, output, NULL);\n}\n\n", arguments,
             e->prefix);
}

static void emit_files(Emit *e)
{
    emit_lines(e,
        "#if defined(__unix__) || defined(__APPLE__)\n\n"
        "static int map_file(int file, const void **weights)\n"
        "{\n"
        "    struct stat info;\n"
        "    Stamp stamp;\n"
        "    if (fstat(file, &info))\n"
        "        return $_ERROR_FILE;\n"
        "    if (!S_ISREG(info.st_mode) || pread(file, &stamp, sizeof stamp, 0) != (ssize_t)sizeof stamp)\n"
        "        return $_ERROR_FORMAT;\n"
        "    const int status = check_stamp(&stamp);\n"
        "    if (status != $_OK)\n"
        "        return status;\n"
        "    if ((uintmax_t)info.st_size != @_weights_size())\n"
        "        return $_ERROR_TRUNCATED;\n"
        "    void *block = mmap(NULL, @_weights_size(), PROT_READ, MAP_PRIVATE, file, 0);\n"
        "    if (block == MAP_FAILED)\n"
        "        return $_ERROR_FILE;\n"
        "    *weights = block;\n"
        "    return $_OK;\n"
        "}\n\n"
        "int @_weights_map(const char *path, const void **weights)\n"
        "{\n"
        "    if (!path || !weights)\n"
        "        return $_ERROR_ARGUMENT;\n"
        "    const int file = open(path, O_RDONLY | O_NONBLOCK);     /* a pipe must not make us wait */\n"
        "    if (file < 0)\n"
        "        return $_ERROR_FILE;\n"
        "    const int status = map_file(file, weights);\n"
        "    close(file);\n"
        "    return status;\n"
        "}\n\n"
        "void @_weights_unmap(const void *weights)\n"
        "{\n"
        "    if (weights)\n"
        "        munmap((void *)(uintptr_t)weights, @_weights_size());\n"
        "}\n\n"
        "#else /* no mmap: read the file into aligned memory yourself */\n\n"
        "int @_weights_map(const char *path, const void **weights)\n"
        "{\n"
        "    return path && weights ? $_ERROR_FILE : $_ERROR_ARGUMENT;\n"
        "}\n\n"
        "void @_weights_unmap(const void *weights)\n"
        "{\n"
        "    (void)weights;\n"
        "}\n\n"
        "#endif\n\n");
}

static void emit_clock(Emit *e)
{
    if (e->options->profile || e->options->with_main)
        emit_lines(e,
            "static double now(void)\n"
            "{\n"
            "    struct timespec time;\n"
            "    clock_gettime(CLOCK_MONOTONIC, &time);\n"
            "    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;\n"
            "}\n\n");
}

static void emit_step_table(Emit *e)
{
    const Program *program = e->program;
    emit_lines(e,
        "/* What the steps are called, and their multiply-accumulates. */\n"
        "static const struct {\n"
        "    const char *name;\n"
        "    long long macs;\n"
        "} described[] = {\n");
    for (size_t i = 0; i < program->nstep; i++) {
        const Step *step = &program->step[i];
        text_append(e->out, "    { ", 6);
        text_string(e->out, step->label ? step->label : step->code->name);
        text_add(e->out, ", %lld },\n", (long long)step->code->macs);
    }
    emit_lines(e,
        "};\n\n"
        "int @_steps(void)\n"
        "{\n"
        "    return $_STEPS;\n"
        "}\n\n"
        "const char *@_step_name(int step)\n"
        "{\n"
        "    return step >= 0 && step < $_STEPS ? described[step].name : NULL;\n"
        "}\n\n"
        "long long @_step_macs(int step)\n"
        "{\n"
        "    return step >= 0 && step < $_STEPS ? described[step].macs : 0;\n"
        "}\n\n");
}

/* The best of many trials of the kernel `peak` on a team of threads. */
static void emit_peak(Emit *e)
{
    int64_t operations = 0;
    for (size_t i = 0, trips = 1; i < e->kernels->count; i++) {
        const VIns *ins = &e->kernels->code[i];
        trips = ins->op == V_loop ? (size_t)ins->count : ins->op == V_end ? 1 : trips;
        operations += ins->op == V_fma ? (2 * LANES << ins->wide) * (int64_t)trips : 0;
    }
    emit_lines(e, "/* Runs the kernel `peak` once; returns its floating-point operations. */\n");
    text_add(e->out, "static double run_peak(%s)\n{\n    float sums[%d];\n    ", e->options->ntarget > 1 ? "const Run *run" : "void",
             LANES * e->program->graph->machine.widest);
    if (e->options->ntarget > 1)
        text_add(e->out, "(void)run;                          /* where there is nothing to pick */\n    ");
    text_add(e->out, e->options->ntarget > 1 ? "PICK(peak)" : "%s_peak", e->options->target[0]->name);
    text_add(e->out, "(sums, peak_constants);\n    volatile float used = sums[0];\n    return used > 0 ? %lld : 0;\n}\n\n",
             (long long)operations);
    emit_lines(e,
        "double @_peak_gflops(int threads)\n"
        "{\n"
        "    double best = 0;\n");
    if (e->options->ntarget > 1)
        text_add(e->out, "    const Run run = { .%s = has_%s() };\n", e->fast->name, e->fast->name);
    else if (e->fast)
        text_add(e->out, "    if (!has_%s())\n        return 0;\n", e->fast->name);
    emit_lines(e,
        "    for (const double begin = now(); threads > 0 && now() - begin < 0.05;) {\n"
        "        double operations = 0;\n"
        "        const double start = now();\n"
        "#ifdef _OPENMP\n"
        "#pragma omp parallel num_threads(threads)\n"
        "#endif\n"
        "        {\n");
    text_add(e->out, "            const double mine = run_peak(%s);\n", e->options->ntarget > 1 ? "&run" : "");
    emit_lines(e,
        "#ifdef _OPENMP\n"
        "#pragma omp atomic\n"
        "#endif\n"
        "            operations += mine;\n"
        "        }\n"
        "        const double rate = operations / (now() - start) * 1e-9;\n"
        "        best = rate > best ? rate : best;\n"
        "    }\n"
        "    return best;\n"
        "}\n\n");
}

void emit_api(Emit *e)
{
    emit_strerror(e);
    emit_sizes(e);
    emit_checks(e);
    emit_clock(e);
    emit_share(e);
    emit_run(e);
    emit_forward(e);
    emit_files(e);
    if (e->options->profile) {
        emit_step_table(e);
        emit_peak(e);
    }
}
