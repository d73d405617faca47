/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/xgb.h"

#include "base/hash.h"
#include "fault.h"
#include "planted.h"

enum { N = 6000, K = 6 };

struct sample {
    float *x, *y, *w;
    struct tw_xgb_rows rows;
};

static struct sample take(double missing)
{
    struct sample s = {.x = planted_matrix(N, K, missing, 11)};
    s.y = planted_labels(s.x, N, K, 12);
    s.w = malloc(N * sizeof(float));
    CHECK(s.w != NULL);
    for (size_t i = 0; i < N; i++) s.w[i] = (float)(1 + i % 3);
    s.rows = (struct tw_xgb_rows){.x = s.x, .n_columns = K, .n = N, .label = s.y, .weight = s.w};
    return s;
}

static void put_away(struct sample *s)
{
    free(s->x);
    free(s->y);
    free(s->w);
}

static struct tw_xgb_settings settings(void)
{
    struct tw_xgb_settings s = tw_xgb_settings_default();
    s.rounds = 40;
    s.eta = 0.2;
    s.depth = 4;
    s.base_margin = -1.25;
    return s;
}

static struct tw_xgb_forest grow(const struct tw_xgb_rows *rows, const struct tw_xgb_settings *s,
                                 const struct tw_xgb_run *run)
{
    TW_SCOPED(tw_xgb_data) *d = NULL;
    struct tw_fault fault = {0};
    CHECK(tw_xgb_data_new(rows, s, &d, &fault) == TW_OK);
    struct tw_xgb_forest f = {0};
    CHECK(tw_xgb_train(d, s, run, &f, &fault) == TW_OK);
    return f;
}

static bool same_bytes(const struct tw_buf *a, const struct tw_buf *b)
{
    return a->n == b->n && memcmp(a->p, b->p, a->n) == 0;
}

/* The library's margins for the rows, from the model text alone. */
static float *margins_of(const struct tw_buf *json, const struct tw_xgb_rows *rows)
{
    TW_SCOPED(tw_xgb_booster) *b = NULL;
    CHECK(tw_xgb_booster_new(tw_buf_view(json), 1, &b, NULL) == TW_OK);
    float *m = malloc(rows->n * sizeof(float));
    CHECK(m != NULL && tw_xgb_margins(b, rows, m, NULL) == TW_OK);
    return m;
}

static void the_margins_it_trained_with_are_those_of_the_model_text(void)
{
    struct sample s = take(0.1);
    struct tw_xgb_settings set = settings();
    set.gamma = 1; /* with pruned nodes too */
    float *margin = malloc(N * sizeof(float));
    struct tw_xgb_forest f = grow(&s.rows, &set, &(struct tw_xgb_run){.margin = margin});
    CHECK(f.rounds == 40);
    float *again = margins_of(&f.json, &s.rows);
    CHECK(memcmp(margin, again, N * sizeof(float)) == 0);
    free(margin);
    free(again);
    tw_buf_free(&f.json);
    put_away(&s);
}

static void finds_what_only_two_columns_together_say(void)
{
    struct sample s = take(0.05);
    struct tw_xgb_settings set = settings();
    float *margin = malloc(N * sizeof(float));
    struct tw_xgb_forest f = grow(&s.rows, &set, &(struct tw_xgb_run){.margin = margin});
    double with = 0;
    double without = 0;
    size_t n_with = 0;
    for (size_t i = 0; i < N; i++) {
        bool planted = (s.x[i * K] > 0.5F) != (s.x[i * K + 2] > 0.5F);
        n_with += planted;
        *(planted ? &with : &without) += (double)margin[i];
    }
    CHECK(with / (double)n_with > 1.0 && without / (double)(N - n_with) < -1.8);
    free(margin);
    tw_buf_free(&f.json);
    put_away(&s);
}

static void two_trainings_give_the_same_bytes_and_another_seed_others(void)
{
    struct sample s = take(0.05);
    struct tw_xgb_settings set = settings();
    set.subsample = 0.7;
    set.colsample = 0.5;
    set.seed = 42;
    struct tw_xgb_forest a = grow(&s.rows, &set, NULL);
    struct tw_xgb_forest b = grow(&s.rows, &set, NULL);
    CHECK(same_bytes(&a.json, &b.json));
    set.seed = 43;
    struct tw_xgb_forest c = grow(&s.rows, &set, NULL);
    CHECK(!same_bytes(&a.json, &c.json));
    tw_buf_free(&a.json);
    tw_buf_free(&b.json);
    tw_buf_free(&c.json);
    put_away(&s);
}

