/* safetensors.c - reads safetensors files by the rules of the format, to the letter, because the file is untrusted.
 *
 * A file is: the header's length N (8 bytes, little endian), N bytes of JSON {"name": {"dtype", "shape",
 * "data_offsets": [begin, end]}, "__metadata__": {...}}, the data. The tensors cover the data without overlap, hole
 * or rest, and each tensor's dimensions times its element size are exactly its bytes. */
#include "half.h"
#include "safetensors.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "values are copied as they lie in the file");

enum {
    FORMAT_MAX_HEADER = 100000000,      /* the format's own limit */
    MAX_HEADER = 16 << 20,              /* ours: 65,536 tensors with long names fit */
    MAX_VALUES = 2000000,               /* JSON values in the header: each costs some 50 bytes of memory */
    CHUNK = 1 << 16,                    /* bytes converted at a time */
};

/* ---- element types ---------------------------------------------------------------------------------------- */

static void convert_f32(const uint8_t *in, float *out, size_t count)
{
    memcpy(out, in, count * sizeof *out);
}

static void convert_f64(const uint8_t *in, float *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double value;
        memcpy(&value, in + 8 * i, 8);
        out[i] = (float)value;
    }
}

static void convert_bf16(const uint8_t *in, float *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t bits = (uint32_t)in[2 * i] << 16 | (uint32_t)in[2 * i + 1] << 24;
        memcpy(out + i, &bits, 4);
    }
}

static void convert_f16(const uint8_t *in, float *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] = half_value((uint16_t)(in[2 * i] | in[2 * i + 1] << 8));
}

static void convert_i64(const uint8_t *in, float *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t value;
        memcpy(&value, in + 8 * i, 8);
        out[i] = (float)value;
    }
}

static const Dtype dtypes[] = {
    { "F32", 32, convert_f32 }, { "F16", 16, convert_f16 }, { "BF16", 16, convert_bf16 }, { "F64", 64, convert_f64 },
    { "I64", 64, convert_i64 }, { "U64", 64, NULL }, { "I32", 32, NULL }, { "U32", 32, NULL }, { "I16", 16, NULL },
    { "U16", 16, NULL }, { "I8", 8, NULL }, { "U8", 8, NULL }, { "BOOL", 8, NULL }, { "C64", 64, NULL },
    { "F8_E5M2", 8, NULL }, { "F8_E4M3", 8, NULL }, { "F8_E8M0", 8, NULL }, { "F8_E4M3FNUZ", 8, NULL },
    { "F8_E5M2FNUZ", 8, NULL }, { "F6_E2M3", 6, NULL }, { "F6_E3M2", 6, NULL }, { "F4", 4, NULL },
};

const Dtype *dtype_find(const char *name)
{
    for (size_t i = 0; i < sizeof dtypes / sizeof *dtypes; i++)
        if (strcmp(dtypes[i].name, name) == 0)
            return &dtypes[i];
    return NULL;
}

/* ---- one tensor of the header ------------------------------------------------------------------------------ */

/* `path: tensor 'name': what`. */
static bool refuse(const Safetensors *file, const Stored *tensor, Failure *failure, const char *what)
{
    Printable shown;
    return failure_set(failure, "%s: tensor '%s': %s", file->file.path, printable(tensor->name, &shown), what);
}

static bool read_shape(const json_t *shape, Stored *tensor, const char **what)
{
    *what = "its shape must be a list of at most 8 sizes";
    if (!json_is_array(shape) || json_array_size(shape) > MAX_STORED_RANK)
        return false;
    tensor->rank = (int)json_array_size(shape);
    *what = "each dimension must be an integer from 0 to 2147483647";
    for (int i = 0; i < tensor->rank; i++) {
        const json_t *size = json_array_get(shape, (size_t)i);
        tensor->dim[i] = json_integer_value(size);
        if (!json_is_integer(size) || tensor->dim[i] < 0 || tensor->dim[i] > INT32_MAX)
            return false;
    }
    return true;
}

