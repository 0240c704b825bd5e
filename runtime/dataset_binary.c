/* dataset_binary.c - the files of CIFAR-10 and CIFAR-100 (binary version) and of MNIST (IDX), kept in memory as bytes. */
#include "dataset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "decode.h"
#include "file.h"

/* Pictures of one size, planar: [sample][channel][row][column]; labels apart. */
typedef struct {
    uint8_t *pixel[NSPLIT];
    uint8_t *label[NSPLIT];
    int channels, height, width;
} Binary;

static bool binary_picture(const Dataset *dataset, Split split, int64_t index, int channels, Image *image, Failure *failure)
{
    const Binary *binary = dataset->data;
    size_t plane = (size_t)binary->height * (size_t)binary->width, depth = (size_t)binary->channels;
    const uint8_t *from = binary->pixel[split] + (size_t)index * plane * depth;
    if (!image_new(image, binary->height, binary->width, binary->channels, failure))
        return false;
    for (size_t c = 0; c < depth; c++)
        for (size_t i = 0; i < plane; i++)
            image->pixel[i * depth + c] = from[c * plane + i];
    if (image_convert(image, channels, failure))
        return true;
    image_free(image);
    return false;
}

static int32_t binary_label(const Dataset *dataset, Split split, int64_t index)
{
    return ((const Binary *)dataset->data)->label[split][index];
}

static void binary_close(Dataset *dataset)
{
    Binary *binary = dataset->data;
    for (int split = 0; split < NSPLIT; split++) {
        free(binary->pixel[split]);
        free(binary->label[split]);
    }
    free(binary);
}

static Binary *binary_new(Dataset *dataset, Binary shape, Failure *failure)
{
    Binary *binary = calloc(1, sizeof *binary);
    if (!binary)
        return failure_set(failure, "out of memory for a data set"), NULL;
    *binary = shape;
    dataset->data = binary;
    dataset->files = true;
    dataset->close = binary_close;
    dataset->picture = binary_picture;
    dataset->label = binary_label;
    dataset->height = shape.height, dataset->width = shape.width;
    return binary;
}

static bool exists(const char *path)
{
    struct stat status;
    return !stat(path, &status);
}

/* ---- CIFAR ------------------------------------------------------------------------------------------------ */

enum { CIFAR_PIXELS = 3 * 32 * 32, CIFAR_MOST = 50000 };

/* A record: label bytes, of which the last one counts, then the red, the green and the blue plane. */
typedef struct {
    const char *folder;                 /* as the archive calls it */
    int labels;                         /* bytes before the pixels */
    int classes;
    const char *file[NSPLIT][5];
} CifarKind;

static const CifarKind cifar10 = { "cifar-10-batches-bin", 1, 10,
    { { "data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin" },
      { "test_batch.bin" } } };
static const CifarKind cifar100 = { "cifar-100-binary", 2, 100, { { "train.bin" }, { "test.bin" } } };

/* Appends the records of one file to a split. */
static bool cifar_append(Dataset *dataset, Split split, const char *path, const CifarKind *kind, const uint8_t *bytes,
                         size_t size, Failure *failure)
{
    Binary *binary = dataset->data;
    size_t record = (size_t)kind->labels + CIFAR_PIXELS, count = size / record, have = (size_t)dataset->count[split];
    if (!size || size % record)
        return failure_set(failure, "%s: has %zu bytes, which are no whole records of %zu", path, size, record);
    uint8_t *pixel = realloc(binary->pixel[split], (have + count) * CIFAR_PIXELS);
    binary->pixel[split] = pixel ? pixel : binary->pixel[split];
    uint8_t *label = pixel ? realloc(binary->label[split], have + count) : NULL;
    if (!label)
        return failure_set(failure, "%s: out of memory for %zu pictures", path, have + count);
    binary->label[split] = label;
    for (size_t i = 0; i < count; i++, bytes += record) {
        label[have + i] = bytes[kind->labels - 1];
        if (label[have + i] >= kind->classes)
            return failure_set(failure, "%s: record %zu has the label %d; there are %d classes", path, i, label[have + i],
                               kind->classes);
        memcpy(pixel + (have + i) * CIFAR_PIXELS, bytes + kind->labels, CIFAR_PIXELS);
    }
    dataset->count[split] += (int64_t)count;
    return true;
}

