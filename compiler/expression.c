/* expression.c - arithmetic in specs: `planes * base_width / 64`, `stride > 1 and shortcut == A`, `16 if wide else 8`.
 *
 * A scalar is parsed into a small tree of operations and that is evaluated, so that only the chosen side of `if`, `and`
 * and `or` is computed. Whole numbers stay whole (/ rounds down), a real number makes its partner real. A word that
 * names nothing stands for itself, as in `shortcut == A`; used as a number or a condition it is a mistake. */
#include <math.h>

#include "expression.h"

enum { MAX_OPERATIONS = 256 };          /* in one expression: bounds the recursion below */

typedef enum { E_value, E_name, E_not, E_negate, E_index, E_call, E_choose,
               E_or, E_and, E_equal, E_unequal, E_less, E_less_equal, E_greater, E_greater_equal,
               E_add, E_subtract, E_multiply, E_divide, E_remainder } Operation;

typedef struct Expr {
    Operation operation;
    size_t at;                          /* offset in the text */
    struct Expr *a, *b, *c;             /* E_choose: a if b else c; E_call: see parse_call */
    Value value;                        /* E_value */
    const char *name;                   /* E_name, E_call */
    bool dollar;                        /* E_name: written $name, so it must name something */
} Expr;

typedef struct {
    const Env *env;
    const Tree *tree;                   /* whose text is read */
    const char *text;
    size_t at;
    int operations;                     /* so far */
} Parser;

/* ---- mistakes ------------------------------------------------------------------------------------------- */

/* The place of a character of a scalar, where the file has the same text there (not so in folded scalars). */
static Loc place(const Tree *tree, size_t at)
{
    Loc loc = tree->loc;
    const char *line = loc.source ? loc.source->text : NULL;
    for (int i = 1; line && i < loc.line; i++)
        line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL;
    if (!line || strlen(line) < (size_t)loc.column)
        return loc;
    const char *start = line + loc.column - 1 + tree->quoted;
    if (strncmp(start, tree->text, strlen(tree->text)) == 0)
        loc.column += (int)at + tree->quoted;
    return loc;
}

/* The name in scope nearest to `word`, as a hint, or NULL. */
const char *nearest_name(const Env *env, const char *word)
{
    const char *names[4 * MAX_NAMES + 4] = {"in_channels", "in_height", "in_width"};
    size_t n = 3;
    for (const Scope *scope = env->scope; scope; scope = scope->up)
        for (int i = 0; i < scope->count && n + 1 < sizeof names / sizeof *names; i++)
            names[n++] = scope->name[i];
    const char *near = did_you_mean(word, names);
    return near ? arena_printf(env->context, "did you mean '%s'?", near) : NULL;
}

_Noreturn void fail_unknown(const Env *env, const Tree *tree, size_t at, const char *word)
{
    fail_at(env->context, place(tree, at), nearest_name(env, word), "'%s' is not a parameter or variable here", word);
}

/* ---- words ---------------------------------------------------------------------------------------------- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

size_t word_length(const char *text)
{
    size_t n = 0;
    while (is_letter(text[n]) || (n && is_digit(text[n])))
        n++;
    return n;
}

static const char *const functions[] = {"min", "max", "round", "floor", "ceil", "length", NULL};
static const char *const reserved[] = {"true", "false", "and", "or", "not", "if", "else", "yes", "no", "on", "off",
                                       "null", "index", "in_channels", "in_height", "in_width", NULL};

static bool is_one_of(const char *word, const char *const *words)
{
    while (*words && strcmp(*words, word) != 0)
        words++;
    return *words != NULL;
}

bool is_reserved(const char *word)
{
    return is_one_of(word, functions) || is_one_of(word, reserved);
}

/* ---- parsing -------------------------------------------------------------------------------------------- */

static Expr *parse_choice(Parser *);

