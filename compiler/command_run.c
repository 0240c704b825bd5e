/* command_run.c - `nncc run`: one forward pass, and what it says: classes with probabilities, or JSON. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../runtime/peak.h"
#include "command.h"

/* Class names, one a line. */
typedef struct {
    char **name;
    size_t count, capacity;
} Labels;

static Labels read_labels(Session *session, const char *path)
{
    Labels labels = {0};
    char *line = NULL;
    size_t size = 0;
    FILE *file = fopen(path, "re");
    if (!file)
        fail(session, "a text file, one class a line", "cannot open the labels %s", path);
    for (ssize_t length; (length = getline(&line, &size, file)) >= 0 && labels.count < 1 << 20; labels.count++) {
        line[strcspn(line, "\r\n")] = '\0';
        labels.name = arena_grow(&session->context, labels.name, labels.count, &labels.capacity, sizeof *labels.name);
        labels.name[labels.count] = mask_controls(arena_strdup(&session->context, line), false);
    }
    free(line);
    fclose(file);
    return labels;
}

static void check_labels(Session *session, const Labels *labels)
{
    int classes = session->graph->output->shape.channels;
    if (labels->count && labels->count != (size_t)classes)
        fail(session, "one line for each class, in the order of the training data", "%s names %zu classes, the network has %d",
             session->arguments->labels, labels->count, classes);
}

/* ---- what goes in --------------------------------------------------------------------------------------- */

/* The .npy format 1.0: a magic, a dictionary padded to whole 64 bytes, the floats. */
static void save_input(Session *session, const char *path)
{
    Shape s = session->graph->input->shape;
    size_t bytes = (size_t)session->batch * (size_t)shape_floats(s) * sizeof(float);
    Text text = text_new(&session->context);
    text_append(&text, "\x93NUMPY\x01\x00\x76\x00", 10);        /* 118 bytes of dictionary: 128 in all */
    text_add(&text, "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d, %d, %d), }", session->batch, s.channels, s.height, s.width);
    text_add(&text, "%*s\n", (int)(127 - text.size), "");
    text_append(&text, (const char *)session->input, bytes);
    refuse_overwrite(session, path);
    write_output(session, path, text.data, text.size);
}

/* ---- what comes out ------------------------------------------------------------------------------------- */

static double output_at(const Session *session, const double *reference, size_t i)
{
    return reference ? reference[i] : session->output[i];
}

static json_t *answer_json(Session *session, const double *reference)
{
    const Graph *graph = session->graph;
    size_t count = (size_t)session->batch * (size_t)shape_floats(graph->output->shape), wrong = 0;
    json_t *shape = shape_json(graph->output->shape), *values = json_array();
    json_array_insert_new(shape, 0, json_integer(session->batch));
    for (size_t i = 0; i < count; i++) {
        double value = output_at(session, reference, i);
        wrong += !isfinite(value);
        json_array_append_new(values, isfinite(value) ? json_real(value) : json_null());
    }
    if (wrong)
        fprintf(stderr, "nncc: %zu of %zu outputs are no finite numbers: null in JSON\n", wrong, count);
    return json_pack("{s:s, s:o, s:o}", "name", graph->name, "shape", shape, "output", values);
}

typedef struct {
    int class;
    double value;
} Score;

static int better_first(const void *a, const void *b)
{
    const Score *x = a, *y = b;
    return x->value != y->value ? (x->value < y->value ? 1 : -1) : x->class - y->class;
}

static bool ends_in_softmax(const Graph *graph)
{
    const Node *node = graph->output;
    while (node && (node->op == OP_output || node->op == OP_flatten || node->op == OP_identity))
        node = node->in[0];
    return node && node->op == OP_softmax;
}

/* Logits become probabilities, unless the network did that itself. */
static void print_classes(Session *session, const Labels *labels, const double *reference, size_t image)
{
    int classes = session->graph->output->shape.channels, top = session->arguments->top ? session->arguments->top : 5;
    Score *score = arena_alloc(&session->context, (size_t)classes, sizeof *score);
    for (int c = 0; c < classes; c++)
        score[c] = (Score){c, output_at(session, reference, image * (size_t)classes + (size_t)c)};
    qsort(score, (size_t)classes, sizeof *score, better_first);
    double sum = 0, highest = score[0].value;
    bool logits = !ends_in_softmax(session->graph);
    for (int c = 0; c < classes; c++)
        sum += logits ? exp(score[c].value - highest) : 0;
    for (int c = 0; c < classes && c < top; c++) {
        double probability = logits ? exp(score[c].value - highest) / sum : score[c].value;
        printf("%6.2f %%  class %d%s%s\n", 100 * probability, score[c].class, labels->count ? "  " : "",
               labels->count ? labels->name[score[c].class] : "");
    }
}

