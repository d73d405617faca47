/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/date.h"
#include "cli/demo_priv.h"
#include "cli/progress.h"
#include "store/file.h"
#include "synth/synth.h"

enum { ARENA_BYTES_MAX = 64 << 20 };

/* Places of fields that tell where a row belongs (synth/write.c). */
enum { LODGED_AT = 1, DATE_KNOWN = 5 };

static const char *const file_name[DEMO_FILES] = {
#define X(id, name) name,
    DEMO_FILE_TABLE(X)
#undef X
};

static const char *const model_file[] = {"model.json", "profile.state", "channels.state", "card.json",
                                         "card.md"};

/* --- where it lies --- */

static tw_err make_temporary(struct demo_country *c, struct tw_fault *fault)
{
    const char *top = getenv("TMPDIR"); /* NOLINT(concurrency-mt-unsafe): nothing here ever sets a variable */
    if (top == NULL || *top == 0) top = "/tmp";
    if (snprintf(c->dir, sizeof c->dir, "%s/tidewaiter-demo-XXXXXX", top) >= (int)sizeof c->dir)
        return tw_fail(fault, TW_ARG, "the path in TMPDIR is too long");
    if (mkdtemp(c->dir) == NULL)
        return tw_fail(fault, TW_IO, "no directory could be made in %.100s; set TMPDIR or use --keep DIR",
                       top);
    c->temporary = true;
    return TW_OK;
}

static tw_err make_kept(const char *dir, struct demo_country *c, struct tw_fault *fault)
{
    struct stat st;
    if (*dir == 0 || snprintf(c->dir, sizeof c->dir, "%s", dir) >= (int)sizeof c->dir)
        return tw_fail(fault, TW_ARG, "--keep takes a directory; this path is empty or too long");
    if (stat(dir, &st) == 0 && S_ISDIR(st.st_mode)) return TW_OK;
    if (mkdir(dir, 0777) == 0) return TW_OK;
    if (errno == ENOENT)
        return tw_fail(fault, TW_NOTFOUND,
                       "--keep %.80s: the directory above it does not exist; create that first", dir);
    return tw_fail(fault, errno == EEXIST || errno == ENOTDIR ? TW_ARG : TW_IO,
                   "--keep %.80s: this is no directory that can be made; choose another", dir);
}

tw_err demo_place(const char *keep, struct demo_country *ret, struct tw_fault *fault)
{
    *ret = (struct demo_country){.temporary = false};
    TW_TRY(keep != NULL ? make_kept(keep, ret, fault) : make_temporary(ret, fault));
    for (int i = 0; i < DEMO_FILES; i++)
        snprintf(ret->path[i], sizeof ret->path[i], "%s/%s", ret->dir, file_name[i]);
    snprintf(ret->model, sizeof ret->model, "%s/model", ret->dir);
    return TW_OK;
}

void demo_remove(struct demo_country *c)
{
    char path[DEMO_PATH_MAX + 32];
    if (!c->temporary) return;
    for (size_t i = 0; i < sizeof model_file / sizeof *model_file; i++) {
        snprintf(path, sizeof path, "%s/%s", c->model, model_file[i]);
        (void)unlink(path);
    }
    (void)rmdir(c->model);
    demo_criteria_remove(c);
    for (int i = 0; i < DEMO_FILES; i++) (void)unlink(c->path[i]);
    (void)rmdir(c->dir);
    c->temporary = false;
}

/* --- what is written --- */

struct writer {
    struct demo_country *c;
    struct tw_synth *synth;
    struct tw_synth_out out;
    struct tw_file_out *file[DEMO_FILES];
    int32_t first_day, month_day; /* of the year; of the month */
    struct tw_fault *fault;
};

static tw_err put(struct writer *w, enum demo_file f, struct tw_str bytes)
{
    return tw_file_out_write(w->file[f], bytes.s, bytes.n, w->fault);
}

/* Field number `n` of a row; the generator quotes nothing. */
static struct tw_str field(struct tw_str row, int n)
{
    struct tw_str rest = row, f = tw_str_cut(row, ',', &rest);
    for (int i = 0; i < n; i++) f = tw_str_cut(rest, ',', &rest);
    return f;
}

/* Of the year those findings that were known when it ended; of the month all. */
static tw_err put_findings(struct writer *w, bool month)
{
    struct tw_str rest = tw_buf_view(&w->out.findings);
    while (rest.n > 0) {
        const char *begin = rest.s;
        const struct tw_str row = tw_str_cut(rest, '\n', &rest);
        int32_t known;
        TW_TRY(tw_day_parse(field(row, DATE_KNOWN), &known, w->fault));
        const struct tw_str whole = {begin, row.n + 1};
        if (month)
            TW_TRY(put(w, DEMO_MONTH_FINDINGS, whole));
        else if (known < w->month_day)
            TW_TRY(put(w, DEMO_YEAR_FINDINGS, whole));
    }
    return TW_OK;
}

