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
 * takes 215,616 bytes of arena; the weights take 2,370,048 bytes.
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

HELPER void sub8(float *d, const float *a, const float *b)
{
    for (int i = 0; i < 8; i++)
        d[i] = a[i] - b[i];
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
                    load8(v12, w + 48);
                    load8(v13, w + 56);
                    broadcast8(v14, x + 1);
                    fma8(v0, v12, v14);
                    fma8(v6, v13, v14);
                    broadcast8(v14, x + 2);
                    fma8(v1, v12, v14);
                    fma8(v7, v13, v14);
                    broadcast8(v14, x + 3);
                    fma8(v2, v12, v14);
                    fma8(v8, v13, v14);
                    broadcast8(v14, x + 4);
                    fma8(v3, v12, v14);
                    fma8(v9, v13, v14);
                    broadcast8(v14, x + 5);
                    fma8(v4, v12, v14);
                    fma8(v10, v13, v14);
                    broadcast8(v14, x + 6);
                    fma8(v5, v12, v14);
                    fma8(v11, v13, v14);
                    load8(v12, w + 96);
                    load8(v13, w + 104);
                    broadcast8(v14, x + 2);
                    fma8(v0, v12, v14);
                    fma8(v6, v13, v14);
                    broadcast8(v14, x + 3);
                    fma8(v1, v12, v14);
                    fma8(v7, v13, v14);
                    broadcast8(v14, x + 4);
                    fma8(v2, v12, v14);
                    fma8(v8, v13, v14);
                    broadcast8(v14, x + 5);
                    fma8(v3, v12, v14);
                    fma8(v9, v13, v14);
                    broadcast8(v14, x + 6);
                    fma8(v4, v12, v14);
                    fma8(v10, v13, v14);
                    broadcast8(v14, x + 7);
                    fma8(v5, v12, v14);
                    fma8(v11, v13, v14);
                    w += 16;
                    x += 1123;
                }
                w += 96;
                x -= 3336;
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
                    load8(v10, w + 48);
                    load8(v11, w + 56);
                    broadcast8(v12, x + 1);
                    fma8(v0, v10, v12);
                    fma8(v5, v11, v12);
                    broadcast8(v12, x + 2);
                    fma8(v1, v10, v12);
                    fma8(v6, v11, v12);
                    broadcast8(v12, x + 3);
                    fma8(v2, v10, v12);
                    fma8(v7, v11, v12);
                    broadcast8(v12, x + 4);
                    fma8(v3, v10, v12);
                    fma8(v8, v11, v12);
                    broadcast8(v12, x + 5);
                    fma8(v4, v10, v12);
                    fma8(v9, v11, v12);
                    load8(v10, w + 96);
                    load8(v11, w + 104);
                    broadcast8(v12, x + 2);
                    fma8(v0, v10, v12);
                    fma8(v5, v11, v12);
                    broadcast8(v12, x + 3);
                    fma8(v1, v10, v12);
                    fma8(v6, v11, v12);
                    broadcast8(v12, x + 4);
                    fma8(v2, v10, v12);
                    fma8(v7, v11, v12);
                    broadcast8(v12, x + 5);
                    fma8(v3, v10, v12);
                    fma8(v8, v11, v12);
                    broadcast8(v12, x + 6);
                    fma8(v4, v10, v12);
                    fma8(v9, v11, v12);
                    w += 16;
                    x += 1123;
                }
                w += 96;
                x -= 3336;
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

/* V = Bt d B of a window d of 6 x 6 pixels; with a = sqrt(1/2), b = sqrt(2) the rows of Bt are
 *    1    0 -5/2    0    1    0
 *    0  -2a   -2    a    1    0
 *    0   2a   -2   -a    1    0
 *    0 -b/2 -1/2    b    1    0
 *    0  b/2 -1/2   -b    1    0
 *    0    1    0 -5/2    0    1.
 * 4 x 8 tiles, 2 blocks of 8 channels: V[6 x 6][block][tile][8] */
