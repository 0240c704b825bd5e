/* library_train.c - runtime/nncc.h, its third part: training steps.
 *
 * An engine of its own does the steps, with parameters of its own. They and the handle's weights follow each other only when
 * somebody asks: steps set `ahead`, calls that write weights set `written`, and whoever needs the other side's pulls or pushes. */
#include "library.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- parameters, there and back ---------------------------------------------------------------------------------- */

static bool is_double(const TensorData *t)
{
    return !strcmp(t->dtype, "F64");
}

static void to_floats(const TensorData *t, size_t count, float *out)
{
    bool integer = !strcmp(t->dtype, "I64");
    for (size_t i = 0; i < count; i++)
        out[i] = is_double(t) ? (float)((const double *)t->data)[i]
               : integer      ? (float)((const int64_t *)t->data)[i]
                              : ((const float *)t->data)[i];
}

static void from_floats(const TensorData *t, size_t count, const float *in)
{
    void *data = (void *)(uintptr_t)t->data;
    bool integer = !strcmp(t->dtype, "I64");
    for (size_t i = 0; i < count; i++)
        if (integer)
            ((int64_t *)data)[i] = (int64_t)in[i];
        else if (is_double(t))
            ((double *)data)[i] = in[i];
        else
            ((float *)data)[i] = in[i];
}

void train_forget(Run *run)
{
    tensors_free(run->tensor, run->ntensor);
    run->tensor = NULL;
    run->ntensor = 0;
}

/* What the engine gives: the network's tensors first, in its order. */
static nncc_status read_engine(nncc *net, void *unused)
{
    Run *run = &net->run;
    Failure failure = {""};
    (void)unused;
    if (!run->tensor && !run->engine->read(run->engine, &run->tensor, &run->ntensor, &failure))
        return refuse(net, NNCC_ERROR_BACKEND, "%s", failure.text);
    for (size_t i = 0; i < tensor_count(net); i++)
        if (i >= run->ntensor || strcmp(run->tensor[i].name, net->network->tensor[i].name))
            die("library: an engine's tensors are in another order than the network's");
    return NNCC_OK;
}

static size_t floats_of(const nncc *net, size_t index)
{
    return (size_t)tensor_floats(&net->network->tensor[index]);
}

static nncc_status pull_tensors(nncc *net)
{
    const TensorSpec *spec = net->network->tensor;
    size_t most = 1;
    for (size_t i = 0; i < tensor_count(net); i++)
        most = floats_of(net, i) > most ? floats_of(net, i) : most;
    float *values = calloc(most, sizeof *values);
    if (!values)
        return refuse(net, NNCC_ERROR_MEMORY, "out of memory");
    for (size_t i = 0; i < tensor_count(net); i++) {
        to_floats(&net->run.tensor[i], floats_of(net, i), values);
        weights_write(net->weights, spec[i].name, values);
        net->network->given[i] = true;
    }
    free(values);
    return NNCC_OK;
}

nncc_status train_pull(nncc *net)
{
    Run *run = &net->run;
    if (!run->ahead)
        return NNCC_OK;
    nncc_status status = attempt(net, &run->context, read_engine, NULL);
    if (!status)
        status = pull_tensors(net);
    if (!status) {
        run->ahead = false;
        weights_changed(net);
    }
    if (run->options.training.optimiser.kind != OPTIMISER_none)
        train_forget(run);            /* gradients are what they are kept for */
    return status;
}

void train_written(nncc *net, size_t index)
{
    if (net->run.engine)
        net->run.behind = net->run.written[index] = true;
}

nncc_status train_push(nncc *net, void *unused)
{
    Run *run = &net->run;
    Failure failure = {""};
    int rank;
    int64_t dim[NNCC_MAX_RANK];
    nncc_status status = read_engine(net, unused);
    if (status)
        return status;
    for (size_t i = 0; i < tensor_count(net); i++)
        if (run->written[i])
            from_floats(&run->tensor[i], floats_of(net, i), weights_find(net->weights, net->network->tensor[i].name, &rank, dim));
    bool good = run->engine->write(run->engine, run->tensor, run->ntensor, &failure);
    train_forget(run);
    if (!good)
        return refuse(net, NNCC_ERROR_BACKEND, "%s", failure.text);
    memset(run->written, 0, tensor_count(net) * sizeof *run->written);
    run->behind = false;
    return NNCC_OK;
}

/* ---- options --------------------------------------------------------------------------------------------------------- */

