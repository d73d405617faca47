/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/reconcile.h"

#include <stdio.h>

#include "base/mem.h"
#include "decl/copy.h"
#include "engine/convert_edifact_priv.h"
#include "message/edifact_envelope.h"
#include "message/edifact_read.h"
#include "store/archive_in.h"
#include "store/file.h"
#include "store/walk.h"

enum { SNIFF_BYTES = 512, ONE_MIB = 256, POINTER = sizeof(void *), PATH_BYTES = 4096 };

struct work {
    const struct tw_reconcile_options *options;
    struct tw_reconciled *to;
    const struct tw_manifest **manifest;
    const struct tw_decl **decl;
    const struct tw_edi_report **report;
    size_t manifest_n, manifest_cap, decl_n, decl_cap, report_n, report_cap;
    struct tw_edi_reader *reader;
};

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

static tw_err too_much(struct tw_fault *fault)
{
    return tw_fail(
        fault, TW_LIMIT,
        "manifests and declarations take more memory than allowed; give --memory more, or the voyages of "
        "fewer days");
}

static void work_on(const struct work *w, const char *path)
{
    if (w->options->input->file != NULL) *w->options->input->file = path;
}

static bool stopped(const struct work *w)
{
    return w->options->input->stop != NULL && *w->options->input->stop != 0;
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

/* -- manifests */

static tw_err end_message(struct work *w, struct tw_fault *fault)
{
    struct tw_edi_reading m;
    const tw_err err = tw_edi_reader_end(w->reader, &m, fault);
    if (err != TW_OK) return err == TW_NOMEM && tw_arena_full(w->to->arena) ? too_much(fault) : err;
    for (size_t i = 0; i < m.told_n; i++) {
        struct tw_fault what = m.told[i].fault;
        snprintf(what.note, sizeof what.note, "%s: %.*s", tw_edi_flaw_name(m.told[i].flaw),
                 (int)(sizeof what.note - 24), m.told[i].fault.note);
        if (m.told[i].flaw == TW_EDI_FLAW_MISSING) { /* it is not whole: who trusts it accuses the honest */
            if (fault != NULL) *fault = what;
            return fault != NULL ? fault->code : TW_FORMAT;
        }
        if (w->options->told != NULL) w->options->told(w->options->to, &what, false);
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
    const tw_err err = tw_edi_reader_begin(w->reader, s, w->to->arena, fault);
    *reading = err == TW_OK;
    if (err == TW_NOTFOUND) {
        w->to->messages_passed++;
        return TW_OK;
    }
    return err == TW_NOMEM && tw_arena_full(w->to->arena) ? too_much(fault) : err;
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
        if (w->options->told != NULL) w->options->told(w->options->to, &what, false);
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
        w->to->messages_passed++;
        return TW_OK;
    }
    if (err != TW_OK) return err == TW_NOMEM && tw_arena_full(w->to->arena) ? too_much(fault) : err;
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

/* `path`, or the file that `archive` has come to. *is: it is an interchange, and has been read. */
static tw_err read_file(struct work *w, const char *path, struct tw_archive *archive, bool *is,
                        struct tw_fault *fault)
{
    const struct tw_file_options how = {.stop = w->options->input->stop};
    TW_SCOPED(tw_file_in) *in = NULL;
    char first[SNIFF_BYTES];
    size_t have = 0;
    *is = false;
    TW_TRY(archive != NULL ? tw_archive_file(archive, &in, fault) : tw_file_in_open(path, &how, &in, fault));
    for (size_t n = 1; n > 0 && have < sizeof first; have += n)
        TW_TRY(tw_file_in_read(in, first + have, sizeof first - have, &n, fault));
    *is = tw_edi_sniff((struct tw_str){first, have});
    return *is ? read_interchange(w, in, (struct tw_str){first, have}, fault) : TW_OK;
}

static bool is_file_s(tw_err err)
{
    return err == TW_FORMAT || err == TW_RANGE || err == TW_CONFLICT || err == TW_NOTFOUND || err == TW_IO;
}

/* What has become of one file: all of it or nothing is taken, and what is refused is told. */
static tw_err settle_file(struct work *w, size_t manifests, size_t reports, tw_err err,
                          const struct tw_fault *why, struct tw_fault *fault)
{
    if (err == TW_OK) return TW_OK;
    if (!is_file_s(err)) {
        if (fault != NULL) *fault = *why;
        return err;
    }
    w->manifest_n = manifests;
    w->report_n = reports;
    w->to->manifests_refused++;
    if (w->options->told != NULL) w->options->told(w->options->to, why, true);
    return TW_OK;
}

/* The files of an archive, under the path archive/name. */
static tw_err read_archive(struct work *w, const char *path, struct tw_fault *fault)
{
    const struct tw_file_options how = {.stop = w->options->input->stop};
    TW_SCOPED(tw_archive) *archive = NULL;
    struct tw_fault why = {0};
    tw_err err = tw_archive_open(path, NULL, &how, &archive, &why);
    while (err == TW_OK) {
        char shown[2 * PATH_BYTES];
        enum tw_archive_step step = TW_ARCHIVE_END;
        const char *name;
        const size_t manifests = w->manifest_n, reports = w->report_n;
        bool is = true;
        why = (struct tw_fault){.item = 0};
        err = tw_archive_next(archive, &step, &name, &why);
        if (err != TW_OK) break;
        if (step == TW_ARCHIVE_END) return TW_OK;
        snprintf(shown, sizeof shown, "%s/%s", path, name);
        work_on(w, shown);
        err = step == TW_ARCHIVE_REFUSED ? why.code : read_file(w, shown, archive, &is, &why);
        err = settle_file(w, manifests, reports, err, &why, fault);
        work_on(w, path);
        TW_TRY(err);
    }
    return settle_file(w, w->manifest_n, w->report_n, err, &why, fault);
}

/* What is no interchange is passed over below a directory, and refused where it was named. */
static tw_err on_file(void *to, const char *path, bool found, struct tw_fault *fault)
{
    struct work *w = to;
    struct tw_fault why = {0};
    const size_t manifests = w->manifest_n, reports = w->report_n;
    bool is;
    if (stopped(w)) return tw_fail(fault, TW_INTERRUPTED, "interrupted");
    work_on(w, path);
    if (tw_archive_is(path)) return read_archive(w, path, fault);
    tw_err err = read_file(w, path, NULL, &is, &why);
    if (err == TW_OK && !is && !found)
        err = tw_fail(&why, TW_FORMAT,
                      "this is no EDIFACT interchange; manifests are read from CUSCAR messages");
    return settle_file(w, manifests, reports, err, &why, fault);
}

static tw_err read_manifests(struct work *w, struct tw_fault *fault)
{
    TW_TRY(tw_edi_reader_new(NULL, &w->reader, fault));
    for (size_t i = 0; i < w->options->manifest_n; i++)
        TW_TRY(tw_walk(w->options->manifest[i], &(struct tw_walk){.to = w, .file = on_file}, fault));
    work_on(w, NULL);
    if (w->manifest_n > 0) return TW_OK;
    return tw_fail(fault, TW_NOTFOUND,
                   "there is no manifest in what was named; it is a CUSCAR message of EDIFACT");
}

/* -- declarations */

static tw_err keep(struct work *w, const struct tw_decl *d, struct tw_fault *fault)
{
    struct tw_decl *copy;
    const tw_err err = tw_decl_copy(d, w->to->arena, &copy);
    if (err != TW_OK) return tw_arena_full(w->to->arena) ? too_much(fault) : no_memory(fault);
    TW_TRY(room(w->decl, &w->decl_cap, w->decl_n, &w->decl, fault));
    w->decl[w->decl_n++] = copy;
    return TW_OK;
}

static tw_err read_declarations(struct work *w, struct tw_fault *fault)
{
    TW_SCOPED(tw_input) *in = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    if (tw_arena_new((size_t)ONE_MIB << 20, &arena) != TW_OK) return no_memory(fault);
    TW_TRY(tw_input_open(w->options->declarations, w->options->input, &in, fault));
    for (bool more = true; more;) {
        struct tw_reading r;
        TW_TRY(tw_input_next(in, arena, &r, &more, fault));
        if (more) TW_TRY(keep(w, r.decl, fault));
    }
    w->to->declarations_refused = tw_input_count(in).refused_declarations;
    return tw_input_finish(in, fault);
}

/* -- both */

/* The events of all reports, one behind the other. */
static tw_err settle_movements(struct work *w, struct tw_fault *fault)
{
    size_t n = 0;
    for (size_t i = 0; i < w->report_n; i++) n += w->report[i]->movements.n;
    struct tw_movement *all = tw_arena_array(w->to->arena, n + 1, sizeof *all);
    if (all == NULL) return too_much(fault);
    w->to->in.movements.at = all;
    w->to->in.movements.n = n;
    for (size_t i = 0; i < w->report_n; i++) {
        const size_t some = w->report[i]->movements.n;
        if (some > 0) memcpy(all, w->report[i]->movements.at, some * sizeof *all);
        all += some;
    }
    return TW_OK;
}

/* Pointers go to the arena, where everything else is. */
static tw_err settle(struct work *w, struct tw_fault *fault)
{
    struct tw_reconcile_input *in = &w->to->in;
    const struct tw_manifest **m = tw_arena_array(w->to->arena, w->manifest_n + 1, POINTER);
    const struct tw_decl **d = tw_arena_array(w->to->arena, w->decl_n + 1, POINTER);
    if (m == NULL || d == NULL) return too_much(fault);
    memcpy(m, w->manifest, w->manifest_n * POINTER);
    if (w->decl_n > 0) memcpy(d, w->decl, w->decl_n * POINTER);
    in->manifests.at = m;
    in->manifests.n = w->manifest_n;
    in->declarations.at = d;
    in->declarations.n = w->decl_n;
    in->limits = w->options->limits;
    TW_TRY(settle_movements(w, fault));
    return tw_reconcile(in, w->to->arena, &w->to->found, fault);
}

tw_err tw_reconcile_files(const struct tw_reconcile_options *options, struct tw_reconciled *ret,
                          struct tw_fault *fault)
{
    struct work w = {.options = options, .to = ret};
    struct tw_fault why = {0};
    const size_t mib = options->memory_mib != 0 ? options->memory_mib : TW_RECONCILE_MIB;
    *ret = (struct tw_reconciled){0};
    if (tw_arena_new(mib << 20, &ret->arena) != TW_OK) return no_memory(fault);
    tw_err err = read_manifests(&w, &why);
    if (err == TW_OK) err = read_declarations(&w, &why);
    if (err == TW_OK) err = settle(&w, &why);
    tw_edi_reader_free(w.reader);
    tw_free(w.manifest);
    tw_free(w.decl);
    tw_free(w.report);
    if (err != TW_OK && fault != NULL) *fault = why;
    return err;
}

void tw_reconciled_free(struct tw_reconciled *r)
{
    tw_arena_free(r->arena);
    r->arena = NULL;
}
