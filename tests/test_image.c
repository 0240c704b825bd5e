/* test_image.c - pictures and arrays as inputs: samples that Pillow gives, refusals with their text.
 *
 * Pictures are made here (PNG by libpng, JPEG by libjpeg-turbo); the expected numbers come from Pillow and torchvision
 * on the same samples. tests/fixtures holds files that only another program could have written. */
#include "../runtime/decode.h"

#include <criterion/criterion.h>
#include <math.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <turbojpeg.h>
#include <unistd.h>

static char path[64];                   /* the test's own file */

static void begin(void)
{
    snprintf(path, sizeof path, "/tmp/nncc_image_%ld", (long)getpid());
}

static void end(void)
{
    remove(path);
}

TestSuite(image, .init = begin, .fini = end);
TestSuite(npy, .init = begin, .fini = end);

static void put(const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    cr_assert(file && fwrite(bytes, 1, size, file) == size && fclose(file) == 0);
}

/* Samples that any language can make: (37 y + 91 x + 17 c + x y) mod 256. */
static uint8_t *samples(int height, int width, int channels)
{
    uint8_t *pixel = malloc((size_t)height * (size_t)width * (size_t)channels), *next = pixel;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            for (int c = 0; c < channels; c++)
                *next++ = (uint8_t)(37 * y + 91 * x + 17 * c + x * y);
    return pixel;
}

static void put_png(int height, int width, int format)
{
    png_image png = {.version = PNG_IMAGE_VERSION,
                     .width = (png_uint_32)width,
                     .height = (png_uint_32)height,
                     .format = (png_uint_32)format};
    uint8_t *pixel = samples(height, width, (int)PNG_IMAGE_SAMPLE_CHANNELS(png.format));
    cr_assert(png_image_write_to_file(&png, path, 0, pixel, 0, NULL));
    free(pixel);
}

/* FNV-1a, 32 bits: one number for many samples. */
static uint32_t hash(const void *bytes, size_t size)
{
    const uint8_t *next = bytes;
    uint32_t h = 0x811c9dc5u;
    while (size--)
        h = (h ^ *next++) * 0x01000193u;
    return h;
}

static uint32_t image_hash(const Image *image)
{
    return hash(image->pixel, (size_t)image->height * (size_t)image->width * (size_t)image->channels);
}

/* ---- resizing ---------------------------------------------------------------------------------------------------- */

Test(image, resizing_is_pillows_bilinear)
{
    static const struct {
        int height, width, to_height, to_width;
        uint32_t hash;                  /* of Pillow's result */
    } cases[] = {
        { 40, 60, 20, 30, 0x373b3aafu },
        { 40, 60, 80, 120, 0x86d4eb65u },
        { 37, 53, 11, 97, 0xa856be22u },
        { 37, 53, 64, 8, 0xc2311444u },
        { 5, 7, 5, 3, 0x3d90ecc2u },
        { 5, 7, 13, 7, 0x4e1867f7u },
        { 1, 1, 4, 6, 0x91e167adu },
        { 200, 3, 7, 3, 0x23600be5u },
        { 33, 50, 256, 388, 0x971a30b9u },
        { 90, 120, 1, 1, 0x551952a4u },
        { 6, 6, 6, 6, 0x0bcca656u },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Image in = { cases[i].height, cases[i].width, 3, samples(cases[i].height, cases[i].width, 3) }, out;
        Failure failure;
        cr_assert(image_resize(&in, cases[i].to_height, cases[i].to_width, &out, &failure));
        cr_expect_eq(out.height, cases[i].to_height);
        cr_expect_eq(out.width, cases[i].to_width);
        cr_expect_eq(image_hash(&out), cases[i].hash, "%d x %d -> %d x %d", in.height, in.width, out.height, out.width);
        image_free(&in);
        image_free(&out);
    }
}

Test(image, a_small_resize_in_full)
{
    static const uint8_t expected[] = { 11, 63, 128, 194, 76, 68, 120, 56, 109, 138, 113, 87, 117, 170, 100, 154, 147, 31, 98, 165, 219 };
    Image in = { 4, 5, 1, samples(4, 5, 1) }, out;
    Failure failure;
    cr_assert(image_resize(&in, 3, 7, &out, &failure));
    cr_expect_arr_eq(out.pixel, expected, sizeof expected);
    image_free(&in);
    image_free(&out);
}

