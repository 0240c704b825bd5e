/* fuzz_spec.c - libFuzzer: any bytes as a spec. What is accepted and small goes through the whole chain, for inference and for
 * training: a mistake is told of at its place, and nothing but a mistake of ours ends the program. */
#include <string.h>

#include "../compiler/compiler.h"
#include "fuzz.h"

enum { MOST_NODES = 60, MOST_FLOATS = 1 << 16, MOST_MACS = 1 << 22 };

/* Not small: minutes of work, or gigabytes, which the limits allow. */
static bool is_small(const Graph *graph)
{
    int64_t nodes = 0, floats = 0, macs = 0;
    for (const Node *n = graph->first; n; n = n->next) {
        nodes++;
        floats += shape_floats(n->shape);
        macs += n->macs;
    }
    for (const Tensor *t = graph->tensors; t; t = t->next)
        floats += tensor_elements(t);
    return nodes <= MOST_NODES && floats <= MOST_FLOATS && macs <= MOST_MACS;
}

static void compile_text(const char *text, const Training *training)
{
    static Context context;
    Options options = {.max_batch = training ? 2 : 1, .training = training};
    context_init(&context);
    if (!setjmp(context.on_error)) {
        Graph *graph = compile_graph(&context, "fuzz.yaml", text, &options);
        if (is_small(graph))
            compile_program(graph, &options);
    }
    context_free(&context);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const Training training = {.loss = LOSS_cross_entropy, .optimiser = {.kind = OPTIMISER_none}};
    char *text = malloc(size + 1);
    memcpy(text, bytes, size);
    text[size] = '\0';
    compile_text(text, NULL);
    compile_text(text, &training);
    free(text);
    return 0;
}
