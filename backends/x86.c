/* x86.c - the target "x86": kernels as machine code. Vector instructions are rows of a table, which vex.c encodes; loops, bumps and
 * the return are a handful of ordinary ones, encoded here.
 *
 * A kernel is a leaf function that calls nobody and saves nothing: pointers stay in the registers in which they arrive,
 * the seventh and eighth come from the stack. The innermost loops count in registers, the others below the stack
 * pointer, in the 128 bytes that the calling convention leaves to leaf functions. */
#include "x86.h"

#include <string.h>

const VexRow vex_rows[NVOP] = {
    [V_zero]      = { "vxorps",       MAP_0f,   PREFIX_none, 256, 0x57, "ddd" },
    [V_load]      = { "vmovups",      MAP_0f,   PREFIX_none, 256, 0x10, "d-m" },
    [V_store]     = { "vmovups",      MAP_0f,   PREFIX_none, 256, 0x11, "a-m" },
    [V_stream]    = { "vmovntps",     MAP_0f,   PREFIX_none, 256, 0x2b, "a-m" },
    [V_broadcast] = { "vbroadcastss", MAP_0f38, PREFIX_66,   256, 0x18, "d-m" },
    [V_load_half] = { "vcvtph2ps",    MAP_0f38, PREFIX_66,   256, 0x13, "d-m" },
    [V_load1]     = { "vmovss",       MAP_0f,   PREFIX_f3,   128, 0x10, "d-m" },
    [V_store1]    = { "vmovss",       MAP_0f,   PREFIX_f3,   128, 0x11, "a-m" },
    [V_copy]      = { "vmovaps",      MAP_0f,   PREFIX_none, 256, 0x28, "d-a" },
    [V_fma]       = { "vfmadd231ps",  MAP_0f38, PREFIX_66,   256, 0xb8, "dab" },
    [V_add]       = { "vaddps",       MAP_0f,   PREFIX_none, 256, 0x58, "dab" },
    [V_sub]       = { "vsubps",       MAP_0f,   PREFIX_none, 256, 0x5c, "dab" },
    [V_mul]       = { "vmulps",       MAP_0f,   PREFIX_none, 256, 0x59, "dab" },
    [V_div]       = { "vdivps",       MAP_0f,   PREFIX_none, 256, 0x5e, "dab" },
    [V_max]       = { "vmaxps",       MAP_0f,   PREFIX_none, 256, 0x5f, "dab" },
    [V_min]       = { "vminps",       MAP_0f,   PREFIX_none, 256, 0x5d, "dab" },
    [V_sqrt]      = { "vsqrtps",      MAP_0f,   PREFIX_none, 256, 0x51, "d-a" },
    [V_and]       = { "vandps",       MAP_0f,   PREFIX_none, 256, 0x54, "dab" },
    [V_xor]       = { "vxorps",       MAP_0f,   PREFIX_none, 256, 0x57, "dab" },
    [V_imul]      = { "vpmulld",      MAP_0f38, PREFIX_66,   256, 0x40, "dab" },
    [V_sar]       = { "vpsrad",       MAP_0f,   PREFIX_66,   256, 0x72, "4dai" },
    [V_shr]       = { "vpsrld",       MAP_0f,   PREFIX_66,   256, 0x72, "2dai" },
    [V_iadd]      = { "vpaddd",       MAP_0f,   PREFIX_66,   256, 0xfe, "dab" },
    [V_shl]       = { "vpslld",       MAP_0f,   PREFIX_66,   256, 0x72, "6dai" },
    [V_permute]   = { "vpermilps",    MAP_0f3a, PREFIX_66,   256, 0x04, "d-ai" },
    [V_swap]      = { "vperm2f128",   MAP_0f3a, PREFIX_66,   256, 0x06, "daa1" },
    [V_load_low]  = { "vmovups",      MAP_0f,   PREFIX_none, 128, 0x10, "d-m" },
    [V_load_high] = { "vinsertf32x8", MAP_0f3a, PREFIX_66,   256, 0x1a, "ddm1" },
    [V_store_low] = { "vmovups",      MAP_0f,   PREFIX_none, 128, 0x11, "a-m" },
    [V_store_high] = { "vextractf32x8", MAP_0f3a, PREFIX_66, 256, 0x1b, "a-m1" },
};

/* What has no EVEX form is another instruction there. */
const VexRow *vex_row(const VIns *ins)
{
    static const VexRow swap = { "vshuff32x4", MAP_0f3a, PREFIX_66, 256, 0x23, "daas" };
    const VexRow *row = &vex_rows[ins->op];
    return ins->op == V_swap && vex_is_extended(row, ins) ? &swap : row;
}

