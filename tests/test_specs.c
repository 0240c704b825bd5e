/* test_specs.c - every spec of tests/specs/ says in its first comments what is to be expected of it:
 *   # expect error LINE:COLUMN MESSAGE     it is refused there (0:0: no place), and the message contains MESSAGE
 *   # expect hint TEXT                     and the hint TEXT
 *   # expect parameters N                  likewise macs
 *   # expect tensor NAME DIMENSION...      it has this parameter or buffer
 *   # expect output SHAPE
 *   # set NAME=VALUE                       as --set
 * And every architecture that ships has the parameters and the cost that its paper's readers know. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

enum { MAX_FILE = 1 << 16, MAX_EXPECTED = 32 };

static Context context;

static void teardown(void)
{
    context_free(&context);
}

TestSuite(specs, .fini = teardown);

/* The graph after infer, or NULL where the spec is refused. */
static Graph *compile_spec(const char *path, const char *text, const Options *options)
{
    context_init(&context);
    if (setjmp(context.on_error))
        return NULL;
    return compile_graph(&context, path, text, options);
}

/* ---- tests/specs ---------------------------------------------------------------------------------------- */

static void expect_error(const char *path, const char *rest)
{
    char place[64], start[512];
    int used = 0;
    cr_assert(sscanf(rest, "%63s %n", place, &used) == 1, "%s: expect error LINE:COLUMN MESSAGE", path);
    snprintf(start, sizeof start, strcmp(place, "0:0") ? "%s:%s: error: " : "nncc: error: ", path, place);
    cr_assert(strncmp(context.message, start, strlen(start)) == 0, "%s: the place is not %s:\n%s", path, place,
              context.message);
    cr_assert(strstr(context.message, rest + used), "%s: no '%s' in:\n%s", path, rest + used, context.message);
}

static void expect_tensor(const char *path, const Graph *graph, char *rest)
{
    char *name = strtok(rest, " "), got[256] = "", wanted[256] = "";
    const Tensor *tensor = graph_tensor(graph, name);
    cr_assert(tensor, "%s: there is no tensor %s", path, name);
    for (int i = 0; i < tensor->rank; i++)
        snprintf(got + strlen(got), 32, "%lld ", (long long)tensor->dim[i]);
    for (char *dim; (dim = strtok(NULL, " "));)
        snprintf(wanted + strlen(wanted), 32, "%s ", dim);
    cr_assert_str_eq(got, wanted, "%s: %s is %s, not %s", path, name, got, wanted);
}

static void expect(const char *path, Graph *graph, char *what)
{
    bool refusal = strncmp(what, "error ", 6) == 0 || strncmp(what, "hint ", 5) == 0;
    cr_assert(!graph == refusal, "%s: %s", path, graph ? "it should be refused" : context.message);
    char *rest = strchr(what, ' ') + 1, hint[512];
    snprintf(hint, sizeof hint, "hint: ");
    if (strncmp(what, "error", 5) == 0)
        expect_error(path, rest);
    else if (strncmp(what, "hint", 4) == 0)
        cr_assert(strstr(context.message, "\nhint: ") && strstr(strstr(context.message, "\nhint: "), rest),
                  "%s: no hint '%s' in:\n%s",
                  path, rest, context.message);
    else if (strncmp(what, "parameters", 10) == 0)
        cr_assert(graph_parameters(graph) == atoll(rest), "%s: %lld parameters", path,
                  (long long)graph_parameters(graph));
    else if (strncmp(what, "macs", 4) == 0)
        cr_assert(graph_macs(graph) == atoll(rest), "%s: %lld MACs", path, (long long)graph_macs(graph));
    else if (strncmp(what, "tensor", 6) == 0)
        expect_tensor(path, graph, rest);
    else if (strncmp(what, "output", 6) == 0)
        cr_assert_str_eq(shape_text(&context, graph->output->shape), rest, "%s: output", path);
    else
        cr_assert(false, "%s: unknown expectation '%s'", path, what);
}

