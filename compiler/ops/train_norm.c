/* train_norm.c - norms while training: statistics of the batch, and gradients of all norms.
 *
 * A batch norm's statistics go over the images one after the other, so one task takes a channel block of all of them. The update of
 * mean and sum of squares by one image's is that of Chan, Golub and LeVeque ("Updating formulae and a pairwise algorithm for
 * computing sample variances", 1979); the differences that are summed are those from the mean of the images before, which keeps
 * large means from costing digits. */
#include "norm.h"

/* ---- batch norm: statistics ------------------------------------------------------------------------------------------ */

/* The statistics of one channel block, in registers. */
typedef struct {
    Kernel *k;
    Stream x;
    Shape s;
    int mean, squares, count;           /* squares: sum of squared differences from the mean; count: of images so far */
} Batch;

/* From the end of a picture to the start of the next image's. */
static void next_image(Kernel *k, Stream x, Shape s)
{
    k_bump(k, x.pointer, x.image - s.height * x.view.row);
}

/* The mean of the first image, as what its differences shall be taken from. */
static void emit_first_mean(Batch *b)
{
    int sum[2], factor = kernel_register(b->k);
    emit_sums(&(Sum){.k = b->k, .kind = SUM_values, .x = b->x}, b->s.height, b->s.width, sum);
    k_bump(b->k, b->x.pointer, -b->s.height * b->x.view.row);
    k_literal(b->k, factor, (float)(1.0 / ((double)b->s.height * b->s.width)));
    k_op(b->k, V_mul, sum[0], sum[0], factor);
    kernel_release(b->k, factor);
    b->mean = sum[0];
}

/* One image more: with d = x - mean, q = (sum of d) / (pixels * count), squares += sum of d^2 - (sum of d) q, mean += q. */
static void emit_image(Batch *b)
{
    Kernel *k = b->k;
    int d[2];
    emit_sums(&(Sum){.k = k, .kind = SUM_moments, .x = b->x, .mean = b->mean}, b->s.height, b->s.width, d);
    next_image(k, b->x, b->s);
    int q = kernel_register(k);
    k_literal(k, q, 1);
    k_op(k, V_add, b->count, b->count, q);
    k_literal(k, q, (float)(1.0 / ((double)b->s.height * b->s.width)));
    k_op(k, V_mul, q, q, d[0]);
    k_op(k, V_div, q, q, b->count);
    k_op(k, V_mul, d[0], d[0], q);
    k_op(k, V_sub, d[1], d[1], d[0]);
    k_op(k, V_add, b->squares, b->squares, d[1]);
    k_op(k, V_add, b->mean, b->mean, q);
    kernel_release(k, q);
    kernel_release(k, d[0]);
    kernel_release(k, d[1]);
}

/* old = (1 - momentum) * old + momentum * factor * value */
static void emit_moved(Kernel *k, Stream old, int value, double momentum, double factor)
{
    int reg = kernel_register(k), weight = kernel_register(k);
    k_load(k, reg, old.pointer, 0);
    k_literal(k, weight, (float)(1 - momentum));
    k_op(k, V_mul, reg, reg, weight);
    k_literal(k, weight, (float)(momentum * factor));
    k_op(k, V_fma, reg, value, weight);
    k_store(k, old.pointer, 0, reg);
    kernel_release(k, reg);
    kernel_release(k, weight);
}

/* squares becomes 1 / sqrt(squares / elements + eps). */
static void emit_deviation(Batch *b, double elements, const Node *bn)
{
    int factor = kernel_register(b->k);
    k_literal(b->k, factor, (float)(1 / elements));
    k_op(b->k, V_mul, b->squares, b->squares, factor);
    kernel_release(b->k, factor);
    emit_inverse_root(b->k, b->squares, bn);
}

