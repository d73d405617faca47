/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/rules.h"

#include <stdio.h>

#include "base/yaml.h"
#include "engine/rules_priv.h"

enum { ARENA_BYTES = 128 << 20 };

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

void tw_settings_defaults(struct tw_station_settings *ret)
{
    *ret = (struct tw_station_settings){
        .rules = TW_STATION_RULES, .reasons = true, .duty_mix = -1, .profile = tw_profile_defaults()};
}

/* -- using what is pinned */

static tw_err open_channels(struct tw_station *s, struct tw_rules *r, struct tw_fault *fault)
{
    TW_SCOPED_BUF text = {0};
    struct tw_str kept;
    struct tw_yaml *root = NULL;
    r->channels = tw_channel_defaults();
    if (!tw_settings_has(r->set.channels)) return TW_OK;
    TW_TRY(tw_pin_bytes(s, r->set.channels, &text, fault));
    if (tw_str_dup(r->arena, tw_buf_view(&text), &kept) != TW_OK) return no_memory(fault);
    TW_TRY(tw_yaml_parse(kept, r->arena, &root, fault));
    return tw_channel_settings_read(root, r->arena, &r->channels, fault);
}

/* Lists name people: they are read from the station and never laid out. */
struct listing {
    struct tw_station *s;
    struct tw_rules *r;
};

static tw_err take_list_file(void *to, const struct tw_pin_entry *e, struct tw_fault *fault)
{
    const struct listing *l = to;
    TW_SCOPED_BUF bytes = {0};
    TW_TRY(tw_pin_unsealed(l->s, e->sha256, &bytes, fault));
    return tw_pin_add_take(&l->r->files, e->path, &bytes, fault);
}

static tw_err kept_file(void *to, const char *path, struct tw_str *ret, struct tw_fault *fault)
{
    const struct tw_rules *r = to;
    for (size_t i = 0; i < r->files.n; i++)
        if (tw_str_is(tw_buf_view(&r->files.file[i].path), path)) {
            *ret = tw_buf_view(&r->files.file[i].bytes);
            return TW_OK;
        }
    return tw_fail(fault, TW_NOTFOUND, "%.100s is not among the pinned files of the lists", path);
}

static bool is_head(struct tw_str path)
{
    const struct tw_str end[] = {TW_STR(".yaml"), TW_STR(".yml")};
    for (size_t i = 0; i < 2; i++)
        if (path.n >= end[i].n && memcmp(path.s + path.n - end[i].n, end[i].s, end[i].n) == 0) return true;
    return false;
}

static tw_err open_lists(struct tw_station *s, struct tw_rules *r, struct tw_fault *fault)
{
    struct listing l = {s, r};
    const struct tw_pin_each each = {&l, take_list_file};
    const char *head[TW_PIN_FILES_MAX];
    size_t n = 0;
    if (!tw_settings_has(r->set.lists)) return TW_OK;
    TW_TRY(tw_pin_tree(s, TW_PIN_LISTS, r->set.lists, &each, fault));
    for (size_t i = 0; i < r->files.n; i++) {
        struct tw_str name = tw_buf_view(&r->files.file[i].path);
        if (!is_head(name)) continue;
        if (tw_str_dup(r->arena, name, &name) != TW_OK) return no_memory(fault);
        head[n++] = name.s;
    }
    r->how.limits = r->set.list_limits;
    r->how.lists_max = r->set.lists_max;
    r->how.to = r;
    r->how.kept = kept_file;
    return tw_lists_load(head, n, &r->how, &r->path, &r->lists, fault);
}

/* Published, it has a directory and who may have signed; a draft is one file. */
static tw_err open_criteria(struct tw_station *s, struct tw_rules *r, const struct tw_pin_told *told,
                            struct tw_fault *fault)
{
    TW_SCOPED_BUF dir = {0};
    bool published = false;
    if (!tw_settings_has(r->set.criteria)) return TW_OK;
    TW_TRY(rules_is_published(s, r->set.criteria, &published, fault));
    TW_TRY(tw_pin_lay_out(s, TW_PIN_CRITERIA, r->set.criteria, told, &dir, fault));
    tw_buf_printf(&r->criteria, "%s/%s%c", dir.p, published ? RULES_PUBLISHED : RULES_SET, '\0');
    if (published) tw_buf_printf(&r->signers, "%s/%s%c", dir.p, RULES_SIGNERS, '\0');
    return r->criteria.failed || r->signers.failed ? no_memory(fault) : TW_OK;
}

static tw_err open_all(struct tw_station *s, struct tw_rules *r, const struct tw_pin_told *told,
                       struct tw_fault *fault)
{
    if (tw_arena_new(ARENA_BYTES, &r->arena) != TW_OK) return no_memory(fault);
    TW_TRY(open_channels(s, r, fault));
    TW_TRY(open_lists(s, r, fault));
    TW_TRY(open_criteria(s, r, told, fault));
    if (!tw_settings_has(r->set.model)) return TW_OK;
    return tw_pin_lay_out(s, TW_PIN_MODEL, r->set.model, told, &r->model, fault);
}

tw_err tw_rules_open(struct tw_station *s, const struct tw_station_settings *set,
                     const struct tw_lists_options *how, const struct tw_pin_told *told, struct tw_rules *ret,
                     struct tw_fault *fault)
{
    *ret = (struct tw_rules){.set = *set, .how = *how};
    ret->how.reads = NULL;
    const char *const before = how->file != NULL ? *how->file : NULL;
    const tw_err err = open_all(s, ret, told, fault);
    if (err == TW_OK) return TW_OK;
    if (how->file != NULL) *how->file = before; /* what it was about does not outlive this */
    tw_rules_close(ret);
    return err;
}

/* What a fault is about lives on without the rules. */
static void forget_paths(const struct tw_rules *r)
{
    enum { OWN = 4 };
    const struct tw_buf *own[OWN] = {&r->model, &r->criteria, &r->signers, &r->path};
    if (r->how.file == NULL || *r->how.file == NULL) return;
    for (size_t i = 0; i < OWN; i++)
        if (own[i]->p != NULL && *r->how.file == own[i]->p) *r->how.file = NULL;
}

void tw_rules_close(struct tw_rules *r)
{
    forget_paths(r);
    tw_lists_free(&r->lists);
    tw_arena_free(r->arena);
    r->arena = NULL;
    tw_buf_free(&r->model);
    tw_buf_free(&r->criteria);
    tw_buf_free(&r->signers);
    tw_buf_free(&r->path);
    tw_pin_set_free(&r->files);
}

static const char *path_of(const struct tw_buf *b)
{
    return b->n > 0 ? b->p : NULL;
}

void tw_rules_options(const struct tw_rules *r, struct tw_run_options *io)
{
    io->model = path_of(&r->model);
    io->criteria = path_of(&r->criteria);
    io->signers = path_of(&r->signers);
    io->criteria_limits = r->set.criteria_limits;
    io->lists = (struct tw_watchlists){r->lists.at, r->lists.n};
    io->channels = r->channels;
    io->limits = r->set.profile;
    io->memory_mib = r->set.memory_mib;
    io->duty_mix = r->set.duty_mix;
    io->reasons = r->set.reasons;
    io->input.currency = r->set.currency;
}
