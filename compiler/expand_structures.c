/* expand_structures.c - the words that arrange layers: sequential, repeat, residual, branches, split, norm. */
#include "expand.h"

static Attr no_attributes(void)
{
    Attr attr;
    memset(&attr, 0, sizeof attr);
    return attr;
}

static _Noreturn void fail_choice(Expander *e, const Tree *tree, const char *what, const char *word, const char *choices)
{
    fail_at(e->context, tree->loc, NULL, "%s must be %s; not %.40s", what, choices, word);
}

/* Exactly one of two keys. */
static const Tree *either(Expander *e, const Layer *layer, const char *one, const char *other)
{
    const Tree *a = tree_get(layer->keys, one), *b = tree_get(layer->keys, other);
    if (!a == !b)
        fail_at(e->context, layer->loc, NULL, a ? "%s takes `%s` or `%s`, not both" : "%s needs `%s` or `%s`",
                layer->word, one, other);
    return a ? a : b;
}

/* A node that joins what parts of a structure made; one alone needs no joining. */
static Node *join(Expander *e, const Layer *layer, Op op, Node **in, int nin)
{
    if (nin == 1)
        return in[0];
    if (op == OP_mul && nin != 2)
        fail_at(e->context, layer->loc, NULL, "mul joins two paths, not %d", nin);
    Layer part = part_of(layer, "join", NULL, in, nin);
    return add_node(e, &part, op, no_attributes());
}

static Op read_join(Expander *e, const Layer *layer, Op preset)
{
    const Tree *tree = tree_get(layer->keys, "join");
    if (!tree)
        return preset;
    const char *word = evaluate_word(&layer->env, tree, "join");
    for (Op op = 0; op < NOP; op++)
        if ((op == OP_add || op == OP_mul || op == OP_concat) && strcmp(word, op_info[op].name) == 0)
            return op;
    fail_choice(e, tree, "join", word, "add, concat or mul");
}

/* ---- sequential ----------------------------------------------------------------------------------------- */

static Node *expand_sequential(Expander *e, const Layer *layer)
{
    int slot = 0;
    Place place = inner_place(e, layer, read_list(e, tree_get(layer->keys, "body"), "body"));
    place.slot = &slot;
    return expand_inner(e, &place, layer->in[0]);
}

/* ---- repeat --------------------------------------------------------------------------------------------- */

/* What changes from one repetition to the next. */
typedef struct {
    int64_t times;
    const Tree *names;                  /* of `for`: a map whose keys are names; NULL: none */
    Value list[MAX_NAMES];              /* their values, `times` each */
} Loop;

static Loop read_loop(Expander *e, const Layer *layer)
{
    const Tree *tree = either(e, layer, "times", "for");
    Loop loop = {0};
    if (tree_get(layer->keys, "times")) {
        loop.times = evaluate_integer(&layer->env, tree, (Range){"times", 1, MAX_REPEAT});
        return loop;
    }
    loop.names = expect_kind(e->context, tree, TREE_map, "for");
    if (!tree->count || tree->count >= MAX_NAMES)
        fail_at(e->context, tree->loc, NULL, "for needs from one to %d lists", MAX_NAMES - 1);
    for (size_t i = 0; i < tree->count; i++) {
        loop.list[i] = evaluate(&layer->env, tree->item[i]);
        if (loop.list[i].kind != VALUE_list || !loop.list[i].count || loop.list[i].count > MAX_REPEAT)
            fail_at(e->context, tree->item[i]->loc, NULL, "'%s' must be a list of 1 to %d values", tree->key[i],
                    MAX_REPEAT);
        if (i && (int64_t)loop.list[i].count != loop.times)
            fail_at(e->context, tree->item[i]->loc, NULL, "the lists of a `for` must be equally long: '%s' has %lld elements, '%s' %zu",
                    tree->key[0], (long long)loop.times, tree->key[i], loop.list[i].count);
        loop.times = (int64_t)loop.list[i].count;
    }
    return loop;
}

