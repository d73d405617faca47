/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/lessons_priv.h"

#include <math.h>

#include "base/rng.h"
#include "fault.h"

enum { MOST = 40 };

static float x[MOST * TW_FEATURE_N];
static struct tw_look_item item[MOST];
static double next_stake;

/* A declaration of n items; each row and stake carries its own number. */
static struct tw_look look_of(size_t n)
{
    for (size_t i = 0; i < n; i++) {
        item[i].stake = next_stake++;
        for (size_t f = 0; f < TW_FEATURE_N; f++) x[i * TW_FEATURE_N + f] = (float)item[i].stake;
    }
    return (struct tw_look){.n = n, .item = item};
}

static void the_window_holds_the_latest_in_their_order(void)
{
    struct recent r;
    struct tw_rng rng = tw_rng_new(1, "recent");
    size_t items[600];
    CHECK(recent_new(50, &r) == TW_OK && r.n == 0);
    next_stake = 0;
    for (size_t k = 0; k < 600; k++) {
        items[k] = (size_t)tw_rng_below(&rng, k % 7 == 0 ? MOST : 4); /* none at all, too */
        const struct tw_look look = look_of(items[k]);
        CHECK(recent_add(&r, &look, x) == TW_OK);
        CHECK(r.n == (k < 49 ? k + 1 : 50));
        double want = next_stake;
        for (size_t i = 0; i < r.n; i++) want -= (double)items[k - i];
        size_t row = 0;
        for (size_t i = 0; i < r.n; i++) {
            CHECK(recent_items(&r, i) == items[k + 1 - r.n + i]);
            for (uint32_t c = 0; c < recent_items(&r, i); c++, want += 1) {
                const size_t at = recent_row(&r, row++);
                CHECK(r.stake[at] == want && (double)r.x[at * TW_FEATURE_N + 3] == want);
            }
        }
        CHECK(row == r.rows && want == next_stake);
    }
    recent_free(&r);
    recent_free(&r);
}

/* Declarations of very many items must not fill the memory: the oldest go before the window is full. */
static void the_window_is_bounded_by_items_too(void)
{
    enum { LARGE = 9999 };
    struct recent r;
    static float big[(size_t)LARGE * TW_FEATURE_N];
    static struct tw_look_item items[LARGE];
    const struct tw_look look = {.n = LARGE, .item = items};
    CHECK(recent_new(10000, &r) == TW_OK);
    for (int i = 0; i < 60; i++) {
        items[0].stake = i;
        CHECK(recent_add(&r, &look, big) == TW_OK && r.rows <= RECENT_ITEMS_MAX);
    }
    CHECK(r.n == RECENT_ITEMS_MAX / LARGE && r.stake[recent_row(&r, 0)] == 60 - RECENT_ITEMS_MAX / LARGE);
    recent_free(&r);
}

static void a_lesson_is_what_was_known_of_its_item(void)
{
    struct lessons l = {.n = 0};
    const struct tw_finding found = {.item = 1,
                                     .result = TW_RESULT_VALUE,
                                     .known_day = 20010,
                                     .propensity = 0.25,
                                     .delta_duty = {1234, "XTS"}};
    const struct tw_finding conform = {.item = 1, .result = TW_RESULT_CONFORM, .known_day = 19990};
    next_stake = 700;
    (void)look_of(1);
    struct lesson one = {
        .x = x, .look = item, .finding = &found, .place = {{1, 2, 3, 4}}, .declaration = 9, .day = 20000};
    CHECK(lessons_add(&l, &one) == TW_OK);
    one.finding = &conform;
    one.declaration = 10;
    for (int i = 0; i < 1000; i++) CHECK(lessons_add(&l, &one) == TW_OK);
    CHECK(l.n == 1001 && l.found == 1);
    const struct tw_truth *t = &l.truth[0];
    CHECK(t->known && t->found && t->lodged_day == 20000 && t->known_day == 20010 && t->declaration == 9);
    CHECK(t->propensity == 0.25 && t->at_stake == 700 && t->recovered_minor == 1234);
    CHECK(l.truth[1000].recovered_minor == TW_RECOVERED_UNKNOWN && !l.truth[1000].found);
    CHECK(l.truth[1000].known_day == 20000); /* no result is known before its goods are declared */
    CHECK(l.place[0].group[3] == 4 && l.x[1000 * TW_FEATURE_N] == 700);
    lessons_free(&l);
    lessons_free(&l);
}

static tw_err work(void)
{
    struct lessons l = {.n = 0};
    struct recent r = {.n = 0};
    const struct tw_finding f = {.item = 1};
    const struct tw_look look = look_of(MOST);
    const struct lesson one = {.x = x, .look = item, .finding = &f};
    tw_err err = recent_new(100, &r);
    for (int i = 0; i < 60 && err == TW_OK; i++) err = recent_add(&r, &look, x);
    for (int i = 0; i < 600 && err == TW_OK; i++) err = lessons_add(&l, &one);
    lessons_free(&l);
    recent_free(&r);
    return err;
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(work) > 8);
}

int main(void)
{
    RUN(the_window_holds_the_latest_in_their_order);
    RUN(the_window_is_bounded_by_items_too);
    RUN(a_lesson_is_what_was_known_of_its_item);
    RUN(survives_every_failed_allocation);
    return DONE();
}