static Expr *new_expr(Parser *parser, Operation operation, size_t at, Expr *a, Expr *b)
{
    if (++parser->operations > MAX_OPERATIONS)
        fail_at(parser->env->context, parser->tree->loc, NULL, "too long: limit: operations of one expression = %d",
                MAX_OPERATIONS);
    Expr *expr = arena_alloc(parser->env->context, 1, sizeof *expr);
    *expr = (Expr){.operation = operation, .at = at, .a = a, .b = b};
    return expr;
}

static void skip_spaces(Parser *parser)
{
    while (parser->text[parser->at] == ' ' || parser->text[parser->at] == '\n')
        parser->at++;
}

/* Takes `token` if it comes next; a word only as a whole. */
static bool take(Parser *parser, const char *token)
{
    skip_spaces(parser);
    const char *next = parser->text + parser->at;
    size_t size = strlen(token);
    if (strncmp(next, token, size) != 0 || (is_letter(*token) && word_length(next) != size))
        return false;
    parser->at += size;
    return true;
}

static void need(Parser *parser, const char *token)
{
    if (!take(parser, token))
        fail_at(parser->env->context, place(parser->tree, parser->at), NULL, "expected '%s' in expression '%.60s'",
                token, parser->text);
}

static size_t skip_digits(const char *text, size_t at)
{
    while (is_digit(text[at]))
        at++;
    return at;
}

/* Decimal digits in mantissa * 10^exponent. Both are exact in double for up to 15 digits and exponents up to 22, and
 * then the result is rounded once. */
static double read_real(const char *text, size_t size)
{
    double mantissa = 0;
    int exponent = 0, written = 0;
    size_t i = 0;
    for (bool fraction = false; i < size && text[i] != 'e' && text[i] != 'E'; i++) {
        fraction = fraction || text[i] == '.';
        if (is_digit(text[i])) {
            mantissa = mantissa * 10 + (text[i] - '0');
            exponent -= fraction;
        }
    }
    bool minus = i + 1 < size && text[i + 1] == '-';
    for (; i < size; i++)
        if (is_digit(text[i]) && written < 10000)
            written = written * 10 + (text[i] - '0');
    exponent += minus ? -written : written;
    return exponent < 0 ? mantissa / pow(10, -exponent) : mantissa * pow(10, exponent);
}

/* 12, 0.1, 1e-5. Not 010, 0x10, 1_000, .5 or 5.: what these mean differs from tool to tool. */
static Value parse_number(Parser *parser)
{
    const char *text = parser->text + parser->at;
    size_t whole = skip_digits(text, 0), end = whole;
    bool good = whole && (text[0] != '0' || whole == 1);
    if (text[end] == '.') {
        good = good && is_digit(text[end + 1]);
        end = skip_digits(text, end + 1);
    }
    if (text[end] == 'e' || text[end] == 'E') {
        size_t sign = text[end + 1] == '-' || text[end + 1] == '+';
        good = good && is_digit(text[end + 1 + sign]);
        end = skip_digits(text, end + 1 + sign);
    }
    size_t rest = end;
    while (is_letter(text[rest]) || is_digit(text[rest]) || text[rest] == '.')
        rest++;
    if (!good || rest != end)
        fail_at(parser->env->context, place(parser->tree, parser->at),
                "write decimal digits without leading zeros: 10, 1000, 0.5, 1e-5",
                "'%.*s' is not a number", (int)(rest ? rest : 1), text);
    parser->at += end;
    int64_t integer = 0;
    if (end != whole) {
        double real = read_real(text, end);
        if (!isfinite(real))
            fail_at(parser->env->context, place(parser->tree, parser->at - end), NULL, "%.*s is too large", (int)end,
                    text);
        return (Value){.kind = VALUE_real, .real = real};
    }
    for (size_t i = 0; i < whole; i++)
        if (__builtin_mul_overflow(integer, (int64_t)10, &integer) ||
            __builtin_add_overflow(integer, (int64_t)(text[i] - '0'), &integer))
            fail_at(parser->env->context, place(parser->tree, parser->at - end), NULL, "%.*s is too large",
                    (int)whole, text);
    return value_integer(integer);
}

