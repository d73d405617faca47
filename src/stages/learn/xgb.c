/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/xgb.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <xgboost/c_api.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"
#include "learn/xgb_columns.h"

enum {
    CHUNK = 8192
}; /* rows handed over at a time; also part of what fixes the bins, so of the model's bytes */

struct tw_xgb_data {
    DMatrixHandle matrix;
    size_t n, n_columns;
    uint32_t max_bin;
    struct xgb_columns columns; /* that take part */
    float *label;
    float *weight; /* 1 where the caller gave none */
};

/* The library's last words without its time, file, line and stack: "[12:00:00] a.cc:1: Check failed:
 * ...\n..." */
static tw_err library_fault(struct tw_fault *fault, tw_err code)
{
    const char *words = XGBGetLastError();
    const char *colon = words[0] == '[' ? strstr(words, ": ") : NULL;
    if (colon != NULL) words = colon + 2;
    if (strstr(words, "bad_alloc") != NULL)
        return tw_fail(fault, TW_NOMEM, "out of memory while growing trees");
    return tw_fail(fault, code, "the tree library refused: %.*s", (int)strcspn(words, "\n"), words);
}

#define XGB_TRY(call)                                                                                        \
    do {                                                                                                     \
        if ((call) != 0) return library_fault(fault, TW_INTERNAL);                                           \
    } while (0)

static tw_err out_of_memory(struct tw_fault *fault, size_t n)
{
    return tw_fail(fault, TW_NOMEM, "out of memory for %zu rows to learn from", n);
}

struct tw_xgb_version tw_xgb_version(void)
{
    struct tw_xgb_version v = {0};
    XGBoostVersion(&v.major, &v.minor, &v.patch);
    return v;
}

/* --- rows on their way into the library --- */

static const float *row_of(const struct tw_xgb_rows *rows, size_t i)
{
    return rows->x + (rows->pick != NULL ? rows->pick[i] : i) * rows->n_columns;
}

static tw_err check_rows(const struct tw_xgb_rows *rows, bool finite, struct tw_fault *fault)
{
    if (rows->n == 0 || rows->n > UINT32_MAX) return tw_fail(fault, TW_ARG, "there are no rows, or too many");
    if (rows->n_columns == 0 || rows->n_columns > TW_XGB_COLUMNS_MAX)
        return tw_fail(fault, TW_ARG, "%zu columns; 1 to %d are allowed", rows->n_columns,
                       TW_XGB_COLUMNS_MAX);
    for (size_t i = 0; finite && i < rows->n; i++) {
        const float *x = row_of(rows, i);
        for (size_t c = 0; c < rows->n_columns; c++)
            if (isinf(x[c]))
                return tw_fail_at(fault, TW_RANGE, i,
                                  "column %zu is infinite; a number or nothing is allowed", c);
    }
    return TW_OK;
}

static tw_err check_truth(const struct tw_xgb_rows *rows, enum tw_loss loss, struct tw_fault *fault)
{
    if (rows->label == NULL) return tw_fail(fault, TW_ARG, "rows without labels teach nothing");
    double mass = 0;
    for (size_t i = 0; i < rows->n; i++) {
        if (!tw_loss_takes(loss, rows->label[i]))
            return tw_fail_at(fault, TW_RANGE, i, "the label %g is not one this loss can take",
                              (double)rows->label[i]);
        float w = rows->weight != NULL ? rows->weight[i] : 1;
        if (!(w >= 0 && w <= 1e9F))
            return tw_fail_at(fault, TW_RANGE, i, "the weight %g is not between 0 and 1e9", (double)w);
        mass += (double)w;
    }
    return mass > 0 ? TW_OK : tw_fail(fault, TW_ARG, "all rows weigh nothing");
}

/* Hands out the rows a chunk at a time: in place where they follow each other, else copied together. */
struct feed {
    const struct tw_xgb_rows *rows;
    const struct xgb_columns *columns; /* NULL = all */
    float *copy;                       /* CHUNK rows; NULL = in place */
    size_t at;
    DMatrixHandle proxy;
    bool failed;
};

static size_t width(const struct feed *f)
{
    return f->columns != NULL ? f->columns->n : f->rows->n_columns;
}

