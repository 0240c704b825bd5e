/* expand_layers.c - a list of layers, one after the other: which word each is, what it reads, what it is called, and
 * whether it is there at all. */
#include "expand.h"

/* ---- nodes ---------------------------------------------------------------------------------------------- */

const char *prefix_of(Expander *e, const Layer *layer)
{
    return layer->name ? arena_printf(e->context, "%s.", layer->name) : layer->place->prefix;
}

Layer part_of(const Layer *layer, const char *word, const char *name, Node **in, int nin)
{
    Layer part = *layer;
    part.word = word;
    part.name = name;
    part.in = in;
    part.nin = nin;
    return part;
}

/* The layer's name or one made for it; identical branches all get the name that the first has. */
static const char *base_name(Expander *e, const Layer *layer)
{
    Copies *copies = e->copies;
    if (copies && copies->index)
        return copies->base[copies->cursor++];      /* the body is the same, hence the nodes too */
    const char *name = layer->name;
    if (name)
        name_reserve(e->context, &e->names, name, layer->loc);
    else
        name = name_unique(e->context, &e->names, arena_printf(e->context, "%s%s", layer->place->prefix, layer->word),
                           layer->loc);
    check_name(e->context, name, layer->loc);
    if (copies) {
        copies->base = arena_grow(e->context, copies->base, copies->nbase, &copies->base_capacity, sizeof *copies->base);
        copies->base[copies->nbase++] = name;
    }
    return name;
}

Node *add_node(Expander *e, const Layer *layer, Op op, Attr attr)
{
    Copies *copies = e->copies;
    if (e->graph->count >= MAX_NODES)
        fail_at(e->context, layer->loc, NULL, "the network is too large: limit: nodes = %d", MAX_NODES);
    const char *base = base_name(e, layer);
    const char *name = copies ? arena_printf(e->context, "%s[%d]", base, copies->index) : base;
    Node *node = graph_add(e->graph, op, layer->loc, name, layer->in, layer->nin);
    node->attr = attr;
    op_info[op].infer(e->graph, node);
    if (!copies) {
        op_info[op].declare(e->graph, node);
        return node;
    }
    node->stack = (Stack){.name = base, .index = copies->index, .count = copies->count};
    copies->node = arena_grow(e->context, copies->node, copies->nnode, &copies->node_capacity, sizeof *copies->node);
    copies->node[copies->nnode++] = node;           /* declared at the end of the branch: see expand_structures.c */
    return node;
}

/* ---- lists inside layers -------------------------------------------------------------------------------- */

const Tree *read_list(Expander *e, const Tree *tree, const char *what)
{
    expect_kind(e->context, tree, TREE_list, what);
    return tree;
}

Place inner_place(Expander *e, const Layer *layer, const Tree *list)
{
    Frame *frame = arena_alloc(e->context, 1, sizeof *frame);
    *frame = (Frame){.up = layer->place->frame, .body = list};
    return (Place){prefix_of(e, layer), layer->env.scope, frame, NULL, layer->place->depth + 1};
}

Node *expand_inner(Expander *e, const Place *place, Node *in)
{
    in = expand_layers(e, place, place->frame->body, in);
    labels_check_used(e->context, place->frame);
    return in;
}

Node *expand_block(Expander *e, const Layer *layer, Block *block, Scope *arguments, Node *in)
{
    if (block->active)
        fail_at(e->context, layer->loc, NULL, "block '%s' calls itself", block->name);
    block->active = true;
    Env env = env_at(e, arguments, in);
    declare_values(&env, arguments, tree_get(block->tree, "let"));
    Place place = inner_place(e, layer, read_list(e, tree_get(block->tree, "body"), "body"));
    place.scope = arguments;
    place.frame->up = NULL;                         /* a block sees its own labels only */
    in = expand_inner(e, &place, in);
    block->active = false;
    return in;
}

/* ---- one layer ------------------------------------------------------------------------------------------ */

/* What a layer's word means: exactly one of these. */
typedef struct {
    Op op;                              /* NOP: none */
    Word word;                          /* NWORD: none */
    Block *block;
} Meaning;

