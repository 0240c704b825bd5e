/* curves.c - see curves.h. */
#include "curves.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Pixels. */
enum { CHART_WIDTH = 520, CHART_HEIGHT = 380, LEFT = 58, RIGHT = 16, TOP = 64, BOTTOM = 46, LEGEND = 16 };

/* Okabe and Ito's palette: told apart by the colour-blind too. */
static const char *const palette[] = { "#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                       "#e69f00", "#56b4e9", "#000000", "#999999" };

typedef struct {
    double low, high, step;             /* of the ticks */
} Axis;

static void put_text(FILE *out, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '<' || c == '>' || c == '&' || c == '"')
            fprintf(out, "&#%d;", c);
        else
            fputc(c < ' ' || c >= 127 ? '?' : c, out);
    }
}

/* 1, 2 or 5 times a power of ten: at most about `most` of them in the range. */
static double round_step(double range, int most)
{
    double rough = range / most, power = pow(10, floor(log10(rough)));
    static const double choice[] = { 1, 2, 5, 10 };
    for (int i = 0; i < 3; i++)
        if (choice[i] * power >= rough * 0.999)
            return choice[i] * power;
    return 10 * power;
}

/* least: of a step, such as 1 for epochs. */
static Axis make_axis(double low, double high, int most, double least)
{
    if (!(low < high))
        low = isfinite(low) ? low - 0.5 : 0, high = low + 1;
    Axis axis = { .step = fmax(round_step(high - low, most), least) };
    axis.low = floor(low / axis.step + 1e-9) * axis.step;
    axis.high = ceil(high / axis.step - 1e-9) * axis.step;
    return axis;
}

static bool drawn(const Curve *curve, size_t i)
{
    return isfinite(curve->x[i]) && isfinite(curve->y[i]);
}

/* Least and largest of all points; (inf, -inf) where there are none. */
static void span(const Chart *chart, bool vertical, double *low, double *high)
{
    *low = INFINITY, *high = -INFINITY;
    for (size_t k = 0; k < chart->count; k++)
        for (size_t i = 0; i < chart->curve[k].count; i++)
            if (drawn(&chart->curve[k], i)) {
                double value = vertical ? chart->curve[k].y[i] : chart->curve[k].x[i];
                *low = fmin(*low, value), *high = fmax(*high, value);
            }
}

static double place(const Axis *axis, double value, double from, double to)
{
    return from + (value - axis->low) / (axis->high - axis->low) * (to - from);
}

/* Grid lines with their numbers. */
static void put_axis(FILE *out, const Axis *axis, bool vertical, bool percent)
{
    int ticks = (int)rint((axis->high - axis->low) / axis->step);
    for (int i = 0; i <= ticks; i++) {
        double value = axis->low + i * axis->step, shown = fabs(value) < axis->step * 1e-6 ? 0 : value;
        if (vertical) {
            double y = place(axis, value, CHART_HEIGHT - BOTTOM, TOP);
            fprintf(out, "<line x1='%d' x2='%d' y1='%.1f' y2='%.1f' stroke='#ddd'/>", LEFT, CHART_WIDTH - RIGHT, y, y);
            fprintf(out, "<text x='%d' y='%.1f' text-anchor='end'>%.6g%s</text>\n", LEFT - 6, y + 4,
                    percent ? 100 * shown : shown, percent ? " %" : "");
        } else {
            double x = place(axis, value, LEFT, CHART_WIDTH - RIGHT);
            fprintf(out, "<line x1='%.1f' x2='%.1f' y1='%d' y2='%d' stroke='#eee'/>", x, x, TOP, CHART_HEIGHT - BOTTOM);
            fprintf(out, "<text x='%.1f' y='%d' text-anchor='middle'>%.6g</text>\n", x, CHART_HEIGHT - BOTTOM + 18, shown);
        }
    }
}

static void put_stroke(FILE *out, const Curve *curve)
{
    fprintf(out, "stroke='%s'%s", palette[(unsigned)curve->colour % 8], curve->dashed ? " stroke-dasharray='6 4'" : "");
}

