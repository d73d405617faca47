/* SPDX-License-Identifier: Apache-2.0 */
#include "decl/cargo.h"

#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "check.h"
#include "fault.h"

#define S(literal) TW_STR(literal)
#define KG(v)                                                                                                \
    {                                                                                                        \
        (v), 0, true                                                                                         \
    }

enum { LODGED = 1000, ARRIVAL = 2000 };

static struct tw_container box[] = {
    {.id = {"CSQU3054383", 11}}, {.id = {"MSCU1234566", 11}}, {.id = {"TGHU7654321", 11}}};

static struct tw_consignment one(const char *bill, int64_t kg, int64_t packages)
{
    return (struct tw_consignment){
        .bill = tw_str_from(bill), .gross_mass_kg = KG(kg), .package_count = packages};
}

static struct tw_manifest manifest(uint32_t version, int64_t lodged_at, struct tw_consignment *c, size_t n)
{
    return (struct tw_manifest){.id = S("M1"),
                                .version = version,
                                .voyage = S("204W"),
                                .transport_means = S("9074729"),
                                .lodged_at = lodged_at,
                                .arrival_at = ARRIVAL,
                                .arrived_at = TW_NO_TIME,
                                .consignments = {c, n}};
}

static struct tw_decl declared(const char *bill, int64_t at, struct tw_item *item)
{
    return (struct tw_decl){.id = S("D"),
                            .bill_of_lading = tw_str_from(bill),
                            .voyage = S("204W"),
                            .importer.id = S("IM1"),
                            .lodged_at = at,
                            .package_total = -1,
                            .items = {item, 1}};
}

static struct tw_item goods(int64_t kg, int64_t packages)
{
    return (struct tw_item){.gross_mass_kg = KG(kg), .package_count = packages};
}

/* What a book says of a declaration. */
static tw_err view(const struct tw_cargo *c, const struct tw_decl *d, struct tw_arena *arena,
                   struct tw_cargo_view *ret)
{
    TW_TRY(tw_cargo_look(c, d, d->lodged_at, arena, ret));
    tw_cargo_sum(c, ret);
    return TW_OK;
}

static void one_declaration_against_its_consignment(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED(tw_cargo) *book = NULL;
    struct tw_consignment c[] = {one("AB-123 4", 1000, 10), one("X2", 40, 1)};
    const struct tw_manifest m = manifest(1, LODGED, c, 2);
    const struct tw_manifest *const all[] = {&m};
    struct tw_item item = goods(600, 6);
    struct tw_cargo_view v;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK && tw_cargo_new(all, 1, &book) == TW_OK);
    struct tw_decl d = declared("ab1234", LODGED + 1, &item);
    CHECK(view(book, &d, arena, &v) == TW_OK);
    CHECK(v.n == 1 && v.sought && !v.absent && !v.late && v.declared_kg == 600 && v.manifested_kg == 1000);
    CHECK(v.packages == 6 && v.manifested_packages == 10 && v.before.declarations == 0);
    CHECK(tw_cargo_fold(book, &v) == TW_OK); /* a second declaration of the same goods fills it */
    item = goods(400, 4);
    CHECK(view(book, &d, arena, &v) == TW_OK);
    CHECK(v.before.declarations == 1 && v.before.kg == 600 && v.before.packages == 6);
    CHECK(v.declared_kg == 400);
}

static void nobody_knows_what_is_not_yet_lodged(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED(tw_cargo) *book = NULL;
    struct tw_consignment c[] = {one("B1", 1000, 10)};
    const struct tw_manifest m = manifest(1, LODGED, c, 1);
    const struct tw_manifest *const all[] = {&m};
    struct tw_item item = goods(600, 6);
    struct tw_cargo_view v;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK && tw_cargo_new(all, 1, &book) == TW_OK);
    struct tw_decl d = declared("B1", LODGED - 1, &item);
    CHECK(view(book, &d, arena, &v) == TW_OK && v.n == 0 && !v.sought && isnan(v.manifested_kg));
    d.lodged_at = LODGED;
    CHECK(view(book, &d, arena, &v) == TW_OK && v.n == 1);
    d.bill_of_lading = S("B9"); /* its ship is known; another carrier's manifest of it may still come */
    CHECK(view(book, &d, arena, &v) == TW_OK && v.n == 0 && !v.sought && !v.absent);
    d.lodged_at = ARRIVAL; /* now it is here */
    CHECK(view(book, &d, arena, &v) == TW_OK && v.n == 0 && v.sought && v.absent);
    d.voyage = S("9E");
    CHECK(view(book, &d, arena, &v) == TW_OK && v.n == 0 && !v.sought);
}

