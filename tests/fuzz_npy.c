/* fuzz_npy.c - libFuzzer: any bytes as a .npy file. What is accepted must have the promised number of values. */
#include "../runtime/image.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char path[64];
    int batch, descriptor = fuzz_file(bytes, size, path);
    Failure failure;
    float *values, sum = 0;
    if (npy_input(path, 1, 2, 2, &batch, &values, &failure))
        for (int i = 0; i < batch * 4; i++)
            sum += values[i];
    if (sum == 12345.678f)
        abort();                        /* keeps the sum alive; no one wrote such a file */
    free(values);
    close(descriptor);
    return 0;
}
