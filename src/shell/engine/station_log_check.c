/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/station_log_check_priv.h"

#include <stdio.h>

#include "audit/note.h"
#include "base/date.h"
#include "base/mem.h"
#include "engine/station_priv.h"

enum { ARENA_BYTES = 4 << 20 };

struct log_day {
    int32_t day;
    uint64_t idx; /* of the leaf that commits to its key */
    uint8_t sum[TW_SHA256_BYTES];
    bool revealed;
};

static unsigned long long ull(uint64_t n)
{
    return n;
}

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

/* -- a leaf and its tile */

/* Is it this hash of a leaf that the last checkpoint was signed for? */
static bool is_signed(struct tw_station *s, uint64_t idx, const uint8_t hash[TW_TLOG_HASH])
{
    TW_SCOPED(tw_arena) *arena = NULL;
    const struct tw_tlog_tiles tiles = tw_station_tiles(s);
    struct tw_str text;
    struct tw_note note;
    struct tw_checkpoint c;
    struct tw_tlog_path proof;
    uint64_t size;
    return tw_arena_new(ARENA_BYTES, &arena) == TW_OK &&
           tw_db_checkpoint_last(tw_station_db(s), arena, &size, &text, NULL) == TW_OK &&
           tw_note_read(text, &note, NULL) == TW_OK && tw_checkpoint_read(note.text, &c, NULL) == TW_OK &&
           idx < c.size && tw_tlog_prove_inclusion(&tiles, idx, c.size, &proof, NULL) == TW_OK &&
           tw_tlog_inclusion_holds(idx, hash, c.size, c.root, proof.hash, proof.n);
}

tw_err log_leaf_in_tile(struct tw_station *s, struct log_tile *t, uint64_t idx,
                        const uint8_t hash[TW_TLOG_HASH], struct tw_fault *fault)
{
    const struct tw_db_tile_at at = {0, idx / TW_TLOG_TILE};
    const size_t from = (size_t)(idx % TW_TLOG_TILE) * TW_TLOG_HASH;
    if (!t->there || t->index != at.idx) {
        t->n = 0;
        const tw_err err = tw_db_tile(tw_station_db(s), &at, t->hash, &t->n, fault);
        if (err != TW_OK && err != TW_NOTFOUND && err != TW_FORMAT) return err;
        t->there = true;
        t->index = at.idx;
    }
    if (from + TW_TLOG_HASH > t->n)
        return tw_fail(fault, TW_CONFLICT, "tile 0/%llu is missing or too short: it has no hash of leaf %llu",
                       ull(at.idx), ull(idx));
    if (memcmp(t->hash + from, hash, TW_TLOG_HASH) == 0) return TW_OK;
    if (is_signed(s, idx, t->hash + from))
        return tw_fail(fault, TW_CONFLICT,
                       "leaf %llu is not the one that was signed; tile 0/%llu has its hash", ull(idx),
                       ull(at.idx));
    return tw_fail(fault, TW_CONFLICT, "tile 0/%llu is not what its leaves make it, at leaf %llu",
                   ull(at.idx), ull(idx));
}

/* -- days */

void log_days_free(struct log_days *d)
{
    tw_free(d->at);
    *d = (struct log_days){NULL, 0, 0};
}

/* The latest come last, and are asked for most. */
static struct log_day *day_of(const struct log_days *d, int32_t day)
{
    for (size_t i = d->n; i-- > 0;)
        if (d->at[i].day == day) return &d->at[i];
    return NULL;
}

static bool read_day(const struct tw_json_node *leaf, const char *key, int32_t *ret)
{
    const struct tw_json_node *node = tw_json_get(leaf, key);
    return node != NULL && node->kind == TW_JSON_TEXT && tw_day_parse(node->text, ret, NULL) == TW_OK;
}