static tw_err feed_start(struct feed *f, const struct tw_xgb_rows *rows, const struct xgb_columns *columns,
                         struct tw_fault *fault)
{
    *f = (struct feed){.rows = rows};
    if (columns != NULL && columns->n < rows->n_columns) f->columns = columns;
    if (rows->pick == NULL && f->columns == NULL) return TW_OK;
    f->copy = tw_calloc((size_t)CHUNK * width(f), sizeof(float));
    return f->copy != NULL ? TW_OK : out_of_memory(fault, rows->n);
}

static void copy_row(const struct feed *f, const float *x, float *ret)
{
    if (f->columns == NULL)
        memcpy(ret, x, f->rows->n_columns * sizeof *ret);
    else
        for (size_t c = 0; c < f->columns->n; c++) ret[c] = x[f->columns->at[c]];
}

/* The next rows, at most CHUNK; 0 at the end. */
static size_t feed_next(struct feed *f, const float **x)
{
    size_t n = f->rows->n - f->at;
    if (n > CHUNK) n = CHUNK;
    *x = f->rows->x + f->at * f->rows->n_columns;
    if (f->copy != NULL) {
        for (size_t i = 0; i < n; i++) copy_row(f, row_of(f->rows, f->at + i), f->copy + i * width(f));
        *x = f->copy;
    }
    f->at += n;
    return n;
}

/* NumPy's array interface, version 3: how the library is told of memory that is not its own. */
enum { INTERFACE_MAX = 160 };
static void interface(char ret[INTERFACE_MAX], const float *x, size_t n, size_t n_columns)
{
    snprintf(ret, INTERFACE_MAX,
             "{\"data\":[%" PRIuPTR ",true],\"shape\":[%zu,%zu],\"typestr\":\"<f4\",\"version\":3}",
             (uintptr_t)x, n, n_columns);
}

static int proxy_next(DataIterHandle handle)
{
    struct feed *f = handle;
    const float *x = NULL, *weight = f->rows->weight != NULL ? f->rows->weight + f->at : NULL;
    size_t n = feed_next(f, &x);
    if (n == 0) return 0;
    char text[INTERFACE_MAX];
    interface(text, x, n, width(f));
    /* Weights here move the cuts of the columns only: fine where rows weigh much. */
    if (XGProxyDMatrixSetDataDense(f->proxy, text) == 0 &&
        (weight == NULL || XGDMatrixSetFloatInfo(f->proxy, "weight", weight, n) == 0))
        return 1;
    f->failed = true;
    return 0;
}

static void proxy_reset(DataIterHandle handle)
{
    struct feed *f = handle;
    f->at = 0;
}

static tw_err quantise(const struct tw_xgb_rows *rows, const struct xgb_columns *columns,
                       const struct tw_xgb_settings *s, DMatrixHandle *ret, struct tw_fault *fault)
{
    struct feed f;
    TW_TRY(feed_start(&f, rows, columns, fault));
    char config[96];
    snprintf(config, sizeof(config), "{\"missing\":NaN,\"nthread\":%" PRIu32 ",\"max_bin\":%" PRIu32 "}",
             s->threads, s->max_bin);
    DMatrixHandle matrix = NULL;
    bool done = XGBSetGlobalConfig("{\"verbosity\":0}") == 0 && XGProxyDMatrixCreate(&f.proxy) == 0 &&
                XGQuantileDMatrixCreateFromCallback(&f, f.proxy, NULL, proxy_reset, proxy_next, config,
                                                    &matrix) == 0 &&
                !f.failed;
    tw_err err = done ? TW_OK : library_fault(fault, TW_INTERNAL);
    if (f.proxy != NULL) XGDMatrixFree(f.proxy);
    tw_free(f.copy);
    if (!done && matrix != NULL) XGDMatrixFree(matrix);
    TW_TRY(err);
    *ret = matrix;
    return TW_OK;
}

