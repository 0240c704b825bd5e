/* peak.c - the multiply-add rate of this machine, by a loop that touches registers only.
 *
 * A multiply-add takes 4 cycles on the processors at hand and two start in each, so 8 independent sums keep both
 * units busy; 12 leave room for longer latencies and fit, with the two factors, into 16 registers. */
#include "peak.h"

#include <omp.h>
#include <sched.h>

enum { SUMS = 12, WIDTH = 8 };

#ifdef __x86_64__
#include <cpuid.h>

/* Whether the system keeps the wide registers is in what __builtin_cpu_supports says of AVX2; clang 14's does not know f16c. */
bool processor_has_fma(void)
{
    unsigned a, b, c, d;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C);
}

bool processor_has_avx512(void)
{
    return processor_has_fma() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
}

#define CLEAR(n) "vpxor %%xmm" #n ", %%xmm" #n ", %%xmm" #n "\n\t"
#define FMA(n) "vfmadd231ps %%ymm12, %%ymm13, %%ymm" #n "\n\t"
#define WIDE_FMA(n) "vfmadd231ps %%zmm12, %%zmm13, %%zmm" #n "\n\t"
#define EACH(x) x(0) x(1) x(2) x(3) x(4) x(5) x(6) x(7) x(8) x(9) x(10) x(11)
#define ROUNDS(fma)                                                                                                        \
    __asm__ volatile(EACH(CLEAR) CLEAR(12) CLEAR(13) "0:\n\t" EACH(fma) "sub $1, %0\n\tjnz 0b\n\tvzeroupper"             \
                     : "+r"(rounds) : : "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",      \
                       "xmm9", "xmm10", "xmm11", "xmm12", "xmm13")

/* `rounds` times 12 vector multiply-adds; the factors are 0, so that no sum ever overflows. */
static void fma_rounds(long rounds)
{
    ROUNDS(FMA);
}

static void wide_fma_rounds(long rounds)
{
    ROUNDS(WIDE_FMA);
}
#else
bool processor_has_fma(void)
{
    return false;
}

bool processor_has_avx512(void)
{
    return false;
}

static void fma_rounds(long rounds)
{
    (void)rounds;
}

static void wide_fma_rounds(long rounds)
{
    (void)rounds;
}
#endif

/* The same work for processors without these instructions, as the C compiler finds best. */
static void plain_rounds(long rounds)
{
    float sum[SUMS * WIDTH] = {0};
    volatile float zero = 0;            /* the compiler must not know it */
    float factor = zero;
    for (; rounds; rounds--) {
        for (int i = 0; i < SUMS * WIDTH; i++)
            sum[i] = sum[i] * factor + factor;
        __asm__ volatile("" : : "r"(sum) : "memory");
    }
}

static double rate(int threads, int lanes, long rounds, double *seconds)
{
    bool fma = processor_has_fma();
    double start = omp_get_wtime();
#pragma omp parallel num_threads(threads)
    if (fma && lanes > WIDTH)
        wide_fma_rounds(rounds);
    else if (fma)
        fma_rounds(rounds);
    else
        plain_rounds(rounds);
    *seconds = omp_get_wtime() - start;
    return 1e-9 * threads * (double)rounds * SUMS * lanes * 2 / *seconds;
}

double fma_peak(int threads, int lanes)
{
    lanes = processor_has_avx512() ? lanes : WIDTH;
    double seconds = 0, best = 0, total = 0;
    for (long rounds = 1000; seconds < 0.002; rounds *= 2)      /* also wakes the threads and the clock */
        best = rate(threads, lanes, rounds, &seconds);
    for (long rounds = (long)(best * 1e9 / (threads * 2.0 * SUMS * lanes) * 0.005) + 1; total < 0.03; total += seconds) {
        double now = rate(threads, lanes, rounds, &seconds);
        best = now > best ? now : best;
    }
    return best;
}

int processor_count(void)
{
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) ? 1 : CPU_COUNT(&set);
    return count < 1 ? 1 : count;
}
