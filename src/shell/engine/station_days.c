/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of the days: committed to in the log, shown to the signer, revealed when they are over. What the
 * log has of a day stands in a meta record of its name. */
#include <stdio.h>

#include "base/date.h"
#include "base/json.h"
#include "decl/decl.h"
#include "engine/station_priv.h"

enum { REVEALED_AT_ONCE = 400 };

#define META_DAY "day:" /* and the day: the leaf that commits to its key, and what came of it */

static void day_name(int32_t day, char ret[32])
{
    struct tw_buf b = tw_buf_in(ret, 31);
    tw_buf_text(&b, META_DAY);
    tw_buf_day(&b, day);
    ret[b.n] = '\0';
}

tw_err station_day(struct tw_station *s, int32_t day, struct tw_str *ret, struct tw_fault *fault)
{
    char name[32];
    day_name(day, name);
    *ret = (struct tw_str){NULL, 0};
    const tw_err err = tw_db_meta(s->db, tw_str_from(name), s->arena, ret, fault);
    return err == TW_NOTFOUND ? TW_OK : err;
}

static tw_err put_day(struct tw_station *s, int32_t day, uint64_t index, const char *what,
                      struct tw_fault *fault)
{
    char name[32], value[48];
    day_name(day, name);
    snprintf(value, sizeof value, "%llu%s", (unsigned long long)index, what);
    return tw_db_meta_put(s->db, tw_str_from(name), tw_str_from(value), fault);
}

/* The leaf that commits to a day's key, or reveals it. */
static void day_leaf(const char *type, const char *key, int32_t day, const uint8_t bytes[TW_TLOG_HASH],
                     struct tw_buf *out)
{
    char room[16], hex[TW_SHA256_HEX];
    struct tw_buf text = tw_buf_in(room, sizeof room);
    struct tw_json j = {.out = out};
    tw_buf_day(&text, day);
    tw_sha256_hex(bytes, hex);
    tw_json_begin_object(&j);
    tw_json_key(&j, "day");
    tw_json_str(&j, tw_buf_view(&text));
    tw_json_key(&j, key);
    tw_json_text(&j, hex);
    tw_json_key(&j, "type");
    tw_json_text(&j, type);
    tw_json_key(&j, "v");
    tw_json_i64(&j, 1);
    tw_json_end_object(&j);
}

/* Commits to the keys of today and tomorrow where the log does not, in one batch. */
static tw_err commit_days(struct tw_station *s, int32_t today, struct tw_fault *fault)
{
    struct tw_str state[2];
    for (int i = 0; i < 2; i++) TW_TRY(station_day(s, today + i, &state[i], fault));
    if (state[0].n > 0 && state[1].n > 0) return TW_OK;
    TW_TRY(tw_station_begin(s, fault));
    for (int i = 0; i < 2; i++) {
        uint8_t sum[TW_TLOG_HASH];
        TW_SCOPED_BUF leaf = {0};
        if (state[i].n > 0) continue;
        tw_err err = tw_signer_client_commit(s->signer, today + i, sum, fault);
        if (err == TW_OK) err = put_day(s, today + i, tw_tlog_size(s->log), "", fault);
        day_leaf("commitment", "sha256", today + i, sum, &leaf);
        if (err == TW_OK && leaf.failed) err = tw_fail(fault, TW_NOMEM, "out of memory");
        if (err == TW_OK) err = tw_station_leaf(s, tw_buf_view(&leaf), fault);
        if (err == TW_OK) continue;
        tw_station_rollback(s);
        return err;
    }
    return tw_station_commit(s, fault);
}

struct one_leaf {
    struct tw_arena *arena;
    struct tw_str body;
};

static tw_err take_leaf(void *to, uint64_t idx, struct tw_str body, struct tw_fault *fault)
{
    (void)idx;
    struct one_leaf *l = to;
    return tw_str_dup(l->arena, body, &l->body) == TW_OK ? TW_OK : tw_fail(fault, TW_NOMEM, "out of memory");
}

