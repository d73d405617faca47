/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "fault.h"
#include "flow.h"
#include "plain.h"

static bool has(const struct tw_channel_choice *c, enum tw_basis b)
{
    return (c->basis & (1u << b)) != 0;
}

static void fills_each_channel_to_its_expected_rate(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    s.window = 2000;
    struct tw_channels *c = channels(&s);
    struct tw_rng r = tw_rng_new(1, "flow");
    enum { N = 30000 };
    double count[TW_CHANNEL_N] = {0};
    for (int i = 0; i < N; i++) {
        struct tw_channel_case k = next_case(&r, i, 200);
        struct tw_channel_choice choice;
        CHECK(tw_channels_decide(c, &k, &choice) == TW_OK);
        if (i >= 2000) count[choice.channel] += 1;
    }
    /* Random picks are 1 % of what would be green, and count towards red's 5 %. */
    CHECK(fabs(count[TW_CHANNEL_RED] / (N - 2000) - 0.05) < 0.004);
    CHECK(fabs(count[TW_CHANNEL_YELLOW] / (N - 2000) - 0.10) < 0.006);
    CHECK(count[TW_CHANNEL_BLUE] == 0 && count[TW_CHANNEL_QUERY] == 0);
    tw_channels_free(c);
}

static double one_of(struct tw_rng *r, const double *of, size_t n)
{
    return of[tw_rng_below(r, n)];
}

/* Now and then two shifts, the second with fewer examiners, and an office of its own kind. */
static struct tw_channel_settings some_settings(struct tw_rng *r, struct tw_channel_office *own)
{
    static const double rate[] = {0, 0.02, 0.05, 0.1, 0.3}, random[] = {0, 0.01, 0.05, 0.15},
                        explore[] = {0, 0, 0.01, 0.04}, room[] = {-1, -1, 0, 1, 2, 5, 20},
                        window[] = {100, 130, 300}, least[] = {1, 40, 100}, other[] = {-2, 0, 3, 9};
    struct tw_channel_settings s = tw_channel_defaults();
    *own = (struct tw_channel_office){.id = TW_STR("HB02")};
    if (tw_rng_below(r, 2) == 0) s.shifts = 2;
    if (tw_rng_below(r, 2) == 0) {
        s.office = own;
        s.offices = 1;
    }
    s.shift[0].from = 6 * 3600;
    s.shift[1].from = 22 * 3600;
    for (int c = 0; c < TW_CHANNEL_N; c++)
        own->capacity[c] = s.shift[0].capacity[c] = s.shift[1].capacity[c] = TW_CHANNEL_SAME;
    for (int c = 0; c < 3; c++) {
        s.expected[plain_order[c]] = one_of(r, rate, 5);
        s.random[plain_order[c]] = c < 2 ? one_of(r, random, 4) : 0;
        s.explore[plain_order[c]] = c < 2 ? one_of(r, explore, 4) : 0;
        s.capacity[plain_order[c]] = (int64_t)one_of(r, room, 7);
        s.shift[1].capacity[plain_order[c]] = (int64_t)one_of(r, other, 4);
        own->capacity[plain_order[c]] = (int64_t)one_of(r, other, 4);
    }
    s.window = (int64_t)one_of(r, window, 3);
    s.window_min = (int64_t)one_of(r, least, 3);
    return s;
}

static enum tw_channel some_channel(struct tw_rng *r)
{
    static const enum tw_channel channel[] = {TW_CHANNEL_RED, TW_CHANNEL_RED, TW_CHANNEL_YELLOW,
                                              TW_CHANNEL_BLUE};
    return channel[tw_rng_below(r, 4)];
}

/* Some criteria that hit, now and then a facilitation. */
static void add_criteria(struct tw_rng *r, struct tw_channel_case *k, struct tw_channel_ask ask[3])
{
    static const char *const id[] = {"a", "b", "c"};
    const uint64_t n = tw_rng_below(r, 8);
    k->facilitated = tw_rng_below(r, 20) == 0;
    k->ask = ask;
    k->asks = n < 4 ? n : 0;
    for (size_t i = 0; i < k->asks; i++)
        ask[i] = (struct tw_channel_ask){.id = tw_str_from(id[i]),
                                         .channel = some_channel(r),
                                         .probability = (double)tw_rng_below(r, 5) / 4,
                                         .draw = tw_rng_unit(r),
                                         .patience = (uint32_t)tw_rng_below(r, 2) * (2 + (uint32_t)i)};
}

