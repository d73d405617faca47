/* SPDX-License-Identifier: Apache-2.0 */
#include "message/request.h"

#include "fault.h"
#include "message/xml_tree_priv.h"
#include "xml_message.h"

#define POINT(section, sequence)                                                                             \
    "<Pointer><SequenceNumeric>" sequence "</SequenceNumeric><DocumentSectionCode>" section                  \
    "</DocumentSectionCode></Pointer>"
#define TAG(section, sequence, tag)                                                                          \
    "<Pointer><SequenceNumeric>" sequence "</SequenceNumeric><DocumentSectionCode>" section                  \
    "</DocumentSectionCode><TagID>" tag "</TagID></Pointer>"
#define AMEND(pointers) "<Amendment><ChangeReasonCode>28</ChangeReasonCode>" pointers "</Amendment>"
#define ITEM_AT(n)      POINT("42A", "1") POINT("67A", "1") POINT("68A", n)
#define REQUEST(type, rest)                                                                                  \
    DECLARATION("<FunctionCode>13</FunctionCode><FunctionalReferenceID>R1</FunctionalReferenceID>"           \
                "<ID>25GB1</ID><TypeCode>" type "</TypeCode>" rest)
#define GOODS(n, rest)                                                                                       \
    "<GovernmentAgencyGoodsItem><SequenceNumeric>" n "</SequenceNumeric>" rest "</"                          \
    "GovernmentAgencyGoodsItem>"
#define DOCUMENT(id) "<AdditionalDocument><ID>" id "</ID></AdditionalDocument>"
#define NET(kg)                                                                                              \
    "<Commodity><GoodsMeasure><NetNetWeightMeasure>" kg "</NetNetWeightMeasure></GoodsMeasure></Commodity>"
#define NET_TAG(n) AMEND(ITEM_AT(n) POINT("23A", "1") TAG("65A", "1", "128"))

static const char base_text[] = DECLARATION(
    "<FunctionCode>9</FunctionCode><FunctionalReferenceID>L1</FunctionalReferenceID><ID>25GB1</ID>"
    "<TypeCode>IMD</TypeCode><TotalPackageQuantity>7</TotalPackageQuantity>"
    "<Exporter><Name>Old Mill</Name></Exporter><Odd a='1'>kept</Odd>"
    "<GoodsShipment>" GOODS(
        "1", DOCUMENT("A") DOCUMENT("B")
                 DOCUMENT("C") "<Commodity><GoodsMeasure><GrossMassMeasure>120</GrossMassMeasure>"
                               "<NetNetWeightMeasure unitCode='KGM'>100</NetNetWeightMeasure></GoodsMeasure>"
                               "<InvoiceLine><ItemChargeAmount currencyID='GBP'>50</ItemChargeAmount>"
                               "</InvoiceLine></Commodity>") GOODS("2", NET("20"))
        GOODS("3", NET("30")) "</GoodsShipment>");

struct desk {
    struct xml_house house, asked; /* the declaration, the request */
    struct tw_requests *requests;
    struct tw_arena *arena;
    struct tw_standing standing;
    struct tw_request_outcome outcome;
    struct tw_fault fault;
};

static void desk_open(struct desk *d)
{
    *d = (struct desk){.requests = NULL};
    xml_house_open(&d->house);
    xml_house_open(&d->asked);
    CHECK(tw_requests_new(NULL, &d->requests, NULL) == TW_OK && tw_arena_new(64 << 20, &d->arena) == TW_OK);
    CHECK(xml_house_read(&d->house, tw_str_from(base_text)) == TW_OK);
    d->standing = tw_standing_of(d->house.reading.decl);
}

static void desk_close(struct desk *d)
{
    xml_house_close(&d->house);
    xml_house_close(&d->asked);
    tw_requests_free(d->requests);
    tw_arena_free(d->arena);
}

#define DESK __attribute__((cleanup(desk_close))) struct desk

