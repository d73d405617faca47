/* SPDX-License-Identifier: Apache-2.0 */
#include "decl/reconcile.h"

#include "check.h"
#include "fault.h"

#define S(literal) TW_STR(literal)
#define LIST(array)                                                                                          \
    {                                                                                                        \
        array, sizeof(array) / sizeof *(array)                                                               \
    }
#define KG(v)                                                                                                \
    {                                                                                                        \
        (v), 0, true                                                                                         \
    }

/* What is found, a sentence a line. */
static tw_err says(const struct tw_reconcile_input *in, struct tw_buf *out)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_discrepancies found;
    tw_buf_clear(out);
    TW_TRY(tw_arena_new(1 << 20, &arena));
    TW_TRY(tw_reconcile(in, arena, &found, NULL));
    for (size_t i = 0; i < found.n; i++) {
        tw_buf_printf(out, "%s: ", tw_discrepancy_vocabulary()->at[found.at[i].kind].code);
        tw_discrepancy_say(&found.at[i], in, out);
        tw_buf_char(out, '\n');
    }
    return TW_OK;
}

static struct tw_container box[] = {
    {.id = {"CSQU3054383", 11}}, {.id = {"MSCU1234566", 11}}, {.id = {"TGHU 7654321", 12}}};

static struct tw_consignment one(const char *bill, int64_t kg, int64_t packages)
{
    return (struct tw_consignment){.bill = tw_str_from(bill),
                                   .kind = TW_BILL_STRAIGHT,
                                   .gross_mass_kg = KG(kg),
                                   .package_count = packages};
}

static struct tw_decl declared(const char *id, const char *bill, int64_t kg, int64_t packages)
{
    return (struct tw_decl){.id = tw_str_from(id),
                            .bill_of_lading = tw_str_from(bill),
                            .gross_mass_kg = KG(kg),
                            .package_total = packages,
                            .lodged_at = TW_NO_TIME,
                            .arrival_at = TW_NO_TIME};
}

/* One manifest with `n` consignments against declarations. */
static tw_err compare(struct tw_consignment *c, size_t n, const struct tw_decl *const *d, size_t declarations,
                      struct tw_buf *out)
{
    const struct tw_manifest m = {.id = S("M1"),
                                  .version = 1,
                                  .voyage = S("204W"),
                                  .transport_means = S("9074729"),
                                  .arrival_at = TW_NO_TIME,
                                  .arrived_at = TW_NO_TIME,
                                  .lodged_at = TW_NO_TIME,
                                  .consignments = {c, n}};
    const struct tw_manifest *const manifests[] = {&m};
    const struct tw_reconcile_input in = {.manifests = LIST(manifests), .declarations = {d, declarations}};
    return says(&in, out);
}

static void what_agrees_is_not_told(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_consignment c[] = {one("AB-123 4", 1000, 10), one("X2", 40, 1)};
    const struct tw_decl a = declared("D1", "ab1234", 1049, 10), b = declared("D2", "X2", 0, 1);
    const struct tw_decl *const d[] = {&a, &b};
    CHECK(compare(c, 2, d, 2, &out) == TW_OK && out.n == 0); /* 5 % and 50 kg are allowed */
}

static void each_kind_is_told_in_words(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_consignment c[] = {one("A", 1000, 10), one("B", 500, 5), one("C", 2500, 1)};
    c[0].containers.at = box, c[0].containers.n = 2;
    struct tw_decl a = declared("D1", "A", 1051, 9), b = declared("D2", "Z9", 1, 1);
    a.containers.at = box + 1, a.containers.n = 2;
    b.voyage = S("204w"), b.transport_means = S("9074729");
    const struct tw_decl *const d[] = {&a, &b};
    CHECK(compare(c, 3, d, 2, &out) == TW_OK);
    CHECK(tw_str_is(
        tw_buf_view(&out),
        "weight: declared 1,051 kg gross, manifested 1,000 kg: 51 kg more (bill A, declaration D1)\n"
        "packages: declared 9 packages, manifested 10 (bill A, declaration D1)\n"
        "container_unmanifested: declaration D1 names container TGHU 7654321, which the manifest does not "
        "have under bill A\n"
        "container_undeclared: bill A has container CSQU3054383 on the manifest, and declaration D1 does not "
        "name it\n"
        "undeclared: bill B of voyage 204W, 5 packages, 500 kg gross: on the manifest, and nobody has "
        "declared it\n"
        "undeclared: bill C of voyage 204W, 1 package, 2,500 kg gross: on the manifest, and nobody has "
        "declared it\n"
        "unmanifested: declaration D2 is for voyage 204W, and no manifest of it has these goods\n"));
}

