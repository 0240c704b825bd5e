/* resnext_form_c, compiled from resnext_block.yaml by nncc for the target c.
 *
 *     nncc resnext_block.yaml --target c -o resnext_block_c.c
 *
 * Build it with
 *
 *     cc -std=c11 -O2 -ffp-contract=off -fopenmp -c resnext_block_c.c
 *
 * -ffp-contract=off keeps the compiler from fusing a multiplication and an addition that are apart here: with it,
 * every compiler gives the same bits. Without -fopenmp everything runs on one thread. Link with -lm. One image
 * takes 8,033,280 bytes of arena; the weights take 282,688 bytes.
 *
 * Input [256][56][56] and output [256][56][56] are row-major floats; in between, channels lie in blocks of eight,
 * which are the lanes of a vector. A kernel computes one tile of a layer; a step runs a kernel over the tiles of
 * all images. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "resnext_block_c.h"

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

HELPER void max8(float *d, const float *a, const float *b)
{
    for (int i = 0; i < 8; i++)
        d[i] = a[i] > b[i] ? a[i] : b[i];
}

/* Within each four, lane l becomes lane (order >> 2 l) & 3. */
HELPER void permute8(float *d, const float *a, int order)
{
    float r[8];
    for (int i = 0; i < 8; i++)
        r[i] = a[(i & -4) + (order >> 2 * (i & 3) & 3)];
    memcpy(d, r, sizeof r);
}

/* one channel of 56 x 56 pixels */
static void c_copy_0(const float *x, float *y)
{
    float v0[8];
    for (int i = 0; i < 56; i++) {
        for (int j = 0; j < 56; j++) {
            load1(v0, x);
            *(y) = v0[0];
            x += 1;
            y += 8;
        }
    }
}

