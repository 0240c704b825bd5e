/* resnext_form_c, compiled from resnext_block.yaml by nncc for the target avx512.
 *
 *     nncc resnext_block.yaml --target avx512 -o resnext_block_avx512.c
 *
 * Build it with
 *
 *     cc -std=c11 -O2 -ffp-contract=off -fopenmp -c resnext_block_avx512.c
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
#include "resnext_block_avx512.h"

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

static const Stamp expected = { "NNCCW", 1, 282624, 0xcc8529afa953aec2, 0x7e532d60c565800d, "resnext_form_c" };

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

/* one channel of 56 x 56 pixels */
__attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma,f16c")))
static void avx512_copy_0(const float *x, float *y)
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

/* 64 output channels of 4 x 56 pixels: sums over 256 channels and 1 x 1 taps */
__attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma,f16c")))
static void avx512_conv1x1_64x6_1(const float *x, const float *w, float *y, const float *b)
{
    __m512 z0, z1, z2, z3, z4, z5, z6, z7, z8, z9, z10, z11, z12, z13, z14, z15, z16, z17, z18, z19, z20, z21, z22, z23, z24, z25, z26, z27, z28;
    for (int i = 0; i < 8; i++) {
        _mm_prefetch((const char *)(x), _MM_HINT_T0);
        _mm_prefetch((const char *)(x + 16), _MM_HINT_T0);
        _mm_prefetch((const char *)(x + 32), _MM_HINT_T0);
        _mm_prefetch((const char *)(x + 40), _MM_HINT_T0);
        x += 25104;
    }
    x -= 200832;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 6; j++) {
            z0 = _mm512_loadu_ps(b);
            z1 = z0;
            z2 = z0;
            z3 = z0;
            z4 = z0;
            z5 = z0;
            z6 = _mm512_loadu_ps(b + 16);
            z7 = z6;
            z8 = z6;
            z9 = z6;
            z10 = z6;
            z11 = z6;
            z12 = _mm512_loadu_ps(b + 32);
            z13 = z12;
            z14 = z12;
            z15 = z12;
            z16 = z12;
            z17 = z12;
            z18 = _mm512_loadu_ps(b + 48);
            z19 = z18;
            z20 = z18;
            z21 = z18;
            z22 = z18;
            z23 = z18;
            for (int k = 0; k < 8; k++) {
                _mm_prefetch((const char *)(x + 48), _MM_HINT_T0);
                _mm_prefetch((const char *)(x + 64), _MM_HINT_T0);
                _mm_prefetch((const char *)(x + 80), _MM_HINT_T0);
                _mm_prefetch((const char *)(x + 88), _MM_HINT_T0);
                for (int l = 0; l < 2; l++) {
                    z24 = _mm512_loadu_ps(w);
                    z25 = _mm512_loadu_ps(w + 16);
                    z26 = _mm512_loadu_ps(w + 32);
                    z27 = _mm512_loadu_ps(w + 48);
                    z28 = broadcast_zmm(x);
                    z0 = fma_zmm(z24, z28, z0);
                    z6 = fma_zmm(z25, z28, z6);
                    z12 = fma_zmm(z26, z28, z12);
                    z18 = fma_zmm(z27, z28, z18);
                    z28 = broadcast_zmm(x + 8);
                    z1 = fma_zmm(z24, z28, z1);
                    z7 = fma_zmm(z25, z28, z7);
                    z13 = fma_zmm(z26, z28, z13);
                    z19 = fma_zmm(z27, z28, z19);
                    z28 = broadcast_zmm(x + 16);
                    z2 = fma_zmm(z24, z28, z2);
                    z8 = fma_zmm(z25, z28, z8);
                    z14 = fma_zmm(z26, z28, z14);
                    z20 = fma_zmm(z27, z28, z20);
                    z28 = broadcast_zmm(x + 24);
                    z3 = fma_zmm(z24, z28, z3);
                    z9 = fma_zmm(z25, z28, z9);
                    z15 = fma_zmm(z26, z28, z15);
                    z21 = fma_zmm(z27, z28, z21);
                    z28 = broadcast_zmm(x + 32);
                    z4 = fma_zmm(z24, z28, z4);
                    z10 = fma_zmm(z25, z28, z10);
                    z16 = fma_zmm(z26, z28, z16);
                    z22 = fma_zmm(z27, z28, z22);
                    z28 = broadcast_zmm(x + 40);
                    z5 = fma_zmm(z24, z28, z5);
                    z11 = fma_zmm(z25, z28, z11);
                    z17 = fma_zmm(z26, z28, z17);
                    z23 = fma_zmm(z27, z28, z23);
                    z24 = _mm512_loadu_ps(w + 64);
                    z25 = _mm512_loadu_ps(w + 80);
                    z26 = _mm512_loadu_ps(w + 96);
                    z27 = _mm512_loadu_ps(w + 112);
                    z28 = broadcast_zmm(x + 1);
                    z0 = fma_zmm(z24, z28, z0);
                    z6 = fma_zmm(z25, z28, z6);
                    z12 = fma_zmm(z26, z28, z12);
                    z18 = fma_zmm(z27, z28, z18);
                    z28 = broadcast_zmm(x + 9);
                    z1 = fma_zmm(z24, z28, z1);
                    z7 = fma_zmm(z25, z28, z7);
                    z13 = fma_zmm(z26, z28, z13);
                    z19 = fma_zmm(z27, z28, z19);
                    z28 = broadcast_zmm(x + 17);
                    z2 = fma_zmm(z24, z28, z2);
                    z8 = fma_zmm(z25, z28, z8);
                    z14 = fma_zmm(z26, z28, z14);
                    z20 = fma_zmm(z27, z28, z20);
                    z28 = broadcast_zmm(x + 25);
                    z3 = fma_zmm(z24, z28, z3);
                    z9 = fma_zmm(z25, z28, z9);
                    z15 = fma_zmm(z26, z28, z15);
                    z21 = fma_zmm(z27, z28, z21);
                    z28 = broadcast_zmm(x + 33);
                    z4 = fma_zmm(z24, z28, z4);
                    z10 = fma_zmm(z25, z28, z10);
                    z16 = fma_zmm(z26, z28, z16);
                    z22 = fma_zmm(z27, z28, z22);
                    z28 = broadcast_zmm(x + 41);
                    z5 = fma_zmm(z24, z28, z5);
                    z11 = fma_zmm(z25, z28, z11);
                    z17 = fma_zmm(z26, z28, z17);
                    z23 = fma_zmm(z27, z28, z23);
                    z24 = _mm512_loadu_ps(w + 128);
                    z25 = _mm512_loadu_ps(w + 144);
                    z26 = _mm512_loadu_ps(w + 160);
                    z27 = _mm512_loadu_ps(w + 176);
                    z28 = broadcast_zmm(x + 2);
                    z0 = fma_zmm(z24, z28, z0);
                    z6 = fma_zmm(z25, z28, z6);
                    z12 = fma_zmm(z26, z28, z12);
                    z18 = fma_zmm(z27, z28, z18);
                    z28 = broadcast_zmm(x + 10);
                    z1 = fma_zmm(z24, z28, z1);
                    z7 = fma_zmm(z25, z28, z7);
                    z13 = fma_zmm(z26, z28, z13);
                    z19 = fma_zmm(z27, z28, z19);
                    z28 = broadcast_zmm(x + 18);
                    z2 = fma_zmm(z24, z28, z2);
                    z8 = fma_zmm(z25, z28, z8);
                    z14 = fma_zmm(z26, z28, z14);
                    z20 = fma_zmm(z27, z28, z20);
                    z28 = broadcast_zmm(x + 26);
                    z3 = fma_zmm(z24, z28, z3);
                    z9 = fma_zmm(z25, z28, z9);
                    z15 = fma_zmm(z26, z28, z15);
                    z21 = fma_zmm(z27, z28, z21);
                    z28 = broadcast_zmm(x + 34);
                    z4 = fma_zmm(z24, z28, z4);
                    z10 = fma_zmm(z25, z28, z10);
                    z16 = fma_zmm(z26, z28, z16);
                    z22 = fma_zmm(z27, z28, z22);
                    z28 = broadcast_zmm(x + 42);
                    z5 = fma_zmm(z24, z28, z5);
                    z11 = fma_zmm(z25, z28, z11);
                    z17 = fma_zmm(z26, z28, z17);
                    z23 = fma_zmm(z27, z28, z23);
                    z24 = _mm512_loadu_ps(w + 192);
                    z25 = _mm512_loadu_ps(w + 208);
                    z26 = _mm512_loadu_ps(w + 224);
                    z27 = _mm512_loadu_ps(w + 240);
                    z28 = broadcast_zmm(x + 3);
                    z0 = fma_zmm(z24, z28, z0);
                    z6 = fma_zmm(z25, z28, z6);
                    z12 = fma_zmm(z26, z28, z12);
                    z18 = fma_zmm(z27, z28, z18);
                    z28 = broadcast_zmm(x + 11);
                    z1 = fma_zmm(z24, z28, z1);
                    z7 = fma_zmm(z25, z28, z7);
                    z13 = fma_zmm(z26, z28, z13);
                    z19 = fma_zmm(z27, z28, z19);
                    z28 = broadcast_zmm(x + 19);
                    z2 = fma_zmm(z24, z28, z2);
                    z8 = fma_zmm(z25, z28, z8);
                    z14 = fma_zmm(z26, z28, z14);
                    z20 = fma_zmm(z27, z28, z20);
                    z28 = broadcast_zmm(x + 27);
                    z3 = fma_zmm(z24, z28, z3);
                    z9 = fma_zmm(z25, z28, z9);
                    z15 = fma_zmm(z26, z28, z15);
                    z21 = fma_zmm(z27, z28, z21);
                    z28 = broadcast_zmm(x + 35);
                    z4 = fma_zmm(z24, z28, z4);
                    z10 = fma_zmm(z25, z28, z10);
                    z16 = fma_zmm(z26, z28, z16);
                    z22 = fma_zmm(z27, z28, z22);
                    z28 = broadcast_zmm(x + 43);
                    z5 = fma_zmm(z24, z28, z5);
                    z11 = fma_zmm(z25, z28, z11);
                    z17 = fma_zmm(z26, z28, z17);
                    z23 = fma_zmm(z27, z28, z23);
                    w += 256;
                    x += 4;
                }
                x += 25096;
            }
            x -= 200832;
            w -= 4096;
            _mm256_storeu_ps(y, _mm512_castps512_ps256(z0));
            _mm256_storeu_ps(y + 26456, _mm512_extractf32x8_ps(z0, 1));
            _mm256_storeu_ps(y + 8, _mm512_castps512_ps256(z1));
            _mm256_storeu_ps(y + 26464, _mm512_extractf32x8_ps(z1, 1));
            _mm256_storeu_ps(y + 16, _mm512_castps512_ps256(z2));
            _mm256_storeu_ps(y + 26472, _mm512_extractf32x8_ps(z2, 1));
            _mm256_storeu_ps(y + 24, _mm512_castps512_ps256(z3));
            _mm256_storeu_ps(y + 26480, _mm512_extractf32x8_ps(z3, 1));
            _mm256_storeu_ps(y + 32, _mm512_castps512_ps256(z4));
            _mm256_storeu_ps(y + 26488, _mm512_extractf32x8_ps(z4, 1));
            _mm256_storeu_ps(y + 40, _mm512_castps512_ps256(z5));
            _mm256_storeu_ps(y + 26496, _mm512_extractf32x8_ps(z5, 1));
            _mm256_storeu_ps(y + 52912, _mm512_castps512_ps256(z6));
            _mm256_storeu_ps(y + 79368, _mm512_extractf32x8_ps(z6, 1));
            _mm256_storeu_ps(y + 52920, _mm512_castps512_ps256(z7));
            _mm256_storeu_ps(y + 79376, _mm512_extractf32x8_ps(z7, 1));
            _mm256_storeu_ps(y + 52928, _mm512_castps512_ps256(z8));
            _mm256_storeu_ps(y + 79384, _mm512_extractf32x8_ps(z8, 1));
            _mm256_storeu_ps(y + 52936, _mm512_castps512_ps256(z9));
            _mm256_storeu_ps(y + 79392, _mm512_extractf32x8_ps(z9, 1));
            _mm256_storeu_ps(y + 52944, _mm512_castps512_ps256(z10));
            _mm256_storeu_ps(y + 79400, _mm512_extractf32x8_ps(z10, 1));
            _mm256_storeu_ps(y + 52952, _mm512_castps512_ps256(z11));
            _mm256_storeu_ps(y + 79408, _mm512_extractf32x8_ps(z11, 1));
            _mm256_storeu_ps(y + 105824, _mm512_castps512_ps256(z12));
            _mm256_storeu_ps(y + 132280, _mm512_extractf32x8_ps(z12, 1));
            _mm256_storeu_ps(y + 105832, _mm512_castps512_ps256(z13));
            _mm256_storeu_ps(y + 132288, _mm512_extractf32x8_ps(z13, 1));
            _mm256_storeu_ps(y + 105840, _mm512_castps512_ps256(z14));
            _mm256_storeu_ps(y + 132296, _mm512_extractf32x8_ps(z14, 1));
            _mm256_storeu_ps(y + 105848, _mm512_castps512_ps256(z15));
            _mm256_storeu_ps(y + 132304, _mm512_extractf32x8_ps(z15, 1));
            _mm256_storeu_ps(y + 105856, _mm512_castps512_ps256(z16));
            _mm256_storeu_ps(y + 132312, _mm512_extractf32x8_ps(z16, 1));
            _mm256_storeu_ps(y + 105864, _mm512_castps512_ps256(z17));
            _mm256_storeu_ps(y + 132320, _mm512_extractf32x8_ps(z17, 1));
            _mm256_storeu_ps(y + 158736, _mm512_castps512_ps256(z18));
            _mm256_storeu_ps(y + 185192, _mm512_extractf32x8_ps(z18, 1));
            _mm256_storeu_ps(y + 158744, _mm512_castps512_ps256(z19));
            _mm256_storeu_ps(y + 185200, _mm512_extractf32x8_ps(z19, 1));
            _mm256_storeu_ps(y + 158752, _mm512_castps512_ps256(z20));
            _mm256_storeu_ps(y + 185208, _mm512_extractf32x8_ps(z20, 1));
            _mm256_storeu_ps(y + 158760, _mm512_castps512_ps256(z21));
            _mm256_storeu_ps(y + 185216, _mm512_extractf32x8_ps(z21, 1));
            _mm256_storeu_ps(y + 158768, _mm512_castps512_ps256(z22));
            _mm256_storeu_ps(y + 185224, _mm512_extractf32x8_ps(z22, 1));
            _mm256_storeu_ps(y + 158776, _mm512_castps512_ps256(z23));
            _mm256_storeu_ps(y + 185232, _mm512_extractf32x8_ps(z23, 1));
            x += 48;
            y += 48;
        }
        for (int j = 0; j < 4; j++) {
            z0 = _mm512_loadu_ps(b);
            z1 = z0;
            z2 = z0;
            z3 = z0;
            z4 = z0;
            z5 = _mm512_loadu_ps(b + 16);
            z6 = z5;
            z7 = z5;
            z8 = z5;
            z9 = z5;
            z10 = _mm512_loadu_ps(b + 32);
            z11 = z10;
            z12 = z10;
            z13 = z10;
            z14 = z10;
            z15 = _mm512_loadu_ps(b + 48);
            z16 = z15;
            z17 = z15;
            z18 = z15;
            z19 = z15;
            for (int k = 0; k < 8; k++) {
                _mm_prefetch((const char *)(x + 40), _MM_HINT_T0);
                _mm_prefetch((const char *)(x + 56), _MM_HINT_T0);
                _mm_prefetch((const char *)(x + 72), _MM_HINT_T0);
                for (int l = 0; l < 2; l++) {
                    z20 = _mm512_loadu_ps(w);
                    z21 = _mm512_loadu_ps(w + 16);
                    z22 = _mm512_loadu_ps(w + 32);
                    z23 = _mm512_loadu_ps(w + 48);
                    z24 = broadcast_zmm(x);
                    z0 = fma_zmm(z20, z24, z0);
                    z5 = fma_zmm(z21, z24, z5);
                    z10 = fma_zmm(z22, z24, z10);
                    z15 = fma_zmm(z23, z24, z15);
                    z24 = broadcast_zmm(x + 8);
                    z1 = fma_zmm(z20, z24, z1);
                    z6 = fma_zmm(z21, z24, z6);
                    z11 = fma_zmm(z22, z24, z11);
                    z16 = fma_zmm(z23, z24, z16);
                    z24 = broadcast_zmm(x + 16);
                    z2 = fma_zmm(z20, z24, z2);
                    z7 = fma_zmm(z21, z24, z7);
                    z12 = fma_zmm(z22, z24, z12);
                    z17 = fma_zmm(z23, z24, z17);
                    z24 = broadcast_zmm(x + 24);
                    z3 = fma_zmm(z20, z24, z3);
                    z8 = fma_zmm(z21, z24, z8);
                    z13 = fma_zmm(z22, z24, z13);
                    z18 = fma_zmm(z23, z24, z18);
                    z24 = broadcast_zmm(x + 32);
                    z4 = fma_zmm(z20, z24, z4);
                    z9 = fma_zmm(z21, z24, z9);
                    z14 = fma_zmm(z22, z24, z14);
                    z19 = fma_zmm(z23, z24, z19);
                    z20 = _mm512_loadu_ps(w + 64);
                    z21 = _mm512_loadu_ps(w + 80);
                    z22 = _mm512_loadu_ps(w + 96);
                    z23 = _mm512_loadu_ps(w + 112);
                    z24 = broadcast_zmm(x + 1);
                    z0 = fma_zmm(z20, z24, z0);
                    z5 = fma_zmm(z21, z24, z5);
                    z10 = fma_zmm(z22, z24, z10);
                    z15 = fma_zmm(z23, z24, z15);
                    z24 = broadcast_zmm(x + 9);
                    z1 = fma_zmm(z20, z24, z1);
                    z6 = fma_zmm(z21, z24, z6);
                    z11 = fma_zmm(z22, z24, z11);
                    z16 = fma_zmm(z23, z24, z16);
                    z24 = broadcast_zmm(x + 17);
                    z2 = fma_zmm(z20, z24, z2);
                    z7 = fma_zmm(z21, z24, z7);
                    z12 = fma_zmm(z22, z24, z12);
                    z17 = fma_zmm(z23, z24, z17);
                    z24 = broadcast_zmm(x + 25);
                    z3 = fma_zmm(z20, z24, z3);
                    z8 = fma_zmm(z21, z24, z8);
                    z13 = fma_zmm(z22, z24, z13);
                    z18 = fma_zmm(z23, z24, z18);
                    z24 = broadcast_zmm(x + 33);
                    z4 = fma_zmm(z20, z24, z4);
                    z9 = fma_zmm(z21, z24, z9);
                    z14 = fma_zmm(z22, z24, z14);
                    z19 = fma_zmm(z23, z24, z19);
                    z20 = _mm512_loadu_ps(w + 128);
                    z21 = _mm512_loadu_ps(w + 144);
                    z22 = _mm512_loadu_ps(w + 160);
                    z23 = _mm512_loadu_ps(w + 176);
                    z24 = broadcast_zmm(x + 2);
                    z0 = fma_zmm(z20, z24, z0);
                    z5 = fma_zmm(z21, z24, z5);
                    z10 = fma_zmm(z22, z24, z10);
                    z15 = fma_zmm(z23, z24, z15);
                    z24 = broadcast_zmm(x + 10);
                    z1 = fma_zmm(z20, z24, z1);
                    z6 = fma_zmm(z21, z24, z6);
                    z11 = fma_zmm(z22, z24, z11);
                    z16 = fma_zmm(z23, z24, z16);
                    z24 = broadcast_zmm(x + 18);
                    z2 = fma_zmm(z20, z24, z2);
                    z7 = fma_zmm(z21, z24, z7);
                    z12 = fma_zmm(z22, z24, z12);
                    z17 = fma_zmm(z23, z24, z17);
                    z24 = broadcast_zmm(x + 26);
                    z3 = fma_zmm(z20, z24, z3);
                    z8 = fma_zmm(z21, z24, z8);
                    z13 = fma_zmm(z22, z24, z13);
                    z18 = fma_zmm(z23, z24, z18);
                    z24 = broadcast_zmm(x + 34);
                    z4 = fma_zmm(z20, z24, z4);
                    z9 = fma_zmm(z21, z24, z9);
                    z14 = fma_zmm(z22, z24, z14);
                    z19 = fma_zmm(z23, z24, z19);
                    z20 = _mm512_loadu_ps(w + 192);
                    z21 = _mm512_loadu_ps(w + 208);
                    z22 = _mm512_loadu_ps(w + 224);
                    z23 = _mm512_loadu_ps(w + 240);
                    z24 = broadcast_zmm(x + 3);
                    z0 = fma_zmm(z20, z24, z0);
                    z5 = fma_zmm(z21, z24, z5);
                    z10 = fma_zmm(z22, z24, z10);
                    z15 = fma_zmm(z23, z24, z15);
                    z24 = broadcast_zmm(x + 11);
                    z1 = fma_zmm(z20, z24, z1);
                    z6 = fma_zmm(z21, z24, z6);
                    z11 = fma_zmm(z22, z24, z11);
                    z16 = fma_zmm(z23, z24, z16);
                    z24 = broadcast_zmm(x + 19);
                    z2 = fma_zmm(z20, z24, z2);
                    z7 = fma_zmm(z21, z24, z7);
                    z12 = fma_zmm(z22, z24, z12);
                    z17 = fma_zmm(z23, z24, z17);
                    z24 = broadcast_zmm(x + 27);
                    z3 = fma_zmm(z20, z24, z3);
                    z8 = fma_zmm(z21, z24, z8);
                    z13 = fma_zmm(z22, z24, z13);
                    z18 = fma_zmm(z23, z24, z18);
                    z24 = broadcast_zmm(x + 35);
                    z4 = fma_zmm(z20, z24, z4);
                    z9 = fma_zmm(z21, z24, z9);
                    z14 = fma_zmm(z22, z24, z14);
                    z19 = fma_zmm(z23, z24, z19);
                    w += 256;
                    x += 4;
                }
                x += 25096;
            }
            x -= 200832;
            w -= 4096;
            _mm256_storeu_ps(y, _mm512_castps512_ps256(z0));
            _mm256_storeu_ps(y + 26456, _mm512_extractf32x8_ps(z0, 1));
            _mm256_storeu_ps(y + 8, _mm512_castps512_ps256(z1));
            _mm256_storeu_ps(y + 26464, _mm512_extractf32x8_ps(z1, 1));
            _mm256_storeu_ps(y + 16, _mm512_castps512_ps256(z2));
            _mm256_storeu_ps(y + 26472, _mm512_extractf32x8_ps(z2, 1));
            _mm256_storeu_ps(y + 24, _mm512_castps512_ps256(z3));
            _mm256_storeu_ps(y + 26480, _mm512_extractf32x8_ps(z3, 1));
            _mm256_storeu_ps(y + 32, _mm512_castps512_ps256(z4));
            _mm256_storeu_ps(y + 26488, _mm512_extractf32x8_ps(z4, 1));
            _mm256_storeu_ps(y + 52912, _mm512_castps512_ps256(z5));
            _mm256_storeu_ps(y + 79368, _mm512_extractf32x8_ps(z5, 1));
            _mm256_storeu_ps(y + 52920, _mm512_castps512_ps256(z6));
            _mm256_storeu_ps(y + 79376, _mm512_extractf32x8_ps(z6, 1));
            _mm256_storeu_ps(y + 52928, _mm512_castps512_ps256(z7));
            _mm256_storeu_ps(y + 79384, _mm512_extractf32x8_ps(z7, 1));
            _mm256_storeu_ps(y + 52936, _mm512_castps512_ps256(z8));
            _mm256_storeu_ps(y + 79392, _mm512_extractf32x8_ps(z8, 1));
            _mm256_storeu_ps(y + 52944, _mm512_castps512_ps256(z9));
            _mm256_storeu_ps(y + 79400, _mm512_extractf32x8_ps(z9, 1));
            _mm256_storeu_ps(y + 105824, _mm512_castps512_ps256(z10));
            _mm256_storeu_ps(y + 132280, _mm512_extractf32x8_ps(z10, 1));
            _mm256_storeu_ps(y + 105832, _mm512_castps512_ps256(z11));
            _mm256_storeu_ps(y + 132288, _mm512_extractf32x8_ps(z11, 1));
            _mm256_storeu_ps(y + 105840, _mm512_castps512_ps256(z12));
            _mm256_storeu_ps(y + 132296, _mm512_extractf32x8_ps(z12, 1));
            _mm256_storeu_ps(y + 105848, _mm512_castps512_ps256(z13));
            _mm256_storeu_ps(y + 132304, _mm512_extractf32x8_ps(z13, 1));
            _mm256_storeu_ps(y + 105856, _mm512_castps512_ps256(z14));
            _mm256_storeu_ps(y + 132312, _mm512_extractf32x8_ps(z14, 1));
            _mm256_storeu_ps(y + 158736, _mm512_castps512_ps256(z15));
            _mm256_storeu_ps(y + 185192, _mm512_extractf32x8_ps(z15, 1));
            _mm256_storeu_ps(y + 158744, _mm512_castps512_ps256(z16));
            _mm256_storeu_ps(y + 185200, _mm512_extractf32x8_ps(z16, 1));
            _mm256_storeu_ps(y + 158752, _mm512_castps512_ps256(z17));
            _mm256_storeu_ps(y + 185208, _mm512_extractf32x8_ps(z17, 1));
            _mm256_storeu_ps(y + 158760, _mm512_castps512_ps256(z18));
            _mm256_storeu_ps(y + 185216, _mm512_extractf32x8_ps(z18, 1));
            _mm256_storeu_ps(y + 158768, _mm512_castps512_ps256(z19));
            _mm256_storeu_ps(y + 185224, _mm512_extractf32x8_ps(z19, 1));
            x += 40;
            y += 40;
        }
        y += 8;
    }
    x += 199040;
    y -= 1824;
    w += 4096;
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 8; j++) {
            _mm_prefetch((const char *)(x), _MM_HINT_T0);
            _mm_prefetch((const char *)(x + 16), _MM_HINT_T0);
            _mm_prefetch((const char *)(x + 32), _MM_HINT_T0);
            _mm_prefetch((const char *)(x + 40), _MM_HINT_T0);
            x += 25104;
        }
        x -= 200832;
        for (int j = 0; j < 4; j++) {
            for (int k = 0; k < 6; k++) {
                z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(y));
                z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(y + 26456), 1);
                z1 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 8));
                z1 = _mm512_insertf32x8(z1, _mm256_loadu_ps(y + 26464), 1);
                z2 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 16));
                z2 = _mm512_insertf32x8(z2, _mm256_loadu_ps(y + 26472), 1);
                z3 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 24));
                z3 = _mm512_insertf32x8(z3, _mm256_loadu_ps(y + 26480), 1);
                z4 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 32));
                z4 = _mm512_insertf32x8(z4, _mm256_loadu_ps(y + 26488), 1);
                z5 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 40));
                z5 = _mm512_insertf32x8(z5, _mm256_loadu_ps(y + 26496), 1);
                z6 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 52912));
                z6 = _mm512_insertf32x8(z6, _mm256_loadu_ps(y + 79368), 1);
                z7 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 52920));
                z7 = _mm512_insertf32x8(z7, _mm256_loadu_ps(y + 79376), 1);
                z8 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 52928));
                z8 = _mm512_insertf32x8(z8, _mm256_loadu_ps(y + 79384), 1);
                z9 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 52936));
                z9 = _mm512_insertf32x8(z9, _mm256_loadu_ps(y + 79392), 1);
                z10 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 52944));
                z10 = _mm512_insertf32x8(z10, _mm256_loadu_ps(y + 79400), 1);
                z11 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 52952));
                z11 = _mm512_insertf32x8(z11, _mm256_loadu_ps(y + 79408), 1);
                z12 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 105824));
                z12 = _mm512_insertf32x8(z12, _mm256_loadu_ps(y + 132280), 1);
                z13 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 105832));
                z13 = _mm512_insertf32x8(z13, _mm256_loadu_ps(y + 132288), 1);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 105840));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(y + 132296), 1);
                z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 105848));
                z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(y + 132304), 1);
                z16 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 105856));
                z16 = _mm512_insertf32x8(z16, _mm256_loadu_ps(y + 132312), 1);
                z17 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 105864));
                z17 = _mm512_insertf32x8(z17, _mm256_loadu_ps(y + 132320), 1);
                z18 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 158736));
                z18 = _mm512_insertf32x8(z18, _mm256_loadu_ps(y + 185192), 1);
                z19 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 158744));
                z19 = _mm512_insertf32x8(z19, _mm256_loadu_ps(y + 185200), 1);
                z20 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 158752));
                z20 = _mm512_insertf32x8(z20, _mm256_loadu_ps(y + 185208), 1);
                z21 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 158760));
                z21 = _mm512_insertf32x8(z21, _mm256_loadu_ps(y + 185216), 1);
                z22 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 158768));
                z22 = _mm512_insertf32x8(z22, _mm256_loadu_ps(y + 185224), 1);
                z23 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 158776));
                z23 = _mm512_insertf32x8(z23, _mm256_loadu_ps(y + 185232), 1);
                for (int l = 0; l < 8; l++) {
                    _mm_prefetch((const char *)(x + 48), _MM_HINT_T0);
                    _mm_prefetch((const char *)(x + 64), _MM_HINT_T0);
                    _mm_prefetch((const char *)(x + 80), _MM_HINT_T0);
                    _mm_prefetch((const char *)(x + 88), _MM_HINT_T0);
                    for (int m = 0; m < 2; m++) {
                        z24 = _mm512_loadu_ps(w);
                        z25 = _mm512_loadu_ps(w + 16);
                        z26 = _mm512_loadu_ps(w + 32);
                        z27 = _mm512_loadu_ps(w + 48);
                        z28 = broadcast_zmm(x);
                        z0 = fma_zmm(z24, z28, z0);
                        z6 = fma_zmm(z25, z28, z6);
                        z12 = fma_zmm(z26, z28, z12);
                        z18 = fma_zmm(z27, z28, z18);
                        z28 = broadcast_zmm(x + 8);
                        z1 = fma_zmm(z24, z28, z1);
                        z7 = fma_zmm(z25, z28, z7);
                        z13 = fma_zmm(z26, z28, z13);
                        z19 = fma_zmm(z27, z28, z19);
                        z28 = broadcast_zmm(x + 16);
                        z2 = fma_zmm(z24, z28, z2);
                        z8 = fma_zmm(z25, z28, z8);
                        z14 = fma_zmm(z26, z28, z14);
                        z20 = fma_zmm(z27, z28, z20);
                        z28 = broadcast_zmm(x + 24);
                        z3 = fma_zmm(z24, z28, z3);
                        z9 = fma_zmm(z25, z28, z9);
                        z15 = fma_zmm(z26, z28, z15);
                        z21 = fma_zmm(z27, z28, z21);
                        z28 = broadcast_zmm(x + 32);
                        z4 = fma_zmm(z24, z28, z4);
                        z10 = fma_zmm(z25, z28, z10);
                        z16 = fma_zmm(z26, z28, z16);
                        z22 = fma_zmm(z27, z28, z22);
                        z28 = broadcast_zmm(x + 40);
                        z5 = fma_zmm(z24, z28, z5);
                        z11 = fma_zmm(z25, z28, z11);
                        z17 = fma_zmm(z26, z28, z17);
                        z23 = fma_zmm(z27, z28, z23);
                        z24 = _mm512_loadu_ps(w + 64);
                        z25 = _mm512_loadu_ps(w + 80);
                        z26 = _mm512_loadu_ps(w + 96);
                        z27 = _mm512_loadu_ps(w + 112);
                        z28 = broadcast_zmm(x + 1);
                        z0 = fma_zmm(z24, z28, z0);
                        z6 = fma_zmm(z25, z28, z6);
                        z12 = fma_zmm(z26, z28, z12);
                        z18 = fma_zmm(z27, z28, z18);
                        z28 = broadcast_zmm(x + 9);
                        z1 = fma_zmm(z24, z28, z1);
                        z7 = fma_zmm(z25, z28, z7);
                        z13 = fma_zmm(z26, z28, z13);
                        z19 = fma_zmm(z27, z28, z19);
                        z28 = broadcast_zmm(x + 17);
                        z2 = fma_zmm(z24, z28, z2);
                        z8 = fma_zmm(z25, z28, z8);
                        z14 = fma_zmm(z26, z28, z14);
                        z20 = fma_zmm(z27, z28, z20);
                        z28 = broadcast_zmm(x + 25);
                        z3 = fma_zmm(z24, z28, z3);
                        z9 = fma_zmm(z25, z28, z9);
                        z15 = fma_zmm(z26, z28, z15);
                        z21 = fma_zmm(z27, z28, z21);
                        z28 = broadcast_zmm(x + 33);
                        z4 = fma_zmm(z24, z28, z4);
                        z10 = fma_zmm(z25, z28, z10);
                        z16 = fma_zmm(z26, z28, z16);
                        z22 = fma_zmm(z27, z28, z22);
                        z28 = broadcast_zmm(x + 41);
                        z5 = fma_zmm(z24, z28, z5);
                        z11 = fma_zmm(z25, z28, z11);
                        z17 = fma_zmm(z26, z28, z17);
                        z23 = fma_zmm(z27, z28, z23);
                        z24 = _mm512_loadu_ps(w + 128);
                        z25 = _mm512_loadu_ps(w + 144);
                        z26 = _mm512_loadu_ps(w + 160);
                        z27 = _mm512_loadu_ps(w + 176);
                        z28 = broadcast_zmm(x + 2);
                        z0 = fma_zmm(z24, z28, z0);
                        z6 = fma_zmm(z25, z28, z6);
                        z12 = fma_zmm(z26, z28, z12);
                        z18 = fma_zmm(z27, z28, z18);
                        z28 = broadcast_zmm(x + 10);
                        z1 = fma_zmm(z24, z28, z1);
                        z7 = fma_zmm(z25, z28, z7);
                        z13 = fma_zmm(z26, z28, z13);
                        z19 = fma_zmm(z27, z28, z19);
                        z28 = broadcast_zmm(x + 18);
                        z2 = fma_zmm(z24, z28, z2);
                        z8 = fma_zmm(z25, z28, z8);
                        z14 = fma_zmm(z26, z28, z14);
                        z20 = fma_zmm(z27, z28, z20);
                        z28 = broadcast_zmm(x + 26);
                        z3 = fma_zmm(z24, z28, z3);
                        z9 = fma_zmm(z25, z28, z9);
                        z15 = fma_zmm(z26, z28, z15);
                        z21 = fma_zmm(z27, z28, z21);
                        z28 = broadcast_zmm(x + 34);
                        z4 = fma_zmm(z24, z28, z4);
                        z10 = fma_zmm(z25, z28, z10);
                        z16 = fma_zmm(z26, z28, z16);
                        z22 = fma_zmm(z27, z28, z22);
                        z28 = broadcast_zmm(x + 42);
                        z5 = fma_zmm(z24, z28, z5);
                        z11 = fma_zmm(z25, z28, z11);
                        z17 = fma_zmm(z26, z28, z17);
                        z23 = fma_zmm(z27, z28, z23);
                        z24 = _mm512_loadu_ps(w + 192);
                        z25 = _mm512_loadu_ps(w + 208);
                        z26 = _mm512_loadu_ps(w + 224);
                        z27 = _mm512_loadu_ps(w + 240);
                        z28 = broadcast_zmm(x + 3);
                        z0 = fma_zmm(z24, z28, z0);
                        z6 = fma_zmm(z25, z28, z6);
                        z12 = fma_zmm(z26, z28, z12);
                        z18 = fma_zmm(z27, z28, z18);
                        z28 = broadcast_zmm(x + 11);
                        z1 = fma_zmm(z24, z28, z1);
                        z7 = fma_zmm(z25, z28, z7);
                        z13 = fma_zmm(z26, z28, z13);
                        z19 = fma_zmm(z27, z28, z19);
                        z28 = broadcast_zmm(x + 19);
                        z2 = fma_zmm(z24, z28, z2);
                        z8 = fma_zmm(z25, z28, z8);
                        z14 = fma_zmm(z26, z28, z14);
                        z20 = fma_zmm(z27, z28, z20);
                        z28 = broadcast_zmm(x + 27);
                        z3 = fma_zmm(z24, z28, z3);
                        z9 = fma_zmm(z25, z28, z9);
                        z15 = fma_zmm(z26, z28, z15);
                        z21 = fma_zmm(z27, z28, z21);
                        z28 = broadcast_zmm(x + 35);
                        z4 = fma_zmm(z24, z28, z4);
                        z10 = fma_zmm(z25, z28, z10);
                        z16 = fma_zmm(z26, z28, z16);
                        z22 = fma_zmm(z27, z28, z22);
                        z28 = broadcast_zmm(x + 43);
                        z5 = fma_zmm(z24, z28, z5);
                        z11 = fma_zmm(z25, z28, z11);
                        z17 = fma_zmm(z26, z28, z17);
                        z23 = fma_zmm(z27, z28, z23);
                        w += 256;
                        x += 4;
                    }
                    x += 25096;
                }
                x -= 200832;
                w -= 4096;
                _mm256_storeu_ps(y, _mm512_castps512_ps256(z0));
                _mm256_storeu_ps(y + 26456, _mm512_extractf32x8_ps(z0, 1));
                _mm256_storeu_ps(y + 8, _mm512_castps512_ps256(z1));
                _mm256_storeu_ps(y + 26464, _mm512_extractf32x8_ps(z1, 1));
                _mm256_storeu_ps(y + 16, _mm512_castps512_ps256(z2));
                _mm256_storeu_ps(y + 26472, _mm512_extractf32x8_ps(z2, 1));
                _mm256_storeu_ps(y + 24, _mm512_castps512_ps256(z3));
                _mm256_storeu_ps(y + 26480, _mm512_extractf32x8_ps(z3, 1));
                _mm256_storeu_ps(y + 32, _mm512_castps512_ps256(z4));
                _mm256_storeu_ps(y + 26488, _mm512_extractf32x8_ps(z4, 1));
                _mm256_storeu_ps(y + 40, _mm512_castps512_ps256(z5));
                _mm256_storeu_ps(y + 26496, _mm512_extractf32x8_ps(z5, 1));
                _mm256_storeu_ps(y + 52912, _mm512_castps512_ps256(z6));
                _mm256_storeu_ps(y + 79368, _mm512_extractf32x8_ps(z6, 1));
                _mm256_storeu_ps(y + 52920, _mm512_castps512_ps256(z7));
                _mm256_storeu_ps(y + 79376, _mm512_extractf32x8_ps(z7, 1));
                _mm256_storeu_ps(y + 52928, _mm512_castps512_ps256(z8));
                _mm256_storeu_ps(y + 79384, _mm512_extractf32x8_ps(z8, 1));
                _mm256_storeu_ps(y + 52936, _mm512_castps512_ps256(z9));
                _mm256_storeu_ps(y + 79392, _mm512_extractf32x8_ps(z9, 1));
                _mm256_storeu_ps(y + 52944, _mm512_castps512_ps256(z10));
                _mm256_storeu_ps(y + 79400, _mm512_extractf32x8_ps(z10, 1));
                _mm256_storeu_ps(y + 52952, _mm512_castps512_ps256(z11));
                _mm256_storeu_ps(y + 79408, _mm512_extractf32x8_ps(z11, 1));
                _mm256_storeu_ps(y + 105824, _mm512_castps512_ps256(z12));
                _mm256_storeu_ps(y + 132280, _mm512_extractf32x8_ps(z12, 1));
                _mm256_storeu_ps(y + 105832, _mm512_castps512_ps256(z13));
                _mm256_storeu_ps(y + 132288, _mm512_extractf32x8_ps(z13, 1));
                _mm256_storeu_ps(y + 105840, _mm512_castps512_ps256(z14));
                _mm256_storeu_ps(y + 132296, _mm512_extractf32x8_ps(z14, 1));
                _mm256_storeu_ps(y + 105848, _mm512_castps512_ps256(z15));
                _mm256_storeu_ps(y + 132304, _mm512_extractf32x8_ps(z15, 1));
                _mm256_storeu_ps(y + 105856, _mm512_castps512_ps256(z16));
                _mm256_storeu_ps(y + 132312, _mm512_extractf32x8_ps(z16, 1));
                _mm256_storeu_ps(y + 105864, _mm512_castps512_ps256(z17));
                _mm256_storeu_ps(y + 132320, _mm512_extractf32x8_ps(z17, 1));
                _mm256_storeu_ps(y + 158736, _mm512_castps512_ps256(z18));
                _mm256_storeu_ps(y + 185192, _mm512_extractf32x8_ps(z18, 1));
                _mm256_storeu_ps(y + 158744, _mm512_castps512_ps256(z19));
                _mm256_storeu_ps(y + 185200, _mm512_extractf32x8_ps(z19, 1));
                _mm256_storeu_ps(y + 158752, _mm512_castps512_ps256(z20));
                _mm256_storeu_ps(y + 185208, _mm512_extractf32x8_ps(z20, 1));
                _mm256_storeu_ps(y + 158760, _mm512_castps512_ps256(z21));
                _mm256_storeu_ps(y + 185216, _mm512_extractf32x8_ps(z21, 1));
                _mm256_storeu_ps(y + 158768, _mm512_castps512_ps256(z22));
                _mm256_storeu_ps(y + 185224, _mm512_extractf32x8_ps(z22, 1));
                _mm256_storeu_ps(y + 158776, _mm512_castps512_ps256(z23));
                _mm256_storeu_ps(y + 185232, _mm512_extractf32x8_ps(z23, 1));
                x += 48;
                y += 48;
            }
            for (int k = 0; k < 4; k++) {
                z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(y));
                z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(y + 26456), 1);
                z1 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 8));
                z1 = _mm512_insertf32x8(z1, _mm256_loadu_ps(y + 26464), 1);
                z2 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 16));
                z2 = _mm512_insertf32x8(z2, _mm256_loadu_ps(y + 26472), 1);
                z3 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 24));
                z3 = _mm512_insertf32x8(z3, _mm256_loadu_ps(y + 26480), 1);
                z4 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 32));
                z4 = _mm512_insertf32x8(z4, _mm256_loadu_ps(y + 26488), 1);
                z5 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 52912));
                z5 = _mm512_insertf32x8(z5, _mm256_loadu_ps(y + 79368), 1);
                z6 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 52920));
                z6 = _mm512_insertf32x8(z6, _mm256_loadu_ps(y + 79376), 1);
                z7 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 52928));
                z7 = _mm512_insertf32x8(z7, _mm256_loadu_ps(y + 79384), 1);
                z8 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 52936));
                z8 = _mm512_insertf32x8(z8, _mm256_loadu_ps(y + 79392), 1);
                z9 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 52944));
                z9 = _mm512_insertf32x8(z9, _mm256_loadu_ps(y + 79400), 1);
                z10 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 105824));
                z10 = _mm512_insertf32x8(z10, _mm256_loadu_ps(y + 132280), 1);
                z11 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 105832));
                z11 = _mm512_insertf32x8(z11, _mm256_loadu_ps(y + 132288), 1);
                z12 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 105840));
                z12 = _mm512_insertf32x8(z12, _mm256_loadu_ps(y + 132296), 1);
                z13 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 105848));
                z13 = _mm512_insertf32x8(z13, _mm256_loadu_ps(y + 132304), 1);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 105856));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(y + 132312), 1);
                z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 158736));
                z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(y + 185192), 1);
                z16 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 158744));
                z16 = _mm512_insertf32x8(z16, _mm256_loadu_ps(y + 185200), 1);
                z17 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 158752));
                z17 = _mm512_insertf32x8(z17, _mm256_loadu_ps(y + 185208), 1);
                z18 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 158760));
                z18 = _mm512_insertf32x8(z18, _mm256_loadu_ps(y + 185216), 1);
                z19 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 158768));
                z19 = _mm512_insertf32x8(z19, _mm256_loadu_ps(y + 185224), 1);
                for (int l = 0; l < 8; l++) {
                    _mm_prefetch((const char *)(x + 40), _MM_HINT_T0);
                    _mm_prefetch((const char *)(x + 56), _MM_HINT_T0);
                    _mm_prefetch((const char *)(x + 72), _MM_HINT_T0);
                    for (int m = 0; m < 2; m++) {
                        z20 = _mm512_loadu_ps(w);
                        z21 = _mm512_loadu_ps(w + 16);
                        z22 = _mm512_loadu_ps(w + 32);
                        z23 = _mm512_loadu_ps(w + 48);
                        z24 = broadcast_zmm(x);
                        z0 = fma_zmm(z20, z24, z0);
                        z5 = fma_zmm(z21, z24, z5);
                        z10 = fma_zmm(z22, z24, z10);
                        z15 = fma_zmm(z23, z24, z15);
                        z24 = broadcast_zmm(x + 8);
                        z1 = fma_zmm(z20, z24, z1);
                        z6 = fma_zmm(z21, z24, z6);
                        z11 = fma_zmm(z22, z24, z11);
                        z16 = fma_zmm(z23, z24, z16);
                        z24 = broadcast_zmm(x + 16);
                        z2 = fma_zmm(z20, z24, z2);
                        z7 = fma_zmm(z21, z24, z7);
                        z12 = fma_zmm(z22, z24, z12);
                        z17 = fma_zmm(z23, z24, z17);
                        z24 = broadcast_zmm(x + 24);
                        z3 = fma_zmm(z20, z24, z3);
                        z8 = fma_zmm(z21, z24, z8);
                        z13 = fma_zmm(z22, z24, z13);
                        z18 = fma_zmm(z23, z24, z18);
                        z24 = broadcast_zmm(x + 32);
                        z4 = fma_zmm(z20, z24, z4);
                        z9 = fma_zmm(z21, z24, z9);
                        z14 = fma_zmm(z22, z24, z14);
                        z19 = fma_zmm(z23, z24, z19);
                        z20 = _mm512_loadu_ps(w + 64);
                        z21 = _mm512_loadu_ps(w + 80);
                        z22 = _mm512_loadu_ps(w + 96);
                        z23 = _mm512_loadu_ps(w + 112);
                        z24 = broadcast_zmm(x + 1);
                        z0 = fma_zmm(z20, z24, z0);
                        z5 = fma_zmm(z21, z24, z5);
                        z10 = fma_zmm(z22, z24, z10);
                        z15 = fma_zmm(z23, z24, z15);
                        z24 = broadcast_zmm(x + 9);
                        z1 = fma_zmm(z20, z24, z1);
                        z6 = fma_zmm(z21, z24, z6);
                        z11 = fma_zmm(z22, z24, z11);
                        z16 = fma_zmm(z23, z24, z16);
                        z24 = broadcast_zmm(x + 17);
                        z2 = fma_zmm(z20, z24, z2);
                        z7 = fma_zmm(z21, z24, z7);
                        z12 = fma_zmm(z22, z24, z12);
                        z17 = fma_zmm(z23, z24, z17);
                        z24 = broadcast_zmm(x + 25);
                        z3 = fma_zmm(z20, z24, z3);
                        z8 = fma_zmm(z21, z24, z8);
                        z13 = fma_zmm(z22, z24, z13);
                        z18 = fma_zmm(z23, z24, z18);
                        z24 = broadcast_zmm(x + 33);
                        z4 = fma_zmm(z20, z24, z4);
                        z9 = fma_zmm(z21, z24, z9);
                        z14 = fma_zmm(z22, z24, z14);
                        z19 = fma_zmm(z23, z24, z19);
                        z20 = _mm512_loadu_ps(w + 128);
                        z21 = _mm512_loadu_ps(w + 144);
                        z22 = _mm512_loadu_ps(w + 160);
                        z23 = _mm512_loadu_ps(w + 176);
                        z24 = broadcast_zmm(x + 2);
                        z0 = fma_zmm(z20, z24, z0);
                        z5 = fma_zmm(z21, z24, z5);
                        z10 = fma_zmm(z22, z24, z10);
                        z15 = fma_zmm(z23, z24, z15);
                        z24 = broadcast_zmm(x + 10);
                        z1 = fma_zmm(z20, z24, z1);
                        z6 = fma_zmm(z21, z24, z6);
                        z11 = fma_zmm(z22, z24, z11);
                        z16 = fma_zmm(z23, z24, z16);
                        z24 = broadcast_zmm(x + 18);
                        z2 = fma_zmm(z20, z24, z2);
                        z7 = fma_zmm(z21, z24, z7);
                        z12 = fma_zmm(z22, z24, z12);
                        z17 = fma_zmm(z23, z24, z17);
                        z24 = broadcast_zmm(x + 26);
                        z3 = fma_zmm(z20, z24, z3);
                        z8 = fma_zmm(z21, z24, z8);
                        z13 = fma_zmm(z22, z24, z13);
                        z18 = fma_zmm(z23, z24, z18);
                        z24 = broadcast_zmm(x + 34);
                        z4 = fma_zmm(z20, z24, z4);
                        z9 = fma_zmm(z21, z24, z9);
                        z14 = fma_zmm(z22, z24, z14);
                        z19 = fma_zmm(z23, z24, z19);
                        z20 = _mm512_loadu_ps(w + 192);
                        z21 = _mm512_loadu_ps(w + 208);
                        z22 = _mm512_loadu_ps(w + 224);
                        z23 = _mm512_loadu_ps(w + 240);
                        z24 = broadcast_zmm(x + 3);
                        z0 = fma_zmm(z20, z24, z0);
                        z5 = fma_zmm(z21, z24, z5);
                        z10 = fma_zmm(z22, z24, z10);
                        z15 = fma_zmm(z23, z24, z15);
                        z24 = broadcast_zmm(x + 11);
                        z1 = fma_zmm(z20, z24, z1);
                        z6 = fma_zmm(z21, z24, z6);
                        z11 = fma_zmm(z22, z24, z11);
                        z16 = fma_zmm(z23, z24, z16);
                        z24 = broadcast_zmm(x + 19);
                        z2 = fma_zmm(z20, z24, z2);
                        z7 = fma_zmm(z21, z24, z7);
                        z12 = fma_zmm(z22, z24, z12);
                        z17 = fma_zmm(z23, z24, z17);
                        z24 = broadcast_zmm(x + 27);
                        z3 = fma_zmm(z20, z24, z3);
                        z8 = fma_zmm(z21, z24, z8);
                        z13 = fma_zmm(z22, z24, z13);
                        z18 = fma_zmm(z23, z24, z18);
                        z24 = broadcast_zmm(x + 35);
                        z4 = fma_zmm(z20, z24, z4);
                        z9 = fma_zmm(z21, z24, z9);
                        z14 = fma_zmm(z22, z24, z14);
                        z19 = fma_zmm(z23, z24, z19);
                        w += 256;
                        x += 4;
                    }
                    x += 25096;
                }
                x -= 200832;
                w -= 4096;
                _mm256_storeu_ps(y, _mm512_castps512_ps256(z0));
                _mm256_storeu_ps(y + 26456, _mm512_extractf32x8_ps(z0, 1));
                _mm256_storeu_ps(y + 8, _mm512_castps512_ps256(z1));
                _mm256_storeu_ps(y + 26464, _mm512_extractf32x8_ps(z1, 1));
                _mm256_storeu_ps(y + 16, _mm512_castps512_ps256(z2));
                _mm256_storeu_ps(y + 26472, _mm512_extractf32x8_ps(z2, 1));
                _mm256_storeu_ps(y + 24, _mm512_castps512_ps256(z3));
                _mm256_storeu_ps(y + 26480, _mm512_extractf32x8_ps(z3, 1));
                _mm256_storeu_ps(y + 32, _mm512_castps512_ps256(z4));
                _mm256_storeu_ps(y + 26488, _mm512_extractf32x8_ps(z4, 1));
                _mm256_storeu_ps(y + 52912, _mm512_castps512_ps256(z5));
                _mm256_storeu_ps(y + 79368, _mm512_extractf32x8_ps(z5, 1));
                _mm256_storeu_ps(y + 52920, _mm512_castps512_ps256(z6));
                _mm256_storeu_ps(y + 79376, _mm512_extractf32x8_ps(z6, 1));
                _mm256_storeu_ps(y + 52928, _mm512_castps512_ps256(z7));
                _mm256_storeu_ps(y + 79384, _mm512_extractf32x8_ps(z7, 1));
                _mm256_storeu_ps(y + 52936, _mm512_castps512_ps256(z8));
                _mm256_storeu_ps(y + 79392, _mm512_extractf32x8_ps(z8, 1));
                _mm256_storeu_ps(y + 52944, _mm512_castps512_ps256(z9));
                _mm256_storeu_ps(y + 79400, _mm512_extractf32x8_ps(z9, 1));
                _mm256_storeu_ps(y + 105824, _mm512_castps512_ps256(z10));
                _mm256_storeu_ps(y + 132280, _mm512_extractf32x8_ps(z10, 1));
                _mm256_storeu_ps(y + 105832, _mm512_castps512_ps256(z11));
                _mm256_storeu_ps(y + 132288, _mm512_extractf32x8_ps(z11, 1));
                _mm256_storeu_ps(y + 105840, _mm512_castps512_ps256(z12));
                _mm256_storeu_ps(y + 132296, _mm512_extractf32x8_ps(z12, 1));
                _mm256_storeu_ps(y + 105848, _mm512_castps512_ps256(z13));
                _mm256_storeu_ps(y + 132304, _mm512_extractf32x8_ps(z13, 1));
                _mm256_storeu_ps(y + 105856, _mm512_castps512_ps256(z14));
                _mm256_storeu_ps(y + 132312, _mm512_extractf32x8_ps(z14, 1));
                _mm256_storeu_ps(y + 158736, _mm512_castps512_ps256(z15));
                _mm256_storeu_ps(y + 185192, _mm512_extractf32x8_ps(z15, 1));
                _mm256_storeu_ps(y + 158744, _mm512_castps512_ps256(z16));
                _mm256_storeu_ps(y + 185200, _mm512_extractf32x8_ps(z16, 1));
                _mm256_storeu_ps(y + 158752, _mm512_castps512_ps256(z17));
                _mm256_storeu_ps(y + 185208, _mm512_extractf32x8_ps(z17, 1));
                _mm256_storeu_ps(y + 158760, _mm512_castps512_ps256(z18));
                _mm256_storeu_ps(y + 185216, _mm512_extractf32x8_ps(z18, 1));
                _mm256_storeu_ps(y + 158768, _mm512_castps512_ps256(z19));
                _mm256_storeu_ps(y + 185224, _mm512_extractf32x8_ps(z19, 1));
                x += 40;
                y += 40;
            }
            y += 8;
        }
        x += 199040;
        y -= 1824;
        w += 4096;
    }
    for (int i = 0; i < 8; i++) {
        _mm_prefetch((const char *)(x), _MM_HINT_T0);
        _mm_prefetch((const char *)(x + 16), _MM_HINT_T0);
        _mm_prefetch((const char *)(x + 32), _MM_HINT_T0);
        _mm_prefetch((const char *)(x + 40), _MM_HINT_T0);
        x += 25104;
    }
    x -= 200832;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 6; j++) {
            z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(y));
            z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(y + 26456), 1);
            z1 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 8));
            z1 = _mm512_insertf32x8(z1, _mm256_loadu_ps(y + 26464), 1);
            z2 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 16));
            z2 = _mm512_insertf32x8(z2, _mm256_loadu_ps(y + 26472), 1);
            z3 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 24));
            z3 = _mm512_insertf32x8(z3, _mm256_loadu_ps(y + 26480), 1);
            z4 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 32));
            z4 = _mm512_insertf32x8(z4, _mm256_loadu_ps(y + 26488), 1);
            z5 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 40));
            z5 = _mm512_insertf32x8(z5, _mm256_loadu_ps(y + 26496), 1);
            z6 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 52912));
            z6 = _mm512_insertf32x8(z6, _mm256_loadu_ps(y + 79368), 1);
            z7 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 52920));
            z7 = _mm512_insertf32x8(z7, _mm256_loadu_ps(y + 79376), 1);
            z8 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 52928));
            z8 = _mm512_insertf32x8(z8, _mm256_loadu_ps(y + 79384), 1);
            z9 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 52936));
            z9 = _mm512_insertf32x8(z9, _mm256_loadu_ps(y + 79392), 1);
            z10 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 52944));
            z10 = _mm512_insertf32x8(z10, _mm256_loadu_ps(y + 79400), 1);
            z11 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 52952));
            z11 = _mm512_insertf32x8(z11, _mm256_loadu_ps(y + 79408), 1);
            z12 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 105824));
            z12 = _mm512_insertf32x8(z12, _mm256_loadu_ps(y + 132280), 1);
            z13 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 105832));
            z13 = _mm512_insertf32x8(z13, _mm256_loadu_ps(y + 132288), 1);
            z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 105840));
            z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(y + 132296), 1);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 105848));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(y + 132304), 1);
            z16 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 105856));
            z16 = _mm512_insertf32x8(z16, _mm256_loadu_ps(y + 132312), 1);
            z17 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 105864));
            z17 = _mm512_insertf32x8(z17, _mm256_loadu_ps(y + 132320), 1);
            z18 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 158736));
            z18 = _mm512_insertf32x8(z18, _mm256_loadu_ps(y + 185192), 1);
            z19 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 158744));
            z19 = _mm512_insertf32x8(z19, _mm256_loadu_ps(y + 185200), 1);
            z20 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 158752));
            z20 = _mm512_insertf32x8(z20, _mm256_loadu_ps(y + 185208), 1);
            z21 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 158760));
            z21 = _mm512_insertf32x8(z21, _mm256_loadu_ps(y + 185216), 1);
            z22 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 158768));
            z22 = _mm512_insertf32x8(z22, _mm256_loadu_ps(y + 185224), 1);
            z23 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 158776));
            z23 = _mm512_insertf32x8(z23, _mm256_loadu_ps(y + 185232), 1);
            for (int k = 0; k < 8; k++) {
                _mm_prefetch((const char *)(x + 48), _MM_HINT_T0);
                _mm_prefetch((const char *)(x + 64), _MM_HINT_T0);
                _mm_prefetch((const char *)(x + 80), _MM_HINT_T0);
                _mm_prefetch((const char *)(x + 88), _MM_HINT_T0);
                for (int l = 0; l < 2; l++) {
                    z24 = _mm512_loadu_ps(w);
                    z25 = _mm512_loadu_ps(w + 16);
                    z26 = _mm512_loadu_ps(w + 32);
                    z27 = _mm512_loadu_ps(w + 48);
                    z28 = broadcast_zmm(x);
                    z0 = fma_zmm(z24, z28, z0);
                    z6 = fma_zmm(z25, z28, z6);
                    z12 = fma_zmm(z26, z28, z12);
                    z18 = fma_zmm(z27, z28, z18);
                    z28 = broadcast_zmm(x + 8);
                    z1 = fma_zmm(z24, z28, z1);
                    z7 = fma_zmm(z25, z28, z7);
                    z13 = fma_zmm(z26, z28, z13);
                    z19 = fma_zmm(z27, z28, z19);
                    z28 = broadcast_zmm(x + 16);
                    z2 = fma_zmm(z24, z28, z2);
                    z8 = fma_zmm(z25, z28, z8);
                    z14 = fma_zmm(z26, z28, z14);
                    z20 = fma_zmm(z27, z28, z20);
                    z28 = broadcast_zmm(x + 24);
                    z3 = fma_zmm(z24, z28, z3);
                    z9 = fma_zmm(z25, z28, z9);
                    z15 = fma_zmm(z26, z28, z15);
                    z21 = fma_zmm(z27, z28, z21);
                    z28 = broadcast_zmm(x + 32);
                    z4 = fma_zmm(z24, z28, z4);
                    z10 = fma_zmm(z25, z28, z10);
                    z16 = fma_zmm(z26, z28, z16);
                    z22 = fma_zmm(z27, z28, z22);
                    z28 = broadcast_zmm(x + 40);
                    z5 = fma_zmm(z24, z28, z5);
                    z11 = fma_zmm(z25, z28, z11);
                    z17 = fma_zmm(z26, z28, z17);
                    z23 = fma_zmm(z27, z28, z23);
                    z24 = _mm512_loadu_ps(w + 64);
                    z25 = _mm512_loadu_ps(w + 80);
                    z26 = _mm512_loadu_ps(w + 96);
                    z27 = _mm512_loadu_ps(w + 112);
                    z28 = broadcast_zmm(x + 1);
                    z0 = fma_zmm(z24, z28, z0);
                    z6 = fma_zmm(z25, z28, z6);
                    z12 = fma_zmm(z26, z28, z12);
                    z18 = fma_zmm(z27, z28, z18);
                    z28 = broadcast_zmm(x + 9);
                    z1 = fma_zmm(z24, z28, z1);
                    z7 = fma_zmm(z25, z28, z7);
                    z13 = fma_zmm(z26, z28, z13);
                    z19 = fma_zmm(z27, z28, z19);
                    z28 = broadcast_zmm(x + 17);
                    z2 = fma_zmm(z24, z28, z2);
                    z8 = fma_zmm(z25, z28, z8);
                    z14 = fma_zmm(z26, z28, z14);
                    z20 = fma_zmm(z27, z28, z20);
                    z28 = broadcast_zmm(x + 25);
                    z3 = fma_zmm(z24, z28, z3);
                    z9 = fma_zmm(z25, z28, z9);
                    z15 = fma_zmm(z26, z28, z15);
                    z21 = fma_zmm(z27, z28, z21);
                    z28 = broadcast_zmm(x + 33);
                    z4 = fma_zmm(z24, z28, z4);
                    z10 = fma_zmm(z25, z28, z10);
                    z16 = fma_zmm(z26, z28, z16);
                    z22 = fma_zmm(z27, z28, z22);
                    z28 = broadcast_zmm(x + 41);
                    z5 = fma_zmm(z24, z28, z5);
                    z11 = fma_zmm(z25, z28, z11);
                    z17 = fma_zmm(z26, z28, z17);
                    z23 = fma_zmm(z27, z28, z23);
                    z24 = _mm512_loadu_ps(w + 128);
                    z25 = _mm512_loadu_ps(w + 144);
                    z26 = _mm512_loadu_ps(w + 160);
                    z27 = _mm512_loadu_ps(w + 176);
                    z28 = broadcast_zmm(x + 2);
                    z0 = fma_zmm(z24, z28, z0);
                    z6 = fma_zmm(z25, z28, z6);
                    z12 = fma_zmm(z26, z28, z12);
                    z18 = fma_zmm(z27, z28, z18);
                    z28 = broadcast_zmm(x + 10);
                    z1 = fma_zmm(z24, z28, z1);
                    z7 = fma_zmm(z25, z28, z7);
                    z13 = fma_zmm(z26, z28, z13);
                    z19 = fma_zmm(z27, z28, z19);
                    z28 = broadcast_zmm(x + 18);
                    z2 = fma_zmm(z24, z28, z2);
                    z8 = fma_zmm(z25, z28, z8);
                    z14 = fma_zmm(z26, z28, z14);
                    z20 = fma_zmm(z27, z28, z20);
                    z28 = broadcast_zmm(x + 26);
                    z3 = fma_zmm(z24, z28, z3);
                    z9 = fma_zmm(z25, z28, z9);
                    z15 = fma_zmm(z26, z28, z15);
                    z21 = fma_zmm(z27, z28, z21);
                    z28 = broadcast_zmm(x + 34);
                    z4 = fma_zmm(z24, z28, z4);
                    z10 = fma_zmm(z25, z28, z10);
                    z16 = fma_zmm(z26, z28, z16);
                    z22 = fma_zmm(z27, z28, z22);
                    z28 = broadcast_zmm(x + 42);
                    z5 = fma_zmm(z24, z28, z5);
                    z11 = fma_zmm(z25, z28, z11);
                    z17 = fma_zmm(z26, z28, z17);
                    z23 = fma_zmm(z27, z28, z23);
                    z24 = _mm512_loadu_ps(w + 192);
                    z25 = _mm512_loadu_ps(w + 208);
                    z26 = _mm512_loadu_ps(w + 224);
                    z27 = _mm512_loadu_ps(w + 240);
                    z28 = broadcast_zmm(x + 3);
                    z0 = fma_zmm(z24, z28, z0);
                    z6 = fma_zmm(z25, z28, z6);
                    z12 = fma_zmm(z26, z28, z12);
                    z18 = fma_zmm(z27, z28, z18);
                    z28 = broadcast_zmm(x + 11);
                    z1 = fma_zmm(z24, z28, z1);
                    z7 = fma_zmm(z25, z28, z7);
                    z13 = fma_zmm(z26, z28, z13);
                    z19 = fma_zmm(z27, z28, z19);
                    z28 = broadcast_zmm(x + 19);
                    z2 = fma_zmm(z24, z28, z2);
                    z8 = fma_zmm(z25, z28, z8);
                    z14 = fma_zmm(z26, z28, z14);
                    z20 = fma_zmm(z27, z28, z20);
                    z28 = broadcast_zmm(x + 27);
                    z3 = fma_zmm(z24, z28, z3);
                    z9 = fma_zmm(z25, z28, z9);
                    z15 = fma_zmm(z26, z28, z15);
                    z21 = fma_zmm(z27, z28, z21);
                    z28 = broadcast_zmm(x + 35);
                    z4 = fma_zmm(z24, z28, z4);
                    z10 = fma_zmm(z25, z28, z10);
                    z16 = fma_zmm(z26, z28, z16);
                    z22 = fma_zmm(z27, z28, z22);
                    z28 = broadcast_zmm(x + 43);
                    z5 = fma_zmm(z24, z28, z5);
                    z11 = fma_zmm(z25, z28, z11);
                    z17 = fma_zmm(z26, z28, z17);
                    z23 = fma_zmm(z27, z28, z23);
                    w += 256;
                    x += 4;
                }
                x += 25096;
            }
            x -= 200832;
            w -= 4096;
            z24 = _mm512_setzero_ps();
            z0 = _mm512_max_ps(z24, z0);
            _mm256_storeu_ps(y, _mm512_castps512_ps256(z0));
            _mm256_storeu_ps(y + 26456, _mm512_extractf32x8_ps(z0, 1));
            z0 = _mm512_setzero_ps();
            z1 = _mm512_max_ps(z0, z1);
            _mm256_storeu_ps(y + 8, _mm512_castps512_ps256(z1));
            _mm256_storeu_ps(y + 26464, _mm512_extractf32x8_ps(z1, 1));
            z0 = _mm512_setzero_ps();
            z2 = _mm512_max_ps(z0, z2);
            _mm256_storeu_ps(y + 16, _mm512_castps512_ps256(z2));
            _mm256_storeu_ps(y + 26472, _mm512_extractf32x8_ps(z2, 1));
            z0 = _mm512_setzero_ps();
            z3 = _mm512_max_ps(z0, z3);
            _mm256_storeu_ps(y + 24, _mm512_castps512_ps256(z3));
            _mm256_storeu_ps(y + 26480, _mm512_extractf32x8_ps(z3, 1));
            z0 = _mm512_setzero_ps();
            z4 = _mm512_max_ps(z0, z4);
            _mm256_storeu_ps(y + 32, _mm512_castps512_ps256(z4));
            _mm256_storeu_ps(y + 26488, _mm512_extractf32x8_ps(z4, 1));
            z0 = _mm512_setzero_ps();
            z5 = _mm512_max_ps(z0, z5);
            _mm256_storeu_ps(y + 40, _mm512_castps512_ps256(z5));
            _mm256_storeu_ps(y + 26496, _mm512_extractf32x8_ps(z5, 1));
            z0 = _mm512_setzero_ps();
            z6 = _mm512_max_ps(z0, z6);
            _mm256_storeu_ps(y + 52912, _mm512_castps512_ps256(z6));
            _mm256_storeu_ps(y + 79368, _mm512_extractf32x8_ps(z6, 1));
            z0 = _mm512_setzero_ps();
            z7 = _mm512_max_ps(z0, z7);
            _mm256_storeu_ps(y + 52920, _mm512_castps512_ps256(z7));
            _mm256_storeu_ps(y + 79376, _mm512_extractf32x8_ps(z7, 1));
            z0 = _mm512_setzero_ps();
            z8 = _mm512_max_ps(z0, z8);
            _mm256_storeu_ps(y + 52928, _mm512_castps512_ps256(z8));
            _mm256_storeu_ps(y + 79384, _mm512_extractf32x8_ps(z8, 1));
            z0 = _mm512_setzero_ps();
            z9 = _mm512_max_ps(z0, z9);
            _mm256_storeu_ps(y + 52936, _mm512_castps512_ps256(z9));
            _mm256_storeu_ps(y + 79392, _mm512_extractf32x8_ps(z9, 1));
            z0 = _mm512_setzero_ps();
            z10 = _mm512_max_ps(z0, z10);
            _mm256_storeu_ps(y + 52944, _mm512_castps512_ps256(z10));
            _mm256_storeu_ps(y + 79400, _mm512_extractf32x8_ps(z10, 1));
            z0 = _mm512_setzero_ps();
            z11 = _mm512_max_ps(z0, z11);
            _mm256_storeu_ps(y + 52952, _mm512_castps512_ps256(z11));
            _mm256_storeu_ps(y + 79408, _mm512_extractf32x8_ps(z11, 1));
            z0 = _mm512_setzero_ps();
            z12 = _mm512_max_ps(z0, z12);
            _mm256_storeu_ps(y + 105824, _mm512_castps512_ps256(z12));
            _mm256_storeu_ps(y + 132280, _mm512_extractf32x8_ps(z12, 1));
            z0 = _mm512_setzero_ps();
            z13 = _mm512_max_ps(z0, z13);
            _mm256_storeu_ps(y + 105832, _mm512_castps512_ps256(z13));
            _mm256_storeu_ps(y + 132288, _mm512_extractf32x8_ps(z13, 1));
            z0 = _mm512_setzero_ps();
            z14 = _mm512_max_ps(z0, z14);
            _mm256_storeu_ps(y + 105840, _mm512_castps512_ps256(z14));
            _mm256_storeu_ps(y + 132296, _mm512_extractf32x8_ps(z14, 1));
            z0 = _mm512_setzero_ps();
            z15 = _mm512_max_ps(z0, z15);
            _mm256_storeu_ps(y + 105848, _mm512_castps512_ps256(z15));
            _mm256_storeu_ps(y + 132304, _mm512_extractf32x8_ps(z15, 1));
            z0 = _mm512_setzero_ps();
            z16 = _mm512_max_ps(z0, z16);
            _mm256_storeu_ps(y + 105856, _mm512_castps512_ps256(z16));
            _mm256_storeu_ps(y + 132312, _mm512_extractf32x8_ps(z16, 1));
            z0 = _mm512_setzero_ps();
            z17 = _mm512_max_ps(z0, z17);
            _mm256_storeu_ps(y + 105864, _mm512_castps512_ps256(z17));
            _mm256_storeu_ps(y + 132320, _mm512_extractf32x8_ps(z17, 1));
            z0 = _mm512_setzero_ps();
            z18 = _mm512_max_ps(z0, z18);
            _mm256_storeu_ps(y + 158736, _mm512_castps512_ps256(z18));
            _mm256_storeu_ps(y + 185192, _mm512_extractf32x8_ps(z18, 1));
            z0 = _mm512_setzero_ps();
            z19 = _mm512_max_ps(z0, z19);
            _mm256_storeu_ps(y + 158744, _mm512_castps512_ps256(z19));
            _mm256_storeu_ps(y + 185200, _mm512_extractf32x8_ps(z19, 1));
            z0 = _mm512_setzero_ps();
            z20 = _mm512_max_ps(z0, z20);
            _mm256_storeu_ps(y + 158752, _mm512_castps512_ps256(z20));
            _mm256_storeu_ps(y + 185208, _mm512_extractf32x8_ps(z20, 1));
            z0 = _mm512_setzero_ps();
            z21 = _mm512_max_ps(z0, z21);
            _mm256_storeu_ps(y + 158760, _mm512_castps512_ps256(z21));
            _mm256_storeu_ps(y + 185216, _mm512_extractf32x8_ps(z21, 1));
            z0 = _mm512_setzero_ps();
            z22 = _mm512_max_ps(z0, z22);
            _mm256_storeu_ps(y + 158768, _mm512_castps512_ps256(z22));
            _mm256_storeu_ps(y + 185224, _mm512_extractf32x8_ps(z22, 1));
            z0 = _mm512_setzero_ps();
            z23 = _mm512_max_ps(z0, z23);
            _mm256_storeu_ps(y + 158776, _mm512_castps512_ps256(z23));
            _mm256_storeu_ps(y + 185232, _mm512_extractf32x8_ps(z23, 1));
            x += 48;
            y += 48;
        }
        for (int j = 0; j < 4; j++) {
            z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(y));
            z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(y + 26456), 1);
            z1 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 8));
            z1 = _mm512_insertf32x8(z1, _mm256_loadu_ps(y + 26464), 1);
            z2 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 16));
            z2 = _mm512_insertf32x8(z2, _mm256_loadu_ps(y + 26472), 1);
            z3 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 24));
            z3 = _mm512_insertf32x8(z3, _mm256_loadu_ps(y + 26480), 1);
            z4 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 32));
            z4 = _mm512_insertf32x8(z4, _mm256_loadu_ps(y + 26488), 1);
            z5 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 52912));
            z5 = _mm512_insertf32x8(z5, _mm256_loadu_ps(y + 79368), 1);
            z6 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 52920));
            z6 = _mm512_insertf32x8(z6, _mm256_loadu_ps(y + 79376), 1);
            z7 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 52928));
            z7 = _mm512_insertf32x8(z7, _mm256_loadu_ps(y + 79384), 1);
            z8 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 52936));
            z8 = _mm512_insertf32x8(z8, _mm256_loadu_ps(y + 79392), 1);
            z9 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 52944));
            z9 = _mm512_insertf32x8(z9, _mm256_loadu_ps(y + 79400), 1);
            z10 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 105824));
            z10 = _mm512_insertf32x8(z10, _mm256_loadu_ps(y + 132280), 1);
            z11 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 105832));
            z11 = _mm512_insertf32x8(z11, _mm256_loadu_ps(y + 132288), 1);
            z12 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 105840));
            z12 = _mm512_insertf32x8(z12, _mm256_loadu_ps(y + 132296), 1);
            z13 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 105848));
            z13 = _mm512_insertf32x8(z13, _mm256_loadu_ps(y + 132304), 1);
            z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 105856));
            z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(y + 132312), 1);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 158736));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(y + 185192), 1);
            z16 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 158744));
            z16 = _mm512_insertf32x8(z16, _mm256_loadu_ps(y + 185200), 1);
            z17 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 158752));
            z17 = _mm512_insertf32x8(z17, _mm256_loadu_ps(y + 185208), 1);
            z18 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 158760));
            z18 = _mm512_insertf32x8(z18, _mm256_loadu_ps(y + 185216), 1);
            z19 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 158768));
            z19 = _mm512_insertf32x8(z19, _mm256_loadu_ps(y + 185224), 1);
            for (int k = 0; k < 8; k++) {
                _mm_prefetch((const char *)(x + 40), _MM_HINT_T0);
                _mm_prefetch((const char *)(x + 56), _MM_HINT_T0);
                _mm_prefetch((const char *)(x + 72), _MM_HINT_T0);
                for (int l = 0; l < 2; l++) {
                    z20 = _mm512_loadu_ps(w);
                    z21 = _mm512_loadu_ps(w + 16);
                    z22 = _mm512_loadu_ps(w + 32);
                    z23 = _mm512_loadu_ps(w + 48);
                    z24 = broadcast_zmm(x);
                    z0 = fma_zmm(z20, z24, z0);
                    z5 = fma_zmm(z21, z24, z5);
                    z10 = fma_zmm(z22, z24, z10);
                    z15 = fma_zmm(z23, z24, z15);
                    z24 = broadcast_zmm(x + 8);
                    z1 = fma_zmm(z20, z24, z1);
                    z6 = fma_zmm(z21, z24, z6);
                    z11 = fma_zmm(z22, z24, z11);
                    z16 = fma_zmm(z23, z24, z16);
                    z24 = broadcast_zmm(x + 16);
                    z2 = fma_zmm(z20, z24, z2);
                    z7 = fma_zmm(z21, z24, z7);
                    z12 = fma_zmm(z22, z24, z12);
                    z17 = fma_zmm(z23, z24, z17);
                    z24 = broadcast_zmm(x + 24);
                    z3 = fma_zmm(z20, z24, z3);
                    z8 = fma_zmm(z21, z24, z8);
                    z13 = fma_zmm(z22, z24, z13);
                    z18 = fma_zmm(z23, z24, z18);
                    z24 = broadcast_zmm(x + 32);
                    z4 = fma_zmm(z20, z24, z4);
                    z9 = fma_zmm(z21, z24, z9);
                    z14 = fma_zmm(z22, z24, z14);
                    z19 = fma_zmm(z23, z24, z19);
                    z20 = _mm512_loadu_ps(w + 64);
                    z21 = _mm512_loadu_ps(w + 80);
                    z22 = _mm512_loadu_ps(w + 96);
                    z23 = _mm512_loadu_ps(w + 112);
                    z24 = broadcast_zmm(x + 1);
                    z0 = fma_zmm(z20, z24, z0);
                    z5 = fma_zmm(z21, z24, z5);
                    z10 = fma_zmm(z22, z24, z10);
                    z15 = fma_zmm(z23, z24, z15);
                    z24 = broadcast_zmm(x + 9);
                    z1 = fma_zmm(z20, z24, z1);
                    z6 = fma_zmm(z21, z24, z6);
                    z11 = fma_zmm(z22, z24, z11);
                    z16 = fma_zmm(z23, z24, z16);
                    z24 = broadcast_zmm(x + 17);
                    z2 = fma_zmm(z20, z24, z2);
                    z7 = fma_zmm(z21, z24, z7);
                    z12 = fma_zmm(z22, z24, z12);
                    z17 = fma_zmm(z23, z24, z17);
                    z24 = broadcast_zmm(x + 25);
                    z3 = fma_zmm(z20, z24, z3);
                    z8 = fma_zmm(z21, z24, z8);
                    z13 = fma_zmm(z22, z24, z13);
                    z18 = fma_zmm(z23, z24, z18);
                    z24 = broadcast_zmm(x + 33);
                    z4 = fma_zmm(z20, z24, z4);
                    z9 = fma_zmm(z21, z24, z9);
                    z14 = fma_zmm(z22, z24, z14);
                    z19 = fma_zmm(z23, z24, z19);
                    z20 = _mm512_loadu_ps(w + 128);
                    z21 = _mm512_loadu_ps(w + 144);
                    z22 = _mm512_loadu_ps(w + 160);
                    z23 = _mm512_loadu_ps(w + 176);
                    z24 = broadcast_zmm(x + 2);
                    z0 = fma_zmm(z20, z24, z0);
                    z5 = fma_zmm(z21, z24, z5);
                    z10 = fma_zmm(z22, z24, z10);
                    z15 = fma_zmm(z23, z24, z15);
                    z24 = broadcast_zmm(x + 10);
                    z1 = fma_zmm(z20, z24, z1);
                    z6 = fma_zmm(z21, z24, z6);
                    z11 = fma_zmm(z22, z24, z11);
                    z16 = fma_zmm(z23, z24, z16);
                    z24 = broadcast_zmm(x + 18);
                    z2 = fma_zmm(z20, z24, z2);
                    z7 = fma_zmm(z21, z24, z7);
                    z12 = fma_zmm(z22, z24, z12);
                    z17 = fma_zmm(z23, z24, z17);
                    z24 = broadcast_zmm(x + 26);
                    z3 = fma_zmm(z20, z24, z3);
                    z8 = fma_zmm(z21, z24, z8);
                    z13 = fma_zmm(z22, z24, z13);
                    z18 = fma_zmm(z23, z24, z18);
                    z24 = broadcast_zmm(x + 34);
                    z4 = fma_zmm(z20, z24, z4);
                    z9 = fma_zmm(z21, z24, z9);
                    z14 = fma_zmm(z22, z24, z14);
                    z19 = fma_zmm(z23, z24, z19);
                    z20 = _mm512_loadu_ps(w + 192);
                    z21 = _mm512_loadu_ps(w + 208);
                    z22 = _mm512_loadu_ps(w + 224);
                    z23 = _mm512_loadu_ps(w + 240);
                    z24 = broadcast_zmm(x + 3);
                    z0 = fma_zmm(z20, z24, z0);
                    z5 = fma_zmm(z21, z24, z5);
                    z10 = fma_zmm(z22, z24, z10);
                    z15 = fma_zmm(z23, z24, z15);
                    z24 = broadcast_zmm(x + 11);
                    z1 = fma_zmm(z20, z24, z1);
                    z6 = fma_zmm(z21, z24, z6);
                    z11 = fma_zmm(z22, z24, z11);
                    z16 = fma_zmm(z23, z24, z16);
                    z24 = broadcast_zmm(x + 19);
                    z2 = fma_zmm(z20, z24, z2);
                    z7 = fma_zmm(z21, z24, z7);
                    z12 = fma_zmm(z22, z24, z12);
                    z17 = fma_zmm(z23, z24, z17);
                    z24 = broadcast_zmm(x + 27);
                    z3 = fma_zmm(z20, z24, z3);
                    z8 = fma_zmm(z21, z24, z8);
                    z13 = fma_zmm(z22, z24, z13);
                    z18 = fma_zmm(z23, z24, z18);
                    z24 = broadcast_zmm(x + 35);
                    z4 = fma_zmm(z20, z24, z4);
                    z9 = fma_zmm(z21, z24, z9);
                    z14 = fma_zmm(z22, z24, z14);
                    z19 = fma_zmm(z23, z24, z19);
                    w += 256;
                    x += 4;
                }
                x += 25096;
            }
            x -= 200832;
            w -= 4096;
            z20 = _mm512_setzero_ps();
            z0 = _mm512_max_ps(z20, z0);
            _mm256_storeu_ps(y, _mm512_castps512_ps256(z0));
            _mm256_storeu_ps(y + 26456, _mm512_extractf32x8_ps(z0, 1));
            z0 = _mm512_setzero_ps();
            z1 = _mm512_max_ps(z0, z1);
            _mm256_storeu_ps(y + 8, _mm512_castps512_ps256(z1));
            _mm256_storeu_ps(y + 26464, _mm512_extractf32x8_ps(z1, 1));
            z0 = _mm512_setzero_ps();
            z2 = _mm512_max_ps(z0, z2);
            _mm256_storeu_ps(y + 16, _mm512_castps512_ps256(z2));
            _mm256_storeu_ps(y + 26472, _mm512_extractf32x8_ps(z2, 1));
            z0 = _mm512_setzero_ps();
            z3 = _mm512_max_ps(z0, z3);
            _mm256_storeu_ps(y + 24, _mm512_castps512_ps256(z3));
            _mm256_storeu_ps(y + 26480, _mm512_extractf32x8_ps(z3, 1));
            z0 = _mm512_setzero_ps();
            z4 = _mm512_max_ps(z0, z4);
            _mm256_storeu_ps(y + 32, _mm512_castps512_ps256(z4));
            _mm256_storeu_ps(y + 26488, _mm512_extractf32x8_ps(z4, 1));
            z0 = _mm512_setzero_ps();
            z5 = _mm512_max_ps(z0, z5);
            _mm256_storeu_ps(y + 52912, _mm512_castps512_ps256(z5));
            _mm256_storeu_ps(y + 79368, _mm512_extractf32x8_ps(z5, 1));
            z0 = _mm512_setzero_ps();
            z6 = _mm512_max_ps(z0, z6);
            _mm256_storeu_ps(y + 52920, _mm512_castps512_ps256(z6));
            _mm256_storeu_ps(y + 79376, _mm512_extractf32x8_ps(z6, 1));
            z0 = _mm512_setzero_ps();
            z7 = _mm512_max_ps(z0, z7);
            _mm256_storeu_ps(y + 52928, _mm512_castps512_ps256(z7));
            _mm256_storeu_ps(y + 79384, _mm512_extractf32x8_ps(z7, 1));
            z0 = _mm512_setzero_ps();
            z8 = _mm512_max_ps(z0, z8);
            _mm256_storeu_ps(y + 52936, _mm512_castps512_ps256(z8));
            _mm256_storeu_ps(y + 79392, _mm512_extractf32x8_ps(z8, 1));
            z0 = _mm512_setzero_ps();
            z9 = _mm512_max_ps(z0, z9);
            _mm256_storeu_ps(y + 52944, _mm512_castps512_ps256(z9));
            _mm256_storeu_ps(y + 79400, _mm512_extractf32x8_ps(z9, 1));
            z0 = _mm512_setzero_ps();
            z10 = _mm512_max_ps(z0, z10);
            _mm256_storeu_ps(y + 105824, _mm512_castps512_ps256(z10));
            _mm256_storeu_ps(y + 132280, _mm512_extractf32x8_ps(z10, 1));
            z0 = _mm512_setzero_ps();
            z11 = _mm512_max_ps(z0, z11);
            _mm256_storeu_ps(y + 105832, _mm512_castps512_ps256(z11));
            _mm256_storeu_ps(y + 132288, _mm512_extractf32x8_ps(z11, 1));
            z0 = _mm512_setzero_ps();
            z12 = _mm512_max_ps(z0, z12);
            _mm256_storeu_ps(y + 105840, _mm512_castps512_ps256(z12));
            _mm256_storeu_ps(y + 132296, _mm512_extractf32x8_ps(z12, 1));
            z0 = _mm512_setzero_ps();
            z13 = _mm512_max_ps(z0, z13);
            _mm256_storeu_ps(y + 105848, _mm512_castps512_ps256(z13));
            _mm256_storeu_ps(y + 132304, _mm512_extractf32x8_ps(z13, 1));
            z0 = _mm512_setzero_ps();
            z14 = _mm512_max_ps(z0, z14);
            _mm256_storeu_ps(y + 105856, _mm512_castps512_ps256(z14));
            _mm256_storeu_ps(y + 132312, _mm512_extractf32x8_ps(z14, 1));
            z0 = _mm512_setzero_ps();
            z15 = _mm512_max_ps(z0, z15);
            _mm256_storeu_ps(y + 158736, _mm512_castps512_ps256(z15));
            _mm256_storeu_ps(y + 185192, _mm512_extractf32x8_ps(z15, 1));
            z0 = _mm512_setzero_ps();
            z16 = _mm512_max_ps(z0, z16);
            _mm256_storeu_ps(y + 158744, _mm512_castps512_ps256(z16));
            _mm256_storeu_ps(y + 185200, _mm512_extractf32x8_ps(z16, 1));
            z0 = _mm512_setzero_ps();
            z17 = _mm512_max_ps(z0, z17);
            _mm256_storeu_ps(y + 158752, _mm512_castps512_ps256(z17));
            _mm256_storeu_ps(y + 185208, _mm512_extractf32x8_ps(z17, 1));
            z0 = _mm512_setzero_ps();
            z18 = _mm512_max_ps(z0, z18);
            _mm256_storeu_ps(y + 158760, _mm512_castps512_ps256(z18));
            _mm256_storeu_ps(y + 185216, _mm512_extractf32x8_ps(z18, 1));
            z0 = _mm512_setzero_ps();
            z19 = _mm512_max_ps(z0, z19);
            _mm256_storeu_ps(y + 158768, _mm512_castps512_ps256(z19));
            _mm256_storeu_ps(y + 185224, _mm512_extractf32x8_ps(z19, 1));
            x += 40;
            y += 40;
        }
        y += 8;
    }
}

