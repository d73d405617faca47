/* SPDX-License-Identifier: Apache-2.0 */
/* What others' bytes are kept by: the log, objects, what there is one of. */
#include "store/db_log.h"

#include "store/db_priv.h"

static tw_err copy(struct db_use *u, int i, struct tw_arena *arena, struct tw_str *ret,
                   struct tw_fault *fault)
{
    const tw_err err = tw_str_dup(arena, db_col_str(u, i), ret);
    return err == TW_OK ? TW_OK : tw_fail(fault, err, "no memory for a record");
}

/* -- one of each */

tw_err tw_db_meta_put(struct tw_db *db, struct tw_str name, struct tw_str value, struct tw_fault *fault)
{
    TW_TRY(db_may_write(db, fault));
    TW_TRY(db_short(name, "a name", fault));
    TW_TRY(db_within(db, value, "a value", fault));
    struct db_use u = db_use(db, DB_SQL_META_PUT);
    db_text(&u, name);
    db_bytes(&u, value.s, value.n);
    return db_run(&u, NULL, fault);
}

tw_err tw_db_meta(struct tw_db *db, struct tw_str name, struct tw_arena *arena, struct tw_str *ret,
                  struct tw_fault *fault)
{
    bool there = false;
    struct db_use u = db_use(db, DB_SQL_META);
    db_text(&u, name);
    TW_TRY(db_row(&u, &there, fault));
    if (!there) return tw_fail(fault, TW_NOTFOUND, "the station keeps no \"%.*s\"", TW_STR_FIRST(name, 40));
    const tw_err err = copy(&u, 0, arena, ret, fault);
    db_end(&u);
    return err;
}

/* -- the log */

tw_err tw_db_leaf_put(struct tw_db *db, uint64_t idx, struct tw_str body, struct tw_fault *fault)
{
    TW_TRY(db_may_write(db, fault));
    TW_TRY(db_number(idx, "leaf", fault));
    if (body.n > TW_DB_LEAF_MAX)
        return tw_fail(fault, TW_LIMIT, "a leaf of %zu bytes; the log takes %d", body.n, TW_DB_LEAF_MAX);
    struct db_use u = db_use(db, DB_SQL_LEAF_PUT);
    db_i64(&u, (int64_t)idx);
    db_bytes(&u, body.s, body.n);
    return db_run(&u, NULL, fault);
}

tw_err tw_db_leaves_from(struct tw_db *db, const struct tw_db_from *from, tw_db_leaf_fn fn, void *to,
                         struct tw_fault *fault)
{
    struct db_use u = db_use(db, DB_SQL_LEAVES_FROM);
    tw_err err = TW_OK;
    db_i64(&u, from->seq < INT64_MAX ? (int64_t)from->seq : INT64_MAX);
    db_i64(&u, from->limit > 0 && from->limit < INT64_MAX ? (int64_t)from->limit : -1);
    for (bool more = true; err == TW_OK;) {
        TW_TRY(db_row(&u, &more, fault));
        if (!more) return TW_OK;
        err = fn(to, (uint64_t)db_col(&u, 0), db_col_str(&u, 1), fault);
    }
    db_end(&u);
    return err;
}

static tw_err look_at_tile(const struct tw_db_tile_at *at, struct tw_fault *fault)
{
    TW_TRY(db_number(at->idx, "tile", fault));
    return db_code(at->level, 0, "level", fault);
}

