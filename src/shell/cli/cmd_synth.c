/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/json.h"
#include "cli/progress.h"
#include "cli/table_priv.h"
#include "store/file.h"
#include "synth/synth.h"

enum { WORLD_BYTES_MAX = 4 << 20, ARENA_BYTES_MAX = 64 << 20, FLUSH_BYTES = 1 << 20 };

enum { DECLARATIONS, FINDINGS, TRUTH, RATES, TARIFF, FILES_N };
static const char *const file_name[FILES_N] = {"declarations.csv", "findings.csv", "truth.csv", "rates.csv",
                                               "tariff.csv"};

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

static tw_err flush_all(struct tw_synth_out *out, struct tw_file_out **file, size_t above,
                        struct tw_fault *fault)
{
    TW_TRY(flush(&out->declarations, file[DECLARATIONS], above, fault));
    TW_TRY(flush(&out->findings, file[FINDINGS], above, fault));
    return flush(&out->truth, file[TRUTH], above, fault);
}

static tw_err next(struct tw_synth *s, struct tw_synth_out *out, struct tw_file_out **file, bool *more,
                   struct tw_fault *fault)
{
    if (tw_cli_interrupted()) return TW_INTERRUPTED;
    if (tw_synth_next(s, out, more) != TW_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
    return flush_all(out, file, FLUSH_BYTES, fault);
}

static tw_err generate(const struct tw_cli *cli, struct tw_synth *s, struct tw_synth_out *out,
                       struct tw_file_out **file, struct tw_fault *fault)
{
    struct tw_progress progress;
    tw_progress_begin(&progress, cli, "declarations");
    tw_synth_headers(out);
    tw_err err = TW_OK;
    for (bool more = true; more && err == TW_OK;) {
        err = next(s, out, file, &more, fault);
        uint64_t done = (uint64_t)tw_synth_done(s);
        if (done % 1000 == 0) tw_progress_at(&progress, done, (uint64_t)tw_synth_total(s), done);
    }
    tw_progress_end(&progress);
    TW_TRY(err);
    TW_TRY(flush_all(out, file, 0, fault));
    tw_synth_rates(s, &out->declarations);
    TW_TRY(flush(&out->declarations, file[RATES], 0, fault));
    tw_synth_tariff(s, &out->declarations);
    TW_TRY(flush(&out->declarations, file[TARIFF], 0, fault));
    for (int i = 0; i < FILES_N; i++) TW_TRY(tw_file_out_commit(file[i], fault));
    return TW_OK;
}

static tw_err open_files(struct tw_cli *cli, const char *dir, struct tw_file_out **file,
                         struct tw_fault *fault)
{
    for (int i = 0; i < FILES_N; i++) {
        char path[4096];
        if (snprintf(path, sizeof path, "%s/%s", dir, file_name[i]) >= (int)sizeof path)
            return tw_fail(fault, TW_ARG, "the path of --out is too long");
        cli->file = dir;
        TW_TRY(tw_file_out_open(path, NULL, &file[i], fault));
    }
    return TW_OK;
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
        return tw_fail(fault, TW_ARG, "--out DIR is missing: an existing directory for the five files");
    TW_SCOPED_BUF own = {0};
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED(tw_synth) *s = NULL;
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
    TW_TRY(tw_synth_new(&world, &goods, &o, &s, fault));

    struct tw_file_out *file[FILES_N] = {NULL};
    struct tw_synth_out out = {.declarations = {0}, .findings = {0}, .truth = {0}};
    tw_err err = open_files(cli, dir, file, fault);
    if (err == TW_OK) err = generate(cli, s, &out, file, fault);
    for (int i = 0; i < FILES_N; i++) tw_file_out_free(file[i]);
    tw_buf_free(&out.declarations);
    tw_buf_free(&out.findings);
    tw_buf_free(&out.truth);
    return err == TW_OK ? report(cli, s, dir, fault) : err;
}
