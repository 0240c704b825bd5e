/* test_emit_text.c - the emitted file as text: no hostile name becomes code, comments are broken between words, a kernel reads
 * like something written by hand, and the same program gives the same text. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "../backends/backend.h"
#include "../compiler/compiler.h"
#include "context.h"
#include "process.h"
#include "small.h"

TestSuite(emit_text, .init = open_context, .fini = close_context, .timeout = 120);

/* ---- names that would like to be code ------------------------------------------------------------------------------ */

/* Without comments, strings and characters, and every number as 0: the rest of a C file. */
static const char *tokens(const char *source)
{
    Text text = text_new(&context);
    for (const char *p = source; *p; p++) {
        if (!strncmp(p, "/*", 2)) {
            const char *end = strstr(p + 2, "*/");
            cr_assert_not_null(end);
            p = end + 1;
        } else if (*p == '"' || *p == '\'') {
            const char *end = p + 1;
            for (; *end != *p; end++) {
                cr_assert(*end && *end != '\n', "a literal does not end on its line");
                end += *end == '\\';
            }
            p = end;
            text_append(&text, "S", 1);
        } else if (*p != ' ' && *p != '\n') {
            text_append(&text, p, 1);
        }
    }
    return text.data;
}

/* The 64-bit hashes of names differ, as they must; digits are all that is left of them. */
static const char *emitted_tokens(const char *name, const char *command)
{
    EmitOptions options = small_options("avx2", "c");
    options.prefix = "p";
    options.with_main = options.profile = true;
    options.command = command;
    Text source = text_new(&context);
    emit_source(&source, small_program(&context, name), &options);
    emit_header(&source, small_program(&context, name), &options);
    return tokens(source.data);
}

static const char *const hostile[] = {
    "*/ int evil; /*", "\"; int evil; \"", "\\\"; int evil; //", "a\nint evil;", "?" "?/\nint evil;", "?" "?/", "/* nested", "*\\\n/ int evil;", "$(touch evil)",
    "`touch evil`", "-x", "../../evil", "%n%s%d", "@", "$", "a\rint evil;", "\xe2\x80\xae evil", "\xff\xfe", "a\tb", "#include \"evil\"",
    "**/", "*//", "//*", "'", "\\", "\\u002a/", "a*\n/b", "/**/", "L\"evil\"", "*?" "?/\n/", "", " ", "main", "if", "int",
};

Test(emit_text, hostile_names_change_no_token)
{
    const char *plain = emitted_tokens("plain", "nncc");
    cr_assert_null(strstr(plain, "evil"));
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        cr_expect_str_eq(emitted_tokens(hostile[i], "nncc"), plain, "name number %zu", i);
        cr_expect_str_eq(emitted_tokens("plain", hostile[i]), plain, "command number %zu", i);
    }
}

Test(emit_text, hostile_names_compile_without_a_warning)
{
    char *directory = temporary_directory(), *path = join(directory, "model.c"), *header = join(directory, "model.h");
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        EmitOptions options = small_options("c", NULL);
        Text source = text_new(&context), declarations = text_new(&context);
        options.profile = true;
        options.command = hostile[i];
        emit_source(&source, small_program(&context, hostile[i]), &options);
        emit_header(&declarations, small_program(&context, hostile[i]), &options);
        write_file(path, source.data);
        write_file(header, declarations.data);
        Result result = RUN("gcc", "-std=c11", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-Wcomment", "-Wtrigraphs", path);
        cr_expect(result.status == 0 && !*result.err, "name number %zu: %s", i, result.err);
        result_free(&result);
    }
    cr_expect_not(file_exists("evil"));
    free(path), free(header);
    remove_directory(directory);
}

