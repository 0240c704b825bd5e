/* verify.c - every invariant that ir.h states, checked after every pass. A graph that breaks one is a bug of that pass,
 * never of the user. Each check is one walk; only the plan's needs a sort. */
#include <stdlib.h>
#include <string.h>

#include "ir.h"

typedef struct {
    const Graph *graph;
    const char *pass;                   /* that has just run */
    Node **node;                        /* by id */
} Check;

static _Noreturn void broken(const Check *check, const Node *node, const char *what)
{
    die("after %s: %s '%s' (%%%d) %s", check->pass, op_name(node->op), node->name, node->id, what);
}

#define NEED(condition, node, what)        \
    do {                                   \
        if (!(condition))                  \
            broken(check, node, what);     \
    } while (0)

/* ---- the list and its operands -------------------------------------------------------------------------- */

static void check_list(const Check *check)
{
    const Graph *graph = check->graph;
    const Node *prev = NULL;
    int count = 0;
    for (Node *node = graph->first; node; prev = node, node = node->next) {
        NEED(node->prev == prev, node, "has a wrong link to the node before it");
        NEED(!node->instead, node, "has been replaced but is still in the list");
        NEED(count < graph->count, node, "is beyond the graph's count");
        check->node[count++] = node;
    }
    if (count != graph->count || graph->last != prev)
        die("after %s: the list has %d nodes and a wrong end or count", check->pass, count);
    if (!graph->input || graph->input != graph->first || graph->input->op != OP_input || !graph->output)
        die("after %s: the graph does not begin with its input or has no output", check->pass);
}

static bool is_listed(const Check *check, const Node *node)
{
    return node && node->id >= 0 && node->id < check->graph->count && check->node[node->id] == node;
}

static void check_operands(const Check *check, const Node *node)
{
    static const struct {
        int least, most;
    } arity[NOP] = {
#define OP(name, least, most, ...) [OP_##name] = {least, most},
#include "ops.h"
    };
    NEED(node->op >= 0 && node->op < NOP, check->graph->first, "precedes a node of no operation");
    NEED(node->name && node->name[0], node, "has no name");
    NEED(node->nin >= arity[node->op].least && node->nin <= arity[node->op].most, node, "has a wrong number of operands");
    NEED(node->nin > 0 || node == check->graph->input || node == check->graph->target, node, "is a second input");
    bool in_tail = check->node[node->id] != node;
    for (int i = in_tail; i < node->nin; i++) {
        NEED(is_listed(check, node->in[i]), node, "reads a node that is not in the graph");
        NEED(node->in[i]->id < node->id, node, "comes before one of its operands");
    }
}

/* ---- attributes and shapes ------------------------------------------------------------------------------ */

static bool int_in_range(const void *field, size_t size, double low, double high)
{
    for (size_t i = 0; i < size / sizeof(int); i++)
        if (((const int *)field)[i] < low || ((const int *)field)[i] > high)
            return false;
    return true;
}

static bool real_in_range(const void *field, double low, double high)
{
    return *(const double *)field >= low && *(const double *)field <= high;
}

/* Is `name` one of the words of ops.h's keys, "out! stride=1 ..."? */
static bool has_key(Op op, const char *name)
{
    static const char *const keys[NOP] = {
#define OP(name, least, most, kind, family, declare, keys, meaning) [OP_##name] = keys,
#include "ops.h"
    };
    size_t length = strlen(name);
    for (const char *key = keys[op]; *key; key += strcspn(key, " "), key += strspn(key, " "))
        if (strncmp(key, name, length) == 0 && strchr("!= ", key[length]))
            return true;
    return false;
}

