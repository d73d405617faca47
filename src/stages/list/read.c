/* SPDX-License-Identifier: Apache-2.0 */
/* Each list is held to its own examples when it is read: what its owner believes it finds, it finds. */
#include <stdio.h>

#include "base/date.h"
#include "base/embed.h"
#include "base/mem.h"
#include "base/near.h"
#include "list/list.h"
#include "list/list_priv.h"

static const struct tw_watch_limits usual = {1000000, 1024, 1000, UINT64_C(1) << 30};
static const double USUAL_THRESHOLD = 0.9;

static const char *const column_name[LIST_COLUMNS] = {
#define X(id, name, required) name,
    LIST_COLUMN_TABLE(X)
#undef X
};
static const bool is_required[LIST_COLUMNS] = {
#define X(id, name, required) required,
    LIST_COLUMN_TABLE(X)
#undef X
};
static const bool may_be_fuzzy[TW_WATCH_N] = {
#define X(id, name, fuzzy, words) fuzzy,
    TW_WATCH_TABLE(X)
#undef X
};

struct days {
    int32_t from, to;
};

struct head_text {
    struct tw_str list, kind, words, owner, source, match, file;
    int64_t version;
    struct days valid;
    double threshold;
    const struct tw_yaml *elements, *entries, *examples;
};

struct entry_text {
    struct tw_str id, value, note;
    struct days valid;
};

struct example_text {
    struct tw_str value, entry;
    bool hit;
    int32_t at;
};

static const struct tw_yaml_field days_key[] = {TW_YAML_KEY(struct days, "from", DAY, from),
                                                TW_YAML_KEY(struct days, "to", DAY, to), TW_YAML_END};

static const struct tw_yaml_field head_key[] = {
    TW_YAML_KEY(struct head_text, "list", TEXT, list, .required = true),
    TW_YAML_KEY(struct head_text, "kind", TEXT, kind, .required = true),
    TW_YAML_KEY(struct head_text, "version", I64, version, .min = 1, .max = 1e9),
    TW_YAML_KEY(struct head_text, "words", TEXT, words, .required = true),
    TW_YAML_KEY(struct head_text, "owner", TEXT, owner, .required = true),
    TW_YAML_KEY(struct head_text, "source", TEXT, source, .required = true),
    TW_YAML_KEY(struct head_text, "valid", STRUCT, valid, .sub = days_key),
    TW_YAML_KEY(struct head_text, "match", TEXT, match),
    TW_YAML_KEY(struct head_text, "threshold", F64, threshold, .min = 0.5, .max = 1),
    TW_YAML_KEY(struct head_text, "elements", NODE, elements),
    TW_YAML_KEY(struct head_text, "file", TEXT, file),
    TW_YAML_KEY(struct head_text, "entries", NODE, entries),
    TW_YAML_KEY(struct head_text, "examples", NODE, examples, .required = true),
    TW_YAML_END};

static const struct tw_yaml_field entry_key[] = {
    TW_YAML_KEY(struct entry_text, "id", TEXT, id, .required = true),
    TW_YAML_KEY(struct entry_text, "value", TEXT, value, .required = true),
    TW_YAML_KEY(struct entry_text, "note", TEXT, note),
    TW_YAML_KEY(struct entry_text, "valid", STRUCT, valid, .sub = days_key), TW_YAML_END};

static const struct tw_yaml_field example_key[] = {
    TW_YAML_KEY(struct example_text, "value", TEXT, value, .required = true),
    TW_YAML_KEY(struct example_text, "hit", BOOL, hit, .required = true),
    TW_YAML_KEY(struct example_text, "entry", TEXT, entry), TW_YAML_KEY(struct example_text, "at", DAY, at),
    TW_YAML_END};

/* -- the head */

/* A name that expressions can have: lists.WATCHED. */
static bool is_name(struct tw_str s)
{
    bool good = s.n > 0 && s.n <= 64;
    for (size_t i = 0; good && i < s.n; i++) {
        const char c = s.s[i];
        const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
        good = letter || (i > 0 && c >= '0' && c <= '9');
    }
    return good;
}

