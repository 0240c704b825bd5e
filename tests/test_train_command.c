/* test_train_command.c - `nncc train` as a user meets it: messages, files, resuming, transfer to other classes. The naive
 * engine does the work, so that the networks and data sets are tiny. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <pty.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../runtime/weights.h"
#include "checkpoints.h"
#include "process.h"

static const char tiny[] =
    "name: tiny\n"
    "input: [3, 12, 12]\n"
    "params: {width: 8, classes: 3}\n"
    "layers:\n"
    "  - conv: {name: conv1, out: $width, kernel: 3, stride: 2, pad: 1}\n"
    "  - bn: {name: bn1}\n"
    "  - relu\n"
    "  - global_avg_pool\n"
    "  - flatten\n"
    "  - linear: {name: fc, out: $classes}\n";

static char *directory, *spec, *out;

static void setup(void)
{
    directory = temporary_directory();
    spec = join(directory, "tiny.yaml");
    out = join(directory, "run");
    write_file(spec, tiny);
}

static void teardown(void)
{
    free(spec), free(out);
    remove_directory(directory);
}

TestSuite(train_command, .init = setup, .fini = teardown, .timeout = 120);

#define DATA "shapes:1,size=12,count=60"
#define TRAIN(...) RUN("nncc", "train", spec, "--backend", "ref", "--batch", "8", "--threads", "1", __VA_ARGS__)

static void expect(Result result, int status, const char *stdout_piece, const char *stderr_piece)
{
    cr_expect_eq(result.status, status, "exit %d, not %d; stderr: %s", result.status, status, result.err);
    cr_expect(!stdout_piece || strstr(result.out, stdout_piece), "stdout lacks \"%s\": %.500s", stdout_piece, result.out);
    cr_expect(!stderr_piece || strstr(result.err, stderr_piece), "stderr lacks \"%s\": %.900s", stderr_piece, result.err);
    result_free(&result);
}

static json_t *parse_json(Result result)
{
    cr_assert_eq(result.status, 0, "exit %d; stderr: %s", result.status, result.err);
    json_t *json = json_loads(result.out, JSON_REJECT_DUPLICATES, NULL);
    cr_assert(json, "stdout is no JSON: %s", result.out);
    result_free(&result);
    return json;
}

static double number(const json_t *json, const char *key)
{
    cr_expect(json_is_number(json_object_get(json, key)), "no number %s", key);
    return json_number_value(json_object_get(json, key));
}

/* Same files in two directories? */
static bool same_file(const char *a, const char *b, const char *name)
{
    char *first = join(a, name), *second = join(b, name);
    size_t n = 0, m = 0;
    char *x = read_file(first, &n), *y = read_file(second, &m);
    bool same = x && y && n == m && !memcmp(x, y, n);
    free(first), free(second), free(x), free(y);
    return same;
}

Test(train_command, help)
{
    expect(RUN("nncc", "train", "--help"), 0, "--label-smoothing", NULL);
    expect(RUN("nncc", "--help"), 0, "nncc train", NULL);
}

Test(train_command, usage)
{
    expect(TRAIN("--epochs", "1"), 2, NULL, "train on what?");
    expect(TRAIN("--data", DATA, "--optimizer", "adm"), 2, NULL, "write sgd or adamw");
    expect(TRAIN("--data", DATA, "--freeze-bn", "all"), 2, NULL, "write none, stats, affine or both");
    expect(TRAIN("--data", DATA, "--schedule", "cos"), 2, NULL, "no schedule: cos");
    expect(TRAIN("--data", DATA, "--warmup", "x"), 2, NULL, "no warm-up: x");
    expect(TRAIN("--data", DATA, "--warmup", "10"), 2, NULL, "leaves nothing of 10");
    expect(TRAIN("--data", DATA, "--resume"), 2, NULL, "--out DIR says where");
    expect(TRAIN("--data", DATA, "--eval"), 2, NULL, "--eval needs weights");
    expect(TRAIN("--data", DATA, "--dry-run", "--overfit-one-batch"), 2, NULL, "at a time");
    expect(TRAIN("--data", DATA, "--dry-run", "--out", out), 2, NULL, "keep nothing");
    expect(TRAIN("--data", DATA, "--overfit-one-batch", "--out", out), 2, NULL, "keep nothing");
    expect(TRAIN("--data", DATA, "--eval", "--weights", "w.safetensors", "--out", out), 2, NULL, "keep nothing");
    expect(TRAIN("--data", DATA, "--nesterov", "--momentum", "0"), 2, NULL, "--nesterov needs a --momentum above 0");
    expect(TRAIN("--data", DATA, "--lr", "nan"), 2, NULL, "--lr nan is not a number");
    expect(TRAIN("--data", DATA, "--momentum", "1.5"), 2, NULL, "--momentum 1.5 is not a number from 0 to 1");
    expect(TRAIN("--data", DATA, "--optimizer", "adamw", "--nesterov"), 2, NULL, "--beta1 and --beta2");
    expect(TRAIN("--data", DATA, "--beta1", "0.5"), 2, NULL, "SGD has --momentum");
    expect(TRAIN("--data", DATA, "--optimizer", "adamw", "--beta2", "1"), 2, NULL, "must be below 1");
    expect(TRAIN("--data", DATA, "--train"), 2, NULL, "needs a value");
    expect(TRAIN("--data", DATA, "--train", ","), 2, NULL, "--train ',' names no parameters");
    expect(RUN("nncc", "run", spec, "--data", DATA), 2, NULL, "--data is an option of `nncc train");
}

