/* parse.c - YAML text -> Tree, every node of which remembers its place.
 *
 * Needs the path of a spec or its text; gives a tree of scalars, lists and maps; keeps the text for diagnostics.
 * Specs are untrusted, and libyaml has no limits of its own and takes quadratic time on deep nesting. So its events
 * are read one by one into an explicit stack, and every limit acts while reading. What YAML would do behind a
 * reader's back is refused: aliases, merge keys, tags, duplicate keys, further documents. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

#include "front.h"

enum { MAX_BYTES = 1 << 20, MAX_DEPTH = 64, MAX_EVENTS = 100000, MAX_SCALAR = 4096, MAX_KEYS = 1000 };

/* ---- the file ------------------------------------------------------------------------------------------- */

static Loc loc_of(const Source *source, yaml_mark_t mark)
{
    return (Loc){source, (int)mark.line + 1, (int)mark.column + 1};
}

/* Reads a regular file of at most MAX_BYTES. Devices and pipes are refused: reading them may never end. */
static Source *read_source(Context *context, const char *path, Loc where)
{
    int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        fail_at(context, where, NULL, "cannot open %s: %s", path, strerror(errno));
    struct stat status;
    bool regular = fstat(file, &status) == 0 && S_ISREG(status.st_mode);
    char *text = NULL;
    size_t size = 0;
    ssize_t got = 0;
    if (regular && status.st_size <= MAX_BYTES) {
        text = arena_alloc(context, MAX_BYTES + 2, 1);
        do {
            got = read(file, text + size, MAX_BYTES + 1 - size);
            size += got > 0 ? (size_t)got : 0;
        } while ((got > 0 && size <= MAX_BYTES) || (got < 0 && errno == EINTR));
    }
    int problem = errno;
    close(file);
    if (!regular)
        fail_at(context, where, NULL, "%s is not a regular file", path);
    if (!text || size > MAX_BYTES)
        fail_at(context, where, NULL, "%s is too long: limit: bytes of a spec = %d", path, MAX_BYTES);
    if (got < 0)
        fail_at(context, where, NULL, "cannot read %s: %s", path, strerror(problem));
    Source *source = arena_alloc(context, 1, sizeof *source);
    *source = (Source){path, text, size};
    return source;
}

static Source *source_new(Context *context, const char *path, const char *text, Loc where)
{
    path = arena_strdup(context, path);
    if (!text)
        return read_source(context, path, where);
    Source *source = arena_alloc(context, 1, sizeof *source);
    *source = (Source){path, NULL, strlen(text)};
    if (source->size > MAX_BYTES)
        fail_at(context, where, NULL, "%s is too long: limit: bytes of a spec = %d", path, MAX_BYTES);
    source->text = arena_strdup(context, text);
    return source;
}

