/* test_verify.c - every invariant of ir.h, broken once: the verifier must notice, and name the pass and the node. */
#include <criterion/criterion.h>
#include <string.h>

#include "support.h"

/* Input, stem (bn folded, relu), two convolutions of which the later takes the sum and relu, a concat of both kinds of
 * storage, and the plan for all of it. */
static Graph *compiled(Context *context, bool with_plan)
{
    Graph *graph = network_new(context, (Shape){8, 6, 6, false});
    Attr attr = filters(8, 3, 1);
    attr.bias = true;
    Node *stem = add1(graph, OP_conv, attr, "stem", graph->input);
    Node *active = add_unary(graph, OP_relu, add1(graph, OP_bn, network_attr(), "norm", stem));
    Node *left = add1(graph, OP_conv, filters(16, 3, 1), "left", active);
    Node *right = add1(graph, OP_conv, filters(16, 1, 0), "right", active);
    Node *sum = add_unary(graph, OP_relu, add2(graph, OP_add, NULL, left, right));
    Node *last = add1(graph, OP_conv, filters(8, 1, 0), "last", add2(graph, OP_concat, NULL, sum, active));
    finish(graph, add1(graph, OP_softmax, network_attr(), NULL, last));
    run_pass(fold, graph, "fold");
    run_pass(fuse, graph, "fuse");
    if (with_plan) {
        run_pass(layout, graph, "layout");
        run_pass(choose, graph, "choose");
        run_pass(plan, graph, "plan");
    }
    return graph;
}

static Node *named(Graph *graph, const char *name)
{
    for (Node *node = graph->first; node; node = node->next)
        for (Node *part = node; part; part = part->tail)
            if (strcmp(part->name, name) == 0)
                return part;
    return NULL;
}

static Node *first_of(Graph *graph, Op op)
{
    Node *node = graph->first;
    while (node->op != op)
        node = node->next;
    return node;
}

#define STEM  named(graph, "stem")
#define LEFT  named(graph, "left")
#define RIGHT named(graph, "right")

/* BREAK(name, how, complaint): a graph after fuse; PLACE: after plan. */
#define BREAKS                                                                                                            \
    BREAK(link,      STEM->prev = NULL,                      "'stem' (%1) has a wrong link to the node before it")        \
    BREAK(count,     graph->count++,                         "has 7 nodes and a wrong end or count")                      \
    BREAK(replaced,  STEM->instead = LEFT; STEM->instead->instead = NULL, "has been replaced but is still in the list")   \
    BREAK(headless,  graph->input = STEM,                    "does not begin with its input")                             \
    BREAK(order,     graph_move(graph, LEFT, STEM),          "comes before one of its operands")                          \
    BREAK(foreign,   graph_remove(graph, first_of(graph, OP_concat)), "reads a node that is not in the graph")            \
    BREAK(arity,     LEFT->nin = 0,                          "has a wrong number of operands")                            \
    BREAK(nameless,  LEFT->name = NULL,                      "has no name")                                               \
    BREAK(attribute, LEFT->attr.stride[1] = 0,               "'left' (%2) has stride out of range")                       \
    BREAK(epsilon,   STEM->tail->op = OP_bn; STEM->tail->attr.eps = -1, "has eps out of range")                           \
    BREAK(empty,     LEFT->shape.height = 0,                 "has an empty shape")                                        \
    BREAK(flat,      LEFT->shape.flat = true,                "is flat but has rows and columns")                          \
    BREAK(cost,      LEFT->macs = -1,                        "has a negative cost")                                       \
    BREAK(filters,   LEFT->weight[W_weight].tensor = NULL,   "lacks a parameter")                                         \
    BREAK(bias,      STEM->weight[W_bias].tensor = NULL,     "lacks a parameter")                                         \
    BREAK(form,      LEFT->weight[W_weight].tensor->dim[1]++, "has a parameter of the wrong shape")                       \
    BREAK(rank,      LEFT->weight[W_weight].tensor->rank = 3, "has a parameter of the wrong rank")                        \
    BREAK(beyond,    LEFT->weight[W_weight].begin = 1,       "reads beyond the end of a parameter")                       \
    BREAK(axis,      LEFT->weight[W_weight].axis = 4,        "slices a parameter over no axis")                           \
    BREAK(unknown,   LEFT->weight[W_weight].tensor->name = "left.other", "has a parameter that the graph does not know")  \
    BREAK(claimed,   graph->tensors->claimed--,              "have declared 7 of the 8 slices of tensor 'stem.weight'")   \
    BREAK(tensors,   graph->ntensors++,                      "the list of tensors has a wrong count")                     \
    BREAK(folded,    STEM->folded->op = OP_relu,             "has something else than a batch norm folded into it")       \
    BREAK(folder,    first_of(graph, OP_concat)->folded = STEM->folded, "has a norm folded into it but sums up nothing")  \
    BREAK(norm,      STEM->folded->shape.channels = 9,       "has a batch norm of other channels folded into it")         \
    BREAK(tail,      STEM->tail->in[0] = LEFT,               "is in a tail but does not read its predecessor")            \
    BREAK(reshaped,  STEM->tail->shape.width = 5,            "is in a tail and changes the shape")                        \
    BREAK(listed,    STEM->tail->next = LEFT,                "is in a tail and in the list")                              \
    BREAK(pooled,    STEM->tail->op = OP_global_avg_pool; STEM->tail->tail = RIGHT->tail->tail; RIGHT->tail->tail = NULL; \
                     STEM->tail->tail->in[0] = STEM->tail,   "changes the shape, and is not its end")                     \
    BREAK(laid,      LEFT->layout.kind = LAYOUT_blocked,     "differs from the output in having a layout")                \
    BREAK(output,    graph->output = STEM->tail,             "is the output but not in the graph")
