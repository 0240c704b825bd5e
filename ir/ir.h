/* ir.h - the two languages the compiler thinks in. Read this file first.
 *
 * A Graph is a list of Nodes, one operation and the one tensor it makes each; passes rewrite it until every
 * node knows its algorithm, layout and place in memory. A Kernel is a small vector program; a Program says
 * which kernels run on which addresses, in which order. Nothing here depends on a target or on the runtime.
 *
 * Shapes are those of one image: the batch is never part of a Shape, because image n of a batch lives at the
 * same offsets as image 0, n * arena_floats further on. In a training graph nodes of kind BATCH have one result for all. */
#ifndef NNCC_IR_H
#define NNCC_IR_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "training.h"

enum { LANES = 8 };                     /* floats in one vector, and channels in one block, on every target */

/* What kernels may use of the processor that they are made for. */
typedef struct {
    int registers;                      /* for vectors, at most MAX_REGISTERS */
    int widest;                         /* blocks that one of them can hold: 1, or 2 where instructions can be wide */
} Machine;

/* ---- util.c: memory, text, diagnostics ------------------------------------------------------------------ */

typedef struct ArenaBlock ArenaBlock;
typedef struct Context Context;

/* One text file, kept whole so that a diagnostic can show the line it is about. */
typedef struct {
    const char *path;                   /* as the user named it */
    const char *text;                   /* NUL-terminated copy */
    size_t size;
} Source;

typedef struct {
    const Source *source;               /* NULL: no place (command line, API) */
    int line, column;                   /* from 1 */
} Loc;

/* Everything one compilation owns. There is no other state: two contexts may work in two threads. */
struct Context {
    ArenaBlock *arena;                  /* all memory of the compilation, dropped at once by context_free */
    jmp_buf on_error;                   /* fail_at jumps here; set by whoever calls into the compiler */
    char message[4096];                 /* the last diagnostic as the user should see it, "" if none */
    Loc where;                          /* its place, for those who want it apart */
};

/* A growing text; memory from the context's arena. */
typedef struct {
    Context *context;
    char *data;                         /* NUL-terminated, never NULL after text_new */
    size_t size, capacity;
} Text;

void context_init(Context *);
void context_free(Context *);
/* Zeroed memory that lives as long as the context. Fails (never returns NULL) when memory runs out. */
void *arena_alloc(Context *, size_t count, size_t size);
char *arena_strdup(Context *, const char *);
char *arena_printf(Context *, const char *format, ...) __attribute__((format(printf, 2, 3), nonnull));
char *arena_vprintf(Context *, const char *format, va_list) __attribute__((format(printf, 2, 0)));
/* Grow an arena array so that index `used` is valid: capacity doubles, old contents are copied. */
void *arena_grow(Context *, void *old, size_t used, size_t *capacity, size_t size);