static Scope *loop_scope(Expander *e, const Layer *layer, const Loop *loop, int64_t index)
{
    Scope *scope = scope_new(e->context, layer->env.scope);
    scope_put(e->context, scope, "index", value_integer(index));
    for (size_t i = 0; loop->names && i < loop->names->count; i++)
        scope_add(e->context, scope, loop->names->key[i], loop->names->key_loc[i], loop->list[i].item[index]);
    return scope;
}

Block *repeated_block(Expander *e, const Layer *layer)
{
    const Tree *tree = tree_get(layer->keys, "block");
    if (!tree)
        return NULL;
    const char *name = evaluate_word(&layer->env, tree, "block"), *known[MAX_BLOCKS + 1] = {NULL};
    Block *block = find_block(e, name);
    for (int i = 0; i < e->nblock; i++)
        known[i] = e->block[i].name;
    if (!block)
        fail_at(e->context, tree->loc, suggest(e->context, name, known, NULL), "there is no block '%s'", name);
    return block;
}

static void check_overrides(Expander *e, const Layer *layer, const Block *block, const char *key)
{
    const Tree *map = tree_get(layer->keys, key), *args = block ? tree_get(block->tree, "args") : NULL;
    if (!map)
        return;
    if (!block)
        fail_at(e->context, map->loc, "in a body, ask `index`",
                "%s changes arguments of a block, but this repeat has a body", key);
    KnownKeys known = {0};
    for (size_t i = 0; args && i < args->count; i++)
        known_add(&known, args->key[i]);
    check_keys(e->context, expect_kind(e->context, map, TREE_map, key), &known, key);
}

/* One repetition: NAME.index with a name; otherwise the next number of the row around it, or no name at all. */
static Node *repeat_block(Expander *e, const Layer *layer, Block *block, bool last, Node *in)
{
    const Tree *given[3];
    int n = 0;
    int64_t index = scope_find(layer->env.scope, "index")->integer;
    if (!index && tree_get(layer->keys, "first"))
        given[n++] = tree_get(layer->keys, "first");
    if (last && tree_get(layer->keys, "last"))
        given[n++] = tree_get(layer->keys, "last");
    given[n++] = layer->keys;
    Layer call = part_of(layer, layer->word, layer->name, &in, 1);
    Place place = *layer->place;
    call.place = &place;
    call.env.here = &in->shape;
    if (layer->name)
        place.slot = NULL;                          /* the repeat has its number; repetitions have none */
    else if (place.slot)
        call.name = arena_printf(e->context, "%s%d", place.prefix, (*place.slot)++);
    if (expand_replacement(e, &call, &in))
        return in;
    return expand_block(e, &call, block, bind_arguments(e, &call, block, given, n), in);
}

static Node *repeat_body(Expander *e, const Layer *layer, Node *in)
{
    Place place = inner_place(e, layer, read_list(e, tree_get(layer->keys, "body"), "body"));
    if (place.prefix == layer->place->prefix)
        place.slot = layer->place->slot;            /* no name of its own: its layers join the row around it */
    return expand_inner(e, &place, in);
}

static Node *expand_repeat(Expander *e, const Layer *layer)
{
    either(e, layer, "block", "body");
    Loop loop = read_loop(e, layer);
    Block *block = repeated_block(e, layer);
    check_overrides(e, layer, block, "first");
    check_overrides(e, layer, block, "last");
    Node *node = layer->in[0];
    for (int64_t i = 0; i < loop.times; i++) {
        Layer each = *layer;
        each.env.scope = loop_scope(e, layer, &loop, i);
        each.name = layer->name ? arena_printf(e->context, "%s.%lld", layer->name, (long long)i) : NULL;
        spend(&each.env, layer->loc, 64);
        node = block ? repeat_block(e, &each, block, i == loop.times - 1, node) : repeat_body(e, &each, node);
    }
    return node;
}

/* ---- norm ----------------------------------------------------------------------------------------------- */

