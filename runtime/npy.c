/* npy.c - reads arrays that numpy.save wrote: float32 or float64, little endian, C or Fortran order.
 *
 * A file is: "\x93NUMPY", the version, the header's length (2 bytes in version 1, 4 in version 2), a Python dictionary
 * {'descr': '<f4', 'fortran_order': False, 'shape': (1, 3, 224, 224), }, the data. The dictionary is read by a scanner
 * for this one form; anything else is refused. */
#include "file.h"
#include "image.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_RANK = 8, MAX_HEADER = 1 << 16, MAX_FLOATS = 1 << 28 };

typedef struct {
    int size;                           /* bytes of an element: 4 or 8; 0 until known */
    int fortran;                        /* 1: first index runs fastest; -1 until known */
    int rank;                           /* -1 until known */
    int64_t dim[MAX_RANK];
} Array;

/* ---- the dictionary ------------------------------------------------------------------------------------------- */

static const char not_a_dictionary[] = "its header is not a dictionary of descr, fortran_order and shape";

/* The rest of the header. */
typedef struct {
    const char *next, *end;
} Scanner;

static void skip_blanks(Scanner *s)
{
    while (s->next < s->end && (*s->next == ' ' || *s->next == '\n'))
        s->next++;
}

/* Takes `word` if it is next. */
static bool take(Scanner *s, const char *word)
{
    size_t size = strlen(word);
    skip_blanks(s);
    if ((size_t)(s->end - s->next) < size || memcmp(s->next, word, size) != 0)
        return false;
    s->next += size;
    return true;
}

/* A comma, or nothing right before `close`. */
static bool take_comma(Scanner *s, char close)
{
    return take(s, ",") || (s->next < s->end && *s->next == close);
}

static bool take_dimension(Scanner *s, int64_t *out)
{
    const char *first;
    skip_blanks(s);
    first = s->next;
    for (*out = 0; s->next < s->end && *s->next >= '0' && *s->next <= '9' && *out <= INT32_MAX; s->next++)
        *out = *out * 10 + (*s->next - '0');
    return s->next > first && *out <= INT32_MAX;
}

static bool read_descr(Scanner *s, Array *array, const char **what)
{
    *what = "only float32 ('<f4') and float64 ('<f8') arrays can be read; save array.astype('float32')";
    array->size = take(s, "'<f4'") ? 4 : take(s, "'<f8'") ? 8 : 0;
    return array->size != 0;
}

static bool read_order(Scanner *s, Array *array, const char **what)
{
    *what = "its fortran_order must be True or False";
    array->fortran = take(s, "True") ? 1 : take(s, "False") ? 0 : -1;
    return array->fortran >= 0;
}

/* (), (3,), (3, 4) or (3, 4,) */
static bool read_shape(Scanner *s, Array *array, const char **what)
{
    *what = "its shape must be a tuple of at most 8 integers up to 2147483647";
    if (!take(s, "("))
        return false;
    for (array->rank = 0; !take(s, ")"); array->rank++)
        if (array->rank == MAX_RANK || !take_dimension(s, &array->dim[array->rank]) || !take_comma(s, ')'))
            return false;
    return true;
}

/* {'key': value, ...}: each of the three keys once, in any order. */
static bool read_dictionary(Scanner *s, Array *array, const char **what)
{
    bool good = take(s, "{");
    *what = not_a_dictionary;
    *array = (Array){ .fortran = -1, .rank = -1 };
    while (good && !take(s, "}")) {
        if (!array->size && take(s, "'descr':"))
            good = read_descr(s, array, what);
        else if (array->fortran < 0 && take(s, "'fortran_order':"))
            good = read_order(s, array, what);
        else if (array->rank < 0 && take(s, "'shape':"))
            good = read_shape(s, array, what);
        else
            return false;
        if (!good)
            return false;
        *what = not_a_dictionary;
        good = take_comma(s, '}');
    }
    skip_blanks(s);
    return good && array->size && array->fortran >= 0 && array->rank >= 0 && s->next == s->end;
}

static bool refuse(const File *file, Failure *failure, const char *what)
{
    return failure_set(failure, "%s: %s", file->path, what);
}

