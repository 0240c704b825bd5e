/* nncc.h - neural networks from a spec, compiled in this process. Link with `pkg-config --cflags --libs nncc`.
 *
 *     nncc *net = nncc_new();
 *     if (nncc_load(net, "lenet.yaml") || nncc_compile(net, NNCC_JIT) || nncc_load_weights(net, "lenet.safetensors", 0)
 *         || nncc_forward(net, input, 1, output))
 *         puts(nncc_error(net));
 *     nncc_free(net);
 *
 * A handle is one network. Different handles may be used by different threads at the same time, one handle by one thread
 * at a time. Nothing here prints, exits or keeps state outside its handle; only TCC and OpenMP, which are underneath, end the
 * process where they run out of memory.
 *
 * Tensors are float32, row-major; a batch is one image after the other, each [channels][height][width]; sizes are counted in
 * floats, never in bytes. Names and texts that a handle returns stay valid until it is freed, but for those of nncc_error,
 * nncc_error_file and nncc_notice: until the next call that returns a status, and those of tensors and layers: until the
 * next nncc_set. */
#ifndef NNCC_H
#define NNCC_H

#include <stddef.h>
#include <stdint.h>

#define NNCC_VERSION_MAJOR 0
#define NNCC_VERSION_MINOR 1
#define NNCC_VERSION_PATCH 0
#define NNCC_VERSION "0.1.0"

#define NNCC_MAX_RANK 4
#define NNCC_MAX_BATCH 65536
#define NNCC_MAX_THREADS 1024

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nncc nncc;

/* What every call returns that can fail. After any but OK, nncc_error(handle) tells more. */
typedef enum {
    NNCC_OK,
    NNCC_ERROR_ARGUMENT,        /* a pointer is NULL, or a number is out of its range */
    NNCC_ERROR_ORDER,           /* too early or too late: nothing is loaded, compiled, or no longer to be changed */
    NNCC_ERROR_SPEC,            /* a mistake in the spec, a parameter or tuned choices: see nncc_error_line */
    NNCC_ERROR_NAME,            /* no tensor or layer is called so */
    NNCC_ERROR_SIZE,            /* the array has another size than what it is for */
    NNCC_ERROR_WEIGHTS,         /* weights that cannot be read, do not fit the network, or are not complete */
    NNCC_ERROR_BACKEND,         /* no code: no C compiler, or it fails */
    NNCC_ERROR_MEMORY,
    NNCC_ERROR_BUG              /* a mistake in nncc itself: please report it, and free the handle */
} nncc_status;

const char *nncc_strerror(int status);          /* one line, never NULL */
const char *nncc_version(void);                 /* of the library; NNCC_VERSION is that of this header */

/* ---- a handle, and what its calls had to say ----------------------------------------------------------------- */
nncc *nncc_new(void);                           /* NULL: no memory */
void nncc_free(nncc *);                         /* also of NULL */
/* The last failure: one line; for a mistake in a spec `file:line:column: error: ...`, the line, a caret and perhaps a hint.
 * "" after a call that succeeded. */
const char *nncc_error(const nncc *);
/* Where in a spec it is: a file, a line and a column (in characters), both from 1; "" and 0 where it is in none. */
const char *nncc_error_file(const nncc *);
int nncc_error_line(const nncc *);
int nncc_error_column(const nncc *);
/* What the last nncc_compile or nncc_load_weights did otherwise than asked, or finds suspicious; "" for nothing. */
const char *nncc_notice(const nncc *);

/* ---- a network ------------------------------------------------------------------------------------------------ */
/* One of the spec's parameters, as `--set name=value` does; before or after loading, before weights and compilation. The
 * last value of a name counts. After loading, a value that the spec does not accept changes nothing. */
nncc_status nncc_set(nncc *, const char *name, const char *value);
nncc_status nncc_set_max_batch(nncc *, int images);     /* that nncc_compile makes room for: 1 unless told */
nncc_status nncc_set_threads(nncc *, int threads);      /* at most so many: 1 unless told; never changes a result */
/* Takes the choices for this machine that `nncc tune` wrote, from the next nncc_compile on; NULL: no more. nncc_compile refuses
 * choices that a layer cannot take (NNCC_ERROR_SPEC, with their place), and nncc_notice tells of a file for another machine.
 * Networks of different choices may differ in the last bits. */
