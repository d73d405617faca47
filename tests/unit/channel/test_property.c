/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold of any settings and any traffic. Bounds on counts are those of chance at p = .001, divided
 * by how many are looked at together (Bonferroni). */
#include <math.h>
#include <stdlib.h>

#include "channel/channel_priv.h"
#include "criteria/criteria.h"
#include "flow.h"

enum { DAY_S = 86400, ASKS = 2 };

/* How many standard deviations chance may be away at p = .001 / n, two-sided; Abramowitz and Stegun 26.2.23.
 */
static double bound(double n)
{
    const double t = sqrt(-2 * log(0.0005 / n));
    return t - (2.515517 + 0.802853 * t + 0.010328 * t * t) /
                   (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t);
}

static bool by_chance(double seen, double of, double p, double looks)
{
    return fabs(seen - of * p) <= bound(looks) * sqrt(of * p * (1 - p)) + 0.5;
}

/* Everything that a choice can hang on. */
static struct tw_channel_settings whole_settings(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    s.expected[TW_CHANNEL_BLUE] = 0.05;
    s.random[TW_CHANNEL_RED] = 0.03;
    s.random[TW_CHANNEL_YELLOW] = 0.02;
    s.explore[TW_CHANNEL_RED] = 0.02;
    s.explore[TW_CHANNEL_YELLOW] = 0.01;
    s.window = 1000;
    s.shifts = 2;
    s.shift[1].from = 12 * 3600;
    for (int i = 0; i < 2; i++)
        for (int ch = 0; ch < TW_CHANNEL_N; ch++) s.shift[i].capacity[ch] = TW_CHANNEL_SAME;
    return s;
}

static void draw_asks(struct tw_channel_case *k)
{
    for (size_t i = 0; i < k->asks; i++) k->ask[i].draw = tw_criteria_draw(k->draw, k->ask[i].id);
}

static struct tw_channel_case whole_case(struct tw_rng *r, int i, int per_day,
                                         struct tw_channel_ask ask[ASKS])
{
    static const struct {
        const char *id;
        enum tw_channel channel;
        double probability;
    } of[ASKS] = {{"SHOES", TW_CHANNEL_RED, 0.2}, {"TOYS", TW_CHANNEL_YELLOW, 0.5}};
    struct tw_channel_case k = next_case(r, i, per_day);
    k.second = (int32_t)((int64_t)(i % per_day) * DAY_S / per_day);
    k.novelty = tw_rng_unit(r);
    k.facilitated = tw_rng_below(r, 25) == 0;
    if (tw_rng_below(r, 50) == 0) k.mandatory = tw_rng_below(r, 2) == 0 ? TW_CHANNEL_RED : TW_CHANNEL_YELLOW;
    k.ask = ask;
    for (size_t c = 0; c < ASKS; c++)
        if (tw_rng_below(r, 10) == 0)
            ask[k.asks++] = (struct tw_channel_ask){.id = tw_str_from(of[c].id),
                                                    .channel = of[c].channel,
                                                    .probability = of[c].probability,
                                                    .patience = 15};
    draw_asks(&k);
    return k;
}

/* A border that has been at work for a while; the next case is the i-th. */
static struct tw_channels *at_work(const struct tw_channel_settings *s, struct tw_rng *r, int n, int per_day)
{
    struct tw_channels *c = channels(s);
    struct tw_channel_ask ask[ASKS];
    struct tw_channel_choice choice;
    for (int i = 0; i < n; i++) {
        struct tw_channel_case k = whole_case(r, i, per_day, ask);
        CHECK(tw_channels_decide(c, &k, &choice) == TW_OK);
    }
    return c;
}

/* With draw and past as they are, whatever else speaks for a control and however full the office is. */
static void more_risk_never_means_a_greener_channel(void)
{
    static const int64_t capacity[] = {TW_CHANNEL_NO_LIMIT, 1, 6, 12};
    struct tw_rng r = tw_rng_new(1, "monotone");
    int stricter = 0;
    for (int state = 0; state < 24; state++) {
        struct tw_channel_settings s = whole_settings();
        for (int ch = 0; ch < TW_CHANNEL_N; ch++) s.capacity[ch] = capacity[tw_rng_below(&r, 4)];
        const int n = 1200 + (int)tw_rng_below(&r, 150);
        struct tw_channels *c = at_work(&s, &r, n, 150);
        for (int i = 0; i < 300; i++) {
            struct tw_channel_ask ask[ASKS];
            struct tw_channel_case k = whole_case(&r, n, 150, ask);
            uint32_t office;
            unsigned before = 0;
            if (i % 4 == 0) k.draw &= UINT32_MAX >> 4; /* chance wants it */
            CHECK(channels_office(c, k.office, k.day, k.second, &office) == TW_OK);
            CHECK(channels_patience(c, &k) == TW_OK);
            for (int step = 0; step <= 60; step++) {
                struct tw_channel_choice choice;
                k.score = step / 60.0;
                channels_weigh(c, office, &k, &choice);
                CHECK(channel_code(choice.channel) >= before);
                stricter += channel_code(choice.channel) > before;
                before = channel_code(choice.channel);
            }
        }
        tw_channels_free(c);
    }
    CHECK(stricter > 5000);
}

