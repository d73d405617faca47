/* SPDX-License-Identifier: Apache-2.0 */
#include "decl/element.h"
#include "decl/money.h"
#include "fault.h"
#include "xml_message.h"

#define RES "urn:wco:datamodel:WCO:RES-DMS:2"

static void reads(struct xml_house *h, const char *text)
{
    const tw_err err = xml_house_read(h, tw_str_from(text));
    if (err != TW_OK) printf("# %s: %s\n", tw_err_name(err), h->fault.note);
    CHECK(err == TW_OK);
    xml_house_same(h);
}

static void refuses(const char *text, tw_err want, const char *words)
{
    XML_HOUSE h;
    xml_house_open(&h);
    const tw_err err = xml_house_read(&h, tw_str_from(text));
    if (err != want || strstr(h.fault.note, words) == NULL)
        printf("# %s: %s\n", tw_err_name(err), h.fault.note);
    CHECK(err == want && strstr(h.fault.note, words) != NULL && h.fault.line > 0);
}

/* The element of the declaration, or of its first item, prints as `want`. */
static void holds(const struct xml_house *h, enum tw_element e, const char *want)
{
    TW_SCOPED_BUF out = {0};
    const struct tw_decl *d = h->reading.decl;
    const bool of_item = tw_element_row(e)->level == TW_LEVEL_ITEM;
    CHECK(!of_item || d->items.n > 0);
    tw_element_print(e, of_item ? (const void *)&d->items.at[0] : (const void *)d, &out);
    if (!tw_str_is(tw_buf_view(&out), want))
        printf("# %s: %.*s\n", tw_element_row(e)->name, TW_STR_ARG(tw_buf_view(&out)));
    CHECK(tw_str_is(tw_buf_view(&out), want));
}

/* Extra of the declaration (or of its first item) at that path: its text, or NULL. */
static const struct tw_extra *extra_at(const struct xml_house *h, const char *path)
{
    const struct tw_decl *d = h->reading.decl;
    const bool of_item = path[0] == 'I';
    const struct tw_extra *at = of_item ? d->items.at[0].extra.at : d->extra.at;
    const size_t n = of_item ? d->items.at[0].extra.n : d->extra.n;
    for (size_t i = 0; i < n; i++)
        if (tw_str_is(at[i].path, path)) return &at[i];
    return NULL;
}

static void a_header_fills_its_members(void)
{
    XML_HOUSE h;
    xml_house_open(&h);
    reads(&h,
          DECLARATION(
              "<AcceptanceDateTime><p1:DateTimeString formatCode='304'>20260224162530+01</p1:DateTimeString>"
              "</AcceptanceDateTime><FunctionCode>9</FunctionCode><FunctionalReferenceID>L1"
              "</FunctionalReferenceID><TypeCode>IMA</TypeCode><GoodsItemQuantity>1</GoodsItemQuantity>"
              "<InvoiceAmount currencyID='GBP'>2500</InvoiceAmount><Agent><FunctionCode>2</FunctionCode>"
              "</Agent><Exporter><Name>A &amp; B</Name><Address><CountryCode>US</CountryCode></Address>"
              "</Exporter><GoodsShipment><Importer><ID>GB1</ID></Importer></GoodsShipment>"
              "<SupervisingOffice><ID>GBBEL004</ID></SupervisingOffice>"));
    CHECK(h.reading.kind == TW_XML_DECLARATION && !h.reading.bare && h.reading.unfit_all == 0);
    CHECK(tw_str_is(h.reading.decl->id, "L1") && h.reading.line == 1 && h.reading.elements == 21);
    holds(&h, TW_ELEMENT_LODGED_AT, "2026-02-24T15:25:30Z");
    holds(&h, TW_ELEMENT_FUNCTION, "9");
    holds(&h, TW_ELEMENT_LRN, "L1");
    holds(&h, TW_ELEMENT_TYPE, "IMA");
    holds(&h, TW_ELEMENT_ITEM_TOTAL, "1");
    holds(&h, TW_ELEMENT_INVOICE_TOTAL, "2500.00");
    holds(&h, TW_ELEMENT_INVOICE_TOTAL_CURRENCY, "GBP");
    holds(&h, TW_ELEMENT_REPRESENTATIVE_STATUS, "2");
    holds(&h, TW_ELEMENT_EXPORTER_NAME, "A & B");
    holds(&h, TW_ELEMENT_EXPORTER_COUNTRY, "US");
    holds(&h, TW_ELEMENT_IMPORTER_ID, "GB1");
    holds(&h, TW_ELEMENT_OFFICE, "GBBEL004");
}

