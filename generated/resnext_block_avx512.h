/* resnext_form_c, compiled by nncc: [256][56][56] -> [256][56][56] floats, row-major.
 *
 *     const void *weights;
 *     int status = resnext_form_c_weights_map("model.weights", &weights);
 *     void *arena = aligned_alloc(64, resnext_form_c_arena_size());
 *     if (status == RESNEXT_FORM_C_OK)
 *         status = resnext_form_c_forward(weights, arena, input, 1, 4, output);
 *     if (status != RESNEXT_FORM_C_OK)
 *         puts(resnext_form_c_strerror(status)); */
#ifndef RESNEXT_FORM_C_H
#define RESNEXT_FORM_C_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Shapes of one image. A batch is one image after the other. */
#define RESNEXT_FORM_C_MAX_BATCH 1
#define RESNEXT_FORM_C_INPUT_CHANNELS 256
#define RESNEXT_FORM_C_INPUT_HEIGHT 56
#define RESNEXT_FORM_C_INPUT_WIDTH 56
#define RESNEXT_FORM_C_INPUT_FLOATS 802816
#define RESNEXT_FORM_C_OUTPUT_CHANNELS 256
#define RESNEXT_FORM_C_OUTPUT_HEIGHT 56
#define RESNEXT_FORM_C_OUTPUT_WIDTH 56
#define RESNEXT_FORM_C_OUTPUT_FLOATS 802816

/* What the functions return. */
enum {
    RESNEXT_FORM_C_OK,
    RESNEXT_FORM_C_ERROR_ARGUMENT,          /* a pointer is NULL, or threads is not in 1..1024 */
    RESNEXT_FORM_C_ERROR_BATCH,             /* batch is not in 1..RESNEXT_FORM_C_MAX_BATCH */
    RESNEXT_FORM_C_ERROR_ALIGNMENT,         /* arena or weights do not begin at a multiple of 64 bytes */
    RESNEXT_FORM_C_ERROR_PROCESSOR,         /* the processor lacks AVX-512 F, DQ or VL */
    RESNEXT_FORM_C_ERROR_FILE,              /* a file cannot be opened or mapped: errno says why */
    RESNEXT_FORM_C_ERROR_FORMAT,            /* these are no weights of nncc */
    RESNEXT_FORM_C_ERROR_VERSION,           /* weights in the format of another version of nncc */
    RESNEXT_FORM_C_ERROR_MODEL,             /* weights of another model */
    RESNEXT_FORM_C_ERROR_LAYOUT,            /* weights of this model, packed for other code */
    RESNEXT_FORM_C_ERROR_TRUNCATED          /* the file is not as long as it says */
};
const char *resnext_form_c_strerror(int status);

/* Bytes of arena that a batch of RESNEXT_FORM_C_MAX_BATCH needs; a smaller batch needs that share of them. What the arena
 * holds before a call does not matter. */
size_t resnext_form_c_arena_size(void);
/* Bytes of a block of weights, which is what a weights file holds. */
size_t resnext_form_c_weights_size(void);

/* Maps a weights file, which must not change while it is mapped, and checks that it belongs to this code. */
int resnext_form_c_weights_map(const char *path, const void **weights);
void resnext_form_c_weights_unmap(const void *weights);

/* Runs the network on a batch, on up to `threads` threads; their number never changes the result. Calls with
 * different arenas may run at the same time. */
int resnext_form_c_forward(const void *weights, void *arena, const float *input, int batch, int threads, float *output);

#ifdef __cplusplus
}
#endif

#endif