Test(train_command, mistakes)
{
    char *flat = join(directory, "flat.yaml"), *deep = join(directory, "deep.yaml");
    write_file(flat, "name: flat\ninput: [3, 12, 12]\nlayers:\n  - conv: {name: c, out: 3, kernel: 3}\n");
    write_file(
        deep,
        "name: deep\ninput: [5, 12, 12]\nlayers:\n  - global_avg_pool\n  - flatten\n  - linear: {name: fc, out: 3}\n");
    expect(TRAIN("--data", "shapes:1,classes=4"), 1, NULL,
           "tiny.yaml:10:5: error: the data shapes:1,classes=4 has 4 classes, the network 3 outputs");
    expect(TRAIN("--data", "nothing"), 1, NULL, "no data set");
    expect(TRAIN("--data", "folder:/nowhere"), 1, NULL, "/nowhere");
    expect(TRAIN("--data", DATA, "--augment", "flop"), 1, NULL, "no augmentation: flop");
    expect(TRAIN("--data", DATA, "--weights", "no.safetensors"), 1, NULL, "no.safetensors");
    expect(TRAIN("--data", "shapes:1,count=5"), 1, NULL, "do not fill a batch of 8");
    expect(TRAIN("--data", DATA, "--out", spec), 1, NULL, "tiny.yaml");
    expect(TRAIN("--data", DATA, "--lr", "100000"), 1, NULL, "no finite number");
    expect(RUN("nncc", "train", flat, "--data", DATA), 1, NULL,
           "flat.yaml:4:5: error: a network to be trained must answer with one number");
    write_file(flat, "name: one\ninput: [3, 12, 12]\nlayers:\n  - conv: {name: c, out: 4, kernel: 12}\n  - bn: {name: bn}\n"
               "  - flatten\n  - linear: {name: fc, out: 3}\n");
    expect(RUN("nncc", "train", flat, "--data", DATA, "--batch", "1"), 1, NULL,
           "flat.yaml:5:5: error: batch normalisation of a batch of one");
    expect(RUN("nncc", "train", deep, "--data", DATA), 1, NULL, "pictures have 1 or 3 channels; this network wants 5");
    expect(TRAIN("--data", DATA, "--dry-run", "--log", "/nowhere/log"), 1, NULL, "cannot write the log");
    free(flat), free(deep);
}

/* A run that may not have a directory leaves it alone, the names of its classes too. */
Test(train_command, refused_runs_change_nothing)
{
    char *classes = join(out, "classes.txt");
    expect(TRAIN("--data", DATA, "--epochs", "1", "--out", out), 0, "best accuracy", NULL);
    char *before = read_file(classes, NULL);
#define OTHER "--set", "classes=4", "--data", DATA ",classes=4", "--epochs", "1", "--out", out
    expect(TRAIN(OTHER), 1, NULL, "holds a run already");
    expect(TRAIN(OTHER, "--resume"), 1, NULL, "can be used");
#undef OTHER
    char *after = read_file(classes, NULL);
    cr_assert(before && after);
    cr_expect_str_eq(after, before);
    free(before), free(after), free(classes);
}

