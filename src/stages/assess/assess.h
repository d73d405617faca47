/* SPDX-License-Identifier: Apache-2.0 */
/* assess/assess.h -- one declaration's way through the stages.
 *
 * In : a declaration, the profile before it, a model or none, the channel window, its draw.
 * Out: a decision with the features and evidence it stands on; profile and window moved on by it.
 * Not: files, the key of the draw, storing. Engine, trials, replay and library all call this.
 *
 * Two steps, because attributions are four times cheaper by the block: tw_assess decides, in the order of
 * lodging; tw_assess_explain then writes the reasons of as many as are at hand.
 *
 * What is recorded is what was decided by: risk in parts per million and expected duty in minor units are
 * rounded first and ordered by afterwards, so anyone can compute a score anew from the record.
 */
#ifndef TW_ASSESS_ASSESS_H
#define TW_ASSESS_ASSESS_H

#include "channel/channel.h"
#include "criteria/criteria.h"
#include "decl/instruction.h"
#include "feature/feature.h"
#include "reason/reason.h"
#include "score/model.h"

struct tw_assess_settings {
    double duty_mix;  /* 0..1: order by risk (0), expected duty (1) or between (score/order.h) */
    bool reasons;     /* keep evidence, find the change that would have made it green */
    char currency[4]; /* national, ISO 4217; "" = not known: then no expected duty */
};

/* Mix TW_ORDER_MIX, with reasons, no currency. */
struct tw_assess_settings tw_assess_settings_default(void);

struct tw_assessor;

struct tw_assess_parts {
    const struct tw_model *model; /* NULL = none: price checks and chance alone */
    struct tw_profile *profile;   /* this and the next are moved on by each assessment */
    struct tw_channels *channels;
    const struct tw_criteria *criteria;    /* NULL = none */
    uint8_t profile_hash[TW_SHA256_BYTES]; /* of the state the run began with, for the record; 0 = none */
};

/* All parts must outlive the assessor.
 * TW_ARG       a mix outside 0..1
 * TW_CONFLICT  the model was trained on other features
 * TW_NOMEM */
tw_err tw_assessor_new(const struct tw_assess_parts *parts, const struct tw_assess_settings *set,
                       struct tw_assessor **ret, struct tw_fault *fault) TW_MUST_CHECK;
void tw_assessor_free(struct tw_assessor *a); /* takes NULL */
static inline void tw_assessor_freep(struct tw_assessor **a)
{
    tw_assessor_free(*a);
}

const struct tw_criteria *tw_assessor_criteria(const struct tw_assessor *a); /* NULL = none */

/* Leaves reasons out for a while, or takes them up again; without settings.reasons it does nothing. */
void tw_assessor_reasons(struct tw_assessor *a, bool wanted);

/* One assessed declaration. Everything lies in the arena it was assessed in. */
struct tw_assessment {
    const struct tw_decl *decl;  /* as given; must outlive this */
    struct tw_decision decision; /* reasons after tw_assess_explain */
    double score;        /* what it was ordered by: score/order.h; without a model how many spreads the
                            lowest price lies below the usual one */
    double red_from;     /* channel/channel.h */
    double green_below;  /* channel/channel.h; without a model never below what is usual */
    struct tw_look look; /* keys and measures of the items; row numbers are stale */
    float *x;            /* items x TW_FEATURE_N; NULL without items */
    struct tw_evidence *evidence; /* items x TW_FEATURE_N; NULL without reasons or items */
    size_t worst;                 /* the item that weighs most, 0-based */
    const double
        *attribution; /* of that item, TW_FEATURE_N, margin units; after tw_assess_explain, else NULL */
    const struct tw_instruction *selected; /* by an officer; NULL = by none */
    struct tw_goods_before before;         /* what was decided of these goods, texts in the arena */
    double novelty;                    /* how little is known of them, 0..1; 0 where nothing is explored */
    double explored;                   /* channel/channel.h */
    int64_t shift, capacity;           /* the same */
    uint32_t beyond;                   /* the same */
    enum tw_channel full;              /* the same */
    int64_t full_capacity;             /* the same */
    int64_t stand_by_until;            /* UTC seconds: green is held so long; TW_NO_TIME = no time */
    int64_t blue_at;                   /* yellow that nobody has looked at turns blue then; likewise */
    const struct tw_criteria_hit *hit; /* criteria that hit, or could not be evaluated; hits of them */
    size_t hits;
    bool awaited;              /* its items are kept until their results come */
    struct tw_str change_json; /* numbers of decision.counterfactual; absent when that is */
    struct weighed *weighed;   /* what lies between the two steps of assessing */
};

