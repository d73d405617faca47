/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/log_pins_priv.h"

#include "engine/pins.h"
#include "engine/pins_priv.h"

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

tw_err log_pins_begin(struct log_pins *p, struct tw_station *s, struct tw_fault *fault)
{
    *p = (struct log_pins){.s = s};
    return tw_intern_new(&p->objects) == TW_OK ? TW_OK : no_memory(fault);
}

void log_pins_end(struct log_pins *p)
{
    tw_intern_free(p->objects);
    p->objects = NULL;
}

static struct tw_str as_text(const uint8_t hash[TW_SHA256_BYTES])
{
    return (struct tw_str){(const char *)hash, TW_SHA256_BYTES};
}

static tw_err wrong(uint64_t idx, const char *what, struct tw_fault *fault)
{
    return tw_fail(fault, TW_CONFLICT, "leaf %llu and the %s it speaks of disagree", (unsigned long long)idx,
                   what);
}

/* Not there or damaged is what was asked; all else is a failure. */
static tw_err told(uint64_t idx, const char *what, tw_err err, struct tw_fault *fault)
{
    return err == TW_NOTFOUND || err == TW_FORMAT || err == TW_RANGE ? wrong(idx, what, fault) : err;
}

tw_err log_pins_object(struct log_pins *p, uint64_t idx, const struct tw_json_node *leaf,
                       struct tw_fault *fault)
{
    uint8_t hash[TW_SHA256_BYTES];
    uint64_t said, bytes = 0;
    uint32_t at;
    if (!pin_hash_read(tw_json_get(leaf, "hash"), hash) || !pin_whole_read(tw_json_get(leaf, "bytes"), &said))
        return wrong(idx, "object", fault);
    TW_TRY(told(idx, "object", tw_db_object_look(tw_station_db(p->s), hash, &bytes, fault), fault));
    if (bytes != said) return wrong(idx, "object", fault);
    return tw_intern_put(p->objects, as_text(hash), &at) == TW_OK ? TW_OK : no_memory(fault);
}

/* -- settings: what they name must have a leaf before them */

static bool named(const struct log_pins *p, const uint8_t hash[TW_SHA256_BYTES])
{
    return !tw_settings_has(hash) || tw_intern_find(p->objects, as_text(hash)) != TW_MAP_NONE;
}

struct looking {
    struct log_pins *p;
    const char *name; /* of the file whose hash decisions name */
    uint8_t *hash;    /* it; NULL as the name is */
    bool all;
};

static tw_err look_at_file(void *to, const struct tw_pin_entry *e, struct tw_fault *fault)
{
    struct looking *l = to;
    (void)fault;
    l->all = l->all && named(l->p, e->sha256);
    if (l->name == NULL) return TW_OK;
    const size_t n = strlen(l->name);
    if (e->path.n < n || memcmp(e->path.s + e->path.n - n, l->name, n) != 0) return TW_OK;
    memcpy(l->hash, e->sha256, TW_SHA256_BYTES);
    return TW_OK;
}

static tw_err look_at_tree(enum tw_pin_kind kind, const uint8_t hash[TW_SHA256_BYTES], struct looking *l,
                           struct tw_fault *fault)
{
    const struct tw_pin_each each = {l, look_at_file};
    l->all = named(l->p, hash);
    if (l->hash != NULL) memset(l->hash, 0, TW_SHA256_BYTES);
    if (!l->all || !tw_settings_has(hash)) return TW_OK;
    return tw_pin_tree(l->p->s, kind, hash, &each, fault);
}

static tw_err look_at_trees(struct log_pins *p, const struct tw_station_settings *set, bool *all,
                            struct tw_fault *fault)
{
    struct looking model = {p, "model.json", p->model, true}, criteria = {p, "set.yaml", p->criteria, true},
                   lists = {p, NULL, NULL, true};
    TW_TRY(look_at_tree(TW_PIN_MODEL, set->model, &model, fault));
    TW_TRY(look_at_tree(TW_PIN_CRITERIA, set->criteria, &criteria, fault));
    TW_TRY(look_at_tree(TW_PIN_LISTS, set->lists, &lists, fault));
    *all = model.all && criteria.all && lists.all && named(p, set->channels);
    return TW_OK;
}

tw_err log_pins_settings(struct log_pins *p, uint64_t idx, const struct tw_json_node *leaf,
                         struct tw_fault *fault)
{
    struct tw_station_period at = {.seq = idx + 1};
    struct tw_station_settings set;
    bool all = false;
    if (!pin_hash_read(tw_json_get(leaf, "settings"), at.hash) || !named(p, at.hash) ||
        !pin_whole_read(tw_json_get(leaf, "before"), &at.before) || at.before != p->last)
        return wrong(idx, "settings", fault);
    TW_TRY(told(idx, "settings", tw_settings_of(p->s, &at, &set, fault), fault));
    TW_TRY(told(idx, "settings", look_at_trees(p, &set, &all, fault), fault));
    if (!all) return wrong(idx, "settings", fault);
    p->last = at.seq;
    p->rules = true;
    return TW_OK;
}

tw_err log_pins_all(struct log_pins *p, struct tw_fault *fault)
{
    struct tw_station_period last = {.seq = 0};
    const tw_err err = tw_settings_last(p->s, &last, fault);
    if (err != TW_OK && err != TW_NOTFOUND && err != TW_FORMAT) return err;
    if (err != TW_FORMAT && last.seq == p->last) return TW_OK;
    return tw_fail(fault, TW_CONFLICT,
                   "the station goes by other settings than those that stand last in the log");
}

/* -- manifests */

tw_err log_pins_manifest(struct log_pins *p, uint64_t idx, const struct tw_json_node *leaf,
                         struct tw_arena *arena, struct tw_fault *fault)
{
    uint64_t reg = 0, version = 0;
    uint8_t said[TW_SHA256_BYTES], is[TW_SHA256_BYTES];
    struct tw_db_manifest row;
    if (!pin_whole_read(tw_json_get(leaf, "reg"), &reg) ||
        !pin_whole_read(tw_json_get(leaf, "version"), &version) || version == 0 || version > UINT32_MAX ||
        !pin_hash_read(tw_json_get(leaf, "fields"), said))
        return wrong(idx, "manifest", fault);
    const tw_err err = tw_db_manifest(tw_station_db(p->s), reg, (uint32_t)version, arena, &row, fault);
    TW_TRY(told(idx, "manifest", err, fault));
    tw_sha256(row.fields.s, row.fields.n, is);
    return row.seq == idx + 1 && memcmp(said, is, sizeof is) == 0 ? TW_OK : wrong(idx, "manifest", fault);
}
