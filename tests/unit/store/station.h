/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/store/station.h -- a station in a directory of its own, and records for it. */
#ifndef TW_TEST_STATION_H
#define TW_TEST_STATION_H

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "store/db_list.h"
#include "store/db_log.h"

static const char *station_top = "/tmp"; /* where stations are made */
static char station_dir[64];
static const uint8_t station_id[TW_DB_ID] = "0123456789abcdef";

static inline const char *station_file(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", station_dir, name);
    return path;
}

static inline int station_remove(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static inline void station_clear(void)
{
    if (station_dir[0] != '\0') CHECK(nftw(station_dir, station_remove, 8, FTW_DEPTH | FTW_PHYS) == 0);
    station_dir[0] = '\0';
}

/* A new empty directory; the one before is removed. */
static inline void station_place(void)
{
    station_clear();
    snprintf(station_dir, sizeof station_dir, "%s/tidewaiter-station-XXXXXX", station_top);
    CHECK(mkdtemp(station_dir) != NULL);
}

static inline struct tw_db *station_open(const struct tw_db_options *o)
{
    struct tw_db *db = NULL;
    struct tw_fault fault = {0};
    if (tw_db_open(station_dir, o, &db, &fault) != TW_OK) fprintf(stderr, "%s\n", fault.note);
    CHECK(db != NULL);
    return db;
}

/* A new station, open for writing. */
static inline struct tw_db *station_new(void)
{
    station_place();
    CHECK(tw_db_create(station_dir, NULL, station_id, NULL) == TW_OK);
    return station_open(NULL);
}

static inline void number(uint8_t *to, size_t n, uint64_t v)
{
    memset(to, 0, n);
    for (size_t i = 0; i < 8 && i < n; i++) to[i] = (uint8_t)(v >> 8 * i);
}

static inline struct tw_db_party party_of(uint64_t i)
{
    struct tw_db_party p = {.sealed = TW_STR("sealed name")};
    number(p.id, sizeof p.id, 1000 + i);
    number(p.print, sizeof p.print, 2000 + i);
    return p;
}

/* Declaration `reg`, version 1; its own texts, two parties in *role. */
static inline struct tw_db_decl decl_of(uint64_t reg, struct tw_db_role role[2])
{
    static const char *const office[] = {"north", "south", "east"};
    struct tw_db_decl d = {.head = {.reg = reg,
                                    .seq = reg * 10,
                                    .version = 1,
                                    .received_at = 1790000000 + (int64_t)reg * 3600,
                                    .channel = (int32_t)(reg % 4),
                                    .state = (int32_t)(reg % 3),
                                    .hs = reg % 2 ? TW_STR("640399 851762 851769") : TW_STR("640399")},
                           .fields = TW_STR("plain fields"),
                           .sealed = TW_STR("sealed source"),
                           .role = role,
                           .roles = 2};
    d.head.office = tw_str_from(office[reg % 3]);
    number(d.content, sizeof d.content, reg);
    number(d.declarant, sizeof d.declarant, 5);
    number(d.lrn, sizeof d.lrn, reg);
    number(role[0].party, sizeof role[0].party, 1000);
    number(role[1].party, sizeof role[1].party, 1001 + reg % 5);
    role[0].roles = 1;
    role[1].roles = 6;
    return d;
}

static inline void put_key(struct tw_db *db, enum tw_db_key_of of, uint64_t n)
{
    static const uint8_t key[TW_DB_KEY] = "thirty-two random bytes of a key";
    struct tw_db_key_id id = {.of = of, .reg = n};
    number(id.party, sizeof id.party, n);
    CHECK(tw_db_key_put(db, &id, key, NULL) == TW_OK);
}

static inline void put_parties(struct tw_db *db, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        const struct tw_db_party p = party_of(i);
        CHECK(tw_db_party_put(db, &p, NULL) == TW_OK);
        put_key(db, TW_DB_KEY_PARTY, 1000 + i);
    }
}

/* Parties, and declarations first..last, in a batch of their own. */
static inline void put_decls(struct tw_db *db, uint64_t first, uint64_t last)
{
    struct tw_db_role role[2];
    struct tw_fault fault = {0};
    CHECK(tw_db_begin(db, NULL) == TW_OK);
    if (first == 1) put_parties(db, 6);
    for (uint64_t reg = first; reg <= last; reg++) {
        const struct tw_db_decl d = decl_of(reg, role);
        if (tw_db_decl_put(db, &d, &fault) != TW_OK) fprintf(stderr, "%s\n", fault.note);
        CHECK(fault.code == TW_OK);
        put_key(db, TW_DB_KEY_SOURCE, reg);
    }
    CHECK(tw_db_commit(db, NULL) == TW_OK);
}

static inline uint64_t count_of(struct tw_db *db, enum tw_db_facet facet, const char *value)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_db_count *c = NULL;
    size_t n = 0;
    uint64_t found = 0;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
    CHECK(tw_db_counts(db, facet, arena, &c, &n, NULL) == TW_OK);
    for (size_t i = 0; i < n; i++)
        if (tw_str_is(c[i].value, value)) found = c[i].n;
    return found;
}

static inline void tell_damage(void *to, const struct tw_db_damage *d)
{
    (void)to;
    fprintf(stderr, "damage: %s: %s\n", d->table, d->what);
}

static inline uint64_t damages_of(struct tw_db *db)
{
    uint64_t n = 0;
    const struct tw_db_checker how = {.found = tell_damage};
    CHECK(tw_db_check(db, &how, &n, NULL) == TW_OK);
    return n;
}

#endif
