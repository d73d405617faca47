/* SPDX-License-Identifier: Apache-2.0 */
/* In words, second part: what happens over the months. */
#include <math.h>

#include "trial/audit_priv.h"

static const double PSI_MUCH = 0.25;  /* the usual word for much, beyond what chance explains */
static const double RATE_P = 0.001;   /* of a share that is said to change */
static const double EVERYBODY = 0.99; /* of rows inspected: no border does that */
static const double RECORDED = 0.95;  /* of inspections with their propensity */
static const double LAST_FALLS = 0.5; /* results of the last fortnight, against before */

/* -- over the months
 * -------------------------------------------------------------------------------------------- */

void audit_words_base_rate(struct tw_trial_audit *a)
{
    enum tw_trial_check k = TW_TRIAL_CHECK_BASE_RATE;
    const struct tw_trial_month *lo = NULL, *hi = NULL;
    for (size_t i = 0; i < a->months; i++) {
        const struct tw_trial_month *m = &a->month[i];
        if (m->labelled < 20) continue;
        double rate = (double)m->found / (double)m->labelled;
        if (lo == NULL || rate < (double)lo->found / (double)lo->labelled) lo = m;
        if (hi == NULL || rate > (double)hi->found / (double)hi->labelled) hi = m;
    }
    if (isnan(a->month_p) || lo == NULL || hi == NULL) {
        audit_say(a, k, TW_TRIAL_UNKNOWN, "Too few months with results to compare them.");
        return;
    }
    bool changes = a->month_p < RATE_P;
    audit_say(a, k, changes ? TW_TRIAL_WARNS : TW_TRIAL_NOTE,
              "The share of findings lies between %.1f %% (%04d-%02d) and %.1f %% (%04d-%02d) of inspected "
              "declarations by "
              "month; %s.",
              100 * (double)lo->found / (double)lo->labelled, lo->year, lo->month,
              100 * (double)hi->found / (double)hi->labelled, hi->year, hi->month,
              changes ? "chance does not do that, so what was measured in one month may not hold in another"
                      : "chance alone does as much");
}

void audit_words_drift(struct tw_trial_audit *a)
{
    enum tw_trial_check k = TW_TRIAL_CHECK_DRIFT;
    struct audit_names much = {.text = ""}, some = {.text = ""};
    size_t compared = 0;
    for (size_t i = 0; i < a->columns; i++) {
        const struct tw_trial_alone *c = &a->column[i];
        if (!(c->threshold > 0)) continue;
        compared++;
        if (!(c->psi > c->threshold)) continue;
        audit_add_name(c->psi > PSI_MUCH && !c->party && !c->entity ? &much : &some, "%.*s %.3f",
                       AUDIT_SHOWN(c->name), c->psi);
    }
    if (much.n > 0)
        audit_say(
            a, k, TW_TRIAL_WARNS,
            "Since the split these are declared quite differently (PSI): %s. Was something recoded, or have "
            "goods and "
            "routes changed?",
            audit_names_end(&much));
    if (some.n > 0)
        audit_say(a, k, TW_TRIAL_NOTE, "Moved more than chance would (PSI): %s.", audit_names_end(&some));
    if (compared == 0)
        audit_say(a, k, TW_TRIAL_UNKNOWN, "There are too few rows to compare.");
    else if (much.n + some.n == 0)
        audit_say(a, k, TW_TRIAL_NOTE, "None of %zu columns moved more than chance would.", compared);
}

/* -- delay
 * ----------------------------------------------------------------------------------------------------- */

void audit_words_delay(struct tw_trial_audit *a)
{
    enum tw_trial_check k = TW_TRIAL_CHECK_DELAY;
    if (a->labelled == 0) {
        audit_say(a, k, TW_TRIAL_UNKNOWN, "There are no results.");
        return;
    }
    if (a->delay.same_day >= 1)
        audit_say(
            a, k, TW_TRIAL_WARNS,
            "Every result bears the day of the declaration: the file does not say when it was known. Figures "
            "on it "
            "assume that inspections answer at once.");
    else
        audit_say(
            a, k, TW_TRIAL_NOTE,
            "Half of the results are known within %.0f days, nine in ten within %.0f, the last after %.0f; "
            "%.1f %% "
            "within 14 days, %.1f %% within 30.",
            a->delay.median, a->delay.p90, a->delay.most, 100 * a->delay.by_14, 100 * a->delay.by_30);
    if (a->delay.earlier_unknown > 0.5)
        audit_say(a, k, TW_TRIAL_WARNS,
                  "%.1f %% of the earlier results became known after the split only. What learns in time has "
                  "little to learn "
                  "from; move the split, or ask whether the dates are those of the inspections.",
                  100 * a->delay.earlier_unknown);
    else if (a->delay.earlier_unknown > 0)
        audit_say(a, k, TW_TRIAL_NOTE, "%.1f %% of the earlier results became known after the split only.",
                  100 * a->delay.earlier_unknown);
    double expected = a->delay.before_inspected * a->delay.last_declarations,
           got = a->delay.last_inspected * a->delay.last_declarations;
    if (got < LAST_FALLS * expected && expected - got > 4 * sqrt(expected))
        audit_say(a, k, TW_TRIAL_WARNS,
                  "Of the last 14 days %.2f %% of declarations carry a result, of the time before %.2f %%: "
                  "results are "
                  "still to come. "
                  "Leave these days out.",
                  100 * a->delay.last_inspected, 100 * a->delay.before_inspected);
}