/* Looks, measures, scores, chooses a channel, folds the declaration into the profile; of items that are
 * controlled the keys are kept until their result comes.
 *
 * draw  tw_channel_draw of its own id; a later version keeps the draw it had
 *
 * A declaration without items or time is decided all the same (on the profile's day).
 * TW_NOMEM  the run is over: profile and window may have moved on */
tw_err tw_assess(struct tw_assessor *a, const struct tw_decl *d, uint64_t draw, struct tw_arena *arena,
                 struct tw_assessment *ret) TW_MUST_CHECK;

/* The same in two steps, for a caller with several declarations at hand; the results are those of tw_assess
 * in the same order, to the bit, and cheaper: memory is asked for what the next will need, and without
 * reasons the model judges items by sixteens. tw_assess_begin takes up n of them; then each is decided in
 * order. No result may be folded into the profile in between, and one without a time comes alone.
 *
 * later  how many that were begun stand behind `one` in its array
 * TW_NOMEM  as above */
struct tw_assess_case {
    const struct tw_decl *decl;            /* must outlive the assessment */
    struct tw_arena *arena;                /* its own; owns what is found */
    const struct tw_instruction *selected; /* an officer wants it controlled; NULL = none; outlives it */
    const struct tw_criteria_given *given; /* what criteria said of it, instead of asking; NULL = they are
                                              asked; outlives it */
};
tw_err tw_assess_begin(struct tw_assessor *a, const struct tw_assess_case *c, size_t n,
                       struct tw_assessment *ret) TW_MUST_CHECK;
tw_err tw_assess_decide(struct tw_assessor *a, struct tw_assessment *one, size_t later, uint64_t draw)
    TW_MUST_CHECK;

/* Keeps the keys of one that was not controlled, because somebody else did: its result will come. TW_NOMEM */
tw_err tw_assess_await(struct tw_assessor *a, struct tw_assessment *one) TW_MUST_CHECK;

/* Fills decision.reasons of n assessments, those of the item that weighs most, each in the arena at the same
 * place. Does nothing without settings.reasons. TW_NOMEM */
tw_err tw_assess_explain(struct tw_assessor *a, struct tw_assessment *const *one,
                         struct tw_arena *const *arena, size_t n) TW_MUST_CHECK;

/* The same in two steps, for a caller that hands each on at once, while its words are at hand: attributions
 * of all, then the reasons of one after another. TW_NOMEM */
tw_err tw_assess_attribute(struct tw_assessor *a, struct tw_assessment *const *one,
                           struct tw_arena *const *arena, size_t n) TW_MUST_CHECK;
tw_err tw_assess_reasons(const struct tw_assessor *a, struct tw_assessment *one, struct tw_arena *arena)
    TW_MUST_CHECK;

/* The decision as one line of JSON without a line end (docs/formats/decision.md). full = with every feature,
 * its value and, where it was kept, its evidence. Failure sticks in `out`. */
void tw_assess_json(const struct tw_assessor *a, const struct tw_assessment *one, bool full,
                    struct tw_buf *out);

/* The same as it is kept: without what could name somebody, which is what lists' hits quote of the
 * declaration and of the list, and an officer's own words. */
void tw_assess_record(const struct tw_assessor *a, const struct tw_assessment *one, struct tw_buf *out);

#endif
