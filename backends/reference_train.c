/* reference_train.c - the naive interpreter: the operations that `grad` adds to a network, written from their formulas
 * (ir/gradient_ops.h). Gradients of parameters and running statistics are written beside the result. */
#include "reference.h"

#include <math.h>
#include <string.h>

#include "../ir/dropout.h"

/* ---- loss ------------------------------------------------------------------------------------------------- */

void reference_target(const Run *run, const Node *node, const Value *in, Value out)
{
    (void)node, (void)in;
    memcpy(out.data, run->step->target, total(run, out) * sizeof *out.data);
}

/* log of the sum of exp over the logits of one image. */
static double log_sum_exp(const double *x, int64_t classes)
{
    double largest = x[0], sum = 0;
    for (int64_t k = 1; k < classes; k++)
        largest = fmax(largest, x[k]);
    for (int64_t k = 0; k < classes; k++)
        sum += exp(x[k] - largest);
    return largest + log(sum);
}

void reference_loss(const Run *run, const Node *node, const Value *in, Value out)
{
    int64_t classes = shape_floats(in[0].shape);
    run->step->loss = 0;
    for (int n = 0; n < run->batch; n++) {
        const double *x = in[0].data + n * classes, *target = in[1].data + n * classes;
        double all = log_sum_exp(x, classes), sum = 0;
        for (int64_t k = 0; k < classes; k++)
            sum += node->op == OP_mse ? (x[k] - target[k]) * (x[k] - target[k]) / classes : target[k] * (all - x[k]);
        out.data[n] = sum;
        run->step->loss += sum / run->batch;
    }
}

void reference_loss_dx(const Run *run, const Node *node, const Value *in, Value out)
{
    int64_t classes = shape_floats(in[0].shape);
    for (int n = 0; n < run->batch; n++) {
        const double *x = in[0].data + n * classes, *target = in[1].data + n * classes;
        double all = log_sum_exp(x, classes), sum = 0, *dx = out.data + n * classes;
        for (int64_t k = 0; k < classes; k++)
            sum += target[k];
        for (int64_t k = 0; k < classes; k++)
            dx[k] = node->op == OP_mse_dx ? 2 * (x[k] - target[k]) / ((double)classes * run->batch)
                                          : (exp(x[k] - all) * sum - target[k]) / run->batch;
    }
}

void reference_softmax_dx(const Run *run, const Node *node, const Value *in, Value out)
{
    (void)node;
    int channels = out.shape.channels;
    int64_t plane = pixels(out.shape);
    for (int n = 0; n < run->batch; n++)
        for (int64_t i = 0; i < plane; i++) {
            int64_t first = n * channels * plane + i;
            double sum = 0;
            for (int c = 0; c < channels; c++)
                sum += in[0].data[first + c * plane] * in[1].data[first + c * plane];
            for (int c = 0; c < channels; c++)
                out.data[first + c * plane] = in[1].data[first + c * plane] * (in[0].data[first + c * plane] - sum);
        }
}

/* ---- convolution and linear ------------------------------------------------------------------------------- */

/* One filter tap of a convolution between a channel x of shape `in` and a channel dy of shape `out`: where it reads x for the
 * outputs of `rows` and `columns`. */
typedef struct {
    Range rows, columns;
    int64_t from, down, right;          /* x of output (0, 0); from one output row, column to the next */
} Tap;

static Tap tap_at(const Attr *a, Shape in, Shape out, int ky, int kx)
{
    return (Tap){inside(a, 0, ky, in.height, out.height), inside(a, 1, kx, in.width, out.width),
                 ((int64_t)ky * a->dilation[0] - a->pad[0]) * in.width + (int64_t)kx * a->dilation[1] - a->pad[1],
                 (int64_t)a->stride[0] * in.width, a->stride[1]};
}

/* dx[iy][ix] += f * dy[oy][ox] wherever the tap f has read x[iy][ix] for the output (oy, ox). */
static void scatter(Tap t, int width, double f, const double *dy, double *dx)
{
    for (int oy = t.rows.begin; oy < t.rows.end; oy++)
        for (int ox = t.columns.begin; ox < t.columns.end; ox++)
            dx[t.from + oy * t.down + ox * t.right] += f * dy[(int64_t)oy * width + ox];
}

