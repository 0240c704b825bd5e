/* command_options.c - what can be said on the command line: one row per command and one per option. Parsing, "did
 * you mean" and the help texts come from these two tables. Options may stand before or after the words. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

enum { EMIT = 1, RUN = 2, BENCH = 4, INSPECT = 8, VERIFY = 16, GRAPH = 32, TUNE = 64, GRAD = 128, TRAIN = 256, ALL = 511 };

static const Command commands[] = {
    {"", EMIT, command_emit, "nncc SPEC -o FILE.c [OPTION]...", "print the network as C",
     "  nncc specs/resnet50.yaml -o resnet50.c                  C with AVX2, and resnet50.h\n"
     "  nncc specs/resnet50.yaml -o resnet50.c --target avx2,c  any processor; asks at run time\n"
     "  nncc specs/resnet50.yaml -o resnet50.c --target avx512  for servers since 2017, desktops since 2022\n"
     "  nncc specs/lenet.yaml -o lenet.c --main --embed --weights lenet.safetensors\n"
     "  nncc specs/resnet50.yaml -d fuse                        the graph after a pass\n"},
    {"run", RUN, command_run, "nncc run SPEC [OPTION]...", "run a network on a picture, an array or a pattern",
     "  nncc run specs/resnet50.yaml --weights resnet50.safetensors --input cat.jpg --labels classes.txt\n"
     "  nncc run specs/cifar_resnet.yaml --set depth=110 --weights pattern:7 --input pattern:7 --batch 2 --json\n"},
    {"bench", BENCH, command_bench, "nncc bench SPEC [OPTION]...", "measure speed, as milliseconds and as share of the FMA peak",
     "  nncc bench specs/resnet50.yaml --threads 1 --per-layer\n"
     "  nncc bench specs/resnet18.yaml --train --batch 16       training steps\n"
     "  nncc bench specs/resnext50_32x4d.yaml --set cardinality=1,2,4,8,32 --set base_width=64,40,24,14,4\n"},
    {"inspect", INSPECT, command_inspect, "nncc inspect SPEC [OPTION]...", "list layers, shapes, parameters, operations, algorithms",
     "  nncc inspect specs/resnet50.yaml\n"
     "  nncc inspect specs/cifar_resnet.yaml --set depth=20,56,110      one row each\n"},
    {"verify", VERIFY, command_verify, "nncc verify SPEC [OPTION]...", "compare every way to run a network with the naive reference, layer by layer",
     "  nncc verify specs/lenet.yaml\n"},
    {"graph", GRAPH, command_graph, "nncc graph SPEC -o FILE.svg|FILE.dot|FILE.onnx", "draw the network, or write it as ONNX",
     "  nncc graph specs/resnet18.yaml -o resnet18.svg          by Graphviz's dot\n"
     "  nncc graph specs/lenet.yaml -o - | dot -Tpng > lenet.png\n"
     "  nncc graph specs/resnet18.yaml -o resnet18.onnx --weights resnet18.safetensors\n"},
    {"tune", TUNE, command_tune, "nncc tune SPEC [-o FILE] [OPTION]...", "time other choices for every layer on this machine",
     "  nncc tune specs/resnet50.yaml -o resnet50.tuned --threads 2\n"
     "  nncc bench specs/resnet50.yaml --tuned resnet50.tuned --threads 2\n"},
    {"grad", GRAD, command_grad, "nncc grad SPEC -o FILE.safetensors [OPTION]...", "loss, gradients and moved statistics of one training step",
     "  nncc grad specs/lenet.yaml --weights lenet.safetensors --input pattern:7 --labels pattern:7 --batch 4 -o grads.safetensors\n"
     "  nncc grad specs/lenet.yaml --input images.npy --labels 3,0,7 --loss mse --backend ref\n"},
    {"train", TRAIN, command_train, "nncc train SPEC --data D [OPTION]...", "train a network",
     "  nncc train specs/cifar_resnet.yaml --data shapes:1 --epochs 5 --out run --svg run.svg     pictures from a formula\n"
     "  nncc train specs/cifar_resnet.yaml --data cifar10:cifar-10-batches-bin --batch 128 --epochs 164 --schedule milestones:82,123 --out run\n"
     "  nncc train specs/cifar_resnet.yaml --data cifar10:cifar-10-batches-bin --batch 128 --epochs 164 --schedule milestones:82,123 --out run --resume\n"
     "  nncc train specs/resnet18.yaml --set classes=5 --data folder:pictures --weights resnet18.safetensors --partial --train 'fc.*' --out run\n"
     "  nncc train specs/cifar_resnet.yaml --data shapes:1 --eval --weights run/best.safetensors\n"},
};
enum { NCOMMAND = sizeof commands / sizeof *commands };

typedef enum { FLAG, TEXT, NUMBER, REAL, SETTING } Kind;

typedef struct {
    const char *name;
    char letter;                        /* 0: none */
    Kind kind;
    const char *value;                  /* what --help calls its value; NULL: takes none */
    unsigned commands;                  /* who takes it */
    size_t field;                       /* in Arguments */
    int low, high;                      /* bounds of a NUMBER or REAL */
    const char *meaning;
} Option;

