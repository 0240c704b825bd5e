/* backend.h - how programs are spelled, built and run. */
#ifndef NNCC_BACKEND_H
#define NNCC_BACKEND_H

#include "../ir/ir.h"
#include "../runtime/weights.h"

/* ---- targets: one file each (avx2.c, avx512.c, portable.c), listed once in targets.c -------------------------------- */

/* How one vector instruction is spelled. In `c`, %d %a %b are its registers, %m its memory operand (`x + 64`) and %i its
 * immediate. Loops, their ends and pointer bumps are plain C on every target: they have no row. */
typedef struct {
    const char *c;                      /* one statement */
    const char *helper;                 /* C function that it calls, printed once where it is needed; NULL: none */
} VRow;

/* A helper that tells gcc the very instruction, where it would make something slower of an intrinsic. clang does as the C says.
 * `assembly` sets v; `otherwise` is an expression. */
#define GCC_HELPER(comment, features, head, assembly, otherwise)                        \
    comment "\n"                                                                        \
    "static inline __attribute__((always_inline, target(\"" features "\")))\n"          \
    head "\n"                                                                           \
    "{\n"                                                                               \
    "#if defined(__GNUC__) && !defined(__clang__)\n"                                    \
    "    " assembly ";\n"                                                               \
    "    return v;\n"                                                                   \
    "#else\n"                                                                           \
    "    return " otherwise ";\n"                                                       \
    "#endif\n"                                                                          \
    "}\n"
/* Of V_fma: left to itself, gcc reads a filter again in each FMA that uses it, and moves sums from register to register: a fifth
 * of a convolution's time. */
#define FMA_HELPER(name, features, type, intrinsic)                                                          \
    GCC_HELPER("/* v + a * b, all three in registers. */", features,                                         \
               type " " name "(" type " a, " type " b, " type " v)",                                         \
               "__asm__(\"vfmadd231ps %2, %1, %0\" : \"+v\"(v) : \"v\"(a), \"v\"(b))", intrinsic "(a, b, v)")

/* How registers of one width, and the instructions on them, are spelled. */
typedef struct {
    const char *type, *declarator;      /* of a register: "float", "%d[8]" */
    const VRow *row;                    /* NVOP rows; NULL: no such registers */
} Spelling;

typedef struct {
    const char *name;                   /* "avx2", "c"; also the first word of its kernels' names */
    const char *meaning;                /* for --help */
    const char *includes;               /* of the files that hold its kernels, beside <math.h>, <stdint.h> and <string.h> */
    const char *guard;                  /* preprocessor condition under which its kernels compile; NULL: always */
    const char *prelude;                /* in front of its helpers; "" for none */
    const char *attribute;              /* line in front of each function; "" for none */
    Spelling spelling[2];               /* of narrow registers and instructions, of wide ones */
    const char *libraries;              /* to link beside libc, "" for none */
    Machine machine;                    /* what programs are made for that it prints; portable C prints others' too */
    const char *feature[2];             /* what a processor must have: "AVX2", "FMA"; NULL: it runs on any */
    const char *query;                  /* in C: has it, given b of cpuid's leaf 7 and the `state` of xgetbv? It has FMA. */
    bool (*runs_here)(void);            /* asks the processor at hand; NULL: any will do */
} Target;
extern const Target *const targets[];   /* the best first; ends with NULL */
extern const VRow avx2_rows[NVOP];      /* which other targets share */
const Target *target_find(const char *name);
bool target_runs_here(const Target *);
const Target *target_best(void);        /* of those that run here */

/* ---- print_c.c: Kernel -> C --------------------------------------------------------------------------------- */
/* One function called TARGET_NAME, with the kernel's comment above it. */
#define KERNEL_STATIC "static "
#define KERNEL_SHARED "__attribute__((visibility(\"hidden\"))) "     /* among the files of one object */
void print_kernel(Text *, const Kernel *, const Target *, const char *linkage);
void print_kernel_prototype(Text *, const Kernel *, const Target *);       /* of one that is shared */
/* A comment of any text, one line or a block, with nothing in it that could end it. NULL or "": nothing. */
void print_comment(Text *, const char *text);
/* The prelude, and the helpers that the kernels of a list (linked through `next`) need on a target, each once. */
void print_helpers(Text *, const Kernel *first, const Target *);

