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

static const Options *options_of(const Chain *chain)
{
    static const Options none;
    return chain->options ? chain->options : &none;
}

/* The time of a pass; the chain's clock starts anew with the next one. */
static void stop_clock(Chain *chain, const char *pass)
{
    double cost = milliseconds() - chain->since;
    PassTimes *times = options_of(chain)->times;
    if (options_of(chain)->time)
        fprintf(options_of(chain)->log, "%-8s %8.2f ms\n", pass, cost);
    if (times && times->count < MOST_PASSES) {
        times->pass[times->count].name = pass;
        times->pass[times->count++].milliseconds = cost;
    }
}

static void dump(Chain *chain, const char *pass, const Graph *graph, const Program *program)
{
    const Options *options = options_of(chain);
    if (!options->dump || strcmp(options->dump, pass) != 0)
        return;
    Text text = text_new(graph->context);
    if (program)
        print_program(&text, program);
    else
        print_graph(&text, graph);
    fwrite(text.data, 1, text.size, options->log);
}

/* What follows every pass: its time, the verifier and the dump, as far as they were asked for. */
static void after(Chain *chain, Graph *graph, const char *pass)
{
    stop_clock(chain, pass);
    verify_graph(graph, pass);
    if (graph->output->layout.kind == LAYOUT_none)
        infer_again(graph, pass);
    dump(chain, pass, graph, NULL);
    chain->since = milliseconds();
}

/* Runs one pass and what follows it. */
#define RUN(pass) (pass(graph), after(chain, graph, #pass))

/* The graph as the spec says it, with shapes: what the reference interpreter, inspect and graph read. */
Graph *compile_tree(Context *context, const Tree *tree, const Options *options)
{
    Chain *chain = &(Chain){options, milliseconds()};
    Graph *graph = expand(context, tree, options);          /* blocks, repeats -> a flat graph, names     */
    after(chain, graph, "expand");
    RUN(infer);                                             /* every node has a shape                     */
    return graph;
}

Tree *compile_parse(Context *context, const char *path, const char *text, const Options *options)
{
    Chain chain = {options, milliseconds()};
    Tree *tree = parse(context, path, text);                /* YAML, with the place of every word         */
    stop_clock(&chain, "parse");
    return tree;
}

Graph *compile_graph(Context *context, const char *path, const char *text, const Options *options)
{
    return compile_tree(context, compile_parse(context, path, text, options), options);
}

/* The passes before values are joined into kernels, for training and inference. */
static void rewrite(Chain *chain, Graph *graph)
{
    graph->training = options_of(chain)->training;
    RUN(regroup);                                           /* parallel branches -> grouped convolutions  */
    RUN(fold);                                              /* batch norms into weights, identities away  */
    if (graph->training) {
        RUN(grad);                                          /* loss and gradients become ordinary nodes   */
        RUN(recompute);                                     /* what need not be kept for the way back     */
    }
    RUN(prune);                                             /* drop what nobody reads                     */
}

void compile_step(Graph *graph, const Options *options)
{
    rewrite(&(Chain){options, milliseconds()}, graph);
}

Program *compile_program(Graph *graph, const Options *options)
{
    Chain *chain = &(Chain){options, milliseconds()};
    if (options_of(chain)->machine.registers)
        graph->machine = options->machine;
    rewrite(chain, graph);
    RUN(fuse);                                              /* element-wise nodes join their producer     */
    RUN(gather);                                            /* strided 1x1: the pixels read, side by side */
    RUN(layout);                                            /* blocked, padded, shared storage            */
    RUN(choose);                                            /* algorithm and register tile per convolution */
    RUN(absorb);                                            /* norms computed again, where they are read  */
    RUN(tally);                                             /* batch norms' sums, where they are computed */
    RUN(band);                                              /* pools with the convolution that they read  */
    RUN(lead);                                              /* which layers a batch passes image by image */
    RUN(plan);                                              /* lifetimes -> offsets in one arena          */
    Program *program = lower(graph);                        /* nodes -> kernels and the order of calls    */
    stop_clock(chain, "lower");
    verify_program(program);
    dump(chain, "lower", graph, program);
    if (!graph->training)
        return program;
    chain->since = milliseconds();
    depend(program);                                        /* steps that need not wait for each other    */
    stop_clock(chain, "depend");
    dump(chain, "depend", graph, program);
    return program;
}

Program *compile(Context *context, const char *path, const char *text, const Options *options)
{
    return compile_program(compile_graph(context, path, text, options), options);
}

const char *const *pass_names(void)
{
    static const char *const names[] = {"expand", "infer", "regroup", "fold", "grad", "recompute", "prune", "fuse", "gather", "layout",
                                        "choose", "absorb", "tally", "band", "lead", "plan", "lower", "depend", NULL};
    return names;
}
