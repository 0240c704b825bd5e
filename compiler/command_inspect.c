/* command_inspect.c - `nncc inspect`: what the spec says, layer by layer, and what the compiler makes of it. */
#include <stdlib.h>
#include <string.h>

#include "command.h"

/* ---- what became of a node ------------------------------------------------------------------------------ */

/* How a node of the spec is computed in the compiled program. */
typedef struct {
    const char *name;                   /* of the node */
    const char *algorithm;              /* "direct", "sliding", "winograd F(4x4,3x3)",
                                           "step", "view", "fused", "folded", "joined", "none" */
    const char *into;                   /* fused, folded, joined, view: the node that does its work or holds its memory */
    int vectors, pixels;                /* the register tile, or 0 */
    const Node *node;                   /* in the program; NULL where another does its work */
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
    static const char *const algorithms[] = {[ALGORITHM_none] = "step", [ALGORITHM_direct] = "direct", [ALGORITHM_sliding] = "sliding",
                                             [ALGORITHM_winograd] = "winograd"};
    Fate fate = {node->name, algorithms[node->tile.algorithm], NULL, node->tile.vectors, node->tile.pixels, node};
    if (node->tile.algorithm == ALGORITHM_winograd)
        fate.algorithm = node->tile.unit == 4 ? "winograd F(4x4,3x3)" : "winograd F(2x2,3x3)";
    if (node_banded(node))
        fate = (Fate){.name = node->name, .algorithm = "fused", .into = node_banded(node)->name};
    const Node *storage = node->layout.storage;
    if (op_info[node->op].kind == KIND_VIEW && (storage != node || node->op == OP_concat))
        fate = (Fate){.name = node->name, .algorithm = "view", .into = storage != node ? storage->name : NULL};
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

static const Fate *find_fate(const Fates *fates, const char *name)
{
    Fate key = {.name = name};
    return fates->count ? bsearch(&key, fates->fate, fates->count, sizeof key, by_name) : NULL;
}

/* Identical branches have become one: conv[7] is computed by conv, and relu[7] where relu[0] is. */
static Fate joined_fate(Context *context, const Fates *fates, const char *name)
{
    const char *bracket = strrchr(name, '[');
    int stem = bracket ? (int)(bracket - name) : 0;
    const Fate *found = stem ? find_fate(fates, arena_printf(context, "%.*s", stem, name)) : NULL;
    if (!found && stem)
        found = find_fate(fates, arena_printf(context, "%.*s[0]", stem, name));
    return found ? (Fate){.name = name, .algorithm = "joined", .into = found->into ? found->into : found->name}
                 : (Fate){.name = name, .algorithm = "none"};
}

/* Nodes that a pass took away (dropout, flatten) have the fate "none". */
static Fate fate_of(Context *context, const Fates *fates, const Node *node)
{
    const Fate *found = find_fate(fates, node->name);
    return found ? *found : joined_fate(context, fates, node->name);
}

/* "direct 4x3 with bn relu": the algorithm, its register tile, and what is done to its results in registers. */
static const char *fate_text(Context *context, Fate fate)
{
    const char *text = fate.algorithm;
    if (!strcmp(text, "none"))
        return "--";
    if (!strcmp(text, "view"))
        return fate.into ? arena_printf(context, "part of %s", fate.into) : "no copy";
    if (fate.into)
        return arena_printf(context, "%s into %s", text, fate.into);
    if (fate.vectors && fate.pixels)
        text = arena_printf(context, "%s %dx%d", text, fate.vectors, fate.pixels);
    if (fate.node->folded)
        text = arena_printf(context, "%s with bn", text);
    for (const Node *part = fate.node->tail; part; part = part->tail)
        text = arena_printf(context, "%s%s %s", text, part == fate.node->tail && !fate.node->folded ? " with" : "", op_name(part->op));
    return text;
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

/* Bytes as torchinfo counts them, of a batch: what goes in; results of layers with parameters, twice (a backward pass
 * would keep their gradients); parameters. */
typedef struct {
    double input, passes, parameters;
} Sizes;

static Sizes sizes(const Session *session)
{
    const Graph *graph = session->graph;
    double batch_bytes = (double)sizeof(float) * session->options.max_batch;
    Sizes sizes = {batch_bytes * (double)shape_floats(graph->input->shape), 0, (double)sizeof(float) * (double)graph_parameters(graph)};
    for (const Node *node = graph->first; node; node = node->next)
        if (node_parameters(node))
            sizes.passes += 2 * batch_bytes * (double)shape_floats(node->shape);
    return sizes;
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
    else {
        if (session->arguments->target || session_tuned(session))
            named_target(session, session->arguments->target ? session->arguments->target : session_tuned(session));
        session_program(session);
    }
    memcpy(&session->context.on_error, &outer, sizeof outer);
}

/* ---- JSON ----------------------------------------------------------------------------------------------- */

static json_t *layers_json(const Session *session, const Fates *fates)
{
    json_t *list = json_array();
    for (const Node *node = session->graph->first; node; node = node->next) {
        Fate fate = fate_of(session->graph->context, fates, node);
        if (node->op == OP_input || node->op == OP_output)
            continue;
        json_t *layer = json_pack("{s:s, s:s, s:o, s:o, s:I, s:I, s:s}", "name", node->name, "op", op_name(node->op),
                                  "input_shape", shape_json(node->in[0]->shape), "shape", shape_json(node->shape), "parameters",
                                  (json_int_t)node_parameters(node), "macs", (json_int_t)node->macs, "algorithm", fate.algorithm);
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
    Sizes size = sizes(session);
    json_t *set = json_object();
    for (int i = 0; i < session->options.nset; i++)
        json_object_set_new(set, session->options.set[i].name, json_string(session->options.set[i].value));
    return json_pack("{s:s, s:o, s:o, s:o, s:I, s:I, s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "name", graph->name, "set", set,
                     "input", shape_json(graph->input->shape), "output", shape_json(graph->output->shape),
                     "parameters", (json_int_t)graph_parameters(graph), "macs", (json_int_t)graph_macs(graph),
                     "batch", session->options.max_batch, "input_bytes", (json_int_t)size.input, "pass_bytes", (json_int_t)size.passes,
                     "arena_bytes", (json_int_t)cost.arena, "live_bytes", (json_int_t)cost.live, "weights_bytes", (json_int_t)cost.weights,
                     "steps", (json_int_t)cost.steps, "kernels", (json_int_t)cost.kernels,
                     "tensors", tensors_json(graph), "layers", layers_json(session, fates));
}

/* ---- text ----------------------------------------------------------------------------------------------- */

enum { COLUMN_layer, COLUMN_input, COLUMN_output, COLUMN_parameters, COLUMN_macs, COLUMN_computed, NCOLUMN };

typedef struct {
    const char *cell[NCOLUMN];
} Row;

static Row layer_row(Context *context, const Fates *fates, const Node *node)
{
    int64_t parameters = node_parameters(node);
    bool named = strcmp(node->name, op_name(node->op)) != 0;
    return (Row){{named ? arena_printf(context, "%s (%s)", node->name, op_name(node->op)) : node->name,
                  node->nin ? shape_text(context, node->in[0]->shape) : "--", shape_text(context, node->shape),
                  parameters ? with_commas(context, parameters) : "--", node->macs ? with_commas(context, node->macs) : "--",
                  node->op == OP_input ? "--" : fate_text(context, fate_of(context, fates, node))}};
}

static void print_cells(const Row *row, const int *width)
{
    for (int c = 0; c < NCOLUMN; c++) {
        bool right = c == COLUMN_parameters || c == COLUMN_macs, last = c == NCOLUMN - 1;
        printf("%*s%s", last ? 0 : right ? width[c] : -width[c], row->cell[c], last ? "\n" : "  ");
    }
}

static void print_rule(int width)
{
    while (width--)
        putchar('=');
    putchar('\n');
}

/* Returns how wide the table is. */
static int print_layers(Session *session, const Fates *fates)
{
    Row *row = arena_alloc(&session->context, (size_t)session->graph->count + 1, sizeof *row), *end = row;
    int width[NCOLUMN] = {0}, total = 2 * (NCOLUMN - 1);
    *end++ = (Row){{"Layer (type)", "Input Shape", "Output Shape", "Param #", "Mult-Adds", "Computed by"}};
    for (const Node *node = session->graph->first; node; node = node->next)
        if (node->op != OP_output)
            *end++ = layer_row(&session->context, fates, node);
    for (int c = 0; c < NCOLUMN; total += width[c++])
        for (const Row *r = row; r < end; r++)
            width[c] = (int)strlen(r->cell[c]) > width[c] ? (int)strlen(r->cell[c]) : width[c];
    print_rule(total);
    print_cells(row, width);
    print_rule(total);
    for (const Row *r = row + 1; r < end; r++)
        print_cells(r, width);
    print_rule(total);
    return total;
}

/* "Total mult-adds (G): 4.09" */
static void print_macs(double macs)
{
    static const struct { double one; const char *text; } unit[] = {{1e12, " (T)"}, {1e9, " (G)"}, {1e6, " (M)"}, {1e3, " (K)"}, {1, ""}};
    int u = 0;
    while (macs < unit[u].one && unit[u].one > 1)
        u++;
    printf("Total mult-adds%s: %.*f\n", unit[u].text, unit[u].one > 1 ? 2 : 0, macs / unit[u].one);
}

/* torchinfo's, line by line. */
static void print_totals(Session *session, int width)
{
    const char *parameters = with_commas(&session->context, graph_parameters(session->graph));
    Sizes size = sizes(session);
    printf("Total params: %s\nTrainable params: %s\nNon-trainable params: 0\n", parameters, parameters);
    print_macs((double)graph_macs(session->graph) * session->options.max_batch);
    print_rule(width);
    printf("Input size (MB): %.2f\nForward/backward pass size (MB): %.2f\nParams size (MB): %.2f\nEstimated Total Size (MB): %.2f\n",
           1e-6 * size.input, 1e-6 * size.passes, 1e-6 * size.parameters, 1e-6 * (size.input + size.passes + size.parameters));
    print_rule(width);
}

static void print_program_costs(Session *session)
{
    Context *context = &session->context;
    Costs cost = costs(session);
    int images = session->options.max_batch;
    printf("Mult-adds: %s per image\n", with_commas(context, graph_macs(session->graph)));
    if (!session->program)
        return;
    printf("Packed weights: %s bytes\n", with_commas(context, cost.weights));
    printf("Arena: %s bytes for %d image%s; largest sum of live tensors: %s; ratio: %.3f\n", with_commas(context, cost.arena),
           images, images == 1 ? "" : "s", with_commas(context, cost.live), cost.live ? (double)cost.arena / (double)cost.live : 1.0);
    printf("Program: %zu steps by %d kernels; direct 4x3: register tiles of 4 vectors of channels x 3 pixels\n", cost.steps, cost.kernels);
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
    printf("%14s %18s %14s %6zu\n", with_commas(context, graph_parameters(session->graph)),
           with_commas(context, graph_macs(session->graph)), with_commas(context, cost.arena), cost.steps);
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
        print_totals(session, print_layers(session, &fates));
        print_program_costs(session);
    }
    return 0;
}
