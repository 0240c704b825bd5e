/* conv.c - convolution: x[in, h, w] * weight[out, in / groups, kh, kw] -> y[out, h', w'],
 * h' = (h + 2 pad - dilation (kh - 1) - 1) / stride + 1; and linear: x[in] * weight[out, in] -> y[out].
 *
 * One kernel generator (conv_kernel.c, conv_sum.c) serves both: a linear layer is the convolution whose window is its whole input.
 * Here is which filters lie where, and the grid of kernels over them. Grouped convolutions are dense within the groups that
 * an output vector touches, with zeros where they are not. */
#include "winograd.h"

#include <string.h>

#include "family.h"

static void check_groups(Graph *graph, const Node *node, int channels, const char *what)
{
    if (channels % node->attr.groups)
        fail_at(graph->context, node->loc, "both input and output channels must be multiples of groups",
                "groups=%d does not divide the %d %s channels", node->attr.groups, channels, what);
}

/* Output rows (axis 0) or columns (axis 1). */
static int64_t windows(Graph *graph, const Node *node, Shape in, int axis)
{
    const Attr *attr = &node->attr;
    int64_t size = axis ? in.width : in.height, padded = size + 2 * (int64_t)attr->pad[axis];
    int64_t reach = (int64_t)attr->dilation[axis] * (attr->kernel[axis] - 1) + 1;
    if (reach > padded)
        fail_at(graph->context, node->loc, "a smaller kernel or more padding would fit",
                "kernel %d with dilation %d spans %lld %s, but its input has %lld (%lld with padding)",
                attr->kernel[axis], attr->dilation[axis], (long long)reach, axis ? "columns" : "rows",
                (long long)size, (long long)padded);
    return (padded - reach) / attr->stride[axis] + 1;
}

void infer_conv(Graph *graph, Node *node)
{
    const Attr *attr = &node->attr;
    need_picture(graph, node);
    Shape in = operand_shape(node, 0);
    check_groups(graph, node, in.channels, "input");
    check_groups(graph, node, attr->out, "output");
    int64_t height = windows(graph, node, in, 0), width = windows(graph, node, in, 1);
    set_shape(graph, node, attr->out, height, width);
    int64_t most = INT64_MAX / 2, macs = shape_floats(node->shape);
    macs = checked_mul(graph->context, node->loc, macs, in.channels / attr->groups, most, "the work of a convolution");
    node->macs = checked_mul(graph->context, node->loc, macs, (int64_t)attr->kernel[0] * attr->kernel[1], most,
                             "the work of a convolution");
}

void declare_conv(Graph *graph, Node *node)
{
    const Attr *attr = &node->attr;
    int64_t out = attr->out, in = operand_shape(node, 0).channels / attr->groups;
    declare_weight(graph, node, W_weight, 4, (int64_t[]){out, in, attr->kernel[0], attr->kernel[1]});
    if (attr->bias)
        declare_weight(graph, node, W_bias, 1, &out);
}

void infer_linear(Graph *graph, Node *node)
{
    Shape in = operand_shape(node, 0);
    if (in.height != 1 || in.width != 1)
        fail_at(graph->context, node->loc, "add `flatten` or `global_avg_pool` before it",
                "linear needs a flat input or one pixel, but its input is %dx%dx%d", in.channels, in.height, in.width);
    set_flat_shape(graph, node, node->attr.out);
    node->macs = (int64_t)in.channels * node->attr.out;
}

void declare_linear(Graph *graph, Node *node)
{
    int64_t out = node->attr.out;
    declare_weight(graph, node, W_weight, 2, (int64_t[]){out, operand_shape(node, 0).channels});
    if (node->attr.bias)
        declare_weight(graph, node, W_bias, 1, &out);
}

/* ---- what is summed: entries and panels ---------------------------------------------------------------------- */

/* Entries for input channels begin..end - 1, block by block. */
static int add_entries(Conv *c, int begin, int end)
{
    const Layout *l = &c->source->layout;
    size_t first = c->nentry;
    int block = 0, channel = 0;
    for (int i = 0; i < l->nsegment; channel += l->segment[i++])
        for (int j = 0; j < l->segment[i]; j += LANES, block++) {
            int low = channel + j, high = j + LANES < l->segment[i] ? low + LANES : channel + l->segment[i];
            int from = low > begin ? low : begin, to = high < end ? high : end;
            if (from >= to)
                continue;
            int64_t offset = l->kind == LAYOUT_planar ? from * l->plane : block * l->plane + (from - low);
            c->entry = arena_grow(c->l->context, c->entry, c->nentry, &c->entry_capacity, sizeof *c->entry);
            c->entry[c->nentry++] = (Entry){from, to - from, offset};
        }
    return (int)first;
}

