/* train_bn.c - batch norm while training: statistics of the batch, the result, gradients.
 *
 * Statistics go over the images one after the other, so one task takes a channel block of all of them, or of a chunk of them where
 * blocks are few. The update of mean and sum of squares by those of one image, or of a chunk, is that of Chan, Golub and LeVeque
 * ("Updating formulae and a pairwise algorithm for computing sample variances", 1979); the differences that are summed are those
 * from the mean of the images before, which keeps large means from costing digits. */
#include "train_bn.h"

/* ---- chunks of the batch ---------------------------------------------------------------------------------------------- */

/* Tasks of `images` images each, for every block. */
typedef struct {
    int images, parts;
    int start, first;                   /* image and number of the first part */
} Chunk;

/* A batch as two kinds of chunks, which differ by one image, or as one of one. */
typedef struct {
    Chunk kind[2];
    int kinds, parts;
} Chunks;

static Chunks chunks_of(const Lower *l, int blocks)
{
    enum { FEWEST_TASKS = 16 };         /* so that a few threads have equal shares */
    int images = l->graph->max_batch, wanted = ceil_of(FEWEST_TASKS, blocks), size, larger;
    Chunks c = {.kinds = 0};
    split_evenly(images, ceil_of(images, wanted), &size, &c.parts, &larger);
    if (larger)
        c.kind[c.kinds++] = (Chunk){size + 1, larger, 0, 0};
    if (larger < c.parts)
        c.kind[c.kinds++] = (Chunk){size, c.parts - larger, larger * (size + 1), larger};
    return c;
}

enum { PAIR = 2 * LANES };              /* floats of what a part leaves: two vectors */

static void stride_images(Call *call, Stream s, const Chunk *c)
{
    call_move(call, s, c->start * s.image);
    call_stride(call, s, 0, s.view.block);
    call_stride(call, s, 1, c->images * s.image);
}

static void stride_parts(Call *call, Stream room, const Chunks *all, const Chunk *c)
{
    call_move(call, room, c->first * PAIR);
    call_stride(call, room, 0, all->parts * PAIR);
    call_stride(call, room, 1, PAIR);
}

static void put_pair(Kernel *k, Stream to, int64_t second, const int pair[2])
{
    k_store(k, to.pointer, 0, pair[0]);
    k_store(k, to.pointer, second, pair[1]);
}

/* ---- batch norm: statistics ------------------------------------------------------------------------------------------ */

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

static Batch open_batch(Lower *l, const Node *n)
{
    Batch b = {.k = step_kernel(l), .s = node_result(n->in[0])};
    b.x = stream_open(l, b.k, n->in[0], "x", false);
    return b;
}

static void emit_images(Batch *b, int images)
{
    emit_first_mean(b);
    k_zero(b->k, b->squares = kernel_register(b->k));
    k_zero(b->k, b->count = kernel_register(b->k));
    k_loop(b->k, images);
    emit_image(b);
    k_end(b->k);
}

Statistic open_statistic(Lower *l, Kernel *k, const Node *n)
{
    const Node *bn = node_owner(n);
    Stream (*const running)(Lower *, Kernel *, int64_t, const char *) = l->evaluation ? stream_weights : stream_parameter;
    return (Statistic){stream_open(l, k, n, "y", true), stream_weights(l, k, parameter_vector(l, bn, W_weight, &n->layout), "scale"),
                       stream_weights(l, k, parameter_vector(l, bn, W_bias, &n->layout), "shift"),
                       running(l, k, parameter_vector(l, bn, W_mean, &n->layout), "mean"),
                       running(l, k, parameter_vector(l, bn, W_var, &n->layout), "variance")};
}

/* All that readers of the statistics want of a channel block; the registers are no longer of use. */
static void put_statistic(Kernel *k, const Statistic *to, int mean, int inverse)
{
    int64_t pixel = to->y.view.pixel;
    k_store(k, to->y.pointer, STATS_mean * pixel, mean);
    k_store(k, to->y.pointer, STATS_inverse * pixel, inverse);
    k_load(k, mean, to->scale.pointer, 0);
    k_op(k, V_mul, inverse, inverse, mean);
    k_store(k, to->y.pointer, STATS_scale * pixel, inverse);
    k_load(k, mean, to->shift.pointer, 0);
    k_store(k, to->y.pointer, STATS_shift * pixel, mean);
}

