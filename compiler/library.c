/* library.c - runtime/nncc.h, its first half: handles, failures, specs and what they say. library_run.c has weights and
 * code, library_train.c training.
 *
 * The compiler fails by jumping and drops its memory as a whole. Here every jump ends: attempt() waits for it, and each
 * context belongs to something that a handle can free at any time. */
#include "library.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(NNCC_MAX_RANK == sizeof ((Tensor *)0)->dim / sizeof ((Tensor *)0)->dim[0], "a tensor's rank is the header's");

/* ---- failing ---------------------------------------------------------------------------------------------------- */

const char *nncc_strerror(int status)
{
    static const char *const text[] = {
        [NNCC_OK] = "no error",
        [NNCC_ERROR_ARGUMENT] = "a pointer is NULL or a number out of its range",
        [NNCC_ERROR_ORDER] = "called too early or too late",
        [NNCC_ERROR_SPEC] = "a mistake in the spec, a parameter or tuned choices",
        [NNCC_ERROR_NAME] = "no such tensor or layer",
        [NNCC_ERROR_SIZE] = "the array has another size",
        [NNCC_ERROR_WEIGHTS] = "the weights cannot be read, do not fit or are not complete",
        [NNCC_ERROR_BACKEND] = "the code cannot be made or run",
        [NNCC_ERROR_MEMORY] = "out of memory",
        [NNCC_ERROR_BUG] = "a bug in nncc",
    };
    bool known = status >= 0 && (size_t)status < sizeof text / sizeof *text;
    return known ? text[status] : "unknown status";
}

const char *nncc_version(void)
{
    return NNCC_VERSION;
}

bool begin(nncc *net)
{
    if (net)
        *net->error = *net->error_file = '\0', net->line = net->column = 0;
    return net;
}

nncc_status begin_with(nncc *net, const void *argument, const char *missing)
{
    if (!begin(net))
        return NNCC_ERROR_ARGUMENT;
    if (!argument)
        return refuse(net, NNCC_ERROR_ARGUMENT, "%s", missing);
    return net->tree ? NNCC_OK : refuse(net, NNCC_ERROR_ORDER, "no network is loaded: load that first");
}

nncc_status refuse(nncc *net, nncc_status status, const char *format, ...)
{
    static const char memory[] = "out of memory";
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(net->error, sizeof net->error, format, arguments);
    va_end(arguments);
    mask_controls(net->error, true);
    return strncmp(net->error, memory, sizeof memory - 1) ? status : NNCC_ERROR_MEMORY;
}

/* What the compiler said, and where. */
static nncc_status refuse_spec(nncc *net, const Context *context)
{
    static const char prefix[] = "nncc: error: ";
    const char *text = context->message;
    if (context->where.source)
        snprintf(net->error_file, sizeof net->error_file, "%s", context->where.source->path);
    else if (!strncmp(text, prefix, sizeof prefix - 1))
        text += sizeof prefix - 1;
    net->line = context->where.line;
    net->column = context->where.column;
    return refuse(net, NNCC_ERROR_SPEC, "%.*s", (int)strlen(text) - (*text != '\0'), text);    /* without its last newline */
}

nncc_status attempt(nncc *net, Context *context, Work *work, void *argument)
{
    BugTrap trap, *before = set_bug_trap(&trap);
    nncc_status status;
    if (setjmp(trap.jump))
        status = refuse(net, strstr(trap.text, "memory") ? NNCC_ERROR_MEMORY : NNCC_ERROR_BUG, "internal error: %s", trap.text);
    else if (setjmp(context->on_error))
        status = refuse_spec(net, context);
    else
        status = work(net, argument);
    set_bug_trap(before);
    return status;
}

const char *nncc_error(const nncc *net)
{
    return net ? net->error : "";
}

const char *nncc_error_file(const nncc *net)
{
    return net ? net->error_file : "";
}

int nncc_error_line(const nncc *net)
{
    return net ? net->line : 0;
}

int nncc_error_column(const nncc *net)
{
    return net ? net->column : 0;
}

const char *nncc_notice(const nncc *net)
{
    return net ? net->notice : "";
}

/* ---- a handle ---------------------------------------------------------------------------------------------------- */

nncc *nncc_new(void)
{
    nncc *net = calloc(1, sizeof *net);
    if (net)
        net->max_batch = net->threads = 1;
    return net;
}

static void network_free(Network *network)
{
    if (network)
        context_free(&network->context);
    free(network);
}

static void free_setting(Setting setting)
{
    free((char *)setting.name);
    free((char *)setting.value);
}

void nncc_free(nncc *net)
{
    if (!net)
        return;
    engine_free(&net->whole);
    engine_free(&net->part);
    train_free(net);
    weights_free(net->weights);
    network_free(net->network);
    for (size_t i = 0; i < net->nsetting; i++)
        free_setting(net->setting[i]);
    free(net->setting);
    context_free(&net->context);
    context_free(&net->tuned_context);
    free(net);
}

/* ---- specs -------------------------------------------------------------------------------------------------------- */