static void the_version_of_its_time_counts(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED(tw_cargo) *book = NULL;
    struct tw_consignment first[] = {one("B1", 1000, 10), one("B2", 5, 1)},
                          second[] = {one("B1", 700, 10), one("B2", 5, 1)};
    const struct tw_manifest a = manifest(1, LODGED, first, 2), b = manifest(2, ARRIVAL + 5, second, 2);
    const struct tw_manifest *const all[] = {&b, &a};
    struct tw_item item = goods(100, 1);
    struct tw_cargo_view v;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK && tw_cargo_new(all, 2, &book) == TW_OK);
    struct tw_decl d = declared("B1", ARRIVAL, &item);
    CHECK(view(book, &d, arena, &v) == TW_OK && v.n == 1 && v.manifested_kg == 1000 && !v.late);
    CHECK(tw_cargo_fold(book, &v) == TW_OK);
    d.lodged_at =
        ARRIVAL + 5; /* the change is late; what was declared under the first version stays declared */
    CHECK(view(book, &d, arena, &v) == TW_OK && v.n == 1 && v.manifested_kg == 700 && v.late);
    CHECK(v.before.declarations == 1 && v.before.kg == 100);
    d.bill_of_lading = S("B2"); /* not touched by it */
    CHECK(view(book, &d, arena, &v) == TW_OK && v.n == 1 && !v.late);
}

static void a_master_stands_for_its_houses(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED(tw_cargo) *book = NULL;
    struct tw_consignment c[] = {one("M", 100, 3), one("H1", 60, 2), one("H2", 40, 1)};
    c[1].master = c[2].master = S("M");
    const struct tw_manifest m = manifest(1, TW_NO_TIME, c, 3);
    const struct tw_manifest *const all[] = {&m};
    struct tw_item item = goods(60, 2);
    struct tw_cargo_view v;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK && tw_cargo_new(all, 1, &book) == TW_OK);
    struct tw_decl d = declared("M", LODGED, &item);
    CHECK(view(book, &d, arena, &v) == TW_OK && v.n == 2 && v.manifested_kg == 100);
    d.bill_of_lading = S("H1");
    CHECK(view(book, &d, arena, &v) == TW_OK && v.n == 1 && v.manifested_kg == 60);
    CHECK(tw_cargo_fold(book, &v) == TW_OK);
    d.bill_of_lading = S("M"); /* what was declared of one house is declared of the master */
    CHECK(view(book, &d, arena, &v) == TW_OK && v.before.kg == 60);
    CHECK(tw_cargo_fold(book, &v) == TW_OK); /* and from now on all of it hangs together */
    d.bill_of_lading = S("H2");
    CHECK(view(book, &d, arena, &v) == TW_OK && v.manifested_kg == 100 && v.before.declarations == 2);
}

