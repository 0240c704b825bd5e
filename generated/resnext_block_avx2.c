/* resnext_form_c, compiled from resnext_block.yaml by nncc for the target avx2.
 *
 *     nncc resnext_block.yaml --target avx2 -o resnext_block_avx2.c
 *
 * Build it with
 *
 *     cc -std=c11 -O2 -ffp-contract=off -fopenmp -c resnext_block_avx2.c
 *
 * -ffp-contract=off keeps the compiler from fusing a multiplication and an addition that are apart here: with it,
 * every compiler gives the same bits. Without -fopenmp everything runs on one thread. One image takes 8,033,280
 * bytes of arena; the weights take 282,688 bytes.
 *
 * Input [256][56][56] and output [256][56][56] are row-major floats; in between, channels lie in blocks of eight,
 * which are the lanes of a vector. A kernel computes one tile of a layer; a step runs a kernel over the tiles of
 * all images. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "resnext_block_avx2.h"

#ifdef _OPENMP
#include <omp.h>
#endif
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if defined(__unix__) || defined(__APPLE__)
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#endif
#if !defined(__x86_64__)
#error "This file is for x86-64 processors; nncc --target c makes one for any."
#endif
#include <cpuid.h>
#include <immintrin.h>

/* The first 64 bytes of a block of weights: whose they are. The packed payload follows. */
typedef struct {
    char magic[6];
    uint16_t version;                   /* of the format */
    uint64_t bytes;                     /* of the payload */
    uint64_t layout;                    /* hash of how the payload is laid out */
    uint64_t model;                     /* hash of the model's tensors */
    char name[32];                      /* for people, never compared */
} Stamp;

static const Stamp expected = { "NNCCW", 1, 282624, 0xcf4f588990239c08, 0x7e532d60c565800d, "resnext_form_c" };

/* One call of resnext_form_c_forward, as its steps see it. */
typedef struct {
    const float *weights;               /* the payload */
    float *arena;                       /* of image 0; the other images' follow */
    const float *input;
    float *output;
    int batch;
} Run;

/* Tasks of one layer that follow each other and cost the same. */
typedef struct {
    int images;                         /* that a task computes: those of a group, or one; 0 ends a list */
    ptrdiff_t tasks;                    /* of each group of so many images */
    double work;                        /* of one task, in vector instructions */
} Part;

/* One layer. Its tasks are independent of each other; a task is one tile of an image, or of a group of images. */
typedef struct {
    void (*run)(const Run *, const ptrdiff_t *slot, ptrdiff_t task);
    const Part *part;                   /* all of its tasks */
    ptrdiff_t slot[5];                  /* where its arrays begin: floats from the start of what holds them */
} Step;

/* v + a * b, all three in registers. */
static inline __attribute__((always_inline, target("avx2,fma")))
__m256 fma_ymm(__m256 a, __m256 b, __m256 v)
{
#if defined(__GNUC__) && !defined(__clang__)
    __asm__("vfmadd231ps %2, %1, %0" : "+v"(v) : "v"(a), "v"(b));
    return v;
#else
    return _mm256_fmadd_ps(a, b, v);
#endif
}

/* one channel of 56 x 56 pixels */
__attribute__((target("avx2,fma,f16c")))
static void avx2_copy_0(const float *x, float *y)
{
    __m256 v0;
    for (int i = 0; i < 56; i++) {
        for (int j = 0; j < 56; j++) {
            v0 = _mm256_zextps128_ps256(_mm_load_ss(x));
            _mm_store_ss(y, _mm256_castps256_ps128(v0));
            x += 1;
            y += 8;
        }
    }
}

