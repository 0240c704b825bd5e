/* depend.c - training: which of the steps before need not be over when a step begins: those that neither write what it touches nor touch
 * what it writes.
 *
 * A gradient of weights is of no use before the update, so that a thread which finds no more of its tasks to take need not wait for the
 * others: what follows reads the same, writes elsewhere, and may begin. Needs a program that is verified; keeps everything else. */
#include "compiler.h"

/* What a step touches through one of its slots. */
typedef struct {
    Extent read, written;
} Touched;

static void touch_slots(const Program *p, const Step *step, const KernelExtent *kernel, Touched touched[MAX_SLOTS])
{
    for (int i = 0; i < step->code->ncall; i++) {
        const Call *call = &step->code->call[i];
        const Kernel *k = call->kernel;
        for (int pointer = 0; pointer < k->npointer; pointer++)
            if (pointer != k->constants) {
                Touched *t = &touched[call->argument[pointer].slot];
                extent_widen(k->written[pointer] ? &t->written : &t->read, call_extent(p, step, call, pointer, &kernel[k->id]));
            }
    }
}

static bool meet(Extent a, Extent b)
{
    return a.low < a.high && b.low < b.high && a.low < b.high && b.low < a.high;
}

/* The scratch memory is each thread's own. */
static bool slots_meet(Base a, const Touched *s, Base b, const Touched *t)
{
    return a == b && a != BASE_scratch && (meet(s->written, t->written) || meet(s->written, t->read) || meet(s->read, t->written));
}

static bool steps_meet(const Step *a, const Touched *s, const Step *b, const Touched *t)
{
    for (int i = 0; i < a->code->nslot; i++)
        for (int j = 0; j < b->code->nslot; j++)
            if (slots_meet(a->slot[i].base, &s[i], b->slot[j].base, &t[j]))
                return true;
    return false;
}

static void depend_steps(const Program *p, Step *first, size_t count, const KernelExtent *kernel)
{
    Touched (*touched)[MAX_SLOTS] = arena_alloc(p->context, count, sizeof *touched);
    for (size_t i = 0; i < count; i++) {
        Step *step = &first[i];
        touch_slots(p, step, kernel, touched[i]);
        for (size_t d = 0; d < STEPS_BESIDE && d < i; d++)
            step->beside |= (uint32_t)!steps_meet(step, touched[i], step - d - 1, touched[i - d - 1]) << d;
    }
}

void depend(Program *p)
{
    const KernelExtent *kernel = program_extents(p);
    depend_steps(p, p->step, p->nstep, kernel);
    depend_steps(p, p->evaluation, p->nevaluation, kernel);
}
