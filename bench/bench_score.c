/* SPDX-License-Identifier: Apache-2.0 */
/* Our evaluator and attributions beside libxgboost's, on a model that libxgboost trains here: 200 trees of
 * depth 6 over 40 features such as customs have (heavy tails, rates, small numbers, flags, 4 % missing).
 * First that the answers are the same, then which is faster. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "base/rng.h"
#include "bench.h"
#include "learn/xgb.h"
#include "learn/xgb_model.h"
#include "peers/xgb_score.h"
#include "score/forest.h"
#include "score/shap.h"

enum { K = 40, TRAIN = 40000, ROWS = 20000, NASTY = 100000, EXPLAINED = 2000 };

static void must(tw_err err, const struct tw_fault *fault)
{
    if (err == TW_OK) return;
    fprintf(stderr, "bench_score: %s %s %s\n", tw_err_text(err), fault->path, fault->note);
    exit(2);
}

static void *room(size_t n, size_t size)
{
    void *p = calloc(n, size);
    if (p == NULL) must(TW_NOMEM, &(struct tw_fault){0});
    return p;
}

static float *make_rows(size_t n, struct tw_rng *rng)
{
    float *x = room(n * K, sizeof *x);
    for (size_t i = 0; i < n * K; i++) {
        size_t j = i % K;
        double v = j < 14   ? tw_rng_lognormal(rng, 3, 1.2)
                   : j < 26 ? tw_rng_beta(rng, 1, 15)
                   : j < 34 ? (double)tw_rng_below(rng, 60)
                            : (double)(tw_rng_unit(rng) < 0.15);
        x[i] = tw_rng_unit(rng) < 0.04 ? NAN : (float)v;
    }
    return x;
}

static double known(float v)
{
    return isnan(v) ? 0 : (double)v;
}

static float *make_labels(const float *x, size_t n, struct tw_rng *rng)
{
    float *y = room(n, sizeof *y);
    for (size_t i = 0; i < n; i++, x += K) {
        double log_odds = -3.2 + 1.1 * (tw_log(1 + known(x[0])) - tw_log(1 + known(x[1])) < -0.8) +
                          9 * known(x[14]) + 6 * known(x[15]) * (known(x[34]) > 0) +
                          0.9 * (fmod(known(x[26]), 7) == 3) + 0.6 * tw_sin2pi(known(x[27]) / 6.283) +
                          0.4 * tw_log(1 + known(x[2])) * known(x[35]) - 0.3 * tw_log(1 + known(x[3])) +
                          0.7 * tw_rng_normal(rng);
        y[i] = tw_rng_unit(rng) < tw_logistic(log_odds);
    }
    return y;
}

static struct tw_buf train(struct tw_rng *rng)
{
    static const struct tw_xgb_param param[] = {{"objective", "binary:logistic"},
                                                {"max_depth", "6"},
                                                {"eta", "0.05"},
                                                {"nthread", "1"},
                                                {"tree_method", "hist"},
                                                {"subsample", "0.8"},
                                                {"min_child_weight", "5"},
                                                {"colsample_bytree", "0.8"},
                                                {"base_score", "0.5"},
                                                {"seed", "7"}};
    float *x = make_rows(TRAIN, rng), *y = make_labels(x, TRAIN, rng);
    const struct tw_xgb_rows rows = {.x = x, .n_columns = K, .n = TRAIN, .label = y};
    struct tw_buf json = {0};
    struct tw_fault fault = {0};
    must(tw_xgb_train_native(&rows, param, sizeof param / sizeof *param, 200, &json, &fault), &fault);
    free(x);
    free(y);
    return json;
}

/* Rows in which every third value or so is what makes trees err: missing, infinite, zero of either sign, or
 * exactly a threshold of a tree, or its neighbour. */
static float *make_nasty(const struct tw_forest_spec *spec, struct tw_rng *rng)
{
    const float odd[] = {NAN, INFINITY, -INFINITY, 0.0F, -0.0F, 3e38F, -3e38F};
    float *x = make_rows(NASTY, rng);
    for (size_t r = 0; r < NASTY; r++)
        for (int k = 0; k < K / 3; k++) {
            const struct tw_tree_spec *t = &spec->tree[tw_rng_below(rng, spec->n_trees)];
            uint32_t i = (uint32_t)tw_rng_below(rng, t->n);
            if (t->feature[i] == TW_LEAF)
                x[r * K + tw_rng_below(rng, K)] = odd[tw_rng_below(rng, 7)];
            else
                x[r * K + (size_t)t->feature[i]] =
                    tw_rng_below(rng, 3) > 0 ? t->threshold[i] : nextafterf(t->threshold[i], -INFINITY);
        }
    return x;
}

/* All that the sides need. */
struct work {
    struct tw_forest *forest;
    struct tw_shap *shap;
    struct peer_xgb peer;
    const float *x;
    float *margin;
    double *phi;
};

static void our_rows(void *ctx)
{
    struct work *w = ctx;
    for (size_t r = 0; r < ROWS; r++) w->margin[r] = tw_forest_row(w->forest, w->x + r * K);
}

static void our_batch(void *ctx)
{
    struct work *w = ctx;
    for (int k = 0; k < 4; k++) tw_forest_batch(w->forest, w->x, ROWS, w->margin);
}

static void their_rows(void *ctx)
{
    struct work *w = ctx;
    peer_xgb_rows(&w->peer, w->x, ROWS / 10, w->margin);
}

static void their_batch(void *ctx)
{
    struct work *w = ctx;
    peer_xgb_batch(&w->peer, w->x, ROWS, w->margin);
}

