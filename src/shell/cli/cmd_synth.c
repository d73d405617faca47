/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/json.h"
#include "cli/progress.h"
#include "cli/table_priv.h"
#include "message/edifact_compose.h"
#include "store/file.h"
#include "synth/synth.h"

enum {
    WORLD_BYTES_MAX = 4 << 20,
    ARENA_BYTES_MAX = 64 << 20,
    FLUSH_BYTES = 1 << 20,
    COMPOSE_BYTES_MAX = 64 << 20
};

/* Manifests last: only of worlds that have some. */
enum { DECLARATIONS, FINDINGS, TRUTH, RATES, TARIFF, MANIFESTS, FILES_N };
static const char *const file_name[FILES_N] = {"declarations.csv", "findings.csv", "truth.csv",
                                               "rates.csv",        "tariff.csv",   "manifests.edi"};

/* What is being written. */
struct country {
    struct tw_synth *synth;
    struct tw_synth_out out;
    struct tw_buf manifests;
    struct tw_edi_writer *writer;
    struct tw_arena *work; /* of one message */
    struct tw_file_out *file[FILES_N];
};

static size_t files(const struct country *c)
{
    return tw_synth_has_manifests(c->synth) ? FILES_N : MANIFESTS;
}

/* A built-in world by name, else a file. The text lives in `own` or in the program. */
static tw_err load_world(struct tw_cli *cli, struct tw_buf *own, struct tw_str *ret, struct tw_fault *fault)
{
    const char *name = tw_cli_value(cli, "world");
    if (name == NULL) name = "harbor";
    *ret = tw_embed_find(tw_worlds, tw_str_from(name));
    if (ret->n > 0 && strcmp(name, "goods") != 0) return TW_OK;
    if (strchr(name, '/') == NULL && strchr(name, '.') == NULL)
        return tw_fail(fault, TW_NOTFOUND,
                       "there is no world '%.40s'; built in are harbor and cove, or name a file", name);
    cli->file = name;
    TW_TRY(tw_file_in_all(name, WORLD_BYTES_MAX, own, fault));
    *ret = tw_buf_view(own);
    return TW_OK;
}

static tw_err options(const struct tw_cli *cli, struct tw_synth_options *ret, struct tw_fault *fault)
{
    const char *start = tw_cli_value(cli, "start");
    ret->seed = (uint64_t)tw_cli_whole(cli, "seed");
    ret->declarations = tw_cli_whole(cli, "declarations");
    ret->months = tw_cli_whole(cli, "months");
    return tw_day_parse(tw_str_from(start != NULL ? start : "2025-01-01"), &ret->start_day, fault);
}

static tw_err flush(struct tw_buf *b, struct tw_file_out *f, size_t above, struct tw_fault *fault)
{
    if (b->failed) return tw_fail(fault, TW_NOMEM, "out of memory");
    if (b->n <= above) return TW_OK;
    TW_TRY(tw_file_out_write(f, b->p, b->n, fault));
    tw_buf_clear(b);
    return TW_OK;
}

static tw_err flush_all(struct country *c, size_t above, struct tw_fault *fault)
{
    TW_TRY(flush(&c->out.declarations, c->file[DECLARATIONS], above, fault));
    TW_TRY(flush(&c->out.findings, c->file[FINDINGS], above, fault));
    TW_TRY(flush(&c->out.truth, c->file[TRUTH], above, fault));
    return tw_synth_has_manifests(c->synth) ? flush(&c->manifests, c->file[MANIFESTS], above, fault) : TW_OK;
}

/* An interchange for each, as carriers send them. */
static tw_err put_manifests(struct country *c, struct tw_fault *fault)
{
    const struct tw_synth_manifests all = tw_synth_manifests(c->synth);
    for (size_t i = 0; i < all.n; i++) {
        const struct tw_manifest *m = &all.at[i];
        const struct tw_edi_order order = {TW_EDI_CUSCAR, m, {m->carrier.id, m->office, m->lodged_at}};
        struct tw_edi_written written;
        tw_arena_reset(c->work);
        TW_TRY(tw_edi_compose(c->writer, &order, c->work, &c->manifests, &written, fault));
        if (written.left_all > 0)
            return tw_fail(fault, TW_INTERNAL, "a manifest does not fit its message: %.60s: %.80s",
                           written.left[0].path, written.left[0].note);
    }
    return TW_OK;
}

