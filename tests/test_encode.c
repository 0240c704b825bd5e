/* The encoder against GNU as: every row, all registers, all base registers, offsets on both sides of every limit; and
 * whole kernels, which objdump reads. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "../backends/x86.h"
#include "process.h"

static Context context;
static char *directory;

static void open_all(void)
{
    context_init(&context);
    directory = temporary_directory();
}

static void close_all(void)
{
    remove_directory(directory);
    context_free(&context);
}

TestSuite(encode, .init = open_all, .fini = close_all);

static const char *const general[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                      "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"};

/* ---- instruction by instruction ----------------------------------------------------------------------------------- */

/* What the encoder wrote, and the same instructions as text. */
typedef struct {
    Text bytes, text;
    size_t *end;                        /* of each instruction's bytes */
    size_t count, capacity;
} Both;

static void add_register(Text *text, const VexRow *row, const VIns *ins, const char *separator, int number)
{
    int bits = row->bits << ins->wide;
    text_add(text, "%s%cmm%d", separator, bits == 512 ? 'z' : bits == 256 ? 'y' : 'x', number);
}

/* Operands as the assembler wants them, where that is not what vops.h says; 1 is a number. */
static const char *const written[NVOP] = {
    [V_zero] = "ddd", [V_swap] = "daa1", [V_load_high] = "ddm1", [V_store_high] = "ma1",
};

/* In Intel's order: destination first. {vex3} asks for the long prefix. */
static void add_text(Text *text, const VIns *ins, int base, int32_t displacement)
{
    const VexRow *row = vex_row(ins);
    const char *separator = " ";
    text_add(text, "%s%s", vex_is_extended(row, ins) ? "" : "{vex3} ", row->mnemonic);
    for (const char *o = written[ins->op] ? written[ins->op] : vop_info[ins->op].operands; *o; o++, separator = ",")
        switch (*o) {
        case 'd': add_register(text, row, ins, separator, ins->d); break;
        case 'a': add_register(text, row, ins, separator, ins->a); break;
        case 'b': add_register(text, row, ins, separator, ins->b); break;
        case 'm': text_add(text, "%s[%s%+d]", separator, general[base], displacement); break;
        case 'i': text_add(text, "%s%d", separator, ins->imm); break;
        case '1': text_add(text, "%s%d", separator, ins->op == V_swap && vex_is_extended(row, ins) ? 0xb1 : 1); break;
        }
    text_add(text, "\n");
}

static void add_instruction(Both *both, VIns ins, int base, int32_t displacement)
{
    uint8_t byte[VEX_LONGEST];
    int size = vex_encode(byte, vex_row(&ins), &ins, base, displacement);
    cr_assert(size > 0 && size <= VEX_LONGEST);
    text_append(&both->bytes, (const char *)byte, (size_t)size);
    add_text(&both->text, &ins, base, displacement);
    both->end = arena_grow(&context, both->end, both->count, &both->capacity, sizeof *both->end);
    both->end[both->count++] = both->bytes.size;
}

/* Every pair of registers, the third being another each time. */
static void add_registers(Both *both, VOp op, uint8_t wide)
{
    static const uint8_t imm[] = {0, 1, 0x1b, 23, 31, 0x93, 255};
    bool third = strchr(vop_info[op].operands, 'b'), immediate = strchr(vop_info[op].operands, 'i');
    for (int d = 0; d < MAX_REGISTERS; d++)
        for (int a = 0; a < MAX_REGISTERS; a++)
            for (int x = 0; x < (third ? 3 : immediate ? (int)sizeof imm : 1); x++)
                add_instruction(both,
                                (VIns){.op = (uint8_t)op,
                                       .d = (uint8_t)d,
                                       .a = (uint8_t)a,
                                       .wide = wide,
                                       .imm = immediate ? imm[x] : 0,
                                       .b = third ? (uint8_t)((5 * d + 11 * a + 7 * x) % MAX_REGISTERS) : 0},
                                0, 0);
}

/* Displacements around the limits of one byte, in bytes and in the units of every size of operand. */
static void add_memory(Both *both, VOp op, uint8_t wide)
{
    static const int32_t displacement[] = {0, 4, -4, 64, 124, 127, -128, 128, -129, 132, 508, 512, -512, -516, 4064, 4096, -4096, -4128,
        8128, 8192, -8192, -8256, INT32_MAX, INT32_MIN};
    for (uint8_t reg = 0; reg < MAX_REGISTERS; reg++)
        for (int base = 0; base < 16; base++)
            for (size_t i = 0; i < sizeof displacement / sizeof *displacement; i++)
                add_instruction(both, (VIns){.op = (uint8_t)op, .d = reg, .a = reg, .wide = wide}, base, displacement[i]);
}

static void run_tool(const char *const *argument)
{
    Result result = run_program(argument);
    cr_assert_eq(result.status, 0, "%s: %s", argument[0], result.err);
    result_free(&result);
}

#define TOOL(...) run_tool((const char *const[]){__VA_ARGS__, NULL})

/* What GNU as makes of a text; owned. */
static char *assemble(const char *text, size_t *size)
{
    char *source = join(directory, "x.s"), *object = join(directory, "x.o"), *binary = join(directory, "x.bin");
    write_file(source, text);
    TOOL("as", "-msyntax=intel", "-mnaked-reg", "--64", "-o", object, source);
    TOOL("objcopy", "-O", "binary", "-j", ".text", object, binary);
    char *bytes = read_file(binary, size);
    free(source), free(object), free(binary);
    return bytes;
}

