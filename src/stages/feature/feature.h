/* SPDX-License-Identifier: Apache-2.0 */
/* feature/feature.h -- a declaration item as one vector of named numbers, each with its evidence.
 *
 * In : a declaration, and what the profile knew before it (profile/profile.h).
 * Out: TW_FEATURE_N floats per item, in the order of feature.def; for each, what it was compared with.
 * Not: a verdict; score/ has that.
 */
#ifndef TW_FEATURE_FEATURE_H
#define TW_FEATURE_FEATURE_H

#include "profile/profile.h"

enum tw_family {
#define X(id, name, words, audience) TW_FAMILY_##id,
#include "feature/family.def"
#undef X
    TW_FAMILY_N
};

enum tw_form {
    TW_FORM_RATIO,
    TW_FORM_DEVIATE,
    TW_FORM_RANK,
    TW_FORM_SHARE,
    TW_FORM_RATE,
    TW_FORM_COUNT,
    TW_FORM_DAYS,
    TW_FORM_AMOUNT,
    TW_FORM_PERCENT,
    TW_FORM_FLAG,
    TW_FORM_NUMBER,
    TW_FORM_N
};

enum tw_feature {
#define X(id, name, family, form, monotone, words, source) TW_FEATURE_##id,
#include "feature/feature.def"
#undef X
    TW_FEATURE_N
};

struct tw_feature_row {
    const char *name; /* in files, never changed once published */
    enum tw_family family;
    enum tw_form form;
    int8_t monotone;   /* 1, 0, -1 */
    const char *words; /* an officer's words */
    const char *source;
};

struct tw_family_row {
    const char *name, *words;
    bool trader; /* may be told to the trader; else officer only */
};

const struct tw_feature_row *tw_feature_row(enum tw_feature f); /* static storage */
/* How seldom such goods were seen, by goods, parties and their ties: the mean of 1 / (1 + times seen) of
 * those of the item's counts that can be known, 0..1; 1 when none can. x  TW_FEATURE_N */
double tw_feature_unseen(const float *x);
/* The column monotone of feature.def, TW_FEATURE_N of it; static storage. */
const int8_t *tw_feature_monotone(void);
const struct tw_family_row *tw_family_row(enum tw_family f);
const char *tw_form_name(enum tw_form f);

/* SHA-256 of names and order: a model goes only with the table it was trained on. */
void tw_feature_table_sha256(uint8_t ret[32]);

/* What a feature was compared with, as it stood at that moment. NaN and 0 = there was nothing. */
struct tw_evidence {
    double value;      /* what is declared, in its own unit (see form in feature.def) */
    double reference;  /* what is usual */
    double population; /* how many that rests on */
    int32_t since_day; /* UTC day the population begins; TW_NO_DAY = none */
    uint32_t kind;     /* enum tw_kind of the population; TW_KIND_N = none */
};

/* The vector of item number `item` (0-based) of `d`; look must be a fresh look at `d` (tw_profile_look),
 * nothing folded in since. O(TW_FEATURE_N), no memory. ret       room for TW_FEATURE_N; NaN = not known
 * evidence  room for TW_FEATURE_N, or NULL */
void tw_feature_compute(const struct tw_profile *p, const struct tw_decl *d, const struct tw_look *look,
                        size_t item, float *ret, struct tw_evidence *evidence);

/* Those features alone that amounts of the item or the declaration move (value, duty, masses, quantity,
 * packages), when nothing else has changed since `ret` was filled. */
void tw_feature_amounts(const struct tw_profile *p, const struct tw_decl *d, const struct tw_look *look,
                        size_t item, float *ret);

/* The same for a whole declaration: looks at it, then computes the vector of every item.
 * x         room for d->items.n x TW_FEATURE_N
 * evidence  the same, or NULL
 * ret       the look, for tw_profile_fold and tw_profile_await, in the arena
 * TW_NOMEM */
tw_err tw_feature_measure(const struct tw_profile *p, const struct tw_decl *d, struct tw_arena *arena,
                          float *x, struct tw_evidence *evidence, struct tw_look *ret) TW_MUST_CHECK;

#endif
