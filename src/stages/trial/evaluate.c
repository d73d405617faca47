/* SPDX-License-Identifier: Apache-2.0 */
#include "trial/evaluate.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "stat/rank.h"
#include "trial/data_priv.h"
#include "trial/families.h"

const double tw_trial_percent[TW_TRIAL_PARTS] = {1, 2, 5, 10};

/* Everything one protocol needs; freed in one place. */
struct work {
    struct tw_trial_data *d;
    const struct tw_trial_settings *set;
    const struct tw_trial_watch *watch;
    float *x, *x_full; /* features by what was known; had every item been inspected */
    float *x_without;  /* x as this engine sees it when it does without some families; else NULL */
    double *stake;
    struct tw_trial_result *result, *all;
    size_t results, alls;
    struct tw_trial_score score;
    double *ranked, *value;
    uint8_t *label, *item_label;
    double *item_risk;
};

static void work_free(struct work *w)
{
    tw_free(w->x);
    tw_free(w->x_full);
    tw_free(w->x_without);
    tw_free(w->stake);
    tw_free(w->result);
    tw_free(w->all);
    tw_trial_score_free(&w->score);
    tw_free(w->ranked);
    tw_free(w->value);
    tw_free(w->label);
    tw_free(w->item_label);
    tw_free(w->item_risk);
}

static tw_err step(const struct work *w, const char *words)
{
    if (w->watch == NULL || w->watch->step == NULL) return TW_OK;
    return w->watch->step(w->watch->to, words) ? TW_OK : TW_INTERRUPTED;
}

static tw_err measure(struct work *w, const struct tw_trial_result *r, size_t n, float **ret)
{
    struct tw_trial_memory m;
    float *x = tw_calloc(w->d->items * TW_FEATURE_N + 1, sizeof *x);
    if (x == NULL) return TW_NOMEM;
    tw_err err = tw_trial_memory_new(w->d, w->set->de_minimis, &m);
    if (err == TW_OK) {
        struct tw_trial_span span = {.from = 0, .to = w->d->n, .result = r, .results = n};
        err = tw_trial_measure(&m, w->d, &span, x, w->stake);
        tw_trial_memory_free(&m);
    }
    if (err == TW_OK)
        *ret = x;
    else
        tw_free(x);
    return err;
}

/* Takes the features of the families that this engine does without out of `x`. */
static void leave_out(const struct work *w, float *x)
{
    for (size_t k = 0; k < w->d->items * TW_FEATURE_N; k++)
        if ((w->set->without >> tw_feature_row((enum tw_feature)(k % TW_FEATURE_N))->family & 1) != 0)
            x[k] = NAN;
}

static tw_err do_without(struct work *w)
{
    if (w->set->without == 0) return TW_OK;
    const size_t n = w->d->items * TW_FEATURE_N;
    w->x_without = tw_calloc(n + 1, sizeof *w->x_without);
    if (w->x_without == NULL) return TW_NOMEM;
    memcpy(w->x_without, w->x, n * sizeof *w->x);
    leave_out(w, w->x_without);
    if (w->x_full != NULL) leave_out(w, w->x_full);
    return TW_OK;
}

/* What a scorer is told of each item. */
static const float *told(const struct work *w, enum tw_scorer s)
{
    if (s == TW_SCORER_FULL_LABELS) return w->x_full;
    return tw_scorer_is_ours(s) && w->x_without != NULL ? w->x_without : w->x;
}

static bool wanted(const struct tw_trial_settings *set, enum tw_scorer s)
{
    return (set->scorers >> s & 1) != 0;
}

/* Results of declarations since the split are known to the running profile where they were really inspected;
 * labels to learn from are those known before it. On data that was labelled whole (no truth file: the labels
 * are the findings), nothing since the split may be known: it is what is tested. */