void emit_statistic(Batch *b, const Statistic *to, const Node *bn, double elements)
{
    k_zero(b->k, b->count);
    k_op(b->k, V_max, b->squares, b->squares, b->count);
    emit_moved(b->k, to->mean, b->mean, bn->attr.momentum, 1);
    emit_moved(b->k, to->variance, b->squares, bn->attr.momentum, 1 / (elements - 1));
    emit_deviation(b, elements, bn);
    put_statistic(b->k, to, b->mean, b->squares);
}

void stride_statistic(Call *call, const Statistic *to)
{
    const Stream *const vector[] = {&to->scale, &to->shift, &to->mean, &to->variance};
    call_stride(call, to->y, 0, to->y.view.block);
    for (int i = 0; i < 4; i++)
        call_stride(call, *vector[i], 0, LANES);
}

static void lower_whole_stats(Lower *l, const Node *n, const Chunk *all, double elements)
{
    Batch b = open_batch(l, n);
    Statistic to = open_statistic(l, b.k, n);
    emit_images(&b, all->images);
    emit_statistic(&b, &to, node_owner(n), elements);
    Call *call = step_call(l, b.k, (int[]){n->layout.blocks, 1, 1}, "bn_stats", "8 channels of %d x %d pixels in %d images",
                           b.s.height, b.s.width, all->images);
    call->images = all->images;
    stride_images(call, b.x, all);
    stride_statistic(call, &to);
}

/* Mean and squares of each chunk, one beside the other. */
static void lower_stats_parts(Lower *l, const Node *n, const Chunks *all, int64_t place)
{
    for (int i = 0; i < all->kinds; i++) {
        const Chunk *c = &all->kind[i];
        Batch b = open_batch(l, n);
        Stream room = stream_common(l, b.k, place, "part", true);
        emit_images(&b, c->images);
        put_pair(b.k, room, LANES, (int[]){b.mean, b.squares});
        Call *call = step_call(l, b.k, (int[]){n->layout.blocks, c->parts, 1}, "bn_stats_part", "8 channels of %d x %d pixels in %d images",
                               b.s.height, b.s.width, c->images);
        call->images = l->graph->max_batch;
        stride_images(call, b.x, c);
        stride_parts(call, room, all, c);
    }
}

/* One part more, of `images` images: with d = its mean - mean, mean += d images / count, squares += its squares + d' d images pixels,
 * where d' is the difference from the new mean. */
static void emit_part(Batch *b, Stream room, int images)
{
    Kernel *k = b->k;
    int mean = kernel_register(k), d = kernel_register(k), weight = kernel_register(k), squares = kernel_register(k);
    k_load(k, mean, room.pointer, 0);
    k_load(k, squares, room.pointer, LANES);
    k_bump(k, room.pointer, PAIR);
    k_op(k, V_add, b->squares, b->squares, squares);
    k_op(k, V_sub, d, mean, b->mean);
    k_literal(k, weight, (float)images);
    k_op(k, V_add, b->count, b->count, weight);
    k_op(k, V_div, weight, weight, b->count);
    k_op(k, V_fma, b->mean, d, weight);
    k_op(k, V_sub, mean, mean, b->mean);
    k_literal(k, weight, (float)((double)images * b->s.height * b->s.width));
    k_op(k, V_mul, d, d, weight);
    k_op(k, V_fma, b->squares, d, mean);
    for (int i = 0; i < 4; i++)
        kernel_release(k, (int[]){mean, d, weight, squares}[i]);
}

