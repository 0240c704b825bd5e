/* A network described in the program itself, compiled in milliseconds, and asked. */
#include <nncc.h>
#include <stdio.h>

static const char spec[] =
    "name: little\n"
    "input: [1, 8, 8]\n"
    "params: {width: 8}\n"
    "layers:\n"
    "  - conv: {name: conv1, out: $width, kernel: 3, pad: 1}\n"
    "  - relu\n"
    "  - global_avg_pool\n"
    "  - flatten\n"
    "  - linear: {name: fc, out: 3}\n";

int main(void)
{
    float input[64] = {0}, output[3];
    nncc *net = nncc_new();
    input[27] = 1;
    if (nncc_load_text(net, spec, "little.yaml") || nncc_set(net, "width", "16") || nncc_compile(net, NNCC_JIT)
        || nncc_load_weights(net, "pattern:1", 0) || nncc_forward(net, input, 1, output)) {
        fprintf(stderr, "%s\n", nncc_error(net));
        nncc_free(net);
        return 1;
    }
    printf("%s: %lld parameters, %g %g %g\n", nncc_name(net), (long long)nncc_parameters(net), output[0], output[1], output[2]);
    nncc_free(net);
    return 0;
}
