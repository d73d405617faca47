/* SPDX-License-Identifier: Apache-2.0 */
/* What is read comes back as it was: test_xml_read.c. Here: declarations that were changed, or came
 * otherwise. */
#include "decl/element.h"
#include "decl/money.h"
#include "xml_message.h"

static void reads(struct xml_house *h, const char *text)
{
    CHECK(xml_house_read(h, tw_str_from(text)) == TW_OK);
}

static void writes(struct xml_house *h, const char *words)
{
    xml_house_write(h);
    tw_buf_char(&h->out, '\0');
    if (strstr(h->out.p, words) == NULL) printf("# %s\n", h->out.p);
    CHECK(strstr(h->out.p, words) != NULL);
}

static void lacks(struct xml_house *h, const char *words)
{
    xml_house_write(h);
    tw_buf_char(&h->out, '\0');
    CHECK(strstr(h->out.p, words) == NULL);
}

static void set(struct xml_house *h, enum tw_element e, const char *text)
{
    struct tw_decl *d = h->reading.decl;
    void *object = tw_element_row(e)->level == TW_LEVEL_ITEM ? (void *)&d->items.at[0] : (void *)d;
    CHECK(tw_element_set(e, tw_str_from(text), h->arena, object, NULL) == TW_OK);
}

static void a_changed_member_goes_before_the_extra_that_spelled_it(void)
{
    XML_HOUSE h;
    xml_house_open(&h);
    reads(&h, ITEM("<Commodity><GoodsMeasure><NetNetWeightMeasure "
                   "unitCode='KGM'>2000</NetNetWeightMeasure></GoodsMeasure>"
                   "<InvoiceLine><ItemChargeAmount "
                   "currencyID='GBP'>2500</ItemChargeAmount></InvoiceLine></Commodity>"));
    writes(&h, "<NetNetWeightMeasure unitCode=\"KGM\">2000<");
    writes(&h, "<ItemChargeAmount currencyID=\"GBP\">2500<");
    set(&h, TW_ELEMENT_NET_MASS_KG, "2100.5");
    set(&h, TW_ELEMENT_PRICE, "2600");
    writes(&h, "<NetNetWeightMeasure>2100.5<");
    writes(&h, "<ItemChargeAmount currencyID=\"GBP\">2600.00<");
    lacks(&h, ">2000<");
    lacks(&h, ">2500<");
}

/* Extras of JSON or EDIFACT may hold anything; what would spoil the message is left out and counted. */
static void an_extra_that_is_no_place_of_a_message_is_left_out(void)
{
    static const struct {
        const char *path, *attributes;
        size_t left;
    } of[] = {{"D/Odd", "a=\"1\"", 0},
              {"D/{urn:x}Odd[2]", "xsi:type=\"a&lt;\" {urn:y}b=\"\"", 0},
              {"D/\xc3\x89t\xc3\xa9", "", 0},
              {"D/Odd", "a=\"<\"", 1},
              {"D/Odd", "a=\"&b;\"", 1},
              {"D/Odd", "a=\"1\" a=\"2\"", 1},
              {"D/Odd", "xmlns=\"urn:x\"", 1},
              {"D/Odd", "8.3", 1},
              {"D/Odd", "a=\"1\" x", 1},
              {"D/\xc3\x97", "", 1},
              {"D/O d", "", 1},
              {"D/{http://www.w3.org/2000/xmlns/}a", "", 1},
              {"D/{" MD "}a", "", 1},
              {"D/{urn:{{}a", "", 1},
              {"GIS[1]", "", 1}};
    XML_HOUSE h;
    xml_house_open(&h);
    reads(&h, DECLARATION("<FunctionCode>9</FunctionCode>"));
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        struct tw_extra extra = {tw_str_from(of[i].path), 1, TW_STR("v"), tw_str_from(of[i].attributes)};
        size_t left = 9;
        h.reading.decl->extra.at = &extra;
        h.reading.decl->extra.n = 1;
        tw_buf_clear(&h.out);
        CHECK(tw_xml_write(h.writer, h.reading.decl, h.work, &h.out, &left, &h.fault) == TW_OK);
        if (left != of[i].left) printf("# %s %s: %zu left\n", of[i].path, of[i].attributes, left);
        CHECK(left == of[i].left);
        CHECK(xml_feed(h.again, tw_buf_view(&h.out), SIZE_MAX, NULL) == TW_OK);
        CHECK(tw_xml_parse(h.again, NULL, NULL) == TW_OK);
    }
}

