/* peak.h - what this machine can do: the yardstick of every measurement. No function prints or exits. */
#ifndef NNCC_PEAK_H
#define NNCC_PEAK_H

#include <stdbool.h>

/* GFLOP/s of a loop of multiply-adds that touches registers only, on so many threads at once, for about 30 ms. */
double fma_peak(int threads);
bool processor_has_fma(void);           /* AVX2 and FMA */
int processor_count(void);              /* that this process may use */

#endif
