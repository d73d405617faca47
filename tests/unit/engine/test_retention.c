/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/retention.h"

#include "base/date.h"
#include "check.h"
#include "fault.h"

static struct tw_arena *arena;

static struct tw_retention read_ok(const char *yaml)
{
    struct tw_retention r;
    struct tw_fault fault = {0};
    if (tw_retention_read(tw_str_from(yaml), arena, &r, &fault) != TW_OK) printf("# %s\n", fault.note);
    CHECK(fault.code == TW_OK);
    return r;
}

static void refuses(const char *yaml, tw_err err, uint32_t line, const char *words)
{
    struct tw_retention r = {.holds = 7};
    struct tw_fault fault = {0};
    const tw_err is = tw_retention_read(tw_str_from(yaml), arena, &r, &fault);
    if (is != err || fault.line != line || strstr(fault.note, words) == NULL)
        printf("# %u:%u %s: %s\n", fault.line, fault.column, fault.path, fault.note);
    CHECK(is == err && fault.line == line && strstr(fault.note, words) != NULL && r.holds == 7);
}

static int32_t day(int y, int m, int d)
{
    return tw_day_from_civil(y, m, d);
}

static void without_a_file_all_is_kept_for_ten_years(void)
{
    static const uint8_t none[TW_SHA256_BYTES] = {0};
    TW_SCOPED_BUF words = {0};
    const struct tw_retention r = read_ok("");
    CHECK(r.holds == 0 && memcmp(r.sha256, none, sizeof none) == 0);
    for (int k = 0; k < TW_RETENTION_KINDS; k++)
        CHECK(tw_retention_until(&r, (enum tw_retention_kind)k, day(2026, 11, 28)) == day(2036, 11, 28));
    tw_retention_put(&r, &words);
    CHECK(tw_str_is(tw_buf_view(&words), "declaration 10, manifest 10, finding 10, party 10"));
}

static void years_are_those_of_the_file_and_of_the_calendar(void)
{
    const struct tw_retention r = read_ok("years: {declaration: 3, party: 0}\n");
    CHECK(tw_retention_until(&r, TW_RETENTION_DECLARATION, day(2026, 11, 28)) == day(2029, 11, 28));
    CHECK(tw_retention_until(&r, TW_RETENTION_DECLARATION, day(2028, 2, 29)) == day(2031, 3, 1));
    CHECK(tw_retention_until(&r, TW_RETENTION_FINDING, day(2028, 2, 29)) == day(2038, 3, 1));
    CHECK(tw_retention_until(&r, TW_RETENTION_PARTY, day(2026, 11, 28)) == day(2026, 11, 28));
    CHECK(r.sha256[0] != 0 || r.sha256[1] != 0);
}

static void a_hold_holds_to_its_last_day(void)
{
    static const uint8_t whom[TW_DB_ID] = {0x0f, 0xa0, [15] = 7}, other[TW_DB_ID] = {1};
    const struct tw_retention r =
        read_ok("holds:\n- {registration: \"000000000042\", who: court, until: 2030-12-31, why: case 12}\n"
                "- {party: 0fa00000000000000000000000000007, who: court, why: case 13}\n");
    const struct tw_retention_hold *h = tw_retention_held_reg(&r, 42, day(2030, 12, 31));
    CHECK(h != NULL && h->line == 2 && tw_str_is(h->who, "court") && tw_str_is(h->why, "case 12"));
    CHECK(tw_retention_held_reg(&r, 42, day(2031, 1, 1)) == NULL);
    CHECK(tw_retention_held_reg(&r, 43, day(2026, 1, 1)) == NULL);
    h = tw_retention_held_party(&r, whom, day(2199, 1, 1));
    CHECK(h != NULL && h->until == INT32_MAX && h->line == 3);
    CHECK(tw_retention_held_party(&r, other, day(2026, 1, 1)) == NULL);
}

static void a_faulty_rule_is_refused_at_its_place(void)
{
    refuses("years: {declaration: 101}\n", TW_RANGE, 1, "100");
    refuses("years: {declaration: -1}\n", TW_RANGE, 1, "0");
    refuses("years: {decision: 3}\n", TW_FORMAT, 1, "decision");
    refuses("keep: 3\n", TW_FORMAT, 1, "keep");
    refuses("holds: court\n", TW_FORMAT, 1, "a list");
    refuses("holds:\n- {who: court, why: x}\n", TW_FORMAT, 2, "either");
    refuses("holds:\n- {registration: \"1\", party: 0fa00000000000000000000000000007, who: c, why: x}\n",
            TW_FORMAT, 2, "either");
    refuses("holds:\n- {registration: \"1\", why: x}\n", TW_FORMAT, 2, "who");
    refuses("holds:\n- {registration: \"1\", who: c}\n", TW_FORMAT, 2, "why");
    refuses("holds:\n- {registration: A1, who: c, why: x}\n", TW_FORMAT, 2, "digits");
    refuses("holds:\n- {registration: \"0\", who: c, why: x}\n", TW_FORMAT, 2, "digits");
    refuses("holds:\n- {party: 0FA00000000000000000000000000007, who: c, why: x}\n", TW_FORMAT, 2,
            "hexadecimal");
    refuses("holds:\n- {party: 0fa0, who: c, why: x, until: 2030-12-31}\n", TW_FORMAT, 2, "hexadecimal");
}

static tw_err all_of_it(void)
{
    struct tw_retention r;
    TW_SCOPED(tw_arena) *own = NULL;
    TW_TRY(tw_arena_new(1 << 20, &own));
    return tw_retention_read(TW_STR("years: {party: 3}\nholds:\n- {registration: \"1\", who: c, why: x}\n"),
                             own, &r, NULL);
}

static void without_memory_there_is_no_rule(void)
{
    CHECK(fault_each_allocation(all_of_it) > 1);
}

int main(void)
{
    CHECK(tw_arena_new(16 << 20, &arena) == TW_OK);
    RUN(without_a_file_all_is_kept_for_ten_years);
    RUN(years_are_those_of_the_file_and_of_the_calendar);
    RUN(a_hold_holds_to_its_last_day);
    RUN(a_faulty_rule_is_refused_at_its_place);
    RUN(without_memory_there_is_no_rule);
    tw_arena_free(arena);
    return DONE();
}
