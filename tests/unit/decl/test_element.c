/* SPDX-License-Identifier: Apache-2.0 */
#include "decl/element.h"

#include "check.h"
#include "decl/money.h"

enum { ROWS_OF_THE_FIELD_LIST = 48 };

static bool exists(unsigned e)
{
    return e != TW_ELEMENT_N;
}

static const struct tw_element_row *row(unsigned e)
{
    return tw_element_row((enum tw_element)e);
}

static void every_row_of_the_field_list_has_an_element(void)
{
    bool seen[ROWS_OF_THE_FIELD_LIST + 1] = {false};
    for (unsigned e = 0; e < TW_ELEMENT_END; e++) {
        if (!exists(e)) continue;
        CHECK(row(e)->reference <= ROWS_OF_THE_FIELD_LIST);
        seen[row(e)->reference] = true;
    }
    for (int r = 1; r <= ROWS_OF_THE_FIELD_LIST; r++) CHECK(seen[r]);
}

static void names_are_sorted_and_each_is_found(void)
{
    for (unsigned e = 0; e < TW_ELEMENT_END; e++) {
        if (!exists(e)) continue;
        CHECK(row(e)->name[0] != '\0' && row(e)->words[0] != '\0');
        CHECK(tw_element_find_any(tw_str_from(row(e)->name)) == (enum tw_element)e);
        CHECK(tw_element_find(tw_str_from(row(e)->name)) ==
              (e < TW_ELEMENT_N ? (enum tw_element)e : TW_ELEMENT_N));
        if (e + 1 < TW_ELEMENT_END && exists(e + 1)) CHECK(strcmp(row(e)->name, row(e + 1)->name) < 0);
    }
}

static void lists_are_sorted_and_hold_objects_of_their_level(void)
{
    struct tw_decl d;
    struct tw_document documents[2];
    size_t n;
    const struct tw_list_row *lists = tw_list_rows(TW_LEVEL_DECL, &n);
    CHECK(n == 11);
    for (int level = 0; level < TW_LEVEL_N; level++) {
        const struct tw_list_row *of = tw_list_rows((enum tw_level)level, &n);
        for (size_t i = 0; i < n; i++) CHECK(of[i].owner == (enum tw_level)level);
        for (size_t i = 1; i < n; i++) CHECK(strcmp(of[i - 1].name, of[i].name) < 0);
    }
    CHECK(tw_list_rows(TW_LEVEL_DOCUMENT, &n) != NULL && n == 0);
    tw_decl_init(&d);
    CHECK(strcmp(lists[4].name, "documents") == 0 && tw_list_get(&lists[4], &d).n == 0);
    tw_list_set(&lists[4], &d, (struct tw_list){documents, 2});
    CHECK(d.documents.n == 2 && d.documents.at == documents && tw_list_get(&lists[4], &d).at == documents);
}

static void the_halves_of_a_value_know_each_other(void)
{
    CHECK(tw_element_partner(TW_ELEMENT_PRICE) == TW_ELEMENT_PRICE_CURRENCY);
    CHECK(tw_element_partner(TW_ELEMENT_PRICE_CURRENCY) == TW_ELEMENT_PRICE);
    CHECK(tw_element_partner(TW_ELEMENT_QUANTITY) == TW_ELEMENT_QUANTITY_UNIT);
    CHECK(tw_element_partner(TW_ELEMENT_DUTY__BASE) == TW_ELEMENT_DUTY__BASE_UNIT);
    CHECK(tw_element_partner(TW_ELEMENT_DUTY__BASE_UNIT) == TW_ELEMENT_DUTY__BASE);
    CHECK(tw_element_partner(TW_ELEMENT_DUTY_RATE) == TW_ELEMENT_N);
    CHECK(tw_element_partner(TW_ELEMENT_GROSS_MASS_KG) == TW_ELEMENT_N);
    CHECK(tw_element_partner(TW_ELEMENT_LRN) == TW_ELEMENT_N);
    for (unsigned e = 0; e < TW_ELEMENT_END; e++) {
        if (!exists(e)) continue;
        const enum tw_type type = row(e)->type;
        const enum tw_element other = tw_element_partner((enum tw_element)e);
        if (other != TW_ELEMENT_N) CHECK(tw_element_partner(other) == (enum tw_element)e);
        if (type == TW_TYPE_CURRENCY || type == TW_TYPE_AMOUNT || type == TW_TYPE_SIGNED ||
            type == TW_TYPE_UNIT)
            CHECK(other != TW_ELEMENT_N && row(other)->level == row(e)->level);
    }
}

