/* test_trainer.c - the training loop with an engine of the test's own: what it learns, what it keeps, and that a run which is
 * stopped or killed goes on as if nothing had been. */
#include "../runtime/safetensors.h"
#include "../runtime/trainer.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "checkpoints.h"
#include "process.h"
#include "stub_engine.h"

static char *directory;

static void begin(void)
{
    directory = temporary_directory();
}

static void end(void)
{
    remove_directory(directory);
}

TestSuite(trainer, .init = begin, .fini = end, .timeout = 240);

/* ---- a run and all that belongs to it --------------------------------------------------------------------- */

typedef struct {
    TrainEngine *engine;
    Dataset *dataset;
    Loader *loader;
    Trainer trainer;
    Progress progress;
    int notes;
    char last_note[2400];
} Bench;

static bool on_note(void *context, const char *text, Failure *failure)
{
    Bench *bench = context;
    (void)failure;
    bench->notes++;
    snprintf(bench->last_note, sizeof bench->last_note, "%s", text);
    return true;
}

typedef struct {
    const char *data;
    int side, classes, batch, convolutions, epochs;
    double rate;
    const char *augment;
} Setup;

static void open_bench(Bench *bench, const Setup *setup)
{
    Failure failure;
    DatasetShape shape = { 3, setup->side, setup->side, setup->classes, setup->batch };
    LoaderOptions options = { .batch = setup->batch,
                              .channels = 3,
                              .height = setup->side,
                              .width = setup->side,
                              .workers = 2,
                              .seed = 5,
                              .transform = { .mean = { 0.5f, 0.5f, 0.5f }, .std = { 0.25f, 0.25f, 0.25f } } };
    *bench = (Bench){ .dataset = dataset_open(setup->data, &shape, &failure) };
    cr_assert(bench->dataset, "%s", failure.text);
    cr_assert(augment_parse(setup->augment ? setup->augment : "none", &options.augment, &failure));
    bench->loader = loader_open(bench->dataset, &options, &failure);
    cr_assert(bench->loader, "%s", failure.text);
    bench->engine = stub_engine(setup->batch, setup->classes, setup->side, setup->convolutions, 3);
    bench->trainer = (Trainer){
        .engine = bench->engine,
        .dataset = bench->dataset,
        .loader = bench->loader,
        .seed = 5,
        .run = "test",
        .keep = 2,
        .schedule = { .kind = SCHEDULE_cosine, .rate = setup->rate, .epochs = setup->epochs, .per_iteration = true },
        .events = { .context = bench, .note = on_note }
    };
}

static void close_bench(Bench *bench)
{
    progress_free(&bench->progress);
    loader_close(bench->loader);
    dataset_close(bench->dataset);
    bench->engine->close(bench->engine);
}

static void train(Bench *bench)
{
    Failure failure;
    progress_free(&bench->progress);
    cr_assert(trainer_run(&bench->trainer, &bench->progress, &failure), "%s", failure.text);
}

static void expect_failure(Bench *bench, const char *message)
{
    Failure failure;
    progress_free(&bench->progress);
    cr_expect(!trainer_run(&bench->trainer, &bench->progress, &failure), "no failure: %s", message);
    cr_expect(strstr(failure.text, message), "wanted: %s\ngot: %s", message, failure.text);
}

/* All parameters and the optimiser's state, as one number. */
static uint64_t state_hash(TrainEngine *engine)
{
    TensorData *tensors;
    size_t count;
    Failure failure;
    uint64_t hash = 0xCBF29CE484222325ull;
    cr_assert(engine->read(engine, &tensors, &count, &failure));
    for (size_t i = 0; i < count; i++)
        for (int64_t k = 0; k < tensors[i].dim[0] * 4; k++)
            hash = (hash ^ ((const uint8_t *)tensors[i].data)[k]) * 0x100000001B3ull;
    tensors_free(tensors, count);
    return hash;
}

static const Setup small = { "shapes:1,classes=4,size=16,count=60", 16, 4, 8, 2, 3, 0.05, "crop:2,flip" };

/* ---- learning --------------------------------------------------------------------------------------------- */

