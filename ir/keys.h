/* keys.h - every key that an operation may take in a spec, one row each, and the attribute it sets.
 *   KEY(name, type, field, low, high, meaning)   type: INT PAIR QUAD BOOL REAL; low..high bounds each number
 *   ATTR(ctype, field)                           the fields of Attr
 * A PAIR is one number for both or [height, width]; a QUAD is one number for all or [top, bottom, left, right]. */
#ifdef KEY
KEY(out,               INT,  out,        1, 1 << 20, "output channels")
KEY(kernel,            PAIR, kernel,     1, 1 << 14, "window height and width")
KEY(stride,            PAIR, stride,     1, 1 << 14, "distance between windows")
KEY(pad,               PAIR, pad,        0, 1 << 14, "rows and columns added on each side")
KEY(dilation,          PAIR, dilation,   1, 1 << 14, "distance between the taps of a window")
KEY(groups,            INT,  groups,     1, 1 << 20, "channel groups that do not see each other")
KEY(bias,              BOOL, bias,       0, 1,       "add a learned constant per output channel")
KEY(ceil_mode,         BOOL, ceil_mode,  0, 1,       "round the output size up: keep windows that hang over the edge")
KEY(count_include_pad, BOOL, count_pad,  0, 1,       "average over padding too")
KEY(eps,               REAL, eps,        0, 1,       "added to the variance")
KEY(momentum,          REAL, momentum,   0, 1,       "weight of the newest batch in the running statistics")
KEY(affine,            BOOL, affine,     0, 1,       "learned scale and shift per channel")
KEY(slope,             REAL, slope,   -1e6, 1e6,     "factor below zero")
KEY(p,                 REAL, p,          0, 1,       "probability of dropping a value while training")
KEY(edges,             QUAD, edges,      0, 1 << 14, "rows above and below, columns left and right")
KEY(channels,          PAIR, channels,   0, 1 << 20, "channels added before and after")
KEY(value,             REAL, value,  -1e30, 1e30,    "what the added elements hold")
KEY(begin,             INT,  begin,      0, 1 << 20, "first channel")
KEY(count,             INT,  count,      1, 1 << 20, "channels taken")
#undef KEY
#endif
#ifdef ATTR
ATTR(int, out)
ATTR(int, kernel[2])
ATTR(int, stride[2])
ATTR(int, pad[2])
ATTR(int, dilation[2])
ATTR(int, groups)
ATTR(bool, bias)
ATTR(bool, ceil_mode)
ATTR(bool, count_pad)
ATTR(double, eps)
ATTR(double, momentum)
ATTR(bool, affine)
ATTR(double, slope)
ATTR(double, p)
ATTR(int, edges[4])
ATTR(int, channels[2])
ATTR(double, value)
ATTR(int, begin)
ATTR(int, count)
ATTR(Shape, result)         /* grad: of the operation, where its operands do not tell */
ATTR(Op, of_op)             /* grad: the function that `derivative` is the derivative of */
ATTR(int, stream)           /* grad: which dropout, from 1: equal streams drop the same values */
#undef ATTR
#endif
