/* command_verify.c - `nncc verify`: every way to run a network against the naive reference, and against each other.
 *
 * Layer by layer first, for each target by the JIT: in a program whose tensors share no memory, every result is still there when
 * the network has run. Then as it is used: by every compiler, on any number of threads, and for an image alone or in a batch. All
 * ways must agree bit for bit, and stay near the reference. Where a compiler's code gives other bits, it goes through the layers,
 * too, which tells where. (Compilers take most of the time, so they do not compile everything twice.) */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "tuned.h"

enum { MOST_THREADS = 4, IMAGES = 2 };      /* unless --batch says otherwise */
static const double TOLERANCE = 1e-4;   /* of the largest value that a layer computes */

/* One way to run a network. */
typedef struct {
    const Target *target;
    const char *compiler;
} Variant;

/* What a layer stores, for the whole batch: [batch][channels][height][width], as all arrays here. */
typedef struct {
    const Node *node;                   /* of the program whose tensors share no memory */
    size_t count;                       /* floats */
    double *reference;
    double largest;                     /* |value| that the layer computes, before its tail bounds it, too */
    double difference;                  /* the first variant's worst distance to the reference, as a fraction of that */
    float *first;                       /* what the first variant computed */
    const Variant *differs;             /* the first variant with other bits, or NULL */
} Layer;

typedef struct {
    Session *session;
    const Variant *variant;             /* all that can run here */
    int nvariant;
    Layer *layer;                       /* those that a step computes, in execution order */
    int nlayer;
    float *scratch;                     /* as large as the largest layer */
    double *reference;                  /* of the graph as the spec says it: the network's output */
    double largest;                     /* |reference| */
    float *first;                       /* the first variant's output */
    size_t count, image;                /* floats of the output: of the batch, of one image */
    bool fine;                          /* until something is not */
} Audit;

/* ---- the ways to run a network -------------------------------------------------------------------------- */

static bool is_installed(const char *program)
{
    char path[4096];
    const char *list = getenv("PATH");
    for (const char *end; list && *list; list = *end ? end + 1 : end) {
        end = strchrnul(list, ':');
        snprintf(path, sizeof path, "%.*s/%s", (int)(end - list), list, program);
        if (!access(path, X_OK))
            return true;
    }
    return false;
}

/* Are the choices, if any, for machines like this target's? */
static bool fits(const Tuned *tuned, const Target *target)
{
    const Target *made_for = tuned ? target_find(tuned->target) : NULL;
    return !made_for || !memcmp(&made_for->machine, &target->machine, sizeof target->machine);
}

static void find_variants(Audit *audit)
{
    static const char *const compilers[] = {"gcc", "clang", jit};
    Variant *variant = NULL;
    size_t capacity = 0;
    for (int t = 0; targets[t]; t++)
        for (int c = 0; c < 3; c++)
            if (target_runs_here(targets[t]) && fits(audit->session->options.tuned, targets[t]) &&
                (compilers[c] == jit || is_installed(compilers[c]))) {
                variant = arena_grow(&audit->session->context, variant, (size_t)audit->nvariant, &capacity, sizeof *variant);
                variant[audit->nvariant++] = (Variant){targets[t], compilers[c]};
            }
    audit->variant = variant;
}

/* The session's program and weights from here on; the program before needs its arena no more. */
static void use_program(Session *session, bool apart, Machine machine)
{
    session->options.apart = apart;
    session->options.machine = machine;
    session_program(session);
    free(session->arena);
    free(session->packed);
    session->arena = session->packed = NULL;
    session_pack(session);
}

/* A variant that is made for another machine than the program has a program of its own. */
static void use_variant(Session *session, const Variant *variant)
{
    const Machine *machine = &variant->target->machine;
    if (memcmp(machine, &session->options.machine, sizeof *machine))
        use_program(session, session->options.apart, *machine);
    session_model(session, variant->target, variant->compiler, false);
    session_forward(session, 1, 0, session->batch);
}

