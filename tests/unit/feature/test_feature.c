/* SPDX-License-Identifier: Apache-2.0 */
#include "feature/feature.h"

#include <math.h>

#include "../profile/border.h"

struct measured {
    float x[TW_FEATURE_N];
    struct tw_evidence e[TW_FEATURE_N];
};

static struct measured measure(struct tw_profile *p, const struct tw_decl *d, struct tw_arena *arena)
{
    struct measured m;
    struct tw_look look;
    CHECK(tw_profile_look(p, d, arena, &look) == TW_OK);
    for (int f = 0; f < TW_FEATURE_N; f++) m.x[f] = 12345;
    tw_feature_compute(p, d, &look, 0, m.x, m.e);
    for (int f = 0; f < TW_FEATURE_N; f++)
        CHECK(m.x[f] != 12345.0F && !isinf(m.x[f])); /* every feature is filled */
    return m;
}

static struct tw_profile *lived(struct tw_arena *arena, int n)
{
    struct tw_profile *p = NULL;
    CHECK(tw_profile_new(tw_profile_defaults(), &p) == TW_OK);
    for (int i = 0; i < n; i++) {
        struct shipment s;
        struct tw_look look =
            pass(p, declare(&s, i, i % 5, 1, 20000 + i / 4, 90000 + 100 * (i % 200), 5000), arena);
        if (i % 10 != 0) continue;
        CHECK(tw_profile_await(p, look.declaration, 1, &look.item[0]) == TW_OK);
        struct tw_finding f = {.declaration_id = s.decl.id,
                               .item = 1,
                               .known_day = 20000 + i / 4,
                               .result = i % 50 == 0 ? TW_RESULT_VALUE : TW_RESULT_CONFORM};
        CHECK(tw_profile_finding(p, &f) == TW_OK);
    }
    return p;
}

static void compares_the_price_with_what_was_declared_before(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct shipment s;
    CHECK(tw_arena_new(64 << 20, &arena) == TW_OK);
    struct tw_profile *p = lived(arena, 400);
    /* Usual: 900.00 to 1,099.00 for 5 kg; median about 200.00 a kg. This one: 100.00 a kg. */
    struct measured m = measure(p, declare(&s, 9000, 1, 1, 20100, 50000, 5000), arena);
    CHECK(fabs((double)m.x[TW_FEATURE_PRICE_ROUTE] - log(0.5)) < 0.05);
    const struct tw_evidence *e = &m.e[TW_FEATURE_PRICE_ROUTE];
    CHECK(e->value == 10000 && fabs(e->reference - 20000) < 900 && e->population == 400 &&
          e->since_day == 20000);
    CHECK(e->kind == TW_KIND_HS6_ROUTE && m.x[TW_FEATURE_PRICE_RANK] < 0.01F &&
          m.x[TW_FEATURE_PRICE_SPREAD] < -3);
    m = measure(p, declare(&s, 9001, 1, 1, 20100, 100000, 5000), arena);
    CHECK(fabs((double)m.x[TW_FEATURE_PRICE_ROUTE]) < 0.05 && m.x[TW_FEATURE_PRICE_RANK] > 0.3F);
    tw_profile_free(p);
}

static void says_unknown_where_nothing_can_be_compared(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_profile *p = NULL;
    struct shipment s;
    CHECK(tw_arena_new(8 << 20, &arena) == TW_OK && tw_profile_new(tw_profile_defaults(), &p) == TW_OK);
    struct measured m = measure(p, declare(&s, 1, 1, 1, 20000, 100000, 5000), arena);
    CHECK(isnan(m.x[TW_FEATURE_PRICE_ROUTE]) && isnan(m.x[TW_FEATURE_TARE]) &&
          isnan(m.x[TW_FEATURE_FOUND_DAYS]));
    CHECK(m.x[TW_FEATURE_IMPORTER_SEEN] == 0 && m.x[TW_FEATURE_IMPORTER_AGE] > 5); /* as old as the past */
    s.decl.importer.id = (struct tw_str){NULL, 0};
    s.item.customs_value.cur[0] = '\0';
    m = measure(p, &s.decl, arena);
    CHECK(isnan(m.x[TW_FEATURE_IMPORTER_SEEN]) && isnan(m.x[TW_FEATURE_IMPORTER_RATE]) &&
          isnan(m.x[TW_FEATURE_PRICE_LOG]));
    tw_profile_free(p);
}

