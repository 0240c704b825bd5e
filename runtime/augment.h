/* augment.h - what happens to a picture on its way into a batch, with torchvision's transforms: RandomResizedCrop,
 * RandomCrop with padding, RandomHorizontalFlip; 8-bit samples until the end. */
#ifndef NNCC_AUGMENT_H
#define NNCC_AUGMENT_H

#include "image.h"
#include "random.h"

typedef struct {
    bool resized;                       /* a random part of the picture, resized to the input */
    double least;                       /* its least area, as a share of the picture's */
    int pad;                            /* pixels of black around the picture, out of which a random window is cut; 0: none */
    bool flip;                          /* every second picture is mirrored */
} Augment;

typedef struct {
    int top, left, height, width;
} Window;

/* `none`, or a comma list of resized[:LEAST], crop:PAD, flip. */
bool augment_parse(const char *text, Augment *, Failure *);
/* torchvision's RandomResizedCrop.get_params: area in least..1, aspect ratio in 3/4..4/3, its logarithm uniform; ten tries,
 * then the middle. */
Window augment_window(int height, int width, double least, Random *);
/* Both bring the picture to height x width, in place. Without `resized`, one of another size goes through the evaluation's
 * transform first. */
bool augment_train(Image *, const Augment *, const Transform *, int height, int width, Random *, Failure *);
bool augment_eval(Image *, const Transform *, int height, int width, Failure *);

#endif
