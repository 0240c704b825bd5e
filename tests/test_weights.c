/* test_weights.c - safetensors files that are right, and every way in which they can be wrong.
 *
 * This file defines pread and malloc itself, so that tests can make reads short and interrupted and memory run out. */
#include "../runtime/safetensors.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- faults ------------------------------------------------------------------------------------------------ */

static int short_reads;                 /* pread gives at most this many bytes, and EINTR every other time; 0: normal */
static int reads_left = -1;             /* then pread says end of file; -1: never */

ssize_t pread(int descriptor, void *out, size_t size, off_t at)
{
    static int call;
    if (reads_left == 0)
        return 0;
    reads_left -= reads_left > 0;
    if (short_reads && call++ % 2) {
        errno = EINTR;
        return -1;
    }
    return syscall(SYS_pread64, descriptor, out, short_reads && size > (size_t)short_reads ? (size_t)short_reads : size, at);
}

#ifndef __SANITIZE_ADDRESS__
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
extern char __executable_start[], etext[];
static int allocations_left = -1;       /* then one allocation of this program fails; -1: never */

/* Only our own code is tried: jansson aborts when memory runs out inside of it. */
static bool out_of_memory(const char *caller)
{
    return allocations_left >= 0 && caller > __executable_start && caller < etext && allocations_left-- == 0;
}