/* Reads the comments at the top of a spec, compiles it and checks. Gives how much was expected. */
static int check_fixture(const char *path)
{
    static char text[MAX_FILE];
    FILE *file = fopen(path, "r");
    cr_assert(file, "%s", path);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    char *expected[MAX_EXPECTED];
    Setting set[4];
    Options options = {.set = set};
    int n = 0;
    for (char *line = strtok(text, "\n"); line && *line == '#'; line = strtok(NULL, "\n"))
        if (strncmp(line, "# expect ", 9) == 0 && n < MAX_EXPECTED)
            expected[n++] = line + 9;
        else if (strncmp(line, "# set ", 6) == 0) {
            char *value = strchr(line, '=');
            *value = '\0';
            set[options.nset++] = (Setting){line + 6, value + 1};
        }
    Graph *graph = compile_spec(path, NULL, &options);
    for (int i = 0; i < n; i++)
        expect(path, graph, expected[i]);
    context_free(&context);
    return n;
}

Test(specs, fixtures)
{
    struct dirent **entry;
    int count = scandir("tests/specs", &entry, NULL, alphasort), checked = 0;
    cr_assert(count > 0, "run the tests in the repository's root");
    for (int i = 0; i < count; i++) {
        char path[512];
        snprintf(path, sizeof path, "tests/specs/%s", entry[i]->d_name);
        if (strlen(path) > 5 && strcmp(path + strlen(path) - 5, ".yaml") == 0)
            checked += check_fixture(path) > 0;
        free(entry[i]);
    }
    free(entry);
    cr_assert(checked > 150, "only %d fixtures", checked);
}

/* ---- what ships ----------------------------------------------------------------------------------------- */

static const struct {
    const char *spec;
    Setting set[3];
    int64_t parameters, macs;           /* macs 0: not stated */
} shipped[] = {
    {"lenet", {{0}}, 61326, 0},
    {"vgg19", {{0}}, 143667240, 19632062464},
    {"vgg19_bn", {{0}}, 143678248, 19632062464},
    {"plain18", {{0}}, 11515688, 1794805760},
    {"plain34", {{0}}, 21623848, 3644493824},
    {"resnet18", {{0}}, 11689512, 1814073344},
    {"resnet34", {{0}}, 21797672, 3663761408},
    {"resnet50", {{0}}, 25557032, 4089184256},
    {"resnet101", {{0}}, 44549160, 7801405440},
    {"resnet152", {{0}}, 60192808, 11513626624},
    {"resnet", {{"depth", "18"}}, 11689512, 1814073344},
    {"wide_resnet50_2", {{0}}, 68883240, 11398021120},
    {"resnext50_32x4d", {{0}}, 25028904, 4230479872},
    {"resnext101_32x8d", {{0}}, 88791336, 16414015488},
    {"resnext101_64x4d", {{0}}, 83455272, 15460270080},
    {"res2net50_26w_4s", {{0}}, 25699120, 4255166464},
    {"googlenet", {{0}}, 6624904, 0},
    {"cifar_resnet", {{"depth", "20"}, {"shortcut", "A"}}, 269722, 40551040},
    {"cifar_resnet", {{"depth", "20"}, {"shortcut", "B"}}, 272474, 0},
    {"cifar_resnet", {{"depth", "110"}}, 1727962, 252887680},
    {"cifar_resnet", {{"depth", "1202"}}, 19421274, 2829238912},
    {"cifar_plain", {{"depth", "20"}}, 269722, 40551040},
    {"cifar_plain", {{"depth", "110"}}, 1727962, 252887680},
    {"resnext29", {{"cardinality", "8"}, {"width", "64"}}, 34426698, 0},
    {"resnext_block", {{"form", "a"}}, 71168, 0},
    {"resnext_block", {{"form", "b"}}, 71168, 0},
    {"resnext_block", {{"form", "c"}}, 71168, 0},
};

Test(specs, shipped)
{
    for (size_t i = 0; i < sizeof shipped / sizeof *shipped; i++) {
        char path[128];
        Options options = {.set = shipped[i].set};
        while (options.nset < 3 && shipped[i].set[options.nset].name)
            options.nset++;
        snprintf(path, sizeof path, "specs/%s.yaml", shipped[i].spec);
        Graph *graph = compile_spec(path, NULL, &options);
        cr_assert(graph, "%s", context.message);
        cr_assert(graph_parameters(graph) == shipped[i].parameters, "%s: %lld parameters", path,
                  (long long)graph_parameters(graph));
        cr_assert(!shipped[i].macs || graph_macs(graph) == shipped[i].macs, "%s: %lld MACs", path,
                  (long long)graph_macs(graph));
        context_free(&context);
    }
}

