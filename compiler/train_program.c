/* train_program.c - the engine that trains by compiled kernels, run by TCC's code or by the C that `nncc SPEC --train` prints: one
 * program computes a step, parameters and gradients lie packed as its kernels read them, and names exist only when
 * tensors are read or written. Evaluation is the ordinary inference program of the same spec, norms folded and all,
 * whose weights are packed anew after the parameters have changed. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../backends/backend.h"
#include "../runtime/pack.h"
#include "../runtime/target.h"
#include "train.h"

enum { MOMENTS = 2 };

typedef struct {
    TrainEngine engine;                 /* first: the trainer holds a pointer to it */
    Training training;
    int threads;
    uint64_t seed;
    const Program *step, *forward;      /* a training step; evaluation */
    Model step_model, forward_model;    /* the second is made when it is first asked for */
    const Target *target;
    const char *compiler;               /* where the system's compiles; NULL: $CC or cc */
    bool aot;                           /* it does; otherwise TCC */
    StepArrays arrays;
    float *state;                       /* one block, as state_layout says, which most of the arrays lie in */
    float *outputs, *targets;           /* [batch][classes], of it */
    int64_t *integer;                   /* by Tensor.id: num_batches_tracked */
    bool *counts;                       /* by Tensor.id: a batch norm of the step moves this one */
    float **plain;                      /* by Tensor.id: values that no kernel reads, which are in no array; NULL for all others */
    void *packed;                       /* of the forward program, with their stamp; NULL: to be packed */
    void *arena;                        /* of the forward program */
    void *block;                        /* which arrays.weights lies in */
} Compiled;

static Compiled *compiled_of(TrainEngine *engine)
{
    return (Compiled *)engine;
}

/* ---- parameters by name ------------------------------------------------------------------------------------------------ */

/* One array of packed values and the plain ones beside it. */
typedef struct {
    const Graph *graph;
    float **plain;                      /* by Tensor.id; NULL: not wanted, or not there */
} Names;

static float *find_plain(const Names *names, const char *name, int *rank, int64_t dim[4])
{
    const Tensor *t = graph_tensor(names->graph, name);
    if (!t || !names->plain[t->id])
        return NULL;
    *rank = t->rank;
    memcpy(dim, t->dim, sizeof t->dim);
    return names->plain[t->id];
}

static float *place_plain(void *names, const char *name, int *rank, int64_t dim[4])
{
    return find_plain(names, name, rank, dim);
}

static const float *look_up_plain(const void *names, const char *name, int *rank, int64_t dim[4])
{
    return find_plain(names, name, rank, dim);
}

/* The items that hold trained parameters: those of gradients and moments, too. They need not come first. */
static size_t trained_items(const Compiled *c, PackItem **items)
{
    size_t count = 0;
    *items = calloc(c->step->npack + 1, sizeof **items);
    for (size_t i = 0; *items && i < c->step->npack; i++)
        if (c->step->pack[i].at < c->step->trained_floats)
            (*items)[count++] = c->step->pack[i];
    return count;
}

/* Between packed values (all parameters, or an array like the trained ones) and plain ones, either way. */
static bool exchange(const Compiled *c, float *payload, float **plain, bool all, bool to_plain, Failure *failure)
{
    Names names = {c->step->graph, plain};
    PackItem *items = NULL;
    size_t count = all ? c->step->npack : trained_items(c, &items);
    const PackItem *item = all ? c->step->pack : items;
    const char *culprit = "";
    bool good = (all || items) && (to_plain ? unpack(item, count, place_plain, &names, payload, c->threads, &culprit)
                                            : pack(item, count, look_up_plain, NULL, &names, payload, c->threads, &culprit));
    free(items);
    return good || failure_set(failure, "cannot %s the tensors of the network: %s", to_plain ? "unpack" : "pack", culprit);
}

/* ---- steps ---------------------------------------------------------------------------------------------------------------- */

