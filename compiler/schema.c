/* schema.c - the language described from its tables, ir/ops.h, ir/keys.h and words.h: as text for `nncc --ops` and as JSON
 * Schema (draft-07) for editors, which complete and check specs by it. What the tables do not say is not said here either,
 * so a new operation or key appears in both by itself. */
#include "expand.h"

enum { WIDTH = 110 };

/* ---- text ----------------------------------------------------------------------------------------------- */

/* Words of `text` between the columns `indent` and WIDTH; the first goes on at `column`, where the caller stands. */
static void add_wrapped(Text *to, int indent, int column, const char *text)
{
    for (bool first = true; *text; first = false) {
        int size = (int)strcspn(text, " ");
        bool breaks = column + size > WIDTH;
        if (!first)
            text_add(to, breaks ? "\n%*s" : " ", indent, "");
        column = breaks ? indent : column;
        text_append(to, text, (size_t)size);
        column += size + 1;
        text += size + (text[size] == ' ');
    }
    text_append(to, "\n", 1);
}

static void add_key_row(Text *to, const char *key, const char *type, const char *preset, const char *meaning)
{
    const char *sign = *preset == '!' ? "required" : *preset ? arena_printf(to->context, "default %s", preset) : "";
    const char *start = arena_printf(to->context, "    %-18s %s%s%s%s", key, type, *type && *sign ? ", " : "", sign,
                                     *type || *sign ? ": " : "");
    text_add(to, "%s", start);
    add_wrapped(to, 23, (int)strlen(start), meaning);
}

static const char *type_text(const KeyInfo *key)
{
    switch (key->type) {
    case KEY_INT:  return "whole number";
    case KEY_PAIR: return strcmp(key->name, "channels") ? "number or [height, width]" : "number or [before, after]";
    case KEY_QUAD: return "number or [top, bottom, left, right]";
    case KEY_BOOL: return "true or false";
    case KEY_REAL: return "number";
    }
    return "";
}

static const char *const field_text[] = {
    [FIELD_NAME] = "text",
    [FIELD_LABEL] = "label",
    [FIELD_LABELS] = "label or list of labels",
    [FIELD_CONDITION] = "condition",
    [FIELD_COUNT] = "whole number",
    [FIELD_NUMBER] = "number",
    [FIELD_VALUE] = "value",
    [FIELD_VALUES] = "map of values",
    [FIELD_PARAMETERS] = "map of values",
    [FIELD_LOOPS] = "map of lists",
    [FIELD_CHOICE] = "word",
    [FIELD_LAYERS] = "list of layers",
    [FIELD_PATHS] = "list of lists of layers",
    [FIELD_PAIRS] = "number or [height, width]",
    [FIELD_NUMBERS] = "list of numbers",
    [FIELD_OTHER] = "",
};

static void add_word(Text *to, Word word)
{
    text_add(to, "\n%s\n    ", word_info[word].name);
    add_wrapped(to, 4, 4, word_info[word].meaning);
    for (const Field *field = fields; field->key; field++)
        if (field->word == word)
            add_key_row(to, field->key, field_text[field->type], field->preset, field->meaning);
}

static void add_op(Text *to, const OpInfo *op)
{
    text_add(to, "\n%s\n    ", op->name);
    add_wrapped(to, 4, 4, op->meaning);
    const char *keys = op->keys;
    for (OpKey key; next_key(to->context, &keys, &key);)
        add_key_row(to, key.info->name, type_text(key.info), key.preset, key.info->meaning);
    if (op->most > 1)
        add_key_row(to, "from", "list of labels", "!", arena_printf(to->context, "its operands, %s%d",
                                                                    op->most > op->least ? "at least " : "", op->least));
}

static const char values_text[] =
    "  Numbers, conditions and words may be expressions; quote them where they contain [ ] { } , : or #.\n"
    "    12  0.1  1e-5  true  false      numbers are decimal; conditions are true or false\n"
    "    width  $width                   a parameter, let, argument or loop variable; a word that names nothing is itself\n"
    "    + - * / %                       / and % of whole numbers round down; a real number makes the result real\n"
    "    == != < <= > >= and or not      planes > 64 and shortcut == B\n"
    "    a if condition else b           only the chosen side is computed\n"
    "    list.0  list[i + 1]             elements of a list, from 0\n"
    "    min(a, b)  max(a, b)  round(x)  floor(x)  ceil(x)  length(list)\n"
    "    in_channels  in_height  in_width    of what the layer reads; in a block's args and let, of the block's input\n"
    "    index                           of the repetition or part around it, from 0\n"
    "  A name or label is text in which $width and ${index + 1} are replaced.\n"
    "  A table in let picks a value: counts: {by: depth, 18: [2, 2, 2, 2], 50: [3, 4, 6, 3], else: [1, 1, 1, 1]}\n";

