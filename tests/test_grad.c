/* Gradients: of every operation alone and among others, against differences of the loss in double; what passes do to a training
 * graph does not change them. NNCC_TEST_SEED=N runs one random network alone, NNCC_TEST_LONG=1 many more. */
#include <criterion/criterion.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "../backends/backend.h"
#include "../runtime/target.h"
#include "spec_random.h"
#include "support.h"

enum { BATCH = 3 };

/* A training step: its graph and all it reads and writes. */
typedef struct {
    Graph *graph;
    ReferenceStep step;
    float *input;
    double *target;
} Trial;

static Context context;

static void setup(void)
{
    context_init(&context);
    omp_set_num_threads(1);             /* these networks are smaller than what it costs to wake a thread */
}

static void teardown(void)
{
    context_free(&context);
}

TestSuite(grad, .init = setup, .fini = teardown, .timeout = 600);

static int64_t elements_of(const Tensor *t)
{
    int64_t elements = 1;
    for (int axis = 0; axis < t->rank; axis++)
        elements *= t->dim[axis];
    return elements;
}

/* ---- trials --------------------------------------------------------------------------------------------------- */

/* A graph after infer becomes a training step, in place. */
static void to_step(Graph *graph, const Training *training)
{
    Options options = {.max_batch = BATCH, .training = training};
    graph->max_batch = BATCH;
    if (setjmp(graph->context->on_error))
        cr_assert_fail("%s", graph->context->message);
    compile_step(graph, &options);
}

static Trial trial_new(Graph *graph, const Training *training, uint64_t seed)
{
    Failure failure;
    Weights *weights = network_weights(graph, seed);
    Trial t = {.graph = graph, .step = {.seed = seed, .step = 3}};
    to_step(graph, training);
    t.step.value = reference_values(graph, weights, &failure);
    t.step.gradient = reference_values(graph, NULL, &failure);
    cr_assert(t.step.value && t.step.gradient, "%s", failure.text);
    int classes = graph->target->shape.channels;
    t.target = calloc((size_t)(BATCH * classes), sizeof *t.target);
    for (int i = 0; i < BATCH * classes; i++)
        t.target[i] = target_of(i % classes == (i / classes * 7 + (int)seed) % classes, classes, training->label_smoothing);
    t.step.target = t.target;
    t.input = network_input(graph, BATCH, seed);
    weights_free(weights);
    return t;
}

static void trial_free(Trial *t)
{
    reference_values_free(t->graph, t->step.value);
    reference_values_free(t->graph, t->step.gradient);
    free(t->target);
    free(t->input);
}

/* The loss; gradients are written to step.gradient, running statistics move. */
static double loss_of(Trial *t)
{
    Failure failure;
    cr_assert(reference_step(t->graph, &t->step, t->input, BATCH, NULL, &failure), "%s", failure.text);
    return t->step.loss;
}

/* ---- differences of the loss ------------------------------------------------------------------------------------ */

/* A direction for a tensor: numbers in -1..1 that are nothing special. */
static double direction(const Tensor *t, int64_t i)
{
    return 2 * pattern_uniform(pattern_base(t->name, 77), (uint64_t)i) - 1;
}

static void shift(Trial *t, const Tensor *tensor, const double *from, double step)
{
    for (int64_t i = 0; i < elements_of(tensor); i++)
        t->step.value[tensor->id][i] = from[i] + step * direction(tensor, i);
}

/* The loss along that direction, by central differences, against the gradient. A step may cross a corner of a relu or make another
 * value the largest of a window: then a smaller one does not. */
