/* lenet, compiled from lenet.yaml by nncc for the target avx2.
 *
 *     nncc lenet.yaml --target avx2 -o lenet_avx2.c
 *
 * Build it with
 *
 *     cc -std=c11 -O2 -ffp-contract=off -fopenmp -c lenet_avx2.c
 *
 * -ffp-contract=off keeps the compiler from fusing a multiplication and an addition that are apart here: with it,
 * every compiler gives the same bits. Without -fopenmp everything runs on one thread. One image takes 7,872 bytes
 * of arena; the weights take 250,112 bytes.
 *
 * Input [3][32][32] and output [2] are row-major floats; in between, channels lie in blocks of eight, which are the
 * lanes of a vector. A kernel computes one tile of a layer; a step runs a kernel over the tiles of all images. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "lenet_avx2.h"

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

static const Stamp expected = { "NNCCW", 1, 250048, 0xb2438916dd7db4c5, 0x44712e45f22de1e2, "lenet" };

/* One call of lenet_forward, as its steps see it. */
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
    ptrdiff_t slot[4];                  /* where its arrays begin: floats from the start of what holds them */
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

/* 8 output channels of 1 x 14 pixels, each the largest of its window: sums over 3 channels and 5 x 5 taps */
__attribute__((target("avx2,fma,f16c")))
static void avx2_conv5x5_8x3_0(const float *x, const float *w, float *y, const float *b)
{
    __m256 v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13;
    for (int i = 0; i < 4; i++) {
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
        for (int j = 0; j < 5; j++) {
            for (int k = 0; k < 5; k++) {
                v12 = _mm256_loadu_ps(w);
                v13 = _mm256_broadcast_ss(x);
                v0 = fma_ymm(v12, v13, v0);
                v13 = _mm256_broadcast_ss(x + 1);
                v1 = fma_ymm(v12, v13, v1);
                v13 = _mm256_broadcast_ss(x + 32);
                v2 = fma_ymm(v12, v13, v2);
                v13 = _mm256_broadcast_ss(x + 33);
                v3 = fma_ymm(v12, v13, v3);
                v13 = _mm256_broadcast_ss(x + 2);
                v4 = fma_ymm(v12, v13, v4);
                v13 = _mm256_broadcast_ss(x + 3);
                v5 = fma_ymm(v12, v13, v5);
                v13 = _mm256_broadcast_ss(x + 34);
                v6 = fma_ymm(v12, v13, v6);
                v13 = _mm256_broadcast_ss(x + 35);
                v7 = fma_ymm(v12, v13, v7);
                v13 = _mm256_broadcast_ss(x + 4);
                v8 = fma_ymm(v12, v13, v8);
                v13 = _mm256_broadcast_ss(x + 5);
                v9 = fma_ymm(v12, v13, v9);
                v13 = _mm256_broadcast_ss(x + 36);
                v10 = fma_ymm(v12, v13, v10);
                v13 = _mm256_broadcast_ss(x + 37);
                v11 = fma_ymm(v12, v13, v11);
                v12 = _mm256_loadu_ps(w + 8);
                v13 = _mm256_broadcast_ss(x + 1024);
                v0 = fma_ymm(v12, v13, v0);
                v13 = _mm256_broadcast_ss(x + 1025);
                v1 = fma_ymm(v12, v13, v1);
                v13 = _mm256_broadcast_ss(x + 1056);
                v2 = fma_ymm(v12, v13, v2);
                v13 = _mm256_broadcast_ss(x + 1057);
                v3 = fma_ymm(v12, v13, v3);
                v13 = _mm256_broadcast_ss(x + 1026);
                v4 = fma_ymm(v12, v13, v4);
                v13 = _mm256_broadcast_ss(x + 1027);
                v5 = fma_ymm(v12, v13, v5);
                v13 = _mm256_broadcast_ss(x + 1058);
                v6 = fma_ymm(v12, v13, v6);
                v13 = _mm256_broadcast_ss(x + 1059);
                v7 = fma_ymm(v12, v13, v7);
                v13 = _mm256_broadcast_ss(x + 1028);
                v8 = fma_ymm(v12, v13, v8);
                v13 = _mm256_broadcast_ss(x + 1029);
                v9 = fma_ymm(v12, v13, v9);
                v13 = _mm256_broadcast_ss(x + 1060);
                v10 = fma_ymm(v12, v13, v10);
                v13 = _mm256_broadcast_ss(x + 1061);
                v11 = fma_ymm(v12, v13, v11);
                v12 = _mm256_loadu_ps(w + 16);
                v13 = _mm256_broadcast_ss(x + 2048);
                v0 = fma_ymm(v12, v13, v0);
                v13 = _mm256_broadcast_ss(x + 2049);
                v1 = fma_ymm(v12, v13, v1);
                v13 = _mm256_broadcast_ss(x + 2080);
                v2 = fma_ymm(v12, v13, v2);
                v13 = _mm256_broadcast_ss(x + 2081);
                v3 = fma_ymm(v12, v13, v3);
                v13 = _mm256_broadcast_ss(x + 2050);
                v4 = fma_ymm(v12, v13, v4);
                v13 = _mm256_broadcast_ss(x + 2051);
                v5 = fma_ymm(v12, v13, v5);
                v13 = _mm256_broadcast_ss(x + 2082);
                v6 = fma_ymm(v12, v13, v6);
                v13 = _mm256_broadcast_ss(x + 2083);
                v7 = fma_ymm(v12, v13, v7);
                v13 = _mm256_broadcast_ss(x + 2052);
                v8 = fma_ymm(v12, v13, v8);
                v13 = _mm256_broadcast_ss(x + 2053);
                v9 = fma_ymm(v12, v13, v9);
                v13 = _mm256_broadcast_ss(x + 2084);
                v10 = fma_ymm(v12, v13, v10);
                v13 = _mm256_broadcast_ss(x + 2085);
                v11 = fma_ymm(v12, v13, v11);
                w += 24;
                x += 1;
            }
            x += 27;
        }
        x -= 160;
        w -= 600;
        v12 = _mm256_setzero_ps();
        v0 = _mm256_max_ps(v12, v0);
        v12 = _mm256_setzero_ps();
        v1 = _mm256_max_ps(v12, v1);
        v0 = _mm256_max_ps(v1, v0);
        v1 = _mm256_setzero_ps();
        v2 = _mm256_max_ps(v1, v2);
        v0 = _mm256_max_ps(v2, v0);
        v1 = _mm256_setzero_ps();
        v3 = _mm256_max_ps(v1, v3);
        v0 = _mm256_max_ps(v3, v0);
        _mm256_storeu_ps(y, v0);
        v0 = _mm256_setzero_ps();
        v4 = _mm256_max_ps(v0, v4);
        v0 = _mm256_setzero_ps();
        v5 = _mm256_max_ps(v0, v5);
        v4 = _mm256_max_ps(v5, v4);
        v0 = _mm256_setzero_ps();
        v6 = _mm256_max_ps(v0, v6);
        v4 = _mm256_max_ps(v6, v4);
        v0 = _mm256_setzero_ps();
        v7 = _mm256_max_ps(v0, v7);
        v4 = _mm256_max_ps(v7, v4);
        _mm256_storeu_ps(y + 8, v4);
        v0 = _mm256_setzero_ps();
        v8 = _mm256_max_ps(v0, v8);
        v0 = _mm256_setzero_ps();
        v9 = _mm256_max_ps(v0, v9);
        v8 = _mm256_max_ps(v9, v8);
        v0 = _mm256_setzero_ps();
        v10 = _mm256_max_ps(v0, v10);
        v8 = _mm256_max_ps(v10, v8);
        v0 = _mm256_setzero_ps();
        v11 = _mm256_max_ps(v0, v11);
        v8 = _mm256_max_ps(v11, v8);
        _mm256_storeu_ps(y + 16, v8);
        x += 6;
        y += 24;
    }
    v0 = _mm256_loadu_ps(b);
    v1 = v0;
    v2 = v0;
    v3 = v0;
    v4 = v0;
    v5 = v0;
    v6 = v0;
    v7 = v0;
    for (int i = 0; i < 5; i++) {
        for (int j = 0; j < 5; j++) {
            v8 = _mm256_loadu_ps(w);
            v9 = _mm256_broadcast_ss(x);
            v0 = fma_ymm(v8, v9, v0);
            v9 = _mm256_broadcast_ss(x + 1);
            v1 = fma_ymm(v8, v9, v1);
            v9 = _mm256_broadcast_ss(x + 32);
            v2 = fma_ymm(v8, v9, v2);
            v9 = _mm256_broadcast_ss(x + 33);
            v3 = fma_ymm(v8, v9, v3);
            v9 = _mm256_broadcast_ss(x + 2);
            v4 = fma_ymm(v8, v9, v4);
            v9 = _mm256_broadcast_ss(x + 3);
            v5 = fma_ymm(v8, v9, v5);
            v9 = _mm256_broadcast_ss(x + 34);
            v6 = fma_ymm(v8, v9, v6);
            v9 = _mm256_broadcast_ss(x + 35);
            v7 = fma_ymm(v8, v9, v7);
            v8 = _mm256_loadu_ps(w + 8);
            v9 = _mm256_broadcast_ss(x + 1024);
            v0 = fma_ymm(v8, v9, v0);
            v9 = _mm256_broadcast_ss(x + 1025);
            v1 = fma_ymm(v8, v9, v1);
            v9 = _mm256_broadcast_ss(x + 1056);
            v2 = fma_ymm(v8, v9, v2);
            v9 = _mm256_broadcast_ss(x + 1057);
            v3 = fma_ymm(v8, v9, v3);
            v9 = _mm256_broadcast_ss(x + 1026);
            v4 = fma_ymm(v8, v9, v4);
            v9 = _mm256_broadcast_ss(x + 1027);
            v5 = fma_ymm(v8, v9, v5);
            v9 = _mm256_broadcast_ss(x + 1058);
            v6 = fma_ymm(v8, v9, v6);
            v9 = _mm256_broadcast_ss(x + 1059);
            v7 = fma_ymm(v8, v9, v7);
            v8 = _mm256_loadu_ps(w + 16);
            v9 = _mm256_broadcast_ss(x + 2048);
            v0 = fma_ymm(v8, v9, v0);
            v9 = _mm256_broadcast_ss(x + 2049);
            v1 = fma_ymm(v8, v9, v1);
            v9 = _mm256_broadcast_ss(x + 2080);
            v2 = fma_ymm(v8, v9, v2);
            v9 = _mm256_broadcast_ss(x + 2081);
            v3 = fma_ymm(v8, v9, v3);
            v9 = _mm256_broadcast_ss(x + 2050);
            v4 = fma_ymm(v8, v9, v4);
            v9 = _mm256_broadcast_ss(x + 2051);
            v5 = fma_ymm(v8, v9, v5);
            v9 = _mm256_broadcast_ss(x + 2082);
            v6 = fma_ymm(v8, v9, v6);
            v9 = _mm256_broadcast_ss(x + 2083);
            v7 = fma_ymm(v8, v9, v7);
            w += 24;
            x += 1;
        }
        x += 27;
    }
    x -= 160;
    w -= 600;
    v8 = _mm256_setzero_ps();
    v0 = _mm256_max_ps(v8, v0);
    v8 = _mm256_setzero_ps();
    v1 = _mm256_max_ps(v8, v1);
    v0 = _mm256_max_ps(v1, v0);
    v1 = _mm256_setzero_ps();
    v2 = _mm256_max_ps(v1, v2);
    v0 = _mm256_max_ps(v2, v0);
    v1 = _mm256_setzero_ps();
    v3 = _mm256_max_ps(v1, v3);
    v0 = _mm256_max_ps(v3, v0);
    _mm256_storeu_ps(y, v0);
    v0 = _mm256_setzero_ps();
    v4 = _mm256_max_ps(v0, v4);
    v0 = _mm256_setzero_ps();
    v5 = _mm256_max_ps(v0, v5);
    v4 = _mm256_max_ps(v5, v4);
    v0 = _mm256_setzero_ps();
    v6 = _mm256_max_ps(v0, v6);
    v4 = _mm256_max_ps(v6, v4);
    v0 = _mm256_setzero_ps();
    v7 = _mm256_max_ps(v0, v7);
    v4 = _mm256_max_ps(v7, v4);
    _mm256_storeu_ps(y + 8, v4);
}

