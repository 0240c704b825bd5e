/* test_cli.c - the command line as a user meets it: exit statuses, messages, files, JSON. Runs build/nncc as a process. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "networks.h"
#include "process.h"

static const char tiny[] =
    "name: tiny\n"
    "input: [3, 8, 8]\n"
    "params: {width: 8}\n"
    "layers:\n"
    "  - conv: {name: conv1, out: $width, kernel: 3, pad: 1}\n"
    "  - bn: {name: bn1}\n"
    "  - relu\n"
    "  - global_avg_pool\n"
    "  - flatten\n"
    "  - linear: {name: fc, out: 10}\n";

static char *directory, *spec;

static void setup(void)
{
    directory = temporary_directory();
    spec = join(directory, "tiny.yaml");
    write_file(spec, tiny);
}

static void teardown(void)
{
    free(spec);
    remove_directory(directory);
}

TestSuite(cli, .init = setup, .fini = teardown, .timeout = 120);

/* Exit status, and pieces of standard output and standard error that must be there; NULL: none. */
static void expect(Result result, int status, const char *out, const char *err)
{
    cr_expect_eq(result.status, status, "exit %d, not %d; stderr: %s", result.status, status, result.err);
    cr_expect(!out || strstr(result.out, out), "stdout lacks \"%s\": %.500s", out, result.out);
    cr_expect(!err || strstr(result.err, err), "stderr lacks \"%s\": %.500s", err, result.err);
    result_free(&result);
}

static json_t *parse_json(Result result)
{
    json_error_t error;
    cr_assert_eq(result.status, 0, "exit %d; stderr: %s", result.status, result.err);
    json_t *json = json_loads(result.out, JSON_REJECT_DUPLICATES, &error);
    cr_assert(json, "stdout is no JSON: %s", error.text);
    result_free(&result);
    return json;
}

/* ---- help and usage ------------------------------------------------------------------------------------- */

Test(cli, help)
{
    static const char *const command[] = {"run", "bench", "inspect", "verify", "graph", "tune", "grad", "train"};
    expect(RUN("nncc", "--help"), 0, "Examples:\n  nncc specs/", NULL);
    expect(RUN("nncc", "-h"), 0, "nncc SPEC -o FILE.c", NULL);
    for (size_t i = 0; i < sizeof command / sizeof *command; i++) {
        expect(RUN("nncc", command[i], "--help"), 0, "Examples:\n  nncc ", NULL);
        expect(RUN("nncc", "-h", command[i]), 0, command[i], NULL);
    }
    expect(RUN("nncc", "--version"), 0, "nncc 0.", NULL);
}

Test(cli, language)
{
    expect(RUN("nncc", "--ops"), 0, "conv", NULL);
    json_t *schema = parse_json(RUN("nncc", "--schema"));
    cr_expect(json_is_object(schema));
    json_decref(schema);
}

Test(cli, usage)
{
    expect(RUN("nncc"), 2, NULL, "which spec?");
    expect(RUN("nncc", spec), 2, NULL, "nothing to do");
    expect(RUN("nncc", spec, "--embed", "-o", "x.c"), 2, NULL, "--embed needs weights");
    expect(RUN("nncc", "rnu", spec), 2, NULL, "did you mean `nncc run`?");
    expect(RUN("nncc", "isnpect"), 2, NULL, "did you mean `nncc inspect`?");
    expect(RUN("nncc", "run", spec, "--weigths", "pattern:1"), 2, NULL, "did you mean --weights?");
    expect(RUN("nncc", "run", spec, "--zzz"), 2, NULL, "unknown option --zzz");
    expect(RUN("nncc", "run", spec, "--\033[31m"), 2, NULL, "unknown option --?[31m");
    expect(RUN("nncc", "run", spec, "-q"), 2, NULL, "unknown option -q");
    expect(RUN("nncc", "run", spec, "--batch"), 2, NULL, "--batch needs a value");
    expect(RUN("nncc", "run", spec, "-d"), 2, NULL, "-d needs a value");
    expect(RUN("nncc", "run", spec, "--json=yes"), 2, NULL, "--json takes no value");
    expect(RUN("nncc", "run", spec, "another.yaml"), 2, NULL, "what is another.yaml?");
    expect(RUN("nncc", "inspect", spec, "--top", "3"), 2, NULL, "--top is an option of `nncc run");
    expect(RUN("nncc", "run", spec, "-d", "fsue"), 2, NULL, "did you mean fuse?");
    expect(RUN("nncc", "run", spec, "-d", "zzz"), 2, NULL, "the passes are");
    expect(RUN("nncc", "run", spec, "--backend", "gpu"), 2, NULL, "no backend gpu");
    expect(RUN("nncc", "graph", spec), 2, NULL, "where should the picture go?");
    expect(RUN("nncc", "graph", spec, "-o", "net.gif"), 2, NULL, "net.gif");
}

