/* tuned.c - files of tuned choices: read, written, and applied to a graph in choose.c. */
#include "tuned.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../runtime/processor.h"
#include "choose.h"
#include "front.h"

/* ---- what a layer is called ------------------------------------------------------------------------------------ */

static void add_pair(Text *text, const char *name, const int pair[2], int usual)
{
    if (pair[0] == pair[1] && pair[0] != usual)
        text_add(text, " %s %d", name, pair[0]);
    else if (pair[0] != pair[1])
        text_add(text, " %s %dx%d", name, pair[0], pair[1]);
}

/* What of the layout decides which tiles there are. */
static void add_layout(Text *text, const Node *n)
{
    const Layout *in = &n->in[0]->layout;
    if (in->kind == LAYOUT_planar)
        text_add(text, " planar");
    if (in->nsegment > 1)
        text_add(text, " from %d segments", in->nsegment);
    if (n->layout.nsegment > 1)
        text_add(text, " to %d segments", n->layout.nsegment);
    if (n->op == OP_conv && n->attr.kernel[0] * n->attr.kernel[1] == 1 && !can_be_flat(n))
        text_add(text, " bordered");
}

const char *layer_key(Context *context, const Node *n)
{
    const Attr *a = &n->attr;
    Text text = text_new(context);
    text_add(&text, "%s", op_name(n->op));
    if (n->op == OP_conv) {
        text_add(&text, " %dx%d", a->kernel[0], a->kernel[1]);
        add_pair(&text, "stride", a->stride, 1);
        add_pair(&text, "pad", a->pad, 0);
        add_pair(&text, "dilation", a->dilation, 1);
        if (a->groups > 1)
            text_add(&text, " groups %d", a->groups);
    }
    text_add(&text, " %s to %s", shape_text(context, node_result(n->in[0])), shape_text(context, n->shape));
    for (const Node *t = n->tail; t; t = t->tail) {
        text_add(&text, " %s", op_name(t->op));
        if (t->op == OP_max_pool)
            text_add(&text, " %dx%d", t->attr.kernel[0], t->attr.kernel[1]);
    }
    add_layout(&text, n);
    return text.data;
}

/* ---- reading ------------------------------------------------------------------------------------------------------ */

static const char *const algorithms[] = {[ALGORITHM_direct] = "direct", [ALGORITHM_sliding] = "sliding",
                                         [ALGORITHM_winograd] = "winograd"};
enum { NALGORITHM = sizeof algorithms / sizeof *algorithms };

static const char *const file_keys[] = {"tuned", "network", "processor", "target", "threads", "batch", "layers", NULL};

static bool is_knob(const char *name)
{
    const Knob *knob = knobs;
    while (knob->name && strcmp(knob->name, name))
        knob++;
    return knob->name;
}

static const Tree *need(Context *context, const Tree *map, const char *key, TreeKind kind)
{
    const Tree *value = tree_get(map, key);
    if (!value)
        fail_at(context, map->loc, "`nncc tune` writes such files", "there is no `%s:`", key);
    return expect_kind(context, value, kind, key);
}

static double read_number(Context *context, const Tree *tree, const char *what, double low, double high)
{
    char *end;
    expect_kind(context, tree, TREE_scalar, what);
    double value = strtod(tree->text, &end);
    if (end == tree->text || *end || !(value >= low && value <= high))
        fail_at(context, tree->loc, NULL, "%s must be a number from %g to %g, not '%.40s'", what, low, high, tree->text);
    return value;
}

static int read_integer(Context *context, const Tree *tree, const char *what, int low, int high)
{
    double value = read_number(context, tree, what, low, high);
    if (value != floor(value))
        fail_at(context, tree->loc, NULL, "%s must be a whole number, not %.40s", what, tree->text);
    return (int)value;
}

static int read_truth(Context *context, const Tree *tree, const char *what)
{
    if (!tree_is_text(tree, "true") && !tree_is_text(tree, "false"))
        fail_at(context, tree->loc, NULL, "%s must be true or false", what);
    return tree_is_text(tree, "true");
}

