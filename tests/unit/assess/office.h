/* SPDX-License-Identifier: Apache-2.0 */
/* An office for the tests of assess: a profile, a window, a small model, and traffic to let through.
 *
 * The model says: three spreads below the usual price is risky (margin 2), all else is not (margin -3); half
 * of the duty at stake is recovered. */
#ifndef TW_TEST_ASSESS_OFFICE_H
#define TW_TEST_ASSESS_OFFICE_H

#include <math.h>

#include "../profile/border.h"
#include "assess/assess.h"
#include "base/rng.h"
#include "score/own.h"

/* A model of one question. */
static inline struct tw_model *own_model(const char *table_sha256)
{
    static const int32_t feature[] = {TW_FEATURE_PRICE_SPREAD, TW_LEAF, TW_LEAF}, left[] = {1, 0, 0},
                         right[] = {2, 0, 0}, leaf[] = {TW_LEAF}, none[] = {0};
    static const float threshold[] = {-3, 0, 0}, value[] = {0, 2, -3}, cover[] = {100, 10, 90}, zero[] = {0},
                       all[] = {100};
    static const uint8_t default_left[] = {0, 0, 0};
    static const struct tw_tree_spec risk = {3, feature, threshold, left, right, default_left, value, cover};
    static const struct tw_tree_spec duty = {1, leaf, zero, none, none, default_left, zero, all};
    uint32_t n = 0;
    struct tw_model_spec s = {.feature = tw_own_features(&n),
                              .risk = {&risk, 1, TW_FEATURE_N, 0},
                              .duty = {&duty, 1, TW_FEATURE_N, 0.5F},
                              .duty_link = TW_DUTY_IDENTITY,
                              .duty_max = 1,
                              .training = {.from = TW_STR("2025-01-01"), .to = TW_STR("2025-09-30")}};
    uint8_t sum[TW_SHA256_BYTES];
    tw_feature_table_sha256(sum);
    tw_sha256_hex(sum, s.feature_table_sha256);
    if (table_sha256 != NULL) memcpy(s.feature_table_sha256, table_sha256, TW_SHA256_HEX);
    TW_SCOPED_BUF file = {0};
    struct tw_model *m = NULL;
    struct tw_fault fault = {0};
    tw_err err = tw_model_write(&s, &file, &fault);
    if (err == TW_OK) err = tw_model_new(tw_buf_view(&file), &m, &fault);
    if (err != TW_OK) printf("# %s: %s\n", fault.path, fault.note);
    CHECK(err == TW_OK);
    return m;
}

struct office {
    struct tw_profile *profile;
    struct tw_channels *channels;
    struct tw_model *model;
    struct tw_assessor *a;
    struct tw_arena *arena;
};

/* Opens an office; TW_NOMEM on the way leaves it half open, office_close takes that. */
static inline tw_err office_try(struct office *o, bool model, const struct tw_assess_settings *set)
{
    struct tw_channel_settings channels = tw_channel_defaults();
    channels.window = 400;
    channels.window_min = 100;
    TW_TRY(tw_arena_new(64 << 20, &o->arena));
    TW_TRY(tw_profile_new(tw_profile_defaults(), &o->profile));
    TW_TRY(tw_channels_new(&channels, &o->channels, NULL));
    struct tw_assess_parts parts = {
        .model = model ? o->model : NULL, .profile = o->profile, .channels = o->channels};
    return tw_assessor_new(&parts, set, &o->a, NULL);
}

static inline void office_close(struct office *o)
{
    tw_assessor_free(o->a);
    tw_model_free(o->model);
    tw_channels_free(o->channels);
    tw_profile_free(o->profile);
    tw_arena_free(o->arena);
}

static inline struct office office(bool model, bool reasons)
{
    struct tw_assess_settings set = tw_assess_settings_default();
    set.reasons = reasons;
    memcpy(set.currency, "XTS", 4);
    struct office o = {.model = model ? own_model(NULL) : NULL};
    CHECK(office_try(&o, model, &set) == TW_OK);
    return o;
}

/* Declaration number i of the usual traffic: 5 kg for some 1,000.00, 40 a day. */
static inline const struct tw_decl *usual(struct shipment *s, int i)
{
    return declare(s, i, i % 7, 1, 20000 + i / 40, 90000 + 97 * (i % 211), 5000);
}

static inline struct tw_assessment assess(struct office *o, const struct tw_decl *d, uint64_t draw)
{
    struct tw_assessment one;
    CHECK(tw_assess(o->a, d, draw, o->arena, &one) == TW_OK);
    return one;
}

/* Lets n declarations of the usual traffic through; their draws select nothing by chance. */
static inline void live(struct office *o, int n)
{
    for (int i = 0; i < n; i++) {
        struct shipment s;
        tw_arena_reset(o->arena);
        assess(o, usual(&s, i), UINT64_MAX);
    }
}

#endif
