/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/due.h"

#include <stdlib.h>

#include "base/date.h"
#include "base/map.h"
#include "base/mem.h"
#include "engine/json_lines_priv.h"

/* The last version of a declaration. */
struct last {
    uint64_t seq;          /* which line it is */
    uint32_t id, office;   /* numbers of their texts; office may be TW_MAP_NONE */
    enum tw_due_what what; /* TW_DUE_N = nothing is running */
    int64_t at;
};

struct reading {
    const struct tw_due_options *o;
    uint64_t seq;              /* lines read */
    struct tw_intern *looked;  /* declarations with a result */
    int32_t *first;            /* of each, the first day one was known */
    struct tw_intern *ids;     /* declarations of which something ran in some version */
    struct tw_intern *offices; /* theirs */
    struct last *last;         /* of each id */
    size_t cap;
};

/* A time that only some decisions have. TW_FORMAT */
static tw_err time_of(const struct json_line *l, const char *key, int64_t *ret, struct tw_fault *fault)
{
    const struct tw_json_node *node = tw_json_get(l->object, key);
    struct tw_str text;
    *ret = TW_NO_TIME;
    if (node == NULL || node->kind == TW_JSON_NULL) return TW_OK;
    TW_TRY(json_line_text(l, key, &text, fault));
    if (tw_time_parse(text, ret, fault) == TW_OK) return TW_OK;
    tw_json_blame(node, fault);
    return TW_FORMAT;
}

/* Was a result known when it would have turned blue, and by now? */
static bool looked_at(const struct reading *r, struct tw_str id, int64_t blue_at)
{
    const uint32_t k = tw_intern_find(r->looked, id);
    const int64_t by = blue_at < r->o->at ? blue_at : r->o->at;
    return k != TW_MAP_NONE && r->first[k] <= tw_time_day(by);
}

/* Had an officer selected it by then? */
static bool selected(const struct reading *r, struct tw_str id, int64_t by)
{
    return r->o->told != NULL && tw_instructions_selected(r->o->told, id, by) != NULL;
}

/* What is running of a version that was decided by now. */
static tw_err judge(const struct reading *r, const struct json_line *l, struct tw_str id, int64_t decided,
                    struct last *ret, struct tw_fault *fault)
{
    const int64_t now = r->o->at;
    int64_t stand_by, blue;
    TW_TRY(time_of(l, "stand_by_until", &stand_by, fault));
    TW_TRY(time_of(l, "blue_at", &blue, fault));
    if (r->o->told != NULL && tw_instructions_cancelled(r->o->told, id, decided, now)) return TW_OK;
    if (stand_by != TW_NO_TIME && stand_by > now) {
        if (selected(r, id, now)) return TW_OK;
        ret->what = TW_DUE_STAND_BY;
        ret->at = stand_by;
    } else if (blue != TW_NO_TIME) {
        if (looked_at(r, id, blue) || selected(r, id, blue < now ? blue : now)) return TW_OK;
        ret->what = blue <= now ? TW_DUE_BLUE : TW_DUE_YELLOW;
        ret->at = blue;
    }
    return TW_OK;
}

/* Of a version with nothing to tell, only that it takes the place of one that had is worth keeping. */
static tw_err remember(struct reading *r, struct tw_str id, struct tw_str office, struct last one)
{
    if (one.what == TW_DUE_N && tw_intern_find(r->ids, id) == TW_MAP_NONE) return TW_OK;
    if (tw_intern_n(r->ids) == r->cap) {
        const size_t cap = 2 * r->cap + 64;
        struct last *more = tw_realloc(r->last, cap, sizeof *more);
        if (more == NULL) return TW_NOMEM;
        r->last = more;
        r->cap = cap;
    }
    TW_TRY(tw_intern_put(r->ids, id, &one.id));
    if (office.n > 0) TW_TRY(tw_intern_put(r->offices, office, &one.office));
    r->last[one.id] = one;
    return TW_OK;
}

static tw_err take(void *to, const struct json_line *l, struct tw_fault *fault)
{
    struct reading *r = to;
    struct last one = {.seq = r->seq++, .office = TW_MAP_NONE, .what = TW_DUE_N};
    struct tw_str id, in = {NULL, 0};
    int64_t decided;
    TW_TRY(json_line_text(l, "id", &id, fault));
    TW_TRY(time_of(l, "decided_at", &decided, fault));
    const struct tw_json_node *office = tw_json_get(l->object, "office");
    if (office != NULL && office->kind == TW_JSON_TEXT) in = office->text;
    if (decided == TW_NO_TIME || decided > r->o->at) return TW_OK;
    TW_TRY(judge(r, l, id, decided, &one, fault));
    const tw_err err = remember(r, id, in, one);
    if (err == TW_LIMIT) return tw_fail(fault, TW_LIMIT, "more declarations than can be told apart");
    return err == TW_OK ? TW_OK : tw_fail(fault, err, "out of memory");
}

static tw_err make_ready(struct reading *r)
{
    const struct tw_finding_list list = r->o->results;
    TW_TRY(tw_intern_new(&r->ids));
    TW_TRY(tw_intern_new(&r->offices));
    TW_TRY(tw_intern_new(&r->looked));
    r->first = tw_calloc(list.n + 1, sizeof *r->first);
    if (r->first == NULL) return TW_NOMEM;
    for (size_t i = 0; i < list.n; i++) { /* in the order of the days */
        const size_t before = tw_intern_n(r->looked);
        uint32_t k;
        TW_TRY(tw_intern_put(r->looked, list.at[i].declaration_id, &k));
        if (k == before) r->first[k] = list.at[i].known_day;
    }
    return TW_OK;
}

static int by_line(const void *a, const void *b)
{
    const struct last *x = a, *y = b;
    return (x->seq > y->seq) - (x->seq < y->seq);
}

static tw_err tell(const struct reading *r, uint64_t n[TW_DUE_N], struct tw_fault *fault)
{
    const size_t ids = tw_intern_n(r->ids);
    if (ids > 0) qsort(r->last, ids, sizeof *r->last, by_line);
    for (size_t i = 0; i < ids; i++) {
        const struct last *one = &r->last[i];
        if (r->o->stop != NULL && *r->o->stop != 0) return tw_fail(fault, TW_INTERRUPTED, "interrupted");
        if (one->what == TW_DUE_N) continue;
        struct tw_due due = {.what = one->what, .id = tw_intern_text(r->ids, one->id), .at = one->at};
        if (one->office != TW_MAP_NONE) due.office = tw_intern_text(r->offices, one->office);
        n[one->what]++;
        TW_TRY(r->o->due(r->o->to, &due, fault));
    }
    return TW_OK;
}

tw_err tw_due_read(const struct tw_due_options *o, uint64_t ret[TW_DUE_N], struct tw_fault *fault)
{
    struct reading r = {.o = o};
    const struct json_lines_taker taker = {.to = &r, .take = take, .stop = o->stop};
    for (int i = 0; i < TW_DUE_N; i++) ret[i] = 0;
    tw_err err = make_ready(&r) == TW_OK ? TW_OK : tw_fail(fault, TW_NOMEM, "out of memory");
    if (err == TW_OK) err = json_lines_read(o->decisions, &taker, fault);
    if (err == TW_OK) err = tell(&r, ret, fault);
    tw_intern_free(r.looked);
    tw_intern_free(r.ids);
    tw_intern_free(r.offices);
    tw_free(r.first);
    tw_free(r.last);
    return err;
}
