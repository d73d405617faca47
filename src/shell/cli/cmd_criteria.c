/* SPDX-License-Identifier: Apache-2.0 */
/* criteria ACTION SET...: what authors of criteria need before anyone decides by them. */
#include <string.h>

#include "base/json.h"
#include "cli/action.h"
#include "cli/deciding.h"
#include "cli/lists.h"
#include "cli/preview.h"
#include "cli/publishing.h"
#include "cli/table_priv.h"
#include "criteria/asycuda.h"
#include "engine/run.h"
#include "store/file.h"

enum { ARENA_BYTES_MAX = 256 << 20, OUT_BYTES_MAX = 64 << 20 };

/* One call. */
struct call {
    struct tw_cli *cli;
    struct tw_criteria_limits limits;
    struct tw_lists lists;
    struct tw_watchlists named; /* the same */
    int32_t day;
    struct tw_arena *arena;
    struct tw_buf out;
    size_t refused, remarks; /* sets; of all sets */
};

static tw_err read_set(struct call *c, const char *path, struct tw_criteria **ret, struct tw_fault *fault)
{
    TW_SCOPED_BUF text = {0};
    c->cli->file = path;
    TW_TRY(tw_file_in_all(path, tw_criteria_bytes(&c->limits), &text, fault));
    TW_TRY(tw_criteria_parse(tw_buf_view(&text), &c->limits, &c->named, ret, fault));
    c->cli->file = NULL;
    return TW_OK;
}

/* -- check */

static void put_set_json(const struct tw_criteria *set, const char *path, struct tw_json *j)
{
    size_t n;
    uint64_t examples = 0;
    const struct tw_criterion *k = tw_criteria_at(set, &n);
    for (size_t i = 0; i < n; i++) examples += k[i].examples;
    tw_json_key(j, "file");
    tw_json_text(j, path);
    tw_json_key(j, "set");
    tw_json_str(j, tw_criteria_name(set));
    tw_json_key(j, "version");
    tw_json_i64(j, tw_criteria_version(set));
    tw_json_key(j, "author");
    tw_json_str(j, tw_criteria_author(set));
    tw_json_key(j, "criteria");
    tw_json_u64(j, n);
    tw_json_key(j, "examples");
    tw_json_u64(j, examples);
}

static void put_remarks_json(struct call *c, const struct tw_criteria *set, const char *path,
                             const struct tw_criteria_remark *r, size_t n)
{
    struct tw_json j = {.out = &c->out};
    tw_json_begin_object(&j);
    put_set_json(set, path, &j);
    tw_json_key(&j, "remarks");
    tw_json_begin_array(&j);
    for (size_t i = 0; i < n; i++) {
        tw_json_begin_object(&j);
        tw_json_key(&j, "id");
        tw_json_str(&j, r[i].criterion->id);
        tw_json_key(&j, "line");
        tw_json_u64(&j, r[i].line);
        tw_json_key(&j, "column");
        tw_json_u64(&j, r[i].column);
        tw_json_key(&j, "words");
        tw_json_str(&j, r[i].words);
        tw_json_end_object(&j);
    }
    tw_json_end_array(&j);
    tw_json_end_object(&j);
    tw_buf_char(&c->out, '\n');
}

static void put_remarks(struct call *c, const struct tw_criteria *set, const char *path,
                        const struct tw_criteria_remark *r, size_t n)
{
    size_t of;
    uint64_t examples = 0;
    const struct tw_criterion *k = tw_criteria_at(set, &of);
    for (size_t i = 0; i < of; i++) examples += k[i].examples;
    for (size_t i = 0; i < n; i++)
        tw_buf_printf(&c->out, "%s:%u:%u: %.*s %.*s\n", path, r[i].line, r[i].column,
                      TW_STR_ARG(r[i].criterion->id), TW_STR_ARG(r[i].words));
    tw_buf_printf(&c->out, "%s: %.*s, version %lld: %zu %s, %llu examples hold, %zu remark%s\n", path,
                  TW_STR_ARG(tw_criteria_name(set)), (long long)tw_criteria_version(set), of,
                  of == 1 ? "criterion" : "criteria", (unsigned long long)examples, n, n == 1 ? "" : "s");
}

