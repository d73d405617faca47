/* SPDX-License-Identifier: Apache-2.0 */
#include "decl/cargo.h"

#include <math.h>

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
    TW_TRY(tw_cargo_look(c, d, arena, ret));
    tw_cargo_sum(c, d->lodged_at, ret);
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
    CHECK(v.packages == 6 && v.manifested_packages == 10 && v.declared_before == 0);
    tw_cargo_fold(book, &v); /* a second declaration of the same goods fills it */
    item = goods(400, 4);
    CHECK(view(book, &d, arena, &v) == TW_OK);
    CHECK(v.declared_before == 1 && v.declared_before_kg == 600 && v.declared_before_packages == 6);
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
    d.lodged_at = TW_NO_TIME; /* who says no time is asked of the last version */
    CHECK(view(book, &d, arena, &v) == TW_OK && v.n == 1);
    d.lodged_at = LODGED;
    d.bill_of_lading = S("B9"); /* its ship is known, and its document is not on it */
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
    tw_cargo_fold(book, &v);
    d.lodged_at =
        ARRIVAL + 5; /* the change is late; what was declared under the first version stays declared */
    CHECK(view(book, &d, arena, &v) == TW_OK && v.n == 1 && v.manifested_kg == 700 && v.late);
    CHECK(v.declared_before == 1 && v.declared_before_kg == 100);
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
    tw_cargo_fold(book, &v);
    d.bill_of_lading = S("M"); /* what was declared of one house is declared of the master */
    CHECK(view(book, &d, arena, &v) == TW_OK && v.declared_before_kg == 60);
    tw_cargo_fold(book, &v); /* and from now on all of it hangs together */
    d.bill_of_lading = S("H2");
    CHECK(view(book, &d, arena, &v) == TW_OK && v.manifested_kg == 100 && v.declared_before == 2);
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
    d.bill_of_lading =
        S("B9"); /* a document that is nowhere: its containers lead to the goods all the same */
    CHECK(view(book, &d, arena, &v) == TW_OK && v.n == 2 && v.sought && v.absent);
    d.bill_of_lading = (struct tw_str){0};
    d.voyage = (struct tw_str){0}; /* but not where it names no ship: containers go round */
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
    return view(book, &d, arena, &v);
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
    RUN(each_allocation_may_fail);
    return DONE();
}
