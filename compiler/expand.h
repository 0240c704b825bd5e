/* expand.h - what the files of expand share. A layer of the spec is expanded at a Place: below some names, among some
 * values, after some tensor. */
#ifndef NNCC_EXPAND_H
#define NNCC_EXPAND_H

#include "expression.h"

/* ---- words.c: the table words.h as data, and which keys a map may have ------------------------------------ */
typedef enum {
#define WORD(name, ...) WORD_##name,
#include "words.h"
    NWORD
} Word;
typedef enum {
    FIELD_NAME, FIELD_LABEL, FIELD_LABELS, FIELD_CONDITION, FIELD_COUNT, FIELD_NUMBER, FIELD_VALUE, FIELD_VALUES,
    FIELD_PARAMETERS, FIELD_LOOPS, FIELD_CHOICE, FIELD_LAYERS, FIELD_PATHS, FIELD_PAIRS, FIELD_NUMBERS, FIELD_OTHER
} FieldType;
typedef struct {
    const char *name, *meaning;
    bool structure;                     /* can stand among layers */
} WordInfo;
typedef struct {
    Word word;
    const char *key;
    FieldType type;
    const char *preset;                 /* "!" required, "" optional, or the default */
    const char *meaning;
} Field;
extern const WordInfo word_info[NWORD];
extern const Field fields[];            /* grouped by word; ends with a NULL key */

enum { MAX_KNOWN = 256 };
/* The keys that some map may have, for "did you mean". */
typedef struct {
    const char *key[MAX_KNOWN + 1];     /* ends with NULL */
    int count;
} KnownKeys;
void known_add(KnownKeys *, const char *key);
void known_word(KnownKeys *, Word);
void known_op(Context *, KnownKeys *, Op);
/* Fails at the first key that is not known, and where a key that `word` requires is missing. */
void check_keys(Context *, const Tree *map, const KnownKeys *, const char *what);
void check_word(Context *, const Tree *map, Word);

/* ---- attributes.c: keys.h at work -------------------------------------------------------------------------- */
typedef enum { KEY_INT, KEY_PAIR, KEY_QUAD, KEY_BOOL, KEY_REAL } KeyType;
typedef struct {
    const char *name;
    KeyType type;
    size_t field;                       /* offset in Attr */
    double low, high;
    const char *meaning;
} KeyInfo;
extern const KeyInfo key_info[];        /* ends with a NULL name */
/* One entry of an operation's key string. */
typedef struct {
    const KeyInfo *info;
    const char *preset;                 /* "!", or the default: a value or another key's name */
} OpKey;
/* Takes the next entry off a key string; false at its end. */
bool next_key(Context *, const char **keys, OpKey *);
Attr read_attributes(const Env *, Op, const Tree *keys, Loc);

/* ---- names.c: unique names, labels --------------------------------------------------------------------------- */
typedef struct {
    const char *name;                   /* NULL: free */
    Loc loc;                            /* who has it */
    bool automatic;                     /* nobody wrote it */
    int next;                           /* number to try for the next automatic name of this stem */
} NameEntry;
typedef struct {
    NameEntry *entry;                   /* open addressing */
    size_t slots, used;
} NameTable;
void check_name(Context *, const char *name, Loc);
void name_reserve(Context *, NameTable *, const char *name, Loc);
const char *name_unique(Context *, NameTable *, const char *stem, Loc);

typedef struct Label {
    const char *name;
    Loc loc;
    Node *node;
    bool used;
    struct Label *next;
} Label;
/* The labels of one list of layers; then those of the lists around it, up to the block. */
typedef struct Frame {
    const struct Frame *up;
    Label *labels;
    const Tree *body;                   /* the list, for "made later" */
} Frame;
void label_add(Context *, Frame *, const char *name, Loc, Node *);
Node *label_node(Context *, const Frame *, const char *name, const Tree *);
void labels_check_used(Context *, const Frame *);
/* unused.c: fails where the spec declares a parameter, argument, let or block and never mentions it. */
void check_unused(Context *, const Tree *spec);

/* ---- expand.c, layers.c, structures.c ------------------------------------------------------------------------ */
enum { MAX_NODES = 20000, MAX_NESTING = 64, MAX_BLOCKS = 256, MAX_REPEAT = 20000, MAX_BRANCHES = 1024 };

/* A block of the spec. */
typedef struct {
    const char *name;
    const Tree *tree;                   /* args, let, body */
    bool active;                        /* being expanded: it must not call itself */
} Block;

/* Identical branches: what the first one made, so that the others are named after it. */
typedef struct {
    int index, count;
    const char **base;                  /* names without the branch's number, in the order of making */
    size_t nbase, base_capacity, cursor;
    Node **node;                        /* of this branch; their parameters are declared at its end */
    size_t nnode, node_capacity;
} Copies;

typedef struct {
    Context *context;
    Graph *graph;
    const Tree *spec;
    Scope *globals;                     /* params and let of the spec */
    Block block[MAX_BLOCKS];
    int nblock;
    NameTable names;
    Copies *copies;                     /* NULL outside identical branches */
    int64_t budget;
    const Tree *replace;                /* by full name; NULL: none */
    int *replaced;                      /* how often each was used; -1 while it is being expanded */
} Expander;

/* Where a list of layers stands. */
typedef struct {
    const char *prefix;                 /* of names: "" or "layer1.0." */
    const Scope *scope;
    Frame *frame;
    int *slot;                          /* next number in a sequential; NULL elsewhere */
    int depth;                          /* of nesting */
} Place;

/* One layer, its common keys read. */
typedef struct {
    const char *word;                   /* operation, structure or block */
    Loc loc;
    const Tree *keys;                   /* a map, perhaps empty */
    const Place *place;
    const char *name;                   /* full, or NULL */
    Node **in;                          /* operands */
    int nin;
    Env env;                            /* for its keys; in_channels is that of in[0] */
} Layer;

/* ---- expand.c: parameters, arguments, blocks ---- */
Env env_at(Expander *, const Scope *, const Node *here);
void declare_values(const Env *, Scope *, const Tree *let);
Block *find_block(Expander *, const char *name);
/* The arguments of a call: from the maps `given`, the first that has one, evaluated where the layer stands; or defaults. */
Scope *bind_arguments(Expander *, const Layer *, const Block *, const Tree *const *given, int ngiven);
bool is_required(const Tree *entry);                    /* a described argument without default, or ~ */

/* ---- expand_layers.c ---- */
/* The node of a layer: named, shaped, its parameters declared. A layer without name gets one made from its word. */
Node *add_node(Expander *, const Layer *, Op, Attr);
Node *expand_layers(Expander *, const Place *, const Tree *list, Node *in);
/* Where a list inside a layer stands: below its name, with labels of its own; the caller may change scope and slot. */
Place inner_place(Expander *, const Layer *, const Tree *list);
Node *expand_inner(Expander *, const Place *, Node *in);
Node *expand_block(Expander *, const Layer *, Block *, Scope *arguments, Node *in);
const char *prefix_of(Expander *, const Layer *);       /* of names inside a layer */
const Tree *read_list(Expander *, const Tree *, const char *what);
/* Expands what the spec's `replace` gives in place of a layer of this name; false: nothing. */
bool expand_replacement(Expander *, const Layer *, Node **result);
/* The same layer, but for a part of it: another word, name and operands. */
Layer part_of(const Layer *, const char *word, const char *name, Node **in, int nin);

/* ---- expand_structures.c ---- */
Node *expand_structure(Expander *, const Layer *, Word);
Block *repeated_block(Expander *, const Layer *);       /* NULL: a repeat with a body */

#endif
