/* weights.h - named tensors: from a safetensors file, or made from a seed.
 *
 * No function prints or exits; failures come back as text in a Failure. */
#ifndef NNCC_WEIGHTS_H
#define NNCC_WEIGHTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    char text[2048];
} Failure;
bool failure_set(Failure *, const char *format, ...) __attribute__((format(printf, 2, 3)));     /* returns false */

/* An untrusted name as messages may show it: bytes that are not printable ASCII as \xNN, long names cut. */
typedef struct {
    char text[128];
} Printable;
const char *printable(const char *name, Printable *out);

/* A tensor that a network expects. */
typedef struct {
    const char *name;
    int rank;
    int64_t dim[4];
    bool integer;                   /* num_batches_tracked: may be absent from a file */
} TensorSpec;

/* Tensors by name; data in float32, row-major, whatever the file held. */
typedef struct Weights Weights;

/* Reads the expected tensors of a safetensors file (F32, F16, BF16, F64; I64 for integers) by name and shape. Missing,
 * unexpected and mismatched tensors are listed in failure->text and refused unless partial is set: then what could be
 * loaded is, the rest is 0 (1 for scales and variances), and *report says what was done. The report also warns of
 * values that are not finite. It is NULL when there is nothing to say; the caller frees it. "optimizer.*" of a
 * checkpoint is passed over. */
Weights *weights_load(const char *path, const TensorSpec *expected, size_t count, bool partial, char **report, Failure *failure);
/* Training initialisation from a seed: kaiming normal for convolutions, uniform for linear layers, norms 1 and 0. */
Weights *weights_init(const TensorSpec *expected, size_t count, uint64_t seed, Failure *failure);
/* The pattern of a seed: splitmix64 of FNV-1a of the name, the same bits in every language. gain scales 1-d weights. */
Weights *weights_pattern(const TensorSpec *expected, size_t count, uint64_t seed, double gain, Failure *failure);
/* `W` of the command line: pattern:SEED[,gain=G], init:SEED or a path. */
Weights *weights_open(const char *argument, const TensorSpec *expected, size_t count, bool partial, char **report, Failure *failure);
/* The same, but what a partial file lacks is initialised as weights_init does: a new last layer for other classes. */
Weights *weights_open_for_training(const char *argument, const TensorSpec *expected, size_t count, bool partial,
                                   uint64_t seed, char **report, Failure *failure);
const float *weights_find(const Weights *, const char *name, int *rank, int64_t dim[4]);
/* Replaces the values of a tensor; false where none is called so. */
bool weights_write(Weights *, const char *name, const float *values);
/* Gives the memory of a tensor back where that is worth it and its values can be had again from where they came: then the next
 * weights_find does that, and finds nothing where a file is no more what it was. What was found before must not be read any more. */
void weights_release(Weights *, const char *name);
void weights_free(Weights *);

/* Elements of a tensor, or -1 when the product of its dimensions does not fit or one is negative. */
int64_t tensor_floats(const TensorSpec *);

/* One value of the pattern: u in [0, 1) of element i of the tensor called name. */
double pattern_uniform(uint64_t base, uint64_t i);
uint64_t pattern_bits(uint64_t base, uint64_t i);       /* its 64 bits, z */
uint64_t pattern_base(const char *name, uint64_t seed);
/* The input called "input" (2u - 1), row-major, count floats; and labels z mod classes. */
void pattern_input(float *out, size_t count, uint64_t seed);
void pattern_labels(int64_t *out, size_t count, uint64_t seed, int64_t classes);

/* Writes tensors as a safetensors file (temporary file, fsync, rename). */
typedef struct {
    const char *name;
    int rank;
    int64_t dim[4];
    const char *dtype;              /* "F32", "F64", "I64" */
    const void *data;
} TensorData;
bool safetensors_write(const char *path, const TensorData *tensors, size_t count, Failure *failure);

#endif
