/* Every architecture that ships against PyTorch's answers (tests/answers, made by tests/answers.py): the reference, and
 * the code for every target. The large ones only with NNCC_TEST_LONG=1. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <glob.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../backends/backend.h"
#include "networks.h"
#include "process.h"

enum { MOST_SETTINGS = 8 };

/* A network and what to run it on. */
typedef struct {
    Context context;
    const char *spec;                   /* path */
    Options options;
    Setting set[MOST_SETTINGS];
    Graph *graph;                       /* after infer */
    Weights *weights;
    float *input;
    int batch;
    int64_t outputs;                    /* of the batch */
} Network;

/* ---- backends ------------------------------------------------------------------------------------------------ */

static void run_reference(Network *net, const char *target, double *output)
{
    (void)target;
    Failure failure;
    cr_assert(reference_run(net->graph, net->weights, net->input, net->batch, output, &failure), "%s", failure.text);
}

static void run_compiled(Network *net, const char *target, double *output)
{
    Failure failure = {""};
    Model model;
    float *payload, *result = malloc((size_t)net->outputs * sizeof *result);
    if (setjmp(net->context.on_error))
        cr_assert_fail("%s", net->context.message);
    Program *program = compile(&net->context, net->spec, NULL, &net->options);
    void *packed = weights_pack(program, net->weights, 2, &payload, &failure);
    cr_assert(packed && result, "%s", failure.text);
    bool loaded = strcmp(target, "jit") ? aot_load(program, target_find(target), NULL, false, &model, &failure)
                                        : jit_load(program, NULL, &model, &failure);
    cr_assert(loaded, "%s", failure.text);
    void *arena = aligned_alloc(64, model.arena_size);
    cr_assert(arena);
    int status = model.forward(packed, arena, net->input, net->batch, 2, result);
    cr_assert_eq(status, 0, "%s", model.strerror(status));
    for (int64_t i = 0; i < net->outputs; i++)
        output[i] = result[i];
    model_close(&model);
    free(arena);
    free(packed);
    free(result);
}

/* A new backend is a row here. */
static const struct {
    const char *name;
    double tolerance;                   /* relative to the largest output */
    void (*run)(Network *, const char *target, double *output);
} backend[] = {
    {"reference", 1e-9, run_reference},
    {"avx2", 1e-4, run_compiled},
    {"c", 1e-4, run_compiled},
    {"jit", 1e-4, run_compiled},
};

/* ---- one answer ---------------------------------------------------------------------------------------------- */

static json_int_t integer_of(json_t *answer, const char *key)
{
    return json_integer_value(json_object_get(answer, key));
}

static double real_of(json_t *answer, const char *key)
{
    return json_real_value(json_object_get(answer, key));
}

static void open_network(Network *net, json_t *answer)
{
    size_t i;
    json_t *setting;
    context_init(&net->context);
    net->spec = arena_printf(&net->context, "specs/%s.yaml", json_string_value(json_object_get(answer, "spec")));
    json_array_foreach(json_object_get(answer, "set"), i, setting) {
        char *name = arena_strdup(&net->context, json_string_value(setting)), *equal = strchr(name, '=');
        *equal = '\0';
        net->set[i] = (Setting){name, equal + 1};
    }
    net->batch = (int)integer_of(answer, "batch");
    net->options = (Options){.set = net->set, .nset = (int)i, .max_batch = net->batch};
    if (setjmp(net->context.on_error))
        cr_assert_fail("%s", net->context.message);
    net->graph = compile_graph(&net->context, net->spec, NULL, &net->options);
    net->weights = network_pattern(net->graph, (uint64_t)integer_of(answer, "seed"), real_of(answer, "gain"));
    net->input = network_input(net->graph, net->batch, (uint64_t)integer_of(answer, "seed"));
    net->outputs = net->batch * shape_floats(net->graph->output->shape);
}