static const char *const backends[] = {[NNCC_JIT] = "jit", [NNCC_AOT] = "aot", [NNCC_REFERENCE] = "ref"};
static const OptimiserKind optimisers[] = {[NNCC_GRADIENTS] = OPTIMISER_none, [NNCC_SGD] = OPTIMISER_sgd, [NNCC_ADAMW] = OPTIMISER_adamw};

void nncc_train_defaults(nncc_training *training, nncc_optimizer optimizer)
{
    if (!training)
        return;
    bool known = (unsigned)optimizer <= NNCC_ADAMW, update = optimizer != NNCC_GRADIENTS;
    Optimiser o = optimiser_default(optimisers[known ? optimizer : NNCC_SGD]);
    *training = (nncc_training){.batch = update ? TRAIN_BATCH : 1, .dropout = update, .optimizer = optimizer, .momentum = o.momentum,
                                .beta1 = o.beta1, .beta2 = o.beta2, .epsilon = o.epsilon, .weight_decay = o.weight_decay,
                                .decay_vectors = o.decay_vectors};
}

static bool is_within(double value, double low, double high)
{
    return value >= low && value <= high;       /* not where it is no number */
}

static nncc_status check_options(nncc *net, const nncc_training *t)
{
    const struct { const char *name; double value, low, high; } number[] = {
        {"batch", t->batch, 1, NNCC_MAX_BATCH}, {"backend", t->backend, NNCC_JIT, NNCC_REFERENCE}, {"loss", t->loss, NNCC_CROSS_ENTROPY, NNCC_MSE},
        {"optimizer", t->optimizer, NNCC_GRADIENTS, NNCC_ADAMW}, {"freeze_norms", t->freeze_norms, NNCC_FREEZE_NONE, NNCC_FREEZE_BOTH},
        {"label_smoothing", t->label_smoothing, 0, 1}, {"momentum", t->momentum, 0, 1}, {"beta1", t->beta1, 0, 1},
        {"beta2", t->beta2, 0, 1}, {"epsilon", t->epsilon, 0, 1}, {"weight_decay", t->weight_decay, 0, 1e6},
        {"clip_norm", t->clip_norm, 0, 1e9}};
    for (size_t i = 0; i < sizeof number / sizeof *number; i++)
        if (!is_within(number[i].value, number[i].low, number[i].high))
            return refuse(net, NNCC_ERROR_ARGUMENT, "training: %s is %g, not from %g to %g", number[i].name, number[i].value, number[i].low,
                          number[i].high);
    if (t->beta1 == 1 || t->beta2 == 1)
        return refuse(net, NNCC_ERROR_ARGUMENT, "training: beta1 and beta2 are to be below 1");
    return NNCC_OK;
}

static TrainOptions options_of(const nncc *net, const nncc_training *t)
{
    TrainOptions o = {.batch = t->batch, .threads = net->threads, .seed = t->seed, .backend = backends[t->backend]};
    o.training = (Training){.loss = t->loss == NNCC_MSE ? LOSS_mse : LOSS_cross_entropy, .label_smoothing = t->label_smoothing,
                            .freeze_norm = (FreezeNorm)t->freeze_norms, .keep_dropout = t->dropout, .recompute = t->recompute};
    o.training.optimiser = (Optimiser){.kind = optimisers[t->optimizer],
                                       .momentum = t->momentum,
                                       .nesterov = t->nesterov,
                                       .beta1 = t->beta1,
                                       .beta2 = t->beta2,
                                       .epsilon = t->epsilon,
                                       .weight_decay = t->weight_decay,
                                       .decay_vectors = t->decay_vectors,
                                       .clip_norm = t->clip_norm};
    return o;
}

/* ---- a training ------------------------------------------------------------------------------------------------------ */

void train_free(nncc *net)
{
    Run *run = &net->run;
    if (run->engine)
        run->engine->close(run->engine);
    train_forget(run);
    context_free(&run->context);
    *run = (Run){0};
}

static nncc_status open_engine(nncc *net, void *argument)
{
    const nncc_training *t = argument;
    Run *run = &net->run;
    Options options = library_options(net, t->batch);
    Failure failure = {""};
    options.tuned = NULL;               /* these two are of forward passes */
    options.half = false;
    run->options = options_of(net, t);
    train_check_network(&run->context, net->network->graph);
    if (t->train)
        run->options.training.train = train_globs(&run->context, t->train, &run->options.training.ntrain);
    if (t->train && !run->options.training.ntrain)
        return refuse(net, NNCC_ERROR_ARGUMENT, "training: train names no parameters");
    run->written = arena_alloc(&run->context, tensor_count(net) + 1, sizeof *run->written);
    run->engine = train_engine_open_tree(&run->context, net->tree, &options, &run->options, net->weights, &failure);
    return run->engine ? NNCC_OK : refuse(net, NNCC_ERROR_BACKEND, "%s", failure.text);
}

