/* SPDX-License-Identifier: Apache-2.0 */
#include "score/own.h"

#include "feature/feature.h"

#define LITERAL(text)                                                                                        \
    {                                                                                                        \
        (text), sizeof(text) - 1                                                                             \
    }
#define UNIT_RATIO   LITERAL("ratio")
#define UNIT_DEVIATE LITERAL("deviate")
#define UNIT_RANK    LITERAL("rank")
#define UNIT_SHARE   LITERAL("share")
#define UNIT_RATE    LITERAL("rate")
#define UNIT_COUNT   LITERAL("count")
#define UNIT_DAYS    LITERAL("days")
#define UNIT_AMOUNT  LITERAL("amount")
#define UNIT_PERCENT LITERAL("percent")
#define UNIT_FLAG    LITERAL("flag")
#define UNIT_NUMBER  LITERAL("number")

static const struct tw_model_feature own[TW_FEATURE_N] = {
#define X(id, name, family, form, monotone, words, source) {LITERAL(name), UNIT_##form},
#include "feature/feature.def"
#undef X
};

const struct tw_model_feature *tw_own_features(uint32_t *ret_n)
{
    *ret_n = TW_FEATURE_N;
    return own;
}

tw_err tw_own_match(const struct tw_model *m, struct tw_fault *fault)
{
    uint8_t sum[TW_SHA256_BYTES];
    char hex[TW_SHA256_HEX];
    tw_feature_table_sha256(sum);
    tw_sha256_hex(sum, hex);
    return tw_model_match(m, own, TW_FEATURE_N, hex, fault);
}
