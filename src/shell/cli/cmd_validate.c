/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "base/date.h"
#include "base/json.h"
#include "cli/progress.h"
#include "cli/reading.h"
#include "cli/table_priv.h"
#include "engine/validate.h"
#include "store/file.h"

enum { FLUSH_BYTES = 1 << 16, RULES_BYTES_MAX = 4 << 20, RULES_ARENA_MAX = 256 << 20 };

struct telling {
    struct tw_cli *cli;
    struct tw_progress progress;
    struct tw_buf text;
};

static const char *word_of(enum tw_severity severity)
{
    return severity == TW_SEVERITY_FAULT ? "fault" : "warning";
}

static tw_err flush(struct telling *t, size_t above, struct tw_fault *fault)
{
    if (t->text.failed) return tw_fail(fault, TW_NOMEM, "out of memory");
    if (t->text.n <= above) return TW_OK;
    tw_progress_end(&t->progress);
    TW_TRY(tw_cli_write(&t->text, fault));
    tw_buf_clear(&t->text);
    return TW_OK;
}

/* The element at fault, by name; absent when it is not known. */
static struct tw_str element_of(const struct tw_wrong *w)
{
    return tw_str_from(w->element != TW_ELEMENT_N ? tw_element_row(w->element)->name : NULL);
}

/* file:line:column: fault: item 2, net_mass_kg: what is wrong
 *     rule: what would put it right
 *     at the place in the message's own language */
static void put_text(const struct tw_validate_told *f, struct tw_buf *out)
{
    const struct tw_wrong *w = f->wrong;
    const struct tw_str element = element_of(w);
    tw_buf_text(out, f->file);
    if (f->line > 0) tw_buf_printf(out, ":%u", f->line);
    if (f->line > 0 && f->column > 0) tw_buf_printf(out, ":%u", f->column);
    tw_buf_printf(out, ": %s: ", word_of(w->severity));
    if (f->item > 0) tw_buf_printf(out, "item %u%s", f->item, element.n > 0 ? ", " : ": ");
    if (element.n > 0) tw_buf_printf(out, "%.*s: ", TW_STR_ARG(element));
    tw_buf_printf(out, "%s\n    %.*s", w->fault->note, TW_STR_ARG(w->rule));
    if (w->remedy.n > 0) tw_buf_printf(out, ": %.*s", TW_STR_ARG(w->remedy));
    tw_buf_char(out, '\n');
    if (f->place.n > 0) tw_buf_printf(out, "    at %.*s\n", TW_STR_ARG(f->place));
}

static void put_member(struct tw_json *j, const char *key, struct tw_str value)
{
    if (value.n == 0) return;
    tw_json_key(j, key);
    tw_json_str(j, value);
}

static void put_number(struct tw_json *j, const char *key, uint32_t n)
{
    if (n == 0) return;
    tw_json_key(j, key);
    tw_json_u64(j, n);
}

static void put_json(const struct tw_validate_told *f, struct tw_buf *out)
{
    const struct tw_wrong *w = f->wrong;
    struct tw_json j = {.out = out};
    tw_json_begin_object(&j);
    put_member(&j, "file", tw_str_from(f->file));
    put_number(&j, "line", f->line);
    put_number(&j, "column", f->line > 0 ? f->column : 0);
    put_number(&j, "message", f->message);
    put_member(&j, "subject", f->subject);
    put_number(&j, "item", f->item);
    put_member(&j, "element", element_of(w));
    put_member(&j, "place", f->place);
    put_member(&j, "severity", tw_str_from(word_of(w->severity)));
    put_member(&j, "rule", w->rule);
    put_member(&j, "words", tw_str_from(w->fault->note));
    put_member(&j, "remedy", w->remedy);
    tw_json_end_object(&j);
    tw_buf_char(out, '\n');
}

static tw_err on_told(void *to, const struct tw_validate_told *what, struct tw_fault *fault)
{
    struct telling *t = to;
    if (t->cli->json)
        put_json(what, &t->text);
    else
        put_text(what, &t->text);
    return flush(t, FLUSH_BYTES, fault);
}

static void on_progress(void *to, uint64_t read)
{
    struct telling *t = to;
    tw_progress_at(&t->progress, read, 0, read);
}

