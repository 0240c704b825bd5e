/* emit_text.c - untrusted text on its way into C: comments, strings, identifiers, numbers.
 *
 * Names come from specs and command lines. In printed code they appear in comments and string literals only, and
 * nothing that could end either survives these functions. */
#include "emit.h"

#include <math.h>
#include <string.h>

/* Letters and digits of ASCII, whatever the locale. */
static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9');
}

enum { COMMENT_WIDTH = 116, MAX_IDENTIFIER = 63 };

/* The character c as it may stand in a comment after `before`: printable ASCII, no backslash, no trigraph, and
 * neither the beginning nor the end of a comment. */
static char comment_char(char before, char c)
{
    if (c < ' ' || c > '~' || c == '\\' || (c == '?' && before == '?'))
        return '.';
    if ((c == '/' && before == '*') || (c == '*' && before == '/'))
        return '.';
    return c;
}

/* Prints one line of a comment, broken between words where it is too long. */
static void print_words(Text *out, const char *line, size_t size)
{
    size_t column = 3;
    char before = ' ';
    for (size_t i = 0; i < size; i++) {
        size_t word = 1;
        while (line[i] == ' ' && i + word < size && line[i + word] != ' ')
            word++;
        if (line[i] == ' ' && column + word > COMMENT_WIDTH) {
            text_append(out, "\n * ", 4);
            column = 3;
            before = ' ';
            continue;
        }
        before = comment_char(before, line[i]);
        text_append(out, &before, 1);
        column++;
    }
}

void print_comment(Text *out, const char *text)
{
    if (!text || !*text)
        return;
    text_append(out, "/* ", 3);
    for (;;) {
        size_t size = strcspn(text, "\n");
        print_words(out, text, size);
        text += size;
        if (!*text || !*++text)
            break;
        text_append(out, *text == '\n' ? "\n *" : "\n * ", *text == '\n' ? 3 : 4);
    }
    text_append(out, " */\n", 4);
}

void text_string(Text *out, const char *bytes)
{
    text_append(out, "\"", 1);
    for (const char *p = bytes; *p; p++)
        if (is_word(*p) || strchr(" _.-:/", *p))
            text_append(out, p, 1);
        else
            text_add(out, "\\%03o", (unsigned char)*p);
    text_append(out, "\"", 1);
}

void text_float(Text *out, float value)
{
    if (isnan(value))
        text_add(out, "%sNAN", signbit(value) ? "-" : "");
    else if (isinf(value))
        text_add(out, "%sINFINITY", value < 0 ? "-" : "");
    else if (value == 0.0f && !signbit(value))
        text_append(out, "0", 1);
    else
        text_add(out, "%af", (double)value);
}

void text_count(Text *out, int64_t value)
{
    if (value >= 1000) {
        text_count(out, value / 1000);
        text_add(out, ",%03d", (int)(value % 1000));
    } else {
        text_add(out, "%d", (int)value);
    }
}

void text_file_name(Text *out, const char *name)
{
    for (; *name; name++)
        text_append(out, is_word(*name) || strchr("._+-", *name) ? name : "_", 1);
}

const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

void emit_lines(Emit *e, const char *lines)
{
    for (size_t size; *lines; lines += size) {
        size = strcspn(lines, "@$");
        text_append(e->out, lines, size);
        if (lines[size])
            text_add(e->out, "%s", lines[size++] == '@' ? e->prefix : e->upper);
    }
}

static bool is_keyword(const char *word)
{
    static const char *const keywords[] = {
        "asm", "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern",
        "float", "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return", "short", "signed", "sizeof",
        "static", "struct", "switch", "typedef", "typeof", "union", "unsigned", "void", "volatile", "while", "class", "delete",
        "new", "namespace", "operator", "private", "public", "template", "this", "try", "catch", "throw", "using", "virtual",
        "bool", "true", "false", NULL
    };
    for (const char *const *keyword = keywords; *keyword; keyword++)
        if (!strcmp(word, *keyword))
            return true;
    return false;
}

const char *c_identifier(Context *context, const char *name)
{
    bool letter = is_letter(*name);
    char *word = arena_printf(context, "%s%.*s", letter ? "" : *name ? "n" : "net", MAX_IDENTIFIER - 1, name);
    for (char *p = word; *p; p++)
        if (!is_word(*p))
            *p = '_';
    return is_keyword(word) ? arena_printf(context, "%s_", word) : word;
}
