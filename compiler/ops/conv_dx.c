/* conv_dx.c - gradients of convolutions and linear layers by what they read: dx = dy convolved with the filters, channels
 * exchanged and taps reversed. A step copies the filters in that order (repack.c); then the forward kernels do the work. For a
 * strided convolution these are some dense convolutions, each computing every stride-th row and column (parity.c). */
#include "../parity.h"
#include "family.h"
#include "repack.h"
#include "winograd.h"

/* The convolution of dy that computes n, or a part of it; panels and filters to follow. */
static Conv gradient_open(Lower *l, Node *n, const Conv *forward)
{
    const Node *dy = n->in[0];
    return (Conv){.l = l, .n = n, .source = dy, .groups = forward->groups, .in = forward->out, .out = node_result(n).channels,
                  .window = {1, 1}, .kernel = {1, 1}, .stride = {1, 1}, .dilation = {1, 1}, .x = view_of(dy), .step = 1,
                  .rows = 1, .width = 1, .in_room = true, .filters = step_room(l, 0)};
}

/* The forward node's filters, where they lie. */
static Conv forward_open(Lower *l, const Node *n)
{
    Node *of = (Node *)node_owner(n->of);       /* without the stride that n's own has, where its pixels were gathered */
    Conv c = conv_open(l, of, of->in[0]);
    pack_filters(&c);
    return c;
}

/* Nothing is summed for these results: all vectors in one kernel's panels. */
static void make_empty_panels(Conv *c)
{
    int blocks = c->n->layout.blocks, size, parts, larger;
    split_evenly(blocks, c->n->tile.vectors, &size, &parts, &larger);
    c->entry = arena_alloc(c->l->context, 1, sizeof *c->entry);
    c->panel = arena_alloc(c->l->context, (size_t)parts, sizeof *c->panel);
    c->npanel = (size_t)parts;
    for (int i = 0, vector = 0; i < parts; vector += c->panel[i++].vectors)
        c->panel[i] = (Panel){.vector = vector, .vectors = size + (i < larger)};
}

/* One part of the gradient: rows and columns that lie a stride apart. */
typedef struct {
    Conv c;
    Parity axis[2];
} Share;

/* Filters of the share from *size floats of the room on. */
static Share make_share(Lower *l, Node *n, const Conv *forward, int row, int column, int64_t *size)
{
    const Node *of = n->of;
    Share s = {gradient_open(l, n, forward), {parity_of(of, 0, row), parity_of(of, 1, column)}};
    Conv *c = &s.c;
    bool strided = of->attr.stride[0] > 1 || of->attr.stride[1] > 1;
    for (int i = 0; i < 2; i++) {
        c->kernel[i] = s.axis[i].taps;
        c->dilation[i] = s.axis[i].dilation;
        c->pad[i] = -s.axis[i].start;
        c->first[i] = s.axis[i].first;
        c->apart[i] = strided ? of->attr.stride[i] : 0;
    }
    c->flat = n->tile.flat;
    c->rows = c->flat ? 1 : s.axis[0].count;
    c->width = n->tile.flat ? s.axis[0].count * s.axis[1].count : s.axis[1].count;
    divide_results(c);
    if (!s.axis[0].taps || !s.axis[1].taps)
        make_empty_panels(c);
    else
        make_panels(c, lane_channels(l, &n->layout), size);
    return s;
}

static void add_share_repack(Lower *l, const Conv *forward, const Share *s)
{
    if (s->axis[0].taps && s->axis[1].taps)
        add_repack(l, &(Repack){.from = forward, .to = &s->c, .taps = {s->axis[0].taps, s->axis[1].taps},
                                .tap = {s->axis[0].tap, s->axis[1].tap}, .step = {s->axis[0].step, s->axis[1].step}});
}

static void lower_shares(Lower *l, Node *n)
{
    const Attr *a = &n->of->attr;
    int64_t size = 0;
    int count = 0;
    Conv forward = forward_open(l, n);
    Share *share = arena_alloc(l->context, (size_t)a->stride[0] * (size_t)a->stride[1], sizeof *share);
    for (int row = 0; row < a->stride[0]; row++)
        for (int column = 0; column < a->stride[1]; column++) {
            share[count] = make_share(l, n, &forward, row, column, &size);
            count += share[count].axis[0].count && share[count].axis[1].count;
        }
    step_room(l, size);
    step_begin(l);
    for (int i = 0; i < count; i++)
        add_share_repack(l, &forward, &share[i]);
    step_end(l, NULL, "repack", "the filters of %s, for the gradient by what it reads", n->of->name);
    int64_t vectors = output_pack(l, n, NULL, 0);
    if (n->tile.algorithm == ALGORITHM_winograd) {
        share->c.vectors_at = vectors;
        lower_winograd_batch(&share->c, "winograd_dx");
        return;
    }
    step_begin(l);
    for (int i = 0; i < count; i++) {
        share[i].c.vectors_at = vectors;
        add_calls(&share[i].c);
    }
    Shape dy = node_result(n->in[0]), dx = node_result(n);
    step_end(
        l, n, "conv_dx",
        "gradient of a convolution %d x %d, stride %d, by its operand: %d x %d x %d -> %d x %d x %d; tiles of %d x %d",
        a->kernel[0], a->kernel[1], a->stride[0], dy.channels, dy.height, dy.width, dx.channels, dx.height, dx.width,
        n->tile.vectors * LANES, n->tile.pixels);
}

