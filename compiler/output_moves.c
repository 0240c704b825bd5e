/* output_moves.c - where a kernel's results go, all that moves along with them: from result to result, from task to task. */
#include "lower.h"

/* A stream of an output, and how far it moves. */
typedef struct {
    const Stream *stream;
    int64_t by;
} Movement;

enum { MOST_MOVEMENTS = 2 * MAX_TAIL + 4 };

/* All that move with the results; the part's first result only from task to task, or by blocks. */
static int movements(const Output *o, Place by, bool walk, Movement m[MOST_MOVEMENTS])
{
    const Place first = walk ? (Place){by.block, 0, 0} : by;
    int count = 0;
    m[count++] = (Movement){&o->y, view_distance(o->y.view, by)};
    for (int i = 0; i < o->ntail; i++)
        if (o->tail[i].operand.pointer >= 0)
            m[count++] = (Movement){&o->tail[i].operand, view_distance(o->tail[i].operand.view, by)};
    for (int i = 0; i < o->ntail; i++)
        if (o->tail[i].stats.pointer >= 0)
            m[count++] = (Movement){&o->tail[i].stats, by.block * o->tail[i].stats.view.block};
    if (o->vectors.pointer >= 0)
        m[count++] = (Movement){&o->vectors, by.block * LANES};
    if (o->sums)
        m[count++] = (Movement){&o->tally, by.block * LANES};
    if (o->sums && o->first.pointer >= 0)
        m[count++] = (Movement){&o->first, view_distance(o->first.view, first)};
    return count;
}

void output_bump(Kernel *k, const Output *o, Place by)
{
    Movement m[MOST_MOVEMENTS];
    for (int i = 0, count = movements(o, by, true, m); i < count; i++)
        k_bump(k, m[i].stream->pointer, m[i].by);
}

void output_move(Call *call, const Output *o, Place by)
{
    Movement m[MOST_MOVEMENTS];
    for (int i = 0, count = movements(o, by, false, m); i < count; i++)
        call_move(call, *m[i].stream, m[i].by);
}

void output_stride(Call *call, const Output *o, int dimension, Place by)
{
    Movement m[MOST_MOVEMENTS];
    for (int i = 0, count = movements(o, by, false, m); i < count; i++)
        call_stride(call, *m[i].stream, dimension, m[i].by);
}
