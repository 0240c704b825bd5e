/* movement.c - operations that compute nothing: input, output, identity, flatten, concat, slice, pad, pack. Most need no
 * kernel at all; the kernels here move values: changes of layout, padding, borders. */
#include <string.h>

#include "../lower.h"
#include "family.h"

/* expand has put the spec's `input` into the shape. */
void infer_input(Graph *graph, Node *node)
{
    if (node->shape.flat)
        set_flat_shape(graph, node, node->shape.channels);
    else
        set_shape(graph, node, node->shape.channels, node->shape.height, node->shape.width);
}

/* identity, dropout */
void infer_identity(Graph *graph, Node *node)
{
    (void)graph;
    node->shape = operand_shape(node, 0);
}

/* pack, output */
void infer_convert(Graph *graph, Node *node)
{
    (void)graph;
    node->shape = operand_shape(node, 0);
}

void infer_flatten(Graph *graph, Node *node)
{
    set_flat_shape(graph, node, shape_floats(operand_shape(node, 0)));
}

void infer_concat(Graph *graph, Node *node)
{
    Shape first = operand_shape(node, 0);
    int64_t channels = first.channels;
    for (int i = 1; i < node->nin; i++) {
        Shape other = operand_shape(node, i);
        if (other.height != first.height || other.width != first.width || other.flat != first.flat)
            fail_at(graph->context, node->loc, "its operands may differ in channels only",
                    "concat needs equal rows and columns, but '%s' is %s and '%s' is %s", node->in[0]->name,
                    shape_text(graph->context, first), node->in[i]->name, shape_text(graph->context, other));
        channels += other.channels;
    }
    if (first.flat)
        set_flat_shape(graph, node, channels);
    else
        set_shape(graph, node, channels, first.height, first.width);
}

void infer_slice(Graph *graph, Node *node)
{
    Shape in = operand_shape(node, 0);
    if ((int64_t)node->attr.begin + node->attr.count > in.channels)
        fail_at(graph->context, node->loc, NULL, "channels %d to %lld are wanted, but '%s' has %d (the first is 0)",
                node->attr.begin, (long long)node->attr.begin + node->attr.count - 1, node->in[0]->name, in.channels);
    node->shape = in;
    node->shape.channels = node->attr.count;
}

void infer_pad(Graph *graph, Node *node)
{
    const Attr *attr = &node->attr;
    Shape in = operand_shape(node, 0);
    int64_t channels = (int64_t)in.channels + attr->channels[0] + attr->channels[1];
    int64_t height = (int64_t)in.height + attr->edges[0] + attr->edges[1];
    int64_t width = (int64_t)in.width + attr->edges[2] + attr->edges[3];
    if (height != in.height || width != in.width)
        need_picture(graph, node);
    if (in.flat)
        set_flat_shape(graph, node, channels);
    else
        set_shape(graph, node, channels, height, width);
}

/* ---- what needs no kernel ----------------------------------------------------------------------------------------- */

void lower_input(Lower *l, Node *n)    { (void)l, (void)n; }
void lower_slice(Lower *l, Node *n)    { (void)l, (void)n; }
void lower_concat(Lower *l, Node *n)   { (void)l, (void)n; }

void lower_identity(Lower *l, Node *n)
{
    (void)l;
    die("lower: '%s' should have been folded away", n->name);
}

/* ---- constants ----------------------------------------------------------------------------------------------- */

/* Stores `count` copies of lane 0 (whole vectors as long as they fit) and moves the pointer behind them. */
static void emit_fill(Kernel *k, int pointer, int64_t count, int reg)
{
    int64_t vectors = count / LANES;
    if (vectors) {
        k_loop(k, vectors);
        k_store(k, pointer, 0, reg);
        k_bump(k, pointer, LANES);
        k_end(k);
    }
    for (int64_t i = 0; i < count % LANES; i++)
        k_store1(k, pointer, i, reg);
    k_bump(k, pointer, count % LANES);
}

/* Images that calls of the step take at once: of a step that does, calls for one image only see the images that are left. */
static int images_at_once(const Lower *l)
{
    int images = 1;
    for (int i = 0; i < l->code->ncall; i++)
        images = l->code->call[i].images > images ? l->code->call[i].images : images;
    return images;
}

