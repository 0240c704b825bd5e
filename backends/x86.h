/* x86.h - kernels as machine code. jit.c uses it, and the tests of the encoder. */
#ifndef NNCC_X86_H
#define NNCC_X86_H

#include "backend.h"
#include "vex.h"

extern const VexRow vex_rows[NVOP];     /* loop, end and bump have none */
const VexRow *vex_row(const VIns *);    /* the row by which this instruction is encoded */
extern const Target target_x86;         /* for its name: it is no target of model.c */
/* Appends the bytes of a function that runs anywhere: it refers to nothing but its arguments. */
void encode_kernel(Text *, const Kernel *);

#endif