/* The first instruction that differs, by number. */
static size_t first_difference(const Both *both, const char *bytes, size_t size)
{
    for (size_t i = 0, start = 0; i < both->count; start = both->end[i++])
        if (both->end[i] > size || memcmp(both->bytes.data + start, bytes + start, both->end[i] - start))
            return i;
    return both->count;
}

Test(encode, every_row_is_what_gnu_as_makes_of_it)
{
    Both both = {.bytes = text_new(&context), .text = text_new(&context)};
    size_t size;
    for (int op = V_bump + 1; op < NVOP; op++)
        for (uint8_t wide = 0; wide < 2; wide++)
            if (vop_info[op].width == (wide ? WIDTH_narrow : WIDTH_wide))
                continue;
            else if (strchr(vop_info[op].operands, 'm'))
                add_memory(&both, (VOp)op, wide);
            else
                add_registers(&both, (VOp)op, wide);
    char *bytes = assemble(both.text.data, &size);
    size_t wrong = first_difference(&both, bytes, size);
    const char *line = both.text.data;
    for (size_t i = 0; i < wrong && wrong < both.count; i++)
        line = strchr(line, '\n') + 1;
    cr_assert_eq(wrong, both.count, "differs: %.*s", (int)strcspn(line, "\n"), line);
    cr_assert_eq(size, both.bytes.size);
    free(bytes);
}

/* ---- whole kernels ------------------------------------------------------------------------------------------------ */

/* All instructions in sixteen loops, on eight pointers; distances up to the largest. */
static Kernel *full_kernel(void)
{
    static const char *const name[MAX_POINTERS] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    Kernel *k = kernel_new(&context, (Machine){MAX_REGISTERS, 2});
    k->name = "full";
    for (int i = 0; i < MAX_POINTERS; i++)
        kernel_pointer(k, name[i], true);
    for (int i = 0; i < 16; i++)
        k_loop(k, 2);
    for (int op = V_bump + 1; op < NVOP; op++) {
        kernel_width(k, vop_info[op].width == WIDTH_wide || op % 2 ? 2 : 1);
        kernel_width(k, vop_info[op].width == WIDTH_narrow ? 1 : k->width);
        k_op(k, (VOp)op, 1, 2, 3);
        k->code[k->count - 1].pointer = (uint8_t)(op % MAX_POINTERS);
    }
    kernel_width(k, 1);
    k_load(k, 15, 7, INT32_MAX);
    k_store(k, 6, INT32_MIN, 8);
    for (int i = 0; i < 16; i++) {
        k_bump(k, i % MAX_POINTERS, i % 2 ? INT32_MAX : -LANES * i);
        k_end(k);
    }
    return k;
}

/* Objdump's view of a file, tabs and all; owned. */
static char *disassemble(const char *object)
{
    Result result = run_program((const char *const[]){"objdump", "-d", "--no-show-raw-insn", object, NULL});
    cr_assert_eq(result.status, 0, "%s", result.err);
    char *text = strdup(result.out);
    result_free(&result);
    return text;
}

static char *object_of(const Kernel *k)
{
    Text code = text_new(&context), text = text_new(&context);
    encode_kernel(&code, k);
    for (size_t i = 0; i < code.size; i++)
        text_add(&text, ".byte %d\n", (unsigned char)code.data[i]);
    char *source = join(directory, "k.s"), *object = join(directory, "k.o");
    write_file(source, text.data);
    TOOL("as", "--64", "-o", object, source);
    free(source);
    return object;
}

Test(encode, kernels_disassemble_to_their_instructions)
{
    const Kernel *k = full_kernel();
    char *object = object_of(k), *text = disassemble(object), *at = text;
    cr_expect_null(strstr(text, "(bad)"), "%s", text);
    for (size_t i = 0; i < k->count; i++)
        if (vex_rows[k->code[i].op].mnemonic) {
            at = strstr(at, arena_printf(&context, "\t%s ", vex_row(&k->code[i])->mnemonic));
            cr_assert(at, "instruction %zu is missing or out of order in\n%s", i, text);
            at++;
        }
    cr_expect(strstr(at, "vzeroupper") && strstr(at, "ret"));
    free(object);
    free(text);
}

/* A leaf function of the System V convention: of the general registers, only those that a caller does not expect back. */
Test(encode, kernels_touch_no_register_of_their_caller)
{
    static const char *const saved[] = {"%rbx", "%rbp", "%r12", "%r13", "%r14", "%r15", "%ebx", "%ebp"};
    char *object = object_of(full_kernel()), *text = disassemble(object);
    for (size_t i = 0; i < sizeof saved / sizeof *saved; i++)
        cr_expect_null(strstr(text, saved[i]), "%s\n%s", saved[i], text);
    cr_expect_null(strstr(text, ",%rsp"), "the stack pointer moves:\n%s", text);
    free(object);
    free(text);
}

Test(encode, a_kernel_with_seventeen_loops_is_refused, .signal = SIGABRT)
{
    Kernel *k = kernel_new(&context, (Machine){16, 1});
    Text text = text_new(&context);
    k->name = "deep";
    for (int i = 0; i < 17; i++)
        k_loop(k, 2);
    for (int i = 0; i < 17; i++)
        k_end(k);
    encode_kernel(&text, k);
}
