/* backend.h - how programs are spelled, built and run. */
#ifndef NNCC_BACKEND_H
#define NNCC_BACKEND_H

#include "../ir/ir.h"
#include "../runtime/weights.h"

/* ---- targets: one file each (avx2.c, portable.c), listed once in targets.c -------------------------------- */

/* How one vector instruction is spelled: a format with %d %a %b (registers), %m (memory operand), %i (immediate). */
typedef struct {
    const char *c;
} VRow;

typedef struct {
    const char *name;                   /* "avx2", "c" */
    const char *meaning;                /* for --help */
    const char *cflags;                 /* what its output needs beside -O2 -ffp-contract=off */
    const char *prelude;                /* printed once before its kernels: includes, helpers */
    const char *declare;                /* format of a register's declaration */
    const VRow *row;                    /* NVOP rows */
    bool asks_processor;                /* its code needs AVX2 and FMA: forward() checks */
} Target;
extern const Target *const targets[];   /* ends with NULL */
const Target *target_find(const char *name);

/* ---- emit.c: Program -> model.c and model.h ---------------------------------------------------------------- */
typedef struct {
    const char *prefix;                 /* of every symbol, a C identifier; NULL: made from the network's name */
    const Target *target[2];            /* the first that the processor can run is taken at run time */
    int ntarget;
    bool with_main;                     /* add main(): classify a .npy or print timings */
    bool profile;                       /* add per-layer timers and PREFIX_profile */
    const float *embed;                 /* packed payload to carry in the file, or NULL */
    const char *header_name;            /* what model.c includes: "model.h" */
    const char *command;                /* command line, for the comment at the top */
} EmitOptions;
void emit_source(Text *, const Program *, const EmitOptions *);
void emit_header(Text *, const Program *, const EmitOptions *);
/* A C identifier from any name: [A-Za-z0-9_] kept, the rest becomes _, never a keyword or empty. */
const char *c_identifier(Context *, const char *name);

/* model.weights: a 64-byte stamp (magic, version, size, program->stamp) and the packed payload. */
bool weights_file_write(const char *path, const Program *, const float *payload, Failure *);
/* Packed payload of a program: 64-byte aligned, weights_floats long, to be freed by the caller. The block starts with
 * the stamp, so that it can be handed to PREFIX_forward as it is: *payload points behind it. */
void *weights_pack(const Program *, const Weights *, int threads, float **payload, Failure *);

/* ---- aot.c: a program as a shared object, by the system's compiler, cached ---------------------------------- */
typedef struct {
    void *handle;
    size_t arena_size;                  /* bytes for the compile-time maximum batch */
    int (*forward)(const void *weights, void *arena, const float *input, int batch, int threads, float *output);
    int (*profiled)(const void *weights, void *arena, const float *input, int batch, int threads, float *output, double *seconds);
    const char *(*strerror)(int);
    double compile_seconds;             /* 0 when it came from the cache */
} AotModel;
/* compiler: "gcc", "clang", or NULL for $CC or cc. profile: with timers, one of each program->step. */
bool aot_load(const Program *, const Target *, const char *compiler, bool profile, AotModel *, Failure *);
void aot_close(AotModel *);

/* ---- reference.c: the naive interpreter, double accumulators, never optimised -------------------------------- */
/* Runs the graph (after infer, or after any pass up to fold) on one batch. input [batch][c][h][w]; output likewise. */
bool reference_run(const Graph *, const Weights *, const float *input, int batch, double *output, Failure *);

#endif
