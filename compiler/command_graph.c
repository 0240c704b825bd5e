/* command_graph.c - `nncc graph`: the network as a picture, or as other programs read it (.onnx). In the picture, operations
 * are boxes, tensors are arrows with their shapes, and the dotted parts of names (layer1.0.conv1) become boxes around them;
 * of identical branches one is drawn, in double lines. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

/* Text inside double quotes of a DOT file. */
static void add_quoted(Text *text, const char *string)
{
    for (const char *c = string; *c; c++)
        if (*c == '"' || *c == '\\')
            text_add(text, "\\%c", *c);
        else
            text_append(text, (unsigned char)*c < ' ' ? "?" : c, 1);
}

/* Bytes that two dotted names share as whole parts: 9 of "layer1.0.conv1" and "layer1.0.bn1". */
static size_t common_parts(const char *a, const char *b)
{
    size_t common = 0;
    for (size_t i = 0; a[i] && a[i] == b[i]; i++)
        if (a[i] == '.')
            common = i + 1;
    return common;
}

static int count_dots(const char *text, size_t size)
{
    int dots = 0;
    for (size_t i = 0; i < size && text[i]; i++)
        dots += text[i] == '.';
    return dots;
}

/* Closes the boxes of the last node's name that this one does not share, opens those that it adds. */
static void change_boxes(Text *text, const char *last, const char *name, int *boxes)
{
    size_t common = common_parts(last, name);
    for (int depth = count_dots(last, strlen(last)); depth > count_dots(last, common); depth--)
        text_add(text, "}\n");
    for (const char *dot; (dot = strchr(name + common, '.')); common = (size_t)(dot - name) + 1) {
        text_add(text, "subgraph cluster_%d {\nlabel=\"", (*boxes)++);
        add_quoted(text, arena_printf(text->context, "%.*s", (int)(dot - name), name));
        text_add(text, "\"\n");
    }
}

static bool is_drawn(const Node *node)
{
    return node->stack.index == 0;
}

/* conv2[0..31] stands for 32 branches. */
static const char *shown_name(Context *context, const Node *node)
{
    return node->stack.count > 1 ? arena_printf(context, "%s[0..%d]", node->stack.name, node->stack.count - 1) : node->name;
}

static void add_node(Text *text, const Node *node)
{
    const Attr *a = &node->attr;
    text_add(text, "n%d [label=\"%s", node->id, op_name(node->op));
    if (node->op == OP_conv || node->op == OP_max_pool || node->op == OP_avg_pool)
        text_add(text, " %dx%d", a->kernel[0], a->kernel[1]);
    if ((node->op == OP_conv || node->op == OP_max_pool || node->op == OP_avg_pool) && (a->stride[0] > 1 || a->stride[1] > 1))
        text_add(text, " / %d", a->stride[0]);
    if ((node->op == OP_conv || node->op == OP_gn) && a->groups > 1)
        text_add(text, ", %d groups", a->groups);
    if (strcmp(node->name, op_name(node->op))) {
        text_add(text, "\\n");
        add_quoted(text, shown_name(text->context, node));
    }
    const char *colour = node->macs ? "#cfe2f3" : op_info[node->op].kind == KIND_ELEMENTWISE ? "#fff2cc" : "#eeeeee";
    text_add(text, "\", peripheries=%d, fillcolor=\"%s\"]\n", node->stack.count > 1 ? 2 : 1, colour);
}

static void add_edge(Text *text, const Node *from, const Node *to)
{
    text_add(text, "n%d -> n%d [label=\" ", from->id, to->id);
    if (from->stack.count > 1 && to->stack.count <= 1)
        text_add(text, "%d times ", from->stack.count);
    text_add(text, "%s\"]\n", shape_text(text->context, from->shape));
}

static Text draw(Session *session)
{
    Graph *graph = session->graph;
    Text text = text_new(&session->context);
    const char *last = "";
    int boxes = 0;
    text_add(&text, "digraph \"");
    add_quoted(&text, graph->name);
    text_add(&text, "\" {\nnode [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\", fontsize=11]\n"
                    "edge [fontname=\"sans-serif\", fontsize=9]\ngraph [fontname=\"sans-serif\", fontsize=10, labeljust=l, color=\"#999999\"]\n");
    graph_number(graph);
    for (const Node *node = graph->first; node; node = node->next)
        if (is_drawn(node)) {
            change_boxes(&text, last, node->name, &boxes);
            add_node(&text, node);
            last = node->name;
        }
    change_boxes(&text, last, "", &boxes);
    for (const Node *node = graph->first; node; node = node->next)
        for (int i = 0; i < node->nin; i++)
            if (is_drawn(node) && is_drawn(node->in[i]))
                add_edge(&text, node->in[i], node);
    text_add(&text, "}\n");
    return text;
}

static Text read_whole(Session *session, const char *path)
{
    Text text = text_new(&session->context);
    FILE *file = fopen(path, "re");
    char bytes[4096];
    for (size_t n; file && (n = fread(bytes, 1, sizeof bytes, file)) > 0;)
        text_append(&text, bytes, n);
    if (file)
        fclose(file);
    return text;
}

/* Graphviz works in a directory of our own; its picture reaches its place by write_output. */
static void draw_svg(Session *session, const char *path, const Text *dot)
{
    char directory[] = "/tmp/nncc-XXXXXX", source[64], picture[64];
    if (!mkdtemp(directory))
        fail(session, NULL, "cannot make a temporary directory in /tmp");
    snprintf(source, sizeof source, "%s/net.dot", directory);
    snprintf(picture, sizeof picture, "%s/net.svg", directory);
    write_output(session, source, dot->data, dot->size);
    int status = spawn_and_wait((char *[]){"dot", "-Tsvg", "-o", picture, source, NULL});
    Text text = read_whole(session, picture);
    unlink(source);
    unlink(picture);
    rmdir(directory);
    if (status < 0 || status == 127)
        fail(session, "apt install graphviz, or write a .dot file", "drawing .svg needs Graphviz's program dot");
    if (status || !text.size)
        fail(session, "write a .dot file to see what it read", "Graphviz's dot failed with status %d", status);
    write_output(session, path, text.data, text.size);
}

/* The weights are read only where the file can hold them. */
static Text draw_onnx(Session *session)
{
    onnx_check(session->graph);
    session_weights(session);
    return onnx_model(session->graph, session->weights, session->arguments->batch);
}

int command_graph(Session *session)
{
    const Arguments *arguments = session->arguments;
    const char *path = arguments->output, *dot = path ? strrchr(path, '.') : NULL;
    bool svg = dot && !strcmp(dot, ".svg"), onnx = dot && !strcmp(dot, ".onnx");
    if (!path)
        return usage_error("-o net.svg, net.dot or net.onnx, or -o - for DOT on standard output", "where should the picture go?");
    if (!svg && !onnx && !is_stream(path) && !(dot && !strcmp(dot, ".dot")))
        return usage_error("-o net.svg, net.dot or net.onnx", "cannot tell from %s what to draw", path);
    if (!onnx && (arguments->weights || arguments->batch || arguments->partial))
        return usage_error("-o net.onnx", "only an ONNX file holds weights and a batch");
    session_graph(session, true);
    refuse_overwrite(session, path);
    Text text = onnx ? draw_onnx(session) : draw(session);
    if (svg)
        draw_svg(session, path, &text);
    else
        write_output(session, path, text.data, text.size);
    if (!is_stream(path))
        tell("wrote %s\n", path);
    return 0;
}