static void containers_are_held_against_the_manifest(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED(tw_cargo) *book = NULL;
    struct tw_consignment c[] = {one("B1", 100, 3), one("B2", 60, 2), one("B3", 1, 1)};
    c[0].containers.at = box;
    c[0].containers.n = 2;
    c[1].containers.at = box + 2;
    c[1].containers.n = 1;
    const struct tw_manifest m = manifest(1, LODGED, c, 3);
    const struct tw_manifest *const all[] = {&m};
    struct tw_item item = goods(60, 2);
    struct tw_cargo_view v;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK && tw_cargo_new(all, 1, &book) == TW_OK);
    struct tw_decl d = declared("B1", LODGED, &item);
    d.containers.at = box + 1;
    d.containers.n = 2;
    CHECK(view(book, &d, arena, &v) == TW_OK && v.boxes == 2 && v.strange == 1);
    d.bill_of_lading = S("B3"); /* its manifest names none: nothing to compare with */
    CHECK(view(book, &d, arena, &v) == TW_OK && v.n == 1 && v.boxes == 0 && v.strange == 0);
    d.bill_of_lading = (struct tw_str){0}; /* joined by the containers alone */
    CHECK(view(book, &d, arena, &v) == TW_OK && v.n == 2 && v.boxes == 2 && v.strange == 0 && !v.sought);
    d.bill_of_lading = S("B9"); /* on no manifest: its containers lead to the goods all the same */
    d.lodged_at = ARRIVAL;
    CHECK(view(book, &d, arena, &v) == TW_OK && v.n == 2 && v.sought && v.absent);
    d.bill_of_lading = (struct tw_str){0};
    d.voyage = (struct tw_str){0}; /* but not where it names no voyage: containers go round */
    d.transport_means = S("9074729");
    CHECK(view(book, &d, arena, &v) == TW_OK && v.n == 0);
}

static void what_is_not_known_is_not_compared(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED(tw_cargo) *book = NULL;
    struct tw_consignment c[] = {one("B1", 100, -1)};
    const struct tw_manifest m = manifest(1, LODGED, c, 1);
    const struct tw_manifest *const all[] = {&m};
    struct tw_item item = {.package_count = 2};
    struct tw_cargo_view v;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK && tw_cargo_new(all, 1, &book) == TW_OK);
    struct tw_decl d = declared("B1", LODGED, &item);
    CHECK(view(book, &d, arena, &v) == TW_OK && isnan(v.declared_kg) && v.manifested_kg == 100);
    CHECK(v.packages == 2 && isnan(v.manifested_packages));
    d.gross_mass_kg = (struct tw_dec)KG(90); /* the header says it where an item does not */
    tw_cargo_declared(&d, &v);
    CHECK(v.declared_kg == 90);
    item.gross_mass_kg = (struct tw_dec)KG(70); /* and where it does: reconcile has the same rule */
    tw_cargo_declared(&d, &v);
    CHECK(v.declared_kg == 90 && v.items_kg == 70 && v.packages == 2);
    struct tw_cargo_view variant = v;
    item.gross_mass_kg = (struct tw_dec)KG(75); /* 5 kg more: so many more in the header */
    item.package_count = 3;
    tw_cargo_redeclared(&d, &v, &variant);
    CHECK(variant.declared_kg == 95 && variant.packages == 3);
}

static void too_many_together_are_not_compared(void)
{
    enum { N = TW_CARGO_TOGETHER_MAX + 1 };
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED(tw_cargo) *book = NULL;
    struct tw_consignment *c = tw_calloc(N, sizeof *c);
    CHECK(c != NULL);
    if (c == NULL) return;
    for (size_t i = 0; i < N; i++) c[i] = one("SAME", 1, 1);
    struct tw_manifest m = manifest(1, LODGED, c, N);
    const struct tw_manifest *const all[] = {&m};
    struct tw_item item = goods(60, 2);
    struct tw_cargo_view v;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK && tw_cargo_new(all, 1, &book) == TW_OK);
    struct tw_decl d = declared("SAME", LODGED, &item);
    CHECK(view(book, &d, arena, &v) == TW_OK && v.n > 0 && isnan(v.manifested_kg));
    tw_cargo_free(book);
    book = NULL;
    m.consignments.n = N - 1;
    CHECK(tw_cargo_new(all, 1, &book) == TW_OK);
    CHECK(view(book, &d, arena, &v) == TW_OK && v.manifested_kg == N - 1);
    tw_free(c);
}

