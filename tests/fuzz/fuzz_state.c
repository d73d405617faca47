/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that is read as saved state: first byte
 *   p  a profile's state     P  the same without its hash, which is put behind it     e  edits of a good one
 *   c  a channel state       C  the same without its hash                             E  edits of a good one
 *
 *   n  edits of an empty profile, N of channels that decided nothing, w of a profile that awaits no result
 *
 * An edit is four bytes: where (two, modulo the length), how, and with what. Edits begin at a state that was
 * just saved, so they go on meeting the depths of the format when it changes.
 *
 * What is accepted must be written back byte for byte, and must go on: the profile looks at declarations,
 * folds them and their findings in and gives numbers; the channels decide. */
#include "fuzz.h"

#include "base/hash.h"
#include "base/rng.h"
#include "channel/channel.h"
#include "feature/feature.h"
#include "unit/profile/border.h"

#include <math.h>

static void with_hash(struct tw_str body, struct tw_buf *ret)
{
    uint8_t sum[TW_SHA256_BYTES];
    tw_sha256(body.s, body.n, sum);
    tw_buf_put(ret, body.s, body.n);
    tw_buf_put(ret, sum, sizeof sum);
    CHECK(!ret->failed);
}

/* Edits all but the hash at the end, then puts the right hash there. */
static void edit(struct tw_str how, struct tw_buf *file)
{
    static const uint8_t odd[] = {0, 1, 0x7f, 0x80, 0xff};
    const size_t n = file->n - TW_SHA256_BYTES;
    for (; how.n >= 4; how.s += 4, how.n -= 4) {
        const uint8_t *e = (const uint8_t *)how.s;
        const size_t at = ((size_t)e[0] << 8 | e[1]) % n, run = e[2] % 8 + 1;
        uint8_t *p = (uint8_t *)file->p + at;
        for (size_t i = 0; i < run && at + i < n; i++) {
            if (e[2] < 64)
                p[i] = e[3];
            else if (e[2] < 128)
                p[i] = odd[e[3] % sizeof odd];
            else if (e[2] < 192)
                p[i] = (uint8_t)(p[i] + e[3]);
            else
                p[i] ^= (uint8_t)(1u << (e[3] % 8));
        }
    }
    tw_sha256(file->p, n, (uint8_t *)file->p + n);
}

/* -- profile */

static void numbers(const struct tw_profile *p, const struct tw_decl *d, const struct tw_look *look)
{
    float x[TW_FEATURE_N];
    struct tw_evidence e[TW_FEATURE_N];
    tw_feature_compute(p, d, look, 0, x, e);
    for (size_t f = 0; f < TW_FEATURE_N; f++) {
        if (isinf(x[f]) || isinf(e[f].value) || isinf(e[f].reference) || isinf(e[f].population))
            fprintf(stderr, "feature %s\n", tw_feature_row((enum tw_feature)f)->name);
        CHECK(!isinf(x[f]) && !isinf(e[f].value) && !isinf(e[f].reference) && !isinf(e[f].population));
    }
    for (int k = 0; k < TW_KIND_N; k++) {
        const double rate = tw_profile_rate(p, &look->item[0], (enum tw_kind)k, look->day);
        CHECK(rate >= 0 && rate <= 1);
    }
}

static void lives_on(struct tw_profile *p)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
    for (int i = 0; i < 12; i++) {
        struct shipment s;
        struct tw_look look;
        const struct tw_decl *d = declare(&s, i, i % 3, i % 2, 20000 + i * 100, 10000 + i * 1000, 5000 + i);
        tw_arena_reset(arena);
        CHECK(tw_profile_look(p, d, arena, &look) == TW_OK);
        numbers(p, d, &look);
        CHECK(tw_profile_fold(p, &look) == TW_OK);
        CHECK(tw_profile_await(p, look.declaration, 1, &look.item[0]) == TW_OK);
        const struct tw_finding f = {.declaration_id = d->id,
                                     .item = i % 2 == 0 ? 1 : 0,
                                     .result = i % 3 == 0 ? TW_RESULT_VALUE : TW_RESULT_CONFORM,
                                     .delta_duty = {100, "XTS"},
                                     .known_day = look.day + 3,
                                     .propensity = 0.5};
        const tw_err err = tw_profile_finding(p, &f);
        CHECK(err == TW_OK || err == TW_NOTFOUND); /* where the state allows for none at all */
    }
}

static void profile(struct tw_str bytes)
{
    TW_SCOPED(tw_profile) *p = NULL;
    TW_SCOPED_BUF out = {0};
    struct tw_fault fault = {0};
    const tw_err err = tw_profile_load(bytes, &p, &fault);
    if (err != TW_OK) {
        fuzz_fault(err, &fault);
        return;
    }
    CHECK(tw_profile_save(p, &out) == TW_OK);
    CHECK(tw_str_eq(tw_buf_view(&out), bytes));
    lives_on(p);
    tw_buf_clear(&out);
    CHECK(tw_profile_save(p, &out) == TW_OK);
    TW_SCOPED(tw_profile) *again = NULL;
    if (tw_profile_load(tw_buf_view(&out), &again, &fault) != TW_OK) fprintf(stderr, "%s\n", fault.note);
    CHECK(again != NULL);
}

