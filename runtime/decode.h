/* decode.h - compressed pictures to samples, as Pillow decodes them. Used by image.c, resize.c and tests. */
#ifndef NNCC_DECODE_H
#define NNCC_DECODE_H

#include "image.h"

enum { MAX_IMAGE_BYTES = 64 << 20, MAX_PIXELS = 64 << 20 };

/* Memory for a picture; fails on more than MAX_PIXELS. */
bool image_new(Image *, int height, int width, int channels, Failure *);
/* RGB, or grey where the file holds grey. failure->text has no path: the caller knows it. */
bool jpeg_decode(const uint8_t *bytes, size_t size, Image *, Failure *);
bool png_decode(const uint8_t *bytes, size_t size, Image *, Failure *);

#endif