/* Of one manifest with one bill, three importers. */
static void nobody_widens_the_gap_of_another(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED(tw_cargo) *book = NULL;
    struct tw_consignment c[] = {one("B1", 1000, 10), one("B2", 1000, 10)};
    const struct tw_manifest m = manifest(1, LODGED, c, 2);
    const struct tw_manifest *const all[] = {&m};
    struct tw_previous_document both[] = {{.type = S("705"), .id = S("B1")},
                                          {.type = S("705"), .id = S("B2")}};
    struct tw_item item = goods(9000, 90);
    struct tw_cargo_view v;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK && tw_cargo_new(all, 1, &book) == TW_OK);
    struct tw_decl stranger = declared("", LODGED, &item), own = declared("B1", LODGED, &item);
    stranger.importer.id = S("IM9");
    stranger.previous_documents.at = both;
    stranger.previous_documents.n = 2;
    CHECK(view(book, &stranger, arena, &v) == TW_OK && v.n == 2 && v.manifested_kg == 2000);
    CHECK(tw_cargo_fold(book, &v) == TW_OK); /* ties the two for itself alone */
    CHECK(view(book, &own, arena, &v) == TW_OK && v.n == 1 && v.manifested_kg == 1000);
    CHECK(v.before.declarations == 0 && v.others.declarations == 0);
    stranger.previous_documents.n = 0;
    stranger.bill_of_lading = S("B1");
    CHECK(view(book, &stranger, arena, &v) == TW_OK && v.before.declarations == 1 && v.manifested_kg == 2000);
    CHECK(tw_cargo_fold(book, &v) == TW_OK);
    CHECK(view(book, &own, arena, &v) == TW_OK && v.before.declarations == 0);
    CHECK(v.others.declarations == 1 && v.others.kg == 9000 && v.others.packages == 90);
    item.gross_mass_kg = (struct tw_dec){0}; /* one that says no mass counts, with none */
    item.package_count = -1;
    CHECK(view(book, &own, arena, &v) == TW_OK && isnan(v.declared_kg) && tw_cargo_fold(book, &v) == TW_OK);
    item = goods(400, 4);
    CHECK(view(book, &own, arena, &v) == TW_OK && v.before.declarations == 1 && v.before.kg == 0);
    CHECK(tw_cargo_fold(book, &v) == TW_OK);
    CHECK(view(book, &own, arena, &v) == TW_OK && v.before.declarations == 2 && v.before.kg == 400);
    own.importer = (struct tw_party){0}; /* nobody: what others declared is all there is */
    CHECK(view(book, &own, arena, &v) == TW_OK && v.before.declarations == 0 && v.others.declarations == 3);
    CHECK(tw_cargo_fold(book, &v) == TW_OK);
    own.declarant.name = S("Broker"); /* who declares stands for an importer that is not named */
    CHECK(view(book, &own, arena, &v) == TW_OK && v.others.declarations == 4 &&
          tw_cargo_fold(book, &v) == TW_OK);
    CHECK(view(book, &own, arena, &v) == TW_OK && v.before.declarations == 1 && v.others.declarations == 4);
}

/* What stood at a time, as "kg late": -1 nothing. */
static double stood(const struct tw_cargo *c, const char *bill, int64_t at, bool *late)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_item item = goods(1, 1);
    const struct tw_decl d = declared(bill, at, &item);
    struct tw_cargo_view v;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK && view(c, &d, arena, &v) == TW_OK);
    *late = v.late;
    return v.n > 0 ? v.manifested_kg : -1;
}

static void versions_that_come_out_of_order_never_stand_together(void)
{
    TW_SCOPED(tw_cargo) *book = NULL;
    struct tw_consignment a[] = {one("B1", 1000, 10)}, b[] = {one("B1", 700, 10)}, c[] = {one("B1", 600, 10)};
    const struct tw_manifest first = manifest(1, 100, a, 1), second = manifest(2, 800, b, 1),
                             third = manifest(3, 500, c, 1);
    const struct tw_manifest *const all[] = {&first, &second, &third};
    bool late;
    CHECK(tw_cargo_new(all, 3, &book) == TW_OK);
    CHECK(stood(book, "B1", 99, &late) == -1);
    CHECK(stood(book, "B1", 100, &late) == 1000 && stood(book, "B1", 499, &late) == 1000);
    CHECK(stood(book, "B1", 500, &late) == 600);
    CHECK(stood(book, "B1", 900, &late) == 600); /* what came too late is no news */
}

