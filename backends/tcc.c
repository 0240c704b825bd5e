/* tcc.c - the target "tcc": kernels as assembly that TCC can assemble. It knows no vector instructions, so these are
 * bytes; loops, bumps and the return are ordinary instructions. GNU as reads the same text.
 *
 * A kernel is a leaf function that calls nobody and saves nothing: pointers stay in the registers in which they arrive,
 * the seventh and eighth come from the stack. The innermost loops count in registers, the others below the stack
 * pointer, in the 128 bytes that the calling convention leaves to leaf functions. */
#include "tcc.h"

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
enum { RAX, RCX, RDX, RSI = 6, RDI, R8, R9, R10, R11 };
static const uint8_t pointer_register[MAX_POINTERS] = {RDI, RSI, RDX, RCX, R8, R9, R10, R11};
static const char *const pointer_name[MAX_POINTERS] = {"rdi", "rsi", "rdx", "rcx", "r8", "r9", "r10", "r11"};
enum { IN_REGISTERS = 6 };              /* pointers that arrive so */

enum { DEEPEST = 16 };                  /* loops in each other: 16 counters of 8 bytes below the stack pointer */

/* One kernel while it is printed. */
typedef struct {
    Text *out;
    const Kernel *kernel;
    int deepest;                        /* loops in each other, at most */
    int depth;                          /* of open loops */
} Printer;

static int deepest_loop(const Kernel *kernel)
{
    int depth = 0, deepest = 0;
    for (size_t i = 0; i < kernel->count; i++) {
        depth += (kernel->code[i].op == V_loop) - (kernel->code[i].op == V_end);
        deepest = depth > deepest ? depth : deepest;
    }
    if (deepest > DEEPEST)
        die("print: kernel %s nests too many loops", kernel->name);
    return deepest;
}

/* Where the loop at this depth (from 0) counts: the deepest in eax, then in registers that no pointer needs. */
static const char *counter(const Printer *p, int depth)
{
    static const char *const name[] = {"%eax", "%r11d", "%r10d"};
    static const char *const below[DEEPEST] = {"-8(%rsp)", "-16(%rsp)", "-24(%rsp)", "-32(%rsp)", "-40(%rsp)", "-48(%rsp)", "-56(%rsp)",
        "-64(%rsp)", "-72(%rsp)", "-80(%rsp)", "-88(%rsp)", "-96(%rsp)", "-104(%rsp)", "-112(%rsp)", "-120(%rsp)", "-128(%rsp)"};
    int outwards = p->deepest - 1 - depth, spare = MAX_POINTERS - p->kernel->npointer;
    return outwards == 0 || (outwards <= 2 && outwards <= spare) ? name[outwards] : below[depth];
}

static void print_loop(Printer *p, int trips)
{
    text_add(p->out, "\"movl $%d,%s\\n%d:\\n\"\n", trips, counter(p, p->depth), p->depth + 1);
    p->depth++;
}

static void print_end(Printer *p)
{
    p->depth--;
    text_add(p->out, "\"subl $1,%s\\njnz %db\\n\"\n", counter(p, p->depth), p->depth + 1);
}

/* In steps that an instruction can take. */
static void print_bump(Printer *p, int pointer, int64_t bytes)
{
    while (bytes) {
        int32_t step = bytes > INT32_MAX ? INT32_MAX : bytes < INT32_MIN ? INT32_MIN : (int32_t)bytes;
        text_add(p->out, "\"addq $%d,%%%s\\n\"\n", step, pointer_name[pointer]);
        bytes -= step;
    }
}

static void print_bytes(Printer *p, const uint8_t *byte, int count)
{
    char line[16 + 4 * VEX_LONGEST], *at = line;
    for (const char *word = "\".byte "; *word; word++)
        *at++ = *word;
    for (int i = 0; i < count; i++) {   /* by hand: this is most of what a JIT prints */
        if (byte[i] >= 100)
            *at++ = (char)('0' + byte[i] / 100);
        if (byte[i] >= 10)
            *at++ = (char)('0' + byte[i] / 10 % 10);
        *at++ = (char)('0' + byte[i] % 10);
        *at++ = ',';
    }
    memcpy(at - 1, "\\n\"\n", 4);
    text_append(p->out, line, (size_t)(at + 3 - line));
}

