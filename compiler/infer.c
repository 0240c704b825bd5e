/* infer.c - shapes and costs. The rules of each operation lie in ops/; here is the walk, and what they share. */
#include <string.h>

#include "ops/family.h"

/* Bounds that keep every later product within 64 bits: elements of one tensor, its channels, MACs of one layer. */
enum { MOST_CHANNELS = 1 << 20 };
static const int64_t MOST_ELEMENTS = (int64_t)1 << 28, MOST_MACS = (int64_t)1 << 44;

/* Needs operands before their users and attributes within the bounds of keys.h; gives every node its shape and MACs;
 * changes nothing else, except that mul reads its full-sized operand first. */
void infer(Graph *graph)
{
    for (Node *node = graph->first; node; node = node->next) {
        op_info[node->op].infer(graph, node);
        if (node->macs > MOST_MACS)
            fail_at(graph->context, node->loc, NULL, "%s '%s' takes %lld multiply-accumulates; the limit is %lld",
                    op_name(node->op), node->name, (long long)node->macs, (long long)MOST_MACS);
    }
}

static bool same_result(const Node *a, const Node *b)
{
    return a->shape.channels == b->shape.channels && a->shape.height == b->shape.height &&
           a->shape.width == b->shape.width && a->shape.flat == b->shape.flat && a->macs == b->macs;
}

/* The verifier's other half, which ir/ cannot know: infers every node once more and compares. */
void infer_again(Graph *graph, const char *pass)
{
    jmp_buf outer;
    memcpy(&outer, &graph->context->on_error, sizeof outer);
    if (setjmp(graph->context->on_error))
        die("after %s: shapes do not work any more: %s", pass, graph->context->message);
    for (Node *node = graph->first; node; node = node->next)
        for (Node *part = node; part; part = part->tail) {
            Node before = *part;
            op_info[part->op].infer(graph, part);
            if (!same_result(part, &before))
                die("after %s: %s '%s' has a shape or cost that its operands do not make", pass, op_name(part->op), part->name);
        }
    memcpy(&graph->context->on_error, &outer, sizeof outer);
}

Shape operand_shape(const Node *node, int i)
{
    const Node *in = node->in[i];
    return in->tail == node ? in->shape : node_result(in);      /* a tail reads what comes right before it */
}

void set_shape(Graph *graph, Node *node, int64_t channels, int64_t height, int64_t width)
{
    int64_t elements;
    if (channels > MOST_CHANNELS)
        fail_at(graph->context, node->loc, NULL, "%s makes %lld channels; the limit is %d", op_name(node->op),
                (long long)channels, MOST_CHANNELS);
    if (__builtin_mul_overflow(channels, height, &elements) || __builtin_mul_overflow(elements, width, &elements) ||
        elements > MOST_ELEMENTS)
        fail_at(graph->context, node->loc, NULL, "%s makes a tensor of %lldx%lldx%lld; the limit is %lld elements",
                op_name(node->op), (long long)channels, (long long)height, (long long)width, (long long)MOST_ELEMENTS);
    node->shape = (Shape){(int)channels, (int)height, (int)width, false};
}

void set_flat_shape(Graph *graph, Node *node, int64_t channels)
{
    if (channels > MOST_ELEMENTS)
        fail_at(graph->context, node->loc, NULL, "%s makes a tensor of %lld elements; the limit is %lld",
                op_name(node->op), (long long)channels, (long long)MOST_ELEMENTS);
    node->shape = (Shape){(int)channels, 1, 1, true};
}

void need_picture(Graph *graph, const Node *node)
{
    Shape in = operand_shape(node, 0);
    if (in.flat)
        fail_at(graph->context, node->loc, "put it before flatten and linear",
                "%s needs rows and columns, but its input is flat: %d values", op_name(node->op), in.channels);
}
