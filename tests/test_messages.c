/* test_messages.c - every mistake on a command line has its message, its hint and its exit status. What a row says is found before
 * anything is compiled, so that all of them take a moment. Mistakes in specs and files are the matter of other suites. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process.h"

enum { MOST_WORDS = 16 };

/* A command line, split at blanks ('' is an empty word), and the two lines that answer it; hint NULL: there is none. */
typedef struct {
    const char *line;
    int status;
    const char *message, *hint;
} Row;

static char *directory;

static void open_directory(void)
{
    directory = temporary_directory();
    cr_assert(!chdir(directory));
    write_file("net.yaml", "name: net\ninput: [3, 8, 8]\nparams: {classes: 3}\nlayers:\n  - conv: {name: c, out: 8, kernel: 3}\n"
               "  - global_avg_pool\n  - flatten\n  - linear: {name: fc, out: $classes}\n");
    write_file("pool.yaml", "name: pool\ninput: [3, 8, 8]\nlayers:\n  - global_avg_pool\n");
}

static void close_directory(void)
{
    cr_assert(!chdir("/"));
    remove_directory(directory);
}

TestSuite(messages, .init = open_directory, .fini = close_directory, .timeout = 60);

static void expect_row(const Row *row)
{
    const char *argument[MOST_WORDS + 2] = {"nncc"};
    int n = 1;
    char *rest, *words = strdup(row->line), expected[1024];
    for (char *word = strtok_r(words, " ", &rest); word && n < MOST_WORDS; word = strtok_r(NULL, " ", &rest))
        argument[n++] = strcmp(word, "''") ? word : "";
    Result result = run_program(argument);
    snprintf(expected, sizeof expected, "nncc: error: %s\n%s%s%s", row->message, row->hint ? "hint: " : "", row->hint ? row->hint : "",
             row->hint ? "\n" : "");
    cr_expect_str_eq(result.err, expected, "nncc %s:\n%sand not\n%s", row->line, result.err, expected);
    cr_expect_eq(result.status, row->status, "nncc %s: exit status %d", row->line, result.status);
    cr_expect_str_eq(result.out, "", "nncc %s prints %s", row->line, result.out);
    result_free(&result);
    free(words);
}

static void expect_rows(const Row *row, size_t count)
{
    for (size_t i = 0; i < count; i++)
        expect_row(&row[i]);
}

#define EXPECT(...) expect_rows((const Row[]){__VA_ARGS__}, sizeof (Row[]){__VA_ARGS__} / sizeof(Row))
#define HELP "`nncc --help` shows what can be said"

Test(messages, words)
{
    EXPECT({"frobnicate net.yaml", 2, "unknown command frobnicate", HELP},
           {"run net.yaml pool.yaml", 2, "one spec at a time: what is pool.yaml?", HELP},
           {"net.yaml pool.yaml", 2, "one spec at a time: what is pool.yaml?", HELP},
           {"run net.yaml --frob", 2, "unknown option --frob", HELP},
           {"run net.yaml --set", 2, "option --set needs a value", HELP},
           {"run net.yaml --set x", 2, "--set x is no setting", "write --set NAME=VALUE, for example --set depth=50"},
           {"train net.yaml --data shapes:1 --seed x", 2, "--seed x is not a number from 0 to 2147483647", "write a whole number"},
           {"train net.yaml --data shapes:1 --lr x", 2, "--lr x is not a number from 0 to 1000000", "write a number such as 0.1 or 1e-4"},
           {"run net.yaml --set classes=1,2", 2, "--set classes=1,2 is a list", "only `nncc bench` and `nncc inspect` make tables"},
           {"bench net.yaml --set classes=1,2,3 --set width=1,2", 2, "--set classes has 3 values and --set width has 2",
            "lists go together, the second value with the second"},
           {"run net.yaml --set width=3", 1, "--set width: net.yaml has no parameter 'width'", "its parameters are classes"});
}

Test(messages, output)
{
    EXPECT({"net.yaml", 2, "nothing to do: where should the C go?", "`-o model.c` names the C file, `-o -` is standard output"},
           {"net.yaml -o n.c --embed", 2, "--embed needs weights to carry", "add --weights FILE.safetensors"},
           {"net.yaml -o n.c --target c,c", 1, "--target c,c names too many", "avx512, avx2, c, or one of the first two and c"},
           {"net.yaml -o n.c --target ,", 1, "--target names none", "avx512, avx2, c, or one of the first two and c"},
           {"net.yaml -o a=b.c", 1, "the output cannot be called a=b.c", "letters, digits and . _ + - make a name that C can include"},
           {"net.yaml -o there/", 1, "the output has no name", "name a file, such as model.c"},
           {"net.yaml -o n.h", 1, "the header would overwrite n.h", "name the C file: the header is called like it"},
           {"net.yaml -o - --weights pattern:1", 1, "weights need a place beside the C file, or in it", "add --embed, or write to a file"},
           {"net.yaml -o n.c --train --main", 2, "--main, --profile and --tuned are for inference", HELP},
           {"net.yaml -o net.yaml", 1, "net.yaml would overwrite net.yaml, which is read", "give another name with -o"},
           {"graph net.yaml", 2, "where should the picture go?", "-o net.svg, net.dot or net.onnx, or -o - for DOT on standard output"},
           {"graph net.yaml -o n.xyz", 2, "cannot tell from n.xyz what to draw", "-o net.svg, net.dot or net.onnx"},
           {"graph net.yaml -o none/n.dot", 1, "cannot write none/n.dot: No such file or directory", NULL});
    cr_expect(!file_exists("n.c") && !file_exists("n.h") && !file_exists("n.xyz"));
}