/* The shapes are easy for three small convolutions and beyond a linear model, which only learns its training pictures. */
Test(trainer, shapes_need_more_than_a_linear_model)
{
    Setup setup = { "shapes:1,classes=4,size=24,count=1000", 24, 4, 8, 0, 8, 0.01, "none" };
    Bench linear, convolutional;
    open_bench(&linear, &setup);
    train(&linear);
    setup.convolutions = 3, setup.rate = 0.03;
    open_bench(&convolutional, &setup);
    train(&convolutional);
    const EpochResult *a = &linear.progress.epoch[7], *b = &convolutional.progress.epoch[7];
    cr_log_info("linear: trained %.3f, held out %.3f; convolutional: %.3f, %.3f", a->accuracy, a->val_accuracy, b->accuracy,
                b->val_accuracy);
    cr_expect(a->accuracy > 0.5, "the linear model does learn its training pictures: %.3f", a->accuracy);
    cr_expect(linear.progress.best_accuracy < 0.45, "linear: %.3f", linear.progress.best_accuracy);
    cr_expect(b->val_accuracy > 0.65, "convolutional: %.3f", b->val_accuracy);
    close_bench(&linear), close_bench(&convolutional);
}

/* Eight pictures over and over: the loss must all but vanish. */
Test(trainer, overfits_one_batch)
{
    Setup setup = { "shapes:1,classes=4,size=16,count=60", 16, 4, 8, 2, 15, 0.05, "none" };
    Bench bench;
    open_bench(&bench, &setup);
    bench.trainer.overfit = true;
    train(&bench);
    cr_expect_eq(bench.progress.step, 150);
    cr_expect(bench.progress.epoch[0].loss > 1 && bench.progress.epoch[14].loss < 0.1, "%g", bench.progress.epoch[14].loss);
    cr_expect_eq(bench.progress.epoch[14].val_accuracy, 1);
    close_bench(&bench);
}

/* What evaluation reports is what counting by hand gives. */
Test(trainer, evaluates)
{
    Bench bench;
    Failure failure;
    Evaluation evaluation;
    float *input = malloc(768 * sizeof *input), logits[4];
    Setup setup = { "shapes:1,classes=4,size=16,count=55", 16, 4, 8, 2, 1, 0.05, "none" };
    open_bench(&bench, &setup);
    cr_assert(trainer_evaluate(&bench.trainer, &evaluation, &failure), "%s", failure.text);
    int64_t right = 0, count = bench.dataset->count[SPLIT_val];
    double loss = 0;
    for (int64_t i = 0; i < count; i++) {
        Image image;
        int32_t label = bench.dataset->label(bench.dataset, SPLIT_val, i);
        cr_assert(bench.dataset->picture(bench.dataset, SPLIT_val, i, 3, &image, &failure));
        image_normalise(&image, &(Transform){ .mean = { 0.5f, 0.5f, 0.5f }, .std = { 0.25f, 0.25f, 0.25f } }, input);
        bench.engine->evaluate(bench.engine, input, 1, logits, &failure);
        double sum = 0;
        int first = 0;
        for (int k = 0; k < 4; k++)
            sum += exp(logits[k]), first = logits[k] > logits[first] ? k : first;
        right += first == label;
        loss += log(sum) - logits[label];
        image_free(&image);
    }
    cr_expect(evaluation.images == count && count == 11);
    cr_expect_float_eq(evaluation.top1, (double)right / (double)count, 1e-12);
    cr_expect_float_eq(evaluation.loss, loss / (double)count, 1e-5);
    cr_expect_eq(evaluation.top5, 1);
    free(input);
    close_bench(&bench);
}

/* The rate, the order of events, and the steps of an epoch: 60 / 8 = 7, the rest waits for another shuffle. */
typedef struct {
    int steps, evaluations, epochs;
    double rate[64];
} Heard;

static bool hear_step(void *context, const StepReport *report, Failure *failure)
{
    Heard *heard = context;
    (void)failure;
    if (report->evaluating) {
        cr_expect(report->batches == 2 && report->batch >= 1);
        heard->evaluations++;
    } else {
        cr_expect(report->batches == 7 && report->batch == heard->steps % 7 + 1 && report->step == heard->steps + 1
                  && report->epoch == heard->steps / 7);
        heard->rate[heard->steps++] = report->rate;
    }
    return true;
}