static tw_err check_set(void *to, const char *path, struct tw_fault *fault)
{
    struct call *c = to;
    TW_SCOPED(tw_criteria) *set = NULL;
    const struct tw_criteria_remark *r = NULL;
    size_t n = 0;
    TW_TRY(read_set(c, path, &set, fault));
    tw_arena_reset(c->arena);
    if (tw_criteria_look(set, c->day, c->arena, &r, &n) != TW_OK)
        return tw_fail(fault, TW_NOMEM, "out of memory");
    c->remarks += n;
    if (c->cli->json)
        put_remarks_json(c, set, path, r, n);
    else
        put_remarks(c, set, path, r, n);
    return TW_OK;
}

/* -- test */

static tw_err test_set(void *to, const char *path, struct tw_fault *fault)
{
    struct call *c = to;
    TW_SCOPED(tw_criteria) *set = NULL;
    size_t n;
    TW_TRY(read_set(c, path, &set, fault)); /* which has run every example */
    const struct tw_criterion *k = tw_criteria_at(set, &n);
    for (size_t i = 0; i < n; i++) {
        if (!c->cli->json) {
            tw_buf_printf(&c->out, "ok  %-24.*s %u example%s\n", TW_STR_ARG(k[i].id), k[i].examples,
                          k[i].examples == 1 ? "" : "s");
            continue;
        }
        struct tw_json j = {.out = &c->out};
        tw_json_begin_object(&j);
        tw_json_key(&j, "id");
        tw_json_str(&j, k[i].id);
        tw_json_key(&j, "examples");
        tw_json_u64(&j, k[i].examples);
        tw_json_end_object(&j);
        tw_buf_char(&c->out, '\n');
    }
    return TW_OK;
}

/* -- diff */

struct difference {
    const char *what;
    bool same;
};

static bool same_offices(const struct tw_criterion *a, const struct tw_criterion *b)
{
    bool same = a->offices_n == b->offices_n;
    for (size_t i = 0; same && i < a->offices_n; i++) same = tw_str_eq(a->office[i], b->office[i]);
    return same;
}

/* What changed between two versions of one criterion, joined by commas. */
static void put_changes(const struct tw_criterion *a, const struct tw_criterion *b, struct tw_buf *out)
{
    const struct difference d[] = {{"class", a->class == b->class},
                                   {"when", tw_str_eq(a->when, b->when)},
                                   {"channel", a->channel == b->channel},
                                   {"probability", a->probability == b->probability},
                                   {"reason", tw_str_eq(a->reason, b->reason)},
                                   {"task", tw_str_eq(a->task, b->task)},
                                   {"legal_basis", tw_str_eq(a->legal_basis, b->legal_basis)},
                                   {"owner", tw_str_eq(a->owner, b->owner)},
                                   {"valid", a->from == b->from && a->to == b->to},
                                   {"offices", same_offices(a, b)}};
    for (size_t i = 0; i < sizeof d / sizeof *d; i++)
        if (!d[i].same) tw_buf_printf(out, "%s%s", out->n > 0 ? ", " : "", d[i].what);
}

/* The criterion of that id which is valid on the day that another begins, else the first of that id; NULL. */
static const struct tw_criterion *counterpart(const struct tw_criteria *set, const struct tw_criterion *of)
{
    size_t n;
    const struct tw_criterion *k = tw_criteria_at(set, &n), *first = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!tw_str_eq(k[i].id, of->id)) continue;
        if (k[i].from <= of->from && of->from <= k[i].to) return &k[i];
        if (first == NULL) first = &k[i];
    }
    return first;
}