static tw_err prepare(struct work *w)
{
    struct tw_trial_data *d = w->d;
    size_t n = d->items + 1;
    w->stake = tw_calloc(n, sizeof *w->stake);
    w->ranked = tw_calloc(d->n + 1, sizeof *w->ranked);
    w->value = tw_calloc(d->n + 1, sizeof *w->value);
    w->label = tw_calloc(d->n + 1, 1);
    w->item_label = tw_calloc(n, 1);
    w->item_risk = tw_calloc(n, sizeof *w->item_risk);
    if (w->stake == NULL || w->ranked == NULL || w->value == NULL || w->label == NULL ||
        w->item_label == NULL || w->item_risk == NULL)
        return TW_NOMEM;
    TW_TRY(tw_trial_score_new(d->items, &w->score));
    TW_TRY(step(w, "features as of each declaration's own time"));
    TW_TRY(tw_trial_results(d, d->truth ? d->n : d->train, false, &w->result, &w->results));
    TW_TRY(measure(w, w->result, w->results, &w->x));
    if (!d->truth || !wanted(w->set, TW_SCORER_FULL_LABELS)) return TW_OK;
    TW_TRY(step(w, "the same had every item been inspected"));
    TW_TRY(tw_trial_results(d, d->n, true, &w->all, &w->alls));
    return measure(w, w->all, w->alls, &w->x_full);
}

/* -- figures
 * ----------------------------------------------------------------------------------------------------- */

/* Share of each mechanism's declarations among the 5 % highest (ties by order of lodging). */
static tw_err by_mechanism(const struct work *w, const uint32_t *declaration, size_t n,
                           struct tw_trial_protocol *p, struct tw_trial_figures *f)
{
    double all[32] = {0}, got[32] = {0};
    uint32_t *order = tw_calloc(n + 1, sizeof *order);
    if (order == NULL) return TW_NOMEM;
    tw_err err = tw_rank_falling(w->ranked, n, order);
    for (size_t r = 0; r < n && err == TW_OK; r++) {
        uint32_t k = declaration[order[r]];
        uint32_t met = 0; /* a declaration counts once for each mechanism in it */
        for (size_t i = w->d->first[k]; i < w->d->first[k + 1]; i++)
            if (w->d->item[i].noncompliant) met |= 1u << w->d->item[i].mechanism;
        for (uint32_t m = 0; m < 32; m++) {
            if ((met & (1u << m)) == 0) continue;
            all[m] += 1;
            got[m] += r < n * 5 / 100;
        }
    }
    tw_free(order);
    for (size_t m = 0; m < 32; m++) {
        f->mechanism_recall[m] = all[m] > 0 ? got[m] / all[m] : (double)NAN;
        p->met[m] = (size_t)all[m];
    }
    return err;
}

static tw_err parts(const struct work *w, const struct tw_ranked *r, struct tw_trial_figures *f)
{
    enum { WANTED = 1 + 2 * TW_TRIAL_PARTS };
    struct tw_wanted wanted[WANTED] = {{TW_STATISTIC_AUC, 0}};
    struct tw_interval got[WANTED];
    f->auc = tw_ranked_auc(r, NULL);
    f->ap = tw_ranked_ap(r, NULL);
    for (int p = 0; p < TW_TRIAL_PARTS; p++) {
        struct tw_at at = tw_ranked_at(r, tw_trial_percent[p], NULL);
        f->at[p].precision = at.precision;
        f->at[p].recall = at.recall;
        f->at[p].duty_share = at.value_share;
        wanted[1 + 2 * p] = (struct tw_wanted){TW_STATISTIC_PRECISION, tw_trial_percent[p]};
        wanted[2 + 2 * p] = (struct tw_wanted){TW_STATISTIC_VALUE, tw_trial_percent[p]};
    }
    TW_TRY(tw_ranked_bootstraps(r, wanted, WANTED, w->set->draws, w->set->seed, got));
    f->auc_ci = got[0];
    for (int p = 0; p < TW_TRIAL_PARTS; p++) {
        f->at[p].ci = got[1 + 2 * p];
        f->at[p].duty_ci = got[2 + 2 * p];
    }
    return TW_OK;
}

