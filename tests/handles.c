#include "handles.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../runtime/weights.h"

void expect_good(nncc *net, nncc_status status)
{
    cr_assert_eq(status, NNCC_OK, "%s: %s", nncc_strerror(status), nncc_error(net));
    cr_assert_str_empty(nncc_error(net));
}

void expect_refusal(nncc *net, nncc_status status, nncc_status wanted, const char *text)
{
    cr_expect_eq(status, wanted, "%s, not %s: %s", nncc_strerror(status), nncc_strerror(wanted), nncc_error(net));
    cr_expect(strstr(nncc_error(net), text), "\"%s\" lacks \"%s\"", nncc_error(net), text);
}

nncc *handle_of(const char *spec)
{
    nncc *net = nncc_new();
    expect_good(net, nncc_load_text(net, spec, "net.yaml"));
    return net;
}

nncc *handle_ready(const char *spec, int batch, nncc_backend backend)
{
    nncc *net = handle_of(spec);
    expect_good(net, nncc_set_max_batch(net, batch));
    expect_good(net, nncc_compile(net, backend));
    expect_good(net, nncc_load_weights(net, "pattern:3", 0));
    return net;
}

Images images_of(nncc *net, int batch, uint64_t seed)
{
    Images images = {.input = malloc((size_t)batch * nncc_input_floats(net) * sizeof(float))};
    int64_t wide[MOST_BATCH];
    pattern_input(images.input, (size_t)batch * nncc_input_floats(net), seed);
    pattern_labels(wide, (size_t)batch, seed, (int64_t)nncc_output_floats(net));
    for (int i = 0; i < batch; i++)
        images.label[i] = (int32_t)wide[i];
    return images;
}

double step(nncc *net, int batch, uint64_t seed, double rate)
{
    Images images = images_of(net, batch, seed);
    double loss = NAN;
    int correct = -1;
    expect_good(net, nncc_train_step(net, images.input, images.label, rate, &loss, &correct));
    cr_assert(correct >= 0 && correct <= batch);
    free(images.input);
    return loss;
}

float *values_of(nncc *net, const char *name, bool gradient, size_t *floats)
{
    nncc_tensor_info info = {.name = ""};
    for (size_t i = 0; i < nncc_tensors(net) && strcmp(info.name, name); i++)
        expect_good(net, nncc_tensor(net, i, &info));
    cr_assert_str_eq(info.name, name);
    float *values = malloc((info.floats + 1) * sizeof *values);
    expect_good(net, (gradient ? nncc_read_gradient : nncc_read_tensor)(net, name, values, info.floats));
    *floats = info.floats;
    return values;
}

void expect_same_weights(nncc *a, nncc *b)
{
    size_t floats;
    cr_assert_eq(nncc_tensors(a), nncc_tensors(b));
    for (size_t i = 0; i < nncc_tensors(a); i++) {
        nncc_tensor_info info;
        expect_good(a, nncc_tensor(a, i, &info));
        float *x = values_of(a, info.name, false, &floats), *y = values_of(b, info.name, false, &floats);
        cr_expect_arr_eq(x, y, floats * sizeof *x, "%s differs", info.name);
        free(x), free(y);
    }
}