/* zeros around 56 x 56 pixels: 1 rows, 1 columns */
__attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma,f16c")))
static void avx512_border_2(float *y)
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

/* 16 channels of 28 x 56 pixels: sums over 4 channels of a group and 3 x 3 taps */
__attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma,f16c")))
static void avx512_slide3x3_16x12_3(const float *x, const float *w, float *y, const float *b)
{
    __m512 z0, z1, z2, z3, z4, z5, z6, z7, z8, z9, z10, z11, z12, z13, z14, z15;
    for (int i = 0; i < 28; i++) {
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
        for (int j = 0; j < 3; j++) {
            _mm_prefetch((const char *)(x + 456), _MM_HINT_T0);
            _mm_prefetch((const char *)(x + 26912), _MM_HINT_T0);
            _mm_prefetch((const char *)(x + 520), _MM_HINT_T0);
            _mm_prefetch((const char *)(x + 26976), _MM_HINT_T0);
            z12 = _mm512_loadu_ps(w);
            z13 = _mm512_loadu_ps(w + 16);
            z14 = _mm512_loadu_ps(w + 32);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26456), 1);
            z15 = _mm512_permute_ps(z15, 0);
            z0 = fma_zmm(z12, z15, z0);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 8));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26464), 1);
            z15 = _mm512_permute_ps(z15, 0);
            z1 = fma_zmm(z12, z15, z1);
            z0 = fma_zmm(z13, z15, z0);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 16));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26472), 1);
            z15 = _mm512_permute_ps(z15, 0);
            z2 = fma_zmm(z12, z15, z2);
            z1 = fma_zmm(z13, z15, z1);
            z0 = fma_zmm(z14, z15, z0);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 24));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26480), 1);
            z15 = _mm512_permute_ps(z15, 0);
            z3 = fma_zmm(z12, z15, z3);
            z2 = fma_zmm(z13, z15, z2);
            z1 = fma_zmm(z14, z15, z1);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 32));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26488), 1);
            z15 = _mm512_permute_ps(z15, 0);
            z4 = fma_zmm(z12, z15, z4);
            z3 = fma_zmm(z13, z15, z3);
            z2 = fma_zmm(z14, z15, z2);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 40));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26496), 1);
            z15 = _mm512_permute_ps(z15, 0);
            z5 = fma_zmm(z12, z15, z5);
            z4 = fma_zmm(z13, z15, z4);
            z3 = fma_zmm(z14, z15, z3);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 48));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26504), 1);
            z15 = _mm512_permute_ps(z15, 0);
            z6 = fma_zmm(z12, z15, z6);
            z5 = fma_zmm(z13, z15, z5);
            z4 = fma_zmm(z14, z15, z4);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 56));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26512), 1);
            z15 = _mm512_permute_ps(z15, 0);
            z7 = fma_zmm(z12, z15, z7);
            z6 = fma_zmm(z13, z15, z6);
            z5 = fma_zmm(z14, z15, z5);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 64));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26520), 1);
            z15 = _mm512_permute_ps(z15, 0);
            z8 = fma_zmm(z12, z15, z8);
            z7 = fma_zmm(z13, z15, z7);
            z6 = fma_zmm(z14, z15, z6);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 72));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26528), 1);
            z15 = _mm512_permute_ps(z15, 0);
            z9 = fma_zmm(z12, z15, z9);
            z8 = fma_zmm(z13, z15, z8);
            z7 = fma_zmm(z14, z15, z7);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 80));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26536), 1);
            z15 = _mm512_permute_ps(z15, 0);
            z10 = fma_zmm(z12, z15, z10);
            z9 = fma_zmm(z13, z15, z9);
            z8 = fma_zmm(z14, z15, z8);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 88));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26544), 1);
            z15 = _mm512_permute_ps(z15, 0);
            z11 = fma_zmm(z12, z15, z11);
            z10 = fma_zmm(z13, z15, z10);
            z9 = fma_zmm(z14, z15, z9);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 96));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26552), 1);
            z15 = _mm512_permute_ps(z15, 0);
            z11 = fma_zmm(z13, z15, z11);
            z10 = fma_zmm(z14, z15, z10);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 104));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26560), 1);
            z15 = _mm512_permute_ps(z15, 0);
            z11 = fma_zmm(z14, z15, z11);
            _mm_prefetch((const char *)(x + 472), _MM_HINT_T0);
            _mm_prefetch((const char *)(x + 26928), _MM_HINT_T0);
            _mm_prefetch((const char *)(x + 536), _MM_HINT_T0);
            _mm_prefetch((const char *)(x + 26992), _MM_HINT_T0);
            z12 = _mm512_loadu_ps(w + 48);
            z13 = _mm512_loadu_ps(w + 64);
            z14 = _mm512_loadu_ps(w + 80);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26456), 1);
            z15 = _mm512_permute_ps(z15, 85);
            z0 = fma_zmm(z12, z15, z0);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 8));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26464), 1);
            z15 = _mm512_permute_ps(z15, 85);
            z1 = fma_zmm(z12, z15, z1);
            z0 = fma_zmm(z13, z15, z0);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 16));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26472), 1);
            z15 = _mm512_permute_ps(z15, 85);
            z2 = fma_zmm(z12, z15, z2);
            z1 = fma_zmm(z13, z15, z1);
            z0 = fma_zmm(z14, z15, z0);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 24));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26480), 1);
            z15 = _mm512_permute_ps(z15, 85);
            z3 = fma_zmm(z12, z15, z3);
            z2 = fma_zmm(z13, z15, z2);
            z1 = fma_zmm(z14, z15, z1);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 32));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26488), 1);
            z15 = _mm512_permute_ps(z15, 85);
            z4 = fma_zmm(z12, z15, z4);
            z3 = fma_zmm(z13, z15, z3);
            z2 = fma_zmm(z14, z15, z2);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 40));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26496), 1);
            z15 = _mm512_permute_ps(z15, 85);
            z5 = fma_zmm(z12, z15, z5);
            z4 = fma_zmm(z13, z15, z4);
            z3 = fma_zmm(z14, z15, z3);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 48));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26504), 1);
            z15 = _mm512_permute_ps(z15, 85);
            z6 = fma_zmm(z12, z15, z6);
            z5 = fma_zmm(z13, z15, z5);
            z4 = fma_zmm(z14, z15, z4);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 56));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26512), 1);
            z15 = _mm512_permute_ps(z15, 85);
            z7 = fma_zmm(z12, z15, z7);
            z6 = fma_zmm(z13, z15, z6);
            z5 = fma_zmm(z14, z15, z5);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 64));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26520), 1);
            z15 = _mm512_permute_ps(z15, 85);
            z8 = fma_zmm(z12, z15, z8);
            z7 = fma_zmm(z13, z15, z7);
            z6 = fma_zmm(z14, z15, z6);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 72));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26528), 1);
            z15 = _mm512_permute_ps(z15, 85);
            z9 = fma_zmm(z12, z15, z9);
            z8 = fma_zmm(z13, z15, z8);
            z7 = fma_zmm(z14, z15, z7);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 80));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26536), 1);
            z15 = _mm512_permute_ps(z15, 85);
            z10 = fma_zmm(z12, z15, z10);
            z9 = fma_zmm(z13, z15, z9);
            z8 = fma_zmm(z14, z15, z8);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 88));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26544), 1);
            z15 = _mm512_permute_ps(z15, 85);
            z11 = fma_zmm(z12, z15, z11);
            z10 = fma_zmm(z13, z15, z10);
            z9 = fma_zmm(z14, z15, z9);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 96));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26552), 1);
            z15 = _mm512_permute_ps(z15, 85);
            z11 = fma_zmm(z13, z15, z11);
            z10 = fma_zmm(z14, z15, z10);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 104));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26560), 1);
            z15 = _mm512_permute_ps(z15, 85);
            z11 = fma_zmm(z14, z15, z11);
            _mm_prefetch((const char *)(x + 488), _MM_HINT_T0);
            _mm_prefetch((const char *)(x + 26944), _MM_HINT_T0);
            z12 = _mm512_loadu_ps(w + 96);
            z13 = _mm512_loadu_ps(w + 112);
            z14 = _mm512_loadu_ps(w + 128);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26456), 1);
            z15 = _mm512_permute_ps(z15, 170);
            z0 = fma_zmm(z12, z15, z0);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 8));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26464), 1);
            z15 = _mm512_permute_ps(z15, 170);
            z1 = fma_zmm(z12, z15, z1);
            z0 = fma_zmm(z13, z15, z0);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 16));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26472), 1);
            z15 = _mm512_permute_ps(z15, 170);
            z2 = fma_zmm(z12, z15, z2);
            z1 = fma_zmm(z13, z15, z1);
            z0 = fma_zmm(z14, z15, z0);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 24));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26480), 1);
            z15 = _mm512_permute_ps(z15, 170);
            z3 = fma_zmm(z12, z15, z3);
            z2 = fma_zmm(z13, z15, z2);
            z1 = fma_zmm(z14, z15, z1);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 32));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26488), 1);
            z15 = _mm512_permute_ps(z15, 170);
            z4 = fma_zmm(z12, z15, z4);
            z3 = fma_zmm(z13, z15, z3);
            z2 = fma_zmm(z14, z15, z2);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 40));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26496), 1);
            z15 = _mm512_permute_ps(z15, 170);
            z5 = fma_zmm(z12, z15, z5);
            z4 = fma_zmm(z13, z15, z4);
            z3 = fma_zmm(z14, z15, z3);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 48));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26504), 1);
            z15 = _mm512_permute_ps(z15, 170);
            z6 = fma_zmm(z12, z15, z6);
            z5 = fma_zmm(z13, z15, z5);
            z4 = fma_zmm(z14, z15, z4);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 56));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26512), 1);
            z15 = _mm512_permute_ps(z15, 170);
            z7 = fma_zmm(z12, z15, z7);
            z6 = fma_zmm(z13, z15, z6);
            z5 = fma_zmm(z14, z15, z5);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 64));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26520), 1);
            z15 = _mm512_permute_ps(z15, 170);
            z8 = fma_zmm(z12, z15, z8);
            z7 = fma_zmm(z13, z15, z7);
            z6 = fma_zmm(z14, z15, z6);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 72));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26528), 1);
            z15 = _mm512_permute_ps(z15, 170);
            z9 = fma_zmm(z12, z15, z9);
            z8 = fma_zmm(z13, z15, z8);
            z7 = fma_zmm(z14, z15, z7);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 80));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26536), 1);
            z15 = _mm512_permute_ps(z15, 170);
            z10 = fma_zmm(z12, z15, z10);
            z9 = fma_zmm(z13, z15, z9);
            z8 = fma_zmm(z14, z15, z8);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 88));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26544), 1);
            z15 = _mm512_permute_ps(z15, 170);
            z11 = fma_zmm(z12, z15, z11);
            z10 = fma_zmm(z13, z15, z10);
            z9 = fma_zmm(z14, z15, z9);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 96));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26552), 1);
            z15 = _mm512_permute_ps(z15, 170);
            z11 = fma_zmm(z13, z15, z11);
            z10 = fma_zmm(z14, z15, z10);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 104));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26560), 1);
            z15 = _mm512_permute_ps(z15, 170);
            z11 = fma_zmm(z14, z15, z11);
            _mm_prefetch((const char *)(x + 504), _MM_HINT_T0);
            _mm_prefetch((const char *)(x + 26960), _MM_HINT_T0);
            z12 = _mm512_loadu_ps(w + 144);
            z13 = _mm512_loadu_ps(w + 160);
            z14 = _mm512_loadu_ps(w + 176);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26456), 1);
            z15 = _mm512_permute_ps(z15, 255);
            z0 = fma_zmm(z12, z15, z0);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 8));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26464), 1);
            z15 = _mm512_permute_ps(z15, 255);
            z1 = fma_zmm(z12, z15, z1);
            z0 = fma_zmm(z13, z15, z0);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 16));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26472), 1);
            z15 = _mm512_permute_ps(z15, 255);
            z2 = fma_zmm(z12, z15, z2);
            z1 = fma_zmm(z13, z15, z1);
            z0 = fma_zmm(z14, z15, z0);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 24));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26480), 1);
            z15 = _mm512_permute_ps(z15, 255);
            z3 = fma_zmm(z12, z15, z3);
            z2 = fma_zmm(z13, z15, z2);
            z1 = fma_zmm(z14, z15, z1);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 32));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26488), 1);
            z15 = _mm512_permute_ps(z15, 255);
            z4 = fma_zmm(z12, z15, z4);
            z3 = fma_zmm(z13, z15, z3);
            z2 = fma_zmm(z14, z15, z2);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 40));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26496), 1);
            z15 = _mm512_permute_ps(z15, 255);
            z5 = fma_zmm(z12, z15, z5);
            z4 = fma_zmm(z13, z15, z4);
            z3 = fma_zmm(z14, z15, z3);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 48));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26504), 1);
            z15 = _mm512_permute_ps(z15, 255);
            z6 = fma_zmm(z12, z15, z6);
            z5 = fma_zmm(z13, z15, z5);
            z4 = fma_zmm(z14, z15, z4);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 56));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26512), 1);
            z15 = _mm512_permute_ps(z15, 255);
            z7 = fma_zmm(z12, z15, z7);
            z6 = fma_zmm(z13, z15, z6);
            z5 = fma_zmm(z14, z15, z5);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 64));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26520), 1);
            z15 = _mm512_permute_ps(z15, 255);
            z8 = fma_zmm(z12, z15, z8);
            z7 = fma_zmm(z13, z15, z7);
            z6 = fma_zmm(z14, z15, z6);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 72));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26528), 1);
            z15 = _mm512_permute_ps(z15, 255);
            z9 = fma_zmm(z12, z15, z9);
            z8 = fma_zmm(z13, z15, z8);
            z7 = fma_zmm(z14, z15, z7);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 80));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26536), 1);
            z15 = _mm512_permute_ps(z15, 255);
            z10 = fma_zmm(z12, z15, z10);
            z9 = fma_zmm(z13, z15, z9);
            z8 = fma_zmm(z14, z15, z8);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 88));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26544), 1);
            z15 = _mm512_permute_ps(z15, 255);
            z11 = fma_zmm(z12, z15, z11);
            z10 = fma_zmm(z13, z15, z10);
            z9 = fma_zmm(z14, z15, z9);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 96));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26552), 1);
            z15 = _mm512_permute_ps(z15, 255);
            z11 = fma_zmm(z13, z15, z11);
            z10 = fma_zmm(z14, z15, z10);
            z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 104));
            z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(x + 26560), 1);
            z15 = _mm512_permute_ps(z15, 255);
            z11 = fma_zmm(z14, z15, z11);
            w += 192;
            x += 456;
        }
        x -= 1368;
        w -= 576;
        z12 = _mm512_setzero_ps();
        z0 = _mm512_max_ps(z12, z0);
        _mm256_storeu_ps(y, _mm512_castps512_ps256(z0));
        _mm256_storeu_ps(y + 25104, _mm512_extractf32x8_ps(z0, 1));
        z0 = _mm512_setzero_ps();
        z1 = _mm512_max_ps(z0, z1);
        _mm256_storeu_ps(y + 8, _mm512_castps512_ps256(z1));
        _mm256_storeu_ps(y + 25112, _mm512_extractf32x8_ps(z1, 1));
        z0 = _mm512_setzero_ps();
        z2 = _mm512_max_ps(z0, z2);
        _mm256_storeu_ps(y + 16, _mm512_castps512_ps256(z2));
        _mm256_storeu_ps(y + 25120, _mm512_extractf32x8_ps(z2, 1));
        z0 = _mm512_setzero_ps();
        z3 = _mm512_max_ps(z0, z3);
        _mm256_storeu_ps(y + 24, _mm512_castps512_ps256(z3));
        _mm256_storeu_ps(y + 25128, _mm512_extractf32x8_ps(z3, 1));
        z0 = _mm512_setzero_ps();
        z4 = _mm512_max_ps(z0, z4);
        _mm256_storeu_ps(y + 32, _mm512_castps512_ps256(z4));
        _mm256_storeu_ps(y + 25136, _mm512_extractf32x8_ps(z4, 1));
        z0 = _mm512_setzero_ps();
        z5 = _mm512_max_ps(z0, z5);
        _mm256_storeu_ps(y + 40, _mm512_castps512_ps256(z5));
        _mm256_storeu_ps(y + 25144, _mm512_extractf32x8_ps(z5, 1));
        z0 = _mm512_setzero_ps();
        z6 = _mm512_max_ps(z0, z6);
        _mm256_storeu_ps(y + 48, _mm512_castps512_ps256(z6));
        _mm256_storeu_ps(y + 25152, _mm512_extractf32x8_ps(z6, 1));
        z0 = _mm512_setzero_ps();
        z7 = _mm512_max_ps(z0, z7);
        _mm256_storeu_ps(y + 56, _mm512_castps512_ps256(z7));
        _mm256_storeu_ps(y + 25160, _mm512_extractf32x8_ps(z7, 1));
        z0 = _mm512_setzero_ps();
        z8 = _mm512_max_ps(z0, z8);
        _mm256_storeu_ps(y + 64, _mm512_castps512_ps256(z8));
        _mm256_storeu_ps(y + 25168, _mm512_extractf32x8_ps(z8, 1));
        z0 = _mm512_setzero_ps();
        z9 = _mm512_max_ps(z0, z9);
        _mm256_storeu_ps(y + 72, _mm512_castps512_ps256(z9));
        _mm256_storeu_ps(y + 25176, _mm512_extractf32x8_ps(z9, 1));
        z0 = _mm512_setzero_ps();
        z10 = _mm512_max_ps(z0, z10);
        _mm256_storeu_ps(y + 80, _mm512_castps512_ps256(z10));
        _mm256_storeu_ps(y + 25184, _mm512_extractf32x8_ps(z10, 1));
        z0 = _mm512_setzero_ps();
        z11 = _mm512_max_ps(z0, z11);
        _mm256_storeu_ps(y + 88, _mm512_castps512_ps256(z11));
        _mm256_storeu_ps(y + 25192, _mm512_extractf32x8_ps(z11, 1));
        x += 96;
        y += 96;
        for (int j = 0; j < 4; j++) {
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
            for (int k = 0; k < 3; k++) {
                _mm_prefetch((const char *)(x + 456), _MM_HINT_T0);
                _mm_prefetch((const char *)(x + 26912), _MM_HINT_T0);
                _mm_prefetch((const char *)(x + 520), _MM_HINT_T0);
                _mm_prefetch((const char *)(x + 26976), _MM_HINT_T0);
                z11 = _mm512_loadu_ps(w);
                z12 = _mm512_loadu_ps(w + 16);
                z13 = _mm512_loadu_ps(w + 32);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26456), 1);
                z14 = _mm512_permute_ps(z14, 0);
                z0 = fma_zmm(z11, z14, z0);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 8));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26464), 1);
                z14 = _mm512_permute_ps(z14, 0);
                z1 = fma_zmm(z11, z14, z1);
                z0 = fma_zmm(z12, z14, z0);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 16));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26472), 1);
                z14 = _mm512_permute_ps(z14, 0);
                z2 = fma_zmm(z11, z14, z2);
                z1 = fma_zmm(z12, z14, z1);
                z0 = fma_zmm(z13, z14, z0);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 24));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26480), 1);
                z14 = _mm512_permute_ps(z14, 0);
                z3 = fma_zmm(z11, z14, z3);
                z2 = fma_zmm(z12, z14, z2);
                z1 = fma_zmm(z13, z14, z1);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 32));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26488), 1);
                z14 = _mm512_permute_ps(z14, 0);
                z4 = fma_zmm(z11, z14, z4);
                z3 = fma_zmm(z12, z14, z3);
                z2 = fma_zmm(z13, z14, z2);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 40));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26496), 1);
                z14 = _mm512_permute_ps(z14, 0);
                z5 = fma_zmm(z11, z14, z5);
                z4 = fma_zmm(z12, z14, z4);
                z3 = fma_zmm(z13, z14, z3);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 48));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26504), 1);
                z14 = _mm512_permute_ps(z14, 0);
                z6 = fma_zmm(z11, z14, z6);
                z5 = fma_zmm(z12, z14, z5);
                z4 = fma_zmm(z13, z14, z4);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 56));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26512), 1);
                z14 = _mm512_permute_ps(z14, 0);
                z7 = fma_zmm(z11, z14, z7);
                z6 = fma_zmm(z12, z14, z6);
                z5 = fma_zmm(z13, z14, z5);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 64));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26520), 1);
                z14 = _mm512_permute_ps(z14, 0);
                z8 = fma_zmm(z11, z14, z8);
                z7 = fma_zmm(z12, z14, z7);
                z6 = fma_zmm(z13, z14, z6);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 72));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26528), 1);
                z14 = _mm512_permute_ps(z14, 0);
                z9 = fma_zmm(z11, z14, z9);
                z8 = fma_zmm(z12, z14, z8);
                z7 = fma_zmm(z13, z14, z7);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 80));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26536), 1);
                z14 = _mm512_permute_ps(z14, 0);
                z10 = fma_zmm(z11, z14, z10);
                z9 = fma_zmm(z12, z14, z9);
                z8 = fma_zmm(z13, z14, z8);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 88));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26544), 1);
                z14 = _mm512_permute_ps(z14, 0);
                z10 = fma_zmm(z12, z14, z10);
                z9 = fma_zmm(z13, z14, z9);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 96));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26552), 1);
                z14 = _mm512_permute_ps(z14, 0);
                z10 = fma_zmm(z13, z14, z10);
                _mm_prefetch((const char *)(x + 472), _MM_HINT_T0);
                _mm_prefetch((const char *)(x + 26928), _MM_HINT_T0);
                _mm_prefetch((const char *)(x + 536), _MM_HINT_T0);
                _mm_prefetch((const char *)(x + 26992), _MM_HINT_T0);
                z11 = _mm512_loadu_ps(w + 48);
                z12 = _mm512_loadu_ps(w + 64);
                z13 = _mm512_loadu_ps(w + 80);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26456), 1);
                z14 = _mm512_permute_ps(z14, 85);
                z0 = fma_zmm(z11, z14, z0);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 8));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26464), 1);
                z14 = _mm512_permute_ps(z14, 85);
                z1 = fma_zmm(z11, z14, z1);
                z0 = fma_zmm(z12, z14, z0);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 16));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26472), 1);
                z14 = _mm512_permute_ps(z14, 85);
                z2 = fma_zmm(z11, z14, z2);
                z1 = fma_zmm(z12, z14, z1);
                z0 = fma_zmm(z13, z14, z0);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 24));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26480), 1);
                z14 = _mm512_permute_ps(z14, 85);
                z3 = fma_zmm(z11, z14, z3);
                z2 = fma_zmm(z12, z14, z2);
                z1 = fma_zmm(z13, z14, z1);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 32));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26488), 1);
                z14 = _mm512_permute_ps(z14, 85);
                z4 = fma_zmm(z11, z14, z4);
                z3 = fma_zmm(z12, z14, z3);
                z2 = fma_zmm(z13, z14, z2);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 40));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26496), 1);
                z14 = _mm512_permute_ps(z14, 85);
                z5 = fma_zmm(z11, z14, z5);
                z4 = fma_zmm(z12, z14, z4);
                z3 = fma_zmm(z13, z14, z3);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 48));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26504), 1);
                z14 = _mm512_permute_ps(z14, 85);
                z6 = fma_zmm(z11, z14, z6);
                z5 = fma_zmm(z12, z14, z5);
                z4 = fma_zmm(z13, z14, z4);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 56));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26512), 1);
                z14 = _mm512_permute_ps(z14, 85);
                z7 = fma_zmm(z11, z14, z7);
                z6 = fma_zmm(z12, z14, z6);
                z5 = fma_zmm(z13, z14, z5);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 64));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26520), 1);
                z14 = _mm512_permute_ps(z14, 85);
                z8 = fma_zmm(z11, z14, z8);
                z7 = fma_zmm(z12, z14, z7);
                z6 = fma_zmm(z13, z14, z6);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 72));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26528), 1);
                z14 = _mm512_permute_ps(z14, 85);
                z9 = fma_zmm(z11, z14, z9);
                z8 = fma_zmm(z12, z14, z8);
                z7 = fma_zmm(z13, z14, z7);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 80));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26536), 1);
                z14 = _mm512_permute_ps(z14, 85);
                z10 = fma_zmm(z11, z14, z10);
                z9 = fma_zmm(z12, z14, z9);
                z8 = fma_zmm(z13, z14, z8);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 88));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26544), 1);
                z14 = _mm512_permute_ps(z14, 85);
                z10 = fma_zmm(z12, z14, z10);
                z9 = fma_zmm(z13, z14, z9);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 96));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26552), 1);
                z14 = _mm512_permute_ps(z14, 85);
                z10 = fma_zmm(z13, z14, z10);
                _mm_prefetch((const char *)(x + 488), _MM_HINT_T0);
                _mm_prefetch((const char *)(x + 26944), _MM_HINT_T0);
                z11 = _mm512_loadu_ps(w + 96);
                z12 = _mm512_loadu_ps(w + 112);
                z13 = _mm512_loadu_ps(w + 128);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26456), 1);
                z14 = _mm512_permute_ps(z14, 170);
                z0 = fma_zmm(z11, z14, z0);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 8));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26464), 1);
                z14 = _mm512_permute_ps(z14, 170);
                z1 = fma_zmm(z11, z14, z1);
                z0 = fma_zmm(z12, z14, z0);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 16));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26472), 1);
                z14 = _mm512_permute_ps(z14, 170);
                z2 = fma_zmm(z11, z14, z2);
                z1 = fma_zmm(z12, z14, z1);
                z0 = fma_zmm(z13, z14, z0);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 24));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26480), 1);
                z14 = _mm512_permute_ps(z14, 170);
                z3 = fma_zmm(z11, z14, z3);
                z2 = fma_zmm(z12, z14, z2);
                z1 = fma_zmm(z13, z14, z1);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 32));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26488), 1);
                z14 = _mm512_permute_ps(z14, 170);
                z4 = fma_zmm(z11, z14, z4);
                z3 = fma_zmm(z12, z14, z3);
                z2 = fma_zmm(z13, z14, z2);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 40));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26496), 1);
                z14 = _mm512_permute_ps(z14, 170);
                z5 = fma_zmm(z11, z14, z5);
                z4 = fma_zmm(z12, z14, z4);
                z3 = fma_zmm(z13, z14, z3);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 48));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26504), 1);
                z14 = _mm512_permute_ps(z14, 170);
                z6 = fma_zmm(z11, z14, z6);
                z5 = fma_zmm(z12, z14, z5);
                z4 = fma_zmm(z13, z14, z4);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 56));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26512), 1);
                z14 = _mm512_permute_ps(z14, 170);
                z7 = fma_zmm(z11, z14, z7);
                z6 = fma_zmm(z12, z14, z6);
                z5 = fma_zmm(z13, z14, z5);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 64));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26520), 1);
                z14 = _mm512_permute_ps(z14, 170);
                z8 = fma_zmm(z11, z14, z8);
                z7 = fma_zmm(z12, z14, z7);
                z6 = fma_zmm(z13, z14, z6);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 72));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26528), 1);
                z14 = _mm512_permute_ps(z14, 170);
                z9 = fma_zmm(z11, z14, z9);
                z8 = fma_zmm(z12, z14, z8);
                z7 = fma_zmm(z13, z14, z7);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 80));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26536), 1);
                z14 = _mm512_permute_ps(z14, 170);
                z10 = fma_zmm(z11, z14, z10);
                z9 = fma_zmm(z12, z14, z9);
                z8 = fma_zmm(z13, z14, z8);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 88));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26544), 1);
                z14 = _mm512_permute_ps(z14, 170);
                z10 = fma_zmm(z12, z14, z10);
                z9 = fma_zmm(z13, z14, z9);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 96));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26552), 1);
                z14 = _mm512_permute_ps(z14, 170);
                z10 = fma_zmm(z13, z14, z10);
                _mm_prefetch((const char *)(x + 504), _MM_HINT_T0);
                _mm_prefetch((const char *)(x + 26960), _MM_HINT_T0);
                z11 = _mm512_loadu_ps(w + 144);
                z12 = _mm512_loadu_ps(w + 160);
                z13 = _mm512_loadu_ps(w + 176);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26456), 1);
                z14 = _mm512_permute_ps(z14, 255);
                z0 = fma_zmm(z11, z14, z0);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 8));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26464), 1);
                z14 = _mm512_permute_ps(z14, 255);
                z1 = fma_zmm(z11, z14, z1);
                z0 = fma_zmm(z12, z14, z0);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 16));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26472), 1);
                z14 = _mm512_permute_ps(z14, 255);
                z2 = fma_zmm(z11, z14, z2);
                z1 = fma_zmm(z12, z14, z1);
                z0 = fma_zmm(z13, z14, z0);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 24));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26480), 1);
                z14 = _mm512_permute_ps(z14, 255);
                z3 = fma_zmm(z11, z14, z3);
                z2 = fma_zmm(z12, z14, z2);
                z1 = fma_zmm(z13, z14, z1);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 32));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26488), 1);
                z14 = _mm512_permute_ps(z14, 255);
                z4 = fma_zmm(z11, z14, z4);
                z3 = fma_zmm(z12, z14, z3);
                z2 = fma_zmm(z13, z14, z2);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 40));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26496), 1);
                z14 = _mm512_permute_ps(z14, 255);
                z5 = fma_zmm(z11, z14, z5);
                z4 = fma_zmm(z12, z14, z4);
                z3 = fma_zmm(z13, z14, z3);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 48));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26504), 1);
                z14 = _mm512_permute_ps(z14, 255);
                z6 = fma_zmm(z11, z14, z6);
                z5 = fma_zmm(z12, z14, z5);
                z4 = fma_zmm(z13, z14, z4);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 56));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26512), 1);
                z14 = _mm512_permute_ps(z14, 255);
                z7 = fma_zmm(z11, z14, z7);
                z6 = fma_zmm(z12, z14, z6);
                z5 = fma_zmm(z13, z14, z5);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 64));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26520), 1);
                z14 = _mm512_permute_ps(z14, 255);
                z8 = fma_zmm(z11, z14, z8);
                z7 = fma_zmm(z12, z14, z7);
                z6 = fma_zmm(z13, z14, z6);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 72));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26528), 1);
                z14 = _mm512_permute_ps(z14, 255);
                z9 = fma_zmm(z11, z14, z9);
                z8 = fma_zmm(z12, z14, z8);
                z7 = fma_zmm(z13, z14, z7);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 80));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26536), 1);
                z14 = _mm512_permute_ps(z14, 255);
                z10 = fma_zmm(z11, z14, z10);
                z9 = fma_zmm(z12, z14, z9);
                z8 = fma_zmm(z13, z14, z8);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 88));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26544), 1);
                z14 = _mm512_permute_ps(z14, 255);
                z10 = fma_zmm(z12, z14, z10);
                z9 = fma_zmm(z13, z14, z9);
                z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(x + 96));
                z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(x + 26552), 1);
                z14 = _mm512_permute_ps(z14, 255);
                z10 = fma_zmm(z13, z14, z10);
                w += 192;
                x += 456;
            }
            x -= 1368;
            w -= 576;
            z11 = _mm512_setzero_ps();
            z0 = _mm512_max_ps(z11, z0);
            _mm256_storeu_ps(y, _mm512_castps512_ps256(z0));
            _mm256_storeu_ps(y + 25104, _mm512_extractf32x8_ps(z0, 1));
            z0 = _mm512_setzero_ps();
            z1 = _mm512_max_ps(z0, z1);
            _mm256_storeu_ps(y + 8, _mm512_castps512_ps256(z1));
            _mm256_storeu_ps(y + 25112, _mm512_extractf32x8_ps(z1, 1));
            z0 = _mm512_setzero_ps();
            z2 = _mm512_max_ps(z0, z2);
            _mm256_storeu_ps(y + 16, _mm512_castps512_ps256(z2));
            _mm256_storeu_ps(y + 25120, _mm512_extractf32x8_ps(z2, 1));
            z0 = _mm512_setzero_ps();
            z3 = _mm512_max_ps(z0, z3);
            _mm256_storeu_ps(y + 24, _mm512_castps512_ps256(z3));
            _mm256_storeu_ps(y + 25128, _mm512_extractf32x8_ps(z3, 1));
            z0 = _mm512_setzero_ps();
            z4 = _mm512_max_ps(z0, z4);
            _mm256_storeu_ps(y + 32, _mm512_castps512_ps256(z4));
            _mm256_storeu_ps(y + 25136, _mm512_extractf32x8_ps(z4, 1));
            z0 = _mm512_setzero_ps();
            z5 = _mm512_max_ps(z0, z5);
            _mm256_storeu_ps(y + 40, _mm512_castps512_ps256(z5));
            _mm256_storeu_ps(y + 25144, _mm512_extractf32x8_ps(z5, 1));
            z0 = _mm512_setzero_ps();
            z6 = _mm512_max_ps(z0, z6);
            _mm256_storeu_ps(y + 48, _mm512_castps512_ps256(z6));
            _mm256_storeu_ps(y + 25152, _mm512_extractf32x8_ps(z6, 1));
            z0 = _mm512_setzero_ps();
            z7 = _mm512_max_ps(z0, z7);
            _mm256_storeu_ps(y + 56, _mm512_castps512_ps256(z7));
            _mm256_storeu_ps(y + 25160, _mm512_extractf32x8_ps(z7, 1));
            z0 = _mm512_setzero_ps();
            z8 = _mm512_max_ps(z0, z8);
            _mm256_storeu_ps(y + 64, _mm512_castps512_ps256(z8));
            _mm256_storeu_ps(y + 25168, _mm512_extractf32x8_ps(z8, 1));
            z0 = _mm512_setzero_ps();
            z9 = _mm512_max_ps(z0, z9);
            _mm256_storeu_ps(y + 72, _mm512_castps512_ps256(z9));
            _mm256_storeu_ps(y + 25176, _mm512_extractf32x8_ps(z9, 1));
            z0 = _mm512_setzero_ps();
            z10 = _mm512_max_ps(z0, z10);
            _mm256_storeu_ps(y + 80, _mm512_castps512_ps256(z10));
            _mm256_storeu_ps(y + 25184, _mm512_extractf32x8_ps(z10, 1));
            x += 88;
            y += 88;
        }
        x += 8;
    }
}