static void put_curve(FILE *out, const Curve *curve, const Axis *x, const Axis *y)
{
    size_t points = 0;
    double last_x = 0, last_y = 0;
    fputs("<polyline fill='none' stroke-width='2' stroke-linejoin='round' ", out);
    put_stroke(out, curve);
    fputs(" points='", out);
    for (size_t i = 0; i < curve->count; i++)
        if (drawn(curve, i)) {
            last_x = place(x, curve->x[i], LEFT, CHART_WIDTH - RIGHT),
            last_y = place(y, curve->y[i], CHART_HEIGHT - BOTTOM, TOP);
            fprintf(out, "%.1f,%.1f ", last_x, last_y);
            points++;
        }
    fputs("'/>\n", out);
    if (points == 1)                    /* no line: a dot */
        fprintf(out, "<circle cx='%.1f' cy='%.1f' r='3' fill='%s'/>\n", last_x, last_y, palette[(unsigned)curve->colour % 8]);
}

static void put_chart(FILE *out, const Chart *chart, size_t index)
{
    double low, high;
    fprintf(out, "<g transform='translate(%zu 0)'>\n<text x='%d' y='%d' font-size='14' font-weight='bold'>",
            index * CHART_WIDTH, LEFT, TOP - 14);
    put_text(out, chart->title);
    fputs("</text>\n", out);
    span(chart, false, &low, &high);
    Axis x = make_axis(low, high, 8, 1);           /* epochs are whole */
    span(chart, true, &low, &high);
    Axis y = make_axis(fmin(low, 0), high, 7, 0);
    if (chart->percent && y.high > 1)
        y.high = 1 + 1e-12;
    put_axis(out, &x, false, false);
    put_axis(out, &y, true, chart->percent);
    fprintf(out, "<rect x='%d' y='%d' width='%d' height='%d' fill='none' stroke='#888'/>\n", LEFT, TOP,
            CHART_WIDTH - LEFT - RIGHT, CHART_HEIGHT - TOP - BOTTOM);
    fprintf(out, "<text x='%d' y='%d' text-anchor='middle'>", (LEFT + CHART_WIDTH - RIGHT) / 2, CHART_HEIGHT - 8);
    put_text(out, chart->x_label);
    fputs("</text>\n", out);
    for (size_t k = 0; k < chart->count; k++)
        put_curve(out, &chart->curve[k], &x, &y);
    for (size_t k = 0; k < chart->count; k++) {
        size_t line = CHART_HEIGHT + 2 + k * LEGEND;
        fprintf(out, "<line x1='%d' x2='%d' y1='%zu' y2='%zu' stroke-width='2' ", LEFT, LEFT + 28, line, line);
        put_stroke(out, &chart->curve[k]);
        fprintf(out, "/><text x='%d' y='%zu'>", LEFT + 36, line + 4);
        put_text(out, chart->curve[k].label);
        fputs("</text>\n", out);
    }
    fputs("</g>\n", out);
}

char *curves_svg(const char *title, const Chart *chart, size_t count, size_t *size)
{
    char *text = NULL;
    size_t legend = 0;
    FILE *out = open_memstream(&text, size);
    if (!out)
        return NULL;
    for (size_t i = 0; i < count; i++)
        legend = chart[i].count > legend ? chart[i].count : legend;
    size_t width = count * CHART_WIDTH, height = CHART_HEIGHT + legend * LEGEND + 4;
    fprintf(out, "<svg xmlns='http://www.w3.org/2000/svg' width='%zu' height='%zu' viewBox='0 0 %zu %zu'", width, height, width,
            height);
    fputs(" font-family='sans-serif' font-size='11'>\n", out);
    fprintf(out, "<rect width='100%%' height='100%%' fill='white'/>\n<text x='%d' y='24' font-size='16'>", LEFT);
    put_text(out, title);
    fputs("</text>\n", out);
    for (size_t i = 0; i < count; i++)
        put_chart(out, &chart[i], i);
    fputs("</svg>\n", out);
    bool good = !ferror(out);
    if (fclose(out) || !good) {
        free(text);
        return NULL;
    }
    return text;
}
