/* SPDX-License-Identifier: Apache-2.0 */
/* message/ruleset.h -- an administration's own rules of declarations, written as data.
 *
 * In : YAML (docs/formats/rules.md); a declaration.
 * Out: the rules, each held to its own examples; every one that the declaration breaks.
 * Not: a language. A rule says under which conditions what must hold of single elements; what needs sums,
 *      history or lists of traders is a criterion. Rules that hold everywhere: decl/check.h.
 */
#ifndef TW_MESSAGE_RULESET_H
#define TW_MESSAGE_RULESET_H

#include "message/validate.h"

/* What may be asked of an element's values: X(ID, key, of each value and not of one) */
#define TW_RULE_TEST_TABLE(X)                                                                                \
    X(PRESENT, "present", 0)                                                                                 \
    X(IS, "is", 0)                                                                                           \
    X(IN, "in", 0)                                                                                           \
    X(PREFIX, "prefix", 0)                                                                                   \
    X(FORM, "form", 1)                                                                                       \
    X(AT_MOST, "at_most", 1)

enum tw_rule_test {
#define X(id, key, each) TW_RULE_##id,
    TW_RULE_TEST_TABLE(X)
#undef X
        TW_RULE_TEST_N
};

struct tw_rule_condition {
    enum tw_element element;
    enum tw_rule_test test;
    bool wanted;               /* PRESENT: it is to be there; else it is not */
    const struct tw_str *text; /* IS, FORM: one; IN, PREFIX: any of them */
    size_t n;
    struct tw_dec most; /* AT_MOST */
};

struct tw_rule {
    struct tw_str id, words, remedy, source;
    enum tw_severity severity;
    bool of_item; /* asked of each goods item; else once */
    TW_LIST(struct tw_rule_condition) when, require;
};

struct tw_ruleset {
    struct tw_str name;
    TW_LIST(struct tw_rule) rules; /* in the order of the file */
};

enum {
    TW_RULES_MAX = 1000,         /* of a set, unless the caller says otherwise */
    TW_RULE_CONDITIONS_MAX = 16, /* in `when`, and in `require` */
    TW_RULE_VALUES_MAX = 1000,   /* of one condition */
    TW_RULE_EXAMPLES_MAX = 100   /* of one rule */
};

/* Reads a set. Texts point into `yaml`, all else lives in `arena`.
 * rules_max  0 = TW_RULES_MAX
 * Faults have line and column:
 * TW_FORMAT    no YAML; a key that is missing, unknown or of another kind; a rule that does to an example
 * what it does not say TW_NOTFOUND  an element that does not exist; TW_CONFLICT  an id that stands twice
 * TW_RANGE     a number or form that is none; TW_LIMIT; TW_NOMEM */
tw_err tw_ruleset_parse(struct tw_str yaml, uint32_t rules_max, struct tw_arena *arena,
                        struct tw_ruleset *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* Tells each rule that a declaration breaks, settled as tw_validation_decl leaves it; requests are not asked.
 * TW_NOMEM */
tw_err tw_ruleset_check(const struct tw_ruleset *set, const struct tw_decl *decl, struct tw_validation *v,
                        struct tw_fault *fault) TW_MUST_CHECK;

/* Does a text have a form: a letters, n digits, an either; each with how many, the last one also with up to
 * how many: a2n12, an..17. */
bool tw_rule_form_fits(struct tw_str form, struct tw_str text);

#endif