/* 48 output channels of 4 x 56 pixels: sums over 256 channels and 1 x 1 taps */
__attribute__((target("avx2,fma,f16c")))
static void avx2_conv1x1_48x2_1(const float *x, const float *w, float *y, const float *b)
{
    __m256 v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14;
    for (int i = 0; i < 8; i++) {
        _mm_prefetch((const char *)(x), _MM_HINT_T0);
        _mm_prefetch((const char *)(x + 8), _MM_HINT_T0);
        x += 25104;
    }
    x -= 200832;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 28; j++) {
            v0 = _mm256_loadu_ps(b);
            v1 = v0;
            v2 = _mm256_loadu_ps(b + 8);
            v3 = v2;
            v4 = _mm256_loadu_ps(b + 16);
            v5 = v4;
            v6 = _mm256_loadu_ps(b + 24);
            v7 = v6;
            v8 = _mm256_loadu_ps(b + 32);
            v9 = v8;
            v10 = _mm256_loadu_ps(b + 40);
            v11 = v10;
            for (int k = 0; k < 8; k++) {
                _mm_prefetch((const char *)(x + 16), _MM_HINT_T0);
                _mm_prefetch((const char *)(x + 24), _MM_HINT_T0);
                for (int l = 0; l < 2; l++) {
                    v12 = _mm256_broadcast_ss(x);
                    v13 = _mm256_broadcast_ss(x + 8);
                    v14 = _mm256_loadu_ps(w);
                    v0 = fma_ymm(v14, v12, v0);
                    v1 = fma_ymm(v14, v13, v1);
                    v14 = _mm256_loadu_ps(w + 8);
                    v2 = fma_ymm(v14, v12, v2);
                    v3 = fma_ymm(v14, v13, v3);
                    v14 = _mm256_loadu_ps(w + 16);
                    v4 = fma_ymm(v14, v12, v4);
                    v5 = fma_ymm(v14, v13, v5);
                    v14 = _mm256_loadu_ps(w + 24);
                    v6 = fma_ymm(v14, v12, v6);
                    v7 = fma_ymm(v14, v13, v7);
                    v14 = _mm256_loadu_ps(w + 32);
                    v8 = fma_ymm(v14, v12, v8);
                    v9 = fma_ymm(v14, v13, v9);
                    v14 = _mm256_loadu_ps(w + 40);
                    v10 = fma_ymm(v14, v12, v10);
                    v11 = fma_ymm(v14, v13, v11);
                    v12 = _mm256_broadcast_ss(x + 1);
                    v13 = _mm256_broadcast_ss(x + 9);
                    v14 = _mm256_loadu_ps(w + 48);
                    v0 = fma_ymm(v14, v12, v0);
                    v1 = fma_ymm(v14, v13, v1);
                    v14 = _mm256_loadu_ps(w + 56);
                    v2 = fma_ymm(v14, v12, v2);
                    v3 = fma_ymm(v14, v13, v3);
                    v14 = _mm256_loadu_ps(w + 64);
                    v4 = fma_ymm(v14, v12, v4);
                    v5 = fma_ymm(v14, v13, v5);
                    v14 = _mm256_loadu_ps(w + 72);
                    v6 = fma_ymm(v14, v12, v6);
                    v7 = fma_ymm(v14, v13, v7);
                    v14 = _mm256_loadu_ps(w + 80);
                    v8 = fma_ymm(v14, v12, v8);
                    v9 = fma_ymm(v14, v13, v9);
                    v14 = _mm256_loadu_ps(w + 88);
                    v10 = fma_ymm(v14, v12, v10);
                    v11 = fma_ymm(v14, v13, v11);
                    v12 = _mm256_broadcast_ss(x + 2);
                    v13 = _mm256_broadcast_ss(x + 10);
                    v14 = _mm256_loadu_ps(w + 96);
                    v0 = fma_ymm(v14, v12, v0);
                    v1 = fma_ymm(v14, v13, v1);
                    v14 = _mm256_loadu_ps(w + 104);
                    v2 = fma_ymm(v14, v12, v2);
                    v3 = fma_ymm(v14, v13, v3);
                    v14 = _mm256_loadu_ps(w + 112);
                    v4 = fma_ymm(v14, v12, v4);
                    v5 = fma_ymm(v14, v13, v5);
                    v14 = _mm256_loadu_ps(w + 120);
                    v6 = fma_ymm(v14, v12, v6);
                    v7 = fma_ymm(v14, v13, v7);
                    v14 = _mm256_loadu_ps(w + 128);
                    v8 = fma_ymm(v14, v12, v8);
                    v9 = fma_ymm(v14, v13, v9);
                    v14 = _mm256_loadu_ps(w + 136);
                    v10 = fma_ymm(v14, v12, v10);
                    v11 = fma_ymm(v14, v13, v11);
                    v12 = _mm256_broadcast_ss(x + 3);
                    v13 = _mm256_broadcast_ss(x + 11);
                    v14 = _mm256_loadu_ps(w + 144);
                    v0 = fma_ymm(v14, v12, v0);
                    v1 = fma_ymm(v14, v13, v1);
                    v14 = _mm256_loadu_ps(w + 152);
                    v2 = fma_ymm(v14, v12, v2);
                    v3 = fma_ymm(v14, v13, v3);
                    v14 = _mm256_loadu_ps(w + 160);
                    v4 = fma_ymm(v14, v12, v4);
                    v5 = fma_ymm(v14, v13, v5);
                    v14 = _mm256_loadu_ps(w + 168);
                    v6 = fma_ymm(v14, v12, v6);
                    v7 = fma_ymm(v14, v13, v7);
                    v14 = _mm256_loadu_ps(w + 176);
                    v8 = fma_ymm(v14, v12, v8);
                    v9 = fma_ymm(v14, v13, v9);
                    v14 = _mm256_loadu_ps(w + 184);
                    v10 = fma_ymm(v14, v12, v10);
                    v11 = fma_ymm(v14, v13, v11);
                    w += 192;
                    x += 4;
                }
                x += 25096;
            }
            x -= 200832;
            w -= 3072;
            _mm256_storeu_ps(y, v0);
            _mm256_storeu_ps(y + 8, v1);
            _mm256_storeu_ps(y + 26456, v2);
            _mm256_storeu_ps(y + 26464, v3);
            _mm256_storeu_ps(y + 52912, v4);
            _mm256_storeu_ps(y + 52920, v5);
            _mm256_storeu_ps(y + 79368, v6);
            _mm256_storeu_ps(y + 79376, v7);
            _mm256_storeu_ps(y + 105824, v8);
            _mm256_storeu_ps(y + 105832, v9);
            _mm256_storeu_ps(y + 132280, v10);
            _mm256_storeu_ps(y + 132288, v11);
            x += 16;
            y += 16;
        }
        y += 8;
    }
    x += 199040;
    y -= 1824;
    w += 3072;
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 8; j++) {
            _mm_prefetch((const char *)(x), _MM_HINT_T0);
            _mm_prefetch((const char *)(x + 8), _MM_HINT_T0);
            x += 25104;
        }
        x -= 200832;
        for (int j = 0; j < 4; j++) {
            for (int k = 0; k < 28; k++) {
                v0 = _mm256_loadu_ps(y);
                v1 = _mm256_loadu_ps(y + 8);
                v2 = _mm256_loadu_ps(y + 26456);
                v3 = _mm256_loadu_ps(y + 26464);
                v4 = _mm256_loadu_ps(y + 52912);
                v5 = _mm256_loadu_ps(y + 52920);
                v6 = _mm256_loadu_ps(y + 79368);
                v7 = _mm256_loadu_ps(y + 79376);
                v8 = _mm256_loadu_ps(y + 105824);
                v9 = _mm256_loadu_ps(y + 105832);
                v10 = _mm256_loadu_ps(y + 132280);
                v11 = _mm256_loadu_ps(y + 132288);
                for (int l = 0; l < 8; l++) {
                    _mm_prefetch((const char *)(x + 16), _MM_HINT_T0);
                    _mm_prefetch((const char *)(x + 24), _MM_HINT_T0);
                    for (int m = 0; m < 2; m++) {
                        v12 = _mm256_broadcast_ss(x);
                        v13 = _mm256_broadcast_ss(x + 8);
                        v14 = _mm256_loadu_ps(w);
                        v0 = fma_ymm(v14, v12, v0);
                        v1 = fma_ymm(v14, v13, v1);
                        v14 = _mm256_loadu_ps(w + 8);
                        v2 = fma_ymm(v14, v12, v2);
                        v3 = fma_ymm(v14, v13, v3);
                        v14 = _mm256_loadu_ps(w + 16);
                        v4 = fma_ymm(v14, v12, v4);
                        v5 = fma_ymm(v14, v13, v5);
                        v14 = _mm256_loadu_ps(w + 24);
                        v6 = fma_ymm(v14, v12, v6);
                        v7 = fma_ymm(v14, v13, v7);
                        v14 = _mm256_loadu_ps(w + 32);
                        v8 = fma_ymm(v14, v12, v8);
                        v9 = fma_ymm(v14, v13, v9);
                        v14 = _mm256_loadu_ps(w + 40);
                        v10 = fma_ymm(v14, v12, v10);
                        v11 = fma_ymm(v14, v13, v11);
                        v12 = _mm256_broadcast_ss(x + 1);
                        v13 = _mm256_broadcast_ss(x + 9);
                        v14 = _mm256_loadu_ps(w + 48);
                        v0 = fma_ymm(v14, v12, v0);
                        v1 = fma_ymm(v14, v13, v1);
                        v14 = _mm256_loadu_ps(w + 56);
                        v2 = fma_ymm(v14, v12, v2);
                        v3 = fma_ymm(v14, v13, v3);
                        v14 = _mm256_loadu_ps(w + 64);
                        v4 = fma_ymm(v14, v12, v4);
                        v5 = fma_ymm(v14, v13, v5);
                        v14 = _mm256_loadu_ps(w + 72);
                        v6 = fma_ymm(v14, v12, v6);
                        v7 = fma_ymm(v14, v13, v7);
                        v14 = _mm256_loadu_ps(w + 80);
                        v8 = fma_ymm(v14, v12, v8);
                        v9 = fma_ymm(v14, v13, v9);
                        v14 = _mm256_loadu_ps(w + 88);
                        v10 = fma_ymm(v14, v12, v10);
                        v11 = fma_ymm(v14, v13, v11);
                        v12 = _mm256_broadcast_ss(x + 2);
                        v13 = _mm256_broadcast_ss(x + 10);
                        v14 = _mm256_loadu_ps(w + 96);
                        v0 = fma_ymm(v14, v12, v0);
                        v1 = fma_ymm(v14, v13, v1);
                        v14 = _mm256_loadu_ps(w + 104);
                        v2 = fma_ymm(v14, v12, v2);
                        v3 = fma_ymm(v14, v13, v3);
                        v14 = _mm256_loadu_ps(w + 112);
                        v4 = fma_ymm(v14, v12, v4);
                        v5 = fma_ymm(v14, v13, v5);
                        v14 = _mm256_loadu_ps(w + 120);
                        v6 = fma_ymm(v14, v12, v6);
                        v7 = fma_ymm(v14, v13, v7);
                        v14 = _mm256_loadu_ps(w + 128);
                        v8 = fma_ymm(v14, v12, v8);
                        v9 = fma_ymm(v14, v13, v9);
                        v14 = _mm256_loadu_ps(w + 136);
                        v10 = fma_ymm(v14, v12, v10);
                        v11 = fma_ymm(v14, v13, v11);
                        v12 = _mm256_broadcast_ss(x + 3);
                        v13 = _mm256_broadcast_ss(x + 11);
                        v14 = _mm256_loadu_ps(w + 144);
                        v0 = fma_ymm(v14, v12, v0);
                        v1 = fma_ymm(v14, v13, v1);
                        v14 = _mm256_loadu_ps(w + 152);
                        v2 = fma_ymm(v14, v12, v2);
                        v3 = fma_ymm(v14, v13, v3);
                        v14 = _mm256_loadu_ps(w + 160);
                        v4 = fma_ymm(v14, v12, v4);
                        v5 = fma_ymm(v14, v13, v5);
                        v14 = _mm256_loadu_ps(w + 168);
                        v6 = fma_ymm(v14, v12, v6);
                        v7 = fma_ymm(v14, v13, v7);
                        v14 = _mm256_loadu_ps(w + 176);
                        v8 = fma_ymm(v14, v12, v8);
                        v9 = fma_ymm(v14, v13, v9);
                        v14 = _mm256_loadu_ps(w + 184);
                        v10 = fma_ymm(v14, v12, v10);
                        v11 = fma_ymm(v14, v13, v11);
                        w += 192;
                        x += 4;
                    }
                    x += 25096;
                }
                x -= 200832;
                w -= 3072;
                _mm256_storeu_ps(y, v0);
                _mm256_storeu_ps(y + 8, v1);
                _mm256_storeu_ps(y + 26456, v2);
                _mm256_storeu_ps(y + 26464, v3);
                _mm256_storeu_ps(y + 52912, v4);
                _mm256_storeu_ps(y + 52920, v5);
                _mm256_storeu_ps(y + 79368, v6);
                _mm256_storeu_ps(y + 79376, v7);
                _mm256_storeu_ps(y + 105824, v8);
                _mm256_storeu_ps(y + 105832, v9);
                _mm256_storeu_ps(y + 132280, v10);
                _mm256_storeu_ps(y + 132288, v11);
                x += 16;
                y += 16;
            }
            y += 8;
        }
        x += 199040;
        y -= 1824;
        w += 3072;
    }
    for (int i = 0; i < 8; i++) {
        _mm_prefetch((const char *)(x), _MM_HINT_T0);
        _mm_prefetch((const char *)(x + 8), _MM_HINT_T0);
        x += 25104;
    }
    x -= 200832;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 28; j++) {
            v0 = _mm256_loadu_ps(y);
            v1 = _mm256_loadu_ps(y + 8);
            v2 = _mm256_loadu_ps(y + 26456);
            v3 = _mm256_loadu_ps(y + 26464);
            v4 = _mm256_loadu_ps(y + 52912);
            v5 = _mm256_loadu_ps(y + 52920);
            v6 = _mm256_loadu_ps(y + 79368);
            v7 = _mm256_loadu_ps(y + 79376);
            v8 = _mm256_loadu_ps(y + 105824);
            v9 = _mm256_loadu_ps(y + 105832);
            v10 = _mm256_loadu_ps(y + 132280);
            v11 = _mm256_loadu_ps(y + 132288);
            for (int k = 0; k < 8; k++) {
                _mm_prefetch((const char *)(x + 16), _MM_HINT_T0);
                _mm_prefetch((const char *)(x + 24), _MM_HINT_T0);
                for (int l = 0; l < 2; l++) {
                    v12 = _mm256_broadcast_ss(x);
                    v13 = _mm256_broadcast_ss(x + 8);
                    v14 = _mm256_loadu_ps(w);
                    v0 = fma_ymm(v14, v12, v0);
                    v1 = fma_ymm(v14, v13, v1);
                    v14 = _mm256_loadu_ps(w + 8);
                    v2 = fma_ymm(v14, v12, v2);
                    v3 = fma_ymm(v14, v13, v3);
                    v14 = _mm256_loadu_ps(w + 16);
                    v4 = fma_ymm(v14, v12, v4);
                    v5 = fma_ymm(v14, v13, v5);
                    v14 = _mm256_loadu_ps(w + 24);
                    v6 = fma_ymm(v14, v12, v6);
                    v7 = fma_ymm(v14, v13, v7);
                    v14 = _mm256_loadu_ps(w + 32);
                    v8 = fma_ymm(v14, v12, v8);
                    v9 = fma_ymm(v14, v13, v9);
                    v14 = _mm256_loadu_ps(w + 40);
                    v10 = fma_ymm(v14, v12, v10);
                    v11 = fma_ymm(v14, v13, v11);
                    v12 = _mm256_broadcast_ss(x + 1);
                    v13 = _mm256_broadcast_ss(x + 9);
                    v14 = _mm256_loadu_ps(w + 48);
                    v0 = fma_ymm(v14, v12, v0);
                    v1 = fma_ymm(v14, v13, v1);
                    v14 = _mm256_loadu_ps(w + 56);
                    v2 = fma_ymm(v14, v12, v2);
                    v3 = fma_ymm(v14, v13, v3);
                    v14 = _mm256_loadu_ps(w + 64);
                    v4 = fma_ymm(v14, v12, v4);
                    v5 = fma_ymm(v14, v13, v5);
                    v14 = _mm256_loadu_ps(w + 72);
                    v6 = fma_ymm(v14, v12, v6);
                    v7 = fma_ymm(v14, v13, v7);
                    v14 = _mm256_loadu_ps(w + 80);
                    v8 = fma_ymm(v14, v12, v8);
                    v9 = fma_ymm(v14, v13, v9);
                    v14 = _mm256_loadu_ps(w + 88);
                    v10 = fma_ymm(v14, v12, v10);
                    v11 = fma_ymm(v14, v13, v11);
                    v12 = _mm256_broadcast_ss(x + 2);
                    v13 = _mm256_broadcast_ss(x + 10);
                    v14 = _mm256_loadu_ps(w + 96);
                    v0 = fma_ymm(v14, v12, v0);
                    v1 = fma_ymm(v14, v13, v1);
                    v14 = _mm256_loadu_ps(w + 104);
                    v2 = fma_ymm(v14, v12, v2);
                    v3 = fma_ymm(v14, v13, v3);
                    v14 = _mm256_loadu_ps(w + 112);
                    v4 = fma_ymm(v14, v12, v4);
                    v5 = fma_ymm(v14, v13, v5);
                    v14 = _mm256_loadu_ps(w + 120);
                    v6 = fma_ymm(v14, v12, v6);
                    v7 = fma_ymm(v14, v13, v7);
                    v14 = _mm256_loadu_ps(w + 128);
                    v8 = fma_ymm(v14, v12, v8);
                    v9 = fma_ymm(v14, v13, v9);
                    v14 = _mm256_loadu_ps(w + 136);
                    v10 = fma_ymm(v14, v12, v10);
                    v11 = fma_ymm(v14, v13, v11);
                    v12 = _mm256_broadcast_ss(x + 3);
                    v13 = _mm256_broadcast_ss(x + 11);
                    v14 = _mm256_loadu_ps(w + 144);
                    v0 = fma_ymm(v14, v12, v0);
                    v1 = fma_ymm(v14, v13, v1);
                    v14 = _mm256_loadu_ps(w + 152);
                    v2 = fma_ymm(v14, v12, v2);
                    v3 = fma_ymm(v14, v13, v3);
                    v14 = _mm256_loadu_ps(w + 160);
                    v4 = fma_ymm(v14, v12, v4);
                    v5 = fma_ymm(v14, v13, v5);
                    v14 = _mm256_loadu_ps(w + 168);
                    v6 = fma_ymm(v14, v12, v6);
                    v7 = fma_ymm(v14, v13, v7);
                    v14 = _mm256_loadu_ps(w + 176);
                    v8 = fma_ymm(v14, v12, v8);
                    v9 = fma_ymm(v14, v13, v9);
                    v14 = _mm256_loadu_ps(w + 184);
                    v10 = fma_ymm(v14, v12, v10);
                    v11 = fma_ymm(v14, v13, v11);
                    w += 192;
                    x += 4;
                }
                x += 25096;
            }
            x -= 200832;
            w -= 3072;
            v12 = _mm256_setzero_ps();
            v0 = _mm256_max_ps(v12, v0);
            _mm256_storeu_ps(y, v0);
            v0 = _mm256_setzero_ps();
            v1 = _mm256_max_ps(v0, v1);
            _mm256_storeu_ps(y + 8, v1);
            v0 = _mm256_setzero_ps();
            v2 = _mm256_max_ps(v0, v2);
            _mm256_storeu_ps(y + 26456, v2);
            v0 = _mm256_setzero_ps();
            v3 = _mm256_max_ps(v0, v3);
            _mm256_storeu_ps(y + 26464, v3);
            v0 = _mm256_setzero_ps();
            v4 = _mm256_max_ps(v0, v4);
            _mm256_storeu_ps(y + 52912, v4);
            v0 = _mm256_setzero_ps();
            v5 = _mm256_max_ps(v0, v5);
            _mm256_storeu_ps(y + 52920, v5);
            v0 = _mm256_setzero_ps();
            v6 = _mm256_max_ps(v0, v6);
            _mm256_storeu_ps(y + 79368, v6);
            v0 = _mm256_setzero_ps();
            v7 = _mm256_max_ps(v0, v7);
            _mm256_storeu_ps(y + 79376, v7);
            v0 = _mm256_setzero_ps();
            v8 = _mm256_max_ps(v0, v8);
            _mm256_storeu_ps(y + 105824, v8);
            v0 = _mm256_setzero_ps();
            v9 = _mm256_max_ps(v0, v9);
            _mm256_storeu_ps(y + 105832, v9);
            v0 = _mm256_setzero_ps();
            v10 = _mm256_max_ps(v0, v10);
            _mm256_storeu_ps(y + 132280, v10);
            v0 = _mm256_setzero_ps();
            v11 = _mm256_max_ps(v0, v11);
            _mm256_storeu_ps(y + 132288, v11);
            x += 16;
            y += 16;
        }
        y += 8;
    }
}

