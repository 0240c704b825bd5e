/* vex.h - one vector instruction as the bytes that an x86-64 processor reads. */
#ifndef NNCC_VEX_H
#define NNCC_VEX_H

#include "../ir/ir.h"

enum { VEX_LONGEST = 12 };              /* bytes of one instruction */

typedef enum { MAP_0f = 1, MAP_0f38, MAP_0f3a } VexMap;
typedef enum { PREFIX_none, PREFIX_66, PREFIX_f3, PREFIX_f2 } VexPrefix;

/* How one instruction is encoded. `fields` says what goes where, one letter each for the fields reg, vvvv and rm, and one
 * for the immediate where there is one: the operand letters of vops.h, - for an unused field, a digit for itself, or s for the
 * order of fours 1 0 3 2. */
typedef struct {
    const char *mnemonic;               /* what a disassembler prints */
    VexMap map;
    VexPrefix prefix;
    int bits;                           /* of a register, 128 or 256; of a wide instruction twice as many */
    uint8_t opcode;
    const char *fields;
} VexRow;

/* Does the instruction need an EVEX prefix: is it wide, or a register's number above 15? */
bool vex_is_extended(const VexRow *, const VIns *);
/* Writes at most VEX_LONGEST bytes and returns how many. A memory operand is base + displacement in bytes, where base is
 * a general register's number in the instruction set's own order: rax rcx rdx rbx rsp rbp rsi rdi r8 ... r15. */
int vex_encode(uint8_t *out, const VexRow *, const VIns *, int base, int32_t displacement);
/* The operands reg and [base + displacement], of any instruction, in the shortest form, whose single byte of displacement counts in
 * `unit`s. Returns where the next byte goes. */
uint8_t *put_memory(uint8_t *at, int reg, int base, int32_t displacement, int unit);

#endif
