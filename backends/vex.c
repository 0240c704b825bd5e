/* vex.c - the encoder: a VEX prefix of three bytes, or an EVEX prefix of four for what is wide or beyond register 15, the
 * opcode, the operands.
 *
 *   c4 | R X B map | W vvvv L pp | opcode | mod reg rm | [SIB] | [displacement] | [immediate]
 *   62 | R X B R' 0 map | W vvvv 1 pp | z LL b V' aaa | ...
 *
 * R, X, B and vvvv are stored inverted. W is 0: it is that of all instructions on floats. Nothing is masked: z, b and aaa are 0.
 * After EVEX, a displacement of one byte counts in units of what the instruction touches. */
#include "vex.h"

static int field(char letter, const VIns *ins)
{
    switch (letter) {
    case 'd': return ins->d;
    case 'a': return ins->a;
    case 'b': return ins->b;
    case 'i': return ins->imm;
    case 's': return 0xb1;
    case '-': return 0;
    }
    if (letter < '0' || letter > '9')
        die("vex: a row has the field %c", letter);
    return letter - '0';
}

static bool is_memory(const VexRow *row)
{
    return row->fields[2] == 'm';
}

bool vex_is_extended(const VexRow *row, const VIns *ins)
{
    return row->bits << ins->wide == 512 || field(row->fields[0], ins) > 15 || field(row->fields[1], ins) > 15 ||
           (!is_memory(row) && field(row->fields[2], ins) > 15);
}

/* Bytes of memory that the instruction touches. */
static int bytes_touched(const VexRow *row, const VIns *ins)
{
    switch (ins->op) {
    case V_broadcast: case V_load1: case V_store1: return 4;
    case V_load_high: case V_store_high:           return row->bits / 8;
    case V_load_half:                              return (row->bits << ins->wide) / 16;
    default:                                       return (row->bits << ins->wide) / 8;
    }
}

/* rsp and r12 need a SIB byte; rbp and r13 need a displacement. */
uint8_t *put_memory(uint8_t *at, int reg, int base, int32_t displacement, int unit)
{
    bool small = displacement % unit == 0 && displacement / unit == (int8_t)(displacement / unit);
    int size = displacement == 0 && (base & 7) != 5 ? 0 : small ? 1 : 4;
    uint32_t value = (uint32_t)(small ? displacement / unit : displacement);
    *at++ = (uint8_t)((size == 4 ? 2 : size) << 6 | (reg & 7) << 3 | (base & 7));
    if ((base & 7) == 4)
        *at++ = 0x24;
    for (int i = 0; i < size; i++)
        *at++ = (uint8_t)(value >> 8 * i);
    return at;
}

static uint8_t *put_vex(uint8_t *at, const VexRow *row, int bits, int reg, int vvvv, int rm)
{
    *at++ = 0xc4;
    *at++ = (uint8_t)((~reg >> 3 & 1) << 7 | 1 << 6 | (~rm >> 3 & 1) << 5 | (int)row->map);
    *at++ = (uint8_t)((~vvvv & 15) << 3 | (bits == 256) << 2 | (int)row->prefix);
    return at;
}

/* The fifth bit of rm stands in X where rm is a vector register; a base has none. */
static uint8_t *put_evex(uint8_t *at, const VexRow *row, int bits, int reg, int vvvv, int rm)
{
    *at++ = 0x62;
    *at++ = (uint8_t)((~reg >> 3 & 1) << 7 | (~rm >> 4 & 1) << 6 | (~rm >> 3 & 1) << 5 | (~reg >> 4 & 1) << 4 | (int)row->map);
    *at++ = (uint8_t)((~vvvv & 15) << 3 | 1 << 2 | (int)row->prefix);
    *at++ = (uint8_t)((bits / 256) << 5 | (~vvvv >> 4 & 1) << 3);
    return at;
}

int vex_encode(uint8_t *out, const VexRow *row, const VIns *ins, int base, int32_t displacement)
{
    bool memory = is_memory(row), extended = vex_is_extended(row, ins);
    int bits = row->bits << ins->wide;
    int reg = field(row->fields[0], ins), vvvv = field(row->fields[1], ins), rm = memory ? base : field(row->fields[2], ins);
    uint8_t *at = out;
    at = extended ? put_evex(at, row, bits, reg, vvvv, rm) : put_vex(at, row, bits, reg, vvvv, rm);
    *at++ = row->opcode;
    if (memory)
        at = put_memory(at, reg, rm, displacement, extended ? bytes_touched(row, ins) : 1);
    else
        *at++ = (uint8_t)(0xc0 | (reg & 7) << 3 | (rm & 7));
    if (row->fields[3])
        *at++ = (uint8_t)field(row->fields[3], ins);
    return (int)(at - out);
}
