/* command_verify.c - `nncc verify`: every way to run a network against the naive reference, and against each other:
 * all compiled ones must agree bit for bit, on any number of threads, and for an image alone or in a batch. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../runtime/peak.h"
#include "command.h"

enum { MOST_THREADS = 4, IMAGES = 2 };      /* unless --batch says otherwise */
static const double TOLERANCE = 1e-4;   /* of the largest output */

/* What all variants are compared with. */
typedef struct {
    double *reference;                  /* [batch][image] */
    double largest;                     /* |reference| */
    float *first;                       /* output of the first compiled variant, [batch][image] */
    size_t image;                       /* floats of one image's output */
    bool fine;
} Truth;

static void run_reference(Session *session, Truth *truth)
{
    Failure failure = {""};
    size_t count = truth->image * (size_t)session->batch;
    truth->reference = arena_alloc(&session->context, count, sizeof *truth->reference);
    check(session, reference_run(session->graph, session->weights, session->input, session->batch, truth->reference, &failure), &failure);
    for (size_t i = 0; i < count; i++)
        truth->largest = fmax(truth->largest, fabs(truth->reference[i]));
}

/* Worst distance to the reference, as a fraction of its largest value; infinite where a value is no number. */
static double distance(const Session *session, const Truth *truth)
{
    double worst = 0;
    for (size_t i = 0; i < truth->image * (size_t)session->batch; i++) {
        double far = fabs((double)session->output[i] - truth->reference[i]);
        worst = far <= worst ? worst : isnan(far) ? INFINITY : far;
    }
    return truth->largest > 0 ? worst / truth->largest : worst;
}

/* Same bits on 2, 3 and 4 threads, and for each image alone? The session's output is that of one thread. */
static bool is_steady(Session *session, const Truth *truth)
{
    size_t bytes = truth->image * sizeof(float), all = bytes * (size_t)session->batch;
    float *once = arena_alloc(&session->context, truth->image, (size_t)session->batch * sizeof *once);
    bool steady = true;
    memcpy(once, session->output, all);
    for (int threads = 2; threads <= MOST_THREADS; threads++) {
        session_forward(session, threads, 0, session->batch);
        steady &= !memcmp(once, session->output, all);
    }
    for (int i = 0; i < session->batch; i++) {
        session_forward(session, 1, i, 1);
        steady &= !memcmp(once + (size_t)i * truth->image, session->output, bytes);
    }
    memcpy(session->output, once, all);
    return steady;
}

static void verify_one(Session *session, Truth *truth, const Target *target, const char *compiler)
{
    size_t count = truth->image * (size_t)session->batch;
    session_model(session, target, compiler, false);
    session_forward(session, 1, 0, session->batch);
    double far = distance(session, truth);
    bool steady = is_steady(session, truth), same = true;
    if (truth->first)
        same = !memcmp(truth->first, session->output, count * sizeof(float));
    else
        truth->first = memcpy(arena_alloc(&session->context, count, sizeof(float)), session->output, count * sizeof(float));
    truth->fine &= steady && same && far <= TOLERANCE;
    if (session->arguments->json)
        json_array_append_new(json_object_get(session->json, "variants"),
                              json_pack("{s:s, s:s, s:f, s:b, s:b}", "target", target->name, "compiler", compiler, "difference",
                                        isfinite(far) ? far : 1e300, "same_bits", same, "steady", steady));
    else
        printf("%-8s %-8s %12.1e  %-20s %s\n", target->name, compiler, far, same ? "yes" : "NO", steady ? "yes" : "NO");
    fflush(stdout);
}

static bool is_installed(const char *program)
{
    char path[4096];
    const char *list = getenv("PATH");
    for (const char *end; list && *list; list = *end ? end + 1 : end) {
        end = strchrnul(list, ':');
        snprintf(path, sizeof path, "%.*s/%s", (int)(end - list), list, program);
        if (!access(path, X_OK))
            return true;
    }
    return false;
}

int command_verify(Session *session)
{
    static const char *const compilers[] = {"gcc", "clang", jit};
    Truth truth = {.fine = true};
    session_graph(session, false);
    session->batch = IMAGES;
    truth.image = (size_t)shape_floats(session->graph->output->shape);
    session_weights(session);
    session_input(session);
    session_program(session);
    session_pack(session);
    run_reference(session, &truth);
    if (session->arguments->json)
        session->json = json_pack("{s:s, s:i, s:f, s:[]}", "name", session->graph->name, "batch", session->batch, "largest", truth.largest, "variants");
    else
        printf("%s, %d image%s, against the naive reference (largest output %g)\n%-8s %-8s %12s  %-20s %s\n", session->graph->name,
               session->batch, session->batch == 1 ? "" : "s", truth.largest, "target", "compiler", "difference", "same bits as first",
               "same for 1-4 threads and image by image");
    for (int t = 0; targets[t]; t++)
        for (int c = 0; c < 3; c++)
            if ((!targets[t]->asks_processor || processor_has_fma()) && (compilers[c] == jit || is_installed(compilers[c])))
                verify_one(session, &truth, targets[t], compilers[c]);
    if (session->arguments->json)
        json_object_set_new(session->json, "ok", json_boolean(truth.fine));
    else
        puts(truth.fine ? "all agree" : "THEY DISAGREE");
    return truth.fine ? 0 : EXIT_MISTAKE;
}
