/* SPDX-License-Identifier: Apache-2.0 */
/* decl/movement.h -- what is reported of vessels, containers, trucks, trains and flights on their way.
 *
 * In : nothing; a shape that message/ fills from terminal, gate and carrier messages.
 * Out: one event each: who or what, what happened, where and when, planned or actual.
 * Not: positions (AIS); geo/ has those.
 *
 * Ownership and absence as in decl/decl.h; decl/record.def names every member.
 */
#ifndef TW_DECL_MOVEMENT_H
#define TW_DECL_MOVEMENT_H

#include "decl/decl.h"
#include "decl/vocabulary.h"

#define TW_SUBJECT_TABLE(X)                                                                                  \
    X(VESSEL, "vessel", "vessel, by IMO number")                                                             \
    X(CONTAINER, "container", "container, by ISO 6346 number")                                               \
    X(TRUCK, "truck", "truck, by number plate")                                                              \
    X(TRAIN, "train", "train or wagon, by number")                                                           \
    X(FLIGHT, "flight", "flight, by flight number")

enum tw_subject {
#define X(id, code, words) TW_SUBJECT_##id,
    TW_SUBJECT_TABLE(X)
#undef X
        TW_SUBJECT_N
};

/* X(id, code, dcsa, words). Source: DCSA Track and Trace 2.2, transportEventTypeCode and
 * equipmentEventTypeCode; rows without such a code are border controls of our own. */
#define TW_EVENT_TABLE(X)                                                                                    \
    X(ARRIVED, "arrived", "ARRI", "arrived")                                                                 \
    X(DEPARTED, "departed", "DEPA", "departed")                                                              \
    X(LOADED, "loaded", "LOAD", "loaded on a means of transport")                                            \
    X(DISCHARGED, "discharged", "DISC", "discharged from a means of transport")                              \
    X(GATE_IN, "gate_in", "GTIN", "entered a facility")                                                      \
    X(GATE_OUT, "gate_out", "GTOT", "left a facility")                                                       \
    X(STUFFED, "stuffed", "STUF", "filled with goods")                                                       \
    X(STRIPPED, "stripped", "STRP", "emptied of goods")                                                      \
    X(PICKED_UP, "picked_up", "PICK", "picked up")                                                           \
    X(DROPPED_OFF, "dropped_off", "DROP", "dropped off")                                                     \
    X(INSPECTED, "inspected", "INSP", "opened and inspected")                                                \
    X(RESEALED, "resealed", "RSEA", "sealed anew")                                                           \
    X(REMOVED, "removed", "RMVD", "seal removed")                                                            \
    X(WEIGHED, "weighed", "", "weighed")                                                                     \
    X(SCANNED, "scanned", "", "scanned")                                                                     \
    X(PRESENTED, "presented", "", "presented to customs")

enum tw_event {
#define X(id, code, dcsa, words) TW_EVENT_##id,
    TW_EVENT_TABLE(X)
#undef X
        TW_EVENT_N
};

/* X(id, code, dcsa, words). Source: DCSA Track and Trace 2.2, eventClassifierCode. */
#define TW_TIMING_TABLE(X)                                                                                   \
    X(PLANNED, "planned", "PLN", "planned")                                                                  \
    X(ESTIMATED, "estimated", "EST", "estimated")                                                            \
    X(ACTUAL, "actual", "ACT", "observed")

enum tw_timing {
#define X(id, code, dcsa, words) TW_TIMING_##id,
    TW_TIMING_TABLE(X)
#undef X
        TW_TIMING_N
};

/* One reported event. */
struct tw_movement {
    struct tw_str id; /* of the message, so that the same one twice is one event */
    enum tw_subject subject;
    struct tw_str subject_id;
    enum tw_event event;
    enum tw_timing timing;
    int64_t at;                  /* when it happens or happened, UTC seconds; TW_NO_TIME = absent */
    int64_t reported_at;         /* when it was said, UTC seconds; TW_NO_TIME = absent */
    struct tw_str place;         /* UN/LOCODE */
    struct tw_str facility;      /* terminal, gate, warehouse */
    struct tw_str means, voyage; /* what carries it, on which voyage */
    struct tw_str seal;
    struct tw_str bill;          /* transport document it moves under */
    struct tw_dec gross_mass_kg; /* as weighed */
    struct tw_str source;        /* who reported it */
};

const struct tw_vocabulary *tw_subject_vocabulary(void);
const struct tw_vocabulary *tw_event_vocabulary(void);
const struct tw_vocabulary *tw_timing_vocabulary(void);

/* The event or timing that a DCSA code names. TW_NOTFOUND */
tw_err tw_event_from_dcsa(struct tw_str code, enum tw_event *ret, struct tw_fault *fault) TW_MUST_CHECK;
tw_err tw_timing_from_dcsa(struct tw_str code, enum tw_timing *ret, struct tw_fault *fault) TW_MUST_CHECK;

#endif