/* ---- emit.c: Program -> model.c and model.h ---------------------------------------------------------------- */
typedef struct {
    const char *prefix;                 /* of every symbol, a C identifier; NULL: made from the network's name */
    const Target *target[2];            /* the first that the processor can run is taken at run time */
    int ntarget;
    bool with_main;                     /* add main(): classify a .npy or print timings */
    bool profile;                       /* add timers, PREFIX_forward_profiled and what describes the steps */
    const float *embed;                 /* packed payload to carry in the file, or NULL */
    const char *header_name;            /* what model.c includes: "model.h"; characters other than [A-Za-z0-9._+-] are
                                           printed as _, so the file must be called so. NULL: model.c holds the declarations itself */
    const char *command;                /* command line, for the comment at the top */
    int parts;                          /* so many files hold the kernels, for compilers that run side by side; 0: this one */
} EmitOptions;
void emit_source(Text *, const Program *, const EmitOptions *);
void emit_header(Text *, const Program *, const EmitOptions *);
/* One of the files that hold the kernels, about as long as each of the others. */
void emit_part(Text *, const Program *, const EmitOptions *, int part);
/* The same for a training program with steps for evaluation: train.c and train.h (emit_train.c). */
void emit_train_source(Text *, const Program *, const EmitOptions *);
void emit_train_header(Text *, const Program *, const EmitOptions *);
/* Where its parts lie in the one block of a training step's state, in floats; a StateHeader comes first. */
typedef struct {
    int64_t common, gradient, optimiser, target, output, floats;
} StateLayout;
typedef struct {
    uint64_t step, seed;
} StateHeader;
StateLayout state_layout(const Program *);
/* A C identifier from any name: letters and digits kept, the rest becomes _, never a keyword, reserved or empty. */
const char *c_identifier(Context *, const char *name);

/* ---- weights_file.c: model.weights, a stamp and the packed payload ------------------------------------------- */

/* The first 64 bytes of a weights file and of every block of weights: who may read what follows. */
typedef struct {
    char magic[6];                      /* "NNCCW" */
    uint16_t version;                   /* of the payload's format; also tells a machine of another byte order */
    uint64_t bytes;                     /* of the payload */
    uint64_t layout;                    /* hash of how the payload is laid out */
    uint64_t model;                     /* hash of the tensors' names and shapes, and of the input's */
    char name[32];                      /* of the network, cut to fit: for people, never compared */
} Stamp;
enum { WEIGHTS_VERSION = 1 };
Stamp program_stamp(const Program *);
/* Memory, 64-byte aligned, to be freed; in large pages where there is much of it: first use would spend its time on page faults, and
 * kernels that stream through it theirs on address translation. Of any contents; NULL where there is none. */
void *large_block(size_t bytes);
/* Likewise for a stamp and a payload, zeroed. */
void *weights_block(size_t bytes);
bool weights_file_write(const char *path, const Program *, const float *payload, Failure *);
/* Packed payload of a program: 64-byte aligned, weights_floats long, to be freed by the caller. The block starts with
 * the stamp, so that it can be handed to PREFIX_forward as it is: *payload points behind it. */
/* What half precision takes from the filters that a program stores so: relative L2 norm of the differences; 0: none are. */
double weights_half_error(const Program *, const Weights *);
void *weights_pack(const Program *, const Weights *, int threads, float **payload, Failure *);
/* The same; large tensors give their memory back as soon as they are packed, and are made or read anew where they are asked for. */
void *weights_pack_releasing(const Program *, Weights *, int threads, float **payload, Failure *);

/* What a step of a training program works on: 64-byte aligned, of the lengths that the Program states (arena: for max_batch
 * images; input, target and output: one row for each of them). */
