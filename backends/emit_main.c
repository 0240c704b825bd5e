/* emit_main.c - the main() of --main: a program that a newcomer can run at once. It maps the weights, reads a .npy or
 * makes a pattern, and prints the five largest outputs of each image and the time of a run. */
#include "emit.h"

#include <string.h>

/* What the weights file is called beside model.h: model.weights. */
static const char *weights_name(const Emit *e)
{
    Text name = text_new(e->program->context);
    if (e->options->header_name)
        text_file_name(&name, e->options->header_name);
    else
        text_add(&name, "model.h");
    if (name.size > 2 && !strcmp(name.data + name.size - 2, ".h"))
        name.size -= 2;
    text_append(&name, ".weights", 8);
    return name.data;
}

static void emit_usage(Emit *e)
{
    Shape in = e->input;
    const char *weights = e->options->embed ? "those within the program" : weights_name(e);
    text_add(e->out,
        "static const char usage[] =\n"
        "    \"usage: program [-w FILE] [-t THREADS] [-b BATCH] [-n RUNS] [INPUT.npy]\\n\"\n"
        "    \"Runs the network on the images of a .npy file, float32 [%d][%d][%d] or [n][%d][%d][%d], or else on a\\n\"\n"
        "    \"pattern, and prints the five largest outputs of each image, and the time that a run takes. Of a picture,\\n\"\n"
        "    \"`nncc run SPEC --input picture.jpg --save-input INPUT.npy` makes such a file.\\n\"\n"
        "    \"  -w FILE     packed weights (%s)\\n\"\n"
        "    \"  -t THREADS  threads (1)\\n\"\n"
        "    \"  -b BATCH    images of the pattern, at most %d (1)\\n\"\n"
        "    \"  -n RUNS     timed runs (10)\\n\";\n\n",
        in.channels, in.height, in.width, in.channels, in.height, in.width, weights, e->program->graph->max_batch);
}

static void emit_input(Emit *e)
{
    Shape in = e->input;
    text_add(e->out,
        "/* Pseudo-random numbers in -1..1, the same as `nncc run --input pattern:1` takes. */\n"
        "static void fill_pattern(float *input, size_t count)\n"
        "{\n"
        "    for (size_t i = 0; i < count; i++) {\n"
        "        uint64_t x = 0x%016llx + (i + 1) * 0x9e3779b97f4a7c15;\n"
        "        x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;\n"
        "        x = (x ^ x >> 27) * 0x94d049bb133111eb;\n"
        "        input[i] = (float)((double)((x ^ x >> 31) >> 40) * 0x1p-23 - 1);\n"
        "    }\n"
        "}\n\n", (unsigned long long)pattern_base("input", 1));
    text_add(e->out,
        "/* Whether the header of a .npy file announces little-endian float32 images of our shape, in C order. */\n"
        "static int right_header(FILE *file)\n"
        "{\n"
        "    static const char shape[] = \"%d, %d, %d)\";\n", in.channels, in.height, in.width);
    emit_lines(e,
        "    unsigned char start[10];\n"
        "    char text[65536];\n"
        "    if (fread(start, 1, sizeof start, file) != sizeof start || memcmp(start, \"\\223NUMPY\\001\", 7))\n"
        "        return 0;\n"
        "    const size_t size = start[8] + 256u * start[9];\n"
        "    if (fread(text, 1, size, file) != size)\n"
        "        return 0;\n"
        "    text[size] = 0;\n"
        "    const char *found = strstr(text, shape);\n"
        "    return found && found > text && strchr(\"( \", found[-1]) && strstr(text, \"'descr': '<f4'\")\n"
        "        && strstr(text, \"'fortran_order': False\");\n"
        "}\n\n"
        "/* Fills input from a .npy file; returns the number of images, 0 if there is no such file or it is another. */\n"
        "static int read_images(const char *path, float *input)\n"
        "{\n"
        "    FILE *file = fopen(path, \"rb\");\n"
        "    if (!file)\n"
        "        return 0;\n"
        "    size_t count = 0;\n"
        "    if (right_header(file))\n"
        "        count = fread(input, sizeof *input, (size_t)$_MAX_BATCH * $_INPUT_FLOATS, file);\n"
        "    const int complete = count % $_INPUT_FLOATS == 0 && fgetc(file) == EOF;\n"
        "    fclose(file);\n"
        "    return complete ? (int)(count / $_INPUT_FLOATS) : 0;\n"
        "}\n\n");
}

static void emit_output(Emit *e)
{
    emit_lines(e,
        "/* Prints the five largest of the outputs of each image. */\n"
        "static void print_best(const float *output, int batch)\n"
        "{\n"
        "    for (int image = 0; image < batch; image++, output += $_OUTPUT_FLOATS) {\n"
        "        int best[5], count = 0;\n"
        "        for (int i = 0; i < $_OUTPUT_FLOATS; i++) {\n"
        "            int place = count < 5 ? count++ : 5;\n"
        "            for (; place > 0 && output[best[place - 1]] < output[i]; place--)\n"
        "                if (place < 5)\n"
        "                    best[place] = best[place - 1];\n"
        "            if (place < 5)\n"
        "                best[place] = i;\n"
        "        }\n"
        "        printf(\"image %d\\n\", image);\n"
        "        for (int i = 0; i < count; i++)\n"
        "            printf(\"  class %5d  %g\\n\", best[i], (double)output[best[i]]);\n"
        "    }\n"
        "}\n\n"
        "static int later(const void *a, const void *b)\n"
        "{\n"
        "    const double x = *(const double *)a, y = *(const double *)b;\n"
        "    return (x > y) - (x < y);\n"
        "}\n\n");
}

