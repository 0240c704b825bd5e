/* command_inspect.c - `nncc inspect`: what the spec says, layer by layer, and what the compiler makes of it. */
#include <stdlib.h>
#include <string.h>

#include "command.h"

/* ---- what became of a node ------------------------------------------------------------------------------ */

/* How a node of the spec is computed in the compiled program. */
typedef struct {
    const char *name;                   /* of the node */
    const char *algorithm;              /* "direct", "depthwise", "step", "view", "fused", "folded", "none" */
    const char *into;                   /* fused, folded, view: the node that does its work or holds its memory */
    int vectors, pixels;                /* the register tile, or 0 */
} Fate;

typedef struct {
    Fate *fate;                         /* sorted by name */
    size_t count, capacity;
} Fates;

static int by_name(const void *a, const void *b)
{
    return strcmp(((const Fate *)a)->name, ((const Fate *)b)->name);
}

static void add_fate(Context *context, Fates *fates, Fate fate)
{
    fates->fate = arena_grow(context, fates->fate, fates->count, &fates->capacity, sizeof fate);
    fates->fate[fates->count++] = fate;
}

static Fate own_fate(const Node *node)
{
    static const char *const algorithms[] = {[ALGORITHM_none] = "step", [ALGORITHM_direct] = "direct", [ALGORITHM_depthwise] = "depthwise"};
    Fate fate = {node->name, algorithms[node->tile.algorithm], NULL, node->tile.vectors, node->tile.pixels};
    const Node *storage = node->layout.storage;
    if (storage && storage != node && op_info[node->op].kind == KIND_VIEW)
        fate = (Fate){.name = node->name, .algorithm = "view", .into = storage->name};
    return fate;
}

static Fates find_fates(Context *context, const Graph *graph)
{
    Fates fates = {0};
    for (const Node *node = graph->first; node; node = node->next) {
        add_fate(context, &fates, own_fate(node));
        if (node->folded)
            add_fate(context, &fates, (Fate){.name = node->folded->name, .algorithm = "folded", .into = node->name});
        for (const Node *tail = node->tail; tail; tail = tail->tail)
            add_fate(context, &fates, (Fate){.name = tail->name, .algorithm = "fused", .into = node->name});
    }
    if (fates.count)
        qsort(fates.fate, fates.count, sizeof *fates.fate, by_name);
    return fates;
}

/* Nodes that a pass took away (dropout, flatten, regrouped branches) have the fate "none". */
static Fate fate_of(const Fates *fates, const Node *node)
{
    Fate key = {.name = node->name, .algorithm = "none"};
    Fate *found = fates->count ? bsearch(&key, fates->fate, fates->count, sizeof key, by_name) : NULL;
    return found ? *found : key;
}

static const char *fate_text(Context *context, Fate fate)
{
    if (!strcmp(fate.algorithm, "view"))
        return arena_printf(context, "part of %s", fate.into);
    if (fate.into)
        return arena_printf(context, "%s into %s", fate.algorithm, fate.into);
    if (fate.vectors && fate.pixels)
        return arena_printf(context, "%s %dx%d", fate.algorithm, fate.vectors, fate.pixels);
    return fate.algorithm;
}

/* ---- counting ------------------------------------------------------------------------------------------- */

/* Trainable elements that this node reads; branches of a stacked parameter count their slices. */
static int64_t node_parameters(const Node *node)
{
    int64_t sum = 0;
    for (int w = 0; w < NWEIGHT; w++) {
        const Weight *weight = &node->weight[w];
        int64_t count = 1;
        if (!weight->tensor || weight->tensor->buffer)
            continue;
        for (int d = 0; d < weight->tensor->rank; d++)
            count *= d == weight->axis ? weight->count : weight->tensor->dim[d];
        sum += count;
    }
    return sum;
}

/* What compiling gave, in bytes for the whole batch; zeros where it failed. */
typedef struct {
    int64_t arena, live, weights;
    size_t steps;
    int kernels;
} Costs;

static Costs costs(const Session *session)
{
    const Program *program = session->program;
    int64_t batch_bytes = (int64_t)sizeof(float) * session->options.max_batch;
    if (!program)
        return (Costs){0};
    return (Costs){program->arena_floats * batch_bytes, program->graph->live_floats * batch_bytes,
                   program->weights_floats * (int64_t)sizeof(float), program->nstep, program->nkernels};
}

/* A spec whose shapes are fine is worth a table even where compiling it fails. */
static void try_program(Session *session)
{
    jmp_buf outer;
    memcpy(&outer, &session->context.on_error, sizeof outer);
    if (setjmp(session->context.on_error))
        fputs(session->context.message, stderr);
    else
        session_program(session);
    memcpy(&session->context.on_error, &outer, sizeof outer);
}

/* ---- JSON ----------------------------------------------------------------------------------------------- */