static void c_winograd4_input_4(const float *x, float *t, float *v, const float *constants)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8], v11[8], v12[8], v13[8];
    broadcast8(v0, constants);
    broadcast8(v1, constants + 1);
    broadcast8(v2, constants + 2);
    broadcast8(v3, constants + 3);
    broadcast8(v4, constants + 4);
    broadcast8(v5, constants + 5);
    broadcast8(v6, constants + 6);
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 4; j++) {
            for (int k = 0; k < 8; k++) {
                for (int l = 0; l < 6; l++) {
                    load8(v7, x);
                    load8(v8, x + 8);
                    load8(v9, x + 16);
                    load8(v10, x + 24);
                    load8(v11, x + 32);
                    load8(v12, x + 40);
                    add8(v7, v7, v11);
                    fma8(v7, v9, v0);
                    store8(t, v7);
                    add8(v12, v12, v8);
                    fma8(v12, v10, v0);
                    store8(t + 40, v12);
                    copy8(v7, v11);
                    copy8(v12, v10);
                    fma8(v7, v9, v1);
                    fma8(v12, v8, v1);
                    copy8(v13, v7);
                    fma8(v13, v12, v3);
                    store8(t + 8, v13);
                    fma8(v7, v12, v4);
                    store8(t + 16, v7);
                    fma8(v11, v9, v2);
                    fma8(v10, v8, v2);
                    copy8(v7, v11);
                    fma8(v7, v10, v5);
                    store8(t + 24, v7);
                    fma8(v11, v10, v6);
                    store8(t + 32, v11);
                    x += 264;
                    t += 48;
                }
                x -= 1584;
                t -= 288;
                for (int l = 0; l < 6; l++) {
                    load8(v7, t);
                    load8(v8, t + 48);
                    load8(v9, t + 96);
                    load8(v10, t + 144);
                    load8(v11, t + 192);
                    load8(v12, t + 240);
                    add8(v7, v7, v11);
                    fma8(v7, v9, v0);
                    store8(v, v7);
                    add8(v12, v12, v8);
                    fma8(v12, v10, v0);
                    store8(v + 15840, v12);
                    copy8(v7, v11);
                    copy8(v12, v10);
                    fma8(v7, v9, v1);
                    fma8(v12, v8, v1);
                    copy8(v13, v7);
                    fma8(v13, v12, v3);
                    store8(v + 3168, v13);
                    fma8(v7, v12, v4);
                    store8(v + 6336, v7);
                    fma8(v11, v9, v2);
                    fma8(v10, v8, v2);
                    copy8(v7, v11);
                    fma8(v7, v10, v5);
                    store8(v + 9504, v7);
                    fma8(v11, v10, v6);
                    store8(v + 12672, v11);
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
static void c_winograd4_product_16x6_5(const float *v, const float *w, float *m)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8], v11[8], v12[8], v13[8], v14[8];
    for (int i = 0; i < 36; i++) {
        for (int j = 0; j < 2; j++) {
            zero8(v0);
            zero8(v1);
            zero8(v2);
            zero8(v3);
            zero8(v4);
            zero8(v5);
            zero8(v6);
            zero8(v7);
            zero8(v8);
            zero8(v9);
            zero8(v10);
            zero8(v11);
            for (int k = 0; k < 2; k++) {
                for (int l = 0; l < 2; l++) {
                    load8(v12, w);
                    load8(v13, w + 8);
                    broadcast8(v14, v);
                    fma8(v0, v12, v14);
                    fma8(v6, v13, v14);
                    broadcast8(v14, v + 8);
                    fma8(v1, v12, v14);
                    fma8(v7, v13, v14);
                    broadcast8(v14, v + 16);
                    fma8(v2, v12, v14);
                    fma8(v8, v13, v14);
                    broadcast8(v14, v + 24);
                    fma8(v3, v12, v14);
                    fma8(v9, v13, v14);
                    broadcast8(v14, v + 32);
                    fma8(v4, v12, v14);
                    fma8(v10, v13, v14);
                    broadcast8(v14, v + 40);
                    fma8(v5, v12, v14);
                    fma8(v11, v13, v14);
                    load8(v12, w + 16);
                    load8(v13, w + 24);
                    broadcast8(v14, v + 1);
                    fma8(v0, v12, v14);
                    fma8(v6, v13, v14);
                    broadcast8(v14, v + 9);
                    fma8(v1, v12, v14);
                    fma8(v7, v13, v14);
                    broadcast8(v14, v + 17);
                    fma8(v2, v12, v14);
                    fma8(v8, v13, v14);
                    broadcast8(v14, v + 25);
                    fma8(v3, v12, v14);
                    fma8(v9, v13, v14);
                    broadcast8(v14, v + 33);
                    fma8(v4, v12, v14);
                    fma8(v10, v13, v14);
                    broadcast8(v14, v + 41);
                    fma8(v5, v12, v14);
                    fma8(v11, v13, v14);
                    load8(v12, w + 32);
                    load8(v13, w + 40);
                    broadcast8(v14, v + 2);
                    fma8(v0, v12, v14);
                    fma8(v6, v13, v14);
                    broadcast8(v14, v + 10);
                    fma8(v1, v12, v14);
                    fma8(v7, v13, v14);
                    broadcast8(v14, v + 18);
                    fma8(v2, v12, v14);
                    fma8(v8, v13, v14);
                    broadcast8(v14, v + 26);
                    fma8(v3, v12, v14);
                    fma8(v9, v13, v14);
                    broadcast8(v14, v + 34);
                    fma8(v4, v12, v14);
                    fma8(v10, v13, v14);
                    broadcast8(v14, v + 42);
                    fma8(v5, v12, v14);
                    fma8(v11, v13, v14);
                    load8(v12, w + 48);
                    load8(v13, w + 56);
                    broadcast8(v14, v + 3);
                    fma8(v0, v12, v14);
                    fma8(v6, v13, v14);
                    broadcast8(v14, v + 11);
                    fma8(v1, v12, v14);
                    fma8(v7, v13, v14);
                    broadcast8(v14, v + 19);
                    fma8(v2, v12, v14);
                    fma8(v8, v13, v14);
                    broadcast8(v14, v + 27);
                    fma8(v3, v12, v14);
                    fma8(v9, v13, v14);
                    broadcast8(v14, v + 35);
                    fma8(v4, v12, v14);
                    fma8(v10, v13, v14);
                    broadcast8(v14, v + 43);
                    fma8(v5, v12, v14);
                    fma8(v11, v13, v14);
                    w += 64;
                    v += 4;
                }
                v += 248;
            }
            v -= 512;
            w -= 256;
            store8(m, v0);
            store8(m + 8, v1);
            store8(m + 16, v2);
            store8(m + 24, v3);
            store8(m + 32, v4);
            store8(m + 40, v5);
            store8(m + 256, v6);
            store8(m + 264, v7);
            store8(m + 272, v8);
            store8(m + 280, v9);
            store8(m + 288, v10);
            store8(m + 296, v11);
            v += 48;
            m += 48;
        }
        for (int j = 0; j < 4; j++) {
            zero8(v0);
            zero8(v1);
            zero8(v2);
            zero8(v3);
            zero8(v4);
            zero8(v5);
            zero8(v6);
            zero8(v7);
            zero8(v8);
            zero8(v9);
            for (int k = 0; k < 2; k++) {
                for (int l = 0; l < 2; l++) {
                    load8(v10, w);
                    load8(v11, w + 8);
                    broadcast8(v12, v);
                    fma8(v0, v10, v12);
                    fma8(v5, v11, v12);
                    broadcast8(v12, v + 8);
                    fma8(v1, v10, v12);
                    fma8(v6, v11, v12);
                    broadcast8(v12, v + 16);
                    fma8(v2, v10, v12);
                    fma8(v7, v11, v12);
                    broadcast8(v12, v + 24);
                    fma8(v3, v10, v12);
                    fma8(v8, v11, v12);
                    broadcast8(v12, v + 32);
                    fma8(v4, v10, v12);
                    fma8(v9, v11, v12);
                    load8(v10, w + 16);
                    load8(v11, w + 24);
                    broadcast8(v12, v + 1);
                    fma8(v0, v10, v12);
                    fma8(v5, v11, v12);
                    broadcast8(v12, v + 9);
                    fma8(v1, v10, v12);
                    fma8(v6, v11, v12);
                    broadcast8(v12, v + 17);
                    fma8(v2, v10, v12);
                    fma8(v7, v11, v12);
                    broadcast8(v12, v + 25);
                    fma8(v3, v10, v12);
                    fma8(v8, v11, v12);
                    broadcast8(v12, v + 33);
                    fma8(v4, v10, v12);
                    fma8(v9, v11, v12);
                    load8(v10, w + 32);
                    load8(v11, w + 40);
                    broadcast8(v12, v + 2);
                    fma8(v0, v10, v12);
                    fma8(v5, v11, v12);
                    broadcast8(v12, v + 10);
                    fma8(v1, v10, v12);
                    fma8(v6, v11, v12);
                    broadcast8(v12, v + 18);
                    fma8(v2, v10, v12);
                    fma8(v7, v11, v12);
                    broadcast8(v12, v + 26);
                    fma8(v3, v10, v12);
                    fma8(v8, v11, v12);
                    broadcast8(v12, v + 34);
                    fma8(v4, v10, v12);
                    fma8(v9, v11, v12);
                    load8(v10, w + 48);
                    load8(v11, w + 56);
                    broadcast8(v12, v + 3);
                    fma8(v0, v10, v12);
                    fma8(v5, v11, v12);
                    broadcast8(v12, v + 11);
                    fma8(v1, v10, v12);
                    fma8(v6, v11, v12);
                    broadcast8(v12, v + 19);
                    fma8(v2, v10, v12);
                    fma8(v7, v11, v12);
                    broadcast8(v12, v + 27);
                    fma8(v3, v10, v12);
                    fma8(v8, v11, v12);
                    broadcast8(v12, v + 35);
                    fma8(v4, v10, v12);
                    fma8(v9, v11, v12);
                    w += 64;
                    v += 4;
                }
                v += 248;
            }
            v -= 512;
            w -= 256;
            store8(m, v0);
            store8(m + 8, v1);
            store8(m + 16, v2);
            store8(m + 24, v3);
            store8(m + 32, v4);
            store8(m + 256, v5);
            store8(m + 264, v6);
            store8(m + 272, v7);
            store8(m + 280, v8);
            store8(m + 288, v9);
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
static void c_winograd4_output_6(const float *m, float *t, float *y, const float *b, const float *constants)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8], v11[8], v12[8];
    broadcast8(v0, constants);
    broadcast8(v1, constants + 1);
    broadcast8(v2, constants + 2);
    broadcast8(v3, constants + 3);
    broadcast8(v4, constants + 4);
    broadcast8(v5, constants + 5);
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 4; j++) {
            for (int k = 0; k < 8; k++) {
                for (int l = 0; l < 6; l++) {
                    load8(v6, m);
                    load8(v7, m + 3168);
                    load8(v8, m + 6336);
                    load8(v9, m + 9504);
                    load8(v10, m + 12672);
                    load8(v11, m + 15840);
                    add8(v12, v7, v8);
                    sub8(v7, v7, v8);
                    add8(v8, v9, v10);
                    sub8(v9, v9, v10);
                    add8(v6, v6, v12);
                    add8(v6, v6, v8);
                    mul8(v12, v12, v2);
                    fma8(v12, v8, v3);
                    mul8(v8, v7, v0);
                    fma8(v8, v9, v1);
                    fma8(v11, v7, v4);
                    fma8(v11, v9, v5);
                    store8(t, v6);
                    store8(t + 48, v8);
                    store8(t + 96, v12);
                    store8(t + 144, v11);
                    m += 528;
                    t += 8;
                }
                m -= 3168;
                t -= 48;
                for (int l = 0; l < 4; l++) {
                    load8(v6, t);
                    load8(v7, t + 8);
                    load8(v8, t + 16);
                    load8(v9, t + 24);
                    load8(v10, t + 32);
                    load8(v11, t + 40);
                    add8(v12, v7, v8);
                    sub8(v7, v7, v8);
                    add8(v8, v9, v10);
                    sub8(v9, v9, v10);
                    add8(v6, v6, v12);
                    add8(v6, v6, v8);
                    mul8(v12, v12, v2);
                    fma8(v12, v8, v3);
                    mul8(v8, v7, v0);
                    fma8(v8, v9, v1);
                    fma8(v11, v7, v4);
                    fma8(v11, v9, v5);
                    load8(v7, b);
                    add8(v6, v6, v7);
                    add8(v8, v8, v7);
                    add8(v12, v12, v7);
                    add8(v11, v11, v7);
                    zero8(v7);
                    max8(v6, v7, v6);
                    store8(y, v6);
                    zero8(v6);
                    max8(v8, v6, v8);
                    store8(y + 8, v8);
                    zero8(v6);
                    max8(v12, v6, v12);
                    store8(y + 16, v12);
                    zero8(v6);
                    max8(v11, v6, v11);
                    store8(y + 24, v11);
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
static void c_winograd4_output_7(const float *m, float *t, float *y, const float *r, const float *b, const float *constants)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8], v11[8], v12[8];
    broadcast8(v0, constants);
    broadcast8(v1, constants + 1);
    broadcast8(v2, constants + 2);
    broadcast8(v3, constants + 3);
    broadcast8(v4, constants + 4);
    broadcast8(v5, constants + 5);
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 4; j++) {
            for (int k = 0; k < 8; k++) {
                for (int l = 0; l < 6; l++) {
                    load8(v6, m);
                    load8(v7, m + 3168);
                    load8(v8, m + 6336);
                    load8(v9, m + 9504);
                    load8(v10, m + 12672);
                    load8(v11, m + 15840);
                    add8(v12, v7, v8);
                    sub8(v7, v7, v8);
                    add8(v8, v9, v10);
                    sub8(v9, v9, v10);
                    add8(v6, v6, v12);
                    add8(v6, v6, v8);
                    mul8(v12, v12, v2);
                    fma8(v12, v8, v3);
                    mul8(v8, v7, v0);
                    fma8(v8, v9, v1);
                    fma8(v11, v7, v4);
                    fma8(v11, v9, v5);
                    store8(t, v6);
                    store8(t + 48, v8);
                    store8(t + 96, v12);
                    store8(t + 144, v11);
                    m += 528;
                    t += 8;
                }
                m -= 3168;
                t -= 48;
                for (int l = 0; l < 4; l++) {
                    load8(v6, t);
                    load8(v7, t + 8);
                    load8(v8, t + 16);
                    load8(v9, t + 24);
                    load8(v10, t + 32);
                    load8(v11, t + 40);
                    add8(v12, v7, v8);
                    sub8(v7, v7, v8);
                    add8(v8, v9, v10);
                    sub8(v9, v9, v10);
                    add8(v6, v6, v12);
                    add8(v6, v6, v8);
                    mul8(v12, v12, v2);
                    fma8(v12, v8, v3);
                    mul8(v8, v7, v0);
                    fma8(v8, v9, v1);
                    fma8(v11, v7, v4);
                    fma8(v11, v9, v5);
                    load8(v7, b);
                    add8(v6, v6, v7);
                    add8(v8, v8, v7);
                    add8(v12, v12, v7);
                    add8(v11, v11, v7);
                    load8(v7, r);
                    add8(v6, v6, v7);
                    zero8(v7);
                    max8(v6, v7, v6);
                    store8(y, v6);
                    load8(v6, r + 8);
                    add8(v8, v8, v6);
                    zero8(v6);
                    max8(v8, v6, v8);
                    store8(y + 8, v8);
                    load8(v6, r + 16);
                    add8(v12, v12, v6);
                    zero8(v6);
                    max8(v12, v6, v12);
                    store8(y + 16, v12);
                    load8(v6, r + 24);
                    add8(v11, v11, v6);
                    zero8(v6);
                    max8(v11, v6, v11);
                    store8(y + 24, v11);
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
static void c_conv3x3_32x3_8(const float *x, const float *w, float *y, const float *b)
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
        for (int j = 0; j < 3; j++) {
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 2; l++) {
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
                    w += 128;
                    x += 4;
                }
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
    for (int i = 0; i < 2; i++) {
        load8(v0, b);
        copy8(v1, v0);
        load8(v2, b + 8);
        copy8(v3, v2);
        load8(v4, b + 16);
        copy8(v5, v4);
        load8(v6, b + 24);
        copy8(v7, v6);
        for (int j = 0; j < 3; j++) {
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 2; l++) {
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
                    w += 128;
                    x += 4;
                }
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
        for (int j = 0; j < 3; j++) {
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 2; l++) {
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
                    w += 128;
                    x += 4;
                }
            }
            x += 240;
        }
        x -= 792;
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
        for (int j = 0; j < 3; j++) {
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 2; l++) {
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
                    w += 128;
                    x += 4;
                }
            }
            x += 240;
        }
        x -= 792;
        w -= 2304;
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
static void c_border_9(float *y)
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
static void c_max_pool_10(const float *x, float *y)
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
static void c_pad_11(const float *x, float *y)
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
static void c_fill_12(float *y, const float *constants)
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

/* V = Bt d B of a window d of 6 x 6 pixels; with a = sqrt(1/2), b = sqrt(2) the rows of Bt are
 *    1    0 -5/2    0    1    0
 *    0  -2a   -2    a    1    0
 *    0   2a   -2   -a    1    0
 *    0 -b/2 -1/2    b    1    0
 *    0  b/2 -1/2   -b    1    0
 *    0    1    0 -5/2    0    1.
 * 2 x 4 tiles, 4 blocks of 8 channels: V[6 x 6][block][tile][8] */
static void c_winograd4_input_13(const float *x, float *t, float *v, const float *constants)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8], v11[8], v12[8], v13[8];
    broadcast8(v0, constants);
    broadcast8(v1, constants + 1);
    broadcast8(v2, constants + 2);
    broadcast8(v3, constants + 3);
    broadcast8(v4, constants + 4);
    broadcast8(v5, constants + 5);
    broadcast8(v6, constants + 6);
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 2; j++) {
            for (int k = 0; k < 4; k++) {
                for (int l = 0; l < 6; l++) {
                    load8(v7, x);
                    load8(v8, x + 8);
                    load8(v9, x + 16);
                    load8(v10, x + 24);
                    load8(v11, x + 32);
                    load8(v12, x + 40);
                    add8(v7, v7, v11);
                    fma8(v7, v9, v0);
                    store8(t, v7);
                    add8(v12, v12, v8);
                    fma8(v12, v10, v0);
                    store8(t + 40, v12);
                    copy8(v7, v11);
                    copy8(v12, v10);
                    fma8(v7, v9, v1);
                    fma8(v12, v8, v1);
                    copy8(v13, v7);
                    fma8(v13, v12, v3);
                    store8(t + 8, v13);
                    fma8(v7, v12, v4);
                    store8(t + 16, v7);
                    fma8(v11, v9, v2);
                    fma8(v10, v8, v2);
                    copy8(v7, v11);
                    fma8(v7, v10, v5);
                    store8(t + 24, v7);
                    fma8(v11, v10, v6);
                    store8(t + 32, v11);
                    x += 136;
                    t += 48;
                }
                x -= 816;
                t -= 288;
                for (int l = 0; l < 6; l++) {
                    load8(v7, t);
                    load8(v8, t + 48);
                    load8(v9, t + 96);
                    load8(v10, t + 144);
                    load8(v11, t + 192);
                    load8(v12, t + 240);
                    add8(v7, v7, v11);
                    fma8(v7, v9, v0);
                    store8(v, v7);
                    add8(v12, v12, v8);
                    fma8(v12, v10, v0);
                    store8(v + 8160, v12);
                    copy8(v7, v11);
                    copy8(v12, v10);
                    fma8(v7, v9, v1);
                    fma8(v12, v8, v1);
                    copy8(v13, v7);
                    fma8(v13, v12, v3);
                    store8(v + 1632, v13);
                    fma8(v7, v12, v4);
                    store8(v + 3264, v7);
                    fma8(v11, v9, v2);
                    fma8(v10, v8, v2);
                    copy8(v7, v11);
                    fma8(v7, v10, v5);
                    store8(v + 4896, v7);
                    fma8(v11, v10, v6);
                    store8(v + 6528, v11);
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
static void c_winograd4_product_32x3_14(const float *v, const float *w, const float *ahead, float *m)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8], v11[8], v12[8], v13[8], v14[8], v15[8];
    (void)ahead;
    for (int i = 0; i < 36; i++) {
        for (int j = 0; j < 2; j++) {
            zero8(v0);
            zero8(v1);
            zero8(v2);
            zero8(v3);
            zero8(v4);
            zero8(v5);
            zero8(v6);
            zero8(v7);
            zero8(v8);
            zero8(v9);
            zero8(v10);
            zero8(v11);
            for (int k = 0; k < 4; k++) {
                for (int l = 0; l < 2; l++) {
                    broadcast8(v12, v);
                    broadcast8(v13, v + 8);
                    broadcast8(v14, v + 16);
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
                    broadcast8(v12, v + 1);
                    broadcast8(v13, v + 9);
                    broadcast8(v14, v + 17);
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
                    broadcast8(v12, v + 2);
                    broadcast8(v13, v + 10);
                    broadcast8(v14, v + 18);
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
                    broadcast8(v12, v + 3);
                    broadcast8(v13, v + 11);
                    broadcast8(v14, v + 19);
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
                    w += 128;
                    v += 4;
                }
                v += 56;
            }
            v -= 256;
            w -= 1024;
            store8(m, v0);
            store8(m + 8, v1);
            store8(m + 16, v2);
            store8(m + 64, v3);
            store8(m + 72, v4);
            store8(m + 80, v5);
            store8(m + 128, v6);
            store8(m + 136, v7);
            store8(m + 144, v8);
            store8(m + 192, v9);
            store8(m + 200, v10);
            store8(m + 208, v11);
            v += 24;
            m += 24;
        }
        zero8(v0);
        zero8(v1);
        zero8(v2);
        zero8(v3);
        zero8(v4);
        zero8(v5);
        zero8(v6);
        zero8(v7);
        for (int j = 0; j < 4; j++) {
            for (int k = 0; k < 2; k++) {
                broadcast8(v8, v);
                broadcast8(v9, v + 8);
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
                broadcast8(v8, v + 1);
                broadcast8(v9, v + 9);
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
                broadcast8(v8, v + 2);
                broadcast8(v9, v + 10);
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
                broadcast8(v8, v + 3);
                broadcast8(v9, v + 11);
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
                w += 128;
                v += 4;
            }
            v += 56;
        }
        v -= 256;
        w -= 1024;
        store8(m, v0);
        store8(m + 8, v1);
        store8(m + 64, v2);
        store8(m + 72, v3);
        store8(m + 128, v4);
        store8(m + 136, v5);
        store8(m + 192, v6);
        store8(m + 200, v7);
        v += 224;
        m += 224;
        w += 1024;
    }
}

/* Y = At M A, 4 x 4 results; with a = sqrt(1/2), b = sqrt(2) the rows of At are
 *    1    1    1    1    1    0
 *    0    a   -a    b   -b    0
 *    0  1/2  1/2    2    2    0
 *    0  a^3 -a^3  b^3 -b^3    1, then the tail.
 * 32 output channels of 2 x 4 tiles from M[6 x 6][vector][tile][8] */
static void c_winograd4_output_15(const float *m, float *t, float *y, const float *r, const float *b, const float *constants)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8], v11[8], v12[8];
    broadcast8(v0, constants);
    broadcast8(v1, constants + 1);
    broadcast8(v2, constants + 2);
    broadcast8(v3, constants + 3);
    broadcast8(v4, constants + 4);
    broadcast8(v5, constants + 5);
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 2; j++) {
            for (int k = 0; k < 4; k++) {
                for (int l = 0; l < 6; l++) {
                    load8(v6, m);
                    load8(v7, m + 1632);
                    load8(v8, m + 3264);
                    load8(v9, m + 4896);
                    load8(v10, m + 6528);
                    load8(v11, m + 8160);
                    add8(v12, v7, v8);
                    sub8(v7, v7, v8);
                    add8(v8, v9, v10);
                    sub8(v9, v9, v10);
                    add8(v6, v6, v12);
                    add8(v6, v6, v8);
                    mul8(v12, v12, v2);
                    fma8(v12, v8, v3);
                    mul8(v8, v7, v0);
                    fma8(v8, v9, v1);
                    fma8(v11, v7, v4);
                    fma8(v11, v9, v5);
                    store8(t, v6);
                    store8(t + 48, v8);
                    store8(t + 96, v12);
                    store8(t + 144, v11);
                    m += 272;
                    t += 8;
                }
                m -= 1632;
                t -= 48;
                for (int l = 0; l < 4; l++) {
                    load8(v6, t);
                    load8(v7, t + 8);
                    load8(v8, t + 16);
                    load8(v9, t + 24);
                    load8(v10, t + 32);
                    load8(v11, t + 40);
                    add8(v12, v7, v8);
                    sub8(v7, v7, v8);
                    add8(v8, v9, v10);
                    sub8(v9, v9, v10);
                    add8(v6, v6, v12);
                    add8(v6, v6, v8);
                    mul8(v12, v12, v2);
                    fma8(v12, v8, v3);
                    mul8(v8, v7, v0);
                    fma8(v8, v9, v1);
                    fma8(v11, v7, v4);
                    fma8(v11, v9, v5);
                    load8(v7, b);
                    add8(v6, v6, v7);
                    add8(v8, v8, v7);
                    add8(v12, v12, v7);
                    add8(v11, v11, v7);
                    load8(v7, r);
                    add8(v6, v6, v7);
                    zero8(v7);
                    max8(v6, v7, v6);
                    store8(y, v6);
                    load8(v6, r + 8);
                    add8(v8, v8, v6);
                    zero8(v6);
                    max8(v8, v6, v8);
                    store8(y + 8, v8);
                    load8(v6, r + 16);
                    add8(v12, v12, v6);
                    zero8(v6);
                    max8(v12, v6, v12);
                    store8(y + 16, v12);
                    load8(v6, r + 24);
                    add8(v11, v11, v6);
                    zero8(v6);
                    max8(v11, v6, v11);
                    store8(y + 24, v11);
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
static void c_winograd4_output_16(const float *m, float *t, float *y, const float *b, const float *constants)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8], v11[8], v12[8];
    broadcast8(v0, constants);
    broadcast8(v1, constants + 1);
    broadcast8(v2, constants + 2);
    broadcast8(v3, constants + 3);
    broadcast8(v4, constants + 4);
    broadcast8(v5, constants + 5);
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 2; j++) {
            for (int k = 0; k < 4; k++) {
                for (int l = 0; l < 6; l++) {
                    load8(v6, m);
                    load8(v7, m + 1632);
                    load8(v8, m + 3264);
                    load8(v9, m + 4896);
                    load8(v10, m + 6528);
                    load8(v11, m + 8160);
                    add8(v12, v7, v8);
                    sub8(v7, v7, v8);
                    add8(v8, v9, v10);
                    sub8(v9, v9, v10);
                    add8(v6, v6, v12);
                    add8(v6, v6, v8);
                    mul8(v12, v12, v2);
                    fma8(v12, v8, v3);
                    mul8(v8, v7, v0);
                    fma8(v8, v9, v1);
                    fma8(v11, v7, v4);
                    fma8(v11, v9, v5);
                    store8(t, v6);
                    store8(t + 48, v8);
                    store8(t + 96, v12);
                    store8(t + 144, v11);
                    m += 272;
                    t += 8;
                }
                m -= 1632;
                t -= 48;
                for (int l = 0; l < 4; l++) {
                    load8(v6, t);
                    load8(v7, t + 8);
                    load8(v8, t + 16);
                    load8(v9, t + 24);
                    load8(v10, t + 32);
                    load8(v11, t + 40);
                    add8(v12, v7, v8);
                    sub8(v7, v7, v8);
                    add8(v8, v9, v10);
                    sub8(v9, v9, v10);
                    add8(v6, v6, v12);
                    add8(v6, v6, v8);
                    mul8(v12, v12, v2);
                    fma8(v12, v8, v3);
                    mul8(v8, v7, v0);
                    fma8(v8, v9, v1);
                    fma8(v11, v7, v4);
                    fma8(v11, v9, v5);
                    load8(v7, b);
                    add8(v6, v6, v7);
                    add8(v8, v8, v7);
                    add8(v12, v12, v7);
                    add8(v11, v11, v7);
                    zero8(v7);
                    max8(v6, v7, v6);
                    store8(y, v6);
                    zero8(v6);
                    max8(v8, v6, v8);
                    store8(y + 8, v8);
                    zero8(v6);
                    max8(v12, v6, v12);
                    store8(y + 16, v12);
                    zero8(v6);
                    max8(v11, v6, v11);
                    store8(y + 24, v11);
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
static void c_winograd4_output_17(const float *m, float *t, float *y, const float *r, const float *b, const float *constants)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8], v11[8], v12[8];
    broadcast8(v0, constants);
    broadcast8(v1, constants + 1);
    broadcast8(v2, constants + 2);
    broadcast8(v3, constants + 3);
    broadcast8(v4, constants + 4);
    broadcast8(v5, constants + 5);
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 2; j++) {
            for (int k = 0; k < 4; k++) {
                for (int l = 0; l < 6; l++) {
                    load8(v6, m);
                    load8(v7, m + 1632);
                    load8(v8, m + 3264);
                    load8(v9, m + 4896);
                    load8(v10, m + 6528);
                    load8(v11, m + 8160);
                    add8(v12, v7, v8);
                    sub8(v7, v7, v8);
                    add8(v8, v9, v10);
                    sub8(v9, v9, v10);
                    add8(v6, v6, v12);
                    add8(v6, v6, v8);
                    mul8(v12, v12, v2);
                    fma8(v12, v8, v3);
                    mul8(v8, v7, v0);
                    fma8(v8, v9, v1);
                    fma8(v11, v7, v4);
                    fma8(v11, v9, v5);
                    store8(t, v6);
                    store8(t + 48, v8);
                    store8(t + 96, v12);
                    store8(t + 144, v11);
                    m += 272;
                    t += 8;
                }
                m -= 1632;
                t -= 48;
                for (int l = 0; l < 4; l++) {
                    load8(v6, t);
                    load8(v7, t + 8);
                    load8(v8, t + 16);
                    load8(v9, t + 24);
                    load8(v10, t + 32);
                    load8(v11, t + 40);
                    add8(v12, v7, v8);
                    sub8(v7, v7, v8);
                    add8(v8, v9, v10);
                    sub8(v9, v9, v10);
                    add8(v6, v6, v12);
                    add8(v6, v6, v8);
                    mul8(v12, v12, v2);
                    fma8(v12, v8, v3);
                    mul8(v8, v7, v0);
                    fma8(v8, v9, v1);
                    fma8(v11, v7, v4);
                    fma8(v11, v9, v5);
                    load8(v7, b);
                    add8(v6, v6, v7);
                    add8(v8, v8, v7);
                    add8(v12, v12, v7);
                    add8(v11, v11, v7);
                    load8(v7, r);
                    add8(v6, v6, v7);
                    zero8(v7);
                    max8(v6, v7, v6);
                    store8(y, v6);
                    load8(v6, r + 8);
                    add8(v8, v8, v6);
                    zero8(v6);
                    max8(v8, v6, v8);
                    store8(y + 8, v8);
                    load8(v6, r + 16);
                    add8(v12, v12, v6);
                    zero8(v6);
                    max8(v12, v6, v12);
                    store8(y + 16, v12);
                    load8(v6, r + 24);
                    add8(v11, v11, v6);
                    zero8(v6);
                    max8(v11, v6, v11);
                    store8(y + 24, v11);
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
static void c_conv3x3_32x3_18(const float *x, const float *w, float *y, const float *b)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8], v11[8], v12[8], v13[8], v14[8], v15[8];
    for (int i = 0; i < 2; i++) {
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
        for (int j = 0; j < 3; j++) {
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 2; l++) {
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
                    w += 128;
                    x += 4;
                }
            }
            x += 112;
        }
        x -= 408;
        w -= 2304;
        store8(y, v0);
        store8(y + 8, v1);
        store8(y + 16, v2);
        store8(y + 728, v3);
        store8(y + 736, v4);
        store8(y + 744, v5);
        store8(y + 1456, v6);
        store8(y + 1464, v7);
        store8(y + 1472, v8);
        store8(y + 2184, v9);
        store8(y + 2192, v10);
        store8(y + 2200, v11);
        x += 48;
        y += 24;
    }
    load8(v0, b);
    copy8(v1, v0);
    load8(v2, b + 8);
    copy8(v3, v2);
    load8(v4, b + 16);
    copy8(v5, v4);
    load8(v6, b + 24);
    copy8(v7, v6);
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            for (int k = 0; k < 2; k++) {
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
                w += 128;
                x += 4;
            }
        }
        x += 112;
    }
    x -= 408;
    w -= 2304;
    store8(y, v0);
    store8(y + 8, v1);
    store8(y + 728, v2);
    store8(y + 736, v3);
    store8(y + 1456, v4);
    store8(y + 1464, v5);
    store8(y + 2184, v6);
    store8(y + 2192, v7);
    x += 2360;
    y -= 48;
    w += 2304;
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) {
            load8(v0, y);
            load8(v1, y + 8);
            load8(v2, y + 16);
            load8(v3, y + 728);
            load8(v4, y + 736);
            load8(v5, y + 744);
            load8(v6, y + 1456);
            load8(v7, y + 1464);
            load8(v8, y + 1472);
            load8(v9, y + 2184);
            load8(v10, y + 2192);
            load8(v11, y + 2200);
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 3; l++) {
                    for (int m = 0; m < 2; m++) {
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
                        w += 128;
                        x += 4;
                    }
                }
                x += 112;
            }
            x -= 408;
            w -= 2304;
            store8(y, v0);
            store8(y + 8, v1);
            store8(y + 16, v2);
            store8(y + 728, v3);
            store8(y + 736, v4);
            store8(y + 744, v5);
            store8(y + 1456, v6);
            store8(y + 1464, v7);
            store8(y + 1472, v8);
            store8(y + 2184, v9);
            store8(y + 2192, v10);
            store8(y + 2200, v11);
            x += 48;
            y += 24;
        }
        load8(v0, y);
        load8(v1, y + 8);
        load8(v2, y + 728);
        load8(v3, y + 736);
        load8(v4, y + 1456);
        load8(v5, y + 1464);
        load8(v6, y + 2184);
        load8(v7, y + 2192);
        for (int j = 0; j < 3; j++) {
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 2; l++) {
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
                    w += 128;
                    x += 4;
                }
            }
            x += 112;
        }
        x -= 408;
        w -= 2304;
        store8(y, v0);
        store8(y + 8, v1);
        store8(y + 728, v2);
        store8(y + 736, v3);
        store8(y + 1456, v4);
        store8(y + 1464, v5);
        store8(y + 2184, v6);
        store8(y + 2192, v7);
        x += 2360;
        y -= 48;
        w += 2304;
    }
    for (int i = 0; i < 2; i++) {
        load8(v0, y);
        load8(v1, y + 8);
        load8(v2, y + 16);
        load8(v3, y + 728);
        load8(v4, y + 736);
        load8(v5, y + 744);
        load8(v6, y + 1456);
        load8(v7, y + 1464);
        load8(v8, y + 1472);
        load8(v9, y + 2184);
        load8(v10, y + 2192);
        load8(v11, y + 2200);
        for (int j = 0; j < 3; j++) {
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 2; l++) {
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
                    w += 128;
                    x += 4;
                }
            }
            x += 112;
        }
        x -= 408;
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
        store8(y + 728, v3);
        zero8(v0);
        max8(v4, v0, v4);
        store8(y + 736, v4);
        zero8(v0);
        max8(v5, v0, v5);
        store8(y + 744, v5);
        zero8(v0);
        max8(v6, v0, v6);
        store8(y + 1456, v6);
        zero8(v0);
        max8(v7, v0, v7);
        store8(y + 1464, v7);
        zero8(v0);
        max8(v8, v0, v8);
        store8(y + 1472, v8);
        zero8(v0);
        max8(v9, v0, v9);
        store8(y + 2184, v9);
        zero8(v0);
        max8(v10, v0, v10);
        store8(y + 2192, v10);
        zero8(v0);
        max8(v11, v0, v11);
        store8(y + 2200, v11);
        x += 48;
        y += 24;
    }
    load8(v0, y);
    load8(v1, y + 8);
    load8(v2, y + 728);
    load8(v3, y + 736);
    load8(v4, y + 1456);
    load8(v5, y + 1464);
    load8(v6, y + 2184);
    load8(v7, y + 2192);
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            for (int k = 0; k < 2; k++) {
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
                w += 128;
                x += 4;
            }
        }
        x += 112;
    }
    x -= 408;
    w -= 2304;
    zero8(v8);
    max8(v0, v8, v0);
    store8(y, v0);
    zero8(v0);
    max8(v1, v0, v1);
    store8(y + 8, v1);
    zero8(v0);
    max8(v2, v0, v2);
    store8(y + 728, v2);
    zero8(v0);
    max8(v3, v0, v3);
    store8(y + 736, v3);
    zero8(v0);
    max8(v4, v0, v4);
    store8(y + 1456, v4);
    zero8(v0);
    max8(v5, v0, v5);
    store8(y + 1464, v5);
    zero8(v0);
    max8(v6, v0, v6);
    store8(y + 2184, v6);
    zero8(v0);
    max8(v7, v0, v7);
    store8(y + 2192, v7);
}

