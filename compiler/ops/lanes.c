/* lanes.c - channels and the lanes that hold them: the last block of a segment may have lanes to spare. */
#include "lanes.h"

int block_channels(const Layout *l, int b)
{
    for (int i = 0, first = 0, blocks; i < l->nsegment; i++, first += blocks) {
        blocks = ceil_of(l->segment[i], LANES);
        if (b < first + blocks)
            return b < first + blocks - 1 || l->segment[i] % LANES == 0 ? LANES : l->segment[i] % LANES;
    }
    die("lower: no such block");
}

BlockRun block_run(const Layout *l, int first, int end)
{
    BlockRun run = {1, block_channels(l, first)};
    while (first + run.blocks < end && block_channels(l, first + run.blocks) == run.channels)
        run.blocks++;
    return run;
}

void apply_mask(Kernel *k, VOp op, int reg, Lanes lanes, float inside, float outside)
{
    float mask[LANES];
    if (lanes.low == 0 && lanes.high == LANES)
        return;
    for (int i = 0; i < LANES; i++)
        mask[i] = i >= lanes.low && i < lanes.high ? inside : outside;
    int at = kernel_constants(k, mask, LANES), vector = kernel_register(k);
    k_load(k, vector, k->constants, at);
    k_op(k, op, reg, reg, vector);
    kernel_release(k, vector);
}
