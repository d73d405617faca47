/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/store/life.h -- a scripted life of a station on a disk that can fail: nine steps, each of which
 * may be tried again, and what must hold after so many of them were acknowledged. */
#ifndef TW_TEST_LIFE_H
#define TW_TEST_LIFE_H

#include "fault_vfs.h"
#include "station.h"

enum { STEPS = 9 };

static struct tw_db_options options;
static struct tw_db *db;

/* -- the script; each step may be tried again after it failed */

static tw_err make(struct tw_fault *fault)
{
    const tw_err err = tw_db_create(station_dir, &options, station_id, fault);
    return err == TW_CONFLICT ? TW_OK : err; /* it stood by the time something failed */
}

static tw_err open_it(struct tw_fault *fault)
{
    return tw_db_open(station_dir, &options, &db, fault);
}

static tw_err key(enum tw_db_key_of of, uint64_t n, struct tw_fault *fault)
{
    struct tw_db_key_id id = {.of = of, .reg = n};
    uint8_t bytes[TW_DB_KEY], there[TW_DB_KEY];
    memset(bytes, 0x33, sizeof bytes);
    number(id.party, sizeof id.party, n);
    /* keys commit first: after a failure in between it is there already */
    return tw_db_key(db, &id, there, NULL) == TW_OK ? TW_OK : tw_db_key_put(db, &id, bytes, fault);
}

static tw_err parties(struct tw_fault *fault)
{
    for (uint64_t i = 0; i < 6; i++) {
        const struct tw_db_party p = party_of(i);
        TW_TRY(tw_db_party_put(db, &p, fault));
        TW_TRY(key(TW_DB_KEY_PARTY, 1000 + i, fault));
    }
    return TW_OK;
}

static tw_err decls(uint64_t first, uint64_t last, struct tw_fault *fault)
{
    struct tw_db_role role[2];
    for (uint64_t reg = first; reg <= last; reg++) {
        const struct tw_db_decl d = decl_of(reg, role);
        TW_TRY(tw_db_decl_put(db, &d, fault));
        TW_TRY(key(TW_DB_KEY_SOURCE, reg, fault));
    }
    return TW_OK;
}

static tw_err end(tw_err err, struct tw_fault *fault)
{
    if (err == TW_OK) return tw_db_commit(db, fault);
    tw_db_rollback(db);
    return err;
}

static tw_err take_in(struct tw_fault *fault)
{
    TW_TRY(tw_db_begin(db, fault));
    tw_err err = parties(fault);
    if (err == TW_OK) err = decls(1, 8, fault);
    return end(err, fault);
}

static tw_err write_decision(struct tw_fault *fault)
{
    struct tw_db_role role[2];
    struct tw_db_decl d = decl_of(7, role);
    struct tw_db_decision one = {.reg = 7, .version = 2, .seq = 1, .channel = 3, .record = TW_STR("{}")};
    d.head.version = 2;
    d.head.seq = 201;
    TW_TRY(tw_db_decl_put(db, &d, fault));
    return tw_db_decision_put(db, &one, fault);
}

static tw_err write_log(struct tw_fault *fault)
{
    static char state[9000], hashes[64];
    uint8_t hash[TW_SHA256_BYTES];
    memset(state, 'x', sizeof state);
    TW_TRY(tw_db_leaf_put(db, 0, TW_STR("{}"), fault));
    TW_TRY(tw_db_tile_put(db, &(struct tw_db_tile_at){0, 0}, (struct tw_str){hashes, 64}, fault));
    TW_TRY(tw_db_checkpoint_put(db, 1, TW_STR("note"), fault));
    TW_TRY(tw_db_object_put(db, TW_STR("model"), TW_STR("abc"), hash, fault));
    TW_SCOPED(tw_db_snapshot_out) *out = NULL;
    TW_TRY(tw_db_snapshot_new(db, &(struct tw_db_snapshot){TW_STR("profile"), 1}, &out, fault));
    TW_TRY(tw_db_snapshot_put(out, state, sizeof state, fault));
    return tw_db_snapshot_end(out, fault);
}

