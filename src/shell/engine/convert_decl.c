/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/convert_decl_priv.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/convert_edifact_priv.h"
#include "engine/interchange_priv.h"
#include "message/edifact_contrl.h"
#include "message/notification.h"

static void tell(const struct decl_job *job, const struct tw_fault *what)
{
    if (job->told != NULL) job->told(job->to, what);
}

/* -- to EDIFACT */

static tw_err may_be_written(const struct tw_decl *d, struct tw_fault *fault)
{
    if (tw_str_is(d->function, "13"))
        return tw_fail(
            fault, TW_FORMAT,
            "this is a request about a declaration, and CUSDEC carries declarations; leave it out");
    return TW_OK;
}

static struct tw_str first_of(struct tw_str a, struct tw_str b, struct tw_str c)
{
    return a.n > 0 ? a : b.n > 0 ? b : c;
}

/* When an interchange was prepared: nobody looks at a clock, so that the same file gives the same bytes. What
 * lies in an archive has the archive's time. */
static int64_t time_of(const struct decl_job *job)
{
    char path[4096];
    struct stat info;
    snprintf(path, sizeof path, "%s", job->path);
    for (char *slash = path; slash != NULL; *slash = '\0') {
        if (stat(path, &info) == 0) return (int64_t)info.st_mtime;
        slash = strrchr(path, '/');
        if (slash == NULL) break;
    }
    return 0;
}

static struct tw_edi_ends ends_of_answer(const struct decl_job *job, const struct tw_notification *n)
{
    const struct tw_str none = {NULL, 0},
                        office = n->contact_offices.n > 0 ? n->contact_offices.at[0].id : none;
    return (struct tw_edi_ends){.sender = first_of(office, n->appeal_office, TW_STR("CUSTOMS")),
                                .recipient = TW_STR("UNKNOWN"),
                                .at = n->issued_at != TW_NO_TIME ? n->issued_at : time_of(job)};
}

static struct tw_edi_ends ends_of(const struct decl_job *job, const struct tw_decl *d)
{
    return (struct tw_edi_ends){.sender = first_of(d->declarant.id, d->representative.id, TW_STR("UNKNOWN")),
                                .recipient = first_of(d->office, TW_STR("CUSTOMS"), TW_STR("CUSTOMS")),
                                .at = d->lodged_at != TW_NO_TIME ? d->lodged_at : time_of(job)};
}

tw_err decl_to_edifact(const struct decl_job *job, struct tw_edi_writer *writer, struct record record,
                       struct tw_edi_written *ret, struct tw_fault *fault)
{
    const bool answer = record.level == TW_LEVEL_NOTIFICATION;
    if (!answer) TW_TRY(may_be_written(record.object, fault));
    const struct tw_edi_order order = {answer ? TW_EDI_CUSRES : TW_EDI_CUSDEC, record.object,
                                       answer ? ends_of_answer(job, record.object)
                                              : ends_of(job, record.object)};
    TW_TRY(tw_edi_compose(writer, &order, job->work, job->text, ret, fault));
    job->count->left += ret->left_all;
    for (size_t i = 0; i < ret->left_n; i++) tell(job, &ret->left[i]);
    return TW_OK;
}

tw_err decl_read_back(const struct decl_job *job, struct record *ret, struct tw_fault *fault)
{
    const struct interchange_source from = {.first = tw_buf_view(job->text), .answers = true};
    struct interchange_found found = {.number = 0};
    struct interchange *i = NULL;
    struct tw_fault why = {0};
    TW_TRY(interchange_open(&from, &i, fault));
    const tw_err err = interchange_next(i, job->work, &found, &why);
    interchange_close(i);
    if (err == TW_OK && found.step == INTERCHANGE_NOTIFICATION)
        *ret = (struct record){TW_LEVEL_NOTIFICATION, found.reading.notification};
    else if (err == TW_OK && found.step == INTERCHANGE_DECLARATION)
        *ret = (struct record){TW_LEVEL_DECL, found.reading.decl};
    else
        return tw_fail(fault, TW_CONFLICT, "what was written is not read again: %.100s", why.note);
    return TW_OK;
}

/* -- to XML */

static void tell_flaws(const struct decl_job *job, const struct tw_edi_reading *r)
{
    job->count->flaws += r->told_all;
    for (size_t i = 0; i < r->told_n; i++) {
        struct tw_fault f = r->told[i].fault;
        snprintf(f.note, sizeof f.note, "%s: %.*s", tw_edi_flaw_name(r->told[i].flaw),
                 (int)(sizeof f.note - 24), r->told[i].fault.note);
        tell(job, &f);
    }
}