static tw_err next(struct country *c, bool *more, struct tw_fault *fault)
{
    if (tw_cli_interrupted()) return TW_INTERRUPTED;
    if (tw_synth_next(c->synth, &c->out, more) != TW_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
    TW_TRY(put_manifests(c, fault));
    return flush_all(c, FLUSH_BYTES, fault);
}

static tw_err generate(const struct tw_cli *cli, struct country *c, struct tw_fault *fault)
{
    struct tw_progress progress;
    tw_progress_begin(&progress, cli, "declarations");
    tw_synth_headers(c->synth, &c->out);
    tw_err err = TW_OK;
    for (bool more = true; more && err == TW_OK;) {
        err = next(c, &more, fault);
        uint64_t done = (uint64_t)tw_synth_done(c->synth);
        if (done % 1000 == 0) tw_progress_at(&progress, done, (uint64_t)tw_synth_total(c->synth), done);
    }
    tw_progress_end(&progress);
    TW_TRY(err);
    TW_TRY(flush_all(c, 0, fault));
    tw_synth_rates(c->synth, &c->out.declarations);
    TW_TRY(flush(&c->out.declarations, c->file[RATES], 0, fault));
    tw_synth_tariff(c->synth, &c->out.declarations);
    TW_TRY(flush(&c->out.declarations, c->file[TARIFF], 0, fault));
    for (size_t i = 0; i < files(c); i++) TW_TRY(tw_file_out_commit(c->file[i], fault));
    return TW_OK;
}

static tw_err open_files(struct tw_cli *cli, const char *dir, struct country *c, struct tw_fault *fault)
{
    for (size_t i = 0; i < files(c); i++) {
        char path[4096];
        if (snprintf(path, sizeof path, "%s/%s", dir, file_name[i]) >= (int)sizeof path)
            return tw_fail(fault, TW_ARG, "the path of --out is too long");
        cli->file = dir;
        TW_TRY(tw_file_out_open(path, NULL, &c->file[i], fault));
    }
    if (tw_arena_new(COMPOSE_BYTES_MAX, &c->work) != TW_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
    return tw_edi_writer_new(&c->writer, fault);
}

static void close_country(struct country *c)
{
    for (int i = 0; i < FILES_N; i++) tw_file_out_free(c->file[i]);
    tw_buf_free(&c->out.declarations);
    tw_buf_free(&c->out.findings);
    tw_buf_free(&c->out.truth);
    tw_buf_free(&c->manifests);
    tw_edi_writer_free(c->writer);
    tw_arena_free(c->work);
    tw_synth_free(c->synth);
}

static tw_err report(const struct tw_cli *cli, const struct tw_synth *s, const char *dir,
                     struct tw_fault *fault)
{
    if (!cli->json) {
        tw_cli_note(cli, "%lld declarations written to %s", (long long)tw_synth_done(s), dir);
        return TW_OK;
    }
    TW_SCOPED_BUF text = {0};
    struct tw_json j = {.out = &text};
    tw_json_begin_object(&j);
    tw_json_key(&j, "declarations");
    tw_json_i64(&j, tw_synth_done(s));
    tw_json_key(&j, "directory");
    tw_json_text(&j, dir);
    tw_json_end_object(&j);
    tw_buf_char(&text, '\n');
    return tw_cli_write(&text, fault);
}

tw_err cmd_synth(struct tw_cli *cli, struct tw_fault *fault)
{
    const char *dir = tw_cli_value(cli, "out");
    if (dir == NULL)
        return tw_fail(fault, TW_ARG, "--out DIR is missing: an existing directory for the files");
    TW_SCOPED_BUF own = {0};
    TW_SCOPED(tw_arena) *arena = NULL;
    struct country c = {.synth = NULL};
    struct tw_synth_options o = {0};
    struct tw_world world;
    struct tw_world_goods_list goods;
    struct tw_str text;
    TW_TRY(options(cli, &o, fault));
    TW_TRY(load_world(cli, &own, &text, fault));
    if (tw_arena_new(ARENA_BYTES_MAX, &arena) != TW_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
    TW_TRY(tw_world_new(text, (uint64_t)tw_cli_whole(cli, "vary"), arena, &world, fault));
    TW_TRY(tw_world_goods_new(tw_embed_find(tw_worlds, TW_STR("goods")), arena, &goods, fault));
    cli->file = NULL;
    TW_TRY(tw_synth_new(&world, &goods, &o, &c.synth, fault));

    tw_err err = open_files(cli, dir, &c, fault);
    if (err == TW_OK) err = generate(cli, &c, fault);
    if (err == TW_OK) err = report(cli, c.synth, dir, fault);
    close_country(&c);
    return err;
}