tw_err tw_xgb_data_new(const struct tw_xgb_rows *rows, const struct tw_xgb_settings *s,
                       struct tw_xgb_data **ret, struct tw_fault *fault)
{
    TW_TRY(tw_xgb_settings_check(s, fault));
    TW_TRY(check_rows(rows, true, fault));
    TW_TRY(check_truth(rows, s->loss, fault));
    TW_SCOPED(tw_xgb_data) *d = tw_calloc(1, sizeof(*d));
    if (d == NULL) return out_of_memory(fault, rows->n);
    d->n = rows->n;
    d->n_columns = rows->n_columns;
    d->max_bin = s->max_bin;
    d->label = tw_calloc(rows->n, sizeof(float));
    d->weight = tw_calloc(rows->n, sizeof(float));
    if (d->label == NULL || d->weight == NULL) return out_of_memory(fault, rows->n);
    memcpy(d->label, rows->label, rows->n * sizeof(float));
    for (size_t i = 0; i < rows->n; i++) d->weight[i] = rows->weight != NULL ? rows->weight[i] : 1;
    xgb_columns_find(rows, &d->columns);
    TW_TRY(quantise(rows, &d->columns, s, &d->matrix, fault));
    *ret = d;
    d = NULL;
    return TW_OK;
}

void tw_xgb_data_free(struct tw_xgb_data *d)
{
    if (d == NULL) return;
    if (d->matrix != NULL) XGDMatrixFree(d->matrix);
    tw_free(d->label);
    tw_free(d->weight);
    tw_free(d);
}

/* --- growing --- */

static tw_err set_number(BoosterHandle b, const char *name, double value, struct tw_fault *fault)
{
    TW_SCOPED_BUF text = {0};
    tw_buf_f64(&text, value); /* never the locale's comma */
    tw_buf_char(&text, '\0');
    if (text.failed) return out_of_memory(fault, 0);
    XGB_TRY(XGBoosterSetParam(b, name, text.p));
    return TW_OK;
}

static tw_err set_monotone(BoosterHandle b, const int8_t *monotone, const struct xgb_columns *columns,
                           struct tw_fault *fault)
{
    TW_SCOPED_BUF text = {0};
    for (size_t i = 0; i < columns->n; i++) {
        const int8_t way = monotone[columns->at[i]];
        tw_buf_char(&text, i == 0 ? '(' : ',');
        tw_buf_i64(&text, (way > 0) - (way < 0));
    }
    tw_buf_put(&text, ")", 2);
    if (text.failed) return out_of_memory(fault, columns->n);
    XGB_TRY(XGBoosterSetParam(b, "monotone_constraints", text.p));
    return TW_OK;
}

/* The objective is named only because the model text needs one: with an identity link the base is a margin.
 */
static tw_err configure(BoosterHandle b, const struct tw_xgb_settings *s, const struct xgb_columns *columns,
                        struct tw_fault *fault)
{
    static const struct tw_xgb_param fixed[] = {
        {"verbosity", "0"},    {"objective", "reg:squarederror"},    {"tree_method", "hist"},
        {"booster", "gbtree"}, {"disable_default_eval_metric", "1"}, {"subsample", "1"},
        {"max_leaves", "0"},   {"grow_policy", "depthwise"},
    };
    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
        XGB_TRY(XGBoosterSetParam(b, fixed[i].name, fixed[i].value));
    const struct {
        const char *name;
        double value;
    } number[] = {
        {"base_score", s->base_margin},
        {"max_depth", s->depth},
        {"eta", s->eta},
        {"min_child_weight", s->min_child_weight},
        {"lambda", s->lambda},
        {"gamma", s->gamma},
        {"max_delta_step", s->max_step},
        {"colsample_bytree", s->colsample},
        {"max_bin", s->max_bin},
        {"nthread", s->threads},
        {"seed", (double)(tw_mix64(s->seed) >> 33)}, /* the library's seed has 31 bits */
    };
    for (size_t i = 0; i < sizeof(number) / sizeof(number[0]); i++)
        TW_TRY(set_number(b, number[i].name, number[i].value, fault));
    return s->monotone != NULL ? set_monotone(b, s->monotone, columns, fault) : TW_OK;
}

/* One training: what changes from round to round. */
struct growth {
    struct tw_xgb_data *d;
    const struct tw_xgb_settings *s;
    const struct tw_xgb_run *run;
    BoosterHandle booster;
    float *first, *second;
    struct tw_rng rng;
    uint32_t rounds, best;
    double best_loss;
};

static tw_err current_margins(struct growth *g, const float **ret, struct tw_fault *fault)
{
    bst_ulong n = 0;
    XGB_TRY(XGBoosterPredict(g->booster, g->d->matrix, 1, 0, 1, &n, ret));
    return n == g->d->n ? TW_OK : tw_fail(fault, TW_INTERNAL, "the tree library lost rows");
}

