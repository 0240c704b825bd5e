/* onnx.c - Graph -> ONNX, operator set 13: the network as drawing programs and other runtimes read it.
 *
 * An ONNX file is one protobuf message. Each of its fields is a number (the field's, and the kind of what follows), then
 * either an integer in groups of 7 bits or a length and as many bytes, which may be a message again.
 * Values are called after the node that makes them, NODE:out, and NODE:word on the way there; no node or parameter of a
 * spec can be called so. Parameters keep their names; a slice of a stacked one is called TENSOR:FIRST. */
#include <math.h>
#include <string.h>

#include "../runtime/nncc.h"
#include "backend.h"

enum { IR_VERSION = 8, OPERATOR_SET = 13, LARGEST_FILE = INT32_MAX };

/* Field numbers, message by message, and the codes of types, as onnx.proto gives them. */
enum { MODEL_ir_version = 1, MODEL_producer_name = 2, MODEL_producer_version = 3, MODEL_graph = 7, MODEL_opset_import = 8 };
enum { OPSET_version = 2 };
enum { GRAPH_node = 1, GRAPH_name = 2, GRAPH_initializer = 5, GRAPH_input = 11, GRAPH_output = 12 };
enum { NODE_input = 1, NODE_output = 2, NODE_name = 3, NODE_op_type = 4, NODE_attribute = 5 };
enum { ATTRIBUTE_name = 1, ATTRIBUTE_f = 2, ATTRIBUTE_i = 3, ATTRIBUTE_ints = 8, ATTRIBUTE_type = 20 };
enum { TENSOR_dims = 1, TENSOR_data_type = 2, TENSOR_name = 8, TENSOR_raw_data = 9 };
enum { VALUE_name = 1, VALUE_type = 2, TYPE_tensor = 1, TENSOR_TYPE_element = 1, TENSOR_TYPE_shape = 2, SHAPE_dim = 1 };
enum { DIM_value = 1, DIM_name = 2 };
enum { ATTRIBUTE_FLOAT = 1, ATTRIBUTE_INT = 2, ATTRIBUTE_INTS = 7, TYPE_FLOAT = 1, TYPE_INT64 = 7 };

/* A parameter or constant: its message up to the data, which goes from where it lies into the file. */
typedef struct Initializer {
    Text head;
    const void *data;
    size_t size;                        /* bytes of data */
    struct Initializer *next;
} Initializer;

typedef struct {
    Context *context;
    const Weights *weights;
    Text body;                          /* GraphProto without the initializers */
    Initializer *first, **end;
    const Node *node;                   /* the one being written */
    Text attributes;                    /* of the next operator, which takes them */
} Onnx;

/* ---- protobuf ------------------------------------------------------------------------------------------- */

enum { WIRE_varint = 0, WIRE_bytes = 2, WIRE_32 = 5 };

static void put_varint(Text *text, uint64_t value)
{
    for (; value > 127; value >>= 7)
        text_append(text, &(char){(char)(value | 128)}, 1);
    text_append(text, &(char){(char)value}, 1);
}

static void put_int(Text *text, int field, int64_t value)
{
    put_varint(text, (uint64_t)field << 3 | WIRE_varint);
    put_varint(text, (uint64_t)value);
}

static void put_float(Text *text, int field, float value)
{
    put_varint(text, (uint64_t)field << 3 | WIRE_32);
    text_append(text, (const char *)&value, sizeof value);
}

/* What comes before so many bytes. */
static void put_length(Text *text, int field, size_t size)
{
    put_varint(text, (uint64_t)field << 3 | WIRE_bytes);
    put_varint(text, size);
}

static void put_string(Text *text, int field, const char *string)
{
    put_length(text, field, strlen(string));
    text_append(text, string, strlen(string));
}

static void put_message(Text *text, int field, const Text *message)
{
    put_length(text, field, message->size);
    text_append(text, message->data, message->size);
}

/* ---- initializers ----------------------------------------------------------------------------------------- */

static const char *add_initializer(Onnx *o, const char *name, int type, const void *data, int rank, const int64_t *dim)
{
    Initializer *new = arena_alloc(o->context, 1, sizeof *new);
    *new = (Initializer){text_new(o->context), data, type == TYPE_FLOAT ? sizeof(float) : sizeof(int64_t), NULL};
    for (int i = 0; i < rank; i++) {
        put_int(&new->head, TENSOR_dims, dim[i]);
        new->size *= (size_t)dim[i];
    }
    put_int(&new->head, TENSOR_data_type, type);
    put_string(&new->head, TENSOR_name, name);
    put_length(&new->head, TENSOR_raw_data, new->size);
    *o->end = new;
    o->end = &new->next;
    return name;
}

