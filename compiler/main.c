/* main.c - nncc's command line: finds the command, runs it once per row of settings, prints what went wrong.
 *
 * A comma list in --set makes a table: `--set depth=20,56,110` runs the command three times. Lists go together: the
 * second value of one with the second of every other, so all must be equally long; single values serve every row. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

/* Values in a comma list; 1 where there is none. [a, b] is one value. */
static int list_length(const char *value)
{
    int length = 1;
    if (*value != '[')
        for (; *value; value++)
            length += *value == ',';
    return length;
}

static const char *list_item(Context *context, const char *value, int index)
{
    if (list_length(value) == 1)
        return value;
    while (index--)
        value = strchr(value, ',') + 1;
    char *item = arena_strdup(context, value);
    item[strcspn(item, ",")] = '\0';
    return item;
}

/* Rows of the table of settings, or 0 after a complaint. */
static int count_rows(const Arguments *arguments, const Command *command)
{
    bool table = command->work == command_inspect || command->work == command_bench;
    const Setting *longest = NULL;
    int rows = 1;
    for (const Setting *s = arguments->set; s < arguments->set + arguments->nset; s++) {
        int length = list_length(s->value);
        if (length == 1)
            continue;
        if (!table)
            return usage_error("only `nncc bench` and `nncc inspect` make tables", "--set %s=%s is a list", s->name, s->value), 0;
        if (longest && length != rows)
            return usage_error("lists go together, the second value with the second", "--set %s has %d values and --set %s has %d",
                               longest->name, rows, s->name, length), 0;
        longest = s;
        rows = length;
    }
    return rows;
}

static void set_options(Session *session, const Command *command)
{
    const Arguments *arguments = session->arguments;
    Setting *set = arena_alloc(&session->context, (size_t)arguments->nset + 1, sizeof *set);
    for (int i = 0; i < arguments->nset; i++)
        set[i] = (Setting){arguments->set[i].name, list_item(&session->context, arguments->set[i].value, session->row)};
    session->options = (Options){.set = set, .nset = arguments->nset, .max_batch = arguments->batch ? arguments->batch : 1};
    session->options.log = command->work == command_emit && !arguments->output ? stdout : stderr;
    session->options.dump = arguments->dump;
    session->options.time = arguments->time;
    session->options.exact = arguments->exact;
    session->options.half = arguments->fp16_weights;
}

bool wants_colour(void)
{
    const char *term = getenv("TERM"), *refused = getenv("NO_COLOR");
    return isatty(STDERR_FILENO) && !(refused && *refused) && term && strcmp(term, "dumb");
}

/* The diagnostic; on a terminal the word `error` is red. */
static void print_message(const char *message)
{
    const char *word = wants_colour() ? strstr(message, "error: ") : NULL;
    if (word)
        fprintf(stderr, "\033[1m%.*s\033[31merror:\033[0m%s", (int)(word - message), message, word + 6);
    else
        fputs(message, stderr);
}

/* With as many digits as the numbers need to survive the journey: the naive interpreter answers in double. */
static void print_json(const json_t *json, bool doubles)
{
    json_dumpf(json, stdout, JSON_REAL_PRECISION(doubles ? 17 : 9));
    putchar('\n');
}

/* One row. Its JSON, if any, goes to *json. */
static int run_session(Session *session, const Command *command, json_t **json)
{
    int status;
    if (setjmp(session->context.on_error)) {
        print_message(session->context.message);
        status = EXIT_MISTAKE;
    } else {
        set_options(session, command);
        status = command->work(session);
    }
    *json = session->json ? json_incref(session->json) : NULL;
    session_close(session);
    return status;
}

static int run_rows(const Arguments *arguments, const Command *command, int rows)
{
    json_t *list = json_array();
    int status = 0;
    for (int row = 0; row < rows && !status; row++) {
        json_t *json;
        Session *session = calloc(1, sizeof *session);
        if (!session)
            die("out of memory");
        session->arguments = arguments;
        session->row = row;
        session->nrow = rows;
        status = run_session(session, command, &json);
        free(session);
        if (json)
            json_array_append_new(list, json);
    }
    if (json_array_size(list))
        print_json(rows > 1 ? list : json_array_get(list, 0),
                   arguments->backend && !strcmp(arguments->backend, "ref"));
    json_decref(list);
    return status;
}

int main(int argc, char **argv)
{
    Context context;
    static Arguments arguments;         /* all zero: nothing said */
    int status;
    context_init(&context);
    signal(SIGXFSZ, SIG_IGN);           /* a file beyond the shell's limit is an error like a full disk, with the file's name */
    if (setjmp(context.on_error))
        return print_message(context.message), EXIT_MISTAKE;
    const Command *command = arguments_parse(&arguments, &context, argc, argv, &status);
    int rows = command ? count_rows(&arguments, command) : 0;
    if (rows)
        status = run_rows(&arguments, command, rows);
    else if (command)
        status = EXIT_USAGE;
    if (fflush(stdout) || ferror(stdout)) {
        fputs("nncc: error: cannot write to standard output\n", stderr);
        status = EXIT_MISTAKE;
    }
    context_free(&context);
    return status;
}
