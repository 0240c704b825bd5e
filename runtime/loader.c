/* loader.c - a ring of batches. Workers take samples in order, the next one each, as long as their batch has a place in the
 * ring; a batch whose samples are all there goes to whoever asks. One lock guards all counters; samples are made outside of
 * it. */
#include "loader.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RING = 3, MAX_COMPLAINTS = 20, MAX_SUBSTITUTES = 100 };

typedef struct {
    float *input;
    int32_t *label;
    int done;                           /* samples that are there */
} Place;

struct Loader {
    const Dataset *dataset;
    LoaderOptions options;
    int64_t image;                      /* floats of one */
    Place ring[RING];
    pthread_t *worker;
    int workers;                        /* that were started */
    pthread_mutex_t lock;
    pthread_cond_t wanted, made;        /* there is work; a batch is complete or a worker idle */
    Pass pass;
    bool running, quit;
    int64_t taken, end;                 /* samples given to workers; where the pass ends */
    int64_t given;                      /* batches handed out, the one in use included */
    int busy;                           /* workers at a sample */
    Failure failure;                    /* of a sample that nothing could replace; "" */
    uint8_t *bad[NSPLIT];               /* a bit for each sample that was complained of */
    char *complaint[MAX_COMPLAINTS];
    int complaints, told;
    int64_t bad_count;
};

/* ---- one sample (without the lock) ------------------------------------------------------------------------ */

static bool make_picture(const Loader *loader, const Pass *pass, uint32_t index, float *out, Failure *failure)
{
    const LoaderOptions *options = &loader->options;
    Random random = random_stream(options->seed, RANDOM_augment, pass->epoch, index);
    Image image;
    if (!loader->dataset->picture(loader->dataset, pass->split, index, options->channels, &image, failure))
        return false;
    bool good = pass->augment
        ? augment_train(&image, &options->augment, &options->transform, options->height, options->width, &random, failure)
        : augment_eval(&image, &options->transform, options->height, options->width, failure);
    if (good)
        image_normalise(&image, &options->transform, out);
    image_free(&image);
    return good;
}

static bool make_sample(const Loader *loader, const Pass *pass, uint32_t index, float *out, Failure *failure)
{
    if (loader->dataset->floats)
        return loader->dataset->floats(loader->dataset, index, out, failure);
    return make_picture(loader, pass, index, out, failure);
}

/* The text that is kept; owned. */
static char *complaint(const Loader *loader, const Failure *failure)
{
    char *text;
    bool last = loader->complaints == MAX_COMPLAINTS - 1;
    return asprintf(&text, "%s%s", failure->text, last ? "; from here on such pictures are only counted" : "") < 0 ? NULL : text;
}

static void complain(Loader *loader, Split split, uint32_t index, const Failure *failure)
{
    uint8_t bit = (uint8_t)(1 << index % 8), *byte = &loader->bad[split][index / 8];
    pthread_mutex_lock(&loader->lock);
    if (!(*byte & bit)) {
        *byte |= bit;
        loader->bad_count++;
        if (loader->complaints < MAX_COMPLAINTS && (loader->complaint[loader->complaints] = complaint(loader, failure)))
            loader->complaints++;
    }
    pthread_mutex_unlock(&loader->lock);
}

/* Fills a place of a batch; in training by the next sample that can be read. */
static bool fill(Loader *loader, const Pass *pass, int64_t position, float *out, int32_t *label, Failure *failure)
{
    uint32_t index = pass->order ? pass->order[position] : (uint32_t)position;
    for (int i = 0; i < (pass->augment ? MAX_SUBSTITUTES : 1); i++) {
        Failure reason;
        if (make_sample(loader, pass, index, out, &reason)) {
            *label = loader->dataset->label(loader->dataset, pass->split, index);
            return true;
        }
        complain(loader, pass->split, index, &reason);
        index = (uint32_t)((index + 1) % loader->dataset->count[pass->split]);
    }
    *label = -1;
    memset(out, 0, (size_t)loader->image * sizeof *out);
    return !pass->augment || failure_set(failure, "%d pictures in a row cannot be read", MAX_SUBSTITUTES);
}

/* ---- workers ---------------------------------------------------------------------------------------------- */

/* Is there a sample to make, and a place for it? The batch that was given last is still in use. */
static bool has_work(const Loader *loader)
{
    int64_t kept = loader->given > loader->pass.first ? loader->given - 1 : loader->given;
    return loader->running && loader->taken < loader->end && loader->taken / loader->options.batch < kept + RING;
}

static void *work(void *argument)
{
    Loader *loader = argument;
    int size = loader->options.batch;
    pthread_mutex_lock(&loader->lock);
    while (!loader->quit) {
        if (!has_work(loader)) {
            pthread_cond_wait(&loader->wanted, &loader->lock);
            continue;
        }
        int64_t position = loader->taken++, slot = position % size;
        Place *place = &loader->ring[position / size % RING];
        Pass pass = loader->pass;
        Failure failure = { "" };
        loader->busy++;
        pthread_mutex_unlock(&loader->lock);
        bool good = fill(loader, &pass, position, place->input + slot * loader->image, &place->label[slot], &failure);
        pthread_mutex_lock(&loader->lock);
        loader->busy--;
        place->done++;
        if (!good && !*loader->failure.text)
            loader->failure = failure;
        pthread_cond_broadcast(&loader->made);
    }
    pthread_mutex_unlock(&loader->lock);
    return NULL;
}

/* ---- the user's side -------------------------------------------------------------------------------------- */

static int batch_size(const Loader *loader, int64_t batch)
{
    int64_t left = loader->end - batch * loader->options.batch;
    return (int)(left < loader->options.batch ? left : loader->options.batch);
}