static void a_greater_than_stands_as_itself_where_it_may(void)
{
    XML_HOUSE h;
    xml_house_open(&h);
    reads(&h, DECLARATION("<Odd a='&gt;'>1 &gt; 0 ]&gt; ]]&gt;</Odd>"));
    writes(&h, "<Odd a=\"&gt;\">1 > 0 ]> ]]&gt;</Odd>");
}

static void a_changed_place_is_written_where_it_belongs(void)
{
    XML_HOUSE h;
    xml_house_open(&h);
    reads(&h, DECLARATION("<DeclarationOfficeID>A</DeclarationOfficeID><PresentationOffice><ID>C</ID></"
                          "PresentationOffice>"));
    set(&h, TW_ELEMENT_OFFICE, "NEW");
    writes(&h, "<SupervisingOffice>\n      <ID>NEW</ID>");
    writes(&h, "<DeclarationOfficeID>A<"); /* another office's place keeps what it says */
    reads(&h, DECLARATION("<SupervisingOffice><ID> S</ID></SupervisingOffice>"));
    set(&h, TW_ELEMENT_OFFICE, "NEW");
    writes(&h, "<ID>NEW</ID>");
    lacks(&h, "<ID> S</ID>");
}

static void a_changed_group_is_written_anew_and_leaves_others_alone(void)
{
    XML_HOUSE h;
    xml_house_open(&h);
    reads(&h, ITEM("<Commodity><Classification><ID>VATZ</ID><IdentificationTypeCode>GN</"
                   "IdentificationTypeCode></Classification>"
                   "<Classification><ID>31</ID><IdentificationTypeCode>TRC</IdentificationTypeCode></"
                   "Classification><Classification>"
                   "<ID>07123400</ID><IdentificationTypeCode>TSP</IdentificationTypeCode></Classification></"
                   "Commodity>"));
    set(&h, TW_ELEMENT_HS, "0808108092");
    writes(&h, "<ID>08081080</ID>");
    writes(&h, "<ID>92</ID>");
    writes(&h, "<ID>VATZ</ID>");
    lacks(&h, "07123400");
    lacks(&h, "<ID>31</ID>");
}

static void entries_behind_those_that_were_read_are_written_too(void)
{
    XML_HOUSE h;
    xml_house_open(&h);
    reads(&h, ITEM("<AdditionalDocument><ID>1</ID><Odd>x</Odd></AdditionalDocument>"));
    struct tw_document two[2] = {h.reading.decl->items.at[0].documents.at[0], {.id = TW_STR("2")}};
    h.reading.decl->items.at[0].documents.at = two;
    h.reading.decl->items.at[0].documents.n = 2;
    writes(&h, "<ID>1</ID>\n          <Odd>x</Odd>");
    writes(&h, "<ID>2</ID>");
}

