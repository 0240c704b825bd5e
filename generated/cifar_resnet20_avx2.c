/* cifar_resnet20, compiled from cifar_resnet.yaml by nncc for the target avx2.
 *
 *     nncc cifar_resnet.yaml --set depth=20 --target avx2 --prefix cifar_resnet20 -o cifar_resnet20_avx2.c
 *
 * Build it with
 *
 *     cc -std=c11 -O2 -ffp-contract=off -fopenmp -c cifar_resnet20_avx2.c
 *
 * -ffp-contract=off keeps the compiler from fusing a multiplication and an addition that are apart here: with it,
 * every compiler gives the same bits. Without -fopenmp everything runs on one thread. One image takes 215,616 bytes
 * of arena; the weights take 2,370,048 bytes.
 *
 * Input [3][32][32] and output [10] are row-major floats; in between, channels lie in blocks of eight, which are
 * the lanes of a vector. A kernel computes one tile of a layer; a step runs a kernel over the tiles of all images. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "cifar_resnet20_avx2.h"

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

static const Stamp expected = { "NNCCW", 1, 2369984, 0xade471d09472e9f9, 0xe1971d6e8bd46194, "cifar_resnet20" };

/* One call of cifar_resnet20_forward, as its steps see it. */
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
    ptrdiff_t slot[6];                  /* where its arrays begin: floats from the start of what holds them */
} Step;

static const float winograd4_input_4_constants[] = {
    -0x1.4p+1f, -0x1p+1f, -0x1p-1f, 0x1.6a09e6p-1f, -0x1.6a09e6p-1f, 0x1.6a09e6p+0f, -0x1.6a09e6p+0f,
};

static const float winograd4_output_6_constants[] = {
    0x1.6a09e6p-1f, 0x1.6a09e6p+0f, 0x1p-1f, 0x1p+1f, 0x1.6a09e6p-2f, 0x1.6a09e6p+1f,
};

static const float winograd4_output_7_constants[] = {
    0x1.6a09e6p-1f, 0x1.6a09e6p+0f, 0x1p-1f, 0x1p+1f, 0x1.6a09e6p-2f, 0x1.6a09e6p+1f,
};

static const float fill_12_constants[] = {
    0,
};

static const float winograd4_input_13_constants[] = {
    -0x1.4p+1f, -0x1p+1f, -0x1p-1f, 0x1.6a09e6p-1f, -0x1.6a09e6p-1f, 0x1.6a09e6p+0f, -0x1.6a09e6p+0f,
};

static const float winograd4_output_15_constants[] = {
    0x1.6a09e6p-1f, 0x1.6a09e6p+0f, 0x1p-1f, 0x1p+1f, 0x1.6a09e6p-2f, 0x1.6a09e6p+1f,
};

static const float winograd4_output_16_constants[] = {
    0x1.6a09e6p-1f, 0x1.6a09e6p+0f, 0x1p-1f, 0x1p+1f, 0x1.6a09e6p-2f, 0x1.6a09e6p+1f,
};

static const float winograd4_output_17_constants[] = {
    0x1.6a09e6p-1f, 0x1.6a09e6p+0f, 0x1p-1f, 0x1p+1f, 0x1.6a09e6p-2f, 0x1.6a09e6p+1f,
};

static const float fill_22_constants[] = {
    0,
};

static const float winograd2_output_28_constants[] = {
    0x1p-6f,
};

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

/* one channel of 32 x 32 pixels */
__attribute__((target("avx2,fma,f16c")))
static void avx2_copy_0(const float *x, float *y)
{
    __m256 v0;
    for (int i = 0; i < 32; i++) {
        for (int j = 0; j < 4; j++) {
            v0 = _mm256_loadu_ps(x);
            _mm256_storeu_ps(y, v0);
            x += 8;
            y += 8;
        }
        y += 1;
    }
}

/* zeros around 32 x 32 pixels: 1 rows, 1 columns */
__attribute__((target("avx2,fma,f16c")))
static void avx2_border_1(float *y)
{
    __m256 v0;
    v0 = _mm256_setzero_ps();
    for (int i = 0; i < 4; i++) {
        _mm256_storeu_ps(y, v0);
        y += 8;
    }
    _mm_store_ss(y, _mm256_castps256_ps128(v0));
    _mm_store_ss(y + 1, _mm256_castps256_ps128(v0));
    y += 2;
    for (int i = 0; i < 32; i++) {
        y += 32;
        _mm_store_ss(y, _mm256_castps256_ps128(v0));
        y += 1;
    }
    for (int i = 0; i < 4; i++) {
        _mm256_storeu_ps(y, v0);
        y += 8;
    }
    _mm_store_ss(y, _mm256_castps256_ps128(v0));
}

/* 16 output channels of 2 x 32 pixels: sums over 3 channels and 3 x 3 taps */
__attribute__((target("avx2,fma,f16c")))
static void avx2_conv3x3_16x6_2(const float *x, const float *w, float *y, const float *b)
{
    __m256 v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14;
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) {
            v0 = _mm256_loadu_ps(b);
            v1 = v0;
            v2 = v0;
            v3 = v0;
            v4 = v0;
            v5 = v0;
            v6 = _mm256_loadu_ps(b + 8);
            v7 = v6;
            v8 = v6;
            v9 = v6;
            v10 = v6;
            v11 = v6;
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 3; l++) {
                    v12 = _mm256_loadu_ps(w);
                    v13 = _mm256_loadu_ps(w + 8);
                    v14 = _mm256_broadcast_ss(x);
                    v0 = fma_ymm(v12, v14, v0);
                    v6 = fma_ymm(v13, v14, v6);
                    v14 = _mm256_broadcast_ss(x + 1);
                    v1 = fma_ymm(v12, v14, v1);
                    v7 = fma_ymm(v13, v14, v7);
                    v14 = _mm256_broadcast_ss(x + 2);
                    v2 = fma_ymm(v12, v14, v2);
                    v8 = fma_ymm(v13, v14, v8);
                    v14 = _mm256_broadcast_ss(x + 3);
                    v3 = fma_ymm(v12, v14, v3);
                    v9 = fma_ymm(v13, v14, v9);
                    v14 = _mm256_broadcast_ss(x + 4);
                    v4 = fma_ymm(v12, v14, v4);
                    v10 = fma_ymm(v13, v14, v10);
                    v14 = _mm256_broadcast_ss(x + 5);
                    v5 = fma_ymm(v12, v14, v5);
                    v11 = fma_ymm(v13, v14, v11);
                    v12 = _mm256_loadu_ps(w + 48);
                    v13 = _mm256_loadu_ps(w + 56);
                    v14 = _mm256_broadcast_ss(x + 1);
                    v0 = fma_ymm(v12, v14, v0);
                    v6 = fma_ymm(v13, v14, v6);
                    v14 = _mm256_broadcast_ss(x + 2);
                    v1 = fma_ymm(v12, v14, v1);
                    v7 = fma_ymm(v13, v14, v7);
                    v14 = _mm256_broadcast_ss(x + 3);
                    v2 = fma_ymm(v12, v14, v2);
                    v8 = fma_ymm(v13, v14, v8);
                    v14 = _mm256_broadcast_ss(x + 4);
                    v3 = fma_ymm(v12, v14, v3);
                    v9 = fma_ymm(v13, v14, v9);
                    v14 = _mm256_broadcast_ss(x + 5);
                    v4 = fma_ymm(v12, v14, v4);
                    v10 = fma_ymm(v13, v14, v10);
                    v14 = _mm256_broadcast_ss(x + 6);
                    v5 = fma_ymm(v12, v14, v5);
                    v11 = fma_ymm(v13, v14, v11);
                    v12 = _mm256_loadu_ps(w + 96);
                    v13 = _mm256_loadu_ps(w + 104);
                    v14 = _mm256_broadcast_ss(x + 2);
                    v0 = fma_ymm(v12, v14, v0);
                    v6 = fma_ymm(v13, v14, v6);
                    v14 = _mm256_broadcast_ss(x + 3);
                    v1 = fma_ymm(v12, v14, v1);
                    v7 = fma_ymm(v13, v14, v7);
                    v14 = _mm256_broadcast_ss(x + 4);
                    v2 = fma_ymm(v12, v14, v2);
                    v8 = fma_ymm(v13, v14, v8);
                    v14 = _mm256_broadcast_ss(x + 5);
                    v3 = fma_ymm(v12, v14, v3);
                    v9 = fma_ymm(v13, v14, v9);
                    v14 = _mm256_broadcast_ss(x + 6);
                    v4 = fma_ymm(v12, v14, v4);
                    v10 = fma_ymm(v13, v14, v10);
                    v14 = _mm256_broadcast_ss(x + 7);
                    v5 = fma_ymm(v12, v14, v5);
                    v11 = fma_ymm(v13, v14, v11);
                    w += 16;
                    x += 1123;
                }
                w += 96;
                x -= 3336;
            }
            x -= 99;
            w -= 432;
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
            _mm256_storeu_ps(y + 8984, v6);
            v0 = _mm256_setzero_ps();
            v7 = _mm256_max_ps(v0, v7);
            _mm256_storeu_ps(y + 8992, v7);
            v0 = _mm256_setzero_ps();
            v8 = _mm256_max_ps(v0, v8);
            _mm256_storeu_ps(y + 9000, v8);
            v0 = _mm256_setzero_ps();
            v9 = _mm256_max_ps(v0, v9);
            _mm256_storeu_ps(y + 9008, v9);
            v0 = _mm256_setzero_ps();
            v10 = _mm256_max_ps(v0, v10);
            _mm256_storeu_ps(y + 9016, v10);
            v0 = _mm256_setzero_ps();
            v11 = _mm256_max_ps(v0, v11);
            _mm256_storeu_ps(y + 9024, v11);
            x += 6;
            y += 48;
        }
        for (int j = 0; j < 4; j++) {
            v0 = _mm256_loadu_ps(b);
            v1 = v0;
            v2 = v0;
            v3 = v0;
            v4 = v0;
            v5 = _mm256_loadu_ps(b + 8);
            v6 = v5;
            v7 = v5;
            v8 = v5;
            v9 = v5;
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 3; l++) {
                    v10 = _mm256_loadu_ps(w);
                    v11 = _mm256_loadu_ps(w + 8);
                    v12 = _mm256_broadcast_ss(x);
                    v0 = fma_ymm(v10, v12, v0);
                    v5 = fma_ymm(v11, v12, v5);
                    v12 = _mm256_broadcast_ss(x + 1);
                    v1 = fma_ymm(v10, v12, v1);
                    v6 = fma_ymm(v11, v12, v6);
                    v12 = _mm256_broadcast_ss(x + 2);
                    v2 = fma_ymm(v10, v12, v2);
                    v7 = fma_ymm(v11, v12, v7);
                    v12 = _mm256_broadcast_ss(x + 3);
                    v3 = fma_ymm(v10, v12, v3);
                    v8 = fma_ymm(v11, v12, v8);
                    v12 = _mm256_broadcast_ss(x + 4);
                    v4 = fma_ymm(v10, v12, v4);
                    v9 = fma_ymm(v11, v12, v9);
                    v10 = _mm256_loadu_ps(w + 48);
                    v11 = _mm256_loadu_ps(w + 56);
                    v12 = _mm256_broadcast_ss(x + 1);
                    v0 = fma_ymm(v10, v12, v0);
                    v5 = fma_ymm(v11, v12, v5);
                    v12 = _mm256_broadcast_ss(x + 2);
                    v1 = fma_ymm(v10, v12, v1);
                    v6 = fma_ymm(v11, v12, v6);
                    v12 = _mm256_broadcast_ss(x + 3);
                    v2 = fma_ymm(v10, v12, v2);
                    v7 = fma_ymm(v11, v12, v7);
                    v12 = _mm256_broadcast_ss(x + 4);
                    v3 = fma_ymm(v10, v12, v3);
                    v8 = fma_ymm(v11, v12, v8);
                    v12 = _mm256_broadcast_ss(x + 5);
                    v4 = fma_ymm(v10, v12, v4);
                    v9 = fma_ymm(v11, v12, v9);
                    v10 = _mm256_loadu_ps(w + 96);
                    v11 = _mm256_loadu_ps(w + 104);
                    v12 = _mm256_broadcast_ss(x + 2);
                    v0 = fma_ymm(v10, v12, v0);
                    v5 = fma_ymm(v11, v12, v5);
                    v12 = _mm256_broadcast_ss(x + 3);
                    v1 = fma_ymm(v10, v12, v1);
                    v6 = fma_ymm(v11, v12, v6);
                    v12 = _mm256_broadcast_ss(x + 4);
                    v2 = fma_ymm(v10, v12, v2);
                    v7 = fma_ymm(v11, v12, v7);
                    v12 = _mm256_broadcast_ss(x + 5);
                    v3 = fma_ymm(v10, v12, v3);
                    v8 = fma_ymm(v11, v12, v8);
                    v12 = _mm256_broadcast_ss(x + 6);
                    v4 = fma_ymm(v10, v12, v4);
                    v9 = fma_ymm(v11, v12, v9);
                    w += 16;
                    x += 1123;
                }
                w += 96;
                x -= 3336;
            }
            x -= 99;
            w -= 432;
            v10 = _mm256_setzero_ps();
            v0 = _mm256_max_ps(v10, v0);
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
            _mm256_storeu_ps(y + 8984, v5);
            v0 = _mm256_setzero_ps();
            v6 = _mm256_max_ps(v0, v6);
            _mm256_storeu_ps(y + 8992, v6);
            v0 = _mm256_setzero_ps();
            v7 = _mm256_max_ps(v0, v7);
            _mm256_storeu_ps(y + 9000, v7);
            v0 = _mm256_setzero_ps();
            v8 = _mm256_max_ps(v0, v8);
            _mm256_storeu_ps(y + 9008, v8);
            v0 = _mm256_setzero_ps();
            v9 = _mm256_max_ps(v0, v9);
            _mm256_storeu_ps(y + 9016, v9);
            x += 5;
            y += 40;
        }
        x += 1;
        y += 8;
    }
}

/* zeros around 32 x 32 pixels: 1 rows, 1 columns */
__attribute__((target("avx2,fma,f16c")))
static void avx2_border_3(float *y)
{
    __m256 v0;
    v0 = _mm256_setzero_ps();
    for (int i = 0; i < 34; i++) {
        _mm256_storeu_ps(y, v0);
        y += 8;
    }
    for (int i = 0; i < 32; i++) {
        y += 256;
        _mm256_storeu_ps(y, v0);
        y += 8;
    }
    for (int i = 0; i < 33; i++) {
        _mm256_storeu_ps(y, v0);
        y += 8;
    }
}

/* V = Bt d B of a window d of 6 x 6 pixels; with a = sqrt(1/2), b = sqrt(2) the rows of Bt are
 *    1    0 -5/2    0    1    0
 *    0  -2a   -2    a    1    0
 *    0   2a   -2   -a    1    0
 *    0 -b/2 -1/2    b    1    0
 *    0  b/2 -1/2   -b    1    0
 *    0    1    0 -5/2    0    1.
 * 4 x 8 tiles, 2 blocks of 8 channels: V[6 x 6][block][tile][8] */
__attribute__((target("avx2,fma,f16c")))
static void avx2_winograd4_input_4(const float *x, float *t, float *v, const float *constants)
{
    __m256 v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13;
    v0 = _mm256_broadcast_ss(constants);
    v1 = _mm256_broadcast_ss(constants + 1);
    v2 = _mm256_broadcast_ss(constants + 2);
    v3 = _mm256_broadcast_ss(constants + 3);
    v4 = _mm256_broadcast_ss(constants + 4);
    v5 = _mm256_broadcast_ss(constants + 5);
    v6 = _mm256_broadcast_ss(constants + 6);
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 4; j++) {
            for (int k = 0; k < 8; k++) {
                for (int l = 0; l < 6; l++) {
                    _mm_prefetch((const char *)(x + 64), _MM_HINT_T0);
                    _mm_prefetch((const char *)(x + 80), _MM_HINT_T0);
                    v7 = _mm256_loadu_ps(x);
                    v8 = _mm256_loadu_ps(x + 8);
                    v9 = _mm256_loadu_ps(x + 16);
                    v10 = _mm256_loadu_ps(x + 24);
                    v11 = _mm256_loadu_ps(x + 32);
                    v12 = _mm256_loadu_ps(x + 40);
                    v7 = _mm256_add_ps(v7, v11);
                    v7 = fma_ymm(v9, v0, v7);
                    _mm256_storeu_ps(t, v7);
                    v12 = _mm256_add_ps(v12, v8);
                    v12 = fma_ymm(v10, v0, v12);
                    _mm256_storeu_ps(t + 40, v12);
                    v7 = v11;
                    v12 = v10;
                    v7 = fma_ymm(v9, v1, v7);
                    v12 = fma_ymm(v8, v1, v12);
                    v13 = v7;
                    v13 = fma_ymm(v12, v3, v13);
                    _mm256_storeu_ps(t + 8, v13);
                    v7 = fma_ymm(v12, v4, v7);
                    _mm256_storeu_ps(t + 16, v7);
                    v11 = fma_ymm(v9, v2, v11);
                    v10 = fma_ymm(v8, v2, v10);
                    v7 = v11;
                    v7 = fma_ymm(v10, v5, v7);
                    _mm256_storeu_ps(t + 24, v7);
                    v11 = fma_ymm(v10, v6, v11);
                    _mm256_storeu_ps(t + 32, v11);
                    x += 264;
                    t += 48;
                }
                x -= 1584;
                t -= 288;
                for (int l = 0; l < 6; l++) {
                    v7 = _mm256_loadu_ps(t);
                    v8 = _mm256_loadu_ps(t + 48);
                    v9 = _mm256_loadu_ps(t + 96);
                    v10 = _mm256_loadu_ps(t + 144);
                    v11 = _mm256_loadu_ps(t + 192);
                    v12 = _mm256_loadu_ps(t + 240);
                    v7 = _mm256_add_ps(v7, v11);
                    v7 = fma_ymm(v9, v0, v7);
                    _mm256_storeu_ps(v, v7);
                    v12 = _mm256_add_ps(v12, v8);
                    v12 = fma_ymm(v10, v0, v12);
                    _mm256_storeu_ps(v + 15840, v12);
                    v7 = v11;
                    v12 = v10;
                    v7 = fma_ymm(v9, v1, v7);
                    v12 = fma_ymm(v8, v1, v12);
                    v13 = v7;
                    v13 = fma_ymm(v12, v3, v13);
                    _mm256_storeu_ps(v + 3168, v13);
                    v7 = fma_ymm(v12, v4, v7);
                    _mm256_storeu_ps(v + 6336, v7);
                    v11 = fma_ymm(v9, v2, v11);
                    v10 = fma_ymm(v8, v2, v10);
                    v7 = v11;
                    v7 = fma_ymm(v10, v5, v7);
                    _mm256_storeu_ps(v + 9504, v7);
                    v11 = fma_ymm(v10, v6, v11);
                    _mm256_storeu_ps(v + 12672, v11);
                    t += 8;
                    v += 528;
                }
                t -= 48;
                v -= 3160;
                x += 32;
            }
            x += 800;
        }
        x += 4760;
    }
}