/* 64 output channels of 1 x 448 pixels: sums over 128 channels and 1 x 1 taps */
__attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma,f16c")))
static void avx512_conv1x1_64x6_4(const float *x, const float *w, float *y, const float *r, const float *b)
{
    __m512 z0, z1, z2, z3, z4, z5, z6, z7, z8, z9, z10, z11, z12, z13, z14, z15, z16, z17, z18, z19, z20, z21, z22, z23, z24, z25, z26, z27, z28;
    for (int i = 0; i < 8; i++) {
        _mm_prefetch((const char *)(x), _MM_HINT_T0);
        _mm_prefetch((const char *)(x + 16), _MM_HINT_T0);
        _mm_prefetch((const char *)(x + 32), _MM_HINT_T0);
        _mm_prefetch((const char *)(x + 40), _MM_HINT_T0);
        x += 25104;
    }
    x -= 200832;
    for (int i = 0; i < 73; i++) {
        z0 = _mm512_loadu_ps(b);
        z1 = z0;
        z2 = z0;
        z3 = z0;
        z4 = z0;
        z5 = z0;
        z6 = _mm512_loadu_ps(b + 16);
        z7 = z6;
        z8 = z6;
        z9 = z6;
        z10 = z6;
        z11 = z6;
        z12 = _mm512_loadu_ps(b + 32);
        z13 = z12;
        z14 = z12;
        z15 = z12;
        z16 = z12;
        z17 = z12;
        z18 = _mm512_loadu_ps(b + 48);
        z19 = z18;
        z20 = z18;
        z21 = z18;
        z22 = z18;
        z23 = z18;
        for (int j = 0; j < 8; j++) {
            _mm_prefetch((const char *)(x + 48), _MM_HINT_T0);
            _mm_prefetch((const char *)(x + 64), _MM_HINT_T0);
            _mm_prefetch((const char *)(x + 80), _MM_HINT_T0);
            _mm_prefetch((const char *)(x + 88), _MM_HINT_T0);
            for (int k = 0; k < 2; k++) {
                z24 = _mm512_loadu_ps(w);
                z25 = _mm512_loadu_ps(w + 16);
                z26 = _mm512_loadu_ps(w + 32);
                z27 = _mm512_loadu_ps(w + 48);
                z28 = broadcast_zmm(x);
                z0 = fma_zmm(z24, z28, z0);
                z6 = fma_zmm(z25, z28, z6);
                z12 = fma_zmm(z26, z28, z12);
                z18 = fma_zmm(z27, z28, z18);
                z28 = broadcast_zmm(x + 8);
                z1 = fma_zmm(z24, z28, z1);
                z7 = fma_zmm(z25, z28, z7);
                z13 = fma_zmm(z26, z28, z13);
                z19 = fma_zmm(z27, z28, z19);
                z28 = broadcast_zmm(x + 16);
                z2 = fma_zmm(z24, z28, z2);
                z8 = fma_zmm(z25, z28, z8);
                z14 = fma_zmm(z26, z28, z14);
                z20 = fma_zmm(z27, z28, z20);
                z28 = broadcast_zmm(x + 24);
                z3 = fma_zmm(z24, z28, z3);
                z9 = fma_zmm(z25, z28, z9);
                z15 = fma_zmm(z26, z28, z15);
                z21 = fma_zmm(z27, z28, z21);
                z28 = broadcast_zmm(x + 32);
                z4 = fma_zmm(z24, z28, z4);
                z10 = fma_zmm(z25, z28, z10);
                z16 = fma_zmm(z26, z28, z16);
                z22 = fma_zmm(z27, z28, z22);
                z28 = broadcast_zmm(x + 40);
                z5 = fma_zmm(z24, z28, z5);
                z11 = fma_zmm(z25, z28, z11);
                z17 = fma_zmm(z26, z28, z17);
                z23 = fma_zmm(z27, z28, z23);
                z24 = _mm512_loadu_ps(w + 64);
                z25 = _mm512_loadu_ps(w + 80);
                z26 = _mm512_loadu_ps(w + 96);
                z27 = _mm512_loadu_ps(w + 112);
                z28 = broadcast_zmm(x + 1);
                z0 = fma_zmm(z24, z28, z0);
                z6 = fma_zmm(z25, z28, z6);
                z12 = fma_zmm(z26, z28, z12);
                z18 = fma_zmm(z27, z28, z18);
                z28 = broadcast_zmm(x + 9);
                z1 = fma_zmm(z24, z28, z1);
                z7 = fma_zmm(z25, z28, z7);
                z13 = fma_zmm(z26, z28, z13);
                z19 = fma_zmm(z27, z28, z19);
                z28 = broadcast_zmm(x + 17);
                z2 = fma_zmm(z24, z28, z2);
                z8 = fma_zmm(z25, z28, z8);
                z14 = fma_zmm(z26, z28, z14);
                z20 = fma_zmm(z27, z28, z20);
                z28 = broadcast_zmm(x + 25);
                z3 = fma_zmm(z24, z28, z3);
                z9 = fma_zmm(z25, z28, z9);
                z15 = fma_zmm(z26, z28, z15);
                z21 = fma_zmm(z27, z28, z21);
                z28 = broadcast_zmm(x + 33);
                z4 = fma_zmm(z24, z28, z4);
                z10 = fma_zmm(z25, z28, z10);
                z16 = fma_zmm(z26, z28, z16);
                z22 = fma_zmm(z27, z28, z22);
                z28 = broadcast_zmm(x + 41);
                z5 = fma_zmm(z24, z28, z5);
                z11 = fma_zmm(z25, z28, z11);
                z17 = fma_zmm(z26, z28, z17);
                z23 = fma_zmm(z27, z28, z23);
                z24 = _mm512_loadu_ps(w + 128);
                z25 = _mm512_loadu_ps(w + 144);
                z26 = _mm512_loadu_ps(w + 160);
                z27 = _mm512_loadu_ps(w + 176);
                z28 = broadcast_zmm(x + 2);
                z0 = fma_zmm(z24, z28, z0);
                z6 = fma_zmm(z25, z28, z6);
                z12 = fma_zmm(z26, z28, z12);
                z18 = fma_zmm(z27, z28, z18);
                z28 = broadcast_zmm(x + 10);
                z1 = fma_zmm(z24, z28, z1);
                z7 = fma_zmm(z25, z28, z7);
                z13 = fma_zmm(z26, z28, z13);
                z19 = fma_zmm(z27, z28, z19);
                z28 = broadcast_zmm(x + 18);
                z2 = fma_zmm(z24, z28, z2);
                z8 = fma_zmm(z25, z28, z8);
                z14 = fma_zmm(z26, z28, z14);
                z20 = fma_zmm(z27, z28, z20);
                z28 = broadcast_zmm(x + 26);
                z3 = fma_zmm(z24, z28, z3);
                z9 = fma_zmm(z25, z28, z9);
                z15 = fma_zmm(z26, z28, z15);
                z21 = fma_zmm(z27, z28, z21);
                z28 = broadcast_zmm(x + 34);
                z4 = fma_zmm(z24, z28, z4);
                z10 = fma_zmm(z25, z28, z10);
                z16 = fma_zmm(z26, z28, z16);
                z22 = fma_zmm(z27, z28, z22);
                z28 = broadcast_zmm(x + 42);
                z5 = fma_zmm(z24, z28, z5);
                z11 = fma_zmm(z25, z28, z11);
                z17 = fma_zmm(z26, z28, z17);
                z23 = fma_zmm(z27, z28, z23);
                z24 = _mm512_loadu_ps(w + 192);
                z25 = _mm512_loadu_ps(w + 208);
                z26 = _mm512_loadu_ps(w + 224);
                z27 = _mm512_loadu_ps(w + 240);
                z28 = broadcast_zmm(x + 3);
                z0 = fma_zmm(z24, z28, z0);
                z6 = fma_zmm(z25, z28, z6);
                z12 = fma_zmm(z26, z28, z12);
                z18 = fma_zmm(z27, z28, z18);
                z28 = broadcast_zmm(x + 11);
                z1 = fma_zmm(z24, z28, z1);
                z7 = fma_zmm(z25, z28, z7);
                z13 = fma_zmm(z26, z28, z13);
                z19 = fma_zmm(z27, z28, z19);
                z28 = broadcast_zmm(x + 19);
                z2 = fma_zmm(z24, z28, z2);
                z8 = fma_zmm(z25, z28, z8);
                z14 = fma_zmm(z26, z28, z14);
                z20 = fma_zmm(z27, z28, z20);
                z28 = broadcast_zmm(x + 27);
                z3 = fma_zmm(z24, z28, z3);
                z9 = fma_zmm(z25, z28, z9);
                z15 = fma_zmm(z26, z28, z15);
                z21 = fma_zmm(z27, z28, z21);
                z28 = broadcast_zmm(x + 35);
                z4 = fma_zmm(z24, z28, z4);
                z10 = fma_zmm(z25, z28, z10);
                z16 = fma_zmm(z26, z28, z16);
                z22 = fma_zmm(z27, z28, z22);
                z28 = broadcast_zmm(x + 43);
                z5 = fma_zmm(z24, z28, z5);
                z11 = fma_zmm(z25, z28, z11);
                z17 = fma_zmm(z26, z28, z17);
                z23 = fma_zmm(z27, z28, z23);
                w += 256;
                x += 4;
            }
            x += 25096;
        }
        x -= 200832;
        w -= 4096;
        _mm256_storeu_ps(y, _mm512_castps512_ps256(z0));
        _mm256_storeu_ps(y + 25104, _mm512_extractf32x8_ps(z0, 1));
        _mm256_storeu_ps(y + 8, _mm512_castps512_ps256(z1));
        _mm256_storeu_ps(y + 25112, _mm512_extractf32x8_ps(z1, 1));
        _mm256_storeu_ps(y + 16, _mm512_castps512_ps256(z2));
        _mm256_storeu_ps(y + 25120, _mm512_extractf32x8_ps(z2, 1));
        _mm256_storeu_ps(y + 24, _mm512_castps512_ps256(z3));
        _mm256_storeu_ps(y + 25128, _mm512_extractf32x8_ps(z3, 1));
        _mm256_storeu_ps(y + 32, _mm512_castps512_ps256(z4));
        _mm256_storeu_ps(y + 25136, _mm512_extractf32x8_ps(z4, 1));
        _mm256_storeu_ps(y + 40, _mm512_castps512_ps256(z5));
        _mm256_storeu_ps(y + 25144, _mm512_extractf32x8_ps(z5, 1));
        _mm256_storeu_ps(y + 50208, _mm512_castps512_ps256(z6));
        _mm256_storeu_ps(y + 75312, _mm512_extractf32x8_ps(z6, 1));
        _mm256_storeu_ps(y + 50216, _mm512_castps512_ps256(z7));
        _mm256_storeu_ps(y + 75320, _mm512_extractf32x8_ps(z7, 1));
        _mm256_storeu_ps(y + 50224, _mm512_castps512_ps256(z8));
        _mm256_storeu_ps(y + 75328, _mm512_extractf32x8_ps(z8, 1));
        _mm256_storeu_ps(y + 50232, _mm512_castps512_ps256(z9));
        _mm256_storeu_ps(y + 75336, _mm512_extractf32x8_ps(z9, 1));
        _mm256_storeu_ps(y + 50240, _mm512_castps512_ps256(z10));
        _mm256_storeu_ps(y + 75344, _mm512_extractf32x8_ps(z10, 1));
        _mm256_storeu_ps(y + 50248, _mm512_castps512_ps256(z11));
        _mm256_storeu_ps(y + 75352, _mm512_extractf32x8_ps(z11, 1));
        _mm256_storeu_ps(y + 100416, _mm512_castps512_ps256(z12));
        _mm256_storeu_ps(y + 125520, _mm512_extractf32x8_ps(z12, 1));
        _mm256_storeu_ps(y + 100424, _mm512_castps512_ps256(z13));
        _mm256_storeu_ps(y + 125528, _mm512_extractf32x8_ps(z13, 1));
        _mm256_storeu_ps(y + 100432, _mm512_castps512_ps256(z14));
        _mm256_storeu_ps(y + 125536, _mm512_extractf32x8_ps(z14, 1));
        _mm256_storeu_ps(y + 100440, _mm512_castps512_ps256(z15));
        _mm256_storeu_ps(y + 125544, _mm512_extractf32x8_ps(z15, 1));
        _mm256_storeu_ps(y + 100448, _mm512_castps512_ps256(z16));
        _mm256_storeu_ps(y + 125552, _mm512_extractf32x8_ps(z16, 1));
        _mm256_storeu_ps(y + 100456, _mm512_castps512_ps256(z17));
        _mm256_storeu_ps(y + 125560, _mm512_extractf32x8_ps(z17, 1));
        _mm256_storeu_ps(y + 150624, _mm512_castps512_ps256(z18));
        _mm256_storeu_ps(y + 175728, _mm512_extractf32x8_ps(z18, 1));
        _mm256_storeu_ps(y + 150632, _mm512_castps512_ps256(z19));
        _mm256_storeu_ps(y + 175736, _mm512_extractf32x8_ps(z19, 1));
        _mm256_storeu_ps(y + 150640, _mm512_castps512_ps256(z20));
        _mm256_storeu_ps(y + 175744, _mm512_extractf32x8_ps(z20, 1));
        _mm256_storeu_ps(y + 150648, _mm512_castps512_ps256(z21));
        _mm256_storeu_ps(y + 175752, _mm512_extractf32x8_ps(z21, 1));
        _mm256_storeu_ps(y + 150656, _mm512_castps512_ps256(z22));
        _mm256_storeu_ps(y + 175760, _mm512_extractf32x8_ps(z22, 1));
        _mm256_storeu_ps(y + 150664, _mm512_castps512_ps256(z23));
        _mm256_storeu_ps(y + 175768, _mm512_extractf32x8_ps(z23, 1));
        x += 48;
        y += 48;
        r += 48;
    }
    for (int i = 0; i < 2; i++) {
        z0 = _mm512_loadu_ps(b);
        z1 = z0;
        z2 = z0;
        z3 = z0;
        z4 = z0;
        z5 = _mm512_loadu_ps(b + 16);
        z6 = z5;
        z7 = z5;
        z8 = z5;
        z9 = z5;
        z10 = _mm512_loadu_ps(b + 32);
        z11 = z10;
        z12 = z10;
        z13 = z10;
        z14 = z10;
        z15 = _mm512_loadu_ps(b + 48);
        z16 = z15;
        z17 = z15;
        z18 = z15;
        z19 = z15;
        for (int j = 0; j < 8; j++) {
            _mm_prefetch((const char *)(x + 40), _MM_HINT_T0);
            _mm_prefetch((const char *)(x + 56), _MM_HINT_T0);
            _mm_prefetch((const char *)(x + 72), _MM_HINT_T0);
            for (int k = 0; k < 2; k++) {
                z20 = _mm512_loadu_ps(w);
                z21 = _mm512_loadu_ps(w + 16);
                z22 = _mm512_loadu_ps(w + 32);
                z23 = _mm512_loadu_ps(w + 48);
                z24 = broadcast_zmm(x);
                z0 = fma_zmm(z20, z24, z0);
                z5 = fma_zmm(z21, z24, z5);
                z10 = fma_zmm(z22, z24, z10);
                z15 = fma_zmm(z23, z24, z15);
                z24 = broadcast_zmm(x + 8);
                z1 = fma_zmm(z20, z24, z1);
                z6 = fma_zmm(z21, z24, z6);
                z11 = fma_zmm(z22, z24, z11);
                z16 = fma_zmm(z23, z24, z16);
                z24 = broadcast_zmm(x + 16);
                z2 = fma_zmm(z20, z24, z2);
                z7 = fma_zmm(z21, z24, z7);
                z12 = fma_zmm(z22, z24, z12);
                z17 = fma_zmm(z23, z24, z17);
                z24 = broadcast_zmm(x + 24);
                z3 = fma_zmm(z20, z24, z3);
                z8 = fma_zmm(z21, z24, z8);
                z13 = fma_zmm(z22, z24, z13);
                z18 = fma_zmm(z23, z24, z18);
                z24 = broadcast_zmm(x + 32);
                z4 = fma_zmm(z20, z24, z4);
                z9 = fma_zmm(z21, z24, z9);
                z14 = fma_zmm(z22, z24, z14);
                z19 = fma_zmm(z23, z24, z19);
                z20 = _mm512_loadu_ps(w + 64);
                z21 = _mm512_loadu_ps(w + 80);
                z22 = _mm512_loadu_ps(w + 96);
                z23 = _mm512_loadu_ps(w + 112);
                z24 = broadcast_zmm(x + 1);
                z0 = fma_zmm(z20, z24, z0);
                z5 = fma_zmm(z21, z24, z5);
                z10 = fma_zmm(z22, z24, z10);
                z15 = fma_zmm(z23, z24, z15);
                z24 = broadcast_zmm(x + 9);
                z1 = fma_zmm(z20, z24, z1);
                z6 = fma_zmm(z21, z24, z6);
                z11 = fma_zmm(z22, z24, z11);
                z16 = fma_zmm(z23, z24, z16);
                z24 = broadcast_zmm(x + 17);
                z2 = fma_zmm(z20, z24, z2);
                z7 = fma_zmm(z21, z24, z7);
                z12 = fma_zmm(z22, z24, z12);
                z17 = fma_zmm(z23, z24, z17);
                z24 = broadcast_zmm(x + 25);
                z3 = fma_zmm(z20, z24, z3);
                z8 = fma_zmm(z21, z24, z8);
                z13 = fma_zmm(z22, z24, z13);
                z18 = fma_zmm(z23, z24, z18);
                z24 = broadcast_zmm(x + 33);
                z4 = fma_zmm(z20, z24, z4);
                z9 = fma_zmm(z21, z24, z9);
                z14 = fma_zmm(z22, z24, z14);
                z19 = fma_zmm(z23, z24, z19);
                z20 = _mm512_loadu_ps(w + 128);
                z21 = _mm512_loadu_ps(w + 144);
                z22 = _mm512_loadu_ps(w + 160);
                z23 = _mm512_loadu_ps(w + 176);
                z24 = broadcast_zmm(x + 2);
                z0 = fma_zmm(z20, z24, z0);
                z5 = fma_zmm(z21, z24, z5);
                z10 = fma_zmm(z22, z24, z10);
                z15 = fma_zmm(z23, z24, z15);
                z24 = broadcast_zmm(x + 10);
                z1 = fma_zmm(z20, z24, z1);
                z6 = fma_zmm(z21, z24, z6);
                z11 = fma_zmm(z22, z24, z11);
                z16 = fma_zmm(z23, z24, z16);
                z24 = broadcast_zmm(x + 18);
                z2 = fma_zmm(z20, z24, z2);
                z7 = fma_zmm(z21, z24, z7);
                z12 = fma_zmm(z22, z24, z12);
                z17 = fma_zmm(z23, z24, z17);
                z24 = broadcast_zmm(x + 26);
                z3 = fma_zmm(z20, z24, z3);
                z8 = fma_zmm(z21, z24, z8);
                z13 = fma_zmm(z22, z24, z13);
                z18 = fma_zmm(z23, z24, z18);
                z24 = broadcast_zmm(x + 34);
                z4 = fma_zmm(z20, z24, z4);
                z9 = fma_zmm(z21, z24, z9);
                z14 = fma_zmm(z22, z24, z14);
                z19 = fma_zmm(z23, z24, z19);
                z20 = _mm512_loadu_ps(w + 192);
                z21 = _mm512_loadu_ps(w + 208);
                z22 = _mm512_loadu_ps(w + 224);
                z23 = _mm512_loadu_ps(w + 240);
                z24 = broadcast_zmm(x + 3);
                z0 = fma_zmm(z20, z24, z0);
                z5 = fma_zmm(z21, z24, z5);
                z10 = fma_zmm(z22, z24, z10);
                z15 = fma_zmm(z23, z24, z15);
                z24 = broadcast_zmm(x + 11);
                z1 = fma_zmm(z20, z24, z1);
                z6 = fma_zmm(z21, z24, z6);
                z11 = fma_zmm(z22, z24, z11);
                z16 = fma_zmm(z23, z24, z16);
                z24 = broadcast_zmm(x + 19);
                z2 = fma_zmm(z20, z24, z2);
                z7 = fma_zmm(z21, z24, z7);
                z12 = fma_zmm(z22, z24, z12);
                z17 = fma_zmm(z23, z24, z17);
                z24 = broadcast_zmm(x + 27);
                z3 = fma_zmm(z20, z24, z3);
                z8 = fma_zmm(z21, z24, z8);
                z13 = fma_zmm(z22, z24, z13);
                z18 = fma_zmm(z23, z24, z18);
                z24 = broadcast_zmm(x + 35);
                z4 = fma_zmm(z20, z24, z4);
                z9 = fma_zmm(z21, z24, z9);
                z14 = fma_zmm(z22, z24, z14);
                z19 = fma_zmm(z23, z24, z19);
                w += 256;
                x += 4;
            }
            x += 25096;
        }
        x -= 200832;
        w -= 4096;
        _mm256_storeu_ps(y, _mm512_castps512_ps256(z0));
        _mm256_storeu_ps(y + 25104, _mm512_extractf32x8_ps(z0, 1));
        _mm256_storeu_ps(y + 8, _mm512_castps512_ps256(z1));
        _mm256_storeu_ps(y + 25112, _mm512_extractf32x8_ps(z1, 1));
        _mm256_storeu_ps(y + 16, _mm512_castps512_ps256(z2));
        _mm256_storeu_ps(y + 25120, _mm512_extractf32x8_ps(z2, 1));
        _mm256_storeu_ps(y + 24, _mm512_castps512_ps256(z3));
        _mm256_storeu_ps(y + 25128, _mm512_extractf32x8_ps(z3, 1));
        _mm256_storeu_ps(y + 32, _mm512_castps512_ps256(z4));
        _mm256_storeu_ps(y + 25136, _mm512_extractf32x8_ps(z4, 1));
        _mm256_storeu_ps(y + 50208, _mm512_castps512_ps256(z5));
        _mm256_storeu_ps(y + 75312, _mm512_extractf32x8_ps(z5, 1));
        _mm256_storeu_ps(y + 50216, _mm512_castps512_ps256(z6));
        _mm256_storeu_ps(y + 75320, _mm512_extractf32x8_ps(z6, 1));
        _mm256_storeu_ps(y + 50224, _mm512_castps512_ps256(z7));
        _mm256_storeu_ps(y + 75328, _mm512_extractf32x8_ps(z7, 1));
        _mm256_storeu_ps(y + 50232, _mm512_castps512_ps256(z8));
        _mm256_storeu_ps(y + 75336, _mm512_extractf32x8_ps(z8, 1));
        _mm256_storeu_ps(y + 50240, _mm512_castps512_ps256(z9));
        _mm256_storeu_ps(y + 75344, _mm512_extractf32x8_ps(z9, 1));
        _mm256_storeu_ps(y + 100416, _mm512_castps512_ps256(z10));
        _mm256_storeu_ps(y + 125520, _mm512_extractf32x8_ps(z10, 1));
        _mm256_storeu_ps(y + 100424, _mm512_castps512_ps256(z11));
        _mm256_storeu_ps(y + 125528, _mm512_extractf32x8_ps(z11, 1));
        _mm256_storeu_ps(y + 100432, _mm512_castps512_ps256(z12));
        _mm256_storeu_ps(y + 125536, _mm512_extractf32x8_ps(z12, 1));
        _mm256_storeu_ps(y + 100440, _mm512_castps512_ps256(z13));
        _mm256_storeu_ps(y + 125544, _mm512_extractf32x8_ps(z13, 1));
        _mm256_storeu_ps(y + 100448, _mm512_castps512_ps256(z14));
        _mm256_storeu_ps(y + 125552, _mm512_extractf32x8_ps(z14, 1));
        _mm256_storeu_ps(y + 150624, _mm512_castps512_ps256(z15));
        _mm256_storeu_ps(y + 175728, _mm512_extractf32x8_ps(z15, 1));
        _mm256_storeu_ps(y + 150632, _mm512_castps512_ps256(z16));
        _mm256_storeu_ps(y + 175736, _mm512_extractf32x8_ps(z16, 1));
        _mm256_storeu_ps(y + 150640, _mm512_castps512_ps256(z17));
        _mm256_storeu_ps(y + 175744, _mm512_extractf32x8_ps(z17, 1));
        _mm256_storeu_ps(y + 150648, _mm512_castps512_ps256(z18));
        _mm256_storeu_ps(y + 175752, _mm512_extractf32x8_ps(z18, 1));
        _mm256_storeu_ps(y + 150656, _mm512_castps512_ps256(z19));
        _mm256_storeu_ps(y + 175760, _mm512_extractf32x8_ps(z19, 1));
        x += 40;
        y += 40;
        r += 40;
    }
    x += 197248;
    y -= 3584;
    r -= 3584;
    w += 4096;
    for (int i = 0; i < 8; i++) {
        _mm_prefetch((const char *)(x), _MM_HINT_T0);
        _mm_prefetch((const char *)(x + 16), _MM_HINT_T0);
        _mm_prefetch((const char *)(x + 32), _MM_HINT_T0);
        _mm_prefetch((const char *)(x + 40), _MM_HINT_T0);
        x += 25104;
    }
    x -= 200832;
    for (int i = 0; i < 73; i++) {
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(y));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(y + 25104), 1);
        z1 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 8));
        z1 = _mm512_insertf32x8(z1, _mm256_loadu_ps(y + 25112), 1);
        z2 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 16));
        z2 = _mm512_insertf32x8(z2, _mm256_loadu_ps(y + 25120), 1);
        z3 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 24));
        z3 = _mm512_insertf32x8(z3, _mm256_loadu_ps(y + 25128), 1);
        z4 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 32));
        z4 = _mm512_insertf32x8(z4, _mm256_loadu_ps(y + 25136), 1);
        z5 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 40));
        z5 = _mm512_insertf32x8(z5, _mm256_loadu_ps(y + 25144), 1);
        z6 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 50208));
        z6 = _mm512_insertf32x8(z6, _mm256_loadu_ps(y + 75312), 1);
        z7 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 50216));
        z7 = _mm512_insertf32x8(z7, _mm256_loadu_ps(y + 75320), 1);
        z8 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 50224));
        z8 = _mm512_insertf32x8(z8, _mm256_loadu_ps(y + 75328), 1);
        z9 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 50232));
        z9 = _mm512_insertf32x8(z9, _mm256_loadu_ps(y + 75336), 1);
        z10 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 50240));
        z10 = _mm512_insertf32x8(z10, _mm256_loadu_ps(y + 75344), 1);
        z11 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 50248));
        z11 = _mm512_insertf32x8(z11, _mm256_loadu_ps(y + 75352), 1);
        z12 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 100416));
        z12 = _mm512_insertf32x8(z12, _mm256_loadu_ps(y + 125520), 1);
        z13 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 100424));
        z13 = _mm512_insertf32x8(z13, _mm256_loadu_ps(y + 125528), 1);
        z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 100432));
        z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(y + 125536), 1);
        z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 100440));
        z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(y + 125544), 1);
        z16 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 100448));
        z16 = _mm512_insertf32x8(z16, _mm256_loadu_ps(y + 125552), 1);
        z17 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 100456));
        z17 = _mm512_insertf32x8(z17, _mm256_loadu_ps(y + 125560), 1);
        z18 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 150624));
        z18 = _mm512_insertf32x8(z18, _mm256_loadu_ps(y + 175728), 1);
        z19 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 150632));
        z19 = _mm512_insertf32x8(z19, _mm256_loadu_ps(y + 175736), 1);
        z20 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 150640));
        z20 = _mm512_insertf32x8(z20, _mm256_loadu_ps(y + 175744), 1);
        z21 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 150648));
        z21 = _mm512_insertf32x8(z21, _mm256_loadu_ps(y + 175752), 1);
        z22 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 150656));
        z22 = _mm512_insertf32x8(z22, _mm256_loadu_ps(y + 175760), 1);
        z23 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 150664));
        z23 = _mm512_insertf32x8(z23, _mm256_loadu_ps(y + 175768), 1);
        for (int j = 0; j < 8; j++) {
            _mm_prefetch((const char *)(x + 48), _MM_HINT_T0);
            _mm_prefetch((const char *)(x + 64), _MM_HINT_T0);
            _mm_prefetch((const char *)(x + 80), _MM_HINT_T0);
            _mm_prefetch((const char *)(x + 88), _MM_HINT_T0);
            for (int k = 0; k < 2; k++) {
                z24 = _mm512_loadu_ps(w);
                z25 = _mm512_loadu_ps(w + 16);
                z26 = _mm512_loadu_ps(w + 32);
                z27 = _mm512_loadu_ps(w + 48);
                z28 = broadcast_zmm(x);
                z0 = fma_zmm(z24, z28, z0);
                z6 = fma_zmm(z25, z28, z6);
                z12 = fma_zmm(z26, z28, z12);
                z18 = fma_zmm(z27, z28, z18);
                z28 = broadcast_zmm(x + 8);
                z1 = fma_zmm(z24, z28, z1);
                z7 = fma_zmm(z25, z28, z7);
                z13 = fma_zmm(z26, z28, z13);
                z19 = fma_zmm(z27, z28, z19);
                z28 = broadcast_zmm(x + 16);
                z2 = fma_zmm(z24, z28, z2);
                z8 = fma_zmm(z25, z28, z8);
                z14 = fma_zmm(z26, z28, z14);
                z20 = fma_zmm(z27, z28, z20);
                z28 = broadcast_zmm(x + 24);
                z3 = fma_zmm(z24, z28, z3);
                z9 = fma_zmm(z25, z28, z9);
                z15 = fma_zmm(z26, z28, z15);
                z21 = fma_zmm(z27, z28, z21);
                z28 = broadcast_zmm(x + 32);
                z4 = fma_zmm(z24, z28, z4);
                z10 = fma_zmm(z25, z28, z10);
                z16 = fma_zmm(z26, z28, z16);
                z22 = fma_zmm(z27, z28, z22);
                z28 = broadcast_zmm(x + 40);
                z5 = fma_zmm(z24, z28, z5);
                z11 = fma_zmm(z25, z28, z11);
                z17 = fma_zmm(z26, z28, z17);
                z23 = fma_zmm(z27, z28, z23);
                z24 = _mm512_loadu_ps(w + 64);
                z25 = _mm512_loadu_ps(w + 80);
                z26 = _mm512_loadu_ps(w + 96);
                z27 = _mm512_loadu_ps(w + 112);
                z28 = broadcast_zmm(x + 1);
                z0 = fma_zmm(z24, z28, z0);
                z6 = fma_zmm(z25, z28, z6);
                z12 = fma_zmm(z26, z28, z12);
                z18 = fma_zmm(z27, z28, z18);
                z28 = broadcast_zmm(x + 9);
                z1 = fma_zmm(z24, z28, z1);
                z7 = fma_zmm(z25, z28, z7);
                z13 = fma_zmm(z26, z28, z13);
                z19 = fma_zmm(z27, z28, z19);
                z28 = broadcast_zmm(x + 17);
                z2 = fma_zmm(z24, z28, z2);
                z8 = fma_zmm(z25, z28, z8);
                z14 = fma_zmm(z26, z28, z14);
                z20 = fma_zmm(z27, z28, z20);
                z28 = broadcast_zmm(x + 25);
                z3 = fma_zmm(z24, z28, z3);
                z9 = fma_zmm(z25, z28, z9);
                z15 = fma_zmm(z26, z28, z15);
                z21 = fma_zmm(z27, z28, z21);
                z28 = broadcast_zmm(x + 33);
                z4 = fma_zmm(z24, z28, z4);
                z10 = fma_zmm(z25, z28, z10);
                z16 = fma_zmm(z26, z28, z16);
                z22 = fma_zmm(z27, z28, z22);
                z28 = broadcast_zmm(x + 41);
                z5 = fma_zmm(z24, z28, z5);
                z11 = fma_zmm(z25, z28, z11);
                z17 = fma_zmm(z26, z28, z17);
                z23 = fma_zmm(z27, z28, z23);
                z24 = _mm512_loadu_ps(w + 128);
                z25 = _mm512_loadu_ps(w + 144);
                z26 = _mm512_loadu_ps(w + 160);
                z27 = _mm512_loadu_ps(w + 176);
                z28 = broadcast_zmm(x + 2);
                z0 = fma_zmm(z24, z28, z0);
                z6 = fma_zmm(z25, z28, z6);
                z12 = fma_zmm(z26, z28, z12);
                z18 = fma_zmm(z27, z28, z18);
                z28 = broadcast_zmm(x + 10);
                z1 = fma_zmm(z24, z28, z1);
                z7 = fma_zmm(z25, z28, z7);
                z13 = fma_zmm(z26, z28, z13);
                z19 = fma_zmm(z27, z28, z19);
                z28 = broadcast_zmm(x + 18);
                z2 = fma_zmm(z24, z28, z2);
                z8 = fma_zmm(z25, z28, z8);
                z14 = fma_zmm(z26, z28, z14);
                z20 = fma_zmm(z27, z28, z20);
                z28 = broadcast_zmm(x + 26);
                z3 = fma_zmm(z24, z28, z3);
                z9 = fma_zmm(z25, z28, z9);
                z15 = fma_zmm(z26, z28, z15);
                z21 = fma_zmm(z27, z28, z21);
                z28 = broadcast_zmm(x + 34);
                z4 = fma_zmm(z24, z28, z4);
                z10 = fma_zmm(z25, z28, z10);
                z16 = fma_zmm(z26, z28, z16);
                z22 = fma_zmm(z27, z28, z22);
                z28 = broadcast_zmm(x + 42);
                z5 = fma_zmm(z24, z28, z5);
                z11 = fma_zmm(z25, z28, z11);
                z17 = fma_zmm(z26, z28, z17);
                z23 = fma_zmm(z27, z28, z23);
                z24 = _mm512_loadu_ps(w + 192);
                z25 = _mm512_loadu_ps(w + 208);
                z26 = _mm512_loadu_ps(w + 224);
                z27 = _mm512_loadu_ps(w + 240);
                z28 = broadcast_zmm(x + 3);
                z0 = fma_zmm(z24, z28, z0);
                z6 = fma_zmm(z25, z28, z6);
                z12 = fma_zmm(z26, z28, z12);
                z18 = fma_zmm(z27, z28, z18);
                z28 = broadcast_zmm(x + 11);
                z1 = fma_zmm(z24, z28, z1);
                z7 = fma_zmm(z25, z28, z7);
                z13 = fma_zmm(z26, z28, z13);
                z19 = fma_zmm(z27, z28, z19);
                z28 = broadcast_zmm(x + 19);
                z2 = fma_zmm(z24, z28, z2);
                z8 = fma_zmm(z25, z28, z8);
                z14 = fma_zmm(z26, z28, z14);
                z20 = fma_zmm(z27, z28, z20);
                z28 = broadcast_zmm(x + 27);
                z3 = fma_zmm(z24, z28, z3);
                z9 = fma_zmm(z25, z28, z9);
                z15 = fma_zmm(z26, z28, z15);
                z21 = fma_zmm(z27, z28, z21);
                z28 = broadcast_zmm(x + 35);
                z4 = fma_zmm(z24, z28, z4);
                z10 = fma_zmm(z25, z28, z10);
                z16 = fma_zmm(z26, z28, z16);
                z22 = fma_zmm(z27, z28, z22);
                z28 = broadcast_zmm(x + 43);
                z5 = fma_zmm(z24, z28, z5);
                z11 = fma_zmm(z25, z28, z11);
                z17 = fma_zmm(z26, z28, z17);
                z23 = fma_zmm(z27, z28, z23);
                w += 256;
                x += 4;
            }
            x += 25096;
        }
        x -= 200832;
        w -= 4096;
        z24 = _mm512_zextps256_ps512(_mm256_loadu_ps(r));
        z24 = _mm512_insertf32x8(z24, _mm256_loadu_ps(r + 25104), 1);
        z0 = _mm512_add_ps(z0, z24);
        z24 = _mm512_setzero_ps();
        z0 = _mm512_max_ps(z24, z0);
        _mm256_storeu_ps(y, _mm512_castps512_ps256(z0));
        _mm256_storeu_ps(y + 25104, _mm512_extractf32x8_ps(z0, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 8));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 25112), 1);
        z1 = _mm512_add_ps(z1, z0);
        z0 = _mm512_setzero_ps();
        z1 = _mm512_max_ps(z0, z1);
        _mm256_storeu_ps(y + 8, _mm512_castps512_ps256(z1));
        _mm256_storeu_ps(y + 25112, _mm512_extractf32x8_ps(z1, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 16));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 25120), 1);
        z2 = _mm512_add_ps(z2, z0);
        z0 = _mm512_setzero_ps();
        z2 = _mm512_max_ps(z0, z2);
        _mm256_storeu_ps(y + 16, _mm512_castps512_ps256(z2));
        _mm256_storeu_ps(y + 25120, _mm512_extractf32x8_ps(z2, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 24));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 25128), 1);
        z3 = _mm512_add_ps(z3, z0);
        z0 = _mm512_setzero_ps();
        z3 = _mm512_max_ps(z0, z3);
        _mm256_storeu_ps(y + 24, _mm512_castps512_ps256(z3));
        _mm256_storeu_ps(y + 25128, _mm512_extractf32x8_ps(z3, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 32));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 25136), 1);
        z4 = _mm512_add_ps(z4, z0);
        z0 = _mm512_setzero_ps();
        z4 = _mm512_max_ps(z0, z4);
        _mm256_storeu_ps(y + 32, _mm512_castps512_ps256(z4));
        _mm256_storeu_ps(y + 25136, _mm512_extractf32x8_ps(z4, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 40));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 25144), 1);
        z5 = _mm512_add_ps(z5, z0);
        z0 = _mm512_setzero_ps();
        z5 = _mm512_max_ps(z0, z5);
        _mm256_storeu_ps(y + 40, _mm512_castps512_ps256(z5));
        _mm256_storeu_ps(y + 25144, _mm512_extractf32x8_ps(z5, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 50208));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 75312), 1);
        z6 = _mm512_add_ps(z6, z0);
        z0 = _mm512_setzero_ps();
        z6 = _mm512_max_ps(z0, z6);
        _mm256_storeu_ps(y + 50208, _mm512_castps512_ps256(z6));
        _mm256_storeu_ps(y + 75312, _mm512_extractf32x8_ps(z6, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 50216));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 75320), 1);
        z7 = _mm512_add_ps(z7, z0);
        z0 = _mm512_setzero_ps();
        z7 = _mm512_max_ps(z0, z7);
        _mm256_storeu_ps(y + 50216, _mm512_castps512_ps256(z7));
        _mm256_storeu_ps(y + 75320, _mm512_extractf32x8_ps(z7, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 50224));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 75328), 1);
        z8 = _mm512_add_ps(z8, z0);
        z0 = _mm512_setzero_ps();
        z8 = _mm512_max_ps(z0, z8);
        _mm256_storeu_ps(y + 50224, _mm512_castps512_ps256(z8));
        _mm256_storeu_ps(y + 75328, _mm512_extractf32x8_ps(z8, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 50232));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 75336), 1);
        z9 = _mm512_add_ps(z9, z0);
        z0 = _mm512_setzero_ps();
        z9 = _mm512_max_ps(z0, z9);
        _mm256_storeu_ps(y + 50232, _mm512_castps512_ps256(z9));
        _mm256_storeu_ps(y + 75336, _mm512_extractf32x8_ps(z9, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 50240));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 75344), 1);
        z10 = _mm512_add_ps(z10, z0);
        z0 = _mm512_setzero_ps();
        z10 = _mm512_max_ps(z0, z10);
        _mm256_storeu_ps(y + 50240, _mm512_castps512_ps256(z10));
        _mm256_storeu_ps(y + 75344, _mm512_extractf32x8_ps(z10, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 50248));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 75352), 1);
        z11 = _mm512_add_ps(z11, z0);
        z0 = _mm512_setzero_ps();
        z11 = _mm512_max_ps(z0, z11);
        _mm256_storeu_ps(y + 50248, _mm512_castps512_ps256(z11));
        _mm256_storeu_ps(y + 75352, _mm512_extractf32x8_ps(z11, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 100416));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 125520), 1);
        z12 = _mm512_add_ps(z12, z0);
        z0 = _mm512_setzero_ps();
        z12 = _mm512_max_ps(z0, z12);
        _mm256_storeu_ps(y + 100416, _mm512_castps512_ps256(z12));
        _mm256_storeu_ps(y + 125520, _mm512_extractf32x8_ps(z12, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 100424));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 125528), 1);
        z13 = _mm512_add_ps(z13, z0);
        z0 = _mm512_setzero_ps();
        z13 = _mm512_max_ps(z0, z13);
        _mm256_storeu_ps(y + 100424, _mm512_castps512_ps256(z13));
        _mm256_storeu_ps(y + 125528, _mm512_extractf32x8_ps(z13, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 100432));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 125536), 1);
        z14 = _mm512_add_ps(z14, z0);
        z0 = _mm512_setzero_ps();
        z14 = _mm512_max_ps(z0, z14);
        _mm256_storeu_ps(y + 100432, _mm512_castps512_ps256(z14));
        _mm256_storeu_ps(y + 125536, _mm512_extractf32x8_ps(z14, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 100440));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 125544), 1);
        z15 = _mm512_add_ps(z15, z0);
        z0 = _mm512_setzero_ps();
        z15 = _mm512_max_ps(z0, z15);
        _mm256_storeu_ps(y + 100440, _mm512_castps512_ps256(z15));
        _mm256_storeu_ps(y + 125544, _mm512_extractf32x8_ps(z15, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 100448));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 125552), 1);
        z16 = _mm512_add_ps(z16, z0);
        z0 = _mm512_setzero_ps();
        z16 = _mm512_max_ps(z0, z16);
        _mm256_storeu_ps(y + 100448, _mm512_castps512_ps256(z16));
        _mm256_storeu_ps(y + 125552, _mm512_extractf32x8_ps(z16, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 100456));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 125560), 1);
        z17 = _mm512_add_ps(z17, z0);
        z0 = _mm512_setzero_ps();
        z17 = _mm512_max_ps(z0, z17);
        _mm256_storeu_ps(y + 100456, _mm512_castps512_ps256(z17));
        _mm256_storeu_ps(y + 125560, _mm512_extractf32x8_ps(z17, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 150624));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 175728), 1);
        z18 = _mm512_add_ps(z18, z0);
        z0 = _mm512_setzero_ps();
        z18 = _mm512_max_ps(z0, z18);
        _mm256_storeu_ps(y + 150624, _mm512_castps512_ps256(z18));
        _mm256_storeu_ps(y + 175728, _mm512_extractf32x8_ps(z18, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 150632));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 175736), 1);
        z19 = _mm512_add_ps(z19, z0);
        z0 = _mm512_setzero_ps();
        z19 = _mm512_max_ps(z0, z19);
        _mm256_storeu_ps(y + 150632, _mm512_castps512_ps256(z19));
        _mm256_storeu_ps(y + 175736, _mm512_extractf32x8_ps(z19, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 150640));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 175744), 1);
        z20 = _mm512_add_ps(z20, z0);
        z0 = _mm512_setzero_ps();
        z20 = _mm512_max_ps(z0, z20);
        _mm256_storeu_ps(y + 150640, _mm512_castps512_ps256(z20));
        _mm256_storeu_ps(y + 175744, _mm512_extractf32x8_ps(z20, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 150648));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 175752), 1);
        z21 = _mm512_add_ps(z21, z0);
        z0 = _mm512_setzero_ps();
        z21 = _mm512_max_ps(z0, z21);
        _mm256_storeu_ps(y + 150648, _mm512_castps512_ps256(z21));
        _mm256_storeu_ps(y + 175752, _mm512_extractf32x8_ps(z21, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 150656));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 175760), 1);
        z22 = _mm512_add_ps(z22, z0);
        z0 = _mm512_setzero_ps();
        z22 = _mm512_max_ps(z0, z22);
        _mm256_storeu_ps(y + 150656, _mm512_castps512_ps256(z22));
        _mm256_storeu_ps(y + 175760, _mm512_extractf32x8_ps(z22, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 150664));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 175768), 1);
        z23 = _mm512_add_ps(z23, z0);
        z0 = _mm512_setzero_ps();
        z23 = _mm512_max_ps(z0, z23);
        _mm256_storeu_ps(y + 150664, _mm512_castps512_ps256(z23));
        _mm256_storeu_ps(y + 175768, _mm512_extractf32x8_ps(z23, 1));
        x += 48;
        y += 48;
        r += 48;
    }
    for (int i = 0; i < 2; i++) {
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(y));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(y + 25104), 1);
        z1 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 8));
        z1 = _mm512_insertf32x8(z1, _mm256_loadu_ps(y + 25112), 1);
        z2 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 16));
        z2 = _mm512_insertf32x8(z2, _mm256_loadu_ps(y + 25120), 1);
        z3 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 24));
        z3 = _mm512_insertf32x8(z3, _mm256_loadu_ps(y + 25128), 1);
        z4 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 32));
        z4 = _mm512_insertf32x8(z4, _mm256_loadu_ps(y + 25136), 1);
        z5 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 50208));
        z5 = _mm512_insertf32x8(z5, _mm256_loadu_ps(y + 75312), 1);
        z6 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 50216));
        z6 = _mm512_insertf32x8(z6, _mm256_loadu_ps(y + 75320), 1);
        z7 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 50224));
        z7 = _mm512_insertf32x8(z7, _mm256_loadu_ps(y + 75328), 1);
        z8 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 50232));
        z8 = _mm512_insertf32x8(z8, _mm256_loadu_ps(y + 75336), 1);
        z9 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 50240));
        z9 = _mm512_insertf32x8(z9, _mm256_loadu_ps(y + 75344), 1);
        z10 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 100416));
        z10 = _mm512_insertf32x8(z10, _mm256_loadu_ps(y + 125520), 1);
        z11 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 100424));
        z11 = _mm512_insertf32x8(z11, _mm256_loadu_ps(y + 125528), 1);
        z12 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 100432));
        z12 = _mm512_insertf32x8(z12, _mm256_loadu_ps(y + 125536), 1);
        z13 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 100440));
        z13 = _mm512_insertf32x8(z13, _mm256_loadu_ps(y + 125544), 1);
        z14 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 100448));
        z14 = _mm512_insertf32x8(z14, _mm256_loadu_ps(y + 125552), 1);
        z15 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 150624));
        z15 = _mm512_insertf32x8(z15, _mm256_loadu_ps(y + 175728), 1);
        z16 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 150632));
        z16 = _mm512_insertf32x8(z16, _mm256_loadu_ps(y + 175736), 1);
        z17 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 150640));
        z17 = _mm512_insertf32x8(z17, _mm256_loadu_ps(y + 175744), 1);
        z18 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 150648));
        z18 = _mm512_insertf32x8(z18, _mm256_loadu_ps(y + 175752), 1);
        z19 = _mm512_zextps256_ps512(_mm256_loadu_ps(y + 150656));
        z19 = _mm512_insertf32x8(z19, _mm256_loadu_ps(y + 175760), 1);
        for (int j = 0; j < 8; j++) {
            _mm_prefetch((const char *)(x + 40), _MM_HINT_T0);
            _mm_prefetch((const char *)(x + 56), _MM_HINT_T0);
            _mm_prefetch((const char *)(x + 72), _MM_HINT_T0);
            for (int k = 0; k < 2; k++) {
                z20 = _mm512_loadu_ps(w);
                z21 = _mm512_loadu_ps(w + 16);
                z22 = _mm512_loadu_ps(w + 32);
                z23 = _mm512_loadu_ps(w + 48);
                z24 = broadcast_zmm(x);
                z0 = fma_zmm(z20, z24, z0);
                z5 = fma_zmm(z21, z24, z5);
                z10 = fma_zmm(z22, z24, z10);
                z15 = fma_zmm(z23, z24, z15);
                z24 = broadcast_zmm(x + 8);
                z1 = fma_zmm(z20, z24, z1);
                z6 = fma_zmm(z21, z24, z6);
                z11 = fma_zmm(z22, z24, z11);
                z16 = fma_zmm(z23, z24, z16);
                z24 = broadcast_zmm(x + 16);
                z2 = fma_zmm(z20, z24, z2);
                z7 = fma_zmm(z21, z24, z7);
                z12 = fma_zmm(z22, z24, z12);
                z17 = fma_zmm(z23, z24, z17);
                z24 = broadcast_zmm(x + 24);
                z3 = fma_zmm(z20, z24, z3);
                z8 = fma_zmm(z21, z24, z8);
                z13 = fma_zmm(z22, z24, z13);
                z18 = fma_zmm(z23, z24, z18);
                z24 = broadcast_zmm(x + 32);
                z4 = fma_zmm(z20, z24, z4);
                z9 = fma_zmm(z21, z24, z9);
                z14 = fma_zmm(z22, z24, z14);
                z19 = fma_zmm(z23, z24, z19);
                z20 = _mm512_loadu_ps(w + 64);
                z21 = _mm512_loadu_ps(w + 80);
                z22 = _mm512_loadu_ps(w + 96);
                z23 = _mm512_loadu_ps(w + 112);
                z24 = broadcast_zmm(x + 1);
                z0 = fma_zmm(z20, z24, z0);
                z5 = fma_zmm(z21, z24, z5);
                z10 = fma_zmm(z22, z24, z10);
                z15 = fma_zmm(z23, z24, z15);
                z24 = broadcast_zmm(x + 9);
                z1 = fma_zmm(z20, z24, z1);
                z6 = fma_zmm(z21, z24, z6);
                z11 = fma_zmm(z22, z24, z11);
                z16 = fma_zmm(z23, z24, z16);
                z24 = broadcast_zmm(x + 17);
                z2 = fma_zmm(z20, z24, z2);
                z7 = fma_zmm(z21, z24, z7);
                z12 = fma_zmm(z22, z24, z12);
                z17 = fma_zmm(z23, z24, z17);
                z24 = broadcast_zmm(x + 25);
                z3 = fma_zmm(z20, z24, z3);
                z8 = fma_zmm(z21, z24, z8);
                z13 = fma_zmm(z22, z24, z13);
                z18 = fma_zmm(z23, z24, z18);
                z24 = broadcast_zmm(x + 33);
                z4 = fma_zmm(z20, z24, z4);
                z9 = fma_zmm(z21, z24, z9);
                z14 = fma_zmm(z22, z24, z14);
                z19 = fma_zmm(z23, z24, z19);
                z20 = _mm512_loadu_ps(w + 128);
                z21 = _mm512_loadu_ps(w + 144);
                z22 = _mm512_loadu_ps(w + 160);
                z23 = _mm512_loadu_ps(w + 176);
                z24 = broadcast_zmm(x + 2);
                z0 = fma_zmm(z20, z24, z0);
                z5 = fma_zmm(z21, z24, z5);
                z10 = fma_zmm(z22, z24, z10);
                z15 = fma_zmm(z23, z24, z15);
                z24 = broadcast_zmm(x + 10);
                z1 = fma_zmm(z20, z24, z1);
                z6 = fma_zmm(z21, z24, z6);
                z11 = fma_zmm(z22, z24, z11);
                z16 = fma_zmm(z23, z24, z16);
                z24 = broadcast_zmm(x + 18);
                z2 = fma_zmm(z20, z24, z2);
                z7 = fma_zmm(z21, z24, z7);
                z12 = fma_zmm(z22, z24, z12);
                z17 = fma_zmm(z23, z24, z17);
                z24 = broadcast_zmm(x + 26);
                z3 = fma_zmm(z20, z24, z3);
                z8 = fma_zmm(z21, z24, z8);
                z13 = fma_zmm(z22, z24, z13);
                z18 = fma_zmm(z23, z24, z18);
                z24 = broadcast_zmm(x + 34);
                z4 = fma_zmm(z20, z24, z4);
                z9 = fma_zmm(z21, z24, z9);
                z14 = fma_zmm(z22, z24, z14);
                z19 = fma_zmm(z23, z24, z19);
                z20 = _mm512_loadu_ps(w + 192);
                z21 = _mm512_loadu_ps(w + 208);
                z22 = _mm512_loadu_ps(w + 224);
                z23 = _mm512_loadu_ps(w + 240);
                z24 = broadcast_zmm(x + 3);
                z0 = fma_zmm(z20, z24, z0);
                z5 = fma_zmm(z21, z24, z5);
                z10 = fma_zmm(z22, z24, z10);
                z15 = fma_zmm(z23, z24, z15);
                z24 = broadcast_zmm(x + 11);
                z1 = fma_zmm(z20, z24, z1);
                z6 = fma_zmm(z21, z24, z6);
                z11 = fma_zmm(z22, z24, z11);
                z16 = fma_zmm(z23, z24, z16);
                z24 = broadcast_zmm(x + 19);
                z2 = fma_zmm(z20, z24, z2);
                z7 = fma_zmm(z21, z24, z7);
                z12 = fma_zmm(z22, z24, z12);
                z17 = fma_zmm(z23, z24, z17);
                z24 = broadcast_zmm(x + 27);
                z3 = fma_zmm(z20, z24, z3);
                z8 = fma_zmm(z21, z24, z8);
                z13 = fma_zmm(z22, z24, z13);
                z18 = fma_zmm(z23, z24, z18);
                z24 = broadcast_zmm(x + 35);
                z4 = fma_zmm(z20, z24, z4);
                z9 = fma_zmm(z21, z24, z9);
                z14 = fma_zmm(z22, z24, z14);
                z19 = fma_zmm(z23, z24, z19);
                w += 256;
                x += 4;
            }
            x += 25096;
        }
        x -= 200832;
        w -= 4096;
        z20 = _mm512_zextps256_ps512(_mm256_loadu_ps(r));
        z20 = _mm512_insertf32x8(z20, _mm256_loadu_ps(r + 25104), 1);
        z0 = _mm512_add_ps(z0, z20);
        z20 = _mm512_setzero_ps();
        z0 = _mm512_max_ps(z20, z0);
        _mm256_storeu_ps(y, _mm512_castps512_ps256(z0));
        _mm256_storeu_ps(y + 25104, _mm512_extractf32x8_ps(z0, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 8));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 25112), 1);
        z1 = _mm512_add_ps(z1, z0);
        z0 = _mm512_setzero_ps();
        z1 = _mm512_max_ps(z0, z1);
        _mm256_storeu_ps(y + 8, _mm512_castps512_ps256(z1));
        _mm256_storeu_ps(y + 25112, _mm512_extractf32x8_ps(z1, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 16));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 25120), 1);
        z2 = _mm512_add_ps(z2, z0);
        z0 = _mm512_setzero_ps();
        z2 = _mm512_max_ps(z0, z2);
        _mm256_storeu_ps(y + 16, _mm512_castps512_ps256(z2));
        _mm256_storeu_ps(y + 25120, _mm512_extractf32x8_ps(z2, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 24));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 25128), 1);
        z3 = _mm512_add_ps(z3, z0);
        z0 = _mm512_setzero_ps();
        z3 = _mm512_max_ps(z0, z3);
        _mm256_storeu_ps(y + 24, _mm512_castps512_ps256(z3));
        _mm256_storeu_ps(y + 25128, _mm512_extractf32x8_ps(z3, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 32));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 25136), 1);
        z4 = _mm512_add_ps(z4, z0);
        z0 = _mm512_setzero_ps();
        z4 = _mm512_max_ps(z0, z4);
        _mm256_storeu_ps(y + 32, _mm512_castps512_ps256(z4));
        _mm256_storeu_ps(y + 25136, _mm512_extractf32x8_ps(z4, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 50208));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 75312), 1);
        z5 = _mm512_add_ps(z5, z0);
        z0 = _mm512_setzero_ps();
        z5 = _mm512_max_ps(z0, z5);
        _mm256_storeu_ps(y + 50208, _mm512_castps512_ps256(z5));
        _mm256_storeu_ps(y + 75312, _mm512_extractf32x8_ps(z5, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 50216));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 75320), 1);
        z6 = _mm512_add_ps(z6, z0);
        z0 = _mm512_setzero_ps();
        z6 = _mm512_max_ps(z0, z6);
        _mm256_storeu_ps(y + 50216, _mm512_castps512_ps256(z6));
        _mm256_storeu_ps(y + 75320, _mm512_extractf32x8_ps(z6, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 50224));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 75328), 1);
        z7 = _mm512_add_ps(z7, z0);
        z0 = _mm512_setzero_ps();
        z7 = _mm512_max_ps(z0, z7);
        _mm256_storeu_ps(y + 50224, _mm512_castps512_ps256(z7));
        _mm256_storeu_ps(y + 75328, _mm512_extractf32x8_ps(z7, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 50232));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 75336), 1);
        z8 = _mm512_add_ps(z8, z0);
        z0 = _mm512_setzero_ps();
        z8 = _mm512_max_ps(z0, z8);
        _mm256_storeu_ps(y + 50232, _mm512_castps512_ps256(z8));
        _mm256_storeu_ps(y + 75336, _mm512_extractf32x8_ps(z8, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 50240));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 75344), 1);
        z9 = _mm512_add_ps(z9, z0);
        z0 = _mm512_setzero_ps();
        z9 = _mm512_max_ps(z0, z9);
        _mm256_storeu_ps(y + 50240, _mm512_castps512_ps256(z9));
        _mm256_storeu_ps(y + 75344, _mm512_extractf32x8_ps(z9, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 100416));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 125520), 1);
        z10 = _mm512_add_ps(z10, z0);
        z0 = _mm512_setzero_ps();
        z10 = _mm512_max_ps(z0, z10);
        _mm256_storeu_ps(y + 100416, _mm512_castps512_ps256(z10));
        _mm256_storeu_ps(y + 125520, _mm512_extractf32x8_ps(z10, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 100424));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 125528), 1);
        z11 = _mm512_add_ps(z11, z0);
        z0 = _mm512_setzero_ps();
        z11 = _mm512_max_ps(z0, z11);
        _mm256_storeu_ps(y + 100424, _mm512_castps512_ps256(z11));
        _mm256_storeu_ps(y + 125528, _mm512_extractf32x8_ps(z11, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 100432));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 125536), 1);
        z12 = _mm512_add_ps(z12, z0);
        z0 = _mm512_setzero_ps();
        z12 = _mm512_max_ps(z0, z12);
        _mm256_storeu_ps(y + 100432, _mm512_castps512_ps256(z12));
        _mm256_storeu_ps(y + 125536, _mm512_extractf32x8_ps(z12, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 100440));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 125544), 1);
        z13 = _mm512_add_ps(z13, z0);
        z0 = _mm512_setzero_ps();
        z13 = _mm512_max_ps(z0, z13);
        _mm256_storeu_ps(y + 100440, _mm512_castps512_ps256(z13));
        _mm256_storeu_ps(y + 125544, _mm512_extractf32x8_ps(z13, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 100448));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 125552), 1);
        z14 = _mm512_add_ps(z14, z0);
        z0 = _mm512_setzero_ps();
        z14 = _mm512_max_ps(z0, z14);
        _mm256_storeu_ps(y + 100448, _mm512_castps512_ps256(z14));
        _mm256_storeu_ps(y + 125552, _mm512_extractf32x8_ps(z14, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 150624));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 175728), 1);
        z15 = _mm512_add_ps(z15, z0);
        z0 = _mm512_setzero_ps();
        z15 = _mm512_max_ps(z0, z15);
        _mm256_storeu_ps(y + 150624, _mm512_castps512_ps256(z15));
        _mm256_storeu_ps(y + 175728, _mm512_extractf32x8_ps(z15, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 150632));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 175736), 1);
        z16 = _mm512_add_ps(z16, z0);
        z0 = _mm512_setzero_ps();
        z16 = _mm512_max_ps(z0, z16);
        _mm256_storeu_ps(y + 150632, _mm512_castps512_ps256(z16));
        _mm256_storeu_ps(y + 175736, _mm512_extractf32x8_ps(z16, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 150640));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 175744), 1);
        z17 = _mm512_add_ps(z17, z0);
        z0 = _mm512_setzero_ps();
        z17 = _mm512_max_ps(z0, z17);
        _mm256_storeu_ps(y + 150640, _mm512_castps512_ps256(z17));
        _mm256_storeu_ps(y + 175744, _mm512_extractf32x8_ps(z17, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 150648));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 175752), 1);
        z18 = _mm512_add_ps(z18, z0);
        z0 = _mm512_setzero_ps();
        z18 = _mm512_max_ps(z0, z18);
        _mm256_storeu_ps(y + 150648, _mm512_castps512_ps256(z18));
        _mm256_storeu_ps(y + 175752, _mm512_extractf32x8_ps(z18, 1));
        z0 = _mm512_zextps256_ps512(_mm256_loadu_ps(r + 150656));
        z0 = _mm512_insertf32x8(z0, _mm256_loadu_ps(r + 175760), 1);
        z19 = _mm512_add_ps(z19, z0);
        z0 = _mm512_setzero_ps();
        z19 = _mm512_max_ps(z0, z19);
        _mm256_storeu_ps(y + 150656, _mm512_castps512_ps256(z19));
        _mm256_storeu_ps(y + 175760, _mm512_extractf32x8_ps(z19, 1));
        x += 40;
        y += 40;
        r += 40;
    }
}

