/* SPDX-License-Identifier: Apache-2.0 */
#include "make.h"

static struct tw_arena *arena;
static struct tw_watch_hit hit;

static bool ask(struct tw_watchlist *l, const struct tw_decl *d, const struct tw_item *item)
{
    CHECK(tw_watchlist_ask(l, d, item, day("2026-11-27"), arena, &hit) == TW_OK);
    return hit.entry != NULL;
}

static bool is_at(enum tw_element e, uint32_t item, const char *entry)
{
    return hit.element == e && hit.item == item && tw_str_is(hit.entry->id, entry);
}

static struct tw_item item[2];
static struct tw_decl declaration(void)
{
    struct tw_decl d;
    tw_decl_init(&d);
    for (uint32_t i = 0; i < 2; i++) {
        tw_item_init(&item[i]);
        item[i].number = i + 1;
    }
    d.items.at = item;
    d.items.n = 2;
    return d;
}

static void the_best_of_all_parties_wins(void)
{
    TW_SCOPED(tw_watchlist) *l = make(HEAD("parties") "match: fuzzy\nthreshold: 0.8\nentries:\n"
                                                      "  - {id: a, value: Belnor Works Hamburg}\n"
                                                      "  - {id: b, value: XA77}\n" NONE);
    struct tw_decl d = declaration();
    CHECK(!ask(l, &d, NULL));
    d.importer.name = TW_STR("Belnor Wroks Hamburg");
    CHECK(ask(l, &d, NULL) && is_at(TW_ELEMENT_IMPORTER_NAME, 0, "a") && hit.score < 1);
    d.seller.name = TW_STR("BELNOR WORKS HAMBURG");
    CHECK(ask(l, &d, NULL) && is_at(TW_ELEMENT_SELLER_NAME, 0, "a") && hit.score == 1);
    d.importer.id = TW_STR("XA77");
    CHECK(ask(l, &d, NULL) && is_at(TW_ELEMENT_IMPORTER_ID, 0, "b"));
}

static void a_head_may_name_the_elements(void)
{
    TW_SCOPED(tw_watchlist) *l =
        make(HEAD("parties") "elements: [seller.name]\nentries:\n  - {id: a, value: Belnor}\n" NONE);
    struct tw_decl d = declaration();
    d.importer.name = TW_STR("Belnor");
    CHECK(!ask(l, &d, NULL));
    d.seller.name = TW_STR("Belnor");
    CHECK(ask(l, &d, NULL) && is_at(TW_ELEMENT_SELLER_NAME, 0, "a"));
}

static void an_address_is_street_postcode_town_and_country(void)
{
    TW_SCOPED(tw_watchlist) *l =
        make(HEAD("addresses") "entries:\n  - {id: a, value: \"Quay 7, 20457 Hamburg, DE\"}\n" NONE);
    struct tw_decl d = declaration();
    d.exporter.city = TW_STR("Hamburg");
    d.exporter.country = TW_STR("DE");
    d.exporter.postcode = TW_STR("20457");
    CHECK(!ask(l, &d, NULL));
    d.exporter.street = TW_STR("Quay 7");
    CHECK(ask(l, &d, NULL) && is_at(TW_ELEMENT_EXPORTER_STREET, 0, "a"));
    CHECK(tw_str_is(hit.value, "Quay 7 20457 Hamburg DE"));
    TW_SCOPED(tw_arena) *none = NULL;
    CHECK(tw_arena_new(1, &none) == TW_OK);
    CHECK(tw_watchlist_ask(l, &d, NULL, day("2026-11-27"), none, &hit) == TW_NOMEM);
}

static void items_are_asked_one_or_all(void)
{
    TW_SCOPED(tw_watchlist) *l = make(HEAD("codes") "entries: [{id: a, value: \"85\"}]\n" NONE);
    struct tw_decl d = declaration();
    item[0].hs = TW_STR("640399");
    item[1].hs = TW_STR("852560");
    CHECK(!ask(l, &d, &item[0]) && ask(l, &d, &item[1]) && is_at(TW_ELEMENT_HS, 2, "a"));
    CHECK(ask(l, &d, NULL) && is_at(TW_ELEMENT_HS, 2, "a"));
}

