/* test_pack.c - packed weights against the formula of pack.h, value by value, on small integers; slices of stacked
 * tensors; folded norms; any number of threads. */
#include "../runtime/pack.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = 8 };

/* ---- a table of tensors -------------------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    int rank;
    int64_t dim[4];
    float *data;
} Named;

static Named table[8];
static int ntable;

static const float *look_up(const void *weights, const char *name, int *rank, int64_t dim[4])
{
    const Named *named = weights;
    for (int i = 0; i < ntable; i++)
        if (strcmp(named[i].name, name) == 0) {
            *rank = named[i].rank;
            memcpy(dim, named[i].dim, sizeof named[i].dim);
            return named[i].data;
        }
    return NULL;
}

/* Values 1, 2, 3, ... plus `origin`: every value tells where it came from. */
static const float *add(const char *name, int rank, const int64_t *dim, float origin)
{
    int64_t count = 1;
    Named *named = &table[ntable++];
    *named = (Named){ .name = name, .rank = rank };
    for (int i = 0; i < rank; i++)
        count *= named->dim[i] = dim[i];
    named->data = malloc((size_t)count * sizeof(float));
    for (int64_t i = 0; i < count; i++)
        named->data[i] = origin + (float)(i + 1);
    return named->data;
}

static void clear(void)
{
    while (ntable)
        free(table[--ntable].data);
}

/* ---- a convolution as the compiler would ask for it ------------------------------------------------------------ */

typedef struct {
    int out, in, kh, kw, groups;
    int vectors;                        /* of a panel; the last one may have fewer */
    int first_block;                    /* channels of the first block: a split may leave a short one */
    PackSource weight;
} Case;

typedef struct {
    int channel[256];
    PackBlock block[64];
    PackPanel panel[32];
    PackItem item;
} Request;

static void make_request(const Case *c, Request *r)
{
    PackItem *item = &r->item;
    int64_t taps = c->kh * c->kw;
    *item = (PackItem){ .kind = PACK_conv, .weight = c->weight, .out = c->out, .in = c->in, .kh = c->kh, .kw = c->kw,
                        .groups = c->groups, .channel = r->channel, .block = r->block, .panel = r->panel, .at = 3 };
    for (int i = 0; i < c->in; item->nblock++) {
        int room = item->nblock ? LANES : c->first_block;
        r->block[item->nblock] = (PackBlock){ i, c->in - i < room ? c->in - i : room };
        i += r->block[item->nblock].count;
    }
    for (item->nlane = 0; item->nlane < (c->out + LANES - 1) / LANES * LANES; item->nlane++)
        r->channel[item->nlane] = item->nlane < c->out ? item->nlane : -1;
    for (int lane = 0; lane < item->nlane; lane += LANES * c->vectors) {
        int vectors = (item->nlane - lane) / LANES;
        r->panel[item->npanel] = (PackPanel){ lane, vectors < c->vectors ? vectors : c->vectors, 0, item->nblock, item->size, 0 };
        item->size += LANES * r->panel[item->npanel++].vectors * c->in * taps;
    }
}

/* filter(o, i, ky, kx) by definition: 0 across groups and for lanes without channel. */
static float filter(const Case *c, const float *weight, int64_t row, int o, int i, int tap)
{
    int in_group = c->in / c->groups;
    int64_t first = c->weight.axis == 0 ? c->weight.begin : 0, inner = c->weight.axis == 1 ? c->weight.begin * c->kh * c->kw : 0;
    if (o < 0 || o / (c->out / c->groups) != i / in_group)
        return 0;
    return weight[(o + first) * row + inner + (int64_t)(i % in_group) * c->kh * c->kw + tap];
}

static float *place(void *tensors, const char *name, int *rank, int64_t dim[4])
{
    return look_up(table, name, rank, dim) ? tensors : NULL;
}

