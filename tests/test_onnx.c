/* test_onnx.c - what `nncc graph -o net.onnx` writes, read back byte by byte: every field lies inside its message, every
 * operator reads what is there, and parameters and their slices are the values that the network was given. */
#include <criterion/criterion.h>
#include <string.h>

#include "../backends/backend.h"
#include "context.h"
#include "support.h"

/* ---- protobuf, read ----------------------------------------------------------------------------------------- */

typedef struct {
    const uint8_t *at, *end;
} Bytes;

typedef struct {
    int number, wire;
    uint64_t value;                     /* of a varint */
    Bytes bytes;                        /* of a string, a message or a float */
} Field;

static uint64_t varint(Bytes *b)
{
    uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
        cr_assert(b->at < b->end && shift < 64, "a number without an end");
        value |= (uint64_t)(*b->at & 127) << shift;
        if (*b->at++ < 128)
            return value;
    }
}

static bool next_field(Bytes *message, Field *field)
{
    if (message->at == message->end)
        return false;
    uint64_t tag = varint(message);
    *field = (Field){(int)(tag >> 3), tag & 7, 0, {NULL, NULL}};
    cr_assert(field->wire == 0 || field->wire == 2 || field->wire == 5, "wire type %d", field->wire);
    if (field->wire == 0) {
        field->value = varint(message);
        return true;
    }
    uint64_t size = field->wire == 5 ? 4 : varint(message);
    cr_assert_leq(size, (uint64_t)(message->end - message->at), "field %d is longer than its message", field->number);
    field->bytes = (Bytes){message->at, message->at + size};
    message->at += size;
    return true;
}

/* The only field of that number. */
static Field only(Bytes message, int number)
{
    Field field, found = {0};
    int count = 0;
    while (next_field(&message, &field))
        if (field.number == number)
            found = field, count++;
    cr_assert_eq(count, 1, "%d fields %d", count, number);
    return found;
}

static const char *string(Context *context, Bytes bytes)
{
    return arena_printf(context, "%.*s", (int)(bytes.end - bytes.at), (const char *)bytes.at);
}

/* ---- models, read --------------------------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    int64_t dim[8];
    int rank;
    Bytes data;
} Stored;

typedef struct {
    Context *context;
    Bytes graph;
    const char *known[512];             /* values that exist so far, initializers first */
    int nknown;
    Stored tensor[256];
    int ntensor;
    Text operators;                     /* their types in order, a space behind each */
} File;

static bool is_known(const File *m, const char *name)
{
    for (int i = 0; i < m->nknown; i++)
        if (!strcmp(m->known[i], name))
            return true;
    return false;
}

static void learn(File *m, const char *name)
{
    cr_assert(!is_known(m, name), "two values are called %s", name);
    m->known[m->nknown++] = name;
}

static void read_tensor(File *m, Bytes message)
{
    Stored *t = &m->tensor[m->ntensor++];
    uint64_t size = only(message, 2).value == 1 ? 4 : 8;
    t->name = string(m->context, only(message, 8).bytes);
    t->data = only(message, 9).bytes;
    for (Field f; next_field(&message, &f);)
        if (f.number == 1)
            size *= (uint64_t)(t->dim[t->rank++] = (int64_t)f.value);
    cr_expect_eq((uint64_t)(t->data.end - t->data.at), size, "%s", t->name);
    learn(m, t->name);
}

static void read_node(File *m, Bytes message)
{
    text_add(&m->operators, "%s ", string(m->context, only(message, 4).bytes));
    learn(m, string(m->context, only(message, 2).bytes));
    for (Field f; next_field(&message, &f);)
        if (f.number == 1)
            cr_expect(is_known(m, string(m->context, f.bytes)), "%s is read before it is made", string(m->context, f.bytes));
}

static File *read_model(Context *context, Text text)
{
    File *m = arena_alloc(context, 1, sizeof *m);
    Bytes model = {(const uint8_t *)text.data, (const uint8_t *)text.data + text.size};
    *m = (File){.context = context, .graph = only(model, 7).bytes, .operators = text_new(context)};
    cr_expect_eq(only(model, 1).value, 8);
    cr_expect_str_eq(string(context, only(model, 2).bytes), "nncc");
    cr_expect_eq(only(only(model, 8).bytes, 2).value, 13);
    learn(m, "input");
    Bytes graph = m->graph;
    for (Field f; next_field(&graph, &f);)
        if (f.number == 5)
            read_tensor(m, f.bytes);
    graph = m->graph;
    for (Field f; next_field(&graph, &f);)
        if (f.number == 1)
            read_node(m, f.bytes);
    cr_expect(is_known(m, "output"));
    return m;
}

static const Stored *find(const File *m, const char *name)
{
    for (int i = 0; i < m->ntensor; i++)
        if (!strcmp(m->tensor[i].name, name))
            return &m->tensor[i];
    cr_assert_fail("there is no initializer %s", name);
    return NULL;
}

/* The sizes of the input (11) or output (12): "batch 3 8 8", "2 10". */
static const char *sizes(const File *m, int which)
{
    Text text = text_new(m->context);
    Bytes shape = only(only(only(only(m->graph, which).bytes, 2).bytes, 1).bytes, 2).bytes;
    for (Field dim, size; next_field(&shape, &dim);) {
        next_field(&dim.bytes, &size);
        if (size.number == 1)
            text_add(&text, "%lld ", (long long)size.value);
        else
            text_add(&text, "%s ", string(m->context, size.bytes));
    }
    return text.data;
}