nncc_status nncc_tuned(nncc *, const char *path);
/* Not 0: the next nncc_compile multiplies nothing but inputs and weights. Otherwise 3 x 3 convolutions may go by Winograd's
 * algorithm, which is faster and rounds a little more: within 2e-5 of each layer's values, in relative L2 norm. */
nncc_status nncc_set_exact(nncc *, int exact);
/* From the next nncc_compile on: 1 stores the filters of linear layers in half precision, which halves the memory that they are
 * read from, and rounds them to 11 bits; 0 does not. */
nncc_status nncc_set_fp16_weights(nncc *, int on);
/* How far that has moved the filters of the compiled network, as a relative L2 norm: 0 where nothing is stored so. Packs the
 * weights where nncc_pack has not. */
nncc_status nncc_fp16_error(nncc *, double *error);
/* Reads a spec, from a file or from a text; `name` stands for the file in errors, and files that the text extends are
 * found beside it. Once a handle; after a failure it may be tried again. */
nncc_status nncc_load(nncc *, const char *path);
nncc_status nncc_load_text(nncc *, const char *text, const char *name);

/* What was loaded: "" and 0 before. Parameters are elements that training would change; operations are
 * multiply-accumulates of one image; shapes are those of one image, [channels][height][width]. */
const char *nncc_name(const nncc *);
int64_t nncc_parameters(const nncc *);
int64_t nncc_macs(const nncc *);
nncc_status nncc_input_shape(nncc *, int shape[3]);
nncc_status nncc_output_shape(nncc *, int shape[3]);
size_t nncc_input_floats(const nncc *);
size_t nncc_output_floats(const nncc *);

/* A parameter or buffer: what a weights file holds. Layers are listed in order of execution, the input first. */
typedef struct {
    const char *name;           /* PyTorch's: "layer1.0.conv1.weight" */
    int rank;
    int64_t dim[NNCC_MAX_RANK]; /* convolution: [out, in / groups, height, width]; linear: [out, in] */
    size_t floats;              /* product of the dimensions */
    int buffer;                 /* running statistics of a norm: not trained */
} nncc_tensor_info;
typedef struct {
    const char *name;           /* "layer1.0.conv1" */
    const char *operation;      /* "conv" */
    int shape[3];               /* of its result */
    size_t floats;
    int64_t macs;
} nncc_layer_info;
size_t nncc_tensors(const nncc *);              /* how many */
size_t nncc_layers(const nncc *);
nncc_status nncc_tensor(nncc *, size_t index, nncc_tensor_info *);
nncc_status nncc_layer(nncc *, size_t index, nncc_layer_info *);

/* ---- weights: any time after loading; what changes takes effect at the next forward pass ---------------------- */
/* From a .safetensors file, or "pattern:SEED[,gain=G]", or "init:SEED". A file must hold exactly the network's tensors,
 * unless `partial`: then what fits is read, the rest becomes 0 (scales and variances 1), and nncc_notice tells. Values that kernels
 * have in their own order are not kept twice: the file stays open, and large tensors are read once more where they are asked for,
 * unless its contents have changed: then they are refused. */
nncc_status nncc_load_weights(nncc *, const char *from, int partial);
nncc_status nncc_read_tensor(nncc *, const char *name, float *values, size_t floats);
/* A network may be filled by this alone, too; a forward pass needs all tensors, but not num_batches_tracked. */
nncc_status nncc_write_tensor(nncc *, const char *name, const float *values, size_t floats);
/* All tensors into a .safetensors file, which appears whole or not at all. num_batches_tracked may have got no values: 0. */
nncc_status nncc_save_weights(nncc *, const char *path);

/* ---- code ----------------------------------------------------------------------------------------------------- */
typedef enum {
    NNCC_JIT,                   /* machine code, in milliseconds */
    NNCC_AOT,                   /* C, compiled by $CC or cc, kept in a cache: seconds, then nothing. The same bits as JIT */
    NNCC_REFERENCE              /* no code: a naive interpreter in double precision, thousands of times slower */
} nncc_backend;
/* May be called again, for another backend or batch. */
nncc_status nncc_compile(nncc *, nncc_backend);
/* Packs the weights as the code wants them, which the next forward pass would do otherwise. */
nncc_status nncc_pack(nncc *);
/* input [batch][input floats] -> output [batch][output floats], for 1 <= batch <= max batch. An image's result does not
 * depend on its batch, on threads, nor on JIT or AOT. Takes up to a megabyte of stack on each thread. */