/* 40 output channels of 4 x 56 pixels: sums over 256 channels and 1 x 1 taps */
__attribute__((target("avx2,fma,f16c")))
static void avx2_conv1x1_40x2_2(const float *x, const float *w, float *y, const float *b)
{
    __m256 v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12;
    for (int i = 0; i < 8; i++) {
        _mm_prefetch((const char *)(x), _MM_HINT_T0);
        _mm_prefetch((const char *)(x + 8), _MM_HINT_T0);
        x += 25104;
    }
    x -= 200832;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 28; j++) {
            v0 = _mm256_loadu_ps(b);
            v1 = v0;
            v2 = _mm256_loadu_ps(b + 8);
            v3 = v2;
            v4 = _mm256_loadu_ps(b + 16);
            v5 = v4;
            v6 = _mm256_loadu_ps(b + 24);
            v7 = v6;
            v8 = _mm256_loadu_ps(b + 32);
            v9 = v8;
            for (int k = 0; k < 8; k++) {
                _mm_prefetch((const char *)(x + 16), _MM_HINT_T0);
                _mm_prefetch((const char *)(x + 24), _MM_HINT_T0);
                for (int l = 0; l < 2; l++) {
                    v10 = _mm256_broadcast_ss(x);
                    v11 = _mm256_broadcast_ss(x + 8);
                    v12 = _mm256_loadu_ps(w);
                    v0 = fma_ymm(v12, v10, v0);
                    v1 = fma_ymm(v12, v11, v1);
                    v12 = _mm256_loadu_ps(w + 8);
                    v2 = fma_ymm(v12, v10, v2);
                    v3 = fma_ymm(v12, v11, v3);
                    v12 = _mm256_loadu_ps(w + 16);
                    v4 = fma_ymm(v12, v10, v4);
                    v5 = fma_ymm(v12, v11, v5);
                    v12 = _mm256_loadu_ps(w + 24);
                    v6 = fma_ymm(v12, v10, v6);
                    v7 = fma_ymm(v12, v11, v7);
                    v12 = _mm256_loadu_ps(w + 32);
                    v8 = fma_ymm(v12, v10, v8);
                    v9 = fma_ymm(v12, v11, v9);
                    v10 = _mm256_broadcast_ss(x + 1);
                    v11 = _mm256_broadcast_ss(x + 9);
                    v12 = _mm256_loadu_ps(w + 40);
                    v0 = fma_ymm(v12, v10, v0);
                    v1 = fma_ymm(v12, v11, v1);
                    v12 = _mm256_loadu_ps(w + 48);
                    v2 = fma_ymm(v12, v10, v2);
                    v3 = fma_ymm(v12, v11, v3);
                    v12 = _mm256_loadu_ps(w + 56);
                    v4 = fma_ymm(v12, v10, v4);
                    v5 = fma_ymm(v12, v11, v5);
                    v12 = _mm256_loadu_ps(w + 64);
                    v6 = fma_ymm(v12, v10, v6);
                    v7 = fma_ymm(v12, v11, v7);
                    v12 = _mm256_loadu_ps(w + 72);
                    v8 = fma_ymm(v12, v10, v8);
                    v9 = fma_ymm(v12, v11, v9);
                    v10 = _mm256_broadcast_ss(x + 2);
                    v11 = _mm256_broadcast_ss(x + 10);
                    v12 = _mm256_loadu_ps(w + 80);
                    v0 = fma_ymm(v12, v10, v0);
                    v1 = fma_ymm(v12, v11, v1);
                    v12 = _mm256_loadu_ps(w + 88);
                    v2 = fma_ymm(v12, v10, v2);
                    v3 = fma_ymm(v12, v11, v3);
                    v12 = _mm256_loadu_ps(w + 96);
                    v4 = fma_ymm(v12, v10, v4);
                    v5 = fma_ymm(v12, v11, v5);
                    v12 = _mm256_loadu_ps(w + 104);
                    v6 = fma_ymm(v12, v10, v6);
                    v7 = fma_ymm(v12, v11, v7);
                    v12 = _mm256_loadu_ps(w + 112);
                    v8 = fma_ymm(v12, v10, v8);
                    v9 = fma_ymm(v12, v11, v9);
                    v10 = _mm256_broadcast_ss(x + 3);
                    v11 = _mm256_broadcast_ss(x + 11);
                    v12 = _mm256_loadu_ps(w + 120);
                    v0 = fma_ymm(v12, v10, v0);
                    v1 = fma_ymm(v12, v11, v1);
                    v12 = _mm256_loadu_ps(w + 128);
                    v2 = fma_ymm(v12, v10, v2);
                    v3 = fma_ymm(v12, v11, v3);
                    v12 = _mm256_loadu_ps(w + 136);
                    v4 = fma_ymm(v12, v10, v4);
                    v5 = fma_ymm(v12, v11, v5);
                    v12 = _mm256_loadu_ps(w + 144);
                    v6 = fma_ymm(v12, v10, v6);
                    v7 = fma_ymm(v12, v11, v7);
                    v12 = _mm256_loadu_ps(w + 152);
                    v8 = fma_ymm(v12, v10, v8);
                    v9 = fma_ymm(v12, v11, v9);
                    w += 160;
                    x += 4;
                }
                x += 25096;
            }
            x -= 200832;
            w -= 2560;
            _mm256_storeu_ps(y, v0);
            _mm256_storeu_ps(y + 8, v1);
            _mm256_storeu_ps(y + 26456, v2);
            _mm256_storeu_ps(y + 26464, v3);
            _mm256_storeu_ps(y + 52912, v4);
            _mm256_storeu_ps(y + 52920, v5);
            _mm256_storeu_ps(y + 79368, v6);
            _mm256_storeu_ps(y + 79376, v7);
            _mm256_storeu_ps(y + 105824, v8);
            _mm256_storeu_ps(y + 105832, v9);
            x += 16;
            y += 16;
        }
        y += 8;
    }
    x += 199040;
    y -= 1824;
    w += 2560;
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 8; j++) {
            _mm_prefetch((const char *)(x), _MM_HINT_T0);
            _mm_prefetch((const char *)(x + 8), _MM_HINT_T0);
            x += 25104;
        }
        x -= 200832;
        for (int j = 0; j < 4; j++) {
            for (int k = 0; k < 28; k++) {
                v0 = _mm256_loadu_ps(y);
                v1 = _mm256_loadu_ps(y + 8);
                v2 = _mm256_loadu_ps(y + 26456);
                v3 = _mm256_loadu_ps(y + 26464);
                v4 = _mm256_loadu_ps(y + 52912);
                v5 = _mm256_loadu_ps(y + 52920);
                v6 = _mm256_loadu_ps(y + 79368);
                v7 = _mm256_loadu_ps(y + 79376);
                v8 = _mm256_loadu_ps(y + 105824);
                v9 = _mm256_loadu_ps(y + 105832);
                for (int l = 0; l < 8; l++) {
                    _mm_prefetch((const char *)(x + 16), _MM_HINT_T0);
                    _mm_prefetch((const char *)(x + 24), _MM_HINT_T0);
                    for (int m = 0; m < 2; m++) {
                        v10 = _mm256_broadcast_ss(x);
                        v11 = _mm256_broadcast_ss(x + 8);
                        v12 = _mm256_loadu_ps(w);
                        v0 = fma_ymm(v12, v10, v0);
                        v1 = fma_ymm(v12, v11, v1);
                        v12 = _mm256_loadu_ps(w + 8);
                        v2 = fma_ymm(v12, v10, v2);
                        v3 = fma_ymm(v12, v11, v3);
                        v12 = _mm256_loadu_ps(w + 16);
                        v4 = fma_ymm(v12, v10, v4);
                        v5 = fma_ymm(v12, v11, v5);
                        v12 = _mm256_loadu_ps(w + 24);
                        v6 = fma_ymm(v12, v10, v6);
                        v7 = fma_ymm(v12, v11, v7);
                        v12 = _mm256_loadu_ps(w + 32);
                        v8 = fma_ymm(v12, v10, v8);
                        v9 = fma_ymm(v12, v11, v9);
                        v10 = _mm256_broadcast_ss(x + 1);
                        v11 = _mm256_broadcast_ss(x + 9);
                        v12 = _mm256_loadu_ps(w + 40);
                        v0 = fma_ymm(v12, v10, v0);
                        v1 = fma_ymm(v12, v11, v1);
                        v12 = _mm256_loadu_ps(w + 48);
                        v2 = fma_ymm(v12, v10, v2);
                        v3 = fma_ymm(v12, v11, v3);
                        v12 = _mm256_loadu_ps(w + 56);
                        v4 = fma_ymm(v12, v10, v4);
                        v5 = fma_ymm(v12, v11, v5);
                        v12 = _mm256_loadu_ps(w + 64);
                        v6 = fma_ymm(v12, v10, v6);
                        v7 = fma_ymm(v12, v11, v7);
                        v12 = _mm256_loadu_ps(w + 72);
                        v8 = fma_ymm(v12, v10, v8);
                        v9 = fma_ymm(v12, v11, v9);
                        v10 = _mm256_broadcast_ss(x + 2);
                        v11 = _mm256_broadcast_ss(x + 10);
                        v12 = _mm256_loadu_ps(w + 80);
                        v0 = fma_ymm(v12, v10, v0);
                        v1 = fma_ymm(v12, v11, v1);
                        v12 = _mm256_loadu_ps(w + 88);
                        v2 = fma_ymm(v12, v10, v2);
                        v3 = fma_ymm(v12, v11, v3);
                        v12 = _mm256_loadu_ps(w + 96);
                        v4 = fma_ymm(v12, v10, v4);
                        v5 = fma_ymm(v12, v11, v5);
                        v12 = _mm256_loadu_ps(w + 104);
                        v6 = fma_ymm(v12, v10, v6);
                        v7 = fma_ymm(v12, v11, v7);
                        v12 = _mm256_loadu_ps(w + 112);
                        v8 = fma_ymm(v12, v10, v8);
                        v9 = fma_ymm(v12, v11, v9);
                        v10 = _mm256_broadcast_ss(x + 3);
                        v11 = _mm256_broadcast_ss(x + 11);
                        v12 = _mm256_loadu_ps(w + 120);
                        v0 = fma_ymm(v12, v10, v0);
                        v1 = fma_ymm(v12, v11, v1);
                        v12 = _mm256_loadu_ps(w + 128);
                        v2 = fma_ymm(v12, v10, v2);
                        v3 = fma_ymm(v12, v11, v3);
                        v12 = _mm256_loadu_ps(w + 136);
                        v4 = fma_ymm(v12, v10, v4);
                        v5 = fma_ymm(v12, v11, v5);
                        v12 = _mm256_loadu_ps(w + 144);
                        v6 = fma_ymm(v12, v10, v6);
                        v7 = fma_ymm(v12, v11, v7);
                        v12 = _mm256_loadu_ps(w + 152);
                        v8 = fma_ymm(v12, v10, v8);
                        v9 = fma_ymm(v12, v11, v9);
                        w += 160;
                        x += 4;
                    }
                    x += 25096;
                }
                x -= 200832;
                w -= 2560;
                _mm256_storeu_ps(y, v0);
                _mm256_storeu_ps(y + 8, v1);
                _mm256_storeu_ps(y + 26456, v2);
                _mm256_storeu_ps(y + 26464, v3);
                _mm256_storeu_ps(y + 52912, v4);
                _mm256_storeu_ps(y + 52920, v5);
                _mm256_storeu_ps(y + 79368, v6);
                _mm256_storeu_ps(y + 79376, v7);
                _mm256_storeu_ps(y + 105824, v8);
                _mm256_storeu_ps(y + 105832, v9);
                x += 16;
                y += 16;
            }
            y += 8;
        }
        x += 199040;
        y -= 1824;
        w += 2560;
    }
    for (int i = 0; i < 8; i++) {
        _mm_prefetch((const char *)(x), _MM_HINT_T0);
        _mm_prefetch((const char *)(x + 8), _MM_HINT_T0);
        x += 25104;
    }
    x -= 200832;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 28; j++) {
            v0 = _mm256_loadu_ps(y);
            v1 = _mm256_loadu_ps(y + 8);
            v2 = _mm256_loadu_ps(y + 26456);
            v3 = _mm256_loadu_ps(y + 26464);
            v4 = _mm256_loadu_ps(y + 52912);
            v5 = _mm256_loadu_ps(y + 52920);
            v6 = _mm256_loadu_ps(y + 79368);
            v7 = _mm256_loadu_ps(y + 79376);
            v8 = _mm256_loadu_ps(y + 105824);
            v9 = _mm256_loadu_ps(y + 105832);
            for (int k = 0; k < 8; k++) {
                _mm_prefetch((const char *)(x + 16), _MM_HINT_T0);
                _mm_prefetch((const char *)(x + 24), _MM_HINT_T0);
                for (int l = 0; l < 2; l++) {
                    v10 = _mm256_broadcast_ss(x);
                    v11 = _mm256_broadcast_ss(x + 8);
                    v12 = _mm256_loadu_ps(w);
                    v0 = fma_ymm(v12, v10, v0);
                    v1 = fma_ymm(v12, v11, v1);
                    v12 = _mm256_loadu_ps(w + 8);
                    v2 = fma_ymm(v12, v10, v2);
                    v3 = fma_ymm(v12, v11, v3);
                    v12 = _mm256_loadu_ps(w + 16);
                    v4 = fma_ymm(v12, v10, v4);
                    v5 = fma_ymm(v12, v11, v5);
                    v12 = _mm256_loadu_ps(w + 24);
                    v6 = fma_ymm(v12, v10, v6);
                    v7 = fma_ymm(v12, v11, v7);
                    v12 = _mm256_loadu_ps(w + 32);
                    v8 = fma_ymm(v12, v10, v8);
                    v9 = fma_ymm(v12, v11, v9);
                    v10 = _mm256_broadcast_ss(x + 1);
                    v11 = _mm256_broadcast_ss(x + 9);
                    v12 = _mm256_loadu_ps(w + 40);
                    v0 = fma_ymm(v12, v10, v0);
                    v1 = fma_ymm(v12, v11, v1);
                    v12 = _mm256_loadu_ps(w + 48);
                    v2 = fma_ymm(v12, v10, v2);
                    v3 = fma_ymm(v12, v11, v3);
                    v12 = _mm256_loadu_ps(w + 56);
                    v4 = fma_ymm(v12, v10, v4);
                    v5 = fma_ymm(v12, v11, v5);
                    v12 = _mm256_loadu_ps(w + 64);
                    v6 = fma_ymm(v12, v10, v6);
                    v7 = fma_ymm(v12, v11, v7);
                    v12 = _mm256_loadu_ps(w + 72);
                    v8 = fma_ymm(v12, v10, v8);
                    v9 = fma_ymm(v12, v11, v9);
                    v10 = _mm256_broadcast_ss(x + 2);
                    v11 = _mm256_broadcast_ss(x + 10);
                    v12 = _mm256_loadu_ps(w + 80);
                    v0 = fma_ymm(v12, v10, v0);
                    v1 = fma_ymm(v12, v11, v1);
                    v12 = _mm256_loadu_ps(w + 88);
                    v2 = fma_ymm(v12, v10, v2);
                    v3 = fma_ymm(v12, v11, v3);
                    v12 = _mm256_loadu_ps(w + 96);
                    v4 = fma_ymm(v12, v10, v4);
                    v5 = fma_ymm(v12, v11, v5);
                    v12 = _mm256_loadu_ps(w + 104);
                    v6 = fma_ymm(v12, v10, v6);
                    v7 = fma_ymm(v12, v11, v7);
                    v12 = _mm256_loadu_ps(w + 112);
                    v8 = fma_ymm(v12, v10, v8);
                    v9 = fma_ymm(v12, v11, v9);
                    v10 = _mm256_broadcast_ss(x + 3);
                    v11 = _mm256_broadcast_ss(x + 11);
                    v12 = _mm256_loadu_ps(w + 120);
                    v0 = fma_ymm(v12, v10, v0);
                    v1 = fma_ymm(v12, v11, v1);
                    v12 = _mm256_loadu_ps(w + 128);
                    v2 = fma_ymm(v12, v10, v2);
                    v3 = fma_ymm(v12, v11, v3);
                    v12 = _mm256_loadu_ps(w + 136);
                    v4 = fma_ymm(v12, v10, v4);
                    v5 = fma_ymm(v12, v11, v5);
                    v12 = _mm256_loadu_ps(w + 144);
                    v6 = fma_ymm(v12, v10, v6);
                    v7 = fma_ymm(v12, v11, v7);
                    v12 = _mm256_loadu_ps(w + 152);
                    v8 = fma_ymm(v12, v10, v8);
                    v9 = fma_ymm(v12, v11, v9);
                    w += 160;
                    x += 4;
                }
                x += 25096;
            }
            x -= 200832;
            w -= 2560;
            v10 = _mm256_setzero_ps();
            v0 = _mm256_max_ps(v10, v0);
            _mm256_storeu_ps(y, v0);
            v0 = _mm256_setzero_ps();
            v1 = _mm256_max_ps(v0, v1);
            _mm256_storeu_ps(y + 8, v1);
            v0 = _mm256_setzero_ps();
            v2 = _mm256_max_ps(v0, v2);
            _mm256_storeu_ps(y + 26456, v2);
            v0 = _mm256_setzero_ps();
            v3 = _mm256_max_ps(v0, v3);
            _mm256_storeu_ps(y + 26464, v3);
            v0 = _mm256_setzero_ps();
            v4 = _mm256_max_ps(v0, v4);
            _mm256_storeu_ps(y + 52912, v4);
            v0 = _mm256_setzero_ps();
            v5 = _mm256_max_ps(v0, v5);
            _mm256_storeu_ps(y + 52920, v5);
            v0 = _mm256_setzero_ps();
            v6 = _mm256_max_ps(v0, v6);
            _mm256_storeu_ps(y + 79368, v6);
            v0 = _mm256_setzero_ps();
            v7 = _mm256_max_ps(v0, v7);
            _mm256_storeu_ps(y + 79376, v7);
            v0 = _mm256_setzero_ps();
            v8 = _mm256_max_ps(v0, v8);
            _mm256_storeu_ps(y + 105824, v8);
            v0 = _mm256_setzero_ps();
            v9 = _mm256_max_ps(v0, v9);
            _mm256_storeu_ps(y + 105832, v9);
            x += 16;
            y += 16;
        }
        y += 8;
    }
}

