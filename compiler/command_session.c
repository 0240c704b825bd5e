/* command_session.c - the steps that commands share: weights, input, compilation, one forward pass. Each fails with
 * a message for the user, and whatever it made is freed by session_close. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../runtime/peak.h"
#include "command.h"
#include "tuned.h"

void fail(Session *session, const char *hint, const char *format, ...)
{
    char message[3072];
    va_list list;
    va_start(list, format);
    vsnprintf(message, sizeof message, format, list);
    va_end(list);
    fail_at(&session->context, (Loc){0}, hint, "%s", message);
}

void check(Session *session, bool fine, const Failure *failure)
{
    if (!fine)
        fail(session, NULL, "%s", failure->text);
}

double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Floats of a whole batch, or the user's mistake. */
static size_t batch_floats(Session *session, Shape shape)
{
    const int64_t limit = PTRDIFF_MAX / 64;
    return (size_t)checked_mul(&session->context, (Loc){0}, shape_floats(shape), session->batch, limit, "the batch");
}

static void *allocate(Session *session, size_t bytes)
{
    void *memory = large_block(bytes);
    if (!memory)
        fail(session, "a smaller --batch needs less", "out of memory: %zu bytes", bytes);
    return memory;
}

void session_graph(Session *session, bool alone)
{
    Options options = session->options;
    if (!alone)
        options.dump = NULL, options.time = false;
    session->graph = compile_graph(&session->context, session->arguments->spec, NULL, &options);
}

/* ---- weights -------------------------------------------------------------------------------------------- */

TensorSpec *tensor_specs(Session *session)
{
    const Graph *graph = session->graph;
    TensorSpec *specs = arena_alloc(&session->context, (size_t)graph->ntensors + 1, sizeof *specs), *at = specs;
    for (const Tensor *t = graph->tensors; t; t = t->next, at++) {
        *at = (TensorSpec){.name = t->name, .rank = t->rank, .integer = t->integer};
        memcpy(at->dim, t->dim, sizeof at->dim);
    }
    return specs;
}

void tell(const char *format, ...)
{
    char *text;
    va_list list;
    va_start(list, format);
    if (vasprintf(&text, format, list) >= 0) {
        fputs(mask_controls(text, true), stderr);
        free(text);
    }
    va_end(list);
}

void session_weights(Session *session)
{
    const Arguments *arguments = session->arguments;
    const char *from = arguments->weights ? arguments->weights : "pattern:1";
    Failure failure = {""};
    char *report = NULL;
    session->weights = weights_open(from, tensor_specs(session), (size_t)session->graph->ntensors, arguments->partial, &report, &failure);
    if (report && *report)
        tell("%s%s", report, report[strlen(report) - 1] == '\n' ? "" : "\n");
    free(report);
    check(session, session->weights, &failure);
}

void session_pack(Session *session)
{
    Failure failure = {""};
    int threads = session->arguments->threads ? session->arguments->threads : processor_count();
    if (session->program->graph->half)
        fprintf(stderr, "nncc: half precision changes the filters of linear layers by %.1e (relative L2 norm)\n",
                weights_half_error(session->program, session->weights));
    session->packed = weights_pack_releasing(session->program, session->weights, threads, &session->payload, &failure);
    check(session, session->packed, &failure);
}

/* ---- input ---------------------------------------------------------------------------------------------- */

Transform input_transform(const Preprocess *p)
{
    Transform t = {.resize = p->resize, .crop = {p->crop[0], p->crop[1]}};
    for (int c = 0; c < 4; c++) {
        t.mean[c] = p->nmean ? p->mean[p->nmean == 1 ? 0 : c] : 0;
        t.std[c] = p->nstd ? p->std[p->nstd == 1 ? 0 : c] : 1;
    }
    return t;
}

static bool ends_with(const char *text, const char *end)
{
    size_t size = strlen(text), length = strlen(end);
    return size >= length && !strcmp(text + size - length, end);
}

static void input_from_pattern(Session *session, const char *seed)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(seed, &end, 10);
    if (*seed < '0' || *seed > '9' || *end || errno)
        fail(session, "write pattern:1, or any other whole number", "pattern:%s has no seed", seed);
    size_t count = batch_floats(session, session->graph->input->shape);
    session->input = allocate(session, count * sizeof(float));
    pattern_input(session->input, count, number);
}

/* An array decides the batch itself. */
static void input_from_array(Session *session, const char *path)
{
    Shape shape = session->graph->input->shape;
    Failure failure = {""};
    int wanted = session->arguments->batch;
    check(session, npy_input(path, shape.channels, shape.height, shape.width, &session->batch, &session->input, &failure), &failure);
    if (wanted && wanted != session->batch)
        fail(session, "leave --batch out: the array decides", "%s holds %d images, not %d", path, session->batch, wanted);
}

/* One picture; a larger batch repeats it. */
static void input_from_picture(Session *session, const char *path)
{
    Shape shape = session->graph->input->shape;
    size_t image = (size_t)shape_floats(shape);
    Transform transform = input_transform(&session->graph->preprocess);
    Failure failure = {""};
    session->input = allocate(session, batch_floats(session, shape) * sizeof(float));
    check(session, image_input(path, &transform, shape.channels, shape.height, shape.width, session->input, &failure), &failure);
    for (int i = 1; i < session->batch; i++)
        memcpy(session->input + (size_t)i * image, session->input, image * sizeof(float));
}