static void set_scalars(Compiled *c, double rate, int64_t step)
{
    const Optimiser *o = &c->training.optimiser;
    float *s = c->arrays.common;
    const uint32_t seed[] = {(uint32_t)c->seed, (uint32_t)(c->seed >> 32)}, number = (uint32_t)step;
    bool adamw = o->kind == OPTIMISER_adamw;
    double t = (double)step + 1;
    s[COMMON_rate] = (float)(adamw ? rate / (1 - pow(o->beta1, t)) : rate);
    s[COMMON_decay] = (float)(1 - rate * o->weight_decay);
    s[COMMON_correction] = (float)(adamw ? 1 / sqrt(1 - pow(o->beta2, t)) : 1);
    memcpy(s + COMMON_seed, seed, sizeof seed);
    memcpy(s + COMMON_step, &number, sizeof number);
}

static bool set_targets(Compiled *c, const int32_t *labels, Failure *failure)
{
    int classes = c->engine.classes;
    for (int n = 0; n < c->engine.batch; n++) {
        if (labels[n] < 0 || labels[n] >= classes)
            return failure_set(failure, "label %d of image %d is not one of %d classes", (int)labels[n], n, classes);
        for (int k = 0; k < classes; k++)
            c->targets[n * (int64_t)classes + k] = (float)target_of(k == labels[n], classes, c->training.label_smoothing);
    }
    return true;
}

/* The mean over the batch, in double, in the order of the images. */
static double mean_loss(const Compiled *c)
{
    const Node *loss = c->step->graph->loss;
    const float *first = c->arrays.arena + loss->layout.storage->offset + loss->layout.origin;
    double sum = 0;
    for (int n = 0; n < c->engine.batch; n++)
        sum += first[n * c->step->arena_floats];
    return sum / c->engine.batch;
}

static int count_correct(const Compiled *c, const int32_t *labels)
{
    int classes = c->engine.classes, correct = 0;
    for (int n = 0; n < c->engine.batch; n++) {
        const float *row = c->outputs + n * (int64_t)classes;
        int best = 0;
        for (int k = 1; k < classes; k++)
            best = row[k] > row[best] ? k : best;
        correct += best == labels[n];
    }
    return correct;
}

/* What no longer holds after the parameters have changed. */
static void parameters_changed(Compiled *c)
{
    free(c->packed);
    c->packed = NULL;
}

static void run_kernels(Compiled *c, double rate, int64_t step)
{
    set_scalars(c, rate, step);
    c->step_model.step(c->step_model.handle, &c->arrays, c->threads, c->engine.seconds);
}

/* The emitted C makes targets and scalars by itself: from the labels, and from what its state begins with. */
static bool run_emitted(Compiled *c, const int32_t *labels, double rate, int64_t step, Failure *failure)
{
    const StateHeader header = {.step = (uint64_t)step, .seed = c->seed};
    const StepArrays *a = &c->arrays;
    double loss;
    memcpy(c->state, &header, sizeof header);
    int status = c->step_model.train(a->weights, c->state, a->arena, a->input, labels, rate, c->threads, &loss);
    return status == 0 || failure_set(failure, "a training step: %s", c->step_model.strerror(status));
}

static bool compiled_step(TrainEngine *engine, const float *input, const int32_t *labels, double rate, int64_t step, double *loss,
                          int *correct, Failure *failure)
{
    Compiled *c = compiled_of(engine);
    if (!set_targets(c, labels, failure))
        return false;
    c->arrays.input = input;
    if (c->aot && !run_emitted(c, labels, rate, step, failure))
        return false;
    if (!c->aot)
        run_kernels(c, rate, step);
    for (const Tensor *t = c->step->graph->tensors; t; t = t->next)
        c->integer[t->id] += c->counts[t->id];
    *loss = mean_loss(c);
    *correct = count_correct(c, labels);
    parameters_changed(c);
    return true;
}

