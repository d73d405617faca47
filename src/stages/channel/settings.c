/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "channel/channel.h"

struct tw_channel_settings tw_channel_defaults(void)
{
    struct tw_channel_settings s = {
        .window = 10000, .window_min = 200, .relodging_days = 30, .goods_max = 1000000, .goods_names = 1000};
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

static tw_err check_rates(const struct tw_channel_settings *s, struct tw_fault *fault)
{
    double expected = 0, chance = 0;
    for (int ch = 0; ch < TW_CHANNEL_N; ch++) {
        if (!(s->expected[ch] >= 0) || !(s->random[ch] >= 0) || !(s->explore[ch] >= 0))
            return wrong(fault, "expected_rate", "a rate is a share from 0 to 1");
        expected += s->expected[ch];
        chance += s->random[ch] + s->explore[ch];
        if (s->capacity[ch] < TW_CHANNEL_NO_LIMIT || s->capacity[ch] > UINT32_MAX)
            return wrong(fault, "capacity", "a capacity is a count of declarations a shift, or absent");
    }
    for (int ch = 0; ch < TW_CHANNEL_N; ch++)
        if ((ch == TW_CHANNEL_GREEN || ch == TW_CHANNEL_QUERY) &&
            s->expected[ch] + s->random[ch] + s->explore[ch] > 0)
            return wrong(fault, "expected_rate", "only red, yellow and blue are filled by rates");
    if (expected > 1) return wrong(fault, "expected_rate", "the expected rates add up to more than 1");
    if (chance > 0.5)
        return wrong(fault, "random_minimum", "the random rates and exploration add up to more than 0.5");
    return TW_OK;
}

tw_err tw_channel_settings_check(const struct tw_channel_settings *s, struct tw_fault *fault)
{
    TW_TRY(check_rates(s, fault));
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
struct shift_text {
    struct tw_str from;
    const struct tw_yaml *capacity;
};
struct office_text {
    struct tw_str id;
    const struct tw_yaml *capacity, *shifts;
};
struct file {
    struct by_channel expected, random, explore;
    const struct tw_yaml *capacity, *shifts, *offices;
    int64_t window, window_min, stand_by, yellow_days, relodging_days, goods_max, goods_names;
};

enum { STAND_BY_MAX = 7 * 24 * 60, DAYS_MAX = 3660, GOODS_MAX = 100000000, NAMES_MAX = 100000 };

static const struct tw_yaml_field rate_key[] = {
    TW_YAML_KEY(struct by_channel, "red", F64, red, .max = 1),
    TW_YAML_KEY(struct by_channel, "yellow", F64, yellow, .max = 1),
    TW_YAML_KEY(struct by_channel, "blue", F64, blue, .max = 1), TW_YAML_END};

static const struct tw_yaml_field count_key[] = {
    TW_YAML_KEY(struct counts_by_channel, "red", I64, red, .max = UINT32_MAX),
    TW_YAML_KEY(struct counts_by_channel, "yellow", I64, yellow, .max = UINT32_MAX),
    TW_YAML_KEY(struct counts_by_channel, "blue", I64, blue, .max = UINT32_MAX), TW_YAML_END};

static const struct tw_yaml_field shift_key[] = {
    TW_YAML_KEY(struct shift_text, "from", TEXT, from, .required = true),
    TW_YAML_KEY(struct shift_text, "capacity", NODE, capacity), TW_YAML_END};

static const struct tw_yaml_field office_key[] = {
    TW_YAML_KEY(struct office_text, "id", TEXT, id, .required = true),
    TW_YAML_KEY(struct office_text, "capacity", NODE, capacity),
    TW_YAML_KEY(struct office_text, "shifts", NODE, shifts), TW_YAML_END};

static const struct tw_yaml_field file_key[] = {
    TW_YAML_KEY(struct file, "expected_rate", STRUCT, expected, .sub = rate_key),
    TW_YAML_KEY(struct file, "random_minimum", STRUCT, random, .sub = rate_key),
    TW_YAML_KEY(struct file, "exploration", STRUCT, explore, .sub = rate_key),
    TW_YAML_KEY(struct file, "capacity", NODE, capacity),
    TW_YAML_KEY(struct file, "shifts", NODE, shifts),
    TW_YAML_KEY(struct file, "offices", NODE, offices),
    TW_YAML_KEY(struct file, "window", I64, window, .min = 100, .max = TW_CHANNEL_WINDOW_MAX),
    TW_YAML_KEY(struct file, "window_min", I64, window_min, .min = 1, .max = TW_CHANNEL_WINDOW_MAX),
    TW_YAML_KEY(struct file, "stand_by_minutes", I64, stand_by, .max = STAND_BY_MAX),
    TW_YAML_KEY(struct file, "yellow_days", I64, yellow_days, .max = DAYS_MAX),
    TW_YAML_KEY(struct file, "relodging_days", I64, relodging_days, .max = DAYS_MAX),
    TW_YAML_KEY(struct file, "goods_max", I64, goods_max, .min = 1, .max = GOODS_MAX),
    TW_YAML_KEY(struct file, "goods_names", I64, goods_names, .min = 1, .max = NAMES_MAX),
    TW_YAML_END};

/* What is not said stays as it was. */
static tw_err read_capacity(const struct tw_yaml *node, int64_t ret[TW_CHANNEL_N], struct tw_arena *arena,
                            struct tw_fault *fault)
{
    struct counts_by_channel c = {ret[TW_CHANNEL_RED], ret[TW_CHANNEL_YELLOW], ret[TW_CHANNEL_BLUE]};
    if (node == NULL) return TW_OK;
    TW_TRY(tw_yaml_bind(node, count_key, &c, arena, fault));
    ret[TW_CHANNEL_RED] = c.red;
    ret[TW_CHANNEL_YELLOW] = c.yellow;
    ret[TW_CHANNEL_BLUE] = c.blue;
    return TW_OK;
}

static void as_all(int64_t capacity[TW_CHANNEL_N])
{
    for (int ch = 0; ch < TW_CHANNEL_N; ch++) capacity[ch] = TW_CHANNEL_SAME;
}

/* HH:MM; false when it is no time of the day. */
static bool read_clock(struct tw_str s, int32_t *ret)
{
    static const char form[] = "dd:dd";
    int digit[5] = {0};
    if (s.n != sizeof form - 1) return false;
    for (size_t i = 0; i < s.n; i++) {
        if (form[i] == ':' ? s.s[i] != ':' : s.s[i] < '0' || s.s[i] > '9') return false;
        digit[i] = s.s[i] - '0';
    }
    const int hour = digit[0] * 10 + digit[1], minute = digit[3] * 10 + digit[4];
    *ret = (hour * 60 + minute) * 60;
    return hour < 24 && minute < 60;
}

static tw_err read_shifts(const struct tw_yaml *node, struct tw_channel_shift *ret, size_t *ret_n,
                          struct tw_arena *arena, struct tw_fault *fault)
{
    *ret_n = 0;
    if (node == NULL) return TW_OK;
    if (node->kind != TW_YAML_LIST)
        return TW_YAML_WRONG(node, fault, TW_FORMAT, "shifts are a list, as in - {from: \"06:00\"}");
    if (node->n > TW_CHANNEL_SHIFTS_MAX)
        return TW_YAML_WRONG(node, fault, TW_LIMIT, "a day has at most %d shifts", TW_CHANNEL_SHIFTS_MAX);
    for (size_t i = 0; i < node->n; i++) {
        struct tw_channel_shift *s = &ret[i];
        struct shift_text t = {0};
        as_all(s->capacity);
        TW_TRY(tw_yaml_bind(node->member[i], shift_key, &t, arena, fault));
        TW_TRY(read_capacity(t.capacity, s->capacity, arena, fault));
        const struct tw_yaml *from = tw_yaml_get(node->member[i], "from");
        if (!read_clock(t.from, &s->from))
            return TW_YAML_WRONG(from, fault, TW_FORMAT,
                                 "a shift begins at an hour and minute of UTC: \"06:00\"");
        if (i > 0 && s->from <= ret[i - 1].from)
            return TW_YAML_WRONG(from, fault, TW_RANGE,
                                 "shifts stand in the order of the day; this one begins "
                                 "no later than the one before it");
    }
    *ret_n = node->n;
    return TW_OK;
}

static int by_id(const void *a, const void *b)
{
    return tw_str_cmp(((const struct tw_channel_office *)a)->id, ((const struct tw_channel_office *)b)->id);
}

static tw_err read_office(const struct tw_yaml *node, struct tw_channel_office *ret, struct tw_arena *arena,
                          struct tw_fault *fault)
{
    struct office_text t = {0};
    as_all(ret->capacity);
    TW_TRY(tw_yaml_bind(node, office_key, &t, arena, fault));
    if (t.id.n == 0) return TW_YAML_WRONG(tw_yaml_get(node, "id"), fault, TW_FORMAT, "an office has a code");
    ret->id = t.id;
    TW_TRY(read_capacity(t.capacity, ret->capacity, arena, fault));
    return read_shifts(t.shifts, ret->shift, &ret->shifts, arena, fault);
}

static tw_err read_offices(const struct tw_yaml *node, struct tw_channel_settings *s, struct tw_arena *arena,
                           struct tw_fault *fault)
{
    if (node == NULL || (node->kind == TW_YAML_LIST && node->n == 0)) return TW_OK;
    if (node->kind != TW_YAML_LIST)
        return TW_YAML_WRONG(node, fault, TW_FORMAT,
                             "offices are a list, as in - {id: HB01, capacity: {red: 9}}");
    if (node->n > TW_CHANNEL_OFFICES_MAX)
        return TW_YAML_WRONG(node, fault, TW_LIMIT, "at most %d offices have settings of their own",
                             TW_CHANNEL_OFFICES_MAX);
    struct tw_channel_office *o = tw_arena_array(arena, node->n, sizeof *o);
    if (o == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    for (size_t i = 0; i < node->n; i++) TW_TRY(read_office(node->member[i], &o[i], arena, fault));
    qsort(o, node->n, sizeof *o, by_id);
    for (size_t i = 1; i < node->n; i++)
        if (tw_str_eq(o[i - 1].id, o[i].id))
            return TW_YAML_WRONG(node, fault, TW_CONFLICT, "the office '%.*s' stands there twice",
                                 (int)(o[i].id.n < 60 ? o[i].id.n : 60), o[i].id.s);
    s->office = o;
    s->offices = node->n;
    return TW_OK;
}

static void take_rates(const struct by_channel *from, double to[TW_CHANNEL_N])
{
    to[TW_CHANNEL_RED] = from->red;
    to[TW_CHANNEL_YELLOW] = from->yellow;
    to[TW_CHANNEL_BLUE] = from->blue;
}

static struct by_channel rates_of(const double of[TW_CHANNEL_N])
{
    return (struct by_channel){of[TW_CHANNEL_RED], of[TW_CHANNEL_YELLOW], of[TW_CHANNEL_BLUE]};
}

tw_err tw_channel_settings_read(const struct tw_yaml *root, struct tw_arena *arena,
                                struct tw_channel_settings *ret, struct tw_fault *fault)
{
    struct tw_channel_settings s = tw_channel_defaults();
    struct file f = {.window = s.window,
                     .window_min = s.window_min,
                     .stand_by = s.stand_by,
                     .yellow_days = s.yellow_days,
                     .relodging_days = s.relodging_days,
                     .goods_max = s.goods_max,
                     .goods_names = s.goods_names,
                     .expected = rates_of(s.expected),
                     .random = rates_of(s.random),
                     .explore = rates_of(s.explore)};
    TW_TRY(tw_yaml_bind(root, file_key, &f, arena, fault));
    s.window = f.window;
    s.window_min = f.window_min;
    s.stand_by = f.stand_by;
    s.yellow_days = f.yellow_days;
    s.relodging_days = f.relodging_days;
    s.goods_max = f.goods_max;
    s.goods_names = f.goods_names;
    take_rates(&f.expected, s.expected);
    take_rates(&f.random, s.random);
    take_rates(&f.explore, s.explore);
    TW_TRY(read_capacity(f.capacity, s.capacity, arena, fault));
    TW_TRY(read_shifts(f.shifts, s.shift, &s.shifts, arena, fault));
    TW_TRY(read_offices(f.offices, &s, arena, fault));
    TW_TRY(tw_channel_settings_check(&s, fault));
    *ret = s;
    return TW_OK;
}
