/* parameters.c - where the parameters of a training program lie: each in one place for the whole run, which its forward and its
 * backward kernels share, and those that the step updates in front, so that the update is a sweep.
 *
 * A kernel reads the per-channel vectors of its output from one array. Where parameters alone do not make one (a frozen norm
 * wants scale / sqrt(variance + eps); a bias may be trained and the scale beside it not), a step writes it anew each time. */
#include <string.h>

#include "lower.h"

/* ---- parts ---------------------------------------------------------------------------------------------------- */

enum { PART_SHIFT = 40 };               /* places of a part begin at part << 40 until place_parts */

/* Every array starts on a cache line. */
int64_t part_reserve(Lower *l, Part part, int64_t floats)
{
    int64_t at = l->part_floats[part];
    l->part_floats[part] += (floats + 15) / 16 * 16;
    return ((int64_t)part << PART_SHIFT) + at;
}

static int64_t placed(const int64_t begin[NPART], int64_t place)
{
    return begin[place >> PART_SHIFT] + (place & (((int64_t)1 << PART_SHIFT) - 1));
}

static void place_steps(Step *step, size_t count, const int64_t begin[NPART])
{
    for (size_t s = 0; s < count; s++)
        for (int i = 0; i < step[s].code->nslot; i++) {
            Slot *slot = &step[s].slot[i];
            if (slot->base == BASE_weights || slot->base == BASE_gradient)
                slot->offset = placed(begin, slot->offset);
        }
}

void place_parts(Lower *l)
{
    Program *p = l->program;
    p->decayed_floats = l->part_floats[PART_decayed];
    p->trained_floats = p->decayed_floats + l->part_floats[PART_vectors];
    p->weights_floats = p->trained_floats + l->part_floats[PART_rest];
    const int64_t begin[NPART] = {[PART_vectors] = p->decayed_floats, [PART_rest] = p->trained_floats};
    for (size_t i = 0; i < p->npack; i++)
        p->pack[i].at = placed(begin, p->pack[i].at);
    place_steps(p->step, p->nstep, begin);
    place_steps(p->evaluation, p->nevaluation, begin);
}

static Part part_of(const Weight *w)
{
    return !is_trained(w) ? PART_rest : w->tensor->rank > 1 ? PART_decayed : PART_vectors;
}

bool is_trained(const Weight *w)
{
    return w->tensor && w->tensor->trained;
}

/* ---- places --------------------------------------------------------------------------------------------------- */

/* The tensor whose values the item holds as they are. */
static const PackSource *source_of(const PackItem *item)
{
    return item->kind == PACK_vector && item->vector == VECTOR_bias ? &item->bias : &item->weight;
}

/* A graph has one tensor of a name, and so one name. */
static bool same_source(const PackSource *a, const PackSource *b)
{
    return a->name && a->name == b->name && a->axis == b->axis && a->begin == b->begin;
}

static const PackItem *find_item(const Lower *l, const PackSource *source)
{
    for (size_t i = 0; l->graph->training && i < l->program->npack; i++)
        if (same_source(source_of(&l->program->pack[i]), source))
            return &l->program->pack[i];
    return NULL;
}

static void expect_equal(const PackItem *a, const PackItem *b)
{
    bool same = a->kind == b->kind && a->size == b->size && a->nlane == b->nlane && a->npanel == b->npanel && a->nblock == b->nblock &&
                !memcmp(a->channel, b->channel, (size_t)a->nlane * sizeof *a->channel);
    for (int i = 0; same && i < a->npanel; i++)
        same = !memcmp(&a->panel[i], &b->panel[i], sizeof a->panel[i]);
    for (int i = 0; same && i < a->nblock; i++)
        same = !memcmp(&a->block[i], &b->block[i], sizeof a->block[i]);
    if (!same)
        die("lower: '%s' is read in two layouts", source_of(a)->name);
}

int64_t pack_parameter(Lower *l, PackItem *item, const Weight *w)
{
    const PackItem *old = find_item(l, source_of(item));
    if (old) {
        expect_equal(old, item);
        return item->at = old->at;
    }
    item->at = part_reserve(l, l->graph->training ? part_of(w) : PART_rest, item->size);
    pack_add(l, *item);
    return item->at;
}

static PackItem vector_item(Lower *l, const Weight *w, const Layout *layout)
{
    return (PackItem){.kind = PACK_vector, .vector = VECTOR_weight, .weight = pack_source(*w), .nlane = layout->blocks * LANES,
                      .size = (int64_t)layout->blocks * LANES, .channel = lane_channels(l, layout), .out = (int)w->count};
}

int64_t parameter_vector(Lower *l, const Node *owner, int which, const Layout *layout)
{
    const Weight *w = &owner->weight[which];
    PackItem item = vector_item(l, w, layout);
    return pack_parameter(l, &item, w);
}

/* ---- the vectors of an output ----------------------------------------------------------------------------------- */

static const Weight *weight_of(const Node *n, VectorKind kind)
{
    return &n->weight[kind == VECTOR_bias ? W_bias : W_weight];
}

