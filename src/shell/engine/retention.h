/* SPDX-License-Identifier: Apache-2.0 */
/* engine/retention.h -- how long a station keeps what names people, and what it must not let go before.
 *
 * In : the rule (YAML, docs/formats/station.md); days on which things happened.
 * Out: the day from which something may be erased, and why not before.
 * Not: erasing (engine/erase.h); the clock.
 */
#ifndef TW_ENGINE_RETENTION_H
#define TW_ENGINE_RETENTION_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"
#include "store/db.h"

/* X(ID, key in the file, years without one, what has a number, what has happened to it on the day that
 * counts) Source of the ten years: the longest time after which duty can still be asked for under Regulation
 * (EU) 952/2013, article 103 (2), where an act was liable to criminal proceedings; article 51 has three as
 * the least. */
#define TW_RETENTION_TABLE(X)                                                                                \
    X(DECLARATION, "declaration", 10, "declaration", "came in")                                              \
    X(MANIFEST, "manifest", 10, "manifest", "came in")                                                       \
    X(FINDING, "finding", 10, "declaration", "was found to be so")                                           \
    X(PARTY, "party", 10, "number", "was the last to name this party")

enum tw_retention_kind {
#define X(id, key, years, noun, words) TW_RETENTION_##id,
    TW_RETENTION_TABLE(X)
#undef X
        TW_RETENTION_KINDS
};

enum { TW_RETENTION_YEARS_MAX = 100, TW_RETENTION_HOLDS_MAX = 100000, TW_RETENTION_BYTES_MAX = 64 << 20 };

/* Somebody who may says that it stays. */
struct tw_retention_hold {
    bool of_party;
    uint8_t party[TW_DB_ID]; /* every declaration and manifest that names it */
    uint64_t reg;            /* this declaration or manifest, and all it names */
    struct tw_str who, why;
    int32_t until; /* UTC day, included; INT32_MAX = until it is taken out of the file */
    uint32_t line;
};

struct tw_retention {
    int32_t years[TW_RETENTION_KINDS]; /* 0..TW_RETENTION_YEARS_MAX */
    const struct tw_retention_hold *hold;
    size_t holds;
    uint8_t sha256[TW_SHA256_BYTES]; /* of the file; zeros = there is none */
};

/* text  of the file; absent = there is none. What lives in `arena` is the copy of it.
 * TW_FORMAT, TW_RANGE, with line and column; TW_LIMIT, TW_NOMEM */
tw_err tw_retention_read(struct tw_str text, struct tw_arena *arena, struct tw_retention *ret,
                         struct tw_fault *fault) TW_MUST_CHECK;

/* The first day on which what happened on `day` need not be kept any more. 29 February ends on 1 March. */
int32_t tw_retention_until(const struct tw_retention *r, enum tw_retention_kind kind, int32_t day);
const char *tw_retention_noun(enum tw_retention_kind kind); /* static storage, both */
const char *tw_retention_words(enum tw_retention_kind kind);

/* The hold on that day, NULL = none. */
const struct tw_retention_hold *tw_retention_held_reg(const struct tw_retention *r, uint64_t reg,
                                                      int32_t today);
const struct tw_retention_hold *tw_retention_held_party(const struct tw_retention *r,
                                                        const uint8_t party[TW_DB_ID], int32_t today);

/* Appends the years, as "declaration 10, manifest 10, finding 10, party 10". */
void tw_retention_put(const struct tw_retention *r, struct tw_buf *out);

#endif
