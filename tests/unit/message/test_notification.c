/* SPDX-License-Identifier: Apache-2.0 */
#include "message/notification.h"

#include "decl/element.h"
#include "fault.h"
#include "xml_message.h"

#define RES "urn:wco:datamodel:WCO:RES-DMS:2"
#define RDS "urn:wco:datamodel:WCO:Response_DS:DMS:2"
#define ANSWER(inner)                                                                                        \
    "<md:MetaData xmlns:md='" MD "' xmlns='" RES "' xmlns:ds='" RDS "'><md:WCOTypeName>RES</md:WCOTypeName>" \
    "<Response>" inner "</Response></md:MetaData>"
#define DAY(day) "<ds:DateTimeString formatCode='304'>" day "</ds:DateTimeString>"
#define ABOUT(inner)                                                                                         \
    "<Declaration><FunctionalReferenceID>L-1</FunctionalReferenceID><ID>25GB1</ID>" inner "</Declaration>"

struct office {
    struct xml_house house;
    struct tw_arena *arena;
    struct tw_notification n;
};

static void office_open(struct office *o)
{
    *o = (struct office){.arena = NULL};
    xml_house_open(&o->house);
    CHECK(tw_arena_new(16 << 20, &o->arena) == TW_OK);
}

static void office_close(struct office *o)
{
    xml_house_close(&o->house);
    tw_arena_free(o->arena);
}

#define OFFICE __attribute__((cleanup(office_close))) struct office

static void reads(struct office *o, const char *text)
{
    CHECK(xml_house_read(&o->house, tw_str_from(text)) == TW_OK && o->house.reading.kind == TW_XML_RESPONSE);
    CHECK(tw_notification_read(o->house.reading.decl, o->arena, &o->n, &o->house.fault) == TW_OK);
}

static void writes(struct office *o)
{
    struct tw_decl message;
    CHECK(tw_notification_write(&o->n, o->arena, &message, &o->house.fault) == TW_OK);
    tw_buf_clear(&o->house.out);
    tw_arena_reset(o->house.work);
    CHECK(tw_xml_write(o->house.writer, &message, o->house.work, &o->house.out, NULL, NULL) == TW_OK);
}

/* What was read and is written from the notification holds the same. */
static void comes_back(struct office *o, const char *text)
{
    struct tw_xml_difference d;
    reads(o, text);
    writes(o);
    CHECK(xml_feed(o->house.again, tw_buf_view(&o->house.out), SIZE_MAX, NULL) == TW_OK);
    CHECK(tw_xml_compare(o->house.xml, o->house.again, &d, NULL) == TW_OK);
    if (d.missing + d.added > 0)
        printf("# %u missing, %u added: %s\n%.*s\n", d.missing, d.added, d.first,
               TW_STR_ARG(tw_buf_view(&o->house.out)));
    CHECK(d.missing + d.added == 0);
}

static bool is_kept(const struct office *o, const char *path, const char *value)
{
    for (size_t i = 0; i < o->n.extra.n; i++)
        if (tw_str_is(o->n.extra.at[i].path, path) && tw_str_is(o->n.extra.at[i].value, value)) return true;
    return false;
}

static void an_acceptance_is_read_into_its_members(void)
{
    OFFICE o;
    office_open(&o);
    comes_back(&o, ANSWER("<FunctionCode>01</FunctionCode><FunctionalReferenceID>N1</"
                          "FunctionalReferenceID><IssueDateTime>" DAY(
                              "20240116151338Z") "</"
                                                 "IssueDateTime><Declaration><"
                                                 "AcceptanceDateTime>" DAY("20240116151337Z") "</"
                                                                                              "Acceptance"
                                                                                              "DateTime><"
                                                                                              "Functional"
                                                                                              "ReferenceI"
                                                                                              "D>L-1</"
                                                                                              "Functional"
                                                                                              "ReferenceI"
                                                                                              "D>"
                                                                                              "<ID>25GB1<"
                                                                                              "/ID><"
                                                                                              "VersionID>"
                                                                                              "2</"
                                                                                              "VersionID>"
                                                                                              "</"
                                                                                              "Declaratio"
                                                                                              "n>"));
    CHECK(o.n.code == TW_NOTICE_ACC && tw_str_is(o.n.id, "N1") && tw_str_is(o.n.lrn, "L-1") &&
          tw_str_is(o.n.mrn, "25GB1"));
    CHECK(o.n.version == 2 && o.n.issued_at == o.n.accepted_at + 1 && o.n.cancelled_at == TW_NO_TIME);
    CHECK(o.n.extra.n == 2); /* the envelope, and where the answer stands in it */
}

