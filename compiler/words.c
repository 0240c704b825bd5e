/* words.c - words.h as data, and which keys a map of the spec may have. */
#include "expand.h"

#define PART      false
#define STRUCTURE true

const WordInfo word_info[NWORD] = {
#define WORD(name, kind, meaning) [WORD_##name] = {#name, meaning, kind},
#include "words.h"
};

const Field fields[] = {
#define FIELD(word, key, type, preset, meaning) {WORD_##word, #key, FIELD_##type, preset, meaning},
#include "words.h"
    {.key = NULL},
};

void known_add(KnownKeys *known, const char *key)
{
    if (known->count < MAX_KNOWN)
        known->key[known->count++] = key;
}

void known_word(KnownKeys *known, Word word)
{
    for (const Field *field = fields; field->key; field++)
        if (field->word == word)
            known_add(known, field->key);
}

void known_op(Context *context, KnownKeys *known, Op op)
{
    const char *keys = op_info[op].keys;
    for (OpKey key; next_key(context, &keys, &key);)
        known_add(known, key.info->name);
}

/* "name, if, from, as": for hints. */
static const char *list_keys(Context *context, const KnownKeys *known)
{
    Text text = text_new(context);
    for (int i = 0; i < known->count && text.size < 400; i++)
        text_add(&text, "%s%s", i ? ", " : "", known->key[i]);
    return text.data;
}

void check_keys(Context *context, const Tree *map, const KnownKeys *known, const char *what)
{
    for (size_t i = 0; i < map->count; i++) {
        int k = 0;
        while (k < known->count && strcmp(known->key[k], map->key[i]) != 0)
            k++;
        if (k < known->count)
            continue;
        const char *all = arena_printf(context, "%s takes %s", what, list_keys(context, known));
        fail_at(context, map->key_loc[i], suggest(context, map->key[i], known->key, all), "%s has no key '%.80s'", what,
                map->key[i]);
    }
}

void check_word(Context *context, const Tree *map, Word word)
{
    for (const Field *field = fields; field->key; field++)
        if (field->word == word && *field->preset == '!' && !tree_get(map, field->key))
            fail_at(context, map->loc, field->meaning, "%s needs the key '%s'", word_info[word].name, field->key);
}
