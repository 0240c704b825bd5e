/* command.h - the command line. What the user asked for (Arguments), what a command holds while it works
 * (Session), and one function per command. Linked into the nncc program only, never into the library.
 *
 * Data goes to stdout, everything else to stderr. A command fails by fail_at, for which main.c waits; it frees
 * nothing itself: session_close does, on every path. */
#ifndef NNCC_COMMAND_H
#define NNCC_COMMAND_H

#include <jansson.h>

#include "../backends/backend.h"
#include "../runtime/image.h"
#include "../runtime/nncc.h"
#include "compiler.h"

enum { EXIT_MISTAKE = 1, EXIT_USAGE = 2, MAX_SETTINGS = 256 };

/* A number that may be 0: was it said? */
typedef struct {
    bool said;
    double value;
} Real;

/* Of `nncc train`. */
typedef struct {
    const char *data;                   /* D of the help text */
    const char *optimizer, *schedule, *warmup, *rate_per, *norm_decay, *freeze_norm, *augment;
    const char *train;                  /* globs, separated by commas */
    const char *directory, *log, *svg, *pictures;
    Real rate, momentum, beta1, beta2, epsilon, weight_decay, clip_norm;
    int epochs, seed, workers, keep, save_every;
    bool nesterov, resume, dry_run, overfit, evaluate;
} TrainArguments;

/* What the command line said; NULL, 0 and false where it said nothing. */
typedef struct {
    const char *spec;
    const char *output;                 /* -o */
    const char *weights, *input;        /* W and I of the help texts */
    const char *target;                 /* comma list of target names */
    const char *backend;                /* "jit", "aot" or "ref" */
    const char *compiler;               /* "gcc" or "clang" */
    const char *labels;                 /* file of class names, one a line; grad: numbers of classes */
    const char *save_input;             /* .npy file for the input as the network sees it */
    const char *prefix;                 /* of the generated symbols */
    const char *dump;                   /* -d */
    bool fp16_weights;
    const char *tuned;                  /* file of tuned choices */
    const char *loss;                   /* "cross_entropy" or "mse" */
    const char *recompute;              /* "block" */
    Real label_smoothing;
    int batch, threads, top, seconds;
    bool train_step, embed, with_main, profile, per_layer, json, partial, time, exact;
    bool help, version, ops, schema;
    Setting set[MAX_SETTINGS];          /* --set, in order; a value may be a comma list (see main.c) */
    int nset;
    TrainArguments train;
} Arguments;

/* Everything a command holds. The context's arena holds what is not named here. */
typedef struct {
    const Arguments *arguments;
    Context context;
    Options options;                    /* for the compiler: the settings of this row of the table */
    int row, nrow;                      /* which row of a table of settings; nrow is 1 for a single run */
    json_t *json;                       /* the command's answer under --json, printed by main.c */
    Graph *graph;                       /* after infer: what the spec says */
    Program *program;
    Weights *weights;
    void *packed;                       /* stamped, packed weights, what forward() takes */
    float *payload;                     /* the same behind the stamp */
    Model model;
    void *arena;
    size_t arena_size;                  /* bytes */
    float *input, *output;              /* [batch][channels][height][width], [batch][...] */
    int batch;
    void *work;                         /* of one command alone, freed by close_work, if any */
    void (*close_work)(void *work);
} Session;

typedef int Work(Session *);            /* returns the exit status */

/* One command: a word after `nncc`, or none. */
typedef struct {
    const char *name;                   /* "" for `nncc SPEC -o FILE` */
    unsigned bit;                       /* in an option's set of commands */
    Work *work;
    const char *synopsis, *meaning, *examples;
} Command;

/* command_options.c. Answers --help, --version, --ops and --schema itself: NULL then, and where the
 * line makes no sense, with the exit status. */
const Command *arguments_parse(Arguments *, Context *, int argc, char **argv, int *status);
int usage_error(const char *hint, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* command_session.c: the steps that commands share, each failing with a message for the user. */
void session_graph(Session *, bool alone);      /* dumps and times passes only if alone: compile() runs them too */
void session_weights(Session *);                /* needs graph; default pattern:1 */
void session_drop_weights(Session *);           /* frees what an engine has copied */
void session_input(Session *);                  /* needs graph; sets batch (to 1, unless set); default pattern:1 */
const char *session_tuned(Session *);           /* reads --tuned, once: the target it was measured for; NULL: there is none */
void session_program(Session *);                /* compiles for `batch` images at most */
void session_pack(Session *);
extern const char jit[];                        /* what a compiler is called that is none: TCC in this process */
/* What --backend and --compiler ask for: jit, the name of a compiler, or NULL for the system's. */
const char *session_compiler(Session *, const char *backend);
void session_model(Session *, const Target *, const char *compiler, bool profile);
/* Runs images first..first + count - 1 of the input; their results start the output. */
void session_forward(Session *, int threads, int first, int count);
void session_close(Session *);
_Noreturn void fail(Session *, const char *hint, const char *format, ...) __attribute__((format(printf, 3, 4)));
void check(Session *, bool fine, const Failure *);
/* To stderr, like printf; what came from files and users cannot steer the terminal. */
void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Both also make it the target that session_program compiles for. */
const Target *named_target(Session *, const char *name);
const Target *session_target(Session *);        /* the one --target names, --tuned is for, or the best this processor runs */
TensorSpec *tensor_specs(Session *);            /* graph->ntensors of them */
Transform input_transform(const Preprocess *);
json_t *shape_json(Shape);                      /* [channels] or [channels, height, width] */
const char *with_commas(Context *, int64_t);    /* "25,557,032" */
double seconds_now(void);
bool wants_colour(void);                        /* standard error is a terminal that may be drawn upon (main.c) */

/* command_file.c: outputs appear whole or not at all. */
bool is_stream(const char *path);               /* "-" or something that exists and is no regular file */
void write_output(Session *, const char *path, const char *bytes, size_t size);
bool try_output(const char *path, const char *bytes, size_t size, Failure *);  /* the same for those who must not jump */
void refuse_overwrite(Session *, const char *path);     /* of the spec or the weights */
const char *replace_extension(Session *, const char *path, const char *extension);
int spawn_and_wait(char *const argv[]);         /* exit status, or -1 where the program does not exist */

Work command_emit, command_run, command_bench, command_inspect, command_verify, command_graph, command_tune, command_grad, command_train;

#endif
