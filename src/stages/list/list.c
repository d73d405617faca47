/* SPDX-License-Identifier: Apache-2.0 */
#include "list/list.h"

#include <stdio.h>

#include "base/mem.h"
#include "decl/code.h"
#include "list/list_priv.h"

enum {
    HITS_MAX = 32, /* entries of a fuzzy list that are looked through for a valid one */
    SAME_MAX = 100 /* entries of one value, each with days of its own */
};

static const struct tw_word kind_word[] = {
#define X(id, name, fuzzy, words) {name, words},
    TW_WATCH_TABLE(X)
#undef X
};

const struct tw_vocabulary *tw_watch_vocabulary(void)
{
    static const struct tw_vocabulary v = {"kind of list", kind_word, TW_WATCH_N};
    return &v;
}

void tw_watchlist_free(struct tw_watchlist *l)
{
    if (l == NULL) return;
    tw_free(l->entry);
    tw_free(l->next);
    tw_free(l->first);
    tw_intern_free(l->ids);
    tw_intern_free(l->keys);
    tw_name_index_free(l->index);
    tw_sha256_free(l->hash);
    tw_arena_free(l->arena);
    tw_free(l);
}

const struct tw_watch_head *tw_watchlist_head(const struct tw_watchlist *l)
{
    return &l->head;
}

const struct tw_watch_entry *tw_watchlist_entries(const struct tw_watchlist *l, size_t *ret_n)
{
    *ret_n = l->n;
    return l->entry;
}

const struct tw_watch_remark *tw_watchlist_remarks(const struct tw_watchlist *l, size_t *ret_n)
{
    *ret_n = l->remarks;
    return l->remark;
}

const struct tw_watch_entry *tw_watchlist_entry(const struct tw_watchlist *l, struct tw_str id)
{
    const uint32_t number = tw_intern_find(l->ids, id);
    return number != TW_MAP_NONE ? &l->entry[number] : NULL;
}

bool tw_watchlist_over(const struct tw_watchlist *l, int32_t day)
{
    return day > l->head.to;
}

bool list_valid(const struct tw_watch_entry *e, int32_t day)
{
    return day >= e->from && day <= e->to;
}

/* -- normal forms */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Letters and digits of ASCII alone, in capitals; absent when there are others or too many. */
static struct tw_str code_key(struct tw_str text, char room[64])
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.s[i];
        if (c == ' ' || c == '-' || c == '.' || c == '/') continue;
        if (c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
        if (!(is_digit(c) || (c >= 'A' && c <= 'Z')) || n == 64) return (struct tw_str){NULL, 0};
        room[n++] = c;
    }
    return (struct tw_str){room, n};
}

/* The number of a ship, whether or not IMO stands before it. */
static struct tw_str without_imo(struct tw_str key)
{
    const bool imo = key.n == 11 && memcmp(key.s, "IMO ", 4) == 0;
    for (size_t i = 4; imo && i < key.n; i++)
        if (!is_digit(key.s[i])) return key;
    return imo ? (struct tw_str){key.s + 4, 7} : key;
}

struct tw_str list_key(const struct tw_watchlist *l, struct tw_str text, struct tw_name *name, char room[64])
{
    if (!list_is_of_names(l->head.kind)) return code_key(text, room);
    tw_name_read(l->fold, text, name);
    const struct tw_str key = {name->text, name->n};
    return l->head.kind == TW_WATCH_VESSELS ? without_imo(key) : key;
}

/* -- taking in */

static tw_err remark(struct tw_watchlist *l, uint32_t line, bool of_table, const char *words)
{
    if (l->remarks == LIST_REMARKS_MAX) return TW_OK;
    if (l->remark == NULL) l->remark = tw_arena_array(l->arena, LIST_REMARKS_MAX, sizeof *l->remark);
    if (l->remark == NULL) return TW_NOMEM;
    struct tw_watch_remark r = {.line = line, .of_table = of_table};
    TW_TRY(tw_str_dup(l->arena, tw_str_from(words), &r.words));
    l->remark[l->remarks++] = r;
    return TW_OK;
}

