/* trainer.c - see trainer.h. The state of a run is its Progress and what the engine holds; everything else is made from the
 * seed, so that a run which is stopped, killed and resumed goes the same way, to the bit. */
#include "trainer.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "trainer_evaluate.h"

enum { OVERFIT_STEPS = 10 };            /* that make an epoch of --overfit-one-batch */

/* A run at work. */
typedef struct {
    const Trainer *trainer;
    Progress *progress;
    RunDirectory directory;             /* path NULL: none */
    uint32_t *order;                    /* samples of the epoch */
    int64_t count, steps;               /* samples, batches of one epoch */
    int64_t first_step;                 /* where this process began */
    int64_t since_save;
    double epoch_start;                 /* seconds */
    int64_t epoch_images;               /* trained since then */
    double rate;                        /* of the last step */
} Work;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static bool stopped(const Work *work)
{
    const Trainer *trainer = work->trainer;
    return (trainer->stop && *trainer->stop)
        || (trainer->most_steps && work->progress->step - work->first_step >= trainer->most_steps);
}

static bool note(const Trainer *trainer, const char *text, Failure *failure)
{
    return !trainer->events.note || trainer->events.note(trainer->events.context, text, failure);
}

/* ---- checkpoints ------------------------------------------------------------------------------------------ */

static bool save(Work *work, bool best, Failure *failure)
{
    const Trainer *trainer = work->trainer;
    TensorData *tensors = NULL;
    size_t count = 0;
    if (!work->directory.path)
        return true;
    bool good = trainer->engine->read(trainer->engine, &tensors, &count, failure);
    char *last = run_directory_path(&work->directory, work->progress->step),
         *first = run_directory_path(&work->directory, -1);
    if (good && (!last || !first))
        good = failure_set(failure, "out of memory");
    /* The best one first: a run killed in between comes back to an older checkpoint and makes it again. */
    good = good && (!best || checkpoint_save(first, work->progress, tensors, count, failure));
    good = good && checkpoint_save(last, work->progress, tensors, count, failure)
        && run_directory_keep(&work->directory, trainer->keep, failure);
    work->since_save = 0;
    free(last);
    free(first);
    tensors_free(tensors, count);
    return good;
}

/* A checkpoint of another run is the user's mistake, not damage: nothing else is tried. */
static bool check_run(Work *work, const char *path, Failure *failure)
{
    const Progress *p = work->progress;
    if (strcmp(p->run, work->trainer->run))
        return failure_set(failure, "%s: is of another run:\n  %s\nnot\n  %s\nGive the same options, or another directory",
                           path, p->run, work->trainer->run);
    if (p->batch > work->steps || p->epochs > work->trainer->schedule.epochs
        || (p->epochs == work->trainer->schedule.epochs && p->batch))
        return failure_set(failure, "%s: is at epoch %" PRId64 ", the run has %d", path, p->epochs + 1,
                           work->trainer->schedule.epochs);
    return true;
}

/* The newest checkpoint that is whole; *found stays false where there is none. */
static bool resume_newest(Work *work, const int64_t *steps, size_t count, bool *found, Failure *failure)
{
    *found = false;
    for (size_t i = 0; i < count && !*found; i++) {
        Failure reason;
        char *path = run_directory_path(&work->directory, steps[i]);
        if (!path)
            return failure_set(failure, "out of memory");
        *found = checkpoint_restore(path, work->trainer->engine, work->progress, &reason);
        bool good = *found ? check_run(work, path, failure) : note(work->trainer, reason.text, failure);
        free(path);
        if (!good)
            return false;
    }
    return *found || !count
        || failure_set(failure, "%s: none of its %zu checkpoints can be used", work->directory.path, count);
}

static bool fresh_progress(Work *work, Failure *failure)
{
    *work->progress = (Progress){ .run = strdup(work->trainer->run), .best_accuracy = -1, .best_epoch = -1 };
    return work->progress->run || failure_set(failure, "out of memory");
}

/* Where the run goes on. Another learning rate than before is no mistake, but worth a word. */
static void tell_position(const Work *work, char *text, size_t size)
{
    const Progress *p = work->progress;
    const Schedule *s = &work->trainer->schedule;
    int length = snprintf(text, size, "resuming after step %" PRId64 ", in epoch %" PRId64, p->step, p->epochs + 1);
    const double before = p->epochs ? p->epoch[p->epochs - 1].rate : 0, now = schedule_rate(s, p->epochs * work->steps - 1, work->steps);
    if (p->epochs && before != now)
        snprintf(text + length, size - (size_t)length, "; epoch %" PRId64 " ended at a learning rate of %g, which would now be %g",
                 p->epochs, before, now);
}