/* M[f] = U[f] V[f] for 6 x 6 frequencies f: 16 output channels of 32 tiles, sums over 16 channels */
__attribute__((target("avx2,fma,f16c")))
static void avx2_winograd4_product_16x6_5(const float *v, const float *w, float *m)
{
    __m256 v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14;
    for (int i = 0; i < 36; i++) {
        for (int j = 0; j < 2; j++) {
            v0 = _mm256_setzero_ps();
            v1 = _mm256_setzero_ps();
            v2 = _mm256_setzero_ps();
            v3 = _mm256_setzero_ps();
            v4 = _mm256_setzero_ps();
            v5 = _mm256_setzero_ps();
            v6 = _mm256_setzero_ps();
            v7 = _mm256_setzero_ps();
            v8 = _mm256_setzero_ps();
            v9 = _mm256_setzero_ps();
            v10 = _mm256_setzero_ps();
            v11 = _mm256_setzero_ps();
            for (int k = 0; k < 2; k++) {
                _mm_prefetch((const char *)(v + 48), _MM_HINT_T0);
                _mm_prefetch((const char *)(v + 64), _MM_HINT_T0);
                _mm_prefetch((const char *)(v + 80), _MM_HINT_T0);
                _mm_prefetch((const char *)(v + 88), _MM_HINT_T0);
                for (int l = 0; l < 2; l++) {
                    v12 = _mm256_loadu_ps(w);
                    v13 = _mm256_loadu_ps(w + 8);
                    v14 = _mm256_broadcast_ss(v);
                    v0 = fma_ymm(v12, v14, v0);
                    v6 = fma_ymm(v13, v14, v6);
                    v14 = _mm256_broadcast_ss(v + 8);
                    v1 = fma_ymm(v12, v14, v1);
                    v7 = fma_ymm(v13, v14, v7);
                    v14 = _mm256_broadcast_ss(v + 16);
                    v2 = fma_ymm(v12, v14, v2);
                    v8 = fma_ymm(v13, v14, v8);
                    v14 = _mm256_broadcast_ss(v + 24);
                    v3 = fma_ymm(v12, v14, v3);
                    v9 = fma_ymm(v13, v14, v9);
                    v14 = _mm256_broadcast_ss(v + 32);
                    v4 = fma_ymm(v12, v14, v4);
                    v10 = fma_ymm(v13, v14, v10);
                    v14 = _mm256_broadcast_ss(v + 40);
                    v5 = fma_ymm(v12, v14, v5);
                    v11 = fma_ymm(v13, v14, v11);
                    v12 = _mm256_loadu_ps(w + 16);
                    v13 = _mm256_loadu_ps(w + 24);
                    v14 = _mm256_broadcast_ss(v + 1);
                    v0 = fma_ymm(v12, v14, v0);
                    v6 = fma_ymm(v13, v14, v6);
                    v14 = _mm256_broadcast_ss(v + 9);
                    v1 = fma_ymm(v12, v14, v1);
                    v7 = fma_ymm(v13, v14, v7);
                    v14 = _mm256_broadcast_ss(v + 17);
                    v2 = fma_ymm(v12, v14, v2);
                    v8 = fma_ymm(v13, v14, v8);
                    v14 = _mm256_broadcast_ss(v + 25);
                    v3 = fma_ymm(v12, v14, v3);
                    v9 = fma_ymm(v13, v14, v9);
                    v14 = _mm256_broadcast_ss(v + 33);
                    v4 = fma_ymm(v12, v14, v4);
                    v10 = fma_ymm(v13, v14, v10);
                    v14 = _mm256_broadcast_ss(v + 41);
                    v5 = fma_ymm(v12, v14, v5);
                    v11 = fma_ymm(v13, v14, v11);
                    v12 = _mm256_loadu_ps(w + 32);
                    v13 = _mm256_loadu_ps(w + 40);
                    v14 = _mm256_broadcast_ss(v + 2);
                    v0 = fma_ymm(v12, v14, v0);
                    v6 = fma_ymm(v13, v14, v6);
                    v14 = _mm256_broadcast_ss(v + 10);
                    v1 = fma_ymm(v12, v14, v1);
                    v7 = fma_ymm(v13, v14, v7);
                    v14 = _mm256_broadcast_ss(v + 18);
                    v2 = fma_ymm(v12, v14, v2);
                    v8 = fma_ymm(v13, v14, v8);
                    v14 = _mm256_broadcast_ss(v + 26);
                    v3 = fma_ymm(v12, v14, v3);
                    v9 = fma_ymm(v13, v14, v9);
                    v14 = _mm256_broadcast_ss(v + 34);
                    v4 = fma_ymm(v12, v14, v4);
                    v10 = fma_ymm(v13, v14, v10);
                    v14 = _mm256_broadcast_ss(v + 42);
                    v5 = fma_ymm(v12, v14, v5);
                    v11 = fma_ymm(v13, v14, v11);
                    v12 = _mm256_loadu_ps(w + 48);
                    v13 = _mm256_loadu_ps(w + 56);
                    v14 = _mm256_broadcast_ss(v + 3);
                    v0 = fma_ymm(v12, v14, v0);
                    v6 = fma_ymm(v13, v14, v6);
                    v14 = _mm256_broadcast_ss(v + 11);
                    v1 = fma_ymm(v12, v14, v1);
                    v7 = fma_ymm(v13, v14, v7);
                    v14 = _mm256_broadcast_ss(v + 19);
                    v2 = fma_ymm(v12, v14, v2);
                    v8 = fma_ymm(v13, v14, v8);
                    v14 = _mm256_broadcast_ss(v + 27);
                    v3 = fma_ymm(v12, v14, v3);
                    v9 = fma_ymm(v13, v14, v9);
                    v14 = _mm256_broadcast_ss(v + 35);
                    v4 = fma_ymm(v12, v14, v4);
                    v10 = fma_ymm(v13, v14, v10);
                    v14 = _mm256_broadcast_ss(v + 43);
                    v5 = fma_ymm(v12, v14, v5);
                    v11 = fma_ymm(v13, v14, v11);
                    w += 64;
                    v += 4;
                }
                v += 248;
            }
            v -= 512;
            w -= 256;
            _mm256_storeu_ps(m, v0);
            _mm256_storeu_ps(m + 8, v1);
            _mm256_storeu_ps(m + 16, v2);
            _mm256_storeu_ps(m + 24, v3);
            _mm256_storeu_ps(m + 32, v4);
            _mm256_storeu_ps(m + 40, v5);
            _mm256_storeu_ps(m + 256, v6);
            _mm256_storeu_ps(m + 264, v7);
            _mm256_storeu_ps(m + 272, v8);
            _mm256_storeu_ps(m + 280, v9);
            _mm256_storeu_ps(m + 288, v10);
            _mm256_storeu_ps(m + 296, v11);
            v += 48;
            m += 48;
        }
        for (int j = 0; j < 4; j++) {
            v0 = _mm256_setzero_ps();
            v1 = _mm256_setzero_ps();
            v2 = _mm256_setzero_ps();
            v3 = _mm256_setzero_ps();
            v4 = _mm256_setzero_ps();
            v5 = _mm256_setzero_ps();
            v6 = _mm256_setzero_ps();
            v7 = _mm256_setzero_ps();
            v8 = _mm256_setzero_ps();
            v9 = _mm256_setzero_ps();
            for (int k = 0; k < 2; k++) {
                _mm_prefetch((const char *)(v + 40), _MM_HINT_T0);
                _mm_prefetch((const char *)(v + 56), _MM_HINT_T0);
                _mm_prefetch((const char *)(v + 72), _MM_HINT_T0);
                for (int l = 0; l < 2; l++) {
                    v10 = _mm256_loadu_ps(w);
                    v11 = _mm256_loadu_ps(w + 8);
                    v12 = _mm256_broadcast_ss(v);
                    v0 = fma_ymm(v10, v12, v0);
                    v5 = fma_ymm(v11, v12, v5);
                    v12 = _mm256_broadcast_ss(v + 8);
                    v1 = fma_ymm(v10, v12, v1);
                    v6 = fma_ymm(v11, v12, v6);
                    v12 = _mm256_broadcast_ss(v + 16);
                    v2 = fma_ymm(v10, v12, v2);
                    v7 = fma_ymm(v11, v12, v7);
                    v12 = _mm256_broadcast_ss(v + 24);
                    v3 = fma_ymm(v10, v12, v3);
                    v8 = fma_ymm(v11, v12, v8);
                    v12 = _mm256_broadcast_ss(v + 32);
                    v4 = fma_ymm(v10, v12, v4);
                    v9 = fma_ymm(v11, v12, v9);
                    v10 = _mm256_loadu_ps(w + 16);
                    v11 = _mm256_loadu_ps(w + 24);
                    v12 = _mm256_broadcast_ss(v + 1);
                    v0 = fma_ymm(v10, v12, v0);
                    v5 = fma_ymm(v11, v12, v5);
                    v12 = _mm256_broadcast_ss(v + 9);
                    v1 = fma_ymm(v10, v12, v1);
                    v6 = fma_ymm(v11, v12, v6);
                    v12 = _mm256_broadcast_ss(v + 17);
                    v2 = fma_ymm(v10, v12, v2);
                    v7 = fma_ymm(v11, v12, v7);
                    v12 = _mm256_broadcast_ss(v + 25);
                    v3 = fma_ymm(v10, v12, v3);
                    v8 = fma_ymm(v11, v12, v8);
                    v12 = _mm256_broadcast_ss(v + 33);
                    v4 = fma_ymm(v10, v12, v4);
                    v9 = fma_ymm(v11, v12, v9);
                    v10 = _mm256_loadu_ps(w + 32);
                    v11 = _mm256_loadu_ps(w + 40);
                    v12 = _mm256_broadcast_ss(v + 2);
                    v0 = fma_ymm(v10, v12, v0);
                    v5 = fma_ymm(v11, v12, v5);
                    v12 = _mm256_broadcast_ss(v + 10);
                    v1 = fma_ymm(v10, v12, v1);
                    v6 = fma_ymm(v11, v12, v6);
                    v12 = _mm256_broadcast_ss(v + 18);
                    v2 = fma_ymm(v10, v12, v2);
                    v7 = fma_ymm(v11, v12, v7);
                    v12 = _mm256_broadcast_ss(v + 26);
                    v3 = fma_ymm(v10, v12, v3);
                    v8 = fma_ymm(v11, v12, v8);
                    v12 = _mm256_broadcast_ss(v + 34);
                    v4 = fma_ymm(v10, v12, v4);
                    v9 = fma_ymm(v11, v12, v9);
                    v10 = _mm256_loadu_ps(w + 48);
                    v11 = _mm256_loadu_ps(w + 56);
                    v12 = _mm256_broadcast_ss(v + 3);
                    v0 = fma_ymm(v10, v12, v0);
                    v5 = fma_ymm(v11, v12, v5);
                    v12 = _mm256_broadcast_ss(v + 11);
                    v1 = fma_ymm(v10, v12, v1);
                    v6 = fma_ymm(v11, v12, v6);
                    v12 = _mm256_broadcast_ss(v + 19);
                    v2 = fma_ymm(v10, v12, v2);
                    v7 = fma_ymm(v11, v12, v7);
                    v12 = _mm256_broadcast_ss(v + 27);
                    v3 = fma_ymm(v10, v12, v3);
                    v8 = fma_ymm(v11, v12, v8);
                    v12 = _mm256_broadcast_ss(v + 35);
                    v4 = fma_ymm(v10, v12, v4);
                    v9 = fma_ymm(v11, v12, v9);
                    w += 64;
                    v += 4;
                }
                v += 248;
            }
            v -= 512;
            w -= 256;
            _mm256_storeu_ps(m, v0);
            _mm256_storeu_ps(m + 8, v1);
            _mm256_storeu_ps(m + 16, v2);
            _mm256_storeu_ps(m + 24, v3);
            _mm256_storeu_ps(m + 32, v4);
            _mm256_storeu_ps(m + 256, v5);
            _mm256_storeu_ps(m + 264, v6);
            _mm256_storeu_ps(m + 272, v7);
            _mm256_storeu_ps(m + 280, v8);
            _mm256_storeu_ps(m + 288, v9);
            v += 40;
            m += 40;
        }
        v += 272;
        m += 272;
        w += 256;
    }
}

/* Y = At M A, 4 x 4 results; with a = sqrt(1/2), b = sqrt(2) the rows of At are
 *    1    1    1    1    1    0
 *    0    a   -a    b   -b    0
 *    0  1/2  1/2    2    2    0
 *    0  a^3 -a^3  b^3 -b^3    1, then the tail.
 * 16 output channels of 4 x 8 tiles from M[6 x 6][vector][tile][8] */
__attribute__((target("avx2,fma,f16c")))
static void avx2_winograd4_output_6(const float *m, float *t, float *y, const float *b, const float *constants)
{
    __m256 v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12;
    v0 = _mm256_broadcast_ss(constants);
    v1 = _mm256_broadcast_ss(constants + 1);
    v2 = _mm256_broadcast_ss(constants + 2);
    v3 = _mm256_broadcast_ss(constants + 3);
    v4 = _mm256_broadcast_ss(constants + 4);
    v5 = _mm256_broadcast_ss(constants + 5);
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 4; j++) {
            for (int k = 0; k < 8; k++) {
                for (int l = 0; l < 6; l++) {
                    v6 = _mm256_loadu_ps(m);
                    v7 = _mm256_loadu_ps(m + 3168);
                    v8 = _mm256_loadu_ps(m + 6336);
                    v9 = _mm256_loadu_ps(m + 9504);
                    v10 = _mm256_loadu_ps(m + 12672);
                    v11 = _mm256_loadu_ps(m + 15840);
                    v12 = _mm256_add_ps(v7, v8);
                    v7 = _mm256_sub_ps(v7, v8);
                    v8 = _mm256_add_ps(v9, v10);
                    v9 = _mm256_sub_ps(v9, v10);
                    v6 = _mm256_add_ps(v6, v12);
                    v6 = _mm256_add_ps(v6, v8);
                    v12 = _mm256_mul_ps(v12, v2);
                    v12 = fma_ymm(v8, v3, v12);
                    v8 = _mm256_mul_ps(v7, v0);
                    v8 = fma_ymm(v9, v1, v8);
                    v11 = fma_ymm(v7, v4, v11);
                    v11 = fma_ymm(v9, v5, v11);
                    _mm256_storeu_ps(t, v6);
                    _mm256_storeu_ps(t + 48, v8);
                    _mm256_storeu_ps(t + 96, v12);
                    _mm256_storeu_ps(t + 144, v11);
                    m += 528;
                    t += 8;
                }
                m -= 3168;
                t -= 48;
                for (int l = 0; l < 4; l++) {
                    v6 = _mm256_loadu_ps(t);
                    v7 = _mm256_loadu_ps(t + 8);
                    v8 = _mm256_loadu_ps(t + 16);
                    v9 = _mm256_loadu_ps(t + 24);
                    v10 = _mm256_loadu_ps(t + 32);
                    v11 = _mm256_loadu_ps(t + 40);
                    v12 = _mm256_add_ps(v7, v8);
                    v7 = _mm256_sub_ps(v7, v8);
                    v8 = _mm256_add_ps(v9, v10);
                    v9 = _mm256_sub_ps(v9, v10);
                    v6 = _mm256_add_ps(v6, v12);
                    v6 = _mm256_add_ps(v6, v8);
                    v12 = _mm256_mul_ps(v12, v2);
                    v12 = fma_ymm(v8, v3, v12);
                    v8 = _mm256_mul_ps(v7, v0);
                    v8 = fma_ymm(v9, v1, v8);
                    v11 = fma_ymm(v7, v4, v11);
                    v11 = fma_ymm(v9, v5, v11);
                    v7 = _mm256_loadu_ps(b);
                    v6 = _mm256_add_ps(v6, v7);
                    v8 = _mm256_add_ps(v8, v7);
                    v12 = _mm256_add_ps(v12, v7);
                    v11 = _mm256_add_ps(v11, v7);
                    v7 = _mm256_setzero_ps();
                    v6 = _mm256_max_ps(v7, v6);
                    _mm256_storeu_ps(y, v6);
                    v6 = _mm256_setzero_ps();
                    v8 = _mm256_max_ps(v6, v8);
                    _mm256_storeu_ps(y + 8, v8);
                    v6 = _mm256_setzero_ps();
                    v12 = _mm256_max_ps(v6, v12);
                    _mm256_storeu_ps(y + 16, v12);
                    v6 = _mm256_setzero_ps();
                    v11 = _mm256_max_ps(v6, v11);
                    _mm256_storeu_ps(y + 24, v11);
                    t += 48;
                    y += 264;
                }
                t -= 192;
                y -= 1024;
                m += 8;
            }
            y += 800;
        }
        y += 4760;
        b += 8;
    }
}

