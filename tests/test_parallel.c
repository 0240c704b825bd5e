/* The split of tasks among threads: nothing left out, nothing twice, equal work as far as whole tasks allow; and the order of layers. */
#include <criterion/criterion.h>
#include <omp.h>
#include <stdatomic.h>
#include <string.h>

#include "../runtime/parallel.h"

/* Work of tasks begin..end - 1, and the work of the longest task. */
static double work_of(const RunPart *part, int batch, ptrdiff_t begin, ptrdiff_t end, double *longest)
{
    ptrdiff_t task = 0;
    double sum = 0;
    int group = part->images;
    for (int singles = 0; singles < 1 + (group > 1); singles++) {
        int images = singles ? 1 : group, count = singles ? batch % group : batch / group;
        for (int i = 0; i < count; i++)
            for (const RunPart *p = part; p->images; p++)
                for (ptrdiff_t t = 0; p->images == images && t < p->tasks; t++, task++) {
                    sum += task >= begin && task < end ? p->work : 0;
                    *longest = p->work > *longest ? p->work : *longest;
                }
    }
    return end < 0 ? task : sum;
}

static void expect_fair(const RunPart *part, int batch, int threads)
{
    double longest = 0;
    ptrdiff_t all = (ptrdiff_t)work_of(part, batch, 0, -1, &longest);
    double total = work_of(part, batch, 0, all, &longest);
    cr_expect_eq(first_task(part, batch, 0, threads), 0);
    cr_expect_eq(first_task(part, batch, threads, threads), all, "batch %d: %td tasks, not %td", batch,
                 first_task(part, batch, threads, threads), all);
    for (int t = 0; t < threads; t++) {
        ptrdiff_t begin = first_task(part, batch, t, threads), end = first_task(part, batch, t + 1, threads);
        cr_expect_leq(begin, end, "thread %d of %d, batch %d", t, threads, batch);
        double share = work_of(part, batch, begin, end, &longest);
        cr_expect_leq(share, total / threads + longest * 1.001, "thread %d of %d, batch %d: %g of %g", t, threads, batch, share, total);
    }
}

Test(parallel, shares_are_fair)
{
    static const RunPart layer[][5] = {
        {{1, 1, 5}, {0}},
        {{1, 64, 1000}, {0}},
        {{1, 16, 1000}, {1, 32, 3}, {0}},                   /* tiles and borders */
        {{1, 9, 1000}, {1, 3, 400}, {1, 3, 90}, {0}},       /* and last rows */
        {{8, 25, 800}, {1, 25, 110}, {0}},                  /* a linear layer by groups of images */
        {{8, 3, 800}, {8, 1, 500}, {1, 3, 110}, {1, 1, 60}, {0}},
        {{7, 6, 1e9}, {0}},                                 /* whole batches alone */
    };
    for (size_t i = 0; i < sizeof layer / sizeof *layer; i++)
        for (int batch = layer[i][0].images == 7 ? 7 : 1; batch <= 20; batch += layer[i][0].images == 7 ? 7 : 1)
            for (int threads = 1; threads <= 9; threads++)
                expect_fair(layer[i], batch, threads);
}

/* ---- the order of layers: each task counts itself, and looks whether all that its image needs is done ---------------------- */

enum { LAYERS = 4, TASKS = 6, MOST_IMAGES = 9 };
static atomic_int done[LAYERS][MOST_IMAGES], early;

static void count_task(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    int layer = (int)*slot, image = (int)(task / TASKS);
    if (image >= run->batch || (layer && done[layer - 1][image] != TASKS))
        early++;
    done[layer][image]++;
}

Test(parallel, layers_in_order)
{
    static const RunPart part[] = {{1, TASKS - 2, 10}, {1, 2, 3}, {0}};
    RunStep step[LAYERS];
    double seconds[LAYERS];
    for (int i = 0; i < LAYERS; i++)
        step[i] = (RunStep){count_task, part, {i}, 0};
    for (int batch = 1; batch <= MOST_IMAGES; batch++)
        for (int threads = 1; threads <= 4; threads++)
            for (int leading = 0; leading <= LAYERS; leading++) {
                memset(done, 0, sizeof done);
                memset(seconds, 255, sizeof seconds);
                run_steps(step, LAYERS, (size_t)leading, &(Run){.batch = batch, .seconds = seconds}, threads);
                for (int i = 0; i < LAYERS * MOST_IMAGES; i++)
                    cr_assert_eq(done[i / MOST_IMAGES][i % MOST_IMAGES], i % MOST_IMAGES < batch ? TASKS : 0,
                                 "layer %d, image %d of %d, %d threads, %d leading", i / MOST_IMAGES, i % MOST_IMAGES, batch, threads, leading);
                for (int i = 0; i < LAYERS; i++)
                    cr_assert_geq(seconds[i], 0);
            }
    cr_expect_eq(early, 0);
}

