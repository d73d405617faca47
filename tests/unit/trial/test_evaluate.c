/* SPDX-License-Identifier: Apache-2.0 */
#include "trial/evaluate.h"

#include "base/mem.h"
#include "examine.h"
#include "played.h"

static struct tw_trial_report *evaluate_some(struct border *b, uint32_t scorers, uint32_t without)
{
    struct tw_trial_settings set = tw_trial_settings_default();
    struct tw_fault fault = {.note = ""};
    struct tw_trial_report *r = calloc(1, sizeof *r);
    set.draws = 20;
    set.scorers = scorers;
    set.without = without;
    set.threads = 1;
    CHECK(r != NULL);
    tw_trial_data_judge_by_findings(b->data);
    tw_err err = tw_trial_evaluate(b->data, &set, NULL, r, &fault);
    if (err != TW_OK) printf("# %s\n", fault.note);
    CHECK(err == TW_OK);
    return r;
}

static struct tw_trial_report *evaluate(struct border *b)
{
    return evaluate_some(b, UINT32_MAX, 0);
}

static const struct tw_trial_figures *of(const struct tw_trial_protocol *p, enum tw_scorer s)
{
    CHECK(p->of[s].ran);
    return &p->of[s];
}

/* Without a finding before the split there is nothing to learn; who does not learn is measured all the same.
 */
static void measures_who_can_be_measured(void)
{
    struct border b;
    border_open(&b, 600, 2, 0);
    for (size_t k = 0; k < b.data->first[b.data->train]; k++) b.data->item[k].found = false;
    struct tw_trial_report *r = evaluate(&b);
    const struct tw_trial_protocol *p = &r->protocol[0];
    CHECK(r->protocols == 1 && strcmp(p->name, "time_split") == 0 && r->twin_share < 0.01);
    CHECK(!p->of[TW_SCORER_TIDEWAITER].ran && p->of[TW_SCORER_TIDEWAITER].why_not[0] != '\0');
    CHECK(!p->of[TW_SCORER_ORACLE].ran && !p->of[TW_SCORER_FULL_LABELS].ran); /* there is no truth */
    size_t judged = 0, found = 0;
    for (size_t i = b.data->train; i < b.data->n; i++) {
        bool all = true, any = false;
        for (size_t k = b.data->first[i]; k < b.data->first[i + 1]; k++) {
            all = all && b.data->item[k].inspected;
            any = any || b.data->item[k].found;
        }
        judged += all;
        found += all && any;
    }
    CHECK(p->rows == judged && fabs(p->base_rate - (double)found / (double)judged) < 1e-12);
    const struct tw_trial_figures *chance = of(p, TW_SCORER_RANDOM), *lookup = of(p, TW_SCORER_TWIN_LOOKUP);
    CHECK(chance->auc_ci.lo < 0.5 && chance->auc_ci.hi > 0.5 && lookup->auc == 0.5);
    CHECK(fabs(lookup->at[3].precision - p->base_rate) < 1e-12); /* all tie: the expectation */
    CHECK(chance->at[3].precision >= chance->at[3].ci.lo && chance->at[3].precision <= chance->at[3].ci.hi);
    free(r);
    border_close(&b);
}

/* Weeks hold every tested declaration once; who inspects all of a week finds all there is. */
static void the_backtest_spends_its_budget_week_by_week(void)
{
    struct border b;
    border_open(&b, 900, 4, 0);
    for (size_t k = 0; k < b.data->first[b.data->train]; k++) b.data->item[k].found = false;
    struct tw_trial_settings set = tw_trial_settings_default();
    struct tw_trial_report *r = calloc(1, sizeof *r);
    CHECK(r != NULL);
    set.draws = 1;
    tw_trial_data_judge_by_findings(b.data);
    for (int all = 0; all < 2; all++) {
        set.budget = all ? 100 : 20;
        CHECK(tw_trial_evaluate(b.data, &set, NULL, r, NULL) == TW_OK);
        const struct tw_trial_protocol *p = &r->protocol[0];
        const struct tw_trial_figures *tie = of(p, TW_SCORER_TWIN_LOOKUP), *chance = of(p, TW_SCORER_RANDOM);
        size_t rows = 0;
        double found = 0;
        CHECK(p->weeks > 1 && p->budget == set.budget);
        CHECK(p->week[0].from == b.data->item[b.data->first[b.data->train]].day);
        for (size_t k = 0; k < p->weeks; k++) {
            rows += p->week[k].rows;
            CHECK(k == 0 || p->week[k].from == p->week[k - 1].from + 7);
            if (p->week[k].rows < 5) continue;
            found += p->week[k].base_rate * (double)p->week[k].rows;
            CHECK(fabs(tie->week[k].precision - p->week[k].base_rate) < 1e-12); /* all tie */
            const double inspected = floor((double)p->week[k].rows * set.budget / 100 + 1e-9);
            const struct tw_interval ci = tw_wilson(chance->week[k].precision * inspected, inspected);
            CHECK(chance->week[k].ci.lo == ci.lo && chance->week[k].ci.hi == ci.hi);
            if (all) CHECK(chance->week[k].precision == p->week[k].base_rate);
            if (all && p->week[k].base_rate > 0) CHECK(chance->week[k].recall == 1);
        }
        CHECK(rows == p->rows && found > 0);
    }
    free(r);
    border_close(&b);
}

