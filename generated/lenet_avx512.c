/* lenet, compiled from lenet.yaml by nncc for the target avx512.
 *
 *     nncc lenet.yaml --target avx512 -o lenet_avx512.c
 *
 * Build it with
 *
 *     cc -std=c11 -O2 -ffp-contract=off -fopenmp -c lenet_avx512.c
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
#include "lenet_avx512.h"

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

/* The float at p in all lanes. */
static inline __attribute__((always_inline, target("avx512f")))
__m512 broadcast_zmm(const float *p)
{
#if defined(__GNUC__) && !defined(__clang__)
    __m512 v;
    __asm__("vbroadcastss %1, %0" : "=v"(v) : "m"(*p));
    return v;
#else
    return _mm512_set1_ps(*p);
#endif
}

/* v + a * b, all three in registers. */
static inline __attribute__((always_inline, target("avx512f")))
__m512 fma_zmm(__m512 a, __m512 b, __m512 v)
{
#if defined(__GNUC__) && !defined(__clang__)
    __asm__("vfmadd231ps %2, %1, %0" : "+v"(v) : "v"(a), "v"(b));
    return v;
#else
    return _mm512_fmadd_ps(a, b, v);
#endif
}

/* 8 output channels of 1 x 14 pixels, each the largest of its window: sums over 3 channels and 5 x 5 taps */
__attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma,f16c")))
static void avx512_conv5x5_8x7_0(const float *x, const float *w, float *y, const float *b)
{
    __m256 v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15, v16, v17, v18, v19, v20, v21, v22, v23, v24, v25, v26, v27, v28, v29;
    for (int i = 0; i < 2; i++) {
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
        v12 = v0;
        v13 = v0;
        v14 = v0;
        v15 = v0;
        v16 = v0;
        v17 = v0;
        v18 = v0;
        v19 = v0;
        v20 = v0;
        v21 = v0;
        v22 = v0;
        v23 = v0;
        v24 = v0;
        v25 = v0;
        v26 = v0;
        v27 = v0;
        for (int j = 0; j < 5; j++) {
            for (int k = 0; k < 5; k++) {
                v28 = _mm256_loadu_ps(w);
                v29 = _mm256_broadcast_ss(x);
                v0 = fma_ymm(v28, v29, v0);
                v29 = _mm256_broadcast_ss(x + 1);
                v1 = fma_ymm(v28, v29, v1);
                v29 = _mm256_broadcast_ss(x + 32);
                v2 = fma_ymm(v28, v29, v2);
                v29 = _mm256_broadcast_ss(x + 33);
                v3 = fma_ymm(v28, v29, v3);
                v29 = _mm256_broadcast_ss(x + 2);
                v4 = fma_ymm(v28, v29, v4);
                v29 = _mm256_broadcast_ss(x + 3);
                v5 = fma_ymm(v28, v29, v5);
                v29 = _mm256_broadcast_ss(x + 34);
                v6 = fma_ymm(v28, v29, v6);
                v29 = _mm256_broadcast_ss(x + 35);
                v7 = fma_ymm(v28, v29, v7);
                v29 = _mm256_broadcast_ss(x + 4);
                v8 = fma_ymm(v28, v29, v8);
                v29 = _mm256_broadcast_ss(x + 5);
                v9 = fma_ymm(v28, v29, v9);
                v29 = _mm256_broadcast_ss(x + 36);
                v10 = fma_ymm(v28, v29, v10);
                v29 = _mm256_broadcast_ss(x + 37);
                v11 = fma_ymm(v28, v29, v11);
                v29 = _mm256_broadcast_ss(x + 6);
                v12 = fma_ymm(v28, v29, v12);
                v29 = _mm256_broadcast_ss(x + 7);
                v13 = fma_ymm(v28, v29, v13);
                v29 = _mm256_broadcast_ss(x + 38);
                v14 = fma_ymm(v28, v29, v14);
                v29 = _mm256_broadcast_ss(x + 39);
                v15 = fma_ymm(v28, v29, v15);
                v29 = _mm256_broadcast_ss(x + 8);
                v16 = fma_ymm(v28, v29, v16);
                v29 = _mm256_broadcast_ss(x + 9);
                v17 = fma_ymm(v28, v29, v17);
                v29 = _mm256_broadcast_ss(x + 40);
                v18 = fma_ymm(v28, v29, v18);
                v29 = _mm256_broadcast_ss(x + 41);
                v19 = fma_ymm(v28, v29, v19);
                v29 = _mm256_broadcast_ss(x + 10);
                v20 = fma_ymm(v28, v29, v20);
                v29 = _mm256_broadcast_ss(x + 11);
                v21 = fma_ymm(v28, v29, v21);
                v29 = _mm256_broadcast_ss(x + 42);
                v22 = fma_ymm(v28, v29, v22);
                v29 = _mm256_broadcast_ss(x + 43);
                v23 = fma_ymm(v28, v29, v23);
                v29 = _mm256_broadcast_ss(x + 12);
                v24 = fma_ymm(v28, v29, v24);
                v29 = _mm256_broadcast_ss(x + 13);
                v25 = fma_ymm(v28, v29, v25);
                v29 = _mm256_broadcast_ss(x + 44);
                v26 = fma_ymm(v28, v29, v26);
                v29 = _mm256_broadcast_ss(x + 45);
                v27 = fma_ymm(v28, v29, v27);
                v28 = _mm256_loadu_ps(w + 8);
                v29 = _mm256_broadcast_ss(x + 1024);
                v0 = fma_ymm(v28, v29, v0);
                v29 = _mm256_broadcast_ss(x + 1025);
                v1 = fma_ymm(v28, v29, v1);
                v29 = _mm256_broadcast_ss(x + 1056);
                v2 = fma_ymm(v28, v29, v2);
                v29 = _mm256_broadcast_ss(x + 1057);
                v3 = fma_ymm(v28, v29, v3);
                v29 = _mm256_broadcast_ss(x + 1026);
                v4 = fma_ymm(v28, v29, v4);
                v29 = _mm256_broadcast_ss(x + 1027);
                v5 = fma_ymm(v28, v29, v5);
                v29 = _mm256_broadcast_ss(x + 1058);
                v6 = fma_ymm(v28, v29, v6);
                v29 = _mm256_broadcast_ss(x + 1059);
                v7 = fma_ymm(v28, v29, v7);
                v29 = _mm256_broadcast_ss(x + 1028);
                v8 = fma_ymm(v28, v29, v8);
                v29 = _mm256_broadcast_ss(x + 1029);
                v9 = fma_ymm(v28, v29, v9);
                v29 = _mm256_broadcast_ss(x + 1060);
                v10 = fma_ymm(v28, v29, v10);
                v29 = _mm256_broadcast_ss(x + 1061);
                v11 = fma_ymm(v28, v29, v11);
                v29 = _mm256_broadcast_ss(x + 1030);
                v12 = fma_ymm(v28, v29, v12);
                v29 = _mm256_broadcast_ss(x + 1031);
                v13 = fma_ymm(v28, v29, v13);
                v29 = _mm256_broadcast_ss(x + 1062);
                v14 = fma_ymm(v28, v29, v14);
                v29 = _mm256_broadcast_ss(x + 1063);
                v15 = fma_ymm(v28, v29, v15);
                v29 = _mm256_broadcast_ss(x + 1032);
                v16 = fma_ymm(v28, v29, v16);
                v29 = _mm256_broadcast_ss(x + 1033);
                v17 = fma_ymm(v28, v29, v17);
                v29 = _mm256_broadcast_ss(x + 1064);
                v18 = fma_ymm(v28, v29, v18);
                v29 = _mm256_broadcast_ss(x + 1065);
                v19 = fma_ymm(v28, v29, v19);
                v29 = _mm256_broadcast_ss(x + 1034);
                v20 = fma_ymm(v28, v29, v20);
                v29 = _mm256_broadcast_ss(x + 1035);
                v21 = fma_ymm(v28, v29, v21);
                v29 = _mm256_broadcast_ss(x + 1066);
                v22 = fma_ymm(v28, v29, v22);
                v29 = _mm256_broadcast_ss(x + 1067);
                v23 = fma_ymm(v28, v29, v23);
                v29 = _mm256_broadcast_ss(x + 1036);
                v24 = fma_ymm(v28, v29, v24);
                v29 = _mm256_broadcast_ss(x + 1037);
                v25 = fma_ymm(v28, v29, v25);
                v29 = _mm256_broadcast_ss(x + 1068);
                v26 = fma_ymm(v28, v29, v26);
                v29 = _mm256_broadcast_ss(x + 1069);
                v27 = fma_ymm(v28, v29, v27);
                v28 = _mm256_loadu_ps(w + 16);
                v29 = _mm256_broadcast_ss(x + 2048);
                v0 = fma_ymm(v28, v29, v0);
                v29 = _mm256_broadcast_ss(x + 2049);
                v1 = fma_ymm(v28, v29, v1);
                v29 = _mm256_broadcast_ss(x + 2080);
                v2 = fma_ymm(v28, v29, v2);
                v29 = _mm256_broadcast_ss(x + 2081);
                v3 = fma_ymm(v28, v29, v3);
                v29 = _mm256_broadcast_ss(x + 2050);
                v4 = fma_ymm(v28, v29, v4);
                v29 = _mm256_broadcast_ss(x + 2051);
                v5 = fma_ymm(v28, v29, v5);
                v29 = _mm256_broadcast_ss(x + 2082);
                v6 = fma_ymm(v28, v29, v6);
                v29 = _mm256_broadcast_ss(x + 2083);
                v7 = fma_ymm(v28, v29, v7);
                v29 = _mm256_broadcast_ss(x + 2052);
                v8 = fma_ymm(v28, v29, v8);
                v29 = _mm256_broadcast_ss(x + 2053);
                v9 = fma_ymm(v28, v29, v9);
                v29 = _mm256_broadcast_ss(x + 2084);
                v10 = fma_ymm(v28, v29, v10);
                v29 = _mm256_broadcast_ss(x + 2085);
                v11 = fma_ymm(v28, v29, v11);
                v29 = _mm256_broadcast_ss(x + 2054);
                v12 = fma_ymm(v28, v29, v12);
                v29 = _mm256_broadcast_ss(x + 2055);
                v13 = fma_ymm(v28, v29, v13);
                v29 = _mm256_broadcast_ss(x + 2086);
                v14 = fma_ymm(v28, v29, v14);
                v29 = _mm256_broadcast_ss(x + 2087);
                v15 = fma_ymm(v28, v29, v15);
                v29 = _mm256_broadcast_ss(x + 2056);
                v16 = fma_ymm(v28, v29, v16);
                v29 = _mm256_broadcast_ss(x + 2057);
                v17 = fma_ymm(v28, v29, v17);
                v29 = _mm256_broadcast_ss(x + 2088);
                v18 = fma_ymm(v28, v29, v18);
                v29 = _mm256_broadcast_ss(x + 2089);
                v19 = fma_ymm(v28, v29, v19);
                v29 = _mm256_broadcast_ss(x + 2058);
                v20 = fma_ymm(v28, v29, v20);
                v29 = _mm256_broadcast_ss(x + 2059);
                v21 = fma_ymm(v28, v29, v21);
                v29 = _mm256_broadcast_ss(x + 2090);
                v22 = fma_ymm(v28, v29, v22);
                v29 = _mm256_broadcast_ss(x + 2091);
                v23 = fma_ymm(v28, v29, v23);
                v29 = _mm256_broadcast_ss(x + 2060);
                v24 = fma_ymm(v28, v29, v24);
                v29 = _mm256_broadcast_ss(x + 2061);
                v25 = fma_ymm(v28, v29, v25);
                v29 = _mm256_broadcast_ss(x + 2092);
                v26 = fma_ymm(v28, v29, v26);
                v29 = _mm256_broadcast_ss(x + 2093);
                v27 = fma_ymm(v28, v29, v27);
                w += 24;
                x += 1;
            }
            x += 27;
        }
        x -= 160;
        w -= 600;
        v28 = _mm256_setzero_ps();
        v0 = _mm256_max_ps(v28, v0);
        v28 = _mm256_setzero_ps();
        v1 = _mm256_max_ps(v28, v1);
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
        v0 = _mm256_setzero_ps();
        v12 = _mm256_max_ps(v0, v12);
        v0 = _mm256_setzero_ps();
        v13 = _mm256_max_ps(v0, v13);
        v12 = _mm256_max_ps(v13, v12);
        v0 = _mm256_setzero_ps();
        v14 = _mm256_max_ps(v0, v14);
        v12 = _mm256_max_ps(v14, v12);
        v0 = _mm256_setzero_ps();
        v15 = _mm256_max_ps(v0, v15);
        v12 = _mm256_max_ps(v15, v12);
        _mm256_storeu_ps(y + 24, v12);
        v0 = _mm256_setzero_ps();
        v16 = _mm256_max_ps(v0, v16);
        v0 = _mm256_setzero_ps();
        v17 = _mm256_max_ps(v0, v17);
        v16 = _mm256_max_ps(v17, v16);
        v0 = _mm256_setzero_ps();
        v18 = _mm256_max_ps(v0, v18);
        v16 = _mm256_max_ps(v18, v16);
        v0 = _mm256_setzero_ps();
        v19 = _mm256_max_ps(v0, v19);
        v16 = _mm256_max_ps(v19, v16);
        _mm256_storeu_ps(y + 32, v16);
        v0 = _mm256_setzero_ps();
        v20 = _mm256_max_ps(v0, v20);
        v0 = _mm256_setzero_ps();
        v21 = _mm256_max_ps(v0, v21);
        v20 = _mm256_max_ps(v21, v20);
        v0 = _mm256_setzero_ps();
        v22 = _mm256_max_ps(v0, v22);
        v20 = _mm256_max_ps(v22, v20);
        v0 = _mm256_setzero_ps();
        v23 = _mm256_max_ps(v0, v23);
        v20 = _mm256_max_ps(v23, v20);
        _mm256_storeu_ps(y + 40, v20);
        v0 = _mm256_setzero_ps();
        v24 = _mm256_max_ps(v0, v24);
        v0 = _mm256_setzero_ps();
        v25 = _mm256_max_ps(v0, v25);
        v24 = _mm256_max_ps(v25, v24);
        v0 = _mm256_setzero_ps();
        v26 = _mm256_max_ps(v0, v26);
        v24 = _mm256_max_ps(v26, v24);
        v0 = _mm256_setzero_ps();
        v27 = _mm256_max_ps(v0, v27);
        v24 = _mm256_max_ps(v27, v24);
        _mm256_storeu_ps(y + 48, v24);
        x += 14;
        y += 56;
    }
}

