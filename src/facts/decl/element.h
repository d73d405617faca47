/* SPDX-License-Identifier: Apache-2.0 */
/* decl/element.h -- the vocabulary of a declaration: every element with its name, type, place and words.
 *
 * In : element.def (header and item) and record.def (all else), one row per element; list.def, what repeats.
 * Out: enums, look-up by name, and setting or printing any element of an object by its row.
 * Not: formats; message/ knows those.
 *
 * Money. An amount and its currency are two elements of one member (`price`, `price_currency`) and may be set
 * in either order; decl/money.h says how the first waits for the second. When an object is complete,
 * tw_decl_settle() gives the amounts that came without a currency the one that the caller says they are in.
 */
#ifndef TW_DECL_ELEMENT_H
#define TW_DECL_ELEMENT_H

#include "base/buf.h"
#include "decl/act.h"
#include "decl/decl.h"
#include "decl/manifest.h"
#include "decl/movement.h"
#include "decl/notification.h"

/* The objects that have elements: X(id, struct, words). The first two are flat: their element names stand
 * alone as CSV columns. The names of all others begin with their object's: document.type. */
#define TW_LEVEL_TABLE(X)                                                                                    \
    X(DECL, struct tw_decl, "declaration")                                                                   \
    X(ITEM, struct tw_item, "goods item")                                                                    \
    X(DOCUMENT, struct tw_document, "document: licence, permit, certificate or other")                       \
    X(PREVIOUS_DOCUMENT, struct tw_previous_document, "document that this declaration follows")              \
    X(AUTHORISATION, struct tw_authorisation, "authorisation")                                               \
    X(GUARANTEE, struct tw_guarantee, "guarantee")                                                           \
    X(CONTAINER, struct tw_container, "container")                                                           \
    X(PACKAGE, struct tw_package, "packages")                                                                \
    X(DUTY, struct tw_duty_line, "duty or tax line")                                                         \
    X(CHARGE, struct tw_charge, "charge added to the price or deducted from it")                             \
    X(STATEMENT, struct tw_statement, "statement")                                                           \
    X(FISCAL_PARTY, struct tw_fiscal_party, "further fiscal party")                                          \
    X(AMENDMENT, struct tw_amendment, "amendment")                                                           \
    X(POINTER, struct tw_pointer, "pointer to a place in the declaration")                                   \
    X(EXTRA, struct tw_extra, "what no member takes")                                                        \
    X(MANIFEST, struct tw_manifest, "manifest")                                                              \
    X(CONSIGNMENT, struct tw_consignment, "consignment of a manifest")                                       \
    X(CONSIGNMENT_ITEM, struct tw_consignment_item, "goods of a consignment")                                \
    X(MOVEMENT, struct tw_movement, "movement event")                                                        \
    X(ACT, struct tw_act, "inspection act")                                                                  \
    X(ACT_RESULT, struct tw_act_result, "result of an inspection act")                                       \
    X(NOTIFICATION, struct tw_notification, "notification")                                                  \
    X(REMARK, struct tw_remark, "remark of a notification")                                                  \
    X(ERROR, struct tw_notified_error, "error of a notification")                                            \
    X(STATUS, struct tw_status, "status of a notification")                                                  \
    X(CONTACT_OFFICE, struct tw_contact_office, "customs office to turn to")                                 \
    X(CONTACT, struct tw_contact, "how an office is reached")                                                \
    X(PAYMENT, struct tw_payment, "payment that is asked for")                                               \
    X(NOTIFIED_ITEM, struct tw_notified_item, "goods item of a notification")                                \
    X(TAX_LINE, struct tw_tax_line, "duty or tax as assessed")

/* Where an element stands. */
enum tw_level {
#define X(id, object, words) TW_LEVEL_##id,
    TW_LEVEL_TABLE(X)
#undef X
        TW_LEVEL_N
};

/* How its text is read and what member holds it: X(id, member type, words). Blanks around any text are
 * dropped. */