static _Noreturn void fail_word(Expander *e, const Layer *layer)
{
    const char *known[NOP + NWORD + MAX_BLOCKS + 1];
    int n = 0;
    for (int op = 0; op < NOP; op++)
        if (op_in_specs(op))
            known[n++] = op_info[op].name;
    for (int word = 0; word < NWORD; word++)
        if (word_info[word].structure)
            known[n++] = word_info[word].name;
    for (int i = 0; i < e->nblock; i++)
        known[n++] = e->block[i].name;
    known[n] = NULL;
    fail_at(e->context, layer->loc, suggest(e->context, layer->word, known, "`nncc --ops` lists them"),
            "'%.60s' is no operation, structure or block", layer->word);
}

static Meaning meaning_of(Expander *e, const Layer *layer)
{
    Meaning meaning = {NOP, NWORD, find_block(e, layer->word)};
    for (int op = 0; op < NOP; op++)
        if (op_in_specs(op) && strcmp(op_info[op].name, layer->word) == 0)
            meaning.op = (Op)op;
    for (int word = 0; word < NWORD; word++)
        if (word_info[word].structure && strcmp(word_info[word].name, layer->word) == 0)
            meaning.word = (Word)word;
    if (meaning.op == NOP && meaning.word == NWORD && !meaning.block)
        fail_word(e, layer);
    return meaning;
}

/* `- relu` or `- conv: {...}`: the word and its keys. */
static Layer read_layer(Expander *e, const Place *place, const Tree *item)
{
    static const Tree empty = {.kind = TREE_map};
    Layer layer = {.place = place, .loc = item->loc, .keys = &empty};
    if (tree_is_null(item) || item->kind == TREE_list)
        fail_at(e->context, item->loc, "`- relu` or `- conv: {out: 64, kernel: 3}`",
                "a layer must be a word or a word with keys; here is %s", tree_kind(item));
    if (item->kind == TREE_scalar) {
        layer.word = item->text;
        return layer;
    }
    if (item->count != 1)
        fail_at(e->context, item->count ? item->key_loc[1] : item->loc,
                "keys of a layer stand in { } or are indented further than its word",
                "a layer has one word, but here %s", item->count ? "comes a second one" : "is none");
    layer.word = item->key[0];
    layer.loc = item->key_loc[0];
    if (!tree_is_null(item->item[0]))
        layer.keys = expect_kind(e->context, item->item[0], TREE_map, layer.word);
    return layer;
}

static void check_layer(Expander *e, const Layer *layer, Meaning meaning)
{
    KnownKeys known = {0};
    const Block *block = meaning.word == WORD_repeat ? repeated_block(e, layer) : meaning.block;
    if (meaning.op != NOP)
        known_op(e->context, &known, meaning.op);
    if (meaning.word != NWORD)
        known_word(&known, meaning.word);
    const Tree *args = block ? tree_get(block->tree, "args") : NULL;
    for (size_t i = 0; args && i < args->count; i++)
        known_add(&known, args->key[i]);
    known_word(&known, WORD_layer);
    check_keys(e->context, layer->keys, &known, layer->word);
    if (meaning.word != NWORD && layer->keys->loc.source)
        check_word(e->context, layer->keys, meaning.word);
    else if (meaning.word != NWORD)
        fail_at(e->context, layer->loc, word_info[meaning.word].meaning, "%s needs keys", layer->word);
}

static Node *operand(Expander *e, const Layer *layer, const Tree *label, Node *previous)
{
    const char *name = evaluate_template(&layer->env, label, "from");
    if (strcmp(name, "previous") == 0)
        return previous;
    if (strcmp(name, "input") == 0)
        return e->graph->input;
    return label_node(e->context, layer->place->frame, name, label);
}

/* Operands: what `from` lists, or the result of the layer before. */
static void read_operands(Expander *e, Layer *layer, Op op, Node *previous)
{
    const Tree *from = tree_get(layer->keys, "from");
    int least = 1, most = 1;
    if (op != NOP) {
        least = op_info[op].least;
        most = op_info[op].most;
    }
    layer->nin = from && from->kind == TREE_list ? (int)from->count : 1;
    if (most > 1 && !from)
        fail_at(e->context, layer->loc, "from: [previous, LABEL], where an earlier layer says `as: LABEL`",
                "%s needs `from`, a list of what it reads", layer->word);
    if (layer->nin < least || layer->nin > most)
        fail_at(e->context, from->loc, NULL, least < most ? "%s reads at least %d, not %d (limit: operands = 1024)"
                : "%s reads %d, not %d", layer->word, least, layer->nin);
    layer->in = arena_alloc(e->context, (size_t)layer->nin, sizeof *layer->in);
    for (int i = 0; i < layer->nin; i++)
        layer->in[i] = !from ? previous : operand(e, layer, from->kind == TREE_list ? from->item[i] : from, previous);
    layer->env.here = &layer->in[0]->shape;
}

