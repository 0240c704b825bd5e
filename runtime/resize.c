/* resize.c - Pillow's BILINEAR, to the bit: a triangle filter that widens when it shrinks the picture (antialiasing),
 * in two passes, columns first, with 8-bit samples between them.
 *
 * Output sample x of a line of n samples shrunk by s = n / size is the weighted mean of the inputs within max(s, 1) of
 * (x + 0.5) * s. The weights are normalised in double and rounded to 22 fraction bits: 8 bits of sample, 22 of weight
 * and the sign fill an int32. */
#include "decode.h"

#include <stdlib.h>
#include <string.h>

enum { FRACTION_BITS = 22 };

/* The filter of one output sample: inputs first..first + count - 1. */
typedef struct {
    int first, count;
    int32_t *weight;                    /* into the plan's block */
} Window;

typedef struct {
    Window *window;                     /* of each output sample */
    int32_t *weight;
} Plan;

static double triangle(double x)
{
    x = x < 0 ? -x : x;
    return x < 1 ? 1 - x : 0;
}

static void make_window(Window *window, int from, double scale, int index, double *weight)
{
    double width = scale > 1 ? scale : 1, centre = (index + 0.5) * scale, sum = 0;
    int first = (int)(centre - width + 0.5), end = (int)(centre + width + 0.5);
    window->first = first > 0 ? first : 0;
    window->count = (end < from ? end : from) - window->first;
    for (int i = 0; i < window->count; i++)
        sum += weight[i] = triangle((window->first + i - centre + 0.5) * (1 / width));
    for (int i = 0; i < window->count; i++)
        window->weight[i] = (int32_t)(0.5 + weight[i] / sum * (1 << FRACTION_BITS));
}

static void plan_free(Plan *plan)
{
    free(plan->window);
    free(plan->weight);
}

/* How to make `to` samples of `from`. */
static bool plan_make(Plan *plan, int from, int to)
{
    double scale = (double)from / to;
    size_t widest = (size_t)(scale > 1 ? scale + 1 : 2) * 2 + 1, most = widest < (size_t)from ? widest : (size_t)from;
    double *weight = malloc(most * sizeof *weight);
    plan->window = malloc((size_t)to * sizeof *plan->window);
    plan->weight = calloc((size_t)to, most * sizeof *plan->weight);
    for (int i = 0; weight && plan->window && plan->weight && i < to; i++) {
        plan->window[i].weight = plan->weight + (size_t)i * most;
        make_window(&plan->window[i], from, scale, i, weight);
    }
    free(weight);
    if (weight && plan->window && plan->weight)
        return true;
    plan_free(plan);
    return false;
}

/* One output sample from `count` inputs that lie `stride` bytes apart. The weights are positive and sum to 1 but for
 * their rounding, which may exceed 255 by one. */
static uint8_t filter_sample(const Window *window, const uint8_t *in, size_t stride)
{
    int32_t sum = 1 << (FRACTION_BITS - 1);
    in += (size_t)window->first * stride;
    for (int i = 0; i < window->count; i++)
        sum += in[(size_t)i * stride] * window->weight[i];
    sum >>= FRACTION_BITS;
    return sum > 255 ? 255 : (uint8_t)sum;
}

/* in[rows][from][channels] -> out[rows][to][channels] */
static void resize_columns(const Plan *plan, const Image *in, Image *out)
{
    size_t channels = (size_t)in->channels;
    uint8_t *next = out->pixel;
    for (int y = 0; y < in->height; y++)
        for (int x = 0; x < out->width; x++)
            for (size_t c = 0; c < channels; c++)
                *next++ = filter_sample(&plan->window[x], in->pixel + (size_t)y * (size_t)in->width * channels + c, channels);
}

/* in[from][line] -> out[to][line], a line being width * channels samples */
static void resize_rows(const Plan *plan, const Image *in, Image *out)
{
    size_t line = (size_t)in->width * (size_t)in->channels;
    uint8_t *next = out->pixel;
    for (int y = 0; y < out->height; y++)
        for (size_t i = 0; i < line; i++)
            *next++ = filter_sample(&plan->window[y], in->pixel + i, line);
}

static bool resize_axis(const Image *in, int height, int width, Image *out, Failure *failure)
{
    Plan plan;
    bool rows = height != in->height;
    if (!image_new(out, height, width, in->channels, failure))
        return false;
    if (!plan_make(&plan, rows ? in->height : in->width, rows ? height : width)) {
        image_free(out);
        return failure_set(failure, "out of memory to resize a picture to %d x %d", height, width);
    }
    (rows ? resize_rows : resize_columns)(&plan, in, out);
    plan_free(&plan);
    return true;
}

static bool copy(const Image *in, Image *out, Failure *failure)
{
    if (!image_new(out, in->height, in->width, in->channels, failure))
        return false;
    memcpy(out->pixel, in->pixel, (size_t)in->height * (size_t)in->width * (size_t)in->channels);
    return true;
}

bool image_resize(const Image *in, int height, int width, Image *out, Failure *failure)
{
    Image columns;
    bool done;
    if (width == in->width)
        return height == in->height ? copy(in, out, failure) : resize_axis(in, height, width, out, failure);
    if (height == in->height)
        return resize_axis(in, height, width, out, failure);
    if (!resize_axis(in, in->height, width, &columns, failure))
        return false;
    done = resize_axis(&columns, height, width, out, failure);
    image_free(&columns);
    return done;
}
