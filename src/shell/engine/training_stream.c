/* SPDX-License-Identifier: Apache-2.0 */
#include "base/date.h"
#include "base/mem.h"
#include "engine/training_priv.h"

enum {
    READING_BYTES = 160 << 20, /* what one declaration takes while it is read, message/read.h */
    LOOK_BYTES = 256 << 20     /* keys of its items */
};

tw_err training_no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

tw_err training_open(struct training *g)
{
    struct tw_input_options in = g->o->input;
    struct tw_finding_list list = {NULL, 0};
    TW_TRY(tw_channel_settings_check(&g->o->channels, g->fault));
    in.sha256 = true;
    TW_TRY(tw_input_open(g->o->declarations, &in, &g->input, g->fault)); /* first: it looks at the currency */
    if (g->o->findings != NULL) {
        TW_TRY(tw_input_findings(g->o->findings, &in, &g->findings, g->fault));
        list = tw_findings_list(g->findings);
    }
    if (tw_results_new(list, &g->results) != TW_OK || labels_new(list, &g->labels) != TW_OK ||
        tw_profile_new(g->o->limits, &g->profile) != TW_OK ||
        recent_new((size_t)g->o->channels.window, &g->recent) != TW_OK ||
        tw_card_names_new(&g->t->names) != TW_OK || tw_arena_new(READING_BYTES, &g->reading) != TW_OK ||
        tw_arena_new(LOOK_BYTES, &g->look) != TW_OK)
        return training_no_memory(g->fault);
    TW_TRY(tw_carried_read(&in, &g->carried, g->fault));
    tw_profile_set_cargo(g->profile, g->carried.cargo);
    g->t->input.data.manifests = g->carried.manifests.n;
    return TW_OK;
}

void training_close(struct training *g)
{
    tw_input_free(g->input);
    tw_findings_free(g->findings);
    tw_results_free(g->results);
    labels_free(g->labels);
    tw_profile_free(g->profile);
    tw_carried_free(&g->carried);
    recent_free(&g->recent);
    tw_arena_free(g->reading);
    tw_arena_free(g->look);
    tw_free(g->x);
    tw_free(g->finding);
}

static tw_err room_for(struct training *g, size_t items)
{
    if (items <= g->items_cap) return TW_OK;
    const size_t cap = items * 2;
    float *x = tw_realloc(g->x, cap * TW_FEATURE_N, sizeof *x);
    if (x != NULL) g->x = x;
    const struct tw_finding **finding = tw_realloc(g->finding, cap, sizeof(const struct tw_finding *));
    if (finding != NULL) g->finding = finding;
    if (x == NULL || finding == NULL) return TW_NOMEM;
    g->items_cap = cap;
    return TW_OK;
}

static void count(struct training *g, const struct tw_look *look)
{
    struct tw_card_data *d = &g->t->input.data;
    d->declarations++;
    d->items += look->n;
    d->unordered += d->last_day != TW_NO_DAY && look->day < d->last_day;
    if (d->first_day == TW_NO_DAY || look->day < d->first_day) d->first_day = look->day;
    if (d->last_day == TW_NO_DAY || look->day > d->last_day) d->last_day = look->day;
}

/* How often the importer had declared before; -1 = nobody is named. */
static int64_t declared_before(const struct tw_profile *p, const struct tw_look_item *l)
{
    if (!l->has[TW_KIND_IMPORTER]) return -1;
    const struct tw_stat *s = tw_profile_stat(p, l, TW_KIND_IMPORTER);
    return s != NULL ? s->n : 0;
}

/* Keeps the rows that teach. Before the declaration is folded in. */
static tw_err learn_from(struct training *g, const struct tw_reading *r, const struct tw_look *look)
{
    struct tw_trained *t = g->t;
    labels_meet(g->labels, r, g->finding);
    for (size_t i = 0; i < look->n; i++) {
        if (g->finding[i] == NULL) continue;
        struct lesson one = {.x = g->x + i * TW_FEATURE_N,
                             .look = &look->item[i],
                             .finding = g->finding[i],
                             .declaration = (uint32_t)t->input.data.declarations,
                             .day = look->day};
        TW_TRY(tw_card_place(&t->names, r->decl, &r->decl->items.at[i],
                             declared_before(g->profile, &look->item[i]), &one.place));
        TW_TRY(lessons_add(&t->lessons, &one));
    }
    return TW_OK;
}

static tw_err fold(struct training *g, const struct tw_reading *r, const struct tw_look *look)
{
    TW_TRY(tw_profile_fold(g->profile, look));
    for (size_t i = 0; i < look->n; i++)
        if (g->finding[i] != NULL)
            TW_TRY(
                tw_profile_await(g->profile, look->declaration, r->decl->items.at[i].number, &look->item[i]));
    return tw_results_add(g->results, r->finding, r->finding_n);
}

/* One declaration's step through the past: what was known before its day, its features, then itself. */
static tw_err take(struct training *g, const struct tw_reading *r)
{
    const struct tw_decl *d = r->decl;
    struct tw_look look = {.n = 0};
    const int32_t day = d->lodged_at != TW_NO_TIME ? tw_time_day(d->lodged_at) : tw_profile_day(g->profile);
    tw_arena_reset(g->look);
    TW_TRY(room_for(g, d->items.n));
    TW_TRY(tw_results_fold(g->results, day, g->profile));
    TW_TRY(tw_feature_measure(g->profile, d, g->look, g->x, NULL, &look));
    TW_TRY(learn_from(g, r, &look));
    TW_TRY(recent_add(&g->recent, &look, g->x));
    count(g, &look);
    return fold(g, r, &look);
}

static void sum_up(struct training *g)
{
    struct tw_card_data *d = &g->t->input.data;
    const struct labels_count c = labels_count(g->labels);
    d->refused = tw_input_count(g->input).refused_declarations;
    d->findings = c.read;
    d->unmatched = c.unmatched;
    d->superseded = c.superseded;
    if (g->findings != NULL) d->refused_findings = tw_findings_count(g->findings).refused_rows;
    d->forgotten = tw_profile_evicted(g->profile);
}

tw_err training_read(struct training *g)
{
    for (;;) {
        struct tw_reading r;
        bool more = false;
        TW_TRY(tw_input_next(g->input, g->reading, &r, &more, g->fault));
        if (!more) break;
        const tw_err err = take(g, &r);
        if (err != TW_OK) return err == TW_NOMEM ? training_no_memory(g->fault) : err;
    }
    sum_up(g);
    TW_TRY(tw_input_finish(g->input, g->fault));
    return tw_input_sha256(g->input, g->declarations_sha256);
}