void print_ops(Text *to)
{
    text_add(to, "A layer is an operation, a structure or a block, alone or with keys: `- relu`, `- conv: {out: 64, kernel: 3}`.\n"
                 "It reads the result of the layer before it. Besides its own keys, every layer takes name, if, from and as.\n"
                 "\nOPERATIONS\n");
    for (int op = 0; op < NOP; op++)
        if (op_in_specs(op))
            add_op(to, &op_info[op]);
    text_add(to, "\nSTRUCTURES\n");
    for (Word word = 0; word < NWORD; word++)
        if (word_info[word].structure)
            add_word(to, word);
    text_add(to, "\nPARTS OF A SPEC\n");
    for (Word word = 0; word < NWORD; word++)
        if (!word_info[word].structure)
            add_word(to, word);
    text_add(to, "\nVALUES\n%s", values_text);
}

/* ---- JSON ----------------------------------------------------------------------------------------------- */

/* JSON as it is written in this file, where ' stands for ". */
static void add_json(Text *to, const char *json)
{
    for (; *json; json++)
        text_append(to, *json == '\'' ? "\"" : json, 1);
}

static void add_string(Text *to, const char *text)
{
    text_append(to, "\"", 1);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            text_append(to, "\\", 1);
        text_append(to, text, 1);
    }
    text_append(to, "\"", 1);
}

/* 'KEY': {'description': MEANING, SCHEMA}, on a line of its own. */
static void add_property(Text *to, const char *key, const char *meaning, const char *schema, bool first)
{
    text_add(to, "%s\n        \"%s\": {\"description\": ", first ? "" : ",", key);
    add_string(to, meaning);
    add_json(to, *schema ? ", " : "");
    add_json(to, schema);
    add_json(to, "}");
}

/* A number within bounds, or an expression. */
static const char *number_schema(Context *context, const KeyInfo *key)
{
    return arena_printf(context, "'anyOf': [{'type': '%s', 'minimum': %.17g, 'maximum': %.17g}, {'type': 'string'}]",
                        key->type == KEY_REAL ? "number" : "integer", key->low, key->high);
}

static const char *key_schema(Context *context, const KeyInfo *key)
{
    if (key->type == KEY_BOOL)
        return "'type': ['boolean', 'string']";
    const char *one = number_schema(context, key);
    if (key->type == KEY_INT || key->type == KEY_REAL)
        return one;
    int width = key->type == KEY_PAIR ? 2 : 4;
    return arena_printf(context, "'anyOf': [{%s}, {'type': 'array', 'minItems': %d, 'maxItems': %d, 'items': {%s}}]", one,
                        width, width, one);
}

#define REFERENCE(name) "{'$ref': '#/definitions/" name "'}"

static const char *const field_type[] = {
    [FIELD_NAME] = "'type': 'string'",
    [FIELD_LABEL] = "'type': 'string'",
    [FIELD_LABELS] = "'anyOf': [{'type': 'string'}, {'type': 'array', 'items': {'type': 'string'}}]",
    [FIELD_CONDITION] = "'type': ['boolean', 'string']",
    [FIELD_COUNT] = "'type': ['integer', 'string']",
    [FIELD_NUMBER] = "'type': ['number', 'string']",
    [FIELD_VALUE] = "",
    [FIELD_VALUES] = "'type': 'object'",
    [FIELD_PARAMETERS] = "'type': 'object', 'additionalProperties': {'anyOf': [{'type': ['number', 'string', 'boolean', "
                         "'array', 'null']}, " REFERENCE("parameter") "]}",
    [FIELD_LOOPS] = "'type': 'object'",
    [FIELD_CHOICE] = "'type': 'string'",
    [FIELD_LAYERS] = "'$ref': '#/definitions/list'",
    [FIELD_PATHS] = "'type': 'array', 'items': " REFERENCE("list"),
    [FIELD_PAIRS] = "'type': ['integer', 'string', 'array']",
    [FIELD_NUMBERS] = "'type': ['array', 'string']",
    [FIELD_OTHER] = "",
};

/* Fields of type OTHER, by key. */
static const struct {
    const char *key, *schema;
} other_type[] = {
    {"require", "'type': 'array', 'items': {'anyOf': [{'type': ['boolean', 'string']}, " REFERENCE("requirement") "]}"},
    {"blocks", "'type': 'object', 'additionalProperties': " REFERENCE("block")},
    {"replace", "'type': 'object', 'additionalProperties': {'anyOf': [" REFERENCE("item") ", " REFERENCE("list") "]}"},
    {"preprocess", "'$ref': '#/definitions/preprocess'"},
    {"one_of", "'type': 'array'"},
    {"shortcut", "'anyOf': [{'type': 'string'}, " REFERENCE("shortcut") "]"},
    {"norm", "'anyOf': [{'type': 'string'}, " REFERENCE("norm") "]"},
};