static void put_difference(struct call *c, struct tw_str id, const char *what, struct tw_str changed)
{
    if (!c->cli->json) {
        tw_buf_printf(&c->out, "%-8s %.*s%s%.*s\n", what, TW_STR_ARG(id), changed.n > 0 ? ": " : "",
                      TW_STR_ARG(changed));
        return;
    }
    struct tw_json j = {.out = &c->out};
    tw_json_begin_object(&j);
    tw_json_key(&j, "id");
    tw_json_str(&j, id);
    tw_json_key(&j, "is");
    tw_json_text(&j, what);
    if (changed.n > 0) {
        tw_json_key(&j, "changed");
        tw_json_str(&j, changed);
    }
    tw_json_end_object(&j);
    tw_buf_char(&c->out, '\n');
}

static tw_err diff_sets(struct call *c, struct tw_fault *fault)
{
    TW_SCOPED(tw_criteria) *a = NULL;
    TW_SCOPED(tw_criteria) *b = NULL;
    size_t n;
    if (c->cli->args != 3)
        return tw_fail(fault, TW_ARG, "`criteria diff` takes two sets: the old one and the new one");
    TW_TRY(read_set(c, c->cli->arg[1], &a, fault));
    TW_TRY(read_set(c, c->cli->arg[2], &b, fault));
    const struct tw_criterion *k = tw_criteria_at(a, &n);
    for (size_t i = 0; i < n; i++) {
        const struct tw_criterion *now = counterpart(b, &k[i]);
        TW_SCOPED_BUF changed = {0};
        if (now != NULL) put_changes(&k[i], now, &changed);
        if (now == NULL || changed.n > 0) {
            put_difference(c, k[i].id, now == NULL ? "gone" : "changed", tw_buf_view(&changed));
            c->remarks++;
        }
    }
    k = tw_criteria_at(b, &n);
    for (size_t i = 0; i < n; i++) {
        if (counterpart(a, &k[i]) != NULL) continue;
        put_difference(c, k[i].id, "new", (struct tw_str){NULL, 0});
        c->remarks++;
    }
    return TW_OK;
}

/* -- names */

static tw_err list_names(struct call *c, struct tw_fault *fault)
{
    const struct tw_criteria_name *name;
    size_t n;
    if (c->cli->args > 1) return tw_fail(fault, TW_ARG, "`criteria names` takes no set");
    if (c->named.n == 0 && !c->cli->json)
        tw_cli_note(c->cli, "without --lists FILE|DIR what conditions see of lists is not told");
    if (tw_criteria_names(&c->named, c->arena, &name, &n) != TW_OK)
        return tw_fail(fault, TW_NOMEM, "out of memory");
    for (size_t i = 0; i < n; i++) {
        TW_SCOPED_BUF type = {0};
        tw_cel_type_show(name[i].type, &type);
        if (!c->cli->json) {
            tw_buf_printf(&c->out, "%-36.*s %-26.*s %s\n", TW_STR_ARG(name[i].path),
                          (int)(type.n < 26 ? type.n : 26), type.p, name[i].words);
            continue;
        }
        struct tw_json j = {.out = &c->out};
        tw_json_begin_object(&j);
        tw_json_key(&j, "name");
        tw_json_str(&j, name[i].path);
        tw_json_key(&j, "type");
        tw_json_str(&j, tw_buf_view(&type));
        tw_json_key(&j, "words");
        tw_json_text(&j, name[i].words);
        tw_json_end_object(&j);
        tw_buf_char(&c->out, '\n');
    }
    return TW_OK;
}

/* -- import-asycuda */

static void on_told(void *to, const struct tw_fault *what, bool lost)
{
    const struct call *c = to;
    if (lost || !c->cli->quiet) tw_cli_tell(c->cli, what);
}

/* A set is called as its file, without folders and what stands behind a point. */
static struct tw_str name_of_file(const char *path)
{
    const char *slash = strrchr(path, '/');
    const struct tw_str base = tw_str_from(slash != NULL ? slash + 1 : path);
    struct tw_str rest;
    const struct tw_str stem = tw_str_cut(base, '.', &rest);
    return stem.n > 0 && tw_str_utf8(stem, NULL) ? stem : TW_STR("imported");
}