#define AT(field) offsetof(Arguments, field)
static const Option options[] = {
    {"output", 'o', TEXT, "FILE", EMIT | GRAPH | TUNE | GRAD, AT(output), 0, 0, "where to write; - is standard output"},
    {"set", 0, SETTING, "NAME=VALUE", ALL, 0, 0, 0, "another value for one of the spec's params"},
    {"weights", 0, TEXT, "W", ALL & ~(INSPECT | TUNE), AT(weights), 0, 0,
     "FILE.safetensors, pattern:SEED[,gain=G] or init:SEED"},
    {"partial", 0, FLAG, NULL, ALL & ~(INSPECT | TUNE), AT(partial), 0, 0, "accept weights that lack tensors or have others"},
    {"input", 0, TEXT, "I", RUN | BENCH | VERIFY | GRAD, AT(input), 0, 0, "picture (.jpg, .png), array (.npy) or pattern:SEED"},
    {"batch", 0, NUMBER, "N", ALL & ~TRAIN, AT(batch), 1, 1 << 16, "images at once; for C output the largest number of them"},
    {"batch", 0, NUMBER, "N", TRAIN, AT(batch), 1, 1 << 16, "pictures of a step (64); those that fill no batch wait for the next epoch's order"},
    {"threads", 0, NUMBER, "T", EMIT | RUN | BENCH | TUNE | GRAD | TRAIN, AT(threads), 1, 1024, "how many; results do not depend on it"},
    {"target", 0, TEXT, "T", EMIT, AT(target), 0, 0, "avx512, avx2, c (portable), avx2,c or avx512,c (avx2)"},
    {"target", 0, TEXT, "T", RUN | BENCH | INSPECT | TUNE | GRAD | TRAIN, AT(target), 0, 0, "avx512, avx2 or c (portable), instead of the best that runs here"},
    {"exact", 0, FLAG, NULL, ALL & ~GRAPH, AT(exact), 0, 0, "multiply only inputs and weights: no Winograd, direct sums everywhere"},
    {"tuned", 0, TEXT, "FILE", EMIT | RUN | BENCH | INSPECT | VERIFY, AT(tuned), 0, 0, "take the choices that `nncc tune` wrote"},
    {"fp16-weights", 0, FLAG, NULL, EMIT | RUN | BENCH, AT(fp16_weights), 0, 0, "store the filters of linear layers in half precision"},
    {"seconds", 0, NUMBER, "S", TUNE, AT(seconds), 1, 1 << 20, "how long to search at most (24)"},
    {"backend", 0, TEXT, "B", RUN | BENCH | GRAD | TRAIN, AT(backend), 0, 0, "jit (TCC, in this process), aot (the system's compiler) or ref (naive interpreter)"},
    {"compiler", 0, TEXT, "CC", RUN | BENCH | GRAD | TRAIN, AT(compiler), 0, 0, "gcc or clang, instead of $CC or cc"},
    {"top", 0, NUMBER, "K", RUN, AT(top), 1, 1 << 20, "how many of the best classes to print (5)"},
    {"labels", 0, TEXT, "FILE", RUN | GRAD, AT(labels), 0, 0, "names of the classes, one a line; grad: numbers of the right ones, 3,0,7, or pattern:SEED"},
    {"loss", 0, TEXT, "LOSS", EMIT | GRAD | TRAIN, AT(loss), 0, 0, "cross_entropy or mse"},
    {"label-smoothing", 0, REAL, "E", EMIT | GRAD | TRAIN, AT(label_smoothing), 0, 1, "share of the target that is spread over all classes (0)"},
    {"recompute", 0, TEXT, "block", EMIT | BENCH | GRAD | TRAIN, AT(recompute), 0, 0, "keep the inputs of blocks alone, compute the rest again: less memory, more time"},
    {"save-input", 0, TEXT, "FILE", RUN, AT(save_input), 0, 0, "write the input as the network sees it, as .npy"},
    {"embed", 0, FLAG, NULL, EMIT, AT(embed), 0, 0, "carry the weights in the C file"},
    {"main", 0, FLAG, NULL, EMIT, AT(with_main), 0, 0, "add a main(): classify a .npy or print timings"},
    {"profile", 0, FLAG, NULL, EMIT, AT(profile), 0, 0, "add timers, one per layer"},
    {"train", 0, FLAG, NULL, BENCH, AT(train_step), 0, 0, "measure training steps of --batch images (64): forward, backward, update"},
    {"train", 0, FLAG, NULL, EMIT, AT(train_step), 0, 0, "print training steps for batches of --batch images, and evaluation"},
    {"prefix", 0, TEXT, "P", EMIT, AT(prefix), 0, 0, "first part of every C symbol, instead of the network's name"},
    {"per-layer", 0, FLAG, NULL, BENCH, AT(per_layer), 0, 0, "a table of layers and one of classes of layers"},
    {"json", 0, FLAG, NULL, RUN | BENCH | INSPECT | VERIFY | TRAIN, AT(json), 0, 0, "print JSON"},
    {"data", 0, TEXT, "D", TRAIN, AT(train.data), 0, 0, "folder:DIR (train/ and val/, in each a directory per class of .jpg and .png), cifar10:DIR,\n"
     "                           cifar100:DIR, mnist:DIR, shapes:SEED[,classes=N][,size=S][,count=N] or pattern:SEED (one fixed batch)"},
    {"init", 0, TEXT, "W", TRAIN, AT(weights), 0, 0, "the same as --weights (init:SEED)"},
    {"epochs", 0, NUMBER, "N", TRAIN, AT(train.epochs), 1, 1000000, "how often to go through the data (10)"},
    {"seed", 0, NUMBER, "S", TRAIN, AT(train.seed), 0, INT_MAX, "of order, augmentation and dropout (0)"},
    {"optimizer", 0, TEXT, "O", EMIT | BENCH | TRAIN, AT(train.optimizer), 0, 0, "sgd or adamw"},
    {"lr", 0, REAL, "X", TRAIN, AT(train.rate), 0, 1000000, "learning rate (sgd 0.1, adamw 0.001)"},
    {"schedule", 0, TEXT, "S", TRAIN, AT(train.schedule), 0, 0, "constant, step:EPOCHS[,GAMMA], milestones:E1,E2,.., cosine or polynomial[:POWER] (cosine)"},
    {"lr-per", 0, TEXT, "T", TRAIN, AT(train.rate_per), 0, 0, "iteration or epoch: how often the learning rate changes (iteration)"},
    {"warmup", 0, TEXT, "W", TRAIN, AT(train.warmup), 0, 0, "EPOCHS[,FACTOR[,constant]]: from FACTOR (0.01) of the learning rate up to all of it"},
    {"momentum", 0, REAL, "X", EMIT | TRAIN, AT(train.momentum), 0, 1, "of sgd (0.9)"},
    {"nesterov", 0, FLAG, NULL, EMIT | TRAIN, AT(train.nesterov), 0, 0, "Nesterov's momentum"},
    {"beta1", 0, REAL, "X", EMIT | TRAIN, AT(train.beta1), 0, 1, "of adamw (0.9)"},
    {"beta2", 0, REAL, "X", EMIT | TRAIN, AT(train.beta2), 0, 1, "of adamw (0.999)"},
    {"epsilon", 0, REAL, "X", EMIT | TRAIN, AT(train.epsilon), 0, 1, "of adamw (1e-8)"},
    {"weight-decay", 0, REAL, "X", EMIT | TRAIN, AT(train.weight_decay), 0, 1000000, "(sgd 1e-4, adamw 0.01)"},
    {"weight-decay-norm-bias", 0, TEXT, "B", EMIT | TRAIN, AT(train.norm_decay), 0, 0, "yes or no: does it apply to norms and biases (yes)"},
    {"clip-grad-norm", 0, REAL, "X", EMIT | TRAIN, AT(train.clip_norm), 0, INT_MAX, "largest norm of all gradients together"},
    {"train", 0, TEXT, "GLOBS", TRAIN, AT(train.train), 0, 0, "train only the parameters whose names match, such as 'fc.*' or 'layer4.*,fc.*'"},
    {"freeze-bn", 0, TEXT, "WHAT", EMIT | TRAIN, AT(train.freeze_norm), 0, 0, "none, stats, affine or both: what rests of batch norms (none)"},
    {"augment", 0, TEXT, "A", TRAIN, AT(train.augment), 0, 0, "none, or a list of resized[:LEAST], crop:PAD, flip (what suits the data)"},
    {"workers", 0, NUMBER, "N", TRAIN, AT(train.workers), 1, 256, "threads that read and augment pictures; results do not depend on it"},
    {"out", 0, TEXT, "DIR", TRAIN, AT(train.directory), 0, 0, "where to keep checkpoints, best.safetensors and classes.txt"},
    {"resume", 0, FLAG, NULL, TRAIN, AT(train.resume), 0, 0, "go on where the run in --out stopped"},
    {"keep", 0, NUMBER, "K", TRAIN, AT(train.keep), 1, 1000, "newest checkpoints to keep, beside the best (3)"},
    {"save-every", 0, NUMBER, "N", TRAIN, AT(train.save_every), 1, INT_MAX, "steps between checkpoints, beside those of every epoch"},
    {"log", 0, TEXT, "FILE", TRAIN, AT(train.log), 0, 0, "append every step and epoch as a line of JSON"},
    {"svg", 0, TEXT, "FILE", TRAIN, AT(train.svg), 0, 0, "draw loss and accuracy after every epoch"},
    {"dry-run", 0, FLAG, NULL, TRAIN, AT(train.dry_run), 0, 0, "one step and one batch of evaluation, nothing is kept"},
    {"overfit-one-batch", 0, FLAG, NULL, TRAIN, AT(train.overfit), 0, 0, "train on one batch, ten steps an epoch: a network that can learn gets it all right"},
    {"eval", 0, FLAG, NULL, TRAIN, AT(train.evaluate), 0, 0, "evaluate --weights on val and stop"},
    {"pictures", 0, TEXT, "DIR", TRAIN, AT(train.pictures), 0, 0, "write some of the held-out pictures as DIR/NUMBER-CLASS.png and stop"},
    {"dump", 'd', TEXT, "PASS", ALL, AT(dump), 0, 0, "print the graph as it is after that pass"},
    {"time", 0, FLAG, NULL, ALL, AT(time), 0, 0, "print what each pass cost"},
    {"help", 'h', FLAG, NULL, ALL, AT(help), 0, 0, "print this text; after a command, that command's"},
    {"version", 0, FLAG, NULL, EMIT, AT(version), 0, 0, "print the version"},
    {"ops", 0, FLAG, NULL, EMIT, AT(ops), 0, 0, "print the operations that a spec may use, and their keys"},
    {"schema", 0, FLAG, NULL, EMIT, AT(schema), 0, 0, "print the JSON schema of specs, for editors"},
};
enum { NOPTION = sizeof options / sizeof *options };