Options library_options(const nncc *net, int max_batch)
{
    return (Options){.set = net->setting, .nset = (int)net->nsetting, .max_batch = max_batch, .tuned = net->tuned, .exact = net->exact,
                     .half = net->half,
                     .machine = target_best()->machine};
}

static void list_tensors(Network *network)
{
    const Graph *graph = network->graph;
    size_t count = (size_t)graph->ntensors + 1;
    network->given = arena_alloc(&network->context, count, sizeof *network->given);
    network->declared = arena_alloc(&network->context, count, sizeof *network->declared);
    network->tensor = arena_alloc(&network->context, count, sizeof *network->tensor);
    size_t i = 0;
    for (const Tensor *tensor = graph->tensors; tensor; tensor = tensor->next, i++) {
        network->declared[i] = tensor;
        network->tensor[i] = (TensorSpec){.name = tensor->name, .rank = tensor->rank, .integer = tensor->integer};
        memcpy(network->tensor[i].dim, tensor->dim, sizeof tensor->dim);
    }
}

static void list_layers(Network *network)
{
    const Graph *graph = network->graph;
    network->layer = arena_alloc(&network->context, (size_t)graph->count, sizeof *network->layer);
    for (const Node *node = graph->first; node; node = node->next)
        if (node != graph->output)
            network->layer[network->nlayer++] = node;
}

static nncc_status make_network(nncc *net, void *argument)
{
    Network *network = argument;
    Options options = library_options(net, net->max_batch);
    network->graph = compile_tree(&network->context, net->tree, &options);
    list_tensors(network);
    list_layers(network);
    return NNCC_OK;
}

/* The graph that the settings make of the tree, in place of the one before; on failure that stays. */
static nncc_status read_network(nncc *net)
{
    Network *network = calloc(1, sizeof *network);
    if (!network)
        return refuse(net, NNCC_ERROR_MEMORY, "out of memory");
    nncc_status status = attempt(net, &network->context, make_network, network);
    Network *old = status ? network : net->network;
    if (!status)
        net->network = network;
    network_free(old);
    return status;
}

typedef struct {
    const char *path, *text;            /* text NULL: the file's */
} Spec;

static nncc_status parse_spec(nncc *net, void *argument)
{
    const Spec *spec = argument;
    net->tree = parse(&net->context, spec->path, spec->text);
    return NNCC_OK;
}

static nncc_status load(nncc *net, Spec spec)
{
    if (net->tree)
        return refuse(net, NNCC_ERROR_ORDER, "there is a network in this handle already: %s", nncc_name(net));
    nncc_status status = attempt(net, &net->context, parse_spec, &spec);
    if (!status)
        status = read_network(net);
    if (status) {
        net->tree = NULL;
        context_free(&net->context);
    }
    return status;
}

nncc_status nncc_load(nncc *net, const char *path)
{
    if (!begin(net))
        return NNCC_ERROR_ARGUMENT;
    return path ? load(net, (Spec){path, NULL}) : refuse(net, NNCC_ERROR_ARGUMENT, "nncc_load: no path");
}

nncc_status nncc_load_text(nncc *net, const char *text, const char *name)
{
    if (!begin(net))
        return NNCC_ERROR_ARGUMENT;
    return text && name ? load(net, (Spec){name, text}) : refuse(net, NNCC_ERROR_ARGUMENT, "nncc_load_text: no text, or no name for it");
}

/* ---- settings ------------------------------------------------------------------------------------------------------ */

static bool add_setting(nncc *net, const char *name, const char *value)
{
    if (net->nsetting == net->setting_capacity) {
        size_t larger = net->setting_capacity ? 2 * net->setting_capacity : 8;
        Setting *setting = realloc(net->setting, larger * sizeof *setting);
        if (!setting)
            return false;
        net->setting = setting;
        net->setting_capacity = larger;
    }
    Setting *setting = &net->setting[net->nsetting];
    *setting = (Setting){strdup(name), strdup(value)};
    if (!setting->name || !setting->value) {
        free_setting(*setting);
        return false;
    }
    net->nsetting++;
    return true;
}

nncc_status nncc_set(nncc *net, const char *name, const char *value)
{
    if (!begin(net))
        return NNCC_ERROR_ARGUMENT;
    if (!name || !value)
        return refuse(net, NNCC_ERROR_ARGUMENT, "nncc_set: no name, or no value");
    if (net->weights || net->whole.graph || net->run.engine)
        return refuse(net, NNCC_ERROR_ORDER, "parameters are set before weights and compilation");
    if (!add_setting(net, name, value))
        return refuse(net, NNCC_ERROR_MEMORY, "out of memory");
    nncc_status status = net->tree ? read_network(net) : NNCC_OK;
    if (status)
        free_setting(net->setting[--net->nsetting]);
    return status;
}

nncc_status nncc_set_max_batch(nncc *net, int images)
{
    if (!begin(net))
        return NNCC_ERROR_ARGUMENT;
    if (images < 1 || images > NNCC_MAX_BATCH)
        return refuse(net, NNCC_ERROR_ARGUMENT, "a batch is 1 to %d images, not %d", NNCC_MAX_BATCH, images);
    net->max_batch = images;
    return NNCC_OK;
}

