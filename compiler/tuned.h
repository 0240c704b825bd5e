/* tuned.h - choices measured on a machine, in the place of choose.c's own: what `nncc tune` writes and everything that
 * compiles may read.
 *
 * A file is YAML, one line for each distinct layer: what the layer is, in words that every build of nncc finds again, what
 * was chosen for it, and the microseconds that the cost model's choice and this one took. */
#ifndef NNCC_TUNED_H
#define NNCC_TUNED_H

#include "compiler.h"

typedef struct {
    const char *layer;                  /* layer_key */
    Tile tile;
    double model_us, tuned_us;          /* of one pass through one such layer, the whole batch; 0: not said */
    Loc loc;                            /* in the file */
} TunedLayer;

struct Tuned {
    const char *path;
    const char *network, *processor, *target;   /* what was measured where */
    int threads, batch;
    TunedLayer *layer;
    size_t nlayer, capacity;
};

enum { TUNED_VERSION = 1 };

/* What a layer is as far as its choices are concerned: "conv 3x3 stride 1 pad 1 64x56x56 to 64x56x56 relu". Needs layouts. */
const char *layer_key(Context *, const Node *);

/* Reads a file, or `text` under the name `path` where that is not NULL. Fails with the place of the mistake. */
Tuned *tuned_read(Context *, const char *path, const char *text);
void tuned_write(Text *, const Tuned *);
const TunedLayer *tuned_find(const Tuned *, const char *layer);
/* What a user should know who takes the file to this processor, a comma list of targets and a batch: one line, or NULL. */
const char *tuned_notice(Context *, const Tuned *, const char *targets, int batch);
/* Likewise of a graph after choose, for which no choice of its file was made. */
const char *tuned_unused(const Graph *);
/* Gives the node the tile that the graph's file has for it, if any; fails at that line where the node cannot take it. */
void tuned_apply(Graph *, Node *);

/* ---- tile.c: the parts of a Tile ---- */

/* One field of Tile: a number, or yes or no. */
typedef struct {
    const char *name;
    size_t at;
    bool truth;
} Knob;
extern const Knob knobs[];              /* ends without a name */

int knob_get(const Knob *, const Tile *);
void knob_set(const Knob *, Tile *, int value);
/* Why the layer cannot take the tile, or NULL. Needs layouts. */
const char *tile_refusal(const Machine *, const Node *, const Tile *);

#endif