static tw_err take_kind(const struct tw_yaml *root, struct tw_str kind, enum tw_watch_kind *ret,
                        struct tw_fault *fault)
{
    size_t at;
    const tw_err err = tw_vocabulary_find(tw_watch_vocabulary(), kind, &at, fault);
    if (err == TW_OK) *ret = (enum tw_watch_kind)at;
    if (err != TW_OK) tw_yaml_point(tw_yaml_get(root, "kind"), fault);
    return err;
}

static tw_err take_match(const struct tw_yaml *root, const struct head_text *t, struct tw_watch_head *head,
                         struct tw_fault *fault)
{
    const struct tw_yaml *threshold = tw_yaml_get(root, "threshold");
    head->fuzzy = tw_str_is(t->match, "fuzzy");
    head->threshold = head->fuzzy ? t->threshold : 1;
    if (!head->fuzzy && t->match.n > 0 && !tw_str_is(t->match, "exact"))
        return TW_YAML_WRONG(tw_yaml_get(root, "match"), fault, TW_FORMAT,
                             "match is exact or fuzzy, not \"%.*s\"", TW_STR_FIRST(t->match, 40));
    if (head->fuzzy && !may_be_fuzzy[head->kind])
        return TW_YAML_WRONG(tw_yaml_get(root, "match"), fault, TW_FORMAT,
                             "%.*s are matched exactly; parties, addresses and vessels alone may be fuzzy",
                             TW_STR_FIRST(t->kind, 40));
    if (threshold != NULL && !head->fuzzy)
        return TW_YAML_WRONG(threshold, fault, TW_FORMAT,
                             "a threshold belongs to a list with `match: fuzzy`");
    return TW_OK;
}

static tw_err take_element(struct tw_watchlist *l, const struct tw_yaml *node, struct tw_fault *fault)
{
    size_t n;
    const enum tw_element *known = tw_watch_elements(l->head.kind, &n);
    const char *best = NULL;
    unsigned near = TW_NEAR_FAR;
    for (size_t i = 0; i < n; i++) {
        const char *name = tw_element_row(known[i])->name;
        if (tw_near_better(node->text, tw_str_from(name), &near)) best = name;
        if (!tw_str_is(node->text, name)) continue;
        for (size_t k = 0; k < l->elements; k++)
            if (l->element[k] == known[i])
                return TW_YAML_WRONG(node, fault, TW_CONFLICT, "%s stands there twice", name);
        l->element[l->elements++] = known[i];
        return TW_OK;
    }
    return TW_YAML_WRONG(node, fault, TW_NOTFOUND, "a list of %s does not look at \"%.*s\"%s%s%s",
                         tw_watch_vocabulary()->at[l->head.kind].code, TW_STR_FIRST(node->text, 40),
                         best != NULL ? "; is " : "", best != NULL ? best : "",
                         best != NULL ? " meant?" : "");
}

static tw_err take_elements(struct tw_watchlist *l, const struct tw_yaml *node, struct tw_fault *fault)
{
    size_t n;
    const enum tw_element *known = tw_watch_elements(l->head.kind, &n);
    if (node == NULL) {
        memcpy(l->element, known, n * sizeof *known);
        l->elements = n;
        return TW_OK;
    }
    if (node->kind != TW_YAML_LIST || node->n == 0)
        return TW_YAML_WRONG(node, fault, TW_FORMAT,
                             "a list of elements is expected here, such as [importer.name]");
    for (size_t i = 0; i < node->n; i++) {
        if (node->member[i]->kind != TW_YAML_SCALAR)
            return TW_YAML_WRONG(node->member[i], fault, TW_FORMAT,
                                 "the name of an element is expected here");
        TW_TRY(take_element(l, node->member[i], fault));
    }
    return TW_OK;
}

/* -- entries of the head */