#define TW_TYPE_TABLE(X)                                                                                     \
    X(TEXT, struct tw_str, "any text")                                                                       \
    X(CODE, struct tw_str, "text without blanks inside, as given: leading zeros are kept")                   \
    X(HS, struct tw_str, "commodity code: 2, 4 or 6 to 10 digits; points and blanks inside are dropped")     \
    X(COUNTRY, struct tw_str, "two letters in the form of ISO 3166-1; read in either case")                  \
    X(TIME, int64_t, "2026-11-23 or 2026-11-23T05:57:00Z; without an offset it is UTC")                      \
    X(COUNT, int64_t, "whole number, 0 or more")                                                             \
    X(NUMBER, uint32_t, "whole number, 1 to 4294967295")                                                     \
    X(DEC, struct tw_dec, "decimal number, 0 or more, up to nine decimals")                                  \
    X(MASS, struct tw_dec, "kilograms, 0 or more, up to nine decimals")                                      \
    X(AMOUNT, struct tw_money, "amount of money in major units, 0 or more; rounded to the minor unit")       \
    X(SIGNED, struct tw_money, "amount of money in major units, below zero too")                             \
    X(CURRENCY, struct tw_money, "currency of ISO 4217, three letters; read in either case")                 \
    X(UNIT, struct tw_str, "unit of UN/ECE Recommendation 20, e.g. KGM; read in either case")                \
    X(CONTAINERS, tw_containers, "container numbers joined by ';'")                                          \
    X(BILL, enum tw_bill, "kind of transport contract")                                                      \
    X(SUBJECT, enum tw_subject, "what moves")                                                                \
    X(EVENT, enum tw_event, "what happened")                                                                 \
    X(TIMING, enum tw_timing, "planned, estimated or actual")                                                \
    X(CONTROL, enum tw_control, "kind of control")                                                           \
    X(RESULT, enum tw_result, "result code")                                                                 \
    X(ACTION, enum tw_action, "what is done with the goods")                                                 \
    X(NOTICE, enum tw_notice, "kind of notification")

enum tw_type {
#define X(id, member, words) TW_TYPE_##id,
    TW_TYPE_TABLE(X)
#undef X
        TW_TYPE_N
};

struct tw_element_row {
    const char *name;    /* canonical name, e.g. importer.id; also CSV column and JSON key path */
    uint16_t name_n;     /* its bytes */
    enum tw_level level; /* which object has it */
    enum tw_type type;
    uint16_t offset;    /* of the member in the object */
    uint16_t reference; /* row of the element list it comes from (1..48); 0 = ours */
    const char *wco;    /* WCO Data Model 3.6 path; "" = none */
    const char *words;  /* what an officer calls it */
};

/* The flat elements (levels DECL and ITEM) are 0 .. TW_ELEMENT_N - 1, those of all other levels stand behind
 * TW_ELEMENT_N up to TW_ELEMENT_END. */
enum tw_element {
#define X(id, name, level, type, member, reference, wco, words) TW_ELEMENT_##id,
#include "decl/element.def"
    TW_ELEMENT_N, /* also: no such element */
#include "decl/record.def"
    TW_ELEMENT_END
#undef X
};

const struct tw_element_row *tw_element_row(enum tw_element e); /* static storage */

/* The other half of one value: the currency of an amount, the unit of a quantity, and the other way round;
 * TW_ELEMENT_N: it is whole. */
enum tw_element tw_element_partner(enum tw_element e);

/* The element's name without the name of its object: type for document.type, but importer.id. */
struct tw_str tw_element_own_name(enum tw_element e);

/* The flat element of that name, at level DECL or ITEM; TW_ELEMENT_N when there is none. */
enum tw_element tw_element_find(struct tw_str name);

/* The element of that name among all, e.g. document.type; TW_ELEMENT_N when there is none. */
enum tw_element tw_element_find_any(struct tw_str name);