/* keys: the kind alone, or a map with `kind`. Gives the operand itself where the kind is none. */
static Node *add_norm(Expander *e, const Layer *layer, const Tree *keys)
{
    static const Op kinds[] = {OP_bn, OP_ln, OP_in, OP_gn};
    const Tree *kind = keys->kind == TREE_map ? tree_get(keys, "kind") : keys;
    const char *word = evaluate_word(&layer->env, kind, "kind");
    if (strcmp(word, "none") == 0)
        return layer->in[0];
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(word, op_info[kinds[i]].name) == 0) {
            Tree groups = {.kind = TREE_scalar, .loc = layer->loc, .text = "8"};
            Tree eight = {.kind = TREE_map, .loc = layer->loc, .count = 1, .key = (const char *[]){"groups"},
                          .item = (Tree *[]){&groups}};
            bool preset = kinds[i] == OP_gn && !tree_get(keys, "groups");
            Attr attr = read_attributes(&layer->env, kinds[i], preset ? &eight : keys, layer->loc);
            return add_node(e, layer, kinds[i], attr);
        }
    fail_choice(e, kind, "the kind of a norm", word, "bn, ln, in, gn or none");
}

static Node *expand_norm(Expander *e, const Layer *layer)
{
    Node *node = add_norm(e, layer, layer->keys);
    if (node == layer->in[0] && layer->place->slot)
        --*layer->place->slot;                      /* what is not there has no number */
    return node;
}

/* ---- residual ------------------------------------------------------------------------------------------- */

/* The stride that takes `from` rows to `to`: ceil(from / stride) = to. */
static int stride_between(Expander *e, const Layer *layer, int from, int to)
{
    int stride = ceil_of(from, to);
    if (ceil_of(from, stride) != to)
        fail_at(e->context, layer->loc, "the body of a residual divides rows and columns by a whole stride, or keeps them",
                "no shortcut leads from %d rows or columns to %d", from, to);
    return stride;
}

/* A: every stride-th pixel, then channels of zeros: no parameters. */
static Node *shortcut_a(Expander *e, const Layer *layer, const int *stride, Shape to)
{
    Node *node = layer->in[0];
    Attr attr = no_attributes();
    if (stride[0] > 1 || stride[1] > 1) {
        attr.kernel[0] = attr.kernel[1] = attr.dilation[0] = attr.dilation[1] = 1;
        memcpy(attr.stride, stride, sizeof attr.stride);
        Layer part = part_of(layer, "subsample", NULL, &node, 1);
        node = add_node(e, &part, OP_max_pool, attr);
    }
    if (to.channels < node->shape.channels)
        fail_at(e->context, layer->loc, "take shortcut B or C",
                "shortcut A appends channels; it cannot go from %d to %d", node->shape.channels, to.channels);
    if (to.channels == node->shape.channels)
        return node;
    attr = no_attributes();
    attr.channels[1] = to.channels - node->shape.channels;
    Layer part = part_of(layer, "widen", NULL, &node, 1);
    return add_node(e, &part, OP_pad, attr);
}

/* B and C: a 1x1 convolution and a normalisation, NAME.0 and NAME.1. */
static Node *projection(Expander *e, const Layer *layer, const Tree *keys, const int *stride, Shape to)
{
    const Tree *name = tree_get(keys, "name"), *norm = tree_get(keys, "norm");
    const char *own = name ? evaluate_template(&layer->env, name, "name") : "downsample";
    Tree bn = {.kind = TREE_scalar, .loc = layer->loc, .text = "bn"};
    Attr attr = no_attributes();
    attr.out = to.channels;
    attr.groups = attr.kernel[0] = attr.kernel[1] = attr.dilation[0] = attr.dilation[1] = 1;
    memcpy(attr.stride, stride, sizeof attr.stride);
    own = arena_printf(e->context, "%s%s", prefix_of(e, layer), own);
    Node *node = layer->in[0];
    Layer part = part_of(layer, "conv", arena_printf(e->context, "%s.0", own), &node, 1);
    node = add_node(e, &part, OP_conv, attr);
    part.name = arena_printf(e->context, "%s.1", own);
    part.env.here = &node->shape;
    if (norm && norm->kind == TREE_map) {
        KnownKeys known = {0};
        known_word(&known, WORD_norm);
        check_keys(e->context, norm, &known, "norm");
        check_word(e->context, norm, WORD_norm);
    }
    return add_norm(e, &part, norm ? norm : &bn);
}

