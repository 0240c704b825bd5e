/* command_train.c - `nncc train`: data, weights, engine and schedule are put together here; runtime/trainer.c runs them. */
#include "command_train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../runtime/peak.h"

enum { DEFAULT_EPOCHS = 10, DEFAULT_KEEP = 3, MOST_WORKERS = 4 };

/* ---- what was said, and what stands for what was not ------------------------------------------------------ */

static double real_or(Real real, double otherwise)
{
    return real.said ? real.value : otherwise;
}

/* Index of a word among those an option knows, the first one where nothing was said; -1 after a complaint. */
static int choose_word(Session *session, const char *option, const char *word, const char *const *known)
{
    Text list = text_new(&session->context);
    for (int i = 0; known[i]; i++) {
        if (!word || !strcmp(word, known[i]))
            return i;
        text_add(&list, "%s%s", i ? known[i + 1] ? ", " : " or " : "", known[i]);
    }
    return usage_error(arena_printf(&session->context, "write %s", list.data), "--%s %s is unknown", option, word), -1;
}

/* Words of options, as indexes into the lists below; -1: unknown. */
typedef struct {
    int optimiser, loss, freeze, recompute, keep_decay, backend;
} Words;

static const char *const backends[] = {"jit", "aot", "ref", NULL};

static bool read_words(Session *session, Words *w)
{
    static const char *const optimisers[] = {"sgd", "adamw", NULL}, *const losses[] = {"cross_entropy", "mse", NULL};
    static const char *const freezing[] = {"none", "stats", "affine", "both", NULL};
    static const char *const recomputing[] = {"none", "block", NULL}, *const yes_no[] = {"yes", "no", NULL};
    const Arguments *arguments = session->arguments;
    const TrainArguments *a = &arguments->train;
    w->optimiser = choose_word(session, "optimizer", a->optimizer, optimisers);
    w->loss = choose_word(session, "loss", arguments->loss, losses);
    w->freeze = choose_word(session, "freeze-bn", a->freeze_norm, freezing);
    w->recompute = choose_word(session, "recompute", arguments->recompute, recomputing);
    w->keep_decay = choose_word(session, "weight-decay-norm-bias", a->norm_decay, yes_no);
    w->backend = choose_word(session, "backend", arguments->backend, backends);
    return w->optimiser >= 0 && w->loss >= 0 && w->freeze >= 0 && w->recompute >= 0 && w->keep_decay >= 0 && w->backend >= 0;
}

/* Options of the other optimiser are a mistake. */
static int check_optimiser(const TrainArguments *a, bool adamw)
{
    if (adamw && (a->momentum.said || a->nesterov))
        return usage_error("AdamW has --beta1 and --beta2", "--momentum and --nesterov are of --optimizer sgd");
    if (!adamw && (a->beta1.said || a->beta2.said || a->epsilon.said))
        return usage_error("SGD has --momentum", "--beta1, --beta2 and --epsilon are of --optimizer adamw");
    if (a->beta1.value >= 1 || a->beta2.value >= 1)
        return usage_error("a mean that is 1 - beta of the new and beta of the old", "--beta1 and --beta2 must be below 1");
    if (a->nesterov && a->momentum.said && a->momentum.value == 0)
        return usage_error(NULL, "--nesterov needs a --momentum above 0");
    return 0;
}

static Optimiser make_optimiser(const TrainArguments *a, bool adamw, bool decay_vectors)
{
    Optimiser o = optimiser_default(adamw ? OPTIMISER_adamw : OPTIMISER_sgd);
    return (Optimiser){.kind = o.kind,
                       .momentum = real_or(a->momentum, o.momentum),
                       .nesterov = a->nesterov,
                       .beta1 = real_or(a->beta1, o.beta1),
                       .beta2 = real_or(a->beta2, o.beta2),
                       .epsilon = real_or(a->epsilon, o.epsilon),
                       .weight_decay = real_or(a->weight_decay, o.weight_decay),
                       .decay_vectors = decay_vectors,
                       .clip_norm = real_or(a->clip_norm, 0)};
}

