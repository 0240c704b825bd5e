/* avx512.c - the target "avx512": a register of two blocks is a __m512, one of a single block a __m256, of which there are
 * twice as many as AVX2 has; what is narrow is spelled as for AVX2.
 *
 * Foundation, DQ and VL are asked for: what servers have since 2017 (Skylake-SP) and desktops since Zen 4. */
#include "../runtime/peak.h"
#include "backend.h"

/* An operation on lanes as integers. */
#define INTEGER(expression) "%d = _mm512_castsi512_ps(" expression ");"
#define A "_mm512_castps_si512(%a)"
#define B "_mm512_castps_si512(%b)"

/* gcc would keep floats that neighbouring columns of a window share, in registers that it does not have. */
static const char broadcast_helper[] =
    GCC_HELPER("/* The float at p in all lanes. */", "avx512f", "__m512 broadcast_zmm(const float *p)",
               "__m512 v;\n    __asm__(\"vbroadcastss %1, %0\" : \"=v\"(v) : \"m\"(*p))", "_mm512_set1_ps(*p)");

static const VRow wide_rows[NVOP] = {
    [V_zero]       = { "%d = _mm512_setzero_ps();", NULL },
    [V_load]       = { "%d = _mm512_loadu_ps(%m);", NULL },
    [V_store]      = { "_mm512_storeu_ps(%m, %a);", NULL },
    [V_broadcast]  = { "%d = broadcast_zmm(%m);", broadcast_helper },
    [V_load_half]  = { "%d = _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(%m)));", NULL },
    [V_copy]       = { "%d = %a;", NULL },
    [V_fma]        = { "%d = fma_zmm(%a, %b, %d);", FMA_HELPER("fma_zmm", "avx512f", "__m512", "_mm512_fmadd_ps") },
    [V_add]        = { "%d = _mm512_add_ps(%a, %b);", NULL },
    [V_sub]        = { "%d = _mm512_sub_ps(%a, %b);", NULL },
    [V_mul]        = { "%d = _mm512_mul_ps(%a, %b);", NULL },
    [V_div]        = { "%d = _mm512_div_ps(%a, %b);", NULL },
    [V_max]        = { "%d = _mm512_max_ps(%a, %b);", NULL },
    [V_min]        = { "%d = _mm512_min_ps(%a, %b);", NULL },
    [V_sqrt]       = { "%d = _mm512_sqrt_ps(%a);", NULL },
    [V_and]        = { "%d = _mm512_and_ps(%a, %b);", NULL },
    [V_xor]        = { "%d = _mm512_xor_ps(%a, %b);", NULL },
    [V_iadd]       = { INTEGER("_mm512_add_epi32(" A ", " B ")"), NULL },
    [V_imul]       = { INTEGER("_mm512_mullo_epi32(" A ", " B ")"), NULL },
    [V_shl]        = { INTEGER("_mm512_slli_epi32(" A ", %i)"), NULL },
    [V_shr]        = { INTEGER("_mm512_srli_epi32(" A ", %i)"), NULL },
    [V_sar]        = { INTEGER("_mm512_srai_epi32(" A ", %i)"), NULL },
    [V_permute]    = { "%d = _mm512_permute_ps(%a, %i);", NULL },
    [V_swap]       = { "%d = _mm512_shuffle_f32x4(%a, %a, 0xb1);", NULL },
    [V_load_low]   = { "%d = _mm512_zextps256_ps512(_mm256_loadu_ps(%m));", NULL },
    [V_load_high]  = { "%d = _mm512_insertf32x8(%d, _mm256_loadu_ps(%m), 1);", NULL },
    [V_store_low]  = { "_mm256_storeu_ps(%m, _mm512_castps512_ps256(%a));", NULL },
    [V_store_high] = { "_mm256_storeu_ps(%m, _mm512_extractf32x8_ps(%a, 1));", NULL },
};

const Target target_avx512 = {
    .name = "avx512",
    .meaning = "C with AVX-512 intrinsics, for servers since 2017 and desktops since 2022",
    .includes = "#include <cpuid.h>\n#include <immintrin.h>\n",
    .guard = "defined(__x86_64__)",
    .prelude = "",
    .attribute = "__attribute__((target(\"avx512f,avx512vl,avx512dq,avx2,fma,f16c\")))\n",
    .spelling = {{"__m256", "%d", avx2_rows}, {"__m512", "%d", wide_rows}},
    .libraries = "",
    .machine = {32, 2},
    .feature = {"AVX-512 F, DQ", "VL"},
    .query = "(state & 0xe6) == 0xe6 && !(~b & (1u << 5 | 1u << 16 | 1u << 17 | 1u << 31))",
    .runs_here = processor_has_avx512,
};
