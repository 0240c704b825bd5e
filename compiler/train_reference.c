/* train_reference.c - the engine that trains by the naive interpreter, in double: what every other engine is compared with. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../backends/backend.h"
#include "../runtime/target.h"
#include "train.h"

typedef struct {
    TrainEngine engine;                 /* first: the trainer holds a pointer to it */
    Training training;
    Graph *forward, *step;              /* evaluation mode, and one training step */
    ReferenceStep state;                /* parameters, gradients, seed */
    double *target;                     /* [batch][classes] */
    double *logits;                     /* [batch][classes] */
    double **moment[2];                 /* by Tensor.id; sgd: the momentum; adamw: the first and second; NULL: not trained */
} Reference;

static Reference *reference_of(TrainEngine *engine)
{
    return (Reference *)engine;
}

/* ---- the update: PyTorch's SGD and AdamW ---------------------------------------------------------------------------- */

/* The factor that bounds the norm of all gradients together. */
static double clip_factor(const Reference *r)
{
    double squares = 0, most = r->training.optimiser.clip_norm;
    if (most <= 0)
        return 1;
    for (const Tensor *t = r->step->tensors; t; t = t->next)
        for (int64_t i = 0; t->trained && i < tensor_elements(t); i++)
            squares += r->state.gradient[t->id][i] * r->state.gradient[t->id][i];
    return fmin(1, most / (sqrt(squares) + 1e-6));
}

static void update_sgd(Reference *r, const Tensor *t, double decay, double rate)
{
    const Optimiser *o = &r->training.optimiser;
    double *p = r->state.value[t->id], *gradient = r->state.gradient[t->id], *v = r->moment[0][t->id];
    for (int64_t i = 0; i < tensor_elements(t); i++) {
        double g = gradient[i] + decay * p[i];
        v[i] = o->momentum * v[i] + g;              /* v = g in the first step: it begins as 0 */
        p[i] -= rate * (o->nesterov ? g + o->momentum * v[i] : v[i]);
    }
}

static void update_adamw(Reference *r, const Tensor *t, double decay, double rate, int64_t step)
{
    const Optimiser *o = &r->training.optimiser;
    double *p = r->state.value[t->id], *g = r->state.gradient[t->id], *m = r->moment[0][t->id], *v = r->moment[1][t->id];
    double first = 1 - pow(o->beta1, (double)step + 1), second = 1 - pow(o->beta2, (double)step + 1);
    for (int64_t i = 0; i < tensor_elements(t); i++) {
        p[i] *= 1 - rate * decay;
        m[i] = o->beta1 * m[i] + (1 - o->beta1) * g[i];
        v[i] = o->beta2 * v[i] + (1 - o->beta2) * g[i] * g[i];
        p[i] -= rate / first * m[i] / (sqrt(v[i]) / sqrt(second) + o->epsilon);
    }
}

static void update(Reference *r, double rate, int64_t step)
{
    const Optimiser *o = &r->training.optimiser;
    double factor = clip_factor(r);
    for (const Tensor *t = r->step->tensors; t; t = t->next) {
        if (!t->trained || o->kind == OPTIMISER_none)
            continue;
        double decay = t->rank > 1 || o->decay_vectors ? o->weight_decay : 0;
        for (int64_t i = 0; i < tensor_elements(t); i++)
            r->state.gradient[t->id][i] *= factor;
        if (o->kind == OPTIMISER_sgd)
            update_sgd(r, t, decay, rate);
        else
            update_adamw(r, t, decay, rate, step);
    }
}

/* ---- steps and evaluation -------------------------------------------------------------------------------------------- */

/* Runs a graph on `count` images and leaves its output in r->logits. */
static bool run(Reference *r, const Graph *graph, const float *input, int count, Failure *failure)
{
    double **keep = calloc((size_t)graph->count, sizeof *keep);
    if (!keep)
        return failure_set(failure, "out of memory for a step");
    keep[graph->output->id] = r->logits;
    bool done = reference_step(graph, &r->state, input, count, keep, failure);
    free(keep);
    return done;
}

static bool is_correct(const double *logits, int classes, int label)
{
    int best = 0;
    for (int k = 1; k < classes; k++)
        best = logits[k] > logits[best] ? k : best;
    return best == label;
}

