/* sliding.c - grouped convolutions whose groups fill whole vectors, depthwise ones too:
 * y[c, p] = tail(bias[c] + sum over ky, channels i of c's group, kx of w[c, i, ky, kx] * x[i, p * stride + kx * dilation]).
 *
 * A tile is one vector of output channels by some pixels. For each ky and i, the filters of a few kx stay in registers and the
 * columns of the source pass by: each is loaded once and feeds every pixel whose window it is in, up to three FMAs a load.
 * No lane is wasted: where a group has fewer channels than a vector has lanes, each lane takes its own group's channel i from
 * the source vector by a permutation. The order of a sum is that of the formula, whatever the tile. */
#include "sliding.h"

#include <string.h>

typedef struct {
    const Sliding *s;
    int inputs;                         /* channels of a group */
    int lanes;                          /* of a register: output channels that are computed together */
    Kernel *k;
    Stream x, w;
    Output out;
    int band;                           /* rows that are cut into tiles as one */
    int tile, tiles;                    /* of a band, with code of their own: the one at hand, all */
    int first, pixels;                  /* of the tile at hand: pixels of the band */
    int acc[MAX_REGISTERS];             /* their sums */
} Build;

enum { BODY_INPUTS = 4 };               /* channels in a loop body: enough to hide the loop */

/* Lane l of each half takes the channel of that number in its own group of 2 or 4 lanes. */
static int own_group(int inputs, int channel)
{
    int order = 0;
    for (int lane = 0; lane < 4; lane++)
        order |= (lane / inputs * inputs + channel) << 2 * lane;
    return order;
}

/* d = what the lanes of the output vector read at `at` of the source: their groups' input channel. */
static void load_operand(Build *b, int d, int64_t at, int channel)
{
    if (b->inputs >= LANES) {
        k_broadcast(b->k, d, b->x.pointer, at + channel);
        return;
    }
    k_load_blocks(b->k, d, b->x.pointer, at, b->x.view.block, b->lanes / LANES);
    if (b->inputs > 1)
        k_imm(b->k, V_permute, d, d, own_group(b->inputs, channel));
}

/* The part of a tile that is in one row of the band: pixels column.. of the row, whose sums are acc[0].. */
typedef struct {
    int row, column, pixels;
    const int *acc;
} Piece;

/* The piece that begins with pixel i of the tile. */
static Piece piece_at(const Build *b, int i)
{
    int width = b->s->width, at = b->first + i, left = width - at % width;
    return (Piece){at / width, at % width, b->pixels - i < left ? b->pixels - i : left, b->acc + i};
}

/* Floats from the tile's origin to what the piece's first pixel reads first. */
static int64_t piece_source(const Build *b, Piece p)
{
    const int *stride = b->s->stride;
    return p.row * stride[0] * b->x.view.row + p.column * stride[1] * b->x.view.pixel;
}

/* acc[j] += sum over taps kx..kx + taps - 1 of w[kx] * x[j * stride + kx * dilation] for one channel, its filters in registers. */
static void emit_columns(Build *b, Piece piece, int channel, int kx, int taps, const int *filter)
{
    int stride = b->s->stride[1], dilation = b->s->dilation[1];
    int64_t at = piece_source(b, piece) + kx * dilation * b->x.view.pixel;
    int x = kernel_register(b->k);
    for (int column = 0; column <= (piece.pixels - 1) * stride + (taps - 1) * dilation; column++) {
        bool loaded = false;
        for (int tap = 0; tap < taps; tap++) {
            int from = column - tap * dilation;
            if (from < 0 || from % stride || from / stride >= piece.pixels)
                continue;
            if (!loaded)
                load_operand(b, x, at + column * b->x.view.pixel, channel);
            loaded = true;
            k_op(b->k, V_fma, piece.acc[from / stride], filter[tap], x);
        }
    }
    kernel_release(b->k, x);
}

