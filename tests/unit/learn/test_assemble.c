/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/assemble.h"

#include "fault.h"
#include "planted.h"

enum { N = 4000, K = 5, ARENA = 64 << 20 };
static float *x;
static struct tw_truth truth[N];
static struct tw_model_feature feature[K];
static struct tw_feature_table table = {.feature = feature, .n = K};

static void plant(bool amounts)
{
    float *y = planted_labels(x, N, K, 3);
    for (int32_t i = 0; i < N; i++)
        truth[i] = (struct tw_truth){.lodged_day = 20000 + i / 40,
                                     .known_day = 20001 + i / 40,
                                     .declaration = (uint32_t)i,
                                     .known = true,
                                     .found = y[i] > 0,
                                     .propensity = 1,
                                     .at_stake = 1000,
                                     .recovered_minor =
                                         amounts ? (x[i * K] > 0.5F ? 1800 : 100) : TW_RECOVERED_UNKNOWN};
    free(y);
}

static struct tw_learned *learned(uint32_t bags)
{
    struct tw_learn_rows rows = {.x = x, .n_features = K, .truth = truth, .n = N};
    static struct tw_xgb_settings quick;
    quick = tw_xgb_settings_default();
    quick.rounds = 40;
    quick.eta = 0.2;
    quick.subsample = 0.8;
    struct tw_learn_settings s = tw_learn_settings_default();
    s.candidate = &quick;
    s.n_candidates = 1;
    s.bags = bags;
    s.duty.rounds = 40;
    s.duty.eta = 0.3;
    struct tw_learned *l = NULL;
    CHECK(tw_learn(&rows, &s, &l, NULL) == TW_OK);
    return l;
}

static struct tw_model *read_back(const struct tw_learned *l, struct tw_buf *bytes)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    CHECK(tw_arena_new(ARENA, &arena) == TW_OK);
    struct tw_model_spec spec;
    struct tw_fault fault = {0};
    CHECK(tw_learned_model(l, &table, arena, &spec, &fault) == TW_OK);
    CHECK(tw_model_write(&spec, bytes, &fault) == TW_OK);
    struct tw_model *m = NULL;
    CHECK(tw_model_new(tw_buf_view(bytes), &m, &fault) == TW_OK);
    return m;
}

static float *library_margins(const struct tw_buf *json)
{
    float *m = malloc(N * sizeof(float));
    TW_SCOPED(tw_xgb_booster) *b = NULL;
    CHECK(m != NULL && tw_xgb_booster_new(tw_buf_view(json), 1, &b, NULL) == TW_OK);
    CHECK(tw_xgb_margins(b, &(struct tw_xgb_rows){.x = x, .n_columns = K, .n = N}, m, NULL) == TW_OK);
    return m;
}

static void the_model_file_has_the_librarys_margins_bit_for_bit(void)
{
    plant(true);
    TW_SCOPED(tw_learned) *l = learned(1);
    TW_SCOPED_BUF bytes = {0};
    TW_SCOPED(tw_model) *m = read_back(l, &bytes);
    float *want = library_margins(l->forest);
    float *got = malloc(N * sizeof(float));
    CHECK(got != NULL);
    tw_forest_batch(tw_model_risk(m), x, N, got);
    CHECK(memcmp(want, got, N * sizeof(float)) == 0);
    for (size_t i = 0; i < N; i += 37) {
        double risk = tw_curve_at(&l->curve, (double)got[i]);
        CHECK(fabs(tw_model_risk_ppm(m, got[i]) / 1e6 - risk) <= 1e-6);
    }
    free(want);
    free(got);
}

static void bags_become_one_forest_with_their_mean_margin(void)
{
    plant(true);
    TW_SCOPED(tw_learned) *l = learned(3);
    TW_SCOPED_BUF bytes = {0};
    TW_SCOPED(tw_model) *m = read_back(l, &bytes);
    float *one[3];
    for (size_t b = 0; b < 3; b++) one[b] = library_margins(l->forest + b);
    CHECK(tw_model_spec(m)->risk.n_trees == 3 * l->used.rounds);
    for (size_t i = 0; i < N; i++) {
        double mean = ((double)one[0][i] + (double)one[1][i] + (double)one[2][i]) / 3;
        CHECK(fabs((double)tw_forest_row(tw_model_risk(m), x + i * K) - mean) < 1e-4);
    }
    for (size_t b = 0; b < 3; b++) free(one[b]);
}

