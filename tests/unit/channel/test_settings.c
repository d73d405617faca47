/* SPDX-License-Identifier: Apache-2.0 */
#include "channel/channel.h"
#include "check.h"

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
    RUN(refuses_what_cannot_be_with_the_place);
    return DONE();
}
