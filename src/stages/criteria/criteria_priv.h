/* SPDX-License-Identifier: Apache-2.0 */
/* criteria/criteria_priv.h -- a set, for this module's files. */
#ifndef TW_CRITERIA_CRITERIA_PRIV_H
#define TW_CRITERIA_CRITERIA_PRIV_H

#include "base/yaml.h"
#include "criteria/schema_priv.h"

struct tw_criteria {
    struct tw_arena *arena; /* owns all; programs hold patterns and zones besides */
    struct tw_arena *trial; /* what one evaluation makes: an example's, a declaration's */
    struct schema *schema;
    struct tw_str name, author, reviewer;
    int64_t version;
    uint8_t hash[TW_SHA256_BYTES];
    struct tw_criterion *at;
    size_t n;
    bool reads[ROOT_N];         /* by any condition */
    struct tw_watchlists lists; /* by their numbers */
    struct tw_watchlist **read; /* reads_n of them: those that any condition reads */
    size_t reads_n;
    struct tw_str yaml;
    const struct tw_yaml **when; /* of each criterion: where its condition stands */
    bool unindexed;
    struct index *index;
};

/* Which criteria can come to anything but no hit. TW_NOMEM (*ret can be
 * freed) */
tw_err index_new(const struct tw_criteria *c, struct index **ret) TW_MUST_CHECK;
void index_free(struct index *x); /* takes NULL */
/* root  values of the roots; filled = which of them there are: criteria under others are left out */
void index_find(const struct index *x, const struct tw_cel_value *root, const bool *filled, uint64_t *bits);

/* The place in the file of byte `byte` of the i-th condition. */
void criteria_place(const struct tw_criteria *c, size_t i, size_t byte, uint32_t *ret_line,
                    uint32_t *ret_column);

/* Is it of this set? */
bool criteria_given(const struct tw_criteria *c, const struct tw_criteria_given *g);
/* Its outcomes in the order of the set. TW_NOMEM */
tw_err criteria_take(const struct tw_criteria *c, const struct tw_criteria_given *g, struct tw_arena *arena,
                     struct tw_criteria_hit **ret, size_t *ret_n) TW_MUST_CHECK;

/* -- lists, while one declaration is asked about */

struct listing;

/* Everything in it lives in the arena. TW_NOMEM */
tw_err listing_new(const struct tw_criteria *c, const struct tw_criteria_case *k, struct tw_arena *arena,
                   struct listing **ret) TW_MUST_CHECK;

/* tw_cel_eval of a criterion that reads lists, each asked when nothing is decided without it.
 * root  values of the roots. item  NULL = none: lists look at the header alone */
tw_err listing_eval(struct listing *l, const struct tw_criterion *k, const struct tw_cel_value *root,
                    const struct tw_item *item, struct tw_cel_value *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

/* What the last evaluation, a hit of `k`, found on the lists that it asked. TW_NOMEM */
tw_err listing_tell(const struct listing *l, const struct tw_criterion *k, struct tw_criteria_hit *io)
    TW_MUST_CHECK;

/* Runs the examples of a criterion. `examples` is a list. TW_FORMAT, TW_NOTFOUND, TW_LIMIT, TW_NOMEM */
tw_err criteria_try(const struct tw_criteria *c, struct tw_criterion *k, const struct tw_yaml *examples,
                    uint32_t most, struct tw_arena *arena, struct tw_fault *fault) TW_MUST_CHECK;

#endif