/* Arguments are linked in an E_call's chain: call.b -> (a: first, b: rest). */
static Expr *parse_call(Parser *parser, const char *name, size_t at)
{
    Expr *call = new_expr(parser, E_call, at, NULL, NULL), **end = &call->b;
    call->name = name;
    do {
        *end = new_expr(parser, E_call, parser->at, parse_choice(parser), NULL);
        end = &(*end)->b;
    } while (take(parser, ","));
    need(parser, ")");
    return call;
}

static Expr *parse_word(Parser *parser, size_t at, bool dollar)
{
    size_t size = word_length(parser->text + parser->at);
    const char *word = arena_printf(parser->env->context, "%.*s", (int)size, parser->text + parser->at);
    parser->at += size;
    if (!dollar && is_one_of(word, functions) && take(parser, "("))
        return parse_call(parser, word, at);
    Expr *expr = new_expr(parser, E_name, at, NULL, NULL);
    expr->name = word;
    expr->dollar = dollar;
    if (!dollar && (strcmp(word, "true") == 0 || strcmp(word, "false") == 0)) {
        expr->operation = E_value;
        expr->value = value_truth(*word == 't');
    }
    return expr;
}

static Expr *parse_primary(Parser *parser)
{
    skip_spaces(parser);
    size_t at = parser->at;
    const char *next = parser->text + at;
    if (take(parser, "(")) {
        Expr *inside = parse_choice(parser);
        need(parser, ")");
        return inside;
    }
    if (*next == '$' && is_letter(next[1])) {
        parser->at++;
        return parse_word(parser, at, true);
    }
    if (is_letter(*next))
        return parse_word(parser, at, false);
    if (is_digit(*next) || (*next == '.' && is_digit(next[1]))) {
        Value value = parse_number(parser);
        Expr *number = new_expr(parser, E_value, at, NULL, NULL);
        number->value = value;
        return number;
    }
    fail_at(parser->env->context, place(parser->tree, at), "`nncc --ops` ends with what expressions are made of",
            *next ? "unexpected '%.20s' in an expression" : "the expression ends too early%s", next);
}

/* Elements of lists: counts.0 or counts[0]. */
static Expr *parse_postfix(Parser *parser)
{
    Expr *expr = parse_primary(parser);
    for (;;) {
        size_t at = parser->at;
        const char *next = parser->text + at;
        if (*next == '[') {
            parser->at++;
            expr = new_expr(parser, E_index, at, expr, parse_choice(parser));
            need(parser, "]");
        } else if (*next == '.' && is_digit(next[1])) {
            parser->at = skip_digits(parser->text, at + 1);
            Expr *index = new_expr(parser, E_value, at, NULL, NULL);
            index->value = value_integer(parser->at - at > 6 ? INT32_MAX
                                         : (int64_t)read_real(next + 1, parser->at - at - 1));
            expr = new_expr(parser, E_index, at, expr, index);
        } else {
            return expr;
        }
    }
}

static const struct {
    const char *text;
    int level;                          /* binds tighter the higher */
    Operation operation;
} binary[] = {
    {"or", 1, E_or}, {"and", 2, E_and},
    {"==", 3, E_equal}, {"!=", 3, E_unequal}, {"<=", 3, E_less_equal}, {">=", 3, E_greater_equal},
    {"<", 3, E_less}, {">", 3, E_greater},
    {"+", 4, E_add}, {"-", 4, E_subtract}, {"*", 5, E_multiply}, {"/", 5, E_divide}, {"%", 5, E_remainder},
};

static Expr *parse_binary(Parser *parser, int level);

