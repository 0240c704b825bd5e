/* tune.h - the search behind `nncc tune`: which tiles to try next, layer by layer, and which have won. It measures nothing.
 *
 * Each distinct layer descends along one part of its tile after the other, from the cost model's choice: the algorithm, registers, rows of
 * a task, passes, prefetching, the order of tasks; then once more, as long as something has improved. All layers try a
 * challenger each at the same time, so that one run of the network judges them all. */
#ifndef NNCC_TUNE_H
#define NNCC_TUNE_H

#include "tuned.h"

enum { MOST_TRIALS = 96 };              /* tiles of one layer */

typedef struct {
    const char *key;                    /* layer_key */
    const Node *node;                   /* the first such layer, of the program by the cost model */
    const Machine *machine;             /* that it is made for */
    bool exact;                         /* no Winograd */
    int count;                          /* layers of this key */
    Tile model, best;
    Tile challenger;                    /* to be measured now; equal to best: none */
    Tile queue[MOST_TRIALS];            /* of the stage at hand */
    int nqueue, next;
    Tile tried[MOST_TRIALS];
    int ntried;
    int stage, sweep;                   /* stage of so many; sweep beyond the last: this layer is done */
    bool improved;                      /* in this sweep */
} TuneLayer;

typedef struct {
    Context *context;
    const Machine *machine;
    bool exact;
    TuneLayer *layer;
    size_t nlayer, capacity;
    int nnode;
} Search;

/* The distinct layers of a compiled network. The program must stay. */
Search search_begin(Context *, const Program *);
/* What a step on that node is measured for: itself, or the convolution that this pool alone reads: some tiles let `band` join the two, so
 * that only their sum compares. */
const Node *search_node(const Node *);
/* Index of a node's layer, or -1. By its key: two programs of one network need not number their nodes alike. */
int search_layer(const Search *, const Node *);
/* Gives every layer that is not done its next challenger. False: all are done. */
bool search_next(Search *);
/* Takes the challenger of each layer that beat the best by more than noise; seconds by layer. */
void search_judge(Search *, const double *best, const double *challenger);
/* The tiles to compile with: the challengers, the best, or what the model chose. */
typedef enum { SEARCH_model, SEARCH_best, SEARCH_challenger } SearchTile;
const Tile *search_tile(const TuneLayer *, SearchTile);
/* As Options.tuned wants them. */
Tuned *search_choices(const Search *, SearchTile);
bool tile_equal(const Tile *, const Tile *);

#endif
