/* test_data.c - data sets from files that are right and from files that are wrong, augmentation, batches. */
#include "../runtime/dataset.h"
#include "../runtime/decode.h"
#include "../runtime/loader.h"

#include <criterion/criterion.h>
#include <math.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "process.h"

static char *directory;
static const DatasetShape shape = { 3, 32, 32, 10, 4 };

static void begin(void)
{
    directory = temporary_directory();
}

static void end(void)
{
    remove_directory(directory);
}

TestSuite(data, .init = begin, .fini = end, .timeout = 60);

/* ---- data sets -------------------------------------------------------------------------------------------- */

static Dataset *open_set(const char *kind, const char *path)
{
    Failure failure;
    char argument[4096];
    snprintf(argument, sizeof argument, "%s%s", kind, path);
    Dataset *dataset = dataset_open(argument, &shape, &failure);
    cr_assert(dataset, "%s", failure.text);
    return dataset;
}

static void refuse_set(const char *kind, const char *path, const char *message)
{
    Failure failure = { "" };
    char argument[4096];
    snprintf(argument, sizeof argument, "%s%s", kind, path);
    cr_expect(!dataset_open(argument, &shape, &failure), "%s was accepted", argument);
    cr_expect(strstr(failure.text, message), "wanted: %s\ngot: %s", message, failure.text);
}

static void put_bytes(const char *name, const void *bytes, size_t size)
{
    char *path = join(directory, name);
    FILE *file = fopen(path, "wb");
    cr_assert(file && fwrite(bytes, 1, size, file) == size && !fclose(file));
    free(path);
}

static void make_directory(const char *name)
{
    char *path = join(directory, name);
    cr_assert(!mkdir(path, 0755));
    free(path);
}

/* A picture of one colour, as .png. */
static void put_picture(const char *name, int side, uint8_t red, uint8_t green, uint8_t blue)
{
    char *path = join(directory, name);
    uint8_t *pixel = malloc((size_t)side * (size_t)side * 3);
    png_image png = {
        .version = PNG_IMAGE_VERSION, .width = (png_uint_32)side, .height = (png_uint_32)side, .format = PNG_FORMAT_RGB
    };
    for (int i = 0; i < side * side; i++)
        memcpy(pixel + 3 * i, (uint8_t[]){ red, green, blue }, 3);
    cr_assert(png_image_write_to_file(&png, path, 0, pixel, 0, NULL));
    free(pixel);
    free(path);
}

static void put_folder(void)
{
    static const char *const name[] = { "train", "train/dog", "train/cat", "train/.hidden", "val", "val/cat" };
    for (int i = 0; i < 6; i++)
        make_directory(name[i]);
    put_picture("train/dog/b.png", 40, 1, 2, 3);
    put_picture("train/dog/a.PNG", 40, 4, 5, 6);
    put_picture("train/cat/x.png", 33, 7, 8, 9);
    put_picture("val/cat/y.png", 50, 10, 11, 12);
    put_bytes("train/dog/notes.txt", "no picture", 10);
}

Test(data, folder)
{
    put_folder();
    Dataset *set = open_set("folder:", directory);
    Image image;
    Failure failure;
    cr_expect_eq(set->classes, 2);
    cr_expect_str_eq(set->class_name[0], "cat");
    cr_expect_str_eq(set->class_name[1], "dog");
    cr_expect(set->count[SPLIT_train] == 3 && set->count[SPLIT_val] == 1 && !set->height);
    static const uint8_t red[] = { 7, 4, 1 };                   /* cat/x, dog/a, dog/b */
    for (int i = 0; i < 3; i++) {
        cr_expect_eq(set->label(set, SPLIT_train, i), i > 0);
        cr_assert(set->picture(set, SPLIT_train, i, 3, &image, &failure), "%s", failure.text);
        cr_expect_eq(image.pixel[0], red[i]);
        image_free(&image);
    }
    cr_assert(set->picture(set, SPLIT_val, 0, 1, &image, &failure));
    cr_expect(image.channels == 1 && image.width == 50 && image.pixel[0] == 11);
    image_free(&image);
    dataset_close(set);
}

