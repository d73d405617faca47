/* SPDX-License-Identifier: Apache-2.0 */
/* decl/decision.h -- the record of one decision: what was decided about a declaration, on what basis and why.
 *
 * In : nothing; shapes that channel/ and reason/ fill, and the tables of channels, bases and audiences.
 * Out: one decision per declaration version.
 * Not: how it was reached; the hashes name the model, profile state and criteria that reach it again.
 *
 * Ownership: texts and arrays live in the arena of the declaration the decision is about.
 */
#ifndef TW_DECL_DECISION_H
#define TW_DECL_DECISION_H

#include <stdbool.h>

#include "decl/decl.h"
#include "decl/vocabulary.h"

/* Channels: name in files and API, what happens to the goods.
 * Source: ASYCUDA World's selectivity lanes; query is ours. */
#define TW_CHANNEL_TABLE(X)                                                                                  \
    X(GREEN, "green", "release")                                                                             \
    X(BLUE, "blue", "release, post-clearance audit")                                                         \
    X(YELLOW, "yellow", "documents")                                                                         \
    X(RED, "red", "examination")                                                                             \
    X(QUERY, "query", "ask the trader")

enum tw_channel {
#define X(id, name, words) TW_CHANNEL_##id,
    TW_CHANNEL_TABLE(X)
#undef X
        TW_CHANNEL_N
};

/* Why a declaration was selected. Every basis that applied is kept: a set of bits, e.g. TW_BASIS_BIT(SCORE) |
 * TW_BASIS_BIT(RANDOM). */
#define TW_BASIS_TABLE(X)                                                                                    \
    X(MANDATORY, "mandatory", "a control the law demands of all such goods")                                 \
    X(CRITERION, "criterion", "a published criterion")                                                       \
    X(SCORE, "score", "the calibrated risk")                                                                 \
    X(RANDOM, "random", "the random minimum")                                                                \
    X(EXPLORE, "explore", "exploration of goods the models know little about")                               \
    X(MANUAL, "manual", "an officer's own choice")                                                           \
    X(RELODGED, "relodged", "goods declared before, whose channel was known")

enum tw_basis {
#define X(id, name, words) TW_BASIS_##id,
    TW_BASIS_TABLE(X)
#undef X
        TW_BASIS_N
};
#define TW_BASIS_BIT(id) (1u << TW_BASIS_##id)

/* Who may read a reason. */
#define TW_AUDIENCE_TABLE(X)                                                                                 \
    X(OFFICER, "officer", "officer only")                                                                    \
    X(TRADER, "trader", "may be told")

enum tw_audience {
#define X(id, name, words) TW_AUDIENCE_##id,
    TW_AUDIENCE_TABLE(X)
#undef X
        TW_AUDIENCE_N
};

/* What was found of one item. */
struct tw_decision_item {
    uint32_t number;               /* item number as declared */
    uint32_t risk_ppm;             /* calibrated probability of a finding, 0..1,000,000 */
    struct tw_money expected_duty; /* duty expected to be recovered, national currency; cur "" = not known */
    float margin;                  /* the model's raw score before calibration; NaN = no model */
};

/* One sentence of the explanation. */
struct tw_reason {
    uint8_t family;            /* family of features it sums up */
    bool against;              /* false: it raised the risk; true: it lowered it */
    uint8_t audience;          /* enum tw_audience */
    struct tw_str text;        /* one sentence */
    struct tw_str values_json; /* every number in the sentence, a JSON object */
    int32_t weight_micro;      /* attribution, 1e-6 of a margin unit */
    uint32_t item;             /* item number as declared; 0 = the whole declaration */
};

/* One decision. */
struct tw_decision {
    struct tw_str declaration_id;
    uint32_t version;
    int64_t decided_at;            /* UTC seconds */
    enum tw_channel channel;       /* the worst item's */
    uint32_t basis;                /* set of bits, 1u << enum tw_basis */
    uint32_t propensity_ppm;       /* probability of this selection over this declaration's own draw; 1 where
                                      the draw was made before */
    enum tw_channel score_channel; /* what score alone would have selected */
    uint64_t draw; /* first 64 bits, most significant first, of HMAC-SHA256(day key, number) */
    uint8_t model_hash[32], profile_hash[32], criteria_hash[32]; /* SHA-256; all zero = none was used */
    TW_LIST(struct tw_decision_item) items;
    TW_LIST(struct tw_reason) reasons; /* strongest first */
    struct tw_str counterfactual;      /* what would have made it green; absent when it is green */
};

/* Static storage. */
const struct tw_vocabulary *tw_channel_vocabulary(void);
const struct tw_vocabulary *tw_basis_vocabulary(void);
const struct tw_vocabulary *tw_audience_vocabulary(void);

const char *tw_channel_name(enum tw_channel c);  /* "green"; "" when out of range */
const char *tw_channel_words(enum tw_channel c); /* "release" */
const char *tw_basis_name(enum tw_basis b);      /* "mandatory" */
const char *tw_basis_words(enum tw_basis b);
const char *tw_audience_name(enum tw_audience a); /* "officer" */
const char *tw_audience_words(enum tw_audience a);

/* The constant named in files. TW_NOTFOUND, the note lists what is allowed. */
tw_err tw_channel_parse(struct tw_str name, enum tw_channel *ret, struct tw_fault *fault) TW_MUST_CHECK;
tw_err tw_basis_parse(struct tw_str name, enum tw_basis *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* How much a channel holds the goods up: green 0, blue 1, query 2, yellow 3, red 4. Of two channels the one
 * of higher rank wins; a question to the trader holds less than a look at the documents. */
unsigned tw_channel_rank(enum tw_channel c);

#endif
