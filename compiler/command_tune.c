/* command_tune.c - `nncc tune`: times other choices for every distinct layer of a network on this machine.
 *
 * Each round compiles the network twice, with the best choices so far and with a challenger for every layer that still has
 * one, and runs the two in turns: every layer is timed where it will run, with its operands as warm or cold as they will be,
 * and beside its rival, so that a machine that slows down slows both. A network of many equal layers runs no more than a
 * few of each. Weights are zeros: a multiply-add takes as long for any number. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../runtime/peak.h"
#include "../runtime/processor.h"
#include "command.h"
#include "tune.h"

enum { EQUAL_LAYERS = 2, LEAST_RUNS = 2, MOST_RUNS = 60, FINAL_RUNS = 8, BAR = 30 };
static const double ROUND = 0.04;       /* seconds that each of the two may run in a round */
static const double HOPELESS = 1.2;     /* of the best's time, in the first run: no second one */
static const double SECONDS = 24;       /* of the search, unless told otherwise */

/* One compiled network. */
typedef struct {
    Context context;
    Program *program;
    Model model;
    Stamp stamp;
    double *step, *now;                 /* seconds of each step in one run; of all layers of a key in that */
    double *layer;                      /* the least of these among some runs */
    int *of;                            /* by step: index of its layer, or -1 */
} Contender;

typedef struct {
    Session *session;
    Search search;
    const Target *target;
    const char *processor;
    int threads;
    size_t weights_size;                /* of the session's block, which both contenders use, as they do its arena */
    float *output;
    double begin, limit;                /* seconds_now: of the search, and how long it may take */
    int round, trials;
} Tuning;

/* ---- contenders -------------------------------------------------------------------------------------------------- */

static void close_contender(Contender *contender)
{
    if (contender->model.handle)
        model_close(&contender->model);
    context_free(&contender->context);
}

/* Which of the layers a step computes, or -1. */
static int layer_of(const Search *search, const Step *step)
{
    return step->node ? search_layer(search, search_node(step->node)) : -1;
}

/* Keeps no more than a few steps of each layer: the others would only take time. */
static void thin_out(const Search *search, Program *program)
{
    int *seen = arena_alloc(program->context, search->nlayer + 1, sizeof *seen);
    bool *kept = arena_alloc(program->context, (size_t)search->nnode + 1, sizeof *kept);
    size_t count = 0, leading = 0;
    for (size_t i = 0; i < program->nstep; i++) {
        const Node *node = program->step[i].node ? search_node(program->step[i].node) : NULL;
        int layer = layer_of(search, &program->step[i]);
        if (layer >= 0 && !kept[node->id])
            kept[node->id] = seen[layer]++ < EQUAL_LAYERS;
        if (layer < 0 || kept[node->id])
            program->step[count++] = program->step[i];
        leading = i < program->leading ? count : leading;
    }
    program->nstep = count;
    program->leading = leading;
}

static void grow(Session *session, void **block, size_t *size, size_t wanted)
{
    if (*size >= wanted)
        return;
    free(*block);
    *block = weights_block(*size = wanted);
    if (!*block)
        fail(session, "a smaller --batch needs less", "out of memory: %zu bytes", wanted);
}

/* Compiles with those tiles. */
static void compile_contender(Tuning *tuning, Contender *contender, const Tuned *tuned)
{
    Session *session = tuning->session;
    Options options = session->options;
    Failure failure = {""};
    options.tuned = tuned;
    options.dump = NULL;
    options.time = false;
    *contender = (Contender){.model = {0}};
    context_init(&contender->context);
    if (setjmp(contender->context.on_error)) {
        char *message = arena_strdup(&session->context, contender->context.message);
        close_contender(contender);
        fail(session, NULL, "%s", message);
    }
    contender->program = compile(&contender->context, session->arguments->spec, NULL, &options);
    contender->stamp = program_stamp(contender->program);
    contender->step = arena_alloc(&contender->context, contender->program->nstep + 1, sizeof *contender->step);
    contender->layer = arena_alloc(&contender->context, tuning->search.nlayer, sizeof *contender->layer);
    contender->now = arena_alloc(&contender->context, tuning->search.nlayer, sizeof *contender->now);
    thin_out(&tuning->search, contender->program);
    contender->of = arena_alloc(&contender->context, contender->program->nstep + 1, sizeof *contender->of);
    for (size_t i = 0; i < contender->program->nstep; i++)
        contender->of[i] = layer_of(&tuning->search, &contender->program->step[i]);
    if (!jit_load(contender->program, tuning->target, &contender->model, &failure))
        fail_at(&contender->context, (Loc){0}, NULL, "%s", failure.text);
    grow(session, &session->packed, &tuning->weights_size, sizeof contender->stamp + contender->stamp.bytes + 64);
    grow(session, &session->arena, &session->arena_size, contender->model.arena_size + 64);
}