/* ---- distances ------------------------------------------------------------------------------------------ */

static double largest_of(const double *value, size_t count)
{
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(value[i]));
    return largest;
}

/* Worst distance to the reference, as a fraction of its largest value; infinite where a value is no number. */
static double distance(const float *value, const double *reference, size_t count, double largest)
{
    double worst = 0;
    for (size_t i = 0; i < count; i++) {
        double far = fabs((double)value[i] - reference[i]);
        worst = far <= worst ? worst : isnan(far) ? INFINITY : far;
    }
    return largest > 0 ? worst / largest : worst;
}

/* JSON has no infinity. */
static double jsonable(double difference)
{
    return isfinite(difference) ? difference : 1e300;
}

/* ---- layer by layer ------------------------------------------------------------------------------------- */

/* A tensor, from wherever the program left it, in rows and columns (ir.h: Layout). */
static void read_layer(const Session *session, const Node *node, float *value)
{
    const Layout *l = &node->layout;
    Shape shape = node_result(node);
    bool output = l->storage->op == OP_output, blocked = l->kind == LAYOUT_blocked;
    int64_t image = output ? shape_floats(l->storage->shape) : session->program->arena_floats;
    const float *origin = (output ? session->output : (float *)session->arena + l->storage->offset) + l->origin;
    for (int n = 0; n < session->batch; n++, origin += image)
        for (int s = 0, p = 0; s < l->nsegment; s++, p = blocked ? ceil_of(p, LANES) * LANES : p)
            for (int c = 0; c < l->segment[s]; c++, p++)
                for (int y = 0; y < shape.height; y++)
                    for (int x = 0; x < shape.width; x++)
                        *value++ = blocked ? origin[p / LANES * l->plane + y * l->row + x * LANES + p % LANES]
                                           : origin[p * l->plane + y * l->row + x];
}

/* Runs the reference on the program's own graph: fused, regrouped, split sums and all. */
static void refer_layers(Audit *audit)
{
    Session *session = audit->session;
    const Graph *graph = session->program->graph;
    Failure failure = {""};
    double **result = arena_alloc(&session->context, (size_t)graph->count, sizeof *result);
    double *largest = arena_alloc(&session->context, (size_t)graph->count, sizeof *largest);
    for (const Layer *layer = audit->layer; layer < audit->layer + audit->nlayer; layer++)
        result[layer->node->id] = layer->reference;
    check(session, reference_layers(graph, session->weights, session->input, session->batch, result, largest, &failure), &failure);
    for (Layer *layer = audit->layer; layer < audit->layer + audit->nlayer; layer++)
        layer->largest = largest[layer->node->id];
}

static void find_layers(Audit *audit)
{
    Session *session = audit->session;
    const Program *program = session->program;
    bool *seen = arena_alloc(&session->context, (size_t)program->graph->count, sizeof *seen);
    size_t largest = 0;
    audit->layer = arena_alloc(&session->context, program->nstep + 1, sizeof *audit->layer);
    for (size_t i = 0; i < program->nstep; i++) {
        const Node *node = program->step[i].node;
        size_t count = (size_t)shape_floats(node_result(node)) * (size_t)session->batch;
        if (seen[node->id])
            continue;
        seen[node->id] = true;
        largest = count > largest ? count : largest;
        audit->layer[audit->nlayer++] = (Layer){.node = node, .count = count,
                                                .reference = arena_alloc(&session->context, count, sizeof(double)),
                                                .first = arena_alloc(&session->context, count, sizeof(float))};
    }
    audit->scratch = arena_alloc(&session->context, largest + 1, sizeof *audit->scratch);
}

/* What a node of another machine's program is called in this one: both had the same passes before `choose`. */
static const Node *same_node(const Session *session, const Node *node)
{
    for (const Node *n = session->program->graph->first; n; n = n->next)
        if (n->id == node->id && !strcmp(n->name, node->name))
            return n;
    die("verify: '%s' is not a layer of the program for another machine", node->name);
}