/* Any settings, shifts, ties, full offices, mandatory controls, officers, criteria, goods declared before,
 * late days: all of the choice, case by case. */
static void decides_as_its_rules_read_plainly(void)
{
    static const char *const office[PLAIN_OFFICES] = {"HB01", "HB02", "HB03"};
    static struct plain p;
    struct tw_rng r = tw_rng_new(11, "plain");
    for (int round = 0; round < 40; round++) {
        struct tw_channel_office own;
        p = (struct plain){.s = some_settings(&r, &own)};
        struct tw_channels *c = channels(&p.s);
        const double steps = round % 3 == 0 ? 1e9 : 8; /* hardly a tie, or hardly anything else */
        for (int i = 0; i < 700; i++) {
            const size_t at = tw_rng_below(&r, PLAIN_OFFICES);
            struct tw_channel_ask ask[3];
            struct tw_channel_case k = {.score = floor(tw_rng_unit(&r) * steps),
                                        .draw = tw_rng_u64(&r),
                                        .office = tw_str_from(office[at]),
                                        .day = 20000 + i / 90 - (i % 50 == 49), /* now and then late */
                                        .second = (int32_t)(i % 90) * 960,
                                        .novelty = (double)tw_rng_below(&r, 3) / 2,
                                        .unfounded = tw_rng_below(&r, 20) == 0};
            if (tw_rng_below(&r, 40) == 0) k.mandatory = some_channel(&r);
            if (tw_rng_below(&r, 40) == 0) k.manual = some_channel(&r);
            if (tw_rng_below(&r, 40) == 0) k.relodged = some_channel(&r);
            if (tw_rng_below(&r, 20) == 0) k.shared = some_channel(&r);
            if (round % 2 == 1) add_criteria(&r, &k, ask);
            struct tw_channel_choice got;
            const struct tw_channel_choice want = plain_decide(&p, &k, at);
            CHECK(tw_channels_decide(c, &k, &got) == TW_OK);
            CHECK(got.channel == want.channel && got.basis == want.basis);
            CHECK(got.score_channel == want.score_channel && got.full == want.full);
            CHECK(fabs(got.explored - want.explored) < 1e-12);
            CHECK(abs((int)got.propensity_ppm - (int)want.propensity_ppm) <= 1);
            CHECK(got.red_from == want.red_from && got.green_below == want.green_below);
        }
        tw_channels_free(c);
    }
}

/* What is recorded as probability is the probability: the same case, decided in the same state, over draws
 * that lie evenly in both uses of a draw. */
static void records_the_probability_of_its_outcome(void)
{
    enum { GRID = 30, CASES = 260 };
    struct tw_channel_settings s = tw_channel_defaults();
    s.random[TW_CHANNEL_RED] = 0.1;
    s.random[TW_CHANNEL_YELLOW] = 0.15;
    s.expected[TW_CHANNEL_YELLOW] = 0.2;
    s.capacity[TW_CHANNEL_YELLOW] = 40;
    s.window = 150;
    s.window_min = 100;
    for (int state = 0; state < 8; state++) {
        TW_SCOPED_BUF saved = {0};
        struct tw_channels *c = channels(&s);
        struct tw_rng r = tw_rng_new((uint64_t)state, "flow");
        struct tw_channel_choice choice;
        for (int i = 0; i < CASES; i++) {
            struct tw_channel_case k = next_case(&r, i, 200);
            k.score = floor(k.score * 6);
            CHECK(tw_channels_decide(c, &k, &choice) == TW_OK);
        }
        CHECK(tw_channels_save(c, &saved) == TW_OK);
        tw_channels_free(c);
        struct tw_channel_case k = next_case(&r, CASES, 200);
        k.score = state % 6;
        double seen[TW_CHANNEL_N] = {0}, said[TW_CHANNEL_N] = {0};
        for (uint64_t i = 0; i < GRID * GRID; i++) {
            CHECK(tw_channels_load(tw_buf_view(&saved), &s, &c, NULL) == TW_OK);
            k.draw = (uint64_t)(((double)(i / GRID) + 0.5) / GRID * 0x1p32) << 32 |
                     (uint64_t)(((double)(i % GRID) + 0.5) / GRID * 0x1p32);
            CHECK(tw_channels_decide(c, &k, &choice) == TW_OK);
            tw_channels_free(c);
            double *p = &said[choice.channel];
            CHECK(*p == 0 || *p == choice.propensity_ppm / 1e6); /* whichever way it came there */
            *p = choice.propensity_ppm / 1e6;
            seen[choice.channel] += 1.0 / (GRID * GRID);
        }
        double all = 0;
        for (int ch = 0; ch < TW_CHANNEL_N; ch++) {
            CHECK(fabs(seen[ch] - said[ch]) < 3.0 / GRID);
            all += said[ch];
        }
        CHECK(fabs(all - 1) < 1e-5);
    }
}

