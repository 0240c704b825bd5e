/* cifar_resnet20, compiled from cifar_resnet.yaml by nncc for the target c.
 *
 *     nncc cifar_resnet.yaml --set depth=20 --target c --prefix cifar_resnet20 -o cifar_resnet20_c.c
 *
 * Build it with
 *
 *     cc -std=c11 -O2 -ffp-contract=off -fopenmp -c cifar_resnet20_c.c
 *
 * -ffp-contract=off keeps the compiler from fusing a multiplication and an addition that are apart here: with it,
 * every compiler gives the same bits. Without -fopenmp everything runs on one thread. Link with -lm. One image
 * takes 215,616 bytes of arena; the weights take 1,077,760 bytes.
 *
 * Input [3][32][32] and output [10] are row-major floats; in between, channels lie in blocks of eight, which are
 * the lanes of a vector. A kernel computes one tile of a layer; a step runs a kernel over the tiles of all images. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "cifar_resnet20_c.h"

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

/* The first 64 bytes of a block of weights: whose they are. The packed payload follows. */
typedef struct {
    char magic[6];
    uint16_t version;                   /* of the format */
    uint64_t bytes;                     /* of the payload */
    uint64_t layout;                    /* hash of how the payload is laid out */
    uint64_t model;                     /* hash of the model's tensors */
    char name[32];                      /* for people, never compared */
} Stamp;

static const Stamp expected = { "NNCCW", 1, 1077696, 0x8996b25f30bb415d, 0xe1971d6e8bd46194, "cifar_resnet20" };

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
    ptrdiff_t slot[5];                  /* where its arrays begin: floats from the start of what holds them */
} Step;

static const float fill_10_constants[] = {
    0,
};

static const float fill_19_constants[] = {
    0,
};

static const float conv3x3_24x4_26_constants[] = {
    0x1p-6f,
};

static const float conv3x3_16x4_27_constants[] = {
    0x1p-6f,
};

/* What the kernels do to eight floats at a time: called, not expanded, which keeps compilers fast. */
#if defined(__GNUC__)
#define HELPER __attribute__((noinline)) static
#else
#define HELPER static
#endif

HELPER void zero8(float *d)
{
    for (int i = 0; i < 8; i++)
        d[i] = 0.0f;
}

HELPER void load8(float *d, const float *m)
{
    memcpy(d, m, 8 * sizeof *d);
}

HELPER void store8(float *m, const float *a)
{
    memcpy(m, a, 8 * sizeof *m);
}

HELPER void broadcast8(float *d, const float *m)
{
    for (int i = 0; i < 8; i++)
        d[i] = *m;
}

HELPER void load1(float *d, const float *m)
{
    d[0] = *m;
    for (int i = 1; i < 8; i++)
        d[i] = 0.0f;
}

HELPER void copy8(float *d, const float *a)
{
    memmove(d, a, 8 * sizeof *d);
}

HELPER void fma8(float *d, const float *a, const float *b)
{
    for (int i = 0; i < 8; i++)
        d[i] = fmaf(a[i], b[i], d[i]);
}

HELPER void add8(float *d, const float *a, const float *b)
{
    for (int i = 0; i < 8; i++)
        d[i] = a[i] + b[i];
}

HELPER void mul8(float *d, const float *a, const float *b)
{
    for (int i = 0; i < 8; i++)
        d[i] = a[i] * b[i];
}

HELPER void max8(float *d, const float *a, const float *b)
{
    for (int i = 0; i < 8; i++)
        d[i] = a[i] > b[i] ? a[i] : b[i];
}

/* one channel of 32 x 32 pixels */
static void c_copy_0(const float *x, float *y)
{
    float v0[8];
    for (int i = 0; i < 32; i++) {
        for (int j = 0; j < 4; j++) {
            load8(v0, x);
            store8(y, v0);
            x += 8;
            y += 8;
        }
        y += 1;
    }
}

/* zeros around 32 x 32 pixels: 1 rows, 1 columns */
static void c_border_1(float *y)
{
    float v0[8];
    zero8(v0);
    for (int i = 0; i < 4; i++) {
        store8(y, v0);
        y += 8;
    }
    *(y) = v0[0];
    *(y + 1) = v0[0];
    y += 2;
    for (int i = 0; i < 32; i++) {
        y += 32;
        *(y) = v0[0];
        y += 1;
    }
    for (int i = 0; i < 4; i++) {
        store8(y, v0);
        y += 8;
    }
    *(y) = v0[0];
}

/* 16 output channels of 2 x 32 pixels: sums over 3 channels and 3 x 3 taps */
static void c_conv3x3_16x6_2(const float *x, const float *w, float *y, const float *b)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8], v11[8], v12[8], v13[8], v14[8];
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) {
            load8(v0, b);
            copy8(v1, v0);
            copy8(v2, v0);
            copy8(v3, v0);
            copy8(v4, v0);
            copy8(v5, v0);
            load8(v6, b + 8);
            copy8(v7, v6);
            copy8(v8, v6);
            copy8(v9, v6);
            copy8(v10, v6);
            copy8(v11, v6);
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 3; l++) {
                    load8(v12, w);
                    load8(v13, w + 8);
                    broadcast8(v14, x);
                    fma8(v0, v12, v14);
                    fma8(v6, v13, v14);
                    broadcast8(v14, x + 1);
                    fma8(v1, v12, v14);
                    fma8(v7, v13, v14);
                    broadcast8(v14, x + 2);
                    fma8(v2, v12, v14);
                    fma8(v8, v13, v14);
                    broadcast8(v14, x + 3);
                    fma8(v3, v12, v14);
                    fma8(v9, v13, v14);
                    broadcast8(v14, x + 4);
                    fma8(v4, v12, v14);
                    fma8(v10, v13, v14);
                    broadcast8(v14, x + 5);
                    fma8(v5, v12, v14);
                    fma8(v11, v13, v14);
                    load8(v12, w + 16);
                    load8(v13, w + 24);
                    broadcast8(v14, x + 1123);
                    fma8(v0, v12, v14);
                    fma8(v6, v13, v14);
                    broadcast8(v14, x + 1124);
                    fma8(v1, v12, v14);
                    fma8(v7, v13, v14);
                    broadcast8(v14, x + 1125);
                    fma8(v2, v12, v14);
                    fma8(v8, v13, v14);
                    broadcast8(v14, x + 1126);
                    fma8(v3, v12, v14);
                    fma8(v9, v13, v14);
                    broadcast8(v14, x + 1127);
                    fma8(v4, v12, v14);
                    fma8(v10, v13, v14);
                    broadcast8(v14, x + 1128);
                    fma8(v5, v12, v14);
                    fma8(v11, v13, v14);
                    load8(v12, w + 32);
                    load8(v13, w + 40);
                    broadcast8(v14, x + 2246);
                    fma8(v0, v12, v14);
                    fma8(v6, v13, v14);
                    broadcast8(v14, x + 2247);
                    fma8(v1, v12, v14);
                    fma8(v7, v13, v14);
                    broadcast8(v14, x + 2248);
                    fma8(v2, v12, v14);
                    fma8(v8, v13, v14);
                    broadcast8(v14, x + 2249);
                    fma8(v3, v12, v14);
                    fma8(v9, v13, v14);
                    broadcast8(v14, x + 2250);
                    fma8(v4, v12, v14);
                    fma8(v10, v13, v14);
                    broadcast8(v14, x + 2251);
                    fma8(v5, v12, v14);
                    fma8(v11, v13, v14);
                    w += 48;
                    x += 1;
                }
                x += 30;
            }
            x -= 99;
            w -= 432;
            zero8(v12);
            max8(v0, v12, v0);
            store8(y, v0);
            zero8(v0);
            max8(v1, v0, v1);
            store8(y + 8, v1);
            zero8(v0);
            max8(v2, v0, v2);
            store8(y + 16, v2);
            zero8(v0);
            max8(v3, v0, v3);
            store8(y + 24, v3);
            zero8(v0);
            max8(v4, v0, v4);
            store8(y + 32, v4);
            zero8(v0);
            max8(v5, v0, v5);
            store8(y + 40, v5);
            zero8(v0);
            max8(v6, v0, v6);
            store8(y + 8984, v6);
            zero8(v0);
            max8(v7, v0, v7);
            store8(y + 8992, v7);
            zero8(v0);
            max8(v8, v0, v8);
            store8(y + 9000, v8);
            zero8(v0);
            max8(v9, v0, v9);
            store8(y + 9008, v9);
            zero8(v0);
            max8(v10, v0, v10);
            store8(y + 9016, v10);
            zero8(v0);
            max8(v11, v0, v11);
            store8(y + 9024, v11);
            x += 6;
            y += 48;
        }
        for (int j = 0; j < 4; j++) {
            load8(v0, b);
            copy8(v1, v0);
            copy8(v2, v0);
            copy8(v3, v0);
            copy8(v4, v0);
            load8(v5, b + 8);
            copy8(v6, v5);
            copy8(v7, v5);
            copy8(v8, v5);
            copy8(v9, v5);
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 3; l++) {
                    load8(v10, w);
                    load8(v11, w + 8);
                    broadcast8(v12, x);
                    fma8(v0, v10, v12);
                    fma8(v5, v11, v12);
                    broadcast8(v12, x + 1);
                    fma8(v1, v10, v12);
                    fma8(v6, v11, v12);
                    broadcast8(v12, x + 2);
                    fma8(v2, v10, v12);
                    fma8(v7, v11, v12);
                    broadcast8(v12, x + 3);
                    fma8(v3, v10, v12);
                    fma8(v8, v11, v12);
                    broadcast8(v12, x + 4);
                    fma8(v4, v10, v12);
                    fma8(v9, v11, v12);
                    load8(v10, w + 16);
                    load8(v11, w + 24);
                    broadcast8(v12, x + 1123);
                    fma8(v0, v10, v12);
                    fma8(v5, v11, v12);
                    broadcast8(v12, x + 1124);
                    fma8(v1, v10, v12);
                    fma8(v6, v11, v12);
                    broadcast8(v12, x + 1125);
                    fma8(v2, v10, v12);
                    fma8(v7, v11, v12);
                    broadcast8(v12, x + 1126);
                    fma8(v3, v10, v12);
                    fma8(v8, v11, v12);
                    broadcast8(v12, x + 1127);
                    fma8(v4, v10, v12);
                    fma8(v9, v11, v12);
                    load8(v10, w + 32);
                    load8(v11, w + 40);
                    broadcast8(v12, x + 2246);
                    fma8(v0, v10, v12);
                    fma8(v5, v11, v12);
                    broadcast8(v12, x + 2247);
                    fma8(v1, v10, v12);
                    fma8(v6, v11, v12);
                    broadcast8(v12, x + 2248);
                    fma8(v2, v10, v12);
                    fma8(v7, v11, v12);
                    broadcast8(v12, x + 2249);
                    fma8(v3, v10, v12);
                    fma8(v8, v11, v12);
                    broadcast8(v12, x + 2250);
                    fma8(v4, v10, v12);
                    fma8(v9, v11, v12);
                    w += 48;
                    x += 1;
                }
                x += 30;
            }
            x -= 99;
            w -= 432;
            zero8(v10);
            max8(v0, v10, v0);
            store8(y, v0);
            zero8(v0);
            max8(v1, v0, v1);
            store8(y + 8, v1);
            zero8(v0);
            max8(v2, v0, v2);
            store8(y + 16, v2);
            zero8(v0);
            max8(v3, v0, v3);
            store8(y + 24, v3);
            zero8(v0);
            max8(v4, v0, v4);
            store8(y + 32, v4);
            zero8(v0);
            max8(v5, v0, v5);
            store8(y + 8984, v5);
            zero8(v0);
            max8(v6, v0, v6);
            store8(y + 8992, v6);
            zero8(v0);
            max8(v7, v0, v7);
            store8(y + 9000, v7);
            zero8(v0);
            max8(v8, v0, v8);
            store8(y + 9008, v8);
            zero8(v0);
            max8(v9, v0, v9);
            store8(y + 9016, v9);
            x += 5;
            y += 40;
        }
        x += 1;
        y += 8;
    }
}

/* zeros around 32 x 32 pixels: 1 rows, 1 columns */
static void c_border_3(float *y)
{
    float v0[8];
    zero8(v0);
    for (int i = 0; i < 34; i++) {
        store8(y, v0);
        y += 8;
    }
    for (int i = 0; i < 32; i++) {
        y += 256;
        store8(y, v0);
        y += 8;
    }
    for (int i = 0; i < 33; i++) {
        store8(y, v0);
        y += 8;
    }
}