/* Weights that are no numbers are to blame, not the learning rate; norms of what comes of them have no sign. */
Test(train_command, weights_without_numbers)
{
    expect(TRAIN("--data", DATA, "--backend", "jit", "--weights", "pattern:1,gain=1e38"), 1, NULL,
           "the loss of the first step is no finite number: the");
    Result grad = RUN("nncc", "grad", spec, "--batch", "2", "--labels", "0,1", "--weights", "pattern:1,gain=1e38");
    cr_expect(!strstr(grad.out, "-nan"), "%s", grad.out);
    expect(grad, 0, "nan          fc.weight", NULL);
}

/* A checkpoint is looked at as a whole where only its weights are taken, too. */
Test(train_command, damaged_weights)
{
    char *best = join(out, "best.safetensors");
    size_t size = 0;
    expect(TRAIN("--data", DATA, "--epochs", "1", "--out", out), 0, "best accuracy", NULL);
    char *bytes = read_file(best, &size);
    cr_assert(bytes);
    bytes[size - 3] ^= 1;
    FILE *file = fopen(best, "w");
    cr_assert(file && fwrite(bytes, 1, size, file) == size && !fclose(file));
    expect(TRAIN("--data", DATA, "--eval", "--weights", best), 1, NULL, "best.safetensors: damaged: its values do not have the checksum");
    free(bytes), free(best);
}

/* The shell's limit on the size of files is an error with a name, not the end by a signal. */
Test(train_command, files_that_may_not_grow)
{
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){2048, RLIM_INFINITY});
    Result result = TRAIN("--data", DATA, "--epochs", "1", "--out", out);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){RLIM_INFINITY, RLIM_INFINITY});
    expect(result, 1, NULL, "best.safetensors: File too large");
}

/* One of everything that a run leaves behind. */
Test(train_command, a_whole_run)
{
    char *log = join(directory, "run.jsonl"), *svg = join(directory, "run.svg"), *best = join(out, "best.safetensors"),
         *classes = join(out, "classes.txt");
    json_t *json = parse_json(TRAIN("--data", DATA, "--epochs", "3", "--out", out, "--log", log, "--svg", svg, "--json"));
    cr_expect_str_eq(json_string_value(json_object_get(json, "name")), "tiny");
    cr_expect(number(json, "epochs") == 3 && number(json, "steps") == 21
              && number(json, "best_accuracy") >= number(json, "val_accuracy"));
    cr_expect(json_is_false(json_object_get(json, "stopped")));
    char *text = read_file(log, NULL), *line = text;
    int steps = 0, epochs = 0;
    double loss = 0, sum = 0;
    for (char *next; (next = strchr(line, '\n')); line = next + 1) {
        *next = '\0';
        json_t *event = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        const char *kind = json_string_value(json_object_get(event, "event"));
        cr_assert(kind, "%s", line);
        if (!strcmp(kind, "step"))
            steps++, sum += number(event, "loss");
        if (!strcmp(kind, "epoch")) {
            epochs++, loss = number(event, "loss");
            cr_expect_float_eq(loss, sum / 7, 1e-6);
            sum = 0;
        }
        json_decref(event);
    }
    cr_expect(steps == 21 && epochs == 3);
    cr_expect_float_eq(loss, number(json, "loss"), 1e-6);
    free(text);
    text = read_file(svg, NULL);
    cr_expect(text && strstr(text, "tiny on " DATA) && strstr(text, "</svg>"));
    free(text);
    text = read_file(classes, NULL);
    cr_expect_str_eq(text, "ring\ncross\nstripes\n");
    free(text);
    json_t *evaluated = parse_json(TRAIN("--data", DATA, "--eval", "--weights", best, "--json"));
    cr_expect_float_eq(number(evaluated, "top1"), number(json, "best_accuracy"), 1e-9);
    cr_expect_eq(number(evaluated, "images"), 12);
    expect(RUN("nncc", "run", spec, "--weights", best, "--labels", classes), 0, "stripes", NULL);
    json_decref(json), json_decref(evaluated);
    free(log), free(svg), free(best), free(classes);
}

static pid_t start(const char *const *argument)
{
    extern char **environ;
    char path[4096] = {0};
    pid_t child;
    posix_spawn_file_actions_t actions;
    cr_assert(readlink("/proc/self/exe", path, sizeof path - 8) > 0);
    strcpy(strrchr(path, '/'), "/nncc");
    posix_spawn_file_actions_init(&actions);
    for (int file = 1; file < 3; file++)
        posix_spawn_file_actions_addopen(&actions, file, "/dev/null", O_WRONLY, 0);
    cr_assert(!posix_spawn(&child, path, &actions, NULL, (char *const *)argument, environ));
    posix_spawn_file_actions_destroy(&actions);
    return child;
}

