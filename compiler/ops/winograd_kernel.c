/* winograd_kernel.c - the two transforms of F(m x m, 3 x 3), 8 channels of one tile at a time, or of two neighbours where
 * instructions are wide (Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016, section 4).
 *
 * A transform with a matrix on both sides is a pass of one-dimensional transforms over the rows of the tile, a small
 * buffer, and a pass over the columns. The points of F(4 x 4) are 0, +-sqrt(1/2), +-sqrt(2) and infinity, which lose
 * less accuracy than small integers do (Barabasz et al., "Error analysis and improving the accuracy of Winograd
 * convolution", ACM TOMS 2020, section 6); those of F(2 x 2) are 0, +-1 and infinity. */
#include "winograd.h"
#include "winograd_line.h"

static const float half_root = 0.70710678f, root = 1.41421356f;

static const char *const input_comment[] = {
    [2] = "V = Bt d B of a window d of 4 x 4 pixels; the rows of Bt are\n"
          "   1  0 -1  0\n"
          "   0  1  1  0\n"
          "   0 -1  1  0\n"
          "   0 -1  0  1",
    [4] = "V = Bt d B of a window d of 6 x 6 pixels; with a = sqrt(1/2), b = sqrt(2) the rows of Bt are\n"
          "   1    0 -5/2    0    1    0\n"
          "   0  -2a   -2    a    1    0\n"
          "   0   2a   -2   -a    1    0\n"
          "   0 -b/2 -1/2    b    1    0\n"
          "   0  b/2 -1/2   -b    1    0\n"
          "   0    1    0 -5/2    0    1",
};

static const char *const output_comment[] = {
    [2] = "Y = At M A, 2 x 2 results; the rows of At are\n"
          "   1  1  1  0\n"
          "   0  1 -1  1",
    [4] = "Y = At M A, 4 x 4 results; with a = sqrt(1/2), b = sqrt(2) the rows of At are\n"
          "   1    1    1    1    1    0\n"
          "   0    a   -a    b   -b    0\n"
          "   0  1/2  1/2    2    2    0\n"
          "   0  a^3 -a^3  b^3 -b^3    1",
};

const char *input_transform_text(int unit)
{
    return input_comment[unit];
}

const char *output_transform_text(int unit)
{
    return output_comment[unit];
}

/* One row or column of 8 channels of as many tiles as a register holds, which lie one behind the other. */
static Line line_of(const Kernel *k, int pointer, int64_t stride, int count)
{
    return (Line){pointer, stride, count, LANES, k->width};
}

/* Constants for one tile at a time, and for two: those that the kernel needs. */
typedef struct {
    Constants of[3];
} ConstantSets;

/* A row of tiles: pairs of whole ones, a whole one that is left, and one of which only some columns exist. */
typedef struct {
    int pairs, singles, cut;
} TileRow;

static TileRow tile_row(const Rect *r, int unit, int widest)
{
    TileRow row = {.cut = r->last_column < unit ? r->last_column : 0};
    int whole = r->columns - (row.cut > 0);
    row.pairs = widest > 1 ? whole / 2 : 0;
    row.singles = whole - 2 * row.pairs;
    return row;
}

static ConstantSets constant_sets(Kernel *k, TileRow row, Constants (*load)(Kernel *, int unit), int unit)
{
    ConstantSets sets = {0};
    if (row.pairs) {
        kernel_width(k, 2);
        sets.of[2] = load(k, unit);
        kernel_width(k, 1);
    }
    if (row.singles || row.cut)
        sets.of[1] = load(k, unit);
    return sets;
}

/* ---- input --------------------------------------------------------------------------------------------------- */


/* to = Bt from, of 4 elements. */
static void input_line_2(Kernel *k, Line from, Line to)
{
    int d[4];
    line_load(k, from, 4, d);
    k_op(k, V_sub, d[0], d[0], d[2]);
    line_put(k, to, 0, d[0]);
    int sum = kernel_register(k);
    k_op(k, V_add, sum, d[1], d[2]);
    line_put(k, to, 1, sum);
    k_op(k, V_sub, d[2], d[2], d[1]);
    line_put(k, to, 2, d[2]);
    k_op(k, V_sub, d[3], d[3], d[1]);
    line_put(k, to, 3, d[3]);
    kernel_release(k, d[1]);
}

static Constants input_constants(Kernel *k, int unit)
{
    return unit == 4 ? line_input_constants(k) : (Constants){0};
}

typedef struct {
    InputTransform t;
    ConstantSets constants;
    int unit, size;                     /* results and pixels of a tile, along one side */
    View x;
    Spectrum to;
    TileRow row;
} InputBuild;

static void input_line(InputBuild *b, Line from, Line to)
{
    if (b->unit == 4)
        line_input(b->t.k, &b->constants.of[b->t.k->width], from, to);
    else
        input_line_2(b->t.k, from, to);
}