static tw_err put_message(const struct decl_job *job, struct tw_xml_writer *writer,
                          const struct interchange_found *found, struct tw_fault *fault)
{
    const struct tw_decl *decl = found->reading.decl;
    struct tw_decl answer;
    size_t left = 0;
    tw_arena_reset(job->work);
    tw_buf_clear(job->text);
    if (found->reading.notification != NULL) {
        TW_TRY(tw_notification_write(found->reading.notification, job->work, &answer, fault));
        decl = &answer;
    }
    TW_TRY(tw_xml_write(writer, decl, job->work, job->text, &left, fault));
    TW_TRY(job->put(job->to, found->number, fault));
    tell_flaws(job, &found->reading);
    job->count->left += left;
    if (left == 0) return TW_OK;
    struct tw_fault what = {.line = found->reading.line};
    TW_IGNORE(tw_fail(&what, TW_NOTFOUND,
                      "message %u has %zu segment%s of which some value has no place in XML; it is left out",
                      found->number, left, left == 1 ? "" : "s"));
    tell(job, &what);
    return TW_OK;
}

static void refuse(const struct decl_job *job, const struct tw_fault *why)
{
    job->count->refused++;
    if (job->refused != NULL) job->refused(job->to, why);
}

static tw_err go_through(const struct decl_job *job, struct tw_xml_writer *writer, struct interchange *i,
                         struct tw_fault *fault)
{
    uint32_t messages = 0;
    for (;;) {
        struct interchange_found found = {.number = 0};
        struct tw_fault why = {0};
        const tw_err err = interchange_next(i, job->arena, &found, &why);
        if (err != TW_OK) {
            *fault = why;
            return err;
        }
        switch (found.step) {
        case INTERCHANGE_DECLARATION:
        case INTERCHANGE_NOTIFICATION:
            messages++;
            if (interchange_is_whole(&found, &why) == TW_OK)
                TW_TRY(put_message(job, writer, &found, fault));
            else
                refuse(job, &why);
            break;
        case INTERCHANGE_REFUSED:
            messages++;
            refuse(job, &why);
            break;
        case INTERCHANGE_OTHER:
            tell(job, &why);
            break;
        case INTERCHANGE_REMARK:
            job->count->faults++;
            tell(job, &why);
            break;
        case INTERCHANGE_END:
            if (messages > 0) return TW_OK;
            return tw_fail(fault, TW_FORMAT,
                           "no message of this interchange is a declaration (CUSDEC) or an answer (CUSRES); "
                           "manifests are "
                           "written with --to json, anything with --to edifact");
        }
    }
}

tw_err decl_to_xml(const struct decl_job *job, struct tw_xml_writer *writer, struct tw_file_in *in,
                   struct tw_str first, struct tw_fault *fault)
{
    const struct interchange_source from = {.in = in, .first = first, .answers = true};
    struct interchange *i = NULL;
    TW_TRY(interchange_open(&from, &i, fault));
    const tw_err err = go_through(job, writer, i, fault);
    interchange_close(i);
    return err;
}

/* -- the answer */

static tw_err answer(struct tw_edi *edi, struct tw_edi_answer *a, struct tw_file_in *in, struct tw_str first,
                     struct tw_fault *fault)
{
    struct tw_edi_segment s;
    for (;;) {
        switch (tw_edi_next(edi, &s, fault)) {
        case TW_EDI_SEGMENT:
            TW_TRY(tw_edi_answer_put(a, &s, fault));
            break;
        case TW_EDI_REFUSED: /* answered, too */
            tw_edi_answer_broken(a);
            break;
        case TW_EDI_MORE:
            TW_TRY(edifact_feed(edi, in, &first, fault));
            break;
        case TW_EDI_END:
            return TW_OK;
        }
    }
}

tw_err decl_answer(const struct decl_job *job, struct tw_file_in *in, struct tw_str first,
                   struct tw_fault *fault)
{
    TW_SCOPED(tw_edi) *edi = NULL;
    TW_SCOPED(tw_edi_answer) *a = NULL;
    struct tw_edi_answered done;
    TW_TRY(tw_edi_new(NULL, &edi, fault));
    TW_TRY(tw_edi_answer_new(&a, fault));
    tw_edi_answer_begin(a, time_of(job), job->text);
    TW_TRY(answer(edi, a, in, first, fault));
    TW_TRY(tw_edi_answer_end(a, &done, fault));
    if (done.interchanges == 0)
        return tw_fail(fault, TW_FORMAT,
                       "there is no interchange in it (UNB), so that nobody can be answered");
    job->count->rejected += (uint64_t)done.rejected + done.messages_rejected;
    return TW_OK;
}
