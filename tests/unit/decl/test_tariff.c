/* SPDX-License-Identifier: Apache-2.0 */
#include "decl/tariff.h"

#include "base/date.h"
#include "base/rng.h"
#include "check.h"
#include "fault.h"

static int32_t day(int year, int month, int dom)
{
    return tw_day_from_civil(year, month, dom);
}

static struct tw_tariff_row row(const char *prefix, const char *origin, const char *preference, int per_mille)
{
    return (struct tw_tariff_row){tw_str_from(prefix), tw_str_from(origin), tw_str_from(preference),
                                  TW_NO_DAY,           TW_NO_DAY,           {per_mille, 1, true}};
}

static struct tw_tariff_row until(struct tw_tariff_row r, int32_t from, int32_t to)
{
    r.from = from;
    r.to = to;
    return r;
}

static tw_err build(struct tw_tariff **ret, struct tw_fault *fault)
{
    struct tw_tariff_row rows[] = {
        row("8517", "*", NULL, 80),
        until(row("851713", "*", NULL, 0), day(2026, 1, 1), day(2026, 6, 30)),
        until(row("851713", "*", NULL, 20), day(2026, 7, 1), TW_NO_DAY),
        row("8517", "CN", NULL, 120),
        row("85", "KR", "FKR1", 10),
        row("85", NULL, "100", 55),
        row("0808108010", "US", NULL, 450),
        row("01", "*", NULL, 5),
    };
    return tw_tariff_new(rows, sizeof rows / sizeof rows[0], ret, fault);
}

/* Per mille, or -1 when no rate stands. */
static int64_t rate(const struct tw_tariff *t, const char *hs, const char *origin, const char *preference,
                    int32_t on)
{
    struct tw_dec d = {-1, 1, true};
    struct tw_tariff_query q = {tw_str_from(hs), tw_str_from(origin), tw_str_from(preference), on};
    tw_err err = tw_tariff_find(t, q, &d, NULL);
    CHECK(err == TW_OK || (err == TW_NOTFOUND && d.v == -1));
    CHECK(d.scale == 1);
    return d.v;
}

static void the_longest_code_wins(void)
{
    TW_SCOPED(tw_tariff) *t = NULL;
    CHECK(build(&t, NULL) == TW_OK);
    CHECK(rate(t, "8517620000", "DE", NULL, day(2026, 3, 1)) == 80);
    CHECK(rate(t, "8517130000", "DE", NULL, day(2026, 3, 1)) == 0);
    CHECK(rate(t, "851713", "CN", NULL, day(2026, 3, 1)) == 0); /* longer code before special origin */
    CHECK(rate(t, "0808108010", "US", NULL, day(2026, 3, 1)) == 450);
    CHECK(rate(t, "0808108010", "NZ", NULL, day(2026, 3, 1)) == -1);
    CHECK(rate(t, "080810", "US", NULL, day(2026, 3, 1)) == -1);
    CHECK(rate(t, "01", NULL, NULL, day(2026, 3, 1)) == 5);
    CHECK(rate(t, "85", "DE", NULL, day(2026, 3, 1)) == -1);
}

static void an_own_origin_goes_before_any(void)
{
    TW_SCOPED(tw_tariff) *t = NULL;
    CHECK(build(&t, NULL) == TW_OK);
    CHECK(rate(t, "851762", "CN", NULL, day(2026, 3, 1)) == 120);
    CHECK(rate(t, "851762", "VN", NULL, day(2026, 3, 1)) == 80);
    CHECK(rate(t, "851762", "*", NULL, day(2026, 3, 1)) == 80);
    CHECK(rate(t, "851762", "lower", NULL, day(2026, 3, 1)) == 80);
    CHECK(rate(t, "851762", NULL, NULL, day(2026, 3, 1)) == 80);
}