/* What the tile after the next reads of this row: tasks read their rows from far away, one page of each block. */
static void fetch_pixels(InputBuild *b)
{
    enum { LINE = 64 / sizeof(float) };
    int64_t ahead = b->t.k->width * b->unit * b->x.pixel;
    for (int64_t at = 0; at < ahead; at += LINE)
        k_prefetch(b->t.k, b->t.x.pointer, 2 * ahead + at);
}

/* As many tiles as a register holds, of which `rows` x `columns` results are wanted: pixels that only others need count as zeros. */
static void input_tile(InputBuild *b, int rows, int columns)
{
    Kernel *k = b->t.k;
    int size = b->size, vector = k->width * LANES, line = size * vector;
    int64_t row = size * b->to.frequency;
    rows += 2;
    k_loop(k, rows);
    fetch_pixels(b);
    input_line(b, (Line){b->t.x.pointer, b->x.pixel, columns + 2, b->unit * b->x.pixel, k->width},
               line_of(k, b->t.buffer.pointer, vector, size));
    k_bump(k, b->t.x.pointer, b->x.row);
    k_bump(k, b->t.buffer.pointer, line);
    k_end(k);
    k_bump(k, b->t.x.pointer, -rows * b->x.row);
    k_bump(k, b->t.buffer.pointer, -rows * line);
    k_loop(k, size);
    input_line(b, line_of(k, b->t.buffer.pointer, line, rows), line_of(k, b->t.v.pointer, row, size));
    k_bump(k, b->t.buffer.pointer, vector);
    k_bump(k, b->t.v.pointer, b->to.frequency);
    k_end(k);
    k_bump(k, b->t.buffer.pointer, -line);
    k_bump(k, b->t.v.pointer, -row);
}

/* `count` times one tile, or two, side by side. */
static void input_tiles(InputBuild *b, int count, int width, int rows)
{
    Kernel *k = b->t.k;
    if (!count)
        return;
    kernel_width(k, width);
    k_loop(k, count);
    input_tile(b, rows, b->unit);
    k_bump(k, b->t.x.pointer, width * b->unit * b->x.pixel);
    k_bump(k, b->t.v.pointer, width * LANES);
    k_end(k);
    kernel_width(k, 1);
}

/* Walks along a row of tiles and on to the next one. */
static void input_row(InputBuild *b, int rows)
{
    Kernel *k = b->t.k;
    input_tiles(b, b->row.pairs, 2, rows);
    input_tiles(b, b->row.singles, 1, rows);
    if (b->row.cut) {
        input_tile(b, rows, b->row.cut);
        k_bump(k, b->t.v.pointer, LANES);
    }
    k_bump(k, b->t.x.pointer, b->unit * (b->x.row - (2 * b->row.pairs + b->row.singles) * b->x.pixel));
}

InputTransform build_input_transform(const Conv *c, Rect r, int blocks, Spectrum to, bool in_scratch, int images)
{
    int unit = c->n->tile.unit, whole = r.rows - (r.last_row < unit);
    Kernel *k = step_kernel(c->l);
    InputBuild b = {.t.k = k, .unit = unit, .size = unit + 2, .x = c->x, .to = to,
                    .row = tile_row(&r, unit, c->l->graph->machine.widest)};
    b.t.x = stream_open(c->l, k, c->source, "x", false);
    b.t.buffer = stream_scratch(c->l, k, "t", true);
    b.t.v = in_scratch ? stream_scratch(c->l, k, "v", true) : stream_workspace(c->l, k, c->n, "v", true);
    b.constants = constant_sets(k, b.row, input_constants, unit);
    k_loop(k, images);
    k_loop(k, blocks);
    if (whole) {
        k_loop(k, whole);
        input_row(&b, unit);
        k_end(k);
    }
    if (whole < r.rows)
        input_row(&b, r.last_row);
    k_bump(k, b.t.x.pointer, c->x.block - r.rows * unit * c->x.row);
    k_bump(k, b.t.v.pointer, to.block - (int64_t)r.rows * r.columns * LANES);
    k_end(k);
    if (images > 1) {
        k_bump(k, b.t.x.pointer, b.t.x.image - blocks * c->x.block);
        k_bump(k, b.t.v.pointer, (int64_t)r.rows * r.columns * LANES - blocks * to.block);
    }
    k_end(k);
    return b.t;
}

/* ---- output -------------------------------------------------------------------------------------------------- */

static Constants output_constants(Kernel *k, int unit)
{
    const float value[] = {half_root, root, 0.5f, 2.0f, half_root / 2, root * 2};
    return constants_load(k, value, unit == 4 ? 6 : 0);
}