static void never_passes_an_office_s_capacity_and_never_releases_a_high_score_for_want_of_room(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    s.capacity[TW_CHANNEL_RED] = 6;
    s.capacity[TW_CHANNEL_YELLOW] = 9;
    struct tw_channels *c = channels(&s);
    struct tw_rng r = tw_rng_new(3, "flow");
    int red[3] = {0}, yellow[3] = {0}, random_red = 0;
    for (int i = 0; i < 30000; i++) {
        if (i % 900 == 0) memset(red, 0, sizeof red), memset(yellow, 0, sizeof yellow);
        struct tw_channel_case k = next_case(&r, i, 900);
        struct tw_channel_choice choice;
        CHECK(tw_channels_decide(c, &k, &choice) == TW_OK);
        red[i % 3] += choice.channel == TW_CHANNEL_RED;
        yellow[i % 3] += choice.channel == TW_CHANNEL_YELLOW;
        random_red += choice.channel == TW_CHANNEL_RED && !has(&choice, TW_BASIS_SCORE);
        CHECK(red[i % 3] <= 6 && yellow[i % 3] <= 9);
        if (choice.score_channel != TW_CHANNEL_GREEN) CHECK(choice.channel != TW_CHANNEL_GREEN);
        if (choice.channel == TW_CHANNEL_GREEN) CHECK(choice.basis == 0);
        CHECK(choice.propensity_ppm > 0 && choice.propensity_ppm <= 1000000);
    }
    CHECK(random_red > 40); /* chance was left its part of the capacity */
    tw_channels_free(c);
}

/* Where nearly all score the same, as on the first day without a model, rates hold all the same. */
static void fills_no_channel_beyond_its_rate_when_scores_tie(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    s.window = 2000;
    struct tw_channels *c = channels(&s);
    struct tw_rng r = tw_rng_new(8, "flow");
    double count[TW_CHANNEL_N] = {0}, unfounded = 0;
    enum { N = 40000 };
    for (int i = 0; i < N; i++) {
        struct tw_channel_case k = next_case(&r, i, 200);
        struct tw_channel_choice choice;
        k.score = k.score > 0.98 ? k.score : 0;
        CHECK(tw_channels_decide(c, &k, &choice) == TW_OK);
        if (i >= 2000) count[choice.channel] += 1;
    }
    CHECK(fabs(count[TW_CHANNEL_RED] / (N - 2000) - 0.05) < 0.005);
    CHECK(fabs(count[TW_CHANNEL_YELLOW] / (N - 2000) - 0.10) < 0.007);
    for (int i = 0; i < 4000; i++) { /* with nothing to go by, score takes none of them */
        struct tw_channel_case k = next_case(&r, N + i, 200);
        struct tw_channel_choice choice;
        k.score = 0;
        k.unfounded = true;
        CHECK(tw_channels_decide(c, &k, &choice) == TW_OK && choice.score_channel == TW_CHANNEL_GREEN);
        CHECK(!has(&choice, TW_BASIS_SCORE));
        unfounded += choice.channel != TW_CHANNEL_GREEN;
    }
    CHECK(fabs(unfounded / 4000 - 0.01) < 0.006);
    tw_channels_free(c);
}