/* one channel of 56 x 56 pixels */
__attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma,f16c")))
static void avx512_copy_5(const float *x, float *y)
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
        avx512_copy_0(x + i * 3136, y + i * 1);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 25088, y + i * 1 + 25104);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 50176, y + i * 1 + 50208);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 75264, y + i * 1 + 75312);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 100352, y + i * 1 + 100416);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 125440, y + i * 1 + 125520);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 150528, y + i * 1 + 150624);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 175616, y + i * 1 + 175728);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 200704, y + i * 1 + 200832);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 225792, y + i * 1 + 225936);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 250880, y + i * 1 + 251040);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 275968, y + i * 1 + 276144);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 301056, y + i * 1 + 301248);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 326144, y + i * 1 + 326352);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 351232, y + i * 1 + 351456);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 376320, y + i * 1 + 376560);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 401408, y + i * 1 + 401664);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 426496, y + i * 1 + 426768);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 451584, y + i * 1 + 451872);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 476672, y + i * 1 + 476976);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 501760, y + i * 1 + 502080);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 526848, y + i * 1 + 527184);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 551936, y + i * 1 + 552288);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 577024, y + i * 1 + 577392);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 602112, y + i * 1 + 602496);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 627200, y + i * 1 + 627600);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 652288, y + i * 1 + 652704);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 677376, y + i * 1 + 677808);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 702464, y + i * 1 + 702912);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 727552, y + i * 1 + 728016);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_0(x + i * 3136 + 752640, y + i * 1 + 753120);
        return;
    }
    tile -= 8;
    const ptrdiff_t i = tile;
    avx512_copy_0(x + i * 3136 + 777728, y + i * 1 + 778224);
}