/* 16 output channels of 1 x 5 pixels, each the largest of its window: sums over 6 channels and 5 x 5 taps */
__attribute__((target("avx2,fma,f16c")))
static void avx2_conv5x5_16x1_1(const float *x, const float *w, float *y, const float *b)
{
    __m256 v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10;
    for (int i = 0; i < 5; i++) {
        v0 = _mm256_loadu_ps(b);
        v1 = v0;
        v2 = v0;
        v3 = v0;
        v4 = _mm256_loadu_ps(b + 8);
        v5 = v4;
        v6 = v4;
        v7 = v4;
        for (int j = 0; j < 5; j++) {
            for (int k = 0; k < 5; k++) {
                v8 = _mm256_loadu_ps(w);
                v9 = _mm256_loadu_ps(w + 8);
                v10 = _mm256_broadcast_ss(x);
                v0 = fma_ymm(v8, v10, v0);
                v4 = fma_ymm(v9, v10, v4);
                v10 = _mm256_broadcast_ss(x + 8);
                v1 = fma_ymm(v8, v10, v1);
                v5 = fma_ymm(v9, v10, v5);
                v10 = _mm256_broadcast_ss(x + 112);
                v2 = fma_ymm(v8, v10, v2);
                v6 = fma_ymm(v9, v10, v6);
                v10 = _mm256_broadcast_ss(x + 120);
                v3 = fma_ymm(v8, v10, v3);
                v7 = fma_ymm(v9, v10, v7);
                v8 = _mm256_loadu_ps(w + 16);
                v9 = _mm256_loadu_ps(w + 24);
                v10 = _mm256_broadcast_ss(x + 1);
                v0 = fma_ymm(v8, v10, v0);
                v4 = fma_ymm(v9, v10, v4);
                v10 = _mm256_broadcast_ss(x + 9);
                v1 = fma_ymm(v8, v10, v1);
                v5 = fma_ymm(v9, v10, v5);
                v10 = _mm256_broadcast_ss(x + 113);
                v2 = fma_ymm(v8, v10, v2);
                v6 = fma_ymm(v9, v10, v6);
                v10 = _mm256_broadcast_ss(x + 121);
                v3 = fma_ymm(v8, v10, v3);
                v7 = fma_ymm(v9, v10, v7);
                v8 = _mm256_loadu_ps(w + 32);
                v9 = _mm256_loadu_ps(w + 40);
                v10 = _mm256_broadcast_ss(x + 2);
                v0 = fma_ymm(v8, v10, v0);
                v4 = fma_ymm(v9, v10, v4);
                v10 = _mm256_broadcast_ss(x + 10);
                v1 = fma_ymm(v8, v10, v1);
                v5 = fma_ymm(v9, v10, v5);
                v10 = _mm256_broadcast_ss(x + 114);
                v2 = fma_ymm(v8, v10, v2);
                v6 = fma_ymm(v9, v10, v6);
                v10 = _mm256_broadcast_ss(x + 122);
                v3 = fma_ymm(v8, v10, v3);
                v7 = fma_ymm(v9, v10, v7);
                v8 = _mm256_loadu_ps(w + 48);
                v9 = _mm256_loadu_ps(w + 56);
                v10 = _mm256_broadcast_ss(x + 3);
                v0 = fma_ymm(v8, v10, v0);
                v4 = fma_ymm(v9, v10, v4);
                v10 = _mm256_broadcast_ss(x + 11);
                v1 = fma_ymm(v8, v10, v1);
                v5 = fma_ymm(v9, v10, v5);
                v10 = _mm256_broadcast_ss(x + 115);
                v2 = fma_ymm(v8, v10, v2);
                v6 = fma_ymm(v9, v10, v6);
                v10 = _mm256_broadcast_ss(x + 123);
                v3 = fma_ymm(v8, v10, v3);
                v7 = fma_ymm(v9, v10, v7);
                v8 = _mm256_loadu_ps(w + 64);
                v9 = _mm256_loadu_ps(w + 72);
                v10 = _mm256_broadcast_ss(x + 4);
                v0 = fma_ymm(v8, v10, v0);
                v4 = fma_ymm(v9, v10, v4);
                v10 = _mm256_broadcast_ss(x + 12);
                v1 = fma_ymm(v8, v10, v1);
                v5 = fma_ymm(v9, v10, v5);
                v10 = _mm256_broadcast_ss(x + 116);
                v2 = fma_ymm(v8, v10, v2);
                v6 = fma_ymm(v9, v10, v6);
                v10 = _mm256_broadcast_ss(x + 124);
                v3 = fma_ymm(v8, v10, v3);
                v7 = fma_ymm(v9, v10, v7);
                v8 = _mm256_loadu_ps(w + 80);
                v9 = _mm256_loadu_ps(w + 88);
                v10 = _mm256_broadcast_ss(x + 5);
                v0 = fma_ymm(v8, v10, v0);
                v4 = fma_ymm(v9, v10, v4);
                v10 = _mm256_broadcast_ss(x + 13);
                v1 = fma_ymm(v8, v10, v1);
                v5 = fma_ymm(v9, v10, v5);
                v10 = _mm256_broadcast_ss(x + 117);
                v2 = fma_ymm(v8, v10, v2);
                v6 = fma_ymm(v9, v10, v6);
                v10 = _mm256_broadcast_ss(x + 125);
                v3 = fma_ymm(v8, v10, v3);
                v7 = fma_ymm(v9, v10, v7);
                w += 96;
                x += 8;
            }
            x += 72;
        }
        x -= 560;
        w -= 2400;
        v8 = _mm256_setzero_ps();
        v0 = _mm256_max_ps(v8, v0);
        v8 = _mm256_setzero_ps();
        v1 = _mm256_max_ps(v8, v1);
        v0 = _mm256_max_ps(v1, v0);
        v1 = _mm256_setzero_ps();
        v2 = _mm256_max_ps(v1, v2);
        v0 = _mm256_max_ps(v2, v0);
        v1 = _mm256_setzero_ps();
        v3 = _mm256_max_ps(v1, v3);
        v0 = _mm256_max_ps(v3, v0);
        _mm256_storeu_ps(y, v0);
        v0 = _mm256_setzero_ps();
        v4 = _mm256_max_ps(v0, v4);
        v0 = _mm256_setzero_ps();
        v5 = _mm256_max_ps(v0, v5);
        v4 = _mm256_max_ps(v5, v4);
        v0 = _mm256_setzero_ps();
        v6 = _mm256_max_ps(v0, v6);
        v4 = _mm256_max_ps(v6, v4);
        v0 = _mm256_setzero_ps();
        v7 = _mm256_max_ps(v0, v7);
        v4 = _mm256_max_ps(v7, v4);
        _mm256_storeu_ps(y + 200, v4);
        x += 16;
        y += 8;
    }
}

