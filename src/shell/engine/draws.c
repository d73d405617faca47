/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/draws.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/date.h"
#include "channel/channel.h"

void tw_draws_day_key(const struct tw_draws *d, int32_t day, uint8_t ret[TW_SHA256_BYTES])
{
    char text[48];
    int n = 0;
    if (day != TW_NO_DAY) {
        int year, month, dom;
        tw_day_to_civil(day, &year, &month, &dom);
        n = snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, dom);
    }
    tw_hmac_sha256(d->key, sizeof d->key, text, (size_t)n, ret);
}

static void turn_to(struct tw_draws *d, int32_t day)
{
    uint8_t day_key[TW_SHA256_BYTES];
    tw_draws_day_key(d, day, day_key);
    tw_hmac_key_make(day_key, sizeof day_key, &d->day_key);
    d->day = day;
}

tw_err tw_draws_of_key(struct tw_str bytes, struct tw_draws *ret, struct tw_fault *fault)
{
    if (bytes.n > 0 && bytes.s[bytes.n - 1] == '\n') bytes.n--;
    if (bytes.n > 0 && bytes.s[bytes.n - 1] == '\r') bytes.n--;
    if (bytes.n < TW_DRAW_KEY_MIN || bytes.n > TW_DRAW_KEY_MAX)
        return tw_fail(
            fault, TW_FORMAT,
            "a key is a line of %d to %d characters, this one has %zu; `openssl rand -hex 32` makes one",
            TW_DRAW_KEY_MIN, TW_DRAW_KEY_MAX, bytes.n);
    for (size_t i = 0; i < bytes.n; i++)
        if (bytes.s[i] < ' ' || bytes.s[i] > '~')
            return tw_fail(fault, TW_FORMAT,
                           "a key is one line of printable characters; `openssl rand -hex 32` makes one");
    struct tw_draws d = {.seeded = false};
    tw_sha256(bytes.s, bytes.n, d.key);
    turn_to(&d, TW_NO_DAY);
    *ret = d;
    return TW_OK;
}

struct tw_draws tw_draws_of_seed(uint64_t seed)
{
    struct tw_draws d = {.seeded = true};
    char text[48];
    int n = snprintf(text, sizeof text, "tidewaiter seed %llu", (unsigned long long)seed);
    tw_sha256(text, (size_t)n, d.key);
    turn_to(&d, TW_NO_DAY);
    return d;
}

uint64_t tw_draw(struct tw_draws *d, int32_t day, struct tw_str number)
{
    if (day != d->day) turn_to(d, day);
    return tw_channel_draw(&d->day_key, number);
}
