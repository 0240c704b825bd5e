/* emit.h - what the files that print model.c and model.h share. The rest of the compiler uses backend.h. */
#ifndef NNCC_EMIT_H
#define NNCC_EMIT_H

#include "backend.h"

/* One file being printed. */
typedef struct {
    Text *out;
    const Program *program;
    const EmitOptions *options;
    const char *prefix, *upper;         /* of functions, of macros and enumerators */
    Shape input, output;
    Stamp stamp;                        /* of the weights that fit */
    const Kernel *kernels;              /* the program's, and in front of them the one that measures the peak */
    const Target *fast;                 /* the target that asks the processor, or NULL */
    bool bare;                          /* for a JIT: no comments, no table, step functions that it can find */
} Emit;

/* ---- emit_text.c ---- */
/* Prints lines with every @ replaced by the prefix and every $ by its capitals: C that reads like what it prints. */
void emit_lines(Emit *, const char *lines);
/* A string literal of any bytes; anything but letters, digits and ` _.-:/` is octal. */
void text_string(Text *, const char *bytes);
/* A float literal of the same bits (of any quiet NaN where it is not a number). */
void text_float(Text *, float value);
void text_count(Text *, int64_t value);         /* 12345678 -> 12,345,678; not negative */
/* What a file name may be in the printed text: characters other than letters, digits and ._+- become _. */
void text_file_name(Text *, const char *name);
/* The last part of a path. */
const char *base_name(const char *path);

/* ---- emit_steps.c ---- */
void emit_steps(Emit *);                /* one function per code, then the table of steps */

/* How the tasks of a batch are numbered: those of all groups of images first, then those of the images that are left. */
typedef struct {
    int images;                         /* of one group; 1 where no call takes several */
    int64_t group_tasks, image_tasks;   /* tasks of a group, and of an image outside of groups */
} StepTasks;
StepTasks step_tasks(const StepCode *);

/* Tasks that follow each other and cost the same, for the split among threads. */
typedef struct {
    int images;                         /* that one of them computes; 0 ends a list */
    int64_t tasks;                      /* of each group of so many images */
    int64_t work;                       /* of one task, in vector instructions */
} StepPart;
/* In the order in which tasks are numbered; at least one, and the end. */
StepPart *step_parts(Context *, const StepCode *);

/* ---- emit.c: parts of a file ---- */
Emit emit_new(Text *, const Program *, const EmitOptions *);
const char *source_name(const Emit *);  /* model.h -> model.c */
void text_shape(Text *, Shape);
void emit_includes(Emit *);
void emit_step_types(Emit *);           /* Part and Step, behind Run */
void emit_constants(Emit *);
void emit_kernels(Emit *);
void emit_pick(Emit *);
void emit_stack_note(Emit *);           /* a sentence of a comment, where threads need much of it */

/* ---- emit_api.c ---- */
void emit_api(Emit *);                  /* everything in the header */
void emit_query(Emit *);                /* a function that asks the processor, where the kernels need to */
void emit_share(Emit *);                /* a function that splits a step's tasks among threads */

/* ---- emit_train_run.c ---- */
void emit_long_steps(Emit *);           /* functions that take threads through the steps of a training */

/* ---- emit_main.c ---- */
void emit_main(Emit *);

#endif