/* 16 output channels of 2 x 32 pixels: sums over 16 channels and 3 x 3 taps */
static void c_conv3x3_16x6_4(const float *x, const float *w, float *y, const float *b)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8], v11[8], v12[8], v13[8], v14[8];
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) {
            load8(v0, b);
            copy8(v1, v0);
            copy8(v2, v0);
            copy8(v3, v0);
            copy8(v4, v0);
            copy8(v5, v0);
            load8(v6, b + 8);
            copy8(v7, v6);
            copy8(v8, v6);
            copy8(v9, v6);
            copy8(v10, v6);
            copy8(v11, v6);
            for (int k = 0; k < 2; k++) {
                for (int l = 0; l < 3; l++) {
                    for (int m = 0; m < 3; m++) {
                        load8(v12, w);
                        load8(v13, w + 8);
                        broadcast8(v14, x);
                        fma8(v0, v12, v14);
                        fma8(v6, v13, v14);
                        broadcast8(v14, x + 8);
                        fma8(v1, v12, v14);
                        fma8(v7, v13, v14);
                        broadcast8(v14, x + 16);
                        fma8(v2, v12, v14);
                        fma8(v8, v13, v14);
                        broadcast8(v14, x + 24);
                        fma8(v3, v12, v14);
                        fma8(v9, v13, v14);
                        broadcast8(v14, x + 32);
                        fma8(v4, v12, v14);
                        fma8(v10, v13, v14);
                        broadcast8(v14, x + 40);
                        fma8(v5, v12, v14);
                        fma8(v11, v13, v14);
                        load8(v12, w + 16);
                        load8(v13, w + 24);
                        broadcast8(v14, x + 1);
                        fma8(v0, v12, v14);
                        fma8(v6, v13, v14);
                        broadcast8(v14, x + 9);
                        fma8(v1, v12, v14);
                        fma8(v7, v13, v14);
                        broadcast8(v14, x + 17);
                        fma8(v2, v12, v14);
                        fma8(v8, v13, v14);
                        broadcast8(v14, x + 25);
                        fma8(v3, v12, v14);
                        fma8(v9, v13, v14);
                        broadcast8(v14, x + 33);
                        fma8(v4, v12, v14);
                        fma8(v10, v13, v14);
                        broadcast8(v14, x + 41);
                        fma8(v5, v12, v14);
                        fma8(v11, v13, v14);
                        load8(v12, w + 32);
                        load8(v13, w + 40);
                        broadcast8(v14, x + 2);
                        fma8(v0, v12, v14);
                        fma8(v6, v13, v14);
                        broadcast8(v14, x + 10);
                        fma8(v1, v12, v14);
                        fma8(v7, v13, v14);
                        broadcast8(v14, x + 18);
                        fma8(v2, v12, v14);
                        fma8(v8, v13, v14);
                        broadcast8(v14, x + 26);
                        fma8(v3, v12, v14);
                        fma8(v9, v13, v14);
                        broadcast8(v14, x + 34);
                        fma8(v4, v12, v14);
                        fma8(v10, v13, v14);
                        broadcast8(v14, x + 42);
                        fma8(v5, v12, v14);
                        fma8(v11, v13, v14);
                        load8(v12, w + 48);
                        load8(v13, w + 56);
                        broadcast8(v14, x + 3);
                        fma8(v0, v12, v14);
                        fma8(v6, v13, v14);
                        broadcast8(v14, x + 11);
                        fma8(v1, v12, v14);
                        fma8(v7, v13, v14);
                        broadcast8(v14, x + 19);
                        fma8(v2, v12, v14);
                        fma8(v8, v13, v14);
                        broadcast8(v14, x + 27);
                        fma8(v3, v12, v14);
                        fma8(v9, v13, v14);
                        broadcast8(v14, x + 35);
                        fma8(v4, v12, v14);
                        fma8(v10, v13, v14);
                        broadcast8(v14, x + 43);
                        fma8(v5, v12, v14);
                        fma8(v11, v13, v14);
                        load8(v12, w + 64);
                        load8(v13, w + 72);
                        broadcast8(v14, x + 4);
                        fma8(v0, v12, v14);
                        fma8(v6, v13, v14);
                        broadcast8(v14, x + 12);
                        fma8(v1, v12, v14);
                        fma8(v7, v13, v14);
                        broadcast8(v14, x + 20);
                        fma8(v2, v12, v14);
                        fma8(v8, v13, v14);
                        broadcast8(v14, x + 28);
                        fma8(v3, v12, v14);
                        fma8(v9, v13, v14);
                        broadcast8(v14, x + 36);
                        fma8(v4, v12, v14);
                        fma8(v10, v13, v14);
                        broadcast8(v14, x + 44);
                        fma8(v5, v12, v14);
                        fma8(v11, v13, v14);
                        load8(v12, w + 80);
                        load8(v13, w + 88);
                        broadcast8(v14, x + 5);
                        fma8(v0, v12, v14);
                        fma8(v6, v13, v14);
                        broadcast8(v14, x + 13);
                        fma8(v1, v12, v14);
                        fma8(v7, v13, v14);
                        broadcast8(v14, x + 21);
                        fma8(v2, v12, v14);
                        fma8(v8, v13, v14);
                        broadcast8(v14, x + 29);
                        fma8(v3, v12, v14);
                        fma8(v9, v13, v14);
                        broadcast8(v14, x + 37);
                        fma8(v4, v12, v14);
                        fma8(v10, v13, v14);
                        broadcast8(v14, x + 45);
                        fma8(v5, v12, v14);
                        fma8(v11, v13, v14);
                        load8(v12, w + 96);
                        load8(v13, w + 104);
                        broadcast8(v14, x + 6);
                        fma8(v0, v12, v14);
                        fma8(v6, v13, v14);
                        broadcast8(v14, x + 14);
                        fma8(v1, v12, v14);
                        fma8(v7, v13, v14);
                        broadcast8(v14, x + 22);
                        fma8(v2, v12, v14);
                        fma8(v8, v13, v14);
                        broadcast8(v14, x + 30);
                        fma8(v3, v12, v14);
                        fma8(v9, v13, v14);
                        broadcast8(v14, x + 38);
                        fma8(v4, v12, v14);
                        fma8(v10, v13, v14);
                        broadcast8(v14, x + 46);
                        fma8(v5, v12, v14);
                        fma8(v11, v13, v14);
                        load8(v12, w + 112);
                        load8(v13, w + 120);
                        broadcast8(v14, x + 7);
                        fma8(v0, v12, v14);
                        fma8(v6, v13, v14);
                        broadcast8(v14, x + 15);
                        fma8(v1, v12, v14);
                        fma8(v7, v13, v14);
                        broadcast8(v14, x + 23);
                        fma8(v2, v12, v14);
                        fma8(v8, v13, v14);
                        broadcast8(v14, x + 31);
                        fma8(v3, v12, v14);
                        fma8(v9, v13, v14);
                        broadcast8(v14, x + 39);
                        fma8(v4, v12, v14);
                        fma8(v10, v13, v14);
                        broadcast8(v14, x + 47);
                        fma8(v5, v12, v14);
                        fma8(v11, v13, v14);
                        w += 128;
                        x += 8;
                    }
                    x += 240;
                }
                x += 8192;
            }
            x -= 17968;
            w -= 2304;
            zero8(v12);
            max8(v0, v12, v0);
            store8(y, v0);
            zero8(v0);
            max8(v1, v0, v1);
            store8(y + 8, v1);
            zero8(v0);
            max8(v2, v0, v2);
            store8(y + 16, v2);
            zero8(v0);
            max8(v3, v0, v3);
            store8(y + 24, v3);
            zero8(v0);
            max8(v4, v0, v4);
            store8(y + 32, v4);
            zero8(v0);
            max8(v5, v0, v5);
            store8(y + 40, v5);
            zero8(v0);
            max8(v6, v0, v6);
            store8(y + 8984, v6);
            zero8(v0);
            max8(v7, v0, v7);
            store8(y + 8992, v7);
            zero8(v0);
            max8(v8, v0, v8);
            store8(y + 9000, v8);
            zero8(v0);
            max8(v9, v0, v9);
            store8(y + 9008, v9);
            zero8(v0);
            max8(v10, v0, v10);
            store8(y + 9016, v10);
            zero8(v0);
            max8(v11, v0, v11);
            store8(y + 9024, v11);
            x += 48;
            y += 48;
        }
        for (int j = 0; j < 4; j++) {
            load8(v0, b);
            copy8(v1, v0);
            copy8(v2, v0);
            copy8(v3, v0);
            copy8(v4, v0);
            load8(v5, b + 8);
            copy8(v6, v5);
            copy8(v7, v5);
            copy8(v8, v5);
            copy8(v9, v5);
            for (int k = 0; k < 2; k++) {
                for (int l = 0; l < 3; l++) {
                    for (int m = 0; m < 3; m++) {
                        load8(v10, w);
                        load8(v11, w + 8);
                        broadcast8(v12, x);
                        fma8(v0, v10, v12);
                        fma8(v5, v11, v12);
                        broadcast8(v12, x + 8);
                        fma8(v1, v10, v12);
                        fma8(v6, v11, v12);
                        broadcast8(v12, x + 16);
                        fma8(v2, v10, v12);
                        fma8(v7, v11, v12);
                        broadcast8(v12, x + 24);
                        fma8(v3, v10, v12);
                        fma8(v8, v11, v12);
                        broadcast8(v12, x + 32);
                        fma8(v4, v10, v12);
                        fma8(v9, v11, v12);
                        load8(v10, w + 16);
                        load8(v11, w + 24);
                        broadcast8(v12, x + 1);
                        fma8(v0, v10, v12);
                        fma8(v5, v11, v12);
                        broadcast8(v12, x + 9);
                        fma8(v1, v10, v12);
                        fma8(v6, v11, v12);
                        broadcast8(v12, x + 17);
                        fma8(v2, v10, v12);
                        fma8(v7, v11, v12);
                        broadcast8(v12, x + 25);
                        fma8(v3, v10, v12);
                        fma8(v8, v11, v12);
                        broadcast8(v12, x + 33);
                        fma8(v4, v10, v12);
                        fma8(v9, v11, v12);
                        load8(v10, w + 32);
                        load8(v11, w + 40);
                        broadcast8(v12, x + 2);
                        fma8(v0, v10, v12);
                        fma8(v5, v11, v12);
                        broadcast8(v12, x + 10);
                        fma8(v1, v10, v12);
                        fma8(v6, v11, v12);
                        broadcast8(v12, x + 18);
                        fma8(v2, v10, v12);
                        fma8(v7, v11, v12);
                        broadcast8(v12, x + 26);
                        fma8(v3, v10, v12);
                        fma8(v8, v11, v12);
                        broadcast8(v12, x + 34);
                        fma8(v4, v10, v12);
                        fma8(v9, v11, v12);
                        load8(v10, w + 48);
                        load8(v11, w + 56);
                        broadcast8(v12, x + 3);
                        fma8(v0, v10, v12);
                        fma8(v5, v11, v12);
                        broadcast8(v12, x + 11);
                        fma8(v1, v10, v12);
                        fma8(v6, v11, v12);
                        broadcast8(v12, x + 19);
                        fma8(v2, v10, v12);
                        fma8(v7, v11, v12);
                        broadcast8(v12, x + 27);
                        fma8(v3, v10, v12);
                        fma8(v8, v11, v12);
                        broadcast8(v12, x + 35);
                        fma8(v4, v10, v12);
                        fma8(v9, v11, v12);
                        load8(v10, w + 64);
                        load8(v11, w + 72);
                        broadcast8(v12, x + 4);
                        fma8(v0, v10, v12);
                        fma8(v5, v11, v12);
                        broadcast8(v12, x + 12);
                        fma8(v1, v10, v12);
                        fma8(v6, v11, v12);
                        broadcast8(v12, x + 20);
                        fma8(v2, v10, v12);
                        fma8(v7, v11, v12);
                        broadcast8(v12, x + 28);
                        fma8(v3, v10, v12);
                        fma8(v8, v11, v12);
                        broadcast8(v12, x + 36);
                        fma8(v4, v10, v12);
                        fma8(v9, v11, v12);
                        load8(v10, w + 80);
                        load8(v11, w + 88);
                        broadcast8(v12, x + 5);
                        fma8(v0, v10, v12);
                        fma8(v5, v11, v12);
                        broadcast8(v12, x + 13);
                        fma8(v1, v10, v12);
                        fma8(v6, v11, v12);
                        broadcast8(v12, x + 21);
                        fma8(v2, v10, v12);
                        fma8(v7, v11, v12);
                        broadcast8(v12, x + 29);
                        fma8(v3, v10, v12);
                        fma8(v8, v11, v12);
                        broadcast8(v12, x + 37);
                        fma8(v4, v10, v12);
                        fma8(v9, v11, v12);
                        load8(v10, w + 96);
                        load8(v11, w + 104);
                        broadcast8(v12, x + 6);
                        fma8(v0, v10, v12);
                        fma8(v5, v11, v12);
                        broadcast8(v12, x + 14);
                        fma8(v1, v10, v12);
                        fma8(v6, v11, v12);
                        broadcast8(v12, x + 22);
                        fma8(v2, v10, v12);
                        fma8(v7, v11, v12);
                        broadcast8(v12, x + 30);
                        fma8(v3, v10, v12);
                        fma8(v8, v11, v12);
                        broadcast8(v12, x + 38);
                        fma8(v4, v10, v12);
                        fma8(v9, v11, v12);
                        load8(v10, w + 112);
                        load8(v11, w + 120);
                        broadcast8(v12, x + 7);
                        fma8(v0, v10, v12);
                        fma8(v5, v11, v12);
                        broadcast8(v12, x + 15);
                        fma8(v1, v10, v12);
                        fma8(v6, v11, v12);
                        broadcast8(v12, x + 23);
                        fma8(v2, v10, v12);
                        fma8(v7, v11, v12);
                        broadcast8(v12, x + 31);
                        fma8(v3, v10, v12);
                        fma8(v8, v11, v12);
                        broadcast8(v12, x + 39);
                        fma8(v4, v10, v12);
                        fma8(v9, v11, v12);
                        w += 128;
                        x += 8;
                    }
                    x += 240;
                }
                x += 8192;
            }
            x -= 17968;
            w -= 2304;
            zero8(v10);
            max8(v0, v10, v0);
            store8(y, v0);
            zero8(v0);
            max8(v1, v0, v1);
            store8(y + 8, v1);
            zero8(v0);
            max8(v2, v0, v2);
            store8(y + 16, v2);
            zero8(v0);
            max8(v3, v0, v3);
            store8(y + 24, v3);
            zero8(v0);
            max8(v4, v0, v4);
            store8(y + 32, v4);
            zero8(v0);
            max8(v5, v0, v5);
            store8(y + 8984, v5);
            zero8(v0);
            max8(v6, v0, v6);
            store8(y + 8992, v6);
            zero8(v0);
            max8(v7, v0, v7);
            store8(y + 9000, v7);
            zero8(v0);
            max8(v8, v0, v8);
            store8(y + 9008, v8);
            zero8(v0);
            max8(v9, v0, v9);
            store8(y + 9016, v9);
            x += 40;
            y += 40;
        }
        x += 8;
        y += 8;
    }
}

/* 16 output channels of 2 x 32 pixels: sums over 16 channels and 3 x 3 taps */
static void c_conv3x3_16x6_5(const float *x, const float *w, float *y, const float *r, const float *b)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8], v11[8], v12[8], v13[8], v14[8];
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) {
            load8(v0, b);
            copy8(v1, v0);
            copy8(v2, v0);
            copy8(v3, v0);
            copy8(v4, v0);
            copy8(v5, v0);
            load8(v6, b + 8);
            copy8(v7, v6);
            copy8(v8, v6);
            copy8(v9, v6);
            copy8(v10, v6);
            copy8(v11, v6);
            for (int k = 0; k < 2; k++) {
                for (int l = 0; l < 3; l++) {
                    for (int m = 0; m < 3; m++) {
                        load8(v12, w);
                        load8(v13, w + 8);
                        broadcast8(v14, x);
                        fma8(v0, v12, v14);
                        fma8(v6, v13, v14);
                        broadcast8(v14, x + 8);
                        fma8(v1, v12, v14);
                        fma8(v7, v13, v14);
                        broadcast8(v14, x + 16);
                        fma8(v2, v12, v14);
                        fma8(v8, v13, v14);
                        broadcast8(v14, x + 24);
                        fma8(v3, v12, v14);
                        fma8(v9, v13, v14);
                        broadcast8(v14, x + 32);
                        fma8(v4, v12, v14);
                        fma8(v10, v13, v14);
                        broadcast8(v14, x + 40);
                        fma8(v5, v12, v14);
                        fma8(v11, v13, v14);
                        load8(v12, w + 16);
                        load8(v13, w + 24);
                        broadcast8(v14, x + 1);
                        fma8(v0, v12, v14);
                        fma8(v6, v13, v14);
                        broadcast8(v14, x + 9);
                        fma8(v1, v12, v14);
                        fma8(v7, v13, v14);
                        broadcast8(v14, x + 17);
                        fma8(v2, v12, v14);
                        fma8(v8, v13, v14);
                        broadcast8(v14, x + 25);
                        fma8(v3, v12, v14);
                        fma8(v9, v13, v14);
                        broadcast8(v14, x + 33);
                        fma8(v4, v12, v14);
                        fma8(v10, v13, v14);
                        broadcast8(v14, x + 41);
                        fma8(v5, v12, v14);
                        fma8(v11, v13, v14);
                        load8(v12, w + 32);
                        load8(v13, w + 40);
                        broadcast8(v14, x + 2);
                        fma8(v0, v12, v14);
                        fma8(v6, v13, v14);
                        broadcast8(v14, x + 10);
                        fma8(v1, v12, v14);
                        fma8(v7, v13, v14);
                        broadcast8(v14, x + 18);
                        fma8(v2, v12, v14);
                        fma8(v8, v13, v14);
                        broadcast8(v14, x + 26);
                        fma8(v3, v12, v14);
                        fma8(v9, v13, v14);
                        broadcast8(v14, x + 34);
                        fma8(v4, v12, v14);
                        fma8(v10, v13, v14);
                        broadcast8(v14, x + 42);
                        fma8(v5, v12, v14);
                        fma8(v11, v13, v14);
                        load8(v12, w + 48);
                        load8(v13, w + 56);
                        broadcast8(v14, x + 3);
                        fma8(v0, v12, v14);
                        fma8(v6, v13, v14);
                        broadcast8(v14, x + 11);
                        fma8(v1, v12, v14);
                        fma8(v7, v13, v14);
                        broadcast8(v14, x + 19);
                        fma8(v2, v12, v14);
                        fma8(v8, v13, v14);
                        broadcast8(v14, x + 27);
                        fma8(v3, v12, v14);
                        fma8(v9, v13, v14);
                        broadcast8(v14, x + 35);
                        fma8(v4, v12, v14);
                        fma8(v10, v13, v14);
                        broadcast8(v14, x + 43);
                        fma8(v5, v12, v14);
                        fma8(v11, v13, v14);
                        load8(v12, w + 64);
                        load8(v13, w + 72);
                        broadcast8(v14, x + 4);
                        fma8(v0, v12, v14);
                        fma8(v6, v13, v14);
                        broadcast8(v14, x + 12);
                        fma8(v1, v12, v14);
                        fma8(v7, v13, v14);
                        broadcast8(v14, x + 20);
                        fma8(v2, v12, v14);
                        fma8(v8, v13, v14);
                        broadcast8(v14, x + 28);
                        fma8(v3, v12, v14);
                        fma8(v9, v13, v14);
                        broadcast8(v14, x + 36);
                        fma8(v4, v12, v14);
                        fma8(v10, v13, v14);
                        broadcast8(v14, x + 44);
                        fma8(v5, v12, v14);
                        fma8(v11, v13, v14);
                        load8(v12, w + 80);
                        load8(v13, w + 88);
                        broadcast8(v14, x + 5);
                        fma8(v0, v12, v14);
                        fma8(v6, v13, v14);
                        broadcast8(v14, x + 13);
                        fma8(v1, v12, v14);
                        fma8(v7, v13, v14);
                        broadcast8(v14, x + 21);
                        fma8(v2, v12, v14);
                        fma8(v8, v13, v14);
                        broadcast8(v14, x + 29);
                        fma8(v3, v12, v14);
                        fma8(v9, v13, v14);
                        broadcast8(v14, x + 37);
                        fma8(v4, v12, v14);
                        fma8(v10, v13, v14);
                        broadcast8(v14, x + 45);
                        fma8(v5, v12, v14);
                        fma8(v11, v13, v14);
                        load8(v12, w + 96);
                        load8(v13, w + 104);
                        broadcast8(v14, x + 6);
                        fma8(v0, v12, v14);
                        fma8(v6, v13, v14);
                        broadcast8(v14, x + 14);
                        fma8(v1, v12, v14);
                        fma8(v7, v13, v14);
                        broadcast8(v14, x + 22);
                        fma8(v2, v12, v14);
                        fma8(v8, v13, v14);
                        broadcast8(v14, x + 30);
                        fma8(v3, v12, v14);
                        fma8(v9, v13, v14);
                        broadcast8(v14, x + 38);
                        fma8(v4, v12, v14);
                        fma8(v10, v13, v14);
                        broadcast8(v14, x + 46);
                        fma8(v5, v12, v14);
                        fma8(v11, v13, v14);
                        load8(v12, w + 112);
                        load8(v13, w + 120);
                        broadcast8(v14, x + 7);
                        fma8(v0, v12, v14);
                        fma8(v6, v13, v14);
                        broadcast8(v14, x + 15);
                        fma8(v1, v12, v14);
                        fma8(v7, v13, v14);
                        broadcast8(v14, x + 23);
                        fma8(v2, v12, v14);
                        fma8(v8, v13, v14);
                        broadcast8(v14, x + 31);
                        fma8(v3, v12, v14);
                        fma8(v9, v13, v14);
                        broadcast8(v14, x + 39);
                        fma8(v4, v12, v14);
                        fma8(v10, v13, v14);
                        broadcast8(v14, x + 47);
                        fma8(v5, v12, v14);
                        fma8(v11, v13, v14);
                        w += 128;
                        x += 8;
                    }
                    x += 240;
                }
                x += 8192;
            }
            x -= 17968;
            w -= 2304;
            load8(v12, r);
            add8(v0, v0, v12);
            zero8(v12);
            max8(v0, v12, v0);
            store8(y, v0);
            load8(v0, r + 8);
            add8(v1, v1, v0);
            zero8(v0);
            max8(v1, v0, v1);
            store8(y + 8, v1);
            load8(v0, r + 16);
            add8(v2, v2, v0);
            zero8(v0);
            max8(v2, v0, v2);
            store8(y + 16, v2);
            load8(v0, r + 24);
            add8(v3, v3, v0);
            zero8(v0);
            max8(v3, v0, v3);
            store8(y + 24, v3);
            load8(v0, r + 32);
            add8(v4, v4, v0);
            zero8(v0);
            max8(v4, v0, v4);
            store8(y + 32, v4);
            load8(v0, r + 40);
            add8(v5, v5, v0);
            zero8(v0);
            max8(v5, v0, v5);
            store8(y + 40, v5);
            load8(v0, r + 8984);
            add8(v6, v6, v0);
            zero8(v0);
            max8(v6, v0, v6);
            store8(y + 8984, v6);
            load8(v0, r + 8992);
            add8(v7, v7, v0);
            zero8(v0);
            max8(v7, v0, v7);
            store8(y + 8992, v7);
            load8(v0, r + 9000);
            add8(v8, v8, v0);
            zero8(v0);
            max8(v8, v0, v8);
            store8(y + 9000, v8);
            load8(v0, r + 9008);
            add8(v9, v9, v0);
            zero8(v0);
            max8(v9, v0, v9);
            store8(y + 9008, v9);
            load8(v0, r + 9016);
            add8(v10, v10, v0);
            zero8(v0);
            max8(v10, v0, v10);
            store8(y + 9016, v10);
            load8(v0, r + 9024);
            add8(v11, v11, v0);
            zero8(v0);
            max8(v11, v0, v11);
            store8(y + 9024, v11);
            x += 48;
            y += 48;
            r += 48;
        }
        for (int j = 0; j < 4; j++) {
            load8(v0, b);
            copy8(v1, v0);
            copy8(v2, v0);
            copy8(v3, v0);
            copy8(v4, v0);
            load8(v5, b + 8);
            copy8(v6, v5);
            copy8(v7, v5);
            copy8(v8, v5);
            copy8(v9, v5);
            for (int k = 0; k < 2; k++) {
                for (int l = 0; l < 3; l++) {
                    for (int m = 0; m < 3; m++) {
                        load8(v10, w);
                        load8(v11, w + 8);
                        broadcast8(v12, x);
                        fma8(v0, v10, v12);
                        fma8(v5, v11, v12);
                        broadcast8(v12, x + 8);
                        fma8(v1, v10, v12);
                        fma8(v6, v11, v12);
                        broadcast8(v12, x + 16);
                        fma8(v2, v10, v12);
                        fma8(v7, v11, v12);
                        broadcast8(v12, x + 24);
                        fma8(v3, v10, v12);
                        fma8(v8, v11, v12);
                        broadcast8(v12, x + 32);
                        fma8(v4, v10, v12);
                        fma8(v9, v11, v12);
                        load8(v10, w + 16);
                        load8(v11, w + 24);
                        broadcast8(v12, x + 1);
                        fma8(v0, v10, v12);
                        fma8(v5, v11, v12);
                        broadcast8(v12, x + 9);
                        fma8(v1, v10, v12);
                        fma8(v6, v11, v12);
                        broadcast8(v12, x + 17);
                        fma8(v2, v10, v12);
                        fma8(v7, v11, v12);
                        broadcast8(v12, x + 25);
                        fma8(v3, v10, v12);
                        fma8(v8, v11, v12);
                        broadcast8(v12, x + 33);
                        fma8(v4, v10, v12);
                        fma8(v9, v11, v12);
                        load8(v10, w + 32);
                        load8(v11, w + 40);
                        broadcast8(v12, x + 2);
                        fma8(v0, v10, v12);
                        fma8(v5, v11, v12);
                        broadcast8(v12, x + 10);
                        fma8(v1, v10, v12);
                        fma8(v6, v11, v12);
                        broadcast8(v12, x + 18);
                        fma8(v2, v10, v12);
                        fma8(v7, v11, v12);
                        broadcast8(v12, x + 26);
                        fma8(v3, v10, v12);
                        fma8(v8, v11, v12);
                        broadcast8(v12, x + 34);
                        fma8(v4, v10, v12);
                        fma8(v9, v11, v12);
                        load8(v10, w + 48);
                        load8(v11, w + 56);
                        broadcast8(v12, x + 3);
                        fma8(v0, v10, v12);
                        fma8(v5, v11, v12);
                        broadcast8(v12, x + 11);
                        fma8(v1, v10, v12);
                        fma8(v6, v11, v12);
                        broadcast8(v12, x + 19);
                        fma8(v2, v10, v12);
                        fma8(v7, v11, v12);
                        broadcast8(v12, x + 27);
                        fma8(v3, v10, v12);
                        fma8(v8, v11, v12);
                        broadcast8(v12, x + 35);
                        fma8(v4, v10, v12);
                        fma8(v9, v11, v12);
                        load8(v10, w + 64);
                        load8(v11, w + 72);
                        broadcast8(v12, x + 4);
                        fma8(v0, v10, v12);
                        fma8(v5, v11, v12);
                        broadcast8(v12, x + 12);
                        fma8(v1, v10, v12);
                        fma8(v6, v11, v12);
                        broadcast8(v12, x + 20);
                        fma8(v2, v10, v12);
                        fma8(v7, v11, v12);
                        broadcast8(v12, x + 28);
                        fma8(v3, v10, v12);
                        fma8(v8, v11, v12);
                        broadcast8(v12, x + 36);
                        fma8(v4, v10, v12);
                        fma8(v9, v11, v12);
                        load8(v10, w + 80);
                        load8(v11, w + 88);
                        broadcast8(v12, x + 5);
                        fma8(v0, v10, v12);
                        fma8(v5, v11, v12);
                        broadcast8(v12, x + 13);
                        fma8(v1, v10, v12);
                        fma8(v6, v11, v12);
                        broadcast8(v12, x + 21);
                        fma8(v2, v10, v12);
                        fma8(v7, v11, v12);
                        broadcast8(v12, x + 29);
                        fma8(v3, v10, v12);
                        fma8(v8, v11, v12);
                        broadcast8(v12, x + 37);
                        fma8(v4, v10, v12);
                        fma8(v9, v11, v12);
                        load8(v10, w + 96);
                        load8(v11, w + 104);
                        broadcast8(v12, x + 6);
                        fma8(v0, v10, v12);
                        fma8(v5, v11, v12);
                        broadcast8(v12, x + 14);
                        fma8(v1, v10, v12);
                        fma8(v6, v11, v12);
                        broadcast8(v12, x + 22);
                        fma8(v2, v10, v12);
                        fma8(v7, v11, v12);
                        broadcast8(v12, x + 30);
                        fma8(v3, v10, v12);
                        fma8(v8, v11, v12);
                        broadcast8(v12, x + 38);
                        fma8(v4, v10, v12);
                        fma8(v9, v11, v12);
                        load8(v10, w + 112);
                        load8(v11, w + 120);
                        broadcast8(v12, x + 7);
                        fma8(v0, v10, v12);
                        fma8(v5, v11, v12);
                        broadcast8(v12, x + 15);
                        fma8(v1, v10, v12);
                        fma8(v6, v11, v12);
                        broadcast8(v12, x + 23);
                        fma8(v2, v10, v12);
                        fma8(v7, v11, v12);
                        broadcast8(v12, x + 31);
                        fma8(v3, v10, v12);
                        fma8(v8, v11, v12);
                        broadcast8(v12, x + 39);
                        fma8(v4, v10, v12);
                        fma8(v9, v11, v12);
                        w += 128;
                        x += 8;
                    }
                    x += 240;
                }
                x += 8192;
            }
            x -= 17968;
            w -= 2304;
            load8(v10, r);
            add8(v0, v0, v10);
            zero8(v10);
            max8(v0, v10, v0);
            store8(y, v0);
            load8(v0, r + 8);
            add8(v1, v1, v0);
            zero8(v0);
            max8(v1, v0, v1);
            store8(y + 8, v1);
            load8(v0, r + 16);
            add8(v2, v2, v0);
            zero8(v0);
            max8(v2, v0, v2);
            store8(y + 16, v2);
            load8(v0, r + 24);
            add8(v3, v3, v0);
            zero8(v0);
            max8(v3, v0, v3);
            store8(y + 24, v3);
            load8(v0, r + 32);
            add8(v4, v4, v0);
            zero8(v0);
            max8(v4, v0, v4);
            store8(y + 32, v4);
            load8(v0, r + 8984);
            add8(v5, v5, v0);
            zero8(v0);
            max8(v5, v0, v5);
            store8(y + 8984, v5);
            load8(v0, r + 8992);
            add8(v6, v6, v0);
            zero8(v0);
            max8(v6, v0, v6);
            store8(y + 8992, v6);
            load8(v0, r + 9000);
            add8(v7, v7, v0);
            zero8(v0);
            max8(v7, v0, v7);
            store8(y + 9000, v7);
            load8(v0, r + 9008);
            add8(v8, v8, v0);
            zero8(v0);
            max8(v8, v0, v8);
            store8(y + 9008, v8);
            load8(v0, r + 9016);
            add8(v9, v9, v0);
            zero8(v0);
            max8(v9, v0, v9);
            store8(y + 9016, v9);
            x += 40;
            y += 40;
            r += 40;
        }
        x += 8;
        y += 8;
        r += 8;
    }
}

