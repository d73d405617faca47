/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/settings.h"

#include <stdio.h>

#include "audit/leaf.h"
#include "base/json.h"
#include "engine/pins.h"
#include "engine/pins_priv.h"

#define META_SETTINGS "settings" /* seq of the leaf that put the last ones in force */

enum { ARENA_BYTES = 8 << 20, NUMBER_BYTES = 32 };

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

/* -- the text: numbers that are not whole stand as texts, for a leaf's form knows whole ones alone */

static void put_hash(struct tw_json *j, const char *key, const uint8_t hash[TW_SHA256_BYTES])
{
    char hex[TW_SHA256_HEX];
    tw_sha256_hex(hash, hex);
    tw_json_key(j, key);
    tw_json_text(j, hex);
}

static void put_u64(struct tw_json *j, const char *key, uint64_t v)
{
    tw_json_key(j, key);
    tw_json_u64(j, v);
}

/* Negative: an empty text. */
static void put_real(struct tw_json *j, const char *key, double v)
{
    char room[64];
    struct tw_buf text = tw_buf_in(room, sizeof room);
    if (v >= 0) tw_buf_f64(&text, v);
    tw_json_key(j, key);
    tw_json_str(j, tw_buf_view(&text));
}

static void put_criteria_limits(struct tw_json *j, const struct tw_criteria_limits *l)
{
    tw_json_key(j, "criteria_limits");
    tw_json_begin_object(j);
    put_u64(j, "condition_bytes", l->cel.bytes);
    put_u64(j, "condition_depth", l->cel.depth);
    put_u64(j, "condition_list", l->cel.list);
    put_u64(j, "criteria", l->criteria);
    put_u64(j, "examples", l->examples);
    put_u64(j, "mib", l->mib);
    put_u64(j, "steps", l->cel.steps);
    tw_json_end_object(j);
}

static void put_list_limits(struct tw_json *j, const struct tw_station_settings *s)
{
    tw_json_key(j, "list_limits");
    tw_json_begin_object(j);
    put_u64(j, "entries", s->list_limits.entries);
    put_u64(j, "entry_bytes", s->list_limits.entry_bytes);
    put_u64(j, "lists", s->lists_max);
    put_u64(j, "memory", s->list_limits.memory);
    tw_json_end_object(j);
}

static void put_profile(struct tw_json *j, const struct tw_station_settings *s)
{
    tw_json_key(j, "profile");
    tw_json_begin_object(j);
    put_u64(j, "awaited", s->profile.max_awaited);
    put_real(j, "de_minimis", s->profile.de_minimis);
    put_u64(j, "keys", s->profile.max_keys);
    put_u64(j, "memory_mib", s->memory_mib);
    put_real(j, "propensity_floor", s->profile.propensity_floor);
    tw_json_end_object(j);
}

void tw_settings_put(const struct tw_station_settings *s, struct tw_buf *out)
{
    struct tw_json j = {.out = out};
    tw_json_begin_object(&j);
    put_hash(&j, "channels", s->channels);
    put_hash(&j, "criteria", s->criteria);
    put_criteria_limits(&j, &s->criteria_limits);
    tw_json_key(&j, "currency");
    tw_json_text(&j, s->currency);
    put_real(&j, "duty_mix", s->duty_mix);
    put_list_limits(&j, s);
    put_hash(&j, "lists", s->lists);
    put_u64(&j, "manifests", s->manifests);
    put_hash(&j, "model", s->model);
    put_profile(&j, s);
    tw_json_key(&j, "reasons");
    tw_json_bool(&j, s->reasons);
    put_u64(&j, "rules", s->rules);
    put_u64(&j, "v", 1);
    tw_json_end_object(&j);
}

/* -- and back */

/* A member that is not there or is of another kind sticks. */
struct reading {
    const struct tw_json_node *at;
    bool wrong;
};

static const struct tw_json_node *member(struct reading *r, const char *key, enum tw_json_kind kind)
{
    const struct tw_json_node *node = r->wrong ? NULL : tw_json_get(r->at, key);
    r->wrong = node == NULL || node->kind != kind;
    return r->wrong ? NULL : node;
}

static void take_hash(struct reading *r, const char *key, uint8_t ret[TW_SHA256_BYTES])
{
    r->wrong = !pin_hash_read(member(r, key, TW_JSON_TEXT), ret) || r->wrong;
}

static uint64_t take_u64(struct reading *r, const char *key, uint64_t most)
{
    uint64_t v = 0;
    r->wrong = !pin_whole_read(member(r, key, TW_JSON_NUMBER), &v) || v > most || r->wrong;
    return v;
}

static double take_real(struct reading *r, const char *key)
{
    double v = -1;
    const struct tw_json_node *node = member(r, key, TW_JSON_TEXT);
    if (node != NULL && node->text.n > 0) r->wrong = tw_str_f64(node->text, &v) != TW_OK || !(v >= 0);
    return v;
}