static const char *field_schema(const Field *field)
{
    for (size_t i = 0; field->type == FIELD_OTHER && i < sizeof other_type / sizeof *other_type; i++)
        if (strcmp(field->key, other_type[i].key) == 0)
            return other_type[i].schema;
    return field_type[field->type];
}

static void open_definition(Text *to, const char *name, const char *meaning)
{
    text_add(to, "    \"%s\": {\n      \"description\": ", name);
    add_string(to, meaning);
    add_json(to, ",\n      'type': 'object',\n      'properties': {");
}

/* The keys of every layer, the list of required keys, and the end of a definition. */
static void close_definition(Text *to, bool is_layer, bool first, const char *required, bool open)
{
    for (const Field *field = fields; is_layer && field->key; field++)
        if (field->word == WORD_layer) {
            const char *property = "%s\n        '%s': {'$ref': '#/definitions/layer/properties/%s'}";
            add_json(to, arena_printf(to->context, property, first ? "" : ",", field->key, field->key));
            first = false;
        }
    add_json(to, "\n      },\n      'required': [");
    add_json(to, required);
    add_json(to, open ? "],\n      'additionalProperties': true\n    },\n" : "],\n      'additionalProperties': false\n    },\n");
}

static void add_required(Text *required, const char *key)
{
    text_add(required, "%s'%s'", required->size ? ", " : "", key);
}

static void define_op(Text *to, const OpInfo *op)
{
    Text required = text_new(to->context);
    bool first = true;
    open_definition(to, op->name, op->meaning);
    const char *keys = op->keys;
    for (OpKey key; next_key(to->context, &keys, &key); first = false) {
        add_property(to, key.info->name, key.info->meaning, key_schema(to->context, key.info), first);
        if (*key.preset == '!')
            add_required(&required, key.info->name);
    }
    if (op->most > 1)
        add_required(&required, "from");
    close_definition(to, true, first, required.data, false);
}

static void define_word(Text *to, Word word)
{
    Text required = text_new(to->context);
    bool first = true;
    open_definition(to, word_info[word].name, word_info[word].meaning);
    for (const Field *field = fields; field->key; field++)
        if (field->word == word) {
            add_property(to, field->key, field->meaning, field_schema(field), first);
            first = false;
            if (*field->preset == '!' && word != WORD_spec)         /* a spec that extends another need not have them */
                add_required(&required, field->key);
        }
    close_definition(to, word_info[word].structure, first, required.data, word == WORD_repeat);
}

static void add_word_property(Text *to, const char *name, bool bare, bool first)
{
    const char *property = bare ? "%s\n        '%s': {'anyOf': [" REFERENCE("%s") ", {'type': 'null'}]}"
                                : "%s\n        '%s': " REFERENCE("%s");
    add_json(to, arena_printf(to->context, property, first ? "" : ",", name, name));
}

/* What can stand in a list: a word alone, or one word with its keys; words unknown here are blocks. */
static void define_item(Text *to)
{
    add_json(to, "    'list': {'type': 'array', 'items': " REFERENCE("item") "},\n    'item': {\n"
                 "      'type': ['string', 'object'],\n      'minProperties': 1,\n      'maxProperties': 1,\n"
                 "      'properties': {");
    bool first = true;
    for (int op = 0; op < NOP; op++)
        if (op_in_specs(op)) {
            add_word_property(to, op_info[op].name, !strchr(op_info[op].keys, '!') && op_info[op].most == 1, first);
            first = false;
        }
    for (int word = 0; word < NWORD; word++)
        if (word_info[word].structure)
            add_word_property(to, word_info[word].name, false, false);
    add_json(to, "\n      },\n      'additionalProperties': "
                 "{'description': 'a block with its arguments', 'type': ['object', 'null']}\n    }\n");
}

void print_schema(Text *to)
{
    add_json(to, "{\n  '$schema': 'http://json-schema.org/draft-07/schema#',\n  'title': 'nncc spec',\n"
                 "  'description': 'made by nncc --schema',\n  '$ref': '#/definitions/spec',\n  'definitions': {\n");
    for (Word word = 0; word < NWORD; word++)
        define_word(to, word);
    for (int op = 0; op < NOP; op++)
        if (op_in_specs(op))
            define_op(to, &op_info[op]);
    define_item(to);
    add_json(to, "  }\n}\n");
}
