/* SPDX-License-Identifier: Apache-2.0 */
#include "store/db_list.h"

#include "station.h"
#include "store/db_priv.h"

enum { DECLS = 60 };

static struct tw_db *db;
static struct tw_arena *arena;

static bool belongs(const struct tw_db_filter *f, const struct tw_db_decl *d)
{
    const struct tw_db_head *h = &d->head;
    switch (f->by) {
    case TW_DB_BY_ALL:
        return true;
    case TW_DB_BY_CHANNEL:
        return h->channel == f->channel;
    case TW_DB_BY_OFFICE:
        return tw_str_eq(h->office, f->office);
    case TW_DB_BY_OFFICE_CHANNEL:
        return h->channel == f->channel && tw_str_eq(h->office, f->office);
    case TW_DB_BY_STATE:
        return h->state == f->state;
    case TW_DB_BY_HS:
        return memmem(h->hs.s, h->hs.n, f->hs.s, f->hs.n) !=
               NULL; /* of these codes one never ends in another */
    case TW_DB_BY_PARTY:
        return memcmp(d->role[0].party, f->party, TW_DB_ID) == 0 ||
               memcmp(d->role[1].party, f->party, TW_DB_ID) == 0;
    default:
        return h->received_at >= f->from && h->received_at <= f->to;
    }
}

/* Goes through all pages of a list and holds them against the declarations themselves. */
static size_t walk(const struct tw_db_filter *f, size_t limit)
{
    struct tw_db_ask ask = {.filter = *f, .limit = limit};
    struct tw_db_page page = {0};
    struct tw_db_role role[2];
    uint64_t reg = DECLS;
    size_t n = 0;
    for (struct tw_db_cursor c = {""};; c = page.next) {
        ask.after = tw_str_from(c.text);
        CHECK(tw_db_list(db, &ask, arena, &page, NULL) == TW_OK && page.n <= limit);
        for (size_t i = 0; i < page.n; i++, n++, reg--) {
            struct tw_db_decl d = decl_of(reg, role);
            while (reg > 0 && !belongs(f, &d)) d = decl_of(--reg, role);
            CHECK(reg > 0 && page.row[i].head.reg == reg && page.row[i].head.seq == d.head.seq);
            CHECK(tw_str_eq(page.row[i].head.office, d.head.office) &&
                  tw_str_eq(page.row[i].head.hs, d.head.hs));
            CHECK(page.row[i].roles == (f->by != TW_DB_BY_PARTY           ? 0
                                        : f->party[0] == role[0].party[0] ? 1
                                                                          : 6));
        }
        if (page.next.text[0] == '\0') break;
        CHECK(page.n == limit);
    }
    for (; reg > 0; reg--) {
        const struct tw_db_decl d = decl_of(reg, role);
        CHECK(!belongs(f, &d));
    }
    return n;
}

static void every_list_shows_what_belongs_to_it_newest_first_in_pages_of_any_size(void)
{
    static const size_t limit[] = {1, 2, 7, 20, DECLS, TW_DB_PAGE_MAX};
    const struct tw_db_filter f[] = {
        {.by = TW_DB_BY_ALL},
        {.by = TW_DB_BY_CHANNEL, .channel = 2},
        {.by = TW_DB_BY_OFFICE, .office = TW_STR("east")},
        {.by = TW_DB_BY_OFFICE_CHANNEL, .office = TW_STR("north"), .channel = 1},
        {.by = TW_DB_BY_STATE, .state = 1},
        {.by = TW_DB_BY_HS, .hs = TW_STR("85")},
        {.by = TW_DB_BY_HS, .hs = TW_STR("8517")},
        {.by = TW_DB_BY_HS, .hs = TW_STR("851769")},
        {.by = TW_DB_BY_PARTY, .party = {1000 & 255, 1000 >> 8}},
        {.by = TW_DB_BY_PARTY, .party = {1003 & 255, 1003 >> 8}},
        {.by = TW_DB_BY_TIME, .from = 1790000000 + 5 * 3600, .to = 1790000000 + 30 * 3600},
        {.by = TW_DB_BY_TIME, .from = INT64_MIN, .to = INT64_MAX},
    };
    static const size_t n[] = {60, 15, 20, 5, 20, 30, 30, 30, 60, 12, 26, 60};
    for (size_t i = 0; i < sizeof f / sizeof *f; i++) {
        for (size_t k = 0; k < sizeof limit / sizeof *limit; k++) {
            tw_arena_reset(arena);
            CHECK(walk(&f[i], limit[k]) == n[i]);
        }
    }
    CHECK(walk(&(struct tw_db_filter){.by = TW_DB_BY_OFFICE, .office = TW_STR("west")}, 5) == 0);
    CHECK(walk(&(struct tw_db_filter){.by = TW_DB_BY_HS, .hs = TW_STR("98")}, 5) == 0);
}

static tw_err ask(struct tw_db_filter f, const char *after, size_t limit)
{
    struct tw_db_page page;
    const struct tw_db_ask a = {f, tw_str_from(after), limit};
    return tw_db_list(db, &a, arena, &page, NULL);
}

