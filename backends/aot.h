/* aot.h - what aot.c is made of: a compiler to run, and a cache to keep its objects in. */
#ifndef NNCC_AOT_H
#define NNCC_AOT_H

#include "backend.h"

enum { MAX_WORDS = 16 };

/* A compiler's command: its program's full path, then the words that belong to it ("ccache gcc"). */
typedef struct {
    const char *word[MAX_WORDS + 1];    /* ends with NULL */
} Compiler;

/* ---- aot_run.c ---- */
/* command: "gcc", "ccache gcc", a path; NULL: $CC, or cc. */
bool find_compiler(const char *command, Context *, Compiler *, Failure *);
/* What the compiler answers to --version; NULL on failure. */
char *compiler_version(const Compiler *, Context *, Failure *);
enum { COMPILE_SECONDS = 300 };
/* Runs a program, whose path is argument[0], for at most so many seconds. Its output goes to *output, unless that is
 * NULL; where it fails, the output is the text of the failure. */
bool run_compiler(const char *const *argument, int seconds, Text *output, Failure *);

/* ---- aot_cache.c ---- */
/* $NNCC_CACHE, $XDG_CACHE_HOME/nncc or ~/.cache/nncc, made where it is missing; NULL where it cannot be, or where others
 * may write to it. */
const char *cache_directory(Context *);
/* The path of an object that only we can have written, or NULL. */
const char *cache_find(Context *, const char *directory, const char *key);
/* Moves an object into the cache, and the oldest ones out of it when they are too many. Failure costs a compilation
 * later, nothing else. */
void cache_store(Context *, const char *directory, const char *object, const char *key);
/* Removes a directory in which a model was built. */
void build_remove(const char *directory);

#endif
