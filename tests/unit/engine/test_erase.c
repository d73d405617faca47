/* SPDX-License-Identifier: Apache-2.0 */
/* Requests, reasons and what is judged without a station; tests/oracle/test_erase.py has the rest. */
#include "engine/erase.h"

#include "base/date.h"
#include "check.h"
#include "fault.h"

static struct tw_arena *arena;
static const uint8_t parties[2][TW_DB_ID] = {{0xab, [15] = 1}, {0xcd, [15] = 2}};

static struct tw_erase_request request(void)
{
    return (struct tw_erase_request){.station = {7},
                                     .at = 1795862400,
                                     .party = parties,
                                     .parties = 2,
                                     .reason = TW_STR("file \"17\""),
                                     .rule = TW_STR("declaration 10, manifest 10, finding 10, party 10")};
}

static void a_request_comes_back_as_it_was_put(void)
{
    TW_SCOPED_BUF bytes = {0};
    struct tw_erase_request r = request(), got;
    tw_erase_request_put(&r, &bytes);
    CHECK(tw_erase_request_read(tw_buf_view(&bytes), arena, &got, NULL) == TW_OK);
    CHECK(got.at == r.at && got.parties == 2 && memcmp(got.party, parties, sizeof parties) == 0);
    CHECK(tw_str_eq(got.reason, r.reason) && tw_str_eq(got.rule, r.rule) && got.station[0] == 7);
}

/* Every byte of it that is taken out or changed makes another request or none. */
static void what_is_no_request_is_refused(void)
{
    TW_SCOPED_BUF bytes = {0};
    struct tw_erase_request r = request(), got;
    tw_erase_request_put(&r, &bytes);
    for (size_t i = 0; i < bytes.n; i++) {
        CHECK(tw_erase_request_read((struct tw_str){bytes.p, i}, arena, &got, NULL) == TW_FORMAT);
        bytes.p[i] ^= 0x10;
        if (tw_erase_request_read(tw_buf_view(&bytes), arena, &got, NULL) == TW_OK)
            CHECK(got.at != r.at || !tw_str_eq(got.reason, r.reason) || !tw_str_eq(got.rule, r.rule) ||
                  memcmp(got.party, parties, sizeof parties) != 0 || got.station[0] != 7 ||
                  got.station[15] != 0 || memcmp(got.station, r.station, TW_DB_ID) != 0);
        bytes.p[i] ^= 0x10;
        tw_arena_reset(arena);
    }
    r.reason.n = 0;
    tw_buf_clear(&bytes);
    tw_erase_request_put(&r, &bytes);
    CHECK(tw_erase_request_read(tw_buf_view(&bytes), arena, &got, NULL) == TW_FORMAT);
    r = request();
    r.parties = 0;
    tw_buf_clear(&bytes);
    tw_erase_request_put(&r, &bytes);
    CHECK(tw_erase_request_read(tw_buf_view(&bytes), arena, &got, NULL) == TW_FORMAT);
    static const uint8_t twice[2][TW_DB_ID] = {{1}, {1}};
    r = request();
    r.party = twice;
    tw_buf_clear(&bytes);
    tw_erase_request_put(&r, &bytes);
    CHECK(tw_erase_request_read(tw_buf_view(&bytes), arena, &got, NULL) == TW_FORMAT);
}

static void ids_are_texts_of_small_hex(void)
{
    char hex[TW_ERASE_HEX];
    uint8_t id[TW_DB_ID];
    tw_erase_hex(parties[0], hex);
    CHECK(strcmp(hex, "ab000000000000000000000000000001") == 0);
    CHECK(tw_erase_unhex(tw_str_from(hex), id) && memcmp(id, parties[0], sizeof id) == 0);
    CHECK(!tw_erase_unhex(TW_STR("AB000000000000000000000000000001"), id));
    CHECK(!tw_erase_unhex(TW_STR("ab00000000000000000000000000001"), id));
    CHECK(!tw_erase_unhex(TW_STR("42:importer"), id));
}

static void a_reason_names_nobody(void)
{
    const struct tw_party p = {
        .id = TW_STR("FR-998877"), .name = TW_STR("Frédéric Quïbber GmbH"), .street = TW_STR("12 Rue")};
    struct tw_fault fault = {0};
    static const char long_one[] = "one two three four five six seven eight nine ten eleven twelve thirteen "
                                   "fourteen fifteen sixteen seventeen FREDERIC quibber gmbh";
    CHECK(tw_erase_reason(TW_STR("file 17/2036, art. 17"), &p, NULL) == TW_OK);
    CHECK(tw_erase_reason(TW_STR("asked by frederic quibber gmbh"), &p, &fault) == TW_CONFLICT);
    CHECK(strstr(fault.note, "names whom") != NULL);
    CHECK(tw_erase_reason(TW_STR("number FR-998877."), &p, NULL) == TW_CONFLICT);
    CHECK(tw_erase_reason(tw_str_from(long_one), &p, NULL) == TW_CONFLICT);
    CHECK(tw_erase_reason(TW_STR("Frederic Quibberton GmbH"), &p, NULL) == TW_OK); /* another */
    CHECK(tw_erase_reason((struct tw_str){NULL, 0}, &p, NULL) == TW_ARG);
}

static void what_may_be_erased_is_told_with_its_day(void)
{
    const int32_t today = tw_day_from_civil(2026, 11, 28);
    const struct tw_retention_hold hold = {
        .who = TW_STR("court"), .why = TW_STR("case 12"), .until = today, .line = 3};
    struct tw_erase_case c = {.from = today + 1, .kind = TW_RETENTION_FINDING, .day = today - 30, .reg = 42};
    struct tw_fault fault = {0};
    CHECK(tw_erase_may(&c, today, &fault) == TW_CONFLICT);
    CHECK(strstr(fault.note,
                 "from 2026-11-29 on: declaration 000000000042 was found to be so on 2026-10-29") != NULL);
    CHECK(tw_erase_may(&c, today + 1, NULL) == TW_OK);
    c.hold = &hold;
    CHECK(tw_erase_may(&c, today + 1, &fault) == TW_CONFLICT);
    CHECK(strstr(fault.note, "hold of court until 2026-11-28: case 12 (retention.yaml, line 3)") != NULL);
    c = (struct tw_erase_case){.from = TW_NO_DAY};
    CHECK(tw_erase_may(&c, today, NULL) == TW_OK);
    c.erased = true;
    CHECK(tw_erase_may(&c, today, &fault) == TW_CONFLICT && strstr(fault.note, "erased before") != NULL);
}

static tw_err all_of_it(void)
{
    TW_SCOPED_BUF bytes = {0};
    TW_SCOPED(tw_arena) *own = NULL;
    struct tw_erase_request r = request(), got;
    TW_TRY(tw_arena_new(1 << 20, &own));
    tw_erase_request_put(&r, &bytes);
    if (bytes.failed) return TW_NOMEM;
    return tw_erase_request_read(tw_buf_view(&bytes), own, &got, NULL);
}

static void without_memory_there_is_no_request(void)
{
    CHECK(fault_each_allocation(all_of_it) > 1);
}

int main(void)
{
    CHECK(tw_arena_new(64 << 20, &arena) == TW_OK);
    RUN(a_request_comes_back_as_it_was_put);
    RUN(what_is_no_request_is_refused);
    RUN(ids_are_texts_of_small_hex);
    RUN(a_reason_names_nobody);
    RUN(what_may_be_erased_is_told_with_its_day);
    RUN(without_memory_there_is_no_request);
    tw_arena_free(arena);
    return DONE();
}