static void what_repeats_becomes_lists(void)
{
    XML_HOUSE h;
    xml_house_open(&h);
    reads(
        &h,
        DECLARATION(
            "<ID>M1</ID><AdditionalDocument><CategoryCode>1</CategoryCode><ID>77</ID><TypeCode>DAN</TypeCode>"
            "</AdditionalDocument><AdditionalDocument/><Amendment><ChangeReasonCode>28</ChangeReasonCode>"
            "<Pointer><DocumentSectionCode>42A</DocumentSectionCode></Pointer><Pointer>"
            "<SequenceNumeric>2</SequenceNumeric><DocumentSectionCode>68A</DocumentSectionCode>"
            "<TagID>114</TagID></Pointer></Amendment>"));
    const struct tw_decl *d = h.reading.decl;
    CHECK(tw_str_is(d->id, "M1") && d->documents.n == 2 && tw_str_is(d->documents.at[0].type, "DAN"));
    CHECK(d->documents.at[1].id.n == 0 && extra_at(&h, "D/AdditionalDocument[2]") != NULL);
    CHECK(d->amendments.n == 1 && tw_str_is(d->amendments.at[0].reason, "28"));
    CHECK(d->amendments.at[0].pointers.n == 2 && d->amendments.at[0].pointers.at[1].sequence == 2);
    CHECK(tw_str_is(d->amendments.at[0].pointers.at[1].tag, "114"));
    CHECK(d->items.n == 0);
}

static void an_item_fills_its_members(void)
{
    XML_HOUSE h;
    xml_house_open(&h);
    reads(
        &h,
        ITEM("<Commodity><Description>Shiitake</Description><DutyTaxFee><DutyRegimeCode>115</DutyRegimeCode>"
             "<TypeCode>A00</TypeCode><TaxRateNumeric>12.5</TaxRateNumeric><Payment><TaxAssessedAmount "
             "currencyID='GBP'>10.00</TaxAssessedAmount></Payment></"
             "DutyTaxFee><GoodsMeasure><GrossMassMeasure "
             "unitCode='TNE'>2.2</GrossMassMeasure><NetNetWeightMeasure>2000</NetNetWeightMeasure>"
             "<TariffQuantity unitCode='NAR'>7</TariffQuantity></GoodsMeasure><InvoiceLine><ItemChargeAmount "
             "currencyID='GBP'>2500</ItemChargeAmount></InvoiceLine></Commodity><Packaging><TypeCode>BX</"
             "TypeCode>"
             "<QuantityQuantity>3</QuantityQuantity></Packaging><Packaging><QuantityQuantity>4</"
             "QuantityQuantity>"
             "<TypeCode>CT</TypeCode></Packaging>"));
    const struct tw_item *item = &h.reading.decl->items.at[0];
    holds(&h, TW_ELEMENT_DESCRIPTION, "Shiitake");
    holds(&h, TW_ELEMENT_PREFERENCE, "115");
    holds(&h, TW_ELEMENT_DUTY_RATE, "12.5");
    holds(&h, TW_ELEMENT_DUTY_AMOUNT, "10.00");
    holds(&h, TW_ELEMENT_NET_MASS_KG, "2000");
    holds(&h, TW_ELEMENT_QUANTITY_UNIT, "NAR");
    holds(&h, TW_ELEMENT_PRICE, "2500.00");
    holds(&h, TW_ELEMENT_PACKAGE_COUNT, "7");
    holds(&h, TW_ELEMENT_PACKAGE_TYPE, "BX");
    CHECK(tw_dec_f64(item->gross_mass_kg) == 2200.0 && item->duties.n == 1 && item->packages.n == 2);
    const struct tw_extra *mass = extra_at(&h, "I/Commodity/GoodsMeasure/GrossMassMeasure");
    CHECK(mass != NULL && tw_str_is(mass->value, "2.2") && tw_str_is(mass->attributes, "unitCode=\"TNE\""));
    CHECK(extra_at(&h, "I/Commodity/GoodsMeasure/NetNetWeightMeasure") ==
          NULL); /* 2000 is our spelling too */
    CHECK(extra_at(&h, "I/Commodity/DutyTaxFee/Payment/TaxAssessedAmount") == NULL);
    CHECK(extra_at(&h, "I/Commodity/InvoiceLine/ItemChargeAmount") != NULL); /* 2500.00 would be */
}