nncc_status nncc_forward(nncc *, const float *input, int batch, float *output);
/* The result of any layer, [batch][its floats]: compiles a network that ends there, which is kept for the next call with the
 * same layer. Its values are those of the whole network, except that sums may be rounded in another order. */
nncc_status nncc_forward_to(nncc *, const char *layer, const float *input, int batch, float *output);

/* ---- training: a network that has weights is trained in place -------------------------------------------------------- */
typedef enum { NNCC_CROSS_ENTROPY, NNCC_MSE } nncc_loss;        /* means over the batch; mse: of all outputs, too */
typedef enum {
    NNCC_GRADIENTS,             /* no update: what nncc_read_gradient gives, and running statistics move */
    NNCC_SGD,                   /* in PyTorch's form */
    NNCC_ADAMW
} nncc_optimizer;
/* Norms: everything moves; statistics rest (and are used in place of a batch's own); scale and shift rest; both. */
typedef enum { NNCC_FREEZE_NONE, NNCC_FREEZE_STATS, NNCC_FREEZE_AFFINE, NNCC_FREEZE_BOTH } nncc_freeze;
typedef struct {
    int batch;                  /* images of every step, 1 to NNCC_MAX_BATCH */
    nncc_backend backend;
    uint64_t seed;              /* of dropout, with the number of the step */
    int dropout;                /* 0: dropout passes everything on */
    nncc_loss loss;
    double label_smoothing;     /* 0 to 1: share of the target that is spread over all classes */
    nncc_optimizer optimizer;
    double momentum;            /* of SGD, 0 to 1 */
    int nesterov;
    double beta1, beta2, epsilon;   /* of AdamW; betas from 0 to below 1 */
    double weight_decay;
    int decay_vectors;          /* 0: no weight decay on norms and biases */
    double clip_norm;           /* largest L2 norm of all gradients together; 0: any */
    const char *train;          /* "fc.*,layer4.*": only parameters that match are trained; NULL: all */
    nncc_freeze freeze_norms;
    int recompute;              /* not 0: less memory, more time: residual blocks are computed again on the way back */
} nncc_training;
/* What `nncc train` takes where nothing is said, with that optimizer: a batch of 64, the JIT, momentum 0.9, ...; for
 * NNCC_GRADIENTS what `nncc grad` takes: a batch of 1, no dropout. */
void nncc_train_defaults(nncc_training *, nncc_optimizer);
/* Compiles a training step, for as many threads as nncc_set_threads says by now; the network must give one number a class, and all
 * tensors must have values: from init:SEED, for example. One training a handle at a time. */
nncc_status nncc_train_begin(nncc *, const nncc_training *);
/* One step: forward, loss, backward, update with this learning rate. input [batch][input floats], labels [batch], each from 0 to
 * output floats - 1; *loss: the mean over the batch, before the update; *correct: images whose largest output is their label's.
 * Either may be NULL. The bits do not depend on threads, nor on JIT or AOT.
 * Between steps everything else may be called: nncc_forward and nncc_read_tensor know the parameters as of the last step, and
 * what nncc_write_tensor or nncc_load_weights say is where the next step begins. */
nncc_status nncc_train_step(nncc *, const float *input, const int32_t *labels, double rate, double *loss, int *correct);
/* The gradient of the last step's loss by a trained parameter, of its size. Only NNCC_GRADIENTS keeps them. */
nncc_status nncc_read_gradient(nncc *, const char *name, float *values, size_t floats);
/* Between steps, into a file that appears whole or not at all: all tensors, what the optimizer keeps, and how many steps have been done.
 * It is a checkpoint such as `nncc train` writes, and a file for nncc_load_weights, too. */
nncc_status nncc_train_save(nncc *, const char *path);
/* Puts a training that has begun where a checkpoint was saved, by nncc_train_save or `nncc train`: with the same options, pictures and
 * rates its next steps have the bits that they would have had. What is damaged, or of another network or optimizer, is refused with
 * NNCC_ERROR_WEIGHTS, and nothing changes. */
nncc_status nncc_train_load(nncc *, const char *path);
/* Frees all that training needs, what the optimizer keeps included; the parameters stay. Also without a training. */
nncc_status nncc_train_end(nncc *);

#ifdef __cplusplus
}
#endif

#endif
