/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/input.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "engine/messages_priv.h"
#include "engine/rejects_priv.h"
#include "message/complete.h"
#include "message/edifact.h"
#include "message/idset.h"
#include "message/table.h"
#include "store/file.h"

enum { IDS_MAX = 1 << 26 }; /* as many as the reader of tables remembers */

struct tw_input {
    struct tw_input_options options;
    const char *path;
    struct tw_file_in *file;
    struct tw_reader *reader;
    struct tw_rates *rates;
    struct tw_tariff *tariff;
    struct tw_valuation valuation;
    bool valued; /* `valuation` is set */
    struct rejects rejects;
    bool begun;               /* the first bytes have been looked at */
    bool of_messages;         /* they are a message, or the path is a directory or archive of them */
    struct messages messages; /* the same as rows and declarations of a table */
    struct tw_idset *ids;     /* of their declarations; NULL = they may return */
    struct tw_reader_count count;
    struct tw_input_total total[TW_INPUT_TOTALS_MAX];
    size_t totals;
};

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

/* Remembers which file a fault would be about. */
static void work_on(const struct tw_input_options *options, const char *path)
{
    if (options->file != NULL) *options->file = path;
}

tw_err tw_input_table(const char *path, enum tw_table_kind kind, const struct tw_input_options *options,
                      struct tw_table **ret, struct tw_fault *fault)
{
    const struct tw_file_options how = {.stop = options->stop};
    TW_SCOPED(tw_file_in) *file = NULL;
    TW_SCOPED(tw_table) *table = NULL;
    work_on(options, path);
    TW_TRY(tw_file_in_open(path, &how, &file, fault));
    TW_TRY(tw_table_new(kind, 0, &table, fault));
    for (size_t n = 1; n > 0;) {
        size_t room;
        char *p = tw_table_room(table, &room);
        TW_TRY(tw_file_in_read(file, p, room, &n, fault));
        TW_TRY(tw_table_filled(table, n, fault));
    }
    *ret = table;
    table = NULL;
    return TW_OK;
}

static struct tw_str currency_of(const struct tw_input_options *options)
{
    return options->currency != NULL ? tw_str_from(options->currency) : options->map->national_currency;
}

static tw_err read_rates(struct tw_input *in, struct tw_str national, struct tw_fault *fault)
{
    const char *path = in->options.rates;
    if (path == NULL) return tw_rates_new(NULL, 0, national, TW_RATES_AGE_D, &in->rates, fault);
    TW_SCOPED(tw_table) *table = NULL;
    TW_TRY(tw_input_table(path, TW_TABLE_RATES, &in->options, &table, fault));
    return tw_table_rates(table, national, TW_RATES_AGE_D, &in->rates, fault);
}

static tw_err read_tariff(struct tw_input *in, struct tw_fault *fault)
{
    const char *path = in->options.tariff;
    if (path == NULL) return TW_OK;
    TW_SCOPED(tw_table) *table = NULL;
    TW_TRY(tw_input_table(path, TW_TABLE_TARIFF, &in->options, &table, fault));
    return tw_table_tariff(table, &in->tariff, fault);
}

static tw_err read_valuation(struct tw_input *in, struct tw_fault *fault)
{
    const struct tw_str national = currency_of(&in->options);
    if (national.n == 0 && (in->options.rates != NULL || in->options.tariff != NULL))
        return tw_fail(fault, TW_ARG,
                       "rates and tariff need the national currency; name it by --currency or in the map");
    if (national.n == 0) return TW_OK;
    if (tw_currency_find(national) == NULL)
        return tw_fail(fault, TW_ARG, "'%.*s' is no currency of ISO 4217, such as USD",
                       (int)(national.n < 24 ? national.n : 24), national.s);
    TW_TRY(read_rates(in, national, fault));
    TW_TRY(read_tariff(in, fault));
    in->valuation = (struct tw_valuation){in->rates, in->tariff};
    in->valued = true;
    return TW_OK;
}

static tw_err on_header(void *to, struct tw_str raw, struct tw_fault *fault)
{
    struct tw_input *in = to;
    return in->options.rejects != NULL ? rejects_header(&in->rejects, raw, fault) : TW_OK;
}

