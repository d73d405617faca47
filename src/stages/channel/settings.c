/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "channel/channel.h"

struct tw_channel_settings tw_channel_defaults(void)
{
    struct tw_channel_settings s = {.window = 10000, .window_min = 200};
    s.expected[TW_CHANNEL_RED] = 0.05;
    s.expected[TW_CHANNEL_YELLOW] = 0.10;
    s.random[TW_CHANNEL_RED] = 0.01;
    for (int ch = 0; ch < TW_CHANNEL_N; ch++) s.capacity[ch] = TW_CHANNEL_NO_LIMIT;
    return s;
}

static tw_err wrong(struct tw_fault *fault, const char *path, const char *note)
{
    if (fault != NULL) snprintf(fault->path, sizeof fault->path, "%s", path);
    return tw_fail(fault, TW_RANGE, "%s", note);
}

tw_err tw_channel_settings_check(const struct tw_channel_settings *s, struct tw_fault *fault)
{
    double expected = 0, random = 0;
    for (int ch = 0; ch < TW_CHANNEL_N; ch++) {
        if (!(s->expected[ch] >= 0) || !(s->random[ch] >= 0))
            return wrong(fault, "expected_rate", "a rate is a share from 0 to 1");
        expected += s->expected[ch];
        random += s->random[ch];
        if (s->capacity[ch] < TW_CHANNEL_NO_LIMIT || s->capacity[ch] > UINT32_MAX)
            return wrong(fault, "capacity", "a capacity is a count of declarations a day, or absent");
    }
    if (s->expected[TW_CHANNEL_GREEN] > 0 || s->expected[TW_CHANNEL_QUERY] > 0 ||
        s->random[TW_CHANNEL_GREEN] > 0 || s->random[TW_CHANNEL_QUERY] > 0)
        return wrong(fault, "expected_rate", "only red, yellow and blue are filled by rates");
    if (expected > 1) return wrong(fault, "expected_rate", "the expected rates add up to more than 1");
    if (random > 0.5) return wrong(fault, "random_minimum", "the random rates add up to more than 0.5");
    if (s->window < 100 || s->window > TW_CHANNEL_WINDOW_MAX)
        return wrong(fault, "window", "the window holds from 100 to 65536 scores");
    if (s->window_min < 1 || s->window_min > s->window)
        return wrong(fault, "window_min",
                     "score can start after 1 score at the earliest, a full window at the latest");
    return TW_OK;
}

/* The file's shape: rates by channel. */
struct by_channel {
    double red, yellow, blue;
};
struct counts_by_channel {
    int64_t red, yellow, blue;
};
struct file {
    struct by_channel expected, random;
    struct counts_by_channel capacity;
    int64_t window, window_min;
};

static const struct tw_yaml_field rate_fields[] = {
    {.name = "red", .type = TW_YAML_F64, .offset = offsetof(struct by_channel, red), .max = 1},
    {.name = "yellow", .type = TW_YAML_F64, .offset = offsetof(struct by_channel, yellow), .max = 1},
    {.name = "blue", .type = TW_YAML_F64, .offset = offsetof(struct by_channel, blue), .max = 1},
    {.name = NULL}};

static const struct tw_yaml_field count_fields[] = {{.name = "red",
                                                     .type = TW_YAML_I64,
                                                     .offset = offsetof(struct counts_by_channel, red),
                                                     .max = UINT32_MAX},
                                                    {.name = "yellow",
                                                     .type = TW_YAML_I64,
                                                     .offset = offsetof(struct counts_by_channel, yellow),
                                                     .max = UINT32_MAX},
                                                    {.name = "blue",
                                                     .type = TW_YAML_I64,
                                                     .offset = offsetof(struct counts_by_channel, blue),
                                                     .max = UINT32_MAX},
                                                    {.name = NULL}};

static const struct tw_yaml_field file_fields[] = {{.name = "expected_rate",
                                                    .type = TW_YAML_STRUCT,
                                                    .offset = offsetof(struct file, expected),
                                                    .sub = rate_fields},
                                                   {.name = "random_minimum",
                                                    .type = TW_YAML_STRUCT,
                                                    .offset = offsetof(struct file, random),
                                                    .sub = rate_fields},
                                                   {.name = "capacity",
                                                    .type = TW_YAML_STRUCT,
                                                    .offset = offsetof(struct file, capacity),
                                                    .sub = count_fields},
                                                   {.name = "window",
                                                    .type = TW_YAML_I64,
                                                    .offset = offsetof(struct file, window),
                                                    .min = 100,
                                                    .max = TW_CHANNEL_WINDOW_MAX},
                                                   {.name = "window_min",
                                                    .type = TW_YAML_I64,
                                                    .offset = offsetof(struct file, window_min),
                                                    .min = 1,
                                                    .max = TW_CHANNEL_WINDOW_MAX},
                                                   {.name = NULL}};

tw_err tw_channel_settings_read(const struct tw_yaml *root, struct tw_arena *arena,
                                struct tw_channel_settings *ret, struct tw_fault *fault)
{
    struct tw_channel_settings s = tw_channel_defaults();
    struct file f = {
        .window = s.window,
        .window_min = s.window_min,
        .expected = {s.expected[TW_CHANNEL_RED], s.expected[TW_CHANNEL_YELLOW], s.expected[TW_CHANNEL_BLUE]},
        .random = {s.random[TW_CHANNEL_RED], s.random[TW_CHANNEL_YELLOW], s.random[TW_CHANNEL_BLUE]},
        .capacity = {TW_CHANNEL_NO_LIMIT, TW_CHANNEL_NO_LIMIT, TW_CHANNEL_NO_LIMIT}};
    TW_TRY(tw_yaml_bind(root, file_fields, &f, arena, fault));
    s.window = f.window;
    s.window_min = f.window_min;
    s.expected[TW_CHANNEL_RED] = f.expected.red;
    s.expected[TW_CHANNEL_YELLOW] = f.expected.yellow;
    s.expected[TW_CHANNEL_BLUE] = f.expected.blue;
    s.random[TW_CHANNEL_RED] = f.random.red;
    s.random[TW_CHANNEL_YELLOW] = f.random.yellow;
    s.random[TW_CHANNEL_BLUE] = f.random.blue;
    s.capacity[TW_CHANNEL_RED] = f.capacity.red;
    s.capacity[TW_CHANNEL_YELLOW] = f.capacity.yellow;
    s.capacity[TW_CHANNEL_BLUE] = f.capacity.blue;
    TW_TRY(tw_channel_settings_check(&s, fault));
    *ret = s;
    return TW_OK;
}