static void put_counts(const struct tw_validate_count *n, bool json, struct tw_buf *out)
{
    const struct {
        const char *name;
        uint64_t n;
    } row[] = {{"read", n->read},          {"valid", n->valid},       {"with_warnings", n->warned},
               {"with_faults", n->faulty}, {"refused", n->refused},   {"faults", n->faults},
               {"warnings", n->warnings},  {"other_types", n->other}, {"passed_over", n->passed}};
    typedef unsigned long long ull;
    struct tw_json j = {.out = out};
    if (!json) {
        tw_buf_printf(out, "%llu read: %llu valid (%llu with warnings), %llu with faults; %llu refused\n",
                      (ull)n->read, (ull)n->valid, (ull)n->warned, (ull)n->faulty, (ull)n->refused);
        return;
    }
    tw_json_begin_object(&j);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        tw_json_key(&j, row[i].name);
        tw_json_u64(&j, row[i].n);
    }
    tw_json_end_object(&j);
    tw_buf_char(out, '\n');
}

static void note(const struct tw_cli *cli, const struct tw_validate_count *n)
{
    typedef unsigned long long ull;
    if (n->faults + n->warnings > 0)
        tw_cli_note(cli, "%llu fault%s, %llu warning%s", (ull)n->faults, n->faults == 1 ? "" : "s",
                    (ull)n->warnings, n->warnings == 1 ? "" : "s");
    if (n->other > 0)
        tw_cli_note(cli, "%llu message%s of other types: of these the envelope alone was looked at",
                    (ull)n->other, n->other == 1 ? "" : "s");
    if (n->passed > 0)
        tw_cli_note(cli, "%llu other file%s passed over", (ull)n->passed, n->passed == 1 ? "" : "s");
}

static tw_err time_of(const struct tw_cli *cli, int64_t *ret, struct tw_fault *fault)
{
    const char *at = tw_cli_value(cli, "at");
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    *ret = now.tv_sec;
    if (at == NULL || tw_time_parse(tw_str_from(at), ret, fault) == TW_OK) return TW_OK;
    return tw_fail(fault, TW_ARG, "--at takes a time such as 2026-11-23 or 2026-11-23T05:57:00Z, not '%.40s'",
                   at);
}

static tw_err validate(struct telling *t, const struct tw_validate_options *o, struct tw_fault *fault)
{
    struct tw_validate_count n;
    const struct tw_cli *cli = t->cli;
    tw_progress_begin(&t->progress, cli, "messages");
    const tw_err err = tw_validate(cli->arg, cli->args, o, &n, fault);
    tw_progress_end(&t->progress);
    TW_TRY(err);
    put_counts(&n, cli->json, &t->text);
    TW_TRY(flush(t, 0, fault));
    note(cli, &n);
    t->cli->finding = n.faults > 0;
    if (n.read + n.refused + n.other > 0) return TW_OK;
    return tw_fail(fault, TW_FORMAT, "there was no message in what was named");
}

/* An administration's own rules, and where they live. */
struct own_rules {
    struct tw_arena *arena;
    struct tw_buf text;
    struct tw_ruleset set;
};

static tw_err read_rules(struct tw_cli *cli, struct own_rules *own, const struct tw_ruleset **ret,
                         struct tw_fault *fault)
{
    const char *path = tw_cli_value(cli, "rules");
    if (path == NULL) return TW_OK;
    if (tw_arena_new(RULES_ARENA_MAX, &own->arena) != TW_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
    cli->file = path;
    TW_TRY(tw_file_in_all(path, RULES_BYTES_MAX, &own->text, fault));
    TW_TRY(tw_ruleset_parse(tw_buf_view(&own->text), (uint32_t)tw_cli_whole(cli, "rules_max"), own->arena,
                            &own->set, fault));
    cli->file = NULL;
    *ret = &own->set;
    return TW_OK;
}

tw_err cmd_validate(struct tw_cli *cli, struct tw_fault *fault)
{
    struct telling t = {.cli = cli};
    struct own_rules own = {.arena = NULL};
    TW_SCOPED(tw_cli_reading) *reading = NULL;
    struct tw_validate_options o = {.xsd = tw_cli_value(cli, "xsd"),
                                    .stop = tw_cli_stop(),
                                    .file = &cli->file,
                                    .to = &t,
                                    .told = on_told,
                                    .progress = on_progress};
    TW_TRY(time_of(cli, &o.now, fault));
    TW_TRY(tw_cli_reading_new(cli, &reading, fault));
    tw_cli_reading_pause(reading);
    o.map = tw_cli_reading_options(reading)->map;
    o.currency = tw_cli_reading_options(reading)->currency;
    tw_err err = read_rules(cli, &own, &o.rules, fault);
    if (err == TW_OK) err = validate(&t, &o, fault);
    tw_arena_free(own.arena);
    tw_buf_free(&own.text);
    tw_buf_free(&t.text);
    return err;
}
