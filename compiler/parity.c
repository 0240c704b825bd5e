/* parity.c - the gradient of a strided convolution by its operand, without multiplying zeros.
 *
 * y[i] = sum over k of w[k] x[s i + d k - p] gives dx[j] = sum of w[k] dy[(j + p - d k) / s] over the taps k for which that
 * is whole: those k = k0 + t s / gcd(s, d), the same for all j = r mod s. For each r that is a dense convolution of dy with
 * some of the taps in reversed order (the split of bwd-data by parity: Dumoulin and Visin, "A guide to convolution arithmetic
 * for deep learning", 2016, section 4.5, has the zeros that this avoids). */
#include "parity.h"

static int common_divisor(int a, int b)
{
    return b ? common_divisor(b, a % b) : a;
}

static int modulo(int a, int b)
{
    return (a % b + b) % b;
}

Parity parity_of(const Node *of, int axis, int first)
{
    const Attr *a = &of->attr;
    int size = axis ? node_result(of->in[0]).width : node_result(of->in[0]).height;
    int stride = a->stride[axis], dilation = a->dilation[axis], shared = common_divisor(stride, dilation);
    Parity p = {.first = first, .count = first < size ? ceil_of(size - first, stride) : 0, .step = stride / shared,
                .dilation = dilation / shared};
    for (int k = 0; k < p.step && k < a->kernel[axis]; k++) {
        if (modulo(first + a->pad[axis] - k * dilation, stride))
            continue;
        p.taps = (a->kernel[axis] - 1 - k) / p.step + 1;
        p.tap = k + (p.taps - 1) * p.step;
        p.start = (first + a->pad[axis] - p.tap * dilation) / stride;
    }
    return p;
}

int gradient_border(const Node *conv_dx, int axis)
{
    const Node *of = conv_dx->of;
    int rows = axis ? of->shape.width : of->shape.height, border = 0;
    for (int first = 0; first < of->attr.stride[axis]; first++) {
        Parity p = parity_of(of, axis, first);
        int last = p.start + p.count - 1 + (p.taps - 1) * p.dilation;
        if (!p.taps || !p.count)
            continue;
        border = -p.start > border ? -p.start : border;
        border = last - (rows - 1) > border ? last - (rows - 1) : border;
    }
    return border;
}