static void a_name_of_its_own_leaves_the_object_out(void)
{
    CHECK(tw_str_is(tw_element_own_name(TW_ELEMENT_DOCUMENT__TYPE), "type"));
    CHECK(tw_str_is(tw_element_own_name(TW_ELEMENT_CONSIGNMENT__NOTIFY__ID), "notify.id"));
    CHECK(tw_str_is(tw_element_own_name(TW_ELEMENT_IMPORTER_ID), "importer.id"));
}

static void an_unknown_name_is_no_element(void)
{
    CHECK(tw_element_find(TW_STR("importer")) == TW_ELEMENT_N);
    CHECK(tw_element_find(TW_STR("Importer.id")) == TW_ELEMENT_N);
    CHECK(tw_element_find(TW_STR("importer.id ")) == TW_ELEMENT_N);
    CHECK(tw_element_find((struct tw_str){NULL, 0}) == TW_ELEMENT_N);
    CHECK(tw_element_find_any(TW_STR("zebra")) == TW_ELEMENT_N);
    CHECK(tw_element_find_any(TW_STR("aardvark")) == TW_ELEMENT_N);
}

static void the_columns_of_the_simulator_are_elements(void)
{
    static const char *const columns[] = {"declaration_id",
                                          "lodged_at",
                                          "office",
                                          "type",
                                          "procedure",
                                          "transport_mode",
                                          "container_id",
                                          "delivery_term",
                                          "declarant.id",
                                          "importer.id",
                                          "importer.name",
                                          "importer.street",
                                          "importer.city",
                                          "importer.postcode",
                                          "importer.country",
                                          "exporter.id",
                                          "exporter.name",
                                          "exporter.country",
                                          "courier.id",
                                          "item",
                                          "hs",
                                          "description",
                                          "origin",
                                          "dispatch",
                                          "preference",
                                          "gross_mass_kg",
                                          "net_mass_kg",
                                          "quantity",
                                          "quantity_unit",
                                          "package_count",
                                          "package_type",
                                          "price",
                                          "price_currency",
                                          "freight",
                                          "insurance",
                                          "customs_value",
                                          "duty_rate",
                                          "duty_amount",
                                          "seller.id",
                                          "tax_type",
                                          "origin_indicator",
                                          "process_type",
                                          "import_use",
                                          "payment_type"};
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        CHECK(tw_element_find(tw_str_from(columns[i])) != TW_ELEMENT_N);
}

static void flat_elements_are_the_headers_and_the_items(void)
{
    for (unsigned e = 0; e < TW_ELEMENT_END; e++) {
        if (!exists(e)) continue;
        bool flat = row(e)->level == TW_LEVEL_DECL || row(e)->level == TW_LEVEL_ITEM;
        CHECK(flat == (e < TW_ELEMENT_N));
        CHECK((unsigned)row(e)->level < TW_LEVEL_N && (unsigned)row(e)->type < TW_TYPE_N);
        CHECK(row(e)->offset < tw_level_size(row(e)->level));
        if (flat) continue;
        const char *dot = strchr(row(e)->name, '.');
        CHECK(dot != NULL);
        for (unsigned f = TW_ELEMENT_N + 1; f < TW_ELEMENT_END; f++) /* one prefix is one level */
            CHECK((strncmp(row(f)->name, row(e)->name, (size_t)(dot - row(e)->name) + 1) == 0) ==
                  (row(f)->level == row(e)->level));
    }
}

static void every_amount_has_its_currency(void)
{
    int amounts = 0;
    for (unsigned e = 0; e < TW_ELEMENT_END; e++) {
        if (!exists(e)) continue;
        bool amount = row(e)->type == TW_TYPE_AMOUNT || row(e)->type == TW_TYPE_SIGNED;
        if (!amount) continue;
        char name[96];
        snprintf(name, sizeof name, "%s_currency", row(e)->name);
        enum tw_element partner = tw_element_find_any(tw_str_from(name));
        CHECK(partner != TW_ELEMENT_N && row(partner)->type == TW_TYPE_CURRENCY);
        CHECK(row(partner)->level == row(e)->level && row(partner)->offset == row(e)->offset);
        amounts++;
    }
    for (unsigned e = 0; e < TW_ELEMENT_END; e++)
        if (exists(e)) amounts -= row(e)->type == TW_TYPE_CURRENCY;
    CHECK(amounts == 0);
}