#define PLACES                                                                                                            \
    PLACE(segments,  LEFT->layout.blocks++,                  "has segments that do not sum to its channels")              \
    PLACE(homeless,  LEFT->layout.storage = NULL,            "lies in no storage")                                        \
    PLACE(owner,     LEFT->layout.size = 0,                  "or none although it is not")                                \
    PLACE(overlap,   LEFT->layout.row = 8,                   "has rows or planes that overlap")                           \
    PLACE(reach,     LEFT->layout.origin += LEFT->layout.size, "reaches beyond its storage")                              \
    PLACE(border,    LEFT->layout.pad[0]++,                  "reaches beyond its storage")                                \
    PLACE(placeless, LEFT->offset = -1,                      "has no place in the arena")                                 \
    PLACE(outside,   graph->arena_floats = 16,               "has no place in the arena")                                 \
    PLACE(shared,    LEFT->offset = first_of(graph, OP_concat)->offset, "overlaps a storage that is alive")

#define BREAK(name, how, complaint)               \
    static void break_##name(Graph *graph)        \
    {                                             \
        how;                                      \
        verify_graph(graph, "a test");            \
    }
#define PLACE BREAK
BREAKS
PLACES
#undef BREAK
#undef PLACE

typedef struct {
    const char *name, *complaint;
    void (*work)(Graph *);
    bool with_plan;
} Case;

static const Case cases[] = {
#define BREAK(name, how, complaint) {#name, complaint, break_##name, false},
#define PLACE(name, how, complaint) {#name, complaint, break_##name, true},
    BREAKS PLACES
};

Test(verify, notices)
{
    Context context;
    context_init(&context);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Graph *graph = compiled(&context, cases[i].with_plan);
        cr_expect(dies(cases[i].work, graph, "internal error: after a test: "), "%s", cases[i].name);
        cr_expect(dies(cases[i].work, graph, cases[i].complaint), "%s", cases[i].name);
    }
    context_free(&context);
}

/* ---- programs ------------------------------------------------------------------------------------------- */

static Program *program;

static Kernel *kernel(void)
{
    return (Kernel *)program->step[1].code->call[0].kernel;
}

static Argument *argument(const char *pointer)
{
    int p = 0;
    while (strcmp(kernel()->pointer[p], pointer))
        p++;
    return &program->step[1].code->call[0].argument[p];
}

static VIns *instruction(VOp op)
{
    VIns *ins = kernel()->code;
    while (ins->op != op)
        ins++;
    return ins;
}

/* There is none of it. */
static void move_to_scratch(int slot)
{
    program->step[1].slot[slot].base = program->step[1].code->base[slot] = BASE_scratch;
}

