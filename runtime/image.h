/* image.h - pictures and arrays as network inputs. No function prints or exits. */
#ifndef NNCC_IMAGE_H
#define NNCC_IMAGE_H

#include "weights.h"

/* How a picture becomes an input, torchvision's evaluation transform: shorter side to `resize` (0: none) by Pillow's
 * antialiased bilinear filter, centre crop of crop[0] rows and crop[1] columns (0: none), / 255, (x - mean) / std. */
typedef struct {
    int resize;
    int crop[2];
    float mean[4], std[4];              /* std 0 counts as 1 */
} Transform;

/* 8-bit samples, row-major [height][width][channels]; channels is 1 or 3. */
typedef struct {
    int height, width, channels;
    uint8_t *pixel;                 /* owned; image_free */
} Image;

/* JPEG or PNG by content, at most 64 MiB and 64 Mi pixels, as Pillow's convert("RGB") or ("L"): alpha is dropped, no
 * orientation or gamma applied. Truncated and damaged files are refused. */
bool image_read(const char *path, int channels, Image *, Failure *);
bool image_resize(const Image *, int height, int width, Image *out, Failure *);  /* Pillow's BILINEAR, to the bit */
/* Resize and crop of the transform, in place; a crop larger than the picture pads it with black. */
bool image_transform(Image *, const Transform *, Failure *);
bool image_convert(Image *, int channels, Failure *);       /* to grey by Pillow's luminance, or to three equal channels */
/* out[channels][height][width] = (pixel / 255 - mean) / std, each step rounded to float as PyTorch does. */
void image_normalise(const Image *, const Transform *, float *out);
void image_free(Image *);
/* Fills out[channels][height][width]; fails when the result of the transform has another size. */
bool image_input(const char *path, const Transform *, int channels, int height, int width, float *out, Failure *);
/* A .npy file of float32 or float64 (little endian, C or Fortran order): shape [n,c,h,w] or [c,h,w]. *batch gets n. */
bool npy_input(const char *path, int channels, int height, int width, int *batch, float **out, Failure *);

#endif