/* 32 output channels of 1 x 16 pixels: sums over 16 channels and 3 x 3 taps */
static void c_conv3x3_32x3_6(const float *x, const float *w, float *y, const float *b)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8], v11[8], v12[8], v13[8], v14[8], v15[8];
    for (int i = 0; i < 4; i++) {
        load8(v0, b);
        copy8(v1, v0);
        copy8(v2, v0);
        load8(v3, b + 8);
        copy8(v4, v3);
        copy8(v5, v3);
        load8(v6, b + 16);
        copy8(v7, v6);
        copy8(v8, v6);
        load8(v9, b + 24);
        copy8(v10, v9);
        copy8(v11, v9);
        store8(y, v0);
        store8(y + 8, v1);
        store8(y + 16, v2);
        store8(y + 2456, v3);
        store8(y + 2464, v4);
        store8(y + 2472, v5);
        store8(y + 4912, v6);
        store8(y + 4920, v7);
        store8(y + 4928, v8);
        store8(y + 7368, v9);
        store8(y + 7376, v10);
        store8(y + 7384, v11);
        x += 48;
        y += 24;
    }
    for (int i = 0; i < 2; i++) {
        load8(v0, b);
        copy8(v1, v0);
        load8(v2, b + 8);
        copy8(v3, v2);
        load8(v4, b + 16);
        copy8(v5, v4);
        load8(v6, b + 24);
        copy8(v7, v6);
        store8(y, v0);
        store8(y + 8, v1);
        store8(y + 2456, v2);
        store8(y + 2464, v3);
        store8(y + 4912, v4);
        store8(y + 4920, v5);
        store8(y + 7368, v6);
        store8(y + 7376, v7);
        x += 32;
        y += 16;
    }
    x -= 256;
    y -= 128;
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 4; j++) {
            load8(v0, y);
            load8(v1, y + 8);
            load8(v2, y + 16);
            load8(v3, y + 2456);
            load8(v4, y + 2464);
            load8(v5, y + 2472);
            load8(v6, y + 4912);
            load8(v7, y + 4920);
            load8(v8, y + 4928);
            load8(v9, y + 7368);
            load8(v10, y + 7376);
            load8(v11, y + 7384);
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 3; l++) {
                    broadcast8(v12, x);
                    broadcast8(v13, x + 16);
                    broadcast8(v14, x + 32);
                    load8(v15, w);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 8);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 16);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 24);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    broadcast8(v12, x + 1);
                    broadcast8(v13, x + 17);
                    broadcast8(v14, x + 33);
                    load8(v15, w + 32);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 40);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 48);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 56);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    broadcast8(v12, x + 2);
                    broadcast8(v13, x + 18);
                    broadcast8(v14, x + 34);
                    load8(v15, w + 64);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 72);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 80);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 88);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    broadcast8(v12, x + 3);
                    broadcast8(v13, x + 19);
                    broadcast8(v14, x + 35);
                    load8(v15, w + 96);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 104);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 112);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 120);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    broadcast8(v12, x + 4);
                    broadcast8(v13, x + 20);
                    broadcast8(v14, x + 36);
                    load8(v15, w + 128);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 136);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 144);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 152);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    broadcast8(v12, x + 5);
                    broadcast8(v13, x + 21);
                    broadcast8(v14, x + 37);
                    load8(v15, w + 160);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 168);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 176);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 184);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    broadcast8(v12, x + 6);
                    broadcast8(v13, x + 22);
                    broadcast8(v14, x + 38);
                    load8(v15, w + 192);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 200);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 208);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 216);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    broadcast8(v12, x + 7);
                    broadcast8(v13, x + 23);
                    broadcast8(v14, x + 39);
                    load8(v15, w + 224);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 232);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 240);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 248);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    w += 256;
                    x += 8;
                }
                x += 240;
            }
            x -= 792;
            w -= 2304;
            store8(y, v0);
            store8(y + 8, v1);
            store8(y + 16, v2);
            store8(y + 2456, v3);
            store8(y + 2464, v4);
            store8(y + 2472, v5);
            store8(y + 4912, v6);
            store8(y + 4920, v7);
            store8(y + 4928, v8);
            store8(y + 7368, v9);
            store8(y + 7376, v10);
            store8(y + 7384, v11);
            x += 48;
            y += 24;
        }
        for (int j = 0; j < 2; j++) {
            load8(v0, y);
            load8(v1, y + 8);
            load8(v2, y + 2456);
            load8(v3, y + 2464);
            load8(v4, y + 4912);
            load8(v5, y + 4920);
            load8(v6, y + 7368);
            load8(v7, y + 7376);
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 3; l++) {
                    broadcast8(v8, x);
                    broadcast8(v9, x + 16);
                    load8(v10, w);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 8);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 16);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 24);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    broadcast8(v8, x + 1);
                    broadcast8(v9, x + 17);
                    load8(v10, w + 32);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 40);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 48);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 56);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    broadcast8(v8, x + 2);
                    broadcast8(v9, x + 18);
                    load8(v10, w + 64);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 72);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 80);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 88);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    broadcast8(v8, x + 3);
                    broadcast8(v9, x + 19);
                    load8(v10, w + 96);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 104);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 112);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 120);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    broadcast8(v8, x + 4);
                    broadcast8(v9, x + 20);
                    load8(v10, w + 128);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 136);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 144);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 152);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    broadcast8(v8, x + 5);
                    broadcast8(v9, x + 21);
                    load8(v10, w + 160);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 168);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 176);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 184);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    broadcast8(v8, x + 6);
                    broadcast8(v9, x + 22);
                    load8(v10, w + 192);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 200);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 208);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 216);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    broadcast8(v8, x + 7);
                    broadcast8(v9, x + 23);
                    load8(v10, w + 224);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 232);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 240);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 248);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    w += 256;
                    x += 8;
                }
                x += 240;
            }
            x -= 792;
            w -= 2304;
            store8(y, v0);
            store8(y + 8, v1);
            store8(y + 2456, v2);
            store8(y + 2464, v3);
            store8(y + 4912, v4);
            store8(y + 4920, v5);
            store8(y + 7368, v6);
            store8(y + 7376, v7);
            x += 32;
            y += 16;
        }
        x += 8728;
        y -= 128;
        w += 2304;
    }
    for (int i = 0; i < 4; i++) {
        load8(v0, y);
        load8(v1, y + 8);
        load8(v2, y + 16);
        load8(v3, y + 2456);
        load8(v4, y + 2464);
        load8(v5, y + 2472);
        load8(v6, y + 4912);
        load8(v7, y + 4920);
        load8(v8, y + 4928);
        load8(v9, y + 7368);
        load8(v10, y + 7376);
        load8(v11, y + 7384);
        zero8(v12);
        max8(v0, v12, v0);
        store8(y, v0);
        zero8(v0);
        max8(v1, v0, v1);
        store8(y + 8, v1);
        zero8(v0);
        max8(v2, v0, v2);
        store8(y + 16, v2);
        zero8(v0);
        max8(v3, v0, v3);
        store8(y + 2456, v3);
        zero8(v0);
        max8(v4, v0, v4);
        store8(y + 2464, v4);
        zero8(v0);
        max8(v5, v0, v5);
        store8(y + 2472, v5);
        zero8(v0);
        max8(v6, v0, v6);
        store8(y + 4912, v6);
        zero8(v0);
        max8(v7, v0, v7);
        store8(y + 4920, v7);
        zero8(v0);
        max8(v8, v0, v8);
        store8(y + 4928, v8);
        zero8(v0);
        max8(v9, v0, v9);
        store8(y + 7368, v9);
        zero8(v0);
        max8(v10, v0, v10);
        store8(y + 7376, v10);
        zero8(v0);
        max8(v11, v0, v11);
        store8(y + 7384, v11);
        x += 48;
        y += 24;
    }
    for (int i = 0; i < 2; i++) {
        load8(v0, y);
        load8(v1, y + 8);
        load8(v2, y + 2456);
        load8(v3, y + 2464);
        load8(v4, y + 4912);
        load8(v5, y + 4920);
        load8(v6, y + 7368);
        load8(v7, y + 7376);
        zero8(v8);
        max8(v0, v8, v0);
        store8(y, v0);
        zero8(v0);
        max8(v1, v0, v1);
        store8(y + 8, v1);
        zero8(v0);
        max8(v2, v0, v2);
        store8(y + 2456, v2);
        zero8(v0);
        max8(v3, v0, v3);
        store8(y + 2464, v3);
        zero8(v0);
        max8(v4, v0, v4);
        store8(y + 4912, v4);
        zero8(v0);
        max8(v5, v0, v5);
        store8(y + 4920, v5);
        zero8(v0);
        max8(v6, v0, v6);
        store8(y + 7368, v6);
        zero8(v0);
        max8(v7, v0, v7);
        store8(y + 7376, v7);
        x += 32;
        y += 16;
    }
}

/* zeros around 16 x 16 pixels: 1 rows, 1 columns */
static void c_border_7(float *y)
{
    float v0[8];
    zero8(v0);
    for (int i = 0; i < 18; i++) {
        store8(y, v0);
        y += 8;
    }
    for (int i = 0; i < 16; i++) {
        y += 128;
        store8(y, v0);
        y += 8;
    }
    for (int i = 0; i < 17; i++) {
        store8(y, v0);
        y += 8;
    }
}

/* 8 channels of one row of 16 pixels, windows of 1 rows */
static void c_max_pool_8(const float *x, float *y)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8];
    for (int i = 0; i < 4; i++) {
        load8(v0, x);
        load8(v1, x + 16);
        load8(v2, x + 32);
        load8(v3, x + 48);
        load8(v4, x);
        max8(v0, v0, v4);
        load8(v4, x + 16);
        max8(v1, v1, v4);
        load8(v4, x + 32);
        max8(v2, v2, v4);
        load8(v4, x + 48);
        max8(v3, v3, v4);
        store8(y, v0);
        store8(y + 8, v1);
        store8(y + 16, v2);
        store8(y + 24, v3);
        x += 64;
        y += 32;
    }
}

/* 8 channels of 16 x 16 pixels with edges */
static void c_pad_9(const float *x, float *y)
{
    float v1[8];
    for (int i = 0; i < 16; i++) {
        for (int j = 0; j < 16; j++) {
            load8(v1, x);
            store8(y, v1);
            x += 8;
            y += 8;
        }
    }
}

/* one value in 8 channels of 16 x 16 pixels */
static void c_fill_10(float *y, const float *constants)
{
    float v0[8];
    broadcast8(v0, constants);
    for (int i = 0; i < 16; i++) {
        for (int j = 0; j < 16; j++) {
            store8(y, v0);
            y += 8;
        }
    }
}