/* zeros around 56 x 56 pixels: 1 rows, 1 columns */
__attribute__((target("avx2,fma,f16c")))
static void avx2_border_3(float *y)
{
    __m256 v0;
    v0 = _mm256_setzero_ps();
    for (int i = 0; i < 58; i++) {
        _mm256_storeu_ps(y, v0);
        y += 8;
    }
    for (int i = 0; i < 56; i++) {
        y += 448;
        _mm256_storeu_ps(y, v0);
        y += 8;
    }
    for (int i = 0; i < 57; i++) {
        _mm256_storeu_ps(y, v0);
        y += 8;
    }
}

/* 8 channels of 56 x 56 pixels: sums over 4 channels of a group and 3 x 3 taps */
__attribute__((target("avx2,fma,f16c")))
static void avx2_slide3x3_8x12_4(const float *x, const float *w, float *y, const float *b)
{
    __m256 v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15;
    for (int i = 0; i < 56; i++) {
        v0 = _mm256_loadu_ps(b);
        v1 = v0;
        v2 = v0;
        v3 = v0;
        v4 = v0;
        v5 = v0;
        v6 = v0;
        v7 = v0;
        v8 = v0;
        v9 = v0;
        v10 = v0;
        v11 = v0;
        for (int j = 0; j < 3; j++) {
            _mm_prefetch((const char *)(x + 456), _MM_HINT_T0);
            _mm_prefetch((const char *)(x + 520), _MM_HINT_T0);
            v12 = _mm256_loadu_ps(w);
            v13 = _mm256_loadu_ps(w + 8);
            v14 = _mm256_loadu_ps(w + 16);
            v15 = _mm256_loadu_ps(x);
            v15 = _mm256_permute_ps(v15, 0);
            v0 = fma_ymm(v12, v15, v0);
            v15 = _mm256_loadu_ps(x + 8);
            v15 = _mm256_permute_ps(v15, 0);
            v1 = fma_ymm(v12, v15, v1);
            v0 = fma_ymm(v13, v15, v0);
            v15 = _mm256_loadu_ps(x + 16);
            v15 = _mm256_permute_ps(v15, 0);
            v2 = fma_ymm(v12, v15, v2);
            v1 = fma_ymm(v13, v15, v1);
            v0 = fma_ymm(v14, v15, v0);
            v15 = _mm256_loadu_ps(x + 24);
            v15 = _mm256_permute_ps(v15, 0);
            v3 = fma_ymm(v12, v15, v3);
            v2 = fma_ymm(v13, v15, v2);
            v1 = fma_ymm(v14, v15, v1);
            v15 = _mm256_loadu_ps(x + 32);
            v15 = _mm256_permute_ps(v15, 0);
            v4 = fma_ymm(v12, v15, v4);
            v3 = fma_ymm(v13, v15, v3);
            v2 = fma_ymm(v14, v15, v2);
            v15 = _mm256_loadu_ps(x + 40);
            v15 = _mm256_permute_ps(v15, 0);
            v5 = fma_ymm(v12, v15, v5);
            v4 = fma_ymm(v13, v15, v4);
            v3 = fma_ymm(v14, v15, v3);
            v15 = _mm256_loadu_ps(x + 48);
            v15 = _mm256_permute_ps(v15, 0);
            v6 = fma_ymm(v12, v15, v6);
            v5 = fma_ymm(v13, v15, v5);
            v4 = fma_ymm(v14, v15, v4);
            v15 = _mm256_loadu_ps(x + 56);
            v15 = _mm256_permute_ps(v15, 0);
            v7 = fma_ymm(v12, v15, v7);
            v6 = fma_ymm(v13, v15, v6);
            v5 = fma_ymm(v14, v15, v5);
            v15 = _mm256_loadu_ps(x + 64);
            v15 = _mm256_permute_ps(v15, 0);
            v8 = fma_ymm(v12, v15, v8);
            v7 = fma_ymm(v13, v15, v7);
            v6 = fma_ymm(v14, v15, v6);
            v15 = _mm256_loadu_ps(x + 72);
            v15 = _mm256_permute_ps(v15, 0);
            v9 = fma_ymm(v12, v15, v9);
            v8 = fma_ymm(v13, v15, v8);
            v7 = fma_ymm(v14, v15, v7);
            v15 = _mm256_loadu_ps(x + 80);
            v15 = _mm256_permute_ps(v15, 0);
            v10 = fma_ymm(v12, v15, v10);
            v9 = fma_ymm(v13, v15, v9);
            v8 = fma_ymm(v14, v15, v8);
            v15 = _mm256_loadu_ps(x + 88);
            v15 = _mm256_permute_ps(v15, 0);
            v11 = fma_ymm(v12, v15, v11);
            v10 = fma_ymm(v13, v15, v10);
            v9 = fma_ymm(v14, v15, v9);
            v15 = _mm256_loadu_ps(x + 96);
            v15 = _mm256_permute_ps(v15, 0);
            v11 = fma_ymm(v13, v15, v11);
            v10 = fma_ymm(v14, v15, v10);
            v15 = _mm256_loadu_ps(x + 104);
            v15 = _mm256_permute_ps(v15, 0);
            v11 = fma_ymm(v14, v15, v11);
            _mm_prefetch((const char *)(x + 472), _MM_HINT_T0);
            _mm_prefetch((const char *)(x + 536), _MM_HINT_T0);
            v12 = _mm256_loadu_ps(w + 24);
            v13 = _mm256_loadu_ps(w + 32);
            v14 = _mm256_loadu_ps(w + 40);
            v15 = _mm256_loadu_ps(x);
            v15 = _mm256_permute_ps(v15, 85);
            v0 = fma_ymm(v12, v15, v0);
            v15 = _mm256_loadu_ps(x + 8);
            v15 = _mm256_permute_ps(v15, 85);
            v1 = fma_ymm(v12, v15, v1);
            v0 = fma_ymm(v13, v15, v0);
            v15 = _mm256_loadu_ps(x + 16);
            v15 = _mm256_permute_ps(v15, 85);
            v2 = fma_ymm(v12, v15, v2);
            v1 = fma_ymm(v13, v15, v1);
            v0 = fma_ymm(v14, v15, v0);
            v15 = _mm256_loadu_ps(x + 24);
            v15 = _mm256_permute_ps(v15, 85);
            v3 = fma_ymm(v12, v15, v3);
            v2 = fma_ymm(v13, v15, v2);
            v1 = fma_ymm(v14, v15, v1);
            v15 = _mm256_loadu_ps(x + 32);
            v15 = _mm256_permute_ps(v15, 85);
            v4 = fma_ymm(v12, v15, v4);
            v3 = fma_ymm(v13, v15, v3);
            v2 = fma_ymm(v14, v15, v2);
            v15 = _mm256_loadu_ps(x + 40);
            v15 = _mm256_permute_ps(v15, 85);
            v5 = fma_ymm(v12, v15, v5);
            v4 = fma_ymm(v13, v15, v4);
            v3 = fma_ymm(v14, v15, v3);
            v15 = _mm256_loadu_ps(x + 48);
            v15 = _mm256_permute_ps(v15, 85);
            v6 = fma_ymm(v12, v15, v6);
            v5 = fma_ymm(v13, v15, v5);
            v4 = fma_ymm(v14, v15, v4);
            v15 = _mm256_loadu_ps(x + 56);
            v15 = _mm256_permute_ps(v15, 85);
            v7 = fma_ymm(v12, v15, v7);
            v6 = fma_ymm(v13, v15, v6);
            v5 = fma_ymm(v14, v15, v5);
            v15 = _mm256_loadu_ps(x + 64);
            v15 = _mm256_permute_ps(v15, 85);
            v8 = fma_ymm(v12, v15, v8);
            v7 = fma_ymm(v13, v15, v7);
            v6 = fma_ymm(v14, v15, v6);
            v15 = _mm256_loadu_ps(x + 72);
            v15 = _mm256_permute_ps(v15, 85);
            v9 = fma_ymm(v12, v15, v9);
            v8 = fma_ymm(v13, v15, v8);
            v7 = fma_ymm(v14, v15, v7);
            v15 = _mm256_loadu_ps(x + 80);
            v15 = _mm256_permute_ps(v15, 85);
            v10 = fma_ymm(v12, v15, v10);
            v9 = fma_ymm(v13, v15, v9);
            v8 = fma_ymm(v14, v15, v8);
            v15 = _mm256_loadu_ps(x + 88);
            v15 = _mm256_permute_ps(v15, 85);
            v11 = fma_ymm(v12, v15, v11);
            v10 = fma_ymm(v13, v15, v10);
            v9 = fma_ymm(v14, v15, v9);
            v15 = _mm256_loadu_ps(x + 96);
            v15 = _mm256_permute_ps(v15, 85);
            v11 = fma_ymm(v13, v15, v11);
            v10 = fma_ymm(v14, v15, v10);
            v15 = _mm256_loadu_ps(x + 104);
            v15 = _mm256_permute_ps(v15, 85);
            v11 = fma_ymm(v14, v15, v11);
            _mm_prefetch((const char *)(x + 488), _MM_HINT_T0);
            v12 = _mm256_loadu_ps(w + 48);
            v13 = _mm256_loadu_ps(w + 56);
            v14 = _mm256_loadu_ps(w + 64);
            v15 = _mm256_loadu_ps(x);
            v15 = _mm256_permute_ps(v15, 170);
            v0 = fma_ymm(v12, v15, v0);
            v15 = _mm256_loadu_ps(x + 8);
            v15 = _mm256_permute_ps(v15, 170);
            v1 = fma_ymm(v12, v15, v1);
            v0 = fma_ymm(v13, v15, v0);
            v15 = _mm256_loadu_ps(x + 16);
            v15 = _mm256_permute_ps(v15, 170);
            v2 = fma_ymm(v12, v15, v2);
            v1 = fma_ymm(v13, v15, v1);
            v0 = fma_ymm(v14, v15, v0);
            v15 = _mm256_loadu_ps(x + 24);
            v15 = _mm256_permute_ps(v15, 170);
            v3 = fma_ymm(v12, v15, v3);
            v2 = fma_ymm(v13, v15, v2);
            v1 = fma_ymm(v14, v15, v1);
            v15 = _mm256_loadu_ps(x + 32);
            v15 = _mm256_permute_ps(v15, 170);
            v4 = fma_ymm(v12, v15, v4);
            v3 = fma_ymm(v13, v15, v3);
            v2 = fma_ymm(v14, v15, v2);
            v15 = _mm256_loadu_ps(x + 40);
            v15 = _mm256_permute_ps(v15, 170);
            v5 = fma_ymm(v12, v15, v5);
            v4 = fma_ymm(v13, v15, v4);
            v3 = fma_ymm(v14, v15, v3);
            v15 = _mm256_loadu_ps(x + 48);
            v15 = _mm256_permute_ps(v15, 170);
            v6 = fma_ymm(v12, v15, v6);
            v5 = fma_ymm(v13, v15, v5);
            v4 = fma_ymm(v14, v15, v4);
            v15 = _mm256_loadu_ps(x + 56);
            v15 = _mm256_permute_ps(v15, 170);
            v7 = fma_ymm(v12, v15, v7);
            v6 = fma_ymm(v13, v15, v6);
            v5 = fma_ymm(v14, v15, v5);
            v15 = _mm256_loadu_ps(x + 64);
            v15 = _mm256_permute_ps(v15, 170);
            v8 = fma_ymm(v12, v15, v8);
            v7 = fma_ymm(v13, v15, v7);
            v6 = fma_ymm(v14, v15, v6);
            v15 = _mm256_loadu_ps(x + 72);
            v15 = _mm256_permute_ps(v15, 170);
            v9 = fma_ymm(v12, v15, v9);
            v8 = fma_ymm(v13, v15, v8);
            v7 = fma_ymm(v14, v15, v7);
            v15 = _mm256_loadu_ps(x + 80);
            v15 = _mm256_permute_ps(v15, 170);
            v10 = fma_ymm(v12, v15, v10);
            v9 = fma_ymm(v13, v15, v9);
            v8 = fma_ymm(v14, v15, v8);
            v15 = _mm256_loadu_ps(x + 88);
            v15 = _mm256_permute_ps(v15, 170);
            v11 = fma_ymm(v12, v15, v11);
            v10 = fma_ymm(v13, v15, v10);
            v9 = fma_ymm(v14, v15, v9);
            v15 = _mm256_loadu_ps(x + 96);
            v15 = _mm256_permute_ps(v15, 170);
            v11 = fma_ymm(v13, v15, v11);
            v10 = fma_ymm(v14, v15, v10);
            v15 = _mm256_loadu_ps(x + 104);
            v15 = _mm256_permute_ps(v15, 170);
            v11 = fma_ymm(v14, v15, v11);
            _mm_prefetch((const char *)(x + 504), _MM_HINT_T0);
            v12 = _mm256_loadu_ps(w + 72);
            v13 = _mm256_loadu_ps(w + 80);
            v14 = _mm256_loadu_ps(w + 88);
            v15 = _mm256_loadu_ps(x);
            v15 = _mm256_permute_ps(v15, 255);
            v0 = fma_ymm(v12, v15, v0);
            v15 = _mm256_loadu_ps(x + 8);
            v15 = _mm256_permute_ps(v15, 255);
            v1 = fma_ymm(v12, v15, v1);
            v0 = fma_ymm(v13, v15, v0);
            v15 = _mm256_loadu_ps(x + 16);
            v15 = _mm256_permute_ps(v15, 255);
            v2 = fma_ymm(v12, v15, v2);
            v1 = fma_ymm(v13, v15, v1);
            v0 = fma_ymm(v14, v15, v0);
            v15 = _mm256_loadu_ps(x + 24);
            v15 = _mm256_permute_ps(v15, 255);
            v3 = fma_ymm(v12, v15, v3);
            v2 = fma_ymm(v13, v15, v2);
            v1 = fma_ymm(v14, v15, v1);
            v15 = _mm256_loadu_ps(x + 32);
            v15 = _mm256_permute_ps(v15, 255);
            v4 = fma_ymm(v12, v15, v4);
            v3 = fma_ymm(v13, v15, v3);
            v2 = fma_ymm(v14, v15, v2);
            v15 = _mm256_loadu_ps(x + 40);
            v15 = _mm256_permute_ps(v15, 255);
            v5 = fma_ymm(v12, v15, v5);
            v4 = fma_ymm(v13, v15, v4);
            v3 = fma_ymm(v14, v15, v3);
            v15 = _mm256_loadu_ps(x + 48);
            v15 = _mm256_permute_ps(v15, 255);
            v6 = fma_ymm(v12, v15, v6);
            v5 = fma_ymm(v13, v15, v5);
            v4 = fma_ymm(v14, v15, v4);
            v15 = _mm256_loadu_ps(x + 56);
            v15 = _mm256_permute_ps(v15, 255);
            v7 = fma_ymm(v12, v15, v7);
            v6 = fma_ymm(v13, v15, v6);
            v5 = fma_ymm(v14, v15, v5);
            v15 = _mm256_loadu_ps(x + 64);
            v15 = _mm256_permute_ps(v15, 255);
            v8 = fma_ymm(v12, v15, v8);
            v7 = fma_ymm(v13, v15, v7);
            v6 = fma_ymm(v14, v15, v6);
            v15 = _mm256_loadu_ps(x + 72);
            v15 = _mm256_permute_ps(v15, 255);
            v9 = fma_ymm(v12, v15, v9);
            v8 = fma_ymm(v13, v15, v8);
            v7 = fma_ymm(v14, v15, v7);
            v15 = _mm256_loadu_ps(x + 80);
            v15 = _mm256_permute_ps(v15, 255);
            v10 = fma_ymm(v12, v15, v10);
            v9 = fma_ymm(v13, v15, v9);
            v8 = fma_ymm(v14, v15, v8);
            v15 = _mm256_loadu_ps(x + 88);
            v15 = _mm256_permute_ps(v15, 255);
            v11 = fma_ymm(v12, v15, v11);
            v10 = fma_ymm(v13, v15, v10);
            v9 = fma_ymm(v14, v15, v9);
            v15 = _mm256_loadu_ps(x + 96);
            v15 = _mm256_permute_ps(v15, 255);
            v11 = fma_ymm(v13, v15, v11);
            v10 = fma_ymm(v14, v15, v10);
            v15 = _mm256_loadu_ps(x + 104);
            v15 = _mm256_permute_ps(v15, 255);
            v11 = fma_ymm(v14, v15, v11);
            w += 96;
            x += 456;
        }
        x -= 1368;
        w -= 288;
        v12 = _mm256_setzero_ps();
        v0 = _mm256_max_ps(v12, v0);
        _mm256_storeu_ps(y, v0);
        v0 = _mm256_setzero_ps();
        v1 = _mm256_max_ps(v0, v1);
        _mm256_storeu_ps(y + 8, v1);
        v0 = _mm256_setzero_ps();
        v2 = _mm256_max_ps(v0, v2);
        _mm256_storeu_ps(y + 16, v2);
        v0 = _mm256_setzero_ps();
        v3 = _mm256_max_ps(v0, v3);
        _mm256_storeu_ps(y + 24, v3);
        v0 = _mm256_setzero_ps();
        v4 = _mm256_max_ps(v0, v4);
        _mm256_storeu_ps(y + 32, v4);
        v0 = _mm256_setzero_ps();
        v5 = _mm256_max_ps(v0, v5);
        _mm256_storeu_ps(y + 40, v5);
        v0 = _mm256_setzero_ps();
        v6 = _mm256_max_ps(v0, v6);
        _mm256_storeu_ps(y + 48, v6);
        v0 = _mm256_setzero_ps();
        v7 = _mm256_max_ps(v0, v7);
        _mm256_storeu_ps(y + 56, v7);
        v0 = _mm256_setzero_ps();
        v8 = _mm256_max_ps(v0, v8);
        _mm256_storeu_ps(y + 64, v8);
        v0 = _mm256_setzero_ps();
        v9 = _mm256_max_ps(v0, v9);
        _mm256_storeu_ps(y + 72, v9);
        v0 = _mm256_setzero_ps();
        v10 = _mm256_max_ps(v0, v10);
        _mm256_storeu_ps(y + 80, v10);
        v0 = _mm256_setzero_ps();
        v11 = _mm256_max_ps(v0, v11);
        _mm256_storeu_ps(y + 88, v11);
        x += 96;
        y += 96;
        for (int j = 0; j < 4; j++) {
            v0 = _mm256_loadu_ps(b);
            v1 = v0;
            v2 = v0;
            v3 = v0;
            v4 = v0;
            v5 = v0;
            v6 = v0;
            v7 = v0;
            v8 = v0;
            v9 = v0;
            v10 = v0;
            for (int k = 0; k < 3; k++) {
                _mm_prefetch((const char *)(x + 456), _MM_HINT_T0);
                _mm_prefetch((const char *)(x + 520), _MM_HINT_T0);
                v11 = _mm256_loadu_ps(w);
                v12 = _mm256_loadu_ps(w + 8);
                v13 = _mm256_loadu_ps(w + 16);
                v14 = _mm256_loadu_ps(x);
                v14 = _mm256_permute_ps(v14, 0);
                v0 = fma_ymm(v11, v14, v0);
                v14 = _mm256_loadu_ps(x + 8);
                v14 = _mm256_permute_ps(v14, 0);
                v1 = fma_ymm(v11, v14, v1);
                v0 = fma_ymm(v12, v14, v0);
                v14 = _mm256_loadu_ps(x + 16);
                v14 = _mm256_permute_ps(v14, 0);
                v2 = fma_ymm(v11, v14, v2);
                v1 = fma_ymm(v12, v14, v1);
                v0 = fma_ymm(v13, v14, v0);
                v14 = _mm256_loadu_ps(x + 24);
                v14 = _mm256_permute_ps(v14, 0);
                v3 = fma_ymm(v11, v14, v3);
                v2 = fma_ymm(v12, v14, v2);
                v1 = fma_ymm(v13, v14, v1);
                v14 = _mm256_loadu_ps(x + 32);
                v14 = _mm256_permute_ps(v14, 0);
                v4 = fma_ymm(v11, v14, v4);
                v3 = fma_ymm(v12, v14, v3);
                v2 = fma_ymm(v13, v14, v2);
                v14 = _mm256_loadu_ps(x + 40);
                v14 = _mm256_permute_ps(v14, 0);
                v5 = fma_ymm(v11, v14, v5);
                v4 = fma_ymm(v12, v14, v4);
                v3 = fma_ymm(v13, v14, v3);
                v14 = _mm256_loadu_ps(x + 48);
                v14 = _mm256_permute_ps(v14, 0);
                v6 = fma_ymm(v11, v14, v6);
                v5 = fma_ymm(v12, v14, v5);
                v4 = fma_ymm(v13, v14, v4);
                v14 = _mm256_loadu_ps(x + 56);
                v14 = _mm256_permute_ps(v14, 0);
                v7 = fma_ymm(v11, v14, v7);
                v6 = fma_ymm(v12, v14, v6);
                v5 = fma_ymm(v13, v14, v5);
                v14 = _mm256_loadu_ps(x + 64);
                v14 = _mm256_permute_ps(v14, 0);
                v8 = fma_ymm(v11, v14, v8);
                v7 = fma_ymm(v12, v14, v7);
                v6 = fma_ymm(v13, v14, v6);
                v14 = _mm256_loadu_ps(x + 72);
                v14 = _mm256_permute_ps(v14, 0);
                v9 = fma_ymm(v11, v14, v9);
                v8 = fma_ymm(v12, v14, v8);
                v7 = fma_ymm(v13, v14, v7);
                v14 = _mm256_loadu_ps(x + 80);
                v14 = _mm256_permute_ps(v14, 0);
                v10 = fma_ymm(v11, v14, v10);
                v9 = fma_ymm(v12, v14, v9);
                v8 = fma_ymm(v13, v14, v8);
                v14 = _mm256_loadu_ps(x + 88);
                v14 = _mm256_permute_ps(v14, 0);
                v10 = fma_ymm(v12, v14, v10);
                v9 = fma_ymm(v13, v14, v9);
                v14 = _mm256_loadu_ps(x + 96);
                v14 = _mm256_permute_ps(v14, 0);
                v10 = fma_ymm(v13, v14, v10);
                _mm_prefetch((const char *)(x + 472), _MM_HINT_T0);
                _mm_prefetch((const char *)(x + 536), _MM_HINT_T0);
                v11 = _mm256_loadu_ps(w + 24);
                v12 = _mm256_loadu_ps(w + 32);
                v13 = _mm256_loadu_ps(w + 40);
                v14 = _mm256_loadu_ps(x);
                v14 = _mm256_permute_ps(v14, 85);
                v0 = fma_ymm(v11, v14, v0);
                v14 = _mm256_loadu_ps(x + 8);
                v14 = _mm256_permute_ps(v14, 85);
                v1 = fma_ymm(v11, v14, v1);
                v0 = fma_ymm(v12, v14, v0);
                v14 = _mm256_loadu_ps(x + 16);
                v14 = _mm256_permute_ps(v14, 85);
                v2 = fma_ymm(v11, v14, v2);
                v1 = fma_ymm(v12, v14, v1);
                v0 = fma_ymm(v13, v14, v0);
                v14 = _mm256_loadu_ps(x + 24);
                v14 = _mm256_permute_ps(v14, 85);
                v3 = fma_ymm(v11, v14, v3);
                v2 = fma_ymm(v12, v14, v2);
                v1 = fma_ymm(v13, v14, v1);
                v14 = _mm256_loadu_ps(x + 32);
                v14 = _mm256_permute_ps(v14, 85);
                v4 = fma_ymm(v11, v14, v4);
                v3 = fma_ymm(v12, v14, v3);
                v2 = fma_ymm(v13, v14, v2);
                v14 = _mm256_loadu_ps(x + 40);
                v14 = _mm256_permute_ps(v14, 85);
                v5 = fma_ymm(v11, v14, v5);
                v4 = fma_ymm(v12, v14, v4);
                v3 = fma_ymm(v13, v14, v3);
                v14 = _mm256_loadu_ps(x + 48);
                v14 = _mm256_permute_ps(v14, 85);
                v6 = fma_ymm(v11, v14, v6);
                v5 = fma_ymm(v12, v14, v5);
                v4 = fma_ymm(v13, v14, v4);
                v14 = _mm256_loadu_ps(x + 56);
                v14 = _mm256_permute_ps(v14, 85);
                v7 = fma_ymm(v11, v14, v7);
                v6 = fma_ymm(v12, v14, v6);
                v5 = fma_ymm(v13, v14, v5);
                v14 = _mm256_loadu_ps(x + 64);
                v14 = _mm256_permute_ps(v14, 85);
                v8 = fma_ymm(v11, v14, v8);
                v7 = fma_ymm(v12, v14, v7);
                v6 = fma_ymm(v13, v14, v6);
                v14 = _mm256_loadu_ps(x + 72);
                v14 = _mm256_permute_ps(v14, 85);
                v9 = fma_ymm(v11, v14, v9);
                v8 = fma_ymm(v12, v14, v8);
                v7 = fma_ymm(v13, v14, v7);
                v14 = _mm256_loadu_ps(x + 80);
                v14 = _mm256_permute_ps(v14, 85);
                v10 = fma_ymm(v11, v14, v10);
                v9 = fma_ymm(v12, v14, v9);
                v8 = fma_ymm(v13, v14, v8);
                v14 = _mm256_loadu_ps(x + 88);
                v14 = _mm256_permute_ps(v14, 85);
                v10 = fma_ymm(v12, v14, v10);
                v9 = fma_ymm(v13, v14, v9);
                v14 = _mm256_loadu_ps(x + 96);
                v14 = _mm256_permute_ps(v14, 85);
                v10 = fma_ymm(v13, v14, v10);
                _mm_prefetch((const char *)(x + 488), _MM_HINT_T0);
                v11 = _mm256_loadu_ps(w + 48);
                v12 = _mm256_loadu_ps(w + 56);
                v13 = _mm256_loadu_ps(w + 64);
                v14 = _mm256_loadu_ps(x);
                v14 = _mm256_permute_ps(v14, 170);
                v0 = fma_ymm(v11, v14, v0);
                v14 = _mm256_loadu_ps(x + 8);
                v14 = _mm256_permute_ps(v14, 170);
                v1 = fma_ymm(v11, v14, v1);
                v0 = fma_ymm(v12, v14, v0);
                v14 = _mm256_loadu_ps(x + 16);
                v14 = _mm256_permute_ps(v14, 170);
                v2 = fma_ymm(v11, v14, v2);
                v1 = fma_ymm(v12, v14, v1);
                v0 = fma_ymm(v13, v14, v0);
                v14 = _mm256_loadu_ps(x + 24);
                v14 = _mm256_permute_ps(v14, 170);
                v3 = fma_ymm(v11, v14, v3);
                v2 = fma_ymm(v12, v14, v2);
                v1 = fma_ymm(v13, v14, v1);
                v14 = _mm256_loadu_ps(x + 32);
                v14 = _mm256_permute_ps(v14, 170);
                v4 = fma_ymm(v11, v14, v4);
                v3 = fma_ymm(v12, v14, v3);
                v2 = fma_ymm(v13, v14, v2);
                v14 = _mm256_loadu_ps(x + 40);
                v14 = _mm256_permute_ps(v14, 170);
                v5 = fma_ymm(v11, v14, v5);
                v4 = fma_ymm(v12, v14, v4);
                v3 = fma_ymm(v13, v14, v3);
                v14 = _mm256_loadu_ps(x + 48);
                v14 = _mm256_permute_ps(v14, 170);
                v6 = fma_ymm(v11, v14, v6);
                v5 = fma_ymm(v12, v14, v5);
                v4 = fma_ymm(v13, v14, v4);
                v14 = _mm256_loadu_ps(x + 56);
                v14 = _mm256_permute_ps(v14, 170);
                v7 = fma_ymm(v11, v14, v7);
                v6 = fma_ymm(v12, v14, v6);
                v5 = fma_ymm(v13, v14, v5);
                v14 = _mm256_loadu_ps(x + 64);
                v14 = _mm256_permute_ps(v14, 170);
                v8 = fma_ymm(v11, v14, v8);
                v7 = fma_ymm(v12, v14, v7);
                v6 = fma_ymm(v13, v14, v6);
                v14 = _mm256_loadu_ps(x + 72);
                v14 = _mm256_permute_ps(v14, 170);
                v9 = fma_ymm(v11, v14, v9);
                v8 = fma_ymm(v12, v14, v8);
                v7 = fma_ymm(v13, v14, v7);
                v14 = _mm256_loadu_ps(x + 80);
                v14 = _mm256_permute_ps(v14, 170);
                v10 = fma_ymm(v11, v14, v10);
                v9 = fma_ymm(v12, v14, v9);
                v8 = fma_ymm(v13, v14, v8);
                v14 = _mm256_loadu_ps(x + 88);
                v14 = _mm256_permute_ps(v14, 170);
                v10 = fma_ymm(v12, v14, v10);
                v9 = fma_ymm(v13, v14, v9);
                v14 = _mm256_loadu_ps(x + 96);
                v14 = _mm256_permute_ps(v14, 170);
                v10 = fma_ymm(v13, v14, v10);
                _mm_prefetch((const char *)(x + 504), _MM_HINT_T0);
                v11 = _mm256_loadu_ps(w + 72);
                v12 = _mm256_loadu_ps(w + 80);
                v13 = _mm256_loadu_ps(w + 88);
                v14 = _mm256_loadu_ps(x);
                v14 = _mm256_permute_ps(v14, 255);
                v0 = fma_ymm(v11, v14, v0);
                v14 = _mm256_loadu_ps(x + 8);
                v14 = _mm256_permute_ps(v14, 255);
                v1 = fma_ymm(v11, v14, v1);
                v0 = fma_ymm(v12, v14, v0);
                v14 = _mm256_loadu_ps(x + 16);
                v14 = _mm256_permute_ps(v14, 255);
                v2 = fma_ymm(v11, v14, v2);
                v1 = fma_ymm(v12, v14, v1);
                v0 = fma_ymm(v13, v14, v0);
                v14 = _mm256_loadu_ps(x + 24);
                v14 = _mm256_permute_ps(v14, 255);
                v3 = fma_ymm(v11, v14, v3);
                v2 = fma_ymm(v12, v14, v2);
                v1 = fma_ymm(v13, v14, v1);
                v14 = _mm256_loadu_ps(x + 32);
                v14 = _mm256_permute_ps(v14, 255);
                v4 = fma_ymm(v11, v14, v4);
                v3 = fma_ymm(v12, v14, v3);
                v2 = fma_ymm(v13, v14, v2);
                v14 = _mm256_loadu_ps(x + 40);
                v14 = _mm256_permute_ps(v14, 255);
                v5 = fma_ymm(v11, v14, v5);
                v4 = fma_ymm(v12, v14, v4);
                v3 = fma_ymm(v13, v14, v3);
                v14 = _mm256_loadu_ps(x + 48);
                v14 = _mm256_permute_ps(v14, 255);
                v6 = fma_ymm(v11, v14, v6);
                v5 = fma_ymm(v12, v14, v5);
                v4 = fma_ymm(v13, v14, v4);
                v14 = _mm256_loadu_ps(x + 56);
                v14 = _mm256_permute_ps(v14, 255);
                v7 = fma_ymm(v11, v14, v7);
                v6 = fma_ymm(v12, v14, v6);
                v5 = fma_ymm(v13, v14, v5);
                v14 = _mm256_loadu_ps(x + 64);
                v14 = _mm256_permute_ps(v14, 255);
                v8 = fma_ymm(v11, v14, v8);
                v7 = fma_ymm(v12, v14, v7);
                v6 = fma_ymm(v13, v14, v6);
                v14 = _mm256_loadu_ps(x + 72);
                v14 = _mm256_permute_ps(v14, 255);
                v9 = fma_ymm(v11, v14, v9);
                v8 = fma_ymm(v12, v14, v8);
                v7 = fma_ymm(v13, v14, v7);
                v14 = _mm256_loadu_ps(x + 80);
                v14 = _mm256_permute_ps(v14, 255);
                v10 = fma_ymm(v11, v14, v10);
                v9 = fma_ymm(v12, v14, v9);
                v8 = fma_ymm(v13, v14, v8);
                v14 = _mm256_loadu_ps(x + 88);
                v14 = _mm256_permute_ps(v14, 255);
                v10 = fma_ymm(v12, v14, v10);
                v9 = fma_ymm(v13, v14, v9);
                v14 = _mm256_loadu_ps(x + 96);
                v14 = _mm256_permute_ps(v14, 255);
                v10 = fma_ymm(v13, v14, v10);
                w += 96;
                x += 456;
            }
            x -= 1368;
            w -= 288;
            v11 = _mm256_setzero_ps();
            v0 = _mm256_max_ps(v11, v0);
            _mm256_storeu_ps(y, v0);
            v0 = _mm256_setzero_ps();
            v1 = _mm256_max_ps(v0, v1);
            _mm256_storeu_ps(y + 8, v1);
            v0 = _mm256_setzero_ps();
            v2 = _mm256_max_ps(v0, v2);
            _mm256_storeu_ps(y + 16, v2);
            v0 = _mm256_setzero_ps();
            v3 = _mm256_max_ps(v0, v3);
            _mm256_storeu_ps(y + 24, v3);
            v0 = _mm256_setzero_ps();
            v4 = _mm256_max_ps(v0, v4);
            _mm256_storeu_ps(y + 32, v4);
            v0 = _mm256_setzero_ps();
            v5 = _mm256_max_ps(v0, v5);
            _mm256_storeu_ps(y + 40, v5);
            v0 = _mm256_setzero_ps();
            v6 = _mm256_max_ps(v0, v6);
            _mm256_storeu_ps(y + 48, v6);
            v0 = _mm256_setzero_ps();
            v7 = _mm256_max_ps(v0, v7);
            _mm256_storeu_ps(y + 56, v7);
            v0 = _mm256_setzero_ps();
            v8 = _mm256_max_ps(v0, v8);
            _mm256_storeu_ps(y + 64, v8);
            v0 = _mm256_setzero_ps();
            v9 = _mm256_max_ps(v0, v9);
            _mm256_storeu_ps(y + 72, v9);
            v0 = _mm256_setzero_ps();
            v10 = _mm256_max_ps(v0, v10);
            _mm256_storeu_ps(y + 80, v10);
            x += 88;
            y += 88;
        }
        x += 8;
    }
}