static tw_err grow_one(struct growth *g, const float *margin, struct tw_fault *fault)
{
    const struct tw_xgb_data *d = g->d;
    for (size_t i = 0; i < d->n; i++) {
        bool in = (g->run->use == NULL || g->run->use[i] != 0) && d->weight[i] > 0;
        if (in && g->s->subsample < 1) in = tw_rng_unit(&g->rng) < g->s->subsample;
        struct tw_slope slope = {0, 0};
        if (in) slope = tw_loss_slope(g->s->loss, margin[i], d->label[i], d->weight[i]);
        g->first[i] = slope.first;
        g->second[i] = slope.second;
    }
    XGB_TRY(XGBoosterBoostOneIter(g->booster, d->matrix, g->first, g->second, d->n));
    g->rounds++;
    return TW_OK;
}

static void keep(struct growth *g, const float *margin, double loss)
{
    g->best = g->rounds;
    g->best_loss = loss;
    if (g->run->margin != NULL) memcpy(g->run->margin, margin, g->d->n * sizeof(float));
}

/* Lets the judge speak and keeps the best round; *over: it has not got better for long enough. */
static tw_err judge_round(struct growth *g, const float *margin, bool *over, struct tw_fault *fault)
{
    double loss = 0;
    TW_TRY(g->run->judge(g->run->ctx, g->rounds, margin, &loss, fault));
    if (g->best == 0 || loss < g->best_loss) keep(g, margin, loss);
    *over = g->run->patience > 0 && g->rounds - g->best >= g->run->patience;
    return TW_OK;
}

static tw_err grow(struct growth *g, struct tw_fault *fault)
{
    const float *margin = NULL;
    TW_TRY(current_margins(g, &margin, fault));
    for (bool over = false; !over && g->rounds < g->s->rounds;) {
        if (g->s->stop != NULL && *g->s->stop != 0) return tw_fail(fault, TW_INTERRUPTED, "interrupted");
        TW_TRY(grow_one(g, margin, fault));
        TW_TRY(current_margins(g, &margin, fault));
        if (g->run->judge != NULL) TW_TRY(judge_round(g, margin, &over, fault));
    }
    if (g->run->judge == NULL) keep(g, margin, 0);
    return TW_OK;
}

static tw_err save(BoosterHandle b, struct tw_buf *ret, struct tw_fault *fault)
{
    bst_ulong n = 0;
    const char *text = NULL;
    XGB_TRY(XGBoosterSaveModelToBuffer(b, "{\"format\":\"json\"}", &n, &text));
    struct tw_buf out = {0};
    tw_buf_put(&out, text, n);
    if (out.failed) {
        tw_buf_free(&out);
        return tw_fail(fault, TW_NOMEM, "out of memory for the text of the model");
    }
    *ret = out;
    return TW_OK;
}

static tw_err save_best(struct growth *g, struct tw_buf *ret, struct tw_fault *fault)
{
    if (g->best == g->rounds) return save(g->booster, ret, fault);
    BoosterHandle cut = NULL;
    XGB_TRY(XGBoosterSlice(g->booster, 0, (int)g->best, 1, &cut));
    tw_err err = save(cut, ret, fault);
    XGBoosterFree(cut);
    return err;
}

/* The model text again, in the numbers of all columns. */
static tw_err widen(const struct tw_xgb_data *d, struct tw_buf *json, struct tw_fault *fault)
{
    struct tw_buf wide = {0};
    const tw_err err = xgb_columns_widen(tw_buf_view(json), &d->columns, d->n_columns, &wide);
    tw_buf_free(err == TW_OK ? json : &wide);
    if (err == TW_NOMEM) return out_of_memory(fault, d->n);
    if (err != TW_OK)
        return tw_fail(fault, TW_INTERNAL, "the tree library names a column that it was not given");
    *json = wide;
    return TW_OK;
}

static bool any_used(const struct tw_xgb_data *d, const uint8_t *use)
{
    for (size_t i = 0; i < d->n; i++)
        if ((use == NULL || use[i] != 0) && d->weight[i] > 0) return true;
    return false;
}

