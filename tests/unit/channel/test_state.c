/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"
#include "fault.h"
#include "flow.h"

#include <math.h>

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

static void put(struct tw_buf *b, uint64_t v)
{
    for (int i = 0; i < 8; i++) tw_buf_char(b, (char)(uint8_t)(v >> (8 * i)));
}

static void put_f64(struct tw_buf *b, double v)
{
    uint64_t raw;
    memcpy(&raw, &v, sizeof raw);
    put(b, raw);
}

static void put_score(struct tw_buf *b, double v, char taken)
{
    put_f64(b, v);
    tw_buf_char(b, taken);
}

static void put_head(struct tw_buf *b, uint64_t scores, uint64_t offices, double order)
{
    tw_buf_text(b, "TWCHAN4\n");
    put(b, scores);
    put(b, offices);
    put(b, 0); /* criteria */
    put(b, 0); /* cases that novelty rests on */
    put_f64(b, 0);
    put_f64(b, order);
}

enum { DAY_S = 86400 };

static void put_office_in(struct tw_buf *b, const char *name, int64_t begins, uint64_t red)
{
    put(b, strlen(name));
    tw_buf_text(b, name);
    put(b, (uint64_t)begins);
    for (int code = 0; code < 4; code++) put(b, code == 3 ? red : 0);
}

static void put_office(struct tw_buf *b, const char *name, uint64_t red)
{
    put_office_in(b, name, (int64_t)20000 * DAY_S, red);
}

static tw_err load(struct tw_buf *b, const struct tw_channel_settings *s, struct tw_channels **ret)
{
    uint8_t sum[TW_SHA256_BYTES];
    struct tw_fault fault = {0};
    tw_sha256(b->p, b->n, sum);
    tw_buf_put(b, sum, sizeof sum);
    CHECK(!b->failed);
    const tw_err err = tw_channels_load(tw_buf_view(b), s, ret, &fault);
    CHECK(err == TW_OK || fault.note[0] != '\0');
    return err;
}

/* Every byte as docs/formats/channels.md has it. */
static void is_written_as_its_format_says(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    s.random[TW_CHANNEL_RED] = 0.5;
    s.window = 100;
    s.window_min = 100;
    TW_SCOPED(tw_channels) *c = channels(&s);
    struct tw_channel_choice choice;
    tw_channels_order(c, 0.75);
    tw_channels_seed(c, 0.25);
    const struct tw_channel_case chance = {.score = 0.5, .office = TW_STR("HB01"), .day = 20001},
                                 law = {.score = 2,
                                        .office = TW_STR("B2"),
                                        .day = 20001,
                                        .mandatory = TW_CHANNEL_RED},
                                 none = {
                                     .score = -1, .draw = UINT64_MAX, .office = TW_STR("HB01"), .day = 20001};
    CHECK(tw_channels_decide(c, &chance, &choice) == TW_OK && choice.channel == TW_CHANNEL_RED);
    CHECK(tw_channels_decide(c, &law, &choice) == TW_OK && choice.channel == TW_CHANNEL_RED);
    CHECK(tw_channels_decide(c, &none, &choice) == TW_OK && choice.channel == TW_CHANNEL_GREEN);
    TW_SCOPED_BUF saved = {0}, want = {0};
    tw_buf_text(&saved, "before");
    CHECK(tw_channels_save(c, &saved) == TW_OK);
    put_head(&want, 4, 2, 0.75);
    put_score(&want, 0.25, 0);
    put_score(&want, 0.5, 3 + 4);
    put_score(&want, 2, 3 + 4);
    put_score(&want, -1, 0);
    put_office_in(&want, "HB01", (int64_t)20001 * DAY_S, 1);
    put_office_in(&want, "B2", (int64_t)20001 * DAY_S, 1);
    put(&want, 0); /* goods */
    CHECK(saved.n == 6 + want.n + TW_SHA256_BYTES && memcmp(saved.p + 6, want.p, want.n) == 0);
    TW_SCOPED(tw_channels) *back = NULL;
    CHECK(load(&want, &s, &back) == TW_OK && tw_channels_ordered_by(back) == 0.75 &&
          memcmp(saved.p + 6, want.p, want.n) == 0);
    TW_SCOPED_BUF again = {0};
    CHECK(tw_channels_save(back, &again) == TW_OK && tw_str_eq(tw_buf_view(&again), tw_buf_view(&want)));
}