/* 32 output channels of 1 x 1 pixels: sums over 16 channels and 5 x 5 taps */
__attribute__((target("avx2,fma,f16c")))
static void avx2_conv5x5_32x1_2(const float *x, const float *w, float *y, const float *b)
{
    __m256 v0, v1, v2, v3, v4, v5;
    v0 = _mm256_loadu_ps(b);
    v1 = _mm256_loadu_ps(b + 8);
    v2 = _mm256_loadu_ps(b + 16);
    v3 = _mm256_loadu_ps(b + 24);
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 5; j++) {
            for (int k = 0; k < 5; k++) {
                for (int l = 0; l < 2; l++) {
                    v4 = _mm256_broadcast_ss(x);
                    v5 = _mm256_loadu_ps(w);
                    v0 = fma_ymm(v5, v4, v0);
                    v5 = _mm256_loadu_ps(w + 8);
                    v1 = fma_ymm(v5, v4, v1);
                    v5 = _mm256_loadu_ps(w + 16);
                    v2 = fma_ymm(v5, v4, v2);
                    v5 = _mm256_loadu_ps(w + 24);
                    v3 = fma_ymm(v5, v4, v3);
                    v4 = _mm256_broadcast_ss(x + 1);
                    v5 = _mm256_loadu_ps(w + 32);
                    v0 = fma_ymm(v5, v4, v0);
                    v5 = _mm256_loadu_ps(w + 40);
                    v1 = fma_ymm(v5, v4, v1);
                    v5 = _mm256_loadu_ps(w + 48);
                    v2 = fma_ymm(v5, v4, v2);
                    v5 = _mm256_loadu_ps(w + 56);
                    v3 = fma_ymm(v5, v4, v3);
                    v4 = _mm256_broadcast_ss(x + 2);
                    v5 = _mm256_loadu_ps(w + 64);
                    v0 = fma_ymm(v5, v4, v0);
                    v5 = _mm256_loadu_ps(w + 72);
                    v1 = fma_ymm(v5, v4, v1);
                    v5 = _mm256_loadu_ps(w + 80);
                    v2 = fma_ymm(v5, v4, v2);
                    v5 = _mm256_loadu_ps(w + 88);
                    v3 = fma_ymm(v5, v4, v3);
                    v4 = _mm256_broadcast_ss(x + 3);
                    v5 = _mm256_loadu_ps(w + 96);
                    v0 = fma_ymm(v5, v4, v0);
                    v5 = _mm256_loadu_ps(w + 104);
                    v1 = fma_ymm(v5, v4, v1);
                    v5 = _mm256_loadu_ps(w + 112);
                    v2 = fma_ymm(v5, v4, v2);
                    v5 = _mm256_loadu_ps(w + 120);
                    v3 = fma_ymm(v5, v4, v3);
                    w += 128;
                    x += 4;
                }
            }
        }
    }
    x -= 400;
    w -= 12800;
    v4 = _mm256_setzero_ps();
    v0 = _mm256_max_ps(v4, v0);
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
}

