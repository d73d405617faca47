/* SPDX-License-Identifier: Apache-2.0 */
/* criteria/asycuda.h -- criteria of ASYCUDA's selectivity, turned into a draft of a set.
 *
 * In : a text with criteria in the syntax of ASYCUDA's rules (docs/formats/asycuda.md says what is accepted).
 * Out: a set in YAML (docs/criteria.md) that its author completes; all that could not be taken over, by
 * place. Not: lists, value control and taxation of ASYCUDA, which lie elsewhere; files, the clock.
 *
 * A criterion of which any part is not understood is left out whole, and stands in the draft as a comment:
 * without that part it might hit more than it did.
 *
 * Source: UNCTAD, ASYCUDA++ Functional Reference Manual V1.15, section 6 (MODSEL: criteria, keywords,
 * functions) and appendix A (syntax of rules); boxes of the Single Administrative Document.
 */
#ifndef TW_CRITERIA_ASYCUDA_H
#define TW_CRITERIA_ASYCUDA_H

#include "criteria/criteria.h"

enum { TW_ASYCUDA_BYTES_MAX = 16 << 20, TW_ASYCUDA_DEPTH_MAX = 100 };

struct tw_asycuda_options {
    struct tw_str file;    /* how the text is called, for people; UTF-8 without control characters */
    struct tw_str name;    /* of the set */
    int32_t day;           /* the draft is valid from it, for a year */
    uint32_t criteria;     /* most that are made; 0 = 5,000 */
    uint32_t steps, depth; /* of an evaluation; of parts within each other, in the text; 0 = the defaults */
    /* Told of each thing that was not taken over, and of what an author should know, in the order of the
     * text: line, column (characters), what it is and what would be right. `lost`: its criterion was left
     * out. */
    void (*told)(void *to, const struct tw_fault *what, bool lost);
    void *to;
};

struct tw_asycuda_count {
    size_t read; /* criteria of the text */
    size_t made; /* criteria of the draft; one for each lane */
    size_t lost; /* criteria of the text that were left out, and runs of text that belong to none */
};

/* Appends the draft to `out`.
 *
 * text   UTF-8, else it is taken for windows-1252 (Latin-1 with quotes); lines end as they like
 *
 * TW_FORMAT  no text; not one criterion in it
 * TW_LIMIT   larger than TW_ASYCUDA_BYTES_MAX; more criteria than allowed
 * TW_NOMEM
 * What is accepted is a set that tw_criteria_parse takes, unless every criterion was left out (made is 0). */
tw_err tw_asycuda_import(struct tw_str text, const struct tw_asycuda_options *options, struct tw_buf *out,
                         struct tw_asycuda_count *ret, struct tw_fault *fault) TW_MUST_CHECK;

#endif
