#include "context.h"

Context context;

void open_context(void)
{
    context_init(&context);
}

void close_context(void)
{
    context_free(&context);
}