/* 48 output channels of 4 x 56 pixels: sums over 256 channels and 1 x 1 taps */
static void c_conv1x1_48x2_1(const float *x, const float *w, float *y, const float *b)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8], v11[8], v12[8], v13[8], v14[8];
    for (int i = 0; i < 8; i++) {
        x += 25104;
    }
    x -= 200832;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 28; j++) {
            load8(v0, b);
            copy8(v1, v0);
            load8(v2, b + 8);
            copy8(v3, v2);
            load8(v4, b + 16);
            copy8(v5, v4);
            load8(v6, b + 24);
            copy8(v7, v6);
            load8(v8, b + 32);
            copy8(v9, v8);
            load8(v10, b + 40);
            copy8(v11, v10);
            for (int k = 0; k < 8; k++) {
                for (int l = 0; l < 2; l++) {
                    broadcast8(v12, x);
                    broadcast8(v13, x + 8);
                    load8(v14, w);
                    fma8(v0, v14, v12);
                    fma8(v1, v14, v13);
                    load8(v14, w + 8);
                    fma8(v2, v14, v12);
                    fma8(v3, v14, v13);
                    load8(v14, w + 16);
                    fma8(v4, v14, v12);
                    fma8(v5, v14, v13);
                    load8(v14, w + 24);
                    fma8(v6, v14, v12);
                    fma8(v7, v14, v13);
                    load8(v14, w + 32);
                    fma8(v8, v14, v12);
                    fma8(v9, v14, v13);
                    load8(v14, w + 40);
                    fma8(v10, v14, v12);
                    fma8(v11, v14, v13);
                    broadcast8(v12, x + 1);
                    broadcast8(v13, x + 9);
                    load8(v14, w + 48);
                    fma8(v0, v14, v12);
                    fma8(v1, v14, v13);
                    load8(v14, w + 56);
                    fma8(v2, v14, v12);
                    fma8(v3, v14, v13);
                    load8(v14, w + 64);
                    fma8(v4, v14, v12);
                    fma8(v5, v14, v13);
                    load8(v14, w + 72);
                    fma8(v6, v14, v12);
                    fma8(v7, v14, v13);
                    load8(v14, w + 80);
                    fma8(v8, v14, v12);
                    fma8(v9, v14, v13);
                    load8(v14, w + 88);
                    fma8(v10, v14, v12);
                    fma8(v11, v14, v13);
                    broadcast8(v12, x + 2);
                    broadcast8(v13, x + 10);
                    load8(v14, w + 96);
                    fma8(v0, v14, v12);
                    fma8(v1, v14, v13);
                    load8(v14, w + 104);
                    fma8(v2, v14, v12);
                    fma8(v3, v14, v13);
                    load8(v14, w + 112);
                    fma8(v4, v14, v12);
                    fma8(v5, v14, v13);
                    load8(v14, w + 120);
                    fma8(v6, v14, v12);
                    fma8(v7, v14, v13);
                    load8(v14, w + 128);
                    fma8(v8, v14, v12);
                    fma8(v9, v14, v13);
                    load8(v14, w + 136);
                    fma8(v10, v14, v12);
                    fma8(v11, v14, v13);
                    broadcast8(v12, x + 3);
                    broadcast8(v13, x + 11);
                    load8(v14, w + 144);
                    fma8(v0, v14, v12);
                    fma8(v1, v14, v13);
                    load8(v14, w + 152);
                    fma8(v2, v14, v12);
                    fma8(v3, v14, v13);
                    load8(v14, w + 160);
                    fma8(v4, v14, v12);
                    fma8(v5, v14, v13);
                    load8(v14, w + 168);
                    fma8(v6, v14, v12);
                    fma8(v7, v14, v13);
                    load8(v14, w + 176);
                    fma8(v8, v14, v12);
                    fma8(v9, v14, v13);
                    load8(v14, w + 184);
                    fma8(v10, v14, v12);
                    fma8(v11, v14, v13);
                    w += 192;
                    x += 4;
                }
                x += 25096;
            }
            x -= 200832;
            w -= 3072;
            store8(y, v0);
            store8(y + 8, v1);
            store8(y + 26456, v2);
            store8(y + 26464, v3);
            store8(y + 52912, v4);
            store8(y + 52920, v5);
            store8(y + 79368, v6);
            store8(y + 79376, v7);
            store8(y + 105824, v8);
            store8(y + 105832, v9);
            store8(y + 132280, v10);
            store8(y + 132288, v11);
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
            x += 25104;
        }
        x -= 200832;
        for (int j = 0; j < 4; j++) {
            for (int k = 0; k < 28; k++) {
                load8(v0, y);
                load8(v1, y + 8);
                load8(v2, y + 26456);
                load8(v3, y + 26464);
                load8(v4, y + 52912);
                load8(v5, y + 52920);
                load8(v6, y + 79368);
                load8(v7, y + 79376);
                load8(v8, y + 105824);
                load8(v9, y + 105832);
                load8(v10, y + 132280);
                load8(v11, y + 132288);
                for (int l = 0; l < 8; l++) {
                    for (int m = 0; m < 2; m++) {
                        broadcast8(v12, x);
                        broadcast8(v13, x + 8);
                        load8(v14, w);
                        fma8(v0, v14, v12);
                        fma8(v1, v14, v13);
                        load8(v14, w + 8);
                        fma8(v2, v14, v12);
                        fma8(v3, v14, v13);
                        load8(v14, w + 16);
                        fma8(v4, v14, v12);
                        fma8(v5, v14, v13);
                        load8(v14, w + 24);
                        fma8(v6, v14, v12);
                        fma8(v7, v14, v13);
                        load8(v14, w + 32);
                        fma8(v8, v14, v12);
                        fma8(v9, v14, v13);
                        load8(v14, w + 40);
                        fma8(v10, v14, v12);
                        fma8(v11, v14, v13);
                        broadcast8(v12, x + 1);
                        broadcast8(v13, x + 9);
                        load8(v14, w + 48);
                        fma8(v0, v14, v12);
                        fma8(v1, v14, v13);
                        load8(v14, w + 56);
                        fma8(v2, v14, v12);
                        fma8(v3, v14, v13);
                        load8(v14, w + 64);
                        fma8(v4, v14, v12);
                        fma8(v5, v14, v13);
                        load8(v14, w + 72);
                        fma8(v6, v14, v12);
                        fma8(v7, v14, v13);
                        load8(v14, w + 80);
                        fma8(v8, v14, v12);
                        fma8(v9, v14, v13);
                        load8(v14, w + 88);
                        fma8(v10, v14, v12);
                        fma8(v11, v14, v13);
                        broadcast8(v12, x + 2);
                        broadcast8(v13, x + 10);
                        load8(v14, w + 96);
                        fma8(v0, v14, v12);
                        fma8(v1, v14, v13);
                        load8(v14, w + 104);
                        fma8(v2, v14, v12);
                        fma8(v3, v14, v13);
                        load8(v14, w + 112);
                        fma8(v4, v14, v12);
                        fma8(v5, v14, v13);
                        load8(v14, w + 120);
                        fma8(v6, v14, v12);
                        fma8(v7, v14, v13);
                        load8(v14, w + 128);
                        fma8(v8, v14, v12);
                        fma8(v9, v14, v13);
                        load8(v14, w + 136);
                        fma8(v10, v14, v12);
                        fma8(v11, v14, v13);
                        broadcast8(v12, x + 3);
                        broadcast8(v13, x + 11);
                        load8(v14, w + 144);
                        fma8(v0, v14, v12);
                        fma8(v1, v14, v13);
                        load8(v14, w + 152);
                        fma8(v2, v14, v12);
                        fma8(v3, v14, v13);
                        load8(v14, w + 160);
                        fma8(v4, v14, v12);
                        fma8(v5, v14, v13);
                        load8(v14, w + 168);
                        fma8(v6, v14, v12);
                        fma8(v7, v14, v13);
                        load8(v14, w + 176);
                        fma8(v8, v14, v12);
                        fma8(v9, v14, v13);
                        load8(v14, w + 184);
                        fma8(v10, v14, v12);
                        fma8(v11, v14, v13);
                        w += 192;
                        x += 4;
                    }
                    x += 25096;
                }
                x -= 200832;
                w -= 3072;
                store8(y, v0);
                store8(y + 8, v1);
                store8(y + 26456, v2);
                store8(y + 26464, v3);
                store8(y + 52912, v4);
                store8(y + 52920, v5);
                store8(y + 79368, v6);
                store8(y + 79376, v7);
                store8(y + 105824, v8);
                store8(y + 105832, v9);
                store8(y + 132280, v10);
                store8(y + 132288, v11);
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
        x += 25104;
    }
    x -= 200832;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 28; j++) {
            load8(v0, y);
            load8(v1, y + 8);
            load8(v2, y + 26456);
            load8(v3, y + 26464);
            load8(v4, y + 52912);
            load8(v5, y + 52920);
            load8(v6, y + 79368);
            load8(v7, y + 79376);
            load8(v8, y + 105824);
            load8(v9, y + 105832);
            load8(v10, y + 132280);
            load8(v11, y + 132288);
            for (int k = 0; k < 8; k++) {
                for (int l = 0; l < 2; l++) {
                    broadcast8(v12, x);
                    broadcast8(v13, x + 8);
                    load8(v14, w);
                    fma8(v0, v14, v12);
                    fma8(v1, v14, v13);
                    load8(v14, w + 8);
                    fma8(v2, v14, v12);
                    fma8(v3, v14, v13);
                    load8(v14, w + 16);
                    fma8(v4, v14, v12);
                    fma8(v5, v14, v13);
                    load8(v14, w + 24);
                    fma8(v6, v14, v12);
                    fma8(v7, v14, v13);
                    load8(v14, w + 32);
                    fma8(v8, v14, v12);
                    fma8(v9, v14, v13);
                    load8(v14, w + 40);
                    fma8(v10, v14, v12);
                    fma8(v11, v14, v13);
                    broadcast8(v12, x + 1);
                    broadcast8(v13, x + 9);
                    load8(v14, w + 48);
                    fma8(v0, v14, v12);
                    fma8(v1, v14, v13);
                    load8(v14, w + 56);
                    fma8(v2, v14, v12);
                    fma8(v3, v14, v13);
                    load8(v14, w + 64);
                    fma8(v4, v14, v12);
                    fma8(v5, v14, v13);
                    load8(v14, w + 72);
                    fma8(v6, v14, v12);
                    fma8(v7, v14, v13);
                    load8(v14, w + 80);
                    fma8(v8, v14, v12);
                    fma8(v9, v14, v13);
                    load8(v14, w + 88);
                    fma8(v10, v14, v12);
                    fma8(v11, v14, v13);
                    broadcast8(v12, x + 2);
                    broadcast8(v13, x + 10);
                    load8(v14, w + 96);
                    fma8(v0, v14, v12);
                    fma8(v1, v14, v13);
                    load8(v14, w + 104);
                    fma8(v2, v14, v12);
                    fma8(v3, v14, v13);
                    load8(v14, w + 112);
                    fma8(v4, v14, v12);
                    fma8(v5, v14, v13);
                    load8(v14, w + 120);
                    fma8(v6, v14, v12);
                    fma8(v7, v14, v13);
                    load8(v14, w + 128);
                    fma8(v8, v14, v12);
                    fma8(v9, v14, v13);
                    load8(v14, w + 136);
                    fma8(v10, v14, v12);
                    fma8(v11, v14, v13);
                    broadcast8(v12, x + 3);
                    broadcast8(v13, x + 11);
                    load8(v14, w + 144);
                    fma8(v0, v14, v12);
                    fma8(v1, v14, v13);
                    load8(v14, w + 152);
                    fma8(v2, v14, v12);
                    fma8(v3, v14, v13);
                    load8(v14, w + 160);
                    fma8(v4, v14, v12);
                    fma8(v5, v14, v13);
                    load8(v14, w + 168);
                    fma8(v6, v14, v12);
                    fma8(v7, v14, v13);
                    load8(v14, w + 176);
                    fma8(v8, v14, v12);
                    fma8(v9, v14, v13);
                    load8(v14, w + 184);
                    fma8(v10, v14, v12);
                    fma8(v11, v14, v13);
                    w += 192;
                    x += 4;
                }
                x += 25096;
            }
            x -= 200832;
            w -= 3072;
            zero8(v12);
            max8(v0, v12, v0);
            store8(y, v0);
            zero8(v0);
            max8(v1, v0, v1);
            store8(y + 8, v1);
            zero8(v0);
            max8(v2, v0, v2);
            store8(y + 26456, v2);
            zero8(v0);
            max8(v3, v0, v3);
            store8(y + 26464, v3);
            zero8(v0);
            max8(v4, v0, v4);
            store8(y + 52912, v4);
            zero8(v0);
            max8(v5, v0, v5);
            store8(y + 52920, v5);
            zero8(v0);
            max8(v6, v0, v6);
            store8(y + 79368, v6);
            zero8(v0);
            max8(v7, v0, v7);
            store8(y + 79376, v7);
            zero8(v0);
            max8(v8, v0, v8);
            store8(y + 105824, v8);
            zero8(v0);
            max8(v9, v0, v9);
            store8(y + 105832, v9);
            zero8(v0);
            max8(v10, v0, v10);
            store8(y + 132280, v10);
            zero8(v0);
            max8(v11, v0, v11);
            store8(y + 132288, v11);
            x += 16;
            y += 16;
        }
        y += 8;
    }
}