static tw_err import_asycuda(struct call *c, struct tw_fault *fault)
{
    TW_SCOPED_BUF text = {0};
    struct tw_asycuda_count n;
    if (c->cli->args != 2) return tw_fail(fault, TW_ARG, "`criteria import-asycuda` takes one file");
    const char *path = c->cli->arg[1];
    const struct tw_str name = name_of_file(path);
    const struct tw_asycuda_options options = {.file = name,
                                               .name = name,
                                               .day = c->day,
                                               .criteria = c->limits.criteria,
                                               .steps = c->limits.cel.steps,
                                               .told = on_told,
                                               .to = c};
    c->cli->file = path;
    TW_TRY(tw_file_in_all(path, TW_ASYCUDA_BYTES_MAX, &text, fault));
    TW_TRY(tw_asycuda_import(tw_buf_view(&text), &options, &c->out, &n, fault));
    c->cli->file = NULL;
    c->remarks = n.lost;
    tw_cli_note(c->cli, "criteria in the text: %zu; left out, with what belongs to none: %zu; made: %zu",
                n.read, n.lost, n.made);
    return TW_OK;
}

/* -- all of it */

static tw_err each_set(struct call *c, tw_cli_each_fn *what, struct tw_fault *fault)
{
    TW_TRY(tw_cli_each(c->cli, "set", what, c, &c->refused, fault));
    if (c->refused == 0) return TW_OK;
    TW_TRY(tw_cli_write(&c->out, fault));
    tw_buf_clear(&c->out);
    return tw_fail(fault, TW_FORMAT, "%zu of %zu sets were refused", c->refused, c->cli->args - 1);
}

enum action { CHECK, TEST, PREVIEW, DIFF, NAMES, IMPORT_ASYCUDA, KEYGEN, SIGN, STATUS, PUBLISH, ACTIONS };

static tw_err act(struct call *c, enum action action, struct tw_fault *fault)
{
    TW_TRY(tw_cli_lists(c->cli, &c->lists, fault));
    c->named = (struct tw_watchlists){c->lists.at, c->lists.n};
    if (action == DIFF) return diff_sets(c, fault);
    if (action == NAMES) return list_names(c, fault);
    if (action == IMPORT_ASYCUDA) return import_asycuda(c, fault);
    return each_set(c, action == CHECK ? check_set : test_set, fault);
}

tw_err cmd_criteria(struct tw_cli *cli, struct tw_fault *fault)
{
    struct call c = {.cli = cli, .limits = tw_cli_criteria_limits(cli), .out = {.max = OUT_BYTES_MAX}};
    static const char *const word[ACTIONS] = {"check",          "test",   "preview", "diff",   "names",
                                              "import-asycuda", "keygen", "sign",    "status", "publish"};
    size_t action = CHECK;
    TW_TRY(tw_cli_action(cli, word, ACTIONS, &action, fault));
    switch (action) {
    case PREVIEW:
        return tw_cli_preview(cli, fault);
    case KEYGEN:
        return tw_cli_keygen(cli, fault);
    case SIGN:
        return tw_cli_sign(cli, fault);
    case STATUS:
        return tw_cli_status(cli, fault);
    case PUBLISH:
        return tw_cli_publish(cli, fault);
    default:
        break;
    }
    TW_TRY(tw_cli_day(cli, &c.day, fault));
    if (tw_arena_new(ARENA_BYTES_MAX, &c.arena) != TW_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
    tw_err err = act(&c, (enum action)action, fault);
    if (err == TW_OK && c.out.failed) err = tw_fail(fault, TW_NOMEM, "out of memory");
    if (err == TW_OK) err = tw_cli_write(&c.out, fault);
    tw_buf_free(&c.out);
    tw_arena_free(c.arena);
    tw_lists_free(&c.lists);
    if (err == TW_OK && c.remarks > 0) cli->finding = true;
    return err;
}
