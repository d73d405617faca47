/* SPDX-License-Identifier: Apache-2.0 */
/* criteria/box_priv.h -- what must hold of single fields where a condition holds; for this module alone.
 *
 * In : outlines of conditions (cel/cel.h).
 * Out: boxes: facts about fields that hold together. A condition that holds does so in one of its boxes, so
 * one without a box never holds; and where each box of a condition settles another, that one holds too.
 * Not: what fields have to do with each other, arithmetic, patterns: of these a box says nothing.
 *
 * Everything errs to one side: a box may be said to be possible though it is not, never the other way round.
 */
#ifndef TW_CRITERIA_BOX_PRIV_H
#define TW_CRITERIA_BOX_PRIV_H

#include "criteria/criteria_priv.h"

enum { BOXES_MAX = 64, BOX_FACTS_MAX = 64 };

struct fact {
    const struct tw_cel_outline *of; /* FACT */
    bool holds;                      /* or its contrary does */
};

struct box {
    const struct fact *fact;
    size_t n;
};

struct boxes {
    struct box *at;
    size_t n; /* 0 = it never comes to that */
};

/* Why a box is not possible: one fact, or two, of one field; `other` is NULL where one alone is impossible,
 * both where it takes more than two. */
struct clash {
    const struct tw_cel_outline *path;
    struct fact one, other;
    size_t cases; /* boxes that were not possible; this is the first */
};

struct boxing {
    const struct schema *schema;
    struct tw_arena *arena;
    struct clash clash; /* what the first box that is not possible failed at; cases = 0: there was none */
};

/* The boxes in which the outline comes to `truth`. `within` holds besides; NULL = nothing. TW_NOMEM */
tw_err boxes_of(struct boxing *b, const struct tw_cel_outline *o, bool truth, const struct fact *within,
                struct boxes *ret) TW_MUST_CHECK;

/* Does the outline come to `truth`, for sure, in a box that is possible? */
bool box_settles(const struct boxing *b, const struct box *box, const struct tw_cel_outline *o, bool truth);

/* What a field may be at all: of its element. */
struct range {
    bool number, whole;
    double min;      /* of a number; -INFINITY = none */
    bool code, land; /* of a text: a commodity code, a country */
};
struct range range_of(const struct schema *s, const struct tw_cel_outline *path);

/* Can facts about one field not hold together? */
bool facts_exclude(const struct range *range, const struct fact *fact, size_t n);

/* item.origin */
void path_say(const struct schema *s, const struct tw_cel_outline *path, struct tw_buf *out);

/* In words: "item.origin would have to be 'US' and be 'CN'". */
void clash_say(const struct schema *s, const struct clash *c, struct tw_buf *out);

#endif
