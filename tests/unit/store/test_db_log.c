/* SPDX-License-Identifier: Apache-2.0 */
#include "store/db_log.h"

#include "base/buf.h"
#include "station.h"

static struct tw_db *db;
static struct tw_arena *arena;

static tw_err add_leaf(void *to, uint64_t idx, struct tw_str body, struct tw_fault *fault)
{
    (void)fault;
    tw_buf_u64(to, idx);
    tw_buf_str(to, body);
    return TW_OK;
}

static void leaves_are_put_once_and_read_in_order(void)
{
    static char large[TW_DB_LEAF_MAX + 1];
    TW_SCOPED_BUF b = {0};
    CHECK(tw_db_begin(db, NULL) == TW_OK);
    CHECK(tw_db_leaf_put(db, 0, TW_STR("{}"), NULL) == TW_OK &&
          tw_db_leaf_put(db, 2, TW_STR("c"), NULL) == TW_OK);
    CHECK(tw_db_leaf_put(db, 1, TW_STR("b"), NULL) == TW_OK);
    CHECK(tw_db_leaf_put(db, 1, TW_STR("b"), NULL) == TW_CONFLICT);
    CHECK(tw_db_leaf_put(db, 3, (struct tw_str){large, sizeof large}, NULL) == TW_LIMIT);
    CHECK(tw_db_leaf_put(db, UINT64_MAX, TW_STR("b"), NULL) == TW_ARG && tw_db_commit(db, NULL) == TW_OK);
    CHECK(tw_db_leaves_from(db, &(struct tw_db_from){0, 0}, add_leaf, &b, NULL) == TW_OK);
    CHECK(tw_str_is(tw_buf_view(&b), "0{}1b2c"));
    tw_buf_clear(&b);
    CHECK(tw_db_leaves_from(db, &(struct tw_db_from){1, 1}, add_leaf, &b, NULL) == TW_OK);
    CHECK(tw_str_is(tw_buf_view(&b), "1b"));
}

static void a_tile_only_grows(void)
{
    uint8_t got[TW_DB_TILE_MAX], hashes[TW_DB_TILE_MAX];
    const struct tw_db_tile_at at = {0, 7}, bad = {64, 7};
    size_t n = 0;
    for (size_t i = 0; i < sizeof hashes; i++) hashes[i] = (uint8_t)(i * 7);
    struct tw_str all = {(const char *)hashes, sizeof hashes}, some = {all.s, 64};
    CHECK(tw_db_begin(db, NULL) == TW_OK);
    CHECK(tw_db_tile(db, &at, got, &n, NULL) == TW_NOTFOUND &&
          tw_db_tile_put(db, &bad, some, NULL) == TW_ARG);
    CHECK(tw_db_tile_put(db, &at, some, NULL) == TW_OK && tw_db_tile_put(db, &at, some, NULL) == TW_OK);
    CHECK(tw_db_tile_put(db, &at, all, NULL) == TW_OK && tw_db_tile_put(db, &at, some, NULL) == TW_CONFLICT);
    hashes[0] ^= 1;
    CHECK(tw_db_tile_put(db, &at, all, NULL) == TW_CONFLICT);
    hashes[0] ^= 1;
    CHECK(tw_db_tile_put(db, &at, (struct tw_str){all.s, 63}, NULL) == TW_ARG);
    CHECK(tw_db_tile_put(db, &at, (struct tw_str){all.s, 0}, NULL) == TW_ARG &&
          tw_db_commit(db, NULL) == TW_OK);
    CHECK(tw_db_tile(db, &at, got, &n, NULL) == TW_OK && n == sizeof got && memcmp(got, hashes, n) == 0);
}

