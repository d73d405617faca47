/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/json.h"
#include "cli/reading.h"
#include "cli/table_priv.h"
#include "engine/reconcile.h"

static void put_text_member(struct tw_json *j, const char *key, struct tw_str value)
{
    if (value.n == 0) return;
    tw_json_key(j, key);
    tw_json_str(j, value);
}

static void put_mass(struct tw_json *j, const char *key, double v)
{
    if (isnan(v)) return;
    tw_json_key(j, key);
    tw_json_fixed(j, v, 3);
}

static void put_count(struct tw_json *j, const char *key, int64_t n)
{
    if (n < 0) return;
    tw_json_key(j, key);
    tw_json_i64(j, n);
}

static void put_json(const struct tw_discrepancy *d, const struct tw_reconcile_input *in, struct tw_buf *out)
{
    TW_SCOPED_BUF words = {0};
    struct tw_json j = {.out = out};
    const struct tw_manifest *m = d->manifest != TW_NO_INDEX ? in->manifests.at[d->manifest] : NULL;
    tw_json_begin_object(&j);
    put_text_member(&j, "discrepancy", tw_str_from(tw_discrepancy_vocabulary()->at[d->kind].code));
    if (m != NULL) {
        put_text_member(&j, "manifest", m->id);
        put_text_member(&j, "voyage", m->voyage);
        if (d->consignment != TW_NO_INDEX)
            put_text_member(&j, "bill", m->consignments.at[d->consignment].bill);
    }
    if (d->declaration != TW_NO_INDEX)
        put_text_member(&j, "declaration", in->declarations.at[d->declaration]->id);
    put_text_member(&j, "container", d->container);
    const bool sums = d->kind == TW_DISCREPANCY_WEIGHT || d->kind == TW_DISCREPANCY_PACKAGES ||
                      d->kind == TW_DISCREPANCY_UNDECLARED;
    if (sums) {
        put_count(&j, "bills_together", (int64_t)d->consignments);
        put_count(&j, "declarations_together", (int64_t)d->declarations);
        put_mass(&j, "manifested_kg", d->manifested_kg);
        put_count(&j, "manifested_packages", d->manifested_packages);
    }
    if (sums && d->declarations > 0) {
        put_mass(&j, "declared_kg", d->declared_kg);
        put_count(&j, "declared_packages", d->declared_packages);
    }
    tw_discrepancy_say(d, in, &words);
    put_text_member(&j, "words", tw_buf_view(&words));
    tw_json_end_object(&j);
    tw_buf_char(out, '\n');
}

static void put_words(const struct tw_discrepancy *d, const struct tw_reconcile_input *in, struct tw_buf *out)
{
    tw_buf_printf(out, "%-22s  ", tw_discrepancy_vocabulary()->at[d->kind].code);
    tw_discrepancy_say(d, in, out);
    tw_buf_char(out, '\n');
}

/* How many of each kind. */
static void sum_up(const struct tw_cli *cli, const struct tw_reconciled *r)
{
    size_t n[TW_DISCREPANCY_N] = {0};
    for (size_t i = 0; i < r->found.n; i++) n[r->found.at[i].kind]++;
    tw_cli_note(cli, "%zu manifest%s with %zu consignment%s, %zu of them declared; %zu declaration%s",
                r->in.manifests.n, r->in.manifests.n == 1 ? "" : "s", r->found.consignments,
                r->found.consignments == 1 ? "" : "s", r->found.joined, r->in.declarations.n,
                r->in.declarations.n == 1 ? "" : "s");
    for (size_t k = 0; k < TW_DISCREPANCY_N; k++)
        if (n[k] > 0) tw_cli_note(cli, "%6zu  %s", n[k], tw_discrepancy_vocabulary()->at[k].words);
    if (r->declarations_refused > 0)
        tw_cli_note(cli, "%llu declaration%s refused: what they declare stands above as undeclared",
                    (unsigned long long)r->declarations_refused,
                    r->declarations_refused == 1 ? " was" : "s were");
    if (r->messages_passed > 0)
        tw_cli_note(cli, "%llu message%s of other types passed over", (unsigned long long)r->messages_passed,
                    r->messages_passed == 1 ? "" : "s");
}

static tw_err verdict(const struct tw_reconciled *r, struct tw_fault *fault)
{
    const unsigned long long files = r->manifests_refused, declarations = r->declarations_refused;
    if (files == 0 && declarations == 0) return TW_OK;
    if (declarations == 0)
        return tw_fail(fault, TW_FORMAT, "%llu file%s of manifests %s refused; the others were compared",
                       files, files == 1 ? "" : "s", files == 1 ? "was" : "were");
    if (files == 0)
        return tw_fail(fault, TW_FORMAT, "%llu declaration%s refused; the others were compared", declarations,
                       declarations == 1 ? " was" : "s were");
    return tw_fail(fault, TW_FORMAT,
                   "%llu file%s of manifests and %llu declaration%s were refused; the others were compared",
                   files, files == 1 ? "" : "s", declarations, declarations == 1 ? "" : "s");
}

static tw_err write_out(struct tw_cli *cli, const struct tw_reconciled *r, struct tw_fault *fault)
{
    TW_SCOPED_BUF out = {0};
    for (size_t i = 0; i < r->found.n; i++) {
        if (cli->json)
            put_json(&r->found.at[i], &r->in, &out);
        else
            put_words(&r->found.at[i], &r->in, &out);
    }
    cli->finding = r->found.n > 0;
    return tw_cli_write(&out, fault);
}

tw_err cmd_reconcile(struct tw_cli *cli, struct tw_fault *fault)
{
    TW_SCOPED(tw_cli_reading) *reading = NULL;
    struct tw_reconciled r = {0};
    struct tw_reconcile_options o = {
        .manifest = cli->arg, .manifest_n = cli->args, .declarations = tw_cli_value(cli, "declarations")};
    if (o.declarations == NULL)
        return tw_fail(fault, TW_ARG,
                       "reconcile needs --declarations FILE, what was declared of these voyages");
    o.memory_mib = (uint32_t)tw_cli_whole(cli, "memory");
    o.limits.mass_permille = (uint32_t)tw_cli_whole(cli, "mass_permille");
    o.limits.mass_kg = (uint32_t)tw_cli_whole(cli, "mass_kg");
    TW_TRY(tw_cli_reading_new(cli, &reading, fault));
    o.input = tw_cli_reading_options(reading);
    tw_err err = tw_reconcile_files(&o, &r, fault);
    if (err == TW_OK) {
        tw_cli_reading_summary(reading, r.declarations_refused);
        err = write_out(cli, &r, fault);
    }
    if (err == TW_OK) {
        sum_up(cli, &r);
        err = verdict(&r, fault);
    }
    tw_reconciled_free(&r);
    return err;
}
