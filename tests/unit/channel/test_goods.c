/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"
#include "channel/goods.h"
#include "check.h"
#include "fault.h"

#include <stdio.h>

static struct tw_goods *goods(int64_t days, int64_t max)
{
    struct tw_goods *g = NULL;
    CHECK(tw_goods_new(days, max, &g) == TW_OK);
    return g;
}

static void put(struct tw_goods *g, const struct tw_decl *d, int32_t day, uint64_t draw, enum tw_channel ch)
{
    struct tw_goods_before before;
    bool found;
    CHECK(tw_goods_find(g, d, day, &before, &found) == TW_OK);
    CHECK(tw_goods_put(g, d, day, draw, ch, found ? &before : NULL) == TW_OK);
}

static bool cancel(struct tw_goods *g, const char *id)
{
    bool known;
    CHECK(tw_goods_cancel(g, tw_str_from(id), &known) == TW_OK);
    return known;
}

static bool find(struct tw_goods *g, const struct tw_decl *d, int32_t day, struct tw_goods_before *ret)
{
    bool found;
    CHECK(tw_goods_find(g, d, day, ret, &found) == TW_OK);
    return found;
}

/* What makes two declarations the same goods, and what does not. */
static void knows_goods_by_document_and_container(void)
{
    struct tw_previous_document manifest = {.type = TW_STR("785"), .id = TW_STR("M-7"), .line = 3},
                                same_line = {.type = TW_STR("785"), .id = TW_STR("m7"), .line = 3},
                                other_line = {.type = TW_STR("785"), .id = TW_STR("M-7"), .line = 4},
                                other_type = {.type = TW_STR("787"), .id = TW_STR("M-7"), .line = 3},
                                bill = {.type = TW_STR("N705"), .id = TW_STR("BL 77/1")},
                                waybill = {.type = TW_STR("740"), .id = TW_STR("BL771")};
    struct tw_container box = {.id = TW_STR("MSCU1234566")}, spaced = {.id = TW_STR("mscu 123456-6")},
                        other = {.id = TW_STR("MSCU7654321")};
    struct tw_item item = {.number = 1}, boxed = {.number = 1}, documented = {.number = 1};
    boxed.containers.at = &spaced;
    boxed.containers.n = 1;
    documented.previous_documents.at = &waybill;
    documented.previous_documents.n = 1;
    struct tw_decl first = {.id = TW_STR("A1"), .lodged_at = 0};
    first.previous_documents.at = (struct tw_previous_document[]){manifest, bill};
    first.previous_documents.n = 2;
    first.containers.at = &box;
    first.containers.n = 1;
    const struct {
        const char *what;
        struct tw_previous_document *document;
        struct tw_container *container;
        struct tw_item *item;
        const char *bill;
        bool same;
    } row[] = {{"nothing", NULL, NULL, &item, "", false},
               {"the manifest's line", &same_line, NULL, NULL, "", true},
               {"another line of it", &other_line, NULL, NULL, "", false},
               {"another kind of document", &other_type, NULL, NULL, "", false},
               {"the bill as a document", &waybill, NULL, NULL, "", true},
               {"the bill in the header", NULL, NULL, NULL, "bl-77.1", true},
               {"the bill of an item", NULL, NULL, &documented, "", true},
               {"the container", NULL, &spaced, NULL, "", true},
               {"the container of an item", NULL, NULL, &boxed, "", true},
               {"another container", NULL, &other, NULL, "", false}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct tw_goods *g = goods(30, 100);
        struct tw_goods_before before;
        struct tw_decl d = {.id = TW_STR("B1"), .bill_of_lading = tw_str_from(row[i].bill)};
        d.previous_documents.at = row[i].document;
        d.previous_documents.n = row[i].document != NULL;
        d.containers.at = row[i].container;
        d.containers.n = row[i].container != NULL;
        d.items.at = row[i].item;
        d.items.n = row[i].item != NULL;
        put(g, &first, 100, 42, TW_CHANNEL_YELLOW);
        CHECK(!find(g, &d, 100, &before)); /* two at once are two consignments */
        CHECK(cancel(g, "A1"));
        if (find(g, &d, 101, &before) != row[i].same) printf("# %s\n", row[i].what);
        CHECK(find(g, &d, 101, &before) == row[i].same);
        if (row[i].same)
            CHECK(before.cancelled && before.draw == 42 && before.draw_day == 100 &&
                  before.channel == TW_CHANNEL_YELLOW && tw_str_is(before.of, "A1"));
        tw_goods_free(g);
    }
    tw_goods_free(NULL);
}