int train_options(Session *session, TrainOptions *o)
{
    const Arguments *arguments = session->arguments;
    const TrainArguments *a = &arguments->train;
    Words w;
    if (!read_words(session, &w))
        return EXIT_USAGE;
    *o = (TrainOptions){.batch = arguments->batch ? arguments->batch : TRAIN_BATCH, .seed = (uint64_t)a->seed,
                        .threads = arguments->threads ? arguments->threads : processor_count(),
                        .backend = backends[w.backend], .target = arguments->target, .compiler = arguments->compiler};
    o->training = (Training){.loss = w.loss ? LOSS_mse : LOSS_cross_entropy,
                             .label_smoothing = real_or(arguments->label_smoothing, 0),
                             .freeze_norm = (FreezeNorm)w.freeze,
                             .keep_dropout = true,
                             .recompute = w.recompute == 1,
                             .optimiser = make_optimiser(a, w.optimiser == 1, w.keep_decay == 0)};
    if (a->train)
        o->training.train = train_globs(&session->context, a->train, &o->training.ntrain);
    if (a->train && !o->training.ntrain)
        return usage_error("such as --train 'fc.*'", "--train '%s' names no parameters", a->train);
    return check_optimiser(a, w.optimiser == 1);
}

static int read_schedule(Session *session, Schedule *schedule)
{
    static const char *const periods[] = {"iteration", "epoch", NULL};
    const TrainArguments *a = &session->arguments->train;
    Failure failure;
    int period = choose_word(session, "lr-per", a->rate_per, periods);
    bool adamw = a->optimizer && !strcmp(a->optimizer, "adamw");
    if (period < 0)
        return EXIT_USAGE;
    *schedule = (Schedule){.rate = real_or(a->rate, adamw ? 0.001 : 0.1), .epochs = a->epochs ? a->epochs : DEFAULT_EPOCHS,
                           .per_iteration = period == 0};
    if (!schedule_parse(a->schedule ? a->schedule : "cosine", schedule, &failure)
        || (a->warmup && !schedule_parse_warmup(a->warmup, schedule, &failure)))
        return usage_error("`nncc train --help` has examples", "%s", failure.text);
    if (schedule->warmup >= schedule->epochs && !a->dry_run && schedule->warmup > 0)
        return usage_error("--epochs counts the warm-up too", "a warm-up of %g epochs leaves nothing of %d",
                           schedule->warmup, schedule->epochs);
    return 0;
}

/* Combinations that make no sense. */
static int check_arguments(Session *session)
{
    const Arguments *arguments = session->arguments;
    const TrainArguments *a = &arguments->train;
    if (!a->data)
        return usage_error("such as --data shapes:1 or --data folder:DIR", "train on what? --data D");
    if ((a->resume || a->keep || a->save_every) && !a->directory)
        return usage_error("--out DIR says where they are", "--resume, --keep and --save-every are about checkpoints");
    if (a->evaluate && !arguments->weights)
        return usage_error("--weights FILE.safetensors, such as best.safetensors of a run", "--eval needs weights");
    if (a->evaluate + a->dry_run + a->overfit > 1)
        return usage_error(NULL, "one of --eval, --dry-run and --overfit-one-batch at a time");
    if (a->directory && (a->evaluate || a->dry_run || a->overfit))
        return usage_error(NULL, "--eval, --dry-run and --overfit-one-batch keep nothing: no --out");
    return 0;
}

/* ---- the data --------------------------------------------------------------------------------------------- */

static void check_network(Session *session)
{
    Shape in = session->graph->input->shape;
    train_check_network(&session->context, session->graph);
    if (in.channels != 1 && in.channels != 3 && strncmp(session->arguments->train.data, "pattern:", 8))
        fail_at(&session->context, session->graph->input->loc, NULL, "pictures have 1 or 3 channels; this network wants %d",
                in.channels);
}

