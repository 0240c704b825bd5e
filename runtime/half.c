/* half.c - half precision, as the processor's vcvtph2ps and vcvtps2ph convert it. */
#include "half.h"

#include <string.h>

float half_value(uint16_t half)
{
    uint32_t sign = (half & 0x8000u) << 16, exponent = half >> 10 & 31, fraction = half & 1023, bits;
    float value;
    if (exponent == 0) {                                        /* zero and subnormals: fraction * 2^-24 */
        value = (float)fraction * 0x1p-24f;
        return sign ? -value : value;
    }
    bits = sign | (exponent == 31 ? 255u : exponent + 127 - 15) << 23 | fraction << 13;
    if (exponent == 31 && fraction)
        bits |= 1 << 22;                                        /* not a number: a quiet one */
    memcpy(&value, &bits, 4);
    return value;
}

uint16_t half_nearest(float value)
{
    uint32_t bits, sign, size;
    memcpy(&bits, &value, 4);
    sign = bits >> 16 & 0x8000;
    size = bits & 0x7fffffff;
    if (size > 0x7f800000)                                      /* not a number: stays one, quiet */
        return (uint16_t)(sign | 0x7e00 | (size >> 13 & 0x1ff));
    if (size >= 0x477ff000)                                     /* 65520 */
        return (uint16_t)(sign | 0x7c00);
    if (size < 0x38800000) {                                    /* 2^-14: a subnormal, whole steps of 2^-24, as has 0.5f */
        float steps;
        memcpy(&steps, &size, 4);
        steps += 0.5f;
        memcpy(&size, &steps, 4);
        return (uint16_t)(sign | (size - 0x3f000000));
    }
    size += 0xfff + (size >> 13 & 1);
    return (uint16_t)(sign | (size - ((127 - 15) << 23)) >> 13);
}
