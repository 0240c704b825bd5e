/* A network learns, in this process, whether a bar lies or stands; then it is asked, and its weights are kept. */
#include <nncc.h>
#include <stdio.h>

enum { BATCH = 16, SIZE = 8, PIXELS = SIZE * SIZE, STEPS = 60 };

static const char spec[] =
    "name: bars\n"
    "input: [1, 8, 8]\n"
    "layers:\n"
    "  - conv: {name: conv1, out: 8, kernel: 3, pad: 1}\n"
    "  - bn: {name: bn1}\n"
    "  - relu\n"
    "  - global_avg_pool\n"
    "  - flatten\n"
    "  - linear: {name: fc, out: 2}\n";

/* A batch of noise with a bar in each picture: a row of class 0, or a column of class 1. */
static void make_batch(unsigned *seed, float *input, int32_t *labels)
{
    for (int n = 0; n < BATCH; n++, input += PIXELS) {
        for (int i = 0; i < PIXELS; i++)
            input[i] = (float)((*seed = *seed * 1664525 + 1013904223) >> 24) / 256;
        int at = (int)(*seed >> 16) % SIZE;
        labels[n] = (int32_t)(*seed >> 30) % 2;
        for (int i = 0; i < SIZE; i++)
            input[labels[n] ? i * SIZE + at : at * SIZE + i] += 1;
    }
}

static nncc_status learn(nncc *net, unsigned *seed)
{
    static float input[BATCH * PIXELS];
    int32_t labels[BATCH];
    double loss = 0;
    nncc_training training;
    nncc_train_defaults(&training, NNCC_SGD);
    training.batch = BATCH;
    nncc_status status = nncc_train_begin(net, &training);
    for (int step = 0; !status && step < STEPS; step++) {
        make_batch(seed, input, labels);
        status = nncc_train_step(net, input, labels, 0.1, &loss, NULL);
    }
    printf("loss %.3f after %d steps\n", loss, STEPS);
    return status ? status : nncc_train_end(net);
}

static nncc_status ask(nncc *net, unsigned *seed)
{
    static float input[BATCH * PIXELS];
    float output[BATCH][2];
    int32_t labels[BATCH];
    int right = 0;
    make_batch(seed, input, labels);
    nncc_status status = nncc_forward(net, input, BATCH, output[0]);
    for (int n = 0; n < BATCH; n++)
        right += (output[n][1] > output[n][0]) == labels[n];
    printf("%d of %d right\n", right, BATCH);
    return status;
}

int main(int argc, char **argv)
{
    unsigned seed = 1;
    nncc *net = nncc_new();
    if (nncc_load_text(net, spec, "bars.yaml") || nncc_set_max_batch(net, BATCH) || nncc_compile(net, NNCC_JIT)
        || nncc_load_weights(net, "init:1", 0) || learn(net, &seed) || ask(net, &seed)
        || (argc > 1 && nncc_save_weights(net, argv[1]))) {
        fprintf(stderr, "%s\n", nncc_error(net));
        nncc_free(net);
        return 1;
    }
    nncc_free(net);
    return 0;
}
