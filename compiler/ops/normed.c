/* normed.c - pixels on their way into a copy: as they are, or relu of what a norm makes of them. */
#include "normed.h"

Normed normed_open(Kernel *k, Stream stats)
{
    Normed n = {kernel_register(k), kernel_register(k), kernel_register(k), kernel_register(k)};
    k_load(k, n.mean, stats.pointer, STATS_mean * stats.view.pixel);
    k_load(k, n.scale, stats.pointer, STATS_scale * stats.view.pixel);
    k_load(k, n.shift, stats.pointer, STATS_shift * stats.view.pixel);
    k_zero(k, n.zero);
    return n;
}

void normed_close(Kernel *k, const Normed *n)
{
    for (int i = 0; i < 4; i++)
        kernel_release(k, (int[]){n->mean, n->scale, n->shift, n->zero}[i]);
}

static void copy_pixel(Kernel *k, const Normed *n, Stream from, Stream to, int pixel)
{
    int reg = kernel_register(k);
    k_load(k, reg, from.pointer, pixel * from.view.pixel);
    if (n) {
        reg = emit_normalised(k, reg, n->mean, n->scale, n->shift);
        k_op(k, V_max, reg, n->zero, reg);
    }
    k_store(k, to.pointer, pixel * to.view.pixel, reg);
    kernel_release(k, reg);
}

void emit_copied_rows(Kernel *k, const Normed *n, Stream from, Stream to, int rows, int width)
{
    int unroll = width % 4 ? width % 2 ? 1 : 2 : 4;
    k_loop(k, rows);
    k_loop(k, width / unroll);
    for (int i = 0; i < unroll; i++)
        copy_pixel(k, n, from, to, i);
    k_bump(k, from.pointer, unroll * from.view.pixel);
    k_bump(k, to.pointer, unroll * to.view.pixel);
    k_end(k);
    k_bump(k, from.pointer, from.view.row - width * from.view.pixel);
    k_bump(k, to.pointer, to.view.row - width * to.view.pixel);
    k_end(k);
}
