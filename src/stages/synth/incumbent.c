/* SPDX-License-Identifier: Apache-2.0 */
/* What the administration did before: a handful of criteria, each with a probability, and chance. */
#include <math.h>

#include "base/date.h"
#include "base/mem.h"
#include "synth/synth_priv.h"

static bool in_numbers(const struct tw_yaml_items *list, double v)
{
    const double *at = list->at;
    for (size_t i = 0; i < list->n; i++)
        if (at[i] == v) return true;
    return false;
}

static bool in_texts(const struct tw_yaml_items *list, struct tw_str v)
{
    const struct tw_str *at = list->at;
    for (size_t i = 0; i < list->n; i++)
        if (tw_str_eq(at[i], v)) return true;
    return false;
}

/* Probability of control by criteria: each that applies is an independent draw. */
static double by_criteria(const struct tw_synth *s, const struct consignment *c)
{
    const struct tw_world *w = s->world;
    const struct identity *who = &s->identity[c->identity];
    bool lists = false, low = false, office = false;
    for (size_t k = 0; k < c->n; k++) {
        const struct goods_line *i = &c->item[k];
        int chapter = s->goods->at[i->goods].chapter;
        lists = lists || (in_numbers(&w->incumbent.chapters, chapter) &&
                          in_texts(&w->incumbent.origins, country_of(s, i->origin)->code));
        low = low || i->usd_kg < w->incumbent.low_value_factor * s->chapter_price[chapter] * 0.35;
        office = office || (tw_str_eq(office_of(s, c->office)->code, w->incumbent.office) &&
                            in_numbers(&w->incumbent.office_chapters, chapter));
    }
    double none = 1;
    if (lists) none *= 1 - w->incumbent.chapter_origin;
    if (who->declared < 5) none *= 1 - w->incumbent.new_importer;
    if (low) none *= 1 - w->incumbent.low_value;
    if (who->found != INT32_MIN && c->day - who->found <= 180) none *= 1 - w->incumbent.repeat;
    if (office) none *= 1 - w->incumbent.office_rate;
    return 1 - none;
}

static tw_err expect(struct tw_synth *s, struct result result)
{
    if (s->result_n == s->result_cap) {
        size_t cap = s->result_cap < 256 ? 256 : s->result_cap * 2;
        struct result *r = tw_realloc(s->result, cap, sizeof *r);
        if (r == NULL) return TW_NOMEM;
        s->result = r;
        s->result_cap = cap;
    }
    s->result[s->result_n++] = result;
    return TW_OK;
}

/* What an inspection makes of one item. */
struct outcome {
    size_t item;
    bool found;
    int32_t known; /* day */
    bool criterion;
    double propensity;
};

static void write_finding(const struct tw_synth *s, const struct goods_line *i, const struct outcome *o,
                          struct tw_buf *out)
{
    const bool found = o->found;
    write_id(s, out);
    tw_buf_char(out, ',');
    tw_buf_u64(out, o->item + 1);
    tw_buf_char(out, ',');
    tw_buf_text(out, found ? result_code((enum tw_mechanism)i->mechanism) : "conform");
    tw_buf_char(out, ',');
    tw_buf_dec(out, found ? i->true_value_minor - i->value_minor : 0, 2);
    tw_buf_char(out, ',');
    tw_buf_dec(out, found ? i->recoverable_minor : 0, 2);
    tw_buf_char(out, ',');
    tw_buf_day(out, s->options.start_day + o->known);
    tw_buf_text(out, o->criterion ? ",criterion," : ",random,");
    tw_buf_fixed(out, o->propensity, 6);
    tw_buf_char(out, '\n');
}

tw_err incumbent_inspect(struct tw_synth *s, struct consignment *c, struct tw_buf *findings)
{
    double p = by_criteria(s, c), random = s->world->incumbent.random;
    bool criterion = fixed_unit(s, s->done, 0, "criteria") < p;
    bool picked = fixed_unit(s, s->done, 0, "random") < random;
    s->identity[c->identity].declared++;
    if (!criterion && !picked) return TW_OK;
    bool any = false;
    int32_t last = c->day;
    for (size_t k = 0; k < c->n; k++) {
        const struct goods_line *i = &c->item[k];
        enum tw_mechanism m = (enum tw_mechanism)i->mechanism;
        int32_t known =
            c->day + (int32_t)(fixed_unit(s, s->done, k, "delay") * (s->world->incumbent.delay_days + 1));
        bool found =
            m != TW_MECHANISM_NONE && fixed_unit(s, s->done, k, "miss") >= s->world->mechanism[m].miss;
        any = any || found;
        if (known > last) last = known;
        const struct outcome o = {k, found, known, criterion, 1 - (1 - p) * (1 - random)};
        write_finding(s, i, &o, findings);
    }
    return expect(s, (struct result){last, c->firm, c->identity, any});
}

tw_err incumbent_results(struct tw_synth *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->result_n; i++) {
        struct result r = s->result[i];
        if (r.day >= s->day) {
            s->result[kept++] = r;
            continue;
        }
        if (!r.found) continue;
        s->identity[r.identity].found = r.day;
        if (s->firm[r.firm].identity == r.identity) TW_TRY(mechanism_caught(s, r.firm));
    }
    s->result_n = kept;
    return TW_OK;
}