static void shares_of_a_document_are_added_up(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_consignment c[] = {one("A", 1000, 10), one("B", 1000, 10)};
    struct tw_previous_document both[] = {{.type = S("N705"), .id = S("A")},
                                          {.type = S("705"), .id = S("B")},
                                          {.type = S("380"), .id = S("C")}};
    struct tw_decl a = declared("D1", "", 700, 8), b = declared("D2", "B", 1300, 12);
    a.previous_documents.at = both, a.previous_documents.n = 3;
    const struct tw_decl *const d[] = {&a, &b};
    CHECK(compare(c, 2, d, 2, &out) == TW_OK && out.n == 0);
    b.package_total = 11;
    CHECK(compare(c, 2, d, 2, &out) == TW_OK);
    CHECK(tw_str_is(tw_buf_view(&out),
                    "packages: declared 19 packages, manifested 20 (2 bills from A on, 2 declarations "
                    "from D1 on, which belong together)\n"));
}

static void a_master_stands_for_its_houses(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_consignment c[] = {one("MASTER", 900, 9), one("H1", 400, 4), one("H2", 500, 5)};
    c[0].kind = TW_BILL_MASTER;
    c[1].kind = c[2].kind = TW_BILL_HOUSE;
    c[1].master = c[2].master = S("MASTER");
    const struct tw_decl a = declared("D1", "MASTER", 900, 9), b = declared("D2", "H2", 500, 5);
    const struct tw_decl *d[] = {&a};
    CHECK(compare(c, 3, d, 1, &out) == TW_OK && out.n == 0);
    d[0] = &b;
    CHECK(compare(c, 3, d, 1, &out) == TW_OK);
    CHECK(tw_str_is(tw_buf_view(&out),
                    "undeclared: bill H1 of voyage 204W, 4 packages, 400 kg gross: on the manifest, "
                    "and nobody has declared it\n"));
}

static void containers_join_who_names_no_document(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_consignment c[] = {one("A", 1000, 10)};
    c[0].containers.at = box, c[0].containers.n = 1;
    struct tw_decl a = declared("D1", "", 1000, 10);
    a.containers.at = box, a.containers.n = 1;
    const struct tw_decl *const d[] = {&a};
    CHECK(compare(c, 1, d, 1, &out) == TW_OK && out.n == 0);
}

static void what_nobody_says_is_not_compared(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_consignment c[] = {one("A", 1000, -1), one("B", 1000, 3)};
    c[1].gross_mass_kg = (struct tw_dec){0};
    const struct tw_decl a = declared("D1", "A", 1000, 10), b = declared("D2", "B", 9, 3);
    const struct tw_decl *const d[] = {&a, &b};
    CHECK(compare(c, 2, d, 2, &out) == TW_OK && out.n == 0);
}

static void items_are_added_up_where_a_consignment_says_no_sum(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_consignment c[] = {one("A", 0, -1)};
    struct tw_consignment_item item[] = {{.package_count = 4, .gross_mass_kg = KG(400)},
                                         {.package_count = 6, .gross_mass_kg = KG(600)}};
    c[0].gross_mass_kg = (struct tw_dec){0};
    c[0].items.at = item, c[0].items.n = 2;
    struct tw_item own[] = {{.package_count = 4, .gross_mass_kg = KG(600)},
                            {.package_count = 5, .gross_mass_kg = KG(300)}};
    struct tw_decl a = declared("D1", "A", 0, -1);
    a.gross_mass_kg = (struct tw_dec){0};
    a.items.at = own, a.items.n = 2;
    const struct tw_decl *const d[] = {&a};
    CHECK(compare(c, 1, d, 1, &out) == TW_OK);
    CHECK(
        tw_str_is(tw_buf_view(&out),
                  "weight: declared 900 kg gross, manifested 1,000 kg: 100 kg less (bill A, declaration D1)\n"
                  "packages: declared 9 packages, manifested 10 (bill A, declaration D1)\n"));
}

