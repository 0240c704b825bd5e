/* verify_program.c - no kernel reads or writes where it should not, for any task of any step: see extent.c. */
#include <string.h>

#include "ir.h"

static void check_store(const Kernel *kernel, const VIns *ins)
{
    switch (ins->op) {
    case V_store: case V_stream: case V_store1: case V_store_low: case V_store_high:
        if (!kernel->written[ins->pointer])
            die("kernel '%s' stores through '%s'", kernel->name, kernel->pointer[ins->pointer]);
    }
}

/* What is streamed lies in whole vectors of memory, as far as the kernel knows, and a fence ends the kernel, with which a task ends. */
static void check_streams(const Kernel *kernel)
{
    uint32_t streamed = 0;
    for (size_t i = 0; i < kernel->count; i++)
        if (kernel->code[i].op == V_stream)
            streamed |= 1u << kernel->code[i].pointer;
    for (size_t i = 0; i < kernel->count; i++) {
        const VIns *ins = &kernel->code[i];
        if ((ins->op == V_stream || ins->op == V_bump) && streamed >> ins->pointer & 1 && ins->offset % LANES)
            die("kernel '%s' streams to parts of vectors", kernel->name);
    }
    if (streamed && kernel->code[kernel->count - 1].op != V_fence)
        die("kernel '%s' streams without a fence", kernel->name);
}

/* Registers that exist, instructions that exist at their width, and values that are read at the width at which they were
 * written: `wide` has a bit for each register that holds two blocks. Loops are followed once. */
static void check_registers(const Kernel *kernel, const VIns *ins, Machine machine, uint32_t *wide)
{
    static const char letter[] = "dab";
    const uint8_t reg[] = {ins->d, ins->a, ins->b};
    Width width = vop_info[ins->op].width;
    if (ins->wide > (machine.widest > 1) || (ins->wide ? width < WIDTH_wide : width == WIDTH_wide))
        die("kernel '%s' has a %s that is %s", kernel->name, vop_info[ins->op].name, ins->wide ? "wide" : "narrow");
    for (int i = 2; i >= 0; i--) {
        if (!strchr(vop_info[ins->op].operands, letter[i]))
            continue;
        if (reg[i] >= machine.registers)
            die("kernel '%s': a %s names what does not exist, register %d", kernel->name, vop_info[ins->op].name, reg[i]);
        if (vop_reads(ins->op, letter[i]) && (*wide >> reg[i] & 1) != ins->wide)
            die("kernel '%s': a %s reads register %d at another width", kernel->name, vop_info[ins->op].name, reg[i]);
        if (letter[i] == 'd')
            *wide = ins->wide ? *wide | 1u << reg[i] : *wide & ~(1u << reg[i]);
    }
}

/* Depth of the loops behind the instruction. */
static int check_loop(const Kernel *kernel, const VIns *ins, int depth)
{
    depth += (ins->op == V_loop) - (ins->op == V_end);
    if (depth < 0)
        die("kernel '%s' ends a loop that it has not begun", kernel->name);
    if (depth == DEEPEST_LOOP || (ins->op == V_loop && ins->count < 1))
        die("kernel '%s': a loop too deep or without trips", kernel->name);
    return depth;
}

static void check_kernel(const Kernel *kernel, Machine machine)
{
    uint32_t wide = 0;
    int depth = 0;
    for (size_t i = 0; i < kernel->count; i++) {
        const VIns *ins = &kernel->code[i];
        if (ins->op >= NVOP || ins->pointer >= kernel->npointer)
            die("kernel '%s': instruction %zu names what does not exist", kernel->name, i);
        check_store(kernel, ins);
        check_registers(kernel, ins, machine, &wide);
        depth = check_loop(kernel, ins, depth);
    }
    if (depth)
        die("kernel '%s' does not end its loops", kernel->name);
    check_streams(kernel);
}

static void check_constants(const Kernel *kernel, const KernelExtent *touched)
{
    const Extent *pool = &touched->extent[kernel->constants < 0 ? 0 : kernel->constants];
    if (kernel->constants >= 0 && (pool->low < 0 || pool->high > (int64_t)kernel->nconstant))
        die("kernel '%s' reads beyond its constants", kernel->name);
}

static bool lies_in(const Node *node, int64_t low, int64_t high)
{
    const Node *owner = node->layout.storage;
    return owner->offset >= 0 && low >= owner->offset && high <= owner->offset + owner->layout.size;
}

static bool is_operand(const Node *node, bool common, int64_t low, int64_t high)
{
    for (const Node *part = node; part; part = part->tail)
        for (int i = part != node; i < part->nin; i++)
            if (op_is_batch(part->in[i]->op) == common && lies_in(part->in[i], low, high))
                return true;
    const Node *banded = node_banded(node);
    return banded && is_operand(banded, common, low, high);
}

