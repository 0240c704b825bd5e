/* vex.c - the encoder: a VEX prefix of three bytes, which serves every instruction, the opcode, the operands.
 *
 *   c4 | R X B map | W vvvv L pp | opcode | mod reg rm | [SIB] | [displacement] | [immediate]
 *
 * R, X, B and vvvv are stored inverted. W is 0: it is that of all instructions on floats. */
#include "vex.h"

static int field(char letter, const VIns *ins)
{
    switch (letter) {
    case 'd': return ins->d;
    case 'a': return ins->a;
    case 'b': return ins->b;
    case 'i': return ins->imm;
    case '-': return 0;
    }
    if (letter < '0' || letter > '9')
        die("vex: a row has the field %c", letter);
    return letter - '0';
}

/* [base + displacement] in its shortest form. rsp and r12 need a SIB byte; rbp and r13 need a displacement. */
static uint8_t *put_memory(uint8_t *at, int reg, int base, int32_t displacement)
{
    int size = displacement == 0 && (base & 7) != 5 ? 0 : displacement == (int8_t)displacement ? 1 : 4;
    *at++ = (uint8_t)((size == 4 ? 2 : size) << 6 | (reg & 7) << 3 | (base & 7));
    if ((base & 7) == 4)
        *at++ = 0x24;
    for (int i = 0; i < size; i++)
        *at++ = (uint8_t)((uint32_t)displacement >> 8 * i);
    return at;
}

int vex_encode(uint8_t *out, const VexRow *row, const VIns *ins, int base, int32_t displacement)
{
    bool memory = row->fields[2] == 'm';
    int reg = field(row->fields[0], ins), vvvv = field(row->fields[1], ins), rm = memory ? base : field(row->fields[2], ins);
    uint8_t *at = out;
    *at++ = 0xc4;
    *at++ = (uint8_t)((~reg >> 3 & 1) << 7 | 1 << 6 | (~rm >> 3 & 1) << 5 | (int)row->map);
    *at++ = (uint8_t)((~vvvv & 15) << 3 | (row->bits == 256) << 2 | (int)row->prefix);
    *at++ = row->opcode;
    if (memory)
        at = put_memory(at, reg, rm, displacement);
    else
        *at++ = (uint8_t)(0xc0 | (reg & 7) << 3 | (rm & 7));
    if (row->fields[3])
        *at++ = (uint8_t)field(row->fields[3], ins);
    return (int)(at - out);
}
