/* lower.c - nodes become steps: kernels, the grid they run on, and where their pointers point.
 *
 * Needs a planned graph with tiles; gives a Program. The functions here build steps; what a step computes is written in
 * ops/. Equal kernels and equal step codes are made once and shared: that is what keeps the output of a network of a
 * thousand layers as small as its variety. */
#include <string.h>
#include <xxhash.h>

#include "lower.h"

/* ---- equal things are made once ------------------------------------------------------------------------------ */

enum { BUCKETS = 1024 };
struct Table {
    Kernel *kernel[BUCKETS];
    StepCode *code[BUCKETS];
};

static bool same_kernel(const Kernel *a, const Kernel *b)
{
    if (a->count != b->count || a->nconstant != b->nconstant || a->npointer != b->npointer)
        return false;
    for (int i = 0; i < a->npointer; i++)
        if (strcmp(a->pointer[i], b->pointer[i]) || a->written[i] != b->written[i])
            return false;
    return !memcmp(a->code, b->code, a->count * sizeof *a->code) &&
           (!a->nconstant || !memcmp(a->constant, b->constant, a->nconstant * sizeof *a->constant));
}

/* Moves the code of a kernel that is complete to where it stays; the next kernel is built in the room that this leaves. Most kernels
 * are equal to older ones: they would fill the arena. */
static void settle(Lower *l, Kernel *k, VIns *code)
{
    if (k->capacity > l->room_capacity) {
        l->room = k->code;
        l->room_capacity = k->capacity;
    }
    k->code = code;
    k->capacity = k->count;
}

static Kernel *share_kernel(Lower *l, Kernel *k, const char *name, const char *comment, va_list arguments)
{
    Kernel **bucket = &l->table->kernel[XXH3_64bits(k->code, k->count * sizeof *k->code) % BUCKETS];
    for (Kernel *old = *bucket; old; old = old->same_bucket)
        if (same_kernel(old, k)) {
            if (k->code != old->code)
                settle(l, k, old->code);
            return old;
        }
    settle(l, k, memcpy(arena_alloc(l->context, k->count, sizeof *k->code), k->code, k->count * sizeof *k->code));
    Program *p = l->program;
    k->id = p->nkernels++;
    k->name = arena_printf(l->context, "%s_%d", name, k->id);
    k->comment = arena_vprintf(l->context, comment, arguments);
    k->same_bucket = *bucket;
    *bucket = k;
    *p->kernels_end = k;
    p->kernels_end = &k->next;
    return k;
}

static bool same_code(const StepCode *a, const StepCode *b)
{
    return a->ncall == b->ncall && a->nslot == b->nslot && a->macs == b->macs && a->scratch_floats == b->scratch_floats &&
           !memcmp(a->base, b->base, sizeof a->base) &&
           !memcmp(a->call, b->call, (size_t)a->ncall * sizeof *a->call) && !strcmp(a->comment, b->comment);
}

static StepCode *share_code(Lower *l, StepCode *code, const char *name)
{
    StepCode **bucket = &l->table->code[XXH3_64bits(code->call, (size_t)code->ncall * sizeof *code->call) % BUCKETS];
    for (StepCode *old = *bucket; old; old = old->same_bucket)
        if (same_code(old, code))
            return old;
    Program *p = l->program;
    code->id = p->ncodes++;
    code->name = arena_printf(l->context, "%s_%d", name, code->id);
    code->same_bucket = *bucket;
    *bucket = code;
    *p->codes_end = code;
    p->codes_end = &code->next;
    return code;
}

/* ---- steps --------------------------------------------------------------------------------------------------- */

void step_begin(Lower *l)
{
    l->code = arena_alloc(l->context, 1, sizeof *l->code);
    l->call_capacity = 0;
    memset(l->slot, 0, sizeof l->slot);
}