static void a_later_version_keeps_the_draw_and_the_strictest_channel(void)
{
    struct tw_goods *g = goods(30, 100);
    struct tw_goods_before before;
    const struct tw_decl d = {.id = TW_STR("A1")};
    put(g, &d, 100, 1, TW_CHANNEL_RED);
    put(g, &d, 101, 2, TW_CHANNEL_GREEN);
    CHECK(find(g, &d, 102, &before) && !before.cancelled && before.draw == 1 && before.draw_day == 100);
    CHECK(before.channel == TW_CHANNEL_RED && tw_str_is(before.of, "A1"));
    tw_goods_free(g);
}

/* A number that a later version no longer names is still one of its goods. */
static void is_known_by_what_any_version_named(void)
{
    struct tw_goods *g = goods(30, 100);
    struct tw_goods_before before;
    const struct tw_decl first = {.id = TW_STR("A1"), .bill_of_lading = TW_STR("B1")},
                         later = {.id = TW_STR("A1"), .bill_of_lading = TW_STR("B2")},
                         next = {.id = TW_STR("A2"), .bill_of_lading = TW_STR("(b_1)#")};
    put(g, &first, 100, 1, TW_CHANNEL_RED);
    put(g, &later, 101, 2, TW_CHANNEL_RED);
    CHECK(cancel(g, "A1"));
    CHECK(find(g, &next, 102, &before) && before.draw == 1 && before.channel == TW_CHANNEL_RED);
    tw_goods_free(g);
}

/* One declaration of a mistyped year makes nobody forget, and is forgotten with its neighbours. */
static void a_mistyped_year_moves_nothing(void)
{
    struct tw_goods *g = goods(5, 100);
    struct tw_goods_before before;
    const struct tw_decl d = {.id = TW_STR("A1"), .bill_of_lading = TW_STR("BL")},
                         next = {.id = TW_STR("A2"), .bill_of_lading = TW_STR("BL")};
    put(g, &d, 100, 1, TW_CHANNEL_RED);
    put(g, &(struct tw_decl){.id = TW_STR("X")}, 100 + 70 * 365, 1, TW_CHANNEL_RED);
    CHECK(cancel(g, "A1"));
    CHECK(find(g, &next, 101, &before) && tw_goods_n(g) == 2);
    CHECK(!find(g, &next, 106, &before) && tw_goods_n(g) == 0);
    tw_goods_free(g);
}

/* Cancelled and declared again under new numbers, over and over, with another container each time but one
 * document: the first draw, the strictest channel. */
static void hands_on_what_it_was_given(void)
{
    struct tw_goods *g = goods(30, 100);
    struct tw_goods_before before;
    char id[8];
    static const enum tw_channel channel[] = {TW_CHANNEL_GREEN, TW_CHANNEL_YELLOW, TW_CHANNEL_BLUE};
    for (int i = 0; i < 50; i++) {
        snprintf(id, sizeof id, "R%d", i);
        const struct tw_decl d = {.id = tw_str_from(id), .bill_of_lading = TW_STR("BL")};
        put(g, &d, 100 + i / 3, 1000 + (uint64_t)i, channel[i % 3]);
        CHECK(cancel(g, id));
        const struct tw_decl next = {.id = TW_STR("next"), .bill_of_lading = TW_STR("BL")};
        CHECK(find(g, &next, 100 + i / 3, &before) && before.draw == 1000 && tw_str_is(before.of, "R0"));
        CHECK(before.channel == (i == 0 ? TW_CHANNEL_GREEN : TW_CHANNEL_YELLOW));
    }
    tw_goods_free(g);
}

/* Of goods that came out of several, the first draw and the strictest channel. */
static void takes_the_first_draw_of_several(void)
{
    struct tw_goods *g = goods(30, 100);
    struct tw_goods_before before;
    struct tw_container box[] = {{.id = TW_STR("MSCU1")}, {.id = TW_STR("MSCU2")}};
    struct tw_decl one = {.id = TW_STR("A1")}, two = {.id = TW_STR("A2")}, both = {.id = TW_STR("A3")};
    one.containers.at = &box[1];
    two.containers.at = &box[0];
    both.containers.at = box;
    one.containers.n = two.containers.n = 1;
    both.containers.n = 2;
    put(g, &one, 100, 1, TW_CHANNEL_GREEN);
    put(g, &two, 101, 2, TW_CHANNEL_RED);
    CHECK(cancel(g, "A2") && cancel(g, "A1") && cancel(g, "A1") && !cancel(g, "A9"));
    CHECK(find(g, &both, 102, &before) && before.draw == 1 && before.channel == TW_CHANNEL_RED);
    tw_goods_free(g);
}