/* ---- evaluation ------------------------------------------------------------------------------------------------------------ */

static float *new_floats(int64_t floats)
{
    return large_block((size_t)floats * sizeof(float));
}

static float *new_zeros(int64_t floats)
{
    float *array = new_floats(floats);
    return array ? memset(array, 0, (size_t)floats * sizeof *array) : NULL;
}

static void free_plain(const Compiled *c, float **plain)
{
    for (int i = 0; plain && i < c->step->graph->ntensors; i++)
        free(plain[i]);
    free(plain);
}

/* All values by name, as they are now; NULL: failure. */
static float **all_plain(const Compiled *c, Failure *failure)
{
    const Graph *graph = c->step->graph;
    float **plain = calloc((size_t)graph->ntensors + 1, sizeof *plain);
    bool made = plain;
    for (const Tensor *t = graph->tensors; made && t; t = t->next) {
        size_t count = t->integer ? 0 : (size_t)tensor_elements(t);
        made = t->integer || (plain[t->id] = malloc((count + 1) * sizeof(float)));
        if (made && c->plain[t->id])
            memcpy(plain[t->id], c->plain[t->id], count * sizeof(float));
    }
    if (!made)
        failure_set(failure, "out of memory for the network's tensors");
    else if (exchange(c, c->arrays.weights, plain, true, true, failure))
        return plain;
    free_plain(c, plain);
    return NULL;
}

/* The forward program's weights, made of these. */
static bool pack_plain(Compiled *c, float **plain, Failure *failure)
{
    Names names = {c->step->graph, plain};
    const Program *p = c->forward;
    Stamp stamp = program_stamp(p);
    const char *missing = "";
    char *block = weights_block(sizeof stamp + (size_t)p->weights_floats * sizeof(float));
    if (!block)
        return failure_set(failure, "out of memory for the weights of an evaluation");
    memcpy(block, &stamp, sizeof stamp);
    if (!pack(p->pack, p->npack, look_up_plain, NULL, &names, (float *)(void *)(block + sizeof stamp), c->threads, &missing)) {
        free(block);
        return failure_set(failure, "cannot pack the tensors of the network: %s", missing);
    }
    c->packed = block;
    return true;
}

static bool pack_forward(Compiled *c, Failure *failure)
{
    float **plain = all_plain(c, failure);
    bool done = plain && pack_plain(c, plain, failure);
    free_plain(c, plain);
    return done;
}

static bool load_code(const Compiled *c, const Program *program, Model *model, Failure *failure)
{
    return c->aot ? aot_load(program, c->target, c->compiler, false, model, failure) : jit_load(program, c->target, model, failure);
}

static bool open_forward(Compiled *c, Failure *failure)
{
    if (c->forward_model.handle)
        return true;
    if (!load_code(c, c->forward, &c->forward_model, failure))
        return false;
    c->arena = large_block(c->forward_model.arena_size);
    return c->arena || failure_set(failure, "out of memory for an evaluation");
}

static bool compiled_evaluate(TrainEngine *engine, const float *input, int count, float *logits, Failure *failure)
{
    Compiled *c = compiled_of(engine);
    if (!open_forward(c, failure) || (!c->packed && !pack_forward(c, failure)))
        return false;
    int status = c->forward_model.forward(c->packed, c->arena, input, count, c->threads, logits);
    return status == 0 || failure_set(failure, "evaluation: %s", c->forward_model.strerror(status));
}

/* ---- tensors by name ---------------------------------------------------------------------------------------------------- */

/* What an engine gives and takes: an array of packed values under names. */
typedef struct {
    const char *prefix;
    float *payload;
    bool all;                           /* every tensor; otherwise trained parameters */
    bool given_only;                    /* read, never written */
} Group;

enum { MOST_GROUPS = 1 + MOMENTS };