static int step_slot(Lower *l, Base base, int64_t offset)
{
    StepCode *c = l->code;
    for (int i = 0; i < c->nslot; i++)
        if (l->slot[i].base == base && l->slot[i].offset == offset)
            return i;
    if (c->nslot == MAX_SLOTS)
        die("lower: a step with more than %d slots", MAX_SLOTS);
    l->slot[c->nslot] = (Slot){base, offset};
    c->base[c->nslot] = base;
    return c->nslot++;
}

Kernel *step_kernel(Lower *l)
{
    Kernel *k = kernel_new(l->context, l->graph->machine);
    k->code = l->room;
    k->capacity = l->room_capacity;
    l->room = NULL;
    l->room_capacity = 0;
    return k;
}

View view_of(const Node *n)
{
    const Layout *l = &n->layout;
    return (View){l->plane, l->row, l->kind == LAYOUT_planar ? 1 : LANES};
}

static Base base_of(const Node *owner)
{
    switch (owner->op) {
    case OP_input:  return BASE_input;
    case OP_output: return BASE_output;
    case OP_target: return BASE_target;
    case OP_conv:   return owner->banded ? BASE_scratch : BASE_arena;
    default:        return op_is_batch(owner->op) ? BASE_common : BASE_arena;
    }
}

static Stream stream_at(Lower *l, Kernel *k, Base base, int64_t offset, const char *name, bool written)
{
    Stream s = {.pointer = kernel_pointer(k, name, written), .slot = step_slot(l, base, offset)};
    l->pointer_slot[s.pointer] = s.slot;
    return s;
}

Stream stream_open(Lower *l, Kernel *k, const Node *n, const char *name, bool written)
{
    const Node *owner = n->layout.storage;
    Base base = base_of(owner);
    int64_t offset = (base == BASE_arena || base == BASE_common ? owner->offset : 0) + n->layout.origin;
    Stream s = stream_at(l, k, base, offset, name, written);
    s.view = view_of(n);
    s.image = image_stride(l->program, base);
    return s;
}

Stream stream_operand(Lower *l, Kernel *k, const Node *n, const char *name)
{
    Stream s = stream_open(l, k, n, name, false);
    Shape shape = node_result(n);
    if (shape.height == 1 && shape.width == 1)
        s.view.row = s.view.pixel = 0;
    return s;
}

Stream stream_weights(Lower *l, Kernel *k, int64_t offset, const char *name)
{
    return stream_at(l, k, BASE_weights, offset, name, false);
}

Stream stream_scratch(Lower *l, Kernel *k, const char *name, bool written)
{
    return stream_at(l, k, BASE_scratch, 0, name, written);
}

Stream stream_parameter(Lower *l, Kernel *k, int64_t place, const char *name)
{
    return stream_at(l, k, BASE_weights, place, name, true);
}

Stream stream_gradient(Lower *l, Kernel *k, int64_t place, const char *name)
{
    return stream_at(l, k, BASE_gradient, place, name, true);
}

Stream stream_state(Lower *l, Kernel *k, int64_t offset, const char *name)
{
    return stream_at(l, k, BASE_state, offset, name, true);
}

Stream stream_common(Lower *l, Kernel *k, int64_t offset, const char *name, bool written)
{
    return stream_at(l, k, BASE_common, offset, name, written);
}

int64_t step_room(Lower *l, int64_t floats)
{
    int64_t at = l->graph->common_floats, end = at + (floats + 15) / 16 * 16;
    l->program->common_floats = end > l->program->common_floats ? end : l->program->common_floats;
    return at;
}

Stream stream_workspace(Lower *l, Kernel *k, const Node *n, const char *name, bool written)
{
    Stream s = stream_at(l, k, BASE_arena, n->workspace_offset, name, written);
    s.image = image_stride(l->program, BASE_arena);
    return s;
}