typedef struct {
    float *weights, *arena, *common, *gradient, *state, *output;
    const float *input, *target;
} StepArrays;

/* ---- a program that can be called: by aot.c or jit.c ---------------------------------------------------------- */
typedef struct {
    void *handle;                       /* what `close` frees; NULL: no model */
    void (*close)(void *handle);
    size_t arena_size;                  /* bytes for the compile-time maximum batch */
    int (*forward)(const void *weights, void *arena, const float *input, int batch, int threads, float *output);
    int (*profiled)(const void *weights, void *arena, const float *input, int batch, int threads, float *output, double *seconds);
    /* Of a training program: one step on max_batch images; seconds: as of profiled, or NULL. The others are NULL then. */
    void (*step)(const void *handle, const StepArrays *, int threads, double *seconds);
    /* By aot, in its place: the PREFIX_step that emit_train_source prints, on a state as state_layout says. */
    int (*train)(void *params, void *state, void *arena, const float *input, const int32_t *labels, double rate, int threads, double *loss);
    const char *(*strerror)(int);
    double compile_seconds;             /* of the C compiler or TCC; 0 when it came from the cache */
    const char *notice;                 /* a line for the user: what was done otherwise than asked; NULL: nothing */
} Model;
void model_close(Model *);              /* a model that is all zero is closed */

/* ---- aot.c: as a shared object, by the system's compiler, cached ------------------------------------------------ */
/* compiler: "gcc", "clang", or NULL for $CC or cc. profile: with timers, one of each program->step. A training program must have
 * steps for evaluation, as emit_train_source asks. */
bool aot_load(const Program *, const Target *, const char *compiler, bool profile, Model *, Failure *);

/* ---- jit.c: in this process, by TCC, in milliseconds ------------------------------------------------------------ */
/* The same bits as aot_load gives, always with timers; NULL in place of a target: what this processor runs best. The
 * model needs neither the program nor its context any more. */
bool jit_load(const Program *, const Target *, Model *, Failure *);

/* ---- reference*.c: the naive interpreter, double accumulators, never optimised -------------------------------- */
/* Runs the graph (after infer, or after any later pass) on one batch. input [batch][c][h][w]; output likewise. */
bool reference_run(const Graph *, const Weights *, const float *input, int batch, double *output, Failure *);
/* The same for every layer: what node `id` stores, after its tail, goes to result[id]; NULL: nobody wants it. */
/* largest[id], 0 before: the largest |value| that the node computes, before, in and after its tail. */
bool reference_layers(const Graph *, const Weights *, const float *input, int batch, double *const *result, double *largest, Failure *);

/* What is added to one value of a result before anybody reads it: what a rounding error there would do. */
typedef struct {
    int node;                           /* Node.id */
    int64_t at;                         /* among the values of the whole batch */
    double by;
} ReferenceShift;

/* One training step in double: what a training graph (after `grad`, or any later pass but `lower`) reads and writes beside its
 * input. Arrays are by Tensor.id, each tensor in its plain layout. */
typedef struct {
    double **value;                     /* parameters and buffers; running statistics move */
    double **gradient;                  /* written; NULL: nobody wants it */
    const double *target;               /* [batch][classes] */
    uint64_t seed;                      /* dropout drops what (seed, step) decide */
    int64_t step;
    double loss;                        /* given: mean over the batch */
    const ReferenceShift *shift;
    size_t nshift;
} ReferenceStep;
bool reference_step(const Graph *, ReferenceStep *, const float *input, int batch, double *const *result, Failure *);
/* A value for every tensor: from `weights`, or zeros where that is NULL; counters of batches are 0. NULL: failure. */
double **reference_values(const Graph *, const Weights *, Failure *);
void reference_values_free(const Graph *, double **);

/* ---- onnx.c: Graph -> ONNX ------------------------------------------------------------------------------------- */
void onnx_check(const Graph *);         /* fails where the parameters alone are more than a file can hold */
/* The bytes of a file: the graph after infer, with every parameter. batch 0: of any size. */
Text onnx_model(const Graph *, const Weights *, int batch);

#endif