/* -- kinds */

#define CODE(id, kind)                                                                                       \
    "<Classification><ID>" id "</ID><IdentificationTypeCode>" kind                                           \
    "</IdentificationTypeCode></Classification>"

static void classifications_are_told_apart_by_their_kind(void)
{
    XML_HOUSE h;
    xml_house_open(&h);
    reads(&h, ITEM("<Commodity>" CODE("07123400", "TSP") CODE("31", "TRC") CODE("VATZ", "GN")
                       CODE("8600", "TRA") "</Commodity>"));
    holds(&h, TW_ELEMENT_HS, "0712340031");
    holds(&h, TW_ELEMENT_ADDITIONAL_CODE, "8600");
    CHECK(extra_at(&h, "I/Commodity/Classification/ID") == NULL &&
          extra_at(&h, "I/Commodity/Classification[4]/ID") == NULL);
    CHECK(tw_str_is(extra_at(&h, "I/Commodity/Classification[3]/ID")->value, "VATZ"));
    reads(&h, ITEM("<Commodity>" CODE("31", "TRC")
                       CODE(" 07123400", "TSP") "</Commodity>")); /* the other way round */
    holds(&h, TW_ELEMENT_HS, "0712340031");
    CHECK(tw_str_is(extra_at(&h, "I/Commodity/Classification[2]/ID")->value, " 07123400"));
    reads(&h,
          ITEM("<Commodity>" CODE("071234", "TSP") CODE("0031", "TRC") "</Commodity>")); /* split elsewhere */
    holds(&h, TW_ELEMENT_HS, "0712340031");
    reads(&h, ITEM("<Commodity>" CODE("0712.34", "TSP") "</Commodity>"));
    holds(&h, TW_ELEMENT_HS, "071234");
    reads(&h, ITEM("<Commodity>" CODE("shoes", "TSP") CODE("1", "TRA") CODE("2", "TRA") "</Commodity>"));
    holds(&h, TW_ELEMENT_HS, "");
    holds(&h, TW_ELEMENT_ADDITIONAL_CODE, "1");
    CHECK(h.reading.unfit_all == 1 && strcmp(h.reading.unfit[0].path, "hs") == 0 &&
          h.reading.unfit[0].line == 1);
}

static void procedures_and_origins_keep_their_roles(void)
{
    XML_HOUSE h;
    xml_house_open(&h);
    reads(
        &h,
        ITEM("<GovernmentProcedure><CurrentCode>40</CurrentCode><PreviousCode>00</PreviousCode></"
             "GovernmentProcedure>"
             "<GovernmentProcedure><CurrentCode>000</CurrentCode></GovernmentProcedure><GovernmentProcedure>"
             "<CurrentCode>1CG</CurrentCode></GovernmentProcedure><Origin><CountryCode>US</CountryCode>"
             "<TypeCode>1</TypeCode></Origin><Origin><CountryCode>MX</CountryCode><TypeCode>2</TypeCode></"
             "Origin>"));
    holds(&h, TW_ELEMENT_PROCEDURE, "40");
    holds(&h, TW_ELEMENT_PREVIOUS_PROCEDURE, "00");
    holds(&h, TW_ELEMENT_ADDITIONAL_PROCEDURE, "000 1CG");
    holds(&h, TW_ELEMENT_ORIGIN, "US");
    holds(&h, TW_ELEMENT_ORIGIN_PREFERENTIAL, "MX");
    CHECK(h.reading.decl->items.at[0].extra.n == 0);
    reads(
        &h,
        ITEM("<GovernmentProcedure><CurrentCode>000</CurrentCode></GovernmentProcedure><GovernmentProcedure>"
             "<PreviousCode>00</PreviousCode><CurrentCode>40</CurrentCode></GovernmentProcedure><Origin>"
             "<CountryCode>us</CountryCode></Origin><Origin><CountryCode>FR</CountryCode><RegionID>X</"
             "RegionID>"
             "<TypeCode>9</TypeCode></Origin>"));
    holds(&h, TW_ELEMENT_PROCEDURE, "40");
    holds(&h, TW_ELEMENT_ADDITIONAL_PROCEDURE, "000");
    holds(&h, TW_ELEMENT_ORIGIN, "US");
    reads(&h, ITEM("<GovernmentProcedure "
                   "a='1'><CurrentCode>40</CurrentCode></GovernmentProcedure><GovernmentProcedure/>"
                   "<GovernmentProcedure><CurrentCode>1</CurrentCode><CurrentCode>2</CurrentCode></"
                   "GovernmentProcedure>"
                   "<GovernmentProcedure>t<CurrentCode><b/></CurrentCode></GovernmentProcedure>"));
    holds(&h, TW_ELEMENT_PROCEDURE, "40");
    reads(&h, ITEM("<GovernmentProcedure><CurrentCode>40</CurrentCode><PreviousCode>00<b/></PreviousCode>"
                   "</GovernmentProcedure>"));
    holds(&h, TW_ELEMENT_PREVIOUS_PROCEDURE, "");
}