/* Input channels that the channels of output vector v read: [*begin, *end). */
static void input_range(const Conv *c, const int *channel, int v, int *begin, int *end)
{
    int low = channel[v * LANES], high = low;
    for (int i = 1; i < LANES && channel[v * LANES + i] >= 0; i++)
        high = channel[v * LANES + i];
    int out = c->out / c->groups, in = c->in / c->groups;
    *begin = low / out * in;
    *end = (high / out + 1) * in;
}

/* Of filters that are packed transformed; those of training steps never are. */
static int packed_unit(const Conv *c)
{
    return c->l->graph->training ? 0 : c->n->tile.unit;
}

/* Packed values of one filter of one input channel. */
static int64_t taps_of(const Conv *c)
{
    int unit = packed_unit(c);
    return unit ? (unit + 2) * (unit + 2) : (int64_t)c->kernel[0] * c->kernel[1];
}

int64_t filter_floats(const Conv *c, int64_t values)
{
    return c->half ? values / 2 : values;
}

/* Splits vectors first..first + count - 1 into panels of whole registers, of at most `most` vectors, which share the filters' place
 * at *at: one after the other, or, where filters are transformed, side by side within each frequency. */
static void add_group(Conv *c, int first, int count, int most, Panel like, int64_t *at)
{
    int size, parts, larger, widest = c->l->graph->machine.widest, end = first + count;
    split_evenly(ceil_of(count, widest), ceil_of(most, widest), &size, &parts, &larger);
    int64_t each = (int64_t)channels_of(c, like.entry, like.entries) * LANES, taps = taps_of(c);
    bool together = c->n->tile.together;
    for (int i = 0, begin = first; i < parts; i++) {
        int vectors = (size + (i < larger)) * widest;
        Panel p = like;
        p.group += together ? 0 : i;
        p.vector = begin;
        p.vectors = vectors < end - begin ? vectors : end - begin;
        p.frequency = each * (together ? count : p.vectors);
        p.at = *at + filter_floats(c, each * (begin - first) * (together ? 1 : taps));
        c->panel = arena_grow(c->l->context, c->panel, c->npanel, &c->panel_capacity, sizeof *c->panel);
        c->panel[c->npanel++] = p;
        begin += p.vectors;
    }
    *at += filter_floats(c, taps * each * count);
}

/* Splits vectors first..first + count - 1, which read the same entries, into panels, and these into groups where tasks are to have
 * more than one. */
static void add_panels(Conv *c, int first, int count, int entry, int entries, int64_t *at)
{
    int size, parts, larger, widest = c->l->graph->machine.widest, end = first + count, together = c->n->tile.together;
    if (c->half && count > 1 && count % widest) {       /* no register is half full */
        add_panels(c, first, count - 1, entry, entries, at);
        add_panels(c, end - 1, 1, entry, entries, at);
        return;
    }
    int units = ceil_of(count, widest);
    split_evenly(units, together ? ceil_of(together, widest) : units, &size, &parts, &larger);
    for (int i = 0; i < parts; i++) {
        int vectors = (size + (i < larger)) * widest;
        vectors = vectors < end - first ? vectors : end - first;
        add_group(c, first, vectors, c->n->tile.vectors, (Panel){.group = i, .entry = entry, .entries = entries}, at);
        first += vectors;
    }
}

void make_panels(Conv *c, const int *channel, int64_t *size)
{
    int nvector = c->n->layout.blocks, begin, end, from, to;
    for (int v = 0, together; v < nvector; v += together) {
        input_range(c, channel, v, &begin, &end);
        for (together = 1; v + together < nvector; together++) {
            input_range(c, channel, v + together, &from, &to);
            if (from != begin || to != end)
                break;
        }
        int entry = add_entries(c, begin, end);
        add_panels(c, v, together, entry, (int)c->nentry - entry, size);
    }
}

void pack_filters(Conv *c)
{
    Context *context = c->l->context;
    PackItem item = pack_item(c->n);
    item.unit = packed_unit(c);
    item.kind = item.unit ? PACK_winograd : PACK_conv;
    item.channel = lane_channels(c->l, &c->n->layout);
    item.nlane = c->n->layout.blocks * LANES;
    make_panels(c, item.channel, &item.size);
    PackBlock *block = arena_alloc(context, c->nentry, sizeof *block);
    for (size_t i = 0; i < c->nentry; i++)
        block[i] = (PackBlock){c->entry[i].channel, c->entry[i].count};
    PackPanel *panel = arena_alloc(context, c->npanel, sizeof *panel);
    for (size_t i = 0; i < c->npanel; i++) {
        const Panel *p = &c->panel[i];
        panel[i] = (PackPanel){p->vector * LANES, p->vectors, p->entry, p->entries, p->at, p->frequency};
    }
    item.block = block;
    item.nblock = (int)c->nentry;
    item.panel = panel;
    item.npanel = (int)c->npanel;
    item.out = c->out;
    item.in = c->in;
    item.kh = c->kernel[0];
    item.kw = c->kernel[1];
    item.groups = c->groups;
    item.half = c->half;
    c->filters = pack_parameter(c->l, &item, &c->n->weight[W_weight]);
}

