/* extends.c - a spec that begins where another ends.
 *
 * `extends: other.yaml` names a file beside the spec (never above it: no `..`, no absolute path). Of the two trees one is
 * made: maps of parameters, lets, blocks and replacements are merged, the spec's entries over the other's; `require` and
 * `append` are joined; every other key of the spec takes the place of the other's. */
#include "front.h"

enum { MAX_EXTENDS = 8 };

static Tree *copy_tree(Context *context, const Tree *tree)
{
    return memcpy(arena_alloc(context, 1, sizeof *tree), tree, sizeof *tree);
}

/* An empty tree with room for `count` entries. */
static Tree *empty_tree(Context *context, TreeKind kind, Loc loc, size_t count)
{
    Tree *tree = arena_alloc(context, 1, sizeof *tree);
    *tree = (Tree){.kind = kind, .loc = loc};
    tree->item = arena_alloc(context, count, sizeof *tree->item);
    tree->key = arena_alloc(context, count, sizeof *tree->key);
    tree->key_loc = arena_alloc(context, count, sizeof *tree->key_loc);
    return tree;
}

static void put_entry(Tree *map, const char *key, Loc loc, const Tree *value)
{
    map->key[map->count] = key;
    map->key_loc[map->count] = loc;
    map->item[map->count++] = (Tree *)value;
}

static Tree *join_lists(Context *context, const Tree *base, const Tree *over)
{
    Tree *list = empty_tree(context, TREE_list, over->loc, base->count + over->count);
    for (size_t i = 0; i < base->count; i++)
        list->item[list->count++] = base->item[i];
    for (size_t i = 0; i < over->count; i++)
        list->item[list->count++] = over->item[i];
    return list;
}

typedef const Tree *Merge(Context *, const char *key, const Tree *base, const Tree *over);

/* Keys of base in its order, then those that only `over` has; what both have is for `merge` to decide. */
static Tree *merge_maps(Context *context, const Tree *base, const Tree *over, Merge *merge)
{
    Tree *map = empty_tree(context, TREE_map, over->loc, base->count + over->count);
    for (size_t i = 0; i < base->count; i++) {
        const Tree *other = tree_get(over, base->key[i]);
        Loc loc = other ? tree_key_loc(over, base->key[i]) : base->key_loc[i];
        put_entry(map, base->key[i], loc, other ? merge(context, base->key[i], base->item[i], other) : base->item[i]);
    }
    for (size_t i = 0; i < over->count; i++)
        if (!tree_get(base, over->key[i]))
            put_entry(map, over->key[i], over->key_loc[i], over->item[i]);
    return map;
}

/* A parameter that the base describes as a map keeps its description: a bare value is a new default. */
static const Tree *merge_parameter(Context *context, const char *key, const Tree *base, const Tree *over)
{
    (void)key;
    if (base->kind != TREE_map || over->kind == TREE_map)
        return over;
    Tree *described = empty_tree(context, TREE_map, over->loc, base->count + 1);
    for (size_t i = 0; i < base->count; i++)
        if (strcmp(base->key[i], "default") != 0)
            put_entry(described, base->key[i], base->key_loc[i], base->item[i]);
    put_entry(described, "default", over->loc, over);
    return described;
}

static const Tree *take_over(Context *context, const char *key, const Tree *base, const Tree *over)
{
    (void)context, (void)key, (void)base;
    return over;
}

static const Tree *merge_key(Context *context, const char *key, const Tree *base, const Tree *over)
{
    static const struct {
        const char *key;
        TreeKind kind;
        Merge *merge;
    } rule[] = {
        {"params", TREE_map, merge_parameter}, {"let", TREE_map, take_over}, {"blocks", TREE_map, take_over},
        {"replace", TREE_map, take_over}, {"require", TREE_list, NULL}, {"append", TREE_list, NULL},
    };
    for (size_t i = 0; i < sizeof rule / sizeof *rule; i++)
        if (strcmp(key, rule[i].key) == 0) {
            expect_kind(context, base, rule[i].kind, key);
            expect_kind(context, over, rule[i].kind, key);
            return rule[i].merge ? merge_maps(context, base, over, rule[i].merge) : join_lists(context, base, over);
        }
    return over;
}

/* The path of the file that `name` means in the spec `from`. */
static const char *beside(Context *context, const char *from, const Tree *name)
{
    expect_kind(context, name, TREE_scalar, "extends");
    const char *text = name->text;
    bool climbs = strncmp(text, "../", 3) == 0 || strstr(text, "/../") || strcmp(text, "..") == 0;
    if (text[0] == '/' || climbs)
        fail_at(context, name->loc, "put the file beside this one",
                "extends must name a file in this spec's own directory or below");
    const char *slash = strrchr(from, '/');
    return arena_printf(context, "%.*s%s", slash ? (int)(slash + 1 - from) : 0, from, text);
}

Tree *parse(Context *context, const char *path, const char *text)
{
    Tree *spec[MAX_EXTENDS + 1];
    int count = 0;
    const Tree *name = NULL;
    do {
        Loc where = name ? name->loc : (Loc){0};
        if (name)
            path = beside(context, path, name);
        for (int i = 0; i < count; i++)
            if (strcmp(spec[i]->loc.source->path, path) == 0)
                fail_at(context, where, NULL, "extends goes in a circle: %s leads back to itself", path);
        if (count > MAX_EXTENDS)
            fail_at(context, where, NULL, "too many files extend each other: limit: extends = %d", MAX_EXTENDS);
        Tree *tree = parse_file(context, path, name ? NULL : text, where);
        expect_kind(context, tree, TREE_map, "a spec");
        spec[count++] = tree;
        name = tree_get(tree, "extends");
    } while (name);
    Tree *merged = copy_tree(context, spec[--count]);
    while (count)
        merged = merge_maps(context, merged, spec[--count], merge_key);
    return merged;
}