static void lower_stats_joined(Lower *l, const Node *n, const Chunks *all, int64_t place, double elements)
{
    Batch b = {.k = step_kernel(l), .s = node_result(n->in[0])};
    Stream room = stream_common(l, b.k, place, "part", false);
    Statistic to = open_statistic(l, b.k, n);
    int *const zero[] = {&b.mean, &b.squares, &b.count};
    for (int i = 0; i < 3; i++)
        k_zero(b.k, *zero[i] = kernel_register(b.k));
    for (int i = 0; i < all->kinds; i++) {
        k_loop(b.k, all->kind[i].parts);
        emit_part(&b, room, all->kind[i].images);
        k_end(b.k);
    }
    emit_statistic(&b, &to, node_owner(n), elements);
    Call *call = step_call(l, b.k, (int[]){n->layout.blocks, 1, 1}, "bn_stats", "8 channels of %d parts", all->parts);
    call->images = l->graph->max_batch;
    call_stride(call, room, 0, all->parts * PAIR);
    stride_statistic(call, &to);
}

void lower_bn_running(Lower *l, Node *n)
{
    const Node *bn = node_owner(n);
    step_begin(l);
    Kernel *k = step_kernel(l);
    Statistic to = open_statistic(l, k, n);
    int mean = kernel_register(k), value = kernel_register(k), one = kernel_register(k);
    k_load(k, mean, to.mean.pointer, 0);
    k_load(k, value, to.variance.pointer, 0);
    k_literal(k, one, (float)bn->attr.eps);
    k_op(k, V_add, value, value, one);
    k_op(k, V_sqrt, value, value, 0);
    k_literal(k, one, 1);
    k_op(k, V_div, value, one, value);
    put_statistic(k, &to, mean, value);
    Call *call = step_call(l, k, (int[]){n->layout.blocks, 1, 1}, "bn_running", "running mean and deviation of 8 channels");
    call->images = l->graph->max_batch;
    stride_statistic(call, &to);
    step_end(l, n, "bn_running", "running mean and deviation of %d channels", node_result(n->in[0]).channels);
}

void lower_bn_stats(Lower *l, Node *n)
{
    const Node *bn = node_owner(n);
    Shape s = node_result(n->in[0]);
    Chunks all = chunks_of(l, n->layout.blocks);
    int images = l->graph->max_batch;
    double elements = (double)images * s.height * s.width;
    if (elements < 2)
        fail_at(l->context, bn->loc, "a larger batch, or gn or ln, which do not need one",
                "'%s' has one value a channel in the whole batch, which has no variance", bn->name);
    bool tallied = n->in[0]->sums == n;
    int64_t place = all.parts > 1 && !tallied ? step_room(l, (int64_t)n->layout.blocks * all.parts * PAIR) : 0;
    step_begin(l);
    if (tallied) {
        lower_tallied_stats(l, n, elements);
    } else if (all.parts > 1) {
        lower_stats_parts(l, n, &all, place);
        step_end(l, n, "bn_stats_parts", "%d parts of a batch of %d images of %d x %d", all.parts, images, s.height, s.width);
        step_begin(l);
        lower_stats_joined(l, n, &all, place, elements);
    } else {
        lower_whole_stats(l, n, &all.kind[0], elements);
    }
    step_end(l, n, "bn_stats", "mean and deviation of %d channels over %d images of %d x %d", s.channels, images, s.height, s.width);
}

/* ---- batch norm: the result -------------------------------------------------------------------------------------------- */

static int load_side(Map *m, Stream side, int64_t offset)
{
    int reg = kernel_register(m->k);
    k_load(m->k, reg, side.pointer, offset);
    return reg;
}

static void open_bn_train(Map *m)
{
    Stream stats = map_side(m, m->n->in[1], "stats");
    m->reg[MEAN] = load_side(m, stats, STATS_mean * stats.view.pixel);
    m->reg[SCALE] = load_side(m, stats, STATS_scale * stats.view.pixel);
    m->reg[SHIFT] = load_side(m, stats, STATS_shift * stats.view.pixel);
}

static int bn_train_value(Map *m, int pixel)
{
    return emit_normalised(m->k, map_load(m, 0, pixel), m->reg[MEAN], m->reg[SCALE], m->reg[SHIFT]);
}

void lower_bn_train(Lower *l, Node *n)
{
    static const MapKind kind = {.nin = 1, .open = open_bn_train, .value = bn_train_value, .name = "bn_train"};
    lower_map(l, n, n, &kind);
}