static tw_err take_entry(struct tw_watchlist *l, const struct tw_yaml *node, struct tw_fault *fault)
{
    struct entry_text t = {.valid = {INT32_MIN, INT32_MAX}};
    TW_TRY(tw_yaml_bind(node, entry_key, &t, l->arena, fault));
    const struct tw_watch_entry e = {.id = tw_str_trim(t.id),
                                     .value = tw_str_trim(t.value),
                                     .note = t.note,
                                     .from = t.valid.from,
                                     .to = t.valid.to,
                                     .line = node->line};
    if (e.id.n == 0) return TW_YAML_WRONG(node, fault, TW_FORMAT, "id must not be empty");
    const tw_err err = list_add(l, &e, false, fault);
    if (err == TW_OK || fault == NULL) return err;
    const struct tw_yaml *at = tw_yaml_get(node, fault->path);
    fault->line = at != NULL ? at->line : node->line;
    fault->column = at != NULL ? at->column : node->column;
    return err;
}

static tw_err take_entries(struct tw_watchlist *l, const struct tw_yaml *root, const struct head_text *t,
                           struct tw_fault *fault)
{
    const struct tw_yaml *entries = t->entries;
    if ((entries != NULL) == (t->file.n > 0))
        return TW_YAML_WRONG(entries != NULL ? entries : root, fault, TW_FORMAT,
                             "a list has either `file`, a table of its entries, or `entries`%s",
                             entries != NULL ? ", not both" : "");
    if (entries == NULL) return TW_OK;
    if (entries->kind != TW_YAML_LIST)
        return TW_YAML_WRONG(entries, fault, TW_FORMAT, "a list of entries is expected here");
    for (size_t i = 0; i < entries->n; i++) TW_TRY(take_entry(l, entries->member[i], fault));
    return TW_OK;
}

/* -- all of the head */

