/* SPDX-License-Identifier: Apache-2.0 */
/* message/request.h -- what a declarant asks to be done with a declaration, done.
 *
 * In : a declaration as it stands, and a request about it (function 13): an amendment (COR), a cancellation
 *      (INV), a presentation of goods (GPR).
 * Out: the next version of the declaration with what was changed from what to what, or how it stands now; or
 *      the reason why the request is refused. All of a request is done, or nothing.
 * Not: whether it is granted. That is an officer's or a rule's to say; this is whether it can be.
 *
 * An amendment says by pointers what it changes: codes of sections from the declaration down, which one of
 * several, and the tag of the element; message/xml_paths.def has them. The new value stands in the message at
 * the same place. What no pointer leads to stays as it was, read or not. docs/formats/requests.md has the
 * rules.
 */
#ifndef TW_MESSAGE_REQUEST_H
#define TW_MESSAGE_REQUEST_H

#include "decl/decl.h"
#include "decl/vocabulary.h"

/* X(id, declaration type, words) */
#define TW_REQUEST_TABLE(X)                                                                                  \
    X(AMENDMENT, "COR", "amendment")                                                                         \
    X(CANCELLATION, "INV", "cancellation")                                                                   \
    X(PRESENTATION, "GPR", "presentation of the goods")

enum tw_request_kind {
#define X(id, code, words) TW_REQUEST_##id,
    TW_REQUEST_TABLE(X)
#undef X
        TW_REQUEST_N
};

const struct tw_vocabulary *tw_request_vocabulary(void);

/* Is this message a request, and of which kind? TW_FORMAT: it is none, or of a type that is not known here.
 */
tw_err tw_request_kind_of(const struct tw_decl *message, enum tw_request_kind *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

/* How a declaration stands. */
struct tw_standing {
    struct tw_str
        mrn;          /* the number customs gave it; absent = not known, then any request's is taken as its */
    uint32_t version; /* 1.. */
    bool cancelled;
    bool presented;       /* the goods are here */
    int64_t presented_at; /* UTC seconds, as the presentation says; TW_NO_TIME = it does not say */
};

/* That of a declaration just lodged: version 1, its own MRN; the goods are here but where its type (its third
 * letter D, E, F or K) says that it was lodged before them. */
struct tw_standing tw_standing_of(const struct tw_decl *decl);

/* X(id, code, words) */
#define TW_CHANGE_TABLE(X)                                                                                   \
    X(REPLACED, "replaced", "has another value")                                                             \
    X(ADDED, "added", "was not there before")                                                                \
    X(REMOVED, "removed", "is there no longer")                                                              \
    X(SAME, "same", "had this value already")

enum tw_change {
#define X(id, code, words) TW_CHANGE_##id,
    TW_CHANGE_TABLE(X)
#undef X
        TW_CHANGE_N
};

const struct tw_vocabulary *tw_change_vocabulary(void);

/* What one amendment did. */
struct tw_request_change {
    enum tw_change what;
    struct tw_str reason; /* its ChangeReasonCode */
    struct tw_str path;   /* below Declaration, each of several with its number in brackets */
    struct tw_str words;  /* the same for an officer: "goods item 1: net mass" */
    struct tw_str from,
        to; /* of one value, with currency or unit behind it; absent = none, or a whole section */
};

struct tw_request_outcome {
    enum tw_request_kind kind;
    struct tw_standing standing;
    const struct tw_decl *decl; /* the next version; the base itself where its elements stay as they are */
    struct tw_str reason, text; /* why it is asked for: ChangeReasonCode, and the first remark about it */
    TW_LIST(struct tw_request_change) changes;
};

/* Zero in a member means its default. */
struct tw_request_limits {
    uint32_t amendments; /* of a request: 1,000; at most 100,000 */
    uint32_t pointers;   /* of an amendment: 12; at most 16 */
};

struct tw_requests;

/* limits  NULL = all defaults
 * TW_ARG (a limit above its ceiling), TW_NOMEM */
tw_err tw_requests_new(const struct tw_request_limits *limits, struct tw_requests **ret,
                       struct tw_fault *fault) TW_MUST_CHECK;
void tw_requests_free(struct tw_requests *r); /* takes NULL */
static inline void tw_requests_freep(struct tw_requests **r)
{
    tw_requests_free(*r);
}

/* A request and what it is about. */
struct tw_request {
    const struct tw_decl *message; /* as message/xml_read.h reads it */
    const struct tw_decl *base;    /* the declaration, as message/xml_read.h reads it; it stays as it is */
    const struct tw_standing *standing;
    uint32_t version; /* which version its sender had before them; 0 = not said */
};

/* Does what is asked for. *ret lives in `arena`, but for what is the base's. fault->item is the index of the
 * amendment at fault, fault->path what it points at.
 *
 * TW_FORMAT    no request; an amendment without pointers, or whose new value is missing; what may not be
 * amended; a value that its element cannot hold TW_NOTFOUND  a pointer to what is not there: no such section
 * or tag, no such sequence, nothing to remove TW_CONFLICT  another declaration's, or about another version;
 * the declaration is cancelled, the goods are here already; two pointers to the same; nothing would change
 * TW_LIMIT     too many amendments or pointers (fault->path is the limit's name), or the next version is
 * larger than a message may be TW_NOMEM */
tw_err tw_request_apply(struct tw_requests *r, const struct tw_request *request, struct tw_arena *arena,
                        struct tw_request_outcome *ret, struct tw_fault *fault) TW_MUST_CHECK;

#endif