void step_scratch(Lower *l, int64_t floats)
{
    l->code->scratch_floats = floats > l->code->scratch_floats ? floats : l->code->scratch_floats;
    l->program->scratch_floats = floats > l->program->scratch_floats ? floats : l->program->scratch_floats;
}

Call *step_call(Lower *l, Kernel *k, const int grid[MAX_CALL_GRID], const char *name, const char *comment, ...)
{
    va_list arguments;
    StepCode *c = l->code;
    c->call = arena_grow(l->context, c->call, (size_t)c->ncall, &l->call_capacity, sizeof *c->call);
    Call *call = &c->call[c->ncall++];
    memset(call, 0, sizeof *call);      /* padding too: equal calls are equal bytes */
    va_start(arguments, comment);
    call->kernel = share_kernel(l, k, name, comment, arguments);
    va_end(arguments);
    call->images = 1;
    memcpy(call->grid, grid, sizeof call->grid);
    for (int i = 0; i < k->npointer; i++)
        call->argument[i].slot = i == k->constants ? -1 : l->pointer_slot[i];
    return call;
}

Call *step_repeat(Lower *l, int call)
{
    StepCode *c = l->code;
    c->call = arena_grow(l->context, c->call, (size_t)c->ncall, &l->call_capacity, sizeof *c->call);
    return memcpy(&c->call[c->ncall++], &c->call[call], sizeof *c->call);
}

void call_move(Call *call, Stream s, int64_t floats)
{
    call->argument[s.pointer].offset += floats;
}

void call_stride(Call *call, Stream s, int dimension, int64_t floats)
{
    call->argument[s.pointer].stride[dimension] = floats;
}

static void end_step(Lower *l, Node *n, const char *label, int64_t macs, const char *name, const char *comment)
{
    Node *owner = n ? n->layout.storage : NULL;
    if (owner && !owner->mark && owner->op != OP_output && (owner->layout.pad[0] || owner->layout.pad[1]))
        zero_border(l, owner);
    if (owner)
        owner->mark = n;
    if (!n && !l->code->ncall)
        return;                         /* nothing to prepare: the gradient of filters that read nothing but padding */
    l->code->macs = macs;
    l->code->comment = comment;
    StepCode *code = share_code(l, l->code, name);
    Program *p = l->program;
    p->step = arena_grow(l->context, p->step, p->nstep, &p->step_capacity, sizeof *p->step);
    Step *step = &p->step[p->nstep++];
    *step = (Step){.code = code, .node = n, .label = label};
    memcpy(step->slot, l->slot, sizeof step->slot);
}

void step_end(Lower *l, Node *n, const char *name, const char *comment, ...)
{
    va_list arguments;
    va_start(arguments, comment);
    const Node *before = n ? node_banded(n) : NULL;
    const char *label = before ? arena_printf(l->context, "%s, %s", before->name, n->name) : n ? n->name : name;
    end_step(l, n, label, (n ? n->macs : 0) + (before ? before->macs : 0), name, arena_vprintf(l->context, comment, arguments));
    va_end(arguments);
}

void step_end_part(Lower *l, Node *n, const char *name, const char *comment, ...)
{
    va_list arguments;
    va_start(arguments, comment);
    end_step(l, n, arena_printf(l->context, "%s (input)", n->name), 0, name, arena_vprintf(l->context, comment, arguments));
    va_end(arguments);
}

/* ---- outputs ------------------------------------------------------------------------------------------------- */

float epsilon_of(const Node *norm)
{
    const float least = 0x1p-126f;
    return norm->attr.eps > least ? (float)norm->attr.eps : least;
}

const Node *tail_norm(const Node *tail)
{
    return tail->op == OP_bn ? tail : tail->op == OP_bn_frozen_dx ? tail->of : NULL;
}

static int vectors_of(const Node *tail)
{
    return tail_norm(tail) ? 2 : 0;
}