static Expr *parse_unary(Parser *parser)
{
    skip_spaces(parser);
    size_t at = parser->at;
    if (take(parser, "not"))
        return new_expr(parser, E_not, at, parse_binary(parser, 3), NULL);
    if (take(parser, "-"))
        return new_expr(parser, E_negate, at, parse_postfix(parser), NULL);
    return parse_postfix(parser);
}

/* The operator that comes next, or -1, if it binds at least as tightly as `level`. */
static int take_binary(Parser *parser, int level)
{
    for (int i = 0; i < (int)(sizeof binary / sizeof *binary); i++)
        if (binary[i].level >= level && take(parser, binary[i].text))
            return i;
    return -1;
}

static Expr *parse_binary(Parser *parser, int level)
{
    Expr *left = parse_unary(parser);
    for (;;) {
        skip_spaces(parser);
        size_t at = parser->at;
        int i = take_binary(parser, level);
        if (i < 0)
            return left;
        left = new_expr(parser, binary[i].operation, at, left, parse_binary(parser, binary[i].level + 1));
    }
}

static Expr *parse_choice(Parser *parser)
{
    if (++parser->operations > MAX_OPERATIONS)          /* parentheses recurse too */
        fail_at(parser->env->context, parser->tree->loc, NULL, "too long: limit: operations of one expression = %d",
                MAX_OPERATIONS);
    Expr *left = parse_binary(parser, 1);
    size_t at = parser->at;
    if (!take(parser, "if"))
        return left;
    Expr *choice = new_expr(parser, E_choose, at, left, parse_binary(parser, 1));
    need(parser, "else");
    choice->c = parse_choice(parser);
    return choice;
}

/* ---- evaluation ----------------------------------------------------------------------------------------- */

static Value compute(const Parser *, const Expr *);

static _Noreturn void fail_kind(const Parser *parser, const Expr *expr, Value value, const char *wanted)
{
    if (value.kind == VALUE_text && value.bare)
        fail_unknown(parser->env, parser->tree, expr->at, value.text);
    fail_at(parser->env->context, place(parser->tree, expr->at), NULL, "%s is needed here, but '%s' is %s", wanted,
            value_show(parser->env->context, value), value_kind(value));
}

static Value compute_number(const Parser *parser, const Expr *expr)
{
    Value value = compute(parser, expr);
    if (value.kind != VALUE_integer && value.kind != VALUE_real)
        fail_kind(parser, expr, value, "a number");
    return value;
}

static bool compute_truth(const Parser *parser, const Expr *expr)
{
    Value value = compute(parser, expr);
    if (value.kind != VALUE_bool)
        fail_kind(parser, expr, value, "true or false");
    return value.truth;
}

static Value compute_name(const Parser *parser, const Expr *expr)
{
    const Env *env = parser->env;
    const Value *value = scope_find(env->scope, expr->name);
    if (value)
        return *value;
    if (env->here && strcmp(expr->name, "in_channels") == 0)
        return value_integer(env->here->channels);
    if (env->here && strcmp(expr->name, "in_height") == 0)
        return value_integer(env->here->height);
    if (env->here && strcmp(expr->name, "in_width") == 0)
        return value_integer(env->here->width);
    if (expr->dollar || strncmp(expr->name, "in_", 3) == 0)     /* in_channels where nothing flows */
        fail_unknown(env, parser->tree, expr->at, expr->name);
    return (Value){.kind = VALUE_text, .text = expr->name, .bare = true};
}

static Value compute_index(const Parser *parser, const Expr *expr)
{
    Value list = compute(parser, expr->a), index = compute(parser, expr->b);
    if (list.kind != VALUE_list)
        fail_kind(parser, expr->a, list, "a list");
    if (index.kind != VALUE_integer)
        fail_kind(parser, expr->b, index, "a whole number");
    if (index.integer < 0 || (uint64_t)index.integer >= list.count)
        fail_at(parser->env->context, place(parser->tree, expr->at), "elements count from 0",
                "there is no element %lld in a list of %zu",
                (long long)index.integer, list.count);
    return list.item[index.integer];
}