static tw_err ask(struct desk *d, const char *text)
{
    d->fault = (struct tw_fault){.item = 99};
    CHECK(xml_house_read(&d->asked, tw_str_from(text)) == TW_OK);
    const struct tw_request request = {
        .message = d->asked.reading.decl, .base = d->house.reading.decl, .standing = &d->standing};
    return tw_request_apply(d->requests, &request, d->arena, &d->outcome, &d->fault);
}

static void refused(struct desk *d, const char *text, tw_err err, const char *path, const char *words)
{
    const struct tw_request_outcome before = d->outcome;
    const tw_err got = ask(d, text);
    if (got != err || strcmp(d->fault.path, path) != 0 || strstr(d->fault.note, words) == NULL)
        printf("# %s %s: %s\n", tw_err_name(got), d->fault.path, d->fault.note);
    CHECK(got == err && strcmp(d->fault.path, path) == 0 && strstr(d->fault.note, words) != NULL);
    CHECK(memcmp(&before, &d->outcome, sizeof before) == 0);
}

/* The next version is the declaration with `old` replaced by `new`, and nothing else. */
static void next_is(struct desk *d, const char *old, const char *new)
{
    XML_HOUSE want;
    TW_SCOPED_BUF text = {0}, got = {0};
    struct tw_xml_difference difference;
    xml_house_open(&want);
    const char *at = strstr(base_text, old);
    CHECK(at != NULL);
    tw_buf_put(&text, base_text, (size_t)(at - base_text));
    tw_buf_text(&text, new);
    tw_buf_text(&text, at + strlen(old));
    CHECK(tw_xml_write(want.writer, d->outcome.decl, want.work, &got, NULL, NULL) == TW_OK);
    CHECK(xml_feed(want.xml, tw_buf_view(&text), SIZE_MAX, NULL) == TW_OK);
    CHECK(xml_feed(want.again, tw_buf_view(&got), SIZE_MAX, NULL) == TW_OK);
    CHECK(tw_xml_compare(want.xml, want.again, &difference, NULL) == TW_OK);
    if (difference.missing + difference.added > 0)
        printf("# %u missing, %u added: %s\n%.*s\n", difference.missing, difference.added, difference.first,
               TW_STR_ARG(tw_buf_view(&got)));
    CHECK(difference.missing + difference.added == 0);
}

static void change_is(const struct desk *d, size_t i, enum tw_change what, const char *words,
                      const char *from, const char *to)
{
    CHECK(i < d->outcome.changes.n);
    const struct tw_request_change *c = &d->outcome.changes.at[i];
    if (c->what != what || !tw_str_is(c->words, words) || !tw_str_is(c->from, from) || !tw_str_is(c->to, to))
        printf("# %d %.*s: %.*s -> %.*s\n", (int)c->what, TW_STR_ARG(c->words), TW_STR_ARG(c->from),
               TW_STR_ARG(c->to));
    CHECK(c->what == what && tw_str_is(c->words, words) && tw_str_is(c->from, from) && tw_str_is(c->to, to));
}

static void a_value_is_replaced_and_all_else_stays(void)
{
    DESK d;
    desk_open(&d);
    CHECK(ask(&d, REQUEST("COR", NET_TAG("1") "<GoodsShipment>" GOODS("1", NET("62")) "</GoodsShipment>")) ==
          TW_OK);
    CHECK(d.outcome.kind == TW_REQUEST_AMENDMENT && d.outcome.standing.version == 2 &&
          d.outcome.decl->version == 2);
    CHECK(d.outcome.changes.n == 1 && tw_str_is(d.outcome.changes.at[0].reason, "28"));
    change_is(&d, 0, TW_CHANGE_REPLACED, "goods item 1: net mass", "100 KGM", "62");
    CHECK(tw_str_is(d.outcome.changes.at[0].path,
                    "GoodsShipment/GovernmentAgencyGoodsItem[1]/Commodity/GoodsMeasure/NetNetWeightMeasure"));
    next_is(&d, "<NetNetWeightMeasure unitCode='KGM'>100</", "<NetNetWeightMeasure>62</");
    CHECK(d.outcome.decl->items.at[0].net_mass_kg.v == 62 &&
          d.house.reading.decl->items.at[0].net_mass_kg.v == 100);
}

