/* Every vector instruction, on every target and compiler, against what vops.h says it does. One program has a step for
 * each case; image n of the batch is the n-th set of operands, ordinary and odd values in every combination. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../backends/backend.h"
#include "../runtime/half.h"
#include "context.h"

enum { WIDE = 2 * LANES, OPERANDS = 3 * WIDE, BATCH = 64, MAX_CASES = 256 };

TestSuite(kernels, .init = open_context, .fini = close_context);

/* ---- what the instructions mean ---------------------------------------------------------------------------------- */

typedef struct {
    VOp op;
    int imm;
    bool same;                          /* one register is destination and both sources */
    bool wide;                          /* on registers of two blocks */
    bool beyond;                        /* on registers beyond the sixteenth */
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
    case V_and:  return from_bits(to_bits(a) & to_bits(b));
    case V_xor:  return from_bits(to_bits(a) ^ to_bits(b));
    case V_iadd: return from_bits(to_bits(a) + to_bits(b));
    case V_imul: return from_bits(to_bits(a) * to_bits(b));
    case V_shl:  return from_bits(to_bits(a) << imm);
    case V_shr:  return from_bits(to_bits(a) >> imm);
    case V_sar:  return from_bits(to_bits(a) >> imm | (to_bits(a) >> 31 ? ~(UINT32_MAX >> imm) : 0));
    default:     cr_assert_fail("no lane-wise meaning for instruction %d", op);
    }
    return 0;
}

static int lanes(const Case *c)
{
    return c->wide ? WIDE : LANES;
}

static uint16_t half_of(const float *place, int i)
{
    uint16_t half;
    memcpy(&half, (const char *)place + 2 * i, sizeof half);
    return half;
}

