/* expand.c - Tree -> Graph: parameters, blocks, repeats and residuals become a flat list of nodes.
 *
 * Needs a spec's tree, `extends` resolved; gives nodes in execution order with names, attributes, shapes and declared
 * parameters; keeps the place of every layer. Shapes come along because expressions may ask for them (in_channels). Here
 * is what surrounds the layers; the layers themselves are in expand_layers.c, structures in expand_structures.c. */
#include "expand.h"

static const int64_t BUDGET = 4000000, MAX_PARAMETERS = INT32_MAX;

Env env_at(Expander *e, const Scope *scope, const Node *here)
{
    return (Env){e->context, scope, here ? &here->shape : NULL, &e->budget};
}

/* ---- parameters and arguments --------------------------------------------------------------------------- */

/* {default: 50, one_of: [18, 50], ...}, as opposed to a value or a table. */
static bool is_described(const Tree *entry)
{
    return entry->kind == TREE_map && !tree_get(entry, "by");
}

bool is_required(const Tree *entry)
{
    return tree_is_null(is_described(entry) ? tree_get(entry, "default") : entry);
}

static void check_description(const Env *env, const Tree *entry)
{
    if (!is_described(entry))
        return;
    KnownKeys known = {0};
    known_word(&known, WORD_parameter);
    check_keys(env->context, entry, &known, "a parameter");
}

static Value default_value(const Env *env, const Tree *entry)
{
    return evaluate(env, is_described(entry) ? tree_get(entry, "default") : entry);
}

static bool same_value(Context *context, Value a, Value b)
{
    return a.kind == b.kind && strcmp(value_show(context, a), value_show(context, b)) == 0;
}

/* Is a value among those that the entry's description allows? `given` is where it was written. */
static void check_allowed(const Env *env, const char *name, const Tree *entry, Value value, const Tree *given)
{
    if (!is_described(entry))
        return;
    const Tree *one_of = tree_get(entry, "one_of"), *low = tree_get(entry, "low"), *high = tree_get(entry, "high");
    Value list = one_of ? evaluate(env, expect_kind(env->context, one_of, TREE_list, "one_of")) : (Value){0};
    Text words = text_new(env->context);
    bool found = !one_of;
    for (size_t i = 0; i < list.count; i++) {
        found = found || same_value(env->context, list.item[i], value);
        text_add(&words, "%s%.40s", i ? ", " : "", value_show(env->context, list.item[i]));
    }
    if (!found)
        fail_at(env->context, given->loc, NULL, "%s must be one of %.300s; not %s", name, words.data,
                value_show(env->context, value));
    bool number = value.kind == VALUE_integer || value.kind == VALUE_real;
    Range any = {"the bound", -1e15, 1e15};
    if (low && (!number || value.real < evaluate_real(env, low, any)))
        fail_at(env->context, given->loc, NULL, "%s must be at least %s; not %s", name, low->text,
                value_show(env->context, value));
    if (high && (!number || value.real > evaluate_real(env, high, any)))
        fail_at(env->context, given->loc, NULL, "%s must be at most %s; not %s", name, high->text,
                value_show(env->context, value));
}

/* The value of a parameter, as `--set` gives it or by default. The last setting of a name counts. */
static void declare_parameter(const Env *env, Scope *scope, const Tree *params, size_t i, const Options *options)
{
    const char *name = params->key[i], *set = NULL;
    const Tree *entry = params->item[i];
    check_description(env, entry);
    if (is_required(entry))
        fail_at(env->context, entry->loc, NULL, "the parameter '%s' needs a default", name);
    Value value = default_value(env, entry);
    for (int k = 0; options && k < options->nset; k++)
        if (strcmp(options->set[k].name, name) == 0)
            set = options->set[k].value;
    const Tree given = {.kind = TREE_scalar, .text = set, .loc = set ? (Loc){0} : entry->loc};
    if (set) {
        Value old = value;
        value = evaluate(&(Env){env->context, NULL, NULL, env->budget}, &given);
        if (value.kind != old.kind && !(old.kind == VALUE_real && value.kind == VALUE_integer))
            fail_at(env->context, given.loc, NULL, "--set %s=%s: '%s' must be %s", name, set, name, value_kind(old));
    }
    check_allowed(env, name, entry, value, &given);
    scope_add(env->context, scope, name, params->key_loc[i], value);
}