int64_t output_pack(Lower *l, const Node *n, const VectorKind *own, int nown)
{
    if (l->graph->training)
        return training_vectors(l, n, own, nown);
    int64_t lanes = (int64_t)n->layout.blocks * LANES, total = nown;
    for (const Node *t = n->tail; t; t = t->tail)
        total += vectors_of(t);
    int64_t start = pack_reserve(l, total * lanes), at = start;
    for (int i = 0; i < nown; i++, at += lanes)
        pack_channel_vector(l, n, &n->layout, own[i], at);
    for (const Node *t = n->tail; t; t = t->tail)
        if (t->op == OP_bn) {
            pack_channel_vector(l, t, &n->layout, VECTOR_norm_scale, at);
            pack_channel_vector(l, t, &n->layout, VECTOR_norm_shift, at + lanes);
            at += 2 * lanes;
        }
    return start;
}

Output output_open(Lower *l, Kernel *k, const Node *n, int64_t vectors, int nown)
{
    static const char *const name[] = {"r", "s", "t", "u"};
    Output o = {.y = stream_open(l, k, n, "y", true), .lanes = (int64_t)n->layout.blocks * LANES, .nvector = nown};
    int operands = 0;
    for (const Node *t = n->tail; t; t = t->tail) {
        if (o.ntail == MAX_TAIL)
            die("lower: the tail of '%s' has more than %d elements", n->name, MAX_TAIL);
        TailElement *e = &o.tail[o.ntail++];
        *e = (TailElement){.node = t, .operand.pointer = -1, .stats.pointer = -1, .vector = o.nvector};
        o.nvector += vectors_of(t);
        if (t->nin > 1)
            e->operand = stream_operand(l, k, t->in[1], name[operands++]);
        if (t->nin > 2)
            e->stats = stream_open(l, k, t->in[2], "norm", false);
    }
    o.vectors.pointer = -1;
    if (o.nvector)
        o.vectors = stream_weights(l, k, vectors, "b");
    return o;
}

int64_t view_distance(View v, Place p)
{
    return v.block * p.block + v.row * p.row + v.pixel * p.pixel;
}

/* Floats from what the lower half of a wide register holds to what its upper half holds. */
static int64_t halves_apart(const Output *o, View v)
{
    return o->apart ? o->apart * v.pixel : v.block;
}

/* Of a register. */
static int blocks_of(const Kernel *k, const Output *o)
{
    return o->single ? 1 : k->width;
}

static int apply_bn(Kernel *k, const Output *o, const TailElement *e, int reg, Place at)
{
    int scale = kernel_register(k), shift = kernel_register(k);
    output_vector(k, o, scale, e->vector, at);
    output_vector(k, o, shift, e->vector + 1, at);
    k_op(k, V_fma, shift, reg, scale);
    kernel_release(k, scale);
    kernel_release(k, reg);
    return shift;
}

/* The gradient of that. */
static int apply_scale(Kernel *k, const Output *o, const TailElement *e, int reg, Place at)
{
    int scale = kernel_register(k);
    output_vector(k, o, scale, e->vector, at);
    k_op(k, V_mul, reg, reg, scale);
    kernel_release(k, scale);
    return reg;
}

static Element operand_at(const Kernel *k, const Output *o, const TailElement *e, Place at)
{
    Element element = {.pointer = e->operand.pointer, .offset = view_distance(e->operand.view, at),
                       .block = halves_apart(o, e->operand.view), .blocks = blocks_of(k, o)};
    if (e->stats.pointer >= 0) {
        element.stats = &e->stats;
        element.stats_offset = at.block * e->stats.view.block;
        element.stats_block = o->apart ? 0 : e->stats.view.block;
    }
    return element;
}

static int apply_binary(Kernel *k, const Output *o, const TailElement *e, int reg, Place at)
{
    int other = element_load(k, operand_at(k, o, e, at));
    k_op(k, e->node->op == OP_add ? V_add : V_mul, reg, reg, other);
    kernel_release(k, other);
    return reg;
}