static void sends_what_law_demands_to_red_even_when_full(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    s.capacity[TW_CHANNEL_RED] = 0;
    struct tw_channels *c = channels(&s);
    struct tw_channel_case k = {
        .score = 0, .office = TW_STR("HB01"), .day = 20000, .mandatory = TW_CHANNEL_RED};
    struct tw_channel_choice choice;
    CHECK(tw_channels_decide(c, &k, &choice) == TW_OK);
    CHECK(choice.channel == TW_CHANNEL_RED && has(&choice, TW_BASIS_MANDATORY) &&
          choice.propensity_ppm == 1000000);
    tw_channels_free(c);
}

static void tells_when_law_score_and_chance_agree(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    s.window_min = 10;
    struct tw_channels *c = channels(&s);
    struct tw_channel_choice choice;
    for (int i = 0; i < 100; i++) tw_channels_seed(c, i);
    struct tw_channel_case k = {
        .score = 1000, .office = TW_STR("HB01"), .day = 20000, .mandatory = TW_CHANNEL_RED};
    CHECK(tw_channels_decide(c, &k, &choice) == TW_OK);
    CHECK(choice.basis == (TW_BASIS_BIT(MANDATORY) | TW_BASIS_BIT(SCORE) | TW_BASIS_BIT(RANDOM)));
    k.score = -1;
    CHECK(tw_channels_decide(c, &k, &choice) == TW_OK);
    CHECK(choice.basis == (TW_BASIS_BIT(MANDATORY) | TW_BASIS_BIT(RANDOM)));
    k.draw = UINT64_MAX;
    CHECK(tw_channels_decide(c, &k, &choice) == TW_OK && !has(&choice, TW_BASIS_SCORE));
    CHECK(choice.basis == 1u << TW_BASIS_MANDATORY);
    tw_channels_free(c);
}

/* A mandatory control stands whoever declares; a facilitation lets criteria and score pass, not chance. */
static void facilitation_leaves_law_and_chance(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    s.window_min = 10;
    struct tw_channels *c = channels(&s);
    struct tw_channel_choice choice;
    struct tw_channel_ask ask = {.id = TW_STR("A"), .channel = TW_CHANNEL_RED, .probability = 1, .draw = 0.5};
    for (int i = 0; i < 100; i++) tw_channels_seed(c, i);
    struct tw_channel_case k = {
        .score = 1000, .draw = UINT64_MAX, .office = TW_STR("HB01"), .day = 20000, .ask = &ask, .asks = 1};
    CHECK(tw_channels_decide(c, &k, &choice) == TW_OK && choice.channel == TW_CHANNEL_RED);
    CHECK(choice.basis == (TW_BASIS_BIT(CRITERION) | TW_BASIS_BIT(SCORE)) &&
          choice.propensity_ppm == 1000000);
    k.facilitated = true;
    CHECK(tw_channels_decide(c, &k, &choice) == TW_OK && choice.channel == TW_CHANNEL_GREEN);
    CHECK(choice.propensity_ppm == 990000 && choice.score_channel == TW_CHANNEL_RED);
    k.draw = 0;
    CHECK(tw_channels_decide(c, &k, &choice) == TW_OK && choice.basis == TW_BASIS_BIT(RANDOM));
    k.mandatory = TW_CHANNEL_YELLOW;
    k.draw = UINT64_MAX;
    CHECK(tw_channels_decide(c, &k, &choice) == TW_OK && choice.channel == TW_CHANNEL_YELLOW);
    CHECK(choice.basis == TW_BASIS_BIT(MANDATORY) &&
          choice.propensity_ppm == 990000); /* else red by chance */
    tw_channels_free(c);
}

