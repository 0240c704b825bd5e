/* winograd_dw.c - the gradient of 3 x 3 filters by Winograd's F(3 x 3, 4 x 4): dw = At [sum over tiles (G dy Gt) (Bt x B)] A.
 *
 * A gradient is a correlation, too, of x with dy as the filter; a tile of it has 4 x 4 pixels of dy and 6 x 6 of x, and
 * gives all 3 x 3 taps (Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016, section 4.1,
 * with other sizes). 36 products take the place of 144. The sums over all tiles are made between the transforms: 36
 * gradients of a 1 x 1 convolution, whose pixels are tiles (conv_dw.c). Points are those of winograd_kernel.c: 0, +-a =
 * sqrt(1/2), +-b = sqrt(2), infinity, for which
 *     Bt: as there        G: rows 1 p p^2 p^3 for each point p, and 0 0 0 1        At: columns c(p) (1, p, p^2), and (0, 0, 1)
 * with c(0) = 1, c(+-a) = -2/3, c(+-b) = 1/6: these factors are kept for the end. */
#include "conv_dw.h"
#include "winograd_line.h"

enum {
    UNIT = 4, SIZE = 6, TAPS = 3, FREQUENCIES = SIZE * SIZE,
    FEWEST_CHANNELS = 16,
    MANY_TILES = 32, MOST_TILES = 64,   /* of a band: so many where there is a choice, and where there is none */
    GAP = 16,                           /* floats between frequencies, which would otherwise meet in few sets of a cache */
    SLICE_BLOCKS = 32,                  /* blocks of input by blocks of output channels of a task, at most */
    SLICE_BYTES = 768 << 10,            /* of its scratch */
};

typedef struct {
    const Build_dw *b;
    Kernel *k;
    Scratch_dw s;
    int tiles;                          /* of a band */
    int64_t x_floats, dy_floats, sum_floats;    /* of a frequency, with the gap behind it */
    Constants constants;
    bool of_x;                          /* the operand that is being transformed */
    int width;                          /* blocks of the registers that hold it */
} Winograd;

/* ---- what fits ------------------------------------------------------------------------------------------------------- */

static int rows_of_tiles(const Gradient *d) { return (d->height + UNIT - 1) / UNIT; }
static int columns_of_tiles(const Gradient *d) { return (d->width + UNIT - 1) / UNIT; }

static int tiles_of_band(const Gradient *d)
{
    return d->images * d->rows * columns_of_tiles(d);
}

/* Sums and transformed tiles are to stay in the second cache. */
int winograd_dw_entries(const Gradient *d, const Panel *p)
{
    const int block = FREQUENCIES * LANES * (int)sizeof(float), tiles = tiles_of_band(d) * block, sums = p->vectors * LANES * block;
    int entries = SLICE_BLOCKS / p->vectors;
    while (entries > 1 && entries * sums + (entries + p->vectors) * tiles > SLICE_BYTES)
        entries--;
    return entries > 1 ? entries : 1;
}

/* Whole blocks of channels, so that no lane needs a mask. */
static bool has_whole_blocks(const Conv *c)
{
    const int *channel = lane_channels(c->l, &c->n->layout);
    for (size_t i = 0; i < c->nentry; i++)
        if (c->entry[i].count != LANES)
            return false;
    for (int i = 0; i < c->n->layout.blocks * LANES; i++)
        if (channel[i] < 0)
            return false;
    return c->step == 1;
}

/* Tiles that the picture cuts off are in bands of whole pictures. */
bool winograd_dw_fits(const Gradient *d)
{
    const Conv *c = &d->c;
    for (int i = 0; i < 2; i++)
        if (c->kernel[i] != TAPS || c->stride[i] != 1 || c->dilation[i] != 1)
            return false;
    if (c->l->graph->exact || c->groups > 1 || c->in < FEWEST_CHANNELS || c->out < FEWEST_CHANNELS || !has_whole_blocks(c))
        return false;
    return columns_of_tiles(d) * (d->height % UNIT ? rows_of_tiles(d) : 1) <= MOST_TILES;
}

void choose_winograd_band(Gradient *d)
{
    int most = MANY_TILES, rows = rows_of_tiles(d), columns = columns_of_tiles(d);
    int64_t farthest = MOST_BUMP / (d->c.l->program->arena_floats + 1);
    d->rows = d->height % UNIT ? rows : largest_divisor(rows, most / columns);
    most /= columns * d->rows;
    d->images = largest_divisor(d->c.l->graph->max_batch / d->chunks, most < farthest ? most : farthest);
}

/* ---- transforms of a line of a tile ---------------------------------------------------------------------------------- */