static bool read_offsets(const json_t *offsets, Stored *tensor, const char **what)
{
    const json_t *begin = json_array_get(offsets, 0), *end = json_array_get(offsets, 1);
    *what = "its data_offsets must be two integers";
    if (json_array_size(offsets) != 2 || !json_is_integer(begin) || !json_is_integer(end))
        return false;
    *what = "its data_offsets are negative or reversed";
    if (json_integer_value(begin) < 0 || json_integer_value(end) < json_integer_value(begin))
        return false;
    tensor->begin = (uint64_t)json_integer_value(begin);
    tensor->end = (uint64_t)json_integer_value(end);
    return true;
}

/* Dimensions times element size, in whole bytes, are the tensor's range. */
static bool check_size(const Stored *tensor, const char **what)
{
    uint64_t bits = 1;
    *what = "its size overflows";
    for (int i = 0; i < tensor->rank; i++)
        if (__builtin_mul_overflow(bits, (uint64_t)tensor->dim[i], &bits))
            return false;
    if (__builtin_mul_overflow(bits, (uint64_t)tensor->dtype->bits, &bits))
        return false;
    *what = "its elements do not fill whole bytes";
    if (bits % 8 != 0)
        return false;
    *what = "its data_offsets do not cover as many bytes as its shape and dtype need";
    return tensor->end - tensor->begin == bits / 8;
}

static bool read_tensor(const Safetensors *file, json_t *entry, Stored *tensor, Failure *failure)
{
    const json_t *dtype = json_object_get(entry, "dtype");
    const json_t *shape = json_object_get(entry, "shape");
    const json_t *offsets = json_object_get(entry, "data_offsets");
    const char *what;
    if (!*tensor->name)
        return failure_set(failure, "%s: a tensor has an empty name", file->file.path);
    if (!dtype || !shape || !offsets || json_object_size(entry) != 3)
        return refuse(file, tensor, failure, "needs dtype, shape and data_offsets, and nothing else");
    tensor->dtype = json_is_string(dtype) ? dtype_find(json_string_value(dtype)) : NULL;
    if (!tensor->dtype)
        return refuse(file, tensor, failure, "unknown dtype");
    if (!read_shape(shape, tensor, &what) || !read_offsets(offsets, tensor, &what) || !check_size(tensor, &what))
        return refuse(file, tensor, failure, what);
    return true;
}

/* ---- the header -------------------------------------------------------------------------------------------- */

static bool check_metadata(const Safetensors *file, json_t *metadata, Failure *failure)
{
    const char *key;
    json_t *value;
    if (!json_is_object(metadata))
        return failure_set(failure, "%s: __metadata__ must be an object", file->file.path);
    json_object_foreach(metadata, key, value)
        if (!json_is_string(value))
            return failure_set(failure, "%s: __metadata__ must hold strings only", file->file.path);
    return true;
}

static int compare_offsets(const void *a, const void *b)
{
    const Stored *x = a, *y = b;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return (x->end > y->end) - (x->end < y->end);
}

/* Sorted by offset, each tensor begins where the one before ends, and the last ends with the file. This one rule
 * forbids overlaps, holes and hidden bytes. */
static bool check_cover(Safetensors *file, Failure *failure)
{
    uint64_t at = 0, size = file->file.size - file->data_at;
    if (file->count)
        qsort(file->tensor, file->count, sizeof *file->tensor, compare_offsets);
    for (size_t i = 0; i < file->count; i++) {
        if (file->tensor[i].begin < at)
            return refuse(file, &file->tensor[i], failure, "its data overlaps another tensor's");
        if (file->tensor[i].begin > at)
            return refuse(file, &file->tensor[i], failure, "there is a hole before its data");
        at = file->tensor[i].end;
    }
    if (at > size)
        return failure_set(failure, "%s: truncated: %" PRIu64 " bytes of data are missing", file->file.path, at - size);
    if (at < size)
        return failure_set(failure, "%s: %" PRIu64 " bytes follow the last tensor", file->file.path, size - at);
    return true;
}

