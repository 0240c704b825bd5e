/* verify_program.c - no kernel reads or writes where it should not, for any task of any step. Every size in a kernel is a
 * constant, so what a call touches is known without running it: for each pointer, the floats from `low` to `high`. */
#include <string.h>

#include "ir.h"

/* What a stretch of code touches through one pointer, in floats from where the pointer is at its start. */
typedef struct {
    int64_t low, high;                  /* first float, one past the last; low == high: nothing */
    int64_t moved;                      /* by the bumps */
} Reach;

typedef struct {
    Reach reach[MAX_POINTERS];
} Frame;

static void touch(Reach *reach, int64_t low, int64_t high)
{
    if (reach->low == reach->high) {
        reach->low = low;
        reach->high = high;
    }
    reach->low = low < reach->low ? low : reach->low;
    reach->high = high > reach->high ? high : reach->high;
}

/* `trips` times the inner stretch, after what the outer one has done already. */
static void repeat(Frame *outer, const Frame *inner, int64_t trips)
{
    for (int p = 0; p < MAX_POINTERS; p++) {
        const Reach *in = &inner->reach[p];
        Reach *out = &outer->reach[p];
        int64_t last = (trips - 1) * in->moved;
        if (in->low != in->high) {
            touch(out, out->moved + in->low, out->moved + in->high);
            touch(out, out->moved + in->low + last, out->moved + in->high + last);
        }
        out->moved += trips * in->moved;
    }
}

static int floats_touched(const Kernel *kernel, const VIns *ins)
{
    switch (ins->op) {
    case V_store: case V_stream: case V_store1: case V_store_low: case V_store_high:
        if (!kernel->written[ins->pointer])
            die("kernel '%s' stores through '%s'", kernel->name, kernel->pointer[ins->pointer]);
    }
    switch (ins->op) {
    case V_load: case V_store: case V_stream:                                   return LANES << ins->wide;
    case V_load_half:                                                           return LANES / 2 << ins->wide;
    case V_load_low: case V_load_high: case V_store_low: case V_store_high:     return LANES;
    case V_broadcast: case V_load1: case V_store1:                              return 1;
    default:                                                                    return 0;
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

/* What one call of the kernel touches. */
static Frame kernel_frame(const Kernel *kernel, Machine machine)
{
    enum { DEEPEST = 16 };
    Frame frame[DEEPEST] = {0};
    int32_t trips[DEEPEST] = {1};
    uint32_t wide = 0;
    int depth = 0;
    for (size_t i = 0; i < kernel->count; i++) {
        const VIns *ins = &kernel->code[i];
        if (ins->op >= NVOP || ins->pointer >= kernel->npointer)
            die("kernel '%s': instruction %zu names what does not exist", kernel->name, i);
        int floats = floats_touched(kernel, ins);
        check_registers(kernel, ins, machine, &wide);
        if (floats) {
            Reach *reach = &frame[depth].reach[ins->pointer];
            touch(reach, reach->moved + ins->offset, reach->moved + ins->offset + floats);
        } else if (ins->op == V_bump) {
            frame[depth].reach[ins->pointer].moved += ins->offset;
        } else if (ins->op == V_loop) {
            if (++depth == DEEPEST || ins->count < 1)
                die("kernel '%s': a loop too deep or without trips", kernel->name);
            frame[depth] = (Frame){0};
            trips[depth] = ins->count;
        } else if (ins->op == V_end) {
            if (depth-- == 0)
                die("kernel '%s' ends a loop that it has not begun", kernel->name);
            repeat(&frame[depth], &frame[depth + 1], trips[depth + 1]);
        }
    }
    if (depth)
        die("kernel '%s' does not end its loops", kernel->name);
    check_streams(kernel);
    const Reach *pool = &frame[0].reach[kernel->constants < 0 ? 0 : kernel->constants];
    if (kernel->constants >= 0 && (pool->low < 0 || pool->high > (int64_t)kernel->nconstant))
        die("kernel '%s' reads beyond its constants", kernel->name);
    return frame[0];
}

int64_t image_stride(const Program *program, Base base)
{
    switch (base) {
    case BASE_arena:  return program->arena_floats;
    case BASE_input:  return shape_floats(program->graph->input->shape);
    case BASE_output: return shape_floats(node_result(program->graph->output));
    case BASE_target: return shape_floats(program->graph->target->shape);
    default:          return 0;
    }
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

static void check_call(const Program *program, const Step *step, const Call *call, const Frame *frame)
{
    const Kernel *kernel = call->kernel;
    for (int p = 0; p < kernel->npointer; p++) {
        const Argument *argument = &call->argument[p];
        Reach reach = frame->reach[p];
        if (p == kernel->constants || reach.low == reach.high)
            continue;
        if (argument->slot < 0 || argument->slot >= step->code->nslot)
            die("step '%s': pointer '%s' of kernel '%s' has no place", step->label, kernel->pointer[p], kernel->name);
        const Slot *slot = &step->slot[argument->slot];
        int64_t low = slot->offset + argument->offset + reach.low, high = slot->offset + argument->offset + reach.high;
        for (int d = 0; d < MAX_CALL_GRID; d++) {
            int64_t last = argument->stride[d] * (call->grid[d] - 1);
            *(last < 0 ? &low : &high) += last;
        }
        high -= (call->images - 1) * image_stride(program, slot->base);
        if (slot->base != step->code->base[argument->slot] ||
            !is_allowed(program, step, slot->base, kernel->written[p], low, high))
            die("step '%s': kernel '%s' %s floats %lld to %lld through '%s', beyond its tensors", step->label, kernel->name,
                kernel->written[p] ? "writes" : "reads", (long long)low, (long long)high, kernel->pointer[p]);
    }
}

static void check_step(const Program *program, const Step *step, const Frame *frame)
{
    const StepCode *code = step->code;
    for (int i = 0; i < code->ncall; i++) {
        const Call *call = &code->call[i];
        if (call->follows && (i == 0 || call->images != call[-1].images || memcmp(call->grid, call[-1].grid, sizeof call->grid)))
            die("step '%s': kernel '%s' follows a call of another grid", step->label, call->kernel->name);
        check_call(program, step, call, &frame[call->kernel->id]);
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
    Frame *frame = arena_alloc(program->context, (size_t)program->nkernels, sizeof *frame);
    for (const Kernel *kernel = program->kernels; kernel; kernel = kernel->next)
        frame[kernel->id] = kernel_frame(kernel, program->graph->machine);
    for (size_t s = 0; s < program->nstep; s++) {
        check_step(program, &program->step[s], frame);
        check_leading(program, s);
    }
    for (size_t s = 0; s < program->nevaluation; s++)
        check_step(program, &program->evaluation[s], frame);
}