void lower_bn_stats(Lower *l, Node *n)
{
    const Node *bn = node_owner(n);
    Shape s = node_result(n->in[0]);
    int images = l->graph->max_batch;
    double elements = (double)images * s.height * s.width;
    if (elements < 2)
        fail_at(l->context, bn->loc, "a larger batch, or gn or ln, which do not need one",
                "'%s' has one value a channel in the whole batch, which has no variance", bn->name);
    step_begin(l);
    Batch b = {.k = step_kernel(l), .s = s};
    b.x = stream_open(l, b.k, n->in[0], "x", false);
    Stream y = stream_open(l, b.k, n, "y", true);
    Stream mean = stream_parameter(l, b.k, parameter_vector(l, bn, W_mean, &n->layout), "mean");
    Stream variance = stream_parameter(l, b.k, parameter_vector(l, bn, W_var, &n->layout), "variance");
    emit_first_mean(&b);
    k_zero(b.k, b.squares = kernel_register(b.k));
    k_zero(b.k, b.count = kernel_register(b.k));
    k_loop(b.k, images);
    emit_image(&b);
    k_end(b.k);
    k_zero(b.k, b.count);
    k_op(b.k, V_max, b.squares, b.squares, b.count);
    emit_moved(b.k, mean, b.mean, bn->attr.momentum, 1);
    emit_moved(b.k, variance, b.squares, bn->attr.momentum, 1 / (elements - 1));
    k_store(b.k, y.pointer, 0, b.mean);
    emit_deviation(&b, elements, bn);
    k_store(b.k, y.pointer, y.view.pixel, b.squares);
    Call *call = step_call(l, b.k, (int[]){n->layout.blocks, 1, 1}, "bn_stats", "8 channels of %d x %d pixels in %d images",
                           s.height, s.width, images);
    call->images = images;
    call_stride(call, b.x, 0, b.x.view.block);
    call_stride(call, y, 0, y.view.block);
    call_stride(call, mean, 0, LANES);
    call_stride(call, variance, 0, LANES);
    step_end(l, n, "bn_stats", "mean and deviation of %d channels over %d images of %d x %d", s.channels, images, s.height, s.width);
}

/* ---- batch norm: the result -------------------------------------------------------------------------------------------- */

enum { MEAN, SCALE, SHIFT, PRODUCT };   /* registers of a map */

static int load_side(Map *m, Stream side, int64_t offset)
{
    int reg = kernel_register(m->k);
    k_load(m->k, reg, side.pointer, offset);
    return reg;
}

static void open_bn_train(Map *m)
{
    Stream stats = map_side(m, m->n->in[1], "stats");
    m->reg[MEAN] = load_side(m, stats, 0);
    m->reg[SCALE] = load_side(m, stats, stats.view.pixel);
    m->reg[SHIFT] = load_side(m, m->out.vectors, 0);
    k_op(m->k, V_mul, m->reg[SCALE], m->reg[SCALE], m->reg[SHIFT]);
    k_load(m->k, m->reg[SHIFT], m->out.vectors.pointer, m->out.lanes);
}

/* (x - mean) * scale + shift: large means cost no digits. */
static int bn_train_value(Map *m, int pixel)
{
    int x = map_load(m, 0, pixel), y = kernel_register(m->k);
    k_op(m->k, V_sub, x, x, m->reg[MEAN]);
    k_op(m->k, V_copy, y, m->reg[SHIFT], 0);
    k_op(m->k, V_fma, y, x, m->reg[SCALE]);
    kernel_release(m->k, x);
    return y;
}

/* The node with the parameters of the forward node that it works for. */
static Node with_parameters(const Node *n)
{
    Node head = *n;
    for (int i = 0; i < NWEIGHT; i++)
        head.weight[i] = node_owner(n)->weight[i];
    return head;
}

void lower_bn_train(Lower *l, Node *n)
{
    static const VectorKind own[] = {VECTOR_weight, VECTOR_bias};
    static const MapKind kind = {.nin = 1, .open = open_bn_train, .value = bn_train_value, .name = "bn_train", .own = own, .nown = 2};
    Node head = with_parameters(n);
    lower_map(l, n, &head, &kind);
}

/* ---- batch norm: gradients ---------------------------------------------------------------------------------------------- */

/* The gradient streams of scale and shift; pointer -1: not trained. */
typedef struct {
    Stream scale, shift;
} Gradient;

static Stream open_gradient(Lower *l, Kernel *k, const Node *norm, int which, const Layout *layout, const char *name)
{
    if (!is_trained(&norm->weight[which]))
        return (Stream){.pointer = -1};
    return stream_gradient(l, k, parameter_vector(l, norm, which, layout), name);
}