/* 32 output channels of 1 x 16 pixels: sums over 32 channels and 3 x 3 taps */
static void c_conv3x3_32x3_11(const float *x, const float *w, float *y, const float *r, const float *b)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8], v11[8], v12[8], v13[8], v14[8], v15[8];
    for (int i = 0; i < 4; i++) {
        load8(v0, b);
        copy8(v1, v0);
        copy8(v2, v0);
        load8(v3, b + 8);
        copy8(v4, v3);
        copy8(v5, v3);
        load8(v6, b + 16);
        copy8(v7, v6);
        copy8(v8, v6);
        load8(v9, b + 24);
        copy8(v10, v9);
        copy8(v11, v9);
        store8(y, v0);
        store8(y + 8, v1);
        store8(y + 16, v2);
        store8(y + 2456, v3);
        store8(y + 2464, v4);
        store8(y + 2472, v5);
        store8(y + 4912, v6);
        store8(y + 4920, v7);
        store8(y + 4928, v8);
        store8(y + 7368, v9);
        store8(y + 7376, v10);
        store8(y + 7384, v11);
        x += 24;
        y += 24;
        r += 24;
    }
    for (int i = 0; i < 2; i++) {
        load8(v0, b);
        copy8(v1, v0);
        load8(v2, b + 8);
        copy8(v3, v2);
        load8(v4, b + 16);
        copy8(v5, v4);
        load8(v6, b + 24);
        copy8(v7, v6);
        store8(y, v0);
        store8(y + 8, v1);
        store8(y + 2456, v2);
        store8(y + 2464, v3);
        store8(y + 4912, v4);
        store8(y + 4920, v5);
        store8(y + 7368, v6);
        store8(y + 7376, v7);
        x += 16;
        y += 16;
        r += 16;
    }
    x -= 128;
    y -= 128;
    r -= 128;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
            load8(v0, y);
            load8(v1, y + 8);
            load8(v2, y + 16);
            load8(v3, y + 2456);
            load8(v4, y + 2464);
            load8(v5, y + 2472);
            load8(v6, y + 4912);
            load8(v7, y + 4920);
            load8(v8, y + 4928);
            load8(v9, y + 7368);
            load8(v10, y + 7376);
            load8(v11, y + 7384);
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 3; l++) {
                    broadcast8(v12, x);
                    broadcast8(v13, x + 8);
                    broadcast8(v14, x + 16);
                    load8(v15, w);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 8);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 16);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 24);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    broadcast8(v12, x + 1);
                    broadcast8(v13, x + 9);
                    broadcast8(v14, x + 17);
                    load8(v15, w + 32);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 40);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 48);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 56);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    broadcast8(v12, x + 2);
                    broadcast8(v13, x + 10);
                    broadcast8(v14, x + 18);
                    load8(v15, w + 64);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 72);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 80);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 88);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    broadcast8(v12, x + 3);
                    broadcast8(v13, x + 11);
                    broadcast8(v14, x + 19);
                    load8(v15, w + 96);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 104);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 112);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 120);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    broadcast8(v12, x + 4);
                    broadcast8(v13, x + 12);
                    broadcast8(v14, x + 20);
                    load8(v15, w + 128);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 136);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 144);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 152);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    broadcast8(v12, x + 5);
                    broadcast8(v13, x + 13);
                    broadcast8(v14, x + 21);
                    load8(v15, w + 160);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 168);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 176);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 184);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    broadcast8(v12, x + 6);
                    broadcast8(v13, x + 14);
                    broadcast8(v14, x + 22);
                    load8(v15, w + 192);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 200);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 208);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 216);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    broadcast8(v12, x + 7);
                    broadcast8(v13, x + 15);
                    broadcast8(v14, x + 23);
                    load8(v15, w + 224);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 232);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 240);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 248);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    w += 256;
                    x += 8;
                }
                x += 112;
            }
            x -= 408;
            w -= 2304;
            store8(y, v0);
            store8(y + 8, v1);
            store8(y + 16, v2);
            store8(y + 2456, v3);
            store8(y + 2464, v4);
            store8(y + 2472, v5);
            store8(y + 4912, v6);
            store8(y + 4920, v7);
            store8(y + 4928, v8);
            store8(y + 7368, v9);
            store8(y + 7376, v10);
            store8(y + 7384, v11);
            x += 24;
            y += 24;
            r += 24;
        }
        for (int j = 0; j < 2; j++) {
            load8(v0, y);
            load8(v1, y + 8);
            load8(v2, y + 2456);
            load8(v3, y + 2464);
            load8(v4, y + 4912);
            load8(v5, y + 4920);
            load8(v6, y + 7368);
            load8(v7, y + 7376);
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 3; l++) {
                    broadcast8(v8, x);
                    broadcast8(v9, x + 8);
                    load8(v10, w);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 8);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 16);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 24);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    broadcast8(v8, x + 1);
                    broadcast8(v9, x + 9);
                    load8(v10, w + 32);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 40);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 48);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 56);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    broadcast8(v8, x + 2);
                    broadcast8(v9, x + 10);
                    load8(v10, w + 64);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 72);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 80);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 88);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    broadcast8(v8, x + 3);
                    broadcast8(v9, x + 11);
                    load8(v10, w + 96);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 104);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 112);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 120);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    broadcast8(v8, x + 4);
                    broadcast8(v9, x + 12);
                    load8(v10, w + 128);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 136);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 144);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 152);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    broadcast8(v8, x + 5);
                    broadcast8(v9, x + 13);
                    load8(v10, w + 160);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 168);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 176);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 184);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    broadcast8(v8, x + 6);
                    broadcast8(v9, x + 14);
                    load8(v10, w + 192);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 200);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 208);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 216);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    broadcast8(v8, x + 7);
                    broadcast8(v9, x + 15);
                    load8(v10, w + 224);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 232);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 240);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 248);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    w += 256;
                    x += 8;
                }
                x += 112;
            }
            x -= 408;
            w -= 2304;
            store8(y, v0);
            store8(y + 8, v1);
            store8(y + 2456, v2);
            store8(y + 2464, v3);
            store8(y + 4912, v4);
            store8(y + 4920, v5);
            store8(y + 7368, v6);
            store8(y + 7376, v7);
            x += 16;
            y += 16;
            r += 16;
        }
        x += 2328;
        y -= 128;
        r -= 128;
        w += 2304;
    }
    for (int i = 0; i < 4; i++) {
        load8(v0, y);
        load8(v1, y + 8);
        load8(v2, y + 16);
        load8(v3, y + 2456);
        load8(v4, y + 2464);
        load8(v5, y + 2472);
        load8(v6, y + 4912);
        load8(v7, y + 4920);
        load8(v8, y + 4928);
        load8(v9, y + 7368);
        load8(v10, y + 7376);
        load8(v11, y + 7384);
        load8(v12, r);
        add8(v0, v0, v12);
        zero8(v12);
        max8(v0, v12, v0);
        store8(y, v0);
        load8(v0, r + 8);
        add8(v1, v1, v0);
        zero8(v0);
        max8(v1, v0, v1);
        store8(y + 8, v1);
        load8(v0, r + 16);
        add8(v2, v2, v0);
        zero8(v0);
        max8(v2, v0, v2);
        store8(y + 16, v2);
        load8(v0, r + 2064);
        add8(v3, v3, v0);
        zero8(v0);
        max8(v3, v0, v3);
        store8(y + 2456, v3);
        load8(v0, r + 2072);
        add8(v4, v4, v0);
        zero8(v0);
        max8(v4, v0, v4);
        store8(y + 2464, v4);
        load8(v0, r + 2080);
        add8(v5, v5, v0);
        zero8(v0);
        max8(v5, v0, v5);
        store8(y + 2472, v5);
        load8(v0, r + 4128);
        add8(v6, v6, v0);
        zero8(v0);
        max8(v6, v0, v6);
        store8(y + 4912, v6);
        load8(v0, r + 4136);
        add8(v7, v7, v0);
        zero8(v0);
        max8(v7, v0, v7);
        store8(y + 4920, v7);
        load8(v0, r + 4144);
        add8(v8, v8, v0);
        zero8(v0);
        max8(v8, v0, v8);
        store8(y + 4928, v8);
        load8(v0, r + 6192);
        add8(v9, v9, v0);
        zero8(v0);
        max8(v9, v0, v9);
        store8(y + 7368, v9);
        load8(v0, r + 6200);
        add8(v10, v10, v0);
        zero8(v0);
        max8(v10, v0, v10);
        store8(y + 7376, v10);
        load8(v0, r + 6208);
        add8(v11, v11, v0);
        zero8(v0);
        max8(v11, v0, v11);
        store8(y + 7384, v11);
        x += 24;
        y += 24;
        r += 24;
    }
    for (int i = 0; i < 2; i++) {
        load8(v0, y);
        load8(v1, y + 8);
        load8(v2, y + 2456);
        load8(v3, y + 2464);
        load8(v4, y + 4912);
        load8(v5, y + 4920);
        load8(v6, y + 7368);
        load8(v7, y + 7376);
        load8(v8, r);
        add8(v0, v0, v8);
        zero8(v8);
        max8(v0, v8, v0);
        store8(y, v0);
        load8(v0, r + 8);
        add8(v1, v1, v0);
        zero8(v0);
        max8(v1, v0, v1);
        store8(y + 8, v1);
        load8(v0, r + 2064);
        add8(v2, v2, v0);
        zero8(v0);
        max8(v2, v0, v2);
        store8(y + 2456, v2);
        load8(v0, r + 2072);
        add8(v3, v3, v0);
        zero8(v0);
        max8(v3, v0, v3);
        store8(y + 2464, v3);
        load8(v0, r + 4128);
        add8(v4, v4, v0);
        zero8(v0);
        max8(v4, v0, v4);
        store8(y + 4912, v4);
        load8(v0, r + 4136);
        add8(v5, v5, v0);
        zero8(v0);
        max8(v5, v0, v5);
        store8(y + 4920, v5);
        load8(v0, r + 6192);
        add8(v6, v6, v0);
        zero8(v0);
        max8(v6, v0, v6);
        store8(y + 7368, v6);
        load8(v0, r + 6200);
        add8(v7, v7, v0);
        zero8(v0);
        max8(v7, v0, v7);
        store8(y + 7376, v7);
        x += 16;
        y += 16;
        r += 16;
    }
}

/* 32 output channels of 1 x 16 pixels: sums over 32 channels and 3 x 3 taps */
static void c_conv3x3_32x3_12(const float *x, const float *w, float *y, const float *b)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8], v11[8], v12[8], v13[8], v14[8], v15[8];
    for (int i = 0; i < 4; i++) {
        load8(v0, b);
        copy8(v1, v0);
        copy8(v2, v0);
        load8(v3, b + 8);
        copy8(v4, v3);
        copy8(v5, v3);
        load8(v6, b + 16);
        copy8(v7, v6);
        copy8(v8, v6);
        load8(v9, b + 24);
        copy8(v10, v9);
        copy8(v11, v9);
        store8(y, v0);
        store8(y + 8, v1);
        store8(y + 16, v2);
        store8(y + 2456, v3);
        store8(y + 2464, v4);
        store8(y + 2472, v5);
        store8(y + 4912, v6);
        store8(y + 4920, v7);
        store8(y + 4928, v8);
        store8(y + 7368, v9);
        store8(y + 7376, v10);
        store8(y + 7384, v11);
        x += 24;
        y += 24;
    }
    for (int i = 0; i < 2; i++) {
        load8(v0, b);
        copy8(v1, v0);
        load8(v2, b + 8);
        copy8(v3, v2);
        load8(v4, b + 16);
        copy8(v5, v4);
        load8(v6, b + 24);
        copy8(v7, v6);
        store8(y, v0);
        store8(y + 8, v1);
        store8(y + 2456, v2);
        store8(y + 2464, v3);
        store8(y + 4912, v4);
        store8(y + 4920, v5);
        store8(y + 7368, v6);
        store8(y + 7376, v7);
        x += 16;
        y += 16;
    }
    x -= 128;
    y -= 128;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
            load8(v0, y);
            load8(v1, y + 8);
            load8(v2, y + 16);
            load8(v3, y + 2456);
            load8(v4, y + 2464);
            load8(v5, y + 2472);
            load8(v6, y + 4912);
            load8(v7, y + 4920);
            load8(v8, y + 4928);
            load8(v9, y + 7368);
            load8(v10, y + 7376);
            load8(v11, y + 7384);
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 3; l++) {
                    broadcast8(v12, x);
                    broadcast8(v13, x + 8);
                    broadcast8(v14, x + 16);
                    load8(v15, w);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 8);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 16);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 24);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    broadcast8(v12, x + 1);
                    broadcast8(v13, x + 9);
                    broadcast8(v14, x + 17);
                    load8(v15, w + 32);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 40);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 48);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 56);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    broadcast8(v12, x + 2);
                    broadcast8(v13, x + 10);
                    broadcast8(v14, x + 18);
                    load8(v15, w + 64);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 72);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 80);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 88);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    broadcast8(v12, x + 3);
                    broadcast8(v13, x + 11);
                    broadcast8(v14, x + 19);
                    load8(v15, w + 96);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 104);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 112);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 120);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    broadcast8(v12, x + 4);
                    broadcast8(v13, x + 12);
                    broadcast8(v14, x + 20);
                    load8(v15, w + 128);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 136);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 144);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 152);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    broadcast8(v12, x + 5);
                    broadcast8(v13, x + 13);
                    broadcast8(v14, x + 21);
                    load8(v15, w + 160);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 168);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 176);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 184);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    broadcast8(v12, x + 6);
                    broadcast8(v13, x + 14);
                    broadcast8(v14, x + 22);
                    load8(v15, w + 192);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 200);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 208);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 216);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    broadcast8(v12, x + 7);
                    broadcast8(v13, x + 15);
                    broadcast8(v14, x + 23);
                    load8(v15, w + 224);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 232);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 240);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 248);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    w += 256;
                    x += 8;
                }
                x += 112;
            }
            x -= 408;
            w -= 2304;
            store8(y, v0);
            store8(y + 8, v1);
            store8(y + 16, v2);
            store8(y + 2456, v3);
            store8(y + 2464, v4);
            store8(y + 2472, v5);
            store8(y + 4912, v6);
            store8(y + 4920, v7);
            store8(y + 4928, v8);
            store8(y + 7368, v9);
            store8(y + 7376, v10);
            store8(y + 7384, v11);
            x += 24;
            y += 24;
        }
        for (int j = 0; j < 2; j++) {
            load8(v0, y);
            load8(v1, y + 8);
            load8(v2, y + 2456);
            load8(v3, y + 2464);
            load8(v4, y + 4912);
            load8(v5, y + 4920);
            load8(v6, y + 7368);
            load8(v7, y + 7376);
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 3; l++) {
                    broadcast8(v8, x);
                    broadcast8(v9, x + 8);
                    load8(v10, w);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 8);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 16);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 24);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    broadcast8(v8, x + 1);
                    broadcast8(v9, x + 9);
                    load8(v10, w + 32);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 40);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 48);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 56);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    broadcast8(v8, x + 2);
                    broadcast8(v9, x + 10);
                    load8(v10, w + 64);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 72);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 80);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 88);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    broadcast8(v8, x + 3);
                    broadcast8(v9, x + 11);
                    load8(v10, w + 96);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 104);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 112);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 120);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    broadcast8(v8, x + 4);
                    broadcast8(v9, x + 12);
                    load8(v10, w + 128);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 136);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 144);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 152);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    broadcast8(v8, x + 5);
                    broadcast8(v9, x + 13);
                    load8(v10, w + 160);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 168);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 176);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 184);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    broadcast8(v8, x + 6);
                    broadcast8(v9, x + 14);
                    load8(v10, w + 192);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 200);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 208);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 216);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    broadcast8(v8, x + 7);
                    broadcast8(v9, x + 15);
                    load8(v10, w + 224);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 232);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 240);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 248);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    w += 256;
                    x += 8;
                }
                x += 112;
            }
            x -= 408;
            w -= 2304;
            store8(y, v0);
            store8(y + 8, v1);
            store8(y + 2456, v2);
            store8(y + 2464, v3);
            store8(y + 4912, v4);
            store8(y + 4920, v5);
            store8(y + 7368, v6);
            store8(y + 7376, v7);
            x += 16;
            y += 16;
        }
        x += 2328;
        y -= 128;
        w += 2304;
    }
    for (int i = 0; i < 4; i++) {
        load8(v0, y);
        load8(v1, y + 8);
        load8(v2, y + 16);
        load8(v3, y + 2456);
        load8(v4, y + 2464);
        load8(v5, y + 2472);
        load8(v6, y + 4912);
        load8(v7, y + 4920);
        load8(v8, y + 4928);
        load8(v9, y + 7368);
        load8(v10, y + 7376);
        load8(v11, y + 7384);
        zero8(v12);
        max8(v0, v12, v0);
        store8(y, v0);
        zero8(v0);
        max8(v1, v0, v1);
        store8(y + 8, v1);
        zero8(v0);
        max8(v2, v0, v2);
        store8(y + 16, v2);
        zero8(v0);
        max8(v3, v0, v3);
        store8(y + 2456, v3);
        zero8(v0);
        max8(v4, v0, v4);
        store8(y + 2464, v4);
        zero8(v0);
        max8(v5, v0, v5);
        store8(y + 2472, v5);
        zero8(v0);
        max8(v6, v0, v6);
        store8(y + 4912, v6);
        zero8(v0);
        max8(v7, v0, v7);
        store8(y + 4920, v7);
        zero8(v0);
        max8(v8, v0, v8);
        store8(y + 4928, v8);
        zero8(v0);
        max8(v9, v0, v9);
        store8(y + 7368, v9);
        zero8(v0);
        max8(v10, v0, v10);
        store8(y + 7376, v10);
        zero8(v0);
        max8(v11, v0, v11);
        store8(y + 7384, v11);
        x += 24;
        y += 24;
    }
    for (int i = 0; i < 2; i++) {
        load8(v0, y);
        load8(v1, y + 8);
        load8(v2, y + 2456);
        load8(v3, y + 2464);
        load8(v4, y + 4912);
        load8(v5, y + 4920);
        load8(v6, y + 7368);
        load8(v7, y + 7376);
        zero8(v8);
        max8(v0, v8, v0);
        store8(y, v0);
        zero8(v0);
        max8(v1, v0, v1);
        store8(y + 8, v1);
        zero8(v0);
        max8(v2, v0, v2);
        store8(y + 2456, v2);
        zero8(v0);
        max8(v3, v0, v3);
        store8(y + 2464, v3);
        zero8(v0);
        max8(v4, v0, v4);
        store8(y + 4912, v4);
        zero8(v0);
        max8(v5, v0, v5);
        store8(y + 4920, v5);
        zero8(v0);
        max8(v6, v0, v6);
        store8(y + 7368, v6);
        zero8(v0);
        max8(v7, v0, v7);
        store8(y + 7376, v7);
        x += 16;
        y += 16;
    }
}