/* 16 output channels of 1 x 5 pixels, each the largest of its window: sums over 6 channels and 5 x 5 taps */
__attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma,f16c")))
static void avx512_conv5x5_16x7_1(const float *x, const float *w, float *y, const float *b)
{
    __m512 z0, z1, z2, z3, z4, z5, z6, z7, z8, z9, z10, z11, z12, z13, z14, z15, z16, z17, z18, z19, z20, z21;
    z0 = _mm512_loadu_ps(b);
    z1 = z0;
    z2 = z0;
    z3 = z0;
    z4 = z0;
    z5 = z0;
    z6 = z0;
    z7 = z0;
    z8 = z0;
    z9 = z0;
    z10 = z0;
    z11 = z0;
    z12 = z0;
    z13 = z0;
    z14 = z0;
    z15 = z0;
    z16 = z0;
    z17 = z0;
    z18 = z0;
    z19 = z0;
    for (int i = 0; i < 5; i++) {
        for (int j = 0; j < 5; j++) {
            z20 = _mm512_loadu_ps(w);
            z21 = broadcast_zmm(x);
            z0 = fma_zmm(z20, z21, z0);
            z21 = broadcast_zmm(x + 8);
            z1 = fma_zmm(z20, z21, z1);
            z21 = broadcast_zmm(x + 112);
            z2 = fma_zmm(z20, z21, z2);
            z21 = broadcast_zmm(x + 120);
            z3 = fma_zmm(z20, z21, z3);
            z21 = broadcast_zmm(x + 16);
            z4 = fma_zmm(z20, z21, z4);
            z21 = broadcast_zmm(x + 24);
            z5 = fma_zmm(z20, z21, z5);
            z21 = broadcast_zmm(x + 128);
            z6 = fma_zmm(z20, z21, z6);
            z21 = broadcast_zmm(x + 136);
            z7 = fma_zmm(z20, z21, z7);
            z21 = broadcast_zmm(x + 32);
            z8 = fma_zmm(z20, z21, z8);
            z21 = broadcast_zmm(x + 40);
            z9 = fma_zmm(z20, z21, z9);
            z21 = broadcast_zmm(x + 144);
            z10 = fma_zmm(z20, z21, z10);
            z21 = broadcast_zmm(x + 152);
            z11 = fma_zmm(z20, z21, z11);
            z21 = broadcast_zmm(x + 48);
            z12 = fma_zmm(z20, z21, z12);
            z21 = broadcast_zmm(x + 56);
            z13 = fma_zmm(z20, z21, z13);
            z21 = broadcast_zmm(x + 160);
            z14 = fma_zmm(z20, z21, z14);
            z21 = broadcast_zmm(x + 168);
            z15 = fma_zmm(z20, z21, z15);
            z21 = broadcast_zmm(x + 64);
            z16 = fma_zmm(z20, z21, z16);
            z21 = broadcast_zmm(x + 72);
            z17 = fma_zmm(z20, z21, z17);
            z21 = broadcast_zmm(x + 176);
            z18 = fma_zmm(z20, z21, z18);
            z21 = broadcast_zmm(x + 184);
            z19 = fma_zmm(z20, z21, z19);
            z20 = _mm512_loadu_ps(w + 16);
            z21 = broadcast_zmm(x + 1);
            z0 = fma_zmm(z20, z21, z0);
            z21 = broadcast_zmm(x + 9);
            z1 = fma_zmm(z20, z21, z1);
            z21 = broadcast_zmm(x + 113);
            z2 = fma_zmm(z20, z21, z2);
            z21 = broadcast_zmm(x + 121);
            z3 = fma_zmm(z20, z21, z3);
            z21 = broadcast_zmm(x + 17);
            z4 = fma_zmm(z20, z21, z4);
            z21 = broadcast_zmm(x + 25);
            z5 = fma_zmm(z20, z21, z5);
            z21 = broadcast_zmm(x + 129);
            z6 = fma_zmm(z20, z21, z6);
            z21 = broadcast_zmm(x + 137);
            z7 = fma_zmm(z20, z21, z7);
            z21 = broadcast_zmm(x + 33);
            z8 = fma_zmm(z20, z21, z8);
            z21 = broadcast_zmm(x + 41);
            z9 = fma_zmm(z20, z21, z9);
            z21 = broadcast_zmm(x + 145);
            z10 = fma_zmm(z20, z21, z10);
            z21 = broadcast_zmm(x + 153);
            z11 = fma_zmm(z20, z21, z11);
            z21 = broadcast_zmm(x + 49);
            z12 = fma_zmm(z20, z21, z12);
            z21 = broadcast_zmm(x + 57);
            z13 = fma_zmm(z20, z21, z13);
            z21 = broadcast_zmm(x + 161);
            z14 = fma_zmm(z20, z21, z14);
            z21 = broadcast_zmm(x + 169);
            z15 = fma_zmm(z20, z21, z15);
            z21 = broadcast_zmm(x + 65);
            z16 = fma_zmm(z20, z21, z16);
            z21 = broadcast_zmm(x + 73);
            z17 = fma_zmm(z20, z21, z17);
            z21 = broadcast_zmm(x + 177);
            z18 = fma_zmm(z20, z21, z18);
            z21 = broadcast_zmm(x + 185);
            z19 = fma_zmm(z20, z21, z19);
            z20 = _mm512_loadu_ps(w + 32);
            z21 = broadcast_zmm(x + 2);
            z0 = fma_zmm(z20, z21, z0);
            z21 = broadcast_zmm(x + 10);
            z1 = fma_zmm(z20, z21, z1);
            z21 = broadcast_zmm(x + 114);
            z2 = fma_zmm(z20, z21, z2);
            z21 = broadcast_zmm(x + 122);
            z3 = fma_zmm(z20, z21, z3);
            z21 = broadcast_zmm(x + 18);
            z4 = fma_zmm(z20, z21, z4);
            z21 = broadcast_zmm(x + 26);
            z5 = fma_zmm(z20, z21, z5);
            z21 = broadcast_zmm(x + 130);
            z6 = fma_zmm(z20, z21, z6);
            z21 = broadcast_zmm(x + 138);
            z7 = fma_zmm(z20, z21, z7);
            z21 = broadcast_zmm(x + 34);
            z8 = fma_zmm(z20, z21, z8);
            z21 = broadcast_zmm(x + 42);
            z9 = fma_zmm(z20, z21, z9);
            z21 = broadcast_zmm(x + 146);
            z10 = fma_zmm(z20, z21, z10);
            z21 = broadcast_zmm(x + 154);
            z11 = fma_zmm(z20, z21, z11);
            z21 = broadcast_zmm(x + 50);
            z12 = fma_zmm(z20, z21, z12);
            z21 = broadcast_zmm(x + 58);
            z13 = fma_zmm(z20, z21, z13);
            z21 = broadcast_zmm(x + 162);
            z14 = fma_zmm(z20, z21, z14);
            z21 = broadcast_zmm(x + 170);
            z15 = fma_zmm(z20, z21, z15);
            z21 = broadcast_zmm(x + 66);
            z16 = fma_zmm(z20, z21, z16);
            z21 = broadcast_zmm(x + 74);
            z17 = fma_zmm(z20, z21, z17);
            z21 = broadcast_zmm(x + 178);
            z18 = fma_zmm(z20, z21, z18);
            z21 = broadcast_zmm(x + 186);
            z19 = fma_zmm(z20, z21, z19);
            z20 = _mm512_loadu_ps(w + 48);
            z21 = broadcast_zmm(x + 3);
            z0 = fma_zmm(z20, z21, z0);
            z21 = broadcast_zmm(x + 11);
            z1 = fma_zmm(z20, z21, z1);
            z21 = broadcast_zmm(x + 115);
            z2 = fma_zmm(z20, z21, z2);
            z21 = broadcast_zmm(x + 123);
            z3 = fma_zmm(z20, z21, z3);
            z21 = broadcast_zmm(x + 19);
            z4 = fma_zmm(z20, z21, z4);
            z21 = broadcast_zmm(x + 27);
            z5 = fma_zmm(z20, z21, z5);
            z21 = broadcast_zmm(x + 131);
            z6 = fma_zmm(z20, z21, z6);
            z21 = broadcast_zmm(x + 139);
            z7 = fma_zmm(z20, z21, z7);
            z21 = broadcast_zmm(x + 35);
            z8 = fma_zmm(z20, z21, z8);
            z21 = broadcast_zmm(x + 43);
            z9 = fma_zmm(z20, z21, z9);
            z21 = broadcast_zmm(x + 147);
            z10 = fma_zmm(z20, z21, z10);
            z21 = broadcast_zmm(x + 155);
            z11 = fma_zmm(z20, z21, z11);
            z21 = broadcast_zmm(x + 51);
            z12 = fma_zmm(z20, z21, z12);
            z21 = broadcast_zmm(x + 59);
            z13 = fma_zmm(z20, z21, z13);
            z21 = broadcast_zmm(x + 163);
            z14 = fma_zmm(z20, z21, z14);
            z21 = broadcast_zmm(x + 171);
            z15 = fma_zmm(z20, z21, z15);
            z21 = broadcast_zmm(x + 67);
            z16 = fma_zmm(z20, z21, z16);
            z21 = broadcast_zmm(x + 75);
            z17 = fma_zmm(z20, z21, z17);
            z21 = broadcast_zmm(x + 179);
            z18 = fma_zmm(z20, z21, z18);
            z21 = broadcast_zmm(x + 187);
            z19 = fma_zmm(z20, z21, z19);
            z20 = _mm512_loadu_ps(w + 64);
            z21 = broadcast_zmm(x + 4);
            z0 = fma_zmm(z20, z21, z0);
            z21 = broadcast_zmm(x + 12);
            z1 = fma_zmm(z20, z21, z1);
            z21 = broadcast_zmm(x + 116);
            z2 = fma_zmm(z20, z21, z2);
            z21 = broadcast_zmm(x + 124);
            z3 = fma_zmm(z20, z21, z3);
            z21 = broadcast_zmm(x + 20);
            z4 = fma_zmm(z20, z21, z4);
            z21 = broadcast_zmm(x + 28);
            z5 = fma_zmm(z20, z21, z5);
            z21 = broadcast_zmm(x + 132);
            z6 = fma_zmm(z20, z21, z6);
            z21 = broadcast_zmm(x + 140);
            z7 = fma_zmm(z20, z21, z7);
            z21 = broadcast_zmm(x + 36);
            z8 = fma_zmm(z20, z21, z8);
            z21 = broadcast_zmm(x + 44);
            z9 = fma_zmm(z20, z21, z9);
            z21 = broadcast_zmm(x + 148);
            z10 = fma_zmm(z20, z21, z10);
            z21 = broadcast_zmm(x + 156);
            z11 = fma_zmm(z20, z21, z11);
            z21 = broadcast_zmm(x + 52);
            z12 = fma_zmm(z20, z21, z12);
            z21 = broadcast_zmm(x + 60);
            z13 = fma_zmm(z20, z21, z13);
            z21 = broadcast_zmm(x + 164);
            z14 = fma_zmm(z20, z21, z14);
            z21 = broadcast_zmm(x + 172);
            z15 = fma_zmm(z20, z21, z15);
            z21 = broadcast_zmm(x + 68);
            z16 = fma_zmm(z20, z21, z16);
            z21 = broadcast_zmm(x + 76);
            z17 = fma_zmm(z20, z21, z17);
            z21 = broadcast_zmm(x + 180);
            z18 = fma_zmm(z20, z21, z18);
            z21 = broadcast_zmm(x + 188);
            z19 = fma_zmm(z20, z21, z19);
            z20 = _mm512_loadu_ps(w + 80);
            z21 = broadcast_zmm(x + 5);
            z0 = fma_zmm(z20, z21, z0);
            z21 = broadcast_zmm(x + 13);
            z1 = fma_zmm(z20, z21, z1);
            z21 = broadcast_zmm(x + 117);
            z2 = fma_zmm(z20, z21, z2);
            z21 = broadcast_zmm(x + 125);
            z3 = fma_zmm(z20, z21, z3);
            z21 = broadcast_zmm(x + 21);
            z4 = fma_zmm(z20, z21, z4);
            z21 = broadcast_zmm(x + 29);
            z5 = fma_zmm(z20, z21, z5);
            z21 = broadcast_zmm(x + 133);
            z6 = fma_zmm(z20, z21, z6);
            z21 = broadcast_zmm(x + 141);
            z7 = fma_zmm(z20, z21, z7);
            z21 = broadcast_zmm(x + 37);
            z8 = fma_zmm(z20, z21, z8);
            z21 = broadcast_zmm(x + 45);
            z9 = fma_zmm(z20, z21, z9);
            z21 = broadcast_zmm(x + 149);
            z10 = fma_zmm(z20, z21, z10);
            z21 = broadcast_zmm(x + 157);
            z11 = fma_zmm(z20, z21, z11);
            z21 = broadcast_zmm(x + 53);
            z12 = fma_zmm(z20, z21, z12);
            z21 = broadcast_zmm(x + 61);
            z13 = fma_zmm(z20, z21, z13);
            z21 = broadcast_zmm(x + 165);
            z14 = fma_zmm(z20, z21, z14);
            z21 = broadcast_zmm(x + 173);
            z15 = fma_zmm(z20, z21, z15);
            z21 = broadcast_zmm(x + 69);
            z16 = fma_zmm(z20, z21, z16);
            z21 = broadcast_zmm(x + 77);
            z17 = fma_zmm(z20, z21, z17);
            z21 = broadcast_zmm(x + 181);
            z18 = fma_zmm(z20, z21, z18);
            z21 = broadcast_zmm(x + 189);
            z19 = fma_zmm(z20, z21, z19);
            w += 96;
            x += 8;
        }
        x += 72;
    }
    x -= 560;
    w -= 2400;
    z20 = _mm512_setzero_ps();
    z0 = _mm512_max_ps(z20, z0);
    z20 = _mm512_setzero_ps();
    z1 = _mm512_max_ps(z20, z1);
    z0 = _mm512_max_ps(z1, z0);
    z1 = _mm512_setzero_ps();
    z2 = _mm512_max_ps(z1, z2);
    z0 = _mm512_max_ps(z2, z0);
    z1 = _mm512_setzero_ps();
    z3 = _mm512_max_ps(z1, z3);
    z0 = _mm512_max_ps(z3, z0);
    _mm256_storeu_ps(y, _mm512_castps512_ps256(z0));
    _mm256_storeu_ps(y + 200, _mm512_extractf32x8_ps(z0, 1));
    z0 = _mm512_setzero_ps();
    z4 = _mm512_max_ps(z0, z4);
    z0 = _mm512_setzero_ps();
    z5 = _mm512_max_ps(z0, z5);
    z4 = _mm512_max_ps(z5, z4);
    z0 = _mm512_setzero_ps();
    z6 = _mm512_max_ps(z0, z6);
    z4 = _mm512_max_ps(z6, z4);
    z0 = _mm512_setzero_ps();
    z7 = _mm512_max_ps(z0, z7);
    z4 = _mm512_max_ps(z7, z4);
    _mm256_storeu_ps(y + 8, _mm512_castps512_ps256(z4));
    _mm256_storeu_ps(y + 208, _mm512_extractf32x8_ps(z4, 1));
    z0 = _mm512_setzero_ps();
    z8 = _mm512_max_ps(z0, z8);
    z0 = _mm512_setzero_ps();
    z9 = _mm512_max_ps(z0, z9);
    z8 = _mm512_max_ps(z9, z8);
    z0 = _mm512_setzero_ps();
    z10 = _mm512_max_ps(z0, z10);
    z8 = _mm512_max_ps(z10, z8);
    z0 = _mm512_setzero_ps();
    z11 = _mm512_max_ps(z0, z11);
    z8 = _mm512_max_ps(z11, z8);
    _mm256_storeu_ps(y + 16, _mm512_castps512_ps256(z8));
    _mm256_storeu_ps(y + 216, _mm512_extractf32x8_ps(z8, 1));
    z0 = _mm512_setzero_ps();
    z12 = _mm512_max_ps(z0, z12);
    z0 = _mm512_setzero_ps();
    z13 = _mm512_max_ps(z0, z13);
    z12 = _mm512_max_ps(z13, z12);
    z0 = _mm512_setzero_ps();
    z14 = _mm512_max_ps(z0, z14);
    z12 = _mm512_max_ps(z14, z12);
    z0 = _mm512_setzero_ps();
    z15 = _mm512_max_ps(z0, z15);
    z12 = _mm512_max_ps(z15, z12);
    _mm256_storeu_ps(y + 24, _mm512_castps512_ps256(z12));
    _mm256_storeu_ps(y + 224, _mm512_extractf32x8_ps(z12, 1));
    z0 = _mm512_setzero_ps();
    z16 = _mm512_max_ps(z0, z16);
    z0 = _mm512_setzero_ps();
    z17 = _mm512_max_ps(z0, z17);
    z16 = _mm512_max_ps(z17, z16);
    z0 = _mm512_setzero_ps();
    z18 = _mm512_max_ps(z0, z18);
    z16 = _mm512_max_ps(z18, z16);
    z0 = _mm512_setzero_ps();
    z19 = _mm512_max_ps(z0, z19);
    z16 = _mm512_max_ps(z19, z16);
    _mm256_storeu_ps(y + 32, _mm512_castps512_ps256(z16));
    _mm256_storeu_ps(y + 232, _mm512_extractf32x8_ps(z16, 1));
}