/* Calibration over all judged items since the split. */
static tw_err calibration(struct work *w, struct tw_trial_figures *f)
{
    size_t n = 0;
    for (size_t i = w->d->first[w->d->train]; i < w->d->items; i++) {
        if (!w->d->item[i].judged || isnan(w->score.risk[i])) continue;
        w->item_risk[n] = w->score.risk[i];
        w->item_label[n++] = w->d->item[i].noncompliant;
    }
    TW_TRY(tw_calibration_error(w->item_risk, w->item_label, n, &f->ece));
    return tw_reliability_bins(w->item_risk, w->item_label, n, f->bin, TW_TRIAL_BINS, &f->bins);
}

static bool judged(const struct tw_trial_data *d, size_t k)
{
    for (size_t i = d->first[k]; i < d->first[k + 1]; i++)
        if (!d->item[i].judged) return false;
    return d->first[k] < d->first[k + 1];
}

/* The backtest: week after week the budget goes to the highest of that week. The model is the one of the
 * split; what it is told of each declaration is as of that declaration's own time. declaration: the n ranked
 * ones, in time order. */
static tw_err by_week(const struct work *w, const uint32_t *declaration, size_t n,
                      struct tw_trial_protocol *p, struct tw_trial_figures *f)
{
    enum { WEEK = 7 };
    const struct tw_trial_data *d = w->d;
    const int32_t first = d->item[d->first[d->train]].day;
    p->budget = w->set->budget;
    p->weeks = 0;
    for (size_t k = 0, end = 0; k < n && p->weeks < TW_TRIAL_WEEKS_MAX; k = end) {
        const size_t at = p->weeks++;
        struct tw_trial_week *week = &p->week[at];
        *week = (struct tw_trial_week){.from = first + WEEK * (int32_t)at, .base_rate = (double)NAN};
        double positives = 0;
        for (end = k; end < n && d->item[d->first[declaration[end]]].day < week->from + WEEK; end++)
            positives += w->label[end];
        f->week[at].precision = f->week[at].recall = f->week[at].duty_share = (double)NAN;
        f->week[at].ci = (struct tw_interval){(double)NAN, (double)NAN};
        week->rows = end - k;
        if (week->rows == 0) continue;
        week->base_rate = positives / (double)week->rows;
        struct tw_ranking part = {.score = w->ranked + k,
                                  .label = w->label + k,
                                  .value = p->duty > 0 ? w->value + k : NULL,
                                  .n = week->rows};
        TW_SCOPED(tw_ranked) *ranked = NULL;
        TW_TRY(tw_ranked_new(&part, &ranked));
        const struct tw_at got = tw_ranked_at(ranked, p->budget, NULL);
        f->week[at].precision = got.precision;
        f->week[at].recall = got.recall;
        f->week[at].duty_share = got.value_share;
        if (!isnan(got.precision)) f->week[at].ci = tw_wilson(got.precision * got.k, got.k);
    }
    return TW_OK;
}

static tw_err figures(struct work *w, enum tw_scorer s, struct tw_trial_protocol *p,
                      struct tw_trial_figures *f)
{
    const struct tw_trial_data *d = w->d;
    uint32_t *declaration = tw_calloc(d->n + 1, sizeof *declaration);
    if (declaration == NULL) return TW_NOMEM;
    size_t n = 0;
    double positives = 0, duty = 0;
    for (size_t k = d->train; k < d->n; k++) {
        if (!judged(d, k)) continue;
        w->label[n] = 0;
        w->value[n] = 0;
        for (size_t i = d->first[k]; i < d->first[k + 1]; i++) {
            if (d->item[i].noncompliant) w->label[n] = 1;
            w->value[n] += d->item[i].recoverable;
        }
        positives += w->label[n];
        duty += w->value[n];
        w->ranked[n] = tw_trial_declaration_score(s, d, &w->score, k, w->set->duty_mix);
        declaration[n++] = (uint32_t)k;
    }
    p->rows = n;
    p->base_rate = n > 0 ? positives / (double)n : (double)NAN;
    p->duty = duty;
    struct tw_ranking ranking = {
        .score = w->ranked, .label = w->label, .value = duty > 0 ? w->value : NULL, .n = n};
    TW_SCOPED(tw_ranked) *ranked = NULL;
    tw_err err = tw_ranked_new(&ranking, &ranked);
    if (err == TW_OK) err = parts(w, ranked, f);
    if (err == TW_OK) err = calibration(w, f);
    if (err == TW_OK) err = by_mechanism(w, declaration, n, p, f);
    if (err == TW_OK) err = by_week(w, declaration, n, p, f);
    f->ran = err == TW_OK;
    tw_free(declaration);
    return err;
}

