/* test_ir.c - memory, text, diagnostics, and graphs as a data structure. */
#include <criterion/criterion.h>
#include <string.h>

#include "context.h"
#include "support.h"

TestSuite(util, .init = open_context, .fini = close_context);
TestSuite(graph, .init = open_context, .fini = close_context);

/* ---- memory and text ------------------------------------------------------------------------------------ */

Test(util, arena_is_zeroed_and_aligned)
{
    for (size_t size = 1; size < 3000000; size = size * 3 + 1) {
        unsigned char *memory = arena_alloc(&context, size, 1);
        cr_assert_eq((uintptr_t)memory % 16, 0u);
        for (size_t i = 0; i < size; i++)
            cr_assert_eq(memory[i], 0);
        memset(memory, 0xff, size);
    }
}

Test(util, arena_refuses_what_does_not_fit)
{
    if (setjmp(context.on_error) == 0) {
        arena_alloc(&context, SIZE_MAX / 2, 3);
        cr_assert_fail("count * size overflows");
    }
    cr_assert_str_eq(context.message, "nncc: error: out of memory\n");
}

Test(util, arrays_grow_and_keep)
{
    int *array = NULL;
    size_t capacity = 0;
    for (int i = 0; i < 100000; i++) {
        array = arena_grow(&context, array, (size_t)i, &capacity, sizeof *array);
        array[i] = i;
    }
    for (int i = 0; i < 100000; i++)
        cr_assert_eq(array[i], i);
}

Test(util, text_grows)
{
    Text text = text_new(&context);
    cr_assert_str_eq(text.data, "");
    for (int i = 0; i < 1000; i++)
        text_add(&text, "%d,", i);
    text_append(&text, "end\0of", 6);
    cr_assert_eq(text.size, 3890u + 6u);
    cr_assert_eq(strncmp(text.data, "0,1,2,", 6), 0);
    cr_assert_str_eq(text.data + text.size - 2, "of");
}

Test(util, edit_distance_suggests)
{
    const char *const ops[] = {"conv", "relu", "relu6", "max_pool", "global_avg_pool", NULL};
    cr_assert_str_eq(did_you_mean("rellu", ops), "relu");
    cr_assert_str_eq(did_you_mean("covn", ops), "conv");
    cr_assert_str_eq(did_you_mean("maxpool", ops), "max_pool");
    cr_assert_str_eq(did_you_mean("globalavgpool", ops), "global_avg_pool");
    cr_assert_null(did_you_mean("banana", ops));
    cr_assert_null(did_you_mean("", ops));
}

/* ---- diagnostics ---------------------------------------------------------------------------------------- */

static void expect_message(const char *text, int line, int column, const char *hint, const char *expected)
{
    Source source = {"net.yaml", text, strlen(text)};
    if (setjmp(context.on_error) == 0)
        fail_at(&context, (Loc){&source, line, column}, hint, "there is no operation '%s'", "rellu");
    cr_assert_str_eq(context.message, expected);
    cr_assert_eq(context.where.line, line);
}

Test(util, diagnostics_show_the_place)
{
    expect_message("layers:\n  - rellu\n", 2, 5, "did you mean relu?",
                   "net.yaml:2:5: error: there is no operation 'rellu'\n      - rellu\n        ^\nhint: did you mean relu?\n");
}

Test(util, diagnostics_count_characters)
{
    expect_message("\t\xc3\xa4: x\r\n", 1, 4, NULL, "net.yaml:1:4: error: there is no operation 'rellu'\n     \xc3\xa4: x\n       ^\n");
}

Test(util, diagnostics_beyond_the_end)
{
    expect_message("a", 7, 1, NULL, "net.yaml:7:1: error: there is no operation 'rellu'\n");
}

Test(util, diagnostics_of_long_lines)
{
    char line[5000];
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\0';
    line[3000] = 'Y';
    Source source = {"net.yaml", line, strlen(line)};
    if (setjmp(context.on_error) == 0)
        fail_at(&context, (Loc){&source, 1, 3001}, NULL, "here");
    const char *caret = strrchr(context.message, '^'), *shown = strchr(context.message, '\n') + 1;
    const char *below = strchr(shown, '\n') + 1;
    cr_assert_lt(strlen(context.message), 300u);
    cr_assert_eq(shown[caret - below], 'Y');
}

Test(util, diagnostics_do_not_carry_control_characters)
{
    char name[10000];
    memset(name, 'n', sizeof name);
    memcpy(name, "\033[31m", 5);
    name[sizeof name - 1] = '\0';
    Source source = {"net.yaml", "\033[2Jx", 5};
    if (setjmp(context.on_error) == 0)
        fail_at(&context, (Loc){&source, 1, 1}, "look", "bad name %s", name);
    cr_assert_null(strchr(context.message, '\033'));
    cr_assert(strstr(context.message, "hint: look\n"));
}

Test(util, products_are_checked)
{
    if (setjmp(context.on_error) == 0) {
        cr_assert_eq(checked_mul(&context, (Loc){0}, 1 << 20, 1 << 20, (int64_t)1 << 40, "it"), (int64_t)1 << 40);
        checked_mul(&context, (Loc){0}, INT64_MAX, 2, INT64_MAX, "the tensor");
        cr_assert_fail("overflow");
    }
    cr_assert(strstr(context.message, "the tensor is too large: 9223372036854775807 * 2 exceeds"));
}