/* A day has its counts, by score and not, and the next day begins without them. */
static void brings_the_day_back_with_its_counts(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    s.capacity[TW_CHANNEL_RED] = 4; /* one of them is kept for chance */
    s.window = s.window_min = 100;
    static const struct {
        uint64_t red; /* by score << 32 | taken */
        int32_t day;
        enum tw_channel by_score;
    } row[] = {{(uint64_t)2 << 32 | 2, 20000, TW_CHANNEL_RED},
               {(uint64_t)3 << 32 | 3, 20000, TW_CHANNEL_YELLOW},
               {(uint64_t)1 << 32 | 4, 20000, TW_CHANNEL_YELLOW},
               {(uint64_t)2 << 32 | 3, 20000, TW_CHANNEL_RED},
               {(uint64_t)3 << 32 | 4, 20001, TW_CHANNEL_RED}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        TW_SCOPED_BUF b = {0};
        TW_SCOPED(tw_channels) *c = NULL;
        struct tw_channel_choice choice;
        put_head(&b, 100, 2, 0);
        for (int k = 0; k < 100; k++) put_score(&b, k, 0);
        put_office(&b, "HB01", row[i].red);
        put_office(&b, "HB02", 0);
        put(&b, 0);
        CHECK(load(&b, &s, &c) == TW_OK);
        const struct tw_channel_case k = {
            .score = 99, .draw = UINT64_MAX, .office = TW_STR("HB01"), .day = row[i].day};
        CHECK(tw_channels_decide(c, &k, &choice) == TW_OK && choice.channel == row[i].by_score);
    }
}

static void refuses_what_no_decision_can_have_left(void)
{
    const struct tw_channel_settings s = tw_channel_defaults();
    enum {
        GOOD,
        SHIFT_LATE,
        SHIFT_EARLY,
        SCORES,
        OFFICES,
        ORDER,
        NOT_FINITE,
        NAN_SCORE,
        TAKEN,
        TWICE,
        LENGTH,
        LENGTH_HUGE,
        MORE,
        N
    };
    for (int what = GOOD; what < N; what++) {
        TW_SCOPED_BUF b = {0};
        TW_SCOPED(tw_channels) *c = NULL;
        put_head(&b, what == SCORES ? (uint64_t)1 << 61 : 2, what == OFFICES ? (uint64_t)1 << 61 : 2,
                 what == ORDER ? (double)NAN : 0.5);
        put_score(&b, what == NOT_FINITE ? (double)INFINITY : what == NAN_SCORE ? (double)NAN : 1, 0);
        put_score(&b, 2, what == TAKEN ? 8 : 7);
        put_office_in(&b, "HB01",
                      what == SHIFT_LATE    ? ((int64_t)INT32_MAX + 1) * DAY_S
                      : what == SHIFT_EARLY ? ((int64_t)INT32_MIN - 1) * DAY_S
                                            : 0,
                      0);
        if (what == LENGTH || what == LENGTH_HUGE) {
            put(&b, what == LENGTH ? 5 : UINT64_MAX - 30);
            tw_buf_text(&b, "HB02");
            for (int code = 0; code < 5; code++) put(&b, 0);
        } else {
            put_office(&b, what == TWICE ? "HB01" : "HB02", 0);
        }
        put(&b, 0);
        if (what == MORE) tw_buf_char(&b, 0);
        if (load(&b, &s, &c) != (what == GOOD ? TW_OK : TW_FORMAT)) printf("# %d\n", what);
        CHECK((c != NULL) == (what == GOOD));
    }
}

static void tells_another_version_from_damage(void)
{
    const struct tw_channel_settings s = tw_channel_defaults();
    struct tw_channels *c = NULL;
    struct tw_fault fault = {0};
    CHECK(tw_channels_load(TW_STR("TWCHAN3\nand more"), &s, &c, &fault) == TW_FORMAT && c == NULL);
    CHECK(strstr(fault.note, "another version") != NULL &&
          strstr(fault.note, "train the model anew") != NULL);
    CHECK(tw_channels_load(TW_STR("TWCHAN4\nand more"), &s, &c, &fault) == TW_FORMAT &&
          strstr(fault.note, "damaged") != NULL);
}

/* A count of offices that fits the length only because the first name takes what the second needs. */
static void refuses_a_name_that_swallows_the_next_office(void)
{
    const struct tw_channel_settings s = tw_channel_defaults();
    TW_SCOPED_BUF b = {0};
    TW_SCOPED(tw_channels) *c = NULL;
    put_head(&b, 0, 2, 0);
    put_office(&b, "an office with a name of just forty byte", 0);
    CHECK(load(&b, &s, &c) == TW_FORMAT && c == NULL);
}