static void a_preference_must_be_the_one_claimed(void)
{
    TW_SCOPED(tw_tariff) *t = NULL;
    struct tw_fault fault = {0};
    struct tw_dec d;
    CHECK(build(&t, NULL) == TW_OK);
    CHECK(rate(t, "851762", "KR", "FKR1", day(2026, 3, 1)) == 10);
    CHECK(rate(t, "851762", "CN", "FKR1", day(2026, 3, 1)) == -1);
    CHECK(rate(t, "851762", "KR", "100", day(2026, 3, 1)) == 55);
    CHECK(tw_tariff_find(t, (struct tw_tariff_query){TW_STR("851762"), TW_STR("KR"), TW_STR("999"), 0}, &d,
                         &fault) == TW_NOTFOUND);
    CHECK(strcmp(fault.note, "the tariff knows no preference \"999\"") == 0);
    CHECK(tw_tariff_find(t, (struct tw_tariff_query){TW_STR("9999"), TW_STR("KR"), {NULL, 0}, 0}, &d,
                         &fault) == TW_NOTFOUND);
    CHECK(strcmp(fault.note, "the tariff has no rate for 9999 from KR on that day") == 0);
}

static void rates_change_on_their_day(void)
{
    TW_SCOPED(tw_tariff) *t = NULL;
    CHECK(build(&t, NULL) == TW_OK);
    CHECK(rate(t, "851713", "DE", NULL, day(2025, 12, 31)) == 80); /* the shorter code still stands */
    CHECK(rate(t, "851713", "DE", NULL, day(2026, 1, 1)) == 0);
    CHECK(rate(t, "851713", "DE", NULL, day(2026, 6, 30)) == 0);
    CHECK(rate(t, "851713", "DE", NULL, day(2026, 7, 1)) == 20);
    CHECK(rate(t, "851713", "DE", NULL, day(2199, 7, 1)) == 20);
}

static void codes_that_are_none_have_no_rate(void)
{
    TW_SCOPED(tw_tariff) *t = NULL, *empty = NULL;
    CHECK(build(&t, NULL) == TW_OK);
    CHECK(rate(t, "85A7", "DE", NULL, 0) == -1 && rate(t, "8", "DE", NULL, 0) == -1 &&
          rate(t, NULL, NULL, NULL, 0) == -1);
    CHECK(rate(t, "010101010101", "DE", NULL, 0) == 5);
    CHECK(tw_tariff_new(NULL, 0, &empty, NULL) == TW_OK && rate(empty, "85", "DE", NULL, 0) == -1);
}

static void check_refused(struct tw_tariff_row bad, tw_err code, const char *note)
{
    struct tw_tariff *t = NULL;
    struct tw_fault fault = {0};
    struct tw_tariff_row rows[] = {until(row("85", "*", NULL, 10), 100, 200), bad};
    CHECK(tw_tariff_new(rows, 2, &t, &fault) == code && t == NULL);
    CHECK(fault.item == 1 && strstr(fault.note, note) != NULL);
}

static void rows_that_cannot_be_are_refused_with_their_place(void)
{
    struct tw_tariff_row no_rate = row("85", "*", NULL, 10);
    no_rate.rate = (struct tw_dec){0};
    check_refused(row("8", "*", NULL, 10), TW_FORMAT, "\"8\" is no commodity code; 2 to 10 digits are");
    check_refused(row(NULL, "*", NULL, 10), TW_FORMAT, "\"\" is no commodity code");
    check_refused(row("85171300001", "*", NULL, 10), TW_FORMAT, "is no commodity code");
    check_refused(row("85x", "*", NULL, 10), TW_FORMAT, "is no commodity code");
    check_refused(row("85", "CHN", NULL, 10), TW_FORMAT, "\"CHN\" is no origin");
    check_refused(row("85", "cn", NULL, 10), TW_FORMAT, "\"cn\" is no origin");
    check_refused(row("85", "*", NULL, -10), TW_FORMAT, "the duty rate is missing or below zero");
    check_refused(no_rate, TW_FORMAT, "the duty rate is missing or below zero");
    check_refused(until(row("85", "*", NULL, 10), 300, 299), TW_FORMAT, "the first day is behind the last");
    check_refused(until(row("85", NULL, NULL, 10), 200, 300), TW_CONFLICT,
                  "another row stands on the same day");
    check_refused(row("85", "*", NULL, 20), TW_CONFLICT, "another row stands on the same day");
}

