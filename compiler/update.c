/* update.c - the last steps of a training program: from gradients to new parameters, a sweep over their arrays.
 *
 * SGD and AdamW as PyTorch computes them (torch.optim.SGD, torch.optim.AdamW; AdamW: Loshchilov and Hutter, "Decoupled weight
 * decay regularization", 2019, algorithm 2). What changes from step to step is read from the scalars that all images share. */
#include "lower.h"

enum { CHUNK = 4096, UNROLL = 4 };      /* floats of one task; vectors of a loop's body */

/* One task's share of the arrays. */
typedef struct {
    Lower *l;
    const Optimiser *o;
    bool decay;
    Kernel *k;
    Stream p, g, first, second, scalars;        /* parameters, gradients, momentum or first moments, second moments */
    int scale, rate, mu, one_less, square, square_less, decayed, correction, epsilon;     /* registers of constants, -1: none */
} Sweep;

static int constant(Kernel *k, double value)
{
    int reg = kernel_register(k);
    k_literal(k, reg, (float)value);
    return reg;
}

static int scalar(Sweep *s, int which)
{
    int reg = kernel_register(s->k);
    k_broadcast(s->k, reg, s->scalars.pointer, which);
    return reg;
}

/* -rate: so that a multiply-add subtracts. */
static int negative_rate(Sweep *s)
{
    int zero = kernel_register(s->k), rate = scalar(s, COMMON_rate);
    k_zero(s->k, zero);
    k_op(s->k, V_sub, rate, zero, rate);
    kernel_release(s->k, zero);
    return rate;
}

/* The gradient at vector i, clipped. */
static int load_gradient(const Sweep *s, int i)
{
    int g = kernel_register(s->k);
    k_load(s->k, g, s->g.pointer, i * LANES);
    if (s->scale >= 0)
        k_op(s->k, V_mul, g, g, s->scale);
    return g;
}

/* g += decay p; v = momentum v + g; p -= rate v, with Nesterov's g + momentum v in place of v. */
static void emit_sgd(const Sweep *s, int i)
{
    Kernel *k = s->k;
    int p = kernel_register(k), g = load_gradient(s, i);
    k_load(k, p, s->p.pointer, i * LANES);
    if (s->decay)
        k_op(k, V_fma, g, p, s->decayed);
    if (s->mu >= 0) {
        int v = kernel_register(k), old = kernel_register(k);
        k_load(k, old, s->first.pointer, i * LANES);
        k_op(k, V_copy, v, g, 0);
        k_op(k, V_fma, v, old, s->mu);
        k_store(k, s->first.pointer, i * LANES, v);
        if (s->o->nesterov)
            k_op(k, V_fma, g, v, s->mu);
        else
            k_op(k, V_copy, g, v, 0);
        kernel_release(k, v);
        kernel_release(k, old);
    }
    k_op(k, V_fma, p, g, s->rate);
    k_store(k, s->p.pointer, i * LANES, p);
    kernel_release(k, p);
    kernel_release(k, g);
}

/* moment = beta moment + (1 - beta) value, kept and returned in a register. */
static int emit_moment(const Sweep *s, const Stream *moment, int i, int value, int beta, int less)
{
    Kernel *k = s->k;
    int old = kernel_register(k), next = kernel_register(k);
    k_load(k, old, moment->pointer, i * LANES);
    k_op(k, V_mul, next, value, less);
    k_op(k, V_fma, next, old, beta);
    k_store(k, moment->pointer, i * LANES, next);
    kernel_release(k, old);
    return next;
}

/* p *= 1 - rate decay; p -= rate / (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon). */
static void emit_adamw(const Sweep *s, int i)
{
    Kernel *k = s->k;
    int g = load_gradient(s, i), m = emit_moment(s, &s->first, i, g, s->mu, s->one_less);
    k_op(k, V_mul, g, g, g);
    int v = emit_moment(s, &s->second, i, g, s->square, s->square_less), p = g;
    k_op(k, V_sqrt, v, v, 0);
    k_op(k, V_mul, v, v, s->correction);
    k_op(k, V_add, v, v, s->epsilon);
    k_op(k, V_div, m, m, v);
    k_load(k, p, s->p.pointer, i * LANES);
    if (s->decay)
        k_op(k, V_mul, p, p, s->decayed);
    k_op(k, V_fma, p, m, s->rate);
    k_store(k, s->p.pointer, i * LANES, p);
    kernel_release(k, p);
    kernel_release(k, m);
    kernel_release(k, v);
}