static Graph *program_graph(const Program *p)
{
    return (Graph *)p->graph;
}

/* The step of 'left' reads the stem and writes into the concat. */
#define PROGRAMS                                                                                                          \
    PROGRAM(reads,    argument("x")->offset += 1 << 20,          "reads floats")                                          \
    PROGRAM(writes,   argument("y")->offset -= 1 << 20,          "writes floats")                                         \
    PROGRAM(weights,  argument("w")->offset = program->weights_floats, "through 'w', beyond its tensors")                 \
    PROGRAM(operand,  program->step[1].slot[argument("y")->slot] = program->step[1].slot[argument("x")->slot], "through 'y'") \
    PROGRAM(stride,   argument("y")->stride[0] = -(1 << 20),     "writes floats")                                         \
    PROGRAM(grid,     program->step[1].code->call[0].grid[0] *= 9, "beyond its tensors")                                  \
    PROGRAM(slotless, argument("x")->slot = 8,                   "pointer 'x' of kernel")                                 \
    PROGRAM(base,     program->step[1].slot[argument("x")->slot].base = BASE_output, "beyond its tensors")                \
    PROGRAM(trips,    instruction(V_loop)->count *= 99,          "beyond its tensors")                                    \
    PROGRAM(no_trips, instruction(V_loop)->count = 0,            "a loop too deep or without trips")                      \
    PROGRAM(unended,  instruction(V_end)->op = V_zero,           "does not end its loops")                                \
    PROGRAM(unbegun,  instruction(V_loop)->op = V_zero,          "ends a loop that it has not begun")                     \
    PROGRAM(reg,      instruction(V_fma)->a = MAX_REGISTERS,     "names what does not exist")                             \
    PROGRAM(wide,     instruction(V_fma)->wide = 1,              "has a fma that is wide")                                \
    PROGRAM(width,    (program_graph(program)->machine.widest = 2, instruction(V_fma)->wide = 1), "at another width")          \
    PROGRAM(pointer,  instruction(V_load)->pointer = MAX_POINTERS, "names what does not exist")                           \
    PROGRAM(constant, instruction(V_store)->pointer = 0,         "stores through")                                         \
    PROGRAM(fence,    instruction(V_store)->op = V_stream,       "streams without a fence")                                \
    PROGRAM(vectors,  (instruction(V_store)->op = V_stream, instruction(V_stream)->offset++), "streams to parts of vectors") \
    PROGRAM(scratch,  move_to_scratch(argument("x")->slot),      "beyond its tensors")                                     \
    PROGRAM(no_scratch, program->step[1].code->scratch_floats = program->scratch_floats + 1, "needs more scratch than there is") \
    PROGRAM(follows,  program->step[1].code->call[0].follows = true, "follows a call of another grid")

#define PROGRAM(name, how, complaint)             \
    static void spoil_##name(Graph *graph)        \
    {                                             \
        (void)graph;                              \
        how;                                      \
        verify_program(program);                  \
    }
PROGRAMS
#undef PROGRAM

static const Case programs[] = {
#define PROGRAM(name, how, complaint) {#name, complaint, spoil_##name, true},
    PROGRAMS
};

Test(verify, notices_in_programs)
{
    Context context;
    context_init(&context);
    program = lower(compiled(&context, true));
    verify_program(program);
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        cr_expect(dies(programs[i].work, NULL, programs[i].complaint), "%s", programs[i].name);
    context_free(&context);
}

/* ---- shapes --------------------------------------------------------------------------------------------- */

static void wrong_shape(Graph *graph)
{
    STEM->macs++;
    infer_again(graph, "a test");
}

static void impossible_shape(Graph *graph)
{
    LEFT->attr.kernel[0] = 100;
    infer_again(graph, "a test");
}

Test(verify, infers_again)
{
    Context context;
    context_init(&context);
    Graph *graph = compiled(&context, false);
    cr_assert(dies(wrong_shape, graph, "after a test: conv 'stem' has a shape or cost that its operands do not make"));
    cr_assert(dies(impossible_shape, graph, "after a test: shapes do not work any more"));
    context_free(&context);
}

Test(verify, accepts)
{
    Context context;
    context_init(&context);
    verify_graph(compiled(&context, true), "a test");
    context_free(&context);
}
