/* test_tools.c - what verify, inspect, graph and bench tell: every layer, in numbers that add up. Runs build/nncc as a
 * process. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../compiler/compiler.h"
#include "process.h"

/* Views of views, a split and a join at channels that are no multiple of 8, two pools, a sum. */
static const char net[] =
    "name: net\n"
    "input: [3, 10, 10]\n"
    "params: {width: 12}\n"
    "layers:\n"
    "  - conv: {name: conv1, out: $width, kernel: 3, pad: 1}\n"
    "  - bn: {name: bn1}\n"
    "  - relu\n"
    "  - branches:\n"
    "      join: concat\n"
    "      paths:\n"
    "        - [conv: {name: a.conv, out: 5, kernel: 1}, sigmoid]\n"
    "        - [conv: {name: b.conv, out: 9, kernel: 3, pad: 1, groups: 3}]\n"
    "        - [max_pool: {kernel: 3, stride: 1, pad: 1}]\n"
    "  - avg_pool: {kernel: 2}\n"
    "  - flatten\n"
    "  - linear: {name: fc, out: 10}\n"
    "  - softmax\n";

static char *directory, *spec;

static void setup(void)
{
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1);       /* LeakSanitizer stumbles over clang's OpenMP where a library loads it late */
    directory = temporary_directory();
    spec = join(directory, "net.yaml");
    write_file(spec, net);
}

static void teardown(void)
{
    free(spec);
    remove_directory(directory);
}

TestSuite(tools, .init = setup, .fini = teardown, .timeout = 120);

static json_t *parse_json(Result result, int status)
{
    json_error_t error;
    cr_assert_eq(result.status, status, "exit %d; stderr: %s", result.status, result.err);
    json_t *json = json_loads(result.out, JSON_REJECT_DUPLICATES, &error);
    cr_assert(json, "stdout is no JSON: %s", error.text);
    result_free(&result);
    return json;
}

static const json_t *named(const json_t *list, const char *name)
{
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
        if (!strcmp(json_string_value(json_object_get(item, "name")), name))
            return item;
    cr_assert_fail("there is no %s", name);
    return NULL;
}

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    cr_assert(json_is_number(value), "no number %s", key);
    return json_number_value(value);
}

static const char *text(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    cr_assert(json_is_string(value), "no text %s", key);
    return json_string_value(value);
}

/* ---- verify --------------------------------------------------------------------------------------------- */

Test(tools, verify_layers)
{
    json_t *json = parse_json(RUN("nncc", "verify", spec, "--json"), 0), *layers = json_object_get(json, "layers"), *layer;
    static const char *const computed[] = {"conv1", "a.conv", "b.conv", "max_pool", "avg_pool", "fc", "softmax", "output"};
    size_t i;
    for (i = 0; i < sizeof computed / sizeof *computed; i++)
        named(layers, computed[i]);
    cr_expect_str_eq(text(named(layers, "conv1"), "operations"), "conv bn relu");
    cr_expect_eq(json_integer_value(json_array_get(json_object_get(named(layers, "b.conv"), "shape"), 0)), 9);
    json_array_foreach(layers, i, layer) {
        cr_expect(json_is_true(json_object_get(layer, "same_bits")), "%s", text(layer, "name"));
        cr_expect_lt(number(layer, "difference"), 1e-5, "%s", text(layer, "name"));
        cr_expect_gt(number(layer, "largest"), 0, "%s", text(layer, "name"));
    }
    cr_expect_gt(number(named(layers, "fc"), "difference"), 0, "floats agree with doubles to the last bit?");
    json_decref(json);
}

