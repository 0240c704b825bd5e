/* memory.c - runs a network's life again and again while the first, second, third... allocation fails, alone or with all that
 * follow. Each time the answer must be NNCC_ERROR_MEMORY, and nothing may be left behind. For the GNU C library. */
#include <nncc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern void *__libc_malloc(size_t), *__libc_realloc(void *, size_t), *__libc_calloc(size_t, size_t);
extern void __libc_free(void *);

static long left = -1;                  /* allocations until one fails; -1: none will */
static int for_good;                    /* and all that follow */
static int failed;                      /* one has failed */
static long alive;                      /* blocks */

static int fails(void)
{
    if (left != 0) {
        left -= left > 0;
        return 0;
    }
    left = for_good ? 0 : -1;
    failed = 1;
    return 1;
}

static void *counted(void *block)
{
    alive += block != NULL;
    return block;
}

void *malloc(size_t size)
{
    return fails() ? NULL : counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : counted(__libc_calloc(count, size));
}

void *realloc(void *old, size_t size)
{
    if (fails())
        return NULL;
    return old ? __libc_realloc(old, size) : counted(__libc_realloc(old, size));
}

void free(void *block)
{
    alive -= block != NULL;
    __libc_free(block);
}

static const char spec[] =
    "name: small\n"
    "input: [3, 8, 8]\n"
    "params: {width: 8}\n"
    "layers:\n"
    "  - conv: {name: conv1, out: $width, kernel: 3, pad: 1}\n"
    "  - bn: {name: bn1}\n"
    "  - relu\n"
    "  - global_avg_pool\n"
    "  - flatten\n"
    "  - linear: {name: fc, out: 3}\n";

/* A training without code, and without a step: that is OpenMP's. */
static nncc_status train(nncc *net)
{
    nncc_training training;
    nncc_train_defaults(&training, NNCC_ADAMW);
    training.batch = 2;
    training.backend = NNCC_REFERENCE;
    training.train = "fc.*";
    nncc_status status = nncc_train_begin(net, &training);
    return status ? status : nncc_train_end(net);
}

/* A life without code: TCC and OpenMP end the process where there is no memory. */
static int live(void)
{
    static const float zeros[3];
    float bias[3];
    nncc *net = nncc_new();
    if (!net)
        return NNCC_ERROR_MEMORY;
    int status = nncc_set(net, "width", "16");
    if (!status)
        status = nncc_load_text(net, spec, "small.yaml");
    if (!status)
        status = nncc_set(net, "width", "24");
    if (!status)
        status = nncc_write_tensor(net, "fc.bias", zeros, 3);
    if (!status)
        status = nncc_load_weights(net, "pattern:1", 0);
    if (!status)
        status = train(net);
    if (!status)
        status = nncc_read_tensor(net, "fc.bias", bias, 3);
    if (status && status != NNCC_ERROR_MEMORY)
        puts(nncc_error(net));
    nncc_free(net);
    return status;
}

int main(void)
{
    int good = live() == NNCC_OK;
    for (for_good = 0; for_good < 2; for_good++)
        for (long n = 0; good; n++) {
            long before = alive;
            left = n;
            failed = 0;
            int status = live();
            left = -1;
            if (!failed && status == NNCC_OK)
                break;
            good = failed && status == NNCC_ERROR_MEMORY && alive == before;
            if (!good)
                printf("allocation %ld: %s, %ld blocks left behind\n", n, nncc_strerror(status), alive - before);
        }
    puts(good ? "fine" : "not fine");
    return !good;
}
