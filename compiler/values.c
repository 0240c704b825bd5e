/* values.c - values, the names that stand for them, and what the keys of a spec make of them: whole numbers within
 * bounds, conditions, words, text with $names. */
#include <math.h>

#include "expression.h"

void spend(const Env *env, Loc loc, size_t size)
{
    *env->budget -= (int64_t)size;
    if (*env->budget < 0)
        fail_at(env->context, loc, NULL, "this spec takes too long to expand: limit: evaluated characters");
}

/* ---- values and scopes ---------------------------------------------------------------------------------- */

Value value_integer(int64_t integer)
{
    return (Value){.kind = VALUE_integer, .integer = integer, .real = (double)integer};
}

Value value_truth(bool truth)
{
    return (Value){.kind = VALUE_bool, .truth = truth};
}

const char *value_kind(Value value)
{
    static const char *const name[] = {"a whole number", "a real number", "true or false", "a word", "a list"};
    return name[value.kind];
}

const char *value_show(Context *context, Value value)
{
    switch (value.kind) {
    case VALUE_integer: return arena_printf(context, "%lld", (long long)value.integer);
    case VALUE_real:    return arena_printf(context, "%g", value.real);
    case VALUE_bool:    return value.truth ? "true" : "false";
    case VALUE_text:    return value.text;
    case VALUE_list:    return arena_printf(context, "a list of %zu", value.count);
    }
    return "";
}

Scope *scope_new(Context *context, const Scope *up)
{
    Scope *scope = arena_alloc(context, 1, sizeof *scope);
    scope->up = up;
    return scope;
}

const Value *scope_find(const Scope *scope, const char *name)
{
    for (; scope; scope = scope->up)
        for (int i = 0; i < scope->count; i++)
            if (strcmp(scope->name[i], name) == 0)
                return &scope->value[i];
    return NULL;
}

void scope_add(Context *context, Scope *scope, const char *name, Loc loc, Value value)
{
    if (!*name || word_length(name) != strlen(name) || strlen(name) > 64)
        fail_at(context, loc, "names of values are letters, digits and _, and do not begin with a digit",
                "'%.80s' cannot be the name of a value", name);
    if (is_reserved(name))
        fail_at(context, loc, NULL, "'%s' means something else in expressions; take another name", name);
    if (scope_find(scope, name))
        fail_at(context, loc, NULL, "'%s' already names a value here", name);
    if (scope->count == MAX_NAMES)
        fail_at(context, loc, NULL, "too many names: limit: names of one scope = %d", MAX_NAMES);
    value.bare = false;
    scope_put(context, scope, name, value);
}

void scope_put(Context *context, Scope *scope, const char *name, Value value)
{
    scope->name = arena_grow(context, scope->name, (size_t)scope->count, &scope->name_capacity, sizeof *scope->name);
    scope->value = arena_grow(context, scope->value, (size_t)scope->count, &scope->value_capacity, sizeof *scope->value);
    scope->name[scope->count] = name;
    scope->value[scope->count++] = value;
}

/* ---- trees ---------------------------------------------------------------------------------------------- */

static Value evaluate_list(const Env *env, const Tree *tree)
{
    Value *item = arena_alloc(env->context, tree->count, sizeof *item);
    for (size_t i = 0; i < tree->count; i++) {
        item[i] = evaluate(env, tree->item[i]);
        item[i].bare = false;
    }
    return (Value){.kind = VALUE_list, .item = item, .count = tree->count};
}

/* {by: depth, 18: ..., 34: ..., else: ...}: only the entry that is chosen is evaluated. */
static Value evaluate_table(const Env *env, const Tree *table)
{
    const Tree *by = tree_get(table, "by");
    if (!by)
        fail_at(env->context, table->loc, "a table is {by: depth, 18: ..., 34: ..., else: ...}",
                "a table needs the key 'by'");
    const char *key = value_show(env->context, evaluate(env, by));
    const Tree *entry = strcmp(key, "by") == 0 ? NULL : tree_get(table, key);
    if (!entry)
        entry = tree_get(table, "else");
    if (entry)
        return evaluate(env, entry);
    Text keys = text_new(env->context);
    for (size_t i = 0; i < table->count && keys.size < 200; i++)
        if (table->item[i] != by)
            text_add(&keys, "%s%.40s", keys.size ? ", " : "it has ", table->key[i]);
    fail_at(env->context, by->loc, keys.data, "the table has no entry for %s = %s", by->kind == TREE_scalar ? by->text
            : "by", key);
}

