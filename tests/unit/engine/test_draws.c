/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/draws.h"

#include "base/date.h"
#include "check.h"
#include "decl/decl.h"

#define KEY TW_STR("0123456789abcdef0123456789abcdef")

/* K = sha256(key), D = hmac(K, "2025-03-01"), first 64 bits of hmac(D, "25XT1"). */
static void draws_as_the_header_says(void)
{
    struct tw_draws d;
    uint8_t key[TW_SHA256_BYTES], day[TW_SHA256_BYTES], mac[TW_SHA256_BYTES];
    CHECK(tw_draws_of_key(KEY, &d, NULL) == TW_OK && !d.seeded);
    tw_sha256(KEY.s, KEY.n, key);
    tw_hmac_sha256(key, sizeof key, "2025-03-01", 10, day);
    tw_hmac_sha256(day, sizeof day, "25XT1", 5, mac);
    uint64_t want = 0;
    for (int i = 0; i < 8; i++) want = want << 8 | mac[i];
    CHECK(tw_draw(&d, tw_day_from_civil(2025, 3, 1), TW_STR("25XT1")) == want);
}

static void depends_on_key_day_and_number_alone(void)
{
    struct tw_draws a = tw_draws_of_seed(1), b = tw_draws_of_seed(1), c = tw_draws_of_seed(2);
    CHECK(a.seeded);
    (void)tw_draw(&a, 20001, TW_STR("X")); /* turning days back and forth leaves no trace */
    CHECK(tw_draw(&a, 20000, TW_STR("A")) == tw_draw(&b, 20000, TW_STR("A")));
    CHECK(tw_draw(&a, 20000, TW_STR("A")) != tw_draw(&c, 20000, TW_STR("A")));
    CHECK(tw_draw(&a, 20000, TW_STR("A")) != tw_draw(&a, 20001, TW_STR("A")));
    CHECK(tw_draw(&a, 20000, TW_STR("A")) != tw_draw(&a, 20000, TW_STR("B")));
    CHECK(tw_draw(&a, TW_NO_DAY, TW_STR("A")) == tw_draw(&b, TW_NO_DAY, TW_STR("A")));
}

static void takes_a_key_without_its_line_end_and_refuses_a_short_or_long_one(void)
{
    struct tw_draws a, b;
    struct tw_fault fault = {0};
    char text[TW_DRAW_KEY_MAX + 1];
    memset(text, 'k', sizeof text);
    CHECK(tw_draws_of_key(TW_STR("0123456789abcdef\r\n"), &a, NULL) == TW_OK);
    CHECK(tw_draws_of_key(TW_STR("0123456789abcdef"), &b, NULL) == TW_OK);
    CHECK(tw_draw(&a, 1, TW_STR("A")) == tw_draw(&b, 1, TW_STR("A")));
    b.key[0] = 7;
    CHECK(tw_draws_of_key(TW_STR("0123456789abcde\n"), &b, &fault) == TW_FORMAT && b.key[0] == 7);
    CHECK(strstr(fault.note, "16 to 4096") != NULL);
    CHECK(tw_draws_of_key((struct tw_str){text, sizeof text}, &b, &fault) == TW_FORMAT);
    CHECK(tw_draws_of_key((struct tw_str){text, sizeof text - 1}, &b, &fault) == TW_OK);
    CHECK(tw_draws_of_key(TW_STR("two lines of text\nare no key"), &b, &fault) == TW_FORMAT);
    CHECK(tw_draws_of_key(TW_STR("0123456789abcde\0"), &b, &fault) == TW_FORMAT);
}

int main(void)
{
    RUN(draws_as_the_header_says);
    RUN(depends_on_key_day_and_number_alone);
    RUN(takes_a_key_without_its_line_end_and_refuses_a_short_or_long_one);
    return DONE();
}