/* Y = At M A, 4 x 4 results; with a = sqrt(1/2), b = sqrt(2) the rows of At are
 *    1    1    1    1    1    0
 *    0    a   -a    b   -b    0
 *    0  1/2  1/2    2    2    0
 *    0  a^3 -a^3  b^3 -b^3    1, then the tail.
 * 16 output channels of 4 x 8 tiles from M[6 x 6][vector][tile][8] */
__attribute__((target("avx2,fma,f16c")))
static void avx2_winograd4_output_7(const float *m, float *t, float *y, const float *r, const float *b, const float *constants)
{
    __m256 v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12;
    v0 = _mm256_broadcast_ss(constants);
    v1 = _mm256_broadcast_ss(constants + 1);
    v2 = _mm256_broadcast_ss(constants + 2);
    v3 = _mm256_broadcast_ss(constants + 3);
    v4 = _mm256_broadcast_ss(constants + 4);
    v5 = _mm256_broadcast_ss(constants + 5);
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 4; j++) {
            for (int k = 0; k < 8; k++) {
                for (int l = 0; l < 6; l++) {
                    v6 = _mm256_loadu_ps(m);
                    v7 = _mm256_loadu_ps(m + 3168);
                    v8 = _mm256_loadu_ps(m + 6336);
                    v9 = _mm256_loadu_ps(m + 9504);
                    v10 = _mm256_loadu_ps(m + 12672);
                    v11 = _mm256_loadu_ps(m + 15840);
                    v12 = _mm256_add_ps(v7, v8);
                    v7 = _mm256_sub_ps(v7, v8);
                    v8 = _mm256_add_ps(v9, v10);
                    v9 = _mm256_sub_ps(v9, v10);
                    v6 = _mm256_add_ps(v6, v12);
                    v6 = _mm256_add_ps(v6, v8);
                    v12 = _mm256_mul_ps(v12, v2);
                    v12 = fma_ymm(v8, v3, v12);
                    v8 = _mm256_mul_ps(v7, v0);
                    v8 = fma_ymm(v9, v1, v8);
                    v11 = fma_ymm(v7, v4, v11);
                    v11 = fma_ymm(v9, v5, v11);
                    _mm256_storeu_ps(t, v6);
                    _mm256_storeu_ps(t + 48, v8);
                    _mm256_storeu_ps(t + 96, v12);
                    _mm256_storeu_ps(t + 144, v11);
                    m += 528;
                    t += 8;
                }
                m -= 3168;
                t -= 48;
                for (int l = 0; l < 4; l++) {
                    v6 = _mm256_loadu_ps(t);
                    v7 = _mm256_loadu_ps(t + 8);
                    v8 = _mm256_loadu_ps(t + 16);
                    v9 = _mm256_loadu_ps(t + 24);
                    v10 = _mm256_loadu_ps(t + 32);
                    v11 = _mm256_loadu_ps(t + 40);
                    v12 = _mm256_add_ps(v7, v8);
                    v7 = _mm256_sub_ps(v7, v8);
                    v8 = _mm256_add_ps(v9, v10);
                    v9 = _mm256_sub_ps(v9, v10);
                    v6 = _mm256_add_ps(v6, v12);
                    v6 = _mm256_add_ps(v6, v8);
                    v12 = _mm256_mul_ps(v12, v2);
                    v12 = fma_ymm(v8, v3, v12);
                    v8 = _mm256_mul_ps(v7, v0);
                    v8 = fma_ymm(v9, v1, v8);
                    v11 = fma_ymm(v7, v4, v11);
                    v11 = fma_ymm(v9, v5, v11);
                    v7 = _mm256_loadu_ps(b);
                    v6 = _mm256_add_ps(v6, v7);
                    v8 = _mm256_add_ps(v8, v7);
                    v12 = _mm256_add_ps(v12, v7);
                    v11 = _mm256_add_ps(v11, v7);
                    v7 = _mm256_loadu_ps(r);
                    v6 = _mm256_add_ps(v6, v7);
                    v7 = _mm256_setzero_ps();
                    v6 = _mm256_max_ps(v7, v6);
                    _mm256_storeu_ps(y, v6);
                    v6 = _mm256_loadu_ps(r + 8);
                    v8 = _mm256_add_ps(v8, v6);
                    v6 = _mm256_setzero_ps();
                    v8 = _mm256_max_ps(v6, v8);
                    _mm256_storeu_ps(y + 8, v8);
                    v6 = _mm256_loadu_ps(r + 16);
                    v12 = _mm256_add_ps(v12, v6);
                    v6 = _mm256_setzero_ps();
                    v12 = _mm256_max_ps(v6, v12);
                    _mm256_storeu_ps(y + 16, v12);
                    v6 = _mm256_loadu_ps(r + 24);
                    v11 = _mm256_add_ps(v11, v6);
                    v6 = _mm256_setzero_ps();
                    v11 = _mm256_max_ps(v6, v11);
                    _mm256_storeu_ps(y + 24, v11);
                    t += 48;
                    y += 264;
                    r += 264;
                }
                t -= 192;
                y -= 1024;
                r -= 1024;
                m += 8;
            }
            y += 800;
            r += 800;
        }
        y += 4760;
        r += 4760;
        b += 8;
    }
}

/* 32 output channels of 1 x 16 pixels: sums over 16 channels and 3 x 3 taps */
__attribute__((target("avx2,fma,f16c")))
static void avx2_conv3x3_32x3_8(const float *x, const float *w, float *y, const float *b)
{
    __m256 v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15;
    for (int i = 0; i < 4; i++) {
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
        for (int j = 0; j < 3; j++) {
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 2; l++) {
                    v12 = _mm256_broadcast_ss(x);
                    v13 = _mm256_broadcast_ss(x + 16);
                    v14 = _mm256_broadcast_ss(x + 32);
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
                    v13 = _mm256_broadcast_ss(x + 17);
                    v14 = _mm256_broadcast_ss(x + 33);
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
                    v13 = _mm256_broadcast_ss(x + 18);
                    v14 = _mm256_broadcast_ss(x + 34);
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
                    v13 = _mm256_broadcast_ss(x + 19);
                    v14 = _mm256_broadcast_ss(x + 35);
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
            }
            x += 240;
        }
        x -= 792;
        w -= 2304;
        _mm256_storeu_ps(y, v0);
        _mm256_storeu_ps(y + 8, v1);
        _mm256_storeu_ps(y + 16, v2);
        _mm256_storeu_ps(y + 2456, v3);
        _mm256_storeu_ps(y + 2464, v4);
        _mm256_storeu_ps(y + 2472, v5);
        _mm256_storeu_ps(y + 4912, v6);
        _mm256_storeu_ps(y + 4920, v7);
        _mm256_storeu_ps(y + 4928, v8);
        _mm256_storeu_ps(y + 7368, v9);
        _mm256_storeu_ps(y + 7376, v10);
        _mm256_storeu_ps(y + 7384, v11);
        x += 48;
        y += 24;
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
        for (int j = 0; j < 3; j++) {
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 2; l++) {
                    v8 = _mm256_broadcast_ss(x);
                    v9 = _mm256_broadcast_ss(x + 16);
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
                    v9 = _mm256_broadcast_ss(x + 17);
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
                    v9 = _mm256_broadcast_ss(x + 18);
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
                    v9 = _mm256_broadcast_ss(x + 19);
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
            }
            x += 240;
        }
        x -= 792;
        w -= 2304;
        _mm256_storeu_ps(y, v0);
        _mm256_storeu_ps(y + 8, v1);
        _mm256_storeu_ps(y + 2456, v2);
        _mm256_storeu_ps(y + 2464, v3);
        _mm256_storeu_ps(y + 4912, v4);
        _mm256_storeu_ps(y + 4920, v5);
        _mm256_storeu_ps(y + 7368, v6);
        _mm256_storeu_ps(y + 7376, v7);
        x += 32;
        y += 16;
    }
    x += 8728;
    y -= 128;
    w += 2304;
    for (int i = 0; i < 4; i++) {
        v0 = _mm256_loadu_ps(y);
        v1 = _mm256_loadu_ps(y + 8);
        v2 = _mm256_loadu_ps(y + 16);
        v3 = _mm256_loadu_ps(y + 2456);
        v4 = _mm256_loadu_ps(y + 2464);
        v5 = _mm256_loadu_ps(y + 2472);
        v6 = _mm256_loadu_ps(y + 4912);
        v7 = _mm256_loadu_ps(y + 4920);
        v8 = _mm256_loadu_ps(y + 4928);
        v9 = _mm256_loadu_ps(y + 7368);
        v10 = _mm256_loadu_ps(y + 7376);
        v11 = _mm256_loadu_ps(y + 7384);
        for (int j = 0; j < 3; j++) {
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 2; l++) {
                    v12 = _mm256_broadcast_ss(x);
                    v13 = _mm256_broadcast_ss(x + 16);
                    v14 = _mm256_broadcast_ss(x + 32);
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
                    v13 = _mm256_broadcast_ss(x + 17);
                    v14 = _mm256_broadcast_ss(x + 33);
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
                    v13 = _mm256_broadcast_ss(x + 18);
                    v14 = _mm256_broadcast_ss(x + 34);
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
                    v13 = _mm256_broadcast_ss(x + 19);
                    v14 = _mm256_broadcast_ss(x + 35);
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
            }
            x += 240;
        }
        x -= 792;
        w -= 2304;
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
        _mm256_storeu_ps(y + 2456, v3);
        v0 = _mm256_setzero_ps();
        v4 = _mm256_max_ps(v0, v4);
        _mm256_storeu_ps(y + 2464, v4);
        v0 = _mm256_setzero_ps();
        v5 = _mm256_max_ps(v0, v5);
        _mm256_storeu_ps(y + 2472, v5);
        v0 = _mm256_setzero_ps();
        v6 = _mm256_max_ps(v0, v6);
        _mm256_storeu_ps(y + 4912, v6);
        v0 = _mm256_setzero_ps();
        v7 = _mm256_max_ps(v0, v7);
        _mm256_storeu_ps(y + 4920, v7);
        v0 = _mm256_setzero_ps();
        v8 = _mm256_max_ps(v0, v8);
        _mm256_storeu_ps(y + 4928, v8);
        v0 = _mm256_setzero_ps();
        v9 = _mm256_max_ps(v0, v9);
        _mm256_storeu_ps(y + 7368, v9);
        v0 = _mm256_setzero_ps();
        v10 = _mm256_max_ps(v0, v10);
        _mm256_storeu_ps(y + 7376, v10);
        v0 = _mm256_setzero_ps();
        v11 = _mm256_max_ps(v0, v11);
        _mm256_storeu_ps(y + 7384, v11);
        x += 48;
        y += 24;
    }
    for (int i = 0; i < 2; i++) {
        v0 = _mm256_loadu_ps(y);
        v1 = _mm256_loadu_ps(y + 8);
        v2 = _mm256_loadu_ps(y + 2456);
        v3 = _mm256_loadu_ps(y + 2464);
        v4 = _mm256_loadu_ps(y + 4912);
        v5 = _mm256_loadu_ps(y + 4920);
        v6 = _mm256_loadu_ps(y + 7368);
        v7 = _mm256_loadu_ps(y + 7376);
        for (int j = 0; j < 3; j++) {
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 2; l++) {
                    v8 = _mm256_broadcast_ss(x);
                    v9 = _mm256_broadcast_ss(x + 16);
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
                    v9 = _mm256_broadcast_ss(x + 17);
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
                    v9 = _mm256_broadcast_ss(x + 18);
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
                    v9 = _mm256_broadcast_ss(x + 19);
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
            }
            x += 240;
        }
        x -= 792;
        w -= 2304;
        v8 = _mm256_setzero_ps();
        v0 = _mm256_max_ps(v8, v0);
        _mm256_storeu_ps(y, v0);
        v0 = _mm256_setzero_ps();
        v1 = _mm256_max_ps(v0, v1);
        _mm256_storeu_ps(y + 8, v1);
        v0 = _mm256_setzero_ps();
        v2 = _mm256_max_ps(v0, v2);
        _mm256_storeu_ps(y + 2456, v2);
        v0 = _mm256_setzero_ps();
        v3 = _mm256_max_ps(v0, v3);
        _mm256_storeu_ps(y + 2464, v3);
        v0 = _mm256_setzero_ps();
        v4 = _mm256_max_ps(v0, v4);
        _mm256_storeu_ps(y + 4912, v4);
        v0 = _mm256_setzero_ps();
        v5 = _mm256_max_ps(v0, v5);
        _mm256_storeu_ps(y + 4920, v5);
        v0 = _mm256_setzero_ps();
        v6 = _mm256_max_ps(v0, v6);
        _mm256_storeu_ps(y + 7368, v6);
        v0 = _mm256_setzero_ps();
        v7 = _mm256_max_ps(v0, v7);
        _mm256_storeu_ps(y + 7376, v7);
        x += 32;
        y += 16;
    }
}

/* zeros around 16 x 16 pixels: 1 rows, 1 columns */
__attribute__((target("avx2,fma,f16c")))
static void avx2_border_9(float *y)
{
    __m256 v0;
    v0 = _mm256_setzero_ps();
    for (int i = 0; i < 18; i++) {
        _mm256_storeu_ps(y, v0);
        y += 8;
    }
    for (int i = 0; i < 16; i++) {
        y += 128;
        _mm256_storeu_ps(y, v0);
        y += 8;
    }
    for (int i = 0; i < 17; i++) {
        _mm256_storeu_ps(y, v0);
        y += 8;
    }
}

/* 8 channels of one row of 16 pixels, windows of 1 rows */
__attribute__((target("avx2,fma,f16c")))
static void avx2_max_pool_10(const float *x, float *y)
{
    __m256 v0, v1, v2, v3, v4;
    for (int i = 0; i < 4; i++) {
        v0 = _mm256_loadu_ps(x);
        v1 = _mm256_loadu_ps(x + 16);
        v2 = _mm256_loadu_ps(x + 32);
        v3 = _mm256_loadu_ps(x + 48);
        v4 = _mm256_loadu_ps(x);
        v0 = _mm256_max_ps(v0, v4);
        v4 = _mm256_loadu_ps(x + 16);
        v1 = _mm256_max_ps(v1, v4);
        v4 = _mm256_loadu_ps(x + 32);
        v2 = _mm256_max_ps(v2, v4);
        v4 = _mm256_loadu_ps(x + 48);
        v3 = _mm256_max_ps(v3, v4);
        _mm256_storeu_ps(y, v0);
        _mm256_storeu_ps(y + 8, v1);
        _mm256_storeu_ps(y + 16, v2);
        _mm256_storeu_ps(y + 24, v3);
        x += 64;
        y += 32;
    }
}

/* 8 channels of 16 x 16 pixels with edges */
__attribute__((target("avx2,fma,f16c")))
static void avx2_pad_11(const float *x, float *y)
{
    __m256 v1;
    for (int i = 0; i < 16; i++) {
        for (int j = 0; j < 16; j++) {
            v1 = _mm256_loadu_ps(x);
            _mm256_storeu_ps(y, v1);
            x += 8;
            y += 8;
        }
    }
}

/* one value in 8 channels of 16 x 16 pixels */
__attribute__((target("avx2,fma,f16c")))
static void avx2_fill_12(float *y, const float *constants)
{
    __m256 v0;
    v0 = _mm256_broadcast_ss(constants);
    for (int i = 0; i < 16; i++) {
        for (int j = 0; j < 16; j++) {
            _mm256_storeu_ps(y, v0);
            y += 8;
        }
    }
}

/* V = Bt d B of a window d of 6 x 6 pixels; with a = sqrt(1/2), b = sqrt(2) the rows of Bt are
 *    1    0 -5/2    0    1    0
 *    0  -2a   -2    a    1    0
 *    0   2a   -2   -a    1    0
 *    0 -b/2 -1/2    b    1    0
 *    0  b/2 -1/2   -b    1    0
 *    0    1    0 -5/2    0    1.
 * 2 x 4 tiles, 4 blocks of 8 channels: V[6 x 6][block][tile][8] */