/* -- one value, several places */

static void the_office_and_the_day_have_several_places(void)
{
    XML_HOUSE h;
    xml_house_open(&h);
    reads(&h, DECLARATION("<DeclarationOfficeID>A</DeclarationOfficeID><ExitOffice><ID>B</ID></ExitOffice>"
                          "<PresentationOffice><ID>C</ID></PresentationOffice>"));
    holds(&h, TW_ELEMENT_OFFICE, "A");
    reads(
        &h,
        DECLARATION(
            "<DeclarationOfficeID>A</DeclarationOfficeID><PresentationOffice><ID>C</ID></PresentationOffice>"
            "<SupervisingOffice><ID>S</ID></SupervisingOffice>"));
    holds(&h, TW_ELEMENT_OFFICE, "S");
    reads(&h, DECLARATION("<SupervisingOffice><ID>S</ID></SupervisingOffice><PresentationOffice><ID>S</ID></"
                          "PresentationOffice>"));
    holds(&h, TW_ELEMENT_OFFICE, "S");
    reads(&h, DECLARATION("<IssueDateTime><p1:DateTimeString "
                          "formatCode='102'>20260102</p1:DateTimeString></IssueDateTime>"));
    holds(&h, TW_ELEMENT_LODGED_AT, "2026-01-02T00:00:00Z");
    reads(&h, SHIPMENT("<TradeTerms><LocationName>Port</LocationName></TradeTerms>"));
    holds(&h, TW_ELEMENT_DELIVERY_PLACE, "Port");
    reads(&h,
          ITEM("<Commodity><DutyTaxFee><TypeCode>A00</TypeCode></DutyTaxFee><DutyTaxFee><DutyRegimeCode>100"
               "</DutyRegimeCode></DutyTaxFee><DutyTaxFee><DutyRegimeCode>100</DutyRegimeCode></DutyTaxFee></"
               "Commodity>"));
    CHECK(h.reading.decl->items.at[0].duties.n == 3);
}

static void header_and_item_may_say_the_same(void)
{
    XML_HOUSE h;
    xml_house_open(&h);
    const char *both = SHIPMENT(
        "<ExportCountry><ID>US</ID></ExportCountry><GovernmentAgencyGoodsItem><ExportCountry><ID>US</ID>"
        "</ExportCountry></GovernmentAgencyGoodsItem><GovernmentAgencyGoodsItem/>");
    reads(&h, both);
    holds(&h, TW_ELEMENT_HEADER_DISPATCH, "US");
    CHECK(tw_decl_settle(h.reading.decl, TW_STR("GBP"), NULL) == TW_OK);
    CHECK(tw_str_is(h.reading.decl->items.at[1].dispatch, "US")); /* filled in, and not written */
    xml_house_same(&h);
}

/* -- what no member holds */