static void close_network(Network *net)
{
    free(net->input);
    weights_free(net->weights);
    context_free(&net->context);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* fnv1a64 of the lines `name 64x3x7x7` of all tensors in the order of their bytes. */
static uint64_t tensor_digest(Graph *graph)
{
    const char **line = arena_alloc(graph->context, (size_t)graph->ntensors, sizeof *line);
    size_t count = 0;
    for (const Tensor *t = graph->tensors; t; t = t->next) {
        Text text = text_new(graph->context);
        text_add(&text, "%s ", t->name);
        for (int i = 0; i < t->rank; i++)
            text_add(&text, "%s%lld", i ? "x" : "", (long long)t->dim[i]);
        text_add(&text, "\n");
        line[count++] = text.data;
    }
    qsort(line, count, sizeof *line, by_text);
    Text all = text_new(graph->context);
    for (size_t i = 0; i < count; i++)
        text_add(&all, "%s", line[i]);
    return pattern_base(all.data, 0);
}

static void check_tensors(const Network *net, json_t *answer)
{
    uint64_t digest = strtoull(json_string_value(json_object_get(answer, "digest")), NULL, 16);
    cr_expect_eq(graph_parameters(net->graph), integer_of(answer, "parameters"), "%lld parameters",
                 (long long)graph_parameters(net->graph));
    cr_expect_eq(net->graph->ntensors, integer_of(answer, "tensors"), "%d tensors", net->graph->ntensors);
    cr_expect_eq(tensor_digest(net->graph), digest, "names or shapes of tensors differ from PyTorch's");
}

static void check_output(const double *output, int64_t outputs, json_t *answer, double tolerance)
{
    double squares = 0, largest = 0, max = real_of(answer, "max"), norm = real_of(answer, "l2");
    for (int64_t i = 0; i < outputs; i++) {
        squares += output[i] * output[i];
        largest = fmax(largest, fabs(output[i]));
    }
    cr_expect_float_eq(largest, max, tolerance * max, "largest output %.12g instead of %.12g", largest, max);
    cr_expect_float_eq(sqrt(squares), norm, tolerance * norm, "norm %.12g instead of %.12g", sqrt(squares), norm);
    size_t i;
    json_t *sample;
    json_array_foreach(json_object_get(answer, "samples"), i, sample) {
        json_int_t at = json_integer_value(json_array_get(sample, 0));
        double want = json_real_value(json_array_get(sample, 1));
        cr_expect_float_eq(output[at], want, tolerance * max, "output[%lld] is %.12g instead of %.12g", (long long)at,
                           output[at], want);
    }
}

/* ---- all answers --------------------------------------------------------------------------------------------- */

/* What takes a few seconds at most. */
static bool is_quick(const char *path)
{
    static const char *const quick[] = {"lenet", "cifar_resnet20_", "cifar_plain20", "resnext_form_", "resnet18"};
    bool found = false;
    for (size_t i = 0; i < sizeof quick / sizeof *quick; i++)
        found = found || strncmp(strrchr(path, '/') + 1, quick[i], strlen(quick[i])) == 0;
    return found;
}

enum { PATH_LENGTH = 100 };
typedef char Path[PATH_LENGTH];

static void free_paths(struct criterion_test_params *parameters)
{
    cr_free(parameters->params);
}

ParameterizedTestParameters(oracle, answers)
{
    glob_t found;
    Path *path = NULL;
    size_t count = 0;
    if (glob("tests/answers/*.json", 0, NULL, &found) == 0) {
        path = cr_malloc(found.gl_pathc * sizeof *path);
        for (size_t i = 0; i < found.gl_pathc; i++)
            if (!strstr(found.gl_pathv[i], "operations.json") && (getenv("NNCC_TEST_LONG") || is_quick(found.gl_pathv[i])))
                snprintf(path[count++], PATH_LENGTH, "%s", found.gl_pathv[i]);
        globfree(&found);
    }
    return cr_make_param_array(Path, path, count, free_paths);
}

ParameterizedTest(Path *path, oracle, answers)
{
    json_error_t error;
    json_t *answer = json_load_file(*path, 0, &error);
    cr_assert(answer, "%s: %s", *path, error.text);
    static Network net;
    open_network(&net, answer);
    check_tensors(&net, answer);
    char *cache = temporary_directory();
    setenv("XDG_CACHE_HOME", cache, 1);         /* what the tests compile is nobody's to keep */
    double *output = malloc((size_t)net.outputs * sizeof *output);
    cr_assert(output);
    for (size_t i = 0; i < sizeof backend / sizeof *backend; i++) {
        backend[i].run(&net, backend[i].name, output);
        check_output(output, net.outputs, answer, backend[i].tolerance);
    }
    remove_directory(cache);
    free(output);
    close_network(&net);
    json_decref(answer);
}

Test(oracle, has_an_answer_for_every_architecture)
{
    glob_t found;
    cr_assert_eq(glob("tests/answers/*.json", 0, NULL, &found), 0, "run from the repository's root");
    cr_assert_eq(found.gl_pathc, 47);
    globfree(&found);
}