Test(image, resizing_beyond_the_limit)
{
    Image in = { 2, 2, 3, samples(2, 2, 3) }, out;
    Failure failure;
    cr_expect_not(image_resize(&in, 1 << 14, 1 << 13, &out, &failure));
    cr_expect_str_eq(failure.text, "a picture of 16384 x 8192 is beyond the limit of 67108864 pixels");
    cr_expect_not(image_resize(&in, 0, 5, &out, &failure));
    cr_expect_not(image_resize(&in, 2, 1 << 30, &out, &failure));
    image_free(&in);
}

/* ---- decoding ------------------------------------------------------------------------------------------------------ */

static uint32_t read_hash(const char *file, int channels)
{
    Image image;
    Failure failure = { "" };
    uint32_t h;
    cr_assert(image_read(file, channels, &image, &failure), "%s", failure.text);
    cr_expect_eq(image.channels, channels);
    h = image_hash(&image);
    image_free(&image);
    return h;
}

Test(image, png_of_every_colour_type)
{
    put_png(9, 7, PNG_FORMAT_RGB);
    cr_expect_eq(read_hash(path, 3), 0xa96b8057u);
    cr_expect_eq(read_hash(path, 1), 0x310aa57eu);
    put_png(9, 7, PNG_FORMAT_GRAY);
    cr_expect_eq(read_hash(path, 3), 0xbb400934u);
    cr_expect_eq(read_hash(path, 1), 0x10046e72u);
    put_png(9, 7, PNG_FORMAT_RGBA);
    cr_expect_eq(read_hash(path, 3), 0xa96b8057u);
    put_png(9, 7, PNG_FORMAT_GA);
    cr_expect_eq(read_hash(path, 1), 0x10046e72u);
}

Test(image, files_of_other_programs)
{
    cr_expect_eq(read_hash("tests/fixtures/colour.jpg", 3), 0xbb7e5323u);
    cr_expect_eq(read_hash("tests/fixtures/colour.jpg", 1), 0xe5d63530u);
    cr_expect_eq(read_hash("tests/fixtures/grey.jpg", 3), 0x0f4ec8f8u);
    cr_expect_eq(read_hash("tests/fixtures/cmyk.jpg", 3), 0x694b26e5u);
    cr_expect_eq(read_hash("tests/fixtures/cmyk.jpg", 1), 0x83257665u);
    cr_expect_eq(read_hash("tests/fixtures/palette.png", 3), 0xbef75a7au);
    cr_expect_eq(read_hash("tests/fixtures/16bit.png", 3), 0x85675f33u);
    cr_expect_eq(read_hash("tests/fixtures/1bit.png", 1), 0x280e13f5u);
}

static void expect_unreadable(const char *message)
{
    Image image;
    Failure failure = { "" };
    cr_expect_not(image_read(path, 3, &image, &failure));
    cr_expect_null(image.pixel);
    cr_expect(strncmp(failure.text, path, strlen(path)) == 0 && strstr(failure.text, message),
              "expected \"%s\", got \"%s\"", message, failure.text);
}

/* The first `size` bytes of a file. */
static void put_part(const char *file, size_t size)
{
    char bytes[8192];
    FILE *stream = fopen(file, "rb");
    size_t got = fread(bytes, 1, sizeof bytes, stream);
    fclose(stream);
    put(bytes, size < got ? size : got);
}

Test(image, truncated_files)
{
    struct stat status;
    for (int i = 0; i < 4; i++) {
        const char *file = (const char *[]){"tests/fixtures/colour.jpg", "tests/fixtures/palette.png",
                                            "tests/fixtures/16bit.png", "tests/fixtures/cmyk.jpg"}[i];
        cr_assert_eq(stat(file, &status), 0);
        for (size_t size = 0; size < (size_t)status.st_size - 2; size += 1 + size / 16) {
            put_part(file, size);
            expect_unreadable("");
        }
        put_part(file, (size_t)status.st_size - 20);
        expect_unreadable(i % 3 ? "the PNG is damaged: it ends early" : "the JPEG is damaged: Premature end of JPEG file");
    }
}

