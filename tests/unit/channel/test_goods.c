/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"
#include "channel/goods.h"
#include "check.h"
#include "fault.h"

#include <stdio.h>

static struct tw_goods *goods(int64_t days, int64_t max)
{
    struct tw_goods *g = NULL;
    CHECK(tw_goods_new(&(struct tw_goods_limits){days, max, 200}, &g) == TW_OK);
    return g;
}

static void put(struct tw_goods *g, const struct tw_decl *d, int32_t day, uint64_t draw, enum tw_channel ch)
{
    struct tw_goods_before before;
    bool found;
    CHECK(tw_goods_find(g, d, day, &before, &found) == TW_OK);
    if (found && before.version) draw = before.draw;
    if (found && tw_channel_rank(before.own.channel) > tw_channel_rank(ch)) ch = before.own.channel;
    CHECK(tw_goods_put(g, d, day, draw, found ? before.draw_day : day, ch) == TW_OK);
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
    struct tw_previous_document manifest = {.type = TW_STR("785"), .id = TW_STR("M-7001"), .line = 3},
                                same_line = {.type = TW_STR("785"), .id = TW_STR("m7001"), .line = 3},
                                other_line = {.type = TW_STR("785"), .id = TW_STR("M-7001"), .line = 4},
                                other_type = {.type = TW_STR("787"), .id = TW_STR("M-7001"), .line = 3},
                                bill = {.type = TW_STR("N705"), .id = TW_STR("BL 77/1")},
                                waybill = {.type = TW_STR("740"), .id = TW_STR("BL771")};
    struct tw_container box = {.id = TW_STR("MSCU1234566")}, spaced = {.id = TW_STR("mscu 123456-6")},
                        other = {.id = TW_STR("MSCU7654321")};
    struct tw_item item = {.number = 1}, boxed = {.number = 1}, documented = {.number = 1};
    boxed.containers.at = &spaced;
    boxed.containers.n = 1;
    documented.previous_documents.at = &waybill;
    documented.previous_documents.n = 1;
    struct tw_decl first = {.id = TW_STR("A1"), .importer.id = TW_STR("I1")};
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
        struct tw_decl d = {
            .id = TW_STR("B1"), .bill_of_lading = tw_str_from(row[i].bill), .importer.id = TW_STR("i 1")};
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
            CHECK(!before.version && before.draw_day == 101 && before.own.channel == TW_CHANNEL_YELLOW &&
                  tw_str_is(before.own.of, "A1") && before.shared.of.s == NULL);
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
    CHECK(find(g, &d, 102, &before) && before.version && before.draw == 1 && before.draw_day == 100);
    CHECK(before.own.channel == TW_CHANNEL_RED && tw_str_is(before.own.of, "A1"));
    tw_goods_free(g);
}

/* A number that a later version no longer names is still one of its goods, and so is whose they were. */
static void is_known_by_what_any_version_named(void)
{
    struct tw_goods *g = goods(30, 100);
    struct tw_goods_before before;
    const struct tw_decl
        first = {.id = TW_STR("A1"), .bill_of_lading = TW_STR("BL01"), .importer.id = TW_STR("I1")},
        later = {.id = TW_STR("A1"), .bill_of_lading = TW_STR("BL02"), .importer.id = TW_STR("I2")},
        next = {.id = TW_STR("A2"), .bill_of_lading = TW_STR("(bl_01)#"), .importer.id = TW_STR("I1")};
    put(g, &first, 100, 1, TW_CHANNEL_RED);
    put(g, &later, 101, 2, TW_CHANNEL_RED);
    put(g, &(struct tw_decl){.id = TW_STR("A1")}, 101, 2, TW_CHANNEL_RED);
    CHECK(cancel(g, "A1"));
    CHECK(find(g, &next, 102, &before) && !before.version && before.own.channel == TW_CHANNEL_RED);
    tw_goods_free(g);
}

/* Amended over and over: it is known by so many names, its last ones for certain, and by the last of those
 * whose goods they were. */