/* Zeroes everything of one block (planar: channel) that is not a pixel: y starts at the block's first float. */
void zero_border(Lower *l, const Node *owner)
{
    const Layout *y = &owner->layout;
    Shape s = node_result(owner);
    int64_t pixel = y->kind == LAYOUT_planar ? 1 : LANES, gap = y->pad[1] * pixel;
    Kernel *k = step_kernel(l);
    Stream out = stream_open(l, k, owner, "y", true);
    int zero = kernel_register(k);
    k_zero(k, zero);
    emit_fill(k, out.pointer, y->origin, zero);
    k_loop(k, s.height);
    k_bump(k, out.pointer, s.width * pixel);
    emit_fill(k, out.pointer, gap, zero);
    k_end(k);
    emit_fill(k, out.pointer, y->pad[0] * y->row, zero);
    int images = images_at_once(l);
    Call *call = step_call(l, k, (int[]){y->blocks, images, 1}, "border",
                           "zeros around %d x %d pixels: %d rows, %d columns", s.height, s.width, y->pad[0],
                           y->pad[1]);
    call_move(call, out, -y->origin);
    call_stride(call, out, 0, y->plane);
    if (images > 1) {
        Call *rest = step_repeat(l, l->code->ncall - 1);
        rest->grid[1] = 1;              /* of each image that is left */
        call = rest - 1;
        call->images = images;
        call_stride(call, out, 1, out.image);
    }
}

/* ---- changes of layout --------------------------------------------------------------------------------------- */

/* Floats from the tensor's origin to pixel 0 of a channel. */
static int64_t channel_offset(const Layout *l, int channel)
{
    if (l->kind == LAYOUT_planar)
        return channel * l->plane;
    int64_t block = 0;
    for (int i = 0; i < l->nsegment; channel -= l->segment[i++]) {
        if (channel < l->segment[i])
            return (block + channel / LANES) * l->plane + channel % LANES;
        block += ceil_of(l->segment[i], LANES);
    }
    die("lower: no such channel");
}

/* Copies `width` pixels of one channel, each `from` floats apart, to pixels `to` floats apart. */
static void emit_copy(Kernel *k, Stream x, Stream y, int64_t from, int64_t to, int width)
{
    int reg = kernel_register(k);
    bool dense = from == 1 && to == 1;
    int each = dense ? LANES : 1, whole = width / each;
    if (whole) {
        k_loop(k, whole);
        (dense ? k_load : k_load1)(k, reg, x.pointer, 0);
        if (dense)
            k_store(k, y.pointer, 0, reg);
        else
            k_store1(k, y.pointer, 0, reg);
        k_bump(k, x.pointer, each * from);
        k_bump(k, y.pointer, each * to);
        k_end(k);
    }
    for (int i = 0; i < width % each; i++) {
        k_load1(k, reg, x.pointer, i);
        k_store1(k, y.pointer, i, reg);
    }
    k_bump(k, x.pointer, width % each * from);
    k_bump(k, y.pointer, width % each * to);
    kernel_release(k, reg);
}

/* Channels channel.. that lie equally far apart on both sides share a call: how many, at most to the end of the tensor. */
static int channel_run(const Layout *x, const Layout *y, int channel, int channels, int64_t *dx, int64_t *dy)
{
    int n = 1;
    *dx = *dy = 0;
    for (; channel + n < channels; n++) {
        int64_t a = channel_offset(x, channel + n) - channel_offset(x, channel + n - 1);
        int64_t b = channel_offset(y, channel + n) - channel_offset(y, channel + n - 1);
        if (n > 1 && (a != *dx || b != *dy))
            break;
        *dx = a;
        *dy = b;
    }
    return n;
}

/* A tensor as somebody reads or writes it: in its own layout, or in one line (see lower_flatten). */
typedef struct {
    const Node *node;
    const Layout *as;
} Side;

static void copy_run(Lower *l, Side from, Side to, Shape s, int channel, int count, int64_t dx, int64_t dy)
{
    bool line = s.height * s.width == 1 && dx == 1 && dy == 1;     /* channels side by side, one pixel each */
    int64_t step[2] = {from.as->kind == LAYOUT_planar ? 1 : LANES, to.as->kind == LAYOUT_planar ? 1 : LANES};
    Kernel *k = step_kernel(l);
    Stream x = stream_open(l, k, from.node, "x", false), y = stream_open(l, k, to.node, "y", true);
    k_loop(k, s.height);
    if (line)
        emit_copy(k, x, y, 1, 1, count);
    else
        emit_copy(k, x, y, step[0], step[1], s.width);
    k_bump(k, x.pointer, from.as->row - s.width * step[0]);
    k_bump(k, y.pointer, to.as->row - s.width * step[1]);
    k_end(k);
    Call *call = line ? step_call(l, k, (int[]){1, 1, 1}, "copy", "%d channels of one pixel", count)
                      : step_call(l, k, (int[]){count, 1, 1}, "copy", "one channel of %d x %d pixels", s.height, s.width);
    call_move(call, x, channel_offset(from.as, channel));
    call_move(call, y, channel_offset(to.as, channel));
    call_stride(call, x, 0, line ? 0 : dx);
    call_stride(call, y, 0, line ? 0 : dy);
}

