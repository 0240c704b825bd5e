/* Random networks: what the passes and the targets make of them computes what the reference computes. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "../backends/backend.h"
#include "networks.h"
#include "spec_random.h"

enum { GRAPHS = 300, BATCH = 2 };

static const char *text_of(const Graph *graph)
{
    Text text = text_new(graph->context);
    print_graph(&text, graph);
    return text.data;
}

/* Largest difference, relative to the largest value; INFINITY where one is not finite. */
static double distance(const double *got, const double *want, int64_t count)
{
    double difference = 0, largest = 0;
    for (int64_t i = 0; i < count; i++) {
        if (!isfinite(got[i]) || !isfinite(want[i]))
            return INFINITY;
        difference = fmax(difference, fabs(got[i] - want[i]));
        largest = fmax(largest, fabs(want[i]));
    }
    return difference / fmax(largest, 1e-30);
}

/* ---- passes ------------------------------------------------------------------------------------------------- */

static void (*const pass[])(Graph *) = {regroup, fold, prune, fuse};
static const char *const pass_name[] = {"regroup", "fold", "prune", "fuse"};

static void check_passes(uint64_t seed)
{
    Context context;
    context_init(&context);
    Graph *graph = random_graph(&context, seed, RANDOM_any);
    verify_graph(graph, "infer");
    Weights *weights = random_weights(graph, seed, RANDOM_any);
    float *input = random_input(graph, BATCH, seed, RANDOM_any);
    double *want = network_reference(graph, weights, input, BATCH);
    int64_t count = BATCH * shape_floats(node_result(graph->output));
    for (size_t i = 0; i < sizeof pass / sizeof *pass; i++) {
        if (setjmp(context.on_error))
            cr_assert_fail("seed %d: %s", (int)seed, context.message);
        pass[i](graph);
        graph_number(graph);
        verify_graph(graph, pass_name[i]);
        double *got = network_reference(graph, weights, input, BATCH), far = distance(got, want, count);
        cr_assert(far <= 1e-11, "seed %d: %s changes the output by %g\n%s", (int)seed, pass_name[i], far, text_of(graph));
        free(got);
    }
    free(want);
    free(input);
    weights_free(weights);
    context_free(&context);
}

Test(random, passes_change_no_result)
{
    for (uint64_t seed = 0; seed < GRAPHS; seed++)
        check_passes(seed);
}

Test(random, one_seed_makes_one_graph)
{
    for (uint64_t seed = 0; seed < GRAPHS; seed++) {
        Context one, other;
        context_init(&one);
        context_init(&other);
        const char *text = text_of(random_graph(&one, seed, RANDOM_any));
        cr_assert_str_eq(text_of(random_graph(&other, seed, RANDOM_any)), text);
        context_free(&one);
        context_free(&other);
    }
}