/* Fewer scores are remembered where the window has become smaller: the latest. */
static void keeps_the_latest_scores_of_a_smaller_window(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    TW_SCOPED(tw_channels) *c = channels(&s);
    TW_SCOPED(tw_channels) *small = NULL;
    TW_SCOPED_BUF saved = {0}, smaller = {0};
    for (int i = 0; i < 300; i++) tw_channels_seed(c, i);
    CHECK(tw_channels_save(c, &saved) == TW_OK);
    s.window = s.window_min = 100;
    CHECK(tw_channels_load(tw_buf_view(&saved), &s, &small, NULL) == TW_OK);
    CHECK(tw_channels_save(small, &smaller) == TW_OK && smaller.n == 56 + 100 * 9 + 8 + TW_SHA256_BYTES);
    double first;
    memcpy(&first, smaller.p + 56, sizeof first);
    CHECK(first == 200);
}

/* Criteria that were not heard, how new goods were, and what was declared: all of it goes on. */
static void goes_on_with_patience_novelty_and_goods(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    s.explore[TW_CHANNEL_RED] = 0.02;
    s.shifts = 2;
    s.shift[1].from = 43200;
    for (int i = 0; i < 2; i++)
        for (int ch = 0; ch < TW_CHANNEL_N; ch++) s.shift[i].capacity[ch] = TW_CHANNEL_SAME;
    s.capacity[TW_CHANNEL_RED] = 3;
    TW_SCOPED(tw_channels) *a = channels(&s), *b = NULL;
    struct tw_rng r = tw_rng_new(21, "flow");
    const struct tw_decl first = {.id = TW_STR("D1"),
                                  .bill_of_lading = TW_STR("BL-101"),
                                  .importer.id = TW_STR("I")},
                         second = {.id = TW_STR("D2"),
                                   .bill_of_lading = TW_STR("bl 101"),
                                   .importer.id = TW_STR("I")};
    struct tw_goods_before before;
    bool known, found;
    for (int i = 0; i < 600; i++) {
        struct tw_channel_ask ask = {.id = i % 2 == 0 ? TW_STR("ODD") : TW_STR("EVEN"),
                                     .channel = TW_CHANNEL_RED,
                                     .draw = 0.9,
                                     .patience = 7};
        struct tw_channel_case k = next_case(&r, i, 40);
        struct tw_channel_choice x, y;
        k.second = i * 2160 % DAY_S;
        k.novelty = tw_rng_unit(&r);
        k.ask = &ask;
        k.asks = 1;
        if (i == 300) {
            TW_SCOPED_BUF saved = {0};
            CHECK(tw_goods_put(tw_channels_goods(a), &first, 20000, 77, 20000, TW_CHANNEL_YELLOW) == TW_OK);
            CHECK(tw_goods_cancel(tw_channels_goods(a), first.id, &known) == TW_OK && known);
            CHECK(tw_channels_save(a, &saved) == TW_OK);
            CHECK(tw_channels_load(tw_buf_view(&saved), &s, &b, NULL) == TW_OK);
        }
        CHECK(tw_channels_decide(a, &k, &x) == TW_OK);
        if (b == NULL) continue;
        CHECK(tw_channels_decide(b, &k, &y) == TW_OK);
        CHECK(x.channel == y.channel && x.basis == y.basis && x.propensity_ppm == y.propensity_ppm);
        CHECK(x.shift == y.shift && x.explored == y.explored && x.capacity == y.capacity);
    }
    CHECK(tw_goods_find(tw_channels_goods(b), &second, 20010, &before, &found) == TW_OK && found);
    CHECK(!before.version && before.own.channel == TW_CHANNEL_YELLOW && tw_str_is(before.own.of, "D1"));
    CHECK(tw_goods_find(tw_channels_goods(b), &first, 20010, &before, &found) == TW_OK && found);
    CHECK(before.version && before.draw == 77 && before.draw_day == 20000);
}

/* Where goods are not known again, those of a state are let go. */
static struct tw_buf with_goods;

static tw_err load_without_goods(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    TW_SCOPED(tw_channels) *c = NULL;
    TW_SCOPED_BUF saved = {0};
    s.relodging_days = 0;
    TW_TRY(tw_channels_load(tw_buf_view(&with_goods), &s, &c, NULL));
    CHECK(tw_channels_goods(c) == NULL);
    TW_TRY(tw_channels_save(c, &saved));
    CHECK(saved.n < with_goods.n);
    return TW_OK;
}

