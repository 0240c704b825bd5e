/* plan.c - a place in one arena for every storage and every workspace: storages that are alive at the same time must
 * not overlap, all others may. Finding the smallest arena is NP-hard; placing one storage after the other into the
 * lowest gap that is free during its life comes within a few percent when the order is good, so a few orders are tried
 * and improved. */
#include <stdlib.h>
#include <string.h>

#include "compiler.h"

typedef struct {
    Node *owner;                        /* whose memory it is */
    bool workspace;                     /* what its steps need between them, not its result */
    int begin, end;                     /* ids of the first node that writes into it or a view of it, and of the last that reads */
    int64_t size;                       /* floats, whole cache lines */
    int64_t offset;                     /* -1: not placed yet */
} Life;

typedef struct {
    Life *life;                         /* by begin */
    int count;
    size_t *first;                      /* the lives that overlap life i in time are neighbour[first[i] .. first[i + 1]) */
    int *neighbour;
    int *placed;                        /* of these, those that have a place, by offset: placed[first[i]] and so on */
    size_t *nplaced;                    /* how many */
} Lives;

enum { CACHE_LINE = 16 };               /* floats */

/* Beyond so many pairs of storages alive at the same time there is no search: everyone gets a place of its own. */
static const int64_t MOST_PAIRS = 1 << 21;

enum { MOST_ROUNDS = 40 };               /* of improvement of each order */

/* ---- lifetimes ------------------------------------------------------------------------------------------ */

/* Does the plan give this node's result a place? The caller owns the network's input and output. */
static bool is_planned(const Node *node)
{
    const Node *owner = node->layout.storage;
    return owner && !owner->banded && owner->op != OP_input && owner->op != OP_output && owner->op != OP_target && !op_is_batch(owner->op);
}

static void extend(Life *life, int id)
{
    life->begin = id < life->begin ? id : life->begin;
    life->end = id > life->end ? id : life->end;
}

static int by_begin(const void *a, const void *b)
{
    const Life *x = a, *y = b;
    if (x->begin != y->begin)
        return (x->begin > y->begin) - (x->begin < y->begin);
    return x->owner != y->owner ? (x->owner->id > y->owner->id) - (x->owner->id < y->owner->id) : x->workspace - y->workspace;
}