Test(emit_text, identifiers_come_from_any_name)
{
    static const char *const pairs[][2] = {
        {"resnet50", "resnet50"}, {"a-b.c d", "a_b_c_d"}, {"2net", "n2net"}, {"", "net"}, {"int", "int_"}, {"class", "class_"}, {"_x", "n_x"},
        {"*/ evil", "n___evil"}, {"\xc3\xa9t\xc3\xa9", "n__t__"}, {"while", "while_"}, {"a\nb", "a_b"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        cr_expect_str_eq(c_identifier(&context, pairs[i][0]), pairs[i][1]);
    char *endless = arena_alloc(&context, 1001, 1);
    memset(endless, 'a', 1000);
    cr_expect_eq(strlen(c_identifier(&context, endless)), 62);
}

Test(emit_text, long_comments_are_broken_between_words)
{
    Text text = text_new(&context);
    print_comment(&text, "one\n\ntwo");
    cr_expect_str_eq(text.data, "/* one\n *\n * two */\n");
    text = text_new(&context);
    print_comment(&text, NULL);
    print_comment(&text, "");
    cr_expect_str_eq(text.data, "");
    char words[400];
    for (int i = 0; i < 399; i++)
        words[i] = i % 7 == 6 ? ' ' : 'w';
    words[399] = '\0';
    print_comment(&text, words);
    for (char *rest, *line = strtok_r(text.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        cr_expect_leq(strlen(line), 120, "%s", line);
}

/* ---- what it looks like ------------------------------------------------------------------------------------------- */

static Kernel *example_kernel(void)
{
    Kernel *k = kernel_new(&context, (Machine){16, 1});
    k->name = "example";
    k->comment = "y[2][8] = x[2][8] * w + w[-1]";
    int x = kernel_pointer(k, "x", false), w = kernel_pointer(k, "w", false), y = kernel_pointer(k, "y", true);
    int v = kernel_register(k), scale = kernel_register(k), sum = kernel_register(k);
    k_broadcast(k, scale, w, 0);
    k_loop(k, 2);
    k_load(k, v, x, 0);
    k_broadcast(k, sum, w, -1);
    k_op(k, V_fma, sum, v, scale);
    k_store(k, y, 16, sum);
    k_bump(k, x, 8);
    k_bump(k, y, 8);
    k_end(k);
    k_bump(k, x, -16);
    return k;
}

Test(emit_text, a_kernel_reads_like_c_with_intrinsics)
{
    Text text = text_new(&context);
    print_kernel(&text, example_kernel(), target_find("avx2"), KERNEL_STATIC);
    cr_expect_str_eq(text.data,
        "/* y[2][8] = x[2][8] * w + w[-1] */\n"
        "__attribute__((target(\"avx2,fma,f16c\")))\n"
        "static void avx2_example(const float *x, const float *w, float *y)\n"
        "{\n"
        "    __m256 v0, v1, v2;\n"
        "    v1 = _mm256_broadcast_ss(w);\n"
        "    for (int i = 0; i < 2; i++) {\n"
        "        v0 = _mm256_loadu_ps(x);\n"
        "        v2 = _mm256_broadcast_ss(w - 1);\n"
        "        v2 = fma_ymm(v0, v1, v2);\n"
        "        _mm256_storeu_ps(y + 16, v2);\n"
        "        x += 8;\n"
        "        y += 8;\n"
        "    }\n"
        "}\n\n");
}

/* Portable C fetches nothing ahead: compilers must not complain about a pointer that only walks. */
Test(emit_text, a_pointer_without_use)
{
    Text text = text_new(&context);
    Kernel *k = kernel_new(&context, (Machine){16, 1});
    k->name = "fetch";
    int y = kernel_pointer(k, "y", true), ahead = kernel_pointer(k, "ahead", false), zero = kernel_register(k);
    k_prefetch2(k, ahead, 16);
    k_bump(k, ahead, 8);
    k_zero(k, zero);
    k_store(k, y, 0, zero);
    print_kernel(&text, k, target_find("c"), KERNEL_STATIC);
    cr_expect(strstr(text.data, "    (void)ahead;\n"), "%s", text.data);
    cr_expect_null(strstr(text.data, "ahead +="), "%s", text.data);
    cr_expect_null(strstr(text.data, "(void)y;"), "%s", text.data);
}

Test(emit_text, a_kernel_reads_like_portable_c)
{
    Text text = text_new(&context);
    print_kernel(&text, example_kernel(), target_find("c"), KERNEL_STATIC);
    cr_expect_str_eq(text.data,
        "/* y[2][8] = x[2][8] * w + w[-1] */\n"
        "static void c_example(const float *x, const float *w, float *y)\n"
        "{\n"
        "    float v0[8], v1[8], v2[8];\n"
        "    broadcast8(v1, w);\n"
        "    for (int i = 0; i < 2; i++) {\n"
        "        load8(v0, x);\n"
        "        broadcast8(v2, w - 1);\n"
        "        fma8(v2, v0, v1);\n"
        "        store8(y + 16, v2);\n"
        "        x += 8;\n"
        "        y += 8;\n"
        "    }\n"
        "}\n\n");
}

/* The same program gives the same text: nothing in it depends on addresses, time or chance. */
Test(emit_text, output_is_deterministic)
{
    EmitOptions options = small_options("avx2", "c");
    options.profile = options.with_main = true;
    Text one = text_new(&context), two = text_new(&context);
    emit_source(&one, small_program(&context, "small"), &options);
    emit_source(&two, small_program(&context, "small"), &options);
    cr_expect_str_eq(one.data, two.data);
}