/* What moved ours, by family. w->ranked holds its scores of the tested declarations. */
static tw_err by_family(const struct work *w, const struct tw_scorer_model *m, struct tw_trial_protocol *p,
                        struct tw_fault *fault)
{
    const struct tw_trial_data *d = w->d;
    const size_t from = d->first[d->train], items = d->items - from, n = p->rows;
    double *moved = tw_calloc(items * TW_FAMILY_N + 1, sizeof *moved);
    uint32_t *order = tw_calloc(n + 1, sizeof *order);
    uint8_t *top = tw_calloc(n + 1, 1);
    tw_err err = moved == NULL || order == NULL || top == NULL ? TW_NOMEM : TW_OK;
    if (err == TW_OK)
        err = tw_trial_families(tw_scorer_learned(m), told(w, TW_SCORER_TIDEWAITER) + from * TW_FEATURE_N,
                                items, moved, fault);
    if (err == TW_OK) err = tw_rank_falling(w->ranked, n, order);
    double all[TW_FAMILY_N] = {0}, high[TW_FAMILY_N] = {0}, all_sum = 0, high_sum = 0;
    for (size_t r = 0; r < n * 5 / 100 && err == TW_OK; r++) top[order[r]] = 1;
    size_t at = 0; /* among the ranked ones */
    for (size_t k = d->train; k < d->n && err == TW_OK; k++) {
        if (!judged(d, k)) continue;
        for (size_t i = (d->first[k] - from) * TW_FAMILY_N; i < (d->first[k + 1] - from) * TW_FAMILY_N; i++) {
            all[i % TW_FAMILY_N] += moved[i];
            all_sum += moved[i];
            if (top[at] == 0) continue;
            high[i % TW_FAMILY_N] += moved[i];
            high_sum += moved[i];
        }
        at++;
    }
    for (int f = 0; f < TW_FAMILY_N && err == TW_OK; f++) {
        p->family[f].all = all_sum > 0 ? all[f] / all_sum : (double)NAN;
        p->family[f].top = high_sum > 0 ? high[f] / high_sum : (double)NAN;
    }
    tw_free(moved);
    tw_free(order);
    tw_free(top);
    return err;
}

/* -- a protocol
 * -------------------------------------------------------------------------------------------------- */

static bool runs(const struct work *w, enum tw_scorer s, const char **why)
{
    if (!wanted(w->set, s)) {
        *why = "not asked for";
        return false;
    }
    if (!w->d->truth && (s == TW_SCORER_FULL_LABELS || s == TW_SCORER_ORACLE)) {
        *why = "needs a truth file";
        return false;
    }
    return true;
}