static void containers_countries_and_vessels_are_found_where_they_stand(void)
{
    struct tw_container header = {.id = TW_STR("CSQU3054383")}, own = header;
    struct tw_decl d = declaration();
    TW_SCOPED(tw_watchlist) *boxes = make(HEAD("containers") "entries: [{id: a, value: CSQU3054383}]\n" NONE);
    TW_SCOPED(tw_watchlist) *lands =
        make(HEAD("countries") "entries: [{id: a, value: de}, {id: b, value: FR}]\n" NONE);
    TW_SCOPED(tw_watchlist) *ships =
        make(HEAD("vessels") "match: fuzzy\nentries: [{id: a, value: Mary Ann}]\n" NONE);
    CHECK(!ask(boxes, &d, NULL) && !ask(lands, &d, NULL) && !ask(ships, &d, NULL));
    item[1].containers.at = &own;
    item[1].containers.n = 1;
    CHECK(ask(boxes, &d, NULL) && is_at(TW_ELEMENT_CONTAINER__ID, 2, "a") && !ask(boxes, &d, &item[0]));
    d.containers.at = &header;
    d.containers.n = 1;
    CHECK(ask(boxes, &d, &item[0]) && is_at(TW_ELEMENT_CONTAINER__ID, 0, "a"));
    item[0].origin = TW_STR("DE");
    CHECK(ask(lands, &d, NULL) && is_at(TW_ELEMENT_ORIGIN, 1, "a"));
    d.transport_nationality = TW_STR("FR");
    CHECK(ask(lands, &d, &item[1]) && is_at(TW_ELEMENT_TRANSPORT_NATIONALITY, 0, "b"));
    d.transport_means = TW_STR("MARY ANNE");
    CHECK(ask(ships, &d, NULL) && is_at(TW_ELEMENT_TRANSPORT_MEANS, 0, "a"));
}

static void what_is_not_declared_is_told_from_what_is_on_no_list(void)
{
    TW_SCOPED(tw_watchlist) *l = make(HEAD("codes") "entries: [{id: a, value: \"85\"}]\n" NONE);
    struct tw_decl d = declaration();
    CHECK(!ask(l, &d, NULL) && hit.asked == 0);
    item[1].hs = TW_STR("640399");
    CHECK(!ask(l, &d, NULL) && hit.asked == 1);
    item[0].hs = TW_STR("850000");
    CHECK(ask(l, &d, NULL) && hit.asked == 2);
}

static void a_header_is_asked_once_for_all_items(void)
{
    struct tw_container header = {.id = TW_STR("TWAU1234560")}, own = {.id = TW_STR("CSQU3054383")};
    TW_SCOPED(tw_watchlist) *l = make(HEAD("containers") "entries: [{id: a, value: CSQU3054383}]\n" NONE);
    TW_SCOPED(tw_watchlist) *names = make(HEAD("parties") "entries: [{id: a, value: Belnor}]\n" NONE);
    struct tw_watch_hit whole;
    struct tw_decl d = declaration();
    d.containers.at = &header;
    d.containers.n = 1;
    item[1].containers.at = &own;
    item[1].containers.n = 1;
    CHECK(tw_watchlist_looks_in_items(l) && !tw_watchlist_looks_in_items(names));
    CHECK(tw_watchlist_ask_header(l, &d, day("2026-11-27"), arena, &whole) == TW_OK);
    CHECK(whole.entry == NULL && whole.asked == 1);
    for (size_t i = 0; i < 2; i++) {
        struct tw_watch_hit split = whole;
        tw_watchlist_ask_item(l, &item[i], day("2026-11-27"), &split);
        (void)ask(l, &d, &item[i]);
        CHECK(split.entry == hit.entry && split.asked == hit.asked && split.item == hit.item);
        CHECK((split.entry != NULL) == (i == 1) && split.asked == 1 + i);
    }
}

int main(void)
{
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
    RUN(the_best_of_all_parties_wins);
    RUN(a_head_may_name_the_elements);
    RUN(an_address_is_street_postcode_town_and_country);
    RUN(items_are_asked_one_or_all);
    RUN(containers_countries_and_vessels_are_found_where_they_stand);
    RUN(what_is_not_declared_is_told_from_what_is_on_no_list);
    RUN(a_header_is_asked_once_for_all_items);
    tw_arena_free(arena);
    tw_name_fold_free(fold);
    return DONE();
}
