/* SPDX-License-Identifier: Apache-2.0 */
/* What an author should look at before a set is published. */
#include <stdio.h>

#include "base/date.h"
#include "criteria/criteria_priv.h"

struct looking {
    const struct tw_criteria *c;
    int32_t day;
    struct tw_arena *arena;
    struct tw_criteria_remark *remark;
    size_t n, cap;
};

static tw_err tell(struct looking *l, const struct tw_criterion *k, struct tw_buf *words)
{
    if (words->failed) return TW_NOMEM;
    if (l->n == l->cap) {
        const size_t cap = l->cap > 0 ? 2 * l->cap : 16;
        struct tw_criteria_remark *more = tw_arena_array(l->arena, cap, sizeof *more);
        if (more == NULL) return TW_NOMEM;
        for (size_t i = 0; i < l->n; i++) more[i] = l->remark[i];
        l->remark = more;
        l->cap = cap;
    }
    l->remark[l->n].criterion = k;
    TW_TRY(tw_str_dup(l->arena, tw_buf_view(words), &l->remark[l->n].words));
    l->n++;
    return TW_OK;
}

/* With nothing known at all: what then is true or false is so always. */
static tw_err look_for_constant(struct looking *l, const struct tw_criterion *k)
{
    const size_t slots = ROOT_N + l->c->schema->lists;
    struct tw_cel_value *slot = tw_arena_array(l->arena, slots, sizeof *slot), v;
    struct tw_fault why = {0};
    TW_SCOPED_BUF words = {0};
    if (slot == NULL) return TW_NOMEM;
    for (size_t i = 0; i < slots; i++) slot[i] = tw_cel_unknown();
    const tw_err err = tw_cel_eval(k->program, slot, l->arena, &v, &why);
    if (err == TW_NOMEM) return err;
    if (err != TW_OK || v.kind != TW_CEL_BOOL) return TW_OK;
    tw_buf_text(&words, v.b ? "holds always, whatever is declared" : "never holds, whatever is declared");
    return tell(l, k, &words);
}

static tw_err look_for_end(struct looking *l, const struct tw_criterion *k)
{
    TW_SCOPED_BUF words = {0};
    if (k->to >= l->day) return TW_OK;
    tw_buf_text(&words, "is over: its last day was ");
    tw_buf_day(&words, k->to);
    return tell(l, k, &words);
}

/* A text that a condition compares a member of a list with: an entry that is not there or is over, an element
 * at which the list does not look. Empty is what comes without a hit. */
static tw_err look_at_text(struct looking *l, const struct tw_criterion *k, const struct tw_cel_guard *g,
                           struct tw_str text)
{
    const struct tw_watchlist *list = l->c->lists.at[g->variable - ROOT_N];
    const struct tw_str name = tw_watchlist_head(list)->name;
    const struct tw_watch_entry *e = tw_watchlist_entry(list, text);
    const bool entry = g->field[0] == OWN_LISTS_ENTRY - OWN_LISTS_HIT;
    const bool element = g->field[0] == OWN_LISTS_ELEMENT - OWN_LISTS_HIT;
    TW_SCOPED_BUF words = {0};
    if (entry && (e == NULL || e->to < l->day))
        tw_buf_printf(&words, "asks for entry %.*s of list %.*s, which %s", TW_STR_FIRST(text, 60),
                      TW_STR_ARG(name), e == NULL ? "has none of that id" : "hits nothing any more");
    if (element && !tw_watchlist_looks_at(list, text))
        tw_buf_printf(&words, "asks for element %.*s, at which list %.*s does not look",
                      TW_STR_FIRST(text, 60), TW_STR_ARG(name));
    return words.n > 0 || words.failed ? tell(l, k, &words) : TW_OK;
}

static tw_err look_at_texts(struct looking *l, const struct tw_criterion *k)
{
    const struct tw_cel_guard *g;
    size_t n;
    if (k->lists_n == 0) return TW_OK;
    TW_TRY(tw_cel_guards(k->program, l->arena, &g, &n));
    for (size_t i = 0; i < n; i++) {
        if (g[i].variable < ROOT_N || g[i].prefix) continue;
        for (size_t t = 0; t < g[i].n; t++)
            if (g[i].text[t].n > 0) TW_TRY(look_at_text(l, k, &g[i], g[i].text[t]));
    }
    return TW_OK;
}

static tw_err look_for_old_lists(struct looking *l, const struct tw_criterion *k)
{
    TW_TRY(look_at_texts(l, k));
    for (size_t i = 0; i < k->lists_n; i++) {
        const struct tw_watchlist *list = l->c->lists.at[k->list[i]];
        const struct tw_watch_head *head = tw_watchlist_head(list);
        TW_SCOPED_BUF words = {0};
        if (!tw_watchlist_over(list, l->day)) continue;
        tw_buf_printf(&words, "reads list %.*s, which hits nothing any more: its last day was ",
                      TW_STR_ARG(head->name));
        tw_buf_day(&words, head->to);
        TW_TRY(tell(l, k, &words));
    }
    return TW_OK;
}

