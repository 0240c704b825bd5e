/* dataset.c - which kind of data set it is; and the fixed batch of pattern:SEED. */
#include "dataset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *prefix;                 /* with the colon */
    bool (*open)(Dataset *, const char *rest, const DatasetShape *, Failure *);
} Kind;

static const Kind kinds[] = {
    { "folder:", dataset_folder }, { "cifar10:", dataset_cifar10 }, { "cifar100:", dataset_cifar100 },
    { "mnist:", dataset_mnist }, { "shapes:", dataset_shapes }, { "pattern:", dataset_pattern },
};

Dataset *dataset_open(const char *argument, const DatasetShape *shape, Failure *failure)
{
    const Kind *kind = kinds, *end = kinds + sizeof kinds / sizeof *kinds;
    Dataset *dataset;
    Printable shown;
    while (kind < end && strncmp(argument, kind->prefix, strlen(kind->prefix)))
        kind++;
    if (kind == end) {
        failure_set(failure,
                    "%s: no data set; write folder:DIR, cifar10:DIR, cifar100:DIR, mnist:DIR, shapes:SEED or pattern:SEED",
                    printable(argument, &shown));
        return NULL;
    }
    dataset = calloc(1, sizeof *dataset);
    if (dataset && !(dataset->name = strdup(argument)))
        free(dataset), dataset = NULL;
    if (!dataset)
        failure_set(failure, "out of memory for a data set");
    else if (!kind->open(dataset, argument + strlen(kind->prefix), shape, failure))
        dataset_close(dataset), dataset = NULL;
    return dataset;
}

void dataset_close(Dataset *dataset)
{
    if (!dataset)
        return;
    if (dataset->close)
        dataset->close(dataset);
    for (int i = 0; dataset->class_name && i < dataset->classes; i++)
        free(dataset->class_name[i]);
    free(dataset->class_name);
    free(dataset->name);
    free(dataset);
}

bool dataset_name_classes(Dataset *dataset, const char *const *name, int count, Failure *failure)
{
    dataset->classes = count;
    dataset->class_name = calloc((size_t)count + 1, sizeof *dataset->class_name);
    bool good = dataset->class_name;
    for (int i = 0; good && i < count; i++)
        good = (dataset->class_name[i] = strdup(name[i])) != NULL;
    return good || failure_set(failure, "out of memory for %d class names", count);
}

bool dataset_number(const char **text, uint64_t most, uint64_t *number)
{
    char *end;
    errno = 0;
    if (**text < '0' || **text > '9')
        return false;
    *number = strtoull(*text, &end, 10);
    *text = end;
    return !errno && *number <= most;
}

/* ---- pattern:SEED ----------------------------------------------------------------------------------------- */

typedef struct {
    float *input;                       /* [batch][image] */
    int64_t *label;
    int64_t image;                      /* floats of one */
} Pattern;

static bool pattern_floats(const Dataset *dataset, int64_t index, float *out, Failure *failure)
{
    const Pattern *pattern = dataset->data;
    (void)failure;
    memcpy(out, pattern->input + index * pattern->image, (size_t)pattern->image * sizeof *out);
    return true;
}

static int32_t pattern_label(const Dataset *dataset, Split split, int64_t index)
{
    (void)split;
    return (int32_t)((const Pattern *)dataset->data)->label[index];
}

static void pattern_close(Dataset *dataset)
{
    Pattern *pattern = dataset->data;
    free(pattern->input);
    free(pattern->label);
    free(pattern);
}

bool dataset_pattern(Dataset *dataset, const char *rest, const DatasetShape *shape, Failure *failure)
{
    uint64_t seed;
    Pattern *pattern = calloc(1, sizeof *pattern);
    if (!pattern)
        return failure_set(failure, "out of memory for a pattern");
    dataset->data = pattern;
    dataset->close = pattern_close;
    if (!dataset_number(&rest, UINT64_MAX, &seed) || *rest)
        return failure_set(failure, "%s: write pattern:SEED, where SEED is an integer from 0 to 2^64 - 1", dataset->name);
    pattern->image = (int64_t)shape->channels * shape->height * shape->width;
    pattern->input = calloc((size_t)shape->batch, (size_t)pattern->image * sizeof(float));
    pattern->label = calloc((size_t)shape->batch, sizeof *pattern->label);
    if (!pattern->input || !pattern->label)
        return failure_set(failure, "%s: out of memory for %d images", dataset->name, shape->batch);
    pattern_input(pattern->input, (size_t)shape->batch * (size_t)pattern->image, seed);
    pattern_labels(pattern->label, (size_t)shape->batch, seed, shape->classes);
    dataset->classes = shape->classes;
    dataset->count[SPLIT_train] = dataset->count[SPLIT_val] = shape->batch;
    dataset->height = shape->height, dataset->width = shape->width;
    dataset->augment = "none";
    dataset->fixed = true;
    dataset->floats = pattern_floats;
    dataset->label = pattern_label;
    return true;
}
