/* reference.c - the naive interpreter, against which everything else is tested: the operations of a network.
 *
 * One function reference_F for each family F of ops.h, written from the formula with double activations and double
 * accumulators. Nothing here is optimised, and nothing may be: its worth is that it can be checked by reading.
 * reference_train.c has the operations of training graphs, reference_run.c walks over the nodes. */
#include "reference.h"

#include <math.h>
#include <string.h>

/* out[i] = f(in[i]) */
static void map(const Run *run, double (*f)(const Attr *, double), const Node *node, const Value *in, Value out)
{
    for (int64_t i = 0; i < total(run, out); i++)
        out.data[i] = f(&node->attr, in[0].data[i]);
}

/* ---- convolution and linear ------------------------------------------------------------------------------- */

/* The outputs o in [0, outputs) along one axis for which the tap reads inside the picture:
 * 0 <= o * stride + tap * dilation - pad < size. */
Range inside(const Attr *attr, int axis, int tap, int size, int outputs)
{
    int64_t shift = (int64_t)tap * attr->dilation[axis] - attr->pad[axis], stride = attr->stride[axis];
    int64_t begin = shift < 0 ? (-shift + stride - 1) / stride : 0;
    int64_t end = size > shift ? (size - shift + stride - 1) / stride : 0;
    end = end < outputs ? end : outputs;
    return (Range){begin < end ? begin : end, end};
}

/* y[oh][ow] += sum over c, ky, kx of filter[c][ky][kx] * x[c][oy * sy + ky * dy - py][ox * sx + kx * dx - px] */
static void convolve(const Node *node, Shape in, const double *x, const double *filter, double *y)
{
    const Attr *a = &node->attr;
    int width = node->shape.width;
    for (int c = 0; c < in.channels / a->groups; c++, x += pixels(in))
        for (int ky = 0; ky < a->kernel[0]; ky++)
            for (int kx = 0; kx < a->kernel[1]; kx++) {
                double f = *filter++;
                Range rows = inside(a, 0, ky, in.height, node->shape.height);
                Range columns = inside(a, 1, kx, in.width, width);
                for (int oy = rows.begin; oy < rows.end; oy++) {
                    int64_t from = ((int64_t)oy * a->stride[0] + ky * a->dilation[0] - a->pad[0]) * in.width
                                   + kx * a->dilation[1] - a->pad[1];
                    for (int ox = columns.begin; ox < columns.end; ox++)
                        y[(int64_t)oy * width + ox] += f * x[from + (int64_t)ox * a->stride[1]];
                }
            }
}

void reference_conv(const Run *run, const Node *node, const Value *in, Value out)
{
    Rows weight = run->parameter[W_weight], bias = run->parameter[W_bias];
    int outputs = out.shape.channels, groups = node->attr.groups;
#pragma omp parallel for collapse(2)
    for (int n = 0; n < run->batch; n++)
        for (int o = 0; o < outputs; o++) {
            int64_t first = o / (outputs / groups) * (in[0].shape.channels / groups);   /* input channel of the group */
            double *y = out.data + (n * (int64_t)outputs + o) * pixels(out.shape);
            for (int64_t i = 0; i < pixels(out.shape); i++)
                y[i] = element(bias, o, 0);
            convolve(node, in[0].shape, in[0].data + n * shape_floats(in[0].shape) + first * pixels(in[0].shape),
                     weight.data + o * weight.stride, y);
        }
}

/* y[n][o] = bias[o] + sum over i of weight[o][i] * x[n][i] */
void reference_linear(const Run *run, const Node *node, const Value *in, Value out)
{
    (void)node;
    Rows weight = run->parameter[W_weight], bias = run->parameter[W_bias];
    int64_t inputs = shape_floats(in[0].shape), outputs = out.shape.channels;
#pragma omp parallel for collapse(2)
    for (int n = 0; n < run->batch; n++)
        for (int64_t o = 0; o < outputs; o++) {
            double sum = element(bias, o, 0);
            for (int64_t i = 0; i < inputs; i++)
                sum += weight.data[o * weight.stride + i] * in[0].data[n * inputs + i];
            out.data[n * outputs + o] = sum;
        }
}

/* ---- normalisation ---------------------------------------------------------------------------------------- */

/* out may be in[0]: a folded norm works in place. */
void reference_bn(const Run *run, const Node *node, const Value *in, Value out)
{
    Rows gamma = run->parameter[W_weight], beta = run->parameter[W_bias];
    Rows mean = run->parameter[W_mean], variance = run->parameter[W_var];
    int64_t at = 0;
    for (int n = 0; n < run->batch; n++)
        for (int c = 0; c < out.shape.channels; c++) {
            double scale = element(gamma, c, 1) / sqrt(element(variance, c, 1) + node->attr.eps);
            for (int64_t i = 0; i < pixels(out.shape); i++, at++)
                out.data[at] = (in[0].data[at] - element(mean, c, 0)) * scale + element(beta, c, 0);
        }
}