static Line line_of(const Winograd *w, int pointer, int64_t stride, int64_t block, int count)
{
    return (Line){pointer, stride, count, block, w->width};
}

static int sum_of(const Winograd *w, int a, int b, int factor)
{
    int sum = kernel_register(w->k);
    k_op(w->k, V_copy, sum, a, 0);
    k_op(w->k, V_fma, sum, b, w->constants.reg[factor]);
    return sum;
}

static const float dy_constant[] = {0.70710678f, -0.70710678f, 1.41421356f, -1.41421356f, 0.5f, 2.0f};

/* G: 6 elements from 4. */
static void dy_line(const Winograd *w, Line from, Line to)
{
    Kernel *k = w->k;
    int d[UNIT];
    line_load(k, from, UNIT, d);
    int even = sum_of(w, d[0], d[2], 4), odd = sum_of(w, d[1], d[3], 4);
    line_put_pair(k, to, 1, even, odd, w->constants.reg);
    even = sum_of(w, d[0], d[2], 5);
    odd = sum_of(w, d[1], d[3], 5);
    line_put_pair(k, to, 3, even, odd, w->constants.reg + 2);
    line_put(k, to, 0, d[0]);
    line_put(k, to, 5, d[3]);
    kernel_release(k, d[1]);
    kernel_release(k, d[2]);
}

static const float sum_constant[] = {-2 / 3.0f, 1 / 6.0f, -0.47140452f, 0.23570226f, -1 / 3.0f, 1 / 3.0f};

/* At: 3 elements from 6; the constants are c(a), c(b), and these by a and b, and by their squares. */
static void sum_line(const Winograd *w, Line from, Line to)
{
    Kernel *k = w->k;
    int m[SIZE], sum[2];
    line_load(k, from, SIZE, m);
    for (int i = 0; i < 2; i++) {
        int *pair = m + 1 + 2 * i;
        k_op(k, V_add, sum[i] = kernel_register(k), pair[0], pair[1]);
        k_op(k, V_sub, pair[0], pair[0], pair[1]);
        kernel_release(k, pair[1]);
        k_op(k, V_fma, m[0], sum[i], w->constants.reg[i]);
        k_op(k, V_fma, m[5], sum[i], w->constants.reg[4 + i]);
        kernel_release(k, sum[i]);
    }
    k_op(k, V_mul, m[1], m[1], w->constants.reg[2]);
    k_op(k, V_fma, m[1], m[3], w->constants.reg[3]);
    kernel_release(k, m[3]);
    line_put(k, to, 0, m[0]);
    line_put(k, to, 1, m[1]);
    line_put(k, to, 2, m[5]);
}

/* ---- tiles of a band ------------------------------------------------------------------------------------------------- */

/* The operand at hand, and where its transformed tiles go: floats from one to the next frequency, tile and register of blocks. */
typedef struct {
    Stream from, to;
    View view;
    int64_t frequency, tile, unit, block;
} Side;

static Side side_of(const Winograd *w)
{
    const Build_dw *b = w->b;
    int64_t picture = (int64_t)w->tiles * LANES, all = (int64_t)b->panel->vectors * LANES;
    if (w->of_x)
        return (Side){b->x, w->s.x, b->d->c.x, w->x_floats, LANES, w->width * picture, picture};
    return (Side){b->dy, w->s.dy, b->dy.view, w->dy_floats, all, w->width * LANES, LANES};
}

static void transform_line(const Winograd *w, Line from, Line to)
{
    if (w->of_x)
        line_input(w->k, &w->constants, from, to);
    else
        dy_line(w, from, to);
}

/* A tile of which the picture has rows x columns pixels of dy: rows into the buffer, then columns out of it. */
static void transform_tile(const Winograd *w, const Side *side, int rows, int columns)
{
    Kernel *k = w->k;
    int border = w->of_x ? TAPS - 1 : 0, buffer = w->s.tile.pointer, element = w->width * LANES;
    rows += border;
    columns += border;
    k_loop(k, rows);
    transform_line(w, line_of(w, side->from.pointer, side->view.pixel, side->view.block, columns),
                   line_of(w, buffer, element, LANES, SIZE));
    k_bump(k, side->from.pointer, side->view.row);
    k_bump(k, buffer, SIZE * element);
    k_end(k);
    k_bump(k, side->from.pointer, -rows * side->view.row);
    k_bump(k, buffer, -rows * SIZE * element);
    k_loop(k, SIZE);
    transform_line(w, line_of(w, buffer, SIZE * element, LANES, rows),
                   line_of(w, side->to.pointer, SIZE * side->frequency, side->block, SIZE));
    k_bump(k, buffer, element);
    k_bump(k, side->to.pointer, side->frequency);
    k_end(k);
    k_bump(k, buffer, -SIZE * element);
    k_bump(k, side->to.pointer, side->tile - SIZE * side->frequency);
}

