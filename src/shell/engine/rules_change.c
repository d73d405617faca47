/* SPDX-License-Identifier: Apache-2.0 */
/* What a person names becomes what a station decides by. First everything is read and tried, as deciding by
 * it would; then it is pinned and put in force, in one batch. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "engine/model_dir.h"
#include "engine/published.h"
#include "engine/rules.h"
#include "engine/rules_priv.h"
#include "store/file.h"

struct change {
    struct tw_station *s;
    const struct tw_rules_change *c;
    struct tw_buf *table;
    struct tw_station_settings set; /* as they are to be */
    struct tw_rules was;            /* what is pinned by now */
    struct tw_pin_set model, criteria, lists;
    struct tw_lists fresh;      /* of c->lists */
    struct tw_watchlists named; /* that criteria may name */
    const char *root;           /* of lists: what their paths stand below */
    size_t root_n;
    struct tw_buf channels;
};

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

static void work_on(const struct change *w, const char *path)
{
    if (w->c->lists_how->file != NULL) *w->c->lists_how->file = path;
}

static bool none(const char *path)
{
    return path != NULL && strcmp(path, TW_RULES_NONE) == 0;
}

static bool ends(struct tw_str path, struct tw_str with)
{
    return path.n >= with.n && memcmp(path.s + path.n - with.n, with.s, with.n) == 0;
}

static bool is_dir(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* -- lists */

static tw_err take_list_file(void *to, const char *path, bool head, struct tw_fault *fault)
{
    enum { BYTES_MAX = TW_DB_OBJECT_MAX << 20 };
    struct change *w = to;
    TW_SCOPED_BUF bytes = {0}, name = {0};
    const char *from = path + w->root_n;
    while (*from == '/') from++;
    const struct tw_str below = tw_str_from(from);
    const bool yaml = ends(below, TW_STR(".yaml")) || ends(below, TW_STR(".yml"));
    if (!head && yaml)
        return tw_fail(fault, TW_ARG,
                       "a table of a list must not end in .yaml or .yml, which heads do; rename it");
    tw_buf_str(&name, below);
    if (head && !yaml) tw_buf_text(&name, ".yaml"); /* it was named, and is to be found again */
    if (name.failed) return no_memory(fault);
    for (size_t i = 0; i < w->lists.n; i++) /* two lists may have one table */
        if (tw_str_eq(tw_buf_view(&w->lists.file[i].path), tw_buf_view(&name))) return TW_OK;
    TW_TRY(tw_file_in_all(path, BYTES_MAX, &bytes, fault));
    return tw_pin_add_take(&w->lists, tw_buf_view(&name), &bytes, fault);
}

/* What stands before the names of files below a directory, or beside a file. */
static size_t root_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (is_dir(path)) return strlen(path);
    return slash != NULL ? (size_t)(slash - path) + 1 : 0;
}

static tw_err read_lists(struct change *w, struct tw_fault *fault)
{
    struct tw_lists_options how = *w->c->lists_how;
    if (w->c->lists == NULL) {
        w->named = (struct tw_watchlists){w->was.lists.at, w->was.lists.n};
        return TW_OK;
    }
    memset(w->set.lists, 0, sizeof w->set.lists);
    if (none(w->c->lists)) return TW_OK;
    how.to = w;
    how.reads = take_list_file;
    w->root_n = root_of(w->c->lists);
    TW_TRY(tw_lists_open(w->c->lists, &how, w->table, &w->fresh, fault));
    w->named = (struct tw_watchlists){w->fresh.at, w->fresh.n};
    w->set.list_limits = how.limits;
    w->set.lists_max = how.lists_max;
    return TW_OK;
}

/* -- criteria */

static tw_err add(struct tw_pin_set *p, const char *path, struct tw_buf *bytes, struct tw_fault *fault)
{
    return tw_pin_add_take(p, tw_str_from(path), bytes, fault);
}

static tw_err add_published(struct change *w, struct tw_published *p, struct tw_fault *fault)
{
    char name[TW_PIN_PATH_MAX], signature[TW_SIGNING_PATH_MAX];
    snprintf(name, sizeof name, RULES_PUBLISHED "/%lld/set.yaml", (long long)p->version);
    TW_TRY(add(&w->criteria, name, &p->files.set_bytes, fault));
    for (int role = 0; role < TW_SIGNER_ROLES; role++) {
        TW_TRY(tw_signing_path(name, (enum tw_signer_role)role, signature, fault));
        TW_TRY(add(&w->criteria, signature, &p->files.signature[role], fault));
    }
    return TW_OK;
}