/* Scores of the training span fill the window as decided ones do, but for what is no number. */
static void measures_against_scores_it_was_given(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    s.random[TW_CHANNEL_RED] = 0;
    s.window = 200;
    s.window_min = 100;
    struct tw_channels *c = channels(&s);
    struct tw_channel_choice choice;
    for (int i = 0; i < 99; i++) tw_channels_seed(c, i);
    tw_channels_seed(c, (double)NAN);
    tw_channels_seed(c, (double)INFINITY);
    struct tw_channel_case k = {.score = 98, .office = TW_STR("HB01"), .day = 20000};
    CHECK(tw_channels_decide(c, &k, &choice) == TW_OK && choice.channel == TW_CHANNEL_GREEN); /* 99 only */
    CHECK(tw_channels_decide(c, &k, &choice) == TW_OK && choice.channel == TW_CHANNEL_RED);
    CHECK(choice.red_from == 95 && choice.green_below == 85); /* 5 and 15 of 100 */
    tw_channels_free(c);
    tw_channels_free(NULL);
}

/* Of 105 scores red has five places and a quarter: the sixth is drawn, be there a tie or not. */
static void leaves_a_part_of_a_place_to_the_draw(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    s.random[TW_CHANNEL_RED] = 0;
    s.window_min = 100;
    for (int ties = 0; ties < 2; ties++)
        for (uint64_t quarter = 0; quarter < 4; quarter++) {
            struct tw_channels *c = channels(&s);
            struct tw_channel_choice choice;
            for (int i = 0; i < 105; i++) tw_channels_seed(c, i);
            const struct tw_channel_case k = {.score = ties ? 99 : 99.5,
                                              .draw = (quarter << 30) + 7,
                                              .office = TW_STR("HB01"),
                                              .day = 20000};
            CHECK(tw_channels_decide(c, &k, &choice) == TW_OK);
            CHECK(choice.channel == (quarter == 0 ? TW_CHANNEL_RED : TW_CHANNEL_YELLOW));
            CHECK(choice.propensity_ppm == (quarter == 0 ? 250000 : 750000));
            CHECK(choice.red_from == 100 && choice.green_below == 89);
            tw_channels_free(c);
        }
}

/* The boundaries that are told hold whatever the draw: of a tie across one nothing is sure. */
static void tells_boundaries_that_no_draw_moves(void)
{
    static const struct {
        int high, tied;
        double red_from;
    } of[] = {{0, 100, (double)INFINITY}, {2, 50, 2}, {5, 50, 2}, {5, 0, 2}, {0, 5, 1},
              {0, 6, (double)INFINITY}};
    struct tw_channel_settings s = tw_channel_defaults();
    for (size_t i = 0; i < sizeof of / sizeof of[0]; i++) {
        struct tw_channels *c = channels(&s);
        struct tw_channel_choice choice;
        for (int k = 0; k < 1000; k++) /* ten of each */
            tw_channels_seed(c, k < of[i].high * 10 ? 2 : k < (of[i].high + of[i].tied) * 10 ? 1 : 0);
        const struct tw_channel_case k = {.score = -1, .office = TW_STR("HB01"), .day = 20000};
        CHECK(tw_channels_decide(c, &k, &choice) == TW_OK && choice.red_from == of[i].red_from);
        tw_channels_free(c);
    }
}

static void can_take_everything_there_is(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    s.expected[TW_CHANNEL_RED] = 1;
    s.expected[TW_CHANNEL_YELLOW] = 0;
    struct tw_channels *c = channels(&s);
    struct tw_channel_choice choice;
    for (int k = 0; k < 300; k++) tw_channels_seed(c, k / 3);
    const struct tw_channel_case k = {.score = 0, .draw = UINT64_MAX, .office = TW_STR("HB01"), .day = 20000};
    CHECK(tw_channels_decide(c, &k, &choice) == TW_OK && choice.channel == TW_CHANNEL_RED);
    CHECK(choice.propensity_ppm == 1000000 && choice.red_from == 0 && choice.green_below == 0);
    tw_channels_free(c);
}