/* Equal tiles one after the other, then one that the picture cuts off. */
static void transform_row(const Winograd *w, const Side *side, int rows)
{
    Kernel *k = w->k;
    int whole = w->b->d->width / UNIT, rest = w->b->d->width % UNIT;
    if (whole) {
        k_loop(k, whole);
        transform_tile(w, side, rows, UNIT);
        k_bump(k, side->from.pointer, UNIT * side->view.pixel);
        k_end(k);
    }
    if (rest)
        transform_tile(w, side, rows, rest);
    k_bump(k, side->from.pointer, rows * side->view.row - whole * UNIT * side->view.pixel);
}

/* All tiles of the band, of the blocks that a register holds; the source ends where it began. */
static void transform_blocks(const Winograd *w, const Side *side)
{
    Kernel *k = w->k;
    const Gradient *d = w->b->d;
    int height = d->rows * UNIT < d->height ? d->rows * UNIT : d->height, rest = height % UNIT;
    k_loop(k, d->images);
    if (height / UNIT) {
        k_loop(k, height / UNIT);
        transform_row(w, side, UNIT);
        k_end(k);
    }
    if (rest)
        transform_row(w, side, rest);
    k_bump(k, side->from.pointer, side->from.image - height * side->view.row);
    k_end(k);
    k_bump(k, side->from.pointer, -d->images * side->from.image);
    k_bump(k, side->to.pointer, -w->tiles * side->tile);
}

static void transform_band(Winograd *w, bool of_x)
{
    Kernel *k = w->k;
    int blocks = of_x ? w->b->entries : w->b->panel->vectors, widest = w->b->width, whole = blocks / widest;
    w->of_x = of_x;
    w->width = widest;
    w->constants = of_x ? line_input_constants(k) : constants_load(k, dy_constant, 6);
    Side side = side_of(w);
    int64_t step = widest * side.view.block;
    if (whole) {
        k_loop(k, whole);
        transform_blocks(w, &side);
        k_bump(k, side.from.pointer, step);
        k_bump(k, side.to.pointer, side.unit);
        k_end(k);
    }
    if (blocks % widest) {
        w->width = 1;
        transform_blocks(w, &side);
    }
    k_bump(k, side.from.pointer, -whole * step);
    k_bump(k, side.to.pointer, -whole * side.unit);
    constants_release(k, &w->constants);
}

/* sums += products of the band's tiles, frequency after frequency: gradients of 1 x 1 filters. */
static void multiply_band(const Winograd *w)
{
    Kernel *k = w->k;
    Gradient tiles = *w->b->d;
    Build_dw one = *w->b;
    int64_t vectors = one.panel->vectors, picture = (int64_t)w->tiles * LANES;
    one.d = &tiles;
    tiles.height = tiles.rows = tiles.images = 1;
    tiles.width = w->tiles;
    for (int i = 0; i < 2; i++)
        tiles.c.kernel[i] = tiles.c.dilation[i] = tiles.c.stride[i] = one.taps[i] = 1;
    tiles.c.x = (View){picture, picture, LANES};
    one.x = w->s.x;
    one.dy = w->s.dy;
    one.dy.view.block = LANES;
    one.copy.pointer = -1;
    one.g = w->s.sums;
    one.between = picture;
    one.pixel = vectors * LANES;
    one.reach = TILE_tap;
    k_loop(k, FREQUENCIES);
    emit_band(&one);
    k_bump(k, one.x.pointer, w->x_floats);
    k_bump(k, one.dy.pointer, w->dy_floats);
    k_bump(k, one.g.pointer, w->sum_floats);
    k_end(k);
    k_bump(k, one.x.pointer, -FREQUENCIES * w->x_floats);
    k_bump(k, one.dy.pointer, -FREQUENCIES * w->dy_floats);
    k_bump(k, one.g.pointer, -FREQUENCIES * w->sum_floats);
}

/* ---- before and after all bands ---------------------------------------------------------------------------------------- */

static void clear_sums(const Winograd *w)
{
    Kernel *k = w->k;
    int zero = kernel_register(k), each = w->b->width * LANES;
    int64_t filters = FREQUENCIES * w->sum_floats;
    k_zero(k, zero);
    k_loop(k, filters / each);
    k_store(k, w->s.sums.pointer, 0, zero);
    k_bump(k, w->s.sums.pointer, each);
    k_end(k);
    k_bump(k, w->s.sums.pointer, -filters);
    kernel_release(k, zero);
}

