/* SPDX-License-Identifier: Apache-2.0 */
/* decl/act.h -- what an officer did with a declaration and what came of it.
 *
 * In : nothing; a shape that inspect/ fills.
 * Out: one inspection act with a result for each item looked at, conform ones included.
 * Not: the finding that scores learn from; decl/finding.h has that.
 *
 * Ownership and absence as in decl/decl.h; decl/record.def names every member but the attachments' hashes.
 */
#ifndef TW_DECL_ACT_H
#define TW_DECL_ACT_H

#include "decl/finding.h"
#include "decl/vocabulary.h"

/* How goods are controlled. Source: Revised Kyoto Convention, general annex chapter 6; platforms in use. */
#define TW_CONTROL_TABLE(X)                                                                                  \
    X(DOCUMENTS, "documents", "documents looked at")                                                         \
    X(PHYSICAL, "physical", "goods examined")                                                                \
    X(SCAN, "scan", "goods scanned without opening")                                                         \
    X(SAMPLE, "sample", "samples taken and tested")                                                          \
    X(AUDIT, "audit", "books audited after release")

enum tw_control {
#define X(id, code, words) TW_CONTROL_##id,
    TW_CONTROL_TABLE(X)
#undef X
        TW_CONTROL_N
};

/* What is done with the item after the control. */
#define TW_ACTION_TABLE(X)                                                                                   \
    X(NONE, "none", "nothing further")                                                                       \
    X(CORRECT, "correct", "declaration corrected")                                                           \
    X(COLLECT, "collect", "additional duty collected")                                                       \
    X(DETAIN, "detain", "goods detained")                                                                    \
    X(SEIZE, "seize", "goods seized")                                                                        \
    X(DESTROY, "destroy", "goods destroyed")                                                                 \
    X(RETURN, "return", "goods sent back")                                                                   \
    X(REFER, "refer", "referred to another authority")

enum tw_action {
#define X(id, code, words) TW_ACTION_##id,
    TW_ACTION_TABLE(X)
#undef X
        TW_ACTION_N
};

/* What came of one item. */
struct tw_act_result {
    uint32_t item; /* number as declared; 0 = the whole declaration */
    enum tw_result result;
    struct tw_money delta_value; /* established minus declared, national currency */
    struct tw_money delta_duty;
    enum tw_action action;
    struct tw_str note;
};

/* A photograph, report or document kept elsewhere. */
struct tw_attachment {
    struct tw_str name, media_type;
    uint64_t bytes;
    uint8_t sha256[32];
};

/* One inspection act. */
struct tw_act {
    struct tw_str id;
    struct tw_str declaration_id;
    uint32_t version; /* of the declaration */
    struct tw_str officer, office, place;
    enum tw_control control;
    int64_t started_at, ended_at; /* UTC seconds; TW_NO_TIME = absent */
    int64_t minutes;              /* officers' time spent, summed over officers; -1 = absent */
    struct tw_str note;
    TW_LIST(struct tw_act_result) results;
    TW_LIST(struct tw_attachment) attachments;
};

const struct tw_vocabulary *tw_control_vocabulary(void);
const struct tw_vocabulary *tw_action_vocabulary(void);

#endif