/* unpack gives back what was packed of the one tensor in the table, and touches nothing else. */
static void expect_unpacked(const PackItem *item, const float *payload)
{
    const PackSource *source = item->weight.name ? &item->weight : &item->bias;
    int64_t floats = 1, inner = 1;
    for (int i = 0; i < table[0].rank; i++) {
        floats *= table[0].dim[i];
        inner *= i > source->axis ? table[0].dim[i] : 1;
    }
    float *back = calloc((size_t)floats, sizeof(float));
    const char *lost = NULL;
    cr_assert(unpack(item, 1, place, back, payload, 2, &lost));
    for (int64_t i = 0; i < floats; i++) {
        int64_t at = i / inner % table[0].dim[source->axis];
        bool within = at >= source->begin && at < source->begin + source->count;
        cr_expect_eq(back[i], within ? table[0].data[i] : 0, "element %d", (int)i);
    }
    free(back);
}

/* Walks the payload in the order that pack.h states and compares each float. */
static void expect_packed(const Case *c, const float *weight, int64_t row)
{
    Request r = { 0 };
    make_request(c, &r);
    float *payload = calloc((size_t)(r.item.at + r.item.size), sizeof(float)), *next = payload + r.item.at;
    const char *missing;
    cr_assert(pack(&r.item, 1, look_up, NULL, table, payload, 2, &missing));
    for (int p = 0; p < r.item.npanel; p++)
        for (int b = 0; b < r.item.nblock; b++)
            for (int tap = 0; tap < c->kh * c->kw; tap++)
                for (int i = 0; i < r.block[b].count; i++)
                    for (int lane = 0; lane < LANES * r.panel[p].vectors; lane++)
                        cr_assert_eq(*next++, filter(c, weight, row, r.channel[r.panel[p].lane + lane], r.block[b].channel + i, tap),
                                     "panel %d block %d tap %d channel %d lane %d", p, b, tap, i, lane);
    cr_expect_eq(next, payload + r.item.at + r.item.size);
    cr_expect_eq(payload[0] + payload[1] + payload[2], 0);
    expect_unpacked(&r.item, payload);
    free(payload);
}