static void compare_layer(Audit *audit, Layer *layer, const Variant *variant, bool first)
{
    float *value = first ? layer->first : audit->scratch;
    read_layer(audit->session, same_node(audit->session, layer->node), value);
    if (first)
        layer->difference = distance(value, layer->reference, layer->count, layer->largest);
    else if (!layer->differs && memcmp(value, layer->first, layer->count * sizeof *value))
        layer->differs = variant;
    audit->fine &= layer->difference <= TOLERANCE && !layer->differs;
}

static void compare_layers(Audit *audit, const Variant *variant, bool first)
{
    use_variant(audit->session, variant);
    for (int i = 0; i < audit->nlayer; i++)
        compare_layer(audit, &audit->layer[i], variant, first);
}

static void verify_layers(Audit *audit)
{
    bool first = true;
    find_layers(audit);
    refer_layers(audit);
    for (const Variant *variant = audit->variant; variant < audit->variant + audit->nvariant; variant++)
        if (variant->compiler == jit) {
            compare_layers(audit, variant, first);
            first = false;
        }
}

/* "conv bn relu": the operation, and what is done to its results in registers. */
static const char *operations(Context *context, const Node *node)
{
    const char *text = node->folded ? arena_printf(context, "%s bn", op_name(node->op)) : op_name(node->op);
    for (const Node *part = node->tail; part; part = part->tail)
        text = arena_printf(context, "%s %s", text, op_name(part->op));
    return text;
}

static json_t *layers_json(const Audit *audit)
{
    json_t *list = json_array();
    for (const Layer *layer = audit->layer; layer < audit->layer + audit->nlayer; layer++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:f, s:f, s:b}", "name", layer->node->name,
                                              "operations", operations(&audit->session->context, layer->node),
                                              "shape", shape_json(node_result(layer->node)), "largest", jsonable(layer->largest),
                                              "difference", jsonable(layer->difference), "same_bits", !layer->differs));
    return list;
}

static void print_layers(const Audit *audit)
{
    Context *context = &audit->session->context;
    int width = 12;
    for (int i = 0; i < audit->nlayer; i++)
        width = (int)strlen(audit->layer[i].node->name) > width ? (int)strlen(audit->layer[i].node->name) : width;
    printf("%-*s  %-12s %10s %12s  %-9s  %s\n", width, "Layer", "Shape", "largest", "difference", "same bits", "Operations");
    for (const Layer *layer = audit->layer; layer < audit->layer + audit->nlayer; layer++) {
        printf("%-*s  %-12s %10.4g %12.1e  ", width, layer->node->name, shape_text(context, node_result(layer->node)), layer->largest,
               layer->difference);
        if (layer->differs)
            printf("NO: %s by %s  ", layer->differs->target->name, layer->differs->compiler);
        else
            printf("%-9s  ", "yes");
        printf("%s%s\n", operations(context, layer->node), layer->difference <= TOLERANCE ? "" : "  TOO FAR");
    }
    putchar('\n');
}

/* ---- the whole network, as it is used ------------------------------------------------------------------- */

static void refer_output(Audit *audit)
{
    Session *session = audit->session;
    Failure failure = {""};
    audit->image = (size_t)shape_floats(session->graph->output->shape);
    audit->count = audit->image * (size_t)session->batch;
    audit->reference = arena_alloc(&session->context, audit->count, sizeof *audit->reference);
    check(session, reference_run(session->graph, session->weights, session->input, session->batch, audit->reference, &failure), &failure);
    audit->largest = largest_of(audit->reference, audit->count);
}