int output_apply(Kernel *k, const Output *o, int reg, Place at)
{
    for (int i = 0; i < o->ntail; i++) {
        const TailElement *e = &o->tail[i];
        if (e->node->op == OP_bn)
            reg = apply_bn(k, o, e, reg, at);
        else if (e->node->op == OP_bn_frozen_dx)
            reg = apply_scale(k, o, e, reg, at);
        else if (e->node->op == OP_derivative)
            reg = emit_derivative(k, e->node, reg, operand_at(k, o, e, at));
        else if (e->operand.pointer >= 0 && !op_is_batch(e->node->op))
            reg = apply_binary(k, o, e, reg, at);
        else if (op_is_elementwise(e->node->op))
            reg = emit_unary(k, e->node, reg);
    }
    return reg;
}

void output_keep(Kernel *k, const Output *o, int reg, Place at)
{
    if (o->streamed) {
        k_stream(k, o->y.pointer, view_distance(o->y.view, at), reg);
        return;
    }
    k_store_blocks(k, o->y.pointer, view_distance(o->y.view, at), halves_apart(o, o->y.view), blocks_of(k, o), reg);
}

void output_put(Kernel *k, const Output *o, int reg, Place at)
{
    output_keep(k, o, reg, at);
    kernel_release(k, reg);
}

void output_get(Kernel *k, const Output *o, int reg, Place at)
{
    k_load_blocks(k, reg, o->y.pointer, view_distance(o->y.view, at), halves_apart(o, o->y.view), blocks_of(k, o));
}

void output_vector(Kernel *k, const Output *o, int reg, int vector, Place at)
{
    k_load_blocks(k, reg, o->vectors.pointer, vector * o->lanes + at.block * LANES, o->apart ? 0 : LANES, blocks_of(k, o));
}

void output_store(Kernel *k, const Output *o, int reg, Place at)
{
    output_put(k, o, output_apply(k, o, reg, at), at);
}

/* ---- packed weights ------------------------------------------------------------------------------------------ */

/* Every array starts on a cache line. */
int64_t pack_reserve(Lower *l, int64_t floats)
{
    return part_reserve(l, PART_rest, floats);
}

void pack_add(Lower *l, PackItem item)
{
    Program *p = l->program;
    p->pack = arena_grow(l->context, p->pack, p->npack, &p->pack_capacity, sizeof *p->pack);
    p->pack[p->npack++] = item;
}

const int *lane_channels(Lower *l, const Layout *layout)
{
    int *channel = arena_alloc(l->context, (size_t)layout->blocks * LANES, sizeof *channel);
    int lane = 0, first = 0;
    for (int i = 0; i < layout->nsegment; first += layout->segment[i++])
        for (int j = 0; j < ceil_of(layout->segment[i], LANES) * LANES; j++)
            channel[lane++] = j < layout->segment[i] ? first + j : -1;
    return channel;
}

PackSource pack_source(Weight w)
{
    return w.tensor ? (PackSource){w.tensor->name, w.axis, w.begin, w.count} : (PackSource){0};
}

/* The node's own parameters and those of its folded norm. */
PackItem pack_item(const Node *n)
{
    PackItem item = {.weight = pack_source(n->weight[W_weight]), .bias = pack_source(n->weight[W_bias])};
    const Node *norm = n->op == OP_bn ? n : n->folded;
    if (norm) {
        static const int order[] = {W_weight, W_bias, W_mean, W_var};
        for (int i = 0; i < 4; i++)
            item.norm[i] = pack_source(norm->weight[order[i]]);
        item.eps = norm->attr.eps;
    }
    return item;
}

void pack_channel_vector(Lower *l, const Node *n, const Layout *layout, VectorKind kind, int64_t at)
{
    PackItem item = pack_item(n);
    item.kind = PACK_vector;
    item.vector = kind;
    item.at = at;
    item.nlane = layout->blocks * LANES;
    item.size = item.nlane;
    item.channel = lane_channels(l, layout);
    item.out = node_result(n).channels;
    pack_add(l, item);
}

