/* draw_picture.c - draws the demonstration's picture, a sailing boat before the evening sun, so that it belongs to
 * everyone: `cc tests/demo/draw_picture.c -lpng -lm -o draw && ./draw sailboat.png`. Each pixel is the mean of 16
 * samples of an exact description, which smooths the edges. */
#include <math.h>
#include <png.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 320, HEIGHT = 240, HORIZON = 150, SAMPLES = 4 };

typedef struct {
    double red, green, blue;
} Colour;

static Colour mix(Colour a, Colour b, double share)
{
    share = share < 0 ? 0 : share > 1 ? 1 : share;
    return (Colour){a.red + (b.red - a.red) * share, a.green + (b.green - a.green) * share, a.blue + (b.blue - a.blue) * share};
}

/* On which side of the line from (ax, ay) to (bx, by)? */
static double side(double ax, double ay, double bx, double by, double x, double y)
{
    return (bx - ax) * (y - ay) - (by - ay) * (x - ax);
}

static bool in_triangle(const double t[6], double x, double y)
{
    double a = side(t[0], t[1], t[2], t[3], x, y), b = side(t[2], t[3], t[4], t[5], x, y), c = side(t[4], t[5], t[0], t[1], x, y);
    return (a >= 0 && b >= 0 && c >= 0) || (a <= 0 && b <= 0 && c <= 0);
}

static Colour sky(double x, double y)
{
    Colour colour = mix((Colour){70, 110, 180}, (Colour){255, 200, 130}, y / HORIZON);
    double sun = hypot(x - 240, y - 105);
    return sun < 24 ? (Colour){255, 240, 190} : mix((Colour){255, 225, 160}, colour, (sun - 24) / 60);
}

static Colour sea(double x, double y)
{
    double wave = sin(0.25 * x + 3 * sin(0.05 * y)) * sin(0.9 * y + 0.03 * x);
    Colour water = mix((Colour){200, 160, 130}, (Colour){20, 50, 90}, (y - HORIZON) / 60);
    bool glitter = fabs(x - 240) < 8 + 0.3 * (y - HORIZON) && wave > 0.3;
    return glitter ? (Colour){255, 225, 160} : mix(water, (Colour){235, 245, 250}, 0.12 * wave);
}

static Colour picture(double x, double y)
{
    const double mainsail[] = {128, 40, 128, 158, 196, 158}, jib[] = {122, 52, 122, 158, 78, 158};
    bool hull = y >= 164 && y <= 186 && x > 70 + (y - 164) * 0.9 && x < 206 - (y - 164) * 1.3;
    if (in_triangle(mainsail, x, y))
        return mix((Colour){252, 250, 244}, (Colour){214, 206, 196}, (x - 128) / 68);
    if (in_triangle(jib, x, y))
        return mix((Colour){214, 60, 50}, (Colour){170, 36, 40}, (y - 52) / 106);
    if (hull)
        return y < 170 ? (Colour){240, 235, 225} : (Colour){96, 52, 32};
    if (x > 123 && x < 127 && y > 34 && y < 166)
        return (Colour){80, 56, 40};
    return y < HORIZON ? sky(x, y) : sea(x, y);
}

int main(int argc, char **argv)
{
    static unsigned char pixel[HEIGHT][WIDTH][3];
    png_image image = {.version = PNG_IMAGE_VERSION, .width = WIDTH, .height = HEIGHT, .format = PNG_FORMAT_RGB};
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            Colour sum = {0, 0, 0};
            for (int s = 0; s < SAMPLES * SAMPLES; s++) {
                Colour c = picture(x + (s % SAMPLES + 0.5) / SAMPLES, y + (s / SAMPLES + 0.5) / SAMPLES);
                sum.red += c.red, sum.green += c.green, sum.blue += c.blue;
            }
            pixel[y][x][0] = (unsigned char)(sum.red / (SAMPLES * SAMPLES) + 0.5);
            pixel[y][x][1] = (unsigned char)(sum.green / (SAMPLES * SAMPLES) + 0.5);
            pixel[y][x][2] = (unsigned char)(sum.blue / (SAMPLES * SAMPLES) + 0.5);
        }
    return argc == 2 && png_image_write_to_file(&image, argv[1], 0, pixel, 0, NULL) ? 0 : 1;
}