static tw_err build_once(void)
{
    TW_SCOPED(tw_tariff) *t = NULL;
    return build(&t, NULL);
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(build_once) > 4);
    tw_tariff_free(NULL);
}

/* The rule as the header says it, row by row. */
static int64_t slow_rate(const struct tw_tariff_row *rows, size_t n, struct tw_tariff_query q)
{
    int64_t best = -1;
    size_t longest = 0;
    bool own = false;
    for (size_t i = 0; i < n; i++) {
        bool any = rows[i].origin.n == 0 || tw_str_is(rows[i].origin, "*");
        bool day_fits = rows[i].from <= q.day && (rows[i].to == TW_NO_DAY || q.day <= rows[i].to);
        if (!day_fits || !tw_str_starts(q.hs, rows[i].prefix) || !tw_str_eq(rows[i].preference, q.preference))
            continue;
        if (!any && !tw_str_eq(rows[i].origin, q.origin)) continue;
        if (rows[i].prefix.n < longest || (rows[i].prefix.n == longest && own)) continue;
        longest = rows[i].prefix.n;
        own = !any;
        best = rows[i].rate.v;
    }
    return best;
}

static void finds_what_a_look_at_every_row_finds(void)
{
    enum { ROWS = 300, QUERIES = 5000 };
    static const char *const origins[] = {"*", "CN", "KR", "US"};
    static const char *const preferences[] = {NULL, "100", "300"};
    static char prefixes[ROWS][11];
    static struct tw_tariff_row rows[ROWS];
    struct tw_rng rng = tw_rng_new(7, "tariff");
    size_t n = 0;
    for (int tried = 0; tried < ROWS; tried++) {
        size_t length = 2 + 2 * tw_rng_below(&rng, 5);
        for (size_t k = 0; k < length; k++) prefixes[n][k] = (char)('1' + tw_rng_below(&rng, 2));
        prefixes[n][length] = '\0';
        int32_t from = (int32_t)tw_rng_below(&rng, 20);
        rows[n] = until(
            row(prefixes[n], origins[tw_rng_below(&rng, 4)], preferences[tw_rng_below(&rng, 3)], (int)n),
            from, from + (int32_t)tw_rng_below(&rng, 10));
        struct tw_tariff *t = NULL; /* a row that clashes is left out */
        if (tw_tariff_new(rows, n + 1, &t, NULL) == TW_OK) n++;
        tw_tariff_free(t);
    }
    TW_SCOPED(tw_tariff) *t = NULL;
    CHECK(n > ROWS / 2 && tw_tariff_new(rows, n, &t, NULL) == TW_OK);
    int found = 0;
    for (int i = 0; i < QUERIES; i++) {
        char hs[11] = {0};
        size_t length = 2 + tw_rng_below(&rng, 9);
        for (size_t k = 0; k < length; k++) hs[k] = (char)('1' + tw_rng_below(&rng, 2));
        const char *origin = origins[1 + tw_rng_below(&rng, 3)],
                   *preference = preferences[tw_rng_below(&rng, 3)];
        struct tw_tariff_query q = {tw_str_from(hs), tw_str_from(origin), tw_str_from(preference),
                                    (int32_t)tw_rng_below(&rng, 30)};
        int64_t expected = slow_rate(rows, n, q);
        CHECK(rate(t, hs, origin, preference, q.day) == expected);
        found += expected >= 0;
    }
    CHECK(found > QUERIES / 10 && found < QUERIES);
}

int main(void)
{
    RUN(the_longest_code_wins);
    RUN(an_own_origin_goes_before_any);
    RUN(a_preference_must_be_the_one_claimed);
    RUN(rates_change_on_their_day);
    RUN(codes_that_are_none_have_no_rate);
    RUN(rows_that_cannot_be_are_refused_with_their_place);
    RUN(survives_every_failed_allocation);
    RUN(finds_what_a_look_at_every_row_finds);
    return DONE();
}
