/* SPDX-License-Identifier: Apache-2.0 */
/* engine/model_dir.h -- a model and what it needs to decide from its first declaration on, as a directory.
 *
 *   model.json     trees, calibration, feature table (docs/formats/model.md)
 *   profile.state  what was usual at the end of training (docs/formats/profile.md)
 *   channels.state the latest scores, which new ones are measured against (docs/formats/channels.md)
 *   card.json, card.md  the model card (docs/formats/card.md)
 *
 * In : a path. Out: all of it, checked; or the files. Not: training (engine/train.h), deciding.
 */
#ifndef TW_ENGINE_MODEL_DIR_H
#define TW_ENGINE_MODEL_DIR_H

#include "base/buf.h"
#include "channel/channel.h"
#include "profile/profile.h"
#include "score/model.h"

struct tw_model_dir {
    struct tw_model *model;
    struct tw_profile *profile;
    struct tw_channels *channels;
    uint8_t profile_hash[32]; /* SHA-256 of profile.state */
};

/* Reads model, profile and channels; the card is for people.
 *
 * channels  settings of the run; NULL = tw_channel_defaults
 *
 * TW_NOTFOUND  no such directory, a file missing
 * TW_FORMAT    truncated or edited
 * TW_CONFLICT  the model was trained on other features
 * TW_LIMIT     larger than any such file can be
 * TW_IO, TW_NOMEM
 * fault->path begins with the file's name, followed by the place in it where one is known
 */
tw_err tw_model_dir_open(const char *dir, const struct tw_channel_settings *channels,
                         struct tw_model_dir *ret, struct tw_fault *fault) TW_MUST_CHECK;
void tw_model_dir_close(struct tw_model_dir *m); /* frees what it holds; takes one that was never opened */

/* Begins a new window of scores where the old one is in another order than `duty_mix`, and says so in
 * *ret_new: such scores do not compare. TW_RANGE (settings), TW_NOMEM; the window is then as it was */
tw_err tw_model_dir_order(struct tw_model_dir *m, const struct tw_channel_settings *channels, double duty_mix,
                          bool *ret_new, struct tw_fault *fault) TW_MUST_CHECK;

/* The bytes of the directory's files. */
struct tw_model_dir_bytes {
    struct tw_str model, profile, channels, card_json, card_md;
};

/* Makes the directory where there is none and puts the files into it. All are written aside first, so that a
 * full disk leaves a model that lay there before as it was. Then an old model.json goes, and the new one
 * comes last: whoever is killed in between leaves a directory without model.json, which is no model; never
 * one of parts that do not belong together.
 *
 * TW_NOTFOUND  the directory above is missing
 * TW_ARG       `dir` is a file, or too long
 * TW_IO, TW_FULL, TW_NOMEM; a directory that was made is removed again
 */
tw_err tw_model_dir_write(const char *dir, const struct tw_model_dir_bytes *bytes, struct tw_fault *fault)
    TW_MUST_CHECK;

/* Could it be written to `dir`? Leaves nothing behind; for asking before an hour of training.
 * The errors of tw_model_dir_write */
tw_err tw_model_dir_try(const char *dir, struct tw_fault *fault) TW_MUST_CHECK;

#endif
