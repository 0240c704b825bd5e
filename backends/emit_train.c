/* emit_train.c - a training program -> train.c and train.h: one step, evaluation, and parameters by name, in C that needs nothing
 * but libc (and OpenMP where it is enabled). Memory is the caller's, and all state is in it. */
#include "emit.h"

#include <math.h>
#include <string.h>

#include "../runtime/pack.h"
#include "../runtime/target.h"

/* ---- the header ---------------------------------------------------------------------------------------------------- */

static const char declarations[] =
    "\n/* What the functions return. */\n"
    "enum {\n"
    "    $_OK,\n"
    "    $_ERROR_ARGUMENT,          /* a pointer is NULL, threads is not in 1..1024, or there is no such tensor */\n"
    "    $_ERROR_ALIGNMENT,         /* params, state or arena do not begin at a multiple of 64 bytes */\n"
    "    $_ERROR_PROCESSOR,         /* the processor lacks the instructions that the kernels use */\n"
    "    $_ERROR_LABEL              /* a label is not in 0..$_CLASSES - 1 */\n"
    "};\n"
    "const char *@_strerror(int status);\n\n"
    "/* Bytes of the caller's memory, each block at a multiple of 64: parameters and running statistics; gradients, the optimiser's\n"
    " * state and the number of the step; and what a step computes with, whose contents do not matter between calls. */\n"
    "size_t @_params_size(void);\n"
    "size_t @_state_size(void);\n"
    "size_t @_arena_size(void);\n\n"
    "/* Random parameters (of the size that training wants) and fresh state. The seed is that of dropout, too. */\n"
    "int @_init(void *params, void *state, uint64_t seed);\n\n"
    "/* One training step on $_BATCH images: forward, loss, backward, update. *loss: the mean over the batch. */\n"
    "int @_step(void *params, void *state, void *arena, const float *input, const int32_t *labels, double rate, int threads, double *loss);\n\n"
    "/* The network's output for $_BATCH images, by running statistics and without dropout. */\n"
    "int @_forward(const void *params, void *state, void *arena, const float *input, int threads, float *output);\n\n"
    "/* Parameters and running statistics by name, row-major: from params, and into it. A gradient is that of the last step, of a\n"
    " * trained parameter; of others it is 0. */\n"
    "int @_tensors(void);\n"
    "const char *@_tensor_name(int tensor);           /* NULL: there is none */\n"
    "int @_tensor_rank(int tensor);\n"
    "int64_t @_tensor_dim(int tensor, int axis);\n"
    "int @_export(const void *params, int tensor, float *values);\n"
    "int @_import(void *params, int tensor, const float *values);\n"
    "int @_gradient(const void *state, int tensor, float *values);\n";

static void emit_declarations(Emit *e)
{
    const struct { const char *name; Shape shape; } side[] = {{"INPUT", e->input}, {"OUTPUT", e->output}};
    text_add(e->out, "/* Images of one step. */\n#define %s_BATCH %d\n", e->upper, e->program->graph->max_batch);
    text_add(e->out, "#define %s_CLASSES %lld\n/* Shapes of one image. A batch is one image after the other. */\n", e->upper,
             (long long)shape_floats(e->output));
    for (int i = 0; i < 2; i++)
        text_add(e->out, "#define %s_%s_FLOATS %lld      /* %d x %d x %d */\n", e->upper, side[i].name,
                 (long long)shape_floats(side[i].shape), side[i].shape.channels, side[i].shape.height, side[i].shape.width);
    emit_lines(e, declarations);
}

