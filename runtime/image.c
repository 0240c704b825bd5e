/* image.c - a picture file to a network's input: torchvision's evaluation transform, sample by sample. */
#include "decode.h"
#include "file.h"

#include <stdlib.h>
#include <string.h>

/* ---- reading --------------------------------------------------------------------------------------------------- */

/* Pillow's luminance: ITU-R 601-2 in 16-bit fixed point. Grey stays as it is. */
static uint8_t luminance(const uint8_t *rgb)
{
    return (uint8_t)((19595 * rgb[0] + 38470 * rgb[1] + 7471 * rgb[2] + (1 << 15)) >> 16);
}

bool image_convert(Image *image, int channels, Failure *failure)
{
    size_t count = (size_t)image->height * (size_t)image->width;
    Image other;
    if (image->channels == channels)
        return true;
    if (!image_new(&other, image->height, image->width, channels, failure))
        return false;
    for (size_t i = 0; i < count; i++)
        if (channels == 1)
            other.pixel[i] = luminance(image->pixel + 3 * i);
        else
            memset(other.pixel + 3 * i, image->pixel[i], 3);
    image_free(image);
    *image = other;
    return true;
}

static bool decode(const uint8_t *bytes, size_t size, Image *image, Failure *failure)
{
    if (size >= 3 && memcmp(bytes, "\xff\xd8\xff", 3) == 0)
        return jpeg_decode(bytes, size, image, failure);
    if (size >= 8 && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0)
        return png_decode(bytes, size, image, failure);
    return failure_set(failure, "neither a JPEG nor a PNG");
}

bool image_read(const char *path, int channels, Image *image, Failure *failure)
{
    Failure reason;
    size_t size;
    uint8_t *bytes;
    bool done;
    *image = (Image){ 0 };
    if (channels != 1 && channels != 3)
        return failure_set(failure, "%s: a picture has 1 or 3 channels, not %d", path, channels);
    bytes = file_contents(path, MAX_IMAGE_BYTES, &size, failure);
    if (!bytes)
        return false;
    done = decode(bytes, size, image, &reason) && image_convert(image, channels, &reason);
    free(bytes);
    if (done)
        return true;
    image_free(image);
    return failure_set(failure, "%s: %.1900s", path, reason.text);
}

/* ---- torchvision's evaluation transform --------------------------------------------------------------------------- */

/* Shorter side to `size`; the longer one follows, rounded down. */
static bool resize_shorter(Image *image, int size, Failure *failure)
{
    bool tall = image->width <= image->height;
    int shorter = tall ? image->width : image->height, longer = tall ? image->height : image->width;
    double other = (double)((int64_t)size * longer) / shorter;
    Image resized;
    if (shorter == size)
        return true;
    if (size * (double)(int64_t)other > MAX_PIXELS)
        return failure_set(failure,
                           "with its shorter side %d, a picture of %d x %d would exceed the limit of %d pixels", size,
                           image->height, image->width, MAX_PIXELS);
    if (!image_resize(image, tall ? (int)other : size, tall ? size : (int)other, &resized, failure))
        return false;
    image_free(image);
    *image = resized;
    return true;
}

/* Where a centred crop begins: half the excess, halves to even as Python rounds; negative: that much is padded. */
static int crop_begin(int size, int crop)
{
    int excess = size - crop, half = excess / 2;
    if (excess < 0)
        return -(-excess / 2);
    return half + (excess % 2 && half % 2);
}

/* The crop[0] x crop[1] in the middle; what lies beyond the picture is black. */
static bool crop_centre(Image *image, const int crop[2], Failure *failure)
{
    int top = crop_begin(image->height, crop[0]), left = crop_begin(image->width, crop[1]);
    size_t channels = (size_t)image->channels;
    Image out;
    if (!image_new(&out, crop[0], crop[1], image->channels, failure))
        return false;
    for (int y = 0; y < crop[0]; y++)
        for (int x = 0; x < crop[1]; x++) {
            bool inside = y + top >= 0 && y + top < image->height && x + left >= 0 && x + left < image->width;
            uint8_t *to = out.pixel + ((size_t)y * (size_t)crop[1] + (size_t)x) * channels;
            if (inside)
                memcpy(to, image->pixel + ((size_t)(y + top) * (size_t)image->width + (size_t)(x + left)) * channels, channels);
            else
                memset(to, 0, channels);
        }
    image_free(image);
    *image = out;
    return true;
}

/* pixel[y][x][c] -> out[c][y][x] = (pixel / 255 - mean) / std, each step rounded to float as PyTorch does. */
void image_normalise(const Image *image, const Transform *transform, float *out)
{
    size_t count = (size_t)image->height * (size_t)image->width, channels = (size_t)image->channels;
    for (size_t c = 0; c < channels; c++) {
        float std = transform->std[c] == 0 ? 1 : transform->std[c];
        for (size_t i = 0; i < count; i++)
            out[c * count + i] = ((float)image->pixel[i * channels + c] / 255.0f - transform->mean[c]) / std;
    }
}

bool image_transform(Image *image, const Transform *transform, Failure *failure)
{
    return (!transform->resize || resize_shorter(image, transform->resize, failure)) &&
           (!transform->crop[0] || !transform->crop[1] || crop_centre(image, transform->crop, failure));
}

bool image_input(const char *path, const Transform *transform, int channels, int height, int width, float *out, Failure *failure)
{
    Failure reason;
    Image image;
    bool done;
    if (!image_read(path, channels, &image, failure))
        return false;
    done = image_transform(&image, transform, &reason);
    if (!done)
        failure_set(failure, "%s: %.1900s", path, reason.text);
    else if (image.height != height || image.width != width)
        done = failure_set(failure, "%s: gives %d x %d, the network's input is %d x %d", path, image.height, image.width, height, width);
    else
        image_normalise(&image, transform, out);
    image_free(&image);
    return done;
}