static uint64_t index_of(struct tw_str state)
{
    uint64_t v = 0;
    for (size_t i = 0; i < state.n && state.s[i] >= '0' && state.s[i] <= '9'; i++)
        v = v * 10 + (uint64_t)(state.s[i] - '0');
    return v;
}

/* Shows the signer where today's commitment stands. */
static tw_err show_today(struct tw_station *s, int32_t day, struct tw_fault *fault)
{
    struct tw_str state;
    struct tw_tlog_path proof;
    const struct tw_tlog_tiles tiles = tw_station_tiles(s);
    struct one_leaf l = {.arena = s->arena};
    TW_TRY(station_day(s, day, &state, fault));
    const uint64_t index = index_of(state);
    TW_TRY(tw_db_leaves_from(s->db, &(struct tw_db_from){index, 1}, take_leaf, &l, fault));
    TW_TRY(tw_tlog_prove_inclusion(&tiles, index, s->signed_as.size, &proof, fault));
    return tw_signer_client_show(s->signer, day, &(struct tw_signer_leaf){index, l.body}, &proof, fault);
}

static tw_err reveal(struct tw_station *s, int32_t day, uint64_t committed, const uint8_t key[TW_TLOG_HASH],
                     struct tw_fault *fault)
{
    TW_SCOPED_BUF leaf = {0};
    TW_TRY(tw_station_begin(s, fault));
    day_leaf("reveal", "key", day, key, &leaf);
    tw_err err = leaf.failed ? tw_fail(fault, TW_NOMEM, "out of memory")
                             : put_day(s, day, committed, " revealed", fault);
    if (err == TW_OK) err = tw_station_leaf(s, tw_buf_view(&leaf), fault);
    if (err == TW_OK) return tw_station_commit(s, fault);
    tw_station_rollback(s);
    return err;
}

/* Reveals the keys of days that are over, back to the last that was. Where the signer does not yet, it waits.
 */
static tw_err reveal_days(struct tw_station *s, int32_t today, struct tw_fault *fault)
{
    for (int32_t day = today - 1; day > today - REVEALED_AT_ONCE; day--) {
        struct tw_str state;
        uint8_t key[TW_TLOG_HASH];
        TW_TRY(station_day(s, day, &state, fault));
        if (state.n > 0 && state.s[state.n - 1] == 'd') return TW_OK;
        if (state.n == 0) continue;
        if (tw_signer_client_reveal(s->signer, day, key, NULL) != TW_OK)
            continue; /* too early, or never shown */
        TW_TRY(reveal(s, day, index_of(state), key, fault));
    }
    return TW_OK;
}

tw_err tw_station_today(struct tw_station *s, int32_t *ret, struct tw_fault *fault)
{
    int32_t day = tw_time_day(tw_station_now(s));
    if (s->today != TW_NO_DAY && day < s->today) day = s->today; /* the clock went back; the day does not */
    *ret = day;
    if (day == s->today) return TW_OK;
    tw_arena_reset(s->arena);
    TW_TRY(commit_days(s, day, fault));
    TW_TRY(station_ready(s, fault)); /* the commitment may be durable and not signed yet */
    TW_TRY(show_today(s, day, fault));
    TW_TRY(reveal_days(s, day, fault));
    s->today = day;
    return TW_OK;
}

tw_err tw_station_draw(struct tw_station *s, int32_t day, const uint64_t *reg, size_t n, uint64_t *ret,
                       struct tw_fault *fault)
{
    enum { AT_ONCE = 256 };
    char text[AT_ONCE][TW_STATION_NUMBER + 8];
    struct tw_str number[AT_ONCE];
    for (size_t from = 0; from < n; from += AT_ONCE) {
        const size_t some = n - from < AT_ONCE ? n - from : AT_ONCE;
        for (size_t i = 0; i < some; i++) {
            tw_station_number(reg[from + i], text[i]);
            number[i] = tw_str_from(text[i]);
        }
        TW_TRY(tw_signer_client_draw(s->signer, day, number, some, ret + from, fault));
    }
    return TW_OK;
}
