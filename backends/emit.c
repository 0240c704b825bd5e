/* emit.c - Program -> model.c and model.h, a pair of files that their owner can read, keep and ship.
 *
 * The source goes from the inside out: stamp and types, kernels, steps, the table of steps, the interface, main().
 * All memory is the caller's, nothing is static but constants, and every symbol that the linker sees begins with the
 * prefix. */
#include "emit.h"

#include <string.h>

/* ---- both files ---------------------------------------------------------------------------------------------- */

static const Target *asking_target(const EmitOptions *options)
{
    for (int i = 0; i < options->ntarget; i++)
        if (options->target[i]->query)
            return options->target[i];
    return NULL;
}

static const char *capitals(Context *context, const char *word)
{
    char *upper = arena_strdup(context, word);
    for (char *p = upper; *p; p++)
        if (*p >= 'a' && *p <= 'z')
            *p = (char)(*p - 'a' + 'A');
    return upper;
}

/* A register-only loop of multiply-adds: what --profile compares the layers with. */
static const Kernel *peak_kernel(const Program *program)
{
    enum { SUMS = 12, TRIPS = 100000 };
    Kernel *k = kernel_new(program->context, program->graph->machine);
    k->name = "peak";
    k->comment = arena_printf(program->context, "%d * %d vector multiply-adds between registers.", TRIPS, SUMS);
    kernel_width(k, program->graph->machine.widest);
    int y = kernel_pointer(k, "y", true), a = kernel_register(k), b = kernel_register(k), sum[SUMS];
    k_literal(k, a, 0.5f);
    k_literal(k, b, 0.25f);
    for (int i = 0; i < SUMS; i++)
        k_zero(k, sum[i] = kernel_register(k));
    k_loop(k, TRIPS);
    for (int i = 0; i < SUMS; i++)
        k_op(k, V_fma, sum[i], a, b);
    k_end(k);
    for (int i = 1; i < SUMS; i++)
        k_op(k, V_add, sum[0], sum[0], sum[i]);
    k_store(k, y, 0, sum[0]);
    k->next = program->kernels;
    return k;
}

Emit emit_new(Text *out, const Program *program, const EmitOptions *options)
{
    const Graph *graph = program->graph;
    Emit e = {.out = out, .program = program, .options = options};
    e.prefix = c_identifier(program->context, options->prefix ? options->prefix : graph->name);
    e.upper = capitals(program->context, e.prefix);
    e.input = graph->input->shape;
    e.output = node_result(graph->output);
    e.stamp = program_stamp(program);
    e.kernels = options->profile ? peak_kernel(program) : program->kernels;
    e.fast = asking_target(options);
    return e;
}

static bool needs_libm(const EmitOptions *options)
{
    for (int i = 0; i < options->ntarget; i++)
        if (*options->target[i]->libraries)
            return true;
    return false;
}

/* model.h -> model.c */
const char *source_name(const Emit *e)
{
    Text name = text_new(e->program->context);
    if (!e->options->header_name)
        return "model.c";
    text_file_name(&name, e->options->header_name);
    if (name.size > 2 && !strcmp(name.data + name.size - 2, ".h"))
        name.data[name.size - 1] = 'c';
    return name.data;
}

void text_shape(Text *out, Shape shape)
{
    if (shape.flat)
        text_add(out, "[%d]", shape.channels);
    else
        text_add(out, "[%d][%d][%d]", shape.channels, shape.height, shape.width);
}

/* ---- the header ---------------------------------------------------------------------------------------------- */

