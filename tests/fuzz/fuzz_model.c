/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that is read as a model: first byte
 *   m  the bytes of a model file
 *   s  the body of a model file: its hash is put behind it, so that what comes after the hash is met as well
 *   b  trees as plain bytes: written as a model file, then read
 *   x  an XGBoost model in JSON
 *
 * What is accepted must answer: one row and a batch the same margin, which is that of the plainest walk
 * through the trees; attributions that add up to it; a probability; and, written again, the same model. */
#include "fuzz.h"

#include "base/hash.h"
#include "learn/xgb_model.h"
#include "score/model.h"
#include "score/shap.h"
#include "unit/score/model_text.h"

#include <math.h>

enum { ROWS = 17 }; /* more than a block of the batch */

static void grow_rows(uint32_t n_features, float *x)
{
    uint64_t seed = 1;
    for (size_t r = 0; r < ROWS; r++) grow_row(x + r * n_features, n_features, r > 0, &seed);
}

/* How far a sum of the leaves may be off, in floats. */
static double slack(const struct tw_forest_spec *f)
{
    double sum = fabs((double)f->base_margin);
    for (uint32_t t = 0; t < f->n_trees; t++) {
        double most = 0;
        for (uint32_t i = 0; i < f->tree[t].n; i++) most = fmax(most, fabs((double)f->tree[t].value[i]));
        sum += most;
    }
    return 1e-6 + sum * 1e-5;
}

static void attributions(const struct tw_forest_spec *spec, const float *x, const float *margin)
{
    TW_SCOPED(tw_shap) *shap = NULL;
    struct tw_fault fault = {0};
    if (spec->n_trees > 16) return; /* allowed, but it takes its time */
    CHECK(tw_shap_new(spec, "trees", &shap, &fault) == TW_OK);
    double *all = calloc(ROWS * (size_t)spec->n_features, sizeof *all),
           *one = calloc(spec->n_features, sizeof *one);
    CHECK(all != NULL && one != NULL && isfinite(tw_shap_bias(shap)));
    CHECK(tw_shap_batch(shap, x, ROWS, all) == TW_OK);
    for (size_t r = 0; r < ROWS; r += 4) {
        double sum = tw_shap_bias(shap);
        tw_shap_row(shap, x + r * spec->n_features, one);
        CHECK(memcmp(one, all + r * spec->n_features, spec->n_features * sizeof *one) == 0);
        for (uint32_t j = 0; j < spec->n_features; j++) {
            CHECK(isfinite(one[j]));
            sum += one[j];
            CHECK(fabs((double)tw_shap_micro(one[j]) / 1e6 - one[j]) <= 1e-6 + fabs(one[j]) * 1e-12);
        }
        if (fabs(sum - (double)margin[r]) > slack(spec))
            fprintf(stderr, "row %zu: %.9g, margin %.9g\n", r, sum, (double)margin[r]);
        CHECK(fabs(sum - (double)margin[r]) <= slack(spec));
    }
    free(all);
    free(one);
}

static void forest(const struct tw_forest_spec *spec)
{
    TW_SCOPED(tw_forest) *f = NULL;
    struct tw_fault fault = {0};
    CHECK(tw_forest_new(spec, "trees", &f, &fault) == TW_OK);
    CHECK(tw_forest_features(f) == spec->n_features);
    float *x = calloc(ROWS * (size_t)spec->n_features, sizeof *x), batch[ROWS];
    CHECK(x != NULL);
    grow_rows(spec->n_features, x);
    tw_forest_batch(f, x, ROWS, batch);
    for (size_t r = 0; r < ROWS; r++) {
        const float one = tw_forest_row(f, x + r * spec->n_features),
                    plain = walk(spec, x + r * spec->n_features);
        CHECK(isfinite(one) && memcmp(&one, &batch[r], sizeof one) == 0 &&
              memcmp(&one, &plain, sizeof one) == 0);
    }
    attributions(spec, x, batch);
    free(x);
}

/* Written again, the file is the same, but for how numbers were written by whoever wrote them. */
static void writes_again(const struct tw_model *m)
{
    TW_SCOPED_BUF once = {0}, twice = {0};
    TW_SCOPED(tw_model) *again = NULL;
    struct tw_fault fault = {0};
    CHECK(tw_model_write(tw_model_spec(m), &once, &fault) == TW_OK);
    CHECK(tw_model_new(tw_buf_view(&once), &again, &fault) == TW_OK);
    CHECK(tw_model_write(tw_model_spec(again), &twice, &fault) == TW_OK);
    CHECK(tw_str_eq(tw_buf_view(&once), tw_buf_view(&twice)));
}