/* SIGINT and SIGTERM finish the step and save; the resumed run, on other numbers of threads, ends with the same bytes. */
static void expect_same_after_signals(const char *backend, const char *data, const char *last)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGINT};
    char *whole = join(directory, "whole"), *log = join(directory, "log");
#define RESUMABLE "nncc", "train", spec, "--backend", backend, "--batch", "8", "--data", data, "--epochs", "3", "--lr", "0.05"
    expect(RUN(RESUMABLE, "--out", whole, "--threads", "1"), 0, "best accuracy", NULL);
    for (int i = 0; i < 3; i++) {
        int status;
        pid_t child = start((const char *const[]){RESUMABLE, "--out", out, "--resume", "--log", log, "--threads", "2", NULL});
        char *text = NULL;                              /* at least one step */
        for (int wait = 0; wait < 1000 && (!(text = read_file(log, NULL)) || !strstr(text, "\"step\","));
             wait++, free(text), text = NULL)
            usleep(2000);
        free(text);
        kill(child, signals[i]);
        cr_assert_eq(waitpid(child, &status, 0), child);
        cr_expect(WIFEXITED(status) && (WEXITSTATUS(status) == 128 + signals[i] || WEXITSTATUS(status) == 0), "status %x",
                  status);
        remove(log);
    }
    expect(RUN(RESUMABLE, "--out", out, "--resume", "--threads", "3", "--workers", "3"), 0, "best accuracy",
           "resuming after step");
    cr_expect(same_file(whole, out, last) && same_file(whole, out, "best.safetensors"), "%s", backend);
    free(whole), free(log);
}

Test(train_command, signals_ref)
{
    expect_same_after_signals("ref", DATA, "checkpoint-00000021.safetensors");
}

Test(train_command, signals_jit)
{
    expect_same_after_signals("jit", "shapes:1,size=12,count=800", "checkpoint-00000300.safetensors");
}

static const char dropping[] =
    "name: dropping\n"
    "input: [3, 12, 12]\n"
    "layers:\n"
    "  - conv: {name: conv1, out: 12, kernel: 3, pad: 1}\n"
    "  - bn: {name: bn1}\n"
    "  - relu\n"
    "  - dropout: {p: 0.2}\n"
    "  - conv: {name: conv2, out: 16, kernel: 3, stride: 2, pad: 1}\n"
    "  - bn: {name: bn2}\n"
    "  - relu\n"
    "  - global_avg_pool\n"
    "  - flatten\n"
    "  - linear: {name: fc, out: 3}\n";

/* The program itself, with everything that a run has: kernels of the JIT, dropout, augmentation, threads and checkpoints within
 * epochs. Lives are killed at random moments of their first 0.12 seconds; what they leave behind loads, and the run that
 * gets through ends with the bytes of the one that nobody disturbed. */
Test(train_command, survives_kills, .timeout = 900)
{
    const char *last = "checkpoint-00000300.safetensors";
    int wanted = getenv("NNCC_TEST_KILLS") ? atoi(getenv("NNCC_TEST_KILLS")) : 5, kills = 0;
    uint64_t base = pattern_base("kill the command", (uint64_t)time(NULL));
    char *whole = join(directory, "whole");
    write_file(spec, dropping);
#define LIFE "nncc", "train", spec, "--batch", "8", "--data", "shapes:1,size=12,count=800", "--epochs", "3", "--lr", "0.05", \
    "--augment", "crop:2,flip", "--save-every", "3"
    expect(RUN(LIFE, "--out", whole, "--threads", "2"), 0, "best accuracy", NULL);
    for (uint64_t i = 0; kills < wanted; i++) {
        int status = -1;
        for (int life = 0; status; life++) {
            pid_t child = start((const char *const[]){LIFE, "--out", out, "--resume", "--threads", "1", NULL});
            if (kills < wanted && life < 12) {
                usleep((useconds_t)(120000 * pattern_uniform(base, (uint64_t)kills + 1000 * i)));
                kill(child, SIGKILL);
            }
            cr_assert_eq(waitpid(child, &status, 0), child);
            cr_assert(!status || WIFSIGNALED(status), "a life ended badly: %x", status);
            kills += status != 0;
            cr_assert(directory_is_sound(out), "after %d kills a checkpoint does not load", kills);
        }
        cr_assert(same_file(whole, out, last) && same_file(whole, out, "best.safetensors"),
                  "after %d kills the run ended otherwise", kills);
        char *gone = strdup(out);
        remove_directory(gone);
    }
    free(whole);
}

