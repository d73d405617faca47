/* SPDX-License-Identifier: Apache-2.0 */
/* list ACTION LIST...: whether lists are good, and what of a text or of declarations stands on them. */
#include "base/date.h"
#include "base/json.h"
#include "cli/action.h"
#include "cli/lists.h"
#include "cli/reading.h"
#include "cli/table_priv.h"

enum { OUT_BYTES_MAX = 256 << 20, FLUSH_BYTES = 1 << 16, ARENA_BYTES_MAX = 256 << 20 };

/* One call. */
struct call {
    struct tw_cli *cli;
    struct tw_lists_options options;
    struct tw_lists lists;
    int32_t day;
    struct tw_buf table, out; /* table: the path of one, for faults */
    size_t refused, remarks, hits;
};

static tw_err flush(struct call *c, size_t above, struct tw_fault *fault)
{
    if (c->out.failed) return tw_fail(fault, TW_NOMEM, "out of memory");
    if (c->out.n <= above) return TW_OK;
    TW_TRY(tw_cli_write(&c->out, fault));
    tw_buf_clear(&c->out);
    return TW_OK;
}

static void put_member(struct tw_json *j, const char *key, struct tw_str value)
{
    tw_json_key(j, key);
    tw_json_str(j, value);
}

static void put_head(struct tw_json *j, const char *path, const struct tw_watch_head *h)
{
    char hex[TW_SHA256_HEX];
    tw_sha256_hex(h->sha256, hex);
    put_member(j, "file", tw_str_from(path));
    put_member(j, "list", h->name);
    put_member(j, "kind", tw_str_from(tw_watch_vocabulary()->at[h->kind].code));
    put_member(j, "words", h->words);
    put_member(j, "owner", h->owner);
    put_member(j, "source", h->source);
    if (h->version > 0) {
        tw_json_key(j, "version");
        tw_json_i64(j, h->version);
    }
    put_member(j, "sha256", tw_str_from(hex));
    put_member(j, "match", tw_str_from(h->fuzzy ? "fuzzy" : "exact"));
    tw_json_key(j, "entries");
    tw_json_u64(j, h->entries);
    tw_json_key(j, "examples");
    tw_json_u64(j, h->examples);
}

/* -- check */

/* What is no fault, one after another: the remarks of reading, then those that the day makes. */
struct remarks {
    struct call *c;
    const char *head, *table; /* paths */
    struct tw_json *json;     /* NULL: lines for people */
    size_t n;
};

static void put_remark(struct remarks *r, const char *path, uint32_t line, struct tw_str words)
{
    r->n++;
    if (r->json == NULL) {
        tw_buf_text(&r->c->out, path);
        if (line > 0) tw_buf_printf(&r->c->out, ":%u", line);
        tw_buf_printf(&r->c->out, ": warning: %.*s\n", TW_STR_ARG(words));
        return;
    }
    tw_json_begin_object(r->json);
    put_member(r->json, "file", tw_str_from(path));
    if (line > 0) {
        tw_json_key(r->json, "line");
        tw_json_u64(r->json, line);
    }
    put_member(r->json, "words", words);
    tw_json_end_object(r->json);
}

static void put_over(struct remarks *r, const struct tw_watchlist *l)
{
    const struct tw_watch_head *h = tw_watchlist_head(l);
    TW_SCOPED_BUF words = {0};
    size_t n, over = 0;
    const struct tw_watch_entry *e = tw_watchlist_entries(l, &n);
    if (tw_watchlist_over(l, r->c->day)) {
        tw_buf_printf(&words, "list %.*s ended on ", TW_STR_ARG(h->name));
        tw_buf_day(&words, h->to);
        tw_buf_text(&words, " and hits nothing any more");
        put_remark(r, r->head, 0, tw_buf_view(&words));
        return;
    }
    for (size_t i = 0; i < n; i++) over += r->c->day > e[i].to;
    if (over == 0) return;
    tw_buf_printf(&words, "%zu of %zu entries are over and hit nothing any more", over, n);
    put_remark(r, r->table, 0, tw_buf_view(&words));
}

static void put_remarks(struct remarks *r, const struct tw_watchlist *l)
{
    size_t n;
    const struct tw_watch_remark *at = tw_watchlist_remarks(l, &n);
    for (size_t i = 0; i < n; i++)
        put_remark(r, at[i].of_table ? r->table : r->head, at[i].line, at[i].words);
    put_over(r, l);
}