static void is_known_by_so_many_names_and_no_more(void)
{
    struct tw_goods *g = NULL;
    struct tw_goods_before before;
    struct tw_container box[7];
    char text[7][12], importer[8];
    CHECK(tw_goods_new(&(struct tw_goods_limits){30, 100, 10}, &g) == TW_OK);
    for (int version = 0; version < 9; version++) {
        struct tw_decl d = {.id = TW_STR("A1"), .importer.id = tw_str_from(importer)};
        snprintf(importer, sizeof importer, "I%d", version);
        for (int k = 0; k < 7; k++) {
            snprintf(text[k], sizeof text[k], "MSCU%d%03d", version, k);
            box[k] = (struct tw_container){.id = tw_str_from(text[k])};
        }
        d.importer.id = tw_str_from(importer);
        d.containers.at = box;
        d.containers.n = 7;
        put(g, &d, 100, 1, TW_CHANNEL_YELLOW);
    }
    CHECK(cancel(g, "A1"));
    int found = 0, own = 0;
    for (int version = 0; version < 9; version++)
        for (int k = 0; k < 7; k++) {
            struct tw_decl d = {.id = TW_STR("A2"), .importer.id = tw_str_from(importer)};
            snprintf(importer, sizeof importer, "I%d", version);
            snprintf(text[0], sizeof text[0], "MSCU%d%03d", version, k);
            d.importer.id = tw_str_from(importer);
            box[0].id = tw_str_from(text[0]);
            d.containers.at = box;
            d.containers.n = 1;
            found += find(g, &d, 101, &before);
            own += version == 8 && before.own.of.s != NULL;
            d.containers.at = (struct tw_container[]){{.id = TW_STR("MSCU8003")}};
            CHECK(find(g, &d, 101, &before) && (before.own.of.s != NULL) == (version >= 5));
        }
    CHECK(found == 10 && own == 7);
    struct tw_decl many = {.id = TW_STR("A3")};
    struct tw_container of[11] = {{.id = {NULL, 0}}};
    char room[11][12];
    for (int k = 0; k < 11; k++) {
        snprintf(room[k], sizeof room[k], "ABCU%04d", k);
        of[k].id = tw_str_from(room[k]);
    }
    many.containers.at = of;
    many.containers.n = 11;
    put(g, &many, 100, 1, TW_CHANNEL_RED);
    CHECK(cancel(g, "A3"));
    found = 0;
    for (int k = 0; k < 11; k++) {
        struct tw_decl d = {.id = TW_STR("A4")};
        d.containers.at = &of[k];
        d.containers.n = 1;
        found += find(g, &d, 101, &before);
    }
    CHECK(found == 10);
    tw_goods_free(g);
}

/* What people put where something must stand joins nobody to nobody. */
static void made_up_numbers_name_nothing(void)
{
    static const char *const made_up[] = {"N/A", "NIL", "none", "0000-000", "-", "", "TBA1"};
    for (size_t i = 0; i < sizeof made_up / sizeof *made_up; i++) {
        struct tw_goods *g = goods(30, 100);
        struct tw_goods_before before;
        const struct tw_decl d = {.id = TW_STR("A1"), .bill_of_lading = tw_str_from(made_up[i])},
                             next = {.id = TW_STR("A2"), .bill_of_lading = tw_str_from(made_up[i])};
        put(g, &d, 100, 1, TW_CHANNEL_RED);
        CHECK(cancel(g, "A1"));
        CHECK(find(g, &next, 100, &before) == (made_up[i][0] == 'T'));
        tw_goods_free(g);
    }
}

/* One day's mistyped year makes nobody forget, and is forgotten with its neighbours. */
static void a_mistyped_year_moves_nothing(void)
{
    struct tw_goods *g = goods(5, 100);
    struct tw_goods_before before;
    const struct tw_decl d = {.id = TW_STR("A1"), .bill_of_lading = TW_STR("BL01")},
                         next = {.id = TW_STR("A2"), .bill_of_lading = TW_STR("BL01")};
    put(g, &d, 100, 1, TW_CHANNEL_RED);
    put(g, &(struct tw_decl){.id = TW_STR("X")}, 100 + 70 * 365, 1, TW_CHANNEL_RED);
    CHECK(cancel(g, "A1"));
    CHECK(find(g, &next, 101, &before) && tw_goods_n(g) == 2);
    CHECK(!find(g, &next, 106, &before) && tw_goods_n(g) == 0);
    tw_goods_free(g);
}