/* 24 output channels of 1 x 1 pixels: sums over 16 channels and 5 x 5 taps */
__attribute__((target("avx2,fma,f16c")))
static void avx2_conv5x5_24x1_3(const float *x, const float *w, float *y, const float *b)
{
    __m256 v0, v1, v2, v3, v4;
    v0 = _mm256_loadu_ps(b);
    v1 = _mm256_loadu_ps(b + 8);
    v2 = _mm256_loadu_ps(b + 16);
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 5; j++) {
            for (int k = 0; k < 5; k++) {
                for (int l = 0; l < 2; l++) {
                    v3 = _mm256_broadcast_ss(x);
                    v4 = _mm256_loadu_ps(w);
                    v0 = fma_ymm(v4, v3, v0);
                    v4 = _mm256_loadu_ps(w + 8);
                    v1 = fma_ymm(v4, v3, v1);
                    v4 = _mm256_loadu_ps(w + 16);
                    v2 = fma_ymm(v4, v3, v2);
                    v3 = _mm256_broadcast_ss(x + 1);
                    v4 = _mm256_loadu_ps(w + 24);
                    v0 = fma_ymm(v4, v3, v0);
                    v4 = _mm256_loadu_ps(w + 32);
                    v1 = fma_ymm(v4, v3, v1);
                    v4 = _mm256_loadu_ps(w + 40);
                    v2 = fma_ymm(v4, v3, v2);
                    v3 = _mm256_broadcast_ss(x + 2);
                    v4 = _mm256_loadu_ps(w + 48);
                    v0 = fma_ymm(v4, v3, v0);
                    v4 = _mm256_loadu_ps(w + 56);
                    v1 = fma_ymm(v4, v3, v1);
                    v4 = _mm256_loadu_ps(w + 64);
                    v2 = fma_ymm(v4, v3, v2);
                    v3 = _mm256_broadcast_ss(x + 3);
                    v4 = _mm256_loadu_ps(w + 72);
                    v0 = fma_ymm(v4, v3, v0);
                    v4 = _mm256_loadu_ps(w + 80);
                    v1 = fma_ymm(v4, v3, v1);
                    v4 = _mm256_loadu_ps(w + 88);
                    v2 = fma_ymm(v4, v3, v2);
                    w += 96;
                    x += 4;
                }
            }
        }
    }
    x -= 400;
    w -= 9600;
    v3 = _mm256_setzero_ps();
    v0 = _mm256_max_ps(v3, v0);
    _mm256_storeu_ps(y, v0);
    v0 = _mm256_setzero_ps();
    v1 = _mm256_max_ps(v0, v1);
    _mm256_storeu_ps(y + 8, v1);
    v0 = _mm256_setzero_ps();
    v2 = _mm256_max_ps(v0, v2);
    _mm256_storeu_ps(y + 16, v2);
}