static tw_err read_published(struct change *w, const struct tw_set_reading *how, struct tw_fault *fault)
{
    TW_SCOPED(tw_signers) *signers = NULL;
    TW_SCOPED_BUF text = {0};
    struct tw_published p;
    work_on(w, w->c->signers);
    TW_TRY(tw_file_in_all(w->c->signers, TW_SIGNERS_BYTES_MAX, &text, fault));
    TW_TRY(tw_signers_parse(tw_buf_view(&text), &signers, fault));
    work_on(w, w->c->criteria);
    TW_TRY(tw_published_open(w->c->criteria, signers, how, &p, fault));
    tw_err err = add_published(w, &p, fault);
    if (err == TW_OK) err = add(&w->criteria, RULES_SIGNERS, &text, fault);
    tw_published_close(&p);
    return err;
}

static tw_err read_draft(struct change *w, const struct tw_set_reading *how, struct tw_fault *fault)
{
    TW_SCOPED_BUF text = {0};
    TW_SCOPED(tw_criteria) *set = NULL;
    work_on(w, w->c->criteria);
    if (is_dir(w->c->criteria))
        return tw_fail(fault, TW_ARG,
                       "a directory holds published sets; --signers FILE says who may have signed them");
    TW_TRY(tw_file_in_all(w->c->criteria, tw_criteria_bytes(how->limits), &text, fault));
    TW_TRY(tw_criteria_parse(tw_buf_view(&text), how->limits, how->lists, &set, fault));
    return add(&w->criteria, RULES_SET, &text, fault);
}

/* Those that stay must go with lists that are new. */
static tw_err try_criteria(struct change *w, const struct tw_set_reading *how, struct tw_fault *fault)
{
    TW_SCOPED(tw_signers) *signers = NULL;
    TW_SCOPED(tw_criteria) *set = NULL;
    TW_SCOPED_BUF text = {0};
    if (w->was.criteria.n == 0 || w->c->lists == NULL) return TW_OK;
    if (w->was.signers.n > 0) {
        struct tw_published p;
        TW_TRY(tw_signing_signers(w->was.signers.p, &signers, fault));
        TW_TRY(tw_published_open(w->was.criteria.p, signers, how, &p, fault));
        tw_published_close(&p);
        return TW_OK;
    }
    TW_TRY(tw_file_in_all(w->was.criteria.p, tw_criteria_bytes(how->limits), &text, fault));
    return tw_criteria_parse(tw_buf_view(&text), how->limits, how->lists, &set, fault);
}

static tw_err read_criteria(struct change *w, struct tw_fault *fault)
{
    const struct tw_set_reading how = {&w->set.criteria_limits, &w->named};
    if (w->c->criteria == NULL && w->c->signers != NULL)
        return tw_fail(fault, TW_ARG, "--signers is for published criteria; --criteria DIR names them");
    if (w->c->criteria == NULL) return try_criteria(w, &how, fault);
    memset(w->set.criteria, 0, sizeof w->set.criteria);
    if (none(w->c->criteria)) return TW_OK;
    return w->c->signers != NULL ? read_published(w, &how, fault) : read_draft(w, &how, fault);
}

static tw_err see_signers(void *to, const struct tw_pin_entry *e, struct tw_fault *fault)
{
    bool *published = to;
    (void)fault;
    *published = *published || tw_str_is(e->path, RULES_SIGNERS);
    return TW_OK;
}

tw_err rules_is_published(struct tw_station *s, const uint8_t tree[TW_SHA256_BYTES], bool *ret,
                          struct tw_fault *fault)
{
    const struct tw_pin_each each = {ret, see_signers};
    *ret = false;
    return tw_pin_tree(s, TW_PIN_CRITERIA, tree, &each, fault);
}

/* -- model, channels, numbers */

static tw_err read_model(struct change *w, struct tw_fault *fault)
{
    struct tw_model_dir m;
    const char *path = w->c->model;
    if (path == NULL) return TW_OK;
    memset(w->set.model, 0, sizeof w->set.model);
    if (none(path)) return TW_OK;
    work_on(w, path);
    TW_TRY(tw_model_dir_open(path, w->c->channels != NULL ? w->c->channels : &w->was.channels, &m, fault));
    tw_model_dir_close(&m);
    return tw_pin_model(path, &w->model, fault);
}