/* In one state, a higher score never gets a greener channel, whatever the draw. */
static void more_risk_never_means_a_greener_channel(void)
{
    static const int strict[TW_CHANNEL_N] = {
        [TW_CHANNEL_GREEN] = 0, [TW_CHANNEL_BLUE] = 1, [TW_CHANNEL_YELLOW] = 2, [TW_CHANNEL_RED] = 3};
    struct tw_channel_settings s = tw_channel_defaults();
    s.expected[TW_CHANNEL_BLUE] = 0.1;
    s.random[TW_CHANNEL_RED] = 0;
    struct tw_channels *c = channels(&s);
    struct tw_rng r = tw_rng_new(4, "flow");
    struct tw_channel_choice choice;
    for (int i = 0; i < 3000; i++) {
        struct tw_channel_case k = next_case(&r, i, 500);
        CHECK(tw_channels_decide(c, &k, &choice) == TW_OK);
    }
    TW_SCOPED_BUF saved = {0};
    CHECK(tw_channels_save(c, &saved) == TW_OK);
    int before = 0;
    for (int i = 0; i <= 400; i++) {
        struct tw_channels *same = NULL;
        struct tw_channel_case k = {
            .score = i / 400.0, .draw = 1u << 20, .office = TW_STR("HB01"), .day = 20006};
        CHECK(tw_channels_load(tw_buf_view(&saved), &s, &same, NULL) == TW_OK);
        CHECK(tw_channels_decide(same, &k, &choice) == TW_OK);
        CHECK(strict[choice.channel] >= before);
        before = strict[choice.channel];
        tw_channels_free(same);
    }
    CHECK(before == 3);
    tw_channels_free(c);
}

/* What the choice says of the boundaries is what other scores would have met in the same state. */
static void tells_where_green_ends_and_red_begins(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    s.random[TW_CHANNEL_RED] = 0.03;
    struct tw_channels *c = channels(&s);
    struct tw_rng r = tw_rng_new(6, "flow");
    struct tw_channel_choice choice;
    struct tw_channel_case k = next_case(&r, 0, 500);
    CHECK(tw_channels_decide(c, &k, &choice) == TW_OK);
    CHECK(isinf(choice.red_from) && isinf(choice.green_below)); /* too early: all is green */
    for (int i = 1; i < 1733; i++) {
        k = next_case(&r, i, 500);
        CHECK(tw_channels_decide(c, &k, &choice) == TW_OK);
    }
    TW_SCOPED_BUF saved = {0};
    CHECK(tw_channels_save(c, &saved) == TW_OK);
    k = next_case(&r, 1733, 500);
    CHECK(tw_channels_decide(c, &k, &choice) == TW_OK && choice.red_from > choice.green_below);
    const double red = choice.red_from, green = choice.green_below;
    const struct {
        double score;
        enum tw_channel channel;
    } row[] = {{nextafter(green, 0), TW_CHANNEL_GREEN},
               {(green + red) / 2, TW_CHANNEL_YELLOW},
               {red, TW_CHANNEL_RED},
               {nextafter(red, 1), TW_CHANNEL_RED}};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
        for (uint64_t draw = 0; draw < 2; draw++) {
            struct tw_channels *same = NULL;
            CHECK(tw_channels_load(tw_buf_view(&saved), &s, &same, NULL) == TW_OK);
            k.score = row[i].score;
            k.draw = draw * UINT32_MAX;
            CHECK(tw_channels_decide(same, &k, &choice) == TW_OK && choice.score_channel == row[i].channel);
            tw_channels_free(same);
        }
    tw_channels_free(c);
}

static void refuses_settings_that_cannot_be(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    struct tw_channels *c = NULL;
    struct tw_fault fault = {0};
    s.window = 99;
    CHECK(tw_channels_new(&s, &c, &fault) == TW_RANGE && c == NULL && strcmp(fault.path, "window") == 0);
}

static void draws_as_rfc_2104_says(void)
{
    /* RFC 4231 test case 2: HMAC-SHA256("Jefe", "what do ya want for nothing?") begins 5bdcc146bf60754e. */
    struct tw_hmac_key key;
    tw_hmac_key_make("Jefe", 4, &key);
    CHECK(tw_channel_draw(&key, TW_STR("what do ya want for nothing?")) == 0x5bdcc146bf60754eu);
}

