/* portable.c - the target "c": C11 and nothing else. A register is an array of eight floats, an instruction is a call of
 * a small function that does to each lane what the AVX2 instruction does, so that both printings give the same bits.
 *
 * Calls stay calls: expanded, the thousands in a deep network would cost gcc and clang half a minute instead of a few
 * seconds. A helper that mixes lanes builds its result apart, because a destination may be a source too. */
#include "backend.h"

#define BINARY(name, expression) { \
    name "(%d, %a, %b);", \
    "HELPER void " name "(float *d, const float *a, const float *b)\n" \
    "{\n" \
    "    for (int i = 0; i < 8; i++)\n" \
    "        d[i] = " expression ";\n" \
    "}\n" }

/* Lanes as 32-bit integers: x of a, y of b. */
#define INTEGER(name, meaning, expression) { \
    name "(%d, %a, %b);", \
    "/* " meaning " */\n" \
    "HELPER void " name "(float *d, const float *a, const float *b)\n" \
    "{\n" \
    "    uint32_t x[8], y[8];\n" \
    "    memcpy(x, a, sizeof x);\n" \
    "    memcpy(y, b, sizeof y);\n" \
    "    for (int i = 0; i < 8; i++)\n" \
    "        x[i] = " expression ";\n" \
    "    memcpy(d, x, sizeof x);\n" \
    "}\n" }

#define SHIFT(name, direction, operator) { \
    name "(%d, %a, %i);", \
    "/* Shifts lanes " direction " as 32-bit integers. */\n" \
    "HELPER void " name "(float *d, const float *a, int bits)\n" \
    "{\n" \
    "    uint32_t x[8];\n" \
    "    memcpy(x, a, sizeof x);\n" \
    "    for (int i = 0; i < 8; i++)\n" \
    "        x[i] " operator "= bits;\n" \
    "    memcpy(d, x, sizeof x);\n" \
    "}\n" }

static const VRow rows[NVOP] = {
    [V_prefetch] = { "", NULL },
    [V_zero] = { "zero8(%d);",
        "HELPER void zero8(float *d)\n"
        "{\n"
        "    for (int i = 0; i < 8; i++)\n"
        "        d[i] = 0.0f;\n"
        "}\n" },
    [V_load] = { "load8(%d, %m);",
        "HELPER void load8(float *d, const float *m)\n"
        "{\n"
        "    memcpy(d, m, 8 * sizeof *d);\n"
        "}\n" },
    [V_store] = { "store8(%m, %a);",
        "HELPER void store8(float *m, const float *a)\n"
        "{\n"
        "    memcpy(m, a, 8 * sizeof *m);\n"
        "}\n" },
    [V_broadcast] = { "broadcast8(%d, %m);",
        "HELPER void broadcast8(float *d, const float *m)\n"
        "{\n"
        "    for (int i = 0; i < 8; i++)\n"
        "        d[i] = *m;\n"
        "}\n" },
    [V_load1] = { "load1(%d, %m);",
        "HELPER void load1(float *d, const float *m)\n"
        "{\n"
        "    d[0] = *m;\n"
        "    for (int i = 1; i < 8; i++)\n"
        "        d[i] = 0.0f;\n"
        "}\n" },
    [V_store1] = { "*(%m) = %a[0];", NULL },
    [V_copy] = { "copy8(%d, %a);",
        "HELPER void copy8(float *d, const float *a)\n"
        "{\n"
        "    memmove(d, a, 8 * sizeof *d);\n"
        "}\n" },
    [V_fma] = BINARY("fma8", "fmaf(a[i], b[i], d[i])"),
    [V_add] = BINARY("add8", "a[i] + b[i]"),
    [V_sub] = BINARY("sub8", "a[i] - b[i]"),
    [V_mul] = BINARY("mul8", "a[i] * b[i]"),
    [V_div] = BINARY("div8", "a[i] / b[i]"),
    [V_max] = BINARY("max8", "a[i] > b[i] ? a[i] : b[i]"),
    [V_min] = BINARY("min8", "a[i] < b[i] ? a[i] : b[i]"),
    [V_sqrt] = { "sqrt8(%d, %a);",
        "HELPER void sqrt8(float *d, const float *a)\n"
        "{\n"
        "    for (int i = 0; i < 8; i++)\n"
        "        d[i] = sqrtf(a[i]);\n"
        "}\n" },
    [V_greater] = { "greater8(%d, %a, %b);",
        "/* Every bit of a lane where a is greater, else none. */\n"
        "HELPER void greater8(float *d, const float *a, const float *b)\n"
        "{\n"
        "    uint32_t x[8];\n"
        "    for (int i = 0; i < 8; i++)\n"
        "        x[i] = a[i] > b[i] ? 0xffffffffu : 0;\n"
        "    memcpy(d, x, sizeof x);\n"
        "}\n" },
    [V_and] = INTEGER("and8", "Bits that both have.", "x[i] & y[i]"),
    [V_xor] = INTEGER("xor8", "Bits in which they differ.", "x[i] ^ y[i]"),
    [V_iadd] = INTEGER("iadd8", "Adds lanes as 32-bit integers.", "x[i] + y[i]"),
    [V_imul] = INTEGER("imul8", "Multiplies lanes as 32-bit integers.", "x[i] * y[i]"),
    [V_shl] = SHIFT("shl8", "left", "<<"),
    [V_shr] = SHIFT("shr8", "right", ">>"),
    [V_permute] = { "permute8(%d, %a, %i);",
        "/* Within each half, lane l becomes lane (order >> 2 l) & 3. */\n"
        "HELPER void permute8(float *d, const float *a, int order)\n"
        "{\n"
        "    float r[8];\n"
        "    for (int i = 0; i < 8; i++)\n"
        "        r[i] = a[(i & 4) + (order >> 2 * (i & 3) & 3)];\n"
        "    memcpy(d, r, sizeof r);\n"
        "}\n" },
    [V_swap] = { "swap8(%d, %a);",
        "/* Exchanges the halves. */\n"
        "HELPER void swap8(float *d, const float *a)\n"
        "{\n"
        "    float r[8];\n"
        "    for (int i = 0; i < 8; i++)\n"
        "        r[i] = a[i ^ 4];\n"
        "    memcpy(d, r, sizeof r);\n"
        "}\n" },
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
    .type = "float",
    .declarator = "%d[8]",
    .libraries = "-lm",
    .row = rows,
    .asks_processor = false,
};
