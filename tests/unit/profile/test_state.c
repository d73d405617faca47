/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"
#include "border.h"

static struct tw_profile *lived(int n)
{
    struct tw_profile *p = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    CHECK(tw_profile_new(tw_profile_defaults(), &p) == TW_OK && tw_arena_new(64 << 20, &arena) == TW_OK);
    for (int i = 0; i < n; i++) {
        struct shipment s;
        struct tw_look look =
            pass(p, declare(&s, i, i % 17, i % 11, 20000 + i, 100000 + 13 * i, 5000), arena);
        if (i % 3 == 0) CHECK(tw_profile_await(p, look.declaration, 1, &look.item[0]) == TW_OK);
    }
    return p;
}

/* Goes on after a restart as if nothing had happened: same bytes after the same further days. */
static void goes_on_from_a_saved_state_bit_for_bit(void)
{
    struct tw_profile *a = lived(500), *b = NULL;
    TW_SCOPED_BUF saved = {0};
    TW_SCOPED(tw_arena) *arena = NULL;
    CHECK(tw_arena_new(64 << 20, &arena) == TW_OK);
    CHECK(tw_profile_save(a, &saved) == TW_OK);
    struct tw_fault fault = {0};
    CHECK(tw_profile_load(tw_buf_view(&saved), &b, &fault) == TW_OK);
    for (int i = 0; i < 300; i++) {
        struct shipment s;
        const struct tw_decl *d = declare(&s, 500 + i, i % 23, i % 11, 20500 + i, 100000 + 7 * i, 4000);
        struct tw_finding f = {
            .declaration_id = TW_STR("D3"), .item = 1, .result = TW_RESULT_ORIGIN, .known_day = 20500 + i};
        CHECK(tw_profile_finding(a, &f) == tw_profile_finding(b, &f));
        pass(a, d, arena);
        pass(b, d, arena);
    }
    TW_SCOPED_BUF end_a = {0};
    TW_SCOPED_BUF end_b = {0};
    CHECK(tw_profile_save(a, &end_a) == TW_OK && tw_profile_save(b, &end_b) == TW_OK);
    CHECK(tw_str_eq(tw_buf_view(&end_a), tw_buf_view(&end_b)));
    tw_profile_free(a);
    tw_profile_free(b);
}

static void refuses_a_state_that_was_cut_or_edited(void)
{
    struct tw_profile *a = lived(40);
    TW_SCOPED_BUF saved = {0};
    CHECK(tw_profile_save(a, &saved) == TW_OK);
    tw_profile_free(a);
    for (size_t n = 0; n < saved.n; n += 1 + saved.n / 200) {
        struct tw_profile *p = NULL;
        struct tw_fault fault = {0};
        CHECK(tw_profile_load((struct tw_str){saved.p, n}, &p, &fault) == TW_FORMAT && p == NULL);
        CHECK(fault.note[0] != '\0');
    }
    for (size_t n = 0; n < saved.n; n += 1 + saved.n / 200) {
        struct tw_profile *p = NULL;
        saved.p[n] ^= 0x10;
        CHECK(tw_profile_load(tw_buf_view(&saved), &p, NULL) == TW_FORMAT);
        saved.p[n] ^= 0x10;
    }
}

/* Whoever edits a state can also mend its hash: the counts must still be believed by nobody. */
static void survives_any_byte_changed_under_a_mended_hash(void)
{
    struct tw_profile *a = lived(40);
    TW_SCOPED_BUF saved = {0};
    CHECK(tw_profile_save(a, &saved) == TW_OK);
    tw_profile_free(a);
    size_t body = saved.n - TW_SHA256_BYTES;
    for (size_t n = 0; n < body; n += n < 400 ? 1 : 17) {
        char kept = saved.p[n];
        struct tw_profile *p = NULL;
        saved.p[n] = (char)(kept ^ 0xff);
        tw_sha256(saved.p, body, (uint8_t *)saved.p + body);
        tw_err err = tw_profile_load(tw_buf_view(&saved), &p, NULL);
        CHECK(err == TW_OK || err == TW_FORMAT || err == TW_NOMEM);
        if (err == TW_OK) tw_profile_free(p);
        saved.p[n] = kept;
    }
}

int main(void)
{
    RUN(goes_on_from_a_saved_state_bit_for_bit);
    RUN(refuses_a_state_that_was_cut_or_edited);
    RUN(survives_any_byte_changed_under_a_mended_hash);
    return DONE();
}
