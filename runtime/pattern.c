/* pattern.c - numbers from a seed, the same bits in every language.
 *
 * Value i of the tensor called `name` comes from z(i) = splitmix64(base + (i + 1) * GOLDEN), where base is FNV-1a of the
 * name xor seed * GOLDEN; u(i) = its 24 upper bits as a fraction in [0, 1). Everything is computed in double and rounded
 * once to float. Because z depends on i alone, any part of any tensor can be made at any time, in any order. */
#include "pattern.h"

#include <math.h>
#include <string.h>

#define GOLDEN 0x9E3779B97F4A7C15ull

uint64_t pattern_base(const char *name, uint64_t seed)
{
    uint64_t hash = 0xCBF29CE484222325ull;
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 0x100000001B3ull;
    return hash ^ (seed * GOLDEN);
}

uint64_t pattern_bits(uint64_t base, uint64_t i)
{
    uint64_t x = base + (i + 1) * GOLDEN;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
    return x ^ (x >> 31);
}

double pattern_uniform(uint64_t base, uint64_t i)
{
    return (double)(pattern_bits(base, i) >> 40) * 0x1p-24;
}

void pattern_input(float *out, size_t count, uint64_t seed)
{
    uint64_t base = pattern_base("input", seed);
    for (size_t i = 0; i < count; i++)
        out[i] = (float)(2 * pattern_uniform(base, i) - 1);
}

void pattern_labels(int64_t *out, size_t count, uint64_t seed, int64_t classes)
{
    uint64_t base = pattern_base("label", seed);
    for (size_t i = 0; i < count; i++)
        out[i] = (int64_t)(pattern_bits(base, i) % (uint64_t)classes);
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

TensorRole tensor_role(const TensorSpec *tensor)
{
    if (tensor->integer)
        return ROLE_counter;
    if (ends_with(tensor->name, "running_mean"))
        return ROLE_mean;
    if (ends_with(tensor->name, "bias"))
        return ROLE_bias;
    if (ends_with(tensor->name, "running_var"))
        return ROLE_variance;
    if (ends_with(tensor->name, "weight"))
        return tensor->rank == 1 ? ROLE_scale : ROLE_filter;
    return ROLE_other;
}

/* Elements that one output sees: the product of all dimensions but the first. */
static double fan_in(const TensorSpec *tensor)
{
    double product = 1;
    for (int i = 1; i < tensor->rank; i++)
        product *= (double)tensor->dim[i];
    return product;
}

/* All roles but the counter are (u + shift) * factor: u + shift is exact, so the product alone is rounded. */
void pattern_fill(const TensorSpec *tensor, float *out, size_t count, Seed seed)
{
    uint64_t base = pattern_base(tensor->name, seed.value);
    double shift = -0.5, factor = 2;
    switch (tensor_role(tensor)) {
    case ROLE_counter:  memset(out, 0, count * sizeof *out); return;
    case ROLE_mean:
    case ROLE_bias:     factor = 0.2; break;
    case ROLE_variance: shift = 0.5; factor = 1; break;
    case ROLE_scale:    shift = 0.5; factor = seed.gain; break;
    case ROLE_filter:   factor = 2 * sqrt(6.0 / fan_in(tensor)); break;
    case ROLE_other:    break;
    }
    for (size_t i = 0; i < count; i++)
        out[i] = (float)((pattern_uniform(base, i) + shift) * factor);
}

/* Standard normal numbers in pairs, by Box and Muller: 2i and 2i + 1 from the uniforms of the same indices. The radius
 * takes (0, 1], for the logarithm; 53 bits, so that tails are not cut at 5.8 sigma. */
static void normal_fill(float *out, size_t count, uint64_t base, double deviation)
{
    for (size_t i = 0; i < count; i += 2) {
        double u = (double)((pattern_bits(base, i) >> 11) + 1) * 0x1p-53;
        double angle = 2 * 3.14159265358979323846 * (double)(pattern_bits(base, i + 1) >> 11) * 0x1p-53;
        double radius = deviation * sqrt(-2 * log(u));
        out[i] = (float)(radius * cos(angle));
        if (i + 1 < count)
            out[i + 1] = (float)(radius * sin(angle));
    }
}

static void constant_fill(float *out, size_t count, float value)
{
    for (size_t i = 0; i < count; i++)
        out[i] = value;
}

static void uniform_fill(float *out, size_t count, uint64_t base, double bound)
{
    for (size_t i = 0; i < count; i++)
        out[i] = (float)((2 * pattern_uniform(base, i) - 1) * bound);
}

void init_fill(const TensorSpec *tensor, const TensorSpec *weight, float *out, size_t count, uint64_t seed)
{
    /* One scrambling more than the pattern: init:7 and pattern:7 have nothing in common. */
    uint64_t base = pattern_bits(pattern_base(tensor->name, seed), UINT64_MAX - 1);
    switch (tensor_role(tensor)) {
    case ROLE_scale:
    case ROLE_variance:
        constant_fill(out, count, 1);
        break;
    case ROLE_filter:
        if (tensor->rank == 2)
            uniform_fill(out, count, base, 1 / sqrt(fan_in(tensor)));
        else                                                    /* fan_out of a grouped filter is not divided by groups */
            normal_fill(out, count, base, sqrt(2 / ((double)count / (double)tensor->dim[1])));
        break;
    case ROLE_bias:
        if (weight && weight->rank == 2)
            uniform_fill(out, count, base, 1 / sqrt(fan_in(weight)));
        else
            constant_fill(out, count, 0);
        break;
    default:
        constant_fill(out, count, 0);
    }
}
