/* SPDX-License-Identifier: Apache-2.0 */
#include "base/date.h"
#include "cli/demo_priv.h"
#include "decl/money.h"

/* --- one decision in words --- */

static void money(struct tw_buf *b, double minor, struct tw_money like)
{
    if (!tw_money_set(like)) return;
    tw_buf_grouped(b, minor / 100, 0); /* the made-up currency has two digits */
    tw_buf_char(b, ' ');
    tw_buf_str(b, tw_money_cur(&like));
}

/* by law, by a criterion and by score */
static void put_basis(struct tw_buf *line, uint32_t basis)
{
    static const struct {
        uint32_t bit;
        const char *words;
    } row[] = {{TW_BASIS_BIT(MANDATORY), "by law"},
               {TW_BASIS_BIT(CRITERION), "by a criterion"},
               {TW_BASIS_BIT(SCORE), "by score"},
               {TW_BASIS_BIT(RANDOM), "by chance"}};
    bool some = false;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        if ((basis & row[i].bit) == 0) continue;
        tw_buf_printf(line, "%s%s", some ? " and " : "", row[i].words);
        some = true;
    }
}

static void put_head(struct tw_buf *line, const struct tw_assessment *one)
{
    const struct tw_decision *k = &one->decision;
    const struct tw_decision_item *worst = &k->items.at[one->worst];
    tw_buf_printf(line, "Declaration %.*s: %s (%s), ", TW_STR_ARG(k->declaration_id),
                  tw_channel_name(k->channel), tw_channel_words(k->channel));
    put_basis(line, k->basis);
    tw_buf_text(line, ". Chance of a finding ");
    tw_buf_fixed(line, worst->risk_ppm / 1e4, worst->risk_ppm < 100000 ? 1 : 0);
    tw_buf_text(line, " %");
    if (tw_money_set(worst->expected_duty)) {
        tw_buf_text(line, ", duty expected back ");
        money(line, (double)worst->expected_duty.minor, worst->expected_duty);
    }
    tw_buf_char(line, '.');
}

static void put_goods(struct tw_buf *line, const struct tw_assessment *one)
{
    const struct tw_decl *d = one->decl;
    const struct tw_item *i = &d->items.at[one->worst];
    tw_buf_printf(line, "%.*s (HS %.*s)", TW_STR_ARG(i->description.n > 0 ? i->description : TW_STR("Goods")),
                  TW_STR_ARG(i->hs));
    if (i->origin.n > 0) tw_buf_printf(line, " from %.*s", TW_STR_ARG(i->origin));
    if (i->net_mass_kg.set) {
        tw_buf_text(line, ", ");
        tw_buf_grouped(line, tw_dec_f64(i->net_mass_kg), 0);
        tw_buf_text(line, " kg");
    }
    if (tw_money_set(i->customs_value)) {
        tw_buf_text(line, ", ");
        money(line, (double)i->customs_value.minor, i->customs_value);
    }
    if (d->items.n > 1) tw_buf_printf(line, ", item %u of %zu", i->number, d->items.n);
    tw_buf_printf(line, "; importer %.*s", TW_STR_ARG(d->importer.id));
    if (d->lodged_at != TW_NO_TIME) {
        tw_buf_text(line, ", lodged ");
        tw_buf_day(line, tw_time_day(d->lodged_at));
    }
    tw_buf_printf(line, " at %.*s.", TW_STR_ARG(d->office));
}

static void put_outcome(struct tw_buf *line, const struct tw_assessment *one,
                        const struct tw_play_outcome *outcome)
{
    const struct tw_money like = one->decision.items.at[one->worst].expected_duty;
    if (!outcome->inspected) {
        tw_buf_text(line, "Its papers are asked for; goods are not opened.");
    } else if (!outcome->found) {
        tw_buf_text(line, "The inspection found nothing.");
    } else {
        tw_buf_text(line, "The inspection found it non-compliant");
        if (outcome->recovered_minor > 0 && tw_money_set(like)) {
            tw_buf_text(line, "; duty recovered ");
            money(line, outcome->recovered_minor, like);
        }
        tw_buf_char(line, '.');
    }
}

/* Criteria that asked, in their authors' words, and what they found on lists. */
static void put_criteria(struct demo_picked *p, const struct tw_assessment *one)
{
    p->reasons = 0;
    for (size_t i = 0; i < one->hits && p->reasons < TW_REASONS_MAX; i++) {
        const struct tw_criteria_hit *h = &one->hit[i];
        if (!h->asks || h->criterion->class == TW_CRITERION_FACILITATION) continue;
        tw_buf_clear(&p->reason[p->reasons]);
        tw_buf_printf(&p->reason[p->reasons], "Criterion %.*s: %.*s", TW_STR_ARG(h->criterion->id),
                      TW_STR_ARG(h->criterion->reason));
        for (size_t l = 0; l < h->listed_n; l++)
            tw_buf_printf(&p->reason[p->reasons], "; %.*s", TW_STR_ARG(h->listed[l].words));
        p->against[p->reasons++] = false;
    }
}