static Gradient open_gradients(Lower *l, Kernel *k, const Node *n)
{
    const Node *norm = node_owner(n);
    return (Gradient){open_gradient(l, k, norm, W_weight, &n->layout, "dscale"),
                      open_gradient(l, k, norm, W_bias, &n->layout, "dshift")};
}

static void put_gradient(Kernel *k, Stream to, int reg)
{
    if (to.pointer >= 0)
        k_store(k, to.pointer, 0, reg);
}

static void stride_gradients(Call *call, const Gradient *g, int blocks, int first)
{
    const Stream *stream[] = {&g->scale, &g->shift};
    for (int i = 0; i < 2; i++)
        if (stream[i]->pointer >= 0) {
            call_move(call, *stream[i], first * LANES);
            call_stride(call, *stream[i], 0, blocks * LANES);
        }
}

/* What the differences of x are taken from, and what they are divided by: of the batch, or as they were before training. */
typedef struct {
    Stream mean, variance;              /* variance: pointer -1 where 1 / deviation lies beside the mean */
    const Node *bn;
} Standard;

static Standard open_standard(Lower *l, Kernel *k, const Node *n)
{
    const Node *bn = node_owner(n);
    if (n->nin > 2)
        return (Standard){.mean = stream_open(l, k, n->in[2], "stats", false), .variance.pointer = -1};
    Standard s = {stream_weights(l, k, parameter_vector(l, bn, W_mean, &n->layout), "mean"),
                  stream_weights(l, k, parameter_vector(l, bn, W_var, &n->layout), "variance"), bn};
    s.mean.view.block = s.variance.view.block = LANES;
    return s;
}

static int load_inverse(Kernel *k, const Standard *s)
{
    int reg = kernel_register(k);
    if (s->variance.pointer < 0) {
        k_load(k, reg, s->mean.pointer, s->mean.view.pixel);
        return reg;
    }
    k_load(k, reg, s->variance.pointer, 0);
    emit_inverse_root(k, reg, s->bn);
    return reg;
}

/* total[0] += sum of dy, total[1] += sum of dy (x - mean), image by image; both streams end at the batch's. */
static void emit_batch_gradient(const Sum *sum, Shape s, int images, const int total[2])
{
    Kernel *k = sum->k;
    int part[2];
    k_loop(k, images);
    emit_sums(sum, s.height, s.width, part);
    for (int i = 0; i < 2; i++) {
        k_op(k, V_add, total[i], total[i], part[i]);
        kernel_release(k, part[i]);
    }
    next_image(k, sum->x, s);
    next_image(k, sum->dy, s);
    k_end(k);
}

void lower_bn_sums(Lower *l, Node *n)
{
    Shape s = node_result(n->in[1]);
    int images = l->graph->max_batch, total[2];
    step_begin(l);
    Kernel *k = step_kernel(l);
    Sum sum = {.k = k, .kind = SUM_gradient, .dy = stream_open(l, k, n->in[0], "dy", false), .x = stream_open(l, k, n->in[1], "x", false)};
    Standard standard = open_standard(l, k, n);
    Stream y = stream_open(l, k, n, "y", true);
    Gradient gradient = open_gradients(l, k, n);
    for (int i = 0; i < 2; i++)
        k_zero(k, total[i] = kernel_register(k));
    k_load(k, sum.mean = kernel_register(k), standard.mean.pointer, 0);
    emit_batch_gradient(&sum, s, images, total);
    int inverse = load_inverse(k, &standard);
    k_op(k, V_mul, total[1], total[1], inverse);
    k_store(k, y.pointer, 0, total[0]);
    k_store(k, y.pointer, y.view.pixel, total[1]);
    put_gradient(k, gradient.shift, total[0]);
    put_gradient(k, gradient.scale, total[1]);
    Call *call = step_call(l, k, (int[]){n->layout.blocks, 1, 1}, "bn_sums", "8 channels of %d x %d pixels in %d images", s.height,
                           s.width, images);
    call->images = images;
    const Stream *const stream[] = {&sum.dy, &sum.x, &standard.mean, &standard.variance, &y};
    for (int i = 0; i < 5; i++)
        if (stream[i]->pointer >= 0)
            call_stride(call, *stream[i], 0, stream[i]->view.block);
    stride_gradients(call, &gradient, 1, 0);
    step_end(l, n, "bn_sums", "gradients of scale and shift of %d channels over %d images of %d x %d", s.channels, images, s.height,
             s.width);
}