/* A member that is a list of objects (decl/list.def). */
struct tw_list_row {
    const char *name;           /* of the member, e.g. documents */
    size_t name_n;              /* its bytes */
    enum tw_level owner, level; /* the object that has it; what it lists */
    uint16_t offset;            /* of the member in its owner */
};

/* The lists of an object of that level, sorted by name. Static storage; *ret_n may be 0. */
const struct tw_list_row *tw_list_rows(enum tw_level owner, size_t *ret_n);

/* A list of any kind: objects of tw_level_size(row->level) bytes. */
struct tw_list {
    void *at;
    size_t n;
};
struct tw_list tw_list_get(const struct tw_list_row *row, const void *owner);
void tw_list_set(const struct tw_list_row *row, void *owner, struct tw_list list);

/* Bytes of an object of that level, and what an officer calls it. */
size_t tw_level_size(enum tw_level level);
const char *tw_level_words(enum tw_level level);
const char *tw_type_words(enum tw_type type);
const struct tw_vocabulary *
tw_type_vocabulary(enum tw_type type); /* of BILL .. NOTICE; NULL for other types */

/* Fills an object with what is absent: no text, no number, no list. Do this before the first tw_element_set.
 */
void tw_decl_init(struct tw_decl *ret);
void tw_item_init(struct tw_item *ret);
void tw_level_init(enum tw_level level, void *ret); /* any level; `ret` has tw_level_size(level) bytes */

/* Writes `text` into its member of `object` (of the row's level, initialised). Texts are not copied: they
 * point where `text` points (what must be rewritten, such as HS 0808.10 or lower-case countries, and lists go
 * into `arena`). Blanks around the text are dropped; an empty text leaves the member as it is, that is
 * absent. On failure the member is untouched; fault->path is the element's name. TW_FORMAT    not of the
 * element's type; an unknown currency TW_RANGE     negative or too large TW_NOTFOUND  not a word of the
 * element's vocabulary TW_CONFLICT  a second currency for one amount TW_NOMEM */
tw_err tw_element_set(enum tw_element e, struct tw_str text, struct tw_arena *arena, void *object,
                      struct tw_fault *fault) TW_MUST_CHECK;

/* The same for an element of type MASS that comes in `unit` (UN/ECE Recommendation 20). Also TW_NOTFOUND
 * (unit not known), TW_ARG (no unit of mass). */
tw_err tw_element_set_mass(enum tw_element e, struct tw_str text, struct tw_str unit, void *object,
                           struct tw_fault *fault) TW_MUST_CHECK;

/* Writes the element's name into fault->path; `fault` may be NULL. */
void tw_element_blame(enum tw_element e, struct tw_fault *fault);

/* Appends the element's value as text; nothing when absent. What it writes, tw_element_set reads back equal.
 */
void tw_element_print(enum tw_element e, const void *object, struct tw_buf *out);

/* The same, and of an amount that waits for its currency its digits. */
void tw_element_print_whole(enum tw_element e, const void *object, struct tw_buf *out);

/* Completes an item or a whole declaration with its items when everything has been set: amounts without a
 * currency are in `currency` (ISO 4217; usually the nation's own); currencies without an amount go; countries
 * of dispatch and destination that items leave open are the header's. Calling it again changes nothing.
 * TW_FORMAT (no such currency), TW_RANGE (an amount too large in it); fault->path is the element's name,
 * fault->item the index of the item. */
tw_err tw_item_settle(struct tw_item *item, struct tw_str currency, struct tw_fault *fault) TW_MUST_CHECK;
tw_err tw_decl_settle(struct tw_decl *decl, struct tw_str currency, struct tw_fault *fault) TW_MUST_CHECK;

/* The same, told of each amount that cannot be settled, which stays absent: for who wants to hear of all. */
struct tw_settle_told {
    void *to;
    void (*fault)(void *to, const struct tw_fault *fault);
};
void tw_decl_settle_all(struct tw_decl *decl, struct tw_str currency, const struct tw_settle_told *told);

#endif
