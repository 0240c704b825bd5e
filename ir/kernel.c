/* kernel.c - building kernels: small vector programs, one instruction at a time.
 *
 * Registers are handed out lowest number first and taken back; a kernel that asks for more than its machine has is a
 * bug of whoever chose its tile. Constants go into a pool behind one more pointer, each value once. */
#include <string.h>

#include "ir.h"

const VOpInfo vop_info[NVOP] = {
#define VOP(name, width, operands, meaning) [V_##name] = {#name, operands, WIDTH_##width},
#include "vops.h"
};

bool vop_reads(VOp op, char operand)
{
    return strchr(vop_info[op].operands, operand) && (operand != 'd' || op == V_fma || op == V_load_high);
}

Kernel *kernel_new(Context *context, Machine machine)
{
    Kernel *k = arena_alloc(context, 1, sizeof *k);
    k->context = context;
    k->constants = -1;
    k->free_registers = UINT32_MAX >> (MAX_REGISTERS - machine.registers);
    k->width = 1;
    return k;
}

void kernel_width(Kernel *k, int blocks)
{
    k->width = blocks;
}

int kernel_pointer(Kernel *k, const char *name, bool written)
{
    if (k->npointer == MAX_POINTERS)
        die("kernel: more than %d pointers", MAX_POINTERS);
    k->pointer[k->npointer] = name;
    k->written[k->npointer] = written;
    return k->npointer++;
}

int kernel_register(Kernel *k)
{
    if (!k->free_registers)
        die("kernel: out of vector registers");
    int reg = __builtin_ctz(k->free_registers);
    k->free_registers &= k->free_registers - 1;
    return reg;
}

void kernel_release(Kernel *k, int reg)
{
    if (k->free_registers >> reg & 1)
        die("kernel: register %d released twice", reg);
    k->free_registers |= 1u << reg;
}

int kernel_constant(Kernel *k, float value)
{
    if (k->constants < 0)
        k->constants = kernel_pointer(k, "constants", false);
    for (size_t i = 0; i < k->nconstant; i++)
        if (!memcmp(&k->constant[i], &value, sizeof value))
            return (int)i;
    k->constant = arena_grow(k->context, k->constant, k->nconstant, &k->constant_capacity, sizeof *k->constant);
    k->constant[k->nconstant] = value;
    return (int)k->nconstant++;
}

int kernel_constants(Kernel *k, const float *values, int count)
{
    if (k->constants < 0)
        k->constants = kernel_pointer(k, "constants", false);
    int at = (int)k->nconstant;
    for (int i = 0; i < count; i++) {
        k->constant = arena_grow(k->context, k->constant, k->nconstant, &k->constant_capacity, sizeof *k->constant);
        k->constant[k->nconstant++] = values[i];
    }
    return at;
}

static void emit(Kernel *k, VIns ins)
{
    ins.wide = k->width > 1 && vop_info[ins.op].width != WIDTH_none;
    k->code = arena_grow(k->context, k->code, k->count, &k->capacity, sizeof *k->code);
    k->code[k->count++] = ins;
}

static int32_t narrow(int64_t value)
{
    if (value != (int32_t)value)
        die("kernel: the distance %lld does not fit an instruction", (long long)value);
    return (int32_t)value;
}

void k_loop(Kernel *k, int64_t trips)
{
    uint32_t bit = 1u << k->depth++;
    k->unrolled = trips == 1 ? k->unrolled | bit : k->unrolled & ~bit;
    if (trips > 1)
        emit(k, (VIns){.op = V_loop, .count = narrow(trips)});
}

void k_end(Kernel *k)
{
    if (!k->depth--)
        die("kernel: end without loop");
    if (!(k->unrolled >> k->depth & 1))
        emit(k, (VIns){.op = V_end});
}

/* Consecutive bumps of one pointer become one, and bumps that cancel out vanish. */
void k_bump(Kernel *k, int pointer, int64_t floats)
{
    for (size_t i = k->count; i-- > 0 && k->code[i].op == V_bump;) {
        if (k->code[i].pointer != pointer)
            continue;
        k->code[i].offset = narrow(k->code[i].offset + floats);
        if (!k->code[i].offset) {
            memmove(k->code + i, k->code + i + 1, (k->count - i - 1) * sizeof *k->code);
            k->count--;
        }
        return;
    }
    if (floats)
        emit(k, (VIns){.op = V_bump, .pointer = (uint8_t)pointer, .offset = narrow(floats)});
}