Test(data, folder_mistakes)
{
    char *nowhere = join(directory, "nowhere");
    refuse_set("folder:", "", "names no directory");
    refuse_set("folder:", nowhere, "neither train/ nor val/");
    refuse_set("folder:", directory, "neither train/ nor val/");
    make_directory("train");
    refuse_set("folder:", directory, "one for each class");
    make_directory("train/cat");
    refuse_set("folder:", directory, "train/cat: has no pictures");
    put_picture("train/cat/x.png", 8, 1, 1, 1);
    make_directory("val");
    make_directory("val/\033[31m");
    refuse_set("folder:", directory, "class '\\x1b[31m' is not among those of train/");
    refuse_set("floder:", directory, "no data set");
    free(nowhere);
}

/* count records: label bytes, then planes whose value tells record and channel. */
static void put_cifar(const char *name, int labels, int count, int last_label)
{
    size_t record = (size_t)labels + 3072;
    uint8_t *bytes = calloc((size_t)count, record);
    for (int i = 0; i < count; i++) {
        uint8_t *at = bytes + (size_t)i * record;
        at[labels - 1] = (uint8_t)(i == count - 1 ? last_label : i % 10);
        for (int c = 0; c < 3; c++)
            memset(at + labels + 1024 * c, 10 * i + c, 1024);
    }
    put_bytes(name, bytes, (size_t)count * record);
    free(bytes);
}

Test(data, cifar10)
{
    static const char *const name[] = { "data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
                                        "data_batch_5.bin" };
    for (int i = 0; i < 5; i++)
        put_cifar(name[i], 1, 3, i);
    put_cifar("test_batch.bin", 1, 2, 9);
    Dataset *set = open_set("cifar10:", directory);
    Image image;
    Failure failure;
    cr_expect(set->classes == 10 && set->count[SPLIT_train] == 15 && set->count[SPLIT_val] == 2 && set->height == 32
              && set->width == 32);
    cr_expect_str_eq(set->class_name[9], "truck");
    cr_expect_eq(set->label(set, SPLIT_train, 14), 4);
    cr_expect_eq(set->label(set, SPLIT_val, 1), 9);
    cr_assert(set->picture(set, SPLIT_train, 13, 3, &image, &failure));
    cr_expect(!memcmp(image.pixel, "\x0a\x0b\x0c\x0a\x0b\x0c", 6) && image.channels == 3);
    image_free(&image);
    dataset_close(set);
    put_cifar("data_batch_3.bin", 1, 3, 10);
    refuse_set("cifar10:", directory, "data_batch_3.bin: record 2 has the label 10; there are 10 classes");
    put_bytes("data_batch_3.bin", "abc", 3);
    refuse_set("cifar10:", directory, "data_batch_3.bin: has 3 bytes, which are no whole records of 3073");
    put_bytes("data_batch_3.bin", "", 0);
    refuse_set("cifar10:", directory, "has 0 bytes");
    refuse_set("cifar10:", "", "names no directory");
    refuse_set("cifar10:", "/nowhere", "data_batch_1.bin");
}

/* The test's directory with so many /. behind it that the path has this length, or one less. */
static char *long_path(size_t length)
{
    char *path = calloc(length + 1, 1);
    size_t used = strlen(directory);
    memcpy(path, directory, used);
    for (; used + 2 <= length; used += 2)
        memcpy(path + used, "/.", 2);
    return path;
}

