/* SPDX-License-Identifier: Apache-2.0 */
/* engine/training_priv.h -- a training on its way: what its files share.
 *
 * In : what engine/train.h is given.
 * Out: training_stream.c reads the files into lessons; train.c makes a model of them.
 */
#ifndef TW_ENGINE_TRAINING_PRIV_H
#define TW_ENGINE_TRAINING_PRIV_H

#include "engine/labels_priv.h"
#include "engine/lessons_priv.h"
#include "engine/manifests.h"
#include "engine/results.h"
#include "engine/train.h"

enum { TRAINING_FILES_MAX = 7 };

struct tw_trained {
    struct tw_learned *learned;
    struct tw_learn_rows rows;
    struct lessons lessons;
    struct tw_card_names names;
    struct tw_arena *arena; /* of spec, settings and card */
    struct tw_card_input input;
    struct tw_card_file file[TRAINING_FILES_MAX];
    struct tw_card card;
    struct tw_buf model, profile, channels, card_json, card_md;
};

/* One training. */
struct training {
    const struct tw_train_options *o;
    struct tw_fault *fault;
    struct tw_trained *t;
    struct tw_findings *findings;
    struct tw_results *results;
    struct labels *labels;
    struct tw_profile *profile;
    struct tw_carried carried;
    struct recent recent;
    struct tw_input *input;
    struct tw_arena *reading, *look;
    float *x;                          /* features of the declaration at hand */
    const struct tw_finding **finding; /* on its items */
    size_t items_cap;                  /* room in both */
    uint8_t declarations_sha256[TW_SHA256_BYTES];
};

/* TW_NOMEM, with its note */
tw_err training_no_memory(struct tw_fault *fault);

/* Opens what is read; training_close also after a failure. Errors of tw_train */
tw_err training_open(struct training *g) TW_MUST_CHECK;
void training_close(struct training *g);

/* Reads all of it: lessons, the latest declarations, the profile, the counts of the card. */
tw_err training_read(struct training *g) TW_MUST_CHECK;

#endif