/* Weights so large that the sums of the average pool overflow in float, but not in double. */
Test(tools, verify_points_at_the_layer)
{
    json_t *json = parse_json(RUN("nncc", "verify", spec, "--weights", "pattern:1,gain=1e38", "--json"), 1);
    const json_t *layers = json_object_get(json, "layers");
    cr_expect(json_is_false(json_object_get(json, "ok")));
    cr_expect_lt(number(named(layers, "conv1"), "difference"), 1e-5);
    cr_expect_gt(number(named(layers, "avg_pool"), "difference"), 1);
    json_decref(json);
    Result result = RUN("nncc", "verify", spec, "--weights", "pattern:1,gain=1e38");
    cr_expect_eq(result.status, 1);
    cr_expect(strstr(result.out, "TOO FAR") && strstr(result.out, "THEY DISAGREE"), "%s", result.out);
    result_free(&result);
}

/* A bounded result is as exact as the values that were bounded. */
Test(tools, verify_measures_what_a_tail_bounds)
{
    static const char bounded[] = "name: bounded\ninput: [3, 8, 8]\nlayers:\n"
                                  "  - conv: {name: conv1, out: 8, kernel: 3}\n  - bn: {name: bn1}\n  - relu6\n  - flatten\n  - linear: {name: fc, out: 5}\n";
    char *path = join(directory, "bounded.yaml");
    write_file(path, bounded);
    json_t *json = parse_json(RUN("nncc", "verify", path, "--weights", "pattern:1,gain=100", "--json"), 0);
    const json_t *layers = json_object_get(json, "layers");
    cr_expect_gt(number(named(layers, "conv1"), "largest"), 50);
    cr_expect_lt(number(named(layers, "fc"), "largest"), 100, "what it reads is at most 6");
    free(path);
    json_decref(json);
}

/* What verify rests on: no two tensors share memory, but those that are parts of another. */
Test(tools, apart)
{
    Context context;
    context_init(&context);
    cr_assert(!setjmp(context.on_error), "%s", context.message);
    const Graph *graph = compile(&context, "net.yaml", net, &(Options){.apart = true})->graph;
    int64_t sum = 0;
    for (const Node *a = graph->first; a; a = a->next) {
        if (a->layout.storage != a || a->op == OP_input || a->op == OP_output)
            continue;
        sum += a->layout.size;
        for (const Node *b = a->next; b; b = b->next)
            cr_expect(b->layout.storage != b || b->op == OP_output || a->offset + a->layout.size <= b->offset ||
                      b->offset + b->layout.size <= a->offset, "%s and %s", a->name, b->name);
    }
    cr_expect_geq(graph->arena_floats, sum);
    cr_expect_gt(graph->arena_floats, graph->live_floats);
    context_free(&context);
}

/* ---- inspect -------------------------------------------------------------------------------------------- */

/* How many lines of a text begin so. */
static int lines_that_begin(const char *out, const char *start)
{
    int lines = 0;
    for (const char *line = out; line && *line; line = strchr(line, '\n'), line += line != NULL)
        lines += !strncmp(line, start, strlen(start));
    return lines;
}

/* The figures are those that torchinfo prints for torchvision's resnet50. */
Test(tools, inspect_agrees_with_torchinfo)
{
    static const char *const line[] = {
        "Layer (type) ", "Total params: 25,557,032\n", "Trainable params: 25,557,032\n", "Non-trainable params: 0\n", "Total mult-adds (G): 4.09\n",
        "Input size (MB): 0.60\n", "Forward/backward pass size (MB): 177.83\n", "Params size (MB): 102.23\n", "Estimated Total Size (MB): 280.66\n",
    };
    Result result = RUN("nncc", "inspect", "specs/resnet50.yaml");
    cr_assert_eq(result.status, 0, "%s", result.err);
    for (size_t i = 0; i < sizeof line / sizeof *line; i++)
        cr_expect_eq(lines_that_begin(result.out, line[i]), 1, "not one line \"%s\"", line[i]);
    for (const char *at = result.out; *at; at += strcspn(at, "\n") + (at[strcspn(at, "\n")] != '\0'))
        cr_expect_leq(strcspn(at, "\n"), 128, "%.*s", (int)strcspn(at, "\n"), at);
    result_free(&result);
}

