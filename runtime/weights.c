/* weights.c - the tensors that a network expects, found in a file by name and shape or made from a seed. */
#include "checkpoint.h"
#include "pattern.h"
#include "safetensors.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define OPTIMIZER "optimizer."

typedef struct {
    TensorSpec spec;                    /* name owned */
    float *data;                        /* into Weights.data */
    size_t count;                       /* floats */
    const Stored *stored;               /* where its values come from in the file; NULL: not in one */
    bool mismatched;                    /* while a file is read: it is there, with another shape or dtype */
    bool written;                       /* since: by weights_write */
    bool released;                      /* has no values at the moment */
} Entry;

/* Where values come from. */
typedef enum { ORIGIN_none, ORIGIN_pattern, ORIGIN_init, ORIGIN_file } Origin;

struct Weights {
    Entry *entry;                       /* sorted by name */
    size_t count;
    float *data;                        /* all values, zero until filled */
    Origin origin;
    Seed seed;
    Safetensors file;                   /* ORIGIN_file: open, and so as it was then */
    char *path;                         /* its name, owned */
    pthread_mutex_t turn;               /* of whoever fills a tensor anew */
};

/* ---- a set of named tensors -------------------------------------------------------------------------------- */

int64_t tensor_floats(const TensorSpec *tensor)
{
    int64_t count = 1;
    for (int i = 0; i < tensor->rank; i++)
        if (tensor->dim[i] < 0 || __builtin_mul_overflow(count, tensor->dim[i], &count))
            return -1;
    return count;
}

static int compare_entries(const void *a, const void *b)
{
    return strcmp(((const Entry *)a)->spec.name, ((const Entry *)b)->spec.name);
}

static Entry *find_entry(const Weights *weights, const char *name)
{
    size_t low = 0, high = weights->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, weights->entry[middle].spec.name);
        if (order == 0)
            return &weights->entry[middle];
        *(order < 0 ? &high : &low) = order < 0 ? middle : middle + 1;
    }
    return NULL;
}

/* Copies the specs, sorts them and gives each its place. Entries without memory keep a NULL name for weights_free. */
static bool place_entries(Weights *weights, const TensorSpec *expected, size_t count, Failure *failure)
{
    int64_t total = 0, bytes;
    for (size_t i = 0; i < count; i++) {
        Entry *entry = &weights->entry[weights->count];
        int64_t floats = tensor_floats(&expected[i]);
        if (floats < 0 || __builtin_add_overflow(total, floats, &total) || __builtin_mul_overflow(total, (int64_t)sizeof(float), &bytes))
            return failure_set(failure, "tensor '%s' is too large", expected[i].name);
        *entry = (Entry){ .spec = expected[i], .count = (size_t)floats };
        entry->spec.name = strdup(expected[i].name);
        if (!entry->spec.name)
            return failure_set(failure, "out of memory for %zu tensors", count);
        weights->count++;
    }
    weights->data = calloc((size_t)total + 1, sizeof(float));
    if (!weights->data)
        return failure_set(failure, "out of memory for %" PRId64 " weights", total);
    qsort(weights->entry, weights->count, sizeof *weights->entry, compare_entries);
    total = 0;
    for (size_t i = 0; i < count; i++) {
        weights->entry[i].data = weights->data + total;
        total += (int64_t)weights->entry[i].count;
    }
    return true;
}

static Weights *weights_new(const TensorSpec *expected, size_t count, Failure *failure)
{
    Weights *weights = calloc(1, sizeof *weights);
    if (weights) {
        weights->entry = calloc(count + 1, sizeof *weights->entry);
        pthread_mutex_init(&weights->turn, NULL);
    }
    if (!weights || !weights->entry)
        failure_set(failure, "out of memory for %zu tensors", count);
    else if (place_entries(weights, expected, count, failure))
        return weights;
    weights_free(weights);
    return NULL;
}

