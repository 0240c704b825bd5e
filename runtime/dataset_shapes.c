/* dataset_shapes.c - shapes:SEED, pictures from a formula: one of twelve shapes at a random place, size and angle, in a
 * random colour with a texture upon another, on a random background with a texture and noise. People tell them apart at
 * once. A linear model cannot: for every class the mean of each pixel is the same, since places, angles and colours are. */
#include "dataset.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"
#include "random.h"

enum { LEAST_SIZE = 12, MOST_SIZE = 1024, DEFAULT_COUNT = 5000 };

static const double pi = 3.14159265358979323846;

/* ---- shapes: is (x, y) inside? They fill about the unit circle. ------------------------------------------- */

static bool in_disc(double x, double y)
{
    return x * x + y * y < 0.8;
}

static bool in_square(double x, double y)
{
    return fabs(x) < 0.75 && fabs(y) < 0.75;
}

static bool in_triangle(double x, double y)
{
    return y > -0.55 && 1.75 * fabs(x) + y < 1.05;
}

static bool in_ring(double x, double y)
{
    double r = x * x + y * y;
    return r > 0.3 && r < 0.95;
}

static bool in_cross(double x, double y)
{
    x = fabs(x), y = fabs(y);
    return (x < 0.28 && y < 0.95) || (y < 0.28 && x < 0.95);
}

/* Five points: reflections fold the plane into the tenth between a tip at (0, 1) and a notch. */
static bool in_star(double x, double y)
{
    const double c = 0.80901699437494742, s = 0.58778525229247313, notch = 0.42;    /* of 36 degrees */
    x = fabs(x);
    double over = fmax(c * x - s * y, 0);
    x -= 2 * over * c, y += 2 * over * s;
    over = fmax(-c * x - s * y, 0);
    x += 2 * over * c, y += 2 * over * s;
    x = fabs(x);
    return notch * s * (y - 1) - (notch * c - 1) * x < 0;       /* on which side of the edge from tip to notch */
}

static bool in_stripes(double x, double y)
{
    y = fabs(y);
    return fabs(x) < 0.9 && (y < 0.2 || (y > 0.5 && y < 0.9));
}

static bool in_crescent(double x, double y)
{
    return x * x + y * y < 0.9 && (x - 0.45) * (x - 0.45) + y * y > 0.55;
}

static bool in_frame(double x, double y)
{
    double r = fmax(fabs(x), fabs(y));
    return r > 0.45 && r < 0.82;
}

static bool in_heart(double x, double y)
{
    x *= 1.2, y = 1.2 * y + 0.15;
    double r = x * x + y * y - 0.9;
    return r * r * r < 1.1 * x * x * y * y * y;
}

static bool in_half(double x, double y)
{
    y += 0.4;
    return y > 0 && x * x + y * y < 0.95;
}

static bool in_tie(double x, double y)
{
    return fabs(x) < 0.9 && fabs(y) < fabs(x);
}

typedef bool Inside(double x, double y);
static const struct {
    const char *name;
    Inside *inside;
} shapes[] = {
    { "ring", in_ring },         { "cross", in_cross },       { "stripes", in_stripes }, { "disc", in_disc },
    { "star", in_star },         { "triangle", in_triangle }, { "tie", in_tie },         { "square", in_square },
    { "crescent", in_crescent }, { "frame", in_frame },       { "heart", in_heart },     { "half", in_half },
};
enum { NSHAPE = sizeof shapes / sizeof *shapes };

/* ---- one picture ------------------------------------------------------------------------------------------ */

/* A colour with waves: a pixel's colour is colour + amplitude * sin(fx * x + fy * y + phase). */
typedef struct {
    double colour[3], amplitude[3], fx, fy, phase;
} Surface;

/* What the numbers of one sample decided; lengths in sides of the picture. */
typedef struct {
    Inside *inside;
    double x, y, size, sine, cosine;    /* centre, half its extent, angle */
    Surface front, back;
    double noise;
} Scene;

static Surface random_surface(Random *random)
{
    Surface surface;
    double angle = random_between(random, 0, pi), waves = random_between(random, 4, 40);
    for (int c = 0; c < 3; c++) {
        surface.colour[c] = random_between(random, 0.12, 0.88);
        surface.amplitude[c] = random_between(random, -0.08, 0.08);
    }
    surface.fx = waves * cos(angle), surface.fy = waves * sin(angle);
    surface.phase = random_between(random, 0, 2 * pi);
    return surface;
}

static double distance(const Surface *a, const Surface *b)
{
    double sum = 0;
    for (int c = 0; c < 3; c++)
        sum += (a->colour[c] - b->colour[c]) * (a->colour[c] - b->colour[c]);
    return sqrt(sum);
}

static Scene random_scene(Random *random, int class)
{
    Scene scene = { .inside = shapes[class].inside };
    double angle = random_between(random, 0, 2 * pi);
    scene.size = random_between(random, 0.28, 0.42);
    scene.x = random_between(random, scene.size, 1 - scene.size);
    scene.y = random_between(random, scene.size, 1 - scene.size);
    scene.sine = sin(angle), scene.cosine = cos(angle);
    scene.noise = random_between(random, 0.01, 0.04);
    scene.back = random_surface(random);
    do
        scene.front = random_surface(random);
    while (distance(&scene.front, &scene.back) < 0.55);         /* two of five pairs are that far apart */
    return scene;
}

