/* parallel.c - every thread of a team goes through all layers, does its share of each one's tasks, and waits for the
 * others. Shares are runs of neighbouring tasks, which read the same rows or the same filters, of equal work: a layer's
 * tasks are not equally long (the last rows, borders), and the split knows it. */
#include "parallel.h"

#include <omp.h>
#include <stdbool.h>

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
    return (among_groups ? 0 : groups * grouped.tasks) + whole * each.tasks + tasks_before(part, each.images, work - (double)whole * each.work);
}

/* One thread's way through all layers. */
static void run_share(const RunStep *first, size_t count, const Run *shared)
{
    _Alignas(64) float scratch[shared->scratch_floats + 1];     /* of this thread; pages that no task touches cost nothing */
    Run own = *shared;
    const Run *run = &own;
    own.scratch = scratch;
    const int thread = omp_get_thread_num(), threads = omp_get_num_threads();
    double start = run->seconds ? omp_get_wtime() : 0;
    for (size_t i = 0; i < count; i++) {
        const RunStep *step = &first[i];
        const ptrdiff_t stop = first_task(step->part, run->batch, thread + 1, threads);
        for (ptrdiff_t task = first_task(step->part, run->batch, thread, threads); task < stop; task++)
            step->run(run, step->slot, task);
#pragma omp barrier
        if (run->seconds) {
            const double end = omp_get_wtime();
            if (thread == 0)
                run->seconds[i] = end - start;
            start = end;
        }
    }
}

void run_steps(const RunStep *step, size_t count, const Run *run, int threads)
{
#pragma omp parallel num_threads(threads) if (threads > 1)
    run_share(step, count, run);
}