/* zeros around 8 x 8 pixels: 1 rows, 1 columns */
static void c_border_19(float *y)
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
static void c_max_pool_20(const float *x, float *y)
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
static void c_pad_21(const float *x, float *y)
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
static void c_fill_22(float *y, const float *constants)
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

/* V = Bt d B of a window d of 4 x 4 pixels; the rows of Bt are
 *    1  0 -1  0
 *    0  1  1  0
 *    0 -1  1  0
 *    0 -1  0  1.
 * 4 x 4 tiles, 1 blocks of 8 channels: V[4 x 4][block][tile][8] */
static void c_winograd2_input_23(const float *x, float *t, float *v)
{
    float v0[8], v1[8], v2[8], v3[8];
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
            for (int k = 0; k < 4; k++) {
                load8(v0, x);
                load8(v1, x + 8);
                load8(v2, x + 16);
                load8(v3, x + 24);
                sub8(v0, v0, v2);
                store8(t, v0);
                add8(v0, v1, v2);
                store8(t + 8, v0);
                sub8(v2, v2, v1);
                store8(t + 16, v2);
                sub8(v3, v3, v1);
                store8(t + 24, v3);
                x += 72;
                t += 32;
            }
            x -= 288;
            t -= 128;
            for (int k = 0; k < 4; k++) {
                load8(v0, t);
                load8(v1, t + 32);
                load8(v2, t + 64);
                load8(v3, t + 96);
                sub8(v0, v0, v2);
                store8(v, v0);
                add8(v0, v1, v2);
                store8(v + 4160, v0);
                sub8(v2, v2, v1);
                store8(v + 8320, v2);
                sub8(v3, v3, v1);
                store8(v + 12480, v3);
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
static void c_winograd2_product_32x3_24(const float *v, const float *w, const float *ahead, float *m)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8], v11[8], v12[8], v13[8], v14[8], v15[8];
    (void)ahead;
    for (int i = 0; i < 16; i++) {
        for (int j = 0; j < 4; j++) {
            zero8(v0);
            zero8(v1);
            zero8(v2);
            zero8(v3);
            zero8(v4);
            zero8(v5);
            zero8(v6);
            zero8(v7);
            zero8(v8);
            zero8(v9);
            zero8(v10);
            zero8(v11);
            for (int k = 0; k < 8; k++) {
                for (int l = 0; l < 2; l++) {
                    broadcast8(v12, v);
                    broadcast8(v13, v + 8);
                    broadcast8(v14, v + 16);
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
                    broadcast8(v12, v + 1);
                    broadcast8(v13, v + 9);
                    broadcast8(v14, v + 17);
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
                    broadcast8(v12, v + 2);
                    broadcast8(v13, v + 10);
                    broadcast8(v14, v + 18);
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
                    broadcast8(v12, v + 3);
                    broadcast8(v13, v + 11);
                    broadcast8(v14, v + 19);
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
                    w += 128;
                    v += 4;
                }
                v += 120;
            }
            v -= 1024;
            w -= 2048;
            store8(m, v0);
            store8(m + 8, v1);
            store8(m + 16, v2);
            store8(m + 128, v3);
            store8(m + 136, v4);
            store8(m + 144, v5);
            store8(m + 256, v6);
            store8(m + 264, v7);
            store8(m + 272, v8);
            store8(m + 384, v9);
            store8(m + 392, v10);
            store8(m + 400, v11);
            v += 24;
            m += 24;
        }
        for (int j = 0; j < 2; j++) {
            zero8(v0);
            zero8(v1);
            zero8(v2);
            zero8(v3);
            zero8(v4);
            zero8(v5);
            zero8(v6);
            zero8(v7);
            for (int k = 0; k < 8; k++) {
                for (int l = 0; l < 2; l++) {
                    broadcast8(v8, v);
                    broadcast8(v9, v + 8);
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
                    broadcast8(v8, v + 1);
                    broadcast8(v9, v + 9);
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
                    broadcast8(v8, v + 2);
                    broadcast8(v9, v + 10);
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
                    broadcast8(v8, v + 3);
                    broadcast8(v9, v + 11);
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
                    w += 128;
                    v += 4;
                }
                v += 120;
            }
            v -= 1024;
            w -= 2048;
            store8(m, v0);
            store8(m + 8, v1);
            store8(m + 128, v2);
            store8(m + 136, v3);
            store8(m + 256, v4);
            store8(m + 264, v5);
            store8(m + 384, v6);
            store8(m + 392, v7);
            v += 16;
            m += 16;
        }
        v += 912;
        m += 400;
        w += 2048;
    }
}