static void count_fault(struct tw_input *in, const struct tw_fault *why)
{
    size_t i = 0;
    while (i < in->totals &&
           (in->total[i].error != why->code || strcmp(in->total[i].element, why->path) != 0))
        i++;
    if (i == TW_INPUT_TOTALS_MAX) i--;
    struct tw_input_total *t = &in->total[i];
    if (i == in->totals) {
        in->totals++;
        snprintf(t->element, sizeof t->element, "%.63s", why->path);
        t->error = why->code;
        t->first = *why;
    }
    t->n++;
}

static tw_err on_refused(void *to, const struct tw_refused *refused, struct tw_fault *fault)
{
    struct tw_input *in = to;
    if (refused->culprit) {
        count_fault(in, refused->fault);
        if (in->options.refused != NULL) in->options.refused(in->options.to, refused);
    }
    if (in->options.rejects == NULL) return TW_OK;
    work_on(&in->options, in->options.rejects);
    TW_TRY(rejects_row(&in->rejects, refused, fault));
    work_on(&in->options, in->path);
    return TW_OK;
}

static bool same_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && S_ISREG(x.st_mode) && x.st_dev == y.st_dev &&
           x.st_ino == y.st_ino;
}

static bool is_directory(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static tw_err open_messages(struct tw_input *in, struct tw_fault *fault)
{
    in->begun = in->of_messages = true;
    in->messages.stop = in->options.stop;
    if (in->options.rejects != NULL)
        return tw_fail(fault, TW_ARG,
                       "--rejects takes rows of tables; messages that are refused stay where they are");
    if (!in->options.ids_may_return && tw_idset_new(IDS_MAX, &in->ids) != TW_OK) return no_memory(fault);
    return messages_open(in->path, in->options.sha256, &in->messages, fault);
}

static tw_err set_up(struct tw_input *in, struct tw_fault *fault)
{
    const struct tw_input_options *const o = &in->options;
    TW_TRY(read_valuation(in, fault));
    work_on(o, in->path);
    if (is_directory(in->path) || tw_archive_is(in->path)) return open_messages(in, fault);
    const struct tw_file_options how = {.sha256 = o->sha256, .stop = o->stop};
    TW_TRY(tw_file_in_open(in->path, &how, &in->file, fault));
    const struct tw_reader_config config = {.map = o->map,
                                            .currency = currency_of(o),
                                            .valuation = in->valued ? &in->valuation : NULL,
                                            .now = o->now,
                                            .ids_may_return = o->ids_may_return,
                                            .to = in,
                                            .header = on_header,
                                            .refuse = on_refused};
    TW_TRY(tw_reader_new(&config, &in->reader, fault));
    if (o->rejects == NULL) return TW_OK;
    work_on(o, o->rejects);
    if (same_file(in->path, o->rejects))
        return tw_fail(fault, TW_ARG,
                       "the rejects would replace the file they come from; choose another name");
    const struct tw_file_options aside = {.stop = o->stop};
    TW_TRY(rejects_open(o->rejects, &aside, &in->rejects, fault));
    work_on(o, in->path);
    return TW_OK;
}

tw_err tw_input_open(const char *path, const struct tw_input_options *options, struct tw_input **ret,
                     struct tw_fault *fault)
{
    struct tw_input *in = tw_calloc(1, sizeof *in);
    if (in == NULL) return no_memory(fault);
    in->options = *options;
    in->path = path;
    const tw_err err = set_up(in, fault);
    if (err != TW_OK) {
        tw_input_free(in);
        return err;
    }
    *ret = in;
    return TW_OK;
}

void tw_input_free(struct tw_input *in)
{
    if (in == NULL) return;
    tw_reader_free(in->reader);
    tw_file_in_free(in->file);
    tw_rates_free(in->rates);
    tw_tariff_free(in->tariff);
    rejects_close(&in->rejects);
    messages_close(&in->messages, in->options.file);
    tw_idset_free(in->ids);
    tw_free(in);
}

static void tell_progress(const struct tw_input *in)
{
    if (in->options.progress == NULL) return;
    const struct tw_file_seen seen =
        in->of_messages ? (struct tw_file_seen){.done = in->messages.bytes} : tw_file_in_seen(in->file);
    const struct tw_reader_count count = tw_input_count(in);
    const struct tw_input_progress p = {.bytes = seen.done,
                                        .total = seen.total,
                                        .rows = count.rows,
                                        .declarations = count.declarations,
                                        .refused = count.refused_declarations};
    in->options.progress(in->options.to, &p);
}

static tw_err read_more(struct tw_input *in, struct tw_fault *fault)
{
    size_t room, n;
    char *p = tw_reader_room(in->reader, &room);
    tell_progress(in);
    TW_TRY(tw_file_in_read(in->file, p, room, &n, fault));
    if (n == 0)
        tw_reader_end(in->reader);
    else
        tw_reader_filled(in->reader, n);
    return TW_OK;
}

/* -- messages */

/* What is read from `path` is one message or several, of which some bytes have come. */
static tw_err take_messages(struct tw_input *in, struct tw_str first, struct tw_fault *fault)
{
    TW_TRY(open_messages(in, fault));
    return messages_lend(&in->messages, in->file, first, fault);
}

/* Looks at the first bytes: rows of a table, or a message? */
static tw_err begin(struct tw_input *in, struct tw_fault *fault)
{
    size_t room, n;
    char *p = tw_reader_room(in->reader, &room);
    in->begun = true;
    tell_progress(in);
    TW_TRY(tw_file_in_read(in->file, p, room, &n, fault));
    const struct tw_str first = {p, n < 512 ? n : 512};
    if (messages_sniff(first)) return take_messages(in, (struct tw_str){p, n}, fault);
    const char *line = first.n > 0 ? memchr(p, '\n', first.n) : NULL;
    if (first.n > 0 && memchr(p, '\0', line != NULL ? (size_t)(line - p) : first.n) != NULL)
        return tw_fail(
            fault, TW_FORMAT,
            "this is no text; declarations are read from tables (CSV), JSON, XML of the WCO Data Model and "
            "EDIFACT");
    if (n == 0)
        tw_reader_end(in->reader);
    else
        tw_reader_filled(in->reader, n);
    return TW_OK;
}

/* A message of which somebody must be told that it was not taken. */
static void refuse_message(struct tw_input *in, const char *path, const struct tw_fault *why)
{
    const struct tw_refused refused = {.line = why->line, .culprit = true, .fault = why};
    in->count.refused_declarations++;
    in->count.refused_rows++;
    count_fault(in, why);
    work_on(&in->options, path);
    if (in->options.refused != NULL) in->options.refused(in->options.to, &refused);
    work_on(&in->options, in->path);
}

/* A declaration is decided once: has one of that id come in another message? */
static tw_err come_once(struct tw_input *in, struct tw_str id, struct tw_fault *why)
{
    bool seen = false;
    if (in->ids == NULL || id.n == 0) return TW_OK;
    if (tw_idset_put(in->ids, tw_hash64(id.s, id.n, 0), &seen) != TW_OK) return no_memory(why);
    if (!seen) return TW_OK;
    snprintf(why->path, sizeof why->path, "declaration_id");
    return tw_fail(why, TW_CONFLICT,
                   "declaration %.*s came in another message already; leave one of them out",
                   (int)(id.n < 40 ? id.n : 40), id.s);
}

/* What a message need not say: when it was lodged is for whoever receives it, and some procedures need no
 * code of the goods. */
static const uint64_t message_pass = 1ull << TW_CHECK_NO_TIME | 1ull << TW_CHECK_NO_HS;

static tw_err complete(struct tw_input *in, struct tw_decl *decl, const struct tw_completion *how,
                       struct tw_arena *arena, struct tw_completed *ret, struct tw_fault *why)
{
    const tw_err err = tw_complete(decl, how, arena, ret, why);
    if (err == TW_NOMEM && tw_arena_full(arena))
        return tw_fail(why, TW_LIMIT, "the message takes more memory than one may; send it in parts");
    TW_TRY(err);
    return come_once(in, decl->id, why); /* one that was refused may come again, mended */
}

static tw_err next_message(struct tw_input *in, struct tw_arena *arena, struct tw_reading *ret, bool *more,
                           struct tw_fault *fault)
{
    const struct tw_completion how = {.currency = currency_of(&in->options),
                                      .valuation = in->valued ? &in->valuation : NULL,
                                      .now = in->options.now != 0 ? in->options.now : TW_NO_TIME,
                                      .pass = in->options.map->pass | message_pass,
                                      .rates_may_lack = in->options.rates == NULL};
    for (;;) {
        enum messages_step step;
        const char *path = in->path;
        struct tw_fault why;
        struct message message;
        struct tw_completed done = {.value = NULL};
        bool ended = false;
        tell_progress(in);
        tw_err err = messages_next(&in->messages, arena, &step, &path, &message, &why);
        if (err == TW_OK && step == MESSAGES_END) break;
        if (err == TW_OK && step == MESSAGES_DECLARATION) {
            why.line = message.line;
            err = complete(in, message.decl, &how, arena, &done, &why);
        } else {
            ended = err != TW_OK;
            err = why.code;
        }
        if (ended || err == TW_NOMEM) {
            if (fault != NULL) *fault = why;
            return err;
        }
        in->count.rows++;
        if (err != TW_OK) {
            refuse_message(in, path, &why);
            continue;
        }
        in->count.declarations++;
        *more = true;
        *ret = (struct tw_reading){.decl = message.decl,
                                   .value = done.value,
                                   .warnings = done.warnings,
                                   .line = message.line,
                                   .rows = 1};
        return TW_OK;
    }
    *more = false;
    if (in->count.rows > 0) return TW_OK;
    return tw_fail(fault, TW_FORMAT, "%s",
                   in->file != NULL ? "there is no declaration in it"
                                    : "no message in it is a declaration; a table is named by its own file");
}

tw_err tw_input_next(struct tw_input *in, struct tw_arena *arena, struct tw_reading *ret, bool *more,
                     struct tw_fault *fault)
{
    enum tw_read_step step = TW_READ_MORE;
    work_on(&in->options, in->path);
    if (!in->begun) TW_TRY(begin(in, fault));
    if (in->of_messages) return next_message(in, arena, ret, more, fault);
    while (step == TW_READ_MORE) {
        TW_TRY(tw_reader_next(in->reader, arena, &step, ret, fault));
        if (step == TW_READ_MORE) TW_TRY(read_more(in, fault));
    }
    *more = step == TW_READ_DECL;
    return TW_OK;
}

tw_err tw_input_finish(struct tw_input *in, struct tw_fault *fault)
{
    if (in->options.rejects == NULL) return TW_OK;
    work_on(&in->options, in->options.rejects);
    return rejects_commit(&in->rejects, fault);
}

struct tw_reader_count tw_input_count(const struct tw_input *in)
{
    return in->of_messages ? in->count : tw_reader_count(in->reader);
}

const struct tw_input_total *tw_input_totals(const struct tw_input *in, size_t *ret_n)
{
    *ret_n = in->totals;
    return in->total;
}

const struct tw_valuation *tw_input_valuation(const struct tw_input *in)
{
    return in->valued ? &in->valuation : NULL;
}

tw_err tw_input_sha256(struct tw_input *in, uint8_t ret[32])
{
    if (!in->of_messages) return tw_file_in_sha256(in->file, ret);
    if (in->messages.hash == NULL || in->messages.files.at < in->messages.files.n ||
        in->messages.interchange != NULL)
        return TW_ARG;
    tw_sha256_end(in->messages.hash, ret);
    tw_sha256_free(in->messages.hash);
    in->messages.hash = NULL;
    return TW_OK;
}

/* Findings tell refused rows through this. */
static tw_err on_refused_finding(void *to, const struct tw_refused *refused, struct tw_fault *fault)
{
    const struct tw_input_options *options = to;
    (void)fault;
    if (options->refused != NULL) options->refused(options->to, refused);
    return TW_OK;
}

tw_err tw_input_findings(const char *path, const struct tw_input_options *options, struct tw_findings **ret,
                         struct tw_fault *fault)
{
    struct tw_input_options own = *options; /* lives as long as the reading */
    const struct tw_file_options how = {.stop = options->stop};
    const struct tw_findings_config config = {
        .map = options->map, .currency = currency_of(options), .to = &own, .refuse = on_refused_finding};
    TW_SCOPED(tw_file_in) *file = NULL;
    TW_SCOPED(tw_findings) *findings = NULL;
    work_on(options, path);
    TW_TRY(tw_file_in_open(path, &how, &file, fault));
    TW_TRY(tw_findings_new(&config, &findings, fault));
    for (size_t n = 1; n > 0;) {
        size_t room;
        char *p = tw_findings_room(findings, &room);
        TW_TRY(tw_file_in_read(file, p, room, &n, fault));
        TW_TRY(tw_findings_filled(findings, n, fault));
    }
    *ret = findings;
    findings = NULL;
    return TW_OK;
}