/* 32 output channels of 1 x 1 pixels: sums over 16 channels and 5 x 5 taps */
__attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma,f16c")))
static void avx512_conv5x5_32x1_2(const float *x, const float *w, float *y, const float *b)
{
    __m512 z0, z1, z2, z3;
    z0 = _mm512_loadu_ps(b);
    z1 = _mm512_loadu_ps(b + 16);
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 5; j++) {
            for (int k = 0; k < 5; k++) {
                for (int l = 0; l < 2; l++) {
                    z2 = broadcast_zmm(x);
                    z3 = _mm512_loadu_ps(w);
                    z0 = fma_zmm(z3, z2, z0);
                    z3 = _mm512_loadu_ps(w + 16);
                    z1 = fma_zmm(z3, z2, z1);
                    z2 = broadcast_zmm(x + 1);
                    z3 = _mm512_loadu_ps(w + 32);
                    z0 = fma_zmm(z3, z2, z0);
                    z3 = _mm512_loadu_ps(w + 48);
                    z1 = fma_zmm(z3, z2, z1);
                    z2 = broadcast_zmm(x + 2);
                    z3 = _mm512_loadu_ps(w + 64);
                    z0 = fma_zmm(z3, z2, z0);
                    z3 = _mm512_loadu_ps(w + 80);
                    z1 = fma_zmm(z3, z2, z1);
                    z2 = broadcast_zmm(x + 3);
                    z3 = _mm512_loadu_ps(w + 96);
                    z0 = fma_zmm(z3, z2, z0);
                    z3 = _mm512_loadu_ps(w + 112);
                    z1 = fma_zmm(z3, z2, z1);
                    w += 128;
                    x += 4;
                }
            }
        }
    }
    x -= 400;
    w -= 12800;
    z2 = _mm512_setzero_ps();
    z0 = _mm512_max_ps(z2, z0);
    _mm512_storeu_ps(y, z0);
    z0 = _mm512_setzero_ps();
    z1 = _mm512_max_ps(z0, z1);
    _mm512_storeu_ps(y + 16, z1);
}

