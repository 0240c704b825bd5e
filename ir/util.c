/* util.c - what one compilation owns: memory, text and diagnostics.
 *
 * Memory comes from an arena that is dropped as a whole, so nothing in the compiler frees and no error path cleans
 * up: fail_at writes the message and jumps out. */
#include <stdlib.h>
#include <string.h>

#include "ir.h"

/* ---- the arena ------------------------------------------------------------------------------------------ */

enum { BLOCK_BYTES = 1 << 20, ALIGNMENT = 64 };

struct ArenaBlock {
    ArenaBlock *next;                   /* older block */
    size_t used, size;                  /* bytes of data */
    char *data;                         /* zeroed, aligned to ALIGNMENT, in the same allocation */
};

void context_init(Context *context)
{
    memset(context, 0, sizeof *context);
}

void context_free(Context *context)
{
    for (ArenaBlock *block = context->arena, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    context->arena = NULL;
}

static size_t round_up(size_t bytes)
{
    return (bytes + 15) & ~(size_t)15;
}

/* A block with room for `bytes`. Large requests get a block of their own behind the one being filled. */
static ArenaBlock *block_new(Context *context, size_t bytes)
{
    bool large = bytes > BLOCK_BYTES / 4;
    size_t size = large ? bytes : BLOCK_BYTES;
    ArenaBlock *block = calloc(1, sizeof *block + ALIGNMENT + size);
    if (!block)
        fail_at(context, (Loc){0}, NULL, "out of memory");
    block->size = size;
    block->data = (char *)(((uintptr_t)(block + 1) + ALIGNMENT - 1) & ~(uintptr_t)(ALIGNMENT - 1));
    ArenaBlock **where = large && context->arena ? &context->arena->next : &context->arena;
    block->next = *where;
    return *where = block;
}

void *arena_alloc(Context *context, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > PTRDIFF_MAX - 4096)
        fail_at(context, (Loc){0}, NULL, "out of memory");
    bytes = round_up(bytes);
    ArenaBlock *block = context->arena;
    if (!block || block->size - block->used < bytes)
        block = block_new(context, bytes);
    void *memory = block->data + block->used;
    block->used += bytes;
    return memory;
}

void *arena_grow(Context *context, void *old, size_t used, size_t *capacity, size_t size)
{
    if (used < *capacity)
        return old;
    size_t larger = *capacity ? *capacity : 8;
    while (larger <= used)
        if (__builtin_mul_overflow(larger, (size_t)2, &larger))
            fail_at(context, (Loc){0}, NULL, "out of memory");
    void *grown = arena_alloc(context, larger, size);
    if (old)
        memcpy(grown, old, *capacity * size);
    *capacity = larger;
    return grown;
}

char *arena_strdup(Context *context, const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(arena_alloc(context, size, 1), text, size);
}

char *arena_vprintf(Context *context, const char *format, va_list arguments)
{
    char line[256];                     /* most texts fit, and need not be printed twice */
    va_list again;
    va_copy(again, arguments);
    size_t size = (size_t)vsnprintf(line, sizeof line, format, arguments) + 1;
    char *text = arena_alloc(context, size, 1);
    if (size <= sizeof line)
        memcpy(text, line, size);
    else
        vsnprintf(text, size, format, again);
    va_end(again);
    return text;
}

char *arena_printf(Context *context, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = arena_vprintf(context, format, arguments);
    va_end(arguments);
    return text;
}

/* ---- growing text --------------------------------------------------------------------------------------- */

Text text_new(Context *context)
{
    Text text = {.context = context};
    text.data = arena_grow(context, NULL, 255, &text.capacity, 1);
    return text;
}

void text_append(Text *text, const char *bytes, size_t size)
{
    text->data = arena_grow(text->context, text->data, text->size + size, &text->capacity, 1);
    memcpy(text->data + text->size, bytes, size);
    text->size += size;
    text->data[text->size] = '\0';
}

void text_add(Text *text, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    size_t room = text->capacity - text->size;
    size_t size = (size_t)vsnprintf(text->data + text->size, room, format, arguments);
    if (size >= room) {
        text->data = arena_grow(text->context, text->data, text->size + size, &text->capacity, 1);
        vsnprintf(text->data + text->size, size + 1, format, again);
    }
    text->size += size;
    va_end(again);
    va_end(arguments);
}

/* ---- diagnostics ---------------------------------------------------------------------------------------- */

/* ASCII's, and those of U+0080..U+009F, which terminals obey as well. */
char *mask_controls(char *text, bool lines)
{
    for (unsigned char *c = (unsigned char *)text; *c; c++)
        if ((*c < ' ' && !(lines && *c == '\n')) || *c == 127)
            *c = '?';
        else if (*c == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0)
            c[0] = c[1] = '?';
    return text;
}

/* Where in context->message the next bytes go; what does not fit is cut off. */
typedef struct {
    char *at, *end;                     /* end: the last byte, kept for NUL */
} Cursor;