static void open_streams(Sweep *s, int64_t from)
{
    const Optimiser *o = s->o;
    Lower *l = s->l;
    s->p = stream_parameter(l, s->k, from, "p");
    s->g = stream_gradient(l, s->k, from, "g");
    s->scalars = stream_common(l, s->k, 0, "scalars", false);
    if (l->program->state_floats)
        s->first = stream_state(l, s->k, from, o->kind == OPTIMISER_adamw ? "m" : "v");
    if (o->kind == OPTIMISER_adamw)
        s->second = stream_state(l, s->k, l->program->trained_floats + from, "v");
}

static void load_constants(Sweep *s)
{
    const Optimiser *o = s->o;
    Kernel *k = s->k;
    s->scale = o->clip_norm > 0 ? scalar(s, COMMON_clip) : -1;
    s->rate = negative_rate(s);
    if (o->kind == OPTIMISER_adamw) {
        s->mu = constant(k, o->beta1);
        s->one_less = constant(k, 1 - o->beta1);
        s->square = constant(k, o->beta2);
        s->square_less = constant(k, 1 - o->beta2);
        s->correction = scalar(s, COMMON_correction);
        s->epsilon = constant(k, o->epsilon);
        s->decayed = s->decay ? scalar(s, COMMON_decay) : -1;
    } else {
        s->mu = o->momentum ? constant(k, o->momentum) : -1;
        s->decayed = s->decay ? constant(k, o->weight_decay) : -1;
    }
}

/* `count` tasks of `floats` floats each, `first` floats behind `from`. */
static void add_sweep(Lower *l, const Optimiser *o, bool decay, int64_t from, int64_t first, int64_t floats, int64_t count)
{
    Sweep s = {.l = l, .o = o, .decay = decay, .k = step_kernel(l)};
    int vectors = (int)(floats / LANES), unroll = vectors % UNROLL ? vectors % 2 ? 1 : 2 : UNROLL;
    open_streams(&s, from);
    load_constants(&s);
    k_loop(s.k, vectors / unroll);
    for (int i = 0; i < unroll; i++)
        (o->kind == OPTIMISER_adamw ? emit_adamw : emit_sgd)(&s, i);
    const Stream *moved[] = {&s.p, &s.g, l->program->state_floats ? &s.first : NULL, o->kind == OPTIMISER_adamw ? &s.second : NULL};
    for (int i = 0; i < 4; i++)
        if (moved[i])
            k_bump(s.k, moved[i]->pointer, unroll * LANES);
    k_end(s.k);
    Call *call = step_call(l, s.k, (int[]){(int)count, 1, 1}, "update", "%s, %s weight decay: %d parameters",
                           o->kind == OPTIMISER_adamw ? "AdamW" : "SGD", decay ? "with" : "without", (int)floats);
    call->images = l->graph->max_batch;
    for (int i = 0; i < 4; i++)
        if (moved[i]) {
            call_move(call, *moved[i], first);
            call_stride(call, *moved[i], 0, floats);
        }
}

/* Parameters from..from + floats - 1 of the packed weights: whole chunks, and what is left. */
static void add_range(Lower *l, const Optimiser *o, bool decay, int64_t from, int64_t floats)
{
    int64_t chunks = floats / CHUNK, rest = floats % CHUNK;
    if (!floats)
        return;
    step_begin(l);
    if (chunks)
        add_sweep(l, o, decay, from, 0, CHUNK, chunks);
    if (rest)
        add_sweep(l, o, decay, from, chunks * CHUNK, rest, 1);
    step_end(l, NULL, "update", "%s: parameters %s weight decay", o->kind == OPTIMISER_adamw ? "AdamW" : "SGD", decay ? "with" : "without");
}

/* ---- clipping by the norm of all gradients ------------------------------------------------------------------------ */