/* 32 output channels of 1 x 16 pixels: sums over 32 channels and 3 x 3 taps */
static void c_conv3x3_32x3_13(const float *x, const float *w, float *y, const float *r, const float *b)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8], v11[8], v12[8], v13[8], v14[8], v15[8];
    for (int i = 0; i < 4; i++) {
        load8(v0, b);
        copy8(v1, v0);
        copy8(v2, v0);
        load8(v3, b + 8);
        copy8(v4, v3);
        copy8(v5, v3);
        load8(v6, b + 16);
        copy8(v7, v6);
        copy8(v8, v6);
        load8(v9, b + 24);
        copy8(v10, v9);
        copy8(v11, v9);
        store8(y, v0);
        store8(y + 8, v1);
        store8(y + 16, v2);
        store8(y + 2456, v3);
        store8(y + 2464, v4);
        store8(y + 2472, v5);
        store8(y + 4912, v6);
        store8(y + 4920, v7);
        store8(y + 4928, v8);
        store8(y + 7368, v9);
        store8(y + 7376, v10);
        store8(y + 7384, v11);
        x += 24;
        y += 24;
        r += 24;
    }
    for (int i = 0; i < 2; i++) {
        load8(v0, b);
        copy8(v1, v0);
        load8(v2, b + 8);
        copy8(v3, v2);
        load8(v4, b + 16);
        copy8(v5, v4);
        load8(v6, b + 24);
        copy8(v7, v6);
        store8(y, v0);
        store8(y + 8, v1);
        store8(y + 2456, v2);
        store8(y + 2464, v3);
        store8(y + 4912, v4);
        store8(y + 4920, v5);
        store8(y + 7368, v6);
        store8(y + 7376, v7);
        x += 16;
        y += 16;
        r += 16;
    }
    x -= 128;
    y -= 128;
    r -= 128;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
            load8(v0, y);
            load8(v1, y + 8);
            load8(v2, y + 16);
            load8(v3, y + 2456);
            load8(v4, y + 2464);
            load8(v5, y + 2472);
            load8(v6, y + 4912);
            load8(v7, y + 4920);
            load8(v8, y + 4928);
            load8(v9, y + 7368);
            load8(v10, y + 7376);
            load8(v11, y + 7384);
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 3; l++) {
                    broadcast8(v12, x);
                    broadcast8(v13, x + 8);
                    broadcast8(v14, x + 16);
                    load8(v15, w);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 8);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 16);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 24);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    broadcast8(v12, x + 1);
                    broadcast8(v13, x + 9);
                    broadcast8(v14, x + 17);
                    load8(v15, w + 32);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 40);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 48);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 56);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    broadcast8(v12, x + 2);
                    broadcast8(v13, x + 10);
                    broadcast8(v14, x + 18);
                    load8(v15, w + 64);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 72);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 80);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 88);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    broadcast8(v12, x + 3);
                    broadcast8(v13, x + 11);
                    broadcast8(v14, x + 19);
                    load8(v15, w + 96);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 104);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 112);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 120);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    broadcast8(v12, x + 4);
                    broadcast8(v13, x + 12);
                    broadcast8(v14, x + 20);
                    load8(v15, w + 128);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 136);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 144);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 152);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    broadcast8(v12, x + 5);
                    broadcast8(v13, x + 13);
                    broadcast8(v14, x + 21);
                    load8(v15, w + 160);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 168);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 176);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 184);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    broadcast8(v12, x + 6);
                    broadcast8(v13, x + 14);
                    broadcast8(v14, x + 22);
                    load8(v15, w + 192);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 200);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 208);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 216);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    broadcast8(v12, x + 7);
                    broadcast8(v13, x + 15);
                    broadcast8(v14, x + 23);
                    load8(v15, w + 224);
                    fma8(v0, v15, v12);
                    fma8(v1, v15, v13);
                    fma8(v2, v15, v14);
                    load8(v15, w + 232);
                    fma8(v3, v15, v12);
                    fma8(v4, v15, v13);
                    fma8(v5, v15, v14);
                    load8(v15, w + 240);
                    fma8(v6, v15, v12);
                    fma8(v7, v15, v13);
                    fma8(v8, v15, v14);
                    load8(v15, w + 248);
                    fma8(v9, v15, v12);
                    fma8(v10, v15, v13);
                    fma8(v11, v15, v14);
                    w += 256;
                    x += 8;
                }
                x += 112;
            }
            x -= 408;
            w -= 2304;
            store8(y, v0);
            store8(y + 8, v1);
            store8(y + 16, v2);
            store8(y + 2456, v3);
            store8(y + 2464, v4);
            store8(y + 2472, v5);
            store8(y + 4912, v6);
            store8(y + 4920, v7);
            store8(y + 4928, v8);
            store8(y + 7368, v9);
            store8(y + 7376, v10);
            store8(y + 7384, v11);
            x += 24;
            y += 24;
            r += 24;
        }
        for (int j = 0; j < 2; j++) {
            load8(v0, y);
            load8(v1, y + 8);
            load8(v2, y + 2456);
            load8(v3, y + 2464);
            load8(v4, y + 4912);
            load8(v5, y + 4920);
            load8(v6, y + 7368);
            load8(v7, y + 7376);
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 3; l++) {
                    broadcast8(v8, x);
                    broadcast8(v9, x + 8);
                    load8(v10, w);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 8);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 16);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 24);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    broadcast8(v8, x + 1);
                    broadcast8(v9, x + 9);
                    load8(v10, w + 32);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 40);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 48);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 56);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    broadcast8(v8, x + 2);
                    broadcast8(v9, x + 10);
                    load8(v10, w + 64);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 72);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 80);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 88);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    broadcast8(v8, x + 3);
                    broadcast8(v9, x + 11);
                    load8(v10, w + 96);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 104);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 112);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 120);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    broadcast8(v8, x + 4);
                    broadcast8(v9, x + 12);
                    load8(v10, w + 128);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 136);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 144);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 152);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    broadcast8(v8, x + 5);
                    broadcast8(v9, x + 13);
                    load8(v10, w + 160);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 168);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 176);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 184);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    broadcast8(v8, x + 6);
                    broadcast8(v9, x + 14);
                    load8(v10, w + 192);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 200);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 208);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 216);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    broadcast8(v8, x + 7);
                    broadcast8(v9, x + 15);
                    load8(v10, w + 224);
                    fma8(v0, v10, v8);
                    fma8(v1, v10, v9);
                    load8(v10, w + 232);
                    fma8(v2, v10, v8);
                    fma8(v3, v10, v9);
                    load8(v10, w + 240);
                    fma8(v4, v10, v8);
                    fma8(v5, v10, v9);
                    load8(v10, w + 248);
                    fma8(v6, v10, v8);
                    fma8(v7, v10, v9);
                    w += 256;
                    x += 8;
                }
                x += 112;
            }
            x -= 408;
            w -= 2304;
            store8(y, v0);
            store8(y + 8, v1);
            store8(y + 2456, v2);
            store8(y + 2464, v3);
            store8(y + 4912, v4);
            store8(y + 4920, v5);
            store8(y + 7368, v6);
            store8(y + 7376, v7);
            x += 16;
            y += 16;
            r += 16;
        }
        x += 2328;
        y -= 128;
        r -= 128;
        w += 2304;
    }
    for (int i = 0; i < 4; i++) {
        load8(v0, y);
        load8(v1, y + 8);
        load8(v2, y + 16);
        load8(v3, y + 2456);
        load8(v4, y + 2464);
        load8(v5, y + 2472);
        load8(v6, y + 4912);
        load8(v7, y + 4920);
        load8(v8, y + 4928);
        load8(v9, y + 7368);
        load8(v10, y + 7376);
        load8(v11, y + 7384);
        load8(v12, r);
        add8(v0, v0, v12);
        zero8(v12);
        max8(v0, v12, v0);
        store8(y, v0);
        load8(v0, r + 8);
        add8(v1, v1, v0);
        zero8(v0);
        max8(v1, v0, v1);
        store8(y + 8, v1);
        load8(v0, r + 16);
        add8(v2, v2, v0);
        zero8(v0);
        max8(v2, v0, v2);
        store8(y + 16, v2);
        load8(v0, r + 2456);
        add8(v3, v3, v0);
        zero8(v0);
        max8(v3, v0, v3);
        store8(y + 2456, v3);
        load8(v0, r + 2464);
        add8(v4, v4, v0);
        zero8(v0);
        max8(v4, v0, v4);
        store8(y + 2464, v4);
        load8(v0, r + 2472);
        add8(v5, v5, v0);
        zero8(v0);
        max8(v5, v0, v5);
        store8(y + 2472, v5);
        load8(v0, r + 4912);
        add8(v6, v6, v0);
        zero8(v0);
        max8(v6, v0, v6);
        store8(y + 4912, v6);
        load8(v0, r + 4920);
        add8(v7, v7, v0);
        zero8(v0);
        max8(v7, v0, v7);
        store8(y + 4920, v7);
        load8(v0, r + 4928);
        add8(v8, v8, v0);
        zero8(v0);
        max8(v8, v0, v8);
        store8(y + 4928, v8);
        load8(v0, r + 7368);
        add8(v9, v9, v0);
        zero8(v0);
        max8(v9, v0, v9);
        store8(y + 7368, v9);
        load8(v0, r + 7376);
        add8(v10, v10, v0);
        zero8(v0);
        max8(v10, v0, v10);
        store8(y + 7376, v10);
        load8(v0, r + 7384);
        add8(v11, v11, v0);
        zero8(v0);
        max8(v11, v0, v11);
        store8(y + 7384, v11);
        x += 24;
        y += 24;
        r += 24;
    }
    for (int i = 0; i < 2; i++) {
        load8(v0, y);
        load8(v1, y + 8);
        load8(v2, y + 2456);
        load8(v3, y + 2464);
        load8(v4, y + 4912);
        load8(v5, y + 4920);
        load8(v6, y + 7368);
        load8(v7, y + 7376);
        load8(v8, r);
        add8(v0, v0, v8);
        zero8(v8);
        max8(v0, v8, v0);
        store8(y, v0);
        load8(v0, r + 8);
        add8(v1, v1, v0);
        zero8(v0);
        max8(v1, v0, v1);
        store8(y + 8, v1);
        load8(v0, r + 2456);
        add8(v2, v2, v0);
        zero8(v0);
        max8(v2, v0, v2);
        store8(y + 2456, v2);
        load8(v0, r + 2464);
        add8(v3, v3, v0);
        zero8(v0);
        max8(v3, v0, v3);
        store8(y + 2464, v3);
        load8(v0, r + 4912);
        add8(v4, v4, v0);
        zero8(v0);
        max8(v4, v0, v4);
        store8(y + 4912, v4);
        load8(v0, r + 4920);
        add8(v5, v5, v0);
        zero8(v0);
        max8(v5, v0, v5);
        store8(y + 4920, v5);
        load8(v0, r + 7368);
        add8(v6, v6, v0);
        zero8(v0);
        max8(v6, v0, v6);
        store8(y + 7368, v6);
        load8(v0, r + 7376);
        add8(v7, v7, v0);
        zero8(v0);
        max8(v7, v0, v7);
        store8(y + 7376, v7);
        x += 16;
        y += 16;
        r += 16;
    }
}

/* 24 output channels of 1 x 8 pixels: sums over 32 channels and 3 x 3 taps */
static void c_conv3x3_24x4_14(const float *x, const float *w, float *y, const float *b)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8], v11[8], v12[8], v13[8], v14[8], v15[8];
    for (int i = 0; i < 2; i++) {
        load8(v0, b);
        copy8(v1, v0);
        copy8(v2, v0);
        copy8(v3, v0);
        load8(v4, b + 8);
        copy8(v5, v4);
        copy8(v6, v4);
        copy8(v7, v4);
        load8(v8, b + 16);
        copy8(v9, v8);
        copy8(v10, v8);
        copy8(v11, v8);
        store8(y, v0);
        store8(y + 8, v1);
        store8(y + 16, v2);
        store8(y + 24, v3);
        store8(y + 728, v4);
        store8(y + 736, v5);
        store8(y + 744, v6);
        store8(y + 752, v7);
        store8(y + 1456, v8);
        store8(y + 1464, v9);
        store8(y + 1472, v10);
        store8(y + 1480, v11);
        x += 64;
        y += 32;
    }
    x -= 128;
    y -= 64;
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) {
            load8(v0, y);
            load8(v1, y + 8);
            load8(v2, y + 16);
            load8(v3, y + 24);
            load8(v4, y + 728);
            load8(v5, y + 736);
            load8(v6, y + 744);
            load8(v7, y + 752);
            load8(v8, y + 1456);
            load8(v9, y + 1464);
            load8(v10, y + 1472);
            load8(v11, y + 1480);
            for (int k = 0; k < 2; k++) {
                for (int l = 0; l < 3; l++) {
                    for (int m = 0; m < 3; m++) {
                        load8(v12, w);
                        load8(v13, w + 8);
                        load8(v14, w + 16);
                        broadcast8(v15, x);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 16);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 32);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 48);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 24);
                        load8(v13, w + 32);
                        load8(v14, w + 40);
                        broadcast8(v15, x + 1);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 17);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 33);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 49);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 48);
                        load8(v13, w + 56);
                        load8(v14, w + 64);
                        broadcast8(v15, x + 2);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 18);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 34);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 50);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 72);
                        load8(v13, w + 80);
                        load8(v14, w + 88);
                        broadcast8(v15, x + 3);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 19);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 35);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 51);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 96);
                        load8(v13, w + 104);
                        load8(v14, w + 112);
                        broadcast8(v15, x + 4);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 20);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 36);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 52);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 120);
                        load8(v13, w + 128);
                        load8(v14, w + 136);
                        broadcast8(v15, x + 5);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 21);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 37);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 53);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 144);
                        load8(v13, w + 152);
                        load8(v14, w + 160);
                        broadcast8(v15, x + 6);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 22);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 38);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 54);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 168);
                        load8(v13, w + 176);
                        load8(v14, w + 184);
                        broadcast8(v15, x + 7);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 23);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 39);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 55);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        w += 192;
                        x += 8;
                    }
                    x += 112;
                }
                x += 2048;
            }
            x -= 4912;
            w -= 3456;
            store8(y, v0);
            store8(y + 8, v1);
            store8(y + 16, v2);
            store8(y + 24, v3);
            store8(y + 728, v4);
            store8(y + 736, v5);
            store8(y + 744, v6);
            store8(y + 752, v7);
            store8(y + 1456, v8);
            store8(y + 1464, v9);
            store8(y + 1472, v10);
            store8(y + 1480, v11);
            x += 64;
            y += 32;
        }
        x += 4784;
        y -= 64;
        w += 3456;
    }
    for (int i = 0; i < 2; i++) {
        load8(v0, y);
        load8(v1, y + 8);
        load8(v2, y + 16);
        load8(v3, y + 24);
        load8(v4, y + 728);
        load8(v5, y + 736);
        load8(v6, y + 744);
        load8(v7, y + 752);
        load8(v8, y + 1456);
        load8(v9, y + 1464);
        load8(v10, y + 1472);
        load8(v11, y + 1480);
        zero8(v12);
        max8(v0, v12, v0);
        store8(y, v0);
        zero8(v0);
        max8(v1, v0, v1);
        store8(y + 8, v1);
        zero8(v0);
        max8(v2, v0, v2);
        store8(y + 16, v2);
        zero8(v0);
        max8(v3, v0, v3);
        store8(y + 24, v3);
        zero8(v0);
        max8(v4, v0, v4);
        store8(y + 728, v4);
        zero8(v0);
        max8(v5, v0, v5);
        store8(y + 736, v5);
        zero8(v0);
        max8(v6, v0, v6);
        store8(y + 744, v6);
        zero8(v0);
        max8(v7, v0, v7);
        store8(y + 752, v7);
        zero8(v0);
        max8(v8, v0, v8);
        store8(y + 1456, v8);
        zero8(v0);
        max8(v9, v0, v9);
        store8(y + 1464, v9);
        zero8(v0);
        max8(v10, v0, v10);
        store8(y + 1472, v10);
        zero8(v0);
        max8(v11, v0, v11);
        store8(y + 1480, v11);
        x += 64;
        y += 32;
    }
}

/* 16 output channels of 1 x 8 pixels: sums over 32 channels and 3 x 3 taps */
static void c_conv3x3_16x4_15(const float *x, const float *w, float *y, const float *b)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8];
    for (int i = 0; i < 2; i++) {
        load8(v0, b);
        copy8(v1, v0);
        copy8(v2, v0);
        copy8(v3, v0);
        load8(v4, b + 8);
        copy8(v5, v4);
        copy8(v6, v4);
        copy8(v7, v4);
        store8(y, v0);
        store8(y + 8, v1);
        store8(y + 16, v2);
        store8(y + 24, v3);
        store8(y + 728, v4);
        store8(y + 736, v5);
        store8(y + 744, v6);
        store8(y + 752, v7);
        x += 64;
        y += 32;
    }
    x -= 128;
    y -= 64;
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) {
            load8(v0, y);
            load8(v1, y + 8);
            load8(v2, y + 16);
            load8(v3, y + 24);
            load8(v4, y + 728);
            load8(v5, y + 736);
            load8(v6, y + 744);
            load8(v7, y + 752);
            for (int k = 0; k < 2; k++) {
                for (int l = 0; l < 3; l++) {
                    for (int m = 0; m < 3; m++) {
                        load8(v8, w);
                        load8(v9, w + 8);
                        broadcast8(v10, x);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 16);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 32);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 48);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 16);
                        load8(v9, w + 24);
                        broadcast8(v10, x + 1);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 17);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 33);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 49);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 32);
                        load8(v9, w + 40);
                        broadcast8(v10, x + 2);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 18);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 34);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 50);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 48);
                        load8(v9, w + 56);
                        broadcast8(v10, x + 3);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 19);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 35);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 51);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 64);
                        load8(v9, w + 72);
                        broadcast8(v10, x + 4);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 20);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 36);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 52);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 80);
                        load8(v9, w + 88);
                        broadcast8(v10, x + 5);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 21);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 37);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 53);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 96);
                        load8(v9, w + 104);
                        broadcast8(v10, x + 6);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 22);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 38);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 54);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 112);
                        load8(v9, w + 120);
                        broadcast8(v10, x + 7);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 23);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 39);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 55);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        w += 128;
                        x += 8;
                    }
                    x += 112;
                }
                x += 2048;
            }
            x -= 4912;
            w -= 2304;
            store8(y, v0);
            store8(y + 8, v1);
            store8(y + 16, v2);
            store8(y + 24, v3);
            store8(y + 728, v4);
            store8(y + 736, v5);
            store8(y + 744, v6);
            store8(y + 752, v7);
            x += 64;
            y += 32;
        }
        x += 4784;
        y -= 64;
        w += 2304;
    }
    for (int i = 0; i < 2; i++) {
        load8(v0, y);
        load8(v1, y + 8);
        load8(v2, y + 16);
        load8(v3, y + 24);
        load8(v4, y + 728);
        load8(v5, y + 736);
        load8(v6, y + 744);
        load8(v7, y + 752);
        zero8(v8);
        max8(v0, v8, v0);
        store8(y, v0);
        zero8(v0);
        max8(v1, v0, v1);
        store8(y + 8, v1);
        zero8(v0);
        max8(v2, v0, v2);
        store8(y + 16, v2);
        zero8(v0);
        max8(v3, v0, v3);
        store8(y + 24, v3);
        zero8(v0);
        max8(v4, v0, v4);
        store8(y + 728, v4);
        zero8(v0);
        max8(v5, v0, v5);
        store8(y + 736, v5);
        zero8(v0);
        max8(v6, v0, v6);
        store8(y + 744, v6);
        zero8(v0);
        max8(v7, v0, v7);
        store8(y + 752, v7);
        x += 64;
        y += 32;
    }
}

/* zeros around 8 x 8 pixels: 1 rows, 1 columns */
static void c_border_16(float *y)
{
    float v0[8];
    zero8(v0);
    for (int i = 0; i < 10; i++) {
        store8(y, v0);
        y += 8;
    }
    for (int i = 0; i < 8; i++) {
        y += 64;
        store8(y, v0);
        y += 8;
    }
    for (int i = 0; i < 9; i++) {
        store8(y, v0);
        y += 8;
    }
}

/* 8 channels of one row of 8 pixels, windows of 1 rows */
static void c_max_pool_17(const float *x, float *y)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8];
    for (int i = 0; i < 2; i++) {
        load8(v0, x);
        load8(v1, x + 16);
        load8(v2, x + 32);
        load8(v3, x + 48);
        load8(v4, x);
        max8(v0, v0, v4);
        load8(v4, x + 16);
        max8(v1, v1, v4);
        load8(v4, x + 32);
        max8(v2, v2, v4);
        load8(v4, x + 48);
        max8(v3, v3, v4);
        store8(y, v0);
        store8(y + 8, v1);
        store8(y + 16, v2);
        store8(y + 24, v3);
        x += 64;
        y += 32;
    }
}

/* 8 channels of 8 x 8 pixels with edges */
static void c_pad_18(const float *x, float *y)
{
    float v1[8];
    for (int i = 0; i < 8; i++) {
        for (int j = 0; j < 8; j++) {
            load8(v1, x);
            store8(y, v1);
            x += 8;
            y += 8;
        }
    }
}

/* one value in 8 channels of 8 x 8 pixels */
static void c_fill_19(float *y, const float *constants)
{
    float v0[8];
    broadcast8(v0, constants);
    for (int i = 0; i < 8; i++) {
        for (int j = 0; j < 8; j++) {
            store8(y, v0);
            y += 8;
        }
    }
}