void k_zero(Kernel *k, int d)
{
    emit(k, (VIns){.op = V_zero, .d = (uint8_t)d});
}

static void emit_memory(Kernel *k, VOp op, int reg, int pointer, int64_t offset)
{
    VIns ins = {.op = (uint8_t)op, .pointer = (uint8_t)pointer, .offset = narrow(offset)};
    if (op == V_store || op == V_stream || op == V_store1 || op == V_store_low || op == V_store_high)
        ins.a = (uint8_t)reg;
    else
        ins.d = (uint8_t)reg;
    emit(k, ins);
}

void k_load(Kernel *k, int d, int pointer, int64_t offset)
{
    emit_memory(k, V_load, d, pointer, offset);
}

void k_store(Kernel *k, int pointer, int64_t offset, int a)
{
    emit_memory(k, V_store, a, pointer, offset);
}

void k_stream(Kernel *k, int pointer, int64_t offset, int a)
{
    emit_memory(k, V_stream, a, pointer, offset);
}

void k_fence(Kernel *k)
{
    emit(k, (VIns){.op = V_fence});
}

void k_load_blocks(Kernel *k, int d, int pointer, int64_t offset, int64_t distance, int blocks)
{
    if (blocks == k->width && (blocks == 1 || distance == LANES)) {
        k_load(k, d, pointer, offset);
        return;
    }
    emit_memory(k, V_load_low, d, pointer, offset);
    if (blocks > 1)
        emit_memory(k, V_load_high, d, pointer, offset + distance);
}

void k_store_blocks(Kernel *k, int pointer, int64_t offset, int64_t distance, int blocks, int a)
{
    if (blocks == k->width && (blocks == 1 || distance == LANES)) {
        k_store(k, pointer, offset, a);
        return;
    }
    emit_memory(k, V_store_low, a, pointer, offset);
    if (blocks > 1)
        emit_memory(k, V_store_high, a, pointer, offset + distance);
}

void k_broadcast(Kernel *k, int d, int pointer, int64_t offset)
{
    emit_memory(k, V_broadcast, d, pointer, offset);
}

void k_load_half(Kernel *k, int d, int pointer, int64_t offset)
{
    emit_memory(k, V_load_half, d, pointer, offset);
}

void k_load1(Kernel *k, int d, int pointer, int64_t offset)
{
    emit_memory(k, V_load1, d, pointer, offset);
}

void k_store1(Kernel *k, int pointer, int64_t offset, int a)
{
    emit_memory(k, V_store1, a, pointer, offset);
}

void k_prefetch(Kernel *k, int pointer, int64_t offset)
{
    emit_memory(k, V_prefetch, 0, pointer, offset);
}

void k_prefetch2(Kernel *k, int pointer, int64_t offset)
{
    emit_memory(k, V_prefetch2, 0, pointer, offset);
}

void k_op(Kernel *k, VOp op, int d, int a, int b)
{
    emit(k, (VIns){.op = (uint8_t)op, .d = (uint8_t)d, .a = (uint8_t)a, .b = (uint8_t)b});
}

void k_imm(Kernel *k, VOp op, int d, int a, int imm)
{
    emit(k, (VIns){.op = (uint8_t)op, .d = (uint8_t)d, .a = (uint8_t)a, .imm = (uint8_t)imm});
}

void k_literal(Kernel *k, int d, float value)
{
    int at = kernel_constant(k, value);     /* first: it may create the pool */
    k_broadcast(k, d, k->constants, at);
}

int64_t kernel_work(const Kernel *k)
{
    int64_t work = 0, times[33] = {1};  /* how often the loops around an instruction run it, by depth */
    int depth = 0;
    for (const VIns *i = k->code; i < k->code + k->count; i++) {
        if (i->op == V_end)
            depth--;
        work += times[depth];
        if (i->op == V_loop) {
            times[depth + 1] = times[depth] * i->count;
            depth++;
        }
    }
    return work;
}