/* dx = scale * istd * dy + shift + product * (x - mean), where shift = -scale * istd * sums0 / M, product = -scale * istd^2 *
 * sums1 / M. */
static void open_bn_dx(Map *m)
{
    Kernel *k = m->k;
    Stream stats = map_side(m, m->n->in[2], "stats"), sums = map_side(m, m->n->in[3], "sums");
    double elements = (double)m->l->graph->max_batch * m->n->shape.height * m->n->shape.width;
    int inverse = load_side(m, stats, stats.view.pixel), factor = kernel_register(k);
    m->reg[MEAN] = load_side(m, stats, 0);
    m->reg[SCALE] = load_side(m, m->out.vectors, 0);
    m->reg[SHIFT] = load_side(m, sums, 0);
    m->reg[PRODUCT] = load_side(m, sums, sums.view.pixel);
    k_op(k, V_mul, m->reg[SCALE], m->reg[SCALE], inverse);
    k_literal(k, factor, (float)(-1 / elements));
    k_op(k, V_mul, factor, factor, m->reg[SCALE]);
    k_op(k, V_mul, m->reg[SHIFT], m->reg[SHIFT], factor);
    k_op(k, V_mul, m->reg[PRODUCT], m->reg[PRODUCT], factor);
    k_op(k, V_mul, m->reg[PRODUCT], m->reg[PRODUCT], inverse);
    kernel_release(k, inverse);
    kernel_release(k, factor);
}

/* y = shift + scale * dy + product * (x - mean), in a new register; dy and x are released. */
static int combine(Kernel *k, int dy, int x, const int reg[])
{
    int y = kernel_register(k);
    k_op(k, V_sub, x, x, reg[MEAN]);
    k_op(k, V_copy, y, reg[SHIFT], 0);
    k_op(k, V_fma, y, x, reg[PRODUCT]);
    k_op(k, V_fma, y, dy, reg[SCALE]);
    kernel_release(k, dy);
    kernel_release(k, x);
    return y;
}

static int bn_dx_value(Map *m, int pixel)
{
    int dy = map_load(m, 0, pixel), x = map_load(m, 1, pixel);
    return combine(m->k, dy, x, m->reg);
}

void lower_bn_dx(Lower *l, Node *n)
{
    static const VectorKind own[] = {VECTOR_weight};
    static const MapKind kind = {.nin = 2, .open = open_bn_dx, .value = bn_dx_value, .name = "bn_dx", .own = own, .nown = 1};
    Node head = with_parameters(n);
    lower_map(l, n, &head, &kind);
}

/* With statistics that rest, a norm is a factor for each channel. */
void lower_bn_frozen_dx(Lower *l, Node *n)
{
    lower_elementwise(l, n);
}

/* ---- ln, in, gn --------------------------------------------------------------------------------------------------------- */

static NormSet open_set(Lower *l, const Groups *g, int first)
{
    const Node *n = g->n;
    NormSet set = {.groups = g, .k = step_kernel(l), .first = first, .scale.pointer = -1};
    set.dy = stream_open(l, set.k, n->in[0], "dy", false);
    set.x = stream_open(l, set.k, n->in[1], "x", false);
    return set;
}

/* One block's pixels: dx = combine(...), with these registers. */
typedef struct {
    const NormSet *set;
    const Output *out;
    int reg[4];
} Combining;

static void emit_combined(void *self, int pixels)
{
    const Combining *c = self;
    const NormSet *set = c->set;
    for (int j = 0; j < pixels; j++) {
        int dy = kernel_register(set->k), x = kernel_register(set->k);
        k_load(set->k, dy, set->dy.pointer, j * set->dy.view.pixel);
        k_load(set->k, x, set->x.pointer, j * set->x.view.pixel);
        output_store(set->k, c->out, combine(set->k, dy, x, c->reg), (Place){0, 0, j});
    }
}