/* Adds one line of the kernel for one channel, filters at w_at, to the sums of the tile. */
static void emit_line(Build *b, int channel, int64_t w_at)
{
    Kernel *k = b->k;
    int size, parts, larger, filter[SLIDING_TAPS];
    split_evenly(b->s->kernel[1], SLIDING_TAPS, &size, &parts, &larger);
    for (int part = 0, kx = 0, taps; part < parts; part++, kx += taps) {
        taps = size + (part < larger);
        for (int tap = 0; tap < taps; tap++)
            k_load(k, filter[tap] = kernel_register(k), b->w.pointer, w_at + (kx + tap) * b->lanes);
        for (int i = 0; i < b->pixels; i += piece_at(b, i).pixels)
            emit_columns(b, piece_at(b, i), channel, kx, taps, filter);
        for (int tap = 0; tap < taps; tap++)
            kernel_release(k, filter[tap]);
    }
}

/* Asks for share number `share` of what the line at hand will read next: for the next band, or of the next block where
 * there is but one band. */
static void fetch_source(Build *b, int share, int shares)
{
    int64_t pixel = b->s->stride[1] * b->x.view.pixel, next = b->band * b->s->stride[0] * b->x.view.row;
    int line = 0, blocks = b->inputs < LANES ? b->lanes / LANES : 1;
    if (b->band == b->s->height)
        next = b->x.view.block;
    for (int i = 0; i < b->pixels; i += piece_at(b, i).pixels)
        for (int64_t at = 0; at < piece_at(b, i).pixels * pixel; at += LINE, line++)
            for (int block = 0; block < blocks && line % shares == share; block++)
                k_prefetch(b->k, b->x.pointer, next + piece_source(b, piece_at(b, i)) + block * b->x.view.block + at);
}

/* Asks for this tile's share of the next vector's filters where it has those at hand, `floats` of them. */
static void fetch_filters(Build *b, int64_t floats)
{
    int64_t next = b->s->vector_floats / LANES * b->lanes;
    for (int64_t at = b->tile * LINE; at < floats; at += b->tiles * LINE)
        k_prefetch(b->k, b->w.pointer, next + at);
}

/* The whole sum; x and w end where they began. */
static void emit_sum(Build *b)
{
    const Sliding *s = b->s;
    Kernel *k = b->k;
    int inputs = b->inputs, blocks = inputs > LANES ? inputs / LANES : 1, each = inputs / blocks;
    int body = each < BODY_INPUTS ? each : BODY_INPUTS;
    int64_t filter = s->kernel[1] * b->lanes;
    k_loop(k, s->kernel[0]);
    k_loop(k, blocks);
    k_loop(k, each / body);
    for (int i = 0; i < body; i++) {
        if (inputs >= LANES || b->band < s->height)
            fetch_source(b, i, body);
        emit_line(b, i, i * filter);
    }
    if (inputs >= LANES)
        fetch_filters(b, body * filter);
    k_bump(k, b->w.pointer, body * filter);
    if (each > body)
        k_bump(k, b->x.pointer, body);
    k_end(k);
    k_bump(k, b->x.pointer, b->x.view.block * (blocks > 1) - (each > body ? each : 0));
    k_end(k);
    k_bump(k, b->x.pointer, s->dilation[0] * b->x.view.row - (blocks > 1 ? blocks * b->x.view.block : 0));
    k_end(k);
    k_bump(k, b->x.pointer, -s->kernel[0] * s->dilation[0] * b->x.view.row);
    k_bump(k, b->w.pointer, -s->kernel[0] * inputs * filter);
}

static void emit_tile(Build *b, int first, int pixels)
{
    Kernel *k = b->k;
    int width = b->s->width, *acc = b->acc;
    b->first = first;
    b->pixels = pixels;
    for (int j = 0; j < pixels; j++) {
        acc[j] = kernel_register(k);
        if (!b->s->bias)
            k_zero(k, acc[j]);
        else if (j)
            k_op(k, V_copy, acc[j], acc[0], 0);
        else
            k_load(k, acc[j], b->out.vectors.pointer, 0);
    }
    if (b->s->kernel[0] && b->s->kernel[1])
        emit_sum(b);
    for (int j = 0; j < pixels; j++)
        output_store(k, &b->out, acc[j], (Place){0, (first + j) / width, (first + j) % width});
}

