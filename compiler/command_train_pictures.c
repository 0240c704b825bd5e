/* command_train_pictures.c - held-out pictures of a data set as PNG files: to look at, and to try a trained network on. */
#include <errno.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command_train.h"

enum { MOST_PICTURES = 16 };

/* NUMBER-CLASS.png; what may not stand in a file's name is a _. */
static char *picture_path(Session *session, const Dataset *dataset, int64_t index)
{
    int32_t label = dataset->label(dataset, SPLIT_val, index);
    char *class = arena_printf(&session->context, "%d", (int)label);
    if (dataset->class_name)
        class = arena_strdup(&session->context, dataset->class_name[label]);
    for (char *c = mask_controls(class, false); *c; c++)
        *c = strchr("/\\:*?\"<>| ", *c) ? '_' : *c;
    return arena_printf(&session->context, "%s/%02d-%.64s.png", session->arguments->train.pictures, (int)index, class);
}

static bool write_png(const char *path, const Image *image, Failure *failure)
{
    png_image png = {.version = PNG_IMAGE_VERSION, .width = (png_uint_32)image->width, .height = (png_uint_32)image->height,
                     .format = image->channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB};
    if (png_image_write_to_file(&png, path, 0, image->pixel, 0, NULL))
        return true;
    return failure_set(failure, "cannot write %s: %s", path, png.message);
}

/* One that cannot be read is named and left out. */
static void write_picture(Session *session, const Dataset *dataset, int64_t index)
{
    Image image = {0};
    Failure failure;
    if (!dataset->picture(dataset, SPLIT_val, index, session->graph->input->shape.channels, &image, &failure)) {
        tell("nncc: %s\n", failure.text);
        return;
    }
    bool written = write_png(picture_path(session, dataset, index), &image, &failure);
    image_free(&image);
    check(session, written, &failure);
}

void write_pictures(Session *session, const Dataset *dataset)
{
    const char *directory = session->arguments->train.pictures;
    int64_t count = dataset->count[SPLIT_val] < MOST_PICTURES ? dataset->count[SPLIT_val] : MOST_PICTURES;
    if (!dataset->picture || !count)
        fail(session, NULL, "%s holds no pictures that nobody trains on", dataset->name);
    if (mkdir(directory, 0777) && errno != EEXIST)
        fail(session, NULL, "cannot make %s: %s", directory, strerror(errno));
    for (int64_t i = 0; i < count; i++)
        write_picture(session, dataset, i * dataset->count[SPLIT_val] / count);     /* from the first class to the last */
}