/* What is written to a terminal on standard error. */
static char *on_terminal(const char *no_color)
{
    int terminal, line, status;
    size_t used = 0, size = 1 << 16;
    char *text = calloc(1, size);
    cr_assert(!openpty(&terminal, &line, NULL, NULL, &(struct winsize){.ws_row = 25, .ws_col = 80}));
    pid_t child = fork();
    if (!child) {
        char path[4096] = {0};
        if (readlink("/proc/self/exe", path, sizeof path - 8) > 0)
            strcpy(strrchr(path, '/'), "/nncc");
        setenv("TERM", "xterm", 1), setenv("NO_COLOR", no_color, 1);
        dup2(line, STDERR_FILENO), dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
        execl(path, "nncc", "train", spec, "--backend", "ref", "--batch", "8", "--data", DATA, "--epochs", "2", NULL);
        _exit(127);
    }
    close(line);
    for (ssize_t got; used < size - 1 && (got = read(terminal, text + used, size - 1 - used)) > 0;)
        used += (size_t)got;
    close(terminal);
    cr_assert(waitpid(child, &status, 0) == child && !status);
    return text;
}

/* A bar on a terminal, narrower than it; none under NO_COLOR. The lines of the epochs are there in both cases. */
Test(train_command, terminal)
{
    char *bar = on_terminal(""), *plain = on_terminal("1"), *found = strstr(bar, "[================] 7/7");
    cr_expect(found && strstr(bar, "\r\033[K") && strstr(bar, "/s  0:0") && strstr(bar, " left\033[K"), "%s", bar);
    cr_expect(!strchr(plain, '[') && !strchr(plain, '\033'), "%s", plain);
    cr_expect(strstr(bar, "epoch 2/2  loss") && strstr(plain, "epoch 2/2  loss"));
    for (char *line = strtok(bar, "\r\n"); line; line = strtok(NULL, "\r\n"))
        cr_expect(!strstr(line, "] ") || strlen(line) <= 79 + strlen("\033[K"), "%s", line);
    free(bar), free(plain);
}

Test(train_command, resuming)
{
    expect(TRAIN("--data", DATA, "--epochs", "1", "--out", out, "--resume"), 0, NULL, "nothing to resume: starting");
    expect(TRAIN("--data", DATA, "--epochs", "1", "--out", out), 1, NULL, "holds a run already");
    expect(TRAIN("--data", DATA, "--epochs", "1", "--out", out, "--resume", "--seed", "3"), 1, NULL, "is of another run");
#define ON(epochs, rate) TRAIN("--data", DATA, "--epochs", epochs, "--out", out, "--resume", "--schedule", "constant", "--lr", rate)
    expect(ON("2", "0.02"), 0, NULL, "epoch 2/2");
    expect(ON("3", "0.02"), 0, NULL, "resuming after step 14, in epoch 3\n");
    expect(ON("4", "0.01"), 0, NULL, "in epoch 4; epoch 3 ended at a learning rate of 0.02, which would now be 0.01");
}

Test(train_command, dry_run)
{
    expect(TRAIN("--data", DATA, "--dry-run"), 0, "loss", "60 pictures, 12 to evaluate, 3 classes");
}

/* The pictures as files, with their classes in their names: a network may be shown them again. */
Test(train_command, pictures)
{
    char *held_out = join(directory, "held-out"), *first = join(held_out, "00-ring.png"), *last = join(held_out, "11-stripes.png");
    size_t size;
    expect(TRAIN("--data", DATA, "--pictures", held_out), 0, NULL, NULL);
    expect(RUN("nncc", "run", spec, "--input", first, "--backend", "ref"), 0, "class", NULL);
    char *bytes = read_file(last, &size);
    cr_expect(bytes, "12 pictures are held out");
    free(bytes);
    expect(TRAIN("--data", "pattern:1", "--pictures", held_out), 1, NULL, "pattern:1 holds no pictures that nobody trains on");
    expect(TRAIN("--data", DATA, "--pictures", spec), 1, NULL, "cannot write");
    expect(TRAIN("--data", DATA, "--pictures", "/nowhere/at/all"), 1, NULL, "cannot make /nowhere/at/all");
    free(held_out), free(first), free(last);
}