Test(image, what_is_no_picture)
{
    put("", 0);
    expect_unreadable("neither a JPEG nor a PNG");
    put("GIF89a", 6);
    expect_unreadable("neither a JPEG nor a PNG");
    put("\xff\xd8\xff\xd9", 4);
    expect_unreadable("a JPEG without a picture");
    put("\xff\xd8\xff\xc0\0\10\10\0\0\0\0\3", 12);
    expect_unreadable("not a JPEG that can be read");
    remove(path);
    cr_assert_eq(mkdir(path, 0700), 0);
    expect_unreadable("is a directory, not a regular file");
}

Test(image, a_png_with_a_wrong_checksum)
{
    char bytes[8192];
    FILE *stream = fopen("tests/fixtures/palette.png", "rb");
    size_t size = fread(bytes, 1, sizeof bytes, stream);
    fclose(stream);
    bytes[size - 20] ^= 1;
    put(bytes, size);
    expect_unreadable("the PNG is damaged: ");
}

/* Decompression bombs: gigapixels promised by a few bytes. */
Test(image, sizes_beyond_the_limit)
{
    static const char png[] =
        "\211PNG\015\012\032\012\000\000\000\015IHDR\000\000\303P\000\000\303P\010\002\000\000\000\304\315\252\235\000\000\000dIDAT";
    char jpeg[8192];
    FILE *stream = fopen("tests/fixtures/colour.jpg", "rb");
    size_t size = fread(jpeg, 1, sizeof jpeg, stream);
    char *frame = memmem(jpeg, size, "\xff\xc0\0\x11\x08", 5);       /* start of frame: then height and width follow */
    fclose(stream);
    put(png, sizeof png - 1);
    expect_unreadable("a picture of 50000 x 50000 is beyond the limit of 67108864 pixels");
    cr_assert_not_null(frame);
    memcpy(frame + 5, "\xff\xd0\xff\xd1", 4);
    put(jpeg, size);
    expect_unreadable("a picture of 65488 x 65489 is beyond the limit of 67108864 pixels");
    put("", 0);
    cr_assert_eq(truncate(path, (64 << 20) + 1), 0);
    expect_unreadable("has 67108865 bytes, more than the limit of 67108864");
}

/* ---- the evaluation transform --------------------------------------------------------------------------------------- */

static const Transform imagenet = { 0, { 0, 0 }, { 0.485f, 0.456f, 0.406f }, { 0.229f, 0.224f, 0.225f } };

Test(image, inputs_are_torchvisions_bits)
{
    static const struct {
        int height, width, resize, crop[2], to_height, to_width;
        uint32_t hash;                  /* of the floats that torchvision gives */
    } cases[] = {
        { 40, 60, 32, { 28, 28 }, 28, 28, 0xb6fefddau },
        { 61, 40, 33, { 30, 20 }, 30, 20, 0xef8a3e3fu },
        { 45, 47, 0, { 32, 33 }, 32, 33, 0x7d720e27u },
        { 45, 47, 0, { 60, 30 }, 60, 30, 0x08a85ce9u },
        { 20, 31, 0, { 25, 36 }, 25, 36, 0xe8a683aeu },
        { 33, 77, 48, { 48, 48 }, 48, 48, 0x48679d0eu },
        { 24, 24, 24, { 0, 0 }, 24, 24, 0x582fcb64u },
        { 300, 280, 256, { 224, 224 }, 224, 224, 0xa1081f7du },
        { 5, 6, 0, { 0, 0 }, 5, 6, 0x091a0013u },
    };
    static float out[3 * 300 * 300];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Transform transform = imagenet;
        Failure failure = { "" };
        transform.resize = cases[i].resize;
        memcpy(transform.crop, cases[i].crop, sizeof transform.crop);
        put_png(cases[i].height, cases[i].width, PNG_FORMAT_RGB);
        cr_assert(image_input(path, &transform, 3, cases[i].to_height, cases[i].to_width, out, &failure), "%s", failure.text);
        cr_expect_eq(hash(out, 3 * sizeof *out * (size_t)(cases[i].to_height * cases[i].to_width)), cases[i].hash, "case %zu", i);
    }
}

