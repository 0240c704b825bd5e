/* graph.c - build and edit graphs. Every function here takes constant time or one walk over what it is about, so
 * that passes over thousands of nodes stay linear. */
#include <string.h>

#include "ir.h"

Graph *graph_new(Context *context, const char *name)
{
    Graph *graph = arena_alloc(context, 1, sizeof *graph);
    graph->context = context;
    graph->name = name;
    graph->tensors_end = &graph->tensors;
    graph->max_batch = 1;
    graph->machine = (Machine){16, 1};
    return graph;
}

/* ---- the list of nodes ---------------------------------------------------------------------------------- */

static void unlink_node(Graph *graph, Node *node)
{
    *(node->prev ? &node->prev->next : &graph->first) = node->next;
    *(node->next ? &node->next->prev : &graph->last) = node->prev;
    node->prev = node->next = NULL;
    graph->count--;
}

static void link_node(Graph *graph, Node *node, Node *before)
{
    node->next = before;
    node->prev = before ? before->prev : graph->last;
    *(node->prev ? &node->prev->next : &graph->first) = node;
    *(before ? &before->prev : &graph->last) = node;
    graph->count++;
}

Node *graph_insert(Graph *graph, Node *before, Op op, Loc loc, const char *name, Node *const *in, int nin)
{
    Node *node = arena_alloc(graph->context, 1, sizeof *node);
    node->op = op;
    node->loc = loc;
    node->name = name ? name : arena_printf(graph->context, "%s#%d", op_name(op), ++graph->named);
    node->id = -1;
    node->offset = -1;
    node->nin = nin;
    node->in = arena_alloc(graph->context, (size_t)nin, sizeof *node->in);
    for (int i = 0; i < nin; i++)
        node->in[i] = in[i];
    link_node(graph, node, before);
    return node;
}

Node *graph_add(Graph *graph, Op op, Loc loc, const char *name, Node *const *in, int nin)
{
    return graph_insert(graph, NULL, op, loc, name, in, nin);
}

void graph_remove(Graph *graph, Node *node)
{
    unlink_node(graph, node);
}

void graph_move(Graph *graph, Node *node, Node *before)
{
    if (node == before)
        return;
    unlink_node(graph, node);
    link_node(graph, node, before);
}

/* ---- who reads whom ------------------------------------------------------------------------------------- */

/* The node that stands for `node` now. Chains of replacements are shortened on the way, as in union-find. */
static Node *current(Node *node)
{
    while (node->instead) {
        if (node->instead->instead)
            node->instead = node->instead->instead;
        node = node->instead;
    }
    return node;
}

void graph_replace_uses(Graph *graph, Node *old, Node *new)
{
    new = current(new);
    if (old->instead || old == new)
        die("graph_replace_uses: '%s' has been replaced already", old->name);
    old->instead = new;
    if (graph->output)
        graph->output = current(graph->output);
}

void graph_redirect(Node *node)
{
    for (Node *part = node; part; part = part->tail)
        for (int i = part != node; i < part->nin; i++)      /* a tail's in[0] is its predecessor */
            part->in[i] = current(part->in[i]);
}

void graph_number(Graph *graph)
{
    int id = 0;
    for (Node *node = graph->first; node; node = node->next) {
        graph_redirect(node);
        for (Node *part = node; part; part = part->tail) {
            part->id = id;                                  /* a tail runs where its node does */
            part->uses = 0;
            for (int i = part != node; i < part->nin; i++)
                part->in[i]->uses++;
        }
        id++;
    }
    if (graph->output)
        graph->output->uses++;
}

Node *node_last(Node *node)
{
    while (node->tail)
        node = node->tail;
    return node;
}

Shape node_result(const Node *node)
{
    while (node->tail)
        node = node->tail;
    return node->shape;
}

Node *node_banded(const Node *node)
{
    return node->nin && node->in[0]->banded ? node->in[0] : NULL;
}

int64_t shape_floats(Shape shape)
{
    return (int64_t)shape.channels * shape.height * shape.width;    /* infer bounds the product */
}

/* ---- tensors -------------------------------------------------------------------------------------------- */

/* The slot where `name` is or would be: open addressing over FNV-1a. */
static Tensor **tensor_slot(Tensor **table, size_t slots, const char *name)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (const char *c = name; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 0x100000001b3;
    size_t slot = (hash ^ hash >> 32) & (slots - 1);
    while (table[slot] && strcmp(table[slot]->name, name) != 0)
        slot = (slot + 1) & (slots - 1);
    return &table[slot];
}

Tensor *graph_tensor(const Graph *graph, const char *name)
{
    return graph->tensor_slots ? *tensor_slot(graph->tensor_table, graph->tensor_slots, name) : NULL;
}

/* A table of twice the size, at most half full. */
static void grow_table(Graph *graph)
{
    graph->tensor_slots = graph->tensor_slots ? graph->tensor_slots * 2 : 64;
    graph->tensor_table = arena_alloc(graph->context, graph->tensor_slots, sizeof *graph->tensor_table);
    for (Tensor *tensor = graph->tensors; tensor; tensor = tensor->next)
        *tensor_slot(graph->tensor_table, graph->tensor_slots, tensor->name) = tensor;
}

Tensor *graph_add_tensor(Graph *graph, const char *name, Loc loc)
{
    if ((size_t)graph->ntensors * 2 >= graph->tensor_slots)
        grow_table(graph);
    Tensor **slot = tensor_slot(graph->tensor_table, graph->tensor_slots, name);
    if (*slot)
        die("graph_add_tensor: there is a tensor '%s' already", name);
    Tensor *tensor = *slot = arena_alloc(graph->context, 1, sizeof *tensor);
    tensor->name = name;
    tensor->loc = loc;
    *graph->tensors_end = tensor;
    graph->tensors_end = &tensor->next;
    tensor->id = graph->ntensors++;
    return tensor;
}

/* The kinds of ops.h. */
enum { INTERNAL, JOINING, BATCH, ELEMENTWISE, TENSOR, VIEW };

/* ---- facts about graphs and operations ------------------------------------------------------------------ */

int64_t tensor_elements(const Tensor *tensor)
{
    int64_t elements = 1;
    for (int axis = 0; axis < tensor->rank; axis++)
        elements *= tensor->dim[axis];
    return elements;
}

int64_t graph_parameters(const Graph *graph)
{
    int64_t parameters = 0;
    for (const Tensor *tensor = graph->tensors; tensor; tensor = tensor->next)
        parameters += tensor->buffer ? 0 : tensor_elements(tensor);
    return parameters;
}

int64_t graph_macs(const Graph *graph)
{
    int64_t macs = 0;
    for (const Node *node = graph->first; node; node = node->next)
        macs += node->macs;
    return macs;
}

const char *op_name(Op op)
{
    static const char *const name[NOP] = {
#define OP(name, ...) [OP_##name] = #name,
#include "ops.h"
    };
    return name[op];
}

static int op_kind(Op op)
{
    static const unsigned char kind[NOP] = {
#define OP(name, least, most, kind, ...) [OP_##name] = kind,
#include "ops.h"
    };
    return kind[op];
}

bool op_is_elementwise(Op op)
{
    return op_kind(op) == ELEMENTWISE || op_kind(op) == JOINING;
}

bool op_is_batch(Op op)
{
    return op_kind(op) == BATCH;
}

const Node *workspace_writer(const Node *node)
{
    return node->nin && node->in[0]->sums == node ? node->in[0] : node;
}

const Node *node_owner(const Node *node)
{
    return node->of ? node->of : node;
}