/* The rows of one declaration go where its day belongs. */
static tw_err put_declaration(struct writer *w)
{
    const struct tw_str rows = tw_buf_view(&w->out.declarations);
    int64_t lodged;
    TW_TRY(tw_time_parse(field(rows, LODGED_AT), &lodged, w->fault));
    const bool month = tw_time_day(lodged) >= w->month_day;
    TW_TRY(put(w, month ? DEMO_MONTH : DEMO_YEAR, rows));
    if (month) TW_TRY(put(w, DEMO_MONTH_TRUTH, tw_buf_view(&w->out.truth)));
    return put_findings(w, month);
}

static void clear(struct tw_synth_out *out)
{
    tw_buf_clear(&out->declarations);
    tw_buf_clear(&out->findings);
    tw_buf_clear(&out->truth);
}

static tw_err put_headers(struct writer *w)
{
    tw_synth_headers(w->synth, &w->out);
    TW_TRY(put(w, DEMO_YEAR, tw_buf_view(&w->out.declarations)));
    TW_TRY(put(w, DEMO_MONTH, tw_buf_view(&w->out.declarations)));
    TW_TRY(put(w, DEMO_YEAR_FINDINGS, tw_buf_view(&w->out.findings)));
    TW_TRY(put(w, DEMO_MONTH_FINDINGS, tw_buf_view(&w->out.findings)));
    return put(w, DEMO_MONTH_TRUTH, tw_buf_view(&w->out.truth));
}

static tw_err put_tables(struct writer *w)
{
    clear(&w->out);
    tw_synth_rates(w->synth, &w->out.declarations);
    tw_synth_tariff(w->synth, &w->out.findings);
    TW_TRY(put(w, DEMO_RATES, tw_buf_view(&w->out.declarations)));
    return put(w, DEMO_TARIFF, tw_buf_view(&w->out.findings));
}

static tw_err next(struct writer *w, bool *more)
{
    if (tw_cli_interrupted()) return TW_INTERRUPTED;
    clear(&w->out);
    if (tw_synth_next(w->synth, &w->out, more) != TW_OK) return tw_fail(w->fault, TW_NOMEM, "out of memory");
    return *more ? put_declaration(w) : TW_OK;
}

static tw_err live(const struct tw_cli *cli, struct writer *w)
{
    struct tw_progress progress;
    tw_progress_begin(&progress, cli, "declarations");
    tw_err err = put_headers(w);
    for (bool more = true; more && err == TW_OK;) {
        err = next(w, &more);
        const uint64_t done = (uint64_t)tw_synth_done(w->synth);
        if (done % 1000 == 0) tw_progress_at(&progress, done, (uint64_t)tw_synth_total(w->synth), done);
    }
    tw_progress_end(&progress);
    TW_TRY(err);
    TW_TRY(put_tables(w));
    for (int i = 0; i < DEMO_FILES; i++) TW_TRY(tw_file_out_commit(w->file[i], w->fault));
    return TW_OK;
}

static tw_err found(struct writer *w, struct tw_arena *arena, struct tw_world *world,
                    struct tw_world_goods_list *goods, uint64_t seed)
{
    struct tw_synth_options o = {
        .seed = seed, .declarations = w->c->declarations, .months = DEMO_MONTHS, .start_day = w->first_day};
    TW_TRY(tw_world_new(tw_embed_find(tw_worlds, TW_STR("harbor")), 0, arena, world, w->fault));
    TW_TRY(tw_world_goods_new(tw_embed_find(tw_worlds, TW_STR("goods")), arena, goods, w->fault));
    TW_TRY(tw_synth_new(world, goods, &o, &w->synth, w->fault));
    w->c->de_minimis = world->de_minimis;
    snprintf(w->c->currency, sizeof w->c->currency, "%.*s", TW_STR_ARG(world->currency));
    for (int i = 0; i < DEMO_FILES; i++) TW_TRY(tw_file_out_open(w->c->path[i], NULL, &w->file[i], w->fault));
    return TW_OK;
}

tw_err demo_write(const struct tw_cli *cli, struct demo_country *c, uint64_t seed, struct tw_fault *fault)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_world world;
    struct tw_world_goods_list goods;
    struct writer w = {.c = c, .first_day = tw_day_from_civil(2025, 1, 1), .fault = fault};
    w.month_day = w.first_day + DEMO_YEAR_DAYS;
    if (tw_arena_new(ARENA_BYTES_MAX, &arena) != TW_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
    tw_err err = found(&w, arena, &world, &goods, seed);
    if (err == TW_OK) err = live(cli, &w);
    for (int i = 0; i < DEMO_FILES; i++) tw_file_out_free(w.file[i]);
    tw_synth_free(w.synth);
    tw_buf_free(&w.out.declarations);
    tw_buf_free(&w.out.findings);
    tw_buf_free(&w.out.truth);
    return err;
}