/* 24 output channels of 1 x 1 pixels: sums over 16 channels and 5 x 5 taps */
__attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma,f16c")))
static void avx512_conv5x5_24x1_3(const float *x, const float *w, float *y, const float *b)
{
    __m512 z0, z1, z2, z3;
    z0 = _mm512_loadu_ps(b);
    z1 = _mm512_zextps256_ps512(_mm256_loadu_ps(b + 16));
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 5; j++) {
            for (int k = 0; k < 5; k++) {
                for (int l = 0; l < 2; l++) {
                    z2 = broadcast_zmm(x);
                    z3 = _mm512_loadu_ps(w);
                    z0 = fma_zmm(z3, z2, z0);
                    z3 = _mm512_zextps256_ps512(_mm256_loadu_ps(w + 16));
                    z1 = fma_zmm(z3, z2, z1);
                    z2 = broadcast_zmm(x + 1);
                    z3 = _mm512_loadu_ps(w + 24);
                    z0 = fma_zmm(z3, z2, z0);
                    z3 = _mm512_zextps256_ps512(_mm256_loadu_ps(w + 40));
                    z1 = fma_zmm(z3, z2, z1);
                    z2 = broadcast_zmm(x + 2);
                    z3 = _mm512_loadu_ps(w + 48);
                    z0 = fma_zmm(z3, z2, z0);
                    z3 = _mm512_zextps256_ps512(_mm256_loadu_ps(w + 64));
                    z1 = fma_zmm(z3, z2, z1);
                    z2 = broadcast_zmm(x + 3);
                    z3 = _mm512_loadu_ps(w + 72);
                    z0 = fma_zmm(z3, z2, z0);
                    z3 = _mm512_zextps256_ps512(_mm256_loadu_ps(w + 88));
                    z1 = fma_zmm(z3, z2, z1);
                    w += 96;
                    x += 4;
                }
            }
        }
    }
    x -= 400;
    w -= 9600;
    z2 = _mm512_setzero_ps();
    z0 = _mm512_max_ps(z2, z0);
    _mm512_storeu_ps(y, z0);
    z0 = _mm512_setzero_ps();
    z1 = _mm512_max_ps(z0, z1);
    _mm256_storeu_ps(y + 16, _mm512_castps512_ps256(z1));
}

