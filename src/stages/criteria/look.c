/* SPDX-License-Identifier: Apache-2.0 */
/* What an author should look at before a set is published. */
#include <string.h>

#include "base/date.h"
#include "criteria/bits_priv.h"
#include "criteria/box_priv.h"

enum { NOWHERE = UINT32_MAX }; /* a byte: not in the condition */

/* A condition, as it is reasoned about. */
struct view {
    const struct tw_cel_outline *outline;
    struct fact offices; /* of the criterion; unless it is at all of them */
    bool some_offices, constant;
    struct boxes holds; /* where it does */
    struct clash clash; /* why it does not */
};

struct looking {
    const struct tw_criteria *c;
    int32_t day;
    struct view *view;                   /* of each criterion */
    struct tw_cel_value root[ROOT_N];    /* nothing known but what find_others puts there */
    uint64_t *bits;                      /* one for each criterion */
    const struct tw_cel_outline *office; /* declaration.office */
    struct tw_arena *arena;
    struct tw_criteria_remark *remark;
    size_t n, cap;
};

/* byte  of the condition; NOWHERE = it is about the criterion */
static tw_err tell_at(struct looking *l, const struct tw_criterion *k, uint32_t byte, struct tw_buf *words)
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
    struct tw_criteria_remark *r = &l->remark[l->n];
    *r = (struct tw_criteria_remark){.criterion = k, .line = k->line, .column = k->column};
    if (byte != NOWHERE) criteria_place(l->c, (size_t)(k - l->c->at), byte, &r->line, &r->column);
    TW_TRY(tw_str_dup(l->arena, tw_buf_view(words), &r->words));
    l->n++;
    return TW_OK;
}