static void forgets_after_its_days_and_beyond_its_most(void)
{
    struct tw_goods_before before;
    const struct tw_decl d = {.id = TW_STR("A1"), .bill_of_lading = TW_STR("BL")},
                         next = {.id = TW_STR("A2"), .bill_of_lading = TW_STR("BL")};
    struct tw_goods *g = goods(5, 100);
    put(g, &d, 100, 1, TW_CHANNEL_RED);
    CHECK(cancel(g, "A1"));
    CHECK(find(g, &next, 105, &before) && tw_goods_n(g) == 1);
    CHECK(!find(g, &next, 106, &before) && tw_goods_n(g) == 0 && !cancel(g, "A1"));
    tw_goods_free(g);
    g = goods(5, 2);
    put(g, &d, 100, 1, TW_CHANNEL_RED);
    CHECK(cancel(g, "A1"));
    put(g, &(struct tw_decl){.id = TW_STR("X")}, 100, 1, TW_CHANNEL_RED);
    CHECK(find(g, &next, 100, &before));
    put(g, &(struct tw_decl){.id = TW_STR("Y")}, 100, 1, TW_CHANNEL_RED);
    CHECK(!find(g, &next, 100, &before) && tw_goods_n(g) == 2);
    tw_goods_free(g);
}

/* In its plainest form: all that was ever declared, gone through each time. */
enum { MANY = 4000, NUMBERS = 60, PER_DAY = 200 };
struct plain {
    int number, bill, day, draw_day;
    uint64_t bills; /* that any version of it has named, a bit each */
    uint64_t draw;
    int of;
    enum tw_channel channel;
    bool cancelled;
};

static enum tw_channel stricter(enum tw_channel a, enum tw_channel b)
{
    return tw_channel_rank(a) >= tw_channel_rank(b) ? a : b;
}

/* With days enough all is as it says there; where some are forgotten, what remains of a name is no milder,
 * and its draw that of one still known. */
static void goes_through_all(int days)
{
    static struct plain all[MANY];
    static const enum tw_channel channel[] = {TW_CHANNEL_GREEN, TW_CHANNEL_BLUE, TW_CHANNEL_YELLOW,
                                              TW_CHANNEL_RED};
    struct tw_rng r = tw_rng_new(5, "goods");
    struct tw_goods *g = goods(days, 1000000);
    int again = 0;
    for (int i = 0; i < MANY; i++) {
        char id[16], bill[16], of[16];
        struct plain *p = &all[i];
        *p = (struct plain){.number = (int)tw_rng_below(&r, 8 * NUMBERS),
                            .bill = (int)tw_rng_below(&r, NUMBERS),
                            .day = i / PER_DAY,
                            .draw = tw_rng_u64(&r),
                            .channel = channel[tw_rng_below(&r, 4)]};
        p->of = p->number;
        p->draw_day = p->day;
        snprintf(id, sizeof id, "D%d", p->number);
        snprintf(bill, sizeof bill, "B%d", p->bill);
        const struct tw_decl d = {.id = tw_str_from(id), .bill_of_lading = tw_str_from(bill)};
        const struct plain *same = NULL, *first = NULL;
        enum tw_channel strictest = TW_CHANNEL_GREEN;
        for (int k = i - 1; k >= 0 && all[k].day >= p->day - days; k--) {
            if (same == NULL && all[k].number == p->number) same = &all[k];
            if (!all[k].cancelled || (all[k].bills >> p->bill & 1) == 0) continue;
            first = &all[k];
            strictest = stricter(strictest, all[k].channel);
        }
        struct tw_goods_before before = {.channel = TW_CHANNEL_GREEN};
        const bool found = find(g, &d, p->day, &before);
        const struct plain *from = same != NULL ? same : first;
        CHECK(found == (from != NULL));
        p->bills = (uint64_t)1 << p->bill | (same != NULL ? same->bills : 0);
        CHECK(tw_goods_put(g, &d, p->day, p->draw, p->channel, found ? &before : NULL) == TW_OK);
        if (from != NULL) {
            again++;
            const enum tw_channel floor = same != NULL ? stricter(same->channel, strictest) : strictest;
            snprintf(of, sizeof of, "D%d", from->of);
            const bool exact = same != NULL || days >= MANY / PER_DAY;
            CHECK(!exact || (before.draw == from->draw && before.draw_day == from->draw_day));
            CHECK(!exact || tw_str_is(before.of, of));
            CHECK(stricter(before.channel, floor) == before.channel);
            CHECK(days < MANY / PER_DAY || before.channel == floor);
            CHECK(before.cancelled == (same == NULL));
            CHECK(sscanf(before.of.s, "D%d", &p->of) == 1);
            p->draw = before.draw;
            p->draw_day = before.draw_day;
            p->channel = stricter(p->channel, before.channel);
        }
        if (tw_rng_below(&r, 4) > 0) continue;
        const int gone = (int)tw_rng_below(&r, 8 * NUMBERS);
        int last = -1;
        for (int k = i; k >= 0 && all[k].day >= p->day - days && last < 0; k--)
            if (all[k].number == gone) last = k;
        snprintf(id, sizeof id, "D%d", gone);
        CHECK(cancel(g, id) == (last >= 0));
        if (last >= 0) all[last].cancelled = true;
    }
    CHECK(again > 1000 && tw_goods_n(g) <= (size_t)(PER_DAY * (days + 1)));
    tw_goods_free(g);
}

