/* SPDX-License-Identifier: Apache-2.0 */
#include "channel/channel.h"
#include "check.h"

#include <math.h>

static struct tw_arena *arena; /* of what is read; offices lie there */

static tw_err read_text(const char *text, struct tw_channel_settings *ret, struct tw_fault *fault)
{
    struct tw_yaml *root = NULL;
    if (arena == NULL) CHECK(tw_arena_new(1 << 24, &arena) == TW_OK);
    tw_arena_reset(arena);
    TW_TRY(tw_yaml_parse(tw_str_from(text), arena, &root, fault));
    return tw_channel_settings_read(root, arena, ret, fault);
}

static void reads_what_is_given_and_keeps_the_defaults_of_the_rest(void)
{
    struct tw_channel_settings s;
    CHECK(read_text("expected_rate: {red: 0.03}\ncapacity: {red: 20}\n", &s, NULL) == TW_OK);
    CHECK(s.expected[TW_CHANNEL_RED] == 0.03 && s.expected[TW_CHANNEL_YELLOW] == 0.10);
    CHECK(s.capacity[TW_CHANNEL_RED] == 20 && s.capacity[TW_CHANNEL_YELLOW] == TW_CHANNEL_NO_LIMIT);
}

static void reads_every_key_to_its_own_place(void)
{
    struct tw_channel_settings s;
    CHECK(read_text("expected_rate: {red: 0.11, yellow: 0.12, blue: 0.13}\n"
                    "random_minimum: {red: 0.014, yellow: 0.015, blue: 0.016}\n"
                    "capacity: {red: 7, yellow: 8, blue: 9}\nwindow: 1234\nwindow_min: 567\n",
                    &s, NULL) == TW_OK);
    CHECK(s.expected[TW_CHANNEL_RED] == 0.11 && s.expected[TW_CHANNEL_YELLOW] == 0.12);
    CHECK(s.expected[TW_CHANNEL_BLUE] == 0.13 && s.random[TW_CHANNEL_RED] == 0.014);
    CHECK(s.random[TW_CHANNEL_YELLOW] == 0.015 && s.random[TW_CHANNEL_BLUE] == 0.016);
    CHECK(s.capacity[TW_CHANNEL_RED] == 7 && s.capacity[TW_CHANNEL_YELLOW] == 8);
    CHECK(s.capacity[TW_CHANNEL_BLUE] == 9 && s.window == 1234 && s.window_min == 567);
    CHECK(s.expected[TW_CHANNEL_GREEN] == 0 && s.random[TW_CHANNEL_QUERY] == 0);
    CHECK(s.capacity[TW_CHANNEL_GREEN] == TW_CHANNEL_NO_LIMIT);
}

static void has_the_defaults_of_its_header(void)
{
    struct tw_channel_settings s;
    CHECK(read_text("{}", &s, NULL) == TW_OK);
    const struct tw_channel_settings d = tw_channel_defaults();
    for (int ch = 0; ch < TW_CHANNEL_N; ch++) {
        CHECK(s.expected[ch] == d.expected[ch] && s.random[ch] == d.random[ch] &&
              s.capacity[ch] == d.capacity[ch]);
        CHECK(d.expected[ch] == (ch == TW_CHANNEL_RED ? 0.05 : ch == TW_CHANNEL_YELLOW ? 0.10 : 0));
        CHECK(d.random[ch] == (ch == TW_CHANNEL_RED ? 0.01 : 0) && d.capacity[ch] == TW_CHANNEL_NO_LIMIT);
    }
    CHECK(s.window == 10000 && s.window_min == 200 && d.window == 10000 && d.window_min == 200);
}