/* Same bits on 2, 3 and 4 threads, and for each image alone? The session's output is that of one thread. */
static bool is_steady(const Audit *audit)
{
    Session *session = audit->session;
    size_t bytes = audit->image * sizeof(float), all = audit->count * sizeof(float);
    float *once = arena_alloc(&session->context, audit->count, sizeof *once);
    bool steady = true;
    memcpy(once, session->output, all);
    for (int threads = 2; threads <= MOST_THREADS; threads++) {
        session_forward(session, threads, 0, session->batch);
        steady &= !memcmp(once, session->output, all);
    }
    for (int i = 0; i < session->batch; i++) {
        session_forward(session, 1, i, 1);
        steady &= !memcmp(once + (size_t)i * audit->image, session->output, bytes);
    }
    memcpy(session->output, once, all);
    return steady;
}

/* The first layer for which this variant has other bits than the JIT, or NULL. */
static const char *find_culprit(Audit *audit, const Variant *variant)
{
    use_program(audit->session, true, variant->target->machine);
    compare_layers(audit, variant, false);
    use_program(audit->session, false, variant->target->machine);
    for (const Layer *layer = audit->layer; layer < audit->layer + audit->nlayer; layer++)
        if (layer->differs == variant)
            return layer->node->name;
    return NULL;
}

static void verify_variant(Audit *audit, const Variant *variant)
{
    Session *session = audit->session;
    use_variant(session, variant);
    double far = distance(session->output, audit->reference, audit->count, audit->largest);
    bool steady = is_steady(audit), same = true;
    if (audit->first)
        same = !memcmp(audit->first, session->output, audit->count * sizeof(float));
    else
        audit->first = memcpy(arena_alloc(&session->context, audit->count, sizeof(float)), session->output, audit->count * sizeof(float));
    audit->fine &= steady && same && far <= TOLERANCE;
    const char *culprit = same ? NULL : find_culprit(audit, variant);
    if (session->json)
        json_array_append_new(json_object_get(session->json, "variants"),
                              json_pack("{s:s, s:s, s:f, s:b, s:b, s:s?}", "target", variant->target->name, "compiler", variant->compiler,
                                        "difference", jsonable(far), "same_bits", same, "steady", steady, "culprit", culprit));
    else
        printf("%-8s %-8s %12.1e  %-20s %s%s%s\n", variant->target->name, variant->compiler, far, same ? "yes" : "NO",
               steady ? "yes" : "NO", culprit ? "  other bits from " : "", culprit ? culprit : "");
    fflush(stdout);
}

static void verify_network(Audit *audit)
{
    if (!audit->session->json)
        printf("%-8s %-8s %12s  %-20s %s\n", "Target", "Compiler", "difference", "same bits as first",
               "same on 1-4 threads, and image by image");
    for (int i = 0; i < audit->nvariant; i++)
        verify_variant(audit, &audit->variant[i]);
}

int command_verify(Session *session)
{
    Audit audit = {.session = session, .fine = true};
    session_graph(session, false);
    session->batch = IMAGES;
    session_weights(session);
    session_input(session);
    refer_output(&audit);
    session_tuned(session);
    find_variants(&audit);
    use_program(session, true, audit.variant->target->machine);
    verify_layers(&audit);
    if (session->arguments->json)
        session->json = json_pack("{s:s, s:i, s:f, s:o, s:[]}", "name", session->graph->name, "batch", session->batch,
                                  "largest", jsonable(audit.largest), "layers", layers_json(&audit), "variants");
    else {
        printf(
            "%s, %d image%s, against the naive reference; a difference is a share of the largest |value| computed\n\n",
            session->graph->name, session->batch, session->batch == 1 ? "" : "s");
        print_layers(&audit);
    }
    use_program(session, false, audit.variant->target->machine);
    verify_network(&audit);
    if (session->json)
        json_object_set_new(session->json, "ok", json_boolean(audit.fine));
    else
        puts(audit.fine ? "all agree" : "THEY DISAGREE");
    return audit.fine ? 0 : EXIT_MISTAKE;
}