static int digit_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hex(const struct tw_json_node *leaf, const char *key, uint8_t ret[TW_SHA256_BYTES])
{
    const struct tw_json_node *node = tw_json_get(leaf, key);
    if (node == NULL || node->kind != TW_JSON_TEXT || node->text.n != TW_SHA256_HEX - 1) return false;
    for (size_t i = 0; i < TW_SHA256_BYTES; i++) {
        const int high = digit_of(node->text.s[2 * i]), low = digit_of(node->text.s[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        ret[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static tw_err strange(uint64_t idx, struct tw_fault *fault)
{
    return tw_fail(fault, TW_CONFLICT, "leaf %llu is not what such a leaf is", ull(idx));
}

static tw_err of_day(uint64_t idx, const char *what, int32_t day, uint64_t other, struct tw_fault *fault)
{
    char room[16] = {0};
    struct tw_buf text = tw_buf_in(room, sizeof room - 1);
    tw_buf_day(&text, day);
    return tw_fail(fault, TW_CONFLICT, "leaf %llu %s %s, leaf %llu", ull(idx), what, room, ull(other));
}

tw_err log_day_commitment(struct log_days *d, uint64_t idx, const struct tw_json_node *leaf,
                          struct tw_fault *fault)
{
    struct log_day one = {.idx = idx};
    if (!read_day(leaf, "day", &one.day) || !read_hex(leaf, "sha256", one.sum)) return strange(idx, fault);
    const struct log_day *before = day_of(d, one.day);
    if (before != NULL) return of_day(idx, "commits once more to the key of", one.day, before->idx, fault);
    if (d->n == d->cap) {
        const size_t cap = d->cap > 0 ? 2 * d->cap : 64;
        struct log_day *more = tw_realloc(d->at, cap, sizeof *more);
        if (more == NULL) return no_memory(fault);
        d->at = more;
        d->cap = cap;
    }
    d->at[d->n++] = one;
    return TW_OK;
}

tw_err log_day_reveal(struct log_days *d, uint64_t idx, const struct tw_json_node *leaf,
                      struct tw_fault *fault)
{
    uint8_t key[TW_SHA256_BYTES], sum[TW_SHA256_BYTES];
    int32_t day;
    if (!read_day(leaf, "day", &day) || !read_hex(leaf, "key", key)) return strange(idx, fault);
    struct log_day *one = day_of(d, day);
    if (one == NULL) return of_day(idx, "reveals, and nothing commits to, the key of", day, idx, fault);
    if (one->revealed) return of_day(idx, "reveals once more the key of", day, one->idx, fault);
    tw_sha256(key, sizeof key, sum);
    if (memcmp(sum, one->sum, sizeof sum) != 0)
        return of_day(idx, "reveals another key than was committed to for", day, one->idx, fault);
    one->revealed = true;
    return TW_OK;
}

tw_err log_day_draw(const struct log_days *d, uint64_t idx, const struct tw_json_node *leaf,
                    struct tw_fault *fault)
{
    int32_t day;
    if (!read_day(leaf, "draw_day", &day)) return strange(idx, fault);
    const struct log_day *one = day_of(d, day);
    if (one == NULL)
        return of_day(idx, "draws, and nothing before it commits to, the key of", day, idx, fault);
    if (one->revealed) return of_day(idx, "draws by the key that was revealed of", day, one->idx, fault);
    return TW_OK;
}

tw_err log_days_end(struct tw_station *s, const struct log_days *d, struct tw_fault *fault)
{
    for (size_t i = 0; i < d->n; i++) {
        const struct log_day *one = &d->at[i];
        struct tw_str kept;
        char want[48];
        snprintf(want, sizeof want, "%llu%s", ull(one->idx), one->revealed ? " revealed" : "");
        tw_arena_reset(s->arena);
        TW_TRY(station_day(s, one->day, &kept, fault));
        if (!tw_str_is(kept, want))
            return of_day(one->idx, "and what the station keeps of its days disagree about", one->day,
                          one->idx, fault);
    }
    return TW_OK;
}

/* -- rows */

struct rows {
    struct tw_db *db;
    struct tw_arena *arena;
};

struct sought {
    const struct rows *r;
    const char *type;
    uint64_t reg;
    bool found;
};

static tw_err look_at_leaf(void *to, uint64_t idx, struct tw_str body, struct tw_fault *fault)
{
    struct sought *k = to;
    const struct tw_json_node *leaf;
    int64_t reg = 0;
    (void)idx;
    tw_arena_reset(k->r->arena);
    TW_TRY(tw_json_parse(body, NULL, k->r->arena, &leaf, fault));
    const struct tw_json_node *type = tw_json_get(leaf, "type"), *of = tw_json_get(leaf, "reg");
    k->found = type != NULL && tw_str_is(type->text, k->type) && of != NULL &&
               tw_str_i64(of->text, &reg) == TW_OK && (uint64_t)reg == k->reg;
    return TW_OK;
}

static tw_err has_leaf(const struct rows *r, const char *type, uint64_t seq, uint64_t reg,
                       struct tw_fault *fault)
{
    struct sought k = {.r = r, .type = type, .reg = reg};
    if (seq > 0) TW_TRY(tw_db_leaves_from(r->db, &(struct tw_db_from){seq - 1, 1}, look_at_leaf, &k, fault));
    if (k.found) return TW_OK;
    return tw_fail(fault, TW_CONFLICT,
                   "a row of %s %012llu, seq %llu, stands there without a leaf that says so",
                   strcmp(type, "intake") == 0 ? "declaration" : type, ull(reg), ull(seq));
}

static tw_err decl_has_leaf(void *to, const struct tw_db_decl *d, struct tw_fault *fault)
{
    return has_leaf(to, "intake", d->head.seq, d->head.reg, fault);
}

static tw_err decision_has_leaf(void *to, const struct tw_db_decision *d, struct tw_fault *fault)
{
    return has_leaf(to, "decision", d->seq, d->reg, fault);
}

static tw_err finding_has_leaf(void *to, const struct tw_db_finding *f, struct tw_fault *fault)
{
    return has_leaf(to, "finding", f->seq, f->reg, fault);
}

static tw_err manifest_has_leaf(void *to, const struct tw_db_manifest *m, struct tw_fault *fault)
{
    return has_leaf(to, "manifest", m->seq, m->reg, fault);
}

/* There are more of them than leaves; which? */
static tw_err without_leaf(struct tw_db *db, const struct tw_db_totals *t,
                           const struct tw_station_log_report *r, struct tw_fault *fault)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    const struct tw_db_from all = {0, 0};
    if (tw_arena_new(ARENA_BYTES, &arena) != TW_OK) return no_memory(fault);
    struct rows rows = {db, arena};
    if (t->decls != r->intakes) TW_TRY(tw_db_decls_from(db, &all, decl_has_leaf, &rows, fault));
    if (t->decisions != r->decisions) TW_TRY(tw_db_decisions_from(db, &all, decision_has_leaf, &rows, fault));
    if (t->findings != r->findings) TW_TRY(tw_db_findings_from(db, &all, finding_has_leaf, &rows, fault));
    if (t->manifests != r->manifests) TW_TRY(tw_db_manifests_from(db, &all, manifest_has_leaf, &rows, fault));
    return tw_fail(fault, TW_CONFLICT, "there are other rows than leaves speak of");
}

static tw_err strange_checkpoint(struct tw_db *db, const struct tw_station_log_report *r,
                                 struct tw_fault *fault)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_str note;
    uint64_t size;
    if (tw_arena_new(ARENA_BYTES, &arena) != TW_OK) return no_memory(fault);
    TW_TRY(tw_db_checkpoint_last(db, arena, &size, &note, fault));
    if (size > r->leaves)
        return tw_fail(fault, TW_CONFLICT,
                       "the checkpoint of %llu leaves is of more than there are, %llu: some were "
                       "lost; restore a newer backup",
                       ull(size), ull(r->leaves));
    return tw_fail(fault, TW_CONFLICT,
                   "there is a checkpoint of a size that never was, besides %llu that are right",
                   ull(r->checkpoints));
}

tw_err log_checkpoints_end(struct tw_station *s, const struct tw_station_log_report *r,
                           struct tw_fault *fault)
{
    struct tw_db_totals t;
    TW_TRY(tw_db_totals(tw_station_db(s), &t, fault));
    return t.checkpoints == r->checkpoints ? TW_OK : strange_checkpoint(tw_station_db(s), r, fault);
}

tw_err log_rows_end(struct tw_station *s, const struct tw_station_log_report *r, uint64_t tiles,
                    struct tw_fault *fault)
{
    struct tw_db_totals t;
    TW_TRY(tw_db_totals(tw_station_db(s), &t, fault));
    if (t.tiles != tiles)
        return tw_fail(fault, TW_CONFLICT, "there are %llu tiles, and %llu leaves make %llu", ull(t.tiles),
                       ull(r->leaves), ull(tiles));
    if (t.decls == r->intakes && t.decisions == r->decisions && t.findings == r->findings &&
        t.manifests == r->manifests)
        return TW_OK;
    return without_leaf(tw_station_db(s), &t, r, fault);
}
