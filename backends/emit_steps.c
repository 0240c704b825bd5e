/* emit_steps.c - the order of work: one function per step code, which turns a task's number into an image and a place in
 * the grid of a kernel, and a table with one row per layer that says which function runs on which arrays.
 *
 * Divisions are by constants, so decoding costs a few multiplications. Deep networks grow the table, not the code. */
#include "emit.h"

#include <string.h>

enum {
    NAMED_LAYERS = 3,                   /* how many layers the comment above a step names */
    COMMENT_COLUMN = 72,                /* where the names in the table begin, if there is room */
};

/* The layers that share one step code. */
typedef struct {
    const Step *first[NAMED_LAYERS];
    int count;
} Uses;

/* One step code while it is printed: its calls in the order in which tasks are numbered. */
typedef struct {
    Emit *emit;
    const StepCode *code;
    const Call **call;                  /* those that take several images at once come first */
    StepTasks tasks;
    bool whole;                         /* tasks take the whole batch, which is never smaller than the maximum */
    const char *pointer[8];             /* what the function calls each slot; NULL: no call reads it */
    bool written[8];
} StepPrinter;

static int64_t call_tasks(const Call *call)
{
    return (int64_t)call->grid[0] * call->grid[1] * call->grid[2];
}

/* Where some calls take `images` images at once, they do batch / images groups, and the calls that take one image do what
 * is left; else every call does every image. */
StepTasks step_tasks(const StepCode *code)
{
    StepTasks t = {.images = 1};
    int covered = 0;
    for (int i = 0; i < code->ncall; i++)
        if (code->call[i].images > t.images)
            t.images = code->call[i].images;
    for (int i = 0; i < code->ncall; i++) {
        const Call *call = &code->call[i];
        if (!call->follows)
            *(call->images == t.images ? &t.group_tasks : &t.image_tasks) += call_tasks(call);
        covered += call->images == t.images || call->images == 1;
    }
    if (covered != code->ncall)
        die("emit: the calls of %s cannot cover every batch", code->name);
    return t;
}

/* A call that follows another is more work for the same tasks. */
static void add_part(StepPart *part, int *count, const Call *call)
{
    StepPart *last = &part[*count - 1];
    int64_t work = kernel_work(call->kernel);
    if (call->follows)
        last->work += work;
    else
        part[(*count)++] = (StepPart){call->images, call_tasks(call), work};
}

StepPart *step_parts(Context *context, const StepCode *code)
{
    StepPart *part = arena_alloc(context, (size_t)code->ncall + 1, sizeof *part);
    int images = step_tasks(code).images, count = 0, kept = 0;
    for (int grouped = 1; grouped >= 0; grouped--)
        for (int i = 0; i < code->ncall; i++)
            if ((code->call[i].images == images) == grouped)
                add_part(part, &count, &code->call[i]);
    for (int i = 1; i < count; i++)
        if (part[kept].images == part[i].images && part[kept].work == part[i].work)
            part[kept].tasks += part[i].tasks;
        else
            part[++kept] = part[i];
    part[kept + 1] = (StepPart){0};
    return part;
}

static void order_calls(StepPrinter *p)
{
    int n = 0;
    for (int grouped = 1; grouped >= 0; grouped--)
        for (int i = 0; i < p->code->ncall; i++)
            if ((p->code->call[i].images == p->tasks.images) == grouped)
                p->call[n++] = &p->code->call[i];
}

/* A slot is called what the first kernel that reads it calls its pointer; a second slot of that name gets a number. */
static void name_slot(StepPrinter *p, int slot, const char *name)
{
    if (p->code->base[slot] == BASE_scratch)
        name = "scratch";
    for (int other = 0; other < p->code->nslot; other++)
        if (p->pointer[other] && !strcmp(p->pointer[other], name)) {
            p->pointer[slot] = arena_printf(p->emit->program->context, "%s%d", name, slot);
            return;
        }
    p->pointer[slot] = name;
}

static void name_slots(StepPrinter *p)
{
    for (int c = 0; c < p->code->ncall; c++) {
        const Kernel *kernel = p->call[c]->kernel;
        for (int i = 0; i < kernel->npointer; i++) {
            int slot = p->call[c]->argument[i].slot;
            if (i == kernel->constants)
                continue;
            if (slot < 0 || slot >= p->code->nslot)
                die("emit: pointer %s of a call of %s has no slot", kernel->pointer[i], kernel->name);
            if (!p->pointer[slot])
                name_slot(p, slot, kernel->pointer[i]);
            p->written[slot] |= kernel->written[i];
        }
    }
}

