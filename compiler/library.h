/* library.h - what the files of the library share: the handle behind runtime/nncc.h, and how its calls fail. */
#ifndef NNCC_LIBRARY_H
#define NNCC_LIBRARY_H

#include "../backends/backend.h"
#include "../runtime/nncc.h"
#include "train.h"
#include "tuned.h"

/* The graph as the spec says it, for questions about names and shapes; its own context, so that it can be replaced. */
typedef struct {
    Context context;
    Graph *graph;                       /* after infer */
    TensorSpec *tensor;                 /* graph->ntensors, in its order */
    const Tensor **declared;            /* the same in the compiler's words */
    bool *given;                        /* of each tensor: it has got values */
    const Node **layer;                 /* all nodes but the output */
    size_t nlayer;
} Network;

/* A network that can be run, as far as its output or as one layer. Its own context, dropped with it. */
typedef struct {
    Context context;
    Graph *graph;                       /* NULL: there is no engine; rewritten by the passes unless it is interpreted */
    nncc_backend backend;
    Program *program;                   /* these are NULL where the reference interprets the graph */
    Model model;
    void *arena;
    void *packed;                       /* weights with their stamp; NULL: to be packed before the next pass */
    double half_error;                  /* of those that are packed in half precision */
    int max_batch;                      /* images that the arena has room for */
    char *layer;                        /* where it ends; NULL: at the output */
} Engine;

/* A training that goes on. Its own context, dropped with it. */
typedef struct {
    Context context;
    TrainEngine *engine;                /* NULL: there is none */
    TrainOptions options;
    int64_t step;                       /* how many are done, those before a checkpoint included */
    bool ahead;                         /* the engine's parameters are newer than the handle's */
    bool *written;                      /* of each tensor, in the network's order: the handle's is newer */
    bool behind;                        /* of one at least */
    bool stepped;                       /* a step has been done since the training began or was loaded: it has gradients */
    TensorData *tensor;                 /* what the engine has given since its last step, for gradients; NULL: nothing yet */
    size_t ntensor;
} Run;

struct nncc {
    Context context;                    /* of the tree */
    const Tree *tree;                   /* NULL: nothing is loaded */
    Context tuned_context;              /* of the tuned choices */
    const Tuned *tuned;                 /* NULL: none */
    bool exact;                         /* no Winograd */
    bool half;                          /* filters of linear layers in half precision */
    Setting *setting;
    size_t nsetting, setting_capacity;
    Network *network;                   /* not NULL when there is a tree */
    Weights *weights;                   /* NULL: none yet */
    int max_batch, threads;
    Engine whole, part;                 /* what nncc_compile and nncc_forward_to made */
    Run run;
    char error[sizeof ((Context *)0)->message];
    char error_file[512];
    int line, column;
    char notice[4096];
};

/* The beginning of every call: forgets the last failure. False without a handle. */
bool begin(nncc *);
/* The same, of a call that needs this argument, or else says what is missing, and a network. */
nncc_status begin_with(nncc *, const void *argument, const char *missing);
/* Keeps the text, and returns the status. */
nncc_status refuse(nncc *, nncc_status, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Calls work, which may fail by fail_at in this context or die: then a failure of the handle, as any other. */
typedef nncc_status Work(nncc *, void *argument);
nncc_status attempt(nncc *, Context *, Work *work, void *argument);
Options library_options(const nncc *, int max_batch);

void engine_free(Engine *);

/* Weights, in library_run.c. */
void weights_changed(nncc *);
size_t tensor_count(const nncc *);
/* Finds a tensor of so many floats, for reading or writing. */
nncc_status find_tensor(nncc *, const char *name, const float *values, size_t floats, size_t *index);
/* All have values, but for counters of batches. */
nncc_status check_weights(nncc *);
/* The naive interpreter takes as many threads as OpenMP gives to whoever calls; that is the caller's to set, so it is put back. */
nncc_status attempt_on_threads(nncc *, Context *, Work *work, void *argument);

/* Between a training and the handle's weights, in library_train.c. */
nncc_status train_pull(nncc *);         /* the weights become what the last step made of them */
nncc_status train_push(nncc *, void *unused);   /* the next step begins with the handle's values of all that were written: a Work */
void train_forget(Run *);               /* what the engine has given is old */
void train_written(nncc *, size_t index);       /* the next step begins with the handle's value of that tensor */
void train_free(nncc *);

#endif
