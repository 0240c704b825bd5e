/* aot.c - a program as a shared object: emitted, compiled by the system's compiler, loaded, and kept in a cache.
 *
 * The compiler is started with an argument vector, never through a shell, in a directory that is ours alone; where kernels are many,
 * they lie in several files, and as many compilers run side by side as there are processors. A cached object is found by a hash of
 * everything that made it, and used only where nobody else could have written it. */
#include "aot.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

#include "../runtime/peak.h"

enum { MAX_ARGUMENTS = 32, MAX_PARTS = 24, PART_INSTRUCTIONS = 12000 };

/* One compilation on its way from text to object. */
typedef struct {
    Context *context;
    Failure *failure;
    Text source, header;
    Text part[MAX_PARTS];               /* of the kernels, where they are many: compilers then run side by side */
    int parts;
    Compiler compiler;
    const char *flag[MAX_ARGUMENTS];    /* after the compiler's own words, before the file names; ends with NULL */
    const char *cache;                  /* directory, or NULL where there is none to trust */
    const char *key;                    /* name of the object in it */
    bool profile, training;             /* what it exports */
} Job;

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static bool refuse(Failure *failure, const char *what, const char *path)
{
    snprintf(failure->text, sizeof failure->text, "%s %s: %s", what, path, strerror(errno));
    return false;
}

/* ---- what to build --------------------------------------------------------------------------------------------- */

static int parts_of(const Program *program)
{
    size_t total = 0;
    for (const Kernel *kernel = program->kernels; kernel; kernel = kernel->next)
        total += kernel->count;
    size_t parts = total / PART_INSTRUCTIONS;
    return parts < 2 ? 0 : parts < MAX_PARTS ? (int)parts : MAX_PARTS;
}

static void emit_texts(Job *job, const Program *program, const Target *target)
{
    EmitOptions options = {.prefix = "model", .target = {target}, .ntarget = 1, .profile = job->profile, .header_name = "model.h"};
    options.parts = job->parts = parts_of(program);
    job->source = text_new(job->context);
    job->header = text_new(job->context);
    (job->training ? emit_train_source : emit_source)(&job->source, program, &options);
    (job->training ? emit_train_header : emit_header)(&job->header, program, &options);
    for (int i = 0; i < job->parts; i++) {
        job->part[i] = text_new(job->context);
        emit_part(&job->part[i], program, &options, i);
    }
}

/* The portable printing profits from a processor with FMA, and gives the same bits. */
static void choose_flags(Job *job, const Target *target, bool threads)
{
    static const char *const always[] = {"-std=c11", "-O2", "-fPIC", "-shared", "-ffp-contract=off"};
    int n = 0;
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        job->flag[n++] = always[i];
    if (threads)
        job->flag[n++] = "-fopenmp";
    if (!target->query && processor_has_fma()) {
        job->flag[n++] = "-mavx2";
        job->flag[n++] = "-mfma";
    }
    job->flag[n] = NULL;
}

static void hash_text(XXH3_state_t *state, const char *text)
{
    XXH3_128bits_update(state, text, strlen(text) + 1);
}

/* Everything that the object depends on: texts, flags, which compiler, and what it says of itself. */
static bool make_key(Job *job)
{
    char *version = compiler_version(&job->compiler, job->context, job->failure);
    XXH3_state_t *state = XXH3_createState();
    if (!version || !state) {
        XXH3_freeState(state);
        return false;
    }
    XXH3_128bits_reset(state);
    hash_text(state, "nncc object 2");
    hash_text(state, job->source.data);
    hash_text(state, job->header.data);
    for (int i = 0; i < job->parts; i++)
        hash_text(state, job->part[i].data);
    for (const char *const *flag = job->flag; *flag; flag++)
        hash_text(state, *flag);
    for (int i = 0; job->compiler.word[i]; i++)
        hash_text(state, job->compiler.word[i]);
    hash_text(state, version);
    XXH128_hash_t hash = XXH3_128bits_digest(state);
    XXH3_freeState(state);
    job->key = arena_printf(job->context, "%016llx%016llx.so", (unsigned long long)hash.high64, (unsigned long long)hash.low64);
    return true;
}

/* ---- building ---------------------------------------------------------------------------------------------------- */

static bool write_text(const char *path, const Text *text, Failure *failure)
{
    FILE *file = fopen(path, "wx");
    bool good = file && fwrite(text->data, 1, text->size, file) == text->size;
    if (file && fclose(file))
        good = false;
    return good || refuse(failure, "cannot write", path);
}

/* A compiler's argument vector: its words, the flags, then files up to NULL. */
static const char *const *arguments_of(const Job *job, const char *const *file)
{
    int n = 0;
    const char **argument = arena_alloc(job->context, MAX_WORDS + 2 * MAX_ARGUMENTS + MAX_PARTS, sizeof *argument);
    for (int i = 0; job->compiler.word[i]; i++)
        argument[n++] = job->compiler.word[i];
    for (int i = 0; job->flag[i]; i++)
        argument[n++] = job->flag[i];
    while (*file)
        argument[n++] = *file++;
    argument[n] = NULL;
    return argument;
}

/* The source and the parts, each to an object of its own, one on every processor at a time; then one of all. The source comes first,
 * for it takes longest. */
