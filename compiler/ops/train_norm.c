/* train_norm.c - gradients of ln, in and gn, whose statistics are computed again from their operand. */
#include "train_norm.h"

/* ---- what all norms share -------------------------------------------------------------------------------------------- */

static Stream open_gradient(Lower *l, Kernel *k, const Node *norm, int which, const Layout *layout, const char *name)
{
    if (!is_trained(&norm->weight[which]))
        return (Stream){.pointer = -1};
    return stream_gradient(l, k, parameter_vector(l, norm, which, layout), name);
}

Gradient open_gradients(Lower *l, Kernel *k, const Node *n)
{
    const Node *norm = node_owner(n);
    return (Gradient){open_gradient(l, k, norm, W_weight, &n->layout, "dscale"),
                      open_gradient(l, k, norm, W_bias, &n->layout, "dshift")};
}

void stride_gradients(Call *call, const Gradient *g, int blocks, int first)
{
    const Stream *stream[] = {&g->scale, &g->shift};
    for (int i = 0; i < 2; i++)
        if (stream[i]->pointer >= 0) {
            call_move(call, *stream[i], first * LANES);
            call_stride(call, *stream[i], 0, blocks * LANES);
        }
}

int emit_combined(Kernel *k, int dy, int x, const int reg[NCOMBINED])
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

/* ---- ln, in, gn --------------------------------------------------------------------------------------------------------- */

static NormSet open_set(Lower *l, const Groups *g, int first)
{
    const Node *n = g->n;
    NormSet set = {.groups = g, .k = step_kernel(l), .first = first, .scale.pointer = -1};
    set.dy = stream_open(l, set.k, n->in[0], "dy", false);
    set.x = stream_open(l, set.k, n->in[1], "x", false);
    return set;
}

/* One block's pixels: dx = emit_combined(...), with these registers. */
typedef struct {
    const NormSet *set;
    const Output *out;
    int reg[NCOMBINED];
} Combining;

static void emit_pixels(void *self, int pixels)
{
    const Combining *c = self;
    const NormSet *set = c->set;
    for (int j = 0; j < pixels; j++) {
        int dy = kernel_register(set->k), x = kernel_register(set->k);
        k_load(set->k, dy, set->dy.pointer, j * set->dy.view.pixel);
        k_load(set->k, x, set->x.pointer, j * set->x.view.pixel);
        output_store(set->k, c->out, emit_combined(set->k, dy, x, c->reg), (Place){0, 0, j});
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
    walk_rows(&(Walk){k, (Stream[]){set->dy, set->x}, 2, out}, s.height, s.width, emit_pixels, &c);
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
