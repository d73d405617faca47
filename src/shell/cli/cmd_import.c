/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/rules.h"
#include "cli/station.h"
#include "cli/table_priv.h"
#include "engine/intake.h"
#include "engine/manifests.h"
#include "store/file.h"

enum { BATCH = 1000, ARENA_BYTES = 200 << 20 };

struct import {
    struct tw_cli *cli;
    struct tw_cli_reading *reading;
    struct tw_station *station;
    struct tw_intake *intake;
    struct tw_file_out *out;
    struct tw_arena *arena;
    struct tw_buf text; /* receipts of what is not safe yet */
    size_t in_batch;
    uint64_t taken, known, refused, findings, manifests;
    struct tw_rules_changed rules;
};

/* What was taken in is safe: its receipts go out. */
static tw_err commit(struct import *m, struct tw_fault *fault)
{
    if (m->in_batch == 0) return TW_OK;
    m->in_batch = 0;
    TW_TRY(tw_station_commit(m->station, fault));
    if (m->text.failed) return tw_fail(fault, TW_NOMEM, "out of memory");
    if (!m->cli->json || m->text.n == 0) return TW_OK;
    tw_cli_reading_pause(m->reading);
    TW_TRY(tw_file_out_write(m->out, m->text.p, m->text.n, fault));
    TW_TRY(tw_file_out_flush(m->out, fault));
    tw_buf_clear(&m->text);
    return TW_OK;
}

static tw_err open_batch(struct import *m, struct tw_fault *fault)
{
    if (m->in_batch == 0) TW_TRY(tw_station_begin(m->station, fault));
    m->in_batch++;
    return TW_OK;
}

/* One that was not taken: alone, and nothing of it was written; all else ends the work. */
static tw_err refuse(struct import *m, tw_err err, const struct tw_fault *why, struct tw_fault *fault)
{
    if (err != TW_CONFLICT && err != TW_LIMIT) {
        if (fault != NULL) *fault = *why;
        return err;
    }
    m->refused++;
    tw_cli_reading_pause(m->reading);
    if (!m->cli->quiet) tw_cli_tell(m->cli, why);
    return TW_OK;
}

static tw_err take(struct import *m, const struct tw_decl *d, struct tw_fault *fault)
{
    struct tw_intake_receipt r;
    struct tw_fault why = {.code = TW_OK};
    TW_TRY(open_batch(m, fault));
    const tw_err err = tw_intake_take(m->intake, d, &r, &why);
    if (err != TW_OK) {
        TW_TRY(refuse(m, err, &why, fault));
    } else {
        m->known += r.known;
        m->taken += !r.known;
        if (m->cli->json) tw_cli_receipt("declaration_id", d->id, &r, &m->text);
    }
    return m->in_batch == BATCH ? commit(m, fault) : TW_OK;
}

static tw_err import_file(struct import *m, const char *path, struct tw_fault *fault)
{
    TW_SCOPED(tw_input) *in = NULL;
    struct tw_reading reading;
    TW_TRY(tw_input_open(path, tw_cli_reading_options(m->reading), &in, fault));
    for (bool more = true; more;) {
        TW_TRY(tw_input_next(in, m->arena, &reading, &more, fault));
        if (more) TW_TRY(take(m, reading.decl, fault));
    }
    TW_TRY(commit(m, fault));
    m->refused += tw_input_count(in).refused_declarations;
    return tw_input_finish(in, fault);
}

static tw_err take_finding(struct import *m, const struct tw_finding *f, struct tw_fault *fault)
{
    struct tw_fault why = {.code = TW_OK};
    bool known = false;
    TW_TRY(open_batch(m, fault));
    const tw_err err = tw_intake_finding(m->intake, f, &known, &why);
    if (err != TW_OK)
        TW_TRY(refuse(m, err, &why, fault));
    else
        m->findings += !known;
    return m->in_batch == BATCH ? commit(m, fault) : TW_OK;
}

static tw_err import_findings(struct import *m, struct tw_fault *fault)
{
    TW_SCOPED(tw_findings) *findings = NULL;
    const char *path = tw_cli_value(m->cli, "findings");
    if (path == NULL) return TW_OK;
    m->cli->file = path;
    TW_TRY(tw_input_findings(path, tw_cli_reading_options(m->reading), &findings, fault));
    const struct tw_finding_list list = tw_findings_list(findings);
    for (size_t i = 0; i < list.n; i++) TW_TRY(take_finding(m, &list.at[i], fault));
    m->cli->file = NULL;
    return commit(m, fault);
}