static void put(Cursor *cursor, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put_list(Cursor *cursor, const char *format, va_list arguments)
{
    int size = vsnprintf(cursor->at, (size_t)(cursor->end - cursor->at) + 1, format, arguments);
    cursor->at += size < cursor->end - cursor->at ? size : cursor->end - cursor->at;
}

static void put(Cursor *cursor, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put_list(cursor, format, arguments);
    va_end(arguments);
}

static bool continues_character(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;       /* bytes of UTF-8 after the first */
}

/* The source line and a caret below its column; of a long line only the part around the column. Columns count
 * characters, not bytes. */
static void put_excerpt(Cursor *cursor, Loc loc)
{
    enum { BEFORE = 60, WIDTH = 110 };
    const char *line = loc.source->text;
    for (int i = 1; i < loc.line; i++) {
        line = strchr(line, '\n');
        if (!line)
            return;
        line++;
    }
    int column = 1, first = loc.column > BEFORE ? loc.column - BEFORE : 1;
    for (; column < first && *line && *line != '\n'; line += 1)
        column += !continues_character(line[1]);
    put(cursor, "    ");
    for (; *line && *line != '\n' && *line != '\r' && column < first + WIDTH; line++) {
        put(cursor, "%c", *line == '\t' ? ' ' : *line);
        column += !continues_character(line[1]);
    }
    put(cursor, "\n    %*s^\n", loc.column - first, "");
}

void fail_at(Context *context, Loc loc, const char *hint, const char *format, ...)
{
    Cursor cursor = {context->message, context->message + sizeof context->message - 1};
    Cursor body = {cursor.at, cursor.end - 1024};   /* the excerpt and the hint find room after any message */
    if (loc.source)
        put(&body, "%.512s:%d:%d: error: ", loc.source->path, loc.line, loc.column);
    else
        put(&body, "nncc: error: ");
    va_list arguments;
    va_start(arguments, format);
    put_list(&body, format, arguments);
    va_end(arguments);
    cursor.at = body.at;
    put(&cursor, "\n");
    if (loc.source && loc.source->text && loc.line > 0)
        put_excerpt(&cursor, loc);
    if (hint)
        put(&cursor, "hint: %s\n", hint);
    mask_controls(context->message, true);
    context->where = loc;
    longjmp(context->on_error, 1);
}

/* Set only while a call of the library runs in this thread. */
static _Thread_local BugTrap *bug_trap;

BugTrap *set_bug_trap(BugTrap *trap)
{
    BugTrap *before = bug_trap;
    bug_trap = trap;
    return before;
}

void die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (bug_trap) {
        vsnprintf(bug_trap->text, sizeof bug_trap->text, format, arguments);
        va_end(arguments);
        longjmp(bug_trap->jump, 1);
    }
    fputs("nncc: internal error: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    abort();
}

/* Edit distance with transpositions of neighbours; words longer than the table are far from everything. */
static int distance(const char *a, const char *b)
{
    enum { LONGEST = 48 };
    int table[LONGEST + 1][LONGEST + 1];            /* [i][j]: between the first i of a and the first j of b */
    int m = (int)strnlen(a, LONGEST + 1), n = (int)strnlen(b, LONGEST + 1);
    if (m > LONGEST || n > LONGEST)
        return LONGEST;
    for (int i = 0; i <= m; i++)
        table[i][0] = i;
    for (int j = 0; j <= n; j++)
        table[0][j] = j;
    for (int i = 1; i <= m; i++)
        for (int j = 1; j <= n; j++) {
            int best = table[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (table[i - 1][j] + 1 < best)
                best = table[i - 1][j] + 1;
            if (table[i][j - 1] + 1 < best)
                best = table[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && table[i - 2][j - 2] + 1 < best)
                best = table[i - 2][j - 2] + 1;
            table[i][j] = best;
        }
    return table[m][n];
}

const char *did_you_mean(const char *word, const char *const *candidates)
{
    const char *nearest = NULL;
    int length = (int)strnlen(word, 48);
    int best = length < 3 ? 1 : length / 3;         /* more than a third of the letters wrong: no suggestion */
    for (; *candidates; candidates++) {
        int far = distance(word, *candidates);
        if (far <= best && (!nearest || far < best)) {
            best = far;
            nearest = *candidates;
        }
    }
    return nearest;
}

int ceil_of(int a, int b)
{
    return (a + b - 1) / b;
}

int64_t checked_mul(Context *context, Loc loc, int64_t a, int64_t b, int64_t limit, const char *what)
{
    int64_t product;
    if (__builtin_mul_overflow(a, b, &product) || product > limit)
        fail_at(context, loc, NULL, "%s is too large: %lld * %lld exceeds the limit of %lld", what, (long long)a,
                (long long)b, (long long)limit);
    return product;
}