static const char *kernel_comment(const Conv *c, const Panel *p, Bands bands)
{
    int rows = c->flat ? 1 : bands.rows, width = bands.images > 1 ? bands.images : c->flat ? bands.rows : c->width;
    return arena_printf(c->l->context, "%d output channels of %d x %d %s%s: sums over %d channels and %d x %d taps",
                        p->vectors * LANES, rows, width, bands.images > 1 ? "images" : "pixels",
                        c->window[0] * c->window[1] > 1 ? ", each the largest of its window" : c->average ? ", averaged" : "",
                        channels_of(c, p->entry, p->entries), c->kernel[0], c->kernel[1]);
}

/* ---- the grid: panels that differ only by places share calls --------------------------------------------------- */

static bool same_sum(const Conv *c, const Panel *a, const Panel *b)
{
    const Entry *e = c->entry + a->entry, *f = c->entry + b->entry;
    bool same = a->vectors == b->vectors && a->entries == b->entries;
    for (int i = 0; same && i < a->entries; i++)
        same = e[i].count == f[i].count && e[i].offset - e[0].offset == f[i].offset - f[0].offset;
    return same;
}

Run panel_run(const Conv *c, size_t first)
{
    Run r = {.panels = 1};
    const Panel *p = c->panel + first;
    for (size_t i = 1; first + i < c->npanel && same_sum(c, p, p + i); i++) {
        const Panel *last = p + i - 1, *next = p + i;
        Run step = {(int)i + 1, next->vector - last->vector, c->entry[next->entry].offset - c->entry[last->entry].offset,
                    next->at - last->at};
        if (i > 1 && (step.vector != r.vector || step.x != r.x || step.filters != r.filters))
            break;
        r = step;
    }
    return r;
}

/* To the first of the results that lie apart. */
static void output_shift(Call *call, const Output *o, const Conv *c)
{
    for (int i = -1; i < o->ntail; i++) {
        const Stream *s = i < 0 ? &o->y : &o->tail[i].operand;
        if (s->pointer >= 0)
            call_move(call, *s, c->first[0] * s->view.row / c->apart[0] + c->first[1] * s->view.pixel / c->apart[1]);
    }
}

static void add_call(const Conv *c, const Panel *panel, Run run, Bands bands)
{
    const Tile *t = &c->n->tile;
    Build b = build_kernel(c, panel, bands);
    int band = t->panels_first ? 1 : 0, grid[MAX_CALL_GRID] = {1, 1, 1};
    grid[band] = bands.count;
    grid[1 - band] = run.panels;
    const char *name = arena_printf(c->l->context, "conv%dx%d_%dx%d", c->kernel[0], c->kernel[1], panel->vectors * LANES, b.most);
    Call *call = step_call(c->l, b.k, grid, name, "%s", kernel_comment(c, panel, bands));
    call->images = bands.images;
    int64_t line = c->flat ? c->x.pixel : c->window[0] * c->stride[0] * c->x.row;
    call_move(call, b.x, c->entry[panel->entry].offset - c->pad[0] * c->x.row - c->pad[1] * c->x.pixel + bands.start * line);
    call_stride(call, b.x, band, bands.rows * line);
    call_stride(call, b.x, 1 - band, run.x);
    for (int i = 0; i < 1 + t->ahead; i++) {
        call_move(call, i ? b.ahead : b.w, panel->at);
        call_stride(call, i ? b.ahead : b.w, 1 - band, run.filters);
    }
    output_move(call, &b.out, (Place){panel->vector, c->flat ? 0 : bands.start, c->flat ? bands.start : 0});
    output_stride(call, &b.out, band, (Place){0, c->flat ? 0 : bands.rows, c->flat ? bands.rows : 0});
    output_stride(call, &b.out, 1 - band, (Place){run.vector, 0, 0});
    if (c->apart[0])
        output_shift(call, &b.out, c);
    if (c->sums)
        place_tally(call, c, b.out.tally, bands.start / c->part, band, bands.rows / c->part);
}

/* Lines of a task: as many as the tile says, in whole parts where they are summed. */
static int task_lines(const Conv *c, int lines)
{
    int rows = c->n->tile.rows / (c->cut ? c->width : 1);
    if (c->sums)
        rows = rows < c->part ? c->part : rows / c->part * c->part;
    return rows < lines ? rows : lines;
}