nncc_status nncc_train_begin(nncc *net, const nncc_training *training)
{
    nncc_status status = begin_with(net, training, "nncc_train_begin: no options");
    if (status)
        return status;
    if (net->run.engine)
        return refuse(net, NNCC_ERROR_ORDER, "a training goes on: end it first");
    status = check_options(net, training);
    if (!status)
        status = check_weights(net);
    if (!status)
        status = attempt(net, &net->run.context, open_engine, (void *)(uintptr_t)training);
    if (status)
        train_free(net);
    return status;
}

typedef struct {
    const float *input;
    const int32_t *labels;
    double rate, loss;
    int correct;
} Lesson;

static nncc_status run_step(nncc *net, void *argument)
{
    Run *run = &net->run;
    TrainEngine *engine = run->engine;
    Lesson *step = argument;
    Failure failure = {""};
    nncc_status status = run->behind ? train_push(net, NULL) : NNCC_OK;
    if (status)
        return status;
    train_forget(run);
    run->ahead = run->stepped = true;
    if (engine->step(engine, step->input, step->labels, step->rate, run->step++, &step->loss, &step->correct, &failure))
        return NNCC_OK;
    return refuse(net, NNCC_ERROR_BACKEND, "%s", failure.text);
}

static nncc_status check_step(nncc *net, const Lesson *step)
{
    const TrainEngine *engine = net->run.engine;
    if (!engine)
        return refuse(net, NNCC_ERROR_ORDER, "no training has begun");
    if (!step->input || !step->labels)
        return refuse(net, NNCC_ERROR_ARGUMENT, "no input, or no labels");
    if (!isfinite(step->rate))
        return refuse(net, NNCC_ERROR_ARGUMENT, "a learning rate of %g", step->rate);
    for (int n = 0; n < engine->batch; n++)
        if (step->labels[n] < 0 || step->labels[n] >= engine->classes)
            return refuse(net, NNCC_ERROR_ARGUMENT, "label %d of image %d is not from 0 to %d", (int)step->labels[n], n,
                          engine->classes - 1);
    return NNCC_OK;
}

nncc_status nncc_train_step(nncc *net, const float *input, const int32_t *labels, double rate, double *loss, int *correct)
{
    if (!begin(net))
        return NNCC_ERROR_ARGUMENT;
    Lesson step = {.input = input, .labels = labels, .rate = rate};
    nncc_status status = check_step(net, &step);
    if (!status)
        status = attempt_on_threads(net, &net->run.context, run_step, &step);
    if (!status && loss)
        *loss = step.loss;
    if (!status && correct)
        *correct = step.correct;
    return status;
}

/* The gradient of the tensor with that number; NULL: it is not trained. */
static const TensorData *gradient_of(const nncc *net, size_t index)
{
    static const char prefix[] = "gradient.";
    const Run *run = &net->run;
    for (size_t i = tensor_count(net); i < run->ntensor; i++)
        if (!strncmp(run->tensor[i].name, prefix, sizeof prefix - 1)
            && !strcmp(run->tensor[i].name + sizeof prefix - 1, net->network->tensor[index].name))
            return &run->tensor[i];
    return NULL;
}

nncc_status nncc_read_gradient(nncc *net, const char *name, float *values, size_t floats)
{
    size_t index;
    nncc_status status = find_tensor(net, name, values, floats, &index);
    if (status)
        return status;
    Run *run = &net->run;
    if (!run->engine || !run->stepped)
        return refuse(net, NNCC_ERROR_ORDER, "no step of a training has been done");
    if (run->options.training.optimiser.kind != OPTIMISER_none)
        return refuse(net, NNCC_ERROR_ORDER, "only a training with NNCC_GRADIENTS keeps gradients");
    status = attempt(net, &run->context, read_engine, NULL);
    if (status)
        return status;
    const TensorData *gradient = gradient_of(net, index);
    if (!gradient)
        return refuse(net, NNCC_ERROR_NAME, "%s is not trained", name);
    to_floats(gradient, floats, values);
    return NNCC_OK;
}

nncc_status nncc_train_end(nncc *net)
{
    if (!begin(net))
        return NNCC_ERROR_ARGUMENT;
    nncc_status status = train_pull(net);
    if (!status)
        train_free(net);
    return status;
}
