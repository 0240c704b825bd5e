/* test_depend.c - steps of a training that need not wait for each other: in the order most unlike that in which they are made, whole
 * networks compute the same bits. (Kernels alone: train_case.c; random networks: test_random_train.c.) */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "step_run.h"
#include "networks.h"

typedef struct {
    const char *spec;
    int batch;
} Net;

static const uint64_t seed = 5;

/* The network's step for what `order` has made of its steps, on so many threads; *program: as it was made. */
static Numbers step_of(Context *context, const Net *net, int (*order)(Program *), int *moved, int threads, Program **program)
{
    static const Training training = {.loss = LOSS_cross_entropy};
    const Target *target = target_best();
    Options options = {.max_batch = net->batch, .training = &training, .machine = target->machine};
    Failure failure;
    Model model;
    if (setjmp(context->on_error))
        cr_assert_fail("%s", context->message);
    Program *p = *program = compile(context, net->spec, NULL, &options);
    *moved = order ? order(p) : 0;
    cr_assert(jit_load(p, target, &model, &failure), "%s", failure.text);
    Weights *weights = network_weights(p->graph, seed);
    float *input = network_input(p->graph, net->batch, seed);
    int classes = p->graph->target->shape.channels;
    float *wanted = calloc((size_t)(net->batch * classes), sizeof *wanted);
    for (int i = 0; i < net->batch; i++)
        wanted[i * classes + i % classes] = 1;
    Numbers n = run_step(p, &model, weights, input, wanted, threads);
    free(input);
    free(wanted);
    weights_free(weights);
    model_close(&model);
    return n;
}

static void check_orders(const Net *net)
{
    Context context;
    Program *p;
    int moved;
    context_init(&context);
    Numbers first = step_of(&context, net, NULL, &moved, 1, &p);
    Numbers late = step_of(&context, net, last_first, &moved, 1, &p), together = step_of(&context, net, NULL, &(int){0}, 3, &p);
    cr_expect_gt(moved, 10, "%s: hardly a step need not wait for another", net->spec);
    expect_bits(p->graph, &first, &late, net->spec, "another order");
    expect_bits(p->graph, &first, &together, net->spec, "a number of threads");
    step_free(p->graph, &first);
    step_free(p->graph, &late);
    step_free(p->graph, &together);
    context_free(&context);
}

/* Winograd's algorithm by several images a task, whose sums lie with the first of them, for one. */
Test(depend, order_does_not_matter, .timeout = 120)
{
    static const Net net[] = {{"specs/resnet18.yaml", 2}, {"specs/cifar_resnet.yaml", 5}, {"specs/lenet.yaml", 4},
                              {"specs/googlenet.yaml", 1}};
    for (size_t i = 0; i < sizeof net / sizeof *net; i++)
        check_orders(&net[i]);
}

/* A gradient of filters and the gradient behind it: the one thing that all this is for. */
Test(depend, gradients_of_filters_are_not_awaited)
{
    Context context;
    Program *p;
    int moved, awaited = 0, filters = 0;
    context_init(&context);
    Numbers n = step_of(&context, &(Net){"specs/resnet18.yaml", 1}, NULL, &moved, 2, &p);
    for (size_t i = 0; i + 2 < p->nstep; i++) {
        if (!p->step[i].node || p->step[i].node->op != OP_conv_dw)
            continue;
        filters++;
        awaited += !(p->step[i + 1].beside & 1) || !(p->step[i + 2].beside >> 1 & 1);
    }
    cr_expect(filters > 2 && 2 * awaited <= filters, "%d of %d gradients of filters are awaited", awaited, filters);
    step_free(p->graph, &n);
    context_free(&context);
}