/* Directories that exist, but whose files no path can name: said so, with the reason before the path, which may be cut. */
Test(data, long_paths)
{
    static const char reason[] = "the path is too long: ";
    DatasetShape any = shape;
    Failure failure;
    make_directory("cifar-10-batches-bin");
    put_folder();
    for (size_t length = 4060; length <= 4094; length += 2) {
        char *path = long_path(length), name[5000];
        snprintf(name, sizeof name, "folder:%s", path);
        Dataset *set = dataset_open(name, &any, &failure);
        cr_expect((set != NULL) == (strlen(path) + strlen("/train/dog/a.PNG") < 4096), "%d", (int)length);
        cr_expect(set || !strncmp(failure.text, reason, strlen(reason)), "%d: %.60s", (int)length, failure.text);
        dataset_close(set);
        free(path);
    }
    char *cifar = long_path(4010), *inside = long_path(3990), *mnist = long_path(4090);
    refuse_set("cifar10:", cifar, reason);
    refuse_set("cifar10:", inside, reason);
    refuse_set("mnist:", mnist, reason);
    free(cifar), free(inside), free(mnist);
}

Test(data, cifar100)
{
    make_directory("cifar-100-binary");
    put_cifar("cifar-100-binary/train.bin", 2, 4, 99);
    put_cifar("cifar-100-binary/test.bin", 2, 1, 50);
    Dataset *set = open_set("cifar100:", directory);
    cr_expect(set->classes == 100 && set->count[SPLIT_train] == 4 && set->count[SPLIT_val] == 1);
    cr_expect_eq(set->label(set, SPLIT_train, 3), 99);
    cr_expect_eq(set->label(set, SPLIT_train, 2), 2);
    dataset_close(set);
}

/* An IDX file of `count` pictures of 4 x 3 or of labels. */
static void put_idx(const char *name, int rank, int count, bool packed, size_t extra)
{
    uint8_t bytes[1024] = { 0, 0, 8, (uint8_t)rank, 0, 0, 0, (uint8_t)count, 0, 0, 0, 4, 0, 0, 0, 3 };
    size_t head = rank == 3 ? 16 : 8, size = head + (size_t)count * (rank == 3 ? 12 : 1);
    for (size_t i = head; i < size; i++)
        bytes[i] = (uint8_t)(rank == 3 ? i : (i - head) % 7);
    size += extra;
    if (!packed) {
        put_bytes(name, bytes, size);
        return;
    }
    char *path = join(directory, name);
    gzFile file = gzopen(path, "wb");
    cr_assert(file && gzwrite(file, bytes, (unsigned)size) == (int)size && gzclose(file) == Z_OK);
    free(path);
}

Test(data, mnist)
{
    put_idx("train-images-idx3-ubyte", 3, 9, false, 0);
    put_idx("train-labels-idx1-ubyte.gz", 1, 9, true, 0);
    put_idx("t10k-images.idx3-ubyte.gz", 3, 2, true, 0);
    put_idx("t10k-labels-idx1-ubyte", 1, 2, false, 0);
    Dataset *set = open_set("mnist:", directory);
    Image image;
    Failure failure;
    cr_expect(set->classes == 7 && set->count[SPLIT_train] == 9 && set->count[SPLIT_val] == 2 && set->height == 4
              && set->width == 3);
    cr_expect_eq(set->label(set, SPLIT_train, 8), 1);
    cr_assert(set->picture(set, SPLIT_val, 1, 3, &image, &failure));
    cr_expect(image.channels == 3 && image.height == 4 && image.pixel[0] == 28 && image.pixel[2] == 28
              && image.pixel[3] == 29);
    image_free(&image);
    dataset_close(set);
}