static void an_element_is_added_with_the_sections_on_its_way(void)
{
    DESK d;
    desk_open(&d);
    CHECK(
        ask(&d, REQUEST("COR",
                        AMEND(ITEM_AT("2") POINT("23A", "1") TAG("79A", "1", "112")) "<GoodsShipment>" GOODS(
                            "2", "<Commodity><InvoiceLine><ItemChargeAmount currencyID='GBP'>9"
                                 "</ItemChargeAmount></InvoiceLine></Commodity>") "</GoodsShipment>")) ==
        TW_OK);
    change_is(&d, 0, TW_CHANGE_ADDED, "goods item 2: price of the item", "", "9 GBP");
    next_is(&d, "20</NetNetWeightMeasure></GoodsMeasure>",
            "20</NetNetWeightMeasure></GoodsMeasure><InvoiceLine><ItemChargeAmount currencyID='GBP'>9"
            "</ItemChargeAmount></InvoiceLine>");
}

static void an_element_is_removed_where_its_section_is_given_without_it(void)
{
    DESK d;
    desk_open(&d);
    CHECK(ask(&d, REQUEST("COR", NET_TAG("1") "<GoodsShipment>" GOODS(
                                     "1", "<Commodity><GoodsMeasure/></Commodity>") "</GoodsShipment>")) ==
          TW_OK);
    change_is(&d, 0, TW_CHANGE_REMOVED, "goods item 1: net mass", "100 KGM", "");
    next_is(&d, "<NetNetWeightMeasure unitCode='KGM'>100</NetNetWeightMeasure>", "");
    refused(&d, REQUEST("COR", NET_TAG("1") "<GoodsShipment>" GOODS("1", "") "</GoodsShipment>"), TW_FORMAT,
            "GoodsShipment/GovernmentAgencyGoodsItem[1]/Commodity/GoodsMeasure/NetNetWeightMeasure",
            "no new value");
    refused(&d, REQUEST("COR", NET_TAG("1") "<GoodsShipment>" GOODS("1", NET(" ")) "</GoodsShipment>"),
            TW_FORMAT,
            "GoodsShipment/GovernmentAgencyGoodsItem[1]/Commodity/GoodsMeasure/NetNetWeightMeasure",
            "without a value");
}

static void a_whole_item_is_added_or_removed(void)
{
    DESK d;
    desk_open(&d);
    CHECK(ask(&d, REQUEST("COR", AMEND(ITEM_AT("4")) "<GoodsShipment>" GOODS(
                                     "4", NET("40")) "</GoodsShipment>")) == TW_OK);
    change_is(&d, 0, TW_CHANGE_ADDED, "goods item 4", "", "");
    next_is(&d, "</GoodsShipment>", GOODS("4", NET("40")) "</GoodsShipment>");
    CHECK(ask(&d, REQUEST("COR", AMEND(ITEM_AT("2")))) == TW_OK);
    change_is(&d, 0, TW_CHANGE_REMOVED, "goods item 2", "", "");
    next_is(&d, GOODS("2", NET("20")), "");
    CHECK(d.outcome.decl->items.n == 2 && d.outcome.decl->items.at[1].number == 3);
}