static void rates_and_capacities_hold(void)
{
    enum { N = 60000, PER_DAY = 300, LOOKS = 6 };
    struct tw_channel_settings s = whole_settings();
    struct tw_rng r = tw_rng_new(2, "rates");
    struct tw_channels *c = channels(&s);
    double seen[TW_BASIS_N][TW_CHANNEL_N] = {{0}}, asked[ASKS] = {0}, hit[ASKS] = {0}, free_of = 0,
           explored = 0;
    for (int i = 0; i < N; i++) {
        struct tw_channel_ask ask[ASKS];
        struct tw_channel_case k = whole_case(&r, i, PER_DAY, ask);
        struct tw_channel_choice choice;
        for (size_t a = 0; a < k.asks; a++) ask[a].patience = 0;
        CHECK(tw_channels_decide(c, &k, &choice) == TW_OK);
        for (int b = 0; b < TW_BASIS_N; b++) seen[b][choice.channel] += (choice.basis >> b & 1) != 0;
        free_of++;
        explored += choice.explored;
        for (size_t a = 0; a < k.asks; a++) {
            const size_t which = tw_str_is(ask[a].id, "TOYS");
            hit[which]++;
            asked[which] += ask[a].asks;
        }
    }
    /* What is red at random is red whatever else; of yellow, what nothing made red. */
    CHECK(by_chance(seen[TW_BASIS_RANDOM][TW_CHANNEL_RED], free_of, 0.03, LOOKS));
    CHECK(seen[TW_BASIS_RANDOM][TW_CHANNEL_YELLOW] > 0.7 * 0.02 * free_of);
    CHECK(by_chance(seen[TW_BASIS_EXPLORE][TW_CHANNEL_RED], free_of, explored / free_of * 2 / 3, LOOKS));
    CHECK(fabs(explored / free_of - 0.03 * 24 / 25) < 0.001); /* aimed, and no more than its rate in all */
    CHECK(by_chance(asked[0], hit[0], 0.2, LOOKS) && by_chance(asked[1], hit[1], 0.5, LOOKS));
    tw_channels_free(c);
}

/* Only what law demands goes beyond a capacity; of that each is told. */
static void no_shift_takes_more_than_it_can_and_no_mandatory_control_is_lost(void)
{
    enum { N = 30000, PER_DAY = 300 };
    struct tw_channel_settings s = whole_settings();
    s.capacity[TW_CHANNEL_RED] = 3;
    s.capacity[TW_CHANNEL_YELLOW] = 5;
    struct tw_rng r = tw_rng_new(3, "capacity");
    struct tw_channels *c = channels(&s);
    struct {
        int64_t shift;
        int64_t taken[TW_CHANNEL_N], law[TW_CHANNEL_N];
    } at[3] = {{.shift = INT64_MIN}, {.shift = INT64_MIN}, {.shift = INT64_MIN}};
    int beyond = 0;
    for (int i = 0; i < N; i++) {
        struct tw_channel_ask ask[ASKS];
        struct tw_channel_case k = whole_case(&r, i, PER_DAY, ask);
        struct tw_channel_choice choice;
        if (i % 600 > 540) k.mandatory = TW_CHANNEL_RED; /* a busy evening now and then */
        CHECK(tw_channels_decide(c, &k, &choice) == TW_OK);
        CHECK(channel_code(choice.channel) >= channel_code(k.mandatory));
        if (at[i % 3].shift != choice.shift) memset(&at[i % 3], 0, sizeof at[0]);
        at[i % 3].shift = choice.shift;
        CHECK(choice.shift % (12 * 3600) == 0);
        const bool law = (choice.basis & TW_BASIS_BIT(MANDATORY)) != 0;
        int64_t *taken = &at[i % 3].taken[choice.channel], *by_law = &at[i % 3].law[choice.channel];
        if (s.capacity[choice.channel] >= 0 && !law) CHECK(*taken < s.capacity[choice.channel]);
        ++*taken;
        *by_law += law;
        if (choice.channel == TW_CHANNEL_RED || choice.channel == TW_CHANNEL_YELLOW) {
            const int64_t over = *taken - s.capacity[choice.channel];
            CHECK(choice.beyond == (over > 0 ? (uint32_t)over : 0));
            beyond += over > 0;
        }
    }
    CHECK(beyond > 100);
    tw_channels_free(c);
}