static bool hear_epoch(void *context, const EpochReport *report, const Progress *progress, Failure *failure)
{
    Heard *heard = context;
    cr_expect(report->epoch == heard->epochs && progress->epochs == report->epoch + 1 && report->images_per_second > 0);
    heard->epochs++;
    return heard->epochs < 3 || failure_set(failure, "enough");
}

Test(trainer, events)
{
    Bench bench;
    Heard heard = { 0 };
    open_bench(&bench, &small);
    bench.trainer.events = (TrainerEvents){ .context = &heard, .step = hear_step, .epoch = hear_epoch };
    expect_failure(&bench, "enough");
    cr_expect(heard.steps == 21 && heard.evaluations == 6);
    for (int i = 0; i < 21; i++)
        cr_expect_float_eq(heard.rate[i], 0.05 * (1 + cos(3.14159265358979 * i / 21)) / 2, 1e-9);
    close_bench(&bench);
}

Test(trainer, limits)
{
    Bench bench;
    open_bench(&bench, &small);
    bench.trainer.most_steps = 1;
    train(&bench);
    cr_expect(bench.progress.step == 1 && bench.progress.epochs == 1);
    close_bench(&bench);
    Setup large = small;
    large.batch = 64;
    open_bench(&bench, &large);
    expect_failure(&bench, "do not fill a batch of 64");
    close_bench(&bench);
    large = small;
    large.rate = 1e30;
    open_bench(&bench, &large);
    expect_failure(&bench, "no finite number");
    close_bench(&bench);
}

Test(trainer, one_fixed_batch)
{
    Setup setup = { "pattern:3", 16, 4, 8, 2, 5, 0.05, "none" };
    Bench bench;
    open_bench(&bench, &setup);
    train(&bench);
    cr_expect(bench.progress.step == 5 && bench.progress.epochs == 5);
    cr_expect_lt(bench.progress.epoch[4].loss, bench.progress.epoch[0].loss);
    close_bench(&bench);
}

/* ---- checkpoints ------------------------------------------------------------------------------------------ */

static int count_files(const char *end)
{
    int count = 0;
    for (int64_t step = 0; step < 100; step++) {
        char name[64];
        snprintf(name, sizeof name, "checkpoint-%08d%s", (int)step, end);
        char *path = join(directory, name);
        count += file_exists(path);
        free(path);
    }
    return count;
}

Test(trainer, keeps_the_newest_and_the_best)
{
    Bench bench;
    open_bench(&bench, &small);
    bench.trainer.directory = directory;
    train(&bench);
    char *best = join(directory, "best.safetensors"), *last = join(directory, "checkpoint-00000021.safetensors");
    cr_expect_eq(count_files(".safetensors"), 2);
    cr_expect(file_exists(best) && file_exists(last));
    Progress progress;
    TensorData *tensors;
    size_t count;
    Failure failure;
    cr_assert(checkpoint_load(best, &progress, &tensors, &count, &failure), "%s", failure.text);
    cr_expect(progress.best_epoch == bench.progress.best_epoch && progress.best_accuracy == bench.progress.best_accuracy);
    cr_expect_eq(progress.epochs, progress.best_epoch + 1);
    cr_expect_eq(count, 6);
    progress_free(&progress);
    tensors_free(tensors, count);
    expect_failure(&bench, "holds a run already");
    bench.trainer.resume = true;
    uint64_t hash = state_hash(bench.engine);
    train(&bench);
    cr_expect(bench.progress.step == 21 && state_hash(bench.engine) == hash, "a complete run is left as it is");
    close_bench(&bench);
    free(best), free(last);
}

