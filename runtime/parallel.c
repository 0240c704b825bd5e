/* parallel.c - every thread of a team goes through all layers, does its share of each one's tasks, and waits for the
 * others; only images that are dealt out whole need no waiting. Shares are runs of neighbouring tasks, which read the same rows
 * or the same filters, of equal work: a layer's tasks are not equally long (the last rows, borders), and the split knows it. */
#include "parallel.h"

#include <omp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The tasks, and their work, of a group of so many images. */
static RunPart sum_parts(const RunPart *part, int images)
{
    RunPart sum = {.images = images};
    for (; part->images; part++)
        if (part->images == images) {
            sum.tasks += part->tasks;
            sum.work += (double)part->tasks * part->work;
        }
    return sum;
}

/* Of the tasks of one group of images, those that come before so much work. */
static ptrdiff_t tasks_before(const RunPart *part, int images, double work)
{
    ptrdiff_t task = 0;
    for (; part->images; part++)
        if (part->images == images) {
            ptrdiff_t count = (ptrdiff_t)(work / part->work + 0.5);
            if (count < part->tasks)
                return task + (count > 0 ? count : 0);
            task += part->tasks;
            work -= (double)part->tasks * part->work;
        }
    return task;
}

ptrdiff_t first_task(const RunPart *part, int batch, int thread, int threads)
{
    const int group = part->images;
    const RunPart grouped = sum_parts(part, group), single = sum_parts(part, 1);
    const ptrdiff_t groups = batch / group, rest = batch % group;
    const double first = (double)groups * grouped.work;
    double work = (first + (double)rest * single.work) * thread / threads;
    if (thread == threads)
        return groups * grouped.tasks + rest * single.tasks;
    const bool among_groups = work < first || thread == 0;
    const RunPart each = among_groups ? grouped : single;
    work -= among_groups ? 0 : first;
    const ptrdiff_t whole = (ptrdiff_t)(work / each.work);
    return (among_groups ? 0 : groups * grouped.tasks) + whole * each.tasks +
           tasks_before(part, each.images, work - (double)whole * each.work);
}

/* A thread's share of the tasks that some images, from `first` on, have in one layer. Where they do not begin at 0, no task takes
 * several. */
static void run_share(const Run *run, const RunStep *step, int first, int images, int thread, int threads)
{
    const ptrdiff_t before = first ? first * first_task(step->part, 1, 1, 1) : 0;
    const ptrdiff_t stop = before + first_task(step->part, images, thread + 1, threads);
    for (ptrdiff_t task = before + first_task(step->part, images, thread, threads); task < stop; task++)
        step->run(run, step->slot, task);
}

/* The time from which on layers are timed, if they are: none has taken any. */
static double start_clock(const Run *run, int thread, size_t layers)
{
    for (size_t i = 0; run->seconds && thread == 0 && i < layers; i++)
        run->seconds[i] = 0;
    return run->seconds ? omp_get_wtime() : 0;
}

/* The time since *start is a layer's. */
static void stop_clock(const Run *run, int thread, size_t layer, double *start)
{
    if (!run->seconds)
        return;
    const double end = omp_get_wtime();
    if (thread == 0)
        run->seconds[layer] += end - *start;
    *start = end;
}

/* One thread's way through all layers: with as many images as each thread can have through the leading ones, alone; and with the
 * others, and from there on with all, layer by layer, waiting for the other threads. */
static void run_thread(const RunStep *step, size_t count, size_t leading, const Run *shared)
{
    _Alignas(64) float scratch[shared->scratch_floats + 1];     /* of this thread; pages that no task touches cost nothing */
    Run own = *shared;
    const Run *run = &own;
    own.scratch = scratch;
    const int thread = omp_get_thread_num(), threads = omp_get_num_threads(), each = leading ? run->batch / threads : 0;
    double start = start_clock(run, thread, count);
    for (int image = thread * each; image < (thread + 1) * each; image++)
        for (size_t i = 0; i < leading; i++) {
            run_share(run, &step[i], image, 1, 0, 1);
            stop_clock(run, thread, i, &start);
        }
    for (size_t i = each * threads == run->batch ? leading : 0; i < count; i++) {
        const int first = i < leading ? each * threads : 0;
        if (i == leading && each) {
#pragma omp barrier
        }
        run_share(run, &step[i], first, run->batch - first, thread, threads);
#pragma omp barrier
        stop_clock(run, thread, i, &start);
    }
}