static int groups_of(const Compiled *c, Group group[MOST_GROUPS])
{
    const Optimiser *o = &c->training.optimiser;
    int count = 0;
    group[count++] = (Group){"", c->arrays.weights, true, false};
    if (o->kind == OPTIMISER_none)
        group[count++] = (Group){"gradient.", c->arrays.gradient, false, true};
    else if (o->kind == OPTIMISER_adamw)
        group[count++] = (Group){"optimizer.exp_avg.", c->arrays.state, false, false};
    else if (o->momentum != 0)
        group[count++] = (Group){"optimizer.momentum.", c->arrays.state, false, false};
    if (o->kind == OPTIMISER_adamw)
        group[count++] = (Group){"optimizer.exp_avg_sq.", c->arrays.state + c->step->trained_floats, false, false};
    return count;
}

static bool is_member(const Group *group, const Tensor *t)
{
    return group->all || t->trained;
}

static bool new_tensor(const Compiled *c, const Tensor *t, const Group *group, TensorData *out)
{
    size_t size = strlen(group->prefix) + strlen(t->name) + 1, count = (size_t)tensor_elements(t);
    char *name = malloc(size);
    void *data = calloc(count + 1, t->integer ? sizeof(int64_t) : sizeof(float));
    *out = (TensorData){.name = name, .rank = t->rank, .dtype = t->integer ? "I64" : "F32", .data = data};
    memcpy(out->dim, t->dim, sizeof out->dim);
    if (!name || !data)
        return false;
    snprintf(name, size, "%s%s", group->prefix, t->name);
    if (t->integer)
        *(int64_t *)data = c->integer[t->id];
    else if (group->all && c->plain[t->id])
        memcpy(data, c->plain[t->id], count * sizeof(float));
    return true;
}

/* The tensors of one group, behind the *used that are there. */
static bool read_group(Compiled *c, const Group *group, TensorData *list, size_t *used, Failure *failure)
{
    const Graph *graph = c->step->graph;
    float **plain = calloc((size_t)graph->ntensors + 1, sizeof *plain);
    bool made = plain;
    for (const Tensor *t = graph->tensors; made && t; t = t->next)
        if (is_member(group, t)) {
            made = new_tensor(c, t, group, &list[*used]);
            plain[t->id] = t->integer ? NULL : (float *)(uintptr_t)list[*used].data;
            ++*used;
        }
    if (!made)
        failure_set(failure, "out of memory for the network's tensors");
    made = made && exchange(c, group->payload, plain, group->all, true, failure);
    free(plain);
    return made;
}

static bool compiled_read(TrainEngine *engine, TensorData **tensors, size_t *count, Failure *failure)
{
    Compiled *c = compiled_of(engine);
    Group group[MOST_GROUPS];
    int groups = groups_of(c, group);
    TensorData *list = calloc((size_t)groups * (size_t)c->step->graph->ntensors + 1, sizeof *list);
    size_t used = 0;
    bool made = list || failure_set(failure, "out of memory for the network's tensors");
    for (int g = 0; g < groups && made; g++)
        made = read_group(c, &group[g], list, &used, failure);
    if (!made) {
        tensors_free(list, used);
        return false;
    }
    *tensors = list;
    *count = used;
    return true;
}

static bool write_group(Compiled *c, const Group *group, const TensorData *tensors, size_t count, Failure *failure)
{
    const Graph *graph = c->step->graph;
    float **plain = calloc((size_t)graph->ntensors + 1, sizeof *plain);
    if (!plain)
        return failure_set(failure, "out of memory for the network's tensors");
    for (const Tensor *t = graph->tensors; t; t = t->next) {
        const TensorData *from = is_member(group, t) ? train_find(tensors, count, group->prefix, t->name) : NULL;
        if (from && t->integer)
            c->integer[t->id] = *(const int64_t *)from->data;
        else if (from)
            plain[t->id] = (float *)(uintptr_t)from->data;
        if (from && group->all && c->plain[t->id])
            memcpy(c->plain[t->id], from->data, (size_t)tensor_elements(t) * sizeof(float));
    }
    bool done = exchange(c, group->payload, plain, group->all, false, failure);
    free(plain);
    return done;
}

