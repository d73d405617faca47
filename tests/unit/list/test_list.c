/* SPDX-License-Identifier: Apache-2.0 */
#include "list/list.h"

#include "fault.h"
#include "make.h"

#define NOW "2026-11-27"

static void numbers_are_the_same_however_they_are_written(void)
{
    TW_SCOPED(tw_watchlist) *l = make(HEAD("containers") "entries: [{id: a, value: csqu 305438-3}]\n" NONE);
    CHECK(hits(l, "CSQU3054383", NOW, "a") && hits(l, " csqu305438.3", NOW, "a"));
    CHECK(hits(l, "CSQU305438", NOW, NULL) && hits(l, "", NOW, NULL) &&
          hits(l, "CSQU3054383\xc3\xa9", NOW, NULL));
    char longest[100];
    memset(longest, 'A', sizeof longest);
    longest[99] = '\0';
    CHECK(hits(l, longest, NOW, NULL));
}

static void a_code_falls_under_the_longest_that_begins_it(void)
{
    TW_SCOPED(tw_watchlist) *l =
        make(HEAD("codes") "entries: [{id: a, value: \"85\"}, {id: b, value: \"8525.60\"}]\n" NONE);
    CHECK(hits(l, "85256099", NOW, "b") && hits(l, "852560", NOW, "b") && hits(l, "85259999", NOW, "a"));
    CHECK(hits(l, "86", NOW, NULL) && hits(l, "8", NOW, NULL));
}

static void exact_names_differ_in_case_and_marks_alone(void)
{
    TW_SCOPED(tw_watchlist) *l =
        make(HEAD("parties") "entries: [{id: a, value: \"M\xc3\xbcller & S\xc3\xb6hne\"}]\n" NONE);
    CHECK(hits(l, "M\xc3\x9cLLER & s\xc3\xb6hne", NOW, "a") && hits(l, "Muller & Sohne", NOW, "a"));
    CHECK(hits(l, "Muller Sohn", NOW, NULL));
}

static void a_ships_number_counts_with_and_without_imo(void)
{
    TW_SCOPED(tw_watchlist) *l = make(HEAD("vessels") "entries: [{id: a, value: IMO 9074729}]\n" NONE);
    size_t n;
    CHECK(hits(l, "9074729", NOW, "a") && hits(l, "imo 9074729", NOW, "a") && hits(l, "9074730", NOW, NULL));
    tw_watchlist_remarks(l, &n);
    CHECK(n == 0);
}

static void entries_and_lists_end(void)
{
    TW_SCOPED(tw_watchlist) *l =
        make(HEAD("parties") "valid: {from: 2026-01-01, to: 2026-12-31}\nmatch: fuzzy\n"
                             "entries:\n"
                             "  - {id: a, value: Belnor Works, valid: {to: 2026-06-30}}\n"
                             "  - {id: b, value: Belnor Works, valid: {from: 2026-07-01}}\n"
                             "  - {id: c, value: Belnor Workss, valid: {from: 2026-09-01}}\n" NONE);
    CHECK(hits(l, "Belnor Works", "2026-06-30", "a") && hits(l, "Belnor Works", "2026-07-01", "b"));
    CHECK(hits(l, "Belnor Workss", "2026-08-01", "b") && hits(l, "Belnor Workss", "2026-09-01", "c"));
    CHECK(hits(l, "Belnor Works", "2025-12-31", NULL) && hits(l, "Belnor Works", "2027-01-01", NULL));
    CHECK(tw_watchlist_over(l, day("2027-01-01")) && !tw_watchlist_over(l, day("2026-12-31")));
}

static void values_that_are_odd_are_remarked_on(void)
{
    static const struct {
        const char *yaml, *words;
    } row[] = {
        {HEAD("containers") "entries:\n  - {id: a, value: CSQU3054384}\n" NONE, "check digit"},
        {HEAD("containers") "entries:\n  - {id: a, value: CSQU}\n" NONE, "CSQU"},
        {HEAD("vessels") "entries:\n  - {id: a, value: \"9074720\"}\n" NONE, "check digit"},
        {HEAD("countries") "entries:\n  - {id: a, value: QQ}\n" NONE, "no country"},
        {HEAD("addresses") "entries:\n  - {id: a, value: a b c d e f g h i j k l m n o p q r}\n" NONE,
         "16 words"},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        TW_SCOPED(tw_watchlist) *l = make(row[i].yaml);
        size_t n;
        const struct tw_watch_remark *r = tw_watchlist_remarks(l, &n);
        CHECK(n == 1 && r->line == 7 && !r->of_table);
        CHECK(memmem(r->words.s, r->words.n, row[i].words, strlen(row[i].words)) != NULL);
    }
}

static void a_value_may_come_a_hundred_times_and_no_more(void)
{
    for (int n = 100; n <= 101; n++) {
        struct tw_buf yaml = {.p = NULL};
        tw_buf_text(&yaml, HEAD("codes") "entries:\n");
        for (int i = 0; i < n; i++) tw_buf_printf(&yaml, "  - {id: e%d, value: \"85\"}\n", i);
        tw_buf_text(&yaml, NONE);
        tw_buf_char(&yaml, '\0');
        struct tw_watchlist *l = make_within(yaml.p, NULL);
        CHECK((l != NULL) == (n == 100));
        if (l == NULL)
            CHECK(fault.code == TW_LIMIT && fault.line == 107 && strstr(fault.note, "100 entries") != NULL);
        tw_watchlist_free(l);
        tw_buf_free(&yaml);
    }
}

static tw_err all_of_it(void)
{
    struct tw_watchlist *l =
        make_within(HEAD("parties") "match: fuzzy\nentries:\n  - {id: a, value: Belnor Works}\n"
                                    "  - {id: b, value: Ullum}\n" NONE,
                    NULL);
    tw_watchlist_free(l);
    return fault.code;
}

static void memory_may_run_out_anywhere(void)
{
    CHECK(fault_each_allocation(all_of_it) > 10);
}

int main(void)
{
    RUN(numbers_are_the_same_however_they_are_written);
    RUN(a_code_falls_under_the_longest_that_begins_it);
    RUN(exact_names_differ_in_case_and_marks_alone);
    RUN(a_ships_number_counts_with_and_without_imo);
    RUN(entries_and_lists_end);
    RUN(values_that_are_odd_are_remarked_on);
    RUN(a_value_may_come_a_hundred_times_and_no_more);
    RUN(memory_may_run_out_anywhere);
    tw_name_fold_free(fold);
    return DONE();
}