void session_input(Session *session)
{
    const char *from = session->arguments->input ? session->arguments->input : "pattern:1";
    if (session->arguments->batch || !session->batch)
        session->batch = session->arguments->batch ? session->arguments->batch : 1;
    if (!strncmp(from, "pattern:", 8))
        input_from_pattern(session, from + 8);
    else if (ends_with(from, ".npy"))
        input_from_array(session, from);
    else
        input_from_picture(session, from);
    session->options.max_batch = session->batch;
}

/* ---- compiling and running ------------------------------------------------------------------------------ */

const char *session_tuned(Session *session)
{
    if (session->arguments->tuned && !session->options.tuned)
        session->options.tuned = tuned_read(&session->context, session->arguments->tuned, NULL);
    return session->options.tuned ? session->options.tuned->target : NULL;
}

static void pass_on(const char *notice)
{
    if (notice)
        tell("nncc: %s\n", notice);
}

void session_program(Session *session)
{
    const char *made_for = session_tuned(session), *target = session->arguments->target ? session->arguments->target : made_for;
    bool tells = session->arguments->tuned && !session->program;
    if (tells)
        pass_on(tuned_notice(&session->context, session->options.tuned, target, session->options.max_batch));
    session->program = compile(&session->context, session->arguments->spec, NULL, &session->options);
    if (tells)
        pass_on(tuned_unused(session->program->graph));
}

const Target *named_target(Session *session, const char *name)
{
    const Target *target = target_find(name);
    const char *known[8] = {0};
    for (int i = 0; i < 7 && targets[i]; i++)
        known[i] = targets[i]->name;
    const char *near = target ? NULL : did_you_mean(name, known);
    if (!target)
        fail(session, near ? arena_printf(&session->context, "did you mean %s?", near) : "avx512, avx2 or c",
             "there is no target %s", name);
    session->options.machine = target->machine;
    return target;
}

const Target *session_target(Session *session)
{
    const char *name = session->arguments->target ? session->arguments->target : session_tuned(session);
    const Target *target = named_target(session, name ? name : target_best()->name);
    if (!target_runs_here(target))
        fail(session, "--target c runs everywhere", "this processor lacks %s or %s, which --target %s needs", target->feature[0],
             target->feature[1], name);
    if (!name && !target->query)
        fputs("nncc: this processor lacks AVX2 or FMA: running portable C\n", stderr);
    return target;
}

const char jit[] = "jit";

const char *session_compiler(Session *session, const char *backend)
{
    const Arguments *arguments = session->arguments;
    if (arguments->backend)
        backend = arguments->backend;
    else if (arguments->compiler)
        backend = "aot";
    if (!strcmp(backend, "aot"))
        return arguments->compiler;
    if (strcmp(backend, jit))
        fail(session, "jit (TCC, in this process) or aot (the system's compiler)", "there is no backend %s here", backend);
    if (arguments->compiler)
        fail(session, "--backend aot runs it", "the JIT does not need --compiler %s", arguments->compiler);
    return jit;
}

void session_model(Session *session, const Target *target, const char *compiler, bool profile)
{
    Failure failure = {""};
    if (session->model.handle)
        model_close(&session->model);
    check(session, compiler == jit ? jit_load(session->program, target, &session->model, &failure)
                                   : aot_load(session->program, target, compiler, profile, &session->model, &failure), &failure);
    if (!session->arena || session->arena_size < session->model.arena_size) {
        free(session->arena);
        session->arena = allocate(session, session->arena_size = session->model.arena_size);
    }
    if (!session->output)
        session->output = allocate(session, batch_floats(session, session->graph->output->shape) * sizeof(float));
}

void session_forward(Session *session, int threads, int first, int count)
{
    const Model *model = &session->model;
    const float *input = session->input + (size_t)first * (size_t)shape_floats(session->graph->input->shape);
    int status = model->forward(session->packed, session->arena, input, count, threads, session->output);
    if (status)
        fail(session, NULL, "%s", model->strerror(status));
}

void session_drop_weights(Session *session)
{
    weights_free(session->weights);
    session->weights = NULL;
}

void session_close(Session *session)
{
    if (session->close_work)
        session->close_work(session->work);
    if (session->model.handle)
        model_close(&session->model);
    weights_free(session->weights);
    free(session->packed);
    free(session->arena);
    free(session->input);
    free(session->output);
    json_decref(session->json);
    context_free(&session->context);
}

/* ---- how numbers are written ---------------------------------------------------------------------------- */

json_t *shape_json(Shape shape)
{
    json_t *list = json_array();
    json_array_append_new(list, json_integer(shape.channels));
    if (!shape.flat) {
        json_array_append_new(list, json_integer(shape.height));
        json_array_append_new(list, json_integer(shape.width));
    }
    return list;
}

const char *with_commas(Context *context, int64_t number)
{
    if (number < 1000)
        return arena_printf(context, "%lld", (long long)number);
    return arena_printf(context, "%s,%03d", with_commas(context, number / 1000), (int)(number % 1000));
}