__attribute__((target("avx2,fma,f16c")))
static void avx2_winograd4_input_13(const float *x, float *t, float *v, const float *constants)
{
    __m256 v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13;
    v0 = _mm256_broadcast_ss(constants);
    v1 = _mm256_broadcast_ss(constants + 1);
    v2 = _mm256_broadcast_ss(constants + 2);
    v3 = _mm256_broadcast_ss(constants + 3);
    v4 = _mm256_broadcast_ss(constants + 4);
    v5 = _mm256_broadcast_ss(constants + 5);
    v6 = _mm256_broadcast_ss(constants + 6);
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 2; j++) {
            for (int k = 0; k < 4; k++) {
                for (int l = 0; l < 6; l++) {
                    _mm_prefetch((const char *)(x + 64), _MM_HINT_T0);
                    _mm_prefetch((const char *)(x + 80), _MM_HINT_T0);
                    v7 = _mm256_loadu_ps(x);
                    v8 = _mm256_loadu_ps(x + 8);
                    v9 = _mm256_loadu_ps(x + 16);
                    v10 = _mm256_loadu_ps(x + 24);
                    v11 = _mm256_loadu_ps(x + 32);
                    v12 = _mm256_loadu_ps(x + 40);
                    v7 = _mm256_add_ps(v7, v11);
                    v7 = fma_ymm(v9, v0, v7);
                    _mm256_storeu_ps(t, v7);
                    v12 = _mm256_add_ps(v12, v8);
                    v12 = fma_ymm(v10, v0, v12);
                    _mm256_storeu_ps(t + 40, v12);
                    v7 = v11;
                    v12 = v10;
                    v7 = fma_ymm(v9, v1, v7);
                    v12 = fma_ymm(v8, v1, v12);
                    v13 = v7;
                    v13 = fma_ymm(v12, v3, v13);
                    _mm256_storeu_ps(t + 8, v13);
                    v7 = fma_ymm(v12, v4, v7);
                    _mm256_storeu_ps(t + 16, v7);
                    v11 = fma_ymm(v9, v2, v11);
                    v10 = fma_ymm(v8, v2, v10);
                    v7 = v11;
                    v7 = fma_ymm(v10, v5, v7);
                    _mm256_storeu_ps(t + 24, v7);
                    v11 = fma_ymm(v10, v6, v11);
                    _mm256_storeu_ps(t + 32, v11);
                    x += 136;
                    t += 48;
                }
                x -= 816;
                t -= 288;
                for (int l = 0; l < 6; l++) {
                    v7 = _mm256_loadu_ps(t);
                    v8 = _mm256_loadu_ps(t + 48);
                    v9 = _mm256_loadu_ps(t + 96);
                    v10 = _mm256_loadu_ps(t + 144);
                    v11 = _mm256_loadu_ps(t + 192);
                    v12 = _mm256_loadu_ps(t + 240);
                    v7 = _mm256_add_ps(v7, v11);
                    v7 = fma_ymm(v9, v0, v7);
                    _mm256_storeu_ps(v, v7);
                    v12 = _mm256_add_ps(v12, v8);
                    v12 = fma_ymm(v10, v0, v12);
                    _mm256_storeu_ps(v + 8160, v12);
                    v7 = v11;
                    v12 = v10;
                    v7 = fma_ymm(v9, v1, v7);
                    v12 = fma_ymm(v8, v1, v12);
                    v13 = v7;
                    v13 = fma_ymm(v12, v3, v13);
                    _mm256_storeu_ps(v + 1632, v13);
                    v7 = fma_ymm(v12, v4, v7);
                    _mm256_storeu_ps(v + 3264, v7);
                    v11 = fma_ymm(v9, v2, v11);
                    v10 = fma_ymm(v8, v2, v10);
                    v7 = v11;
                    v7 = fma_ymm(v10, v5, v7);
                    _mm256_storeu_ps(v + 4896, v7);
                    v11 = fma_ymm(v10, v6, v11);
                    _mm256_storeu_ps(v + 6528, v11);
                    t += 8;
                    v += 272;
                }
                t -= 48;
                v -= 1624;
                x += 32;
            }
            x += 416;
        }
        x += 1368;
    }
}

/* M[f] = U[f] V[f] for 6 x 6 frequencies f: 32 output channels of 8 tiles, sums over 32 channels */
__attribute__((target("avx2,fma,f16c")))
static void avx2_winograd4_product_32x3_14(const float *v, const float *w, const float *ahead, float *m)
{
    __m256 v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15;
    for (int i = 0; i < 36; i++) {
        ahead += 1024;
        for (int j = 0; j < 2; j++) {
            v0 = _mm256_setzero_ps();
            v1 = _mm256_setzero_ps();
            v2 = _mm256_setzero_ps();
            v3 = _mm256_setzero_ps();
            v4 = _mm256_setzero_ps();
            v5 = _mm256_setzero_ps();
            v6 = _mm256_setzero_ps();
            v7 = _mm256_setzero_ps();
            v8 = _mm256_setzero_ps();
            v9 = _mm256_setzero_ps();
            v10 = _mm256_setzero_ps();
            v11 = _mm256_setzero_ps();
            for (int k = 0; k < 4; k++) {
                _mm_prefetch((const char *)(v + 24), _MM_HINT_T0);
                _mm_prefetch((const char *)(v + 40), _MM_HINT_T0);
                for (int l = 0; l < 2; l++) {
                    _mm_prefetch((const char *)(ahead), _MM_HINT_T1);
                    _mm_prefetch((const char *)(ahead + 16), _MM_HINT_T1);
                    _mm_prefetch((const char *)(ahead + 32), _MM_HINT_T1);
                    ahead += 48;
                    v12 = _mm256_broadcast_ss(v);
                    v13 = _mm256_broadcast_ss(v + 8);
                    v14 = _mm256_broadcast_ss(v + 16);
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
                    v12 = _mm256_broadcast_ss(v + 1);
                    v13 = _mm256_broadcast_ss(v + 9);
                    v14 = _mm256_broadcast_ss(v + 17);
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
                    v12 = _mm256_broadcast_ss(v + 2);
                    v13 = _mm256_broadcast_ss(v + 10);
                    v14 = _mm256_broadcast_ss(v + 18);
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
                    v12 = _mm256_broadcast_ss(v + 3);
                    v13 = _mm256_broadcast_ss(v + 11);
                    v14 = _mm256_broadcast_ss(v + 19);
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
                    v += 4;
                }
                v += 56;
            }
            v -= 256;
            w -= 1024;
            _mm256_storeu_ps(m, v0);
            _mm256_storeu_ps(m + 8, v1);
            _mm256_storeu_ps(m + 16, v2);
            _mm256_storeu_ps(m + 64, v3);
            _mm256_storeu_ps(m + 72, v4);
            _mm256_storeu_ps(m + 80, v5);
            _mm256_storeu_ps(m + 128, v6);
            _mm256_storeu_ps(m + 136, v7);
            _mm256_storeu_ps(m + 144, v8);
            _mm256_storeu_ps(m + 192, v9);
            _mm256_storeu_ps(m + 200, v10);
            _mm256_storeu_ps(m + 208, v11);
            v += 24;
            m += 24;
        }
        v0 = _mm256_setzero_ps();
        v1 = _mm256_setzero_ps();
        v2 = _mm256_setzero_ps();
        v3 = _mm256_setzero_ps();
        v4 = _mm256_setzero_ps();
        v5 = _mm256_setzero_ps();
        v6 = _mm256_setzero_ps();
        v7 = _mm256_setzero_ps();
        for (int j = 0; j < 4; j++) {
            _mm_prefetch((const char *)(v + 16), _MM_HINT_T0);
            _mm_prefetch((const char *)(v + 24), _MM_HINT_T0);
            for (int k = 0; k < 2; k++) {
                _mm_prefetch((const char *)(ahead), _MM_HINT_T1);
                _mm_prefetch((const char *)(ahead + 16), _MM_HINT_T1);
                _mm_prefetch((const char *)(ahead + 32), _MM_HINT_T1);
                ahead += 48;
                v8 = _mm256_broadcast_ss(v);
                v9 = _mm256_broadcast_ss(v + 8);
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
                v8 = _mm256_broadcast_ss(v + 1);
                v9 = _mm256_broadcast_ss(v + 9);
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
                v8 = _mm256_broadcast_ss(v + 2);
                v9 = _mm256_broadcast_ss(v + 10);
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
                v8 = _mm256_broadcast_ss(v + 3);
                v9 = _mm256_broadcast_ss(v + 11);
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
                v += 4;
            }
            v += 56;
        }
        v -= 256;
        w -= 1024;
        _mm256_storeu_ps(m, v0);
        _mm256_storeu_ps(m + 8, v1);
        _mm256_storeu_ps(m + 64, v2);
        _mm256_storeu_ps(m + 72, v3);
        _mm256_storeu_ps(m + 128, v4);
        _mm256_storeu_ps(m + 136, v5);
        _mm256_storeu_ps(m + 192, v6);
        _mm256_storeu_ps(m + 200, v7);
        v += 224;
        m += 224;
        ahead -= 1152;
        w += 1024;
    }
}

/* Y = At M A, 4 x 4 results; with a = sqrt(1/2), b = sqrt(2) the rows of At are
 *    1    1    1    1    1    0
 *    0    a   -a    b   -b    0
 *    0  1/2  1/2    2    2    0
 *    0  a^3 -a^3  b^3 -b^3    1, then the tail.
 * 32 output channels of 2 x 4 tiles from M[6 x 6][vector][tile][8] */
__attribute__((target("avx2,fma,f16c")))
static void avx2_winograd4_output_15(const float *m, float *t, float *y, const float *r, const float *b, const float *constants)
{
    __m256 v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12;
    v0 = _mm256_broadcast_ss(constants);
    v1 = _mm256_broadcast_ss(constants + 1);
    v2 = _mm256_broadcast_ss(constants + 2);
    v3 = _mm256_broadcast_ss(constants + 3);
    v4 = _mm256_broadcast_ss(constants + 4);
    v5 = _mm256_broadcast_ss(constants + 5);
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 2; j++) {
            for (int k = 0; k < 4; k++) {
                for (int l = 0; l < 6; l++) {
                    v6 = _mm256_loadu_ps(m);
                    v7 = _mm256_loadu_ps(m + 1632);
                    v8 = _mm256_loadu_ps(m + 3264);
                    v9 = _mm256_loadu_ps(m + 4896);
                    v10 = _mm256_loadu_ps(m + 6528);
                    v11 = _mm256_loadu_ps(m + 8160);
                    v12 = _mm256_add_ps(v7, v8);
                    v7 = _mm256_sub_ps(v7, v8);
                    v8 = _mm256_add_ps(v9, v10);
                    v9 = _mm256_sub_ps(v9, v10);
                    v6 = _mm256_add_ps(v6, v12);
                    v6 = _mm256_add_ps(v6, v8);
                    v12 = _mm256_mul_ps(v12, v2);
                    v12 = fma_ymm(v8, v3, v12);
                    v8 = _mm256_mul_ps(v7, v0);
                    v8 = fma_ymm(v9, v1, v8);
                    v11 = fma_ymm(v7, v4, v11);
                    v11 = fma_ymm(v9, v5, v11);
                    _mm256_storeu_ps(t, v6);
                    _mm256_storeu_ps(t + 48, v8);
                    _mm256_storeu_ps(t + 96, v12);
                    _mm256_storeu_ps(t + 144, v11);
                    m += 272;
                    t += 8;
                }
                m -= 1632;
                t -= 48;
                for (int l = 0; l < 4; l++) {
                    v6 = _mm256_loadu_ps(t);
                    v7 = _mm256_loadu_ps(t + 8);
                    v8 = _mm256_loadu_ps(t + 16);
                    v9 = _mm256_loadu_ps(t + 24);
                    v10 = _mm256_loadu_ps(t + 32);
                    v11 = _mm256_loadu_ps(t + 40);
                    v12 = _mm256_add_ps(v7, v8);
                    v7 = _mm256_sub_ps(v7, v8);
                    v8 = _mm256_add_ps(v9, v10);
                    v9 = _mm256_sub_ps(v9, v10);
                    v6 = _mm256_add_ps(v6, v12);
                    v6 = _mm256_add_ps(v6, v8);
                    v12 = _mm256_mul_ps(v12, v2);
                    v12 = fma_ymm(v8, v3, v12);
                    v8 = _mm256_mul_ps(v7, v0);
                    v8 = fma_ymm(v9, v1, v8);
                    v11 = fma_ymm(v7, v4, v11);
                    v11 = fma_ymm(v9, v5, v11);
                    v7 = _mm256_loadu_ps(b);
                    v6 = _mm256_add_ps(v6, v7);
                    v8 = _mm256_add_ps(v8, v7);
                    v12 = _mm256_add_ps(v12, v7);
                    v11 = _mm256_add_ps(v11, v7);
                    v7 = _mm256_loadu_ps(r);
                    v6 = _mm256_add_ps(v6, v7);
                    v7 = _mm256_setzero_ps();
                    v6 = _mm256_max_ps(v7, v6);
                    _mm256_storeu_ps(y, v6);
                    v6 = _mm256_loadu_ps(r + 8);
                    v8 = _mm256_add_ps(v8, v6);
                    v6 = _mm256_setzero_ps();
                    v8 = _mm256_max_ps(v6, v8);
                    _mm256_storeu_ps(y + 8, v8);
                    v6 = _mm256_loadu_ps(r + 16);
                    v12 = _mm256_add_ps(v12, v6);
                    v6 = _mm256_setzero_ps();
                    v12 = _mm256_max_ps(v6, v12);
                    _mm256_storeu_ps(y + 16, v12);
                    v6 = _mm256_loadu_ps(r + 24);
                    v11 = _mm256_add_ps(v11, v6);
                    v6 = _mm256_setzero_ps();
                    v11 = _mm256_max_ps(v6, v11);
                    _mm256_storeu_ps(y + 24, v11);
                    t += 48;
                    y += 136;
                    r += 128;
                }
                t -= 192;
                y -= 512;
                r -= 480;
                m += 8;
            }
            y += 416;
            r += 384;
        }
        y += 1368;
        r += 1040;
        b += 8;
    }
}

/* Y = At M A, 4 x 4 results; with a = sqrt(1/2), b = sqrt(2) the rows of At are
 *    1    1    1    1    1    0
 *    0    a   -a    b   -b    0
 *    0  1/2  1/2    2    2    0
 *    0  a^3 -a^3  b^3 -b^3    1, then the tail.
 * 32 output channels of 2 x 4 tiles from M[6 x 6][vector][tile][8] */
__attribute__((target("avx2,fma,f16c")))
static void avx2_winograd4_output_16(const float *m, float *t, float *y, const float *b, const float *constants)
{
    __m256 v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12;
    v0 = _mm256_broadcast_ss(constants);
    v1 = _mm256_broadcast_ss(constants + 1);
    v2 = _mm256_broadcast_ss(constants + 2);
    v3 = _mm256_broadcast_ss(constants + 3);
    v4 = _mm256_broadcast_ss(constants + 4);
    v5 = _mm256_broadcast_ss(constants + 5);
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 2; j++) {
            for (int k = 0; k < 4; k++) {
                for (int l = 0; l < 6; l++) {
                    v6 = _mm256_loadu_ps(m);
                    v7 = _mm256_loadu_ps(m + 1632);
                    v8 = _mm256_loadu_ps(m + 3264);
                    v9 = _mm256_loadu_ps(m + 4896);
                    v10 = _mm256_loadu_ps(m + 6528);
                    v11 = _mm256_loadu_ps(m + 8160);
                    v12 = _mm256_add_ps(v7, v8);
                    v7 = _mm256_sub_ps(v7, v8);
                    v8 = _mm256_add_ps(v9, v10);
                    v9 = _mm256_sub_ps(v9, v10);
                    v6 = _mm256_add_ps(v6, v12);
                    v6 = _mm256_add_ps(v6, v8);
                    v12 = _mm256_mul_ps(v12, v2);
                    v12 = fma_ymm(v8, v3, v12);
                    v8 = _mm256_mul_ps(v7, v0);
                    v8 = fma_ymm(v9, v1, v8);
                    v11 = fma_ymm(v7, v4, v11);
                    v11 = fma_ymm(v9, v5, v11);
                    _mm256_storeu_ps(t, v6);
                    _mm256_storeu_ps(t + 48, v8);
                    _mm256_storeu_ps(t + 96, v12);
                    _mm256_storeu_ps(t + 144, v11);
                    m += 272;
                    t += 8;
                }
                m -= 1632;
                t -= 48;
                for (int l = 0; l < 4; l++) {
                    v6 = _mm256_loadu_ps(t);
                    v7 = _mm256_loadu_ps(t + 8);
                    v8 = _mm256_loadu_ps(t + 16);
                    v9 = _mm256_loadu_ps(t + 24);
                    v10 = _mm256_loadu_ps(t + 32);
                    v11 = _mm256_loadu_ps(t + 40);
                    v12 = _mm256_add_ps(v7, v8);
                    v7 = _mm256_sub_ps(v7, v8);
                    v8 = _mm256_add_ps(v9, v10);
                    v9 = _mm256_sub_ps(v9, v10);
                    v6 = _mm256_add_ps(v6, v12);
                    v6 = _mm256_add_ps(v6, v8);
                    v12 = _mm256_mul_ps(v12, v2);
                    v12 = fma_ymm(v8, v3, v12);
                    v8 = _mm256_mul_ps(v7, v0);
                    v8 = fma_ymm(v9, v1, v8);
                    v11 = fma_ymm(v7, v4, v11);
                    v11 = fma_ymm(v9, v5, v11);
                    v7 = _mm256_loadu_ps(b);
                    v6 = _mm256_add_ps(v6, v7);
                    v8 = _mm256_add_ps(v8, v7);
                    v12 = _mm256_add_ps(v12, v7);
                    v11 = _mm256_add_ps(v11, v7);
                    v7 = _mm256_setzero_ps();
                    v6 = _mm256_max_ps(v7, v6);
                    _mm256_storeu_ps(y, v6);
                    v6 = _mm256_setzero_ps();
                    v8 = _mm256_max_ps(v6, v8);
                    _mm256_storeu_ps(y + 8, v8);
                    v6 = _mm256_setzero_ps();
                    v12 = _mm256_max_ps(v6, v12);
                    _mm256_storeu_ps(y + 16, v12);
                    v6 = _mm256_setzero_ps();
                    v11 = _mm256_max_ps(v6, v11);
                    _mm256_storeu_ps(y + 24, v11);
                    t += 48;
                    y += 136;
                }
                t -= 192;
                y -= 512;
                m += 8;
            }
            y += 416;
        }
        y += 1368;
        b += 8;
    }
}

