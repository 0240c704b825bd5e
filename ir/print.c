/* print.c - graphs as text, one node a line. */
#include "ir.h"

const char *shape_text(Context *context, Shape shape)
{
    return shape.flat ? arena_printf(context, "%d", shape.channels)
                      : arena_printf(context, "%dx%dx%d", shape.channels, shape.height, shape.width);
}