int usage_error(const char *hint, const char *format, ...)
{
    char message[1024];
    va_list list;
    va_start(list, format);
    vsnprintf(message, sizeof message, format, list);
    va_end(list);
    tell("nncc: error: %s\nhint: %s\n", mask_controls(message, false), hint ? hint : "`nncc --help` shows what can be said");
    return EXIT_USAGE;
}

/* ---- help ----------------------------------------------------------------------------------------------- */

static void print_options(unsigned command)
{
    puts("\nOptions:");
    for (const Option *o = options; o < options + NOPTION; o++) {
        char letter[8] = "    ", name[64];
        if (!(o->commands & command))
            continue;
        if (o->letter)
            snprintf(letter, sizeof letter, "-%c, ", o->letter);
        snprintf(name, sizeof name, "--%s %s", o->name, o->value ? o->value : "");
        printf("  %s%-20s %s\n", letter, name, o->meaning);
    }
}

static void print_help(const Command *command)
{
    bool general = !*command->name;
    if (general)
        puts("nncc compiles neural networks: a YAML spec goes in, fast C comes out.\n");
    printf("%s\n\nExamples:\n%s", command->synopsis, command->examples);
    if (general) {
        puts("\nCommands (`nncc COMMAND --help` tells more):");
        for (const Command *c = commands; c < commands + NCOMMAND; c++)
            printf("  nncc %-10s %s\n", *c->name ? c->name : "SPEC", c->meaning);
    }
    print_options(command->bit);
    puts("\nExit status: 0 done, 1 a mistake in the spec or the data, 2 a mistake on the command line.");
}

