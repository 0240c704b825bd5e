/* family.h - what the files of this folder share. Each serves one family of operations of ir/ops.h: infer_F gives a
 * node its shape, declare_F names its parameters; the lowering of the family lies beside them. */
#ifndef NNCC_FAMILY_H
#define NNCC_FAMILY_H

#include "../compiler.h"

#define OP(name, least, most, kind, family, declare, ...) \
    void infer_##family(Graph *, Node *);                 \
    void declare_##declare(Graph *, Node *);
#include "../../ir/ops.h"

/* declare.c: the parameter `which` (W_weight, ...) of a node, under its usual name and with the node's slice of it. */
void declare_weight(Graph *, Node *, int which, int rank, const int64_t *dim);

/* infer.c: what a node reads as operand i, and what it makes; set_shape fails where the result is too large. */
Shape operand_shape(const Node *, int i);
void set_shape(Graph *, Node *, int64_t channels, int64_t height, int64_t width);
void set_flat_shape(Graph *, Node *, int64_t channels);
void need_picture(Graph *, const Node *);       /* fails when operand 0 is flat */

#endif
