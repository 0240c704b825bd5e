/* jit.c - a program compiled in this process by TCC, in milliseconds.
 *
 * TCC gets one function per step code, without any header or library; what they need is handed in by name. Kernels are machine
 * code already, for which TCC only keeps room. Where the processor lacks AVX2 or FMA, they are portable C for it. The order of
 * steps is data, which native code (runtime/parallel.c) walks. libtcc keeps its state in globals, so one compilation runs at a
 * time. */
#include <libtcc.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "../runtime/parallel.h"
#include "../runtime/peak.h"
#include "emit.h"
#include "x86.h"

/* A compiled program; everything that its code refers to. */
typedef struct {
    void *code;                         /* machine code: a mapping that may be read and executed, never written */
    size_t code_size;
    float *constants;                   /* the pools of all kernels, one after the other */
    RunStep *step;
    RunPart *part;                      /* of all codes, one list after the other */
    size_t nstep, leading;              /* steps, and those of them that images go through one by one */
    Stamp expected;                     /* of the weights that fit */
    int max_batch;
    size_t scratch_floats;              /* of each thread */
} Jit;

enum {
#define STATUS(name, ...) STATUS_##name,
#include "status.h"
};

static const char *status_text(int status)
{
    static const char *const text[] = {
#define STATUS(name, word, text) text,
#include "status.h"
    };
    return status >= 0 && status < (int)(sizeof text / sizeof *text) ? text[status] : "unknown status";
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- running: the checks of the emitted forward(), and its codes ------------------------------------------------ */

static int check_stamp(const Stamp *stamp, const Stamp *expected)
{
    if (memcmp(stamp->magic, expected->magic, sizeof stamp->magic))
        return STATUS_format;
    if (stamp->version != expected->version)
        return STATUS_version;
    if (stamp->model != expected->model)
        return STATUS_model;
    if (stamp->layout != expected->layout || stamp->bytes != expected->bytes)
        return STATUS_layout;
    return STATUS_ok;
}

/* What the compiled functions forward() and profiled() call; `run` carries their arguments. */
static int jit_forward(const Jit *jit, const Stamp *weights, Run *run, int threads)
{
    if (!weights || !run->arena || !run->input || !run->output || threads < 1 || threads > 1024)
        return STATUS_argument;
    if (run->batch < 1 || run->batch > jit->max_batch)
        return STATUS_batch;
    if ((uintptr_t)weights % 64 || (uintptr_t)run->arena % 64)
        return STATUS_alignment;
    int status = check_stamp(weights, &jit->expected);
    if (status != STATUS_ok)
        return status;
    run->weights = (const float *)(weights + 1);
    run->scratch_floats = jit->scratch_floats;
    run_steps(jit->step, jit->nstep, jit->leading, run, threads);
    return STATUS_ok;
}

static void jit_step(const void *handle, const StepArrays *arrays, int threads, double *seconds)
{
    const Jit *jit = handle;
    const Run run = {.weights = arrays->weights, .arena = arrays->arena, .input = arrays->input, .output = arrays->output,
                     .batch = jit->max_batch, .seconds = seconds, .scratch_floats = jit->scratch_floats, .target = arrays->target,
                     .common = arrays->common, .gradient = arrays->gradient, .state = arrays->state};
    run_long_steps(jit->step, jit->nstep, &run, threads);
}

/* ---- what TCC gets ------------------------------------------------------------------------------------------------ */

static const char beginning[] =
    "typedef __PTRDIFF_TYPE__ ptrdiff_t;\n"
    "typedef __SIZE_TYPE__ size_t;\n"
    "typedef unsigned uint32_t;\n"
    "typedef unsigned short uint16_t;\n"
    "void *memcpy(void *, const void *, size_t);\n"
    "void *memmove(void *, const void *, size_t);\n"
    "float fmaf(float, float, float);\n"
    "float sqrtf(float);\n"
    "typedef struct {\n"
    "    float *weights;\n"
    "    float *arena;\n"
    "    const float *input;\n"
    "    float *output;\n"
    "    float *scratch;\n"
    "    int batch;\n"
    "    double *seconds;\n"
    "    size_t scratch_floats;\n"
    "    const float *target;\n"
    "    float *common, *gradient, *state;\n"
    "} Run;\n";

/* `jit` is the address of the Jit: that is how a plain function pointer knows its model. */
static const char ending[] =
    "extern const char jit[];\n"
    "int jit_forward(const void *, const void *, Run *, int);\n"
    "int profiled(const void *weights, void *arena, const float *input, int batch, int threads, float *output, double *seconds)\n"
    "{\n"
    "    Run run;\n"
    "    run.arena = arena;\n"
    "    run.input = input;\n"
    "    run.output = output;\n"
    "    run.batch = batch;\n"
    "    run.seconds = seconds;\n"
    "    return jit_forward(jit, weights, &run, threads);\n"
    "}\n"
    "int forward(const void *weights, void *arena, const float *input, int batch, int threads, float *output)\n"
    "{\n"
    "    return profiled(weights, arena, input, batch, threads, output, 0);\n"
    "}\n";

typedef struct {
    Text text;                          /* for TCC */
    Text code;                          /* machine code of all kernels, for which the text keeps room behind the symbol `kernels` */
} Unit;

/* Kernels begin on 32 bytes, as much as processors fetch or decode at once. */
static void add_machine_code(Unit *unit, const Kernel *kernel)
{
    enum { ALIGNMENT = 32 };
    size_t start = unit->code.size;
    if (!start)
        text_add(&unit->text, "__asm__(\".globl kernels\\n.p2align 5\\nkernels:\\n\");\n");
    encode_kernel(&unit->code, kernel);
    while (unit->code.size % ALIGNMENT)
        text_append(&unit->code, "\x90", 1);
    print_kernel_prototype(&unit->text, kernel, &target_x86);
    text_add(&unit->text, "__asm__(\".globl x86_%s\\nx86_%s:\\n.skip %zu\\n\");\n", kernel->name, kernel->name,
             unit->code.size - start);
}

static Unit jit_source(const Program *program, const Target *target)
{
    Unit unit = {text_new(program->context), text_new(program->context)};
    Text *text = &unit.text;
    EmitOptions options = {.target = {target}, .ntarget = 1};
    Emit e = {.out = text, .program = program, .options = &options, .kernels = program->kernels, .bare = true,
              .input = program->graph->input->shape, .output = node_result(program->graph->output)};
    text_append(text, beginning, sizeof beginning - 1);
    if (target != &target_x86)
        print_helpers(text, program->kernels, target);
    for (const Kernel *kernel = program->kernels; kernel; kernel = kernel->next) {
        if (kernel->constants >= 0)
            text_add(text, "extern const float %s_constants[];\n", kernel->name);
        if (target == &target_x86)
            add_machine_code(&unit, kernel);
        else
            print_kernel(text, kernel, target, KERNEL_STATIC);
    }
    emit_steps(&e);
    text_append(text, ending, sizeof ending - 1);
    return unit;
}

_Static_assert((int)RUN_SLOTS == (int)MAX_SLOTS, "the runtime has a place for every slot of a step");
_Static_assert((int)RUN_BESIDE == (int)STEPS_BESIDE, "the runtime looks back as far as the compiler");

/* ---- TCC: one call at a time --------------------------------------------------------------------------------------- */

static pthread_mutex_t tcc_turn = PTHREAD_MUTEX_INITIALIZER;

static void keep_message(void *opaque, const char *message)
{
    Failure *failure = opaque;
    if (!*failure->text)
        failure_set(failure, "TCC refuses the generated code: %s", message);
}

static void add_symbols(TCCState *tcc, const Jit *jit, const Program *program)
{
    const struct { const char *name; const void *address; } symbol[] = {
        {"jit", jit}, {"jit_forward", (const void *)jit_forward}, {"memcpy", (const void *)memcpy}, {"memmove", (const void *)memmove},
        {"fmaf", (const void *)fmaf}, {"sqrtf", (const void *)sqrtf},
    };
    char name[256];
    const float *pool = jit->constants;
    for (size_t i = 0; i < sizeof symbol / sizeof *symbol; i++)
        tcc_add_symbol(tcc, symbol[i].name, symbol[i].address);
    for (const Kernel *kernel = program->kernels; kernel; kernel = kernel->next)
        if (kernel->constants >= 0) {
            snprintf(name, sizeof name, "%s_constants", kernel->name);
            tcc_add_symbol(tcc, name, pool);
            pool += kernel->nconstant;
        }
}

/* Links into a mapping of our own: TCC would take it from the heap and leave that executable. */
static bool place_code(TCCState *tcc, Jit *jit, const Text *kernels)
{
    int size = tcc_relocate(tcc, NULL);
    if (size <= 0)
        return false;
    jit->code_size = (size_t)size;
    void *code = mmap(NULL, jit->code_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (code == MAP_FAILED)
        return false;
    jit->code = code;
    if (tcc_relocate(tcc, code) != 0)
        return false;
    if (kernels->size)
        memcpy(tcc_get_symbol(tcc, "kernels"), kernels->data, kernels->size);
    return mprotect(code, jit->code_size, PROT_READ | PROT_EXEC) == 0;
}

static bool find_symbol(TCCState *tcc, const char *name, void *function)
{
    void *address = tcc_get_symbol(tcc, name);
    memcpy(function, &address, sizeof address);     /* ISO C has no cast from object to function pointers */
    return address;
}

static bool find_steps(TCCState *tcc, Jit *jit, const Program *program)
{
    char name[256];
    for (size_t i = 0; i < jit->nstep; i++) {
        snprintf(name, sizeof name, "step_%s", program->step[i].code->name);
        if (!find_symbol(tcc, name, &jit->step[i].run))
            return false;
    }
    return true;
}

static bool run_tcc(Jit *jit, const Program *program, const Unit *unit, Model *model, Failure *failure)
{
    TCCState *tcc = tcc_new();
    if (!tcc)
        return failure_set(failure, "out of memory");
    *failure->text = '\0';
    tcc_set_error_func(tcc, failure, keep_message);
    tcc_set_options(tcc, "-nostdlib");
    tcc_set_output_type(tcc, TCC_OUTPUT_MEMORY);
    add_symbols(tcc, jit, program);
    bool good = tcc_compile_string(tcc, unit->text.data) == 0 && place_code(tcc, jit, &unit->code) &&
                find_symbol(tcc, "forward", &model->forward) && find_symbol(tcc, "profiled", &model->profiled) &&
                find_steps(tcc, jit, program);
    tcc_delete(tcc);
    return good || *failure->text ? good : failure_set(failure, "cannot place compiled code in memory");
}

/* ---- loading ------------------------------------------------------------------------------------------------------- */

static void jit_free(void *handle)
{
    Jit *jit = handle;
    if (jit->code)
        munmap(jit->code, jit->code_size);
    free(jit->constants);
    free(jit->step);
    free(jit->part);
    free(jit);
}

static void copy_constants(Jit *jit, const Program *program)
{
    float *at = jit->constants;
    for (const Kernel *kernel = program->kernels; kernel; kernel = kernel->next)
        if (kernel->constants >= 0)
            at = (float *)memcpy(at, kernel->constant, kernel->nconstant * sizeof *at) + kernel->nconstant;
}

/* The parts of all codes, one list after the other. */
typedef struct {
    const StepPart **list;              /* by the id of a code */
    size_t *first;                      /* likewise: where its list begins */
    size_t count;
} Parts;

static Parts find_parts(const Program *program)
{
    size_t codes = (size_t)program->ncodes + 1;
    Parts parts = {arena_alloc(program->context, codes, sizeof *parts.list), arena_alloc(program->context, codes, sizeof *parts.first), 0};
    for (const StepCode *code = program->codes; code; code = code->next) {
        const StepPart *part = parts.list[code->id] = step_parts(program->context, code);
        parts.first[code->id] = parts.count;
        while (parts.count++, part->images)
            part++;
    }
    return parts;
}

static void copy_steps(Jit *jit, const Program *program, const Parts *parts)
{
    for (const StepCode *code = program->codes; code; code = code->next) {
        RunPart *to = jit->part + parts->first[code->id];
        for (const StepPart *part = parts->list[code->id]; part->images; part++)
            *to++ = (RunPart){part->images, (ptrdiff_t)part->tasks, (double)part->work};
    }
    for (size_t i = 0; i < program->nstep; i++) {
        const Step *step = &program->step[i];
        jit->step[i] = (RunStep){.part = jit->part + parts->first[step->code->id], .beside = step->beside};
        for (int s = 0; s < step->code->nslot; s++)
            jit->step[i].slot[s] = step->slot[s].offset;
    }
}

/* Everything but the code; NULL where memory runs out. */
static Jit *jit_new(const Program *program)
{
    const Parts parts = find_parts(program);
    size_t constants = 0;
    for (const Kernel *kernel = program->kernels; kernel; kernel = kernel->next)
        constants += kernel->nconstant;
    Jit *jit = calloc(1, sizeof *jit);
    if (!jit)
        return NULL;
    *jit = (Jit){.nstep = program->nstep, .leading = program->leading, .expected = program_stamp(program),
                 .max_batch = program->graph->max_batch,
                 .scratch_floats = (size_t)program->scratch_floats};
    jit->constants = malloc((constants + 1) * sizeof *jit->constants);
    jit->step = calloc(program->nstep + 1, sizeof *jit->step);
    jit->part = calloc(parts.count + 1, sizeof *jit->part);
    if (!jit->constants || !jit->step || !jit->part) {
        jit_free(jit);
        return NULL;
    }
    copy_constants(jit, program);
    copy_steps(jit, program, &parts);
    return jit;
}

/* Bytes where the processor has what the program's kernels take for granted. */
static const Target *best_target(const Program *program, Model *model)
{
    if (program->graph->machine.widest > 1 ? processor_has_avx512() : processor_has_fma())
        return &target_x86;
    model->notice = "this processor lacks instructions that the kernels need: running portable C";
    return target_find("c");
}

bool jit_load(const Program *program, const Target *target, Model *model, Failure *failure)
{
    double start = seconds_now();
    *model = (Model){0};
    if (!target || target->query)
        target = best_target(program, model);
    Unit unit = jit_source(program, target);
    Jit *jit = jit_new(program);
    if (!jit)
        return failure_set(failure, "out of memory");
    pthread_mutex_lock(&tcc_turn);
    bool good = run_tcc(jit, program, &unit, model, failure);
    pthread_mutex_unlock(&tcc_turn);
    if (!good) {
        jit_free(jit);
        *model = (Model){0};
        return false;
    }
    model->handle = jit;
    model->close = jit_free;
    model->strerror = status_text;
    if (program->common_floats) {
        model->forward = NULL;
        model->profiled = NULL;
        model->step = jit_step;
    }
    model->arena_size = (size_t)program->arena_floats * sizeof(float) * (size_t)jit->max_batch;
    model->compile_seconds = seconds_now() - start;
    return true;
}