static void landings_are_held_against_the_manifest(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_consignment c[] = {one("A", 1000, 10)};
    c[0].containers.at = box, c[0].containers.n = 2;
    const struct tw_manifest m = {.id = S("M1"),
                                  .version = 1,
                                  .voyage = S("204W"),
                                  .arrival_at = TW_NO_TIME,
                                  .arrived_at = TW_NO_TIME,
                                  .lodged_at = TW_NO_TIME,
                                  .consignments = {c, 1}};
    const struct tw_manifest *const manifests[] = {&m};
    const struct tw_decl a = declared("D1", "A", 1000, 10);
    const struct tw_decl *const d[] = {&a};
#define DISCHARGED(id)                                                                                       \
    {                                                                                                        \
        .subject = TW_SUBJECT_CONTAINER, .subject_id = S(id), .event = TW_EVENT_DISCHARGED,                  \
        .timing = TW_TIMING_ACTUAL, .voyage = S("204W")                                                      \
    }
    struct tw_movement e[] = {DISCHARGED("CSQU3054383"), DISCHARGED("XXXU0000000"), DISCHARGED("XXXU0000000"),
                              DISCHARGED("MSCU1234566")};
    e[3].timing = TW_TIMING_PLANNED;
    struct tw_reconcile_input in = {
        .manifests = LIST(manifests), .declarations = LIST(d), .movements = LIST(e)};
    struct tw_decl named = a;
    const struct tw_decl *const with_boxes[] = {&named};
    named.containers.at = box, named.containers.n = 2;
    in.declarations.at = with_boxes;
    CHECK(says(&in, &out) == TW_OK);
    CHECK(tw_str_is(
        tw_buf_view(&out),
        "short_landed: container MSCU1234566 of bill A was not discharged from voyage 204W\n"
        "over_landed: container XXXU0000000 was discharged from voyage 204W, and is on no manifest of it\n"));
    in.movements.n = 0; /* no report: nothing is said */
    CHECK(says(&in, &out) == TW_OK && out.n == 0);
}

static void a_manifest_changed_after_the_arrival_is_told(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_consignment first[] = {one("A", 1000, 10), one("B", 1, 1), one("C", 5, 5)};
    struct tw_consignment second[] = {one("A", 1000, 12), one("C", 5, 5), one("D", 1, 1)};
    struct tw_manifest m1 = {.id = S("M1"),
                             .version = 1,
                             .voyage = S("204W"),
                             .arrival_at = 2000,
                             .arrived_at = 1000,
                             .lodged_at = 500,
                             .consignments = {first, 3}};
    struct tw_manifest m2 = {.id = S("M1"),
                             .version = 2,
                             .voyage = S("204W"),
                             .arrival_at = 2000,
                             .arrived_at = 1000,
                             .lodged_at = 1001,
                             .consignments = {second, 3}};
    const struct tw_manifest *const manifests[] = {&m2, &m1};
    const struct tw_decl a = declared("D1", "A", 1000, 12), b = declared("D2", "C", 5, 5),
                         c = declared("D3", "D", 1, 1);
    const struct tw_decl *const d[] = {&a, &b, &c};
    const struct tw_reconcile_input in = {.manifests = LIST(manifests), .declarations = LIST(d)};
    CHECK(says(&in, &out) == TW_OK);
    CHECK(tw_str_is(tw_buf_view(&out),
                    "late_amendment: bill A of manifest M1: its packages changed after the arrival\n"
                    "late_amendment: bill D of manifest M1: added after the arrival\n"
                    "late_amendment: bill B of manifest M1: taken off after the arrival\n"));
    m2.lodged_at = 1000;
    CHECK(says(&in, &out) == TW_OK && out.n == 0);
}