/* -- selection
 * ------------------------------------------------------------------------------------------------- */

static void bases(struct tw_trial_audit *a)
{
    struct audit_names l = {.text = ""};
    for (int b = 0; b < TW_BASIS_N; b++) {
        const struct tw_trial_basis *by = &a->selection.by[b];
        if (by->rows > 0)
            audit_add_name(&l, "%s %zu of %zu (%.1f %%)", tw_basis_name((enum tw_basis)b), by->found,
                           by->rows, 100 * (double)by->found / (double)by->rows);
    }
    if (l.n > 0)
        audit_say(a, TW_TRIAL_CHECK_SELECTION, TW_TRIAL_NOTE, "Findings by why it was inspected: %s.",
                  audit_names_end(&l));
}

/* The columns that tell best who is inspected. */
static void how_they_differ(struct tw_trial_audit *a)
{
    struct audit_names l = {.text = ""};
    double below = 2;
    for (int n = 0; n < 3; n++) {
        const struct tw_trial_alone *best = NULL;
        for (size_t i = 0; i < a->columns; i++) {
            const struct tw_trial_alone *c = &a->column[i];
            if (c->inspected.ci.lo > 0.55 && c->inspected.auc < below &&
                (best == NULL || c->inspected.auc > best->inspected.auc))
                best = c;
        }
        if (best == NULL) break;
        below = best->inspected.auc;
        audit_add_name(&l, "%.*s %.3f", AUDIT_SHOWN(best->name), below);
    }
    if (l.n > 0)
        audit_say(
            a, TW_TRIAL_CHECK_SELECTION, TW_TRIAL_NOTE,
            "Who is inspected is told best by: %s (AUC alone). So inspected rows differ from the others.",
            audit_names_end(&l));
}

static void weighted(struct tw_trial_audit *a)
{
    enum tw_trial_check k = TW_TRIAL_CHECK_SELECTION;
    double off = fabs(a->selection.stand_for - 1);
    if (off > 0.1 + 4 * a->selection.stand_for_se)
        audit_say(
            a, k, TW_TRIAL_WARNS,
            "The recorded propensities do not add up: inspections stand for %.2f times the rows there are. "
            "Weighted "
            "figures will be wrong by as much.",
            a->selection.stand_for);
    audit_say(
        a, k, TW_TRIAL_NOTE,
        "%.2f %% of inspected rows are findings; weighted by their propensities %.2f %%, which is what the "
        "whole flow "
        "would show (it rests on as much as %.0f evenly drawn rows).",
        100 * a->selection.raw, 100 * a->selection.weighted, a->selection.effective);
}

void audit_words_selection(struct tw_trial_audit *a)
{
    enum tw_trial_check k = TW_TRIAL_CHECK_SELECTION;
    if (a->labelled == 0) {
        audit_say(a, k, TW_TRIAL_UNKNOWN, "Nothing was inspected.");
        return;
    }
    if (a->selection.share > EVERYBODY) {
        audit_say(
            a, k, TW_TRIAL_WARNS,
            "%.1f %% of all rows carry a result, %.1f %% of them a finding. No border inspects everything: "
            "these are "
            "the inspected rows of some flow that is not shown, and how they were chosen is not said. Base "
            "rate and "
            "precision are of such a choice.",
            100 * a->selection.share, 100 * a->selection.raw);
        return;
    }
    audit_say(a, k, TW_TRIAL_NOTE, "%.2f %% of rows were inspected.", 100 * a->selection.share);
    bases(a);
    how_they_differ(a);
    if (a->selection.recorded < RECORDED)
        audit_say(
            a, k, TW_TRIAL_WARNS,
            "%.1f %% of inspections do not say how likely they were. Their %.1f %% of findings is of rows "
            "somebody had "
            "reason to pick; what passed uninspected cannot be inferred, and a scorer that picks alike looks "
            "better "
            "than it is.",
            100 * (1 - a->selection.recorded), 100 * a->selection.raw);
    else
        weighted(a);
}