void *malloc(size_t size)
{
    return out_of_memory(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return out_of_memory(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}
#endif

/* ---- files ------------------------------------------------------------------------------------------------- */

static char path[64];                   /* the test's own file */

static void begin(void)
{
    snprintf(path, sizeof path, "/tmp/nncc_weights-%ld.safetensors", (long)getpid());
}

static void end(void)
{
    remove(path);
}

TestSuite(weights, .init = begin, .fini = end);

static void put(const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    cr_assert(file && fwrite(bytes, 1, size, file) == size && fclose(file) == 0);
}

/* A file of header and `data` bytes of zeros. */
static void put_header(const char *header, size_t data)
{
    uint64_t size = strlen(header);
    char *file = calloc(1, sizeof size + size + data);
    memcpy(file, &size, sizeof size);
    memcpy(file + sizeof size, header, size);
    put(file, sizeof size + size + data);
    free(file);
}

static const TensorSpec one = { .name = "a", .rank = 1, .dim = { 2 } };

static void expect_refusal(const char *message)
{
    Failure failure = { "" };
    char *report = NULL;
    Weights *weights = weights_load(path, &one, 1, false, &report, &failure);
    cr_expect_null(weights);
    cr_expect_null(report);
    cr_expect(strstr(failure.text, message), "expected \"%s\", got \"%s\"", message, failure.text);
    weights_free(weights);
}

/* ---- files that are no files ---------------------------------------------------------------------------------- */

Test(weights, what_is_not_a_regular_file)
{
    expect_refusal("No such file or directory");
    cr_assert_eq(mkdir(path, 0700), 0);
    expect_refusal("is a directory, not a regular file");
    cr_assert_eq(rmdir(path), 0);
    cr_assert_eq(mkfifo(path, 0600), 0);
    expect_refusal("is a pipe, not a regular file");
    cr_assert_eq(remove(path), 0);
    cr_assert_eq(symlink("/dev/zero", path), 0);
    expect_refusal("is a device, not a regular file");
}

Test(weights, a_file_without_permission)
{
    if (geteuid() == 0)
        cr_skip_test("root may read everything");
    put_header("{}", 0);
    cr_assert_eq(chmod(path, 0), 0);
    expect_refusal("Permission denied");
}

Test(weights, a_file_that_shrinks_while_it_is_read)
{
    put_header("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8);
    for (reads_left = 0; reads_left < 3; reads_left++) {
        int reads = reads_left;
        expect_refusal("ends early");
        reads_left = reads;
    }
}

/* ---- lying headers ---------------------------------------------------------------------------------------------- */

#define ENTRY(name, dtype, shape, offsets) "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"

Test(weights, lengths_that_lie)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *message;
    } cases[] = {
        { "", 0, "it has 0 bytes, fewer than 8" },
        { "\2\0\0\0\0\0\0", 7, "it has 7 bytes, fewer than 8" },
        { "\0\0\0\0\0\0\0\0", 8, "its header does not begin with '{'" },
        { "\1\0\0\0\0\0\0\0{", 9, "its header is not valid JSON" },
        { "\0\0\0\0\0\0\0\200{}", 10, "a header of 9223372036854775808 bytes, and the format allows 100000000" },
        { "\377\377\377\377\377\377\377\377{}", 10, "a header of 18446744073709551615 bytes, and the format allows 100000000" },
        { "\1\341\365\5\0\0\0\0{}", 10, "a header of 100000001 bytes, and the format allows 100000000" },
        { "\0\341\365\5\0\0\0\0{}", 10, "truncated: its header has 100000000 bytes, the file 10" },
        { "\3\0\0\0\0\0\0\0{}", 10, "truncated: its header has 3 bytes, the file 10" },
        { "\2\0\0\0\0\0\0\0{}PK\3\4", 14, "4 bytes follow the last tensor" },
        { "\2\0\0\0\0\0\0\0{}<html>", 16, "6 bytes follow the last tensor" },
        { "\6\0\0\0\0\0\0\0{\"\0\":1", 14, "its header is not valid JSON" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put(cases[i].bytes, cases[i].size);
        expect_refusal(cases[i].message);
    }
}

Test(weights, headers_that_lie)
{
    static const struct {
        const char *header;
        size_t data;
        const char *message;
    } cases[] = {
        { "\xff\xfe", 0, "does not begin with '{'" },
        { "\xef\xbb\xbf{}", 0, "does not begin with '{'" },
        { " {}", 0, "does not begin with '{'" },
        { "[]", 0, "does not begin with '{'" },
        { "{\"\xff\":1}", 0, "not valid JSON: unable to decode byte 0xff" },
        { "{\"a\":{\"dtype\":\"F32\",", 0, "not valid JSON" },
        { "{\"a\\u0000b\":1}", 0, "not valid JSON: NUL byte in object key not supported" },
        { "{} x", 0, "not valid JSON: end of file expected" },
        { "{" ENTRY("a", "F32", "[2]", "[0,8]") "," ENTRY("a", "F32", "[2]", "[8,16]") "}", 16, "not valid JSON: duplicate object key" },
        { "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "not valid JSON: duplicate object key" },
        { "{" ENTRY("", "F32", "[2]", "[0,8]") "}", 8, "a tensor has an empty name" },
        { "{\"__metadata__\":[]}", 0, "__metadata__ must be an object" },
        { "{\"__metadata__\":{\"a\":1}}", 0, "__metadata__ must hold strings only" },
        { "{\"__metadata__\":{\"a\":{\"b\":\"c\"}}}", 0, "__metadata__ must hold strings only" },
        { "{\"a\":1}", 0, "tensor 'a': needs dtype, shape and data_offsets, and nothing else" },
        { "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}", 8, "needs dtype, shape and data_offsets" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":1}}", 8, "needs dtype, shape and data_offsets" },
        { "{\"a\\u001b[2J\":1}", 0, "tensor 'a\\x1b[2J': needs" },
        { "{" ENTRY("a", "F33", "[2]", "[0,8]") "}", 8, "tensor 'a': unknown dtype" },
        { "{" ENTRY("a", "f32", "[2]", "[0,8]") "}", 8, "tensor 'a': unknown dtype" },
        { "{\"a\":{\"dtype\":32,\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "tensor 'a': unknown dtype" },
        { "{" ENTRY("a", "F32", "2", "[0,8]") "}", 8, "its shape must be a list of at most 8 sizes" },
        { "{" ENTRY("a", "F32", "[1,1,1,1,1,1,1,1,2]", "[0,8]") "}", 8, "its shape must be a list of at most 8 sizes" },
        { "{" ENTRY("a", "F32", "[-1]", "[0,8]") "}", 8, "each dimension must be an integer from 0 to 2147483647" },
        { "{" ENTRY("a", "F32", "[1.0]", "[0,4]") "}", 4, "each dimension must be an integer" },
        { "{" ENTRY("a", "F32", "[1e3]", "[0,4000]") "}", 4000, "each dimension must be an integer" },
        { "{" ENTRY("a", "F32", "[\"2\"]", "[0,8]") "}", 8, "each dimension must be an integer" },
        { "{" ENTRY("a", "F32", "[2147483648]", "[0,8]") "}", 8, "each dimension must be an integer" },
        { "{" ENTRY("a", "F32", "[9223372036854775808]", "[0,8]") "}", 8, "not valid JSON: too big integer" },
        { "{" ENTRY("a", "F32", "[18446744073709551616]", "[0,8]") "}", 8, "not valid JSON: too big integer" },
        { "{" ENTRY("a", "F32", "[4194305,4194305,211106198978564]", "[0,16]") "}", 16, "each dimension must be an integer" },
        { "{" ENTRY("a", "F32", "[2147483647,2147483647,2147483647]", "[0,8]") "}", 8, "its size overflows" },
        { "{" ENTRY("a", "F32", "[65536,65536,65536,65536]", "[0,0]") "}", 0, "its size overflows" },
        { "{" ENTRY("a", "F32", "[2147483647,2147483647,4]", "[0,8]") "}", 8, "its size overflows" },
        { "{" ENTRY("a", "F32", "[0]", "[0,8]") "}", 8, "do not cover as many bytes" },
        { "{" ENTRY("a", "F4", "[3]", "[0,2]") "}", 2, "its elements do not fill whole bytes" },
        { "{" ENTRY("a", "F32", "[2]", "[0,8,8]") "}", 8, "its data_offsets must be two integers" },
        { "{" ENTRY("a", "F32", "[2]", "[0.0,8]") "}", 8, "its data_offsets must be two integers" },
        { "{" ENTRY("a", "F32", "[2]", "8") "}", 8, "its data_offsets must be two integers" },
        { "{" ENTRY("a", "F32", "[2]", "[8,0]") "}", 8, "its data_offsets are negative or reversed" },
        { "{" ENTRY("a", "F32", "[2]", "[-8,0]") "}", 8, "its data_offsets are negative or reversed" },
        { "{" ENTRY("a", "F32", "[2]", "[0,7]") "}", 8, "do not cover as many bytes" },
        { "{" ENTRY("a", "F32", "[2]", "[0,8]") "," ENTRY("b", "F32", "[2]", "[7,15]") "}", 15, "tensor 'b': its data overlaps another tensor's" },
        { "{" ENTRY("a", "F32", "[2]", "[0,8]") "," ENTRY("b", "F32", "[2]", "[0,8]") "}", 8, "its data overlaps another tensor's" },
        { "{" ENTRY("a", "F32", "[2]", "[0,8]") "," ENTRY("b", "F32", "[2]", "[9,17]") "}", 17, "tensor 'b': there is a hole before its data" },
        { "{" ENTRY("a", "F32", "[2]", "[8,16]") "}", 16, "tensor 'a': there is a hole before its data" },
        { "{" ENTRY("a", "F32", "[2]", "[0,8]") "}", 7, "truncated: 1 bytes of data are missing" },
        { "{" ENTRY("a", "F32", "[2]", "[0,8]") "}", 9, "1 bytes follow the last tensor" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_header(cases[i].header, cases[i].data);
        expect_refusal(cases[i].message);
    }
}

Test(weights, headers_that_bomb)
{
    size_t size = (16u << 20) + 1;
    char *header = malloc(size + 1);
    header[size] = 0;
    memset(header, ' ', size);
    memcpy(header, "{}", 2);
    put_header(header, 0);
    expect_refusal("its header has 16777217 bytes, more than the limit of 16777216");

    header[5000000] = 0;
    memset(header, ',', 5000000);
    header[0] = '{';
    put_header(header, 0);
    expect_refusal("its header holds more than the limit of 2000000 values");

    for (int i = 0; i < 3000; i++)
        memcpy(header + 5 * i, "{\"a\":", 6);
    put_header(header, 0);
    expect_refusal("not valid JSON: maximum parsing depth reached");

    char *next = header;
    for (int i = 0; i <= MAX_STORED_TENSORS; i++)
        next += sprintf(next, "%c\"%x\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}", i ? ',' : '{', i);
    strcpy(next, "}");
    put_header(header, 0);
    expect_refusal("holds 65537 tensors, more than the limit of 65536");
    free(header);
}

/* ---- files that are right, but not for this network ---------------------------------------------------------------- */

static const TensorSpec net[] = {
    { .name = "fc.weight", .rank = 2, .dim = { 2, 3 } },
    { .name = "bn.weight", .rank = 1, .dim = { 2 } },
    { .name = "bn.running_var", .rank = 1, .dim = { 2 } },
    { .name = "bn.num_batches_tracked", .integer = true },
};

static void put_tensors(const TensorData *tensors, size_t count)
{
    Failure failure = { "" };
    cr_assert(safetensors_write(path, tensors, count, &failure), "%s", failure.text);
}

static void expect_text(const TensorData *tensors, size_t count, bool partial, const char *expected)
{
    Failure failure = { "" };
    char *report, *text;
    Weights *weights;
    put_tensors(tensors, count);
    weights = weights_load(path, net, 4, partial, &report, &failure);
    text = report ? report : failure.text;
    if (!report && strlen(failure.text) > strlen(path))
        text += strlen(path);                                   /* without "path" */
    cr_expect_str_eq(text, expected);
    weights_free(weights);
    free(report);
}

static const float six[] = { 1, 2, 3, 4, 5, 6 }, odd[] = { NAN, 1, INFINITY, 0, -1, 2 };

Test(weights, missing_unexpected_and_mismatched_are_listed)
{
    static const TensorData file[] = {
        { "extra.w", 1, { 1 }, "F32", six },
        { "fc.weight", 2, { 3, 2 }, "F32", six },
        { "bn.weight", 1, { 2 }, "F32", six },
    };
    expect_text(file, 3, false, ": does not fit the network; missing 1 (bn.running_var); unexpected 1 (extra.w); "
                "shape mismatch 1 (fc.weight: [3, 2] in the file, [2, 3] expected (transposed?)); --partial loads the 1 that fit");
    expect_text(file, 3, true, "loaded 1/3; missing 1 (bn.running_var: left at 0, scales and variances at 1); unexpected 1 (extra.w); "
                "shape mismatch 1 (fc.weight: [3, 2] in the file, [2, 3] expected (transposed?): left at 0, scales and variances at 1)");
    expect_text(
        file, 1, false,
        ": does not fit the network; missing 3 (fc.weight, bn.weight, bn.running_var); unexpected 1 (extra.w); shape mismatch 0");
}

Test(weights, element_types_that_do_not_fit)
{
    static const TensorData file[] = {
        { "fc.weight", 2, { 2, 3 }, "I32", six },
        { "bn.weight", 1, { 2 }, "I64", six },
        { "bn.running_var", 1, { 2 }, "F32", six },
        { "bn.num_batches_tracked", 0, { 0 }, "F32", six },
    };
    expect_text(file, 4, false, ": does not fit the network; missing 0; unexpected 0; shape mismatch 3 "
                "(bn.weight: I64 in the file, F32, F16, BF16 or F64 expected, bn.num_batches_tracked: F32 in the file, I64 expected, "
                "fc.weight: I32 in the file, F32, F16, BF16 or F64 expected); --partial loads the 1 that fit");
}

Test(weights, suspicious_values_are_reported)
{
    TensorData file[] = {
        { "fc.weight", 2, { 2, 3 }, "F32", odd },
        { "bn.weight", 1, { 2 }, "F32", six },
        { "bn.running_var", 1, { 2 }, "F32", odd + 3 },
    };
    expect_text(file, 3, false, ": tensor 'bn.running_var': a variance is negative (-1)");
    expect_text(file, 3, true, ": tensor 'bn.running_var': a variance is negative (-1)");
    file[2].data = odd + 2;
    expect_text(file, 3, false, "loaded 3/3; missing 0; unexpected 0; shape mismatch 0; warning: values that are not finite in 2 "
                "(bn.running_var, fc.weight); warning: variance 0 in 1 (bn.running_var)");
    file[0].data = file[2].data = six;
    expect_text(file, 3, false, "");
    expect_text(file, 3, true, "loaded 3/3; missing 0; unexpected 0; shape mismatch 0");
}

Test(weights, long_lists_are_cut)
{
    enum { MANY = 3000 };
    static char name[MANY][200];
    static TensorData file[MANY];
    Failure failure;
    for (int i = 0; i < MANY; i++) {
        memset(name[i], 'x', sizeof name[i] - 1);
        snprintf(name[i] + 190, 10, "%d", i);
        file[i] = (TensorData){ name[i], 1, { 1 }, "F32", six };
    }
    put_tensors(file, MANY);
    cr_expect_null(weights_load(path, net, 4, false, NULL, &failure));
    cr_expect(strstr(failure.text, "unexpected 3000 (xxx"), "%s", failure.text);
    cr_expect(strstr(failure.text, "xxx..., ...); shape mismatch 0"), "%s", failure.text);
}

Test(weights, a_partial_load_keeps_what_a_fresh_network_has)
{
    static const TensorData file[] = { { "fc.weight", 2, { 2, 3 }, "F32", six } };
    Failure failure;
    int rank;
    int64_t dim[4];
    put_tensors(file, 1);
    Weights *weights = weights_load(path, net, 4, true, NULL, &failure);
    cr_expect_arr_eq(weights_find(weights, "fc.weight", &rank, dim), six, sizeof six);
    cr_expect_eq(weights_find(weights, "bn.weight", &rank, dim)[1], 1);
    cr_expect_eq(weights_find(weights, "bn.running_var", &rank, dim)[0], 1);
    cr_expect_eq(weights_find(weights, "bn.num_batches_tracked", &rank, dim)[0], 0);
    cr_expect_eq(rank, 0);
    cr_expect_null(weights_find(weights, "bn.weigh", &rank, dim));
    weights_free(weights);
}

/* ---- values ---------------------------------------------------------------------------------------------------------- */

static void expect_values(const char *dtype, const void *data, int64_t count, const float *expected)
{
    TensorData stored = { "x", 1, { count }, dtype, data };
    TensorSpec wanted = { .name = "x", .rank = 1, .dim = { count }, .integer = dtype[0] == 'I' };
    Failure failure = { "" };
    int rank;
    int64_t dim[4];
    put_tensors(&stored, 1);
    Weights *weights = weights_load(path, &wanted, 1, false, NULL, &failure);
    cr_assert_not_null(weights, "%s", failure.text);
    cr_expect_arr_eq(weights_find(weights, "x", &rank, dim), expected, (size_t)count * sizeof *expected, "%s", dtype);
    weights_free(weights);
}

Test(weights, every_element_type_becomes_float)
{
    static const uint16_t half[] = { 0x3c00, 0xc000, 0x0001, 0x83ff, 0x0400, 0x7bff, 0x7c00, 0xfc00, 0x8000, 0x3555 };
    static const float from_half[] = { 1, -2, 0x1p-24f, -1023 * 0x1p-24f, 0x1p-14f, 65504, INFINITY, -INFINITY, -0.0f, 0x1.554p-2f };
    static const uint16_t brain[] = { 0x3f80, 0xc049, 0x0001, 0x7f80, 0x8000 };
    static const float from_brain[] = { 1, -3.140625f, 0x1p-133f, INFINITY, -0.0f };
    static const double wide[] = { 1, 1 + 0x1p-24, 1 + 0x1.8p-23, 1e300, -1e-300, 0x1p-149 };
    static const float from_wide[] = { 1, 1, 1 + 0x1p-22f, INFINITY, -0.0f, 0x1p-149f };
    static const int64_t integer[] = { 0, -1, 1ll << 40 };
    static const float from_integer[] = { 0, -1, 0x1p40f };
    expect_values("F32", six, 6, six);
    expect_values("F16", half, 10, from_half);
    expect_values("BF16", brain, 5, from_brain);
    expect_values("F64", wide, 6, from_wide);
    expect_values("I64", integer, 3, from_integer);
}

Test(weights, interrupted_and_short_reads)
{
    enum { COUNT = 100000 };
    static double wide[COUNT];
    static float expected[COUNT];
    for (int i = 0; i < COUNT; i++)
        expected[i] = (float)(wide[i] = i);
    short_reads = 1237;
    expect_values("F64", wide, COUNT, expected);
    expect_values("F32", expected, COUNT, expected);
}

Test(weights, data_need_not_be_aligned)
{
    static const float value[] = { 3, 4 };
    const char *header = "{" ENTRY("a", "F32", "[2]", "[0,8]") ",\"__metadata__\":{\"x\":\"y\"}}  ";
    char file[256];
    uint64_t size = strlen(header);
    Failure failure = { "" };
    int rank;
    int64_t dim[4];
    memcpy(file, &size, 8);
    memcpy(file + 8, header, size);
    memcpy(file + 8 + size, value, 8);
    cr_assert(size % 4);
    put(file, 16 + size);
    Weights *weights = weights_load(path, &one, 1, false, NULL, &failure);
    cr_assert_not_null(weights, "%s", failure.text);
    cr_expect_arr_eq(weights_find(weights, "a", &rank, dim), value, sizeof value);
    weights_free(weights);
}

Test(weights, scalars_and_empty_tensors_are_legal)
{
    static const TensorSpec wanted[] = { { .name = "a" }, { .name = "b", .rank = 2, .dim = { 3, 0 } } };
    Failure failure = { "" };
    put_header("{" ENTRY("b", "F32", "[3,0]", "[4,4]") "," ENTRY("a", "F32", "[]", "[0,4]") "," ENTRY("c", "F4", "[2,1]", "[4,5]") "}", 5);
    Weights *weights = weights_load(path, wanted, 2, true, NULL, &failure);
    cr_expect_not_null(weights, "%s", failure.text);
    weights_free(weights);
    put_header("{}  ", 0);
    weights = weights_load(path, wanted, 0, false, NULL, &failure);
    cr_expect_not_null(weights, "%s", failure.text);
    weights_free(weights);
}

Test(weights, offsets_beyond_2_gib)
{
    const char *header =
        "{" ENTRY("big", "U8", "[2147483647]",
                  "[0,2147483647]") "," ENTRY("big2", "U8", "[65536,16384]",
                                              "[2147483647,3221225471]") "," ENTRY("a", "F32", "[2]",
                                                                                   "[3221225471,3221225479]") "}";
    Failure failure = { "" };
    char *report;
    int rank;
    int64_t dim[4];
    put_header(header, 0);
    FILE *file = fopen(path, "r+b");
    cr_assert(fseeko(file, (off_t)(8 + strlen(header) + 3221225471), SEEK_SET) == 0 && fwrite(six, 4, 2, file) == 2 && fclose(file) == 0);
    Weights *weights = weights_load(path, &one, 1, true, &report, &failure);
    cr_assert_not_null(weights, "%s", failure.text);
    cr_expect_arr_eq(weights_find(weights, "a", &rank, dim), six, 8);
    cr_expect_str_eq(report, "loaded 1/1; missing 0; unexpected 2 (big, big2); shape mismatch 0");
    weights_free(weights);
    free(report);
}

/* ---- writing ------------------------------------------------------------------------------------------------------------ */

Test(weights, what_is_written_is_sorted_and_aligned)
{
    static const int64_t counter = 9;
    static const TensorData file[] = {{"b", 1, {2}, "F32", six},
                                      {"\"a\\", 0, {0}, "F32", six + 2},
                                      {"z", 0, {0}, "I64", &counter}};
    char bytes[512];
    const char *header = "{\"z\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
                         "\"\\\"a\\\\\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[8,12]},"
                         "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[12,20]}}";
    uint64_t size;
    put_tensors(file, 3);
    FILE *stream = fopen(path, "rb");
    size_t got = fread(bytes, 1, sizeof bytes, stream);
    fclose(stream);
    memcpy(&size, bytes, 8);
    cr_expect_eq(size % 8, 0);
    cr_expect_eq(got, 8 + size + 20);
    cr_expect_arr_eq(bytes + 8, header, strlen(header));
    cr_expect_arr_eq(bytes + 8 + size, &counter, 8);
    cr_expect_arr_eq(bytes + 8 + size + 8, six + 2, 4);
    cr_expect_arr_eq(bytes + 8 + size + 12, six, 8);
}

static void expect_unwritten(const char *target, TensorData *file, size_t count, const char *message)
{
    Failure failure = { "" };
    cr_expect_not(safetensors_write(target, file, count, &failure));
    cr_expect(strstr(failure.text, message), "%s", failure.text);
}

Test(weights, what_cannot_be_written)
{
    TensorData file[] = { { "a", 1, { 2 }, "F32", six }, { "a", 1, { 2 }, "F32", six } };
    expect_unwritten(path, file, 2, "tensor 'a' is there twice");
    expect_unwritten("/nonexistent/x", file, 1, "/nonexistent/x: No such file or directory");
    expect_unwritten("/dev/null", file, 1, "/dev/null: exists and is not a regular file");
    expect_unwritten(path, file, 65537, "65537 tensors are more than the limit of 65536");
    file[0].dtype = "F4";
    expect_unwritten(path, file, 1, "tensor 'a': cannot write dtype F4");
    file[0] = (TensorData){ "a", 4, { INT64_MAX, 2, 1, 1 }, "F32", six };
    expect_unwritten(path, file, 1, "tensor 'a' is too large");
    file[0] = (TensorData){ "\xff", 1, { 2 }, "F32", six };
    expect_unwritten(path, file, 1, "a name that is not UTF-8");
    file[0].name = "";
    expect_unwritten(path, file, 1, "a tensor has an empty name");
    cr_expect_neq(access(path, F_OK), 0);
}

#ifndef __SANITIZE_ADDRESS__
Test(weights, every_allocation_may_fail)
{
    static const TensorData file[] = {{"fc.weight", 2, {2, 3}, "F32", odd},
                                      {"bn.weight", 1, {2}, "F32", six},
                                      {"bn.running_var", 1, {2}, "F32", six}};
    Weights *weights = NULL;
    int failing = 0;
    put_tensors(file, 3);
    for (; !weights && failing < 1000; failing++) {
        Failure failure = { "" };
        char *report;
        allocations_left = failing;
        weights = weights_load(path, net, 4, true, &report, &failure);
        allocations_left = -1;
        cr_expect_eq(weights != NULL, report != NULL);
        cr_expect_eq(weights == NULL, failure.text[0] != 0);
        free(report);
    }
    cr_expect_gt(failing, 5);
    cr_expect_not_null(weights);
    weights_free(weights);
    bool written = false;
    for (failing = 0; !written && failing < 1000; failing++) {
        Failure failure = { "" };
        allocations_left = failing;
        written = safetensors_write(path, file, 3, &failure);
        allocations_left = -1;
        cr_expect_eq(written, failure.text[0] == 0);
    }
    cr_expect_gt(failing, 2);
    cr_expect(written);
}
#endif