/* The calls of one task: the first of them, and those that follow it. */
typedef struct {
    const Call *const *call;
    int count;
} Task;

static Task task_at(const StepPrinter *p, int first)
{
    Task t = {(const Call *const *)p->call + first, 1};
    while (first + t.count < p->code->ncall && t.call[t.count]->follows)
        t.count++;
    return t;
}

/* n / divisor where 0 <= n < below. TCC would divide: it gets the multiplication that other compilers find, which is exact
 * because n * divisor < 2^shift: the error n / 2^shift is less than the 1 / divisor that a fraction may lack of 1. */
static const char *quotient(const StepPrinter *p, const char *n, int64_t divisor, int64_t below)
{
    Context *context = p->emit->program->context;
    int shift = 0;
    if (divisor == 1)
        return n;
    if (!p->emit->bare || below > 1 << 30 || divisor > 1 << 30)
        return arena_printf(context, "%s / %lld", n, (long long)divisor);
    while ((int64_t)1 << shift <= below * divisor)
        shift++;
    return arena_printf(context, "(%s * %lldLL >> %d)", n, (long long)(((int64_t)1 << shift) / divisor + 1), shift);
}

static const char *remainder_of(const StepPrinter *p, const char *n, int64_t divisor, int64_t below)
{
    Context *context = p->emit->program->context;
    const char *whole = quotient(p, n, divisor, below);
    return p->emit->bare ? arena_printf(context, "%s - %s * %lld", n, whole, (long long)divisor)
                         : arena_printf(context, "%s %% %lld", n, (long long)divisor);
}

/* Declares `image`, the first that the task works on, and `tile`, the task's place among an image's or a group's. */
static void print_decoding(const StepPrinter *p)
{
    Text *out = p->emit->out;
    const char *constant = task_at(p, 0).count < p->code->ncall ? "" : "const ";
    if (p->whole) {
        if (p->tasks.group_tasks > 1)
            text_add(out, "    %sptrdiff_t tile = task;\n", constant);
        else
            text_add(out, "    (void)task;\n");
    } else if (p->tasks.images > 1) {
        text_add(out, "    const ptrdiff_t grouped = run->batch / %d * %lld;    /* tasks that take %d images each */\n", p->tasks.images,
                 (long long)p->tasks.group_tasks, p->tasks.images);
        text_add(out, "    const ptrdiff_t single = task - grouped;\n");
        text_add(out, "    const ptrdiff_t image = single < 0 ? task / %lld * %d : run->batch / %d * %d + single / %lld;\n",
                 (long long)p->tasks.group_tasks, p->tasks.images, p->tasks.images, p->tasks.images, (long long)p->tasks.image_tasks);
        text_add(out, "    ptrdiff_t tile = single < 0 ? task %% %lld : %lld + single %% %lld;\n", (long long)p->tasks.group_tasks,
                 (long long)p->tasks.group_tasks, (long long)p->tasks.image_tasks);
    } else if (p->tasks.group_tasks > 1) {
        int64_t tasks = p->tasks.group_tasks, below = tasks * p->emit->program->graph->max_batch;
        text_add(out, "    const ptrdiff_t image = %s;\n    %sptrdiff_t tile = %s;\n", quotient(p, "task", tasks, below), constant,
                 remainder_of(p, "task", tasks, below));
    } else {
        text_add(out, "    const ptrdiff_t image = task;\n");
    }
}

/* Memory of the running thread: its stack, which a JIT's caller has prepared. */
static void print_scratch(const StepPrinter *p, int slot)
{
    if (p->emit->bare)
        text_add(p->emit->out, "    float *%s = run->scratch;\n", p->pointer[slot]);
    else
        text_add(p->emit->out, "    _Alignas(64) float %s[%lld];\n", p->pointer[slot], (long long)p->code->scratch_floats);
}