/* Cancelled and declared again under new numbers, over and over: the strictest channel, and whose it was. */
static void hands_on_what_it_was_given(void)
{
    struct tw_goods *g = goods(30, 100);
    struct tw_goods_before before;
    char id[8];
    static const enum tw_channel channel[] = {TW_CHANNEL_GREEN, TW_CHANNEL_YELLOW, TW_CHANNEL_BLUE};
    for (int i = 0; i < 50; i++) {
        snprintf(id, sizeof id, "R%d", i);
        const struct tw_decl d = {
            .id = tw_str_from(id), .bill_of_lading = TW_STR("BL01"), .declarant.id = TW_STR("B")};
        put(g, &d, 100 + i / 3, 1000 + (uint64_t)i, channel[i % 3]);
        CHECK(cancel(g, id));
        const struct tw_decl next = {
            .id = TW_STR("next"), .bill_of_lading = TW_STR("BL01"), .declarant.id = TW_STR("b")};
        CHECK(find(g, &next, 100 + i / 3, &before) && !before.version && tw_str_is(before.own.of, id));
        CHECK(before.own.channel == (i == 0 ? TW_CHANNEL_GREEN : TW_CHANNEL_YELLOW));
    }
    tw_goods_free(g);
}

/* Whose goods were cancelled, and what of it holds for whom. */
static void tells_the_own_from_what_others_had(void)
{
    static const struct {
        const char *what, *importer, *name, *declarant;
        bool own;
    } row[] = {{"the same importer", "DE 1", "", "B9", true},
               {"another", "DE2", "Smith", "B1", false},
               {"by name alone", "", "Smith", "B1", false},
               {"nobody", "", "", "", false}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct tw_goods *g = goods(30, 100);
        struct tw_goods_before before;
        const struct tw_decl d = {.id = TW_STR("A1"),
                                  .bill_of_lading = TW_STR("BL01"),
                                  .importer = {.id = TW_STR("DE1"), .name = TW_STR("Smith")},
                                  .declarant.id = TW_STR("B1")},
                             next = {.id = TW_STR("A2"),
                                     .bill_of_lading = TW_STR("BL01"),
                                     .importer = {.id = tw_str_from(row[i].importer),
                                                  .name = tw_str_from(row[i].name)},
                                     .declarant.id = tw_str_from(row[i].declarant)};
        put(g, &d, 100, 1, TW_CHANNEL_RED);
        CHECK(cancel(g, "A1"));
        if (!find(g, &next, 101, &before)) printf("# %s\n", row[i].what);
        CHECK(find(g, &next, 101, &before) && (before.own.of.s != NULL) == row[i].own);
        CHECK(row[i].own || (before.shared.channel == TW_CHANNEL_RED && tw_str_is(before.shared.of, "A1")));
        tw_goods_free(g);
    }
}

/* Another's that was let pass says nothing; one that is milder than the own neither; the same trader's does.
 */
static void others_count_where_they_are_stricter(void)
{
    struct tw_goods *g = goods(30, 100);
    struct tw_goods_before before;
    struct tw_container box[] = {{.id = TW_STR("MSCU1001")}, {.id = TW_STR("MSCU1002")}};
    struct tw_decl one = {.id = TW_STR("A1"), .importer.name = TW_STR("One Ltd")},
                   two = {.id = TW_STR("A2"), .importer.name = TW_STR("Two Ltd")},
                   next = {.id = TW_STR("A3"), .importer.name = TW_STR("ONE LTD.")};
    one.containers.at = next.containers.at = box;
    two.containers.at = &box[1];
    one.containers.n = two.containers.n = 1;
    next.containers.n = 2;
    put(g, &two, 101, 2, TW_CHANNEL_GREEN);
    CHECK(cancel(g, "A2") && !find(g, &next, 102, &before));
    put(g, &two, 101, 2, TW_CHANNEL_YELLOW);
    put(g, &one, 101, 1, TW_CHANNEL_BLUE);
    CHECK(cancel(g, "A2") && cancel(g, "A1") && cancel(g, "A1") && !cancel(g, "A9"));
    CHECK(find(g, &next, 102, &before) && before.own.channel == TW_CHANNEL_BLUE &&
          tw_str_is(before.own.of, "A1"));
    CHECK(before.shared.channel == TW_CHANNEL_YELLOW && tw_str_is(before.shared.of, "A2"));
    put(g, &(struct tw_decl){.id = TW_STR("A3")}, 102, 7, TW_CHANNEL_RED);
    CHECK(find(g, &next, 102, &before) && before.version && before.draw == 7);
    CHECK(before.own.channel == TW_CHANNEL_RED && tw_str_is(before.own.of, "A3") &&
          before.shared.of.s == NULL);
    tw_goods_free(g);
}

