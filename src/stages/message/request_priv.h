/* SPDX-License-Identifier: Apache-2.0 */
/* message/request_priv.h -- one request under way.
 *
 * In : both messages as trees.
 * Out: the declaration's tree, changed, and what changed.
 * Not: who may ask for what; message/request.c looks at that before.
 */
#ifndef TW_MESSAGE_REQUEST_PRIV_H
#define TW_MESSAGE_REQUEST_PRIV_H

#include "message/request.h"
#include "message/request_place_priv.h"

struct work {
    const struct tw_request_limits *limits;
    const struct xml_tree *tree;
    struct tw_arena *room;          /* of the trees */
    struct tw_arena *arena;         /* of the result */
    struct xml_element *base, *new; /* Declaration of both messages */
    struct xml_element *root;       /* of the base's message */
    struct place *done;             /* what the amendments before this one point at */
    size_t n;
    struct tw_request_outcome *out;
    struct tw_fault *fault;
};

/* Does all amendments of a request. Errors of tw_request_apply */
tw_err request_amend_all(struct work *w, const struct tw_decl *message) TW_MUST_CHECK;

/* Takes what a presentation says about where the goods are, when it says it. The same errors */
tw_err request_take_location(struct work *w) TW_MUST_CHECK;

/* The fault of an arena that gave nothing. */
tw_err request_no_room(const struct tw_arena *arena, struct tw_fault *fault);

#endif
