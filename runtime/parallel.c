/* parallel.c - every thread of a team goes through all layers, does its share of each one's tasks, and waits for the
 * others: the end of an `omp for` is a barrier. The split depends on the numbers of tasks and threads alone. */
#include "parallel.h"

#include <omp.h>

/* One thread's way through all layers. */
static void run_share(const RunStep *first, size_t count, const Run *shared)
{
    _Alignas(64) float scratch[shared->scratch_floats + 1];     /* of this thread; pages that no task touches cost nothing */
    Run own = *shared;
    const Run *run = &own;
    own.scratch = scratch;
    double start = run->seconds ? omp_get_wtime() : 0;
    for (size_t i = 0; i < count; i++) {
        const RunStep *step = &first[i];
        const ptrdiff_t groups = run->batch / step->images, rest = run->batch % step->images;
        const ptrdiff_t tasks = groups * step->group_tasks + rest * step->image_tasks;
#pragma omp for schedule(static)
        for (ptrdiff_t task = 0; task < tasks; task++)
            step->run(run, step->slot, task);
        if (run->seconds) {
            const double end = omp_get_wtime();
#pragma omp master
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
