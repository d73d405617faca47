/* SPDX-License-Identifier: Apache-2.0 */
#include "score/model.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "score/model_priv.h"

struct tw_model {
    struct tw_arena *arena; /* holds what spec points to */
    struct tw_model_spec spec;
    struct tw_forest *risk, *duty;
    char sha256[TW_SHA256_HEX];
};

struct tw_fault *model_at(struct tw_fault *fault, const char *fmt, ...)
{
    if (fault == NULL) return NULL;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(fault->path, sizeof fault->path, fmt, ap);
    va_end(ap);
    return fault;
}

static bool is_hex(const char *z)
{
    return strspn(z, "0123456789abcdef") == 64 && z[64] == '\0';
}

static tw_err check_text(struct tw_str s, size_t least, size_t most, struct tw_fault *at)
{
    if (s.n < least || s.n > most)
        return tw_fail(at, TW_LIMIT, "this text must have from %zu to %zu bytes; it has %zu", least, most,
                       s.n);
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.s[i] < 0x20)
            return tw_fail(at, TW_FORMAT, "this text must not have control characters");
    if (!tw_str_utf8(s, NULL)) return tw_fail(at, TW_FORMAT, "this text must be UTF-8");
    return TW_OK;
}

static tw_err check_features(const struct tw_model_spec *spec, struct tw_fault *fault)
{
    uint32_t n = spec->risk.n_features;
    if (n == 0 || n > TW_FEATURES_MAX)
        return tw_fail(model_at(fault, "features"), TW_LIMIT,
                       "a model must have from 1 to %d features; this one has %u", TW_FEATURES_MAX, n);
    for (uint32_t i = 0; i < n; i++) {
        const struct tw_model_feature *f = &spec->feature[i];
        TW_TRY(check_text(f->name, 1, TW_MODEL_NAME_MAX, model_at(fault, "features[%u].name", i)));
        TW_TRY(check_text(f->unit, 0, TW_MODEL_NAME_MAX, model_at(fault, "features[%u].unit", i)));
        for (uint32_t j = 0; j < i; j++)
            if (tw_str_eq(f->name, spec->feature[j].name))
                return tw_fail_at(model_at(fault, "features[%u].name", i), TW_FORMAT, i,
                                  "feature %u has this name already; each name may stand once", j);
    }
    if (!is_hex(spec->feature_table_sha256))
        return tw_fail(model_at(fault, "feature_table_sha256"), TW_FORMAT,
                       "a SHA-256 must be written with 64 digits of 0-9a-f");
    return TW_OK;
}

const char *model_link_name(enum tw_duty_link link)
{
    return link == TW_DUTY_IDENTITY ? "identity" : link == TW_DUTY_LOG ? "log" : NULL;
}

static tw_err check_duty(const struct tw_model_spec *spec, struct tw_fault *fault)
{
    if (model_link_name(spec->duty_link) == NULL)
        return tw_fail(model_at(fault, "duty_link"), TW_FORMAT, "duty_link must be identity or log");
    if (!(spec->duty_max >= 0.0F && spec->duty_max <= TW_LEAF_VALUE_MAX))
        return tw_fail(model_at(fault, "duty_max"), TW_RANGE, "duty_max must lie within 0 .. 1e9");
    if (spec->duty.n_trees > 0 && spec->duty.n_features != spec->risk.n_features)
        return tw_fail(model_at(fault, "duty_trees"), TW_FORMAT,
                       "both forests must take the same %u features", spec->risk.n_features);
    if (spec->duty.n_trees == 0 && (spec->duty.base_margin != 0.0F || spec->duty_max != 0.0F))
        return tw_fail(model_at(fault, "duty_trees"), TW_FORMAT,
                       "without duty_trees, duty_base and duty_max must be 0");
    return TW_OK;
}

static tw_err check_settings(const struct tw_training *t, struct tw_fault *fault)
{
    if (t->n_settings > TW_MODEL_SETTINGS_MAX)
        return tw_fail(model_at(fault, "training.settings"), TW_LIMIT, "at most %d settings may be recorded",
                       TW_MODEL_SETTINGS_MAX);
    for (size_t i = 0; i < t->n_settings; i++) {
        const struct tw_model_setting *s = &t->setting[i];
        struct tw_fault *at = model_at(fault, "training.settings[%zu]", i);
        TW_TRY(check_text(s->name, 1, TW_MODEL_NAME_MAX, at));
        TW_TRY(check_text(s->value, 0, TW_MODEL_TEXT_MAX, at));
        for (size_t j = 0; j < i; j++)
            if (tw_str_eq(s->name, t->setting[j].name))
                return tw_fail(at, TW_FORMAT, "setting %.*s stands twice; each may stand once",
                               TW_STR_ARG(s->name));
    }
    return TW_OK;
}

