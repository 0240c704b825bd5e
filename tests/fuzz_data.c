/* fuzz_data.c - libFuzzer: any bytes as the files of MNIST (the first byte says which) and of CIFAR. What is accepted must give
 * pictures and labels that are there. */
#include <string.h>
#include <sys/stat.h>

#include "../runtime/dataset.h"
#include "fuzz.h"

static char directory[] = "/tmp/nncc-fuzz-data-XXXXXX";

static void clean(void)
{
    static const char *const name[] = { "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                                        "t10k-labels-idx1-ubyte", "train.bin", "test.bin" };
    char path[128];
    for (int i = 0; i < 6; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, name[i]);
        unlink(path);
    }
    rmdir(directory);
}

static void put(const char *name, const uint8_t *bytes, size_t size)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file))
        abort();
}

static void touch_all(const char *kind)
{
    static const DatasetShape shape = { 3, 32, 32, 10, 4 };
    char argument[160];
    Failure failure;
    snprintf(argument, sizeof argument, "%s%s", kind, directory);
    Dataset *set = dataset_open(argument, &shape, &failure);
    for (int split = 0; set && split < NSPLIT; split++)
        for (int64_t i = 0; i < set->count[split]; i += 1 + set->count[split] / 8) {
            Image image;
            int32_t label = set->label(set, split, i);
            if (label < 0 || label >= set->classes)
                abort();
            if (set->picture(set, split, i, 3, &image, &failure))
                image_free(&image);
        }
    dataset_close(set);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const uint8_t images[] = "\0\0\x08\3\0\0\0\1\0\0\0\1\0\0\0\1\7", labels[] = "\0\0\x08\1\0\0\0\1\7";
    static const char *const name[] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                                       "t10k-labels-idx1-ubyte"};
    if (strstr(directory, "XXXXXX") && (!mkdtemp(directory) || atexit(clean)))
        abort();
    if (!size)
        return 0;
    for (int i = 0; i < 4; i++)
        if (*bytes % 4 == i)
            put(name[i], bytes + 1, size - 1);
        else
            put(name[i], i % 2 ? labels : images, i % 2 ? 9 : 17);
    touch_all("mnist:");
    put("train.bin", bytes, size);
    put("test.bin", bytes, size);
    touch_all("cifar100:");
    return 0;
}
