/* grouped_dw.c - gradient of the filters of a grouped convolution that slides (sliding.c), in the order in which they lie (PACK_grouped):
 * dw[o, i, ky, kx] = sum over images and pixels of dy[o, p] * x[i, stride p + dilation k - pad], o and i of one group.
 *
 * No lane is wasted. Where groups are whole blocks, lanes are output channels, and each column of x, channel by channel, meets all
 * pixels of dy in whose windows it is. Groups of 2, 4 or 8 channels have input channels i in lanes, and dy meets them with its lanes
 * exchanged so that lane i holds output channel i ^ r of the same group, for each r below the group's size; neighbouring r differ in
 * one bit (a Gray code), hence one exchange for each. Only at the end do their lanes become output channels.
 * Sums go over bands of pixels that stay in the first cache, then to memory. A wide register holds two blocks.
 *
 * Where x is to be what relu of a norm makes of it (absorb.c), a task copies its blocks, picture by picture, with zeros around. */
#include "chunks.h"
#include "lanes.h"
#include "normed.h"
#include "transpose.h"

enum {
    BAND_PIXELS = 204,                  /* of a band */
    MOST_TAPS = 3,                      /* of a row of the filter, that are summed together */
    FEWEST_TASKS = 8,
    MOST_CHUNKS = 16,                   /* of the batch */
    UNROLL = 4,                         /* pixels */
};

typedef struct {
    Lower *l;
    const Attr *a;                      /* of the convolution */
    const Node *x, *dy;
    const Node *stats;                  /* of a norm: the filters read relu of what that makes of x; NULL: x */
    Shape s;                            /* of dy */
    int size;                           /* channels of a group */
    int unit;                           /* vectors that lie together in the filters */
    int64_t floats;                     /* of the filters of one vector */
    int rows;                           /* of dy, that a band has */
    int blocks;
    Chunks chunks;                      /* of the batch, which are tasks of their own; 1: none */
} Gradient;

typedef struct {
    const Gradient *d;
    Kernel *k;
    Stream x, dy, g;
    Stream source, stats;               /* what x, in scratch memory, is made of, one image at a time; without norm source is x itself */
    int width;                          /* blocks of a register */
    int ahead;                          /* lines of the next image that each row of a walk fetches, for its copy */
} Build_dw;

/* What one walk over a band sums: `count` members of the group from `first` on, and taps from `column` on, of one row of the filter.
 * Member m stands for channel m of an input block, or for the exchange of gray(m). */
typedef struct {
    int first, count, column, taps;
    int acc[MAX_REGISTERS];             /* [member][tap] */
} Walk;

static int gray(int i)
{
    return i ^ i >> 1;
}

/* Are groups whole blocks, more than one? */
static bool is_large(const Gradient *d)
{
    return d->size > LANES;
}

/* Blocks of x that a kernel reads. */
static int source_blocks(const Build_dw *b)
{
    return is_large(b->d) ? b->d->size / LANES : b->width;
}

/* From the corner of the border to the first pixel. */
static int64_t border_floats(const Attr *a, View x)
{
    return a->pad[0] * x.row + a->pad[1] * x.pixel;
}

/* ---- the copy that a norm makes of x: pictures with zeros around ------------------------------------------------------- */

static void open_copy(Build_dw *b)
{
    const Gradient *d = b->d;
    Shape s = node_result(d->x);
    int64_t row = (s.width + d->a->pad[1]) * LANES;
    b->stats = stream_open(d->l, b->k, d->stats, "stats", false);
    b->x = stream_scratch(d->l, b->k, "copy", true);
    b->x.view = (View){(s.height + 2 * d->a->pad[0]) * row + d->a->pad[1] * LANES, row, LANES};
    step_scratch(d->l, source_blocks(b) * b->x.view.block);
}

