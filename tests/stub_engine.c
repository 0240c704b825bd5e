/* stub_engine.c - see stub_engine.h. Pictures are [row][column][channel] inside; filters are [ky][kx][in][out]. */
#include "stub_engine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LAYERS = 6 };

/* A convolution (kernel 3, stride 2, border 1) or, with side 1 and kernel 1, a linear layer. */
typedef struct {
    int kernel, stride, pad, in, out, side, result;     /* side of the picture and of its result */
    bool relu;
    size_t weights;
    float *weight, *gradient, *momentum;                /* [ky][kx][in][out], then the biases */
    float *x, *dx, *y, *dy;                             /* of one image; x and dx belong to the layer before */
} Layer;

typedef struct {
    TrainEngine engine;
    Layer layer[MOST_LAYERS];
    int layers;
    bool pooled;                                        /* a mean over all places before the last layer */
    float *input, *input_gradient, *mean, *mean_gradient;
} Stub;

static float *floats(size_t count)
{
    float *memory = calloc(count + 1, sizeof *memory);
    if (!memory)
        abort();
    return memory;
}

static void add_layer(Stub *stub, int kernel, int stride, int in, int out, int side, bool relu, uint64_t seed)
{
    Layer *l = &stub->layer[stub->layers++];
    int pad = kernel / 2;
    *l = (Layer){ kernel, stride, pad,  in,   out,  side, (side + 2 * pad - kernel) / stride + 1, relu, 0, NULL,
                  NULL,   NULL,   NULL, NULL, NULL, NULL };
    size_t filters = (size_t)(kernel * kernel * in * out);
    l->weights = filters + (size_t)out;
    l->weight = floats(l->weights), l->gradient = floats(l->weights), l->momentum = floats(l->weights);
    l->y = floats((size_t)(l->result * l->result * out)), l->dy = floats((size_t)(l->result * l->result * out));
    uint64_t base = pattern_base("stub", seed + (uint64_t)stub->layers * 1000);
    for (size_t i = 0; i < filters; i++)                /* variance 2 / inputs (He et al. 2015) */
        l->weight[i] = (float)((2 * pattern_uniform(base, i) - 1) * sqrt(6.0 / (kernel * kernel * in)));
}

/* ---- one image -------------------------------------------------------------------------------------------- */

/* Calls for each filter tap of an output place that lies inside the picture: its input, weights and gradients. */
#define EACH_TAP(l, row, column, tap, from)                                                                                \
    for (int tap = 0, from; tap < (l)->kernel * (l)->kernel; tap++)                                                        \
        if ((from = tap_input(l, row, column, tap)) >= 0)

static int tap_input(const Layer *l, int row, int column, int tap)
{
    int y = row * l->stride + tap / l->kernel - l->pad, x = column * l->stride + tap % l->kernel - l->pad;
    return y < 0 || x < 0 || y >= l->side || x >= l->side ? -1 : (y * l->side + x) * l->in;
}

__attribute__((optimize("O3"))) static void layer_forward(Layer *l)
{
    const float *bias = l->weight + l->kernel * l->kernel * l->in * l->out;
    for (int place = 0; place < l->result * l->result; place++) {
        float *restrict y = l->y + place * l->out;
        memcpy(y, bias, (size_t)l->out * sizeof *y);
        EACH_TAP(l, place / l->result, place % l->result, tap, from)
            for (int i = 0; i < l->in; i++) {
                const float x = l->x[from + i], *restrict w = l->weight + (tap * l->in + i) * l->out;
                for (int o = 0; o < l->out; o++)
                    y[o] += x * w[o];
            }
        for (int o = 0; l->relu && o < l->out; o++)
            y[o] = y[o] > 0 ? y[o] : 0;
    }
}

