/* declare.c - parameters get their names here, torchvision's: the node's name and .weight, .bias, ... Identical
 * repeated branches own one stacked tensor, of which each declares the next slice. */
#include <string.h>

#include "family.h"

/* The most elements of one parameter: 4 GiB of floats. */
static const int64_t LARGEST = (int64_t)1 << 30;

static const struct {
    const char *suffix;
    bool buffer, integer;
} kind[NWEIGHT] = {
    [W_weight]  = {"weight", false, false},
    [W_bias]    = {"bias", false, false},
    [W_mean]    = {"running_mean", true, false},
    [W_var]     = {"running_var", true, false},
    [W_batches] = {"num_batches_tracked", true, true},
};

void declare_none(Graph *graph, Node *node)
{
    (void)graph, (void)node;
}

static _Noreturn void fail_declared_twice(Graph *graph, const Node *node, const Tensor *tensor)
{
    const char *path = tensor->loc.source ? tensor->loc.source->path : "?";
    fail_at(graph->context, node->loc, "give one of the two another name", "'%s' is declared twice; the first is at %s:%d:%d",
            tensor->name, path, tensor->loc.line, tensor->loc.column);
}

/* The tensor itself; with a stack, `count` times as long as this node's part along `axis`. */
static Tensor *new_tensor(Graph *graph, Node *node, const char *name, int axis, const Tensor *part)
{
    Tensor *tensor = graph_add_tensor(graph, name, node->loc);
    int64_t elements = 1;
    for (int i = 0; i < part->rank; i++) {
        int copies = i == axis && node->stack.count ? node->stack.count : 1;
        tensor->dim[i] = checked_mul(graph->context, node->loc, part->dim[i], copies, LARGEST, name);
        elements = checked_mul(graph->context, node->loc, elements, tensor->dim[i], LARGEST, name);
    }
    tensor->rank = part->rank;
    tensor->buffer = part->buffer;
    tensor->integer = part->integer;
    tensor->axis = axis;
    return tensor;
}

/* Is this node's part what the branches before it have led to expect? */
static bool continues_stack(const Node *node, const Tensor *tensor, int axis, const Tensor *part)
{
    if (!node->stack.count || tensor->rank != part->rank || tensor->axis != axis)
        return false;
    for (int i = 0; i < part->rank; i++)
        if (tensor->dim[i] != part->dim[i] * (i == axis ? node->stack.count : 1))
            return false;
    return part->rank == 0 || tensor->claimed == node->stack.index * part->dim[axis];
}

void declare_weight(Graph *graph, Node *node, int which, int rank, const int64_t *dim)
{
    const char *owner = node->stack.count ? node->stack.name : node->name;
    const char *name = arena_printf(graph->context, "%s.%s", owner, kind[which].suffix);
    Tensor part = {.rank = rank, .buffer = kind[which].buffer, .integer = kind[which].integer};
    for (int i = 0; i < rank; i++)
        part.dim[i] = dim[i];
    int axis = node->stack.count && rank > 1 ? node->stack.axis : 0;
    Tensor *tensor = graph_tensor(graph, name);
    if (!tensor)
        tensor = new_tensor(graph, node, name, axis, &part);
    else if (!continues_stack(node, tensor, axis, &part))
        fail_declared_twice(graph, node, tensor);
    int64_t count = rank ? dim[axis] : 1;
    node->weight[which] = (Weight){tensor, axis, rank ? tensor->claimed : 0, count};
    tensor->claimed += count;
}