static bool read_header(const File *file, Array *array, uint64_t *data_at, Failure *failure)
{
    uint8_t start[12] = { 0 };
    char text[MAX_HEADER];
    const char *what;
    uint32_t size, wide;
    if (file->size < sizeof start || !file_read(file, 0, start, sizeof start, failure) || memcmp(start, "\x93NUMPY", 6) != 0)
        return refuse(file, failure, "not a .npy file");
    if (start[6] != 1 && start[6] != 2)
        return failure_set(failure, "%s: version %d.%d of the .npy format is not supported", file->path, start[6], start[7]);
    wide = start[6] == 2;
    size = start[8] | (uint32_t)start[9] << 8 | (wide ? (uint32_t)start[10] << 16 | (uint32_t)start[11] << 24 : 0);
    *data_at = (wide ? 12u : 10u) + (uint64_t)size;
    if (size > sizeof text)
        return failure_set(failure, "%s: its header has %u bytes, more than the limit of %zu", file->path, size, sizeof text);
    if (*data_at > file->size)
        return refuse(file, failure, "truncated: its header goes beyond the file");
    if (!file_read(file, *data_at - size, text, size, failure))
        return false;
    return read_dictionary(&(Scanner){ text, text + size }, array, &what) || refuse(file, failure, what);
}

/* ---- the data -------------------------------------------------------------------------------------------------- */

/* in[w][h][c][n] (the first index runs fastest) -> out[n][c][h][w] */
static void reorder(const float *in, const int64_t dim[4], float *out)
{
    int64_t stride[4] = { 1, dim[0], dim[0] * dim[1], dim[0] * dim[1] * dim[2] };
    for (int64_t n = 0; n < dim[0]; n++)
        for (int64_t c = 0; c < dim[1]; c++)
            for (int64_t y = 0; y < dim[2]; y++)
                for (int64_t x = 0; x < dim[3]; x++)
                    *out++ = in[n + c * stride[1] + y * stride[2] + x * stride[3]];
}

/* Narrows doubles to floats in the memory they share: value i is read before anything at or behind it is written. */
static void narrow(float *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double value;
        memcpy(&value, (const char *)values + 8 * i, 8);
        values[i] = (float)value;
    }
}

static float *read_values(const File *file, const Array *array, uint64_t at, const int64_t dim[4], Failure *failure)
{
    size_t count = (size_t)(dim[0] * dim[1] * dim[2] * dim[3]);
    float *values = malloc(count * (size_t)array->size), *ordered;
    if (!values) {
        refuse(file, failure, "out of memory");
        return NULL;
    }
    if (!file_read(file, at, values, count * (size_t)array->size, failure)) {
        free(values);
        return NULL;
    }
    if (array->size == 8)
        narrow(values, count);
    if (!array->fortran)
        return values;
    ordered = malloc(count * sizeof *ordered);
    if (ordered)
        reorder(values, dim, ordered);
    else
        refuse(file, failure, "out of memory");
    free(values);
    return ordered;
}

/* The array must be [n, channels, height, width] or one image [channels, height, width], and end with the file. */
static bool check_shape(const File *file, const Array *array, uint64_t data_at, const int64_t dim[4], Failure *failure)
{
    char shape[MAX_RANK * 12 + 1] = "";
    size_t used = 0;
    uint64_t bytes;
    for (int i = 0; i < array->rank; i++)
        used += (size_t)snprintf(shape + used, sizeof shape - used, i ? ", %" PRId64 : "%" PRId64, array->dim[i]);
    if ((array->rank != 3 && array->rank != 4) || memcmp(array->dim + array->rank - 3, dim + 1, 3 * sizeof *dim) != 0)
        return failure_set(failure,
                           "%s: its shape is [%s], the network's input [n, %" PRId64 ", %" PRId64 ", %" PRId64 "]",
                           file->path, shape, dim[1], dim[2], dim[3]);
    if (dim[0] == 0)
        return refuse(file, failure, "holds no image");
    if (dim[0] > MAX_FLOATS / (dim[1] * dim[2] * dim[3]))
        return failure_set(failure, "%s: its shape is [%s], more than the limit of %d values", file->path, shape, MAX_FLOATS);
    bytes = (uint64_t)(dim[0] * dim[1] * dim[2] * dim[3]) * (uint64_t)array->size;
    if (file->size - data_at < bytes)
        return refuse(file, failure, "truncated: it has fewer values than its shape");
    return file->size - data_at == bytes || refuse(file, failure, "bytes follow its values");
}

bool npy_input(const char *path, int channels, int height, int width, int *batch, float **out, Failure *failure)
{
    int64_t dim[4] = { 1, channels, height, width };
    uint64_t data_at;
    Array array;
    File file;
    *out = NULL;
    if (!file_open(path, &file, failure))
        return false;
    if (read_header(&file, &array, &data_at, failure)) {
        dim[0] = array.rank == 4 ? array.dim[0] : 1;
        *batch = (int)dim[0];
        if (check_shape(&file, &array, data_at, dim, failure))
            *out = read_values(&file, &array, data_at, dim, failure);
    }
    file_close(&file);
    return *out != NULL;
}