static void copy_channels(Lower *l, Side from, Side to, Shape s)
{
    int64_t dx, dy;
    for (int c = 0, count; c < s.channels; c += count) {
        count = channel_run(from.as, to.as, c, s.channels, &dx, &dy);
        copy_run(l, from, to, s, c, count, dx, dy);
    }
}

/* The last block of a segment has lanes without channel; nobody reads them into a channel, but they must be numbers. */
static void zero_lanes(Lower *l, Node *n)
{
    const Layout *y = &n->layout;
    Shape s = node_result(n);
    for (int i = 0, block = 0; i < y->nsegment; i++) {
        block += ceil_of(y->segment[i], LANES);
        if (y->segment[i] % LANES == 0)
            continue;
        Kernel *k = step_kernel(l);
        Stream out = stream_open(l, k, n, "y", true);
        int zero = kernel_register(k);
        k_zero(k, zero);
        k_loop(k, s.height);
        emit_fill(k, out.pointer, s.width * LANES, zero);
        k_bump(k, out.pointer, y->row - s.width * LANES);
        k_end(k);
        Call *call = step_call(l, k, (int[]){1, 1, 1}, "zero", "zeros in one block of %d x %d pixels", s.height,
                               s.width);
        call_move(call, out, (block - 1) * y->plane);
    }
}

/* A step of its own, because others write the channels of the same blocks. */
static void zero_spare_lanes(Lower *l, Node *n)
{
    bool partial = false;
    for (int i = 0; n->layout.kind == LAYOUT_blocked && i < n->layout.nsegment; i++)
        partial = partial || n->layout.segment[i] % LANES;
    if (!partial)
        return;
    step_begin(l);
    zero_lanes(l, n);
    step_end(l, n, "zero", "zeros in the lanes that hold no channel");
}

void lower_convert(Lower *l, Node *n)
{
    Shape s = node_result(n);
    zero_spare_lanes(l, n);
    step_begin(l);
    copy_channels(l, (Side){n->in[0], &n->in[0]->layout}, (Side){n, &n->layout}, s);
    step_end(l, n, n->op == OP_output ? "output" : "copy", "%s: %d x %d x %d",
             n->op == OP_output ? "the output as the caller reads it" : "another layout", s.channels, s.height,
             s.width);
}

/* Channel by channel, row by row, in one line: the order of a flat tensor, whose blocks follow each other. */
static Layout as_line(Lower *l, const Node *flat, Shape s)
{
    if (flat->layout.nsegment > 1)
        fail_at(l->context, flat->loc, "split before the flatten, or at multiples of 8",
                "'%s' is split at channels that are no multiple of %d", flat->name, LANES);
    return (Layout){.kind = LAYOUT_planar, .row = s.width, .plane = (int64_t)s.height * s.width};
}

void lower_flatten(Lower *l, Node *n)
{
    if (n->layout.storage == n->in[0]->layout.storage)
        return;
    Shape s = node_result(n->in[0]);
    Layout line = as_line(l, n, s);
    step_begin(l);
    copy_channels(l, (Side){n->in[0], &n->in[0]->layout}, (Side){n, &line}, s);
    step_end(l, n, "flatten", "flatten: %d x %d x %d", s.channels, s.height, s.width);
}

void lower_reshape(Lower *l, Node *n)
{
    if (n->layout.storage == n->in[0]->layout.storage)
        return;
    Layout line = as_line(l, n->in[0], n->shape);
    zero_spare_lanes(l, n);
    step_begin(l);
    copy_channels(l, (Side){n->in[0], &line}, (Side){n, &n->layout}, n->shape);
    step_end(l, n, "reshape", "from one line: %d x %d x %d", n->shape.channels, n->shape.height, n->shape.width);
}

/* ---- padding ------------------------------------------------------------------------------------------------- */