/* The sum of x[iy][ix] * dy[oy][ox] over what the tap has read. */
static double correlate(Tap t, int width, const double *x, const double *dy)
{
    double sum = 0;
    for (int oy = t.rows.begin; oy < t.rows.end; oy++)
        for (int ox = t.columns.begin; ox < t.columns.end; ox++)
            sum += x[t.from + oy * t.down + ox * t.right] * dy[(int64_t)oy * width + ox];
    return sum;
}

void reference_conv_dx(const Run *run, const Node *node, const Value *in, Value out)
{
    const Attr *a = &node->of->attr;
    Rows weight = run->parameter[W_weight];
    int channels = out.shape.channels, together = channels / a->groups, outputs = a->out / a->groups;
#pragma omp parallel for collapse(2)
    for (int n = 0; n < run->batch; n++)
        for (int c = 0; c < channels; c++) {
            double *dx = out.data + (n * (int64_t)channels + c) * pixels(out.shape);
            for (int o = c / together * outputs; o < (c / together + 1) * outputs; o++) {
                const double *dy = in[0].data + (n * (int64_t)a->out + o) * pixels(in[0].shape);
                const double *f = weight.data + o * weight.stride + (int64_t)(c % together) * a->kernel[0] * a->kernel[1];
                for (int ky = 0; ky < a->kernel[0]; ky++)
                    for (int kx = 0; kx < a->kernel[1]; kx++)
                        scatter(tap_at(a, out.shape, in[0].shape, ky, kx), in[0].shape.width, *f++, dy, dx);
            }
        }
}

void reference_conv_dw(const Run *run, const Node *node, const Value *in, Value out)
{
    (void)out;
    const Attr *a = &node->of->attr;
    Rows gradient = gradient_rows(run, node, W_weight);
    int channels = in[0].shape.channels, together = channels / a->groups, outputs = a->out / a->groups;
    int taps = a->kernel[0] * a->kernel[1];
#pragma omp parallel for collapse(2)
    for (int o = 0; o < a->out; o++)
        for (int c = 0; c < together; c++)
            for (int k = 0; k < taps; k++) {
                Tap tap = tap_at(a, in[0].shape, in[1].shape, k / a->kernel[1], k % a->kernel[1]);
                double sum = 0;
                for (int n = 0; n < run->batch; n++)
                    sum += correlate(tap, in[1].shape.width,
                                     in[0].data + (n * (int64_t)channels + o / outputs * together + c) * pixels(in[0].shape),
                                     in[1].data + (n * (int64_t)a->out + o) * pixels(in[1].shape));
                gradient.data[o * gradient.stride + (int64_t)c * taps + k] = sum;
            }
}

void reference_linear_dx(const Run *run, const Node *node, const Value *in, Value out)
{
    (void)node;
    Rows weight = run->parameter[W_weight];
    int64_t inputs = shape_floats(out.shape), outputs = in[0].shape.channels;
#pragma omp parallel for
    for (int n = 0; n < run->batch; n++)
        for (int64_t o = 0; o < outputs; o++)
            for (int64_t i = 0; i < inputs; i++)
                out.data[n * inputs + i] += weight.data[o * weight.stride + i] * in[0].data[n * outputs + o];
}

void reference_linear_dw(const Run *run, const Node *node, const Value *in, Value out)
{
    (void)out;
    Rows gradient = gradient_rows(run, node, W_weight);
    int64_t inputs = shape_floats(in[0].shape), outputs = in[1].shape.channels;
#pragma omp parallel for
    for (int64_t o = 0; o < outputs; o++)
        for (int64_t i = 0; i < inputs; i++) {
            double sum = 0;
            for (int n = 0; n < run->batch; n++)
                sum += in[0].data[n * inputs + i] * in[1].data[n * outputs + o];
            gradient.data[o * gradient.stride + i] = sum;
        }
}

void reference_bias_dw(const Run *run, const Node *node, const Value *in, Value out)
{
    (void)out;
    Rows gradient = gradient_rows(run, node, W_bias);
    int64_t plane = pixels(in[0].shape);
    for (int c = 0; c < in[0].shape.channels; c++) {
        double sum = 0;
        for (int n = 0; n < run->batch; n++)
            for (int64_t i = 0; i < plane; i++)
                sum += in[0].data[((int64_t)n * in[0].shape.channels + c) * plane + i];
        gradient.data[c * gradient.stride] = sum;
    }
}

