/* fuse.c - what is done to each value right after it is computed joins the tail of the node that computes it, so that
 * it happens in registers: batch norms, activations, residual additions, gates, and the pools that divide a map. */
#include "compiler.h"

/* How good a place for a tail a node is: 2 where the results are in registers anyway, 1 where a kernel of its own walks
 * over them, 0 where there is none. */
static int tail_rank(Op op)
{
    switch (op) {
    case OP_conv: case OP_linear: case OP_conv_dx: case OP_linear_dx:
        return 2;
    case OP_max_pool: case OP_avg_pool: case OP_global_avg_pool: case OP_ln: case OP_in: case OP_gn: case OP_bn_train:
    case OP_bn_dx: case OP_norm_dx: case OP_global_avg_pool_dx: case OP_max_pool_dx: case OP_avg_pool_dx:
        return 1;
    default:
        return op_is_elementwise(op);
    }
}

enum { MOST_TAIL = 32 };

/* A kernel has a pointer for each tensor that a tail reads, and not many pointers. */
static int most_operands(Op head)
{
    return head == OP_bn_dx ? 1 : 2;
}

static bool tail_has_room(const Node *head, const Node *node)
{
    int length = 1, operands = node->nin - 1;
    for (const Node *part = head->tail; part; part = part->tail, length++)
        operands += part->nin - 1;
    return length <= MOST_TAIL && operands <= most_operands(head->op);
}

static bool is_pool(Op op)
{
    return op == OP_max_pool || op == OP_global_avg_pool;
}

/* Nobody else reads the value at the end of head's tail, and it is not pooled yet. */
static bool is_open(Node *head)
{
    const Node *last = node_last(head);
    return tail_rank(head->op) && head->uses == 1 && !(last != head && is_pool(last->op));
}

static bool same_shape(Shape a, Shape b)
{
    return a.channels == b.channels && a.height == b.height && a.width == b.width && a.flat == b.flat;
}

/* Which operand's producer shall take this element-wise node into its tail: the best kind of producer, of equals the
 * latest, so that the other operands are there when it runs. -1: none. */
static int choose_operand(const Node *node)
{
    bool any = node->op == OP_add || node->op == OP_mul;       /* other operands have their order */
    int best = -1;
    for (int i = 0; i < (any ? node->nin : 1); i++) {
        Node *head = node->in[i];
        if (!is_open(head) || !tail_has_room(head, node) || !same_shape(node_result(head), node->shape))
            continue;
        const Node *rival = best < 0 ? NULL : node->in[best];
        int better = rival ? tail_rank(head->op) - tail_rank(rival->op) : 1;
        if (better > 0 || (better == 0 && head->id > rival->id))
            best = i;
    }
    return best;
}

/* Does a tail read tensors of its own? They have a pixel for each of the convolution's, not for each pooled one. */
static bool tail_reads(const Node *head)
{
    for (const Node *part = head->tail; part; part = part->tail)
        if (part->nin > 1)
            return true;
    return false;
}

/* The pools that a convolution's kernel can apply: windows that divide the map, each within reach of one task. */
static bool pool_can_join(const Node *pool)
{
    const Node *head = pool->in[0];
    const Attr *attr = &pool->attr;
    Shape in = node_result(head);
    if (head->op != OP_conv || head->attr.groups != 1)
        return false;
    if (pool->op == OP_global_avg_pool)
        return true;
    return pool->op == OP_max_pool && !tail_reads(head) && attr->kernel[0] == 2 && attr->kernel[1] == 2 && attr->stride[0] == 2 &&
           attr->stride[1] == 2 && !attr->pad[0] && !attr->pad[1] && attr->dilation[0] == 1 && attr->dilation[1] == 1 &&
           in.height % 2 == 0 && in.width % 2 == 0;
}

/* `node` joins the tail of its operand i, which runs at node's place where another operand would come too late. */
static void join_tail(Graph *graph, Node *node, int i)
{
    Node *head = node->in[i];
    bool late = false;
    node->in[i] = node->in[0];
    for (int k = 1; k < node->nin; k++)
        late = late || node->in[k]->id > head->id;
    if (late) {
        graph_move(graph, head, node);
        head->id = node->id;
    }
    graph_remove(graph, node);
    graph_replace_uses(graph, node, head);
    head->uses = node->uses;
    Node *last = node_last(head);
    node->in[0] = last;
    last->tail = node;
}

/* Sums of many terms become sums of two: a term more or less is then a matter of tails. */
static void split_sums(Graph *graph)
{
    for (Node *node = graph->first; node; node = node->next) {
        for (int i = 1; node->op == OP_add && i < node->nin - 1; i++) {
            Node *sum = graph_insert(graph, node, OP_add, node->loc, NULL, (Node *[]){node->in[0], node->in[i]}, 2);
            sum->shape = node->shape;
            node->in[0] = sum;
        }
        if (node->op == OP_add) {
            node->in[1] = node->in[node->nin - 1];
            node->nin = 2;
        }
    }
}

/* Needs a pruned graph. Element-wise nodes join the tail of a producer that nobody else reads, 2x2 and global pools that
 * of a convolution; what follows an element-wise node without such a producer joins the tail of that. Keeps shapes: a
 * tail's last node has that of the node it replaces. */
void fuse(Graph *graph)
{
    split_sums(graph);
    graph_number(graph);
    for (Node *node = graph->first, *next; node; node = next) {
        next = node->next;
        graph_redirect(node);
        if (op_is_elementwise(node->op)) {
            int i = choose_operand(node);
            if (i >= 0)
                join_tail(graph, node, i);
        } else if (!graph->training && is_pool(node->op) && is_open(node->in[0]) && tail_has_room(node->in[0], node) &&
                   pool_can_join(node)) {
            join_tail(graph, node, 0);
        }
    }
    graph_number(graph);
}