/* 32 output channels of 1 x 448 pixels: sums over 128 channels and 1 x 1 taps */
__attribute__((target("avx2,fma,f16c")))
static void avx2_conv1x1_32x3_5(const float *x, const float *w, float *y, const float *r, const float *b)
{
    __m256 v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15;
    for (int i = 0; i < 148; i++) {
        v0 = _mm256_loadu_ps(b);
        v1 = v0;
        v2 = v0;
        v3 = _mm256_loadu_ps(b + 8);
        v4 = v3;
        v5 = v3;
        v6 = _mm256_loadu_ps(b + 16);
        v7 = v6;
        v8 = v6;
        v9 = _mm256_loadu_ps(b + 24);
        v10 = v9;
        v11 = v9;
        _mm_prefetch((const char *)(r), _MM_HINT_T0);
        _mm_prefetch((const char *)(r + 16), _MM_HINT_T0);
        _mm_prefetch((const char *)(r + 25104), _MM_HINT_T0);
        _mm_prefetch((const char *)(r + 25120), _MM_HINT_T0);
        _mm_prefetch((const char *)(r + 50208), _MM_HINT_T0);
        _mm_prefetch((const char *)(r + 50224), _MM_HINT_T0);
        _mm_prefetch((const char *)(r + 75312), _MM_HINT_T0);
        _mm_prefetch((const char *)(r + 75328), _MM_HINT_T0);
        for (int j = 0; j < 16; j++) {
            _mm_prefetch((const char *)(x + 24), _MM_HINT_T0);
            _mm_prefetch((const char *)(x + 40), _MM_HINT_T0);
            for (int k = 0; k < 2; k++) {
                v12 = _mm256_broadcast_ss(x);
                v13 = _mm256_broadcast_ss(x + 8);
                v14 = _mm256_broadcast_ss(x + 16);
                v15 = _mm256_loadu_ps(w);
                v0 = fma_ymm(v15, v12, v0);
                v1 = fma_ymm(v15, v13, v1);
                v2 = fma_ymm(v15, v14, v2);
                v15 = _mm256_loadu_ps(w + 8);
                v3 = fma_ymm(v15, v12, v3);
                v4 = fma_ymm(v15, v13, v4);
                v5 = fma_ymm(v15, v14, v5);
                v15 = _mm256_loadu_ps(w + 16);
                v6 = fma_ymm(v15, v12, v6);
                v7 = fma_ymm(v15, v13, v7);
                v8 = fma_ymm(v15, v14, v8);
                v15 = _mm256_loadu_ps(w + 24);
                v9 = fma_ymm(v15, v12, v9);
                v10 = fma_ymm(v15, v13, v10);
                v11 = fma_ymm(v15, v14, v11);
                v12 = _mm256_broadcast_ss(x + 1);
                v13 = _mm256_broadcast_ss(x + 9);
                v14 = _mm256_broadcast_ss(x + 17);
                v15 = _mm256_loadu_ps(w + 32);
                v0 = fma_ymm(v15, v12, v0);
                v1 = fma_ymm(v15, v13, v1);
                v2 = fma_ymm(v15, v14, v2);
                v15 = _mm256_loadu_ps(w + 40);
                v3 = fma_ymm(v15, v12, v3);
                v4 = fma_ymm(v15, v13, v4);
                v5 = fma_ymm(v15, v14, v5);
                v15 = _mm256_loadu_ps(w + 48);
                v6 = fma_ymm(v15, v12, v6);
                v7 = fma_ymm(v15, v13, v7);
                v8 = fma_ymm(v15, v14, v8);
                v15 = _mm256_loadu_ps(w + 56);
                v9 = fma_ymm(v15, v12, v9);
                v10 = fma_ymm(v15, v13, v10);
                v11 = fma_ymm(v15, v14, v11);
                v12 = _mm256_broadcast_ss(x + 2);
                v13 = _mm256_broadcast_ss(x + 10);
                v14 = _mm256_broadcast_ss(x + 18);
                v15 = _mm256_loadu_ps(w + 64);
                v0 = fma_ymm(v15, v12, v0);
                v1 = fma_ymm(v15, v13, v1);
                v2 = fma_ymm(v15, v14, v2);
                v15 = _mm256_loadu_ps(w + 72);
                v3 = fma_ymm(v15, v12, v3);
                v4 = fma_ymm(v15, v13, v4);
                v5 = fma_ymm(v15, v14, v5);
                v15 = _mm256_loadu_ps(w + 80);
                v6 = fma_ymm(v15, v12, v6);
                v7 = fma_ymm(v15, v13, v7);
                v8 = fma_ymm(v15, v14, v8);
                v15 = _mm256_loadu_ps(w + 88);
                v9 = fma_ymm(v15, v12, v9);
                v10 = fma_ymm(v15, v13, v10);
                v11 = fma_ymm(v15, v14, v11);
                v12 = _mm256_broadcast_ss(x + 3);
                v13 = _mm256_broadcast_ss(x + 11);
                v14 = _mm256_broadcast_ss(x + 19);
                v15 = _mm256_loadu_ps(w + 96);
                v0 = fma_ymm(v15, v12, v0);
                v1 = fma_ymm(v15, v13, v1);
                v2 = fma_ymm(v15, v14, v2);
                v15 = _mm256_loadu_ps(w + 104);
                v3 = fma_ymm(v15, v12, v3);
                v4 = fma_ymm(v15, v13, v4);
                v5 = fma_ymm(v15, v14, v5);
                v15 = _mm256_loadu_ps(w + 112);
                v6 = fma_ymm(v15, v12, v6);
                v7 = fma_ymm(v15, v13, v7);
                v8 = fma_ymm(v15, v14, v8);
                v15 = _mm256_loadu_ps(w + 120);
                v9 = fma_ymm(v15, v12, v9);
                v10 = fma_ymm(v15, v13, v10);
                v11 = fma_ymm(v15, v14, v11);
                w += 128;
                x += 4;
            }
            x += 25096;
        }
        x -= 401664;
        w -= 4096;
        v12 = _mm256_loadu_ps(r);
        v0 = _mm256_add_ps(v0, v12);
        v12 = _mm256_setzero_ps();
        v0 = _mm256_max_ps(v12, v0);
        _mm256_storeu_ps(y, v0);
        v0 = _mm256_loadu_ps(r + 8);
        v1 = _mm256_add_ps(v1, v0);
        v0 = _mm256_setzero_ps();
        v1 = _mm256_max_ps(v0, v1);
        _mm256_storeu_ps(y + 8, v1);
        v0 = _mm256_loadu_ps(r + 16);
        v2 = _mm256_add_ps(v2, v0);
        v0 = _mm256_setzero_ps();
        v2 = _mm256_max_ps(v0, v2);
        _mm256_storeu_ps(y + 16, v2);
        v0 = _mm256_loadu_ps(r + 25104);
        v3 = _mm256_add_ps(v3, v0);
        v0 = _mm256_setzero_ps();
        v3 = _mm256_max_ps(v0, v3);
        _mm256_storeu_ps(y + 25104, v3);
        v0 = _mm256_loadu_ps(r + 25112);
        v4 = _mm256_add_ps(v4, v0);
        v0 = _mm256_setzero_ps();
        v4 = _mm256_max_ps(v0, v4);
        _mm256_storeu_ps(y + 25112, v4);
        v0 = _mm256_loadu_ps(r + 25120);
        v5 = _mm256_add_ps(v5, v0);
        v0 = _mm256_setzero_ps();
        v5 = _mm256_max_ps(v0, v5);
        _mm256_storeu_ps(y + 25120, v5);
        v0 = _mm256_loadu_ps(r + 50208);
        v6 = _mm256_add_ps(v6, v0);
        v0 = _mm256_setzero_ps();
        v6 = _mm256_max_ps(v0, v6);
        _mm256_storeu_ps(y + 50208, v6);
        v0 = _mm256_loadu_ps(r + 50216);
        v7 = _mm256_add_ps(v7, v0);
        v0 = _mm256_setzero_ps();
        v7 = _mm256_max_ps(v0, v7);
        _mm256_storeu_ps(y + 50216, v7);
        v0 = _mm256_loadu_ps(r + 50224);
        v8 = _mm256_add_ps(v8, v0);
        v0 = _mm256_setzero_ps();
        v8 = _mm256_max_ps(v0, v8);
        _mm256_storeu_ps(y + 50224, v8);
        v0 = _mm256_loadu_ps(r + 75312);
        v9 = _mm256_add_ps(v9, v0);
        v0 = _mm256_setzero_ps();
        v9 = _mm256_max_ps(v0, v9);
        _mm256_storeu_ps(y + 75312, v9);
        v0 = _mm256_loadu_ps(r + 75320);
        v10 = _mm256_add_ps(v10, v0);
        v0 = _mm256_setzero_ps();
        v10 = _mm256_max_ps(v0, v10);
        _mm256_storeu_ps(y + 75320, v10);
        v0 = _mm256_loadu_ps(r + 75328);
        v11 = _mm256_add_ps(v11, v0);
        v0 = _mm256_setzero_ps();
        v11 = _mm256_max_ps(v0, v11);
        _mm256_storeu_ps(y + 75328, v11);
        x += 24;
        y += 24;
        r += 24;
    }
    for (int i = 0; i < 2; i++) {
        v0 = _mm256_loadu_ps(b);
        v1 = v0;
        v2 = _mm256_loadu_ps(b + 8);
        v3 = v2;
        v4 = _mm256_loadu_ps(b + 16);
        v5 = v4;
        v6 = _mm256_loadu_ps(b + 24);
        v7 = v6;
        _mm_prefetch((const char *)(r), _MM_HINT_T0);
        _mm_prefetch((const char *)(r + 25104), _MM_HINT_T0);
        _mm_prefetch((const char *)(r + 50208), _MM_HINT_T0);
        _mm_prefetch((const char *)(r + 75312), _MM_HINT_T0);
        for (int j = 0; j < 16; j++) {
            _mm_prefetch((const char *)(x + 16), _MM_HINT_T0);
            _mm_prefetch((const char *)(x + 24), _MM_HINT_T0);
            for (int k = 0; k < 2; k++) {
                v8 = _mm256_broadcast_ss(x);
                v9 = _mm256_broadcast_ss(x + 8);
                v10 = _mm256_loadu_ps(w);
                v0 = fma_ymm(v10, v8, v0);
                v1 = fma_ymm(v10, v9, v1);
                v10 = _mm256_loadu_ps(w + 8);
                v2 = fma_ymm(v10, v8, v2);
                v3 = fma_ymm(v10, v9, v3);
                v10 = _mm256_loadu_ps(w + 16);
                v4 = fma_ymm(v10, v8, v4);
                v5 = fma_ymm(v10, v9, v5);
                v10 = _mm256_loadu_ps(w + 24);
                v6 = fma_ymm(v10, v8, v6);
                v7 = fma_ymm(v10, v9, v7);
                v8 = _mm256_broadcast_ss(x + 1);
                v9 = _mm256_broadcast_ss(x + 9);
                v10 = _mm256_loadu_ps(w + 32);
                v0 = fma_ymm(v10, v8, v0);
                v1 = fma_ymm(v10, v9, v1);
                v10 = _mm256_loadu_ps(w + 40);
                v2 = fma_ymm(v10, v8, v2);
                v3 = fma_ymm(v10, v9, v3);
                v10 = _mm256_loadu_ps(w + 48);
                v4 = fma_ymm(v10, v8, v4);
                v5 = fma_ymm(v10, v9, v5);
                v10 = _mm256_loadu_ps(w + 56);
                v6 = fma_ymm(v10, v8, v6);
                v7 = fma_ymm(v10, v9, v7);
                v8 = _mm256_broadcast_ss(x + 2);
                v9 = _mm256_broadcast_ss(x + 10);
                v10 = _mm256_loadu_ps(w + 64);
                v0 = fma_ymm(v10, v8, v0);
                v1 = fma_ymm(v10, v9, v1);
                v10 = _mm256_loadu_ps(w + 72);
                v2 = fma_ymm(v10, v8, v2);
                v3 = fma_ymm(v10, v9, v3);
                v10 = _mm256_loadu_ps(w + 80);
                v4 = fma_ymm(v10, v8, v4);
                v5 = fma_ymm(v10, v9, v5);
                v10 = _mm256_loadu_ps(w + 88);
                v6 = fma_ymm(v10, v8, v6);
                v7 = fma_ymm(v10, v9, v7);
                v8 = _mm256_broadcast_ss(x + 3);
                v9 = _mm256_broadcast_ss(x + 11);
                v10 = _mm256_loadu_ps(w + 96);
                v0 = fma_ymm(v10, v8, v0);
                v1 = fma_ymm(v10, v9, v1);
                v10 = _mm256_loadu_ps(w + 104);
                v2 = fma_ymm(v10, v8, v2);
                v3 = fma_ymm(v10, v9, v3);
                v10 = _mm256_loadu_ps(w + 112);
                v4 = fma_ymm(v10, v8, v4);
                v5 = fma_ymm(v10, v9, v5);
                v10 = _mm256_loadu_ps(w + 120);
                v6 = fma_ymm(v10, v8, v6);
                v7 = fma_ymm(v10, v9, v7);
                w += 128;
                x += 4;
            }
            x += 25096;
        }
        x -= 401664;
        w -= 4096;
        v8 = _mm256_loadu_ps(r);
        v0 = _mm256_add_ps(v0, v8);
        v8 = _mm256_setzero_ps();
        v0 = _mm256_max_ps(v8, v0);
        _mm256_storeu_ps(y, v0);
        v0 = _mm256_loadu_ps(r + 8);
        v1 = _mm256_add_ps(v1, v0);
        v0 = _mm256_setzero_ps();
        v1 = _mm256_max_ps(v0, v1);
        _mm256_storeu_ps(y + 8, v1);
        v0 = _mm256_loadu_ps(r + 25104);
        v2 = _mm256_add_ps(v2, v0);
        v0 = _mm256_setzero_ps();
        v2 = _mm256_max_ps(v0, v2);
        _mm256_storeu_ps(y + 25104, v2);
        v0 = _mm256_loadu_ps(r + 25112);
        v3 = _mm256_add_ps(v3, v0);
        v0 = _mm256_setzero_ps();
        v3 = _mm256_max_ps(v0, v3);
        _mm256_storeu_ps(y + 25112, v3);
        v0 = _mm256_loadu_ps(r + 50208);
        v4 = _mm256_add_ps(v4, v0);
        v0 = _mm256_setzero_ps();
        v4 = _mm256_max_ps(v0, v4);
        _mm256_storeu_ps(y + 50208, v4);
        v0 = _mm256_loadu_ps(r + 50216);
        v5 = _mm256_add_ps(v5, v0);
        v0 = _mm256_setzero_ps();
        v5 = _mm256_max_ps(v0, v5);
        _mm256_storeu_ps(y + 50216, v5);
        v0 = _mm256_loadu_ps(r + 75312);
        v6 = _mm256_add_ps(v6, v0);
        v0 = _mm256_setzero_ps();
        v6 = _mm256_max_ps(v0, v6);
        _mm256_storeu_ps(y + 75312, v6);
        v0 = _mm256_loadu_ps(r + 75320);
        v7 = _mm256_add_ps(v7, v0);
        v0 = _mm256_setzero_ps();
        v7 = _mm256_max_ps(v0, v7);
        _mm256_storeu_ps(y + 75320, v7);
        x += 16;
        y += 16;
        r += 16;
    }
}