void weights_free(Weights *weights)
{
    if (!weights)
        return;
    for (size_t i = 0; i < weights->count; i++)
        free((char *)weights->entry[i].spec.name);
    if (weights->origin == ORIGIN_file)
        safetensors_close(&weights->file);
    pthread_mutex_destroy(&weights->turn);
    free(weights->path);
    free(weights->entry);
    free(weights->data);
    free(weights);
}

bool weights_write(Weights *weights, const char *name, const float *values)
{
    Entry *entry = find_entry(weights, name);
    if (entry) {
        memcpy(entry->data, values, entry->count * sizeof *values);
        entry->written = true;
        entry->released = false;
    }
    return entry;
}

/* ---- from a seed ------------------------------------------------------------------------------------------- */

/* The weight that stands beside a bias: fc.weight for fc.bias; NULL: there is none. */
static const TensorSpec *sibling(const Weights *weights, const TensorSpec *bias)
{
    char name[512];
    const Entry *entry = NULL;
    size_t stem = tensor_role(bias) == ROLE_bias ? strlen(bias->name) - strlen("bias") : sizeof name;
    if (stem + sizeof "weight" <= sizeof name) {
        memcpy(name, bias->name, stem);
        memcpy(name + stem, "weight", sizeof "weight");
        entry = find_entry(weights, name);
    }
    return entry ? &entry->spec : NULL;
}

static void fill_from_seed(const Weights *weights, const Entry *entry)
{
    if (weights->origin == ORIGIN_pattern)
        pattern_fill(&entry->spec, entry->data, entry->count, weights->seed);
    else
        init_fill(&entry->spec, sibling(weights, &entry->spec), entry->data, entry->count, weights->seed.value);
}

static Weights *from_seed(Origin origin, Seed seed, const TensorSpec *expected, size_t count, Failure *failure)
{
    Weights *weights = weights_new(expected, count, failure);
    if (!weights)
        return NULL;
    weights->origin = origin;
    weights->seed = seed;
    for (size_t i = 0; i < count; i++)
        fill_from_seed(weights, &weights->entry[i]);
    return weights;
}

Weights *weights_pattern(const TensorSpec *expected, size_t count, uint64_t seed, double gain, Failure *failure)
{
    return from_seed(ORIGIN_pattern, (Seed){ seed, gain }, expected, count, failure);
}

Weights *weights_init(const TensorSpec *expected, size_t count, uint64_t seed, Failure *failure)
{
    return from_seed(ORIGIN_init, (Seed){ seed, 1 }, expected, count, failure);
}

/* ---- values that come and go ----------------------------------------------------------------------------------- */

enum { WORTH_RELEASING = 1 << 20 };     /* bytes of a tensor */

static bool can_refill(const Weights *weights, const Entry *entry)
{
    return !entry->written && (weights->origin == ORIGIN_file ? entry->stored != NULL : weights->origin != ORIGIN_none);
}

void weights_release(Weights *weights, const char *name)
{
    Entry *entry = find_entry(weights, name);
    if (!entry || !can_refill(weights, entry) || entry->count * sizeof *entry->data < WORTH_RELEASING)
        return;
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), begin = ((uintptr_t)entry->data + page - 1) / page * page;
    const uintptr_t end = (uintptr_t)(entry->data + entry->count) / page * page;
    entry->released = madvise((void *)begin, end - begin, MADV_DONTNEED) == 0;
}

static bool refill(const Weights *weights, const Entry *entry)
{
    Failure failure;
    if (weights->origin == ORIGIN_file)
        return file_unchanged(&weights->file.file) && safetensors_values(&weights->file, entry->stored, entry->data, &failure);
    fill_from_seed(weights, entry);
    return true;
}

/* Fills a tensor that was released. */
static bool has_values(const Weights *weights, Entry *entry)
{
    pthread_mutex_t *turn = &((Weights *)(uintptr_t)weights)->turn;
    pthread_mutex_lock(turn);
    entry->released = entry->released && !refill(weights, entry);
    bool there = !entry->released;
    pthread_mutex_unlock(turn);
    return there;
}

