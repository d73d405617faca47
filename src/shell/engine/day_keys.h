/* SPDX-License-Identifier: Apache-2.0 */
/* engine/day_keys.h -- the keys of the days: committed to, revealed, kept in a directory.
 *
 * In : a directory with commitments.jsonl and keys.jsonl (docs/formats/draws.md); keys of days.
 * Out: what is known of each day; the same two files with the new days among the old.
 * Not: where keys come from (engine/draws.h), and whether they are those committed to
 * (engine/draws_verify.h).
 *
 * Each file appears whole or not at all, the commitments first. So whatever happens in between, a revealed
 * key has its commitment, and a commitment without a key is a day that is not revealed yet.
 */
#ifndef TW_ENGINE_DAY_KEYS_H
#define TW_ENGINE_DAY_KEYS_H

#include <signal.h>
#include <stdbool.h>

#include "base/hash.h"

struct tw_day_key {
    int32_t day;                  /* UTC */
    uint32_t sum_line, key_line;  /* of commitments.jsonl, keys.jsonl; 0 = does not stand there */
    uint8_t sum[TW_SHA256_BYTES]; /* SHA-256 of the key, as it was committed to */
    uint8_t key[TW_SHA256_BYTES];
};

struct tw_day_keys;

/* Reads what the directory has. *ret is freed by the caller also when this fails; `place` outlives the call
 * alone. fault->path is the file of the directory.
 * make  the directory where there is none, and both files: they are to be written; else they must be there
 *
 * TW_NOTFOUND  a file that must be there is not; TW_FORMAT with its line: also a day that stands twice, a key
 *              that nobody committed to; TW_ARG (dir is a file, its name too long); the errors of
 * tw_file_in_* and, with `make`, of tw_file_out_open */
struct tw_day_keys_place {
    const char *dir;
    bool make;
    const volatile sig_atomic_t *stop; /* not zero = give up; NULL = never */
};
tw_err tw_day_keys_open(const struct tw_day_keys_place *place, struct tw_day_keys **ret,
                        struct tw_fault *fault) TW_MUST_CHECK;
void tw_day_keys_free(struct tw_day_keys *k); /* takes NULL; what was not committed is gone */
static inline void tw_day_keys_freep(struct tw_day_keys **k)
{
    tw_day_keys_free(*k);
}

/* By rising day. Valid until the next tw_day_keys_add. */
size_t tw_day_keys_n(const struct tw_day_keys *k);
const struct tw_day_key *tw_day_keys_at(const struct tw_day_keys *k, size_t i);      /* i < n */
const struct tw_day_key *tw_day_keys_find(const struct tw_day_keys *k, int32_t day); /* NULL = not known */

/* Commits to a key and reveals it. Again the same is nothing new.
 * TW_CONFLICT  the directory commits to another key for that day. TW_NOMEM */
tw_err tw_day_keys_add(struct tw_day_keys *k, int32_t day, const uint8_t key[TW_SHA256_BYTES],
                       struct tw_fault *fault) TW_MUST_CHECK;

/* Writes both files; once, after an open with `make`. The errors of tw_file_out_*; TW_NOMEM */
tw_err tw_day_keys_commit(struct tw_day_keys *k, struct tw_fault *fault) TW_MUST_CHECK;

#endif
