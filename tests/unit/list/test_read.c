/* SPDX-License-Identifier: Apache-2.0 */
#include "make.h"

#define ENTRIES "entries:\n  - {id: a, value: \"8525\"}\n"

static const struct tw_watch_limits narrow = {
    .entries = 2, .entry_bytes = 20, .examples = 2, .memory = 1 << 20};

static void refuses(const char *yaml, tw_err err, uint32_t line, const char *words)
{
    struct tw_watchlist *l = make_within(yaml, &narrow);
    const bool as_said =
        l == NULL && fault.code == err && fault.line == line && strstr(fault.note, words) != NULL;
    if (!as_said) printf("# %s %u: %s\n", tw_err_name(fault.code), fault.line, fault.note);
    CHECK(as_said);
}

static void heads_that_are_wrong_are_refused_at_their_place(void)
{
    refuses("list: [", TW_FORMAT, 2, "YAML");
    refuses("list: L\n", TW_FORMAT, 1, "kind");
    refuses(HEAD("codes") "what: is\n" ENTRIES NONE, TW_FORMAT, 6, "what");
    refuses(HEAD("codez") ENTRIES NONE, TW_NOTFOUND, 2, "parties");
    refuses("list: 7up\nkind: codes\nwords: w\nowner: o\nsource: s\n" ENTRIES NONE, TW_FORMAT, 1, "letter");
    refuses(HEAD("codes") "match: near\n" ENTRIES NONE, TW_FORMAT, 6, "exact or fuzzy");
    refuses(HEAD("codes") "match: fuzzy\n" ENTRIES NONE, TW_FORMAT, 6, "parties, addresses and vessels");
    refuses(HEAD("parties") "threshold: 0.9\n" ENTRIES NONE, TW_FORMAT, 6, "match: fuzzy");
    refuses(HEAD("parties") "match: fuzzy\nthreshold: 0.4\n" ENTRIES NONE, TW_RANGE, 7, "0.5");
    refuses(HEAD("codes") "valid: {from: 2026-02-01, to: 2026-01-01}\n" ENTRIES NONE, TW_RANGE, 6, "before");
    refuses(HEAD("codes") NONE, TW_FORMAT, 1, "either");
    refuses(HEAD("codes") "file: f.csv\n" ENTRIES NONE, TW_FORMAT, 8, "not both");
    refuses(HEAD("codes") "entries: []\n" NONE, TW_FORMAT, 0, "no entries");
    refuses(HEAD("codes") "entries: {a: b}\n" NONE, TW_FORMAT, 6, "list of entries");
}

static void elements_are_those_of_the_kind(void)
{
    refuses(HEAD("parties") "elements: [importer.nam]\n" ENTRIES NONE, TW_NOTFOUND, 6,
            "is importer.name meant?");
    refuses(HEAD("codes") "elements: [hs, hs]\n" ENTRIES NONE, TW_CONFLICT, 6, "twice");
    refuses(HEAD("codes") "elements: []\n" ENTRIES NONE, TW_FORMAT, 6, "list of elements");
    refuses(HEAD("codes") "elements: [[hs]]\n" ENTRIES NONE, TW_FORMAT, 6, "name of an element");
}

static void entries_that_are_wrong_are_refused_at_their_place(void)
{
    refuses(HEAD("codes") ENTRIES "  - {id: a, value: \"86\"}\n" NONE, TW_CONFLICT, 8, "line 7 already");
    refuses(HEAD("codes") ENTRIES "  - {id: b, value: x86}\n" NONE, TW_FORMAT, 8, "2 to 10 digits");
    refuses(HEAD("codes") ENTRIES "  - {id: b, value: \"-.-\"}\n" NONE, TW_FORMAT, 8, "looked up");
    refuses(HEAD("codes") ENTRIES "  - {id: \"\", value: \"86\"}\n" NONE, TW_FORMAT, 8, "id");
    refuses(HEAD("codes") ENTRIES "  - {value: \"86\"}\n" NONE, TW_FORMAT, 8, "id");
    refuses(HEAD("codes") ENTRIES
            "  - {id: b, value: \"86\", valid: {from: 2026-02-01, to: 2026-01-01}}\n" NONE,
            TW_RANGE, 8, "before it begins");
}

static void limits_are_told_with_their_key(void)
{
    refuses(HEAD("codes") ENTRIES "  - {id: b, value: \"86\"}\n  - {id: c, value: \"87\"}\n" NONE, TW_LIMIT,
            9, "list_entries");
    refuses(HEAD("codes") ENTRIES "  - {id: b, value: \"86\", note: eighteen letters ..}\n" NONE, TW_LIMIT, 8,
            "list_entry_bytes");
    refuses(HEAD("codes") ENTRIES
            "examples: [{value: a, hit: false}, {value: b, hit: false}, {value: c, hit: false}]\n",
            TW_LIMIT, 8, "up to 2 examples");
    static char big[(1 << 20) + 1];
    memset(big, '#', sizeof big - 1);
    refuses(big, TW_LIMIT, 0, "list_memory");
}