/* One run; keeps the least time of each layer. Returns how long it took. */
static double run_contender(Tuning *tuning, Contender *contender)
{
    Session *session = tuning->session;
    const Search *search = &tuning->search;
    const Program *program = contender->program;
    double start = seconds_now();
    memcpy(session->packed, &contender->stamp, sizeof contender->stamp);
    int status = contender->model.profiled(session->packed, session->arena, session->input, session->batch, tuning->threads,
                                           tuning->output, contender->step);
    double seconds = seconds_now() - start;
    if (status)
        fail(session, NULL, "%s", contender->model.strerror(status));
    memset(contender->now, 0, search->nlayer * sizeof *contender->now);
    for (size_t i = 0; i < program->nstep; i++)
        if (contender->of[i] >= 0)
            contender->now[contender->of[i]] += contender->step[i];
    for (size_t i = 0; i < search->nlayer; i++)
        contender->layer[i] = contender->layer[i] > 0 ? fmin(contender->layer[i], contender->now[i]) : contender->now[i];
    return seconds;
}

/* ---- rounds ------------------------------------------------------------------------------------------------------ */

/* Is there a challenger that is not hopeless? */
static bool is_open(const Search *search, const Contender *best, const Contender *challenger)
{
    for (size_t i = 0; i < search->nlayer; i++)
        if (!tile_equal(&search->layer[i].best, &search->layer[i].challenger) && challenger->layer[i] < HOPELESS * best->layer[i])
            return true;
    return false;
}

static void run_in_turns(Tuning *tuning, Contender *best, Contender *challenger, int least)
{
    double spent = 0;
    for (int run = 0; run < least || (run < MOST_RUNS && spent < ROUND); run++) {
        spent += run_contender(tuning, challenger);
        run_contender(tuning, best);
        if (run == 0 && least == LEAST_RUNS && !is_open(&tuning->search, best, challenger))
            return;
    }
}

static void round_of_challengers(Tuning *tuning)
{
    Contender best, challenger;
    Search *search = &tuning->search;
    compile_contender(tuning, &best, search_choices(search, SEARCH_best));
    compile_contender(tuning, &challenger, search_choices(search, SEARCH_challenger));
    run_in_turns(tuning, &best, &challenger, LEAST_RUNS);
    for (size_t i = 0; i < search->nlayer; i++)
        tuning->trials += !tile_equal(&search->layer[i].best, &search->layer[i].challenger);
    search_judge(search, best.layer, challenger.layer);
    close_contender(&challenger);
    close_contender(&best);
}

static void show_progress(const Tuning *tuning)
{
    const Search *search = &tuning->search;
    double elapsed = seconds_now() - tuning->begin;
    size_t done = 0;
    if (!isatty(STDERR_FILENO))
        return;
    for (size_t i = 0; i < search->nlayer; i++)
        done += tile_equal(&search->layer[i].best, &search->layer[i].challenger) && tuning->round;
    double share = fmin(1, fmax(elapsed / tuning->limit, (double)done / (double)(search->nlayer + 1)));
    fprintf(stderr, "\r  [");
    for (int i = 0; i < BAR; i++)
        fputc(i < share * BAR ? '#' : '.', stderr);
    fprintf(stderr, "] %3.0f %%  %4.1f s, %d choices tried for %zu layers ", 100 * share, elapsed, tuning->trials, search->nlayer);
    fflush(stderr);
}

static void search_layers(Tuning *tuning)
{
    tuning->begin = seconds_now();
    for (show_progress(tuning); search_next(&tuning->search); show_progress(tuning)) {
        if (seconds_now() - tuning->begin > tuning->limit)
            break;
        round_of_challengers(tuning);
        tuning->round++;
    }
}