static void emit_macros(Emit *e)
{
    const struct { const char *name; Shape shape; } side[] = {{"INPUT", e->input}, {"OUTPUT", e->output}};
    text_add(e->out, "/* Shapes of one image. A batch is one image after the other. */\n");
    text_add(e->out, "#define %s_MAX_BATCH %d\n", e->upper, e->program->graph->max_batch);
    for (int i = 0; i < 2; i++) {
        text_add(e->out, "#define %s_%s_CHANNELS %d\n", e->upper, side[i].name, side[i].shape.channels);
        text_add(e->out, "#define %s_%s_HEIGHT %d\n", e->upper, side[i].name, side[i].shape.height);
        text_add(e->out, "#define %s_%s_WIDTH %d\n", e->upper, side[i].name, side[i].shape.width);
        text_add(e->out, "#define %s_%s_FLOATS %lld\n", e->upper, side[i].name, (long long)shape_floats(side[i].shape));
    }
    if (e->options->profile)
        text_add(e->out, "#define %s_STEPS %zu\n", e->upper, e->program->nstep);
}

static const char example[] =
    "    const void *weights;\n"
    "    int status = @_weights_map(\"model.weights\", &weights);\n"
    "    void *arena = aligned_alloc(64, @_arena_size());\n"
    "    if (status == $_OK)\n"
    "        status = @_forward(weights, arena, input, 1, 4, output);\n"
    "    if (status != $_OK)\n"
    "        puts(@_strerror(status));";

static void emit_header_title(Emit *e)
{
    Text text = text_new(e->program->context);
    Emit inner = *e;
    inner.out = &text;
    text_add(&text, "%s, compiled by nncc: ", e->program->graph->name);
    text_shape(&text, e->input);
    text_add(&text, " -> ");
    text_shape(&text, e->output);
    text_add(&text, " floats, row-major.\n\n");
    emit_lines(&inner, example);
    print_comment(e->out, text.data);
}

/* Everything a caller needs to know, the same in the header and in a source without one. */
/* Winograd's tiles wait on the stack: a thread with a small one would meet its end. */
void emit_stack_note(Emit *e)
{
    enum { CALLS = 8192 };              /* generous, for the rest of what is called */
    if (e->program->scratch_floats)
        text_add(e->out, " Each thread needs %lld KB of stack.", (long long)(4 * e->program->scratch_floats + CALLS + 1023) / 1024);
}

static void emit_declarations(Emit *e)
{
    emit_macros(e);
    emit_lines(e,
        "\n/* What the functions return. */\n"
        "enum {\n"
        "    $_OK,\n"
        "    $_ERROR_ARGUMENT,          /* a pointer is NULL, or threads is not in 1..1024 */\n"
        "    $_ERROR_BATCH,             /* batch is not in 1..$_MAX_BATCH */\n"
        "    $_ERROR_ALIGNMENT,         /* arena or weights do not begin at a multiple of 64 bytes */\n");
    text_add(e->out, "    %s_ERROR_PROCESSOR,         /* the processor lacks %s or %s */\n", e->upper,
             e->fast ? e->fast->feature[0] : "AVX2", e->fast ? e->fast->feature[1] : "FMA");
    emit_lines(e,
        "    $_ERROR_FILE,              /* a file cannot be opened or mapped: errno says why */\n"
        "    $_ERROR_FORMAT,            /* these are no weights of nncc */\n"
        "    $_ERROR_VERSION,           /* weights in the format of another version of nncc */\n"
        "    $_ERROR_MODEL,             /* weights of another model */\n"
        "    $_ERROR_LAYOUT,            /* weights of this model, packed for other code */\n"
        "    $_ERROR_TRUNCATED          /* the file is not as long as it says */\n"
        "};\n"
        "const char *@_strerror(int status);\n\n"
        "/* Bytes of arena that a batch of $_MAX_BATCH needs; a smaller batch needs that share of them. What the arena\n"
        " * holds before a call does not matter. */\n"
        "size_t @_arena_size(void);\n"
        "/* Bytes of a block of weights, which is what a weights file holds. */\n"
        "size_t @_weights_size(void);\n\n"
        "/* Maps a weights file, which must not change while it is mapped, and checks that it belongs to this code. */\n"
        "int @_weights_map(const char *path, const void **weights);\n"
        "void @_weights_unmap(const void *weights);\n\n"
        "/* Runs the network on a batch, on up to `threads` threads; their number never changes the result. Calls with\n"
        " * different arenas may run at the same time.");
    emit_stack_note(e);
    if (e->options->embed)
        emit_lines(e, " weights: NULL for those within this code.");
    emit_lines(e, " */\n"
        "int @_forward(const void *weights, void *arena, const float *input, int batch, int threads, float *output);\n");
    if (e->options->profile)
        emit_lines(e,
            "\n/* The same, with the seconds that each step took in seconds[$_STEPS]. */\n"
            "int @_forward_profiled(const void *weights, void *arena, const float *input, int batch, int threads, float *output,\n"
            "    double *seconds);\n"
            "int @_steps(void);\n"
            "const char *@_step_name(int step);\n"
            "long long @_step_macs(int step);         /* multiply-accumulates of one image */\n"
            "/* Measures how many billions of multiplications and additions a second these instructions reach at best. */\n"
            "double @_peak_gflops(int threads);\n");
}