/* Do the node's own vectors make the array as they are? */
static bool is_plain(const Node *n, const VectorKind *own, int nown)
{
    for (const Node *t = n->tail; t; t = t->tail)
        if (tail_norm(t))
            return false;
    for (int i = 0; i < nown; i++)
        if (own[i] == VECTOR_norm_scale || own[i] == VECTOR_norm_shift || part_of(weight_of(n, own[i])) != part_of(weight_of(n, own[0])))
            return false;
    return true;
}

static int64_t plain_vectors(Lower *l, const Node *n, const VectorKind *own, int nown)
{
    int64_t lanes = (int64_t)n->layout.blocks * LANES, at;
    if (!nown)
        return 0;
    PackItem first = vector_item(l, weight_of(n, own[0]), &n->layout);
    const PackItem *old = find_item(l, &first.weight);
    at = old ? old->at : part_reserve(l, part_of(weight_of(n, own[0])), nown * lanes);
    for (int i = 0; i < nown && !old; i++) {
        PackItem item = vector_item(l, weight_of(n, own[i]), &n->layout);
        item.at = at + i * lanes;
        pack_add(l, item);
    }
    return at;
}

/* A step that writes one or two of the vectors at `at`, from pointers opened on the kernel. */
typedef struct {
    Kernel *k;
    Stream y;
    int blocks;
} Fill;

static Fill fill_begin(Lower *l, const Node *n, int64_t at)
{
    step_begin(l);
    Fill f = {.k = step_kernel(l), .blocks = n->layout.blocks};
    f.y = stream_parameter(l, f.k, at, "y");
    return f;
}

static void fill_end(Lower *l, const Fill *f, const Stream *from, int nfrom, const char *name, const char *comment)
{
    for (int i = 0; i < nfrom; i++)
        k_bump(f->k, from[i].pointer, LANES);
    k_bump(f->k, f->y.pointer, LANES);
    k_end(f->k);
    step_call(l, f->k, (int[]){1, 1, 1}, name, "%s", comment)->images = l->graph->max_batch;
    step_end(l, NULL, name, "%s", comment);
}

static void copy_vector(Lower *l, const Node *n, VectorKind kind, int64_t at)
{
    int64_t place = parameter_vector(l, n, kind == VECTOR_bias ? W_bias : W_weight, &n->layout);
    Fill f = fill_begin(l, n, at);
    Stream x = stream_weights(l, f.k, place, "x");
    int reg = kernel_register(f.k);
    k_loop(f.k, f.blocks);
    k_load(f.k, reg, x.pointer, 0);
    k_store(f.k, f.y.pointer, 0, reg);
    fill_end(l, &f, &x, 1, "copy_vector", "a parameter, beside the other vectors that a kernel reads");
}

/* scale / sqrt(variance + eps) and shift - mean * that, of norm `bn`, to the vectors of n at `at`. */
static void norm_vectors(Lower *l, const Node *n, const Node *bn, int64_t at)
{
    static const struct {
        const char *name;
        int which;
    } input[] = {{"gamma", W_weight}, {"beta", W_bias}, {"mean", W_mean}, {"var", W_var}};
    int64_t place[4], lanes = (int64_t)n->layout.blocks * LANES;
    for (int i = 0; i < 4; i++)
        place[i] = parameter_vector(l, bn, input[i].which, &n->layout);
    Fill f = fill_begin(l, n, at);
    Stream from[4];
    Kernel *k = f.k;
    int reg[4], eps = kernel_register(k);
    for (int i = 0; i < 4; i++) {
        from[i] = stream_weights(l, k, place[i], input[i].name);
        reg[i] = kernel_register(k);
    }
    k_literal(k, eps, epsilon_of(bn));
    k_loop(k, f.blocks);
    for (int i = 0; i < 4; i++)
        k_load(k, reg[i], from[i].pointer, 0);
    k_op(k, V_add, reg[3], reg[3], eps);
    k_op(k, V_sqrt, reg[3], reg[3], 0);
    k_op(k, V_div, reg[0], reg[0], reg[3]);
    k_store(k, f.y.pointer, 0, reg[0]);
    k_op(k, V_mul, reg[2], reg[2], reg[0]);
    k_op(k, V_sub, reg[1], reg[1], reg[2]);
    k_store(k, f.y.pointer, lanes, reg[1]);
    fill_end(l, &f, from, 4, "norm_vectors", "scale and shift of a norm whose statistics rest");
}

static int64_t filled_vectors(Lower *l, const Node *n, const VectorKind *own, int nown)
{
    int64_t lanes = (int64_t)n->layout.blocks * LANES, total = nown;
    for (const Node *t = n->tail; t; t = t->tail)
        total += tail_norm(t) ? 2 : 0;
    int64_t start = pack_reserve(l, total * lanes), at = start;
    for (int i = 0; i < nown; i++, at += lanes) {
        if (own[i] == VECTOR_norm_scale)
            norm_vectors(l, n, n, at);
        else if (own[i] != VECTOR_norm_shift)
            copy_vector(l, n, own[i], at);
    }
    for (const Node *t = n->tail; t; t = t->tail)
        if (tail_norm(t)) {
            norm_vectors(l, n, tail_norm(t), at);
            at += 2 * lanes;
        }
    return start;
}

int64_t training_vectors(Lower *l, const Node *n, const VectorKind *own, int nown)
{
    return is_plain(n, own, nown) ? plain_vectors(l, n, own, nown) : filled_vectors(l, n, own, nown);
}