static const char *value_name(Onnx *o, const char *word)
{
    return arena_printf(o->context, "%s:%s", o->node->name, word);
}

/* `count` times the same number; count 0: a scalar. */
static const char *constant(Onnx *o, const char *word, float value, int64_t count)
{
    float *data = arena_alloc(o->context, (size_t)count + 1, sizeof *data);
    for (int64_t i = 0; i <= count; i++)
        data[i] = value;
    return add_initializer(o, value_name(o, word), TYPE_FLOAT, data, count > 0, &count);
}

static const char *integers(Onnx *o, const char *word, int64_t count, const int64_t *value)
{
    int64_t *data = memcpy(arena_alloc(o->context, (size_t)count, sizeof *data), value, (size_t)count * sizeof *data);
    return add_initializer(o, value_name(o, word), TYPE_INT64, data, 1, &count);
}
#define INTEGERS(o, word, count, ...) integers(o, word, count, (const int64_t[]){__VA_ARGS__})

/* The slice of a stacked parameter: `before` pieces, `step` elements from one to the next. */
static const float *gather(Context *context, const float *from, int64_t before, int64_t step, int64_t piece)
{
    float *data = arena_alloc(context, (size_t)(before * piece), sizeof *data);
    for (int64_t i = 0; i < before; i++)
        memcpy(data + i * piece, from + i * step, (size_t)piece * sizeof *data);
    return data;
}

/* A parameter of the node as an initializer, or NULL; `ones` dimensions of 1 come behind its own. */
static const char *parameter(Onnx *o, int which, int ones)
{
    const Weight *w = &o->node->weight[which];
    if (!w->tensor)
        return NULL;
    int rank;
    int64_t dim[6] = {0}, before = 1, inner = 1, whole;
    const float *data = weights_find(o->weights, w->tensor->name, &rank, dim);
    for (int i = 0; i < rank; i++)
        *(i < w->axis ? &before : &inner) *= i == w->axis ? 1 : dim[i];
    for (int i = 0; i < ones; i++)
        dim[rank + i] = 1;
    whole = dim[w->axis];
    dim[w->axis] = w->count;
    const char *name = w->count == whole ? w->tensor->name : arena_printf(o->context, "%s:%lld", w->tensor->name, (long long)w->begin);
    data += w->begin * inner;
    if (w->count < whole && before > 1)
        data = gather(o->context, data, before, whole * inner, w->count * inner);
    return add_initializer(o, name, TYPE_FLOAT, data, rank + ones, dim);
}

/* ---- operators ---------------------------------------------------------------------------------------------- */

static Text attribute(Onnx *o, const char *name, int type)
{
    Text text = text_new(o->context);
    put_string(&text, ATTRIBUTE_name, name);
    put_int(&text, ATTRIBUTE_type, type);
    return text;
}

static void set_int(Onnx *o, const char *name, int64_t value)
{
    Text text = attribute(o, name, ATTRIBUTE_INT);
    put_int(&text, ATTRIBUTE_i, value);
    put_message(&o->attributes, NODE_attribute, &text);
}

static void set_float(Onnx *o, const char *name, double value)
{
    Text text = attribute(o, name, ATTRIBUTE_FLOAT);
    put_float(&text, ATTRIBUTE_f, (float)value);
    put_message(&o->attributes, NODE_attribute, &text);
}

static void set_ints(Onnx *o, const char *name, int count, const int *value)
{
    Text text = attribute(o, name, ATTRIBUTE_INTS);
    for (int i = 0; i < count; i++)
        put_int(&text, ATTRIBUTE_ints, value[i]);
    put_message(&o->attributes, NODE_attribute, &text);
}

static const char *result_of(Context *context, const Node *node)
{
    return node->op == OP_input ? "input" : node->op == OP_output ? "output" : arena_printf(context, "%s:out", node->name);
}

/* One operator with the attributes set so far; the list of inputs ends with NULL. Returns what its result is called. */
static const char *operate(Onnx *o, const char *type, const char *word, const char *const *input)
{
    const char *output = strcmp(word, "out") ? value_name(o, word) : result_of(o->context, o->node);
    Text text = text_new(o->context);
    for (; *input; input++)
        put_string(&text, NODE_input, *input);
    put_string(&text, NODE_output, output);
    put_string(&text, NODE_name, strcmp(word, "out") ? output : o->node->name);
    put_string(&text, NODE_op_type, type);
    text_append(&text, o->attributes.data, o->attributes.size);
    put_message(&o->body, GRAPH_node, &text);
    o->attributes.size = 0;
    return output;
}
#define OPERATE(o, type, word, ...) operate(o, type, word, (const char *const[]){__VA_ARGS__, NULL})

