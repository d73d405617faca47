/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/lists.h"

#include <unistd.h>

#include "check.h"

static char folder[] = "/tmp/tw_lists_XXXXXX";
static struct tw_fault fault;
static struct tw_lists lists;
static const char *file;
static struct tw_buf table;

static const char *path(const char *name)
{
    static char room[4][128];
    static unsigned k;
    char *p = room[k++ % 4];
    snprintf(p, sizeof room[0], "%s/%s", folder, name);
    return p;
}

static void put(const char *name, const char *text)
{
    FILE *f = fopen(path(name), "w");
    CHECK(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
}

static tw_err load(const char *a, const char *b)
{
    const char *const at[] = {path(a), b != NULL ? path(b) : NULL};
    const struct tw_lists_options o = {.lists_max = 2, .file = &file};
    fault = (struct tw_fault){.code = TW_OK};
    return tw_lists_load(at, b != NULL ? 2 : 1, &o, &table, &lists, &fault);
}

#define HEAD(name) "list: " name "\nkind: codes\nwords: w\nowner: o\nsource: s\n"
#define NONE       "examples: [{value: \"99\", hit: false}]\n"

static void tables_lie_beside_their_heads(void)
{
    put("good.yaml", HEAD("GOOD") "file: good.csv\n" NONE);
    put("good.csv", "id,value\r\na,85\r\nb,86\r\n");
    put("other.yaml", HEAD("OTHER") "entries: [{id: a, value: \"87\"}]\n" NONE);
    CHECK(load("good.yaml", "other.yaml") == TW_OK && lists.n == 2 && file == NULL);
    CHECK(tw_watchlist_head(lists.at[0])->entries == 2);
    const char *both = HEAD("GOOD") "file: good.csv\n" NONE "id,value\r\na,85\r\nb,86\r\n";
    uint8_t sum[TW_SHA256_BYTES];
    tw_sha256(both, strlen(both), sum); /* as `cat good.yaml good.csv | sha256sum` */
    CHECK(memcmp(tw_watchlist_head(lists.at[0])->sha256, sum, sizeof sum) == 0);
    struct tw_watch_hit hit;
    CHECK(tw_watchlist_find(lists.at[0], TW_STR("8625"), 0, &hit) && tw_str_is(hit.entry->id, "b"));
}

static void keeps_what_it_had(tw_err err, const char *at, uint32_t line, const char *words)
{
    const bool as_said = fault.code == err && fault.line == line && strstr(fault.note, words) != NULL;
    if (!as_said) printf("# %s:%u %s\n", file != NULL ? file : "", fault.line, fault.note);
    CHECK(as_said && file != NULL && strcmp(file, path(at)) == 0);
    CHECK(lists.n == 2 && tw_watchlist_head(lists.at[0])->entries == 2);
}

static void a_broken_list_never_replaces_a_good_one(void)
{
    put("good.csv", "id,value\na,85\nb,x\n");
    CHECK(load("good.yaml", "other.yaml") == TW_FORMAT);
    keeps_what_it_had(TW_FORMAT, "good.csv", 3, "2 to 10 digits");
    put("good.csv", "id,code\na,85\n");
    CHECK(load("other.yaml", "good.yaml") == TW_NOTFOUND);
    keeps_what_it_had(TW_NOTFOUND, "good.csv", 1, "\"code\"");
    put("good.csv", "id,value\na,85,86\n");
    CHECK(load("good.yaml", NULL) == TW_FORMAT);
    keeps_what_it_had(TW_FORMAT, "good.csv", 2, "");
    put("good.csv", "id,value\n");
    CHECK(load("good.yaml", NULL) == TW_FORMAT);
    keeps_what_it_had(TW_FORMAT, "good.yaml", 0, "no entries");
    unlink(path("good.csv"));
    CHECK(load("good.yaml", NULL) == TW_NOTFOUND);
    keeps_what_it_had(TW_NOTFOUND, "good.csv", 0, "");
    CHECK(load("other.yaml", "other.yaml") == TW_CONFLICT);
    keeps_what_it_had(TW_CONFLICT, "other.yaml", 0, "two lists called OTHER");
}

static void a_table_is_beside_its_head_and_nowhere_else(void)
{
    put("bad.yaml", HEAD("BAD") "file: ../good.csv\n" NONE);
    CHECK(load("bad.yaml", NULL) == TW_ARG);
    keeps_what_it_had(TW_ARG, "bad.yaml", 0, "beside its head");
}

static void there_are_so_many_lists_and_no_more(void)
{
    const char *const at[] = {path("other.yaml"), path("other.yaml"), path("other.yaml")};
    const struct tw_lists_options o = {.lists_max = 2};
    CHECK(tw_lists_load(at, 3, &o, &table, &lists, &fault) == TW_LIMIT &&
          strstr(fault.note, "lists_max") != NULL);
    CHECK(lists.n == 2);
}

/* Heads in the order of their names; tables and what else lies there are no lists. */
static void of_a_directory_all_lists_are_read(void)
{
    const struct tw_lists_options o = {.file = &file};
    struct tw_lists own = {.n = 0};
    put("good.csv", "id,value\na,85\n");
    put("bad.yaml", HEAD("BAD") "entries: [{id: a, value: \"88\"}]\n" NONE);
    CHECK(tw_lists_open(folder, &o, &table, &own, &fault) == TW_OK && own.n == 3 && file == NULL);
    CHECK(tw_str_is(tw_watchlist_head(own.at[0])->name, "BAD") &&
          tw_str_is(tw_watchlist_head(own.at[2])->name, "OTHER"));
    put("bad.yaml", HEAD("BAD") "entries: [{id: a, value: \"8\"}]\n" NONE);
    CHECK(tw_lists_open(folder, &o, &table, &own, &fault) == TW_FORMAT && own.n == 3);
    CHECK(file != NULL && strcmp(file, path("bad.yaml")) == 0); /* still there to be told */
    unlink(path("bad.yaml"));
    unlink(path("good.csv"));
    CHECK(tw_lists_open(folder, &o, &table, &own, &fault) == TW_NOTFOUND &&
          strcmp(file, path("good.csv")) == 0);
    CHECK(tw_lists_open(path("other.yaml"), &o, &table, &own, &fault) == TW_OK && own.n == 1);
    unlink(path("good.yaml"));
    unlink(path("other.yaml"));
    CHECK(tw_lists_open(folder, &o, &table, &own, &fault) == TW_NOTFOUND && own.n == 1);
    CHECK(strstr(fault.note, "no list lies there") != NULL);
    tw_lists_free(&own);
    CHECK(own.n == 0);
}

int main(void)
{
    CHECK(mkdtemp(folder) != NULL);
    RUN(tables_lie_beside_their_heads);
    RUN(a_broken_list_never_replaces_a_good_one);
    RUN(a_table_is_beside_its_head_and_nowhere_else);
    RUN(there_are_so_many_lists_and_no_more);
    RUN(of_a_directory_all_lists_are_read);
    rmdir(folder);
    tw_lists_free(&lists);
    tw_buf_free(&table);
    return DONE();
}