/* one channel of 56 x 56 pixels */
__attribute__((target("avx2,fma,f16c")))
static void avx2_copy_6(const float *x, float *y)
{
    __m256 v0;
    for (int i = 0; i < 56; i++) {
        for (int j = 0; j < 56; j++) {
            v0 = _mm256_zextps128_ps256(_mm_load_ss(x));
            _mm_store_ss(y, _mm256_castps256_ps128(v0));
            x += 8;
            y += 1;
        }
    }
}

/* another layout: 256 x 56 x 56
 * Layer input.copy (resnext_block.yaml:10). */
static void step_copy_0(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 256;
    ptrdiff_t tile = task % 256;
    const float *x = run->input + image * 802816 + slot[0];
    float *y = run->arena + image * 2008320 + slot[1];
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136, y + i * 1);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 25088, y + i * 1 + 25104);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 50176, y + i * 1 + 50208);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 75264, y + i * 1 + 75312);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 100352, y + i * 1 + 100416);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 125440, y + i * 1 + 125520);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 150528, y + i * 1 + 150624);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 175616, y + i * 1 + 175728);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 200704, y + i * 1 + 200832);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 225792, y + i * 1 + 225936);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 250880, y + i * 1 + 251040);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 275968, y + i * 1 + 276144);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 301056, y + i * 1 + 301248);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 326144, y + i * 1 + 326352);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 351232, y + i * 1 + 351456);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 376320, y + i * 1 + 376560);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 401408, y + i * 1 + 401664);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 426496, y + i * 1 + 426768);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 451584, y + i * 1 + 451872);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 476672, y + i * 1 + 476976);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 501760, y + i * 1 + 502080);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 526848, y + i * 1 + 527184);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 551936, y + i * 1 + 552288);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 577024, y + i * 1 + 577392);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 602112, y + i * 1 + 602496);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 627200, y + i * 1 + 627600);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 652288, y + i * 1 + 652704);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 677376, y + i * 1 + 677808);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 702464, y + i * 1 + 702912);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 727552, y + i * 1 + 728016);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 3136 + 752640, y + i * 1 + 753120);
        return;
    }
    tile -= 8;
    const ptrdiff_t i = tile;
    avx2_copy_0(x + i * 3136 + 777728, y + i * 1 + 778224);
}