static void model(struct tw_str file)
{
    TW_SCOPED(tw_model) *m = NULL;
    struct tw_fault fault = {0};
    const tw_err err = tw_model_new(file, &m, &fault);
    if (err != TW_OK) {
        fuzz_fault(err, &fault);
        return;
    }
    const struct tw_model_spec *spec = tw_model_spec(m);
    uint32_t n = 0, before = 0;
    const struct tw_model_feature *feature = tw_model_features(m, &n);
    CHECK(n == spec->risk.n_features && strlen(tw_model_sha256(m)) == 64);
    CHECK(tw_model_match(m, feature, n, spec->feature_table_sha256, NULL) == TW_OK);
    forest(&spec->risk);
    if (tw_model_duty(m) != NULL) forest(&spec->duty);
    for (int i = -40; i <= 40; i++) {
        const uint32_t ppm = tw_model_risk_ppm(m, (float)i / 4);
        CHECK(ppm >= before && ppm <= 1000000);
        before = ppm;
        CHECK((double)tw_model_duty_ppm(m, (float)i / 4) <= ceil((double)spec->duty_max * 1e6));
    }
    writes_again(m);
}

static void signed_body(struct tw_str body)
{
    TW_SCOPED_BUF file = {0};
    sign(&file, body.s, body.n);
    model(tw_buf_view(&file));
}

/* -- trees as bytes */

enum { TREES = 6, NODES = 63, FEATURES = 4 };

struct bytes {
    const uint8_t *p;
    size_t n;
};

static uint8_t next(struct bytes *b)
{
    if (b->n == 0) return 0;
    b->n--;
    return *b->p++;
}

/* Mostly small numbers, now and then any float there is. */
static float next_float(struct bytes *b)
{
    const uint8_t how = next(b);
    if (how < 250) return ((float)how - 125) / 8;
    uint32_t raw = 0;
    for (int i = 0; i < 4; i++) raw = raw << 8 | next(b);
    float v;
    memcpy(&v, &raw, sizeof v);
    return v;
}

static uint32_t next_tree(struct bytes *b, struct grown_tree *m)
{
    uint32_t n = 1;
    for (uint32_t i = 0; i < NODES; i++) {
        m->left[i] = m->right[i] = 0;
        m->threshold[i] = 0;
        m->default_left[i] = 0;
    }
    m->feature[0] = TW_LEAF;
    m->cover[0] = 64;
    for (uint32_t i = 0; i < n; i++) {
        const uint8_t what = next(b);
        if (what % 2 == 0 || n + 2 > NODES) {
            m->value[i] = next_float(b);
            continue;
        }
        const uint32_t left = (uint32_t)split(m, &n, i, what / 2 % FEATURES, next_float(b));
        const uint8_t share = next(b);
        m->default_left[i] = share & 1;
        m->cover[left] = share == 255 ? next_float(b) : m->cover[i] * (float)(share / 2 + 1) / 129;
        m->cover[left + 1] = m->cover[i] - m->cover[left];
    }
    return n;
}

static void trees(struct tw_str text)
{
    struct bytes b = {(const uint8_t *)text.s, text.n};
    static const struct tw_model_feature feature[FEATURES] = {{TW_STR("a"), TW_STR("")},
                                                              {TW_STR("b"), TW_STR("")},
                                                              {TW_STR("c"), TW_STR("")},
                                                              {TW_STR("d"), TW_STR("")}};
    static struct grown memory; /* some megabytes; only what next_tree clears is used */
    struct grown *g = &memory;
    double x[16], y[16];
    const uint32_t n = next(&b) % (TREES + 1), knots = next(&b) % 8;
    for (uint32_t i = 0; i < knots; i++) {
        x[i] = (i > 0 ? x[i - 1] : -3) + (double)next_float(&b) / 8;
        y[i] = (double)next(&b) / 254;
    }
    for (uint32_t t = 0; t < n; t++) g->tree[t].n = next_tree(&b, &g->memory[t]);
    link_spec(g, n, FEATURES, next_float(&b));
    struct tw_model_spec spec = {.feature = feature,
                                 .risk = g->spec,
                                 .calibration = {x, y, knots},
                                 .duty = {.n_features = FEATURES},
                                 .duty_link = TW_DUTY_IDENTITY};
    memset(spec.feature_table_sha256, 'a', 64);
    TW_SCOPED_BUF file = {0};
    struct tw_fault fault = {0};
    const tw_err err = tw_model_write(&spec, &file, &fault);
    if (err != TW_OK)
        fuzz_fault(err, &fault);
    else
        model(tw_buf_view(&file));
}

static void xgboost(struct tw_str json)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_forest_spec spec = {0};
    struct tw_fault fault = {0};
    CHECK(tw_arena_new((size_t)16 << 20, &arena) == TW_OK);
    const tw_err err = tw_xgb_model_read(json, arena, &spec, &fault);
    if (err != TW_OK)
        fuzz_fault(err, &fault);
    else
        forest(&spec);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input in;
    if (!fuzz_split(data, n, &in)) return 0;
    switch (in.kind) {
    case 'm':
        model(in.text);
        break;
    case 's':
        signed_body(in.text);
        break;
    case 'b':
        trees(in.text);
        break;
    case 'x':
        xgboost(in.text);
        break;
    default:
        break;
    }
    return 0;
}