typedef struct {
    Build build;                        /* output transform of one panel */
    OutputTransform t;
    ConstantSets constants;
    int unit, size;
    Spectrum from;
    TileRow row;
    bool pooled;                        /* 2 x 2 results become one */
} OutputBuild;

/* y = At from, of 4 elements. */
static void output_line_2(Kernel *k, Line from, int results, int *y)
{
    int m[4];
    line_load(k, from, 4, m);
    k_op(k, V_add, m[0], m[0], m[1]);
    k_op(k, V_add, m[0], m[0], m[2]);
    k_op(k, V_sub, m[1], m[1], m[2]);
    k_op(k, V_add, m[1], m[1], m[3]);
    kernel_release(k, m[2]);
    kernel_release(k, m[3]);
    y[0] = m[0];
    y[1] = m[1];
    if (results < 2)
        kernel_release(k, m[1]);
}

/* y = At from, of 6 elements: sums of the pairs make the even results, differences the odd ones. */
static void output_line_4(Kernel *k, const Constants *c, Line from, int results, int *y)
{
    int m[6], sum[2];
    line_load(k, from, 6, m);
    for (int i = 0; i < 2; i++) {
        int *pair = m + 1 + 2 * i;
        k_op(k, V_add, sum[i] = kernel_register(k), pair[0], pair[1]);
        k_op(k, V_sub, pair[0], pair[0], pair[1]);
        kernel_release(k, pair[1]);
    }
    k_op(k, V_add, y[0] = m[0], m[0], sum[0]);
    k_op(k, V_add, m[0], m[0], sum[1]);
    k_op(k, V_mul, y[2] = sum[0], sum[0], c->reg[2]);
    k_op(k, V_fma, sum[0], sum[1], c->reg[3]);
    kernel_release(k, sum[1]);
    k_op(k, V_mul, y[1] = kernel_register(k), m[1], c->reg[0]);
    k_op(k, V_fma, y[1], m[3], c->reg[1]);
    k_op(k, V_fma, y[3] = m[5], m[1], c->reg[4]);
    k_op(k, V_fma, m[5], m[3], c->reg[5]);
    kernel_release(k, m[1]);
    kernel_release(k, m[3]);
    for (int i = results; i < 4; i++)
        kernel_release(k, y[i]);
}

static void output_line(OutputBuild *b, Line from, int results, int *y)
{
    if (b->unit == 4)
        output_line_4(b->t.k, &b->constants.of[b->t.k->width], from, results, y);
    else
        output_line_2(b->t.k, from, results, y);
}

/* One row of results, with bias. */
static void output_results(OutputBuild *b, int64_t row, int results, int *y)
{
    Kernel *k = b->t.k;
    int vector = k->width * LANES;
    k_bump(k, b->t.buffer.pointer, row * b->size * vector);
    output_line(b, line_of(k, b->t.buffer.pointer, vector, b->size), results, y);
    k_bump(k, b->t.buffer.pointer, -row * b->size * vector);
    if (!b->build.c->bias)
        return;
    int bias = kernel_register(k);
    output_vector(k, &b->build.out, bias, 0, (Place){0});
    for (int i = 0; i < results; i++)
        k_op(k, V_add, y[i], y[i], bias);
    kernel_release(k, bias);
}

/* Two rows of results become one: the tail, then the largest of each 2 x 2. */
static void pool_rows(OutputBuild *b, int columns)
{
    Kernel *k = b->t.k;
    int y[4], largest[2];
    for (int row = 0; row < 2; row++) {
        output_results(b, row, columns, y);
        for (int i = 0; i < columns; i++) {
            int reg = output_apply(k, &b->build.out, y[i], (Place){0});
            if (row + i % 2 == 0) {
                largest[i / 2] = reg;
                continue;
            }
            k_op(k, V_max, largest[i / 2], reg, largest[i / 2]);
            kernel_release(k, reg);
        }
    }
    for (int i = 0; i < columns / 2; i++)
        output_put(k, &b->build.out, largest[i], (Place){0, 0, i});
}

static void store_row(OutputBuild *b, int columns)
{
    int y[4];
    output_results(b, 0, columns, y);
    if (b->build.c->average) {
        add_to_average(&b->build, 0, columns, y);
        return;
    }
    for (int i = 0; i < columns; i++)
        output_store(b->t.k, &b->build.out, y[i], (Place){0, 0, i});
}