nncc_status nncc_set_threads(nncc *net, int threads)
{
    if (!begin(net))
        return NNCC_ERROR_ARGUMENT;
    if (threads < 1 || threads > NNCC_MAX_THREADS)
        return refuse(net, NNCC_ERROR_ARGUMENT, "threads are 1 to %d, not %d", NNCC_MAX_THREADS, threads);
    net->threads = threads;
    return NNCC_OK;
}

nncc_status nncc_set_exact(nncc *net, int exact)
{
    if (!begin(net))
        return NNCC_ERROR_ARGUMENT;
    net->exact = exact;
    return NNCC_OK;
}

nncc_status nncc_set_fp16_weights(nncc *net, int on)
{
    if (!begin(net))
        return NNCC_ERROR_ARGUMENT;
    net->half = on;
    return NNCC_OK;
}

/* ---- tuned choices -------------------------------------------------------------------------------------------------- */

static nncc_status read_tuned(nncc *net, void *path)
{
    net->tuned = tuned_read(&net->tuned_context, arena_strdup(&net->tuned_context, path), NULL);
    return NNCC_OK;
}

nncc_status nncc_tuned(nncc *net, const char *path)
{
    if (!begin(net))
        return NNCC_ERROR_ARGUMENT;
    net->tuned = NULL;
    context_free(&net->tuned_context);
    return path ? attempt(net, &net->tuned_context, read_tuned, (void *)path) : NNCC_OK;
}

/* ---- questions ------------------------------------------------------------------------------------------------------ */

static const Graph *graph_of(const nncc *net)
{
    return net && net->network ? net->network->graph : NULL;
}

const char *nncc_name(const nncc *net)
{
    const Graph *graph = graph_of(net);
    return graph ? graph->name : "";
}

int64_t nncc_parameters(const nncc *net)
{
    const Graph *graph = graph_of(net);
    return graph ? graph_parameters(graph) : 0;
}

int64_t nncc_macs(const nncc *net)
{
    const Graph *graph = graph_of(net);
    return graph ? graph_macs(graph) : 0;
}

size_t nncc_input_floats(const nncc *net)
{
    const Graph *graph = graph_of(net);
    return graph ? (size_t)shape_floats(graph->input->shape) : 0;
}

size_t nncc_output_floats(const nncc *net)
{
    const Graph *graph = graph_of(net);
    return graph ? (size_t)shape_floats(graph->output->shape) : 0;
}

size_t nncc_tensors(const nncc *net)
{
    const Graph *graph = graph_of(net);
    return graph ? (size_t)graph->ntensors : 0;
}

size_t nncc_layers(const nncc *net)
{
    return graph_of(net) ? net->network->nlayer : 0;
}

static void copy_shape(Shape from, int to[3])
{
    memcpy(to, (int[3]){from.channels, from.height, from.width}, 3 * sizeof(int));
}

/* Is there something loaded, and somewhere to write the answer? */
static nncc_status check_question(nncc *net, const void *answer)
{
    if (!begin(net))
        return NNCC_ERROR_ARGUMENT;
    if (!answer)
        return refuse(net, NNCC_ERROR_ARGUMENT, "nowhere to write the answer");
    return net->tree ? NNCC_OK : refuse(net, NNCC_ERROR_ORDER, "no network is loaded");
}

nncc_status nncc_input_shape(nncc *net, int shape[3])
{
    nncc_status status = check_question(net, shape);
    if (!status)
        copy_shape(graph_of(net)->input->shape, shape);
    return status;
}

nncc_status nncc_output_shape(nncc *net, int shape[3])
{
    nncc_status status = check_question(net, shape);
    if (!status)
        copy_shape(graph_of(net)->output->shape, shape);
    return status;
}

nncc_status nncc_tensor(nncc *net, size_t index, nncc_tensor_info *info)
{
    nncc_status status = check_question(net, info);
    if (status)
        return status;
    if (index >= nncc_tensors(net))
        return refuse(net, NNCC_ERROR_ARGUMENT, "no tensor has the number %zu: there are %zu", index, nncc_tensors(net));
    const Tensor *tensor = net->network->declared[index];
    *info = (nncc_tensor_info){.name = tensor->name, .rank = tensor->rank, .buffer = tensor->buffer};
    info->floats = (size_t)tensor_floats(&net->network->tensor[index]);
    memcpy(info->dim, tensor->dim, sizeof info->dim);
    return NNCC_OK;
}

nncc_status nncc_layer(nncc *net, size_t index, nncc_layer_info *info)
{
    nncc_status status = check_question(net, info);
    if (status)
        return status;
    if (index >= net->network->nlayer)
        return refuse(net, NNCC_ERROR_ARGUMENT, "no layer has the number %zu: there are %zu", index, net->network->nlayer);
    const Node *node = net->network->layer[index];
    *info = (nncc_layer_info){.name = node->name, .operation = op_name(node->op),
                              .floats = (size_t)shape_floats(node->shape), .macs = node->macs};
    copy_shape(node->shape, info->shape);
    return NNCC_OK;
}
