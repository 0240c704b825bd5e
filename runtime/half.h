/* half.h - numbers of half precision (IEEE 754 binary16): 1 sign, 5 exponent (bias 15), 10 fraction bits. */
#ifndef NNCC_HALF_H
#define NNCC_HALF_H

#include <stdint.h>

float half_value(uint16_t half);                /* exact; what is no number is a quiet one */
/* The nearest number of half precision, of two equally near the even one; infinite from 65520 on. */
uint16_t half_nearest(float value);

#endif