/* Pins the bytes: a compiler, a CPU or a C library that changes them is found here. */
static void the_model_text_is_the_same_everywhere(void)
{
    struct sample s = take(0.05);
    struct tw_xgb_settings set = settings();
    set.subsample = 0.7;
    set.colsample = 0.5;
    struct tw_xgb_forest f = grow(&s.rows, &set, NULL);
    uint8_t sum[TW_SHA256_BYTES];
    char hex[TW_SHA256_HEX];
    tw_sha256(f.json.p, f.json.n, sum);
    tw_sha256_hex(sum, hex);
    CHECK(strcmp(hex, "f7bd8917760a6ca4bc168e3c9dbdeef3cb46d38dce3a463761b087928a9dd613") == 0);
    tw_buf_free(&f.json);
    put_away(&s);
}

static void rows_held_out_move_nothing_but_have_margins(void)
{
    struct sample s = take(0.05);
    struct tw_xgb_settings set = settings();
    uint8_t *use = calloc(N, 1);
    CHECK(use != NULL);
    for (size_t i = 0; i < N; i++) use[i] = i < N / 2;
    float *margin = malloc(N * sizeof(float));
    struct tw_xgb_forest a = grow(&s.rows, &set, &(struct tw_xgb_run){.use = use, .margin = margin});
    for (size_t i = N / 2; i < N; i++) s.y[i] = 1 - s.y[i]; /* what they were does not matter */
    struct tw_xgb_forest b = grow(&s.rows, &set, &(struct tw_xgb_run){.use = use});
    CHECK(same_bytes(&a.json, &b.json));
    float *again = margins_of(&a.json, &s.rows);
    CHECK(memcmp(margin, again, N * sizeof(float)) == 0);
    free(again);
    free(margin);
    free(use);
    tw_buf_free(&a.json);
    tw_buf_free(&b.json);
    put_away(&s);
}

static void picks_are_the_rows_they_name(void)
{
    struct sample s = take(0.05);
    enum { M = 3000 };
    uint32_t *pick = malloc(M * sizeof(*pick));
    float *x = malloc((size_t)M * K * sizeof(float));
    float *y = malloc(M * sizeof(float));
    CHECK(pick != NULL && x != NULL && y != NULL);
    for (uint32_t i = 0; i < M; i++) {
        pick[i] = (i * 7919) % N;
        memcpy(x + (size_t)i * K, s.x + (size_t)pick[i] * K, K * sizeof(float));
        y[i] = s.y[pick[i]];
    }
    struct tw_xgb_settings set = settings();
    struct tw_xgb_rows picked = {.x = s.x, .n_columns = K, .pick = pick, .n = M, .label = y};
    struct tw_xgb_rows copied = {.x = x, .n_columns = K, .n = M, .label = y};
    struct tw_xgb_forest a = grow(&picked, &set, NULL);
    struct tw_xgb_forest b = grow(&copied, &set, NULL);
    CHECK(same_bytes(&a.json, &b.json));
    float *ma = margins_of(&a.json, &picked);
    float *mb = margins_of(&a.json, &copied);
    CHECK(memcmp(ma, mb, M * sizeof(float)) == 0);
    free(ma);
    free(mb);
    free(pick);
    free(x);
    free(y);
    tw_buf_free(&a.json);
    tw_buf_free(&b.json);
    put_away(&s);
}

struct held {
    const struct sample *s;
    const uint8_t *use;
    uint32_t calls;
};

static double loss_of_held(const struct held *h, const float *margin)
{
    double sum = 0;
    for (size_t i = 0; i < N; i++)
        if (h->use[i] == 0) sum += tw_loss_value(TW_LOSS_LOGISTIC, (double)margin[i], (double)h->s->y[i]);
    return sum;
}

static tw_err judge(void *ctx, uint32_t round, const float *margin, double *ret, struct tw_fault *fault)
{
    struct held *h = ctx;
    (void)fault;
    CHECK(round == ++h->calls);
    *ret = loss_of_held(h, margin);
    return TW_OK;
}