tw_err tw_xgb_train(struct tw_xgb_data *d, const struct tw_xgb_settings *s, const struct tw_xgb_run *run,
                    struct tw_xgb_forest *ret, struct tw_fault *fault)
{
    static const struct tw_xgb_run plain;
    if (run == NULL) run = &plain;
    TW_TRY(tw_xgb_settings_check(s, fault));
    if (s->max_bin != d->max_bin)
        return tw_fail(fault, TW_ARG, "the rows were cut into %" PRIu32 " bins", d->max_bin);
    if (!any_used(d, run->use)) return tw_fail(fault, TW_ARG, "no row is left to learn from");
    XGB_TRY(XGBSetGlobalConfig("{\"verbosity\":0}"));
    struct growth g = {.d = d, .s = s, .run = run, .rng = tw_rng_new(s->seed, "learn/subsample")};
    g.first = tw_calloc(d->n, sizeof(float));
    g.second = tw_calloc(d->n, sizeof(float));
    struct tw_xgb_forest made = {0};
    tw_err err = g.first != NULL && g.second != NULL ? TW_OK : out_of_memory(fault, d->n);
    if (err == TW_OK && XGBoosterCreate(&d->matrix, 1, &g.booster) != 0)
        err = library_fault(fault, TW_INTERNAL);
    if (err == TW_OK) err = configure(g.booster, s, &d->columns, fault);
    if (err == TW_OK) err = grow(&g, fault);
    if (err == TW_OK) err = save_best(&g, &made.json, fault);
    if (err == TW_OK && d->columns.n < d->n_columns) err = widen(d, &made.json, fault);
    if (g.booster != NULL) XGBoosterFree(g.booster);
    tw_free(g.first);
    tw_free(g.second);
    if (err != TW_OK) tw_buf_free(&made.json);
    TW_TRY(err);
    made.rounds = g.best;
    made.loss = g.best_loss;
    *ret = made;
    return TW_OK;
}

/* --- the library as others use it --- */

/* All rows as one matrix of the library's own. */
static tw_err plain_matrix(const struct tw_xgb_rows *rows, DMatrixHandle *ret, struct tw_fault *fault)
{
    XGB_TRY(XGBSetGlobalConfig("{\"verbosity\":0}"));
    float *copy = NULL;
    if (rows->pick != NULL) {
        copy = tw_calloc(rows->n * rows->n_columns, sizeof(float));
        if (copy == NULL) return out_of_memory(fault, rows->n);
        for (size_t i = 0; i < rows->n; i++)
            memcpy(copy + i * rows->n_columns, row_of(rows, i), rows->n_columns * sizeof(float));
    }
    int failed =
        XGDMatrixCreateFromMat_omp(copy != NULL ? copy : rows->x, rows->n, rows->n_columns, NAN, ret, 1);
    tw_free(copy);
    return failed == 0 ? TW_OK : library_fault(fault, TW_INTERNAL);
}

static tw_err native_rounds(BoosterHandle b, DMatrixHandle matrix, const struct tw_xgb_param *param,
                            size_t n_params, uint32_t rounds, struct tw_fault *fault)
{
    XGB_TRY(XGBoosterSetParam(b, "verbosity", "0"));
    for (size_t i = 0; i < n_params; i++) XGB_TRY(XGBoosterSetParam(b, param[i].name, param[i].value));
    for (uint32_t i = 0; i < rounds; i++) XGB_TRY(XGBoosterUpdateOneIter(b, (int)i, matrix));
    return TW_OK;
}

tw_err tw_xgb_train_native(const struct tw_xgb_rows *rows, const struct tw_xgb_param *param, size_t n_params,
                           uint32_t rounds, struct tw_buf *ret, struct tw_fault *fault)
{
    if (rounds < 1 || rounds > TW_XGB_ROUNDS_MAX)
        return tw_fail(fault, TW_ARG, "%" PRIu32 " rounds; 1 to %d are allowed", rounds, TW_XGB_ROUNDS_MAX);
    TW_TRY(check_rows(rows, true, fault));
    TW_TRY(check_truth(rows, TW_LOSS_SQUARED, fault));
    DMatrixHandle matrix = NULL;
    TW_TRY(plain_matrix(rows, &matrix, fault));
    BoosterHandle b = NULL;
    tw_err err = TW_OK;
    if (XGDMatrixSetFloatInfo(matrix, "label", rows->label, rows->n) != 0 ||
        (rows->weight != NULL && XGDMatrixSetFloatInfo(matrix, "weight", rows->weight, rows->n) != 0) ||
        XGBoosterCreate(&matrix, 1, &b) != 0)
        err = library_fault(fault, TW_INTERNAL);
    if (err == TW_OK) err = native_rounds(b, matrix, param, n_params, rounds, fault);
    if (err == TW_OK) err = save(b, ret, fault);
    if (b != NULL) XGBoosterFree(b);
    XGDMatrixFree(matrix);
    return err;
}