/* First all is checked, then written. */
static bool compiled_write(TrainEngine *engine, const TensorData *tensors, size_t count, Failure *failure)
{
    Compiled *c = compiled_of(engine);
    Group group[MOST_GROUPS];
    int groups = groups_of(c, group);
    bool good = true;
    for (int g = 0; g < groups; g++)
        for (const Tensor *t = c->step->graph->tensors; good && t && !group[g].given_only; t = t->next)
            if (is_member(&group[g], t))
                good = train_fits(t, group[g].prefix, "F32", train_find(tensors, count, group[g].prefix, t->name), failure);
    for (int g = 0; g < groups && good; g++)
        if (!group[g].given_only)
            good = write_group(c, &group[g], tensors, count, failure);
    parameters_changed(c);
    return good;
}

/* ---- making ------------------------------------------------------------------------------------------------------------- */

static void compiled_close(TrainEngine *engine)
{
    Compiled *c = compiled_of(engine);
    StepArrays *a = &c->arrays;
    model_close(&c->step_model);
    model_close(&c->forward_model);
    free_plain(c, c->plain);
    void *memory[] = {a->arena, c->state, c->integer, c->counts, c->packed, c->arena, c->block, c};
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++)
        free(memory[i]);
}

/* Elements of each tensor, by id, that kernels read, so that the packed weights hold them. */
static int64_t *packed_elements(const Compiled *c)
{
    const Program *p = c->step;
    int64_t *packed = arena_alloc(p->context, (size_t)p->graph->ntensors + 1, sizeof *packed);
    for (size_t i = 0; i < p->npack; i++) {
        const PackItem *it = &p->pack[i];
        const PackSource *source[] = {&it->weight, &it->bias, &it->norm[0], &it->norm[1], &it->norm[2], &it->norm[3]};
        for (size_t j = 0; j < sizeof source / sizeof *source; j++) {
            const Tensor *t = source[j]->name ? graph_tensor(p->graph, source[j]->name) : NULL;
            if (t)
                packed[t->id] += tensor_elements(t) / t->dim[source[j]->axis] * source[j]->count;
        }
    }
    return packed;
}

/* Values that would be nowhere else; counters apart. */
static bool copy_weights(Compiled *c, const Weights *weights)
{
    const Graph *graph = c->step->graph;
    const int64_t *packed = packed_elements(c);
    c->plain = calloc((size_t)graph->ntensors + 1, sizeof *c->plain);
    c->integer = calloc((size_t)graph->ntensors + 1, sizeof *c->integer);
    c->counts = calloc((size_t)graph->ntensors + 1, sizeof *c->counts);
    for (const Tensor *t = graph->tensors; c->plain && c->integer && c->counts && t; t = t->next) {
        int rank;
        int64_t dim[4], count = tensor_elements(t);
        const float *from = weights_find(weights, t->name, &rank, dim);
        c->integer[t->id] = from && t->integer ? (int64_t)from[0] : 0;
        if (t->integer || packed[t->id] >= count)
            continue;
        if (!(c->plain[t->id] = calloc((size_t)count + 1, sizeof(float))))
            return false;
        if (from)
            memcpy(c->plain[t->id], from, (size_t)count * sizeof(float));
    }
    for (const Node *n = c->counts ? graph->first : NULL; n; n = n->next)
        if (n->op == OP_bn_stats)
            c->counts[n->of->weight[W_batches].tensor->id] = true;
    return c->plain && c->integer && c->counts;
}