tw_err tw_db_tile(struct tw_db *db, const struct tw_db_tile_at *at, uint8_t *ret, size_t *ret_n,
                  struct tw_fault *fault)
{
    bool there = false;
    TW_TRY(look_at_tile(at, fault));
    struct db_use u = db_use(db, DB_SQL_TILE);
    db_i64(&u, at->level);
    db_i64(&u, (int64_t)at->idx);
    TW_TRY(db_row(&u, &there, fault));
    if (!there)
        return tw_fail(fault, TW_NOTFOUND, "there is no tile %llu of level %u", (unsigned long long)at->idx,
                       at->level);
    const struct tw_str hashes = db_col_str(&u, 0);
    const bool sound = hashes.n > 0 && hashes.n <= TW_DB_TILE_MAX && hashes.n % TW_SHA256_BYTES == 0;
    if (sound) {
        memcpy(ret, hashes.s, hashes.n);
        *ret_n = hashes.n;
    }
    db_end(&u);
    return sound ? TW_OK : db_damaged(db, "a tile of the log has a wrong size", fault);
}

tw_err tw_db_tile_put(struct tw_db *db, const struct tw_db_tile_at *at, struct tw_str hashes,
                      struct tw_fault *fault)
{
    uint8_t old[TW_DB_TILE_MAX];
    size_t old_n = 0;
    TW_TRY(db_may_write(db, fault));
    if (hashes.n == 0 || hashes.n > TW_DB_TILE_MAX || hashes.n % TW_SHA256_BYTES != 0)
        return tw_fail(fault, TW_ARG, "a tile of %zu bytes; it has 1 to 256 hashes of 32", hashes.n);
    const tw_err err = tw_db_tile(db, at, old, &old_n, fault);
    if (err != TW_OK && err != TW_NOTFOUND) return err;
    if (old_n > hashes.n || memcmp(old, hashes.s, old_n) != 0)
        return tw_fail(fault, TW_CONFLICT, "tile %llu of level %u holds other hashes; the log only grows",
                       (unsigned long long)at->idx, at->level);
    struct db_use u = db_use(db, DB_SQL_TILE_PUT);
    db_i64(&u, at->level);
    db_i64(&u, (int64_t)at->idx);
    db_bytes(&u, hashes.s, hashes.n);
    return db_run(&u, NULL, fault);
}

tw_err tw_db_checkpoint_put(struct tw_db *db, uint64_t size, struct tw_str note, struct tw_fault *fault)
{
    TW_TRY(db_may_write(db, fault));
    TW_TRY(db_number(size, "size", fault));
    TW_TRY(db_within(db, note, "a checkpoint", fault));
    struct db_use u = db_use(db, DB_SQL_CHECKPOINT_PUT);
    db_i64(&u, (int64_t)size);
    db_text(&u, note);
    return db_run(&u, NULL, fault);
}

static tw_err read_checkpoint(struct db_use *u, struct tw_arena *arena, uint64_t *ret_size,
                              struct tw_str *ret, struct tw_fault *fault)
{
    bool there = false;
    TW_TRY(db_row(u, &there, fault));
    if (!there) return tw_fail(fault, TW_NOTFOUND, "the log has no such checkpoint");
    const tw_err err = copy(u, 1, arena, ret, fault);
    if (err == TW_OK) *ret_size = (uint64_t)db_col(u, 0);
    db_end(u);
    return err;
}

tw_err tw_db_checkpoint(struct tw_db *db, uint64_t size, struct tw_arena *arena, struct tw_str *ret,
                        struct tw_fault *fault)
{
    TW_TRY(db_number(size, "size", fault));
    struct db_use u = db_use(db, DB_SQL_CHECKPOINT);
    db_i64(&u, (int64_t)size);
    return read_checkpoint(&u, arena, &size, ret, fault);
}

tw_err tw_db_checkpoint_last(struct tw_db *db, struct tw_arena *arena, uint64_t *ret_size, struct tw_str *ret,
                             struct tw_fault *fault)
{
    struct db_use u = db_use(db, DB_SQL_CHECKPOINT_LAST);
    return read_checkpoint(&u, arena, ret_size, ret, fault);
}