Test(cli, numbers)
{
    static const char *const wrong[] = {"0", "-1", "1x", "", "99999999999999999999", "1.5", "0x10"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        expect(RUN("nncc", "run", spec, "--batch", wrong[i]), 2, NULL, "is not a number from 1 to 65536");
}

Test(cli, settings)
{
    expect(RUN("nncc", "inspect", spec, "--set", "width"), 2, NULL, "--set width is no setting");
    expect(RUN("nncc", "inspect", spec, "--set", "=3"), 2, NULL, "is no setting");
    expect(RUN("nncc", "inspect", spec, "--set", "witdh=3"), 1, NULL, "width");
    expect(RUN("nncc", "run", spec, "--set", "width=3,4"), 2, NULL, "is a list");
    expect(RUN("nncc", "inspect", spec, "--set", "width=3,4", "--set", "classes=1,2,3"), 2, NULL, "has 2 values and --set classes has 3");
}

/* ---- mistakes in specs and data ------------------------------------------------------------------------- */

Test(cli, mistakes)
{
    char *bad = join(directory, "bad.yaml");
    expect(RUN("nncc", "inspect", "no/such.yaml"), 1, NULL, "no/such.yaml");
    expect(RUN("nncc", "inspect", directory), 1, NULL, directory);
    write_file(bad, "name: bad\ninput: [3, 8, 8]\nlayers:\n  - conv: {name: c, out: 8, kernal: 3}\n");
    expect(RUN("nncc", "inspect", bad), 1, NULL, "bad.yaml:4:");
    expect(RUN("nncc", bad, "-o", "/dev/null"), 1, NULL, "kernel");
    expect(RUN("nncc", "run", spec, "--weights", "no.safetensors"), 1, NULL, "no.safetensors");
    expect(RUN("nncc", "run", spec, "--weights", "pattern:x"), 1, NULL, "pattern:x");
    expect(RUN("nncc", "run", spec, "--input", "pattern:"), 1, NULL, "has no seed");
    expect(RUN("nncc", "run", spec, "--input", "pattern:-1"), 1, NULL, "has no seed");
    expect(RUN("nncc", "run", spec, "--input", "no.jpg"), 1, NULL, "no.jpg");
    expect(RUN("nncc", "run", spec, "--input", spec), 1, NULL, "tiny.yaml");
    expect(RUN("nncc", "run", spec, "--labels", "no.txt"), 1, NULL, "no.txt");
    expect(RUN("nncc", "run", spec, "--labels", bad, "--backend", "ref"), 1, NULL, "the network has 10");
    expect(RUN("nncc", "run", spec, "--target", "avx3"), 1, NULL, "did you mean avx2?");
    expect(RUN("nncc", spec, "--target", "avx2,c,c", "-o", "/dev/null"), 1, NULL, "too many");
    expect(RUN("nncc", spec, "--target", "avx512,avx2", "-o", "/dev/null"), 1, NULL, "their weights are packed differently");
    free(bad);
}

/* ---- C output ------------------------------------------------------------------------------------------- */

Test(cli, writes_c)
{
    char *c = join(directory, "model.c"), *h = join(directory, "model.h"), *weights = join(directory, "model.weights");
    expect(RUN("nncc", spec, "-o", c), 0, NULL, "cc -std=c11 -O2 -ffp-contract=off");
    cr_expect(file_exists(c) && file_exists(h) && !file_exists(weights));
    expect(RUN("nncc", "-o", c, "--weights", "pattern:1", spec, "--main"), 0, NULL, "model.weights");
    cr_expect(file_exists(weights));
    char *text = read_file(c, NULL);
    cr_expect(!strstr(text, directory), "the output names a directory of this machine");
    cr_expect(strstr(text, "#include \"model.h\""));
    free(text), free(c), free(h), free(weights);
}

Test(cli, program_agrees_with_run)
{
    char *c = join(directory, "net.c"), *program = join(directory, "net"), *array = join(directory, "input.npy");
    expect(RUN("nncc", spec, "-o", c, "--main", "--embed", "--weights", "pattern:5"), 0, NULL, NULL);
    expect(RUN("gcc", "-std=c11", "-O2", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror", "-fopenmp", c, "-lm", "-o",
               program),
           0, NULL, NULL);
    Result run = RUN("nncc", "run", spec, "--weights", "pattern:5", "--input", "pattern:9", "--top", "1", "--save-input", array);
    Result own = RUN(program, array);
    cr_assert_eq(run.status, 0, "%s", run.err);
    cr_assert_eq(own.status, 0, "%s", own.err);
    const char *a = strstr(run.out, "class"), *b = strstr(own.out, "class");
    cr_assert(a && b, "%s\n%s", run.out, own.out);
    cr_expect_eq(atoi(a + 5), atoi(b + 5), "%s\n%s", run.out, own.out);
    result_free(&run), result_free(&own), free(c), free(program), free(array);
}

Test(cli, writes_to_standard_output)
{
    char *c = join(directory, "one.c"), *object = join(directory, "one.o");
    Result result = RUN("nncc", spec, "-o", "-", "--target", "c");
    cr_assert_eq(result.status, 0, "%s", result.err);
    write_file(c, result.out);
    expect(RUN("gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-fopenmp", "-c", c, "-o", object), 0, NULL, NULL);
    expect(RUN("nncc", spec, "-o", "-", "--weights", "pattern:1"), 1, NULL, "--embed");
    result_free(&result), free(c), free(object);
}

Test(cli, leaves_devices_alone)
{
    struct stat status;
    expect(RUN("nncc", spec, "-o", "/dev/null"), 0, NULL, NULL);
    cr_expect(!stat("/dev/null", &status) && S_ISCHR(status.st_mode));
    cr_expect(!file_exists("/dev/null.h"));
}

Test(cli, follows_links)
{
    char *link = join(directory, "link.c"), *real = join(directory, "real.c");
    struct stat status;
    write_file(real, "old");
    cr_assert(!symlink(real, link));
    expect(RUN("nncc", spec, "-o", link), 0, NULL, NULL);
    cr_expect(!lstat(link, &status) && S_ISLNK(status.st_mode));
    cr_expect(!stat(real, &status) && status.st_size > 100);
    free(link), free(real);
}

Test(cli, overwrites_nothing_it_reads)
{
    char *again = join(directory, "./tiny.yaml"), *text;
    expect(RUN("nncc", spec, "-o", spec), 1, NULL, "would overwrite");
    expect(RUN("nncc", spec, "-o", again), 1, NULL, "would overwrite");
    expect(RUN("nncc", "run", spec, "--backend", "ref", "--save-input", spec), 1, NULL, "would overwrite");
    text = read_file(spec, NULL);
    cr_expect_str_eq(text, tiny);
    free(text), free(again);
}

Test(cli, failure_leaves_no_file)
{
    char *c = join(directory, "model.c"), *h = join(directory, "model.h"), *nowhere = join(directory, "no/model.c");
    expect(RUN("nncc", spec, "-o", c, "--weights", "no.safetensors"), 1, NULL, NULL);
    cr_expect(!file_exists(c) && !file_exists(h));
    expect(RUN("nncc", spec, "-o", nowhere), 1, NULL, "no/model");
    expect(RUN("nncc", spec, "-o", "/dev/full"), 1, NULL, "cannot write /dev/full");
    free(c), free(h), free(nowhere);
}

Test(cli, output_names)
{
    static const char *const wrong[] = {"a\"b.c", "a\\b.c", "a\nb.c", "a?\?/.c", "a b.c", "a.h", ""};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char *path = join(directory, wrong[i]);
        expect(RUN("nncc", spec, "-o", path), 1, NULL, "nncc: error:");
        cr_expect(!*wrong[i] || !file_exists(path));
        free(path);
    }
}