static void check_tensor(Trial *t, const Tensor *tensor, const double *gradient, const char *what)
{
    int64_t count = elements_of(tensor);
    double *from = malloc((size_t)count * sizeof *from), slope = 0, norm = 0, got = 0;
    memcpy(from, t->step.value[tensor->id], (size_t)count * sizeof *from);
    for (int64_t i = 0; i < count; i++) {
        slope += gradient[i] * direction(tensor, i);
        norm += gradient[i] * gradient[i];
    }
    static const double steps[] = {1e-5, 1e-6, 1e-7, 1e-4};
    bool close = false;
    for (int k = 0; k < 4 && !close; k++) {
        shift(t, tensor, from, steps[k]);
        double above = loss_of(t);
        shift(t, tensor, from, -steps[k]);
        got = (above - loss_of(t)) / (2 * steps[k]);
        close = fabs(got - slope) <= 1e-5 * sqrt(norm) + 1e-14 * fmax(1, fabs(above)) / steps[k];
    }
    cr_assert(close, "%s: along %s the loss changes by %.12g, its gradient says %.12g\n%s", what, tensor->name, got, slope, dump(t->graph));
    shift(t, tensor, from, 0);
    free(from);
}

/* Every trained parameter; frees the trial. */
static void check_trial(Trial t, const char *what)
{
    int trained = 0;
    double **gradient = reference_values(t.graph, NULL, &(Failure){""});
    loss_of(&t);
    for (const Tensor *tensor = t.graph->tensors; tensor; tensor = tensor->next)
        memcpy(gradient[tensor->id], t.step.gradient[tensor->id], (size_t)elements_of(tensor) * sizeof **gradient);
    for (const Tensor *tensor = t.graph->tensors; tensor; tensor = tensor->next)
        if (tensor->trained) {
            check_tensor(&t, tensor, gradient[tensor->id], what);
            trained++;
        }
    cr_assert(trained, "%s trains nothing", what);
    reference_values_free(t.graph, gradient);
    trial_free(&t);
}

/* ---- every operation ---------------------------------------------------------------------------------------------- */

/* A network around some layers: a convolution makes what they read, a linear layer reads what they make. */
static Graph *network_around(const char *layers)
{
    const char *text = arena_printf(&context, "- conv: {name: first, out: 6, kernel: 3, pad: 1, bias: true}\n%s\n- flatten\n"
                                              "- linear: {name: last, out: 4}\n", layers);
    Text flow = text_new(&context);
    text_add(&flow, "name: net\ninput: [2, 6, 7]\nlayers:\n");
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        text_add(&flow, "  %.*s\n", (int)strcspn(line, "\n"), line);
    if (setjmp(context.on_error))
        cr_assert_fail("%s", context.message);
    return compile_graph(&context, "net.yaml", flow.data, &(Options){.max_batch = BATCH});
}

static const char *const around[] = {
    "- conv: {name: c, out: 8, kernel: 3, pad: 1, groups: 2, bias: true}",
    "- conv: {name: c, out: 5, kernel: [3, 2], stride: [2, 3], pad: [2, 0], dilation: [1, 2]}",
    "- conv: {name: c, out: 12, kernel: 3, stride: 2, pad: 1, groups: 6}",
    "- conv: {name: c, out: 4, kernel: 1, stride: 3}",
    "- bn: {name: n}",
    "- bn: {name: n, eps: 0.1, momentum: 0.5}\n- relu",
    "- ln: {name: n}",
    "- in: {name: n}",
    "- in: {affine: false}",
    "- gn: {name: n, groups: 3}",
    "- relu", "- relu6", "- leaky_relu: {slope: 0.2}", "- leaky_relu: {slope: -0.3}", "- sigmoid", "- tanh", "- silu", "- hard_swish",
    "- max_pool: {kernel: 3, stride: 2, pad: 1}",
    "- max_pool: {kernel: 2, stride: 3, dilation: 2, ceil_mode: true}",
    "- avg_pool: {kernel: 3, stride: 2, pad: 1, ceil_mode: true}",
    "- avg_pool: {kernel: [2, 3], stride: [3, 1], pad: [1, 0], count_include_pad: false}",
    "- global_avg_pool",
    "- dropout: {p: 0.4}",
    "- softmax",
    "- pad: {edges: [1, 2, 0, 1], channels: [2, 1], value: 0.5}",
    "- slice: {begin: 1, count: 3}",
    "- residual:\n    body:\n      - conv: {name: c, out: 6, kernel: 3, pad: 1}\n      - bn: {name: n}\n      - relu",
    "- branches:\n    join: concat\n    paths:\n      - [{conv: {name: a, out: 3, kernel: 1}}]\n      - [{max_pool: {kernel: 3, stride: 1, pad: 1}}]\n      - []",
    "- branches:\n    join: mul\n    paths:\n      - []\n      - [global_avg_pool, {conv: {name: a, out: 6, kernel: 1}}, sigmoid]",
    "- branches:\n    join: mul\n    paths:\n      - [{conv: {name: a, out: 6, kernel: 1}}]\n      - []",
    "- branches:\n    join: add\n    paths:\n      - []\n      - []\n      - [tanh]",
    "- split:\n    parts: 3\n    chain: true\n    body: [{conv: {name: c.$index, out: 2, kernel: 3, pad: 1}}, relu]\n    last: []",
    "- split:\n    parts: 2\n    body: [{bn: {name: n.$index}}, relu]",
    "- bn: {name: n}\n- silu\n- conv: {name: c, out: 3, kernel: 1}",
    "- bn: {name: n}\n- hard_swish",
    "- branches:\n    join: mul\n    paths:\n      - [{bn: {name: n}}]\n      - [global_avg_pool, {conv: {name: a, out: 6, kernel: 1}}, sigmoid]",
};

