/* dataset.h - labelled pictures from where they lie: directories, the files of CIFAR and MNIST, or a formula. All of it is
 * untrusted: sizes are checked, and what cannot be read says which file it was. No function prints or exits. */
#ifndef NNCC_DATASET_H
#define NNCC_DATASET_H

#include "image.h"

typedef enum { SPLIT_train, SPLIT_val, NSPLIT } Split;

enum { MAX_CLASSES = 100000, MAX_SAMPLES = 1 << 26 };

/* What the network expects: a data set from a formula takes after it. */
typedef struct {
    int channels, height, width, classes, batch;
} DatasetShape;

typedef struct Dataset Dataset;
struct Dataset {
    char *name;                         /* as the user said it: "folder:pictures" */
    bool files;                         /* read from files, which may be moved: the name is no part of what it is */
    int classes;
    char **class_name;                  /* classes of them, or NULL */
    int64_t count[NSPLIT];              /* samples */
    int height, width;                  /* of every picture; 0: they differ */
    const char *augment;                /* what suits it, for augment_parse */
    bool fixed;                         /* one batch of floats, the same in each epoch, in order: `floats`, no `picture` */
    /* Sample `index` of a split. Any number of threads may ask at once. An unreadable sample fails alone. */
    bool (*picture)(const Dataset *, Split, int64_t index, int channels, Image *, Failure *);
    bool (*floats)(const Dataset *, int64_t index, float *out, Failure *);
    int32_t (*label)(const Dataset *, Split, int64_t index);
    void (*close)(Dataset *);           /* frees the data set as well */
    void *data;                         /* of the kind */
};

/* `D` of the command line:
 *   folder:DIR                                DIR/train and DIR/val, in each a directory per class of JPEG and PNG
 *   cifar10:DIR, cifar100:DIR                 the binary files
 *   mnist:DIR                                 the IDX files, as they are or .gz
 *   shapes:SEED[,classes=N][,size=S][,count=N]  drawn by a formula
 *   pattern:SEED                              one fixed batch of numbers (pattern.c), in order, never augmented
 * NULL and a failure where it cannot be read. */
Dataset *dataset_open(const char *argument, const DatasetShape *, Failure *);
void dataset_close(Dataset *);          /* also of NULL */

/* The kinds, for dataset.c; `rest` is what follows the colon. They fill everything but the name. */
bool dataset_folder(Dataset *, const char *rest, const DatasetShape *, Failure *);
bool dataset_cifar10(Dataset *, const char *rest, const DatasetShape *, Failure *);
bool dataset_cifar100(Dataset *, const char *rest, const DatasetShape *, Failure *);
bool dataset_mnist(Dataset *, const char *rest, const DatasetShape *, Failure *);
bool dataset_shapes(Dataset *, const char *rest, const DatasetShape *, Failure *);
bool dataset_pattern(Dataset *, const char *rest, const DatasetShape *, Failure *);
/* Class names for a data set that knows them by heart; copies. */
bool dataset_name_classes(Dataset *, const char *const *name, int count, Failure *);
/* A decimal number of at most `most` at *text, which then stands behind it. */
bool dataset_number(const char **text, uint64_t most, uint64_t *number);

#endif