static int shuffled(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Declarations of one moment and one risk, some of which criteria hit, in an office that cannot take all of
 * them: whoever stands first, as many of each channel are to be expected. */
static void the_order_of_equals_leaves_expected_totals(void)
{
    enum { EQUALS = 40, ROUNDS = 600, ORDERS = 2 };
    struct tw_channel_settings s = whole_settings();
    s.capacity[TW_CHANNEL_RED] = 5; /* criteria alone would want about as many */
    s.capacity[TW_CHANNEL_YELLOW] = 3;
    s.expected[TW_CHANNEL_RED] = s.expected[TW_CHANNEL_YELLOW] = 0.2;
    struct tw_rng r = tw_rng_new(4, "order");
    struct tw_channels *c = at_work(&s, &r, 2000, 400);
    TW_SCOPED_BUF saved = {0};
    CHECK(tw_channels_save(c, &saved) == TW_OK);
    tw_channels_free(c);
    double sum[ORDERS][4] = {{0}}, square[4] = {0};
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t draw[EQUALS], order[EQUALS];
        unsigned total[ORDERS][4] = {{0}};
        for (size_t i = 0; i < EQUALS; i++) {
            draw[i] = tw_rng_u64(&r);
            order[i] = (tw_rng_u64(&r) & ~(uint64_t)0xff) | i;
        }
        qsort(order, EQUALS, sizeof *order, shuffled);
        for (int o = 0; o < ORDERS; o++) {
            CHECK(tw_channels_load(tw_buf_view(&saved), &s, &c, NULL) == TW_OK);
            for (size_t i = 0; i < EQUALS; i++) {
                const size_t which = o == 0 ? i : order[i] & 0xff;
                struct tw_channel_ask ask = {
                    .id = TW_STR("SHOES"), .channel = TW_CHANNEL_RED, .probability = 0.3};
                struct tw_channel_case k = {.score = 0.64,
                                            .draw = draw[which],
                                            .office = TW_STR("HB01"),
                                            .day = 20005,
                                            .novelty = 0.5,
                                            .ask = &ask,
                                            .asks = which % 3 == 0};
                struct tw_channel_choice choice;
                draw_asks(&k);
                CHECK(tw_channels_decide(c, &k, &choice) == TW_OK);
                total[o][channel_code(choice.channel)]++;
            }
            tw_channels_free(c);
        }
        for (int code = 0; code < 4; code++) {
            const double apart = (double)total[0][code] - (double)total[1][code];
            sum[0][code] += total[0][code];
            sum[1][code] += total[1][code];
            square[code] += apart * apart;
        }
    }
    for (int code = 0; code < 4; code++) {
        const double apart = sum[0][code] - sum[1][code];
        CHECK(fabs(apart) <= bound(4) * sqrt(square[code]) + 0.5);
    }
    for (int code = 0; code < 4; code++) CHECK(sum[0][code] > ROUNDS);
}

/* 200 declarations, in shifts that are full and in shifts that are empty: each drawn 10,000 times anew, all
 * before it as it was. */
static void what_is_recorded_is_how_often_it_comes(void)
{
    enum { DECLARATIONS = 200, DRAWS = 10000 };
    struct tw_rng r = tw_rng_new(5, "again");
    int uncertain = 0, full = 0;
    for (int d = 0; d < DECLARATIONS; d++) {
        struct tw_channel_settings s = whole_settings();
        const bool loaded = d % 2 == 0;
        s.capacity[TW_CHANNEL_RED] = loaded ? 2 : 40;
        s.capacity[TW_CHANNEL_YELLOW] = loaded ? 4 : 60;
        s.window = s.window_min = 200 + d;
        const int n = loaded ? 1180 + d % 20 : 1205 + d % 20; /* the end of a shift, and its beginning */
        struct tw_channels *c = at_work(&s, &r, n, 200);
        struct tw_channel_ask ask[ASKS];
        struct tw_channel_case k = whole_case(&r, n, 200, ask);
        double said[4] = {0}, seen[4] = {0}, all = 0;
        uint32_t office;
        if (d % 3 > 0) k.score = 0.75 + tw_rng_unit(&r) / 4;
        CHECK(channels_office(c, k.office, k.day, k.second, &office) == TW_OK);
        CHECK(channels_patience(c, &k) == TW_OK);
        full += !channels_room(c, office, TW_CHANNEL_RED, false);
        for (int i = 0; i < DRAWS; i++) {
            struct tw_channel_choice choice;
            k.draw = tw_rng_u64(&r);
            draw_asks(&k);
            CHECK(channels_patience(c, &k) == TW_OK);
            channels_weigh(c, office, &k, &choice);
            const unsigned code = channel_code(choice.channel);
            CHECK(said[code] == 0 || said[code] == choice.propensity_ppm); /* whichever way it came there */
            said[code] = choice.propensity_ppm;
            seen[code]++;
        }
        for (int code = 0; code < 4; code++) {
            CHECK(by_chance(seen[code], DRAWS, said[code] / 1e6, DECLARATIONS));
            all += said[code];
            uncertain += said[code] > 1000 && said[code] < 999000;
        }
        CHECK(all > 998000 && all <= 1000002); /* what never came is rare */
        tw_channels_free(c);
    }
    CHECK(uncertain > DECLARATIONS && full > 40);
}

int main(void)
{
    RUN(more_risk_never_means_a_greener_channel);
    RUN(rates_and_capacities_hold);
    RUN(no_shift_takes_more_than_it_can_and_no_mandatory_control_is_lost);
    RUN(the_order_of_equals_leaves_expected_totals);
    RUN(what_is_recorded_is_how_often_it_comes);
    return DONE();
}