static tw_err one_scorer(struct work *w, enum tw_scorer s, struct tw_trial_protocol *p,
                         struct tw_fault *fault)
{
    struct tw_trial_data *d = w->d;
    struct tw_trial_figures *f = &p->of[s];
    const char *why = "";
    if (!runs(w, s, &why)) {
        snprintf(f->why_not, sizeof f->why_not, "%s", why);
        return TW_OK;
    }
    bool full = s == TW_SCORER_FULL_LABELS;
    size_t from = d->first[d->train];
    struct tw_trial_view v = {.data = d,
                              .x = told(w, s),
                              .stake = w->stake,
                              .result = full ? w->all : w->result,
                              .results = full ? w->alls : w->results,
                              .as_of = d->truth ? d->item[from].day : INT32_MAX,
                              .teach_items = from,
                              .from = from,
                              .to = d->items};
    TW_TRY(step(w, tw_scorer_name(s)));
    struct tw_fault why_not = {.note = ""};
    TW_SCOPED(tw_scorer_model) *m = NULL;
    tw_err err = tw_scorer_train(s, &v, w->set, NULL, &m, &why_not);
    if (err == TW_OK) err = tw_scorer_score(s, m, &v, w->set, &w->score, &why_not);
    if (err == TW_ARG) { /* too little to learn from is an answer too */
        snprintf(f->why_not, sizeof f->why_not, "%.150s", why_not.note);
        return TW_OK;
    }
    if (err != TW_OK && fault != NULL) *fault = why_not;
    TW_TRY(err);
    TW_TRY(figures(w, s, p, f));
    return s == TW_SCORER_TIDEWAITER ? by_family(w, m, p, fault) : TW_OK;
}

static tw_err protocol(struct tw_trial_data *d, const char *name, const struct tw_trial_settings *set,
                       const struct tw_trial_watch *watch, struct tw_trial_protocol *p,
                       struct tw_fault *fault)
{
    struct work w = {.d = d, .set = set, .watch = watch};
    *p = (struct tw_trial_protocol){.name = name};
    for (int f = 0; f < TW_FAMILY_N; f++) p->family[f].all = p->family[f].top = (double)NAN;
    tw_err err = d->columns == 0 ? tw_trial_data_columns(d) : TW_OK;
    if (err == TW_OK) err = prepare(&w);
    if (err == TW_OK) err = do_without(&w);
    for (int s = 0; s < TW_SCORER_N && err == TW_OK; s++) err = one_scorer(&w, (enum tw_scorer)s, p, fault);
    for (size_t r = 0; r < w.results && err == TW_OK; r++) p->taught += w.result[r].item < d->first[d->train];
    work_free(&w);
    return err;
}

/* -- twins
 * ------------------------------------------------------------------------------------------------------- */

/* The same past with the first of each set of equal rows alone. */
static tw_err first_occurrences(const struct tw_trial_data *d, struct tw_trial_data **ret)
{
    TW_SCOPED(tw_map64) *map = NULL;
    TW_TRY(tw_map64_new(&map));
    struct tw_trial_data *f = NULL;
    TW_TRY(tw_trial_data_new(&f));
    tw_err err = TW_OK;
    for (size_t k = 0; k < d->n && err == TW_OK; k++) {
        bool fresh = false;
        for (size_t i = d->first[k]; i < d->first[k + 1] && err == TW_OK; i++) {
            uint64_t key = tw_trial_twin_key(d, i);
            uint32_t at;
            fresh = fresh || tw_map64_find(map, key) == TW_MAP_NONE;
            err = tw_map64_put(map, key, &at);
        }
        if (!fresh || err != TW_OK) continue;
        size_t items = f->items;
        err = tw_trial_data_add(f, d->decl[k]);
        for (size_t i = d->first[k]; i < d->first[k + 1] && err == TW_OK; i++) {
            uint32_t declaration = f->item[items].declaration;
            f->item[items] = d->item[i];
            f->item[items++].declaration = declaration;
        }
        if (k < d->train) f->train = f->n;
    }
    if (err != TW_OK) {
        tw_trial_data_free(f);
        return err;
    }
    f->manifest = d->manifest;
    f->manifests = d->manifests;
    f->truth = d->truth;
    f->mechanisms = d->mechanisms;
    for (size_t m = 0; m < d->mechanisms; m++) f->mechanism[m] = d->mechanism[m];
    *ret = f;
    return TW_OK;
}

static void say(struct tw_trial_report *r, const char *fmt, ...) TW_PRINTF(2, 3);

static void say(struct tw_trial_report *r, const char *fmt, ...)
{
    if (r->n_words == TW_TRIAL_WORDS_MAX) return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(r->words[r->n_words++], sizeof r->words[0], fmt, ap);
    va_end(ap);
}