static void no_two_elements_share_a_member(void)
{
    for (unsigned e = 0; e < TW_ELEMENT_END; e++)
        for (unsigned f = e + 1; exists(e) && f < TW_ELEMENT_END; f++)
            if (exists(f) && row(e)->level == row(f)->level && row(e)->offset == row(f)->offset)
                CHECK(row(e)->type == TW_TYPE_CURRENCY || row(f)->type == TW_TYPE_CURRENCY);
}

static void an_initialised_object_holds_nothing(void)
{
    TW_SCOPED_BUF out = {0};
    for (int level = 0; level < TW_LEVEL_N; level++) {
        size_t size = tw_level_size((enum tw_level)level);
        CHECK(size > 0 && tw_level_words((enum tw_level)level)[0] != '\0');
        void *object = malloc(size);
        CHECK(object != NULL);
        memset(object, 0xff, size);
        tw_level_init((enum tw_level)level, object);
        for (unsigned e = 0; e < TW_ELEMENT_END; e++)
            if (exists(e) && row(e)->level == (enum tw_level)level)
                tw_element_print((enum tw_element)e, object, &out);
        free(object);
    }
    CHECK(out.n == 0 && !out.failed);
}

static void both_ways_to_initialise_agree(void)
{
    struct tw_decl decl, decl_too;
    struct tw_item item, item_too;
    memset(&decl, 1, sizeof decl);
    memset(&item, 1, sizeof item);
    tw_decl_init(&decl);
    tw_level_init(TW_LEVEL_DECL, &decl_too);
    tw_item_init(&item);
    tw_level_init(TW_LEVEL_ITEM, &item_too);
    CHECK(memcmp(&decl, &decl_too, sizeof decl) == 0);
    CHECK(memcmp(&item, &item_too, sizeof item) == 0);
}

static void numbers_outside_their_tables_have_no_words(void)
{
    CHECK(tw_level_size(TW_LEVEL_N) == 0 && tw_level_words(TW_LEVEL_N)[0] == '\0');
    CHECK(tw_type_words(TW_TYPE_N)[0] == '\0' && tw_type_words(TW_TYPE_HS)[0] != '\0');
    CHECK(tw_type_vocabulary(TW_TYPE_TEXT) == NULL && tw_type_vocabulary(TW_TYPE_N) == NULL);
    CHECK(tw_type_vocabulary(TW_TYPE_RESULT) == tw_result_vocabulary());
}

/* A declaration that has one of everything with money in it. */
struct full {
    struct tw_decl decl;
    struct tw_item item;
    struct tw_document header_document, item_document;
    struct tw_charge header_charge, item_charge;
    struct tw_duty_line duty;
};

static void *object_at(struct full *f, enum tw_level level, bool header)
{
    if (level == TW_LEVEL_DECL) return &f->decl;
    if (level == TW_LEVEL_ITEM) return &f->item;
    if (level == TW_LEVEL_DOCUMENT) return header ? &f->header_document : &f->item_document;
    if (level == TW_LEVEL_CHARGE) return header ? &f->header_charge : &f->item_charge;
    return level == TW_LEVEL_DUTY ? &f->duty : NULL;
}

static void fill(struct full *f)
{
    memset(f, 0, sizeof *f);
    tw_decl_init(&f->decl);
    tw_item_init(&f->item);
    f->decl.items.at = &f->item;
    f->decl.documents.at = &f->header_document;
    f->item.documents.at = &f->item_document;
    f->decl.charges.at = &f->header_charge;
    f->item.charges.at = &f->item_charge;
    f->item.duties.at = &f->duty;
    f->decl.items.n = f->decl.documents.n = f->item.documents.n = 1;
    f->decl.charges.n = f->item.charges.n = f->item.duties.n = 1;
}

static void settling_gives_every_amount_of_a_declaration_its_currency(void)
{
    struct full f;
    TW_SCOPED_BUF out = {0};
    fill(&f);
    int set = 0;
    for (unsigned e = 0; e < TW_ELEMENT_END; e++)
        for (int header = 0; exists(e) && header < 2; header++) {
            void *object = object_at(&f, row(e)->level, header);
            if (object == NULL || row(e)->type != TW_TYPE_AMOUNT) continue;
            CHECK(tw_element_set((enum tw_element)e, TW_STR("2.5"), NULL, object, NULL) == TW_OK);
            tw_element_print((enum tw_element)e, object, &out); /* absent until it is settled */
            set++;
        }
    CHECK(set > 10 && out.n == 0);
    for (int again = 0; again < 2; again++) CHECK(tw_decl_settle(&f.decl, TW_STR("krw"), NULL) == TW_OK);
    for (unsigned e = 0; e < TW_ELEMENT_END; e++)
        for (int header = 0; exists(e) && header < 2; header++) {
            const void *object = object_at(&f, row(e)->level, header);
            if (object == NULL || (row(e)->type != TW_TYPE_AMOUNT && row(e)->type != TW_TYPE_CURRENCY))
                continue;
            tw_buf_clear(&out);
            tw_element_print((enum tw_element)e, object, &out);
            CHECK(tw_str_is(tw_buf_view(&out), row(e)->type == TW_TYPE_AMOUNT ? "2" : "KRW"));
        }
}