/* A weights file for `nncc run`: the optimiser's part is passed over. */
Test(trainer, checkpoints_are_weights)
{
    Bench bench;
    open_bench(&bench, &small);
    bench.trainer.directory = directory;
    train(&bench);
    char *last = join(directory, "checkpoint-00000021.safetensors"), *report;
    TensorData *tensors;
    size_t count;
    Failure failure;
    cr_assert(bench.engine->read(bench.engine, &tensors, &count, &failure));
    TensorSpec expected[3];
    for (int i = 0; i < 3; i++)
        expected[i] = (TensorSpec){ .name = tensors[2 * i].name, .rank = 1, .dim = { tensors[2 * i].dim[0] } };
    Weights *weights = weights_load(last, expected, 3, false, &report, &failure);
    cr_assert(weights, "%s", failure.text);
    int rank;
    int64_t dim[4];
    cr_expect(!memcmp(weights_find(weights, "layer1", &rank, dim), tensors[2].data, (size_t)tensors[2].dim[0] * 4));
    weights_free(weights);
    tensors_free(tensors, count);
    close_bench(&bench);
    free(last);
}

static volatile sig_atomic_t stop;
static int stop_at, events_heard;

static bool stop_some_time(void *context, const StepReport *report, Failure *failure)
{
    (void)context, (void)report, (void)failure;
    stop |= ++events_heard == stop_at;
    return true;
}

/* Stopped after any step of training or evaluation, and resumed with another number of workers: the same bits. */
Test(trainer, stops_and_resumes)
{
    Bench bench;
    open_bench(&bench, &small);
    train(&bench);
    uint64_t expected = state_hash(bench.engine);
    double losses[3] = { bench.progress.epoch[0].loss, bench.progress.epoch[1].val_loss, bench.progress.epoch[2].accuracy };
    close_bench(&bench);
    for (int first = 1; first < 27; first += 3) {
        char *run = join(directory, "run");
        events_heard = 0, stop_at = first;
        for (int part = 0; part < 3; part++, stop_at += 5) {
            open_bench(&bench, &small);
            stop = 0;
            bench.trainer.directory = run, bench.trainer.resume = true, bench.trainer.stop = &stop;
            if (part < 2)
                bench.trainer.events.step = stop_some_time;
            train(&bench);
            if (part == 2) {
                cr_expect_eq(state_hash(bench.engine), expected, "stopped after event %d", first);
                cr_expect(bench.progress.epochs == 3 && bench.progress.epoch[0].loss == losses[0]
                          && bench.progress.epoch[1].val_loss == losses[1]
                          && bench.progress.epoch[2].accuracy == losses[2]);
            }
            close_bench(&bench);
        }
        remove_directory(run);
    }
}

static void damage(const char *path, long at, int value)
{
    FILE *file = fopen(path, "r+b");
    cr_assert(file && !fseek(file, at, at < 0 ? SEEK_END : SEEK_SET) && fputc(value, file) != EOF && !fclose(file));
}

Test(trainer, damaged_checkpoints)
{
    Bench bench;
    Failure failure;
    Progress progress;
    TensorData *tensors;
    size_t count;
    open_bench(&bench, &small);
    bench.trainer.directory = directory;
    train(&bench);
    uint64_t expected = state_hash(bench.engine);
    close_bench(&bench);
    char *last = join(directory, "checkpoint-00000021.safetensors"),
         *before = join(directory, "checkpoint-00000014.safetensors");
    damage(last, -10, 77);
    cr_expect(!checkpoint_load(last, &progress, &tensors, &count, &failure) && strstr(failure.text, "checksum"), "%s",
              failure.text);
    open_bench(&bench, &small);
    bench.trainer.directory = directory, bench.trainer.resume = true;
    train(&bench);                      /* from the one before */
    cr_expect(bench.notes == 2 && strstr(bench.last_note, "resuming after step 14"), "%s", bench.last_note);
    cr_expect_eq(state_hash(bench.engine), expected);
    close_bench(&bench);
    damage(last, -10, 77), damage(before, 20, 0);
    open_bench(&bench, &small);
    bench.trainer.directory = directory, bench.trainer.resume = true;
    expect_failure(&bench, "none of its 2 checkpoints can be used");
    close_bench(&bench);
    free(last), free(before);
}