/* ---- norms ------------------------------------------------------------------------------------------------ */

/* The pixels of channel c of image n. */
static double *channel(Value value, int n, int c)
{
    return value.data + ((int64_t)n * value.shape.channels + c) * pixels(value.shape);
}

/* The sum over batch and pixels of (x - mean)^power, power 1 or 2. */
static double sum_of(const Run *run, Value x, int c, double mean, int power)
{
    double sum = 0;
    for (int n = 0; n < run->batch; n++)
        for (int64_t i = 0; i < pixels(x.shape); i++) {
            double d = channel(x, n, c)[i] - mean;
            sum += power == 1 ? d : d * d;
        }
    return sum;
}

/* old = (1 - momentum) * old + momentum * newest */
static void move(Rows running, int c, double momentum, double newest)
{
    double *old = running.data + c * running.stride;
    *old = (1 - momentum) * *old + momentum * newest;
}

/* Normalised by the biased variance; the running variance is unbiased. */
void reference_bn_stats(const Run *run, const Node *node, const Value *in, Value out)
{
    const Attr *a = &node->of->attr;
    double count = (double)run->batch * pixels(in[0].shape);
    for (int c = 0; c < out.shape.channels; c++) {
        double mean = sum_of(run, in[0], c, 0, 1) / count, squares = sum_of(run, in[0], c, mean, 2);
        double *stats = out.data + NSTATS * c;
        stats[STATS_mean] = mean;
        stats[STATS_inverse] = 1 / sqrt(squares / count + a->eps);
        stats[STATS_scale] = stats[STATS_inverse] * element(run->parameter[W_weight], c, 1);
        stats[STATS_shift] = element(run->parameter[W_bias], c, 0);
        move(run->parameter[W_mean], c, a->momentum, mean);
        move(run->parameter[W_var], c, a->momentum, squares / (count - 1));
    }
    run->step->value[node->of->weight[W_batches].tensor->id][0] += 1;
}

void reference_bn_train(const Run *run, const Node *node, const Value *in, Value out)
{
    (void)node;
    for (int n = 0; n < run->batch; n++)
        for (int c = 0; c < out.shape.channels; c++) {
            const double *stats = in[1].data + NSTATS * c;
            for (int64_t i = 0; i < pixels(out.shape); i++)
                channel(out, n, c)[i] = (channel(in[0], n, c)[i] - stats[STATS_mean]) * stats[STATS_scale] + stats[STATS_shift];
        }
}

static void put_gradient(Rows gradient, int c, double value)
{
    if (gradient.data)
        gradient.data[c * gradient.stride] = value;
}

/* xhat = (x - mean) * istd by the batch's statistics, in[2], or the running ones where there is no in[2]. */
void reference_bn_sums(const Run *run, const Node *node, const Value *in, Value out)
{
    Rows mean = run->parameter[W_mean], variance = run->parameter[W_var];
    for (int c = 0; c < out.shape.channels; c++) {
        double centre = node->nin > 2 ? in[2].data[NSTATS * c + STATS_mean] : element(mean, c, 0), sum = 0, product = 0;
        double istd = node->nin > 2 ? in[2].data[NSTATS * c + STATS_inverse] : 1 / sqrt(element(variance, c, 1) + node->of->attr.eps);
        for (int n = 0; n < run->batch; n++)
            for (int64_t i = 0; i < pixels(in[0].shape); i++) {
                double dy = channel(in[0], n, c)[i];
                sum += dy;
                product += dy * (channel(in[1], n, c)[i] - centre) * istd;
            }
        out.data[2 * c] = sum;
        out.data[2 * c + 1] = product;
        put_gradient(gradient_rows(run, node, W_bias), c, sum);
        put_gradient(gradient_rows(run, node, W_weight), c, product);
    }
}

