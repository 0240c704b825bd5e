/* names.c - every node has a name of its own; labels let a layer read any tensor made before it. */
#include "expand.h"

enum { MAX_NAME = 256 };

static bool in_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

void check_name(Context *context, const char *name, Loc loc)
{
    size_t size = strlen(name);
    if (size > MAX_NAME)
        fail_at(context, loc, NULL, "name of %zu bytes is too long: limit: bytes of a name = %d", size, MAX_NAME);
    bool fine = size && *name != '.' && name[size - 1] != '.' && !strstr(name, "..");
    char *shown = arena_strdup(context, name);
    for (size_t i = 0; i < size; i++)
        fine = fine && in_name(name[i]);
    if (!fine)
        fail_at(context, loc, "names are letters, digits, _ and -, in parts separated by single dots: layer1.0.conv1",
                "'%.60s' cannot be a name", mask_controls(shown, false));
}

/* ---- unique names --------------------------------------------------------------------------------------- */

static NameEntry *find_entry(NameTable *table, const char *name)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (const char *c = name; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 0x100000001b3;
    size_t i = (hash ^ hash >> 32) & (table->slots - 1);
    while (table->entry[i].name && strcmp(table->entry[i].name, name) != 0)
        i = (i + 1) & (table->slots - 1);
    return &table->entry[i];
}

/* Keeps the table at most half full. */
static void make_room(Context *context, NameTable *table)
{
    if (table->used * 2 < table->slots)
        return;
    NameTable larger = {.slots = table->slots ? table->slots * 2 : 1024, .used = table->used};
    larger.entry = arena_alloc(context, larger.slots, sizeof *larger.entry);
    for (size_t i = 0; i < table->slots; i++)
        if (table->entry[i].name)
            *find_entry(&larger, table->entry[i].name) = table->entry[i];
    *table = larger;
}

void name_reserve(Context *context, NameTable *table, const char *name, Loc loc)
{
    make_room(context, table);
    NameEntry *entry = find_entry(table, name);
    if (entry->name) {
        bool same = entry->loc.line == loc.line && entry->loc.column == loc.column && entry->loc.source == loc.source;
        const char *hint = same ? "one line, used more than once: give the blocks or repeats around it different names"
                         : entry->automatic ? "the other layer has no name and was given this one: name it"
                         : "every name may be used once";
        fail_at(context, loc, hint, "the name '%s' is already taken at %d:%d", name, entry->loc.line, entry->loc.column);
    }
    *entry = (NameEntry){.name = name, .loc = loc};
    table->used++;
}

const char *name_unique(Context *context, NameTable *table, const char *stem, Loc loc)
{
    make_room(context, table);
    NameEntry *entry = find_entry(table, stem);
    const char *name = stem;
    if (entry->name) {
        int number = entry->next ? entry->next : 2;
        while (find_entry(table, name = arena_printf(context, "%s_%d", stem, number))->name)
            number++;
        entry->next = number + 1;
        entry = find_entry(table, name);
    }
    *entry = (NameEntry){.name = name, .loc = loc, .automatic = true};
    table->used++;
    return name;
}

/* ---- labels --------------------------------------------------------------------------------------------- */

static Label *find_label(const Frame *frame, const char *name)
{
    for (; frame; frame = frame->up)
        for (Label *label = frame->labels; label; label = label->next)
            if (strcmp(label->name, name) == 0)
                return label;
    return NULL;
}

void label_add(Context *context, Frame *frame, const char *name, Loc loc, Node *node)
{
    check_name(context, name, loc);
    if (strcmp(name, "input") == 0 || strcmp(name, "previous") == 0)
        fail_at(context, loc, NULL, "the label '%s' always means the %s; take another", name,
                *name == 'i' ? "network's input" : "result of the layer before");
    const Label *other = find_label(frame, name);
    if (other)
        fail_at(context, loc, NULL, "duplicate label '%s', already given at %d:%d", name, other->loc.line,
                other->loc.column);
    Label *label = arena_alloc(context, 1, sizeof *label);
    *label = (Label){name, loc, node, false, frame->labels};
    frame->labels = label;
}

/* The layer of a list that carries `as: name`, written as it is here; NULL: none. */
static const Tree *find_as(const Tree *list, const char *name)
{
    for (size_t i = 0; list && i < list->count; i++) {
        const Tree *item = list->item[i];
        const Tree *keys = item->kind == TREE_map && item->count == 1 ? item->item[0] : NULL;
        const Tree *as = tree_get(keys, "as");
        if (as && as->kind == TREE_scalar && strcmp(as->text, name) == 0)
            return as;
    }
    return NULL;
}

static _Noreturn void fail_label(Context *context, const Frame *frame, const char *name, Loc loc)
{
    const char *known[MAX_KNOWN + 3] = {"input", "previous"};
    int n = 2;
    for (; frame; frame = frame->up) {
        const Tree *later = find_as(frame->body, name);
        if (later)
            fail_at(context, loc, "layers read what is made before them: a network has no cycles",
                    "the label '%s' is made only later, at %d:%d", name, later->loc.line, later->loc.column);
        for (const Label *label = frame->labels; label && n < MAX_KNOWN; label = label->next)
            known[n++] = label->name;
    }
    const char *rule = "`as: NAME` labels a layer's result, for the same list and lists inside it";
    fail_at(context, loc, suggest(context, name, known, rule), "no layer before this one has the label '%s'", name);
}

Node *label_node(Context *context, const Frame *frame, const char *name, const Tree *tree)
{
    Label *label = find_label(frame, name);
    if (!label)
        fail_label(context, frame, name, tree->loc);
    label->used = true;
    return label->node;
}

void labels_check_used(Context *context, const Frame *frame)
{
    const Label *unused = NULL;
    for (const Label *label = frame->labels; label; label = label->next)
        if (!label->used)
            unused = label;                         /* the list is newest first: report the first of the file */
    if (unused)
        fail_at(context, unused->loc, "remove it, or read it with `from`", "the label '%s' is never used", unused->name);
}
