/* SPDX-License-Identifier: Apache-2.0 */
/* engine/published.h -- a set of criteria that two people have signed, version after version, in a directory.
 *
 * In : a set with its two signatures, who may sign; a directory.
 * Out: the set in the directory, whole or not at all; the latest one, read again and judged again.
 * Not: who may sign (criteria/signers.h).
 *
 * The directory holds one directory for each version, DIR/12, in it set.yaml, set.yaml.author.sig and
 * set.yaml.reviewer.sig, which never change. The highest number is the set that decides. So there is no
 * pointer that could be wrong: what is published is written aside (DIR/.new), synced, and given its number by
 * one rename. Until then, whatever happens, the version before decides; from then on the new one does, with
 * its signatures.
 */
#ifndef TW_ENGINE_PUBLISHED_H
#define TW_ENGINE_PUBLISHED_H

#include "engine/signing.h"

/* The latest version. */
struct tw_published {
    struct tw_signed files;
    const struct tw_signer *by[TW_SIGNER_ROLES]; /* live as long as the signers */
    int64_t version;
};

/* Reads it and judges it again: what its signers' keys do not sign for decides nothing, nor does an older
 * version in its stead. Valid days of keys are asked of at publishing alone; a key that was stolen is taken
 * out of the configuration. The set knows then who reviewed it (tw_criteria_reviewer). On failure *ret
 * has the version alone, 0 = there is none, and fault->path begins with the file in the directory.
 *
 * TW_NOTFOUND  no such directory, or nothing was published to it; TW_ARG it is a file
 * TW_CONFLICT  the number of the directory is not the version of the set in it
 * and the errors of tw_signed_read and tw_signers_admit */
tw_err tw_published_open(const char *dir, const struct tw_signers *s, const struct tw_set_reading *how,
                         struct tw_published *ret, struct tw_fault *fault) TW_MUST_CHECK;
void tw_published_close(struct tw_published *p);

/* What is to be published. Nothing is owned. */
struct tw_publishing {
    const struct tw_signed *set;
    const struct tw_signers *signers;
    const struct tw_set_reading *how; /* as `set` was read; the version before is read so, too */
    int32_t day;                      /* UTC, today: on it the keys of both must be valid */
};

/* Puts a set there.
 * dir  made where there is none
 *
 * TW_CONFLICT  a version as high or higher is published; the directory is another set's; somebody else is
 *              publishing there. And the errors of tw_signers_admit, tw_file_out_*; TW_ARG, TW_FULL, TW_IO
 * After a failure the version before decides as it did, but for TW_IO of the very last sync, after which the
 * new one stands there and may be gone after a power cut. */
tw_err tw_publish(const char *dir, const struct tw_publishing *what,
                  const struct tw_signer *ret[TW_SIGNER_ROLES], struct tw_fault *fault) TW_MUST_CHECK;

#endif
