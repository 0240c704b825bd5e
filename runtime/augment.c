/* augment.c - see augment.h. */
#include "augment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"

enum { TRIES = 10, MAX_PAD = 1024 };

/* ---- from the command line -------------------------------------------------------------------------------- */

/* One word of the list, ending with a comma or the text. */
static bool take_word(const char **text, Augment *augment)
{
    char *end;
    if (!strncmp(*text, "flip", 4)) {
        augment->flip = true;
        *text += 4;
    } else if (!strncmp(*text, "crop:", 5)) {
        double pad = strtod(*text + 5, &end);
        augment->pad = pad >= 1 && pad <= MAX_PAD && pad == floor(pad) ? (int)pad : 0;
        *text = end;
        return augment->pad;
    } else if (!strncmp(*text, "resized", 7)) {
        *text += 7;
        augment->resized = true;
        augment->least = 0.08;
        if (**text == ':') {
            augment->least = strtod(*text + 1, &end);
            *text = end;
        }
        return augment->least > 0 && augment->least <= 1;
    } else
        return false;
    return true;
}

bool augment_parse(const char *text, Augment *augment, Failure *failure)
{
    const char *at = text;
    *augment = (Augment){ .least = 1 };
    bool good = !strcmp(text, "none");
    if (!good)
        for (good = true; (good = take_word(&at, augment)) && *at == ','; at++)
            ;
    else
        at = "";
    return (good && !*at)
        || failure_set(failure,
                       "no augmentation: %s; write none, or a list of resized[:LEAST], crop:PAD and flip, LEAST being a "
                       "share from 0 to 1, PAD from 1 to %d",
                       text, MAX_PAD);
}

/* ---- windows ---------------------------------------------------------------------------------------------- */

/* Where ten tries found nothing: the middle, at the nearest aspect ratio. */
static Window middle(int height, int width)
{
    double ratio = (double)width / height;
    Window window = { .height = height, .width = width };
    if (ratio < 3.0 / 4)
        window.height = (int)rint(width / (3.0 / 4));
    else if (ratio > 4.0 / 3)
        window.width = (int)rint(height * (4.0 / 3));
    window.top = (height - window.height) / 2;
    window.left = (width - window.width) / 2;
    return window;
}

Window augment_window(int height, int width, double least, Random *random)
{
    double area = (double)height * width;
    for (int i = 0; i < TRIES; i++) {
        double target = area * random_between(random, least, 1),
               ratio = exp(random_between(random, log(3.0 / 4), log(4.0 / 3)));
        int w = (int)rint(sqrt(target * ratio)), h = (int)rint(sqrt(target / ratio));
        if (w < 1 || w > width || h < 1 || h > height)
            continue;
        int top = (int)random_below(random, (uint32_t)(height - h + 1)),
            left = (int)random_below(random, (uint32_t)(width - w + 1));
        return (Window){ top, left, h, w };
    }
    return middle(height, width);
}

/* Cuts a window out of the picture; what lies beyond it is black. */
static bool cut(Image *image, Window window, Failure *failure)
{
    size_t channels = (size_t)image->channels, line = (size_t)window.width * channels;
    int first = window.left < 0 ? -window.left : 0;
    int count = (window.left + window.width < image->width ? window.width : image->width - window.left) - first;
    Image out;
    if (!image_new(&out, window.height, window.width, image->channels, failure))
        return false;
    memset(out.pixel, 0, (size_t)window.height * line);
    for (int y = 0; y < window.height; y++) {
        int from = y + window.top;
        if (from >= 0 && from < image->height && count > 0)
            memcpy(out.pixel + (size_t)y * line + (size_t)first * channels,
                   image->pixel + ((size_t)from * (size_t)image->width + (size_t)(window.left + first)) * channels,
                   (size_t)count * channels);
    }
    image_free(image);
    *image = out;
    return true;
}

static void mirror(Image *image)
{
    size_t channels = (size_t)image->channels, width = (size_t)image->width;
    for (int y = 0; y < image->height; y++) {
        uint8_t *line = image->pixel + (size_t)y * width * channels;
        for (size_t left = 0, right = width - 1; left < right; left++, right--)
            for (size_t c = 0; c < channels; c++) {
                uint8_t sample = line[left * channels + c];
                line[left * channels + c] = line[right * channels + c];
                line[right * channels + c] = sample;
            }
    }
}

static bool resize(Image *image, int height, int width, Failure *failure)
{
    Image out;
    if (image->height == height && image->width == width)
        return true;
    if (!image_resize(image, height, width, &out, failure))
        return false;
    image_free(image);
    *image = out;
    return true;
}

/* ---- whole ways ------------------------------------------------------------------------------------------- */

bool augment_eval(Image *image, const Transform *transform, int height, int width, Failure *failure)
{
    return image_transform(image, transform, failure) && resize(image, height, width, failure);
}

bool augment_train(Image *image, const Augment *augment, const Transform *transform, int height, int width, Random *random,
                   Failure *failure)
{
    bool good = augment->resized ? cut(image, augment_window(image->height, image->width, augment->least, random), failure)
                                 : augment_eval(image, transform, height, width, failure);
    good = good && resize(image, height, width, failure);
    if (good && augment->pad) {
        uint32_t places = 2 * (uint32_t)augment->pad + 1;
        int top = (int)random_below(random, places) - augment->pad, left = (int)random_below(random, places) - augment->pad;
        good = cut(image, (Window){ top, left, height, width }, failure);
    }
    if (good && augment->flip && random_bits(random) >> 31)
        mirror(image);
    return good;
}
