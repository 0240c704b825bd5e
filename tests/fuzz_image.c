/* fuzz_image.c - libFuzzer: any bytes as a picture, read, resized and cropped. */
#include "../runtime/image.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const Transform transform = { 8, { 9, 7 }, { 0.5f, 0.5f, 0.5f }, { 0.2f, 0.2f, 0.2f } };
    float out[3 * 9 * 7];
    char path[64];
    int descriptor = fuzz_file(bytes, size, path);
    Failure failure;
    image_input(path, &transform, 3, 9, 7, out, &failure);
    image_input(path, &transform, 1, 9, 7, out, &failure);
    close(descriptor);
    return 0;
}
