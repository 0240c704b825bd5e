/* dataset_folder.c - a directory per class, as torchvision's ImageFolder: classes and pictures in byte order of their names.
 * Pictures are decoded when they are asked for; nothing is known of a picture before that. */
#include "dataset.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static const char *const split_name[NSPLIT] = { "train", "val" };

typedef struct {
    char *path;                         /* owned */
    int32_t class;
} Entry;

typedef struct {
    Entry *entry[NSPLIT];
    size_t capacity[NSPLIT];
} Folder;

/* Names of a directory, sorted. */
typedef struct {
    char **name;
    size_t count, capacity;
} Names;

static void names_free(Names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->name[i]);
    free(names->name);
    *names = (Names){ 0 };
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Makes room for one more item of an array that doubles. */
static bool grow(void **array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return true;
    size_t wanted = *capacity ? *capacity * 2 : 64;
    void *larger = reallocarray(*array, wanted, size);
    if (!larger)
        return false;
    *array = larger;
    *capacity = wanted;
    return true;
}

static bool is_directory(const char *path)
{
    struct stat status;
    return !stat(path, &status) && S_ISDIR(status.st_mode);
}

static bool is_picture(const char *name)
{
    static const char *const extension[] = { ".jpg", ".jpeg", ".png" };
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < 3; i++)
        if (!strcasecmp(dot, extension[i]))
            return true;
    return false;
}

static bool join_path(char *out, size_t size, const char *directory, const char *name, Failure *failure)
{
    return (size_t)snprintf(out, size, "%s/%s", directory, name) < size
        || failure_set(failure, "the path is too long: %s/%s", directory, name);
}

/* What of a directory is wanted: sub-directories, or pictures; never hidden files. */
static bool list_names(const char *path, bool directories, Names *names, Failure *failure)
{
    DIR *directory = opendir(path);
    char inner[4096];
    bool good = true;
    if (!directory)
        return failure_set(failure, "%s: %s", path, strerror(errno));
    for (struct dirent *item; good && (item = readdir(directory));) {
        if (item->d_name[0] == '.' || (!directories && !is_picture(item->d_name)))
            continue;
        good = join_path(inner, sizeof inner, path, item->d_name, failure);
        if (!good || (directories && !is_directory(inner)))
            continue;
        good = grow((void **)&names->name, names->count, &names->capacity, sizeof *names->name)
            && (names->name[names->count] = strdup(item->d_name));
        if (good)
            names->count++;
        else
            failure_set(failure, "%s: out of memory for its names", path);
        if (names->count > MAX_SAMPLES)
            good = failure_set(failure, "%s: holds more than the limit of %d names", path, MAX_SAMPLES);
    }
    closedir(directory);
    if (names->count)
        qsort(names->name, names->count, sizeof *names->name, compare_names);
    return good;
}

/* ---- opening ---------------------------------------------------------------------------------------------- */

/* The classes are the directories of train/, or of val/ where there is no train/ (to evaluate). */
static bool read_classes(Dataset *dataset, const char *root, Failure *failure)
{
    char path[4096];
    Names names = { 0 };
    if (!join_path(path, sizeof path, root, split_name[SPLIT_train], failure))
        return false;
    if (!is_directory(path) && !join_path(path, sizeof path, root, split_name[SPLIT_val], failure))
        return false;
    if (!is_directory(path))
        return failure_set(failure, "%s: has neither train/ nor val/", root);
    bool good = list_names(path, true, &names, failure);
    if (good && !names.count)
        good = failure_set(failure, "%s: has no directories, one for each class", path);
    if (good && names.count > MAX_CLASSES)
        good = failure_set(failure, "%s: has %zu classes, more than the limit of %d", path, names.count, MAX_CLASSES);
    good = good && dataset_name_classes(dataset, (const char *const *)names.name, (int)names.count, failure);
    names_free(&names);
    return good;
}

static bool add_entry(Dataset *dataset, Split split, const char *directory, const char *name, int32_t class, Failure *failure)
{
    Folder *folder = dataset->data;
    char path[4096];
    size_t count = (size_t)dataset->count[split];
    if (!join_path(path, sizeof path, directory, name, failure))
        return false;
    if (count == MAX_SAMPLES)
        return failure_set(failure, "%s: more than the limit of %d pictures", directory, MAX_SAMPLES);
    if (!grow((void **)&folder->entry[split], count, &folder->capacity[split], sizeof(Entry)))
        return failure_set(failure, "%s: out of memory", path);
    folder->entry[split][count] = (Entry){ strdup(path), class };
    dataset->count[split]++;
    return folder->entry[split][count].path || failure_set(failure, "%s: out of memory", path);
}

static bool read_class(Dataset *dataset, Split split, const char *path, int32_t class, Failure *failure)
{
    Names names = { 0 };
    bool good = list_names(path, false, &names, failure);
    for (size_t i = 0; good && i < names.count; i++)
        good = add_entry(dataset, split, path, names.name[i], class, failure);
    if (good && !names.count && split == SPLIT_train)
        good = failure_set(failure, "%s: has no pictures (.jpg, .jpeg, .png)", path);
    names_free(&names);
    return good;
}

static int find_class(const Dataset *dataset, const char *name)
{
    char **found = bsearch(&name, dataset->class_name, (size_t)dataset->classes, sizeof name, compare_names);
    return found ? (int)(found - dataset->class_name) : -1;
}

static bool read_split(Dataset *dataset, const char *root, Split split, Failure *failure)
{
    char path[4096], inner[4096];
    Names names = { 0 };
    Printable shown;
    if (!join_path(path, sizeof path, root, split_name[split], failure))
        return false;
    if (!is_directory(path))
        return true;
    bool good = list_names(path, true, &names, failure);
    for (size_t i = 0; good && i < names.count; i++) {
        int class = find_class(dataset, names.name[i]);
        good = class >= 0
            ? join_path(inner, sizeof inner, path, names.name[i], failure)
                && read_class(dataset, split, inner, class, failure)
            : failure_set(failure, "%s: class '%s' is not among those of train/", path, printable(names.name[i], &shown));
    }
    names_free(&names);
    return good;
}

/* ---- samples ---------------------------------------------------------------------------------------------- */

static bool folder_picture(const Dataset *dataset, Split split, int64_t index, int channels, Image *image, Failure *failure)
{
    return image_read(((const Folder *)dataset->data)->entry[split][index].path, channels, image, failure);
}

static int32_t folder_label(const Dataset *dataset, Split split, int64_t index)
{
    return ((const Folder *)dataset->data)->entry[split][index].class;
}

static void folder_close(Dataset *dataset)
{
    Folder *folder = dataset->data;
    for (int split = 0; split < NSPLIT; split++) {
        for (int64_t i = 0; i < dataset->count[split]; i++)
            free(folder->entry[split][i].path);
        free(folder->entry[split]);
    }
    free(folder);
}

bool dataset_folder(Dataset *dataset, const char *rest, const DatasetShape *shape, Failure *failure)
{
    (void)shape;
    if (!*rest)
        return failure_set(failure, "folder: names no directory; write folder:DIR");
    dataset->data = calloc(1, sizeof(Folder));
    if (!dataset->data)
        return failure_set(failure, "%s: out of memory", rest);
    dataset->close = folder_close;
    dataset->picture = folder_picture;
    dataset->label = folder_label;
    dataset->augment = "resized,flip";
    dataset->files = true;
    return read_classes(dataset, rest, failure) && read_split(dataset, rest, SPLIT_train, failure)
        && read_split(dataset, rest, SPLIT_val, failure);
}