static tw_err take_head(struct tw_watchlist *l, const struct tw_yaml *root, struct tw_fault *fault)
{
    struct head_text t = {.valid = {INT32_MIN, INT32_MAX}, .threshold = USUAL_THRESHOLD};
    struct tw_watch_head *h = &l->head;
    TW_TRY(tw_yaml_bind(root, head_key, &t, l->arena, fault));
    if (!is_name(t.list))
        return TW_YAML_WRONG(
            tw_yaml_get(root, "list"), fault, TW_FORMAT,
            "a list's name has up to 64 letters, digits and _, and begins with a letter; not \"%.*s\"",
            TW_STR_FIRST(t.list, 40));
    TW_TRY(take_kind(root, t.kind, &h->kind, fault));
    TW_TRY(take_match(root, &t, h, fault));
    if (t.valid.from > t.valid.to)
        return TW_YAML_WRONG(tw_yaml_get(root, "valid"), fault, TW_RANGE, "it ends before it begins");
    h->name = t.list;
    h->version = t.version;
    h->words = t.words;
    h->owner = t.owner;
    h->source = t.source;
    h->file = t.file;
    h->from = t.valid.from;
    h->to = t.valid.to;
    l->examples = t.examples;
    TW_TRY(take_elements(l, t.elements, fault));
    if (h->fuzzy && tw_name_index_new(&l->index) != TW_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
    return take_entries(l, root, &t, fault);
}

static struct tw_watch_limits settled(const struct tw_watch_limits *given)
{
    struct tw_watch_limits l = given != NULL ? *given : usual;
    if (l.entries == 0) l.entries = usual.entries;
    if (l.entry_bytes == 0) l.entry_bytes = usual.entry_bytes;
    if (l.examples == 0) l.examples = usual.examples;
    if (l.memory == 0) l.memory = usual.memory;
    return l;
}

tw_err tw_watchlist_new(struct tw_str yaml, const struct tw_watch_limits *limits, struct tw_name_fold *fold,
                        struct tw_watchlist **ret, struct tw_fault *fault)
{
    TW_SCOPED(tw_watchlist) *l = tw_calloc(1, sizeof *l);
    struct tw_yaml *root;
    struct tw_str kept;
    if (l == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    l->limits = settled(limits);
    l->fold = fold;
    if (tw_arena_new(l->limits.memory, &l->arena) != TW_OK || tw_intern_new(&l->ids) != TW_OK ||
        tw_intern_new(&l->keys) != TW_OK)
        return tw_fail(fault, TW_NOMEM, "out of memory");
    const tw_err err = tw_sha256_new(&l->hash);
    if (err != TW_OK) return tw_fail(fault, err, "there is no memory, or no SHA-256 on this machine");
    tw_sha256_add(l->hash, yaml.s, yaml.n);
    if (tw_str_dup(l->arena, yaml, &kept) != TW_OK)
        return tw_fail(fault, tw_arena_full(l->arena) ? TW_LIMIT : TW_NOMEM,
                       "the head of the list takes more than the %llu MiB that list_memory allows",
                       (unsigned long long)(l->limits.memory >> 20));
    TW_TRY(tw_yaml_parse(kept, l->arena, &root, fault));
    TW_TRY(take_head(l, root, fault));
    *ret = l;
    l = NULL;
    return TW_OK;
}

extern const struct tw_embed tw_lists_embedded[]; /* data/lists, by tools/embed */

struct tw_str tw_watchlist_builtin(struct tw_str name)
{
    return tw_embed_find(tw_lists_embedded, name);
}

/* -- the table */

void tw_watchlist_bytes(struct tw_watchlist *l, const void *p, size_t n)
{
    tw_sha256_add(l->hash, p, n);
}

static tw_err find_column(struct tw_watchlist *l, struct tw_str name, size_t at, struct tw_fault *fault)
{
    for (size_t c = 0; c < LIST_COLUMNS; c++) {
        if (!tw_str_is(name, column_name[c])) continue;
        if (l->column[c] != 0)
            return tw_fail(fault, TW_CONFLICT, "column %s stands there twice", column_name[c]);
        l->column[c] = at + 1;
        return TW_OK;
    }
    return tw_fail(
        fault, TW_NOTFOUND,
        "there is no column \"%.*s\" in a list; it has id and value, and may have from, to and note",
        TW_STR_FIRST(name, 40));
}

tw_err tw_watchlist_columns(struct tw_watchlist *l, const struct tw_str *field, size_t n,
                            struct tw_fault *fault)
{
    for (size_t i = 0; i < n; i++) {
        const tw_err err = find_column(l, tw_str_trim(field[i]), i, fault);
        if (err == TW_OK) continue;
        if (fault != NULL) {
            fault->line = 1;
            fault->column = (uint32_t)i + 1;
        }
        return err;
    }
    for (size_t c = 0; c < LIST_COLUMNS; c++) {
        if (!is_required[c] || l->column[c] != 0) continue;
        if (fault != NULL) fault->line = 1;
        return tw_fail(fault, TW_NOTFOUND, "column %s is missing", column_name[c]);
    }
    return TW_OK;
}

/* What stands in a column; absent where there is none. */
static struct tw_str cell(const struct tw_watchlist *l, enum list_column c, const struct tw_str *field,
                          size_t n)
{
    return l->column[c] > 0 && l->column[c] <= n ? tw_str_trim(field[l->column[c] - 1])
                                                 : (struct tw_str){NULL, 0};
}

static tw_err day_of(struct tw_str text, enum list_column c, int32_t *ret, struct tw_fault *fault)
{
    if (text.n == 0) return TW_OK;
    const tw_err err = tw_day_parse(text, ret, fault);
    if (err != TW_OK && fault != NULL) snprintf(fault->path, sizeof fault->path, "%s", column_name[c]);
    return err;
}

static tw_err add_row(struct tw_watchlist *l, const struct tw_str *field, size_t n, uint32_t line,
                      struct tw_fault *fault)
{
    struct tw_watch_entry e = {.id = cell(l, LIST_ID, field, n),
                               .value = cell(l, LIST_VALUE, field, n),
                               .note = cell(l, LIST_NOTE, field, n),
                               .from = INT32_MIN,
                               .to = INT32_MAX,
                               .line = line};
    TW_TRY(day_of(cell(l, LIST_FROM, field, n), LIST_FROM, &e.from, fault));
    TW_TRY(day_of(cell(l, LIST_TO, field, n), LIST_TO, &e.to, fault));
    if (e.id.n > 0) return list_add(l, &e, true, fault);
    if (fault != NULL) snprintf(fault->path, sizeof fault->path, "id");
    return tw_fail(fault, TW_FORMAT, "this must not be empty");
}

tw_err tw_watchlist_row(struct tw_watchlist *l, const struct tw_str *field, size_t n, uint32_t line,
                        struct tw_fault *fault)
{
    const tw_err err = add_row(l, field, n, line, fault);
    if (err == TW_OK || fault == NULL) return err;
    fault->line = line;
    for (size_t c = 0; c < LIST_COLUMNS; c++)
        if (strcmp(fault->path, column_name[c]) == 0) fault->column = (uint32_t)l->column[c];
    return err;
}

/* -- examples */

/* A day on which the list and one entry, where it is named, are valid: examples are not about dates. */
static tw_err example_day(const struct tw_watchlist *l, const struct tw_yaml *node,
                          const struct example_text *t, int32_t *ret, struct tw_fault *fault)
{
    *ret = t->at != INT32_MIN ? t->at : l->head.from != INT32_MIN ? l->head.from : l->head.to;
    if (t->entry.n == 0) return TW_OK;
    const struct tw_watch_entry *e = tw_watchlist_entry(l, t->entry);
    if (e == NULL)
        return TW_YAML_WRONG(tw_yaml_get(node, "entry"), fault, TW_NOTFOUND, "the list has no entry %.*s",
                             TW_STR_FIRST(t->entry, 40));
    if (t->at == INT32_MIN && *ret < e->from) *ret = e->from;
    if (t->at == INT32_MIN && *ret > e->to) *ret = e->to;
    return TW_OK;
}

/* What was found is what the example says; `hit` NULL: nothing was. */
static tw_err judge(const struct tw_yaml *node, const struct example_text *t, const struct tw_watch_hit *hit,
                    struct tw_fault *fault)
{
    if (hit == NULL && t->hit)
        return TW_YAML_WRONG(node, fault, TW_FORMAT, "\"%.*s\" is to be a hit, and no entry is like it",
                             TW_STR_FIRST(t->value, 40));
    if (hit == NULL) return TW_OK;
    if (!t->hit)
        return TW_YAML_WRONG(node, fault, TW_FORMAT, "\"%.*s\" is to be no hit, but is %.2f like entry %.*s",
                             TW_STR_FIRST(t->value, 40), hit->score, TW_STR_FIRST(hit->entry->id, 40));
    if (t->entry.n == 0 || tw_str_eq(t->entry, hit->entry->id)) return TW_OK;
    return TW_YAML_WRONG(node, fault, TW_FORMAT, "\"%.*s\" is to hit entry %.*s, but hits %.*s",
                         TW_STR_FIRST(t->value, 40), TW_STR_FIRST(t->entry, 40),
                         TW_STR_FIRST(hit->entry->id, 40));
}

static tw_err run_example(struct tw_watchlist *l, const struct tw_yaml *node, struct tw_fault *fault)
{
    struct example_text t = {.at = INT32_MIN};
    struct tw_watch_hit hit;
    int32_t day;
    TW_TRY(tw_yaml_bind(node, example_key, &t, l->arena, fault));
    TW_TRY(example_day(l, node, &t, &day, fault));
    return judge(node, &t, tw_watchlist_find(l, t.value, day, &hit) ? &hit : NULL, fault);
}

tw_err tw_watchlist_ready(struct tw_watchlist *l, struct tw_fault *fault)
{
    const struct tw_yaml *x = l->examples;
    TW_TRY(list_index(l, fault));
    if (x->kind != TW_YAML_LIST || x->n == 0)
        return TW_YAML_WRONG(x, fault, TW_FORMAT,
                             "a list of examples is expected here; each shows a value and whether it hits");
    if (x->n > l->limits.examples)
        return TW_YAML_WRONG(x, fault, TW_LIMIT, "a list has up to %u examples, not %zu", l->limits.examples,
                             x->n);
    for (size_t i = 0; i < x->n; i++) TW_TRY(run_example(l, x->member[i], fault));
    l->head.examples = x->n;
    tw_sha256_end(l->hash, l->head.sha256);
    tw_sha256_free(l->hash);
    l->hash = NULL;
    return TW_OK;
}
