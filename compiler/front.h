/* front.h - what the files of the front end share: trees, values and scopes. Nothing here is known to the passes. */
#ifndef NNCC_FRONT_H
#define NNCC_FRONT_H

#include <string.h>

#include "compiler.h"

/* ---- parse.c: one file of YAML, and looking into trees ---------------------------------------------------- */

/* The tree of one file, `extends` not yet resolved. text NULL: read the file; mistakes in reading it point to `where`. */
Tree *parse_file(Context *, const char *path, const char *text, Loc where);
const Tree *tree_get(const Tree *map, const char *key);         /* NULL when absent */
Loc tree_key_loc(const Tree *map, const char *key);             /* its place, or the map's */
bool tree_is_null(const Tree *);                                /* absent, empty, or ~ */
bool tree_is_text(const Tree *, const char *text);              /* that scalar, unquoted */
const char *tree_kind(const Tree *);                            /* "a list", for messages */
/* "did you mean 'x'?", or the other hint where no word is near. */
const char *suggest(Context *, const char *word, const char *const *known, const char *otherwise);
const Tree *expect_kind(Context *, const Tree *, TreeKind, const char *what);

#endif