static Algorithm read_algorithm(Context *context, const Tree *tree)
{
    const char *known[NALGORITHM + 1] = {0};
    for (int i = ALGORITHM_none + 1; i < NALGORITHM; i++)
        known[i - 1] = algorithms[i];
    for (int i = ALGORITHM_none + 1; i < NALGORITHM; i++)
        if (!strcmp(tree->text, algorithms[i]))
            return i;
    fail_at(context, tree->loc, suggest(context, tree->text, known, NULL), "there is no algorithm '%.40s'", tree->text);
}

static void check_layer_keys(Context *context, const Tree *map)
{
    for (size_t i = 0; i < map->count; i++)
        if (strcmp(map->key[i], "layer") && strcmp(map->key[i], "algorithm") && strcmp(map->key[i], "us") && !is_knob(map->key[i]))
            fail_at(context, map->key_loc[i], NULL, "a layer has no choice '%.40s'", map->key[i]);
}

static TunedLayer read_layer(Context *context, const Tree *map)
{
    expect_kind(context, map, TREE_map, "a layer");
    check_layer_keys(context, map);
    TunedLayer layer = {.layer = need(context, map, "layer", TREE_scalar)->text, .loc = map->loc};
    layer.tile.algorithm = read_algorithm(context, need(context, map, "algorithm", TREE_scalar));
    for (const Knob *knob = knobs; knob->name; knob++) {
        const Tree *value = tree_get(map, knob->name);
        if (value)
            knob_set(knob, &layer.tile, knob->truth ? read_truth(context, value, knob->name)
                                                    : read_integer(context, value, knob->name, 0, 1 << 28));
    }
    const Tree *us = tree_get(map, "us");
    if (us && (us->kind != TREE_list || us->count != 2))
        fail_at(context, us->loc, NULL, "us must be [by the model, tuned]");
    layer.model_us = us ? read_number(context, us->item[0], "us", 0, 1e12) : 0;
    layer.tuned_us = us ? read_number(context, us->item[1], "us", 0, 1e12) : 0;
    return layer;
}

static void add_layer(Context *context, Tuned *tuned, TunedLayer layer)
{
    const TunedLayer *other = tuned_find(tuned, layer.layer);
    if (other)
        fail_at(context, layer.loc, NULL, "this layer stands in line %d already: %s", other->loc.line, layer.layer);
    tuned->layer = arena_grow(context, tuned->layer, tuned->nlayer, &tuned->capacity, sizeof *tuned->layer);
    tuned->layer[tuned->nlayer++] = layer;
}

Tuned *tuned_read(Context *context, const char *path, const char *text)
{
    const Tree *tree = parse_file(context, path, text, (Loc){0});
    if (tree->kind != TREE_map || !tree_get(tree, "tuned"))
        fail_at(context, tree->loc, "`nncc tune` writes such files", "this is no file of tuned choices");
    for (size_t i = 0; i < tree->count; i++) {
        int k = 0;
        while (file_keys[k] && strcmp(file_keys[k], tree->key[i]))
            k++;
        if (!file_keys[k])
            fail_at(context, tree->key_loc[i], suggest(context, tree->key[i], file_keys, NULL), "tuned choices have no key '%.40s'",
                    tree->key[i]);
    }
    int version = read_integer(context, tree_get(tree, "tuned"), "tuned", 1, 1 << 20);
    if (version != TUNED_VERSION)
        fail_at(context, tree_get(tree, "tuned")->loc, "run `nncc tune` again", "this nncc reads version %d of this format, not %d",
                TUNED_VERSION, version);
    Tuned *tuned = arena_alloc(context, 1, sizeof *tuned);
    tuned->path = path;
    tuned->network = need(context, tree, "network", TREE_scalar)->text;
    tuned->processor = need(context, tree, "processor", TREE_scalar)->text;
    tuned->target = need(context, tree, "target", TREE_scalar)->text;
    tuned->threads = read_integer(context, need(context, tree, "threads", TREE_scalar), "threads", 1, 1024);
    tuned->batch = read_integer(context, need(context, tree, "batch", TREE_scalar), "batch", 1, 1 << 16);
    const Tree *layers = need(context, tree, "layers", TREE_list);
    for (size_t i = 0; i < layers->count; i++)
        add_layer(context, tuned, read_layer(context, layers->item[i]));
    return tuned;
}

