/* test_random_train.c - training steps of random networks: gradients and running statistics by kernels, in float, against the naive
 * interpreter's in double; the same bits for every target, number of threads, and order that steps may run in.
 *
 * How far rounding may move a gradient depends on the network: where a norm divides by little, or a value lies at the kink of a
 * relu, far. So the interpreter says how far gradients move when the input and all parameters do, by one unit in their last place
 * or none, and some multiple of that is allowed. Where kernels are further off, a value may lie so close to a kink that rounding took
 * it to the other side: then the interpreter, told to take it there too, must find their gradients.
 * NNCC_TEST_SEED=N runs seed N alone; NNCC_TEST_LONG=1 runs many more. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spec_random.h"
#include "kinks.h"
#include "networks.h"
#include "step_run.h"

enum { NETWORKS = 30, NETWORKS_LONG = 1500, BATCH = 4, MOVED = 3, MOST_KINKS = 12, MOST_ROUNDS = 3 };

static const double TOLERANCE = 1e-5;   /* of a tensor's gradient, in L2 norm */
static const double FLOOR = 1e-5;       /* of the largest gradient: some would be 0 but for rounding */
static const double ZERO = 1e-9;        /* likewise: there nothing but rounding would be compared */
static const double LITTLE = 1e-4;      /* variance of a channel: ten times a batch norm's eps */
static const double MULTIPLE = 30;      /* of how far the interpreter's gradients move */

typedef struct {
    Context context;
    int seed;
    Training training;
    Options options;
    Graph *graph;                       /* of a step, for the interpreter */
    Weights *weights;
    float *input, *target;
    Expected want, moved[MOVED];
} Case;

/* How networks were compared. */
typedef struct {
    int networks, little, kinks;
    int moved;                          /* steps that could run before one that comes first */
} Tally;

/* The network, as the passes get it. */
static Graph *network_of(Case *c)
{
    Graph *graph = random_graph(&c->context, (uint64_t)c->seed, RANDOM_train);
    graph->max_batch = BATCH;
    graph->exact = c->seed % 3 == 1;
    return graph;
}

static float nudged(float value, uint64_t base, uint64_t i)
{
    uint64_t bits = pattern_bits(base, i) % 3;
    return bits == 0 ? value : nextafterf(value, bits == 1 ? INFINITY : -INFINITY);
}

/* The interpreter's step from a place nearby; what each node computes goes to result[id]. */
static Expected move(const Case *c, int which, double *const *result)
{
    int64_t count = BATCH * shape_floats(c->graph->input->shape);
    Weights *weights = random_weights(c->graph, (uint64_t)c->seed, RANDOM_train);
    float *input = malloc((size_t)count * sizeof *input);
    for (int64_t i = 0; i < count; i++)
        input[i] = nudged(c->input[i], pattern_base("input", (uint64_t)which), (uint64_t)i);
    for (const Tensor *t = c->graph->tensors; t; t = t->next) {
        int rank;
        int64_t dim[4];
        float *value = (float *)weights_find(weights, t->name, &rank, dim);    /* ours alone */
        for (int64_t i = 0; i < tensor_elements(t) && !t->integer; i++)
            value[i] = nudged(value[i], pattern_base(t->name, (uint64_t)which), (uint64_t)i);
    }
    Expected e = expect_shifted(c->graph, weights, input, c->target, NULL, 0, result);
    weights_free(weights);
    free(input);
    return e;
}

static void open_case(Case *c, int seed)
{
    *c = (Case){.seed = seed};
    c->training = (Training){.loss = seed % 4 == 3 ? LOSS_mse : LOSS_cross_entropy, .keep_dropout = true, .recompute = seed % 5 == 1,
                             .freeze_norm = seed % 6 == 5 ? FREEZE_stats : FREEZE_none};
    c->options = (Options){.max_batch = BATCH, .training = &c->training};
    context_init(&c->context);
    if (setjmp(c->context.on_error))
        cr_assert_fail("seed %d: %s", c->seed, c->context.message);
    c->graph = network_of(c);
    c->weights = random_weights(c->graph, (uint64_t)seed, RANDOM_train);
    c->input = random_input(c->graph, BATCH, (uint64_t)seed, RANDOM_train);
    compile_step(c->graph, &c->options);
    int classes = c->graph->target->shape.channels;
    c->target = calloc((size_t)(BATCH * classes), sizeof *c->target);
    for (int i = 0; i < BATCH; i++)
        c->target[i * classes + (int)(pattern_bits(pattern_base("label", (uint64_t)seed), (uint64_t)i) % (uint64_t)classes)] = 1;
    c->want = expect_step(c->graph, c->weights, c->input, c->target);
    for (int i = 0; i < MOVED; i++)
        c->moved[i] = move(c, i, NULL);
}

