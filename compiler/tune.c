/* tune.c - coordinate descent over tiles (tune.h). */
#include "tune.h"

#include <string.h>

#include "choose.h"

static const double CLEARLY = 0.985;    /* of the best's time: less is an improvement, more may be noise */
enum { SWEEPS = 2 };

bool tile_equal(const Tile *a, const Tile *b)
{
    bool equal = a->algorithm == b->algorithm;
    for (const Knob *knob = knobs; knob->name; knob++)
        equal &= knob_get(knob, a) == knob_get(knob, b);
    return equal;
}

/* ---- challengers ---------------------------------------------------------------------------------------------- */

/* Queues a tile that the layer can take and has not tried. */
static void challenge(TuneLayer *layer, const Tile *tile)
{
    if (layer->ntried == MOST_TRIALS || tile_refusal(layer->machine, layer->node, tile))
        return;
    for (int i = 0; i < layer->ntried; i++)
        if (tile_equal(&layer->tried[i], tile))
            return;
    layer->tried[layer->ntried++] = layer->queue[layer->nqueue++] = *tile;
}

/* Lines of results, and results of a line, that a task may cut. */
static void walk_size(const Node *n, const Tile *t, int *lines, int *width)
{
    const Node *pool = tail_pool(n);
    Shape result = pool && pool->op == OP_global_avg_pool ? n->shape : node_result(n);
    *lines = t->flat ? result.height * result.width : result.height;
    *width = t->flat ? *lines : result.width;
}

/* With the rest as the model would choose it, and, once the rest has been tuned, as it is. */
static void challenge_registers(TuneLayer *layer, Tile tile)
{
    Node trial = *layer->node;
    trial.tile = tile;
    if (tile.algorithm == ALGORITHM_direct && trial.op == OP_conv)
        choose_blocking(layer->machine, &trial, 0);
    challenge(layer, &trial.tile);
    if (layer->sweep)
        challenge(layer, &tile);
}

static void try_registers(TuneLayer *layer)
{
    const Node *n = layer->node;
    const Node *pool = layer->best.unit ? NULL : tail_pool(n);
    int area = pool && pool->op == OP_max_pool ? pool->attr.kernel[0] * pool->attr.kernel[1] : 1, lines, width;
    int together = n->op == OP_linear ? n->layout.blocks : vectors_together(n);
    if (layer->best.together)
        together = even_part(together, layer->best.together);
    walk_size(n, &layer->best, &lines, &width);
    width = layer->best.unit ? layer->best.rows * layer->best.columns : width;
    for (int v = 1; v <= together && v <= MOST_VECTORS; v++) {
        if (even_part(together, v) < v || (v % layer->machine->widest && v < together))
            continue;
        int most = n->op == OP_linear ? 1 : tile_pixels(layer->machine, v) / area;
        for (int p = most; p >= 1 && 2 * p > most; p--) {
            Tile tile = layer->best;
            tile.vectors = v;
            tile.pixels = p;
            if (even_part(width, p) == p)
                challenge_registers(layer, tile);
        }
    }
}

/* Every way to compute the layer, as the model would. */
static void try_forms(TuneLayer *layer)
{
    Node trial = *layer->node;
    for (int i = 0; i < 4 && !layer->exact; i++)
        if (winograd_form(layer->machine, &trial, i / 2 ? 2 : 4, i % 2))
            challenge(layer, &trial.tile);
    if (can_slide(&trial))
        choose_sliding(layer->machine, &trial);
    else
        choose_direct(layer->machine, &trial, 0);
    challenge(layer, &trial.tile);
}

/* Rows and columns of a task's tiles. */
static void try_tasks(TuneLayer *layer)
{
    for (int i = 0; i < 6; i++) {
        Tile tile = layer->best;
        tile.rows = i < 3 ? i + 1 : tile.rows + (i == 3 ? 1 : i == 4 ? -1 : tile.rows);
        challenge(layer, &tile);
        tile.columns = (tile.columns + 1) / 2;
        challenge(layer, &tile);
    }
}

static void try_pixels(TuneLayer *layer)
{
    for (int p = 12; p >= 4; p--) {
        Tile tile = layer->best;
        tile.pixels = p;
        challenge(layer, &tile);
    }
}

static void try_band(TuneLayer *layer)
{
    for (int band = 1; band <= 8; band++) {
        Tile tile = layer->best;
        tile.band = band;
        challenge(layer, &tile);
    }
}

/* Tasks of about so many rows, equally long; flat ones of whole tiles. */
static void try_rows(TuneLayer *layer)
{
    if (layer->best.unit) {
        try_tasks(layer);
        return;
    }
    static const int part[] = {1, 2, 3, 6, 8, 16};      /* quarters */
    int lines, width;
    walk_size(layer->node, &layer->best, &lines, &width);
    for (size_t i = 0; i <= sizeof part / sizeof *part; i++) {
        Tile tile = layer->best;
        int64_t rows = i < sizeof part / sizeof *part ? (int64_t)tile.rows * part[i] / 4 : lines;
        tile.rows = rows < 1 ? 1 : rows < lines ? (int)rows : lines;
        tile.rows = even_part(lines, tile.rows);
        if (tile.flat && tile.rows < lines)
            tile.rows = ceil_of(tile.rows, tile.pixels) * tile.pixels;
        tile.rows = tile.rows < lines ? tile.rows : lines;
        challenge(layer, &tile);
    }
}