void emit_train_header(Text *out, const Program *program, const EmitOptions *options)
{
    Emit e = emit_new(out, program, options);
    text_add(out, "/* Training steps of %s, compiled by nncc. Call init, step, step, ...; or import parameters first.", e.prefix);
    emit_stack_note(&e);
    text_add(out, " */\n");
    emit_lines(&e, "#ifndef $_H\n#define $_H\n\n#include <stddef.h>\n#include <stdint.h>\n\n"
               "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    emit_declarations(&e);
    emit_lines(&e, "\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
}

/* ---- the source: beginning ------------------------------------------------------------------------------------------- */

static void emit_title(Emit *e)
{
    Text text = text_new(e->program->context);
    text_add(&text, "Training of %s, compiled from %s by nncc.\n\n    %s\n\n"
             "Build it with\n\n    cc -std=c11 -O2 -ffp-contract=off -fopenmp -c %s\n\n",
             e->program->graph->name, base_name(e->program->graph->path), e->options->command ? e->options->command : "nncc",
             source_name(e));
    text_add(&text, "and link with -lm. -ffp-contract=off keeps the compiler from fusing a multiplication and an addition that are apart "
             "here: with it, every compiler gives the same bits. Without -fopenmp everything runs on one thread. One step of %d images takes ",
             e->program->graph->max_batch);
    text_count(&text, e->program->arena_floats * e->program->graph->max_batch * 4);
    text_add(&text, " bytes of arena; the parameters take ");
    text_count(&text, e->program->weights_floats * 4);
    text_add(&text, " bytes.\n\nChannels lie in blocks of eight, which are the lanes of a vector. "
             "A kernel computes one tile of a layer; a step runs a kernel over the tiles of all images.");
    print_comment(e->out, text.data);
}

static void emit_run_type(Emit *e)
{
    emit_lines(e,
        "/* One call, as its steps see it. */\n"
        "typedef struct {\n"
        "    float *weights;                     /* parameters */\n"
        "    float *arena;                       /* of image 0; the other images' follow */\n"
        "    const float *input;\n"
        "    float *output;\n"
        "    const float *target;                /* what each image should give */\n"
        "    float *common;                      /* scalars, and results of a batch */\n"
        "    float *gradient;                    /* as long as the trained parameters, which come first */\n"
        "    float *state;                       /* the optimiser's */\n"
        "    int batch;\n");
    if (e->options->ntarget > 1)
        text_add(e->out, "    int %s;                           /* whether the processor can run it */\n", e->fast->name);
    emit_lines(e, "} Run;\n\n");
    emit_step_types(e);
}

/* ---- tensors and where their elements lie ------------------------------------------------------------------------------ */

static const char item_types[] =
    "/* Parameters of the network: their names and shapes, and how far from 0 they begin at most; negative: they begin as 1. */\n"
    "typedef struct {\n"
    "    const char *name;\n"
    "    int rank;\n"
    "    int64_t dim[4];\n"
    "    float bound;\n"
    "} Tensor;\n\n"
    "typedef struct {\n"
    "    int channel, count;                 /* input channels of a block */\n"
    "} Block;\n\n"
    "typedef struct {\n"
    "    int lane, vectors, block, blocks;   /* output lanes, and the input blocks that they read */\n"
    "    ptrdiff_t at;\n"
    "} Panel;\n\n"
    "/* An array of packed values that holds a tensor, or a slice of one. */\n"
    "typedef struct {\n"
    "    int tensor, kind;                   /* kind 0: panels of filters; 1: filters of groups; 2: one value a lane */\n"
    "    int in, out, rows, columns;         /* channels of a group; of the window */\n"
    "    ptrdiff_t at, base, row;            /* packed; plain: of the slice, and of one output channel */\n"
    "    int lanes, width, panels;           /* width: of kind 1, lanes that lie side by side */\n"
    "    const int *channel;                 /* of each lane; -1: none */\n"
    "    const Block *block;\n"
    "    const Panel *panel;\n"
    "} Item;\n\n";

/* Arrays that were printed already, so that equal ones are one. */
typedef struct Printed {
    const void *data;
    size_t size;
    int number;
    struct Printed *next;
} Printed;

typedef struct {
    Emit *e;
    Printed *first[3];                  /* channels, blocks, panels */
    int count;
} Tables;

/* The number of an array of that contents; *fresh: it must be printed. */
static int number_of(Tables *t, int kind, const void *data, size_t size, bool *fresh)
{
    *fresh = false;
    for (Printed *p = t->first[kind]; p; p = p->next)
        if (p->size == size && !memcmp(p->data, data, size))
            return p->number;
    Printed *p = arena_alloc(t->e->program->context, 1, sizeof *p);
    *p = (Printed){data, size, t->count++, t->first[kind]};
    t->first[kind] = p;
    *fresh = true;
    return p->number;
}

static int print_channels(Tables *t, const PackItem *it)
{
    bool fresh;
    int number = number_of(t, 0, it->channel, (size_t)it->nlane * sizeof *it->channel, &fresh);
    if (fresh) {
        text_add(t->e->out, "static const int channels_%d[] = {", number);
        for (int i = 0; i < it->nlane; i++)
            text_add(t->e->out, "%s%d,", i % 16 ? " " : "\n    ", it->channel[i]);
        text_add(t->e->out, "\n};\n");
    }
    return number;
}

static int print_blocks(Tables *t, const PackItem *it)
{
    bool fresh;
    int number = number_of(t, 1, it->block, (size_t)it->nblock * sizeof *it->block, &fresh);
    if (fresh) {
        text_add(t->e->out, "static const Block blocks_%d[] = {", number);
        for (int i = 0; i < it->nblock; i++)
            text_add(t->e->out, "%s{ %d, %d },", i % 8 ? " " : "\n    ", it->block[i].channel, it->block[i].count);
        text_add(t->e->out, "\n};\n");
    }
    return number;
}

static int print_panels(Tables *t, const PackItem *it)
{
    bool fresh;
    int number = number_of(t, 2, it->panel, (size_t)it->npanel * sizeof *it->panel, &fresh);
    if (fresh) {
        text_add(t->e->out, "static const Panel panels_%d[] = {", number);
        for (int i = 0; i < it->npanel; i++) {
            const PackPanel *p = &it->panel[i];
            text_add(t->e->out, "%s{ %d, %d, %d, %d, %lld },", i % 4 ? " " : "\n    ", p->lane, p->vectors, p->block,
                     p->nblock, (long long)p->at);
        }
        text_add(t->e->out, "\n};\n");
    }
    return number;
}

static void print_item(Tables *t, Text *rows, const PackItem *it)
{
    const Tensor *tensor = graph_tensor(t->e->program->graph, it->weight.name);
    int64_t inner = 1, row;
    for (int i = 2; i < tensor->rank; i++)
        inner *= tensor->dim[i];
    row = tensor->rank > 1 ? tensor->dim[1] * inner : 1;
    int groups = it->groups ? it->groups : 1;
    int channels = print_channels(t, it);
    int kind = it->kind == PACK_conv ? 0 : it->kind == PACK_grouped ? 1 : 2;
    if (kind == 2 && it->kind != PACK_vector)
        die("emit: '%s' is packed in a way that cannot be trained", tensor->name);
    text_add(rows, "    { %d, %d, %d, %d, %d, %d, %lld, %lld, %lld, %d, %d, %d, channels_%d", tensor->id, kind,
             it->in / groups, it->out / groups, it->kh, it->kw, (long long)it->at,
             (long long)(it->weight.begin * (it->weight.axis == 0 ? row : inner)), (long long)row, it->nlane,
             LANES * it->vectors, it->npanel, channels);
    if (it->kind == PACK_conv) {
        int blocks = print_blocks(t, it), panels = print_panels(t, it);
        text_add(rows, ", blocks_%d, panels_%d },\n", blocks, panels);
    } else {
        text_add(rows, ", NULL, NULL },\n");
    }
}

static void emit_items(Emit *e)
{
    const Program *p = e->program;
    Tables t = {.e = e};
    Text rows = text_new(p->context);
    for (size_t i = 0; i < p->npack; i++)
        print_item(&t, &rows, &p->pack[i]);
    text_add(e->out, "static const Item items[] = {\n%s};\n\n", rows.data);
}

/* How far from 0 the elements of each tensor begin: variances as in He et al., "Delving deep into rectifiers", 2015, for
 * convolutions; of linear layers 1 / sqrt(inputs); scales and variances of norms begin as 1. */
static void find_bounds(const Graph *graph, float *bound)
{
    for (const Node *n = graph->first; n; n = n->next)
        for (const Node *part = n; part; part = part->tail) {
            const Tensor *w = part->weight[W_weight].tensor, *b = part->weight[W_bias].tensor, *v = part->weight[W_var].tensor;
            if (part->op == OP_conv)
                bound[w->id] = (float)sqrt(6.0 / (double)(w->dim[0] * w->dim[2] * w->dim[3]));
            else if (part->op == OP_linear)
                bound[w->id] = (float)(1 / sqrt((double)w->dim[1]));
            else if (w)
                bound[w->id] = -1;
            if (part->op == OP_linear && b)
                bound[b->id] = bound[w->id];
            if (v)
                bound[v->id] = -1;
        }
}

static void emit_tensors(Emit *e)
{
    const Graph *graph = e->program->graph;
    float *bound = arena_alloc(graph->context, (size_t)graph->ntensors, sizeof *bound);
    find_bounds(graph, bound);
    emit_lines(e, "static const Tensor tensors[] = {\n");
    for (const Tensor *t = graph->tensors; t; t = t->next) {
        text_add(e->out, "    { ");
        text_string(e->out, t->name);
        text_add(e->out, ", %d, { ", t->rank);
        for (int i = 0; i < 4; i++)
            text_add(e->out, "%lld%s", (long long)(i < t->rank ? t->dim[i] : 1), i < 3 ? ", " : " }, ");
        text_float(e->out, bound[t->id]);
        text_add(e->out, " },\n");
    }
    emit_lines(e, "};\n\n");
}

static const char exchange[] =
    "enum { TO_PLAIN, TO_PACKED, TO_RANDOM };\n\n"
    "/* A number in [-1, 1) for each element of each tensor: splitmix64. */\n"
    "static float random_value(uint64_t seed, int tensor, ptrdiff_t i)\n"
    "{\n"
    "    uint64_t z = seed * 0x9e3779b97f4a7c15u + ((uint64_t)tensor << 40) + (uint64_t)i * 0xd1342543de82ef95u;\n"
    "    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;\n"
    "    z = (z ^ z >> 27) * 0x94d049bb133111ebu;\n"
    "    z ^= z >> 31;\n"
    "    return (float)((double)(z >> 11) * 0x1p-52 - 1);\n"
    "}\n\n"
    "static void move(float *packed, float *plain, ptrdiff_t i, int way, uint64_t seed, const Item *item)\n"
    "{\n"
    "    const float bound = tensors[item->tensor].bound;\n"
    "    if (way == TO_PLAIN)\n"
    "        plain[i] = *packed;\n"
    "    else if (way == TO_PACKED)\n"
    "        *packed = plain[i];\n"
    "    else\n"
    "        *packed = bound < 0 ? 1 : bound * random_value(seed, item->tensor, i);\n"
    "}\n\n"
    "/* The filters of one lane of a panel: [block][row][column][channel of the block][lane]. */\n"
    "static void move_lane(const Item *item, const Panel *panel, int lane, float *packed, float *plain, int way, uint64_t seed)\n"
    "{\n"
    "    const int channel = item->channel[panel->lane + lane], taps = item->rows * item->columns, width = 8 * panel->vectors;\n"
    "    const int first = channel / item->out * item->in;\n"
    "    for (const Block *b = item->block + panel->block; b < item->block + panel->block + panel->blocks; b++) {\n"
    "        for (int c = 0; channel >= 0 && c < b->count; c++)\n"
    "            for (int tap = 0; tap < taps && b->channel + c >= first && b->channel + c < first + item->in; tap++)\n"
    "                move(packed + (ptrdiff_t)(tap * b->count + c) * width + lane, plain,\n"
    "                     item->base + channel * item->row + (ptrdiff_t)(b->channel + c - first) * taps + tap, way, seed, item);\n"
    "        packed += (ptrdiff_t)taps * b->count * width;\n"
    "    }\n"
    "}\n\n"
    "/* [unit][row][channel of the group][column][lane of the unit] */\n"
    "static void move_group(const Item *item, int lane, float *packed, float *plain, int way, uint64_t seed)\n"
    "{\n"
    "    const int count = item->in * item->rows * item->columns, channel = item->channel[lane];\n"
    "    packed += (ptrdiff_t)(lane / item->width) * item->width * count + lane % item->width;\n"
    "    for (int j = 0; channel >= 0 && j < count; j++) {\n"
    "        const int row = j / (item->in * item->columns), i = j / item->columns % item->in, column = j % item->columns;\n"
    "        move(packed + (ptrdiff_t)j * item->width, plain, item->base + channel * item->row + ((ptrdiff_t)i * item->rows + row) * item->columns + column,\n"
    "             way, seed, item);\n"
    "    }\n"
    "}\n\n"
    "/* Moves the elements of an item between its packed and its plain place. */\n"
    "static void move_item(const Item *item, float *packed, float *plain, int way, uint64_t seed)\n"
    "{\n"
    "    packed += item->at;\n"
    "    for (int p = 0; p < item->panels; p++)\n"
    "        for (int lane = 0; lane < 8 * item->panel[p].vectors; lane++)\n"
    "            move_lane(item, &item->panel[p], lane, packed + item->panel[p].at, plain, way, seed);\n"
    "    for (int lane = 0; lane < item->lanes && item->kind == 1; lane++)\n"
    "        move_group(item, lane, packed, plain, way, seed);\n"
    "    for (int lane = 0; lane < item->lanes && item->kind == 2; lane++)\n"
    "        if (item->channel[lane] >= 0)\n"
    "            move(packed + lane, plain, item->base + item->channel[lane], way, seed, item);\n"
    "}\n\n"
    "enum { TENSORS = sizeof tensors / sizeof *tensors, ITEMS = sizeof items / sizeof *items };\n\n"
    "static int exchange(float *packed, ptrdiff_t floats, int tensor, float *plain, int way)\n"
    "{\n"
    "    if (!packed || !plain || tensor < 0 || tensor >= TENSORS)\n"
    "        return $_ERROR_ARGUMENT;\n"
    "    int64_t count = 1;\n"
    "    for (int i = 0; i < 4; i++)\n"
    "        count *= tensors[tensor].dim[i];\n"
    "    if (way == TO_PLAIN)\n"
    "        memset(plain, 0, (size_t)count * sizeof *plain);\n"
    "    for (int i = 0; i < ITEMS; i++)\n"
    "        if (items[i].tensor == tensor && items[i].at < floats)\n"
    "            move_item(&items[i], packed, plain, way, 0);\n"
    "    return $_OK;\n"
    "}\n\n"
    "int @_tensors(void)\n{\n    return TENSORS;\n}\n\n"
    "const char *@_tensor_name(int tensor)\n{\n    return tensor >= 0 && tensor < TENSORS ? tensors[tensor].name : NULL;\n}\n\n"
    "int @_tensor_rank(int tensor)\n{\n    return tensor >= 0 && tensor < TENSORS ? tensors[tensor].rank : 0;\n}\n\n"
    "int64_t @_tensor_dim(int tensor, int axis)\n"
    "{\n    return tensor >= 0 && tensor < TENSORS && axis >= 0 && axis < tensors[tensor].rank ? tensors[tensor].dim[axis] : 1;\n}\n\n"
    "int @_export(const void *params, int tensor, float *values)\n"
    "{\n    return exchange((float *)(uintptr_t)params, PARAMS, tensor, values, TO_PLAIN);\n}\n\n"
    "int @_import(void *params, int tensor, const float *values)\n"
    "{\n    return exchange(params, PARAMS, tensor, (float *)(uintptr_t)values, TO_PACKED);\n}\n\n"
    "int @_gradient(const void *state, int tensor, float *values)\n"
    "{\n    return exchange(state ? (float *)(uintptr_t)state + GRADIENT : NULL, TRAINED, tensor, values, TO_PLAIN);\n}\n\n";

/* ---- memory, and the step ------------------------------------------------------------------------------------------------ */

static int64_t whole_lines(int64_t floats)
{
    return (floats + 15) / 16 * 16;
}

StateLayout state_layout(const Program *p)
{
    int64_t rows = whole_lines(p->graph->max_batch * shape_floats(node_result(p->graph->output)));
    StateLayout layout = {.common = whole_lines(sizeof(StateHeader) / sizeof(float))};
    layout.gradient = layout.common + whole_lines(p->common_floats);
    layout.optimiser = layout.gradient + whole_lines(p->trained_floats);
    layout.target = layout.optimiser + whole_lines(p->state_floats);
    layout.output = layout.target + rows;
    layout.floats = layout.output + rows;
    return layout;
}

/* Where things lie in the caller's blocks, in floats. */
static void emit_places(Emit *e)
{
    const Program *p = e->program;
    const Node *loss = p->graph->loss;
    const StateLayout layout = state_layout(p);
    const struct { const char *name; int64_t at; } part[] = {
        {"COMMON", layout.common}, {"GRADIENT", layout.gradient}, {"OPTIMISER", layout.optimiser}, {"TARGET", layout.target},
        {"OUTPUT", layout.output}, {"STATE", layout.floats}};
    emit_lines(e, "/* Floats: of a step, and where the parts of the state begin; its header comes first. */\n"
               "typedef struct {\n    uint64_t step, seed;\n} Header;\n\n");
    text_add(e->out, "static const ptrdiff_t PARAMS = %lld, TRAINED = %lld, ARENA = %lld, LOSS = %lld", (long long)p->weights_floats,
             (long long)p->trained_floats, (long long)p->arena_floats, (long long)(loss->layout.storage->offset + loss->layout.origin));
    for (size_t i = 0; i < sizeof part / sizeof *part; i++)
        text_add(e->out, ",\n    %s = %lld", part[i].name, (long long)part[i].at);
    emit_lines(e, ";\n\n");
}

static const char beginning_and_sizes[] =
    "const char *@_strerror(int status)\n"
    "{\n"
    "    static const char *const text[] = {\n"
    "        \"no error\", \"a pointer is NULL, threads is not in 1..1024, or there is no such tensor\",\n"
    "        \"params, state and arena must begin at a multiple of 64 bytes\", \"this processor lacks instructions that the kernels use\",\n"
    "        \"a label is not one of the classes\"\n"
    "    };\n"
    "    return status >= 0 && status < (int)(sizeof text / sizeof *text) ? text[status] : \"unknown status\";\n"
    "}\n\n"
    "size_t @_params_size(void)\n{\n    return (size_t)PARAMS * sizeof(float);\n}\n\n"
    "size_t @_state_size(void)\n{\n    return (size_t)STATE * sizeof(float);\n}\n\n"
    "size_t @_arena_size(void)\n{\n    return (size_t)ARENA * $_BATCH * sizeof(float);\n}\n\n"
    "int @_init(void *params, void *state, uint64_t seed)\n"
    "{\n"
    "    if (!params || !state)\n"
    "        return $_ERROR_ARGUMENT;\n"
    "    memset(params, 0, @_params_size());\n"
    "    memset(state, 0, @_state_size());\n"
    "    ((Header *)state)->seed = seed;\n"
    "    for (int i = 0; i < ITEMS; i++)\n"
    "        move_item(&items[i], params, NULL, TO_RANDOM, seed);\n"
    "    return $_OK;\n"
    "}\n\n";

static const char checks[] =
    "static int check(const void *params, const void *state, const void *arena, const void *input, const void *other, int threads)\n"
    "{\n"
    "    if (!params || !state || !arena || !input || !other || threads < 1 || threads > 1024)\n"
    "        return $_ERROR_ARGUMENT;\n"
    "    if ((uintptr_t)params % 64 || (uintptr_t)state % 64 || (uintptr_t)arena % 64)\n"
    "        return $_ERROR_ALIGNMENT;\n";

static const char run_of[] =
    "static Run make_run(const void *params, void *state, void *arena, const float *input, float *output)\n"
    "{\n"
    "    float *s = state;\n"
    "    const Run run = {\n"
    "        .weights = (float *)(uintptr_t)params,\n"
    "        .arena = arena,\n"
    "        .input = input,\n"
    "        .output = output,\n"
    "        .target = s + TARGET,\n"
    "        .common = s + COMMON,\n"
    "        .gradient = s + GRADIENT,\n"
    "        .state = s + OPTIMISER,\n"
    "        .batch = $_BATCH,\n";

static const char forward[] =
    "    };\n"
    "    return run;\n"
    "}\n\n"
    "int @_forward(const void *params, void *state, void *arena, const float *input, int threads, float *output)\n"
    "{\n"
    "    const int status = check(params, state, arena, input, output, threads);\n"
    "    if (status != $_OK)\n"
    "        return status;\n"
    "    const Run run = make_run(params, state, arena, input, output);\n"
    "    run_team(&run, evaluation_steps, sizeof evaluation_steps / sizeof *evaluation_steps, threads);\n"
    "    return $_OK;\n"
    "}\n\n"
    "/* The scalars that steps read: the learning rate as the update wants it, and what dropout depends on. */\n"
    "static void set_scalars(float *common, const Header *header, double rate)\n"
    "{\n"
    "    const uint32_t word[3] = { (uint32_t)header->seed, (uint32_t)(header->seed >> 32), (uint32_t)header->step };\n";

static const char step[] =
    "}\n\n"
    "int @_step(void *params, void *state, void *arena, const float *input, const int32_t *labels, double rate, int threads, double *loss)\n"
    "{\n"
    "    const int status = check(params, state, arena, input, labels, threads);\n"
    "    float *target = state ? (float *)state + TARGET : NULL;\n"
    "    Header *header = state;\n"
    "    if (status != $_OK)\n"
    "        return status;\n"
    "    for (int n = 0; n < $_BATCH; n++) {\n"
    "        if (labels[n] < 0 || labels[n] >= $_CLASSES)\n"
    "            return $_ERROR_LABEL;\n"
    "        for (int k = 0; k < $_CLASSES; k++)\n"
    "            target[(ptrdiff_t)n * $_CLASSES + k] = k == labels[n] ? LABELLED : OTHERS;\n"
    "    }\n"
    "    set_scalars((float *)state + COMMON, header, rate);\n"
    "    const Run run = make_run(params, state, arena, input, (float *)state + OUTPUT);\n"
    "    run_team(&run, steps, sizeof steps / sizeof *steps, threads);\n"
    "    double sum = 0;\n"
    "    for (int n = 0; n < $_BATCH; n++)\n"
    "        sum += run.arena[LOSS + n * ARENA];\n"
    "    if (loss)\n"
    "        *loss = sum / $_BATCH;\n"
    "    header->step++;\n"
    "    return $_OK;\n"
    "}\n";

static void emit_scalars(Emit *e)
{
    const Optimiser *o = &e->program->graph->training->optimiser;
    bool adamw = o->kind == OPTIMISER_adamw;
    if (adamw)
        text_add(e->out, "    const double t = (double)header->step + 1;\n");
    text_add(e->out, "    common[%d] = (float)", COMMON_rate);
    if (adamw)
        text_add(e->out, "(rate / (1 - pow(%a, t)));\n", o->beta1);
    else
        text_add(e->out, "rate;\n");
    text_add(e->out, "    common[%d] = (float)(1 - rate * %a);\n", COMMON_decay, o->weight_decay);
    if (adamw)
        text_add(e->out, "    common[%d] = (float)(1 / sqrt(1 - pow(%a, t)));\n", COMMON_correction, o->beta2);
    text_add(e->out, "    memcpy(common + %d, word, sizeof word);\n", COMMON_seed);
}

static void emit_train_api(Emit *e)
{
    const Training *t = e->program->graph->training;
    int classes = (int)shape_floats(e->output);
    emit_lines(e, beginning_and_sizes);
    emit_long_steps(e);
    emit_lines(e, checks);
    if (e->fast && e->options->ntarget == 1)
        text_add(e->out, "    if (!has_%s())\n        return %s_ERROR_PROCESSOR;\n", e->fast->name, e->upper);
    emit_lines(e, "    return $_OK;\n}\n\n");
    emit_lines(e, run_of);
    if (e->options->ntarget > 1)
        text_add(e->out, "        .%s = has_%s(),\n", e->fast->name, e->fast->name);
    emit_lines(e, forward);
    emit_scalars(e);
    Text text = text_new(e->program->context);
    Emit inner = *e;
    inner.out = &text;
    emit_lines(&inner, step);
    const char *place = strstr(text.data, "LABELLED : OTHERS");
    text_append(e->out, text.data, (size_t)(place - text.data));
    text_float(e->out, (float)target_of(true, classes, t->label_smoothing));
    text_add(e->out, " : ");
    text_float(e->out, (float)target_of(false, classes, t->label_smoothing));
    text_add(e->out, "%s", place + strlen("LABELLED : OTHERS"));
}

void emit_train_source(Text *out, const Program *program, const EmitOptions *options)
{
    Emit e = emit_new(out, program, options);
    if (!program->nevaluation)
        die("emit: a training program without steps for evaluation");
    emit_title(&e);
    emit_includes(&e);
    emit_run_type(&e);
    emit_constants(&e);
    emit_kernels(&e);
    emit_pick(&e);
    emit_steps(&e);
    emit_places(&e);
    emit_lines(&e, item_types);
    emit_tensors(&e);
    emit_items(&e);
    emit_lines(&e, exchange);
    emit_share(&e);
    emit_query(&e);
    emit_train_api(&e);
}