Text text_new(Context *);
void text_add(Text *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_append(Text *, const char *bytes, size_t size);

/* A mistake of the user: writes `path:line:column: error: ...`, the line, a caret (and `hint: ...` when hint is
 * not NULL) to context->message and jumps to context->on_error. */
_Noreturn void fail_at(Context *, Loc, const char *hint, const char *format, ...) __attribute__((format(printf, 4, 5)));
/* A bug of ours: prints and aborts, or jumps into the trap that this thread has set. */
/* What users and files name must not steer a terminal: control characters become '?', in place; newlines stay where
 * `lines`. Returns text. */
char *mask_controls(char *text, bool lines);
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* For a library, which must not end its caller's process. NULL: no trap. Returns the one before. */
typedef struct {
    jmp_buf jump;
    char text[512];                     /* what die was told */
} BugTrap;
BugTrap *set_bug_trap(BugTrap *);
/* The candidate nearest to `word` by edit distance, or NULL when none is near. Candidates end with NULL. */
const char *did_you_mean(const char *word, const char *const *candidates);
/* a * b and a + b that fail_at when the result does not fit in int64_t or exceeds `limit`. */
int64_t checked_mul(Context *, Loc, int64_t a, int64_t b, int64_t limit, const char *what);
int ceil_of(int a, int b);              /* a / b, rounded up: a not negative, b positive */

/* ---- the graph ------------------------------------------------------------------------------------------ */

/* The tensor of one image. flat: rank 1 (channels only), height and width are then 1. */
typedef struct {
    int channels, height, width;
    bool flat;
} Shape;

/* A parameter or buffer as a weights file holds it: torchvision's name and shape. */
typedef struct Tensor {
    const char *name;
    int rank;
    int64_t dim[4];                     /* conv: [out, in / groups, kh, kw]; linear: [out, in]; norms: [channels] */
    bool buffer;                        /* running statistics, not trained */
    bool integer;                       /* num_batches_tracked: int64, rank 0 */
    bool trained;                       /* grad: a gradient of it is wanted */
    int id;                             /* position in the graph's list */
    Loc loc;                            /* the operation that first named it */
    int axis;                           /* the axis over which identical branches share it, 0 where they do not */
    int64_t claimed;                    /* elements of that axis that nodes have declared so far: dim[axis] when complete */
    struct Tensor *next;
} Tensor;

/* What a node reads of a tensor: all of it, or a slice when identical branches share one stacked parameter
 * (over axis 0, output channels; over axis 1, input channels, right before an add). */
typedef struct {
    Tensor *tensor;                     /* NULL: absent (a convolution without bias) */
    int axis;                           /* the sliced axis */
    int64_t begin, count;               /* the slice, in elements of that axis; count == dim[axis] when whole */
} Weight;

/* Identical repeated branches: this node is number `index` of `count`, and each of its parameters is that slice of
 * one stacked tensor. Filled by expand before it declares, in the order of `index`; all zero where there is no stack. */
typedef struct {
    const char *name;                   /* what the stacked tensors are named after: the same in all branches */
    int index, count;                   /* count 0: no stack */
    int axis;                           /* of weights of rank 2 and more; parameters of rank 1 stack over axis 0 */
} Stack;

/* Which parameter of a node; the order is that of the declaration in the weights file. */
enum { W_weight, W_bias, W_mean, W_var, W_batches, NWEIGHT };

typedef enum {
#define OP(name, ...) OP_##name,
#include "ops.h"
    NOP
} Op;

/* Attributes of all operations, fat on purpose: no unions. keys.h says how each is spelled in a spec. */
typedef struct {
#define KEY(name, type, field, ...)
#define ATTR(ctype, field) ctype field;
#include "keys.h"
} Attr;

/* How a node's result lies in memory (written by `layout`). A pixel (c, y, x) of channel c is the float at
 *   origin + (p / LANES) * plane + y * row + x * LANES + p % LANES,   p = segment start of c + position in segment
 * when blocked, and origin + c * plane + y * row + x when planar. Above, below and beside the picture lie
 * `pad[0]` rows and `pad[1]` columns of zeros that readers may touch: the gap between two rows is shared. */
typedef enum { LAYOUT_none, LAYOUT_planar, LAYOUT_blocked } LayoutKind;
typedef struct {
    LayoutKind kind;
    int pad[2];                         /* rows above and below, columns left and right, of zeros */
    int nsegment;                       /* channels come in segments, each rounded up to whole blocks, so that */
    const int *segment;                 /*   splits and joins of odd widths are still whole blocks: lengths, summing to channels */
    int blocks;                         /* channel blocks of this view: sum of ceil(segment / LANES) (planar: channels) */
    int64_t row, plane;                 /* floats from one row, one block (planar: channel) to the next */
    int64_t origin;                     /* floats from the start of the storage to (0, 0, 0) of this view */
    int64_t size;                       /* floats of the whole storage, borders included; 0 for a view into another's */
    struct Node *storage;               /* the node that owns the memory: itself, or the concat/slice source it is a view of */
} Layout;

/* What `choose` decided for a convolution or linear layer. */
typedef enum { ALGORITHM_none, ALGORITHM_direct, ALGORITHM_sliding, ALGORITHM_winograd } Algorithm;
typedef struct {
    Algorithm algorithm;
    int vectors;                        /* output-channel vectors of one register tile */
    int pixels;                         /* results of one register tile; vectors * pixels accumulators (times a fused pool's window) */
    int rows;                           /* result rows of one task, or pixels when flat */
    int band;                           /* sliding: rows of results that are cut into tiles as one long row */
    bool ahead;                         /* one pass fetches the filters of the next, because they come from far away */
    int depth;                          /* input blocks summed in one pass over a task's pixels: their filters stay in the
                                           first-level cache, the sums wait in memory; 0: all, in registers */
    bool flat;                          /* the picture is walked as one line: 1x1, stride 1, no border anywhere */
    bool panels_first;                  /* tasks of one panel of output channels follow each other: the weights stay in cache */
    int unit;                           /* winograd: F(unit x unit, 3 x 3) makes so many results at once; rows counts rows of such tiles, */
    int columns;                        /*   and a task has so many of each */
    int together;                       /* winograd: output-channel vectors of a task, in panels, frequency by frequency; 0: one panel */
    bool split;                         /* winograd: one step transforms the whole input, the next multiplies and transforms back */
    int images, panels;                 /* winograd in training: a task has the tiles of so many pictures, and so many panels */
} Tile;

/* One operation and the one tensor it makes. */
typedef struct Node {
    Op op;
    Attr attr;
    Loc loc;                            /* the spec line it comes from */
    const char *name;                   /* dotted, torchvision's where it has parameters; never NULL; unique */
    int id;                             /* position in the graph, renumbered by graph_number */
    struct Node **in;                   /* operands; in[0] is "the" input */
    int nin;
    Stack stack;                        /* expand: the branch this node is in */
    Weight weight[NWEIGHT];             /* declared by expand, sliced for stacked branches, joined by regroup */
    Shape shape;                        /* infer: the result of this operation alone (a fused tail may change it) */
    int64_t macs;                       /* infer: multiply-accumulates of one image */
    struct Node *folded;                /* fold: the batch norm folded into this convolution's weights, or NULL */
    struct Node *of;                    /* grad: the forward node whose parameters and attributes this node of a training
                                           graph works with, or NULL: its own. Names parameters, not a value: it stays the
                                           same node when that is fused or replaced. (gather: of a convolution as it
                                           was with its stride, which is not in the graph: that without) */
    struct Node *tail;                  /* fuse: element-wise and pooling nodes applied, in order, to each result
                                           tile in registers; linked through their own tail; not in the graph list.
                                           A tail's in[0] is its predecessor; further operands are graph nodes */
    Layout layout;                      /* layout: of the final result, after the tail */
    Tile tile;                          /* choose */
    int64_t offset;                     /* plan: of the storage, in floats from the start of an image's arena; -1: none */
    int64_t workspace;                  /* choose, tally: floats of the arena that the node's steps need between them */
    int64_t workspace_offset;           /* plan: where */
    struct Node *sums;                  /* tally: a bn_stats or bn_sums, in whose workspace this node's kernels leave sums of their results,
                                           part by part, so that nobody reads these for it; or NULL */
    int banded;                         /* band: the result is never whole: the pool that reads it computes it, a band of so many rows
                                           of its own at a time, in scratch memory; 0: it is */
    bool leading;                       /* lead: each image of a batch passes this node, and those before it, alone */
    int uses;                           /* graph_number: how many operands refer to this node */
    struct Node *prev, *next;           /* execution order */
    struct Node *instead;               /* graph_replace_uses: who readers are to use instead; NULL: this node */
    struct Node *mark;                  /* scratch of whichever pass runs */
} Node;

/* How a picture becomes an input (the spec's preprocess). */
typedef struct {
    bool present;
    int resize;                         /* shorter side after resizing, 0: none */
    int crop[2];                        /* height, width of the centre crop; 0: none */
    float mean[4], std[4];              /* per channel, after scaling to 0..1 */
    int nmean, nstd;
} Preprocess;

typedef struct {
    Context *context;
    const char *name;
    const char *path;                   /* of the spec */
    Node *first, *last;                 /* always a valid execution order */
    int count;                          /* nodes in the list */
    Node *input, *output;
    const Training *training;           /* grad: what the step computes; NULL: inference */
    Node *target, *loss;                /* grad: what the network should answer, and each image's loss */
    Tensor *tensors, **tensors_end;     /* every parameter and buffer, in declaration order */
    int ntensors;
    Tensor **tensor_table;              /* by hash of the name: graph_tensor */
    size_t tensor_slots;                /* size of that table, a power of two */
    int named;                          /* nodes that graph_add had to name so far */
    Preprocess preprocess;
    int max_batch;                      /* the compile-time maximum */
    const struct Tuned *tuned;          /* choices for choose to take, or NULL */
    int tuned_layers;                   /* choose: how many layers took one */
    Machine machine;                    /* for which `choose` and `lower` make kernels: 16 registers of one block unless told */
    bool half;                          /* filters of linear layers are stored in half precision */
    bool apart;                         /* plan: every storage keeps a place of its own */
    bool exact;                         /* choose: no algorithm that multiplies anything but inputs and weights */
    int64_t live_floats, arena_floats;  /* plan: largest sum of live storages, and what the arena takes, per image */
    int64_t common_floats;              /* plan: scalars and results of kind BATCH, of the whole batch; 0: no training */
} Graph;

/* graph.c */
Graph *graph_new(Context *, const char *name);
/* Appended; a NULL name is replaced by one made from the operation's and a number. Operands are copied. */
Node *graph_add(Graph *, Op, Loc, const char *name, Node *const *in, int nin);
Node *graph_insert(Graph *, Node *before, Op, Loc, const char *name, Node *const *in, int nin);
void graph_remove(Graph *, Node *);                     /* nobody may use it any more */
void graph_move(Graph *, Node *, Node *before);         /* to another place in the list; before NULL: to the end */
/* Every operand that refers to old, tails' and the output too, shall refer to new. Takes constant time: operands follow
 * at the next graph_number, or one node at a time by graph_redirect, which a pass calls on each node that it visits. */
void graph_replace_uses(Graph *, Node *old, Node *new);
void graph_redirect(Node *);
void graph_number(Graph *);                             /* redirects; ids in execution order; use counts (tails' operands and
                                                           the graph's output too) */
Tensor *graph_tensor(const Graph *, const char *name);  /* find by name or NULL */
Tensor *graph_add_tensor(Graph *, const char *name, Loc);/* appended; the name must be new */
Shape node_result(const Node *);                        /* shape after the tail: what the node stores */
Node *node_last(Node *);                                /* the end of the tail, or the node itself */
Node *node_banded(const Node *);                        /* the convolution that `band` has this pool compute, or NULL */
int64_t shape_floats(Shape);
int64_t tensor_elements(const Tensor *);               /* the product of its dimensions; 1 for rank 0 */
int64_t graph_parameters(const Graph *);                /* trainable elements, buffers not counted */
int64_t graph_macs(const Graph *);
const char *op_name(Op);
bool op_is_elementwise(Op);
bool op_is_batch(Op);                                   /* reads all images at once and has one result for all of them */
const Node *workspace_writer(const Node *);             /* the first to write into the node's workspace: itself, or whose `sums` it is */
const Node *node_owner(const Node *);                   /* whose parameters the node works with: its `of`, or itself */

/* print.c: deterministic text, one node a line; no addresses, no places: equal graphs print equally. */
void print_graph(Text *, const Graph *);
const char *shape_text(Context *, Shape);               /* "64x56x56", flat: "64" */
/* verify.c: dies, naming node and pass, when an invariant of this header does not hold after that pass. */
void verify_graph(Graph *, const char *pass);

/* ---- kernels -------------------------------------------------------------------------------------------- */

typedef enum {
#define VOP(name, ...) V_##name,
#include "vops.h"
    NVOP
} VOp;

/* The rows of vops.h: kernel.c. */
typedef enum { WIDTH_none, WIDTH_narrow, WIDTH_wide, WIDTH_both } Width;
typedef struct {
    const char *name, *operands;        /* operands: one letter each */
    Width width;
} VOpInfo;
extern const VOpInfo vop_info[NVOP];
bool vop_reads(VOp, char operand);      /* does it read the register d, a or b? */

enum { MAX_POINTERS = 8, MAX_REGISTERS = 32, MAX_CALL_GRID = 3, MAX_SLOTS = 8 };

/* One instruction. d, a, b are vector registers; a memory operand is pointer + constant offset. A wide instruction works on
 * twice as many lanes: a register holds two blocks then, the lower eight lanes and the upper. */
typedef struct {
    uint8_t op;                         /* VOp */
    uint8_t d, a, b;
    uint8_t pointer;                    /* which pointer argument */
    uint8_t imm;                        /* permutation, shift count */
    uint8_t wide;                       /* 1: registers of two blocks, 0: of one */
    uint8_t reserved;                   /* zero: equal instructions are equal bytes */
    int32_t offset;                     /* floats: memory offset, or bump */
    int32_t count;                      /* loop trips */
} VIns;

/* A leaf function of a few float pointers. Every size in it is a constant. Loops may nest; a pointer that a
 * loop bumps must be bumped back by the kernel itself where it is needed again. */
typedef struct Kernel {
    const char *name;                   /* unique in its program: conv_3x3_s1_4x3 and the like */
    const char *comment;                /* what one call computes, with shapes */
    VIns *code;
    size_t count, capacity;
    int npointer;                       /* arguments in use */
    const char *pointer[MAX_POINTERS];  /* their names in printed code: x, w, y, r... */
    bool written[MAX_POINTERS];         /* the kernel stores through it */
    float *constant;                    /* constant pool; its pointer is the argument `constants` */
    size_t nconstant, constant_capacity;
    int constants;                      /* pointer number of the pool, or -1 */
    uint32_t free_registers;            /* bit set of registers not handed out */
    int width;                          /* blocks of a register in the instructions emitted next: 1 or 2 */
    int depth;                          /* of open loops, while building */
    uint32_t unrolled;                  /* bit d: the loop opened at depth d runs once and is not printed */
    Context *context;
    struct Kernel *next;                /* in the program */
    struct Kernel *same_bucket;         /* lower: in its table of kernels */
    int id;                             /* position in the program */
} Kernel;

/* kernel.c: building. Registers are numbers handed out and taken back; running out is a bug. */
Kernel *kernel_new(Context *, Machine);
void kernel_width(Kernel *, int blocks);                /* of a register from here on; 1 at first */
int kernel_pointer(Kernel *, const char *name, bool written);
int kernel_register(Kernel *);
void kernel_release(Kernel *, int reg);
int kernel_constant(Kernel *, float value);             /* offset of the value in the pool (declares the pool's pointer) */
int kernel_constants(Kernel *, const float *values, int count);     /* likewise of consecutive values */
void k_loop(Kernel *, int64_t trips);                   /* trips >= 1; a loop of one trip leaves no trace */
void k_end(Kernel *);
void k_bump(Kernel *, int pointer, int64_t floats);
void k_zero(Kernel *, int d);
void k_load(Kernel *, int d, int pointer, int64_t offset);          /* LANES floats, twice as many when wide */
void k_store(Kernel *, int pointer, int64_t offset, int a);
/* Likewise, past the caches: for tensors that no cache holds until they are read again. What it writes must begin at a multiple of
 * LANES floats, and the kernel end with a fence. */
void k_stream(Kernel *, int pointer, int64_t offset, int a);
void k_fence(Kernel *);
/* Blocks that lie `distance` floats apart: so many as the width, or in a wide register only the first (the other is 0). */
void k_load_blocks(Kernel *, int d, int pointer, int64_t offset, int64_t distance, int blocks);
void k_store_blocks(Kernel *, int pointer, int64_t offset, int64_t distance, int blocks, int a);
void k_broadcast(Kernel *, int d, int pointer, int64_t offset);     /* one float to all lanes */
/* LANES numbers of half precision, in the place of half as many floats; twice as many when wide. */
void k_load_half(Kernel *, int d, int pointer, int64_t offset);
void k_load1(Kernel *, int d, int pointer, int64_t offset);         /* one float to lane 0, zero elsewhere */
void k_store1(Kernel *, int pointer, int64_t offset, int a);        /* lane 0 */
void k_prefetch(Kernel *, int pointer, int64_t offset);              /* to the first-level cache */
void k_prefetch2(Kernel *, int pointer, int64_t offset);             /* to the second-level cache: for what is needed later */
void k_op(Kernel *, VOp, int d, int a, int b);          /* register operations; for V_fma d += a * b */
void k_imm(Kernel *, VOp, int d, int a, int imm);
int64_t kernel_work(const Kernel *);                    /* instructions that one call runs */
void k_literal(Kernel *, int d, float value);           /* broadcast of a pooled constant */

/* ---- programs ------------------------------------------------------------------------------------------- */

/* Arena, input, output and target hold one image after the other; the others serve the whole batch.
 *   scratch   memory of the thread that runs the task, StepCode.scratch_floats of it, of any contents when the task begins
 *   target    what the network should answer, one row of floats an image
 *   common    results of a batch and, from its beginning, the COMMON_ scalars that the caller sets before each training step
 *   gradient  of the trained parameters, where these are in the packed weights; 0 between them before the first step
 *   state     of the optimiser: one or two arrays of the same layout */
typedef enum { BASE_arena, BASE_weights, BASE_input, BASE_output, BASE_scratch, BASE_target, BASE_common, BASE_gradient,
               BASE_state, NBASE } Base;

/* The scalars at the beginning of BASE_common, by their offset in floats. */
enum {
    COMMON_rate,                        /* learning rate; AdamW: divided by its first bias correction, 1 - beta1^t */
    COMMON_decay,                       /* AdamW: 1 - learning rate * weight decay */
    COMMON_correction,                  /* AdamW: 1 / sqrt(1 - beta2^t) */
    COMMON_clip,                        /* what gradients are multiplied with: written by the step itself */
    COMMON_seed,                        /* two words of bits */
    COMMON_step = COMMON_seed + 2,      /* one word: number of the step */
    COMMON_floats = 16
};

/* A place that differs from layer to layer while the code is the same. */
typedef struct {
    Base base;
    int64_t offset;                     /* floats, image 0 */
} Slot;

/* Where one pointer of a kernel points, as a function of the task's coordinates in the grid. */
typedef struct {
    int slot;                           /* index into the step's slots */
    int64_t offset;                     /* floats from the slot */
    int64_t stride[MAX_CALL_GRID];      /* floats per step of each grid coordinate */
} Argument;

/* A kernel over a grid of independent tasks, for each image (or each `images` of them at once). The pool
 * pointer, if any, is supplied by whoever prints the call. */
typedef struct {
    const Kernel *kernel;
    int images;                         /* images one call handles: 1, or a tile of them for linear layers; calls with
                                           images > 1 take floor(batch / images) groups, the rest go to calls with 1 */
    int grid[MAX_CALL_GRID];            /* extents, outermost first; unused ones are 1 */
    bool follows;                       /* its tasks are not tasks of their own, but what those of the call before it do next:
                                           on the same grid, the same images, and what that left in the scratch */
    Argument argument[MAX_POINTERS];
} Call;

/* The code of a step: the same for all layers of one shape. */
typedef struct StepCode {
    const char *name;                   /* unique in its program */
    const char *comment;                /* operation, shape formula, algorithm */
    Call *call;                         /* independent of each other, unless one follows the other: tasks may run in any order */
    int ncall;
    int64_t scratch_floats;             /* of one task */
    int nslot;
    Base base[MAX_SLOTS];               /* of each slot */
    int64_t macs;                       /* per image */
    struct StepCode *next;
    struct StepCode *same_bucket;       /* lower: in its table of codes */
    int id;
} StepCode;

/* One layer: its code and its places. Steps run in order, each after all tasks of those before it; in training but for some of the last
 * STEPS_BESIDE before it. */
enum { STEPS_BESIDE = 8 };
typedef struct {
    StepCode *code;
    Slot slot[MAX_SLOTS];
    uint32_t beside;                    /* depend: bit d: need not wait for the step d + 1 before it */
    const Node *node;                   /* what it computes, for comments and profiles; NULL for none */
    const char *label;                  /* the layer's name in profiles and comments */
} Step;

/* How packed weights are made from named tensors (executed by runtime/pack.c; pack.h has the structs). */
struct PackItem;

typedef struct {
    Context *context;
    const Graph *graph;
    Kernel *kernels, **kernels_end;
    int nkernels;
    StepCode *codes, **codes_end;
    int ncodes;
    Step *step;
    size_t nstep, step_capacity;
    size_t leading;                     /* the first so many steps may run image by image: none of their calls takes several */
    Step *evaluation;                   /* training: a forward pass by running statistics, where Training.evaluation asks for it */
    size_t nevaluation;
    struct PackItem *pack;
    size_t npack, pack_capacity;
    int64_t weights_floats;             /* packed payload */
    int64_t arena_floats;               /* per image, a multiple of 16 */
    int64_t scratch_floats;             /* per thread: the most that a step needs */
    int64_t common_floats;              /* training: of the whole batch, the scalars included; 0: no training */
    int64_t trained_floats;             /* training: of the packed weights those that the step updates, which come first; */
    int64_t decayed_floats;             /*   of these, those of rank 2 and more, which come first */
    int64_t state_floats;               /* training: of the optimiser */
    uint64_t stamp;                     /* hash of everything that fixes the packed layout */
} Program;

/* print_program.c: steps, codes and kernels as deterministic text. */
void print_program(Text *, const Program *);
const char *base_name_of(Base);         /* "arena", ... */
/* verify_program.c: dies where a kernel would touch memory that is not its step's, or is not well formed. */
void verify_program(const Program *);

/* ---- extent.c: what steps touch in memory ---- */
/* Floats from `low` up to, but not with, `high`; low == high: none. */
typedef struct {
    int64_t low, high;
} Extent;
bool extent_is_empty(Extent);
void extent_widen(Extent *, Extent by);                 /* to the smallest that holds both */
/* What one call of a kernel touches, in floats from where its pointers are. */
typedef struct {
    Extent extent[MAX_POINTERS];
} KernelExtent;
enum { DEEPEST_LOOP = 16 };             /* of a kernel, the kernel itself included */
int64_t image_stride(const Program *, Base);            /* floats from one image to the next */
/* Of all kernels, by their id, which are well formed. */
const KernelExtent *program_extents(const Program *);
/* What all tasks of a call touch through one pointer, in the memory of the first image of what the pointer's slot is of. */
Extent call_extent(const Program *, const Step *, const Call *, int pointer, const KernelExtent *);

#endif