/* Milliseconds, speed and share of the peak of each step, of one run. */
static void emit_profile_table(Emit *e)
{
    emit_lines(e,
        "static void print_profile(const double *seconds, int batch, int threads)\n"
        "{\n"
        "    const double peak = @_peak_gflops(threads);\n"
        "    printf(\"%10s %10s %8s   of %.0f GFLOP/s\\n\", \"ms\", \"GFLOP/s\", \"%\", peak);\n"
        "    for (int i = 0; i < $_STEPS; i++) {\n"
        "        const double rate = 2e-9 * (double)@_step_macs(i) * batch / seconds[i];\n"
        "        printf(\"%10.3f %10.1f %8.1f   %s\\n\", 1e3 * seconds[i], rate, 100 * rate / peak, @_step_name(i));\n"
        "    }\n"
        "}\n\n");
}

static void emit_measure(Emit *e)
{
    emit_lines(e,
        "/* Runs the network once, then a number of times by the clock. Returns a status. */\n"
        "static int measure(const void *weights, void *arena, const float *input, int batch, int threads, float *output, int runs)\n"
        "{\n"
        "    double *times = calloc((size_t)runs, sizeof *times);\n"
        "    int status = times ? @_forward(weights, arena, input, batch, threads, output) : $_ERROR_ARGUMENT;\n"
        "    if (status == $_OK)\n"
        "        print_best(output, batch);\n"
        "    for (int i = 0; i < runs && status == $_OK; i++) {\n"
        "        const double start = now();\n"
        "        status = @_forward(weights, arena, input, batch, threads, output);\n"
        "        times[i] = now() - start;\n"
        "    }\n"
        "    if (status == $_OK) {\n"
        "        qsort(times, (size_t)runs, sizeof *times, later);\n"
        "        printf(\"batch %d, %d threads, %d runs: min %.3f ms, median %.3f ms\\n\", batch, threads, runs, 1e3 * times[0],\n"
        "            1e3 * times[runs / 2]);\n"
        "    }\n"
        "    free(times);\n");
    if (e->options->profile)
        emit_lines(e,
            "    double seconds[$_STEPS];\n"
            "    if (status == $_OK)\n"
            "        status = @_forward_profiled(weights, arena, input, batch, threads, output, seconds);\n"
            "    if (status == $_OK)\n"
            "        print_profile(seconds, batch, threads);\n");
    emit_lines(e, "    return status;\n}\n\n");
}

/* Everything between the options and the exit. */
static void emit_classify(Emit *e)
{
    emit_lines(e,
        "static int classify(const char *path, const char *image, int batch, int threads, int runs)\n"
        "{\n"
        "    const void *weights = NULL;\n"
        "    float *input = malloc(sizeof *input * $_MAX_BATCH * $_INPUT_FLOATS);\n"
        "    float *output = malloc(sizeof *output * $_MAX_BATCH * $_OUTPUT_FLOATS);\n"
        "    void *arena = aligned_alloc(64, @_arena_size());\n"
        "    int status = path ? @_weights_map(path, &weights) : $_OK;\n"
        "    if (!input || !output || !arena) {\n"
        "        fputs(\"out of memory\\n\", stderr);\n"
        "        status = $_ERROR_ARGUMENT;\n"
        "    } else if (status != $_OK) {\n"
        "        fprintf(stderr, \"%s: %s\\n\", path, @_strerror(status));\n"
        "    } else if (image && !(batch = read_images(image, input))) {\n"
        "        fprintf(stderr, \"%s: no .npy file of 1 to %d float32 images of the right shape\\n\", image, $_MAX_BATCH);\n"
        "        status = $_ERROR_FILE;\n"
        "    } else {\n"
        "        if (!image)\n"
        "            fill_pattern(input, (size_t)batch * $_INPUT_FLOATS);\n"
        "        status = measure(weights, arena, input, batch, threads, output, runs);\n"
        "        if (status != $_OK)\n"
        "            fprintf(stderr, \"%s\\n\", @_strerror(status));\n"
        "    }\n"
        "    @_weights_unmap(weights);\n"
        "    free(arena);\n"
        "    free(output);\n"
        "    free(input);\n"
        "    return status != $_OK;\n"
        "}\n\n");
}

void emit_main(Emit *e)
{
    emit_usage(e);
    emit_input(e);
    emit_output(e);
    if (e->options->profile)
        emit_profile_table(e);
    emit_measure(e);
    emit_classify(e);
    emit_lines(e,
        "int main(int argc, char **argv)\n"
        "{\n"
        "    int batch = 1, threads = 1, runs = 10;\n"
        "    const char *path = ");
    text_string(e->out, e->options->embed ? "" : weights_name(e));
    emit_lines(e, ";\n"
        "    for (int option; (option = getopt(argc, argv, \"w:t:b:n:\")) != -1;)\n"
        "        switch (option) {\n"
        "        case 'w': path = optarg; break;\n"
        "        case 't': threads = atoi(optarg); break;\n"
        "        case 'b': batch = atoi(optarg); break;\n"
        "        case 'n': runs = atoi(optarg); break;\n"
        "        default: fputs(usage, stderr); return 2;\n"
        "        }\n"
        "    if (batch < 1 || batch > $_MAX_BATCH || threads < 1 || runs < 1 || argc - optind > 1) {\n"
        "        fputs(usage, stderr);\n"
        "        return 2;\n"
        "    }\n"
        "    return classify(*path ? path : NULL, argv[optind], batch, threads, runs);\n"
        "}\n");
}
