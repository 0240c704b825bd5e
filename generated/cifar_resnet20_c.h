/* cifar_resnet20, compiled by nncc: [3][32][32] -> [10] floats, row-major.
 *
 *     const void *weights;
 *     int status = cifar_resnet20_weights_map("model.weights", &weights);
 *     void *arena = aligned_alloc(64, cifar_resnet20_arena_size());
 *     if (status == CIFAR_RESNET20_OK)
 *         status = cifar_resnet20_forward(weights, arena, input, 1, 4, output);
 *     if (status != CIFAR_RESNET20_OK)
 *         puts(cifar_resnet20_strerror(status)); */
#ifndef CIFAR_RESNET20_H
#define CIFAR_RESNET20_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Shapes of one image. A batch is one image after the other. */
#define CIFAR_RESNET20_MAX_BATCH 1
#define CIFAR_RESNET20_INPUT_CHANNELS 3
#define CIFAR_RESNET20_INPUT_HEIGHT 32
#define CIFAR_RESNET20_INPUT_WIDTH 32
#define CIFAR_RESNET20_INPUT_FLOATS 3072
#define CIFAR_RESNET20_OUTPUT_CHANNELS 10
#define CIFAR_RESNET20_OUTPUT_HEIGHT 1
#define CIFAR_RESNET20_OUTPUT_WIDTH 1
#define CIFAR_RESNET20_OUTPUT_FLOATS 10

/* What the functions return. */
enum {
    CIFAR_RESNET20_OK,
    CIFAR_RESNET20_ERROR_ARGUMENT,          /* a pointer is NULL, or threads is not in 1..1024 */
    CIFAR_RESNET20_ERROR_BATCH,             /* batch is not in 1..CIFAR_RESNET20_MAX_BATCH */
    CIFAR_RESNET20_ERROR_ALIGNMENT,         /* arena or weights do not begin at a multiple of 64 bytes */
    CIFAR_RESNET20_ERROR_PROCESSOR,         /* the processor lacks AVX2 or FMA */
    CIFAR_RESNET20_ERROR_FILE,              /* a file cannot be opened or mapped: errno says why */
    CIFAR_RESNET20_ERROR_FORMAT,            /* these are no weights of nncc */
    CIFAR_RESNET20_ERROR_VERSION,           /* weights in the format of another version of nncc */
    CIFAR_RESNET20_ERROR_MODEL,             /* weights of another model */
    CIFAR_RESNET20_ERROR_LAYOUT,            /* weights of this model, packed for other code */
    CIFAR_RESNET20_ERROR_TRUNCATED          /* the file is not as long as it says */
};
const char *cifar_resnet20_strerror(int status);

/* Bytes of arena that a batch of CIFAR_RESNET20_MAX_BATCH needs; a smaller batch needs that share of them. What the arena
 * holds before a call does not matter. */
size_t cifar_resnet20_arena_size(void);
/* Bytes of a block of weights, which is what a weights file holds. */
size_t cifar_resnet20_weights_size(void);

/* Maps a weights file, which must not change while it is mapped, and checks that it belongs to this code. */
int cifar_resnet20_weights_map(const char *path, const void **weights);
void cifar_resnet20_weights_unmap(const void *weights);

/* Runs the network on a batch, on up to `threads` threads; their number never changes the result. Calls with
 * different arenas may run at the same time. Each thread needs 159 KB of stack. */
int cifar_resnet20_forward(const void *weights, void *arena, const float *input, int batch, int threads, float *output);

#ifdef __cplusplus
}
#endif

#endif