/* ---- tests ------------------------------------------------------------------------------------------------------ */

TestSuite(onnx, .init = open_context, .fini = close_context, .timeout = 60);

static File *export(const char *input, const char *layers, int batch, Weights **weights)
{
    Graph *graph = graph_of(&context, input, layers);
    cr_assert(graph, "%s", context.message);
    *weights = network_weights(graph, 1);
    return read_model(&context, onnx_model(graph, *weights, batch));
}

static void expect_operators(const char *input, const char *layers, const char *operators)
{
    Weights *weights;
    cr_expect_str_eq(export(input, layers, 0, &weights)->operators.data, operators, "%s", layers);
    weights_free(weights);
}

Test(onnx, network)
{
    Weights *weights;
    static const char layers[] = "conv: {name: c, out: 8, kernel: 3, pad: 1, bias: true}, bn: {name: b}, relu, "
                                 "global_avg_pool, flatten, linear: {name: fc, out: 10}, softmax";
    File *m = export("[3, 8, 8]", layers, 0, &weights);
    cr_expect_str_eq(m->operators.data, "Conv BatchNormalization Relu GlobalAveragePool Flatten Gemm Softmax Identity ");
    cr_expect_str_eq(sizes(m, 11), "batch 3 8 8 ");
    cr_expect_str_eq(sizes(m, 12), "batch 10 ");
    const Stored *t = find(m, "c.weight");
    int rank;
    int64_t dim[4];
    const float *expected = weights_find(weights, "c.weight", &rank, dim);
    cr_expect(t->rank == 4 && !memcmp(t->dim, dim, sizeof dim) && !memcmp(t->data.at, expected, 8 * 3 * 9 * sizeof *expected));
    cr_expect_eq(m->ntensor, 2 + 4 + 2);
    weights_free(weights);
    cr_expect_str_eq(sizes(export("[3, 8, 8]", layers, 2, &weights), 11), "2 3 8 8 ");
    weights_free(weights);
}

/* ONNX lacks some of our operations, or has less general ones. */
Test(onnx, composed)
{
    expect_operators("[4, 6, 6]", "silu", "Sigmoid Mul Identity ");
    expect_operators("[4, 6, 6]", "hard_swish", "HardSigmoid Mul Identity ");
    expect_operators("[4, 6, 6]", "relu6", "Clip Identity ");
    expect_operators("[4, 6, 6]", "gn: {name: g, groups: 2}", "Reshape InstanceNormalization Reshape Mul Add Identity ");
    expect_operators("[4, 6, 6]", "in: {name: g, affine: false}", "Reshape InstanceNormalization Reshape Identity ");
    expect_operators("[4, 1, 1]", "linear: {name: l, out: 2}", "Reshape Gemm Identity ");
    expect_operators("[4, 6, 6]", "add: {from: [input, input, input]}, dropout", "Sum Identity Identity ");
    expect_operators("[4, 6, 6]", "slice: {begin: 1, count: 2}, pad: {channels: [1, 1]}", "Slice Pad Identity ");
}

/* Windows beyond the edge are padding, or an operator of their own where they are not to be counted like padding. */
Test(onnx, pools)
{
    expect_operators("[4, 6, 6]", "max_pool: {kernel: 3, stride: 2, ceil_mode: true}", "MaxPool Identity ");
    expect_operators("[4, 6, 6]", "max_pool: {kernel: 2, stride: 4, dilation: 3, ceil_mode: true}", "Pad MaxPool Identity ");
    expect_operators("[4, 6, 6]", "avg_pool: {kernel: 3, stride: 2, pad: 1}", "AveragePool Identity ");
    expect_operators("[4, 6, 6]", "avg_pool: {kernel: 3, stride: 2, pad: 1, ceil_mode: true}", "Pad AveragePool Identity ");
    expect_operators("[4, 6, 6]", "avg_pool: {kernel: 3, stride: 2, pad: 1, ceil_mode: true, count_include_pad: false}",
                     "AveragePool Identity ");
}

/* Each branch gets its slice: of outputs, and, right before a sum, of inputs. */
Test(onnx, slices)
{
    Weights *weights;
    File *m = export("[3, 4, 4]", "branches: {join: add, times: 2, body: [conv: {name: a, out: 5, kernel: 1}, "
                                 "conv: {name: b, out: 7, kernel: 1}]}", 0, &weights);
    int rank;
    int64_t dim[4];
    const float *a = weights_find(weights, "a.weight", &rank, dim), *b = weights_find(weights, "b.weight", &rank, dim);
    cr_assert_eq(dim[1], 10);
    const Stored *second = find(m, "a.weight:5"), *last = find(m, "b.weight:5");
    cr_expect(second->dim[0] == 5 && !memcmp(second->data.at, a + 5 * 3, 5 * 3 * sizeof *a));
    cr_assert(last->dim[0] == 7 && last->dim[1] == 5);
    for (int row = 0; row < 7; row++)
        cr_expect(!memcmp(last->data.at + row * 5 * sizeof *b, b + row * 10 + 5, 5 * sizeof *b), "row %d", row);
    weights_free(weights);
}

Test(onnx, refuses_what_no_file_holds)
{
    Graph *graph = graph_of(&context, "[32768, 1, 1]", "linear: {name: l, out: 20000}");
    cr_assert(graph, "%s", context.message);
    if (!setjmp(context.on_error))
        onnx_check(graph);
    cr_expect(strstr(context.message, "limit: bytes of an ONNX file"), "%s", context.message);
}
