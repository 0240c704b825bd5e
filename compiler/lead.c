/* lead.c - which layers a batch passes image by image.
 *
 * A layer that runs over all images before the next one begins reads its filters once, but by then the caches have lost what the
 * layer before it wrote. The first layers of a network have large pictures and few filters: there an image is better taken through
 * all of them alone. The later ones are the other way round. So an order of nodes has one place where the first kind of order
 * ends: where the bytes of pictures saved so far are the most above the bytes of filters fetched once more. */
#include "compiler.h"

/* Elements of what the node reads and writes of one image, and keeps between its steps. */
static int64_t picture_floats(const Node *n)
{
    int64_t sum = shape_floats(node_result(n)) + 2 * n->workspace;
    for (const Node *part = n; part; part = part->tail)
        for (int i = part != n; i < part->nin; i++)
            sum += shape_floats(node_result(part->in[i]));
    return sum;
}

/* Elements of its filters as they are packed. */
static int64_t packed_filters(const Node *n)
{
    int64_t in = n->nin ? node_result(n->in[0]).channels : 0;
    int64_t taps = n->tile.unit ? (n->tile.unit + 2) * (n->tile.unit + 2) : (int64_t)n->attr.kernel[0] * n->attr.kernel[1];
    if (n->op == OP_linear)
        return n->macs;
    return n->op == OP_conv ? taps * (in / n->attr.groups) * n->layout.blocks * LANES : 0;
}

/* Needs tiles and workspaces; gives node->leading. A step of training has layers that all images go through together. */
void lead(Graph *graph)
{
    int64_t gain = 0, best = 0;
    Node *end = graph->first;
    if (graph->training || graph->max_batch == 1)
        return;
    for (Node *n = graph->first; n; n = n->next) {
        gain += picture_floats(n) - packed_filters(n);
        if (gain > best) {
            best = gain;
            end = n->next;
        }
    }
    for (Node *n = graph->first; n != end; n = n->next)
        n->leading = true;
}