/* Zeros, of which the borders remain. */
static void clear_copy(const Build_dw *b)
{
    Kernel *k = b->k;
    int64_t floats = source_blocks(b) * b->x.view.block;
    int zero = kernel_register(k);
    k_zero(k, zero);
    k_loop(k, floats / LANES);
    k_store(k, b->x.pointer, 0, zero);
    k_bump(k, b->x.pointer, LANES);
    k_end(k);
    k_bump(k, b->x.pointer, -floats);
    kernel_release(k, zero);
}

/* The image at hand; pointers end where they began. */
static void emit_copy(const Build_dw *b)
{
    Kernel *k = b->k;
    const Attr *a = b->d->a;
    Shape s = node_result(b->d->x);
    int blocks = source_blocks(b);
    k_bump(k, b->x.pointer, border_floats(a, b->x.view));
    k_loop(k, blocks);
    Normed norm = normed_open(k, b->stats);
    emit_copied_rows(k, &norm, b->source, b->x, s.height, s.width);
    normed_close(k, &norm);
    k_bump(k, b->source.pointer, b->source.view.block - s.height * b->source.view.row);
    k_bump(k, b->x.pointer, b->x.view.block - s.height * b->x.view.row);
    k_bump(k, b->stats.pointer, b->stats.view.block);
    k_end(k);
    k_bump(k, b->source.pointer, -blocks * b->source.view.block);
    k_bump(k, b->x.pointer, -blocks * b->x.view.block - border_floats(a, b->x.view));
    k_bump(k, b->stats.pointer, -blocks * b->stats.view.block);
}

/* ---- a walk over the band ---------------------------------------------------------------------------------------------- */

/* Columns of x in registers: those that a pixel shares with the one before are not loaded again. */
typedef struct {
    int reg[MOST_TAPS], column[MOST_TAPS];
} Held;

/* Does a pixel whose first column is that read this one? */
static bool is_read(const Build_dw *b, int taps, int first, int column)
{
    int dilation = b->d->a->dilation[1], distance = column - first;
    return distance >= 0 && distance % dilation == 0 && distance / dilation < taps;
}

static int hold_column(const Build_dw *b, Held *h, int taps, int first, int column)
{
    int i = 0;
    for (int held = 0; held < taps; held++)
        if (h->column[held] == column)
            return h->reg[held];
    while (is_read(b, taps, first, h->column[i]))       /* not all of them are, or this one were held */
        i++;
    h->column[i] = column;
    k_load_blocks(b->k, h->reg[i], b->x.pointer, column * b->x.view.pixel, b->x.view.block, b->width);
    return h->reg[i];
}

static void emit_pixel(const Build_dw *b, const Walk *w, Held *h, int pixel, int dy)
{
    const Attr *a = b->d->a;
    Kernel *k = b->k;
    int first = pixel * a->stride[1], x[MOST_TAPS];
    k_load_blocks(k, dy, b->dy.pointer, pixel * b->dy.view.pixel, b->dy.view.block, b->width);
    for (int tap = 0; tap < w->taps; tap++)
        x[tap] = hold_column(b, h, w->taps, first, first + tap * a->dilation[1]);
    for (int i = 0; i < w->count; i++) {
        int exchange = gray(w->first + i) ^ (i ? gray(w->first + i - 1) : 0);
        if (exchange)
            emit_lane_xor(k, dy, exchange);
        for (int tap = 0; tap < w->taps; tap++)
            k_op(k, V_fma, w->acc[i * w->taps + tap], dy, x[tap]);
    }
}

static void emit_exchanged_pixels(const Build_dw *b, const Walk *w, int pixels)
{
    Kernel *k = b->k;
    Held h;
    int dy = kernel_register(k);
    for (int i = 0; i < w->taps; i++) {
        h.reg[i] = kernel_register(k);
        h.column[i] = -1;
    }
    for (int pixel = 0; pixel < pixels; pixel++)
        emit_pixel(b, w, &h, pixel, dy);
    for (int i = 0; i < w->taps; i++)
        kernel_release(k, h.reg[i]);
    kernel_release(k, dy);
}

