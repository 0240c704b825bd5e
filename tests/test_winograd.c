/* Winograd's convolution against the naive reference in double: every size of picture from 4 to 17, borders, tails, pools, odd
 * channels and views, F(4 x 4) and F(2 x 2), in tasks of a few tiles; and the same bits from every printing of it. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../backends/backend.h"
#include "../compiler/choose.h"
#include "../runtime/peak.h"
#include "context.h"
#include "support.h"

enum { BATCH = 3 };

TestSuite(winograd, .init = open_context, .fini = close_context);

/* ---- networks with one convolution that counts ------------------------------------------------------------------- */

typedef enum { TAIL_none, TAIL_bias, TAIL_bn_relu, TAIL_add_relu, TAIL_pool, TAIL_silu, TAIL_average, TAIL_concat, NTAIL } TailKind;

typedef struct {
    int height, width, pad, in, out;
    TailKind tail;
    bool segments;                      /* the input comes in two odd parts */
    int unit;
    bool split;
    int rows, columns;                  /* tiles of a task; 0: as chosen */
    int batch;                          /* 0: BATCH */
    int together;                       /* vectors of a task; 0: as chosen */
    int groups;                         /* 0: 1 */
} Case;

static int batch_of(const Case *c)
{
    return c->batch ? c->batch : BATCH;
}

/* What the convolution reads: channels in blocks, or joined from two parts that are no whole blocks. */
static Node *source_of(Graph *g, const Case *c)
{
    if (!c->segments)
        return g->input;
    Node *parts[] = {add1(g, OP_conv, filters(c->in / 2, 1, 0), "left", g->input),
                     add1(g, OP_conv, filters(c->in - c->in / 2, 1, 0), "right", g->input)};
    return network_add(g, OP_concat, network_attr(), "joined", parts, 2);
}

static Graph *network_of(const Case *c)
{
    Graph *g = network_new(&context, (Shape){c->segments ? 9 : c->in, c->height, c->width, false});
    Attr attr = grouped(c->out, 3, c->pad, c->groups ? c->groups : 1);
    attr.bias = c->tail == TAIL_bias || c->tail == TAIL_silu;
    Node *source = source_of(g, c), *n;
    Node *side = c->tail == TAIL_add_relu || c->tail == TAIL_concat
               ? add1(g, OP_conv, filters(c->tail == TAIL_concat ? 5 : c->out, 3, c->pad), "side", source) : NULL;
    n = add1(g, OP_conv, attr, "conv", source);
    if (c->tail == TAIL_bn_relu || c->tail == TAIL_add_relu || c->tail == TAIL_pool || c->tail == TAIL_average)
        n = add1(g, OP_bn, network_attr(), "bn", n);
    if (c->tail == TAIL_add_relu)
        n = add2(g, OP_add, "sum", n, side);
    if (c->tail == TAIL_bn_relu || c->tail == TAIL_add_relu || c->tail == TAIL_pool)
        n = add_unary(g, OP_relu, n);
    if (c->tail == TAIL_pool)
        n = add1(g, OP_max_pool, window(2, 2, 0), "pool", n);
    if (c->tail == TAIL_silu)
        n = add_unary(g, OP_silu, n);
    if (c->tail == TAIL_average)
        n = add_unary(g, OP_global_avg_pool, n);
    if (c->tail == TAIL_concat)
        n = network_add(g, OP_concat, network_attr(), "both", (Node *[]){side, n}, 2);
    network_finish(g, n);
    return g;
}

/* Forces the algorithm upon `conv`; false where it cannot be. */
static bool force(Graph *g, const Case *c)
{
    for (Node *n = g->first; n; n = n->next) {
        if (strcmp(n->name, "conv"))
            continue;
        if (!winograd_form(&g->machine, n, c->unit, c->split))
            return false;
        if (c->rows && c->tail != TAIL_average)
            n->tile.rows = c->rows < n->tile.rows ? c->rows : n->tile.rows;
        if (c->columns && !c->split)
            n->tile.columns = c->columns < n->tile.columns ? c->columns : n->tile.columns;
        if (c->together)
            n->tile.together = c->together;
        return true;
    }
    return false;
}

static Program *program_of(Graph *g, const Case *c)
{
    g->max_batch = batch_of(c);
    g->exact = true;                    /* for the other convolutions */
    run_to_choose(g);
    return force(g, c) ? run_to_end(g) : NULL;
}