/* Alone in its network, with every loss and every way of keeping values. */
static void check_layers(const char *layers, const Training *training)
{
    check_trial(trial_new(network_around(layers), training, 5), layers);
}

Test(grad, every_operation_has_the_gradient_that_differences_of_the_loss_show)
{
    for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
        check_layers(around[i], &(Training){.keep_dropout = true, .label_smoothing = 0.1});
        check_layers(around[i], &(Training){.keep_dropout = true, .loss = LOSS_mse, .recompute = true});
    }
}

/* ---- gradient checks, element by element ----------------------------------------------------------------------------- */

/* As PyTorch's gradcheck does it, with its tolerances; of large tensors some elements. */
static void check_elements(Trial *t, const char *what)
{
    enum { MOST = 12 };
    static const double EPSILON = 1e-6, ABSOLUTE = 1e-5, RELATIVE = 1e-3;
    double **gradient = reference_values(t->graph, NULL, &(Failure){""});
    loss_of(t);
    for (const Tensor *tensor = t->graph->tensors; tensor; tensor = tensor->next)
        memcpy(gradient[tensor->id], t->step.gradient[tensor->id], (size_t)elements_of(tensor) * sizeof **gradient);
    for (const Tensor *tensor = t->graph->tensors; tensor; tensor = tensor->next)
        for (int64_t i = 0; tensor->trained && i < elements_of(tensor); i += 1 + elements_of(tensor) / MOST) {
            double *value = &t->step.value[tensor->id][i], from = *value, got = gradient[tensor->id][i];
            *value = from + EPSILON;
            double above = loss_of(t);
            *value = from - EPSILON;
            double slope = (above - loss_of(t)) / (2 * EPSILON);
            *value = from;
            cr_assert(fabs(got - slope) <= ABSOLUTE + RELATIVE * fabs(slope),
                      "%s: the loss changes with %s[%d] by %.12g, its gradient says %.12g", what, tensor->name, (int)i, slope, got);
        }
    reference_values_free(t->graph, gradient);
}

/* Which operations have been checked, as nodes and in the tails of others. */
typedef struct {
    bool alone[NOP], joined[NOP];
} Checked;

static void check_form(const char *layers, const Training *training, bool fused, Checked *checked)
{
    Trial t = trial_new(network_around(layers), training, 5);
    if (fused)
        run_pass(fuse, t.graph, "fuse");
    check_elements(&t, layers);
    for (const Node *n = t.graph->first; n; n = n->next)
        for (const Node *part = n; part; part = part->tail)
            (part == n ? checked->alone : checked->joined)[part->op] = true;
    trial_free(&t);
}