static tw_err check_training(const struct tw_training *t, struct tw_fault *fault)
{
    TW_TRY(check_text(t->from, 0, TW_MODEL_NAME_MAX, model_at(fault, "training.from")));
    TW_TRY(check_text(t->to, 0, TW_MODEL_NAME_MAX, model_at(fault, "training.to")));
    if (t->rows > INT64_MAX || t->findings > t->rows)
        return tw_fail(model_at(fault, "training.findings"), TW_RANGE,
                       "there cannot be more findings than rows");
    return check_settings(t, fault);
}

tw_err model_check(const struct tw_model_spec *spec, uint32_t *ret_depth, struct tw_fault *fault)
{
    uint32_t depth = 0, duty_depth = 0;
    char path[sizeof fault->path] = "";
    if (fault != NULL) memcpy(path, fault->path, sizeof path);
    TW_TRY(check_features(spec, fault));
    TW_TRY(tw_calibration_check(&spec->calibration, fault));
    TW_TRY(check_duty(spec, fault));
    TW_TRY(check_training(&spec->training, fault));
    TW_TRY(tw_forest_check(&spec->risk, "trees", &depth, fault));
    if (spec->duty.n_trees > 0) TW_TRY(tw_forest_check(&spec->duty, "duty_trees", &duty_depth, fault));
    if (fault != NULL) memcpy(fault->path, path, sizeof path);
    *ret_depth = depth > duty_depth ? depth : duty_depth;
    return TW_OK;
}

static tw_err check_hash(struct tw_str file, struct tw_fault *fault)
{
    static const char advice[] =
        "this model file is truncated or was edited: its last line must hold the SHA-256 of "
        "all before it; fetch the file again";
    static const char before[] = MODEL_TAIL_BEFORE, after[] = MODEL_TAIL_AFTER;
    if (file.n > TW_MODEL_BYTES_MAX)
        return tw_fail(fault, TW_LIMIT, "a model file may have at most %d MiB", TW_MODEL_BYTES_MAX >> 20);
    if (file.n < MODEL_TAIL_BYTES || file.s[0] != '{')
        return tw_fail(fault, TW_FORMAT,
                       "this is not a model file: it must begin with {\"format\":\"" MODEL_FORMAT "\"");
    size_t body = file.n - MODEL_TAIL_BYTES;
    const char *tail = file.s + body;
    uint8_t sum[TW_SHA256_BYTES];
    char hex[TW_SHA256_HEX];
    tw_sha256(file.s, body, sum);
    tw_sha256_hex(sum, hex);
    if (memcmp(tail, before, sizeof before - 1) != 0 || memcmp(tail + sizeof before - 1, hex, 64) != 0 ||
        memcmp(tail + sizeof before - 1 + 64, after, sizeof after - 1) != 0)
        return tw_fail(model_at(fault, "sha256"), TW_FORMAT, "%s", advice);
    return TW_OK;
}

static tw_err build(struct tw_model *m, struct tw_str bytes, struct tw_fault *fault)
{
    /* A number of the file takes two bytes or more and at most 8 in memory; texts do not grow. */
    if (tw_arena_new(8 * (size_t)TW_MODEL_BYTES_MAX, &m->arena) != TW_OK)
        return tw_fail(fault, TW_NOMEM, "out of memory while reading a model");
    uint32_t said = 0, depth = 0;
    TW_TRY(model_json_read(bytes, m->arena, &m->spec, &said, fault));
    TW_TRY(model_check(&m->spec, &depth, fault));
    if (said != depth)
        return tw_fail(model_at(fault, "depth_max"), TW_FORMAT,
                       "depth_max must be %u, the longest path of its trees", depth);
    TW_TRY(tw_forest_new(&m->spec.risk, "trees", &m->risk, fault));
    if (m->spec.duty.n_trees > 0) TW_TRY(tw_forest_new(&m->spec.duty, "duty_trees", &m->duty, fault));
    uint8_t sum[TW_SHA256_BYTES];
    tw_sha256(bytes.s, bytes.n, sum);
    tw_sha256_hex(sum, m->sha256);
    return TW_OK;
}