/* 40 output channels of 4 x 56 pixels: sums over 256 channels and 1 x 1 taps */
static void c_conv1x1_40x2_2(const float *x, const float *w, float *y, const float *b)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8], v11[8], v12[8];
    for (int i = 0; i < 8; i++) {
        x += 25104;
    }
    x -= 200832;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 28; j++) {
            load8(v0, b);
            copy8(v1, v0);
            load8(v2, b + 8);
            copy8(v3, v2);
            load8(v4, b + 16);
            copy8(v5, v4);
            load8(v6, b + 24);
            copy8(v7, v6);
            load8(v8, b + 32);
            copy8(v9, v8);
            for (int k = 0; k < 8; k++) {
                for (int l = 0; l < 2; l++) {
                    broadcast8(v10, x);
                    broadcast8(v11, x + 8);
                    load8(v12, w);
                    fma8(v0, v12, v10);
                    fma8(v1, v12, v11);
                    load8(v12, w + 8);
                    fma8(v2, v12, v10);
                    fma8(v3, v12, v11);
                    load8(v12, w + 16);
                    fma8(v4, v12, v10);
                    fma8(v5, v12, v11);
                    load8(v12, w + 24);
                    fma8(v6, v12, v10);
                    fma8(v7, v12, v11);
                    load8(v12, w + 32);
                    fma8(v8, v12, v10);
                    fma8(v9, v12, v11);
                    broadcast8(v10, x + 1);
                    broadcast8(v11, x + 9);
                    load8(v12, w + 40);
                    fma8(v0, v12, v10);
                    fma8(v1, v12, v11);
                    load8(v12, w + 48);
                    fma8(v2, v12, v10);
                    fma8(v3, v12, v11);
                    load8(v12, w + 56);
                    fma8(v4, v12, v10);
                    fma8(v5, v12, v11);
                    load8(v12, w + 64);
                    fma8(v6, v12, v10);
                    fma8(v7, v12, v11);
                    load8(v12, w + 72);
                    fma8(v8, v12, v10);
                    fma8(v9, v12, v11);
                    broadcast8(v10, x + 2);
                    broadcast8(v11, x + 10);
                    load8(v12, w + 80);
                    fma8(v0, v12, v10);
                    fma8(v1, v12, v11);
                    load8(v12, w + 88);
                    fma8(v2, v12, v10);
                    fma8(v3, v12, v11);
                    load8(v12, w + 96);
                    fma8(v4, v12, v10);
                    fma8(v5, v12, v11);
                    load8(v12, w + 104);
                    fma8(v6, v12, v10);
                    fma8(v7, v12, v11);
                    load8(v12, w + 112);
                    fma8(v8, v12, v10);
                    fma8(v9, v12, v11);
                    broadcast8(v10, x + 3);
                    broadcast8(v11, x + 11);
                    load8(v12, w + 120);
                    fma8(v0, v12, v10);
                    fma8(v1, v12, v11);
                    load8(v12, w + 128);
                    fma8(v2, v12, v10);
                    fma8(v3, v12, v11);
                    load8(v12, w + 136);
                    fma8(v4, v12, v10);
                    fma8(v5, v12, v11);
                    load8(v12, w + 144);
                    fma8(v6, v12, v10);
                    fma8(v7, v12, v11);
                    load8(v12, w + 152);
                    fma8(v8, v12, v10);
                    fma8(v9, v12, v11);
                    w += 160;
                    x += 4;
                }
                x += 25096;
            }
            x -= 200832;
            w -= 2560;
            store8(y, v0);
            store8(y + 8, v1);
            store8(y + 26456, v2);
            store8(y + 26464, v3);
            store8(y + 52912, v4);
            store8(y + 52920, v5);
            store8(y + 79368, v6);
            store8(y + 79376, v7);
            store8(y + 105824, v8);
            store8(y + 105832, v9);
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
            x += 25104;
        }
        x -= 200832;
        for (int j = 0; j < 4; j++) {
            for (int k = 0; k < 28; k++) {
                load8(v0, y);
                load8(v1, y + 8);
                load8(v2, y + 26456);
                load8(v3, y + 26464);
                load8(v4, y + 52912);
                load8(v5, y + 52920);
                load8(v6, y + 79368);
                load8(v7, y + 79376);
                load8(v8, y + 105824);
                load8(v9, y + 105832);
                for (int l = 0; l < 8; l++) {
                    for (int m = 0; m < 2; m++) {
                        broadcast8(v10, x);
                        broadcast8(v11, x + 8);
                        load8(v12, w);
                        fma8(v0, v12, v10);
                        fma8(v1, v12, v11);
                        load8(v12, w + 8);
                        fma8(v2, v12, v10);
                        fma8(v3, v12, v11);
                        load8(v12, w + 16);
                        fma8(v4, v12, v10);
                        fma8(v5, v12, v11);
                        load8(v12, w + 24);
                        fma8(v6, v12, v10);
                        fma8(v7, v12, v11);
                        load8(v12, w + 32);
                        fma8(v8, v12, v10);
                        fma8(v9, v12, v11);
                        broadcast8(v10, x + 1);
                        broadcast8(v11, x + 9);
                        load8(v12, w + 40);
                        fma8(v0, v12, v10);
                        fma8(v1, v12, v11);
                        load8(v12, w + 48);
                        fma8(v2, v12, v10);
                        fma8(v3, v12, v11);
                        load8(v12, w + 56);
                        fma8(v4, v12, v10);
                        fma8(v5, v12, v11);
                        load8(v12, w + 64);
                        fma8(v6, v12, v10);
                        fma8(v7, v12, v11);
                        load8(v12, w + 72);
                        fma8(v8, v12, v10);
                        fma8(v9, v12, v11);
                        broadcast8(v10, x + 2);
                        broadcast8(v11, x + 10);
                        load8(v12, w + 80);
                        fma8(v0, v12, v10);
                        fma8(v1, v12, v11);
                        load8(v12, w + 88);
                        fma8(v2, v12, v10);
                        fma8(v3, v12, v11);
                        load8(v12, w + 96);
                        fma8(v4, v12, v10);
                        fma8(v5, v12, v11);
                        load8(v12, w + 104);
                        fma8(v6, v12, v10);
                        fma8(v7, v12, v11);
                        load8(v12, w + 112);
                        fma8(v8, v12, v10);
                        fma8(v9, v12, v11);
                        broadcast8(v10, x + 3);
                        broadcast8(v11, x + 11);
                        load8(v12, w + 120);
                        fma8(v0, v12, v10);
                        fma8(v1, v12, v11);
                        load8(v12, w + 128);
                        fma8(v2, v12, v10);
                        fma8(v3, v12, v11);
                        load8(v12, w + 136);
                        fma8(v4, v12, v10);
                        fma8(v5, v12, v11);
                        load8(v12, w + 144);
                        fma8(v6, v12, v10);
                        fma8(v7, v12, v11);
                        load8(v12, w + 152);
                        fma8(v8, v12, v10);
                        fma8(v9, v12, v11);
                        w += 160;
                        x += 4;
                    }
                    x += 25096;
                }
                x -= 200832;
                w -= 2560;
                store8(y, v0);
                store8(y + 8, v1);
                store8(y + 26456, v2);
                store8(y + 26464, v3);
                store8(y + 52912, v4);
                store8(y + 52920, v5);
                store8(y + 79368, v6);
                store8(y + 79376, v7);
                store8(y + 105824, v8);
                store8(y + 105832, v9);
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
        x += 25104;
    }
    x -= 200832;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 28; j++) {
            load8(v0, y);
            load8(v1, y + 8);
            load8(v2, y + 26456);
            load8(v3, y + 26464);
            load8(v4, y + 52912);
            load8(v5, y + 52920);
            load8(v6, y + 79368);
            load8(v7, y + 79376);
            load8(v8, y + 105824);
            load8(v9, y + 105832);
            for (int k = 0; k < 8; k++) {
                for (int l = 0; l < 2; l++) {
                    broadcast8(v10, x);
                    broadcast8(v11, x + 8);
                    load8(v12, w);
                    fma8(v0, v12, v10);
                    fma8(v1, v12, v11);
                    load8(v12, w + 8);
                    fma8(v2, v12, v10);
                    fma8(v3, v12, v11);
                    load8(v12, w + 16);
                    fma8(v4, v12, v10);
                    fma8(v5, v12, v11);
                    load8(v12, w + 24);
                    fma8(v6, v12, v10);
                    fma8(v7, v12, v11);
                    load8(v12, w + 32);
                    fma8(v8, v12, v10);
                    fma8(v9, v12, v11);
                    broadcast8(v10, x + 1);
                    broadcast8(v11, x + 9);
                    load8(v12, w + 40);
                    fma8(v0, v12, v10);
                    fma8(v1, v12, v11);
                    load8(v12, w + 48);
                    fma8(v2, v12, v10);
                    fma8(v3, v12, v11);
                    load8(v12, w + 56);
                    fma8(v4, v12, v10);
                    fma8(v5, v12, v11);
                    load8(v12, w + 64);
                    fma8(v6, v12, v10);
                    fma8(v7, v12, v11);
                    load8(v12, w + 72);
                    fma8(v8, v12, v10);
                    fma8(v9, v12, v11);
                    broadcast8(v10, x + 2);
                    broadcast8(v11, x + 10);
                    load8(v12, w + 80);
                    fma8(v0, v12, v10);
                    fma8(v1, v12, v11);
                    load8(v12, w + 88);
                    fma8(v2, v12, v10);
                    fma8(v3, v12, v11);
                    load8(v12, w + 96);
                    fma8(v4, v12, v10);
                    fma8(v5, v12, v11);
                    load8(v12, w + 104);
                    fma8(v6, v12, v10);
                    fma8(v7, v12, v11);
                    load8(v12, w + 112);
                    fma8(v8, v12, v10);
                    fma8(v9, v12, v11);
                    broadcast8(v10, x + 3);
                    broadcast8(v11, x + 11);
                    load8(v12, w + 120);
                    fma8(v0, v12, v10);
                    fma8(v1, v12, v11);
                    load8(v12, w + 128);
                    fma8(v2, v12, v10);
                    fma8(v3, v12, v11);
                    load8(v12, w + 136);
                    fma8(v4, v12, v10);
                    fma8(v5, v12, v11);
                    load8(v12, w + 144);
                    fma8(v6, v12, v10);
                    fma8(v7, v12, v11);
                    load8(v12, w + 152);
                    fma8(v8, v12, v10);
                    fma8(v9, v12, v11);
                    w += 160;
                    x += 4;
                }
                x += 25096;
            }
            x -= 200832;
            w -= 2560;
            zero8(v10);
            max8(v0, v10, v0);
            store8(y, v0);
            zero8(v0);
            max8(v1, v0, v1);
            store8(y + 8, v1);
            zero8(v0);
            max8(v2, v0, v2);
            store8(y + 26456, v2);
            zero8(v0);
            max8(v3, v0, v3);
            store8(y + 26464, v3);
            zero8(v0);
            max8(v4, v0, v4);
            store8(y + 52912, v4);
            zero8(v0);
            max8(v5, v0, v5);
            store8(y + 52920, v5);
            zero8(v0);
            max8(v6, v0, v6);
            store8(y + 79368, v6);
            zero8(v0);
            max8(v7, v0, v7);
            store8(y + 79376, v7);
            zero8(v0);
            max8(v8, v0, v8);
            store8(y + 105824, v8);
            zero8(v0);
            max8(v9, v0, v9);
            store8(y + 105832, v9);
            x += 16;
            y += 16;
        }
        y += 8;
    }
}

