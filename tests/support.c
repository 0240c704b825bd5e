#include "support.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

Attr window(int kernel, int stride, int pad)
{
    Attr attr = network_attr();
    attr.kernel[0] = attr.kernel[1] = kernel;
    attr.stride[0] = attr.stride[1] = stride;
    attr.pad[0] = attr.pad[1] = pad;
    return attr;
}

Attr grouped(int out, int kernel, int pad, int groups)
{
    Attr attr = window(kernel, 1, pad);
    attr.out = out;
    attr.groups = groups;
    return attr;
}

Attr filters(int out, int kernel, int pad)
{
    return grouped(out, kernel, pad, 1);
}

Node *add1(Graph *graph, Op op, Attr attr, const char *name, Node *in)
{
    return network_add(graph, op, attr, name, &in, 1);
}

Node *add2(Graph *graph, Op op, const char *name, Node *a, Node *b)
{
    return network_add(graph, op, network_attr(), name, (Node *[]){a, b}, 2);
}

Node *add_unary(Graph *graph, Op op, Node *in)
{
    return add1(graph, op, network_attr(), NULL, in);
}

void finish(Graph *graph, Node *output)
{
    graph->output = output;
    graph_number(graph);
}

const char *dump(Graph *graph)
{
    Text text = text_new(graph->context);
    graph_number(graph);
    print_graph(&text, graph);
    return text.data;
}

void expect_dump(Graph *graph, const char *expected)
{
    const char *got = dump(graph);
    cr_assert(strcmp(got, expected) == 0, "expected:\n%s\ngot:\n%s", expected, got);
}

void run_pass(void (*pass)(Graph *), Graph *graph, const char *name)
{
    if (setjmp(graph->context->on_error))
        cr_assert_fail("%s: %s", name, graph->context->message);
    pass(graph);
    verify_graph(graph, name);
    if (graph->output->layout.kind == LAYOUT_none)
        infer_again(graph, name);
}

void run_to_choose(Graph *graph)
{
    run_pass(regroup, graph, "regroup");
    run_pass(fold, graph, "fold");
    run_pass(prune, graph, "prune");
    run_pass(fuse, graph, "fuse");
    run_pass(layout, graph, "layout");
    run_pass(choose, graph, "choose");
}

Program *run_to_end(Graph *graph)
{
    run_pass(plan, graph, "plan");
    if (setjmp(graph->context->on_error))
        cr_assert_fail("lower: %s", graph->context->message);
    Program *program = lower(graph);
    verify_program(program);
    return program;
}

float *run_program_once(const Program *program, const Target *target, const Weights *weights, const float *input, int batch, int threads)
{
    Failure failure;
    Model model;
    float *payload;
    void *packed = weights_pack(program, weights, threads, &payload, &failure);
    cr_assert(packed && jit_load(program, target, &model, &failure), "%s", failure.text);
    float *output = malloc((size_t)(batch * shape_floats(node_result(program->graph->output))) * sizeof *output);
    void *arena = aligned_alloc(64, (model.arena_size + 63) / 64 * 64 + 64);
    cr_assert(output && arena);
    memset(arena, 0xff, model.arena_size);
    int status = model.forward(packed, arena, input, batch, threads, output);
    cr_assert_eq(status, 0, "%s", model.strerror(status));
    model_close(&model);
    free(arena);
    free(packed);
    return output;
}

const char *refusal(Context *context, void (*work)(Graph *), Graph *graph)
{
    if (setjmp(context->on_error))
        return context->message;
    work(graph);
    return NULL;
}

Graph *graph_of(Context *context, const char *input, const char *layers)
{
    Options options = {.max_batch = 1};
    const char *text = arena_printf(context, "{name: net, input: %s, layers: [\n\n%s]}\n", input, layers);
    if (setjmp(context->on_error))
        return NULL;
    return compile_graph(context, "net.yaml", text, &options);
}

/* What a child process writes to stderr before it aborts; false when it does not abort. */
static bool abort_message(void (*work)(Graph *), Graph *graph, char *message, size_t size)
{
    int ends[2], status;
    if (pipe(ends) != 0)
        return false;
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        signal(SIGABRT, SIG_DFL);
        work(graph);
        _exit(0);
    }
    close(ends[1]);
    size_t used = 0;
    for (ssize_t got; used < size - 1 && (got = read(ends[0], message + used, size - 1 - used)) > 0;)
        used += (size_t)got;
    message[used] = '\0';
    close(ends[0]);
    return waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

bool dies(void (*work)(Graph *), Graph *graph, const char *message)
{
    char text[1024] = "";
    bool aborted = abort_message(work, graph, text, sizeof text);
    if (!aborted || !strstr(text, message))
        fprintf(stderr, "wanted: %s\ngot: %s%s", message, text, aborted ? "" : "(no abort)\n");
    return aborted && strstr(text, message);
}