static void a_version_without_a_time_counts_only_alone(void)
{
    TW_SCOPED(tw_cargo) *book = NULL;
    struct tw_consignment a[] = {one("B1", 1000, 10)}, b[] = {one("B1", 700, 10)};
    const struct tw_manifest first = manifest(1, LODGED, a, 1), second = manifest(2, TW_NO_TIME, b, 1);
    const struct tw_manifest *const both[] = {&first, &second}, *const alone[] = {&second};
    bool late;
    CHECK(tw_cargo_new(both, 2, &book) == TW_OK);
    CHECK(stood(book, "B1", LODGED - 1, &late) == -1 && stood(book, "B1", LODGED, &late) == 1000);
    tw_cargo_free(book);
    book = NULL;
    CHECK(tw_cargo_new(alone, 1, &book) == TW_OK && stood(book, "B1", 0, &late) == 700);
}

static void what_is_cancelled_stands_no_more(void)
{
    TW_SCOPED(tw_cargo) *book = NULL;
    struct tw_consignment a[] = {one("B1", 1000, 10)};
    const struct tw_manifest first = manifest(1, LODGED, a, 1), again = manifest(2, LODGED + 20, a, 1);
    struct tw_manifest cancel = manifest(1, LODGED + 10, a, 1);
    const struct tw_manifest *const all[] = {&cancel, &again, &first};
    bool late;
    cancel.function = S("1");
    CHECK(tw_cargo_new(all, 3, &book) == TW_OK);
    CHECK(stood(book, "B1", LODGED + 9, &late) == 1000);
    CHECK(stood(book, "B1", LODGED + 10, &late) == -1 && !late);
    CHECK(stood(book, "B1", LODGED + 20, &late) == 1000 && !late);
    tw_cargo_free(book);
    book = NULL;
    cancel.lodged_at = ARRIVAL + 1;
    CHECK(tw_cargo_new(all, 1, &book) == TW_OK && stood(book, "B1", ARRIVAL + 1, &late) == -1);
}

static void what_was_late_stays_late(void)
{
    TW_SCOPED(tw_cargo) *book = NULL;
    struct tw_consignment a[] = {one("B1", 1000, 10), one("B2", 5, 1), one("B3", 2, 1), one("B3", 3, 1)};
    struct tw_consignment b[] = {one("B1", 700, 10), one("B3", 3, 1), one("B3", 2, 1)};
    const struct tw_manifest first = manifest(1, LODGED, a, 4), second = manifest(2, ARRIVAL + 1, b, 3),
                             third = manifest(3, ARRIVAL + 2, b, 3);
    const struct tw_manifest *const all[] = {&first, &second, &third};
    bool late;
    CHECK(tw_cargo_new(all, 3, &book) == TW_OK);
    CHECK(stood(book, "B1", ARRIVAL, &late) == 1000 && !late);
    CHECK(stood(book, "B1", ARRIVAL + 1, &late) == 700 && late);
    CHECK(stood(book, "B1", ARRIVAL + 2, &late) == 700 && late); /* said once more, and still late */
    CHECK(stood(book, "B2", ARRIVAL, &late) == 5 && !late);
    CHECK(stood(book, "B2", ARRIVAL + 2, &late) == -1 && late); /* taken off when the ship was here */
    CHECK(stood(book, "B3", ARRIVAL + 2, &late) == 5 && !late); /* its parts in another order are no change */
}

/* A bill that is left out of a version and comes back is the same bill. */
static void what_was_declared_outlives_a_version_without_it(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED(tw_cargo) *book = NULL;
    struct tw_consignment with[] = {one("B1", 1000, 10), one("B2", 5, 1)}, without[] = {one("B2", 5, 1)};
    const struct tw_manifest first = manifest(1, 100, with, 2), second = manifest(2, 200, without, 1),
                             third = manifest(3, 300, with, 2);
    const struct tw_manifest *const all[] = {&first, &second, &third};
    struct tw_item item = goods(600, 6);
    struct tw_cargo_view v;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK && tw_cargo_new(all, 3, &book) == TW_OK);
    struct tw_decl d = declared("B1", 150, &item);
    CHECK(view(book, &d, arena, &v) == TW_OK && tw_cargo_fold(book, &v) == TW_OK);
    d.lodged_at = 350;
    CHECK(view(book, &d, arena, &v) == TW_OK && v.n == 1 && v.before.kg == 600);
}