/* Some pixels of groups of whole blocks: dy in registers. */
static void emit_columns(const Build_dw *b, const Walk *w, int pixels)
{
    const Attr *a = b->d->a;
    Kernel *k = b->k;
    int dy[UNROLL], stride = a->stride[1], dilation = a->dilation[1], x = kernel_register(k);
    for (int i = 0; i < pixels; i++)
        k_load_blocks(k, dy[i] = kernel_register(k), b->dy.pointer, i * b->dy.view.pixel, b->dy.view.block, b->width);
    for (int column = 0; column <= (pixels - 1) * stride + (w->taps - 1) * dilation; column++)
        for (int i = 0; i < w->count; i++) {
            bool loaded = false;
            for (int tap = 0; tap < w->taps; tap++) {
                int from = column - tap * dilation;
                if (from < 0 || from % stride || from / stride >= pixels)
                    continue;
                if (!loaded)
                    k_broadcast(k, x, b->x.pointer, column * b->x.view.pixel + w->first + i);
                loaded = true;
                k_op(k, V_fma, w->acc[i * w->taps + tap], dy[from / stride], x);
            }
        }
    for (int i = 0; i < pixels; i++)
        kernel_release(k, dy[i]);
    kernel_release(k, x);
}

static void emit_pixels(const Build_dw *b, const Walk *w, int pixels)
{
    if (is_large(b->d))
        emit_columns(b, w, pixels);
    else
        emit_exchanged_pixels(b, w, pixels);
}

/* Pixels of a row that code has in a line: of large groups, so many as registers have room for. */
static int unroll_of(const Build_dw *b, const Walk *w)
{
    int width = b->d->s.width, most = width <= 2 * UNROLL ? width : UNROLL;
    if (is_large(b->d)) {
        int room = b->d->l->graph->machine.registers - w->count * w->taps - 1;
        most = room < UNROLL ? room : UNROLL;
    }
    return most < width ? most : width;
}

/* Moves over rows and columns of dy; x goes along. */
static void move(const Build_dw *b, int64_t rows, int64_t columns)
{
    const int *stride = b->d->a->stride;
    k_bump(b->k, b->dy.pointer, rows * b->dy.view.row + columns * b->dy.view.pixel);
    k_bump(b->k, b->x.pointer, rows * stride[0] * b->x.view.row + columns * stride[1] * b->x.view.pixel);
}

static void emit_row(const Build_dw *b, const Walk *w)
{
    int width = b->d->s.width, unroll = unroll_of(b, w);
    k_loop(b->k, width / unroll);
    emit_pixels(b, w, unroll);
    move(b, 0, unroll);
    k_end(b->k);
    if (width % unroll)
        emit_pixels(b, w, width % unroll);
    move(b, 1, width % unroll - width);
}

/* The copy of the next image would wait for memory. */
static void fetch_ahead(const Build_dw *b)
{
    for (int i = 0; i < b->ahead; i++)
        k_prefetch2(b->k, b->source.pointer, b->source.image + i * LINE);
    k_bump(b->k, b->source.pointer, b->ahead * LINE);
}

/* Where the gradient's second block lies after the first, and floats from one tap to the next. */
static int64_t block_distance(const Build_dw *b)
{
    return b->d->unit > 1 ? LANES : b->d->floats;
}

/* The walk over all rows of the band; g[r][tap] of the row of the filter at hand += its sums. */
static void emit_walk(const Build_dw *b, Walk *w, int rows)
{
    Kernel *k = b->k;
    int64_t tap = b->d->unit * LANES, column = (int64_t)b->d->a->dilation[1] * b->x.view.pixel;
    for (int i = 0; i < w->count * w->taps; i++)
        k_zero(k, w->acc[i] = kernel_register(k));
    k_bump(k, b->x.pointer, w->column * column);
    k_loop(k, rows);
    fetch_ahead(b);
    emit_row(b, w);
    k_end(k);
    move(b, -rows, 0);
    k_bump(k, b->x.pointer, -w->column * column);
    int sum = kernel_register(k);
    for (int i = 0; i < w->count * w->taps; i++) {
        int member = w->first + i / w->taps;
        int64_t at = ((is_large(b->d) ? member : gray(member)) * b->d->a->kernel[1] + w->column + i % w->taps) * tap;
        k_load_blocks(k, sum, b->g.pointer, at, block_distance(b), b->width);
        k_op(k, V_add, sum, sum, w->acc[i]);
        k_store_blocks(k, b->g.pointer, at, block_distance(b), b->width, sum);
        kernel_release(k, w->acc[i]);
    }
    kernel_release(k, sum);
}

