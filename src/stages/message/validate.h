/* SPDX-License-Identifier: Apache-2.0 */
/* message/validate.h -- everything that is wrong with one message, not the first fault alone.
 *
 * In : a declaration as its reader read it, and what the reader could not take.
 * Out: one fault after another: place, rule, what is wrong, what would put it right.
 * Not: reading; files. Whether a declaration is decided about: message/complete.h refuses it for its first
 * fault.
 *
 * A reader tells values that their elements cannot hold and leaves them out. What is then missing is not told
 * a second time, and sums over it are not taken.
 */
#ifndef TW_MESSAGE_VALIDATE_H
#define TW_MESSAGE_VALIDATE_H

#include "decl/check.h"

/* Rules of reading: X(ID, id, words, remedy). Where the element at fault is known, the remedy of the VALUE
 * rules is its form. */
#define TW_READING_RULE_TABLE(X)                                                                             \
    X(UNREADABLE, "unreadable", "a message can be read",                                                     \
      "mend it in the program that wrote it, and send it again")                                             \
    X(SCHEMA, "schema", "a message keeps the schema that is asked for",                                      \
      "write the element as the schema has it, in its order")                                                \
    X(TOO_LARGE, "too_large", "a message keeps to the limits", "send it in parts")                           \
    X(SENT_TWICE, "sent_twice", "a declaration comes once",                                                  \
      "leave one of the two out, or give it a number of its own")                                            \
    X(VALUE_FORM, "value_form", "a value has the form of its element", "write it as its element wants it")   \
    X(VALUE_RANGE, "value_range", "a value is one that its element can hold",                                \
      "write it as its element wants it")                                                                    \
    X(VALUE_UNKNOWN, "value_unknown", "a code is on its list, a name in the format",                         \
      "spell it as the format has it, or leave it out")                                                      \
    X(VALUE_CONFLICT, "value_conflict", "a value is said once, or the same each time",                       \
      "leave one of them out, or correct it")                                                                \
    X(CURRENCY_LACKS, "currency_lacks", "an amount has a currency",                                          \
      "write the currency beside it, such as USD")

enum tw_reading_rule {
#define X(id, name, words, remedy) TW_READING_RULE_##id,
    TW_READING_RULE_TABLE(X)
#undef X
        TW_READING_RULE_N
};

struct tw_reading_rule_row {
    const char *name, *words, *remedy;
};
const struct tw_reading_rule_row *tw_reading_rule_row(enum tw_reading_rule rule); /* static storage */

/* One thing that is wrong. Texts outlive the call that tells it, not more. */
struct tw_wrong {
    enum tw_severity severity;
    struct tw_str rule, remedy; /* remedy may be absent */
    const struct tw_fault
        *fault;              /* note; line, column and path as far as they are known; of an item its index */
    enum tw_element element; /* at fault; TW_ELEMENT_N: not known, then fault->path may be a place */
    bool of_item;
    size_t entry; /* of an element of a list: index of its object there */
    bool loose;   /* of an element of a list: which object, and whose, is not known */
};

/* How messages are judged. Nothing in it is owned. */
struct tw_validation_rules {
    struct tw_str currency; /* of amounts without one; absent = they are faults */
    int64_t now;            /* UTC seconds; TW_NO_TIME = not known: nothing lies ahead, nothing is old */
    uint64_t pass;          /* bit 1 << enum tw_check: the rule, when broken, is a warning, not a fault */
    uint64_t skip;          /* the same: it is not asked, since the reader has looked at it */
    bool of_table;          /* rows of a table; else a message, whose time of lodging is for its receiver */
    void *to;               /* first argument of the next two */
    bool (*has)(void *to, enum tw_element e); /* can the form say it at all? What it cannot is not missed;
                                                 NULL: it can say everything */
    void (*wrong)(void *to, const struct tw_wrong *wrong);
};

/* One message on its way; {0} before the first. */
struct tw_validation {
    const struct tw_validation_rules *rules;
    uint32_t faults, warnings;
    uint64_t blamed[TW_ELEMENT_END / 64 + 1]; /* elements of which a value has been told */
    bool unplaced;                            /* a value of an element that is not known */
};

void tw_validation_begin(struct tw_validation *v, const struct tw_validation_rules *rules);

/* A value that its element cannot hold. fault->path is the element's name, or a path of JSON such as
 * items[1].documents[0].type; of another place the element is not known. */
void tw_validation_value(struct tw_validation *v, const struct tw_fault *fault);

/* The message cannot be read, or not be taken. */
void tw_validation_refused(struct tw_validation *v, enum tw_reading_rule rule, const struct tw_fault *fault);

/* What another table of rules has found. */
void tw_validation_tell(struct tw_validation *v, const struct tw_wrong *wrong);

/* Would it be told that the element is missing? Not of what could not be read, nor of what the form cannot
 * say. */
bool tw_validation_misses(const struct tw_validation *v, enum tw_element e);

/* Settles the declaration and tells every rule of decl/check.def that it breaks. Of a request (function 13),
 * which says of a declaration only what changes, single values are looked at alone. TW_NOMEM */
tw_err tw_validation_decl(struct tw_validation *v, struct tw_decl *decl, struct tw_arena *arena,
                          struct tw_fault *fault) TW_MUST_CHECK;

#endif
