/* SPDX-License-Identifier: Apache-2.0 */
/* Parties and keys: the two things erasing is about. */
#include "store/db_priv.h"

/* -- parties */

static tw_err unknown_party(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOTFOUND, "there is no such party, or it was erased");
}

tw_err tw_db_party_put(struct tw_db *db, const struct tw_db_party *p, struct tw_fault *fault)
{
    TW_TRY(db_may_write(db, fault));
    TW_TRY(db_within(db, p->sealed, "a party", fault));
    struct db_use u = db_use(db, DB_SQL_PARTY_PUT);
    db_bytes(&u, p->id, sizeof p->id);
    db_bytes(&u, p->print, sizeof p->print);
    db_bytes(&u, p->sealed.s, p->sealed.n);
    return db_run(&u, NULL, fault);
}

tw_err tw_db_party_find(struct tw_db *db, const uint8_t print[TW_DB_ID], uint8_t ret_id[TW_DB_ID],
                        struct tw_fault *fault)
{
    bool there = false;
    struct db_use u = db_use(db, DB_SQL_PARTY_FIND);
    db_bytes(&u, print, TW_DB_ID);
    TW_TRY(db_row(&u, &there, fault));
    if (!there) return unknown_party(fault);
    const tw_err err = db_col_fixed(&u, 0, ret_id, TW_DB_ID, fault);
    db_end(&u);
    return err;
}

static tw_err read_party(const struct db_use *u, struct tw_arena *arena, struct tw_db_party *ret,
                         struct tw_fault *fault)
{
    const bool erased = sqlite3_column_type(u->s, 0) == SQLITE_NULL;
    if (!erased) TW_TRY(db_col_fixed(u, 0, ret->print, sizeof ret->print, fault));
    const tw_err err = tw_str_dup(arena, db_col_str(u, 1), &ret->sealed);
    return err == TW_OK ? TW_OK : tw_fail(fault, err, "no memory for a party");
}

tw_err tw_db_party(struct tw_db *db, const uint8_t id[TW_DB_ID], struct tw_arena *arena,
                   struct tw_db_party *ret, struct tw_fault *fault)
{
    bool there = false;
    struct tw_db_party p = {0};
    struct db_use u = db_use(db, DB_SQL_PARTY);
    db_bytes(&u, id, TW_DB_ID);
    TW_TRY(db_row(&u, &there, fault));
    if (!there) return unknown_party(fault);
    memcpy(p.id, id, sizeof p.id);
    const tw_err err = read_party(&u, arena, &p, fault);
    db_end(&u);
    if (err == TW_OK) *ret = p;
    return err;
}

static tw_err hand_party(const struct db_use *u, tw_db_party_fn fn, void *to, struct tw_fault *fault)
{
    struct tw_db_party p = {.sealed = db_col_str(u, 1)};
    TW_TRY(db_col_fixed(u, 2, p.id, sizeof p.id, fault));
    if (sqlite3_column_type(u->s, 0) != SQLITE_NULL)
        TW_TRY(db_col_fixed(u, 0, p.print, sizeof p.print, fault));
    return fn(to, &p, fault);
}

tw_err tw_db_parties(struct tw_db *db, tw_db_party_fn fn, void *to, struct tw_fault *fault)
{
    static const uint8_t first[TW_DB_ID] = {0};
    struct db_use u = db_use(db, DB_SQL_PARTIES);
    db_bytes(&u, first, sizeof first);
    tw_err err = TW_OK;
    for (bool more = true; err == TW_OK;) {
        TW_TRY(db_row(&u, &more, fault));
        if (!more) return TW_OK;
        err = hand_party(&u, fn, to, fault);
    }
    db_end(&u);
    return err;
}

tw_err tw_db_party_reseal(struct tw_db *db, const uint8_t id[TW_DB_ID], struct tw_str sealed,
                          struct tw_fault *fault)
{
    int changed = 0;
    TW_TRY(db_may_write(db, fault));
    TW_TRY(db_within(db, sealed, "a party", fault));
    struct db_use u = db_use(db, DB_SQL_PARTY_RESEAL);
    db_bytes(&u, id, TW_DB_ID);
    db_bytes(&u, sealed.s, sealed.n);
    TW_TRY(db_run(&u, &changed, fault));
    return changed == 1 ? TW_OK : unknown_party(fault);
}