/* 32 output channels of 1 x 1 pixels: sums over 120 channels and 1 x 1 taps */
__attribute__((target("avx2,fma,f16c")))
static void avx2_conv1x1_32x1_4(const float *x, const float *w, float *y, const float *b)
{
    __m256 v0, v1, v2, v3, v4, v5;
    v0 = _mm256_loadu_ps(b);
    v1 = _mm256_loadu_ps(b + 8);
    v2 = _mm256_loadu_ps(b + 16);
    v3 = _mm256_loadu_ps(b + 24);
    for (int i = 0; i < 15; i++) {
        for (int j = 0; j < 2; j++) {
            v4 = _mm256_broadcast_ss(x);
            v5 = _mm256_loadu_ps(w);
            v0 = fma_ymm(v5, v4, v0);
            v5 = _mm256_loadu_ps(w + 8);
            v1 = fma_ymm(v5, v4, v1);
            v5 = _mm256_loadu_ps(w + 16);
            v2 = fma_ymm(v5, v4, v2);
            v5 = _mm256_loadu_ps(w + 24);
            v3 = fma_ymm(v5, v4, v3);
            v4 = _mm256_broadcast_ss(x + 1);
            v5 = _mm256_loadu_ps(w + 32);
            v0 = fma_ymm(v5, v4, v0);
            v5 = _mm256_loadu_ps(w + 40);
            v1 = fma_ymm(v5, v4, v1);
            v5 = _mm256_loadu_ps(w + 48);
            v2 = fma_ymm(v5, v4, v2);
            v5 = _mm256_loadu_ps(w + 56);
            v3 = fma_ymm(v5, v4, v3);
            v4 = _mm256_broadcast_ss(x + 2);
            v5 = _mm256_loadu_ps(w + 64);
            v0 = fma_ymm(v5, v4, v0);
            v5 = _mm256_loadu_ps(w + 72);
            v1 = fma_ymm(v5, v4, v1);
            v5 = _mm256_loadu_ps(w + 80);
            v2 = fma_ymm(v5, v4, v2);
            v5 = _mm256_loadu_ps(w + 88);
            v3 = fma_ymm(v5, v4, v3);
            v4 = _mm256_broadcast_ss(x + 3);
            v5 = _mm256_loadu_ps(w + 96);
            v0 = fma_ymm(v5, v4, v0);
            v5 = _mm256_loadu_ps(w + 104);
            v1 = fma_ymm(v5, v4, v1);
            v5 = _mm256_loadu_ps(w + 112);
            v2 = fma_ymm(v5, v4, v2);
            v5 = _mm256_loadu_ps(w + 120);
            v3 = fma_ymm(v5, v4, v3);
            w += 128;
            x += 4;
        }
    }
    x -= 120;
    w -= 3840;
    v4 = _mm256_setzero_ps();
    v0 = _mm256_max_ps(v4, v0);
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
}