/* zeros around 56 x 56 pixels: 1 rows, 1 columns */
static void c_border_3(float *y)
{
    float v0[8];
    zero8(v0);
    for (int i = 0; i < 58; i++) {
        store8(y, v0);
        y += 8;
    }
    for (int i = 0; i < 56; i++) {
        y += 448;
        store8(y, v0);
        y += 8;
    }
    for (int i = 0; i < 57; i++) {
        store8(y, v0);
        y += 8;
    }
}

/* 8 channels of 56 x 56 pixels: sums over 4 channels of a group and 3 x 3 taps */
static void c_slide3x3_8x12_4(const float *x, const float *w, float *y, const float *b)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8], v11[8], v12[8], v13[8], v14[8], v15[8];
    for (int i = 0; i < 56; i++) {
        load8(v0, b);
        copy8(v1, v0);
        copy8(v2, v0);
        copy8(v3, v0);
        copy8(v4, v0);
        copy8(v5, v0);
        copy8(v6, v0);
        copy8(v7, v0);
        copy8(v8, v0);
        copy8(v9, v0);
        copy8(v10, v0);
        copy8(v11, v0);
        for (int j = 0; j < 3; j++) {
            load8(v12, w);
            load8(v13, w + 8);
            load8(v14, w + 16);
            load8(v15, x);
            permute8(v15, v15, 0);
            fma8(v0, v12, v15);
            load8(v15, x + 8);
            permute8(v15, v15, 0);
            fma8(v1, v12, v15);
            fma8(v0, v13, v15);
            load8(v15, x + 16);
            permute8(v15, v15, 0);
            fma8(v2, v12, v15);
            fma8(v1, v13, v15);
            fma8(v0, v14, v15);
            load8(v15, x + 24);
            permute8(v15, v15, 0);
            fma8(v3, v12, v15);
            fma8(v2, v13, v15);
            fma8(v1, v14, v15);
            load8(v15, x + 32);
            permute8(v15, v15, 0);
            fma8(v4, v12, v15);
            fma8(v3, v13, v15);
            fma8(v2, v14, v15);
            load8(v15, x + 40);
            permute8(v15, v15, 0);
            fma8(v5, v12, v15);
            fma8(v4, v13, v15);
            fma8(v3, v14, v15);
            load8(v15, x + 48);
            permute8(v15, v15, 0);
            fma8(v6, v12, v15);
            fma8(v5, v13, v15);
            fma8(v4, v14, v15);
            load8(v15, x + 56);
            permute8(v15, v15, 0);
            fma8(v7, v12, v15);
            fma8(v6, v13, v15);
            fma8(v5, v14, v15);
            load8(v15, x + 64);
            permute8(v15, v15, 0);
            fma8(v8, v12, v15);
            fma8(v7, v13, v15);
            fma8(v6, v14, v15);
            load8(v15, x + 72);
            permute8(v15, v15, 0);
            fma8(v9, v12, v15);
            fma8(v8, v13, v15);
            fma8(v7, v14, v15);
            load8(v15, x + 80);
            permute8(v15, v15, 0);
            fma8(v10, v12, v15);
            fma8(v9, v13, v15);
            fma8(v8, v14, v15);
            load8(v15, x + 88);
            permute8(v15, v15, 0);
            fma8(v11, v12, v15);
            fma8(v10, v13, v15);
            fma8(v9, v14, v15);
            load8(v15, x + 96);
            permute8(v15, v15, 0);
            fma8(v11, v13, v15);
            fma8(v10, v14, v15);
            load8(v15, x + 104);
            permute8(v15, v15, 0);
            fma8(v11, v14, v15);
            load8(v12, w + 24);
            load8(v13, w + 32);
            load8(v14, w + 40);
            load8(v15, x);
            permute8(v15, v15, 85);
            fma8(v0, v12, v15);
            load8(v15, x + 8);
            permute8(v15, v15, 85);
            fma8(v1, v12, v15);
            fma8(v0, v13, v15);
            load8(v15, x + 16);
            permute8(v15, v15, 85);
            fma8(v2, v12, v15);
            fma8(v1, v13, v15);
            fma8(v0, v14, v15);
            load8(v15, x + 24);
            permute8(v15, v15, 85);
            fma8(v3, v12, v15);
            fma8(v2, v13, v15);
            fma8(v1, v14, v15);
            load8(v15, x + 32);
            permute8(v15, v15, 85);
            fma8(v4, v12, v15);
            fma8(v3, v13, v15);
            fma8(v2, v14, v15);
            load8(v15, x + 40);
            permute8(v15, v15, 85);
            fma8(v5, v12, v15);
            fma8(v4, v13, v15);
            fma8(v3, v14, v15);
            load8(v15, x + 48);
            permute8(v15, v15, 85);
            fma8(v6, v12, v15);
            fma8(v5, v13, v15);
            fma8(v4, v14, v15);
            load8(v15, x + 56);
            permute8(v15, v15, 85);
            fma8(v7, v12, v15);
            fma8(v6, v13, v15);
            fma8(v5, v14, v15);
            load8(v15, x + 64);
            permute8(v15, v15, 85);
            fma8(v8, v12, v15);
            fma8(v7, v13, v15);
            fma8(v6, v14, v15);
            load8(v15, x + 72);
            permute8(v15, v15, 85);
            fma8(v9, v12, v15);
            fma8(v8, v13, v15);
            fma8(v7, v14, v15);
            load8(v15, x + 80);
            permute8(v15, v15, 85);
            fma8(v10, v12, v15);
            fma8(v9, v13, v15);
            fma8(v8, v14, v15);
            load8(v15, x + 88);
            permute8(v15, v15, 85);
            fma8(v11, v12, v15);
            fma8(v10, v13, v15);
            fma8(v9, v14, v15);
            load8(v15, x + 96);
            permute8(v15, v15, 85);
            fma8(v11, v13, v15);
            fma8(v10, v14, v15);
            load8(v15, x + 104);
            permute8(v15, v15, 85);
            fma8(v11, v14, v15);
            load8(v12, w + 48);
            load8(v13, w + 56);
            load8(v14, w + 64);
            load8(v15, x);
            permute8(v15, v15, 170);
            fma8(v0, v12, v15);
            load8(v15, x + 8);
            permute8(v15, v15, 170);
            fma8(v1, v12, v15);
            fma8(v0, v13, v15);
            load8(v15, x + 16);
            permute8(v15, v15, 170);
            fma8(v2, v12, v15);
            fma8(v1, v13, v15);
            fma8(v0, v14, v15);
            load8(v15, x + 24);
            permute8(v15, v15, 170);
            fma8(v3, v12, v15);
            fma8(v2, v13, v15);
            fma8(v1, v14, v15);
            load8(v15, x + 32);
            permute8(v15, v15, 170);
            fma8(v4, v12, v15);
            fma8(v3, v13, v15);
            fma8(v2, v14, v15);
            load8(v15, x + 40);
            permute8(v15, v15, 170);
            fma8(v5, v12, v15);
            fma8(v4, v13, v15);
            fma8(v3, v14, v15);
            load8(v15, x + 48);
            permute8(v15, v15, 170);
            fma8(v6, v12, v15);
            fma8(v5, v13, v15);
            fma8(v4, v14, v15);
            load8(v15, x + 56);
            permute8(v15, v15, 170);
            fma8(v7, v12, v15);
            fma8(v6, v13, v15);
            fma8(v5, v14, v15);
            load8(v15, x + 64);
            permute8(v15, v15, 170);
            fma8(v8, v12, v15);
            fma8(v7, v13, v15);
            fma8(v6, v14, v15);
            load8(v15, x + 72);
            permute8(v15, v15, 170);
            fma8(v9, v12, v15);
            fma8(v8, v13, v15);
            fma8(v7, v14, v15);
            load8(v15, x + 80);
            permute8(v15, v15, 170);
            fma8(v10, v12, v15);
            fma8(v9, v13, v15);
            fma8(v8, v14, v15);
            load8(v15, x + 88);
            permute8(v15, v15, 170);
            fma8(v11, v12, v15);
            fma8(v10, v13, v15);
            fma8(v9, v14, v15);
            load8(v15, x + 96);
            permute8(v15, v15, 170);
            fma8(v11, v13, v15);
            fma8(v10, v14, v15);
            load8(v15, x + 104);
            permute8(v15, v15, 170);
            fma8(v11, v14, v15);
            load8(v12, w + 72);
            load8(v13, w + 80);
            load8(v14, w + 88);
            load8(v15, x);
            permute8(v15, v15, 255);
            fma8(v0, v12, v15);
            load8(v15, x + 8);
            permute8(v15, v15, 255);
            fma8(v1, v12, v15);
            fma8(v0, v13, v15);
            load8(v15, x + 16);
            permute8(v15, v15, 255);
            fma8(v2, v12, v15);
            fma8(v1, v13, v15);
            fma8(v0, v14, v15);
            load8(v15, x + 24);
            permute8(v15, v15, 255);
            fma8(v3, v12, v15);
            fma8(v2, v13, v15);
            fma8(v1, v14, v15);
            load8(v15, x + 32);
            permute8(v15, v15, 255);
            fma8(v4, v12, v15);
            fma8(v3, v13, v15);
            fma8(v2, v14, v15);
            load8(v15, x + 40);
            permute8(v15, v15, 255);
            fma8(v5, v12, v15);
            fma8(v4, v13, v15);
            fma8(v3, v14, v15);
            load8(v15, x + 48);
            permute8(v15, v15, 255);
            fma8(v6, v12, v15);
            fma8(v5, v13, v15);
            fma8(v4, v14, v15);
            load8(v15, x + 56);
            permute8(v15, v15, 255);
            fma8(v7, v12, v15);
            fma8(v6, v13, v15);
            fma8(v5, v14, v15);
            load8(v15, x + 64);
            permute8(v15, v15, 255);
            fma8(v8, v12, v15);
            fma8(v7, v13, v15);
            fma8(v6, v14, v15);
            load8(v15, x + 72);
            permute8(v15, v15, 255);
            fma8(v9, v12, v15);
            fma8(v8, v13, v15);
            fma8(v7, v14, v15);
            load8(v15, x + 80);
            permute8(v15, v15, 255);
            fma8(v10, v12, v15);
            fma8(v9, v13, v15);
            fma8(v8, v14, v15);
            load8(v15, x + 88);
            permute8(v15, v15, 255);
            fma8(v11, v12, v15);
            fma8(v10, v13, v15);
            fma8(v9, v14, v15);
            load8(v15, x + 96);
            permute8(v15, v15, 255);
            fma8(v11, v13, v15);
            fma8(v10, v14, v15);
            load8(v15, x + 104);
            permute8(v15, v15, 255);
            fma8(v11, v14, v15);
            w += 96;
            x += 456;
        }
        x -= 1368;
        w -= 288;
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
        store8(y + 48, v6);
        zero8(v0);
        max8(v7, v0, v7);
        store8(y + 56, v7);
        zero8(v0);
        max8(v8, v0, v8);
        store8(y + 64, v8);
        zero8(v0);
        max8(v9, v0, v9);
        store8(y + 72, v9);
        zero8(v0);
        max8(v10, v0, v10);
        store8(y + 80, v10);
        zero8(v0);
        max8(v11, v0, v11);
        store8(y + 88, v11);
        x += 96;
        y += 96;
        for (int j = 0; j < 4; j++) {
            load8(v0, b);
            copy8(v1, v0);
            copy8(v2, v0);
            copy8(v3, v0);
            copy8(v4, v0);
            copy8(v5, v0);
            copy8(v6, v0);
            copy8(v7, v0);
            copy8(v8, v0);
            copy8(v9, v0);
            copy8(v10, v0);
            for (int k = 0; k < 3; k++) {
                load8(v11, w);
                load8(v12, w + 8);
                load8(v13, w + 16);
                load8(v14, x);
                permute8(v14, v14, 0);
                fma8(v0, v11, v14);
                load8(v14, x + 8);
                permute8(v14, v14, 0);
                fma8(v1, v11, v14);
                fma8(v0, v12, v14);
                load8(v14, x + 16);
                permute8(v14, v14, 0);
                fma8(v2, v11, v14);
                fma8(v1, v12, v14);
                fma8(v0, v13, v14);
                load8(v14, x + 24);
                permute8(v14, v14, 0);
                fma8(v3, v11, v14);
                fma8(v2, v12, v14);
                fma8(v1, v13, v14);
                load8(v14, x + 32);
                permute8(v14, v14, 0);
                fma8(v4, v11, v14);
                fma8(v3, v12, v14);
                fma8(v2, v13, v14);
                load8(v14, x + 40);
                permute8(v14, v14, 0);
                fma8(v5, v11, v14);
                fma8(v4, v12, v14);
                fma8(v3, v13, v14);
                load8(v14, x + 48);
                permute8(v14, v14, 0);
                fma8(v6, v11, v14);
                fma8(v5, v12, v14);
                fma8(v4, v13, v14);
                load8(v14, x + 56);
                permute8(v14, v14, 0);
                fma8(v7, v11, v14);
                fma8(v6, v12, v14);
                fma8(v5, v13, v14);
                load8(v14, x + 64);
                permute8(v14, v14, 0);
                fma8(v8, v11, v14);
                fma8(v7, v12, v14);
                fma8(v6, v13, v14);
                load8(v14, x + 72);
                permute8(v14, v14, 0);
                fma8(v9, v11, v14);
                fma8(v8, v12, v14);
                fma8(v7, v13, v14);
                load8(v14, x + 80);
                permute8(v14, v14, 0);
                fma8(v10, v11, v14);
                fma8(v9, v12, v14);
                fma8(v8, v13, v14);
                load8(v14, x + 88);
                permute8(v14, v14, 0);
                fma8(v10, v12, v14);
                fma8(v9, v13, v14);
                load8(v14, x + 96);
                permute8(v14, v14, 0);
                fma8(v10, v13, v14);
                load8(v11, w + 24);
                load8(v12, w + 32);
                load8(v13, w + 40);
                load8(v14, x);
                permute8(v14, v14, 85);
                fma8(v0, v11, v14);
                load8(v14, x + 8);
                permute8(v14, v14, 85);
                fma8(v1, v11, v14);
                fma8(v0, v12, v14);
                load8(v14, x + 16);
                permute8(v14, v14, 85);
                fma8(v2, v11, v14);
                fma8(v1, v12, v14);
                fma8(v0, v13, v14);
                load8(v14, x + 24);
                permute8(v14, v14, 85);
                fma8(v3, v11, v14);
                fma8(v2, v12, v14);
                fma8(v1, v13, v14);
                load8(v14, x + 32);
                permute8(v14, v14, 85);
                fma8(v4, v11, v14);
                fma8(v3, v12, v14);
                fma8(v2, v13, v14);
                load8(v14, x + 40);
                permute8(v14, v14, 85);
                fma8(v5, v11, v14);
                fma8(v4, v12, v14);
                fma8(v3, v13, v14);
                load8(v14, x + 48);
                permute8(v14, v14, 85);
                fma8(v6, v11, v14);
                fma8(v5, v12, v14);
                fma8(v4, v13, v14);
                load8(v14, x + 56);
                permute8(v14, v14, 85);
                fma8(v7, v11, v14);
                fma8(v6, v12, v14);
                fma8(v5, v13, v14);
                load8(v14, x + 64);
                permute8(v14, v14, 85);
                fma8(v8, v11, v14);
                fma8(v7, v12, v14);
                fma8(v6, v13, v14);
                load8(v14, x + 72);
                permute8(v14, v14, 85);
                fma8(v9, v11, v14);
                fma8(v8, v12, v14);
                fma8(v7, v13, v14);
                load8(v14, x + 80);
                permute8(v14, v14, 85);
                fma8(v10, v11, v14);
                fma8(v9, v12, v14);
                fma8(v8, v13, v14);
                load8(v14, x + 88);
                permute8(v14, v14, 85);
                fma8(v10, v12, v14);
                fma8(v9, v13, v14);
                load8(v14, x + 96);
                permute8(v14, v14, 85);
                fma8(v10, v13, v14);
                load8(v11, w + 48);
                load8(v12, w + 56);
                load8(v13, w + 64);
                load8(v14, x);
                permute8(v14, v14, 170);
                fma8(v0, v11, v14);
                load8(v14, x + 8);
                permute8(v14, v14, 170);
                fma8(v1, v11, v14);
                fma8(v0, v12, v14);
                load8(v14, x + 16);
                permute8(v14, v14, 170);
                fma8(v2, v11, v14);
                fma8(v1, v12, v14);
                fma8(v0, v13, v14);
                load8(v14, x + 24);
                permute8(v14, v14, 170);
                fma8(v3, v11, v14);
                fma8(v2, v12, v14);
                fma8(v1, v13, v14);
                load8(v14, x + 32);
                permute8(v14, v14, 170);
                fma8(v4, v11, v14);
                fma8(v3, v12, v14);
                fma8(v2, v13, v14);
                load8(v14, x + 40);
                permute8(v14, v14, 170);
                fma8(v5, v11, v14);
                fma8(v4, v12, v14);
                fma8(v3, v13, v14);
                load8(v14, x + 48);
                permute8(v14, v14, 170);
                fma8(v6, v11, v14);
                fma8(v5, v12, v14);
                fma8(v4, v13, v14);
                load8(v14, x + 56);
                permute8(v14, v14, 170);
                fma8(v7, v11, v14);
                fma8(v6, v12, v14);
                fma8(v5, v13, v14);
                load8(v14, x + 64);
                permute8(v14, v14, 170);
                fma8(v8, v11, v14);
                fma8(v7, v12, v14);
                fma8(v6, v13, v14);
                load8(v14, x + 72);
                permute8(v14, v14, 170);
                fma8(v9, v11, v14);
                fma8(v8, v12, v14);
                fma8(v7, v13, v14);
                load8(v14, x + 80);
                permute8(v14, v14, 170);
                fma8(v10, v11, v14);
                fma8(v9, v12, v14);
                fma8(v8, v13, v14);
                load8(v14, x + 88);
                permute8(v14, v14, 170);
                fma8(v10, v12, v14);
                fma8(v9, v13, v14);
                load8(v14, x + 96);
                permute8(v14, v14, 170);
                fma8(v10, v13, v14);
                load8(v11, w + 72);
                load8(v12, w + 80);
                load8(v13, w + 88);
                load8(v14, x);
                permute8(v14, v14, 255);
                fma8(v0, v11, v14);
                load8(v14, x + 8);
                permute8(v14, v14, 255);
                fma8(v1, v11, v14);
                fma8(v0, v12, v14);
                load8(v14, x + 16);
                permute8(v14, v14, 255);
                fma8(v2, v11, v14);
                fma8(v1, v12, v14);
                fma8(v0, v13, v14);
                load8(v14, x + 24);
                permute8(v14, v14, 255);
                fma8(v3, v11, v14);
                fma8(v2, v12, v14);
                fma8(v1, v13, v14);
                load8(v14, x + 32);
                permute8(v14, v14, 255);
                fma8(v4, v11, v14);
                fma8(v3, v12, v14);
                fma8(v2, v13, v14);
                load8(v14, x + 40);
                permute8(v14, v14, 255);
                fma8(v5, v11, v14);
                fma8(v4, v12, v14);
                fma8(v3, v13, v14);
                load8(v14, x + 48);
                permute8(v14, v14, 255);
                fma8(v6, v11, v14);
                fma8(v5, v12, v14);
                fma8(v4, v13, v14);
                load8(v14, x + 56);
                permute8(v14, v14, 255);
                fma8(v7, v11, v14);
                fma8(v6, v12, v14);
                fma8(v5, v13, v14);
                load8(v14, x + 64);
                permute8(v14, v14, 255);
                fma8(v8, v11, v14);
                fma8(v7, v12, v14);
                fma8(v6, v13, v14);
                load8(v14, x + 72);
                permute8(v14, v14, 255);
                fma8(v9, v11, v14);
                fma8(v8, v12, v14);
                fma8(v7, v13, v14);
                load8(v14, x + 80);
                permute8(v14, v14, 255);
                fma8(v10, v11, v14);
                fma8(v9, v12, v14);
                fma8(v8, v13, v14);
                load8(v14, x + 88);
                permute8(v14, v14, 255);
                fma8(v10, v12, v14);
                fma8(v9, v13, v14);
                load8(v14, x + 96);
                permute8(v14, v14, 255);
                fma8(v10, v13, v14);
                w += 96;
                x += 456;
            }
            x -= 1368;
            w -= 288;
            zero8(v11);
            max8(v0, v11, v0);
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
            store8(y + 48, v6);
            zero8(v0);
            max8(v7, v0, v7);
            store8(y + 56, v7);
            zero8(v0);
            max8(v8, v0, v8);
            store8(y + 64, v8);
            zero8(v0);
            max8(v9, v0, v9);
            store8(y + 72, v9);
            zero8(v0);
            max8(v10, v0, v10);
            store8(y + 80, v10);
            x += 88;
            y += 88;
        }
        x += 8;
    }
}