void lower_conv_dx(Lower *l, Node *n)
{
    if (n->of->tile.algorithm == ALGORITHM_sliding)
        (is_depthwise(n->of) ? lower_depthwise_dx : lower_grouped_dx)(l, n);
    else
        lower_shares(l, n);
}

/* ---- linear layers --------------------------------------------------------------------------------------------------- */

/* From one row and one pixel of the result to the next, for it and what its tail reads. (Where one kernel takes several images,
 * the views of its output go from image to image.) */
static void stride_pixels(Call *call, const Conv *c, const Output *o)
{
    for (int i = -1; i < o->ntail; i++) {
        const Stream *s = i < 0 ? &o->y : &o->tail[i].operand;
        const Node *node = i < 0 ? c->n : s->pointer >= 0 ? o->tail[i].node->in[1] : NULL;
        Shape shape = node ? node_result(node) : (Shape){0};
        if (shape.height * shape.width <= 1)
            continue;
        call_stride(call, *s, 0, view_of(node).row);
        call_stride(call, *s, 1, view_of(node).pixel);
    }
}

/* Every pixel of dx has filters of its own, `apart` floats from those of the pixel before. */
static void add_linear_call(const Conv *c, const Panel *panel, Run run, int64_t apart, int images)
{
    Shape s = node_result(c->n);
    Build b = build_kernel(c, panel, (Bands){0, 1, 1, images});
    Call *call = step_call(c->l, b.k, (int[]){s.height, s.width, run.panels}, "linear_dx",
                           "%d channels of %d images: sums over %d channels", panel->vectors * LANES, images, c->in);
    call->images = images;
    call_move(call, b.x, c->entry[panel->entry].offset);
    call_move(call, b.w, panel->at);
    call_stride(call, b.w, 0, s.width * apart);
    call_stride(call, b.w, 1, apart);
    call_stride(call, b.w, 2, run.filters);
    output_move(call, &b.out, (Place){panel->vector, 0, 0});
    output_stride(call, &b.out, 2, (Place){run.vector, 0, 0});
    stride_pixels(call, c, &b.out);
}

static void add_linear_calls(const Conv *c, int64_t apart)
{
    int images = tile_pixels(&c->l->graph->machine, c->n->tile.vectors), batch = c->l->graph->max_batch;
    bool many = batch >= images && images * c->l->program->arena_floats < INT32_MAX / (int)sizeof(float);
    for (size_t i = 0; i < c->npanel;) {
        Run run = panel_run(c, i);
        if (many)
            add_linear_call(c, &c->panel[i], run, apart, images);
        add_linear_call(c, &c->panel[i], run, apart, 1);
        i += (size_t)run.panels;
    }
}

/* dx is the picture that the layer reads, or as flat as that. */
void lower_linear_dx(Lower *l, Node *n)
{
    Shape dx = node_result(n);
    Conv forward = forward_open(l, n), c = gradient_open(l, n, &forward);
    int64_t apart = 0;
    if (forward.kernel[0] != dx.height || forward.kernel[1] != dx.width)
        die("lower: '%s' is not of the shape that '%s' reads", n->name, n->of->name);
    make_panels(&c, lane_channels(l, &n->layout), &apart);
    step_room(l, apart * dx.height * dx.width);
    step_begin(l);
    add_repack(l, &(Repack){.from = &forward, .to = &c, .taps = {dx.height, dx.width}, .step = {-1, -1}, .tap_floats = apart});
    step_end(l, NULL, "repack", "the weights of %s, for the gradient by what it reads", n->of->name);
    c.vectors_at = output_pack(l, n, NULL, 0);
    step_begin(l);
    add_linear_calls(&c, apart);
    step_end(l, n, "linear_dx", "gradient of a linear layer by its operand: %d -> %d x %d x %d", c.in, dx.channels, dx.height, dx.width);
}