/* Members of a block that share a walk: their sums, and columns and dy, must fit into registers. */
static int most_members(const Build_dw *b, int taps)
{
    int registers = b->d->l->graph->machine.registers, most = is_large(b->d) ? LANES : b->d->size;
    while (most * taps + taps + 1 > registers)
        most /= 2;
    return most;
}

/* Walks over each row of the picture. */
static int count_walks(const Build_dw *b)
{
    const Gradient *d = b->d;
    int size, parts, larger, blocks = is_large(d) ? d->size / LANES : 1, members = d->size / blocks, walks = 0;
    split_evenly(d->a->kernel[1], MOST_TAPS, &size, &parts, &larger);
    for (int i = 0; i < parts; i++)
        walks += members / most_members(b, size + (i < larger));
    return d->a->kernel[0] * blocks * walks;
}

static int lines_ahead(const Build_dw *b)
{
    int64_t rows = (int64_t)count_walks(b) * b->d->s.height, lines = source_blocks(b) * b->source.view.block / LINE;
    return (int)((lines + rows - 1) / rows);
}

/* All taps and exchanges over the band; pointers end where they began. */
static void emit_band(const Build_dw *b, int rows)
{
    const Gradient *d = b->d;
    const Attr *a = d->a;
    Kernel *k = b->k;
    int size, parts, larger, blocks = is_large(d) ? d->size / LANES : 1, members = d->size / blocks;
    int64_t x_row = (int64_t)a->dilation[0] * b->x.view.row, x_block = blocks > 1 ? b->x.view.block : 0,
            g_block = (int64_t)members * a->kernel[1] * d->unit * LANES;
    split_evenly(a->kernel[1], MOST_TAPS, &size, &parts, &larger);
    k_loop(k, a->kernel[0]);
    k_loop(k, blocks);
    Walk w = {.column = 0};
    for (int i = 0; i < parts; i++, w.column += w.taps) {
        w.taps = size + (i < larger);
        w.count = most_members(b, w.taps);
        for (w.first = 0; w.first < members; w.first += w.count)
            emit_walk(b, &w, rows);
    }
    k_bump(k, b->x.pointer, x_block);
    k_bump(k, b->g.pointer, g_block);
    k_end(k);
    k_bump(k, b->x.pointer, x_row - blocks * x_block);
    k_end(k);
    k_bump(k, b->x.pointer, -a->kernel[0] * x_row);
    k_bump(k, b->g.pointer, -a->kernel[0] * blocks * g_block);
}

/* ---- the gradient in memory -------------------------------------------------------------------------------------------- */

static void emit_zeros(const Build_dw *b)
{
    Kernel *k = b->k;
    int64_t vectors = b->d->floats / LANES, tap = b->d->unit * LANES;
    int zero = kernel_register(k);
    k_zero(k, zero);
    k_loop(k, vectors);
    k_store_blocks(k, b->g.pointer, 0, block_distance(b), b->width, zero);
    k_bump(k, b->g.pointer, tap);
    k_end(k);
    k_bump(k, b->g.pointer, -vectors * tap);
    kernel_release(k, zero);
}

