/* attributes.c - the keys of an operation become its Attr, as ir/ops.h lists and ir/keys.h describes them. */
#include "expand.h"

const KeyInfo key_info[] = {
#define KEY(name, type, field, low, high, meaning) {#name, KEY_##type, offsetof(Attr, field), low, high, meaning},
#include "../ir/keys.h"
    {.name = NULL},
};

static const KeyInfo *find_key(const char *name, size_t size)
{
    const KeyInfo *info = key_info;
    while (info->name && (strncmp(info->name, name, size) != 0 || info->name[size]))
        info++;
    return info->name ? info : NULL;
}

bool next_key(Context *context, const char **keys, OpKey *key)
{
    const char *start = *keys + strspn(*keys, " ");
    size_t name = strcspn(start, "!= "), size = strcspn(start, " ");
    if (!size)
        return false;
    key->info = find_key(start, name);
    if (!key->info)
        die("ir/ops.h names the key '%.*s', which ir/keys.h does not have", (int)name, start);
    key->preset = start[name] == '!' ? "!" : arena_printf(context, "%.*s", (int)(size - name - 1), start + name + 1);
    *keys = start + size;
    return true;
}

/* How many numbers a key takes at most, and the elements of its field. */
static int key_width(KeyType type)
{
    return type == KEY_PAIR ? 2 : type == KEY_QUAD ? 4 : 1;
}

/* One number for all, or one for each. */
static void read_numbers(const Env *env, const Tree *tree, const KeyInfo *key, int *field)
{
    int width = key_width(key->type);
    Range range = {key->name, key->low, key->high};
    Value value = evaluate(env, tree);
    const Value one = value;
    if (value.kind != VALUE_list)
        value = (Value){.kind = VALUE_list, .item = &one, .count = 1};
    if (value.count != 1 && value.count != (size_t)width)
        fail_at(env->context, tree->loc, "`nncc --ops` tells their order",
                width == 1 ? "%s must be one number, not a list" : "%s must be one number or a list of %d, not of %zu",
                key->name, width, value.count);
    for (int i = 0; i < width; i++) {
        bool own = tree->kind == TREE_list && value.count > 1;
        field[i] = (int)to_integer(env, value.item[value.count > 1 ? i : 0], own ? tree->item[i] : tree, range);
    }
}

static void read_key(const Env *env, const Tree *tree, const KeyInfo *key, Attr *attr)
{
    void *field = (char *)attr + key->field;
    if (key->type == KEY_BOOL)
        *(bool *)field = evaluate_truth(env, tree, key->name);
    else if (key->type == KEY_REAL)
        *(double *)field = evaluate_real(env, tree, (Range){key->name, key->low, key->high});
    else
        read_numbers(env, tree, key, field);
}

/* A default: "1e-5", "true", or the name of another key of the same type, whose value it takes. */
static void read_preset(const Env *env, const OpKey *key, Attr *attr)
{
    const KeyInfo *other = find_key(key->preset, strlen(key->preset));
    if (other)
        memcpy((char *)attr + key->info->field, (char *)attr + other->field,
               (size_t)key_width(other->type) * sizeof(int));
    else
        read_key(env, &(Tree){.kind = TREE_scalar, .text = key->preset}, key->info, attr);
}

Attr read_attributes(const Env *env, Op op, const Tree *keys, Loc loc)
{
    Attr attr;
    memset(&attr, 0, sizeof attr);                  /* padding too: attributes are compared as bytes */
    const char *rest = op_info[op].keys;
    for (OpKey key; next_key(env->context, &rest, &key);) {
        const Tree *tree = tree_get(keys, key.info->name);
        if (tree)
            read_key(env, tree, key.info, &attr);
        else if (*key.preset != '!')
            read_preset(env, &key, &attr);
        else
            fail_at(env->context, loc, key.info->meaning, "%s needs the key '%s'", op_info[op].name, key.info->name);
    }
    return attr;
}