void reference_bn_dx(const Run *run, const Node *node, const Value *in, Value out)
{
    (void)node;
    double count = (double)run->batch * pixels(out.shape);
    for (int c = 0; c < out.shape.channels; c++) {
        const double *stats = in[2].data + NSTATS * c;
        double mean = stats[STATS_mean], istd = stats[STATS_inverse], scale = stats[STATS_scale];
        double sum = in[3].data[2 * c], product = in[3].data[2 * c + 1];
        for (int n = 0; n < run->batch; n++)
            for (int64_t i = 0; i < pixels(out.shape); i++) {
                double xhat = (channel(in[1], n, c)[i] - mean) * istd;
                channel(out, n, c)[i] = scale * (channel(in[0], n, c)[i] - sum / count - xhat * product / count);
            }
    }
}

void reference_bn_frozen_dx(const Run *run, const Node *node, const Value *in, Value out)
{
    for (int c = 0; c < out.shape.channels; c++) {
        double istd = 1 / sqrt(element(run->parameter[W_var], c, 1) + node->of->attr.eps);
        for (int n = 0; n < run->batch; n++)
            for (int64_t i = 0; i < pixels(out.shape); i++)
                channel(out, n, c)[i] = channel(in[0], n, c)[i] * element(run->parameter[W_weight], c, 1) * istd;
    }
}

/* Channels that ln, in or gn standardise together. */
static int channels_together(const Node *norm)
{
    int channels = norm->shape.channels;
    return norm->op == OP_ln ? channels : norm->op == OP_in ? 1 : channels / norm->attr.groups;
}

/* Mean and 1 / standard deviation of `count` values. */
typedef struct {
    double mean, istd;
} Moments;

static Moments moments_of(const double *x, int64_t count, double eps)
{
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < count; i++)
        sum += x[i];
    for (int64_t i = 0; i < count; i++)
        squares += (x[i] - sum / count) * (x[i] - sum / count);
    return (Moments){sum / count, 1 / sqrt(squares / count + eps)};
}

void reference_norm_sums(const Run *run, const Node *node, const Value *in, Value out)
{
    int together = channels_together(node->of);
    memset(out.data, 0, shape_floats(out.shape) * sizeof *out.data);
    for (int n = 0; n < run->batch; n++)
        for (int c = 0; c < out.shape.channels; c++) {
            Moments m = moments_of(channel(in[1], n, c - c % together), together * pixels(in[1].shape), node->of->attr.eps);
            for (int64_t i = 0; i < pixels(in[0].shape); i++) {
                out.data[2 * c] += channel(in[0], n, c)[i];
                out.data[2 * c + 1] += channel(in[0], n, c)[i] * (channel(in[1], n, c)[i] - m.mean) * m.istd;
            }
        }
    for (int c = 0; c < out.shape.channels; c++) {
        put_gradient(gradient_rows(run, node, W_bias), c, out.data[2 * c]);
        put_gradient(gradient_rows(run, node, W_weight), c, out.data[2 * c + 1]);
    }
}

/* With g = dy * scale, over all values that are standardised together: dx = istd * (g - mean g - xhat * mean of g * xhat). */
void reference_norm_dx(const Run *run, const Node *node, const Value *in, Value out)
{
    int together = channels_together(node->of);
    int64_t plane = pixels(out.shape), count = together * plane;
    for (int n = 0; n < run->batch; n++)
        for (int first = 0; first < out.shape.channels; first += together) {
            const double *dy = channel(in[0], n, first), *x = channel(in[1], n, first);
            double *dx = channel(out, n, first), sum = 0, product = 0;
            Moments m = moments_of(x, count, node->of->attr.eps);
            for (int64_t i = 0; i < count; i++) {
                dx[i] = dy[i] * element(run->parameter[W_weight], first + i / plane, 1);
                sum += dx[i];
                product += dx[i] * (x[i] - m.mean) * m.istd;
            }
            for (int64_t i = 0; i < count; i++)
                dx[i] = m.istd * (dx[i] - sum / count - (x[i] - m.mean) * m.istd * product / count);
        }
}

/* ---- element-wise ----------------------------------------------------------------------------------------- */

