/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/duty.h"

#include "fault.h"
#include "planted.h"

enum { N = 3000, K = 4 };
static float *x;
static struct tw_truth truth[N];
static const struct tw_learn_rows *rows;

/* Half of the rows are findings. `share` says what part of the duty at stake each brought in. */
static void plant(double (*share)(const float *row), size_t n_found)
{
    static struct tw_learn_rows r;
    struct tw_rng rng = tw_rng_new(8, "duty");
    for (size_t i = 0; i < N; i++) {
        double stake = tw_rng_lognormal(&rng, 9, 1);
        double amount = stake * share(x + i * K) * tw_rng_gamma(&rng, 4) / 4;
        truth[i] = (struct tw_truth){.lodged_day = (int32_t)(i / 10),
                                     .known_day = (int32_t)(i / 10),
                                     .declaration = (uint32_t)i,
                                     .known = true,
                                     .found = i % 2 == 0 && i / 2 < n_found,
                                     .propensity = 1,
                                     .at_stake = stake,
                                     .recovered_minor = (int64_t)amount};
    }
    r = (struct tw_learn_rows){.x = x, .n_features = K, .truth = truth, .n = N};
    rows = &r;
}

static double by_column(const float *row)
{
    return row[0] > 0.5F ? 2.0 : row[2] > 0.5F ? 0.5 : 0.1;
}
static double always_a_third(const float *row)
{
    (void)row;
    return 1.0 / 3;
}

static struct tw_duty fitted(void)
{
    struct tw_sample_settings ss = tw_sample_settings_default();
    struct tw_xgb_settings set = tw_duty_settings_default();
    TW_SCOPED(tw_sample) *s = NULL;
    CHECK(tw_sample_new(rows, &ss, &s, NULL) == TW_OK);
    struct tw_duty d;
    struct tw_fault fault = {0};
    CHECK(tw_duty_fit(rows, s, &set, &d, &fault) == TW_OK);
    return d;
}

/* The shares the fit says of all rows: the trees with their base replaced. */
static void shares(const struct tw_duty *d, double *ret)
{
    float *m = malloc(N * sizeof(float));
    TW_SCOPED(tw_xgb_booster) *b = NULL;
    CHECK(m != NULL && tw_xgb_booster_new(tw_buf_view(&d->json), 1, &b, NULL) == TW_OK);
    CHECK(tw_xgb_margins(b, &(struct tw_xgb_rows){.x = x, .n_columns = K, .n = N}, m, NULL) == TW_OK);
    const char *at = memmem(d->json.p, d->json.n, "\"base_score\":\"", 14);
    CHECK(at != NULL);
    double base = 0;
    struct tw_str text = {at + 14, (size_t)((const char *)memchr(at + 14, '"', 20) - at - 14)};
    CHECK(tw_str_f64(text, &base) == TW_OK);
    for (size_t i = 0; i < N; i++) ret[i] = tw_exp((double)m[i] - base + d->base_margin);
    free(m);
}

static void learns_what_share_a_finding_brings(void)
{
    plant(by_column, N);
    struct tw_duty d = fitted();
    CHECK(d.way != TW_DUTY_CONSTANT && d.n == N / 2 && d.n_held == 300 && d.rounds > 5);
    CHECK(d.deviance[d.way] < 0.5 * d.deviance[TW_DUTY_CONSTANT]);
    static double share[N];
    shares(&d, share);
    double sum[3] = {0};
    double n[3] = {0};
    double said = 0;
    double recovered = 0;
    for (size_t i = 0; i < N; i++) {
        size_t group = x[i * K] > 0.5F ? 0 : x[i * K + 2] > 0.5F ? 1 : 2;
        sum[group] += share[i];
        n[group]++;
        if (!truth[i].found) continue;
        said += share[i] * truth[i].at_stake;
        recovered += (double)truth[i].recovered_minor;
    }
    CHECK(fabs(sum[0] / n[0] - 2.0) < 0.2 && fabs(sum[1] / n[1] - 0.5) < 0.1 &&
          fabs(sum[2] / n[2] - 0.1) < 0.05);
    CHECK(fabs(said / recovered - 1) < 0.02);
    tw_duty_clear(&d);
}