static void take_criteria_limits(struct reading *r, struct tw_criteria_limits *ret)
{
    struct reading in = {member(r, "criteria_limits", TW_JSON_OBJECT), r->wrong};
    ret->cel.bytes = (uint32_t)take_u64(&in, "condition_bytes", UINT32_MAX);
    ret->cel.depth = (uint32_t)take_u64(&in, "condition_depth", UINT32_MAX);
    ret->cel.list = (uint32_t)take_u64(&in, "condition_list", UINT32_MAX);
    ret->criteria = (uint32_t)take_u64(&in, "criteria", UINT32_MAX);
    ret->examples = (uint32_t)take_u64(&in, "examples", UINT32_MAX);
    ret->mib = (uint32_t)take_u64(&in, "mib", UINT32_MAX);
    ret->cel.steps = (uint32_t)take_u64(&in, "steps", UINT32_MAX);
    r->wrong = in.wrong;
}

static void take_list_limits(struct reading *r, struct tw_station_settings *ret)
{
    struct reading in = {member(r, "list_limits", TW_JSON_OBJECT), r->wrong};
    ret->list_limits.entries = (uint32_t)take_u64(&in, "entries", UINT32_MAX);
    ret->list_limits.entry_bytes = (uint32_t)take_u64(&in, "entry_bytes", UINT32_MAX);
    ret->lists_max = (uint32_t)take_u64(&in, "lists", UINT32_MAX);
    ret->list_limits.memory = take_u64(&in, "memory", INT64_MAX);
    r->wrong = in.wrong;
}

static void take_profile(struct reading *r, struct tw_station_settings *ret)
{
    struct reading in = {member(r, "profile", TW_JSON_OBJECT), r->wrong};
    ret->profile.max_awaited = (size_t)take_u64(&in, "awaited", INT64_MAX);
    ret->profile.de_minimis = take_real(&in, "de_minimis");
    ret->profile.max_keys = (size_t)take_u64(&in, "keys", INT64_MAX);
    ret->memory_mib = (uint32_t)take_u64(&in, "memory_mib", UINT32_MAX);
    ret->profile.propensity_floor = take_real(&in, "propensity_floor");
    r->wrong = in.wrong;
}

static void take_words(struct reading *r, struct tw_station_settings *ret)
{
    const struct tw_json_node *currency = member(r, "currency", TW_JSON_TEXT),
                              *reasons = tw_json_get(r->at, "reasons");
    r->wrong = r->wrong || reasons == NULL ||
               (reasons->kind != TW_JSON_TRUE && reasons->kind != TW_JSON_FALSE) ||
               (currency->text.n != 0 && currency->text.n != 3);
    if (r->wrong) return;
    if (currency->text.n > 0) memcpy(ret->currency, currency->text.s, 3);
    ret->reasons = reasons->kind == TW_JSON_TRUE;
}

tw_err tw_settings_read(struct tw_str text, struct tw_station_settings *ret, struct tw_fault *fault)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_station_settings s = {.rules = 0};
    const struct tw_json_node *node;
    if (tw_arena_new(ARENA_BYTES, &arena) != TW_OK) return no_memory(fault);
    TW_TRY(tw_leaf_check(text, fault));
    TW_TRY(tw_json_parse(text, NULL, arena, &node, fault));
    struct reading r = {node, node->kind != TW_JSON_OBJECT};
    if (take_u64(&r, "v", INT64_MAX) != 1 || r.wrong)
        return tw_fail(fault, TW_FORMAT,
                       "these are no settings, or those of a newer program; use the newer one");
    take_hash(&r, "channels", s.channels);
    take_hash(&r, "criteria", s.criteria);
    take_hash(&r, "lists", s.lists);
    take_hash(&r, "model", s.model);
    take_criteria_limits(&r, &s.criteria_limits);
    take_list_limits(&r, &s);
    take_profile(&r, &s);
    take_words(&r, &s);
    s.duty_mix = take_real(&r, "duty_mix");
    s.manifests = take_u64(&r, "manifests", INT64_MAX);
    s.rules = take_u64(&r, "rules", INT64_MAX);
    if (r.wrong) return tw_fail(fault, TW_FORMAT, "the settings are damaged; run `tidewaiter station check`");
    *ret = s;
    return TW_OK;
}

/* -- which were in force when */

static tw_err no_leaf(uint64_t seq, struct tw_fault *fault)
{
    return tw_fail(fault, TW_FORMAT,
                   "leaf %llu should have put settings in force and did not; run `tidewaiter station check`",
                   (unsigned long long)(seq - 1));
}

static tw_err take_leaf(void *to, uint64_t idx, struct tw_str body, struct tw_fault *fault)
{
    struct tw_station_period *p = to;
    TW_SCOPED(tw_arena) *arena = NULL;
    const struct tw_json_node *node;
    if (tw_arena_new(ARENA_BYTES, &arena) != TW_OK) return no_memory(fault);
    TW_TRY(tw_json_parse(body, NULL, arena, &node, fault));
    const struct tw_json_node *type = tw_json_get(node, "type");
    if (type == NULL || !tw_str_is(type->text, "settings") ||
        !pin_hash_read(tw_json_get(node, "settings"), p->hash) ||
        !pin_whole_read(tw_json_get(node, "before"), &p->before) || p->before > idx)
        return no_leaf(idx + 1, fault);
    p->seq = idx + 1;
    return TW_OK;
}

