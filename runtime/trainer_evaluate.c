/* trainer_evaluate.c - loss and accuracy of the network as it would be used: running statistics, no dropout, no
 * augmentation, and every picture once: the last batch may be smaller, and pictures that cannot be read are left out. */
#include "trainer_evaluate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Sums over the images so far. */
typedef struct {
    double loss;
    int64_t images, top1, top5;
} Tally;

/* -log softmax(logits)[label], and the label's rank among the logits; equal ones count as larger if they come first. */
static void count_image(const float *logits, int classes, int32_t label, Tally *tally)
{
    double highest = -INFINITY, sum = 0;
    int rank = 0;
    for (int k = 0; k < classes; k++)
        highest = fmax(highest, logits[k]);
    for (int k = 0; k < classes; k++) {
        sum += exp(logits[k] - highest);
        rank += logits[k] > logits[label] || (logits[k] == logits[label] && k < label) || isnan(logits[k]);
    }
    tally->loss += log(sum) + highest - logits[label];
    tally->top1 += rank == 0;
    tally->top5 += rank < 5;
    tally->images++;
}

bool pass_complaints(const Trainer *trainer, Failure *failure)
{
    int64_t count;
    bool good = true;
    for (char *text; good && (text = loader_complaint(trainer->loader, &count)); free(text)) {
        char line[2200];
        snprintf(line, sizeof line, "%.2000s (unreadable pictures so far: %lld)", text, (long long)count);
        good = !trainer->events.note || trainer->events.note(trainer->events.context, line, failure);
    }
    return good;
}

static bool count_batch(const Trainer *trainer, const Batch *batch, float *logits, Tally *tally, Failure *failure)
{
    TrainEngine *engine = trainer->engine;
    if (!engine->evaluate(engine, batch->input, batch->count, logits, failure))
        return false;
    for (int i = 0; i < batch->count; i++)
        if (batch->label[i] >= 0)
            count_image(logits + (size_t)i * (size_t)engine->classes, engine->classes, batch->label[i], tally);
    return true;
}

static bool report_batch(const Trainer *trainer, int64_t epoch, int64_t done, int64_t batches, const Tally *tally,
                         Failure *failure)
{
    double images = tally->images ? (double)tally->images : 1;
    StepReport report = { .evaluating = true, .epoch = epoch, .batch = done, .batches = batches, .loss = tally->loss / images,
                          .mean_loss = tally->loss / images, .accuracy = (double)tally->top1 / images };
    return (!trainer->events.step || trainer->events.step(trainer->events.context, &report, failure))
        && pass_complaints(trainer, failure);
}

bool run_evaluation(const Trainer *trainer, const uint32_t *order, int64_t epoch, Evaluation *evaluation, bool *whole,
                    Failure *failure)
{
    Split split = trainer->overfit || !trainer->dataset->count[SPLIT_val] ? SPLIT_train : SPLIT_val;
    Pass pass = { .split = split,
                  .order = trainer->overfit ? order : NULL,
                  .count = trainer->overfit ? trainer->engine->batch : trainer->dataset->count[split],
                  .epoch = (uint32_t)epoch };
    int64_t batches = loader_batches(trainer->loader, &pass), done = 0;
    float *logits = calloc((size_t)trainer->engine->batch * (size_t)trainer->engine->classes, sizeof *logits);
    Tally tally = { 0 };
    Batch batch;
    bool good = logits || failure_set(failure, "out of memory for the answers of a batch");
    if (trainer->most_steps && trainer->most_steps < batches)
        batches = trainer->most_steps;
    loader_start(trainer->loader, &pass);
    while (good && done < batches && !(trainer->stop && *trainer->stop)) {
        good = loader_next(trainer->loader, &batch, failure) && count_batch(trainer, &batch, logits, &tally, failure);
        good = good && report_batch(trainer, epoch, ++done, batches, &tally, failure);
    }
    loader_stop(trainer->loader);
    free(logits);
    *whole = done == batches;
    if (good && *whole && !tally.images)
        good = failure_set(failure, "%s: none of its %lld pictures for evaluation can be read", trainer->dataset->name,
                           (long long)pass.count);
    if (good && *whole && !isfinite(tally.loss))
        good = failure_set(failure, "the evaluation's loss is no finite number: the parameters have grown too large");
    double images = tally.images ? (double)tally.images : 1;
    *evaluation = (Evaluation){ tally.loss / images, (double)tally.top1 / images, (double)tally.top5 / images, tally.images };
    return good;
}

bool trainer_evaluate(const Trainer *trainer, Evaluation *evaluation, Failure *failure)
{
    bool whole;
    return run_evaluation(trainer, NULL, 0, evaluation, &whole, failure)
        && (whole || failure_set(failure, "stopped before the evaluation was complete"));
}