static bool run_in_parts(Job *job, const char *directory)
{
    const char *const *argument[MAX_PARTS + 1], *object[MAX_PARTS + 5] = {"-o", arena_printf(job->context, "%s/model.so", directory)};
    Failure failure[MAX_PARTS + 1];
    int jobs = job->parts + 1, failed = -1;
    for (int i = 0; i < jobs; i++) {
        const char *stem = i ? arena_printf(job->context, "%s/part_%d", directory, i) : arena_printf(job->context, "%s/model", directory);
        object[2 + i] = arena_printf(job->context, "%s.o", stem);
        argument[i] = arguments_of(job, (const char *[]){"-c", "-o", object[2 + i], arena_printf(job->context, "%s.c", stem), NULL});
    }
    object[2 + jobs] = "-lm";
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)sysconf(_SC_NPROCESSORS_ONLN))
    for (int i = 0; i < jobs; i++) {
        int other;
#pragma omp atomic read
        other = failed;
        if (other < 0 && !run_compiler(argument[i], COMPILE_SECONDS, NULL, &failure[i]))
#pragma omp atomic write
            failed = i;
    }
    if (failed >= 0)
        *job->failure = failure[failed];
    return failed < 0 && run_compiler(arguments_of(job, object), COMPILE_SECONDS, NULL, job->failure);
}

static bool run_job(Job *job, const char *directory)
{
    const char *object = arena_printf(job->context, "%s/model.so", directory);
    const char *source = arena_printf(job->context, "%s/model.c", directory);
    if (job->parts)
        return run_in_parts(job, directory);
    return run_compiler(arguments_of(job, (const char *[]){"-o", object, source, "-lm", NULL}), COMPILE_SECONDS, NULL, job->failure);
}

/* Compiles in `directory`; where there is no OpenMP for the compiler, without it. */
static bool build(Job *job, const Target *target, const char *directory)
{
    const char *source = arena_printf(job->context, "%s/model.c", directory);
    const char *header = arena_printf(job->context, "%s/model.h", directory);
    if (!write_text(source, &job->source, job->failure) || !write_text(header, &job->header, job->failure))
        return false;
    for (int i = 0; i < job->parts; i++)
        if (!write_text(arena_printf(job->context, "%s/part_%d.c", directory, i + 1), &job->part[i], job->failure))
            return false;
    if (run_job(job, directory))
        return true;
    if (!strstr(job->failure->text, "-lomp") && !strstr(job->failure->text, "gomp") &&
        !strstr(job->failure->text, "openmp") && !strstr(job->failure->text, "omp.h"))
        return false;
    job->key = NULL;                    /* it stands for the other flags */
    choose_flags(job, target, false);
    return run_job(job, directory);
}

/* ---- loading ----------------------------------------------------------------------------------------------------- */

static void close_object(void *handle)
{
    dlclose(handle);
}

void model_close(Model *model)
{
    if (model->handle)
        model->close(model->handle);
    *model = (Model){0};
}

static bool find_symbol(Model *model, const char *name, void *function, Failure *failure)
{
    void *address = dlsym(model->handle, name);
    memcpy(function, &address, sizeof address);     /* ISO C has no cast from object to function pointers */
    if (!address)
        snprintf(failure->text, sizeof failure->text, "the compiled model lacks %s", name);
    return address;
}

/* The functions of a model, or of training. */
static bool find_functions(const Job *job, Model *model)
{
    Failure *failure = job->failure;
    if (job->training)
        return find_symbol(model, "model_step", &model->train, failure);
    return find_symbol(model, "model_forward", &model->forward, failure)
        && (!job->profile || find_symbol(model, "model_forward_profiled", &model->profiled, failure));
}

static bool open_object(const Job *job, const char *path, Model *model)
{
    Failure *failure = job->failure;
    size_t (*arena_size)(void);
    model->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    model->close = close_object;
    if (!model->handle) {
        snprintf(failure->text, sizeof failure->text, "cannot load the compiled model: %s", dlerror());
        return false;
    }
    if (find_symbol(model, "model_arena_size", &arena_size, failure) && find_symbol(model, "model_strerror", &model->strerror, failure)
        && find_functions(job, model)) {
        model->arena_size = arena_size();
        return true;
    }
    model_close(model);
    return false;
}

/* Builds in a new directory inside the cache, so that a rename moves the object to its place, or in a temporary one. */
static bool build_and_open(Job *job, const Target *target, Model *model)
{
    const char *temporary = getenv("TMPDIR");
    const char *parent = job->cache ? job->cache : temporary && *temporary ? temporary : "/tmp";
    char *directory = arena_printf(job->context, "%s/nncc-XXXXXX", parent);
    if (!mkdtemp(directory))
        return refuse(job->failure, "cannot make a directory in", parent);
    double start = seconds_now();
    bool good = build(job, target, directory);
    const char *object = arena_printf(job->context, "%s/model.so", directory);
    if (good) {
        model->compile_seconds = seconds_now() - start;
        good = open_object(job, object, model);
        if (good && job->cache && job->key)
            cache_store(job->context, job->cache, object, job->key);
    }
    build_remove(directory);
    return good;
}

static bool load(Job *job, const Target *target, Model *model)
{
    job->cache = cache_directory(job->context);
    const char *known = job->cache ? cache_find(job->context, job->cache, job->key) : NULL;
    if (known && open_object(job, known, model))
        return true;
    return build_and_open(job, target, model);
}

bool aot_load(const Program *program, const Target *target, const char *compiler, bool profile, Model *model, Failure *failure)
{
    Context *context = program->context;
    Job job = {.context = context, .failure = failure, .profile = profile, .training = program->common_floats > 0};
    *model = (Model){0};
    if (!find_compiler(compiler, context, &job.compiler, failure))
        return false;
    emit_texts(&job, program, target);
    choose_flags(&job, target, true);
    return make_key(&job) && load(&job, target, model);
}
