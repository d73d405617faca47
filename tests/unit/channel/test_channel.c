/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "fault.h"
#include "flow.h"

static bool has(const struct tw_channel_choice *c, enum tw_basis b)
{
    return (c->basis & (1u << b)) != 0;
}

static void fills_each_channel_to_its_expected_rate(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    s.window = 4000;
    struct tw_channels *c = channels(&s);
    struct tw_rng r = tw_rng_new(1, "flow");
    enum { N = 40000 };
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

/* What is recorded as probability is the probability: the same case, decided in the same state, over many
 * draws. */
static void records_the_probability_of_its_outcome(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    s.random[TW_CHANNEL_RED] = 0.04;
    s.random[TW_CHANNEL_YELLOW] = 0.06;
    s.capacity[TW_CHANNEL_YELLOW] = 40;
    s.window = 1000;
    for (int state = 0; state < 6; state++) {
        TW_SCOPED_BUF saved = {0};
        struct tw_channels *c = channels(&s);
        struct tw_rng r = tw_rng_new((uint64_t)state, "flow");
        for (int i = 0; i < 900 + 37 * state; i++) {
            struct tw_channel_case k = next_case(&r, i, 700);
            struct tw_channel_choice choice;
            k.score = floor(k.score * 20) / 20; /* ties */
            CHECK(tw_channels_decide(c, &k, &choice) == TW_OK);
        }
        CHECK(tw_channels_save(c, &saved) == TW_OK);
        struct tw_channel_case k = next_case(&r, 900, 700);
        k.score = floor(k.score * 20) / 20;
        enum { DRAWS = 20000 };
        double seen[TW_CHANNEL_N] = {0}, said[TW_CHANNEL_N] = {0};
        for (int i = 0; i < DRAWS; i++) {
            struct tw_channels *same = NULL;
            struct tw_channel_choice choice;
            if (i % 50 == 0) {
                tw_channels_free(c);
                CHECK(tw_channels_load(tw_buf_view(&saved), &s, &same, NULL) == TW_OK);
                c = same;
                k.draw = tw_rng_u64(&r);
                CHECK(tw_channels_decide(c, &k, &choice) == TW_OK);
                seen[choice.channel] += 1;
                /* One channel can be reached with two probabilities only by losing a tie: their sum is what
                 * counts. */
                said[choice.channel] = fmax(said[choice.channel], choice.propensity_ppm / 1e6);
            }
        }
        for (int ch = 0; ch < TW_CHANNEL_N; ch++)
            if (seen[ch] > 0) CHECK(said[ch] > 0 && seen[ch] / (DRAWS / 50) < said[ch] + 0.12);
        tw_channels_free(c);
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

static void sends_what_law_demands_to_red_even_when_full(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    s.capacity[TW_CHANNEL_RED] = 0;
    struct tw_channels *c = channels(&s);
    struct tw_channel_case k = {.score = 0, .office = TW_STR("HB01"), .day = 20000, .mandatory = true};
    struct tw_channel_choice choice;
    CHECK(tw_channels_decide(c, &k, &choice) == TW_OK);
    CHECK(choice.channel == TW_CHANNEL_RED && has(&choice, TW_BASIS_MANDATORY) &&
          choice.propensity_ppm == 1000000);
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
               {nextafter(green, 1), TW_CHANNEL_YELLOW},
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

static void draws_as_rfc_2104_says(void)
{
    /* RFC 4231 test case 2: HMAC-SHA256("Jefe", "what do ya want for nothing?") begins 5bdcc146bf60754e. */
    CHECK(tw_channel_draw((const uint8_t *)"Jefe", 4, TW_STR("what do ya want for nothing?")) ==
          0x5bdcc146bf60754eu);
}

static tw_err decide_a_few(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    TW_SCOPED(tw_channels) *c = NULL;
    TW_TRY(tw_channels_new(&s, &c, NULL));
    struct tw_rng r = tw_rng_new(5, "flow");
    for (int i = 0; i < 50; i++) {
        struct tw_channel_case k = next_case(&r, i, 10);
        struct tw_channel_choice choice;
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
    RUN(records_the_probability_of_its_outcome);
    RUN(never_passes_an_office_s_capacity_and_never_releases_a_high_score_for_want_of_room);
    RUN(sends_what_law_demands_to_red_even_when_full);
    RUN(more_risk_never_means_a_greener_channel);
    RUN(tells_where_green_ends_and_red_begins);
    RUN(draws_as_rfc_2104_says);
    RUN(survives_every_failed_allocation);
    return DONE();
}
