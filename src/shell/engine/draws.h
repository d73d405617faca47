/* SPDX-License-Identifier: Apache-2.0 */
/* engine/draws.h -- where chance comes from.
 *
 * In : a key that is kept secret, or a seed that is not.
 * Out: the draw of a declaration: HMAC-SHA256(day key, number), its first 64 bits (channel/channel.h).
 * Not: keeping, committing to or revealing keys (engine/day_keys.h).
 *
 * The key of a day is HMAC-SHA256(key, its date as 2026-11-23), so the key of one day can be shown after it
 * without giving away another's. The key of a seed is SHA-256("tidewaiter seed N"): anyone who knows the seed
 * can foretell the draws, which is what tests and repetitions want and a border does not.
 */
#ifndef TW_ENGINE_DRAWS_H
#define TW_ENGINE_DRAWS_H

#include "base/hash.h"
#include "base/str.h"

enum { TW_DRAW_KEY_MIN = 16, TW_DRAW_KEY_MAX = 4096 }; /* bytes of a key file */

struct tw_draws {
    uint8_t key[TW_SHA256_BYTES];
    struct tw_hmac_key day_key;
    int32_t day; /* of day_key */
    bool seeded; /* from a seed */
};

/* From the bytes of a key file: one line of printable ASCII; its line end does not count.
 * TW_FORMAT  other bytes, or fewer than TW_DRAW_KEY_MIN or more than TW_DRAW_KEY_MAX of them */
tw_err tw_draws_of_key(struct tw_str bytes, struct tw_draws *ret, struct tw_fault *fault) TW_MUST_CHECK;
struct tw_draws tw_draws_of_seed(uint64_t seed);

/* The key of that day. */
void tw_draws_day_key(const struct tw_draws *d, int32_t day, uint8_t ret[TW_SHA256_BYTES]);

/* The draw of the declaration with this number, lodged on `day` (UTC; TW_NO_DAY is a day like others). */
uint64_t tw_draw(struct tw_draws *d, int32_t day, struct tw_str number);

#endif