/* As many tiles as a register holds, of which `rows` x `columns` results exist. */
static void output_tile(OutputBuild *b, int rows, int columns)
{
    Kernel *k = b->t.k;
    int size = b->size, vector = k->width * LANES, line = size * vector, step = b->pooled ? 2 : 1, y[4];
    k_loop(k, size);
    output_line(b, line_of(k, b->t.m.pointer, size * b->from.frequency, size), rows, y);
    for (int i = 0; i < rows; i++)
        line_put(k, line_of(k, b->t.buffer.pointer, line, rows), i, y[i]);
    k_bump(k, b->t.m.pointer, b->from.frequency);
    k_bump(k, b->t.buffer.pointer, vector);
    k_end(k);
    k_bump(k, b->t.m.pointer, -size * b->from.frequency);
    k_bump(k, b->t.buffer.pointer, -line);
    k_loop(k, rows / step);
    if (b->pooled)
        pool_rows(b, columns);
    else
        store_row(b, columns);
    k_bump(k, b->t.buffer.pointer, step * line);
    output_bump(k, &b->build.out, (Place){0, 1, 0});
    k_end(k);
    k_bump(k, b->t.buffer.pointer, -rows * line);
    output_bump(k, &b->build.out, (Place){0, -rows / step, 0});
}

/* `count` times one tile, or two, side by side. */
static void output_tiles(OutputBuild *b, int count, int width, int rows)
{
    Kernel *k = b->t.k;
    int step = b->pooled ? 2 : 1;
    if (!count)
        return;
    kernel_width(k, width);
    b->build.out.apart = width > 1 ? b->unit / step : 0;
    k_loop(k, count);
    output_tile(b, rows, b->unit);
    k_bump(k, b->t.m.pointer, width * LANES);
    output_bump(k, &b->build.out, (Place){0, 0, width * b->unit / step});
    k_end(k);
    b->build.out.apart = 0;
    kernel_width(k, 1);
}

static void output_row(OutputBuild *b, int rows)
{
    Kernel *k = b->t.k;
    int step = b->pooled ? 2 : 1;
    output_tiles(b, b->row.pairs, 2, rows);
    output_tiles(b, b->row.singles, 1, rows);
    if (b->row.cut) {
        output_tile(b, rows, b->row.cut);
        k_bump(k, b->t.m.pointer, LANES);
    }
    output_bump(k, &b->build.out, (Place){0, b->unit / step, -(2 * b->row.pairs + b->row.singles) * b->unit / step});
}

static void output_vectors(OutputBuild *b, const Rect *r, int vectors)
{
    Kernel *k = b->t.k;
    int whole = r->rows - (r->last_row < b->unit), step = b->pooled ? 2 : 1;
    k_loop(k, vectors);
    if (whole) {
        k_loop(k, whole);
        output_row(b, b->unit);
        k_end(k);
    }
    if (whole < r->rows)
        output_row(b, r->last_row);
    k_bump(k, b->t.m.pointer, b->from.block - (int64_t)r->rows * r->columns * LANES);
    output_bump(k, &b->build.out, (Place){1, -r->rows * b->unit / step, 0});
    k_end(k);
    k_bump(k, b->t.m.pointer, -vectors * b->from.block);
    output_bump(k, &b->build.out, (Place){-vectors, 0, 0});
}

/* To the next image. */
static void output_image(OutputBuild *b, int64_t tiles)
{
    const Output *o = &b->build.out;
    k_bump(b->t.k, b->t.m.pointer, tiles * LANES);
    k_bump(b->t.k, o->y.pointer, o->y.image);
    for (int i = 0; i < o->ntail; i++)
        if (o->tail[i].operand.pointer >= 0)
            k_bump(b->t.k, o->tail[i].operand.pointer, o->tail[i].operand.image);
}

OutputTransform build_output_transform(const Conv *c, const Panel *panel, Rect r, Spectrum from, int images)
{
    Kernel *k = step_kernel(c->l);
    int unit = c->n->tile.unit;
    OutputBuild b = {.t.k = k, .unit = unit, .size = unit + 2, .from = from, .pooled = c->window[0] > 1,
                     .row = tile_row(&r, unit, c->average ? 1 : c->l->graph->machine.widest)};     /* an average is a sum in order */
    b.t.m = stream_scratch(c->l, k, "m", false);
    b.t.buffer = stream_scratch(c->l, k, "t", true);
    b.build = (Build){.c = c, .panel = panel, .k = k, .out = output_open(c->l, k, c->n, c->vectors_at, c->bias)};
    build_width(&b.build, 1);
    k_loop(k, images);
    if (c->average) {
        b.build.out.y.view.row = b.build.out.y.view.pixel = 0;      /* all pixels are added up in one place */
        emit_average(&b.build, true);
    }
    b.constants = constant_sets(k, b.row, output_constants, unit);
    output_vectors(&b, &r, panel->vectors);
    constants_release(k, &b.constants.of[1]);
    if (c->average)
        emit_average(&b.build, false);
    if (images > 1)
        output_image(&b, (int64_t)r.rows * r.columns);
    k_end(k);
    b.t.out = b.build.out;
    return b.t;
}