/* Of a number for both axes or [height, width]. */
static int read_stride(const Env *env, const Tree *tree, int axis)
{
    bool pair = tree->kind == TREE_list && tree->count == 2;
    return (int)evaluate_integer(env, pair ? tree->item[axis] : tree, (Range){"stride", 1, 1 << 14});
}

/* The other operand of the sum, or NULL where there is none. keys: a map with `kind`, or the kind alone. */
static Node *expand_shortcut(Expander *e, const Layer *layer, const Tree *keys, Shape to)
{
    const Tree *kind = keys->kind == TREE_map ? tree_get(keys, "kind") : keys, *given = tree_get(keys, "stride");
    const char *word = evaluate_word(&layer->env, kind, "the kind of a shortcut");
    bool a = strcmp(word, "A") == 0, b = strcmp(word, "B") == 0, c = strcmp(word, "C") == 0;
    if (strcmp(word, "none") == 0)
        return NULL;
    if (strcmp(word, "identity") == 0)
        return layer->in[0];
    if (!a && !b && !c)
        fail_choice(e, kind, "the kind of a shortcut", word, "none, identity, A, B or C");
    Shape from = layer->in[0]->shape;
    int stride[2];
    for (int i = 0; i < 2; i++)
        stride[i] = given ? read_stride(&layer->env, given, i)
                          : stride_between(e, layer, i ? from.width : from.height, i ? to.width : to.height);
    bool changes = stride[0] > 1 || stride[1] > 1 || from.channels != to.channels;
    if (a || (b && !changes))
        return changes ? shortcut_a(e, layer, stride, to) : layer->in[0];
    return projection(e, layer, keys, stride, to);
}

static Node *expand_residual(Expander *e, const Layer *layer)
{
    Tree identity = {.kind = TREE_scalar, .loc = layer->loc, .text = "identity"};
    const Tree *keys = tree_get(layer->keys, "shortcut");
    keys = keys ? keys : &identity;
    if (keys->kind == TREE_map) {
        KnownKeys known = {0};
        known_word(&known, WORD_shortcut);
        check_keys(e->context, keys, &known, "shortcut");
        check_word(e->context, keys, WORD_shortcut);
    }
    Place place = inner_place(e, layer, read_list(e, tree_get(layer->keys, "body"), "body"));
    Node *sum[2] = {expand_inner(e, &place, layer->in[0]), NULL};
    sum[1] = expand_shortcut(e, layer, keys, sum[0]->shape);
    if (!sum[1])
        return sum[0];
    Layer part = part_of(layer, "add", NULL, sum, 2);
    return add_node(e, &part, OP_add, no_attributes());
}

/* ---- branches ------------------------------------------------------------------------------------------- */

static Node *expand_paths(Expander *e, const Layer *layer, Op op, const Tree *paths)
{
    expect_kind(e->context, paths, TREE_list, "paths");
    if (!paths->count || paths->count > MAX_BRANCHES)
        fail_at(e->context, paths->loc, NULL, "branches need from 1 to %d paths, not %zu", MAX_BRANCHES, paths->count);
    Node **result = arena_alloc(e->context, paths->count, sizeof *result);
    for (size_t i = 0; i < paths->count; i++) {
        Place place = inner_place(e, layer, read_list(e, paths->item[i], "a path"));
        result[i] = expand_inner(e, &place, layer->in[0]);
    }
    return join(e, layer, op, result, (int)paths->count);
}

/* The parameters of one of several identical branches: slices of stacked tensors, over output channels; over input
 * channels for a convolution right before a sum, whose branches add up like the channels of one convolution. */
static void declare_copy(Expander *e, Copies *copies, const Node *result, Op op)
{
    for (size_t i = 0; i < copies->nnode; i++) {
        Node *node = copies->node[i];
        node->stack.axis = node == result && node->op == OP_conv && op == OP_add;
        if (node->stack.axis && node->attr.bias)
            fail_at(e->context, node->loc, "leave it out, and add a bias after the join",
                    "in identical branches a convolution right before add takes no bias");
        op_info[node->op].declare(e->graph, node);
    }
    copies->nnode = copies->cursor = 0;
}