static void hash_source(XXH3_state_t *h, PackSource s)
{
    XXH3_64bits_update(h, s.name ? s.name : "", s.name ? strlen(s.name) + 1 : 1);
    XXH3_64bits_update(h, (int64_t[]){s.axis, s.begin, s.count}, 3 * sizeof(int64_t));
}

/* Fixes the packed layout: two programs of one stamp can read each other's weights. */
static uint64_t stamp(const Program *p)
{
    XXH3_state_t *h = XXH3_createState();
    if (!h)
        die("lower: no memory for a hash");
    XXH3_64bits_reset(h);
    for (size_t i = 0; i < p->npack; i++) {
        const PackItem *it = &p->pack[i];
        int64_t facts[] = {it->kind, it->vector, it->at,    it->size,    it->out,  it->in,  it->kh,
                           it->kw,   it->groups, it->nlane, it->vectors, it->unit, it->half};
        XXH3_64bits_update(h, facts, sizeof facts);
        XXH3_64bits_update(h, &it->eps, sizeof it->eps);
        hash_source(h, it->weight);
        hash_source(h, it->bias);
        for (int j = 0; j < 4; j++)
            hash_source(h, it->norm[j]);
        XXH3_64bits_update(h, it->channel, (size_t)it->nlane * sizeof *it->channel);
        XXH3_64bits_update(h, it->block, (size_t)it->nblock * sizeof *it->block);
        XXH3_64bits_update(h, it->panel, (size_t)it->npanel * sizeof *it->panel);
    }
    uint64_t digest = XXH3_64bits_digest(h);
    XXH3_freeState(h);
    return digest;
}

/* ---- the pass ------------------------------------------------------------------------------------------------ */

static void (*const lower_op[NOP])(Lower *, Node *) = {
#define OP(name, least, most, kind, family, ...) [OP_##name] = lower_##family,
#include "../ir/ops.h"
};

/* The forward nodes once more, with running statistics and without dropout, as a list of steps of their own. */
static void lower_evaluation(Lower *l)
{
    Program *p = l->program;
    Step *step = p->step;
    size_t count = p->nstep, capacity = p->step_capacity;
    p->step = NULL;
    p->nstep = p->step_capacity = 0;
    l->evaluation = true;
    for (Node *n = l->graph->first; n; n = n->next)
        n->mark = NULL;
    for (Node *n = l->graph->first; n; n = n == l->graph->output ? NULL : n->next)
        if (n->op == OP_bn_stats)
            lower_bn_running(l, n);
        else if (n->op == OP_dropout_train)
            lower_convert(l, n);
        else
            lower_op[n->op](l, n);
    p->evaluation = p->step;
    p->nevaluation = p->nstep;
    p->step = step;
    p->nstep = count;
    p->step_capacity = capacity;
}

Program *lower(Graph *g)
{
    Program *p = arena_alloc(g->context, 1, sizeof *p);
    p->context = g->context;
    p->graph = g;
    p->kernels_end = &p->kernels;
    p->codes_end = &p->codes;
    p->arena_floats = g->arena_floats;
    p->common_floats = g->common_floats;
    Lower l = {.program = p, .graph = g, .context = g->context, .table = arena_alloc(g->context, 1, sizeof *l.table)};
    for (Node *n = g->first; n; n = n->next)
        n->mark = NULL;
    for (Node *n = g->first; n; n = n->next) {
        lower_op[n->op](&l, n);
        p->leading = n->leading ? p->nstep : p->leading;
    }
    if (g->training && g->training->evaluation)
        lower_evaluation(&l);
    place_parts(&l);
    if (g->training)
        lower_update(&l, &g->training->optimiser);
    p->stamp = stamp(p);
    return p;
}