/* ---- running ----------------------------------------------------------------------------------------------------- */

typedef struct {
    void *packed;
    float *input;
    size_t inputs, outputs;             /* floats of an image */
} Data;

/* `count` images from `first` on, in memory that holds no numbers before; the result is owned. */
static float *run(const Model *model, const Data *data, int first, int count, int threads)
{
    float *output = malloc((size_t)count * data->outputs * sizeof *output);
    void *arena = aligned_alloc(64, model->arena_size + 64 - model->arena_size % 64);
    cr_assert(output && arena);
    memset(arena, 0xff, model->arena_size);
    int status = model->forward(data->packed, arena, data->input + (size_t)first * data->inputs, count, threads, output);
    cr_assert_eq(status, 0, "%s", model->strerror(status));
    free(arena);
    return output;
}

/* Relative L2 distance; infinite where something is no number. */
static double error_of(const float *got, const double *want, size_t count)
{
    double far = 0, size = 0;
    for (size_t i = 0; i < count; i++) {
        far += (got[i] - want[i]) * (got[i] - want[i]);
        size += want[i] * want[i];
    }
    return isfinite(far) ? sqrt(far / (size > 0 ? size : 1)) : INFINITY;
}

/* A slice of the batch, on so many threads, has the bits of `want`. */
static void expect_bits(const Model *model, const Data *data, const float *want, int first, int count, int threads, const char *what)
{
    float *got = run(model, data, first, count, threads);
    cr_expect(!memcmp(got, want + (size_t)first * data->outputs, (size_t)count * data->outputs * sizeof *got),
              "%s: images %d.. on %d threads", what, first, threads);
    free(got);
}

static const char *text_of(const Case *c)
{
    return arena_printf(&context, "%dx%dx%d pad %d -> %d, %d groups, tail %d%s, F(%d)%s, tasks %dx%d of %d vectors", c->in,
                        c->height, c->width, c->pad, c->out, c->groups, c->tail, c->segments ? ", segments" : "", c->unit,
                        c->split ? " split" : "", c->rows, c->columns, c->together);
}

/* That a call of the program takes. */
static int most_images(const Program *p)
{
    int most = 1;
    for (const StepCode *code = p->codes; code; code = code->next)
        for (int i = 0; i < code->ncall; i++)
            most = code->call[i].images > most ? code->call[i].images : most;
    return most;
}

/* A program for registers of two blocks gives the same bits, whatever blocks are left over. */
static void check_wide(const Case *c, Data data, const float *want)
{
    Failure failure;
    Model wide;
    float *payload;
    if (!processor_has_avx512())
        return;
    Graph *g = network_of(c);
    g->machine = target_find("avx512")->machine;
    Weights *weights = network_weights(g, 5);
    Program *p = program_of(g, c);
    cr_assert(p, "%s is refused", text_of(c));
    data.packed = weights_pack(p, weights, 1, &payload, &failure);
    cr_assert(data.packed && jit_load(p, target_find("avx512"), &wide, &failure), "%s", failure.text);
    expect_bits(&wide, &data, want, 0, batch_of(c), 2, text_of(c));
    model_close(&wide);
    weights_free(weights);
    free(data.packed);
}

/* Values within a few roundings of the reference's, and the same bits from AVX2, AVX-512 and portable C, in batches and alone. Returns
 * how many images the program takes together. */
static int check(const Case *c)
{
    Failure failure;
    const int batch = batch_of(c);
    Graph *g = network_of(c);
    Weights *weights = network_weights(g, 5);
    Data data = {.input = network_input(g, batch, 6), .inputs = (size_t)shape_floats(g->input->shape),
                 .outputs = (size_t)shape_floats(node_result(g->output))};
    double *want = network_reference(g, weights, data.input, batch);
    Program *p = program_of(g, c);
    cr_assert(p, "%s is refused", text_of(c));
    float *payload;
    data.packed = weights_pack(p, weights, 1, &payload, &failure);
    cr_assert(data.packed, "%s", failure.text);
    Model fast, plain;
    cr_assert(jit_load(p, target_find("avx2"), &fast, &failure), "%s", failure.text);
    float *got = run(&fast, &data, 0, batch, 2);
    double error = error_of(got, want, (size_t)batch * data.outputs);
    cr_expect_leq(error, 2e-6, "%s: relative error %g", text_of(c), error);
    expect_bits(&fast, &data, got, batch - 2, 1, 1, text_of(c));
    expect_bits(&fast, &data, got, 0, 1, 1, text_of(c));
    if (c->width % 4 == 1) {            /* portable C takes its time */
        cr_assert(jit_load(p, target_find("c"), &plain, &failure), "%s", failure.text);
        expect_bits(&plain, &data, got, 0, batch, 3, text_of(c));
        model_close(&plain);
    }
    check_wide(c, data, got);
    int together = most_images(p);
    model_close(&fast);
    weights_free(weights);
    free(data.packed);
    free(data.input);
    free(got);
    free(want);
    return together;
}