static void a_declaration_of_another_form_becomes_a_message(void)
{
    XML_HOUSE h;
    xml_house_open(&h);
    struct tw_item item;
    struct tw_decl decl;
    struct tw_extra extra[] = {
        {.path = TW_STR("a column"), .value = TW_STR("x")},
        {.path = TW_STR("Dwarf"), .value = TW_STR("x")},
        {.path = TW_STR("D/<b>"), .value = TW_STR("x")},
        {.path = TW_STR("D/a[4294967295]"), .value = TW_STR("kept")},
        {.path = TW_STR("D/AdditionalDocument[4000000000]/ID"), .value = TW_STR("far")},
        {.path = TW_STR("I"), .value = TW_STR("x")}};
    tw_decl_init(&decl);
    tw_item_init(&item);
    decl.items.at = &item;
    decl.items.n = 1;
    decl.extra.at = extra;
    decl.extra.n = sizeof extra / sizeof *extra;
    h.reading.decl = &decl;
    set(&h, TW_ELEMENT_LODGED_AT, "2026-01-02T03:04:05Z");
    set(&h, TW_ELEMENT_OFFICE, "A<B&C");
    set(&h, TW_ELEMENT_HEADER_DISPATCH, "US");
    set(&h, TW_ELEMENT_DISPATCH, "US");
    set(&h, TW_ELEMENT_DESTINATION, "GB");
    set(&h, TW_ELEMENT_ITEM, "1");
    set(&h, TW_ELEMENT_HS, "080810");
    set(&h, TW_ELEMENT_PREFERENCE, "100");
    set(&h, TW_ELEMENT_PACKAGE_COUNT, "3");
    size_t left = 0;
    CHECK(tw_xml_write(h.writer, &decl, h.work, &h.out, &left, NULL) == TW_OK && left == 4);
    CHECK(xml_house_read(&h, tw_buf_view(&h.out)) == TW_OK);
    const struct tw_decl *d = h.reading.decl;
    CHECK(d->lodged_at == decl.lodged_at && tw_str_is(d->office, "A<B&C") && tw_str_is(d->dispatch, "US"));
    CHECK(d->items.n == 1 && d->items.at[0].dispatch.n == 0 && tw_str_is(d->items.at[0].destination, "GB"));
    CHECK(tw_str_is(d->items.at[0].hs, "080810") && tw_str_is(d->items.at[0].preference, "100"));
    CHECK(d->items.at[0].package_count == 3 && d->items.at[0].number == 1 && d->documents.n == 1);
    CHECK(tw_str_is(d->documents.at[0].id, "far"));
}

static void a_message_has_one_outermost_element(void)
{
    XML_HOUSE h;
    struct tw_decl decl;
    struct tw_extra extra[] = {{.path = TW_STR("/md:MetaData/Declaration"), .sequence = 1},
                               {.path = TW_STR("/md:Other/md:A"), .value = TW_STR("x"), .sequence = 2},
                               {.path = TW_STR("/md:MetaData/md:B"), .value = TW_STR("kept"), .sequence = 3},
                               {.path = TW_STR("/md:MetaData[2]"), .sequence = 4}};
    size_t left = 0;
    xml_house_open(&h);
    tw_decl_init(&decl);
    decl.lrn = TW_STR("L1");
    decl.extra.at = extra;
    decl.extra.n = sizeof extra / sizeof *extra;
    CHECK(tw_xml_write(h.writer, &decl, h.work, &h.out, &left, NULL) == TW_OK && left == 2);
    CHECK(xml_house_read(&h, tw_buf_view(&h.out)) == TW_OK && tw_str_is(h.reading.decl->lrn, "L1"));
    CHECK(memmem(h.out.p, h.out.n, "kept", 4) != NULL && memmem(h.out.p, h.out.n, "Other", 5) == NULL);
}

