/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"
#include "border.h"

#include <math.h>

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

/* Bytes that come in pieces of `at_once`. */
struct pieces {
    const char *p;
    size_t n, at_once;
    tw_err err; /* of the last piece */
};

static tw_err next_piece(void *to, struct tw_str *ret)
{
    struct pieces *from = to;
    const size_t n = from->n < from->at_once ? from->n : from->at_once;
    *ret = (struct tw_str){from->p, n};
    from->p += n;
    from->n -= n;
    return from->n == 0 ? from->err : TW_OK;
}

static tw_err read_in_pieces(const struct tw_buf *saved, size_t at_once, tw_err end, struct tw_profile **ret)
{
    struct pieces p = {saved->p, saved->n, at_once, end};
    return tw_profile_read(&(struct tw_profile_source){&p, saved->n, next_piece}, ret, NULL);
}

static void reads_pieces_of_any_size(void)
{
    static const size_t at_once[] = {1, 7, 4096, 100003, 1 << 20};
    struct tw_profile *a = lived(300), *b = NULL;
    TW_SCOPED_BUF saved = {0};
    CHECK(tw_profile_save(a, &saved) == TW_OK);
    tw_profile_free(a);
    for (size_t i = 0; i < sizeof at_once / sizeof *at_once; i++) {
        TW_SCOPED_BUF again = {0};
        CHECK(read_in_pieces(&saved, at_once[i], TW_OK, &b) == TW_OK && tw_profile_save(b, &again) == TW_OK);
        CHECK(tw_str_eq(tw_buf_view(&saved), tw_buf_view(&again)));
        tw_profile_free(b);
        b = NULL;
        CHECK(read_in_pieces(&saved, at_once[i], TW_IO, &b) == TW_IO && b == NULL);
    }
    for (size_t n = 0; n < saved.n; n += 1 + saved.n / 200) { /* cut, or edited */
        const struct tw_buf cut = {.p = saved.p, .n = n};
        struct pieces p = {saved.p, n, 1000, TW_OK};
        CHECK(read_in_pieces(&cut, 1000, TW_OK, &b) == TW_FORMAT && b == NULL);
        CHECK(tw_profile_read(&(struct tw_profile_source){&p, saved.n, next_piece}, &b, NULL) == TW_FORMAT);
        saved.p[n] ^= 0x10;
        CHECK(read_in_pieces(&saved, 1000, TW_OK, &b) == TW_FORMAT && b == NULL);
        saved.p[n] ^= 0x10;
    }
}

static void awaits_results_after_a_state_that_awaited_none(void)
{
    struct tw_profile *a = NULL, *b = NULL;
    TW_SCOPED_BUF saved = {0};
    TW_SCOPED(tw_arena) *arena = NULL;
    struct shipment s;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK && tw_profile_new(tw_profile_defaults(), &a) == TW_OK);
    CHECK(tw_profile_save(a, &saved) == TW_OK && tw_profile_load(tw_buf_view(&saved), &b, NULL) == TW_OK);
    struct tw_look look = pass(b, declare(&s, 1, 1, 1, 20000, 100000, 5000), arena);
    struct tw_finding f = {.declaration_id = s.decl.id, .known_day = 20001, .result = TW_RESULT_VALUE};
    CHECK(tw_profile_await(b, look.declaration, 1, &look.item[0]) == TW_OK && tw_profile_awaited(b) == 1);
    CHECK(tw_profile_finding(b, &f) == TW_OK);
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

/* Loads what was saved with `n` bytes at `at` replaced and the hash mended. */
static tw_err load_edited(const struct tw_buf *saved, size_t at, const void *bytes, size_t n)
{
    TW_SCOPED_BUF edited = {0};
    struct tw_profile *p = NULL;
    struct tw_fault fault = {0};
    const size_t body = saved->n - TW_SHA256_BYTES;
    tw_buf_put(&edited, saved->p, saved->n);
    CHECK(!edited.failed && at + n <= body);
    memcpy(edited.p + at, bytes, n);
    tw_sha256(edited.p, body, (uint8_t *)edited.p + body);
    const tw_err err = tw_profile_load(tw_buf_view(&edited), &p, &fault);
    CHECK((err == TW_OK) == (p != NULL) && (err == TW_OK || fault.note[0] != '\0'));
    tw_profile_free(p);
    return err;
}

/* Counts stop at 2^32 - 1 instead of beginning again: then more would be found than inspected. */
static void lets_counts_stop_at_their_end(void)
{
    struct tw_profile *a = lived(1), *b = NULL;
    TW_SCOPED_BUF saved = {0};
    TW_SCOPED(tw_arena) *arena = NULL;
    struct shipment s;
    CHECK(tw_profile_save(a, &saved) == TW_OK && tw_arena_new(1 << 20, &arena) == TW_OK);
    for (size_t at = 16; at < 28; at += 4) memset(saved.p + 80 + at, 0xff, 4); /* seen, inspected, found */
    memset(saved.p + 80 + 92, 0xff, 4);                                        /* partners */
    tw_sha256(saved.p, saved.n - TW_SHA256_BYTES, (uint8_t *)saved.p + saved.n - TW_SHA256_BYTES);
    CHECK(tw_profile_load(tw_buf_view(&saved), &b, NULL) == TW_OK);
    const struct tw_finding f = {
        .declaration_id = TW_STR("D0"), .item = 1, .result = TW_RESULT_VALUE, .known_day = 20001};
    CHECK(tw_profile_finding(b, &f) == TW_OK);
    const struct tw_decl *d = declare(&s, 1, 1, 1, 20002, 100000, 5000);
    pass(b, d, arena);
    struct tw_look look;
    CHECK(tw_profile_look(b, d, arena, &look) == TW_OK);
    const struct tw_stat *all = tw_profile_stat(b, &look.item[0], TW_KIND_GLOBAL);
    CHECK(all->n == UINT32_MAX && all->inspected == UINT32_MAX && all->found == UINT32_MAX);
    CHECK(all->partners == UINT32_MAX);
    tw_profile_free(a);
    tw_profile_free(b);
}