/* ---- parsing -------------------------------------------------------------------------------------------- */

/* One pass over argv. Returned numbers of long options start here, beyond every letter. */
enum { LONG = 1000 };

typedef struct {
    Arguments *arguments;
    Context *context;
    const Option *used[NOPTION];        /* each option that occurred, once */
    int nused;
} Parser;

static int unknown_option(Parser *parser, const char *word)
{
    const char *candidate[NOPTION + 1] = {0};
    for (int i = 0; i < NOPTION; i++)
        candidate[i] = options[i].name;
    char *name = arena_strdup(parser->context, word + strspn(word, "-"));
    name[strcspn(name, "=")] = '\0';
    const char *near = did_you_mean(name, candidate);
    return usage_error(near ? arena_printf(parser->context, "did you mean --%s?", near) : NULL, "unknown option %s", word);
}

/* What getopt_long answered with '?' or ':' about argv[optind - 1]. */
static int bad_option(Parser *parser, int answer, char **argv)
{
    const char *word = argv[optind - 1];
    char letter[3] = {'-', (char)optopt, '\0'};
    if (answer == ':')
        return usage_error(NULL, "option %s needs a value", optopt < LONG ? letter : word);
    if (optopt >= LONG)
        return usage_error(NULL, "option --%s takes no value", options[optopt - LONG].name);
    return unknown_option(parser, optopt ? letter : word);
}