static void check_classes(Session *session, const Dataset *dataset)
{
    int outputs = session->graph->output->shape.channels;
    if (dataset->classes != outputs)
        fail_at(&session->context, train_last_layer(session->graph)->loc,
                arena_printf(&session->context, "where the spec has a parameter for it: --set classes=%d", dataset->classes),
                "the data %s has %d classes, the network %d outputs", dataset->name, dataset->classes, outputs);
}

static void open_data(Session *session, TrainWork *work)
{
    Shape in = session->graph->input->shape;
    DatasetShape shape = {in.channels, in.height, in.width, session->graph->output->shape.channels, work->options.batch};
    Failure failure;
    check_network(session);
    work->dataset = dataset_open(session->arguments->train.data, &shape, &failure);
    check(session, work->dataset, &failure);
    check_classes(session, work->dataset);
}

/* The spec's preprocessing is meant for photographs: sets of one size are only brought to the network's. Without one,
 * photographs are resized to 8/7 of the input and the middle is cut out. */
static Transform data_transform(const Session *session, const Dataset *dataset)
{
    Shape in = session->graph->input->shape;
    Transform transform = input_transform(&session->graph->preprocess);
    if (dataset->height)
        transform.resize = transform.crop[0] = transform.crop[1] = 0;
    else if (!session->graph->preprocess.present) {
        int side = in.height > in.width ? in.height : in.width;
        transform.resize = side + side / 7;         /* 8/7 of it, which 8 * side / 7 would be but for overflow */
        transform.crop[0] = in.height, transform.crop[1] = in.width;
    }
    return transform;
}

static void open_loader(Session *session, TrainWork *work)
{
    const TrainArguments *a = &session->arguments->train;
    Shape in = session->graph->input->shape;
    int workers = processor_count() < MOST_WORKERS ? processor_count() : MOST_WORKERS;
    LoaderOptions options = {.batch = work->options.batch, .channels = in.channels, .height = in.height, .width = in.width,
                             .seed = work->options.seed, .workers = a->workers ? a->workers : workers,
                             .transform = data_transform(session, work->dataset)};
    const char *augment = a->overfit ? "none" : a->augment ? a->augment : work->dataset->augment;
    Failure failure;
    check(session, augment_parse(augment, &options.augment, &failure), &failure);
    work->loader = loader_open(work->dataset, &options, &failure);
    check(session, work->loader, &failure);
}

/* ---- the engine ------------------------------------------------------------------------------------------- */

static void open_engine(Session *session, TrainWork *work)
{
    const Arguments *arguments = session->arguments;
    const char *from =
        arguments->weights ? arguments->weights : arena_printf(&session->context, "init:%d", arguments->train.seed);
    Failure failure = {""};
    char *report = NULL;
    if (arguments->target)
        session_target(session);        /* it runs here */
    session->weights = weights_open_for_training(from, tensor_specs(session), (size_t)session->graph->ntensors,
                                                 arguments->partial, work->options.seed, &report, &failure);
    if (report)
        tell("%s\n", report);
    free(report);
    check(session, session->weights, &failure);
    if (!strcmp(work->options.backend, "aot"))
        tell("nncc: the C compiler is at work, for seconds to minutes; its results are kept for the next time\n");
    work->engine = train_engine_open(&session->context, arguments->spec, NULL, &session->options, &work->options,
                                     session->weights, &failure);
    check(session, work->engine, &failure);
    session_drop_weights(session);
}

