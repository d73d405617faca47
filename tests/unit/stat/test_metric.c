/* SPDX-License-Identifier: Apache-2.0 */
#include "stat/metric.h"

#include <math.h>

#include "base/rng.h"
#include "check.h"
#include "fault.h"

enum { N = 60 };

struct sample {
    double score[N], value[N];
    uint8_t label[N];
    struct tw_ranking r;
};

static void draw(struct sample *s, struct tw_rng *r, size_t levels)
{
    s->r = (struct tw_ranking){.score = s->score, .label = s->label, .value = s->value, .n = N};
    for (size_t i = 0; i < N; i++) {
        s->score[i] = (double)tw_rng_below(r, levels);
        s->label[i] = tw_rng_unit(r) < 0.3;
        s->value[i] = s->label[i] != 0 ? tw_rng_unit(r) : 0;
    }
}

/* By the definitions, over all pairs and all orders of ties. */
static void agrees_with_the_definitions(void)
{
    struct tw_rng rng = tw_rng_new(1, "metric");
    for (int round = 0; round < 300; round++) {
        struct sample s;
        draw(&s, &rng, 1 + tw_rng_below(&rng, 40));
        TW_SCOPED(tw_ranked) *ranked = NULL;
        CHECK(tw_ranked_new(&s.r, &ranked) == TW_OK);
        double wins = 0, pairs = 0, positives = 0, all_value = 0;
        for (int i = 0; i < N; i++) {
            positives += s.label[i];
            all_value += s.value[i];
            for (int j = 0; j < N; j++) {
                if (s.label[i] == 0 || s.label[j] != 0) continue;
                pairs += 1;
                wins += s.score[i] > s.score[j] ? 1 : s.score[i] == s.score[j] ? 0.5 : 0;
            }
        }
        if (pairs == 0) continue;
        CHECK(fabs(tw_ranked_auc(ranked, NULL) - wins / pairs) < 1e-12);
        double k = floor(N * 10 / 100.0), expect = 0, value = 0, ap = 0;
        for (int i = 0; i < N; i++) {
            double above = 0, same = 0, positives_up_to = 0, up_to = 0;
            for (int j = 0; j < N; j++) {
                above += s.score[j] > s.score[i];
                same += s.score[j] == s.score[i];
                up_to += s.score[j] >= s.score[i];
                positives_up_to += s.score[j] >= s.score[i] && s.label[j] != 0;
            }
            double in = above >= k ? 0 : above + same <= k ? 1 : (k - above) / same;
            expect += in * s.label[i];
            value += in * s.value[i];
            if (s.label[i] != 0) ap += positives_up_to / up_to;
        }
        struct tw_at at = tw_ranked_at(ranked, 10, NULL);
        CHECK(at.k == k && fabs(at.precision - expect / k) < 1e-12 &&
              fabs(at.recall - expect / positives) < 1e-12);
        CHECK(fabs(at.value_share - value / all_value) < 1e-12);
        CHECK(fabs(tw_ranked_ap(ranked, NULL) - ap / positives) < 1e-12);
    }
}

static void counts_a_row_as_often_as_it_is_told_to(void)
{
    struct tw_rng rng = tw_rng_new(2, "metric");
    struct sample s;
    uint32_t twice[N];
    draw(&s, &rng, 10);
    for (int i = 0; i < N; i++) twice[i] = 2;
    TW_SCOPED(tw_ranked) *ranked = NULL;
    CHECK(tw_ranked_new(&s.r, &ranked) == TW_OK);
    CHECK(fabs(tw_ranked_auc(ranked, twice) - tw_ranked_auc(ranked, NULL)) < 1e-12);
    CHECK(fabs(tw_ranked_ap(ranked, twice) - tw_ranked_ap(ranked, NULL)) < 1e-12);
    CHECK(tw_ranked_at(ranked, 10, twice).k == 12);
}

static void a_row_of_weight_three_counts_as_three_rows(void)
{
    struct tw_rng rng = tw_rng_new(5, "metric");
    for (int round = 0; round < 50; round++) {
        struct sample s;
        double weight[N];
        uint32_t times[N];
        draw(&s, &rng, 12);
        for (int i = 0; i < N; i++) weight[i] = times[i] = (uint32_t)tw_rng_below(&rng, 3) + 1;
        TW_SCOPED(tw_ranked) *often = NULL, *heavy = NULL;
        CHECK(tw_ranked_new(&s.r, &often) == TW_OK);
        s.r.weight = weight;
        CHECK(tw_ranked_new(&s.r, &heavy) == TW_OK);
        CHECK(fabs(tw_ranked_auc(heavy, NULL) - tw_ranked_auc(often, times)) < 1e-12);
        CHECK(fabs(tw_ranked_ap(heavy, NULL) - tw_ranked_ap(often, times)) < 1e-12);
        struct tw_at a = tw_ranked_at(heavy, 7, NULL), b = tw_ranked_at(often, 7, times);
        CHECK(a.k == b.k && fabs(a.precision - b.precision) < 1e-12 &&
              fabs(a.value_share - b.value_share) < 1e-12);
    }
}