static const Part parts_copy_0[] = {{1, 256, 12658}, {0}};

/* convolution 1 x 1, stride 1: 256 x 56 x 56 -> 128 x 56 x 56, then relu; direct, tiles of 64 x 6
 * 102,760,448 MACs per image. Layer conv1 (resnext_block.yaml:43). */
static void step_conv_1(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 44;
    ptrdiff_t tile = task % 44;
    const float *x = run->arena + image * 2008320 + slot[0];
    const float *w = run->weights + slot[1];
    float *y = run->arena + image * 2008320 + slot[2];
    const float *b = run->weights + slot[3];
    if (tile < 28) {
        const ptrdiff_t i = tile / 2;
        const ptrdiff_t j = tile % 2;
        avx512_conv1x1_64x6_1(x + i * 1792, w + j * 16384, y + i * 1824 + j * 211648, b + j * 64);
        return;
    }
    tile -= 28;
    const ptrdiff_t i = tile;
    avx512_border_2(y + i * 26456 - 464);
}

static const Part parts_conv_1[] = {{1, 28, 357714}, {1, 16, 405}, {0}};

/* convolution 3 x 3, stride 1: 128 x 56 x 56 -> 128 x 56 x 56, 32 groups; sliding, tiles of 16 x 12
 * 14,450,688 MACs per image. Layer conv2 (resnext_block.yaml:46). */