int64_t loader_batches(const Loader *loader, const Pass *pass)
{
    int64_t size = loader->options.batch;
    return pass->whole ? pass->count / size : (pass->count + size - 1) / size;
}

void loader_stop(Loader *loader)
{
    pthread_mutex_lock(&loader->lock);
    loader->running = false;
    while (loader->busy)
        pthread_cond_wait(&loader->made, &loader->lock);
    pthread_mutex_unlock(&loader->lock);
}

void loader_start(Loader *loader, const Pass *pass)
{
    loader_stop(loader);
    pthread_mutex_lock(&loader->lock);
    loader->pass = *pass;
    loader->end = pass->whole ? loader_batches(loader, pass) * loader->options.batch : pass->count;
    loader->given = pass->first;
    loader->taken = pass->first * loader->options.batch;
    for (int i = 0; i < RING; i++)
        loader->ring[i].done = 0;
    *loader->failure.text = '\0';
    loader->running = true;
    pthread_cond_broadcast(&loader->wanted);
    pthread_mutex_unlock(&loader->lock);
}

bool loader_next(Loader *loader, Batch *batch, Failure *failure)
{
    int64_t number = loader->given;
    Place *place = &loader->ring[number % RING];
    *batch = (Batch){ 0 };
    *failure->text = '\0';
    pthread_mutex_lock(&loader->lock);
    if (number > loader->pass.first)
        loader->ring[(number - 1) % RING].done = 0;
    bool more = loader->running && number * loader->options.batch < loader->end;
    if (more) {
        loader->given++;
        *batch = (Batch){ place->input, place->label, batch_size(loader, number) };
        pthread_cond_broadcast(&loader->wanted);
    }
    while (more && place->done < batch->count && !*loader->failure.text)
        pthread_cond_wait(&loader->made, &loader->lock);
    if (*loader->failure.text) {
        *failure = loader->failure;
        more = false;
    }
    pthread_mutex_unlock(&loader->lock);
    return more;
}

char *loader_complaint(Loader *loader, int64_t *count)
{
    pthread_mutex_lock(&loader->lock);
    char *text = loader->told < loader->complaints ? loader->complaint[loader->told++] : NULL;
    *count = loader->bad_count;
    pthread_mutex_unlock(&loader->lock);
    return text;
}

void loader_shuffle(uint32_t *order, int64_t count, uint64_t seed, uint32_t epoch)
{
    Random random = random_stream(seed, RANDOM_shuffle, epoch, 0);
    for (int64_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    for (int64_t i = count - 1; i > 0; i--) {           /* Fisher and Yates */
        uint32_t other = random_below(&random, (uint32_t)i + 1), value = order[i];
        order[i] = order[other];
        order[other] = value;
    }
}

/* ---- opening and closing ---------------------------------------------------------------------------------- */

/* Signals are for the thread that runs the training. */
static bool start_workers(Loader *loader, Failure *failure)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (loader->workers < loader->options.workers && !pthread_create(&loader->worker[loader->workers], NULL, work, loader))
        loader->workers++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return loader->workers || failure_set(failure, "cannot start a thread that reads pictures");
}

static bool allocate(Loader *loader, Failure *failure)
{
    size_t floats;
    bool good = !__builtin_mul_overflow((size_t)loader->image, (size_t)loader->options.batch, &floats)
        && floats < SIZE_MAX / sizeof(float);
    for (int i = 0; good && i < RING; i++) {
        loader->ring[i].input = malloc(floats * sizeof(float));
        loader->ring[i].label = malloc((size_t)loader->options.batch * sizeof(int32_t));
        good = loader->ring[i].input && loader->ring[i].label;
    }
    for (int split = 0; good && split < NSPLIT; split++)
        good = (loader->bad[split] = calloc((size_t)loader->dataset->count[split] / 8 + 1, 1)) != NULL;
    good = good && (loader->worker = calloc((size_t)loader->options.workers, sizeof *loader->worker));
    return good || failure_set(failure, "out of memory for %d batches of %d images", RING, loader->options.batch);
}

Loader *loader_open(const Dataset *dataset, const LoaderOptions *options, Failure *failure)
{
    Loader *loader = calloc(1, sizeof *loader);
    if (!loader) {
        failure_set(failure, "out of memory for a loader");
        return NULL;
    }
    loader->dataset = dataset;
    loader->options = *options;
    loader->image = (int64_t)options->channels * options->height * options->width;
    pthread_mutex_init(&loader->lock, NULL);
    pthread_cond_init(&loader->wanted, NULL);
    pthread_cond_init(&loader->made, NULL);
    if (allocate(loader, failure) && start_workers(loader, failure))
        return loader;
    loader_close(loader);
    return NULL;
}

void loader_close(Loader *loader)
{
    if (!loader)
        return;
    pthread_mutex_lock(&loader->lock);
    loader->quit = true;
    pthread_cond_broadcast(&loader->wanted);
    pthread_mutex_unlock(&loader->lock);
    for (int i = 0; i < loader->workers; i++)
        pthread_join(loader->worker[i], NULL);
    for (int i = 0; i < RING; i++) {
        free(loader->ring[i].input);
        free(loader->ring[i].label);
    }
    for (int i = loader->told; i < loader->complaints; i++)
        free(loader->complaint[i]);
    for (int split = 0; split < NSPLIT; split++)
        free(loader->bad[split]);
    free(loader->worker);
    pthread_cond_destroy(&loader->wanted);
    pthread_cond_destroy(&loader->made);
    pthread_mutex_destroy(&loader->lock);
    free(loader);
}
