/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/reading.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/progress.h"
#include "cli/table_priv.h"
#include "store/file.h"

enum { MAP_BYTES_MAX = 4 << 20, ARENA_MAX = 128 << 20, TOLD_MAX = 20, KINDS_MAX = 24 };

/* Rows at fault in one element. */
struct kind {
    char element[64];
    uint64_t n;
};

struct tw_cli_reading {
    struct tw_cli *cli;
    struct tw_arena *arena; /* owns the map, and settings */
    struct tw_buf text;     /* of a map file */
    struct tw_map map;
    struct tw_progress progress;
    struct tw_input_options options;
    uint64_t rows;                              /* at fault */
    uint64_t manifests_told, manifests_refused; /* remarks on files taken; files */
    bool of_table; /* some of them are rows of a table, which could be put aside */
    struct kind kind[KINDS_MAX];
    size_t kinds; /* what comes beyond KINDS_MAX is counted with the last */
};

static void on_progress(void *to, const struct tw_input_progress *p)
{
    struct tw_cli_reading *r = to;
    tw_progress_at(&r->progress, p->bytes, p->total, p->declarations);
}

static void count(struct tw_cli_reading *r, const char *element)
{
    size_t k = 0;
    while (k < r->kinds && strcmp(r->kind[k].element, element) != 0) k++;
    if (k == KINDS_MAX) k--;
    if (k == r->kinds) {
        r->kinds++;
        snprintf(r->kind[k].element, sizeof r->kind[k].element, "%.63s", element);
    }
    r->kind[k].n++;
}

static void on_refused(void *to, const struct tw_refused *refused)
{
    struct tw_cli_reading *r = to;
    if (!refused->culprit) return;
    count(r, refused->fault->path);
    r->of_table = r->of_table || refused->raw.n > 0;
    if (r->rows++ >= TOLD_MAX || r->cli->quiet) return;
    tw_progress_end(&r->progress);
    tw_cli_tell(r->cli, refused->fault);
}

static void on_manifest(void *to, const struct tw_fault *what, bool refused)
{
    struct tw_cli_reading *r = to;
    r->manifests_refused += refused;
    if (!refused && (r->cli->quiet || r->manifests_told++ >= TOLD_MAX)) return;
    tw_progress_end(&r->progress);
    tw_cli_tell(r->cli, what);
}

static tw_err find_map(struct tw_cli_reading *r, struct tw_fault *fault)
{
    const char *name = tw_cli_value(r->cli, "map");
    if (name == NULL) name = "canonical";
    struct tw_str yaml;
    if (strpbrk(name, "./") == NULL) {
        TW_TRY(tw_map_builtin(tw_str_from(name), &yaml, fault));
    } else {
        r->cli->file = name;
        TW_TRY(tw_file_in_all(name, MAP_BYTES_MAX, &r->text, fault));
        yaml = tw_buf_view(&r->text);
    }
    TW_TRY(tw_map_parse(yaml, r->arena, &r->map, fault));
    r->cli->file = NULL;
    return TW_OK;
}

/* convert takes map and currency alone. */
static const char *value_of(const struct tw_cli *cli, const char *name)
{
    return option_find(cli->command->id, name, strlen(name)) != NULL ? tw_cli_value(cli, name) : NULL;
}

tw_err tw_cli_reading_new(struct tw_cli *cli, struct tw_cli_reading **ret, struct tw_fault *fault)
{
    TW_SCOPED(tw_cli_reading) *r = tw_calloc(1, sizeof *r);
    if (r == NULL || tw_arena_new(ARENA_MAX, &r->arena) != TW_OK)
        return tw_fail(fault, TW_NOMEM, "out of memory");
    r->cli = cli;
    TW_TRY(find_map(r, fault));
    r->options = (struct tw_input_options){.map = &r->map,
                                           .currency = value_of(cli, "currency"),
                                           .rates = value_of(cli, "rates"),
                                           .tariff = value_of(cli, "tariff"),
                                           .manifests = value_of(cli, "manifests"),
                                           .rejects = value_of(cli, "rejects"),
                                           .stop = tw_cli_stop(),
                                           .to = r,
                                           .progress = on_progress,
                                           .refused = on_refused,
                                           .manifest_told = on_manifest,
                                           .file = &cli->file};
    tw_progress_begin(&r->progress, cli, "declarations");
    *ret = r;
    r = NULL;
    return TW_OK;
}

void tw_cli_reading_free(struct tw_cli_reading *r)
{
    if (r == NULL) return;
    tw_progress_end(&r->progress);
    tw_arena_free(r->arena);
    tw_buf_free(&r->text);
    tw_free(r);
}

struct tw_arena *tw_cli_reading_arena(struct tw_cli_reading *r)
{
    return r->arena;
}