static tw_err tell(struct looking *l, const struct tw_criterion *k, struct tw_buf *words)
{
    return tell_at(l, k, NOWHERE, words);
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
    l->view[k - l->c->at].constant = true;
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

/* Does it ask for as much, as often, as long and at as many places? */
static bool asks_as_much(const struct tw_criterion *a, const struct tw_criterion *k)
{
    return a != k && a->class <= k->class &&
           (a->class == TW_CRITERION_FACILITATION) == (k->class == TW_CRITERION_FACILITATION) &&
           tw_channel_rank(a->channel) >= tw_channel_rank(k->channel) && a->probability >= 1 &&
           a->from <= k->from && a->to >= k->to && at_all_offices_of(a, k);
}

/* Whatever k hits, a hits too. */
static bool hits_all_of(const struct looking *l, size_t a, size_t k)
{
    const struct boxing b = {.schema = l->c->schema, .arena = l->arena};
    const struct boxes *holds = &l->view[k].holds;
    if (tw_str_eq(l->c->at[a].when, l->c->at[k].when)) return true;
    if (l->view[a].constant) return false; /* it is told of that one, which is what to mend */
    for (size_t i = 0; i < holds->n; i++)
        if (!box_settles(&b, &holds->at[i], l->view[a].outline, true)) return false;
    return holds->n > 0;
}

static bool shadows(const struct looking *l, size_t a, size_t k)
{
    return asks_as_much(&l->c->at[a], &l->c->at[k]) && hits_all_of(l, a, k);
}

/* The text that a fact says a field has, or begins with; NULL: it says none. */
static const struct tw_cel_value *text_of(const struct fact *f)
{
    const enum tw_cel_fact_kind k = f->of->fact;
    const bool says = k == TW_CEL_FACT_EQ || k == TW_CEL_FACT_IN || k == TW_CEL_FACT_PREFIX;
    return says && f->holds && f->of->n > 0 && f->of->with->kind == TW_CEL_STRING ? f->of->with : NULL;
}

/* Who can hit in a box, by the index: it finds whom its texts let through. `put`: the box's texts, or none.
 */
static tw_err put_texts(struct looking *l, const struct box *box, bool put)
{
    for (size_t i = 0; i < box->n; i++) {
        TW_SCOPED_BUF path = {0};
        struct tw_cel_value *to;
        const struct tw_cel_type *type;
        const struct tw_cel_value *text = text_of(&box->fact[i]);
        if (text == NULL || box->fact[i].of->variable >= ROOT_LISTS) continue;
        path_say(l->c->schema, box->fact[i].of, &path);
        if (path.failed) return TW_NOMEM;
        if (schema_find(l->c->schema, tw_buf_view(&path), l->root, &to, &type) != TW_OK) continue;
        *to = put ? *text : tw_cel_absent();
    }
    return TW_OK;
}

static tw_err find_others(struct looking *l, const struct box *box)
{
    bool filled[ROOT_N];
    for (int r = 0; r < ROOT_N; r++) filled[r] = true;
    TW_TRY(put_texts(l, box, true));
    index_find(l->c->index, l->root, filled, l->bits);
    return put_texts(l, box, false);
}

static tw_err tell_shadow(struct looking *l, const struct tw_criterion *a, const struct tw_criterion *k)
{
    TW_SCOPED_BUF words = {0};
    tw_buf_printf(&words, "adds nothing: %.*s (line %u) %s as much", TW_STR_ARG(a->id), a->line,
                  tw_str_eq(a->when, k->when) ? "has the same condition and asks for"
                                              : "hits whatever it hits, and asks for");
    return tell(l, k, &words);
}

static tw_err look_for_shadow(struct looking *l, size_t at)
{
    const size_t n = l->c->n;
    if (l->view[at].holds.n == 0) return TW_OK; /* it hits nothing, which is told */
    TW_TRY(find_others(l, &l->view[at].holds.at[0]));
    for (uint32_t i = bits_next(l->bits, n, 0); i != BITS_NONE; i = bits_next(l->bits, n, i + 1)) {
        if (i == at || !shadows(l, i, at)) continue;
        if (i > at && shadows(l, at, i)) continue; /* of twins the later is told */
        return tell_shadow(l, &l->c->at[i], &l->c->at[at]);
    }
    return TW_OK;
}

/* -- conditions that cannot hold, or cannot but hold */

static tw_err tell_clash(struct looking *l, const struct tw_criterion *k, const char *before,
                         const struct clash *clash)
{
    TW_SCOPED_BUF words = {0};
    const struct tw_cel_outline *at = clash->other.of != NULL ? clash->other.of : clash->path;
    if (clash->other.of != NULL && at->byte == NOWHERE) at = clash->one.of;
    tw_buf_text(&words, before);
    clash_say(l->c->schema, clash, &words);
    return tell_at(l, k, at->byte, &words);
}

/* Operands of || that come to nothing, where the whole may hold. */
static tw_err look_for_dead_part(struct looking *l, const struct tw_criterion *k,
                                 const struct tw_cel_outline *o, const struct fact *within)
{
    if (o->kind != TW_CEL_OUTLINE_AND && o->kind != TW_CEL_OUTLINE_OR) return TW_OK;
    for (size_t i = 0; i < o->n; i++) {
        struct boxing b = {.schema = l->c->schema, .arena = l->arena};
        struct boxes part;
        TW_TRY(boxes_of(&b, o->part[i], true, within, &part));
        if (part.n > 0)
            TW_TRY(look_for_dead_part(l, k, o->part[i], within));
        else if (o->kind == TW_CEL_OUTLINE_OR && b.clash.cases > 0)
            TW_TRY(tell_clash(l, k, "has a part that never holds: ", &b.clash));
    }
    return TW_OK;
}

/* Offices of a criterion, as a fact about the declaration; false: all of them. */
static tw_err offices_of(const struct looking *l, const struct tw_criterion *k, struct fact *ret,
                         bool *ret_some)
{
    *ret_some = k->offices_n > 0;
    if (!*ret_some) return TW_OK;
    struct tw_cel_outline *o = tw_arena_alloc(l->arena, sizeof *o);
    struct tw_cel_value *name = tw_arena_array(l->arena, k->offices_n, sizeof *name);
    if (o == NULL || name == NULL) return TW_NOMEM;
    for (size_t i = 0; i < k->offices_n; i++) name[i] = tw_cel_string(k->office[i]);
    *o = *l->office;
    o->with = name;
    o->n = k->offices_n;
    *ret = (struct fact){o, true};
    return TW_OK;
}

/* What reasoning needs of a criterion. */
static tw_err view(struct looking *l, size_t at)
{
    const struct tw_criterion *k = &l->c->at[at];
    struct view *v = &l->view[at];
    struct boxing b = {.schema = l->c->schema, .arena = l->arena};
    TW_TRY(offices_of(l, k, &v->offices, &v->some_offices));
    TW_TRY(tw_cel_outline_of(k->program, l->arena, &v->outline));
    TW_TRY(boxes_of(&b, v->outline, true, v->some_offices ? &v->offices : NULL, &v->holds));
    v->clash = b.clash;
    return TW_OK;
}

static tw_err look_for_never(struct looking *l, size_t at)
{
    const struct tw_criterion *k = &l->c->at[at];
    const struct view *v = &l->view[at];
    if (v->constant) return TW_OK;
    if (v->holds.n == 0 && v->clash.cases > 0) return tell_clash(l, k, "never holds: ", &v->clash);
    return look_for_dead_part(l, k, v->outline, v->some_offices ? &v->offices : NULL);
}

static tw_err look_for_ever(struct looking *l, size_t at)
{
    struct boxing b = {.schema = l->c->schema, .arena = l->arena};
    struct boxes fails;
    TW_SCOPED_BUF words = {0};
    if (l->view[at].constant) return TW_OK;
    TW_TRY(boxes_of(&b, l->view[at].outline, false, NULL, &fails));
    if (fails.n > 0) return TW_OK;
    tw_buf_text(&words, "is never without a hit: it hits whatever is declared, or is not evaluated");
    return tell_at(l, &l->c->at[at], 0, &words);
}

static tw_err look_for_office_twice(struct looking *l, const struct tw_criterion *k)
{
    for (size_t i = 0; i < k->offices_n; i++)
        for (size_t j = 0; j < i; j++) {
            TW_SCOPED_BUF words = {0};
            if (!tw_str_eq(k->office[i], k->office[j])) continue;
            tw_buf_printf(&words, "names the office %.*s twice", TW_STR_FIRST(k->office[i], 60));
            return tell(l, k, &words);
        }
    return TW_OK;
}

/* declaration.office, with nothing it is compared with. */
static tw_err office_outline(struct looking *l)
{
    const struct record *r = l->c->schema->root[ROOT_DECLARATION];
    struct tw_cel_outline *o = tw_arena_alloc(l->arena, sizeof *o);
    if (o == NULL) return TW_NOMEM;
    *o = (struct tw_cel_outline){.kind = TW_CEL_OUTLINE_FACT,
                                 .fact = TW_CEL_FACT_IN,
                                 .variable = ROOT_DECLARATION,
                                 .fields = 1,
                                 .byte = NOWHERE};
    while (o->field[0] + 1 < r->n && !tw_str_is(r->cel[o->field[0]].name, "office")) o->field[0]++;
    o->type = r->cel[o->field[0]].type;
    l->office = o;
    return TW_OK;
}

/* What there is to say of a criterion without the others. */
static tw_err look_alone(struct looking *l, size_t i)
{
    const struct tw_criterion *k = &l->c->at[i];
    TW_TRY(look_for_constant(l, k));
    TW_TRY(look_for_never(l, i));
    TW_TRY(look_for_ever(l, i));
    TW_TRY(look_for_end(l, k));
    TW_TRY(look_for_old_lists(l, k));
    return look_for_office_twice(l, k);
}

static tw_err open_looking(struct looking *l)
{
    const struct tw_criteria *c = l->c;
    l->view = tw_arena_array(l->arena, c->n, sizeof *l->view);
    l->bits = tw_arena_array(l->arena, bits_words(c->n), sizeof *l->bits);
    if (l->view == NULL || l->bits == NULL) return TW_NOMEM;
    memset(l->view, 0, c->n * sizeof *l->view);
    for (int r = 0; r < ROOT_N; r++) TW_TRY(schema_blank(c->schema, (enum root)r, l->arena, &l->root[r]));
    TW_TRY(office_outline(l));
    for (size_t i = 0; i < c->n; i++) TW_TRY(view(l, i));
    return TW_OK;
}

tw_err tw_criteria_look(const struct tw_criteria *c, int32_t day, struct tw_arena *arena,
                        const struct tw_criteria_remark **ret, size_t *ret_n)
{
    struct looking l = {.c = c, .day = day, .arena = arena};
    TW_TRY(open_looking(&l));
    for (size_t i = 0; i < c->n; i++) {
        TW_TRY(look_alone(&l, i));
        TW_TRY(look_for_shadow(&l, i));
    }
    *ret = l.remark;
    *ret_n = l.n;
    return TW_OK;
}