/* ---- batch norm: gradients ---------------------------------------------------------------------------------------------- */

static void put_gradient(Kernel *k, Stream to, int reg)
{
    if (to.pointer >= 0)
        k_store(k, to.pointer, 0, reg);
}

/* What the differences of x are taken from, and what they are divided by: of the batch, or as they were before training. */
Stream open_mean(Lower *l, Kernel *k, const Node *n)
{
    if (n->nin > 2)
        return stream_open(l, k, n->in[2], "mean", false);
    Stream mean = stream_weights(l, k, parameter_vector(l, node_owner(n), W_mean, &n->layout), "mean");
    mean.view.block = LANES;
    return mean;
}

static Stream open_deviation(Lower *l, Kernel *k, const Node *n)
{
    if (n->nin > 2)
        return stream_open(l, k, n->in[2], "deviation", false);
    Stream variance = stream_weights(l, k, parameter_vector(l, node_owner(n), W_var, &n->layout), "variance");
    variance.view.block = LANES;
    return variance;
}

/* 1 / deviation, in a new register. */
static int load_inverse(Kernel *k, const Node *n, Stream deviation)
{
    int reg = kernel_register(k);
    k_load(k, reg, deviation.pointer, n->nin > 2 ? STATS_inverse * deviation.view.pixel : 0);
    if (n->nin <= 2)
        emit_inverse_root(k, reg, node_owner(n));
    return reg;
}