static void settling_drops_a_currency_without_an_amount(void)
{
    struct full f;
    fill(&f);
    CHECK(tw_element_set(TW_ELEMENT_PRICE_CURRENCY, TW_STR("USD"), NULL, &f.item, NULL) == TW_OK);
    CHECK(tw_item_settle(&f.item, TW_STR("EUR"), NULL) == TW_OK);
    CHECK(memcmp(&f.item.price, &(struct tw_money){0}, sizeof f.item.price) == 0);
}

static void settling_keeps_the_currency_that_came_with_the_amount(void)
{
    struct full f;
    fill(&f);
    CHECK(tw_element_set(TW_ELEMENT_PRICE, TW_STR("10"), NULL, &f.item, NULL) == TW_OK);
    CHECK(tw_element_set(TW_ELEMENT_PRICE_CURRENCY, TW_STR("USD"), NULL, &f.item, NULL) == TW_OK);
    CHECK(tw_decl_settle(&f.decl, TW_STR("EUR"), NULL) == TW_OK);
    CHECK(f.item.price.minor == 1000 && strcmp(f.item.price.cur, "USD") == 0);
}

static void items_take_the_headers_countries_where_they_name_none(void)
{
    struct full f;
    fill(&f);
    f.decl.dispatch = TW_STR("CN");
    f.decl.destination = TW_STR("NO");
    f.item.destination = TW_STR("SE");
    CHECK(tw_decl_settle(&f.decl, TW_STR("EUR"), NULL) == TW_OK);
    CHECK(tw_str_is(f.item.dispatch, "CN") && tw_str_is(f.item.destination, "SE"));
}

static void settling_in_no_currency_names_the_element_and_the_item(void)
{
    struct full f;
    struct tw_item two[2];
    struct tw_fault fault = {0};
    fill(&f);
    tw_item_init(&two[0]);
    tw_item_init(&two[1]);
    f.decl.items.at = two;
    f.decl.items.n = 2;
    CHECK(tw_element_set(TW_ELEMENT_CUSTOMS_VALUE, TW_STR("10"), NULL, &two[1], NULL) == TW_OK);
    CHECK(tw_decl_settle(&f.decl, TW_STR("DOLLAR"), &fault) == TW_FORMAT);
    CHECK(fault.item == 1 && strcmp(fault.path, "customs_value") == 0);
    CHECK(strstr(fault.note, "\"DOLLAR\" is no currency of ISO 4217") != NULL);
    CHECK(!tw_money_set(two[1].customs_value));
    CHECK(tw_decl_settle(&f.decl, TW_STR("DOLLAR"), NULL) == TW_FORMAT);
    CHECK(tw_decl_settle(&f.decl, TW_STR("USD"), NULL) == TW_OK && two[1].customs_value.minor == 1000);
}

int main(void)
{
    RUN(every_row_of_the_field_list_has_an_element);
    RUN(names_are_sorted_and_each_is_found);
    RUN(lists_are_sorted_and_hold_objects_of_their_level);
    RUN(the_halves_of_a_value_know_each_other);
    RUN(a_name_of_its_own_leaves_the_object_out);
    RUN(an_unknown_name_is_no_element);
    RUN(the_columns_of_the_simulator_are_elements);
    RUN(flat_elements_are_the_headers_and_the_items);
    RUN(every_amount_has_its_currency);
    RUN(no_two_elements_share_a_member);
    RUN(an_initialised_object_holds_nothing);
    RUN(both_ways_to_initialise_agree);
    RUN(numbers_outside_their_tables_have_no_words);
    RUN(settling_gives_every_amount_of_a_declaration_its_currency);
    RUN(settling_drops_a_currency_without_an_amount);
    RUN(settling_keeps_the_currency_that_came_with_the_amount);
    RUN(items_take_the_headers_countries_where_they_name_none);
    RUN(settling_in_no_currency_names_the_element_and_the_item);
    return DONE();
}
