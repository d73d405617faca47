/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "cli/table_priv.h"
#include "engine/amend.h"

struct telling {
    struct tw_cli *cli;
    struct tw_buf out;
};

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static void put_change(struct tw_buf *out, const struct tw_request_change *c)
{
    const struct tw_word *word = &tw_change_vocabulary()->at[c->what];
    tw_buf_printf(out, "  %.*s: ", TW_STR_ARG(c->words));
    if (c->what == TW_CHANGE_REPLACED && c->from.n + c->to.n > 0)
        tw_buf_printf(out, "%.*s -> %.*s", TW_STR_ARG(c->from), TW_STR_ARG(c->to));
    else if (c->what == TW_CHANGE_REMOVED && c->from.n > 0)
        tw_buf_printf(out, "%s (it was %.*s)", word->code, TW_STR_ARG(c->from));
    else if (c->to.n > 0)
        tw_buf_printf(out, "%s, %.*s", c->what == TW_CHANGE_SAME ? word->words : word->code,
                      TW_STR_ARG(c->to));
    else
        tw_buf_text(out, c->what == TW_CHANGE_SAME ? word->words : word->code);
    if (c->reason.n > 0) tw_buf_printf(out, " (reason %.*s)", TW_STR_ARG(c->reason));
    tw_buf_char(out, '\n');
}

static void put_text(struct tw_buf *out, const struct tw_amend_result *r)
{
    const struct tw_request_outcome *o = r->outcome;
    tw_buf_printf(out, "%s: ", name_of(r->file));
    if (o == NULL) {
        tw_buf_printf(out, "refused: %s", r->why->note);
        if (r->why->path[0] != '\0') tw_buf_printf(out, " (%s)", r->why->path);
        tw_buf_char(out, '\n');
        return;
    }
    tw_buf_printf(out, "%s applied: %.*s", tw_request_vocabulary()->at[o->kind].words,
                  TW_STR_ARG(o->standing.mrn));
    if (r->written != NULL)
        tw_buf_printf(out, " is version %u, in %s", o->standing.version, r->written);
    else if (o->standing.cancelled)
        tw_buf_text(out, " is cancelled");
    if (o->kind == TW_REQUEST_PRESENTATION)
        tw_buf_text(out, r->written != NULL ? "; its goods are here" : ": its goods are here");
    if (o->text.n > 0) tw_buf_printf(out, " (%.*s)", TW_STR_ARG(o->text));
    tw_buf_char(out, '\n');
    for (size_t i = 0; i < o->changes.n; i++) put_change(out, &o->changes.at[i]);
}

static void put_str(struct tw_json *j, const char *key, struct tw_str text)
{
    if (text.n == 0) return;
    tw_json_key(j, key);
    tw_json_str(j, text);
}

static void put_outcome(struct tw_json *j, const struct tw_amend_result *r)
{
    const struct tw_request_outcome *o = r->outcome;
    tw_json_key(j, "version");
    tw_json_u64(j, o->standing.version);
    tw_json_key(j, "cancelled");
    tw_json_bool(j, o->standing.cancelled);
    tw_json_key(j, "presented");
    tw_json_bool(j, o->standing.presented);
    put_str(j, "written", tw_str_from(r->written));
    put_str(j, "reason", o->reason);
    put_str(j, "text", o->text);
    tw_json_key(j, "changes");
    tw_json_begin_array(j);
    for (size_t i = 0; i < o->changes.n; i++) {
        const struct tw_request_change *c = &o->changes.at[i];
        tw_json_begin_object(j);
        put_str(j, "what", tw_str_from(tw_change_vocabulary()->at[c->what].code));
        put_str(j, "reason", c->reason);
        put_str(j, "path", c->path);
        put_str(j, "words", c->words);
        put_str(j, "from", c->from);
        put_str(j, "to", c->to);
        tw_json_end_object(j);
    }
    tw_json_end_array(j);
}

static void put_json(struct tw_buf *out, const struct tw_amend_result *r)
{
    struct tw_json j = {.out = out};
    tw_json_begin_object(&j);
    put_str(&j, "file", tw_str_from(r->file));
    if (r->outcome != NULL)
        put_str(&j, "request", tw_str_from(tw_request_vocabulary()->at[r->outcome->kind].code));
    put_str(&j, "mrn", r->mrn);
    put_str(&j, "base", tw_str_from(r->base));
    tw_json_key(&j, "applied");
    tw_json_bool(&j, r->outcome != NULL);
    if (r->outcome != NULL) {
        put_outcome(&j, r);
    } else {
        put_str(&j, "error", tw_str_from(tw_err_name(r->why->code)));
        put_str(&j, "path", tw_str_from(r->why->path));
        put_str(&j, "why", tw_str_from(r->why->note));
    }
    tw_json_end_object(&j);
    tw_buf_char(out, '\n');
}

static void on_result(void *to, const struct tw_amend_result *r)
{
    struct telling *t = to;
    if (t->cli->json)
        put_json(&t->out, r);
    else
        put_text(&t->out, r);
}

static tw_err run(struct telling *t, struct tw_fault *fault)
{
    struct tw_cli *cli = t->cli;
    typedef unsigned long long ull;
    struct tw_amend_count n;
    const struct tw_amend_options o = {
        .base = tw_cli_value(cli, "base"),
        .out = tw_cli_value(cli, "out"),
        .version = (uint32_t)tw_cli_whole(cli, "of_version"),
        .limits = {.amendments = (uint32_t)tw_cli_whole(cli, "amendments"),
                   .pointers = (uint32_t)tw_cli_whole(cli, "pointers")},
        .stop = tw_cli_stop(),
        .file = &cli->file,
        .to = t,
        .result = on_result,
    };
    if (o.base == NULL)
        return tw_fail(fault, TW_ARG,
                       "amend needs --base FILE or DIR, the declarations that requests are about");
    if (o.out == NULL)
        return tw_fail(fault, TW_ARG, "amend needs --out DIR, a directory that next versions are written to");
    const tw_err err = tw_amend(cli->arg, cli->args, &o, &n, fault);
    TW_TRY(tw_cli_write(&t->out, fault)); /* what was done before it failed is done */
    TW_TRY(err);
    tw_cli_note(cli, "%llu declaration%s and %llu answer%s in %s", (ull)n.declarations,
                n.declarations == 1 ? "" : "s", (ull)n.answers, n.answers == 1 ? "" : "s", o.base);
    if (n.unread > 0)
        tw_cli_note(cli, "%llu other file%s there passed over", (ull)n.unread, n.unread == 1 ? "" : "s");
    tw_cli_note(cli, "%llu applied, %llu refused", (ull)n.applied, (ull)n.refused);
    cli->finding = n.refused > 0;
    if (n.applied + n.refused == 0)
        return tw_fail(fault, TW_FORMAT, "there was no request in what was named");
    return TW_OK;
}

tw_err cmd_amend(struct tw_cli *cli, struct tw_fault *fault)
{
    struct telling t = {.cli = cli};
    const tw_err err = run(&t, fault);
    tw_buf_free(&t.out);
    return err;
}
