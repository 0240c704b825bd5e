/* unused.c - what a spec declares it must mention: a parameter that nothing reads is most likely a slip of the pen.
 *
 * Needs the tree of a whole spec. Only names of the file itself are looked at: a file that it extends may well declare
 * more than is used here. A name counts as mentioned wherever the word occurs in a value, or, for blocks, in a key. */
#include "expand.h"

/* Words that occur in values or keys. */
typedef struct {
    const char **word;                  /* open addressing */
    size_t *size;                       /* their lengths: they lie in longer texts */
    size_t slots, used;
} WordSet;

static size_t find_word(const WordSet *set, const char *word, size_t size)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)word[i]) * 0x100000001b3;
    size_t i = (hash ^ hash >> 32) & (set->slots - 1);
    while (set->word[i] && (set->size[i] != size || memcmp(set->word[i], word, size) != 0))
        i = (i + 1) & (set->slots - 1);
    return i;
}

static void put_word(Context *context, WordSet *set, const char *word, size_t size)
{
    if (set->used * 2 >= set->slots) {
        WordSet larger = {.slots = set->slots ? set->slots * 2 : 256, .used = set->used};
        larger.word = arena_alloc(context, larger.slots, sizeof *larger.word);
        larger.size = arena_alloc(context, larger.slots, sizeof *larger.size);
        for (size_t i = 0; i < set->slots; i++)
            if (set->word[i]) {
                size_t slot = find_word(&larger, set->word[i], set->size[i]);
                larger.word[slot] = set->word[i];
                larger.size[slot] = set->size[i];
            }
        *set = larger;
    }
    size_t slot = find_word(set, word, size);
    set->used += !set->word[slot];
    set->word[slot] = word;
    set->size[slot] = size;
}

static void put_words(Context *context, WordSet *set, const char *text)
{
    while (*text) {
        size_t size = word_length(text);
        if (size)
            put_word(context, set, text, size);
        text += size ? size : 1;
    }
}

/* Every word in the values of a tree, and its keys if `keys`. The depth is bounded by parse.c. */
static void collect(Context *context, WordSet *set, const Tree *tree, bool keys)
{
    if (tree->kind == TREE_scalar) {
        put_words(context, set, tree->text);
        put_word(context, set, tree->text, strlen(tree->text));     /* whole: bad names are judged elsewhere */
    }
    for (size_t i = 0; tree->kind != TREE_scalar && i < tree->count; i++) {
        if (keys && tree->kind == TREE_map)
            put_word(context, set, tree->key[i], strlen(tree->key[i]));
        collect(context, set, tree->item[i], keys);
    }
}

static void check_declared(Context *context, const Tree *map, const WordSet *set, const Source *file, const char *what)
{
    for (size_t i = 0; map && map->kind == TREE_map && i < map->count; i++)
        if (map->key_loc[i].source == file && !set->word[find_word(set, map->key[i], strlen(map->key[i]))])
            fail_at(context, map->key_loc[i], "remove it, or use it", "the %s '%.64s' is never used", what, map->key[i]);
}

void check_unused(Context *context, const Tree *spec)
{
    const Source *file = spec->loc.source;
    WordSet values = {0}, all = {0};
    put_words(context, &values, "name");                /* a set is never empty */
    put_words(context, &all, "name");
    collect(context, &values, spec, false);
    for (size_t i = 0; i < spec->count; i++)
        if (strcmp(spec->key[i], "blocks") != 0)
            collect(context, &all, spec->item[i], true);
    const Tree *blocks = tree_get(spec, "blocks");
    for (size_t i = 0; blocks && i < blocks->count; i++)
        collect(context, &all, blocks->item[i], true);
    check_declared(context, tree_get(spec, "params"), &values, file, "parameter");
    check_declared(context, tree_get(spec, "let"), &values, file, "let");
    check_declared(context, blocks, &all, file, "block");
    for (size_t i = 0; blocks && i < blocks->count; i++) {
        WordSet own = {0};
        put_words(context, &own, "name");
        collect(context, &own, blocks->item[i], false);
        check_declared(context, tree_get(blocks->item[i], "args"), &own, file, "argument");
        check_declared(context, tree_get(blocks->item[i], "let"), &own, file, "let");
    }
}
