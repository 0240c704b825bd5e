/* fuzz_weights.c - libFuzzer: any bytes as a safetensors file, loaded strictly and partially. A strict success must
 * mean a partial one with the same values. */
#include "../runtime/weights.h"
#include "fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const TensorSpec net[] = {
        { .name = "a", .rank = 1, .dim = { 2 } },
        { .name = "fc.weight", .rank = 2, .dim = { 2, 3 } },
        { .name = "bn.running_var", .rank = 1, .dim = { 1 } },
        { .name = "n", .integer = true },
    };
    Failure failure;
    char path[64], *report = NULL, *partial_report = NULL;
    int rank, descriptor = fuzz_file(bytes, size, path);
    int64_t dim[4];
    Weights *strict = weights_load(path, net, 4, false, &report, &failure);
    Weights *partial = weights_load(path, net, 4, true, &partial_report, &failure);
    if (strict && (!partial || memcmp(weights_find(strict, "a", &rank, dim), weights_find(partial, "a", &rank, dim), 8) != 0))
        abort();
    weights_free(strict);
    weights_free(partial);
    free(report);
    free(partial_report);
    close(descriptor);
    return 0;
}
