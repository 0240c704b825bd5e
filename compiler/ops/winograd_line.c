/* winograd_line.c - rows and columns of tiles in Winograd's transforms. The points are those of winograd_kernel.c. */
#include "winograd_line.h"

Constants constants_load(Kernel *k, const float *value, int count)
{
    Constants c = {.count = count};
    for (int i = 0; i < count; i++)
        k_literal(k, c.reg[i] = kernel_register(k), value[i]);
    return c;
}

void constants_release(Kernel *k, const Constants *c)
{
    for (int i = 0; i < c->count; i++)
        kernel_release(k, c->reg[i]);
}

void line_load(Kernel *k, Line from, int size, int *reg)
{
    for (int i = 0; i < size; i++) {
        reg[i] = kernel_register(k);
        if (i < from.count)
            k_load_blocks(k, reg[i], from.pointer, i * from.stride, from.block, from.blocks);
        else
            k_zero(k, reg[i]);
    }
}

void line_put(Kernel *k, Line to, int i, int reg)
{
    k_store_blocks(k, to.pointer, i * to.stride, to.block, to.blocks, reg);
    kernel_release(k, reg);
}

static int copy_of(Kernel *k, int reg)
{
    int copy = kernel_register(k);
    k_op(k, V_copy, copy, reg, 0);
    return copy;
}

void line_put_pair(Kernel *k, Line to, int i, int even, int odd, const int factor[2])
{
    int plus = copy_of(k, even);
    k_op(k, V_fma, plus, odd, factor[0]);
    line_put(k, to, i, plus);
    k_op(k, V_fma, even, odd, factor[1]);
    line_put(k, to, i + 1, even);
    kernel_release(k, odd);
}

Constants line_input_constants(Kernel *k)
{
    static const float value[] = {-2.5f, -2.0f, -0.5f, 0.70710678f, -0.70710678f, 1.41421356f, -1.41421356f};
    return constants_load(k, value, 7);
}

void line_input(Kernel *k, const Constants *c, Line from, Line to)
{
    int d[6];
    line_load(k, from, 6, d);
    k_op(k, V_add, d[0], d[0], d[4]);
    k_op(k, V_fma, d[0], d[2], c->reg[0]);
    line_put(k, to, 0, d[0]);
    k_op(k, V_add, d[5], d[5], d[1]);
    k_op(k, V_fma, d[5], d[3], c->reg[0]);
    line_put(k, to, 5, d[5]);
    int even = copy_of(k, d[4]), odd = copy_of(k, d[3]);
    k_op(k, V_fma, even, d[2], c->reg[1]);
    k_op(k, V_fma, odd, d[1], c->reg[1]);
    line_put_pair(k, to, 1, even, odd, c->reg + 3);
    k_op(k, V_fma, d[4], d[2], c->reg[2]);
    k_op(k, V_fma, d[3], d[1], c->reg[2]);
    kernel_release(k, d[1]);
    kernel_release(k, d[2]);
    line_put_pair(k, to, 3, d[4], d[3], c->reg + 5);
}
