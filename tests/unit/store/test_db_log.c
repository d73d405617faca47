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

static char state[3 << 20];

static tw_err put_snapshot(const char *kind, uint64_t seq, size_t n, size_t at_once)
{
    TW_SCOPED(tw_db_snapshot_out) *out = NULL;
    TW_TRY(tw_db_snapshot_new(db, &(struct tw_db_snapshot){tw_str_from(kind), seq}, &out, NULL));
    for (size_t at = 0; at < n; at += at_once)
        TW_TRY(tw_db_snapshot_put(out, state + at, n - at < at_once ? n - at : at_once, NULL));
    return tw_db_snapshot_end(out, NULL);
}

static void comes_back(const char *kind, uint64_t seq, size_t n)
{
    TW_SCOPED(tw_db_snapshot_in) *in = NULL;
    TW_SCOPED_BUF b = {0};
    struct tw_str piece;
    CHECK(tw_db_snapshot_open(db, tw_str_from(kind), &in, NULL) == TW_OK);
    CHECK(tw_db_snapshot_seq(in) == seq && tw_db_snapshot_bytes(in) == n);
    do {
        CHECK(tw_db_snapshot_next(in, &piece, NULL) == TW_OK);
        tw_buf_str(&b, piece);
    } while (piece.n > 0);
    CHECK(b.n == n && memcmp(b.p, state, n) == 0);
    if (n > 0) CHECK(tw_db_snapshot_next(in, &piece, NULL) == TW_OK && piece.n == 0);
}

static void a_snapshot_of_any_size_comes_back_and_replaces_the_one_before(void)
{
    static const size_t size[] = {0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20, 1 << 20, 5};
    struct tw_db_snapshot_in *in = NULL;
    for (size_t i = 0; i < sizeof state; i++) state[i] = (char)(i * 31 >> 3);
    CHECK(tw_db_snapshot_open(db, TW_STR("profile"), &in, NULL) == TW_NOTFOUND && in == NULL);
    for (size_t i = 0; i < sizeof size / sizeof *size; i++) {
        CHECK(tw_db_begin(db, NULL) == TW_OK);
        CHECK(put_snapshot("profile", 10 + i, size[i], 1000 + 300000 * i) == TW_OK);
        CHECK(put_snapshot("profile", 10 + i, size[i], 1000) == TW_CONFLICT);
        CHECK(put_snapshot("profile", 9 + i, size[i], 1000) == TW_CONFLICT &&
              tw_db_commit(db, NULL) == TW_OK);
        comes_back("profile", 10 + i, size[i]);
        CHECK(damages_of(db) == 0); /* there is one */
    }
    CHECK(tw_db_snapshot_open(db, TW_STR("channels"), &in, NULL) == TW_NOTFOUND && in == NULL);
}

static void a_batch_that_is_undone_leaves_the_snapshot_before(void)
{
    TW_SCOPED(tw_db_snapshot_out) *out = NULL;
    CHECK(tw_db_begin(db, NULL) == TW_OK && put_snapshot("a", 1, 2 << 20, 1 << 20) == TW_OK);
    CHECK(tw_db_commit(db, NULL) == TW_OK && tw_db_begin(db, NULL) == TW_OK);
    CHECK(tw_db_snapshot_new(db, &(struct tw_db_snapshot){TW_STR("a"), 2}, &out, NULL) == TW_OK);
    CHECK(tw_db_snapshot_put(out, state, 2 << 20, NULL) == TW_OK);
    tw_db_rollback(db);
    CHECK(tw_db_snapshot_put(out, state, 1, NULL) == TW_ARG && tw_db_snapshot_end(out, NULL) == TW_ARG);
    comes_back("a", 1, 2 << 20);
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
    RUN(a_batch_that_is_undone_leaves_the_snapshot_before);
    tw_db_free(db);
    station_clear();
    tw_arena_free(arena);
    return DONE();
}
