/* SPDX-License-Identifier: Apache-2.0 */
/* criteria/signers.h -- who may sign sets of criteria and requests to erase, and whether two of them have.
 *
 * In : the configuration that names signers with their keys (YAML, docs/criteria.md); a set, its bytes and
 * two detached signatures (audit/ssh.h). Out: who signed it as its author and as its reviewer, or why not.
 * The same of a request (engine/erase.h). Not: files; which set is the latest (engine/published.h).
 *
 * What is signed are the bytes of the set's file, in which name and version stand, for a purpose that names
 * the role. So a signature holds of that file alone, and as author or as reviewer alone.
 */
#ifndef TW_CRITERIA_SIGNERS_H
#define TW_CRITERIA_SIGNERS_H

#include "audit/ssh.h"
#include "criteria/criteria.h"

/* X(ID, name in files and options, purpose of its signatures) */
#define TW_SIGNER_ROLE_TABLE(X)                                                                              \
    X(AUTHOR, "author", "tidewaiter-criteria-author")                                                        \
    X(REVIEWER, "reviewer", "tidewaiter-criteria-reviewer")                                                  \
    X(ASKER, "asker", "tidewaiter-erasure-asker")                                                            \
    X(CONFIRMER, "confirmer", "tidewaiter-erasure-confirmer")

enum tw_signer_role {
#define X(id, name, purpose) TW_SIGNER_##id,
    TW_SIGNER_ROLE_TABLE(X)
#undef X
        TW_SIGNER_EVERY_ROLE
};
enum { TW_SIGNER_ROLES = TW_SIGNER_ASKER };             /* those of sets, which come first */
const char *tw_signer_role_name(enum tw_signer_role r); /* static storage, both */
const char *tw_signer_purpose(enum tw_signer_role r);

enum { TW_SIGNERS_MAX = 1000, TW_SIGNER_NAME_MAX = 64 };

struct tw_signer {
    struct tw_str name;
    bool may[TW_SIGNER_EVERY_ROLE];
    uint8_t key[TW_ED25519_KEY];
    int32_t from, to; /* UTC days, both included, on which a set that it signed may be published */
    uint32_t line;    /* where it stands in the file */
};

struct tw_signers;

/* Reads the configuration: one key stands there once, a person may have several.
 * TW_FORMAT, TW_RANGE  with line and column; TW_CONFLICT (a key that stands twice); TW_LIMIT, TW_NOMEM */
tw_err tw_signers_parse(struct tw_str yaml, struct tw_signers **ret, struct tw_fault *fault) TW_MUST_CHECK;
void tw_signers_free(struct tw_signers *s); /* takes NULL */
static inline void tw_signers_freep(struct tw_signers **s)
{
    tw_signers_free(*s);
}
const struct tw_signer *tw_signers_at(const struct tw_signers *s, size_t *ret_n); /* in file order */

/* A set with its signatures, and the day on which it is to be published. */
struct tw_signed_case {
    const struct tw_criteria *set; /* read from `bytes` */
    struct tw_str bytes;
    struct tw_str signature[TW_SIGNER_ROLES]; /* absent = there is none */
    int32_t day; /* UTC; TW_NO_DAY = it was published: valid days are not asked any more */
};

/* Who signed it in one role.
 * TW_NOTFOUND  no signature; by a key that is not named; TW_FORMAT no signature, but something else
 * TW_CONFLICT  it does not hold of these bytes; the signer may not sign so, or not on that day; is not the
 *              author that the set names
 * TW_NOMEM. fault->path is the role. */
tw_err tw_signers_judge(const struct tw_signers *s, const struct tw_signed_case *c, enum tw_signer_role role,
                        const struct tw_signer **ret, struct tw_fault *fault) TW_MUST_CHECK;

/* Both, who are two people with two keys. The errors of tw_signers_judge; TW_CONFLICT (one person) */
tw_err tw_signers_admit(const struct tw_signers *s, const struct tw_signed_case *c,
                        const struct tw_signer *ret[TW_SIGNER_ROLES], struct tw_fault *fault) TW_MUST_CHECK;

/* Any bytes, signed in one role. */
struct tw_signed_bytes {
    struct tw_str bytes, signature; /* an absent signature: there is none */
    int32_t day;                    /* UTC, on which it is to hold; TW_NO_DAY = it held once */
};

/* Who signed them in that role. The errors of tw_signers_judge */
tw_err tw_signers_judge_bytes(const struct tw_signers *s, const struct tw_signed_bytes *b,
                              enum tw_signer_role role, const struct tw_signer **ret, struct tw_fault *fault)
    TW_MUST_CHECK;

#endif