/* Y = At M A, 4 x 4 results; with a = sqrt(1/2), b = sqrt(2) the rows of At are
 *    1    1    1    1    1    0
 *    0    a   -a    b   -b    0
 *    0  1/2  1/2    2    2    0
 *    0  a^3 -a^3  b^3 -b^3    1, then the tail.
 * 32 output channels of 2 x 4 tiles from M[6 x 6][vector][tile][8] */
__attribute__((target("avx2,fma,f16c")))
static void avx2_winograd4_output_17(const float *m, float *t, float *y, const float *r, const float *b, const float *constants)
{
    __m256 v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12;
    v0 = _mm256_broadcast_ss(constants);
    v1 = _mm256_broadcast_ss(constants + 1);
    v2 = _mm256_broadcast_ss(constants + 2);
    v3 = _mm256_broadcast_ss(constants + 3);
    v4 = _mm256_broadcast_ss(constants + 4);
    v5 = _mm256_broadcast_ss(constants + 5);
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 2; j++) {
            for (int k = 0; k < 4; k++) {
                for (int l = 0; l < 6; l++) {
                    v6 = _mm256_loadu_ps(m);
                    v7 = _mm256_loadu_ps(m + 1632);
                    v8 = _mm256_loadu_ps(m + 3264);
                    v9 = _mm256_loadu_ps(m + 4896);
                    v10 = _mm256_loadu_ps(m + 6528);
                    v11 = _mm256_loadu_ps(m + 8160);
                    v12 = _mm256_add_ps(v7, v8);
                    v7 = _mm256_sub_ps(v7, v8);
                    v8 = _mm256_add_ps(v9, v10);
                    v9 = _mm256_sub_ps(v9, v10);
                    v6 = _mm256_add_ps(v6, v12);
                    v6 = _mm256_add_ps(v6, v8);
                    v12 = _mm256_mul_ps(v12, v2);
                    v12 = fma_ymm(v8, v3, v12);
                    v8 = _mm256_mul_ps(v7, v0);
                    v8 = fma_ymm(v9, v1, v8);
                    v11 = fma_ymm(v7, v4, v11);
                    v11 = fma_ymm(v9, v5, v11);
                    _mm256_storeu_ps(t, v6);
                    _mm256_storeu_ps(t + 48, v8);
                    _mm256_storeu_ps(t + 96, v12);
                    _mm256_storeu_ps(t + 144, v11);
                    m += 272;
                    t += 8;
                }
                m -= 1632;
                t -= 48;
                for (int l = 0; l < 4; l++) {
                    v6 = _mm256_loadu_ps(t);
                    v7 = _mm256_loadu_ps(t + 8);
                    v8 = _mm256_loadu_ps(t + 16);
                    v9 = _mm256_loadu_ps(t + 24);
                    v10 = _mm256_loadu_ps(t + 32);
                    v11 = _mm256_loadu_ps(t + 40);
                    v12 = _mm256_add_ps(v7, v8);
                    v7 = _mm256_sub_ps(v7, v8);
                    v8 = _mm256_add_ps(v9, v10);
                    v9 = _mm256_sub_ps(v9, v10);
                    v6 = _mm256_add_ps(v6, v12);
                    v6 = _mm256_add_ps(v6, v8);
                    v12 = _mm256_mul_ps(v12, v2);
                    v12 = fma_ymm(v8, v3, v12);
                    v8 = _mm256_mul_ps(v7, v0);
                    v8 = fma_ymm(v9, v1, v8);
                    v11 = fma_ymm(v7, v4, v11);
                    v11 = fma_ymm(v9, v5, v11);
                    v7 = _mm256_loadu_ps(b);
                    v6 = _mm256_add_ps(v6, v7);
                    v8 = _mm256_add_ps(v8, v7);
                    v12 = _mm256_add_ps(v12, v7);
                    v11 = _mm256_add_ps(v11, v7);
                    v7 = _mm256_loadu_ps(r);
                    v6 = _mm256_add_ps(v6, v7);
                    v7 = _mm256_setzero_ps();
                    v6 = _mm256_max_ps(v7, v6);
                    _mm256_storeu_ps(y, v6);
                    v6 = _mm256_loadu_ps(r + 8);
                    v8 = _mm256_add_ps(v8, v6);
                    v6 = _mm256_setzero_ps();
                    v8 = _mm256_max_ps(v6, v8);
                    _mm256_storeu_ps(y + 8, v8);
                    v6 = _mm256_loadu_ps(r + 16);
                    v12 = _mm256_add_ps(v12, v6);
                    v6 = _mm256_setzero_ps();
                    v12 = _mm256_max_ps(v6, v12);
                    _mm256_storeu_ps(y + 16, v12);
                    v6 = _mm256_loadu_ps(r + 24);
                    v11 = _mm256_add_ps(v11, v6);
                    v6 = _mm256_setzero_ps();
                    v11 = _mm256_max_ps(v6, v11);
                    _mm256_storeu_ps(y + 24, v11);
                    t += 48;
                    y += 136;
                    r += 136;
                }
                t -= 192;
                y -= 512;
                r -= 512;
                m += 8;
            }
            y += 416;
            r += 416;
        }
        y += 1368;
        r += 1368;
        b += 8;
    }
}

/* 32 output channels of 1 x 8 pixels: sums over 32 channels and 3 x 3 taps */
__attribute__((target("avx2,fma,f16c")))
static void avx2_conv3x3_32x3_18(const float *x, const float *w, float *y, const float *b)
{
    __m256 v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15;
    for (int i = 0; i < 2; i++) {
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
        for (int j = 0; j < 3; j++) {
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 2; l++) {
                    v12 = _mm256_broadcast_ss(x);
                    v13 = _mm256_broadcast_ss(x + 16);
                    v14 = _mm256_broadcast_ss(x + 32);
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
                    v13 = _mm256_broadcast_ss(x + 17);
                    v14 = _mm256_broadcast_ss(x + 33);
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
                    v13 = _mm256_broadcast_ss(x + 18);
                    v14 = _mm256_broadcast_ss(x + 34);
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
                    v13 = _mm256_broadcast_ss(x + 19);
                    v14 = _mm256_broadcast_ss(x + 35);
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
            }
            x += 112;
        }
        x -= 408;
        w -= 2304;
        _mm256_storeu_ps(y, v0);
        _mm256_storeu_ps(y + 8, v1);
        _mm256_storeu_ps(y + 16, v2);
        _mm256_storeu_ps(y + 728, v3);
        _mm256_storeu_ps(y + 736, v4);
        _mm256_storeu_ps(y + 744, v5);
        _mm256_storeu_ps(y + 1456, v6);
        _mm256_storeu_ps(y + 1464, v7);
        _mm256_storeu_ps(y + 1472, v8);
        _mm256_storeu_ps(y + 2184, v9);
        _mm256_storeu_ps(y + 2192, v10);
        _mm256_storeu_ps(y + 2200, v11);
        x += 48;
        y += 24;
    }
    v0 = _mm256_loadu_ps(b);
    v1 = v0;
    v2 = _mm256_loadu_ps(b + 8);
    v3 = v2;
    v4 = _mm256_loadu_ps(b + 16);
    v5 = v4;
    v6 = _mm256_loadu_ps(b + 24);
    v7 = v6;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            for (int k = 0; k < 2; k++) {
                v8 = _mm256_broadcast_ss(x);
                v9 = _mm256_broadcast_ss(x + 16);
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
                v9 = _mm256_broadcast_ss(x + 17);
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
                v9 = _mm256_broadcast_ss(x + 18);
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
                v9 = _mm256_broadcast_ss(x + 19);
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
        }
        x += 112;
    }
    x -= 408;
    w -= 2304;
    _mm256_storeu_ps(y, v0);
    _mm256_storeu_ps(y + 8, v1);
    _mm256_storeu_ps(y + 728, v2);
    _mm256_storeu_ps(y + 736, v3);
    _mm256_storeu_ps(y + 1456, v4);
    _mm256_storeu_ps(y + 1464, v5);
    _mm256_storeu_ps(y + 2184, v6);
    _mm256_storeu_ps(y + 2192, v7);
    x += 2360;
    y -= 48;
    w += 2304;
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) {
            v0 = _mm256_loadu_ps(y);
            v1 = _mm256_loadu_ps(y + 8);
            v2 = _mm256_loadu_ps(y + 16);
            v3 = _mm256_loadu_ps(y + 728);
            v4 = _mm256_loadu_ps(y + 736);
            v5 = _mm256_loadu_ps(y + 744);
            v6 = _mm256_loadu_ps(y + 1456);
            v7 = _mm256_loadu_ps(y + 1464);
            v8 = _mm256_loadu_ps(y + 1472);
            v9 = _mm256_loadu_ps(y + 2184);
            v10 = _mm256_loadu_ps(y + 2192);
            v11 = _mm256_loadu_ps(y + 2200);
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 3; l++) {
                    for (int m = 0; m < 2; m++) {
                        v12 = _mm256_broadcast_ss(x);
                        v13 = _mm256_broadcast_ss(x + 16);
                        v14 = _mm256_broadcast_ss(x + 32);
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
                        v13 = _mm256_broadcast_ss(x + 17);
                        v14 = _mm256_broadcast_ss(x + 33);
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
                        v13 = _mm256_broadcast_ss(x + 18);
                        v14 = _mm256_broadcast_ss(x + 34);
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
                        v13 = _mm256_broadcast_ss(x + 19);
                        v14 = _mm256_broadcast_ss(x + 35);
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
                }
                x += 112;
            }
            x -= 408;
            w -= 2304;
            _mm256_storeu_ps(y, v0);
            _mm256_storeu_ps(y + 8, v1);
            _mm256_storeu_ps(y + 16, v2);
            _mm256_storeu_ps(y + 728, v3);
            _mm256_storeu_ps(y + 736, v4);
            _mm256_storeu_ps(y + 744, v5);
            _mm256_storeu_ps(y + 1456, v6);
            _mm256_storeu_ps(y + 1464, v7);
            _mm256_storeu_ps(y + 1472, v8);
            _mm256_storeu_ps(y + 2184, v9);
            _mm256_storeu_ps(y + 2192, v10);
            _mm256_storeu_ps(y + 2200, v11);
            x += 48;
            y += 24;
        }
        v0 = _mm256_loadu_ps(y);
        v1 = _mm256_loadu_ps(y + 8);
        v2 = _mm256_loadu_ps(y + 728);
        v3 = _mm256_loadu_ps(y + 736);
        v4 = _mm256_loadu_ps(y + 1456);
        v5 = _mm256_loadu_ps(y + 1464);
        v6 = _mm256_loadu_ps(y + 2184);
        v7 = _mm256_loadu_ps(y + 2192);
        for (int j = 0; j < 3; j++) {
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 2; l++) {
                    v8 = _mm256_broadcast_ss(x);
                    v9 = _mm256_broadcast_ss(x + 16);
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
                    v9 = _mm256_broadcast_ss(x + 17);
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
                    v9 = _mm256_broadcast_ss(x + 18);
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
                    v9 = _mm256_broadcast_ss(x + 19);
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
            }
            x += 112;
        }
        x -= 408;
        w -= 2304;
        _mm256_storeu_ps(y, v0);
        _mm256_storeu_ps(y + 8, v1);
        _mm256_storeu_ps(y + 728, v2);
        _mm256_storeu_ps(y + 736, v3);
        _mm256_storeu_ps(y + 1456, v4);
        _mm256_storeu_ps(y + 1464, v5);
        _mm256_storeu_ps(y + 2184, v6);
        _mm256_storeu_ps(y + 2192, v7);
        x += 2360;
        y -= 48;
        w += 2304;
    }
    for (int i = 0; i < 2; i++) {
        v0 = _mm256_loadu_ps(y);
        v1 = _mm256_loadu_ps(y + 8);
        v2 = _mm256_loadu_ps(y + 16);
        v3 = _mm256_loadu_ps(y + 728);
        v4 = _mm256_loadu_ps(y + 736);
        v5 = _mm256_loadu_ps(y + 744);
        v6 = _mm256_loadu_ps(y + 1456);
        v7 = _mm256_loadu_ps(y + 1464);
        v8 = _mm256_loadu_ps(y + 1472);
        v9 = _mm256_loadu_ps(y + 2184);
        v10 = _mm256_loadu_ps(y + 2192);
        v11 = _mm256_loadu_ps(y + 2200);
        for (int j = 0; j < 3; j++) {
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 2; l++) {
                    v12 = _mm256_broadcast_ss(x);
                    v13 = _mm256_broadcast_ss(x + 16);
                    v14 = _mm256_broadcast_ss(x + 32);
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
                    v13 = _mm256_broadcast_ss(x + 17);
                    v14 = _mm256_broadcast_ss(x + 33);
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
                    v13 = _mm256_broadcast_ss(x + 18);
                    v14 = _mm256_broadcast_ss(x + 34);
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
                    v13 = _mm256_broadcast_ss(x + 19);
                    v14 = _mm256_broadcast_ss(x + 35);
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
            }
            x += 112;
        }
        x -= 408;
        w -= 2304;
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
        _mm256_storeu_ps(y + 728, v3);
        v0 = _mm256_setzero_ps();
        v4 = _mm256_max_ps(v0, v4);
        _mm256_storeu_ps(y + 736, v4);
        v0 = _mm256_setzero_ps();
        v5 = _mm256_max_ps(v0, v5);
        _mm256_storeu_ps(y + 744, v5);
        v0 = _mm256_setzero_ps();
        v6 = _mm256_max_ps(v0, v6);
        _mm256_storeu_ps(y + 1456, v6);
        v0 = _mm256_setzero_ps();
        v7 = _mm256_max_ps(v0, v7);
        _mm256_storeu_ps(y + 1464, v7);
        v0 = _mm256_setzero_ps();
        v8 = _mm256_max_ps(v0, v8);
        _mm256_storeu_ps(y + 1472, v8);
        v0 = _mm256_setzero_ps();
        v9 = _mm256_max_ps(v0, v9);
        _mm256_storeu_ps(y + 2184, v9);
        v0 = _mm256_setzero_ps();
        v10 = _mm256_max_ps(v0, v10);
        _mm256_storeu_ps(y + 2192, v10);
        v0 = _mm256_setzero_ps();
        v11 = _mm256_max_ps(v0, v11);
        _mm256_storeu_ps(y + 2200, v11);
        x += 48;
        y += 24;
    }
    v0 = _mm256_loadu_ps(y);
    v1 = _mm256_loadu_ps(y + 8);
    v2 = _mm256_loadu_ps(y + 728);
    v3 = _mm256_loadu_ps(y + 736);
    v4 = _mm256_loadu_ps(y + 1456);
    v5 = _mm256_loadu_ps(y + 1464);
    v6 = _mm256_loadu_ps(y + 2184);
    v7 = _mm256_loadu_ps(y + 2192);
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            for (int k = 0; k < 2; k++) {
                v8 = _mm256_broadcast_ss(x);
                v9 = _mm256_broadcast_ss(x + 16);
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
                v9 = _mm256_broadcast_ss(x + 17);
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
                v9 = _mm256_broadcast_ss(x + 18);
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
                v9 = _mm256_broadcast_ss(x + 19);
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
        }
        x += 112;
    }
    x -= 408;
    w -= 2304;
    v8 = _mm256_setzero_ps();
    v0 = _mm256_max_ps(v8, v0);
    _mm256_storeu_ps(y, v0);
    v0 = _mm256_setzero_ps();
    v1 = _mm256_max_ps(v0, v1);
    _mm256_storeu_ps(y + 8, v1);
    v0 = _mm256_setzero_ps();
    v2 = _mm256_max_ps(v0, v2);
    _mm256_storeu_ps(y + 728, v2);
    v0 = _mm256_setzero_ps();
    v3 = _mm256_max_ps(v0, v3);
    _mm256_storeu_ps(y + 736, v3);
    v0 = _mm256_setzero_ps();
    v4 = _mm256_max_ps(v0, v4);
    _mm256_storeu_ps(y + 1456, v4);
    v0 = _mm256_setzero_ps();
    v5 = _mm256_max_ps(v0, v5);
    _mm256_storeu_ps(y + 1464, v5);
    v0 = _mm256_setzero_ps();
    v6 = _mm256_max_ps(v0, v6);
    _mm256_storeu_ps(y + 2184, v6);
    v0 = _mm256_setzero_ps();
    v7 = _mm256_max_ps(v0, v7);
    _mm256_storeu_ps(y + 2192, v7);
}

/* zeros around 8 x 8 pixels: 1 rows, 1 columns */
__attribute__((target("avx2,fma,f16c")))
static void avx2_border_19(float *y)
{
    __m256 v0;
    v0 = _mm256_setzero_ps();
    for (int i = 0; i < 10; i++) {
        _mm256_storeu_ps(y, v0);
        y += 8;
    }
    for (int i = 0; i < 8; i++) {
        y += 64;
        _mm256_storeu_ps(y, v0);
        y += 8;
    }
    for (int i = 0; i < 9; i++) {
        _mm256_storeu_ps(y, v0);
        y += 8;
    }
}