static void edited_profile(struct tw_str how, int declarations, bool await)
{
    TW_SCOPED(tw_profile) *p = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED_BUF file = {0};
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK && tw_profile_new(tw_profile_defaults(), &p) == TW_OK);
    for (int i = 0; i < declarations; i++) {
        struct shipment s;
        const struct tw_decl *d = declare(&s, 100 + i, i, i % 2, 19000 + i, 20000 + i, 4000);
        const struct tw_look look = pass(p, d, arena);
        if (await) CHECK(tw_profile_await(p, look.declaration, 1, &look.item[0]) == TW_OK);
    }
    CHECK(tw_profile_save(p, &file) == TW_OK);
    edit(how, &file);
    profile(tw_buf_view(&file));
}

/* -- channels */

static void channels(struct tw_str bytes)
{
    TW_SCOPED(tw_channels) *c = NULL;
    TW_SCOPED_BUF out = {0};
    struct tw_channel_settings s = tw_channel_defaults();
    struct tw_fault fault = {0};
    s.window = 100;
    s.window_min = 10;
    s.capacity[TW_CHANNEL_RED] = 3;
    const tw_err err = tw_channels_load(bytes, &s, &c, &fault);
    if (err != TW_OK) {
        fuzz_fault(err, &fault);
        return;
    }
    CHECK(tw_channels_save(c, &out) == TW_OK);
    uint64_t novelty_n; /* the fourth count: a smaller window forgets */
    memcpy(&novelty_n, bytes.s + 8 + 3 * 8, sizeof novelty_n);
    CHECK(out.n < bytes.n || novelty_n > (uint64_t)s.window || tw_str_eq(tw_buf_view(&out), bytes));
    struct tw_rng rng = tw_rng_new(1, "fuzz");
    for (int i = 0; i < 150; i++) {
        const struct tw_channel_case k = {.score = tw_rng_unit(&rng),
                                          .draw = tw_rng_u64(&rng),
                                          .office = TW_STR("HB01"),
                                          .day = 20000 + i / 50};
        struct tw_channel_choice ret = {0};
        CHECK(tw_channels_decide(c, &k, &ret) == TW_OK);
        CHECK(ret.channel < TW_CHANNEL_N && ret.propensity_ppm <= 1000000);
        const struct tw_decl d = {.id = i % 3 == 0 ? TW_STR("D1") : TW_STR("D3"),
                                  .bill_of_lading = TW_STR("BL01")};
        struct tw_goods_before before;
        bool found;
        CHECK(tw_goods_find(tw_channels_goods(c), &d, k.day, &before, &found) == TW_OK);
        CHECK(tw_goods_put(tw_channels_goods(c), &d, k.day, k.draw, found ? before.draw_day : k.day,
                           ret.channel) == TW_OK);
    }
}

static void edited_channels(struct tw_str how, int declarations)
{
    TW_SCOPED(tw_channels) *c = NULL;
    TW_SCOPED_BUF file = {0};
    const struct tw_channel_settings s = tw_channel_defaults();
    struct tw_rng rng = tw_rng_new(2, "fuzz");
    CHECK(tw_channels_new(&s, &c, NULL) == TW_OK);
    for (int i = 0; i < declarations; i++) {
        const struct tw_channel_case k = {.score = tw_rng_unit(&rng),
                                          .draw = tw_rng_u64(&rng),
                                          .office = i % 2 == 0 ? TW_STR("HB01") : TW_STR("HB02"),
                                          .day = 19990};
        struct tw_channel_choice ret;
        CHECK(tw_channels_decide(c, &k, &ret) == TW_OK);
        const struct tw_decl d = {.id = i % 2 == 0 ? TW_STR("D1") : TW_STR("D2"),
                                  .bill_of_lading = TW_STR("BL01")};
        bool known;
        CHECK(tw_goods_put(tw_channels_goods(c), &d, k.day, k.draw, k.day, ret.channel) == TW_OK);
        CHECK(tw_goods_cancel(tw_channels_goods(c), d.id, &known) == TW_OK && known);
    }
    CHECK(tw_channels_save(c, &file) == TW_OK);
    edit(how, &file);
    channels(tw_buf_view(&file));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input in;
    TW_SCOPED_BUF file = {0};
    if (!fuzz_split(data, n, &in)) return 0;
    if (in.kind == 'P' || in.kind == 'C') with_hash(in.text, &file);
    switch (in.kind) {
    case 'p':
        profile(in.text);
        break;
    case 'P':
        profile(tw_buf_view(&file));
        break;
    case 'e':
        edited_profile(in.text, 3, true);
        break;
    case 'w':
        edited_profile(in.text, 3, false);
        break;
    case 'n':
        edited_profile(in.text, 0, false);
        break;
    case 'N':
        edited_channels(in.text, 0);
        break;
    case 'E':
        edited_channels(in.text, 30);
        break;
    case 'c':
        channels(in.text);
        break;
    case 'C':
        channels(tw_buf_view(&file));
        break;
    default:
        break;
    }
    return 0;
}