void emit_header(Text *out, const Program *program, const EmitOptions *options)
{
    Emit e = emit_new(out, program, options);
    emit_header_title(&e);
    emit_lines(&e, "#ifndef $_H\n#define $_H\n\n#include <stddef.h>\n\n");
    emit_lines(&e, "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    emit_declarations(&e);
    emit_lines(&e, "\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
}

/* ---- the source ---------------------------------------------------------------------------------------------- */

static void emit_title(Emit *e)
{
    const Program *program = e->program;
    Text text = text_new(program->context);
    text_add(&text, "%s, compiled from %s by nncc", program->graph->name, base_name(program->graph->path));
    for (int i = 0; i < e->options->ntarget; i++)
        text_add(&text, "%s %s", i ? " and" : " for the target", e->options->target[i]->name);
    text_add(&text, ".\n\n    %s\n\nBuild it with\n\n", e->options->command ? e->options->command : "nncc");
    text_add(&text, "    cc -std=c11 -O2 -ffp-contract=off -fopenmp %s%s%s\n\n", e->options->with_main ? "" : "-c ", source_name(e),
             e->options->with_main && needs_libm(e->options) ? " -lm" : "");
    text_add(&text, "-ffp-contract=off keeps the compiler from fusing a multiplication and an addition that are apart here: with it, "
             "every compiler gives the same bits. Without -fopenmp everything runs on one thread. ");
    if (needs_libm(e->options) && !e->options->with_main)
        text_add(&text, "Link with -lm. ");
    text_add(&text, "One image takes ");
    text_count(&text, program->arena_floats * 4);
    text_add(&text, " bytes of arena; the weights take ");
    text_count(&text, (int64_t)(sizeof(Stamp) + e->stamp.bytes));
    text_add(&text, " bytes.\n\nInput ");
    text_shape(&text, e->input);
    text_add(&text, " and output ");
    text_shape(&text, e->output);
    text_add(&text, " are row-major floats; in between, channels lie in blocks of eight, which are the lanes of a vector. "
             "A kernel computes one tile of a layer; a step runs a kernel over the tiles of all images.");
    print_comment(e->out, text.data);
}

void emit_includes(Emit *e)
{
    emit_lines(e,
        "#ifndef _POSIX_C_SOURCE\n"
        "#define _POSIX_C_SOURCE 200809L\n"
        "#endif\n");
    if (e->options->header_name) {
        text_add(e->out, "#include \"");
        text_file_name(e->out, e->options->header_name);
        text_add(e->out, "\"\n");
    }
    emit_lines(e, "\n#ifdef _OPENMP\n#include <omp.h>\n#endif\n");
    emit_lines(e, "#include <math.h>\n#include <stddef.h>\n#include <stdint.h>\n");
    if (e->options->with_main)
        emit_lines(e, "#include <stdio.h>\n#include <stdlib.h>\n");
    emit_lines(e, "#include <string.h>\n");
    if (e->options->with_main || e->options->profile)
        emit_lines(e, "#include <time.h>\n");
    emit_lines(e,
        "#if defined(__unix__) || defined(__APPLE__)\n"
        "#include <fcntl.h>\n");
    if (e->program->graph->training)
        emit_lines(e, "#include <sched.h>\n");
    emit_lines(e,
        "#include <sys/mman.h>\n"
        "#include <sys/stat.h>\n"
        "#include <unistd.h>\n"
        "#endif\n");
    if (e->fast && e->options->ntarget == 1)
        text_add(e->out, "#if !%s\n#error \"This file is for x86-64 processors; nncc --target c makes one for any.\"\n#endif\n%s",
                 e->fast->guard, e->fast->includes);
    else if (e->fast)
        text_add(e->out, "#if %s\n%s#endif\n", e->fast->guard, e->fast->includes);
    emit_lines(e, "\n");
}

static void emit_stamp(Emit *e)
{
    const Stamp *stamp = &e->stamp;
    text_add(e->out, "{ \"%s\", %d, %llu, 0x%016llx, 0x%016llx, ", stamp->magic, stamp->version, (unsigned long long)stamp->bytes,
             (unsigned long long)stamp->layout, (unsigned long long)stamp->model);
    text_string(e->out, stamp->name);
    text_add(e->out, " }");
}

static void emit_floats(Emit *e, const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        text_append(e->out, i % 8 ? " " : "\n    ", i % 8 ? 1 : 5);
        text_float(e->out, values[i]);
        text_append(e->out, ",", 1);
    }
    text_append(e->out, "\n", 1);
}

/* What the table of steps is made of; the type Run is there. */
void emit_step_types(Emit *e)
{
    int slots = 1;
    for (const StepCode *code = e->program->codes; code; code = code->next)
        if (code->nslot > slots)
            slots = code->nslot;
    emit_lines(e,
        "/* Tasks of one layer that follow each other and cost the same. */\n"
        "typedef struct {\n"
        "    int images;                         /* that a task computes: those of a group, or one; 0 ends a list */\n"
        "    ptrdiff_t tasks;                    /* of each group of so many images */\n"
        "    double work;                        /* of one task, in vector instructions */\n"
        "} Part;\n\n"
        "/* One layer. Its tasks are independent of each other; a task is one tile of an image, or of a group of images. */\n"
        "typedef struct {\n"
        "    void (*run)(const Run *, const ptrdiff_t *slot, ptrdiff_t task);\n"
        "    const Part *part;                   /* all of its tasks */\n");
    text_add(e->out, "    ptrdiff_t slot[%d];                  /* where its arrays begin: floats from the start of what holds them */\n",
             slots);
    if (e->program->graph->training)
        emit_lines(e,
            "    unsigned beside;                    /* bit d, below BESIDE: need not wait for the step d + 1 before it */\n");
    emit_lines(e, "} Step;\n\n");
}

static void emit_types(Emit *e)
{
    emit_lines(e,
        "/* The first 64 bytes of a block of weights: whose they are. The packed payload follows. */\n"
        "typedef struct {\n"
        "    char magic[6];\n"
        "    uint16_t version;                   /* of the format */\n"
        "    uint64_t bytes;                     /* of the payload */\n"
        "    uint64_t layout;                    /* hash of how the payload is laid out */\n"
        "    uint64_t model;                     /* hash of the model's tensors */\n"
        "    char name[32];                      /* for people, never compared */\n"
        "} Stamp;\n\n"
        "static const Stamp expected = ");
    emit_stamp(e);
    emit_lines(e, ";\n\n"
        "/* One call of @_forward, as its steps see it. */\n"
        "typedef struct {\n"
        "    const float *weights;               /* the payload */\n"
        "    float *arena;                       /* of image 0; the other images' follow */\n"
        "    const float *input;\n"
        "    float *output;\n"
        "    int batch;\n");
    if (e->options->ntarget > 1)
        text_add(e->out, "    int %s;                           /* whether the processor can run it */\n", e->fast->name);
    if (e->options->profile)
        emit_lines(e, "    double *seconds;                    /* what each step took, or NULL */\n");
    emit_lines(e, "} Run;\n\n");
    emit_step_types(e);
}

void emit_constants(Emit *e)
{
    for (const Kernel *kernel = e->kernels; kernel; kernel = kernel->next)
        if (kernel->constants >= 0) {
            text_add(e->out, "static const float %s_constants[] = {", kernel->name);
            emit_floats(e, kernel->constant, kernel->nconstant);
            text_add(e->out, "};\n\n");
        }
}

void emit_kernels(Emit *e)
{
    for (int i = 0; i < e->options->ntarget; i++) {
        const Target *target = e->options->target[i];
        bool guarded = target->guard && e->options->ntarget > 1;
        if (guarded)
            text_add(e->out, "#if %s\n\n", target->guard);
        if (!e->options->parts)
            print_helpers(e->out, e->kernels, target);
        for (const Kernel *kernel = e->kernels; kernel; kernel = kernel->next)
            if (e->options->parts)
                print_kernel_prototype(e->out, kernel, target);
            else
                print_kernel(e->out, kernel, target, KERNEL_STATIC);
        if (guarded)
            text_add(e->out, "#endif\n\n");
    }
}

void emit_part(Text *out, const Program *program, const EmitOptions *options, int part)
{
    Emit e = emit_new(out, program, options);
    const Target *target = options->target[0];
    size_t total = 0, before = 0, parts = (size_t)options->parts;
    for (const Kernel *kernel = e.kernels; kernel; kernel = kernel->next)
        total += kernel->count;
    emit_includes(&e);
    print_helpers(out, e.kernels, target);
    for (const Kernel *kernel = e.kernels; kernel; before += kernel->count, kernel = kernel->next)
        if (before * parts / (total ? total : 1) == (size_t)part)
            print_kernel(out, kernel, target, KERNEL_SHARED);
}

/* PICK(kernel) is the printing of the kernel that the processor can run. */
void emit_pick(Emit *e)
{
    const Target *const *target = e->options->target;
    if (e->options->ntarget < 2)
        return;
    const Target *plain = target[0] == e->fast ? target[1] : target[0];
    text_add(e->out, "/* The kernel of that name for the processor at hand. */\n"
             "#if %s\n#define PICK(name) (run->%s ? %s_##name : %s_##name)\n#else\n#define PICK(name) %s_##name\n#endif\n\n",
             e->fast->guard, e->fast->name, e->fast->name, plain->name, plain->name);
}

static void emit_embedded(Emit *e)
{
    if (!e->options->embed)
        return;
    emit_lines(e, "/* The weights, used where @_forward gets NULL. Hexadecimal floats are exact. */\n"
        "static const struct {\n"
        "    _Alignas(64) Stamp stamp;\n");
    text_add(e->out, "    float payload[%lld];\n} embedded = {\n", (long long)e->program->weights_floats);
    emit_stamp(e);
    text_add(e->out, ", {");
    emit_floats(e, e->options->embed, (size_t)e->program->weights_floats);
    text_add(e->out, "} };\n\n");
}

void emit_source(Text *out, const Program *program, const EmitOptions *options)
{
    Emit e = emit_new(out, program, options);
    if (options->ntarget > 1 && (!e.fast || !options->target[0]->query == !options->target[1]->query))
        die("emit: two targets must be one that asks the processor and one that runs anywhere");
    emit_title(&e);
    emit_includes(&e);
    if (!options->header_name)
        emit_declarations(&e);
    emit_types(&e);
    emit_constants(&e);
    emit_kernels(&e);
    emit_pick(&e);
    emit_steps(&e);
    emit_embedded(&e);
    emit_api(&e);
    if (options->with_main)
        emit_main(&e);
    while (out->size > 1 && out->data[out->size - 1] == '\n' && out->data[out->size - 2] == '\n')
        out->data[--out->size] = '\0';
}