static tw_err take_manifest(struct import *m, const struct tw_manifest *one, struct tw_fault *fault)
{
    struct tw_intake_receipt r;
    struct tw_fault why = {.code = TW_OK};
    TW_TRY(open_batch(m, fault));
    const tw_err err = tw_intake_manifest(m->intake, one, &r, &why);
    if (err != TW_OK) {
        TW_TRY(refuse(m, err, &why, fault));
    } else {
        m->manifests += !r.known;
        if (m->cli->json) tw_cli_receipt("manifest_id", one->id, &r, &m->text);
    }
    return m->in_batch == BATCH ? commit(m, fault) : TW_OK;
}

static tw_err import_manifests(struct import *m, struct tw_fault *fault)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_manifests all;
    const char *path = tw_cli_value(m->cli, "manifests");
    if (path == NULL) return TW_OK;
    if (tw_arena_new((size_t)TW_MANIFESTS_MIB << 20, &arena) != TW_OK)
        return tw_fail(fault, TW_NOMEM, "out of memory");
    m->cli->file = path;
    TW_TRY(tw_manifests_read(&path, 1, tw_cli_reading_options(m->reading), arena, &all, fault));
    for (size_t i = 0; i < all.n; i++) TW_TRY(take_manifest(m, all.at[i], fault));
    m->cli->file = NULL;
    return commit(m, fault);
}

static tw_err import_rules(struct import *m, struct tw_fault *fault)
{
    const struct tw_cli_rules how = {.reasons = NULL};
    if (!tw_cli_rules_given(m->cli)) return TW_OK;
    return tw_cli_rules_change(m->cli, m->reading, m->station, &how, &m->rules, fault);
}

/* In the order in which they count: what is decided by, what is known of the goods, the goods, what was
 * found. */
static tw_err take_all(struct import *m, struct tw_fault *fault)
{
    TW_TRY(import_rules(m, fault));
    TW_TRY(import_manifests(m, fault));
    for (size_t i = 0; i < m->cli->args; i++) TW_TRY(import_file(m, m->cli->arg[i], fault));
    return import_findings(m, fault);
}

static void tell(const struct import *m)
{
    if (m->rules.objects > 0 || m->rules.settings)
        tw_cli_note(m->cli, "%zu objects pinned; %s", m->rules.objects,
                    m->rules.settings ? "what is decided from now on is decided by them"
                                      : "they decided already");
    if (m->manifests > 0)
        tw_cli_note(m->cli, "%llu manifests taken in, recorded and signed", (unsigned long long)m->manifests);
    tw_cli_note(
        m->cli,
        "%llu declarations and %llu findings taken in, recorded and signed; %llu declarations were here "
        "before",
        (unsigned long long)m->taken, (unsigned long long)m->findings, (unsigned long long)m->known);
}

static tw_err begin(struct import *m, struct tw_fault *fault)
{
    const struct tw_file_options how = {.stop = NULL};         /* what is safe is told, interrupted or not */
    tw_cli_reading_options(m->reading)->ids_may_return = true; /* known ones are told, not refused */
    if (m->cli->args == 0 && tw_cli_value(m->cli, "findings") == NULL &&
        tw_cli_value(m->cli, "manifests") == NULL && !tw_cli_rules_given(m->cli))
        return tw_fail(fault, TW_ARG,
                       "`import` takes the files that declarations stand in, --findings FILE, --manifests "
                       "FILE, or what is to be decided by: --model DIR, --criteria FILE, --lists FILE ...");
    TW_TRY(tw_file_out_open("-", &how, &m->out, fault));
    TW_TRY(tw_cli_station(m->cli, false, &m->station, fault));
    TW_TRY(tw_intake_new(m->station, &m->intake, fault));
    return tw_arena_new(ARENA_BYTES, &m->arena) == TW_OK ? TW_OK : tw_fail(fault, TW_NOMEM, "out of memory");
}

static tw_err import(struct import *m, struct tw_fault *fault)
{
    TW_TRY(begin(m, fault));
    TW_TRY(take_all(m, fault));
    TW_TRY(tw_station_settle(m->station, fault));
    TW_TRY(tw_file_out_commit(m->out, fault));
    tw_cli_reading_summary(m->reading, m->refused);
    tell(m);
    TW_TRY(tw_cli_reading_manifests(m->reading, fault));
    if (m->refused == 0) return TW_OK;
    return tw_fail(fault, TW_FORMAT, "%llu refused and not taken in; all others were",
                   (unsigned long long)m->refused);
}

tw_err cmd_import(struct tw_cli *cli, struct tw_fault *fault)
{
    struct import m = {.cli = cli};
    tw_err err = tw_cli_reading_new(cli, &m.reading, fault);
    if (err == TW_OK) err = import(&m, fault);
    if (m.in_batch > 0) tw_station_rollback(m.station);
    tw_intake_free(m.intake);
    tw_station_free(m.station);
    tw_cli_reading_free(m.reading);
    tw_file_out_free(m.out);
    tw_arena_free(m.arena);
    tw_buf_free(&m.text);
    return err;
}
