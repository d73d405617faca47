/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "cli/progress.h"
#include "cli/reading.h"
#include "cli/table_priv.h"
#include "engine/convert.h"
#include "message/edifact_envelope.h"

enum { TOLD_MAX = 20 };

struct telling {
    struct tw_cli *cli;
    struct tw_progress progress;
    uint64_t values; /* told of messages that were taken */
    bool cut;        /* an envelope is not closed, or holds what belongs to no message */
};

static void on_refused(void *to, const struct tw_fault *why)
{
    struct telling *t = to;
    tw_progress_end(&t->progress);
    tw_cli_tell(t->cli, why);
}

/* Is a fault told by that rule? */
static bool of_rule(const struct tw_fault *what, enum tw_edi_rule rule)
{
    const char *name = tw_edi_rule_name(rule);
    const size_t n = strlen(name);
    return strncmp(what->note, name, n) == 0 && what->note[n] == ':';
}

static void on_told(void *to, const struct tw_fault *what)
{
    struct telling *t = to;
    t->cut |= of_rule(what, TW_EDI_RULE_STRAY) || of_rule(what, TW_EDI_RULE_NOT_CLOSED);
    if (t->cli->quiet || t->values++ >= TOLD_MAX) return;
    tw_progress_end(&t->progress);
    tw_cli_tell(t->cli, what);
}

static void on_progress(void *to, uint64_t read)
{
    struct telling *t = to;
    tw_progress_at(&t->progress, read, 0, read);
}

static const char *s(uint64_t n)
{
    return n == 1 ? "" : "s";
}

/* What the form has no place for, by element. */
static void note_left(const struct tw_cli *cli, const struct tw_convert_count *n)
{
    TW_SCOPED_BUF list = {0};
    for (size_t i = 0; i < n->left_kinds; i++)
        tw_buf_printf(&list, "%s%s %llu", i > 0 ? ", " : "", n->left_of[i].name,
                      (unsigned long long)n->left_of[i].n);
    tw_cli_note(cli, "%llu value%s left out, for which the form has no place: %.*s",
                (unsigned long long)n->left, s(n->left), TW_STR_ARG(tw_buf_view(&list)));
}

static void note(const struct telling *t, const struct tw_convert_count *n)
{
    const struct tw_cli *cli = t->cli;
    typedef unsigned long long ull;
    if (n->bare > 0)
        tw_cli_note(cli, "%llu message%s without namespaces, taken by the names of elements", (ull)n->bare,
                    s(n->bare));
    if (n->unfit > 0)
        tw_cli_note(cli, "%llu value%s did not fit, kept as written", (ull)n->unfit, s(n->unfit));
    if (n->left_kinds > 0) note_left(cli, n);
    if (n->faults > 0)
        tw_cli_note(cli, "%llu fault%s in the envelopes of interchanges", (ull)n->faults, s(n->faults));
    if (n->flaws > 0)
        tw_cli_note(cli, "%llu fault%s in messages; what did not fit is in extra", (ull)n->flaws,
                    s(n->flaws));
    if (n->rejected > 0)
        tw_cli_note(cli, "%llu interchange%s or message%s rejected", (ull)n->rejected, s(n->rejected),
                    s(n->rejected));
    if (n->left > 0 && n->left_kinds == 0)
        tw_cli_note(cli, "%llu value%s left out, for which the form written has no place", (ull)n->left,
                    s(n->left));
    if (n->passed > 0) tw_cli_note(cli, "%llu other file%s passed over", (ull)n->passed, s(n->passed));
}

static void put_json(const struct tw_convert_count *n, const struct tw_convert_options *o, struct tw_buf *out)
{
    const bool checked = o->check, declarations = o->form != TW_CONVERT_EDIFACT;
    const bool edifact = o->form == TW_CONVERT_EDIFACT || o->form == TW_CONVERT_JSON;
    struct tw_json j = {.out = out};
    const struct {
        const char *name;
        uint64_t n;
        bool told;
    } row[] = {{"read", n->read, true},
               {"refused", n->refused, true},
               {"lost", n->lost, checked},
               {"elements", n->elements, checked},
               {"left_out", n->left, true},
               {"without_namespaces", n->bare, declarations},
               {"values_kept_as_they_stand", n->unfit, declarations},
               {"envelope_faults", n->faults, edifact || n->faults > 0},
               {"message_faults", n->flaws, o->form == TW_CONVERT_JSON || n->flaws > 0},
               {"rejected", n->rejected, o->form == TW_CONVERT_CONTRL},
               {"passed_over", n->passed, true}};
    tw_json_begin_object(&j);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        if (!row[i].told) continue;
        tw_json_key(&j, row[i].name);
        tw_json_u64(&j, row[i].n);
    }
    if (n->left_kinds > 0) tw_json_key(&j, "left_out_by_element");
    if (n->left_kinds > 0) tw_json_begin_object(&j);
    for (size_t i = 0; i < n->left_kinds; i++) {
        tw_json_key(&j, n->left_of[i].name);
        tw_json_u64(&j, n->left_of[i].n);
    }
    if (n->left_kinds > 0) tw_json_end_object(&j);
    tw_json_end_object(&j);
    tw_buf_char(out, '\n');
}