/* A value as a batch of rows of channels, or of pictures. */
static const char *reshape(Onnx *o, const char *word, const char *value, Shape s)
{
    const char *shape = INTEGERS(o, arena_printf(o->context, "%s_shape", word), s.flat ? 2 : 4, 0, s.channels, s.height, s.width);
    return OPERATE(o, "Reshape", word, value, shape);
}

/* Operand i; where it is flat and the result a picture, or the other way round, both have one pixel: in the result's rank. */
static const char *operand(Onnx *o, int i)
{
    const char *value = result_of(o->context, o->node->in[i]);
    Shape s = o->node->in[i]->shape;
    if (s.flat == o->node->shape.flat)
        return value;
    s.flat = !s.flat;
    return reshape(o, arena_printf(o->context, "operand%d", i), value, s);
}

/* ---- one function for each family of operations ------------------------------------------------------------------ */

typedef void Write(Onnx *, const Attr *, const char *x);       /* x: operand 0 */
#define FORWARD_ONLY
#define OP(name, least, most, kind, family, ...) static Write write_##family;
#include "../ir/ops.h"

static Write *const writer[NOP] = {
#define OP(name, least, most, kind, family, ...) [OP_##name] = write_##family,
#include "../ir/ops.h"
};
#undef FORWARD_ONLY

#define SAME(family, type)                                                  \
    static void write_##family(Onnx *o, const Attr *a, const char *x)       \
    {                                                                       \
        (void)a;                                                            \
        OPERATE(o, type, "out", x);                                         \
    }
SAME(relu, "Relu")
SAME(sigmoid, "Sigmoid")
SAME(tanh, "Tanh")
SAME(global_avg_pool, "GlobalAveragePool")
SAME(identity, "Identity")
SAME(convert, "Identity")

/* No operator: it has its place at the head of the graph. */
static void write_input(Onnx *o, const Attr *a, const char *x)
{
    (void)o, (void)a, (void)x;
}

static void set_window(Onnx *o, const int pads[4])
{
    const Attr *a = &o->node->attr;
    set_ints(o, "kernel_shape", 2, a->kernel);
    set_ints(o, "strides", 2, a->stride);
    set_ints(o, "pads", 4, pads);
}

static void write_conv(Onnx *o, const Attr *a, const char *x)
{
    set_window(o, (const int[]){a->pad[0], a->pad[1], a->pad[0], a->pad[1]});
    set_ints(o, "dilations", 2, a->dilation);
    set_int(o, "group", a->groups);
    OPERATE(o, "Conv", "out", x, parameter(o, W_weight, 0), parameter(o, W_bias, 0));
}

static void write_linear(Onnx *o, const Attr *a, const char *x)
{
    (void)a;
    set_int(o, "transB", 1);
    OPERATE(o, "Gemm", "out", x, parameter(o, W_weight, 0), parameter(o, W_bias, 0));
}

static void write_bn(Onnx *o, const Attr *a, const char *x)
{
    set_float(o, "epsilon", a->eps);
    OPERATE(o, "BatchNormalization", "out", x, parameter(o, W_weight, 0), parameter(o, W_bias, 0), parameter(o, W_mean, 0),
            parameter(o, W_var, 0));
}

/* InstanceNormalization of as many channels as there are groups; their own scales and shifts then follow apart. */
static void write_norm(Onnx *o, const Attr *a, const char *x)
{
    Shape s = o->node->shape;
    int ones = s.flat ? 0 : 2, groups = o->node->op == OP_in ? s.channels : o->node->op == OP_ln ? 1 : a->groups;
    const char *one = constant(o, "one", 1, groups), *zero = constant(o, "zero", 0, groups);
    bool affine = o->node->weight[W_weight].tensor;
    x = OPERATE(o, "Reshape", "groups", x, INTEGERS(o, "groups_shape", 3, 0, groups, -1));
    set_float(o, "epsilon", a->eps);
    x = OPERATE(o, "InstanceNormalization", "normal", x, one, zero);
    x = reshape(o, affine ? "apart" : "out", x, s);
    if (!affine)
        return;
    x = OPERATE(o, "Mul", "scaled", x, parameter(o, W_weight, ones));
    OPERATE(o, "Add", "out", x, parameter(o, W_bias, ones));
}