static void pointers_speak_of_the_version_before_all_of_them(void)
{
    DESK d;
    desk_open(&d);
    /* the second document goes, and an empty one holds its place; the third gets another number, a fourth
     * comes */
    CHECK(ask(&d,
              REQUEST("COR", AMEND(ITEM_AT("1") POINT("02A", "2")) AMEND(ITEM_AT("1") TAG("02A", "3", "D005"))
                                 AMEND(ITEM_AT("1") POINT("02A", "4")) "<GoodsShipment>" GOODS(
                                     "1", DOCUMENT("A") "<AdditionalDocument/>" DOCUMENT("X")
                                              DOCUMENT("D")) "</GoodsShipment>")) == TW_OK);
    next_is(&d, DOCUMENT("B") DOCUMENT("C"), DOCUMENT("X") DOCUMENT("D"));
    CHECK(ask(&d, REQUEST("COR", AMEND(ITEM_AT("1") POINT("02A", "3"))
                                     AMEND(ITEM_AT("1") TAG("02A", "1", "D005")) "<GoodsShipment>" GOODS(
                                         "1", DOCUMENT("X")) "</GoodsShipment>")) == TW_OK);
    next_is(&d, DOCUMENT("A") DOCUMENT("B") DOCUMENT("C"), DOCUMENT("X") DOCUMENT("B"));
    CHECK(ask(&d, REQUEST("COR", AMEND(ITEM_AT("1") POINT("02A", "4"))
                                     AMEND(ITEM_AT("1") POINT("02A", "5")) "<GoodsShipment>" GOODS(
                                         "1", DOCUMENT("A") DOCUMENT("B") DOCUMENT("C") DOCUMENT("D")
                                                  DOCUMENT("E")) "</GoodsShipment>")) == TW_OK);
    next_is(&d, DOCUMENT("C"), DOCUMENT("C") DOCUMENT("D") DOCUMENT("E"));
}

static void what_has_the_value_already_is_told_among_other_changes(void)
{
    DESK d;
    desk_open(&d);
    CHECK(ask(&d,
              REQUEST("COR", "<TotalPackageQuantity>7</TotalPackageQuantity>" AMEND(TAG("42A", "1", "146"))
                                 NET_TAG("1") "<GoodsShipment>" GOODS("1", NET("62")) "</GoodsShipment>")) ==
          TW_OK);
    change_is(&d, 0, TW_CHANGE_SAME, "number of packages", "7", "7");
    refused(&d,
            REQUEST("COR", "<TotalPackageQuantity> 7 </TotalPackageQuantity>" AMEND(TAG("42A", "1", "146"))),
            TW_CONFLICT, "", "change nothing");
}

static void statements_about_amendments_are_the_requests_own(void)
{
    DESK d;
    desk_open(&d);
    CHECK(
        ask(&d,
            REQUEST(
                "COR",
                "<AdditionalInformation><StatementDescription>why</StatementDescription>" POINT("42A", "1")
                    POINT(
                        "06A",
                        "1") "</AdditionalInformation><AdditionalInformation><StatementCode>X</StatementCode>"
                             "</AdditionalInformation>" AMEND(POINT("42A", "1") POINT("03A", "1")))) ==
        TW_OK);
    CHECK(tw_str_is(d.outcome.text, "why") && tw_str_is(d.outcome.reason, "28"));
    next_is(&d, "<Exporter>",
            "<AdditionalInformation><StatementCode>X</StatementCode></AdditionalInformation><Exporter>");
}