static void step_grouped_2(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 16;
    const ptrdiff_t tile = task % 16;
    const float *x = run->arena + image * 2008320 + slot[0];
    const float *w = run->weights + slot[1];
    float *y = run->arena + image * 2008320 + slot[2];
    const float *b = run->weights + slot[3];
    const ptrdiff_t i = tile / 2;
    const ptrdiff_t k = tile % 2;
    avx512_slide3x3_16x12_3(x + i * 52912 + k * 12768 - 464, w + i * 576, y + i * 50208 + k * 12544, b + i * 16);
}

static const Part parts_grouped_2[] = {{1, 16, 142662}, {0}};

/* convolution 1 x 1, stride 1: 128 x 56 x 56 -> 256 x 56 x 56, then add, then relu; direct, tiles of 64 x 6
 * 102,760,448 MACs per image. Layer conv3 (resnext_block.yaml:49). */
static void step_conv_3(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 28;
    const ptrdiff_t tile = task % 28;
    const float *x = run->arena + image * 2008320 + slot[0];
    const float *w = run->weights + slot[1];
    float *y = run->arena + image * 2008320 + slot[2];
    const float *r = run->arena + image * 2008320 + slot[3];
    const float *b = run->weights + slot[4];
    const ptrdiff_t i = tile / 4;
    const ptrdiff_t j = tile % 4;
    avx512_conv1x1_64x6_4(x + i * 3584, w + j * 8192, y + i * 3584 + j * 200832, r + i * 3584 + j * 200832, b + j * 64);
}