static void write_relu6(Onnx *o, const Attr *a, const char *x)
{
    (void)a;
    OPERATE(o, "Clip", "out", x, constant(o, "low", 0, 0), constant(o, "high", 6, 0));
}

static void write_leaky_relu(Onnx *o, const Attr *a, const char *x)
{
    set_float(o, "alpha", a->slope);
    OPERATE(o, "LeakyRelu", "out", x);
}

static void write_silu(Onnx *o, const Attr *a, const char *x)
{
    (void)a;
    OPERATE(o, "Mul", "out", x, OPERATE(o, "Sigmoid", "sigmoid", x));
}

/* HardSigmoid is max(0, min(1, alpha * x + beta)). */
static void write_hard_swish(Onnx *o, const Attr *a, const char *x)
{
    (void)a;
    set_float(o, "alpha", 1.0 / 6);
    set_float(o, "beta", 0.5);
    OPERATE(o, "Mul", "out", x, OPERATE(o, "HardSigmoid", "sigmoid", x));
}

static const char *surround(Onnx *o, const char *x, const int edges[4], float value)
{
    const char *pads = INTEGERS(o, "edges", 8, 0, 0, edges[0], edges[1], 0, 0, edges[2], edges[3]);
    return OPERATE(o, "Pad", "padded", x, pads, constant(o, "border", value, 0));
}

/* Rows (axis 0) or columns after the picture that the last window reads; ceil_mode makes them more than the padding. */
static int padding_after(const Node *n, int axis)
{
    const Attr *a = &n->attr;
    int size = axis ? n->in[0]->shape.width : n->in[0]->shape.height, windows = axis ? n->shape.width : n->shape.height;
    int dilation = n->op == OP_max_pool ? a->dilation[axis] : 1;
    int read = (windows - 1) * a->stride[axis] + dilation * (a->kernel[axis] - 1) + 1 - size - a->pad[axis];
    return read > a->pad[axis] ? read : a->pad[axis];
}

/* Runtimes disagree about ceil_mode, so windows beyond the edge become padding; where ONNX has no padding of that kind (an
 * average that counts the spec's padding, but not what lies beyond; more than a kernel), an operator of its own puts it there. */
static void write_pool(Onnx *o, const Attr *a, const char *x)
{
    bool max = o->node->op == OP_max_pool;
    int pads[4] = {a->pad[0], a->pad[1], padding_after(o->node, 0), padding_after(o->node, 1)};
    bool beyond = pads[2] > pads[0] || pads[3] > pads[1], far = pads[2] >= a->kernel[0] || pads[3] >= a->kernel[1];
    bool apart = max ? far : beyond && a->count_pad;
    if (apart) {
        int kept[4] = {pads[0], pads[1], max ? pads[2] : pads[0], max ? pads[3] : pads[1]};
        x = surround(o, x, kept, max ? -INFINITY : 0);
        for (int i = 0; i < 4; i++)
            pads[i] -= kept[i];
    }
    set_window(o, pads);
    if (max)
        set_ints(o, "dilations", 2, a->dilation);
    else
        set_int(o, "count_include_pad", a->count_pad && !apart);
    OPERATE(o, max ? "MaxPool" : "AveragePool", "out", x);
}

/* A batch of rows, whatever came in: rows stay what they are. */
static void write_flatten(Onnx *o, const Attr *a, const char *x)
{
    (void)a, (void)x;
    OPERATE(o, "Flatten", "out", result_of(o->context, o->node->in[0]));
}

static void write_softmax(Onnx *o, const Attr *a, const char *x)
{
    (void)a;
    set_int(o, "axis", 1);
    OPERATE(o, "Softmax", "out", x);
}

static void write_pad(Onnx *o, const Attr *a, const char *x)
{
    const int64_t flat[] = {0, a->channels[0], 0, a->channels[1]};
    const int64_t picture[] = {0, a->channels[0], a->edges[0], a->edges[2], 0, a->channels[1], a->edges[1], a->edges[3]};
    const char *pads = o->node->shape.flat ? integers(o, "pads", 4, flat) : integers(o, "pads", 8, picture);
    OPERATE(o, "Pad", "out", x, pads, constant(o, "value", (float)a->value, 0));
}

/* Of any number of operands, the first of which is x. */
static void write_all(Onnx *o, const char *type, const char *x)
{
    const char **input = arena_alloc(o->context, (size_t)o->node->nin + 1, sizeof *input);
    input[0] = x;
    for (int i = 1; i < o->node->nin; i++)
        input[i] = operand(o, i);
    operate(o, type, "out", input);
}