/* ---- names ---------------------------------------------------------------------------------------------- */

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* FNV-1a over the sorted lines "name 64x3x7x7\n" of all tensors. */
static uint64_t digest(const Graph *graph)
{
    char **line = arena_alloc(&context, (size_t)graph->ntensors, sizeof *line);
    int n = 0;
    for (const Tensor *tensor = graph->tensors; tensor; tensor = tensor->next) {
        Text text = text_new(&context);
        text_add(&text, "%s ", tensor->name);
        for (int i = 0; i < tensor->rank; i++)
            text_add(&text, "%s%lld", i ? "x" : "", (long long)tensor->dim[i]);
        line[n++] = text.data;
    }
    qsort(line, (size_t)n, sizeof *line, compare_lines);
    uint64_t hash = 0xcbf29ce484222325;
    for (int i = 0; i < n; i++) {
        for (const char *c = line[i]; *c; c++)
            hash = (hash ^ (unsigned char)*c) * 0x100000001b3;
        hash = (hash ^ '\n') * 0x100000001b3;
    }
    return hash;
}

/* One of tests/answers/: the names and shapes of its parameters and buffers are PyTorch's. */
static void check_names(const char *path, const json_t *answer)
{
    Setting set[8];
    Options options = {.set = set};
    char spec[128], text[8][64];
    const json_t *settings = json_object_get(answer, "set");
    for (size_t i = 0; i < json_array_size(settings) && i < 8; i++) {
        snprintf(text[i], sizeof text[i], "%s", json_string_value(json_array_get(settings, i)));
        char *value = strchr(text[i], '=');
        *value = '\0';
        set[options.nset++] = (Setting){text[i], value + 1};
    }
    snprintf(spec, sizeof spec, "specs/%s.yaml", json_string_value(json_object_get(answer, "spec")));
    Graph *graph = compile_spec(spec, NULL, &options);
    cr_assert(graph, "%s", context.message);
    cr_assert(graph->ntensors == json_integer_value(json_object_get(answer, "tensors")), "%s: %d tensors", path,
              graph->ntensors);
    cr_assert(graph_parameters(graph) == json_integer_value(json_object_get(answer, "parameters")), "%s: parameters",
              path);
    uint64_t wanted = strtoull(json_string_value(json_object_get(answer, "digest")), NULL, 16);
    cr_assert(digest(graph) == wanted, "%s: the names or shapes of %s are not PyTorch's", path, spec);
    context_free(&context);
}

Test(specs, names)
{
    struct dirent **entry;
    int count = scandir("tests/answers", &entry, NULL, alphasort), checked = 0;
    cr_assert(count > 0);
    for (int i = 0; i < count; i++) {
        char path[512];
        snprintf(path, sizeof path, "tests/answers/%s", entry[i]->d_name);
        json_t *answer = json_load_file(path, 0, NULL);
        if (json_object_get(answer, "digest")) {
            check_names(path, answer);
            checked++;
        }
        json_decref(answer);
        free(entry[i]);
    }
    free(entry);
    cr_assert(checked > 40, "only %d architectures", checked);
}

/* ---- the schema ----------------------------------------------------------------------------------------- */

Test(specs, schema_is_checked_in)
{
    static char text[1 << 17];
    context_init(&context);
    FILE *file = fopen("specs/nncc.schema.json", "r");
    cr_assert(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    Text schema = text_new(&context);
    print_schema(&schema);
    cr_assert(strcmp(schema.data, text) == 0, "specs/nncc.schema.json is not what `nncc --schema` prints");
}

Test(specs, ops_lists_the_language)
{
    context_init(&context);
    Text ops = text_new(&context);
    print_ops(&ops);
    for (int op = 0; op < NOP; op++) {
        const char *title = arena_printf(&context, "\n\n%s\n    ", op_info[op].name);
        cr_assert((strstr(ops.data, title) != NULL) == op_in_specs(op), "%s", op_info[op].name);
    }
    const char *const words[] = {"sequential", "repeat", "residual", "branches", "split", "norm", "preprocess", NULL};
    for (const char *const *word = words; *word; word++)
        cr_assert(strstr(ops.data, arena_printf(&context, "\n\n%s\n    ", *word)), "%s", *word);
    for (const char *line = ops.data, *end; (end = strchr(line, '\n')); line = end + 1)
        cr_assert(end == line || end[-1] != ' ', "a line ends with a space");
}