static Node *expand_copies(Expander *e, const Layer *layer, Op op, const Tree *times)
{
    int count = (int)evaluate_integer(&layer->env, times, (Range){"times", 1, MAX_BRANCHES});
    const Tree *body = read_list(e, tree_get(layer->keys, "body"), "body");
    if (count > 1 && e->copies)
        fail_at(e->context, layer->loc, NULL, "identical branches cannot contain identical branches");
    Copies copies = {.count = count};
    Node **result = arena_alloc(e->context, (size_t)count, sizeof *result);
    e->copies = count > 1 ? &copies : e->copies;
    for (int i = 0; i < count; i++) {
        copies.index = i;
        Place place = inner_place(e, layer, body);
        result[i] = expand_inner(e, &place, layer->in[0]);
        if (count > 1)
            declare_copy(e, &copies, result[i], op);
    }
    e->copies = count > 1 ? NULL : e->copies;
    return join(e, layer, op, result, count);
}

static Node *expand_branches(Expander *e, const Layer *layer)
{
    const Tree *tree = either(e, layer, "paths", "times");
    Op op = read_join(e, layer, OP_add);
    if (!tree_get(layer->keys, "body") == (tree_get(layer->keys, "times") != NULL))
        fail_at(e->context, layer->loc, NULL, "branches take `paths`, or `times` and `body`");
    return tree_get(layer->keys, "paths") ? expand_paths(e, layer, op, tree) : expand_copies(e, layer, op, tree);
}

/* ---- split ---------------------------------------------------------------------------------------------- */

static Node *add_slice(Expander *e, const Layer *layer, int begin, int count)
{
    Attr attr = no_attributes();
    attr.begin = begin;
    attr.count = count;
    Layer part = part_of(layer, "part", NULL, layer->in, 1);
    return add_node(e, &part, OP_slice, attr);
}

static Node *expand_split(Expander *e, const Layer *layer)
{
    const Tree *last = tree_get(layer->keys, "last"), *chained = tree_get(layer->keys, "chain");
    const Tree *tree = tree_get(layer->keys, "parts");
    int parts = (int)evaluate_integer(&layer->env, tree, (Range){"parts", 2, MAX_BRANCHES});
    int channels = layer->in[0]->shape.channels;
    bool chain = chained && evaluate_truth(&layer->env, chained, "chain");
    Op op = read_join(e, layer, OP_concat);
    if (channels % parts)
        fail_at(e->context, tree->loc, NULL, "%d parts do not divide the %d channels", parts, channels);
    Node **result = arena_alloc(e->context, (size_t)parts, sizeof *result);
    for (int i = 0; i < parts; i++) {
        bool ends = last && i == parts - 1;
        const Tree *list = read_list(e, ends ? last : tree_get(layer->keys, "body"), ends ? "last" : "body");
        Node *sum[2] = {add_slice(e, layer, i * (channels / parts), channels / parts), i ? result[i - 1] : NULL};
        Layer part = part_of(layer, "chain", NULL, sum, 2);
        Place place = inner_place(e, layer, list);
        Scope *scope = scope_new(e->context, layer->env.scope);
        scope_put(e->context, scope, "index", value_integer(i));
        place.scope = scope;
        result[i] = expand_inner(e, &place, chain && i && !ends ? add_node(e, &part, OP_add, no_attributes()) : sum[0]);
    }
    return join(e, layer, op, result, parts);
}

Node *expand_structure(Expander *e, const Layer *layer, Word word)
{
    switch (word) {
    case WORD_sequential: return expand_sequential(e, layer);
    case WORD_repeat:     return expand_repeat(e, layer);
    case WORD_residual:   return expand_residual(e, layer);
    case WORD_branches:   return expand_branches(e, layer);
    case WORD_split:      return expand_split(e, layer);
    case WORD_norm:       return expand_norm(e, layer);
    default:              die("'%s' is no structure", word_info[word].name);
    }
}