static void close_case(Case *c)
{
    for (int i = 0; i < MOVED; i++)
        expected_free(c->graph, &c->moved[i]);
    expected_free(c->graph, &c->want);
    weights_free(c->weights);
    free(c->input);
    free(c->target);
    context_free(&c->context);
}

/* ---- comparing ------------------------------------------------------------------------------------------------------------- */

static double norm_of(const double *x, int64_t count)
{
    double squares = 0;
    for (int64_t i = 0; i < count; i++)
        squares += x[i] * x[i];
    return sqrt(squares);
}

static double distance_of(const double *x, const double *y, int64_t count)
{
    double squares = 0;
    for (int64_t i = 0; i < count; i++)
        squares += (x[i] - y[i]) * (x[i] - y[i]);
    return sqrt(squares);
}

/* How far off a tensor is, how far it may be, and its size. */
typedef struct {
    double far, allowed, reach, size;
} Error;

/* floor: what rounding may be anyway. */
static Error error_of(const Tensor *t, const float *got, double *const *want, double *const *first, double *const *moved[MOVED],
                      double floor)
{
    int64_t count = tensor_elements(t);
    double *wide = malloc(((size_t)count + 1) * sizeof *wide);
    Error e = {.size = norm_of(want[t->id], count)};
    for (int64_t i = 0; i < count; i++)
        wide[i] = got[i];
    for (int i = 0; i < MOVED; i++)
        e.reach = fmax(e.reach, distance_of(moved[i][t->id], first[t->id], count));
    e.far = distance_of(wide, want[t->id], count);
    e.allowed = TOLERANCE * e.size + MULTIPLE * e.reach + floor;
    free(wide);
    return e;
}

/* Are they statistics that the step moves? */
static bool is_moved(const Graph *graph, const Tensor *t)
{
    for (const Node *n = graph->first; n; n = n->next)
        if (n->op == OP_bn_stats && (n->of->weight[W_mean].tensor == t || n->of->weight[W_var].tensor == t))
            return true;
    return false;
}

/* Does a batch norm see a channel that hardly varies? It divides by sqrt(eps) then, and its gradients, which cancel but for rounding, are
 * far larger than what is left of them: nothing that a nudged input shows. */
static bool divides_by_little(const Case *c)
{
    for (const Node *n = c->graph->first; n; n = n->next) {
        if (n->op != OP_bn_stats)
            continue;
        const Tensor *t = n->of->weight[W_var].tensor;
        double momentum = n->of->attr.momentum;
        int rank;
        int64_t dim[4];
        const float *old = weights_find(c->weights, t->name, &rank, dim);
        for (int64_t i = 0; i < tensor_elements(t); i++)
            if (c->want.step.value[t->id][i] - (1 - momentum) * old[i] < momentum * LITTLE)
                return true;
    }
    return false;
}

/* Errors of all tensors as parts of what they may be. */
typedef struct {
    double worst, squares;
    int over;                           /* tensors whose errors are larger */
} Distance;

/* Where this step is expected. complain: each error that is too large fails. */
static Distance compare_with(const Case *c, const Numbers *n, const Expected *want, bool complain)
{
    Distance d = {0};
    double all = 0, *const *value[MOVED], *const *gradient[MOVED];
    for (int i = 0; i < MOVED; i++) {
        value[i] = c->moved[i].step.value;
        gradient[i] = c->moved[i].step.gradient;
    }
    for (const Tensor *t = c->graph->tensors; t; t = t->next)
        all = fmax(all, t->trained ? norm_of(c->want.step.gradient[t->id], tensor_elements(t)) : 0);
    for (const Tensor *t = c->graph->tensors; t; t = t->next) {
        bool learns = t->trained && norm_of(c->want.step.gradient[t->id], tensor_elements(t)) > ZERO * all;
        if (!learns && !is_moved(c->graph, t))
            continue;
        Error e = learns ? error_of(t, n->gradient[t->id], want->step.gradient, c->want.step.gradient, gradient, FLOOR * all)
                         : error_of(t, n->value[t->id], want->step.value, c->want.step.value, value, 1e-6);
        d.worst = fmax(d.worst, e.far / e.allowed);
        d.squares += pow(e.far / e.allowed, 2);
        d.over += !(e.far <= e.allowed);
        cr_expect(e.far <= e.allowed || !complain, "seed %d: the %s of %s is off by %g of %g; it may move by %g", c->seed,
                  learns ? "gradient" : "value", t->name, e.far, e.size, e.reach);
    }
    return d;
}