static void fill_blocks(Lower *l, const Node *n, int block, int blocks)
{
    Shape s = n->shape;
    if (!blocks)
        return;
    Kernel *k = step_kernel(l);
    Stream y = stream_open(l, k, n, "y", true);
    int value = kernel_register(k);
    k_literal(k, value, (float)n->attr.value);
    k_loop(k, s.height);
    emit_fill(k, y.pointer, s.width * LANES, value);
    k_bump(k, y.pointer, n->layout.row - s.width * LANES);
    k_end(k);
    Call *call = step_call(l, k, (int[]){blocks, 1, 1}, "fill", "one value in 8 channels of %d x %d pixels",
                           s.height, s.width);
    call_move(call, y, block * n->layout.plane);
    call_stride(call, y, 0, n->layout.plane);
}

/* Rows of the constant, of constant - pixels - constant, and of the constant. */
static void pad_blocks(Lower *l, const Node *n, int block)
{
    const int *edge = n->attr.edges;
    Shape s = n->shape;
    const Node *source = n->in[0];
    int height = s.height - edge[0] - edge[1], width = s.width - edge[2] - edge[3];
    Kernel *k = step_kernel(l);
    Stream x = stream_open(l, k, source, "x", false), y = stream_open(l, k, n, "y", true);
    int value = kernel_register(k), reg = kernel_register(k);
    int64_t gap = n->layout.row - s.width * LANES;
    if (edge[0] || edge[1] || edge[2] || edge[3])
        k_literal(k, value, (float)n->attr.value);
    for (int part = 0; part < 3; part++) {
        int rows = part == 0 ? edge[0] : part == 1 ? height : edge[1];
        if (!rows)
            continue;
        k_loop(k, rows);
        emit_fill(k, y.pointer, (part == 1 ? edge[2] : s.width) * LANES, value);
        if (part == 1) {
            k_loop(k, width);
            k_load(k, reg, x.pointer, 0);
            k_store(k, y.pointer, 0, reg);
            k_bump(k, x.pointer, LANES);
            k_bump(k, y.pointer, LANES);
            k_end(k);
            k_bump(k, x.pointer, source->layout.row - width * LANES);
            emit_fill(k, y.pointer, edge[3] * LANES, value);
        }
        k_bump(k, y.pointer, gap);
        k_end(k);
    }
    Call *call = step_call(l, k, (int[]){source->layout.blocks, 1, 1}, "pad",
                           "8 channels of %d x %d pixels with edges", height, width);
    call_move(call, y, block * n->layout.plane);
    call_stride(call, x, 0, source->layout.plane);
    call_stride(call, y, 0, n->layout.plane);
}

/* Layout has cut the result where the operand begins and ends, so every block is all constant or all operand; constants that
 * stand in another channel's spare lanes are never read. */
static void pad_from(Lower *l, Node *n, int channel)
{
    int before = block_of(&n->layout, channel), middle = n->in[0]->layout.blocks;
    step_begin(l);
    fill_blocks(l, n, 0, before);
    pad_blocks(l, n, before);
    fill_blocks(l, n, before + middle, n->layout.blocks - before - middle);
    step_end(l, n, op_name(n->op), "%s: %d x %d x %d", op_name(n->op), n->shape.channels, n->shape.height, n->shape.width);
}

void lower_pad(Lower *l, Node *n)
{
    pad_from(l, n, n->attr.channels[0]);
}

/* The attributes are those of a slice: no edges, and the value 0. */
void lower_embed(Lower *l, Node *n)
{
    pad_from(l, n, n->attr.begin);
}

void lower_crop(Lower *l, Node *n)
{
    const Node *source = n->in[0];
    const int *edge = n->attr.edges;
    Shape s = n->shape;
    step_begin(l);
    Kernel *k = step_kernel(l);
    Stream x = stream_open(l, k, source, "x", false), y = stream_open(l, k, n, "y", true);
    k_loop(k, s.height);
    emit_copy(k, x, y, 1, 1, s.width * LANES);
    k_bump(k, x.pointer, x.view.row - s.width * LANES);
    k_bump(k, y.pointer, y.view.row - s.width * LANES);
    k_end(k);
    Call *call = step_call(l, k, (int[]){n->layout.blocks, 1, 1}, "crop", "8 channels of %d x %d pixels", s.height, s.width);
    call_move(call, x, block_of(&source->layout, n->attr.channels[0]) * x.view.block + edge[0] * x.view.row + edge[2] * x.view.pixel);
    call_stride(call, x, 0, x.view.block);
    call_stride(call, y, 0, y.view.block);
    step_end(l, n, "crop", "crop: %d x %d x %d", s.channels, s.height, s.width);
}