static void forgets_after_its_days_and_beyond_its_most(void)
{
    struct tw_goods_before before;
    const struct tw_decl d = {.id = TW_STR("A1"), .bill_of_lading = TW_STR("BL01")},
                         next = {.id = TW_STR("A2"), .bill_of_lading = TW_STR("BL01")};
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
enum { MANY = 4000, NUMBERS = 60, PER_DAY = 200, TRADERS = 3 };
struct plain {
    int number, bill, day, draw_day, trader;
    uint64_t bills; /* that any version of it has named, a bit each */
    unsigned traders;
    uint64_t draw;
    enum tw_channel channel;
    bool cancelled;
};

struct plain_floor {
    int rank; /* -1 = none */
    int number;
};

static void lift(struct plain_floor *f, const struct plain *one)
{
    const int rank = (int)tw_channel_rank(one->channel);
    if (rank > f->rank) *f = (struct plain_floor){rank, one->number};
}

static bool is_floor(const struct tw_goods_floor *got, struct plain_floor want)
{
    char of[16];
    snprintf(of, sizeof of, "D%d", want.number);
    if (want.rank < 0) return got->of.s == NULL;
    return got->of.s != NULL && (int)tw_channel_rank(got->channel) == want.rank && tw_str_is(got->of, of);
}

/* Saved and read again halfway, nothing is told otherwise, whatever has been forgotten by then. */
static struct tw_goods *saved_and_read(struct tw_goods *g, int days)
{
    TW_SCOPED_BUF b = {0};
    struct tw_goods *ret = goods(days, 1000000);
    bool good = false;
    tw_goods_save(g, &b);
    const uint8_t *p = (const uint8_t *)b.p;
    CHECK(!b.failed && tw_goods_load(ret, &p, p + b.n, &good) == TW_OK && good);
    tw_goods_free(g);
    return ret;
}

static void goes_through_all(int days)
{
    static struct plain all[MANY];
    static const enum tw_channel channel[] = {TW_CHANNEL_GREEN, TW_CHANNEL_BLUE, TW_CHANNEL_YELLOW,
                                              TW_CHANNEL_RED};
    struct tw_rng r = tw_rng_new(5, "goods");
    struct tw_goods *g = goods(days, 1000000);
    int versions = 0, owns = 0, shares = 0;
    for (int i = 0; i < MANY; i++) {
        char id[16], bill[16], trader[16];
        struct plain *p = &all[i];
        *p = (struct plain){.number = (int)tw_rng_below(&r, 8 * NUMBERS),
                            .bill = (int)tw_rng_below(&r, NUMBERS),
                            .trader = (int)tw_rng_below(&r, TRADERS),
                            .day = i / PER_DAY,
                            .draw = tw_rng_u64(&r),
                            .channel = channel[tw_rng_below(&r, 4)]};
        if (i % 500 == 499) g = saved_and_read(g, days);
        p->draw_day = p->day;
        snprintf(id, sizeof id, "D%d", p->number);
        snprintf(bill, sizeof bill, "BILL%d1", p->bill);
        snprintf(trader, sizeof trader, "T%d", p->trader);
        const struct tw_decl d = {
            .id = tw_str_from(id), .bill_of_lading = tw_str_from(bill), .importer.id = tw_str_from(trader)};
        const struct plain *same = NULL;
        struct plain_floor own = {-1, 0}, any = {-1, 0};
        const int from = p->day - days;
        for (int k = i - 1; k >= 0 && all[k].day >= from && same == NULL; k--)
            if (all[k].number == p->number) same = &all[k];
        if (same != NULL) lift(&own, same);
        for (int k = i - 1; k >= 0 && all[k].day >= from; k--) {
            if (!all[k].cancelled || (all[k].bills >> p->bill & 1) == 0) continue;
            lift(&any, &all[k]);
            if ((all[k].traders >> p->trader & 1) != 0) lift(&own, &all[k]);
        }
        if (any.rank <= own.rank || any.rank == 0) any.rank = -1;
        struct tw_goods_before before = {.version = false};
        const bool found = find(g, &d, p->day, &before);
        CHECK(found == (own.rank >= 0 || any.rank >= 0) && before.version == (same != NULL));
        CHECK(is_floor(&before.own, own) && is_floor(&before.shared, any));
        if (same != NULL) {
            CHECK(before.draw == same->draw && before.draw_day == same->draw_day);
            p->draw = same->draw;
            p->draw_day = same->draw_day;
        }
        versions += same != NULL;
        owns += same == NULL && own.rank >= 0;
        shares += any.rank >= 0;
        p->bills = (uint64_t)1 << p->bill | (same != NULL ? same->bills : 0);
        p->traders = 1u << p->trader | (same != NULL ? same->traders : 0);
        if ((int)tw_channel_rank(p->channel) < own.rank) p->channel = before.own.channel;
        CHECK(tw_goods_put(g, &d, p->day, p->draw, p->draw_day, p->channel) == TW_OK);
        if (tw_rng_below(&r, 4) > 0) continue;
        const int gone = (int)tw_rng_below(&r, 8 * NUMBERS);
        int last = -1;
        for (int k = i; k >= 0 && all[k].day >= p->day - days && last < 0; k--)
            if (all[k].number == gone) last = k;
        snprintf(id, sizeof id, "D%d", gone);
        CHECK(cancel(g, id) == (last >= 0));
        if (last >= 0) all[last].cancelled = true;
    }
    CHECK(versions > 1000 && owns > 100 && shares > 100 && tw_goods_n(g) <= (size_t)(PER_DAY * (days + 1)));
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
    char id[16], text[8][20];
    struct tw_container box[8];
    struct tw_goods_before before;
    bool found, known;
    for (int i = 0; i < n; i++) {
        snprintf(id, sizeof id, "D%d", i);
        for (int k = 0; k < boxes; k++) {
            snprintf(text[k], sizeof text[k], "BOX%dX%d", i, k);
            box[k] = (struct tw_container){.id = tw_str_from(text[k])};
        }
        struct tw_decl d = {.id = tw_str_from(id), .importer.id = TW_STR("I1")};
        d.containers.at = box;
        d.containers.n = (size_t)boxes;
        TW_TRY(tw_goods_find(g, &d, i / 4, &before, &found));
        TW_TRY(tw_goods_put(g, &d, i / 4, (uint64_t)i, i / 4, TW_CHANNEL_RED));
        if (boxes > 0 || i % 2 == 0) TW_TRY(tw_goods_cancel(g, d.id, &known));
        d.id = TW_STR("again");
        TW_TRY(tw_goods_find(g, &d, i / 4, &before, &found));
        CHECK(found == (boxes > 0) && (!found || before.own.channel == TW_CHANNEL_RED));
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
    char text[100][12];
    bool known, found;
    struct tw_goods_before before;
    struct tw_previous_document document = {.type = TW_STR("785"), .id = TW_STR("M7001")},
                                none = {.type = TW_STR("785")};
    struct tw_item item = {.number = 1};
    tw_err err = tw_goods_new(&(struct tw_goods_limits){30, 100, 200}, &g);
    struct tw_decl d = {.id = TW_STR("A1"), .importer.id = TW_STR("I1")}, e = {.id = TW_STR("A2")};
    for (int i = 0; i < 100; i++) {
        snprintf(text[i], sizeof text[i], "BOX1%d", i / 2);
        box[i] = (struct tw_container){.id = tw_str_from(text[i])};
    }
    if (way == 0) d.bill_of_lading = TW_STR("BL01");
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
    if (err == TW_OK) err = tw_goods_put(g, &d, 1, 1, 1, TW_CHANNEL_RED);
    if (err == TW_OK) err = tw_goods_cancel(g, d.id, &known);
    for (int i = 0; i < 100; i++) { /* no two near each other */
        snprintf(text[i], sizeof text[i], "BOX1%d", i);
        box[i].id = tw_str_from(text[i]);
    }
    if (err == TW_OK) err = tw_goods_find(g, &e, 1, &before, &found);
    if (err == TW_OK) err = tw_goods_put(g, &e, 1, 1, 1, TW_CHANNEL_RED);
    for (int i = 0; i < 100 && err == TW_OK; i++) err = tw_goods_put(g, &e, 1, 1, 1, TW_CHANNEL_RED);
    if (err == TW_OK) err = tw_goods_put(g, &(struct tw_decl){.id = {NULL, 0}}, 1, 1, 1, TW_CHANNEL_RED);
    tw_goods_free(g);
    return err;
}

/* Two versions of forty containers each, all others. */
static tw_err amend_all(void)
{
    struct tw_goods *g = NULL;
    char text[40][12];
    struct tw_container box[40];
    struct tw_previous_document document[100] = {{.type = TW_STR("785"), .id = TW_STR("M7001")}};
    tw_err err = tw_goods_new(&(struct tw_goods_limits){30, 100, 200}, &g);
    struct tw_decl d = {.id = TW_STR("A1"), .importer.id = TW_STR("I1")};
    d.containers.at = box;
    d.containers.n = 40;
    const struct tw_decl nobodys = {.id = TW_STR("A0"), .bill_of_lading = TW_STR("BL01")};
    bool known;
    if (err == TW_OK) err = tw_goods_put(g, &nobodys, 1, 1, 1, TW_CHANNEL_RED);
    if (err == TW_OK) err = tw_goods_cancel(g, nobodys.id, &known);
    for (int version = 0; version < 2 && err == TW_OK; version++) {
        for (int i = 0; i < 40; i++) {
            snprintf(text[i], sizeof text[i], "MSCU%d%02d", version, i);
            box[i] = (struct tw_container){.id = tw_str_from(text[i])};
        }
        err = tw_goods_put(g, &d, 1, 1, 1, TW_CHANNEL_RED);
    }
    if (err == TW_OK) err = tw_goods_cancel(g, d.id, &known);
    for (int i = 1; i < 100; i++) document[i] = document[0];
    struct tw_item item = {.number = 1};
    item.previous_documents.at = document;
    item.previous_documents.n = 100;
    d = (struct tw_decl){.id = TW_STR("A2")};
    d.items.at = &item;
    d.items.n = 1;
    if (err == TW_OK) err = tw_goods_put(g, &d, 1, 1, 1, TW_CHANNEL_RED);
    tw_goods_free(g);
    return err;
}

static tw_err sweep_some(void)
{
    struct tw_goods *g = NULL;
    TW_TRY(tw_goods_new(&(struct tw_goods_limits){2, 100, 200}, &g));
    const tw_err err = declare_many(g, 170, 7);
    tw_goods_free(g);
    return err;
}

static void survives_every_failed_allocation(void)
{
    for (way = 0; way < 5; way++) CHECK(fault_each_allocation(declare_a_few) > 8);
    CHECK(fault_each_allocation(sweep_some) > 100 && fault_each_allocation(amend_all) > 8);
}

static void put_u64(struct tw_buf *b, uint64_t v)
{
    for (int i = 0; i < 8; i++) tw_buf_char(b, (char)(uint8_t)(v >> (8 * i)));
}

/* One declaration as bytes, each number of it in turn one that cannot be. */
static void refuses_bytes_that_cannot_be(void)
{
    enum {
        GOOD,
        DAY_LATE,
        DAY_EARLY,
        DRAWN_LATE,
        DRAWN_EARLY,
        CHANNEL,
        LENGTH,
        OWNERS,
        MORE,
        KEYS,
        SHORT,
        NONE,
        N
    };
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
        put_u64(&b, what == OWNERS ? 5 : what == MORE ? 2 : 1);
        put_u64(&b, what == KEYS ? 1000 : 1);
        tw_buf_text(&b, "A1");
        for (int i = 0; i < (what == OWNERS ? 6 : 2); i++) put_u64(&b, 9);
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
    RUN(is_known_by_so_many_names_and_no_more);
    RUN(made_up_numbers_name_nothing);
    RUN(a_mistyped_year_moves_nothing);
    RUN(hands_on_what_it_was_given);
    RUN(tells_the_own_from_what_others_had);
    RUN(others_count_where_they_are_stricter);
    RUN(forgets_after_its_days_and_beyond_its_most);
    RUN(says_what_going_through_all_of_them_says);
    RUN(makes_its_tables_anew);
    RUN(refuses_bytes_that_cannot_be);
    RUN(survives_every_failed_allocation);
    return DONE();
}