Test(cli, hostile_spec_names)
{
    static const char *const name[] = {"a b.yaml", "x\";system(\"id\");.yaml", "$(touch x).yaml", "a\nb.yaml", "%s%n.yaml",
                                       "?\?.yaml", "\xe2\x80\xae.yaml", "\\.yaml"};
    char *c = join(directory, "safe.c"), *object = join(directory, "safe.o");
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        char *path = join(directory, name[i]);
        write_file(path, tiny);
        expect(RUN("nncc", path, "-o", c), 0, NULL, NULL);
        expect(RUN("gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-fopenmp", "-c", c, "-o", object), 0, NULL, NULL);
        free(path);
    }
    cr_expect(!file_exists("x"));
    free(c), free(object);
}

Test(cli, hostile_prefix)
{
    char *c = join(directory, "safe.c"), *object = join(directory, "safe.o");
    static const char *const prefix[] = {"int", "a;b", "1x", "", "__x", "main"};
    for (size_t i = 0; i < sizeof prefix / sizeof *prefix; i++) {
        expect(RUN("nncc", spec, "-o", c, "--prefix", prefix[i]), 0, NULL, NULL);
        expect(RUN("gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-fopenmp", "-c", c, "-o", object), 0, NULL, NULL);
    }
    free(c), free(object);
}

