/* print.c - graphs as text, one node a line:
 *
 *   %4 = conv %3 layer1.0.conv2 out=128 kernel=3x3 pad=1x1 groups=32 : 128x56x56
 *          folded bn layer1.0.bn2
 *          then relu
 *   %5 = conv %4 conv3 out=4 kernel=1x1 (conv3.weight[8:12]) : 4x56x56
 *
 * Attributes at their defaults are left out, and so are names of nodes without parameters, parameters that are whole
 * and places in the spec: what computes the same prints the same. */
#include <stdlib.h>
#include <string.h>

#include "ir.h"

const char *shape_text(Context *context, Shape shape)
{
    return shape.flat ? arena_printf(context, "%d", shape.channels)
                      : arena_printf(context, "%dx%dx%d", shape.channels, shape.height, shape.width);
}

/* ---- attributes ----------------------------------------------------------------------------------------- */

typedef enum { INT, PAIR, QUAD, BOOL, REAL } KeyType;

static const struct {
    const char *name;
    KeyType type;
    size_t field;                       /* offset in Attr */
} keys[] = {
#define KEY(name, type, field, ...) {#name, type, offsetof(Attr, field)},
#include "keys.h"
};

static const char *const keys_of[NOP] = {
#define OP(name, least, most, kind, family, declare, keys, meaning) [OP_##name] = keys,
#include "ops.h"
};

/* The numbers of one key of `attr`; returns how many there are, 0 for an unknown key. */
static int read_key(const Attr *attr, const char *name, size_t length, KeyType *type, double value[4])
{
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        if (strlen(keys[k].name) != length || memcmp(keys[k].name, name, length) != 0)
            continue;
        const char *field = (const char *)attr + keys[k].field;
        int count = keys[k].type == PAIR ? 2 : keys[k].type == QUAD ? 4 : 1;
        *type = keys[k].type;
        for (int i = 0; i < count; i++)
            value[i] = *type == REAL ? *(const double *)field : *type == BOOL ? *(const bool *)field : ((const int *)field)[i];
        return count;
    }
    return 0;
}

/* Do the numbers of a key equal its default, a number, true, false or another key? */
static bool is_default(const Attr *attr, const char *text, size_t length, const double *value, int count)
{
    KeyType type;
    double other[4];
    int others = read_key(attr, text, length, &type, other);
    if (!others)
        other[0] = strncmp(text, "true", length) == 0 ? 1 : strncmp(text, "false", length) == 0 ? 0 : strtod(text, NULL);
    for (int i = 0; i < count; i++)
        if (value[i] != other[others ? i : 0])
            return false;
    return true;
}

static void print_key(Text *text, const char *name, size_t length, KeyType type, const double *value)
{
    text_add(text, " %.*s=", (int)length, name);
    switch (type) {
    case INT:  text_add(text, "%.0f", value[0]); break;
    case PAIR: text_add(text, "%.0fx%.0f", value[0], value[1]); break;
    case QUAD: text_add(text, "%.0f,%.0f,%.0f,%.0f", value[0], value[1], value[2], value[3]); break;
    case BOOL: text_add(text, "%s", value[0] != 0 ? "true" : "false"); break;
    case REAL: text_add(text, "%.9g", value[0]); break;
    }
}

/* The keys of ops.h in their order there: "out! stride=1 ...". */
static void print_attributes(Text *text, const Node *node)
{
    for (const char *key = keys_of[node->op]; *key;) {
        size_t length = strcspn(key, "!= "), whole = strcspn(key, " ");
        KeyType type;
        double value[4];
        int count = read_key(&node->attr, key, length, &type, value);
        if (!count)
            die("ops.h: operation '%s' has a key '%.*s' that keys.h lacks", op_name(node->op), (int)length, key);
        bool skip = key[length] == '=' && is_default(&node->attr, key + length + 1, whole - length - 1, value, count);
        if (!skip)
            print_key(text, key, length, type, value);
        key += whole + strspn(key + whole, " ");
    }
}

