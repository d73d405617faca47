/* SPDX-License-Identifier: Apache-2.0 */
/* A station whose clock jumps: back an hour, forward an hour, back over midnight. What came first stands
 * first. */
#include "house.h"

enum { HOUR_S = 3600 };

static tw_err rises(void *to, const struct tw_db_decl *d, struct tw_fault *fault)
{
    uint64_t *last = to;
    (void)fault;
    CHECK(d->head.seq > *last);
    *last = d->head.seq;
    return TW_OK;
}

static void live_by(int64_t first_s, int64_t then_s, int64_t last_s)
{
    const struct {
        tw_err (*step)(struct tw_fault *fault);
        int64_t clock;
    } life[] = {{make_it, 0},     {open_it, 0},     {take_first, first_s},
                {decide, then_s}, {find, last_s},   {take_more, first_s},
                {decide, last_s}, {settle, then_s}, {open_it, last_s}};
    uint64_t last = 0;
    house_renew();
    for (size_t i = 0; i < sizeof life / sizeof *life; i++) {
        struct tw_fault why = {0};
        house_clock = house_first + life[i].clock;
        const tw_err err = life[i].step(&why);
        if (err != TW_OK) say(&why);
        CHECK(err == TW_OK);
    }
    CHECK(tw_db_decls_from(tw_station_db(station), &(struct tw_db_from){0, 0}, rises, &last, NULL) == TW_OK);
    CHECK(last > 0);
    house_is_sound();
    house_folds();
}

static void an_hour_back_or_forward_changes_no_order(void)
{
    live_by(0, -HOUR_S, HOUR_S);
    live_by(HOUR_S, 2 * HOUR_S, 0);
}

static void must(tw_err err, const struct tw_fault *why)
{
    if (err != TW_OK) say(why);
    CHECK(err == TW_OK);
}

/* The day that was begun goes on: the key of the one before is known to all. */
static void back_over_midnight_draws_by_the_day_that_was_begun(void)
{
    static const int64_t clock[] = {0, 24 * HOUR_S, 0};
    static const size_t to[] = {HOUSE_FIRST - 1, HOUSE_FIRST, HOUSE_DECLS};
    struct tw_fault why = {0};
    house_renew();
    must(make_it(&why), &why);
    must(open_it(&why), &why);
    for (size_t i = 0, from = 0; i < 3; from = to[i++]) {
        house_clock = house_first + clock[i];
        if (i == 2) {
            must(take_in(from, HOUSE_DECLS - 3, &why), &why);
            must(take_in(HOUSE_DECLS - 3, to[i], &why), &why);
        } else {
            must(take_in(from, to[i], &why), &why);
        }
        must(decide(&why), &why);
    }
    must(settle(&why), &why);
    house_is_sound();
    house_folds();
}

int main(void)
{
    house_begin();
    RUN(an_hour_back_or_forward_changes_no_order);
    RUN(back_over_midnight_draws_by_the_day_that_was_begun);
    house_end();
    return DONE();
}