Test(tools, inspect_says_what_was_fused)
{
    Result result = RUN("nncc", "inspect", spec);
    static const char *const piece[] = {"with bn relu\n", "folded into conv1\n", "fused into a.conv\n", "no copy\n", "  step\n"};
    for (size_t i = 0; i < sizeof piece / sizeof *piece; i++)
        cr_expect(strstr(result.out, piece[i]), "no \"%s\" in %s", piece[i], result.out);
    result_free(&result);
    json_t *json = parse_json(RUN("nncc", "inspect", spec, "--json"), 0), *layers = json_object_get(json, "layers");
    cr_expect_str_eq(text(named(layers, "join"), "algorithm"), "view");
    cr_expect_str_eq(text(named(layers, "sigmoid"), "into"), "a.conv");
    cr_expect_str_eq(text(named(layers, "flatten"), "algorithm"), "none");
    cr_expect_eq(json_array_size(json_object_get(named(layers, "fc"), "input_shape")), 1);
    cr_expect_eq(number(json, "input_bytes"), 4 * 300);
    json_decref(json);
}

Test(tools, inspect_says_what_was_joined)
{
    json_t *json = parse_json(RUN("nncc", "inspect", "specs/resnext_block.yaml", "--set", "form=a", "--json"), 0);
    const json_t *layers = json_object_get(json, "layers");
    static const char *const pair[][2] = {{"conv1[0]", "conv1"}, {"bn2[31]", "conv2"}, {"relu[7]", "conv1"}, {"conv3[9]", "conv3"}};
    for (size_t i = 0; i < sizeof pair / sizeof *pair; i++) {
        cr_expect_str_eq(text(named(layers, pair[i][0]), "algorithm"), "joined", "%s", pair[i][0]);
        cr_expect_str_eq(text(named(layers, pair[i][0]), "into"), pair[i][1], "%s", pair[i][0]);
    }
    json_decref(json);
}

/* ---- bench ---------------------------------------------------------------------------------------------- */

/* The table that asks whether more cardinality is free, here of a smaller network. */
Test(tools, bench_sweep)
{
    json_t *json = parse_json(RUN("nncc", "bench", spec, "--set", "width=12,24", "--threads", "1", "--json"), 0);
    static const char *const key[] = {"min_ms", "median_ms", "p90_ms", "gflops", "peak_percent", "nncc_ms", "cc_ms", "pack_ms",
                                      "arena_bytes", "peak_rss_bytes"};
    cr_assert_eq(json_array_size(json), 2);
    const json_t *first = json_array_get(json, 0), *second = json_array_get(json, 1), *passes = json_object_get(first, "passes_ms");
    for (size_t i = 0; i < sizeof key / sizeof *key; i++)
        cr_expect_gt(number(first, key[i]), 0, "%s", key[i]);
    for (const char *const *pass = pass_names(); *pass; pass++)        /* but for those of training */
        cr_expect_eq(json_object_get(passes, *pass) != NULL,
                     strcmp(*pass, "grad") && strcmp(*pass, "recompute") && strcmp(*pass, "depend"), "%s", *pass);
    cr_expect_gt(number(passes, "parse"), 0);
    cr_expect_gt(number(passes, "lower"), 0);
    cr_expect_leq(number(first, "min_ms"), number(first, "median_ms"));
    cr_expect_leq(number(first, "median_ms"), number(first, "p90_ms"));
    cr_expect_lt(number(first, "parameters"), number(second, "parameters"));
    cr_expect_lt(number(first, "macs"), number(second, "macs"));
    cr_expect_str_eq(text(first, "backend"), "jit");
    json_decref(json);
}