static void stops_early_and_cuts_the_forest_at_its_best_round(void)
{
    struct sample s = take(0.05);
    uint8_t *use = calloc(N, 1);
    CHECK(use != NULL);
    for (size_t i = 0; i < N; i++) use[i] = i % 4 != 0;
    struct held h = {.s = &s, .use = use};
    struct tw_xgb_settings set = settings();
    set.rounds = 1000;
    set.eta = 0.3;
    set.depth = 6;
    float *margin = malloc(N * sizeof(float));
    struct tw_xgb_run run = {.use = use, .judge = judge, .ctx = &h, .patience = 10, .margin = margin};
    struct tw_xgb_forest f = grow(&s.rows, &set, &run);
    CHECK(f.rounds >= 1 && f.rounds < 990 && h.calls == f.rounds + 10);
    CHECK(fabs(loss_of_held(&h, margin) - f.loss) < 1e-9);
    float *again = margins_of(&f.json, &s.rows);
    CHECK(memcmp(margin, again, N * sizeof(float)) == 0);
    free(again);
    free(margin);
    free(use);
    tw_buf_free(&f.json);
    put_away(&s);
}

static tw_err give_up(void *ctx, uint32_t round, const float *margin, double *ret, struct tw_fault *fault)
{
    (void)ctx;
    (void)margin;
    (void)ret;
    return round == 3 ? tw_fail(fault, TW_INTERRUPTED, "enough") : TW_OK;
}

static void an_error_of_the_judge_ends_it(void)
{
    struct sample s = take(0);
    struct tw_xgb_settings set = settings();
    struct tw_xgb_run run = {.judge = give_up};
    TW_SCOPED(tw_xgb_data) *d = NULL;
    struct tw_xgb_forest f = {.rounds = 77};
    CHECK(tw_xgb_data_new(&s.rows, &set, &d, NULL) == TW_OK);
    CHECK(tw_xgb_train(d, &set, &run, &f, NULL) == TW_INTERRUPTED);
    CHECK(f.rounds == 77 && f.json.p == NULL);
    put_away(&s);
}

static void keeps_to_the_direction_it_is_told(void)
{
    struct sample s = take(0);
    for (size_t i = 0; i < N; i++)
        s.y[i] = (s.x[i * K] > 0.3F && s.x[i * K] < 0.6F) || i % 9 == 0; /* up, then down */
    const int8_t monotone[K] = {1, 0, 0, 0, 0, 0};
    struct tw_xgb_settings set = settings();
    set.monotone = monotone;
    struct tw_xgb_forest f = grow(&s.rows, &set, NULL);
    enum { STEPS = 101 };
    float grid[STEPS * K] = {0};
    for (size_t other = 0; other < 20; other++) {
        for (size_t i = 0; i < STEPS; i++) {
            memcpy(grid + i * K, s.x + other * K, K * sizeof(float));
            grid[i * K] = (float)i / 100;
        }
        struct tw_xgb_rows rows = {.x = grid, .n_columns = K, .n = STEPS};
        float *m = margins_of(&f.json, &rows);
        for (size_t i = 1; i < STEPS; i++) CHECK(m[i] >= m[i - 1]);
        CHECK(m[STEPS - 1] > m[0]);
        free(m);
    }
    tw_buf_free(&f.json);
    put_away(&s);
}

/* Margins of a forest of the rows as they are, or with columns that hold nothing between them. */
static float *grown_among_empty(const struct sample *s, bool wide)
{
    enum { WIDE = K + 3 };
    static const size_t place[K] = {1, 2, 4, 5, 6, 8};
    const int8_t narrow_way[K] = {0, 1, 0, 0, -1, 0};
    const size_t k = wide ? WIDE : K;
    int8_t way[WIDE] = {0};
    float *x = malloc(N * k * sizeof *x);
    if (x == NULL) abort();
    for (size_t i = 0; i < N * k; i++) x[i] = NAN;
    for (size_t c = 0; c < K; c++) {
        way[wide ? place[c] : c] = narrow_way[c];
        for (size_t i = 0; i < N; i++) x[i * k + (wide ? place[c] : c)] = s->x[i * K + c];
    }
    struct tw_xgb_settings set = settings();
    set.colsample = 0.5;
    set.monotone = way;
    const struct tw_xgb_rows rows = {.x = x, .n_columns = k, .n = N, .label = s->y, .weight = s->w};
    struct tw_xgb_forest f = grow(&rows, &set, NULL);
    float *m = margins_of(&f.json, &rows);
    tw_buf_free(&f.json);
    free(x);
    return m;
}