/* What the ends of each range are, and which setting is blamed beyond them. */
static void takes_settings_up_to_the_ends_of_their_ranges(void)
{
    const struct tw_channel_settings good = tw_channel_defaults();
    struct tw_channel_settings s = good;
    CHECK(tw_channel_settings_check(&s, NULL) == TW_OK);
    const struct {
        size_t at;
        bool whole;
        double last, beyond;
        const char *path;
    } row[] = {
#define EXPECTED(ch) offsetof(struct tw_channel_settings, expected) + (ch) * sizeof(double), false
#define RANDOM(ch)   offsetof(struct tw_channel_settings, random) + (ch) * sizeof(double), false
#define CAPACITY(ch) offsetof(struct tw_channel_settings, capacity) + (ch) * sizeof(int64_t), true
#define WINDOW       offsetof(struct tw_channel_settings, window), true
#define WINDOW_MIN   offsetof(struct tw_channel_settings, window_min), true
        {EXPECTED(TW_CHANNEL_RED), 0.90, 0.9000001, "expected_rate"},
        {EXPECTED(TW_CHANNEL_RED), 0, -1e-9, "expected_rate"},
        {EXPECTED(TW_CHANNEL_YELLOW), 0.95, 0.96, "expected_rate"},
        {EXPECTED(TW_CHANNEL_BLUE), 0.85, 0.86, "expected_rate"},
        {EXPECTED(TW_CHANNEL_GREEN), 0, 1e-9, "expected_rate"},
        {EXPECTED(TW_CHANNEL_QUERY), 0, 1e-9, "expected_rate"},
        {EXPECTED(TW_CHANNEL_BLUE), 0, (double)NAN, "expected_rate"},
        {RANDOM(TW_CHANNEL_RED), 0.5, 0.5000001, "random_minimum"},
        {RANDOM(TW_CHANNEL_RED), 0, -1e-9, "expected_rate"},
        {RANDOM(TW_CHANNEL_YELLOW), 0.49, 0.4900001, "random_minimum"},
        {RANDOM(TW_CHANNEL_GREEN), 0, 1e-9, "expected_rate"},
        {RANDOM(TW_CHANNEL_QUERY), 0, 1e-9, "expected_rate"},
        {RANDOM(TW_CHANNEL_BLUE), 0.49, (double)NAN, "expected_rate"},
        {CAPACITY(TW_CHANNEL_RED), -1, -2, "capacity"},
        {CAPACITY(TW_CHANNEL_BLUE), UINT32_MAX, UINT32_MAX + 1.0, "capacity"},
        {WINDOW, TW_CHANNEL_WINDOW_MAX, TW_CHANNEL_WINDOW_MAX + 1, "window"},
        {WINDOW, 200, 99, "window"},
        {WINDOW, 200, 199, "window_min"},
        {WINDOW_MIN, 1, 0, "window_min"},
        {WINDOW_MIN, 10000, 10001, "window_min"},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        for (int beyond = 0; beyond < 2; beyond++) {
            struct tw_fault fault = {0};
            const double v = beyond ? row[i].beyond : row[i].last;
            s = good;
            if (row[i].whole)
                *(int64_t *)(void *)((char *)&s + row[i].at) = (int64_t)v;
            else
                *(double *)(void *)((char *)&s + row[i].at) = v;
            CHECK(tw_channel_settings_check(&s, &fault) == (beyond ? TW_RANGE : TW_OK));
            CHECK(strcmp(fault.path, beyond ? row[i].path : "") == 0 && (fault.note[0] != '\0') == beyond);
            CHECK(tw_channel_settings_check(&s, NULL) == (beyond ? TW_RANGE : TW_OK));
        }
    s = good;
    s.window = 100;
    s.window_min = 100;
    CHECK(tw_channel_settings_check(&s, NULL) == TW_OK);
}

static void refuses_what_cannot_be_with_the_place(void)
{
    static const char *const bad[] = {
        "expected_rate: {red: 0.8, yellow: 0.3}\n",
        "random_minimum: {red: 0.6}\n",
        "window: 50\n",
        "window: 70000\n",
        "expected_rate: {red: -0.1}\n",
        "expected_rate: {green: 0.1}\n",
        "capacty: {red: 1}\n",
        "capacity: {red: many}\n",
        "window: 200\nwindow_min: 201\n",
        "expected_rate: {red: nan}\n",
        "capacity: {red: -1}\n",
        "capacity: {yellow: 4294967296}\n",
        "window_min: 0\n",
        "window_min: 65537\n",
        "window: 99\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct tw_channel_settings s = {.window = 77};
        struct tw_fault fault = {0};
        tw_err err = read_text(bad[i], &s, &fault);
        CHECK(err == TW_RANGE || err == TW_FORMAT);
        CHECK(s.window == 77 && fault.note[0] != '\0');
    }
}

static void reads_offices_and_shifts(void)
{
    struct tw_channel_settings s;
    int64_t room[TW_CHANNEL_N];
    CHECK(read_text(
              "exploration: {red: 0.02, yellow: 0.01, blue: 0.005}\nstand_by_minutes: 30\nyellow_days: 12\n"
              "relodging_days: 5\ngoods_max: 77\ngoods_names: 66\ncapacity: {red: 9}\n"
              "shifts: [{from: '06:00'}, {from: '22:30', capacity: {red: 2}}]\n"
              "offices:\n  - {id: B, capacity: {yellow: 4}}\n  - {id: A, shifts: [{from: '00:00', capacity: "
              "{red: 1}}]}\n",
              &s, NULL) == TW_OK);
    CHECK(s.explore[TW_CHANNEL_RED] == 0.02 && s.explore[TW_CHANNEL_YELLOW] == 0.01);
    CHECK(s.explore[TW_CHANNEL_BLUE] == 0.005 && s.stand_by == 30 && s.yellow_days == 12);
    CHECK(s.relodging_days == 5 && s.goods_max == 77 && s.goods_names == 66 && s.shifts == 2 &&
          s.offices == 2);
    const struct tw_channel_office *a = tw_channel_office_find(&s, TW_STR("A")),
                                   *b = tw_channel_office_find(&s, TW_STR("B"));
    CHECK(a != NULL && b != NULL && tw_channel_office_find(&s, TW_STR("C")) == NULL);
    enum { HOUR = 3600, DAY = 86400 };
    const struct {
        const struct tw_channel_office *office;
        int32_t second;
        int64_t begins, red, yellow;
    } row[] = {{NULL, 6 * HOUR, 6 * HOUR, 9, -1},
               {NULL, 22 * HOUR, 6 * HOUR, 9, -1},
               {NULL, 22 * HOUR + 1800, 22 * HOUR + 1800, 2, -1},
               {NULL, 0, 22 * HOUR + 1800 - DAY, 2, -1},
               {b, 12 * HOUR, 6 * HOUR, 9, 4},
               {b, 23 * HOUR, 22 * HOUR + 1800, 2, 4},
               {a, 23 * HOUR, 0, 1, -1}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        const int64_t begins = tw_channel_shift_at(&s, row[i].office, 100, row[i].second, room);
        CHECK(begins == (int64_t)100 * DAY + row[i].begins);
        CHECK(room[TW_CHANNEL_RED] == row[i].red && room[TW_CHANNEL_YELLOW] == row[i].yellow);
    }
    const struct tw_channel_settings d = tw_channel_defaults();
    CHECK(tw_channel_shift_at(&d, NULL, -3, 5, room) == (int64_t)-3 * DAY && room[TW_CHANNEL_RED] == -1);
    CHECK(d.shifts == 0 && d.offices == 0 && d.stand_by == 0 && d.yellow_days == 0);
    CHECK(d.relodging_days == 30 && d.goods_max == 1000000 && d.goods_names == 1000 &&
          d.explore[TW_CHANNEL_RED] == 0);
}

/* As many offices as are allowed, and one more. */
static void limits_offices(void)
{
    TW_SCOPED_BUF text = {0};
    struct tw_channel_settings s;
    struct tw_fault fault = {0};
    tw_buf_text(&text, "offices:\n");
    for (int i = 0; i <= TW_CHANNEL_OFFICES_MAX; i++) tw_buf_printf(&text, "- id: O%d\n", i);
    tw_buf_char(&text, 0);
    CHECK(!text.failed && read_text(text.p, &s, &fault) == TW_LIMIT && fault.line == 2);
    *strstr(text.p, "- id: O10000") = 0;
    CHECK(read_text(text.p, &s, &fault) == TW_OK && s.offices == TW_CHANNEL_OFFICES_MAX);
    CHECK(tw_channel_office_find(&s, TW_STR("O9999")) != NULL);
}

/* What cannot be, with the place it stands at. */
static void refuses_offices_and_shifts_that_cannot_be(void)
{
    static const struct {
        const char *text;
        tw_err err;
        uint32_t column;
    } row[] = {{"shifts: [{from: '6:00'}]", TW_FORMAT, 17},
               {"shifts: [{from: '06.00'}]", TW_FORMAT, 17},
               {"shifts: [{from: '0x:00'}]", TW_FORMAT, 17},
               {"shifts: [{from: '0-:00'}]", TW_FORMAT, 17},
               {"shifts: [{from: '24:00'}]", TW_FORMAT, 17},
               {"shifts: [{from: '06:60'}]", TW_FORMAT, 17},
               {"shifts: [{from: '06:00'}, {from: '06:00'}]", TW_RANGE, 34},
               {"shifts: [{capacity: {red: 1}}]", TW_FORMAT, 10},
               {"shifts: [{from: '06:00', capacity: {red: -1}}]", TW_RANGE, 42},
               {"shifts: 6", TW_FORMAT, 9},
               {"shifts: [1, 2, 3, 4, 5, 6, 7, 8, 9]", TW_LIMIT, 9},
               {"offices: [{id: A}, {id: B}, {id: A}]", TW_CONFLICT, 10},
               {"offices: [{id: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA}, "
                "{id: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA}]",
                TW_CONFLICT, 10},
               {"offices: [{id: ''}]", TW_FORMAT, 16},
               {"offices: [{capacity: {red: 1}}]", TW_FORMAT, 11},
               {"offices: [{id: A, capacity: {red: -1}}]", TW_RANGE, 35},
               {"offices: [{id: A, shifts: 6}]", TW_FORMAT, 27},
               {"offices: A", TW_FORMAT, 10}};
    struct tw_channel_settings s;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct tw_fault fault = {0};
        const tw_err err = read_text(row[i].text, &s, &fault);
        if (err != row[i].err || fault.column != row[i].column)
            printf("# %s: %s at %u\n", row[i].text, tw_err_name(err), fault.column);
        CHECK(err == row[i].err && fault.line == 1 && fault.note[0] != '\0');
    }
    CHECK(read_text("offices: []", &s, NULL) == TW_OK && s.offices == 0);
    s = tw_channel_defaults();
    s.explore[TW_CHANNEL_RED] = -1e-9;
    CHECK(tw_channel_settings_check(&s, NULL) == TW_RANGE);
}