/* 24 output channels of 1 x 8 pixels: sums over 64 channels and 3 x 3 taps */
static void c_conv3x3_24x4_20(const float *x, const float *w, float *y, const float *r, const float *b)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8], v11[8], v12[8], v13[8], v14[8], v15[8];
    for (int i = 0; i < 2; i++) {
        load8(v0, b);
        copy8(v1, v0);
        copy8(v2, v0);
        copy8(v3, v0);
        load8(v4, b + 8);
        copy8(v5, v4);
        copy8(v6, v4);
        copy8(v7, v4);
        load8(v8, b + 16);
        copy8(v9, v8);
        copy8(v10, v8);
        copy8(v11, v8);
        store8(y, v0);
        store8(y + 8, v1);
        store8(y + 16, v2);
        store8(y + 24, v3);
        store8(y + 728, v4);
        store8(y + 736, v5);
        store8(y + 744, v6);
        store8(y + 752, v7);
        store8(y + 1456, v8);
        store8(y + 1464, v9);
        store8(y + 1472, v10);
        store8(y + 1480, v11);
        x += 32;
        y += 32;
        r += 32;
    }
    x -= 64;
    y -= 64;
    r -= 64;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 2; j++) {
            load8(v0, y);
            load8(v1, y + 8);
            load8(v2, y + 16);
            load8(v3, y + 24);
            load8(v4, y + 728);
            load8(v5, y + 736);
            load8(v6, y + 744);
            load8(v7, y + 752);
            load8(v8, y + 1456);
            load8(v9, y + 1464);
            load8(v10, y + 1472);
            load8(v11, y + 1480);
            for (int k = 0; k < 2; k++) {
                for (int l = 0; l < 3; l++) {
                    for (int m = 0; m < 3; m++) {
                        load8(v12, w);
                        load8(v13, w + 8);
                        load8(v14, w + 16);
                        broadcast8(v15, x);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 8);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 16);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 24);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 24);
                        load8(v13, w + 32);
                        load8(v14, w + 40);
                        broadcast8(v15, x + 1);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 9);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 17);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 25);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 48);
                        load8(v13, w + 56);
                        load8(v14, w + 64);
                        broadcast8(v15, x + 2);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 10);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 18);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 26);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 72);
                        load8(v13, w + 80);
                        load8(v14, w + 88);
                        broadcast8(v15, x + 3);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 11);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 19);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 27);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 96);
                        load8(v13, w + 104);
                        load8(v14, w + 112);
                        broadcast8(v15, x + 4);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 12);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 20);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 28);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 120);
                        load8(v13, w + 128);
                        load8(v14, w + 136);
                        broadcast8(v15, x + 5);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 13);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 21);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 29);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 144);
                        load8(v13, w + 152);
                        load8(v14, w + 160);
                        broadcast8(v15, x + 6);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 14);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 22);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 30);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 168);
                        load8(v13, w + 176);
                        load8(v14, w + 184);
                        broadcast8(v15, x + 7);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 15);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 23);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 31);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        w += 192;
                        x += 8;
                    }
                    x += 48;
                }
                x += 512;
            }
            x -= 1456;
            w -= 3456;
            store8(y, v0);
            store8(y + 8, v1);
            store8(y + 16, v2);
            store8(y + 24, v3);
            store8(y + 728, v4);
            store8(y + 736, v5);
            store8(y + 744, v6);
            store8(y + 752, v7);
            store8(y + 1456, v8);
            store8(y + 1464, v9);
            store8(y + 1472, v10);
            store8(y + 1480, v11);
            x += 32;
            y += 32;
            r += 32;
        }
        x += 1392;
        y -= 64;
        r -= 64;
        w += 3456;
    }
    for (int i = 0; i < 2; i++) {
        load8(v0, y);
        load8(v1, y + 8);
        load8(v2, y + 16);
        load8(v3, y + 24);
        load8(v4, y + 728);
        load8(v5, y + 736);
        load8(v6, y + 744);
        load8(v7, y + 752);
        load8(v8, y + 1456);
        load8(v9, y + 1464);
        load8(v10, y + 1472);
        load8(v11, y + 1480);
        load8(v12, r);
        add8(v0, v0, v12);
        zero8(v12);
        max8(v0, v12, v0);
        store8(y, v0);
        load8(v0, r + 8);
        add8(v1, v1, v0);
        zero8(v0);
        max8(v1, v0, v1);
        store8(y + 8, v1);
        load8(v0, r + 16);
        add8(v2, v2, v0);
        zero8(v0);
        max8(v2, v0, v2);
        store8(y + 16, v2);
        load8(v0, r + 24);
        add8(v3, v3, v0);
        zero8(v0);
        max8(v3, v0, v3);
        store8(y + 24, v3);
        load8(v0, r + 528);
        add8(v4, v4, v0);
        zero8(v0);
        max8(v4, v0, v4);
        store8(y + 728, v4);
        load8(v0, r + 536);
        add8(v5, v5, v0);
        zero8(v0);
        max8(v5, v0, v5);
        store8(y + 736, v5);
        load8(v0, r + 544);
        add8(v6, v6, v0);
        zero8(v0);
        max8(v6, v0, v6);
        store8(y + 744, v6);
        load8(v0, r + 552);
        add8(v7, v7, v0);
        zero8(v0);
        max8(v7, v0, v7);
        store8(y + 752, v7);
        load8(v0, r + 1056);
        add8(v8, v8, v0);
        zero8(v0);
        max8(v8, v0, v8);
        store8(y + 1456, v8);
        load8(v0, r + 1064);
        add8(v9, v9, v0);
        zero8(v0);
        max8(v9, v0, v9);
        store8(y + 1464, v9);
        load8(v0, r + 1072);
        add8(v10, v10, v0);
        zero8(v0);
        max8(v10, v0, v10);
        store8(y + 1472, v10);
        load8(v0, r + 1080);
        add8(v11, v11, v0);
        zero8(v0);
        max8(v11, v0, v11);
        store8(y + 1480, v11);
        x += 32;
        y += 32;
        r += 32;
    }
}

/* 16 output channels of 1 x 8 pixels: sums over 64 channels and 3 x 3 taps */
static void c_conv3x3_16x4_21(const float *x, const float *w, float *y, const float *r, const float *b)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8];
    for (int i = 0; i < 2; i++) {
        load8(v0, b);
        copy8(v1, v0);
        copy8(v2, v0);
        copy8(v3, v0);
        load8(v4, b + 8);
        copy8(v5, v4);
        copy8(v6, v4);
        copy8(v7, v4);
        store8(y, v0);
        store8(y + 8, v1);
        store8(y + 16, v2);
        store8(y + 24, v3);
        store8(y + 728, v4);
        store8(y + 736, v5);
        store8(y + 744, v6);
        store8(y + 752, v7);
        x += 32;
        y += 32;
        r += 32;
    }
    x -= 64;
    y -= 64;
    r -= 64;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 2; j++) {
            load8(v0, y);
            load8(v1, y + 8);
            load8(v2, y + 16);
            load8(v3, y + 24);
            load8(v4, y + 728);
            load8(v5, y + 736);
            load8(v6, y + 744);
            load8(v7, y + 752);
            for (int k = 0; k < 2; k++) {
                for (int l = 0; l < 3; l++) {
                    for (int m = 0; m < 3; m++) {
                        load8(v8, w);
                        load8(v9, w + 8);
                        broadcast8(v10, x);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 8);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 16);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 24);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 16);
                        load8(v9, w + 24);
                        broadcast8(v10, x + 1);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 9);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 17);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 25);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 32);
                        load8(v9, w + 40);
                        broadcast8(v10, x + 2);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 10);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 18);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 26);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 48);
                        load8(v9, w + 56);
                        broadcast8(v10, x + 3);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 11);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 19);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 27);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 64);
                        load8(v9, w + 72);
                        broadcast8(v10, x + 4);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 12);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 20);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 28);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 80);
                        load8(v9, w + 88);
                        broadcast8(v10, x + 5);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 13);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 21);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 29);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 96);
                        load8(v9, w + 104);
                        broadcast8(v10, x + 6);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 14);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 22);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 30);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 112);
                        load8(v9, w + 120);
                        broadcast8(v10, x + 7);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 15);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 23);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 31);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        w += 128;
                        x += 8;
                    }
                    x += 48;
                }
                x += 512;
            }
            x -= 1456;
            w -= 2304;
            store8(y, v0);
            store8(y + 8, v1);
            store8(y + 16, v2);
            store8(y + 24, v3);
            store8(y + 728, v4);
            store8(y + 736, v5);
            store8(y + 744, v6);
            store8(y + 752, v7);
            x += 32;
            y += 32;
            r += 32;
        }
        x += 1392;
        y -= 64;
        r -= 64;
        w += 2304;
    }
    for (int i = 0; i < 2; i++) {
        load8(v0, y);
        load8(v1, y + 8);
        load8(v2, y + 16);
        load8(v3, y + 24);
        load8(v4, y + 728);
        load8(v5, y + 736);
        load8(v6, y + 744);
        load8(v7, y + 752);
        load8(v8, r);
        add8(v0, v0, v8);
        zero8(v8);
        max8(v0, v8, v0);
        store8(y, v0);
        load8(v0, r + 8);
        add8(v1, v1, v0);
        zero8(v0);
        max8(v1, v0, v1);
        store8(y + 8, v1);
        load8(v0, r + 16);
        add8(v2, v2, v0);
        zero8(v0);
        max8(v2, v0, v2);
        store8(y + 16, v2);
        load8(v0, r + 24);
        add8(v3, v3, v0);
        zero8(v0);
        max8(v3, v0, v3);
        store8(y + 24, v3);
        load8(v0, r + 528);
        add8(v4, v4, v0);
        zero8(v0);
        max8(v4, v0, v4);
        store8(y + 728, v4);
        load8(v0, r + 536);
        add8(v5, v5, v0);
        zero8(v0);
        max8(v5, v0, v5);
        store8(y + 736, v5);
        load8(v0, r + 544);
        add8(v6, v6, v0);
        zero8(v0);
        max8(v6, v0, v6);
        store8(y + 744, v6);
        load8(v0, r + 552);
        add8(v7, v7, v0);
        zero8(v0);
        max8(v7, v0, v7);
        store8(y + 752, v7);
        x += 32;
        y += 32;
        r += 32;
    }
}

/* 24 output channels of 1 x 8 pixels: sums over 64 channels and 3 x 3 taps */
static void c_conv3x3_24x4_22(const float *x, const float *w, float *y, const float *b)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8], v11[8], v12[8], v13[8], v14[8], v15[8];
    for (int i = 0; i < 2; i++) {
        load8(v0, b);
        copy8(v1, v0);
        copy8(v2, v0);
        copy8(v3, v0);
        load8(v4, b + 8);
        copy8(v5, v4);
        copy8(v6, v4);
        copy8(v7, v4);
        load8(v8, b + 16);
        copy8(v9, v8);
        copy8(v10, v8);
        copy8(v11, v8);
        store8(y, v0);
        store8(y + 8, v1);
        store8(y + 16, v2);
        store8(y + 24, v3);
        store8(y + 728, v4);
        store8(y + 736, v5);
        store8(y + 744, v6);
        store8(y + 752, v7);
        store8(y + 1456, v8);
        store8(y + 1464, v9);
        store8(y + 1472, v10);
        store8(y + 1480, v11);
        x += 32;
        y += 32;
    }
    x -= 64;
    y -= 64;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 2; j++) {
            load8(v0, y);
            load8(v1, y + 8);
            load8(v2, y + 16);
            load8(v3, y + 24);
            load8(v4, y + 728);
            load8(v5, y + 736);
            load8(v6, y + 744);
            load8(v7, y + 752);
            load8(v8, y + 1456);
            load8(v9, y + 1464);
            load8(v10, y + 1472);
            load8(v11, y + 1480);
            for (int k = 0; k < 2; k++) {
                for (int l = 0; l < 3; l++) {
                    for (int m = 0; m < 3; m++) {
                        load8(v12, w);
                        load8(v13, w + 8);
                        load8(v14, w + 16);
                        broadcast8(v15, x);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 8);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 16);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 24);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 24);
                        load8(v13, w + 32);
                        load8(v14, w + 40);
                        broadcast8(v15, x + 1);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 9);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 17);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 25);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 48);
                        load8(v13, w + 56);
                        load8(v14, w + 64);
                        broadcast8(v15, x + 2);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 10);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 18);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 26);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 72);
                        load8(v13, w + 80);
                        load8(v14, w + 88);
                        broadcast8(v15, x + 3);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 11);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 19);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 27);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 96);
                        load8(v13, w + 104);
                        load8(v14, w + 112);
                        broadcast8(v15, x + 4);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 12);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 20);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 28);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 120);
                        load8(v13, w + 128);
                        load8(v14, w + 136);
                        broadcast8(v15, x + 5);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 13);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 21);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 29);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 144);
                        load8(v13, w + 152);
                        load8(v14, w + 160);
                        broadcast8(v15, x + 6);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 14);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 22);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 30);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 168);
                        load8(v13, w + 176);
                        load8(v14, w + 184);
                        broadcast8(v15, x + 7);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 15);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 23);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 31);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        w += 192;
                        x += 8;
                    }
                    x += 48;
                }
                x += 512;
            }
            x -= 1456;
            w -= 3456;
            store8(y, v0);
            store8(y + 8, v1);
            store8(y + 16, v2);
            store8(y + 24, v3);
            store8(y + 728, v4);
            store8(y + 736, v5);
            store8(y + 744, v6);
            store8(y + 752, v7);
            store8(y + 1456, v8);
            store8(y + 1464, v9);
            store8(y + 1472, v10);
            store8(y + 1480, v11);
            x += 32;
            y += 32;
        }
        x += 1392;
        y -= 64;
        w += 3456;
    }
    for (int i = 0; i < 2; i++) {
        load8(v0, y);
        load8(v1, y + 8);
        load8(v2, y + 16);
        load8(v3, y + 24);
        load8(v4, y + 728);
        load8(v5, y + 736);
        load8(v6, y + 744);
        load8(v7, y + 752);
        load8(v8, y + 1456);
        load8(v9, y + 1464);
        load8(v10, y + 1472);
        load8(v11, y + 1480);
        zero8(v12);
        max8(v0, v12, v0);
        store8(y, v0);
        zero8(v0);
        max8(v1, v0, v1);
        store8(y + 8, v1);
        zero8(v0);
        max8(v2, v0, v2);
        store8(y + 16, v2);
        zero8(v0);
        max8(v3, v0, v3);
        store8(y + 24, v3);
        zero8(v0);
        max8(v4, v0, v4);
        store8(y + 728, v4);
        zero8(v0);
        max8(v5, v0, v5);
        store8(y + 736, v5);
        zero8(v0);
        max8(v6, v0, v6);
        store8(y + 744, v6);
        zero8(v0);
        max8(v7, v0, v7);
        store8(y + 752, v7);
        zero8(v0);
        max8(v8, v0, v8);
        store8(y + 1456, v8);
        zero8(v0);
        max8(v9, v0, v9);
        store8(y + 1464, v9);
        zero8(v0);
        max8(v10, v0, v10);
        store8(y + 1472, v10);
        zero8(v0);
        max8(v11, v0, v11);
        store8(y + 1480, v11);
        x += 32;
        y += 32;
    }
}

/* 16 output channels of 1 x 8 pixels: sums over 64 channels and 3 x 3 taps */
static void c_conv3x3_16x4_23(const float *x, const float *w, float *y, const float *b)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8];
    for (int i = 0; i < 2; i++) {
        load8(v0, b);
        copy8(v1, v0);
        copy8(v2, v0);
        copy8(v3, v0);
        load8(v4, b + 8);
        copy8(v5, v4);
        copy8(v6, v4);
        copy8(v7, v4);
        store8(y, v0);
        store8(y + 8, v1);
        store8(y + 16, v2);
        store8(y + 24, v3);
        store8(y + 728, v4);
        store8(y + 736, v5);
        store8(y + 744, v6);
        store8(y + 752, v7);
        x += 32;
        y += 32;
    }
    x -= 64;
    y -= 64;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 2; j++) {
            load8(v0, y);
            load8(v1, y + 8);
            load8(v2, y + 16);
            load8(v3, y + 24);
            load8(v4, y + 728);
            load8(v5, y + 736);
            load8(v6, y + 744);
            load8(v7, y + 752);
            for (int k = 0; k < 2; k++) {
                for (int l = 0; l < 3; l++) {
                    for (int m = 0; m < 3; m++) {
                        load8(v8, w);
                        load8(v9, w + 8);
                        broadcast8(v10, x);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 8);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 16);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 24);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 16);
                        load8(v9, w + 24);
                        broadcast8(v10, x + 1);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 9);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 17);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 25);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 32);
                        load8(v9, w + 40);
                        broadcast8(v10, x + 2);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 10);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 18);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 26);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 48);
                        load8(v9, w + 56);
                        broadcast8(v10, x + 3);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 11);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 19);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 27);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 64);
                        load8(v9, w + 72);
                        broadcast8(v10, x + 4);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 12);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 20);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 28);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 80);
                        load8(v9, w + 88);
                        broadcast8(v10, x + 5);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 13);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 21);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 29);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 96);
                        load8(v9, w + 104);
                        broadcast8(v10, x + 6);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 14);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 22);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 30);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 112);
                        load8(v9, w + 120);
                        broadcast8(v10, x + 7);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 15);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 23);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 31);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        w += 128;
                        x += 8;
                    }
                    x += 48;
                }
                x += 512;
            }
            x -= 1456;
            w -= 2304;
            store8(y, v0);
            store8(y + 8, v1);
            store8(y + 16, v2);
            store8(y + 24, v3);
            store8(y + 728, v4);
            store8(y + 736, v5);
            store8(y + 744, v6);
            store8(y + 752, v7);
            x += 32;
            y += 32;
        }
        x += 1392;
        y -= 64;
        w += 2304;
    }
    for (int i = 0; i < 2; i++) {
        load8(v0, y);
        load8(v1, y + 8);
        load8(v2, y + 16);
        load8(v3, y + 24);
        load8(v4, y + 728);
        load8(v5, y + 736);
        load8(v6, y + 744);
        load8(v7, y + 752);
        zero8(v8);
        max8(v0, v8, v0);
        store8(y, v0);
        zero8(v0);
        max8(v1, v0, v1);
        store8(y + 8, v1);
        zero8(v0);
        max8(v2, v0, v2);
        store8(y + 16, v2);
        zero8(v0);
        max8(v3, v0, v3);
        store8(y + 24, v3);
        zero8(v0);
        max8(v4, v0, v4);
        store8(y + 728, v4);
        zero8(v0);
        max8(v5, v0, v5);
        store8(y + 736, v5);
        zero8(v0);
        max8(v6, v0, v6);
        store8(y + 744, v6);
        zero8(v0);
        max8(v7, v0, v7);
        store8(y + 752, v7);
        x += 32;
        y += 32;
    }
}