/* Goods that were declared before: nothing milder, for certain, and no second place in the window. */
static void goods_declared_before_stand_once_in_the_window(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    s.relodging_days = 0;
    struct tw_channels *c = channels(&s);
    struct tw_channel_choice choice;
    CHECK(tw_channels_goods(c) == NULL && tw_channels_settings(c)->relodging_days == 0);
    struct tw_channel_case k = {.score = 5, .draw = UINT64_MAX, .office = TW_STR("HB01"), .day = 20000};
    for (int i = 0; i < 199; i++) tw_channels_seed(c, i);
    k.again = true;
    k.relodged = TW_CHANNEL_YELLOW;
    for (int i = 0; i < 10; i++) {
        CHECK(tw_channels_decide(c, &k, &choice) == TW_OK && choice.channel == TW_CHANNEL_YELLOW);
        CHECK(choice.basis == TW_BASIS_BIT(RELODGED) && choice.propensity_ppm == 990000);
        CHECK(isinf(choice.red_from)); /* 199 scores all the while: one too few */
    }
    tw_channels_free(c);
}

/* A later version whose control still stands takes no second place of its office, and is no second hit. */
static void versions_take_one_place_and_are_one_hit(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    s.random[TW_CHANNEL_RED] = 0;
    s.capacity[TW_CHANNEL_RED] = 2;
    struct tw_channels *c = channels(&s);
    struct tw_channel_choice choice;
    struct tw_channel_ask ask = {.id = TW_STR("A"), .channel = TW_CHANNEL_RED, .draw = 0.5, .patience = 3};
    struct tw_channel_case k = {.office = TW_STR("HB01"), .day = 20000, .mandatory = TW_CHANNEL_RED};
    CHECK(tw_channels_decide(c, &k, &choice) == TW_OK && choice.beyond == 0);
    struct tw_channel_case later = {.office = TW_STR("HB01"), .day = 20000, .again = true, .version = true};
    later.relodged = TW_CHANNEL_RED;
    for (int i = 0; i < 10; i++)
        CHECK(tw_channels_decide(c, &later, &choice) == TW_OK && choice.channel == TW_CHANNEL_RED &&
              choice.beyond == 0);
    CHECK(tw_channels_decide(c, &k, &choice) == TW_OK && choice.beyond == 0);
    later.relodged = TW_CHANNEL_GREEN; /* stricter than before: it takes a place */
    later.manual = TW_CHANNEL_RED;
    CHECK(tw_channels_decide(c, &later, &choice) == TW_OK && choice.beyond == 1);
    struct tw_channel_case hit = {
        .office = TW_STR("HB02"), .day = 20000, .ask = &ask, .asks = 1, .again = true};
    for (int i = 0; i < 10; i++) CHECK(tw_channels_decide(c, &hit, &choice) == TW_OK && !ask.certain);
    hit.again = false;
    for (int i = 0; i < 4; i++)
        CHECK(tw_channels_decide(c, &hit, &choice) == TW_OK && ask.certain == (i == 3));
    tw_channels_free(c);
}

/* What goods had of another trader is met where there is room; where there is none, it is told. */
static void what_others_had_fills_an_office_and_no_more(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    s.random[TW_CHANNEL_RED] = 0;
    s.capacity[TW_CHANNEL_RED] = 2;
    s.capacity[TW_CHANNEL_YELLOW] = 1;
    struct tw_channels *c = channels(&s);
    struct tw_channel_choice choice;
    const struct tw_channel_case k = {.office = TW_STR("HB01"), .day = 20000, .shared = TW_CHANNEL_RED};
    for (int i = 0; i < 5; i++) {
        CHECK(tw_channels_decide(c, &k, &choice) == TW_OK && choice.basis == TW_BASIS_BIT(RELODGED));
        CHECK(choice.channel == (i < 2 ? TW_CHANNEL_RED : i < 3 ? TW_CHANNEL_YELLOW : TW_CHANNEL_BLUE));
        CHECK(choice.full == (i < 2 ? TW_CHANNEL_GREEN : TW_CHANNEL_RED) && choice.beyond == 0);
        CHECK(choice.full_capacity == (i < 2 ? 0 : 2) && choice.propensity_ppm == 1000000);
    }
    tw_channels_free(c);
}

