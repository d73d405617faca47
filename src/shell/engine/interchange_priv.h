/* SPDX-License-Identifier: Apache-2.0 */
/* engine/interchange_priv.h -- the declarations and notifications of an EDIFACT interchange, one after
 * another.
 *
 * In : its first bytes and the file behind them.
 * Out: each customs declaration (CUSDEC) and, where they are wanted, each answer (CUSRES), manifest and
 * report as it was read; what is none of them, and what is wrong with the envelope. Not: what is made of it;
 * engine/input.c decides, engine/convert_decl.c writes, engine/validate.c judges.
 */
#ifndef TW_ENGINE_INTERCHANGE_PRIV_H
#define TW_ENGINE_INTERCHANGE_PRIV_H

#include "base/hash.h"
#include "message/edifact_envelope.h"
#include "message/edifact_read.h"
#include "store/file.h"

struct interchange;

/* Nothing in it is owned; it must outlive the interchange. */
struct interchange_source {
    struct tw_file_in *in;  /* NULL: `first` is all there is */
    struct tw_str first;    /* of the file, read already */
    bool answers;           /* notifications (CUSRES) are handed out, too */
    struct tw_sha256 *hash; /* gets all bytes behind `first`; NULL = not wanted */
    uint64_t *bytes;        /* counts them; NULL = not wanted */
    bool records; /* whatever becomes a record is: manifests (CUSCAR) and reports (COARRI, CODECO), too */
};

/* TW_NOMEM */
tw_err interchange_open(const struct interchange_source *from, struct interchange **ret,
                        struct tw_fault *fault) TW_MUST_CHECK;
void interchange_close(struct interchange *i); /* takes NULL */

enum interchange_step {
    INTERCHANGE_DECLARATION,  /* or manifest or report: *ret has it; *damaged: its envelope has a fault, told
                                 before */
    INTERCHANGE_NOTIFICATION, /* the same of a notification */
    INTERCHANGE_REFUSED, /* a CUSDEC that becomes no declaration: *fault says why; the next call goes on */
    INTERCHANGE_OTHER,   /* a message of another type, passed over: *fault names it */
    INTERCHANGE_REMARK,  /* the envelope: *fault says what, its note begins with the rule's id */
    INTERCHANGE_END
};

struct interchange_found {
    enum interchange_step step;
    struct tw_edi_reading reading; /* in the arena */
    uint32_t number;               /* of the message in the file, from 1 */
    enum tw_edi_rule rule;         /* REMARK */
    bool damaged;                  /* REMARK: it is of a declaration that comes behind it */
};

/* The next one; `arena` is reset where a message begins. fault is not NULL.
 * The errors of the file, and where a segment is none: what is behind it is not read. TW_FORMAT, TW_LIMIT,
 * TW_NOMEM */
tw_err interchange_next(struct interchange *i, struct tw_arena *arena, struct interchange_found *ret,
                        struct tw_fault *fault) TW_MUST_CHECK;

/* Is a message with that flaw not what was sent? Numbers that fail their check digit are taken as they are.
 */
bool interchange_flaw_counts(enum tw_edi_flaw flaw);

/* Is a declaration as it was sent? One whose message is damaged, or that has a value which is none, is not;
 * numbers that fail their check digit are taken as they are. fault is not NULL.
 * TW_FORMAT and the error of its first flaw */
tw_err interchange_is_whole(const struct interchange_found *found, struct tw_fault *fault) TW_MUST_CHECK;

#endif