Test(image, without_a_transform_samples_become_fractions)
{
    static const Transform none;
    float out[6];
    Failure failure;
    put_png(2, 3, PNG_FORMAT_GRAY);
    cr_assert(image_input(path, &none, 1, 2, 3, out, &failure));
    for (int i = 0; i < 6; i++)
        cr_expect_eq(out[i], (float)(37 * (i / 3) + 91 * (i % 3) + i / 3 * (i % 3)) / 255.0f);
}

Test(image, inputs_that_do_not_fit)
{
    Transform transform = imagenet;
    float out[12];
    Failure failure;
    put_png(4, 6, PNG_FORMAT_RGB);
    cr_expect_not(image_input(path, &transform, 3, 2, 2, out, &failure));
    cr_expect(strstr(failure.text, ": gives 4 x 6, the network's input is 2 x 2"), "%s", failure.text);
    cr_expect_not(image_input(path, &transform, 2, 4, 6, out, &failure));
    cr_expect(strstr(failure.text, ": a picture has 1 or 3 channels, not 2"), "%s", failure.text);
    put_png(1, 6000, PNG_FORMAT_RGB);
    transform.resize = 256;
    cr_expect_not(image_input(path, &transform, 3, 2, 2, out, &failure));
    cr_expect(strstr(failure.text,
                     ": with its shorter side 256, a picture of 1 x 6000 would exceed the limit of 67108864 pixels"),
              "%s", failure.text);
}

/* ---- arrays ----------------------------------------------------------------------------------------------------------- */

static const float eight[] = { 1, 2, 3, 4, 5, 6, 7, 8 };

/* A .npy file of version 1 or 2 with that dictionary. */
static void put_npy(int version, const char *dictionary, const void *data, size_t size)
{
    static char bytes[200000];
    size_t length = strlen(dictionary), at = version == 2 ? 12 : 10;
    memcpy(bytes, "\x93NUMPY", 6);
    bytes[6] = (char)version;
    bytes[7] = 0;
    for (size_t i = 0; i < at - 8; i++)
        bytes[8 + i] = (char)(length >> 8 * i);
    memcpy(bytes + at, dictionary, length);
    memcpy(bytes + at + length, data, size);
    put(bytes, at + length + size);
}

#define DICTIONARY(descr, order, shape) "{'descr': '" descr "', 'fortran_order': " order ", 'shape': " shape ", }\n"

static void expect_array(int batch, const float *expected)
{
    Failure failure = { "" };
    float *values;
    int n;
    cr_assert(npy_input(path, 1, 2, 2, &n, &values, &failure), "%s", failure.text);
    cr_expect_eq(n, batch);
    cr_expect_arr_eq(values, expected, (size_t)(batch * 4) * sizeof *values);
    free(values);
}

