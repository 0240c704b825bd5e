/* failure.c - the text of what went wrong, for callers who decide what to do with it. */
#include "weights.h"

#include <stdarg.h>
#include <stdio.h>

bool failure_set(Failure *failure, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(failure->text, sizeof failure->text, format, args);
    va_end(args);
    return false;
}

const char *printable(const char *name, Printable *out)
{
    size_t n = 0;
    for (; *name && n + 5 < sizeof out->text; name++) {
        unsigned char c = (unsigned char)*name;
        if (c >= ' ' && c < 127 && c != '\\')
            out->text[n++] = (char)c;
        else
            n += (size_t)sprintf(out->text + n, "\\x%02x", c);
    }
    if (*name && n + 4 > sizeof out->text)
        n = sizeof out->text - 4;
    snprintf(out->text + n, sizeof out->text - n, "%s", *name ? "..." : "");
    return out->text;
}
