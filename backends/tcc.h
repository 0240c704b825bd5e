/* tcc.h - the printing of kernels that TCC understands. jit.c uses it, and the tests of the encoder. */
#ifndef NNCC_TCC_H
#define NNCC_TCC_H

#include "backend.h"
#include "vex.h"

extern const VexRow vex_rows[NVOP];     /* loop, end and bump have none */
const VexRow *vex_row(const VIns *);    /* the row by which this instruction is encoded */
extern const Target target_tcc;         /* for its name: it is no target of model.c */
/* A prototype of tcc_NAME and a top-level asm block that defines it. */
void print_kernel_bytes(Text *, const Kernel *);

#endif