/* 24 output channels of 1 x 8 pixels: sums over 64 channels and 3 x 3 taps */
static void c_conv3x3_24x4_24(const float *x, const float *w, float *y, const float *r, const float *b)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8], v11[8], v12[8], v13[8], v14[8], v15[8];
    for (int i = 0; i < 2; i++) {
        load8(v0, b);
        copy8(v1, v0);
        copy8(v2, v0);
        copy8(v3, v0);
        load8(v4, b + 8);
        copy8(v5, v4);
        copy8(v6, v4);
        copy8(v7, v4);
        load8(v8, b + 16);
        copy8(v9, v8);
        copy8(v10, v8);
        copy8(v11, v8);
        store8(y, v0);
        store8(y + 8, v1);
        store8(y + 16, v2);
        store8(y + 24, v3);
        store8(y + 728, v4);
        store8(y + 736, v5);
        store8(y + 744, v6);
        store8(y + 752, v7);
        store8(y + 1456, v8);
        store8(y + 1464, v9);
        store8(y + 1472, v10);
        store8(y + 1480, v11);
        x += 32;
        y += 32;
        r += 32;
    }
    x -= 64;
    y -= 64;
    r -= 64;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 2; j++) {
            load8(v0, y);
            load8(v1, y + 8);
            load8(v2, y + 16);
            load8(v3, y + 24);
            load8(v4, y + 728);
            load8(v5, y + 736);
            load8(v6, y + 744);
            load8(v7, y + 752);
            load8(v8, y + 1456);
            load8(v9, y + 1464);
            load8(v10, y + 1472);
            load8(v11, y + 1480);
            for (int k = 0; k < 2; k++) {
                for (int l = 0; l < 3; l++) {
                    for (int m = 0; m < 3; m++) {
                        load8(v12, w);
                        load8(v13, w + 8);
                        load8(v14, w + 16);
                        broadcast8(v15, x);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 8);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 16);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 24);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 24);
                        load8(v13, w + 32);
                        load8(v14, w + 40);
                        broadcast8(v15, x + 1);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 9);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 17);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 25);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 48);
                        load8(v13, w + 56);
                        load8(v14, w + 64);
                        broadcast8(v15, x + 2);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 10);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 18);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 26);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 72);
                        load8(v13, w + 80);
                        load8(v14, w + 88);
                        broadcast8(v15, x + 3);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 11);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 19);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 27);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 96);
                        load8(v13, w + 104);
                        load8(v14, w + 112);
                        broadcast8(v15, x + 4);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 12);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 20);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 28);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 120);
                        load8(v13, w + 128);
                        load8(v14, w + 136);
                        broadcast8(v15, x + 5);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 13);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 21);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 29);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 144);
                        load8(v13, w + 152);
                        load8(v14, w + 160);
                        broadcast8(v15, x + 6);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 14);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 22);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 30);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 168);
                        load8(v13, w + 176);
                        load8(v14, w + 184);
                        broadcast8(v15, x + 7);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 15);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 23);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 31);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        w += 192;
                        x += 8;
                    }
                    x += 48;
                }
                x += 512;
            }
            x -= 1456;
            w -= 3456;
            store8(y, v0);
            store8(y + 8, v1);
            store8(y + 16, v2);
            store8(y + 24, v3);
            store8(y + 728, v4);
            store8(y + 736, v5);
            store8(y + 744, v6);
            store8(y + 752, v7);
            store8(y + 1456, v8);
            store8(y + 1464, v9);
            store8(y + 1472, v10);
            store8(y + 1480, v11);
            x += 32;
            y += 32;
            r += 32;
        }
        x += 1392;
        y -= 64;
        r -= 64;
        w += 3456;
    }
    for (int i = 0; i < 2; i++) {
        load8(v0, y);
        load8(v1, y + 8);
        load8(v2, y + 16);
        load8(v3, y + 24);
        load8(v4, y + 728);
        load8(v5, y + 736);
        load8(v6, y + 744);
        load8(v7, y + 752);
        load8(v8, y + 1456);
        load8(v9, y + 1464);
        load8(v10, y + 1472);
        load8(v11, y + 1480);
        load8(v12, r);
        add8(v0, v0, v12);
        zero8(v12);
        max8(v0, v12, v0);
        store8(y, v0);
        load8(v0, r + 8);
        add8(v1, v1, v0);
        zero8(v0);
        max8(v1, v0, v1);
        store8(y + 8, v1);
        load8(v0, r + 16);
        add8(v2, v2, v0);
        zero8(v0);
        max8(v2, v0, v2);
        store8(y + 16, v2);
        load8(v0, r + 24);
        add8(v3, v3, v0);
        zero8(v0);
        max8(v3, v0, v3);
        store8(y + 24, v3);
        load8(v0, r + 728);
        add8(v4, v4, v0);
        zero8(v0);
        max8(v4, v0, v4);
        store8(y + 728, v4);
        load8(v0, r + 736);
        add8(v5, v5, v0);
        zero8(v0);
        max8(v5, v0, v5);
        store8(y + 736, v5);
        load8(v0, r + 744);
        add8(v6, v6, v0);
        zero8(v0);
        max8(v6, v0, v6);
        store8(y + 744, v6);
        load8(v0, r + 752);
        add8(v7, v7, v0);
        zero8(v0);
        max8(v7, v0, v7);
        store8(y + 752, v7);
        load8(v0, r + 1456);
        add8(v8, v8, v0);
        zero8(v0);
        max8(v8, v0, v8);
        store8(y + 1456, v8);
        load8(v0, r + 1464);
        add8(v9, v9, v0);
        zero8(v0);
        max8(v9, v0, v9);
        store8(y + 1464, v9);
        load8(v0, r + 1472);
        add8(v10, v10, v0);
        zero8(v0);
        max8(v10, v0, v10);
        store8(y + 1472, v10);
        load8(v0, r + 1480);
        add8(v11, v11, v0);
        zero8(v0);
        max8(v11, v0, v11);
        store8(y + 1480, v11);
        x += 32;
        y += 32;
        r += 32;
    }
}

/* 16 output channels of 1 x 8 pixels: sums over 64 channels and 3 x 3 taps */
static void c_conv3x3_16x4_25(const float *x, const float *w, float *y, const float *r, const float *b)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8];
    for (int i = 0; i < 2; i++) {
        load8(v0, b);
        copy8(v1, v0);
        copy8(v2, v0);
        copy8(v3, v0);
        load8(v4, b + 8);
        copy8(v5, v4);
        copy8(v6, v4);
        copy8(v7, v4);
        store8(y, v0);
        store8(y + 8, v1);
        store8(y + 16, v2);
        store8(y + 24, v3);
        store8(y + 728, v4);
        store8(y + 736, v5);
        store8(y + 744, v6);
        store8(y + 752, v7);
        x += 32;
        y += 32;
        r += 32;
    }
    x -= 64;
    y -= 64;
    r -= 64;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 2; j++) {
            load8(v0, y);
            load8(v1, y + 8);
            load8(v2, y + 16);
            load8(v3, y + 24);
            load8(v4, y + 728);
            load8(v5, y + 736);
            load8(v6, y + 744);
            load8(v7, y + 752);
            for (int k = 0; k < 2; k++) {
                for (int l = 0; l < 3; l++) {
                    for (int m = 0; m < 3; m++) {
                        load8(v8, w);
                        load8(v9, w + 8);
                        broadcast8(v10, x);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 8);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 16);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 24);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 16);
                        load8(v9, w + 24);
                        broadcast8(v10, x + 1);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 9);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 17);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 25);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 32);
                        load8(v9, w + 40);
                        broadcast8(v10, x + 2);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 10);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 18);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 26);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 48);
                        load8(v9, w + 56);
                        broadcast8(v10, x + 3);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 11);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 19);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 27);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 64);
                        load8(v9, w + 72);
                        broadcast8(v10, x + 4);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 12);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 20);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 28);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 80);
                        load8(v9, w + 88);
                        broadcast8(v10, x + 5);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 13);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 21);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 29);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 96);
                        load8(v9, w + 104);
                        broadcast8(v10, x + 6);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 14);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 22);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 30);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 112);
                        load8(v9, w + 120);
                        broadcast8(v10, x + 7);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 15);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 23);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 31);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        w += 128;
                        x += 8;
                    }
                    x += 48;
                }
                x += 512;
            }
            x -= 1456;
            w -= 2304;
            store8(y, v0);
            store8(y + 8, v1);
            store8(y + 16, v2);
            store8(y + 24, v3);
            store8(y + 728, v4);
            store8(y + 736, v5);
            store8(y + 744, v6);
            store8(y + 752, v7);
            x += 32;
            y += 32;
            r += 32;
        }
        x += 1392;
        y -= 64;
        r -= 64;
        w += 2304;
    }
    for (int i = 0; i < 2; i++) {
        load8(v0, y);
        load8(v1, y + 8);
        load8(v2, y + 16);
        load8(v3, y + 24);
        load8(v4, y + 728);
        load8(v5, y + 736);
        load8(v6, y + 744);
        load8(v7, y + 752);
        load8(v8, r);
        add8(v0, v0, v8);
        zero8(v8);
        max8(v0, v8, v0);
        store8(y, v0);
        load8(v0, r + 8);
        add8(v1, v1, v0);
        zero8(v0);
        max8(v1, v0, v1);
        store8(y + 8, v1);
        load8(v0, r + 16);
        add8(v2, v2, v0);
        zero8(v0);
        max8(v2, v0, v2);
        store8(y + 16, v2);
        load8(v0, r + 24);
        add8(v3, v3, v0);
        zero8(v0);
        max8(v3, v0, v3);
        store8(y + 24, v3);
        load8(v0, r + 728);
        add8(v4, v4, v0);
        zero8(v0);
        max8(v4, v0, v4);
        store8(y + 728, v4);
        load8(v0, r + 736);
        add8(v5, v5, v0);
        zero8(v0);
        max8(v5, v0, v5);
        store8(y + 736, v5);
        load8(v0, r + 744);
        add8(v6, v6, v0);
        zero8(v0);
        max8(v6, v0, v6);
        store8(y + 744, v6);
        load8(v0, r + 752);
        add8(v7, v7, v0);
        zero8(v0);
        max8(v7, v0, v7);
        store8(y + 752, v7);
        x += 32;
        y += 32;
        r += 32;
    }
}

/* 24 output channels of 8 x 8 pixels, averaged: sums over 64 channels and 3 x 3 taps */
static void c_conv3x3_24x4_26(const float *x, const float *w, float *y, const float *r, const float *b, const float *constants)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8], v11[8], v12[8], v13[8], v14[8], v15[8];
    zero8(v0);
    store8(y, v0);
    store8(y + 8, v0);
    store8(y + 16, v0);
    for (int i = 0; i < 8; i++) {
        for (int j = 0; j < 2; j++) {
            load8(v0, b);
            copy8(v1, v0);
            copy8(v2, v0);
            copy8(v3, v0);
            load8(v4, b + 8);
            copy8(v5, v4);
            copy8(v6, v4);
            copy8(v7, v4);
            load8(v8, b + 16);
            copy8(v9, v8);
            copy8(v10, v8);
            copy8(v11, v8);
            for (int k = 0; k < 8; k++) {
                for (int l = 0; l < 3; l++) {
                    for (int m = 0; m < 3; m++) {
                        load8(v12, w);
                        load8(v13, w + 8);
                        load8(v14, w + 16);
                        broadcast8(v15, x);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 8);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 16);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 24);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 24);
                        load8(v13, w + 32);
                        load8(v14, w + 40);
                        broadcast8(v15, x + 1);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 9);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 17);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 25);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 48);
                        load8(v13, w + 56);
                        load8(v14, w + 64);
                        broadcast8(v15, x + 2);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 10);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 18);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 26);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 72);
                        load8(v13, w + 80);
                        load8(v14, w + 88);
                        broadcast8(v15, x + 3);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 11);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 19);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 27);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 96);
                        load8(v13, w + 104);
                        load8(v14, w + 112);
                        broadcast8(v15, x + 4);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 12);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 20);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 28);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 120);
                        load8(v13, w + 128);
                        load8(v14, w + 136);
                        broadcast8(v15, x + 5);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 13);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 21);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 29);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 144);
                        load8(v13, w + 152);
                        load8(v14, w + 160);
                        broadcast8(v15, x + 6);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 14);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 22);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 30);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        load8(v12, w + 168);
                        load8(v13, w + 176);
                        load8(v14, w + 184);
                        broadcast8(v15, x + 7);
                        fma8(v0, v12, v15);
                        fma8(v4, v13, v15);
                        fma8(v8, v14, v15);
                        broadcast8(v15, x + 15);
                        fma8(v1, v12, v15);
                        fma8(v5, v13, v15);
                        fma8(v9, v14, v15);
                        broadcast8(v15, x + 23);
                        fma8(v2, v12, v15);
                        fma8(v6, v13, v15);
                        fma8(v10, v14, v15);
                        broadcast8(v15, x + 31);
                        fma8(v3, v12, v15);
                        fma8(v7, v13, v15);
                        fma8(v11, v14, v15);
                        w += 192;
                        x += 8;
                    }
                    x += 48;
                }
                x += 512;
            }
            x -= 5824;
            w -= 13824;
            load8(v12, r);
            add8(v0, v0, v12);
            zero8(v12);
            max8(v0, v12, v0);
            load8(v12, r + 8);
            add8(v1, v1, v12);
            zero8(v12);
            max8(v1, v12, v1);
            load8(v12, r + 16);
            add8(v2, v2, v12);
            zero8(v12);
            max8(v2, v12, v2);
            load8(v12, r + 24);
            add8(v3, v3, v12);
            zero8(v12);
            max8(v3, v12, v3);
            load8(v12, y);
            add8(v12, v12, v0);
            add8(v12, v12, v1);
            add8(v12, v12, v2);
            add8(v12, v12, v3);
            store8(y, v12);
            load8(v0, r + 728);
            add8(v4, v4, v0);
            zero8(v0);
            max8(v4, v0, v4);
            load8(v0, r + 736);
            add8(v5, v5, v0);
            zero8(v0);
            max8(v5, v0, v5);
            load8(v0, r + 744);
            add8(v6, v6, v0);
            zero8(v0);
            max8(v6, v0, v6);
            load8(v0, r + 752);
            add8(v7, v7, v0);
            zero8(v0);
            max8(v7, v0, v7);
            load8(v0, y + 8);
            add8(v0, v0, v4);
            add8(v0, v0, v5);
            add8(v0, v0, v6);
            add8(v0, v0, v7);
            store8(y + 8, v0);
            load8(v0, r + 1456);
            add8(v8, v8, v0);
            zero8(v0);
            max8(v8, v0, v8);
            load8(v0, r + 1464);
            add8(v9, v9, v0);
            zero8(v0);
            max8(v9, v0, v9);
            load8(v0, r + 1472);
            add8(v10, v10, v0);
            zero8(v0);
            max8(v10, v0, v10);
            load8(v0, r + 1480);
            add8(v11, v11, v0);
            zero8(v0);
            max8(v11, v0, v11);
            load8(v0, y + 16);
            add8(v0, v0, v8);
            add8(v0, v0, v9);
            add8(v0, v0, v10);
            add8(v0, v0, v11);
            store8(y + 16, v0);
            x += 32;
            r += 32;
        }
        x += 8;
        r += 8;
    }
    x -= 576;
    r -= 576;
    broadcast8(v0, constants);
    load8(v1, y);
    mul8(v1, v1, v0);
    store8(y, v1);
    load8(v1, y + 8);
    mul8(v1, v1, v0);
    store8(y + 8, v1);
    load8(v1, y + 16);
    mul8(v1, v1, v0);
    store8(y + 16, v1);
}

/* 16 output channels of 8 x 8 pixels, averaged: sums over 64 channels and 3 x 3 taps */
static void c_conv3x3_16x4_27(const float *x, const float *w, float *y, const float *r, const float *b, const float *constants)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8];
    zero8(v0);
    store8(y, v0);
    store8(y + 8, v0);
    for (int i = 0; i < 8; i++) {
        for (int j = 0; j < 2; j++) {
            load8(v0, b);
            copy8(v1, v0);
            copy8(v2, v0);
            copy8(v3, v0);
            load8(v4, b + 8);
            copy8(v5, v4);
            copy8(v6, v4);
            copy8(v7, v4);
            for (int k = 0; k < 8; k++) {
                for (int l = 0; l < 3; l++) {
                    for (int m = 0; m < 3; m++) {
                        load8(v8, w);
                        load8(v9, w + 8);
                        broadcast8(v10, x);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 8);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 16);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 24);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 16);
                        load8(v9, w + 24);
                        broadcast8(v10, x + 1);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 9);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 17);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 25);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 32);
                        load8(v9, w + 40);
                        broadcast8(v10, x + 2);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 10);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 18);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 26);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 48);
                        load8(v9, w + 56);
                        broadcast8(v10, x + 3);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 11);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 19);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 27);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 64);
                        load8(v9, w + 72);
                        broadcast8(v10, x + 4);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 12);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 20);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 28);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 80);
                        load8(v9, w + 88);
                        broadcast8(v10, x + 5);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 13);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 21);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 29);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 96);
                        load8(v9, w + 104);
                        broadcast8(v10, x + 6);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 14);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 22);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 30);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        load8(v8, w + 112);
                        load8(v9, w + 120);
                        broadcast8(v10, x + 7);
                        fma8(v0, v8, v10);
                        fma8(v4, v9, v10);
                        broadcast8(v10, x + 15);
                        fma8(v1, v8, v10);
                        fma8(v5, v9, v10);
                        broadcast8(v10, x + 23);
                        fma8(v2, v8, v10);
                        fma8(v6, v9, v10);
                        broadcast8(v10, x + 31);
                        fma8(v3, v8, v10);
                        fma8(v7, v9, v10);
                        w += 128;
                        x += 8;
                    }
                    x += 48;
                }
                x += 512;
            }
            x -= 5824;
            w -= 9216;
            load8(v8, r);
            add8(v0, v0, v8);
            zero8(v8);
            max8(v0, v8, v0);
            load8(v8, r + 8);
            add8(v1, v1, v8);
            zero8(v8);
            max8(v1, v8, v1);
            load8(v8, r + 16);
            add8(v2, v2, v8);
            zero8(v8);
            max8(v2, v8, v2);
            load8(v8, r + 24);
            add8(v3, v3, v8);
            zero8(v8);
            max8(v3, v8, v3);
            load8(v8, y);
            add8(v8, v8, v0);
            add8(v8, v8, v1);
            add8(v8, v8, v2);
            add8(v8, v8, v3);
            store8(y, v8);
            load8(v0, r + 728);
            add8(v4, v4, v0);
            zero8(v0);
            max8(v4, v0, v4);
            load8(v0, r + 736);
            add8(v5, v5, v0);
            zero8(v0);
            max8(v5, v0, v5);
            load8(v0, r + 744);
            add8(v6, v6, v0);
            zero8(v0);
            max8(v6, v0, v6);
            load8(v0, r + 752);
            add8(v7, v7, v0);
            zero8(v0);
            max8(v7, v0, v7);
            load8(v0, y + 8);
            add8(v0, v0, v4);
            add8(v0, v0, v5);
            add8(v0, v0, v6);
            add8(v0, v0, v7);
            store8(y + 8, v0);
            x += 32;
            r += 32;
        }
        x += 8;
        r += 8;
    }
    x -= 576;
    r -= 576;
    broadcast8(v0, constants);
    load8(v1, y);
    mul8(v1, v1, v0);
    store8(y, v1);
    load8(v1, y + 8);
    mul8(v1, v1, v0);
    store8(y + 8, v1);
}