static void shows_findings_and_counts_as_evidence(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct shipment s;
    CHECK(tw_arena_new(64 << 20, &arena) == TW_OK);
    struct tw_profile *p = lived(arena, 400);
    struct measured m = measure(p, declare(&s, 9000, 0, 1, 20100, 100000, 5000), arena);
    /* Importer 0: declarations 0, 5, 10 ... of which every tenth number was inspected, every fiftieth found.
     */
    CHECK(m.e[TW_FEATURE_IMPORTER_RATE].value == 8 && m.e[TW_FEATURE_IMPORTER_RATE].population == 40);
    CHECK(m.e[TW_FEATURE_IMPORTER_SEEN].value == 80);
    struct measured fresh = measure(p, declare(&s, 9001, 77, 1, 20100, 100000, 5000), arena);
    CHECK(fresh.x[TW_FEATURE_IMPORTER_RATE] < m.x[TW_FEATURE_IMPORTER_RATE] &&
          fresh.e[TW_FEATURE_IMPORTER_SEEN].value == 0);
    CHECK(fresh.x[TW_FEATURE_ADDRESS_LEAD] > 0); /* a new importer at an address known for long */
    tw_profile_free(p);
}

static void gives_the_same_numbers_with_and_without_evidence(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct shipment s;
    struct tw_look look;
    CHECK(tw_arena_new(64 << 20, &arena) == TW_OK);
    struct tw_profile *p = lived(arena, 300);
    struct measured m = measure(p, declare(&s, 9000, 3, 1, 20090, 70000, 4000), arena);
    float x[TW_FEATURE_N];
    CHECK(tw_profile_look(p, &s.decl, arena, &look) == TW_OK);
    tw_feature_compute(p, &s.decl, &look, 0, x, NULL);
    CHECK(memcmp(x, m.x, sizeof x) == 0);
    tw_profile_free(p);
}

/* Every amount of the item doubled by itself, measured anew in part and as a whole. */
static void moves_with_amounts_as_if_all_were_measured(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    CHECK(tw_arena_new(64 << 20, &arena) == TW_OK);
    struct tw_profile *p = lived(arena, 300);
    for (int what = 0; what < 6; what++) {
        struct shipment s;
        struct tw_look look;
        declare(&s, 9000, 3, 1, 20090, 70000, 4000);
        s.item.package_count = 40;
        struct measured m = measure(p, &s.decl, arena);
        CHECK(tw_profile_look(p, &s.decl, arena, &look) == TW_OK);
        if (what == 0) s.item.customs_value.minor *= 2;
        if (what == 1) s.item.duty_amount.minor *= 2;
        if (what == 2) s.item.net_mass_kg.v *= 2;
        if (what == 3) s.item.gross_mass_kg.v *= 2;
        if (what == 4) s.item.quantity.value.v *= 2;
        if (what == 5) s.item.package_count *= 2;
        tw_profile_look_amounts(p, &s.item, &look.item[0]);
        look.value = look.item[0].value;
        tw_feature_amounts(p, &s.decl, &look, 0, m.x);
        struct measured whole = measure(p, &s.decl, arena);
        CHECK(memcmp(m.x, whole.x, sizeof m.x) == 0);
        struct tw_look fresh;
        CHECK(tw_profile_look(p, &s.decl, arena, &fresh) == TW_OK);
        CHECK(memcmp(&look.item[0].stake, &fresh.item[0].stake, sizeof look.item[0].stake) == 0);
        CHECK(look.item[0].minor == fresh.item[0].minor && look.item[0].log_ratio == fresh.item[0].log_ratio);
    }
    tw_profile_free(p);
}