Test(pack, filters)
{
    static const Case cases[] = {
        { 8, 8, 1, 1, 1, 1, 8, { "w", 0, 0, 8 } },        { 32, 16, 3, 3, 1, 4, 8, { "w", 0, 0, 32 } },
        { 13, 3, 7, 7, 1, 3, 3, { "w", 0, 0, 13 } },      { 40, 21, 1, 3, 1, 3, 5, { "w", 0, 0, 40 } },
        { 16, 16, 3, 3, 4, 2, 8, { "w", 0, 0, 16 } },     { 48, 24, 1, 1, 2, 4, 8, { "w", 0, 0, 48 } },
        { 12, 20, 3, 1, 4, 1, 8, { "w", 0, 0, 12 } },     { 1, 1, 1, 1, 1, 1, 1, { "w", 0, 0, 1 } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const Case *c = &cases[i];
        int64_t dim[] = { c->out, c->in / c->groups, c->kh, c->kw };
        const float *weight = add("w", 4, dim, 0);
        expect_packed(c, weight, dim[1] * dim[2] * dim[3]);
        clear();
    }
}

Test(pack, slices_of_stacked_tensors)
{
    Case outputs = { 8, 4, 3, 3, 1, 1, 4, { "w", 0, 16, 8 } }, inputs = { 8, 4, 3, 3, 1, 1, 4, { "w", 1, 12, 4 } };
    const float *weight = add("w", 4, (int64_t[]){ 32, 4, 3, 3 }, 0);
    expect_packed(&outputs, weight, 36);
    clear();
    weight = add("w", 4, (int64_t[]){ 8, 20, 3, 3 }, 0);
    expect_packed(&inputs, weight, 180);
    clear();
}

/* A linear layer after a flatten reads its [out][c * h * w] filter as [out][c][h][w]. */
Test(pack, a_matrix_read_as_filters)
{
    Case linear = { 10, 6, 5, 5, 1, 2, 6, { "w", 0, 0, 10 } };
    const float *weight = add("w", 2, (int64_t[]){ 10, 150 }, 0);
    expect_packed(&linear, weight, 150);
    clear();
}

/* Groups of one channel (depthwise), and of two, one vector or two together: [unit][ky][channel of the group][kx][lane]. */
static void expect_grouped(int inputs, int vectors)
{
    static const int channel[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, -1, -1, -1, -1, -1, -1 };
    enum { KH = 3, KW = 2, MOST = 2 * KH * 2 * KW * LANES };
    const PackItem item = { .kind = PACK_grouped, .size = 2 * KH * inputs * KW * LANES, .weight = { "w", 0, 0, 10 }, .out = 10, .in = 10,
                            .kh = KH, .kw = KW, .groups = 10 / inputs, .vectors = vectors, .channel = channel, .nlane = 16 };
    const float *weight = add("w", 4, (int64_t[]){ 10, inputs, KH, KW }, 0);
    float payload[MOST] = { 0 };
    const char *missing;
    cr_assert(pack(&item, 1, look_up, NULL, table, payload, 2, &missing));
    for (int i = 0; i < (int)item.size; i++) {
        int lanes = vectors * LANES, kx = i / lanes % KW, c = i / lanes / KW % inputs, ky = i / lanes / KW / inputs % KH;
        int out = channel[i / lanes / KW / inputs / KH * lanes + i % lanes];
        cr_expect_eq(payload[i], out < 0 ? 0 : weight[((out * inputs + c) * KH + ky) * KW + kx], "%d channels, float %d", inputs, i);
    }
    expect_unpacked(&item, payload);
    clear();
}

Test(pack, grouped_filters)
{
    expect_grouped(1, 1);
    expect_grouped(2, 1);
    expect_grouped(2, 2);
}

/* ---- norms ----------------------------------------------------------------------------------------------------------- */

enum { CHANNELS = 5 };
static const int lanes[8] = { 4, 3, 2, 1, 0, -1, -1, -1 };

static void add_norm(void)
{
    static const int64_t channels[] = { CHANNELS };
    add("bn.weight", 1, channels, 1);
    add("bn.bias", 1, channels, 20);
    add("bn.mean", 1, channels, 30);
    add("bn.var", 1, channels, 0.5f);
    add("b", 1, channels, 50);
}

#define NORM { { "bn.weight", 0, 0, CHANNELS }, { "bn.bias", 0, 0, CHANNELS }, { "bn.mean", 0, 0, CHANNELS }, { "bn.var", 0, 0, CHANNELS } }

static double factor(int c)
{
    return table[0].data[c] / sqrt(table[3].data[c] + 1e-3);
}

Test(pack, vectors)
{
    const PackItem item[] = {
        { .kind = PACK_vector, .vector = VECTOR_bias, .at = 0, .bias = { "b", 0, 0, 5 }, .channel = lanes, .nlane = 8 },
        { .kind = PACK_vector, .vector = VECTOR_bias, .at = 8, .bias = { "b", 0, 0, 5 }, .norm = NORM, .eps = 1e-3, .channel = lanes, .nlane = 8 },
        { .kind = PACK_vector, .vector = VECTOR_bias, .at = 16, .norm = NORM, .eps = 1e-3, .channel = lanes, .nlane = 8 },
        { .kind = PACK_vector, .vector = VECTOR_weight, .at = 24, .weight = { "b", 0, 0, 5 }, .channel = lanes, .nlane = 8 },
        { .kind = PACK_vector, .vector = VECTOR_norm_scale, .at = 32, .norm = NORM, .eps = 1e-3, .channel = lanes, .nlane = 8 },
        { .kind = PACK_vector, .vector = VECTOR_norm_shift, .at = 40, .norm = NORM, .eps = 1e-3, .channel = lanes, .nlane = 8 },
        { .kind = PACK_vector, .vector = VECTOR_bias, .at = 48, .channel = lanes, .nlane = 8 },
    };
    float payload[56] = { 0 };
    const char *missing;
    add_norm();
    cr_assert(pack(item, 7, look_up, NULL, table, payload, 2, &missing));
    for (int lane = 0; lane < 8; lane++) {
        int c = lanes[lane];
        double s = c < 0 ? 0 : factor(c), beta = c < 0 ? 0 : table[1].data[c], mean = c < 0 ? 0 : table[2].data[c],
               bias = c < 0 ? 0 : table[4].data[c];
        const double expected[] = { bias, (bias - mean) * s + beta, beta - mean * s, bias, s, beta - mean * s, 0 };
        for (int i = 0; i < 7; i++)
            cr_expect_eq(payload[8 * i + lane], (float)expected[i], "item %d lane %d", i, lane);
    }
    clear();
}

Test(pack, a_folded_norm_is_rounded_once)
{
    static const PackBlock block = { 0, 3 };
    static const PackPanel panel = { 0, 1, 0, 1, 0, 0 };
    const PackItem item = {.kind = PACK_conv,
                           .size = 24,
                           .weight = {"w", 0, 0, CHANNELS},
                           .norm = NORM,
                           .eps = 1e-3,
                           .out = CHANNELS,
                           .in = 3,
                           .kh = 1,
                           .kw = 1,
                           .groups = 1,
                           .channel = lanes,
                           .nlane = 8,
                           .block = &block,
                           .nblock = 1,
                           .panel = &panel,
                           .npanel = 1};
    float payload[24] = { 0 };
    const char *missing;
    add_norm();
    const float *weight = add("w", 4, (int64_t[]){ CHANNELS, 3, 1, 1 }, 0);
    cr_assert(pack(&item, 1, look_up, NULL, table, payload, 1, &missing));
    for (int lane = 0; lane < 8; lane++)
        for (int i = 0; i < 3; i++)
            cr_expect_eq(payload[8 * i + lane], lanes[lane] < 0 ? 0 : (float)(factor(lanes[lane]) * weight[lanes[lane] * 3 + i]));
    clear();
}

Test(pack, vectors_and_back)
{
    PackItem item = { .kind = PACK_vector, .vector = VECTOR_bias, .bias = { "b", 0, 0, 5 }, .channel = lanes, .nlane = 8 };
    float payload[8] = { 0 };
    const char *missing = NULL;
    add("b", 1, (int64_t[]){ 5 }, 50);
    cr_assert(pack(&item, 1, look_up, NULL, table, payload, 1, &missing));
    expect_unpacked(&item, payload);
    item = (PackItem){ .kind = PACK_vector, .vector = VECTOR_weight, .weight = { "b", 0, 0, 5 }, .channel = lanes, .nlane = 8 };
    expect_unpacked(&item, payload);
    item.norm[3] = (PackSource){ "v", 0, 0, 5 };
    cr_expect_not(unpack(&item, 1, place, payload, payload, 1, &missing));
    cr_expect_str_eq(missing, "v");
    clear();
}

/* ---- mistakes -------------------------------------------------------------------------------------------------------- */

static void expect_missing(const PackItem *item, const char *name)
{
    float payload[8] = { 0 };
    const char *missing = NULL;
    cr_expect_not(pack(item, 1, look_up, NULL, table, payload, 1, &missing));
    cr_expect_str_eq(missing, name);
}

Test(pack, tensors_that_are_missing_or_too_small)
{
    PackItem item = { .kind = PACK_vector, .vector = VECTOR_bias, .bias = { "bn.beta", 0, 0, 5 }, .channel = lanes, .nlane = 8 };
    add_norm();
    expect_missing(&item, "bn.beta");
    item.bias = (PackSource){ "b", 0, 1, 4 };
    expect_missing(&item, "b");
    item = (PackItem){.kind = PACK_grouped,
                      .weight = {"b", 0, 0, 5},
                      .in = 5,
                      .out = 5,
                      .groups = 5,
                      .kh = 1,
                      .kw = 2,
                      .vectors = 1,
                      .channel = lanes,
                      .nlane = 8};
    expect_missing(&item, "b");
    item.weight.name = NULL;
    expect_missing(&item, "(filter without name)");
    clear();
}