static void keeps_the_constant_where_trees_add_nothing(void)
{
    plant(always_a_third, N);
    struct tw_duty d = fitted();
    CHECK(d.way == TW_DUTY_CONSTANT && d.json.n == 0 && d.rounds == 0);
    CHECK(isfinite(d.deviance[TW_DUTY_SHARE]) && isfinite(d.deviance[TW_DUTY_LOG_SHARE]));
    CHECK(fabs(tw_exp(d.base_margin) - 1.0 / 3) < 0.03);
    tw_duty_clear(&d);
}

static void few_findings_give_a_constant_pulled_to_all_that_is_at_stake(void)
{
    plant(always_a_third, 20);
    struct tw_duty d = fitted();
    CHECK(d.way == TW_DUTY_CONSTANT && d.n == 20 && isnan(d.deviance[TW_DUTY_CONSTANT]));
    double share = tw_exp(d.base_margin);
    CHECK(share > 0.36 && share < 0.6); /* (20 / 3 + 5) / 25 = 0.47 if all stakes were the same */
    tw_duty_clear(&d);
}

static void without_amounts_all_that_is_at_stake_is_expected(void)
{
    plant(always_a_third, N);
    for (size_t i = 0; i < N; i++) {
        if (i % 4 == 0) truth[i].recovered_minor = TW_RECOVERED_UNKNOWN;
        if (i % 4 == 2) truth[i].at_stake = i % 8 == 2 ? (double)NAN : 0;
    }
    struct tw_duty d = fitted();
    CHECK(d.way == TW_DUTY_CONSTANT && d.n == 0 && d.base_margin == 0 && d.most == 1);
    tw_duty_clear(&d);
}

static void one_finding_out_of_all_proportion_does_not_lead(void)
{
    plant(by_column, N);
    truth[10].at_stake = 1;
    truth[10].recovered_minor = 100000000;
    struct tw_duty d = fitted();
    CHECK(d.most < 20 && d.way != TW_DUTY_CONSTANT);
    tw_duty_clear(&d);
}

static void the_same_rows_give_the_same_bytes(void)
{
    plant(by_column, N);
    struct tw_duty a = fitted();
    struct tw_duty b = fitted();
    CHECK(a.json.n == b.json.n && memcmp(a.json.p, b.json.p, a.json.n) == 0);
    CHECK(a.base_margin == b.base_margin && a.way == b.way);
    tw_duty_clear(&a);
    tw_duty_clear(&b);
}

static tw_err fit_trees(void)
{
    struct tw_sample_settings ss = tw_sample_settings_default();
    struct tw_xgb_settings set = tw_duty_settings_default();
    set.rounds = 2;
    TW_SCOPED(tw_sample) *s = NULL;
    TW_TRY(tw_sample_new(rows, &ss, &s, NULL));
    struct tw_duty d = {0};
    tw_err err = tw_duty_fit(rows, s, &set, &d, NULL);
    if (err == TW_OK)
        tw_duty_clear(&d);
    else
        CHECK(d.json.p == NULL);
    return err;
}

static void survives_every_failed_allocation(void)
{
    plant(by_column, N);
    CHECK(fault_each_allocation(fit_trees) > 30);
}

int main(void)
{
    x = planted_matrix(N, K, 0, 4);
    RUN(learns_what_share_a_finding_brings);
    RUN(keeps_the_constant_where_trees_add_nothing);
    RUN(few_findings_give_a_constant_pulled_to_all_that_is_at_stake);
    RUN(without_amounts_all_that_is_at_stake_is_expected);
    RUN(one_finding_out_of_all_proportion_does_not_lead);
    RUN(the_same_rows_give_the_same_bytes);
    RUN(survives_every_failed_allocation);
    free(x);
    return DONE();
}
