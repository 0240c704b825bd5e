/* Tuned choices: every tile that the search may try is one that the layer can take and gives the same bits, the search finds
 * what is fast, files survive the journey, and what is wrong in one is said with its place. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../backends/backend.h"
#include "../compiler/tune.h"
#include "../runtime/processor.h"
#include "networks.h"
#include "process.h"
#include "support.h"

enum { BATCH = 2, MOST_ROUNDS = 300, OUTPUTS = 5 };

/* Layers of every kind that has choices: strides, borders, fused pools, groups, one channel a group, segments, linear. */
static const char various[] =
    "name: various\n"
    "input: [3, 24, 24]\n"
    "layers:\n"
    "  - conv: {name: stem, out: 24, kernel: 5, stride: 2, pad: 2}\n"
    "  - relu\n"
    "  - conv: {name: wide, out: 72, kernel: 1}\n"
    "  - relu\n"
    "  - residual:\n"
    "      body:\n"
    "        - conv: {name: flat1, out: 40, kernel: 1}\n"
    "        - conv: {name: flat2, out: 72, kernel: 1}\n"
    "      shortcut: identity\n"
    "  - relu\n"
    "  - conv: {name: middle, out: 64, kernel: 3, pad: 1}\n"
    "  - max_pool: {kernel: 2, stride: 2}\n"
    "  - conv: {name: groups, out: 64, kernel: 3, groups: 8, pad: 1}\n"
    "  - conv: {name: each, out: 64, kernel: 3, groups: 64, pad: 1}\n"
    "  - split: {parts: 2, body: [{conv: {name: part.$index, out: 20, kernel: 3, pad: 1}}]}\n"
    "  - conv: {name: small, out: 48, kernel: 3, stride: 2, pad: 1}\n"
    "  - conv: {name: last, out: 56, kernel: 1}\n"
    "  - relu\n"
    "  - global_avg_pool\n"
    "  - flatten\n"
    "  - linear: {name: fc1, out: 70}\n"
    "  - linear: {name: fc2, out: 5}\n";

static Program *build(Context *context, const char *spec, const Tuned *tuned)
{
    return compile(context, "net.yaml", spec, &(Options){.max_batch = BATCH, .tuned = tuned});
}

/* ---- the search ---------------------------------------------------------------------------------------------------- */

/* What `various` is run with. */
typedef struct {
    Weights *weights;
    float *input;
} Data;

static Data data_new(Context *context)
{
    Graph *graph = compile_graph(context, "net.yaml", various, NULL);
    return (Data){network_weights(graph, 3), network_input(graph, BATCH, 4)};
}

static void data_free(Data *data)
{
    weights_free(data->weights);
    free(data->input);
}

/* Runs `various` with those choices on BATCH images. */
static void run_choices(const Tuned *tuned, const Data *data, float output[BATCH * OUTPUTS])
{
    Context context;
    context_init(&context);
    if (setjmp(context.on_error))
        cr_assert_fail("%s", context.message);
    Program *program = build(&context, various, tuned);
    if (tuned)
        cr_expect_geq((size_t)program->graph->tuned_layers, tuned->nlayer, "choices were not found");
    float *got = run_program_once(program, NULL, data->weights, data->input, BATCH, 2);
    memcpy(output, got, BATCH * OUTPUTS * sizeof *got);
    free(got);
    context_free(&context);
}

/* Times that are no measurement: now the challenger wins, now the other. */
static void toss(const Search *search, unsigned round, double *best, double *challenger)
{
    for (size_t i = 0; i < search->nlayer; i++) {
        best[i] = 1;
        challenger[i] = (round * 7 + i * 3) % 4 ? 1.5 : 0.5;
    }
}

/* Do all challengers make the products that the model's choices make? Then their sums are the same, too. */
static bool same_algorithms(const Search *search)
{
    bool same = true;
    for (const TuneLayer *layer = search->layer; layer < search->layer + search->nlayer; layer++)
        same &= layer->challenger.unit == layer->model.unit;
    return same;
}

static bool is_near(const float *want, const float *got)
{
    double largest = 0, far = 0;
    for (int i = 0; i < BATCH * OUTPUTS; i++) {
        largest = fmax(largest, fabs(want[i]));
        far = fmax(far, fabs((double)want[i] - got[i]));
    }
    return far <= 1e-5 * largest;
}