/* What is a default of this program is spelt out, so that another program's defaults change nothing. */
static tw_err read_numbers(struct change *w, struct tw_fault *fault)
{
    const struct tw_rules_change *c = w->c;
    struct tw_db_ends ends;
    if (c->currency != NULL && strlen(c->currency) != 3)
        return tw_fail(fault, TW_ARG, "'%.20s' is no currency; ISO 4217 has three letters: GBP", c->currency);
    if (c->currency != NULL) snprintf(w->set.currency, sizeof w->set.currency, "%.3s", c->currency);
    if (c->duty_mix != NULL) w->set.duty_mix = *c->duty_mix;
    if (c->de_minimis != NULL) w->set.profile.de_minimis = *c->de_minimis;
    if (c->memory_mib != NULL) w->set.memory_mib = *c->memory_mib;
    if (c->reasons != NULL) w->set.reasons = *c->reasons;
    if (c->criteria_limits != NULL) w->set.criteria_limits = *c->criteria_limits;
    w->set.rules = TW_STATION_RULES;
    tw_channel_settings_put(c->channels != NULL ? c->channels : &w->was.channels, &w->channels);
    if (w->channels.failed) return no_memory(fault);
    if (!c->manifests) return TW_OK;
    TW_TRY(tw_db_ends(tw_station_db(w->s), &ends, fault));
    w->set.manifests = ends.manifest;
    return TW_OK;
}

static tw_err read_all(struct change *w, struct tw_fault *fault)
{
    struct tw_station_period last;
    struct tw_fault why = {.code = TW_OK};
    tw_settings_defaults(&w->set);
    tw_err err = tw_settings_last(w->s, &last, &why);
    if (err == TW_OK) err = tw_settings_of(w->s, &last, &w->set, &why);
    if (err != TW_OK && err != TW_NOTFOUND) {
        if (fault != NULL) *fault = why;
        return err;
    }
    if (err == TW_NOTFOUND && w->c->currency_first.n == 3) memcpy(w->set.currency, w->c->currency_first.s, 3);
    TW_TRY(tw_rules_open(w->s, &w->set, w->c->lists_how, NULL, &w->was, fault));
    TW_TRY(read_numbers(w, fault));
    TW_TRY(read_lists(w, fault));
    TW_TRY(read_criteria(w, fault));
    TW_TRY(read_model(w, fault));
    work_on(w, NULL);
    return TW_OK;
}

/* -- putting in force */

static tw_err pin(struct change *w, enum tw_pin_kind kind, struct tw_pin_set *files,
                  uint8_t ret[TW_SHA256_BYTES], size_t *io_new, struct tw_fault *fault)
{
    size_t fresh = 0;
    if (files->n == 0) return TW_OK;
    TW_TRY(tw_pin_put(w->s, kind, files, ret, &fresh, fault));
    *io_new += fresh;
    return TW_OK;
}

static tw_err write_all(struct change *w, struct tw_rules_changed *ret, struct tw_fault *fault)
{
    TW_TRY(pin(w, TW_PIN_MODEL, &w->model, w->set.model, &ret->objects, fault));
    TW_TRY(pin(w, TW_PIN_CRITERIA, &w->criteria, w->set.criteria, &ret->objects, fault));
    TW_TRY(pin(w, TW_PIN_LISTS, &w->lists, w->set.lists, &ret->objects, fault));
    TW_TRY(tw_pin_object(w->s, "channels", tw_buf_view(&w->channels), w->set.channels, &ret->objects, fault));
    return tw_settings_set(w->s, &w->set, &ret->settings, fault);
}

static tw_err change(struct change *w, struct tw_rules_changed *ret, struct tw_fault *fault)
{
    TW_TRY(read_all(w, fault));
    TW_TRY(tw_station_begin(w->s, fault));
    const tw_err err = write_all(w, ret, fault);
    if (err == TW_OK) return tw_station_commit(w->s, fault);
    tw_station_rollback(w->s);
    return err;
}

tw_err tw_rules_change(struct tw_station *s, const struct tw_rules_change *c, struct tw_buf *table,
                       struct tw_rules_changed *ret, struct tw_fault *fault)
{
    struct change w = {.s = s, .c = c, .table = table};
    *ret = (struct tw_rules_changed){0};
    const tw_err err = change(&w, ret, fault);
    tw_rules_close(&w.was);
    tw_pin_set_free(&w.model);
    tw_pin_set_free(&w.criteria);
    tw_pin_set_free(&w.lists);
    tw_lists_free(&w.fresh);
    tw_buf_free(&w.channels);
    return err;
}
