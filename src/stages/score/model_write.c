/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/json.h"
#include "score/model_priv.h"

/* key:[put(0), put(1) ...]; `put` is a call that uses i. */
#define EACH(j, key, n, put)                                                                                 \
    do {                                                                                                     \
        tw_json_key((j), (key));                                                                             \
        tw_json_begin_array(j);                                                                              \
        for (size_t i = 0; i < (n); i++) (put);                                                              \
        tw_json_end_array(j);                                                                                \
    } while (0)

/* A line per tree: a model can be compared by eye. */
static void write_tree(struct tw_json *j, const struct tw_tree_spec *t)
{
    tw_json_begin_object(j);
    EACH(j, "feature", t->n, tw_json_i64(j, t->feature[i]));
    EACH(j, "threshold", t->n, tw_json_f32(j, t->threshold[i]));
    EACH(j, "left", t->n, tw_json_i64(j, t->left[i]));
    EACH(j, "right", t->n, tw_json_i64(j, t->right[i]));
    EACH(j, "default_left", t->n, tw_json_u64(j, t->default_left[i]));
    EACH(j, "value", t->n, tw_json_f32(j, t->value[i]));
    EACH(j, "cover", t->n, tw_json_f32(j, t->cover[i]));
    tw_json_end_object(j);
    tw_buf_char(j->out, '\n');
}

static void write_features(struct tw_json *j, const struct tw_model_spec *spec)
{
    tw_json_key(j, "features");
    tw_json_begin_array(j);
    for (uint32_t i = 0; i < spec->risk.n_features; i++) {
        tw_json_begin_object(j);
        tw_json_key(j, "name");
        tw_json_str(j, spec->feature[i].name);
        tw_json_key(j, "unit");
        tw_json_str(j, spec->feature[i].unit);
        tw_json_end_object(j);
        tw_buf_char(j->out, '\n');
    }
    tw_json_end_array(j);
    tw_json_key(j, "feature_table_sha256");
    tw_json_text(j, spec->feature_table_sha256);
}

static void write_training(struct tw_json *j, const struct tw_training *t)
{
    char seed[24];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)t->seed);
    tw_json_key(j, "training");
    tw_json_begin_object(j);
    tw_json_key(j, "from");
    tw_json_str(j, t->from);
    tw_json_key(j, "to");
    tw_json_str(j, t->to);
    tw_json_key(j, "rows");
    tw_json_u64(j, t->rows);
    tw_json_key(j, "findings");
    tw_json_u64(j, t->findings);
    tw_json_key(j, "seed");
    tw_json_text(j, seed);
    tw_json_key(j, "settings");
    tw_json_begin_array(j);
    for (size_t i = 0; i < t->n_settings; i++) {
        tw_json_begin_object(j);
        tw_json_key(j, "name");
        tw_json_str(j, t->setting[i].name);
        tw_json_key(j, "value");
        tw_json_str(j, t->setting[i].value);
        tw_json_end_object(j);
    }
    tw_json_end_array(j);
    tw_json_end_object(j);
}

static void write_trees(struct tw_json *j, const char *key, const struct tw_forest_spec *f)
{
    tw_json_key(j, key);
    tw_json_begin_array(j);
    for (uint32_t t = 0; t < f->n_trees; t++) write_tree(j, &f->tree[t]);
    tw_json_end_array(j);
}

static void write_body(struct tw_json *j, const struct tw_model_spec *spec, uint32_t depth)
{
    tw_json_begin_object(j);
    tw_json_key(j, "format");
    tw_json_text(j, MODEL_FORMAT);
    tw_json_key(j, "version");
    tw_json_u64(j, TW_MODEL_VERSION);
    write_features(j, spec);
    write_training(j, &spec->training);
    tw_json_key(j, "calibration");
    tw_json_begin_object(j);
    EACH(j, "x", spec->calibration.n, tw_json_f64(j, spec->calibration.x[i]));
    EACH(j, "y", spec->calibration.n, tw_json_f64(j, spec->calibration.y[i]));
    tw_json_end_object(j);
    tw_json_key(j, "depth_max");
    tw_json_u64(j, depth);
    tw_json_key(j, "base_margin");
    tw_json_f32(j, spec->risk.base_margin);
    tw_json_key(j, "duty_link");
    tw_json_text(j, model_link_name(spec->duty_link));
    tw_json_key(j, "duty_base");
    tw_json_f32(j, spec->duty.base_margin);
    tw_json_key(j, "duty_max");
    tw_json_f32(j, spec->duty_max);
    tw_buf_char(j->out, '\n');
    write_trees(j, "trees", &spec->risk);
    write_trees(j, "duty_trees", &spec->duty);
}

tw_err tw_model_write(const struct tw_model_spec *spec, struct tw_buf *out, struct tw_fault *fault)
{
    uint32_t depth = 0;
    TW_TRY(model_check(spec, &depth, fault));
    const size_t start = out->n;
    struct tw_json j = {.out = out};
    write_body(&j, spec, depth);
    if (!out->failed) {
        uint8_t sum[TW_SHA256_BYTES];
        tw_sha256(out->p + start, out->n - start, sum);
        tw_buf_text(out, MODEL_TAIL_BEFORE);
        tw_buf_hex(out, sum, sizeof sum);
        tw_buf_text(out, MODEL_TAIL_AFTER);
    }
    if (out->failed) return tw_fail(fault, TW_NOMEM, "out of memory while writing a model");
    if (out->n - start <= TW_MODEL_BYTES_MAX) return TW_OK;
    out->n = start;
    return tw_fail(fault, TW_LIMIT, "a model file may have at most %d MiB; train fewer trees",
                   TW_MODEL_BYTES_MAX >> 20);
}
