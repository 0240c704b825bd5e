/* command_emit.c - `nncc SPEC -o model.c`: the C file, its header beside it, and with --weights either
 * model.weights or, under --embed, the weights inside the C file. The C file is written last. */
#include <ctype.h>
#include <string.h>

#include "command_train.h"

/* The comma list of --target. */
static void choose_targets(Session *session, EmitOptions *emit)
{
    static const char hint[] = "avx512, avx2, c, or one of the first two and c";
    const char *made_for = session_tuned(session), *names = session->arguments->target ? session->arguments->target : made_for;
    char *list = arena_strdup(&session->context, names ? names : "avx2"), *rest;
    const Target *fast = NULL;
    for (char *name = strtok_r(list, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
        const Target *target = named_target(session, name);
        if (emit->ntarget == 2 || (emit->ntarget && emit->target[0] == target))
            fail(session, hint, "--target %s names too many", session->arguments->target);
        if (target->query && fast)
            fail(session, "a file for each, or one of them and c", "%s and %s cannot share a file: their weights are packed differently",
                 fast->name, name);
        fast = target->query ? target : fast;
        emit->target[emit->ntarget++] = target;
    }
    if (!emit->ntarget)
        fail(session, hint, "--target names none");
    session->options.machine = fast ? fast->machine : emit->target[0]->machine;
}

/* The command that makes this file again, for its first comment; without directories, which differ from user to user. */
static const char *echo(Session *session)
{
    const Arguments *arguments = session->arguments;
    Text text = text_new(&session->context);
    text_add(&text, "nncc %s", basename(arguments->spec));
    for (int i = 0; i < arguments->nset; i++)
        text_add(&text, " --set %s=%s", arguments->set[i].name, arguments->set[i].value);
    if (arguments->target)
        text_add(&text, " --target %s", arguments->target);
    if (arguments->batch)
        text_add(&text, " --batch %d", arguments->batch);
    if (arguments->prefix)
        text_add(&text, " --prefix %s", arguments->prefix);
    if (arguments->train_step)
        text_add(&text, " --train");
    if (arguments->embed)
        text_add(&text, " --embed --weights %s", basename(arguments->weights));
    text_add(&text, "%s%s", arguments->with_main ? " --main" : "", arguments->profile ? " --profile" : "");
    text_add(&text, " -o %s", basename(arguments->output));
    return text.data;
}

/* The header's name stands in the C file, and the compiler that reads it should need no luck. */
static void check_output_name(Session *session, const char *path)
{
    const char *name = basename(path);
    for (const char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("._+-", *c))
            fail(session, "letters, digits and . _ + - make a name that C can include", "the output cannot be called %s", name);
    if (!*name)
        fail(session, "name a file, such as model.c", "the output has no name");
    if (!strcmp(replace_extension(session, path, ".h"), path))
        fail(session, "name the C file: the header is called like it", "the header would overwrite %s", path);
}

/* model.weights, written by the library in the same careful way. */
static void write_weights(Session *session, const char *path)
{
    Failure failure = {""};
    check(session, weights_file_write(path, session->program, session->payload, &failure), &failure);
}

static void tell_written(const Session *session, const EmitOptions *emit, const char *weights)
{
    const Arguments *arguments = session->arguments;
    const char *libraries = emit->target[emit->ntarget - 1]->libraries;
    tell("wrote %s and %s%s%s\n", arguments->output, emit->header_name, weights ? " and " : "", weights ? basename(weights) : "");
    tell("  cc -std=c11 -O2 -ffp-contract=off -fopenmp %s", arguments->output);
    if (arguments->with_main)
        fprintf(stderr, " %s%s-o program\n", libraries, *libraries ? " " : "");
    else
        fputs(" -c\n", stderr);
    if (!arguments->weights)
        fputs("  weights are made by --weights FILE.safetensors (or pattern:1 to try)\n", stderr);
}

static void write_files(Session *session, EmitOptions *emit)
{
    const Arguments *arguments = session->arguments;
    const char *path = arguments->output, *header = replace_extension(session, path, ".h");
    const char *weights = arguments->weights && !arguments->embed ? replace_extension(session, path, ".weights") : NULL;
    Text source = text_new(&session->context), declarations = text_new(&session->context);
    emit->header_name = basename(header);
    emit_header(&declarations, session->program, emit);
    emit_source(&source, session->program, emit);
    refuse_overwrite(session, path);
    refuse_overwrite(session, header);
    if (weights) {
        refuse_overwrite(session, weights);
        write_weights(session, weights);
    }
    write_output(session, header, declarations.data, declarations.size);
    write_output(session, path, source.data, source.size);
    tell_written(session, emit, weights);
}

/* To a pipe or a terminal goes one text: the header stands where the C file would include it. */
static void write_one_stream(Session *session, EmitOptions *emit)
{
    Text source = text_new(&session->context), whole = text_new(&session->context);
    if (session->arguments->weights && !session->arguments->embed)
        fail(session, "add --embed, or write to a file", "weights need a place beside the C file, or in it");
    emit->header_name = "model.h";
    emit_source(&source, session->program, emit);
    const char *include = "#include \"model.h\"\n", *place = strstr(source.data, include);
    if (!place)
        die("emit: the source does not include its header");
    text_append(&whole, source.data, (size_t)(place - source.data));
    emit_header(&whole, session->program, emit);
    text_add(&whole, "%s", place + strlen(include));
    write_output(session, session->arguments->output, whole.data, whole.size);
}

/* ---- training ---- */

static int check_training(const Arguments *a)
{
    if (a->embed || a->weights)
        return usage_error("PREFIX_import takes them, tensor by tensor", "training code carries no weights");
    if (a->with_main || a->profile || a->tuned)
        return usage_error(NULL, "--main, --profile and --tuned are for inference");
    return is_stream(a->output ? a->output : "-") ? usage_error("write to a file", "training code comes as a C file and a header") : 0;
}

/* train.c and train.h: one step for a batch of that size, and evaluation. */
static int emit_training(Session *session, EmitOptions *emit)
{
    const char *path = session->arguments->output, *header = replace_extension(session, path, ".h");
    TrainOptions *train = arena_alloc(&session->context, 1, sizeof *train);
    Text source = text_new(&session->context), declarations = text_new(&session->context);
    int status = train_options(session, train);
    if (status)
        return status;
    train->training.evaluation = true;
    session->options.training = &train->training;
    session->options.max_batch = train->batch;
    session_program(session);
    emit->command = echo(session);
    emit->header_name = basename(header);
    emit_train_header(&declarations, session->program, emit);
    emit_train_source(&source, session->program, emit);
    refuse_overwrite(session, path);
    refuse_overwrite(session, header);
    write_output(session, header, declarations.data, declarations.size);
    write_output(session, path, source.data, source.size);
    tell("wrote %s and %s\n  cc -std=c11 -O2 -ffp-contract=off -fopenmp %s -c     (link with -lm)\n", path, emit->header_name, path);
    return 0;
}

int command_emit(Session *session)
{
    const Arguments *arguments = session->arguments;
    EmitOptions emit = {.prefix = arguments->prefix, .with_main = arguments->with_main, .profile = arguments->profile};
    if (!arguments->output && !arguments->dump && !arguments->time)
        return usage_error("`-o model.c` names the C file, `-o -` is standard output", "nothing to do: where should the C go?");
    if (arguments->train_step) {
        int status = check_training(arguments);
        if (status)
            return status;
    }
    if (arguments->embed && !arguments->weights)
        return usage_error("add --weights FILE.safetensors", "--embed needs weights to carry");
    choose_targets(session, &emit);
    if (arguments->output && !is_stream(arguments->output))
        check_output_name(session, arguments->output);
    if (arguments->train_step)
        return emit_training(session, &emit);
    session_program(session);
    if (!arguments->output)
        return 0;
    emit.command = echo(session);
    if (arguments->weights) {
        session_graph(session, false);
        session_weights(session);
        session_pack(session);
        emit.embed = arguments->embed ? session->payload : NULL;
    }
    if (is_stream(arguments->output))
        write_one_stream(session, &emit);
    else
        write_files(session, &emit);
    return 0;
}