__attribute__((optimize("O3"))) static void layer_backward(Layer *l)
{
    float *bias = l->gradient + l->kernel * l->kernel * l->in * l->out;
    memset(l->dx, 0, (size_t)(l->side * l->side * l->in) * sizeof *l->dx);
    for (int place = 0; place < l->result * l->result; place++) {
        float *restrict dy = l->dy + place * l->out;
        for (int o = 0; l->relu && o < l->out; o++)
            dy[o] = l->y[place * l->out + o] > 0 ? dy[o] : 0;
        for (int o = 0; o < l->out; o++)
            bias[o] += dy[o];
        EACH_TAP(l, place / l->result, place % l->result, tap, from)
            for (int i = 0; i < l->in; i++) {
                const float x = l->x[from + i], *restrict w = l->weight + (tap * l->in + i) * l->out;
                float *restrict dw = l->gradient + (tap * l->in + i) * l->out, sum = 0;
                for (int o = 0; o < l->out; o++)
                    dw[o] += x * dy[o];
                for (int o = 0; o < l->out; o++)
                    sum += w[o] * dy[o];
                l->dx[from + i] += sum;
            }
    }
}

/* [channel][place] -> [place][channel] */
static void forward(Stub *stub, const float *input)
{
    TrainEngine *e = &stub->engine;
    int plane = e->height * e->width;
    for (int c = 0; c < e->channels; c++)
        for (int i = 0; i < plane; i++)
            stub->input[i * e->channels + c] = input[c * plane + i];
    for (int k = 0; k < stub->layers; k++) {
        if (stub->pooled && k == stub->layers - 1) {
            const Layer *last = &stub->layer[k - 1];
            int places = last->result * last->result;
            for (int o = 0; o < last->out; o++) {
                stub->mean[o] = 0;
                for (int i = 0; i < places; i++)
                    stub->mean[o] += last->y[i * last->out + o] / (float)places;
            }
        }
        layer_forward(&stub->layer[k]);
    }
}

static void backward(Stub *stub)
{
    for (int k = stub->layers - 1; k >= 0; k--) {
        layer_backward(&stub->layer[k]);
        if (stub->pooled && k == stub->layers - 1) {
            Layer *last = &stub->layer[k - 1];
            int places = last->result * last->result;
            for (int i = 0; i < places * last->out; i++)
                last->dy[i] = stub->mean_gradient[i % last->out] / (float)places;
        }
    }
}

/* ---- the engine ------------------------------------------------------------------------------------------- */

/* Softmax and cross-entropy of the last layer; leaves the gradient there. */
static double image_loss(Layer *last, int32_t label, int batch, int *correct)
{
    double sum = 0, highest = -INFINITY;
    bool right = true;
    for (int k = 0; k < last->out; k++)
        highest = fmax(highest, last->y[k]);
    for (int k = 0; k < last->out; k++)
        sum += exp(last->y[k] - highest), right &= k == label || last->y[k] < last->y[label];
    for (int k = 0; k < last->out; k++)
        last->dy[k] = (float)((exp(last->y[k] - highest) / sum - (k == label)) / batch);
    *correct += right;
    return log(sum) + highest - last->y[label];
}

static bool stub_step(TrainEngine *engine, const float *input, const int32_t *labels, double rate, int64_t step,
                      double *loss, int *correct, Failure *failure)
{
    Stub *stub = (Stub *)engine;
    (void)step, (void)failure;
    *loss = 0;
    *correct = 0;
    for (int i = 0; i < engine->batch; i++) {
        forward(stub, input + i * engine->input_floats);
        *loss += image_loss(&stub->layer[stub->layers - 1], labels[i], engine->batch, correct) / engine->batch;
        backward(stub);
    }
    for (int k = 0; k < stub->layers; k++) {
        Layer *l = &stub->layer[k];
        for (size_t i = 0; i < l->weights; i++) {
            l->momentum[i] = 0.9f * l->momentum[i] + l->gradient[i];
            l->weight[i] -= (float)rate * l->momentum[i];
            l->gradient[i] = 0;
        }
    }
    return true;
}