/* Standardises count values: mean 0, (biased) variance 1. */
static void standardise(const double *x, int64_t count, double eps, double *y)
{
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < count; i++)
        sum += x[i];
    double mean = sum / count;
    for (int64_t i = 0; i < count; i++)
        squares += (x[i] - mean) * (x[i] - mean);
    double deviation = sqrt(squares / count + eps);
    for (int64_t i = 0; i < count; i++)
        y[i] = (x[i] - mean) / deviation;
}

/* ln, in and gn differ in how many channels are standardised together: all, one, a group. */
void reference_norm(const Run *run, const Node *node, const Value *in, Value out)
{
    Rows gamma = run->parameter[W_weight], beta = run->parameter[W_bias];
    int channels = out.shape.channels;
    int groups = node->op == OP_ln ? 1 : node->op == OP_in ? channels : node->attr.groups;
    int64_t together = channels / groups * pixels(out.shape);
    for (int64_t g = 0; g < (int64_t)run->batch * groups; g++)
        standardise(in[0].data + g * together, together, node->attr.eps, out.data + g * together);
    int64_t at = 0;
    for (int n = 0; n < run->batch; n++)
        for (int c = 0; c < channels; c++)
            for (int64_t i = 0; i < pixels(out.shape); i++, at++)
                out.data[at] = out.data[at] * element(gamma, c, 1) + element(beta, c, 0);
}

/* exp(x) / sum of exp over the channels of each pixel; the largest is taken off first, lest exp overflow. */
void reference_softmax(const Run *run, const Node *node, const Value *in, Value out)
{
    (void)node;
    int channels = out.shape.channels;
    int64_t plane = pixels(out.shape);
    for (int n = 0; n < run->batch; n++)
        for (int64_t i = 0; i < plane; i++) {
            const double *x = in[0].data + n * channels * plane + i;
            double *y = out.data + n * channels * plane + i, largest = x[0], sum = 0;
            for (int c = 1; c < channels; c++)
                largest = fmax(largest, x[c * plane]);
            for (int c = 0; c < channels; c++)
                sum += y[c * plane] = exp(x[c * plane] - largest);
            for (int c = 0; c < channels; c++)
                y[c * plane] /= sum;
        }
}

/* ---- element-wise ----------------------------------------------------------------------------------------- */

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

/* One function for each activation f, and the reference_f that maps it over the tensor. Comparisons are turned so
 * that what is not a number stays so. */
