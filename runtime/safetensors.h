/* safetensors.h - the container: which tensors a file holds, and their values as floats. What a network makes of them
 * is the business of weights.c. */
#ifndef NNCC_SAFETENSORS_H
#define NNCC_SAFETENSORS_H

#include "file.h"

enum { MAX_STORED_RANK = 8, MAX_STORED_TENSORS = 65536 };

typedef struct {
    const char *name;                   /* of the format: "F32" */
    int bits;                           /* of one element */
    void (*convert)(const uint8_t *in, float *out, size_t count);       /* to float; NULL: not a number type of ours */
} Dtype;

typedef struct {
    const char *name;                   /* owned by the header; untrusted, show it by printable() */
    const Dtype *dtype;
    int rank;
    int64_t dim[MAX_STORED_RANK];
    uint64_t begin, end;                /* bytes from the start of the data */
} Stored;

typedef struct {
    File file;
    struct json_t *header;              /* keeps the names */
    uint64_t data_at;                   /* bytes from the start of the file */
    Stored *tensor;                     /* in the order of their data */
    size_t count;
} Safetensors;

/* Opens a file and checks every rule of the format: afterwards all tensors lie inside the file, side by side. */
bool safetensors_open(const char *path, Safetensors *, Failure *);
/* The values of a tensor whose dtype converts; a double beyond float's range becomes infinite. */
bool safetensors_values(const Safetensors *, const Stored *, float *out, Failure *);
void safetensors_close(Safetensors *);
/* A string of the header's "__metadata__", or NULL; owned by the file. */
const char *safetensors_metadata(const Safetensors *, const char *key);
const Dtype *dtype_find(const char *name);

/* As safetensors_write (weights.h), with strings in the header's "__metadata__". */
typedef struct {
    const char *key, *value;
} Metadata;
bool safetensors_write_with(const char *path, const TensorData *tensors, size_t count, const Metadata *, size_t pairs, Failure *failure);

#endif
