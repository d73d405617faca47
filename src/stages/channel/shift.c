/* SPDX-License-Identifier: Apache-2.0 */
/* What an office can take on in its shift, and what it has. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "channel/channel_priv.h"

enum { DAY_S = 86400, YEAR_S = 366 * DAY_S };

const struct tw_channel_office *tw_channel_office_find(const struct tw_channel_settings *s, struct tw_str id)
{
    size_t lo = 0, hi = s->offices;
    while (lo < hi) {
        const size_t mid = (lo + hi) / 2;
        const int order = tw_str_cmp(s->office[mid].id, id);
        if (order == 0) return &s->office[mid];
        if (order < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

int64_t tw_channel_shift_at(const struct tw_channel_settings *s, const struct tw_channel_office *office,
                            int32_t day, int32_t second, int64_t capacity[TW_CHANNEL_N])
{
    const bool own = office != NULL && office->shifts > 0;
    const struct tw_channel_shift *shift = own ? office->shift : s->shift;
    const size_t n = own ? office->shifts : s->shifts;
    size_t at = 0; /* shifts that have begun today */
    while (at < n && shift[at].from <= second) at++;
    const struct tw_channel_shift *now = n > 0 ? &shift[at > 0 ? at - 1 : n - 1] : NULL;
    for (int ch = 0; ch < TW_CHANNEL_N; ch++) {
        capacity[ch] = s->capacity[ch];
        if (office != NULL && office->capacity[ch] != TW_CHANNEL_SAME) capacity[ch] = office->capacity[ch];
        if (now != NULL && now->capacity[ch] != TW_CHANNEL_SAME) capacity[ch] = now->capacity[ch];
    }
    const int64_t midnight = (int64_t)day * DAY_S;
    if (now == NULL) return midnight;
    return midnight + now->from - (at > 0 ? 0 : DAY_S); /* before the first: yesterday's last */
}

static tw_err grow(struct tw_channels *c, uint32_t number)
{
    if (number < c->offices_cap) return TW_OK;
    const size_t cap = ((size_t)number + 1) * 2;
    struct office_shift *more = tw_realloc(c->shift, cap, sizeof *more);
    if (more == NULL) return TW_NOMEM;
    memset(more + c->offices_cap, 0, (cap - c->offices_cap) * sizeof *more);
    c->shift = more;
    c->offices_cap = cap;
    return TW_OK;
}

tw_err channels_office(struct tw_channels *c, struct tw_str name, int32_t day, int32_t second, uint32_t *ret)
{
    const size_t known = tw_intern_n(c->offices);
    TW_TRY(tw_intern_put(c->offices, name, ret));
    TW_TRY(grow(c, *ret));
    struct office_shift *o = &c->shift[*ret];
    if (*ret == known)
        *o = (struct office_shift){.begins = INT64_MIN, .of = tw_channel_office_find(&c->settings, name)};
    int64_t capacity[TW_CHANNEL_N];
    const int64_t begins = tw_channel_shift_at(&c->settings, o->of, day, second, capacity);
    /* One that comes late counts in this shift; but for a shift of a mistyped year, which ends with the next.
     */
    if (begins <= o->begins && o->begins - begins <= YEAR_S) return TW_OK;
    *o = (struct office_shift){.begins = begins, .of = o->of};
    for (int ch = 0; ch < TW_CHANNEL_N; ch++)
        if (ch != TW_CHANNEL_QUERY) o->capacity[channel_code((enum tw_channel)ch)] = capacity[ch];
    return TW_OK;
}

/* What is kept of a capacity for random picks: their part of what is expected, one at the least, half at the
 * most, for criteria fill channels of which nothing is expected of score. */
static int64_t kept_for_chance(const struct tw_channel_settings *s, enum tw_channel ch, int64_t capacity)
{
    const double chance = s->random[ch] + s->explore[ch];
    if (chance <= 0 || capacity <= 1) return 0;
    const int64_t kept = (int64_t)ceil(chance / (chance + s->expected[ch]) * (double)capacity);
    return kept < capacity / 2 ? kept : capacity / 2;
}

bool channels_room(const struct tw_channels *c, uint32_t office, enum tw_channel ch, bool by_chance)
{
    const struct office_shift *o = &c->shift[office];
    const unsigned code = channel_code(ch);
    const int64_t capacity = o->capacity[code];
    if (capacity < 0) return true;
    if (o->taken[code] >= (uint64_t)capacity) return false;
    if (by_chance) return true;
    return o->by_score[code] < (uint64_t)(capacity - kept_for_chance(&c->settings, ch, capacity));
}

enum tw_channel channels_with_room(const struct tw_channels *c, uint32_t office, enum tw_channel wanted)
{
    for (int i = 0; i < STRICT_N; i++) {
        enum tw_channel ch = BY_STRICTNESS[i];
        if (channel_code(ch) > channel_code(wanted)) continue;
        if (channels_room(c, office, ch, false)) return ch;
    }
    return TW_CHANNEL_BLUE;
}