Test(tune, every_challenger_computes_the_same, .timeout = 300)
{
    Context context;
    context_init(&context);
    if (setjmp(context.on_error))
        cr_assert_fail("%s", context.message);
    Data data = data_new(&context);
    float want[BATCH * OUTPUTS], got[BATCH * OUTPUTS];
    run_choices(NULL, &data, want);
    Search search = search_begin(&context, build(&context, various, NULL));
    double *best = arena_alloc(&context, search.nlayer, sizeof *best), *challenger = arena_alloc(&context, search.nlayer, sizeof *best);
    cr_expect_gt(search.nlayer, 10);
    unsigned round = 0;
    for (; search_next(&search); round++) {
        cr_assert_lt(round, MOST_ROUNDS, "the search does not end");
        for (size_t i = 0; i < search.nlayer; i++)
            cr_expect_null(tile_refusal(search.layer[i].machine, search.layer[i].node, &search.layer[i].challenger));
        run_choices(search_choices(&search, SEARCH_challenger), &data, got);
        cr_expect(same_algorithms(&search) ? !memcmp(want, got, sizeof want) : is_near(want, got), "round %u has other values", round);
        toss(&search, round, best, challenger);
        search_judge(&search, best, challenger);
    }
    cr_expect_gt(round, 10);
    data_free(&data);
    context_free(&context);
}

/* Steps of a program that are measured for the layer; -1 where one on a convolution or its pool is measured for none. */
static int steps_of_layer(const Search *search, const Program *program, int layer)
{
    int steps = 0;
    for (size_t i = 0; i < program->nstep; i++) {
        const Node *node = program->step[i].node;
        int found = search_layer(search, search_node(node));
        if (found < 0 && (node->op == OP_conv || node->op == OP_max_pool))
            return -1;
        steps += found == layer;
    }
    return steps;
}

/* The model takes Winograd's algorithm and pools in a step of its own; a trial's direct tile lets band join the two, and the convolution
 * has no step left, in a program that numbers its nodes in another order: all the same, one layer is measured. */
Test(tune, a_pool_is_measured_with_its_convolution)
{
    Context context;
    context_init(&context);
    if (setjmp(context.on_error))
        cr_assert_fail("%s", context.message);
    const Program *model = build(&context, network_pooled, NULL);
    Search search = search_begin(&context, model);
    TuneLayer *layer = search.layer;
    cr_assert(layer->node->op == OP_conv && layer->model.algorithm == ALGORITHM_winograd && !layer->node->banded);
    do
        cr_assert(search_next(&search), "no direct tile is tried");
    while (layer->challenger.algorithm != ALGORITHM_direct);
    const Program *trial = build(&context, network_pooled, search_choices(&search, SEARCH_challenger));
    bool joined = false;
    for (size_t i = 0; i < trial->nstep; i++)
        joined |= node_banded(trial->step[i].node) != NULL;
    cr_assert(joined, "the trial does not join the pool to its convolution");
    cr_expect_geq(steps_of_layer(&search, model, 0), 2);
    cr_expect_eq(steps_of_layer(&search, trial, 0), 1);
    context_free(&context);
}

/* A machine that likes two vectors, few rows and late panels. */
static double cost(const Tile *t)
{
    return 10 + abs(t->vectors - 2) + 0.1 * t->rows + 3 * t->panels_first + 0.1 * t->depth;
}

Test(tune, finds_what_is_fast)
{
    Context context;
    double best[64], challenger[64];
    context_init(&context);
    cr_assert(!setjmp(context.on_error));
    Search search = search_begin(&context, build(&context, various, NULL));
    cr_assert_lt(search.nlayer, 64);
    while (search_next(&search)) {
        for (size_t i = 0; i < search.nlayer; i++) {
            best[i] = cost(&search.layer[i].best);
            challenger[i] = cost(&search.layer[i].challenger);
        }
        search_judge(&search, best, challenger);
    }
    for (size_t i = 0; i < search.nlayer; i++) {
        const TuneLayer *layer = &search.layer[i];
        cr_expect_leq(cost(&layer->best), cost(&layer->model), "%s became slower", layer->key);
        if (!strcmp(layer->key, "conv 3x3 pad 1 72x12x12 to 64x12x12 max_pool 2x2"))
            cr_expect(layer->best.vectors == 2 && layer->best.rows == 1 && !layer->best.panels_first, "%d %d", layer->best.vectors,
                      layer->best.rows);
    }
    context_free(&context);
}