static void whatever_else_stands_there_is_kept(void)
{
    XML_HOUSE h;
    xml_house_open(&h);
    reads(
        &h,
        SHIPMENT(
            "<Consignment><DepartureTransportMeans><ID>T</ID></DepartureTransportMeans></Consignment>"
            "<Strange x='1' p1:y='&lt;&amp;&quot;&#10;'>t<Inner/>u</Strange><o:Other xmlns:o='urn:o' o:z='2'>"
            "<o:A>1</o:A><o:A>2</o:A><B>3</B></o:Other><Consignment><ContainerCode>1</ContainerCode></"
            "Consignment>"
            "<GovernmentAgencyGoodsItem n='4'>mixed<Commodity/><Commodity><Description>second</Description>"
            "</Commodity></GovernmentAgencyGoodsItem>"));
    CHECK(tw_str_is(extra_at(&h, "D/GoodsShipment/Consignment/DepartureTransportMeans/ID")->value, "T"));
    const struct tw_extra *strange = extra_at(&h, "D/GoodsShipment/Strange");
    CHECK(tw_str_is(strange->value, "tu") &&
          tw_str_is(strange->attributes, "x=\"1\" ds:y=\"&lt;&amp;&quot;&#10;\""));
    CHECK(tw_str_is(extra_at(&h, "D/GoodsShipment/{urn:o}Other/{urn:o}A[2]")->value, "2"));
    CHECK(extra_at(&h, "D/GoodsShipment/{urn:o}Other")->sequence <
          extra_at(&h, "D/GoodsShipment/{urn:o}Other/B")->sequence);
    CHECK(tw_str_is(extra_at(&h, "I")->value, "mixed") &&
          tw_str_is(extra_at(&h, "I")->attributes, "n=\"4\""));
    CHECK(tw_str_is(extra_at(&h, "I/Commodity[2]/Description")->value, "second"));
    holds(&h, TW_ELEMENT_DESCRIPTION, "");
    holds(&h, TW_ELEMENT_CONTAINERISED, "");
}

static void padded_and_spelled_values_come_back_as_they_were(void)
{
    XML_HOUSE h;
    xml_house_open(&h);
    reads(&h, DECLARATION("<FunctionCode>\n  "
                          "9\n</FunctionCode><TypeCode></TypeCode><TypeCode>IMA</TypeCode><InvoiceAmount>5"
                          "</InvoiceAmount><TotalPackageQuantity>007</TotalPackageQuantity>"));
    holds(&h, TW_ELEMENT_FUNCTION, "9");
    holds(&h, TW_ELEMENT_TYPE, ""); /* the second of what stands once is not taken for it */
    holds(&h, TW_ELEMENT_PACKAGE_TOTAL, "7");
    holds(&h, TW_ELEMENT_INVOICE_TOTAL, "");
    CHECK(tw_decl_settle(h.reading.decl, TW_STR("GBP"), NULL) == TW_OK);
    holds(&h, TW_ELEMENT_INVOICE_TOTAL, "5.00");
    xml_house_same(&h); /* still without its currency */
}

static void values_that_do_not_fit_are_told_and_kept(void)
{
    XML_HOUSE h;
    xml_house_open(&h);
    reads(
        &h,
        DECLARATION(
            "\n<TotalGrossMassMeasure>heavy</TotalGrossMassMeasure><GoodsItemQuantity>-1</GoodsItemQuantity>"
            "<InvoiceAmount currencyID='QQQ'>1</InvoiceAmount>"));
    CHECK(h.reading.unfit_all == 3 && h.reading.unfit_n == 3 && h.reading.unfit[0].line == 2);
    CHECK(h.reading.unfit[0].code == TW_FORMAT &&
          strcmp(h.reading.unfit[0].path, "header.gross_mass_kg") == 0);
    CHECK(h.reading.unfit[1].code == TW_RANGE && h.reading.unfit[1].column > 0);
    TW_SCOPED_BUF many = {0};
    tw_buf_text(&many, "<Declaration xmlns='" DEC "'><GoodsShipment>");
    for (int i = 0; i < 1100; i++)
        tw_buf_text(
            &many,
            "<GovernmentAgencyGoodsItem><SequenceNumeric>x</SequenceNumeric></GovernmentAgencyGoodsItem>");
    tw_buf_text(&many, "</GoodsShipment></Declaration>");
    tw_buf_char(&many, '\0');
    reads(&h, many.p);
    CHECK(h.reading.unfit_all == 1100 && h.reading.unfit_n == TW_XML_UNFIT_MAX &&
          h.reading.unfit[7].item == 7);
}

/* -- messages of other shapes */

