/* conv.h - a convolution on its way to kernels: what conv.c decides and conv_kernel.c spells. */
#ifndef NNCC_CONV_H
#define NNCC_CONV_H

#include "../lower.h"

/* Input channels of one block that are summed together: `count` of them from `channel` on, at `offset` floats. */
typedef struct {
    int channel, count;
    int64_t offset;
} Entry;

/* Output vectors that one kernel computes together. */
typedef struct {
    int vector, vectors;                /* the first, and how many */
    int entry, entries;                 /* what they sum over */
    int64_t at;                         /* of their filters, in floats of the packed item */
    int group;                          /* winograd: panels of one group are of one task */
    int64_t frequency;                  /* winograd: from the filters of one frequency to those of the next */
} Panel;

/* One convolution or linear layer. */
typedef struct {
    Lower *l;
    Node *n;
    const Node *source;                 /* what it reads */
    int kernel[2], stride[2], dilation[2], pad[2];      /* rows, columns */
    int groups, in, out;                /* in, out: channels */
    int window[2];                      /* pixels of the convolution for one result: of a fused max pool, or 1 x 1 */
    const Node *average;                /* a fused global average, or NULL */
    int rows, width;                    /* results to compute */
    int64_t step;                       /* floats from one channel of an entry to the next */
    View x;                             /* of the source */
    Entry *entry;                       /* of all panels; panels that read the same channels share theirs */
    size_t nentry, entry_capacity;
    Panel *panel;                       /* in the order of their vectors */
    size_t npanel, panel_capacity;
    int64_t filters, vectors_at;        /* floats: places of filters and per-channel vectors in the packed weights */
    bool bias;                          /* sums start at a per-channel vector */
    bool half;                          /* filters of half precision */
    bool in_room;                       /* the filters lie in the room of the step, at `filters` */
    bool flat;                          /* rows and width are 1 x all: see Tile */
    const Node *sums;                   /* a batch norm whose sums the kernels make (tally.h), or NULL; then */
    int part;                           /*   rows of a part, */
    bool cut;                           /*   and whether rows are pieces of one line of all results */
    int first[2], apart[2];             /* row, column of the first result, and from one to the next; apart 0: all of them */
} Conv;

/* What one call computes: lines start.. in `count` bands of `rows`, or the single result of `images` images. */
typedef struct {
    int start, rows, count, images;
} Bands;

/* What a walk over the pixels does: everything in registers, or one of the passes of a sum whose filters would not stay
 * in the cache. Between passes, the sums wait in the result's place, or, where results are pooled, in the scratch: the first
 * pass starts them, the last finishes them. */
typedef enum { PHASE_add = 0, PHASE_first = 1, PHASE_last = 2, PHASE_whole = PHASE_first | PHASE_last } Phase;

/* The kernel being built. */
typedef struct {
    const Conv *c;
    const Panel *panel;
    Phase phase;                        /* of the current walk over the pixels */
    int entry, entries;                 /* that the current walk sums over */
    int chunk;                          /* of them, that are summed on their own: their sum is added to what is
                                           in the result's place; 0: all */
    Kernel *k;
    int width, units;                   /* blocks that a register holds, and registers for the panel's vectors: the last may lack one */
    Stream x, w;                        /* the source, the filters */
    Stream ahead;                       /* the filters of the next pass */
    int lines;                          /* cache lines of them that one tile of this pass fetches */
    bool pooled;                        /* sums of results that are pooled wait in the scratch, tile after tile */
    bool aside;                         /* sums of a tile wait there between chunks */
    Stream sums;
    Output out;
    int64_t pixel;                      /* floats from one pixel of a tile to the next; of images, from one image to the next */
    int most;                           /* results of a tile */
} Build;

/* Neighbouring panels that differ only by places. */
typedef struct {
    int panels, vector;                 /* how many, and from one to the next: vectors, */
    int64_t x, filters;                 /*   floats of the source, floats of the filters */
} Run;

