/* command_grad.c - `nncc grad`: loss, gradients and moved buffers of one training step, by name. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../runtime/peak.h"
#include "command.h"
#include "train.h"

/* ---- labels --------------------------------------------------------------------------------------------- */

static void labels_from_pattern(Session *session, const char *seed, int32_t *label, int classes)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(seed, &end, 10);
    if (*seed < '0' || *seed > '9' || *end || errno)
        fail(session, "write pattern:1, or any other whole number", "pattern:%s has no seed", seed);
    int64_t *wide = arena_alloc(&session->context, (size_t)session->batch, sizeof *wide);
    pattern_labels(wide, (size_t)session->batch, number, classes);
    for (int i = 0; i < session->batch; i++)
        label[i] = (int32_t)wide[i];
}

static void labels_from_list(Session *session, const char *list, int32_t *label, int classes)
{
    int count = 0;
    for (const char *at = list; count == 0 || *at++ == ','; count++) {
        char *end;
        errno = 0;
        long number = strtol(at, &end, 10);
        if (end == at || errno || number < 0 || number >= classes || count == session->batch)
            break;
        label[count] = (int32_t)number;
        at = end;
        if (!*at && count + 1 == session->batch)
            return;
    }
    fail(session, "for example --labels 3,0,7 for three images, or pattern:SEED", "--labels %s is no list of %d numbers from 0 to %d",
         list, session->batch, classes - 1);
}

static int32_t *read_labels(Session *session)
{
    const char *from = session->arguments->labels ? session->arguments->labels : "pattern:1";
    int classes = (int)shape_floats(session->graph->output->shape);
    int32_t *label = arena_alloc(&session->context, (size_t)session->batch, sizeof *label);
    if (!strncmp(from, "pattern:", 8))
        labels_from_pattern(session, from + 8, label, classes);
    else
        labels_from_list(session, from, label, classes);
    return label;
}

/* ---- the step ------------------------------------------------------------------------------------------- */

static TrainOptions step_options(Session *session)
{
    const Arguments *a = session->arguments;
    TrainOptions train = {.batch = session->batch, .threads = a->threads ? a->threads : processor_count(), .target = a->target,
                          .compiler = a->compiler, .backend = a->backend ? a->backend : "jit"};
    train.training.label_smoothing = a->label_smoothing.value;
    train.training.recompute = a->recompute && !strcmp(a->recompute, "block");
    if (a->loss && !strcmp(a->loss, "mse"))
        train.training.loss = LOSS_mse;
    else if (a->loss && strcmp(a->loss, "cross_entropy"))
        fail(session, "cross_entropy or mse", "there is no loss %s", a->loss);
    if (a->recompute && strcmp(a->recompute, "block"))
        fail(session, "block", "--recompute %s names nothing that can be computed again", a->recompute);
    return train;
}

/* ---- what comes out ------------------------------------------------------------------------------------- */

static const char gradient[] = "gradient.";

static bool is_gradient(const TensorData *t)
{
    return !strncmp(t->name, gradient, sizeof gradient - 1);
}

/* The engine's tensors as the file shall have them: the loss, gradients under their parameters' names, buffers. */
static size_t answer(Session *session, const TensorData *tensors, size_t count, const double *loss, TensorData *out)
{
    size_t used = 0;
    out[used++] = (TensorData){.name = "loss", .rank = 1, .dim = {1}, .dtype = "F64", .data = loss};
    for (size_t i = 0; i < count; i++) {
        const Tensor *t = graph_tensor(session->graph, tensors[i].name);
        if (is_gradient(&tensors[i]) || (t && t->buffer)) {
            out[used] = tensors[i];
            out[used++].name += is_gradient(&tensors[i]) ? sizeof gradient - 1 : 0;
        }
    }
    return used;
}

static double norm_of(const TensorData *t)
{
    int64_t elements = 1;
    double squares = 0;
    for (int i = 0; i < t->rank; i++)
        elements *= t->dim[i];
    for (int64_t i = 0; i < elements; i++) {
        double v = !strcmp(t->dtype, "F64") ? ((const double *)t->data)[i] : ((const float *)t->data)[i];
        squares += v * v;
    }
    return sqrt(squares);
}

static void print_norms(const TensorData *tensors, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_gradient(&tensors[i]))
            printf("%-12.6g %s\n", fabs(norm_of(&tensors[i])), tensors[i].name + sizeof gradient - 1);     /* NaN without a sign */
}

/* One step of the engine, and its answer; returns whether all went well. */
static bool run_step(Session *session, TrainEngine *engine, const int32_t *labels, Failure *failure)
{
    const char *path = session->arguments->output;
    TensorData *tensors = NULL;
    size_t count = 0;
    double loss;
    int correct;
    if (!engine->step(engine, session->input, labels, 0, 0, &loss, &correct, failure) || !engine->read(engine, &tensors, &count, failure))
        return false;
    tell("%s: loss %.9g, %d of %d images right\n", session->graph->name, loss, correct, session->batch);
    TensorData *out = calloc(count + 1, sizeof *out);
    bool fine = out || failure_set(failure, "out of memory for the answer");
    if (fine && path)
        fine = safetensors_write(path, out, answer(session, tensors, count, &loss, out), failure);
    else if (fine)
        print_norms(tensors, count);
    free(out);
    tensors_free(tensors, count);
    return fine;
}

int command_grad(Session *session)
{
    const Arguments *arguments = session->arguments;
    Failure failure = {""};
    session_graph(session, false);
    session_weights(session);
    session_input(session);
    if (arguments->output && is_stream(arguments->output))
        fail(session, "-o grads.safetensors; without -o their norms are printed", "gradients go to a file: %s is none", arguments->output);
    if (arguments->output)
        refuse_overwrite(session, arguments->output);
    const int32_t *labels = read_labels(session);
    TrainOptions train = step_options(session);
    TrainEngine *engine = train_engine_open(&session->context, arguments->spec, NULL, &session->options, &train,
                                            session->weights, &failure);
    check(session, engine, &failure);
    bool fine = run_step(session, engine, labels, &failure);
    engine->close(engine);
    check(session, fine, &failure);
    return 0;
}