void run_steps(const RunStep *step, size_t count, size_t leading, const Run *run, int threads)
{
#pragma omp parallel num_threads(threads) if (threads > 1)
    run_thread(step, count, leading, run);
}

/* ---- steps whose threads help each other ---------------------------------------------------------------------------- */

/* How far the team has come: of each thread's share of each step, how many tasks have been taken; of each step, how many are over.
 * A row for each thread, to which that thread writes for every task, and one for all; rows are whole cache lines. */
typedef struct {
    const RunStep *step;
    int threads;
    size_t row;
    ptrdiff_t *taken, *over;
} Team;

/* Takes tasks of a thread's share until there are no more. Returns how many. */
static ptrdiff_t take_tasks(const Run *run, const Team *team, size_t i, int thread)
{
    const RunStep *step = &team->step[i];
    const ptrdiff_t first = first_task(step->part, run->batch, thread, team->threads),
                    end = first_task(step->part, run->batch, thread + 1, team->threads);
    ptrdiff_t *taken = &team->taken[(size_t)thread * team->row + i];
    for (ptrdiff_t count = 0;; count++) {
        ptrdiff_t task;
#pragma omp atomic capture
        task = (*taken)++;
        if (task >= end - first)
            return count;
        step->run(run, step->slot, first + task);
    }
}

/* Waits until all tasks of a step are over: in a loop at first, as others end soon, then letting them run, where processors are fewer. */
static void await_step(const Run *run, const Team *team, size_t i)
{
    enum { LOOPS = 1000 };
    const ptrdiff_t tasks = first_task(team->step[i].part, run->batch, team->threads, team->threads);
    for (int loop = 0;;) {
        ptrdiff_t over;
#pragma omp atomic read seq_cst
        over = team->over[i];
        if (over == tasks)
            return;
        if (loop < LOOPS)
            loop++;
        else
            sched_yield();
    }
}

/* Waits for what step i must follow. This thread has waited for those before the last RUN_BESIDE already, but for one. */
static void await_others(const Run *run, const Team *team, size_t i)
{
    for (size_t d = 0; d < RUN_BESIDE && d < i; d++)
        if (!(team->step[i].beside >> d & 1))
            await_step(run, team, i - d - 1);
    if (i > RUN_BESIDE)
        await_step(run, team, i - RUN_BESIDE - 1);
}

/* One thread's way: in every step its own share, and then what others have not come to. */
static void run_helping_thread(const Team *team, size_t count, const Run *shared)
{
    _Alignas(64) float scratch[shared->scratch_floats + 1];
    Run own = *shared;
    const Run *run = &own;
    own.scratch = scratch;
    const int thread = omp_get_thread_num();
    double start = start_clock(run, thread, count);
    for (size_t i = 0; i < count; i++) {
        ptrdiff_t ran = 0;
        await_others(run, team, i);
        for (int other = 0; other < team->threads; other++)
            ran += take_tasks(run, team, i, (thread + other) % team->threads);
#pragma omp atomic update seq_cst
        team->over[i] += ran;
        if (run->seconds)
            await_step(run, team, i);
        stop_clock(run, thread, i, &start);
    }
}

void run_long_steps(const RunStep *step, size_t count, const Run *run, int threads)
{
    enum { LINE = 64 };
    const size_t row = (count * sizeof(ptrdiff_t) / LINE + 1) * LINE / sizeof(ptrdiff_t);
    const size_t size = ((size_t)threads + 1) * row * sizeof(ptrdiff_t);
    ptrdiff_t *taken = threads > 1 ? aligned_alloc(LINE, size) : NULL;
    if (!taken) {                       /* nobody to help: or no memory for it */
        run_thread(step, count, 0, run);
        return;
    }
    const Team team = {step, threads, row, memset(taken, 0, size), taken + (size_t)threads * row};
#pragma omp parallel num_threads(threads)
    run_helping_thread(&team, count, run);
    free(taken);
}
