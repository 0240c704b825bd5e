/* tally.c - which batch norms, while training, find their sums made by the convolution whose results they are about.
 *
 * The mean and deviation of a convolution's results, and of the gradients that a convolution by its operand gives, the sums that the
 * norm's own gradients need, cost a pass over tensors that come from memory. In the convolution's epilogue the results are in
 * registers (Jung et al., "Restructuring batch normalization to accelerate CNN training", MLSys 2019, section 3). */
#include "tally.h"

#include "choose.h"
#include "lower.h"
#include "ops/winograd.h"

enum {
    PART_PIXELS = 64,                  /* that are summed one after the other, at most */
    FEWEST_PIXELS = 7,                  /* of a row, for which a sum of its own is worth its cost */
};

Parted part_results(bool flat, int rows, int width)
{
    Parted p = {rows, width, 1};
    if (flat) {
        p.width = largest_divisor(rows * width, PART_PIXELS);
        p.rows = rows * width / p.width;
    } else if (width < PART_PIXELS) {
        p.part = largest_divisor(rows, PART_PIXELS / width);
    }
    return p;
}

int64_t part_floats(const Node *bn)
{
    return (int64_t)NTALLY * bn->layout.blocks * LANES;
}

/* ---- parts --------------------------------------------------------------------------------------------------- */

static void add_run(Parts *all, int parts, int pixels)
{
    all->run[all->runs++] = (PartRun){parts, pixels};
    all->parts += parts;
}

static int span_results(Span s, int unit)
{
    return (s.size - 1) * unit + s.last;
}

/* A part is what a task has of a picture. */
static Parts winograd_parts(const Node *n)
{
    const Tile *t = &n->tile;
    const int most[] = {t->rows, t->columns};
    int tiles[2], last[2], spans[2];
    Span span[2][2];
    Parts all = {.runs = 0};
    cut_into_tiles(n, tiles, last);
    for (int i = 0; i < 2; i++)
        spans[i] = make_spans(tiles[i], most[i], t->unit, last[i], span[i]);
    for (int i = 0; i < spans[0]; i++)
        for (int j = 0; j < spans[1]; j++)
            add_run(&all, span[0][i].count * span[1][j].count,
                    span_results(span[0][i], t->unit) * span_results(span[1][j], t->unit));
    return all;
}

Parts parts_of(const Node *n)
{
    if (n->tile.algorithm == ALGORITHM_winograd)
        return winograd_parts(n);
    Parted p = part_results(n->tile.flat, n->shape.height, n->shape.width);
    Parts all = {.runs = 0};
    add_run(&all, p.rows / p.part, p.part * p.width);
    return all;
}

/* ---- the pass ------------------------------------------------------------------------------------------------- */

int pointers_of(const Node *n)
{
    bool constants = false;
    int count = 3 + n->tile.ahead + (n->weight[W_bias].tensor || n->folded);
    for (const Node *t = n->tail; t; t = t->tail) {
        count += t->nin - 1 + (tail_norm(t) != NULL);
        constants = constants || (t->op != OP_add && t->op != OP_mul && !(t->op == OP_derivative && t->attr.of_op == OP_relu));
    }
    return count + constants;
}

/* Do kernels make the results of n in their order, in rows that are worth sums of their own? The gradient of a strided convolution is
 * made of several convolutions, each of which would fetch all lines of x. */
static bool is_tallied(const Node *n)
{
    const Attr *of = n->op == OP_conv_dx ? &n->of->attr : NULL;
    if (n->tile.algorithm != ALGORITHM_direct && n->tile.algorithm != ALGORITHM_winograd)
        return false;
    if (n->op != OP_conv && (n->op != OP_conv_dx || of->stride[0] * of->stride[1] > 1 || n->of->tile.algorithm == ALGORITHM_sliding))
        return false;
    return n->layout.kind == LAYOUT_blocked && part_results(n->tile.flat, n->shape.height, n->shape.width).width >= FEWEST_PIXELS;
}

/* Can the kernels of n, whose results bn reads, make its sums? */
static bool can_tally(const Node *n, const Node *bn)
{
    if (!is_tallied(n) || n->sums || n->layout.blocks != bn->layout.blocks)
        return false;
    if (bn->op == OP_bn_sums && (bn->nin < 3 || bn->in[1]->id > n->id || bn->in[1]->layout.kind != LAYOUT_blocked))
        return false;
    if (bn->op == OP_bn_sums && n->tile.flat && !borderless(bn->in[1]))
        return false;
    return n->tile.algorithm == ALGORITHM_winograd || pointers_of(n) + TALLY_POINTERS <= MAX_POINTERS;
}

/* Needs tiles; gives node->sums, and the workspace of batch norms that find their sums there. */
void tally(Graph *graph)
{
    for (Node *bn = graph->first; bn && graph->training; bn = bn->next)
        if ((bn->op == OP_bn_stats || bn->op == OP_bn_sums) && can_tally(bn->in[0], bn)) {
            bn->in[0]->sums = bn;
            bn->workspace = parts_of(bn->in[0]).parts * part_floats(bn);
        }
}