static void holds_the_declaration_against_its_manifest(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED(tw_cargo) *book = NULL;
    struct tw_profile *p = NULL;
    struct shipment s;
    struct tw_container box = {.id = {"CSQU3054383", 11}}, other = {.id = {"MSCU1234566", 11}};
    struct tw_consignment c = {
        .bill = TW_STR("B1"), .gross_mass_kg = {20, 0, true}, .package_count = 4, .containers = {&box, 1}};
    const struct tw_manifest m = {.id = TW_STR("M"),
                                  .voyage = TW_STR("7"),
                                  .lodged_at = TW_NO_TIME,
                                  .arrival_at = TW_NO_TIME,
                                  .arrived_at = 0,
                                  .consignments = {&c, 1}};
    const struct tw_manifest *const all[] = {&m};
    CHECK(tw_arena_new(8 << 20, &arena) == TW_OK && tw_profile_new(tw_profile_defaults(), &p) == TW_OK);
    const struct tw_decl *d = declare(&s, 1, 1, 1, 20000, 100000, 5000);
    s.item.gross_mass_kg = (struct tw_dec){10, 0, true};
    s.item.package_count = 4;
    s.decl.package_total = -1;
    s.decl.bill_of_lading = TW_STR("b-1");
    s.decl.containers.at = &other;
    s.decl.containers.n = 1;
    struct measured x = measure(p, d, arena);
    for (int f = TW_FEATURE_MANIFEST_MASS; f <= TW_FEATURE_MANIFEST_LATE; f++) CHECK(isnan(x.x[f]));
    CHECK(tw_cargo_new(all, 1, &book) == TW_OK);
    tw_profile_set_cargo(p, book);
    x = measure(p, d, arena);
    CHECK(fabs((double)x.x[TW_FEATURE_MANIFEST_MASS] - log(0.5)) < 1e-6 &&
          x.x[TW_FEATURE_MANIFEST_PACKAGES] == 0);
    const struct tw_evidence *e = &x.e[TW_FEATURE_MANIFEST_MASS];
    CHECK(e->value == 10 && e->reference == 20 && e->population == 1);
    CHECK(x.x[TW_FEATURE_UNMANIFESTED] == 0 && x.x[TW_FEATURE_STRANGE_CONTAINERS] == 1);
    CHECK(x.e[TW_FEATURE_STRANGE_CONTAINERS].population == 1 && x.x[TW_FEATURE_MANIFEST_LATE] == 0);
    (void)pass(p, d, arena); /* the second half comes: the two fill it */
    x = measure(p, d, arena);
    CHECK(x.x[TW_FEATURE_MANIFEST_MASS] == 0 && x.e[TW_FEATURE_MANIFEST_MASS].population == 2);
    s.decl.bill_of_lading = TW_STR("B2");
    s.decl.voyage = TW_STR("7");
    x = measure(p, d, arena);
    CHECK(x.x[TW_FEATURE_UNMANIFESTED] == 1 && isnan(x.x[TW_FEATURE_MANIFEST_MASS]));
    tw_profile_free(p);
}

static void names_every_feature_once(void)
{
    for (int a = 0; a < TW_FEATURE_N; a++) {
        const struct tw_feature_row *r = tw_feature_row((enum tw_feature)a);
        CHECK(tw_feature_monotone()[a] == r->monotone && r->monotone >= -1 && r->monotone <= 1);
        CHECK(r->name[0] != '\0' && r->words[0] != '\0' && r->family < TW_FAMILY_N && r->form < TW_FORM_N);
        for (int b = 0; b < a; b++) CHECK(strcmp(r->name, tw_feature_row((enum tw_feature)b)->name) != 0);
    }
}

int main(void)
{
    RUN(compares_the_price_with_what_was_declared_before);
    RUN(says_unknown_where_nothing_can_be_compared);
    RUN(shows_findings_and_counts_as_evidence);
    RUN(gives_the_same_numbers_with_and_without_evidence);
    RUN(moves_with_amounts_as_if_all_were_measured);
    RUN(holds_the_declaration_against_its_manifest);
    RUN(names_every_feature_once);
    return DONE();
}
