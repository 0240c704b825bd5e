/* fuzz_tuned.c - libFuzzer: any bytes as a file of tuned choices, for a network that takes them. A choice is refused at its
 * place, or the network compiles by it. */
#include <string.h>

#include "../compiler/tuned.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static Context context;
    char *text = malloc(size + 1);
    memcpy(text, bytes, size);
    text[size] = '\0';
    context_init(&context);
    if (!setjmp(context.on_error)) {
        const Tuned *tuned = tuned_read(&context, "fuzz.tuned", text);
        Text again = text_new(&context);
        tuned_write(&again, tuned);
        tuned_notice(&context, tuned, "avx2", 1);
        compile(&context, "specs/lenet.yaml", NULL, &(Options){.max_batch = 1, .tuned = tuned});
    }
    context_free(&context);
    free(text);
    return 0;
}
