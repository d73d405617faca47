/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"
#include "flow.h"

static void goes_on_the_next_day_as_if_never_stopped(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    s.window = 500;
    s.capacity[TW_CHANNEL_RED] = 9;
    struct tw_channels *a = channels(&s), *b = NULL;
    struct tw_rng r = tw_rng_new(9, "flow");
    struct tw_channel_choice x, y;
    for (int i = 0; i < 1777; i++) {
        struct tw_channel_case k = next_case(&r, i, 300);
        CHECK(tw_channels_decide(a, &k, &x) == TW_OK);
    }
    TW_SCOPED_BUF saved = {0};
    CHECK(tw_channels_save(a, &saved) == TW_OK);
    CHECK(tw_channels_load(tw_buf_view(&saved), &s, &b, NULL) == TW_OK);
    for (int i = 1777; i < 4000; i++) {
        struct tw_channel_case k = next_case(&r, i, 300);
        CHECK(tw_channels_decide(a, &k, &x) == TW_OK && tw_channels_decide(b, &k, &y) == TW_OK);
        CHECK(x.channel == y.channel && x.basis == y.basis && x.propensity_ppm == y.propensity_ppm);
    }
    tw_channels_free(a);
    tw_channels_free(b);
}

static void refuses_damage_and_survives_any_byte_changed_under_a_mended_hash(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    struct tw_channels *a = channels(&s);
    struct tw_rng r = tw_rng_new(9, "flow");
    for (int i = 0; i < 50; i++) {
        struct tw_channel_case k = next_case(&r, i, 20);
        struct tw_channel_choice x;
        CHECK(tw_channels_decide(a, &k, &x) == TW_OK);
    }
    TW_SCOPED_BUF saved = {0};
    CHECK(tw_channels_save(a, &saved) == TW_OK);
    tw_channels_free(a);
    for (size_t n = 0; n < saved.n; n++) {
        struct tw_channels *c = NULL;
        CHECK(tw_channels_load((struct tw_str){saved.p, n}, &s, &c, NULL) == TW_FORMAT && c == NULL);
    }
    size_t body = saved.n - TW_SHA256_BYTES;
    for (size_t n = 0; n < body; n++) {
        char kept = saved.p[n];
        struct tw_channels *c = NULL;
        saved.p[n] = (char)(kept ^ 0x81);
        CHECK(tw_channels_load(tw_buf_view(&saved), &s, &c, NULL) == TW_FORMAT);
        tw_sha256(saved.p, body, (uint8_t *)saved.p + body);
        tw_err err = tw_channels_load(tw_buf_view(&saved), &s, &c, NULL);
        CHECK(err == TW_OK || err == TW_FORMAT || err == TW_NOMEM);
        tw_channels_free(c);
        saved.p[n] = kept;
    }
}

int main(void)
{
    RUN(goes_on_the_next_day_as_if_never_stopped);
    RUN(refuses_damage_and_survives_any_byte_changed_under_a_mended_hash);
    return DONE();
}
