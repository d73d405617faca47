/* SPDX-License-Identifier: Apache-2.0 */
/* The vocabularies of manifests, movements and inspection acts. */
#include "decl/act.h"
#include "decl/manifest.h"
#include "decl/movement.h"

#define X(id, code, words) {code, words},
static const struct tw_word bill_words[] = {TW_BILL_TABLE(X)};
static const struct tw_word subject_words[] = {TW_SUBJECT_TABLE(X)};
static const struct tw_word control_words[] = {TW_CONTROL_TABLE(X)};
static const struct tw_word action_words[] = {TW_ACTION_TABLE(X)};
#undef X
#define X(id, code, dcsa, words) {code, words},
static const struct tw_word event_words[] = {TW_EVENT_TABLE(X)};
static const struct tw_word timing_words[] = {TW_TIMING_TABLE(X)};
#undef X
#define X(id, code, dcsa, words) {dcsa, words},
static const struct tw_word event_dcsa[] = {TW_EVENT_TABLE(X)};
static const struct tw_word timing_dcsa[] = {TW_TIMING_TABLE(X)};
#undef X

static const struct tw_vocabulary bills = {"kind of transport contract", bill_words, TW_BILL_N};
static const struct tw_vocabulary subjects = {"subject of a movement", subject_words, TW_SUBJECT_N};
static const struct tw_vocabulary events = {"movement event", event_words, TW_EVENT_N};
static const struct tw_vocabulary timings = {"timing", timing_words, TW_TIMING_N};
static const struct tw_vocabulary controls = {"kind of control", control_words, TW_CONTROL_N};
static const struct tw_vocabulary actions = {"action", action_words, TW_ACTION_N};
static const struct tw_vocabulary dcsa_events = {"DCSA event type", event_dcsa, TW_EVENT_N};
static const struct tw_vocabulary dcsa_timings = {"DCSA event classifier", timing_dcsa, TW_TIMING_N};

const struct tw_vocabulary *tw_bill_vocabulary(void)
{
    return &bills;
}

const struct tw_vocabulary *tw_subject_vocabulary(void)
{
    return &subjects;
}

const struct tw_vocabulary *tw_event_vocabulary(void)
{
    return &events;
}

const struct tw_vocabulary *tw_timing_vocabulary(void)
{
    return &timings;
}

const struct tw_vocabulary *tw_control_vocabulary(void)
{
    return &controls;
}

const struct tw_vocabulary *tw_action_vocabulary(void)
{
    return &actions;
}

tw_err tw_event_from_dcsa(struct tw_str code, enum tw_event *ret, struct tw_fault *fault)
{
    size_t i = 0;
    if (code.n == 0) return tw_fail(fault, TW_NOTFOUND, "no DCSA event type is given");
    TW_TRY(tw_vocabulary_find(&dcsa_events, code, &i, fault));
    *ret = (enum tw_event)i;
    return TW_OK;
}

tw_err tw_timing_from_dcsa(struct tw_str code, enum tw_timing *ret, struct tw_fault *fault)
{
    size_t i = 0;
    TW_TRY(tw_vocabulary_find(&dcsa_timings, code, &i, fault));
    *ret = (enum tw_timing)i;
    return TW_OK;
}
