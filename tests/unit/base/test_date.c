/* SPDX-License-Identifier: Apache-2.0 */
#include "base/date.h"

#include "check.h"

static void every_day_of_three_centuries_goes_there_and_back(void)
{
    int y = 1900, m = 1, d = 1;
    static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const int32_t first = tw_day_from_civil(1900, 1, 1);
    CHECK(first == -25567 && tw_day_from_civil(1970, 1, 1) == 0 && tw_day_from_civil(2026, 11, 23) == 20780);
    for (int32_t day = first; y < 2201; day++) {
        int yy, mm, dd;
        tw_day_to_civil(day, &yy, &mm, &dd);
        CHECK(yy == y && mm == m && dd == d && tw_day_from_civil(y, m, d) == day);
        CHECK(tw_day_weekday(day) == (((day - first) % 7) + 0) % 7); /* 1900-01-01 was a Monday */
        const int leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
        if (++d > length[m - 1] + (m == 2 && leap)) {
            d = 1;
            if (++m > 12) {
                m = 1;
                y++;
            }
        }
    }
}

static int64_t time_of(const char *text)
{
    int64_t t = -1;
    CHECK(tw_time_parse(tw_str_from(text), &t, NULL) == TW_OK);
    return t;
}

static void one_moment_in_all_its_writings(void)
{
    const int64_t t = time_of("2026-11-23T05:57:00Z");
    CHECK(t == 20780LL * 86400 + 5 * 3600 + 57 * 60);
    static const char *const same[] = {
        "2026-11-23 05:57:00",    "20261123055700Z",        "202611230557",     "2026-11-23T05:57",
        "2026-11-23T14:57+09:00", "2026-11-22T21:57:00-08", "20261123T055700Z", "2026-11-23T05:57:00.999Z"};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) CHECK(time_of(same[i]) == t);
    CHECK(time_of("2026-11-23") == 20780LL * 86400 && time_of("20261123") == 20780LL * 86400);
    CHECK(time_of("2016-12-31T23:59:60Z") == time_of("2016-12-31T23:59:59Z")); /* a leap second */
}

static void what_is_no_day_is_refused_with_its_reason(void)
{
    struct tw_fault fault = {0};
    int32_t day = 7;
    CHECK(tw_day_parse(TW_STR("2026-02-31"), &day, &fault) == TW_FORMAT && day == 7);
    CHECK(strstr(fault.note, "2026-02-31 is no day of the calendar; that month has 28 days") != NULL);
    CHECK(tw_day_parse(TW_STR("2024-02-29"), &day, NULL) == TW_OK &&
          tw_day_parse(TW_STR("2100-02-29"), &day, NULL) != TW_OK);
    static const char *const no[] = {"",           "2026",        "2026-13-01", "2026-00-10",
                                     "2026-11-00", "1899-12-31",  "2201-01-01", "2026-1123",
                                     "202611-23",  "2026-11-23x", "23.11.2026", "-2026-11-2"};
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        CHECK(tw_day_parse(tw_str_from(no[i]), &day, NULL) == TW_FORMAT);
    int64_t t = 7;
    static const char *const not [] = {"2026-11-23T",         "2026-11-23T24:00",    "2026-11-23T10:60",
                                       "2026-11-23T10:00:61", "2026-11-23T10:00+15", "2026-11-23T10:00+09:60",
                                       "2026-11-23x10:00",    "2026-11-23T10:00Zz",  "2026-11-23T10:00:00.Z"};
    for (size_t i = 0; i < sizeof not / sizeof not [0]; i++)
        CHECK(tw_time_parse(tw_str_from(not [i]), &t, NULL) == TW_FORMAT);
    CHECK(t == 7);
}

static void prints_what_it_reads(void)
{
    TW_SCOPED_BUF out = {0};
    tw_buf_time(&out, -1);
    tw_buf_char(&out, ' ');
    tw_buf_day(&out, tw_day_from_civil(2000, 2, 29));
    tw_buf_char(&out, ' ');
    tw_buf_day(&out, tw_day_from_civil(12026, 1, 2));
    CHECK(tw_str_is(tw_buf_view(&out), "1969-12-31T23:59:59Z 2000-02-29 12026-01-02"));
    CHECK(tw_time_day(-1) == -1 && tw_time_day(0) == 0 && tw_time_day(86399) == 0 &&
          tw_time_day(-86400) == -1);
}

int main(void)
{
    RUN(every_day_of_three_centuries_goes_there_and_back);
    RUN(one_moment_in_all_its_writings);
    RUN(what_is_no_day_is_refused_with_its_reason);
    RUN(prints_what_it_reads);
    return DONE();
}