static struct tw_manifest sailing(const char *id, const char *carrier, const char *voyage, uint32_t version,
                                  struct tw_consignment *c, size_t n)
{
    return (struct tw_manifest){.id = tw_str_from(id),
                                .carrier.id = tw_str_from(carrier),
                                .voyage = tw_str_from(voyage),
                                .version = version,
                                .arrival_at = TW_NO_TIME,
                                .arrived_at = TW_NO_TIME,
                                .lodged_at = TW_NO_TIME,
                                .consignments = {c, n}};
}

/* Two carriers may give one number to two manifests. */
static void another_carriers_manifest_is_no_version(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_consignment a[] = {one("A", 1, 1)}, b[] = {one("B", 1, 1)};
    struct tw_manifest x = sailing("1", "LINEA", "204W", 1, a, 1), y = sailing("1", "LINEB", "77E", 2, b, 1);
    const struct tw_manifest *const m[] = {&x, &y};
    const struct tw_reconcile_input in = {.manifests = LIST(m)};
    CHECK(says(&in, &out) == TW_OK);
    CHECK(tw_str_is(tw_buf_view(&out),
                    "undeclared: bill A of voyage 204W, 1 package, 1 kg gross: on the manifest, and "
                    "nobody has declared it\n"
                    "undeclared: bill B of voyage 77E, 1 package, 1 kg gross: on the manifest, and "
                    "nobody has declared it\n"));
    y = sailing("1", "LINEA", "204W", 1, b, 1); /* one manifest, one version, other goods */
    CHECK(says(&in, &out) == TW_OK && memmem(out.p, out.n, "twice: manifest 1", 17) != NULL);
    CHECK(memmem(out.p, out.n, "bill A", 6) != NULL && memmem(out.p, out.n, "bill B", 6) != NULL);
    y = sailing("1", "LINEA", "204W", 1, a, 1); /* the same again */
    CHECK(says(&in, &out) == TW_OK);
    CHECK(tw_str_is(tw_buf_view(&out),
                    "undeclared: bill A of voyage 204W, 1 package, 1 kg gross: on the manifest, and "
                    "nobody has declared it\n"));
}

/* A container comes again with other goods. */
static void containers_join_within_their_voyage(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_consignment a[] = {one("A", 1000, 1)}, b[] = {one("B", 3000, 3)};
    a[0].containers.at = b[0].containers.at = box, a[0].containers.n = b[0].containers.n = 1;
    struct tw_manifest x = sailing("1", "L", "204W", 1, a, 1), y = sailing("2", "L", "205W", 1, b, 1);
    const struct tw_manifest *const m[] = {&x, &y};
    struct tw_decl one_decl = declared("D1", "", 1000, 1);
    one_decl.voyage = S("204W");
    one_decl.containers.at = box, one_decl.containers.n = 1;
    const struct tw_decl *const d[] = {&one_decl};
    const struct tw_reconcile_input in = {.manifests = LIST(m), .declarations = LIST(d)};
    static const char *const only_b =
        "undeclared: bill B of voyage 205W, 3 packages, 3,000 kg gross: on the manifest, and "
        "nobody has declared it\n";
    CHECK(says(&in, &out) == TW_OK && tw_str_is(tw_buf_view(&out), only_b));
    one_decl.voyage = (struct tw_str){NULL, 0}; /* which voyage? nobody can know: joined to none */
    CHECK(says(&in, &out) == TW_OK && memmem(out.p, out.n, "bill A", 6) != NULL);
    one_decl.bill_of_lading = S("A"), one_decl.transport_means = S("IMO9074729");
    x.transport_means = S("9074729");
    CHECK(says(&in, &out) == TW_OK && tw_str_is(tw_buf_view(&out), only_b));
}

static void who_names_no_container_is_not_held_to_them(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_consignment c[] = {one("H1", 400, 4), one("MASTER", 900, 9), one("H2", 500, 5)};
    c[0].master = c[2].master = S("MASTER"); /* houses may stand before their master */
    c[0].containers.at = box, c[0].containers.n = 2;
    const struct tw_decl a = declared("D1", "H1", 400, 4), b = declared("D2", "H2", 500, 5);
    const struct tw_decl *const d[] = {&a, &b};
    CHECK(compare(c, 3, d, 2, &out) == TW_OK && out.n == 0);
}