Test(tools, bench_summary)
{
    Result result = RUN("nncc", "bench", spec, "--threads", "1", "--per-layer");
    static const char *const piece[] = {"JIT, batch 1, 1 thread\n",
                                        "  min ",
                                        ", p90 ",
                                        "% of the FMA peak of ",
                                        "  spec to kernels ",
                                        "  JIT ",
                                        "packing weights ",
                                        "  arena ",
                                        "peak memory of this process ",
                                        "\nconv1  ",
                                        "\nClass of layers "};
    cr_assert_eq(result.status, 0, "%s", result.err);
    for (size_t i = 0; i < sizeof piece / sizeof *piece; i++)
        cr_expect(strstr(result.out, piece[i]), "no \"%s\" in %s", piece[i], result.out);
    result_free(&result);
}

/* Training steps: 3 forward passes' work but for the first layer's, which needs no gradient of its input. */
Test(tools, bench_training)
{
    json_t *json = parse_json(RUN("nncc", "bench", "specs/lenet.yaml", "--train", "--batch", "4", "--threads", "1", "--json"), 0);
    static const char *const key[] = {"median_ms", "gflops", "peak_percent", "avx2_peak_gflops", "compile_ms",
                                      "nncc_ms",   "cc_ms",  "pack_ms",      "peak_rss_bytes"};
    const double lenet[] = {6 * 28 * 28 * 3 * 25, 16 * 10 * 10 * 6 * 25, 400 * 120, 120 * 84, 84 * 2};
    double macs = 0;
    for (size_t i = 0; i < sizeof lenet / sizeof *lenet; i++)
        macs += lenet[i];
    for (size_t i = 0; i < sizeof key / sizeof *key; i++)
        cr_expect_gt(number(json, key[i]), 0, "%s", key[i]);
    cr_expect_eq(number(json, "macs"), macs);
    cr_expect_eq(number(json, "step_macs"), 3 * macs - lenet[0]);
    cr_expect_float_eq(number(json, "images_per_second") * number(json, "min_ms"), 4e3, 1);
    cr_expect_float_eq(number(json, "gflops") * number(json, "min_ms"), 4 * 2e-6 * (3 * macs - lenet[0]), 1e-3);
    cr_expect_eq(number(json, "batch"), 4);
    cr_expect_geq(number(json, "weights_bytes"), 4 * number(json, "parameters"));
    cr_expect_eq(number(json, "state_bytes"), number(json, "gradient_bytes"));
    cr_expect_gt(json_object_size(json_object_get(json, "passes_ms")), 11);
    json_decref(json);
}

/* A table of a step's parts holds all its work, and so does that of their operations. */
Test(tools, bench_training_parts)
{
    json_t *json = parse_json(RUN("nncc", "bench", "specs/cifar_resnet.yaml", "--train", "--batch", "2", "--per-layer", "--json"), 0), *one;
    static const char *const list[] = {"layers", "operations"};
    double macs[2] = {0, 0}, ms[2] = {0, 0};
    size_t i;
    for (int l = 0; l < 2; l++)
        json_array_foreach(json_object_get(json, list[l]), i, one) {
            macs[l] += number(one, "macs");
            ms[l] += number(one, "ms");
        }
    cr_expect_eq(macs[0], 2 * number(json, "step_macs"));
    cr_expect_eq(macs[1], macs[0]);
    cr_expect_float_eq(ms[1], ms[0], 1e-6 * ms[0]);
    json_decref(json);
    Result result = RUN("nncc", "bench", "specs/cifar_resnet.yaml", "--train", "--batch", "2", "--per-layer");
    static const char *const piece[] = {"\nPart ",      "\nlayer1.0.conv1.dw ", " bn_stats ",
                                        "\nOperation ", "\nconv_dx ",           "\nupdate ",
                                        "\nall "};
    for (size_t p = 0; p < sizeof piece / sizeof *piece; p++)
        cr_expect(strstr(result.out, piece[p]), "no \"%s\" in %s", piece[p], result.out);
    result_free(&result);
}

