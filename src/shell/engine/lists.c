/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/lists.h"

#include "base/mem.h"
#include "message/csv.h"
#include "store/file.h"
#include "store/walk.h"

enum { LISTS_MAX = 100, HEAD_BYTES_MAX = 64 << 20 };

static void work_on(const struct tw_lists_options *o, const char *path)
{
    if (o->file != NULL) *o->file = path;
}

static tw_err say_read(const struct tw_lists_options *o, const char *path, bool head, struct tw_fault *fault)
{
    return o->reads != NULL ? o->reads(o->to, path, head, fault) : TW_OK;
}

/* The path of the table beside the head, with its end, into `ret`. */
static tw_err path_of(const char *head, struct tw_str name, struct tw_buf *ret, struct tw_fault *fault)
{
    const char *slash = strrchr(head, '/');
    if (memchr(name.s, '/', name.n) != NULL || memchr(name.s, '\0', name.n) != NULL)
        return tw_fail(fault, TW_ARG,
                       "the table of a list lies beside its head; \"%.*s\" is not the name of a file alone",
                       (int)(name.n < 40 ? name.n : 40), name.s);
    tw_buf_clear(ret);
    if (slash != NULL) tw_buf_put(ret, head, (size_t)(slash - head) + 1);
    tw_buf_str(ret, name);
    tw_buf_char(ret, '\0');
    return ret->failed ? tw_fail(fault, TW_LIMIT, "the path of the list's table is too long") : TW_OK;
}

/* All rows that have arrived. */
static tw_err take_rows(struct tw_csv *csv, struct tw_watchlist *list, bool *header, bool *more,
                        struct tw_fault *fault)
{
    for (;;) {
        struct tw_csv_row row;
        struct tw_fault why = {.code = TW_OK};
        switch (tw_csv_next(csv, &row, &why)) {
        case TW_CSV_ROW:
            if (*header)
                TW_TRY(tw_watchlist_row(list, row.field, row.n, row.line, fault));
            else
                TW_TRY(tw_watchlist_columns(list, row.field, row.n, fault));
            *header = true;
            break;
        case TW_CSV_REFUSED:
            if (fault != NULL) *fault = why;
            return why.code;
        case TW_CSV_MORE:
            return TW_OK;
        case TW_CSV_END:
            *more = false;
            return TW_OK;
        }
    }
}

/* Bytes that are handed out as a file's. */
static tw_err read_kept(void *from, void *p, size_t n, size_t *ret, struct tw_fault *fault)
{
    struct tw_str *left = from;
    (void)fault;
    *ret = n < left->n ? n : left->n;
    if (*ret > 0) memcpy(p, left->s, *ret);
    left->s += *ret;
    left->n -= *ret;
    return TW_OK;
}

static tw_err open_table(const char *path, const struct tw_lists_options *o, struct tw_str *kept,
                         struct tw_file_in **ret, struct tw_fault *fault)
{
    const struct tw_file_options how = {.stop = o->stop};
    const struct tw_file_source source = {kept, read_kept, path};
    if (o->kept == NULL) return tw_file_in_open(path, &how, ret, fault);
    TW_TRY(o->kept(o->to, path, kept, fault));
    return tw_file_in_from(&source, &how, ret, fault);
}

static tw_err read_head(const char *path, const struct tw_lists_options *o, struct tw_buf *ret,
                        struct tw_fault *fault)
{
    struct tw_str kept;
    if (o->kept == NULL) return tw_file_in_all(path, HEAD_BYTES_MAX, ret, fault);
    TW_TRY(o->kept(o->to, path, &kept, fault));
    tw_buf_str(ret, kept);
    return ret->failed ? tw_fail(fault, TW_NOMEM, "out of memory") : TW_OK;
}

static tw_err read_table(const char *path, const struct tw_lists_options *o, struct tw_watchlist *list,
                         struct tw_fault *fault)
{
    struct tw_str kept = {NULL, 0};
    TW_SCOPED(tw_file_in) *file = NULL;
    TW_SCOPED(tw_csv) *csv = NULL;
    bool header = false, more = true;
    work_on(o, path);
    TW_TRY(open_table(path, o, &kept, &file, fault));
    TW_TRY(tw_csv_new(NULL, &csv, fault));
    while (more) {
        size_t room, n;
        char *p = tw_csv_room(csv, &room);
        TW_TRY(tw_file_in_read(file, p, room, &n, fault));
        if (n > 0) tw_watchlist_bytes(list, p, n);
        if (n > 0)
            tw_csv_filled(csv, n);
        else
            tw_csv_end(csv);
        TW_TRY(take_rows(csv, list, &header, &more, fault));
    }
    return TW_OK;
}

/* The table beside the head, where it names one. */
static tw_err read_beside(const char *path, const struct tw_lists_options *o, struct tw_watchlist *list,
                          struct tw_buf *table, struct tw_fault *fault)
{
    const struct tw_str name = tw_watchlist_head(list)->file;
    if (name.n == 0) return TW_OK;
    TW_TRY(path_of(path, name, table, fault));
    TW_TRY(read_table(table->p, o, list, fault));
    TW_TRY(say_read(o, table->p, false, fault));
    work_on(o, path);
    return TW_OK;
}

