/* vops.h - the vector instructions of the kernel layer, one row each:
 *   VOP(name, width, operands, meaning)
 * Operands: d destination, a b sources (registers), m memory (pointer + offset), i immediate, n loop count,
 * p pointer + distance. A target's table (backends/) says how each is spelled; nothing here names one.
 *
 * Registers have 8 lanes. An instruction may be wide, on registers of 16, where its width is `both`: it does to all lanes what
 * it does to 8 (load and store: 16 floats). A register is read at the width at which it was written. */
#ifdef VOP
VOP(loop,       none,   "n",   "repeat up to the matching end, n times")
VOP(end,        none,   "",    "end of the innermost loop")
VOP(prefetch,   none,   "m",   "bring the cache line at m into the nearest cache; m may lie anywhere")
VOP(prefetch2,  none,   "m",   "bring the cache line at m into the second-level cache; m may lie anywhere")
VOP(fence,      none,   "",    "what was streamed is seen by others before what is stored from here on")
VOP(bump,       none,   "p",   "advance a pointer by a constant distance")
VOP(zero,       both,   "d",   "d = 0")
VOP(load,       both,   "dm",  "d = 8 floats at m")
VOP(store,      both,   "ma",  "8 floats at m = a")
VOP(stream,     narrow, "ma",  "8 floats at m, which lie in their own 32 bytes, = a, past the caches")
VOP(broadcast,  both,   "dm",  "every lane of d = the float at m")
VOP(load_half,  both,   "dm",  "d = 8 floats of half precision at m, which lie in the place of 4, as floats")
VOP(load1,      narrow, "dm",  "lane 0 of d = the float at m, other lanes 0")
VOP(store1,     narrow, "ma",  "the float at m = lane 0 of a")
VOP(copy,       both,   "da",  "d = a")
VOP(fma,        both,   "dab", "d = d + a * b, rounded once")
VOP(add,        both,   "dab", "d = a + b")
VOP(sub,        both,   "dab", "d = a - b")
VOP(mul,        both,   "dab", "d = a * b")
VOP(div,        both,   "dab", "d = a / b")
VOP(max,        both,   "dab", "d = a > b ? a : b, hence b where either is not a number")
VOP(min,        both,   "dab", "d = a < b ? a : b, hence b where either is not a number")
VOP(sqrt,       both,   "da",  "d = square root of a")
VOP(and,        both,   "dab", "d = the bits that a and b have both")
VOP(xor,        both,   "dab", "d = the bits in which a and b differ")
VOP(iadd,       both,   "dab", "d = a + b as 32-bit integers")
VOP(imul,       both,   "dab", "d = the low half of a * b as 32-bit integers")
VOP(shl,        both,   "dai", "d = a shifted left by i bits as 32-bit integers")
VOP(shr,        both,   "dai", "d = a shifted right by i bits, zeros coming in, as 32-bit integers")
VOP(sar,        both,   "dai", "d = a shifted right by i bits, copies of the sign coming in: by 31, every bit of a lane where a < 0")
VOP(permute,    both,   "dai", "within each four: lane l of d = lane (i >> 2 l) & 3 of a")
VOP(swap,       both,   "da",  "d = a with the halves of each eight exchanged")
VOP(load_low,   wide,   "dm",  "d = 8 floats at m, then zeros")
VOP(load_high,  wide,   "dm",  "upper half of d = 8 floats at m")
VOP(store_low,  wide,   "ma",  "8 floats at m = lower half of a")
VOP(store_high, wide,   "ma",  "8 floats at m = upper half of a")
#undef VOP
#endif