/* Position texts that no trainer wrote. */
Test(trainer, impossible_checkpoints)
{
    static const char *const position[] = {
        "",
        "[]",
        "{}",
        "{\"run\":3}",
        "{\"run\":\"r\",\"step\":-1,\"batch\":0,\"loss_sum\":0,\"correct\":0,\"best_accuracy\":0,\"best_epoch\":-1,\"epochs\":[]}",
        "{\"run\":\"r\",\"step\":1,\"batch\":2,\"loss_sum\":0,\"correct\":0,\"best_accuracy\":0,\"best_epoch\":-1,\"epochs\":[]}",
        "{\"run\":\"r\",\"step\":1,\"batch\":0,\"loss_sum\":\"x\",\"correct\":0,\"best_accuracy\":0,\"best_epoch\":-1,\"epochs\":[]}",
        "{\"run\":\"r\",\"step\":1,\"batch\":0,\"loss_sum\":0,\"correct\":0,\"best_accuracy\":0,\"best_epoch\":0,\"epochs\":[]}",
        "{\"run\":\"r\",\"step\":1,\"batch\":0,\"loss_sum\":0,\"correct\":0,\"best_accuracy\":0,\"best_epoch\":-1,\"epochs\":[[1,2,3,4]]}",
        "{\"run\":\"r\",\"step\":1,\"batch\":0,\"loss_sum\":0,\"correct\":0,\"best_accuracy\":0,\"best_epoch\":-1,\"epochs\":{}}"
    };
    char *path = join(directory, "made.safetensors");
    Failure failure;
    Progress progress;
    TensorData *tensors;
    size_t count;
    for (size_t i = 0; i < sizeof position / sizeof *position; i++) {
        const Metadata metadata[] = { { "format", "nncc-checkpoint-1" },
                                      { "nncc.training", position[i] },
                                      { "nncc.checksum", "0000000000000000" } };
        cr_assert(safetensors_write_with(path, NULL, 0, metadata, 3, &failure), "%s", failure.text);
        cr_expect(!checkpoint_load(path, &progress, &tensors, &count, &failure)
                      && strstr(failure.text, "does not tell where it stood"),
                  "%zu: %s", i, failure.text);
    }
    cr_assert(safetensors_write(path, NULL, 0, &failure));
    cr_expect(!checkpoint_load(path, &progress, &tensors, &count, &failure)
              && strstr(failure.text, "no checkpoint of a training run"));
    free(path);
}

Test(trainer, other_runs_are_refused)
{
    Bench bench;
    open_bench(&bench, &small);
    bench.trainer.directory = directory;
    train(&bench);
    bench.trainer.resume = true, bench.trainer.run = "another";
    expect_failure(&bench, "is of another run");
    bench.trainer.run = "test", bench.trainer.schedule.epochs = 2;
    expect_failure(&bench, "is at epoch 4, the run has 2");
    close_bench(&bench);
    Setup deeper = small;
    deeper.convolutions = 3;
    open_bench(&bench, &deeper);
    bench.trainer.directory = directory, bench.trainer.resume = true;
    expect_failure(&bench, "none of its 2 checkpoints");
    cr_expect(strstr(bench.last_note, "does not fit this training"), "%s", bench.last_note);
    close_bench(&bench);
}

Test(trainer, one_run_at_a_time)
{
    RunDirectory first, second;
    Failure failure;
    char *leftover = join(directory, "checkpoint-00000003.safetensors.tmp.99.0"), *other = join(directory, "notes.tmp.1");
    write_file(leftover, "half"), write_file(other, "mine");
    cr_assert(run_directory_open(directory, &first, &failure));
    cr_expect(!file_exists(leftover) && file_exists(other));
    cr_expect(!run_directory_open(directory, &second, &failure) && strstr(failure.text, "another run writes there"), "%s",
              failure.text);
    run_directory_close(&first);
    cr_expect(run_directory_open(directory, &second, &failure));
    run_directory_close(&second);
    cr_expect(!run_directory_open(other, &second, &failure));
    free(leftover), free(other);
}

/* In the place of the system's, whose failures depend on the file system. */
static int lock_error;
int flock(int descriptor, int operation)
{
    errno = lock_error;
    return lock_error ? -1 : (int)syscall(SYS_flock, descriptor, operation);
}

Test(trainer, directories_that_cannot_be_locked)
{
    RunDirectory run;
    Failure failure;
    lock_error = ENOLCK;
    cr_expect(!run_directory_open(directory, &run, &failure) && strstr(failure.text, "cannot be locked against other runs: No locks"));
}