/* 32 output channels of 1 x 1 pixels: sums over 120 channels and 1 x 1 taps */
__attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma,f16c")))
static void avx512_conv1x1_32x1_4(const float *x, const float *w, float *y, const float *b)
{
    __m512 z0, z1, z2, z3;
    z0 = _mm512_loadu_ps(b);
    z1 = _mm512_loadu_ps(b + 16);
    for (int i = 0; i < 15; i++) {
        for (int j = 0; j < 2; j++) {
            z2 = broadcast_zmm(x);
            z3 = _mm512_loadu_ps(w);
            z0 = fma_zmm(z3, z2, z0);
            z3 = _mm512_loadu_ps(w + 16);
            z1 = fma_zmm(z3, z2, z1);
            z2 = broadcast_zmm(x + 1);
            z3 = _mm512_loadu_ps(w + 32);
            z0 = fma_zmm(z3, z2, z0);
            z3 = _mm512_loadu_ps(w + 48);
            z1 = fma_zmm(z3, z2, z1);
            z2 = broadcast_zmm(x + 2);
            z3 = _mm512_loadu_ps(w + 64);
            z0 = fma_zmm(z3, z2, z0);
            z3 = _mm512_loadu_ps(w + 80);
            z1 = fma_zmm(z3, z2, z1);
            z2 = broadcast_zmm(x + 3);
            z3 = _mm512_loadu_ps(w + 96);
            z0 = fma_zmm(z3, z2, z0);
            z3 = _mm512_loadu_ps(w + 112);
            z1 = fma_zmm(z3, z2, z1);
            w += 128;
            x += 4;
        }
    }
    x -= 120;
    w -= 3840;
    z2 = _mm512_setzero_ps();
    z0 = _mm512_max_ps(z2, z0);
    _mm512_storeu_ps(y, z0);
    z0 = _mm512_setzero_ps();
    z1 = _mm512_max_ps(z0, z1);
    _mm512_storeu_ps(y + 16, z1);
}