static Value real_value(const Parser *parser, const Expr *expr, double real)
{
    if (!isfinite(real))
        fail_at(parser->env->context, place(parser->tree, expr->at), NULL, "the result is not a finite number");
    return (Value){.kind = VALUE_real, .real = real};
}

static Value whole_value(const Parser *parser, const Expr *expr, double real)
{
    if (!(fabs(real) < 9e15))
        fail_at(parser->env->context, place(parser->tree, expr->at), NULL,
                "%g is too large to be made a whole number", real);
    return value_integer((int64_t)real);
}

static Value compute_call(const Parser *parser, const Expr *call)
{
    const Expr *first = call->b->a, *rest = call->b->b;
    bool extreme = strcmp(call->name, "min") == 0 || strcmp(call->name, "max") == 0;
    if (rest && !extreme)
        fail_at(parser->env->context, place(parser->tree, call->at), NULL, "%s takes one argument", call->name);
    if (strcmp(call->name, "length") == 0) {
        Value list = compute(parser, first);
        if (list.kind != VALUE_list)
            fail_kind(parser, first, list, "a list");
        return value_integer((int64_t)list.count);
    }
    Value value = compute_number(parser, first);
    for (; rest; rest = rest->b) {
        Value other = compute_number(parser, rest->a);
        if (call->name[1] == 'i' ? other.real < value.real : other.real > value.real)
            value = other;
    }
    if (extreme || value.kind == VALUE_integer)
        return value;
    return whole_value(parser, call, *call->name == 'r' ? round(value.real) : *call->name == 'f' ? floor(value.real)
                       : ceil(value.real));
}

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b && (a < 0) != (b < 0));
}

/* Both whole: the result is whole, and must fit. */
static Value compute_whole(const Parser *parser, const Expr *expr, int64_t a, int64_t b)
{
    int64_t result = 0;
    bool divides = expr->operation == E_divide || expr->operation == E_remainder, overflow = false;
    if (divides && !b)
        fail_at(parser->env->context, place(parser->tree, expr->at), NULL, "division by zero");
    if (divides && b == -1)                         /* INT64_MIN / -1 traps */
        overflow = expr->operation == E_divide && __builtin_sub_overflow((int64_t)0, a, &result);
    else if (divides)
        result = expr->operation == E_divide ? floor_divide(a, b) : a - floor_divide(a, b) * b;
    else if (expr->operation == E_add)
        overflow = __builtin_add_overflow(a, b, &result);
    else if (expr->operation == E_subtract)
        overflow = __builtin_sub_overflow(a, b, &result);
    else
        overflow = __builtin_mul_overflow(a, b, &result);
    if (overflow)
        fail_at(parser->env->context, place(parser->tree, expr->at), NULL,
                "%lld and %lld give a number that is too large", (long long)a,
                (long long)b);
    return value_integer(result);
}

static Value compute_arithmetic(const Parser *parser, const Expr *expr)
{
    Value a = compute_number(parser, expr->a), b = compute_number(parser, expr->b);
    if (a.kind == VALUE_integer && b.kind == VALUE_integer)
        return compute_whole(parser, expr, a.integer, b.integer);
    switch (expr->operation) {
    case E_add:      return real_value(parser, expr, a.real + b.real);
    case E_subtract: return real_value(parser, expr, a.real - b.real);
    case E_multiply: return real_value(parser, expr, a.real * b.real);
    case E_divide:   return real_value(parser, expr, a.real / b.real);
    default:         fail_at(parser->env->context, place(parser->tree, expr->at), NULL, "%% needs whole numbers");
    }
}

static bool is_number(Value value)
{
    return value.kind == VALUE_integer || value.kind == VALUE_real;
}