static const Part parts_copy_0[] = {{1, 256, 12658}, {0}};

/* convolution 1 x 1, stride 1: 256 x 56 x 56 -> 128 x 56 x 56, then relu; direct, tiles of 48 x 2
 * 102,760,448 MACs per image. Layer conv1 (resnext_block.yaml:43). */
static void step_conv_1(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 58;
    ptrdiff_t tile = task % 58;
    const float *x = run->arena + image * 2008320 + slot[0];
    const float *w = run->weights + slot[1];
    float *y = run->arena + image * 2008320 + slot[2];
    const float *b = run->weights + slot[3];
    if (tile < 14) {
        const ptrdiff_t i = tile;
        avx2_conv1x1_48x2_1(x + i * 1792, w, y + i * 1824, b);
        return;
    }
    tile -= 14;
    if (tile < 28) {
        const ptrdiff_t i = tile / 2;
        const ptrdiff_t j = tile % 2;
        avx2_conv1x1_40x2_2(x + i * 1792, w + j * 10240 + 12288, y + i * 1824 + j * 132280 + 158736, b + j * 40 + 48);
        return;
    }
    tile -= 28;
    const ptrdiff_t i = tile;
    avx2_border_3(y + i * 26456 - 464);
}

static const Part parts_conv_1[] = {{1, 14, 622002}, {1, 28, 533746}, {1, 16, 405}, {0}};

