/* test_parse.c - text that is no spec: what libyaml would choke on, and every limit of parse.c, each with its message.
 * Mistakes that a small readable file can show are in tests/specs/. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../compiler/front.h"
#include "context.h"

TestSuite(parse, .init = open_context, .fini = close_context);

/* The tree of a text, or NULL with context.message. */
static Tree *tree_of(const char *path, const char *text)
{
    if (setjmp(context.on_error))
        return NULL;
    return parse(&context, path, text);
}

static void expect_message(const char *path, const char *text, const char *message)
{
    cr_assert_null(tree_of(path, text), "must be refused: %s", message);
    cr_assert(strstr(context.message, message), "wanted: %s\ngot: %s", message, context.message);
}

/* The same for bytes that may hold NUL, by way of a file. */
static void expect_bytes(const char *bytes, size_t size, const char *message)
{
    char path[] = "/tmp/nncc-parse-XXXXXX";
    int file = mkstemp(path);
    cr_assert(write(file, bytes, size) == (ssize_t)size);
    close(file);
    Tree *tree = tree_of(path, NULL);
    unlink(path);
    cr_assert_null(tree, "must be refused: %s", message);
    cr_assert(strstr(context.message, message), "wanted: %s\ngot: %s", message, context.message);
}

/* `count` copies of `piece` between two texts. */
static char *repeated(const char *before, const char *piece, size_t count, const char *after)
{
    Text text = text_new(&context);
    text_add(&text, "%s", before);
    for (size_t i = 0; i < count; i++)
        text_append(&text, piece, strlen(piece));
    text_add(&text, "%s", after);
    return text.data;
}

/* ---- what a tree is --------------------------------------------------------------------------------------- */

Test(parse, places)
{
    Tree *tree = tree_of("net.yaml", "name: a\nlayers:\n  - conv: {out: 4, \"kernel\": '3'}\n  - relu\n");
    cr_assert(tree, "%s", context.message);
    const Tree *layers = tree_get(tree, "layers"), *conv = layers->item[0]->item[0];
    cr_assert_str_eq(tree->loc.source->path, "net.yaml");
    cr_assert_eq(layers->count, 2);
    cr_assert_eq(layers->item[1]->loc.line, 4);
    cr_assert_eq(layers->item[1]->loc.column, 5);
    cr_assert_eq(conv->kind, TREE_map);
    cr_assert_str_eq(conv->key[1], "kernel");
    cr_assert_eq(conv->key_loc[1].column, 20);
    cr_assert_eq(conv->item[1]->quoted, true);
    cr_assert_eq(conv->item[0]->quoted, false);
    cr_assert_eq(tree_key_loc(tree, "layers").line, 2);
    cr_assert_null(tree_get(tree, "layer"));
}

Test(parse, byte_order_mark_and_line_ends)
{
    Tree *tree = tree_of("net.yaml", "\xef\xbb\xbfname: a\r\ninput: [1, 2, 3]\r\n");
    cr_assert(tree, "%s", context.message);
    cr_assert_str_eq(tree_get(tree, "name")->text, "a");
    cr_assert_eq(tree_key_loc(tree, "input").line, 2);
}

/* ---- text that is none ------------------------------------------------------------------------------------ */

Test(parse, encoding)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *message;
    } row[] = {
        {"name: a\0b\n", 10, ":1:8: error: a NUL byte is not text"},
        {"\xff\xfen\0a\0", 6, ":1:1: error: byte 0xff is not UTF-8 text"},          /* UTF-16, little end first */
        {"\0n\0a", 4, ":1:1: error: a NUL byte is not text"},
        {"a: 1\nb: \xc3\n", 10, ":2:4: error: byte 0xc3 is not UTF-8 text"},        /* cut short */
        {"b: \xc0\x80\n", 6, "byte 0xc0 is not UTF-8 text"},                        /* overlong NUL */
        {"b: \xed\xa0\x80\n", 7, "byte 0xed is not UTF-8 text"},                    /* surrogate */
        {"b: \xf4\x90\x80\x80\n", 8, "byte 0xf4 is not UTF-8 text"},                /* beyond 10FFFF */
        {"b: \xc3\xa4 \x80\n", 8, ":1:6: error: byte 0x80 is not UTF-8 text"},      /* columns count characters */
        {"b: \xf0\x9f\n", 6, "byte 0xf0 is not UTF-8 text"},
        {"b: \x01\n", 5, "control characters are not allowed"},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        expect_bytes(row[i].bytes, row[i].size, row[i].message);
}

Test(parse, empty)
{
    expect_message("net.yaml", "", "net.yaml:1:1: error: net.yaml is empty");
    expect_message("net.yaml", "# nothing\n", "is empty");
    expect_message("net.yaml", "~\n", "is empty");
    expect_message("net.yaml", "---\n...\n", "is empty");
}

/* ---- limits ----------------------------------------------------------------------------------------------- */