/* The attributes of an operation lie within the bounds of keys.h; those of others do not matter. */
static void check_attributes(const Check *check, const Node *node)
{
#define INT  int_in_range(field, size, low, high)
#define PAIR INT
#define QUAD INT
#define BOOL true
#define REAL real_in_range(field, low, high)
#define KEY(name, type, member, least, most, ...)                                                    \
    {                                                                                                \
        const void *field = &node->attr.member;                                                      \
        size_t size = sizeof node->attr.member;                                                      \
        double low = least, high = most;                                                             \
        (void)field, (void)size, (void)low, (void)high;                                              \
        NEED((type) || !has_key(node->op, #name), node, "has " #name " out of range");               \
    }
#include "keys.h"
#undef INT
#undef PAIR
#undef QUAD
#undef BOOL
#undef REAL
}

static void check_shape(const Check *check, const Node *node)
{
    Shape shape = node->shape;
    NEED(shape.channels > 0 && shape.height > 0 && shape.width > 0, node, "has an empty shape");
    NEED(!shape.flat || (shape.height == 1 && shape.width == 1), node, "is flat but has rows and columns");
    NEED(node->macs >= 0, node, "has a negative cost");
}

/* ---- parameters ----------------------------------------------------------------------------------------- */

static void check_slice(const Check *check, const Node *node, const Weight *weight, int rank, const int64_t *dim)
{
    const Tensor *tensor = weight->tensor;
    NEED(tensor, node, "lacks a parameter");
    NEED(graph_tensor(check->graph, tensor->name) == tensor, node, "has a parameter that the graph does not know");
    NEED(tensor->rank == rank, node, "has a parameter of the wrong rank");
    NEED(weight->axis >= 0 && weight->axis < (rank ? rank : 1), node, "slices a parameter over no axis");
    for (int i = 0; i < rank; i++)
        NEED((i == weight->axis ? weight->count : tensor->dim[i]) == dim[i], node, "has a parameter of the wrong shape");
    NEED(!rank || (weight->begin >= 0 && weight->begin + weight->count <= tensor->dim[weight->axis]), node,
         "reads beyond the end of a parameter");
}

/* The channels that an operation reads. */
static int64_t channels_read(const Node *node)
{
    const Node *in = node->in[0];
    if (in->tail == node)
        return in->shape.channels;
    return node->op == OP_linear ? shape_floats(node_result(in)) : node_result(in).channels;
}

static void check_parameters(const Check *check, const Node *node)
{
    const Attr *attr = &node->attr;
    const Weight *weight = node->weight;
    int64_t channels = node->shape.channels;
    if (node->op == OP_conv)
        check_slice(check, node, &weight[W_weight], 4,
                    (int64_t[]){attr->out, channels_read(node) / attr->groups, attr->kernel[0], attr->kernel[1]});
    else if (node->op == OP_linear)
        check_slice(check, node, &weight[W_weight], 2, (int64_t[]){attr->out, channels_read(node)});
    else if (weight[W_weight].tensor)
        check_slice(check, node, &weight[W_weight], 1, &channels);
    if (weight[W_bias].tensor || (attr->bias && has_key(node->op, "bias")))
        check_slice(check, node, &weight[W_bias], 1, &channels);
    for (int which = W_mean; which <= W_batches && node->op == OP_bn; which++)
        check_slice(check, node, &weight[which], which != W_batches, &channels);
    NEED(node->op != OP_bn || weight[W_bias].tensor, node, "lacks its shift");
}

/* Every element of a tensor belongs to a node: the branches that share it have all declared theirs. */
static void check_tensors(const Check *check)
{
    int count = 0;
    for (const Tensor *tensor = check->graph->tensors; tensor; tensor = tensor->next, count++)
        if (tensor->rank && tensor->claimed != tensor->dim[tensor->axis])
            die("after %s: branches have declared %lld of the %lld slices of tensor '%s'", check->pass,
                (long long)tensor->claimed, (long long)tensor->dim[tensor->axis], tensor->name);
    if (count != check->graph->ntensors)
        die("after %s: the list of tensors has a wrong count", check->pass);
}

/* ---- what fold and fuse write --------------------------------------------------------------------------- */

static void check_folded(const Check *check, const Node *node)
{
    const Node *norm = node->folded;
    NEED(node->op == OP_conv || node->op == OP_linear, node, "has a norm folded into it but sums up nothing");
    NEED(norm->op == OP_bn && !norm->tail && !norm->folded, node, "has something else than a batch norm folded into it");
    NEED(norm->shape.channels == node->shape.channels, node, "has a batch norm of other channels folded into it");
    for (int which = W_weight; which <= W_var; which++)
        check_slice(check, norm, &norm->weight[which], 1, (int64_t[]){node->shape.channels});
}

static bool same_shape(Shape a, Shape b)
{
    return a.channels == b.channels && a.height == b.height && a.width == b.width && a.flat == b.flat;
}

/* A tail hangs on its predecessor, is in no list, and only its end may pool. */
static void check_tail(const Check *check, const Node *part)
{
    const Node *node = part->tail;
    NEED(node->in[0] == part, node, "is in a tail but does not read its predecessor");
    NEED(!node->prev && !node->next && check->node[node->id] != node, node, "is in a tail and in the list");
    NEED(!node->folded, node, "is in a tail but has a norm folded into it");
    NEED(op_is_elementwise(node->op) || !node->tail, node, "is in a tail, changes the shape, and is not its end");
    NEED(!op_is_elementwise(node->op) || same_shape(node->shape, part->shape), node, "is in a tail and changes the shape");
}

/* ---- layouts and places --------------------------------------------------------------------------------- */

static void check_layout(const Check *check, const Node *node)
{
    const Layout *layout = &node->layout;
    Shape shape = node_result(node);
    bool blocked = layout->kind == LAYOUT_blocked;
    int64_t pixel = blocked ? LANES : 1, channels = 0;
    int blocks = 0;
    for (int i = 0; i < layout->nsegment; i++) {
        NEED(layout->segment[i] > 0, node, "has an empty segment");
        channels += layout->segment[i];
        blocks += blocked ? ceil_of(layout->segment[i], LANES) : layout->segment[i];
    }
    NEED(channels == shape.channels && blocks == layout->blocks, node, "has segments that do not sum to its channels");
    const Node *storage = layout->storage;
    NEED(is_listed(check, storage) && storage->layout.storage == storage, node, "lies in no storage");
    NEED((layout->size > 0) == (storage == node), node, "owns memory although it is a view, or none although it is not");
    int64_t picture = shape.height * layout->row - layout->pad[1] * pixel;      /* the last row's gap may be the next block's */
    NEED(layout->row >= shape.width * pixel && (blocks == 1 || layout->plane >= picture), node,
         "has rows or planes that overlap");
    int64_t last = layout->origin + (blocks - 1) * layout->plane + (shape.height - 1) * layout->row + shape.width * pixel;
    NEED(layout->origin >= layout->pad[0] * layout->row + layout->pad[1] * pixel && last <= storage->layout.size, node,
         "reaches beyond its storage");
}

/* A storage with a place in the arena, while it is alive. */
typedef struct {
    const Node *owner;
    int begin, end;                     /* ids: first writer, last reader */
    int64_t offset, size;
} Place;

static int by_begin(const void *a, const void *b)
{
    return ((const Place *)a)->begin - ((const Place *)b)->begin;
}

static void extend(Place *place, const Node *node, int id)
{
    Place *life = &place[node->layout.storage->id];
    life->begin = id < life->begin ? id : life->begin;
    life->end = id > life->end ? id : life->end;
}

/* Storages and workspaces by begin; returns how many. */
static int find_places(const Check *check, Place *place)
{
    const Graph *graph = check->graph;
    int count = 0;
    for (int id = 0; id < graph->count; id++)
        place[id] = (Place){check->node[id], INT32_MAX, -1, check->node[id]->offset, check->node[id]->layout.size};
    for (const Node *node = graph->first; node; node = node->next) {
        extend(place, node, node->id);
        for (const Node *part = node; part; part = part->tail)
            for (int i = part != node; i < part->nin; i++)
                extend(place, part->in[i], node->id + (node->banded > 0));
    }
    extend(place, graph->output, graph->count);
    if (graph->loss)
        extend(place, graph->loss, graph->count);
    for (int id = 0; id < graph->count; id++)
        if (place[id].end >= 0 && !place[id].owner->banded && place[id].owner->op != OP_input && place[id].owner->op != OP_output &&
            place[id].owner->op != OP_target && !op_is_batch(place[id].owner->op))
            place[count++] = place[id];
    for (const Node *node = graph->first; node; node = node->next)
        if (node->workspace)
            place[count++] = (Place){node, workspace_writer(node)->id, node->id, node->workspace_offset, node->workspace};
    qsort(place, (size_t)count, sizeof *place, by_begin);
    return count;
}

/* Walks through time with the storages that are alive, ascending in the arena: each new one must fit between two. */
static void check_plan(const Check *check)
{
    size_t count = (size_t)check->graph->count;
    Place *place = arena_alloc(check->graph->context, 2 * count, sizeof *place);
    Place **alive = arena_alloc(check->graph->context, 2 * count + 1, sizeof *alive);
    int places = find_places(check, place), nalive = 0;
    for (int i = 0; i < places; i++) {
        const Node *owner = place[i].owner;
        int64_t from = place[i].offset, to = from + place[i].size;
        NEED(from >= 0 && from % 16 == 0 && to <= check->graph->arena_floats, owner, "has no place in the arena");
        int kept = 0;
        for (int k = 0; k < nalive; k++)
            if (place[i].begin <= alive[k]->end)
                alive[kept++] = alive[k];
        int at = nalive = kept;
        for (; at > 0 && alive[at - 1]->offset > from; at--)
            alive[at] = alive[at - 1];
        alive[at] = &place[i];
        NEED(at == 0 || alive[at - 1]->offset + alive[at - 1]->size <= from, owner,
             "overlaps a storage that is alive");
        NEED(at == nalive || alive[at + 1]->offset >= to, owner, "overlaps a storage that is alive");
        nalive++;
    }
}

/* ---- all of it ------------------------------------------------------------------------------------------ */

static void check_node(const Check *check, const Node *node)
{
    check_operands(check, node);
    check_attributes(check, node);
    check_shape(check, node);
    check_parameters(check, node);
    if (node->folded)
        check_folded(check, node);
    if (node->tail)
        check_tail(check, node);
}

/* Needs nothing but list links that can be walked; numbers the graph. */
void verify_graph(Graph *graph, const char *pass)
{
    graph_number(graph);
    Check checked = {graph, pass, arena_alloc(graph->context, (size_t)graph->count, sizeof *checked.node)};
    const Check *check = &checked;
    check_list(check);
    check_tensors(check);
    bool laid_out = graph->output->layout.kind != LAYOUT_none;
    for (const Node *node = graph->first; node; node = node->next) {
        for (const Node *part = node; part; part = part->tail)
            check_node(check, part);
        NEED((node->layout.kind != LAYOUT_none) == laid_out, node, "differs from the output in having a layout");
        if (laid_out)
            check_layout(check, node);
    }
    NEED(is_listed(check, graph->output), graph->output, "is the output but not in the graph");
    if (graph->arena_floats)
        check_plan(check);
}