/* A result that is no list of classes: where its values lie. */
static void print_range(Session *session, const double *reference, size_t image)
{
    size_t count = (size_t)shape_floats(session->graph->output->shape);
    double low = INFINITY, high = -INFINITY, sum = 0;
    for (size_t i = 0; i < count; i++) {
        double value = output_at(session, reference, image * count + i);
        low = fmin(low, value), high = fmax(high, value), sum += value;
    }
    printf("%s values from %g to %g, mean %g (--json prints them)\n", shape_text(&session->context, session->graph->output->shape),
           low, high, sum / (double)count);
}

static void print_answer(Session *session, const Labels *labels, const double *reference)
{
    const char *weights = session->arguments->weights;
    Shape shape = session->graph->output->shape;
    for (int image = 0; image < session->batch; image++) {
        if (session->batch > 1)
            printf("image %d\n", image);
        if (shape.height == 1 && shape.width == 1)
            print_classes(session, labels, reference, (size_t)image);
        else
            print_range(session, reference, (size_t)image);
    }
    if (!weights || !strncmp(weights, "pattern:", 8) || !strncmp(weights, "init:", 5))
        fputs("These weights come from a formula, not from training: the classes mean nothing yet. "
              "--weights FILE.safetensors gives them meaning.\n", stderr);
}

/* ---- running -------------------------------------------------------------------------------------------- */

static double *run_reference(Session *session)
{
    Failure failure = {""};
    size_t count = (size_t)session->batch * (size_t)shape_floats(session->graph->output->shape);
    double *output = arena_alloc(&session->context, count, sizeof *output), start = seconds_now();
    check(session, reference_run(session->graph, session->weights, session->input, session->batch, output, &failure), &failure);
    tell("%s: naive reference %.0f ms\n", session->graph->name, 1e3 * (seconds_now() - start));
    return output;
}

static void run_compiled(Session *session)
{
    const char *compiler = session_compiler(session, jit);
    const Target *target = session_target(session);
    int threads = session->arguments->threads ? session->arguments->threads : processor_count();
    double start = seconds_now();
    session_program(session);
    double compiled = seconds_now();
    session_pack(session);
    double packed = seconds_now();
    session_model(session, target, compiler, false);
    double loaded = seconds_now(), best = INFINITY;
    for (int run = 0; run < (session->arguments->json ? 1 : 3); run++) {
        double begin = seconds_now();
        session_forward(session, threads, 0, session->batch);
        best = fmin(best, seconds_now() - begin);
    }
    tell("%s: spec to kernels %.0f ms, packing weights %.0f ms, ", session->graph->name, 1e3 * (compiled - start),
         1e3 * (packed - compiled));
    if (compiler == jit)
        fprintf(stderr, "JIT %.0f ms, ", 1e3 * session->model.compile_seconds);
    else if (session->model.compile_seconds > 0)
        fprintf(stderr, "C compiler %.1f s, ", session->model.compile_seconds);
    else
        fprintf(stderr, "C from the cache %.0f ms, ", 1e3 * (loaded - packed));
    fprintf(stderr, "forward %.2f ms for %d image%s on %d thread%s\n", 1e3 * best, session->batch, session->batch == 1 ? "" : "s",
            threads, threads == 1 ? "" : "s");
}

int command_run(Session *session)
{
    const Arguments *arguments = session->arguments;
    const char *backend = arguments->backend ? arguments->backend : jit;
    bool reference = !strcmp(backend, "ref");
    if (!reference && strcmp(backend, "aot") && strcmp(backend, jit))
        return usage_error("--backend jit, aot or ref", "there is no backend %s", backend);
    session_graph(session, reference);
    Labels labels = arguments->labels ? read_labels(session, arguments->labels) : (Labels){0};
    check_labels(session, &labels);
    session_weights(session);
    session_input(session);
    if (arguments->save_input)
        save_input(session, arguments->save_input);
    double *values = reference ? run_reference(session) : NULL;
    if (!reference)
        run_compiled(session);
    if (arguments->json)
        session->json = answer_json(session, values);
    else
        print_answer(session, &labels, values);
    return 0;
}