/* Bytes of the UTF-8 character at `c`, 0 when it is none (overlong forms, surrogates and values beyond 10FFFF too). */
static int utf8_length(const unsigned char *c)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    int length = c[0] < 0x80 ? 1 : c[0] < 0xc2 ? 0 : c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : c[0] < 0xf5 ? 4 : 0;
    uint32_t value = length > 1 ? c[0] & (0xff >> (length + 1)) : c[0];
    for (int i = 1; i < length; i++) {
        if ((c[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (c[i] & 0x3f);
    }
    bool bad = length && (value < least[length] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000));
    return bad ? 0 : length;
}

/* UTF-8 without NUL; a byte order mark at the start is dropped. libyaml would guess at UTF-16. */
static void check_encoding(Context *context, Source *source)
{
    if (source->size >= 3 && memcmp(source->text, "\xef\xbb\xbf", 3) == 0) {
        source->text += 3;
        source->size -= 3;
    }
    const unsigned char *text = (const unsigned char *)source->text;
    Loc loc = {source, 1, 1};
    for (size_t i = 0; i < source->size;) {
        int length = utf8_length(text + i);             /* the text ends with NUL: never reads past it */
        if (!length)
            fail_at(context, loc, "save the file as UTF-8", "byte 0x%02x is not UTF-8 text", text[i]);
        if (!text[i])
            fail_at(context, loc, "save the file as UTF-8", "a NUL byte is not text");
        loc.column = text[i] == '\n' ? 1 : loc.column + 1;
        loc.line += text[i] == '\n';
        i += (size_t)length;
    }
}

/* ---- events --------------------------------------------------------------------------------------------- */

/* A list or map that has been opened. */
typedef struct {
    Tree *tree;
    size_t item_capacity, key_capacity, loc_capacity;
    const char *key;                    /* map: read, its value is still to come; NULL otherwise */
    Loc key_loc;
} Level;

typedef struct {
    Context *context;
    const Source *source;
    yaml_parser_t parser;
    Level level[MAX_DEPTH];
    int depth;                          /* levels in use */
    int events;
    bool ended;                         /* the first document is complete */
    Tree *root;
} Reader;

static void refuse_yaml(Reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    const char *problem = parser->problem ? parser->problem : "not YAML";
    Loc loc = loc_of(reader->source, parser->problem_mark);
    const char *hint = strstr(problem, "cannot start any token") || strstr(problem, "tab")
                     ? "indent with spaces, never with tabs; quote text that begins with a sign like @ ` %" : NULL;
    if (parser->error == YAML_MEMORY_ERROR)
        fail_at(reader->context, (Loc){0}, NULL, "out of memory");
    if (!parser->problem_mark.line && !parser->problem_mark.column && parser->error == YAML_READER_ERROR)
        loc = loc_of(reader->source, parser->mark);
    if (parser->context)
        fail_at(reader->context, loc, hint, "%s (%s, line %zu)", problem, parser->context, parser->context_mark.line + 1);
    fail_at(reader->context, loc, hint, "%s", problem);
}

static void add_key(Reader *reader, Level *level, const char *key, Loc loc)
{
    const Tree *map = level->tree;
    if (strcmp(key, "<<") == 0)
        fail_at(reader->context, loc, "use `extends`, or a block with arguments", "merge keys are not supported");
    for (size_t i = 0; i < map->count; i++)
        if (strcmp(map->key[i], key) == 0)
            fail_at(reader->context, loc, NULL, "duplicate key '%s', already given at %d:%d", key, map->key_loc[i].line,
                    map->key_loc[i].column);
    if (map->count >= MAX_KEYS)
        fail_at(reader->context, loc, NULL, "too many keys: limit: keys of one map = %d", MAX_KEYS);
    level->key = key;
    level->key_loc = loc;
}

/* Puts a value where it belongs: the root, the next element of a list, or behind the key that waits for it. */
static void add_value(Reader *reader, Tree *tree)
{
    if (!reader->depth) {
        reader->root = tree;
        return;
    }
    Level *level = &reader->level[reader->depth - 1];
    Tree *parent = level->tree;
    size_t n = parent->count;
    parent->item = arena_grow(reader->context, parent->item, n, &level->item_capacity, sizeof *parent->item);
    if (parent->kind == TREE_map) {
        parent->key = arena_grow(reader->context, parent->key, n, &level->key_capacity, sizeof *parent->key);
        parent->key_loc = arena_grow(reader->context, parent->key_loc, n, &level->loc_capacity, sizeof *parent->key_loc);
        parent->key[n] = level->key;
        parent->key_loc[n] = level->key_loc;
        level->key = NULL;
    }
    parent->item[n] = tree;
    parent->count++;
}

static bool wants_key(const Reader *reader)
{
    const Level *level = reader->depth ? &reader->level[reader->depth - 1] : NULL;
    return level && level->tree->kind == TREE_map && !level->key;
}

static void open_level(Reader *reader, TreeKind kind, Loc loc)
{
    if (wants_key(reader))
        fail_at(reader->context, loc, "keys are words; an expression with { or [ must be quoted",
                "a key must be a scalar");
    if (reader->depth == MAX_DEPTH)
        fail_at(reader->context, loc, NULL, "nested too deeply: limit: nesting = %d", MAX_DEPTH);
    Tree *tree = arena_alloc(reader->context, 1, sizeof *tree);
    *tree = (Tree){.kind = kind, .loc = loc};
    add_value(reader, tree);
    reader->level[reader->depth++] = (Level){.tree = tree};
}

static void add_scalar(Reader *reader, const yaml_event_t *event, Loc loc)
{
    const char *text = (const char *)event->data.scalar.value;
    if (event->data.scalar.length > MAX_SCALAR)
        fail_at(reader->context, loc, NULL, "too long: limit: bytes of a scalar = %d", MAX_SCALAR);
    if (strlen(text) != event->data.scalar.length)
        fail_at(reader->context, loc, NULL, "text may not contain NUL");
    text = arena_strdup(reader->context, text);
    if (wants_key(reader)) {
        add_key(reader, &reader->level[reader->depth - 1], text, loc);
        return;
    }
    Tree *tree = arena_alloc(reader->context, 1, sizeof *tree);
    *tree = (Tree){.kind = TREE_scalar, .loc = loc, .text = text};
    tree->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    add_value(reader, tree);
}

static void refuse_decoration(Reader *reader, const yaml_char_t *anchor, const yaml_char_t *tag, Loc loc)
{
    if (anchor)
        fail_at(reader->context, loc, "to write something once and use it twice, make it a block",
                "anchors are not supported");
    if (tag)
        fail_at(reader->context, loc, NULL, "tags are not supported: '%.80s'", (const char *)tag);
}

static void read_event(Reader *reader, const yaml_event_t *event)
{
    Loc loc = loc_of(reader->source, event->start_mark);
    if (++reader->events > MAX_EVENTS)
        fail_at(reader->context, loc, NULL, "too much: limit: YAML events = %d", MAX_EVENTS);
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (reader->ended)
            fail_at(reader->context, loc, NULL, "a spec is one document; here begins a second one");
        break;
    case YAML_DOCUMENT_END_EVENT:
        reader->ended = true;
        break;
    case YAML_ALIAS_EVENT:
        fail_at(reader->context, loc, "to write something once and use it twice, make it a block",
                "aliases are not supported");
    case YAML_SCALAR_EVENT:
        refuse_decoration(reader, event->data.scalar.anchor, event->data.scalar.tag, loc);
        add_scalar(reader, event, loc);
        break;
    case YAML_SEQUENCE_START_EVENT:
        refuse_decoration(reader, event->data.sequence_start.anchor, event->data.sequence_start.tag, loc);
        open_level(reader, TREE_list, loc);
        break;
    case YAML_MAPPING_START_EVENT:
        refuse_decoration(reader, event->data.mapping_start.anchor, event->data.mapping_start.tag, loc);
        open_level(reader, TREE_map, loc);
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        reader->depth--;
        break;
    default:
        break;
    }
}