static void what_cannot_be_asked_is_refused(void)
{
    const struct tw_db_filter all = {.by = TW_DB_BY_ALL};
    CHECK(ask(all, "", 0) == TW_ARG && ask(all, "", TW_DB_PAGE_MAX + 1) == TW_ARG);
    CHECK(ask((struct tw_db_filter){.by = TW_DB_BY_N}, "", 1) == TW_ARG);
    CHECK(ask((struct tw_db_filter){.by = TW_DB_BY_CHANNEL, .channel = 64}, "", 1) == TW_ARG);
    CHECK(ask((struct tw_db_filter){.by = TW_DB_BY_STATE, .state = -1}, "", 1) == TW_ARG);
    CHECK(ask((struct tw_db_filter){.by = TW_DB_BY_HS, .hs = TW_STR("851")}, "", 1) == TW_ARG);
    CHECK(ask(all, "nonsense", 1) == TW_FORMAT);
    CHECK(ask(all, "000000000000000000000000000000000000000g", 1) == TW_FORMAT);
    CHECK(ask(all, "0000000000000000ffffffffffffffff00000000", 1) == TW_FORMAT);
    CHECK(ask(all, "0000000000000000000000000000000000000000", 1) == TW_ARG);
}

static void a_place_holds_for_its_own_list_and_is_not_moved_by_what_comes_in(void)
{
    struct tw_db_page page, next;
    struct tw_db_ask a = {{.by = TW_DB_BY_OFFICE, .office = TW_STR("east")}, {NULL, 0}, 5};
    CHECK(tw_db_list(db, &a, arena, &page, NULL) == TW_OK && page.n == 5);
    CHECK(ask((struct tw_db_filter){.by = TW_DB_BY_OFFICE, .office = TW_STR("north")}, page.next.text, 5) ==
          TW_ARG);
    CHECK(ask((struct tw_db_filter){.by = TW_DB_BY_ALL}, page.next.text, 5) == TW_ARG);
    put_decls(db, DECLS + 1, DECLS + 9);
    a.after = tw_str_from(page.next.text);
    CHECK(tw_db_list(db, &a, arena, &next, NULL) == TW_OK &&
          next.row[0].head.seq == page.row[4].head.seq - 30);
}

static void a_clock_that_jumped_changes_the_list_by_time_alone(void)
{
    struct tw_db_role role[2];
    struct tw_db_decl d = decl_of(900, role);
    struct tw_db_page page;
    d.head.received_at = 1790000000; /* before all others */
    CHECK(tw_db_begin(db, NULL) == TW_OK && tw_db_decl_put(db, &d, NULL) == TW_OK);
    put_key(db, TW_DB_KEY_SOURCE, 900);
    CHECK(tw_db_commit(db, NULL) == TW_OK);
    struct tw_db_ask a = {{.by = TW_DB_BY_ALL}, {NULL, 0}, 1};
    CHECK(tw_db_list(db, &a, arena, &page, NULL) == TW_OK && page.row[0].head.reg == 900);
    a = (struct tw_db_ask){{.by = TW_DB_BY_TIME, .from = 0, .to = 1790000000}, {NULL, 0}, 1};
    CHECK(tw_db_list(db, &a, arena, &page, NULL) == TW_OK && page.n == 1 && page.row[0].head.reg == 900);
    CHECK(page.next.text[0] == '\0');
}

static void lists_show_the_last_version_and_a_partys_history_all(void)
{
    struct tw_db_role role[2];
    struct tw_db_decl d = decl_of(5, role);
    struct tw_db_page page;
    const int32_t channel = d.head.channel;
    d.head.version = 2;
    d.head.seq = 100000;
    d.head.channel = 20;
    d.head.hs = TW_STR("010121 851762");
    CHECK(tw_db_begin(db, NULL) == TW_OK && tw_db_decl_put(db, &d, NULL) == TW_OK &&
          tw_db_commit(db, NULL) == TW_OK);
    struct tw_db_ask a = {{.by = TW_DB_BY_CHANNEL, .channel = channel}, {NULL, 0}, TW_DB_PAGE_MAX};
    CHECK(tw_db_list(db, &a, arena, &page, NULL) == TW_OK);
    for (size_t i = 0; i < page.n; i++) CHECK(page.row[i].head.reg != 5);
    a = (struct tw_db_ask){{.by = TW_DB_BY_HS, .hs = TW_STR("8517")}, {NULL, 0}, TW_DB_PAGE_MAX};
    CHECK(tw_db_list(db, &a, arena, &page, NULL) == TW_OK && page.row[0].head.seq == 100000);
    for (size_t i = 1; i < page.n; i++) CHECK(page.row[i].head.reg != 5);
    a.filter.hs = TW_STR("640399");
    CHECK(tw_db_list(db, &a, arena, &page, NULL) == TW_OK);
    for (size_t i = 0; i < page.n; i++) CHECK(page.row[i].head.reg != 5);
    a.filter = (struct tw_db_filter){.by = TW_DB_BY_PARTY};
    memcpy(a.filter.party, role[1].party, TW_DB_ID);
    size_t versions = 0;
    CHECK(tw_db_list(db, &a, arena, &page, NULL) == TW_OK && page.row[0].head.version == 2);
    for (size_t i = 0; i < page.n; i++) versions += page.row[i].head.reg == 5;
    CHECK(versions == 2);
}