/* Places of the format (docs/formats/profile.md), and numbers there that no fold can have left. */
static void refuses_numbers_that_no_past_can_give(void)
{
    enum { HEAD = 80, ROW = 116 };
    static const float nan = (float)NAN, inf = (float)INFINITY, minus = -1.0F, huge = 2e30F, far = 1501.0F;
    static const int32_t late = 90000, early = -30000;
    static const uint32_t many = 1000000;
    static const struct {
        size_t at; /* in a row */
        const void *bytes;
    } bad[] = {
        {8, &late},                                                            /* first day behind the last */
        {8, &early},   {12, &late},  {68, &late},   {28, &late},  {24, &many}, /* more found than inspected */
        {32, &nan},    {36, &minus}, {40, &huge},   {44, &minus}, {48, &nan},
        {52, &nan},    {56, &huge}, /* more found than inspected */
        {56, &minus},  {60, &inf},   {64, &huge},   {64, &minus}, {72, &nan},
        {80, &minus},  {88, &nan},   {96, &minus},  {100, &far},  {100, &nan},
        {104, &minus}, {104, &inf},  {108, &minus}, {108, &inf},
    };
    struct tw_profile *a = lived(40);
    TW_SCOPED_BUF saved = {0};
    CHECK(tw_profile_save(a, &saved) == TW_OK);
    const size_t rows = tw_profile_keys(a);
    tw_profile_free(a);
    CHECK(load_edited(&saved, HEAD + 16, &many, 4) == TW_OK); /* so often may it have been seen */
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (load_edited(&saved, HEAD + bad[i].at, bad[i].bytes, 4) != TW_FORMAT) printf("# %zu\n", bad[i].at);
        CHECK(load_edited(&saved, HEAD + bad[i].at, bad[i].bytes, 4) == TW_FORMAT);
    }
    const size_t usual = HEAD + rows * ROW;
    CHECK(load_edited(&saved, usual, &late, 4) == TW_FORMAT);
    CHECK(load_edited(&saved, usual + 4, &early, 4) == TW_FORMAT);
    for (size_t moment = 0; moment < 3; moment++) {
        CHECK(load_edited(&saved, usual + 8 + 12 * moment, &minus, 4) == TW_FORMAT);
        CHECK(load_edited(&saved, usual + 12 + 12 * moment, &nan, 4) == TW_FORMAT);
        CHECK(load_edited(&saved, usual + 16 + 12 * moment, &minus, 4) == TW_FORMAT);
    }
}

static void refuses_limits_days_and_owners_that_cannot_be(void)
{
    static const double nan = (double)NAN, minus = -1, two = 2;
    static const int32_t late = 90000;
    static const uint64_t few = 3;
    struct tw_profile *a = lived(40);
    TW_SCOPED_BUF saved = {0};
    CHECK(tw_profile_save(a, &saved) == TW_OK);
    tw_profile_free(a);
    CHECK(load_edited(&saved, 12, &late, 4) == TW_FORMAT);
    CHECK(load_edited(&saved, 32, &few, 8) == TW_FORMAT); /* awaited items: there are fourteen */
    CHECK(load_edited(&saved, 40, &nan, 8) == TW_FORMAT && load_edited(&saved, 40, &minus, 8) == TW_FORMAT);
    CHECK(load_edited(&saved, 48, &nan, 8) == TW_FORMAT && load_edited(&saved, 48, &two, 8) == TW_FORMAT);
    /* Two rows with one block: of the first of them another is left without. */
    const char *block = NULL;
    for (size_t row = 0; row < 40; row++) {
        const char *at = saved.p + 80 + row * 116 + 112;
        if (memcmp(at, "\xff\xff\xff\xff", 4) == 0) continue;
        if (block != NULL) {
            CHECK(load_edited(&saved, (size_t)(at - saved.p), block, 4) == TW_FORMAT);
            CHECK(load_edited(&saved, (size_t)(at - saved.p), "\xff\xff\xff\xff", 4) == TW_FORMAT);
            return;
        }
        block = at;
    }
    CHECK(0 && "two rows have blocks");
}

int main(void)
{
    RUN(goes_on_from_a_saved_state_bit_for_bit);
    RUN(reads_pieces_of_any_size);
    RUN(awaits_results_after_a_state_that_awaited_none);
    RUN(refuses_a_state_that_was_cut_or_edited);
    RUN(survives_any_byte_changed_under_a_mended_hash);
    RUN(lets_counts_stop_at_their_end);
    RUN(refuses_numbers_that_no_past_can_give);
    RUN(refuses_limits_days_and_owners_that_cannot_be);
    return DONE();
}