static const Part parts_conv_3[] = {{1, 28, 360944}, {0}};

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
        avx512_copy_5(x + i * 1, y + i * 3136);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 25104, y + i * 3136 + 25088);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 50208, y + i * 3136 + 50176);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 75312, y + i * 3136 + 75264);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 100416, y + i * 3136 + 100352);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 125520, y + i * 3136 + 125440);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 150624, y + i * 3136 + 150528);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 175728, y + i * 3136 + 175616);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 200832, y + i * 3136 + 200704);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 225936, y + i * 3136 + 225792);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 251040, y + i * 3136 + 250880);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 276144, y + i * 3136 + 275968);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 301248, y + i * 3136 + 301056);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 326352, y + i * 3136 + 326144);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 351456, y + i * 3136 + 351232);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 376560, y + i * 3136 + 376320);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 401664, y + i * 3136 + 401408);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 426768, y + i * 3136 + 426496);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 451872, y + i * 3136 + 451584);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 476976, y + i * 3136 + 476672);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 502080, y + i * 3136 + 501760);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 527184, y + i * 3136 + 526848);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 552288, y + i * 3136 + 551936);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 577392, y + i * 3136 + 577024);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 602496, y + i * 3136 + 602112);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 627600, y + i * 3136 + 627200);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 652704, y + i * 3136 + 652288);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 677808, y + i * 3136 + 677376);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 702912, y + i * 3136 + 702464);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 728016, y + i * 3136 + 727552);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        avx512_copy_5(x + i * 1 + 753120, y + i * 3136 + 752640);
        return;
    }
    tile -= 8;
    const ptrdiff_t i = tile;
    avx512_copy_5(x + i * 1 + 778224, y + i * 3136 + 777728);
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
    case RESNEXT_FORM_C_ERROR_PROCESSOR: return "this processor lacks AVX-512 F, DQ or VL";
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

int resnext_form_c_forward(const void *weights, void *arena, const float *input, int batch, int threads, float *output)
{
    if (!weights || !arena || !input || !output || threads < 1 || threads > 1024)
        return RESNEXT_FORM_C_ERROR_ARGUMENT;
    if (batch < 1 || batch > RESNEXT_FORM_C_MAX_BATCH)
        return RESNEXT_FORM_C_ERROR_BATCH;
    if ((uintptr_t)weights % 64 || (uintptr_t)arena % 64)
        return RESNEXT_FORM_C_ERROR_ALIGNMENT;
    if (!has_avx512())
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
