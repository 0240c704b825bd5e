/* nncc.c - nncc's part of the comparison: a network compiled in this process, run for a while whenever a line says how long.
 *
 *     nncc_peer BATCH THREADS INPUT WEIGHTS TUNED SPEC [NAME=VALUE]...
 *
 * TUNED is a file of `nncc tune`, or - for none. First a line of JSON: who this is, and the first numbers of the output. Then,
 * for each line with a number of milliseconds, a line with the time of every run, in ms, with the multiply-adds per second that
 * these threads can do at most (of AVX2: GFLOP/s), and the most memory that the process has had, in bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "../../../runtime/nncc.h"
#include "../../../runtime/peak.h"

enum { AVX2_LANES = 8 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return 1e3 * (double)time.tv_sec + 1e-6 * (double)time.tv_nsec;
}

static void check(nncc *net, nncc_status status)
{
    if (status == NNCC_OK)
        return;
    fprintf(stderr, "%s\n", nncc_error(net));
    exit(1);
}

static nncc *open_network(int batch, int threads, char **argument)
{
    nncc *net = nncc_new();
    check(net, nncc_load(net, argument[2]));
    for (char **setting = argument + 3; *setting; setting++) {
        char *equals = strchr(*setting, '=');
        if (!equals)
            exit(2);
        *equals = '\0';
        check(net, nncc_set(net, *setting, equals + 1));
    }
    check(net, nncc_set_max_batch(net, batch));
    check(net, nncc_set_threads(net, threads));
    if (strcmp(argument[1], "-"))
        check(net, nncc_tuned(net, argument[1]));
    check(net, nncc_compile(net, NNCC_JIT));
    if (*nncc_notice(net))
        fprintf(stderr, "nncc: %s\n", nncc_notice(net));
    check(net, nncc_load_weights(net, argument[0], 0));
    return net;
}

/* Runs for so many milliseconds, three times at least, and tells. */
static void take_turn(nncc *net, const float *input, int batch, int threads, float *output, int turn)
{
    struct rusage usage;
    double peak = fma_peak(threads, AVX2_LANES), begin = now();
    check(net, nncc_forward(net, input, batch, output));
    printf("{\"ms\": [");
    for (int run = 0; run < 3 || now() - begin < turn; run++) {
        double start = now();
        check(net, nncc_forward(net, input, batch, output));
        printf("%s%.6f", run ? ", " : "", now() - start);
    }
    getrusage(RUSAGE_SELF, &usage);
    printf("], \"peak\": %.3f, \"memory\": %.0f}\n", peak, 1024.0 * (double)usage.ru_maxrss);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    if (argc < 7)
        return 2;
    int batch = atoi(argv[1]), threads = atoi(argv[2]);
    nncc *net = open_network(batch, threads, argv + 4);
    size_t inputs = (size_t)batch * nncc_input_floats(net), outputs = (size_t)batch * nncc_output_floats(net);
    float *input = malloc(inputs * sizeof *input), *output = malloc(outputs * sizeof *output);
    FILE *file = fopen(argv[3], "rb");
    if (!input || !output || !file || fread(input, sizeof *input, inputs, file) != inputs)
        return 1;
    fclose(file);
    check(net, nncc_forward(net, input, batch, output));
    printf("{\"name\": \"nncc\", \"output\": [%.9g, %.9g]}\n", (double)output[0], (double)output[outputs > 1]);
    fflush(stdout);
    for (int turn; scanf("%d", &turn) == 1;)
        take_turn(net, input, batch, threads, output, turn);
    nncc_free(net);
    free(input);
    free(output);
    return 0;
}
