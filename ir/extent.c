/* extent.c - what steps touch in memory. Every size in a kernel is a constant, so that is known without running anything: for each
 * pointer, the floats from `low` to `high`. */
#include "ir.h"

/* A stretch of code: what it touches through its pointers, and how far these move. */
typedef struct {
    KernelExtent touched;
    int64_t moved[MAX_POINTERS];        /* by the bumps */
} Frame;

bool extent_is_empty(Extent e)
{
    return e.low == e.high;
}

void extent_widen(Extent *extent, Extent by)
{
    if (extent_is_empty(by))
        return;
    if (extent_is_empty(*extent))
        *extent = by;
    extent->low = by.low < extent->low ? by.low : extent->low;
    extent->high = by.high > extent->high ? by.high : extent->high;
}

/* `trips` times the inner stretch, after what the outer one has done already. */
static void repeat(Frame *outer, const Frame *inner, int64_t trips)
{
    for (int p = 0; p < MAX_POINTERS; p++) {
        const Extent in = inner->touched.extent[p];
        int64_t *at = &outer->moved[p], last = *at + (trips - 1) * inner->moved[p];
        extent_widen(&outer->touched.extent[p], (Extent){*at + in.low, *at + in.high});
        extent_widen(&outer->touched.extent[p], (Extent){last + in.low, last + in.high});
        *at += trips * inner->moved[p];
    }
}

static int floats_touched(const VIns *ins)
{
    switch (ins->op) {
    case V_load: case V_store: case V_stream:                                   return LANES << ins->wide;
    case V_load_half:                                                           return LANES / 2 << ins->wide;
    case V_load_low: case V_load_high: case V_store_low: case V_store_high:     return LANES;
    case V_broadcast: case V_load1: case V_store1:                              return 1;
    default:                                                                    return 0;
    }
}

static KernelExtent kernel_extents(const Kernel *kernel)
{
    Frame frame[DEEPEST_LOOP] = {0};
    int32_t trips[DEEPEST_LOOP] = {1};
    int depth = 0;
    for (size_t i = 0; i < kernel->count; i++) {
        const VIns *ins = &kernel->code[i];
        int floats = floats_touched(ins);
        if (floats) {
            int64_t at = frame[depth].moved[ins->pointer] + ins->offset;
            extent_widen(&frame[depth].touched.extent[ins->pointer], (Extent){at, at + floats});
        } else if (ins->op == V_bump) {
            frame[depth].moved[ins->pointer] += ins->offset;
        } else if (ins->op == V_loop) {
            frame[++depth] = (Frame){0};
            trips[depth] = ins->count;
        } else if (ins->op == V_end) {
            depth--;
            repeat(&frame[depth], &frame[depth + 1], trips[depth + 1]);
        }
    }
    return frame[0].touched;
}

const KernelExtent *program_extents(const Program *program)
{
    KernelExtent *touched = arena_alloc(program->context, (size_t)program->nkernels, sizeof *touched);
    for (const Kernel *kernel = program->kernels; kernel; kernel = kernel->next)
        touched[kernel->id] = kernel_extents(kernel);
    return touched;
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

/* What is touched of one image, where `all` is what is touched of a batch of so many, `stride` floats apart: the same of each, of all of
 * them or only of some. What lies beyond the batch remains. */
static Extent image_extent(Extent all, int images, int64_t stride)
{
    if (!stride || all.low < 0 || all.high > images * stride)
        return all;
    return (Extent){all.low % stride, (all.high - 1) % stride + 1};
}

Extent call_extent(const Program *program, const Step *step, const Call *call, int pointer, const KernelExtent *touched)
{
    const Argument *argument = &call->argument[pointer];
    Extent extent = touched->extent[pointer];
    if (extent_is_empty(extent))
        return extent;
    const Slot *slot = &step->slot[argument->slot];
    extent.low += slot->offset + argument->offset;
    extent.high += slot->offset + argument->offset;
    for (int d = 0; d < MAX_CALL_GRID; d++) {
        int64_t last = argument->stride[d] * (call->grid[d] - 1);
        *(last < 0 ? &extent.low : &extent.high) += last;
    }
    return image_extent(extent, call->images, image_stride(program, slot->base));
}