static bool stub_evaluate(TrainEngine *engine, const float *input, int count, float *logits, Failure *failure)
{
    Stub *stub = (Stub *)engine;
    (void)failure;
    for (int i = 0; i < count; i++) {
        forward(stub, input + i * engine->input_floats);
        memcpy(logits + i * engine->classes, stub->layer[stub->layers - 1].y, (size_t)engine->classes * sizeof *logits);
    }
    return true;
}

static void name_tensor(char *name, size_t size, int tensor)
{
    snprintf(name, size, tensor % 2 ? "optimizer.momentum.layer%d" : "layer%d", tensor / 2);
}

static bool stub_read(TrainEngine *engine, TensorData **tensors, size_t *count, Failure *failure)
{
    Stub *stub = (Stub *)engine;
    (void)failure;
    *count = (size_t)stub->layers * 2;
    *tensors = calloc(*count, sizeof **tensors);
    for (int i = 0; i < stub->layers * 2; i++) {
        const Layer *l = &stub->layer[i / 2];
        char name[64];
        float *data = floats(l->weights);
        name_tensor(name, sizeof name, i);
        memcpy(data, i % 2 ? l->momentum : l->weight, l->weights * sizeof *data);
        (*tensors)[i] =
            (TensorData){ .name = strdup(name), .rank = 1, .dim = { (int64_t)l->weights }, .dtype = "F32", .data = data };
    }
    return true;
}

static bool stub_write(TrainEngine *engine, const TensorData *tensors, size_t count, Failure *failure)
{
    Stub *stub = (Stub *)engine;
    for (int i = 0; i < stub->layers * 2; i++) {
        Layer *l = &stub->layer[i / 2];
        char name[64];
        size_t at = 0;
        name_tensor(name, sizeof name, i);
        while (at < count && strcmp(tensors[at].name, name))
            at++;
        if (at == count)
            return failure_set(failure, "%s is missing", name);
        memcpy(i % 2 ? l->momentum : l->weight, tensors[at].data, l->weights * sizeof(float));
    }
    return true;
}

static void stub_close(TrainEngine *engine)
{
    Stub *stub = (Stub *)engine;
    for (int k = 0; k < stub->layers; k++) {
        Layer *l = &stub->layer[k];
        free(l->weight), free(l->gradient), free(l->momentum), free(l->y), free(l->dy);
    }
    free(stub->input), free(stub->input_gradient), free(stub->mean), free(stub->mean_gradient);
    free(stub);
}

TrainEngine *stub_engine(int batch, int classes, int side, int convolutions, uint64_t seed)
{
    Stub *stub = calloc(1, sizeof *stub);
    if (!stub)
        abort();
    stub->engine = (TrainEngine){.batch = batch,
                                 .classes = classes,
                                 .channels = 3,
                                 .height = side,
                                 .width = side,
                                 .input_floats = 3 * side * side,
                                 .step = stub_step,
                                 .evaluate = stub_evaluate,
                                 .read = stub_read,
                                 .write = stub_write,
                                 .close = stub_close};
    stub->input = floats((size_t)stub->engine.input_floats), stub->input_gradient = floats((size_t)stub->engine.input_floats);
    stub->pooled = convolutions > 0;
    int channels = 3;
    for (int k = 0; k < convolutions; k++) {
        add_layer(stub, 3, 2, channels, 16 << k, side, true, seed);
        side = stub->layer[k].result;
        channels = stub->layer[k].out;
    }
    add_layer(stub, 1, 1, convolutions ? channels : (int)stub->engine.input_floats, classes, 1, false, seed);
    stub->mean = floats((size_t)channels), stub->mean_gradient = floats((size_t)channels);
    for (int k = 0; k < stub->layers; k++) {
        Layer *l = &stub->layer[k];
        bool mean = stub->pooled && k == stub->layers - 1;
        l->x = mean ? stub->mean : k ? stub->layer[k - 1].y : stub->input;
        l->dx = mean ? stub->mean_gradient : k ? stub->layer[k - 1].dy : stub->input_gradient;
    }
    return &stub->engine;
}