/* libyaml's memory is not the arena's: on a mistake it is released here, and the mistake passed on. */
static void read_events(Reader *reader)
{
    jmp_buf outer;
    memcpy(&outer, &reader->context->on_error, sizeof outer);
    yaml_event_t *event = arena_alloc(reader->context, 1, sizeof *event);
    if (!yaml_parser_initialize(&reader->parser))
        fail_at(reader->context, (Loc){0}, NULL, "out of memory");
    int failed = setjmp(reader->context->on_error);
    if (!failed) {
        yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&reader->parser, (const unsigned char *)reader->source->text, reader->source->size);
        while (event->type != YAML_STREAM_END_EVENT) {
            yaml_event_delete(event);
            if (!yaml_parser_parse(&reader->parser, event))
                refuse_yaml(reader);
            read_event(reader, event);
        }
    }
    yaml_event_delete(event);
    yaml_parser_delete(&reader->parser);
    memcpy(&reader->context->on_error, &outer, sizeof outer);
    if (failed)
        longjmp(outer, 1);
}

Tree *parse_file(Context *context, const char *path, const char *text, Loc where)
{
    Source *source = source_new(context, path, text, where);
    check_encoding(context, source);
    Reader *reader = arena_alloc(context, 1, sizeof *reader);
    reader->context = context;
    reader->source = source;
    read_events(reader);
    if (!reader->root || tree_is_null(reader->root))
        fail_at(context, (Loc){source, 1, 1},
                "a spec begins with `name:`, `input:` and `layers:`, tuned choices with `tuned:`", "%s is empty",
                source->path);
    return reader->root;
}

/* ---- looking into trees --------------------------------------------------------------------------------- */

static size_t find_key(const Tree *map, const char *key)
{
    size_t i = 0;
    while (i < map->count && strcmp(map->key[i], key) != 0)
        i++;
    return i;
}

const Tree *tree_get(const Tree *map, const char *key)
{
    if (!map || map->kind != TREE_map)
        return NULL;
    size_t i = find_key(map, key);
    return i < map->count ? map->item[i] : NULL;
}

Loc tree_key_loc(const Tree *map, const char *key)
{
    size_t i = find_key(map, key);
    return i < map->count ? map->key_loc[i] : map->loc;
}

bool tree_is_text(const Tree *tree, const char *text)
{
    return tree && tree->kind == TREE_scalar && !tree->quoted && strcmp(tree->text, text) == 0;
}

bool tree_is_null(const Tree *tree)
{
    return !tree || tree_is_text(tree, "") || tree_is_text(tree, "~");
}

const char *tree_kind(const Tree *tree)
{
    static const char *const name[] = {[TREE_scalar] = "a single value", [TREE_list] = "a list", [TREE_map] = "a map"};
    return tree_is_null(tree) ? "nothing" : name[tree->kind];
}

const char *suggest(Context *context, const char *word, const char *const *known, const char *otherwise)
{
    const char *near = did_you_mean(word, known);
    return near ? arena_printf(context, "did you mean '%s'?", near) : otherwise;
}

const Tree *expect_kind(Context *context, const Tree *tree, TreeKind kind, const char *what)
{
    static const char *const name[] = {
        [TREE_scalar] = "a single value",
        [TREE_list] = "a list: [a, b], or lines that begin with `- `",
        [TREE_map] = "a map: {key: value}, or lines of `key: value`",
    };
    if (tree->kind != kind || (kind == TREE_scalar && tree_is_null(tree)))
        fail_at(context, tree->loc, NULL, "%s must be %s; here is %s", what, name[kind], tree_kind(tree));
    return tree;
}