/* Score expects nothing of red, and chance keeps half of it: the other half is for criteria. */
static void chance_keeps_half_of_a_capacity_at_the_most(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    s.expected[TW_CHANNEL_RED] = 0;
    s.capacity[TW_CHANNEL_RED] = 5;
    struct tw_channels *c = channels(&s);
    struct tw_channel_choice choice;
    struct tw_channel_ask ask = {.id = TW_STR("A"), .channel = TW_CHANNEL_RED, .probability = 1};
    const struct tw_channel_case k = {
        .office = TW_STR("HB01"), .day = 20000, .draw = UINT64_MAX, .ask = &ask, .asks = 1};
    for (int i = 0; i < 5; i++)
        CHECK(tw_channels_decide(c, &k, &choice) == TW_OK &&
              choice.channel == (i < 3 ? TW_CHANNEL_RED : TW_CHANNEL_YELLOW));
    tw_channels_free(c);
}

/* One mistyped year is over with the next declaration. */
static void a_shift_of_a_mistyped_year_ends_with_the_next(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    s.capacity[TW_CHANNEL_RED] = 1;
    struct tw_channels *c = channels(&s);
    struct tw_channel_choice choice;
    struct tw_channel_case k = {
        .office = TW_STR("HB01"), .day = 20000 + 70 * 365, .mandatory = TW_CHANNEL_RED};
    CHECK(tw_channels_decide(c, &k, &choice) == TW_OK);
    k.day = 20000;
    CHECK(tw_channels_decide(c, &k, &choice) == TW_OK && choice.shift == (int64_t)20000 * 86400);
    CHECK(choice.beyond == 0);
    k.day = 19900; /* late, and counted now */
    CHECK(tw_channels_decide(c, &k, &choice) == TW_OK && choice.beyond == 1);
    tw_channels_free(c);
}

static tw_err decide_a_few(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    TW_SCOPED(tw_channels) *c = NULL;
    TW_TRY(tw_channels_new(&s, &c, NULL));
    struct tw_rng r = tw_rng_new(5, "flow");
    for (int i = 0; i < 50; i++) {
        struct tw_channel_ask ask = {
            .id = i < 20 ? TW_STR("A") : TW_STR("B"), .channel = TW_CHANNEL_RED, .draw = 1, .patience = 3};
        struct tw_channel_case k = next_case(&r, i, 10);
        struct tw_channel_choice choice;
        k.ask = &ask;
        k.asks = 1;
        TW_TRY(tw_channels_decide(c, &k, &choice));
    }
    return TW_OK;
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(decide_a_few) > 4);
}

int main(void)
{
    RUN(fills_each_channel_to_its_expected_rate);
    RUN(decides_as_its_rules_read_plainly);
    RUN(records_the_probability_of_its_outcome);
    RUN(never_passes_an_office_s_capacity_and_never_releases_a_high_score_for_want_of_room);
    RUN(fills_no_channel_beyond_its_rate_when_scores_tie);
    RUN(sends_what_law_demands_to_red_even_when_full);
    RUN(tells_when_law_score_and_chance_agree);
    RUN(facilitation_leaves_law_and_chance);
    RUN(measures_against_scores_it_was_given);
    RUN(leaves_a_part_of_a_place_to_the_draw);
    RUN(tells_boundaries_that_no_draw_moves);
    RUN(can_take_everything_there_is);
    RUN(more_risk_never_means_a_greener_channel);
    RUN(tells_where_green_ends_and_red_begins);
    RUN(goods_declared_before_stand_once_in_the_window);
    RUN(what_others_had_fills_an_office_and_no_more);
    RUN(chance_keeps_half_of_a_capacity_at_the_most);
    RUN(versions_take_one_place_and_are_one_hit);
    RUN(a_shift_of_a_mistyped_year_ends_with_the_next);
    RUN(refuses_settings_that_cannot_be);
    RUN(draws_as_rfc_2104_says);
    RUN(survives_every_failed_allocation);
    return DONE();
}
