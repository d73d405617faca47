/* SPDX-License-Identifier: Apache-2.0 */
/* engine/state_dir.h -- what a run leaves behind, so that the next goes on as if there had been no break.
 *
 *   STATE                     which files belong together, and their hashes (docs/formats/state.md)
 *   profile-<hash>.state      what has become usual (docs/formats/profile.md)
 *   channels-<hash>.state     the latest scores and the day's counts (docs/formats/channels.md)
 *
 * In : a path. Out: all of it, checked; or the files. Not: models; engine/model_dir.h has those.
 *
 * The two files are named by their content, and written and synced first; then STATE is replaced in one step,
 * and only then do the files go that the old one named. So whenever the work is cut off, the directory holds
 * either the state before or the state after, whole.
 */
#ifndef TW_ENGINE_STATE_DIR_H
#define TW_ENGINE_STATE_DIR_H

#include "base/hash.h"
#include "channel/channel.h"
#include "profile/profile.h"

struct tw_state {
    struct tw_profile *profile;
    struct tw_channels *channels;
    uint8_t profile_hash[TW_SHA256_BYTES]; /* of the profile's file */
    char model[TW_SHA256_HEX];             /* whose scores the window holds; "" = price checks */
    uint64_t declarations;                 /* decided so far, in all runs */
};

/* TW_NOTFOUND  there is no state: the directory does not exist or holds no STATE
 * TW_FORMAT    STATE or a file is truncated, edited, missing or of another run
 * TW_LIMIT, TW_IO, TW_NOMEM, TW_RANGE (settings)
 * fault->path begins with the file's name */
tw_err tw_state_open(const char *dir, const struct tw_channel_settings *channels, struct tw_state *ret,
                     struct tw_fault *fault) TW_MUST_CHECK;
void tw_state_close(struct tw_state *s); /* frees what it holds; takes one that was never opened */

/* Makes the directory where there is none. profile_hash is not read.
 * TW_NOTFOUND  the directory above is missing
 * TW_FORMAT    `dir` is a file, or lies in one
 * TW_ARG       its path is too long, or empty
 * TW_IO, TW_FULL, TW_NOMEM; what lay there before is as it was */
tw_err tw_state_write(const char *dir, const struct tw_state *s, struct tw_fault *fault) TW_MUST_CHECK;

/* Could it be written there? For asking before long work. Leaves nothing behind. Errors of tw_state_write */
tw_err tw_state_try(const char *dir, struct tw_fault *fault) TW_MUST_CHECK;

#endif
