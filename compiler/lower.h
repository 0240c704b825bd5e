/* lower.h - what the lowering of an operation works with: the step under construction, tensors as kernels see them,
 * and the output of a kernel with the tail that is applied on the way to it. */
#ifndef NNCC_LOWER_H
#define NNCC_LOWER_H

#include "../runtime/pack.h"
#include "compiler.h"

enum {
    MAX_TAIL = 64,
    LINE = 64 / sizeof(float),          /* floats of a cache line */
    MOST_BUMP = INT32_MAX / 4,          /* floats: the farthest that a pointer is moved at once */
};

typedef struct Table Table;             /* lower.c: hash table of kernels and step codes already made */

/* The parts of the packed weights. In training, those that the step updates come first: filters and matrices, then biases, scales
 * and shifts. While nodes are lowered, a place is a part and an offset in it; lower() makes plain offsets of them. */
typedef enum { PART_rest, PART_decayed, PART_vectors, NPART } Part;

/* The lowering of one graph, and the step being built. */
typedef struct Lower {
    Program *program;
    Graph *graph;
    Context *context;
    Table *table;
    int64_t part_floats[NPART];
    StepCode *code;                     /* under construction */
    size_t call_capacity;
    Slot slot[MAX_SLOTS];
    bool evaluation;                    /* nodes are lowered once more, for a forward pass by running statistics */
    int pointer_slot[MAX_POINTERS];     /* of the kernel under construction: where each pointer starts */
    VIns *room;                         /* where kernels are built, one after the other; NULL while one is, and at first */
    size_t room_capacity;
} Lower;

/* A tensor as a kernel addresses it: floats from one block, row and pixel to the next. */
typedef struct {
    int64_t block, row, pixel;
} View;

/* A kernel pointer and what it walks over. */
typedef struct {
    int pointer;                        /* in the kernel */
    int slot;                           /* in the step */
    View view;
    int64_t image;                      /* floats from one image of the batch to the next: for kernels that take all of them */
} Stream;

/* One element of a tail. */
typedef struct {
    const Node *node;
    Stream operand;                     /* second operand of add and mul; pointer -1: none */
    Stream stats;                       /* of the norm whose result is meant, where the operand is what that reads (absorb.c); -1: none */
    int vector;                         /* bn: index of its scale among the per-channel vectors; the shift follows */
} TailElement;

/* What one register holds of a tensor, in memory: one block of a pixel, or that and the next, `block` floats further on. */
typedef struct {
    int pointer;
    int64_t offset, block;
    int blocks;
    const Stream *stats;                /* what a norm of these statistics makes of it is meant; NULL: the value itself */
    int64_t stats_offset, stats_block;  /* likewise, of the statistics */
} Element;

/* Where a kernel's results go: the result tensor and every tail operand advance together. */
typedef struct {
    Stream y;
    Stream vectors;                     /* per-channel vectors, `lanes` floats each: bias, scales, shifts; pointer -1: none */
    int64_t lanes;                      /* of the result: blocks * LANES */
    int nvector;
    TailElement tail[MAX_TAIL];
    int ntail;
    const Node *sums;                   /* a batch norm whose sums of these results are made (tally.h), or NULL; */
    Stream tally, first;                /*   where they go, and the part's first result; pointer -1: not needed */
    bool single;                        /* a wide register holds one block, not that and the next */
    bool streamed;                      /* past the caches; the kernel then ends with a fence */
    int apart;                          /* a wide register holds one block of two pixels, so many pixels apart; 0: it does not */
} Output;

/* A position relative to the pointers: block, row, pixel. */
typedef struct {
    int block, row, pixel;
} Place;

/* ---- steps ---- */
void step_begin(Lower *);
/* Ends the step of node n: zeroes the border too, when n is the first to write into a bordered storage. NULL: a step of a training
 * program that belongs to no node. */
void step_end(Lower *, Node *n, const char *name, const char *comment, ...) __attribute__((format(printf, 4, 5)));
/* Ends a step that only prepares the node's next one: no multiply-adds are counted. */
void step_end_part(Lower *, Node *n, const char *name, const char *comment, ...) __attribute__((format(printf, 4, 5)));
Kernel *step_kernel(Lower *);           /* a new kernel, whose streams refer to this step */
/* A stream over the result of `n`, with a pointer called `name` in the kernel. */
Stream stream_open(Lower *, Kernel *, const Node *n, const char *name, bool written);
/* Likewise, but a tensor of one pixel serves every pixel. */
Stream stream_operand(Lower *, Kernel *, const Node *n, const char *name);
/* A stream over packed weights at `offset` floats. */
Stream stream_weights(Lower *, Kernel *, int64_t offset, const char *name);
/* In a training program: parameters and running statistics, written; the gradient of the parameter at that place; and what all
 * images have in common, from `offset` floats on: the scalars (COMMON_...) at 0, or room that step_room has given. */
Stream stream_parameter(Lower *, Kernel *, int64_t place, const char *name);
Stream stream_gradient(Lower *, Kernel *, int64_t place, const char *name);
Stream stream_state(Lower *, Kernel *, int64_t offset, const char *name);
Stream stream_common(Lower *, Kernel *, int64_t offset, const char *name, bool written);
/* Room for so many floats behind the results of the batch, for this step and the next: then it is another's. */
int64_t step_room(Lower *, int64_t floats);
/* A stream over the scratch memory of the thread that runs a task; step_scratch says how many floats of it the step needs. */
Stream stream_scratch(Lower *, Kernel *, const char *name, bool written);
void step_scratch(Lower *, int64_t floats);
/* A stream over the workspace of `n`, of the first image. */
Stream stream_workspace(Lower *, Kernel *, const Node *n, const char *name, bool written);
/* A call of the kernel (or of an equal one made before) on a grid, with all pointers at their streams' starts. */
Call *step_call(Lower *, Kernel *, const int grid[MAX_CALL_GRID], const char *name, const char *comment, ...)
    __attribute__((format(printf, 5, 6)));