/* ---- the tests --------------------------------------------------------------------------------------------------- */

/* What a case of that size is to be, so that all combinations turn up among the sizes. */
static Case case_of(int height, int width, int variant)
{
    Case c = {.height = height, .width = width, .pad = 1, .in = 16, .out = 16, .unit = variant & 1 ? 2 : 4, .split = variant & 2};
    int turn = height * 5 + width * 3 + variant;
    c.tail = (TailKind)(turn % NTAIL);
    c.pad = c.tail == TAIL_pool || turn % 3 ? 1 : turn / 3 % 2 * 2;
    c.rows = turn % 4;
    c.columns = turn / 2 % 4;
    c.segments = turn % 5 == 0;
    c.in = turn % 7 == 0 ? 21 : turn % 7 == 1 ? 26 : 16;
    c.out = turn % 6 == 0 ? 13 : turn % 6 == 1 ? 40 : 24;
    if (c.tail == TAIL_pool) {          /* pools that join divide the picture */
        c.height = height / 2 * 2;
        c.width = width / 2 * 2;
    }
    c.split |= c.tail == TAIL_average;
    c.together = turn % 3 ? 0 : 1 + turn / 3 % 5;
    return c;
}

static void check_sizes(int variant)
{
    for (int height = 4; height <= 17; height++)
        for (int width = 4; width <= 17; width++) {
            Case c = case_of(height, width, variant);
            check(&c);
        }
}

Test(winograd, four_by_four)
{
    check_sizes(0);
}

Test(winograd, two_by_two)
{
    check_sizes(1);
}

Test(winograd, four_by_four_split)
{
    check_sizes(2);
}

Test(winograd, two_by_two_split)
{
    check_sizes(3);
}

