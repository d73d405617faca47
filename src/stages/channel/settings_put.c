/* SPDX-License-Identifier: Apache-2.0 */
/* Settings as YAML in one way only, for whoever keeps what was decided by. */
#include "base/json.h"
#include "channel/channel.h"

static const enum tw_channel filled[] = {TW_CHANNEL_RED, TW_CHANNEL_YELLOW, TW_CHANNEL_BLUE};
enum { FILLED = sizeof filled / sizeof *filled };

static void put_rates(struct tw_buf *out, const char *key, const double of[TW_CHANNEL_N])
{
    tw_buf_printf(out, "%s: {", key);
    for (size_t i = 0; i < FILLED; i++) {
        tw_buf_printf(out, "%s%s: ", i > 0 ? ", " : "", tw_channel_name(filled[i]));
        tw_buf_f64(out, of[filled[i]]);
    }
    tw_buf_text(out, "}\n");
}

static bool some(const int64_t capacity[TW_CHANNEL_N])
{
    for (size_t i = 0; i < FILLED; i++)
        if (capacity[filled[i]] >= 0) return true;
    return false;
}

/* What has none is left out: a capacity that is not said is no limit, or that of all. */
static void put_capacity(struct tw_buf *out, const int64_t capacity[TW_CHANNEL_N])
{
    bool before = false;
    tw_buf_text(out, "capacity: {");
    for (size_t i = 0; i < FILLED; i++) {
        if (capacity[filled[i]] < 0) continue;
        tw_buf_printf(out, "%s%s: %lld", before ? ", " : "", tw_channel_name(filled[i]),
                      (long long)capacity[filled[i]]);
        before = true;
    }
    tw_buf_char(out, '}');
}

static void put_shifts(struct tw_buf *out, const struct tw_channel_shift *shift, size_t n)
{
    tw_buf_text(out, "shifts: [");
    for (size_t i = 0; i < n; i++) {
        tw_buf_printf(out, "%s{from: \"%02d:%02d\"", i > 0 ? ", " : "", (int)shift[i].from / 3600,
                      (int)shift[i].from / 60 % 60);
        if (some(shift[i].capacity)) {
            tw_buf_text(out, ", ");
            put_capacity(out, shift[i].capacity);
        }
        tw_buf_char(out, '}');
    }
    tw_buf_char(out, ']');
}

/* A JSON text is a YAML text. */
static void put_office(struct tw_buf *out, const struct tw_channel_office *o)
{
    struct tw_json j = {.out = out};
    tw_buf_text(out, "  - {id: ");
    tw_json_str(&j, o->id);
    if (some(o->capacity)) {
        tw_buf_text(out, ", ");
        put_capacity(out, o->capacity);
    }
    if (o->shifts > 0) {
        tw_buf_text(out, ", ");
        put_shifts(out, o->shift, o->shifts);
    }
    tw_buf_text(out, "}\n");
}

void tw_channel_settings_put(const struct tw_channel_settings *s, struct tw_buf *out)
{
    const struct {
        const char *key;
        int64_t value;
    } whole[] = {{"stand_by_minutes", s->stand_by},     {"yellow_days", s->yellow_days},
                 {"relodging_days", s->relodging_days}, {"goods_max", s->goods_max},
                 {"goods_names", s->goods_names},       {"window", s->window},
                 {"window_min", s->window_min}};
    put_rates(out, "expected_rate", s->expected);
    put_rates(out, "random_minimum", s->random);
    put_rates(out, "exploration", s->explore);
    if (some(s->capacity)) {
        put_capacity(out, s->capacity);
        tw_buf_char(out, '\n');
    }
    if (s->shifts > 0) {
        put_shifts(out, s->shift, s->shifts);
        tw_buf_char(out, '\n');
    }
    if (s->offices > 0) tw_buf_text(out, "offices:\n");
    for (size_t i = 0; i < s->offices; i++) put_office(out, &s->office[i]);
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        tw_buf_printf(out, "%s: %lld\n", whole[i].key, (long long)whole[i].value);
}