Test(grad, no_operation_lacks_a_gradient_check)
{
    Checked checked = {{false}, {false}};
    for (size_t i = 0; i < sizeof around / sizeof *around; i++)
        for (int fused = 0; fused < 2; fused++) {
            check_form(around[i], &(Training){.keep_dropout = true, .label_smoothing = 0.1, .recompute = fused}, fused, &checked);
            check_form(around[i], &(Training){.keep_dropout = true, .loss = LOSS_mse, .freeze_norm = FREEZE_stats}, fused, &checked);
            check_form(around[i], &(Training){.keep_dropout = true, .freeze_norm = FREEZE_both}, fused, &checked);
        }
    /* Made by layout, taken away by fold, replaced by dropout_train. */
    checked.alone[OP_pack] = checked.alone[OP_identity] = checked.alone[OP_dropout] = true;
    for (Op op = 0; op < NOP; op++) {
        cr_expect(checked.alone[op], "nobody checks gradients with %s", op_name(op));
        cr_expect(checked.joined[op] || !op_is_elementwise(op), "nobody checks gradients with %s in a tail", op_name(op));
    }
}

/* ---- random networks ------------------------------------------------------------------------------------------------ */

/* A random network, with a linear layer behind it where its output is a picture. */
static Graph *random_network(uint64_t seed)
{
    Graph *graph = random_graph(&context, seed, RANDOM_any);
    Node *last = graph->output->in[0];
    Attr attr = network_attr();
    attr.out = 4;
    attr.bias = true;
    graph_remove(graph, graph->output);
    if (!last->shape.flat)
        last = add1(graph, OP_flatten, network_attr(), NULL, last);
    network_finish(graph, add1(graph, OP_linear, attr, "classify", last));
    return graph;
}

/* Batch norms of one pixel have few values to average over, and dead channels none that differ: then nothing is smooth. */
static bool is_smooth(const Graph *graph)
{
    for (const Node *n = graph->first; n; n = n->next)
        if (n->op == OP_bn && n->shape.height * n->shape.width < 4)
            return false;
    return true;
}

static Training random_training(uint64_t seed)
{
    return (Training){.loss = seed % 3 ? LOSS_cross_entropy : LOSS_mse, .label_smoothing = 0.1 * (double)(seed % 2), .keep_dropout = true,
                      .freeze_norm = seed % 7 ? FREEZE_none : FREEZE_stats, .recompute = seed % 2};
}

static void each_seed(int count, void (*check)(uint64_t seed))
{
    const char *one = getenv("NNCC_TEST_SEED");
    if (one) {
        check(strtoull(one, NULL, 10));
        return;
    }
    for (uint64_t seed = 1; seed <= (uint64_t)(getenv("NNCC_TEST_LONG") ? 20 * count : count); seed++) {
        check(seed);
        context_free(&context);
        context_init(&context);
    }
}

static void check_random(uint64_t seed)
{
    Graph *graph = random_network(seed);
    if (!is_smooth(graph))
        return;
    Training training = random_training(seed);
    check_trial(trial_new(graph, &training, seed), arena_printf(&context, "seed %d", (int)seed));
}

Test(grad, random_networks_have_the_gradients_that_differences_show)
{
    each_seed(25, check_random);
}

/* ---- passes ------------------------------------------------------------------------------------------------------------ */

/* Of a tensor in two arrays by Tensor.id; a gradient of 0 (a bias before a batch norm) is rounding alone. */
static double distance(const Tensor *t, double *const *a, double *const *b)
{
    double difference = 0, largest = 1e-2;
    for (int64_t i = 0; i < elements_of(t); i++) {
        difference = fmax(difference, fabs(a[t->id][i] - b[t->id][i]));
        largest = fmax(largest, fabs(a[t->id][i]));
    }
    return difference / largest;
}

/* Loss, gradients and moved statistics of two forms of one step are equal. */
static void expect_equal(Trial *a, Trial *b, const char *what)
{
    double loss = loss_of(a), other = loss_of(b);
    cr_assert_float_eq(loss, other, 1e-12 * fmax(1, fabs(loss)), "%s: the loss differs", what);
    for (const Tensor *t = a->graph->tensors; t; t = t->next) {
        double gradients = distance(t, a->step.gradient, b->step.gradient), values = distance(t, a->step.value, b->step.value);
        cr_assert(gradients < 1e-9 && values < 1e-12, "%s: %s differs by %g, its value by %g\n%s", what, t->name, gradients, values,
                  dump(b->graph));
    }
}