/* An importer may hold more together than is compared: that is its own matter. */
static void too_many_ties_silence_only_who_made_them(void)
{
    enum { N = TW_CARGO_TOGETHER_MAX + 8 };
    static char number[N][8];
    static struct tw_consignment c[N];
    static struct tw_previous_document named[N];
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED(tw_cargo) *book = NULL;
    for (size_t i = 0; i < N; i++) {
        snprintf(number[i], sizeof number[i], "B%zu", i);
        c[i] = one(number[i], 10, 1);
        named[i] = (struct tw_previous_document){.type = S("705"), .id = tw_str_from(number[i])};
    }
    const struct tw_manifest m = manifest(1, LODGED, c, N);
    const struct tw_manifest *const all[] = {&m};
    struct tw_item item = goods(10, 1);
    struct tw_cargo_view v;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK && tw_cargo_new(all, 1, &book) == TW_OK);
    struct tw_decl d = declared("", LODGED, &item);
    d.previous_documents.at = named;
    for (size_t from = 0; from < N; from += 516) { /* by halves: each can be compared */
        d.previous_documents.at = named + from;
        d.previous_documents.n = N - from < 517 ? N - from : 517;
        CHECK(view(book, &d, arena, &v) == TW_OK && tw_cargo_fold(book, &v) == TW_OK);
    }
    d.previous_documents.n = 0;
    d.bill_of_lading = S("B7");
    CHECK(view(book, &d, arena, &v) == TW_OK && v.n == 1 && isnan(v.manifested_kg));
    d.importer.id = S("IM2");
    CHECK(view(book, &d, arena, &v) == TW_OK && v.manifested_kg == 10);
}

static void containers_join_within_their_voyage(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED(tw_cargo) *book = NULL;
    struct tw_consignment c[] = {one("B1", 100, 3)};
    c[0].containers.at = box;
    c[0].containers.n = 1;
    struct tw_manifest m = manifest(1, LODGED, c, 1);
    m.voyage = (struct tw_str){0}; /* of what voyage? a container may be on another one months later */
    const struct tw_manifest *const all[] = {&m};
    struct tw_item item = goods(60, 2);
    struct tw_cargo_view v;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK && tw_cargo_new(all, 1, &book) == TW_OK);
    struct tw_decl d = declared("", LODGED, &item);
    d.containers.at = box;
    d.containers.n = 1;
    CHECK(view(book, &d, arena, &v) == TW_OK && v.n == 0);
}

static tw_err all_of_it(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED(tw_cargo) *book = NULL;
    struct tw_consignment c[] = {one("B1", 100, 3), one("B2", 60, 2)};
    c[0].containers.at = box;
    c[0].containers.n = 2;
    const struct tw_manifest m = manifest(1, LODGED, c, 2);
    const struct tw_manifest *const all[] = {&m};
    struct tw_item item = goods(60, 2);
    const struct tw_decl d = declared("B1", LODGED, &item);
    struct tw_cargo_view v;
    TW_TRY(tw_arena_new(1 << 20, &arena));
    TW_TRY(tw_cargo_new(all, 1, &book));
    TW_TRY(view(book, &d, arena, &v));
    return tw_cargo_fold(book, &v);
}

static void each_allocation_may_fail(void)
{
    CHECK(fault_each_allocation(all_of_it) > 8);
}

int main(void)
{
    RUN(one_declaration_against_its_consignment);
    RUN(nobody_knows_what_is_not_yet_lodged);
    RUN(the_version_of_its_time_counts);
    RUN(a_master_stands_for_its_houses);
    RUN(containers_are_held_against_the_manifest);
    RUN(what_is_not_known_is_not_compared);
    RUN(too_many_together_are_not_compared);
    RUN(nobody_widens_the_gap_of_another);
    RUN(versions_that_come_out_of_order_never_stand_together);
    RUN(a_version_without_a_time_counts_only_alone);
    RUN(what_is_cancelled_stands_no_more);
    RUN(what_was_late_stays_late);
    RUN(what_was_declared_outlives_a_version_without_it);
    RUN(too_many_ties_silence_only_who_made_them);
    RUN(containers_join_within_their_voyage);
    RUN(each_allocation_may_fail);
    return DONE();
}
