/* random_data.c - weights and inputs of random networks. */
#include "spec_random.h"

#include <string.h>

#include "networks.h"

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

/* An integer in -most..most */
static float small(uint64_t base, uint64_t i, int most)
{
    return (float)((int)(pattern_bits(base, i) % (uint64_t)(2 * most + 1)) - most);
}

Weights *random_weights(const Graph *graph, uint64_t seed, RandomKind kind)
{
    Weights *weights = network_weights(graph, seed);
    for (const Tensor *t = graph->tensors; t && kind == RANDOM_exact; t = t->next) {
        int rank;
        int64_t dim[4], count = 1;
        float *value = (float *)weights_find(weights, t->name, &rank, dim);    /* ours alone, until they are used */
        uint64_t base = pattern_base(t->name, seed);
        for (int i = 0; i < rank; i++)
            count *= dim[i];
        for (int64_t i = 0; i < count && !t->integer; i++)
            if (ends_with(t->name, "running_var"))
                value[i] = pattern_bits(base, (uint64_t)i) % 2 ? 1 : 0.25f;     /* 1 / sqrt: 1 or 2 */
            else
                value[i] = small(base, (uint64_t)i, 2);
    }
    return weights;
}

float *random_input(const Graph *graph, int batch, uint64_t seed, RandomKind kind)
{
    float *input = network_input(graph, batch, seed);
    uint64_t base = pattern_base("integers", seed);
    for (int64_t i = 0; i < batch * shape_floats(graph->input->shape) && kind == RANDOM_exact; i++)
        input[i] = small(base, (uint64_t)i, 3);
    return input;
}