/* The whole network by the model's choices beside the tuned one, for longer: what does not win here goes back. */
static void confirm(Tuning *tuning, Tuned *tuned)
{
    Contender model, best;
    Search *search = &tuning->search;
    compile_contender(tuning, &model, search_choices(search, SEARCH_model));
    compile_contender(tuning, &best, search_choices(search, SEARCH_best));
    run_in_turns(tuning, &model, &best, FINAL_RUNS);
    for (size_t i = 0; i < search->nlayer; i++) {
        TuneLayer *layer = &search->layer[i];
        if (best.layer[i] >= 0.99 * model.layer[i])
            layer->best = layer->model;
        bool kept = tile_equal(&layer->best, &layer->model);
        int measured = layer->count < EQUAL_LAYERS ? layer->count : EQUAL_LAYERS;
        double by_model = kept ? fmin(model.layer[i], best.layer[i]) : model.layer[i];
        tuned->layer[i] = (TunedLayer){layer->key, layer->best, 1e6 * by_model / measured,
                                       1e6 * (kept ? by_model : best.layer[i]) / measured, {0}};
    }
    close_contender(&best);
    close_contender(&model);
}

/* ---- telling ------------------------------------------------------------------------------------------------------ */

/* One line a layer, where no bar was shown; and what all of it comes to. */
static void tell_result(const Tuning *tuning, const Tuned *tuned)
{
    const Search *search = &tuning->search;
    bool terminal = isatty(STDERR_FILENO);
    double model = 0, best = 0;
    if (terminal)
        fputc('\n', stderr);
    for (size_t i = 0; i < tuned->nlayer; i++) {
        const TunedLayer *layer = &tuned->layer[i];
        const Tile *t = &layer->tile;
        int count = search->layer[i].count;
        model += count * layer->model_us;
        best += count * layer->tuned_us;
        if (!terminal)
            fprintf(stderr, "%2d x %10.2f us %5.1f %%  %-60s %dx%d rows %d depth %d%s%s%s\n", count, layer->tuned_us,
                    100 * (layer->tuned_us / layer->model_us - 1), layer->layer, t->vectors, t->pixels, t->rows, t->depth,
                    t->ahead ? " ahead" : "", t->flat ? " flat" : "", t->panels_first ? " panels first" : "");
    }
    fprintf(stderr, "nncc: %d choices for %zu layers in %.1f s: convolutions and linear layers take %.4g ms by the model, %.4g ms tuned\n",
            tuning->trials, tuned->nlayer, seconds_now() - tuning->begin, 1e-3 * model, 1e-3 * best);
}

static void write_choices(Tuning *tuning, Tuned *tuned)
{
    Session *session = tuning->session;
    Text text = text_new(&session->context);
    tuned->network = session->graph->name;
    tuned->processor = tuning->processor;
    tuned->target = tuning->target->name;
    tuned->threads = tuning->threads;
    tuned->batch = session->batch;
    tuned_write(&text, tuned);
    if (session->arguments->output)
        write_output(session, session->arguments->output, text.data, text.size);
    else
        fwrite(text.data, 1, text.size, stdout);
}

static void tune(Tuning *tuning)
{
    Session *session = tuning->session;
    size_t output = (size_t)shape_floats(session->graph->output->shape) * (size_t)session->batch;
    tuning->output = arena_alloc(&session->context, output, sizeof(float));
    session_program(session);
    tuning->search = search_begin(&session->context, session->program);
    if (!tuning->search.nlayer)
        fail(session, NULL, "%s has no convolution or linear layer: there is nothing to tune", session->graph->name);
    search_layers(tuning);
    Tuned *tuned = search_choices(&tuning->search, SEARCH_best);
    confirm(tuning, tuned);
    tell_result(tuning, tuned);
    write_choices(tuning, tuned);
}

int command_tune(Session *session)
{
    const Arguments *arguments = session->arguments;
    char processor[PROCESSOR_NAME];
    Tuning tuning = {.session = session, .processor = processor, .limit = arguments->seconds ? arguments->seconds : SECONDS};
    processor_name(processor);
    tuning.threads = arguments->threads ? arguments->threads : processor_count();
    tuning.target = session_target(session);
    session_graph(session, false);
    session_input(session);
    if (arguments->output)
        refuse_overwrite(session, arguments->output);
    tune(&tuning);
    return 0;
}