static json_t *layers_json(const Session *session, const Fates *fates)
{
    json_t *list = json_array();
    for (const Node *node = session->graph->first; node; node = node->next) {
        Fate fate = fate_of(fates, node);
        if (node->op == OP_input || node->op == OP_output)
            continue;
        json_t *layer = json_pack("{s:s, s:s, s:o, s:I, s:I, s:s}", "name", node->name, "op", op_name(node->op), "shape", shape_json(node->shape),
                                  "parameters", (json_int_t)node_parameters(node), "macs", (json_int_t)node->macs, "algorithm", fate.algorithm);
        if (fate.into)
            json_object_set_new(layer, "into", json_string(fate.into));
        if (fate.vectors)
            json_object_set_new(layer, "tile", json_pack("[i, i]", fate.vectors, fate.pixels));
        json_array_append_new(list, layer);
    }
    return list;
}

static json_t *tensors_json(const Graph *graph)
{
    json_t *list = json_array();
    for (const Tensor *tensor = graph->tensors; tensor; tensor = tensor->next) {
        json_t *shape = json_array();
        for (int d = 0; d < tensor->rank; d++)
            json_array_append_new(shape, json_integer(tensor->dim[d]));
        json_array_append_new(list, json_pack("{s:s, s:o}", "name", tensor->name, "shape", shape));
    }
    return list;
}

static json_t *inspect_json(Session *session, const Fates *fates)
{
    const Graph *graph = session->graph;
    Costs cost = costs(session);
    json_t *set = json_object();
    for (int i = 0; i < session->options.nset; i++)
        json_object_set_new(set, session->options.set[i].name, json_string(session->options.set[i].value));
    return json_pack("{s:s, s:o, s:o, s:o, s:I, s:I, s:i, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "name", graph->name, "set", set,
                     "input", shape_json(graph->input->shape), "output", shape_json(graph->output->shape),
                     "parameters", (json_int_t)graph_parameters(graph), "macs", (json_int_t)graph_macs(graph),
                     "batch", session->options.max_batch, "arena_bytes", (json_int_t)cost.arena,
                     "live_bytes", (json_int_t)cost.live, "weights_bytes", (json_int_t)cost.weights,
                     "steps", (json_int_t)cost.steps, "kernels", (json_int_t)cost.kernels,
                     "tensors", tensors_json(graph), "layers", layers_json(session, fates));
}

/* ---- text ----------------------------------------------------------------------------------------------- */

static int name_width(const Graph *graph)
{
    size_t widest = 12;
    for (const Node *node = graph->first; node; node = node->next)
        if (strlen(node->name) > widest)
            widest = strlen(node->name);
    return (int)(widest < 60 ? widest : 60);
}

static void print_layers(Session *session, const Fates *fates)
{
    Context *context = &session->context;
    int width = name_width(session->graph);
    printf("%-*s  %-15s %-18s %13s %16s  %s\n", width, "Layer", "Operation", "Output shape", "Param #", "Mult-adds", "Computed by");
    for (const Node *node = session->graph->first; node; node = node->next) {
        if (node->op == OP_output)
            continue;
        int64_t parameters = node_parameters(node);
        printf("%-*s  %-15s %-18s %13s %16s  %s\n", width, node->name, op_name(node->op), shape_text(context, node->shape),
               parameters ? with_commas(context, parameters) : "-", node->macs ? with_commas(context, node->macs) : "-",
               node->op == OP_input ? "-" : fate_text(context, fate_of(fates, node)));
    }
}

static void print_totals(Session *session)
{
    Context *context = &session->context;
    const Graph *graph = session->graph;
    Costs cost = costs(session);
    printf("\n%s: %s in, %s out\n", graph->name, shape_text(context, graph->input->shape), shape_text(context, graph->output->shape));
    printf("Total params     %16s\n", with_commas(context, graph_parameters(graph)));
    printf("Total mult-adds  %16s per image\n", with_commas(context, graph_macs(graph)));
    if (!session->program)
        return;
    printf("Packed weights   %16s bytes\n", with_commas(context, cost.weights));
    printf("Arena            %16s bytes for %d image%s; largest sum of live tensors %s, ratio %.3f\n", with_commas(context, cost.arena),
           session->options.max_batch, session->options.max_batch == 1 ? "" : "s", with_commas(context, cost.live),
           cost.live ? (double)cost.arena / (double)cost.live : 1.0);
    printf("Program          %16zu steps by %d kernels\n", cost.steps, cost.kernels);
}

static void print_row(Session *session)
{
    Context *context = &session->context;
    const Options *options = &session->options;
    Costs cost = costs(session);
    for (int i = 0; i < options->nset && !session->row; i++)
        printf("%-14s ", options->set[i].name);
    if (!session->row)
        printf("%14s %18s %14s %6s\n", "params", "mult-adds", "arena bytes", "steps");
    for (int i = 0; i < options->nset; i++)
        printf("%-14s ", options->set[i].value);
    printf("%14s %18s %14s %6zu\n", with_commas(context, graph_parameters(session->graph)), with_commas(context, graph_macs(session->graph)),
           with_commas(context, cost.arena), cost.steps);
}

int command_inspect(Session *session)
{
    session_graph(session, false);
    try_program(session);
    Fates fates = session->program ? find_fates(&session->context, session->program->graph) : (Fates){0};
    if (session->arguments->json) {
        session->json = inspect_json(session, &fates);
    } else if (session->nrow > 1) {
        print_row(session);
    } else {
        print_layers(session, &fates);
        print_totals(session);
    }
    return 0;
}