Test(cli, dash_names)
{
    char *home = getcwd(NULL, 0);
    cr_assert(!chdir(directory));
    cr_assert(!rename("tiny.yaml", "-tiny.yaml"));
    expect(RUN("nncc", "-o", "-net.c", "--", "-tiny.yaml"), 0, NULL, NULL);
    cr_expect(file_exists("-net.c") && file_exists("-net.h"));
    cr_assert(!chdir(home));
    free(home);
}

Test(cli, dumps)
{
    expect(RUN("nncc", spec, "-d", "fuse"), 0, "conv1", NULL);
    expect(RUN("nncc", spec, "--time"), 0, "fuse", NULL);
    Result result = RUN("nncc", "inspect", spec, "-d", "fuse", "--json");
    cr_expect(strstr(result.err, "conv1"));
    json_decref(parse_json(result));
}

/* What is checked in is what is printed today; `make generated` makes it anew after a deliberate change. */
Test(cli, generated)
{
    static const char *const name[] = {"lenet", "cifar_resnet20", "resnext_block"};
    static const char *const end[] = {"_avx512.c", "_avx512.h", "_avx2.c", "_avx2.h", "_c.c", "_c.h"};
    char nncc[4096] = {0};
    cr_assert(readlink("/proc/self/exe", nncc, sizeof nncc - 8) > 0);
    strcpy(strrchr(nncc, '/'), "/nncc");
    expect(RUN("tests/generate", nncc, directory, directory), 0, NULL, NULL);
    for (int i = 0; i < 3; i++)
        for (int j = i == 1 ? 2 : 0; j < 6; j++) {         /* the large one for two targets */
            char file[64], *made, *kept, *path;
            snprintf(file, sizeof file, "%s%s", name[i], end[j]);
            made = read_file(path = join(directory, file), NULL);
            free(path);
            kept = read_file(path = join("generated", file), NULL);
            cr_expect(made && kept && !strcmp(made, kept), "%s differs from what nncc prints", path);
            free(path), free(made), free(kept);
        }
    char *path = join(directory, "nncc.schema.json"), *made = read_file(path, NULL), *kept = read_file("specs/nncc.schema.json", NULL);
    cr_expect(made && kept && !strcmp(made, kept), "specs/nncc.schema.json differs from `nncc --schema`");
    free(path), free(made), free(kept);
}

