/* SPDX-License-Identifier: Apache-2.0 */
/* decl/finding.h -- what an inspection established.
 *
 * In : nothing; a shape, and the table of result codes.
 * Out: one finding per inspected item, conform ones included.
 * Not: judgement; "fraud" is a word for courts.
 */
#ifndef TW_DECL_FINDING_H
#define TW_DECL_FINDING_H

#include "decl/decl.h"
#include "decl/vocabulary.h"

/* Result codes: name in files and API, words for an officer, is it a finding of non-compliance.
 * Source: docs/glossary.md, from the codes administrations record. */
#define TW_RESULT_TABLE(X)                                                                                   \
    X(CONFORM, "conform", "as declared", 0)                                                                  \
    X(DESCRIPTION, "description", "wrong description", 1)                                                    \
    X(CLASSIFICATION, "classification", "wrong commodity code", 1)                                           \
    X(ORIGIN, "origin", "wrong origin", 1)                                                                   \
    X(VALUE, "value", "wrong value", 1)                                                                      \
    X(QUANTITY, "quantity", "wrong quantity or weight", 1)                                                   \
    X(UNDECLARED, "undeclared", "undeclared goods", 1)                                                       \
    X(PROHIBITED, "prohibited", "prohibited or restricted goods", 1)                                         \
    X(IPR, "ipr", "infringes intellectual property", 1)                                                      \
    X(LICENCE_MISSING, "licence_missing", "licence missing", 1)                                              \
    X(DOCUMENTS_MISSING, "documents_missing", "documents missing", 1)                                        \
    X(OTHER, "other", "other non-compliance", 1)

enum tw_result {
#define X(name, code, words, found) TW_RESULT_##name,
    TW_RESULT_TABLE(X)
#undef X
        TW_RESULT_N
};

struct tw_finding {
    struct tw_str declaration_id;
    uint32_t item; /* item number as declared; 0 = the whole declaration */
    enum tw_result result;
    struct tw_money delta_value; /* established minus declared, national currency; cur "" = absent */
    struct tw_money delta_duty;
    int32_t known_day;   /* UTC day on which the result was known */
    struct tw_str basis; /* why it was inspected: criterion, score, random, manual, mandatory, explore */
    double propensity;   /* probability of having been inspected, 0 < p <= 1; 0 = not recorded */
};

/* The result named `code` in files. TW_NOTFOUND */
tw_err tw_result_parse(struct tw_str code, enum tw_result *ret, struct tw_fault *fault) TW_MUST_CHECK;
const struct tw_vocabulary *tw_result_vocabulary(void);
const char *tw_result_code(enum tw_result r);
const char *tw_result_words(enum tw_result r);
bool tw_result_found(enum tw_result r); /* is it non-compliance */

#endif