static void a_checkpoint_may_get_further_signatures(void)
{
    struct tw_str note;
    uint64_t size = 0;
    CHECK(tw_db_checkpoint_last(db, arena, &size, &note, NULL) == TW_NOTFOUND);
    CHECK(tw_db_begin(db, NULL) == TW_OK && tw_db_checkpoint_put(db, 9, TW_STR("nine"), NULL) == TW_OK);
    CHECK(tw_db_checkpoint_put(db, 10, TW_STR("ten"), NULL) == TW_OK);
    CHECK(tw_db_checkpoint_put(db, 9, TW_STR("nine, twice signed"), NULL) == TW_OK &&
          tw_db_commit(db, NULL) == TW_OK);
    CHECK(tw_db_checkpoint_last(db, arena, &size, &note, NULL) == TW_OK && size == 10 &&
          tw_str_is(note, "ten"));
    CHECK(tw_db_checkpoint(db, 9, arena, &note, NULL) == TW_OK && tw_str_is(note, "nine, twice signed"));
    CHECK(tw_db_checkpoint(db, 8, arena, &note, NULL) == TW_NOTFOUND);
}

static void an_object_is_kept_under_its_hash(void)
{
    uint8_t hash[TW_SHA256_BYTES], again[TW_SHA256_BYTES];
    struct tw_str kind, bytes;
    uint64_t n = 0;
    CHECK(tw_db_begin(db, NULL) == TW_OK);
    CHECK(tw_db_object_put(db, TW_STR("model"), TW_STR("abc"), hash, NULL) == TW_OK);
    CHECK(tw_db_object_put(db, TW_STR("other"), TW_STR("abc"), again, NULL) == TW_OK);
    CHECK(memcmp(hash, again, sizeof hash) == 0 && hash[0] == 0xba && tw_db_commit(db, NULL) == TW_OK);
    CHECK(tw_db_object(db, hash, arena, &kind, &bytes, NULL) == TW_OK);
    CHECK(tw_str_is(kind, "model") && tw_str_is(bytes, "abc"));
    CHECK(tw_db_object_look(db, hash, &n, NULL) == TW_OK && n == 3);
    hash[3] ^= 1;
    CHECK(tw_db_object_look(db, hash, &n, NULL) == TW_NOTFOUND && n == 3);
    CHECK(tw_db_object(db, hash, arena, &kind, &bytes, NULL) == TW_NOTFOUND);
}

static void a_snapshot_of_any_size_comes_back_and_replaces_the_one_before(void)
{
    static const size_t size[] = {0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20};
    static char bytes[3 << 20];
    TW_SCOPED_BUF b = {0};
    uint64_t seq = 0;
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (char)(i * 31 >> 3);
    CHECK(tw_db_snapshot(db, TW_STR("profile"), &b, &seq, NULL) == TW_NOTFOUND);
    for (size_t i = 0; i < sizeof size / sizeof *size; i++) {
        const struct tw_db_snapshot s = {TW_STR("profile"), 10 + i};
        const struct tw_str v = {bytes, size[i]};
        CHECK(tw_db_begin(db, NULL) == TW_OK && tw_db_snapshot_put(db, &s, v, NULL) == TW_OK);
        CHECK(tw_db_snapshot_put(db, &s, v, NULL) == TW_CONFLICT && tw_db_commit(db, NULL) == TW_OK);
        tw_buf_clear(&b);
        tw_buf_text(&b, "x");
        CHECK(tw_db_snapshot(db, TW_STR("profile"), &b, &seq, NULL) == TW_OK && seq == 10 + i);
        CHECK(b.n == 1 + size[i] && memcmp(b.p + 1, bytes, size[i]) == 0);
    }
    CHECK(tw_db_snapshot(db, TW_STR("channels"), &b, &seq, NULL) == TW_NOTFOUND);
}

int main(void)
{
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
    db = station_new();
    RUN(leaves_are_put_once_and_read_in_order);
    RUN(a_tile_only_grows);
    RUN(a_checkpoint_may_get_further_signatures);
    RUN(an_object_is_kept_under_its_hash);
    RUN(a_snapshot_of_any_size_comes_back_and_replaces_the_one_before);
    tw_db_free(db);
    station_clear();
    tw_arena_free(arena);
    return DONE();
}