/* ---- running -------------------------------------------------------------------------------------------- */

static json_t *run_json(const char *const *more)
{
    const char *argument[32] = {"nncc", "run", spec, "--json", "--weights", "pattern:3", "--input", "pattern:4", "--batch", "2"};
    for (int i = 10; *more; i++)
        argument[i] = *more++;
    return parse_json(run_program(argument));
}
#define RUN_JSON(...) run_json((const char *const[]){__VA_ARGS__, NULL})

static double worst(json_t *a, json_t *b)
{
    const json_t *x = json_object_get(a, "output"), *y = json_object_get(b, "output");
    double far = json_array_size(x) == json_array_size(y) ? 0 : INFINITY;
    for (size_t i = 0; i < json_array_size(x); i++)
        far = fmax(far, fabs(json_number_value(json_array_get(x, i)) - json_number_value(json_array_get(y, i))));
    return far;
}

Test(cli, run_agrees_with_itself)
{
    json_t *reference = RUN_JSON("--backend", "ref"), *aot = RUN_JSON("--threads", "1"),
           *plain = RUN_JSON("--target", "c", "--threads", "2");
    const json_t *shape = json_object_get(aot, "shape");
    cr_expect_str_eq(json_string_value(json_object_get(aot, "name")), "tiny");
    cr_expect(json_array_size(shape) == 2 && json_integer_value(json_array_get(shape, 0)) == 2 &&
              json_integer_value(json_array_get(shape, 1)) == 10);
    cr_expect_eq(json_array_size(json_object_get(aot, "output")), 20);
    cr_expect_lt(worst(reference, aot), 1e-5);
    cr_expect_eq(worst(plain, aot), 0, "the targets differ");
    json_decref(reference), json_decref(aot), json_decref(plain);
}

Test(cli, tune)
{
    char *file = join(directory, "tiny.tuned"), *c = join(directory, "net.c");
    expect(RUN("nncc", "tune", spec, "-o", file, "--seconds", "1", "--threads", "1", "--batch", "2"), 0, NULL, "choices for 2 layers");
    char *text = read_file(file, NULL);
    cr_expect(text && strstr(text, "\nthreads: 1\nbatch: 2\n") && strstr(text, "conv 3x3 pad 1 3x8x8 to 8x8x8 relu"), "%s", text);
    json_t *plain = RUN_JSON("--threads", "1"), *tuned = RUN_JSON("--tuned", file);
    cr_expect_eq(worst(plain, tuned), 0, "choices change bits where every layer is direct");
    json_decref(plain), json_decref(tuned);
    expect(RUN("nncc", spec, "-o", c, "--tuned", file, "--batch", "2"), 0, NULL, NULL);
    expect(RUN("nncc", "bench", spec, "--tuned", file), 0, "tiny", "measured with a batch of 2, not 1");
    expect(RUN("nncc", "verify", spec, "--tuned", file), 0, "all agree", NULL);
    expect(RUN("nncc", "run", spec, "--tuned", spec), 1, NULL, "tiny.yaml:1:1: error: this is no file of tuned choices");
    expect(RUN("nncc", "tune", spec, "-o", spec), 1, NULL, "would overwrite");
    expect(RUN("nncc", "run", spec, "--seconds", "3"), 2, NULL, "--seconds is an option of");
    free(text), free(file), free(c);
}

/* Every layer takes time, by whichever tile: also a convolution that a tile lets band join to its pool. */
Test(cli, tune_measures_every_layer)
{
    char *pooled = join(directory, "pooled.yaml"), *file = join(directory, "pooled.tuned");
    write_file(pooled, network_pooled);
    expect(RUN("nncc", "tune", pooled, "-o", file, "--seconds", "2", "--threads", "1"), 0, NULL, "choices for 2 layers");
    char *text = read_file(file, NULL);
    int layers = 0;
    for (const char *us = text; us && (us = strstr(us, "us: [")); us++, layers++) {
        double model, tuned;
        cr_expect_eq(sscanf(us, "us: [%lf, %lf]", &model, &tuned), 2, "%.60s", us);
        cr_expect(model > 0 && tuned > 0, "%s", text);
    }
    cr_expect_eq(layers, 2);
    free(text), free(file), free(pooled);
}