/* 24 output channels of 1 x 1 pixels: sums over 120 channels and 1 x 1 taps */
__attribute__((target("avx2,fma,f16c")))
static void avx2_conv1x1_24x1_5(const float *x, const float *w, float *y, const float *b)
{
    __m256 v0, v1, v2, v3, v4;
    v0 = _mm256_loadu_ps(b);
    v1 = _mm256_loadu_ps(b + 8);
    v2 = _mm256_loadu_ps(b + 16);
    for (int i = 0; i < 15; i++) {
        for (int j = 0; j < 2; j++) {
            v3 = _mm256_broadcast_ss(x);
            v4 = _mm256_loadu_ps(w);
            v0 = fma_ymm(v4, v3, v0);
            v4 = _mm256_loadu_ps(w + 8);
            v1 = fma_ymm(v4, v3, v1);
            v4 = _mm256_loadu_ps(w + 16);
            v2 = fma_ymm(v4, v3, v2);
            v3 = _mm256_broadcast_ss(x + 1);
            v4 = _mm256_loadu_ps(w + 24);
            v0 = fma_ymm(v4, v3, v0);
            v4 = _mm256_loadu_ps(w + 32);
            v1 = fma_ymm(v4, v3, v1);
            v4 = _mm256_loadu_ps(w + 40);
            v2 = fma_ymm(v4, v3, v2);
            v3 = _mm256_broadcast_ss(x + 2);
            v4 = _mm256_loadu_ps(w + 48);
            v0 = fma_ymm(v4, v3, v0);
            v4 = _mm256_loadu_ps(w + 56);
            v1 = fma_ymm(v4, v3, v1);
            v4 = _mm256_loadu_ps(w + 64);
            v2 = fma_ymm(v4, v3, v2);
            v3 = _mm256_broadcast_ss(x + 3);
            v4 = _mm256_loadu_ps(w + 72);
            v0 = fma_ymm(v4, v3, v0);
            v4 = _mm256_loadu_ps(w + 80);
            v1 = fma_ymm(v4, v3, v1);
            v4 = _mm256_loadu_ps(w + 88);
            v2 = fma_ymm(v4, v3, v2);
            w += 96;
            x += 4;
        }
    }
    x -= 120;
    w -= 2880;
    v3 = _mm256_setzero_ps();
    v0 = _mm256_max_ps(v3, v0);
    _mm256_storeu_ps(y, v0);
    v0 = _mm256_setzero_ps();
    v1 = _mm256_max_ps(v0, v1);
    _mm256_storeu_ps(y + 8, v1);
    v0 = _mm256_setzero_ps();
    v2 = _mm256_max_ps(v0, v2);
    _mm256_storeu_ps(y + 16, v2);
}