static void say_without(struct tw_trial_report *r, uint32_t without)
{
    char families[200] = "";
    for (int f = 0; f < TW_FAMILY_N; f++) {
        const size_t n = strlen(families);
        if ((without >> f & 1) != 0)
            snprintf(families + n, sizeof families - n, "%s%s", n > 0 ? "; " : "",
                     tw_family_row((enum tw_family)f)->words);
    }
    say(r,
        "This engine's models did without what these say: %s. Duty at stake weighs in its order all the "
        "same.",
        families);
}

static void in_words(struct tw_trial_report *r, const struct tw_trial_data *d, uint32_t without)
{
    const struct tw_trial_protocol *p = &r->protocol[0];
    const struct tw_trial_figures *us = &p->of[TW_SCORER_TIDEWAITER], *raw = &p->of[TW_SCORER_XGBOOST_RAW];
    if (r->protocols == 2) {
        char lookup[96] = "";
        if (p->of[TW_SCORER_TWIN_LOOKUP].ran)
            snprintf(lookup, sizeof lookup, "; a look-up without any learning reaches precision %.3f at 5 %%",
                     p->of[TW_SCORER_TWIN_LOOKUP].at[2].precision);
        say(r,
            "%.0f %% of the tested rows equal an earlier row in six columns, and then carry its label in "
            "%.1f %% of "
            "cases. Figures as published therefore measure the memory of copied rows%s. Believe the figures "
            "on first "
            "occurrences.",
            100 * r->twin_share, 100 * r->twin_purity, lookup);
    }
    if (without != 0) say_without(r, without);
    if (us->ran && raw->ran)
        say(r,
            "At 5 %% inspected: this engine finds %.1f per 100 inspections, the raw-column peer %.1f, chance "
            "%.1f.",
            100 * us->at[2].precision, 100 * raw->at[2].precision, 100 * p->base_rate);
    if (!d->truth && r->protocols == 1)
        say(r, "Only inspected declarations are judged: the figures say how the scorers rank what was "
               "inspected, "
               "not what passed uninspected.");
    if (d->unmatched > 0)
        say(r, "%llu findings name no declaration of the file.", (unsigned long long)d->unmatched);
}

tw_err tw_trial_evaluate(struct tw_trial_data *d, const struct tw_trial_settings *set,
                         const struct tw_trial_watch *watch, struct tw_trial_report *ret,
                         struct tw_fault *fault)
{
    if (d->train == 0 || d->train >= d->n)
        return tw_fail(fault, TW_ARG,
                       "there must be declarations before and after the split; %zu and %zu are given",
                       d->train, d->n - d->train);
    bool any = false;
    for (size_t i = d->first[d->train]; i < d->items; i++) any = any || d->item[i].judged;
    if (!any)
        return tw_fail(
            fault, TW_NOTFOUND,
            "of no declaration since the split is it known whether it was compliant; findings or a "
            "truth file say that");
    struct tw_trial_report *r = tw_calloc(1, sizeof *r);
    if (r == NULL) return TW_NOMEM;
    static const double MANY_TWINS = 0.2;
    tw_err err = tw_trial_twins_count(d, &r->twin_share, &r->twin_purity);
    bool twins = err == TW_OK && r->twin_share > MANY_TWINS;
    if (err == TW_OK)
        err = protocol(d, twins ? "as_published" : "time_split", set, watch, &r->protocol[r->protocols++],
                       fault);
    if (err == TW_OK && twins) {
        struct tw_trial_data *first = NULL;
        err = first_occurrences(d, &first);
        if (err == TW_OK)
            err = protocol(first, "first_occurrences", set, watch, &r->protocol[r->protocols++], fault);
        tw_trial_data_free(first);
    }
    if (err == TW_OK) {
        r->mechanisms = d->mechanisms;
        for (size_t m = 0; m < d->mechanisms; m++) r->mechanism[m] = d->mechanism[m];
        in_words(r, d, set->without);
        *ret = *r;
    }
    tw_free(r);
    return err;
}
