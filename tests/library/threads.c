/* threads.c - a program as others write it: two networks from strings, compiled, trained and run in two threads at the same time,
 * and a mistake in a third, whose place is read back. Says "fine", or what was not. */
#include <nncc.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { BATCH = 3, ROUNDS = 4 };

static const char first[] =
    "name: first\n"
    "input: [3, 12, 12]\n"
    "layers:\n"
    "  - conv: {name: conv1, out: 16, kernel: 3, pad: 1}\n"
    "  - bn: {name: bn1}\n"
    "  - relu\n"
    "  - max_pool: {kernel: 2, stride: 2}\n"
    "  - flatten\n"
    "  - linear: {name: fc, out: 5}\n";

static const char second[] =
    "name: second\n"
    "input: [1, 9, 9]\n"
    "layers:\n"
    "  - residual:\n"
    "      body:\n"
    "        - conv: {name: conv1, out: 1, kernel: 3, pad: 1}\n"
    "  - global_avg_pool\n"
    "  - flatten\n"
    "  - linear: {name: fc, out: 5}\n";

static const char wrong[] =
    "name: wrong\n"
    "input: [1, 9, 9]\n"
    "layers:\n"
    "  - conv: {name: conv1, out: 8, kernal: 3}\n";

typedef struct {
    const char *spec;
    float output[BATCH][5];             /* of the last round */
    char failure[256];                  /* "" when all was well */
} Work;

static int say(Work *work, const nncc *net, const char *what)
{
    snprintf(work->failure, sizeof work->failure, "%s: %.200s", what, nncc_error(net));
    return 0;
}

static const float zeros[BATCH * 3 * 12 * 12];

static nncc_status train(nncc *net)
{
    static const int32_t labels[BATCH] = {0, 1, 4};
    nncc_training training;
    nncc_train_defaults(&training, NNCC_ADAMW);
    training.batch = BATCH;
    nncc_status status = nncc_train_begin(net, &training);
    for (int step = 0; !status && step < 2; step++)
        status = nncc_train_step(net, zeros, labels, 0.01, NULL, NULL);
    return status ? status : nncc_train_end(net);
}

/* One life of a network. The result must be that of the round before. */
static int live(Work *work, int round)
{
    float output[BATCH][5];
    nncc *net = nncc_new();
    int good = 1;
    nncc_set_max_batch(net, BATCH);
    if (nncc_load_text(net, work->spec, "net.yaml") || nncc_compile(net, NNCC_JIT) || nncc_load_weights(net, "pattern:5", 0))
        good = say(work, net, "no network");
    else if (train(net))
        good = say(work, net, "no training");
    else if (nncc_forward(net, zeros, BATCH, output[0]))
        good = say(work, net, "no result");
    else if (round && memcmp(output, work->output, sizeof output))
        good = say(work, net, "another result than before");
    else
        memcpy(work->output, output, sizeof output);
    nncc_free(net);
    return good;
}

static void *run(void *argument)
{
    for (int round = 0; round < ROUNDS && live(argument, round); round++)
        ;
    return NULL;
}

static int mistake(void)
{
    nncc *net = nncc_new();
    int good = nncc_load_text(net, wrong, "wrong.yaml") == NNCC_ERROR_SPEC && !strcmp(nncc_error_file(net), "wrong.yaml")
               && nncc_error_line(net) == 4 && nncc_error_column(net) == 33;
    if (!good)
        printf("%s:%d:%d: %s\n", nncc_error_file(net), nncc_error_line(net), nncc_error_column(net), nncc_error(net));
    nncc_free(net);
    return good;
}

int main(void)
{
    Work work[2] = {{first, {{0}}, ""}, {second, {{0}}, ""}};
    pthread_t thread[2];
    int good = 1;
    for (int i = 0; i < 2; i++)
        good = good && !pthread_create(&thread[i], NULL, run, &work[i]);
    for (int i = 0; good && i < 2; i++)
        good = !pthread_join(thread[i], NULL);
    for (int i = 0; i < 2; i++)
        if (*work[i].failure)
            good = 0, printf("%s\n", work[i].failure);
    good = mistake() && good;
    puts(good ? "fine" : "not fine");
    return !good;
}