static bool cifar_file(Dataset *dataset, Split split, const char *directory, const char *name, const CifarKind *kind,
                       Failure *failure)
{
    char path[4096];
    size_t size;
    if ((size_t)snprintf(path, sizeof path, "%s/%s", directory, name) >= sizeof path)
        return failure_set(failure, "the path is too long: %s", directory);
    uint8_t *bytes = file_contents(path, (size_t)CIFAR_MOST * (CIFAR_PIXELS + 2), &size, failure);
    bool good = bytes && cifar_append(dataset, split, path, kind, bytes, size, failure);
    free(bytes);
    return good;
}

static bool cifar_open(Dataset *dataset, const char *rest, const CifarKind *kind, Failure *failure)
{
    char directory[4000], inside[4096];
    if (!*rest)
        return failure_set(failure, "%s names no directory", dataset->name);
    if ((size_t)snprintf(directory, sizeof directory, "%s", rest) >= sizeof directory)
        return failure_set(failure, "the path is too long: %s", dataset->name);
    snprintf(inside, sizeof inside, "%s/%s", rest, kind->folder);
    if (exists(inside) && (size_t)snprintf(directory, sizeof directory, "%s/%s", rest, kind->folder) >= sizeof directory)
        return failure_set(failure, "the path is too long: %s", dataset->name);
    if (!binary_new(dataset, (Binary){ .channels = 3, .height = 32, .width = 32 }, failure))
        return false;
    dataset->classes = kind->classes;
    dataset->augment = "crop:4,flip";
    for (int split = 0; split < NSPLIT; split++)
        for (int i = 0; i < 5 && kind->file[split][i]; i++)
            if (!cifar_file(dataset, split, directory, kind->file[split][i], kind, failure))
                return false;
    return true;
}

bool dataset_cifar10(Dataset *dataset, const char *rest, const DatasetShape *shape, Failure *failure)
{
    static const char *const name[] = { "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship",
                                        "truck" };
    (void)shape;
    return cifar_open(dataset, rest, &cifar10, failure) && dataset_name_classes(dataset, name, 10, failure);
}

bool dataset_cifar100(Dataset *dataset, const char *rest, const DatasetShape *shape, Failure *failure)
{
    (void)shape;
    return cifar_open(dataset, rest, &cifar100, failure);
}

/* ---- MNIST: IDX ------------------------------------------------------------------------------------------- */

enum { MAX_IDX_BYTES = 1 << 30, MAX_IDX_SIDE = 4096 };

typedef struct {
    uint32_t dim[3];                    /* [sample][row][column]; labels: [sample] */
    uint8_t *data;                      /* owned */
} Idx;

static uint32_t big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* The bytes of a file, unpacked where it is gzip, one piece after the other: nothing has to be believed of its length. */
typedef struct {
    const char *path;
    const uint8_t *bytes;
    size_t size, at;
    bool packed;
    z_stream stream;
} Source;

static bool source_read(Source *source, uint8_t *out, size_t size, Failure *failure)
{
    if (!source->packed) {
        if (size > source->size - source->at)
            return failure_set(failure, "%s: ends early", source->path);
        memcpy(out, source->bytes + source->at, size);
        source->at += size;
        return true;
    }
    source->stream.next_out = out;
    source->stream.avail_out = (uInt)size;
    while (source->stream.avail_out) {
        int status = inflate(&source->stream, Z_NO_FLUSH);
        if (status == Z_STREAM_END && source->stream.avail_out)
            return failure_set(failure, "%s: ends early", source->path);
        if (status != Z_OK && status != Z_STREAM_END)
            return failure_set(failure, "%s: damaged: %s", source->path,
                               source->stream.msg ? source->stream.msg : "it ends early");
    }
    return true;
}

/* Nothing may follow: neither data nor, in a gzip file, damage. */
static bool source_end(Source *source, Failure *failure)
{
    uint8_t extra;
    if (!source->packed)
        return source->at == source->size
            || failure_set(failure, "%s: %zu bytes follow the last sample", source->path, source->size - source->at);
    source->stream.next_out = &extra;
    source->stream.avail_out = 1;
    int status = inflate(&source->stream, Z_FINISH);
    if (!source->stream.avail_out)
        return failure_set(failure, "%s: bytes follow the last sample", source->path);
    return status == Z_STREAM_END
        || failure_set(failure, "%s: damaged: %s", source->path, source->stream.msg ? source->stream.msg : "it ends early");
}

