/* test_train_memory.c - memory that runs out while data sets, loaders, checkpoints and curves are made: every allocation fails once,
 * and each time there is a message, or the work is done without it.
 *
 * This file defines malloc and its likes itself. Only our own code is tried, not the libraries'. */
#ifndef __SANITIZE_ADDRESS__
#include "../runtime/curves.h"
#include "../runtime/trainer.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "process.h"

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
extern char __executable_start[], etext[];

static int allocations_left = -1;       /* then one allocation of this program fails; -1: never */
static bool failed;

static bool out_of_memory(const char *caller)
{
    if (allocations_left < 0 || caller < __executable_start || caller > etext || allocations_left-- > 0)
        return false;
    failed = true;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return out_of_memory(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return out_of_memory(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return out_of_memory(__builtin_return_address(0)) ? NULL : __libc_realloc(old, size);
}

void *reallocarray(void *old, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || out_of_memory(__builtin_return_address(0)))
        return NULL;
    return __libc_realloc(old, bytes);
}

char *strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = out_of_memory(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
    return copy ? memcpy(copy, text, size) : NULL;
}

static char *directory;

static void begin(void)
{
    directory = temporary_directory();
}

static void end(void)
{
    remove_directory(directory);
}

TestSuite(train_memory, .init = begin, .fini = end, .timeout = 60);

/* Does `work` once for each allocation in it. It returns whether it succeeded, and sets the failure where it did not. */
static void starve(bool (*work)(Failure *), const char *what)
{
    int tries = 0;
    for (bool done = false; !done; tries++) {
        Failure failure = { "" };
        failed = false;
        allocations_left = tries;
        bool good = work(&failure);
        allocations_left = -1;
        done = !failed;
        cr_expect(good || *failure.text, "%s: no message when allocation %d fails", what, tries);
        cr_assert(good || !done, "%s: %s", what, failure.text);
        cr_assert(tries < 1000);
    }
    cr_expect(tries > 1, "%s allocates nothing", what);
}

static const DatasetShape shape = { 3, 16, 16, 4, 2 };

static bool open_folder(Failure *failure)
{
    char argument[4096];
    snprintf(argument, sizeof argument, "folder:%s", directory);
    Dataset *set = dataset_open(argument, &shape, failure);
    dataset_close(set);
    return set;
}

static bool open_cifar(Failure *failure)
{
    char argument[4096];
    snprintf(argument, sizeof argument, "cifar100:%s", directory);
    Dataset *set = dataset_open(argument, &shape, failure);
    dataset_close(set);
    return set;
}

static bool open_formula(Failure *failure)
{
    Dataset *set = dataset_open("shapes:1", &shape, failure), *other = set ? dataset_open("pattern:1", &shape, failure) : NULL;
    dataset_close(set);
    dataset_close(other);
    return other;
}

Test(train_memory, data_sets)
{
    static const char *const name[] = { "train", "train/a", "train/b", "val", "val/b" };
    static char record[3074];
    for (int i = 0; i < 5; i++) {
        char *path = join(directory, name[i]);
        cr_assert(!mkdir(path, 0755));
        free(path);
    }
    static const char *const file[] = { "train/a/x.jpg", "train/b/y.png", "val/b/z.png", "train.bin", "test.bin" };
    for (int i = 0; i < 5; i++) {
        char *path = join(directory, file[i]);
        FILE *out = fopen(path, "wb");
        cr_assert(out && fwrite(record, 1, sizeof record, out) == sizeof record && !fclose(out));
        free(path);
    }
    starve(open_folder, "a folder");
    starve(open_cifar, "CIFAR-100");
    starve(open_formula, "a formula");
}

/* Workers allocate in an order of their own, so a picture that finds no memory must only count as unreadable. */
static bool load_batches(Failure *failure)
{
    LoaderOptions options = { .batch = 2, .channels = 3, .height = 16, .width = 16, .workers = 1, .augment = { .pad = 2, .flip = true } };
    Dataset *set = dataset_open("shapes:1,count=8", &shape, failure);
    Loader *loader = set ? loader_open(set, &options, failure) : NULL;
    bool good = loader;
    if (loader) {
        Batch batch;
        loader_start(loader, &(Pass){ .split = SPLIT_train, .count = 8, .augment = true, .whole = true });
        for (int i = 0; good && i < 4; i++)
            good = loader_next(loader, &batch, failure) && batch.label[0] >= 0 && batch.label[1] >= 0;
    }
    loader_close(loader);
    dataset_close(set);
    return good;
}

Test(train_memory, batches)
{
    starve(load_batches, "a loader");
}

static bool save_and_load(Failure *failure)
{
    static const float values[6] = { 1, 2, 3, 4, 5, 6 };
    static EpochResult epoch = { 0.1, 1, 0.5, 2, 0.25 };
    const TensorData saved[] = { { "a", 2, { 2, 3 }, "F32", values }, { "b", 0, { 0 }, "I64", values } };
    Progress progress = { .run = "run", .step = 7, .epoch = &epoch, .epochs = 1, .best_accuracy = 0.25 }, loaded = { 0 };
    TensorData *tensors = NULL;
    RunDirectory run;
    size_t count = 0, steps = 0;
    int64_t *step = NULL;
    if (!run_directory_open(directory, &run, failure))
        return false;
    char *path = run_directory_path(&run, 7);
    bool good = path && checkpoint_save(path, &progress, saved, 2, failure) && run_directory_list(&run, &step, &steps, failure)
        && checkpoint_load(path, &loaded, &tensors, &count, failure) && tensors_match(saved, 2, tensors, count, failure)
        && progress_add(&loaded, epoch, failure);
    good = good && loaded.epochs == 2 && loaded.step == 7 && steps == 1 && step[0] == 7;
    progress_free(&loaded);
    tensors_free(tensors, count);
    run_directory_close(&run);
    free(step);
    free(path);
    return good;
}

Test(train_memory, checkpoints)
{
    starve(save_and_load, "a checkpoint");
}
#endif