/* Vectors of a task of several panels. */
static void try_together(TuneLayer *layer)
{
    static const int together[] = {0, 4, 6, 8, 12, 16, 24, 32};
    for (size_t i = 0; layer->best.unit && i < sizeof together / sizeof *together; i++) {
        Tile tile = layer->best;
        tile.together = together[i];
        if (tile.together < layer->node->layout.blocks)
            challenge(layer, &tile);
    }
}

static void try_depth(TuneLayer *layer)
{
    int blocks = layer->node->in[0]->layout.blocks, now = layer->best.depth ? layer->best.depth : blocks;
    int depth[] = {0, now / 4, now / 2, 2 * now, 4 * now};
    for (size_t i = 0; i < sizeof depth / sizeof *depth; i++) {
        Tile tile = layer->best;
        tile.depth = depth[i] < blocks ? depth[i] : 0;
        challenge(layer, &tile);
    }
}

static void try_ahead(TuneLayer *layer)
{
    Tile tile = layer->best;
    tile.ahead = !tile.ahead;
    challenge(layer, &tile);
}

static void try_order(TuneLayer *layer)
{
    Tile tile = layer->best;
    tile.panels_first = !tile.panels_first;
    challenge(layer, &tile);
}

typedef void Stage(TuneLayer *);
static Stage *const direct_stages[] = {try_forms, try_registers, try_rows, try_together, try_depth, try_ahead, try_order, NULL};
static Stage *const linear_stages[] = {try_registers, try_order, NULL};
static Stage *const sliding_stages[] = {try_forms, try_pixels, try_band, try_rows, NULL};

static Stage *const *stages_of(const TuneLayer *layer)
{
    if (layer->best.algorithm == ALGORITHM_sliding)
        return sliding_stages;
    return layer->node->op == OP_linear ? linear_stages : direct_stages;
}

static bool is_done(const TuneLayer *layer)
{
    return layer->sweep == SWEEPS;
}

/* The next stage of the descent; after the last, the first of another sweep if this one has helped. */
static void advance(TuneLayer *layer)
{
    Stage *stage = stages_of(layer)[layer->stage];
    layer->nqueue = layer->next = 0;
    if (stage) {
        layer->stage++;
        stage(layer);
        return;
    }
    layer->stage = 0;
    layer->sweep = layer->improved ? layer->sweep + 1 : SWEEPS;
    layer->improved = false;
}

bool search_next(Search *search)
{
    bool any = false;
    for (TuneLayer *layer = search->layer; layer < search->layer + search->nlayer; layer++) {
        while (layer->next == layer->nqueue && !is_done(layer))
            advance(layer);
        layer->challenger = is_done(layer) ? layer->best : layer->queue[layer->next++];
        any |= !is_done(layer);
    }
    return any;
}

void search_judge(Search *search, const double *best, const double *challenger)
{
    for (size_t i = 0; i < search->nlayer; i++) {
        TuneLayer *layer = &search->layer[i];
        if (tile_equal(&layer->best, &layer->challenger) || challenger[i] >= CLEARLY * best[i])
            continue;
        layer->best = layer->challenger;
        layer->improved = true;
    }
}

/* ---- the layers ---------------------------------------------------------------------------------------------- */

/* Index of the layer of that key, or nlayer. */
static size_t find_layer(const Search *search, const char *key)
{
    size_t i = 0;
    while (i < search->nlayer && strcmp(search->layer[i].key, key))
        i++;
    return i;
}

static void count_layer(Search *search, const Node *node)
{
    const char *key = layer_key(search->context, node);
    size_t found = find_layer(search, key);
    if (found < search->nlayer) {
        search->layer[found].count++;
        return;
    }
    search->layer = arena_grow(search->context, search->layer, search->nlayer, &search->capacity, sizeof *search->layer);
    TuneLayer *layer = &search->layer[search->nlayer++];
    *layer = (TuneLayer){.key = key, .node = node, .machine = search->machine, .count = 1,
                         .model = node->tile, .best = node->tile, .challenger = node->tile};
    layer->exact = search->exact;
    layer->tried[layer->ntried++] = layer->model;
}

Search search_begin(Context *context, const Program *program)
{
    const Graph *graph = program->graph;
    Search search = {.context = context, .machine = &graph->machine, .exact = graph->exact, .nnode = graph->count};
    for (const Node *node = graph->first; node; node = node->next)
        if (node->tile.algorithm != ALGORITHM_none)
            count_layer(&search, node);
    return search;
}

const Node *search_node(const Node *node)
{
    const Node *convolution = pooled_alone(node);
    return convolution ? convolution : node;
}

int search_layer(const Search *search, const Node *node)
{
    if (node->tile.algorithm == ALGORITHM_none)
        return -1;
    size_t found = find_layer(search, layer_key(search->context, node));
    return found < search->nlayer ? (int)found : -1;
}

const Tile *search_tile(const TuneLayer *layer, SearchTile which)
{
    return which == SEARCH_model ? &layer->model : which == SEARCH_best ? &layer->best : &layer->challenger;
}

Tuned *search_choices(const Search *search, SearchTile which)
{
    Tuned *tuned = arena_alloc(search->context, 1, sizeof *tuned);
    *tuned = (Tuned){.path = "nncc tune", .nlayer = search->nlayer};
    tuned->layer = arena_alloc(search->context, search->nlayer + 1, sizeof *tuned->layer);
    for (size_t i = 0; i < search->nlayer; i++)
        tuned->layer[i] = (TunedLayer){.layer = search->layer[i].key, .tile = *search_tile(&search->layer[i], which)};
    return tuned;
}