#define ACTIVATION(name, formula)                                                                   \
    static double name##_of(const Attr *attr, double x)                                             \
    {                                                                                               \
        (void)attr;                                                                                 \
        return formula;                                                                             \
    }                                                                                               \
    void reference_##name(const Run *run, const Node *node, const Value *in, Value out)      \
    {                                                                                               \
        map(run, name##_of, node, in, out);                                                         \
    }
ACTIVATION(relu, x < 0 ? 0 : x)
ACTIVATION(relu6, x < 0 ? 0 : x > 6 ? 6 : x)
ACTIVATION(leaky_relu, x < 0 ? attr->slope * x : x)
ACTIVATION(sigmoid, sigmoid(x))
ACTIVATION(tanh, tanh(x))
ACTIVATION(silu, x * sigmoid(x))
ACTIVATION(hard_swish, x * (x < -3 ? 0 : x > 3 ? 6 : x + 3) / 6)

void reference_add(const Run *run, const Node *node, const Value *in, Value out)
{
    for (int64_t i = 0; i < total(run, out); i++) {
        double sum = 0;
        for (int k = 0; k < node->nin; k++)
            sum += in[k].data[i];
        out.data[i] = sum;
    }
}

/* An operand of 1 x 1 pixels serves every pixel of its channel. */
void reference_mul(const Run *run, const Node *node, const Value *in, Value out)
{
    (void)node;
    int64_t plane = pixels(out.shape);
    for (int64_t i = 0; i < total(run, out); i++) {
        double a = in[0].data[pixels(in[0].shape) == plane ? i : i / plane];
        double b = in[1].data[pixels(in[1].shape) == plane ? i : i / plane];
        out.data[i] = a * b;
    }
}

/* ---- pools ------------------------------------------------------------------------------------------------ */

int64_t largest_of(Window w, const double *x)
{
    const Attr *a = w.attr;
    double largest = -INFINITY;
    int64_t first = -1, at = -1;
    for (int i = 0; i < a->kernel[0]; i++)
        for (int j = 0; j < a->kernel[1]; j++) {
            int64_t row = w.top + (int64_t)i * a->dilation[0], column = w.left + (int64_t)j * a->dilation[1];
            if (row < 0 || row >= w.in.height || column < 0 || column >= w.in.width)
                continue;
            int64_t here = row * w.in.width + column;
            first = first < 0 ? here : first;
            if (x[here] > largest || isnan(x[here])) {
                largest = x[here];
                at = here;
            }
        }
    return at < 0 ? first : at;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Elements of the window beyond the padded picture (ceil mode) never count; elements of the padding may. */
Mean mean_of(Window w)
{
    const Attr *a = w.attr;
    int64_t bottom = least(w.top + a->kernel[0], w.in.height + a->pad[0]);
    int64_t right = least(w.left + a->kernel[1], w.in.width + a->pad[1]);
    int64_t padded = (bottom - w.top) * (right - w.left);
    Mean m = {w.top < 0 ? 0 : w.top, least(bottom, w.in.height), w.left < 0 ? 0 : w.left, least(right, w.in.width), 0};
    m.divisor = a->count_pad ? padded : (m.y1 - m.y0) * (m.x1 - m.x0);
    return m;
}

static double window_mean(Window w, const double *x)
{
    Mean m = mean_of(w);
    if (m.y0 >= m.y1 || m.x0 >= m.x1)
        return 0;
    double sum = 0;
    for (int64_t row = m.y0; row < m.y1; row++)
        for (int64_t column = m.x0; column < m.x1; column++)
            sum += x[row * w.in.width + column];
    return sum / m.divisor;
}

Window window_at(const Attr *a, Shape in, int oy, int ox)
{
    return (Window){a, in, (int64_t)oy * a->stride[0] - a->pad[0], (int64_t)ox * a->stride[1] - a->pad[1]};
}

void reference_pool(const Run *run, const Node *node, const Value *in, Value out)
{
    const Attr *a = &node->attr;
    double *y = out.data;
    for (int64_t c = 0; c < (int64_t)run->batch * out.shape.channels; c++) {
        const double *x = in[0].data + c * pixels(in[0].shape);
        for (int oy = 0; oy < out.shape.height; oy++)
            for (int ox = 0; ox < out.shape.width; ox++) {
                Window w = window_at(a, in[0].shape, oy, ox);
                int64_t at = node->op == OP_max_pool ? largest_of(w, x) : -1;
                *y++ = node->op == OP_avg_pool ? window_mean(w, x) : at < 0 ? -INFINITY : x[at];
            }
    }
}

void reference_global_avg_pool(const Run *run, const Node *node, const Value *in, Value out)
{
    (void)node;
    int64_t plane = pixels(in[0].shape);
    for (int64_t c = 0; c < (int64_t)run->batch * out.shape.channels; c++) {
        double sum = 0;
        for (int64_t i = 0; i < plane; i++)
            sum += in[0].data[c * plane + i];
        out.data[c] = sum / plane;
    }
}

/* ---- movement --------------------------------------------------------------------------------------------- */

void reference_input(const Run *run, const Node *node, const Value *in, Value out)
{
    (void)node, (void)in;
    for (int64_t i = 0; i < total(run, out); i++)
        out.data[i] = run->input[i];
}

void reference_identity(const Run *run, const Node *node, const Value *in, Value out)
{
    (void)node;
    memcpy(out.data, in[0].data, total(run, out) * sizeof *out.data);
}

/* Layouts exist in compiled programs only; here they are all row-major. */
void reference_convert(const Run *run, const Node *node, const Value *in, Value out)
{
    reference_identity(run, node, in, out);
}

/* [channels][height][width] is already the order that flattening asks for. */
void reference_flatten(const Run *run, const Node *node, const Value *in, Value out)
{
    reference_identity(run, node, in, out);
}

void reference_pad(const Run *run, const Node *node, const Value *in, Value out)
{
    Shape from = in[0].shape, to = out.shape;
    int top = node->attr.edges[0], left = node->attr.edges[2], before = node->attr.channels[0];
    for (int64_t i = 0; i < total(run, out); i++)
        out.data[i] = node->attr.value;
    for (int n = 0; n < run->batch; n++)
        for (int c = 0; c < from.channels; c++)
            for (int y = 0; y < from.height; y++) {
                int64_t source = (((int64_t)n * from.channels + c) * from.height + y) * from.width;
                int64_t target = (((int64_t)n * to.channels + before + c) * to.height + top + y) * to.width + left;
                memcpy(out.data + target, in[0].data + source, from.width * sizeof *out.data);
            }
}

void reference_concat(const Run *run, const Node *node, const Value *in, Value out)
{
    double *y = out.data;
    for (int n = 0; n < run->batch; n++)
        for (int k = 0; k < node->nin; k++) {
            int64_t count = shape_floats(in[k].shape);
            memcpy(y, in[k].data + n * count, count * sizeof *y);
            y += count;
        }
}

void reference_slice(const Run *run, const Node *node, const Value *in, Value out)
{
    int64_t begin = node->attr.begin * pixels(in[0].shape), count = shape_floats(out.shape);
    for (int n = 0; n < run->batch; n++)
        memcpy(out.data + n * count, in[0].data + n * shape_floats(in[0].shape) + begin, count * sizeof *out.data);
}