/* How much of the pixel of size 1 / side at (x, y) the shape covers: four samples. */
static double coverage(const Scene *scene, int column, int row, double side)
{
    int inside = 0;
    for (int i = 0; i < 4; i++) {
        double x = ((column + 0.25 + 0.5 * (i & 1)) / side - scene->x) / scene->size;
        double y = ((row + 0.25 + 0.5 * (i >> 1)) / side - scene->y) / scene->size;
        if (x * x + y * y < 2)
            inside += scene->inside(scene->cosine * x + scene->sine * y, scene->cosine * y - scene->sine * x);
    }
    return inside / 4.0;
}

static double surface_wave(const Surface *surface, double x, double y)
{
    return sin(surface->fx * x + surface->fy * y + surface->phase);
}

static void draw(const Scene *scene, Random *noise, Image *image)
{
    double side = image->width;
    uint8_t *out = image->pixel;
    for (int row = 0; row < image->height; row++)
        for (int column = 0; column < image->width; column++) {
            double share = coverage(scene, column, row, side), x = column / side, y = row / side;
            double front = share > 0 ? surface_wave(&scene->front, x, y) : 0, back = share < 1 ? surface_wave(&scene->back, x, y) : 0;
            for (int c = 0; c < 3; c++) {
                double value = share * (scene->front.colour[c] + scene->front.amplitude[c] * front)
                    + (1 - share) * (scene->back.colour[c] + scene->back.amplitude[c] * back);
                value += scene->noise * random_between(noise, -1.7, 1.7);
                *out++ = (uint8_t)(255 * fmin(fmax(value, 0), 1) + 0.5);
            }
        }
}

/* ---- the data set ----------------------------------------------------------------------------------------- */

typedef struct {
    uint64_t seed;
} Shapes;

static int32_t shapes_label(const Dataset *dataset, Split split, int64_t index)
{
    (void)split;
    return (int32_t)(index % dataset->classes);
}

static bool shapes_picture(const Dataset *dataset, Split split, int64_t index, int channels, Image *image, Failure *failure)
{
    const Shapes *set = dataset->data;
    Random random = random_stream(set->seed, RANDOM_shape, (uint32_t)split, (uint32_t)index);
    Random noise = random_stream(set->seed, RANDOM_texture, (uint32_t)split, (uint32_t)index);
    Scene scene = random_scene(&random, shapes_label(dataset, split, index));
    if (!image_new(image, dataset->height, dataset->width, 3, failure))
        return false;
    draw(&scene, &noise, image);
    if (image_convert(image, channels, failure))
        return true;
    image_free(image);
    return false;
}

static void shapes_close(Dataset *dataset)
{
    free(dataset->data);
}

/* ,NAME=NUMBER at *text. */
static bool take_option(const char **text, const char *name, uint64_t least, uint64_t most, uint64_t *value,
                        Dataset *dataset, Failure *failure)
{
    size_t length = strlen(name);
    if (strncmp(*text, name, length))
        return true;
    *text += length;
    return (dataset_number(text, most, value) && *value >= least)
        || failure_set(failure, "%s: %.*s must be a whole number from %llu to %llu", dataset->name, (int)length - 2, name + 1,
                       (unsigned long long)least, (unsigned long long)most);
}

bool dataset_shapes(Dataset *dataset, const char *rest, const DatasetShape *shape, Failure *failure)
{
    Shapes *set = calloc(1, sizeof *set);
    uint64_t classes = (uint64_t)shape->classes,
             size = (uint64_t)(shape->height > shape->width ? shape->height : shape->width), count = DEFAULT_COUNT;
    const char *at = rest, *before;
    if (!set)
        return failure_set(failure, "out of memory for a data set");
    dataset->data = set;
    dataset->close = shapes_close;
    bool good = dataset_number(&at, UINT64_MAX, &set->seed);
    while (good && *at == ',') {
        before = at;
        if (!take_option(&at, ",classes=", 2, NSHAPE, &classes, dataset, failure)
            || !take_option(&at, ",count=", 1, MAX_SAMPLES, &count, dataset, failure)
            || !take_option(&at, ",size=", LEAST_SIZE, MOST_SIZE, &size, dataset, failure))
            return false;
        good = at != before;
    }
    if (!good || *at)
        return failure_set(failure, "%s: write shapes:SEED[,classes=N][,size=S][,count=N]", dataset->name);
    if (classes < 2 || classes > NSHAPE)
        return failure_set(failure, "%s: there are 2 to %d classes, not %llu", dataset->name, NSHAPE,
                           (unsigned long long)classes);
    if (size < LEAST_SIZE || size > MOST_SIZE)
        return failure_set(failure, "%s: pictures have %d to %d pixels a side, not %llu",
                           dataset->name, LEAST_SIZE, MOST_SIZE, (unsigned long long)size);
    const char *name[NSHAPE];
    for (int i = 0; i < NSHAPE; i++)
        name[i] = shapes[i].name;
    dataset->height = dataset->width = (int)size;
    dataset->count[SPLIT_train] = (int64_t)count;
    dataset->count[SPLIT_val] = (int64_t)(count + 4) / 5;
    dataset->augment = "crop:2,flip";
    dataset->picture = shapes_picture;
    dataset->label = shapes_label;
    return dataset_name_classes(dataset, name, (int)classes, failure);
}