/* General registers by their numbers; the first six pointers arrive in these, in the order of the calling convention. */
enum { RAX, RCX, RDX, RSP = 4, RSI = 6, RDI, R8, R9, R10, R11 };
static const uint8_t pointer_register[MAX_POINTERS] = {RDI, RSI, RDX, RCX, R8, R9, R10, R11};
enum { IN_REGISTERS = 6 };              /* pointers that arrive so */

enum { DEEPEST = 16 };                  /* loops in each other: 16 counters of 8 bytes below the stack pointer */

/* One kernel while it is encoded. */
typedef struct {
    Text *out;
    const Kernel *kernel;
    int deepest;                        /* loops in each other, at most */
    int depth;                          /* of open loops */
    size_t start[DEEPEST];              /* of the body of each: where in `out` */
} Encoder;

static int deepest_loop(const Kernel *kernel)
{
    int depth = 0, deepest = 0;
    for (size_t i = 0; i < kernel->count; i++) {
        depth += (kernel->code[i].op == V_loop) - (kernel->code[i].op == V_end);
        deepest = depth > deepest ? depth : deepest;
    }
    if (deepest > DEEPEST)
        die("encode: kernel %s nests too many loops", kernel->name);
    return deepest;
}

/* ---- ordinary instructions ---------------------------------------------------------------------------------- */

/* The operand rm: a register, or [register + displacement]. */
typedef struct {
    int reg;
    bool memory;
    int32_t displacement;
} Operand;

enum { BITS_32, BITS_64 };

/* REX where it is needed, opcode (above 0xff: two bytes), operands; reg is a register or a part of the opcode. */
static void put(Encoder *e, int bits, int opcode, int reg, Operand rm)
{
    uint8_t byte[VEX_LONGEST], *at = byte;
    int rex = bits << 3 | reg >> 3 << 2 | rm.reg >> 3;
    if (rex)
        *at++ = (uint8_t)(0x40 | rex);
    if (opcode > 0xff)
        *at++ = (uint8_t)(opcode >> 8);
    *at++ = (uint8_t)opcode;
    if (rm.memory)
        at = put_memory(at, reg, rm.reg, rm.displacement, 1);
    else
        *at++ = (uint8_t)(0xc0 | (reg & 7) << 3 | (rm.reg & 7));
    text_append(e->out, (const char *)byte, (size_t)(at - byte));
}

static void put_number(Encoder *e, int32_t number, int bytes)
{
    text_append(e->out, (const char *)&number, (size_t)bytes);
}

/* add (extension 0) or sub (5) of a constant. */
static void put_sum(Encoder *e, int bits, int extension, Operand rm, int32_t number)
{
    bool small = number == (int8_t)number;
    put(e, bits, small ? 0x83 : 0x81, extension, rm);
    put_number(e, number, small ? 1 : 4);
}

static Operand stack(int32_t displacement)
{
    return (Operand){RSP, true, displacement};
}

/* Where the loop at this depth (from 0) counts: the deepest in eax, then in registers that no pointer needs. */
static Operand counter(const Encoder *e, int depth)
{
    static const uint8_t reg[] = {RAX, R11, R10};
    int outwards = e->deepest - 1 - depth, spare = MAX_POINTERS - e->kernel->npointer;
    return outwards == 0 || (outwards <= 2 && outwards <= spare) ? (Operand){.reg = reg[outwards]} : stack(-8 * (depth + 1));
}

static void encode_loop(Encoder *e, int trips)
{
    put(e, BITS_32, 0xc7, 0, counter(e, e->depth));             /* mov */
    put_number(e, trips, 4);
    e->start[e->depth++] = e->out->size;
}

static void encode_end(Encoder *e)
{
    e->depth--;
    put_sum(e, BITS_32, 5, counter(e, e->depth), 1);
    int64_t back = (int64_t)e->start[e->depth] - (int64_t)e->out->size;     /* from the jump; it counts from behind itself */
    bool small = back - 2 >= INT8_MIN;
    text_append(e->out, small ? "\x75" : "\x0f\x85", small ? 1 : 2);       /* jnz */
    put_number(e, (int32_t)(back - (small ? 2 : 6)), small ? 1 : 4);
}

/* In steps that an instruction can take. */
static void encode_bump(Encoder *e, int pointer, int64_t bytes)
{
    while (bytes) {
        int32_t step = bytes > INT32_MAX ? INT32_MAX : bytes < INT32_MIN ? INT32_MIN : (int32_t)bytes;
        put_sum(e, BITS_64, 0, (Operand){.reg = pointer_register[pointer]}, step);
        bytes -= step;
    }
}