static void a_pointer_to_what_is_not_there_is_refused(void)
{
    DESK d;
    desk_open(&d);
    refused(&d, REQUEST("COR", AMEND(ITEM_AT("9"))), TW_NOTFOUND,
            "GoodsShipment/GovernmentAgencyGoodsItem[9]", "the last is 3");
    refused(&d, REQUEST("COR", AMEND(ITEM_AT("9")) "<GoodsShipment>" GOODS("9", NET("1")) "</GoodsShipment>"),
            TW_NOTFOUND, "GoodsShipment/GovernmentAgencyGoodsItem[9]", "the next is 4");
    refused(&d, REQUEST("COR", AMEND(ITEM_AT("1") POINT("02A", "4"))), TW_NOTFOUND,
            "GoodsShipment/GovernmentAgencyGoodsItem[1]/AdditionalDocument[4]", "the last is 3");
    refused(&d, REQUEST("COR", AMEND(POINT("42A", "1") POINT("99Z", "1"))), TW_NOTFOUND, "",
            "no section 99Z");
    refused(&d, REQUEST("COR", AMEND(ITEM_AT("1") TAG("02A", "1", "999"))), TW_NOTFOUND,
            "GoodsShipment/GovernmentAgencyGoodsItem[1]/AdditionalDocument[1]",
            "no tag 999 in AdditionalDocument");
    refused(&d, REQUEST("COR", AMEND(TAG("42A", "1", "131"))), TW_NOTFOUND, "TotalGrossMassMeasure",
            "neither can it be removed nor added");
    refused(&d, REQUEST("COR", AMEND(POINT("67A", "1"))), TW_FORMAT, "", "begin at the declaration");
    refused(&d, REQUEST("COR", "<Amendment/>"), TW_FORMAT, "", "no pointer");
    refused(&d, REQUEST("COR", ""), TW_FORMAT, "", "no Amendment");
    refused(&d, REQUEST("COR", AMEND(POINT("42A", "1"))), TW_FORMAT, "", "whole declaration");
    refused(&d, REQUEST("COR", AMEND(TAG("42A", "1", "146") POINT("67A", "1"))), TW_FORMAT, "",
            "belongs to the last");
    CHECK(d.fault.item == 0);
}

static void which_of_several_must_be_said(void)
{
    DESK d;
    desk_open(&d);
    refused(
        &d,
        REQUEST("COR", AMEND(POINT("42A", "1") POINT(
                           "67A", "1") "<Pointer><DocumentSectionCode>68A</DocumentSectionCode></Pointer>")),
        TW_CONFLICT, "GoodsShipment/GovernmentAgencyGoodsItem", "which one");
    CHECK(
        ask(&d, REQUEST("COR", AMEND("<Pointer><DocumentSectionCode>42A</DocumentSectionCode></Pointer>" TAG(
                                   "57A", "5", "R031")) "<Exporter><Name>New Mill</Name></Exporter>")) ==
        TW_OK); /* there is one exporter */
    next_is(&d, "Old Mill", "New Mill");
}

static void two_pointers_to_the_same_are_refused(void)
{
    DESK d;
    desk_open(&d);
    refused(
        &d,
        REQUEST("COR", NET_TAG("1") NET_TAG("1") "<GoodsShipment>" GOODS("1", NET("62")) "</GoodsShipment>"),
        TW_CONFLICT, "GoodsShipment/GovernmentAgencyGoodsItem[1]/Commodity/GoodsMeasure/NetNetWeightMeasure",
        "amendment 2 points at the same as amendment 1");
    CHECK(d.fault.item == 1);
    refused(&d,
            REQUEST("COR", AMEND(ITEM_AT("1"))
                               NET_TAG("1") "<GoodsShipment>" GOODS("1", NET("62")) "</GoodsShipment>"),
            TW_CONFLICT,
            "GoodsShipment/GovernmentAgencyGoodsItem[1]/Commodity/GoodsMeasure/NetNetWeightMeasure",
            "a part of it");
    CHECK(ask(&d, REQUEST("COR", NET_TAG("2") NET_TAG("1") "<GoodsShipment>" GOODS("1", NET("62"))
                                     GOODS("2", NET("63")) "</GoodsShipment>")) == TW_OK);
    CHECK(d.outcome.changes.n == 2);
}