/* Magic 0x0000080R for R dimensions of bytes, the dimensions, the data. */
static bool read_idx(Source *source, uint32_t rank, Idx *idx, Failure *failure)
{
    uint8_t head[16];
    uint64_t size = 1;
    if (!source_read(source, head, 4 + 4 * rank, failure))
        return false;
    if (big_endian(head) != (0x800 | rank))
        return failure_set(failure, "%s: no IDX file of bytes with %u dimensions", source->path, rank);
    for (uint32_t i = 0; i < rank; i++) {
        idx->dim[i] = big_endian(head + 4 + 4 * i);
        if (!idx->dim[i] || (i && idx->dim[i] > MAX_IDX_SIDE) || idx->dim[i] > MAX_SAMPLES)
            return failure_set(failure, "%s: a dimension of %u", source->path, idx->dim[i]);
        size *= idx->dim[i];            /* below 2^26 * 2^12 * 2^12 */
    }
    if (size > MAX_IDX_BYTES)
        return failure_set(failure, "%s: %llu bytes are more than the limit of %d", source->path, (unsigned long long)size,
                           MAX_IDX_BYTES);
    idx->data = malloc(size);
    if (!idx->data)
        return failure_set(failure, "%s: out of memory", source->path);
    return source_read(source, idx->data, size, failure) && source_end(source, failure);
}

static bool open_idx(const char *path, uint32_t rank, Idx *idx, Failure *failure)
{
    Source source = { .path = path };
    uint8_t *bytes = file_contents(path, MAX_IDX_BYTES, &source.size, failure);
    if (!bytes)
        return false;
    source.bytes = bytes;
    source.packed = source.size >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
    bool good = true;
    if (source.packed) {
        source.stream.next_in = bytes;
        source.stream.avail_in = (uInt)source.size;
        good = inflateInit2(&source.stream, 16 + MAX_WBITS) == Z_OK || failure_set(failure, "%s: out of memory", path);
    }
    good = good && read_idx(&source, rank, idx, failure);
    if (source.packed)
        inflateEnd(&source.stream);
    free(bytes);
    return good;
}

/* The file under any of its usual names: train-images-idx3-ubyte, train-images.idx3-ubyte, each with or without .gz. */
static bool find_idx(char *path, size_t size, const char *directory, const char *stem, uint32_t rank, Failure *failure)
{
    for (int form = 0; form < 4; form++) {
        int length = snprintf(path, size, "%s/%s%cidx%u-ubyte%s", directory, stem, form & 1 ? '.' : '-', rank,
                              form & 2 ? ".gz" : "");
        if ((size_t)length >= size)
            return failure_set(failure, "the path is too long: %s", directory);
        if (exists(path))
            return true;
    }
    return failure_set(failure, "%s: has no %s-idx%u-ubyte, nor %s-idx%u-ubyte.gz", directory, stem, rank, stem, rank);
}

static bool read_mnist_split(Dataset *dataset, const char *directory, Split split, Idx *image, Idx *label, Failure *failure)
{
    static const char *const stem[NSPLIT][2] = { { "train-images", "train-labels" }, { "t10k-images", "t10k-labels" } };
    char path[4096];
    if (!find_idx(path, sizeof path, directory, stem[split][0], 3, failure) || !open_idx(path, 3, image, failure)
        || !find_idx(path, sizeof path, directory, stem[split][1], 1, failure) || !open_idx(path, 1, label, failure))
        return false;
    if (image->dim[0] != label->dim[0])
        return failure_set(failure, "%s: %u labels for %u pictures", path, label->dim[0], image->dim[0]);
    for (uint32_t i = 0; i < label->dim[0]; i++)
        dataset->classes = label->data[i] >= dataset->classes ? label->data[i] + 1 : dataset->classes;
    dataset->count[split] = image->dim[0];
    return true;
}

bool dataset_mnist(Dataset *dataset, const char *rest, const DatasetShape *shape, Failure *failure)
{
    Idx image[NSPLIT] = { 0 }, label[NSPLIT] = { 0 };
    (void)shape;
    if (!*rest)
        return failure_set(failure, "%s names no directory", dataset->name);
    dataset->augment = "none";
    Binary *binary = binary_new(dataset, (Binary){ .channels = 1 }, failure);
    bool good = binary;
    for (int split = 0; split < NSPLIT && binary; split++) {
        good = good && read_mnist_split(dataset, rest, split, &image[split], &label[split], failure);
        binary->pixel[split] = image[split].data;
        binary->label[split] = label[split].data;
    }
    if (good && (image[0].dim[1] != image[1].dim[1] || image[0].dim[2] != image[1].dim[2]))
        good = failure_set(failure, "%s: the pictures for training and testing differ in size", rest);
    if (good) {
        dataset->height = binary->height = (int)image[0].dim[1];
        dataset->width = binary->width = (int)image[0].dim[2];
    }
    return good;
}