const float *weights_find(const Weights *weights, const char *name, int *rank, int64_t dim[4])
{
    Entry *entry = find_entry(weights, name);
    if (!entry || !has_values(weights, entry))
        return NULL;
    *rank = entry->spec.rank;
    memcpy(dim, entry->spec.dim, sizeof entry->spec.dim);
    return entry->data;
}

/* ---- what a file lacks, or has too much of ------------------------------------------------------------------ */

/* Names to be shown: as many as fit, and how many there were. */
typedef struct {
    int count;
    bool full;                          /* no more names fit */
    char text[560];                     /* always with room for the dots */
} Names;

static void names_add(Names *names, const char *name, const char *detail)
{
    Printable shown;
    const char *comma = names->count++ ? ", " : "";
    size_t used = strlen(names->text), room = sizeof names->text - used, size;
    if (names->full)
        return;
    size = (size_t)snprintf(names->text + used, room, "%s%s%s", comma, printable(name, &shown), detail);
    names->full = size + sizeof ", ..." > room;
    if (names->full)
        snprintf(names->text + used, room, "%s...", comma);
}

typedef struct {
    int loaded;
    Names missing, unexpected, mismatched;
    Names infinite, zero_variance;      /* warnings */
} Findings;

/* "[64, 3, 7, 7]" */
static void shape_text(char *out, size_t size, int rank, const int64_t *dim)
{
    size_t used = (size_t)snprintf(out, size, "[");
    for (int i = 0; i < rank; i++)
        used += (size_t)snprintf(out + used, size - used, i ? ", %" PRId64 : "%" PRId64, dim[i]);
    snprintf(out + used, size - used, "]");
}

static bool same_shape(const TensorSpec *expected, const Stored *stored)
{
    return expected->rank == stored->rank && memcmp(expected->dim, stored->dim, (size_t)stored->rank * sizeof *stored->dim) == 0;
}

static bool fitting_dtype(const TensorSpec *expected, const Dtype *dtype)
{
    return dtype->convert && (strcmp(dtype->name, "I64") == 0) == expected->integer;
}

static void names_add_mismatch(Names *names, const TensorSpec *expected, const Stored *stored)
{
    char have[128], want[128], detail[400];
    bool transposed = expected->rank == 2 && stored->rank == 2 && expected->dim[0] == stored->dim[1] && expected->dim[1] == stored->dim[0];
    shape_text(have, sizeof have, stored->rank, stored->dim);
    shape_text(want, sizeof want, expected->rank, expected->dim);
    if (same_shape(expected, stored))
        snprintf(detail, sizeof detail, ": %s in the file, %s expected", stored->dtype->name,
                 expected->integer ? "I64" : "F32, F16, BF16 or F64");
    else
        snprintf(detail, sizeof detail, ": %s in the file, %s expected%s", have, want, transposed ? " (transposed?)" : "");
    names_add(names, expected->name, detail);
}

/* Compares the file with what is expected; entries learn where their values are. */
static void match(Weights *weights, const TensorSpec *expected, const Safetensors *file, Findings *findings)
{
    for (size_t i = 0; i < file->count; i++) {
        const Stored *stored = &file->tensor[i];
        Entry *entry = find_entry(weights, stored->name);
        if (!entry && strncmp(stored->name, OPTIMIZER, strlen(OPTIMIZER)) == 0)
            continue;                   /* a checkpoint of the trainer: its optimiser's state is no business of the network's */
        if (!entry)
            names_add(&findings->unexpected, stored->name, "");
        else if (same_shape(&entry->spec, stored) && fitting_dtype(&entry->spec, stored->dtype))
            entry->stored = stored;
        else {
            names_add_mismatch(&findings->mismatched, &entry->spec, stored);
            entry->mismatched = true;
        }
    }
    for (size_t i = 0; i < weights->count; i++) {
        const Entry *entry = find_entry(weights, expected[i].name);
        findings->loaded += entry->stored != NULL;
        if (!entry->stored && !entry->mismatched && !entry->spec.integer)
            names_add(&findings->missing, entry->spec.name, "");
    }
}