/* Each row four times over says nothing new: drawn together, the interval stays as wide as that of the
 * rows. */
static void rows_of_one_group_are_drawn_together(void)
{
    enum { M = 100, COPIES = 4 };
    struct tw_rng rng = tw_rng_new(6, "metric");
    double score[M * COPIES];
    uint8_t label[M * COPIES];
    uint32_t group[M * COPIES];
    for (uint32_t i = 0; i < M * COPIES; i++) {
        group[i] = i % M;
        label[i] = i < M ? tw_rng_unit(&rng) < 0.4 : label[i - M];
        score[i] = i < M ? tw_rng_normal(&rng) + label[i] : score[i - M];
    }
    struct tw_ranking once = {.score = score, .label = label, .n = M};
    struct tw_ranking copied = {.score = score, .label = label, .n = M * COPIES};
    struct tw_ranking grouped = {.score = score, .label = label, .n = M * COPIES, .group = group};
    struct tw_interval of[3];
    const struct tw_ranking *which[3] = {&once, &copied, &grouped};
    for (int i = 0; i < 3; i++) {
        TW_SCOPED(tw_ranked) *ranked = NULL;
        CHECK(tw_ranked_new(which[i], &ranked) == TW_OK);
        CHECK(tw_ranked_bootstrap(ranked, TW_STATISTIC_AUC, 0, 400, 1, &of[i]) == TW_OK);
    }
    double once_wide = of[0].hi - of[0].lo, copied_wide = of[1].hi - of[1].lo,
           grouped_wide = of[2].hi - of[2].lo;
    CHECK(copied_wide < 0.65 * once_wide && fabs(grouped_wide - once_wide) < 0.15 * once_wide);
}

static void covers_the_true_value_about_as_often_as_it_says(void)
{
    /* Scores that separate a known amount: AUC of N(1,1) against N(0,1) is Phi(1/sqrt 2) = 0.76025. */
    struct tw_rng rng = tw_rng_new(3, "metric");
    int covered = 0;
    enum { ROUNDS = 120, M = 200 };
    for (int round = 0; round < ROUNDS; round++) {
        double score[M];
        uint8_t label[M];
        for (int i = 0; i < M; i++) {
            label[i] = i % 2 == 0;
            score[i] = tw_rng_normal(&rng) + label[i];
        }
        struct tw_ranking r = {.score = score, .label = label, .n = M};
        TW_SCOPED(tw_ranked) *ranked = NULL;
        struct tw_interval ci;
        CHECK(tw_ranked_new(&r, &ranked) == TW_OK);
        CHECK(tw_ranked_bootstrap(ranked, TW_STATISTIC_AUC, 0, 200, (uint64_t)round, &ci) == TW_OK);
        covered += ci.lo <= 0.76025 && ci.hi >= 0.76025;
    }
    CHECK(covered >= ROUNDS * 88 / 100);
}

static void sees_a_miscalibrated_probability_as_far_off_as_it_is(void)
{
    struct tw_rng rng = tw_rng_new(4, "metric");
    enum { M = 30000 };
    static double p[M], off[M];
    static uint8_t label[M];
    for (int i = 0; i < M; i++) {
        p[i] = tw_rng_unit(&rng) * 0.3;
        off[i] = p[i] + 0.1;
        label[i] = tw_rng_unit(&rng) < p[i];
    }
    double good, bad;
    CHECK(tw_calibration_error(p, label, M, &good) == TW_OK &&
          tw_calibration_error(off, label, M, &bad) == TW_OK);
    CHECK(good < 0.012 && fabs(bad - 0.1) < 0.012);
    TW_SCOPED(tw_ranked) *ranked = NULL;
    struct tw_ranking r = {.score = off, .label = label, .n = M};
    struct tw_interval ci;
    CHECK(tw_ranked_new(&r, &ranked) == TW_OK && fabs(tw_ranked_ece(ranked, NULL) - bad) < 1e-9);
    CHECK(tw_ranked_bootstrap(ranked, TW_STATISTIC_ECE, 0, 40, 1, &ci) == TW_OK);
    CHECK(ci.lo > 0.085 && ci.lo < bad && bad < ci.hi && ci.hi < 0.115);
}