/* conv.c: convolution or linear layer n, over `source` in place of what it reads (of the same shape, cut alike). */
Conv conv_open(Lower *, Node *n, const Node *source);
/* Floats that so many filter values take. */
int64_t filter_floats(const Conv *, int64_t values);
/* Panels, entries and the filters' place in the packed weights, where they are packed unless they have been before. */
void pack_filters(Conv *);
Stream stream_filters(const Conv *, Kernel *, const char *name);   /* over them, wherever they lie */
/* Panels and entries alone, their filters from *size floats on; *size moves behind them. channel: of each lane, as lane_channels. */
void make_panels(Conv *, const int *channel, int64_t *size);
Run panel_run(const Conv *, size_t first);
void add_calls(const Conv *);           /* calls for all panels, to the step that has been begun */

/* A kernel that computes the panel's output channels of the bands. */
Build build_kernel(const Conv *, const Panel *, Bands);
/* Its parts, for algorithms that sum products in another domain. A walk goes over rows x width results, tile by tile, and
 * back, summing over the entries of the Build; with a global average, emit_average clears the result before it, or divides it. */
void emit_walk(Build *, Phase, int rows, int width);
void emit_average(Build *, bool before);
/* Fetches filters of so many floats, beginning at `ahead`, during the next walk over rows x width results, if the tile says so.
 * Returns how many the pointer will have moved, which are a few more. Afterwards lines is to be 0 again. */
int64_t begin_ahead(Build *, int64_t filters, int rows, int width);
/* The place of a result of unit u, which the output's functions see from here on. */
Place unit_place(Build *, int u, int pixel);

/* ---- conv_tally.c ---- */
/* y += the sum of some results of unit u, after their tail. */
void add_to_average(Build *, int u, int results, int *acc);
/* Cuts the results that a batch norm has summed into parts, where there is one; rows and width are known. */
void divide_results(Conv *);
/* Opens what the sums need, behind the output's own pointers. */
void open_tally(const Conv *, Kernel *, Output *);
/* A part's sums are 0; afterwards the pointers move on to those of the next, `rows` rows of results on. */
void begin_part(Build *);
void end_part(Build *, int rows);
/* Neighbouring results of unit u go through their tail, are stored, and added to the part's sums. */
void tally_results(Build *, int u, int results, int *acc);
/* Tasks begin with part number `first`; from one to the next of the dimension there are `parts` of them. */
void place_tally(Call *, const Conv *, Stream tally, int first, int dimension, int parts);
/* Sums of `vectors` blocks of results that another kernel has stored, rows x width of some images together, as one part. Streams: of the
 * sums, of the results, of what bn_sums multiplies these with. */
typedef struct {
    Kernel *k;
    Stream stream[3];
    int streams;
} TallyKernel;
TallyKernel build_tally(const Conv *, int vectors, int rows, int width, int images);

/* conv_sum.c: adds the sum over the entries of the walk to accumulators [unit][pixel]; x and w end where they began. The loop body runs
 * so many times for each line of the window over `count` channels of an entry, and fetches `lines` of `ahead` each time. */
void emit_sum(Build *, int pixels, const int *acc);
int sum_bodies(const Conv *, int count);
/* Fetches what the first tile of a pass of a 1 x 1 convolution reads, of so many pixels: no tile before it has. */
void fetch_first_tile(Build *, int pixels);
int64_t filters_of(const Build *, int entries);    /* floats, of the next entries of the walk */
int vectors_of_unit(const Build *, int unit);      /* that the unit holds: the last may lack one */
/* Every Build must say how many blocks its registers hold: 1, or what the machine has at most. */
void build_width(Build *, int blocks);
/* What becomes of results: pooled or averaged by the tail, and how many lines of them there are. */
void read_tail(Conv *);
/* What the layer computes, without how. */
const char *conv_text(const Conv *);
/* Input channels of so many entries. */
int channels_of(const Conv *, int entry, int entries);

#endif