/* 8 output channels of 1 x 1 pixels: sums over 84 channels and 1 x 1 taps */
__attribute__((target("avx2,fma,f16c")))
static void avx2_conv1x1_8x1_6(const float *x, const float *w, float *y, const float *b)
{
    __m256 v0, v1, v2;
    v0 = _mm256_loadu_ps(b);
    for (int i = 0; i < 10; i++) {
        for (int j = 0; j < 2; j++) {
            v1 = _mm256_broadcast_ss(x);
            v2 = _mm256_loadu_ps(w);
            v0 = fma_ymm(v2, v1, v0);
            v1 = _mm256_broadcast_ss(x + 1);
            v2 = _mm256_loadu_ps(w + 8);
            v0 = fma_ymm(v2, v1, v0);
            v1 = _mm256_broadcast_ss(x + 2);
            v2 = _mm256_loadu_ps(w + 16);
            v0 = fma_ymm(v2, v1, v0);
            v1 = _mm256_broadcast_ss(x + 3);
            v2 = _mm256_loadu_ps(w + 24);
            v0 = fma_ymm(v2, v1, v0);
            w += 32;
            x += 4;
        }
    }
    v1 = _mm256_broadcast_ss(x);
    v2 = _mm256_loadu_ps(w);
    v0 = fma_ymm(v2, v1, v0);
    v1 = _mm256_broadcast_ss(x + 1);
    v2 = _mm256_loadu_ps(w + 8);
    v0 = fma_ymm(v2, v1, v0);
    v1 = _mm256_broadcast_ss(x + 2);
    v2 = _mm256_loadu_ps(w + 16);
    v0 = fma_ymm(v2, v1, v0);
    v1 = _mm256_broadcast_ss(x + 3);
    v2 = _mm256_loadu_ps(w + 24);
    v0 = fma_ymm(v2, v1, v0);
    w -= 640;
    x -= 80;
    _mm256_storeu_ps(y, v0);
}

/* 2 channels of one pixel */
__attribute__((target("avx2,fma,f16c")))
static void avx2_copy_7(const float *x, float *y)
{
    __m256 v0;
    v0 = _mm256_zextps128_ps256(_mm_load_ss(x));
    _mm_store_ss(y, _mm256_castps256_ps128(v0));
    v0 = _mm256_zextps128_ps256(_mm_load_ss(x + 1));
    _mm_store_ss(y + 1, _mm256_castps256_ps128(v0));
}

/* convolution 5 x 5, stride 1: 3 x 32 x 32 -> 6 x 28 x 28, then relu, then max_pool; direct, tiles of 8 x 3
 * 352,800 MACs per image. Layer conv1 (lenet.yaml:10). */
static void step_conv_0(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 14;
    const ptrdiff_t tile = task % 14;
    const float *x = run->input + image * 3072 + slot[0];
    const float *w = run->weights + slot[1];
    float *y = run->arena + image * 1968 + slot[2];
    const float *b = run->weights + slot[3];
    const ptrdiff_t i = tile;
    avx2_conv5x5_8x3_0(x + i * 64, w, y + i * 112, b);
}

static const Part parts_conv_0[] = {{1, 14, 9356}, {0}};

/* convolution 5 x 5, stride 1: 6 x 14 x 14 -> 16 x 10 x 10, then relu, then max_pool; direct, tiles of 16 x 1
 * 240,000 MACs per image. Layer conv2 (lenet.yaml:13). */
static void step_conv_1(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 5;
    const ptrdiff_t tile = task % 5;
    const float *x = run->arena + image * 1968 + slot[0];
    const float *w = run->weights + slot[1];
    float *y = run->arena + image * 1968 + slot[2];
    const float *b = run->weights + slot[3];
    const ptrdiff_t i = tile;
    avx2_conv5x5_16x1_1(x + i * 224, w, y + i * 40, b);
}

static const Part parts_conv_1[] = {{1, 5, 11019}, {0}};

/* linear: 400 -> 120, then relu; direct, tiles of 32 x 1
 * 48,000 MACs per image. Layer fc1 (lenet.yaml:17). */
static void step_linear_2(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 4;
    ptrdiff_t tile = task % 4;
    const float *x = run->arena + image * 1968 + slot[0];
    const float *w = run->weights + slot[1];
    float *y = run->arena + image * 1968 + slot[2];
    const float *b = run->weights + slot[3];
    if (tile < 3) {
        const ptrdiff_t i = tile;
        avx2_conv5x5_32x1_2(x, w + i * 12800, y + i * 32, b + i * 32);
        return;
    }
    tile -= 3;
    avx2_conv5x5_24x1_3(x, w + 38400, y + 96, b + 96);
}

static const Part parts_linear_2[] = {{1, 3, 3944}, {1, 1, 3140}, {0}};

/* linear: 120 -> 84, then relu; direct, tiles of 32 x 1
 * 10,080 MACs per image. Layer fc2 (lenet.yaml:19). */
static void step_linear_3(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 3;
    ptrdiff_t tile = task % 3;
    const float *x = run->arena + image * 1968 + slot[0];
    const float *w = run->weights + slot[1];
    float *y = run->arena + image * 1968 + slot[2];
    const float *b = run->weights + slot[3];
    if (tile < 2) {
        const ptrdiff_t i = tile;
        avx2_conv1x1_32x1_4(x, w + i * 3840, y + i * 32, b + i * 32);
        return;
    }
    tile -= 2;
    avx2_conv1x1_24x1_5(x, w + 7680, y + 64, b + 64);
}

static const Part parts_linear_3[] = {{1, 2, 1190}, {1, 1, 946}, {0}};

/* linear: 84 -> 2; direct, tiles of 8 x 1
 * 168 MACs per image. Layer fc3 (lenet.yaml:21). */
static void step_linear_4(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task;
    const float *x = run->arena + image * 1968 + slot[0];
    const float *w = run->weights + slot[1];
    float *y = run->arena + image * 1968 + slot[2];
    const float *b = run->weights + slot[3];
    avx2_conv1x1_8x1_6(x, w, y, b);
}