static tw_err check_list(void *to, const char *path, struct tw_fault *fault)
{
    struct call *c = to;
    TW_SCOPED(tw_watchlist) *l = NULL;
    struct tw_json j = {.out = &c->out};
    TW_TRY(tw_list_read(path, &c->options, c->lists.fold, &c->table, &l, fault));
    const struct tw_watch_head *h = tw_watchlist_head(l);
    struct remarks r = {.c = c, .head = path, .table = h->file.n > 0 ? c->table.p : path};
    if (c->cli->json) {
        r.json = &j;
        tw_json_begin_object(&j);
        put_head(&j, path, h);
        tw_json_key(&j, "remarks");
        tw_json_begin_array(&j);
    }
    put_remarks(&r, l);
    c->remarks += r.n;
    if (c->cli->json) {
        tw_json_end_array(&j);
        tw_json_end_object(&j);
        tw_buf_char(&c->out, '\n');
        return TW_OK;
    }
    tw_buf_printf(&c->out, "%s: %.*s, %s: %zu entr%s, %zu example%s, %zu warning%s\n", path,
                  TW_STR_ARG(h->name), tw_watch_vocabulary()->at[h->kind].code, h->entries,
                  h->entries == 1 ? "y" : "ies", h->examples, h->examples == 1 ? " holds" : "s hold", r.n,
                  r.n == 1 ? "" : "s");
    return TW_OK;
}

/* -- test */

static tw_err test_list(void *to, const char *path, struct tw_fault *fault)
{
    struct call *c = to;
    TW_SCOPED(tw_watchlist) *l = NULL;
    struct tw_json j = {.out = &c->out};
    TW_TRY(tw_list_read(path, &c->options, c->lists.fold, &c->table, &l, fault)); /* runs every example */
    const struct tw_watch_head *h = tw_watchlist_head(l);
    if (!c->cli->json) {
        tw_buf_printf(&c->out, "ok  %-24.*s %zu example%s\n", TW_STR_ARG(h->name), h->examples,
                      h->examples == 1 ? "" : "s");
        return TW_OK;
    }
    tw_json_begin_object(&j);
    put_head(&j, path, h);
    tw_json_end_object(&j);
    tw_buf_char(&c->out, '\n');
    return TW_OK;
}

static tw_err each_list(struct call *c, tw_cli_each_fn *what, struct tw_fault *fault)
{
    TW_TRY(tw_cli_each(c->cli, "list", what, c, &c->refused, fault));
    if (c->refused == 0) return TW_OK;
    TW_TRY(flush(c, 0, fault));
    return tw_fail(fault, TW_FORMAT, "%zu of %zu lists were refused", c->refused, c->cli->args - 1);
}

/* -- match */

static void put_hit_json(struct call *c, struct tw_str declaration, struct tw_watchlist *l,
                         const struct tw_watch_hit *hit)
{
    struct tw_json j = {.out = &c->out};
    TW_SCOPED_BUF words = {0};
    tw_json_begin_object(&j);
    if (declaration.n > 0) put_member(&j, "declaration", declaration);
    put_member(&j, "list", tw_watchlist_head(l)->name);
    put_member(&j, "entry", hit->entry->id);
    tw_json_key(&j, "score");
    tw_json_fixed(&j, hit->score, 4);
    if (hit->element != TW_ELEMENT_END)
        put_member(&j, "element", tw_str_from(tw_element_row(hit->element)->name));
    if (hit->item > 0) {
        tw_json_key(&j, "item");
        tw_json_u64(&j, hit->item);
    }
    put_member(&j, "value", hit->value);
    if (hit->entry->note.n > 0) put_member(&j, "note", hit->entry->note);
    tw_watch_say(l, hit, &words);
    put_member(&j, "words", tw_buf_view(&words));
    tw_json_end_object(&j);
    tw_buf_char(&c->out, '\n');
}

static void put_hit(struct call *c, struct tw_str declaration, struct tw_watchlist *l,
                    const struct tw_watch_hit *hit)
{
    c->hits++;
    if (c->cli->json) {
        put_hit_json(c, declaration, l, hit);
        return;
    }
    if (declaration.n > 0) tw_buf_printf(&c->out, "%.*s: ", TW_STR_ARG(declaration));
    tw_watch_say(l, hit, &c->out);
    tw_buf_char(&c->out, '\n');
}