/* Declares a pointer for each slot: where the base's part of this image begins, plus the layer's own offset. */
static void print_pointers(const StepPrinter *p)
{
    const Emit *e = p->emit;
    for (int i = 0; i < p->code->nslot; i++) {
        Base base = p->code->base[i];
        if (!p->pointer[i])
            continue;
        if (base == BASE_scratch) {
            print_scratch(p, i);
            continue;
        }
        int64_t stride = image_stride(e->program, base);
        if (p->written[i] && (base == BASE_input || base == BASE_target))
            die("emit: %s writes to the %s", p->code->name, base_name_of(base));
        text_add(e->out, "    %sfloat *%s = run->%s", p->written[i] ? "" : "const ", p->pointer[i], base_name_of(base));
        if (stride && !p->whole)
            text_add(e->out, " + image * %lld", (long long)stride);
        text_add(e->out, " + slot[%d];\n", i);
    }
}

static bool uses_coordinate(const Task *task, int axis)
{
    for (int c = 0; c < task->count && task->call[0]->grid[axis] > 1; c++)
        for (int i = 0; i < task->call[c]->kernel->npointer; i++)
            if (i != task->call[c]->kernel->constants && task->call[c]->argument[i].stride[axis])
                return true;
    return false;
}

/* tile -> i, j, k: row-major coordinates in the grid; only those that some pointer depends on. */
static void print_coordinates(const StepPrinter *p, const Task *task, const char *indent)
{
    int64_t tasks = call_tasks(task->call[0]), inner = tasks, outer = 1;
    for (int axis = 0; axis < MAX_CALL_GRID; axis++) {
        int extent = task->call[0]->grid[axis];
        inner /= extent;
        if (uses_coordinate(task, axis)) {
            const char *index = quotient(p, "tile", inner, tasks);
            text_add(p->emit->out, "%sconst ptrdiff_t %c = %s;\n", indent, 'i' + axis,
                     outer > 1 ? remainder_of(p, index, extent, tasks / inner) : index);
        }
        outer *= extent;
    }
}

static void print_argument(const StepPrinter *p, const Call *call, int index)
{
    static const char letter[] = "ijk";
    const Argument *argument = &call->argument[index];
    Text *out = p->emit->out;
    text_add(out, "%s%s", index ? ", " : "", p->pointer[argument->slot]);
    for (int axis = 0; axis < MAX_CALL_GRID; axis++)
        if (call->grid[axis] > 1 && argument->stride[axis])
            text_add(out, " + %c * %lld", letter[axis], (long long)argument->stride[axis]);
    if (argument->offset)
        text_add(out, " %c %lld", argument->offset < 0 ? '-' : '+',
                 (long long)(argument->offset < 0 ? -argument->offset : argument->offset));
}

static void print_call(const StepPrinter *p, const Call *call, const char *indent)
{
    const EmitOptions *options = p->emit->options;
    const Kernel *kernel = call->kernel;
    Text *out = p->emit->out;
    if (options->ntarget > 1)
        text_add(out, "%sPICK(%s)(", indent, kernel->name);
    else
        text_add(out, "%s%s_%s(", indent, options->target[0]->name, kernel->name);
    for (int i = 0; i < kernel->npointer; i++)
        if (i == kernel->constants)
            text_add(out, "%s%s_constants", i ? ", " : "", kernel->name);
        else
            print_argument(p, call, i);
    text_add(out, ");\n");
}

static void print_task(const StepPrinter *p, const Task *task, const char *indent)
{
    print_coordinates(p, task, indent);
    for (int i = 0; i < task->count; i++)
        print_call(p, task->call[i], indent);
}

static void print_tasks(const StepPrinter *p)
{
    Text *out = p->emit->out;
    Task task = task_at(p, 0);
    for (int next = task.count; next < p->code->ncall; next += task.count) {
        text_add(out, "    if (tile < %lld) {\n", (long long)call_tasks(task.call[0]));
        print_task(p, &task, "        ");
        text_add(out, "        return;\n    }\n    tile -= %lld;\n", (long long)call_tasks(task.call[0]));
        task = task_at(p, next);
    }
    print_task(p, &task, "    ");
}