/* The sums of dy and dy (x - mean) over some images; both streams end at the images that follow. */
static void emit_batch_gradient(const Sum *sum, Shape s, int images, int total[2])
{
    Kernel *k = sum->k;
    int part[2];
    for (int i = 0; i < 2; i++)
        k_zero(k, total[i] = kernel_register(k));
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

Sums open_sums(Lower *l, Kernel *k, const Node *n)
{
    return (Sums){n, stream_open(l, k, n, "y", true), open_deviation(l, k, n), open_gradients(l, k, n)};
}

void finish_sums(Kernel *k, const Sums *to, const int total[2])
{
    int inverse = load_inverse(k, to->n, to->deviation);
    k_op(k, V_mul, total[1], total[1], inverse);
    kernel_release(k, inverse);
    put_pair(k, to->y, to->y.view.pixel, total);
    put_gradient(k, to->gradient.shift, total[0]);
    put_gradient(k, to->gradient.scale, total[1]);
}

void stride_sums(Call *call, const Sums *to)
{
    call_stride(call, to->y, 0, to->y.view.block);
    call_stride(call, to->deviation, 0, to->deviation.view.block);
    stride_gradients(call, &to->gradient, 1, 0);
}

/* A chunk's sums, left in the room, or where the chunk is all, finished. */
static void lower_chunk_sums(Lower *l, const Node *n, const Chunks *all, const Chunk *c, int64_t place)
{
    Shape s = node_result(n->in[1]);
    bool whole = all->parts == 1;
    int total[2];
    Kernel *k = step_kernel(l);
    Sum sum = {.k = k, .kind = SUM_gradient, .dy = stream_open(l, k, n->in[0], "dy", false), .x = stream_open(l, k, n->in[1], "x", false),
               .mean = kernel_register(k)};
    Stream mean = open_mean(l, k, n);
    Sums to = whole ? open_sums(l, k, n) : (Sums){.y = stream_common(l, k, place, "part", true)};
    k_load(k, sum.mean, mean.pointer, 0);
    emit_batch_gradient(&sum, s, c->images, total);
    if (whole)
        finish_sums(k, &to, total);
    else
        put_pair(k, to.y, LANES, total);
    Call *call = step_call(l, k, (int[]){n->layout.blocks, c->parts, 1}, whole ? "bn_sums" : "bn_sums_part",
                           "8 channels of %d x %d pixels in %d images", s.height, s.width, c->images);
    call->images = l->graph->max_batch;
    stride_images(call, sum.x, c);
    stride_images(call, sum.dy, c);
    call_stride(call, mean, 0, mean.view.block);
    if (whole)
        stride_sums(call, &to);
    else
        stride_parts(call, to.y, all, c);
}

static void lower_sums_joined(Lower *l, const Node *n, const Chunks *all, int64_t place)
{
    Kernel *k = step_kernel(l);
    Stream room = stream_common(l, k, place, "part", false);
    Sums to = open_sums(l, k, n);
    int total[2], part = kernel_register(k);
    for (int i = 0; i < 2; i++)
        k_zero(k, total[i] = kernel_register(k));
    k_loop(k, all->parts);
    for (int i = 0; i < 2; i++) {
        k_load(k, part, room.pointer, i * LANES);
        k_op(k, V_add, total[i], total[i], part);
    }
    k_bump(k, room.pointer, PAIR);
    k_end(k);
    finish_sums(k, &to, total);
    Call *call = step_call(l, k, (int[]){n->layout.blocks, 1, 1}, "bn_sums", "8 channels of %d parts", all->parts);
    call->images = l->graph->max_batch;
    call_stride(call, room, 0, all->parts * PAIR);
    stride_sums(call, &to);
}

void lower_bn_sums(Lower *l, Node *n)
{
    Shape s = node_result(n->in[1]);
    Chunks all = chunks_of(l, n->layout.blocks);
    bool tallied = n->in[0]->sums == n;
    int64_t place = all.parts > 1 && !tallied ? step_room(l, (int64_t)n->layout.blocks * all.parts * PAIR) : 0;
    step_begin(l);
    if (tallied)
        lower_tallied_sums(l, n);
    for (int i = 0; i < all.kinds && !tallied; i++)
        lower_chunk_sums(l, n, &all, &all.kind[i], place);
    if (all.parts > 1 && !tallied) {
        step_end(l, n, "bn_sums_parts", "%d parts of a batch of %d images of %d x %d", all.parts, l->graph->max_batch, s.height, s.width);
        step_begin(l);
        lower_sums_joined(l, n, &all, place);
    }
    step_end(l, n, "bn_sums", "gradients of scale and shift of %d channels over %d images of %d x %d", s.channels, l->graph->max_batch,
             s.height, s.width);
}

/* dx = scale * istd * dy + shift + product * (x - mean), where shift = -scale * istd * sums0 / M, product = -scale * istd^2 *
 * sums1 / M. */
static void open_bn_dx(Map *m)
{
    Kernel *k = m->k;
    Stream stats = map_side(m, m->n->in[2], "stats"), sums = map_side(m, m->n->in[3], "sums");
    double elements = (double)m->l->graph->max_batch * m->n->shape.height * m->n->shape.width;
    int inverse = load_side(m, stats, STATS_inverse * stats.view.pixel), factor = kernel_register(k);
    m->reg[MEAN] = load_side(m, stats, STATS_mean * stats.view.pixel);
    m->reg[SCALE] = load_side(m, stats, STATS_scale * stats.view.pixel);
    m->reg[SHIFT] = load_side(m, sums, 0);
    m->reg[PRODUCT] = load_side(m, sums, sums.view.pixel);
    k_literal(k, factor, (float)(-1 / elements));
    k_op(k, V_mul, factor, factor, m->reg[SCALE]);
    k_op(k, V_mul, m->reg[SHIFT], m->reg[SHIFT], factor);
    k_op(k, V_mul, m->reg[PRODUCT], m->reg[PRODUCT], factor);
    k_op(k, V_mul, m->reg[PRODUCT], m->reg[PRODUCT], inverse);
    kernel_release(k, inverse);
    kernel_release(k, factor);
}

static int bn_dx_value(Map *m, int pixel)
{
    int dy = map_load(m, 0, pixel), x = map_load(m, 1, pixel);
    return emit_combined(m->k, dy, x, m->reg);
}

void lower_bn_dx(Lower *l, Node *n)
{
    static const MapKind kind = {.nin = 2, .open = open_bn_dx, .value = bn_dx_value, .name = "bn_dx"};
    lower_map(l, n, n, &kind);
}

/* With statistics that rest, a norm is a factor for each channel. */
void lower_bn_frozen_dx(Lower *l, Node *n)
{
    lower_elementwise(l, n);
}