/* Findings are left out where the weight says that a row stands for many: only weights bring them back. */
static void sees_the_calibration_of_the_flow_and_not_of_what_was_picked(void)
{
    struct tw_rng rng = tw_rng_new(7, "metric");
    enum { M = 40000 };
    static double p[M], weight[M];
    static uint8_t label[M];
    size_t n = 0;
    while (n < M) {
        double risk = tw_rng_unit(&rng) * 0.2;
        uint8_t found = tw_rng_unit(&rng) < risk;
        double picked = found != 0 ? 0.9 : 0.3; /* findings are picked three times as often */
        if (tw_rng_unit(&rng) >= picked) continue;
        p[n] = risk;
        label[n] = found;
        weight[n++] = 1 / picked;
    }
    struct tw_ranking r = {.score = p, .label = label, .n = M};
    TW_SCOPED(tw_ranked) *picked = NULL, *flow = NULL;
    CHECK(tw_ranked_new(&r, &picked) == TW_OK);
    r.weight = weight;
    CHECK(tw_ranked_new(&r, &flow) == TW_OK);
    CHECK(tw_ranked_ece(picked, NULL) > 0.1 && tw_ranked_ece(flow, NULL) < 0.01);
}

static void refuses_a_score_that_is_no_number_and_survives_failed_allocations(void)
{
    double score[2] = {1, (double)NAN};
    uint8_t label[2] = {0, 1};
    struct tw_ranking r = {.score = score, .label = label, .n = 2};
    struct tw_ranked *ranked = NULL;
    CHECK(tw_ranked_new(&r, &ranked) == TW_ARG);
    score[1] = 2;
    for (long n = 0; n < 6; n++) {
        tw_mem_fail_after(n);
        tw_err err = tw_ranked_new(&r, &ranked);
        tw_mem_fail_after(-1);
        CHECK(err == (n < 4 ? TW_NOMEM : TW_OK));
        if (err == TW_OK) tw_ranked_free(ranked);
    }
}

static void gives_wilson_s_published_interval(void)
{
    struct tw_interval w = tw_wilson(81, 263); /* Newcombe 1998, table I: 0.2553 to 0.3662 */
    CHECK(fabs(w.lo - 0.2553) < 5e-5 && fabs(w.hi - 0.3662) < 5e-5);
}

static void several_intervals_at_once_are_those_of_each_alone(void)
{
    enum { ROWS = 300, ALL = 5 };
    static const struct tw_wanted wanted[ALL] = {{TW_STATISTIC_AUC, 0},
                                                 {TW_STATISTIC_PRECISION, 5},
                                                 {TW_STATISTIC_VALUE, 10},
                                                 {TW_STATISTIC_RECALL, 20},
                                                 {TW_STATISTIC_AP, 0}};
    double score[ROWS], value[ROWS];
    uint8_t label[ROWS];
    uint32_t group[ROWS];
    struct tw_rng rng = tw_rng_new(3, "several");
    for (uint32_t i = 0; i < ROWS; i++) {
        score[i] = (double)tw_rng_below(&rng, 40);
        label[i] = tw_rng_below(&rng, 60) < (uint64_t)score[i] + 5;
        value[i] = (double)tw_rng_below(&rng, 100);
        group[i] = i / 3;
    }
    for (int grouped = 0; grouped < 2; grouped++) {
        const struct tw_ranking rows = {
            .score = score, .label = label, .value = value, .n = ROWS, .group = grouped ? group : NULL};
        TW_SCOPED(tw_ranked) *ranked = NULL;
        struct tw_interval at_once[ALL], alone;
        CHECK(tw_ranked_new(&rows, &ranked) == TW_OK);
        CHECK(tw_ranked_bootstraps(ranked, wanted, ALL, 60, 9, at_once) == TW_OK);
        for (size_t w = 0; w < ALL; w++) {
            CHECK(tw_ranked_bootstrap(ranked, wanted[w].what, wanted[w].percent, 60, 9, &alone) == TW_OK);
            CHECK(at_once[w].lo == alone.lo && at_once[w].hi == alone.hi && alone.lo < alone.hi);
        }
        CHECK(tw_ranked_bootstraps(ranked, wanted, ALL, 0, 9, at_once) == TW_OK && isnan(at_once[4].hi));
    }
}

int main(void)
{
    RUN(agrees_with_the_definitions);
    RUN(counts_a_row_as_often_as_it_is_told_to);
    RUN(a_row_of_weight_three_counts_as_three_rows);
    RUN(rows_of_one_group_are_drawn_together);
    RUN(covers_the_true_value_about_as_often_as_it_says);
    RUN(sees_a_miscalibrated_probability_as_far_off_as_it_is);
    RUN(sees_the_calibration_of_the_flow_and_not_of_what_was_picked);
    RUN(refuses_a_score_that_is_no_number_and_survives_failed_allocations);
    RUN(gives_wilson_s_published_interval);
    RUN(several_intervals_at_once_are_those_of_each_alone);
    return DONE();
}
