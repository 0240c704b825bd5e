/* nncc.c - nncc's part of the comparison: a generated network (prefix net), run for a while whenever a line says how long.
 *
 *     nncc_peer BATCH THREADS INPUT
 *
 * First a line of JSON: who this is, and the first numbers of the output. Then, for each line with a number of milliseconds,
 * a line with the time of every run, in ms, and with the multiply-adds per second that these threads can do at most. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "net.h"
#include "peak.h"

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return 1e3 * (double)time.tv_sec + 1e-6 * (double)time.tv_nsec;
}

static void *memory(size_t bytes)
{
    void *block = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!block)
        exit(1);
    return block;
}

static void check(int status)
{
    if (status == NET_OK)
        return;
    fprintf(stderr, "nncc: %s\n", net_strerror(status));
    exit(1);
}

int main(int argc, char **argv)
{
    int batch = argc == 4 ? atoi(argv[1]) : 0, threads = argc == 4 ? atoi(argv[2]) : 0;
    size_t inputs = (size_t)batch * NET_INPUT_FLOATS;
    float *input = memory(inputs * sizeof *input), *output = memory((size_t)batch * NET_OUTPUT_FLOATS * sizeof *output);
    void *arena = memory(net_arena_size());
    const void *weights;
    FILE *file = argc == 4 ? fopen(argv[3], "rb") : NULL;
    if (!file || fread(input, sizeof *input, inputs, file) != inputs)
        return 1;
    fclose(file);
    check(net_weights_map("net.weights", &weights));
    check(net_forward(weights, arena, input, batch, threads, output));
    printf("{\"name\": \"nncc\", \"output\": [%.9g, %.9g]}\n", (double)output[0], (double)output[1]);
    fflush(stdout);
    for (int turn; scanf("%d", &turn) == 1;) {
        double peak = fma_peak(threads, 8), begin = now();
        check(net_forward(weights, arena, input, batch, threads, output));
        printf("{\"ms\": [");
        for (int run = 0; run < 3 || now() - begin < turn; run++) {
            double start = now();
            check(net_forward(weights, arena, input, batch, threads, output));
            printf("%s%.6f", run ? ", " : "", now() - start);
        }
        printf("], \"peak\": %.3f}\n", peak);
        fflush(stdout);
    }
    net_weights_unmap(weights);
    return 0;
}