static void envelopes_are_kept_around_it(void)
{
    XML_HOUSE h;
    xml_house_open(&h);
    reads(&h, "<v:submit xmlns:v='urn:v' xmlns:md='" MD
              "'><v:common><v:regime>CDS</v:regime></v:common><v:detail><md:MetaData>"
              "<d:Declaration xmlns:d='" DEC
              "' k='1'><d:FunctionCode>9</d:FunctionCode></d:Declaration></md:MetaData></v:detail>"
              "<v:behind/></v:submit>");
    holds(&h, TW_ELEMENT_FUNCTION, "9");
    CHECK(tw_str_is(extra_at(&h, "/{urn:v}submit/{urn:v}common/{urn:v}regime")->value, "CDS"));
    CHECK(strstr(h.out.p, "xmlns:n1=\"urn:v\"") != NULL);
    reads(&h, "<Declaration xmlns='" DEC "'/>");
    reads(&h, "<d:Declaration xmlns:d='" DEC
              "'><Bare>1<d:Inner/></Bare></d:Declaration>"); /* a name in no namespace */
    CHECK(extra_at(&h, "D/{}Bare") != NULL && strstr(h.out.p, "<dec:Declaration") != NULL);
}

static void a_message_without_namespaces_is_forgiven(void)
{
    XML_HOUSE h;
    xml_house_open(&h);
    reads(&h,
          "<MetaData><WCOTypeName/><Declaration><AcceptanceDateTime><DateTimeString "
          "formatCode='304'>20191113172216Z"
          "</DateTimeString></AcceptanceDateTime><FunctionCode>9</FunctionCode></Declaration></MetaData>");
    CHECK(h.reading.bare &&
          strstr(h.out.p, "<ds:DateTimeString formatCode=\"304\">20191113172216Z<") != NULL);
    holds(&h, TW_ELEMENT_LODGED_AT, "2019-11-13T17:22:16Z");
    reads(&h, "<MetaData><Response><FunctionCode>01</FunctionCode><IssueDateTime><DateTimeString>1</"
              "DateTimeString></IssueDateTime>"
              "<Declaration><ID>19GB</ID></Declaration><Declaration/></Response></MetaData>");
    CHECK(h.reading.bare && h.reading.kind == TW_XML_RESPONSE && h.reading.decl->mrn.n == 0);
    CHECK(tw_str_is(extra_at(&h, "/md:MetaData/res:Response/res:Declaration/res:ID")->value, "19GB"));
    CHECK(strstr(h.out.p, "<rds:DateTimeString>") != NULL);
}

static void other_messages_are_refused_with_what_they_are(void)
{
    refuses("<html><body/></html>", TW_FORMAT, "\"html\" stands where MetaData");
    refuses("<mdMetaData xmlns='urnwcodatamodelWCODEC-DMS2'><Declaration/></mdMetaData>", TW_FORMAT,
            "\"mdMetaData\" stands");
    refuses("<Declaration xmlns='urn:other'/>", TW_FORMAT, "are names and namespaces written right?");
    refuses(DECLARATION("</Declaration><Declaration>"), TW_FORMAT, "a second declaration");
    refuses("<Declaration xmlns='" DEC "'><GoodsShipment>", TW_FORMAT, "not well-formed");
}

static void limits_hold(void)
{
    XML_HOUSE h;
    xml_house_open(&h);
    tw_xml_reader_free(h.reader);
    CHECK(tw_xml_reader_new(2, &h.reader, NULL) == TW_OK);
    reads(&h, SHIPMENT("<GovernmentAgencyGoodsItem/><GovernmentAgencyGoodsItem/>"));
    CHECK(xml_house_read(&h, TW_STR(SHIPMENT("<GovernmentAgencyGoodsItem/><GovernmentAgencyGoodsItem/>"
                                             "<GovernmentAgencyGoodsItem/>"))) == TW_LIMIT);
    CHECK(strstr(h.fault.note, "more than 2 items") != NULL);
    TW_SCOPED_BUF many = {0};
    tw_buf_text(&many, "<Declaration xmlns='" DEC "'>");
    for (int i = 0; i <= TW_XML_FOREIGN_MAX; i++) tw_buf_printf(&many, "<a xmlns='urn:%d'/>", i);
    tw_buf_text(&many, "</Declaration>");
    CHECK(xml_house_read(&h, tw_buf_view(&many)) == TW_LIMIT &&
          strstr(h.fault.note, "namespaces of others") != NULL);
    tw_arena_free(h.arena);
    CHECK(tw_arena_new(2000, &h.arena) == TW_OK);
    CHECK(xml_house_read(&h, TW_STR(ITEM(""))) == TW_LIMIT && strcmp(h.fault.path, "memory") == 0);
}