/* 8 channels of one row of 8 pixels, windows of 1 rows */
__attribute__((target("avx2,fma,f16c")))
static void avx2_max_pool_20(const float *x, float *y)
{
    __m256 v0, v1, v2, v3, v4;
    for (int i = 0; i < 2; i++) {
        v0 = _mm256_loadu_ps(x);
        v1 = _mm256_loadu_ps(x + 16);
        v2 = _mm256_loadu_ps(x + 32);
        v3 = _mm256_loadu_ps(x + 48);
        v4 = _mm256_loadu_ps(x);
        v0 = _mm256_max_ps(v0, v4);
        v4 = _mm256_loadu_ps(x + 16);
        v1 = _mm256_max_ps(v1, v4);
        v4 = _mm256_loadu_ps(x + 32);
        v2 = _mm256_max_ps(v2, v4);
        v4 = _mm256_loadu_ps(x + 48);
        v3 = _mm256_max_ps(v3, v4);
        _mm256_storeu_ps(y, v0);
        _mm256_storeu_ps(y + 8, v1);
        _mm256_storeu_ps(y + 16, v2);
        _mm256_storeu_ps(y + 24, v3);
        x += 64;
        y += 32;
    }
}

/* 8 channels of 8 x 8 pixels with edges */
__attribute__((target("avx2,fma,f16c")))
static void avx2_pad_21(const float *x, float *y)
{
    __m256 v1;
    for (int i = 0; i < 8; i++) {
        for (int j = 0; j < 8; j++) {
            v1 = _mm256_loadu_ps(x);
            _mm256_storeu_ps(y, v1);
            x += 8;
            y += 8;
        }
    }
}

/* one value in 8 channels of 8 x 8 pixels */
__attribute__((target("avx2,fma,f16c")))
static void avx2_fill_22(float *y, const float *constants)
{
    __m256 v0;
    v0 = _mm256_broadcast_ss(constants);
    for (int i = 0; i < 8; i++) {
        for (int j = 0; j < 8; j++) {
            _mm256_storeu_ps(y, v0);
            y += 8;
        }
    }
}

/* V = Bt d B of a window d of 4 x 4 pixels; the rows of Bt are
 *    1  0 -1  0
 *    0  1  1  0
 *    0 -1  1  0
 *    0 -1  0  1.
 * 4 x 4 tiles, 1 blocks of 8 channels: V[4 x 4][block][tile][8] */
__attribute__((target("avx2,fma,f16c")))
static void avx2_winograd2_input_23(const float *x, float *t, float *v)
{
    __m256 v0, v1, v2, v3;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
            for (int k = 0; k < 4; k++) {
                _mm_prefetch((const char *)(x + 32), _MM_HINT_T0);
                v0 = _mm256_loadu_ps(x);
                v1 = _mm256_loadu_ps(x + 8);
                v2 = _mm256_loadu_ps(x + 16);
                v3 = _mm256_loadu_ps(x + 24);
                v0 = _mm256_sub_ps(v0, v2);
                _mm256_storeu_ps(t, v0);
                v0 = _mm256_add_ps(v1, v2);
                _mm256_storeu_ps(t + 8, v0);
                v2 = _mm256_sub_ps(v2, v1);
                _mm256_storeu_ps(t + 16, v2);
                v3 = _mm256_sub_ps(v3, v1);
                _mm256_storeu_ps(t + 24, v3);
                x += 72;
                t += 32;
            }
            x -= 288;
            t -= 128;
            for (int k = 0; k < 4; k++) {
                v0 = _mm256_loadu_ps(t);
                v1 = _mm256_loadu_ps(t + 32);
                v2 = _mm256_loadu_ps(t + 64);
                v3 = _mm256_loadu_ps(t + 96);
                v0 = _mm256_sub_ps(v0, v2);
                _mm256_storeu_ps(v, v0);
                v0 = _mm256_add_ps(v1, v2);
                _mm256_storeu_ps(v + 4160, v0);
                v2 = _mm256_sub_ps(v2, v1);
                _mm256_storeu_ps(v + 8320, v2);
                v3 = _mm256_sub_ps(v3, v1);
                _mm256_storeu_ps(v + 12480, v3);
                t += 8;
                v += 1040;
            }
            t -= 32;
            v -= 4152;
            x += 16;
        }
        x += 80;
    }
}

/* M[f] = U[f] V[f] for 4 x 4 frequencies f: 32 output channels of 16 tiles, sums over 64 channels */
__attribute__((target("avx2,fma,f16c")))
static void avx2_winograd2_product_32x3_24(const float *v, const float *w, const float *ahead, float *m)
{
    __m256 v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15;
    for (int i = 0; i < 16; i++) {
        ahead += 2048;
        for (int j = 0; j < 4; j++) {
            v0 = _mm256_setzero_ps();
            v1 = _mm256_setzero_ps();
            v2 = _mm256_setzero_ps();
            v3 = _mm256_setzero_ps();
            v4 = _mm256_setzero_ps();
            v5 = _mm256_setzero_ps();
            v6 = _mm256_setzero_ps();
            v7 = _mm256_setzero_ps();
            v8 = _mm256_setzero_ps();
            v9 = _mm256_setzero_ps();
            v10 = _mm256_setzero_ps();
            v11 = _mm256_setzero_ps();
            for (int k = 0; k < 8; k++) {
                _mm_prefetch((const char *)(v + 24), _MM_HINT_T0);
                _mm_prefetch((const char *)(v + 40), _MM_HINT_T0);
                for (int l = 0; l < 2; l++) {
                    _mm_prefetch((const char *)(ahead), _MM_HINT_T1);
                    _mm_prefetch((const char *)(ahead + 16), _MM_HINT_T1);
                    ahead += 32;
                    v12 = _mm256_broadcast_ss(v);
                    v13 = _mm256_broadcast_ss(v + 8);
                    v14 = _mm256_broadcast_ss(v + 16);
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
                    v12 = _mm256_broadcast_ss(v + 1);
                    v13 = _mm256_broadcast_ss(v + 9);
                    v14 = _mm256_broadcast_ss(v + 17);
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
                    v12 = _mm256_broadcast_ss(v + 2);
                    v13 = _mm256_broadcast_ss(v + 10);
                    v14 = _mm256_broadcast_ss(v + 18);
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
                    v12 = _mm256_broadcast_ss(v + 3);
                    v13 = _mm256_broadcast_ss(v + 11);
                    v14 = _mm256_broadcast_ss(v + 19);
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
                    v += 4;
                }
                v += 120;
            }
            v -= 1024;
            w -= 2048;
            _mm256_storeu_ps(m, v0);
            _mm256_storeu_ps(m + 8, v1);
            _mm256_storeu_ps(m + 16, v2);
            _mm256_storeu_ps(m + 128, v3);
            _mm256_storeu_ps(m + 136, v4);
            _mm256_storeu_ps(m + 144, v5);
            _mm256_storeu_ps(m + 256, v6);
            _mm256_storeu_ps(m + 264, v7);
            _mm256_storeu_ps(m + 272, v8);
            _mm256_storeu_ps(m + 384, v9);
            _mm256_storeu_ps(m + 392, v10);
            _mm256_storeu_ps(m + 400, v11);
            v += 24;
            m += 24;
        }
        for (int j = 0; j < 2; j++) {
            v0 = _mm256_setzero_ps();
            v1 = _mm256_setzero_ps();
            v2 = _mm256_setzero_ps();
            v3 = _mm256_setzero_ps();
            v4 = _mm256_setzero_ps();
            v5 = _mm256_setzero_ps();
            v6 = _mm256_setzero_ps();
            v7 = _mm256_setzero_ps();
            for (int k = 0; k < 8; k++) {
                _mm_prefetch((const char *)(v + 16), _MM_HINT_T0);
                _mm_prefetch((const char *)(v + 24), _MM_HINT_T0);
                for (int l = 0; l < 2; l++) {
                    _mm_prefetch((const char *)(ahead), _MM_HINT_T1);
                    _mm_prefetch((const char *)(ahead + 16), _MM_HINT_T1);
                    ahead += 32;
                    v8 = _mm256_broadcast_ss(v);
                    v9 = _mm256_broadcast_ss(v + 8);
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
                    v8 = _mm256_broadcast_ss(v + 1);
                    v9 = _mm256_broadcast_ss(v + 9);
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
                    v8 = _mm256_broadcast_ss(v + 2);
                    v9 = _mm256_broadcast_ss(v + 10);
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
                    v8 = _mm256_broadcast_ss(v + 3);
                    v9 = _mm256_broadcast_ss(v + 11);
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
                    v += 4;
                }
                v += 120;
            }
            v -= 1024;
            w -= 2048;
            _mm256_storeu_ps(m, v0);
            _mm256_storeu_ps(m + 8, v1);
            _mm256_storeu_ps(m + 128, v2);
            _mm256_storeu_ps(m + 136, v3);
            _mm256_storeu_ps(m + 256, v4);
            _mm256_storeu_ps(m + 264, v5);
            _mm256_storeu_ps(m + 384, v6);
            _mm256_storeu_ps(m + 392, v7);
            v += 16;
            m += 16;
        }
        v += 912;
        m += 400;
        ahead -= 3072;
        w += 2048;
    }
}

/* Y = At M A, 2 x 2 results; the rows of At are
 *    1  1  1  0
 *    0  1 -1  1, then the tail.
 * 32 output channels of 4 x 4 tiles from M[4 x 4][vector][tile][8] */
__attribute__((target("avx2,fma,f16c")))
static void avx2_winograd2_output_25(const float *m, float *t, float *y, const float *r, const float *b)
{
    __m256 v0, v1, v2, v3;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
            for (int k = 0; k < 4; k++) {
                for (int l = 0; l < 4; l++) {
                    v0 = _mm256_loadu_ps(m);
                    v1 = _mm256_loadu_ps(m + 2112);
                    v2 = _mm256_loadu_ps(m + 4224);
                    v3 = _mm256_loadu_ps(m + 6336);
                    v0 = _mm256_add_ps(v0, v1);
                    v0 = _mm256_add_ps(v0, v2);
                    v1 = _mm256_sub_ps(v1, v2);
                    v1 = _mm256_add_ps(v1, v3);
                    _mm256_storeu_ps(t, v0);
                    _mm256_storeu_ps(t + 32, v1);
                    m += 528;
                    t += 8;
                }
                m -= 2112;
                t -= 32;
                for (int l = 0; l < 2; l++) {
                    v0 = _mm256_loadu_ps(t);
                    v1 = _mm256_loadu_ps(t + 8);
                    v2 = _mm256_loadu_ps(t + 16);
                    v3 = _mm256_loadu_ps(t + 24);
                    v0 = _mm256_add_ps(v0, v1);
                    v0 = _mm256_add_ps(v0, v2);
                    v1 = _mm256_sub_ps(v1, v2);
                    v1 = _mm256_add_ps(v1, v3);
                    v2 = _mm256_loadu_ps(b);
                    v0 = _mm256_add_ps(v0, v2);
                    v1 = _mm256_add_ps(v1, v2);
                    v2 = _mm256_loadu_ps(r);
                    v0 = _mm256_add_ps(v0, v2);
                    v2 = _mm256_setzero_ps();
                    v0 = _mm256_max_ps(v2, v0);
                    _mm256_storeu_ps(y, v0);
                    v0 = _mm256_loadu_ps(r + 8);
                    v1 = _mm256_add_ps(v1, v0);
                    v0 = _mm256_setzero_ps();
                    v1 = _mm256_max_ps(v0, v1);
                    _mm256_storeu_ps(y + 8, v1);
                    t += 32;
                    y += 72;
                    r += 64;
                }
                t -= 64;
                y -= 128;
                r -= 112;
                m += 8;
            }
            y += 80;
            r += 64;
        }
        y += 152;
        r += 16;
        b += 8;
    }
}

/* Y = At M A, 2 x 2 results; the rows of At are
 *    1  1  1  0
 *    0  1 -1  1, then the tail.
 * 32 output channels of 4 x 4 tiles from M[4 x 4][vector][tile][8] */
__attribute__((target("avx2,fma,f16c")))
static void avx2_winograd2_output_26(const float *m, float *t, float *y, const float *b)
{
    __m256 v0, v1, v2, v3;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
            for (int k = 0; k < 4; k++) {
                for (int l = 0; l < 4; l++) {
                    v0 = _mm256_loadu_ps(m);
                    v1 = _mm256_loadu_ps(m + 2112);
                    v2 = _mm256_loadu_ps(m + 4224);
                    v3 = _mm256_loadu_ps(m + 6336);
                    v0 = _mm256_add_ps(v0, v1);
                    v0 = _mm256_add_ps(v0, v2);
                    v1 = _mm256_sub_ps(v1, v2);
                    v1 = _mm256_add_ps(v1, v3);
                    _mm256_storeu_ps(t, v0);
                    _mm256_storeu_ps(t + 32, v1);
                    m += 528;
                    t += 8;
                }
                m -= 2112;
                t -= 32;
                for (int l = 0; l < 2; l++) {
                    v0 = _mm256_loadu_ps(t);
                    v1 = _mm256_loadu_ps(t + 8);
                    v2 = _mm256_loadu_ps(t + 16);
                    v3 = _mm256_loadu_ps(t + 24);
                    v0 = _mm256_add_ps(v0, v1);
                    v0 = _mm256_add_ps(v0, v2);
                    v1 = _mm256_sub_ps(v1, v2);
                    v1 = _mm256_add_ps(v1, v3);
                    v2 = _mm256_loadu_ps(b);
                    v0 = _mm256_add_ps(v0, v2);
                    v1 = _mm256_add_ps(v1, v2);
                    v2 = _mm256_setzero_ps();
                    v0 = _mm256_max_ps(v2, v0);
                    _mm256_storeu_ps(y, v0);
                    v0 = _mm256_setzero_ps();
                    v1 = _mm256_max_ps(v0, v1);
                    _mm256_storeu_ps(y + 8, v1);
                    t += 32;
                    y += 72;
                }
                t -= 64;
                y -= 128;
                m += 8;
            }
            y += 80;
        }
        y += 152;
        b += 8;
    }
}

/* Y = At M A, 2 x 2 results; the rows of At are
 *    1  1  1  0
 *    0  1 -1  1, then the tail.
 * 32 output channels of 4 x 4 tiles from M[4 x 4][vector][tile][8] */
__attribute__((target("avx2,fma,f16c")))
static void avx2_winograd2_output_27(const float *m, float *t, float *y, const float *r, const float *b)
{
    __m256 v0, v1, v2, v3;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
            for (int k = 0; k < 4; k++) {
                for (int l = 0; l < 4; l++) {
                    v0 = _mm256_loadu_ps(m);
                    v1 = _mm256_loadu_ps(m + 2112);
                    v2 = _mm256_loadu_ps(m + 4224);
                    v3 = _mm256_loadu_ps(m + 6336);
                    v0 = _mm256_add_ps(v0, v1);
                    v0 = _mm256_add_ps(v0, v2);
                    v1 = _mm256_sub_ps(v1, v2);
                    v1 = _mm256_add_ps(v1, v3);
                    _mm256_storeu_ps(t, v0);
                    _mm256_storeu_ps(t + 32, v1);
                    m += 528;
                    t += 8;
                }
                m -= 2112;
                t -= 32;
                for (int l = 0; l < 2; l++) {
                    v0 = _mm256_loadu_ps(t);
                    v1 = _mm256_loadu_ps(t + 8);
                    v2 = _mm256_loadu_ps(t + 16);
                    v3 = _mm256_loadu_ps(t + 24);
                    v0 = _mm256_add_ps(v0, v1);
                    v0 = _mm256_add_ps(v0, v2);
                    v1 = _mm256_sub_ps(v1, v2);
                    v1 = _mm256_add_ps(v1, v3);
                    v2 = _mm256_loadu_ps(b);
                    v0 = _mm256_add_ps(v0, v2);
                    v1 = _mm256_add_ps(v1, v2);
                    v2 = _mm256_loadu_ps(r);
                    v0 = _mm256_add_ps(v0, v2);
                    v2 = _mm256_setzero_ps();
                    v0 = _mm256_max_ps(v2, v0);
                    _mm256_storeu_ps(y, v0);
                    v0 = _mm256_loadu_ps(r + 8);
                    v1 = _mm256_add_ps(v1, v0);
                    v0 = _mm256_setzero_ps();
                    v1 = _mm256_max_ps(v0, v1);
                    _mm256_storeu_ps(y + 8, v1);
                    t += 32;
                    y += 72;
                    r += 72;
                }
                t -= 64;
                y -= 128;
                r -= 128;
                m += 8;
            }
            y += 80;
            r += 80;
        }
        y += 152;
        r += 152;
        b += 8;
    }
}

/* Y = At M A, 2 x 2 results; the rows of At are
 *    1  1  1  0
 *    0  1 -1  1, then the tail.
 * 32 output channels of 4 x 4 tiles from M[4 x 4][vector][tile][8] */
