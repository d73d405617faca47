/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/draws_verify.h"

#include <string.h>

#include "base/date.h"
#include "channel/channel.h"
#include "engine/json_lines_priv.h"
#include "message/idset.h"

enum { SEEN_MAX = 1 << 26 }; /* draws that are remembered: a GiB at the most */

struct verify {
    const struct tw_draws_record *record;
    struct tw_draws_report *r;
    struct tw_day_keys *keys;
    struct tw_idset *seen, *days;
    struct tw_hmac_key by; /* key of `day` */
    int32_t day;
    bool turned; /* there is one */
    uint64_t count[TW_DRAW_HALVES][TW_DRAW_CELLS];
};

static void work_on(const struct verify *v, const char *path)
{
    if (v->record->file != NULL) *v->record->file = path;
}

void tw_draws_report_free(struct tw_draws_report *r)
{
    tw_buf_free(&r->first.id);
    *r = (struct tw_draws_report){0};
}

bool tw_draws_even(const struct tw_draws_report *r)
{
    for (int h = 0; h < TW_DRAW_HALVES; h++)
        if (r->half[h].bins > 0 && r->half[h].p < TW_DRAW_ALARM) return false;
    return true;
}

bool tw_draws_true(const struct tw_draws_report *r)
{
    return r->altered == 0 && r->keys_altered == 0 && tw_draws_even(r);
}

/* -- one decision
 * ----------------------------------------------------------------------------------------------- */

/* The day whose key drew it: that of its lodging, or the one that is told where it has none; of a later
 * version, that of the first. */
static tw_err drawn_on(const struct json_line *l, bool *version, int32_t *ret, struct tw_fault *fault)
{
    const struct json_line before = {.object = tw_json_get(l->object, "relodged"), .line = l->line};
    *version = before.object != NULL && tw_json_get(before.object, "draw_day") != NULL;
    if (*version) return json_line_day(&before, "draw_day", ret, fault);
    const struct tw_json_node *at = tw_json_get(l->object, "decided_at");
    return json_line_day(l, at != NULL && at->kind == TW_JSON_NULL ? "draw_day" : "decided_at", ret, fault);
}

static tw_err turn_to(struct verify *v, int32_t day, const struct json_line *l, struct tw_fault *fault)
{
    bool before;
    if (v->turned && v->day == day) return TW_OK;
    const struct tw_day_key *key = tw_day_keys_find(v->keys, day);
    if (key == NULL || key->key_line == 0) {
        char room[16];
        struct tw_buf b = tw_buf_in(room, sizeof room);
        tw_buf_day(&b, day);
        const tw_err err =
            tw_fail(fault, TW_FORMAT, "the key of %.*s is not among those %s", (int)b.n, room,
                    key == NULL ? "committed to; get the directory of keys that is of these decisions"
                                : "revealed; without it nobody can say what the draw must be");
        tw_json_blame(l->object, fault);
        return err;
    }
    tw_hmac_key_make(key->key, sizeof key->key, &v->by);
    v->day = day;
    v->turned = true;
    TW_TRY(tw_idset_put(v->days, tw_mix64((uint64_t)(uint32_t)day), &before));
    v->r->days += !before;
    return TW_OK;
}

static tw_err take(void *to, const struct json_line *l, struct tw_fault *fault)
{
    struct verify *v = to;
    struct tw_draws_report *r = v->r;
    struct tw_str id;
    uint8_t bytes[8];
    int32_t day;
    bool before, version;
    uint64_t draw = 0;
    TW_TRY(json_line_text(l, "id", &id, fault));
    TW_TRY(json_line_hex(l, "draw", bytes, sizeof bytes, fault));
    TW_TRY(drawn_on(l, &version, &day, fault));
    TW_TRY(turn_to(v, day, l, fault));
    for (size_t i = 0; i < sizeof bytes; i++) draw = draw << 8 | bytes[i];
    const uint64_t would = tw_channel_draw(&v->by, id);
    r->decisions++;
    if (draw != would && r->altered++ == 0) {
        r->first.line = l->line;
        r->first.day = day;
        r->first.stands = draw;
        r->first.would = would;
        tw_buf_str(&r->first.id, id);
        if (r->first.id.failed) return TW_NOMEM;
    }
    TW_TRY(tw_idset_put(v->seen, tw_hash64(id.s, id.n, draw), &before));
    r->repeated += before;
    r->elsewhere += version && !before;
    if (before) return TW_OK;
    v->count[TW_DRAW_CHANCE][draw >> 56]++;
    v->count[TW_DRAW_TIES][draw >> 24 & 0xff]++;
    return TW_OK;
}

/* -- the whole
 * -------------------------------------------------------------------------------------------------- */

static void check_keys(struct verify *v)
{
    struct tw_draws_report *r = v->r;
    for (size_t i = 0; i < tw_day_keys_n(v->keys); i++) {
        const struct tw_day_key *k = tw_day_keys_at(v->keys, i);
        uint8_t sum[TW_SHA256_BYTES];
        if (k->key_line == 0) continue;
        r->keys++;
        tw_sha256(k->key, sizeof k->key, sum);
        if (memcmp(sum, k->sum, sizeof sum) == 0 || r->keys_altered++ > 0) continue;
        r->key_day = k->day;
        r->key_line = k->key_line;
    }
}

static tw_err verify(struct verify *v, struct tw_fault *fault)
{
    const struct tw_day_keys_place place = {.dir = v->record->keys, .stop = v->record->stop};
    const struct json_lines_taker taker = {.to = v, .take = take, .stop = v->record->stop};
    work_on(v, place.dir);
    TW_TRY(tw_day_keys_open(&place, &v->keys, fault));
    check_keys(v);
    work_on(v, v->record->decisions);
    if (tw_idset_new(SEEN_MAX, &v->seen) != TW_OK || tw_idset_new(SEEN_MAX, &v->days) != TW_OK)
        return tw_fail(fault, TW_NOMEM, "out of memory");
    TW_TRY(json_lines_read(v->record->decisions, &taker, fault));
    if (v->r->decisions == 0) return tw_fail(fault, TW_FORMAT, "there is no decision in it");
    work_on(v, NULL);
    for (int h = 0; h < TW_DRAW_HALVES; h++) v->r->half[h] = tw_evenness_of(v->count[h], TW_DRAW_CELLS);
    return TW_OK;
}

tw_err tw_draws_verify(const struct tw_draws_record *record, struct tw_draws_report *ret,
                       struct tw_fault *fault)
{
    struct verify v = {.record = record, .r = ret};
    *ret = (struct tw_draws_report){0};
    const tw_err err = verify(&v, fault);
    tw_idset_free(v.seen);
    tw_idset_free(v.days);
    tw_day_keys_free(v.keys);
    return err;
}
