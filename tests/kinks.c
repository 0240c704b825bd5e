#include "kinks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const Node *of;                     /* whose values decide */
    const double *x;
    double rounding;
    Kink *kink;                         /* sorted, the narrowest first */
    size_t count, most;
} Search;

/* Value number `at` would decide otherwise if it were larger by `by` / 2. */
static void note(Search *s, int64_t at, double by)
{
    double doubt = fabs(by) / 2 / s->rounding;
    if (by == 0 || !(doubt < 1) || (s->count == s->most && doubt >= s->kink[s->most - 1].doubt))
        return;
    size_t i = s->count < s->most ? s->count++ : s->most - 1;
    for (; i > 0 && s->kink[i - 1].doubt > doubt; i--)
        s->kink[i] = s->kink[i - 1];
    s->kink[i] = (Kink){{s->of->id, at, by}, doubt};
}

static void search_activation(Search *s, int64_t count, double kink)
{
    for (int64_t i = 0; i < count; i++)
        note(s, i, 2 * (kink - s->x[i]));
}

/* The second largest value of a window may be the largest. Equal values are equal in floats. */
static void search_window(Search *s, const Attr *a, Shape in, int64_t channel, int top, int left)
{
    const double *x = s->x + channel;
    int64_t best = -1, second = -1;
    for (int tap = 0; tap < a->kernel[0] * a->kernel[1]; tap++) {
        int row = top + tap / a->kernel[1] * a->dilation[0], column = left + tap % a->kernel[1] * a->dilation[1];
        int64_t at = (int64_t)row * in.width + column;
        if (row < 0 || row >= in.height || column < 0 || column >= in.width)
            continue;
        if (best < 0 || x[at] > x[best]) {
            second = best;
            best = at;
        } else if (x[at] < x[best] && (second < 0 || x[at] > x[second])) {
            second = at;
        }
    }
    if (second >= 0)
        note(s, channel + second, 2 * (x[best] - x[second]));
}

static void search_pool(Search *s, const Node *pool, int batch)
{
    const Attr *a = &pool->attr;
    Shape in = s->of->shape;
    int64_t plane = (int64_t)in.height * in.width;
    for (int64_t c = 0; c < (int64_t)batch * in.channels; c++)
        for (int oy = 0; oy < pool->shape.height; oy++)
            for (int ox = 0; ox < pool->shape.width; ox++)
                search_window(s, a, in, c * plane, oy * a->stride[0] - a->pad[0], ox * a->stride[1] - a->pad[1]);
}

size_t find_kinks(const Graph *graph, int batch, double *const *value, const double *rounding, Kink *kink, size_t most)
{
    Search s = {.kink = kink, .most = most};
    for (const Node *n = graph->first; n; n = n->next) {
        if (n->nin < 1)
            continue;
        s.of = n->in[0];
        s.x = value[s.of->id];
        s.rounding = rounding[s.of->id];
        int64_t count = batch * shape_floats(s.of->shape);
        if (n->op == OP_relu || n->op == OP_relu6 || n->op == OP_leaky_relu)
            search_activation(&s, count, 0);
        if (n->op == OP_relu6)
            search_activation(&s, count, 6);
        for (int side = -3; n->op == OP_hard_swish && side <= 3; side += 6)
            search_activation(&s, count, side);
        if (n->op == OP_max_pool)
            search_pool(&s, n, batch);
    }
    return s.count;
}
