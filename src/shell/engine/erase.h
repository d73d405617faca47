/* SPDX-License-Identifier: Apache-2.0 */
/* engine/erase.h -- what names a party goes from a station for good, and the log says so.
 *
 * In : a request that one person signed and another confirmed; the rule of how long things are kept.
 * Out: a leaf for each party; its text, the sources of every declaration and manifest that names it, and
 * their keys gone. Not: what is not under lock: lists, criteria, goods descriptions (docs/operations.md).
 *
 * The order. Rows and leaves go first, in one batch, with a note of which keys are still to go; it is durable
 * and signed before a key is touched, so that nothing is ever erased that the log does not tell of. Then the
 * keys go, then the files are scrubbed, then the note. Whoever opens the station for work goes on with what
 * was cut off; each step may be done twice.
 *
 * Declarations keep their fields, decisions and findings, by which they are decided again; and their parties'
 * random ids, which from then on name nobody.
 */
#ifndef TW_ENGINE_ERASE_H
#define TW_ENGINE_ERASE_H

#include "criteria/signers.h"
#include "decl/decl.h"
#include "engine/retention.h"
#include "engine/station.h"

enum {
    TW_ERASE_PARTIES_MAX = 1000,
    TW_ERASE_REASON_MAX = 1000,      /* bytes */
    TW_ERASE_REQUEST_MAX = 65535,    /* bytes */
    TW_ERASE_HEX = 2 * TW_DB_ID + 1, /* an id as text, with its end */
    TW_ERASE_SIGNERS = 2
};

/* -- requests: canonical JSON, which two people sign as bytes (docs/formats/station.md) */

struct tw_erase_request {
    uint8_t station[TW_DB_ID];
    int64_t at; /* UTC seconds */
    const uint8_t (*party)[TW_DB_ID];
    size_t parties;
    struct tw_str reason; /* names nobody */
    struct tw_str rule;   /* the years, as tw_retention_put */
};

/* Appends it. */
void tw_erase_request_put(const struct tw_erase_request *r, struct tw_buf *out);
/* TW_FORMAT  no request; TW_LIMIT, TW_NOMEM */
tw_err tw_erase_request_read(struct tw_str bytes, struct tw_arena *arena, struct tw_erase_request *ret,
                             struct tw_fault *fault) TW_MUST_CHECK;

/* -- whom it is about, and whether it may be */

struct tw_erase_ids {
    uint8_t (*at)[TW_DB_ID];
    size_t n;
};

/* A party by its id in hex, or as REG:ROLE, who had that role in the last version of a declaration.
 * TW_ARG  neither; TW_NOTFOUND */
tw_err tw_erase_whom(struct tw_station *s, struct tw_str text, uint8_t ret[TW_DB_ID], struct tw_fault *fault)
    TW_MUST_CHECK;

/* Every party whose number is one of the lines of `text`, or whose name is in normal form (name/name.h) what
 * one of them is. Looks at each party there is. */
tw_err tw_erase_find(struct tw_station *s, struct tw_str text, struct tw_arena *arena,
                     struct tw_erase_ids *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* DIR/retention.yaml; without one what tw_retention_read says then. */
tw_err tw_erase_retention(struct tw_station *s, struct tw_arena *arena, struct tw_retention *ret,
                          struct tw_fault *fault) TW_MUST_CHECK;

/* How it stands with one party. */
struct tw_erase_case {
    bool erased; /* what follows but these numbers is not there then */
    struct tw_party party;
    uint64_t declarations, manifests; /* registrations that name it */
    int32_t from;                     /* the UTC day from which on it may be erased; TW_NO_DAY = any */
    enum tw_retention_kind kind;
    int32_t day; /* it is so because of what happened on this day */
    uint64_t reg;
    const struct tw_retention_hold *hold; /* NULL = none */
};

/* TW_NOTFOUND  no such party */
tw_err tw_erase_look(struct tw_station *s, const struct tw_retention *rule, const uint8_t party[TW_DB_ID],
                     struct tw_arena *arena, struct tw_erase_case *ret, struct tw_fault *fault) TW_MUST_CHECK;
/* TW_CONFLICT  erased before, too early, under a hold: the note says until when */
tw_err tw_erase_may(const struct tw_erase_case *c, int32_t today, struct tw_fault *fault) TW_MUST_CHECK;

/* A reason that names whom it is about would stay. TW_CONFLICT */
tw_err tw_erase_reason(struct tw_str reason, const struct tw_party *party, struct tw_fault *fault)
    TW_MUST_CHECK;

/* -- doing it */

struct tw_erase_order {
    struct tw_str request;                     /* its bytes */
    struct tw_str signature[TW_ERASE_SIGNERS]; /* of who asks, of who confirms */
    const struct tw_signers *signers;
};
struct tw_erase_done {
    size_t parties;
    uint64_t declarations, manifests;
};

/* TW_CONFLICT  of another station; not signed by two people who may; may not be, or was before
 * TW_UNAVAILABLE  the signer is gone, or a reader is in the way: it goes on with tw_erase_finish
 * and the errors of reading and of batches */
tw_err tw_erase_run(struct tw_station *s, const struct tw_erase_order *o, struct tw_erase_done *ret,
                    struct tw_fault *fault) TW_MUST_CHECK;

/* Goes on with what was cut off; nothing is no failure. TW_UNAVAILABLE  a reader is in the way of scrubbing:
 * the keys are gone already */
tw_err tw_erase_finish(struct tw_station *s, struct tw_fault *fault) TW_MUST_CHECK;
/* Is there something to go on with? */
tw_err tw_erase_pending(struct tw_db *db, bool *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* Each registration number of a declaration, or of a manifest, that names a party, rising. Of manifests every
 * one is looked at. Free *ret with tw_free. */
tw_err tw_erase_regs(struct tw_db *db, const uint8_t party[TW_DB_ID], uint64_t **ret, size_t *ret_n,
                     struct tw_fault *fault) TW_MUST_CHECK;
tw_err tw_erase_manifests(struct tw_db *db, const uint8_t party[TW_DB_ID], uint64_t **ret, size_t *ret_n,
                          struct tw_fault *fault) TW_MUST_CHECK;

void tw_erase_hex(const uint8_t id[TW_DB_ID], char ret[TW_ERASE_HEX]);
bool tw_erase_unhex(struct tw_str text, uint8_t ret[TW_DB_ID]);

#endif
