/* SPDX-License-Identifier: Apache-2.0 */
/* Every rule of decl/check.def has a case here that breaks it and nothing else: one declaration in which all
 * holds, and one change. A rule without a case fails the walk at the end. */
#include "base/date.h"
#include "check.h"
#include "decl/check.h"

enum { ITEMS = 2 };
#define NOW ((int64_t)20600 * TW_DAY_S)

/* A declaration in which everything holds: into a customs warehouse, and from one under a preference. */
struct bed {
    struct tw_arena *arena;
    struct tw_decl decl;
    struct tw_item items[ITEMS];
    struct tw_container containers[2], item_containers[2];
    struct tw_document documents[2];
    struct tw_previous_document previous[2];
    struct tw_authorisation authorisations[1];
    struct tw_fiscal_party fiscal[2];
    struct tw_package packages[2];
    bool covered[TW_CHECK_N];
};

#define LIST(list, array, count) ((list).at = (array), (list).n = (count))

static void set_header(struct bed *b)
{
    struct tw_decl *d = &b->decl;
    tw_decl_init(d);
    d->id = d->lrn = TW_STR("LRN1");
    d->type = TW_STR("IMA");
    d->lodged_at = (int64_t)20590 * TW_DAY_S;
    d->arrival_at = (int64_t)20580 * TW_DAY_S;
    d->item_total = ITEMS;
    d->package_total = 8;
    d->gross_mass_kg = (struct tw_dec){20, 0, true};
    d->invoice_total = (struct tw_money){300, "USD"};
    d->representative_status = TW_STR("2");
    d->transport_mode = TW_STR("1");
    d->inland_mode = TW_STR("30");
    d->transport_means_type = TW_STR("10");
    d->transport_means = TW_STR("9074729");
    d->loading_place = TW_STR("CNSHA");
    d->arrival_place = TW_STR("NLRTM");
    d->containerised = TW_STR("1");
    d->delivery_term = TW_STR("FOB");
    d->delivery_place = TW_STR("Shanghai");
    d->warehouse = TW_STR("R1234");
    d->dispatch = d->destination = TW_STR("NO");
    LIST(d->containers, b->containers, 2);
    LIST(d->documents, b->documents, 2);
    LIST(d->previous_documents, b->previous, 2);
    LIST(d->authorisations, b->authorisations, 1);
    LIST(d->fiscal_parties, b->fiscal, 2);
    LIST(d->items, b->items, ITEMS);
}

static void set_item(struct bed *b, size_t at)
{
    struct tw_item *i = &b->items[at];
    tw_item_init(i);
    i->number = (uint32_t)at + 1;
    i->hs = TW_STR("851713");
    i->procedure = at == 0 ? TW_STR("71") : TW_STR("40");
    i->previous_procedure = at == 0 ? TW_STR("00") : TW_STR("71");
    i->origin = i->dispatch = i->destination = TW_STR("NO");
    i->preference = at == 0 ? TW_STR("100") : TW_STR("320");
    i->origin_preferential = at == 0 ? (struct tw_str){NULL, 0} : TW_STR("NO");
    i->quota = at == 0 ? (struct tw_str){NULL, 0} : TW_STR("050067");
    i->valuation_method = TW_STR("1");
    i->gross_mass_kg = (struct tw_dec){10, 0, true};
    i->net_mass_kg = (struct tw_dec){9, 0, true};
    i->quantity = (struct tw_quantity){{5, 0, true}, TW_STR("NAR")};
    i->package_count = 4;
    i->package_type = TW_STR("BX");
    i->price = (struct tw_money){150, "USD"};
    i->customs_value = i->statistical_value = (struct tw_money){1000, "NOK"};
    i->duty_rate = (struct tw_dec){125, 1, true};
    LIST(i->packages, b->packages, 2);
    LIST(i->containers, b->item_containers, 2);
    LIST(i->documents, b->documents, 2);
}

