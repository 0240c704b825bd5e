/* command_train_report.c - what is seen of a training run: on a terminal a line that changes with every step, otherwise one
 * line an epoch; a log in JSON; curves. All of it goes to stderr or files; the result alone goes to stdout. */
#include "command_train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../runtime/curves.h"

enum { BAR_WIDTH = 16, LEAST_COLUMNS = 40 };
static const double draw_seconds = 0.1;

/* ---- the line that changes -------------------------------------------------------------------------------- */

static int terminal_columns(void)
{
    struct winsize size = {0};
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || size.ws_col < LEAST_COLUMNS ? 80 : size.ws_col;
}

static void clear_bar(Report *report)
{
    if (report->bar_length)
        fputs("\r\033[K", stderr);
    report->bar_length = 0;
}

/* 1:02:03 or 2:03 */
static void time_text(char *out, size_t size, double seconds)
{
    long whole = seconds < 0 || !(seconds < 1e8) ? 0 : (long)(seconds + 0.5);
    if (whole >= 3600)
        snprintf(out, size, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
    else
        snprintf(out, size, "%ld:%02ld", whole / 60, whole % 60);
}

/* Steps of the whole run that are left, at this process's pace so far: evaluation and saving are in it. */
static double seconds_left(const Report *report, const StepReport *step, double now)
{
    double done = (double)(step->step - report->first_step), left = (double)(report->epochs * step->batches - step->step);
    return done > 0 ? (now - report->start) / done * left : 0;
}

static void draw_bar(Report *report, const StepReport *step, double now)
{
    char bar[BAR_WIDTH + 1], left[32] = "", line[512];
    int64_t filled = step->batch * BAR_WIDTH / step->batches;
    for (int i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < filled ? '=' : i == filled ? '>' : ' ';
    bar[BAR_WIDTH] = '\0';
    double seconds = now - report->epoch_start;
    double rate = (double)(step->batch - report->epoch_first) * report->batch / (seconds > 0 ? seconds : 1);
    if (!step->evaluating)
        time_text(left, sizeof left, seconds_left(report, step, now));
    int columns = terminal_columns();
    int length = snprintf(line, sizeof line, "%s %lld/%lld [%s] %lld/%lld  loss %.4f  acc %.1f %%  %.0f/s%s%s%s",
                          step->evaluating ? "evaluating" : "epoch", (long long)step->epoch + 1, (long long)report->epochs,
                          bar, (long long)step->batch, (long long)step->batches, step->mean_loss, 100 * step->accuracy,
                          rate, *left ? "  " : "", left, *left ? " left" : "");
    if (length >= columns)
        line[columns - 1] = '\0';
    fprintf(stderr, "\r%s\033[K", line);
    report->bar_length = 1;
    report->last_draw = now;
}

/* ---- the log ---------------------------------------------------------------------------------------------- */

static bool log_line(Report *report, json_t *json, Failure *failure)
{
    bool good = true;
    if (report->log && json)
        good = !json_dumpf(json, report->log, JSON_COMPACT | JSON_REAL_PRECISION(9)) && fputc('\n', report->log) != EOF
            && !fflush(report->log);
    json_decref(json);
    return good || failure_set(failure, "cannot write %s", report->session->arguments->train.log);
}

static json_t *optional(double value)
{
    return value < 0 ? json_null() : json_real(value);
}

/* ---- events ----------------------------------------------------------------------------------------------- */

/* Remembers where an epoch or an evaluation began, for its pace. */
static void note_start(Report *report, const StepReport *step, double now)
{
    if (step->evaluating && step->batch == 1) {
        report->epoch_start = now;
        report->epoch_first = 1;
    } else if (!step->evaluating && (report->first_step < 0 || step->batch == 1)) {
        report->epoch_first = step->batch - 1;
        report->first_step = report->first_step < 0 ? step->step - 1 : report->first_step;
    }
}

static bool on_step(void *context, const StepReport *step, Failure *failure)
{
    Report *report = context;
    double now = seconds_now();
    note_start(report, step, now);
    if (report->bar && (now - report->last_draw >= draw_seconds || step->batch == step->batches))
        draw_bar(report, step, now);
    if (step->evaluating || !report->log)
        return true;
    json_t *json =
        json_pack("{s:s, s:I, s:I, s:f, s:f, s:f}", "event", "step", "epoch", (json_int_t)step->epoch + 1, "step",
                  (json_int_t)step->step, "loss", step->loss, "accuracy", step->accuracy, "lr", step->rate);
    return log_line(report, json, failure);
}

/* Two charts beside each other, loss and accuracy. */
static bool draw_curves(Report *report, const Progress *progress, Failure *failure)
{
    const char *path = report->session->arguments->train.svg;
    size_t count = (size_t)progress->epochs, size;
    double *value = calloc(5 * count + 1, sizeof *value);
    if (!value)
        return failure_set(failure, "out of memory for the curves");
    double *epoch = value, *loss = value + count, *accuracy = value + 2 * count;
    double *val_loss = value + 3 * count, *val_accuracy = value + 4 * count;
    for (size_t i = 0; i < count; i++) {
        const EpochResult *e = &progress->epoch[i];
        epoch[i] = (double)i + 1;
        loss[i] = e->loss, accuracy[i] = e->accuracy;
        val_loss[i] = e->val_accuracy < 0 ? NAN : e->val_loss, val_accuracy[i] = e->val_accuracy < 0 ? NAN : e->val_accuracy;
    }
    Curve losses[] = {{"training", epoch, loss, count, 0, false}, {"evaluation", epoch, val_loss, count, 1, false}};
    Curve accuracies[] = {{"training", epoch, accuracy, count, 0, false},
                          {"evaluation", epoch, val_accuracy, count, 1, false}};
    const Chart chart[] = {{"loss", "epoch", losses, 2, false}, {"accuracy", "epoch", accuracies, 2, true}};
    char *svg = curves_svg(report->title, chart, 2, &size);
    bool good = svg ? try_output(path, svg, size, failure) : failure_set(failure, "out of memory for the curves");
    free(svg);
    free(value);
    return good;
}

static void print_epoch(const Report *report, const EpochReport *epoch)
{
    const EpochResult *r = &epoch->result;
    int digits = report->epochs < 10 ? 1 : report->epochs < 100 ? 2 : 3;
    fprintf(stderr, "epoch %*lld/%lld  loss %.4f  accuracy %5.2f %%", digits, (long long)epoch->epoch + 1,
            (long long)report->epochs, r->loss, 100 * r->accuracy);
    if (r->val_accuracy >= 0)
        fprintf(stderr, "  evaluation: loss %.4f  accuracy %5.2f %%%s", r->val_loss, 100 * r->val_accuracy,
                epoch->best ? " *" : "  ");
    fprintf(stderr, "  lr %.4g  %.0f images/s  %.1f s\n", r->rate, epoch->images_per_second, epoch->seconds);
}

static bool on_epoch(void *context, const EpochReport *epoch, const Progress *progress, Failure *failure)
{
    Report *report = context;
    const EpochResult *r = &epoch->result;
    clear_bar(report);
    print_epoch(report, epoch);
    report->epoch_start = seconds_now();
    json_t *json = json_pack("{s:s, s:I, s:I, s:f, s:f, s:o, s:o, s:f, s:f, s:f}", "event", "epoch", "epoch",
                             (json_int_t)epoch->epoch + 1, "step", (json_int_t)progress->step, "loss", r->loss, "accuracy",
                             r->accuracy, "val_loss", optional(r->val_accuracy < 0 ? -1 : r->val_loss), "val_accuracy",
                             optional(r->val_accuracy), "lr", r->rate, "seconds", epoch->seconds, "images_per_second",
                             epoch->images_per_second);
    return log_line(report, json, failure)
        && (!report->session->arguments->train.svg || draw_curves(report, progress, failure));
}

static bool on_note(void *context, const char *text, Failure *failure)
{
    Report *report = context;
    char line[2400];
    snprintf(line, sizeof line, "%s", text);
    clear_bar(report);
    tell("nncc: %s\n", mask_controls(line, false));
    json_t *json = json_pack("{s:s, s:s}", "event", "note", "text", text);
    for (char *c = line; !json && *c; c++)      /* names of files need not be UTF-8 */
        *c = (unsigned char)*c < 128 ? *c : '?';
    return log_line(report, json ? json : json_pack("{s:s, s:s}", "event", "note", "text", line), failure);
}

TrainerEvents report_events(Report *report)
{
    return (TrainerEvents){.context = report, .step = on_step, .epoch = on_epoch, .note = on_note};
}

/* ---- beginning and end ------------------------------------------------------------------------------------ */

bool report_open(Report *report, Session *session, const TrainWork *work, Failure *failure)
{
    const TrainArguments *a = &session->arguments->train;
    *report = (Report){.session = session,
                       .bar = wants_colour(),
                       .epochs = work->trainer.schedule.epochs,
                       .first_step = -1,
                       .batch = work->options.batch,
                       .title = arena_printf(&session->context, "%s on %s", session->graph->name, work->dataset->name)};
    report->start = report->epoch_start = seconds_now();
    if (a->log && !(report->log = fopen(a->log, a->resume ? "ae" : "we")))
        return failure_set(failure, "cannot write the log %s", a->log);
    return true;
}

void report_close(Report *report)
{
    clear_bar(report);
    if (report->log)
        fclose(report->log);
    report->log = NULL;
}

void report_start(TrainWork *work)
{
    static const char *const schedule[] = {"constant", "in steps", "at milestones", "cosine", "polynomial"};
    const Trainer *t = &work->trainer;
    const Dataset *d = work->dataset;
    Session *session = work->report.session;
    const TrainArguments *a = &session->arguments->train;
    const char *augment = a->overfit ? "none" : a->augment ? a->augment : d->augment;
    int64_t parameters = graph_parameters(session->graph);
    Failure failure;
    const char *trained = a->train && !a->evaluate ? with_commas(&session->context, t->engine->trained) : NULL;
    tell("%s: %s parameters%s%s%s; %s: %lld pictures, %lld to evaluate, %d classes\n", session->graph->name,
         with_commas(&session->context, parameters), trained ? ", of which " : "", trained ? trained : "", trained ? " are trained" : "",
         d->name, (long long)d->count[SPLIT_train], (long long)d->count[SPLIT_val], d->classes);
    if (a->evaluate)
        return;
    int64_t steps = trainer_steps(t), left = d->count[SPLIT_train] - steps * t->engine->batch;
    char waiting[64] = "";
    if (!steps)
        return;                         /* which trainer_run refuses */
    if (left > 0)
        snprintf(waiting, sizeof waiting, " (%lld pictures fill none, other ones each time)", (long long)left);
    tell("batch %d, %lld steps an epoch%s, %s, learning rate %g, %s, by %s; augmentation: %s; %s on %d thread%s\n",
            t->engine->batch, (long long)steps, waiting,
            work->options.training.optimiser.kind == OPTIMISER_adamw ? "AdamW" : "SGD", t->schedule.rate,
            schedule[t->schedule.kind], t->schedule.per_iteration ? "iteration" : "epoch",
            augment, work->options.backend, work->options.threads, work->options.threads == 1 ? "" : "s");
    if (!t->directory && !a->dry_run && !a->overfit)
        fputs("nncc: no --out: the trained weights will not be kept\n", stderr);
    log_line(&work->report,
             json_pack("{s:s, s:s, s:I, s:I}", "event", "start", "run", t->run, "epochs", (json_int_t)t->schedule.epochs,
                       "parameters", (json_int_t)parameters),
             &failure);
}

static json_t *result_json(const TrainWork *work, bool stopped)
{
    const Progress *p = &work->progress;
    const EpochResult *last = p->epochs ? &p->epoch[p->epochs - 1] : NULL;
    json_t *json = json_pack("{s:s, s:I, s:I, s:b}", "name", work->report.session->graph->name, "epochs",
                             (json_int_t)p->epochs, "steps", (json_int_t)p->step, "stopped", stopped);
    json_object_set_new(json, "loss", last ? json_real(last->loss) : json_null());
    json_object_set_new(json, "accuracy", last ? json_real(last->accuracy) : json_null());
    json_object_set_new(json, "val_loss", last && last->val_accuracy >= 0 ? json_real(last->val_loss) : json_null());
    json_object_set_new(json, "val_accuracy", last ? optional(last->val_accuracy) : json_null());
    json_object_set_new(json, "best_epoch", p->best_epoch < 0 ? json_null() : json_integer(p->best_epoch + 1));
    json_object_set_new(json, "best_accuracy", optional(p->best_accuracy));
    return json;
}

void report_end(TrainWork *work, bool stopped)
{
    const Progress *p = &work->progress;
    Session *session = work->report.session;
    const TrainArguments *a = &session->arguments->train;
    if (stopped)
        tell("nncc: stopped after step %lld%s\n", (long long)p->step,
                a->directory ? "; --resume goes on from there" : "");
    if (session->arguments->json)
        session->json = result_json(work, stopped);
    else if (p->best_epoch >= 0 && !a->dry_run)
        printf("best accuracy %.2f %%, after epoch %lld of %lld\n", 100 * p->best_accuracy, (long long)p->best_epoch + 1,
               (long long)p->epochs);
    else if (p->epochs)
        printf("loss %.4f, accuracy %.2f %%\n", p->epoch[p->epochs - 1].loss, 100 * p->epoch[p->epochs - 1].accuracy);
    int64_t unreadable;
    free(loader_complaint(work->loader, &unreadable));
    if (unreadable)
        fprintf(stderr, "nncc: %lld pictures could not be read\n", (long long)unreadable);
    if (a->directory && p->best_epoch >= 0)
        tell("the best weights are %s/best.safetensors: use them by --weights\n", a->directory);
    else if (a->directory && p->epochs)
        tell("nothing tells which weights are best, without pictures to evaluate: %s has those of the last epochs\n", a->directory);
}

void report_evaluation(TrainWork *work, const Evaluation *e)
{
    Session *session = work->report.session;
    if (session->arguments->json)
        session->json = json_pack("{s:s, s:f, s:f, s:f, s:I}", "name", session->graph->name, "loss", e->loss, "top1", e->top1,
                                  "top5", e->top5, "images", (json_int_t)e->images);
    else
        printf("loss %.4f, accuracy %.2f %%, among the first five %.2f %%, %lld pictures\n", e->loss, 100 * e->top1,
               100 * e->top5, (long long)e->images);
}