static void lets_goods_go_where_they_are_not_known_again(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    struct tw_channels *c = channels(&s);
    const struct tw_decl d = {.id = TW_STR("D1"), .bill_of_lading = TW_STR("BL01")};
    CHECK(tw_goods_put(tw_channels_goods(c), &d, 1, 1, 1, TW_CHANNEL_RED) == TW_OK);
    CHECK(tw_channels_save(c, &with_goods) == TW_OK);
    tw_channels_free(c);
    CHECK(load_without_goods() == TW_OK && fault_each_allocation(load_without_goods) > 5);
    tw_buf_free(&with_goods);
}

/* Criteria that stand twice or have hit too often, novelty that is none. */
static void refuses_criteria_and_novelty_that_cannot_be(void)
{
    const struct tw_channel_settings s = tw_channel_defaults();
    enum { GOOD, TWICE, OFTEN, INFINITE, BELOW, LESS, N };
    for (int what = GOOD; what < N; what++) {
        TW_SCOPED_BUF b = {0};
        TW_SCOPED(tw_channels) *c = NULL;
        tw_buf_text(&b, "TWCHAN4\n");
        put(&b, 0);
        put(&b, 0);
        put(&b, 2);
        put(&b, 1000000);
        put_f64(&b, what == INFINITE ? (double)INFINITY : what == BELOW ? -1 : 0.5);
        put_f64(&b, 0);
        for (int i = 0; i < 2; i++) {
            put(&b, 1);
            tw_buf_char(&b, what == TWICE || i == 0 ? 'A' : 'B');
            put(&b, what == OFTEN ? (uint64_t)UINT32_MAX + 1 : 3);
        }
        if (what != LESS) put(&b, 0);
        CHECK(load(&b, &s, &c) == (what == GOOD ? TW_OK : TW_FORMAT) && (c != NULL) == (what == GOOD));
    }
}

static struct tw_buf whole;

static tw_err save_and_load(void)
{
    const struct tw_channel_settings s = tw_channel_defaults();
    TW_SCOPED(tw_channels) *c = NULL;
    TW_SCOPED_BUF saved = {0};
    TW_TRY(tw_channels_load(tw_buf_view(&whole), &s, &c, NULL));
    TW_TRY(tw_channels_save(c, &saved));
    CHECK(tw_str_eq(tw_buf_view(&saved), tw_buf_view(&whole)));
    return TW_OK;
}

static void survives_every_failed_allocation(void)
{
    const struct tw_channel_settings s = tw_channel_defaults();
    TW_SCOPED(tw_channels) *c = channels(&s);
    struct tw_channel_choice choice;
    const struct tw_decl d = {.id = TW_STR("D1"), .bill_of_lading = TW_STR("BL01")};
    bool known;
    for (int i = 0; i < 5; i++) {
        struct tw_channel_ask ask = {.id = TW_STR("X"), .channel = TW_CHANNEL_RED, .draw = 1, .patience = 9};
        const struct tw_channel_case k = {
            .score = i, .office = i < 3 ? TW_STR("A") : TW_STR("B"), .day = 1, .ask = &ask, .asks = 1};
        CHECK(tw_channels_decide(c, &k, &choice) == TW_OK);
    }
    CHECK(tw_goods_put(tw_channels_goods(c), &d, 1, 1, 1, TW_CHANNEL_RED) == TW_OK);
    CHECK(tw_goods_cancel(tw_channels_goods(c), d.id, &known) == TW_OK);
    CHECK(tw_channels_save(c, &whole) == TW_OK && fault_each_allocation(save_and_load) > 6);
    tw_buf_free(&whole);
}

int main(void)
{
    RUN(goes_on_the_next_day_as_if_never_stopped);
    RUN(refuses_damage_and_survives_any_byte_changed_under_a_mended_hash);
    RUN(is_written_as_its_format_says);
    RUN(brings_the_day_back_with_its_counts);
    RUN(refuses_what_no_decision_can_have_left);
    RUN(tells_another_version_from_damage);
    RUN(refuses_a_name_that_swallows_the_next_office);
    RUN(keeps_the_latest_scores_of_a_smaller_window);
    RUN(goes_on_with_patience_novelty_and_goods);
    RUN(lets_goods_go_where_they_are_not_known_again);
    RUN(refuses_criteria_and_novelty_that_cannot_be);
    RUN(survives_every_failed_allocation);
    return DONE();
}