static void says_what_going_through_all_of_them_says(void)
{
    goes_through_all(MANY / PER_DAY);
    goes_through_all(3);
}

/* Many that are forgotten: the tables are made anew, and what is still known is found in them. */
static tw_err declare_many(struct tw_goods *g, int n, int boxes)
{
    char id[16], text[8][16];
    struct tw_container box[8];
    struct tw_goods_before before;
    bool found, known;
    for (int i = 0; i < n; i++) {
        snprintf(id, sizeof id, "D%d", i);
        for (int k = 0; k < boxes; k++) {
            snprintf(text[k], sizeof text[k], "C%dX%d", i, k);
            box[k] = (struct tw_container){.id = tw_str_from(text[k])};
        }
        struct tw_decl d = {.id = tw_str_from(id)};
        d.containers.at = box;
        d.containers.n = (size_t)boxes;
        TW_TRY(tw_goods_find(g, &d, i / 4, &before, &found));
        TW_TRY(tw_goods_put(g, &d, i / 4, (uint64_t)i, TW_CHANNEL_RED, NULL));
        if (boxes > 0 || i % 2 == 0) TW_TRY(tw_goods_cancel(g, d.id, &known));
        d.id = TW_STR("again");
        TW_TRY(tw_goods_find(g, &d, i / 4, &before, &found));
        CHECK(found == (boxes > 0) && (!found || before.draw == (uint64_t)i));
    }
    return TW_OK;
}

static void makes_its_tables_anew(void)
{
    for (int boxes = 0; boxes < 8; boxes += 7) {
        struct tw_goods *g = goods(2, 100);
        CHECK(declare_many(g, boxes > 0 ? 600 : 2500, boxes) == TW_OK && tw_goods_n(g) <= 13);
        tw_goods_free(g);
    }
}

static int way; /* what of it names something first */