__attribute__((target("avx2,fma,f16c")))
static void avx2_winograd2_output_28(const float *m, float *t, float *y, const float *r, const float *b, const float *constants)
{
    __m256 v0, v1, v2, v3;
    v0 = _mm256_setzero_ps();
    _mm256_storeu_ps(y, v0);
    _mm256_storeu_ps(y + 8, v0);
    _mm256_storeu_ps(y + 16, v0);
    _mm256_storeu_ps(y + 24, v0);
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
            for (int k = 0; k < 4; k++) {
                for (int l = 0; l < 4; l++) {
                    v0 = _mm256_loadu_ps(m);
                    v1 = _mm256_loadu_ps(m + 2112);
                    v2 = _mm256_loadu_ps(m + 4224);
                    v3 = _mm256_loadu_ps(m + 6336);
                    v0 = _mm256_add_ps(v0, v1);
                    v0 = _mm256_add_ps(v0, v2);
                    v1 = _mm256_sub_ps(v1, v2);
                    v1 = _mm256_add_ps(v1, v3);
                    _mm256_storeu_ps(t, v0);
                    _mm256_storeu_ps(t + 32, v1);
                    m += 528;
                    t += 8;
                }
                m -= 2112;
                t -= 32;
                for (int l = 0; l < 2; l++) {
                    v0 = _mm256_loadu_ps(t);
                    v1 = _mm256_loadu_ps(t + 8);
                    v2 = _mm256_loadu_ps(t + 16);
                    v3 = _mm256_loadu_ps(t + 24);
                    v0 = _mm256_add_ps(v0, v1);
                    v0 = _mm256_add_ps(v0, v2);
                    v1 = _mm256_sub_ps(v1, v2);
                    v1 = _mm256_add_ps(v1, v3);
                    v2 = _mm256_loadu_ps(b);
                    v0 = _mm256_add_ps(v0, v2);
                    v1 = _mm256_add_ps(v1, v2);
                    v2 = _mm256_loadu_ps(r);
                    v0 = _mm256_add_ps(v0, v2);
                    v2 = _mm256_setzero_ps();
                    v0 = _mm256_max_ps(v2, v0);
                    v2 = _mm256_loadu_ps(r + 8);
                    v1 = _mm256_add_ps(v1, v2);
                    v2 = _mm256_setzero_ps();
                    v1 = _mm256_max_ps(v2, v1);
                    v2 = _mm256_loadu_ps(y);
                    v2 = _mm256_add_ps(v2, v0);
                    v2 = _mm256_add_ps(v2, v1);
                    _mm256_storeu_ps(y, v2);
                    t += 32;
                    r += 72;
                }
                t -= 64;
                r -= 128;
                m += 8;
            }
            r += 80;
        }
        y += 8;
        r += 152;
        b += 8;
    }
    m -= 512;
    y -= 32;
    r -= 2912;
    b -= 32;
    v0 = _mm256_broadcast_ss(constants);
    v1 = _mm256_loadu_ps(y);
    v1 = _mm256_mul_ps(v1, v0);
    _mm256_storeu_ps(y, v1);
    v1 = _mm256_loadu_ps(y + 8);
    v1 = _mm256_mul_ps(v1, v0);
    _mm256_storeu_ps(y + 8, v1);
    v1 = _mm256_loadu_ps(y + 16);
    v1 = _mm256_mul_ps(v1, v0);
    _mm256_storeu_ps(y + 16, v1);
    v1 = _mm256_loadu_ps(y + 24);
    v1 = _mm256_mul_ps(v1, v0);
    _mm256_storeu_ps(y + 24, v1);
}

/* 16 output channels of 1 x 1 pixels: sums over 64 channels and 1 x 1 taps */
__attribute__((target("avx2,fma,f16c")))
static void avx2_conv1x1_16x1_29(const float *x, const float *w, float *y, const float *b)
{
    __m256 v0, v1, v2, v3;
    v0 = _mm256_loadu_ps(b);
    v1 = _mm256_loadu_ps(b + 8);
    for (int i = 0; i < 8; i++) {
        for (int j = 0; j < 2; j++) {
            v2 = _mm256_broadcast_ss(x);
            v3 = _mm256_loadu_ps(w);
            v0 = fma_ymm(v3, v2, v0);
            v3 = _mm256_loadu_ps(w + 8);
            v1 = fma_ymm(v3, v2, v1);
            v2 = _mm256_broadcast_ss(x + 1);
            v3 = _mm256_loadu_ps(w + 16);
            v0 = fma_ymm(v3, v2, v0);
            v3 = _mm256_loadu_ps(w + 24);
            v1 = fma_ymm(v3, v2, v1);
            v2 = _mm256_broadcast_ss(x + 2);
            v3 = _mm256_loadu_ps(w + 32);
            v0 = fma_ymm(v3, v2, v0);
            v3 = _mm256_loadu_ps(w + 40);
            v1 = fma_ymm(v3, v2, v1);
            v2 = _mm256_broadcast_ss(x + 3);
            v3 = _mm256_loadu_ps(w + 48);
            v0 = fma_ymm(v3, v2, v0);
            v3 = _mm256_loadu_ps(w + 56);
            v1 = fma_ymm(v3, v2, v1);
            w += 64;
            x += 4;
        }
    }
    x -= 64;
    w -= 1024;
    _mm256_storeu_ps(y, v0);
    _mm256_storeu_ps(y + 8, v1);
}

/* 10 channels of one pixel */
__attribute__((target("avx2,fma,f16c")))
static void avx2_copy_30(const float *x, float *y)
{
    __m256 v0;
    v0 = _mm256_loadu_ps(x);
    _mm256_storeu_ps(y, v0);
    x += 8;
    y += 8;
    v0 = _mm256_zextps128_ps256(_mm_load_ss(x));
    _mm_store_ss(y, _mm256_castps256_ps128(v0));
    v0 = _mm256_zextps128_ps256(_mm_load_ss(x + 1));
    _mm_store_ss(y + 1, _mm256_castps256_ps128(v0));
}

/* another layout: 3 x 32 x 32
 * Layer input.border (cifar_resnet.yaml:9). */
static void step_copy_0(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 6;
    ptrdiff_t tile = task % 6;
    const float *x = run->input + image * 3072 + slot[0];
    float *y = run->arena + image * 53904 + slot[1];
    if (tile < 3) {
        const ptrdiff_t i = tile;
        avx2_copy_0(x + i * 1024, y + i * 1123);
        return;
    }
    tile -= 3;
    const ptrdiff_t i = tile;
    avx2_border_1(y + i * 1123 - 34);
}

static const Part parts_copy_0[] = {{1, 3, 610}, {1, 3, 124}, {0}};

/* convolution 3 x 3, stride 1: 3 x 32 x 32 -> 16 x 32 x 32, then relu; direct, tiles of 16 x 6
 * 442,368 MACs per image. Layer conv1 (cifar_resnet.yaml:35). */
static void step_conv_1(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 18;
    ptrdiff_t tile = task % 18;
    const float *x = run->arena + image * 53904 + slot[0];
    const float *w = run->weights + slot[1];
    float *y = run->arena + image * 53904 + slot[2];
    const float *b = run->weights + slot[3];
    if (tile < 16) {
        const ptrdiff_t i = tile;
        avx2_conv3x3_16x6_2(x + i * 66 - 34, w, y + i * 528, b);
        return;
    }
    tile -= 16;
    const ptrdiff_t i = tile;
    avx2_border_3(y + i * 8984 - 272);
}

static const Part parts_conv_1[] = {{1, 16, 6792}, {1, 2, 237}, {0}};

/* convolution 3 x 3, stride 1: 16 x 32 x 32 -> 16 x 32 x 32, then relu; winograd F(4x4,3x3), 4 x 8 tiles a task,
 * products of 16 channels x 6 tiles
 * 2,359,296 MACs per image. Layers layer1.0.conv1 (cifar_resnet.yaml:26), layer1.1.conv1 (cifar_resnet.yaml:26),
 * layer1.2.conv1 (cifar_resnet.yaml:26). */
static void step_winograd_2(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 4;
    ptrdiff_t tile = task % 4;
    const float *x = run->arena + image * 53904 + slot[0];
    _Alignas(64) float scratch[38608];
    const float *w = run->weights + slot[2];
    float *y = run->arena + image * 53904 + slot[3];
    const float *b = run->weights + slot[4];
    if (tile < 2) {
        const ptrdiff_t j = tile;
        avx2_winograd4_input_4(x + j * 4224 - 272, scratch, scratch + 592, winograd4_input_4_constants);
        avx2_winograd4_product_16x6_5(scratch + 592, w, scratch + 19600);
        avx2_winograd4_output_6(scratch + 19600, scratch, y + j * 4224, b, winograd4_output_6_constants);
        return;
    }
    tile -= 2;
    const ptrdiff_t i = tile;
    avx2_border_3(y + i * 8984 - 272);
}

static const Part parts_winograd_2[] = {{1, 2, 116560}, {1, 2, 237}, {0}};

/* convolution 3 x 3, stride 1: 16 x 32 x 32 -> 16 x 32 x 32, then add, then relu; winograd F(4x4,3x3), 4 x 8 tiles
 * a task, products of 16 channels x 6 tiles
 * 2,359,296 MACs per image. Layers layer1.0.conv2 (cifar_resnet.yaml:29), layer1.1.conv2 (cifar_resnet.yaml:29),
 * layer1.2.conv2 (cifar_resnet.yaml:29). */
static void step_winograd_3(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 4;
    ptrdiff_t tile = task % 4;
    const float *x = run->arena + image * 53904 + slot[0];
    _Alignas(64) float scratch[38608];
    const float *w = run->weights + slot[2];
    float *y = run->arena + image * 53904 + slot[3];
    const float *r = run->arena + image * 53904 + slot[4];
    const float *b = run->weights + slot[5];
    if (tile < 2) {
        const ptrdiff_t j = tile;
        avx2_winograd4_input_4(x + j * 4224 - 272, scratch, scratch + 592, winograd4_input_4_constants);
        avx2_winograd4_product_16x6_5(scratch + 592, w, scratch + 19600);
        avx2_winograd4_output_7(scratch + 19600, scratch, y + j * 4224, r + j * 4224, b, winograd4_output_7_constants);
        return;
    }
    tile -= 2;
    const ptrdiff_t i = tile;
    avx2_border_3(y + i * 8984 - 272);
}

static const Part parts_winograd_3[] = {{1, 2, 118939}, {1, 2, 237}, {0}};

/* convolution 3 x 3, stride 2: 16 x 32 x 32 -> 32 x 16 x 16, then relu; direct, tiles of 32 x 3
 * 1,179,648 MACs per image. Layer layer2.0.conv1 (cifar_resnet.yaml:26). */
static void step_conv_4(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 20;
    ptrdiff_t tile = task % 20;
    const float *x = run->arena + image * 53904 + slot[0];
    const float *w = run->weights + slot[1];
    float *y = run->arena + image * 53904 + slot[2];
    const float *b = run->weights + slot[3];
    if (tile < 16) {
        const ptrdiff_t i = tile;
        avx2_conv3x3_32x3_8(x + i * 528 - 272, w, y + i * 136, b);
        return;
    }
    tile -= 16;
    const ptrdiff_t i = tile;
    avx2_border_9(y + i * 2456 - 144);
}

static const Part parts_conv_4[] = {{1, 16, 16202}, {1, 4, 125}, {0}};

/* max_pool 1 x 1, stride 2: 16 x 32 x 32 -> 16 x 16 x 16
 * Layer layer2.0.subsample (cifar_resnet.yaml:24). */
static void step_max_pool_5(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 32;
    const ptrdiff_t tile = task % 32;
    const float *x = run->arena + image * 53904 + slot[0];
    float *y = run->arena + image * 53904 + slot[1];
    const ptrdiff_t i = tile / 16;
    const ptrdiff_t j = tile % 16;
    avx2_max_pool_10(x + i * 8984 + j * 528, y + i * 2064 + j * 128);
}

static const Part parts_max_pool_5[] = {{1, 32, 74}, {0}};

/* pad: 32 x 16 x 16
 * Layer layer2.0.widen (cifar_resnet.yaml:24). */
static void step_pad_6(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 4;
    ptrdiff_t tile = task % 4;
    const float *x = run->arena + image * 53904 + slot[0];
    float *y = run->arena + image * 53904 + slot[1];
    if (tile < 2) {
        const ptrdiff_t i = tile;
        avx2_pad_11(x + i * 2064, y + i * 2064);
        return;
    }
    tile -= 2;
    const ptrdiff_t i = tile;
    avx2_fill_12(y + i * 2064 + 4128, fill_12_constants);
}

static const Part parts_pad_6[] = {{1, 2, 1058}, {1, 2, 547}, {0}};

/* convolution 3 x 3, stride 1: 32 x 16 x 16 -> 32 x 16 x 16, then add, then relu; winograd F(4x4,3x3), 2 x 4 tiles
 * a task, products of 32 channels x 3 tiles
 * 2,359,296 MACs per image. Layer layer2.0.conv2 (cifar_resnet.yaml:29). */
static void step_winograd_7(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 6;
    ptrdiff_t tile = task % 6;
    const float *x = run->arena + image * 53904 + slot[0];
    _Alignas(64) float scratch[20176];
    const float *w = run->weights + slot[2];
    float *y = run->arena + image * 53904 + slot[3];
    const float *r = run->arena + image * 53904 + slot[4];
    const float *b = run->weights + slot[5];
    if (tile < 2) {
        const ptrdiff_t j = tile;
        avx2_winograd4_input_13(x + j * 1088 - 144, scratch, scratch + 592, winograd4_input_13_constants);
        avx2_winograd4_product_32x3_14(scratch + 592, w, w, scratch + 10384);
        avx2_winograd4_output_15(scratch + 10384, scratch, y + j * 1088, r + j * 1024, b, winograd4_output_15_constants);
        return;
    }
    tile -= 2;
    const ptrdiff_t i = tile;
    avx2_border_9(y + i * 2456 - 144);
}

static const Part parts_winograd_7[] = {{1, 2, 93499}, {1, 4, 125}, {0}};

/* convolution 3 x 3, stride 1: 32 x 16 x 16 -> 32 x 16 x 16, then relu; winograd F(4x4,3x3), 2 x 4 tiles a task,
 * products of 32 channels x 3 tiles
 * 2,359,296 MACs per image. Layers layer2.1.conv1 (cifar_resnet.yaml:26), layer2.2.conv1 (cifar_resnet.yaml:26). */
static void step_winograd_8(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 6;
    ptrdiff_t tile = task % 6;
    const float *x = run->arena + image * 53904 + slot[0];
    _Alignas(64) float scratch[20176];
    const float *w = run->weights + slot[2];
    float *y = run->arena + image * 53904 + slot[3];
    const float *b = run->weights + slot[4];
    if (tile < 2) {
        const ptrdiff_t j = tile;
        avx2_winograd4_input_13(x + j * 1088 - 144, scratch, scratch + 592, winograd4_input_13_constants);
        avx2_winograd4_product_32x3_14(scratch + 592, w, w, scratch + 10384);
        avx2_winograd4_output_16(scratch + 10384, scratch, y + j * 1088, b, winograd4_output_16_constants);
        return;
    }
    tile -= 2;
    const ptrdiff_t i = tile;
    avx2_border_9(y + i * 2456 - 144);
}

static const Part parts_winograd_8[] = {{1, 2, 92302}, {1, 4, 125}, {0}};

/* convolution 3 x 3, stride 1: 32 x 16 x 16 -> 32 x 16 x 16, then add, then relu; winograd F(4x4,3x3), 2 x 4 tiles
 * a task, products of 32 channels x 3 tiles
 * 2,359,296 MACs per image. Layers layer2.1.conv2 (cifar_resnet.yaml:29), layer2.2.conv2 (cifar_resnet.yaml:29). */
static void step_winograd_9(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 6;
    ptrdiff_t tile = task % 6;
    const float *x = run->arena + image * 53904 + slot[0];
    _Alignas(64) float scratch[20176];
    const float *w = run->weights + slot[2];
    float *y = run->arena + image * 53904 + slot[3];
    const float *r = run->arena + image * 53904 + slot[4];
    const float *b = run->weights + slot[5];
    if (tile < 2) {
        const ptrdiff_t j = tile;
        avx2_winograd4_input_13(x + j * 1088 - 144, scratch, scratch + 592, winograd4_input_13_constants);
        avx2_winograd4_product_32x3_14(scratch + 592, w, w, scratch + 10384);
        avx2_winograd4_output_17(scratch + 10384, scratch, y + j * 1088, r + j * 1088, b, winograd4_output_17_constants);
        return;
    }
    tile -= 2;
    const ptrdiff_t i = tile;
    avx2_border_9(y + i * 2456 - 144);
}

static const Part parts_winograd_9[] = {{1, 2, 93499}, {1, 4, 125}, {0}};

/* convolution 3 x 3, stride 2: 32 x 16 x 16 -> 64 x 8 x 8, then relu; direct, tiles of 32 x 3
 * 1,179,648 MACs per image. Layer layer3.0.conv1 (cifar_resnet.yaml:26). */
static void step_conv_10(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 24;
    ptrdiff_t tile = task % 24;
    const float *x = run->arena + image * 53904 + slot[0];
    const float *w = run->weights + slot[1];
    float *y = run->arena + image * 53904 + slot[2];
    const float *b = run->weights + slot[3];
    if (tile < 16) {
        const ptrdiff_t i = tile / 2;
        const ptrdiff_t j = tile % 2;
        avx2_conv3x3_32x3_18(x + i * 272 - 144, w + j * 9216, y + i * 72 + j * 2912, b + j * 32);
        return;
    }
    tile -= 16;
    const ptrdiff_t i = tile;
    avx2_border_19(y + i * 728 - 80);
}

static const Part parts_conv_10[] = {{1, 16, 16138}, {1, 8, 69}, {0}};

/* max_pool 1 x 1, stride 2: 32 x 16 x 16 -> 32 x 8 x 8
 * Layer layer3.0.subsample (cifar_resnet.yaml:24). */
static void step_max_pool_11(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 32;
    const ptrdiff_t tile = task % 32;
    const float *x = run->arena + image * 53904 + slot[0];
    float *y = run->arena + image * 53904 + slot[1];
    const ptrdiff_t i = tile / 8;
    const ptrdiff_t j = tile % 8;
    avx2_max_pool_20(x + i * 2456 + j * 272, y + i * 528 + j * 64);
}

