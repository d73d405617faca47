/* SPDX-License-Identifier: Apache-2.0 */
/* message/xml_same.h -- whether two XML messages hold the same.
 *
 * In : the bytes of both (message/xml.h).
 * Out: how many elements of the first the second has not, and the other way round. An element is its path,
 * its text and its attributes; equal ones are counted as often as they stand there. Not: the order of
 * elements, prefixes, comments, blanks between elements.
 *
 * It knows nothing of declarations, and so can check who does.
 */
#ifndef TW_MESSAGE_XML_SAME_H
#define TW_MESSAGE_XML_SAME_H

#include "message/xml.h"

struct tw_xml_difference {
    uint32_t elements;       /* of the first */
    uint32_t missing, added; /* of the first and not in the second; of the second and not in the first */
    char first[192]; /* the path of the first that is missing, else of the first that is added; "" = none */
};

/* Where the elements of `a` are in no namespace, those of `b` are compared without theirs.
 * The errors of tw_xml_parse. Time O(n log n). */
tw_err tw_xml_compare(struct tw_xml *a, struct tw_xml *b, struct tw_xml_difference *ret,
                      struct tw_fault *fault) TW_MUST_CHECK;

#endif
