/* Every vector instruction, on every target and compiler, against what vops.h says it does. One program has a step for
 * each case; image n of the batch is the n-th set of operands, ordinary and odd values in every combination. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../backends/backend.h"

enum { OPERANDS = 3 * LANES, BATCH = 64, MAX_CASES = 64 };

static Context context;

static void open_context(void)
{
    context_init(&context);
}

static void close_context(void)
{
    context_free(&context);
}

TestSuite(kernels, .init = open_context, .fini = close_context);

/* ---- what the instructions mean ---------------------------------------------------------------------------------- */

typedef struct {
    VOp op;
    int imm;
    bool same;                          /* one register is destination and both sources */
} Case;

static float from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint32_t to_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* One lane of an instruction that treats all lanes alike. */
static float lane_result(VOp op, float d, float a, float b, int imm)
{
    switch (op) {
    case V_zero: return 0;
    case V_copy: return a;
    case V_fma:  return fmaf(a, b, d);
    case V_add:  return a + b;
    case V_sub:  return a - b;
    case V_mul:  return a * b;
    case V_div:  return a / b;
    case V_max:  return a > b ? a : b;
    case V_min:  return a < b ? a : b;
    case V_sqrt: return sqrtf(a);
    case V_greater: return from_bits(a > b ? UINT32_MAX : 0);
    case V_and:  return from_bits(to_bits(a) & to_bits(b));
    case V_xor:  return from_bits(to_bits(a) ^ to_bits(b));
    case V_iadd: return from_bits(to_bits(a) + to_bits(b));
    case V_imul: return from_bits(to_bits(a) * to_bits(b));
    case V_shl:  return from_bits(to_bits(a) << imm);
    case V_shr:  return from_bits(to_bits(a) >> imm);
    default:     cr_assert_fail("no lane-wise meaning for instruction %d", op);
    }
    return 0;
}

/* v: the operands d, a, b as they lie in the input. */
static void expected(const Case *c, const float *v, float *y)
{
    const float *d = c->same ? v + LANES : v, *a = v + LANES, *b = c->same ? a : v + 2 * LANES;
    for (int i = 0; i < LANES; i++)
        switch (c->op) {
        case V_loop: case V_end: case V_prefetch: case V_bump:  y[i] = fmaf(a[i], b[i], d[i]) + (a[i] + a[i] + a[i] + a[i] + a[i]); break;
        case V_load: case V_store:                              y[i] = a[i]; break;
        case V_broadcast:                                       y[i] = a[3]; break;
        case V_load1:                                           y[i] = i ? 0 : a[5]; break;
        case V_store1:                                          y[i] = i == 6 ? a[0] : 0; break;
        case V_permute:                                         y[i] = a[(i & 4) + (c->imm >> 2 * (i & 3) & 3)]; break;
        case V_swap:                                            y[i] = a[i ^ 4]; break;
        default:                                                y[i] = lane_result(c->op, d[i], a[i], b[i], c->imm);
        }
}

/* Arithmetic may pass on either operand's payload where both are no numbers; everything else is exact to the bit. */
static bool equal(VOp op, float x, float y)
{
    bool arithmetic = op == V_fma || op == V_add || op == V_sub || op == V_mul || op == V_div || op == V_sqrt || op <= V_bump;
    return to_bits(x) == to_bits(y) || (arithmetic && isnan(x) && isnan(y));
}

/* ---- the program ------------------------------------------------------------------------------------------------- */

/* d = fma(a, b, d) plus five times a, by nested loops that walk forward and back over the operands. */
static void build_loops(Kernel *k, int x, int d, int a)
{
    int b = kernel_register(k);
    k_load(k, d, x, 0);
    k_load(k, a, x, LANES);
    k_load(k, b, x, 2 * LANES);
    k_op(k, V_fma, d, a, b);
    k_zero(k, b);
    k_loop(k, 5);
    k_bump(k, x, 3 * LANES);
    k_prefetch(k, x, -1000000);
    k_loop(k, 4);
    k_bump(k, x, -LANES);
    k_load(k, a, x, 0);
    k_bump(k, x, LANES / 2);
    k_end(k);
    k_load(k, a, x, 0);
    k_op(k, V_add, b, b, a);
    k_bump(k, x, -LANES);
    k_end(k);
    k_op(k, V_add, d, d, b);
}

static void build_memory(Kernel *k, const Case *c, int x, int y, int d)
{
    if (c->op == V_store1) {
        k_zero(k, d);
        k_store(k, y, 0, d);
        k_load(k, d, x, LANES);
        k_bump(k, y, LANES);
        k_store1(k, y, 6 - LANES, d);
        return;
    }
    if (c->op == V_load)
        k_load(k, d, x, LANES);
    else if (c->op == V_broadcast)
        k_broadcast(k, d, x, LANES + 3);
    else
        k_load1(k, d, x, LANES + 5);
    k_store(k, y, 0, d);
}