static void declare_parameters(Expander *e, const Options *options)
{
    const Tree *params = tree_get(e->spec, "params");
    Env env = env_at(e, e->globals, NULL);
    const char *known[MAX_NAMES + 1] = {NULL};
    if (params)
        expect_kind(e->context, params, TREE_map, "params");
    for (size_t i = 0; params && i < params->count; i++) {
        declare_parameter(&env, e->globals, params, i, options);
        known[i] = params->key[i];                  /* at most MAX_NAMES: scope_add counts */
    }
    for (int k = 0; options && k < options->nset; k++) {
        const char *name = options->set[k].name;
        if (scope_find(e->globals, name))
            continue;
        Text all = text_new(e->context);
        text_add(&all, *known ? "its parameters are " : "it has no params");
        for (int i = 0; known[i]; i++)
            text_add(&all, "%s%.40s", i ? ", " : "", known[i]);
        fail_at(e->context, (Loc){0}, suggest(e->context, name, known, all.data), "--set %s: %s has no parameter '%s'",
                name, e->spec->loc.source->path, name);
    }
}

void declare_values(const Env *env, Scope *scope, const Tree *let)
{
    if (!let)
        return;
    expect_kind(env->context, let, TREE_map, "let");
    for (size_t i = 0; i < let->count; i++)
        scope_add(env->context, scope, let->key[i], let->key_loc[i], evaluate(env, let->item[i]));
}

static void check_requirement(const Env *env, const Tree *entry)
{
    const Tree *that = entry, *otherwise = NULL;
    if (entry->kind == TREE_map) {
        KnownKeys known = {0};
        known_word(&known, WORD_requirement);
        check_keys(env->context, entry, &known, "a requirement");
        check_word(env->context, entry, WORD_requirement);
        that = tree_get(entry, "that");
        otherwise = tree_get(entry, "otherwise");
    }
    if (evaluate_truth(env, that, "a requirement"))
        return;
    const char *condition = that->kind == TREE_scalar ? that->text : "it";
    if (otherwise)
        fail_at(env->context, that->loc, arena_printf(env->context, "required: %s", condition), "%s",
                evaluate_template(env, otherwise, "otherwise"));
    fail_at(env->context, that->loc, NULL, "this must hold: %s", condition);
}

/* ---- blocks --------------------------------------------------------------------------------------------- */

Block *find_block(Expander *e, const char *name)
{
    for (int i = 0; i < e->nblock; i++)
        if (strcmp(e->block[i].name, name) == 0)
            return &e->block[i];
    return NULL;
}

static void declare_block(Expander *e, const char *name, Loc loc, const Tree *tree)
{
    KnownKeys known = {0}, taken = {0};
    expect_kind(e->context, tree, TREE_map, "a block");
    known_word(&known, WORD_block);
    check_keys(e->context, tree, &known, "a block");
    check_word(e->context, tree, WORD_block);
    if (word_length(name) != strlen(name) || !*name)
        fail_at(e->context, loc, NULL, "a block's name consists of letters, digits and _; not '%.60s'", name);
    for (int op = 0; op < NOP; op++)
        if (strcmp(op_info[op].name, name) == 0)
            fail_at(e->context, loc, NULL, "'%s' is an operation already; give the block another name", name);
    for (int word = 0; word < NWORD; word++)
        if (word_info[word].structure && strcmp(word_info[word].name, name) == 0)
            fail_at(e->context, loc, NULL, "'%s' is a word of the language; give the block another name", name);
    if (scope_find(e->globals, name))
        fail_at(e->context, loc, NULL, "'%s' is a parameter already; give the block another name", name);
    if (e->nblock == MAX_BLOCKS)
        fail_at(e->context, loc, NULL, "too many blocks: limit: blocks = %d", MAX_BLOCKS);
    known_word(&taken, WORD_layer);
    known_word(&taken, WORD_repeat);
    const Tree *args = tree_get(tree, "args");
    if (args)
        expect_kind(e->context, args, TREE_map, "args");
    for (size_t i = 0; args && i < args->count; i++)
        for (int k = 0; k < taken.count; k++)
            if (strcmp(args->key[i], taken.key[k]) == 0)
                fail_at(e->context, args->key_loc[i], NULL, "'%s' is a key of every block or repeat; give the argument another name",
                        args->key[i]);
    e->block[e->nblock++] = (Block){name, tree, false};
}