/* convolution 3 x 3, stride 1: 128 x 56 x 56 -> 128 x 56 x 56, 32 groups; sliding, tiles of 8 x 12
 * 14,450,688 MACs per image. Layer conv2 (resnext_block.yaml:46). */
static void step_grouped_2(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 16;
    const ptrdiff_t tile = task % 16;
    const float *x = run->arena + image * 2008320 + slot[0];
    const float *w = run->weights + slot[1];
    float *y = run->arena + image * 2008320 + slot[2];
    const float *b = run->weights + slot[3];
    const ptrdiff_t i = tile;
    avx2_slide3x3_8x12_4(x + i * 26456 - 464, w + i * 288, y + i * 25104, b + i * 8);
}

static const Part parts_grouped_2[] = {{1, 16, 232794}, {0}};

/* convolution 1 x 1, stride 1: 128 x 56 x 56 -> 256 x 56 x 56, then add, then relu; direct, tiles of 32 x 3
 * 102,760,448 MACs per image. Layer conv3 (resnext_block.yaml:49). */
static void step_conv_3(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 56;
    const ptrdiff_t tile = task % 56;
    const float *x = run->arena + image * 2008320 + slot[0];
    const float *w = run->weights + slot[1];
    float *y = run->arena + image * 2008320 + slot[2];
    const float *r = run->arena + image * 2008320 + slot[3];
    const float *b = run->weights + slot[4];
    const ptrdiff_t i = tile / 8;
    const ptrdiff_t j = tile % 8;
    avx2_conv1x1_32x3_5(x + i * 3584, w + j * 4096, y + i * 3584 + j * 100416, r + i * 3584 + j * 100416, b + j * 32);
}

static const Part parts_conv_3[] = {{1, 56, 398121}, {0}};

/* the output as the caller reads it: 256 x 56 x 56
 * Layer output (resnext_block.yaml:51). */
static void step_output_4(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 256;
    ptrdiff_t tile = task % 256;
    const float *x = run->arena + image * 2008320 + slot[0];
    float *y = run->output + image * 802816 + slot[1];
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1, y + i * 3136);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 25104, y + i * 3136 + 25088);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 50208, y + i * 3136 + 50176);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 75312, y + i * 3136 + 75264);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 100416, y + i * 3136 + 100352);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 125520, y + i * 3136 + 125440);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 150624, y + i * 3136 + 150528);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 175728, y + i * 3136 + 175616);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 200832, y + i * 3136 + 200704);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 225936, y + i * 3136 + 225792);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 251040, y + i * 3136 + 250880);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 276144, y + i * 3136 + 275968);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 301248, y + i * 3136 + 301056);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 326352, y + i * 3136 + 326144);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 351456, y + i * 3136 + 351232);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 376560, y + i * 3136 + 376320);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 401664, y + i * 3136 + 401408);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 426768, y + i * 3136 + 426496);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 451872, y + i * 3136 + 451584);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 476976, y + i * 3136 + 476672);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 502080, y + i * 3136 + 501760);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 527184, y + i * 3136 + 526848);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 552288, y + i * 3136 + 551936);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 577392, y + i * 3136 + 577024);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 602496, y + i * 3136 + 602112);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 627600, y + i * 3136 + 627200);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 652704, y + i * 3136 + 652288);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 677808, y + i * 3136 + 677376);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 702912, y + i * 3136 + 702464);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 728016, y + i * 3136 + 727552);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_copy_6(x + i * 1 + 753120, y + i * 3136 + 752640);
        return;
    }
    tile -= 8;
    const ptrdiff_t i = tile;
    avx2_copy_6(x + i * 1 + 778224, y + i * 3136 + 777728);
}

static const Part parts_output_4[] = {{1, 256, 12658}, {0}};

/* The layers in the order in which they run. */
static const Step steps[] = {
    { step_copy_0, parts_copy_0, { 0, 0 } },                            /* input.copy */
    { step_conv_1, parts_conv_1, { 0, 0, 803792, 32768 } },             /* conv1 */
    { step_grouped_2, parts_grouped_2, { 803792, 32896, 1606656, 37504 } }, /* conv2 */
    { step_conv_3, parts_conv_3, { 1606656, 37632, 803328, 0, 70400 } }, /* conv3 */
    { step_output_4, parts_output_4, { 803328, 0 } },                   /* output */
};

const char *resnext_form_c_strerror(int status)
{
    switch (status) {
    case RESNEXT_FORM_C_OK:              return "no error";
    case RESNEXT_FORM_C_ERROR_ARGUMENT:  return "a pointer is NULL, or the number of threads is not in 1..1024";
    case RESNEXT_FORM_C_ERROR_BATCH:     return "the batch is empty or larger than the code was compiled for";
    case RESNEXT_FORM_C_ERROR_ALIGNMENT: return "arena and weights must begin at a multiple of 64 bytes";
    case RESNEXT_FORM_C_ERROR_PROCESSOR: return "this processor lacks AVX2 or FMA";
    case RESNEXT_FORM_C_ERROR_FILE:      return "the weights file cannot be opened or mapped";
    case RESNEXT_FORM_C_ERROR_FORMAT:    return "these are no weights of nncc";
    case RESNEXT_FORM_C_ERROR_VERSION:   return "the weights are in the format of another version of nncc";
    case RESNEXT_FORM_C_ERROR_MODEL:     return "the weights belong to another model";
    case RESNEXT_FORM_C_ERROR_LAYOUT:    return "the weights were packed for other code of this model";
    case RESNEXT_FORM_C_ERROR_TRUNCATED: return "the weights file is not as long as it says";
    }
    return "unknown status";
}

size_t resnext_form_c_arena_size(void)
{
    return (size_t)8033280 * RESNEXT_FORM_C_MAX_BATCH;
}

size_t resnext_form_c_weights_size(void)
{
    return sizeof(Stamp) + expected.bytes;
}

static int check_stamp(const Stamp *stamp)
{
    if (memcmp(stamp->magic, expected.magic, sizeof stamp->magic))
        return RESNEXT_FORM_C_ERROR_FORMAT;
    if (stamp->version != expected.version)
        return RESNEXT_FORM_C_ERROR_VERSION;
    if (stamp->model != expected.model)
        return RESNEXT_FORM_C_ERROR_MODEL;
    if (stamp->layout != expected.layout || stamp->bytes != expected.bytes)
        return RESNEXT_FORM_C_ERROR_LAYOUT;
    return RESNEXT_FORM_C_OK;
}

/* Whether the processor has AVX2 and FMA, and the system saves their registers. Asked on each call, in about 2
 * microseconds, because a file without mutable state remembers nothing. */
static int has_avx2(void)
{
    unsigned a, b, c, d, state, high;
    __cpuid(1, a, b, c, d);
    if (~c & (1u << 12 | 1u << 27 | 1u << 29))   /* FMA, half precision, and xgetbv is allowed */
        return 0;
    __asm__ volatile ("xgetbv" : "=a"(state), "=d"(high) : "c"(0));
    __cpuid_count(7, 0, a, b, c, d);    /* every processor with FMA has this leaf */
    return (state & 6) == 6 && (b >> 5 & 1);
}

/* The tasks, and their work, of a group of so many images. */
static Part sum_parts(const Part *part, int images)
{
    Part sum = { images, 0, 0 };
    for (; part->images; part++)
        if (part->images == images) {
            sum.tasks += part->tasks;
            sum.work += (double)part->tasks * part->work;
        }
    return sum;
}

/* Of the tasks of one group of images, those that come before so much work. */
static ptrdiff_t tasks_before(const Part *part, int images, double work)
{
    ptrdiff_t task = 0;
    for (; part->images; part++)
        if (part->images == images) {
            const ptrdiff_t count = (ptrdiff_t)(work / part->work + 0.5);
            if (count < part->tasks)
                return task + (count > 0 ? count : 0);
            task += part->tasks;
            work -= (double)part->tasks * part->work;
        }
    return task;
}

/* The first task of a thread: before it lies the work of the threads before. Groups of images come first, then the images
 * that are left. */
static ptrdiff_t first_task(const Part *part, int batch, int thread, int threads)
{
    const int group = part->images;
    const Part grouped = sum_parts(part, group), single = sum_parts(part, 1);
    const ptrdiff_t groups = batch / group, rest = batch % group;
    const double first = (double)groups * grouped.work;
    double work = (first + (double)rest * single.work) * thread / threads;
    if (thread == threads)
        return groups * grouped.tasks + rest * single.tasks;
    const int among_groups = work < first || thread == 0;
    const Part each = among_groups ? grouped : single;
    work -= among_groups ? 0 : first;
    const ptrdiff_t whole = (ptrdiff_t)(work / each.work);
    return (among_groups ? 0 : groups * grouped.tasks) + whole * each.tasks
         + tasks_before(part, each.images, work - (double)whole * each.work);
}

/* A thread's share of the tasks that some images, from `first` on, have in one layer. Where they do not begin at 0, no task
 * takes several. */
static void run_share(const Run *run, const Step *step, int first, int images, int thread, int threads)
{
    const ptrdiff_t before = first ? first * first_task(step->part, 1, 1, 1) : 0;
    const ptrdiff_t end = before + first_task(step->part, images, thread + 1, threads);
    for (ptrdiff_t task = before + first_task(step->part, images, thread, threads); task < end; task++)
        step->run(run, step->slot, task);
}

/* Every thread of a team goes through all layers, does its share of each one's tasks, and waits for the others. Without a
 * team, or without OpenMP, one thread does them all. */
static void run_steps(const Run *run)
{
    int thread = 0, threads = 1;
#ifdef _OPENMP
    thread = omp_get_thread_num();
    threads = omp_get_num_threads();
#endif
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        run_share(run, &steps[i], 0, run->batch, thread, threads);
#ifdef _OPENMP
#pragma omp barrier
#endif
    }
}

int resnext_form_c_forward(const void *weights, void *arena, const float *input, int batch, int threads, float *output)
{
    if (!weights || !arena || !input || !output || threads < 1 || threads > 1024)
        return RESNEXT_FORM_C_ERROR_ARGUMENT;
    if (batch < 1 || batch > RESNEXT_FORM_C_MAX_BATCH)
        return RESNEXT_FORM_C_ERROR_BATCH;
    if ((uintptr_t)weights % 64 || (uintptr_t)arena % 64)
        return RESNEXT_FORM_C_ERROR_ALIGNMENT;
    if (!has_avx2())
        return RESNEXT_FORM_C_ERROR_PROCESSOR;
    const Stamp *stamp = weights;
    const int status = check_stamp(stamp);
    if (status != RESNEXT_FORM_C_OK)
        return status;
    const Run run = {
        .weights = (const float *)(stamp + 1),
        .arena = arena,
        .input = input,
        .output = output,
        .batch = batch,
    };
#ifdef _OPENMP
#pragma omp parallel num_threads(threads) if (threads > 1)
#endif
    run_steps(&run);
    return RESNEXT_FORM_C_OK;
}

#if defined(__unix__) || defined(__APPLE__)

static int map_file(int file, const void **weights)
{
    struct stat info;
    Stamp stamp;
    if (fstat(file, &info))
        return RESNEXT_FORM_C_ERROR_FILE;
    if (!S_ISREG(info.st_mode) || pread(file, &stamp, sizeof stamp, 0) != (ssize_t)sizeof stamp)
        return RESNEXT_FORM_C_ERROR_FORMAT;
    const int status = check_stamp(&stamp);
    if (status != RESNEXT_FORM_C_OK)
        return status;
    if ((uintmax_t)info.st_size != resnext_form_c_weights_size())
        return RESNEXT_FORM_C_ERROR_TRUNCATED;
    void *block = mmap(NULL, resnext_form_c_weights_size(), PROT_READ, MAP_PRIVATE, file, 0);
    if (block == MAP_FAILED)
        return RESNEXT_FORM_C_ERROR_FILE;
    *weights = block;
    return RESNEXT_FORM_C_OK;
}

int resnext_form_c_weights_map(const char *path, const void **weights)
{
    if (!path || !weights)
        return RESNEXT_FORM_C_ERROR_ARGUMENT;
    const int file = open(path, O_RDONLY | O_NONBLOCK);     /* a pipe must not make us wait */
    if (file < 0)
        return RESNEXT_FORM_C_ERROR_FILE;
    const int status = map_file(file, weights);
    close(file);
    return status;
}

void resnext_form_c_weights_unmap(const void *weights)
{
    if (weights)
        munmap((void *)(uintptr_t)weights, resnext_form_c_weights_size());
}

#else /* no mmap: read the file into aligned memory yourself */

int resnext_form_c_weights_map(const char *path, const void **weights)
{
    return path && weights ? RESNEXT_FORM_C_ERROR_FILE : RESNEXT_FORM_C_ERROR_ARGUMENT;
}

void resnext_form_c_weights_unmap(const void *weights)
{
    (void)weights;
}

#endif