static tw_err decide(struct tw_fault *fault)
{
    TW_TRY(tw_db_begin(db, fault));
    tw_err err = write_decision(fault);
    if (err == TW_OK) err = write_log(fault);
    return end(err, fault);
}

static tw_err open_again(struct tw_fault *fault)
{
    tw_db_free(db); /* the log goes into the file, as far as it can */
    db = NULL;
    return open_it(fault);
}

static tw_err go_on(struct tw_fault *fault)
{
    TW_TRY(tw_db_begin(db, fault));
    return end(decls(9, 14, fault), fault);
}

static tw_err erase(struct tw_fault *fault)
{
    const struct tw_db_key_id id = {.of = TW_DB_KEY_SOURCE, .reg = 5};
    TW_TRY(tw_db_begin(db, fault));
    tw_err err = tw_db_source_erase(db, 5, fault);
    if (err == TW_OK) err = tw_db_key_erase(db, &id, fault);
    if (err == TW_NOTFOUND) err = TW_OK; /* the key's own commit had come through */
    return end(err, fault);
}

static tw_err scrub(struct tw_fault *fault)
{
    return tw_db_scrub(db, fault);
}

static tw_err back_up(struct tw_fault *fault)
{
    char path[128];
    snprintf(path, sizeof path, "%s/copy.db", station_dir);
    return tw_db_backup(db, path, NULL, fault);
}

static tw_err (*const step[STEPS])(struct tw_fault *fault) = {make,  open_it, take_in, decide, open_again,
                                                              go_on, erase,   scrub,   back_up};

/* -- what must hold after `done` steps were acknowledged */

static inline void holds(int done)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_db_decl d;
    struct tw_db_decision one;
    struct tw_str note;
    uint64_t size = 0, n = 0;
    char path[128];
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
    for (uint64_t reg = 1; reg <= (done > 5 ? 14u : done > 2 ? 8u : 0u); reg++)
        CHECK(tw_db_decl(db, reg, 1, arena, &d, NULL) == TW_OK && d.roles == 2);
    if (done > 3) {
        CHECK(tw_db_decl(db, 7, 2, arena, &d, NULL) == TW_OK &&
              tw_db_decision(db, 7, 2, arena, &one, NULL) == TW_OK);
        CHECK(tw_db_checkpoint_last(db, arena, &size, &note, NULL) == TW_OK && size == 1);
    }
    if (done > 6) {
        uint8_t bytes[TW_DB_KEY];
        CHECK(tw_db_key(db, &(struct tw_db_key_id){.of = TW_DB_KEY_SOURCE, .reg = 5}, bytes, NULL) ==
              TW_NOTFOUND);
        CHECK(tw_db_decl(db, 5, 1, arena, &d, NULL) == TW_OK && d.sealed.n == 0);
    }
    snprintf(path, sizeof path, "%s/copy.db", station_dir);
    if (done > 8)
        CHECK(tw_db_check_file(path, &(struct tw_db_checker){.found = tell_damage}, &n, NULL) == TW_OK &&
              n == 0);
}

/* A source whose key was destroyed in a step that was not acknowledged cannot be read; that is what was asked
 * for. */
static void only_the_erased(void *to, const struct tw_db_damage *damage)
{
    if (strcmp(damage->table, "source") != 0) {
        tell_damage(NULL, damage);
        *(bool *)to = false;
    }
}

static inline void is_sound(int done)
{
    bool sound = true;
    uint64_t n = 0;
    const struct tw_db_checker how = {.to = &sound, .found = only_the_erased};
    CHECK(tw_db_check(db, &how, &n, NULL) == TW_OK && sound && n <= (done == 6 ? 1u : 0u));
}

static inline void life_begin(void)
{
    if (access("/dev/shm", W_OK) == 0)
        station_top = "/dev/shm"; /* thousands of lives, none of them the disk's */
    tw_db_free(station_new()); /* SQLite is set up by the first station; only then has it a VFS to build on */
    options.vfs = fault_vfs_name();
}

static inline void life_end(void)
{
    fault_vfs_reset();
    station_clear();
}

#endif
