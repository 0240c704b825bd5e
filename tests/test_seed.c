/* test_seed.c - numbers from a seed: the pattern, to the bit, and the training initialisation, by its moments. */
#include "../runtime/weights.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* ---- the pattern: bits from numpy ---------------------------------------------------------------------------- */

static void expect_bits(const TensorSpec *tensor, uint64_t seed, double gain, const uint32_t bits[4])
{
    Failure failure;
    int rank;
    int64_t dim[4];
    Weights *weights = weights_pattern(tensor, 1, seed, gain, &failure);
    const float *values = weights_find(weights, tensor->name, &rank, dim);
    cr_assert_not_null(values);
    cr_expect_eq(rank, tensor->rank);
    cr_expect_arr_eq(dim, tensor->dim, (size_t)rank * sizeof *dim);
    cr_expect_arr_eq(values, bits, 16, "%s", tensor->name);
    weights_free(weights);
}

Test(seed, pattern_has_the_bits_of_every_language)
{
    static const struct {
        TensorSpec tensor;
        uint64_t seed;
        double gain;
        uint32_t bits[4];
    } cases[] = {
        { { .name = "layer1.0.conv1.weight", .rank = 4, .dim = { 8, 4, 3, 3 } }, 7u, 1, { 0x3b8b32c5, 0xbd492680, 0x3d2f6b36, 0x3dd06081 } },
        { { .name = "bn1.weight", .rank = 1, .dim = { 64 } }, 7u, 1, { 0x3f6d6343, 0x3fbaf24e, 0x3fa47606, 0x3f514ba0 } },
        { { .name = "bn1.weight", .rank = 1, .dim = { 64 } }, 11u, 0.25, { 0x3e9ce74b, 0x3ea364b5, 0x3e549622, 0x3e9f3c7e } },
        { { .name = "bn1.bias", .rank = 1, .dim = { 64 } }, 7u, 1, { 0x3d159030, 0xbcdb60cd, 0x3c2dfa9a, 0xbdc070a6 } },
        { { .name = "layer4.2.bn3.running_mean", .rank = 1, .dim = { 9 } }, 18446744073709551615u, 1, { 0x3cfbfdb3, 0x3da1e1ee, 0x3dbde37e, 0x3db723f2 } },
        { { .name = "layer4.2.bn3.running_var", .rank = 1, .dim = { 9 } }, 12345678901234567890u, 1, { 0x3f5f29d4, 0x3f10ebc4, 0x3f977c6e, 0x3f102204 } },
        { { .name = "fc.weight", .rank = 2, .dim = { 1000, 512 } }, 0u, 1, { 0xbb59dc41, 0x3da510f4, 0x3d57f5dc, 0x3d31cf98 } },
        { { .name = "fc.bias", .rank = 1, .dim = { 1000 } }, 1u, 1, { 0x3dbd3e7d, 0xbd89b67a, 0xbdb9c578, 0x3d9341c0 } },
        { { .name = "scale", .rank = 2, .dim = { 2, 2 } }, 3u, 1, { 0xbf1d8500, 0xbf1bcd3a, 0x3ef04624, 0xbea975f4 } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_bits(&cases[i].tensor, cases[i].seed, cases[i].gain, cases[i].bits);
}

Test(seed, input_and_labels_of_the_pattern)
{
    static const uint32_t bits[] = { 0xbdf957e0, 0x3db055e0, 0xbf290d74, 0x3f1330e0 };
    static const int64_t classes[] = { 99, 273, 115, 709, 750, 583 };
    float input[4];
    int64_t labels[6];
    pattern_input(input, 4, 7);
    pattern_labels(labels, 6, 7, 1000);
    cr_expect_arr_eq(input, bits, sizeof bits);
    cr_expect_arr_eq(labels, classes, sizeof classes);
}

Test(seed, counters_of_the_pattern_are_zero)
{
    static const TensorSpec counter = { .name = "bn1.num_batches_tracked", .integer = true };
    static const uint32_t zero[4];
    Failure failure;
    int rank;
    int64_t dim[4];
    Weights *weights = weights_open("pattern:3", &counter, 1, false, NULL, &failure);
    cr_expect_arr_eq(weights_find(weights, counter.name, &rank, dim), zero, 4);
    weights_free(weights);
}

/* ---- training initialisation ---------------------------------------------------------------------------------- */

static void expect_moments(const Weights *weights, const char *name, double mean, double deviation)
{
    int rank;
    int64_t dim[4];
    const float *values = weights_find(weights, name, &rank, dim);
    double sum = 0, squares = 0, n = 1;
    for (int i = 0; i < rank; i++)
        n *= (double)dim[i];
    for (int64_t i = 0; i < (int64_t)n; i++) {
        sum += values[i];
        squares += (values[i] - mean) * (values[i] - mean);
    }
    cr_expect_float_eq(sum / n, mean, 4 * deviation / sqrt(n) + 1e-12, "%s: mean %g", name, sum / n);
    cr_expect_float_eq(sqrt(squares / n), deviation, 0.02 * deviation + 1e-12, "%s: deviation %g", name, sqrt(squares / n));
}

Test(seed, initialisation_for_training)
{
    static const TensorSpec net[] = {
        { .name = "conv1.weight", .rank = 4, .dim = { 128, 4, 3, 3 } },         /* grouped: fan_out is 1152 all the same */
        { .name = "conv1.bias", .rank = 1, .dim = { 128 } },
        { .name = "bn1.weight", .rank = 1, .dim = { 128 } },
        { .name = "bn1.bias", .rank = 1, .dim = { 128 } },
        { .name = "bn1.running_mean", .rank = 1, .dim = { 128 } },
        { .name = "bn1.running_var", .rank = 1, .dim = { 128 } },
        { .name = "fc.weight", .rank = 2, .dim = { 5000, 16 } },
        { .name = "fc.bias", .rank = 1, .dim = { 5000 } },
    };
    Failure failure;
    int rank;
    int64_t dim[4];
    Weights *weights = weights_open("init:5", net, 8, false, NULL, &failure);
    Weights *again = weights_init(net, 8, 5, &failure), *other = weights_init(net, 8, 6, &failure);
    expect_moments(weights, "conv1.weight", 0, sqrt(2.0 / 1152));
    expect_moments(weights, "fc.weight", 0, 0.25 / sqrt(3));
    expect_moments(weights, "fc.bias", 0, 0.25 / sqrt(3));
    expect_moments(weights, "conv1.bias", 0, 0);
    expect_moments(weights, "bn1.weight", 1, 0);
    expect_moments(weights, "bn1.bias", 0, 0);
    expect_moments(weights, "bn1.running_mean", 0, 0);
    expect_moments(weights, "bn1.running_var", 1, 0);
    const float *values = weights_find(weights, "conv1.weight", &rank, dim);
    cr_expect_arr_eq(values, weights_find(again, "conv1.weight", &rank, dim), 4608 * sizeof(float));
    cr_expect_arr_neq(values, weights_find(other, "conv1.weight", &rank, dim), 4608 * sizeof(float));
    weights_free(weights);
    weights_free(again);
    weights_free(other);
}

Test(seed, arguments_that_name_no_weights)
{
    static const char *const bad[] = {"pattern:",           "pattern:x",
                                      "pattern:-1",         "pattern:7,",
                                      "pattern:7,gain=",    "pattern:7,gain=1x",
                                      "pattern:7,gain=nan", "pattern:18446744073709551616",
                                      "pattern: 7",         "init:",
                                      "init:7,gain=2"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        Failure failure = { "" };
        cr_expect_null(weights_open(bad[i], NULL, 0, false, NULL, &failure));
        cr_expect(strstr(failure.text, "where SEED is an integer from 0 to 2^64 - 1"), "%s: %s", bad[i], failure.text);
    }
}

Test(seed, gain_of_an_argument)
{
    Failure failure;
    int rank;
    int64_t dim[4];
    static const TensorSpec norm = { .name = "bn.weight", .rank = 1, .dim = { 1 } };
    Weights *plain = weights_open("pattern:7", &norm, 1, false, NULL, &failure);
    Weights *small = weights_open("pattern:7,gain=0.25", &norm, 1, false, NULL, &failure);
    cr_expect_eq(weights_find(plain, "bn.weight", &rank, dim)[0] * 0.25f, weights_find(small, "bn.weight", &rank, dim)[0]);
    weights_free(plain);
    weights_free(small);
}

Test(seed, sizes_that_overflow)
{
    static const TensorSpec large = { .name = "large", .rank = 4, .dim = { 1 << 30, 1 << 30, 1 << 30, 1 } };
    static const TensorSpec huge = { .name = "huge", .rank = 2, .dim = { 1ll << 31, 1ll << 30 } };
    Failure failure;
    cr_expect_null(weights_pattern(&large, 1, 1, 1, &failure));
    cr_expect_str_eq(failure.text, "tensor 'large' is too large");
    cr_expect_null(weights_pattern(&huge, 1, 1, 1, &failure));
    cr_expect_str_eq(failure.text, "tensor 'huge' is too large");
}