static void errors_and_amendments_have_their_pointers(void)
{
    OFFICE o;
    office_open(&o);
    comes_back(
        &o,
        ANSWER(
            "<FunctionCode>03</FunctionCode>"
            "<Amendment><ChangeReasonCode>16</ChangeReasonCode><Pointer><DocumentSectionCode>42A</"
            "DocumentSectionCode>"
            "</Pointer></Amendment><Amendment/>"
            "<Error><ValidationCode>CDS12005</ValidationCode><Pointer><DocumentSectionCode>42A</"
            "DocumentSectionCode>"
            "</Pointer><Pointer><SequenceNumeric>3</SequenceNumeric><DocumentSectionCode>17C</"
            "DocumentSectionCode>"
            "<TagID>R144</TagID></Pointer></Error><Error><Description>too high</Description></Error>" ABOUT(
                "")));
    CHECK(o.n.code == TW_NOTICE_REJ && o.n.errors.n == 2 && o.n.amendments.n == 2 &&
          o.n.amendments.at[1].pointers.n == 0);
    CHECK(tw_str_is(o.n.errors.at[0].code, "CDS12005") && o.n.errors.at[0].pointers.n == 2);
    CHECK(o.n.errors.at[0].pointers.at[1].sequence == 3 &&
          tw_str_is(o.n.errors.at[0].pointers.at[1].tag, "R144"));
    CHECK(tw_str_is(o.n.errors.at[1].text, "too high") && o.n.errors.at[1].pointers.n == 0);
}

static void a_deadline_is_a_time(void)
{
    OFFICE o;
    office_open(&o);
    comes_back(
        &o, ANSWER("<FunctionCode>06</FunctionCode><AdditionalInformation><LimitDateTime>" DAY(
                "20260911163345Z") "</LimitDateTime>"
                                   "<StatementTypeCode>CEX</StatementTypeCode></AdditionalInformation>" ABOUT(
                                       "")));
    CHECK(o.n.code == TW_NOTICE_DOC && o.n.remarks.n == 1 && tw_str_is(o.n.remarks.at[0].type, "CEX"));
    CHECK(o.n.remarks.at[0].limit_at == 1789144425);
}

static void taxes_are_read_and_keep_how_they_were_spelled(void)
{
    OFFICE o;
    office_open(&o);
    comes_back(&o, ANSWER("<FunctionCode>13</FunctionCode>" ABOUT(
                       "<GoodsShipment><GovernmentAgencyGoodsItem><SequenceNumeric>1</"
                       "SequenceNumeric><Commodity><DutyTaxFee>"
                       "<DeductAmount "
                       "currencyID='GBP'>0.00</DeductAmount><TaxRateNumeric>20.00</"
                       "TaxRateNumeric><TypeCode>B00</TypeCode>"
                       "<Payment><TaxAssessedAmount "
                       "currencyID='GBP'>998.0</TaxAssessedAmount><PaymentAmount>5</PaymentAmount></Payment>"
                       "</DutyTaxFee></Commodity></GovernmentAgencyGoodsItem></GoodsShipment>")));
    CHECK(o.n.items.n == 1 && o.n.items.at[0].number == 1 && o.n.items.at[0].taxes.n == 1);
    const struct tw_tax_line *t = &o.n.items.at[0].taxes.at[0];
    CHECK(tw_str_is(t->type, "B00") && t->rate.set && t->assessed.minor == 99800 && t->deducted.minor == 0);
#define TAX                                                                                                  \
    "/md:MetaData/res:Response/res:Declaration/res:GoodsShipment/res:GovernmentAgencyGoodsItem/"             \
    "res:Commodity/res:DutyTaxFee"
    CHECK(is_kept(&o, TAX "/res:Payment/res:TaxAssessedAmount", "998.0"));
    CHECK(is_kept(&o, TAX "/res:Payment/res:PaymentAmount", "5")); /* of which currency nobody said */
    CHECK(t->payable.cur[0] == '\0' && !is_kept(&o, TAX "/res:DeductAmount", "0.00"));
}

