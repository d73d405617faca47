/* SPDX-License-Identifier: Apache-2.0 */
/* decl/notification.h -- what customs tells the declarant about a declaration or a request.
 *
 * In : nothing; a shape that message/ reads and whoever decides fills.
 * Out: one notification: what has come to pass, and what goes with it (errors, a deadline, amendments,
 * duties). Not: how it is written anywhere (message/notification.h has WCO XML and JSON).
 *
 * Ownership and absence as in decl/decl.h; decl/record.def names every member. What kinds of notification
 * there are, and which of them carry what:
 *
 *   REJ  errors, each with the pointers that lead to what is wrong     DOC  a remark with `limit_at`, the
 * deadline RES  amendments, and in `values` what they put in                   REQ  a status (39 = granted),
 * a remark with TAX  items with tax lines, and statuses                                  the reason where it
 * is denied CPI, CPR  payments                                                  INV  cancelled_at
 */
#ifndef TW_DECL_NOTIFICATION_H
#define TW_DECL_NOTIFICATION_H

#include "decl/decl.h"
#include "decl/vocabulary.h"

enum tw_notice {
#define X(id, function, code, words, cause) TW_NOTICE_##id,
#include "decl/notice.def"
#undef X
    TW_NOTICE_N /* also: absent */
};

/* A remark of customs: a reason, a request for documents with its deadline. */
struct tw_remark {
    struct tw_str code, text, type;
    int64_t limit_at; /* UTC seconds; TW_NO_TIME = absent */
    TW_LIST(struct tw_pointer)
    pointers; /* to what it speaks of; an error of this notification (07B, 53A), ... */
};

/* Why a declaration was rejected. */
struct tw_notified_error {
    struct tw_str code, text;
    TW_LIST(struct tw_pointer) pointers; /* from the declaration down to what is wrong */
};

struct tw_status {
    struct tw_str code;
    int64_t effective_at, released_at; /* UTC seconds; TW_NO_TIME = absent */
    TW_LIST(struct tw_pointer) pointers;
};

struct tw_contact {
    struct tw_str id, type; /* a number or address, and of what kind */
};

struct tw_contact_office {
    struct tw_str id;
    TW_LIST(struct tw_contact) contacts;
};

/* What is to be paid or secured in all. */
struct tw_payment {
    struct tw_str reference;
    struct tw_money assessed, payable;
    int64_t due_at; /* UTC seconds; TW_NO_TIME = absent */
    TW_LIST(struct tw_guarantee) guarantees;
};

/* One duty or tax of an item as customs assessed it. */
struct tw_tax_line {
    struct tw_str type;      /* e.g. A00 customs duty, B00 VAT */
    struct tw_str regime;    /* preference under which the rate stands */
    struct tw_dec rate;      /* per cent */
    struct tw_quantity base; /* specific base */
    struct tw_money base_amount, deducted, assessed, payable;
};

struct tw_notified_item {
    uint32_t number;
    TW_LIST(struct tw_tax_line) taxes;
};

struct tw_notification {
    enum tw_notice code; /* TW_NOTICE_N = a function that is not ours; it is in extra then */
    struct tw_str id;    /* of this notification */
    int64_t issued_at;   /* UTC seconds; TW_NO_TIME = absent */
    struct tw_str lrn;   /* of the declaration or request it is about */
    struct tw_str mrn;   /* of the declaration */
    uint32_t version;    /* of the declaration; 0 = absent */
    int64_t accepted_at, cancelled_at, rejected_at;
    struct tw_str appeal_office;
    struct tw_str bank, account; /* where to pay to: code of the bank, number of the account */
    TW_LIST(struct tw_remark) remarks;
    TW_LIST(struct tw_amendment) amendments;
    TW_LIST(struct tw_notified_error) errors;
    TW_LIST(struct tw_status) statuses;
    TW_LIST(struct tw_contact_office) contact_offices;
    TW_LIST(struct tw_payment) payments;
    TW_LIST(struct tw_notified_item) items;
    TW_LIST(struct tw_extra)
    values; /* what amendments put in: paths from D, as docs/formats/xml.md names them */
    TW_LIST(struct tw_extra) extra;
};

/* Codes (DMSACC ...) with their words. */
const struct tw_vocabulary *tw_notice_vocabulary(void);

const char *tw_notice_function(enum tw_notice notice); /* "01"; "" for TW_NOTICE_N */
const char *tw_notice_cause(enum tw_notice notice);    /* who or what brings it about; "" for TW_NOTICE_N */

/* The kind of notification with that message function; TW_NOTICE_N when there is none. */
enum tw_notice tw_notice_of_function(struct tw_str function);

void tw_notification_init(struct tw_notification *ret); /* nothing in it, all absent */

#endif