Test(parse, bytes)
{
    char *text = repeated("# ", "x", 1 << 20, "\n");
    expect_message("net.yaml", text, "limit: bytes of a spec = 1048576");
    expect_bytes(text, strlen(text), "limit: bytes of a spec = 1048576");
}

/* Nesting of any depth is refused at the limit, long before libyaml would spend quadratic time on it. */
Test(parse, nesting, .timeout = 5)
{
    static const struct {
        const char *piece;
        size_t count;
    } row[] = {{"[", 65}, {"[", 5000}, {"[", 200000}, {"{", 5000}, {"{", 200000}, {"- ", 5000}, {"- ", 200000},
               {"[{", 100000}, {"? ", 5000}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        clock_t start = clock();
        const char *text = repeated("", row[i].piece, row[i].count, "\n");
        cr_assert_null(tree_of("net.yaml", text));
        bool expected = strstr(context.message, "limit: nesting = 64") || strstr(context.message,
                                                                                 "a key must be a scalar");
        cr_assert(expected, "%s", context.message);
        double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
        cr_assert(seconds < 0.5, "%zu of '%s' took %.2f s", row[i].count, row[i].piece, seconds);
    }
    cr_assert(tree_of("net.yaml", repeated("a: ", "[", 63, repeated("", "]", 63, "\n"))), "%s", context.message);
}

Test(parse, events)
{
    expect_message("net.yaml", repeated("a: [", "0, ", 100000, "0]\n"), "limit: YAML events = 100000");
    expect_message("net.yaml", repeated("a: [", "*b, ", 100000, "0]\n"), "aliases are not supported");
}

Test(parse, scalars)
{
    expect_message("net.yaml", repeated("a: ", "x", 4097, "\n"), "limit: bytes of a scalar = 4096");
    expect_message("net.yaml", "a: \"x\\0y\"\n", "text may not contain NUL");
    cr_assert(tree_of("net.yaml", repeated("a: ", "x", 4096, "\n")), "%s", context.message);
}

Test(parse, keys)
{
    Text text = text_new(&context);
    for (int i = 0; i <= 1000; i++)
        text_add(&text, "k%d: 0\n", i);
    expect_message("net.yaml", text.data, "net.yaml:1001:1: error: too many keys: limit: keys of one map = 1000");
}

/* ---- files ------------------------------------------------------------------------------------------------ */

Test(parse, files)
{
    expect_message("/tmp/nncc-no-such-file.yaml", NULL, "cannot open /tmp/nncc-no-such-file.yaml: No such file");
    expect_message("/tmp", NULL, "/tmp is not a regular file");
    expect_message("/dev/zero", NULL, "/dev/zero is not a regular file");
    char path[] = "/tmp/nncc-pipe-XXXXXX";
    cr_assert(mkdtemp(path));
    const char *pipe = arena_printf(&context, "%s/pipe", path);
    cr_assert_eq(mkfifo(pipe, 0600), 0);
    expect_message(pipe, NULL, "is not a regular file");    /* and does not wait for a writer */
    unlink(pipe);
    rmdir(path);
}

Test(parse, extends_is_bounded)
{
    char folder[] = "/tmp/nncc-extends-XXXXXX";
    cr_assert(mkdtemp(folder));
    for (int i = 0; i < 12; i++) {
        FILE *file = fopen(arena_printf(&context, "%s/%d.yaml", folder, i), "w");
        fprintf(file, "name: n\nextends: %d.yaml\n", (i + 1) % 12);
        fclose(file);
    }
    expect_message(arena_printf(&context, "%s/0.yaml", folder), NULL, "limit: extends = 8");
    FILE *file = fopen(arena_printf(&context, "%s/2.yaml", folder), "w");
    fprintf(file, "name: n\nextends: 0.yaml\n");
    fclose(file);
    expect_message(arena_printf(&context, "%s/0.yaml", folder), NULL, "extends goes in a circle");
    for (int i = 0; i < 12; i++)
        unlink(arena_printf(&context, "%s/%d.yaml", folder, i));
    rmdir(folder);
}

/* A base may be given beside a text that has a path: the text's directory counts. */
Test(parse, extends_beside_a_text)
{
    Tree *tree = tree_of("specs/mine.yaml", "extends: resnet.yaml\nname: mine\nparams: {depth: 18}\n");
    cr_assert(tree, "%s", context.message);
    const Tree *depth = tree_get(tree_get(tree, "params"), "depth");
    cr_assert_str_eq(tree_get(depth, "default")->text, "18");
    cr_assert(tree_get(depth, "one_of"), "the base's description is kept");
    cr_assert(tree_get(tree, "layers"));
    cr_assert_str_eq(tree_get(tree, "name")->text, "mine");
}

/* libyaml's memory is freed on the way out: run under a leak checker. */
Test(parse, mistakes_leave_nothing_behind)
{
    for (int i = 0; i < 100; i++) {
        context_free(&context);
        context_init(&context);
        expect_message("net.yaml", "a: {b: [1, 2, &c 3]}\n", "anchors are not supported");
    }
}