static void what_corrections_put_in_is_named_as_in_a_declaration(void)
{
    OFFICE o;
    office_open(&o);
    comes_back(&o, ANSWER("<FunctionCode>07</FunctionCode>" ABOUT(
                       "") "<d:Declaration xmlns:d='" DEC "'><d:GoodsItemQuantity>2"
                           "</d:GoodsItemQuantity></d:Declaration>"));
    CHECK(o.n.values.n == 1 && tw_str_is(o.n.values.at[0].path, "D/GoodsItemQuantity") &&
          tw_str_is(o.n.values.at[0].value, "2"));
    reads(
        &o,
        "<MetaData><Response><FunctionCode>07</FunctionCode><Declaration><ID>25GB1</ID></Declaration>"
        "<Declaration><InvoiceAmount currencyID='GBP'>1</InvoiceAmount></Declaration></Response></MetaData>");
    CHECK(o.n.values.n == 1 && tw_str_is(o.n.values.at[0].path, "D/InvoiceAmount"));
    CHECK(tw_str_is(o.n.values.at[0].attributes, "currencyID=\"GBP\"") && tw_str_is(o.n.mrn, "25GB1"));
}

static void what_no_member_holds_is_kept_and_comes_back(void)
{
    OFFICE o;
    office_open(&o);
    comes_back(&o, ANSWER("<FunctionCode>99</FunctionCode><IssueDateTime>" DAY(
                       "Wed Nov 13") "</IssueDateTime><Odd a='1'>x<In/></Odd>"
                                     "<Status> <NameCode> 39 </NameCode></Status><Status/><Bank "
                                     "a='2'><ID>1</ID></Bank><Bank><ID>2</ID></Bank>" ABOUT(
                                         "<VersionID>0</VersionID><GoodsShipment/>")));
    CHECK(o.n.code == TW_NOTICE_N && o.n.issued_at == TW_NO_TIME && o.n.version == 0 && o.n.statuses.n == 2);
    CHECK(tw_str_is(o.n.statuses.at[0].code, "39") && tw_str_is(o.n.account, "1"));
    CHECK(is_kept(&o, "/md:MetaData/res:Response/res:FunctionCode", "99"));
    CHECK(is_kept(&o, "/md:MetaData/res:Response/res:Bank[2]/res:ID", "2"));
    comes_back(&o, ANSWER("")); /* nothing at all */
    comes_back(&o, "<a><Response xmlns='" RES "'>t<FunctionCode>01</FunctionCode></Response><b c='1'/></a>");
}