/* A row in equal tiles, one after the other. */
static void emit_row(Build *b)
{
    Kernel *k = b->k;
    int width = b->s->width, size, parts, larger;
    split_evenly(width, b->s->tile.pixels, &size, &parts, &larger);
    int64_t column = b->s->stride[1] * b->x.view.pixel;
    for (int i = 0; i < 2; i++) {
        int tiles = i ? parts - larger : larger, pixels = i ? size : size + 1;
        if (!tiles)
            continue;
        k_loop(k, tiles);
        emit_tile(b, 0, pixels);
        k_bump(k, b->x.pointer, pixels * column);
        output_bump(k, &b->out, (Place){0, 0, pixels});
        k_end(k);
    }
    k_bump(k, b->x.pointer, -width * column);
    output_bump(k, &b->out, (Place){0, 0, -width});
}

/* `bands` bands of so many rows. */
static void emit_bands(Build *b, int bands, int rows)
{
    Kernel *k = b->k;
    if (!bands || !rows)
        return;
    k_loop(k, bands);
    b->band = rows;
    b->tile = 0;
    b->tiles = 1;
    if (rows == 1) {
        emit_row(b);
    } else {
        int size, parts, larger, first = 0;
        split_evenly(rows * b->s->width, b->s->tile.pixels, &size, &parts, &larger);
        b->tiles = parts;
        for (int pixels; b->tile < parts; b->tile++, first += pixels)
            emit_tile(b, first, pixels = size + (b->tile < larger));
    }
    k_bump(k, b->x.pointer, rows * b->s->stride[0] * b->x.view.row);
    output_bump(k, &b->out, (Place){0, rows, 0});
    k_end(k);
}

int64_t sliding_filters(Lower *l, const Node *n)
{
    PackItem item = pack_item(n);
    item.kind = PACK_grouped;
    item.channel = lane_channels(l, &n->layout);
    item.nlane = n->layout.blocks * LANES;
    item.vectors = n->tile.vectors;
    item.out = n->attr.out;
    item.groups = n->attr.groups;
    item.in = node_result(n->in[0]).channels;
    item.kh = n->attr.kernel[0];
    item.kw = n->attr.kernel[1];
    item.size = (int64_t)item.nlane * (item.in / item.groups) * item.kh * item.kw;
    return pack_parameter(l, &item, &n->weight[W_weight]);
}

int64_t sliding_floats(const Sliding *s)
{
    return (int64_t)s->kernel[0] * s->kernel[1] * s->inputs * LANES;
}

/* From the first place of one part to that of another. */
static void move_to_part(Build *b, const Output *whole, const Sliding *from, const Sliding *to)
{
    k_bump(b->k, b->x.pointer, (to->start[0] - from->start[0]) * b->x.view.row + (to->start[1] - from->start[1]) * b->x.view.pixel);
    k_bump(b->k, b->w.pointer, to->filters - from->filters);
    output_bump(b->k, whole, (Place){0, to->first[0] - from->first[0], to->first[1] - from->first[1]});
}

/* `rows` rows of each part in turn: what lies between each other in cache lines of the result, and of what the tail reads, is written
 * and read while they are at hand. */
static void emit_woven(Build *b, const Output *whole, int parts, int rows)
{
    const Sliding *part = b->s;
    k_loop(b->k, rows);
    b->band = b->tiles = 1;
    b->tile = 0;
    for (int i = 0; i < parts; i++) {
        b->s = &part[i];
        emit_row(b);
        move_to_part(b, whole, &part[i], &part[(i + 1) % parts]);
    }
    b->s = part;
    k_bump(b->k, b->x.pointer, part->stride[0] * b->x.view.row);
    output_bump(b->k, &b->out, (Place){0, 1, 0});
    k_end(b->k);
}

/* The output as the kernel walks over it, where results lie apart. */
static void spread_results(Output *o, const int apart[2])
{
    for (int i = -1; i < o->ntail; i++) {
        View *v = i < 0 ? &o->y.view : &o->tail[i].operand.view;
        v->row *= apart[0];
        v->pixel *= apart[1];
    }
}

/* The calls for all vectors of `bands` bands of `rows` rows from row `start` on. Vectors of one group, which read the same
 * blocks, are the grid's second coordinate, groups (or vectors that hold several) the first. A wide register holds two vectors
 * of one group, or two that hold several. */
