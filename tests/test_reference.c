/* The naive interpreter against PyTorch's answers for single operations, and against values worked out by hand. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../backends/backend.h"
#include "context.h"
#include "networks.h"

/* AddressSanitizer ends a program that asks for too much; here malloc's answer is what is tested. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

TestSuite(reference, .init = open_context, .fini = close_context);

/* ---- PyTorch's answers ------------------------------------------------------------------------------------- */

static void set_INT(int *field, json_t *value)
{
    *field = (int)json_integer_value(value);
}

static void set_PAIR(int (*field)[2], json_t *value)
{
    for (int i = 0; i < 2; i++)
        (*field)[i] = (int)json_integer_value(json_array_get(value, (size_t)i));
}

static void set_QUAD(int (*field)[4], json_t *value)
{
    for (int i = 0; i < 4; i++)
        (*field)[i] = (int)json_integer_value(json_array_get(value, (size_t)i));
}

static void set_BOOL(bool *field, json_t *value)
{
    *field = json_is_true(value);
}

static void set_REAL(double *field, json_t *value)
{
    *field = json_number_value(value);
}

static Attr attributes(json_t *keys)
{
    Attr attr = network_attr();
    const char *key;
    json_t *value;
    json_object_foreach(keys, key, value) {
        bool known = false;
#define KEY(name, type, field, ...)     \
        if (strcmp(key, #name) == 0) {  \
            set_##type(&attr.field, value);   \
            known = true;               \
        }
#include "../ir/keys.h"
        cr_assert(known, "operations.json has an unknown key '%s'", key);
    }
    return attr;
}

static Op operation(const char *name)
{
    int op = 0;
    while (op < NOP && strcmp(op_name((Op)op), name) != 0)
        op++;
    cr_assert_lt(op, NOP, "operations.json has an unknown operation '%s'", name);
    return (Op)op;
}

static int dimension(json_t *shape, size_t i)
{
    return i < json_array_size(shape) ? (int)json_integer_value(json_array_get(shape, i)) : 1;
}

static void check_case(json_t *answer, size_t number)
{
    json_t *in = json_object_get(answer, "input"), *out = json_object_get(answer, "shape"), *sample;
    const char *name = json_string_value(json_object_get(answer, "op"));
    Graph *graph = network_new(&context, (Shape){dimension(in, 0), dimension(in, 1), dimension(in, 2), false});
    Node *node = network_add(graph, operation(name), attributes(json_object_get(answer, "keys")), "x", &graph->input, 1);
    network_finish(graph, node);
    Shape shape = node->shape;
    cr_assert(shape.channels == dimension(out, 1) && shape.height == dimension(out, 2) && shape.width == dimension(out, 3),
              "case %zu, %s: shape", number, name);

    int batch = dimension(out, 0);
    float *input = network_input(graph, batch, 5);
    Weights *weights = network_weights(graph, 5);
    double *output = network_reference(graph, weights, input, batch), squares = 0;
    for (int64_t i = 0; i < batch * shape_floats(shape); i++)
        squares += output[i] * output[i];
    double norm = json_real_value(json_object_get(answer, "l2")), largest = json_real_value(json_object_get(answer, "max"));
    cr_assert_float_eq(sqrt(squares), norm, 1e-12 * norm, "case %zu, %s: l2 is %.17g instead of %.17g", number, name,
                       sqrt(squares), norm);
    size_t i;
    json_array_foreach(json_object_get(answer, "samples"), i, sample) {
        json_int_t at = json_integer_value(json_array_get(sample, 0));
        double want = json_real_value(json_array_get(sample, 1));
        cr_assert_float_eq(output[at], want, 1e-12 * largest, "case %zu, %s: y[%lld] is %.17g instead of %.17g", number, name,
                           (long long)at, output[at], want);
    }
    weights_free(weights);
    free(input);
    free(output);
}

Test(reference, computes_what_pytorch_computes)
{
    json_error_t error;
    json_t *answers = json_load_file("tests/answers/operations.json", 0, &error), *answer;
    cr_assert(answers, "%s", error.text);
    size_t number;
    json_array_foreach(answers, number, answer)
        check_case(answer, number);
    cr_assert_gt(number, 50);
    json_decref(answers);
}

/* ---- values worked out by hand ------------------------------------------------------------------------------ */

/* The graph's output for one image (or two, where want holds twice its size) is `want`, exactly. */
static void expect(Graph *graph, int batch, const float *input, const double *want)
{
    network_finish(graph, graph->output);
    Weights *weights = network_weights(graph, 1);
    double *output = network_reference(graph, weights, input, batch);
    for (int64_t i = 0; i < batch * shape_floats(node_result(graph->output)); i++)
        cr_assert(output[i] == want[i] || (isnan(output[i]) && isnan(want[i])), "%s: y[%d] is %.17g instead of %.17g",
                  op_name(graph->output->op), (int)i, output[i], want[i]);
    free(output);
    weights_free(weights);
}

static void expect_activation(Op op, const double *want)
{
    Graph *graph = network_new(&context, (Shape){1, 1, 9, false});
    Attr attr = network_attr();
    attr.slope = 0.25;
    network_then(graph, op, attr);
    expect(graph, 1, (const float[]){-8, -3, -1.5, 0, 1.5, 3, 6, 8, NAN}, want);
}

Test(reference, activations_saturate_and_pass_nan)
{
    expect_activation(OP_relu, (const double[]){0, 0, 0, 0, 1.5, 3, 6, 8, NAN});
    expect_activation(OP_relu6, (const double[]){0, 0, 0, 0, 1.5, 3, 6, 6, NAN});
    expect_activation(OP_leaky_relu, (const double[]){-2, -0.75, -0.375, 0, 1.5, 3, 6, 8, NAN});
    expect_activation(OP_hard_swish, (const double[]){0, 0, -0.375, 0, 1.125, 3, 6, 8, NAN});
}

Test(reference, softmax_survives_large_values)
{
    Graph *graph = network_new(&context, (Shape){2, 1, 2, false});
    network_then(graph, OP_softmax, network_attr());
    expect(graph, 1, (const float[]){1e30f, -1e30f, 1e30f, -1e30f}, (const double[]){0.5, 0.5, 0.5, 0.5});
}

Test(reference, max_pool_passes_nan_and_never_picks_padding)
{
    Graph *graph = network_new(&context, (Shape){1, 1, 4, false});
    Attr attr = network_attr();
    attr.kernel[1] = 2, attr.stride[1] = 2, attr.pad[1] = 1;
    network_then(graph, OP_max_pool, attr);
    expect(graph, 1, (const float[]){-5, NAN, -7, -2}, (const double[]){-5, NAN, -2});
}

Test(reference, add_takes_any_number_of_operands)
{
    Graph *graph = network_new(&context, (Shape){1, 1, 2, false});
    Node *x = graph->input;
    network_add(graph, OP_add, network_attr(), NULL, (Node *[]){x, x, x}, 3);
    expect(graph, 2, (const float[]){1, 2, 3, 4}, (const double[]){3, 6, 9, 12});
}

Test(reference, mul_spreads_a_gate_over_its_channel)
{
    for (int gate_first = 0; gate_first < 2; gate_first++) {
        Graph *graph = network_new(&context, (Shape){2, 1, 2, false});
        Node *gate = network_then(graph, OP_global_avg_pool, network_attr()), *x = graph->input;
        network_add(graph, OP_mul, network_attr(), NULL, gate_first ? (Node *[]){gate, x} : (Node *[]){x, gate}, 2);
        expect(graph, 2, (const float[]){1, 3, 2, 6, -1, 1, 0, 8}, (const double[]){2, 6, 8, 24, 0, 0, 0, 32});
    }
    Graph *graph = network_new(&context, (Shape){1, 1, 3, false});
    network_add(graph, OP_mul, network_attr(), NULL, (Node *[]){graph->input, graph->input}, 2);
    expect(graph, 1, (const float[]){1, -2, 3}, (const double[]){1, 4, 9});
}

Test(reference, concat_slice_and_flatten_move_channels)
{
    Graph *graph = network_new(&context, (Shape){3, 1, 2, false});
    Attr attr = network_attr();
    attr.begin = 1, attr.count = 2;
    Node *tail = network_then(graph, OP_slice, attr);
    network_add(graph, OP_concat, attr, NULL, (Node *[]){tail, graph->input}, 2);
    network_then(graph, OP_dropout, attr);
    network_then(graph, OP_flatten, attr);
    expect(graph, 2, (const float[]){1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60},
           (const double[]){3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 30, 40, 50, 60, 10, 20, 30, 40, 50, 60});
}

/* ---- what passes may have done to a graph --------------------------------------------------------------------- */

static double *answer(Graph *graph, int batch)
{
    network_finish(graph, graph->output);
    Weights *weights = network_weights(graph, 3);
    float *input = network_input(graph, batch, 3);
    double *output = network_reference(graph, weights, input, batch);
    weights_free(weights);
    free(input);
    return output;
}

/* input -> conv -> bn -> add(., input) -> relu -> max_pool, as nodes of their own or as the convolution's epilogue */
static double *residual(bool fused)
{
    Graph *graph = network_new(&context, (Shape){3, 5, 5, false});
    Attr attr = network_attr();
    attr.out = 3, attr.kernel[0] = attr.kernel[1] = 3, attr.pad[0] = attr.pad[1] = 1;
    Node *conv = network_add(graph, OP_conv, attr, "conv", &graph->input, 1);
    Node *bn = network_add(graph, OP_bn, attr, "bn", &conv, 1);
    Node *add = network_add(graph, OP_add, attr, NULL, (Node *[]){bn, graph->input}, 2);
    Node *relu = network_then(graph, OP_relu, attr);
    Node *pool = network_then(graph, OP_max_pool, attr);
    if (fused) {
        Node *part[] = {bn, add, relu, pool};
        for (int i = 0; i < 4; i++)
            graph_remove(graph, part[i]);
        conv->folded = bn;
        add->in[0] = conv;
        conv->tail = add, add->tail = relu, relu->tail = pool;
        graph->output = conv;
    }
    return answer(graph, 2);
}

Test(reference, honours_folded_norms_and_tails)
{
    double *apart = residual(false), *fused = residual(true);
    for (int i = 0; i < 2 * 3 * 5 * 5; i++)
        cr_assert_eq(fused[i], apart[i]);
    free(apart);
    free(fused);
}

/* Two branches relu(conv) of their own slices, joined by a convolution each and an add, or whole. */
static double *grouped(bool branches)
{
    Graph *graph = network_new(&context, (Shape){4, 3, 3, false});
    Attr one = network_attr(), three = network_attr();
    one.bias = true;
    three.kernel[0] = three.kernel[1] = 3, three.pad[0] = three.pad[1] = 1;
    if (!branches) {
        one.out = 6;
        network_add(graph, OP_conv, one, "a", &graph->input, 1);
        network_then(graph, OP_relu, one);
        three.out = 5;
        network_add(graph, OP_conv, three, "b", &graph->last, 1);
        return answer(graph, 2);
    }
    Node *end[2];
    for (int i = 0; i < 2; i++) {
        one.out = 3;
        network_branch(graph, OP_conv, one, graph->input, (Stack){"a", i, 2, 0});
        network_then(graph, OP_relu, one);
        three.out = 5;
        end[i] = network_branch(graph, OP_conv, three, graph->last, (Stack){"b", i, 2, 1});
    }
    network_add(graph, OP_add, one, NULL, end, 2);
    return answer(graph, 2);
}

Test(reference, reads_slices_of_stacked_parameters)
{
    double *branches = grouped(true), *whole = grouped(false);
    for (int i = 0; i < 2 * 5 * 3 * 3; i++)
        cr_assert_float_eq(branches[i], whole[i], 1e-14);
    free(branches);
    free(whole);
}

Test(reference, skips_what_nobody_reads)
{
    Graph *graph = network_new(&context, (Shape){1, 1, 2, false});
    network_then(graph, OP_relu, network_attr());
    graph->output = graph->input;
    expect(graph, 1, (const float[]){-1, 2}, (const double[]){-1, 2});
}

/* ---- refusals ------------------------------------------------------------------------------------------------- */

static Graph *one_linear(const char *name, int inputs)
{
    Graph *graph = network_new(&context, (Shape){inputs, 1, 1, false});
    Attr attr = network_attr();
    attr.out = 2;
    network_finish(graph, network_add(graph, OP_linear, attr, name, &graph->input, 1));
    return graph;
}

Test(reference, names_a_tensor_that_the_weights_lack)
{
    Weights *weights = network_weights(one_linear("fc", 3), 1);
    Failure failure = {""};
    cr_assert_not(reference_run(one_linear("head", 3), weights, NULL, 1, NULL, &failure));
    cr_assert_str_eq(failure.text, "the weights hold no tensor 'head.weight' of the network's shape");
    cr_assert_not(reference_run(one_linear("fc", 4), weights, NULL, 1, NULL, &failure));
    cr_assert_str_eq(failure.text, "the weights hold no tensor 'fc.weight' of the network's shape");
    weights_free(weights);
}

Test(reference, says_where_memory_ran_out)
{
    Graph *graph = network_new(&context, (Shape){1 << 8, 1 << 10, 1 << 10, false});
    network_finish(graph, graph->input);
    Weights *weights = network_weights(graph, 1);
    Failure failure = {""};
    cr_assert_not(reference_run(graph, weights, NULL, INT_MAX, NULL, &failure));
    cr_assert_str_eq(failure.text, "out of memory at 'input' (batch 2147483647)");
    weights_free(weights);
}