static void check_forms(uint64_t seed)
{
    Training kept = random_training(seed), again;
    kept.recompute = false;
    again = kept;
    again.recompute = true;
    Trial plain = trial_new(random_network(seed), &kept, seed), repeated = trial_new(random_network(seed), &again, seed);
    Trial fused = trial_new(random_network(seed), &again, seed);
    run_pass(fuse, fused.graph, "fuse");
    const char *name = arena_printf(&context, "seed %d", (int)seed);
    expect_equal(&plain, &repeated, name);
    trial_free(&plain);
    plain = trial_new(random_network(seed), &kept, seed);
    expect_equal(&plain, &fused, name);
    trial_free(&plain);
    trial_free(&repeated);
    trial_free(&fused);
}

Test(grad, neither_recomputation_nor_fusion_changes_a_gradient)
{
    each_seed(100, check_forms);
}

static void check_chain(uint64_t seed)
{
    Training training = random_training(seed);
    Graph *graph = random_network(seed);
    to_step(graph, &training);
    run_pass(fuse, graph, "fuse");
    run_pass(layout, graph, "layout");
    run_pass(choose, graph, "choose");
    run_pass(plan, graph, "plan");
}

Test(grad, training_graphs_are_laid_out_and_planned)
{
    each_seed(300, check_chain);
}

/* ---- what is computed, and what is not -------------------------------------------------------------------------------------- */

static const char residual_net[] =
    "- conv: {name: stem, out: 8, kernel: 3, pad: 1}\n- bn: {name: norm}\n- relu\n"
    "- residual:\n    body:\n      - conv: {name: a, out: 8, kernel: 3, pad: 1}\n      - bn: {name: na}\n      - relu\n"
    "      - conv: {name: b, out: 8, kernel: 3, pad: 1}\n      - bn: {name: nb}\n- relu";

static Graph *step_of(const char *layers, const Training *training)
{
    Graph *graph = network_around(layers);
    to_step(graph, training);
    return graph;
}

static int count_of(const Graph *graph, Op op)
{
    int count = 0;
    for (const Node *n = graph->first; n; n = n->next)
        count += n->op == op;
    return count;
}

Test(grad, nobody_computes_the_gradient_of_the_picture)
{
    Graph *graph = step_of(residual_net, &(Training){0});
    cr_expect_eq(count_of(graph, OP_conv_dw), 4);
    cr_expect_eq(count_of(graph, OP_conv_dx), 3);
    cr_expect_eq(count_of(graph, OP_bn_stats), 3);
    cr_expect_eq(count_of(graph, OP_bn_train), 6, "all are computed again");
    cr_expect_eq(count_of(graph, OP_conv), 4, "convolutions are not");
}

Test(grad, of_the_sums_of_residual_blocks_every_other_one_is_kept)
{
    const char *block = "- residual:\n    body:\n      - conv: {name: c$, out: 6, kernel: 1}\n      - bn: {name: n$}\n- relu\n";
    Text layers = text_new(&context);
    for (int i = 0; i < 4; i++)
        for (const char *c = block; *c; c++)
            text_add(&layers, *c == '$' ? "%d" : "%c", *c == '$' ? i : *c);
    layers.data[layers.size - 1] = '\0';
    Graph *graph = step_of(layers.data, &(Training){0});
    int sums = 0;
    for (const Node *n = graph->first; n; n = n->next)
        sums += n->op == OP_add && strstr(n->name, ".again") != NULL;
    cr_expect_eq(sums, 2);
}

Test(grad, a_block_can_be_computed_again_from_its_input)
{
    Graph *graph = step_of(residual_net, &(Training){.recompute = true});
    cr_expect_eq(count_of(graph, OP_conv), 6, "both convolutions of the block run twice");
    cr_expect_eq(count_of(graph, OP_bn_stats), 3, "statistics are kept");
}