Test(cli, run_prints_classes)
{
    char *labels = join(directory, "labels.txt");
    write_file(labels, "cat\ndog\nboat\nd\ne\nf\ng\nh\ni\n\033[31mten\n");
    Result result = RUN("nncc", "run", spec, "--top", "10", "--labels", labels);
    cr_expect_eq(result.status, 0);
    cr_expect(strstr(result.out, " %  class ") && strstr(result.out, "boat") && strstr(result.out, "?[31mten"), "%s", result.out);
    cr_expect(strstr(result.err, "the classes mean nothing yet"), "%s", result.err);
    result_free(&result);
    free(labels);
}

Test(cli, run_reads_pictures)
{
    write_file(spec, "name: eye\ninput: [3, 24, 24]\npreprocess: {resize: 24, crop: 24}\nlayers:\n  - avg_pool: {kernel: 24}\n");
    json_t *json = parse_json(RUN("nncc", "run", spec, "--input", "tests/demo/sailboat.png", "--json"));
    const json_t *mean = json_object_get(json, "output");
    for (int c = 0; c < 3; c++) {
        double value = json_number_value(json_array_get(mean, (size_t)c));
        cr_expect(value > 0.3 && value < 0.8, "mean of channel %d is %g", c, value);
    }
    json_decref(json);
}

/* ---- inspect, graph, bench, verify ---------------------------------------------------------------------- */

Test(cli, inspect)
{
    json_t *json = parse_json(RUN("nncc", "inspect", spec, "--json")), *layer;
    size_t i;
    json_int_t parameters = 0, macs = 0;
    cr_expect_eq(json_integer_value(json_object_get(json, "parameters")), 8 * 27 + 16 + 90);
    cr_expect_eq(json_integer_value(json_object_get(json, "macs")), 8 * 27 * 64 + 80);
    cr_expect_geq(json_integer_value(json_object_get(json, "arena_bytes")), json_integer_value(json_object_get(json, "live_bytes")));
    json_array_foreach(json_object_get(json, "layers"), i, layer) {
        parameters += json_integer_value(json_object_get(layer, "parameters"));
        macs += json_integer_value(json_object_get(layer, "macs"));
        cr_expect(json_is_string(json_object_get(layer, "algorithm")) && json_is_array(json_object_get(layer, "shape")));
    }
    cr_expect_eq(parameters, 8 * 27 + 16 + 90);
    cr_expect_eq(macs, 8 * 27 * 64 + 80);
    const json_t *first = json_array_get(json_object_get(json, "tensors"), 0);
    cr_expect_str_eq(json_string_value(json_object_get(first, "name")), "conv1.weight");
    cr_expect_eq(json_array_size(json_object_get(first, "shape")), 4);
    json_decref(json);
    expect(RUN("nncc", "inspect", spec), 0, "Total params", NULL);
}

Test(cli, inspect_table)
{
    json_t *json = parse_json(RUN("nncc", "inspect", "--set", "width=4,8,16", spec, "--json"));
    cr_assert_eq(json_array_size(json), 3);
    for (size_t i = 0; i < 3; i++)
        cr_expect_eq(json_integer_value(json_object_get(json_array_get(json, i), "parameters")), (4 << i) * (27 + 2 + 10) + 10);
    json_decref(json);
    Result result = RUN("nncc", "inspect", "--set", "width=4,8,16", spec);
    int lines = 0;
    for (const char *c = result.out; *c; c++)
        lines += *c == '\n';
    cr_expect_eq(lines, 4, "%s", result.out);
    result_free(&result);
}

Test(cli, graph)
{
    char *dot = join(directory, "net.dot"), *svg = join(directory, "net.svg");
    expect(RUN("nncc", "graph", spec, "-o", "-"), 0, "digraph \"tiny\" {", NULL);
    expect(RUN("nncc", "graph", spec, "-o", dot), 0, NULL, "wrote");
    char *text = read_file(dot, NULL);
    cr_expect(text && strstr(text, "conv 3x3") && strstr(text, "8x8x8"));
    Result result = RUN("nncc", "graph", spec, "-o", svg);
    cr_expect(result.status == 0 ? file_exists(svg) : strstr(result.err, "apt install graphviz") != NULL, "%s", result.err);
    result_free(&result), free(text), free(dot), free(svg);
}