/* The same bill in parts, in another order, in a version that is late: nothing was changed. */
static void parts_in_another_order_are_no_change(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_consignment a[] = {one("A", 600, 6), one("A", 400, 4)},
                          b[] = {one("A", 400, 4), one("A", 600, 6)};
    struct tw_manifest x = sailing("1", "L", "204W", 1, a, 2), y = sailing("1", "L", "204W", 2, b, 2);
    x.lodged_at = 10, x.arrival_at = y.arrival_at = 50, y.lodged_at = 60;
    const struct tw_manifest *const m[] = {&x, &y};
    const struct tw_decl whole = declared("D1", "A", 1000, 10);
    const struct tw_decl *const d[] = {&whole};
    const struct tw_reconcile_input in = {.manifests = LIST(m), .declarations = LIST(d)};
    CHECK(says(&in, &out) == TW_OK && out.n == 0);
    y.version = 1; /* nor is it another manifest, coming twice */
    CHECK(says(&in, &out) == TW_OK && out.n == 0);
    y.version = 2;
    b[1].gross_mass_kg = (struct tw_dec)KG(601);
    CHECK(says(&in, &out) == TW_OK);
    CHECK(tw_str_is(
        tw_buf_view(&out),
        "late_amendment: bill A of manifest 1: its gross mass changed after the expected arrival\n"));
}

static void a_cancelled_manifest_does_not_count(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_consignment a[] = {one("A", 1000, 10)};
    struct tw_manifest x = sailing("1", "L", "204W", 1, a, 1), y = sailing("1", "L", "204W", 2, a, 1);
    x.lodged_at = 10, x.arrived_at = y.arrived_at = 50, y.lodged_at = 20;
    y.function = S("1");
    const struct tw_manifest *const m[] = {&y, &x};
    struct tw_reconcile_input in = {.manifests = LIST(m)};
    CHECK(says(&in, &out) == TW_OK && out.n == 0);
    y.lodged_at = 60;
    CHECK(says(&in, &out) == TW_OK);
    CHECK(
        tw_str_is(tw_buf_view(&out), "late_amendment: bill A of manifest 1: taken off after the arrival\n"));
}

static tw_err reconcile_a_few(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_consignment c[] = {one("A", 1000, 10), one("B", 500, 5)};
    c[0].containers.at = box, c[0].containers.n = 3;
    const struct tw_manifest m = {.voyage = S("1"), .consignments = {c, 2}};
    const struct tw_manifest *const manifests[] = {&m};
    const struct tw_decl a = declared("D1", "A", 9, 9);
    const struct tw_decl *const d[] = {&a};
    const struct tw_movement e[] = {DISCHARGED("CSQU3054383")};
    const struct tw_reconcile_input in = {
        .manifests = LIST(manifests), .declarations = LIST(d), .movements = LIST(e)};
    struct tw_discrepancies found;
    TW_TRY(tw_arena_new(1 << 16, &arena));
    return tw_reconcile(&in, arena, &found, NULL);
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(reconcile_a_few) > 10);
}

int main(void)
{
    RUN(what_agrees_is_not_told);
    RUN(each_kind_is_told_in_words);
    RUN(shares_of_a_document_are_added_up);
    RUN(a_master_stands_for_its_houses);
    RUN(containers_join_who_names_no_document);
    RUN(what_nobody_says_is_not_compared);
    RUN(items_are_added_up_where_a_consignment_says_no_sum);
    RUN(landings_are_held_against_the_manifest);
    RUN(a_manifest_changed_after_the_arrival_is_told);
    RUN(another_carriers_manifest_is_no_version);
    RUN(containers_join_within_their_voyage);
    RUN(who_names_no_container_is_not_held_to_them);
    RUN(parts_in_another_order_are_no_change);
    RUN(a_cancelled_manifest_does_not_count);
    RUN(survives_every_failed_allocation);
    return DONE();
}