static void text_add_names(char *out, size_t size, const char *what, const Names *names, const char *remark)
{
    size_t used = strlen(out);
    snprintf(out + used, size - used, names->count ? "; %s %d (%s%s)" : "; %s %d", what, names->count, names->text, remark);
}

static void findings_text(const Findings *findings, const char *remark, char *out, size_t size)
{
    int total = findings->loaded + findings->missing.count + findings->mismatched.count;
    snprintf(out, size, "loaded %d/%d", findings->loaded, total);
    text_add_names(out, size, "missing", &findings->missing, remark);
    text_add_names(out, size, "unexpected", &findings->unexpected, "");
    text_add_names(out, size, "shape mismatch", &findings->mismatched, remark);
    if (findings->infinite.count)
        text_add_names(out, size, "warning: values that are not finite in", &findings->infinite, "");
    if (findings->zero_variance.count)
        text_add_names(out, size, "warning: variance 0 in", &findings->zero_variance, "");
}

static bool refuse_findings(const char *path, const Findings *findings, Failure *failure)
{
    char text[1800] = "", hint[64] = "";
    text_add_names(text, sizeof text, "missing", &findings->missing, "");
    text_add_names(text, sizeof text, "unexpected", &findings->unexpected, "");
    text_add_names(text, sizeof text, "shape mismatch", &findings->mismatched, "");
    if (findings->loaded)
        snprintf(hint, sizeof hint, "; --partial loads the %d that fit", findings->loaded);
    return failure_set(failure, "%s: does not fit the network%s%s", path, text, hint);
}

/* ---- from a file ------------------------------------------------------------------------------------------- */

/* Looks at the values of an entry. A negative variance has no square root: refused; what is merely suspicious is noted. */
static bool check_values(const Entry *entry, const char *path, Findings *findings, Failure *failure)
{
    float least = INFINITY, not_finite = 0;
    Printable shown;
    for (size_t i = 0; i < entry->count; i++) {
        not_finite += entry->data[i] - entry->data[i];          /* 0, or NaN for NaN and infinities */
        least = entry->data[i] < least ? entry->data[i] : least;
    }
    if (not_finite != 0)
        names_add(&findings->infinite, entry->spec.name, "");
    if (tensor_role(&entry->spec) != ROLE_variance || least > 0)
        return true;
    if (least < 0)
        return failure_set(failure, "%s: tensor '%s': a variance is negative (%g)", path, printable(entry->spec.name, &shown), least);
    names_add(&findings->zero_variance, entry->spec.name, "");
    return true;
}

/* What a file lacks: the values of a fresh norm or 0, or with a seed the training initialisation. */
static void fill_missing(const Weights *weights, const Entry *entry, const uint64_t *seed)
{
    TensorRole role = tensor_role(&entry->spec);
    if (seed)
        init_fill(&entry->spec, sibling(weights, &entry->spec), entry->data, entry->count, *seed);
    else
        for (size_t k = 0; (role == ROLE_scale || role == ROLE_variance) && k < entry->count; k++)
            entry->data[k] = 1;
}

/* Entries read their values in the order of the file. */
static bool read_values(Weights *weights, const Safetensors *file, const uint64_t *seed, Findings *findings, Failure *failure)
{
    for (size_t i = 0; i < file->count; i++) {
        const Entry *entry = find_entry(weights, file->tensor[i].name);
        if (!entry || entry->stored != &file->tensor[i])
            continue;
        if (!safetensors_values(file, entry->stored, entry->data, failure) || !check_values(entry, file->file.path, findings, failure))
            return false;
    }
    for (size_t i = 0; i < weights->count; i++) {
        if (!weights->entry[i].stored)
            fill_missing(weights, &weights->entry[i], seed);
    }
    return true;
}