static void paths_of_what_is_kept_are_limited(void)
{
    XML_HOUSE h;
    TW_SCOPED_BUF text = {0};
    xml_house_open(&h);
    tw_buf_text(&text, "<Declaration xmlns='" DEC "'>");
    for (int i = 0; i < 20; i++) tw_buf_printf(&text, "<a%03000d>", i);
    for (int i = 0; i < 300; i++) tw_buf_text(&text, "<b/>"); /* of 60 KB of path each */
    for (int i = 20; i-- > 0;) tw_buf_printf(&text, "</a%03000d>", i);
    tw_buf_text(&text, "</Declaration>");
    CHECK(xml_house_read(&h, tw_buf_view(&text)) == TW_LIMIT && strcmp(h.fault.path, "paths") == 0 &&
          h.fault.line == 1);
}

static void a_declaration_deep_in_an_answer_is_the_answer_s(void)
{
    XML_HOUSE h;
    xml_house_open(&h);
    refuses("<MetaData xmlns='" MD "'><Wrap xmlns='" RES "'><Foo xmlns='urn:f'><Declaration xmlns='" DEC
            "'><FunctionCode>9</FunctionCode></Declaration></Foo></Wrap></MetaData>",
            TW_FORMAT, "no message of the WCO Data Model");
    reads(&h, "<Response xmlns='" RES "'><Foo xmlns='urn:f'><Declaration xmlns='" DEC
              "'><FunctionCode>9</FunctionCode></Declaration></Foo></Response>");
    CHECK(h.reading.kind == TW_XML_RESPONSE);
}

/* -- many messages: names, places, attributes and texts drawn from what the table knows and what it does not
 */

static uint64_t draw(uint64_t *state, uint64_t n)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (*state >> 33) % n;
}

static void put_random(struct tw_buf *out, uint64_t *s, unsigned depth)
{
    static const char *const name[] = {"GoodsShipment",
                                       "GovernmentAgencyGoodsItem",
                                       "Commodity",
                                       "Classification",
                                       "ID",
                                       "IdentificationTypeCode",
                                       "GovernmentProcedure",
                                       "CurrentCode",
                                       "PreviousCode",
                                       "Origin",
                                       "CountryCode",
                                       "TypeCode",
                                       "DutyTaxFee",
                                       "DutyRegimeCode",
                                       "Payment",
                                       "ExportCountry",
                                       "Destination",
                                       "InvoiceAmount",
                                       "GoodsMeasure",
                                       "GrossMassMeasure",
                                       "Packaging",
                                       "QuantityQuantity",
                                       "AdditionalDocument",
                                       "SupervisingOffice",
                                       "PresentationOffice",
                                       "IssueDateTime",
                                       "AcceptanceDateTime",
                                       "p1:DateTimeString",
                                       "Amendment",
                                       "Pointer",
                                       "TagID",
                                       "Consignment",
                                       "TransportEquipment",
                                       "Seal",
                                       "TradeTerms",
                                       "LocationID",
                                       "LocationName",
                                       "Strange",
                                       "p1:Odd",
                                       "o:Other"};
    static const char *const text[] = {"1",     "2",  "TSP", "TRC",  "TRA", "GN", "07123400",        "31",
                                       "US",    "us", " 5 ", "5.00", "x",   "",   "20260224162530Z", "A00",
                                       "&amp;", "40", "\n"};
    static const char *const attribute[] = {"currencyID='GBP'", "currencyID='gbp'", "unitCode='KGM'",
                                            "unitCode='TNE'",   "formatCode='304'", "o:a='1'",
                                            "b='&quot;'"};
    const char *const n = name[draw(s, sizeof name / sizeof *name)];
    tw_buf_printf(out, "<%s", n);
    if (draw(s, 6) == 0) tw_buf_printf(out, " %s", attribute[draw(s, sizeof attribute / sizeof *attribute)]);
    tw_buf_char(out, '>');
    if (draw(s, 3) == 0) tw_buf_text(out, text[draw(s, sizeof text / sizeof *text)]);
    const uint64_t children = depth < 7 ? draw(s, 5) : 0;
    for (uint64_t i = 0; i < children; i++) put_random(out, s, depth + 1);
    if (children == 0) tw_buf_text(out, text[draw(s, sizeof text / sizeof *text)]);
    tw_buf_printf(out, "</%s>", n);
}

