/* fuzz_checkpoint.c - libFuzzer: any bytes as a checkpoint, or in place of some bytes of one that is sound. What loads can be
 * saved again. */
#include <string.h>

#include "../runtime/checkpoint.h"
#include "fuzz.h"

static uint8_t *sound;
static size_t sound_size;

/* A checkpoint of a parameter, a momentum and a counter, after an epoch. */
static void make_sound(void)
{
    static const float values[6] = {1, 2, 3, 4, 5, 6};
    static const int64_t counter = 7;
    static const TensorData tensor[] = {
        {.name = "fc.weight", .rank = 2, .dim = {2, 3}, .dtype = "F32", .data = values},
        {.name = "bn.num_batches_tracked", .dtype = "I64", .data = &counter},
        {.name = "optimizer.momentum.fc.weight", .rank = 2, .dim = {2, 3}, .dtype = "F32", .data = values},
    };
    char path[] = "/tmp/nncc-fuzz-checkpoint-XXXXXX";
    Progress progress = {.run = strdup("a run"), .step = 3, .best_accuracy = -1};
    Failure failure;
    int descriptor = mkstemp(path);
    if (descriptor < 0 || !progress_add(&progress, (EpochResult){.loss = 1}, &failure) ||
        !checkpoint_save(path, &progress, tensor, 3, &failure))
        abort();
    progress_free(&progress);
    close(descriptor);
    FILE *file = fopen(path, "rb");
    sound = malloc(1 << 16);
    sound_size = fread(sound, 1, 1 << 16, file);
    fclose(file);
    unlink(path);
}

static void load(const uint8_t *bytes, size_t size)
{
    char path[64], again[] = "/tmp/nncc-fuzz-checkpoint-XXXXXX";
    Progress progress = {0};
    TensorData *tensors = NULL;
    size_t count = 0;
    Failure failure;
    int descriptor = fuzz_file(bytes, size, path);
    if (checkpoint_load(path, &progress, &tensors, &count, &failure)) {
        int copy = mkstemp(again);
        if (copy < 0 || !checkpoint_save(again, &progress, tensors, count, &failure))
            abort();
        close(copy);
        unlink(again);
    }
    progress_free(&progress);
    tensors_free(tensors, count);
    close(descriptor);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (!sound)
        make_sound();
    load(bytes, size);
    if (size < 3)
        return 0;
    size_t at = (size_t)(bytes[0] | bytes[1] << 8) % sound_size, count = size - 2 < sound_size - at ? size - 2 : sound_size - at;
    uint8_t *changed = malloc(sound_size);
    memcpy(changed, sound, sound_size);
    memcpy(changed + at, bytes + 2, count);
    load(changed, sound_size);
    free(changed);
    return 0;
}
