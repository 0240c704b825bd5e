/* winograd_filter.c - the transform of filters U = G g Gt in kernels, for filters that change with every step; runtime/pack.c has
 * the same in double, for those that do not. Lanes are output channels: a register has the filters of one input channel.
 *
 * Every row of G but the first and the last is one of a pair: even + odd and even - odd, of the first and third coefficient, and
 * of the second. */
#include "winograd.h"

enum { TAPS = 3, MOST_PAIRS = 2 };

/* of the first row of a pair: of taps 0, 1, 2 */
static const float pairs[][TAPS] = {
    {-2 / 3.0f, -0.47140452f, -1 / 3.0f},
    {1 / 6.0f, 0.23570226f, 1 / 3.0f},
    {0.5f, 0.5f, 0.5f},
};

static const char *const comment[] = {
    [2] = "U = G g Gt of filters g of 3 x 3 taps; the rows of G are\n"
          "    1    0    0\n"
          "  1/2  1/2  1/2\n"
          "  1/2 -1/2  1/2\n"
          "    0    0    1",
    [4] = "U = G g Gt of filters g of 3 x 3 taps; with a = sqrt(1/2), b = sqrt(2) the rows of G are\n"
          "     1     0     0\n"
          "  -2/3 -2a/3  -1/3\n"
          "  -2/3  2a/3  -1/3\n"
          "   1/6   b/6   1/3\n"
          "   1/6  -b/6   1/3\n"
          "     0     0     1",
};

const char *filter_transform_text(int unit)
{
    return comment[unit];
}

typedef struct {
    FilterTransform t;
    int size, npair, widest;
    int factor[MOST_PAIRS][TAPS];       /* registers */
    int64_t tap, step;                  /* floats from one tap, one frequency to the next */
} FilterBuild;

/* Both rows of a pair, of three elements. */
static void make_pair(Kernel *k, const int *factor, const int *g, int *first, int *second)
{
    int even = kernel_register(k), odd = kernel_register(k);
    k_op(k, V_mul, even, g[0], factor[0]);
    k_op(k, V_fma, even, g[2], factor[2]);
    k_op(k, V_mul, odd, g[1], factor[1]);
    k_op(k, V_add, *first = kernel_register(k), even, odd);
    k_op(k, V_sub, even, even, odd);
    *second = even;
    kernel_release(k, odd);
}

static void load_taps(const FilterBuild *b, int first, int step, int *g)
{
    for (int i = 0; i < TAPS; i++)
        k_load(b->t.k, g[i] = kernel_register(b->t.k), b->t.g.pointer, (first + i * step) * b->tap);
}

static void release(Kernel *k, const int *reg, int count)
{
    for (int i = 0; i < count; i++)
        kernel_release(k, reg[i]);
}

static void put(const FilterBuild *b, int row, int column, int reg)
{
    k_store(b->t.k, b->t.u.pointer, (row * b->size + column) * b->step, reg);
}

/* A row of U, from a row of G g, which is released. */
static void put_row(const FilterBuild *b, int row, const int *g)
{
    Kernel *k = b->t.k;
    put(b, row, 0, g[0]);
    for (int p = 0; p < b->npair; p++) {
        int reg[2];
        make_pair(k, b->factor[p], g, &reg[0], &reg[1]);
        put(b, row, 1 + 2 * p, reg[0]);
        put(b, row, 2 + 2 * p, reg[1]);
        release(k, reg, 2);
    }
    put(b, row, b->size - 1, g[2]);
    release(k, g, TAPS);
}

/* All frequencies of the filters in one register. */
static void emit_filters(const FilterBuild *b)
{
    int line[2][TAPS], g[TAPS];
    load_taps(b, 0, 1, g);
    put_row(b, 0, g);
    for (int p = 0; p < b->npair; p++) {
        for (int x = 0; x < TAPS; x++) {
            load_taps(b, x, TAPS, g);
            make_pair(b->t.k, b->factor[p], g, &line[0][x], &line[1][x]);
            release(b->t.k, g, TAPS);
        }
        put_row(b, 1 + 2 * p, line[0]);
        put_row(b, 2 + 2 * p, line[1]);
    }
    load_taps(b, 2 * TAPS, 1, g);
    put_row(b, b->size - 1, g);
}

static void move(const FilterBuild *b, int64_t g, int64_t u)
{
    k_bump(b->t.k, b->t.g.pointer, g);
    k_bump(b->t.k, b->t.u.pointer, u);
}

/* `units` registers of so many vectors, from vector `first` on, of all channels of entries of `count`. Pointers end behind these. */
static void emit_units(FilterBuild *b, int width, int first, int units, int vectors, int entries, int count)
{
    Kernel *k = b->t.k;
    int64_t lanes = vectors * LANES, start = first * LANES;
    b->tap = count * lanes;
    kernel_width(k, width);
    for (int p = 0; p < b->npair; p++)
        for (int i = 0; i < TAPS; i++)
            k_literal(k, b->factor[p][i] = kernel_register(k), pairs[b->size == 6 ? p : 2][i]);
    move(b, start, start);
    k_loop(k, entries);
    k_loop(k, count);
    k_loop(k, units);
    emit_filters(b);
    move(b, width * LANES, width * LANES);
    k_end(k);
    move(b, lanes - units * width * LANES, lanes - units * width * LANES);
    k_end(k);
    move(b, (TAPS * TAPS - 1) * count * lanes, 0);
    k_end(k);
    move(b, -start, -start);
    for (int p = 0; p < b->npair; p++)
        release(k, b->factor[p], TAPS);
}

/* Some entries of equally many channels, of one panel. */
static void emit_entries(FilterBuild *b, int vectors, int entries, int count)
{
    int widest = b->widest, wide = vectors / widest, rest = vectors % widest;
    int64_t floats = (int64_t)entries * count * vectors * LANES;
    if (wide)
        emit_units(b, widest, 0, wide, vectors, entries, count);
    if (wide && rest)
        move(b, -TAPS * TAPS * floats, -floats);
    if (rest)
        emit_units(b, 1, wide * widest, 1, vectors, entries, count);
}

FilterTransform build_filter_transform(const Conv *c, FilterShape s, int64_t step)
{
    Kernel *k = step_kernel(c->l);
    int unit = c->n->tile.unit, channels = channels_of(c, s.entry, s.entries);
    FilterBuild b = {.t.k = k, .size = unit + 2, .npair = unit / 2, .step = step, .widest = c->l->graph->machine.widest};
    b.t.g = stream_filters(c, k, "g");
    b.t.u = stream_scratch(c->l, k, "u", true);
    k_loop(k, s.panels);
    for (int i = 0, n; i < s.entries; i += n) {
        const Entry *e = c->entry + s.entry + i;
        for (n = 1; i + n < s.entries && e[n].count == e->count; n++)
            ;
        emit_entries(&b, s.vectors, n, e->count);
    }
    int64_t floats = (int64_t)channels * s.vectors * LANES;
    move(&b, s.apart - TAPS * TAPS * floats, b.size * b.size * step - floats);
    k_end(k);
    return b.t;
}
