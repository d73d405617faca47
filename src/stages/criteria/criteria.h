/* SPDX-License-Identifier: Apache-2.0 */
/* criteria/criteria.h -- what officers know, written as conditions that anyone can read, test and take back.
 *
 * In : a set in YAML (docs/criteria.md), lists that it may name; a declaration with what the profile, the
 * features and the manifest say of it. Out: the set, each criterion held to its own examples; for a
 * declaration every criterion that hits, that could not be evaluated and why, or that failed. Not: the
 * channel (channel/), chance, files.
 *
 * A condition is an expression of CEL (ground/cel) over six records: `declaration` and `item`, the elements
 * of decl/element.def by name; `profile`, `features`, `manifest` (own.def, feature.def); `lists`, with a
 * record for each list by its name. One that reads item, profile, features or a list that looks into items is
 * asked of each item, else once. Three outcomes beside a fault: hit, no hit, and not evaluated, for something
 * it needs is not known. A fault ends its own criterion alone.
 *
 * A list is asked when a condition cannot be decided without it, and its header's part once for each
 * declaration: a fuzzy look-up among a million names takes longer than all else.
 *
 * Classes, strongest first. A mandatory control is what law demands of all such goods. A facilitation, for
 * traders who have earned it, takes a declaration out of selection by criterion and score, never out of a
 * mandatory control, nor of random. A criterion asks for its channel with its probability.
 */
#ifndef TW_CRITERIA_CRITERIA_H
#define TW_CRITERIA_CRITERIA_H

#include "base/hash.h"
#include "cel/cel.h"
#include "decl/decision.h"
#include "feature/feature.h"
#include "list/list.h"

/* X(ID, name, words) */
#define TW_CRITERION_TABLE(X)                                                                                \
    X(MANDATORY, "mandatory_control", "a control the law demands of all such goods")                         \
    X(FACILITATION, "facilitation", "a trader whom criteria and score let pass")                             \
    X(CRITERION, "criterion", "goods that are to be controlled, always or with a probability")

enum tw_criterion_class {
#define X(id, name, words) TW_CRITERION_##id,
    TW_CRITERION_TABLE(X)
#undef X
        TW_CRITERION_N
};
const struct tw_vocabulary *tw_criterion_vocabulary(void);

struct tw_criterion {
    struct tw_str id, when, reason, task, legal_basis, owner;
    enum tw_criterion_class class;
    enum tw_channel channel; /* what it asks for; green = nothing, of a facilitation */
    double probability;      /* 0..1; 1 of a mandatory control and a facilitation */
    uint32_t
        patience; /* hits without a control after which it asks for certain; 0 = as its probability says */
    int32_t from, to;            /* valid on these UTC days and between */
    const struct tw_str *office; /* offices_n of them; none = all */
    size_t offices_n;
    uint32_t examples;
    uint32_t line, column; /* where it stands in the file */
    bool of_item;          /* asked of each item, else once */
    const uint32_t *list;  /* lists_n numbers of the lists it reads, in the order they are asked */
    size_t lists_n;
    struct tw_cel_program *program;
};

/* Zero in a member means its default. */
struct tw_criteria_limits {
    uint32_t criteria; /* of a set: 5,000 */
    uint32_t examples; /* of a criterion: 100 */
    uint32_t mib;      /* of the file; for who reads it: 64 */
    struct tw_cel_limits cel;
    bool
        unindexed; /* no limit: ask every criterion, also those that cannot hit; to measure what that costs */
};

/* Bytes that the file of a set may have. */
static inline size_t tw_criteria_bytes(const struct tw_criteria_limits *l)
{
    return (size_t)(l != NULL && l->mib > 0 ? l->mib : 64) << 20;
}

/* What a check finds that is no fault: the set can be used, its author should look. Texts in the arena. */
struct tw_criteria_remark {
    const struct tw_criterion *criterion;
    uint32_t line, column; /* what it is about: of the condition, else of the criterion */
    struct tw_str words;
};

struct tw_criteria; /* a set; not for several threads at once */

/* The YAML of a set that comes with the program (data/criteria): harbor. Absent when there is none. */
struct tw_str tw_criteria_builtin(struct tw_str name);

/* Reads a set, compiles every condition and runs every example.
 *
 * limits  NULL = all defaults
 * lists   what conditions may name; they outlive the set. NULL = none
 * Faults have line and column of the file, in a condition those of the character.
 * TW_FORMAT    no YAML; a key that is missing, unknown or of another kind; a condition that is none, whose
 *              result is not true or false, or that names a list which is not there; an example that is not
 *              as it says
 * TW_NOTFOUND  an example names what there is not
 * TW_RANGE     a number or date outside what may be
 * TW_CONFLICT  an id that stands twice on the same day
 * TW_LIMIT, TW_NOMEM */
tw_err tw_criteria_parse(struct tw_str yaml, const struct tw_criteria_limits *limits,
                         const struct tw_watchlists *lists, struct tw_criteria **ret, struct tw_fault *fault)
    TW_MUST_CHECK;