tw_err tw_db_party_erase(struct tw_db *db, const uint8_t id[TW_DB_ID], struct tw_fault *fault)
{
    int changed = 0;
    TW_TRY(db_may_write(db, fault));
    struct db_use u = db_use(db, DB_SQL_PARTY_ERASE);
    db_bytes(&u, id, TW_DB_ID);
    TW_TRY(db_run(&u, &changed, fault));
    return changed == 1 ? TW_OK : unknown_party(fault);
}

/* -- keys */

static tw_err use_key(struct tw_db *db, enum db_sql id, const struct tw_db_key_id *of, struct db_use *ret,
                      struct tw_fault *fault)
{
    if (db->file[DB_KEYS] == NULL)
        return tw_fail(fault, TW_UNAVAILABLE, "the station is open without its keys");
    *ret = db_use(db, id);
    db_i64(ret, of->of);
    return TW_OK;
}

/* The id of a source: its registration number, most significant byte first, so that keys lie in its order. */
static struct tw_str key_id(const struct tw_db_key_id *of, uint8_t reg[8])
{
    if (of->of == TW_DB_KEY_PARTY) return (struct tw_str){(const char *)of->party, sizeof of->party};
    for (int i = 0; i < 8; i++) reg[i] = (uint8_t)(of->reg >> (56 - 8 * i));
    return (struct tw_str){(const char *)reg, 8};
}

tw_err tw_db_key_put(struct tw_db *db, const struct tw_db_key_id *id, const uint8_t key[TW_DB_KEY],
                     struct tw_fault *fault)
{
    struct db_use u;
    uint8_t reg[8];
    const struct tw_str name = key_id(id, reg);
    TW_TRY(db_may_write(db, fault));
    TW_TRY(db_keys_begin(db, fault));
    TW_TRY(use_key(db, DB_SQL_KEY_PUT, id, &u, fault));
    db_bytes(&u, name.s, name.n);
    db_bytes(&u, key, TW_DB_KEY);
    return db_run(&u, NULL, fault);
}

tw_err tw_db_key(struct tw_db *db, const struct tw_db_key_id *id, uint8_t ret[TW_DB_KEY],
                 struct tw_fault *fault)
{
    struct db_use u;
    uint8_t reg[8];
    bool there = false;
    const struct tw_str name = key_id(id, reg);
    TW_TRY(use_key(db, DB_SQL_KEY, id, &u, fault));
    db_bytes(&u, name.s, name.n);
    TW_TRY(db_row(&u, &there, fault));
    if (!there) return tw_fail(fault, TW_NOTFOUND, "there is no key for this, or it was erased");
    const tw_err err = db_col_fixed(&u, 0, ret, TW_DB_KEY, fault);
    db_end(&u);
    return err;
}

tw_err tw_db_key_erase(struct tw_db *db, const struct tw_db_key_id *id, struct tw_fault *fault)
{
    struct db_use u;
    uint8_t reg[8];
    int changed = 0;
    const struct tw_str name = key_id(id, reg);
    TW_TRY(db_may_write(db, fault));
    TW_TRY(db_keys_begin(db, fault));
    TW_TRY(use_key(db, DB_SQL_KEY_ERASE, id, &u, fault));
    db_bytes(&u, name.s, name.n);
    TW_TRY(db_run(&u, &changed, fault));
    return changed == 1 ? TW_OK
                        : tw_fail(fault, TW_NOTFOUND, "there is no key for this, or it was erased before");
}

static tw_err empty_wal(struct tw_db *db, enum db_which which, struct tw_fault *fault)
{
    const int rc = sqlite3_wal_checkpoint_v2(db->file[which], NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    return rc == SQLITE_OK ? TW_OK : db_say(db->file[which], rc, db->path[which], fault);
}

tw_err tw_db_scrub(struct tw_db *db, struct tw_fault *fault)
{
    if (db->options.read_only || db->batch)
        return tw_fail(fault, TW_ARG, "what was erased is scrubbed by the writer, between batches");
    TW_TRY(db_exec(db, DB_KEYS, "VACUUM", fault));
    TW_TRY(empty_wal(db, DB_KEYS, fault));
    return empty_wal(db, DB_STATION, fault);
}
