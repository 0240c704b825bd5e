/* experiment.c - runs an experiment of experiments.c, and writes DIRECTORY/NAME.md and a chart for each of its groups:
 *
 *     experiment NNCC DIRECTORY LOGS NAME [OPTION]...
 *
 * Options are those of `nncc train`, and win over the experiment's own: --data cifar10:DIR --set classes=10. Without a
 * name it lists the experiments. Exit status: 0 done, 1 it could not be run, 2 no such experiment. */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../../runtime/curves.h"
#include "../../../runtime/processor.h"
#include "experiments.h"

enum { MOST_EPOCHS = 1000, MOST_WORDS = 128, TEXT = 1024 };

/* What a run told. Errors are parts of 1; *_error[e]: of epoch e. */
typedef struct {
    long long parameters, macs;
    size_t epochs;
    double epoch[MOST_EPOCHS], loss[MOST_EPOCHS], train_error[MOST_EPOCHS], held_out_error[MOST_EPOCHS];
    double images_per_second, seconds, megabytes;      /* the mean, the sum, and the process's peak */
    int status;                                         /* of nncc train: not 0 where the loss was no number any more */
} Outcome;

typedef struct {
    const char *nncc, *directory, *logs;
    char **option;                                      /* the user's */
    int noption;
} Setup;

typedef struct {
    char *word[MOST_WORDS + 1];
    int count;
} Words;

static void *must(void *memory)
{
    if (!memory)
        perror("experiment"), exit(1);
    return memory;
}

__attribute__((format(printf, 2, 3))) static void add(Words *words, const char *format, ...)
{
    char text[TEXT];
    va_list list;
    va_start(list, format);
    int length = vsnprintf(text, sizeof text, format, list);
    va_end(list);
    if (length < 0 || length >= TEXT || words->count == MOST_WORDS)
        fputs("experiment: the command line is too long\n", stderr), exit(1);
    words->word[words->count++] = must(strdup(text));
    words->word[words->count] = NULL;
}

static void free_words(Words *words)
{
    for (int i = 0; i < words->count; i++)
        free(words->word[i]);
    *words = (Words){0};
}

