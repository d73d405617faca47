/* SPDX-License-Identifier: Apache-2.0 */
/* What is handed in while a station decides. */
#include "house.h"

static volatile sig_atomic_t stop;

struct hands {
    size_t at, stop_at, idle_at; /* of house_decl; beyond them: never */
    size_t taken, decided, safe; /* told; told and safe */
    bool asked;                  /* again, behind where nothing came */
};

static tw_err next(void *to, struct tw_station_handed *ret, struct tw_fault *fault)
{
    struct hands *h = to;
    *ret = (struct tw_station_handed){.kind = TW_STATION_DECL};
    if (h->at == h->stop_at) {
        stop = 1;
        return tw_fail(fault, TW_INTERRUPTED, "interrupted");
    }
    if (h->at == h->idle_at) {
        h->idle_at = HOUSE_DECLS + 1;
        h->asked = true;
        ret->kind = TW_STATION_IDLE;
        return TW_OK;
    }
    if (h->asked) CHECK(h->safe == h->taken); /* what had come did not wait for more */
    h->asked = false;
    if (h->at == HOUSE_DECLS)
        ret->kind = TW_STATION_END;
    else
        ret->decl = house_decl[h->at++];
    return TW_OK;
}

static tw_err taken(void *to, const struct tw_station_handed *what, const struct tw_intake_receipt *r,
                    const struct tw_fault *refused, struct tw_fault *fault)
{
    struct hands *h = to;
    (void)fault;
    CHECK(what->kind == TW_STATION_DECL && r != NULL && refused == NULL && !r->known);
    house_ack[h->taken++].reg = r->reg;
    return TW_OK;
}

static tw_err decided(void *to, const struct tw_station_decided *one, struct tw_fault *fault)
{
    struct hands *h = to;
    (void)fault;
    struct house_ack *k = ack_of(one->reg, one->version);
    CHECK(!k->decided && !k->pending);
    k->pending = true;
    k->draw = one->draw;
    k->channel = one->channel;
    h->decided++;
    return TW_OK;
}

static tw_err safe(void *to, struct tw_fault *fault)
{
    struct hands *h = to;
    h->safe = h->decided;
    return on_safe(NULL, fault);
}

static tw_err hand_in(struct hands *h, struct tw_station_count *n)
{
    struct tw_run_options how = house_settings();
    how.input.stop = &stop;
    stop = 0;
    const struct tw_station_feed feed = {h, next, taken};
    const struct tw_station_run run = {
        .station = station, .how = &how, .feed = &feed, .to = h, .decided = decided, .safe = safe};
    return tw_station_assess(&run, n, NULL);
}

static void begin(void)
{
    house_renew();
    CHECK(make_it(NULL) == TW_OK && open_it(NULL) == TW_OK);
}

static void what_was_handed_in_before_a_stop_is_decided_and_told(void)
{
    struct hands h = {.stop_at = HOUSE_FIRST, .idle_at = HOUSE_DECLS + 1};
    struct tw_station_count n;
    begin();
    CHECK(hand_in(&h, &n) == TW_INTERRUPTED);
    CHECK(n.taken == HOUSE_FIRST && h.taken == HOUSE_FIRST && n.decided == HOUSE_FIRST &&
          h.safe == HOUSE_FIRST);
    h.stop_at = HOUSE_DECLS + 1;
    CHECK(hand_in(&h, &n) == TW_OK && n.decided == HOUSE_DECLS - HOUSE_FIRST && h.safe == HOUSE_DECLS);
    CHECK(settle(NULL) == TW_OK);
    house_is_sound();
}

static void nobody_waits_where_nothing_comes(void)
{
    struct hands h = {.stop_at = HOUSE_DECLS + 1, .idle_at = HOUSE_FIRST};
    struct tw_station_count n;
    begin();
    CHECK(hand_in(&h, &n) == TW_OK);
    CHECK(n.taken == HOUSE_DECLS && n.decided == HOUSE_DECLS && h.safe == HOUSE_DECLS);
    CHECK(settle(NULL) == TW_OK);
    house_is_sound();
    house_folds();
}

int main(void)
{
    house_begin();
    RUN(what_was_handed_in_before_a_stop_is_decided_and_told);
    RUN(nobody_waits_where_nothing_comes);
    house_end();
    return DONE();
}