/* Sums of squares, by lanes, of `count` chunks of `floats` gradients from `from` on: a vector each, from `at` on. */
static void add_squares(Lower *l, int64_t from, int64_t floats, int64_t count, int64_t at)
{
    Kernel *k = step_kernel(l);
    Stream g = stream_gradient(l, k, from, "g"), y = stream_common(l, k, at, "y", true);
    int vectors = (int)(floats / LANES), unroll = vectors % UNROLL ? vectors % 2 ? 1 : 2 : UNROLL, sum[UNROLL], x = kernel_register(k);
    for (int i = 0; i < unroll; i++)
        k_zero(k, sum[i] = kernel_register(k));
    k_loop(k, vectors / unroll);
    for (int i = 0; i < unroll; i++) {
        k_load(k, x, g.pointer, i * LANES);
        k_op(k, V_fma, sum[i], x, x);
    }
    k_bump(k, g.pointer, unroll * LANES);
    k_end(k);
    for (int i = 1; i < unroll; i++)
        k_op(k, V_add, sum[0], sum[0], sum[i]);
    k_store(k, y.pointer, 0, sum[0]);
    Call *call = step_call(l, k, (int[]){(int)count, 1, 1}, "squares", "sum of the squares of %d gradients, by lanes", (int)floats);
    call->images = l->graph->max_batch;
    call_stride(call, g, 0, floats);
    call_stride(call, y, 0, LANES);
}

/* clip = min(1, most / (norm + 1e-6)), as torch.nn.utils.clip_grad_norm_ has it. */
static void add_clip(Lower *l, double most, int64_t at, int64_t vectors)
{
    step_begin(l);
    Kernel *k = step_kernel(l);
    Stream x = stream_common(l, k, at, "x", false), y = stream_common(l, k, 0, "y", true);
    int sum = kernel_register(k), next = kernel_register(k), one = constant(k, 1);
    k_zero(k, sum);
    k_loop(k, vectors);
    k_load(k, next, x.pointer, 0);
    k_op(k, V_add, sum, sum, next);
    k_bump(k, x.pointer, LANES);
    k_end(k);
    emit_lane_reduce(k, V_add, LANES, sum);
    k_op(k, V_sqrt, sum, sum, 0);
    k_literal(k, next, 1e-6f);
    k_op(k, V_add, sum, sum, next);
    k_literal(k, next, (float)most);
    k_op(k, V_div, sum, next, sum);
    k_op(k, V_min, sum, sum, one);
    k_store1(k, y.pointer, COMMON_clip, sum);
    step_call(l, k, (int[]){1, 1, 1}, "clip", "the factor that clips all gradients")->images = l->graph->max_batch;
    step_end(l, NULL, "clip", "clipping by the norm of all gradients");
}

static void add_clipping(Lower *l, double most, int64_t floats)
{
    int64_t chunks = floats / CHUNK, rest = floats % CHUNK, at = step_room(l, (chunks + 1) * LANES);
    step_begin(l);
    if (chunks)
        add_squares(l, 0, CHUNK, chunks, at);
    if (rest)
        add_squares(l, chunks * CHUNK, rest, 1, at + chunks * LANES);
    step_end(l, NULL, "squares", "the squares of all gradients, summed by chunks");
    add_clip(l, most, at, chunks + (rest > 0));
}

/* Needs the parts placed. Decayed parameters come first; where all are treated alike they are one range. */
void lower_update(Lower *l, const Optimiser *o)
{
    Program *p = l->program;
    bool decay = o->weight_decay != 0, alike = !decay || o->decay_vectors;
    int arrays = o->kind == OPTIMISER_adamw ? 2 : o->kind == OPTIMISER_sgd && o->momentum != 0;
    p->state_floats = arrays * p->trained_floats;
    if (o->kind == OPTIMISER_none || !p->trained_floats)
        return;
    if (o->clip_norm > 0)
        add_clipping(l, o->clip_norm, p->trained_floats);
    add_range(l, o, decay, 0, alike ? p->trained_floats : p->decayed_floats);
    if (!alike)
        add_range(l, o, false, p->decayed_floats, p->trained_floats - p->decayed_floats);
}
