/* test_train_parts.c - small parts of a training run: its random numbers, its learning rates, the curves that it draws. */
#include "../runtime/curves.h"
#include "../runtime/loader.h"
#include "../runtime/schedule.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- random numbers --------------------------------------------------------------------------------------- */

/* The answers that come with the authors' Random123. */
Test(train_parts, philox_known_answers)
{
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } known[] = {
        { { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
        { { ~0u, ~0u, ~0u, ~0u }, { ~0u, ~0u }, { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
        { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
          { 0xa4093822, 0x299f31d0 },
          { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
    };
    for (int i = 0; i < 3; i++) {
        uint32_t out[4];
        philox(known[i].counter, known[i].key, out);
        cr_expect(!memcmp(out, known[i].out, sizeof out), "case %d: %08x", i, out[0]);
    }
}

Test(train_parts, random_below_is_even)
{
    int count[7] = { 0 };
    Random random = random_stream(1, RANDOM_augment, 2, 3);
    for (int i = 0; i < 70000; i++)
        count[random_below(&random, 7)]++;
    for (int i = 0; i < 7; i++)
        cr_expect(abs(count[i] - 10000) < 500, "%d: %d", i, count[i]);
    Random a = random_stream(1, RANDOM_augment, 2, 4), b = random_stream(1, RANDOM_shuffle, 2, 4),
           c = random_stream(1, RANDOM_augment, 3, 4);
    uint32_t x = random_bits(&a), y = random_bits(&b), z = random_bits(&c);
    cr_expect(x != y && y != z && x != z);
}

Test(train_parts, shuffle_is_a_permutation)
{
    enum { COUNT = 1000 };
    uint32_t order[COUNT], again[COUNT], other[COUNT];
    bool seen[COUNT] = { false };
    int fixed = 0;
    loader_shuffle(order, COUNT, 5, 7);
    loader_shuffle(again, COUNT, 5, 7);
    loader_shuffle(other, COUNT, 5, 8);
    for (int i = 0; i < COUNT; i++) {
        cr_assert(order[i] < COUNT && !seen[order[i]]);
        seen[order[i]] = true;
        fixed += order[i] == (uint32_t)i;
    }
    cr_expect(fixed < 10);
    cr_expect(!memcmp(order, again, sizeof order) && memcmp(order, other, sizeof order));
}

/* ---- learning rates --------------------------------------------------------------------------------------- */

static Schedule schedule_of(const char *text, int epochs)
{
    Schedule schedule = { .rate = 0.1, .epochs = epochs };
    Failure failure;
    cr_assert(schedule_parse(text, &schedule, &failure), "%s", failure.text);
    return schedule;
}

static void expect_rates(const Schedule *schedule, int64_t steps_per_epoch, int count, const double *expected)
{
    for (int i = 0; i < count; i++)
        cr_expect_float_eq(schedule_rate(schedule, i, steps_per_epoch), expected[i], 1e-7, "step %d: %.9g, not %.9g", i,
                           schedule_rate(schedule, i, steps_per_epoch), expected[i]);
}

/* The values of PyTorch's CosineAnnealingLR, T_max 5, and of the others by their formulas. */
Test(train_parts, schedules)
{
    Schedule cosine = schedule_of("cosine", 5), step = schedule_of("step:2", 6), step3 = schedule_of("step:1,0.5", 6);
    Schedule milestones = schedule_of("milestones:1,3", 5), line = schedule_of("polynomial", 4),
             square = schedule_of("polynomial:2", 4);
    expect_rates(&cosine, 1, 5, (double[]){ 0.1, 0.0904508, 0.0654508, 0.0345492, 0.0095492 });
    expect_rates(&cosine, 2, 6, (double[]){ 0.1, 0.1, 0.0904508, 0.0904508, 0.0654508, 0.0654508 });
    expect_rates(&step, 1, 5, (double[]){ 0.1, 0.1, 0.01, 0.01, 0.001 });
    expect_rates(&step3, 1, 4, (double[]){ 0.1, 0.05, 0.025, 0.0125 });
    expect_rates(&milestones, 1, 5, (double[]){ 0.1, 0.01, 0.01, 0.001, 0.001 });
    expect_rates(&line, 1, 5, (double[]){ 0.1, 0.075, 0.05, 0.025, 0 });
    expect_rates(&square, 1, 4, (double[]){ 0.1, 0.05625, 0.025, 0.00625 });
    cosine.per_iteration = true;
    expect_rates(&cosine, 2, 4, (double[]){ 0.1, 0.0975528, 0.0904508, 0.0793893 });
}

Test(train_parts, warmup)
{
    Schedule schedule = schedule_of("cosine", 7), constant = schedule_of("constant", 3);
    Failure failure;
    cr_assert(schedule_parse_warmup("2,0.5", &schedule, &failure));
    expect_rates(&schedule, 1, 6, (double[]){ 0.05, 0.075, 0.1, 0.0904508, 0.0654508, 0.0345492 });
    cr_assert(schedule_parse_warmup("2,0.1,constant", &constant, &failure));
    expect_rates(&constant, 1, 3, (double[]){ 0.01, 0.01, 0.1 });
    cr_assert(schedule_parse_warmup("1", &constant, &failure));
    constant.per_iteration = true;
    expect_rates(&constant, 2, 3, (double[]){ 0.001, 0.0505, 0.1 });
}

Test(train_parts, schedules_refused)
{
    static const char *const wrong[] = {
        "",         "cos",          "cosine:1",    "step",           "step:",           "step:0",       "step:1,",
        "step:1,x", "step:1,0.1,2", "milestones:", "milestones:3,2", "milestones:1,,2", "polynomial:x", "constant:",
        "step:nan", "step:inf"
    };
    static const char *const warmups[] = { "", "x", "-1", "1,", "1,2", "1,0.1,linear", "inf" };
    Schedule schedule = { 0 };
    Failure failure;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        cr_expect(!schedule_parse(wrong[i], &schedule, &failure) && strstr(failure.text, "polynomial"), "%s", wrong[i]);
    for (size_t i = 0; i < sizeof warmups / sizeof *warmups; i++)
        cr_expect(!schedule_parse_warmup(warmups[i], &schedule, &failure) && strstr(failure.text, "EPOCHS"), "%s",
                  warmups[i]);
}

/* ---- curves ----------------------------------------------------------------------------------------------- */

Test(train_parts, curves)
{
    const double x[] = { 1, 2, 3 }, y[] = { 2.5, 1, NAN }, one[] = { 0.5 };
    Curve curve[] = { { "<training>", x, y, 3, 0, false }, { "evaluation", x, one, 1, 1, true } };
    Chart chart[] = { { "loss", "epoch", curve, 2, false },
                      { "accuracy", "epoch", curve + 1, 1, true },
                      { "nothing", "epoch", NULL, 0, false } };
    size_t size;
    char *svg = curves_svg("net & data\n", chart, 3, &size);
    cr_assert(svg && strlen(svg) == size);
    cr_expect(!strncmp(svg, "<svg xmlns=", 11) && !strcmp(svg + size - 7, "</svg>\n"));
    cr_expect(strstr(svg, "net &#38; data?") && strstr(svg, "&#60;training&#62;") && strstr(svg, "50 %")
              && strstr(svg, "<circle"));
    cr_expect(!strstr(svg, "nan") && !strstr(svg, "inf"));
    cr_expect(strstr(svg, "text-anchor='middle'>2</text>") && !strstr(svg, "text-anchor='middle'>1.5</text>"), "epochs are whole");
    /* From (1, 2.5) to (2, 1): down and to the right; the axis goes from 0 to 2.5. */
    double x0, y0, x1, y1;
    char *points = strstr(svg, "points='");
    cr_assert(points && sscanf(points, "points='%lf,%lf %lf,%lf '", &x0, &y0, &x1, &y1) == 4);
    cr_expect(x0 < x1 && fabs(y0 - 64) < 0.2 && fabs(y1 - (334 - 270 * 0.4)) < 0.2, "%g %g", y0, y1);
    free(svg);
}