/* What the code computes, its cost, and the layers that share it: the first few by name and place in the spec. */
static void print_step_comment(Emit *e, const StepCode *code, const Uses *uses)
{
    Text text = text_new(e->program->context);
    text_add(&text, "%s\n", code->comment ? code->comment : code->name);
    if (code->macs) {
        text_count(&text, code->macs);
        text_add(&text, " MACs per image. ");
    }
    text_add(&text, uses->count == 1 ? "Layer " : "Layers ");
    for (int i = 0; i < uses->count && i < NAMED_LAYERS; i++) {
        const Step *step = uses->first[i];
        text_add(&text, "%s%s", i ? ", " : "", step->label ? step->label : "");
        if (step->node && step->node->loc.source)
            text_add(&text, " (%s:%d)", base_name(step->node->loc.source->path), step->node->loc.line);
    }
    if (uses->count > NAMED_LAYERS)
        text_add(&text, ", ... and %d more", uses->count - NAMED_LAYERS);
    text_append(&text, ".", 1);
    print_comment(e->out, text.data);
}

static StepPrinter step_printer(Emit *e, const StepCode *code)
{
    StepPrinter p = {.emit = e, .code = code, .tasks = step_tasks(code)};
    p.whole = e->program->common_floats && p.tasks.images == e->program->graph->max_batch && !p.tasks.image_tasks;
    if (p.tasks.images > 1 && !p.tasks.image_tasks && !p.whole)
        die("emit: the calls of %s cannot cover every batch", code->name);
    p.call = arena_alloc(e->program->context, (size_t)code->ncall, sizeof *p.call);
    order_calls(&p);
    name_slots(&p);
    return p;
}

static void print_parts(const StepPrinter *p)
{
    const StepPart *part = step_parts(p->emit->program->context, p->code);
    text_add(p->emit->out, "static const Part parts_%s[] = {", p->code->name);
    for (; part->images; part++)
        text_add(p->emit->out, "{%d, %lld, %lld}, ", part->images, (long long)part->tasks, (long long)part->work);
    text_add(p->emit->out, "{0}};\n\n");
}

static void print_step(const StepPrinter *p, const Uses *uses)
{
    if (!p->emit->bare)
        print_step_comment(p->emit, p->code, uses);
    text_add(p->emit->out, "%svoid step_%s(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)\n{\n", p->emit->bare ? "" : "static ",
             p->code->name);
    print_decoding(p);
    print_pointers(p);
    print_tasks(p);
    text_add(p->emit->out, "}\n\n");
    if (!p->emit->bare)
        print_parts(p);
}

static void count_uses(Uses *uses, const Step *step, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        Uses *u = &uses[step[i].code->id];
        if (u->count < NAMED_LAYERS)
            u->first[u->count] = &step[i];
        u->count++;
    }
}

static Uses *collect_uses(const Program *program)
{
    Uses *uses = arena_alloc(program->context, (size_t)program->ncodes, sizeof *uses);
    count_uses(uses, program->step, program->nstep);
    count_uses(uses, program->evaluation, program->nevaluation);
    return uses;
}

static void print_table(Emit *e, const char *name, const Step *first, size_t count)
{
    text_add(e->out, "static const Step %s[] = {\n", name);
    for (size_t i = 0; i < count; i++) {
        const Step *step = &first[i];
        size_t start = e->out->size;
        text_add(e->out, "    { step_%s, parts_%s, {", step->code->name, step->code->name);
        for (int s = 0; s < step->code->nslot; s++)
            text_add(e->out, "%s %lld", s ? "," : "", (long long)step->slot[s].offset);
        text_add(e->out, " }");
        if (e->program->graph->training)
            text_add(e->out, ", %#x", (unsigned)step->beside);
        text_add(e->out, " }, ");
        for (size_t column = e->out->size - start; column < COMMENT_COLUMN; column++)
            text_append(e->out, " ", 1);
        print_comment(e->out, step->label ? step->label : step->code->name);
    }
    text_add(e->out, "};\n\n");
}

void emit_steps(Emit *e)
{
    const Program *program = e->program;
    const Uses *uses = collect_uses(program);
    StepPrinter *printer = arena_alloc(program->context, (size_t)program->ncodes, sizeof *printer);
    for (const StepCode *code = program->codes; code; code = code->next) {
        printer[code->id] = step_printer(e, code);
        if (uses[code->id].count)
            print_step(&printer[code->id], &uses[code->id]);
    }
    if (e->bare)
        return;
    text_add(e->out, "/* The layers in the order in which they run. */\n");
    print_table(e, "steps", e->program->step, e->program->nstep);
    if (!e->program->nevaluation)
        return;
    text_add(e->out, "/* Those of a forward pass in evaluation mode. */\n");
    print_table(e, "evaluation_steps", e->program->evaluation, e->program->nevaluation);
}