Test(grad, below_the_lowest_trained_layer_nothing_flows_back)
{
    static const char *const last[] = {"last.*"}, *const norms[] = {"nb.*", "last.weight"};
    Graph *graph = step_of(residual_net, &(Training){.train = last, .ntrain = 1});
    cr_expect_eq(count_of(graph, OP_linear_dw) + count_of(graph, OP_bias_dw), 2);
    cr_expect_eq(count_of(graph, OP_linear_dx) + count_of(graph, OP_conv_dx) + count_of(graph, OP_bn_sums), 0);
    cr_expect_eq(count_of(graph, OP_bn_stats), 3, "statistics move nevertheless");
    graph = step_of(residual_net, &(Training){.train = norms, .ntrain = 2});
    cr_expect_eq(count_of(graph, OP_bias_dw) + count_of(graph, OP_conv_dw) + count_of(graph, OP_conv_dx) + count_of(graph, OP_bn_dx), 0);
    cr_expect_eq(count_of(graph, OP_bn_sums), 1);
    cr_expect_eq(count_of(graph, OP_linear_dx), 1);
}

Test(grad, frozen_norms)
{
    static const char *const upper[] = {"nb.*", "last.*", "b.*"};
    Graph *graph = step_of(residual_net, &(Training){.freeze_norm = FREEZE_stats});
    cr_expect_eq(count_of(graph, OP_bn_stats) + count_of(graph, OP_bn_train), 0);
    cr_expect_eq(count_of(graph, OP_bn_frozen_dx), 3);
    cr_expect_eq(count_of(graph, OP_bn_sums), 3, "scale and shift are trained");
    graph = step_of(residual_net, &(Training){.freeze_norm = FREEZE_affine});
    cr_expect_eq(count_of(graph, OP_bn_stats), 3);
    cr_expect_not(graph_tensor(graph, "na.weight")->trained);
    graph = step_of(residual_net, &(Training){.freeze_norm = FREEZE_both});
    cr_expect_eq(count_of(graph, OP_bn_stats) + count_of(graph, OP_bn_sums), 0);
    graph = step_of(residual_net, &(Training){.freeze_norm = FREEZE_both, .train = upper, .ntrain = 3});
    cr_expect_eq(count_of(graph, OP_bn_stats), 1, "a layer that is trained has its norm trained");
    cr_expect_eq(count_of(graph, OP_bn), 2);
}

/* ---- refusals ------------------------------------------------------------------------------------------------------------- */

static const char *refused(Graph *graph, const Training *training)
{
    graph->training = training;
    graph->max_batch = 1;
    return refusal(&context, grad, graph);
}

Test(grad, refuses_what_cannot_be_trained)
{
    static const char *const nobody[] = {"first.*", "head.*"}, *const nothing[] = {"first.bias"};
    const char *message = refused(network_around("- relu"), &(Training){.train = nobody, .ntrain = 2});
    cr_assert(message && strstr(message, "no parameter of the network is called 'head.*'"), "%s", message);
    message = refused(graph_of(&context, "[2, 1, 1]", "conv: {name: c, out: 3, kernel: 1},\nbn: {name: n}\n"), &(Training){0});
    cr_assert(message && strstr(message, "net.yaml:4:1: error: batch normalisation of a batch of one image of one pixel"), "%s", message);
    message = refused(graph_of(&context, "[2, 4, 4]", "conv: {name: c, out: 3, kernel: 1}"), &(Training){0});
    cr_assert(message && strstr(message, "the network's result is 3x4x4"), "%s", message);
    message = refused(graph_of(&context, "[2, 4, 4]", "global_avg_pool"), &(Training){0});
    cr_assert(message && strstr(message, "no parameter that is trained"), "%s", message);
    cr_assert_null(refused(network_around("- relu"), &(Training){.train = nothing, .ntrain = 1}));
}

Test(grad, a_softmax_at_the_end_is_part_of_cross_entropy)
{
    const char *layers = "linear: {name: c, out: 3}, softmax";
    Graph *graph = graph_of(&context, "[2, 1, 1]", layers);
    to_step(graph, &(Training){0});
    cr_expect_eq(graph->loss->in[0]->op, OP_linear);
    cr_expect_eq(graph->output->in[0]->op, OP_softmax);
    graph = graph_of(&context, "[2, 1, 1]", layers);
    to_step(graph, &(Training){.loss = LOSS_mse});
    cr_expect_eq(graph->loss->in[0]->op, OP_softmax);
}