/* Where nothing is faster, nothing changes. */
Test(tune, keeps_what_is_best)
{
    Context context;
    context_init(&context);
    cr_assert(!setjmp(context.on_error));
    Search search = search_begin(&context, build(&context, various, NULL));
    double *equal = arena_alloc(&context, search.nlayer, sizeof *equal);
    for (size_t i = 0; i < search.nlayer; i++)
        equal[i] = 1;
    while (search_next(&search))
        search_judge(&search, equal, equal);
    for (size_t i = 0; i < search.nlayer; i++)
        cr_expect(tile_equal(&search.layer[i].best, &search.layer[i].model));
    context_free(&context);
}

/* ---- files ------------------------------------------------------------------------------------------------------------- */

static const char head[] = "tuned: 1\nnetwork: a\nprocessor: p\ntarget: avx2\nthreads: 2\nbatch: 4\n";

Test(tune, files_survive)
{
    Context context;
    context_init(&context);
    cr_assert(!setjmp(context.on_error));
    Search search = search_begin(&context, build(&context, various, NULL));
    Tuned *tuned = search_choices(&search, SEARCH_model);
    tuned->network = "a \"b\" \\ #:";
    tuned->processor = "Intel(R) @ 2.50GHz";
    tuned->target = "avx2";
    tuned->threads = 3;
    tuned->batch = 7;
    tuned->layer[1].model_us = 12.5;
    tuned->layer[1].tuned_us = 0.25;
    Text text = text_new(&context);
    tuned_write(&text, tuned);
    Tuned *back = tuned_read(&context, "net.tuned", text.data);
    cr_expect_str_eq(back->network, tuned->network);
    cr_expect_str_eq(back->processor, tuned->processor);
    cr_expect_str_eq(back->target, tuned->target);
    cr_expect(back->threads == 3 && back->batch == 7);
    cr_assert_eq(back->nlayer, tuned->nlayer);
    for (size_t i = 0; i < back->nlayer; i++) {
        cr_expect_str_eq(back->layer[i].layer, tuned->layer[i].layer);
        cr_expect(tile_equal(&back->layer[i].tile, &tuned->layer[i].tile));
        cr_expect(back->layer[i].model_us == tuned->layer[i].model_us && back->layer[i].tuned_us == tuned->layer[i].tuned_us);
    }
    context_free(&context);
}

/* What tuned_read says, or NULL. */
static const char *reading(Context *context, const char *text)
{
    context_init(context);
    if (setjmp(context->on_error))
        return context->message;
    tuned_read(context, "net.tuned", text);
    return NULL;
}