/* 16 output channels of 1 x 1 pixels: sums over 64 channels and 1 x 1 taps */
static void c_conv1x1_16x1_28(const float *x, const float *w, float *y, const float *b)
{
    float v0[8], v1[8], v2[8], v3[8];
    load8(v0, b);
    load8(v1, b + 8);
    for (int i = 0; i < 8; i++) {
        broadcast8(v2, x);
        load8(v3, w);
        fma8(v0, v3, v2);
        load8(v3, w + 8);
        fma8(v1, v3, v2);
        broadcast8(v2, x + 1);
        load8(v3, w + 16);
        fma8(v0, v3, v2);
        load8(v3, w + 24);
        fma8(v1, v3, v2);
        broadcast8(v2, x + 2);
        load8(v3, w + 32);
        fma8(v0, v3, v2);
        load8(v3, w + 40);
        fma8(v1, v3, v2);
        broadcast8(v2, x + 3);
        load8(v3, w + 48);
        fma8(v0, v3, v2);
        load8(v3, w + 56);
        fma8(v1, v3, v2);
        broadcast8(v2, x + 4);
        load8(v3, w + 64);
        fma8(v0, v3, v2);
        load8(v3, w + 72);
        fma8(v1, v3, v2);
        broadcast8(v2, x + 5);
        load8(v3, w + 80);
        fma8(v0, v3, v2);
        load8(v3, w + 88);
        fma8(v1, v3, v2);
        broadcast8(v2, x + 6);
        load8(v3, w + 96);
        fma8(v0, v3, v2);
        load8(v3, w + 104);
        fma8(v1, v3, v2);
        broadcast8(v2, x + 7);
        load8(v3, w + 112);
        fma8(v0, v3, v2);
        load8(v3, w + 120);
        fma8(v1, v3, v2);
        w += 128;
        x += 8;
    }
    x -= 64;
    w -= 1024;
    store8(y, v0);
    store8(y + 8, v1);
}

/* 10 channels of one pixel */
static void c_copy_29(const float *x, float *y)
{
    float v0[8];
    load8(v0, x);
    store8(y, v0);
    x += 8;
    y += 8;
    load1(v0, x);
    *(y) = v0[0];
    load1(v0, x + 1);
    *(y + 1) = v0[0];
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
        c_copy_0(x + i * 1024, y + i * 1123);
        return;
    }
    tile -= 3;
    const ptrdiff_t i = tile;
    c_border_1(y + i * 1123 - 34);
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
        c_conv3x3_16x6_2(x + i * 66 - 34, w, y + i * 528, b);
        return;
    }
    tile -= 16;
    const ptrdiff_t i = tile;
    c_border_3(y + i * 8984 - 272);
}

static const Part parts_conv_1[] = {{1, 16, 6756}, {1, 2, 237}, {0}};

/* convolution 3 x 3, stride 1: 16 x 32 x 32 -> 16 x 32 x 32, then relu; direct, tiles of 16 x 6
 * 2,359,296 MACs per image. Layers layer1.0.conv1 (cifar_resnet.yaml:26), layer1.1.conv1 (cifar_resnet.yaml:26),
 * layer1.2.conv1 (cifar_resnet.yaml:26). */
static void step_conv_2(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 18;
    ptrdiff_t tile = task % 18;
    const float *x = run->arena + image * 53904 + slot[0];
    const float *w = run->weights + slot[1];
    float *y = run->arena + image * 53904 + slot[2];
    const float *b = run->weights + slot[3];
    if (tile < 16) {
        const ptrdiff_t i = tile;
        c_conv3x3_16x6_4(x + i * 528 - 272, w, y + i * 528, b);
        return;
    }
    tile -= 16;
    const ptrdiff_t i = tile;
    c_border_3(y + i * 8984 - 272);
}

static const Part parts_conv_2[] = {{1, 16, 32424}, {1, 2, 237}, {0}};

/* convolution 3 x 3, stride 1: 16 x 32 x 32 -> 16 x 32 x 32, then add, then relu; direct, tiles of 16 x 6
 * 2,359,296 MACs per image. Layers layer1.0.conv2 (cifar_resnet.yaml:29), layer1.1.conv2 (cifar_resnet.yaml:29),
 * layer1.2.conv2 (cifar_resnet.yaml:29). */
static void step_conv_3(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 18;
    ptrdiff_t tile = task % 18;
    const float *x = run->arena + image * 53904 + slot[0];
    const float *w = run->weights + slot[1];
    float *y = run->arena + image * 53904 + slot[2];
    const float *r = run->arena + image * 53904 + slot[3];
    const float *b = run->weights + slot[4];
    if (tile < 16) {
        const ptrdiff_t i = tile;
        c_conv3x3_16x6_5(x + i * 528 - 272, w, y + i * 528, r + i * 528, b);
        return;
    }
    tile -= 16;
    const ptrdiff_t i = tile;
    c_border_3(y + i * 8984 - 272);
}

static const Part parts_conv_3[] = {{1, 16, 32695}, {1, 2, 237}, {0}};

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
        c_conv3x3_32x3_6(x + i * 528 - 272, w, y + i * 136, b);
        return;
    }
    tile -= 16;
    const ptrdiff_t i = tile;
    c_border_7(y + i * 2456 - 144);
}

static const Part parts_conv_4[] = {{1, 16, 16064}, {1, 4, 125}, {0}};

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
    c_max_pool_8(x + i * 8984 + j * 528, y + i * 2064 + j * 128);
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
        c_pad_9(x + i * 2064, y + i * 2064);
        return;
    }
    tile -= 2;
    const ptrdiff_t i = tile;
    c_fill_10(y + i * 2064 + 4128, fill_10_constants);
}

static const Part parts_pad_6[] = {{1, 2, 1058}, {1, 2, 547}, {0}};

/* convolution 3 x 3, stride 1: 32 x 16 x 16 -> 32 x 16 x 16, then add, then relu; direct, tiles of 32 x 3
 * 2,359,296 MACs per image. Layer layer2.0.conv2 (cifar_resnet.yaml:29). */
static void step_conv_7(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 20;
    ptrdiff_t tile = task % 20;
    const float *x = run->arena + image * 53904 + slot[0];
    const float *w = run->weights + slot[1];
    float *y = run->arena + image * 53904 + slot[2];
    const float *r = run->arena + image * 53904 + slot[3];
    const float *b = run->weights + slot[4];
    if (tile < 16) {
        const ptrdiff_t i = tile;
        c_conv3x3_32x3_11(x + i * 136 - 144, w, y + i * 136, r + i * 128, b);
        return;
    }
    tile -= 16;
    const ptrdiff_t i = tile;
    c_border_7(y + i * 2456 - 144);
}

static const Part parts_conv_7[] = {{1, 16, 31876}, {1, 4, 125}, {0}};

/* convolution 3 x 3, stride 1: 32 x 16 x 16 -> 32 x 16 x 16, then relu; direct, tiles of 32 x 3
 * 2,359,296 MACs per image. Layers layer2.1.conv1 (cifar_resnet.yaml:26), layer2.2.conv1 (cifar_resnet.yaml:26). */
static void step_conv_8(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 20;
    ptrdiff_t tile = task % 20;
    const float *x = run->arena + image * 53904 + slot[0];
    const float *w = run->weights + slot[1];
    float *y = run->arena + image * 53904 + slot[2];
    const float *b = run->weights + slot[3];
    if (tile < 16) {
        const ptrdiff_t i = tile;
        c_conv3x3_32x3_12(x + i * 136 - 144, w, y + i * 136, b);
        return;
    }
    tile -= 16;
    const ptrdiff_t i = tile;
    c_border_7(y + i * 2456 - 144);
}

static const Part parts_conv_8[] = {{1, 16, 31706}, {1, 4, 125}, {0}};

/* convolution 3 x 3, stride 1: 32 x 16 x 16 -> 32 x 16 x 16, then add, then relu; direct, tiles of 32 x 3
 * 2,359,296 MACs per image. Layers layer2.1.conv2 (cifar_resnet.yaml:29), layer2.2.conv2 (cifar_resnet.yaml:29). */
static void step_conv_9(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 20;
    ptrdiff_t tile = task % 20;
    const float *x = run->arena + image * 53904 + slot[0];
    const float *w = run->weights + slot[1];
    float *y = run->arena + image * 53904 + slot[2];
    const float *r = run->arena + image * 53904 + slot[3];
    const float *b = run->weights + slot[4];
    if (tile < 16) {
        const ptrdiff_t i = tile;
        c_conv3x3_32x3_13(x + i * 136 - 144, w, y + i * 136, r + i * 136, b);
        return;
    }
    tile -= 16;
    const ptrdiff_t i = tile;
    c_border_7(y + i * 2456 - 144);
}

static const Part parts_conv_9[] = {{1, 16, 31876}, {1, 4, 125}, {0}};

/* convolution 3 x 3, stride 2: 32 x 16 x 16 -> 64 x 8 x 8, then relu; direct, tiles of 24 x 4
 * 1,179,648 MACs per image. Layer layer3.0.conv1 (cifar_resnet.yaml:26). */
static void step_conv_10(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 32;
    ptrdiff_t tile = task % 32;
    const float *x = run->arena + image * 53904 + slot[0];
    const float *w = run->weights + slot[1];
    float *y = run->arena + image * 53904 + slot[2];
    const float *b = run->weights + slot[3];
    if (tile < 16) {
        const ptrdiff_t i = tile / 2;
        const ptrdiff_t j = tile % 2;
        c_conv3x3_24x4_14(x + i * 272 - 144, w + j * 6912, y + i * 72 + j * 2184, b + j * 24);
        return;
    }
    tile -= 16;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_conv3x3_16x4_15(x + i * 272 - 144, w + 13824, y + i * 72 + 4368, b + 48);
        return;
    }
    tile -= 8;
    const ptrdiff_t i = tile;
    c_border_16(y + i * 728 - 80);
}

static const Part parts_conv_10[] = {{1, 16, 11476}, {1, 8, 8516}, {1, 8, 69}, {0}};

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
    c_max_pool_17(x + i * 2456 + j * 272, y + i * 528 + j * 64);
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
        c_pad_18(x + i * 528, y + i * 528);
        return;
    }
    tile -= 4;
    const ptrdiff_t i = tile;
    c_fill_19(y + i * 528 + 2112, fill_19_constants);
}

static const Part parts_pad_12[] = {{1, 4, 274}, {1, 4, 147}, {0}};

/* convolution 3 x 3, stride 1: 64 x 8 x 8 -> 64 x 8 x 8, then add, then relu; direct, tiles of 24 x 4
 * 2,359,296 MACs per image. Layer layer3.0.conv2 (cifar_resnet.yaml:29). */
static void step_conv_13(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 32;
    ptrdiff_t tile = task % 32;
    const float *x = run->arena + image * 53904 + slot[0];
    const float *w = run->weights + slot[1];
    float *y = run->arena + image * 53904 + slot[2];
    const float *r = run->arena + image * 53904 + slot[3];
    const float *b = run->weights + slot[4];
    if (tile < 16) {
        const ptrdiff_t i = tile / 2;
        const ptrdiff_t j = tile % 2;
        c_conv3x3_24x4_20(x + i * 72 - 80, w + j * 13824, y + i * 72 + j * 2184, r + i * 64 + j * 1584, b + j * 24);
        return;
    }
    tile -= 16;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_conv3x3_16x4_21(x + i * 72 - 80, w + 27648, y + i * 72 + 4368, r + i * 64 + 3168, b + 48);
        return;
    }
    tile -= 8;
    const ptrdiff_t i = tile;
    c_border_16(y + i * 728 - 80);
}

static const Part parts_conv_13[] = {{1, 16, 22856}, {1, 8, 16968}, {1, 8, 69}, {0}};

/* convolution 3 x 3, stride 1: 64 x 8 x 8 -> 64 x 8 x 8, then relu; direct, tiles of 24 x 4
 * 2,359,296 MACs per image. Layers layer3.1.conv1 (cifar_resnet.yaml:26), layer3.2.conv1 (cifar_resnet.yaml:26). */
static void step_conv_14(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 32;
    ptrdiff_t tile = task % 32;
    const float *x = run->arena + image * 53904 + slot[0];
    const float *w = run->weights + slot[1];
    float *y = run->arena + image * 53904 + slot[2];
    const float *b = run->weights + slot[3];
    if (tile < 16) {
        const ptrdiff_t i = tile / 2;
        const ptrdiff_t j = tile % 2;
        c_conv3x3_24x4_22(x + i * 72 - 80, w + j * 13824, y + i * 72 + j * 2184, b + j * 24);
        return;
    }
    tile -= 16;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_conv3x3_16x4_23(x + i * 72 - 80, w + 27648, y + i * 72 + 4368, b + 48);
        return;
    }
    tile -= 8;
    const ptrdiff_t i = tile;
    c_border_16(y + i * 728 - 80);
}

static const Part parts_conv_14[] = {{1, 16, 22790}, {1, 8, 16918}, {1, 8, 69}, {0}};

/* convolution 3 x 3, stride 1: 64 x 8 x 8 -> 64 x 8 x 8, then add, then relu; direct, tiles of 24 x 4
 * 2,359,296 MACs per image. Layer layer3.1.conv2 (cifar_resnet.yaml:29). */
static void step_conv_15(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 32;
    ptrdiff_t tile = task % 32;
    const float *x = run->arena + image * 53904 + slot[0];
    const float *w = run->weights + slot[1];
    float *y = run->arena + image * 53904 + slot[2];
    const float *r = run->arena + image * 53904 + slot[3];
    const float *b = run->weights + slot[4];
    if (tile < 16) {
        const ptrdiff_t i = tile / 2;
        const ptrdiff_t j = tile % 2;
        c_conv3x3_24x4_24(x + i * 72 - 80, w + j * 13824, y + i * 72 + j * 2184, r + i * 72 + j * 2184, b + j * 24);
        return;
    }
    tile -= 16;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_conv3x3_16x4_25(x + i * 72 - 80, w + 27648, y + i * 72 + 4368, r + i * 72 + 4368, b + 48);
        return;
    }
    tile -= 8;
    const ptrdiff_t i = tile;
    c_border_16(y + i * 728 - 80);
}

static const Part parts_conv_15[] = {{1, 16, 22856}, {1, 8, 16968}, {1, 8, 69}, {0}};

/* convolution 3 x 3, stride 1: 64 x 8 x 8 -> 64 x 8 x 8, then add, then relu, then global_avg_pool; direct, tiles
 * of 24 x 4
 * 2,359,296 MACs per image. Layer layer3.2.conv2 (cifar_resnet.yaml:29). */
static void step_conv_16(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task / 3;
    ptrdiff_t tile = task % 3;
    const float *x = run->arena + image * 53904 + slot[0];
    const float *w = run->weights + slot[1];
    float *y = run->arena + image * 53904 + slot[2];
    const float *r = run->arena + image * 53904 + slot[3];
    const float *b = run->weights + slot[4];
    if (tile < 2) {
        const ptrdiff_t j = tile;
        c_conv3x3_24x4_26(x - 80, w + j * 13824, y + j * 24, r + j * 2184, b + j * 24, conv3x3_24x4_26_constants);
        return;
    }
    tile -= 2;
    c_conv3x3_16x4_27(x - 80, w + 27648, y + 48, r + 4368, b + 48, conv3x3_16x4_27_constants);
}

static const Part parts_conv_16[] = {{1, 2, 180338}, {1, 1, 133838}, {0}};

/* linear: 64 -> 10; direct, tiles of 16 x 1
 * 640 MACs per image. Layer fc (cifar_resnet.yaml:42). */
static void step_linear_17(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task;
    const float *x = run->arena + image * 53904 + slot[0];
    const float *w = run->weights + slot[1];
    float *y = run->arena + image * 53904 + slot[2];
    const float *b = run->weights + slot[3];
    c_conv1x1_16x1_28(x, w, y, b);
}

static const Part parts_linear_17[] = {{1, 1, 344}, {0}};

/* the output as the caller reads it: 10 x 1 x 1
 * Layer output (cifar_resnet.yaml:42). */
static void step_output_18(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task;
    const float *x = run->arena + image * 53904 + slot[0];
    float *y = run->output + image * 10 + slot[1];
    c_copy_29(x, y);
}

static const Part parts_output_18[] = {{1, 1, 10}, {0}};

/* The layers in the order in which they run. */
static const Step steps[] = {
    { step_copy_0, parts_copy_0, { 0, 18002 } },                        /* input.border */
    { step_conv_1, parts_conv_1, { 18002, 0, 272, 432 } },              /* conv1 */
    { step_conv_2, parts_conv_2, { 272, 448, 18240, 2752 } },           /* layer1.0.conv1 */
    { step_conv_3, parts_conv_3, { 18240, 2768, 36208, 272, 5072 } },   /* layer1.0.conv2 */
    { step_conv_2, parts_conv_2, { 36208, 5088, 272, 7392 } },          /* layer1.1.conv1 */
    { step_conv_3, parts_conv_3, { 272, 7408, 18240, 36208, 9712 } },   /* layer1.1.conv2 */
    { step_conv_2, parts_conv_2, { 18240, 9728, 272, 12032 } },         /* layer1.2.conv1 */
    { step_conv_3, parts_conv_3, { 272, 12048, 36208, 18240, 14352 } }, /* layer1.2.conv2 */
    { step_conv_4, parts_conv_4, { 36208, 14368, 144, 18976 } },        /* layer2.0.conv1 */
    { step_max_pool_5, parts_max_pool_5, { 36208, 9824 } },             /* layer2.0.subsample */
    { step_pad_6, parts_pad_6, { 9824, 19648 } },                       /* layer2.0.widen */
    { step_conv_7, parts_conv_7, { 144, 19008, 9968, 19648, 28224 } },  /* layer2.0.conv2 */
    { step_conv_8, parts_conv_8, { 9968, 28256, 144, 37472 } },         /* layer2.1.conv1 */
    { step_conv_9, parts_conv_9, { 144, 37504, 19792, 9968, 46720 } },  /* layer2.1.conv2 */
    { step_conv_8, parts_conv_8, { 19792, 46752, 144, 55968 } },        /* layer2.2.conv1 */
    { step_conv_9, parts_conv_9, { 144, 56000, 9968, 19792, 65216 } },  /* layer2.2.conv2 */
    { step_conv_10, parts_conv_10, { 9968, 65248, 80, 83680 } },        /* layer3.0.conv1 */
    { step_max_pool_11, parts_max_pool_11, { 9968, 5824 } },            /* layer3.0.subsample */
    { step_pad_12, parts_pad_12, { 5824, 11648 } },                     /* layer3.0.widen */
    { step_conv_13, parts_conv_13, { 80, 83744, 5904, 11648, 120608 } }, /* layer3.0.conv2 */
    { step_conv_14, parts_conv_14, { 5904, 120672, 80, 157536 } },      /* layer3.1.conv1 */
    { step_conv_15, parts_conv_15, { 80, 157600, 11728, 5904, 194464 } }, /* layer3.1.conv2 */
    { step_conv_14, parts_conv_14, { 11728, 194528, 80, 231392 } },     /* layer3.2.conv1 */
    { step_conv_16, parts_conv_16, { 80, 231456, 5824, 11728, 268320 } }, /* layer3.2.conv2 */
    { step_linear_17, parts_linear_17, { 5824, 268384, 0, 269408 } },   /* fc */
    { step_output_18, parts_output_18, { 0, 0 } },                      /* output */
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
        const Step *step = &steps[i];
        const ptrdiff_t end = first_task(step->part, run->batch, thread + 1, threads);
        for (ptrdiff_t task = first_task(step->part, run->batch, thread, threads); task < end; task++)
            step->run(run, step->slot, task);
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
