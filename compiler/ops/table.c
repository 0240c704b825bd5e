/* table.c - ir/ops.h as data: what the parser, the passes and `nncc --ops` ask about an operation. */
#include "family.h"

#define INTERNAL    KIND_INTERNAL
#define JOINING     KIND_JOINING
#define BATCH       KIND_BATCH
#define ELEMENTWISE KIND_ELEMENTWISE
#define TENSOR      KIND_TENSOR
#define VIEW        KIND_VIEW

const OpInfo op_info[NOP] = {
#define OP(name, least, most, kind, family, declare, keys, meaning) \
    [OP_##name] = {#name, keys, meaning, least, most, kind, infer_##family, declare_##declare},
#include "../../ir/ops.h"
};

bool op_in_specs(Op op)
{
    OpKind kind = op_info[op].kind;
    return kind == KIND_ELEMENTWISE || kind == KIND_TENSOR || kind == KIND_VIEW;
}