/* 24 output channels of 1 x 1 pixels: sums over 120 channels and 1 x 1 taps */
__attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma,f16c")))
static void avx512_conv1x1_24x1_5(const float *x, const float *w, float *y, const float *b)
{
    __m512 z0, z1, z2, z3;
    z0 = _mm512_loadu_ps(b);
    z1 = _mm512_zextps256_ps512(_mm256_loadu_ps(b + 16));
    for (int i = 0; i < 15; i++) {
        for (int j = 0; j < 2; j++) {
            z2 = broadcast_zmm(x);
            z3 = _mm512_loadu_ps(w);
            z0 = fma_zmm(z3, z2, z0);
            z3 = _mm512_zextps256_ps512(_mm256_loadu_ps(w + 16));
            z1 = fma_zmm(z3, z2, z1);
            z2 = broadcast_zmm(x + 1);
            z3 = _mm512_loadu_ps(w + 24);
            z0 = fma_zmm(z3, z2, z0);
            z3 = _mm512_zextps256_ps512(_mm256_loadu_ps(w + 40));
            z1 = fma_zmm(z3, z2, z1);
            z2 = broadcast_zmm(x + 2);
            z3 = _mm512_loadu_ps(w + 48);
            z0 = fma_zmm(z3, z2, z0);
            z3 = _mm512_zextps256_ps512(_mm256_loadu_ps(w + 64));
            z1 = fma_zmm(z3, z2, z1);
            z2 = broadcast_zmm(x + 3);
            z3 = _mm512_loadu_ps(w + 72);
            z0 = fma_zmm(z3, z2, z0);
            z3 = _mm512_zextps256_ps512(_mm256_loadu_ps(w + 88));
            z1 = fma_zmm(z3, z2, z1);
            w += 96;
            x += 4;
        }
    }
    x -= 120;
    w -= 2880;
    z2 = _mm512_setzero_ps();
    z0 = _mm512_max_ps(z2, z0);
    _mm512_storeu_ps(y, z0);
    z0 = _mm512_setzero_ps();
    z1 = _mm512_max_ps(z0, z1);
    _mm256_storeu_ps(y + 16, _mm512_castps512_ps256(z1));
}