static Kernel *case_kernel(const Case *c, int index)
{
    Kernel *k = kernel_new(&context, (Machine){16, 1});
    k->name = arena_printf(&context, "case_%d", index);
    k->comment = "one instruction";
    int x = kernel_pointer(k, "x", false), y = kernel_pointer(k, "y", true);
    int d = kernel_register(k), a = kernel_register(k);
    if (c->op == V_load || c->op == V_broadcast || c->op == V_load1 || c->op == V_store1) {
        build_memory(k, c, x, y, d);
        return k;
    }
    if (c->op <= V_bump) {
        build_loops(k, x, d, a);
    } else if (c->op == V_store) {
        k_load(k, d, x, LANES);
    } else if (c->op == V_zero) {
        k_zero(k, d);
    } else {
        int b = c->same ? a : kernel_register(k);
        k_load(k, a, x, LANES);
        if (c->same)
            d = a;
        else
            k_load(k, b, x, 2 * LANES);
        if (!c->same && c->op == V_fma)
            k_load(k, d, x, 0);
        if (c->op == V_shl || c->op == V_shr || c->op == V_permute)
            k_imm(k, c->op, d, a, c->imm);
        else
            k_op(k, c->op, d, a, b);
    }
    k_store(k, y, 0, d);
    return k;
}

static int all_cases(Case *list)
{
    static const Case extra[] = {
        {V_shl, 0, false}, {V_shl, 1, true}, {V_shl, 23, false}, {V_shl, 31, false}, {V_permute, 0x1b, false}, {V_permute, 0x4e, true},
        {V_shr, 1, true}, {V_shr, 16, false}, {V_shr, 31, false}, {V_greater, 0, true}, {V_and, 0, true}, {V_xor, 0, true}, {V_imul, 0, true},
        {V_permute, 0xb1, false}, {V_permute, 0x93, false}, {V_fma, 0, true}, {V_add, 0, true}, {V_sub, 0, true}, {V_mul, 0, true},
        {V_div, 0, true}, {V_max, 0, true}, {V_min, 0, true}, {V_sqrt, 0, true}, {V_iadd, 0, true}, {V_swap, 0, true}, {V_copy, 0, true},
    };
    int n = 0;
    for (int op = 0; op < NVOP; op++)
        list[n++] = (Case){(VOp)op, 0, false};
    for (size_t i = 0; i < sizeof extra / sizeof *extra; i++)
        list[n++] = extra[i];
    return n;
}

static Graph *case_graph(int cases)
{
    Graph *g = graph_new(&context, "instructions");
    g->path = "instructions.yaml";
    g->max_batch = BATCH;
    g->input = graph_add(g, OP_input, (Loc){0}, "input", NULL, 0);
    g->input->shape = (Shape){OPERANDS, 1, 1, true};
    g->output = graph_add(g, OP_output, (Loc){0}, "output", &g->input, 1);
    g->output->shape = (Shape){cases * LANES, 1, 1, true};
    return g;
}

static Program *case_program(const Case *list, int cases)
{
    Program *p = arena_alloc(&context, 1, sizeof *p);
    *p = (Program){.context = &context, .graph = case_graph(cases), .arena_floats = 16, .stamp = 1};
    p->kernels_end = &p->kernels;
    p->codes_end = &p->codes;
    p->step = arena_alloc(&context, (size_t)cases, sizeof *p->step);
    for (int i = 0; i < cases; i++) {
        Kernel *k = case_kernel(&list[i], p->nkernels++);
        StepCode *code = arena_alloc(&context, 1, sizeof *code);
        *code = (StepCode){.name = k->name, .ncall = 1, .nslot = 2, .base = {BASE_input, BASE_output}, .id = p->ncodes++};
        code->call = arena_alloc(&context, 1, sizeof *code->call);
        *code->call = (Call){.kernel = k, .images = 1, .grid = {1, 1, 1}, .argument = {{.slot = 0}, {.slot = 1}}};
        *p->kernels_end = k;
        p->kernels_end = &k->next;
        *p->codes_end = code;
        p->codes_end = &code->next;
        p->step[p->nstep++] = (Step){.code = code, .slot = {{BASE_input, 0}, {BASE_output, (int64_t)i * LANES}}, .label = k->name};
    }
    return p;
}

/* ---- running it -------------------------------------------------------------------------------------------------- */