/* What the dx of all blocks have in common: st.inverse stays; st.dy and st.product become shift and product. */
static void emit_factors(Kernel *k, const Statistics *st)
{
    int minus = kernel_register(k);
    k_zero(k, minus);
    k_op(k, V_sub, minus, minus, st->inverse);
    k_op(k, V_mul, st->dy, st->dy, minus);
    k_op(k, V_mul, st->product, st->product, minus);
    k_op(k, V_mul, st->product, st->product, st->inverse);
    k_op(k, V_mul, st->product, st->product, st->inverse);
    kernel_release(k, minus);
}

/* One block; lanes without channel get 0. Everything moves on to the next block. */
static void emit_norm_dx(const NormSet *set, const Output *out, const Statistics *st, Lanes lanes)
{
    Kernel *k = set->k;
    Shape s = set->groups->norm->shape;
    Combining c = {set, out, {st->mean, kernel_register(k), kernel_register(k), kernel_register(k)}};
    k_op(k, V_copy, c.reg[SHIFT], st->dy, 0);
    k_op(k, V_copy, c.reg[PRODUCT], st->product, 0);
    k_op(k, V_copy, c.reg[SCALE], st->inverse, 0);
    if (set->scale.pointer >= 0) {
        int scale = kernel_register(k);
        k_load(k, scale, set->scale.pointer, 0);
        k_op(k, V_mul, c.reg[SCALE], c.reg[SCALE], scale);
        kernel_release(k, scale);
    }
    apply_mask(k, V_mul, c.reg[SHIFT], lanes, 1, 0);
    apply_mask(k, V_mul, c.reg[PRODUCT], lanes, 1, 0);
    walk_rows(&(Walk){k, (Stream[]){set->dy, set->x}, 2, out}, s.height, s.width, emit_combined, &c);
    set_bump(set, 1, -s.height);
    output_bump(k, out, (Place){1, -s.height, 0});
    for (int i = SCALE; i <= PRODUCT; i++)
        kernel_release(k, c.reg[i]);
}

static void lower_norm_dx_sets(Lower *l, const Groups *g, int64_t vectors, int b, int count)
{
    const Node *n = g->n;
    NormSet set = open_set(l, g, b);
    if (g->norm->weight[W_weight].tensor) {
        set.scale = stream_weights(l, set.k, parameter_vector(l, g->norm, W_weight, &n->layout), "scale");
        set.scale.view.block = LANES;
    }
    Output out = output_open(l, set.k, n, vectors, 0);
    Statistics st = emit_statistics(&set, true);
    emit_factors(set.k, &st);
    BlockRun run;
    for (int i = b; i < b + g->blocks; i += run.blocks) {
        run = block_run(&n->layout, i, b + g->blocks);
        k_loop(set.k, run.blocks);
        emit_norm_dx(&set, &out, &st, (Lanes){0, g->lanes == LANES ? run.channels : LANES});
        k_end(set.k);
    }
    Call *call = step_call(l, set.k, (int[]){count, 1, 1}, "norm_dx", "%d channel blocks of %d x %d pixels", g->blocks, n->shape.height,
                           n->shape.width);
    move_set(call, g, set.x, set.x.view.block, b);
    move_set(call, g, set.dy, set.dy.view.block, b);
    move_set(call, g, set.scale, set.scale.view.block, b);
    output_move(call, &out, (Place){b, 0, 0});
    output_stride(call, &out, 0, (Place){g->blocks, 0, 0});
}

void lower_norm_dx(Lower *l, Node *n)
{
    Shape s = n->shape;
    Groups g = norm_groups(l, n, node_owner(n));
    int64_t vectors = output_pack(l, n, NULL, 0);
    step_begin(l);
    for (int b = 0, count; b < n->layout.blocks; b += count * g.blocks) {
        count = alike_sets(&g, b);
        lower_norm_dx_sets(l, &g, vectors, b, count);
    }
    step_end(l, n, "norm_dx", "gradient of %s over %d of %d channels: %d x %d pixels", op_name(g.norm->op), g.size, s.channels, s.height,
             s.width);
}

