/* expression.h - values, the names that stand for them, and the text that computes them. */
#ifndef NNCC_EXPRESSION_H
#define NNCC_EXPRESSION_H

#include "front.h"

typedef enum { VALUE_integer, VALUE_real, VALUE_bool, VALUE_text, VALUE_list } ValueKind;
typedef struct Value {
    ValueKind kind;
    int64_t integer;
    double real;                        /* of integers too */
    bool truth;
    const char *text;
    bool bare;                          /* text: a word that names nothing in scope, hence stands for itself */
    const struct Value *item;           /* list */
    size_t count;
} Value;

enum { MAX_NAMES = 64 };                /* in one scope */

/* The names of one map of params, lets or arguments, or of one loop; then those around it. */
typedef struct Scope {
    const struct Scope *up;
    const char **name;
    Value *value;
    int count;
    size_t name_capacity, value_capacity;
} Scope;

/* Where an expression is evaluated. */
typedef struct {
    Context *context;
    const Scope *scope;                 /* NULL: no names */
    const Shape *here;                  /* what in_channels, in_height, in_width tell; NULL: nothing flows here */
    int64_t *budget;                    /* counts down with every character evaluated: no spec keeps us busy for long */
} Env;

Scope *scope_new(Context *, const Scope *up);
/* Fails when `name` is no identifier, means something already, or is one too many. what: "parameter", ... */
void scope_add(Context *, Scope *, const char *name, Loc, Value);
void scope_put(Context *, Scope *, const char *name, Value);      /* unchecked: `index` may hide an outer loop's */
const Value *scope_find(const Scope *, const char *name);

/* ---- values.c ---- */
/* The value of a scalar, of a list of them, or of a table {by: expression, KEY: value, ..., else: value}. */
Value evaluate(const Env *, const Tree *);

/* What a key demands: named in messages, and bounds. */
typedef struct {
    const char *what;
    double low, high;
} Range;
int64_t evaluate_integer(const Env *, const Tree *, Range);
double evaluate_real(const Env *, const Tree *, Range);
bool evaluate_truth(const Env *, const Tree *, const char *what);
const char *evaluate_word(const Env *, const Tree *, const char *what);
/* Text with $name and ${expression} replaced by their values. */
const char *evaluate_template(const Env *, const Tree *, const char *what);
int64_t to_integer(const Env *, Value, const Tree *, Range);    /* a value that has been evaluated already */
Value value_integer(int64_t);
Value value_truth(bool);
const char *value_show(Context *, Value);               /* as a spec would spell it */
const char *value_kind(Value);                          /* "a whole number" */
/* Takes the cost of `size` characters from the budget, and fails when it is used up. */
void spend(const Env *, Loc, size_t size);

/* ---- expression.c: the text of a scalar from *at up to `end` ("": all of it), or the name that begins there ---- */
Value compute_text(const Env *, const Tree *, size_t *at, const char *end);
Value compute_dollar(const Env *, const Tree *, size_t *at);
const char *nearest_name(const Env *, const char *word);        /* "did you mean 'width'?", or NULL */
_Noreturn void fail_unknown(const Env *, const Tree *, size_t at, const char *word);
bool is_reserved(const char *word);                             /* functions and words of expressions */
size_t word_length(const char *text);                           /* of the identifier that begins here, 0 for none */

#endif
