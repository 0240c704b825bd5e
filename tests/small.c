/* small.c - the hand-built program and what it computes. */
#include "small.h"

#include <math.h>
#include <string.h>

#include "../compiler/compiler.h"

/* y = w * x + b on `rows` rows of eight floats. */
static Kernel *scale_kernel(Context *context, const char *name, int rows)
{
    Kernel *k = kernel_new(context, (Machine){16, 1});
    k->name = name;
    k->comment = "y[r][8] = w[8] * x[r][8] + b[8]";
    int x = kernel_pointer(k, "x", false), w = kernel_pointer(k, "w", false), b = kernel_pointer(k, "b", false);
    int y = kernel_pointer(k, "y", true), v = kernel_register(k), scale = kernel_register(k), sum = kernel_register(k);
    k_load(k, scale, w, 0);
    k_loop(k, rows);
    k_load(k, sum, b, 0);
    k_load(k, v, x, 0);
    k_op(k, V_fma, sum, v, scale);
    k_store(k, y, 0, sum);
    k_bump(k, x, LANES);
    k_bump(k, y, LANES);
    k_end(k);
    return k;
}

/* s = x on eight floats of each of `images` images. */
static Kernel *copy_kernel(Context *context, const char *name, int images, int64_t arena_floats)
{
    Kernel *k = kernel_new(context, (Machine){16, 1});
    k->name = name;
    k->comment = "s[8] = x[8]";
    int x = kernel_pointer(k, "x", false), s = kernel_pointer(k, "s", true), v = kernel_register(k);
    for (int i = 0; i < images; i++) {
        k_load(k, v, x, i * arena_floats);
        k_store(k, s, i * LANES, v);
    }
    return k;
}

/* y = max(s, -0.5) on eight floats of each of `images` images. */
static Kernel *clip_kernel(Context *context, const char *name, int images)
{
    Kernel *k = kernel_new(context, (Machine){16, 1});
    k->name = name;
    k->comment = "y[8] = max(s[8], -0.5)";
    int s = kernel_pointer(k, "s", false), y = kernel_pointer(k, "y", true);
    int v = kernel_register(k), least = kernel_register(k);
    k_literal(k, least, -0.5f);
    for (int i = 0; i < images; i++) {
        k_load(k, v, s, i * LANES);
        k_op(k, V_max, v, v, least);
        k_store(k, y, i * SMALL_FLOATS, v);
    }
    return k;
}

static void add_kernel(Program *p, Kernel *k)
{
    k->id = p->nkernels++;
    *p->kernels_end = k;
    p->kernels_end = &k->next;
}

static StepCode *add_code(Program *p, const char *name, const char *comment, int ncall)
{
    StepCode *code = arena_alloc(p->context, 1, sizeof *code);
    *code = (StepCode){.name = name, .comment = comment, .ncall = ncall, .macs = SMALL_FLOATS, .id = p->ncodes++};
    code->call = arena_alloc(p->context, (size_t)ncall, sizeof *code->call);
    *p->codes_end = code;
    p->codes_end = &code->next;
    return code;
}

static StepCode *scale_code(Program *p, const Kernel *one, const Kernel *two, Base from, const char *name)
{
    StepCode *code = add_code(p, name, "scale and shift: [8][8] -> [8][8], a row or two at a time", 2);
    memcpy(code->base, (Base[]){from, BASE_weights, BASE_weights, BASE_arena}, 4 * sizeof(Base));
    code->nslot = 4;
    code->call[0] = (Call){.kernel = one, .images = 1, .grid = {2, 2, 1},
        .argument = {{0, 0, {16, 8, 0}}, {1, 0, {0, 0, 0}}, {2, 0, {0, 0, 0}}, {3, 0, {16, 8, 0}}}};
    code->call[1] = (Call){.kernel = two, .images = 1, .grid = {1, 2, 1},
        .argument = {{0, 32, {0, 16, 0}}, {1, 0, {0, 0, 0}}, {2, 0, {0, 0, 0}}, {3, 32, {0, 16, 0}}}};
    return code;
}

