/* SPDX-License-Identifier: Apache-2.0 */
/* message/request_place_priv.h -- what the pointers of an amendment lead to.
 *
 * In : pointers, and a declaration as a tree.
 * Out: the place in the table, and the element that stands there.
 * Not: what is done with it.
 *
 * "The third of several" is the one whose SequenceNumeric is 3 where they have such numbers, else the third
 * that stands there. Of what can stand there only once the sequence says nothing, and senders write what they
 * like.
 */
#ifndef TW_MESSAGE_REQUEST_PLACE_PRIV_H
#define TW_MESSAGE_REQUEST_PLACE_PRIV_H

#include "decl/decl.h"
#include "message/xml_doc_priv.h"
#include "message/xml_tree_priv.h"

enum { PLACE_STEPS_MAX = 17 }; /* 16 pointers and a tag */

struct place_step {
    uint16_t row;
    uint32_t sequence; /* 0 = not said, or can stand there only once */
};

struct place {
    struct place_step step[PLACE_STEPS_MAX];
    size_t n;     /* at least 1 */
    bool element; /* a tag names it: one element, no whole section */
    char path[256], words[256];
};

/* TW_FORMAT, TW_NOTFOUND; fault->path is how far the pointers lead */
tw_err place_find(const struct xml_tree *tree, const struct tw_amendment *amendment, struct place *ret,
                  struct tw_fault *fault) TW_MUST_CHECK;

/* Names path and words, when all sequences are known. */
void place_name(struct place *place);

/* The child that the step leads to; NULL = there is none. *ret_n: how many of it there are, what is gone too;
 * *ret_last: the highest number they have, their number where they have none. A sequence that is not said is
 * set where there is one alone. TW_CONFLICT: it is not said which of several */
tw_err place_step_down(const struct xml_tree *tree, const struct xml_element *parent, struct place_step *step,
                       struct xml_element **ret, uint32_t *ret_last, struct tw_fault *fault) TW_MUST_CHECK;

/* Are there numbers that tell several of this row apart? */
bool place_is_numbered(const struct xml_tree *tree, uint16_t row);

/* The number of an element; 0 = it has none. */
uint32_t place_number(const struct xml_element *e);

#endif