const TunedLayer *tuned_find(const Tuned *tuned, const char *layer)
{
    for (size_t i = 0; i < tuned->nlayer; i++)
        if (!strcmp(tuned->layer[i].layer, layer))
            return &tuned->layer[i];
    return NULL;
}

/* ---- writing ------------------------------------------------------------------------------------------------------ */

/* In quotes, as YAML reads it back. */
static void add_quoted(Text *text, const char *word)
{
    text_add(text, "\"");
    for (; *word; word++)
        if (*word == '"' || *word == '\\')
            text_add(text, "\\%c", *word);
        else if ((unsigned char)*word >= ' ' && *word != 127)
            text_append(text, word, 1);
    text_add(text, "\"");
}

static void add_fact(Text *text, const char *name, const char *word)
{
    text_add(text, "%s: ", name);
    add_quoted(text, word);
    text_add(text, "\n");
}

void tuned_write(Text *text, const Tuned *tuned)
{
    text_add(text, "# Choices for each distinct layer, measured by `nncc tune`; `--tuned FILE` takes them.\n");
    text_add(text, "# us: microseconds of one such layer by the cost model's choice, and by this one.\n");
    text_add(text, "tuned: %d\n", TUNED_VERSION);
    add_fact(text, "network", tuned->network);
    add_fact(text, "processor", tuned->processor);
    add_fact(text, "target", tuned->target);
    text_add(text, "threads: %d\nbatch: %d\nlayers:\n", tuned->threads, tuned->batch);
    for (const TunedLayer *layer = tuned->layer; layer < tuned->layer + tuned->nlayer; layer++) {
        text_add(text, "- {layer: ");
        add_quoted(text, layer->layer);
        text_add(text, ", algorithm: %s", algorithms[layer->tile.algorithm]);
        for (const Knob *knob = knobs; knob->name; knob++) {
            int value = knob_get(knob, &layer->tile);
            if (value && knob->truth)
                text_add(text, ", %s: true", knob->name);
            else if (value)
                text_add(text, ", %s: %d", knob->name, value);
        }
        text_add(text, ", us: [%.6g, %.6g]}\n", layer->model_us, layer->tuned_us);
    }
    if (!tuned->nlayer)
        text_add(text, "  []\n");
}

/* ---- using -------------------------------------------------------------------------------------------------------- */

/* Is the word one of a comma list? */
static bool is_listed(const char *list, const char *word)
{
    size_t size = strlen(word);
    for (; *list; list += strcspn(list, ","), list += *list == ',')
        if (!strncmp(list, word, size) && (!list[size] || list[size] == ','))
            return true;
    return false;
}

const char *tuned_notice(Context *context, const Tuned *tuned, const char *targets, int batch)
{
    char processor[PROCESSOR_NAME];
    processor_name(processor);
    if (strcmp(tuned->processor, processor))
        return arena_printf(context, "%s was measured on another processor, %s: run `nncc tune` on this one (%s)", tuned->path,
                            tuned->processor, processor);
    if (!is_listed(targets, tuned->target))
        return arena_printf(context, "%s was measured for the target %s, not %s", tuned->path, tuned->target, targets);
    if (tuned->batch != batch)
        return arena_printf(context, "%s was measured with a batch of %d, not %d", tuned->path, tuned->batch, batch);
    return NULL;
}

const char *tuned_unused(const Graph *graph)
{
    const Tuned *tuned = graph->tuned;
    if (!tuned || graph->tuned_layers)
        return NULL;
    return arena_printf(graph->context, "%s has no choice for any layer of this network: it is for %s", tuned->path, tuned->network);
}

void tuned_apply(Graph *graph, Node *node)
{
    const TunedLayer *layer = tuned_find(graph->tuned, layer_key(graph->context, node));
    if (!layer || (graph->training && layer->tile.algorithm != node->tile.algorithm) ||
        (graph->exact && layer->tile.algorithm == ALGORITHM_winograd))
        return;
    const char *refusal = tile_refusal(&graph->machine, node, &layer->tile);
    if (refusal)
        fail_at(graph->context, layer->loc, "run `nncc tune` again", "'%s' cannot be computed so: %s", node->name, refusal);
    node->tile = layer->tile;
    node->workspace = winograd_workspace(node);
    graph->tuned_layers++;
}