Call *step_repeat(Lower *, int call);   /* another like that call of the step */
void call_move(Call *, Stream, int64_t floats);
void call_stride(Call *, Stream, int dimension, int64_t floats);

/* ---- outputs ---- */
/* Reserves and packs the per-channel vectors of n: `own` ones first, then those of the tail. Returns their place. */
int64_t output_pack(Lower *, const Node *n, const VectorKind *own, int nown);
/* The norm whose scale and shift an element of a tail wants beside each other, or NULL. */
const Node *tail_norm(const Node *tail);
/* Opens y, the operands of n's tail, and the vectors that output_pack has put at `vectors`. */
Output output_open(Lower *, Kernel *, const Node *n, int64_t vectors, int nown);
/* Applies the tail to a register; returns the register that holds the result (the old one may be released). */
int output_apply(Kernel *, const Output *, int reg, Place);
/* Loads one of the per-channel vectors, or what waits in the result's place. */
void output_vector(Kernel *, const Output *, int reg, int vector, Place);
void output_get(Kernel *, const Output *, int reg, Place);
/* Stores the register; output_put releases it too. */
void output_keep(Kernel *, const Output *, int reg, Place);
void output_put(Kernel *, const Output *, int reg, Place);
/* Applies the tail, stores and releases the register. */
void output_store(Kernel *, const Output *, int reg, Place);
int64_t view_distance(View, Place);     /* floats */
/* output_moves.c: y and the operands; the vectors only by blocks. */
void output_bump(Kernel *, const Output *, Place by);
void output_move(Call *, const Output *, Place by);
void output_stride(Call *, const Output *, int dimension, Place by);

/* ---- packed weights ---- */
/* The place of a parameter's slice, as the item's lanes have it: where an equal one was packed before, or a new one, packed. In
 * training each parameter has one place, which forward and backward kernels share. Sets item->at. */
int64_t pack_parameter(Lower *, PackItem *item, const Weight *);
/* The place of a vector of parameters (scale, shift, running statistics, bias) in the lanes of a layout, for training. */
int64_t parameter_vector(Lower *, const Node *owner, int which, const Layout *);
bool is_trained(const Weight *);        /* a gradient is to be written, at the parameter's place */
int64_t training_vectors(Lower *, const Node *n, const VectorKind *own, int nown);     /* parameters.c: output_pack in training */
/* ops/winograd_batch.c: images that one task of the convolution takes in training. As many as its tile says, unless that is too far for
 * a pointer; 1 for other algorithms. */
int task_images(const Lower *, const Node *conv);
void lower_bn_running(Lower *, Node *);  /* ops/train_bn.c: bn_stats in evaluation: the running statistics */
void place_parts(Lower *);              /* parameters.c: one part behind the other, in all steps and items */
void lower_update(Lower *, const Optimiser *);          /* update.c: the steps that change the parameters */
PackItem pack_item(const Node *);       /* with the node's own parameters and those of its folded norm */
PackSource pack_source(Weight);
int64_t pack_reserve(Lower *, int64_t floats);          /* in PART_rest, as part_reserve */
int64_t part_reserve(Lower *, Part, int64_t floats);
void pack_add(Lower *, PackItem);
/* lane -> channel of n's result, -1 for padding. */
const int *lane_channels(Lower *, const Layout *);
/* A per-channel vector of node n's own parameters (or of its folded norm) at `at`, in the lanes of `layout`. */
void pack_channel_vector(Lower *, const Node *n, const Layout *, VectorKind, int64_t at);

/* ---- element-wise code: ops/elementwise.c ---- */
int element_load(Kernel *, Element);    /* into a new register */
/* y = (x - mean) * scale + shift in a new register, as bn_train has it: large means cost no digits. x is released. */
int emit_normalised(Kernel *, int x, int mean, int scale, int shift);
/* These emit a function of a register and return the register with the result; the old one may be released. */
int emit_unary(Kernel *, const Node *, int reg);
int emit_exp(Kernel *, int reg);
int emit_sigmoid(Kernel *, int reg);
int emit_log(Kernel *, int reg);
/* dy times the derivative of n->attr.of_op, for a value of the function's result, or of its operand. */
int emit_derivative(Kernel *, const Node *n, int dy, Element value);
void lower_elementwise(Lower *, Node *);    /* a node of that kind which is in nobody's tail */
/* Combines (V_add, V_max) each run of 1, 2, 4 or 8 neighbouring lanes into all of them, in place. */
void emit_lane_reduce(Kernel *, VOp, int lanes, int reg);

/* eps of a norm; never 0, because lanes without channel have the variance 0 and must stay numbers. */
float epsilon_of(const Node *norm);
View view_of(const Node *);
/* Adds calls that zero the border around a storage: ops/movement.c. */
void zero_border(Lower *, const Node *owner);

/* ops/sliding.c; and the place of such a convolution's filters in the packed weights. */
void lower_sliding(Lower *, Node *);
int64_t sliding_filters(Lower *, const Node *);
void lower_depthwise_dw(Lower *, Node *);               /* ops/depthwise_dw.c */
void lower_depthwise_dx(Lower *, Node *);               /* ops/depthwise_dx.c */
void lower_grouped_dw(Lower *, Node *);                 /* ops/grouped_dw.c */
void lower_grouped_dx(Lower *, Node *);                 /* ops/grouped_dx.c */

/* ---- one function per family of ops.h ---- */
#define OP(name, least, most, kind, family, ...) void lower_##family(Lower *, Node *);
#include "../ir/ops.h"

#endif
