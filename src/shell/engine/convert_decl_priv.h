/* SPDX-License-Identifier: Apache-2.0 */
/* engine/convert_decl_priv.h -- declarations and answers from one form of message into the other: WCO Data
 * Model XML, and CUSDEC or CUSRES.
 *
 * In : a record; or an interchange of which the first bytes have been read.
 * Out: an interchange; or an XML message for each declaration of one. What the other form has no place for is
 * told. Not: files that are written.
 */
#ifndef TW_ENGINE_CONVERT_DECL_PRIV_H
#define TW_ENGINE_CONVERT_DECL_PRIV_H

#include "engine/convert.h"
#include "message/edifact_compose.h"
#include "message/xml_read.h"
#include "message/xml_write.h"
#include "store/file.h"

/* Nothing in it is owned. */
struct decl_job {
    const char *path;               /* of the file; its time is the interchange's where there is none else */
    struct tw_arena *arena, *work;  /* of the record; of the writing */
    struct tw_buf *text;            /* what is to be written */
    struct tw_convert_count *count; /* left, faults, flaws, refused are added to */
    void *to;                       /* first argument of the next three */
    void (*told)(void *to, const struct tw_fault *what);
    void (*refused)(void *to, const struct tw_fault *why);
    tw_err (*put)(void *to, uint32_t number, struct tw_fault *fault); /* `text` is message `number`, whole */
};

/* What was read: a struct tw_decl (TW_LEVEL_DECL) or a struct tw_notification. */
struct record {
    enum tw_level level;
    const void *object;
};

/* A declaration as an interchange with one CUSDEC, a notification as one with a CUSRES, appended to
 * job->text. Of a declaration the sender is the declarant, else the representative, the recipient the customs
 * office, the time that of lodging; of a notification the sender is the office to turn to or to appeal to,
 * the time that of issue. TW_FORMAT: a request, which CUSDEC does not carry. The errors of tw_edi_compose */
tw_err decl_to_edifact(const struct decl_job *job, struct tw_edi_writer *writer, struct record record,
                       struct tw_edi_written *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* Reads the interchange in job->text again; the record is in job->work, which is emptied before.
 * TW_CONFLICT: it cannot be read; TW_NOMEM */
tw_err decl_read_back(const struct decl_job *job, struct record *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* Each declaration and answer of an interchange as an XML message. Messages of other types are told and
 * passed over; a declaration that becomes none is refused, and the next one gone on with. TW_FORMAT  neither
 * was in it; bytes that are no segment and the errors of the file, of job->put and tw_xml_write */
tw_err decl_to_xml(const struct decl_job *job, struct tw_xml_writer *writer, struct tw_file_in *in,
                   struct tw_str first, struct tw_fault *fault) TW_MUST_CHECK;

/* The answers to the interchanges of a file, in job->text: CONTRL. Their time is the file's.
 * TW_FORMAT  no interchange was in it; and the errors of the file and tw_edi_answer_end */
tw_err decl_answer(const struct decl_job *job, struct tw_file_in *in, struct tw_str first,
                   struct tw_fault *fault) TW_MUST_CHECK;

#endif
