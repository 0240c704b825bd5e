/* vops.h - the vector instructions of the kernel layer, one row each:
 *   VOP(name, operands, meaning)
 * Operands: d destination, a b sources (registers), m memory (pointer + offset), i immediate, n loop count,
 * p pointer + distance. A target's table (backends/) says how each is spelled; nothing here names one. */
#ifdef VOP
VOP(loop,      "n",   "repeat up to the matching end, n times")
VOP(end,       "",    "end of the innermost loop")
VOP(prefetch,  "m",   "bring the cache line at m closer; m may lie anywhere")
VOP(bump,      "p",   "advance a pointer by a constant distance")
VOP(zero,      "d",   "d = 0")
VOP(load,      "dm",  "d = 8 floats at m")
VOP(store,     "ma",  "8 floats at m = a")
VOP(broadcast, "dm",  "every lane of d = the float at m")
VOP(load1,     "dm",  "lane 0 of d = the float at m, other lanes 0")
VOP(store1,    "ma",  "the float at m = lane 0 of a")
VOP(copy,      "da",  "d = a")
VOP(fma,       "dab", "d = d + a * b, rounded once")
VOP(add,       "dab", "d = a + b")
VOP(sub,       "dab", "d = a - b")
VOP(mul,       "dab", "d = a * b")
VOP(div,       "dab", "d = a / b")
VOP(max,       "dab", "d = a > b ? a : b, hence b where either is not a number")
VOP(min,       "dab", "d = a < b ? a : b, hence b where either is not a number")
VOP(sqrt,      "da",  "d = square root of a")
VOP(iadd,      "dab", "d = a + b as 32-bit integers")
VOP(shl,       "dai", "d = a shifted left by i bits as 32-bit integers")
VOP(permute,   "dai", "within each half: lane l of d = lane (i >> 2 l) & 3 of a")
VOP(swap,      "da",  "d = a with its halves exchanged")
#undef VOP
#endif