Test(data, mnist_mistakes)
{
    put_idx("train-images-idx3-ubyte.gz", 3, 9, true, 0);
    put_idx("t10k-images-idx3-ubyte.gz", 3, 2, true, 0);
    put_idx("t10k-labels-idx1-ubyte", 1, 2, false, 0);
    refuse_set("mnist:", directory, "has no train-labels-idx1-ubyte");
    put_idx("train-labels-idx1-ubyte", 1, 8, false, 0);
    refuse_set("mnist:", directory, "8 labels for 9 pictures");
    put_idx("train-labels-idx1-ubyte", 1, 9, false, 1);
    refuse_set("mnist:", directory, "1 bytes follow the last sample");
    put_bytes("train-labels-idx1-ubyte", "\0\0\x08\1\0\0\0\x09\1\2\3", 11);
    refuse_set("mnist:", directory, "train-labels-idx1-ubyte: ends early");
    put_bytes("train-labels-idx1-ubyte", "\0\0\x0d\1\0\0\0\x01\1", 9);
    refuse_set("mnist:", directory, "no IDX file of bytes");
    put_bytes("train-labels-idx1-ubyte", "\0\0\x08\1\xff\xff\xff\xff\1", 9);
    refuse_set("mnist:", directory, "a dimension of 4294967295");
    put_idx("train-labels-idx1-ubyte", 1, 9, false, 0);
    put_bytes("t10k-images-idx3-ubyte", "\0\0\x08\3\0\0\0\2\0\0\0\2\0\0\0\2abcdefgh", 24);
    refuse_set("mnist:", directory, "the pictures for training and testing differ in size");
    put_idx("train-images-idx3-ubyte.gz", 3, 9, true, 5);
    refuse_set("mnist:", directory, "bytes follow the last sample");
    size_t size;
    char *path = join(directory, "train-images-idx3-ubyte.gz"), *bytes = read_file(path, &size);
    put_bytes("train-images-idx3-ubyte.gz", bytes, size / 2);
    refuse_set("mnist:", directory, "train-images-idx3-ubyte.gz: ");
    put_bytes("train-images-idx3-ubyte.gz", "\0\0\x08\3\3\xff\xff\xff\0\0\x10\0\0\0\x10\0", 16);
    refuse_set("mnist:", directory, "more than the limit");
    free(bytes), free(path);
}

