/* SPDX-License-Identifier: Apache-2.0 */
/* engine/intake.h -- declarations and manifests come into a station: registered, once, with people's names
 * under lock.
 *
 * In : declarations as engine/input.h reads them.
 * Out: rows and a leaf for each; parties by random ids; texts that name people sealed under keys of their
 * own. Not: deciding (engine/station_run.h).
 *
 * What is kept in plain is the declaration without what could name a person: its parties have the station's
 * ids, and of their own only the country. The whole declaration, as it was read, is sealed under a key of its
 * own.
 */
#ifndef TW_ENGINE_INTAKE_H
#define TW_ENGINE_INTAKE_H

#include "decl/decl.h"
#include "decl/finding.h"
#include "decl/manifest.h"
#include "engine/station.h"

/* What became of one that was handed in. */
struct tw_intake_receipt {
    uint64_t reg;
    uint32_t version;
    bool known; /* it was here before: nothing was written */
};

struct tw_intake;

/* station  outlives it. TW_NOMEM */
tw_err tw_intake_new(struct tw_station *s, struct tw_intake **ret, struct tw_fault *fault) TW_MUST_CHECK;
void tw_intake_free(struct tw_intake *in); /* takes NULL */
static inline void tw_intake_freep(struct tw_intake **in)
{
    tw_intake_free(*in);
}

/* Within a batch.
 * TW_CONFLICT  the same number and version was handed in with other content; a version before it is missing
 * TW_LIMIT     it is too large; and what tw_station_leaf and tw_db_decl_put say */
tw_err tw_intake_take(struct tw_intake *in, const struct tw_decl *d, struct tw_intake_receipt *ret,
                      struct tw_fault *fault) TW_MUST_CHECK;

/* A result of an inspection; its declaration_id is the registration number. Within a batch.
 * *known  it was here before, word for word: nothing was written
 * TW_CONFLICT  no such declaration; and as above */
tw_err tw_intake_finding(struct tw_intake *in, const struct tw_finding *f, bool *known,
                         struct tw_fault *fault) TW_MUST_CHECK;
tw_err tw_intake_finding_restore(const struct tw_db_finding *row, struct tw_arena *arena,
                                 struct tw_finding *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* A manifest. One that is of the same carrier, number, voyage and ship as one that is here, and says
 * something else, is its next version here, whatever version it says it is. Within a batch. The errors of
 * tw_intake_take
 */
tw_err tw_intake_manifest(struct tw_intake *in, const struct tw_manifest *m, struct tw_intake_receipt *ret,
                          struct tw_fault *fault) TW_MUST_CHECK;
/* As it is kept, for deciding: parties by the station's ids. TW_FORMAT, TW_NOMEM */
tw_err tw_intake_manifest_restore(const struct tw_db_manifest *row, struct tw_arena *arena,
                                  struct tw_manifest **ret, struct tw_fault *fault) TW_MUST_CHECK;

struct tw_station *tw_intake_station(const struct tw_intake *in);
struct tw_arena *tw_intake_arena(struct tw_intake *in); /* emptied with each that is taken in */

/* -- the other way: what is kept of a declaration, for deciding. Its id is the registration number. */

struct tw_intake_kept {
    struct tw_str fields;
    struct tw_decl *decl; /* equal to what `fields` says, which then are not here; NULL = read them */
    const struct tw_db_role *role;
    size_t roles;
    const struct tw_party *name; /* of each role: what names that party; nothing: it was erased. NULL = the
                                    names are not wanted */
    bool erased;                 /* they are, and of one of them nothing is left */
};

/* What is kept of a row, copied to the arena; with the names of its parties where their keys are still there.
 * TW_NOMEM, TW_FORMAT, and what tw_db_party says */
tw_err tw_intake_keep(struct tw_station *s, const struct tw_db_decl *row, bool names, struct tw_arena *arena,
                      struct tw_intake_kept *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* Of itself alone, in any thread, once; texts are those of `k`. TW_FORMAT, TW_NOMEM */
tw_err tw_intake_restore(const struct tw_intake_kept *k, struct tw_arena *arena, struct tw_decl **ret,
                         struct tw_fault *fault) TW_MUST_CHECK;

/* What the last tw_intake_take kept of it, copied to the arena, as a declaration: what it wrote need not be
 * read again. Not where it was known. */
tw_err tw_intake_last(struct tw_intake *in, bool names, struct tw_arena *arena, struct tw_intake_kept *ret,
                      struct tw_fault *fault) TW_MUST_CHECK;

/* What names a party: its number, name and address. TW_NOTFOUND  no such party, or it was erased */
tw_err tw_intake_party(struct tw_station *s, const uint8_t party[TW_DB_ID], struct tw_arena *arena,
                       struct tw_party *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* The bit of a role in struct tw_db_role, by its name as in declarations; 0 = there is no such role. */
uint32_t tw_intake_role(struct tw_str name);

#endif
