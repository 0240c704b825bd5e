/* random.c - see random.h. */
#include "random.h"

void philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t x0 = counter[0], x1 = counter[1], x2 = counter[2], x3 = counter[3], k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        uint64_t a = (uint64_t)0xD2511F53 * x0, b = (uint64_t)0xCD9E8D57 * x2;
        uint32_t y0 = (uint32_t)(b >> 32) ^ x1 ^ k0, y2 = (uint32_t)(a >> 32) ^ x3 ^ k1;
        x0 = y0, x1 = (uint32_t)b, x2 = y2, x3 = (uint32_t)a;
        k0 += 0x9E3779B9;               /* Weyl sequences: golden ratio, sqrt(3) - 1 */
        k1 += 0xBB67AE85;
    }
    out[0] = x0, out[1] = x1, out[2] = x2, out[3] = x3;
}

Random random_stream(uint64_t seed, RandomUse use, uint32_t epoch, uint32_t index)
{
    return (Random){ .key = { (uint32_t)seed, (uint32_t)(seed >> 32) },
                     .counter = { 0, index, epoch, (uint32_t)use },
                     .used = 4 };
}

uint32_t random_bits(Random *random)
{
    if (random->used == 4) {
        philox(random->counter, random->key, random->block);
        random->counter[0]++;
        random->used = 0;
    }
    return random->block[random->used++];
}

double random_uniform(Random *random)
{
    return (double)(random_bits(random) >> 8) * 0x1p-24;
}

double random_between(Random *random, double low, double high)
{
    return low + (high - low) * random_uniform(random);
}

/* Lemire: Fast random integer generation in an interval, 2019: the upper half of a product, drawn again where biased. */
uint32_t random_below(Random *random, uint32_t limit)
{
    uint32_t biased = -limit % limit;   /* 2^32 mod limit */
    uint64_t product;
    do
        product = (uint64_t)random_bits(random) * limit;
    while ((uint32_t)product < biased);
    return (uint32_t)(product >> 32);
}
