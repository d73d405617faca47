/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/days_priv.h"

#include "check.h"
#include "fault.h"
#include "signer/text_priv.h"

static const char text[] =
    "tidewaiter-signer days 1\n2026-01-01 revealed\n2026-02-28 shown\n2026-12-31 shown\n";

static int32_t day_of(const char *date)
{
    int32_t day;
    CHECK(signer_day_read(tw_str_from(date), &day) == TW_OK);
    return day;
}

static void days_come_back_as_they_were_written(void)
{
    struct signer_days d;
    TW_SCOPED_BUF out = {0};
    CHECK(signer_days_parse(TW_STR(text), &d, NULL) == TW_OK && d.n == 3);
    signer_days_write(&d, &out);
    CHECK(tw_str_is(tw_buf_view(&out), text));
    CHECK(signer_days_of(&d, day_of("2026-01-01")) == SIGNER_DAY_REVEALED);
    CHECK(signer_days_of(&d, day_of("2026-02-28")) == SIGNER_DAY_SHOWN);
    CHECK(signer_days_of(&d, day_of("2026-02-27")) == SIGNER_DAY_NONE);
    CHECK(signer_days_of(&d, day_of("2027-01-01")) == SIGNER_DAY_NONE);
    signer_days_clear(&d);
}

static void new_days_stand_among_the_old_and_one_taken_back_is_not_written(void)
{
    struct signer_days d = {0};
    TW_SCOPED_BUF out = {0};
    for (int32_t day = 20200; day > 20000; day -= 2) {
        CHECK(signer_days_ready(&d) == TW_OK);
        signer_days_set(&d, day, SIGNER_DAY_SHOWN);
    }
    CHECK(signer_days_ready(&d) == TW_OK);
    signer_days_set(&d, 20101, SIGNER_DAY_SHOWN);
    signer_days_set(&d, 20101, SIGNER_DAY_NONE);
    signer_days_set(&d, 20100, SIGNER_DAY_REVEALED);
    CHECK(signer_days_of(&d, 20100) == SIGNER_DAY_REVEALED && signer_days_of(&d, 20101) == SIGNER_DAY_NONE);
    signer_days_write(&d, &out);
    signer_days_clear(&d);
    CHECK(signer_days_parse(tw_buf_view(&out), &d, NULL) == TW_OK && d.n == 100);
    for (size_t i = 1; i < d.n; i++) CHECK(d.at[i - 1].day < d.at[i].day);
    signer_days_clear(&d);
}

static void a_damaged_file_is_refused_with_its_line(void)
{
    const struct {
        const char *text;
        uint32_t line;
    } row[] = {{"", 1},
               {"tidewaiter-signer days 2\n", 1},
               {"tidewaiter-signer days 1", 1},
               {"tidewaiter-signer days 1\n2026-01-01 shown", 2},
               {"tidewaiter-signer days 1\n2026-01-01 seen\n", 2},
               {"tidewaiter-signer days 1\n2026-01-01  shown\n", 2},
               {"tidewaiter-signer days 1\n\n", 2},
               {"tidewaiter-signer days 1\n2026-02-30 shown\n", 2},
               {"tidewaiter-signer days 1\n2026-01-01 shown\n2026-01-01 shown\n", 3},
               {"tidewaiter-signer days 1\n2026-01-02 shown\n2026-01-01 shown\n", 3}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct signer_days d = {0};
        struct tw_fault fault = {0};
        CHECK(signer_days_parse(tw_str_from(row[i].text), &d, &fault) == TW_FORMAT);
        CHECK(fault.line == row[i].line && d.at == NULL);
    }
}

static void a_date_has_one_form(void)
{
    const char *const bad[] = {"",           "2026-1-01", "20260101", "2026-02-29", "2026-01-01 ",
                               "2026-01-0x", "0000-01-01"};
    int32_t day = 7;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(signer_day_read(tw_str_from(bad[i]), &day) == TW_FORMAT && day == 7);
    uint8_t bytes[2] = {0};
    CHECK(signer_hex_read(TW_STR("00fa"), bytes, 2) == TW_OK && bytes[0] == 0 && bytes[1] == 0xfa);
    CHECK(signer_hex_read(TW_STR("00FA"), bytes, 2) == TW_FORMAT &&
          signer_hex_read(TW_STR("00f"), bytes, 2) == TW_FORMAT);
    CHECK(signer_hex_read(TW_STR("0g0a"), bytes, 2) == TW_FORMAT &&
          signer_hex_read(TW_STR("00fax"), bytes, 2) == TW_FORMAT);
}

static tw_err parse_again(void)
{
    struct signer_days d = {0};
    const tw_err err = signer_days_parse(TW_STR(text), &d, NULL);
    signer_days_clear(&d);
    return err;
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(parse_again) > 0);
}

int main(void)
{
    RUN(days_come_back_as_they_were_written);
    RUN(new_days_stand_among_the_old_and_one_taken_back_is_not_written);
    RUN(a_damaged_file_is_refused_with_its_line);
    RUN(a_date_has_one_form);
    RUN(survives_every_failed_allocation);
    return DONE();
}