static void write_add(Onnx *o, const Attr *a, const char *x)
{
    (void)a;
    write_all(o, o->node->nin == 2 ? "Add" : "Sum", x);
}

static void write_mul(Onnx *o, const Attr *a, const char *x)
{
    (void)a;
    write_all(o, "Mul", x);
}

static void write_concat(Onnx *o, const Attr *a, const char *x)
{
    (void)a;
    set_int(o, "axis", 1);
    write_all(o, "Concat", x);
}

static void write_slice(Onnx *o, const Attr *a, const char *x)
{
    const char *begin = INTEGERS(o, "begin", 1, a->begin), *end = INTEGERS(o, "end", 1, (int64_t)a->begin + a->count);
    OPERATE(o, "Slice", "out", x, begin, end, INTEGERS(o, "axis", 1, 1));
}

/* ---- the file ---------------------------------------------------------------------------------------------------- */

/* The network's input or output: a batch of any size where `batch` is 0. */
static Text describe(Context *context, const char *name, Shape s, int batch)
{
    const int size[] = {batch, s.channels, s.height, s.width};
    Text value = text_new(context), type = text_new(context), tensor = text_new(context), shape = text_new(context);
    for (int i = 0; i < (s.flat ? 2 : 4); i++) {
        Text dim = text_new(context);
        if (size[i])
            put_int(&dim, DIM_value, size[i]);
        else
            put_string(&dim, DIM_name, "batch");
        put_message(&shape, SHAPE_dim, &dim);
    }
    put_int(&tensor, TENSOR_TYPE_element, TYPE_FLOAT);
    put_message(&tensor, TENSOR_TYPE_shape, &shape);
    put_message(&type, TYPE_tensor, &tensor);
    put_string(&value, VALUE_name, name);
    put_message(&value, VALUE_type, &type);
    return value;
}

static void check_size(Context *context, int64_t bytes)
{
    if (bytes > LARGEST_FILE)
        fail_at(context, (Loc){0}, NULL, "%lld bytes are too many: limit: bytes of an ONNX file = %d", (long long)bytes, LARGEST_FILE);
}

void onnx_check(const Graph *graph)
{
    int64_t bytes = 0;
    for (const Tensor *t = graph->tensors; t; t = t->next) {
        int64_t size = sizeof(float);
        for (int i = 0; i < t->rank; i++)
            size *= t->dim[i];
        bytes += t->integer ? 0 : size;
    }
    check_size(graph->context, bytes);
}

/* Model = everything small, then the graph: its length, its nodes, its initializers. */
static Text assemble(Onnx *o)
{
    Text model = text_new(o->context), opset = text_new(o->context), length = text_new(o->context);
    size_t size = o->body.size;
    for (Initializer *i = o->first; i; i = i->next) {
        length.size = 0;
        put_length(&length, GRAPH_initializer, i->head.size + i->size);
        size += length.size + i->head.size + i->size;
    }
    put_int(&model, MODEL_ir_version, IR_VERSION);
    put_string(&model, MODEL_producer_name, "nncc");
    put_string(&model, MODEL_producer_version, NNCC_VERSION);
    put_int(&opset, OPSET_version, OPERATOR_SET);
    put_message(&model, MODEL_opset_import, &opset);
    put_length(&model, MODEL_graph, size);
    check_size(o->context, (int64_t)(model.size + size));
    model.data = arena_grow(o->context, model.data, model.size + size, &model.capacity, 1);
    text_append(&model, o->body.data, o->body.size);
    for (Initializer *i = o->first; i; i = i->next) {
        put_length(&model, GRAPH_initializer, i->head.size + i->size);
        text_append(&model, i->head.data, i->head.size);
        text_append(&model, i->data, i->size);
    }
    return model;
}

Text onnx_model(const Graph *graph, const Weights *weights, int batch)
{
    Context *context = graph->context;
    Onnx o = {.context = context, .weights = weights, .body = text_new(context), .attributes = text_new(context)};
    o.end = &o.first;
    put_string(&o.body, GRAPH_name, graph->name);
    for (const Node *node = graph->first; node; node = node->next) {
        o.node = node;
        writer[node->op](&o, &node->attr, node->nin && node->op != OP_flatten ? operand(&o, 0) : NULL);
    }
    Text input = describe(context, "input", graph->input->shape, batch), output = describe(context, "output", graph->output->shape, batch);
    put_message(&o.body, GRAPH_input, &input);
    put_message(&o.body, GRAPH_output, &output);
    return assemble(&o);
}