/* Words and truths are equal or not; two words of which neither is a name would always compare the same: a typing error. */
static Value compute_equal(const Parser *parser, const Expr *expr)
{
    Value a = compute(parser, expr->a), b = compute(parser, expr->b);
    bool equal = false;
    if (is_number(a) && is_number(b))
        equal = a.kind == b.kind && a.kind == VALUE_integer ? a.integer == b.integer : a.real == b.real;
    else if (a.kind != b.kind || a.kind == VALUE_list)
        a.kind == VALUE_text && a.bare ? fail_kind(parser, expr->a, a,
                                                   value_kind(b)) : fail_kind(parser, expr->b, b, value_kind(a));
    else if (a.kind == VALUE_bool)
        equal = a.truth == b.truth;
    else if (a.bare && b.bare)
        fail_unknown(parser->env, parser->tree, expr->a->at, a.text);
    else
        equal = strcmp(a.text, b.text) == 0;
    return value_truth(equal == (expr->operation == E_equal));
}

static Value compute_order(const Parser *parser, const Expr *expr)
{
    Value a = compute_number(parser, expr->a), b = compute_number(parser, expr->b);
    bool whole = a.kind == VALUE_integer && b.kind == VALUE_integer;
    int order = whole ? (a.integer > b.integer) - (a.integer < b.integer) : (a.real > b.real) - (a.real < b.real);
    switch (expr->operation) {
    case E_less:       return value_truth(order < 0);
    case E_less_equal: return value_truth(order <= 0);
    case E_greater:    return value_truth(order > 0);
    default:           return value_truth(order >= 0);
    }
}

static Value compute(const Parser *parser, const Expr *expr)
{
    switch (expr->operation) {
    case E_value:  return expr->value;
    case E_name:   return compute_name(parser, expr);
    case E_not:    return value_truth(!compute_truth(parser, expr->a));
    case E_index:  return compute_index(parser, expr);
    case E_call:   return compute_call(parser, expr);
    case E_choose: return compute(parser, compute_truth(parser, expr->b) ? expr->a : expr->c);
    case E_or:     return value_truth(compute_truth(parser, expr->a) || compute_truth(parser, expr->b));
    case E_and:    return value_truth(compute_truth(parser, expr->a) && compute_truth(parser, expr->b));
    case E_equal: case E_unequal:
        return compute_equal(parser, expr);
    case E_less: case E_less_equal: case E_greater: case E_greater_equal:
        return compute_order(parser, expr);
    case E_negate: {
        Value value = compute_number(parser, expr->a);      /* literals are not negative: no overflow */
        return value.kind == VALUE_integer ? compute_whole(parser, &(Expr){.operation = E_subtract, .at = expr->at},
                                                           0, value.integer)
                                           : real_value(parser, expr, -value.real);
    }
    default:
        return compute_arithmetic(parser, expr);
    }
}

Value compute_text(const Env *env, const Tree *tree, size_t *at, const char *end)
{
    Parser parser = {env, tree, tree->text, *at, 0};
    spend(env, tree->loc, 16 + strlen(tree->text + *at));
    const Expr *expr = parse_choice(&parser);
    skip_spaces(&parser);
    bool closed = *end ? take(&parser, end) : !parser.text[parser.at];
    if (!closed)
        fail_at(env->context, place(tree, parser.at), "quotes protect { } [ ] , : # from YAML: out: \"min(a, b)\"",
                parser.text[parser.at] ? "unexpected '%.20s' in an expression" : "the expression ends too early%s",
                parser.text + parser.at);
    *at = parser.at;
    return compute(&parser, expr);
}

Value compute_dollar(const Env *env, const Tree *tree, size_t *at)
{
    Parser parser = {env, tree, tree->text, *at, 0};
    spend(env, tree->loc, 16);
    if (!is_letter(tree->text[*at]))
        fail_at(env->context, place(tree, *at), NULL, "a name or {expression} must follow $");
    const Expr *expr = parse_word(&parser, *at, true);
    *at = parser.at;
    return compute(&parser, expr);
}