static void columns_without_values_take_no_part(void)
{
    struct sample s = take(0);
    float *narrow = grown_among_empty(&s, false), *wide = grown_among_empty(&s, true);
    CHECK(memcmp(narrow, wide, N * sizeof *narrow) == 0);
    free(narrow);
    free(wide);
    put_away(&s);
}

static void empty_and_constant_columns_do_no_harm(void)
{
    struct sample s = take(0);
    for (size_t i = 0; i < N; i++) {
        s.x[i * K + 1] = NAN;
        s.x[i * K + 3] = 7;
    }
    struct tw_xgb_settings set = settings();
    struct tw_xgb_forest f = grow(&s.rows, &set, NULL);
    float *a = margins_of(&f.json, &s.rows);
    for (size_t i = 0; i < N; i++) s.x[i * K + 1] = s.x[i * K + 3] = 3;
    float *b = margins_of(&f.json, &s.rows);
    CHECK(memcmp(a, b, N * sizeof(float)) == 0); /* never asked about */
    free(a);
    free(b);
    tw_buf_free(&f.json);
    put_away(&s);
}

static void contributions_add_up_to_the_margin(void)
{
    struct sample s = take(0.1);
    struct tw_xgb_settings set = settings();
    struct tw_xgb_forest f = grow(&s.rows, &set, NULL);
    s.rows.n = 200;
    float *m = margins_of(&f.json, &s.rows);
    TW_SCOPED(tw_xgb_booster) *b = NULL;
    CHECK(tw_xgb_booster_new(tw_buf_view(&f.json), 1, &b, NULL) == TW_OK);
    float *c = malloc((size_t)200 * (K + 1) * sizeof(float));
    CHECK(c != NULL && tw_xgb_contributions(b, &s.rows, c, NULL) == TW_OK);
    for (size_t i = 0; i < 200; i++) {
        double sum = 0;
        for (size_t j = 0; j <= K; j++) sum += (double)c[i * (K + 1) + j];
        CHECK(fabs(sum - (double)m[i]) < 1e-4);
    }
    free(c);
    free(m);
    tw_buf_free(&f.json);
    put_away(&s);
}

static void the_librarys_own_objective_is_there_for_the_peers(void)
{
    struct sample s = take(0.05);
    const struct tw_xgb_param param[] = {{"objective", "binary:logistic"},
                                         {"tree_method", "exact"},
                                         {"nthread", "1"},
                                         {"max_depth", "4"},
                                         {"eta", "0.3"}};
    TW_SCOPED_BUF json = {0};
    CHECK(tw_xgb_train_native(&s.rows, param, 5, 20, &json, NULL) == TW_OK);
    float *m = margins_of(&json, &s.rows);
    double loss = 0;
    double flat = 0;
    for (size_t i = 0; i < N; i++) {
        loss += tw_loss_value(TW_LOSS_LOGISTIC, (double)m[i], (double)s.y[i]);
        flat += tw_loss_value(TW_LOSS_LOGISTIC, tw_logit(0.4), (double)s.y[i]);
    }
    CHECK(loss < 0.9 * flat);
    free(m);
    const struct tw_xgb_param bad[] = {{"objective", "binary:nonsense"}};
    struct tw_fault fault = {0};
    CHECK(tw_xgb_train_native(&s.rows, bad, 1, 1, &json, &fault) == TW_INTERNAL);
    CHECK(strstr(fault.note, "the tree library refused: ") == fault.note && strchr(fault.note, '[') == NULL);
    put_away(&s);
}

