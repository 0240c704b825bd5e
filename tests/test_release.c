/* test_release.c - values that give their memory back when they are packed, and are there again when they are asked for. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../backends/backend.h"
#include "../runtime/nncc.h"
#include "support.h"

enum { SIDE = 700, LARGE = SIDE * SIDE, SMALL = 30 };

static const TensorSpec specs[] = {
    {.name = "large.weight", .rank = 2, .dim = {SIDE, SIDE}}, {.name = "small.weight", .rank = 2, .dim = {SMALL, SMALL}},
};
static Context context;
static char path[64];

static void setup(void)
{
    context_init(&context);
    snprintf(path, sizeof path, "/tmp/nncc_release_%d.safetensors", (int)getpid());
}

static void teardown(void)
{
    unlink(path);
    context_free(&context);
}

TestSuite(release, .init = setup, .fini = teardown);

static const float *values_of(const Weights *weights, int tensor)
{
    int rank;
    int64_t dim[4];
    return weights_find(weights, specs[tensor].name, &rank, dim);
}

/* Pages of the tensor that are in memory. */
static size_t pages_of(const float *data)
{
    unsigned char resident[LARGE * sizeof(float) / 4096];
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), begin = ((uintptr_t)data + page - 1) / page * page;
    const size_t pages = LARGE * sizeof(float) / page - 1;
    size_t count = 0;
    cr_assert_eq(mincore((void *)begin, pages * page, resident), 0);
    for (size_t i = 0; i < pages; i++)
        count += resident[i] & 1;
    return count;
}

static void write_file(float first)
{
    Failure failure;
    float *large = calloc(LARGE, sizeof *large), small[SMALL * SMALL] = {1, 2, 3};
    large[0] = first;
    large[LARGE / 2] = 5;
    large[LARGE - 1] = 7;
    const TensorData tensors[] = {
        {.name = specs[0].name, .rank = 2, .dim = {SIDE, SIDE}, .dtype = "F32", .data = large},
        {.name = specs[1].name, .rank = 2, .dim = {SMALL, SMALL}, .dtype = "F32", .data = small},
    };
    cr_assert(safetensors_write(path, tensors, 2, &failure), "%s", failure.text);
    free(large);
}

static Weights *opened(const char *from)
{
    Failure failure = {""};
    char *report = NULL;
    Weights *weights = weights_open(from, specs, 2, false, &report, &failure);
    cr_assert(weights, "%s", failure.text);
    free(report);
    return weights;
}

Test(release, values_come_back)
{
    write_file(3);
    const char *const from[] = {"pattern:7,gain=2", "init:9", path};
    for (int i = 0; i < 3; i++) {
        Weights *weights = opened(from[i]), *kept = opened(from[i]);
        for (int turn = 0; turn < 2; turn++) {
            const float *before = values_of(weights, 0);
            cr_expect_gt(pages_of(before), 0);
            weights_release(weights, specs[0].name);
            weights_release(weights, specs[1].name);
            weights_release(weights, "nobody");
            cr_expect_eq(pages_of(before), 0, "%s", from[i]);
            cr_expect_arr_eq(values_of(weights, 0), values_of(kept, 0), LARGE * sizeof(float), "%s", from[i]);
            cr_expect_arr_eq(values_of(weights, 1), values_of(kept, 1), SMALL * SMALL * sizeof(float), "%s", from[i]);
        }
        weights_free(weights);
        weights_free(kept);
    }
}

Test(release, what_was_written_stays)
{
    Weights *weights = opened("pattern:7");
    float *values = calloc(LARGE, sizeof *values);
    values[17] = 17;
    weights_release(weights, specs[0].name);
    cr_assert(weights_write(weights, specs[0].name, values));
    weights_release(weights, specs[0].name);
    cr_expect_arr_eq(values_of(weights, 0), values, LARGE * sizeof *values);
    free(values);
    weights_free(weights);
}

/* A file that takes the place of another does no harm; one that is changed is no more what it was. */
Test(release, files_that_change)
{
    write_file(3);
    Weights *weights = opened(path);
    weights_release(weights, specs[0].name);
    write_file(4);
    cr_assert(values_of(weights, 0));
    cr_expect_eq(values_of(weights, 0)[0], 3);
    weights_free(weights);
    weights = opened(path);
    weights_release(weights, specs[0].name);
    FILE *file = fopen(path, "r+b");
    fputc(9, file);
    fclose(file);
    cr_assert_eq(truncate(path, LARGE), 0);
    cr_expect_null(values_of(weights, 0));
    cr_expect(values_of(weights, 1));
    weights_free(weights);
}

Test(release, packs_the_same)
{
    Failure failure;
    Graph *g = network_new(&context, (Shape){96, 6, 6, false});
    add1(g, OP_conv, filters(400, 3, 1), "conv", g->input);
    add1(g, OP_bn, network_attr(), "bn", g->last);
    add_unary(g, OP_global_avg_pool, g->last);
    Attr attr = network_attr();
    attr.out = 700;
    attr.bias = true;
    network_finish(g, add1(g, OP_linear, attr, "fc", g->last));
    Weights *weights = network_weights(g, 3);
    Program *p = compile_program(g, &(Options){.max_batch = 1});
    float *want, *got;
    void *kept = weights_pack(p, weights, 2, &want, &failure);
    for (int turn = 0; turn < 2; turn++) {
        void *block = weights_pack_releasing(p, weights, 1 + turn, &got, &failure);
        cr_assert(block && kept, "%s", failure.text);
        cr_expect_arr_eq(got, want, (size_t)p->weights_floats * sizeof *got);
        free(block);
    }
    free(kept);
    weights_free(weights);
}

Test(release, the_library_reads_on)
{
    static const char spec[] = "name: n\ninput: [700, 1, 1]\nlayers:\n  - flatten\n  - linear: {name: large, out: 700, bias: false}\n";
    write_file(3);
    static float input[SIDE] = {1}, output[SIDE], before[LARGE], after[LARGE];
    nncc *net = nncc_new();
    cr_assert(!nncc_load_text(net, spec, "n.yaml") && !nncc_compile(net, NNCC_JIT) && !nncc_load_weights(net, path, 1),
              "%s", nncc_error(net));
    cr_assert_eq(nncc_read_tensor(net, "large.weight", before, LARGE), NNCC_OK);
    cr_assert_eq(nncc_forward(net, input, 1, output), NNCC_OK, "%s", nncc_error(net));
    cr_expect_eq(output[0], 3);
    cr_assert_eq(nncc_read_tensor(net, "large.weight", after, LARGE), NNCC_OK);
    cr_expect_arr_eq(after, before, sizeof before);
    cr_assert_eq(nncc_compile(net, NNCC_JIT), NNCC_OK);
    cr_assert_eq(nncc_forward(net, input, 1, output), NNCC_OK);
    cr_assert_eq(truncate(path, LARGE), 0);
    cr_expect_eq(nncc_read_tensor(net, "large.weight", after, LARGE), NNCC_ERROR_WEIGHTS);
    cr_expect(strstr(nncc_error(net), "large.weight is lost"), "%s", nncc_error(net));
    nncc_free(net);
}
