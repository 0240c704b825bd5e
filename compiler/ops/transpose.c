/* transpose.c - squares within lanes, by exchanges between pairs of registers, a power of two at a time: n log n of them
 * (Eklundh, "A fast computer method for matrix transposing", IEEE Transactions on Computers 21, 1972). */
#include "transpose.h"

int emit_mask(Kernel *k, unsigned lanes)
{
    float sign[LANES];                  /* it becomes all bits of the lane */
    for (int lane = 0; lane < LANES; lane++)
        sign[lane] = lanes >> lane & 1 ? -1 : 1;
    int at = kernel_constants(k, sign, LANES), mask = kernel_register(k);
    k_load(k, mask, k->constants, at);
    k_imm(k, V_sar, mask, mask, 31);
    return mask;
}

void masks_open(Kernel *k, int size, int mask[SQUARE_MASKS])
{
    static const unsigned lanes[SQUARE_MASKS] = {0xaa, 0xcc, 0xf0};
    for (int bit = 0; 1 << bit < size; bit++)
        mask[bit] = emit_mask(k, lanes[bit]);
}

void emit_lane_xor(Kernel *k, int reg, int distance)
{
    int order = 0;
    for (int lane = 0; lane < 4; lane++)
        order |= (lane ^ (distance & 3)) << 2 * lane;
    if (distance & 4)
        k_op(k, V_swap, reg, reg, 0);
    if (distance & 3)
        k_imm(k, V_permute, reg, reg, order);
}

/* Exchanges the lanes of the mask between a and b. */
static void emit_exchange(Kernel *k, int a, int b, int mask)
{
    int difference = kernel_register(k);
    k_op(k, V_xor, difference, a, b);
    k_op(k, V_and, difference, difference, mask);
    k_op(k, V_xor, a, a, difference);
    k_op(k, V_xor, b, b, difference);
    kernel_release(k, difference);
}

void emit_transpose(Kernel *k, int size, int *square, const int mask[SQUARE_MASKS])
{
    for (int bit = 0; 1 << bit < size; bit++)
        for (int i = 0; i < size; i++) {
            int other = i | 1 << bit;
            if (other == i)
                continue;
            emit_lane_xor(k, square[other], 1 << bit);
            emit_exchange(k, square[i], square[other], mask[bit]);
            emit_lane_xor(k, square[other], 1 << bit);
        }
}

void emit_gather(Kernel *k, int size, int *square, const int mask[SQUARE_MASKS])
{
    for (int r = 1; r < size; r++)
        emit_lane_xor(k, square[r], r);
    for (int bit = 0; 1 << bit < size; bit++)
        for (int i = 0; i < size; i++)
            if (!(i >> bit & 1))
                emit_exchange(k, square[i], square[i | 1 << bit], mask[bit]);
}