static void refuses_what_it_cannot_learn_from(void)
{
    struct sample s = take(0);
    struct tw_xgb_settings set = settings();
    struct tw_xgb_data *d = NULL;
    struct tw_fault fault = {0};
    s.x[17 * K + 2] = INFINITY;
    CHECK(tw_xgb_data_new(&s.rows, &set, &d, &fault) == TW_RANGE && fault.item == 17);
    s.x[17 * K + 2] = 0;
    s.y[5] = 2;
    CHECK(tw_xgb_data_new(&s.rows, &set, &d, &fault) == TW_RANGE && fault.item == 5);
    s.y[5] = 1;
    s.w[9] = -1;
    CHECK(tw_xgb_data_new(&s.rows, &set, &d, &fault) == TW_RANGE && fault.item == 9);
    for (size_t i = 0; i < N; i++) s.w[i] = 0;
    CHECK(tw_xgb_data_new(&s.rows, &set, &d, &fault) == TW_ARG);
    s.rows.weight = NULL;
    set.depth = 7;
    CHECK(tw_xgb_data_new(&s.rows, &set, &d, &fault) == TW_ARG && strcmp(fault.path, "depth") == 0);
    set.depth = 4;
    set.eta = (double)NAN;
    CHECK(tw_xgb_data_new(&s.rows, &set, &d, &fault) == TW_ARG && strcmp(fault.path, "eta") == 0);
    set.eta = 0.1;
    s.rows.n = 0;
    CHECK(tw_xgb_data_new(&s.rows, &set, &d, &fault) == TW_ARG && d == NULL);
    s.rows.n = N;
    CHECK(tw_xgb_data_new(&s.rows, &set, &d, &fault) == TW_OK);
    uint8_t *use = calloc(N, 1);
    struct tw_xgb_forest f = {0};
    CHECK(tw_xgb_train(d, &set, &(struct tw_xgb_run){.use = use}, &f, &fault) == TW_ARG);
    set.max_bin = 64;
    CHECK(tw_xgb_train(d, &set, NULL, &f, &fault) == TW_ARG && f.json.p == NULL);
    free(use);
    tw_xgb_data_free(d);
    struct tw_xgb_booster *b = NULL;
    CHECK(tw_xgb_booster_new(TW_STR("{\"learner\":"), 1, &b, &fault) == TW_FORMAT && b == NULL);
    put_away(&s);
}

static struct sample shared;

static tw_err learn_a_little(void)
{
    static const uint32_t pick[] = {5, 3, 9, 200, 17, 44, 101, 6, 7, 8};
    const float y[] = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1};
    struct tw_xgb_rows rows = {.x = shared.x, .n_columns = K, .pick = pick, .n = 10, .label = y};
    struct tw_xgb_settings set = settings();
    const int8_t monotone[K] = {1, 0, 0, 0, 0, -1};
    set.rounds = 2;
    set.monotone = monotone;
    TW_SCOPED(tw_xgb_data) *d = NULL;
    TW_TRY(tw_xgb_data_new(&rows, &set, &d, NULL));
    struct tw_xgb_forest f = {0};
    TW_TRY(tw_xgb_train(d, &set, NULL, &f, NULL));
    TW_SCOPED(tw_xgb_booster) *b = NULL;
    float m[10];
    tw_err err = tw_xgb_booster_new(tw_buf_view(&f.json), 1, &b, NULL);
    if (err == TW_OK) err = tw_xgb_margins(b, &rows, m, NULL);
    tw_buf_free(&f.json);
    return err;
}

static void survives_every_failed_allocation(void)
{
    shared = take(0);
    CHECK(fault_each_allocation(learn_a_little) > 8);
    put_away(&shared);
}

int main(void)
{
    RUN(the_margins_it_trained_with_are_those_of_the_model_text);
    RUN(finds_what_only_two_columns_together_say);
    RUN(two_trainings_give_the_same_bytes_and_another_seed_others);
    struct tw_xgb_version v = tw_xgb_version();
    if (v.major == 1 && v.minor == 7 && v.patch == 4)
        RUN(the_model_text_is_the_same_everywhere);
    else
        SKIP("the_model_text_is_the_same_everywhere", "the bytes are pinned for libxgboost 1.7.4");
    RUN(rows_held_out_move_nothing_but_have_margins);
    RUN(picks_are_the_rows_they_name);
    RUN(stops_early_and_cuts_the_forest_at_its_best_round);
    RUN(an_error_of_the_judge_ends_it);
    RUN(keeps_to_the_direction_it_is_told);
    RUN(columns_without_values_take_no_part);
    RUN(empty_and_constant_columns_do_no_harm);
    RUN(contributions_add_up_to_the_margin);
    RUN(the_librarys_own_objective_is_there_for_the_peers);
    RUN(refuses_what_it_cannot_learn_from);
    RUN(survives_every_failed_allocation);
    return DONE();
}