tw_err tw_list_read(const char *path, const struct tw_lists_options *options, struct tw_name_fold *fold,
                    struct tw_buf *table, struct tw_watchlist **ret, struct tw_fault *fault)
{
    TW_SCOPED(tw_watchlist) *list = NULL;
    TW_SCOPED_BUF head = {0};
    work_on(options, path);
    TW_TRY(read_head(path, options, &head, fault));
    TW_TRY(tw_watchlist_new(tw_buf_view(&head), &options->limits, fold, &list, fault));
    TW_TRY(say_read(options, path, true, fault));
    TW_TRY(read_beside(path, options, list, table, fault));
    TW_TRY(tw_watchlist_ready(list, fault));
    work_on(options, NULL);
    *ret = list;
    list = NULL;
    return TW_OK;
}

void tw_lists_free(struct tw_lists *l)
{
    for (size_t i = 0; i < l->n; i++) tw_watchlist_free(l->at[i]);
    tw_free(l->at);
    tw_name_fold_free(l->fold);
    *l = (struct tw_lists){.n = 0};
}

static tw_err load_one(const char *path, const struct tw_lists_options *o, struct tw_buf *table,
                       struct tw_lists *l, struct tw_fault *fault)
{
    struct tw_watchlist *list;
    TW_TRY(tw_list_read(path, o, l->fold, table, &list, fault));
    l->at[l->n] = list;
    const struct tw_str name = tw_watchlist_head(l->at[l->n++])->name;
    for (size_t i = 0; i + 1 < l->n; i++) {
        if (!tw_str_eq(name, tw_watchlist_head(l->at[i])->name)) continue;
        work_on(o, path);
        return tw_fail(fault, TW_CONFLICT, "there are two lists called %.*s; each has a name of its own",
                       TW_STR_ARG(name));
    }
    return TW_OK;
}

tw_err tw_lists_load(const char *const *path, size_t n, const struct tw_lists_options *options,
                     struct tw_buf *table, struct tw_lists *io, struct tw_fault *fault)
{
    const uint32_t most = options->lists_max > 0 ? options->lists_max : LISTS_MAX;
    struct tw_lists fresh = {.n = 0};
    if (n > most)
        return tw_fail(fault, TW_LIMIT, "there may be up to %u lists, not %zu; lists_max allows more", most,
                       n);
    fresh.at = tw_calloc(n + 1, sizeof(void *));
    if (fresh.at == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    tw_err err = tw_name_fold_new(&fresh.fold, fault);
    for (size_t i = 0; i < n && err == TW_OK; i++) err = load_one(path[i], options, table, &fresh, fault);
    if (err != TW_OK) {
        tw_lists_free(&fresh);
        return err;
    }
    tw_lists_free(io);
    *io = fresh;
    return TW_OK;
}

/* -- of a directory */

struct found {
    struct tw_arena *arena; /* owns the paths */
    const char **path;
    size_t n, cap;
};

static bool ends(struct tw_str path, struct tw_str with)
{
    return path.n >= with.n && memcmp(path.s + path.n - with.n, with.s, with.n) == 0;
}

static tw_err on_file(void *to, const char *path, bool below, struct tw_fault *fault)
{
    struct found *f = to;
    const struct tw_str name = tw_str_from(path);
    if (below && !ends(name, TW_STR(".yaml")) && !ends(name, TW_STR(".yml"))) return TW_OK;
    if (f->n == f->cap) {
        const size_t cap = 2 * f->cap + 16;
        const char **more = tw_realloc(f->path, cap, sizeof(const char *));
        if (more == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
        f->path = more;
        f->cap = cap;
    }
    char *kept = tw_arena_room(f->arena, name.n + 1, 1);
    if (kept == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    memcpy(kept, path, name.n + 1);
    f->path[f->n++] = kept;
    return TW_OK;
}

/* The path at fault is kept where it lives on. */
static void keep_path(const struct tw_lists_options *o, struct tw_buf *table)
{
    if (o->file == NULL || *o->file == NULL || *o->file == table->p) return;
    tw_buf_clear(table);
    tw_buf_put(table, *o->file, strlen(*o->file) + 1);
    *o->file = table->failed ? NULL : table->p;
}

tw_err tw_lists_open(const char *path, const struct tw_lists_options *options, struct tw_buf *table,
                     struct tw_lists *io, struct tw_fault *fault)
{
    enum { PATHS_BYTES = 64 << 20 };
    TW_SCOPED(tw_arena) *arena = NULL;
    if (tw_arena_new(PATHS_BYTES, &arena) != TW_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
    struct found f = {.arena = arena};
    work_on(options, path);
    tw_err err = tw_walk(path, &(struct tw_walk){.to = &f, .file = on_file}, fault);
    if (err == TW_OK && f.n == 0)
        err = tw_fail(fault, TW_NOTFOUND, "no list lies there; heads of lists end in .yaml or .yml");
    if (err == TW_OK) {
        err = tw_lists_load(f.path, f.n, options, table, io, fault);
        if (err != TW_OK)
            keep_path(options, table); /* it lies in the arena, of a head that was named as well */
    }
    tw_free(f.path);
    return err;
}
