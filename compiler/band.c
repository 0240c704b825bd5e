/* band.c - pools that are computed with the convolution that they read, a band of rows at a time.
 *
 * A first convolution's result is the largest tensor of many a network, and all that is done with it is to keep a quarter of it. Where
 * the pool is its only reader, a task computes the rows of it that some rows of the pool need, in the scratch memory of its thread,
 * and pools them there. Windows that overlap have a row computed twice where two bands meet, which must be little. */
#include "choose.h"

enum {
    SCRATCH_BYTES = 448 << 10,          /* of one task's rows: they stay in a second-level cache */
    FEWEST_TASKS = 8,                   /* so that a few threads have equal shares */
    LEAST_ROWS = 16,                    /* of the convolution for one that is computed twice */
};

Node *pooled_alone(const Node *pool)
{
    bool pools = pool->op == OP_max_pool || pool->op == OP_avg_pool;
    return pools && pool->in[0]->op == OP_conv && pool->in[0]->uses == 1 ? pool->in[0] : NULL;
}

/* Does the pool alone read the whole of what the convolution stores, which is direct and has its rows apart? */
static bool fits(const Node *pool)
{
    const Node *n = pooled_alone(pool);
    if (!n || n->tile.algorithm != ALGORITHM_direct)
        return false;
    const Layout *l = &n->layout;
    for (const Node *t = n->tail; t; t = t->tail)
        if (t->nin > 1 || !op_is_elementwise(t->op))
            return false;
    return !n->tile.flat && n->attr.groups == 1 && l->storage == n && l->kind == LAYOUT_blocked && !l->pad[0] && !l->pad[1] &&
           pool->layout.kind == LAYOUT_blocked && pool->layout.blocks == l->blocks && pool->attr.dilation[0] == 1 &&
           pool->attr.stride[0] > 1 && pool->attr.kernel[0] <= pool->attr.stride[0] + 1;
}

/* Rows of the pool in a band; 0: it is better computed alone. */
static int rows_of_band(const Node *pool)
{
    const Node *n = pool->in[0];
    const int kernel = pool->attr.kernel[0], stride = pool->attr.stride[0], vectors = n->tile.vectors;
    const int panels = ceil_of(n->layout.blocks, vectors);
    const int64_t row = vectors * n->layout.row * (int64_t)sizeof(float), most = (SCRATCH_BYTES / row - kernel) / stride + 1;
    int bands = most < 1 ? pool->shape.height : (int)((pool->shape.height + most - 1) / most);
    if (bands < ceil_of(FEWEST_TASKS, panels))
        bands = ceil_of(FEWEST_TASKS, panels);
    int rows = ceil_of(pool->shape.height, bands);
    return most >= 1 && (kernel <= stride || rows * stride >= LEAST_ROWS) ? rows : 0;
}

/* Needs tiles; gives node->banded, and such a convolution the place right before its pool. */
void band(Graph *graph)
{
    graph_number(graph);
    for (Node *n = graph->first; n && !graph->training; n = n->next)
        if (fits(n) && rows_of_band(n)) {
            n->in[0]->banded = rows_of_band(n);
            graph_move(graph, n->in[0], n);
        }
    graph_number(graph);
}