static void what_says_which_one_it_is_cannot_be_amended(void)
{
    DESK d;
    desk_open(&d);
    refused(&d, REQUEST("COR", AMEND(TAG("42A", "1", "D014"))), TW_FORMAT, "ID", "cannot be amended");
    refused(&d, REQUEST("COR", AMEND(POINT("42A", "1") POINT("06A", "1"))), TW_FORMAT, "Amendment[1]",
            "cannot be amended");
    refused(&d, REQUEST("COR", AMEND(POINT("42A", "1") POINT("67A", "1") TAG("68A", "1", "006"))), TW_FORMAT,
            "GoodsShipment/GovernmentAgencyGoodsItem[1]/SequenceNumeric", "numbers that tell");
}

static void a_stale_request_is_refused(void)
{
    static const char text[] =
        REQUEST("COR", NET_TAG("1") "<GoodsShipment>" GOODS("1", NET("62")) "</GoodsShipment>");
    DESK d;
    desk_open(&d);
    d.standing.version = 3;
    CHECK(xml_house_read(&d.asked, tw_str_from(text)) == TW_OK);
    struct tw_request request = {
        .message = d.asked.reading.decl, .base = d.house.reading.decl, .standing = &d.standing, .version = 2};
    CHECK(tw_request_apply(d.requests, &request, d.arena, &d.outcome, &d.fault) == TW_CONFLICT);
    CHECK(strstr(d.fault.note, "version 2, but version 3 is current") != NULL);
    request.version = 3;
    CHECK(tw_request_apply(d.requests, &request, d.arena, &d.outcome, &d.fault) == TW_OK &&
          d.outcome.standing.version == 4);
    d.standing.cancelled = true;
    refused(&d, text, TW_CONFLICT, "", "is cancelled");
    d.standing.cancelled = false;
    d.standing.mrn = TW_STR("25GB2");
    refused(&d, text, TW_CONFLICT, "", "about 25GB1, this is 25GB2");
    refused(&d, DECLARATION("<FunctionCode>13</FunctionCode><TypeCode>COR</TypeCode>"), TW_FORMAT, "",
            "MRN, is missing");
    refused(&d, REQUEST("XYZ", ""), TW_FORMAT, "", "not known");
    refused(&d, base_text, TW_FORMAT, "", "no request");
}

static void a_value_that_its_element_cannot_hold_is_refused(void)
{
    DESK d;
    desk_open(&d);
    refused(&d, REQUEST("COR", NET_TAG("1") "<GoodsShipment>" GOODS("1", NET("-5")) "</GoodsShipment>"),
            TW_RANGE, "net_mass_kg", "");
}

static void a_cancellation_says_why(void)
{
    DESK d;
    desk_open(&d);
    CHECK(ask(&d,
              REQUEST(
                  "INV",
                  "<AdditionalInformation><StatementDescription>a duplicate</StatementDescription>"
                  "</AdditionalInformation><Amendment><ChangeReasonCode>1</ChangeReasonCode></Amendment>")) ==
          TW_OK);
    CHECK(d.outcome.kind == TW_REQUEST_CANCELLATION && d.outcome.standing.cancelled &&
          d.outcome.standing.version == 1);
    CHECK(tw_str_is(d.outcome.reason, "1") && tw_str_is(d.outcome.text, "a duplicate"));
    CHECK(d.outcome.decl == d.house.reading.decl && d.outcome.changes.n == 0);
    refused(&d, REQUEST("INV", ""), TW_FORMAT, "", "must say why");
}

static void goods_are_presented_once(void)
{
    DESK d;
    desk_open(&d);
    CHECK(!d.standing.presented);
    CHECK(ask(&d, REQUEST("GPR", "")) == TW_OK && d.outcome.standing.presented);
    CHECK(d.outcome.standing.version == 1 && d.outcome.decl == d.house.reading.decl);
    CHECK(ask(&d, REQUEST("GPR", "<GoodsShipment><Consignment><GoodsLocation><Name>LHR</Name></GoodsLocation>"
                                 "</Consignment></GoodsShipment>")) == TW_OK);
    CHECK(d.outcome.standing.presented && d.outcome.standing.version == 2);
    CHECK(tw_str_is(d.outcome.decl->goods_location, "LHR"));
    d.standing = d.outcome.standing;
    refused(&d, REQUEST("GPR", ""), TW_CONFLICT, "", "are here already");
}