/* Opens the directory and finds out where to begin. */
static bool begin(Work *work, Failure *failure)
{
    const Trainer *trainer = work->trainer;
    int64_t *steps = NULL;
    size_t count = 0;
    char text[256];
    bool found = false, good = !trainer->directory || run_directory_open(trainer->directory, &work->directory, failure);
    if (good && trainer->directory)
        good = run_directory_list(&work->directory, &steps, &count, failure);
    if (good && count && !trainer->resume)
        good = failure_set(failure, "%s: holds a run already: resume it (--resume), or name another directory",
                           trainer->directory);
    if (good && trainer->resume)
        good = resume_newest(work, steps, count, &found, failure);
    free(steps);
    if (!good)
        return false;
    if (found && work->progress->epochs == trainer->schedule.epochs)
        snprintf(text, sizeof text, "the run is complete: all of its %d epochs are done", trainer->schedule.epochs);
    else if (found)
        tell_position(work, text, sizeof text);
    else if (trainer->resume)
        snprintf(text, sizeof text, "nothing to resume: starting");
    work->first_step = found ? work->progress->step : 0;
    return (found || fresh_progress(work, failure)) && (!trainer->resume || note(trainer, text, failure))
        && (!trainer->events.begin || trainer->events.begin(trainer->events.context, failure));
}

/* ---- epochs ----------------------------------------------------------------------------------------------- */

/* The samples of an epoch in order: a permutation; of --overfit-one-batch the first batch of the first one, repeated. */
static void arrange(Work *work, int64_t epoch)
{
    const Trainer *trainer = work->trainer;
    int64_t batch = trainer->engine->batch;
    if (trainer->dataset->fixed)
        for (int64_t i = 0; i < work->count; i++)
            work->order[i] = (uint32_t)(i % trainer->dataset->count[SPLIT_train]);
    else if (trainer->overfit) {
        loader_shuffle(work->order, trainer->dataset->count[SPLIT_train], trainer->seed, 0);
        for (int64_t i = batch; i < work->count; i++)
            work->order[i] = work->order[i % batch];
    } else
        loader_shuffle(work->order, work->count, trainer->seed, (uint32_t)epoch);
}

static bool one_step(Work *work, const Batch *batch, Failure *failure)
{
    const Trainer *trainer = work->trainer;
    Progress *p = work->progress;
    double loss;
    int correct;
    work->rate = schedule_rate(&trainer->schedule, p->step, work->steps);
    if (!trainer->engine->step(trainer->engine, batch->input, batch->label, work->rate, p->step, &loss, &correct, failure))
        return false;
    if (!isfinite(loss) && !p->step)
        return failure_set(failure, "the loss of the first step is no finite number: "
                           "the weights that it begins with, or the pictures, are none either, or too large");
    if (!isfinite(loss))
        return failure_set(failure,
                           "the loss is no finite number any more after step %" PRId64
                           ", at a learning rate of %g: try a smaller one",
                           p->step + 1, work->rate);
    p->step++;
    p->batch++;
    p->loss_sum += loss;
    p->correct += correct;
    work->epoch_images += batch->count;
    StepReport report = { .epoch = p->epochs,
                          .batch = p->batch,
                          .batches = work->steps,
                          .step = p->step,
                          .rate = work->rate,
                          .loss = loss,
                          .mean_loss = p->loss_sum / (double)p->batch,
                          .accuracy = (double)p->correct / (double)(p->batch * trainer->engine->batch) };
    return !trainer->events.step || trainer->events.step(trainer->events.context, &report, failure);
}