static bool reference_train(TrainEngine *engine, const float *input, const int32_t *labels, double rate, int64_t step, double *loss,
                            int *correct, Failure *failure)
{
    Reference *r = reference_of(engine);
    int classes = engine->classes;
    for (int n = 0; n < engine->batch; n++) {
        if (labels[n] < 0 || labels[n] >= classes)
            return failure_set(failure, "label %d of image %d is not one of %d classes", (int)labels[n], n, classes);
        for (int k = 0; k < classes; k++)
            r->target[n * (int64_t)classes + k] = target_of(k == labels[n], classes, r->training.label_smoothing);
    }
    r->state.step = step;
    if (!run(r, r->step, input, engine->batch, failure))
        return false;
    *loss = r->state.loss;
    *correct = 0;
    for (int n = 0; n < engine->batch; n++)
        *correct += is_correct(r->logits + n * (int64_t)classes, classes, labels[n]);
    update(r, rate, step);
    return true;
}

static bool reference_evaluate(TrainEngine *engine, const float *input, int count, float *logits, Failure *failure)
{
    Reference *r = reference_of(engine);
    if (!run(r, r->forward, input, count, failure))
        return false;
    for (int64_t i = 0; i < count * (int64_t)engine->classes; i++)
        logits[i] = (float)r->logits[i];
    return true;
}

/* ---- tensors by name ---------------------------------------------------------------------------------------------------- */

/* What an engine gives and takes: one array of doubles (or, for counters, integers) under a name. */
typedef struct {
    const char *prefix;
    double **value;                     /* by Tensor.id */
    bool given_only;                    /* read, never written */
} Group;

enum { MOST_GROUPS = 4 };

static int groups_of(const Reference *r, Group group[MOST_GROUPS])
{
    static const char *const name[][2] = {
        [OPTIMISER_sgd] = {"optimizer.momentum."},
        [OPTIMISER_adamw] = {"optimizer.exp_avg.", "optimizer.exp_avg_sq."},
    };
    OptimiserKind kind = r->training.optimiser.kind;
    int count = 0;
    group[count++] = (Group){"", r->state.value, false};
    if (kind == OPTIMISER_none)
        group[count++] = (Group){"gradient.", r->state.gradient, true};
    for (int i = 0; kind != OPTIMISER_none && i < 2 && name[kind][i]; i++)
        group[count++] = (Group){name[kind][i], r->moment[i], false};
    return count;
}

static bool read_tensor(const Tensor *t, const Group *group, TensorData *out)
{
    int64_t count = tensor_elements(t);
    size_t size = strlen(group->prefix) + strlen(t->name) + 1;
    char *name = malloc(size);
    double *data = malloc((size_t)count * sizeof *data);
    *out = (TensorData){.name = name, .rank = t->rank, .dtype = t->integer ? "I64" : "F64", .data = data};
    memcpy(out->dim, t->dim, sizeof out->dim);
    if (!name || !data)
        return false;
    snprintf(name, size, "%s%s", group->prefix, t->name);
    memcpy(data, group->value[t->id], (size_t)count * sizeof *data);
    if (t->integer)
        *(int64_t *)(void *)data = (int64_t)group->value[t->id][0];
    return true;
}

static bool reference_read(TrainEngine *engine, TensorData **tensors, size_t *count, Failure *failure)
{
    Reference *r = reference_of(engine);
    Group group[MOST_GROUPS];
    int groups = groups_of(r, group);
    TensorData *list = calloc((size_t)groups * (size_t)r->step->ntensors + 1, sizeof *list);
    size_t used = 0;
    bool made = list;
    for (int g = 0; g < groups; g++)
        for (const Tensor *t = r->step->tensors; made && t; t = t->next)
            if (group[g].value[t->id])
                made = read_tensor(t, &group[g], &list[used++]);
    if (!made) {
        tensors_free(list, used);
        return failure_set(failure, "out of memory for the network's tensors");
    }
    *tensors = list;
    *count = used;
    return true;
}

