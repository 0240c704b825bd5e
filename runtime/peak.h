/* peak.h - what this machine can do: the yardstick of every measurement. No function prints or exits. */
#ifndef NNCC_PEAK_H
#define NNCC_PEAK_H

#include <stdbool.h>

/* GFLOP/s of a loop of multiply-adds that touches registers only, on so many threads at once, for about 30 ms. lanes: of a
 * register, 8 or, where the processor has AVX-512, 16. */
double fma_peak(int threads, int lanes);
bool processor_has_fma(void);           /* AVX2 and FMA; and F16C, which came earlier */
bool processor_has_avx512(void);        /* AVX-512 F, DQ and VL */
int processor_count(void);              /* that this process may use */

#endif