tw_err tw_db_totals(struct tw_db *db, struct tw_db_totals *ret, struct tw_fault *fault)
{
    bool there = false;
    struct db_use u = db_use(db, DB_SQL_TOTALS);
    TW_TRY(db_row(&u, &there, fault));
    if (!there) return db_damaged(db, "it does not answer", fault);
    *ret = (struct tw_db_totals){.leaves = (uint64_t)db_col(&u, 0),
                                 .tiles = (uint64_t)db_col(&u, 1),
                                 .checkpoints = (uint64_t)db_col(&u, 2),
                                 .decls = (uint64_t)db_col(&u, 3),
                                 .decisions = (uint64_t)db_col(&u, 4),
                                 .findings = (uint64_t)db_col(&u, 5),
                                 .manifests = (uint64_t)db_col(&u, 6)};
    db_end(&u);
    return TW_OK;
}

/* -- objects */

static tw_err look_at_size(struct tw_str bytes, int most_mib, struct tw_fault *fault)
{
    if (bytes.n <= (size_t)most_mib << 20) return TW_OK;
    return tw_fail(fault, TW_LIMIT, "%zu bytes at once; a station takes %d MiB", bytes.n, most_mib);
}

tw_err tw_db_object_put(struct tw_db *db, struct tw_str kind, struct tw_str bytes,
                        uint8_t ret_hash[TW_SHA256_BYTES], struct tw_fault *fault)
{
    uint8_t hash[TW_SHA256_BYTES];
    TW_TRY(db_may_write(db, fault));
    TW_TRY(db_short(kind, "a kind", fault));
    TW_TRY(look_at_size(bytes, TW_DB_OBJECT_MAX, fault));
    tw_sha256(bytes.s, bytes.n, hash);
    struct db_use u = db_use(db, DB_SQL_OBJECT_PUT);
    db_bytes(&u, hash, sizeof hash);
    db_text(&u, kind);
    db_bytes(&u, bytes.s, bytes.n);
    TW_TRY(db_run(&u, NULL, fault));
    memcpy(ret_hash, hash, sizeof hash);
    return TW_OK;
}

tw_err tw_db_object(struct tw_db *db, const uint8_t hash[TW_SHA256_BYTES], struct tw_arena *arena,
                    struct tw_str *ret_kind, struct tw_str *ret, struct tw_fault *fault)
{
    uint8_t now[TW_SHA256_BYTES];
    struct tw_str kind, bytes;
    bool there = false;
    struct db_use u = db_use(db, DB_SQL_OBJECT);
    db_bytes(&u, hash, TW_SHA256_BYTES);
    TW_TRY(db_row(&u, &there, fault));
    if (!there) return tw_fail(fault, TW_NOTFOUND, "the station keeps nothing of this hash");
    tw_err err = copy(&u, 0, arena, &kind, fault);
    if (err == TW_OK) err = copy(&u, 1, arena, &bytes, fault);
    db_end(&u);
    TW_TRY(err);
    tw_sha256(bytes.s, bytes.n, now);
    if (memcmp(now, hash, sizeof now) != 0)
        return db_damaged(db, "an object has another hash than its own", fault);
    *ret_kind = kind;
    *ret = bytes;
    return TW_OK;
}

tw_err tw_db_object_look(struct tw_db *db, const uint8_t hash[TW_SHA256_BYTES], uint64_t *ret_bytes,
                         struct tw_fault *fault)
{
    uint8_t now[TW_SHA256_BYTES];
    bool there = false;
    struct db_use u = db_use(db, DB_SQL_OBJECT_BYTES);
    db_bytes(&u, hash, TW_SHA256_BYTES);
    TW_TRY(db_row(&u, &there, fault));
    if (!there) return tw_fail(fault, TW_NOTFOUND, "the station keeps nothing of this hash");
    const struct tw_str bytes = db_col_str(&u, 0);
    tw_sha256(bytes.s, bytes.n, now);
    *ret_bytes = bytes.n;
    db_end(&u);
    if (memcmp(now, hash, sizeof now) == 0) return TW_OK;
    return db_damaged(db, "an object has another hash than its own", fault);
}