static void match_text(struct call *c, struct tw_str text)
{
    for (size_t i = 0; i < c->lists.n; i++) {
        struct tw_watch_hit hit;
        if (tw_watchlist_find(c->lists.at[i], text, c->day, &hit))
            put_hit(c, (struct tw_str){NULL, 0}, c->lists.at[i], &hit);
    }
    if (c->hits == 0)
        tw_cli_note(c->cli, "no hit among the entries valid on that day of %zu list%s", c->lists.n,
                    c->lists.n == 1 ? "" : "s");
}

static tw_err match_decl(struct call *c, const struct tw_decl *d, struct tw_arena *arena,
                         struct tw_fault *fault)
{
    const int32_t day = d->lodged_at != TW_NO_TIME ? tw_time_day(d->lodged_at) : c->day;
    for (size_t i = 0; i < c->lists.n; i++) {
        struct tw_watch_hit hit;
        if (tw_watchlist_ask(c->lists.at[i], d, NULL, day, arena, &hit) != TW_OK)
            return tw_fail(fault, TW_NOMEM, "out of memory");
        if (hit.entry != NULL) put_hit(c, d->id, c->lists.at[i], &hit);
    }
    return flush(c, FLUSH_BYTES, fault);
}

static tw_err match_file(struct call *c, const char *path, struct tw_cli_reading *reading,
                         struct tw_arena *arena, struct tw_fault *fault)
{
    TW_SCOPED(tw_input) *in = NULL;
    TW_TRY(tw_input_open(path, tw_cli_reading_options(reading), &in, fault));
    for (;;) {
        struct tw_reading r;
        bool more;
        TW_TRY(tw_input_next(in, arena, &r, &more, fault));
        if (!more) break;
        TW_TRY(match_decl(c, r.decl, arena, fault));
    }
    TW_TRY(tw_input_finish(in, fault));
    const struct tw_reader_count n = tw_input_count(in);
    tw_cli_reading_summary(reading, n.refused_declarations);
    tw_cli_note(c->cli, "%llu declaration%s, %zu hit%s", (unsigned long long)n.declarations,
                n.declarations == 1 ? "" : "s", c->hits, c->hits == 1 ? "" : "s");
    return TW_OK;
}

static tw_err match(struct call *c, struct tw_fault *fault)
{
    const char *name = tw_cli_value(c->cli, "name"), *path = tw_cli_value(c->cli, "declarations");
    TW_SCOPED(tw_cli_reading) *reading = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    if ((name != NULL) == (path != NULL))
        return tw_fail(fault, TW_ARG, "`list match` takes --name TEXT or --declarations FILE, %s",
                       name != NULL ? "not both" : "and neither was given");
    if (name != NULL && tw_str_trim(tw_str_from(name)).n == 0)
        return tw_fail(fault, TW_ARG, "--name is empty; give the name, number or code to look for");
    TW_TRY(tw_lists_load(c->cli->arg + 1, c->cli->args - 1, &c->options, &c->table, &c->lists, fault));
    if (name != NULL) {
        match_text(c, tw_str_from(name));
        return TW_OK;
    }
    if (tw_arena_new(ARENA_BYTES_MAX, &arena) != TW_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
    TW_TRY(tw_cli_reading_new(c->cli, &reading, fault));
    return match_file(c, path, reading, arena, fault);
}

/* -- all of it */

static tw_err act(struct call *c, struct tw_fault *fault)
{
    static const char *const word[] = {"check", "test", "match"};
    enum { CHECK, TEST, MATCH, ACTIONS };
    size_t action = CHECK;
    TW_TRY(tw_cli_action(c->cli, word, ACTIONS, &action, fault));
    if (c->cli->args < 2) return tw_fail(fault, TW_ARG, "`list %s` takes at least one list", c->cli->arg[0]);
    if (action == MATCH) return match(c, fault);
    TW_TRY(tw_name_fold_new(&c->lists.fold, fault));
    return each_list(c, action == CHECK ? check_list : test_list, fault);
}

tw_err cmd_list(struct tw_cli *cli, struct tw_fault *fault)
{
    struct call c = {.cli = cli,
                     .options = tw_cli_lists_options(cli),
                     .out = {.max = OUT_BYTES_MAX},
                     .table = tw_cli_lists_path()};
    TW_TRY(tw_cli_day(cli, &c.day, fault));
    tw_err err = act(&c, fault);
    if (err == TW_OK) err = flush(&c, 0, fault);
    tw_lists_free(&c.lists);
    tw_buf_free(&c.out);
    if (err == TW_OK && c.remarks + c.hits > 0) cli->finding = true;
    return err;
}