/* Layer by layer: a task finds all tasks of all images of the layer before done. */
static void count_long_task(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    int layer = (int)*slot;
    for (int image = 0; layer && image < run->batch; image++)
        early += done[layer - 1][image] != TASKS;
    done[layer][task / TASKS]++;
}

Test(parallel, long_steps_in_order)
{
    static const RunPart part[] = {{1, TASKS - 2, 10}, {1, 2, 3}, {0}};
    RunStep step[LAYERS];
    for (int i = 0; i < LAYERS; i++)
        step[i] = (RunStep){count_long_task, part, {i}, 0};
    for (int batch = 1; batch <= MOST_IMAGES; batch++)
        for (int threads = 1; threads <= 5; threads++)
            for (int again = 0; again < 50; again++) {
                memset(done, 0, sizeof done);
                run_long_steps(step, LAYERS, &(Run){.batch = batch}, threads);
                for (int i = 0; i < LAYERS * MOST_IMAGES; i++)
                    cr_assert_eq(done[i / MOST_IMAGES][i % MOST_IMAGES], i % MOST_IMAGES < batch ? TASKS : 0);
            }
    cr_expect_eq(early, 0);
}

/* ---- steps beside each other ---------------------------------------------------------------------------------------------------- */

enum { MANY_STEPS = 40, STEP_TASKS = 5 };
static RunStep many[MANY_STEPS];
static atomic_int over[MANY_STEPS];

/* A task finds all tasks over of the steps that its own must wait for. */
static void count_beside(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    int step = (int)*slot;
    (void)task;
    for (int i = 0; i < step; i++)
        if (step - i > RUN_BESIDE || !(many[step].beside >> (step - i - 1) & 1))
            early += over[i] != run->batch * STEP_TASKS;
    over[step]++;
}

Test(parallel, steps_wait_for_what_they_must)
{
    static const RunPart part[] = {{1, STEP_TASKS, 1}, {0}};
    unsigned random = 1;
    for (int again = 0; again < 300; again++) {
        for (int i = 0; i < MANY_STEPS; i++) {
            random = random * 1103515245 + 12345;
            many[i] = (RunStep){count_beside, part, {i}, random >> 16 & 255};
            over[i] = 0;
        }
        run_long_steps(many, MANY_STEPS, &(Run){.batch = 3}, 1 + again % 5);
        for (int i = 0; i < MANY_STEPS; i++)
            cr_assert_eq(over[i], 3 * STEP_TASKS);
    }
    cr_expect_eq(early, 0);
}

/* The first step's only task ends when the second step, which may run beside it, is over. */
static void wait_for_next(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    double deadline = omp_get_wtime() + 20;
    (void)run, (void)task;
    while (*slot == 0 && !over[1] && omp_get_wtime() < deadline)
        ;
    over[*slot]++;
    early += omp_get_wtime() >= deadline;
}

Test(parallel, threads_go_on_to_what_need_not_wait)
{
    static const RunPart part[] = {{1, 1, 1}, {0}};
    const RunStep step[] = {{wait_for_next, part, {0}, 0}, {wait_for_next, part, {1}, 1}, {wait_for_next, part, {2}, 0}};
    run_long_steps(step, 3, &(Run){.batch = 1}, 2);
    cr_expect(over[0] == 1 && over[1] == 1 && over[2] == 1);
    cr_expect_eq(early, 0, "nobody began the next step while the one before was held up");
}

/* The first task of all ends when the others have: it takes another thread to do those of its share. */
static void wait_for_others(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    double deadline = omp_get_wtime() + 20;
    (void)slot;
    while (task == 0 && done[0][0] < run->batch * TASKS - 1 && omp_get_wtime() < deadline)
        ;
    done[0][0]++;
    early += omp_get_wtime() >= deadline;
}

Test(parallel, threads_help_each_other)
{
    static const RunPart part[] = {{1, TASKS, 1}, {0}};
    run_long_steps(&(RunStep){wait_for_others, part, {0}, 0}, 1, &(Run){.batch = 2}, 2);
    cr_expect_eq(done[0][0], 2 * TASKS);
    cr_expect_eq(early, 0, "nobody did the tasks of a thread that was held up");
}
