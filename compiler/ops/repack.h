/* repack.h - filters as a gradient wants them: operand and result channels exchanged. */
#ifndef NNCC_REPACK_H
#define NNCC_REPACK_H

#include "conv.h"

/* From the forward filters to those of one of the convolutions of dy. */
typedef struct {
    const Conv *from, *to;              /* panels and entries of both; to's filters lie in the room of the step */
    int taps[2];                        /* of `to` */
    int tap[2], step[2];                /* its tap t is from's tap - t * step, on each axis */
    int64_t tap_floats;                 /* from one tap of `to` to the next; 0: as panels have them */
} Repack;

/* Adds calls that copy them to the step that has been begun. Those of channels of different groups become 0. */
void add_repack(Lower *, const Repack *);

#endif
