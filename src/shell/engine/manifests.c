/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/manifests.h"

#include <stdio.h>

#include "base/mem.h"
#include "engine/convert_edifact_priv.h"
#include "engine/files_priv.h"
#include "message/edifact_envelope.h"

enum { POINTER = sizeof(void *) };

struct work {
    const struct tw_input_options *input;
    struct tw_arena *arena;
    struct tw_manifests *to;
    const struct tw_manifest **manifest;
    const struct tw_edi_report **report;
    size_t manifest_n, manifest_cap, report_n, report_cap;
    struct tw_edi_reader *reader;
    struct files files;
};

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

static tw_err too_much(struct tw_fault *fault)
{
    return tw_fail(fault, TW_LIMIT,
                   "manifests take more memory than allowed; give the voyages of fewer days");
}

static void work_on(const struct work *w, const char *path)
{
    if (w->input->file != NULL) *w->input->file = path;
}

/* Room for one more pointer. */
static tw_err room(void *at, size_t *cap, size_t n, void *ret, struct tw_fault *fault)
{
    const size_t more = *cap < 64 ? 64 : *cap * 2;
    void *p = at;
    if (n == *cap) {
        p = tw_realloc(at, more, POINTER);
        if (p == NULL) return no_memory(fault);
        *cap = more;
    }
    memcpy(ret, &p, sizeof p);
    return TW_OK;
}

static tw_err end_message(struct work *w, struct tw_fault *fault)
{
    struct tw_edi_reading m;
    const tw_err err = tw_edi_reader_end(w->reader, &m, fault);
    if (err != TW_OK) return err == TW_NOMEM && tw_arena_full(w->arena) ? too_much(fault) : err;
    for (size_t i = 0; i < m.told_n; i++) {
        struct tw_fault what = m.told[i].fault;
        snprintf(what.note, sizeof what.note, "%s: %.*s", tw_edi_flaw_name(m.told[i].flaw),
                 (int)(sizeof what.note - 24), m.told[i].fault.note);
        if (m.told[i].flaw == TW_EDI_FLAW_MISSING) { /* it is not whole: who trusts it accuses the honest */
            if (fault != NULL) *fault = what;
            return fault != NULL ? fault->code : TW_FORMAT;
        }
        if (w->input->manifest_told != NULL) w->input->manifest_told(w->input->to, &what, false);
    }
    if (m.report != NULL) {
        TW_TRY(room(w->report, &w->report_cap, w->report_n, &w->report, fault));
        w->report[w->report_n++] = m.report;
    }
    if (m.manifest == NULL) return TW_OK;
    TW_TRY(room(w->manifest, &w->manifest_cap, w->manifest_n, &w->manifest, fault));
    w->manifest[w->manifest_n++] = m.manifest;
    return TW_OK;
}

/* A message's first segment. *reading: it is one that is read. */
static tw_err begin_message(struct work *w, const struct tw_edi_segment *s, bool *reading,
                            struct tw_fault *fault)
{
    const tw_err err = tw_edi_reader_begin(w->reader, s, w->arena, fault);
    *reading = err == TW_OK;
    if (err == TW_NOTFOUND) {
        w->to->passed++;
        return TW_OK;
    }
    return err == TW_NOMEM && tw_arena_full(w->arena) ? too_much(fault) : err;
}

/* What is wrong with the envelope is told; where something of the interchange may lack, it is refused. */
static tw_err heed_envelope(const struct work *w, const struct tw_edi_remark *remark, size_t n,
                            struct tw_fault *fault)
{
    for (size_t i = 0; i < n; i++) {
        const enum tw_edi_rule rule = remark[i].rule;
        struct tw_fault what = remark[i].fault;
        what.code = TW_FORMAT;
        snprintf(what.note, sizeof what.note, "%s: %.*s", tw_edi_rule_name(rule),
                 (int)(sizeof what.note - 24), remark[i].fault.note);
        const bool whole =
            rule == TW_EDI_RULE_MIXED || rule == TW_EDI_RULE_REFERENCE || rule == TW_EDI_RULE_MANDATORY;
        if (!whole && fault != NULL) *fault = what;
        if (!whole) return TW_FORMAT;
        if (w->input->manifest_told != NULL) w->input->manifest_told(w->input->to, &what, false);
    }
    return TW_OK;
}

static tw_err take_segment(struct work *w, struct tw_edi_envelope *envelope, const struct tw_edi_segment *s,
                           bool *reading, struct tw_fault *fault)
{
    struct tw_edi_remark remark[TW_EDI_REMARKS_MAX];
    size_t n = 0;
    const enum tw_edi_place place = tw_edi_envelope_next(envelope, s, remark, &n);
    TW_TRY(heed_envelope(w, remark, n, fault));
    const bool within = place == TW_EDI_BODY || place == TW_EDI_CLOSES_MESSAGE;
    if (*reading && !within) {
        *reading = false;
        TW_TRY(end_message(w, fault));
    }
    if (place == TW_EDI_OPENS) tw_edi_reader_charset(w->reader, tw_edi_at(s, 0, 0));
    if (place == TW_EDI_OPENS_MESSAGE) return begin_message(w, s, reading, fault);
    if (!*reading || !within) return TW_OK;
    const tw_err err = tw_edi_reader_put(w->reader, s, fault);
    if (err == TW_NOTFOUND) { /* its type shows in its second segment */
        *reading = false;
        w->to->passed++;
        return TW_OK;
    }
    if (err != TW_OK) return err == TW_NOMEM && tw_arena_full(w->arena) ? too_much(fault) : err;
    if (place != TW_EDI_CLOSES_MESSAGE) return TW_OK;
    *reading = false;
    return end_message(w, fault);
}