static enum tw_convert_form form_of(const char *name)
{
    static const char *const names[] = {
#define X(id, name, words) name,
        TW_CONVERT_FORM_TABLE(X)
#undef X
    };
    unsigned f = 0;
    while (f < TW_CONVERT_FORM_N && (name == NULL || strcmp(name, names[f]) != 0)) f++;
    return (enum tw_convert_form)f;
}

static tw_err options_of(const struct tw_cli *cli, struct tw_convert_options *ret, struct tw_fault *fault)
{
    ret->form = form_of(tw_cli_value(cli, "to"));
    ret->out = tw_cli_value(cli, "out");
    ret->xsd = tw_cli_value(cli, "xsd");
    ret->check = tw_cli_flag(cli, "check_lossless");
    if (ret->form == TW_CONVERT_FORM_N)
        return tw_fail(
            fault, TW_ARG,
            "convert needs --to xml, edifact, json, csv or contrl, the form that messages are written in");
    if (ret->xsd != NULL && ret->form != TW_CONVERT_XML)
        return tw_fail(fault, TW_ARG, "a schema is for XML; leave --xsd out, or give --to xml");
    if (ret->check && ret->form == TW_CONVERT_CONTRL)
        return tw_fail(fault, TW_ARG, "an answer is not read again; leave --check-lossless out");
    if (ret->out == NULL)
        return tw_fail(fault, TW_ARG,
                       "convert needs --out DIR, a directory that the messages are written to");
    return TW_OK;
}

/* Messages that were refused do not end it; with --check-lossless the exit code speaks of loss alone, unless
 * nothing was read at all. As JSON, what breaks off or stands outside any message is not there any more. */
static tw_err verdict(struct tw_cli *cli, const struct tw_convert_count *n, bool checked, bool lacking,
                      struct tw_fault *fault)
{
    cli->finding = n->lost > 0 || n->rejected > 0 || lacking;
    if (n->read == 0 && n->refused == 0)
        return tw_fail(fault, TW_FORMAT, "there was no message in what was named");
    if (n->refused == 0 || (checked && n->read > 0)) return TW_OK;
    return tw_fail(fault, TW_FORMAT, "%llu message%s refused; %s", (unsigned long long)n->refused,
                   n->refused == 1 ? " was" : "s were",
                   n->read > 0 ? "the others were written" : "none was written");
}

tw_err cmd_convert(struct tw_cli *cli, struct tw_fault *fault)
{
    struct telling t = {.cli = cli};
    struct tw_convert_options o = {.stop = tw_cli_stop(), .file = &cli->file, .to = &t};
    struct tw_convert_count n;
    TW_SCOPED_BUF out = {0};
    TW_SCOPED(tw_cli_reading) *reading = NULL;
    TW_TRY(options_of(cli, &o, fault));
    TW_TRY(tw_cli_reading_new(cli, &reading, fault));
    tw_cli_reading_pause(reading);
    o.map = tw_cli_reading_options(reading)->map;
    o.currency = tw_cli_reading_options(reading)->currency;
    o.refused = on_refused;
    o.told = on_told;
    o.progress = on_progress;
    tw_progress_begin(&t.progress, cli, "messages");
    const tw_err err = tw_convert(cli->arg, cli->args, &o, &n, fault);
    tw_progress_end(&t.progress);
    TW_TRY(err);
    note(&t, &n);
    if (cli->json)
        put_json(&n, &o, &out);
    else
        tw_buf_printf(&out, "%llu read, %llu refused", (unsigned long long)n.read,
                      (unsigned long long)n.refused);
    if (!cli->json && o.check) tw_buf_printf(&out, ", %llu lost", (unsigned long long)n.lost);
    if (!cli->json) tw_buf_char(&out, '\n');
    TW_TRY(tw_cli_write(&out, fault));
    return verdict(cli, &n, o.check, o.form == TW_CONVERT_JSON && t.cut, fault);
}