/* Runs a program; its output goes to `out`. Its exit status, 128 + signal; *usage: what it took. */
static int run_program(const Words *words, int out, struct rusage *usage)
{
    extern char **environ;
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    errno = posix_spawnp(&child, words->word[0], &actions, NULL, words->word, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (errno || wait4(child, &status, 0, usage) != child)
        perror(words->word[0]), exit(1);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* ---- one run ---------------------------------------------------------------------------------------------- */

static void add_settings(Words *words, const Setup *setup, const Run *run)
{
    for (int i = 0; i < MOST_SETTINGS && run->set[i]; i++)
        add(words, "--set"), add(words, "%s", run->set[i]);
    for (int i = 0; i + 1 < setup->noption; i++)
        if (!strcmp(setup->option[i], "--set"))
            add(words, "--set"), add(words, "%s", setup->option[i + 1]);
}

static bool is_said(const Setup *setup, const char *option)
{
    for (int i = 0; i < setup->noption; i++)
        if (!strcmp(setup->option[i], option))
            return true;
    return false;
}

/* What is the same for all runs of a group. */
static void add_options(Words *words, const Setup *setup, const Experiment *e, const Group *group)
{
    if (!is_said(setup, "--data"))
        add(words, "--data"), add(words, "%s", e->data);
    if (!is_said(setup, "--seed"))
        add(words, "--seed"), add(words, "1");
    if (!is_said(setup, "--epochs"))
        add(words, "--epochs"), add(words, "%d", e->epochs);
    if (!is_said(setup, "--batch"))
        add(words, "--batch"), add(words, "%d", group->batch);
    if (!is_said(setup, "--lr"))
        add(words, "--lr"), add(words, "%g", e->rate * group->batch / 32);
    for (int i = 0; i < setup->noption; i++)
        if (strcmp(setup->option[i], "--set"))
            add(words, "%s", setup->option[i]);
        else
            i++;                        /* it stands with the run's settings */
}

/* Parameters and multiply-adds, from nncc inspect --json. */
static void inspect(const Setup *setup, const Run *run, Outcome *o)
{
    Words words = {0};
    struct rusage usage;
    int out = memfd_create("inspect", MFD_CLOEXEC);
    add(&words, "%s", setup->nncc), add(&words, "inspect"), add(&words, "%s", run->spec), add(&words, "--json");
    add_settings(&words, setup, run);
    if (out < 0 || run_program(&words, out, &usage))
        exit(1);
    lseek(out, 0, SEEK_SET);
    json_t *json = must(json_loadfd(out, 0, NULL));
    o->parameters = json_integer_value(json_object_get(json, "parameters"));
    o->macs = json_integer_value(json_object_get(json, "macs"));
    json_decref(json);
    close(out);
    free_words(&words);
}

static double number(const json_t *line, const char *key)
{
    const json_t *value = json_object_get(line, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static void read_log(const char *path, Outcome *o)
{
    FILE *file = must(fopen(path, "re"));
    for (json_t *line; (line = json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL)); json_decref(line)) {
        const char *event = json_string_value(json_object_get(line, "event"));
        if (!event || strcmp(event, "epoch") || o->epochs == MOST_EPOCHS)
            continue;
        size_t i = o->epochs++;
        o->epoch[i] = number(line, "epoch");
        o->loss[i] = number(line, "loss");
        o->train_error[i] = 1 - number(line, "accuracy");
        o->held_out_error[i] = 1 - number(line, "val_accuracy");
        o->seconds += number(line, "seconds");
        o->images_per_second += (number(line, "images_per_second") - o->images_per_second) / (double)o->epochs;
    }
    fclose(file);
}

static void train(const Setup *setup, const Experiment *e, int index, Outcome *o)
{
    const Run *run = &e->run[index];
    Words words = {0};
    struct rusage usage;
    int out = memfd_create("train", MFD_CLOEXEC);
    char log[TEXT];
    if (out < 0 || snprintf(log, sizeof log, "%s/%s-%d.jsonl", setup->logs, e->name, index + 1) >= TEXT)
        fputs("experiment: no place for a log\n", stderr), exit(1);
    add(&words, "%s", setup->nncc), add(&words, "train"), add(&words, "%s", run->spec);
    add_settings(&words, setup, run);
    add_options(&words, setup, e, &e->group[run->group]);
    add(&words, "--log"), add(&words, "%s", log);
    unlink(log);
    fprintf(stderr, "\n%s%s%s\n", e->group[run->group].label, *e->group[run->group].label ? ": " : "", run->label);
    o->status = run_program(&words, out, &usage);
    if (o->status > 1)
        exit(1);                        /* a mistake of the command line, or a signal */
    close(out);
    free_words(&words);
    o->megabytes = (double)usage.ru_maxrss * 1024 / 1e6;
    read_log(log, o);
    if (!o->epochs && o->status)
        fprintf(stderr, "experiment: this run gave nothing\n");
}

/* ---- what comes of it ------------------------------------------------------------------------------------- */

/* By how much the multiply-adds of a group differ from their mean, as a part of it. */
static double unequal(const Experiment *e, const Outcome *outcome, int group)
{
    double sum = 0, count = 0, worst = 0;
    for (int i = 0; i < MOST_RUNS && e->run[i].spec; i++)
        if (e->run[i].group == group)
            sum += (double)outcome[i].macs, count++;
    for (int i = 0; i < MOST_RUNS && e->run[i].spec; i++)
        if (e->run[i].group == group)
            worst = fmax(worst, fabs((double)outcome[i].macs * count / sum - 1));
    return worst;
}

static FILE *open_result(const Setup *setup, const char *name, char path[TEXT])
{
    if (snprintf(path, TEXT, "%s/%s", setup->directory, name) >= TEXT)
        fputs("experiment: the directory's name is too long\n", stderr), exit(1);
    FILE *file = fopen(path, "we");
    if (!file)
        perror(path), exit(1);
    return file;
}

static void close_result(FILE *file, const char *path)
{
    if (ferror(file) | fclose(file))
        perror(path), exit(1);
}

/* NAME.svg, or NAME-2.svg for the second of several groups. */
static const char *chart_name(const Experiment *e, int group, char name[TEXT])
{
    if (e->group[1].batch)
        snprintf(name, TEXT, "%s-%d.svg", e->name, group + 1);
    else
        snprintf(name, TEXT, "%s.svg", e->name);
    return name;
}

/* Error on training and on held-out pictures, side by side, a curve for each run. */
static void draw(const Setup *setup, const Experiment *e, const Outcome *outcome, int group)
{
    Curve train_curve[MOST_RUNS], held_out_curve[MOST_RUNS];
    size_t count = 0, size;
    char name[TEXT], path[TEXT], title[TEXT];
    for (int i = 0; i < MOST_RUNS && e->run[i].spec; i++) {
        const Outcome *o = &outcome[i];
        if (e->run[i].group != group)
            continue;
        train_curve[count] = (Curve){e->run[i].label, o->epoch, o->train_error, o->epochs, (int)count, false};
        held_out_curve[count] = (Curve){e->run[i].label, o->epoch, o->held_out_error, o->epochs, (int)count, false};
        count++;
    }
    const Chart chart[] = {{"error on training pictures", "epoch", train_curve, count, true},
                           {"error on held-out pictures", "epoch", held_out_curve, count, true}};
    const char *label = e->group[group].label;
    snprintf(title, sizeof title, "%s%s%s", e->title, *label ? ": " : "", label);
    char *svg = must(curves_svg(title, chart, 2, &size));
    FILE *file = open_result(setup, chart_name(e, group, name), path);
    fwrite(svg, 1, size, file);
    close_result(file, path);
    free(svg);
}

static void write_row(FILE *out, const Run *run, const Outcome *o)
{
    size_t last = o->epochs - 1;
    fprintf(out, "| %s | `%s", run->label, strrchr(run->spec, '/') + 1);
    for (int i = 0; i < MOST_SETTINGS && run->set[i]; i++)
        fprintf(out, " %s", run->set[i]);
    fprintf(out, "` | %lld | %.2f M | ", o->parameters, (double)o->macs / 1e6);
    if (!o->epochs) {
        fprintf(out, "no number | | | | | %.0f |\n", o->megabytes);
        return;
    }
    double least = o->held_out_error[0];
    for (size_t i = 0; i < o->epochs; i++)
        least = fmin(least, o->held_out_error[i]);
    fprintf(out, "%.3f%s | %.1f %% | %.1f %% | %.1f %% | %.0f | %.0f |\n", o->loss[last],
            o->status ? ", then no number" : "", 100 * o->train_error[last], 100 * o->held_out_error[last], 100 * least,
            o->images_per_second, o->megabytes);
}

static void write_group(FILE *out, const Setup *setup, const Experiment *e, const Outcome *outcome, int group)
{
    Words words = {0};
    char name[TEXT];
    if (*e->group[group].label)
        fprintf(out, "## %s\n\n", e->group[group].label);
    add_options(&words, setup, e, &e->group[group]);
    fputs("`nncc train SPEC --set ...", out);
    for (int i = 0; i < words.count; i++)
        fprintf(out, " %s", words.word[i]);
    fputs("`\n\n", out);
    free_words(&words);
    fputs("| network | spec | parameters | multiply-adds | training loss | training error | held-out error | at best"
          " | images/s | peak MB |\n|---|---|---|---|---|---|---|---|---|---|\n", out);
    for (int i = 0; i < MOST_RUNS && e->run[i].spec; i++)
        if (e->run[i].group == group)
            write_row(out, &e->run[i], &outcome[i]);
    if (e->equal_work)
        fprintf(out, "\nMultiply-adds differ from their mean by %.1f %% at most.\n", 100 * unequal(e, outcome, group));
    fprintf(out, "\n![](%s)\n\n", chart_name(e, group, name));
}

static void write_page(const Setup *setup, const Experiment *e, const Outcome *outcome)
{
    char name[TEXT], path[TEXT], processor[PROCESSOR_NAME];
    double seconds = 0;
    for (int i = 0; i < MOST_RUNS && e->run[i].spec; i++)
        seconds += outcome[i].seconds;
    snprintf(name, sizeof name, "%s.md", e->name);
    FILE *out = open_result(setup, name, path);
    processor_name(processor);
    fprintf(out, "# %s\n\n%s\n\n`make experiment NAME=%s", e->title, e->question, e->name);
    for (int i = 0; i < setup->noption; i++)
        fprintf(out, "%s%s", i ? " " : " OPTIONS=\"", setup->option[i]);
    fprintf(out, "%s`, %.0f s of training on %ld processors, %s.\n", setup->noption ? "\"" : "", seconds,
            sysconf(_SC_NPROCESSORS_ONLN), processor);
    fputs("One run each, from one seed: differences of a few percent mean nothing. Training loss and error are means\n"
          "over the last epoch, on augmented pictures, while the network learns; held-out error is that after the last\n"
          "epoch, at best that after the best one. Images/s: of this machine, busy or not; peak memory: the process's.\n"
          "\n", out);
    for (int g = 0; g < MOST_GROUPS && e->group[g].batch; g++)
        write_group(out, setup, e, outcome, g);
    close_result(out, path);
    fprintf(stderr, "\n%s\n", path);
}

static void perform(const Setup *setup, const Experiment *e)
{
    Outcome *outcome = must(calloc(MOST_RUNS, sizeof *outcome));
    for (int i = 0; i < MOST_RUNS && e->run[i].spec; i++)
        inspect(setup, &e->run[i], &outcome[i]);
    for (int g = 0; e->equal_work && g < MOST_GROUPS && e->group[g].batch; g++)
        if (unequal(e, outcome, g) > e->equal_work) {
            fprintf(stderr, "experiment: the multiply-adds of %s are not equal\n", e->name);
            exit(1);
        }
    for (int i = 0; i < MOST_RUNS && e->run[i].spec; i++)
        train(setup, e, i, &outcome[i]);
    for (int g = 0; g < MOST_GROUPS && e->group[g].batch; g++)
        draw(setup, e, outcome, g);
    write_page(setup, e, outcome);
    free(outcome);
}

static int list_experiments(void)
{
    fputs("experiment NNCC DIRECTORY LOGS NAME [OPTION]..., where NAME is one of\n", stderr);
    for (const Experiment *e = experiments; e->name; e++)
        fprintf(stderr, "  %-12s %s\n", e->name, e->title);
    return 2;
}

int main(int argc, char **argv)
{
    if (argc < 5)
        return list_experiments();
    const Setup setup = {argv[1], argv[2], argv[3], argv + 5, argc - 5};
    for (const Experiment *e = experiments; e->name; e++)
        if (!strcmp(e->name, argv[4]))
            return perform(&setup, e), 0;
    return list_experiments();
}