static tw_err read_interchange(struct work *w, struct tw_file_in *in, struct tw_str first,
                               struct tw_fault *fault)
{
    TW_SCOPED(tw_edi) *edi = NULL;
    struct tw_edi_envelope envelope = {0};
    struct tw_edi_segment s;
    bool reading = false;
    TW_TRY(tw_edi_new(NULL, &edi, fault));
    for (;;) {
        const enum tw_edi_step step = tw_edi_next(edi, &s, fault);
        if (step == TW_EDI_REFUSED) return fault->code;
        if (step == TW_EDI_END) break;
        if (step == TW_EDI_MORE) TW_TRY(edifact_feed(edi, in, &first, fault));
        if (step == TW_EDI_SEGMENT && !s.una) TW_TRY(take_segment(w, &envelope, &s, &reading, fault));
    }
    struct tw_edi_remark remark[TW_EDI_REMARKS_MAX];
    size_t n = 0;
    tw_edi_envelope_end(&envelope, remark, &n);
    TW_TRY(heed_envelope(w, remark, n, fault));
    return reading ? end_message(w, fault) : TW_OK;
}

/* A file is refused, and the others are gone on with. */
static void refuse(struct work *w, const struct tw_fault *why)
{
    w->to->refused++;
    if (w->input->manifest_told != NULL) w->input->manifest_told(w->input->to, why, true);
}

/* All of a file or nothing is taken. What is no interchange is passed over below a directory, and refused
 * where it was named. */
static tw_err take_file(struct work *w, struct tw_fault *fault)
{
    const size_t manifests = w->manifest_n, reports = w->report_n;
    struct tw_fault why = {0};
    tw_err err = TW_OK;
    if (tw_edi_sniff(files_first(&w->files)))
        err = read_interchange(w, w->files.file, files_first(&w->files), &why);
    else if (!w->files.found)
        err = tw_fail(&why, TW_FORMAT,
                      "this is no EDIFACT interchange; manifests are read from CUSCAR messages");
    if (err == TW_OK) return TW_OK;
    if (err == TW_LIMIT || !files_goes_on(err)) { /* of memory: what comes behind it has no room either */
        if (fault != NULL) *fault = why;
        return err;
    }
    w->manifest_n = manifests;
    w->report_n = reports;
    refuse(w, &why);
    return TW_OK;
}

static tw_err take_files(struct work *w, struct tw_fault *fault)
{
    for (bool some = true, ended = false;;) {
        struct tw_fault why = {0};
        const tw_err err = files_next(&w->files, &some, &ended, &why);
        work_on(w, some || err != TW_OK ? w->files.name : NULL);
        if (err != TW_OK && (ended || !files_goes_on(err))) {
            if (fault != NULL) *fault = why;
            return err;
        }
        if (err != TW_OK)
            refuse(w, &why);
        else if (some)
            TW_TRY(take_file(w, fault));
        else
            return TW_OK;
    }
}

static tw_err read_all(struct work *w, const char *const *path, size_t n, struct tw_fault *fault)
{
    TW_TRY(tw_edi_reader_new(NULL, &w->reader, fault));
    for (size_t i = 0; i < n; i++) TW_TRY(files_add(&w->files, path[i], fault));
    TW_TRY(take_files(w, fault));
    work_on(w, NULL);
    if (w->manifest_n == 0)
        return tw_fail(fault, TW_NOTFOUND,
                       "there is no manifest in what was named; it is a CUSCAR message of EDIFACT");
    const struct tw_manifest **m = tw_arena_array(w->arena, w->manifest_n, POINTER);
    const struct tw_edi_report **r = tw_arena_array(w->arena, w->report_n + 1, POINTER);
    if (m == NULL || r == NULL) return too_much(fault);
    memcpy(m, w->manifest, w->manifest_n * POINTER);
    if (w->report_n > 0) memcpy(r, w->report, w->report_n * POINTER);
    w->to->at = m;
    w->to->n = w->manifest_n;
    w->to->report = r;
    w->to->reports = w->report_n;
    return TW_OK;
}

tw_err tw_manifests_read(const char *const *path, size_t n, const struct tw_input_options *input,
                         struct tw_arena *arena, struct tw_manifests *ret, struct tw_fault *fault)
{
    *ret = (struct tw_manifests){0};
    struct work w = {.input = input, .arena = arena, .to = ret, .files = {.stop = input->stop}};
    struct tw_fault why = {0};
    const tw_err err = read_all(&w, path, n, &why);
    tw_edi_reader_free(w.reader);
    files_close(&w.files, input->file);
    tw_free(w.manifest);
    tw_free(w.report);
    if (err != TW_OK && fault != NULL) *fault = why;
    return err;
}

tw_err tw_carried_read(const struct tw_input_options *input, struct tw_carried *ret, struct tw_fault *fault)
{
    *ret = (struct tw_carried){0};
    if (input->manifests == NULL) return TW_OK;
    if (tw_arena_new((size_t)TW_MANIFESTS_MIB << 20, &ret->arena) != TW_OK) return no_memory(fault);
    TW_TRY(tw_manifests_read(&input->manifests, 1, input, ret->arena, &ret->manifests, fault));
    return tw_cargo_new(ret->manifests.at, ret->manifests.n, &ret->cargo) == TW_OK ? TW_OK : no_memory(fault);
}

void tw_carried_free(struct tw_carried *c)
{
    tw_cargo_free(c->cargo);
    tw_arena_free(c->arena);
    *c = (struct tw_carried){0};
}