/* v: the operands d, a, b as they lie in the input. */
static void expected(const Case *c, const float *v, float *y)
{
    const float *d = c->same ? v + WIDE : v, *a = v + WIDE, *b = c->same ? a : v + 2 * WIDE;
    for (int i = 0; i < lanes(c); i++)
        switch (c->op) {
        case V_loop: case V_end: case V_prefetch: case V_prefetch2: case V_fence: case V_bump:
            y[i] = fmaf(a[i], b[i], d[i]) + (a[i] + a[i] + a[i] + a[i] + a[i]);
            break;
        case V_load: case V_store: case V_stream:               y[i] = a[i]; break;
        case V_broadcast:                                       y[i] = a[3]; break;
        case V_load_half:                                       y[i] = half_value(half_of(a, i)); break;
        case V_load1:                                           y[i] = i ? 0 : a[5]; break;
        case V_store1:                                          y[i] = i == 6 ? a[0] : 0; break;
        case V_permute:                                         y[i] = a[(i & ~3) + (c->imm >> 2 * (i & 3) & 3)]; break;
        case V_swap:                                            y[i] = a[i ^ 4]; break;
        case V_load_low:                                        y[i] = i < LANES ? a[i] : 0; break;
        case V_load_high:                                       y[i] = i < LANES ? d[i] : a[i - LANES]; break;
        case V_store_low:                                       y[i] = i >= 4 && i < 4 + LANES ? a[i - 4] : 0; break;
        case V_store_high:                                      y[i] = a[i ^ LANES]; break;
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
    k_load(k, a, x, WIDE);
    k_load(k, b, x, 2 * WIDE);
    k_op(k, V_fma, d, a, b);
    k_zero(k, b);
    k_loop(k, 5);
    k_bump(k, x, 3 * WIDE);
    k_prefetch(k, x, -1000000);
    k_prefetch2(k, x, 1000000);
    k_fence(k);
    k_loop(k, 4);
    k_bump(k, x, -WIDE);
    k_load(k, a, x, 0);
    k_bump(k, x, WIDE / 2);
    k_end(k);
    k_load(k, a, x, 0);
    k_op(k, V_add, b, b, a);
    k_bump(k, x, -WIDE);
    k_end(k);
    k_op(k, V_add, d, d, b);
}

static void build_memory(Kernel *k, const Case *c, int x, int y, int d)
{
    if (c->op == V_store1 || c->op == V_store_low || c->op == V_store_high) {
        k_zero(k, d);
        k_store(k, y, 0, d);
        k_load(k, d, x, WIDE);
        k_bump(k, y, LANES);
        if (c->op == V_store1)
            k_store1(k, y, 6 - LANES, d);
        else if (c->op == V_store_low)
            k_store_blocks(k, y, 4 - LANES, 0, 1, d);
        else
            k_store_blocks(k, y, 0, -LANES, 2, d);
        return;
    }
    if (c->op == V_load)
        k_load(k, d, x, WIDE);
    else if (c->op == V_broadcast)
        k_broadcast(k, d, x, WIDE + 3);
    else if (c->op == V_load_half)
        k_load_half(k, d, x, WIDE);
    else if (c->op == V_load1)
        k_load1(k, d, x, WIDE + 5);
    else if (c->op == V_load_low)
        k_load_blocks(k, d, x, WIDE, 0, 1);
    else
        k_load_blocks(k, d, x, 0, WIDE, 2);
    k_store(k, y, 0, d);
}

static bool is_memory(VOp op)
{
    return op != V_store && op != V_stream && op != V_prefetch && op != V_prefetch2 && strchr(vop_info[op].operands, 'm');
}

static Kernel *case_kernel(const Case *c, int index)
{
    Kernel *k = kernel_new(&context, (Machine){MAX_REGISTERS, 2});
    k->name = arena_printf(&context, "case_%d", index);
    k->comment = "one instruction";
    int x = kernel_pointer(k, "x", false), y = kernel_pointer(k, "y", true);
    for (int i = 0; i < 20 && c->beyond; i++)
        kernel_register(k);
    kernel_width(k, c->wide ? 2 : 1);
    int d = kernel_register(k), a = kernel_register(k);
    if (is_memory(c->op)) {
        build_memory(k, c, x, y, d);
        return k;
    }
    if (c->op <= V_bump) {
        build_loops(k, x, d, a);
    } else if (c->op == V_store || c->op == V_stream) {
        k_load(k, d, x, WIDE);
    } else if (c->op == V_zero) {
        k_zero(k, d);
    } else {
        int b = c->same ? a : kernel_register(k);
        k_load(k, a, x, WIDE);
        if (c->same)
            d = a;
        else
            k_load(k, b, x, 2 * WIDE);
        if (!c->same && c->op == V_fma)
            k_load(k, d, x, 0);
        if (c->op == V_shl || c->op == V_shr || c->op == V_sar || c->op == V_permute)
            k_imm(k, c->op, d, a, c->imm);
        else
            k_op(k, c->op, d, a, b);
    }
    if (c->op == V_stream) {
        k_stream(k, y, 0, d);
        k_fence(k);
    } else {
        k_store(k, y, 0, d);
    }
    return k;
}

static bool exists(const Case *c)
{
    return vop_info[c->op].width != (c->wide ? WIDTH_narrow : WIDTH_wide);
}

static int all_cases(Case *list, Machine machine)
{
    static const struct { VOp op; int imm; bool same; } extra[] = {
        {V_shl, 0, false}, {V_shl, 1, true}, {V_shl, 23, false}, {V_shl, 31, false}, {V_permute, 0x1b, false}, {V_permute, 0x4e, true},
        {V_shr, 1, true}, {V_shr, 16, false}, {V_shr, 31, false}, {V_sar, 31, true}, {V_sar, 5, false}, {V_and, 0, true}, {V_xor, 0, true}, {V_imul, 0, true},
        {V_permute, 0xb1, false}, {V_permute, 0x93, false}, {V_fma, 0, true}, {V_add, 0, true}, {V_sub, 0, true}, {V_mul, 0, true},
        {V_div, 0, true}, {V_max, 0, true}, {V_min, 0, true}, {V_sqrt, 0, true}, {V_iadd, 0, true}, {V_swap, 0, true}, {V_copy, 0, true},
    };
    enum { EXTRA = sizeof extra / sizeof *extra };
    int n = 0;
    for (int wide = 0; wide < machine.widest; wide++)
        for (int beyond = 0; beyond < machine.registers / 16; beyond++)
            for (int i = 0; i < NVOP + EXTRA; i++) {
                Case c = i < NVOP
                           ? (Case){.op = (VOp)i}
                           : (Case){.op = extra[i - NVOP].op, .imm = extra[i - NVOP].imm, .same = extra[i - NVOP].same};
                c.wide = wide, c.beyond = beyond;
                if (exists(&c))
                    list[n++] = c;
            }
    cr_assert(n <= MAX_CASES);
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
    g->output->shape = (Shape){cases * WIDE, 1, 1, true};
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
        p->step[p->nstep++] = (Step){.code = code, .slot = {{BASE_input, 0}, {BASE_output, (int64_t)i * WIDE}}, .label = k->name};
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
            /* every pair of odd values meets */
            int lane = i % WIDE, pair = image * LANES + (lane + lane / LANES) % LANES, operand = i / WIDE;
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

static void check_machine(const Target *target, const char *compiler, Machine machine)
{
    static float input[BATCH * OPERANDS];
    Case list[MAX_CASES];
    int cases = all_cases(list, machine);
    size_t size = (size_t)(BATCH * cases * WIDE) * sizeof(float);
    float *output = memset(aligned_alloc(WIDE * sizeof *output, size), 0, size);
    Program *p = case_program(list, cases);
    ((Graph *)p->graph)->machine = machine;
    run(p, target, compiler, output);
    fill_operands(input);
    for (int image = 0; image < BATCH; image++)
        for (int i = 0; i < cases; i++) {
            const float *got = output + (image * cases + i) * WIDE;
            float want[WIDE];
            expected(&list[i], input + image * OPERANDS, want);
            for (int lane = 0; lane < lanes(&list[i]); lane++)
                cr_assert(equal(list[i].op, got[lane], want[lane]), "%s by %s: %s%s, immediate %d%s, operands %d, lane %d: %a, not %a",
                          target->name, compiler, list[i].wide ? "wide " : "", vop_info[list[i].op].name, list[i].imm,
                          list[i].same ? ", in place" : "", image, lane, (double)got[lane], (double)want[lane]);
        }
    free(output);
}

/* Portable C prints what is made for any machine. */
static void check(const Target *target, const char *compiler)
{
    if (!target_runs_here(target))
        cr_skip_test("this processor does not run %s", target->name);
    check_machine(target, compiler, target->machine);
    if (!target->query)
        check_machine(target, compiler, (Machine){MAX_REGISTERS, 2});
}

Test(kernels, every_instruction_as_intrinsics_by_gcc)
{
    check(target_find("avx2"), "gcc");
}

Test(kernels, every_instruction_as_intrinsics_by_clang)
{
    check(target_find("avx2"), "clang");
}

Test(kernels, every_instruction_as_wide_intrinsics_by_gcc)
{
    check(target_find("avx512"), "gcc");
}

Test(kernels, every_instruction_as_wide_intrinsics_by_clang)
{
    check(target_find("avx512"), "clang");
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

Test(kernels, every_wide_instruction_as_bytes)
{
    check(target_find("avx512"), "jit");
}

Test(kernels, every_instruction_in_portable_c_by_tcc)
{
    check(target_find("c"), "jit");
}

/* A target that forgets a row is found before anybody's network needs it. */
Test(kernels, every_target_spells_every_instruction)
{
    for (const Target *const *target = targets; *target; target++)
        for (int wide = 0; wide < 2; wide++)
            for (int op = V_bump + 1; op < NVOP; op++)
                if ((*target)->spelling[wide].row && vop_info[op].width != (wide ? WIDTH_narrow : WIDTH_wide))
                    cr_expect_not_null((*target)->spelling[wide].row[op].c, "%s has no row for a %s %s", (*target)->name,
                                       wide ? "wide" : "narrow", vop_info[op].name);
}

Test(kernels, constants_keep_their_bits)
{
    static const float odd[] = {-0.0f, 0.0f, 0x1p-149f, -0x1.fffffep127f, INFINITY, -INFINITY, NAN, 0.1f};
    static float output[BATCH * 8 * WIDE];
    Case list[8] = {{.op = V_zero}};
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
        if (!target_runs_here(*target))
            continue;
        run(p, *target, "gcc", output);
        for (int n = 0; n < 8; n++)
            cr_expect_eq(to_bits(output[n * WIDE]) << (n == 6), to_bits(odd[n]) << (n == 6), "constant %d is %a", n,
                         (double)output[n * WIDE]);
    }
}
