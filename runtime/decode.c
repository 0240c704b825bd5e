/* decode.c - JPEG by libjpeg-turbo and PNG by libpng, with the samples that Pillow gives.
 *
 * Whatever the decoders merely warn of in a JPEG (missing or damaged data) is an error here: a network would classify
 * the grey rest of a truncated picture without a word. Orientation tags, colour profiles and gamma are left alone. */
#include "decode.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

bool image_new(Image *image, int height, int width, int channels, Failure *failure)
{
    *image = (Image){ .height = height, .width = width, .channels = channels };
    if (height < 1 || width < 1 || (int64_t)height * width > MAX_PIXELS)
        return failure_set(failure, "a picture of %d x %d is beyond the limit of %d pixels", height, width, MAX_PIXELS);
    image->pixel = malloc((size_t)height * (size_t)width * (size_t)channels);
    return image->pixel || failure_set(failure, "out of memory for a picture of %d x %d", height, width);
}

void image_free(Image *image)
{
    free(image->pixel);
    *image = (Image){ 0 };
}

/* ---- JPEG ---------------------------------------------------------------------------------------------------- */

/* libjpeg's CMYK, in which 255 is no ink as Adobe has it, to RGB as Pillow's convert does. */
static void cmyk_to_rgb(const uint8_t *in, size_t pixels, uint8_t *out)
{
    for (; pixels--; in += 4)
        for (int c = 0; c < 3; c++) {
            int light = in[3], product = (255 - in[c]) * light + 128;       /* of what the black lets through, the ink takes */
            *out++ = (uint8_t)(light - (((product >> 8) + product) >> 8));
        }
}

/* Four samples a pixel, then three. */
static bool decompress_cmyk(tjhandle decoder, const uint8_t *bytes, size_t size, Image *image, Failure *failure)
{
    size_t pixels = (size_t)image->width * (size_t)image->height;
    uint8_t *samples = malloc(4 * pixels);
    if (!samples)
        return failure_set(failure, "out of memory for a picture of %d x %d", image->height, image->width);
    bool done = tjDecompress2(decoder, bytes, size, samples, image->width, 0, image->height, TJPF_CMYK,
                              TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS) == 0;
    if (done)
        cmyk_to_rgb(samples, pixels, image->pixel);
    else
        failure_set(failure, "the JPEG is damaged: %s", tjGetErrorStr2(decoder));
    free(samples);
    return done;
}

static bool decompress_to(tjhandle decoder, const uint8_t *bytes, size_t size, Image *image, Failure *failure)
{
    return tjDecompress2(decoder, bytes, size, image->pixel, image->width, 0, image->height, image->channels == 1 ? TJPF_GRAY : TJPF_RGB,
                         TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS) == 0
        || failure_set(failure, "the JPEG is damaged: %s", tjGetErrorStr2(decoder));
}

static bool decompress(tjhandle decoder, const uint8_t *bytes, size_t size, Image *image, Failure *failure)
{
    int width = 0, height = 0, subsampling, colours;            /* a file of tables alone leaves them as they are */
    if (tjDecompressHeader3(decoder, bytes, size, &width, &height, &subsampling, &colours) != 0)
        return failure_set(failure, "not a JPEG that can be read: %s", tjGetErrorStr2(decoder));
    if (width < 1 || height < 1)
        return failure_set(failure, "a JPEG without a picture");
    if (!image_new(image, height, width, colours == TJCS_GRAY ? 1 : 3, failure))
        return false;
    bool inks = colours == TJCS_CMYK || colours == TJCS_YCCK;
    bool done = (inks ? decompress_cmyk : decompress_to)(decoder, bytes, size, image, failure);
    if (!done)
        image_free(image);
    return done;
}

bool jpeg_decode(const uint8_t *bytes, size_t size, Image *image, Failure *failure)
{
    tjhandle decoder = tjInitDecompress();
    bool done = decoder ? decompress(decoder, bytes, size, image, failure) : failure_set(failure, "out of memory for the JPEG decoder");
    if (decoder)
        tjDestroy(decoder);
    return done;
}

/* ---- PNG ----------------------------------------------------------------------------------------------------- */

/* A PNG while it is read. It lives outside of the function that libpng's longjmp returns to. */
typedef struct {
    png_structp png;
    png_infop info;
    const uint8_t *bytes;
    size_t size, at;                    /* of the file; bytes read so far */
    Image *image;
    uint8_t **row;                      /* into the image */
    Failure *failure;
} PngReader;

static void reader_failed(png_structp png, const char *message)
{
    PngReader *reader = png_get_error_ptr(png);
    failure_set(reader->failure, "the PNG is damaged: %s", message);
    png_longjmp(png, 1);
}

static void reader_warned(png_structp png, const char *message)
{
    (void)png, (void)message;           /* doubtful metadata; the samples are whole */
}

static void reader_give(png_structp png, png_bytep out, png_size_t size)
{
    PngReader *reader = png_get_io_ptr(png);
    if (size > reader->size - reader->at)
        png_error(png, "it ends early");
    memcpy(out, reader->bytes + reader->at, size);
    reader->at += size;
}

/* 8 bits a sample, grey or RGB: palettes are looked up, small samples scaled, of 16 bits the upper 8 kept, alpha dropped. */
static void reader_prepare(PngReader *reader)
{
    png_set_user_limits(reader->png, MAX_PIXELS, MAX_PIXELS);
    png_set_chunk_malloc_max(reader->png, MAX_IMAGE_BYTES);
    png_set_read_fn(reader->png, reader, reader_give);
    png_read_info(reader->png, reader->info);
    png_set_strip_16(reader->png);
    png_set_expand(reader->png);
    png_set_strip_alpha(reader->png);
    png_set_interlace_handling(reader->png);
    png_read_update_info(reader->png, reader->info);
}

static bool reader_rows(PngReader *reader)
{
    Image *image = reader->image;
    int height = (int)png_get_image_height(reader->png, reader->info), width = (int)png_get_image_width(reader->png, reader->info);
    int channels = png_get_channels(reader->png, reader->info);
    if (!image_new(image, height, width, channels, reader->failure))
        return false;
    reader->row = malloc((size_t)height * sizeof *reader->row);
    if (!reader->row)
        return failure_set(reader->failure, "out of memory for a picture of %d x %d", height, width);
    for (int y = 0; y < height; y++)
        reader->row[y] = image->pixel + (size_t)y * (size_t)width * (size_t)channels;
    png_read_image(reader->png, reader->row);
    png_read_end(reader->png, NULL);
    return true;
}

static bool reader_run(PngReader *reader)
{
    if (setjmp(png_jmpbuf(reader->png)))
        return false;
    reader_prepare(reader);
    return reader_rows(reader);
}

bool png_decode(const uint8_t *bytes, size_t size, Image *image, Failure *failure)
{
    PngReader reader = { .bytes = bytes, .size = size, .image = image, .failure = failure };
    bool done;
    *image = (Image){ 0 };
    reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, reader_failed, reader_warned);
    reader.info = reader.png ? png_create_info_struct(reader.png) : NULL;
    done = reader.info ? reader_run(&reader) : failure_set(failure, "out of memory for the PNG decoder");
    png_destroy_read_struct(&reader.png, &reader.info, NULL);
    free(reader.row);
    if (!done)
        image_free(image);
    return done;
}
