/* library_run.c - runtime/nncc.h, its second part: weights, code and forward passes.
 *
 * An engine is a network that can be run: nncc_compile makes the whole one, nncc_forward_to one that ends at a layer. Both are
 * compiled from the same tree, each in a context of its own, and packed from the same weights. */
#include "library.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "../runtime/peak.h"

/* ---- weights --------------------------------------------------------------------------------------------------------- */

/* What was packed is old. */
void weights_changed(nncc *net)
{
    free(net->whole.packed);
    free(net->part.packed);
    net->whole.packed = net->part.packed = NULL;
}

size_t tensor_count(const nncc *net)
{
    return (size_t)net->network->graph->ntensors;
}

nncc_status nncc_load_weights(nncc *net, const char *from, int partial)
{
    nncc_status status = begin_with(net, from, "nncc_load_weights: no file and no pattern");
    if (status)
        return status;
    Failure failure = {""};
    char *report = NULL;
    Weights *weights = weights_open(from, net->network->tensor, tensor_count(net), partial, &report, &failure);
    snprintf(net->notice, sizeof net->notice, "%s", report ? report : "");
    free(report);
    if (!weights)
        return refuse(net, NNCC_ERROR_WEIGHTS, "%s", failure.text);
    weights_free(net->weights);
    net->weights = weights;
    weights_changed(net);
    net->run.ahead = false;
    for (size_t i = 0; i < tensor_count(net); i++) {
        net->network->given[i] = true;
        train_written(net, i);
    }
    return NNCC_OK;
}

nncc_status find_tensor(nncc *net, const char *name, const float *values, size_t floats, size_t *index)
{
    nncc_status status = begin_with(net, name ? values : NULL, "no name, or no values");
    if (status)
        return status;
    const TensorSpec *tensor = net->network->tensor;
    for (*index = 0; *index < tensor_count(net) && strcmp(tensor[*index].name, name);)
        ++*index;
    if (*index == tensor_count(net))
        return refuse(net, NNCC_ERROR_NAME, "no tensor is called %s", printable(name, &(Printable){""}));
    size_t wanted = (size_t)tensor_floats(&tensor[*index]);
    return floats == wanted ? NNCC_OK : refuse(net, NNCC_ERROR_SIZE, "%s has %zu values, not %zu", name, wanted, floats);
}

/* Large tensors are read once more when they are asked for. */
static nncc_status file_changed(nncc *net, const char *name)
{
    return refuse(net, NNCC_ERROR_WEIGHTS, "%s is lost: the file that it was loaded from has changed since", name);
}

nncc_status nncc_read_tensor(nncc *net, const char *name, float *values, size_t floats)
{
    size_t index;
    int rank;
    int64_t dim[NNCC_MAX_RANK];
    nncc_status status = find_tensor(net, name, values, floats, &index);
    if (status)
        return status;
    if (!net->weights || !net->network->given[index])
        return refuse(net, NNCC_ERROR_ORDER, "%s has no values yet", name);
    if ((status = train_pull(net)))
        return status;
    const float *from = weights_find(net->weights, name, &rank, dim);
    if (!from)
        return file_changed(net, name);
    memcpy(values, from, floats * sizeof *values);
    return NNCC_OK;
}

/* Somewhere to write values: of a network that has no weights yet, and may have no tensors either. */
static nncc_status need_weights(nncc *net)
{
    Failure failure = {""};
    if (!net->weights)
        net->weights = weights_init(net->network->tensor, tensor_count(net), 0, &failure);
    return net->weights ? NNCC_OK : refuse(net, NNCC_ERROR_WEIGHTS, "%s", failure.text);
}

nncc_status nncc_write_tensor(nncc *net, const char *name, const float *values, size_t floats)
{
    size_t index;
    nncc_status status = find_tensor(net, name, values, floats, &index);
    if (!status)
        status = need_weights(net);
    if (!status)
        status = train_pull(net);
    if (status)
        return status;
    weights_write(net->weights, name, values);
    net->network->given[index] = true;
    train_written(net, index);
    weights_changed(net);
    return NNCC_OK;
}

nncc_status check_weights(nncc *net)
{
    const Network *network = net->network;
    for (size_t i = 0; i < tensor_count(net); i++)
        if (!network->given[i] && !network->tensor[i].integer)
            return refuse(net, NNCC_ERROR_WEIGHTS, "%s has no values yet: load weights, or write them", network->tensor[i].name);
    return need_weights(net);
}

/* What a file holds of a tensor. `whole` keeps the values of counters, which are integers there. */
static TensorData saved_tensor(const nncc *net, size_t index, int64_t *whole)
{
    const TensorSpec *spec = &net->network->tensor[index];
    TensorData out = {.name = spec->name, .rank = spec->rank, .dtype = spec->integer ? "I64" : "F32"};
    const float *values = weights_find(net->weights, spec->name, &out.rank, out.dim);
    *whole = spec->integer ? (int64_t)*values : 0;              /* counters never lose theirs */
    out.data = spec->integer ? (const void *)whole : values;
    return out;
}