static bool stop(void *to, const char *words)
{
    int *left = to;
    CHECK(words[0] != '\0');
    return --*left > 0;
}

static void stops_when_told_and_refuses_what_has_no_two_sides(void)
{
    struct border b;
    struct tw_trial_settings set = tw_trial_settings_default();
    struct tw_trial_report *r = calloc(1, sizeof *r);
    struct tw_fault fault = {.note = ""};
    int left = 2;
    struct tw_trial_watch watch = {stop, &left};
    border_open(&b, 300, 3, ALL_INSPECTED);
    tw_trial_data_judge_by_findings(b.data);
    CHECK(tw_trial_evaluate(b.data, &set, &watch, r, &fault) == TW_INTERRUPTED && r->protocols == 0);
    b.data->train = 0;
    CHECK(tw_trial_evaluate(b.data, &set, NULL, r, &fault) == TW_ARG && r->protocols == 0);
    CHECK(strstr(fault.note, "before and after the split") != NULL);
    free(r);
    border_close(&b);
}

static bool word(const struct tw_trial_report *r, const char *what)
{
    for (size_t k = 0; k < r->n_words; k++)
        if (strstr(r->words[k], what) != NULL) return true;
    return false;
}

/* Rows that come again are reported with and without, unasked; without them the look-up knows next to
 * nothing: of a declaration with one new item the others may be copies. */
static void copies_make_two_protocols(void)
{
    struct border b;
    border_open(&b, 600, 5, REPEATS | ALL_INSPECTED | LOST_FINDINGS);
    struct tw_trial_report *r = evaluate(&b);
    const struct tw_trial_protocol *all = &r->protocol[0], *first = &r->protocol[1];
    CHECK(r->protocols == 2 && strcmp(all->name, "as_published") == 0 &&
          strcmp(first->name, "first_occurrences") == 0);
    CHECK(r->twin_share > 0.3 && r->twin_purity > 0.9);
    CHECK(first->rows > 0 && first->rows < all->rows && first->taught < all->taught);
    CHECK(of(all, TW_SCORER_TWIN_LOOKUP)->auc > 0.7 && of(first, TW_SCORER_TWIN_LOOKUP)->auc < 0.6);
    CHECK(word(r, "Believe the figures on first occurrences") &&
          word(r, "a look-up without any learning reaches") && word(r, "5 findings name no declaration"));
    CHECK(word(r, "At 5 % inspected: this engine finds") &&
          !word(r, "Only inspected declarations are judged"));
    for (int k = 0; k < 2; k++) {
        double sum = 0, top = 0;
        for (int f = 0; f < TW_FAMILY_N; f++) {
            CHECK(r->protocol[k].family[f].all >= 0 && r->protocol[k].family[f].top >= 0);
            sum += r->protocol[k].family[f].all;
            top += r->protocol[k].family[f].top;
        }
        CHECK(fabs(sum - 1) < 1e-9 && fabs(top - 1) < 1e-9);
    }
    struct tw_trial_report *some = evaluate_some(&b, 1u << TW_SCORER_TIDEWAITER, 1u << TW_FAMILY_WEIGHT);
    CHECK(!word(some, "look-up") &&
          strstr(some->words[0], "Believe the figures on first occurrences") != NULL);
    CHECK(strstr(some->words[1], "did without what these say: weight and quantity.") != NULL);
    free(some);
    free(r);
    border_close(&b);
}

/* Where the truth is known all are tested; the oracle is never beaten, and mechanisms are told apart. */
static void the_truth_tests_everyone(void)
{
    struct played p = played_open();
    struct tw_trial_settings set = tw_trial_settings_default();
    struct tw_trial_report *r = calloc(1, sizeof *r);
    struct tw_fault fault = {.note = ""};
    CHECK(r != NULL);
    set.draws = 10;
    set.threads = 1;
    CHECK(tw_trial_evaluate(p.d, &set, NULL, r, &fault) == TW_OK);
    const struct tw_trial_protocol *t = &r->protocol[0];
    const struct tw_trial_figures *oracle = of(t, TW_SCORER_ORACLE), *full = of(t, TW_SCORER_FULL_LABELS);
    size_t met[3] = {0};
    for (size_t k = p.d->train; k < p.d->n; k++) {
        bool in[3] = {false};
        for (uint32_t i = p.d->first[k]; i < p.d->first[k + 1]; i++) in[p.d->item[i].mechanism] = true;
        for (int m = 1; m < 3; m++) met[m] += in[m];
    }
    CHECK(t->rows == p.d->n - p.d->train && t->duty > 0);
    CHECK(t->met[1] == met[1] && t->met[2] == met[2] && met[1] > 0 && met[2] > 0 && t->met[0] == 0);
    CHECK(r->mechanisms == 3 && tw_str_is(r->mechanism[2], "fresh"));
    CHECK(oracle->auc == 1 && oracle->at[2].precision == 1);
    for (int s = 0; s < TW_SCORER_N; s++) {
        CHECK(t->of[s].ran && t->of[s].auc <= oracle->auc + 1e-12);
        for (size_t k = 0; k < t->weeks; k++) {
            const struct tw_interval ci = t->of[s].week[k].ci;
            CHECK(ci.lo <= t->of[s].week[k].precision + 1e-9 && t->of[s].week[k].precision <= ci.hi + 1e-9);
        }
    }
    CHECK(full->mechanism_recall[1] > 0 && isnan(full->mechanism_recall[3]));
    CHECK(!word(r, "Only inspected declarations are judged"));
    free(r);
    played_close(&p);
}

