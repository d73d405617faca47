/* SPDX-License-Identifier: Apache-2.0 */
/* store/db_record.h -- what a station keeps of parties, declarations, decisions, findings and manifests.
 *
 * In : records, within a batch (db.h).
 * Out: single ones by their keys; those from a place in the sequence on, in order.
 * Not: which channel, state or role a number means; the caller's tables say that.
 *
 * `reg` is a declaration's or manifest's registration number, the first part of every key, so that records of
 * one lie together and may lie on machines of their own. `seq` is the order in which things happened: made by
 * the caller, rising, of each kind unique; lists and tails go by it, never by a clock. Both are at most
 * INT64_MAX.
 *
 * Texts and bytes handed in need to live during the call only; those handed out live in the arena, or, handed
 * to a function, during its call. Ceilings: struct tw_db_options, TW_LIMIT.
 * Every call: TW_ARG (a value outside what is said, no batch), and what db.h says of batches.
 */
#ifndef TW_STORE_DB_RECORD_H
#define TW_STORE_DB_RECORD_H

#include "store/db.h"

/* -- parties */

struct tw_db_party {
    uint8_t id[TW_DB_ID];    /* random */
    uint8_t print[TW_DB_ID]; /* keyed fingerprint by which it is found again */
    struct tw_str sealed;    /* its names and addresses; absent: erased */
};

tw_err tw_db_party_put(struct tw_db *db, const struct tw_db_party *p, struct tw_fault *fault)
    TW_MUST_CHECK; /* TW_CONFLICT: id or fingerprint is there */
tw_err tw_db_party_find(struct tw_db *db, const uint8_t print[TW_DB_ID], uint8_t ret_id[TW_DB_ID],
                        struct tw_fault *fault) TW_MUST_CHECK; /* TW_NOTFOUND */
/* An erased one has no fingerprint (zeros) and no text. TW_NOTFOUND */
tw_err tw_db_party(struct tw_db *db, const uint8_t id[TW_DB_ID], struct tw_arena *arena,
                   struct tw_db_party *ret, struct tw_fault *fault) TW_MUST_CHECK;
/* Each of them, by their ids, in texts that live during the call of the function; it may read, and must not
 * write. What it returns but TW_OK ends it and is handed on. */
typedef tw_err (*tw_db_party_fn)(void *to, const struct tw_db_party *p, struct tw_fault *fault);
tw_err tw_db_parties(struct tw_db *db, tw_db_party_fn fn, void *to, struct tw_fault *fault) TW_MUST_CHECK;
tw_err tw_db_party_reseal(struct tw_db *db, const uint8_t id[TW_DB_ID], struct tw_str sealed,
                          struct tw_fault *fault) TW_MUST_CHECK; /* TW_NOTFOUND: also of an erased one */
/* Leaves its id, to which declarations go on pointing; the key is the caller's to erase. TW_NOTFOUND */
tw_err tw_db_party_erase(struct tw_db *db, const uint8_t id[TW_DB_ID], struct tw_fault *fault) TW_MUST_CHECK;

/* -- declarations */

enum { TW_DB_NO_CHANNEL = -1, TW_DB_CODE_MAX = 63, TW_DB_PARTIES_MAX = 256 };

/* A party of a declaration, in one role or several. */
struct tw_db_role {
    uint8_t party[TW_DB_ID];
    uint32_t roles; /* a bit for each, not 0 */
};

/* What lists show of one version of one declaration. */
struct tw_db_head {
    uint64_t reg, seq;
    uint32_t version;    /* 1.. */
    int64_t received_at; /* UTC seconds */
    struct tw_str office;
    int32_t channel;  /* 0..63, or TW_DB_NO_CHANNEL: not decided yet */
    int32_t state;    /* 0..63 */
    struct tw_str hs; /* its HS6 in rising order, each once, a blank between: "640399 851762" */
};