/* 32 output channels of 1 x 448 pixels: sums over 128 channels and 1 x 1 taps */
static void c_conv1x1_32x3_5(const float *x, const float *w, float *y, const float *r, const float *b)
{
    float v0[8], v1[8], v2[8], v3[8], v4[8], v5[8], v6[8], v7[8], v8[8], v9[8], v10[8], v11[8], v12[8], v13[8], v14[8], v15[8];
    for (int i = 0; i < 148; i++) {
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
        for (int j = 0; j < 16; j++) {
            for (int k = 0; k < 2; k++) {
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
                w += 128;
                x += 4;
            }
            x += 25096;
        }
        x -= 401664;
        w -= 4096;
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
        load8(v0, r + 25104);
        add8(v3, v3, v0);
        zero8(v0);
        max8(v3, v0, v3);
        store8(y + 25104, v3);
        load8(v0, r + 25112);
        add8(v4, v4, v0);
        zero8(v0);
        max8(v4, v0, v4);
        store8(y + 25112, v4);
        load8(v0, r + 25120);
        add8(v5, v5, v0);
        zero8(v0);
        max8(v5, v0, v5);
        store8(y + 25120, v5);
        load8(v0, r + 50208);
        add8(v6, v6, v0);
        zero8(v0);
        max8(v6, v0, v6);
        store8(y + 50208, v6);
        load8(v0, r + 50216);
        add8(v7, v7, v0);
        zero8(v0);
        max8(v7, v0, v7);
        store8(y + 50216, v7);
        load8(v0, r + 50224);
        add8(v8, v8, v0);
        zero8(v0);
        max8(v8, v0, v8);
        store8(y + 50224, v8);
        load8(v0, r + 75312);
        add8(v9, v9, v0);
        zero8(v0);
        max8(v9, v0, v9);
        store8(y + 75312, v9);
        load8(v0, r + 75320);
        add8(v10, v10, v0);
        zero8(v0);
        max8(v10, v0, v10);
        store8(y + 75320, v10);
        load8(v0, r + 75328);
        add8(v11, v11, v0);
        zero8(v0);
        max8(v11, v0, v11);
        store8(y + 75328, v11);
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
        for (int j = 0; j < 16; j++) {
            for (int k = 0; k < 2; k++) {
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
                w += 128;
                x += 4;
            }
            x += 25096;
        }
        x -= 401664;
        w -= 4096;
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
        load8(v0, r + 25104);
        add8(v2, v2, v0);
        zero8(v0);
        max8(v2, v0, v2);
        store8(y + 25104, v2);
        load8(v0, r + 25112);
        add8(v3, v3, v0);
        zero8(v0);
        max8(v3, v0, v3);
        store8(y + 25112, v3);
        load8(v0, r + 50208);
        add8(v4, v4, v0);
        zero8(v0);
        max8(v4, v0, v4);
        store8(y + 50208, v4);
        load8(v0, r + 50216);
        add8(v5, v5, v0);
        zero8(v0);
        max8(v5, v0, v5);
        store8(y + 50216, v5);
        load8(v0, r + 75312);
        add8(v6, v6, v0);
        zero8(v0);
        max8(v6, v0, v6);
        store8(y + 75312, v6);
        load8(v0, r + 75320);
        add8(v7, v7, v0);
        zero8(v0);
        max8(v7, v0, v7);
        store8(y + 75320, v7);
        x += 16;
        y += 16;
        r += 16;
    }
}

