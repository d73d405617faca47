/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/due.h"

#include "base/date.h"
#include "base/map.h"
#include "base/mem.h"
#include "engine/json_lines_priv.h"

struct reading {
    const struct tw_due_options *o;
    uint64_t *n;
    struct tw_intern *looked; /* declarations with a result */
    int32_t *first;           /* of each, the first day one was known */
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

static tw_err take(void *to, const struct json_line *l, struct tw_fault *fault)
{
    struct reading *r = to;
    struct tw_due one = {.what = TW_DUE_N};
    int64_t decided, stand_by, blue;
    TW_TRY(json_line_text(l, "id", &one.id, fault));
    TW_TRY(time_of(l, "decided_at", &decided, fault));
    TW_TRY(time_of(l, "stand_by_until", &stand_by, fault));
    TW_TRY(time_of(l, "blue_at", &blue, fault));
    const struct tw_json_node *office = tw_json_get(l->object, "office");
    if (office != NULL && office->kind == TW_JSON_TEXT) one.office = office->text;
    if (decided == TW_NO_TIME || decided > r->o->at) return TW_OK;
    if (stand_by != TW_NO_TIME && stand_by > r->o->at) {
        one.what = TW_DUE_STAND_BY;
        one.at = stand_by;
    } else if (blue != TW_NO_TIME && !looked_at(r, one.id, blue)) {
        one.what = blue <= r->o->at ? TW_DUE_BLUE : TW_DUE_YELLOW;
        one.at = blue;
    }
    if (one.what == TW_DUE_N) return TW_OK;
    r->n[one.what]++;
    return r->o->due(r->o->to, &one, fault);
}

static tw_err index_results(struct reading *r)
{
    const struct tw_finding_list list = r->o->results;
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

tw_err tw_due_read(const struct tw_due_options *o, uint64_t ret[TW_DUE_N], struct tw_fault *fault)
{
    struct reading r = {.o = o, .n = ret};
    const struct json_lines_taker taker = {.to = &r, .take = take, .stop = o->stop};
    for (int i = 0; i < TW_DUE_N; i++) ret[i] = 0;
    tw_err err = index_results(&r) == TW_OK ? TW_OK : tw_fail(fault, TW_NOMEM, "out of memory");
    if (err == TW_OK) err = json_lines_read(o->decisions, &taker, fault);
    tw_intern_free(r.looked);
    tw_free(r.first);
    return err;
}