static void a_notification_of_our_own_has_an_envelope(void)
{
    static const char want[] =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<md:MetaData xmlns:md=\"" MD "\" xmlns:res=\"" RES "\" xmlns:rds=\"" RDS "\">\n"
        "  <md:WCODataModelVersionCode>3.6</md:WCODataModelVersionCode>\n  "
        "<md:WCOTypeName>RES</md:WCOTypeName>\n"
        "  <res:Response>\n    <res:FunctionCode>50</res:FunctionCode>\n    <res:IssueDateTime>\n"
        "      <rds:DateTimeString formatCode=\"304\">20261123055700Z</rds:DateTimeString>\n    "
        "</res:IssueDateTime>\n"
        "    <res:AdditionalInformation>\n      <res:StatementDescription>plant &amp; "
        "pest</res:StatementDescription>\n"
        "    </res:AdditionalInformation>\n    <res:Declaration>\n      <res:ID>25GB1</res:ID>\n"
        "      <res:VersionID>2</res:VersionID>\n    </res:Declaration>\n  </res:Response>\n</md:MetaData>\n";
    OFFICE o;
    office_open(&o);
    struct tw_remark remark;
    tw_level_init(TW_LEVEL_REMARK, &remark);
    remark.text = TW_STR("plant & pest");
    tw_notification_init(&o.n);
    o.n.code = TW_NOTICE_ALV;
    o.n.issued_at = 1795413420;
    o.n.mrn = TW_STR("25GB1");
    o.n.version = 2;
    o.n.remarks.at = &remark;
    o.n.remarks.n = 1;
    writes(&o);
    tw_buf_char(&o.house.out, '\0');
    if (strncmp(o.house.out.p, want, strlen(want) - 1) != 0) printf("# %s\n", o.house.out.p);
    CHECK(strncmp(o.house.out.p, want, strlen(want) - 1) == 0);
    struct tw_extra twice[2] = {{.path = TW_STR("/md:MetaData/a")}, {.path = TW_STR("/md:MetaData/a")}};
    struct tw_decl message;
    o.n.extra.at = twice;
    o.n.extra.n = 2;
    CHECK(tw_notification_write(&o.n, o.arena, &message, NULL) == TW_CONFLICT);
}

static void a_declaration_is_no_answer(void)
{
    OFFICE o;
    office_open(&o);
    CHECK(xml_house_read(&o.house, TW_STR(DECLARATION("<ID>1</ID>"))) == TW_OK);
    CHECK(tw_notification_read(o.house.reading.decl, o.arena, &o.n, &o.house.fault) == TW_FORMAT);
    CHECK(strstr(o.house.fault.note, "no answer") != NULL);
}

static struct office failing;

static tw_err work(void)
{
    struct tw_arena *arena = NULL;
    struct tw_notification n;
    struct tw_decl message;
    tw_err err = tw_arena_new(16 << 20, &arena);
    if (err == TW_OK) err = tw_notification_read(failing.house.reading.decl, arena, &n, NULL);
    if (err == TW_OK) err = tw_notification_write(&n, arena, &message, NULL);
    tw_arena_free(arena);
    return err;
}

static void without_memory_nothing_is_read(void)
{
    office_open(&failing);
    reads(&failing, ANSWER("<FunctionCode>01</FunctionCode><Error><Description>a</Description></Error>" ABOUT(
                        "<VersionID>x</VersionID>")));
    CHECK(fault_each_allocation(work) > 3);
    struct tw_arena *small = NULL;
    struct tw_fault fault;
    CHECK(tw_arena_new(64, &small) == TW_OK);
    CHECK(tw_notification_read(failing.house.reading.decl, small, &failing.n, &fault) == TW_LIMIT);
    CHECK(strcmp(fault.path, "memory") == 0);
    tw_arena_free(small);
    office_close(&failing);
}

int main(void)
{
    RUN(an_acceptance_is_read_into_its_members);
    RUN(errors_and_amendments_have_their_pointers);
    RUN(a_deadline_is_a_time);
    RUN(taxes_are_read_and_keep_how_they_were_spelled);
    RUN(what_corrections_put_in_is_named_as_in_a_declaration);
    RUN(what_no_member_holds_is_kept_and_comes_back);
    RUN(a_notification_of_our_own_has_an_envelope);
    RUN(a_declaration_is_no_answer);
    RUN(without_memory_nothing_is_read);
    return DONE();
}
