/* print_c.c - kernels as C. Vector instructions are the rows of a target with their placeholders filled in; loops,
 * bumps and the function around them are the same C on every target.
 *
 * Pointers carry no `restrict`: a step that works in place hands the same memory in twice. */
#include "backend.h"

#include <string.h>

/* One kernel while it is printed. */
typedef struct {
    Text *out;
    const Kernel *kernel;
    const Target *target;
    int depth;                          /* of open loops */
    char counter[16];                   /* their variables, outermost first */
} Printer;

static void add_char(Text *out, char c)
{
    text_append(out, &c, 1);
}

static void print_indent(Printer *p)
{
    for (int i = 0; i <= p->depth; i++)
        text_append(p->out, "    ", 4);
}

/* x, x + 64 or x - 64. */
static void print_memory(Printer *p, const VIns *ins)
{
    const char *name = p->kernel->pointer[ins->pointer];
    if (ins->offset)
        text_add(p->out, "%s %c %lld", name, ins->offset < 0 ? '-' : '+',
                 ins->offset < 0 ? -(long long)ins->offset : (long long)ins->offset);
    else
        text_add(p->out, "%s", name);
}

static void print_placeholder(Printer *p, char which, const VIns *ins)
{
    switch (which) {
    case 'd': text_add(p->out, "%c%u", ins->wide ? 'z' : 'v', ins->d); return;
    case 'a': text_add(p->out, "%c%u", ins->wide ? 'z' : 'v', ins->a); return;
    case 'b': text_add(p->out, "%c%u", ins->wide ? 'z' : 'v', ins->b); return;
    case 'i': text_add(p->out, "%u", ins->imm); return;
    case 'm': print_memory(p, ins); return;
    }
    die("print: target %s has a row with the placeholder %%%c", p->target->name, which);
}

static void print_row(Printer *p, const char *format, const VIns *ins)
{
    for (const char *percent; (percent = strchr(format, '%')); format = percent + 2) {
        text_append(p->out, format, (size_t)(percent - format));
        print_placeholder(p, percent[1], ins);
    }
    text_append(p->out, format, strlen(format));
}

/* The next letter from i on that no pointer is called. */
static char new_counter(const Printer *p)
{
    char letter = p->depth ? (char)(p->counter[p->depth - 1] + 1) : 'i';
    for (int i = 0; i < p->kernel->npointer; i++)
        if (p->kernel->pointer[i][0] == letter && !p->kernel->pointer[i][1]) {
            letter++;
            i = -1;
        }
    if (letter > 'u')
        die("print: kernel %s nests too many loops", p->kernel->name);
    return letter;
}

static void print_loop(Printer *p, const VIns *ins)
{
    char i = new_counter(p);
    text_add(p->out, "for (int %c = 0; %c < %d; %c++) {\n", i, i, ins->count, i);
    p->counter[p->depth++] = i;
}

static const char *statement(const Target *target, const VIns *ins)
{
    const VRow *row = target->spelling[ins->wide].row;
    return row ? row[ins->op].c : NULL;
}

static bool is_silent_row(const Target *target, const VIns *ins)
{
    const char *row = statement(target, ins);
    return row && !*row;
}

/* Does the printed code read or write through the pointer? One that is only for prefetching has no use on a target without. */
static bool is_used(const Target *target, const Kernel *kernel, int pointer)
{
    for (size_t i = 0; i < kernel->count; i++) {
        const VIns *ins = &kernel->code[i];
        if (ins->pointer == pointer && strchr(vop_info[ins->op].operands, 'm') && !is_silent_row(target, ins))
            return true;
    }
    return false;
}

/* An instruction that a target has no use for. */
static bool is_silent(const Target *target, const Kernel *kernel, const VIns *ins)
{
    return is_silent_row(target, ins) || (ins->op == V_bump && !is_used(target, kernel, ins->pointer));
}