/* Parameters lie in memory once: as the kernels read them. */
Test(tools, bench_training_memory)
{
    json_t *json = parse_json(RUN("nncc", "bench", "specs/resnet18.yaml", "--train", "--batch", "8", "--json"), 0);
    double parameters = number(json, "weights_bytes"),
           arrays = number(json, "arena_bytes") + number(json, "gradient_bytes") + number(json, "state_bytes");
    cr_expect_lt(number(json, "peak_rss_bytes"), arrays + 1.9 * parameters);
    json_decref(json);
}

/* AdamW keeps two numbers for each parameter, and blocks computed again take less memory. */
Test(tools, bench_training_options)
{
    json_t *kept = parse_json(RUN("nncc", "bench", "specs/cifar_resnet.yaml", "--train", "--batch", "2", "--optimizer",
                                  "adamw", "--json"),
                              0);
    json_t *again = parse_json(RUN("nncc", "bench", "specs/cifar_resnet.yaml", "--train", "--batch", "2", "--recompute",
                                   "block", "--json"),
                               0);
    cr_expect_eq(number(kept, "state_bytes"), 2 * number(kept, "gradient_bytes"));
    cr_expect_lt(number(again, "arena_bytes"), number(kept, "arena_bytes"));
    json_decref(kept);
    json_decref(again);
    Result result = RUN("nncc", "bench", spec, "--optimizer", "sgd");
    cr_expect(result.status == 2 && strstr(result.err, "are of training steps"), "%s", result.err);
    result_free(&result);
    result = RUN("nncc", "bench", "specs/lenet.yaml", "--train", "--threads", "1");
    cr_expect(!result.status && strstr(result.out, "training by SGD") && strstr(result.out, "jit, batch 64, 1 thread\n")
              && strstr(result.out, " images/s ") && strstr(result.out, "% of the FMA peak of "), "%s%s", result.out, result.err);
    result_free(&result);
}

/* ---- graph ---------------------------------------------------------------------------------------------- */

static char *drawn(const char *path, const char *setting)
{
    Result result = RUN("nncc", "graph", path, "--set", setting, "-o", "-");
    cr_assert_eq(result.status, 0, "%s", result.err);
    free(result.err);
    return result.out;
}

/* As many boxes are closed as opened; every arrow has two ends that are drawn. */
static void expect_sound(const char *dot)
{
    int depth = 0;
    for (const char *c = dot; *c; c++)
        depth += (*c == '{') - (*c == '}');
    cr_expect_eq(depth, 0);
    for (const char *arrow = dot; (arrow = strstr(arrow, " -> ")); arrow++) {
        char from[32], to[32];
        const char *line = arrow;
        while (line[-1] != '\n')
            line--;
        snprintf(from, sizeof from, "\n%.*s [label=", (int)(arrow - line), line);
        snprintf(to, sizeof to, "\n%.*s [label=", (int)strcspn(arrow + 4, " "), arrow + 4);
        cr_expect(strstr(dot, from) && strstr(dot, to), "an arrow from or to nowhere: %.40s", line);
    }
}

Test(tools, graph_boxes)
{
    char *dot = drawn("specs/resnet18.yaml", "classes=10");
    static const char *const piece[] = {"digraph \"resnet18\" {", "label=\"layer1\"", "label=\"layer1.0\"", "label=\"layer4.1\"",
                                        "label=\"layer2.0.downsample\"", "conv 7x7 / 2\\nconv1", "64x112x112"};
    for (size_t i = 0; i < sizeof piece / sizeof *piece; i++)
        cr_expect(strstr(dot, piece[i]), "no %s", piece[i]);
    expect_sound(dot);
    free(dot);
}

Test(tools, graph_draws_one_of_identical_branches)
{
    char *dot = drawn("specs/resnext_block.yaml", "form=a");
    cr_expect(strstr(dot, "conv1[0..31]\", peripheries=2") && strstr(dot, "32 times 256x56x56") && !strstr(dot, "conv1[1]"), "%s", dot);
    expect_sound(dot);
    free(dot);
}