tw_err tw_settings_at(struct tw_station *s, uint64_t seq, struct tw_station_period *ret,
                      struct tw_fault *fault)
{
    struct tw_station_period p = {.seq = 0};
    if (seq == 0) return no_leaf(1, fault);
    TW_TRY(tw_db_leaves_from(tw_station_db(s), &(struct tw_db_from){seq - 1, 1}, take_leaf, &p, fault));
    if (p.seq != seq) return no_leaf(seq, fault);
    *ret = p;
    return TW_OK;
}

tw_err tw_settings_last(struct tw_station *s, struct tw_station_period *ret, struct tw_fault *fault)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_str text;
    int64_t seq = 0;
    if (tw_arena_new(ARENA_BYTES, &arena) != TW_OK) return no_memory(fault);
    TW_TRY(tw_db_meta(tw_station_db(s), TW_STR(META_SETTINGS), arena, &text, fault));
    if (tw_str_i64(text, &seq) != TW_OK || seq < 1)
        return tw_fail(fault, TW_FORMAT,
                       "the station does not know by what it decides; run `tidewaiter station check`");
    return tw_settings_at(s, (uint64_t)seq, ret, fault);
}

tw_err tw_settings_of(struct tw_station *s, const struct tw_station_period *p,
                      struct tw_station_settings *ret, struct tw_fault *fault)
{
    TW_SCOPED_BUF text = {0};
    TW_TRY(tw_pin_bytes(s, p->hash, &text, fault));
    return tw_settings_read(tw_buf_view(&text), ret, fault);
}

static tw_err count_back(struct tw_station *s, struct tw_station_period p, size_t *n, struct tw_fault *fault)
{
    for (*n = 1; p.before > 0; ++*n) TW_TRY(tw_settings_at(s, p.before, &p, fault));
    return TW_OK;
}

tw_err tw_settings_periods(struct tw_station *s, struct tw_arena *arena, struct tw_station_periods *ret,
                           struct tw_fault *fault)
{
    struct tw_station_period last;
    struct tw_fault why = {.code = TW_OK};
    size_t n = 0;
    *ret = (struct tw_station_periods){NULL, 0};
    const tw_err err = tw_settings_last(s, &last, &why);
    if (err == TW_NOTFOUND) return TW_OK;
    if (err != TW_OK) {
        if (fault != NULL) *fault = why;
        return err;
    }
    TW_TRY(count_back(s, last, &n, fault));
    struct tw_station_period *at = tw_arena_array(arena, n, sizeof *at);
    if (at == NULL) return no_memory(fault);
    at[n - 1] = last;
    for (size_t i = n - 1; i > 0; i--) TW_TRY(tw_settings_at(s, at[i].before, &at[i - 1], fault));
    *ret = (struct tw_station_periods){at, n};
    return TW_OK;
}

/* -- putting them in force */

static tw_err put_leaf(struct tw_station *s, uint64_t before, const uint8_t hash[TW_SHA256_BYTES],
                       struct tw_fault *fault)
{
    TW_SCOPED_BUF leaf = {0};
    struct tw_json j = {.out = &leaf};
    tw_json_begin_object(&j);
    tw_json_key(&j, "at");
    tw_json_i64(&j, tw_station_now(s));
    put_u64(&j, "before", before);
    put_hash(&j, "settings", hash);
    tw_json_key(&j, "type");
    tw_json_text(&j, "settings");
    put_u64(&j, "v", 1);
    tw_json_end_object(&j);
    return leaf.failed ? no_memory(fault) : tw_station_leaf(s, tw_buf_view(&leaf), fault);
}

tw_err tw_settings_set(struct tw_station *s, const struct tw_station_settings *set, bool *ret_new,
                       struct tw_fault *fault)
{
    TW_SCOPED_BUF text = {0};
    struct tw_station_period last = {.seq = 0};
    struct tw_fault why = {.code = TW_OK};
    uint8_t hash[TW_SHA256_BYTES];
    char seq[NUMBER_BYTES];
    size_t fresh = 0;
    const tw_err err = tw_settings_last(s, &last, &why);
    if (err != TW_OK && err != TW_NOTFOUND) {
        if (fault != NULL) *fault = why;
        return err;
    }
    tw_settings_put(set, &text);
    if (text.failed) return no_memory(fault);
    TW_TRY(tw_leaf_check(tw_buf_view(&text), fault));
    tw_sha256(text.p, text.n, hash);
    *ret_new = last.seq == 0 || memcmp(last.hash, hash, sizeof hash) != 0;
    if (!*ret_new) return TW_OK;
    TW_TRY(tw_pin_object(s, "settings", tw_buf_view(&text), hash, &fresh, fault));
    snprintf(seq, sizeof seq, "%llu", (unsigned long long)tw_station_size(s) + 1);
    TW_TRY(put_leaf(s, last.seq, hash, fault));
    return tw_db_meta_put(tw_station_db(s), TW_STR(META_SETTINGS), tw_str_from(seq), fault);
}