struct tw_xgb_booster {
    BoosterHandle booster;
    bst_ulong n_columns;
};

tw_err tw_xgb_booster_new(struct tw_str json, uint32_t threads, struct tw_xgb_booster **ret,
                          struct tw_fault *fault)
{
    if (threads < 1 || threads > TW_XGB_THREADS_MAX)
        return tw_fail(fault, TW_ARG, "%" PRIu32 " threads; 1 to %d are allowed", threads,
                       TW_XGB_THREADS_MAX);
    XGB_TRY(XGBSetGlobalConfig("{\"verbosity\":0}"));
    TW_SCOPED(tw_xgb_booster) *b = tw_calloc(1, sizeof(*b));
    if (b == NULL) return tw_fail(fault, TW_NOMEM, "out of memory for a model");
    XGB_TRY(XGBoosterCreate(NULL, 0, &b->booster));
    if (XGBoosterLoadModelFromBuffer(b->booster, json.s, json.n) != 0) return library_fault(fault, TW_FORMAT);
    TW_TRY(set_number(b->booster, "nthread", threads, fault));
    XGB_TRY(XGBoosterGetNumFeature(b->booster, &b->n_columns));
    *ret = b;
    b = NULL;
    return TW_OK;
}

void tw_xgb_booster_free(struct tw_xgb_booster *b)
{
    if (b == NULL) return;
    if (b->booster != NULL) XGBoosterFree(b->booster);
    tw_free(b);
}

static tw_err check_shape(const struct tw_xgb_booster *b, const struct tw_xgb_rows *rows, bool finite,
                          struct tw_fault *fault)
{
    if (rows->n_columns != b->n_columns)
        return tw_fail(fault, TW_ARG, "the model has %" PRIu64 " columns, the rows have %zu",
                       (uint64_t)b->n_columns, rows->n_columns);
    return check_rows(rows, finite, fault);
}

tw_err tw_xgb_margins(struct tw_xgb_booster *b, const struct tw_xgb_rows *rows, float *ret,
                      struct tw_fault *fault)
{
    TW_TRY(check_shape(b, rows, false, fault));
    struct feed f;
    TW_TRY(feed_start(&f, rows, NULL, fault));
    tw_err err = TW_OK;
    const float *x = NULL;
    size_t at = 0;
    for (size_t n = feed_next(&f, &x); n > 0 && err == TW_OK; n = feed_next(&f, &x)) {
        char text[INTERFACE_MAX];
        interface(text, x, n, rows->n_columns);
        const bst_ulong *shape = NULL;
        bst_ulong dim = 0;
        const float *out = NULL;
        if (XGBoosterPredictFromDense(
                b->booster, text,
                "{\"type\":1,\"training\":false,\"iteration_begin\":0,\"iteration_end\":0,"
                "\"strict_shape\":false,\"missing\":NaN,\"cache_id\":0}",
                NULL, &shape, &dim, &out) != 0)
            err = library_fault(fault, TW_INTERNAL);
        else
            memcpy(ret + at, out, n * sizeof(float));
        at += n;
    }
    tw_free(f.copy);
    return err;
}

tw_err tw_xgb_contributions(struct tw_xgb_booster *b, const struct tw_xgb_rows *rows, float *ret,
                            struct tw_fault *fault)
{
    TW_TRY(check_shape(b, rows, true, fault));
    DMatrixHandle matrix = NULL;
    TW_TRY(plain_matrix(rows, &matrix, fault));
    const bst_ulong *shape = NULL;
    bst_ulong dim = 0;
    const float *out = NULL;
    tw_err err = TW_OK;
    if (XGBoosterPredictFromDMatrix(
            b->booster, matrix,
            "{\"type\":2,\"training\":false,\"iteration_begin\":0,\"iteration_end\":0,"
            "\"strict_shape\":false}",
            &shape, &dim, &out) != 0)
        err = library_fault(fault, TW_INTERNAL);
    else
        memcpy(ret, out, rows->n * (rows->n_columns + 1) * sizeof(float));
    XGDMatrixFree(matrix);
    return err;
}