Scope *bind_arguments(Expander *e, const Layer *layer, const Block *block, const Tree *const *given, int ngiven)
{
    const Tree *args = tree_get(block->tree, "args");
    Scope *scope = scope_new(e->context, e->globals);
    Env inside = env_at(e, scope, NULL);
    inside.here = layer->env.here;
    for (size_t i = 0; args && i < args->count; i++) {
        const Tree *value = NULL, *entry = args->item[i];
        for (int k = 0; k < ngiven && !value; k++)
            value = tree_get(given[k], args->key[i]);
        check_description(&inside, entry);
        if (!value && is_required(entry))
            fail_at(e->context, layer->loc, NULL, "block '%s' needs the argument '%s'", block->name, args->key[i]);
        Value bound = value ? evaluate(&layer->env, value) : default_value(&inside, entry);
        check_allowed(&inside, args->key[i], entry, bound, value ? value : entry);
        scope_add(e->context, scope, args->key[i], args->key_loc[i], bound);
    }
    return scope;
}

/* ---- input and output ----------------------------------------------------------------------------------- */

static Node *add_input(Expander *e)
{
    Env env = env_at(e, e->globals, NULL);
    const Tree *input = expect_kind(e->context, tree_get(e->spec, "input"), TREE_list, "input");
    if (input->count != 3)
        fail_at(e->context, input->loc, "input: [3, 224, 224]",
                "input must be [channels, height, width], not %zu numbers", input->count);
    Node *node = graph_add(e->graph, OP_input, input->loc, "input", NULL, 0);
    node->shape.channels = (int)evaluate_integer(&env, input->item[0], (Range){"channels of input", 1, 1 << 20});
    node->shape.height = (int)evaluate_integer(&env, input->item[1], (Range){"height of input", 1, 1 << 14});
    node->shape.width = (int)evaluate_integer(&env, input->item[2], (Range){"width of input", 1, 1 << 14});
    op_info[OP_input].infer(e->graph, node);
    return node;
}

/* One number for each of at most four channels. */
static int read_channels(const Env *env, const Tree *list, Range range, int channels, float *to)
{
    if (!list)
        return 0;
    expect_kind(env->context, list, TREE_list, range.what);
    if (list->count != (size_t)channels || channels > 4)
        fail_at(env->context, list->loc, NULL, "%s has %zu numbers, but the input has %d channels (4 at most)",
                range.what, list->count, channels);
    for (int i = 0; i < channels; i++)
        to[i] = (float)evaluate_real(env, list->item[i], range);
    return channels;
}

static void read_preprocess(Expander *e, Shape input)
{
    const Tree *map = tree_get(e->spec, "preprocess");
    Preprocess *pre = &e->graph->preprocess;
    if (!map)
        return;
    Env env = env_at(e, e->globals, NULL);
    KnownKeys known = {0};
    expect_kind(e->context, map, TREE_map, "preprocess");
    known_word(&known, WORD_preprocess);
    check_keys(e->context, map, &known, "preprocess");
    const Tree *resize = tree_get(map, "resize"), *crop = tree_get(map, "crop");
    pre->present = true;
    if (resize)
        pre->resize = (int)evaluate_integer(&env, resize, (Range){"resize", 1, 1 << 14});
    if (crop) {
        bool pair = crop->kind == TREE_list && crop->count == 2;
        pre->crop[0] = (int)evaluate_integer(&env, pair ? crop->item[0] : crop, (Range){"crop", 1, 1 << 14});
        pre->crop[1] = (int)evaluate_integer(&env, pair ? crop->item[1] : crop, (Range){"crop", 1, 1 << 14});
        if (pre->crop[0] != input.height || pre->crop[1] != input.width)
            fail_at(e->context, crop->loc, NULL, "crop is %d x %d, but the input is %d x %d", pre->crop[0],
                    pre->crop[1], input.height, input.width);
        if (pre->resize && (pre->resize < pre->crop[0] || pre->resize < pre->crop[1]))
            fail_at(e->context, crop->loc, NULL, "crop must not be larger than resize");
    }
    pre->nmean = read_channels(&env, tree_get(map, "mean"), (Range){"mean", -1e3, 1e3}, input.channels, pre->mean);
    pre->nstd = read_channels(&env, tree_get(map, "std"), (Range){"std", 1e-6, 1e3}, input.channels, pre->std);
}

/* ---- the whole ------------------------------------------------------------------------------------------ */