/* ---- nodes ---------------------------------------------------------------------------------------------- */

static bool has_parameters(const Node *node)
{
    for (int which = 0; which < NWEIGHT; which++)
        if (node->weight[which].tensor)
            return true;
    return false;
}

/* Names follow from the node's: only slices of shared tensors are worth a word. */
static void print_slices(Text *text, const Node *node)
{
    const char *before = " (", *after = "";
    for (int which = 0; which < NWEIGHT; which++) {
        const Weight *weight = &node->weight[which];
        if (!weight->tensor || !weight->tensor->rank || weight->count == weight->tensor->dim[weight->axis])
            continue;
        text_add(text, "%s%s[%s%lld:%lld]", before, weight->tensor->name, weight->axis ? ":, " : "",
                 (long long)weight->begin, (long long)(weight->begin + weight->count));
        before = " ", after = ")";
    }
    text_add(text, "%s", after);
}

static void print_operation(Text *text, const Node *node, int first_operand)
{
    text_add(text, "%s", op_name(node->op));
    for (int i = first_operand; i < node->nin; i++)
        text_add(text, " %%%d", node->in[i]->id);
    if (has_parameters(node))
        text_add(text, " %s", node->name);
    if (node->of)
        text_add(text, " of %s", node->of->name);
    if (node->op == OP_derivative)
        text_add(text, " of %s", op_name(node->attr.of_op));
    print_attributes(text, node);
    print_slices(text, node);
}

static void print_layout(Text *text, const Node *node)
{
    const Layout *layout = &node->layout;
    if (layout->kind == LAYOUT_none)
        return;
    text_add(text, " | %s blocks=%d", layout->kind == LAYOUT_planar ? "planar" : "blocked", layout->blocks);
    if (layout->pad[0] || layout->pad[1])
        text_add(text, " border=%dx%d", layout->pad[0], layout->pad[1]);
    for (int i = 0; layout->nsegment > 1 && i < layout->nsegment; i++)
        text_add(text, "%s%d", i ? "+" : " segments=", layout->segment[i]);
    text_add(text, " row=%lld plane=%lld", (long long)layout->row, (long long)layout->plane);
    if (layout->storage == node)
        text_add(text, " size=%lld", (long long)layout->size);
    else if (layout->storage)
        text_add(text, " in=%%%d", layout->storage->id);
    text_add(text, " origin=%lld", (long long)layout->origin);
    if (node->offset >= 0)
        text_add(text, " at=%lld", (long long)node->offset);
}

static void print_tile(Text *text, const Node *node)
{
    static const char *const name[] = {"none", "direct", "sliding", "winograd"};
    if (node->tile.algorithm != ALGORITHM_none)
        text_add(text, " | %s vectors=%d pixels=%d rows=%d", name[node->tile.algorithm], node->tile.vectors,
                 node->tile.pixels, node->tile.rows);
}

static void print_node(Text *text, const Node *node)
{
    text_add(text, "%%%d = ", node->id);
    print_operation(text, node, 0);
    text_add(text, " : %s", shape_text(text->context, node_result(node)));
    print_layout(text, node);
    print_tile(text, node);
    if (node->sums)
        text_add(text, " | sums for %%%d", node->sums->id);
    text_add(text, "\n");
    if (node->folded) {
        text_add(text, "       folded ");
        print_operation(text, node->folded, 1);
        text_add(text, "\n");
    }
    for (const Node *part = node->tail; part; part = part->tail) {
        text_add(text, "       then ");
        print_operation(text, part, 1);
        text_add(text, "\n");
    }
}

/* Needs ids (graph_number). */
void print_graph(Text *text, const Graph *graph)
{
    for (const Node *node = graph->first; node; node = node->next)
        print_node(text, node);
    if (graph->output)
        text_add(text, "output %%%d\n", graph->output->id);
    if (graph->arena_floats)
        text_add(text, "arena %lld floats, %lld live\n", (long long)graph->arena_floats, (long long)graph->live_floats);
}