/* ---- kinks ----------------------------------------------------------------------------------------------------------------- */

static double **result_arrays(const Graph *graph)
{
    double **result = calloc((size_t)graph->count, sizeof *result);
    for (const Node *n = graph->first; n; n = n->next)
        result[n->id] = calloc((size_t)(BATCH * shape_floats(n->shape)), sizeof **result);
    return result;
}

static void results_free(const Graph *graph, double **result)
{
    for (int i = 0; i < graph->count; i++)
        free(result[i]);
    free(result);
}

/* Values so close to a kink that rounding may take them to the other side: nudging the input and the parameters tells how large
 * errors are. */
static size_t kinks_of(const Case *c, Kink kink[MOST_KINKS])
{
    double **value = result_arrays(c->graph), **other = result_arrays(c->graph);
    double *rounding = calloc((size_t)c->graph->count, sizeof *rounding);
    Expected first = expect_shifted(c->graph, c->weights, c->input, c->target, NULL, 0, value), near = move(c, 0, other);
    for (const Node *n = c->graph->first; n; n = n->next) {
        int64_t count = BATCH * shape_floats(n->shape);
        rounding[n->id] = MULTIPLE * distance_of(value[n->id], other[n->id], count) / sqrt((double)count);
    }
    size_t count = find_kinks(c->graph, BATCH, value, rounding, kink, MOST_KINKS);
    expected_free(c->graph, &first);
    expected_free(c->graph, &near);
    results_free(c->graph, value);
    results_free(c->graph, other);
    free(rounding);
    return count;
}

/* The interpreter's step with those values beyond their kinks. */
static Expected step_with(const Case *c, const Kink *kink, const bool *beyond, size_t count)
{
    ReferenceShift shift[MOST_KINKS];
    size_t used = 0;
    for (size_t i = 0; i < count; i++)
        if (beyond[i])
            shift[used++] = kink[i].shift;
    return expect_shifted(c->graph, c->weights, c->input, c->target, shift, used, NULL);
}

/* The step whose values lie on those sides of the kinks that explain the most. One value may seem to lie beyond its kink while a
 * larger error hides what it does; so all are tried again until nothing changes. */
static Expected step_beyond_kinks(const Case *c, const Numbers *n)
{
    Kink kink[MOST_KINKS];
    bool beyond[MOST_KINKS] = {false}, changed = true;
    size_t count = kinks_of(c, kink);
    Distance best = compare_with(c, n, &c->want, false);
    for (int round = 0; round < MOST_ROUNDS && changed && best.over; round++) {
        changed = false;
        for (size_t i = 0; i < count; i++) {
            beyond[i] = !beyond[i];
            Expected e = step_with(c, kink, beyond, count);
            Distance d = compare_with(c, n, &e, false);
            expected_free(c->graph, &e);
            if (d.squares >= best.squares) {
                beyond[i] = !beyond[i];
                continue;
            }
            cr_log_info("seed %d: value %d of node %d is %s its kink, %.2g rounding errors away: errors were %.2g and are %.2g of what "
                        "they may be", c->seed, (int)kink[i].shift.at, kink[i].shift.node, beyond[i] ? "beyond" : "before",
                        kink[i].doubt * MULTIPLE, best.worst, d.worst);
            best = d;
            changed = true;
        }
    }
    return step_with(c, kink, beyond, count);
}