/* 8 output channels of 1 x 1 pixels: sums over 84 channels and 1 x 1 taps */
__attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma,f16c")))
static void avx512_conv1x1_8x1_6(const float *x, const float *w, float *y, const float *b)
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
__attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma,f16c")))
static void avx512_copy_7(const float *x, float *y)
{
    __m256 v0;
    v0 = _mm256_zextps128_ps256(_mm_load_ss(x));
    _mm_store_ss(y, _mm256_castps256_ps128(v0));
    v0 = _mm256_zextps128_ps256(_mm_load_ss(x + 1));
    _mm_store_ss(y + 1, _mm256_castps256_ps128(v0));
}

/* convolution 5 x 5, stride 1: 3 x 32 x 32 -> 6 x 28 x 28, then relu, then max_pool; direct, tiles of 8 x 7
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
    avx512_conv5x5_8x7_0(x + i * 64, w, y + i * 112, b);
}

static const Part parts_conv_0[] = {{1, 14, 8920}, {0}};

/* convolution 5 x 5, stride 1: 6 x 14 x 14 -> 16 x 10 x 10, then relu, then max_pool; direct, tiles of 16 x 7
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
    avx512_conv5x5_16x7_1(x + i * 224, w, y + i * 40, b);
}

static const Part parts_conv_1[] = {{1, 5, 6304}, {0}};

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
        avx512_conv5x5_32x1_2(x, w + i * 12800, y + i * 32, b + i * 32);
        return;
    }
    tile -= 3;
    avx512_conv5x5_24x1_3(x, w + 38400, y + 96, b + 96);
}

static const Part parts_linear_2[] = {{1, 4, 2336}, {0}};

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
        avx512_conv1x1_32x1_4(x, w + i * 3840, y + i * 32, b + i * 32);
        return;
    }
    tile -= 2;
    avx512_conv1x1_24x1_5(x, w + 7680, y + 64, b + 64);
}

static const Part parts_linear_3[] = {{1, 3, 702}, {0}};

/* linear: 84 -> 2; direct, tiles of 8 x 1
 * 168 MACs per image. Layer fc3 (lenet.yaml:21). */