/* Whoever is not asked for does not run; a family left out is one that this engine alone does without. */
static void ranks_whom_it_is_asked_and_does_without(void)
{
    struct played p = played_open();
    struct tw_trial_settings set = tw_trial_settings_default();
    struct tw_trial_report *r[3] = {NULL};
    struct tw_fault fault = {.note = ""};
    set.draws = 10;
    set.threads = 1;
    for (int i = 0; i < 3; i++) {
        r[i] = calloc(1, sizeof **r);
        CHECK(r[i] != NULL);
        set.scorers = 1u << TW_SCORER_TIDEWAITER | 1u << TW_SCORER_XGBOOST_TABULAR;
        if (i == 2) set.scorers |= 1u << TW_SCORER_FULL_LABELS;
        set.without = i == 0 ? 0 : 1u << TW_FAMILY_PRICE | 1u << TW_FAMILY_RECORD;
        CHECK(tw_trial_evaluate(p.d, &set, NULL, r[i], &fault) == TW_OK);
        const struct tw_trial_protocol *t = &r[i]->protocol[0];
        for (int s = 0; s < TW_SCORER_N; s++) {
            CHECK(t->of[s].ran == ((set.scorers >> s & 1) != 0));
            CHECK(t->of[s].ran || strcmp(t->of[s].why_not, "not asked for") == 0);
        }
        CHECK(word(r[i], "did without what these say: price; past findings. Duty at stake") == (i > 0));
        CHECK((t->family[TW_FAMILY_PRICE].all > 0) == (i == 0) && t->family[TW_FAMILY_VALUE].all > 0);
    }
    const struct tw_trial_figures *all = r[0]->protocol[0].of, *less = r[1]->protocol[0].of;
    CHECK(all[TW_SCORER_XGBOOST_TABULAR].auc == less[TW_SCORER_XGBOOST_TABULAR].auc);
    CHECK(all[TW_SCORER_TIDEWAITER].auc != less[TW_SCORER_TIDEWAITER].auc);
    CHECK(r[2]->protocol[0].of[TW_SCORER_TIDEWAITER].auc == less[TW_SCORER_TIDEWAITER].auc);
    for (int i = 0; i < 3; i++) free(r[i]);
    played_close(&p);
}

static void without_a_result_since_the_split_there_is_nothing_to_test(void)
{
    struct border b;
    struct tw_trial_settings set = tw_trial_settings_default();
    struct tw_trial_report *r = calloc(1, sizeof *r);
    struct tw_fault fault = {.note = ""};
    border_open(&b, 200, 3, 0);
    CHECK(tw_trial_evaluate(b.data, &set, NULL, r, &fault) == TW_NOTFOUND && r->protocols == 0);
    CHECK(strstr(fault.note, "findings or a truth file say that") != NULL);
    free(r);
    border_close(&b);
}

/* Each of the first allocations fails once: the report is untouched. Later ones come after training, which is
 * the library's. */
static void a_failed_allocation_leaves_no_report(void)
{
    struct border b;
    struct tw_trial_settings set = tw_trial_settings_default();
    struct tw_trial_report *r = calloc(1, sizeof *r);
    border_open(&b, 300, 3, REPEATS | ALL_INSPECTED);
    tw_trial_data_judge_by_findings(b.data);
    for (long n = 0; n < 40; n++) {
        tw_mem_fail_after(n);
        const tw_err err = tw_trial_evaluate(b.data, &set, NULL, r, NULL);
        tw_mem_fail_after(-1);
        CHECK(err == TW_NOMEM && r->protocols == 0);
    }
    free(r);
    border_close(&b);
}

int main(void)
{
    RUN(copies_make_two_protocols);
    RUN(the_truth_tests_everyone);
    RUN(ranks_whom_it_is_asked_and_does_without);
    RUN(without_a_result_since_the_split_there_is_nothing_to_test);
    RUN(a_failed_allocation_leaves_no_report);
    RUN(measures_who_can_be_measured);
    RUN(the_backtest_spends_its_budget_week_by_week);
    RUN(stops_when_told_and_refuses_what_has_no_two_sides);
    return DONE();
}
