/* test_chain.c - the passes in a row, over every architecture that ships: equal forms, bounds of memory and time, dumps. */
#include <criterion/criterion.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "context.h"
#include "support.h"

TestSuite(chain, .init = open_context, .fini = close_context);

/* The graph of a spec, or the test fails. */
static Graph *graph_of_spec(const char *path, const Setting *set, int nset)
{
    Options options = {.set = set, .nset = nset, .max_batch = 1};
    if (setjmp(context.on_error))
        cr_assert_fail("%s", context.message);
    return compile_graph(&context, path, NULL, &options);
}

static void run_to_plan(Graph *graph)
{
    run_to_choose(graph);
    run_pass(plan, graph, "plan");
}

static const char *block_after_regroup(const char *form, const char *cardinality)
{
    Setting set[] = {{"form", form}, {"cardinality", cardinality}};
    Graph *graph = graph_of_spec("specs/resnext_block.yaml", set, 2);
    run_pass(regroup, graph, "regroup");
    return dump(graph);
}

Test(chain, the_forms_of_a_resnext_block_are_one)
{
    static const char *const cardinality[] = {"1", "2", "32"};
    for (int i = 0; i < 3; i++) {
        const char *c = block_after_regroup("c", cardinality[i]);
        cr_assert_str_eq(block_after_regroup("a", cardinality[i]), c);
        cr_assert_str_eq(block_after_regroup("b", cardinality[i]), c);
    }
}

/* The arena is within 1.15 of the largest sum of live tensors, for every spec that ships. */
Test(chain, plans_stay_near_the_bound)
{
    glob_t specs;
    cr_assert_eq(glob("specs/*.yaml", 0, NULL, &specs), 0, "run from the repository's root");
    for (size_t i = 0; i < specs.gl_pathc; i++) {
        Graph *graph = graph_of_spec(specs.gl_pathv[i], NULL, 0);
        run_to_plan(graph);
        cr_expect_leq((double)graph->arena_floats, 1.15 * (double)graph->live_floats, "%s", specs.gl_pathv[i]);
    }
    globfree(&specs);
}

/* After fuse a ResNet is convolutions, the pool behind the stem and the classifier: all else rides along. */
Test(chain, residual_networks_are_convolutions)
{
    Graph *graph = graph_of_spec("specs/resnet50.yaml", NULL, 0);
    run_to_plan(graph);
    int others = 0;
    for (const Node *node = graph->first; node; node = node->next)
        others += node->op != OP_conv;
    cr_assert_eq(graph->count - others, 53);
    cr_assert_eq(others, 5, "input, its bordered copy, max_pool, linear, output");
}

/* Processor seconds of all passes up to plan on `depth` layers, the verifier included. */
static double seconds_of(const char *depth)
{
    clock_t start = clock();
    Setting set[] = {{"depth", depth}};
    run_to_plan(graph_of_spec("specs/cifar_resnet.yaml", set, 1));
    return (double)(clock() - start) / CLOCKS_PER_SEC;
}

/* Ten times the layers take no more than twenty times as long (and 20 ms for noise): n log n, not n squared. */
Test(chain, time_grows_with_depth)
{
    double small = seconds_of("122"), large = seconds_of("1202");
    cr_assert_lt(large, 20 * small + 0.02, "%.1f ms for 122 layers, %.1f ms for 1202", 1e3 * small, 1e3 * large);
    cr_assert_lt(large, 1.0);
}

/* ---- dumps and times ------------------------------------------------------------------------------------ */

/* What a compilation with `dump` and `time` writes to its log: of a network, or of its training step. */
static char *log_of(const char *dump_pass, bool with_time, bool training)
{
    static const Training plain;
    char *log;
    size_t size;
    Options options = {.max_batch = 1, .dump = dump_pass, .time = with_time, .training = training ? &plain : NULL};
    options.log = open_memstream(&log, &size);
    if (setjmp(context.on_error))
        cr_assert_fail("%s", context.message);
    Graph *graph = compile_graph(&context, "specs/lenet.yaml", NULL, &options);
    compile_program(graph, &options);
    fclose(options.log);
    return log;
}

static bool of_training(const char *pass)
{
    return strcmp(pass, "grad") == 0 || strcmp(pass, "recompute") == 0 || strcmp(pass, "depend") == 0;
}

Test(chain, every_pass_can_be_dumped_and_timed)
{
    char *time[] = {log_of(NULL, true, false), log_of(NULL, true, true)};
    for (const char *const *pass = pass_names(); *pass; pass++) {
        bool training = of_training(*pass);
        char *once = log_of(*pass, false, training), *again = log_of(*pass, false, training);
        bool lowered = strcmp(*pass, "lower") == 0 || strcmp(*pass, "depend") == 0;
        const char *start = lowered ? "step 0 conv1 = " : "%0 = input : 3x32x32";
        cr_expect(strncmp(once, start, strlen(start)) == 0, "%s: %s", *pass, once);
        cr_expect_str_eq(once, again, "dumps must be deterministic");
        cr_expect(strstr(time[training], *pass), "--time must name %s", *pass);
        free(once);
        free(again);
    }
    free(time[0]);
    free(time[1]);
}