/* The sums of one block of one image are added to what y holds. Everything moves on to the next block. */
static void emit_added_sums(const NormSet *set, Stream y, Shape s, Statistics st)
{
    Kernel *k = set->k;
    int part[2], before = kernel_register(k);
    emit_sums(&(Sum){k, SUM_gradient, set->x, set->dy, st.mean}, s.height, s.width, part);
    k_op(k, V_mul, part[1], part[1], st.inverse);
    for (int i = 0; i < 2; i++) {
        k_load(k, before, y.pointer, i * y.view.pixel);
        k_op(k, V_add, part[i], part[i], before);
        k_store(k, y.pointer, i * y.view.pixel, part[i]);
        kernel_release(k, part[i]);
    }
    kernel_release(k, before);
    set_bump(set, 1, -s.height);
    k_bump(k, y.pointer, y.view.block);
}

static void emit_all_images(NormSet *set, Stream y, Shape s, int images)
{
    Kernel *k = set->k;
    const Groups *g = set->groups;
    k_loop(k, images);
    Statistics st = emit_statistics(set, false);
    k_loop(k, g->blocks);
    emit_added_sums(set, y, s, st);
    k_end(k);
    kernel_release(k, st.mean);
    kernel_release(k, st.inverse);
    set_bump(set, -(g->crossing ? set->first + 1 : g->blocks), 0);
    k_bump(k, y.pointer, -g->blocks * y.view.block);
    k_bump(k, set->x.pointer, set->x.image);
    k_bump(k, set->dy.pointer, set->dy.image);
    k_end(k);
}

/* y = 0 before, or y becomes the gradients after all images. */
static void emit_ends(Kernel *k, Stream y, int blocks, const Gradient *gradient)
{
    int reg = kernel_register(k);
    k_zero(k, reg);
    k_loop(k, blocks);
    for (int i = 0; i < 2; i++) {
        Stream to = i ? gradient->scale : gradient->shift;
        if (to.pointer >= 0) {
            k_load(k, reg, y.pointer, i * y.view.pixel);
            k_store(k, to.pointer, 0, reg);
            k_bump(k, to.pointer, LANES);
        }
    }
    k_bump(k, y.pointer, y.view.block);
    k_end(k);
    k_bump(k, y.pointer, -blocks * y.view.block);
    kernel_release(k, reg);
}

static void emit_zeros(Kernel *k, Stream y, int blocks)
{
    int zero = kernel_register(k);
    k_zero(k, zero);
    k_loop(k, blocks);
    k_store(k, y.pointer, 0, zero);
    k_store(k, y.pointer, y.view.pixel, zero);
    k_bump(k, y.pointer, y.view.block);
    k_end(k);
    k_bump(k, y.pointer, -blocks * y.view.block);
    kernel_release(k, zero);
}

static void lower_norm_sums_sets(Lower *l, const Groups *g, int b, int count)
{
    const Node *n = g->n;
    Shape s = node_result(n->in[1]);
    int images = l->graph->max_batch;
    NormSet set = open_set(l, g, b);
    Stream y = stream_open(l, set.k, n, "y", true);
    Gradient gradient = open_gradients(l, set.k, n);
    emit_zeros(set.k, y, g->blocks);
    emit_all_images(&set, y, s, images);
    emit_ends(set.k, y, g->blocks, &gradient);
    Call *call = step_call(l, set.k, (int[]){count, 1, 1}, "norm_sums", "%d channel blocks of %d x %d pixels in %d images", g->blocks,
                           s.height, s.width, images);
    call->images = images;
    move_set(call, g, set.x, set.x.view.block, b);
    move_set(call, g, set.dy, set.dy.view.block, b);
    call_move(call, y, b * y.view.block);
    call_stride(call, y, 0, g->blocks * y.view.block);
    stride_gradients(call, &gradient, g->blocks, b);
}

void lower_norm_sums(Lower *l, Node *n)
{
    Groups g = norm_groups(l, n, node_owner(n));
    step_begin(l);
    for (int b = 0, count; b < n->layout.blocks; b += count * g.blocks) {
        count = alike_sets(&g, b);
        lower_norm_sums_sets(l, &g, b, count);
    }
    step_end(l, n, "norm_sums", "gradients of scale and shift of %s: %d channels", op_name(g.norm->op), n->shape.channels);
}