Test(tune, mistakes_have_a_place)
{
    static const struct { const char *text, *message; } wrong[] = {
        {"", "net.tuned:1:1: error: net.tuned is empty"},
        {"name: lenet\n", "net.tuned:1:1: error: this is no file of tuned choices"},
        {"- tuned\n", "net.tuned:1:1: error: this is no file of tuned choices"},
        {"tuned: 2\n", "net.tuned:1:8: error: this nncc reads version 1 of this format, not 2"},
        {"tuned: x\n", "net.tuned:1:8: error: tuned must be a number"},
        {"tuned: 1.5\n", "net.tuned:1:8: error: tuned must be a whole number"},
        {"tuned: 1\n", "net.tuned:1:1: error: there is no `network:`"},
        {"tuned: 1\nnetwok: a\n", "hint: did you mean 'network'?"},
        {"HEADthreads: 4\nlayers: []\n", "net.tuned:7:1: error: "},
        {"HEADlayers: 3\n", "net.tuned:7:9: error: layers must be a list"},
        {"HEADlayers:\n- 7\n", "net.tuned:8:3: error: a layer must be a map"},
        {"HEADlayers:\n- {layer: a}\n", "net.tuned:8:3: error: there is no `algorithm:`"},
        {"HEADlayers:\n- {layer: a, algorithm: direkt}\n", "net.tuned:8:25: error: there is no algorithm 'direkt'"},
        {"HEADlayers:\n- {layer: a, algorithm: direct, row: 3}\n", "net.tuned:8:33: error: a layer has no choice 'row'"},
        {"HEADlayers:\n- {layer: a, algorithm: direct, rows: -1}\n", "net.tuned:8:39: error: rows must be a number from 0"},
        {"HEADlayers:\n- {layer: a, algorithm: direct, flat: 1}\n", "net.tuned:8:39: error: flat must be true or false"},
        {"HEADlayers:\n- {layer: a, algorithm: direct, us: 3}\n", "net.tuned:8:37: error: us must be [by the model, tuned]"},
        {"HEADlayers:\n- {layer: a, algorithm: direct}\n- {layer: a, algorithm: direct}\n", "net.tuned:9:3: error: this layer stands in line 8"},
        {"HEADlayers: [\n", "net.tuned:"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        Context context;
        char text[512];
        bool with_head = !strncmp(wrong[i].text, "HEAD", 4);
        snprintf(text, sizeof text, "%s%s", with_head ? head : "", wrong[i].text + 4 * with_head);
        const char *message = reading(&context, text);
        cr_expect(message && strstr(message, wrong[i].message), "\"%s\": %s", wrong[i].message, message ? message : "no complaint");
        context_free(&context);
    }
}

/* ---- choices that a layer cannot take ------------------------------------------------------------------------------------ */

static const char *compiling(Context *context, const char *layer)
{
    context_init(context);
    if (setjmp(context->on_error))
        return context->message;
    const char *text = arena_printf(context, "%slayers:\n- {%s}\n", head, layer);
    build(context, various, tuned_read(context, "net.tuned", text));
    return NULL;
}

Test(tune, impossible_choices)
{
    static const struct { const char *layer, *message; } row[] = {
        {"layer: conv 3x3 pad 1 72x12x12 to 64x12x12 max_pool 2x2, algorithm: direct, vectors: 2, pixels: 1, rows: 2", NULL},
        {"layer: conv 3x3 pad 1 72x12x12 to 64x12x12 max_pool 2x2, algorithm: direct, vectors: 2, pixels: 2, rows: 2", "exceed the registers"},
        {"layer: conv 3x3 pad 1 72x12x12 to 64x12x12 max_pool 2x2, algorithm: direct, vectors: 9, pixels: 1, rows: 2", "vectors exceed"},
        {"layer: conv 3x3 pad 1 72x12x12 to 64x12x12 max_pool 2x2, algorithm: direct, vectors: 2, pixels: 1, rows: 7", "rows exceed"},
        {"layer: conv 3x3 pad 1 72x12x12 to 64x12x12 max_pool 2x2, algorithm: direct, vectors: 2, pixels: 1, rows: 0", "at least 1"},
        {"layer: conv 3x3 pad 1 72x12x12 to 64x12x12 max_pool 2x2, algorithm: direct, vectors: 2, pixels: 1, rows: 2, depth: 9", "depth must be less"},
        {"layer: conv 5x5 stride 2 pad 2 3x24x24 to 24x12x12 relu planar, algorithm: direct, vectors: 2, pixels: 1, rows: 2, depth: 1", "depth must be 0"},
        {"layer: conv 3x3 pad 1 72x12x12 to 64x12x12 max_pool 2x2, algorithm: direct, vectors: 2, pixels: 1, rows: 2, flat: true", "flat must be"},
        {"layer: conv 3x3 pad 1 72x12x12 to 64x12x12 max_pool 2x2, algorithm: sliding, vectors: 1, pixels: 1, rows: 2", "this algorithm"},
        {"layer: conv 3x3 pad 1 72x12x12 to 64x12x12 max_pool 2x2, algorithm: winograd, unit: 4, vectors: 2, pixels: 5, rows: 2, columns: 2, depth: 3", NULL},
        {"layer: conv 3x3 pad 1 72x12x12 to 64x12x12 max_pool 2x2, algorithm: winograd, unit: 3, vectors: 2, pixels: 5, rows: 2, columns: 2", "unit must be"},
        {"layer: conv 3x3 pad 1 72x12x12 to 64x12x12 max_pool 2x2, algorithm: winograd, unit: 4, vectors: 2, pixels: 5, rows: 2, columns: 4", "there are"},
        {"layer: conv 3x3 pad 1 72x12x12 to 64x12x12 max_pool 2x2, algorithm: winograd, unit: 4, split: true, vectors: 2, pixels: 5, rows: 2, columns: 2", "there are"},
        {"layer: conv 3x3 pad 1 72x12x12 to 64x12x12 max_pool 2x2, algorithm: winograd, unit: 4, vectors: 4, pixels: 9, rows: 2, columns: 2", "exceed the registers"},
        {"layer: conv 3x3 pad 1 72x12x12 to 64x12x12 max_pool 2x2, algorithm: winograd, unit: 4, vectors: 2, pixels: 5, rows: 2, columns: 2, depth: 9", "depth must be"},
        {"layer: conv 3x3 pad 1 72x12x12 to 64x12x12 max_pool 2x2, algorithm: direct, unit: 4, vectors: 2, pixels: 1, rows: 2", "belong to winograd"},
        {"layer: linear 56x1x1 to 70, algorithm: direct, vectors: 3, pixels: 1, rows: 1", NULL},
        {"layer: linear 56x1x1 to 70, algorithm: direct, vectors: 3, pixels: 2, rows: 1", "a linear layer has"},
        {"layer: linear 56x1x1 to 70, algorithm: direct, vectors: 10, pixels: 1, rows: 1", "vectors exceed"},
        {"layer: \"conv 3x3 pad 1 groups 64 64x6x6 to 64x6x6\", algorithm: sliding, vectors: 1, pixels: 13, rows: 1", "pixels 12"},
        {"layer: conv 3x3 stride 7 1x1 to 2x2, algorithm: direct, vectors: 99", NULL},      /* of another network */
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        Context context;
        const char *message = compiling(&context, row[i].layer);
        if (!row[i].message)
            cr_expect_null(message, "%s", message);
        else
            cr_expect(message && strstr(message, row[i].message) && !strncmp(message, "net.tuned:8:3: error: ", 22), "%s: %s", row[i].layer,
                      message ? message : "taken");
        context_free(&context);
    }
}

/* Passes over the input, whose sums wait in the scratch where results are pooled, add up the same. */
Test(tune, sums_of_pooled_results_wait)
{
    static const char *const choices[] = {
        "layer: conv 1x1 48x3x3 to 56x3x3 relu global_avg_pool, algorithm: direct, vectors: 3, pixels: 4, rows: 9, depth: 2, flat: true, ahead: true",
        "layer: conv 1x1 48x3x3 to 56x3x3 relu global_avg_pool, algorithm: direct, vectors: 4, pixels: 2, rows: 3, depth: 5",
        "layer: conv 1x1 48x3x3 to 56x3x3 relu global_avg_pool, algorithm: direct, vectors: 5, pixels: 1, rows: 3, panels_first: true",
        "layer: conv 3x3 pad 1 72x12x12 to 64x12x12 max_pool 2x2, algorithm: direct, vectors: 3, pixels: 1, rows: 4, depth: 4",
        "layer: conv 3x3 pad 1 72x12x12 to 64x12x12 max_pool 2x2, algorithm: direct, vectors: 1, pixels: 3, rows: 6, depth: 1",
    };
    Context context;
    context_init(&context);
    if (setjmp(context.on_error))
        cr_assert_fail("%s", context.message);
    Data data = data_new(&context);
    float want[BATCH * OUTPUTS], got[BATCH * OUTPUTS];
    const char *whole = "layer: conv 3x3 pad 1 72x12x12 to 64x12x12 max_pool 2x2, algorithm: direct, vectors: 2, pixels: 1, rows: 2";
    run_choices(tuned_read(&context, "net.tuned", arena_printf(&context, "%slayers:\n- {%s}\n", head, whole)), &data, want);
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        const char *text = arena_printf(&context, "%slayers:\n- {%s}\n%s%s%s", head, choices[i], i < 3 ? "- {" : "", i < 3 ? whole : "",
                                        i < 3 ? "}\n" : "");
        run_choices(tuned_read(&context, "net.tuned", text), &data, got);
        cr_expect_arr_eq(want, got, sizeof want, "%s", choices[i]);
    }
    data_free(&data);
    context_free(&context);
}

/* ---- what machine it is for ---------------------------------------------------------------------------------------------- */

Test(tune, notices)
{
    Context context;
    char processor[PROCESSOR_NAME];
    context_init(&context);
    cr_assert(!setjmp(context.on_error));
    processor_name(processor);
    cr_expect_gt(strlen(processor), 0);
    Tuned tuned = {.path = "net.tuned", .network = "n", .processor = processor, .target = "avx2", .batch = 1};
    cr_expect_null(tuned_notice(&context, &tuned, "avx2", 1));
    cr_expect_null(tuned_notice(&context, &tuned, "c,avx2", 1));
    cr_expect(strstr(tuned_notice(&context, &tuned, "c,avx", 1), "net.tuned was measured for the target avx2, not c,avx"));
    cr_expect(strstr(tuned_notice(&context, &tuned, "avx2", 3), "with a batch of 1, not 3"));
    tuned.processor = "z80";
    cr_expect(strstr(tuned_notice(&context, &tuned, "avx2", 1), "net.tuned was measured on another processor, z80"));
    Program *program = build(&context, various, &tuned);
    cr_expect(strstr(tuned_unused(program->graph), "net.tuned has no choice for any layer of this network: it is for n"));
    context_free(&context);
}