static void fill_operands(float *input)
{
    static const float odd[] = {0.0f, -0.0f, 1.0f, -1.0f, 0x1p-149f, -0x1p-130f, 0x1.fffffep127f, -0x1p127f, 0x1.000002p0f, 3.25f,
        -0x1.8p-126f, 0x1.555556p-2f, INFINITY, -INFINITY, NAN};
    enum { ODD = sizeof odd / sizeof *odd };
    unsigned seed = 1;
    for (int image = 0; image < BATCH; image++)
        for (int i = 0; i < OPERANDS; i++) {
            seed = seed * 1664525u + 1013904223u;
            float plain = ldexpf((float)(seed >> 8) * 0x1p-23f - 1.0f, (int)(seed % 41) - 20);
            int pair = image * LANES + i % LANES, operand = i / LANES;      /* every pair of odd values meets */
            if (image < (ODD * ODD + LANES - 1) / LANES)
                plain = odd[operand == 1 ? pair % ODD : operand == 2 ? pair / ODD % ODD : (pair * 7 + 3) % ODD];
            input[image * OPERANDS + i] = plain;
        }
}

static void run(const Program *p, const Target *target, const char *compiler, float *output)
{
    static float input[BATCH * OPERANDS];
    Model model;
    Failure failure = {""};
    float *payload;
    bool loaded = strcmp(compiler, "jit") ? aot_load(p, target, compiler, false, &model, &failure) : jit_load(p, target, &model, &failure);
    cr_assert(loaded, "%s", failure.text);
    void *weights = weights_pack(p, NULL, 1, &payload, &failure), *arena = aligned_alloc(64, model.arena_size);
    fill_operands(input);
    int status = model.forward(weights, arena, input, BATCH, 1, output);
    cr_assert_eq(status, 0, "%s", model.strerror(status));
    free(arena);
    free(weights);
    model_close(&model);
}

static void check(const Target *target, const char *compiler)
{
    static float input[BATCH * OPERANDS];
    Case list[MAX_CASES];
    int cases = all_cases(list);
    float *output = calloc((size_t)(BATCH * cases * LANES), sizeof *output);
    run(case_program(list, cases), target, compiler, output);
    fill_operands(input);
    for (int image = 0; image < BATCH; image++)
        for (int i = 0; i < cases; i++) {
            const float *got = output + (image * cases + i) * LANES;
            float want[LANES];
            expected(&list[i], input + image * OPERANDS, want);
            for (int lane = 0; lane < LANES; lane++)
                cr_assert(equal(list[i].op, got[lane], want[lane]), "%s by %s: instruction %d, immediate %d%s, operands %d, lane %d: %a, not %a",
                          target->name, compiler, list[i].op, list[i].imm, list[i].same ? ", in place" : "", image, lane, (double)got[lane],
                          (double)want[lane]);
        }
    free(output);
}

Test(kernels, every_instruction_as_intrinsics_by_gcc)
{
    check(target_find("avx2"), "gcc");
}

Test(kernels, every_instruction_as_intrinsics_by_clang)
{
    check(target_find("avx2"), "clang");
}

Test(kernels, every_instruction_in_portable_c_by_gcc)
{
    check(target_find("c"), "gcc");
}

Test(kernels, every_instruction_in_portable_c_by_clang)
{
    check(target_find("c"), "clang");
}

Test(kernels, every_instruction_as_bytes)
{
    check(target_find("avx2"), "jit");
}

Test(kernels, every_instruction_in_portable_c_by_tcc)
{
    check(target_find("c"), "jit");
}

/* A target that forgets a row is found before anybody's network needs it. */
Test(kernels, every_target_spells_every_instruction)
{
    for (const Target *const *target = targets; *target; target++)
        for (int op = V_bump + 1; op < NVOP; op++)
            cr_expect_not_null((*target)->row[op].c, "%s has no row for instruction %d", (*target)->name, op);
}

Test(kernels, constants_keep_their_bits)
{
    static const float odd[] = {-0.0f, 0.0f, 0x1p-149f, -0x1.fffffep127f, INFINITY, -INFINITY, NAN, 0.1f};
    static float output[BATCH * 8 * LANES];
    Case list[8] = {{V_zero, 0, false}};
    Program *p = case_program(list, 8);
    int i = 0;
    for (Kernel *k = p->kernels; k; k = k->next, i++) {
        k->count = 0;
        k_literal(k, 0, odd[i]);
        k_store(k, 1, 0, 0);
        k_op(k, V_copy, 1, 0, 0);
        k_load(k, 1, 0, 0);
        k_store(k, 1, 0, 0);
    }
    for (const Target *const *target = targets; *target; target++) {
        run(p, *target, "gcc", output);
        for (int n = 0; n < 8; n++)
            cr_expect_eq(to_bits(output[n * LANES]) << (n == 6), to_bits(odd[n]) << (n == 6), "constant %d is %a", n, (double)output[n * LANES]);
    }
}
