/* compile.c - the compiler, top to bottom: a spec becomes a graph, passes rewrite it until every node knows its algorithm
 * and its place in memory, and kernels are made of it. */
#include <string.h>
#include <time.h>

#include "compiler.h"

typedef struct {
    const Options *options;
    double since;                       /* milliseconds: when the pass that runs now began */
} Chain;

static double milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return 1e3 * (double)now.tv_sec + 1e-6 * (double)now.tv_nsec;
}

/* What follows every pass: its time, the verifier and the dump, as far as they were asked for. */
static void after(Chain *chain, Graph *graph, const char *pass)
{
    const Options *options = chain->options ? chain->options : &(Options){0};
    if (options->time)
        fprintf(options->log, "%-8s %8.2f ms\n", pass, milliseconds() - chain->since);
    if (graph)
        verify_graph(graph, pass);
    if (graph && graph->output->layout.kind == LAYOUT_none)
        infer_again(graph, pass);
    if (graph && options->dump && strcmp(options->dump, pass) == 0) {
        Text text = text_new(graph->context);
        print_graph(&text, graph);
        fwrite(text.data, 1, text.size, options->log);
    }
    chain->since = milliseconds();
}

/* Runs one pass and what follows it. */
#define RUN(pass) (pass(graph), after(&chain, graph, #pass))

/* The graph as the spec says it, with shapes: what the reference interpreter, inspect and graph read. */
Graph *compile_graph(Context *context, const char *path, const char *text, const Options *options)
{
    Chain chain = {options, milliseconds()};
    Tree *tree = parse(context, path, text);                /* YAML, with the place of every word          */
    after(&chain, NULL, "parse");
    Graph *graph = expand(context, tree, options);          /* blocks, repeats -> flat, torchvision's names */
    after(&chain, graph, "expand");
    RUN(infer);                                             /* every node has a shape                      */
    return graph;
}

Program *compile(Context *context, const char *path, const char *text, const Options *options)
{
    Graph *graph = compile_graph(context, path, text, options);
    Chain chain = {options, milliseconds()};
    RUN(regroup);                                           /* parallel branches -> grouped convolutions   */
    RUN(fold);                                              /* batch norms into weights, identities away   */
    RUN(prune);                                             /* drop what nobody reads                      */
    RUN(fuse);                                              /* element-wise nodes join their producer      */
    RUN(layout);                                            /* blocked, padded, shared storage             */
    RUN(choose);                                            /* algorithm and register tile per convolution */
    RUN(plan);                                              /* lifetimes -> offsets in one arena           */
    Program *program = lower(graph);                        /* nodes -> kernels and the order of calls     */
    after(&chain, graph, "lower");
    return program;
}

const char *const *pass_names(void)
{
    static const char *const names[] = {"expand", "infer", "regroup", "fold", "prune", "fuse", "layout", "choose", "plan",
                                        "lower", NULL};
    return names;
}