static void begin(struct bed *b)
{
    tw_arena_free(b->arena);
    CHECK(tw_arena_new(1 << 20, &b->arena) == TW_OK);
    b->containers[0] = b->item_containers[0] = (struct tw_container){.id = TW_STR("CSQU3054383")};
    b->containers[1] = b->item_containers[1] = (struct tw_container){.id = TW_STR("AD12345")};
    b->documents[0] = (struct tw_document){.category = TW_STR("N"), .type = TW_STR("935"), .id = TW_STR("7")};
    b->documents[1] = (struct tw_document){.category = TW_STR("N"), .type = TW_STR("935"), .id = TW_STR("8")};
    b->previous[0] = (struct tw_previous_document){.type = TW_STR("MRN"), .id = TW_STR("26NO1"), .line = 1};
    b->previous[1] = (struct tw_previous_document){.type = TW_STR("MRN"), .id = TW_STR("26NO1"), .line = 2};
    b->authorisations[0] = (struct tw_authorisation){TW_STR("NO1"), TW_STR("CWP")};
    b->fiscal[0] = (struct tw_fiscal_party){TW_STR("NO1"), TW_STR("FR1")};
    b->fiscal[1] = (struct tw_fiscal_party){TW_STR("SE1"), TW_STR("FR2")};
    b->packages[0] = (struct tw_package){.sequence = 1, .type = TW_STR("BX"), .count = 1};
    b->packages[1] = (struct tw_package){.sequence = 2, .type = TW_STR("4H"), .count = 3};
    set_header(b);
    for (size_t i = 0; i < ITEMS; i++) set_item(b, i);
}

/* All that is broken, of both parts of the table. */
static struct tw_violations found_in(struct bed *b, int64_t now)
{
    struct tw_violations core = {0}, trade = {0};
    CHECK(tw_decl_check(&b->decl, now, b->arena, &core, NULL) == TW_OK);
    CHECK(tw_decl_check_trade(&b->decl, now, b->arena, &trade, NULL) == TW_OK);
    struct tw_violation *all = tw_arena_array(b->arena, core.n + trade.n + 1, sizeof *all);
    if (core.n > 0) memcpy(all, core.at, core.n * sizeof *all);
    if (trade.n > 0) memcpy(all + core.n, trade.at, trade.n * sizeof *all);
    return (struct tw_violations){all, core.n + trade.n};
}

/* The one rule broken is this, of this element of this item, and says so. */
static void expect(struct bed *b, enum tw_check check, enum tw_element element, size_t item, const char *note)
{
    const struct tw_violations found = found_in(b, NOW);
    struct tw_fault fault = {0};
    b->covered[check] = true;
    for (size_t i = 0; i < found.n; i++)
        if (found.at[i].check != check || found.n > 1)
            printf("# %s: %s\n", tw_check_row(check)->code, tw_check_row(found.at[i].check)->code);
    CHECK(found.n == 1 && found.at[0].check == check && found.at[0].element == element &&
          found.at[0].item == item);
    if (found.n == 0) return;
    CHECK(tw_violation_fault(&found.at[0], &b->decl, &fault) != TW_OK);
    CHECK(fault.code == tw_check_row(check)->error && strcmp(fault.path, tw_element_row(element)->name) == 0);
    if (note != NULL && strcmp(fault.note, note) != 0) printf("# %s\n", fault.note);
    CHECK(note == NULL || strcmp(fault.note, note) == 0);
}