static bool load(Weights *weights, const TensorSpec *expected, const Safetensors *file, bool partial,
                 const uint64_t *seed, Findings *findings, Failure *failure)
{
    match(weights, expected, file, findings);
    if (!partial && (findings->missing.count || findings->unexpected.count || findings->mismatched.count))
        return refuse_findings(file->file.path, findings, failure);
    return read_values(weights, file, seed, findings, failure);
}

static bool make_report(const Findings *findings, bool partial, const uint64_t *seed, char **report, Failure *failure)
{
    char text[3200];
    if (!report || (!partial && !findings->infinite.count && !findings->zero_variance.count))
        return true;
    findings_text(findings, seed ? ": re-initialised" : ": left at 0, scales and variances at 1", text, sizeof text);
    *report = strdup(text);
    return *report || failure_set(failure, "out of memory");
}

/* The file stays open, so that values can be read once more. */
static bool keep_file(Weights *weights, const Safetensors *file, Failure *failure)
{
    weights->path = strdup(file->file.path);
    if (!weights->path)
        return failure_set(failure, "out of memory");
    weights->file = *file;
    weights->file.file.path = weights->path;
    weights->origin = ORIGIN_file;
    return true;
}

static Weights *load_file(const char *path, const TensorSpec *expected, size_t count, bool partial, const uint64_t *seed, char **report,
                          Failure *failure)
{
    Safetensors file;
    Findings findings = { 0 };
    Weights *weights;
    if (report)
        *report = NULL;
    if (!safetensors_open(path, &file, failure))
        return NULL;
    weights = weights_new(expected, count, failure);
    if (!weights || !keep_file(weights, &file, failure)) {
        safetensors_close(&file);
        weights_free(weights);
        return NULL;
    }
    if (checkpoint_intact(&weights->file, failure) && load(weights, expected, &weights->file, partial, seed, &findings, failure) &&
        make_report(&findings, partial, seed, report, failure))
        return weights;
    weights_free(weights);
    return NULL;
}

Weights *weights_load(const char *path, const TensorSpec *expected, size_t count, bool partial, char **report, Failure *failure)
{
    return load_file(path, expected, count, partial, NULL, report, failure);
}

/* ---- from the command line ---------------------------------------------------------------------------------- */

/* SEED[,gain=G] */
static bool parse_seed(const char *text, bool with_gain, Seed *seed)
{
    char *end;
    *seed = (Seed){ 0, 1 };
    errno = 0;
    if (*text < '0' || *text > '9')
        return false;
    seed->value = strtoull(text, &end, 10);
    if (errno)
        return false;
    if (with_gain && strncmp(end, ",gain=", 6) == 0) {
        text = end + 6;
        seed->gain = strtod(text, &end);
        return end > text && *end == 0 && isfinite(seed->gain);
    }
    return *end == 0;
}

static Weights *open_weights(const char *argument, const TensorSpec *expected, size_t count, bool partial,
                             const uint64_t *rest, char **report, Failure *failure)
{
    bool pattern = strncmp(argument, "pattern:", 8) == 0, init = strncmp(argument, "init:", 5) == 0;
    Seed seed;
    if (!pattern && !init)
        return load_file(argument, expected, count, partial, rest, report, failure);
    if (report)
        *report = NULL;
    if (!parse_seed(strchr(argument, ':') + 1, pattern, &seed)) {
        failure_set(failure, "%s: expected %s, where SEED is an integer from 0 to 2^64 - 1", argument,
                    pattern ? "pattern:SEED or pattern:SEED,gain=G" : "init:SEED");
        return NULL;
    }
    if (init)
        return weights_init(expected, count, seed.value, failure);
    return weights_pattern(expected, count, seed.value, seed.gain, failure);
}

Weights *weights_open(const char *argument, const TensorSpec *expected, size_t count, bool partial, char **report, Failure *failure)
{
    return open_weights(argument, expected, count, partial, NULL, report, failure);
}

Weights *weights_open_for_training(const char *argument, const TensorSpec *expected, size_t count, bool partial,
                                   uint64_t seed, char **report, Failure *failure)
{
    return open_weights(argument, expected, count, partial, &seed, report, failure);
}