static bool lies_in_workspace(const Node *node, int64_t low, int64_t high)
{
    return low >= node->workspace_offset && high <= node->workspace_offset + node->workspace;
}

/* Do low..high of the arena, or of what is common to the batch, lie in the memory of the step's node, in its workspace or,
 * for reading, in the memory of an operand? What it sums for another is that one's. */
static bool is_of_node(const Node *node, bool common, bool write, int64_t low, int64_t high)
{
    if (!common && lies_in_workspace(node, low, high))
        return true;
    if (!common && node->sums && (lies_in_workspace(node->sums, low, high) || (!write && is_operand(node->sums, false, low, high))))
        return true;
    if (op_is_batch(node->op) == common && lies_in(node, low, high))
        return true;
    return !write && is_operand(node, common, low, high);
}

/* The scalars may be read by every step; behind the results of the graph is room that a step uses as it likes. */
static bool is_allowed_common(const Program *program, const Step *step, bool write, int64_t low, int64_t high)
{
    if ((!write || !step->node) && low >= 0 && high <= COMMON_floats)
        return true;
    if (low >= program->graph->common_floats && high <= program->common_floats)
        return true;
    return step->node && is_of_node(step->node, true, write, low, high);
}

/* May the step touch low..high of the first image? A step without node is a part of the update. */
static bool is_allowed(const Program *program, const Step *step, Base base, bool write, int64_t low, int64_t high)
{
    bool batch = !step->node || op_is_batch(step->node->op);
    switch (base) {
    case BASE_weights:  return (!write || batch) && low >= 0 && high <= program->weights_floats;
    case BASE_gradient: return batch && low >= 0 && high <= program->trained_floats;
    case BASE_state:    return !step->node && low >= 0 && high <= program->state_floats;
    case BASE_scratch:  return low >= 0 && high <= step->code->scratch_floats;
    case BASE_common:   return is_allowed_common(program, step, write, low, high);
    case BASE_arena:    return step->node && is_of_node(step->node, false, write, low, high);
    default:            return write == (base == BASE_output) && low >= 0 && high <= image_stride(program, base);
    }
}

static void check_call(const Program *program, const Step *step, const Call *call, const KernelExtent *touched)
{
    const Kernel *kernel = call->kernel;
    for (int p = 0; p < kernel->npointer; p++) {
        int at = call->argument[p].slot;
        if (p == kernel->constants || extent_is_empty(touched->extent[p]))
            continue;
        if (at < 0 || at >= step->code->nslot)
            die("step '%s': pointer '%s' of kernel '%s' has no place", step->label, kernel->pointer[p], kernel->name);
        const Slot *slot = &step->slot[at];
        Extent r = call_extent(program, step, call, p, touched);
        bool allowed = r.low < r.high && is_allowed(program, step, slot->base, kernel->written[p], r.low, r.high);
        if (slot->base != step->code->base[at] || !allowed)
            die("step '%s': kernel '%s' %s floats %lld to %lld through '%s', beyond its tensors", step->label, kernel->name,
                kernel->written[p] ? "writes" : "reads", (long long)r.low, (long long)r.high, kernel->pointer[p]);
    }
}

static void check_step(const Program *program, const Step *step, const KernelExtent *touched)
{
    const StepCode *code = step->code;
    for (int i = 0; i < code->ncall; i++) {
        const Call *call = &code->call[i];
        if (call->follows && (i == 0 || call->images != call[-1].images || memcmp(call->grid, call[-1].grid, sizeof call->grid)))
            die("step '%s': kernel '%s' follows a call of another grid", step->label, call->kernel->name);
        check_call(program, step, call, &touched[call->kernel->id]);
    }
    if (code->scratch_floats > program->scratch_floats)
        die("step '%s' needs more scratch than there is", step->label);
}

/* Steps that run image by image have calls for nothing but that. */
static void check_leading(const Program *program, size_t step)
{
    const StepCode *code = program->step[step].code;
    for (int i = 0; step < program->leading && i < code->ncall; i++)
        if (code->call[i].images > 1)
            die("step '%s' is among those that run image by image, but takes %d at once", program->step[step].label, code->call[i].images);
}

/* Needs the graph that the program was made of, as `plan` left it. */
void verify_program(const Program *program)
{
    for (const Kernel *kernel = program->kernels; kernel; kernel = kernel->next)
        check_kernel(kernel, program->graph->machine);
    const KernelExtent *touched = program_extents(program);
    for (const Kernel *kernel = program->kernels; kernel; kernel = kernel->next)
        check_constants(kernel, &touched[kernel->id]);
    for (size_t s = 0; s < program->nstep; s++) {
        check_step(program, &program->step[s], touched);
        check_leading(program, s);
    }
    for (size_t s = 0; s < program->nevaluation; s++)
        check_step(program, &program->evaluation[s], touched);
}