static bool read_tensors(Safetensors *file, Failure *failure)
{
    const char *name;
    json_t *entry;
    size_t count = json_object_size(file->header) - (json_object_get(file->header, "__metadata__") != NULL);
    if (count > MAX_STORED_TENSORS)
        return failure_set(failure, "%s: holds %zu tensors, more than the limit of %d", file->file.path, count, MAX_STORED_TENSORS);
    file->tensor = calloc(count + 1, sizeof *file->tensor);
    if (!file->tensor)
        return failure_set(failure, "%s: out of memory", file->file.path);
    json_object_foreach(file->header, name, entry) {
        Stored *tensor = &file->tensor[file->count];
        if (strcmp(name, "__metadata__") == 0) {
            if (!check_metadata(file, entry, failure))
                return false;
            continue;
        }
        tensor->name = name;
        if (!read_tensor(file, entry, tensor, failure))
            return false;
        file->count++;
    }
    return check_cover(file, failure);
}

static bool parse_header(Safetensors *file, const char *text, size_t size, Failure *failure)
{
    json_error_t error;
    Printable shown;
    size_t values = 0;
    if (size == 0 || text[0] != '{')
        return failure_set(failure, "%s: not a safetensors file: its header does not begin with '{'", file->file.path);
    for (size_t i = 0; i < size; i++)
        values += text[i] == ',';
    if (values > MAX_VALUES)
        return failure_set(failure, "%s: its header holds more than the limit of %d values", file->file.path, MAX_VALUES);
    file->header = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    if (!file->header)
        return failure_set(failure, "%s: its header is not valid JSON: %s", file->file.path, printable(error.text, &shown));
    return read_tensors(file, failure);
}

static bool read_header(Safetensors *file, Failure *failure)
{
    uint64_t size;
    char *text;
    bool done;
    if (file->file.size < sizeof size)
        return failure_set(failure, "%s: not a safetensors file: it has %" PRIu64 " bytes, fewer than 8", file->file.path, file->file.size);
    if (!file_read(&file->file, 0, &size, sizeof size, failure))
        return false;
    if (size > FORMAT_MAX_HEADER)
        return failure_set(failure,
                           "%s: not a safetensors file: a header of %" PRIu64 " bytes, and the format allows %d",
                           file->file.path, size, FORMAT_MAX_HEADER);
    if (size > file->file.size - sizeof size)
        return failure_set(failure, "%s: truncated: its header has %" PRIu64 " bytes, the file %" PRIu64,
                           file->file.path, size, file->file.size);
    if (size > MAX_HEADER)
        return failure_set(failure, "%s: its header has %" PRIu64 " bytes, more than the limit of %d", file->file.path, size, MAX_HEADER);
    text = malloc((size_t)size + 1);
    if (!text)
        return failure_set(failure, "%s: out of memory", file->file.path);
    file->data_at = sizeof size + size;
    done = file_read(&file->file, sizeof size, text, (size_t)size, failure) && parse_header(file, text, (size_t)size, failure);
    free(text);
    return done;
}

bool safetensors_open(const char *path, Safetensors *file, Failure *failure)
{
    *file = (Safetensors){ 0 };
    if (!file_open(path, &file->file, failure))
        return false;
    if (read_header(file, failure))
        return true;
    safetensors_close(file);
    return false;
}

bool safetensors_values(const Safetensors *file, const Stored *tensor, float *out, Failure *failure)
{
    uint8_t chunk[CHUNK];
    size_t size = (size_t)tensor->dtype->bits / 8;
    uint64_t at = file->data_at + tensor->begin, end = file->data_at + tensor->end;
    if (tensor->dtype->convert == convert_f32)
        return file_read(&file->file, at, out, (size_t)(end - at), failure);
    while (at < end) {
        size_t bytes = end - at < CHUNK ? (size_t)(end - at) : CHUNK;
        if (!file_read(&file->file, at, chunk, bytes, failure))
            return false;
        tensor->dtype->convert(chunk, out, bytes / size);
        out += bytes / size;
        at += bytes;
    }
    return true;
}

const char *safetensors_metadata(const Safetensors *file, const char *key)
{
    return json_string_value(json_object_get(json_object_get(file->header, "__metadata__"), key));
}

void safetensors_close(Safetensors *file)
{
    json_decref(file->header);
    free(file->tensor);
    file_close(&file->file);
}
