/* SPDX-License-Identifier: Apache-2.0 */
/* A station that finds no memory at the n-th call, for every n; SQLite's own calls are among them. */
#include "fault.h"
#include "life.h"

/* In one place: what was cut off is gone on with. */
static tw_err made(void)
{
    return tw_db_create(station_dir, &options, station_id, NULL);
}

static void no_memory_at_any_call_of_making_a_station(void)
{
    station_place();
    fault_vfs_reset();
    CHECK(fault_each_allocation(made) > 100);
    db = station_open(NULL);
    CHECK(damages_of(db) == 0);
    tw_db_free(db);
    db = NULL;
}

static uint64_t next;

/* Opens, reads, writes; the commit is the last that can fail. */
static tw_err worked(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_db_decl d;
    struct tw_db_page page;
    struct tw_db_count *count;
    size_t counts;
    const struct tw_db_ask ask = {.filter = {.by = TW_DB_BY_CHANNEL, .channel = 1}, .limit = 5};
    tw_err err = tw_arena_new(1 << 20, &arena);
    if (err == TW_OK) err = open_it(NULL);
    if (err == TW_OK) err = tw_db_decl(db, 1, 0, arena, &d, NULL);
    if (err == TW_OK) err = tw_db_list(db, &ask, arena, &page, NULL);
    if (err == TW_OK) err = tw_db_counts(db, TW_DB_FACET_DAY, arena, &count, &counts, NULL);
    if (err == TW_OK) err = tw_db_begin(db, NULL);
    if (err == TW_OK) err = end(decls(next, next, NULL), NULL);
    tw_db_free(db);
    db = NULL;
    return err;
}

static void no_memory_at_any_call_of_opening_reading_and_writing(void)
{
    db = station_new();
    put_decls(db, 1, 20);
    tw_db_free(db);
    db = NULL;
    fault_vfs_reset();
    next = 21;
    CHECK(fault_each_allocation(worked) > 300);
    db = station_open(NULL);
    CHECK(damages_of(db) == 0 && count_of(db, TW_DB_FACET_CHANNEL, "1") == 6);
    tw_db_free(db);
    db = NULL;
}

/* The handle that ran out is gone on with. */
static tw_err tried(void)
{
    const tw_err err = tw_db_begin(db, NULL);
    return err == TW_OK ? end(decls(next, next, NULL), NULL) : err;
}

static void after_no_memory_the_same_handle_goes_on(void)
{
    db = station_open(&(struct tw_db_options){.cache_mib = 1, .vfs = options.vfs});
    for (next = 22; next < 40; next++) {
        fault_each_allocation(tried);
        CHECK(count_of(db, TW_DB_FACET_STATE, "0") == next / 3);
    }
    CHECK(damages_of(db) == 0);
    tw_db_free(db);
    db = NULL;
}

int main(void)
{
    life_begin();
    RUN(no_memory_at_any_call_of_making_a_station);
    RUN(no_memory_at_any_call_of_opening_reading_and_writing);
    RUN(after_no_memory_the_same_handle_goes_on);
    life_end();
    return DONE();
}