nncc_status nncc_save_weights(nncc *net, const char *path)
{
    nncc_status status = begin_with(net, path, "nncc_save_weights: no path");
    if (!status)
        status = check_weights(net);
    if (!status)
        status = train_pull(net);
    if (status)
        return status;
    size_t count = tensor_count(net);
    Failure failure = {""};
    TensorData *tensor = calloc(count + 1, sizeof *tensor);
    int64_t *whole = calloc(count + 1, sizeof *whole);
    const char *lost = NULL;
    for (size_t i = 0; tensor && whole && i < count; i++) {
        tensor[i] = saved_tensor(net, i, &whole[i]);
        lost = tensor[i].data ? lost : tensor[i].name;
    }
    if (lost) {
        free(tensor);
        free(whole);
        return file_changed(net, lost);
    }
    bool good = tensor && whole ? safetensors_write(path, tensor, count, &failure) : failure_set(&failure, "out of memory");
    free(tensor);
    free(whole);
    return good ? NNCC_OK : refuse(net, NNCC_ERROR_WEIGHTS, "%s", failure.text);
}

/* ---- engines ----------------------------------------------------------------------------------------------------------- */

void engine_free(Engine *engine)
{
    model_close(&engine->model);
    free(engine->arena);
    free(engine->packed);
    free(engine->layer);
    context_free(&engine->context);
    *engine = (Engine){0};
}

/* Lets the network end at a layer. */
static void end_at(Graph *graph, const char *layer)
{
    Node *node = graph->first;
    while (strcmp(node->name, layer))
        node = node->next;
    graph->output->in[0] = node;
    graph->output->shape = node->shape;
    prune(graph);
}

static bool load_code(Engine *engine, Failure *failure)
{
    if (engine->backend == NNCC_AOT)
        return aot_load(engine->program, target_best(), NULL, false, &engine->model, failure);
    return jit_load(engine->program, NULL, &engine->model, failure);
}

static nncc_status compile_engine(nncc *net, void *argument)
{
    Engine *engine = argument;
    Options options = library_options(net, engine->max_batch);
    Failure failure = {""};
    Graph *graph = compile_tree(&engine->context, net->tree, &options);
    if (engine->layer)
        end_at(graph, engine->layer);
    if (engine->backend != NNCC_REFERENCE) {
        engine->program = compile_program(graph, &options);
        if (!load_code(engine, &failure))
            return refuse(net, NNCC_ERROR_BACKEND, "%s", failure.text);
        engine->arena = large_block(engine->model.arena_size);
        if (!engine->arena)
            return refuse(net, NNCC_ERROR_MEMORY, "out of memory: an arena of %zu bytes", engine->model.arena_size);
    }
    engine->graph = graph;
    return NNCC_OK;
}

/* A part must take the batches that the whole takes, whatever was set in between. */
static nncc_status make_engine(nncc *net, Engine *engine, nncc_backend backend, const char *layer)
{
    engine_free(engine);
    engine->backend = backend;
    engine->max_batch = layer ? net->whole.max_batch : net->max_batch;
    engine->layer = layer ? strdup(layer) : NULL;
    nncc_status status = layer && !engine->layer ? refuse(net, NNCC_ERROR_MEMORY, "out of memory")
                                                 : attempt(net, &engine->context, compile_engine, engine);
    if (status)
        engine_free(engine);
    return status;
}

/* What was done otherwise than asked, a line each. */
static nncc_status note_compiled(nncc *net, void *argument)
{
    Engine *engine = argument;
    bool tuned = net->tuned && engine->backend != NNCC_REFERENCE;
    const char *line[] = {engine->model.notice,
                          tuned ? tuned_notice(&engine->context, net->tuned, target_best()->name, engine->max_batch)
                                : NULL,
                          tuned ? tuned_unused(engine->graph) : NULL};
    size_t size = 0;
    for (size_t i = 0; i < sizeof line / sizeof *line; i++)
        if (line[i] && size < sizeof net->notice)
            size += (size_t)snprintf(net->notice + size, sizeof net->notice - size, "%s%s", size ? "\n" : "", line[i]);
    return NNCC_OK;
}

nncc_status nncc_compile(nncc *net, nncc_backend backend)
{
    if (!begin(net))
        return NNCC_ERROR_ARGUMENT;
    if (backend != NNCC_JIT && backend != NNCC_AOT && backend != NNCC_REFERENCE)
        return refuse(net, NNCC_ERROR_ARGUMENT, "there is no backend number %d", (int)backend);
    if (!net->tree)
        return refuse(net, NNCC_ERROR_ORDER, "no network is loaded");
    engine_free(&net->part);
    nncc_status status = make_engine(net, &net->whole, backend, NULL);
    *net->notice = '\0';
    return status ? status : attempt(net, &net->whole.context, note_compiled, &net->whole);
}

/* ---- passes -------------------------------------------------------------------------------------------------------------- */