static void put_reasons(struct demo_picked *p, const struct tw_decision *k)
{
    for (size_t i = 0; i < k->reasons.n && p->reasons < TW_REASONS_MAX; i++) {
        tw_buf_clear(&p->reason[p->reasons]);
        tw_buf_str(&p->reason[p->reasons], k->reasons.at[i].text);
        p->against[p->reasons++] = k->reasons.at[i].against;
    }
}

static tw_err show(struct demo_picked *p, const struct tw_assessor *a, const struct tw_assessment *one,
                   const struct tw_play_outcome *outcome)
{
    enum { PARTS = 5 };
    struct tw_buf *const part[PARTS] = {&p->head, &p->goods, &p->outcome, &p->change, &p->json};
    bool failed = false;
    for (size_t i = 0; i < PARTS; i++) tw_buf_clear(part[i]);
    put_head(&p->head, one);
    put_goods(&p->goods, one);
    put_outcome(&p->outcome, one, outcome);
    put_criteria(p, one);
    put_reasons(p, &one->decision);
    tw_buf_str(&p->change, one->decision.counterfactual);
    tw_assess_json(a, one, false, &p->json);
    for (size_t i = 0; i < PARTS; i++) failed |= part[i]->failed;
    for (size_t i = 0; i < p->reasons; i++) failed |= p->reason[i].failed;
    return failed ? TW_NOMEM : TW_OK;
}

/* --- which --- */

/* Does a criterion that asked rest on a list? */
static bool asked_by_list(const struct tw_assessment *one)
{
    bool some = false;
    for (size_t i = 0; i < one->hits && !some; i++) some = one->hit[i].asks && one->hit[i].listed_n > 0;
    return some;
}

/* Where a decision would stand; NULL = it is none to be shown. */
static struct demo_picked *place(struct demo_picks *p, const struct tw_assessment *one,
                                 const struct tw_play_outcome *outcome, double *worth)
{
    const struct tw_decision *k = &one->decision;
    const bool score = (k->basis & TW_BASIS_BIT(SCORE)) != 0;
    *worth = one->score;
    if (k->reasons.n == 0 || k->reasons.at[0].against) return NULL;
    if (k->channel == TW_CHANNEL_YELLOW && score) {
        if (k->counterfactual.n > 0) *worth += 1e6; /* most have one; the others show less */
        return &p->papers;
    }
    if (!outcome->inspected) return NULL;
    if (!score && (k->basis & TW_BASIS_BIT(CRITERION)) != 0) {
        if (asked_by_list(one)) *worth += 1e6; /* what stands on a list shows more */
        return outcome->found ? &p->criterion : NULL;
    }
    if ((k->basis & TW_BASIS_BIT(MANDATORY)) != 0) return NULL;
    if (score && outcome->found) return &p->found[k->reasons.at[0].family];
    if (score) return &p->nothing;
    if (outcome->found) *worth += 1e6; /* what chance found shows more than what it did not */
    return &p->chance;
}

tw_err demo_pick(struct demo_picks *p, const struct tw_assessor *a, const struct tw_assessment *one,
                 const struct tw_play_outcome *outcome)
{
    double worth;
    struct demo_picked *at = place(p, one, outcome, &worth);
    if (at == NULL || (at->some && worth <= at->worth)) return TW_OK;
    at->some = true;
    at->worth = worth;
    return show(at, a, one, outcome);
}

static const struct demo_picked *best_found(const struct demo_picks *p, const struct demo_picked *but)
{
    const struct demo_picked *best = NULL;
    for (int f = 0; f < TW_FAMILY_N; f++) {
        const struct demo_picked *one = &p->found[f];
        if (one->some && one != but && (best == NULL || one->worth > best->worth)) best = one;
    }
    return best;
}

void demo_chosen(const struct demo_picks *p, const struct demo_picked *ret[DEMO_PICKS])
{
    ret[DEMO_FOUND] = best_found(p, NULL);
    ret[DEMO_FOUND_OTHERWISE] = best_found(p, ret[DEMO_FOUND]);
    ret[DEMO_CRITERION] = p->criterion.some ? &p->criterion : NULL;
    ret[DEMO_NOTHING] = p->nothing.some ? &p->nothing : NULL;
    ret[DEMO_CHANCE] = p->chance.some ? &p->chance : NULL;
    ret[DEMO_PAPERS] = p->papers.some ? &p->papers : NULL;
}

static void free_one(struct demo_picked *p)
{
    tw_buf_free(&p->head);
    tw_buf_free(&p->goods);
    tw_buf_free(&p->outcome);
    tw_buf_free(&p->change);
    for (size_t i = 0; i < TW_REASONS_MAX; i++) tw_buf_free(&p->reason[i]);
    tw_buf_free(&p->json);
}

void demo_picks_free(struct demo_picks *p)
{
    for (int f = 0; f < TW_FAMILY_N; f++) free_one(&p->found[f]);
    free_one(&p->criterion);
    free_one(&p->nothing);
    free_one(&p->chance);
    free_one(&p->papers);
}