/* Arenas of every size up to one that does. */
static void tells_when_there_is_no_room(void)
{
    tw_err err = TW_NOMEM;
    int sizes = 0;
    for (size_t size = 64; err == TW_NOMEM; size += 32, sizes++) {
        struct tw_channel_settings s;
        struct tw_yaml *root = NULL;
        TW_SCOPED(tw_arena) *small = NULL;
        CHECK(tw_arena_new(size, &small) == TW_OK);
        err = tw_yaml_parse(TW_STR("offices: [{id: A}]"), small, &root, NULL);
        if (err == TW_LIMIT) err = TW_NOMEM;
        if (err == TW_OK) err = tw_channel_settings_read(root, small, &s, NULL);
    }
    CHECK(err == TW_OK && sizes > 10);
}

/* What is read back from what was put is put as it was. */
static void comes_back_as_it_was_put(void)
{
    static const char *const text[] = {
        "{}",
        "expected_rate: {red: 0.0123456789, yellow: 0.3, blue: 0.01}\nexploration: {red: 1e-7}\nwindow: 777",
        "capacity: {red: 0, blue: 9}\nshifts: [{from: '06:00'}, {from: '22:30', capacity: {red: 5}}]\n"
        "offices: [{id: 'b \\ \" # x'}, {id: A, capacity: {yellow: 3}, shifts: [{from: '00:00'}]}]\n"
        "stand_by_minutes: 30\nyellow_days: 10\nrelodging_days: 0\ngoods_max: 12\ngoods_names: 7\n"};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        TW_SCOPED_BUF first = {0}, second = {0};
        struct tw_channel_settings s;
        CHECK(read_text(text[i], &s, NULL) == TW_OK);
        tw_channel_settings_put(&s, &first);
        tw_buf_char(&first, '\0');
        CHECK(!first.failed && read_text(first.p, &s, NULL) == TW_OK);
        tw_channel_settings_put(&s, &second);
        CHECK(second.n + 1 == first.n && memcmp(first.p, second.p, second.n) == 0);
    }
    struct tw_channel_settings s;
    CHECK(read_text(text[2], &s, NULL) == TW_OK && s.offices == 2 && s.office[1].id.n == 9);
}

static void done(void)
{
    tw_arena_free(arena);
}

int main(void)
{
    RUN(reads_offices_and_shifts);
    RUN(limits_offices);
    RUN(refuses_offices_and_shifts_that_cannot_be);
    RUN(tells_when_there_is_no_room);
    RUN(reads_what_is_given_and_keeps_the_defaults_of_the_rest);
    RUN(reads_every_key_to_its_own_place);
    RUN(has_the_defaults_of_its_header);
    RUN(takes_settings_up_to_the_ends_of_their_ranges);
    RUN(refuses_what_cannot_be_with_the_place);
    RUN(comes_back_as_it_was_put);
    done();
    return DONE();
}
