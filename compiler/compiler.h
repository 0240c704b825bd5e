/* compiler.h - the passes, grouped by file, in the order in which compile.c runs them. Each prototype carries its
 * contract: what it needs, gives and keeps. verify_graph checks after every pass what the contracts say. */
#ifndef NNCC_COMPILER_H
#define NNCC_COMPILER_H

#include "../ir/ir.h"

typedef struct Tuned Tuned;             /* tuned.h */

/* `--set name=value`, in the order given; value is the text of one scalar. */
typedef struct {
    const char *name, *value;
} Setting;

/* What the passes cost, in the order in which they ran; all zero at first. */
enum { MOST_PASSES = 20 };
typedef struct {
    struct {
        const char *name;
        double milliseconds;
    } pass[MOST_PASSES];
    int count;
} PassTimes;

typedef struct {
    const Setting *set;                 /* overrides of the spec's params */
    int nset;
    int max_batch;                      /* compile-time maximum, 1 unless told */
    const Training *training;           /* a training step for a batch of exactly max_batch; NULL: inference */
    const Tuned *tuned;                 /* measured choices, in the place of the cost model's; NULL: none */
    Machine machine;                    /* for which kernels are made; all zero: the graph's own, which any x86-64 with AVX2 is */
    bool half;                          /* filters of linear layers are stored in half precision; not for training */
    bool apart;                         /* no two tensors share memory: all can be read when the network has run */
    bool exact;                         /* sums of products as the spec says them: no Winograd */
    const char *dump;                   /* print the graph (or program) after this pass to `log`; NULL: none */
    bool time;                          /* print what each pass cost to `log` */
    FILE *log;                          /* for dump and time; may be NULL when neither is asked for */
    PassTimes *times;                   /* where to note what each pass cost; NULL: nowhere */
} Options;

/* ---- parse.c: YAML text -> Tree; every node of the tree remembers its place ------------------------------ */
typedef enum { TREE_scalar, TREE_list, TREE_map } TreeKind;
typedef struct Tree {
    TreeKind kind;
    Loc loc;
    const char *text;                   /* scalar: its text */
    bool quoted;                        /* scalar: written in quotes: never null; `$` and expressions mean what they mean outside */
    struct Tree **item;                 /* list: elements; map: values in file order */
    const char **key;                   /* map: keys */
    Loc *key_loc;                       /* map: their places */
    size_t count;
} Tree;
/* Reads a spec file, or `text` under the name `path` when text is not NULL, with the limits on bytes, depth, events
 * and scalar length; resolves `extends`. Fails with the place of the mistake. */
Tree *parse(Context *, const char *path, const char *text);

/* ---- expand.c: Tree -> Graph: parameters, blocks, repeats, residuals, branches become a flat graph ------- */
/* Gives nodes in execution order with attributes checked against keys.h, torchvision's names, declared tensors;
 * shapes are set too, because blocks may ask for them. */
Graph *expand(Context *, const Tree *, const Options *);

/* ---- schema.c: the language from its tables (ir/ops.h, ir/keys.h, words.h): `nncc --ops` and `nncc --schema` ---- */
void print_ops(Text *);                 /* every operation and structure word with keys, defaults and meanings */
void print_schema(Text *);              /* JSON Schema draft-07: what specs/nncc.schema.json holds */

/* ---- the passes ------------------------------------------------------------------------------------------ */
void infer(Graph *);    /* infer.c: gives every node's shape and macs; fails where a spec's shapes cannot work */
void infer_again(Graph *, const char *pass);    /* dies where a shape is not what its operands make it, before `layout` */
void regroup(Graph *);  /* regroup.c: needs shapes; identical parallel branches become one grouped convolution chain */
void fold(Graph *);     /* fold.c: needs shapes; removes nodes that pass their operand on; batch norms whose only producer is a
                           convolution or linear layer become its `folded` */