/* Two classes of pictures under DIR/SPLIT, one called triwith an accent, made by the command itself; returns the second
 * class's directory, owned. */
static char *make_split(const char *root, const char *split)
{
    char *splitted = join(root, split), *first = join(splitted, "ring"), *second = join(splitted, "tri\xc3\xa9");
    mkdir(root, 0777), mkdir(splitted, 0777);
    expect(TRAIN("--data", "shapes:1,size=12,count=60", "--pictures", first), 0, NULL, NULL);
    expect(TRAIN("--data", "shapes:2,size=12,count=60", "--pictures", second), 0, NULL, NULL);
    free(splitted), free(first);
    return second;
}

/* A folder as people have it: a file that is no picture, with a name that would colour the terminal and is no UTF-8. */
Test(train_command, a_folder_of_pictures)
{
    char *root = join(directory, "pictures"), *train = make_split(root, "train"), *val = make_split(root, "val"),
         *log = join(directory, "log"), *bad = join(train, "e\033[31mvil\xff.png"),
         *held_out = join(directory, "held-out"), *broken = join(val, "00-0.png"), *data, *text;
    write_file(bad, "no picture");
    write_file(broken, "none either");
    cr_assert(asprintf(&data, "folder:%s", root) > 0);
#define FOLDER "--set", "classes=2", "--data", data
    Result r = TRAIN(FOLDER, "--epochs", "2", "--out", out, "--log", log);
    cr_expect_eq(r.status, 0, "%s", r.err);
    cr_expect(strstr(r.err, "3 steps an epoch (1 pictures fill none, other ones each time)"), "%s", r.err);
    cr_expect(strstr(r.err, "e?[31mvil") && !strchr(r.err, '\033') && strstr(r.err, "2 pictures could not be read"), "%s", r.err);
    result_free(&r);
    text = read_file(log, NULL);
    cr_expect(strstr(text, "\"note\"") && strstr(text, "[31mvil"), "%s", text);
    free(text);
    char *classes = join(out, "classes.txt"), *names = read_file(classes, NULL);
    cr_expect_str_eq(names, "ring\ntri\xc3\xa9\n");
    expect(TRAIN(FOLDER, "--epochs", "2", "--out", out, "--resume"), 0, "best accuracy",
           "the run is complete: all of its 2 epochs are done");
    expect(TRAIN(FOLDER, "--batch", "64"), 1, NULL, "25 training pictures do not fill a batch of 64");
    expect(TRAIN(FOLDER, "--eval", "--weights", "init:1"), 0, "24 pictures", "00-0.png: neither a JPEG nor a PNG");
    expect(TRAIN(FOLDER, "--pictures", held_out), 0, NULL, "00-0.png: neither a JPEG nor a PNG");
    char *last = join(held_out, "23-tri\xc3\xa9.png");
    cr_expect(file_exists(last), "pictures of the last class, too");
    free(root), free(train), free(val), free(log), free(bad), free(held_out), free(broken), free(data), free(classes),
        free(names), free(last);
}

/* Without pictures to evaluate nothing is the best, and without any to train on there is no run. After twenty pictures that cannot
 * be read, others are only counted. */
Test(train_command, half_a_folder)
{
    char *root = join(directory, "pictures"), *train = make_split(root, "train"), *data,
         *splitted = join(root, "train"), *val = join(root, "val");
    cr_assert(asprintf(&data, "folder:%s", root) > 0);
    for (int i = 0; i < 22; i++) {
        char name[32];
        snprintf(name, sizeof name, "bad%d.png", i);
        char *bad = join(train, name);
        write_file(bad, "no picture");
        free(bad);
    }
    Result r = TRAIN(FOLDER, "--epochs", "2", "--out", out);
    cr_expect(!r.status && strstr(r.err, "nothing tells which weights are best") &&
                  strstr(r.err, "from here on such pictures are only counted") &&
                  strstr(r.err, "22 pictures could not be read"),
              "%s", r.err);
    result_free(&r);
    cr_assert(!rename(splitted, val));
    expect(TRAIN(FOLDER, "--epochs", "1"), 1, NULL, "has no pictures to train on");
    free(root), free(train), free(data), free(splitted), free(val);
}