Test(cli, graph_onnx)
{
    char *onnx = join(directory, "net.onnx");
    size_t size = 0;
    expect(RUN("nncc", "graph", spec, "-o", onnx, "--batch", "2", "--weights", "pattern:7"), 0, NULL, "wrote");
    char *bytes = read_file(onnx, &size);
    cr_expect(size > 4 && !memcmp(bytes, "\x08\x08\x12\x04nncc", 8));
    expect(RUN("nncc", "graph", spec, "-o", "-", "--weights", "pattern:7"), 2, NULL, "only an ONNX file holds weights");
    free(bytes), free(onnx);
}

Test(cli, bench)
{
    json_t *json = parse_json(RUN("nncc", "bench", spec, "--json", "--threads", "1"));
    static const char *const key[] = {"name", "batch", "threads", "min_ms", "median_ms", "gflops", "peak_gflops", "compile_ms", "layers"};
    for (size_t i = 0; i < sizeof key / sizeof *key; i++)
        cr_expect(json_object_get(json, key[i]), "no %s", key[i]);
    cr_expect_gt(json_number_value(json_object_get(json, "min_ms")), 0);
    cr_expect_gt(json_number_value(json_object_get(json, "peak_gflops")), json_number_value(json_object_get(json, "gflops")));
    cr_expect_gt(json_array_size(json_object_get(json, "layers")), 0);
    json_decref(json);
}

Test(cli, verify)
{
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1);       /* LeakSanitizer stumbles over clang's OpenMP where a library loads it late */
    json_t *json = parse_json(RUN("nncc", "verify", spec, "--json"));
    cr_expect(json_is_true(json_object_get(json, "ok")));
    cr_expect_gt(json_array_size(json_object_get(json, "variants")), 0);
    json_decref(json);
    expect(RUN("nncc", "verify", spec), 0, "all agree", NULL);
}

/* Without -o the norms of all gradients; a file holds the loss, gradients by their parameters' names, and moved statistics. */
Test(cli, grad)
{
    char *file = join(directory, "grads.safetensors");
    expect(RUN("nncc", "grad", spec, "--backend", "ref", "--labels", "3,0", "--batch", "2"), 0, "fc.weight", "tiny: loss ");
    expect(RUN("nncc", "grad", spec, "--backend", "ref", "--batch", "2", "-o", file), 0, NULL, NULL);
    size_t size;
    char *data = read_file(file, &size);
    cr_assert(data && size > 8);
    static const char *const name[] = {"loss", "conv1.weight", "bn1.bias", "bn1.running_var", "bn1.num_batches_tracked", "fc.bias"};
    for (size_t i = 0; i < sizeof name / sizeof *name; i++)
        cr_expect(strstr(data + 8, name[i]), "%s is not in the file", name[i]);
    cr_expect_null(strstr(data + 8, "gradient."));
    free(data);
    expect(RUN("nncc", "grad", spec, "-o", "-"), 1, NULL, "gradients go to a file");
    expect(RUN("nncc", "grad", spec, "--labels", "10"), 1, NULL, "is no list of 1 numbers from 0 to 9");
    expect(RUN("nncc", "grad", spec, "--labels", "1,2"), 1, NULL, "is no list of 1 numbers");
    expect(RUN("nncc", "grad", spec, "--labels", "pattern:x"), 1, NULL, "has no seed");
    expect(RUN("nncc", "grad", spec, "--loss", "hinge"), 1, NULL, "there is no loss hinge");
    expect(RUN("nncc", "grad", spec, "--label-smoothing", "2"), 2, NULL, "is not a number from 0 to 1");
    expect(RUN("nncc", "grad", spec, "--recompute", "all"), 1, NULL, "names nothing that can be computed again");
    free(file);
}