/* Graphviz is no part of nncc: it may be missing, or fail. */
Test(messages, graphviz)
{
    setenv("PATH", directory, 1);
    EXPECT({"graph net.yaml -o n.svg", 1, "drawing .svg needs Graphviz's program dot", "apt install graphviz, or write a .dot file"});
    write_file("dot", "#!/bin/sh\nexit 3\n");
    chmod("dot", 0700);
    EXPECT({"graph net.yaml -o n.svg", 1, "Graphviz's dot failed with status 3", "write a .dot file to see what it read"});
    cr_expect(!file_exists("n.svg"));
}

Test(messages, an_array_of_other_images)
{
    Result result = RUN("nncc", "run", "net.yaml", "--weights", "pattern:1", "--input", "pattern:1", "--save-input", "one.npy");
    cr_assert_eq(result.status, 0, "%s", result.err);
    result_free(&result);
    EXPECT({"run net.yaml --weights pattern:1 --input one.npy --batch 2", 1, "one.npy holds 1 images, not 2",
            "leave --batch out: the array decides"});
}

Test(messages, running)
{
    EXPECT({"run net.yaml --labels none --weights pattern:1", 1, "cannot open the labels none", "a text file, one class a line"},
           {"run net.yaml --backend x", 2, "there is no backend x", "--backend jit, aot or ref"},
           {"run net.yaml --target x", 1, "there is no target x", "did you mean c?"},
           {"run net.yaml --backend jit --compiler gcc", 1, "the JIT does not need --compiler gcc", "--backend aot runs it"},
           {"run net.yaml --weights pattern:x", 1,
            "pattern:x: expected pattern:SEED or pattern:SEED,gain=G, where SEED is an integer from 0 to 2^64 - 1", NULL},
           {"run net.yaml --target mips", 1, "there is no target mips", "avx512, avx2 or c"},
           {"tune pool.yaml -o pool.tuned", 1, "pool has no convolution or linear layer: there is nothing to tune", NULL},
           {"grad net.yaml --loss l1", 1, "there is no loss l1", "cross_entropy or mse"},
           {"grad net.yaml --json", 2, "--json is an option of `nncc run SPEC [OPTION]...`", "`nncc grad --help` lists the options it takes"});
}

Test(messages, training)
{
#define TRAIN "train net.yaml --data shapes:1"
    EXPECT({"train net.yaml", 2, "train on what? --data D", "such as --data shapes:1 or --data folder:DIR"},
           {"bench net.yaml --train --fp16-weights", 2, "--tuned and --fp16-weights are for forward passes, not for --train", HELP},
           {TRAIN " --backend x", 2, "--backend x is unknown", "write jit, aot or ref"},
           {TRAIN " --optimizer lion", 2, "--optimizer lion is unknown", "write sgd or adamw"},
           {TRAIN " --optimizer adamw --nesterov", 2, "--momentum and --nesterov are of --optimizer sgd", "AdamW has --beta1 and --beta2"},
           {TRAIN " --beta2 0.5", 2, "--beta1, --beta2 and --epsilon are of --optimizer adamw", "SGD has --momentum"},
           {TRAIN " --train ''", 2, "--train '' names no parameters", "such as --train 'fc.*'"},
           {TRAIN " --epochs 2 --warmup 3", 2, "a warm-up of 3 epochs leaves nothing of 2", "--epochs counts the warm-up too"},
           {TRAIN " --resume", 2, "--resume, --keep and --save-every are about checkpoints", "--out DIR says where they are"},
           {TRAIN " --dry-run --out run", 2, "--eval, --dry-run and --overfit-one-batch keep nothing: no --out", HELP},
           {"train net.yaml --data folder:", 1, "folder: names no directory; write folder:DIR", NULL},
           {"train net.yaml --data shapes:1,x=2", 1, "shapes:1,x=2: write shapes:SEED[,classes=N][,size=S][,count=N]", NULL});
    cr_expect(!file_exists("run"));
}