static void add_life(Lives *lives, Life life, int64_t floats)
{
    life.size = (floats + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
    if (life.end >= 0 && life.size > 0)
        lives->life[lives->count++] = life;
}

/* One life for each storage and workspace, from the nodes' ids. */
static Lives find_lives(Graph *graph)
{
    Life *of = arena_alloc(graph->context, (size_t)graph->count, sizeof *of);   /* by the owner's id */
    for (Node *node = graph->first; node; node = node->next)
        of[node->id] = (Life){node, false, INT32_MAX, -1, 0, -1};
    for (Node *node = graph->first; node; node = node->next) {
        if (is_planned(node))
            extend(&of[node->layout.storage->id], node->id);
        for (Node *part = node; part; part = part->tail)
            for (int i = part != node; i < part->nin; i++)
                if (is_planned(part->in[i]))
                    extend(&of[part->in[i]->layout.storage->id], node->id + (node->banded > 0));     /* its pool, next, does it */
    }
    const Node *const read[] = {graph->output, graph->loss};   /* by the caller, when all has run */
    for (int i = 0; i < 2; i++)
        if (read[i] && is_planned(read[i]))
            extend(&of[read[i]->layout.storage->id], graph->count);
    Lives lives = {.life = arena_alloc(graph->context, 2 * (size_t)graph->count, sizeof *lives.life)};
    for (Node *node = graph->first; node; node = node->next) {
        add_life(&lives, of[node->id], node->layout.size);
        add_life(&lives, (Life){node, true, workspace_writer(node)->id, node->id, 0, -1}, node->workspace);
    }
    qsort(lives.life, (size_t)lives.count, sizeof *lives.life, by_begin);
    return lives;
}

/* ---- who is alive with whom ----------------------------------------------------------------------------- */

static int by_end(const void *a, const void *b)
{
    const Life *const *x = a, *const *y = b;
    return ((*x)->end > (*y)->end) - ((*x)->end < (*y)->end);
}

/* The largest sum of sizes alive at one time; *pairs gets how many pairs are alive together. */
static int64_t largest_sum(Graph *graph, const Lives *lives, int64_t *pairs)
{
    const Life **ending = arena_alloc(graph->context, (size_t)lives->count, sizeof *ending);
    for (int i = 0; i < lives->count; i++)
        ending[i] = &lives->life[i];
    qsort(ending, (size_t)lives->count, sizeof *ending, by_end);
    int64_t sum = 0, largest = 0;
    *pairs = 0;
    for (int i = 0, ended = 0; i < lives->count; i++) {
        for (; ending[ended]->end < lives->life[i].begin; ended++)
            sum -= ending[ended]->size;
        sum += lives->life[i].size;
        *pairs += i - ended;
        largest = sum > largest ? sum : largest;
    }
    return largest;
}

/* Calls over each overlapping pair i, k: counts them when neighbour is NULL, writes them down otherwise. */
static void visit_pairs(const Lives *lives, int *alive, size_t *next)
{
    int nalive = 0;
    for (int i = 0; i < lives->count; i++) {
        int kept = 0;
        for (int a = 0; a < nalive; a++) {
            int k = alive[a];
            if (lives->life[k].end < lives->life[i].begin)
                continue;
            alive[kept++] = k;
            if (lives->neighbour) {
                lives->neighbour[next[i]] = k;
                lives->neighbour[next[k]] = i;
            }
            next[i]++;
            next[k]++;
        }
        nalive = kept;
        alive[nalive++] = i;
    }
}

static void find_neighbours(Graph *graph, Lives *lives, int64_t pairs)
{
    size_t count = (size_t)lives->count;
    int *alive = arena_alloc(graph->context, count, sizeof *alive);
    size_t *next = arena_alloc(graph->context, count + 1, sizeof *next);
    lives->first = arena_alloc(graph->context, count + 1, sizeof *lives->first);
    visit_pairs(lives, alive, next);
    for (size_t i = 0; i < count; i++)
        lives->first[i + 1] = lives->first[i] + next[i];
    memcpy(next, lives->first, count * sizeof *next);
    lives->neighbour = arena_alloc(graph->context, (size_t)pairs * 2, sizeof *lives->neighbour);
    visit_pairs(lives, alive, next);
}

/* ---- placing -------------------------------------------------------------------------------------------- */

/* The lowest offset at which life i fits between its neighbours that have been placed. */
static int64_t lowest_gap(const Lives *lives, int i)
{
    const int *placed = lives->placed + lives->first[i];
    int64_t offset = 0, size = lives->life[i].size;
    for (size_t k = 0; k < lives->nplaced[i]; k++) {
        const Life *other = &lives->life[placed[k]];
        if (other->offset >= offset + size)
            break;
        if (other->offset + other->size > offset)
            offset = other->offset + other->size;
    }
    return offset;
}

/* Adds life i to the lists of neighbours that are yet to be placed: mostly at the end, because arenas fill from below. */
static void tell_neighbours(Lives *lives, int i)
{
    for (size_t k = lives->first[i]; k < lives->first[i + 1]; k++) {
        int other = lives->neighbour[k];
        if (lives->life[other].offset >= 0)
            continue;
        int *placed = lives->placed + lives->first[other];
        size_t at = lives->nplaced[other]++;
        for (; at > 0 && lives->life[placed[at - 1]].offset > lives->life[i].offset; at--)
            placed[at] = placed[at - 1];
        placed[at] = i;
    }
}

/* Places all lives in the given order; returns the floats that they take. */
static int64_t place_all(Lives *lives, const int *order)
{
    int64_t floats = 0;
    for (int i = 0; i < lives->count; i++) {
        lives->life[i].offset = -1;
        lives->nplaced[i] = 0;
    }
    for (int i = 0; i < lives->count; i++) {
        Life *life = &lives->life[order[i]];
        life->offset = lowest_gap(lives, order[i]);
        tell_neighbours(lives, order[i]);
        floats = life->offset + life->size > floats ? life->offset + life->size : floats;
    }
    return floats;
}

static int64_t place_apart(Lives *lives)
{
    int64_t floats = 0;
    for (int i = 0; i < lives->count; floats += lives->life[i++].size)
        lives->life[i].offset = floats;
    return floats;
}

static void keep_offsets(const Lives *lives)
{
    for (int i = 0; i < lives->count; i++) {
        Life *life = &lives->life[i];
        *(life->workspace ? &life->owner->workspace_offset : &life->owner->offset) = life->offset;
    }
}

/* ---- orders --------------------------------------------------------------------------------------------- */

/* What an order looks at, largest first; equals in order of begin. */
typedef enum { ORDER_size, ORDER_area, ORDER_length, ORDER_begin, NORDER } Order;

typedef struct {
    int64_t key;
    int life;
} Rank;

static int by_key(const void *a, const void *b)
{
    const Rank *x = a, *y = b;
    return x->key != y->key ? (x->key < y->key) - (x->key > y->key) : (x->life > y->life) - (x->life < y->life);
}

static int64_t order_key(const Life *life, Order order)
{
    int64_t length = life->end - life->begin + 1;
    switch (order) {
    case ORDER_size:   return life->size;
    case ORDER_area:   return life->size / CACHE_LINE * length;
    case ORDER_length: return length;
    default:           return -life->begin;
    }
}

static void sort_lives(Graph *graph, const Lives *lives, Order by, int *order)
{
    Rank *rank = arena_alloc(graph->context, (size_t)lives->count, sizeof *rank);
    for (int i = 0; i < lives->count; i++)
        rank[i] = (Rank){order_key(&lives->life[i], by), i};
    qsort(rank, (size_t)lives->count, sizeof *rank, by_key);
    for (int i = 0; i < lives->count; i++)
        order[i] = rank[i].life;
}

/* Whoever lies at the very top goes first the next time. */
static void promote_highest(const Lives *lives, int *order)
{
    int64_t top = -1;
    int at = 0;
    for (int i = 0; i < lives->count; i++) {
        const Life *life = &lives->life[order[i]];
        if (life->offset + life->size > top) {
            top = life->offset + life->size;
            at = i;
        }
    }
    int highest = order[at];
    memmove(order + 1, order, (size_t)at * sizeof *order);
    order[0] = highest;
}

/* Tries the orders, each with a number of improvements, until an arena is as small as it can be. */
static void search(Graph *graph, Lives *lives, int64_t pairs)
{
    int rounds = (int)(MOST_PAIRS / 4 / (pairs + lives->count + 1));
    rounds = rounds < 1 ? 1 : rounds > MOST_ROUNDS ? MOST_ROUNDS : rounds;
    int *order = arena_alloc(graph->context, (size_t)lives->count, sizeof *order);
    lives->placed = arena_alloc(graph->context, (size_t)pairs * 2, sizeof *lives->placed);
    lives->nplaced = arena_alloc(graph->context, (size_t)lives->count, sizeof *lives->nplaced);
    graph->arena_floats = INT64_MAX;
    for (Order by = 0; by < NORDER; by++) {
        sort_lives(graph, lives, by, order);
        for (int round = 0; round < rounds && graph->arena_floats > graph->live_floats; round++) {
            int64_t floats = place_all(lives, order);
            if (floats < graph->arena_floats) {
                graph->arena_floats = floats;
                keep_offsets(lives);
            }
            promote_highest(lives, order);
        }
    }
}

/* What a batch has one of lies apart, behind the scalars, and never makes room for another. */
static void place_common(Graph *graph)
{
    int64_t at = COMMON_floats;
    for (Node *node = graph->first; node; node = node->next)
        if (op_is_batch(node->op) && node->layout.storage == node) {
            node->offset = at;
            at += (node->layout.size + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
        }
    graph->common_floats = at;
}

/* Needs layouts. Gives every storage but the caller's and every workspace an offset, in floats and on a cache line, and the graph its
 * live_floats and arena_floats; keeps everything else. */
void plan(Graph *graph)
{
    int64_t pairs;
    graph_number(graph);
    Lives lives = find_lives(graph);
    graph->live_floats = largest_sum(graph, &lives, &pairs);
    if (graph->apart || pairs > MOST_PAIRS) {
        graph->arena_floats = place_apart(&lives);
        keep_offsets(&lives);
    } else {
        find_neighbours(graph, &lives, pairs);
        search(graph, &lives, pairs);
    }
    if (graph->training)
        place_common(graph);
}