tw_err tw_model_new(struct tw_str bytes, struct tw_model **ret, struct tw_fault *fault)
{
    TW_TRY(check_hash(bytes, fault));
    struct tw_model *m = tw_calloc(1, sizeof *m);
    if (m == NULL) return tw_fail(fault, TW_NOMEM, "out of memory while reading a model");
    tw_err err = build(m, bytes, fault);
    if (err != TW_OK) {
        tw_model_free(m);
        return err;
    }
    *ret = m;
    return TW_OK;
}

void tw_model_free(struct tw_model *m)
{
    if (m == NULL) return;
    tw_forest_free(m->risk);
    tw_forest_free(m->duty);
    tw_arena_free(m->arena);
    tw_free(m);
}

const struct tw_model_spec *tw_model_spec(const struct tw_model *m)
{
    return &m->spec;
}

const struct tw_model_feature *tw_model_features(const struct tw_model *m, uint32_t *ret_n)
{
    *ret_n = m->spec.risk.n_features;
    return m->spec.feature;
}

const char *tw_model_sha256(const struct tw_model *m)
{
    return m->sha256;
}

const struct tw_forest *tw_model_risk(const struct tw_model *m)
{
    return m->risk;
}

const struct tw_forest *tw_model_duty(const struct tw_model *m)
{
    return m->duty;
}

tw_err tw_model_match(const struct tw_model *m, const struct tw_model_feature *feature, uint32_t n,
                      const char *sha256, struct tw_fault *fault)
{
    uint32_t has = m->spec.risk.n_features;
    for (uint32_t i = 0; i < n && i < has; i++) {
        const struct tw_model_feature *a = &m->spec.feature[i], *b = &feature[i];
        if (tw_str_eq(a->name, b->name) && tw_str_eq(a->unit, b->unit)) continue;
        return tw_fail_at(
            model_at(fault, "features[%u]", i), TW_CONFLICT, i,
            "the model was trained on %.*s [%.*s] where this program has %.*s [%.*s]; train it anew",
            TW_STR_ARG(a->name), TW_STR_ARG(a->unit), TW_STR_ARG(b->name), TW_STR_ARG(b->unit));
    }
    if (n != has)
        return tw_fail_at(model_at(fault, "features"), TW_CONFLICT, n < has ? n : has,
                          "the model was trained on %u features, this program has %u; train it anew", has, n);
    if (sha256 != NULL && strcmp(sha256, m->spec.feature_table_sha256) != 0)
        return tw_fail_at(model_at(fault, "feature_table_sha256"), TW_CONFLICT, n,
                          "the features have the names the model knows but not their meaning; train it anew");
    return TW_OK;
}

uint32_t tw_model_risk_ppm(const struct tw_model *m, float margin)
{
    return tw_calibration_ppm(&m->spec.calibration, (double)margin);
}

uint64_t tw_model_duty_ppm(const struct tw_model *m, float margin)
{
    double share = m->spec.duty_link == TW_DUTY_LOG ? tw_exp((double)margin) : (double)margin;
    double most = (double)m->spec.duty_max;
    if (!(share > 0)) return 0;
    return (uint64_t)floor((share < most ? share : most) * 1e6 + 0.5);
}

void tw_model_judge_many(const struct tw_model *m, const float *const *x, const double *stake, size_t n,
                         struct tw_judgement *ret)
{
    enum { TOGETHER = 16 };
    static const double MOST = 9e15; /* whole numbers of a double */
    const struct tw_forest *duty = tw_model_duty(m);
    float risk[TOGETHER], share[TOGETHER];
    for (size_t done = 0, many; done < n; done += many) {
        many = n - done < TOGETHER ? n - done : TOGETHER;
        tw_forest_gather(tw_model_risk(m), x + done, many, risk);
        if (duty != NULL) tw_forest_gather(duty, x + done, many, share);
        for (size_t i = 0; i < many; i++) {
            struct tw_judgement *j = &ret[done + i];
            *j = (struct tw_judgement){risk[i], tw_model_risk_ppm(m, risk[i]), (double)NAN};
            if (duty == NULL || !(stake[done + i] >= 0)) continue;
            const double share_ppm = (double)tw_model_duty_ppm(m, share[i]);
            const double expected = floor((double)j->risk_ppm * share_ppm * stake[done + i] / 1e12 + 0.5);
            if (expected < MOST) j->expected_minor = expected;
        }
    }
}

struct tw_judgement tw_model_judge(const struct tw_model *m, const float *x, double stake)
{
    struct tw_judgement j;
    tw_model_judge_many(m, &x, &stake, 1, &j);
    return j;
}