static void examples_are_run(void)
{
    refuses(HEAD("codes") ENTRIES "examples: [{value: \"8526\", hit: true}]\n", TW_FORMAT, 8,
            "no entry is like it");
    refuses(HEAD("codes") ENTRIES "examples: [{value: \"852599\", hit: false}]\n", TW_FORMAT, 8,
            "like entry a");
    refuses(HEAD("codes") ENTRIES "examples: [{value: \"8525\", hit: true, entry: b}]\n", TW_NOTFOUND, 8,
            "no entry b");
    refuses(HEAD("codes") ENTRIES
            "  - {id: b, value: \"86\"}\nexamples: [{value: \"8525\", hit: true, entry: b}]\n",
            TW_FORMAT, 9, "but hits a");
    refuses(HEAD("codes") ENTRIES "examples: []\n", TW_FORMAT, 8, "list of examples");
    refuses(HEAD("codes") ENTRIES "examples: [{value: \"8525\"}]\n", TW_FORMAT, 8, "hit");
    struct tw_watchlist *l = make(HEAD("codes") "valid: {from: 2026-01-01}\nentries:\n  - {id: a, value: "
                                                "\"85\", valid: {from: 2027-01-01}}\n"
                                                "examples:\n  - {value: \"85\", hit: true, entry: a}\n"
                                                "  - {value: \"85\", hit: false, at: 2026-12-31}\n");
    CHECK(tw_watchlist_head(l)->examples == 2 && tw_watchlist_head(l)->entries == 1);
    tw_watchlist_free(l);
}

/* -- tables */

static tw_err row(struct tw_watchlist *l, const char *const *cell, size_t n, uint32_t line)
{
    struct tw_str field[8];
    for (size_t i = 0; i < n; i++) field[i] = tw_str_from(cell[i]);
    fault = (struct tw_fault){.code = TW_OK};
    return line == 0 ? tw_watchlist_columns(l, field, n, &fault)
                     : tw_watchlist_row(l, field, n, line, &fault);
}

#define ROW(l, line, ...)                                                                                    \
    row((l), (const char *const[]){__VA_ARGS__},                                                             \
        sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), (line))

static struct tw_watchlist *with_table(void)
{
    struct tw_watchlist *l = NULL;
    if (fold == NULL) CHECK(tw_name_fold_new(&fold, NULL) == TW_OK);
    CHECK(tw_watchlist_new(
              tw_str_from(HEAD("containers") "file: f.csv\n"
                                             "examples: [{value: CSQU3054383, hit: true, entry: a}]\n"),
              NULL, fold, &l, &fault) == TW_OK);
    return l;
}

static void tables_have_their_columns_in_any_order(void)
{
    TW_SCOPED(tw_watchlist) *l = with_table();
    CHECK(tw_str_is(tw_watchlist_head(l)->file, "f.csv"));
    CHECK(ROW(l, 0, "value", " to ", "id", "note", "from") == TW_OK);
    CHECK(ROW(l, 2, " CSQU3054383 ", "2026-12-31", "a", "n", "") == TW_OK);
    CHECK(ROW(l, 3, "CSQU3054384", "", "b", "", "2026-01-01") == TW_OK);
    CHECK(tw_watchlist_ready(l, &fault) == TW_OK);
    size_t n, remarks;
    const struct tw_watch_entry *e = tw_watchlist_entries(l, &n);
    const struct tw_watch_remark *r = tw_watchlist_remarks(l, &remarks);
    CHECK(n == 2 && tw_str_is(e[0].value, "CSQU3054383") && tw_str_is(e[0].note, "n") && e[0].line == 2);
    CHECK(e[0].to == day("2026-12-31") && e[0].from == INT32_MIN && e[1].from == day("2026-01-01"));
    CHECK(remarks == 1 && r->line == 3 && r->of_table);
}

static void wrong_columns_and_rows_are_told_at_their_place(void)
{
    struct tw_watchlist *l = with_table();
    CHECK(ROW(l, 0, "id", "name") == TW_NOTFOUND && fault.column == 2 &&
          strstr(fault.note, "\"name\"") != NULL);
    tw_watchlist_free(l);
    l = with_table();
    CHECK(ROW(l, 0, "id", "value", "id") == TW_CONFLICT && fault.column == 3 && fault.line == 1);
    tw_watchlist_free(l);
    l = with_table();
    CHECK(ROW(l, 0, "id") == TW_NOTFOUND && strstr(fault.note, "column value is missing") != NULL);
    tw_watchlist_free(l);
    l = with_table();
    CHECK(ROW(l, 0, "id", "value", "from") == TW_OK);
    CHECK(ROW(l, 2, "a", "CSQU3054383", "soon") == TW_FORMAT && fault.line == 2 && fault.column == 3);
    CHECK(ROW(l, 2, "", "CSQU3054383", "") == TW_FORMAT && fault.column == 1);
    CHECK(ROW(l, 2, "a", "", "") == TW_FORMAT && fault.column == 2);
    CHECK(ROW(l, 2, "a", "CSQU3054383", "") == TW_OK);
    CHECK(ROW(l, 9, "a", "CSQU3054383", "") == TW_CONFLICT && fault.line == 9 && fault.column == 1);
    tw_watchlist_free(l);
}

int main(void)
{
    RUN(heads_that_are_wrong_are_refused_at_their_place);
    RUN(elements_are_those_of_the_kind);
    RUN(entries_that_are_wrong_are_refused_at_their_place);
    RUN(limits_are_told_with_their_key);
    RUN(examples_are_run);
    RUN(tables_have_their_columns_in_any_order);
    RUN(wrong_columns_and_rows_are_told_at_their_place);
    tw_name_fold_free(fold);
    return DONE();
}