void tw_criteria_free(struct tw_criteria *c); /* takes NULL */
static inline void tw_criteria_freep(struct tw_criteria **c)
{
    tw_criteria_free(*c);
}

/* All of these live as long as the set. */
struct tw_str tw_criteria_name(const struct tw_criteria *c);
int64_t tw_criteria_version(const struct tw_criteria *c);
struct tw_str tw_criteria_author(const struct tw_criteria *c);
struct tw_str tw_criteria_reviewer(const struct tw_criteria *c); /* absent = a draft, not published */
const uint8_t *tw_criteria_hash(const struct tw_criteria *c);    /* SHA-256 of the file, TW_SHA256_BYTES */
const struct tw_criterion *tw_criteria_at(const struct tw_criteria *c, size_t *ret_n); /* in file order */
/* The lists that any condition reads, in the order they were given: what a decision by the set stands on. */
struct tw_watchlists tw_criteria_lists(const struct tw_criteria *c);

/* Says who reviewed it, once its signatures have been judged (criteria/signers.h). TW_NOMEM */
tw_err tw_criteria_set_reviewer(struct tw_criteria *c, struct tw_str name) TW_MUST_CHECK;

/* What an author should look at: conditions that always or never hold, or of which a part never does;
 * criteria that add nothing to another; that are over on `day`, or read a list that is. What is told is so:
 * there is no declaration for which it is not. arena  owns the texts. TW_NOMEM */
tw_err tw_criteria_look(const struct tw_criteria *c, int32_t day, struct tw_arena *arena,
                        const struct tw_criteria_remark **ret, size_t *ret_n) TW_MUST_CHECK;

/* -- asking */

/* What is asked about. Nothing is owned. */
struct tw_criteria_given;
struct tw_criteria_case {
    const struct tw_decl *decl;
    const struct tw_profile *profile;
    const struct tw_look *look; /* fresh, with its rows */
    const float *x;             /* items x TW_FEATURE_N */
    unsigned digits;            /* decimals of the national currency */
    int32_t day;
    const struct tw_criteria_given *given; /* of this set: taken, and nothing is asked; NULL = none */
};

enum tw_outcome {
    TW_OUTCOME_HIT,
    TW_OUTCOME_UNKNOWN, /* not evaluated: something it needs is not known */
    TW_OUTCOME_FAULT    /* its evaluation failed */
};

/* What criteria said of a declaration when it was decided, for one whose parties' names were erased since. */
struct tw_criteria_said {
    struct tw_str id;
    enum tw_outcome outcome;
    uint32_t item, items; /* as in a hit */
    struct tw_str why;
    struct tw_str lists; /* JSON, as the record has them; absent = none */
};
struct tw_criteria_given {
    uint8_t set[TW_SHA256_BYTES]; /* that said so */
    const struct tw_criteria_said *at;
    size_t n;
};

/* What of the declaration stands on a list that a hit rests on. For officers alone. */
struct tw_criteria_listed {
    const struct tw_watch_head *list;
    struct tw_watch_hit hit;
    const struct tw_str *part; /* parts of them: tw_watch_parts */
    size_t parts;
    struct tw_str words; /* tw_watch_say */
};

/* One criterion about one declaration. */
struct tw_criteria_hit {
    const struct tw_criterion *criterion;
    enum tw_outcome outcome;
    uint32_t item;     /* number, as declared, of the first item it is about; 0 = the whole declaration */
    uint32_t items;    /* how many it hits */
    struct tw_str why; /* what is missing, what failed */
    bool asks;         /* a hit whose draw asks for the control; left to who draws */
    bool certain;      /* it asks since its patience is at an end; likewise */
    const struct tw_criteria_listed
        *listed; /* of a hit, listed_n of them: lists that it asked and that hit */
    size_t listed_n;
    struct tw_str quoted; /* JSON: the same, where it was given; absent = it was not */
};

/* Asks every criterion that is valid for the day and the office; ret in the order of the set. A criterion
 * that hits one item and is not known of another is a hit.
 * arena  owns what is returned. TW_NOMEM */
tw_err tw_criteria_ask(const struct tw_criteria *c, const struct tw_criteria_case *k, struct tw_arena *arena,
                       struct tw_criteria_hit **ret, size_t *ret_n) TW_MUST_CHECK;

/* A criterion's own draw of a declaration, in [0, 1): the first 32 bits of SHA-256(draw, most significant
 * byte first, then the id). It asks when that lies below its probability. */
double tw_criteria_draw(uint64_t draw, struct tw_str id);

/* -- what a condition may see, for documents: one row after another until false */

struct tw_criteria_name {
    struct tw_str path; /* item.price_per_kg */
    const struct tw_cel_type *type;
    const char *words;
};
tw_err tw_criteria_names(const struct tw_watchlists *lists, struct tw_arena *arena,
                         const struct tw_criteria_name **ret, size_t *ret_n) TW_MUST_CHECK;

#endif