Test(npy, arrays_of_every_form)
{
    static const double wide[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    static const float turned[] = { 1, 5, 3, 7, 2, 6, 4, 8 };
    put_npy(1, DICTIONARY("<f4", "False", "(2, 1, 2, 2)"), eight, 32);
    expect_array(2, eight);
    put_npy(2, DICTIONARY("<f4", "False", "(2, 1, 2, 2)"), eight, 32);
    expect_array(2, eight);
    put_npy(1, DICTIONARY("<f8", "False", "(2, 1, 2, 2)"), wide, 64);
    expect_array(2, eight);
    put_npy(1, DICTIONARY("<f4", "True", "(2, 1, 2, 2)"), eight, 32);
    expect_array(2, turned);
    put_npy(1, DICTIONARY("<f8", "True", "(2, 1, 2, 2)"), wide, 64);
    expect_array(2, turned);
    put_npy(1, DICTIONARY("<f4", "False", "(1, 2, 2)"), eight, 16);
    expect_array(1, eight);
    put_npy(1, "{'shape':(1,2,2,),'fortran_order':False,'descr':'<f4'}", eight, 16);
    expect_array(1, eight);
}

static void expect_no_array(const char *message)
{
    Failure failure = { "" };
    float *values;
    int n;
    cr_expect_not(npy_input(path, 1, 2, 2, &n, &values, &failure));
    cr_expect_null(values);
    cr_expect(strstr(failure.text, message), "expected \"%s\", got \"%s\"", message, failure.text);
}

Test(npy, dictionaries_that_are_refused)
{
    static const struct {
        const char *dictionary;
        size_t size;                    /* of the data */
        const char *message;
    } cases[] = {
        { "", 16, "not a dictionary" },
        { "{", 16, "not a dictionary" },
        { "{}", 16, "not a dictionary" },
        { "{'descr': '<f4'}", 16, "not a dictionary" },
        { "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,2,2)}", 16, "not a dictionary" },
        { "{'descr': '<f4' 'fortran_order': False, 'shape': (1,2,2)}", 16, "not a dictionary" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,2,2), 'x': 1}", 16, "not a dictionary" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,2,2)} x", 16, "not a dictionary" },
        { DICTIONARY("|u1", "False", "(1, 2, 2)"), 4, "only float32 ('<f4') and float64 ('<f8') arrays can be read" },
        { DICTIONARY(">f4", "False", "(1, 2, 2)"), 16, "only float32" },
        { "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,2,2)}", 16, "only float32" },
        { DICTIONARY("<f4", "0", "(1, 2, 2)"), 16, "fortran_order must be True or False" },
        { DICTIONARY("<f4", "False", "[1, 2, 2]"), 16, "its shape must be a tuple" },
        { DICTIONARY("<f4", "False", "(1, 2 2)"), 16, "its shape must be a tuple" },
        { DICTIONARY("<f4", "False", "(1, -2, 2)"), 16, "its shape must be a tuple" },
        { DICTIONARY("<f4", "False", "(1, 2, 2147483648)"), 16, "its shape must be a tuple" },
        { DICTIONARY("<f4", "False", "(1, 2, 99999999999999999999999)"), 16, "its shape must be a tuple" },
        { DICTIONARY("<f4", "False", "(1, 1, 1, 1, 1, 1, 1, 2, 2)"), 16, "its shape must be a tuple of at most 8" },
        { DICTIONARY("<f4", "False", "()"), 4, "its shape is [], the network's input [n, 1, 2, 2]" },
        { DICTIONARY("<f4", "False", "(2, 2)"), 16, "its shape is [2, 2], the network's input [n, 1, 2, 2]" },
        { DICTIONARY("<f4", "False", "(1, 2, 2, 1)"), 16, "its shape is [1, 2, 2, 1], the network's input [n, 1, 2, 2]" },
        { DICTIONARY("<f4", "False", "(0, 1, 2, 2)"), 0, "holds no image" },
        { DICTIONARY("<f4", "False", "(2147483647, 1, 2, 2)"), 16, "its shape is [2147483647, 1, 2, 2], more than the limit of 268435456 values" },
        { DICTIONARY("<f4", "False", "(1, 2, 2)"), 15, "truncated: it has fewer values than its shape" },
        { DICTIONARY("<f4", "False", "(1, 2, 2)"), 17, "bytes follow its values" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_npy(1, cases[i].dictionary, eight, cases[i].size);
        expect_no_array(cases[i].message);
    }
}

Test(npy, files_that_are_refused)
{
    static char blank[70000];
    expect_no_array("No such file");
    put("\x93NUMPY", 6);
    expect_no_array("not a .npy file");
    put("PK\3\4 and more bytes", 18);
    expect_no_array("not a .npy file");
    put_npy(3, DICTIONARY("<f4", "False", "(1, 2, 2)"), eight, 16);
    expect_no_array("version 3.0 of the .npy format is not supported");
    put("\x93NUMPY\1\0\xff\xff{}", 12);
    expect_no_array("truncated: its header goes beyond the file");
    put("\x93NUMPY\2\0\xff\xff\xff\xff", 12);
    expect_no_array("its header has 4294967295 bytes, more than the limit of 65536");
    memset(blank, ' ', sizeof blank - 1);
    memcpy(blank, "{", 1);
    put_npy(2, blank, eight, 16);
    expect_no_array("its header has 69999 bytes, more than the limit of 65536");
}