static void print_prefetch(Printer *p, const VIns *ins, int64_t displacement)
{
    if (displacement == (int32_t)displacement)      /* else nothing is lost but a hint */
        text_add(p->out, "\"prefetcht%d %d(%%%s)\\n\"\n", ins->op == V_prefetch2, (int32_t)displacement, pointer_name[ins->pointer]);
}

/* moved: bytes that the pointer should have been bumped by, but was not. */
static void print_vector(Printer *p, const VIns *ins, int64_t moved)
{
    if (ins->op == V_prefetch || ins->op == V_prefetch2) {
        print_prefetch(p, ins, moved + ins->offset * (int64_t)sizeof(float));
        return;
    }
    if (ins->op == V_fence) {
        text_add(p->out, "\"sfence\\n\"\n");
        return;
    }
    const VexRow *row = vex_row(ins);
    uint8_t byte[VEX_LONGEST];
    if (!row->fields)
        die("print: target tcc cannot spell instruction %d", ins->op);
    bool memory = row->fields[2] == 'm';
    int64_t displacement = memory ? moved + ins->offset * (int64_t)sizeof(float) : 0;
    bool far = displacement != (int32_t)displacement;       /* walk there and back */
    if (far)
        print_bump(p, ins->pointer, displacement);
    print_bytes(p, byte, vex_encode(byte, row, ins, memory ? pointer_register[ins->pointer] : 0, far ? 0 : (int32_t)displacement));
    if (far)
        print_bump(p, ins->pointer, -displacement);
}

static void print_instruction(Printer *p, const VIns *ins)
{
    if (ins->op == V_loop)
        print_loop(p, ins->count);
    else if (ins->op == V_end)
        print_end(p);
    else if (ins->op == V_bump)
        print_bump(p, ins->pointer, ins->offset * (int64_t)sizeof(float));
    else
        print_vector(p, ins, 0);
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
static void print_trips(Printer *p, const VIns *code, size_t body, int trips)
{
    int64_t moved[MAX_POINTERS] = {0};
    for (int trip = 0; trip < trips; trip++)
        for (size_t i = 0; i < body; i++)
            if (code[i].op == V_bump)
                moved[code[i].pointer] += code[i].offset * (int64_t)sizeof(float);
            else
                print_vector(p, &code[i], moved[code[i].pointer]);
    for (int i = 0; i < p->kernel->npointer; i++)
        print_bump(p, i, moved[i]);
}

static void print_tiny_loop(Printer *p, const VIns *loop, size_t body)
{
    int together = UNROLLED / (int)body, rounds = loop->count / together;
    print_trips(p, loop + 1, body, loop->count % together);
    if (rounds == 0)
        return;
    if (rounds > 1)
        print_loop(p, rounds);
    print_trips(p, loop + 1, body, together);
    if (rounds > 1)
        print_end(p);
}

static void print_code(Printer *p, const VIns *code, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t body = code[i].op == V_loop ? tiny_body(&code[i]) : 0;
        if (body)
            print_tiny_loop(p, &code[i], body);
        else
            print_instruction(p, &code[i]);
        i += body ? body + 1 : 0;
    }
}

static void print_prototype(Text *out, const Kernel *kernel)
{
    text_add(out, "void tcc_%s(", kernel->name);
    for (int i = 0; i < kernel->npointer; i++)
        text_add(out, "%s%sfloat *%s", i ? ", " : "", kernel->written[i] ? "" : "const ", kernel->pointer[i]);
    text_add(out, ");\n");
}

void print_kernel_bytes(Text *out, const Kernel *kernel)
{
    static const uint8_t vzeroupper[] = {0xc5, 0xf8, 0x77};
    Printer p = {.out = out, .kernel = kernel, .deepest = deepest_loop(kernel)};
    print_prototype(out, kernel);
    text_add(out, "__asm__(\".globl tcc_%s\\n.p2align 5,144\\ntcc_%s:\\n\"\n", kernel->name, kernel->name);
    for (int i = IN_REGISTERS; i < kernel->npointer; i++)
        text_add(out, "\"movq %d(%%rsp),%%%s\\n\"\n", 8 * (i - IN_REGISTERS + 1), pointer_name[i]);
    size_t count = kernel->count;
    while (count && kernel->code[count - 1].op == V_bump)
        count--;                        /* nobody reads the pointer any more */
    print_code(&p, kernel->code, count);
    print_bytes(&p, vzeroupper, sizeof vzeroupper);
    text_add(out, "\"ret\\n\"\n);\n\n");
}

const Target target_tcc = {
    .name = "tcc",
    .meaning = "assembly for TCC, in this process",
};