static void duty_is_a_share_of_what_is_at_stake(void)
{
    plant(true);
    TW_SCOPED(tw_learned) *l = learned(1);
    CHECK(l->duty.way != TW_DUTY_CONSTANT);
    TW_SCOPED_BUF bytes = {0};
    TW_SCOPED(tw_model) *m = read_back(l, &bytes);
    double sum[2] = {0};
    double n[2] = {0};
    for (size_t i = 0; i < N; i++) {
        size_t high = x[i * K] > 0.5F;
        sum[high] += (double)tw_model_duty_ppm(m, tw_forest_row(tw_model_duty(m), x + i * K)) / 1e6;
        n[high]++;
    }
    CHECK(fabs(sum[1] / n[1] - 1.8) < 0.1 && fabs(sum[0] / n[0] - 0.1) < 0.05);
}

static void without_known_recoveries_no_duty_is_said(void)
{
    plant(false);
    TW_SCOPED(tw_learned) *l = learned(1);
    CHECK(l->duty.way == TW_DUTY_CONSTANT);
    TW_SCOPED_BUF bytes = {0};
    TW_SCOPED(tw_model) *m = read_back(l, &bytes);
    CHECK(tw_model_duty(m) == NULL); /* nothing recovered is known: nothing is said */
}

static void the_file_says_what_it_learned_from(void)
{
    plant(true);
    TW_SCOPED(tw_learned) *l = learned(1);
    TW_SCOPED_BUF bytes = {0};
    TW_SCOPED(tw_model) *m = read_back(l, &bytes);
    const struct tw_training *t = &tw_model_spec(m)->training;
    CHECK(tw_str_is(t->from, "2024-10-04") && tw_str_is(t->to, "2025-01-11"));
    CHECK(t->rows == N && t->findings == l->sample->n_found);
    bool depth = false;
    bool library = false;
    for (size_t i = 0; i < t->n_settings; i++) {
        depth |= tw_str_is(t->setting[i].name, "depth") && tw_str_is(t->setting[i].value, "6");
        library |= tw_str_is(t->setting[i].name, "library") &&
                   tw_str_starts(t->setting[i].value, TW_STR("XGBoost "));
    }
    CHECK(depth && library);
}

static void refuses_another_table_and_too_many_trees(void)
{
    plant(true);
    TW_SCOPED(tw_learned) *l = learned(1);
    TW_SCOPED(tw_arena) *arena = NULL;
    CHECK(tw_arena_new(ARENA, &arena) == TW_OK);
    struct tw_model_spec spec;
    struct tw_fault fault = {0};
    struct tw_feature_table other = table;
    other.n = K + 1;
    CHECK(tw_learned_model(l, &other, arena, &spec, &fault) == TW_ARG);
    uint32_t rounds = l->used.rounds;
    l->used.rounds = TW_TREES_MAX + 1;
    CHECK(tw_learned_model(l, &table, arena, &spec, &fault) == TW_LIMIT);
    l->used.rounds = rounds;
    TW_SCOPED(tw_arena) *small = NULL;
    CHECK(tw_arena_new(20000, &small) == TW_OK);
    CHECK(tw_learned_model(l, &table, small, &spec, &fault) == TW_NOMEM);
}

static struct tw_learned *shared;

static tw_err assemble(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_TRY(tw_arena_new(ARENA, &arena));
    struct tw_model_spec spec;
    return tw_learned_model(shared, &table, arena, &spec, NULL);
}

static void survives_every_failed_allocation(void)
{
    plant(true);
    shared = learned(2);
    CHECK(fault_each_allocation(assemble) > 10);
    tw_learned_free(shared);
}

int main(void)
{
    static const char *const name[K] = {"a", "b", "c", "d", "e"};
    for (size_t i = 0; i < K; i++) feature[i] = (struct tw_model_feature){tw_str_from(name[i]), TW_STR("")};
    memset(table.sha256, '0', TW_SHA256_HEX - 1);
    x = planted_matrix(N, K, 0.05, 6);
    RUN(the_model_file_has_the_librarys_margins_bit_for_bit);
    RUN(bags_become_one_forest_with_their_mean_margin);
    RUN(duty_is_a_share_of_what_is_at_stake);
    RUN(without_known_recoveries_no_duty_is_said);
    RUN(the_file_says_what_it_learned_from);
    RUN(refuses_another_table_and_too_many_trees);
    RUN(survives_every_failed_allocation);
    free(x);
    return DONE();
}