static int add_setting(Parser *parser, char *text)
{
    Arguments *arguments = parser->arguments;
    char *equals = strchr(text, '=');
    if (!equals || equals == text)
        return usage_error("write --set NAME=VALUE, for example --set depth=50", "--set %s is no setting", text);
    if (arguments->nset == MAX_SETTINGS)
        return usage_error(NULL, "limit: at most %d settings", MAX_SETTINGS);
    char *name = arena_strdup(parser->context, text);
    name[equals - text] = '\0';
    arguments->set[arguments->nset++] = (Setting){name, equals + 1};
    return 0;
}

static int store_number(const Option *o, const char *text, int *field)
{
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (end == text || *end || errno || number < o->low || number > o->high)
        return usage_error("write a whole number", "--%s %s is not a number from %d to %d", o->name, text, o->low, o->high);
    *field = (int)number;
    return 0;
}

static int store_real(const Option *o, const char *text, Real *field)
{
    char *end;
    double number = strtod(text, &end);
    if (end == text || *end || !(number >= o->low && number <= o->high))
        return usage_error("write a number such as 0.1 or 1e-4", "--%s %s is not a number from %d to %d", o->name, text, o->low, o->high);
    *field = (Real){true, number};
    return 0;
}

static int store(Parser *parser, const Option *o, char *value)
{
    void *field = (char *)parser->arguments + o->field;
    bool seen = false;
    for (int i = 0; i < parser->nused; i++)
        seen |= parser->used[i] == o;
    if (!seen)
        parser->used[parser->nused++] = o;
    switch (o->kind) {
    case FLAG:    *(bool *)field = true; return 0;
    case TEXT:    *(const char **)field = value; return 0;
    case NUMBER:  return store_number(o, value, field);
    case REAL:    return store_real(o, value, field);
    case SETTING: return add_setting(parser, value);
    }
    return 0;
}

/* An option may have a row for one command and another row for others: is there a better one for this command? */
static bool is_shadowed(const Option *row, unsigned command)
{
    for (const Option *o = options; o < options + NOPTION; o++)
        if (o != row && !strcmp(o->name, row->name) && (o->commands & command) && !(row->commands & command))
            return true;
    return false;
}

/* The command that the line seems to name, for that question alone. */
static unsigned guess_command(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        for (const Command *c = commands + 1; c < commands + NCOMMAND; c++)
            if (!strcmp(argv[i], c->name))
                return c->bit;
    return EMIT;
}

