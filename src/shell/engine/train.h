/* SPDX-License-Identifier: Apache-2.0 */
/* engine/train.h -- from files of declarations and findings to a model.
 *
 * In : paths, a map, settings, a seed.
 * Out: the bytes of a model directory (engine/model_dir.h) and the card as figures.
 * Not: writing them; showing them.
 *
 * The file streams through once, in constant memory but for the profile under its ceiling, the findings, one
 * row of features for each item with a finding, and the latest declarations, whose scores by the new model
 * are the window that its first decisions are measured against. Each declaration is measured by what was
 * known before its day. The profile that is left knows the findings known by the last day; later ones teach
 * the trees, and the profile still waits for them.
 *
 * Same files, settings, seed and thread count: same bytes, on any machine and compiler.
 */
#ifndef TW_ENGINE_TRAIN_H
#define TW_ENGINE_TRAIN_H

#include "engine/input.h"
#include "engine/model_dir.h"
#include "learn/card.h"

/* Nothing in it is owned; it must outlive the call. NULL and 0: not wanted. */
struct tw_train_options {
    struct tw_input_options input; /* sha256 is set here */
    const char *declarations;      /* a path, or "-" */
    const char *findings;          /* a path; NULL = the rows carry them */
    struct tw_channel_settings channels;
    struct tw_profile_limits limits;
    double duty_mix; /* 0..1, score/order.h: of the scores in the window */
    uint64_t seed;
    uint32_t threads;
    void *to;
    void (*step)(void *to, const char *words); /* before each long step behind the reading */
};
/* No paths and no map; the defaults of channels and profile, mix TW_ORDER_MIX, seed 1, one thread. */
struct tw_train_options tw_train_options_default(void);

struct tw_trained;

/* Reads and trains.
 *
 * TW_ARG       no finding anywhere, and no file of findings named; a setting
 * TW_NOTFOUND  no finding is about a declaration of the file
 * TW_RANGE     nothing to learn: no finding is one of non-compliance, or all are
 * TW_INTERRUPTED, TW_NOMEM, TW_INTERNAL; and the errors of tw_input_*
 */
tw_err tw_train(const struct tw_train_options *o, struct tw_trained **ret, struct tw_fault *fault)
    TW_MUST_CHECK;
void tw_trained_free(struct tw_trained *t); /* takes NULL */
static inline void tw_trained_freep(struct tw_trained **t)
{
    tw_trained_free(*t);
}

/* Both as long as `t`. */
struct tw_model_dir_bytes tw_trained_bytes(const struct tw_trained *t);
const struct tw_card *tw_trained_card(const struct tw_trained *t);

#endif