static const Part parts_linear_4[] = {{1, 1, 318}, {0}};

/* the output as the caller reads it: 2 x 1 x 1
 * Layer output (lenet.yaml:21). */
static void step_output_5(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task;
    const float *x = run->arena + image * 1968 + slot[0];
    float *y = run->output + image * 2 + slot[1];
    avx2_copy_7(x, y);
}

static const Part parts_output_5[] = {{1, 1, 6}, {0}};

/* The layers in the order in which they run. */
static const Step steps[] = {
    { step_conv_0, parts_conv_0, { 0, 0, 0, 608 } },                    /* conv1 */
    { step_conv_1, parts_conv_1, { 0, 624, 1568, 3024 } },              /* conv2 */
    { step_linear_2, parts_linear_2, { 1568, 3040, 0, 51040 } },        /* fc1 */
    { step_linear_3, parts_linear_3, { 0, 51168, 128, 61728 } },        /* fc2 */
    { step_linear_4, parts_linear_4, { 128, 61824, 0, 62496 } },        /* fc3 */
    { step_output_5, parts_output_5, { 0, 0 } },                        /* output */
};

const char *lenet_strerror(int status)
{
    switch (status) {
    case LENET_OK:              return "no error";
    case LENET_ERROR_ARGUMENT:  return "a pointer is NULL, or the number of threads is not in 1..1024";
    case LENET_ERROR_BATCH:     return "the batch is empty or larger than the code was compiled for";
    case LENET_ERROR_ALIGNMENT: return "arena and weights must begin at a multiple of 64 bytes";
    case LENET_ERROR_PROCESSOR: return "this processor lacks AVX2 or FMA";
    case LENET_ERROR_FILE:      return "the weights file cannot be opened or mapped";
    case LENET_ERROR_FORMAT:    return "these are no weights of nncc";
    case LENET_ERROR_VERSION:   return "the weights are in the format of another version of nncc";
    case LENET_ERROR_MODEL:     return "the weights belong to another model";
    case LENET_ERROR_LAYOUT:    return "the weights were packed for other code of this model";
    case LENET_ERROR_TRUNCATED: return "the weights file is not as long as it says";
    }
    return "unknown status";
}

size_t lenet_arena_size(void)
{
    return (size_t)7872 * LENET_MAX_BATCH;
}

size_t lenet_weights_size(void)
{
    return sizeof(Stamp) + expected.bytes;
}

static int check_stamp(const Stamp *stamp)
{
    if (memcmp(stamp->magic, expected.magic, sizeof stamp->magic))
        return LENET_ERROR_FORMAT;
    if (stamp->version != expected.version)
        return LENET_ERROR_VERSION;
    if (stamp->model != expected.model)
        return LENET_ERROR_MODEL;
    if (stamp->layout != expected.layout || stamp->bytes != expected.bytes)
        return LENET_ERROR_LAYOUT;
    return LENET_OK;
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

int lenet_forward(const void *weights, void *arena, const float *input, int batch, int threads, float *output)
{
    if (!weights || !arena || !input || !output || threads < 1 || threads > 1024)
        return LENET_ERROR_ARGUMENT;
    if (batch < 1 || batch > LENET_MAX_BATCH)
        return LENET_ERROR_BATCH;
    if ((uintptr_t)weights % 64 || (uintptr_t)arena % 64)
        return LENET_ERROR_ALIGNMENT;
    if (!has_avx2())
        return LENET_ERROR_PROCESSOR;
    const Stamp *stamp = weights;
    const int status = check_stamp(stamp);
    if (status != LENET_OK)
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
    return LENET_OK;
}

#if defined(__unix__) || defined(__APPLE__)

static int map_file(int file, const void **weights)
{
    struct stat info;
    Stamp stamp;
    if (fstat(file, &info))
        return LENET_ERROR_FILE;
    if (!S_ISREG(info.st_mode) || pread(file, &stamp, sizeof stamp, 0) != (ssize_t)sizeof stamp)
        return LENET_ERROR_FORMAT;
    const int status = check_stamp(&stamp);
    if (status != LENET_OK)
        return status;
    if ((uintmax_t)info.st_size != lenet_weights_size())
        return LENET_ERROR_TRUNCATED;
    void *block = mmap(NULL, lenet_weights_size(), PROT_READ, MAP_PRIVATE, file, 0);
    if (block == MAP_FAILED)
        return LENET_ERROR_FILE;
    *weights = block;
    return LENET_OK;
}

int lenet_weights_map(const char *path, const void **weights)
{
    if (!path || !weights)
        return LENET_ERROR_ARGUMENT;
    const int file = open(path, O_RDONLY | O_NONBLOCK);     /* a pipe must not make us wait */
    if (file < 0)
        return LENET_ERROR_FILE;
    const int status = map_file(file, weights);
    close(file);
    return status;
}

void lenet_weights_unmap(const void *weights)
{
    if (weights)
        munmap((void *)(uintptr_t)weights, lenet_weights_size());
}

#else /* no mmap: read the file into aligned memory yourself */

int lenet_weights_map(const char *path, const void **weights)
{
    return path && weights ? LENET_ERROR_FILE : LENET_ERROR_ARGUMENT;
}

void lenet_weights_unmap(const void *weights)
{
    (void)weights;
}

#endif