/* The 3 x 3 taps of an input channel and of the output channels that a register holds. */
static void finish_filter(const Winograd *w)
{
    Kernel *k = w->k;
    int64_t frequency = w->sum_floats, tap = (int64_t)LANES * w->b->panel->vectors * LANES;
    int sums = w->s.sums.pointer, g = w->b->g.pointer, buffer = w->s.tile.pointer, element = w->width * LANES;
    k_loop(k, SIZE);
    sum_line(w, line_of(w, sums, SIZE * frequency, LANES, SIZE), line_of(w, buffer, SIZE * element, LANES, TAPS));
    k_bump(k, sums, frequency);
    k_bump(k, buffer, element);
    k_end(k);
    k_bump(k, sums, -SIZE * frequency);
    k_bump(k, buffer, -SIZE * element);
    k_loop(k, TAPS);
    sum_line(w, line_of(w, buffer, element, LANES, SIZE), line_of(w, g, tap, LANES, TAPS));
    k_bump(k, buffer, SIZE * element);
    k_bump(k, g, TAPS * tap);
    k_end(k);
    k_bump(k, buffer, -TAPS * SIZE * element);
    k_bump(k, g, -TAPS * TAPS * tap);
}

static void finish_sums(Winograd *w)
{
    const Build_dw *b = w->b;
    Kernel *k = w->k;
    int vectors = b->panel->vectors, whole = vectors / b->width;
    int64_t each = b->width * LANES, tap = (int64_t)LANES * vectors * LANES;
    w->constants = constants_load(k, sum_constant, 6);
    k_loop(k, b->entries);
    k_loop(k, LANES);
    w->width = b->width;
    k_loop(k, whole);
    finish_filter(w);
    k_bump(k, w->s.sums.pointer, each);
    k_bump(k, b->g.pointer, each);
    k_end(k);
    if (vectors % b->width) {
        w->width = 1;
        finish_filter(w);
        k_bump(k, w->s.sums.pointer, LANES);
        k_bump(k, b->g.pointer, LANES);
    }
    k_end(k);
    k_bump(k, b->g.pointer, (TAPS * TAPS - 1) * tap);
    k_end(k);
    constants_release(k, &w->constants);
}

static Scratch_dw open_scratch(const Winograd *w)
{
    const Build_dw *b = w->b;
    Lower *l = b->d->c.l;
    Scratch_dw s = {.x_at = FREQUENCIES * 2 * LANES};
    s.dy_at = s.x_at + FREQUENCIES * w->x_floats;
    s.sums_at = s.dy_at + FREQUENCIES * w->dy_floats;
    s.floats = s.sums_at + FREQUENCIES * w->sum_floats;
    Stream *stream[] = {&s.tile, &s.x, &s.dy, &s.sums};
    static const char *const name[] = {"t", "xt", "dyt", "sums"};
    for (int i = 0; i < 4; i++)
        *stream[i] = stream_scratch(l, b->k, name[i], true);
    step_scratch(l, s.floats);
    return s;
}

Scratch_dw emit_winograd_dw(const Build_dw *b)
{
    const Gradient *d = b->d;
    Kernel *k = b->k;
    int groups = d->c.l->graph->max_batch / d->chunks / d->images, bands = rows_of_tiles(d) / d->rows;
    Winograd w = {.b = b, .k = k, .tiles = tiles_of_band(d)};
    w.x_floats = (int64_t)w.tiles * b->entries * LANES + GAP;
    w.dy_floats = (int64_t)w.tiles * b->panel->vectors * LANES + GAP;
    w.sum_floats = (int64_t)b->entries * LANES * b->panel->vectors * LANES + GAP;
    w.s = open_scratch(&w);
    kernel_width(k, b->width);
    clear_sums(&w);
    k_loop(k, groups);
    k_loop(k, bands);
    transform_band(&w, true);
    transform_band(&w, false);
    multiply_band(&w);
    k_bump(k, b->x.pointer, d->rows * UNIT * d->c.x.row);
    k_bump(k, b->dy.pointer, d->rows * UNIT * b->dy.view.row);
    k_end(k);
    k_bump(k, b->x.pointer, -bands * d->rows * UNIT * d->c.x.row);
    k_bump(k, b->dy.pointer, -bands * d->rows * UNIT * b->dy.view.row);
    move_images(b, d->images);
    k_end(k);
    finish_sums(&w);
    kernel_width(k, 1);
    return w.s;
}

void place_winograd_dw(const Scratch_dw *s, Call *call)
{
    call_move(call, s->x, s->x_at);
    call_move(call, s->dy, s->dy_at);
    call_move(call, s->sums, s->sums_at);
}