/* Many channels: sums in several passes, several panels of two sizes; long rows in several tasks. */
Test(winograd, large)
{
    static const Case cases[] = {
        {14, 14, 1, 256, 88, TAIL_add_relu, false, 4, true, 0, 0, 0, .together = 0},
        {14, 14, 1, 256, 88, TAIL_bn_relu, false, 4, false, 0, 0, 0, .together = 0},
        {14, 14, 1, 256, 88, TAIL_bn_relu, false, 4, true, 0, 0, 0, .together = 7},     /* groups of 6, 6, 6, 5 vectors, these of two panels */
        {14, 14, 1, 256, 88, TAIL_bn_relu, false, 4, false, 0, 0, 0, .together = 11},
        {13, 13, 1, 136, 104, TAIL_concat, true, 2, true, 0, 0, 0, .together = 5},
        {7, 7, 1, 300, 72, TAIL_average, true, 2, true, 0, 0, 0, .together = 0},
        {9, 61, 1, 64, 56, TAIL_bias, false, 4, false, 0, 0, 0, .together = 0},
        {8, 60, 1, 40, 24, TAIL_pool, true, 2, false, 2, 7, 0, .together = 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(&cases[i]);
}

/* Groups of whole blocks, as many blocks in as out and not, of one panel and of several, in tasks of all tiles and of some. */
Test(winograd, grouped)
{
    static const Case cases[] = {
        {9, 9, 1, 32, 32, TAIL_bn_relu, false, 4, false, .groups = 4},
        {13, 13, 1, 48, 48, TAIL_add_relu, false, 4, false, 2, 2, .groups = 2},
        {7, 9, 1, 128, 128, TAIL_bias, false, 2, false, 0, 3, .groups = 2},
        {8, 12, 1, 64, 64, TAIL_pool, false, 4, false, 1, 0, .groups = 2},
        {10, 5, 0, 24, 72, TAIL_silu, false, 2, false, 2, 0, .groups = 3},
        {6, 17, 2, 160, 32, TAIL_none, false, 4, false, 0, 0, .groups = 2},
        {14, 13, 1, 288, 288, TAIL_bn_relu, false, 4, false, 0, 0, .groups = 2},   /* panels of two sizes */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(&cases[i]);
}

/* What has not whole blocks in a group, or wants the form for few tiles of many filters. */
Test(winograd, groups_that_it_refuses)
{
    static const Case cases[] = {
        {9, 9, 1, 32, 32, TAIL_none, false, 4, true, .groups = 4},
        {9, 9, 1, 24, 24, TAIL_none, false, 4, false, .groups = 2},
        {9, 9, 1, 32, 24, TAIL_none, false, 4, false, .groups = 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect_null(program_of(network_of(&cases[i]), &cases[i]), "%s", text_of(&cases[i]));
}

/* The filters that a task reads serve several images, and those of the batch that are left go one by one. */
Test(winograd, several_images)
{
    static const Case cases[] = {
        {9, 9, 1, 24, 88, TAIL_add_relu, false, 2, true, 1, 0, 11, .together = 0},
        {14, 14, 1, 21, 72, TAIL_concat, true, 4, true, 1, 0, 9, .together = 0},
        {12, 12, 1, 16, 88, TAIL_pool, false, 4, true, 1, 0, 14, .together = 0},
        {5, 5, 1, 40, 72, TAIL_average, false, 2, true, 0, 0, 26, .together = 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect_gt(check(&cases[i]), 1, "%s", text_of(&cases[i]));
}

/* ---- what is fetched ahead -------------------------------------------------------------------------------------------- */

enum { LINE = 16, MOST_DEPTH = 16 };    /* floats of a cache line; loops within each other */

/* Which lines of the filters a kernel has fetched. */
typedef struct {
    bool *fetched;
    int64_t lines;                      /* of the filters and as many behind them */
    int64_t loads, late, beyond;        /* lines loaded for the first time; of them, not fetched before; fetched behind all filters */
} Fetches;

static int pointer_called(const Kernel *k, const char *name)
{
    for (int i = 0; i < k->npointer; i++)
        if (!strcmp(k->pointer[i], name))
            return i;
    return -1;
}

/* Follows the pointers through the whole kernel. Filters are loaded in their order, again and again within a pass. */
static void follow(const Kernel *k, int filters, int ahead, Fetches *f)
{
    int64_t at[MAX_POINTERS] = {0}, left[MOST_DEPTH], next = 0;
    size_t begin[MOST_DEPTH];
    int depth = 0;
    for (size_t i = 0; i < k->count; i++) {
        const VIns *v = &k->code[i];
        int64_t line = (at[v->pointer] + v->offset) / LINE;
        if (v->op == V_loop) {
            cr_assert_lt(depth, MOST_DEPTH);
            left[depth] = v->count - 1;
            begin[depth++] = i;
        } else if (v->op == V_end && left[depth - 1]-- > 0) {
            i = begin[depth - 1];
        } else if (v->op == V_end) {
            depth--;
        } else if (v->op == V_bump) {
            at[v->pointer] += v->offset;
        } else if ((v->op == V_prefetch || v->op == V_prefetch2) && v->pointer == ahead) {
            f->beyond += line >= f->lines / 2;
            f->fetched[line < f->lines ? line : f->lines - 1] = true;
        } else if (v->op == V_load && v->pointer == filters && line >= next) {
            f->late += !f->fetched[line];
            f->loads++;
            next = line + 1;
        }
    }
}

/* Every pass but the first finds its filters fetched, and hardly any others are. */
Test(winograd, filters_are_fetched_by_the_pass_before)
{
    static const Case c = {.height = 14, .width = 14, .pad = 1, .in = 256, .out = 96, .unit = 4, .split = true};
    Graph *g = network_of(&c);
    Program *p = program_of(g, &c);
    int checked = 0;
    cr_assert(p);
    for (const Kernel *k = p->kernels; k; k = k->next) {
        int filters = pointer_called(k, "w"), ahead = pointer_called(k, "ahead");
        if (filters < 0 || ahead < 0)
            continue;
        Fetches f = {.lines = 2 * 36 * 256 * 96 / LINE};
        f.fetched = calloc((size_t)f.lines, sizeof *f.fetched);
        follow(k, filters, ahead, &f);
        cr_expect_gt(f.loads, 36 * 256, "%lld lines of filters", (long long)f.loads);
        cr_expect_lt(f.late, f.loads / 36, "%lld of %lld lines come late", (long long)f.late, (long long)f.loads);
        cr_expect_eq(f.beyond, 0);
        free(f.fetched);
        checked++;
    }
    cr_expect_gt(checked, 0);
}

/* ---- who gets it ------------------------------------------------------------------------------------------------- */

static Algorithm algorithm_of(Attr attr, Shape input, bool exact, int *unit)
{
    Graph *g = network_new(&context, input);
    g->exact = exact;
    Node *conv = add1(g, OP_conv, attr, "conv", g->input);
    network_finish(g, conv);
    run_pass(layout, g, "layout");
    run_pass(choose, g, "choose");
    *unit = conv->tile.unit;
    return conv->tile.algorithm;
}

Test(winograd, is_chosen_by_shape)
{
    int unit;
    Attr strided = window(3, 2, 1), dilated = window(3, 1, 2);
    strided.out = dilated.out = 64;
    dilated.dilation[0] = dilated.dilation[1] = 2;
    cr_expect_eq(algorithm_of(filters(64, 3, 1), (Shape){64, 56, 56, false}, false, &unit), ALGORITHM_winograd);
    cr_expect_eq(unit, 4);
    cr_expect_eq(algorithm_of(filters(512, 3, 1), (Shape){512, 7, 7, false}, false, &unit), ALGORITHM_winograd);
    cr_expect_eq(unit, 2);
    cr_expect_eq(algorithm_of(filters(64, 3, 1), (Shape){64, 56, 56, false}, true, &unit), ALGORITHM_direct);
    cr_expect_eq(algorithm_of(filters(64, 3, 1), (Shape){3, 56, 56, false}, false, &unit), ALGORITHM_direct);
    cr_expect_eq(algorithm_of(filters(64, 5, 2), (Shape){64, 56, 56, false}, false, &unit), ALGORITHM_direct);
    cr_expect_eq(algorithm_of(strided, (Shape){64, 56, 56, false}, false, &unit), ALGORITHM_direct);
    cr_expect_eq(algorithm_of(dilated, (Shape){64, 56, 56, false}, false, &unit), ALGORITHM_direct);
    cr_expect_eq(algorithm_of(grouped(1024, 3, 1, 32), (Shape){1024, 14, 14, false}, false, &unit), ALGORITHM_winograd);
    cr_expect_eq(unit, 4);
    cr_expect_eq(algorithm_of(grouped(1024, 3, 1, 32), (Shape){1024, 14, 14, false}, true, &unit), ALGORITHM_sliding);
    cr_expect_eq(algorithm_of(grouped(128, 3, 1, 32), (Shape){128, 56, 56, false}, false, &unit), ALGORITHM_sliding);
}

/* G g Gt of a filter that is 1 in its centre, on the reference's terms: a convolution with it copies its input. */
Test(winograd, an_identity_copies)
{
    static const Case c = {.height = 10, .width = 11, .pad = 1, .in = 16, .out = 16, .unit = 4};
    Failure failure;
    Graph *g = network_of(&c);
    Weights *weights = network_weights(g, 1);
    int rank;
    int64_t dim[4];
    float *filter = (float *)weights_find(weights, "conv.weight", &rank, dim), *payload;
    for (int i = 0; i < 16 * 16 * 9; i++)
        filter[i] = i / 9 / 16 == i / 9 % 16 && i % 9 == 4;
    Data data = {.input = network_input(g, BATCH, 6), .inputs = (size_t)shape_floats(g->input->shape), .outputs = 16 * 10 * 11};
    Program *p = program_of(g, &c);
    Model model;
    cr_assert(p && jit_load(p, NULL, &model, &failure));
    data.packed = weights_pack(p, weights, 1, &payload, &failure);
    float *got = run(&model, &data, 0, BATCH, 1);
    for (size_t i = 0; i < BATCH * data.outputs; i++)
        cr_assert_float_eq(got[i], data.input[i], 3e-6);
    model_close(&model);
    weights_free(weights);
    free(data.packed);
    free(data.input);
    free(got);
}
