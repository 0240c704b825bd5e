/* portable.c - the target "c": C11 and nothing else. A register is an array of eight floats, an instruction is a call of
 * a small function that does to each lane what the AVX2 instruction does, so that both printings give the same bits.
 *
 * Calls stay calls: expanded, the thousands in a deep network would cost gcc and clang half a minute instead of a few
 * seconds. A helper that mixes lanes builds its result apart, because a destination may be a source too. */
#include "backend.h"

/* What both widths do alike: n is "8" or "16". */
#define UNARY(name, n, expression) { \
    name n "(%d, %a);", \
    "HELPER void " name n "(float *d, const float *a)\n" \
    "{\n" \
    "    for (int i = 0; i < " n "; i++)\n" \
    "        d[i] = " expression ";\n" \
    "}\n" }

#define BINARY(name, n, expression) { \
    name n "(%d, %a, %b);", \
    "HELPER void " name n "(float *d, const float *a, const float *b)\n" \
    "{\n" \
    "    for (int i = 0; i < " n "; i++)\n" \
    "        d[i] = " expression ";\n" \
    "}\n" }

/* Lanes as 32-bit integers: x of a, y of b. */
#define INTEGER(name, n, meaning, expression) { \
    name n "(%d, %a, %b);", \
    "/* " meaning " */\n" \
    "HELPER void " name n "(float *d, const float *a, const float *b)\n" \
    "{\n" \
    "    uint32_t x[" n "], y[" n "];\n" \
    "    memcpy(x, a, sizeof x);\n" \
    "    memcpy(y, b, sizeof y);\n" \
    "    for (int i = 0; i < " n "; i++)\n" \
    "        x[i] = " expression ";\n" \
    "    memcpy(d, x, sizeof x);\n" \
    "}\n" }

#define SHIFT(name, n, meaning, expression) { \
    name n "(%d, %a, %i);", \
    "/* Shifts lanes " meaning " as 32-bit integers. */\n" \
    "HELPER void " name n "(float *d, const float *a, int bits)\n" \
    "{\n" \
    "    uint32_t x[" n "];\n" \
    "    memcpy(x, a, sizeof x);\n" \
    "    for (int i = 0; i < " n "; i++)\n" \
    "        x[i] = " expression ";\n" \
    "    memcpy(d, x, sizeof x);\n" \
    "}\n" }

