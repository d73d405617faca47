/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a small model directory, made by hand. */
#ifndef TW_TEST_ENGINE_MODEL_BYTES_H
#define TW_TEST_ENGINE_MODEL_BYTES_H

#include "check.h"
#include "engine/model_dir.h"
#include "feature/feature.h"
#include "score/own.h"

/* One question about the first feature; no duty. `features` of this program's. */
static inline void put_model(struct tw_buf *out, uint32_t features)
{
    static const int32_t feature[] = {0, TW_LEAF, TW_LEAF}, left[] = {1, 0, 0}, right[] = {2, 0, 0};
    static const float threshold[] = {0, 0, 0}, value[] = {0, 1, -1}, cover[] = {8, 4, 4};
    static const uint8_t default_left[] = {1, 0, 0};
    const struct tw_tree_spec tree = {.n = 3,
                                      .feature = feature,
                                      .threshold = threshold,
                                      .left = left,
                                      .right = right,
                                      .default_left = default_left,
                                      .value = value,
                                      .cover = cover};
    uint32_t own;
    uint8_t sum[TW_SHA256_BYTES];
    struct tw_model_spec s = {.feature = tw_own_features(&own),
                              .risk = {.tree = &tree, .n_trees = 1, .n_features = features},
                              .training = {.from = TW_STR("2025-01-01"), .to = TW_STR("2025-12-31")}};
    tw_feature_table_sha256(sum);
    tw_sha256_hex(sum, s.feature_table_sha256);
    CHECK(features <= own && tw_model_write(&s, out, NULL) == TW_OK);
}

/* A profile that has seen day `day`. */
static inline void put_profile(struct tw_buf *out, int32_t day)
{
    TW_SCOPED(tw_profile) *p = NULL;
    const struct tw_look look = {.day = day};
    CHECK(tw_profile_new(tw_profile_defaults(), &p) == TW_OK && tw_profile_fold(p, &look) == TW_OK);
    CHECK(tw_profile_save(p, out) == TW_OK);
}

/* `n` scores: 0, 1, 2 ... */
static inline void put_channels(struct tw_buf *out, int n)
{
    TW_SCOPED(tw_channels) *c = NULL;
    const struct tw_channel_settings s = tw_channel_defaults();
    CHECK(tw_channels_new(&s, &c, NULL) == TW_OK);
    for (int i = 0; i < n; i++) tw_channels_seed(c, i);
    CHECK(tw_channels_save(c, out) == TW_OK);
}

#endif
