/* SPDX-License-Identifier: Apache-2.0 */
#include "channel/channel.h"
#include "check.h"

#include <math.h>

static tw_err read_text(const char *text, struct tw_channel_settings *ret, struct tw_fault *fault)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_yaml *root = NULL;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
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

int main(void)
{
    RUN(reads_what_is_given_and_keeps_the_defaults_of_the_rest);
    RUN(reads_every_key_to_its_own_place);
    RUN(has_the_defaults_of_its_header);
    RUN(takes_settings_up_to_the_ends_of_their_ranges);
    RUN(refuses_what_cannot_be_with_the_place);
    return DONE();
}
