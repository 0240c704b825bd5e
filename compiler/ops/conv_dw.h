/* conv_dw.h - the gradient of a layer's weights on its way to kernels: what conv_dw.c decides and winograd_dw.c shares. */
#ifndef NNCC_CONV_DW_H
#define NNCC_CONV_DW_H

#include "chunks.h"
#include "conv.h"

/* A convolution's weights' gradient. */
typedef struct {
    Conv c;                             /* the forward node's filters, over x */
    const Node *n, *dy;
    const Node *stats;                  /* of a norm: the filters read relu of what that makes of x (absorb.c); NULL: x */
    int height, width;                  /* of dy */
    int images, rows;                   /* of a band: some images by all rows, or by some; of dy, or of its tiles by Winograd's transform */
    bool rows_apart;                    /* rows of the filter are tasks of their own */
    int chunks;                         /* of the batch, alike, which are tasks of their own; 1: none */
    int64_t size, room;                 /* floats of the gradient, and where each chunk's lie, one after the other */
    bool winograd;                      /* sums of products of transformed tiles */
} Gradient;

/* How far the taps that share a tile reach: one tap, one row of the filter, or all of it. */
typedef enum { TILE_tap, TILE_row, TILE_filter } Reach;

/* One kernel: a panel by some entries, all alike. */
typedef struct {
    const Gradient *d;
    Kernel *k;
    const Panel *panel;
    const Entry *entry;
    Run run;
    int panels, entries, taps[2];       /* that one task takes; taps: of the filter */
    int64_t between;                    /* floats of x from one entry to the next */
    int64_t pixel;                      /* floats of dy from one pixel to the next */
    int width, units;                   /* vectors that a register holds, and registers for those of the panel: the last may lack one */
    Reach reach;
    bool start;                         /* the first band: sums are stored, later ones are added to them */
    Stream x, dy, g;
    Stream copy;                        /* of dy, for some units, where loads from dy take two instructions; pointer -1: none */
    Stream copied;                      /* where dy is a copy: the gradient that it was made of */
    int first;                          /* the first unit that lies in dy */
    Stream x_copy;                      /* of the pixels of x that a strided filter reads; pointer -1: none */
    int64_t x_copy_at;                  /* floats of the scratch before it */
    Stream stats;                       /* of the norm whose result, through relu, the copy has of x; pointer -1: it is x */
    int64_t stats_between;              /* floats of them from one entry to the next */
} Build_dw;

/* A run of alike panels, by `parts` of `entries` alike entries each, from entry `first` on. */
typedef struct {
    const Panel *panel;
    Run run;
    int panels;                         /* of the run, that one task takes */
    int first, entries, parts;
} Slices;

/* ---- conv_dw_kernel.c ---- */
Reach choose_reach(const Build_dw *);
void open_copies(Build_dw *);
/* The whole kernel; channel: of each lane of the panels, as lane_channels. */
void emit_dw_kernel(const Build_dw *, const int *channel);
/* Is the filter of that lane's channel and the input channel a parameter: does the lane hold a channel, and of the same group? */
bool is_filter(const Conv *, int channel, int in);
/* g += all that the build's entries give over the pixels of its band, or g = that at the start; x, dy and g end where they began. */
void emit_band(const Build_dw *);
void move_images(const Build_dw *, int64_t images);     /* moves dy and x */

/* ---- winograd_dw.c ---- */
bool winograd_dw_fits(const Gradient *);                /* panels and entries are known */
void choose_winograd_band(Gradient *);
int winograd_dw_entries(const Gradient *, const Panel *);   /* that a task takes at best */
/* Places of the scratch that the kernel works in: a tile between its passes, transformed tiles of x and dy, sums. */
typedef struct {
    Stream tile, x, dy, sums;
    int64_t x_at, dy_at, sums_at, floats;
} Scratch_dw;
Scratch_dw emit_winograd_dw(const Build_dw *);          /* the whole kernel */
void place_winograd_dw(const Scratch_dw *, Call *);

#endif