/* one channel of 56 x 56 pixels */
static void c_copy_6(const float *x, float *y)
{
    float v0[8];
    for (int i = 0; i < 56; i++) {
        for (int j = 0; j < 56; j++) {
            load1(v0, x);
            *(y) = v0[0];
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
        c_copy_0(x + i * 3136, y + i * 1);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 25088, y + i * 1 + 25104);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 50176, y + i * 1 + 50208);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 75264, y + i * 1 + 75312);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 100352, y + i * 1 + 100416);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 125440, y + i * 1 + 125520);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 150528, y + i * 1 + 150624);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 175616, y + i * 1 + 175728);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 200704, y + i * 1 + 200832);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 225792, y + i * 1 + 225936);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 250880, y + i * 1 + 251040);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 275968, y + i * 1 + 276144);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 301056, y + i * 1 + 301248);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 326144, y + i * 1 + 326352);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 351232, y + i * 1 + 351456);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 376320, y + i * 1 + 376560);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 401408, y + i * 1 + 401664);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 426496, y + i * 1 + 426768);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 451584, y + i * 1 + 451872);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 476672, y + i * 1 + 476976);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 501760, y + i * 1 + 502080);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 526848, y + i * 1 + 527184);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 551936, y + i * 1 + 552288);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 577024, y + i * 1 + 577392);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 602112, y + i * 1 + 602496);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 627200, y + i * 1 + 627600);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 652288, y + i * 1 + 652704);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 677376, y + i * 1 + 677808);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 702464, y + i * 1 + 702912);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 727552, y + i * 1 + 728016);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_0(x + i * 3136 + 752640, y + i * 1 + 753120);
        return;
    }
    tile -= 8;
    const ptrdiff_t i = tile;
    c_copy_0(x + i * 3136 + 777728, y + i * 1 + 778224);
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
        c_conv1x1_48x2_1(x + i * 1792, w, y + i * 1824, b);
        return;
    }
    tile -= 14;
    if (tile < 28) {
        const ptrdiff_t i = tile / 2;
        const ptrdiff_t j = tile % 2;
        c_conv1x1_40x2_2(x + i * 1792, w + j * 10240 + 12288, y + i * 1824 + j * 132280 + 158736, b + j * 40 + 48);
        return;
    }
    tile -= 28;
    const ptrdiff_t i = tile;
    c_border_3(y + i * 26456 - 464);
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
    c_slide3x3_8x12_4(x + i * 26456 - 464, w + i * 288, y + i * 25104, b + i * 8);
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
    c_conv1x1_32x3_5(x + i * 3584, w + j * 4096, y + i * 3584 + j * 100416, r + i * 3584 + j * 100416, b + j * 32);
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
        c_copy_6(x + i * 1, y + i * 3136);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 25104, y + i * 3136 + 25088);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 50208, y + i * 3136 + 50176);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 75312, y + i * 3136 + 75264);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 100416, y + i * 3136 + 100352);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 125520, y + i * 3136 + 125440);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 150624, y + i * 3136 + 150528);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 175728, y + i * 3136 + 175616);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 200832, y + i * 3136 + 200704);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 225936, y + i * 3136 + 225792);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 251040, y + i * 3136 + 250880);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 276144, y + i * 3136 + 275968);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 301248, y + i * 3136 + 301056);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 326352, y + i * 3136 + 326144);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 351456, y + i * 3136 + 351232);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 376560, y + i * 3136 + 376320);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 401664, y + i * 3136 + 401408);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 426768, y + i * 3136 + 426496);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 451872, y + i * 3136 + 451584);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 476976, y + i * 3136 + 476672);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 502080, y + i * 3136 + 501760);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 527184, y + i * 3136 + 526848);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 552288, y + i * 3136 + 551936);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 577392, y + i * 3136 + 577024);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 602496, y + i * 3136 + 602112);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 627600, y + i * 3136 + 627200);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 652704, y + i * 3136 + 652288);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 677808, y + i * 3136 + 677376);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 702912, y + i * 3136 + 702464);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 728016, y + i * 3136 + 727552);
        return;
    }
    tile -= 8;
    if (tile < 8) {
        const ptrdiff_t i = tile;
        c_copy_6(x + i * 1 + 753120, y + i * 3136 + 752640);
        return;
    }
    tile -= 8;
    const ptrdiff_t i = tile;
    c_copy_6(x + i * 1 + 778224, y + i * 3136 + 777728);
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