static void nothing_of_a_random_message_is_lost(void)
{
    XML_HOUSE h;
    xml_house_open(&h);
    for (uint64_t seed = 1; seed <= 250; seed++) {
        TW_SCOPED_BUF text = {0}, first = {0};
        uint64_t s = seed;
        tw_buf_text(&text, "<Declaration xmlns='" DEC "' xmlns:p1='" DS "' xmlns:o='urn:o'><GoodsShipment>");
        for (int i = 0; i < 3; i++) put_random(&text, &s, 0);
        tw_buf_text(&text, "<GovernmentAgencyGoodsItem>");
        for (int i = 0; i < 4; i++) put_random(&text, &s, 2);
        tw_buf_text(&text, "<Commodity>");
        for (int i = 0; i < 6; i++) put_random(&text, &s, 4);
        tw_buf_text(&text, "</Commodity></GovernmentAgencyGoodsItem></GoodsShipment>");
        for (int i = 0; i < 4; i++) put_random(&text, &s, 0);
        tw_buf_text(&text, "</Declaration>");
        if (xml_house_read(&h, tw_buf_view(&text)) != TW_OK)
            printf("# seed %d: %s\n", (int)seed, h.fault.note);
        CHECK(h.fault.code == TW_OK);
        xml_house_same(&h);
        tw_buf_str(&first, tw_buf_view(&h.out)); /* what is written reads back to what writes the same */
        CHECK(xml_house_read(&h, tw_buf_view(&first)) == TW_OK);
        xml_house_write(&h);
        CHECK(tw_str_eq(tw_buf_view(&h.out), tw_buf_view(&first)));
    }
}

static tw_err work(void)
{
    struct xml_house h = {.xml = NULL};
    struct tw_xml_difference d = {0};
    tw_err err = tw_xml_new(NULL, &h.xml, NULL);
    if (err == TW_OK) err = tw_xml_new(NULL, &h.again, NULL);
    if (err == TW_OK) err = tw_xml_reader_new(0, &h.reader, NULL);
    if (err == TW_OK) err = tw_xml_writer_new(&h.writer, NULL);
    if (err == TW_OK) err = tw_arena_new(1 << 20, &h.arena);
    if (err == TW_OK) err = tw_arena_new(1 << 20, &h.work);
    if (err == TW_OK)
        err = xml_house_read(&h, TW_STR(ITEM("<Commodity>" CODE("07123400", "TSP")
                                                 CODE("V", "GN") "</Commodity><Odd a='1'/>"
                                                                 "<o:Odd xmlns:o='urn:o'/>")));
    if (err == TW_OK) err = tw_xml_write(h.writer, h.reading.decl, h.work, &h.out, NULL, NULL);
    if (err == TW_OK) err = xml_feed(h.again, tw_buf_view(&h.out), SIZE_MAX, NULL);
    if (err == TW_OK) err = tw_xml_compare(h.xml, h.again, &d, NULL);
    CHECK(err != TW_OK || d.missing + d.added == 0);
    xml_house_close(&h);
    return err;
}

static void no_allocation_that_fails_does_harm(void)
{
    CHECK(work() == TW_OK);
    CHECK(fault_each_allocation(work) > 30);
}

int main(void)
{
    RUN(a_header_fills_its_members);
    RUN(what_repeats_becomes_lists);
    RUN(an_item_fills_its_members);
    RUN(classifications_are_told_apart_by_their_kind);
    RUN(procedures_and_origins_keep_their_roles);
    RUN(the_office_and_the_day_have_several_places);
    RUN(header_and_item_may_say_the_same);
    RUN(whatever_else_stands_there_is_kept);
    RUN(padded_and_spelled_values_come_back_as_they_were);
    RUN(values_that_do_not_fit_are_told_and_kept);
    RUN(envelopes_are_kept_around_it);
    RUN(a_message_without_namespaces_is_forgiven);
    RUN(other_messages_are_refused_with_what_they_are);
    RUN(limits_hold);
    RUN(paths_of_what_is_kept_are_limited);
    RUN(a_declaration_deep_in_an_answer_is_the_answer_s);
    RUN(nothing_of_a_random_message_is_lost);
    RUN(no_allocation_that_fails_does_harm);
    return DONE();
}