Test(trainer, tensors_are_compared)
{
    TensorData a[2] = { { "x", 1, { 3 }, "F32", NULL }, { "y", 2, { 2, 2 }, "F32", NULL } }, b[2] = { a[1], a[0] };
    Failure failure;
    cr_expect(tensors_match(a, 2, b, 2, &failure));
    cr_expect(!tensors_match(a, 2, b, 1, &failure) && strstr(failure.text, "lacks the tensor 'x'"), "%s", failure.text);
    cr_expect(!tensors_match(a, 1, b, 2, &failure) && strstr(failure.text, "'y' that is not wanted"), "%s", failure.text);
    b[0].dim[1] = 3;
    cr_expect(!tensors_match(a, 2, b, 2, &failure) && strstr(failure.text, "'y' has another shape"), "%s", failure.text);
    b[0].dim[1] = 2, b[1].dtype = "F64";
    cr_expect(!tensors_match(a, 2, b, 2, &failure) && strstr(failure.text, "'x' has another shape or type"), "%s",
              failure.text);
}

/* ---- kill -9 ---------------------------------------------------------------------------------------------- */

/* One life of a run that saves after every second step, in a process of its own; its exit status is 0 when the run is
 * complete. */
static pid_t live(const char *run)
{
    pid_t child = fork();
    if (child)
        return child;
    Bench bench;
    Failure failure;
    open_bench(&bench, &small);
    bench.trainer.directory = run, bench.trainer.resume = true, bench.trainer.save_every = 2;
    bool good = trainer_run(&bench.trainer, &bench.progress, &failure);
    if (!good)
        fprintf(stderr, "%s\n", failure.text);
    _exit(good ? 0 : 1);
}

/* Every life is killed at a random moment of the first 60 ms, until `kills` have been; then the run may end. */
Test(trainer, survives_kills, .timeout = 600)
{
    int wanted = getenv("NNCC_TEST_KILLS") ? atoi(getenv("NNCC_TEST_KILLS")) : 10, kills = 0, runs = 0;
    uint64_t base = pattern_base("kill", (uint64_t)time(NULL));
    Bench bench;
    open_bench(&bench, &small);
    train(&bench);
    uint64_t expected = state_hash(bench.engine);
    close_bench(&bench);
    while (kills < wanted) {
        char *run = join(directory, "run");
        int status = -1;
        for (int life = 0; status; life++) {
            pid_t child = live(run);
            if (kills < wanted && life < 8) {
                usleep((useconds_t)(60000 * pattern_uniform(base, (uint64_t)(kills + 1000 * runs))));
                kill(child, SIGKILL);
            }
            cr_assert_eq(waitpid(child, &status, 0), child);
            cr_assert(!status || WIFSIGNALED(status), "a life ended badly");
            kills += status != 0;
            cr_expect(directory_is_sound(run), "after %d kills a checkpoint does not load", kills);
        }
        open_bench(&bench, &small);
        bench.trainer.directory = run, bench.trainer.resume = true;
        train(&bench);
        cr_expect(bench.progress.epochs == 3 && bench.progress.step == 21);
        cr_expect_eq(state_hash(bench.engine), expected, "run %d, after %d kills, ended otherwise", runs, kills);
        close_bench(&bench);
        remove_directory(run);
        runs++;
    }
}

/* A file system that takes 2 kB at most: the run fails with its message and leaves nothing half-written. */
Test(trainer, disk_full)
{
    char *run = join(directory, "run");
    pid_t child = fork();
    int status;
    if (!child) {
        Bench bench;
        Failure failure;
        open_bench(&bench, &small);
        bench.trainer.directory = run;
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 2048, 2048 });
        bool good = trainer_run(&bench.trainer, &bench.progress, &failure);
        _exit(!good && strstr(failure.text, "File too large") ? 7 : 1);
    }
    cr_assert(waitpid(child, &status, 0) == child && WIFEXITED(status));
    cr_expect_eq(WEXITSTATUS(status), 7);
    cr_expect(!rmdir(run), "something was left behind");
    free(run);
}