Test(train_command, overfits)
{
    json_t *json = parse_json(
        TRAIN("--data", DATA, "--overfit-one-batch", "--epochs", "15", "--lr", "0.3", "--schedule", "constant", "--json"));
    cr_expect_gt(number(json, "best_accuracy"), 0.6);
    cr_expect_lt(number(json, "loss"), 0.9);
    json_decref(json);
    expect(TRAIN("--data", DATA, "--overfit-one-batch", "--epochs", "1"), 0, NULL, "batch 8, 10 steps an epoch, SGD");
}

/* The losses of PyTorch 1.13.1 in float64 on the same weights, pictures and labels: SGD with momentum 0.9 and weight decay
 * 1e-4. */
Test(train_command, golden_run)
{
    static const double golden[] = {0.0442398506085981, 0.02589686542800818, 0.011163080024002427, 0.004432984133409756,
                                    0.001826300008545636};
    char *log = join(directory, "log");
    expect(RUN("nncc", "train", "specs/lenet.yaml", "--backend", "ref", "--data", "pattern:7", "--weights", "pattern:7",
               "--batch", "4", "--epochs", "5", "--lr", "0.01", "--schedule", "constant", "--log", log),
           0, NULL, "5/5");
    char *text = read_file(log, NULL), *at = text;
    for (int step = 0; step < 5; step++) {
        at = strstr(at, "\"event\":\"step\"");
        cr_assert(at, "no step %d", step);
        at = strstr(at, "\"loss\":") + 7;
        cr_expect_float_eq(atof(at), golden[step], 1e-8 * golden[step], "step %d: %.9g", step, atof(at));
    }
    free(text), free(log);
}

/* One fixed batch, whoever carries it. */
Test(train_command, pattern)
{
    json_t *first =
        parse_json(TRAIN("--data", "pattern:7", "--weights", "pattern:7", "--epochs", "4", "--lr", "0.05", "--json"));
    json_t *again = parse_json(TRAIN("--data", "pattern:7", "--weights", "pattern:7", "--epochs", "4", "--lr", "0.05",
                                     "--json", "--workers", "3"));
    cr_expect_eq(number(first, "steps"), 4);
    cr_expect(json_equal(first, again));
    json_decref(first), json_decref(again);
}

/* Values of a tensor of a checkpoint. */
static float *tensor(const char *file, const char *name, int rank, int64_t a, int64_t b, int64_t c, int64_t d)
{
    Failure failure;
    char *report;
    TensorSpec wanted = {.name = name, .rank = rank, .dim = {a, b, c, d}};
    int64_t dim[4], count = tensor_floats(&wanted);
    Weights *weights = weights_load(file, &wanted, 1, true, &report, &failure);
    cr_assert(weights, "%s", failure.text);
    float *values = malloc((size_t)count * sizeof *values);
    memcpy(values, weights_find(weights, name, &rank, dim), (size_t)count * sizeof *values);
    weights_free(weights);
    free(report);
    return values;
}

/* Two classes instead of three: the last layer is initialised, and trained alone. */
Test(train_command, transfer)
{
    char *first = join(out, "best.safetensors"), *second = join(directory, "second"),
         *last = join(second, "checkpoint-00000005.safetensors");
    expect(TRAIN("--data", DATA, "--epochs", "1", "--out", out), 0, NULL, NULL);
#define OTHER "--set", "classes=2", "--data", "shapes:2,size=12,count=40", "--epochs", "1", "--weights", first
    expect(TRAIN(OTHER), 1, NULL, "fc.weight: [3, 8] in the file, [2, 8] expected");
    Result r = TRAIN(OTHER, "--partial", "--train", "fc.*", "--freeze-bn", "stats", "--out", second);
    cr_expect(!r.status && strstr(r.err, "loaded 6/8") && strstr(r.err, "250 parameters, of which 18 are trained"), "%s", r.err);
    result_free(&r);
    float *before = tensor(first, "conv1.weight", 4, 8, 3, 3, 3), *after = tensor(last, "conv1.weight", 4, 8, 3, 3, 3);
    cr_expect(!memcmp(before, after, 216 * sizeof *before), "conv1 was to rest");
    float *head = tensor(last, "fc.weight", 2, 2, 8, 0, 0), sum = 0;
    for (int i = 0; i < 16; i++)
        sum += fabsf(head[i]);
    cr_expect_gt(sum, 0.1);
    free(before), free(after), free(head), free(first), free(second), free(last);
}