static void print_instruction(Printer *p, const VIns *ins)
{
    if (ins->op == V_end)
        p->depth--;
    print_indent(p);
    if (ins->op == V_loop) {
        print_loop(p, ins);
    } else if (ins->op == V_end) {
        text_add(p->out, "}\n");
    } else if (ins->op == V_bump) {
        text_add(p->out, "%s %c= %lld;\n", p->kernel->pointer[ins->pointer], ins->offset < 0 ? '-' : '+',
                 ins->offset < 0 ? -(long long)ins->offset : (long long)ins->offset);
    } else {
        const char *row = statement(p->target, ins);
        if (!row)
            die("print: target %s cannot spell a %s %s", p->target->name, ins->wide ? "wide" : "narrow", vop_info[ins->op].name);
        print_row(p, row, ins);
        add_char(p->out, '\n');
    }
}

static bool has_operand(VOp op, char which)
{
    return strchr(vop_info[op].operands, which);
}

/* Bit set of the registers that a kernel names in wide or narrow instructions. */
static uint32_t registers_used(const Kernel *kernel, uint8_t wide)
{
    uint32_t used = 0;
    for (size_t i = 0; i < kernel->count; i++) {
        const VIns *ins = &kernel->code[i];
        if (ins->wide != wide)
            continue;
        if (has_operand(ins->op, 'd'))
            used |= 1u << ins->d;
        if (has_operand(ins->op, 'a'))
            used |= 1u << ins->a;
        if (has_operand(ins->op, 'b'))
            used |= 1u << ins->b;
    }
    return used;
}

static void print_declaration(Printer *p, uint8_t wide)
{
    const Spelling *spelling = &p->target->spelling[wide];
    uint32_t used = registers_used(p->kernel, wide);
    const char *separator = "";
    if (!used)
        return;
    text_add(p->out, "    %s ", spelling->type);
    for (uint8_t reg = 0; reg < MAX_REGISTERS; reg++)
        if (used >> reg & 1) {
            text_add(p->out, "%s", separator);
            print_row(p, spelling->declarator, &(VIns){.d = reg, .wide = wide});
            separator = ", ";
        }
    text_add(p->out, ";\n");
}

static void print_head(Text *out, const Kernel *kernel, const Target *target, const char *linkage)
{
    text_add(out, "%s%svoid %s_%s(", target->attribute, linkage, target->name, kernel->name);
    for (int i = 0; i < kernel->npointer; i++)
        text_add(out, "%s%sfloat *%s", i ? ", " : "", kernel->written[i] ? "" : "const ", kernel->pointer[i]);
    text_add(out, ")");
}

void print_kernel_prototype(Text *out, const Kernel *kernel, const Target *target)
{
    print_head(out, kernel, target, KERNEL_SHARED);
    text_add(out, ";\n");
}

void print_kernel(Text *out, const Kernel *kernel, const Target *target, const char *linkage)
{
    Printer p = {.out = out, .kernel = kernel, .target = target};
    print_comment(out, kernel->comment);
    print_head(out, kernel, target, linkage);
    text_add(out, "\n{\n");
    print_declaration(&p, 0);
    print_declaration(&p, 1);
    for (int i = 0; i < kernel->npointer; i++)
        if (!is_used(target, kernel, i))
            text_add(out, "    (void)%s;\n", kernel->pointer[i]);
    size_t count = kernel->count;
    while (count && kernel->code[count - 1].op == V_bump)
        count--;                        /* nobody reads the pointer any more */
    for (size_t i = 0; i < count; i++)
        if (!is_silent(target, kernel, &kernel->code[i]))
            print_instruction(&p, &kernel->code[i]);
    text_add(out, "}\n\n");
}

void print_helpers(Text *out, const Kernel *first, const Target *target)
{
    bool used[2][NVOP] = {{false}};
    for (const Kernel *kernel = first; kernel; kernel = kernel->next)
        for (size_t i = 0; i < kernel->count; i++)
            used[kernel->code[i].wide][kernel->code[i].op] = true;
    text_append(out, target->prelude, strlen(target->prelude));
    for (int wide = 0; wide < 2; wide++)
        for (int op = 0; op < NVOP; op++)
            if (used[wide][op] && target->spelling[wide].row && target->spelling[wide].row[op].helper)
                text_add(out, "%s\n", target->spelling[wide].row[op].helper);
}