static void limits_hold_to_the_last_one_and_fail_behind_it(void)
{
    static const char two[] = REQUEST("COR", NET_TAG("2") NET_TAG("1") "<GoodsShipment>" GOODS("1", NET("62"))
                                                 GOODS("2", NET("63")) "</GoodsShipment>");
    DESK d;
    desk_open(&d);
    tw_requests_free(d.requests);
    d.requests = NULL;
    CHECK(tw_requests_new(&(struct tw_request_limits){.amendments = 2, .pointers = 5}, &d.requests, NULL) ==
          TW_OK);
    CHECK(ask(&d, two) == TW_OK);
    tw_requests_free(d.requests);
    CHECK(tw_requests_new(&(struct tw_request_limits){.amendments = 1}, &d.requests, NULL) == TW_OK);
    refused(&d, two, TW_LIMIT, "amendments", "may have 1");
    tw_requests_free(d.requests);
    CHECK(tw_requests_new(&(struct tw_request_limits){.pointers = 4}, &d.requests, NULL) == TW_OK);
    refused(&d, two, TW_LIMIT, "pointers", "may have 4");
    struct tw_requests *none = NULL;
    CHECK(tw_requests_new(&(struct tw_request_limits){.pointers = 17}, &none, NULL) == TW_ARG &&
          none == NULL);
    CHECK(tw_requests_new(&(struct tw_request_limits){.amendments = 100001}, &none, NULL) == TW_ARG &&
          none == NULL);
}

static struct desk failing;

static tw_err work(void)
{
    struct tw_requests *r = NULL;
    struct tw_arena *arena = NULL;
    const struct tw_request request = {.message = failing.asked.reading.decl,
                                       .base = failing.house.reading.decl,
                                       .standing = &failing.standing};
    tw_err err = tw_arena_new(64 << 20, &arena);
    if (err == TW_OK) err = tw_requests_new(NULL, &r, NULL);
    if (err == TW_OK) err = tw_request_apply(r, &request, arena, &failing.outcome, NULL);
    CHECK(err == TW_OK || failing.outcome.decl == NULL);
    tw_requests_free(r);
    tw_arena_free(arena);
    return err;
}

static void without_memory_nothing_is_done(void)
{
    desk_open(&failing);
    CHECK(xml_house_read(
              &failing.asked,
              TW_STR(REQUEST("COR", NET_TAG("1") AMEND(ITEM_AT("4")) "<GoodsShipment>" GOODS("1", NET("62"))
                                        GOODS("4", NET("1")) "</GoodsShipment>"))) == TW_OK);
    CHECK(fault_each_allocation(work) > 20);
    desk_close(&failing);
}

int main(void)
{
    RUN(a_value_is_replaced_and_all_else_stays);
    RUN(an_element_is_added_with_the_sections_on_its_way);
    RUN(an_element_is_removed_where_its_section_is_given_without_it);
    RUN(a_whole_item_is_added_or_removed);
    RUN(pointers_speak_of_the_version_before_all_of_them);
    RUN(what_has_the_value_already_is_told_among_other_changes);
    RUN(statements_about_amendments_are_the_requests_own);
    RUN(a_pointer_to_what_is_not_there_is_refused);
    RUN(which_of_several_must_be_said);
    RUN(two_pointers_to_the_same_are_refused);
    RUN(what_says_which_one_it_is_cannot_be_amended);
    RUN(a_stale_request_is_refused);
    RUN(a_value_that_its_element_cannot_hold_is_refused);
    RUN(a_cancellation_says_why);
    RUN(goods_are_presented_once);
    RUN(limits_hold_to_the_last_one_and_fail_behind_it);
    RUN(without_memory_nothing_is_done);
    return DONE();
}
