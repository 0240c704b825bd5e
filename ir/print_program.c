/* print_program.c - programs as text: the steps in order, then the code that they share, then the kernels:
 *
 *   step 3 layer1.0.conv2 = conv_7 arena+0 weights+9536 arena+802944
 *   code conv_7: 3x3 convolution ...
 *     call conv_k_4 grid=2x1x28 x=#0+0[0 0 912] w=#1+0[4608 0 0] y=#2+0[50208 0 896]
 *   kernel conv_k_4(x, w, y)
 *     loop 8
 *       load v1 x+16 */
#include <string.h>

#include "ir.h"

const char *base_name_of(Base base)
{
    static const char *const name[NBASE] = {"arena", "weights", "input", "output", "scratch", "target", "common", "gradient", "state"};
    return name[base];
}

static void print_steps(Text *text, const Program *program)
{
    for (size_t s = 0; s < program->nstep; s++) {
        const Step *step = &program->step[s];
        if (s && s == program->leading)
            text_add(text, "until here image by image\n");
        text_add(text, "step %zu %s = %s", s, step->label, step->code->name);
        for (int i = 0; i < step->code->nslot; i++)
            text_add(text, " %s+%lld", base_name_of(step->slot[i].base), (long long)step->slot[i].offset);
        for (size_t d = 0; d < STEPS_BESIDE; d++)
            if (step->beside >> d & 1)
                text_add(text, " beside %zu", s - d - 1);
        text_add(text, "\n");
    }
}

static void print_call(Text *text, const Call *call)
{
    const Kernel *kernel = call->kernel;
    text_add(text, "  %s %s grid=%dx%dx%d", call->follows ? "then" : "call", kernel->name, call->grid[0], call->grid[1], call->grid[2]);
    if (call->images > 1)
        text_add(text, " images=%d", call->images);
    for (int p = 0; p < kernel->npointer; p++) {
        const Argument *argument = &call->argument[p];
        if (p != kernel->constants)
            text_add(text, " %s=#%d+%lld[%lld %lld %lld]", kernel->pointer[p], argument->slot, (long long)argument->offset,
                     (long long)argument->stride[0], (long long)argument->stride[1], (long long)argument->stride[2]);
    }
    text_add(text, "\n");
}

/* The operands of vops.h, letter by letter; z: a register of two blocks. */
static void print_instruction(Text *text, const Kernel *kernel, const VIns *ins)
{
    char letter = ins->wide ? 'z' : 'v';
    text_add(text, "%s", vop_info[ins->op].name);
    for (const char *operand = vop_info[ins->op].operands; *operand; operand++)
        switch (*operand) {
        case 'd': text_add(text, " %c%d", letter, ins->d); break;
        case 'a': text_add(text, " %c%d", letter, ins->a); break;
        case 'b': text_add(text, " %c%d", letter, ins->b); break;
        case 'i': text_add(text, " %d", ins->imm); break;
        case 'n': text_add(text, " %d", ins->count); break;
        default:  text_add(text, " %s%+d", kernel->pointer[ins->pointer], ins->offset);
        }
    text_add(text, "\n");
}

static void print_kernel(Text *text, const Kernel *kernel)
{
    text_add(text, "kernel %s(", kernel->name);
    for (int p = 0; p < kernel->npointer; p++)
        text_add(text, "%s%s", p ? ", " : "", kernel->pointer[p]);
    text_add(text, ")\n");
    int depth = 1;
    for (size_t i = 0; i < kernel->count; i++) {
        const VIns *ins = &kernel->code[i];
        depth -= ins->op == V_end;
        text_add(text, "%*s", 2 * depth, "");
        print_instruction(text, kernel, ins);
        depth += ins->op == V_loop;
    }
    for (size_t i = 0; i < kernel->nconstant; i++)
        text_add(text, "  constant %zu = %.9g\n", i, (double)kernel->constant[i]);
}

void print_program(Text *text, const Program *program)
{
    print_steps(text, program);
    for (const StepCode *code = program->codes; code; code = code->next) {
        text_add(text, "code %s: %s\n", code->name, code->comment);
        for (int i = 0; i < code->ncall; i++)
            print_call(text, &code->call[i]);
    }
    for (const Kernel *kernel = program->kernels; kernel; kernel = kernel->next)
        print_kernel(text, kernel);
}