static const Part parts_max_pool_11[] = {{1, 32, 38}, {0}};

/* pad: 64 x 8 x 8
 * Layer layer3.0.widen (cifar_resnet.yaml:24). */
static void step_pad_12(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 8;
    ptrdiff_t tile = task % 8;
    const float *x = run->arena + image * 53904 + slot[0];
    float *y = run->arena + image * 53904 + slot[1];
    if (tile < 4) {
        const ptrdiff_t i = tile;
        avx2_pad_21(x + i * 528, y + i * 528);
        return;
    }
    tile -= 4;
    const ptrdiff_t i = tile;
    avx2_fill_22(y + i * 528 + 2112, fill_22_constants);
}

static const Part parts_pad_12[] = {{1, 4, 274}, {1, 4, 147}, {0}};

/* convolution 3 x 3, stride 1: 64 x 8 x 8 -> 64 x 8 x 8, then add, then relu: its input transformed for F(2 x 2, 3
 * x 3)
 * Layers layer3.0.conv2 (input) (cifar_resnet.yaml:29), layer3.1.conv2 (input) (cifar_resnet.yaml:29). */
static void step_winograd_input_13(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 16;
    ptrdiff_t tile = task % 16;
    const float *x = run->arena + image * 53904 + slot[0];
    _Alignas(64) float scratch[592];
    float *v = run->arena + image * 53904 + slot[2];
    float *y = run->arena + image * 53904 + slot[3];
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_winograd2_input_23(x + i * 728 - 80, scratch, v + i * 128);
        return;
    }
    tile -= 8;
    const ptrdiff_t i = tile;
    avx2_border_19(y + i * 728 - 80);
}

static const Part parts_winograd_input_13[] = {{1, 8, 2015}, {1, 8, 69}, {0}};

/* convolution 3 x 3, stride 1: 64 x 8 x 8 -> 64 x 8 x 8, then add, then relu; winograd F(2x2,3x3), 4 x 4 tiles a
 * task, products of 32 channels x 3 tiles
 * 2,359,296 MACs per image. Layer layer3.0.conv2 (cifar_resnet.yaml:29). */
static void step_winograd_14(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 2;
    const ptrdiff_t tile = task % 2;
    const float *v = run->arena + image * 53904 + slot[0];
    const float *w = run->weights + slot[1];
    _Alignas(64) float scratch[9040];
    float *y = run->arena + image * 53904 + slot[3];
    const float *r = run->arena + image * 53904 + slot[4];
    const float *b = run->weights + slot[5];
    const ptrdiff_t i = tile;
    avx2_winograd2_product_32x3_24(v, w + i * 32768, w + i * 32768, scratch + 592);
    avx2_winograd2_output_25(scratch + 592, scratch, y + i * 2912, r + i * 2112, b + i * 32);
}

static const Part parts_winograd_14[] = {{1, 2, 127660}, {0}};

/* convolution 3 x 3, stride 1: 64 x 8 x 8 -> 64 x 8 x 8, then relu: its input transformed for F(2 x 2, 3 x 3)
 * Layers layer3.1.conv1 (input) (cifar_resnet.yaml:26), layer3.2.conv1 (input) (cifar_resnet.yaml:26). */
static void step_winograd_input_15(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 16;
    ptrdiff_t tile = task % 16;
    const float *x = run->arena + image * 53904 + slot[0];
    _Alignas(64) float scratch[592];
    float *v = run->arena + image * 53904 + slot[2];
    float *y = run->arena + image * 53904 + slot[3];
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx2_winograd2_input_23(x + i * 728 - 80, scratch, v + i * 128);
        return;
    }
    tile -= 8;
    const ptrdiff_t i = tile;
    avx2_border_19(y + i * 728 - 80);
}

static const Part parts_winograd_input_15[] = {{1, 8, 2015}, {1, 8, 69}, {0}};

/* convolution 3 x 3, stride 1: 64 x 8 x 8 -> 64 x 8 x 8, then relu; winograd F(2x2,3x3), 4 x 4 tiles a task,
 * products of 32 channels x 3 tiles
 * 2,359,296 MACs per image. Layers layer3.1.conv1 (cifar_resnet.yaml:26), layer3.2.conv1 (cifar_resnet.yaml:26). */
static void step_winograd_16(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 2;
    const ptrdiff_t tile = task % 2;
    const float *v = run->arena + image * 53904 + slot[0];
    const float *w = run->weights + slot[1];
    _Alignas(64) float scratch[9040];
    float *y = run->arena + image * 53904 + slot[3];
    const float *b = run->weights + slot[4];
    const ptrdiff_t i = tile;
    avx2_winograd2_product_32x3_24(v, w + i * 32768, w + i * 32768, scratch + 592);
    avx2_winograd2_output_26(scratch + 592, scratch, y + i * 2912, b + i * 32);
}

static const Part parts_winograd_16[] = {{1, 2, 126935}, {0}};

/* convolution 3 x 3, stride 1: 64 x 8 x 8 -> 64 x 8 x 8, then add, then relu; winograd F(2x2,3x3), 4 x 4 tiles a
 * task, products of 32 channels x 3 tiles
 * 2,359,296 MACs per image. Layer layer3.1.conv2 (cifar_resnet.yaml:29). */
static void step_winograd_17(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 2;
    const ptrdiff_t tile = task % 2;
    const float *v = run->arena + image * 53904 + slot[0];
    const float *w = run->weights + slot[1];
    _Alignas(64) float scratch[9040];
    float *y = run->arena + image * 53904 + slot[3];
    const float *r = run->arena + image * 53904 + slot[4];
    const float *b = run->weights + slot[5];
    const ptrdiff_t i = tile;
    avx2_winograd2_product_32x3_24(v, w + i * 32768, w + i * 32768, scratch + 592);
    avx2_winograd2_output_27(scratch + 592, scratch, y + i * 2912, r + i * 2912, b + i * 32);
}

static const Part parts_winograd_17[] = {{1, 2, 127660}, {0}};

/* convolution 3 x 3, stride 1: 64 x 8 x 8 -> 64 x 8 x 8, then add, then relu, then global_avg_pool: its input
 * transformed for F(2 x 2, 3 x 3)
 * Layer layer3.2.conv2 (input) (cifar_resnet.yaml:29). */
static void step_winograd_input_18(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 8;
    const ptrdiff_t tile = task % 8;
    const float *x = run->arena + image * 53904 + slot[0];
    _Alignas(64) float scratch[592];
    float *v = run->arena + image * 53904 + slot[2];
    const ptrdiff_t i = tile;
    avx2_winograd2_input_23(x + i * 728 - 80, scratch, v + i * 128);
}

static const Part parts_winograd_input_18[] = {{1, 8, 2015}, {0}};

/* convolution 3 x 3, stride 1: 64 x 8 x 8 -> 64 x 8 x 8, then add, then relu, then global_avg_pool; winograd
 * F(2x2,3x3), 4 x 4 tiles a task, products of 32 channels x 3 tiles
 * 2,359,296 MACs per image. Layer layer3.2.conv2 (cifar_resnet.yaml:29). */
static void step_winograd_19(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 2;
    const ptrdiff_t tile = task % 2;
    const float *v = run->arena + image * 53904 + slot[0];
    const float *w = run->weights + slot[1];
    _Alignas(64) float scratch[9040];
    float *y = run->arena + image * 53904 + slot[3];
    const float *r = run->arena + image * 53904 + slot[4];
    const float *b = run->weights + slot[5];
    const ptrdiff_t i = tile;
    avx2_winograd2_product_32x3_24(v, w + i * 32768, w + i * 32768, scratch + 592);
    avx2_winograd2_output_28(scratch + 592, scratch, y + i * 32, r + i * 2912, b + i * 32, winograd2_output_28_constants);
}

static const Part parts_winograd_19[] = {{1, 2, 127726}, {0}};

/* linear: 64 -> 10; direct, tiles of 16 x 1
 * 640 MACs per image. Layer fc (cifar_resnet.yaml:42). */
static void step_linear_20(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task;
    const float *x = run->arena + image * 53904 + slot[0];
    const float *w = run->weights + slot[1];
    float *y = run->arena + image * 53904 + slot[2];
    const float *b = run->weights + slot[3];
    avx2_conv1x1_16x1_29(x, w, y, b);
}

static const Part parts_linear_20[] = {{1, 1, 376}, {0}};

/* the output as the caller reads it: 10 x 1 x 1
 * Layer output (cifar_resnet.yaml:42). */
static void step_output_21(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task;
    const float *x = run->arena + image * 53904 + slot[0];
    float *y = run->output + image * 10 + slot[1];
    avx2_copy_30(x, y);
}

static const Part parts_output_21[] = {{1, 1, 10}, {0}};

/* The layers in the order in which they run. */
static const Step steps[] = {
    { step_copy_0, parts_copy_0, { 0, 18002 } },                        /* input.border */
    { step_conv_1, parts_conv_1, { 18002, 0, 272, 432 } },              /* conv1 */
    { step_winograd_2, parts_winograd_2, { 272, 0, 448, 18240, 9664 } }, /* layer1.0.conv1 */
    { step_winograd_3, parts_winograd_3, { 18240, 0, 9680, 36208, 272, 18896 } }, /* layer1.0.conv2 */
    { step_winograd_2, parts_winograd_2, { 36208, 0, 18912, 272, 28128 } }, /* layer1.1.conv1 */
    { step_winograd_3, parts_winograd_3, { 272, 0, 28144, 18240, 36208, 37360 } }, /* layer1.1.conv2 */
    { step_winograd_2, parts_winograd_2, { 18240, 0, 37376, 272, 46592 } }, /* layer1.2.conv1 */
    { step_winograd_3, parts_winograd_3, { 272, 0, 46608, 36208, 18240, 55824 } }, /* layer1.2.conv2 */
    { step_conv_4, parts_conv_4, { 36208, 55840, 144, 60448 } },        /* layer2.0.conv1 */
    { step_max_pool_5, parts_max_pool_5, { 36208, 9824 } },             /* layer2.0.subsample */
    { step_pad_6, parts_pad_6, { 9824, 19648 } },                       /* layer2.0.widen */
    { step_winograd_7, parts_winograd_7, { 144, 0, 60480, 9968, 19648, 97344 } }, /* layer2.0.conv2 */
    { step_winograd_8, parts_winograd_8, { 9968, 0, 97376, 144, 134240 } }, /* layer2.1.conv1 */
    { step_winograd_9, parts_winograd_9, { 144, 0, 134272, 19792, 9968, 171136 } }, /* layer2.1.conv2 */
    { step_winograd_8, parts_winograd_8, { 19792, 0, 171168, 144, 208032 } }, /* layer2.2.conv1 */
    { step_winograd_9, parts_winograd_9, { 144, 0, 208064, 9968, 19792, 244928 } }, /* layer2.2.conv2 */
    { step_conv_10, parts_conv_10, { 9968, 244960, 19728, 263392 } },   /* layer3.0.conv1 */
    { step_max_pool_11, parts_max_pool_11, { 9968, 0 } },               /* layer3.0.subsample */
    { step_pad_12, parts_pad_12, { 0, 31296 } },                        /* layer3.0.widen */
    { step_winograd_input_13, parts_winograd_input_13, { 19728, 0, 0, 25552 } }, /* layer3.0.conv2 (input) */
    { step_winograd_14, parts_winograd_14, { 0, 263456, 0, 25552, 31296, 328992 } }, /* layer3.0.conv2 */
    { step_winograd_input_15, parts_winograd_input_15, { 25552, 0, 0, 16720 } }, /* layer3.1.conv1 (input) */
    { step_winograd_16, parts_winograd_16, { 0, 329056, 0, 16720, 394592 } }, /* layer3.1.conv1 */
    { step_winograd_input_13, parts_winograd_input_13, { 16720, 0, 0, 31376 } }, /* layer3.1.conv2 (input) */
    { step_winograd_17, parts_winograd_17, { 0, 394656, 0, 31376, 25552, 460192 } }, /* layer3.1.conv2 */
    { step_winograd_input_15, parts_winograd_input_15, { 31376, 0, 0, 16720 } }, /* layer3.2.conv1 (input) */
    { step_winograd_16, parts_winograd_16, { 0, 460256, 0, 16720, 525792 } }, /* layer3.2.conv1 */
    { step_winograd_input_18, parts_winograd_input_18, { 16720, 0, 0 } }, /* layer3.2.conv2 (input) */
    { step_winograd_19, parts_winograd_19, { 0, 525856, 0, 22464, 31376, 591392 } }, /* layer3.2.conv2 */
    { step_linear_20, parts_linear_20, { 22464, 591456, 0, 592480 } },  /* fc */
    { step_output_21, parts_output_21, { 0, 0 } },                      /* output */
};

const char *cifar_resnet20_strerror(int status)
{
    switch (status) {
    case CIFAR_RESNET20_OK:              return "no error";
    case CIFAR_RESNET20_ERROR_ARGUMENT:  return "a pointer is NULL, or the number of threads is not in 1..1024";
    case CIFAR_RESNET20_ERROR_BATCH:     return "the batch is empty or larger than the code was compiled for";
    case CIFAR_RESNET20_ERROR_ALIGNMENT: return "arena and weights must begin at a multiple of 64 bytes";
    case CIFAR_RESNET20_ERROR_PROCESSOR: return "this processor lacks AVX2 or FMA";
    case CIFAR_RESNET20_ERROR_FILE:      return "the weights file cannot be opened or mapped";
    case CIFAR_RESNET20_ERROR_FORMAT:    return "these are no weights of nncc";
    case CIFAR_RESNET20_ERROR_VERSION:   return "the weights are in the format of another version of nncc";
    case CIFAR_RESNET20_ERROR_MODEL:     return "the weights belong to another model";
    case CIFAR_RESNET20_ERROR_LAYOUT:    return "the weights were packed for other code of this model";
    case CIFAR_RESNET20_ERROR_TRUNCATED: return "the weights file is not as long as it says";
    }
    return "unknown status";
}

size_t cifar_resnet20_arena_size(void)
{
    return (size_t)215616 * CIFAR_RESNET20_MAX_BATCH;
}

size_t cifar_resnet20_weights_size(void)
{
    return sizeof(Stamp) + expected.bytes;
}

static int check_stamp(const Stamp *stamp)
{
    if (memcmp(stamp->magic, expected.magic, sizeof stamp->magic))
        return CIFAR_RESNET20_ERROR_FORMAT;
    if (stamp->version != expected.version)
        return CIFAR_RESNET20_ERROR_VERSION;
    if (stamp->model != expected.model)
        return CIFAR_RESNET20_ERROR_MODEL;
    if (stamp->layout != expected.layout || stamp->bytes != expected.bytes)
        return CIFAR_RESNET20_ERROR_LAYOUT;
    return CIFAR_RESNET20_OK;
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

int cifar_resnet20_forward(const void *weights, void *arena, const float *input, int batch, int threads, float *output)
{
    if (!weights || !arena || !input || !output || threads < 1 || threads > 1024)
        return CIFAR_RESNET20_ERROR_ARGUMENT;
    if (batch < 1 || batch > CIFAR_RESNET20_MAX_BATCH)
        return CIFAR_RESNET20_ERROR_BATCH;
    if ((uintptr_t)weights % 64 || (uintptr_t)arena % 64)
        return CIFAR_RESNET20_ERROR_ALIGNMENT;
    if (!has_avx2())
        return CIFAR_RESNET20_ERROR_PROCESSOR;
    const Stamp *stamp = weights;
    const int status = check_stamp(stamp);
    if (status != CIFAR_RESNET20_OK)
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
    return CIFAR_RESNET20_OK;
}

#if defined(__unix__) || defined(__APPLE__)

static int map_file(int file, const void **weights)
{
    struct stat info;
    Stamp stamp;
    if (fstat(file, &info))
        return CIFAR_RESNET20_ERROR_FILE;
    if (!S_ISREG(info.st_mode) || pread(file, &stamp, sizeof stamp, 0) != (ssize_t)sizeof stamp)
        return CIFAR_RESNET20_ERROR_FORMAT;
    const int status = check_stamp(&stamp);
    if (status != CIFAR_RESNET20_OK)
        return status;
    if ((uintmax_t)info.st_size != cifar_resnet20_weights_size())
        return CIFAR_RESNET20_ERROR_TRUNCATED;
    void *block = mmap(NULL, cifar_resnet20_weights_size(), PROT_READ, MAP_PRIVATE, file, 0);
    if (block == MAP_FAILED)
        return CIFAR_RESNET20_ERROR_FILE;
    *weights = block;
    return CIFAR_RESNET20_OK;
}

int cifar_resnet20_weights_map(const char *path, const void **weights)
{
    if (!path || !weights)
        return CIFAR_RESNET20_ERROR_ARGUMENT;
    const int file = open(path, O_RDONLY | O_NONBLOCK);     /* a pipe must not make us wait */
    if (file < 0)
        return CIFAR_RESNET20_ERROR_FILE;
    const int status = map_file(file, weights);
    close(file);
    return status;
}

void cifar_resnet20_weights_unmap(const void *weights)
{
    if (weights)
        munmap((void *)(uintptr_t)weights, cifar_resnet20_weights_size());
}

#else /* no mmap: read the file into aligned memory yourself */

int cifar_resnet20_weights_map(const char *path, const void **weights)
{
    return path && weights ? CIFAR_RESNET20_ERROR_FILE : CIFAR_RESNET20_ERROR_ARGUMENT;
}

void cifar_resnet20_weights_unmap(const void *weights)
{
    (void)weights;
}

#endif