#define BOTH_WIDTHS(n) \
    [V_zero] = { "zero" n "(%d);", \
        "HELPER void zero" n "(float *d)\n" \
        "{\n" \
        "    for (int i = 0; i < " n "; i++)\n" \
        "        d[i] = 0.0f;\n" \
        "}\n" }, \
    [V_load] = { "load" n "(%d, %m);", \
        "HELPER void load" n "(float *d, const float *m)\n" \
        "{\n" \
        "    memcpy(d, m, " n " * sizeof *d);\n" \
        "}\n" }, \
    [V_load_half] = { "load_half" n "(%d, %m);", \
        "/* The bits of half precision in their place in a float count as 2^112 times less; all ones, for what is infinite or no\n" \
        " * number, become so. */\n" \
        "HELPER void load_half" n "(float *d, const void *m)\n" \
        "{\n" \
        "    uint16_t half[" n "];\n" \
        "    memcpy(half, m, sizeof half);\n" \
        "    for (int i = 0; i < " n "; i++) {\n" \
        "        uint32_t bits = (half[i] & 0x8000u) << 16 | (half[i] & 0x7fffu) << 13;\n" \
        "        bits |= (half[i] & 0x7c00u) == 0x7c00u ? 0x7f800000u : 0;\n" \
        "        memcpy(d + i, &bits, sizeof *d);\n" \
        "        d[i] *= 0x1p112f;\n" \
        "    }\n" \
        "}\n" }, \
    [V_store] = { "store" n "(%m, %a);", \
        "HELPER void store" n "(float *m, const float *a)\n" \
        "{\n" \
        "    memcpy(m, a, " n " * sizeof *m);\n" \
        "}\n" }, \
    [V_broadcast] = { "broadcast" n "(%d, %m);", \
        "HELPER void broadcast" n "(float *d, const float *m)\n" \
        "{\n" \
        "    for (int i = 0; i < " n "; i++)\n" \
        "        d[i] = *m;\n" \
        "}\n" }, \
    [V_copy] = { "copy" n "(%d, %a);", \
        "HELPER void copy" n "(float *d, const float *a)\n" \
        "{\n" \
        "    memmove(d, a, " n " * sizeof *d);\n" \
        "}\n" }, \
    [V_fma] = BINARY("fma", n, "fmaf(a[i], b[i], d[i])"), \
    [V_add] = BINARY("add", n, "a[i] + b[i]"), \
    [V_sub] = BINARY("sub", n, "a[i] - b[i]"), \
    [V_mul] = BINARY("mul", n, "a[i] * b[i]"), \
    [V_div] = BINARY("div", n, "a[i] / b[i]"), \
    [V_max] = BINARY("max", n, "a[i] > b[i] ? a[i] : b[i]"), \
    [V_min] = BINARY("min", n, "a[i] < b[i] ? a[i] : b[i]"), \
    [V_sqrt] = UNARY("sqrt", n, "sqrtf(a[i])"), \
    [V_and] = INTEGER("and", n, "Bits that both have.", "x[i] & y[i]"), \
    [V_xor] = INTEGER("xor", n, "Bits in which they differ.", "x[i] ^ y[i]"), \
    [V_iadd] = INTEGER("iadd", n, "Adds lanes as 32-bit integers.", "x[i] + y[i]"), \
    [V_imul] = INTEGER("imul", n, "Multiplies lanes as 32-bit integers.", "x[i] * y[i]"), \
    [V_shl] = SHIFT("shl", n, "left", "x[i] << bits"), \
    [V_shr] = SHIFT("shr", n, "right", "x[i] >> bits"), \
    [V_sar] = SHIFT("sar", n, "right, with copies of the sign,", "x[i] >> bits | (x[i] >> 31 ? ~(0xffffffffu >> bits) : 0)"), \
    [V_permute] = { "permute" n "(%d, %a, %i);", \
        "/* Within each four, lane l becomes lane (order >> 2 l) & 3. */\n" \
        "HELPER void permute" n "(float *d, const float *a, int order)\n" \
        "{\n" \
        "    float r[" n "];\n" \
        "    for (int i = 0; i < " n "; i++)\n" \
        "        r[i] = a[(i & -4) + (order >> 2 * (i & 3) & 3)];\n" \
        "    memcpy(d, r, sizeof r);\n" \
        "}\n" }, \
    [V_swap] = { "swap" n "(%d, %a);", \
        "/* Exchanges the halves of each eight. */\n" \
        "HELPER void swap" n "(float *d, const float *a)\n" \
        "{\n" \
        "    float r[" n "];\n" \
        "    for (int i = 0; i < " n "; i++)\n" \
        "        r[i] = a[i ^ 4];\n" \
        "    memcpy(d, r, sizeof r);\n" \
        "}\n" },

static const VRow narrow_rows[NVOP] = {
    BOTH_WIDTHS("8")
    [V_prefetch] = { "", NULL },
    [V_prefetch2] = { "", NULL },
    [V_fence] = { "", NULL },
    [V_stream] = { "stream8(%m, %a);",
        "HELPER void stream8(float *m, const float *a)\n"
        "{\n"
        "    memcpy(m, a, 8 * sizeof *m);\n"
        "}\n" },
    [V_load1] = { "load1(%d, %m);",
        "HELPER void load1(float *d, const float *m)\n"
        "{\n"
        "    d[0] = *m;\n"
        "    for (int i = 1; i < 8; i++)\n"
        "        d[i] = 0.0f;\n"
        "}\n" },
    [V_store1] = { "*(%m) = %a[0];", NULL },
};

static const VRow wide_rows[NVOP] = {
    BOTH_WIDTHS("16")
    [V_load_low] = { "load_low(%d, %m);",
        "HELPER void load_low(float *d, const float *m)\n"
        "{\n"
        "    for (int i = 0; i < 16; i++)\n"
        "        d[i] = i < 8 ? m[i] : 0.0f;\n"
        "}\n" },
    [V_load_high] = { "memcpy(%d + 8, %m, 8 * sizeof *%d);", NULL },
    [V_store_low] = { "memcpy(%m, %a, 8 * sizeof *%a);", NULL },
    [V_store_high] = { "memcpy(%m, %a + 8, 8 * sizeof *%a);", NULL },
};

const Target target_portable = {
    .name = "c",
    .meaning = "portable C11, for any processor and compiler; slow",
    .includes = "",
    .guard = NULL,
    .prelude =
        "/* What the kernels do to eight floats at a time: called, not expanded, which keeps compilers fast. */\n"
        "#if defined(__GNUC__)\n"
        "#define HELPER __attribute__((noinline)) static\n"
        "#else\n"
        "#define HELPER static\n"
        "#endif\n\n",
    .attribute = "",
    .spelling = {{"float", "%d[8]", narrow_rows}, {"float", "%d[16]", wide_rows}},
    .libraries = "-lm",
    .machine = {16, 1},
};