static void encode_prefetch(Encoder *e, const VIns *ins, int64_t displacement)
{
    if (displacement == (int32_t)displacement)      /* else nothing is lost but a hint */
        put(e, BITS_32, 0x0f18, ins->op == V_prefetch ? 1 : 2,
            (Operand){pointer_register[ins->pointer], true, (int32_t)displacement});
}

/* ---- vector instructions and loops of them ------------------------------------------------------------------ */

/* moved: bytes that the pointer should have been bumped by, but was not. */
static void encode_vector(Encoder *e, const VIns *ins, int64_t moved)
{
    if (ins->op == V_prefetch || ins->op == V_prefetch2) {
        encode_prefetch(e, ins, moved + ins->offset * (int64_t)sizeof(float));
        return;
    }
    if (ins->op == V_fence) {
        text_append(e->out, "\x0f\xae\xf8", 3);     /* sfence */
        return;
    }
    const VexRow *row = vex_row(ins);
    uint8_t byte[VEX_LONGEST];
    if (!row->fields)
        die("encode: there is no machine code for instruction %d", ins->op);
    bool memory = row->fields[2] == 'm';
    int64_t displacement = memory ? moved + ins->offset * (int64_t)sizeof(float) : 0;
    bool far = displacement != (int32_t)displacement;       /* walk there and back */
    if (far)
        encode_bump(e, ins->pointer, displacement);
    int size = vex_encode(byte, row, ins, memory ? pointer_register[ins->pointer] : 0, far ? 0 : (int32_t)displacement);
    text_append(e->out, (const char *)byte, (size_t)size);
    if (far)
        encode_bump(e, ins->pointer, -displacement);
}

static void encode_instruction(Encoder *e, const VIns *ins)
{
    if (ins->op == V_loop)
        encode_loop(e, ins->count);
    else if (ins->op == V_end)
        encode_end(e);
    else if (ins->op == V_bump)
        encode_bump(e, ins->pointer, ins->offset * (int64_t)sizeof(float));
    else
        encode_vector(e, ins, 0);
}

/* Tiny loops, which copy or add numbers one by one, would mostly count: several trips become one. */
enum { TINY = 8, UNROLLED = 32 };       /* instructions of a body, before and after */

/* Instructions between a loop and its end, or 0 where they are not few or hold another loop. */
static size_t tiny_body(const VIns *loop)
{
    size_t body = 0;
    while (loop[body + 1].op != V_end)
        if (loop[body + 1].op == V_loop || ++body > TINY)
            return 0;
    return body;
}

/* Some trips in a row; pointers move once, at their end. */
static void encode_trips(Encoder *e, const VIns *code, size_t body, int trips)
{
    int64_t moved[MAX_POINTERS] = {0};
    for (int trip = 0; trip < trips; trip++)
        for (size_t i = 0; i < body; i++)
            if (code[i].op == V_bump)
                moved[code[i].pointer] += code[i].offset * (int64_t)sizeof(float);
            else
                encode_vector(e, &code[i], moved[code[i].pointer]);
    for (int i = 0; i < e->kernel->npointer; i++)
        encode_bump(e, i, moved[i]);
}

static void encode_tiny_loop(Encoder *e, const VIns *loop, size_t body)
{
    int together = UNROLLED / (int)body, rounds = loop->count / together;
    encode_trips(e, loop + 1, body, loop->count % together);
    if (rounds == 0)
        return;
    if (rounds > 1)
        encode_loop(e, rounds);
    encode_trips(e, loop + 1, body, together);
    if (rounds > 1)
        encode_end(e);
}

static void encode_code(Encoder *e, const VIns *code, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t body = code[i].op == V_loop ? tiny_body(&code[i]) : 0;
        if (body)
            encode_tiny_loop(e, &code[i], body);
        else
            encode_instruction(e, &code[i]);
        i += body ? body + 1 : 0;
    }
}

void encode_kernel(Text *out, const Kernel *kernel)
{
    Encoder e = {.out = out, .kernel = kernel, .deepest = deepest_loop(kernel)};
    for (int i = IN_REGISTERS; i < kernel->npointer; i++)
        put(&e, BITS_64, 0x8b, pointer_register[i], stack(8 * (i - IN_REGISTERS + 1)));     /* mov */
    size_t count = kernel->count;
    while (count && kernel->code[count - 1].op == V_bump)
        count--;                        /* nobody reads the pointer any more */
    encode_code(&e, kernel->code, count);
    text_append(out, "\xc5\xf8\x77\xc3", 4);    /* vzeroupper, ret */
}

const Target target_x86 = {
    .name = "x86",
    .attribute = "",
    .meaning = "machine code, in this process",
};
