/* lenet, compiled by nncc: [3][32][32] -> [2] floats, row-major.
 *
 *     const void *weights;
 *     int status = lenet_weights_map("model.weights", &weights);
 *     void *arena = aligned_alloc(64, lenet_arena_size());
 *     if (status == LENET_OK)
 *         status = lenet_forward(weights, arena, input, 1, 4, output);
 *     if (status != LENET_OK)
 *         puts(lenet_strerror(status)); */
#ifndef LENET_H
#define LENET_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Shapes of one image. A batch is one image after the other. */
#define LENET_MAX_BATCH 1
#define LENET_INPUT_CHANNELS 3
#define LENET_INPUT_HEIGHT 32
#define LENET_INPUT_WIDTH 32
#define LENET_INPUT_FLOATS 3072
#define LENET_OUTPUT_CHANNELS 2
#define LENET_OUTPUT_HEIGHT 1
#define LENET_OUTPUT_WIDTH 1
#define LENET_OUTPUT_FLOATS 2

/* What the functions return. */
enum {
    LENET_OK,
    LENET_ERROR_ARGUMENT,          /* a pointer is NULL, or threads is not in 1..1024 */
    LENET_ERROR_BATCH,             /* batch is not in 1..LENET_MAX_BATCH */
    LENET_ERROR_ALIGNMENT,         /* arena or weights do not begin at a multiple of 64 bytes */
    LENET_ERROR_PROCESSOR,         /* the processor lacks AVX-512 F, DQ or VL */
    LENET_ERROR_FILE,              /* a file cannot be opened or mapped: errno says why */
    LENET_ERROR_FORMAT,            /* these are no weights of nncc */
    LENET_ERROR_VERSION,           /* weights in the format of another version of nncc */
    LENET_ERROR_MODEL,             /* weights of another model */
    LENET_ERROR_LAYOUT,            /* weights of this model, packed for other code */
    LENET_ERROR_TRUNCATED          /* the file is not as long as it says */
};
const char *lenet_strerror(int status);

/* Bytes of arena that a batch of LENET_MAX_BATCH needs; a smaller batch needs that share of them. What the arena
 * holds before a call does not matter. */
size_t lenet_arena_size(void);
/* Bytes of a block of weights, which is what a weights file holds. */
size_t lenet_weights_size(void);

/* Maps a weights file, which must not change while it is mapped, and checks that it belongs to this code. */
int lenet_weights_map(const char *path, const void **weights);
void lenet_weights_unmap(const void *weights);

/* Runs the network on a batch, on up to `threads` threads; their number never changes the result. Calls with
 * different arenas may run at the same time. */
int lenet_forward(const void *weights, void *arena, const float *input, int batch, int threads, float *output);

#ifdef __cplusplus
}
#endif

#endif