static void step_linear_4(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task;
    const float *x = run->arena + image * 1968 + slot[0];
    const float *w = run->weights + slot[1];
    float *y = run->arena + image * 1968 + slot[2];
    const float *b = run->weights + slot[3];
    avx512_conv1x1_8x1_6(x, w, y, b);
}

static const Part parts_linear_4[] = {{1, 1, 318}, {0}};

/* the output as the caller reads it: 2 x 1 x 1
 * Layer output (lenet.yaml:21). */
static void step_output_5(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task;
    const float *x = run->arena + image * 1968 + slot[0];
    float *y = run->output + image * 2 + slot[1];
    avx512_copy_7(x, y);
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
    case LENET_ERROR_PROCESSOR: return "this processor lacks AVX-512 F, DQ or VL";
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

/* Whether the processor has AVX-512 F, DQ and VL, and the system saves their registers. Asked on each call, in about 2
 * microseconds, because a file without mutable state remembers nothing. */
static int has_avx512(void)
{
    unsigned a, b, c, d, state, high;
    __cpuid(1, a, b, c, d);
    if (~c & (1u << 12 | 1u << 27 | 1u << 29))   /* FMA, half precision, and xgetbv is allowed */
        return 0;
    __asm__ volatile ("xgetbv" : "=a"(state), "=d"(high) : "c"(0));
    __cpuid_count(7, 0, a, b, c, d);    /* every processor with FMA has this leaf */
    return (state & 0xe6) == 0xe6 && !(~b & (1u << 5 | 1u << 16 | 1u << 17 | 1u << 31));
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
    if (!has_avx512())
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
