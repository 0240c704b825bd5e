/* avx2.c - the target "avx2": a register is a __m256, an instruction is an intrinsic.
 *
 * Each kernel carries its own target attribute, so that the file compiles without -mavx2 and the rest of it runs on
 * any x86-64 processor: that is what lets forward() ask the processor first. */
#include "../runtime/peak.h"
#include "backend.h"

const VRow avx2_rows[NVOP] = {
    [V_prefetch]  = { "_mm_prefetch((const char *)(%m), _MM_HINT_T0);", NULL },
    [V_prefetch2] = { "_mm_prefetch((const char *)(%m), _MM_HINT_T1);", NULL },
    [V_fence]     = { "_mm_sfence();", NULL },
    [V_zero]      = { "%d = _mm256_setzero_ps();", NULL },
    [V_load]      = { "%d = _mm256_loadu_ps(%m);", NULL },
    [V_store]     = { "_mm256_storeu_ps(%m, %a);", NULL },
    [V_stream]    = { "_mm256_stream_ps(%m, %a);", NULL },
    [V_broadcast] = { "%d = _mm256_broadcast_ss(%m);", NULL },
    [V_load_half] = { "%d = _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(%m)));", NULL },
    [V_load1]     = { "%d = _mm256_zextps128_ps256(_mm_load_ss(%m));", NULL },
    [V_store1]    = { "_mm_store_ss(%m, _mm256_castps256_ps128(%a));", NULL },
    [V_copy]      = { "%d = %a;", NULL },
    [V_fma]       = { "%d = fma_ymm(%a, %b, %d);", FMA_HELPER("fma_ymm", "avx2,fma", "__m256", "_mm256_fmadd_ps") },
    [V_add]       = { "%d = _mm256_add_ps(%a, %b);", NULL },
    [V_sub]       = { "%d = _mm256_sub_ps(%a, %b);", NULL },
    [V_mul]       = { "%d = _mm256_mul_ps(%a, %b);", NULL },
    [V_div]       = { "%d = _mm256_div_ps(%a, %b);", NULL },
    [V_max]       = { "%d = _mm256_max_ps(%a, %b);", NULL },
    [V_min]       = { "%d = _mm256_min_ps(%a, %b);", NULL },
    [V_sqrt]      = { "%d = _mm256_sqrt_ps(%a);", NULL },
    [V_and]       = { "%d = _mm256_and_ps(%a, %b);", NULL },
    [V_xor]       = { "%d = _mm256_xor_ps(%a, %b);", NULL },
    [V_imul]      = { "%d = _mm256_castsi256_ps(_mm256_mullo_epi32(_mm256_castps_si256(%a), _mm256_castps_si256(%b)));", NULL },
    [V_sar]       = { "%d = _mm256_castsi256_ps(_mm256_srai_epi32(_mm256_castps_si256(%a), %i));", NULL },
    [V_shr]       = { "%d = _mm256_castsi256_ps(_mm256_srli_epi32(_mm256_castps_si256(%a), %i));", NULL },
    [V_iadd]      = { "%d = _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(%a), _mm256_castps_si256(%b)));", NULL },
    [V_shl]       = { "%d = _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(%a), %i));", NULL },
    [V_permute]   = { "%d = _mm256_permute_ps(%a, %i);", NULL },
    [V_swap]      = { "%d = _mm256_permute2f128_ps(%a, %a, 1);", NULL },
};

const Target target_avx2 = {
    .name = "avx2",
    .meaning = "C with AVX2 and FMA intrinsics, for x86-64 processors since 2013",
    .includes = "#include <cpuid.h>\n#include <immintrin.h>\n",
    .guard = "defined(__x86_64__)",
    .prelude = "",
    .attribute = "__attribute__((target(\"avx2,fma,f16c\")))\n",
    .spelling = {{"__m256", "%d", avx2_rows}},
    .libraries = "",
    .machine = {16, 1},
    .feature = {"AVX2", "FMA"},
    .query = "(state & 6) == 6 && (b >> 5 & 1)",
    .runs_here = processor_has_fma,
};