/* The full name: written, or the number in a sequential. A repeat without name is no member of the row itself. */
static const char *layer_name(Expander *e, const Layer *layer, bool numbered)
{
    const Tree *name = tree_get(layer->keys, "name");
    const Place *place = layer->place;
    int slot = place->slot && (numbered || name) ? (*place->slot)++ : 0;
    if (name) {
        const char *own = evaluate_template(&layer->env, name, "name");
        check_name(e->context, own, name->loc);
        own = arena_printf(e->context, "%s%s", place->prefix, own);
        check_name(e->context, own, name->loc);
        return own;
    }
    return place->slot && numbered ? arena_printf(e->context, "%s%d", place->prefix, slot) : NULL;
}

static Node *expand_word(Expander *e, const Layer *layer, Meaning meaning)
{
    if (meaning.op != NOP)
        return add_node(e, layer, meaning.op, read_attributes(&layer->env, meaning.op, layer->keys, layer->loc));
    if (meaning.block)
        return expand_block(e, layer, meaning.block, bind_arguments(e, layer, meaning.block, &layer->keys, 1),
                            layer->in[0]);
    return expand_structure(e, layer, meaning.word);
}

/* ---- replacements --------------------------------------------------------------------------------------- */

/* Which entry of `replace` is meant for this name, or -1. */
static int find_replacement(const Expander *e, const char *name)
{
    for (int i = 0; name && e->replace && i < (int)e->replace->count; i++)
        if (e->replaced[i] >= 0 && strcmp(e->replace->key[i], name) == 0)
            return i;
    return -1;
}

static Node *expand_item(Expander *e, const Place *place, const Tree *item, const char *name, Node *in);

/* One layer takes over the place and, unless it says otherwise, the name; a list is spliced in. */
bool expand_replacement(Expander *e, const Layer *layer, Node **result)
{
    int which = find_replacement(e, layer->name);
    if (which < 0)
        return false;
    const Tree *tree = e->replace->item[which];
    int uses = e->replaced[which];
    e->replaced[which] = -1;                        /* its own name is not replaced again */
    Node *node = layer->in[0];
    Place place = *layer->place;
    if (tree->kind == TREE_list) {
        if (place.slot)
            --*place.slot;                          /* the list's layers are counted instead */
        for (size_t i = 0; i < tree->count; i++)
            node = expand_item(e, &place, tree->item[i], NULL, node);
    } else {
        place.slot = NULL;
        node = expand_item(e, &place, tree, layer->name, node);
    }
    e->replaced[which] = uses + 1;
    *result = node;
    return true;
}

/* ---- a list --------------------------------------------------------------------------------------------- */

/* name: what the layer is called unless it says otherwise; NULL: nothing. */
static Node *expand_item(Expander *e, const Place *place, const Tree *item, const char *name, Node *in)
{
    Layer layer = read_layer(e, place, item);
    layer.env = env_at(e, place->scope, in);
    spend(&layer.env, layer.loc, 64);
    Meaning meaning = meaning_of(e, &layer);
    check_layer(e, &layer, meaning);
    read_operands(e, &layer, meaning.op, in);
    const Tree *condition = tree_get(layer.keys, "if"), *as = tree_get(layer.keys, "as");
    Node *result = in;
    if (!condition || evaluate_truth(&layer.env, condition, "if")) {
        layer.name = layer_name(e, &layer, meaning.word != WORD_repeat);
        layer.name = layer.name ? layer.name : name;
        if (!expand_replacement(e, &layer, &result))
            result = expand_word(e, &layer, meaning);
    }
    if (as)
        label_add(e->context, place->frame, evaluate_template(&layer.env, as, "as"), as->loc, result);
    return result;
}

Node *expand_layers(Expander *e, const Place *place, const Tree *list, Node *in)
{
    if (place->depth > MAX_NESTING)
        fail_at(e->context, list->loc, NULL, "nested too deeply: limit: blocks and structures within each other = %d",
                MAX_NESTING);
    for (size_t i = 0; i < list->count; i++)
        in = expand_item(e, place, list->item[i], NULL, in);
    return in;
}