#define BREAKS(id, element, item, change, note)                                                              \
    do {                                                                                                     \
        begin(&b);                                                                                           \
        change;                                                                                              \
        expect(&b, TW_CHECK_##id, TW_ELEMENT_##element, item, note);                                         \
    } while (0)

/* tests/unit/decl/test_check.c has their sentences and bounds. */
static void break_what_decides(struct bed *bed)
{
    struct bed b = *bed;
    struct tw_decl *const d = &b.decl;
    struct tw_item *const i = &b.items[1];
    BREAKS(NO_ID, DECLARATION_ID, 0, d->id.n = 0, NULL);
    BREAKS(NO_TIME, LODGED_AT, 0, d->lodged_at = TW_NO_TIME, NULL);
    BREAKS(TIME_FAR, LODGED_AT, 0, d->lodged_at = -1, NULL);
    BREAKS(TIME_AHEAD, LODGED_AT, 0, d->lodged_at = NOW + 1, NULL);
    BREAKS(NO_ITEMS, ITEM, 0, (d->items.n = 0, d->item_total = d->package_total = -1), NULL);
    BREAKS(ITEM_TOTAL, ITEM_TOTAL, 0, d->item_total = 3, NULL);
    BREAKS(PACKAGE_TOTAL, PACKAGE_TOTAL, 0, d->package_total = 9, NULL);
    BREAKS(MASS_TOTAL, HEADER_GROSS_MASS_KG, 0, d->gross_mass_kg.v = 19, NULL);
    BREAKS(UNKNOWN_TERM, DELIVERY_TERM, 0, d->delivery_term = TW_STR("C&F"), NULL);
    BREAKS(UNKNOWN_COUNTRY, ORIGIN, 1, i->origin = TW_STR("QX"), NULL);
    BREAKS(NO_NUMBER, ITEM, 1, i->number = 0, NULL);
    BREAKS(NUMBER_FAR, ITEM, 1, i->number = 10000, NULL);
    BREAKS(NUMBER_TWICE, ITEM, 1, i->number = 1, NULL);
    BREAKS(NUMBER_ORDER, ITEM, 1, (b.items[0].number = 3, i->number = 2), NULL);
    BREAKS(NO_HS, HS, 1, i->hs.n = 0, NULL);
    BREAKS(ZERO_GROSS, GROSS_MASS_KG, 1, (i->gross_mass_kg.v = 0, i->net_mass_kg.set = false), NULL);
    BREAKS(ZERO_NET, NET_MASS_KG, 1, i->net_mass_kg.v = 0, NULL);
    BREAKS(NET_ABOVE_GROSS, NET_MASS_KG, 1, i->net_mass_kg.v = 11, NULL);
    BREAKS(ZERO_QUANTITY, QUANTITY, 1, i->quantity.value.v = 0, NULL);
    BREAKS(ZERO_PRICE, PRICE, 1, (i->price.minor = 0, d->invoice_total.minor = 150), NULL);
    BREAKS(ZERO_VALUE, CUSTOMS_VALUE, 1, i->customs_value.minor = 0, NULL);
    BREAKS(RATE_FAR, DUTY_RATE, 1, i->duty_rate.v = 300001, NULL);
    b.covered[TW_CHECK_TOO_MANY_ITEMS] = true; /* test_check.c has it, with its 10,000 items */
    *bed = b;
}

static void break_the_header(struct bed *bed)
{
    struct bed b = *bed;
    struct tw_decl *const d = &b.decl;
    BREAKS(TIME_OLD, LODGED_AT, 0, (d->lodged_at = NOW - 1100 * TW_DAY_S, d->arrival_at = TW_NO_TIME),
           "lodged on 2023-05-23T00:00:00Z, more than three years ago");
    BREAKS(ARRIVAL_FAR, ARRIVAL_AT, 0, d->arrival_at = -1,
           "arrival on 1969-12-31T23:59:59Z; between 1990 and 2100 is possible");
    BREAKS(ARRIVAL_LATE, ARRIVAL_AT, 0, d->arrival_at = d->lodged_at + TW_DAY_S,
           "the goods arrive on 2026-05-18T00:00:00Z, behind the lodging");
    BREAKS(LRN_LONG, LRN, 0, d->lrn = TW_STR("12345678901234567890123"),
           "the local reference number 12345678901234567890123 is longer than 22 characters");
    BREAKS(UCR_LONG, HEADER_UCR, 0, d->ucr = TW_STR("123456789012345678901234567890123456"),
           "the reference 123456789012345678901234567890123456 is longer than 35 characters");
    BREAKS(UNKNOWN_MODE, INLAND_MODE, 0, d->inland_mode = TW_STR("road"), "\"road\" is no mode of transport");
    BREAKS(UNKNOWN_STATUS, REPRESENTATIVE_STATUS, 0, d->representative_status = TW_STR("1"),
           "\"1\" is no status of a representative");
    BREAKS(UNKNOWN_COUNTRY, IMPORTER_COUNTRY, 0, d->importer.country = TW_STR("UK"),
           "\"UK\" is on no list of countries; is it ISO 3166 alpha-2?");
    BREAKS(CONTAINERISED_FORM, CONTAINERISED, 0, d->containerised = TW_STR("Y"),
           "\"Y\" says neither that the goods are in containers nor that they are not");
    BREAKS(CONTAINERS_LACK, CONTAINER_ID, 0,
           (d->containers.n = b.items[0].containers.n = b.items[1].containers.n = 0),
           "the goods are in containers, and none is named");
    BREAKS(CONTAINERS_SOME, CONTAINER__ID, 0, d->containerised = TW_STR("0"),
           "the goods are in no containers, and container CSQU3054383 is named");
    BREAKS(IMO_NUMBER, TRANSPORT_MEANS, 0, d->transport_means = TW_STR("9074728"),
           "the check digit of IMO 9074728 is 8, and would be 9: one of its digits is wrong");
    BREAKS(PLACE_FORM, LOADING_PLACE, 0, d->loading_place = TW_STR("SHA"),
           "a place is a country and three capital letters or digits, as in NLRTM; \"SHA\" is not");
    BREAKS(TERM_PLACE, DELIVERY_PLACE, 0, d->delivery_place.n = 0, "the delivery term FOB has no place");
    BREAKS(INVOICE_SUM, INVOICE_TOTAL, 0, d->invoice_total.minor = 301,
           "the prices of the items do not add up to the invoice total: 3.00 against 3.01 USD");
    *bed = b;
}

static void break_lists(struct bed *bed)
{
    struct bed b = *bed;
    struct tw_decl *const d = &b.decl;
    struct tw_item *const i = &b.items[1];
    BREAKS(CONTAINER_DIGIT, CONTAINER__ID, 0,
           (b.containers[0].id = TW_STR("CSQU3054384"), b.items[0].containers.n = i->containers.n = 0),
           "the check digit of container CSQU3054384 is 4, and would be 3: one of its characters is wrong");
    BREAKS(CONTAINER_TWICE, CONTAINER__ID, 0,
           (b.containers[0] = b.containers[1], b.items[0].containers.n = i->containers.n = 0),
           "container AD12345 is named twice");
    BREAKS(CONTAINER_UNLISTED, CONTAINER__ID, 1, (d->containers.n = 1, b.items[0].containers.n = 0),
           "container AD12345 of the item is not among those of the header");
    BREAKS(DOCUMENT_TWICE, DOCUMENT__ID, 0,
           (b.documents[1] = b.documents[0], b.items[0].documents.n = i->documents.n = 1),
           "document 7 is named twice");
    BREAKS(DOCUMENT_TWICE, DOCUMENT__ID, 1,
           (b.documents[1] = b.documents[0], d->documents.n = b.items[0].documents.n = 1),
           "document 7 is named twice");
    BREAKS(PREVIOUS_TWICE, PREVIOUS_DOCUMENT__ID, 0, b.previous[1].line = 1,
           "previous document 26NO1 is named twice");
    BREAKS(PACKAGE_FORM, PACKAGE__TYPE, 1,
           (b.packages[1].type = TW_STR("box"), b.items[0].packages.n = 1, b.items[0].package_count = 1,
            d->package_total = 5),
           "\"box\" has not the form of a kind of packages");
    BREAKS(PACKAGE_FORM, PACKAGE_TYPE, 1, (i->package_type = TW_STR("box"), i->packages.n = 0),
           "\"box\" has not the form of a kind of packages");
    BREAKS(PACKAGE_SUM, PACKAGE_COUNT, 1, (i->package_count = 5, d->package_total = 9),
           "5 packages are stated, those listed are 4");
    *bed = b;
}

static void break_items(struct bed *bed)
{
    struct bed b = *bed;
    struct tw_decl *const d = &b.decl;
    struct tw_item *const i = &b.items[1];
    BREAKS(UCR_LONG, UCR, 1, i->ucr = TW_STR("123456789012345678901234567890123456"), NULL);
    BREAKS(UNKNOWN_METHOD, VALUATION_METHOD, 1, i->valuation_method = TW_STR("7"),
           "\"7\" is no method of valuation");
    BREAKS(ZERO_STATISTICAL, STATISTICAL_VALUE, 1, i->statistical_value.minor = 0,
           "the statistical value is 0.00");
    BREAKS(CURRENCY_MIXED, PRICE_CURRENCY, 1, memcpy(i->price.cur, "EUR", 4),
           "the price is in another currency (EUR) than that of the first item");
    BREAKS(QUOTA_FORM, QUOTA, 1, i->quota = TW_STR("09.0067"), "\"09.0067\" is no order number of a quota");
    BREAKS(QUOTA_LACKS, QUOTA, 1, i->quota.n = 0, "preference 320 is within a quota, and none is named");
    BREAKS(ORIGIN_LACKS, ORIGIN_PREFERENTIAL, 1, i->origin_preferential.n = 0,
           "preference 320 is claimed, and no preferential origin is named");
    BREAKS(PROCEDURE_FORM, PROCEDURE, 1, i->procedure = TW_STR("4071"), "\"4071\" is no code of a procedure");
    BREAKS(WAREHOUSE_LACKS, WAREHOUSE, 1, (d->warehouse.n = 0, b.items[0].procedure = TW_STR("40")),
           "no warehouse is named, and the goods go into one or come from one");
    BREAKS(DESTINATION_LACKS, DESTINATION, 1, (i->procedure = TW_STR("42"), i->destination.n = 0),
           "no country of destination is named, and the goods go on to another country");
    BREAKS(FISCAL_LACKS, FISCAL_PARTY__ID, 1, (i->procedure = TW_STR("42"), d->fiscal_parties.n = 1),
           "the tax number of importer or representative (FR1, FR3) or of the customer (FR2) is missing");
    BREAKS(RETURN_PREVIOUS, PREVIOUS_PROCEDURE, 1, i->procedure = TW_STR("61"),
           "the goods return, and under 71 no goods leave");
    BREAKS(PREVIOUS_LACKS, PREVIOUS_DOCUMENT__ID, 1, d->previous_documents.n = 0,
           "the goods were under a procedure before, and no previous document is named");
    BREAKS(AUTHORISATION_LACKS, AUTHORISATION__CATEGORY, 0, d->authorisations.n = 0,
           "procedure 71 needs an authorisation, and none of its kind is named");
    *bed = b;
}

static void every_rule_has_a_case_that_breaks_it_alone(void)
{
    struct bed b = {0};
    break_what_decides(&b);
    break_the_header(&b);
    break_lists(&b);
    break_items(&b);
    for (unsigned c = 0; c < TW_CHECK_N; c++) {
        if (!b.covered[c]) printf("# %s has no case\n", tw_check_row((enum tw_check)c)->code);
        CHECK(b.covered[c]);
    }
    tw_arena_free(b.arena);
}

static void what_holds_breaks_no_rule(void)
{
    struct bed b = {0};
    begin(&b);
    CHECK(found_in(&b, NOW).n == 0);
    CHECK(found_in(&b, TW_NO_TIME).n == 0);
    b.decl.arrival_at = b.decl.lodged_at + 3600; /* of a date alone nobody knows the hour */
    CHECK(found_in(&b, NOW).n == 0);
    b.decl.arrival_at = b.decl.lodged_at - TW_DAY_S;
    b.items[0].procedure = TW_STR("42"); /* a representative stands for the importer */
    b.fiscal[0].role = TW_STR("FR3");
    CHECK(found_in(&b, NOW).n == 0);
    begin(&b);
    b.decl.transport_mode = TW_STR("40"); /* an airport is three letters */
    b.decl.loading_place = TW_STR("DTM");
    CHECK(found_in(&b, NOW).n == 0);
    b.decl.type = TW_STR("IMD"); /* lodged before the goods are there */
    b.decl.arrival_at = b.decl.lodged_at + 1;
    CHECK(found_in(&b, NOW).n == 0);
    b.items[0].procedure = TW_STR("51"); /* a simplified authorisation is asked for by a statement */
    struct tw_statement ask = {.code = TW_STR("00100")};
    LIST(b.items[0].statements, &ask, 1);
    CHECK(found_in(&b, NOW).n == 0);
    b.items[1].procedure = TW_STR("IM4"); /* a nation's own codes have no demands of ours */
    b.items[1].previous_procedure.n = 0;
    b.decl.previous_documents.n = 0;
    CHECK(found_in(&b, NOW).n == 0);
    tw_arena_free(b.arena);
}

static void the_rules_of_the_second_part_are_warnings(void)
{
    for (unsigned c = TW_CHECK_TIME_OLD; c < TW_CHECK_N; c++)
        CHECK(tw_check_severity((enum tw_check)c) == TW_SEVERITY_WARNING);
    for (unsigned c = 0; c < TW_CHECK_N; c++) {
        const struct tw_check_row *row = tw_check_row((enum tw_check)c);
        CHECK(row->words[0] != '\0' && row->remedy[0] != '\0');
    }
}

/* As many as one item may be sent with; a loop within a loop would take hours. */
static void lists_of_any_length_cost_their_length(void)
{
    enum { MANY = 200000 };
    struct bed b = {0};
    struct tw_violations found = {0};
    struct tw_document *all = calloc(MANY, sizeof *all);
    char(*id)[12] = calloc(MANY, sizeof *id);
    CHECK(all != NULL && id != NULL);
    begin(&b);
    for (int i = 0; i < MANY; i++) {
        snprintf(id[i], sizeof id[i], "%d", i < MANY - 1 ? i : 0);
        all[i].id = tw_str_from(id[i]);
    }
    LIST(b.items[1].documents, all, MANY);
    tw_arena_free(b.arena);
    CHECK(tw_arena_new(16 << 20, &b.arena) == TW_OK);
    CHECK(tw_decl_check_trade(&b.decl, NOW, b.arena, &found, NULL) == TW_OK && found.n == 1);
    CHECK(found.at[0].check == TW_CHECK_DOCUMENT_TWICE && found.at[0].entry == MANY - 1);
    free(all);
    free(id);
    tw_arena_free(b.arena);
}

/* A text longer than a sentence is cut between two characters. */
static void long_values_are_cut(void)
{
    struct bed b = {0};
    struct tw_violations found;
    struct tw_fault fault = {0};
    char text[400];
    begin(&b);
    memset(text, 'x', sizeof text);
    memcpy(text + 63, "\xc3\xa9", 2);
    b.decl.lrn = (struct tw_str){text, sizeof text};
    found = found_in(&b, NOW);
    CHECK(found.n == 1 && tw_violation_fault(&found.at[0], &b.decl, &fault) == TW_LIMIT);
    CHECK(tw_str_utf8(tw_str_from(fault.note), NULL) && strstr(fault.note, "xxx is longer than 22") != NULL);
    tw_arena_free(b.arena);
}

static void an_arena_that_is_full_is_told(void)
{
    struct bed b = {0};
    struct tw_violations found = {NULL, 77};
    struct tw_fault fault = {0};
    TW_SCOPED(tw_arena) *none = NULL;
    begin(&b);
    CHECK(tw_arena_new(0, &none) == TW_OK);
    CHECK(tw_decl_check_trade(&b.decl, NOW, none, &found, &fault) == TW_NOMEM && found.n == 77);
    tw_arena_free(b.arena);
}

int main(void)
{
    RUN(every_rule_has_a_case_that_breaks_it_alone);
    RUN(what_holds_breaks_no_rule);
    RUN(the_rules_of_the_second_part_are_warnings);
    RUN(lists_of_any_length_cost_their_length);
    RUN(long_values_are_cut);
    RUN(an_arena_that_is_full_is_told);
    return DONE();
}