/* copy[i] and clip[i] take i + 1 images. */
static StepCode *clip_code(Program *p, Kernel *const copy[2], Kernel *const clip[2])
{
    StepCode *code = add_code(p, "clip", "max(x, -0.5): [64] -> [64]", 4);
    memcpy(code->base, (Base[]){BASE_arena, BASE_output, BASE_scratch}, 3 * sizeof(Base));
    code->nslot = 3;
    code->scratch_floats = p->scratch_floats = LANES + 2 * LANES;
    for (int i = 0; i < 2; i++) {
        code->call[2 * i] = (Call){.kernel = copy[i], .images = i + 1, .grid = {8, 1, 1},
            .argument = {{0, 0, {8, 0, 0}}, {2, LANES, {0, 0, 0}}}};
        code->call[2 * i + 1] = (Call){.kernel = clip[i], .images = i + 1, .grid = {8, 1, 1}, .follows = true,
            .argument = {{2, LANES, {0, 0, 0}}, {1, 0, {8, 0, 0}}}};
    }
    return code;
}

static void add_step(Program *p, StepCode *code, const Node *node, const int64_t *offset)
{
    p->step = arena_grow(p->context, p->step, p->nstep, &p->step_capacity, sizeof *p->step);
    Step *step = &p->step[p->nstep++];
    *step = (Step){.code = code, .node = node, .label = node->name};
    for (int i = 0; i < code->nslot; i++)
        step->slot[i] = (Slot){code->base[i], offset[i]};
}

static Graph *small_graph(Context *context, const char *name)
{
    Graph *g = graph_new(context, name);
    Source *source = arena_alloc(context, 1, sizeof *source);
    *source = (Source){.path = name, .text = "", .size = 0};
    Loc loc = {source, 7, 1};
    g->path = name;
    g->max_batch = SMALL_BATCH;
    g->input = graph_add(g, OP_input, loc, arena_printf(context, "%s.in", name), NULL, 0);
    g->input->shape = (Shape){1, 8, 8, false};
    g->output = graph_add(g, OP_output, loc, name, &g->input, 1);
    g->output->shape = (Shape){SMALL_FLOATS, 1, 1, true};
    return g;
}

Program *small_program(Context *context, const char *name)
{
    Program *p = arena_alloc(context, 1, sizeof *p);
    p->context = context;
    p->graph = small_graph(context, name);
    p->kernels_end = &p->kernels;
    p->codes_end = &p->codes;
    p->arena_floats = 2 * SMALL_FLOATS;
    p->weights_floats = SMALL_WEIGHTS;
    p->stamp = 0x0123456789abcdef;
    Kernel *one = scale_kernel(context, "scale_1", 1), *two = scale_kernel(context, "scale_2", 2);
    Kernel *copy[] = {copy_kernel(context, "copy_1", 1, p->arena_floats), copy_kernel(context, "copy_2", 2, p->arena_floats)};
    Kernel *clip[] = {clip_kernel(context, "clip_1", 1), clip_kernel(context, "clip_2", 2)};
    add_kernel(p, one);
    add_kernel(p, two);
    for (int i = 0; i < 2; i++) {
        add_kernel(p, copy[i]);
        add_kernel(p, clip[i]);
    }
    const Node *node = p->graph->output;
    add_step(p, scale_code(p, one, two, BASE_input, "scale_input"), node, (int64_t[]){0, 0, 8, 0});
    StepCode *scale = scale_code(p, one, two, BASE_arena, "scale");
    add_step(p, scale, node, (int64_t[]){0, 16, 24, 64});
    p->leading = p->nstep;
    add_step(p, clip_code(p, copy, clip), node, (int64_t[]){64, 0, 0});
    return p;
}

void small_expected(const float *payload, const float *input, int batch, float *output)
{
    for (int i = 0; i < batch * SMALL_FLOATS; i++) {
        float x = fmaf(input[i], payload[i % 8], payload[8 + i % 8]);
        x = fmaf(x, payload[16 + i % 8], payload[24 + i % 8]);
        output[i] = x > -0.5f ? x : -0.5f;
    }
}

void small_fill(float *values, int count, unsigned seed)
{
    for (int i = 0; i < count; i++) {
        seed = seed * 1664525u + 1013904223u;
        values[i] = (float)(seed >> 8) * 0x1p-23f - 1.0f;
    }
}

EmitOptions small_options(const char *first, const char *second)
{
    EmitOptions options = {.target = {target_find(first)}, .ntarget = 1, .header_name = "model.h", .command = "nncc small.yaml -o model.c"};
    if (second)
        options.target[options.ntarget++] = target_find(second);
    return options;
}