/* What is wrong with a value that can be looked up all the same. `note` stays empty: nothing. */
static void look_at(const struct tw_watchlist *l, struct tw_str key, const struct tw_name *name,
                    struct tw_fault *note)
{
    bool number = key.n == 7;
    for (size_t i = 0; number && i < key.n; i++) number = is_digit(key.s[i]);
    switch (l->head.kind) {
    case TW_WATCH_CONTAINERS:
        TW_IGNORE(tw_container_check(key, note));
        break;
    case TW_WATCH_VESSELS:
        if (number) TW_IGNORE(tw_imo_check(key, note));
        break;
    case TW_WATCH_COUNTRIES:
        if (tw_country_find(key) == NULL)
            TW_IGNORE(tw_fail(note, TW_NOTFOUND, "%.*s is no country of ISO 3166", TW_STR_ARG(key)));
        break;
    default:
        break;
    }
    if (list_is_of_names(l->head.kind) && name->tokens == TW_NAME_TOKENS_MAX)
        TW_IGNORE(tw_fail(note, TW_LIMIT, "only the first %d words are compared", TW_NAME_TOKENS_MAX));
}

/* The words of a code that no declaration can have. */
static tw_err check_code(const struct tw_watchlist *l, struct tw_str key, struct tw_fault *fault)
{
    bool digits = key.n >= 2 && key.n <= 10;
    for (size_t i = 0; digits && i < key.n; i++) digits = is_digit(key.s[i]);
    if (l->head.kind != TW_WATCH_CODES || digits) return TW_OK;
    return tw_fail(fault, TW_FORMAT, "a commodity code, or the beginning of one, has 2 to 10 digits");
}

static tw_err no_memory(const struct tw_watchlist *l, struct tw_fault *fault)
{
    if (!tw_arena_full(l->arena)) return tw_fail(fault, TW_NOMEM, "out of memory");
    return tw_fail(fault, TW_LIMIT, "the list takes more than %llu MiB; list_memory allows more",
                   (unsigned long long)(l->limits.memory >> 20));
}

static tw_err grow(struct tw_watchlist *l)
{
    if (l->n < l->cap) return TW_OK;
    const size_t cap = l->cap < 64 ? 64 : 2 * l->cap;
    void *entry = tw_realloc(l->entry, cap, sizeof *l->entry);
    if (entry == NULL) return TW_NOMEM;
    l->entry = entry;
    void *next = tw_realloc(l->next, cap, sizeof *l->next);
    if (next == NULL) return TW_NOMEM;
    l->next = next;
    void *first = tw_realloc(l->first, cap, sizeof *l->first);
    if (first == NULL) return TW_NOMEM;
    l->first = first;
    l->cap = cap;
    return TW_OK;
}

/* Entries of one key stand in the order of the file. */
static tw_err hang(struct tw_watchlist *l, struct tw_str key, struct tw_fault *fault)
{
    uint32_t k, same = 1;
    const size_t before = tw_intern_n(l->keys);
    TW_TRY(tw_intern_put(l->keys, key, &k));
    l->next[l->n] = 0;
    if (k == before) {
        l->first[k] = (uint32_t)l->n;
        return TW_OK;
    }
    uint32_t at = l->first[k];
    for (; l->next[at] != 0; same++) at = l->next[at] - 1;
    if (same == SAME_MAX)
        return tw_fail(fault, TW_LIMIT,
                       "this value stands in %d entries already; one with longer validity will do", SAME_MAX);
    l->next[at] = (uint32_t)l->n + 1;
    return TW_OK;
}

static tw_err put_entry(struct tw_watchlist *l, const struct tw_watch_entry *entry, struct tw_str key,
                        const struct tw_name *name, struct tw_fault *fault)
{
    struct tw_watch_entry kept = *entry;
    TW_TRY(grow(l));
    TW_TRY(tw_str_dup(l->arena, entry->id, &kept.id));
    TW_TRY(tw_str_dup(l->arena, entry->value, &kept.value));
    if (entry->note.n > 0) TW_TRY(tw_str_dup(l->arena, entry->note, &kept.note));
    TW_TRY(hang(l, key, fault));
    if (l->index != NULL) TW_TRY(tw_name_index_add(l->index, name));
    l->entry[l->n++] = kept;
    return TW_OK;
}

static tw_err check_limits(const struct tw_watchlist *l, const struct tw_watch_entry *e,
                           struct tw_fault *fault)
{
    const size_t bytes = e->id.n + e->value.n + e->note.n;
    if (l->n >= l->limits.entries)
        return tw_fail(fault, TW_LIMIT, "a list has up to %u entries; list_entries allows more",
                       l->limits.entries);
    if (bytes <= l->limits.entry_bytes) return TW_OK;
    return tw_fail(fault, TW_LIMIT, "an entry has up to %u bytes, this one %zu; list_entry_bytes allows more",
                   l->limits.entry_bytes, bytes);
}