/* Lanes become output channels, of which there are so many; those without channel, 0. */
static void emit_output_lanes(const Build_dw *b, int channels)
{
    const Gradient *d = b->d;
    Kernel *k = b->k;
    int square[LANES], mask[SQUARE_MASKS], inside = -1, columns = d->a->kernel[1];
    int64_t tap = d->unit * LANES, row = (int64_t)d->size * columns * tap;
    kernel_width(k, 1);
    masks_open(k, d->size, mask);
    if (channels < LANES)
        inside = emit_mask(k, (1u << channels) - 1);
    for (int i = 0; i < d->size; i++)
        square[i] = kernel_register(k);
    k_loop(k, b->width);
    k_loop(k, d->a->kernel[0]);
    k_loop(k, columns);
    for (int i = 0; i < d->size; i++)
        k_load(k, square[i], b->g.pointer, i * columns * tap);
    emit_gather(k, d->size, square, mask);
    for (int i = 0; i < d->size; i++) {
        if (inside >= 0)
            k_op(k, V_and, square[i], square[i], inside);
        k_store(k, b->g.pointer, i * columns * tap, square[i]);
    }
    k_bump(k, b->g.pointer, tap);
    k_end(k);
    k_bump(k, b->g.pointer, row - columns * tap);
    k_end(k);
    k_bump(k, b->g.pointer, block_distance(b) - d->a->kernel[0] * row);
    k_end(k);
}

/* ---- the kernel and its grid ------------------------------------------------------------------------------------------- */

static void emit_kernel(const Build_dw *b, int channels)
{
    const Gradient *d = b->d;
    Kernel *k = b->k;
    const int bands[][2] = {{d->s.height / d->rows, d->rows}, {1, d->s.height % d->rows}};
    if (d->stats)
        clear_copy(b);
    kernel_width(k, b->width);
    emit_zeros(b);
    k_loop(k, d->l->graph->max_batch / d->chunks.chunks);
    if (d->stats) {
        kernel_width(k, 1);
        emit_copy(b);
        kernel_width(k, b->width);
    }
    for (int i = 0; i < 2 && bands[i][1]; i++) {
        k_loop(k, bands[i][0]);
        emit_band(b, bands[i][1]);
        move(b, bands[i][1], 0);
        k_end(k);
    }
    move(b, -d->s.height, 0);
    k_bump(k, b->source.pointer, b->source.image - (int64_t)b->ahead * LINE * count_walks(b) * d->s.height);
    k_bump(k, b->dy.pointer, b->dy.image);
    k_end(k);
    if (!is_large(d))
        emit_output_lanes(b, channels);
}

/* How a run of blocks is cut into tasks: by two coordinates of the grid, from one to the next so many blocks of dy, of x, and floats
 * of the gradient. */
typedef struct {
    int count[2], dy[2], x[2];
    int64_t g[2];
} Tasks;

static Tasks cut_run(const Gradient *d, int blocks, int width)
{
    if (is_large(d)) {
        int group = d->size / LANES;
        return (Tasks){{blocks / group, group / width}, {group, width}, {group, 0}, {group * d->floats, width * d->floats}};
    }
    int unit = d->unit > width ? d->unit : width;
    unit = blocks % unit ? 1 : unit;
    return (Tasks){{blocks / unit, unit / width}, {unit, width}, {unit, width}, {unit * d->floats, d->unit > 1 ? LANES : d->floats}};
}