/* f'(x), where v is f(x), or x itself for silu and hard_swish. */
static double slope_at(const Attr *a, double v)
{
    double s = 1 / (1 + exp(-v));
    switch (a->of_op) {
    case OP_relu:       return v > 0;
    case OP_relu6:      return v > 0 && v < 6;
    case OP_leaky_relu: return v > 0 ? 1 : a->slope;
    case OP_sigmoid:    return v * (1 - v);
    case OP_tanh:       return 1 - v * v;
    case OP_silu:       return s * (1 + v * (1 - s));
    case OP_hard_swish: return v <= -3 ? 0 : v >= 3 ? 1 : v / 3 + 0.5;
    default:            die("derivative of %s", op_name(a->of_op));
    }
}

void reference_derivative(const Run *run, const Node *node, const Value *in, Value out)
{
    for (int64_t i = 0; i < total(run, out); i++)
        out.data[i] = in[0].data[i] * slope_at(&node->attr, in[1].data[i]);
}

void reference_dropout_train(const Run *run, const Node *node, const Value *in, Value out)
{
    int64_t count = shape_floats(out.shape);
    for (int n = 0; n < run->batch; n++) {
        uint32_t key = dropout_key(run->step->seed, (uint32_t)run->step->step, (uint32_t)node->attr.stream, (uint32_t)n);
        for (int64_t i = 0; i < count; i++)
            out.data[n * count + i] = dropout_keeps(key, (uint32_t)i, node->attr.p) ? in[0].data[n * count + i] / (1 - node->attr.p) : 0;
    }
}

void reference_mul_sum(const Run *run, const Node *node, const Value *in, Value out)
{
    (void)node;
    int64_t plane = pixels(in[0].shape);
    for (int64_t c = 0; c < total(run, out); c++) {
        double sum = 0;
        for (int64_t i = 0; i < plane; i++)
            sum += in[0].data[c * plane + i] * in[1].data[c * plane + i];
        out.data[c] = sum;
    }
}

/* ---- pools ------------------------------------------------------------------------------------------------ */

void reference_pool_dx(const Run *run, const Node *node, const Value *in, Value out)
{
    const double *dy = in[0].data;
    memset(out.data, 0, total(run, out) * sizeof *out.data);
    for (int64_t c = 0; c < (int64_t)run->batch * out.shape.channels; c++) {
        const double *x = node->op == OP_max_pool_dx ? in[1].data + c * pixels(out.shape) : NULL;
        double *dx = out.data + c * pixels(out.shape);
        for (int oy = 0; oy < in[0].shape.height; oy++)
            for (int ox = 0; ox < in[0].shape.width; ox++, dy++) {
                Window w = window_at(&node->attr, out.shape, oy, ox);
                if (x) {
                    int64_t at = largest_of(w, x);
                    if (at >= 0)
                        dx[at] += *dy;
                    continue;
                }
                Mean m = mean_of(w);
                for (int64_t row = m.y0; row < m.y1; row++)
                    for (int64_t column = m.x0; column < m.x1; column++)
                        dx[row * out.shape.width + column] += *dy / m.divisor;
            }
    }
}

void reference_global_avg_pool_dx(const Run *run, const Node *node, const Value *in, Value out)
{
    (void)node;
    int64_t plane = pixels(out.shape);
    for (int64_t i = 0; i < total(run, out); i++)
        out.data[i] = in[0].data[i / plane] / plane;
}

/* ---- movement --------------------------------------------------------------------------------------------- */

void reference_reshape(const Run *run, const Node *node, const Value *in, Value out)
{
    reference_identity(run, node, in, out);
}

/* What reference_pad has copied, back. */
void reference_crop(const Run *run, const Node *node, const Value *in, Value out)
{
    int top = node->attr.edges[0], left = node->attr.edges[2], before = node->attr.channels[0];
    for (int n = 0; n < run->batch; n++)
        for (int c = 0; c < out.shape.channels; c++)
            for (int y = 0; y < out.shape.height; y++)
                memcpy(channel(out, n, c) + (int64_t)y * out.shape.width,
                       channel(in[0], n, before + c) + (int64_t)(top + y) * in[0].shape.width + left,
                       out.shape.width * sizeof *out.data);
}

void reference_embed(const Run *run, const Node *node, const Value *in, Value out)
{
    memset(out.data, 0, total(run, out) * sizeof *out.data);
    for (int n = 0; n < run->batch; n++)
        memcpy(channel(out, n, node->attr.begin), channel(in[0], n, 0), shape_floats(in[0].shape) * sizeof *out.data);
}