static void compare_step(const Case *c, const Numbers *n, Tally *tally)
{
    tally->networks++;
    if (divides_by_little(c)) {
        tally->little++;
    } else if (compare_with(c, n, &c->want, false).over) {
        tally->kinks++;
        Expected e = step_beyond_kinks(c, n);
        compare_with(c, n, &e, true);
        expected_free(c->graph, &e);
    }
}

/* A step by that target, on so many threads. moved: not NULL: of the network's steps the last first; how many that moved is added. */
static Numbers step_by(Case *c, const Target *target, int threads, int *moved)
{
    Failure failure = {""};
    Model model;
    if (setjmp(c->context.on_error))
        cr_assert_fail("seed %d: %s", c->seed, c->context.message);
    Options options = c->options;
    options.machine = target->machine;
    Program *program = compile_program(network_of(c), &options);
    if (moved)
        *moved += last_first(program);
    cr_assert(jit_load(program, target, &model, &failure), "seed %d: %s", c->seed, failure.text);
    Numbers n = run_step(program, &model, c->weights, c->input, c->target, threads);
    model_close(&model);
    return n;
}

static void check_seed(int seed, Tally *tally)
{
    static Case c;
    open_case(&c, seed);
    Numbers first = step_by(&c, target_find("avx2"), 1, NULL), late = step_by(&c, target_find("avx2"), 1, &tally->moved);
    const char *who = arena_printf(&c.context, "seed %d", seed);
    expect_bits(c.graph, &first, &late, who, "another order of steps");
    step_free(c.graph, &late);
    compare_step(&c, &first, tally);
    static const char *const others[] = {"avx2", "avx512", "c"};
    const char *name = others[seed % 3];
    if (target_runs_here(target_find(name))) {
        Numbers other = step_by(&c, target_find(name), 3, NULL);
        expect_bits(c.graph, &first, &other, who, name);
        step_free(c.graph, &other);
    }
    step_free(c.graph, &first);
    close_case(&c);
}

/* Networks that the compiler once got wrong: a gradient with a border, where tiles of images leave some of the batch over; filters that
 * read nothing but padding; a batch norm's sums by a convolution of pixels in one line, of a picture with a border;
 * the gradient of a line of which one part is a picture of one pixel that gets a border. And one that this test did: of a relu whose
 * operand is nearer to 0 than its rounding. */
Test(random_train, what_once_failed_works, .timeout = 300)
{
    static const int seeds[] = {42, 298, 622, 1173, 534};
    Tally tally = {0};
    if (!target_runs_here(target_find("avx2")))
        cr_skip_test("this processor does not run avx2");
    for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++)
        check_seed(seeds[i], &tally);
}

/* Nor is every error explained by a kink: not one in a thousand of one gradient, where a value has crossed one. */
Test(random_train, faults_are_no_kinks, .timeout = 300)
{
    static Case c;
    if (!target_runs_here(target_find("avx2")))
        cr_skip_test("this processor does not run avx2");
    open_case(&c, 534);
    Numbers n = step_by(&c, target_find("avx2"), 1, NULL);
    const Tensor *t = graph_tensor(c.graph, "conv#7.weight");
    for (int fault = 0; fault < 2; fault++) {
        for (int64_t i = 0; fault && i < tensor_elements(t); i++)
            n.gradient[t->id][i] *= 1.001f;
        Expected e = step_beyond_kinks(&c, &n);
        cr_expect_eq(compare_with(&c, &n, &e, false).over, fault, "tensors that are wrong");
        expected_free(c.graph, &e);
    }
    step_free(c.graph, &n);
    close_case(&c);
}

Test(random_train, kernels_compute_what_the_reference_computes, .timeout = 3600)
{
    const char *one = getenv("NNCC_TEST_SEED");
    bool many = getenv("NNCC_TEST_LONG");
    Tally tally = {0};
    if (!target_runs_here(target_find("avx2")))
        cr_skip_test("this processor does not run avx2");
    for (int seed = 0; seed < (many ? NETWORKS_LONG : NETWORKS) && !one; seed++)
        check_seed(seed, &tally);
    if (one)
        check_seed(atoi(one), &tally);
    else
        cr_expect_gt(tally.moved, 100, "hardly a step may run beside another");
    if (many)
        fprintf(stderr, "random training steps: %d networks, of which %d have a norm that divides by little and %d a value at a kink\n",
                tally.networks, tally.little, tally.kinks);
}