static tw_err check_id(struct tw_watchlist *l, struct tw_str id, struct tw_fault *fault)
{
    uint32_t number;
    const size_t before = tw_intern_n(l->ids);
    if (tw_intern_put(l->ids, id, &number) != TW_OK) return no_memory(l, fault);
    if (number == before) return TW_OK;
    if (fault != NULL) snprintf(fault->path, sizeof fault->path, "id");
    return tw_fail(fault, TW_CONFLICT,
                   "entry %.*s stands in line %u already; each entry has an id of its own",
                   (int)(id.n < 40 ? id.n : 40), id.s, l->entry[number].line);
}

/* Can the value be looked up, and does it end after it begins? */
static tw_err check_value(const struct tw_watchlist *l, const struct tw_watch_entry *e, struct tw_str key,
                          struct tw_fault *fault)
{
    tw_err err = check_code(l, key, fault);
    if (key.n == 0)
        err = tw_fail(fault, TW_FORMAT, "there is nothing in this value that could be looked up");
    else if (err == TW_OK && e->from > e->to)
        err = tw_fail(fault, TW_RANGE, "it ends before it begins");
    if (err != TW_OK && fault != NULL) snprintf(fault->path, sizeof fault->path, "value");
    return err;
}

tw_err list_add(struct tw_watchlist *l, const struct tw_watch_entry *entry, bool of_table,
                struct tw_fault *fault)
{
    struct tw_name name = {.tokens = 0};
    char room[64];
    struct tw_fault note = {.code = TW_OK};
    TW_TRY(check_limits(l, entry, fault));
    const struct tw_str key = list_key(l, entry->value, &name, room);
    TW_TRY(check_value(l, entry, key, fault));
    TW_TRY(check_id(l, entry->id, fault));
    look_at(l, key, &name, &note);
    tw_err err = note.code != TW_OK ? remark(l, entry->line, of_table, note.note) : TW_OK;
    if (err == TW_OK) err = put_entry(l, entry, key, &name, fault);
    return err == TW_OK || err == TW_LIMIT ? err : no_memory(l, fault);
}

tw_err list_index(struct tw_watchlist *l, struct tw_fault *fault)
{
    l->head.entries = l->n;
    if (l->n == 0)
        return tw_fail(fault, TW_FORMAT, "the list has no entries; one that is over has `valid: {to: ...}`");
    if (l->index == NULL || tw_name_index_ready(l->index) == TW_OK) return TW_OK;
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

/* -- asking */

static bool is_exactly(const struct tw_watchlist *l, struct tw_str key, int32_t day, struct tw_watch_hit *ret)
{
    const uint32_t k = tw_intern_find(l->keys, key);
    if (k == TW_MAP_NONE) return false;
    for (uint32_t at = l->first[k] + 1; at != 0; at = l->next[at - 1]) {
        if (!list_valid(&l->entry[at - 1], day)) continue;
        ret->entry = &l->entry[at - 1];
        ret->score = 1;
        return true;
    }
    return false;
}

static bool is_like(struct tw_watchlist *l, const struct tw_name *name, int32_t day, struct tw_watch_hit *ret)
{
    struct tw_name_hit hit[HITS_MAX];
    const size_t n = tw_name_index_find(l->index, name, l->head.threshold, HITS_MAX, hit);
    for (size_t i = 0; i < n; i++) {
        if (!list_valid(&l->entry[hit[i].number], day)) continue;
        ret->entry = &l->entry[hit[i].number];
        ret->score = hit[i].likeness.score;
        return true;
    }
    return false;
}

bool tw_watchlist_find(struct tw_watchlist *l, struct tw_str text, int32_t day, struct tw_watch_hit *ret)
{
    struct tw_name name = {.tokens = 0};
    char room[64];
    *ret = (struct tw_watch_hit){.element = TW_ELEMENT_END, .value = text};
    if (day < l->head.from || day > l->head.to) return false;
    struct tw_str key = list_key(l, text, &name, room);
    if (key.n == 0) return false;
    if (is_exactly(l, key, day, ret)) return true;
    if (l->head.kind == TW_WATCH_CODES)
        while (key.n > 2) { /* the longest beginning that is listed */
            key.n--;
            if (is_exactly(l, key, day, ret)) return true;
        }
    return l->index != NULL && is_like(l, &name, day, ret);
}