/* Blocks first.. of the run, which hold as many channels each. */
static void add_call(const Gradient *d, int first, BlockRun run, int width)
{
    Lower *l = d->l;
    const Attr *a = d->a;
    int images = l->graph->max_batch / d->chunks.chunks;
    Tasks t = cut_run(d, run.blocks, width);
    Build_dw b = {.d = d, .k = step_kernel(l), .width = width};
    b.source = b.x = stream_open(l, b.k, d->x, "x", false);
    b.dy = stream_open(l, b.k, d->dy, "dy", false);
    if (d->stats)
        open_copy(&b);
    b.ahead = d->stats && images > 1 ? lines_ahead(&b) : 0;
    b.g = d->chunks.chunks > 1 ? stream_common(l, b.k, d->chunks.room, "g", true) : stream_gradient(l, b.k, d->chunks.filters, "g");
    emit_kernel(&b, run.channels);
    Call *call = step_call(l, b.k, (int[]){d->chunks.chunks, t.count[0], t.count[1]}, "grouped_dw",
                           "gradient of %d output channels by %d channels of their groups: sums over %d x %d pixels of %d images",
                           width * run.channels, d->size, d->s.height, d->s.width, images);
    call->images = l->graph->max_batch;
    call_move(call, b.source, first * b.source.view.block - (d->stats ? 0 : border_floats(a, b.source.view)));
    call_move(call, b.dy, first * b.dy.view.block);
    call_move(call, b.g, first / d->unit * d->unit * d->floats + first % d->unit * LANES);
    call_stride(call, b.source, 0, images * b.source.image);
    call_stride(call, b.dy, 0, images * b.dy.image);
    call_stride(call, b.g, 0, d->chunks.chunks > 1 ? d->chunks.size : 0);
    for (int i = 0; i < 2; i++) {
        call_stride(call, b.source, 1 + i, t.x[i] * b.source.view.block);
        call_stride(call, b.dy, 1 + i, t.dy[i] * b.dy.view.block);
        call_stride(call, b.g, 1 + i, t.g[i]);
    }
    if (!d->stats)
        return;
    call_move(call, b.stats, first * b.stats.view.block);
    for (int i = 0; i < 2; i++)
        call_stride(call, b.stats, 1 + i, t.x[i] * b.stats.view.block);
}

static void add_calls_of(const Gradient *d, const Layout *layout)
{
    BlockRun run;
    int widest = d->l->graph->machine.widest;
    if (is_large(d)) {
        add_call(d, 0, (BlockRun){layout->blocks, LANES}, d->unit);
        return;
    }
    for (int first = 0; first < layout->blocks; first += run.blocks) {
        run = block_run(layout, first, layout->blocks);
        if (first % d->unit || run.blocks % d->unit)
            run.blocks = 1;             /* of a unit whose blocks are not alike */
        if (run.blocks > widest && run.blocks % widest)
            run.blocks -= run.blocks % widest;
        add_call(d, first, run, run.blocks % widest || run.channels < LANES ? 1 : widest);
    }
}

/* Chunks of the batch where there are few blocks to share, whatever registers hold: so that every machine adds in the same order. */
static int count_chunks(const Gradient *d)
{
    return d->blocks / 2 < FEWEST_TASKS ? largest_divisor(d->l->graph->max_batch, MOST_CHUNKS) : 1;
}

void lower_grouped_dw(Lower *l, Node *n)
{
    const Node *of = n->of;
    const Attr *a = &of->attr;
    Gradient d = {.l = l, .a = a, .x = n->in[0], .dy = n->in[1], .stats = n->nin > 2 ? n->in[2] : NULL, .s = node_result(n->in[1]),
                  .size = a->out / a->groups, .unit = of->tile.vectors, .blocks = of->layout.blocks};
    d.floats = (int64_t)a->kernel[0] * a->kernel[1] * d.size * LANES;
    d.rows = BAND_PIXELS / d.s.width < 1 ? 1 : BAND_PIXELS / d.s.width < d.s.height ? BAND_PIXELS / d.s.width : d.s.height;
    d.chunks = (Chunks){count_chunks(&d), d.blocks * d.floats, 0, sliding_filters(l, of)};
    d.chunks.room = d.chunks.chunks > 1 ? step_room(l, d.chunks.chunks * d.chunks.size) : 0;
    step_begin(l);
    add_calls_of(&d, &of->layout);
    step_end(l, n, "conv_dw",
             "gradient of the filters of a convolution %d x %d, stride %d, %d groups: sums over %d x %d pixels of the batch, in bands of %d rows",
             a->kernel[0], a->kernel[1], a->stride[0], a->groups, d.s.height, d.s.width, d.rows);
    if (d.chunks.chunks > 1)
        join_chunks(l, &d.chunks, of);
}