Test(data, shapes)
{
    Dataset *set = open_set("shapes:", "7,classes=5,size=24,count=50"), *other = open_set("shapes:", "8");
    Image a, b, c;
    Failure failure;
    cr_expect(set->classes == 5 && set->count[SPLIT_train] == 50 && set->count[SPLIT_val] == 10 && set->height == 24);
    cr_expect_str_eq(set->class_name[4], "star");
    cr_expect(other->classes == 10 && other->height == 32 && other->count[SPLIT_train] == 5000);
    cr_assert(set->picture(set, SPLIT_train, 12, 3, &a, &failure) && set->picture(set, SPLIT_train, 12, 3, &b, &failure)
              && set->picture(set, SPLIT_val, 12, 3, &c, &failure));
    cr_expect(!memcmp(a.pixel, b.pixel, 24 * 24 * 3) && memcmp(a.pixel, c.pixel, 24 * 24 * 3));
    image_free(&a), image_free(&b), image_free(&c);
    dataset_close(set), dataset_close(other);
    DatasetShape big = { 3, 1025, 1025, 10, 4 }, many = { 3, 32, 32, 100, 4 };
    cr_expect(!dataset_open("shapes:1", &big, &failure) && strstr(failure.text, "pixels a side, not 1025"), "%s", failure.text);
    cr_expect(!dataset_open("shapes:1", &many, &failure) && strstr(failure.text, "classes, not 100"), "%s", failure.text);
    static const char *const wrong[] = { "",         "x",         "-1",         "1,",         "1,classes=1", "1,classes=99",
                                         "1,size=4", "1,count=0", "1,clases=3", "1,classes=", "1;" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        refuse_set("shapes:", wrong[i], "shapes:");
}

Test(data, pattern)
{
    Dataset *set = open_set("pattern:", "3");
    float expected[4 * 3072], got[3072];
    int64_t label[4];
    Failure failure;
    pattern_input(expected, 4 * 3072, 3);
    pattern_labels(label, 4, 3, 10);
    cr_expect(set->fixed && set->count[SPLIT_train] == 4 && set->classes == 10);
    for (int i = 0; i < 4; i++) {
        cr_assert(set->floats(set, i, got, &failure));
        cr_expect(!memcmp(got, expected + 3072 * i, sizeof got));
        cr_expect_eq(set->label(set, SPLIT_train, i), label[i]);
    }
    dataset_close(set);
    refuse_set("pattern:", "", "write pattern:SEED");
    refuse_set("pattern:", "1,2", "write pattern:SEED");
}

/* ---- augmentation ----------------------------------------------------------------------------------------- */

static Augment augment_of(const char *text)
{
    Augment augment;
    Failure failure;
    cr_assert(augment_parse(text, &augment, &failure), "%s", failure.text);
    return augment;
}

Test(data, augment_words)
{
    static const char *const wrong[] = {
        "",          "none,flip", "flip,",     "crop",      "crop:", "crop:0", "crop:1.5",
        "crop:9999", "resized:0", "resized:2", "resized:x", "flop",  "flip:1", "crop:nan"
    };
    Augment augment = augment_of("resized:0.5,flip"), none = augment_of("none"), crop = augment_of("crop:4");
    Failure failure;
    cr_expect(augment.resized && augment.least == 0.5 && augment.flip && !augment.pad);
    cr_expect(!none.resized && !none.flip && !none.pad && crop.pad == 4 && !crop.flip);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        cr_expect(!augment_parse(wrong[i], &augment, &failure) && strstr(failure.text, "crop:PAD"), "%s", wrong[i]);
}

/* The share of the area and the aspect ratio stay in their bounds but for rounding; a strip gets the middle. */
Test(data, windows)
{
    double area = 0;
    for (uint32_t i = 0; i < 2000; i++) {
        Random random = random_stream(9, RANDOM_augment, 0, i);
        Window window = augment_window(200, 300, 0.08, &random);
        double share = window.height * (double)window.width / 60000, ratio = (double)window.width / window.height;
        cr_assert(window.top >= 0 && window.left >= 0 && window.top + window.height <= 200
                  && window.left + window.width <= 300);
        cr_assert(share > 0.075 && share < 1.01 && ratio > 0.73 && ratio < 1.37, "share %g, ratio %g", share, ratio);
        area += share;
    }
    cr_expect(area / 2000 > 0.3 && area / 2000 < 0.6, "mean share %g", area / 2000);
    Random random = random_stream(9, RANDOM_augment, 0, 0);
    Window tall = augment_window(1000, 9, 1, &random), wide = augment_window(9, 1000, 1, &random);
    cr_expect(tall.width == 9 && tall.height == 12 && tall.top == 494 && tall.left == 0);
    cr_expect(wide.height == 9 && wide.width == 12 && wide.left == 494);
}

/* A picture whose samples tell where they came from. */
static Image numbered(int height, int width)
{
    Image image;
    Failure failure;
    cr_assert(image_new(&image, height, width, 1, &failure));
    for (int i = 0; i < height * width; i++)
        image.pixel[i] = (uint8_t)(i + 1);
    return image;
}

Test(data, pad_and_crop)
{
    static const Transform nothing = { 0 };
    Augment augment = augment_of("crop:2,flip");
    bool seen[5][5][2] = { 0 };
    Failure failure;
    for (uint32_t index = 0; index < 1000; index++) {
        Random random = random_stream(4, RANDOM_augment, 0, index);
        Image image = numbered(7, 7);
        cr_assert(augment_train(&image, &augment, &nothing, 7, 7, &random, &failure));
        int centre = image.pixel[3 * 7 + 3] - 1, dy = centre / 7 - 3, dx = centre % 7 - 3;
        bool flip = image.pixel[3 * 7 + 2] - 1 == centre + 1;
        cr_assert(abs(dy) <= 2 && abs(dx) <= 2);
        for (int y = 0; y < 7; y++)
            for (int x = 0; x < 7; x++) {
                int from_y = y + dy, from_x = (flip ? 6 - x + dx : x + dx);
                bool inside = from_y >= 0 && from_y < 7 && from_x >= 0 && from_x < 7;
                cr_assert_eq(image.pixel[y * 7 + x], inside ? from_y * 7 + from_x + 1 : 0);
            }
        seen[dy + 2][dx + 2][flip] = true;
        image_free(&image);
    }
    for (int i = 0; i < 50; i++)
        cr_expect(seen[i / 10][i / 2 % 5][i % 2], "place %d never came", i);
}

Test(data, resized_crop_fills_the_input)
{
    Augment augment = augment_of("resized,flip");
    static const Transform eval = { .resize = 16, .crop = { 12, 12 } };
    Failure failure;
    for (uint32_t index = 0; index < 50; index++) {
        Random random = random_stream(4, RANDOM_augment, 0, index);
        Image image = numbered(20, 30), same = numbered(20, 30), other = numbered(20, 30);
        memset(image.pixel, 77, 600);
        cr_assert(augment_train(&image, &augment, &eval, 12, 10, &random, &failure));
        cr_expect(image.height == 12 && image.width == 10);
        for (int i = 0; i < 120; i++)
            cr_assert_eq(image.pixel[i], 77);
        cr_assert(augment_eval(&same, &eval, 12, 12, &failure) && augment_eval(&other, &eval, 9, 9, &failure));
        cr_expect(same.height == 12 && same.width == 12 && other.height == 9 && other.width == 9);
        image_free(&image), image_free(&same), image_free(&other);
    }
}

/* ---- batches ---------------------------------------------------------------------------------------------- */

static Loader *loader_of(const Dataset *set, int batch, int workers, const char *augment)
{
    LoaderOptions options = {
        batch, 3, 32, 32, workers, 11, augment_of(augment), { .mean = { 0.5f, 0.5f, 0.5f }, .std = { 0.25f, 0.25f, 0.25f } }
    };
    Failure failure;
    Loader *loader = loader_open(set, &options, &failure);
    cr_assert(loader, "%s", failure.text);
    return loader;
}

/* FNV-1a over all batches of a pass; *samples: how many there were. */
static uint64_t pass_hash(Loader *loader, const Pass *pass, int64_t *samples)
{
    uint64_t hash = 0xCBF29CE484222325ull;
    Batch batch;
    Failure failure;
    *samples = 0;
    loader_start(loader, pass);
    while (loader_next(loader, &batch, &failure)) {
        const uint8_t *bytes = (const uint8_t *)batch.input;
        for (size_t i = 0; i < (size_t)batch.count * 3072 * 4; i++)
            hash = (hash ^ bytes[i]) * 0x100000001B3ull;
        for (int i = 0; i < batch.count; i++)
            hash = (hash ^ (uint64_t)(batch.label[i] + 1)) * 0x100000001B3ull;
        *samples += batch.count;
    }
    cr_assert_str_empty(failure.text);
    return hash;
}

Test(data, batches_do_not_depend_on_workers)
{
    Dataset *set = open_set("shapes:", "1,classes=10,count=103");
    uint32_t order[103];
    uint64_t expected[2] = { 0 };
    loader_shuffle(order, 103, 2, 0);
    for (int workers = 1; workers <= 5; workers += 2) {
        Loader *loader = loader_of(set, 8, workers, "crop:4,flip");
        Pass pass = { .split = SPLIT_train, .order = order, .count = 103, .epoch = 3, .augment = true, .whole = true },
             eval = { .split = SPLIT_val, .count = 21 };
        int64_t samples;
        uint64_t train = pass_hash(loader, &pass, &samples);
        cr_expect_eq(samples, 96);
        uint64_t val = pass_hash(loader, &eval, &samples);
        cr_expect_eq(samples, 21);
        if (workers == 1)
            expected[0] = train, expected[1] = val;
        cr_expect(train == expected[0] && val == expected[1], "%d workers", workers);
        pass.epoch = 4;
        cr_expect_neq(pass_hash(loader, &pass, &samples), train);
        loader_close(loader);
    }
    dataset_close(set);
}

/* A pass that begins in the middle gives what a whole one gives from there, even after one that was broken off. */
Test(data, batches_resume)
{
    Dataset *set = open_set("shapes:", "1,count=64");
    Loader *loader = loader_of(set, 8, 2, "crop:4,flip");
    Pass whole = { .split = SPLIT_train, .count = 64, .augment = true, .whole = true }, rest = whole;
    Batch batch;
    Failure failure;
    float expected[8 * 3072];
    rest.first = 5;
    loader_start(loader, &whole);
    for (int i = 0; i < 6; i++)
        cr_assert(loader_next(loader, &batch, &failure));
    memcpy(expected, batch.input, sizeof expected);
    loader_start(loader, &rest);
    cr_assert(loader_next(loader, &batch, &failure));
    cr_expect(!memcmp(expected, batch.input, sizeof expected));
    cr_expect(loader_next(loader, &batch, &failure) && loader_next(loader, &batch, &failure)
              && !loader_next(loader, &batch, &failure));
    loader_start(loader, &whole);
    loader_stop(loader);
    cr_expect(!loader_next(loader, &batch, &failure));
    loader_close(loader);
    dataset_close(set);
}

/* 8-bit 255 and 0 after (x / 255 - 0.5) / 0.25. */
Test(data, batches_are_normalised)
{
    put_folder();
    put_picture("val/cat/z.png", 32, 255, 0, 255);
    Dataset *set = open_set("folder:", directory);
    Loader *loader = loader_of(set, 4, 1, "none");
    Pass pass = { .split = SPLIT_val, .count = 2 };
    Batch batch;
    Failure failure;
    loader_start(loader, &pass);
    cr_assert(loader_next(loader, &batch, &failure));
    cr_expect_eq(batch.count, 2);
    cr_expect(batch.input[3072] == 2 && batch.input[3072 + 1024] == -2 && batch.input[2 * 3072 - 1] == 2);
    loader_close(loader);
    dataset_close(set);
}

/* Unreadable pictures are named once and counted; training takes the next one, evaluation leaves them out. */
Test(data, bad_pictures)
{
    put_folder();
    put_bytes("train/dog/a.PNG", "\x89PNG\r\n\x1a\nrubbish", 15);
    put_bytes("val/cat/z.png", "", 0);
    Dataset *set = open_set("folder:", directory);
    Loader *loader = loader_of(set, 2, 2, "none");
    Pass train = { .split = SPLIT_train, .count = 3, .augment = true }, val = { .split = SPLIT_val, .count = 2 };
    Batch batch;
    Failure failure;
    int64_t bad;
    for (int i = 0; i < 2; i++) {
        loader_start(loader, &train);
        cr_assert(loader_next(loader, &batch, &failure));
        cr_expect_eq(batch.label[1], 1);
        cr_expect_float_eq(batch.input[3072], (1 / 255.0 - 0.5) / 0.25, 1e-6, "the next picture stands in");
    }
    loader_start(loader, &val);
    cr_assert(loader_next(loader, &batch, &failure));
    cr_expect(batch.count == 2 && batch.label[0] == 0 && batch.label[1] == -1 && batch.input[3072] == 0);
    char *first = loader_complaint(loader, &bad), *second = loader_complaint(loader, &bad);
    cr_expect(first && strstr(first, "train/dog/a.PNG"), "%s", first);
    cr_expect(second && strstr(second, "val/cat/z.png"), "%s", second);
    cr_expect(bad == 2 && !loader_complaint(loader, &bad));
    free(first), free(second);
    loader_close(loader);
    dataset_close(set);
}

Test(data, nothing_but_bad_pictures)
{
    make_directory("train");
    make_directory("train/a");
    put_bytes("train/a/a.png", "x", 1);
    Dataset *set = open_set("folder:", directory);
    Loader *loader = loader_of(set, 1, 2, "none");
    Pass train = { .split = SPLIT_train, .count = 1, .augment = true };
    Batch batch;
    Failure failure;
    loader_start(loader, &train);
    cr_expect(!loader_next(loader, &batch, &failure) && strstr(failure.text, "in a row cannot be read"), "%s", failure.text);
    loader_close(loader);
    dataset_close(set);
}