static void our_attributions(void *ctx)
{
    struct work *w = ctx;
    must(tw_shap_batch(w->shap, w->x, ROWS, w->phi), &(struct tw_fault){0});
}

static void our_attributions_row_by_row(void *ctx)
{
    struct work *w = ctx;
    for (size_t r = 0; r < EXPLAINED; r++) tw_shap_row(w->shap, w->x + r * K, w->phi + r * K);
}

static void their_attributions(void *ctx)
{
    struct work *w = ctx;
    (void)peer_xgb_contribs(&w->peer);
}

static bool same_margins(struct work *w, const float *nasty)
{
    float *ours = room(NASTY, sizeof *ours), *alone = room(NASTY, sizeof *alone),
          *theirs = room(NASTY, sizeof *theirs);
    tw_forest_batch(w->forest, nasty, NASTY, ours);
    for (size_t r = 0; r < NASTY; r++) alone[r] = tw_forest_row(w->forest, nasty + r * K);
    peer_xgb_batch(&w->peer, nasty, NASTY, theirs);
    bool same =
        memcmp(ours, theirs, NASTY * sizeof *ours) == 0 && memcmp(alone, theirs, NASTY * sizeof *ours) == 0;
    free(ours);
    free(alone);
    free(theirs);
    return same;
}

static bool same_attributions(struct work *w)
{
    const float *theirs = peer_xgb_contribs(&w->peer);
    double worst = 0;
    our_attributions(w);
    for (size_t r = 0; r < EXPLAINED; r++)
        for (size_t j = 0; j < K; j++)
            worst = fmax(worst, fabs(w->phi[r * K + j] - (double)theirs[r * (K + 1) + j]));
    printf("largest difference of an attribution from libxgboost's: %.2g\n", worst);
    return worst <= 1e-5;
}

/* On nasty rows too, infinite values and all. */
static bool adds_up(struct work *w, const float *x, size_t n)
{
    double *phi = room(n * K, sizeof *phi), worst = 0;
    must(tw_shap_batch(w->shap, x, n, phi), &(struct tw_fault){0});
    for (size_t r = 0; r < n; r++) {
        double sum = tw_shap_bias(w->shap);
        for (size_t j = 0; j < K; j++) sum += phi[r * K + j];
        worst = fmax(worst, fabs(sum - (double)tw_forest_row(w->forest, x + r * K)));
    }
    printf("largest difference of bias and attributions from the margin: %.2g\n", worst);
    free(phi);
    return worst <= 1e-5;
}

static void compare(struct bench *b, struct work *w)
{
    bench_duel(b, &(struct bench_duel){"score_row",
                                       "rows",
                                       {"tidewaiter", our_rows, w, ROWS, NULL},
                                       {"libxgboost", their_rows, w, ROWS / 10, NULL},
                                       .gate = 4});
    bench_duel(b, &(struct bench_duel){"score_batch",
                                       "rows",
                                       {"tidewaiter", our_batch, w, 4 * ROWS, NULL},
                                       {"libxgboost", their_batch, w, ROWS, NULL},
                                       .gate = 2});
    bench_duel(b, &(struct bench_duel){"explain_batch",
                                       "rows",
                                       {"tidewaiter", our_attributions, w, ROWS, NULL},
                                       {"libxgboost", their_attributions, w, EXPLAINED, NULL},
                                       .gate = 100});
    bench_duel(b, &(struct bench_duel){"explain_row",
                                       "rows",
                                       {"tidewaiter", our_attributions_row_by_row, w, EXPLAINED, NULL},
                                       {"libxgboost", their_attributions, w, EXPLAINED, NULL},
                                       .gate = 0});
}

int main(int argc, char **argv)
{
    struct bench b = bench_start(argc, argv);
    struct tw_rng rng = tw_rng_new(7, "bench_score");
    struct tw_fault fault = {0};
    struct tw_buf json = train(&rng);
    struct tw_forest_spec spec;
    struct work w = {.x = make_rows(ROWS, &rng)};
    struct tw_arena *trees = NULL;
    must(tw_arena_new(1 << 26, &trees), &fault);
    must(tw_xgb_model_read(tw_buf_view(&json), trees, &spec, &fault), &fault);
    must(tw_forest_new(&spec, "trees", &w.forest, &fault), &fault);
    must(tw_shap_new(&spec, "trees", &w.shap, &fault), &fault);
    w.peer = peer_xgb_new(json.p, json.n, w.x, EXPLAINED, K);
    w.margin = room(ROWS, sizeof *w.margin);
    w.phi = room((size_t)ROWS * K, sizeof *w.phi);
    float *nasty = make_nasty(&spec, &rng);
    bench_check(&b, spec.n_trees == 200 && tw_forest_depth(w.forest) == 6, "200 trees of depth 6");
    bench_check(&b, same_margins(&w, nasty), "margins of 100,000 nasty rows are libxgboost's to the bit");
    bench_check(&b, same_attributions(&w), "attributions within 1e-5 of libxgboost's on 2,000 rows");
    bench_check(&b, adds_up(&w, w.x, ROWS) && adds_up(&w, nasty, NASTY / 5),
                "attributions add up to the margin within 1e-5");
    compare(&b, &w);
    int code = bench_end(&b);
    peer_xgb_free(&w.peer);
    tw_shap_free(w.shap);
    tw_forest_free(w.forest);
    tw_arena_free(trees);
    tw_buf_free(&json);
    free(nasty);
    free(w.margin);
    free(w.phi);
    float *x = (float *)(uintptr_t)w.x;
    free(x);
    return code;
}
