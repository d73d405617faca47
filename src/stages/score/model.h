/* SPDX-License-Identifier: Apache-2.0 */
/* score/model.h -- a trained model and its file.
 *
 * In : the bytes of a model file (docs/formats/model.md), or what learn/ has trained.
 * Out: forests, calibration and what the model was trained on; the bytes of a model file.
 * Not: opening files; training.
 */
#ifndef TW_SCORE_MODEL_H
#define TW_SCORE_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"
#include "score/calibrate.h"
#include "score/forest.h"

enum {
    TW_MODEL_VERSION = 1,
    TW_MODEL_BYTES_MAX = 32 << 20, /* of a model file; 1,000 trees of depth 6 take 7 MiB */
    TW_MODEL_NAME_MAX = 64,        /* bytes of a feature's name, of a unit, of a setting's name */
    TW_MODEL_TEXT_MAX = 1024,      /* bytes of any other text */
    TW_MODEL_SETTINGS_MAX = 256
};

/* A feature as the model knows it. */
struct tw_model_feature {
    struct tw_str name, unit; /* unit "" = a plain number */
};

/* A setting of the training, for the record. */
struct tw_model_setting {
    struct tw_str name, value;
};

/* What the duty booster's margin stands for. */
enum tw_duty_link {
    TW_DUTY_IDENTITY, /* the share itself */
    TW_DUTY_LOG       /* its natural logarithm */
};

/* What the model learned from. */
struct tw_training {
    struct tw_str from, to;  /* dates, e.g. 2025-01-01; "" = not known */
    uint64_t rows, findings; /* counts of labelled rows and of findings among them */
    uint64_t seed;
    const struct tw_model_setting *setting;
    size_t n_settings;
};

/* All of a model, as arrays; they belong to whoever made it. */
struct tw_model_spec {
    const struct tw_model_feature *feature; /* risk.n_features of them, in the order of a row */
    char feature_table_sha256[TW_SHA256_HEX];
    struct tw_forest_spec risk; /* its margin, through the calibration, is the probability of a finding */
    struct tw_calibration calibration; /* n == 0: margins are log-odds */
    struct tw_forest_spec
        duty; /* recovered duty over duty at stake, given a finding; n_trees 0 and duty_max 0 = none */
    enum tw_duty_link duty_link;
    float duty_max; /* most that share may be, >= 0 */
    struct tw_training training;
};

/* Writes the file. Same spec, same bytes.
 * TW_FORMAT, TW_RANGE, TW_LIMIT  the spec breaks a rule of the format; fault->path says where. TW_NOMEM */
tw_err tw_model_write(const struct tw_model_spec *spec, struct tw_buf *out, struct tw_fault *fault)
    TW_MUST_CHECK;

struct tw_model;

/* Reads a file; nothing in it is trusted, and `bytes` are not needed afterwards.
 *
 * TW_FORMAT  not a model file, truncated or edited (the hash in its last line differs), a member that is
 * missing, unknown, doubled or of the wrong kind, trees that are none TW_RANGE   a number outside what is
 * possible TW_LIMIT   more than this program takes fault->path is the place, e.g. trees[3].left[7];
 * fault->byte and ->line where it is not JSON. TW_NOMEM
 */
tw_err tw_model_new(struct tw_str bytes, struct tw_model **ret, struct tw_fault *fault) TW_MUST_CHECK;
void tw_model_free(struct tw_model *m); /* takes NULL */
static inline void tw_model_freep(struct tw_model **m)
{
    tw_model_free(*m);
}

/* All of these live as long as the model. */
const struct tw_model_spec *tw_model_spec(const struct tw_model *m);
const struct tw_model_feature *tw_model_features(const struct tw_model *m, uint32_t *ret_n);
const char *tw_model_sha256(const struct tw_model *m);           /* of the whole file, 64 hex digits */
const struct tw_forest *tw_model_risk(const struct tw_model *m); /* never NULL */
const struct tw_forest *tw_model_duty(const struct tw_model *m); /* NULL = has none */

/* Does the model take the rows this program makes: the same features by name and unit, in the same order?
 *
 * feature  n of them; sha256  of the program's feature table, 64 hex digits; NULL = not compared
 *
 * TW_CONFLICT  no; fault->item is the first feature that differs, the note says what to do
 */
tw_err tw_model_match(const struct tw_model *m, const struct tw_model_feature *feature, uint32_t n,
                      const char *sha256, struct tw_fault *fault) TW_MUST_CHECK;

/* Probability of a finding for a margin of tw_model_risk, parts per million. */
uint32_t tw_model_risk_ppm(const struct tw_model *m, float margin);

/* Share of the duty at stake that is recovered given a finding, for a margin of tw_model_duty: parts per
 * million, 0..duty_max. */
uint64_t tw_model_duty_ppm(const struct tw_model *m, float margin);

/* What a model says of one item. */
struct tw_judgement {
    float margin;
    uint32_t risk_ppm;     /* probability of a finding */
    double expected_minor; /* duty expected to be recovered: risk x share x stake, whole minor units; NaN =
                              not known */
};

/* x      one row of its features
 * stake  duty at stake, minor units; NaN or negative = not known. Pure, same bits everywhere. */
struct tw_judgement tw_model_judge(const struct tw_model *m, const float *x, double stake);

/* The same of n rows, cheaper by sixteens. */
void tw_model_judge_many(const struct tw_model *m, const float *const *x, const double *stake, size_t n,
                         struct tw_judgement *ret);

#endif