void add_calls(const Conv *c)
{
    const Tile *t = &c->n->tile;
    int lines = c->flat ? c->width : c->rows, rows = task_lines(c, lines),
        images = tile_pixels(&c->l->graph->machine, t->vectors);
    bool many = c->n->op == OP_linear && !c->n->leading && c->l->graph->max_batch >= images &&
                images * c->l->program->arena_floats < INT32_MAX / (int)sizeof(float);
    for (size_t i = 0; i < c->npanel;) {
        const Panel *p = c->panel + i;
        Run run = panel_run(c, i);
        add_call(c, p, run, (Bands){0, rows, lines / rows, 1});
        if (lines % rows)
            add_call(c, p, run, (Bands){lines / rows * rows, lines % rows, 1, 1});
        if (many)
            add_call(c, p, run, (Bands){0, 1, 1, images});
        i += (size_t)run.panels;
    }
}

/* ---- the step ------------------------------------------------------------------------------------------------ */

/* The operation, without the algorithm. */
const char *conv_text(const Conv *c)
{
    const Node *n = c->n;
    Shape in = node_result(c->source), out = node_result(n);
    Text t = text_new(c->l->context);
    if (n->op == OP_linear)
        text_add(&t, "linear: %lld -> %d", (long long)shape_floats(in), out.channels);
    else
        text_add(&t, "convolution %d x %d, stride %d: %d x %d x %d -> %d x %d x %d", c->kernel[0], c->kernel[1], c->stride[0],
                 in.channels, in.height, in.width, n->shape.channels, n->shape.height, n->shape.width);
    if (c->groups > 1)
        text_add(&t, ", %d groups", c->groups);
    for (const Node *e = n->tail; e; e = e->tail)
        text_add(&t, ", then %s", op_name(e->op));
    if (c->half)
        text_add(&t, "; filters of half precision");
    return t.data;
}

void read_tail(Conv *c)
{
    for (const Node *t = c->n->tail; t; t = t->tail) {
        if (t->op == OP_max_pool)
            memcpy(c->window, t->attr.kernel, sizeof c->window);
        if (t->op == OP_global_avg_pool)
            c->average = t;
    }
    Shape result = c->average ? c->n->shape : node_result(c->n);
    c->flat = c->n->tile.flat;
    c->rows = c->flat ? 1 : result.height;
    c->width = c->flat ? result.height * result.width : result.width;
    divide_results(c);
    c->bias = c->n->weight[W_bias].tensor || c->n->folded;
}

static void lower_direct(Conv *c)
{
    const Tile *tile = &c->n->tile;
    read_tail(c);
    pack_filters(c);
    c->vectors_at = output_pack(c->l, c->n, (VectorKind[]){VECTOR_bias}, c->bias);
    step_begin(c->l);
    add_calls(c);
    step_end(c->l, c->n, c->n->op == OP_linear ? "linear" : "conv", "%s; direct, tiles of %d x %d", conv_text(c),
             tile->vectors * LANES, tile->pixels);
}

Conv conv_open(Lower *l, Node *n, const Node *source)
{
    Shape in = node_result(source);
    Conv c = {.l = l, .n = n, .source = source, .groups = 1, .in = in.channels, .out = n->attr.out, .window = {1, 1},
              .kernel = {in.height, in.width}, .stride = {1, 1}, .dilation = {1, 1}, .x = view_of(source)};
    c.step = source->layout.kind == LAYOUT_planar ? source->layout.plane : 1;
    if (n->op == OP_linear)
        return c;                       /* its window is the whole picture */
    c.groups = n->attr.groups;
    memcpy(c.kernel, n->attr.kernel, sizeof c.kernel);
    memcpy(c.stride, n->attr.stride, sizeof c.stride);
    memcpy(c.dilation, n->attr.dilation, sizeof c.dilation);
    memcpy(c.pad, n->attr.pad, sizeof c.pad);
    return c;
}

/* By Winograd's algorithm, in training. */
static void lower_trained(Conv *c)
{
    read_tail(c);
    pack_filters(c);
    c->vectors_at = output_pack(c->l, c->n, (VectorKind[]){VECTOR_bias}, c->bias);
    lower_winograd_batch(c, "winograd");
}

void lower_conv(Lower *l, Node *n)
{
    if (n->banded)
        return;                         /* its pool does it */
    Conv c = conv_open(l, n, n->in[0]);
    if (n->tile.algorithm == ALGORITHM_sliding)
        lower_sliding(l, n);
    else if (n->tile.algorithm == ALGORITHM_winograd && l->graph->training)
        lower_trained(&c);
    else if (n->tile.algorithm == ALGORITHM_winograd)
        lower_winograd(&c);
    else
        lower_direct(&c);
}

void lower_linear(Lower *l, Node *n)
{
    Conv c = conv_open(l, n, n->in[0]);
    c.half = l->graph->half;
    lower_direct(&c);
}
