/* library.h - what the two files of the library share: the handle behind runtime/nncc.h, and how its calls fail. */
#ifndef NNCC_LIBRARY_H
#define NNCC_LIBRARY_H

#include "../backends/backend.h"
#include "../runtime/nncc.h"
#include "compiler.h"
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
    int max_batch;                      /* images that the arena has room for */
    char *layer;                        /* where it ends; NULL: at the output */
} Engine;

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
    char error[sizeof ((Context *)0)->message];
    char error_file[512];
    int line, column;
    char notice[4096];
};

/* The beginning of every call: forgets the last failure. False without a handle. */
bool begin(nncc *);
/* Keeps the text, and returns the status. */
nncc_status refuse(nncc *, nncc_status, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Calls work, which may fail by fail_at in this context or die: then a failure of the handle, as any other. */
typedef nncc_status Work(nncc *, void *argument);
nncc_status attempt(nncc *, Context *, Work *work, void *argument);
Options library_options(const nncc *, int max_batch);

void engine_free(Engine *);
void weights_changed(nncc *);

#endif
