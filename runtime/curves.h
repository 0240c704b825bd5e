/* curves.h - charts of lines as SVG: axes with round numbers, a legend, any number of charts side by side. */
#ifndef NNCC_CURVES_H
#define NNCC_CURVES_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    const char *label;
    const double *x, *y;                /* points; not finite ones are left out */
    size_t count;
    int colour;                         /* index into a palette of eight */
    bool dashed;
} Curve;

typedef struct {
    const char *title, *x_label;
    const Curve *curve;
    size_t count;
    bool percent;                       /* y in 0..1 is written as percent, and the axis goes from 0 to 100 % at most */
} Chart;

/* The picture, NUL-terminated, *size bytes; the caller frees it; NULL: out of memory. Texts may be anything. */
char *curves_svg(const char *title, const Chart *, size_t count, size_t *size);

#endif