struct tw_input_options *tw_cli_reading_options(struct tw_cli_reading *r)
{
    return &r->options;
}

void tw_cli_reading_pause(struct tw_cli_reading *r)
{
    tw_progress_end(&r->progress);
}

static void summary_json(const struct tw_cli_reading *r, uint64_t declarations, struct tw_buf *out)
{
    struct tw_json j = {.out = out};
    tw_json_begin_object(&j);
    tw_json_key(&j, "refused");
    tw_json_begin_object(&j);
    tw_json_key(&j, "declarations");
    tw_json_u64(&j, declarations);
    tw_json_key(&j, "rows_at_fault");
    tw_json_u64(&j, r->rows);
    tw_json_key(&j, "by_element");
    tw_json_begin_object(&j);
    for (size_t k = 0; k < r->kinds; k++) {
        tw_json_key(&j, r->kind[k].element);
        tw_json_u64(&j, r->kind[k].n);
    }
    tw_json_end_object(&j);
    tw_json_end_object(&j);
    tw_json_end_object(&j);
}

static void summary_text(const struct tw_cli_reading *r, uint64_t declarations, struct tw_buf *out)
{
    tw_buf_printf(out, "refused: %llu declarations, %llu rows at fault (", (unsigned long long)declarations,
                  (unsigned long long)r->rows);
    for (size_t k = 0; k < r->kinds; k++)
        tw_buf_printf(out, "%s%llu in %s", k > 0 ? ", " : "", (unsigned long long)r->kind[k].n,
                      r->kind[k].element[0] != '\0' ? r->kind[k].element : "the row itself");
    tw_buf_char(out, ')');
    if (r->rows > TOLD_MAX) tw_buf_printf(out, "; the first %d are told above", (int)TOLD_MAX);
    if (r->options.rejects == NULL && r->of_table)
        tw_buf_text(out, "; --rejects FILE would keep them");
    else if (r->options.rejects != NULL)
        tw_buf_printf(out, "; they are in %s", r->options.rejects);
}

void tw_cli_reading_summary(struct tw_cli_reading *r, uint64_t refused_declarations)
{
    TW_SCOPED_BUF out = {0};
    tw_progress_end(&r->progress);
    r->cli->file = NULL;
    if (r->rows == 0) return;
    if (r->cli->json)
        summary_json(r, refused_declarations, &out);
    else
        summary_text(r, refused_declarations, &out);
    if (!out.failed) tw_cli_note(r->cli, "%.*s", (int)out.n, out.p);
}

tw_err tw_cli_reading_manifests(const struct tw_cli_reading *r, struct tw_fault *fault)
{
    const unsigned long long n = r->manifests_refused;
    if (n == 0) return TW_OK;
    return tw_fail(fault, TW_FORMAT, "%llu file%s of manifests %s refused; the others were taken", n,
                   n == 1 ? "" : "s", n == 1 ? "was" : "were");
}

/* -- a past to judge on
 * ----------------------------------------------------------------------------------------------------- */

tw_err tw_cli_past_options(const struct tw_cli *cli, struct tw_cli_reading *reading,
                           struct tw_past_options *ret, struct tw_fault *fault)
{
    static const double SPLIT_SHARE = 0.75; /* nine months of a year to learn from, three to be tested on */
    *ret = (struct tw_past_options){.input = *tw_cli_reading_options(reading),
                                    .declarations = cli->args > 0 ? cli->arg[0] : NULL,
                                    .findings = cli->args > 1 ? cli->arg[1] : NULL,
                                    .train = tw_cli_value(cli, "train"),
                                    .test = tw_cli_value(cli, "test"),
                                    .split_day = TW_NO_DAY,
                                    .split_share = SPLIT_SHARE};
    const char *split = tw_cli_value(cli, "split");
    if (split == NULL) return TW_OK;
    if (tw_day_parse(tw_str_from(split), &ret->split_day, fault) == TW_OK) return TW_OK;
    return tw_fail(fault, TW_ARG, "--split takes a date such as 2025-10-01, not '%.40s'", split);
}

bool tw_cli_step(void *to, const char *words)
{
    const struct tw_cli *cli = to;
    if (tw_cli_interrupted()) return false;
    if (tw_cli_lively(cli)) tw_cli_note(cli, "  %s", words);
    return true;
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

void tw_cli_subject(const struct tw_past_options *o, const char *words, char ret[TW_CLI_SUBJECT])
{
    ret[0] = '\0';
    if (o->train != NULL)
        snprintf(ret, TW_CLI_SUBJECT, "%.80s, %s %.80s", name_of(o->train), words, name_of(o->test));
    else if (o->declarations != NULL)
        snprintf(ret, TW_CLI_SUBJECT, "%.160s", name_of(o->declarations));
}