/* The steps that are left of the epoch, or until the run is stopped. */
static bool train_epoch(Work *work, Failure *failure)
{
    const Trainer *trainer = work->trainer;
    const Progress *p = work->progress;
    Batch batch;
    bool good = true;
    if (p->batch == work->steps)
        return true;
    arrange(work, p->epochs);
    loader_start(trainer->loader,
                 &(Pass){ .split = SPLIT_train,
                          .order = work->order,
                          .count = work->count,
                          .epoch = (uint32_t)p->epochs,
                          .augment = true,
                          .whole = true,
                          .first = p->batch });
    while (good && p->batch < work->steps && !stopped(work)) {
        if (!loader_next(trainer->loader, &batch, failure))
            good = *failure->text ? false : failure_set(failure, "the data ends early");
        good = good && one_step(work, &batch, failure) && pass_complaints(trainer, failure);
        if (good && trainer->save_every && ++work->since_save >= trainer->save_every && p->batch < work->steps)
            good = save(work, false, failure);
    }
    loader_stop(trainer->loader);
    return good;
}

/* Evaluates and closes the epoch. */
static bool finish_epoch(Work *work, Failure *failure)
{
    const Trainer *trainer = work->trainer;
    Progress *p = work->progress;
    double seconds = now() - work->epoch_start;
    Evaluation evaluation = { .loss = -1, .top1 = -1 };
    EpochReport report = { .epoch = p->epochs,
                           .seconds = seconds,
                           .images_per_second = seconds > 0 ? (double)work->epoch_images / seconds : 0 };
    bool any = trainer->overfit || trainer->dataset->count[SPLIT_val], whole = true;
    if (any && !run_evaluation(trainer, work->order, p->epochs, &evaluation, &whole, failure))
        return false;
    if (!whole)
        return true;                    /* stopped: the evaluation begins again when the run is resumed */
    report.result =
        (EpochResult){ schedule_rate(&trainer->schedule, p->step - 1, work->steps), p->loss_sum / (double)p->batch,
                       (double)p->correct / (double)(p->batch * trainer->engine->batch), evaluation.loss, evaluation.top1 };
    report.best = any && evaluation.top1 > p->best_accuracy;
    if (report.best)
        p->best_accuracy = evaluation.top1, p->best_epoch = p->epochs;
    if (!progress_add(p, report.result, failure))
        return false;
    p->batch = 0;
    p->loss_sum = 0;
    p->correct = 0;
    return save(work, report.best, failure)
        && (!trainer->events.epoch || trainer->events.epoch(trainer->events.context, &report, p, failure));
}

static bool run_epochs(Work *work, Failure *failure)
{
    const Trainer *trainer = work->trainer;
    const Progress *p = work->progress;
    while (p->epochs < trainer->schedule.epochs && !(trainer->stop && *trainer->stop)) {
        int64_t epoch = p->epochs;
        work->epoch_start = now();
        work->epoch_images = 0;
        if (!train_epoch(work, failure))
            return false;
        bool limited = trainer->most_steps && stopped(work);
        if ((p->batch == work->steps || limited) && !finish_epoch(work, failure))
            return false;
        if (p->epochs == epoch || limited)      /* stopped within the epoch */
            return limited || save(work, false, failure);
    }
    return true;
}

int64_t trainer_steps(const Trainer *trainer)
{
    int64_t steps = trainer->dataset->count[SPLIT_train] / trainer->engine->batch;
    return steps && trainer->overfit ? OVERFIT_STEPS : steps;
}

static bool prepare(Work *work, Failure *failure)
{
    const Trainer *trainer = work->trainer;
    int64_t count = trainer->dataset->count[SPLIT_train], batch = trainer->engine->batch;
    if (!count)
        return failure_set(failure, "%s: has no pictures to train on", trainer->dataset->name);
    if (count < batch)
        return failure_set(failure,
                           "%s: its %" PRId64 " training pictures do not fill a batch of %" PRId64 ": a smaller --batch",
                           trainer->dataset->name, count, batch);
    work->count = trainer->overfit ? OVERFIT_STEPS * batch : count;
    work->steps = trainer_steps(trainer);
    size_t room = (size_t)(work->count > count ? work->count : count);
    work->order = malloc(room * sizeof *work->order);
    return work->order || failure_set(failure, "out of memory for %" PRId64 " samples", count);
}

bool trainer_run(const Trainer *trainer, Progress *progress, Failure *failure)
{
    Work work = { .trainer = trainer, .progress = progress, .directory = { .descriptor = -1 } };
    *progress = (Progress){ 0 };
    bool good = prepare(&work, failure) && begin(&work, failure) && run_epochs(&work, failure);
    loader_stop(trainer->loader);
    run_directory_close(&work.directory);
    free(work.order);
    return good;
}