static int parse_options(Parser *parser, int argc, char **argv)
{
    struct option table[NOPTION + 1] = {0};
    char letters[2 * NOPTION + 2] = ":", *end = letters + 1;
    unsigned command = guess_command(argc, argv);
    for (int i = 0, rows = 0; i < NOPTION; i++) {
        if (is_shadowed(&options[i], command))
            continue;
        table[rows++] = (struct option){options[i].name, options[i].value != NULL, NULL, LONG + i};
        if (options[i].letter)
            *end++ = options[i].letter;
        if (options[i].letter && options[i].value)
            *end++ = ':';
    }
    opterr = 0;
    for (int answer; (answer = getopt_long(argc, argv, letters, table, NULL)) != -1;) {
        if (answer == '?' || answer == ':')
            return bad_option(parser, answer, argv);
        const Option *o = options + (answer - LONG);
        if (answer < LONG)
            for (o = options; o->letter != answer; o++)
                ;
        int status = store(parser, o, optarg);
        if (status)
            return status;
    }
    return 0;
}

static const Command *find_command(const char *word)
{
    for (const Command *c = commands; c < commands + NCOMMAND; c++)
        if (!strcmp(c->name, word))
            return c;
    return NULL;
}

/* The command and the spec among the words that are no options. */
static int parse_words(Parser *parser, char **word, int nword, const Command **command)
{
    const char *name[NCOMMAND + 1] = {0};
    for (int i = 1; i < NCOMMAND; i++)
        name[i - 1] = commands[i].name;
    *command = nword && *word[0] ? find_command(word[0]) : NULL;
    if (*command)
        word++, nword--;
    else
        *command = commands;
    if (parser->arguments->help)
        return 0;
    const char *near = nword && *command == commands ? did_you_mean(word[0], name) : NULL;
    if (near && (nword > 1 || access(word[0], F_OK)))
        return usage_error(arena_printf(parser->context, "did you mean `nncc %s`?", near), "unknown command %s", word[0]);
    if (nword > 1 && *command == commands && access(word[0], F_OK))
        return usage_error(NULL, "unknown command %s", word[0]);
    if (nword > 1)
        return usage_error(NULL, "one spec at a time: what is %s?", word[1]);
    parser->arguments->spec = nword ? word[0] : NULL;
    return 0;
}

/* An option of another command is a mistake, not a thing to ignore. */
static int check_options(Parser *parser, const Command *command)
{
    for (int i = 0; i < parser->nused; i++) {
        const Option *o = parser->used[i];
        if (o->commands & command->bit)
            continue;
        const Command *other = commands;
        while (!(o->commands & other->bit))
            other++;
        return usage_error(arena_printf(parser->context, "`nncc %s%s--help` lists the options it takes", command->name,
                                        *command->name ? " " : ""),
                           "--%s is an option of `%s`", o->name, other->synopsis);
    }
    return 0;
}

static int check_pass(Parser *parser)
{
    const char *const *name = pass_names(), *dump = parser->arguments->dump;
    while (dump && *name && strcmp(*name, dump))
        name++;
    if (!dump || *name)
        return 0;
    Text list = text_new(parser->context);
    for (name = pass_names(); *name; name++)
        text_add(&list, " %s", *name);
    const char *near = did_you_mean(dump, pass_names());
    return usage_error(near ? arena_printf(parser->context, "did you mean %s?", near)
                            : arena_printf(parser->context, "the passes are%s", list.data),
                       "there is no pass %s", dump);
}

static void print_language(Context *context, void (*print)(Text *))
{
    Text text = text_new(context);
    print(&text);
    fputs(text.data, stdout);
}

const Command *arguments_parse(Arguments *arguments, Context *context, int argc, char **argv, int *status)
{
    Parser parser = {.arguments = arguments, .context = context};
    const Command *command = commands;
    *status = parse_options(&parser, argc, argv);
    if (!*status)
        *status = parse_words(&parser, argv + optind, argc - optind, &command);
    if (!*status && arguments->help)
        return print_help(command), NULL;
    if (!*status)
        *status = check_options(&parser, command);
    if (!*status)
        *status = check_pass(&parser);
    if (*status)
        return NULL;
    if (arguments->version)
        return puts("nncc " NNCC_VERSION), NULL;
    if (arguments->ops || arguments->schema)
        return print_language(context, arguments->ops ? print_ops : print_schema), NULL;
    if (!arguments->spec) {
        *status = usage_error(NULL, "which spec? %s", command->synopsis);
        return NULL;
    }
    return command;
}