/* Y = At M A, 2 x 2 results; the rows of At are
 *    1  1  1  0
 *    0  1 -1  1, then the tail.
 * 32 output channels of 4 x 4 tiles from M[4 x 4][vector][tile][8] */
static void c_winograd2_output_25(const float *m, float *t, float *y, const float *r, const float *b)
{
    float v0[8], v1[8], v2[8], v3[8];
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
            for (int k = 0; k < 4; k++) {
                for (int l = 0; l < 4; l++) {
                    load8(v0, m);
                    load8(v1, m + 2112);
                    load8(v2, m + 4224);
                    load8(v3, m + 6336);
                    add8(v0, v0, v1);
                    add8(v0, v0, v2);
                    sub8(v1, v1, v2);
                    add8(v1, v1, v3);
                    store8(t, v0);
                    store8(t + 32, v1);
                    m += 528;
                    t += 8;
                }
                m -= 2112;
                t -= 32;
                for (int l = 0; l < 2; l++) {
                    load8(v0, t);
                    load8(v1, t + 8);
                    load8(v2, t + 16);
                    load8(v3, t + 24);
                    add8(v0, v0, v1);
                    add8(v0, v0, v2);
                    sub8(v1, v1, v2);
                    add8(v1, v1, v3);
                    load8(v2, b);
                    add8(v0, v0, v2);
                    add8(v1, v1, v2);
                    load8(v2, r);
                    add8(v0, v0, v2);
                    zero8(v2);
                    max8(v0, v2, v0);
                    store8(y, v0);
                    load8(v0, r + 8);
                    add8(v1, v1, v0);
                    zero8(v0);
                    max8(v1, v0, v1);
                    store8(y + 8, v1);
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
static void c_winograd2_output_26(const float *m, float *t, float *y, const float *b)
{
    float v0[8], v1[8], v2[8], v3[8];
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
            for (int k = 0; k < 4; k++) {
                for (int l = 0; l < 4; l++) {
                    load8(v0, m);
                    load8(v1, m + 2112);
                    load8(v2, m + 4224);
                    load8(v3, m + 6336);
                    add8(v0, v0, v1);
                    add8(v0, v0, v2);
                    sub8(v1, v1, v2);
                    add8(v1, v1, v3);
                    store8(t, v0);
                    store8(t + 32, v1);
                    m += 528;
                    t += 8;
                }
                m -= 2112;
                t -= 32;
                for (int l = 0; l < 2; l++) {
                    load8(v0, t);
                    load8(v1, t + 8);
                    load8(v2, t + 16);
                    load8(v3, t + 24);
                    add8(v0, v0, v1);
                    add8(v0, v0, v2);
                    sub8(v1, v1, v2);
                    add8(v1, v1, v3);
                    load8(v2, b);
                    add8(v0, v0, v2);
                    add8(v1, v1, v2);
                    zero8(v2);
                    max8(v0, v2, v0);
                    store8(y, v0);
                    zero8(v0);
                    max8(v1, v0, v1);
                    store8(y + 8, v1);
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
static void c_winograd2_output_27(const float *m, float *t, float *y, const float *r, const float *b)
{
    float v0[8], v1[8], v2[8], v3[8];
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
            for (int k = 0; k < 4; k++) {
                for (int l = 0; l < 4; l++) {
                    load8(v0, m);
                    load8(v1, m + 2112);
                    load8(v2, m + 4224);
                    load8(v3, m + 6336);
                    add8(v0, v0, v1);
                    add8(v0, v0, v2);
                    sub8(v1, v1, v2);
                    add8(v1, v1, v3);
                    store8(t, v0);
                    store8(t + 32, v1);
                    m += 528;
                    t += 8;
                }
                m -= 2112;
                t -= 32;
                for (int l = 0; l < 2; l++) {
                    load8(v0, t);
                    load8(v1, t + 8);
                    load8(v2, t + 16);
                    load8(v3, t + 24);
                    add8(v0, v0, v1);
                    add8(v0, v0, v2);
                    sub8(v1, v1, v2);
                    add8(v1, v1, v3);
                    load8(v2, b);
                    add8(v0, v0, v2);
                    add8(v1, v1, v2);
                    load8(v2, r);
                    add8(v0, v0, v2);
                    zero8(v2);
                    max8(v0, v2, v0);
                    store8(y, v0);
                    load8(v0, r + 8);
                    add8(v1, v1, v0);
                    zero8(v0);
                    max8(v1, v0, v1);
                    store8(y + 8, v1);
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
static void c_winograd2_output_28(const float *m, float *t, float *y, const float *r, const float *b, const float *constants)
{
    float v0[8], v1[8], v2[8], v3[8];
    zero8(v0);
    store8(y, v0);
    store8(y + 8, v0);
    store8(y + 16, v0);
    store8(y + 24, v0);
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
            for (int k = 0; k < 4; k++) {
                for (int l = 0; l < 4; l++) {
                    load8(v0, m);
                    load8(v1, m + 2112);
                    load8(v2, m + 4224);
                    load8(v3, m + 6336);
                    add8(v0, v0, v1);
                    add8(v0, v0, v2);
                    sub8(v1, v1, v2);
                    add8(v1, v1, v3);
                    store8(t, v0);
                    store8(t + 32, v1);
                    m += 528;
                    t += 8;
                }
                m -= 2112;
                t -= 32;
                for (int l = 0; l < 2; l++) {
                    load8(v0, t);
                    load8(v1, t + 8);
                    load8(v2, t + 16);
                    load8(v3, t + 24);
                    add8(v0, v0, v1);
                    add8(v0, v0, v2);
                    sub8(v1, v1, v2);
                    add8(v1, v1, v3);
                    load8(v2, b);
                    add8(v0, v0, v2);
                    add8(v1, v1, v2);
                    load8(v2, r);
                    add8(v0, v0, v2);
                    zero8(v2);
                    max8(v0, v2, v0);
                    load8(v2, r + 8);
                    add8(v1, v1, v2);
                    zero8(v2);
                    max8(v1, v2, v1);
                    load8(v2, y);
                    add8(v2, v2, v0);
                    add8(v2, v2, v1);
                    store8(y, v2);
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
    load8(v1, y + 24);
    mul8(v1, v1, v0);
    store8(y + 24, v1);
}

/* 16 output channels of 1 x 1 pixels: sums over 64 channels and 1 x 1 taps */
static void c_conv1x1_16x1_29(const float *x, const float *w, float *y, const float *b)
{
    float v0[8], v1[8], v2[8], v3[8];
    load8(v0, b);
    load8(v1, b + 8);
    for (int i = 0; i < 8; i++) {
        for (int j = 0; j < 2; j++) {
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
            w += 64;
            x += 4;
        }
    }
    x -= 64;
    w -= 1024;
    store8(y, v0);
    store8(y + 8, v1);
}

/* 10 channels of one pixel */
static void c_copy_30(const float *x, float *y)
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
        c_winograd4_input_4(x + j * 4224 - 272, scratch, scratch + 592, winograd4_input_4_constants);
        c_winograd4_product_16x6_5(scratch + 592, w, scratch + 19600);
        c_winograd4_output_6(scratch + 19600, scratch, y + j * 4224, b, winograd4_output_6_constants);
        return;
    }
    tile -= 2;
    const ptrdiff_t i = tile;
    c_border_3(y + i * 8984 - 272);
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
        c_winograd4_input_4(x + j * 4224 - 272, scratch, scratch + 592, winograd4_input_4_constants);
        c_winograd4_product_16x6_5(scratch + 592, w, scratch + 19600);
        c_winograd4_output_7(scratch + 19600, scratch, y + j * 4224, r + j * 4224, b, winograd4_output_7_constants);
        return;
    }
    tile -= 2;
    const ptrdiff_t i = tile;
    c_border_3(y + i * 8984 - 272);
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
        c_conv3x3_32x3_8(x + i * 528 - 272, w, y + i * 136, b);
        return;
    }
    tile -= 16;
    const ptrdiff_t i = tile;
    c_border_9(y + i * 2456 - 144);
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
    c_max_pool_10(x + i * 8984 + j * 528, y + i * 2064 + j * 128);
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
        c_pad_11(x + i * 2064, y + i * 2064);
        return;
    }
    tile -= 2;
    const ptrdiff_t i = tile;
    c_fill_12(y + i * 2064 + 4128, fill_12_constants);
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
        c_winograd4_input_13(x + j * 1088 - 144, scratch, scratch + 592, winograd4_input_13_constants);
        c_winograd4_product_32x3_14(scratch + 592, w, w, scratch + 10384);
        c_winograd4_output_15(scratch + 10384, scratch, y + j * 1088, r + j * 1024, b, winograd4_output_15_constants);
        return;
    }
    tile -= 2;
    const ptrdiff_t i = tile;
    c_border_9(y + i * 2456 - 144);
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
        c_winograd4_input_13(x + j * 1088 - 144, scratch, scratch + 592, winograd4_input_13_constants);
        c_winograd4_product_32x3_14(scratch + 592, w, w, scratch + 10384);
        c_winograd4_output_16(scratch + 10384, scratch, y + j * 1088, b, winograd4_output_16_constants);
        return;
    }
    tile -= 2;
    const ptrdiff_t i = tile;
    c_border_9(y + i * 2456 - 144);
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
        c_winograd4_input_13(x + j * 1088 - 144, scratch, scratch + 592, winograd4_input_13_constants);
        c_winograd4_product_32x3_14(scratch + 592, w, w, scratch + 10384);
        c_winograd4_output_17(scratch + 10384, scratch, y + j * 1088, r + j * 1088, b, winograd4_output_17_constants);
        return;
    }
    tile -= 2;
    const ptrdiff_t i = tile;
    c_border_9(y + i * 2456 - 144);
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
        c_conv3x3_32x3_18(x + i * 272 - 144, w + j * 9216, y + i * 72 + j * 2912, b + j * 32);
        return;
    }
    tile -= 16;
    const ptrdiff_t i = tile;
    c_border_19(y + i * 728 - 80);
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
    c_max_pool_20(x + i * 2456 + j * 272, y + i * 528 + j * 64);
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
        c_pad_21(x + i * 528, y + i * 528);
        return;
    }
    tile -= 4;
    const ptrdiff_t i = tile;
    c_fill_22(y + i * 528 + 2112, fill_22_constants);
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
        c_winograd2_input_23(x + i * 728 - 80, scratch, v + i * 128);
        return;
    }
    tile -= 8;
    const ptrdiff_t i = tile;
    c_border_19(y + i * 728 - 80);
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
    c_winograd2_product_32x3_24(v, w + i * 32768, w + i * 32768, scratch + 592);
    c_winograd2_output_25(scratch + 592, scratch, y + i * 2912, r + i * 2112, b + i * 32);
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
        c_winograd2_input_23(x + i * 728 - 80, scratch, v + i * 128);
        return;
    }
    tile -= 8;
    const ptrdiff_t i = tile;
    c_border_19(y + i * 728 - 80);
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
    c_winograd2_product_32x3_24(v, w + i * 32768, w + i * 32768, scratch + 592);
    c_winograd2_output_26(scratch + 592, scratch, y + i * 2912, b + i * 32);
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
    c_winograd2_product_32x3_24(v, w + i * 32768, w + i * 32768, scratch + 592);
    c_winograd2_output_27(scratch + 592, scratch, y + i * 2912, r + i * 2912, b + i * 32);
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
    c_winograd2_input_23(x + i * 728 - 80, scratch, v + i * 128);
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
    c_winograd2_product_32x3_24(v, w + i * 32768, w + i * 32768, scratch + 592);
    c_winograd2_output_28(scratch + 592, scratch, y + i * 32, r + i * 2912, b + i * 32, winograd2_output_28_constants);
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
    c_conv1x1_16x1_29(x, w, y, b);
}

static const Part parts_linear_20[] = {{1, 1, 376}, {0}};

/* the output as the caller reads it: 10 x 1 x 1
 * Layer output (cifar_resnet.yaml:42). */
static void step_output_21(const Run *run, const ptrdiff_t *slot, ptrdiff_t task)
{
    const ptrdiff_t image = task;
    const float *x = run->arena + image * 53904 + slot[0];
    float *y = run->output + image * 10 + slot[1];
    c_copy_30(x, y);
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