/* Nothing computed is thrown away. */
static void check_read(Expander *e)
{
    graph_number(e->graph);
    for (const Node *node = e->graph->first; node; node = node->next)
        if (!node->uses && node != e->graph->output)
            fail_at(e->context, node->loc, "label it with `as` and read it with `from`, or remove it",
                    "nothing reads the result of '%s'", node->name);
}

static void check_parameters(Expander *e)
{
    int64_t parameters = 0;
    for (const Tensor *tensor = e->graph->tensors; tensor; tensor = tensor->next) {
        parameters += tensor_elements(tensor);      /* declare bounds each tensor */
        if (parameters > MAX_PARAMETERS)
            fail_at(e->context, tensor->loc, NULL, "with '%s' there are more parameters than the limit: parameters = %lld",
                    tensor->name, (long long)MAX_PARAMETERS);
    }
}

/* No replacement was meant for a layer that is not there. */
static void check_replaced(Expander *e)
{
    const char *names[MAX_KNOWN + 1] = {NULL};
    int n = 0;
    for (const Node *node = e->graph->last; node && n < MAX_KNOWN; node = node->prev)
        names[n++] = node->name;                    /* the last ones: what is replaced most is the end */
    for (size_t i = 0; e->replace && i < e->replace->count; i++)
        if (!e->replaced[i])
            fail_at(e->context, e->replace->key_loc[i],
                    suggest(e->context, e->replace->key[i], names, "names are full: layer4.0.conv2"),
                    "no layer is named '%.80s'", e->replace->key[i]);
}

static void prepare(Expander *e, const Options *options)
{
    KnownKeys known = {0};
    known_word(&known, WORD_spec);
    check_keys(e->context, e->spec, &known, "a spec");
    check_word(e->context, e->spec, WORD_spec);
    check_unused(e->context, e->spec);
    declare_parameters(e, options);
    Env env = env_at(e, e->globals, NULL);
    declare_values(&env, e->globals, tree_get(e->spec, "let"));
    const Tree *require = tree_get(e->spec, "require"), *blocks = tree_get(e->spec, "blocks");
    if (require)
        expect_kind(e->context, require, TREE_list, "require");
    for (size_t i = 0; require && i < require->count; i++)
        check_requirement(&env, require->item[i]);
    if (blocks)
        expect_kind(e->context, blocks, TREE_map, "blocks");
    for (size_t i = 0; blocks && i < blocks->count; i++)
        declare_block(e, blocks->key[i], blocks->key_loc[i], blocks->item[i]);
    e->replace = tree_get(e->spec, "replace");
    if (e->replace)
        e->replaced = arena_alloc(e->context, expect_kind(e->context, e->replace, TREE_map, "replace")->count,
                                  sizeof *e->replaced);
}

Graph *expand(Context *context, const Tree *spec, const Options *options)
{
    Expander *e = arena_alloc(context, 1, sizeof *e);
    *e = (Expander){.context = context, .spec = expect_kind(context, spec, TREE_map, "a spec"), .budget = BUDGET};
    e->globals = scope_new(context, NULL);
    prepare(e, options);
    Env env = env_at(e, e->globals, NULL);
    const Tree *name = tree_get(spec, "name"), *append = tree_get(spec, "append");
    Graph *graph = e->graph = graph_new(context, evaluate_template(&env, name, "name"));
    check_name(context, graph->name, name->loc);
    graph->path = spec->loc.source->path;
    if (options && options->max_batch > 0)
        graph->max_batch = options->max_batch;
    graph->tuned = options ? options->tuned : NULL;
    graph->half = options && options->half && !options->training;
    graph->apart = options && options->apart;
    graph->exact = options && options->exact;
    Node *node = graph->input = add_input(e);
    read_preprocess(e, node->shape);
    name_reserve(context, &e->names, "input", node->loc);
    name_reserve(context, &e->names, "output", node->loc);
    Frame frame = {.body = read_list(e, tree_get(spec, "layers"), "layers")};
    Place top = {.prefix = "", .scope = e->globals, .frame = &frame};
    node = expand_layers(e, &top, frame.body, node);
    if (!frame.body->count && !append)
        fail_at(context, frame.body->loc, NULL, "a network needs layers");
    if (append)
        node = expand_layers(e, &top, read_list(e, append, "append"), node);
    labels_check_used(context, &frame);
    graph->output = graph_add(graph, OP_output, node->loc, "output", &node, 1);
    op_info[OP_output].infer(graph, graph->output);
    check_read(e);
    check_parameters(e);
    check_replaced(e);
    return graph;
}