/* What a resumed run must share with the one that made the checkpoint. */
static const char *run_text(Session *session, const TrainWork *work)
{
    const TrainArguments *a = &session->arguments->train;
    const Graph *graph = session->graph;
    const Dataset *d = work->dataset;
    const char *data = !d->files ? d->name : arena_printf(&session->context, "%.*s of %lld + %lld pictures in %d classes",
        (int)strcspn(d->name, ":"), d->name, (long long)d->count[SPLIT_train], (long long)d->count[SPLIT_val], d->classes);
    return arena_printf(&session->context, "network %s of %lld parameters, data %s, batch %d, seed %d, augmentation %s, %s",
                        graph->name, (long long)graph_parameters(graph), data, work->options.batch, a->seed,
                        a->augment ? a->augment : d->augment,
                        work->options.training.optimiser.kind == OPTIMISER_adamw ? "adamw" : "sgd");
}

/* ---- signals ---------------------------------------------------------------------------------------------- */

static volatile sig_atomic_t stop_signal;

static void on_signal(int number)
{
    stop_signal = number;
}

/* The first SIGINT or SIGTERM lets the step finish and saves, the second one ends the process as usual. */
static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESETHAND | SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* ---- the command ------------------------------------------------------------------------------------------ */

static void close_work(void *memory)
{
    TrainWork *work = memory;
    report_close(&work->report);
    loader_close(work->loader);
    dataset_close(work->dataset);
    if (work->engine)
        work->engine->close(work->engine);
    progress_free(&work->progress);
    free(work);
}

/* Class names beside the checkpoints, for `nncc run --labels`; not before the directory is known to be this run's. */
static bool write_classes(void *context, Failure *failure)
{
    Session *session = ((const Report *)context)->session;
    const TrainWork *work = session->work;
    const char *directory = session->arguments->train.directory;
    Text text = text_new(&session->context);
    if (!directory || !work->dataset->class_name)
        return true;
    for (int i = 0; i < work->dataset->classes; i++)
        text_add(&text, "%s\n", mask_controls(arena_strdup(&session->context, work->dataset->class_name[i]), false));
    return try_output(arena_printf(&session->context, "%s/classes.txt", directory), text.data, text.size, failure);
}

static void make_trainer(Session *session, TrainWork *work, Schedule schedule)
{
    const TrainArguments *a = &session->arguments->train;
    work->trainer = (Trainer){.engine = work->engine,
                              .dataset = work->dataset,
                              .loader = work->loader,
                              .schedule = schedule,
                              .seed = work->options.seed,
                              .run = run_text(session, work),
                              .directory = a->directory,
                              .keep = a->keep ? a->keep : DEFAULT_KEEP,
                              .save_every = a->save_every,
                              .resume = a->resume,
                              .overfit = a->overfit,
                              .most_steps = a->dry_run ? 1 : 0,
                              .stop = &stop_signal,
                              .events = report_events(&work->report)};
    work->trainer.events.begin = write_classes;
}

static int run(Session *session, TrainWork *work)
{
    Failure failure = {""};
    report_start(work);
    if (session->arguments->train.evaluate) {
        Evaluation evaluation;
        bool done = trainer_evaluate(&work->trainer, &evaluation, &failure);
        report_close(&work->report);
        check(session, done, &failure);
        report_evaluation(work, &evaluation);
        return 0;
    }
    catch_signals();
    bool done = trainer_run(&work->trainer, &work->progress, &failure);
    report_close(&work->report);
    check(session, done, &failure);
    report_end(work, stop_signal);
    return stop_signal ? 128 + stop_signal : 0;
}

int command_train(Session *session)
{
    TrainWork *work = calloc(1, sizeof *work);
    Schedule schedule;
    Failure failure;
    if (!work)
        fail(session, NULL, "out of memory");
    session->work = work;
    session->close_work = close_work;
    int status = check_arguments(session);
    if (!status)
        status = train_options(session, &work->options);
    if (!status)
        status = read_schedule(session, &schedule);
    if (status)
        return status;
    session_graph(session, false);
    open_data(session, work);
    if (session->arguments->train.pictures) {
        write_pictures(session, work->dataset);
        return 0;
    }
    open_loader(session, work);
    open_engine(session, work);
    make_trainer(session, work, schedule);
    check(session, report_open(&work->report, session, work, &failure), &failure);
    return run(session, work);
}