static bool at_all_offices_of(const struct tw_criterion *wide, const struct tw_criterion *k)
{
    if (wide->offices_n == 0) return true;
    if (k->offices_n == 0) return false;
    for (size_t i = 0; i < k->offices_n; i++) {
        bool there = false;
        for (size_t j = 0; j < wide->offices_n && !there; j++)
            there = tw_str_eq(wide->office[j], k->office[i]);
        if (!there) return false;
    }
    return true;
}

/* The same condition, asked by another that is at least as strict, as often, as long and at least there. */
static bool shadows(const struct tw_criterion *a, const struct tw_criterion *k)
{
    return a != k && tw_str_eq(a->when, k->when) && a->class <= k->class &&
           (a->class == TW_CRITERION_FACILITATION) == (k->class == TW_CRITERION_FACILITATION) &&
           tw_channel_rank(a->channel) >= tw_channel_rank(k->channel) && a->probability >= 1 &&
           a->from <= k->from && a->to >= k->to && at_all_offices_of(a, k);
}

static tw_err look_for_shadow(struct looking *l, size_t at)
{
    const struct tw_criterion *k = &l->c->at[at];
    for (size_t i = 0; i < l->c->n; i++) {
        const struct tw_criterion *a = &l->c->at[i];
        if (!shadows(a, k) || (shadows(k, a) && i > at)) continue; /* of twins the later is told */
        TW_SCOPED_BUF words = {0};
        tw_buf_printf(&words, "adds nothing: %.*s (line %u) has the same condition and asks for as much",
                      TW_STR_ARG(a->id), a->line);
        return tell(l, k, &words);
    }
    return TW_OK;
}

tw_err tw_criteria_look(const struct tw_criteria *c, int32_t day, struct tw_arena *arena,
                        const struct tw_criteria_remark **ret, size_t *ret_n)
{
    struct looking l = {.c = c, .day = day, .arena = arena};
    for (size_t i = 0; i < c->n; i++) {
        TW_TRY(look_for_constant(&l, &c->at[i]));
        TW_TRY(look_for_end(&l, &c->at[i]));
        TW_TRY(look_for_old_lists(&l, &c->at[i]));
        TW_TRY(look_for_shadow(&l, i));
    }
    *ret = l.remark;
    *ret_n = l.n;
    return TW_OK;
}

/* -- names */

struct naming {
    struct tw_arena *arena;
    struct tw_criteria_name *at;
    size_t n, cap;
};

static tw_err add_name(struct naming *to, struct tw_criteria_name one)
{
    if (to->n == to->cap) {
        const size_t cap = to->cap > 0 ? 2 * to->cap : 256;
        struct tw_criteria_name *more = tw_arena_array(to->arena, cap, sizeof *more);
        if (more == NULL) return TW_NOMEM;
        for (size_t k = 0; k < to->n; k++) more[k] = to->at[k];
        to->at = more;
        to->cap = cap;
    }
    to->at[to->n++] = one;
    return TW_OK;
}

static tw_err join(const struct naming *to, struct tw_str path, struct tw_str name, struct tw_str *ret)
{
    TW_SCOPED_BUF whole = {0};
    tw_buf_printf(&whole, "%.*s.%.*s", TW_STR_ARG(path), TW_STR_ARG(name));
    return whole.failed ? TW_NOMEM : tw_str_dup(to->arena, tw_buf_view(&whole), ret);
}

static tw_err name_record(struct naming *to, const struct record *r, struct tw_str path)
{
    for (size_t i = 0; i < r->n; i++) {
        struct tw_str whole;
        TW_TRY(join(to, path, r->cel[i].name, &whole));
        if (r->field[i].source == SOURCE_RECORD)
            TW_TRY(name_record(to, r->field[i].sub, whole));
        else
            TW_TRY(add_name(to, (struct tw_criteria_name){whole, r->cel[i].type, r->field[i].words}));
    }
    return TW_OK;
}

tw_err tw_criteria_names(const struct tw_watchlists *lists, struct tw_arena *arena,
                         const struct tw_criteria_name **ret, size_t *ret_n)
{
    struct schema *s;
    struct naming to = {.arena = arena};
    TW_TRY(schema_new(lists, arena, &s));
    for (int r = 0; r < ROOT_N; r++) TW_TRY(name_record(&to, s->root[r], s->variable[r].name));
    *ret = to.at;
    *ret_n = to.n;
    return TW_OK;
}