static nncc_status pack_engine(nncc *net, void *argument)
{
    Engine *engine = argument;
    Failure failure = {""};
    float *payload;
    engine->half_error = engine->graph->half ? weights_half_error(engine->program, net->weights) : 0;
    engine->packed = weights_pack_releasing(engine->program, net->weights, net->threads, &payload, &failure);
    return engine->packed ? NNCC_OK : refuse(net, NNCC_ERROR_WEIGHTS, "%s", failure.text);
}

static nncc_status prepare(nncc *net, Engine *engine)
{
    nncc_status status = train_pull(net);
    if (status || engine->packed)
        return status;
    status = check_weights(net);
    return status || engine->backend == NNCC_REFERENCE ? status : attempt(net, &engine->context, pack_engine, engine);
}

nncc_status nncc_pack(nncc *net)
{
    if (!begin(net))
        return NNCC_ERROR_ARGUMENT;
    return net->whole.graph ? prepare(net, &net->whole) : refuse(net, NNCC_ERROR_ORDER, "the network is not compiled");
}

nncc_status nncc_fp16_error(nncc *net, double *error)
{
    nncc_status status = nncc_pack(net);
    if (status)
        return status;
    if (!error)
        return refuse(net, NNCC_ERROR_ARGUMENT, "nncc_fp16_error: no place for the error");
    *error = net->whole.half_error;
    return NNCC_OK;
}

typedef struct {
    Engine *engine;
    const float *input;                 /* [batch][channels][height][width] */
    int batch;
    float *output;
} Pass;

static nncc_status interpret(nncc *net, void *argument)
{
    const Pass *pass = argument;
    const Graph *graph = pass->engine->graph;
    Failure failure = {""};
    size_t count;
    double *result = NULL;
    if (!__builtin_mul_overflow((size_t)shape_floats(graph->output->shape), (size_t)pass->batch, &count))
        result = calloc(count, sizeof *result);
    bool done = result && reference_run(graph, net->weights, pass->input, pass->batch, result, &failure);
    for (size_t i = 0; done && i < count; i++)
        pass->output[i] = (float)result[i];
    free(result);
    return done ? NNCC_OK
                : refuse(net, result ? NNCC_ERROR_BACKEND : NNCC_ERROR_MEMORY, "%s",
                         *failure.text ? failure.text : "out of memory");
}

nncc_status attempt_on_threads(nncc *net, Context *context, Work *work, void *argument)
{
    int before = omp_get_max_threads();
    omp_set_num_threads(net->threads);
    nncc_status status = attempt(net, context, work, argument);
    omp_set_num_threads(before);
    return status;
}

static nncc_status run_pass(nncc *net, Pass pass)
{
    Engine *engine = pass.engine;
    nncc_status status = prepare(net, engine);
    if (status)
        return status;
    if (engine->backend == NNCC_REFERENCE)
        return attempt_on_threads(net, &engine->context, interpret, &pass);
    int code = engine->model.forward(engine->packed, engine->arena, pass.input, pass.batch, net->threads, pass.output);
    return code ? refuse(net, NNCC_ERROR_BACKEND, "%s", engine->model.strerror(code)) : NNCC_OK;
}

static nncc_status check_pass(nncc *net, const Pass *pass)
{
    if (!pass->input || !pass->output)
        return refuse(net, NNCC_ERROR_ARGUMENT, "no input, or no output");
    if (!net->whole.graph)
        return refuse(net, NNCC_ERROR_ORDER, "the network is not compiled");
    if (pass->batch < 1 || pass->batch > net->whole.max_batch)
        return refuse(net, NNCC_ERROR_ARGUMENT, "a batch of %d: the network was compiled for 1 to %d", pass->batch, net->whole.max_batch);
    return NNCC_OK;
}

nncc_status nncc_forward(nncc *net, const float *input, int batch, float *output)
{
    if (!begin(net))
        return NNCC_ERROR_ARGUMENT;
    Pass pass = {&net->whole, input, batch, output};
    nncc_status status = check_pass(net, &pass);
    return status ? status : run_pass(net, pass);
}

static bool is_layer(const Network *network, const char *name)
{
    for (size_t i = 0; i < network->nlayer; i++)
        if (!strcmp(network->layer[i]->name, name))
            return true;
    return false;
}

nncc_status nncc_forward_to(nncc *net, const char *layer, const float *input, int batch, float *output)
{
    if (!begin(net))
        return NNCC_ERROR_ARGUMENT;
    Pass pass = {&net->part, input, batch, output};
    nncc_status status = layer ? check_pass(net, &pass) : refuse(net, NNCC_ERROR_ARGUMENT, "nncc_forward_to: no layer");
    if (status)
        return status;
    if (!is_layer(net->network, layer))
        return refuse(net, NNCC_ERROR_NAME, "no layer is called %s", printable(layer, &(Printable){""}));
    if (!net->part.graph || strcmp(net->part.layer, layer))
        status = make_engine(net, &net->part, net->whole.backend, layer);
    return status ? status : run_pass(net, pass);
}