static void every_element_with_a_place_in_the_message_comes_back(void)
{
    XML_HOUSE h;
    xml_house_open(&h);
    static const char *const text[TW_TYPE_N] = {[TW_TYPE_TEXT] = "text",
                                                [TW_TYPE_CODE] = "CODE",
                                                [TW_TYPE_HS] = "0712340031",
                                                [TW_TYPE_COUNTRY] = "NO",
                                                [TW_TYPE_TIME] = "2026-01-02T03:04:05Z",
                                                [TW_TYPE_COUNT] = "7",
                                                [TW_TYPE_NUMBER] = "8",
                                                [TW_TYPE_DEC] = "1.25",
                                                [TW_TYPE_MASS] = "2.5",
                                                [TW_TYPE_AMOUNT] = "3.50",
                                                [TW_TYPE_CURRENCY] = "EUR",
                                                [TW_TYPE_UNIT] = "NAR",
                                                [TW_TYPE_CONTAINERS] = "C1;C2"};
    struct tw_item item;
    struct tw_decl decl;
    tw_decl_init(&decl);
    tw_item_init(&item);
    decl.items.at = &item;
    decl.items.n = 1;
    h.reading.decl = &decl;
    size_t placed = 0, left = 0;
    for (int e = 0; e < TW_ELEMENT_N; e++)
        if (tw_element_row((enum tw_element)e)->wco[0] != '\0')
            set(&h, (enum tw_element)e, text[tw_element_row((enum tw_element)e)->type]);
    CHECK(tw_xml_write(h.writer, &decl, h.work, &h.out, &left, NULL) == TW_OK && left == 0);
    CHECK(xml_house_read(&h, tw_buf_view(&h.out)) == TW_OK);
    for (int i = 0; i < TW_ELEMENT_N; i++) {
        const enum tw_element e = (enum tw_element)i;
        TW_SCOPED_BUF out = {0};
        if (tw_element_row(e)->wco[0] == '\0' || e == TW_ELEMENT_DUTY_RATE || e == TW_ELEMENT_DUTY_AMOUNT ||
            e == TW_ELEMENT_DUTY_AMOUNT_CURRENCY) /* of a line of the list of duties */
            continue;
        const bool of_item = tw_element_row(e)->level == TW_LEVEL_ITEM;
        tw_element_print(e, of_item ? (const void *)&h.reading.decl->items.at[0] : h.reading.decl, &out);
        if (e == TW_ELEMENT_DISPATCH || e == TW_ELEMENT_DESTINATION)
            continue; /* as the header's, not written */
        if (!tw_str_is(tw_buf_view(&out), text[tw_element_row(e)->type]))
            printf("# %s: %.*s\n", tw_element_row(e)->name, TW_STR_ARG(tw_buf_view(&out)));
        CHECK(tw_str_is(tw_buf_view(&out), text[tw_element_row(e)->type]));
        placed++;
    }
    CHECK(placed > 90);
}

static void a_difference_is_told_by_its_path(void)
{
    static const char *const other[] = {"<a><b x='1'>t</b><c/></a>",   "<a><b x='2'>t</b></a>",
                                        "<a><b x='1'>t </b></a>",      "<a><c>t</c></a>",
                                        "<a x='1'><b x='1'>t</b></a>", "<z><b x='1'>t</b></z>"};
    static const char *const first[] = {"/a/c", "/a/b", "/a/b", "/a/b", "/a", "/"};
    XML_HOUSE h;
    xml_house_open(&h);
    struct tw_xml_difference d;
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        CHECK(xml_feed(h.xml, TW_STR("<a>\n<b x='1'>t</b></a>"), SIZE_MAX, NULL) == TW_OK);
        CHECK(xml_feed(h.again, tw_str_from(other[i]), SIZE_MAX, NULL) == TW_OK);
        CHECK(tw_xml_compare(h.xml, h.again, &d, NULL) == TW_OK && d.elements == 2);
        CHECK(d.missing + d.added > 0 && strncmp(d.first, first[i], strlen(first[i])) == 0);
        CHECK(i != 0 || (d.missing == 0 && d.added == 1));
    }
    CHECK(xml_feed(h.again, TW_STR("<n:a xmlns:n='u'><n:b x='1'>t</n:b></n:a>"), SIZE_MAX, NULL) == TW_OK);
    CHECK(tw_xml_compare(h.xml, h.again, &d, NULL) == TW_OK &&
          d.missing + d.added == 0); /* the first has no namespace */
    CHECK(tw_xml_compare(h.again, h.xml, &d, NULL) == TW_OK && d.missing == 2 && d.added == 2);
}

int main(void)
{
    RUN(a_changed_member_goes_before_the_extra_that_spelled_it);
    RUN(an_extra_that_is_no_place_of_a_message_is_left_out);
    RUN(a_greater_than_stands_as_itself_where_it_may);
    RUN(a_changed_place_is_written_where_it_belongs);
    RUN(a_changed_group_is_written_anew_and_leaves_others_alone);
    RUN(entries_behind_those_that_were_read_are_written_too);
    RUN(a_declaration_of_another_form_becomes_a_message);
    RUN(a_message_has_one_outermost_element);
    RUN(every_element_with_a_place_in_the_message_comes_back);
    RUN(a_difference_is_told_by_its_path);
    return DONE();
}