struct tw_db_decl {
    struct tw_db_head head;
    uint8_t content[TW_SHA256_BYTES]; /* of what came in */
    uint8_t declarant[TW_DB_ID];      /* keyed fingerprint; with `lrn` and the version it is there once */
    uint8_t lrn[TW_DB_ID];            /* hash of the declarant's own number; of one without, of the content */
    struct tw_str fields;             /* plain, without anything that could name a person */
    struct tw_str sealed;             /* source bytes; absent: erased */
    const struct tw_db_role *role;    /* each party once; read in the order of their ids */
    size_t roles;                     /* at most TW_DB_PARTIES_MAX */
};

/* A later version takes the place of the one before in lists and counts. Its parties must be there.
 * TW_CONFLICT  (reg, version), seq, or declarant with LRN and version is there
 * TW_NOTFOUND  no version before it; no such party */
tw_err tw_db_decl_put(struct tw_db *db, const struct tw_db_decl *d, struct tw_fault *fault) TW_MUST_CHECK;

/* version 0 = the last one. TW_NOTFOUND */
tw_err tw_db_decl(struct tw_db *db, uint64_t reg, uint32_t version, struct tw_arena *arena,
                  struct tw_db_decl *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* Was this handed in before? TW_NOTFOUND: no */
struct tw_db_known {
    uint64_t reg, seq;
    uint32_t version;
    uint8_t content[TW_SHA256_BYTES];
};
struct tw_db_lrn {
    uint8_t declarant[TW_DB_ID], lrn[TW_DB_ID];
    uint32_t version; /* 0 = the last one */
};
tw_err tw_db_decl_known(struct tw_db *db, const struct tw_db_lrn *l, struct tw_db_known *ret,
                        struct tw_fault *fault) TW_MUST_CHECK;

/* Moves one version to a channel and a state. TW_NOTFOUND */
struct tw_db_move {
    uint64_t reg;
    uint32_t version;
    int32_t channel, state;
};
tw_err tw_db_decl_move(struct tw_db *db, const struct tw_db_move *m, struct tw_fault *fault) TW_MUST_CHECK;

/* Removes the source bytes of all versions of a declaration or manifest; none is no failure. */
tw_err tw_db_source_erase(struct tw_db *db, uint64_t reg, struct tw_fault *fault) TW_MUST_CHECK;

/* Takes from every version of a declaration by what it was known: of its declarant, its number and its
 * content chance stands there from then on. TW_NOTFOUND */
tw_err tw_db_decl_forget(struct tw_db *db, uint64_t reg, struct tw_fault *fault) TW_MUST_CHECK;

/* -- decisions; a version may have several, the last counts */

struct tw_db_decision {
    uint64_t reg, seq;
    uint32_t version;
    int64_t decided_at; /* UTC seconds */
    int32_t channel;    /* 0..63 */
    uint32_t basis;     /* bits */
    uint32_t propensity_ppm;
    uint64_t draw;                                                                       /* all 64 bits */
    uint8_t model[TW_SHA256_BYTES], criteria[TW_SHA256_BYTES], profile[TW_SHA256_BYTES]; /* zeros = none */
    struct tw_str features; /* vectors as they were decided by */
    struct tw_str record;   /* JSON, without anything that could name a person */
};

/* TW_CONFLICT  seq is there; TW_NOTFOUND  no such version */
tw_err tw_db_decision_put(struct tw_db *db, const struct tw_db_decision *d, struct tw_fault *fault)
    TW_MUST_CHECK;
/* The last of a version. TW_NOTFOUND */
tw_err tw_db_decision(struct tw_db *db, uint64_t reg, uint32_t version, struct tw_arena *arena,
                      struct tw_db_decision *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* -- findings */

struct tw_db_finding {
    uint64_t reg, seq;
    uint32_t version; /* that was inspected */
    uint32_t item;    /* item number as declared; 0 = the whole declaration */
    int32_t result;   /* 0..63 */
    int32_t known_day;
    struct tw_str record; /* the rest of it, JSON, without anything that could name a person */
};

tw_err tw_db_finding_put(struct tw_db *db, const struct tw_db_finding *f, struct tw_fault *fault)
    TW_MUST_CHECK; /* TW_CONFLICT: seq is there; TW_NOTFOUND: no such version */

/* -- manifests */

struct tw_db_manifest {
    uint64_t reg, seq;
    uint32_t version;
    int64_t received_at;
    uint8_t content[TW_SHA256_BYTES];
    uint8_t ref[TW_DB_ID]; /* hash of carrier and number; with the version it is there once */
    struct tw_str fields;  /* plain, without anything that could name a person */
    struct tw_str sealed;  /* source bytes; absent: erased */
};

tw_err tw_db_manifest_put(struct tw_db *db, const struct tw_db_manifest *m, struct tw_fault *fault)
    TW_MUST_CHECK; /* TW_CONFLICT: (reg, version), seq, or ref with version is there */
tw_err tw_db_manifest(struct tw_db *db, uint64_t reg, uint32_t version, struct tw_arena *arena,
                      struct tw_db_manifest *ret, struct tw_fault *fault)
    TW_MUST_CHECK; /* version 0 = the last one; TW_NOTFOUND */
tw_err tw_db_manifest_known(struct tw_db *db, const uint8_t ref[TW_DB_ID], uint32_t version,
                            struct tw_db_known *ret, struct tw_fault *fault)
    TW_MUST_CHECK; /* version 0 = the last one; TW_NOTFOUND */

/* The same as tw_db_decl_forget. TW_NOTFOUND */
tw_err tw_db_manifest_forget(struct tw_db *db, uint64_t reg, struct tw_fault *fault) TW_MUST_CHECK;

/* -- in order: all whose seq is `from` or more, rising, at most `limit` of them (0 = all). What the function
 * returns but TW_OK ends it and is handed on. It may read, and must not write. */

struct tw_db_from {
    uint64_t seq;
    uint64_t limit;
};

typedef tw_err (*tw_db_decl_fn)(void *to, const struct tw_db_decl *d, struct tw_fault *fault);
typedef tw_err (*tw_db_decision_fn)(void *to, const struct tw_db_decision *d, struct tw_fault *fault);
typedef tw_err (*tw_db_finding_fn)(void *to, const struct tw_db_finding *f, struct tw_fault *fault);
typedef tw_err (*tw_db_manifest_fn)(void *to, const struct tw_db_manifest *m, struct tw_fault *fault);

tw_err tw_db_decls_from(struct tw_db *db, const struct tw_db_from *from, tw_db_decl_fn fn, void *to,
                        struct tw_fault *fault) TW_MUST_CHECK;
tw_err tw_db_decisions_from(struct tw_db *db, const struct tw_db_from *from, tw_db_decision_fn fn, void *to,
                            struct tw_fault *fault) TW_MUST_CHECK;
tw_err tw_db_findings_from(struct tw_db *db, const struct tw_db_from *from, tw_db_finding_fn fn, void *to,
                           struct tw_fault *fault) TW_MUST_CHECK;
tw_err tw_db_findings_of(struct tw_db *db, uint64_t reg, tw_db_finding_fn fn, void *to,
                         struct tw_fault *fault) TW_MUST_CHECK; /* of one declaration */
tw_err tw_db_manifests_from(struct tw_db *db, const struct tw_db_from *from, tw_db_manifest_fn fn, void *to,
                            struct tw_fault *fault) TW_MUST_CHECK;

/* The highest seq of any of the four kinds, and the highest reg; 0 where there is nothing. */
struct tw_db_ends {
    uint64_t decl, decision, finding, manifest, reg;
};
tw_err tw_db_ends(struct tw_db *db, struct tw_db_ends *ret, struct tw_fault *fault) TW_MUST_CHECK;

#endif