/* First all is checked, then written. */
static bool reference_write(TrainEngine *engine, const TensorData *tensors, size_t count, Failure *failure)
{
    Reference *r = reference_of(engine);
    Group group[MOST_GROUPS];
    int groups = groups_of(r, group);
    for (int pass = 0; pass < 2; pass++)
        for (int g = 0; g < groups; g++)
            for (const Tensor *t = r->step->tensors; t && !group[g].given_only; t = t->next) {
                const TensorData *from = group[g].value[t->id] ? train_find(tensors, count, group[g].prefix, t->name) : NULL;
                if (!group[g].value[t->id])
                    continue;
                if (pass == 0 && !train_fits(t, group[g].prefix, "F64", from, failure))
                    return false;
                if (pass == 1 && t->integer)
                    group[g].value[t->id][0] = (double)*(const int64_t *)from->data;
                else if (pass == 1)
                    memcpy(group[g].value[t->id], from->data, (size_t)tensor_elements(t) * sizeof(double));
            }
    return true;
}

/* ---- making ------------------------------------------------------------------------------------------------------------- */

static void reference_close(TrainEngine *engine)
{
    Reference *r = reference_of(engine);
    if (r->step) {
        reference_values_free(r->step, r->state.value);
        reference_values_free(r->step, r->state.gradient);
        reference_values_free(r->step, r->moment[0]);
        reference_values_free(r->step, r->moment[1]);
    }
    free(r->target);
    free(r->logits);
    free(r);
}

/* Zeros for every trained tensor; NULL for the others. */
static double **trained_values(const Graph *graph)
{
    double **value = calloc((size_t)graph->ntensors + 1, sizeof *value);
    for (const Tensor *t = graph->tensors; value && t; t = t->next) {
        value[t->id] = t->trained ? calloc((size_t)tensor_elements(t), sizeof **value) : NULL;
        if (t->trained && !value[t->id]) {
            reference_values_free(graph, value);
            return NULL;
        }
    }
    return value;
}

/* Everything but the graphs. */
static bool make_memory(Reference *r, const Weights *weights, Failure *failure)
{
    const TrainEngine *e = &r->engine;
    size_t outputs = (size_t)e->batch * (size_t)e->classes;
    r->state.value = reference_values(r->step, weights, failure);
    if (!r->state.value)
        return false;
    r->state.gradient = trained_values(r->step);
    r->moment[0] = trained_values(r->step);
    r->moment[1] = trained_values(r->step);
    r->target = calloc(outputs, sizeof *r->target);
    r->logits = calloc(outputs, sizeof *r->logits);
    r->state.target = r->target;
    if (!r->state.gradient || !r->moment[0] || !r->moment[1] || !r->target || !r->logits)
        return failure_set(failure, "out of memory for a training step");
    return true;
}

/* The graph of the spec: of one training step where `training` is given, else of evaluation. */
static Graph *make_graph(Context *context, const Tree *tree, const Options *options, int batch, const Training *training)
{
    Options own = *options;
    own.max_batch = batch;
    own.training = training;
    if (!training)
        own.dump = NULL, own.time = false;      /* the step's passes are what is asked about */
    Graph *graph = compile_tree(context, tree, &own);
    if (training)
        compile_step(graph, &own);
    return graph;
}

TrainEngine *train_reference_open(Context *context, const Tree *tree, const Options *options, const TrainOptions *train,
                                  const Weights *weights, Failure *failure)
{
    Training *training = arena_alloc(context, 1, sizeof *training);
    *training = train->training;
    Graph *forward = make_graph(context, tree, options, train->batch, NULL);
    Graph *step = make_graph(context, tree, options, train->batch, training);
    Shape in = forward->input->shape;
    Reference *r = calloc(1, sizeof *r);
    if (!r) {
        failure_set(failure, "out of memory for a training step");
        return NULL;
    }
    *r = (Reference){.training = *training, .forward = forward, .step = step, .state.seed = train->seed};
    r->engine = (TrainEngine){.batch = train->batch, .classes = (int)shape_floats(forward->output->shape), .channels = in.channels,
                              .height = in.height, .width = in.width, .input_floats = shape_floats(in), .trained = train_count(step),
                              .step = reference_train, .evaluate = reference_evaluate, .read = reference_read, .write = reference_write,
                              .close = reference_close};
    if (!make_memory(r, weights, failure)) {
        reference_close(&r->engine);
        return NULL;
    }
    return &r->engine;
}