/* The recursion is bounded by the depth that parse.c allows. */
Value evaluate(const Env *env, const Tree *tree)
{
    spend(env, tree->loc, 16);
    if (tree->kind == TREE_list)
        return evaluate_list(env, tree);
    if (tree->kind == TREE_map)
        return evaluate_table(env, tree);
    if (tree_is_null(tree) || !*tree->text)
        fail_at(env->context, tree->loc, NULL, "a value is missing here");
    size_t at = 0;
    return compute_text(env, tree, &at, "");
}

/* ---- kinds and bounds ----------------------------------------------------------------------------------- */

static _Noreturn void fail_value(const Env *env, const Tree *tree, Value value, const char *wanted)
{
    const char *hint = NULL;
    if (value.kind == VALUE_text && value.bare) {
        bool yes = strcmp(value.text, "yes") == 0 || strcmp(value.text, "on") == 0;
        bool no = strcmp(value.text, "no") == 0 || strcmp(value.text, "off") == 0;
        hint = yes ? "write true" : no ? "write false" : nearest_name(env, value.text);
    }
    const char *kind = value.kind == VALUE_integer ? "" : arena_printf(env->context, " (%s)", value_kind(value));
    fail_at(env->context, tree->loc, hint, "%s, not %s%s", wanted, value_show(env->context, value), kind);
}

int64_t to_integer(const Env *env, Value value, const Tree *tree, Range range)
{
    if (value.kind != VALUE_integer || (double)value.integer < range.low || (double)value.integer > range.high)
        fail_value(env, tree, value, arena_printf(env->context, "%s must be a whole number from %.0f to %.0f", range.what,
                                                  range.low, range.high));
    return value.integer;
}

int64_t evaluate_integer(const Env *env, const Tree *tree, Range range)
{
    return to_integer(env, evaluate(env, tree), tree, range);
}

double evaluate_real(const Env *env, const Tree *tree, Range range)
{
    Value value = evaluate(env, tree);
    bool number = value.kind == VALUE_integer || value.kind == VALUE_real;
    if (!number || !(value.real >= range.low && value.real <= range.high))
        fail_value(env, tree, value, arena_printf(env->context, "%s must be a number from %g to %g", range.what,
                                                  range.low, range.high));
    return value.real;
}

bool evaluate_truth(const Env *env, const Tree *tree, const char *what)
{
    Value value = evaluate(env, tree);
    if (value.kind != VALUE_bool)
        fail_value(env, tree, value, arena_printf(env->context, "%s must be true or false", what));
    return value.truth;
}

const char *evaluate_word(const Env *env, const Tree *tree, const char *what)
{
    Value value = evaluate(env, tree);
    if (value.kind != VALUE_text)
        fail_value(env, tree, value, arena_printf(env->context, "%s must be a word", what));
    return value.text;
}

const char *evaluate_template(const Env *env, const Tree *tree, const char *what)
{
    expect_kind(env->context, tree, TREE_scalar, what);
    if (!strchr(tree->text, '$'))
        return tree->text;
    Text text = text_new(env->context);
    for (size_t at = 0; tree->text[at];) {
        const char *next = tree->text + at;
        if (*next != '$') {
            text_append(&text, next, 1);
            at++;
            continue;
        }
        Value value;
        at += 1 + (next[1] == '{');
        if (next[1] == '{')
            value = compute_text(env, tree, &at, "}");
        else
            value = compute_dollar(env, tree, &at);
        text_add(&text, "%s", value_show(env->context, value));
    }
    return text.data;
}