static void counts_are_what_the_lists_hold(void)
{
    struct tw_db_count *c = NULL;
    struct tw_db_page page;
    size_t n = 0;
    tw_arena_reset(arena);
    CHECK(tw_db_counts(db, TW_DB_FACET_OFFICE, arena, &c, &n, NULL) == TW_OK && n == 3);
    for (size_t i = 0; i < n; i++) {
        const struct tw_db_ask a = {{.by = TW_DB_BY_OFFICE, .office = c[i].value}, {NULL, 0}, TW_DB_PAGE_MAX};
        CHECK(tw_db_list(db, &a, arena, &page, NULL) == TW_OK && page.n == c[i].n);
        CHECK(i == 0 || tw_str_cmp(c[i - 1].value, c[i].value) < 0);
    }
    CHECK(count_of(db, TW_DB_FACET_CHANNEL, "20") == 1 && count_of(db, TW_DB_FACET_STATE, "1") == 23);
    CHECK(damages_of(db) == 0);
}

static void more_values_than_are_summed_at_once_are_counted_too(void)
{
    struct tw_db_role role[2];
    char office[16];
    struct tw_db_count *c = NULL;
    size_t n = 0;
    CHECK(tw_db_begin(db, NULL) == TW_OK);
    for (uint64_t reg = 2000; reg < 3000; reg++) {
        struct tw_db_decl d = decl_of(reg, role);
        snprintf(office, sizeof office, "office %03u", (unsigned)(reg * 7 % 300));
        d.head.office = tw_str_from(office);
        CHECK(tw_db_decl_put(db, &d, NULL) == TW_OK);
        put_key(db, TW_DB_KEY_SOURCE, reg);
    }
    CHECK(tw_db_commit(db, NULL) == TW_OK);
    tw_arena_reset(arena);
    CHECK(tw_db_counts(db, TW_DB_FACET_OFFICE, arena, &c, &n, NULL) == TW_OK && n == 303);
    CHECK(damages_of(db) == 0);
}

/* SQLite's own word for it: each step of the plan is a search by an index, none a scan or a sort; but the
 * totals, which count one by one. */
static void no_question_reads_a_whole_table_or_sorts(void)
{
    for (int id = 0; id < DB_SQL_N; id++) {
        char sql[2048];
        sqlite3_stmt *s = NULL;
        if (strncmp(db_sql_text((enum db_sql)id), "SELECT", 6) != 0 || id == DB_SQL_TOTALS) continue;
        snprintf(sql, sizeof sql, "EXPLAIN QUERY PLAN %s", db_sql_text((enum db_sql)id));
        sqlite3 *h = db->file[db_sql_file((enum db_sql)id)];
        CHECK(sqlite3_prepare_v2(h, sql, -1, &s, NULL) == SQLITE_OK);
        while (sqlite3_step(s) == SQLITE_ROW) {
            const char *step = (const char *)sqlite3_column_text(s, 3);
            const bool bad = (strncmp(step, "SCAN", 4) == 0 && strcmp(step, "SCAN CONSTANT ROW") != 0) ||
                             strstr(step, "TEMP B-TREE") != NULL || strstr(step, "AUTOMATIC") != NULL;
            /* The last of all, and a list of all, follow an index from its end. */
            const bool from_the_end =
                strncmp(step, "SCAN checkpoint", 15) == 0 && strstr(sql, "LIMIT 1") != NULL;
            if (bad && !from_the_end) fprintf(stderr, "%s\n  %s\n", sql, step);
            CHECK(!bad || from_the_end);
        }
        CHECK(sqlite3_finalize(s) == SQLITE_OK);
    }
}

int main(void)
{
    CHECK(tw_arena_new(8 << 20, &arena) == TW_OK);
    db = station_new();
    put_decls(db, 1, DECLS);
    RUN(every_list_shows_what_belongs_to_it_newest_first_in_pages_of_any_size);
    RUN(what_cannot_be_asked_is_refused);
    RUN(a_place_holds_for_its_own_list_and_is_not_moved_by_what_comes_in);
    RUN(a_clock_that_jumped_changes_the_list_by_time_alone);
    RUN(lists_show_the_last_version_and_a_partys_history_all);
    RUN(counts_are_what_the_lists_hold);
    RUN(more_values_than_are_summed_at_once_are_counted_too);
    RUN(no_question_reads_a_whole_table_or_sorts);
    tw_db_free(db);
    station_clear();
    tw_arena_free(arena);
    return DONE();
}