void grad(Graph *);     /* grad.c: needs graph->training; adds the loss and the gradients of all trained parameters */
void recompute(Graph *);/* recompute.c: what the backward pass can cheaply compute again need not be kept for it */
void prune(Graph *);    /* prune.c: drops what neither output nor loss depend on (but never the input) */
void fuse(Graph *);     /* fuse.c: element-wise nodes and pools join their producer's tail */
void gather(Graph *);   /* gather.c: strided 1 x 1 convolutions read a copy of the pixels that they do not skip */
void layout(Graph *);   /* layout.c: gives every node a Layout; inserts `pack` nodes where two readers disagree */
void choose(Graph *);   /* choose.c: gives every convolution its algorithm and tile */
void absorb(Graph *);   /* absorb.c: norms that are computed again for the way back are left to those who read them */
void tally(Graph *);    /* tally.c: what batch norms sum up while training, the kernels do that compute it */
void band(Graph *);     /* band.c: pools that are computed with the convolution before them, a band of rows at a time */
void lead(Graph *);     /* lead.c: which nodes each image of a batch passes alone */
void plan(Graph *);     /* plan.c: gives every storage an offset in one image's arena; sets live_floats, arena_floats */
Program *lower(Graph *);/* lower.c: nodes -> kernels, steps and pack items */
void depend(Program *); /* depend.c: which steps need not be over when another begins */

/* layout.c: the block that holds a channel; for the channel behind the last one, the number of blocks. */
int block_of(const Layout *, int channel);
/* parity.c: zeros that a conv_dx reads above (axis 0) or beside (axis 1) the gradient, on the side that needs more. */
int gradient_border(const Node *conv_dx, int axis);
Node *pooled_alone(const Node *pool);   /* band.c: the convolution that this max_pool or avg_pool reads and nobody else does, or NULL */
bool is_depthwise(const Node *);    /* choose.c: a convolution of one input and one output channel a group */
/* choose.c: the most pixels that a register tile of so many vectors can hold. */
int tile_pixels(const Machine *, int vectors);
int64_t winograd_plane(int64_t floats); /* ops/winograd.c: floats from one frequency to the next, for so many floats of one */
/* choose.c: `total` in the fewest parts of at most `most`, evenly: `larger` parts of *size + 1, the others of *size. */
void split_evenly(int total, int most, int *size, int *parts, int *larger);
int even_part(int total, int most);     /* the largest of these parts */
int largest_divisor(int n, int64_t most);               /* choose.c: of n, that is at most `most`; 1 if there is none */

/* compile.c: the chain, whole or in parts. compile_step makes a training step of a graph that compile_graph gave: what the reference
 * interpreter runs (options->training must be set; compile_program does the same before it goes on). compile_graph
 * stops after infer: what the reference interpreter and inspect read; a tree may become any number of graphs. */
Tree *compile_parse(Context *, const char *path, const char *text, const Options *);     /* parse, timed as the other passes are */
Graph *compile_tree(Context *, const Tree *, const Options *);
void compile_step(Graph *, const Options *);
Program *compile_program(Graph *, const Options *);     /* needs infer; the graph is rewritten */
Graph *compile_graph(Context *, const char *path, const char *text, const Options *);
Program *compile(Context *, const char *path, const char *text, const Options *);
const char *const *pass_names(void);    /* for -d and its "did you mean"; ends with NULL */

/* ---- ops: what each operation is (one file per family under ops/) --------------------------------------- */
typedef enum { KIND_INTERNAL, KIND_JOINING, KIND_BATCH, KIND_ELEMENTWISE, KIND_TENSOR, KIND_VIEW } OpKind;
typedef struct {
    const char *name, *keys, *meaning;
    int least, most;                        /* operands */
    OpKind kind;
    void (*infer)(Graph *, Node *);         /* sets shape and macs; fails at node->loc on impossible shapes */
    void (*declare)(Graph *, Node *);       /* declares the parameters of a node whose shape is known (see Node.stack) */
} OpInfo;
bool op_in_specs(Op);                       /* may be written in a spec */
extern const OpInfo op_info[NOP];           /* ops/table.c; lower.c and backends/reference.c have tables of their own */

#endif