static tw_err declare_a_few(void)
{
    struct tw_goods *g = NULL;
    struct tw_container box[100];
    char text[100][8];
    bool known, found;
    struct tw_goods_before before;
    struct tw_previous_document document = {.type = TW_STR("785"), .id = TW_STR("M7")},
                                none = {.type = TW_STR("785")};
    struct tw_item item = {.number = 1};
    tw_err err = tw_goods_new(30, 100, &g);
    struct tw_decl d = {.id = TW_STR("A1")}, e = {.id = TW_STR("A2")};
    for (int i = 0; i < 100; i++) {
        snprintf(text[i], sizeof text[i], "C%d", i / 2);
        box[i] = (struct tw_container){.id = tw_str_from(text[i])};
    }
    if (way == 0) d.bill_of_lading = TW_STR("BL");
    if (way == 1) d.previous_documents.at = (struct tw_previous_document[]){none, document};
    d.previous_documents.n = way == 1 ? 2 : 0;
    item.previous_documents.at = &document;
    item.previous_documents.n = way == 2;
    item.containers.at = box;
    item.containers.n = way == 3;
    d.items.at = &item;
    d.items.n = way == 2 || way == 3;
    d.containers.at = box;
    d.containers.n = way == 4 ? 2 : 0; /* one number twice */
    e.containers.at = box;
    e.containers.n = 100;
    if (err == TW_OK) err = tw_goods_put(g, &d, 1, 1, TW_CHANNEL_RED, NULL);
    if (err == TW_OK) err = tw_goods_cancel(g, d.id, &known);
    for (int i = 0; i < 100; i++) { /* no two near each other */
        snprintf(text[i], sizeof text[i], "C%d", i);
        box[i].id = tw_str_from(text[i]);
    }
    if (err == TW_OK) err = tw_goods_find(g, &e, 1, &before, &found);
    if (err == TW_OK) err = tw_goods_put(g, &e, 1, 1, TW_CHANNEL_RED, found ? &before : NULL);
    for (int i = 0; i < 100 && err == TW_OK; i++) err = tw_goods_put(g, &e, 1, 1, TW_CHANNEL_RED, NULL);
    if (err == TW_OK) err = tw_goods_put(g, &(struct tw_decl){.id = {NULL, 0}}, 1, 1, TW_CHANNEL_RED, NULL);
    tw_goods_free(g);
    return err;
}

static tw_err sweep_some(void)
{
    struct tw_goods *g = NULL;
    TW_TRY(tw_goods_new(2, 100, &g));
    const tw_err err = declare_many(g, 170, 7);
    tw_goods_free(g);
    return err;
}

static void survives_every_failed_allocation(void)
{
    for (way = 0; way < 5; way++) CHECK(fault_each_allocation(declare_a_few) > 8);
    CHECK(fault_each_allocation(sweep_some) > 100);
}

static void put_u64(struct tw_buf *b, uint64_t v)
{
    for (int i = 0; i < 8; i++) tw_buf_char(b, (char)(uint8_t)(v >> (8 * i)));
}

/* One declaration as bytes, each number of it in turn one that cannot be. */
static void refuses_bytes_that_cannot_be(void)
{
    enum { GOOD, DAY_LATE, DAY_EARLY, DRAWN_LATE, DRAWN_EARLY, CHANNEL, LENGTH, KEYS, SHORT, NONE, N };
    static const uint64_t late = (uint64_t)INT32_MAX + 1, early = (uint64_t)((int64_t)INT32_MIN - 1);
    for (int what = GOOD; what < N; what++) {
        TW_SCOPED_BUF b = {0};
        struct tw_goods *g = goods(30, 100);
        bool good = false;
        if (what != NONE) put_u64(&b, 1);
        put_u64(&b, 7);
        put_u64(&b, 42);
        put_u64(&b, what == DAY_LATE ? late : what == DAY_EARLY ? early : 100);
        put_u64(&b, what == DRAWN_LATE ? late : what == DRAWN_EARLY ? early : 100);
        if (what != SHORT) put_u64(&b, what == CHANNEL ? (uint64_t)TW_CHANNEL_N << 1 : 7);
        put_u64(&b, what == LENGTH ? 1000 : 2);
        put_u64(&b, what == KEYS ? 1000 : 1);
        tw_buf_text(&b, "A1");
        put_u64(&b, 9);
        const uint8_t *p = (const uint8_t *)b.p, *end = p + (what == NONE ? 7 : b.n);
        CHECK(!b.failed && tw_goods_load(g, &p, end, &good) == TW_OK);
        CHECK(good == (what == GOOD));
        tw_goods_free(g);
    }
}

int main(void)
{
    RUN(knows_goods_by_document_and_container);
    RUN(a_later_version_keeps_the_draw_and_the_strictest_channel);
    RUN(is_known_by_what_any_version_named);
    RUN(a_mistyped_year_moves_nothing);
    RUN(hands_on_what_it_was_given);
    RUN(takes_the_first_draw_of_several);
    RUN(forgets_after_its_days_and_beyond_its_most);
    RUN(says_what_going_through_all_of_them_says);
    RUN(makes_its_tables_anew);
    RUN(refuses_bytes_that_cannot_be);
    RUN(survives_every_failed_allocation);
    return DONE();
}