static bool make_memory(Compiled *c, const Weights *weights, Failure *failure)
{
    const Program *p = c->step;
    StepArrays *a = &c->arrays;
    const StateLayout layout = state_layout(p);
    a->arena = new_floats(p->arena_floats * c->engine.batch);
    c->state = new_zeros(layout.floats);
    if (!a->arena || !c->state || !copy_weights(c, weights))
        return failure_set(failure, "out of memory: a step takes %lld bytes an image",
                           (long long)p->arena_floats * (long long)sizeof(float));
    a->common = c->state + layout.common;
    a->gradient = c->state + layout.gradient;
    a->state = c->state + layout.optimiser;
    a->output = c->outputs = c->state + layout.output;
    a->target = c->targets = c->state + layout.target;
    return (c->block = weights_pack(p, weights, c->threads, &a->weights, failure));
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Code and memory of a step. */
static bool make_step(Compiled *c, const Weights *weights, Failure *failure)
{
    const Program *p = c->step;
    const int64_t size = sizeof(float);
    if (!load_code(c, p, &c->step_model, failure))
        return false;
    double start = seconds_now();
    if (!make_memory(c, weights, failure))
        return false;
    c->engine.cost = (TrainCost){.arena = (p->arena_floats * c->engine.batch + p->common_floats) * size,
                                 .parameters = p->weights_floats * size,
                                 .gradient = p->trained_floats * size,
                                 .state = p->state_floats * size,
                                 .code_seconds = c->step_model.compile_seconds,
                                 .pack_seconds = seconds_now() - start};
    return true;
}

static Program *make_program(Context *context, const Tree *tree, const Options *options, const Target *target,
                             int batch, const Training *training)
{
    Options own = *options;
    own.max_batch = batch;
    own.training = training;
    own.machine = target->machine;
    if (!training)
        own.dump = NULL, own.time = false, own.times = NULL;    /* the step's passes are what is asked about */
    return compile_program(compile_tree(context, tree, &own), &own);
}

static const TrainPart *name_parts(Context *context, const Program *p, int batch)
{
    TrainPart *part = arena_alloc(context, p->nstep + 1, sizeof *part);
    for (size_t i = 0; i < p->nstep; i++) {
        const Step *step = &p->step[i];
        part[i] = (TrainPart){step->label, step->node ? op_name(step->node->op) : step->label, step->code->macs * batch};
    }
    return part;
}

TrainEngine *train_program_open(Context *context, const Tree *tree, const Options *options, const TrainOptions *train,
                                const Weights *weights, Failure *failure)
{
    const Target *target = train->target ? target_find(train->target) : target_best();
    Training *training = arena_alloc(context, 1, sizeof *training);
    bool aot = !strcmp(train->backend, "aot");
    *training = train->training;
    training->evaluation |= aot;        /* which the emitted file has */
    if (!target) {
        failure_set(failure, "there is no target %s", train->target);
        return NULL;
    }
    Program *step = make_program(context, tree, options, target, train->batch, training);
    Program *forward = make_program(context, tree, options, target, train->batch, NULL);
    Shape in = step->graph->input->shape;
    Compiled *c = calloc(1, sizeof *c);
    if (!c) {
        failure_set(failure, "out of memory for a training step");
        return NULL;
    }
    *c = (Compiled){.training = *training, .threads = train->threads, .seed = train->seed,
                     .step = step, .forward = forward, .target = target,
                    .compiler = train->compiler, .aot = aot};
    c->engine = (TrainEngine){.batch = train->batch,
                              .classes = (int)shape_floats(node_result(step->graph->output)),
                              .channels = in.channels,
                              .height = in.height,
                              .width = in.width,
                              .input_floats = shape_floats(in),
                              .trained = train_count(step->graph),
                              .step = compiled_step,
                              .evaluate = compiled_evaluate,
                              .read = compiled_read,
                              .write = compiled_write,
                              .close = compiled_close};
    if (!aot) {                         /* the emitted file has no clock */
        c->engine.part = name_parts(context, step, train->batch);
        c->engine.parts = (int)step->nstep;
    }
    if (!make_step(c, weights, failure)) {
        compiled_close(&c->engine);
        return NULL;
    }
    return &c->engine;
}