static void add_call(Lower *l, const Sliding *s, int parts, int start, int rows, int bands)
{
    const Node *n = s->n;
    int unit = s->tile.vectors;
    Build b = {.s = s, .k = step_kernel(l), .inputs = s->inputs, .lanes = unit * LANES};
    b.x = stream_open(l, b.k, s->source, "x", false);
    b.w = s->in_room ? stream_common(l, b.k, s->filters, "w", false) : stream_weights(l, b.k, s->filters, "w");
    b.out = output_open(l, b.k, n, s->vectors, s->bias);
    const Output whole = b.out;
    spread_results(&b.out, s->apart);
    kernel_width(b.k, unit);
    if (parts > 1) {
        emit_woven(&b, &whole, parts, rows);
    } else {
        emit_bands(&b, rows / s->tile.band, s->tile.band);
        emit_bands(&b, 1, rows % s->tile.band);
    }
    int blocks = b.inputs > LANES ? b.inputs / LANES : unit;
    int64_t line = s->stride[0] * b.x.view.row;
    Call *call = step_call(l, b.k, (int[]){n->layout.blocks / blocks, blocks / unit, bands},
                           arena_printf(l->context, "slide%dx%d_%dx%d", s->kernel[0], s->kernel[1], b.lanes, s->tile.pixels),
                           "%d channels of %d x %d pixels: sums over %d channels of a group and %d x %d taps", b.lanes,
                           rows, s->width, b.inputs, s->kernel[0], s->kernel[1]);
    call_move(call, b.x, start * line + s->start[0] * b.x.view.row + s->start[1] * b.x.view.pixel);
    call_stride(call, b.x, 0, blocks * b.x.view.block);
    call_stride(call, b.x, 2, rows * line);
    call_stride(call, b.w, 0, blocks * s->vector_floats);
    call_stride(call, b.w, 1, unit * s->vector_floats);
    output_move(call, &whole, (Place){0, s->first[0] + start * s->apart[0], s->first[1]});
    output_stride(call, &whole, 0, (Place){blocks, 0, 0});
    output_stride(call, &whole, 1, (Place){unit, 0, 0});
    output_stride(call, &whole, 2, (Place){0, rows * s->apart[0], 0});
}

void add_sliding_calls(Lower *l, const Sliding *part, int parts)
{
    int height = part->height, rows = part->tile.rows;
    for (int i = 1; i < parts; i++)
        height = part[i].height < height ? part[i].height : height;
    if (height >= rows)
        add_call(l, part, parts, 0, rows, height / rows);
    if (height % rows)
        add_call(l, part, parts, height / rows * rows, height % rows, 1);
    for (int i = 0; i < parts; i++)
        if (part[i].height > height)
            add_call(l, &part[i], 1, height, part[i].height - height, 1);
}

void lower_sliding(Lower *l, Node *n)
{
    const Attr *a = &n->attr;
    Shape in = node_result(n->in[0]);
    Sliding s = {.n = n, .source = n->in[0], .tile = n->tile, .inputs = in.channels / a->groups, .start = {-a->pad[0], -a->pad[1]},
                 .height = n->shape.height, .width = n->shape.width, .apart = {1, 1},
                 .bias = n->weight[W_bias].tensor || n->folded};
    memcpy(s.kernel, a->kernel, sizeof s.kernel);
    memcpy(s.stride, a->stride, sizeof s.stride);
    memcpy(s.dilation, a->dilation, sizeof s.dilation);
    s.filters = sliding_filters(l, n);
    s.vector_floats = sliding_floats(&s);
    s.vectors = output_pack(l, n, (VectorKind[]){VECTOR_bias}, s.bias);
    step_begin(l);
    add_sliding_calls(l, &s, 1);
    step_end(l, n, a->groups == in.channels ? "depthwise" : "grouped",
             "convolution %d x %d, stride %d: %d x %d x %d -> %d x %d x %d, %d groups; sliding, tiles of %d x %d", a->kernel[0],
             a->kernel[1], a->stride[0], in.channels, in.height, in.width, n->shape.channels, n->shape.height, n->shape.width,
             a->groups, n->tile.vectors * LANES, n->tile.pixels);
}