/* ---- graphs --------------------------------------------------------------------------------------------- */

Test(graph, tensors_are_found_by_name)
{
    Graph *graph = graph_new(&context, "g");
    cr_assert_null(graph_tensor(graph, "t0"));
    for (int i = 0; i < 5000; i++)
        graph_add_tensor(graph, arena_printf(&context, "t%d", i), (Loc){0});
    for (int i = 0; i < 5000; i++) {
        const char *name = arena_printf(&context, "t%d", i);
        cr_assert_str_eq(graph_tensor(graph, name)->name, name);
    }
    cr_assert_eq(graph->ntensors, 5000);
    cr_assert_null(graph_tensor(graph, "t5000"));
}

Test(graph, replacements_reach_everyone)
{
    Graph *graph = network_new(&context, (Shape){3, 4, 4, false});
    Node *a = add_unary(graph, OP_relu, graph->input), *b = add_unary(graph, OP_sigmoid, a), *c = add_unary(graph, OP_tanh, b);
    Node *sum = add2(graph, OP_add, NULL, c, b);
    finish(graph, c);
    graph_replace_uses(graph, c, b);
    graph_replace_uses(graph, b, a);
    cr_assert_eq(graph->output, a);
    graph_redirect(sum);
    cr_assert(sum->in[0] == a && sum->in[1] == a);
    graph_remove(graph, c);
    graph_remove(graph, b);
    graph_number(graph);
    cr_assert_eq(a->uses, 3);               /* both operands of the sum, and the output */
    cr_assert_eq(graph->count, 3);
}

Test(graph, long_chains_of_replacements)
{
    Graph *graph = network_new(&context, (Shape){1, 1, 1, false});
    for (int i = 0; i < 20000; i++)
        add_unary(graph, OP_identity, graph->last);
    Node *end = add_unary(graph, OP_relu, graph->last);
    finish(graph, end);
    run_pass(fold, graph, "fold");
    expect_dump(graph, "%0 = input : 1x1x1\n%1 = relu %0 : 1x1x1\noutput %1\n");
}

Test(graph, insert_move_and_remove)
{
    Graph *graph = network_new(&context, (Shape){2, 2, 2, false});
    Node *a = add_unary(graph, OP_relu, graph->input), *b = add_unary(graph, OP_tanh, graph->input);
    graph_move(graph, b, a);
    cr_assert(graph->first->next == b && b->next == a && graph->last == a);
    graph_move(graph, b, NULL);
    cr_assert(graph->last == b && a->next == b && b->prev == a);
    Node *c = graph_insert(graph, a, OP_relu6, (Loc){0}, NULL, &graph->input, 1);
    cr_assert(graph->input->next == c && c->next == a && graph->count == 4);
    graph_remove(graph, b);
    cr_assert(graph->last == a && graph->count == 3);
}

Test(graph, parameters_and_macs_are_summed)
{
    Graph *graph = network_new(&context, (Shape){3, 8, 8, false});
    Node *conv = add1(graph, OP_conv, filters(4, 3, 1), "conv", graph->input);
    add1(graph, OP_bn, network_attr(), "bn", conv);
    cr_assert_eq(graph_parameters(graph), 4 * 3 * 9 + 4 + 4);       /* running statistics are no parameters */
    cr_assert_eq(graph_macs(graph), 4 * 8 * 8 * 3 * 9);
}

Test(graph, names_are_made_where_none_is_given)
{
    Graph *graph = network_new(&context, (Shape){3, 8, 8, false});
    Node *a = add_unary(graph, OP_relu, graph->input), *b = add_unary(graph, OP_relu, a);
    cr_assert_str_neq(a->name, b->name);
}

Test(graph, prints_what_matters)
{
    Graph *graph = network_new(&context, (Shape){8, 9, 9, false});
    Attr attr = grouped(16, 3, 1, 2);
    attr.stride[1] = 2;
    attr.bias = true;
    Node *conv = add1(graph, OP_conv, attr, "conv", graph->input);
    Attr pool = window(3, 3, 0);
    pool.ceil_mode = true;
    Node *pooled = add1(graph, OP_max_pool, pool, "named", conv);
    Attr edge = {.edges = {1, 2, 3, 4}, .value = 0.5};
    Node *padded = add1(graph, OP_pad, edge, NULL, pooled);
    add1(graph, OP_flatten, network_attr(), NULL, padded);
    expect_dump(graph,
                "%0 = input : 8x9x9\n"
                "%1 = conv %0 conv out=16 kernel=3x3 stride=1x2 pad=1x1 groups=2 bias=true : 16x9x5\n"
                "%2 = max_pool %1 kernel=3x3 ceil_mode=true : 16x3x2\n"
                "%3 = pad %2 edges=1,2,3,4 value=0.5 : 16x6x9\n"
                "%4 = flatten %3 : 864\n"
                "output %4\n");
}

/* ASCII's control characters and those of U+0080..U+009F; other characters stay, newlines where they are wanted. */
Test(util, control_characters_are_masked)
{
    char text[] = "a\033[31mb\nc\td\177\xc2\x9b\xc2\xa9\xc3\xa9", other[] = "x\r\ny\xc2";
    cr_expect_str_eq(mask_controls(text, true), "a?[31mb\nc?d???\xc2\xa9\xc3\xa9");
    cr_expect_str_eq(mask_controls(other, false), "x??y\xc2");
}
